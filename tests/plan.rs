//! `plan`: the least that must be done so that promises hold, as a user runs it.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod support;

use serde_json::Value;
use support::{Run, Study, command};

fn plan(study: &Study, more: &[&str]) -> Run {
    let mut command = command(&["plan"]);
    command.arg(study.folder()).arg("--out").arg(study.out()).args(more);
    if !more.contains(&"--lang") {
        command.args(["--lang", "en"]);
    }
    Run::of(command)
}

fn json(study: &Study, name: &str) -> Value {
    serde_json::from_slice(&study.output(name)).unwrap()
}

fn words(list: &Value) -> Vec<&str> {
    list.as_array().unwrap().iter().map(|word| word.as_str().unwrap()).collect()
}

const EDITS: &str = "edit,code,name,service,lon,lat,ownership,form,capacity,cost\n\
    open,N1,large,kindergarten,121.16,39.05,公办,独立,200,100\n\
    open,N2,small,kindergarten,121.17,39.05,公办,独立,50,30\n\
    convert,K2,,kindergarten,,,公办,,,20\n\
    resize,K3,,kindergarten,,,,,100,10\n";

fn with_edits(edits: &str) -> (Study, String) {
    let study = Study::with("edits.csv", edits);
    let path = study.path("edits.csv").to_str().unwrap().to_owned();
    (study, path)
}

