//! `whatif`: edits of a study, as a user runs it.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod support;

use std::collections::BTreeMap;
use std::fs;

use serde_json::Value;
use support::{Run, Study, command, names};

fn what_if(study: &Study, name: &str, text: &str, more: &[&str]) -> Run {
    study.put(name, text);
    let mut command = command(&["whatif", "--lang", "en"]);
    command.arg(study.folder()).arg(study.path(name)).arg("--out").arg(study.out()).args(more);
    Run::of(command)
}

fn ran(study: &Study, name: &str, text: &str, more: &[&str]) -> Value {
    let run = what_if(study, name, text, more);
    assert_eq!(run.code, 0, "{}", run.stderr);
    serde_json::from_slice(&study.output("whatif.json")).unwrap()
}

fn refused(text: &str, place: &str, what: &str, help: &str) {
    let study = Study::small();
    let run = what_if(&study, "s.csv", text, &[]);
    run.refused();
    run.tells("error", place, what, help);
    assert!(!study.out().exists());
}

/// How every obligation of a study stands, by `check`: the verdict and what is lacking.
fn checked(study: &Study) -> BTreeMap<String, (String, Option<f64>)> {
    let run = study.check(&[]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    let json: Value = serde_json::from_slice(&study.output("findings.json")).unwrap();
    let stands = |finding: &Value| {
        let verdict = finding["verdict"].as_str().unwrap().to_owned();
        (finding["id"].as_str().unwrap().to_owned(), (verdict, finding["shortfall"]["value"].as_f64()))
    };
    json["findings"].as_array().unwrap().iter().map(stands).collect()
}

/// Asserts that what a scenario is said to change is what `check` finds before and after the files are edited by hand.
fn as_by_hand(scenarios: &str, edits: &[(&str, &str, &str)]) {
    // With all capacities known every obligation is decided; one looks at the attributes of areas.
    let known = || {
        let study = Study::edited("kindergartens.csv", "V1;V2,,2019", "V1;V2,30,2019");
        let of_villages = r#"check.presence = { in-each = "village", among = { kind = "village" }, service = "kindergarten", where = { ownership = "public" }, at-least = 1 }"#;
        let added = format!(
            "[[obligation]]\nid = \"edu.of-villages\"\nclause = \"7\"\nlead = \"bureau\"\nsummary = {{ en = \"x\", zh = \"x\" }}\n{of_villages}\n[[obligation]]\nid = \"edu.advice\""
        );
        study.edit("pack.toml", "[[obligation]]\nid = \"edu.advice\"", &added);
        study
    };
    let study = known();
    let json = ran(&study, "s.csv", scenarios, &[]);
    let [scenario] = json["scenarios"].as_array().unwrap().as_slice() else { panic!("{json:#}") };
    let before = checked(&known());
    let edited = known();
    edits.iter().for_each(|(file, old, new)| edited.edit(file, old, new));
    let after = checked(&edited);
    assert_ne!(before, after, "the edit by hand changes nothing");
    let is_met = |stands: &(String, Option<f64>)| stands.0 == "met";
    let turned = |from: bool, to: bool| -> Vec<&str> {
        let turned = before.iter().filter(|(id, was)| is_met(was) == from && is_met(&after[*id]) == to);
        turned.map(|(id, _)| id.as_str()).collect()
    };
    let said = |key: &str| -> Vec<&str> {
        let mut ids: Vec<&str> = scenario[key].as_array().unwrap().iter().map(|id| id.as_str().unwrap()).collect();
        ids.sort_unstable();
        ids
    };
    assert_eq!((said("fixed"), said("broken")), (turned(false, true), turned(true, false)), "{scenario:#}");
    let lacking: BTreeMap<&str, (f64, f64)> = before
        .iter()
        .map(|(id, was)| (id.as_str(), (was.1.unwrap_or(0.0), after[id].1.unwrap_or(0.0))))
        .filter(|(_, (was, is))| was != is)
        .collect();
    let said: BTreeMap<&str, (f64, f64)> = (scenario["obligations"].as_array().unwrap().iter())
        .map(|change| {
            let value = |key: &str| change[key].as_f64().unwrap_or(0.0);
            (change["id"].as_str().unwrap(), (value("shortfall_before"), value("shortfall_after")))
        })
        .filter(|(_, (was, is))| was != is)
        .collect();
    assert_eq!(said, lacking);
}

#[test]
fn an_edit_changes_what_the_same_change_of_the_files_does() {
    as_by_hand(
        "edit,service,code,area-code,lon,lat,ownership,form,capacity,largest-class\nopen,kindergarten,K9,V3,121.152,39.050,公办,独立,200,30\n",
        &[("kindergartens.csv", "K3,三幼", "K9,九幼,V3,东村,121.152,39.050,公办,独立,,200,2020-09-01,30\nK3,三幼")],
    );
    as_by_hand(
        "操作,编号\n关闭,K1\n",
        &[("kindergartens.csv", "K1,一幼,V1,东村,121.031,39.051,公办,独立,,90,2015-09-01,34\n", "")],
    );
    as_by_hand(
        "edit,code,capacity,largest-class\nresize,K2,300,33\n",
        &[("kindergartens.csv", "180,2018-09-01,41", "300,2018-09-01,33")],
    );
    as_by_hand(
        "edit,code,ownership\nconvert,K2,public\n",
        &[("kindergartens.csv", "121.151,39.052,民办", "121.151,39.052,公办")],
    );
    as_by_hand(
        "edit,code,area-code,lon,lat\nmove,K2,V3,121.151,39.002\n",
        &[("kindergartens.csv", "121.151,39.052", "121.151,39.002")],
    );
    // What it declares and where it lies contradict each other: the study's files go by what is declared.
    as_by_hand(
        "edit,service,code,area-code,lon,lat,ownership,form,capacity,largest-class\nopen,kindergarten,K9,V1,121.152,39.050,公办,独立,200,30\n",
        &[("kindergartens.csv", "K3,三幼", "K9,九幼,V1,东村,121.152,39.050,公办,独立,,200,2020-09-01,30\nK3,三幼")],
    );
    as_by_hand(
        "edit,area-code,factor,group\ngrow,V3,2,children-3-5\n",
        &[("people.csv", "V3,东村,9000,300", "V3,东村,9000,600")],
    );
    as_by_hand(
        "edit,area-code,residents,children-3-5\nsettle,V2,700,500\n",
        &[("people.csv", "V3,东村", "V2,西村,700,500\nV3,东村")],
    );
    as_by_hand(
        "edit,area-code,kind\narea,V3,村\n",
        &[("villages.csv", "V3,东村,S2,121.15,39.05,社区", "V3,东村,S2,121.15,39.05,村")],
    );
}

const SITES: &str = "scenario,edit,service,code,lon,lat,ownership,form,capacity,cost\n\
    A,open,kindergarten,,121.16,39.05,公办,独立,150,10\n\
    B,open,kindergarten,,121.04,39.05,公办,独立,90,4\n\
    B,close,kindergarten,K1,,,,,,1\n\
    C,resize,kindergarten,K2,,,,,400,\n\
    D,resize,kindergarten,K2,,,,,500,3\n";

#[test]
fn scenarios_are_ranked_and_combined_and_those_that_contradict_each_other_are_passed_over() {
    let study = Study::small();
    let json = ran(&study, "s.csv", SITES, &["--combine", "2"]);
    assert_eq!((json["n_scenarios"].as_u64(), json["n_conflicts"].as_u64()), (Some(9), Some(1)));
    assert_eq!(json["format"], "evenreach.whatif/1");
    let scenarios = json["scenarios"].as_array().unwrap();
    let net: Vec<usize> = scenarios.iter().map(|scenario| scenario["fixed"].as_array().unwrap().len()).collect();
    assert!(net.is_sorted_by(|a, b| b <= a), "{net:?}");
    let cost = |name: &str| {
        let found = scenarios.iter().find(|scenario| scenario["name"] == name);
        found.unwrap_or_else(|| panic!("no {name}"))["cost"].clone()
    };
    assert_eq!(
        [cost("A"), cost("B"), cost("A + B"), cost("A + C")],
        [10.0.into(), 5.0.into(), 15.0.into(), Value::Null]
    );
    let maps: Vec<String> = (1..=9).map(|n| format!("scenario-0{n}.geojson")).collect();
    let mut expected = maps.clone();
    expected.extend(["whatif.csv".to_owned(), "whatif.json".to_owned()]);
    assert_eq!(names(&study.out()), expected);
    let map: Value = serde_json::from_slice(&study.output("scenario-01.geojson")).unwrap();
    let what: Vec<&str> =
        map["features"].as_array().unwrap().iter().map(|row| row["properties"]["what"].as_str().unwrap()).collect();
    assert!(what.contains(&"opened") && what.contains(&"area"), "{what:?}");
    // Of the same files the same bytes, but for the time.
    let csv = study.output("whatif.csv");
    ran(&study, "s.csv", SITES, &["--combine", "2"]);
    assert_eq!(study.output("whatif.csv"), csv);
}

#[test]
fn the_best_few_by_any_measure_are_kept_and_a_sample_is_always_the_same() {
    let study = Study::small();
    for by in ["fixed", "persons", "shortfall", "mean", "worst", "gini", "cost", "cost-per-person"] {
        let all = ran(&study, "s.csv", SITES, &["--combine", "3", "--by", by]);
        let few = ran(&study, "s.csv", SITES, &["--combine", "3", "--by", by, "--top", "2"]);
        let name = |json: &Value, at: usize| json["scenarios"][at]["name"].clone();
        assert_eq!([name(&few, 0), name(&few, 1)], [name(&all, 0), name(&all, 1)], "{by}");
        assert_eq!((few["scenarios"].as_array().unwrap().len(), &few["ranked_by"]), (2, &by.into()));
    }
    let sampled = ran(&study, "s.csv", SITES, &["--combine", "3", "--sample", "5"]);
    assert_eq!(sampled["n_scenarios"].as_u64().unwrap() + sampled["n_conflicts"].as_u64().unwrap(), 5);
    let again = ran(&study, "s.csv", SITES, &["--combine", "3", "--sample", "5"]);
    assert_eq!(sampled["scenarios"], again["scenarios"]);
}

#[test]
fn a_layer_drawn_on_a_map_a_sheet_and_toml_say_the_same() {
    let study = Study::small();
    let rows = "scenario,edit,service,lon,lat,ownership,form,capacity,cost\nA,open,kindergarten,121.16,39.05,public,independent,150,10\n";
    let csv = ran(&study, "s.csv", rows, &[]);
    let drawn = r#"{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"scenario":"A","edit":"open","service":"kindergarten","ownership":"public","form":"independent","capacity":150,"cost":10},"geometry":{"type":"Point","coordinates":[121.16,39.05]}}]}"#;
    let toml = "[[edit]]\nscenario = \"A\"\nedit = \"open\"\nservice = \"kindergarten\"\nlon = 121.16\nlat = 39.05\nownership = \"public\"\nform = \"independent\"\ncapacity = 150\ncost = 10\n";
    assert_eq!(ran(&study, "s.geojson", drawn, &[])["scenarios"], csv["scenarios"]);
    assert_eq!(ran(&study, "s.toml", toml, &[])["scenarios"], csv["scenarios"]);
    let mut convert = command(&["convert"]);
    convert.arg(study.path("s.csv")).arg(study.path("s.xlsx")).args(["--from", "EPSG:4326"]);
    let run = Run::of(convert);
    assert_eq!(run.code, 0, "{}", run.stderr);
    let mut sheet = command(&["whatif"]);
    sheet.arg(study.folder()).arg(study.path("s.xlsx")).arg("--out").arg(study.out());
    assert_eq!(Run::of(sheet).code, 0);
    let json: Value = serde_json::from_slice(&study.output("whatif.json")).unwrap();
    assert_eq!(json["scenarios"], csv["scenarios"]);
}

#[test]
fn a_row_that_cannot_be_meant_is_refused_with_its_place_and_how_to_mend_it() {
    let head = "scenario,edit,service,code,name,lon,lat,capacity,ownership,factor,cost\n";
    let row = |row: &str| format!("{head}{row}\n");
    refused(&row("A,opne,kindergarten,,,121.1,39.05,,,,"), "s.csv, row 2", "`opne` is no edit", "did you mean `open`?");
    refused(&row(",close,,K1,,,,,,,"), "s.csv, row 2", "does not say which scenario", "fill in");
    refused(&row("A,close,,K77,,,,,,,"), "s.csv, row 2", "no facility `K77`", "give its id");
    refused(
        &row("A,close,school,K1,,,,,,,"),
        "s.csv, row 2",
        "no data on the service `school`",
        "services of the study",
    );
    refused(&row("A,close,,,,,,,,,"), "s.csv, row 2", "does not say which facility", "`code`");
    refused(
        &row("A,open,libary,,,121.1,39.05,,,,"),
        "s.csv, row 2",
        "no data on the service `libary`",
        "services of the study",
    );
    refused(&row("A,open,kindergarten,,,,,,,,"), "s.csv, row 2", "where the facility opens", "lon and lat");
    refused(&row("A,open,kindergarten,K1,,121.1,39.05,,,,"), "s.csv, row 2", "is that of 一幼", "an id of its own");
    refused(
        &row("A,open,kindergarten,,,121.1,39.05,many,,,"),
        "s.csv, row 2",
        "which is not a number",
        "correct the cell",
    );
    refused(
        &row("A,open,kindergarten,,,121.1,39.05,,royal,,"),
        "s.csv, row 2",
        "which is not one of: private, public",
        "correct the cell",
    );
    refused(&row("A,open,kindergarten,,,121.1,39.05,,,,-5"), "s.csv, row 2", "`cost` is `-5`", "correct the cell");
    refused(&row("A,resize,,K1,,,,90,,,"), "s.csv, row 2", "leaves 一幼 as it is", "delete the row");
    refused(&row("A,move,,K1,,,,,,,"), "s.csv, row 2", "where 一幼 moves", "lon and lat");
    refused(&row("A,grow,,,,,,,,1,"), "s.csv, row 2", "as it is", "delete the row");
    refused(&row("A,grow,,,,,,,,,"), "s.csv, row 2", "how many times", "factor");
    refused(&row("A,settle,,,,121.05,39.05,,,,"), "s.csv, row 2", "no column says how many people", "residents");
    refused(
        &row("A,close,,K1,,,,,,,\nA,resize,,K1,,,,100,,,"),
        "s.csv, row 3",
        "edits the same thing in row 2",
        "two scenarios",
    );
    refused(
        "scenario,service\nA,kindergarten\n",
        "s.csv, column `edit`",
        "no column is recognised as `edit`",
        "name it",
    );
    refused(head, "s.csv", "holds no edit", "one row for each");
}

#[test]
fn all_mistakes_of_all_rows_are_told_at_once() {
    let study = Study::small();
    let run = what_if(&study, "s.csv", "edit,code\nclose,K8\nopne,K1\nclose,K9\n", &[]);
    run.refused();
    assert_eq!(run.stderr.lines().filter(|line| line.starts_with("error: s.csv, row")).count(), 3, "{}", run.stderr);
    // Of one row, too.
    let row = "edit,service,code,area-code,capacity,cost\nopen,kindergarten,K1,V1,many,-5\n";
    let run = what_if(&study, "s.csv", row, &[]);
    run.refused();
    run.says(&["`cost` is `-5`", "`capacity` is `many`", "the id `K1`"]);
}

#[test]
fn an_area_that_is_not_there_is_not_taken_for_all() {
    for row in ["grow,,,V9,1.2", "settle,,,V9,", "open,kindergarten,K9,V9,"] {
        let text = format!("edit,service,code,area-code,factor\n{row}\n");
        let study = Study::small();
        let run = what_if(&study, "s.csv", &text, &[]);
        run.refused();
        run.says(&["no area has the code `V9`"]);
    }
}

#[test]
fn what_is_unmet_now_and_was_not_known_is_worse() {
    let folder = tempfile::tempdir().unwrap();
    let rows = folder.path().join("s.csv");
    fs::write(&rows, "edit,group,factor\ngrow,primary-age,1.2\n").unwrap();
    let mut command = command(&["whatif", "geodata/jinpu", "--lang", "en"]);
    command.arg(&rows).arg("--out").arg(folder.path().join("out")).current_dir(env!("CARGO_MANIFEST_DIR"));
    assert_eq!(Run::of(command).code, 0);
    let json: Value = serde_json::from_slice(&fs::read(folder.path().join("out/whatif.json")).unwrap()).unwrap();
    let found = json["scenarios"][0]["obligations"].as_array().unwrap();
    let seats = found.iter().find(|change| change["id"] == "edu.attendance-zones").unwrap();
    assert_eq!(
        (&seats["verdict_before"], &seats["verdict_after"], &seats["turn"]),
        (&"unknown".into(), &"unmet".into(), &"worsened".into())
    );
    assert_eq!(seats["shortfall_after"], 10_860.0);
}

#[test]
fn a_new_facility_outside_all_areas_is_said() {
    let study = Study::small();
    let run = what_if(&study, "s.csv", "edit,service,lon,lat\nopen,kindergarten,120.5,39.05\n", &[]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    run.tells("warning", "s.csv, row 2", "outside all areas", "correct the coordinates");
    let swapped = what_if(&study, "s.csv", "edit,service,lon,lat\nopen,kindergarten,39.05,121.05\n", &[]);
    swapped.refused();
    assert!(swapped.stderr.contains("swapped"), "{}", swapped.stderr);
}

#[test]
fn where_no_boundary_tells_the_village_of_a_new_place_it_is_said() {
    let study = Study::small();
    let run = what_if(&study, "s.csv", "edit,code,lon,lat\nmove,K2,121.151,39.002\n", &[]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    run.tells("warning", "s.csv, row 2", "in which village 二幼 stands", "area-code");
}

/// What a scenario changes for one obligation.
fn change(json: &Value, name: &str, id: &str) -> Value {
    let scenario = json["scenarios"].as_array().unwrap().iter().find(|scenario| scenario["name"] == name).unwrap();
    let found = scenario["obligations"].as_array().unwrap().iter().find(|change| change["id"] == id);
    found.unwrap_or_else(|| panic!("{scenario:#}")).clone()
}

// S2 lacks a public kindergarten: one more that does not say whose it is may be one.
#[test]
fn what_an_edit_leaves_out_is_not_known_and_never_an_improvement() {
    let study = Study::small();
    let rows = "scenario,edit,service,lon,lat,ownership,capacity\nblank,open,kindergarten,121.16,39.05,,\ngood,open,kindergarten,121.16,39.05,public,\n";
    let json = ran(&study, "s.csv", rows, &["--by", "shortfall"]);
    let [blank, good] = ["blank", "good"].map(|name| change(&json, name, "edu.public"));
    assert_eq!(
        (&blank["turn"], &blank["shortfall_after"], &blank["persons_gained"]),
        (&"unsettled".into(), &Value::Null, &0.0.into())
    );
    assert_eq!(
        (&good["turn"], &good["shortfall_after"], &good["persons_gained"]),
        (&"fixed".into(), &0.0.into(), &9000.0.into())
    );
    assert_eq!(json["scenarios"][0]["name"], "good");
}

#[test]
fn who_is_born_or_moves_in_neither_gains_nor_loses() {
    let study = Study::edited("kindergartens.csv", "V1;V2,,2019", "V1;V2,30,2019");
    let rows = "scenario,edit,area-code,factor,residents,children-3-5,lon,lat\nmore,grow,,1.5,,,,\nfar,settle,V3,,900,900,121.19,39.01\n";
    let json = ran(&study, "s.csv", rows, &[]);
    for scenario in json["scenarios"].as_array().unwrap() {
        assert_eq!(
            (&scenario["persons_gained"], &scenario["persons_lost"]),
            (&0.0.into(), &0.0.into()),
            "{scenario:#}"
        );
    }
    assert_eq!(change(&json, "far", "edu.near")["turn"], "broken");
}

#[test]
fn maps_of_an_earlier_run_are_named() {
    let study = Study::small();
    ran(&study, "s.csv", SITES, &["--combine", "2"]);
    let run = what_if(&study, "s.csv", SITES, &[]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert!(run.stderr.contains("from an earlier run, not of this one: scenario-05.geojson"), "{}", run.stderr);
}

#[test]
fn an_interrupted_run_goes_on_only_with_the_same_files_and_options() {
    let study = Study::small();
    fs::create_dir(study.out()).unwrap();
    let checkpoint = r#"{"key":"another","n_judged":3,"n_conflicts":0,"best":[[0]]}"#;
    fs::write(study.out().join("whatif.checkpoint.json"), checkpoint).unwrap();
    let run = what_if(&study, "s.csv", SITES, &["--resume"]);
    run.refused();
    assert!(run.stderr.contains("other files or options"), "{}", run.stderr);
    // Without --resume it begins anew, and leaves no checkpoint.
    assert_eq!(ran(&study, "s.csv", SITES, &[])["n_scenarios"], 4);
    assert!(!study.out().join("whatif.checkpoint.json").exists());
}

#[test]
fn a_column_that_nobody_knows_is_said_with_the_one_that_it_is_like() {
    let study = Study::small();
    let text = "edit,service,code,ownershp,form,lon,lat,备注\nopen,kindergarten,N,公办,独立,121.15,39.05,x\n";
    let run = what_if(&study, "s.csv", text, &[]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    run.tells("warning", "s.csv, column `ownershp`", "no check looks at it", "did you mean `ownership`?");
    assert_eq!(run.stderr.matches("no check looks at it").count(), 1, "{}", run.stderr);
    what_if(&study, "s.csv", text, &["--strict"]).refused();
    let run = what_if(&study, "s.csv", "操作,编号,学位书,办园性质\n转制,K2,300,公办\n", &[]);
    run.tells("warning", "s.csv, column `学位书`", "no check looks at it", "did you mean `学位`?");
}

#[test]
fn columns_are_called_as_in_the_files_of_the_study() {
    let study = Study::small();
    study.edit(
        "study.toml",
        "file = \"kindergartens.csv\"",
        "file = \"kindergartens.csv\"\ncolumns = { ownership = \"谁办的\" }",
    );
    let head = fs::read_to_string(study.path("kindergartens.csv")).unwrap();
    study.put("kindergartens.csv", head.replacen("ownership", "谁办的", 1));
    let json = ran(&study, "s.csv", "edit,code,谁办的\nconvert,K2,公办\n", &[]);
    assert_eq!(json["n_scenarios"], 1);
}

#[test]
fn people_follow_a_series_up_to_a_year() {
    let study = || {
        let series = "indicator,facility,area-code,year,value\npeople,,,2020,100\npeople,,,2030,150\npeople,,S1,2015,40\n\
            people,,S1,2019,50\npeople,,S1,2030,25\nrate,,,2015,80\nrate,,,2020,91\nrate,,S1,2020,93\n";
        Study::with("series.csv", series)
    };
    let text = |row: &str| format!("edit,area-code,area-name,series,year,factor\n{row}");
    let changes = |row: &str| ran(&study(), "s.csv", &text(row), &[])["scenarios"][0]["obligations"].clone();
    // One and a half times as many in all, half as many in S1: as by a factor.
    assert_eq!(changes("grow,,,people,2030,\n"), changes("grow,,,,,1.5\n"));
    assert_eq!(changes("grow,S1,光明街道,people,2030,\n"), changes("grow,S1,光明街道,,,0.5\n"));
    assert_ne!(changes("grow,,,people,2030,\n"), changes("grow,,,,,3\n"));
    for (row, what) in [
        ("grow,,,crowd,2030,\n", "no series `crowd`"),
        ("grow,,,people,soon,\n", "`soon` is no year"),
        ("grow,,,people,2031,\n", "no value of Small for 2031"),
        ("grow,S2,站前街道,people,2030,\n", "no value of 站前街道"),
    ] {
        let run = what_if(&study(), "s.csv", &text(row), &[]);
        run.refused();
        run.tells("error", "s.csv, row 2", what, "");
    }
}
