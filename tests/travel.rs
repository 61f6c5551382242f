//! `travel.table`: a study that brings what it costs to get to facilities, as a user runs it.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod support;

use std::fmt::Write;
use std::fs;
use std::path::Path;

use evenreach::model::{Lang, World};
use evenreach::read::{Options, read_study};
use evenreach::space::distance::metres;
use serde_json::Value;
use support::{EVENREACH, Run, Study, command};

/// Minutes: V1 and V2 to K1 and K3, V3 to K2. N is a site that may be opened.
const TABLE: &str = "from,to,minutes\nV1,K1,4\nV1,K3,12\nV2,K1,14\nV2,K3,2.5\nV3,K2,6\nV1,N,9\nV2,N,20\nV3,N,8\nV3,K1B,3\n\
    E1,K2,7\n";

/// The small study with a table in minutes, and `edu.near` within ten minutes.
fn timed() -> Study {
    let study = Study::with("od.csv", TABLE);
    study.edit("study.toml", "[[people]]", "[travel]\ntable = \"od.csv\"\n[[people]]");
    study.edit("pack.toml", "within = \"2 km\"", "within = \"10 min\"");
    study
}

fn json(study: &Study, name: &str) -> Value {
    serde_json::from_slice(&study.output(name)).unwrap()
}