#[test]
fn the_cheapest_choice_is_found_for_one_promise_and_another_for_two_and_the_files_say_why() {
    let (study, edits) = with_edits(EDITS);
    let run = plan(&study, &["--candidates", &edits, "--obligations", "edu.public"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    let found = json(&study, "plan.json");
    // The private kindergarten of S2 becomes public.
    assert_eq!(
        (found["status"].as_str(), found["objective"].as_f64(), &found["proven"]),
        (Some("optimal"), Some(20.0), &true.into())
    );
    assert_eq!(words(&found["chosen"]), ["convert K2 #3"]);
    let serves = &found["sites"][0]["serves"][0];
    assert_eq!((serves["id"].as_str(), words(&serves["areas"])), (Some("edu.public"), vec!["S2 站前街道"]));
    assert_eq!(serves["persons"].as_f64(), Some(9000.0));

    // 460 children, 270 places that are known: the large new one mends both, for less than what each needs alone.
    let run = plan(&study, &["--candidates", &edits, "--obligations", "edu.public,edu.seats"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    let found = json(&study, "plan.json");
    assert_eq!((found["objective"].as_f64(), words(&found["chosen"])), (Some(100.0), vec!["open large #1"]));
    assert_eq!(words(&found["held"]), ["edu.public", "edu.seats"]);
    assert_eq!((&found["gap"], &found["bound"]), (&0.0.into(), &100.0.into()));
    // With less money: from nothing up, no rung dearer for less.
    let ladder = found["ladder"].as_array().unwrap();
    let figure = |rung: &Value, key: &str| rung[key].as_f64().unwrap();
    assert_eq!((figure(&ladder[0], "cost"), figure(ladder.last().unwrap(), "lacking")), (0.0, 0.0));
    assert!(ladder.windows(2).all(|two| figure(&two[0], "cost") < figure(&two[1], "cost")));
    assert!(ladder.iter().any(|rung| words(&rung["held"]) == ["edu.public"]), "{ladder:#?}");
    assert!(run.stdout.contains("proven") && run.stdout.contains("open large #1 [100]"), "{}", run.stdout);
    // What is not shown of them is counted.
    let shown = run.stdout.lines().filter(|line| line.starts_with("  cost ")).count();
    let more = format!("… and {} more budgets, in ladder.csv", ladder.len() - shown);
    assert!(0 < shown && run.stdout.contains(&more), "{more}: {}", run.stdout);
}

#[test]
fn a_plan_that_is_carried_out_passes_the_check() {
    let (study, edits) = with_edits(EDITS);
    plan(&study, &["--candidates", &edits, "--obligations", "edu.public,edu.seats"]);
    study.edit("kindergartens.csv", "K3,三幼", "N1,large,V3,东村,121.16,39.05,公办,独立,,200,,\nK3,三幼");
    assert_eq!(study.check(&[]).code, 0);
    let findings = json(&study, "findings.json");
    let verdict = |id: &str| {
        let all = findings["findings"].as_array().unwrap();
        all.iter().find(|found| found["id"] == id).unwrap()["verdict"].as_str().unwrap().to_owned()
    };
    assert_eq!((verdict("edu.public"), verdict("edu.seats")), ("met".to_owned(), "met".to_owned()));
}

#[test]
fn without_candidates_what_is_lacking_is_mended_and_whatif_reads_the_plan() {
    let study = Study::small();
    let run = plan(&study, &["--obligations", "edu.public", "--obligations", "edu.seats"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    let found = json(&study, "plan.json");
    assert_eq!((found["status"].as_str(), found["objective_unit"].as_str()), (Some("optimal"), Some("edits")));
    let mut command = command(&["whatif", "--lang", "en", "--crs", "EPSG:4326"]);
    let file = study.home().join("plan.csv");
    std::fs::write(&file, study.output("plan.csv")).unwrap();
    command.arg(study.folder()).arg(&file).arg("--out").arg(study.home().join("again"));
    let run = Run::of(command);
    assert_eq!(run.code, 0, "{}", run.stderr);
    let again: Value = serde_json::from_slice(&std::fs::read(study.home().join("again/whatif.json")).unwrap()).unwrap();
    let fixed = words(&again["scenarios"][0]["fixed"]);
    assert!(words(&found["held"]).iter().all(|id| fixed.contains(id)), "{fixed:?}");
    assert!(words(&again["scenarios"][0]["broken"]).is_empty());
}

#[test]
fn what_cannot_be_kept_is_said_with_the_place_and_what_does_not_go_together_by_name() {
    // Only K3 may grow: no street gets a public kindergarten by that.
    let (study, edits) = with_edits("edit,code,service,capacity,cost\nresize,K3,kindergarten,100,10\n");
    let run = plan(&study, &["--candidates", &edits, "--obligations", "edu.public"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    let found = json(&study, "plan.json");
    assert_eq!(
        (found["status"].as_str(), &found["objective"], &found["proven"]),
        (Some("infeasible"), &Value::Null, &true.into())
    );
    assert_eq!(words(&found["impossible"][0]["lacking"]), ["S2 站前街道"]);
    assert!(run.stdout.contains("站前街道"), "{}", run.stdout);

    // K2 becomes public or grows: either promise can be kept, not both.
    let (study, edits) = with_edits(
        "edit,code,service,ownership,capacity,cost\nconvert,K2,kindergarten,公办,,20\nresize,K2,kindergarten,,400,50\n",
    );
    let run = plan(&study, &["--candidates", &edits, "--obligations", "edu.public,edu.seats"]);
    let found = json(&study, "plan.json");
    assert_eq!((found["status"].as_str(), found["objective"].as_f64()), (Some("partial"), Some(20.0)));
    assert_eq!(
        (words(&found["conflict"]["obligations"]), &found["conflict"]["smallest"]),
        (vec!["edu.public", "edu.seats"], &true.into())
    );
    assert_eq!((words(&found["held"]), words(&found["given_up"])), (vec!["edu.public"], vec!["edu.seats"]));
    assert!(run.stdout.contains("cannot hold together"), "{}", run.stdout);
    let run = plan(&study, &["--candidates", &edits, "--obligations", "edu.public,edu.seats", "--lang", "zh"]);
    assert!(run.stdout.contains("无法同时达标"), "{}", run.stdout);
}

fn without_costs() -> String {
    let rows = EDITS.lines().map(|row| row.rsplit_once(',').unwrap().0);
    rows.map(|row| format!("{row}\n")).collect()
}

#[test]
fn prices_come_from_a_list_and_its_mistakes_are_told_at_once() {
    let (study, edits) = with_edits(&without_costs());
    study.put("prices.csv", "操作,服务,计价单位,费用\n新建,幼儿园,,40\n新建,幼儿园,capacity,0.5\n转制,,,90\n,,,7\n");
    let prices = study.path("prices.csv").to_str().unwrap().to_owned();
    let run = plan(&study, &["--candidates", &edits, "--costs", &prices, "--obligations", "edu.public"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    let found = json(&study, "plan.json");
    // 40 and half of 50 for each place are less than 90.
    assert_eq!((found["objective"].as_f64(), words(&found["chosen"])), (Some(65.0), vec!["open small #2"]));

    // What no row names has the price of the row without a name, or none: then the list is refused.
    study.put("prices.csv", "edit,service,cost\nopen,kindergarten,40\n");
    let run = plan(&study, &["--candidates", &edits, "--costs", &prices, "--obligations", "edu.public"]);
    run.refused();
    assert!(run.stderr.contains("a row without edit and service is that of all others"), "{}", run.stderr);
    study.put("prices.csv", "edit,service,cost\nopen,kindergarten,40\n,,7\n");
    let run = plan(&study, &["--candidates", &edits, "--costs", &prices, "--obligations", "edu.public"]);
    assert_eq!((run.code, json(&study, "plan.json")["objective"].as_f64()), (0, Some(7.0)), "{}", run.stderr);

    study.put("prices.csv", "edit,service,cost\nopen,kindergarten,-1\nbild,,3\nopen,castle,4\nclose,,5\nclose,,6\n");
    let run = plan(&study, &["--candidates", &edits, "--costs", &prices]);
    run.refused();
    for (row, what) in
        [(2, "`-1` is no cost"), (3, "`bild` is no edit"), (4, "castle"), (6, "row 5 gives this price already")]
    {
        let place = format!("prices.csv, row {row}: ");
        let told = run.stderr.lines().any(|line| line.contains(&place) && line.contains(what));
        assert!(told, "{row} {what}: {}", run.stderr);
    }
    assert!(!run.stderr.contains("panicked"));
}

#[test]
fn a_column_that_a_list_of_prices_does_not_have_is_refused_with_those_that_it_may_have() {
    let (study, edits) = with_edits(&without_costs());
    let prices = study.path("prices.csv").to_str().unwrap().to_owned();
    let refused = |table: &str, lang: &str, what: &[&str]| {
        study.put("prices.csv", table);
        let run = plan(&study, &["--candidates", &edits, "--costs", &prices, "--lang", lang]);
        run.refused();
        for what in what {
            assert!(run.stderr.contains(what), "{what}: {}", run.stderr);
        }
    };
    // Taken for nothing, the price of a place would be that of a kindergarten.
    let each = "操作,服务,每,费用\n新建,幼儿园,学位数,2\n,,,7\n";
    refused(
        each,
        "zh",
        &["prices.csv “每”列", "表头第 3 列", "是否应为“计价单位”？", "费用、操作、服务", "cost、edit"],
    );
    refused(
        each,
        "en",
        &["prices.csv, column `每`", "column 3 of", "did you mean `per`?", "cost, edit, service, per", "费用"],
    );
    refused("edit,servise,cost\nopen,kindergarten,2\n", "en", &["column `servise`", "did you mean `service`?"]);
    // Known elsewhere, of no use here.
    refused("edit,service,cost,year\nopen,kindergarten,2,2024\n", "en", &["column `year`", "column 4 of"]);
    refused("edit,service,price\nopen,kindergarten,2\n", "en", &["column `price`", "no column holds the costs"]);
    // A word that is no attribute anywhere would make what grows cost nothing.
    study.put("prices.csv", "edit,service,per,cost\nresize,kindergarten,学位樹,2\n,,,7\n");
    for (lang, what) in [("en", "`学位樹` in the column `per`"), ("zh", "计价单位“学位樹”")] {
        let run = plan(&study, &["--candidates", &edits, "--costs", &prices, "--lang", lang]);
        run.refused();
        assert!(run.stderr.contains(what), "{}", run.stderr);
    }
    // Remarks are for people, and so is a comma too many.
    study.put("prices.csv", "操作,服务/service,按（per）,费用,备注,\n新建,幼儿园,学位数,2,每个学位,\n,,,7,,\n");
    let run = plan(&study, &["--candidates", &edits, "--costs", &prices, "--obligations", "edu.public"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
}

#[test]
fn people_and_areas_are_not_chosen_and_nothing_is_written() {
    let (study, edits) = with_edits("edit,area-code,area-name,factor,cost\ngrow,S1,光明街道,0,1\n");
    let run = plan(&study, &["--candidates", &edits]);
    run.refused();
    assert!(run.stderr.contains("edits people or areas") && !study.out().exists(), "{}", run.stderr);
    let run = plan(&Study::small(), &["--obligations", "edu.nothing"]);
    run.refused();
    for limit in ["0", "-5", "soon", "nan"] {
        let run = plan(&Study::small(), &["--time-limit", limit]);
        run.refused();
        assert!(run.stderr.contains(&format!("--time-limit `{limit}` is no time")), "{}", run.stderr);
    }
    for (lang, what) in [("en", "cannot read the file"), ("zh", "文件不存在")] {
        let run = plan(&Study::small(), &["--costs", "no/such/prices.csv", "--lang", lang]);
        run.refused();
        assert!(run.stderr.contains("no/such/prices.csv: ") && run.stderr.contains(what), "{}", run.stderr);
    }
}

#[test]
fn each_promise_given_up_is_explained_by_a_conflict_with_what_is_kept() {
    // K2 becomes public, grows, or gets smaller classes; no kindergarten may be that large, and none is today.
    let (study, edits) = with_edits(
        "edit,code,service,ownership,capacity,largest-class,cost\n\
         convert,K2,kindergarten,公办,,,20\nresize,K2,kindergarten,,400,,50\nconvert,K2,kindergarten,,,30,9\n",
    );
    study.edit("kindergartens.csv", "V1;V2,,2019-09-01,", "V1;V2,100,2019-09-01,33");
    promise(&study, "cap", r#"ceiling = { service = "kindergarten", value = "capacity", at-most = 390 }"#);
    promise(&study, "calm", r#"ceiling = { service = "kindergarten", value = "largest-class", at-most = 35 }"#);
    let run = plan(&study, &["--candidates", &edits, "--obligations", "edu.public,edu.seats,calm"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    let found = json(&study, "plan.json");
    assert_eq!((words(&found["held"]), words(&found["given_up"])), (vec!["calm"], vec!["edu.public", "edu.seats"]));
    let conflicts = found["conflicts"].as_array().unwrap();
    assert_eq!(conflicts[0], found["conflict"]);
    let explained = |id: &str| conflicts.iter().find(|conflict| conflict["explains"] == id).unwrap();
    assert_eq!(words(&explained("edu.public")["obligations"]), ["edu.public", "calm"]);
    assert_eq!(words(&explained("edu.seats")["obligations"])[0], "edu.seats");
    assert!(conflicts.iter().all(|conflict| conflict["smallest"] == true), "{conflicts:#?}");
    assert!(run.stdout.contains("cannot hold together") && run.stdout.contains("! nor can edu."), "{}", run.stdout);

    // What is kept today is the only thing in the way: nothing is to be done, and no word says that all is kept.
    for (lang, said, kept, nothing) in [
        ("en", "no choice of the candidates keeps any", "edu.seats, cap (kept today)", "no edit is chosen"),
        ("zh", "任何候选措施组合都无法", "edu.seats、cap（现已达标）", "未选定任何措施"),
    ] {
        let run = plan(&study, &["--candidates", &edits, "--obligations", "edu.seats", "--lang", lang]);
        assert!(run.code == 0 && run.stdout.contains(said) && run.stdout.contains(kept), "{}", run.stdout);
        // `whatif` would refuse a file without a row, so nobody is sent there.
        assert!(run.stdout.contains(nothing) && !run.stdout.contains("whatif"), "{}", run.stdout);
        let found = json(&study, "plan.json");
        assert_eq!((found["status"].as_str(), &found["proven"]), (Some("infeasible"), &true.into()));
        assert_eq!((words(&found["given_up"]), words(&found["chosen"]).len()), (vec!["edu.seats"], 0));
        assert_eq!(words(&found["conflict"]["obligations"]), ["edu.seats", "cap"]);
    }
}

/// Adds a promise to the pack.
fn promise(study: &Study, id: &str, check: &str) {
    let pack = std::fs::read_to_string(study.path("pack.toml")).unwrap();
    let more = format!(
        "\n[[obligation]]\nid = \"{id}\"\nclause = \"7\"\nlead = \"bureau\"\nsummary = {{ en = \"all\", zh = \"全部\" }}\ncheck.{check}\n"
    );
    study.put("pack.toml", pack + &more);
}

const ESTATES: &str = r#"pairing = { service = "kindergarten", within = "500 m", opens = "opened", capacity = "capacity", places-per-household = 0.2 }"#;

#[test]
fn new_estates_get_their_facility_in_the_language_of_the_output_and_whatif_reads_it() {
    let study = Study::small();
    promise(&study, "edu.estates", ESTATES);
    for (lang, name, facility) in
        [("zh", "新建幼儿园 E1 新城", "新城新建幼儿园"), ("en", "open kindergarten E1 新城", "新城 kindergarten")]
    {
        let run = plan(&study, &["--obligations", "edu.estates", "--lang", lang]);
        assert_eq!(run.code, 0, "{}", run.stderr);
        let found = json(&study, "plan.json");
        assert_eq!((found["status"].as_str(), words(&found["chosen"])), (Some("optimal"), vec![name]), "{found:#}");
        let edit = &found["sites"][0]["edits"][0];
        assert_eq!((edit["name"].as_str(), edit["attributes"]["capacity"].as_f64()), (Some(facility), Some(240.0)));
        assert_eq!(edit["attributes"]["opened"].as_str(), Some("2019-06-30"));
        assert!(run.stdout.contains(name), "{}", run.stdout);
        let map = String::from_utf8(study.output("scenario-01.geojson")).unwrap();
        assert!(map.contains(facility), "{map}");
        let file = study.home().join("plan.csv");
        std::fs::write(&file, study.output("plan.csv")).unwrap();
        let mut command = command(&["whatif", "--lang", lang, "--crs", "EPSG:4326"]);
        command.arg(study.folder()).arg(&file).arg("--out").arg(study.home().join("again"));
        let run = Run::of(command);
        assert_eq!(run.code, 0, "{}", run.stderr);
        let again = std::fs::read(study.home().join("again/whatif.json")).unwrap();
        let again: Value = serde_json::from_slice(&again).unwrap();
        assert!(words(&again["scenarios"][0]["fixed"]).contains(&"edu.estates"), "{again:#}");
    }
    // Nobody knows how many live there.
    study.edit("estates.csv", ",1200,", ",,");
    let run = plan(&study, &["--obligations", "edu.estates,edu.public"]);
    let found = json(&study, "plan.json");
    assert_eq!(found["impossible"][0]["why"].as_str(), Some("the-study-does-not-say-enough"));
    assert_eq!(words(&found["impossible"][0]["lacking"]), ["新城"]);
    assert!(run.stdout.contains("does not say enough") && run.stdout.contains("新城"), "{}", run.stdout);
}

#[test]
fn the_same_plan_twice_is_the_same_but_for_the_time_it_took() {
    let study = Study::small();
    let outputs = || {
        let run = plan(&study, &["--obligations", "edu"]);
        assert_eq!(run.code, 0, "{}", run.stderr);
        let mut found = json(&study, "plan.json");
        found["elapsed_s"] = Value::Null;
        (found, study.output("plan.csv"), study.output("ladder.csv"))
    };
    assert_eq!(outputs(), outputs());
}

#[test]
fn a_plan_that_has_no_time_says_so() {
    let study = Study::small();
    let run = plan(&study, &["--time-limit", "0.000001"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    let found = json(&study, "plan.json");
    assert_eq!((found["status"].as_str(), &found["proven"]), (Some("stopped"), &false.into()));
    assert!(run.stdout.contains("--time-limit"), "{}", run.stdout);
}

#[test]
fn what_two_promises_ask_of_one_facility_is_done_at_once() {
    let study = Study::small();
    // K2 is neither public nor of its own form, K3 is public: each promise alone is in reach, and so are both.
    study.edit("kindergartens.csv", "民办,独立", "民办,联合");
    for (id, being) in [("all.public", "ownership = \"public\""), ("all.own", "form = \"own\"")] {
        let check = format!("share = {{ service = \"kindergarten\", being = {{ {being} }}, at-least = \"100 %\" }}");
        promise(&study, id, &check);
    }
    let run = plan(&study, &["--obligations", "all"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    let found = json(&study, "plan.json");
    assert_eq!((found["status"].as_str(), found["objective"].as_f64()), (Some("optimal"), Some(2.0)), "{found:#}");
    assert_eq!(words(&found["held"]), ["all.public", "all.own"]);
    // What is kept already needs no plan.
    let run = plan(&study, &["--obligations", "edu.near"]);
    assert_eq!((run.code, run.stdout.contains("kept already")), (0, true), "{}", run.stdout);
}