fn finding(study: &Study, id: &str) -> Value {
    let run = study.check(&[]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    let found = json(study, "findings.json");
    found["findings"].as_array().unwrap().iter().find(|finding| finding["id"] == id).unwrap().clone()
}

#[test]
fn a_check_in_minutes_is_judged_by_the_table_and_nothing_is_called_metres() {
    let study = timed();
    let near = finding(&study, "edu.near");
    assert_eq!(near["verdict"], "met", "{near:#}");
    let found = json(&study, "findings.json");
    assert_eq!(found["travel"], serde_json::json!({ "source": "table", "unit": "minutes", "file": "od.csv" }));
    let input = found["inputs"].as_array().unwrap().iter().find(|input| input["file"] == "od.csv").unwrap();
    assert_eq!((&input["layer"], input["rows"].as_u64()), (&"travel".into(), Some(10)));
    assert_eq!(input["sha256"].as_str().unwrap().len(), 64);
    // A limit in metres is not held against minutes; what a village has itself counts all the same.
    let village = finding(&study, "edu.village");
    let why = serde_json::to_string(&village).unwrap();
    assert!(!why.contains("\"metres\""), "{why}");

    study.edit("pack.toml", "within = \"10 min\"", "within = \"5 min\", each = \"village\"");
    let near = finding(&study, "edu.near");
    assert_eq!((near["verdict"].as_str(), near["shortfall"]["value"].as_f64()), (Some("unmet"), Some(254.0)));
    let of_v3 = near["subjects"].as_array().unwrap().iter().find(|subject| subject["code"] == "V3").unwrap();
    assert_eq!(of_v3["evidence"]["nearest"], serde_json::json!({ "code": "K2", "name": "二幼", "minutes": 6.0 }));
    let areas = String::from_utf8(study.output("areas.csv")).unwrap();
    assert!(areas.contains("最近耗时（分钟）/time (min)") && !areas.contains("distance (m)"), "{areas}");
    let run = Run::of({
        let mut command = command(&["inspect", "--lang", "en"]);
        command.arg(format!("{}!edu", study.out().join("findings.xlsx").display()));
        command
    });
    assert!(run.stdout.contains("time (min)") && !run.stdout.contains("distance (m)"), "{} {}", run.stdout, run.stderr);
    assert_eq!(study.check(&["--lang", "zh"]).code, 0);
    let areas = String::from_utf8(study.output("areas.csv")).unwrap();
    assert!(areas.contains("最近：二幼，6 分钟"), "{areas}");
}

#[test]
fn a_pack_in_minutes_without_a_table_is_unknown_and_says_what_to_bring() {
    let study = timed();
    study.edit("study.toml", "[travel]\ntable = \"od.csv\"\n", "");
    let near = finding(&study, "edu.near");
    assert_eq!((near["verdict"].as_str(), near["why"]["key"].as_str()), (Some("unknown"), Some("other-unit")));
    assert!(near["why"]["en"].as_str().unwrap().contains("bring a table of costs in min"), "{near:#}");
    let near = {
        study.edit("study.toml", "[[people]]", "[travel]\ntable = \"od.csv\"\n[[people]]");
        study.edit("pack.toml", "within = \"10 min\"", "within = \"2 km\"");
        finding(&study, "edu.near")
    };
    assert_eq!((near["verdict"].as_str(), near["why"]["key"].as_str()), (Some("unknown"), Some("other-unit")));
}

#[test]
fn a_facility_that_the_table_does_not_name_is_warned_of_and_its_catchment_is_not_known() {
    let study = timed();
    study.put("od.csv", TABLE.replace("V3,K2,6\n", "").replace("E1,K2,7\n", ""));
    let near = finding(&study, "edu.near");
    assert_eq!(near["verdict"], "unknown", "{near:#}");
    study.check(&[]).tells(
        "warning",
        "kindergartens.csv",
        "od.csv has no row to 1 of 3 facilities of `kindergarten` (K2)",
        "add rows",
    );
    // One that the table names and that V3 has no way to is not near V3.
    study.put("od.csv", TABLE.replace("V3,K2,6\n", "V1,K2,30\n").replace("E1,K2,7\n", ""));
    let near = finding(&study, "edu.near");
    assert_eq!((near["verdict"].as_str(), near["shortfall"]["value"].as_f64()), (Some("unmet"), Some(254.0)));
}

#[test]
fn inspect_shows_the_table_of_a_study_and_knows_one_by_its_columns() {
    let study = timed();
    let run = Run::of({
        let mut command = command(&["inspect", "--lang", "en"]);
        command.arg(study.folder());
        command
    });
    let line = run.stdout.lines().find(|line| line.contains("od.csv")).unwrap_or_else(|| panic!("{}", run.stdout));
    assert!(line.contains("costs of travel, 10 rows") && line.contains("sha256"), "{line}");
    let run = Run::of({
        let mut command = command(&["inspect", "--lang", "en"]);
        command.arg(study.path("od.csv"));
        command
    });
    assert!(
        run.stdout.contains("minutes → cost") && run.stdout.contains("[travel]\ntable = \"od.csv\""),
        "{}",
        run.stdout
    );
}

fn what_if(study: &Study, text: &str) -> Run {
    study.put("edits.csv", text);
    let mut command = command(&["whatif", "--lang", "en"]);
    command.arg(study.folder()).arg(study.path("edits.csv")).arg("--out").arg(study.out());
    Run::of(command)
}

#[test]
fn edits_have_the_costs_that_the_table_gives_them() {
    let study = timed();
    study.edit("pack.toml", "within = \"10 min\", at-least = \"90 %\"", "within = \"5 min\", at-least = \"90 %\"");
    let run = what_if(
        &study,
        "scenario,edit,service,code,to,lon,lat,area-code,from,residents,children-3-5\n\
         A,open,kindergarten,N,,121.15,39.05,,,,\n\
         B,move,kindergarten,K1,K1B,121.16,39.05,,,,\n\
         C,settle,,,,121.07,39.05,,V2,0,400\n",
    );
    assert_eq!(run.code, 0, "{}", run.stderr);
    let found = json(&study, "whatif.json");
    assert_eq!(found["travel"]["unit"], "minutes");
    let of = |name: &str| {
        let all = found["scenarios"].as_array().unwrap();
        let scenario = all.iter().find(|scenario| scenario["name"] == name).unwrap();
        let near =
            scenario["obligations"].as_array().unwrap().iter().find(|change| change["id"] == "edu.near").cloned();
        (near, scenario["access"][0].clone())
    };
    // N is 8 minutes from V3: nobody is nearer, and nothing changes within 5.
    let (near, access) = of("A");
    assert!(near.is_none(), "{near:?}");
    assert_eq!((access["before"]["worst_min"].as_f64(), access["after"]["worst_min"].as_f64()), (Some(6.0), Some(6.0)));
    assert!(access["after"]["mean_m"].is_null());
    // K1 moves to where the 300 of V3 reach it in 3 minutes; the 120 of V1 have no way to it any more, but to K3.
    let (near, access) = of("B");
    assert_eq!(
        (near.unwrap()["persons_gained"].as_f64(), access["after"]["worst_min"].as_f64()),
        (Some(180.0), Some(12.0))
    );
    // 400 children more live at V2, near K3.
    let (near, _) = of("C");
    assert_eq!(near.unwrap()["shortfall_after"].as_f64(), Some(0.9 * 860.0 - 560.0));
    assert!(run.stdout.contains(" min, Gini") && !run.stdout.contains(" m, Gini"), "{}", run.stdout);
    let table = String::from_utf8(study.output("whatif.csv")).unwrap();
    assert!(table.contains("\"mean cost to the nearest, min\""), "{table}");
}

#[test]
fn an_edit_without_costs_in_the_table_says_what_to_add() {
    let study = timed();
    let run = what_if(
        &study,
        "edit,service,code,to,lon,lat,from,residents,children-3-5\n\
         open,kindergarten,M,,121.15,39.05,,,\n\
         move,kindergarten,K1,,121.16,39.05,,,\n\
         move,kindergarten,K2,gone,121.16,39.05,,,\n\
         settle,,,,121.07,39.05,nowhere,1,1\n",
    );
    run.refused();
    run.tells("error", "edits.csv, row 2", "od.csv has no row to `M`", "add rows from,to,cost with `M` in `to`");
    run.tells("error", "edits.csv, row 3", "nothing says by which name od.csv knows the new place", "in a column `to`");
    run.tells("error", "edits.csv, row 4", "od.csv has no row to `gone`", "add rows");
    run.tells("error", "edits.csv, row 5", "od.csv has no row from `nowhere`", "in a column `from`");
}

#[test]
fn sites_are_chosen_by_the_costs_of_the_table() {
    let study = timed();
    study.edit("pack.toml", "within = \"10 min\"", "within = \"5 min\"");
    study.put("od.csv", TABLE.to_owned() + "V1,Q,30\nV2,Q,30\nV3,Q,5\n");
    // Q is at the far end of the district, and five minutes from V3 all the same.
    study.put("sites.csv", "code,lon,lat\nN,121.15,39.05\nQ,121.01,39.09\n");
    let site = |candidates: &str, more: &[&str]| {
        let mut command = command(&["site", "--lang", "en", "--budget", "1", "--candidates", candidates]);
        command.arg(study.folder()).arg("--out").arg(study.out()).args(more);
        Run::of(command)
    };
    let sites = study.path("sites.csv");
    let run = site(sites.to_str().unwrap(), &["--for", "edu.near"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    let found = json(&study, "site.json");
    assert_eq!((found["objective"].as_f64(), found["limit"].as_f64()), (Some(460.0), Some(5.0)));
    assert!(found["chosen"][0].as_str().unwrap().starts_with('Q'), "{found:#}");
    assert_eq!(json(&study, "whatif.json")["scenarios"][0]["fixed"], serde_json::json!(["edu.near"]));
    // A grid has no costs, and no area is a destination.
    for candidates in ["grid", "areas"] {
        let run = site(candidates, &["--for", "edu.near"]);
        run.refused();
        run.says(&["give --candidates FILE with sites that it has in `to`"]);
    }
    study.put("sites.csv", "code,lon,lat\nZ,121.15,39.05\n");
    let run = site(sites.to_str().unwrap(), &["--for", "edu.near"]);
    run.refused();
    run.tells("error", "sites.csv, row 2", "no row to `Z`", "add rows");
}

/// A table that holds the straight line of all pairs of the study in `folder`: from the codes of areas and estates, to the
/// codes of facilities that have a place.
fn straight_lines(world: &World) -> String {
    let mut text = "from,to,metres\n".to_owned();
    let areas = world.areas.iter().filter_map(|(_, area)| Some((area.code.as_str(), area.place?)));
    let estates = world.estates.rows.values().iter().filter_map(|estate| Some((estate.code.as_str(), estate.place?)));
    for (from, place) in areas.chain(estates) {
        for (_, row) in world.facilities.iter() {
            if let Some(to) = row.place {
                writeln!(text, "{from},{},{}", row.code, metres(place, to)).unwrap();
            }
        }
    }
    text
}

fn copied(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copied(&entry.path(), &target)
        } else {
            fs::copy(entry.path(), target).map(|_| ()).unwrap()
        }
    }
}

/// Takes out the rows of a table that have no coordinates, where it has a column for them.
fn drop_unplaced(file: &Path) {
    let text = fs::read_to_string(file).unwrap();
    let Some(at) = text.lines().next().unwrap().split(',').position(|header| header.ends_with("/lon")) else { return };
    assert!(!text.contains('"'), "cells are split at commas");
    let kept: Vec<&str> = text.lines().filter(|line| !line.split(',').nth(at).unwrap().is_empty()).collect();
    fs::write(file, kept.join("\n") + "\n").unwrap();
}

/// What a study is found to be, without what it is read from.
fn found(folder: &Path, out: &Path) -> Value {
    let run = Run::of({
        let mut command = std::process::Command::new(EVENREACH);
        command.args(["check", "--lang", "en", "--write", "json", "--out"]).arg(out).arg(folder);
        command
    });
    assert_eq!(run.code, 0, "{}", run.stderr);
    let mut found: Value = serde_json::from_slice(&fs::read(out.join("findings.json")).unwrap()).unwrap();
    for key in ["inputs", "problems", "travel"] {
        found.as_object_mut().unwrap().remove(key);
    }
    found
}

#[test]
fn a_table_of_straight_lines_gives_what_the_study_without_it_gives() {
    let home = tempfile::tempdir().unwrap();
    let (plain, listed) = (home.path().join("plain"), home.path().join("listed"));
    let jinpu = Path::new(env!("CARGO_MANIFEST_DIR")).join("geodata/jinpu");
    copied(&jinpu, &plain);
    // What stands nobody knows where may be near by a straight line, and anywhere by a table.
    for file in fs::read_dir(plain.join("illustrative")).unwrap() {
        drop_unplaced(&file.unwrap().path());
    }
    let world = read_study(&plain, &Options::default(), &|_, _| ()).unwrap().world;
    assert!(world.name.get(Lang::En).contains("Jinpu"));
    copied(&plain, &listed);
    fs::write(listed.join("od.csv"), straight_lines(&world)).unwrap();
    let study = fs::read_to_string(plain.join("study.toml")).unwrap();
    fs::write(listed.join("study.toml"), study + "\n[travel]\ntable = \"od.csv\"\n").unwrap();
    let (before, after) = (found(&plain, &home.path().join("a")), found(&listed, &home.path().join("b")));
    let pairs = before["findings"].as_array().unwrap().iter().zip(after["findings"].as_array().unwrap());
    for (before, after) in pairs {
        assert_eq!(before, after);
    }
    assert_eq!(before, after);
}
