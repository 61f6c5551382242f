//! `site STUDY`: the next sites for an obligation or a service, as a user runs it.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod support;

use serde_json::Value;
use support::{Run, Study, command};

fn site(study: &Study, more: &[&str]) -> Run {
    let mut command = command(&["site", "--lang", "en"]);
    command.arg(study.folder()).arg("--out").arg(study.out()).args(more);
    Run::of(command)
}

fn json(study: &Study, name: &str) -> Value {
    serde_json::from_slice(&study.output(name)).unwrap()
}

fn chosen(study: &Study) -> Vec<String> {
    let json = json(study, "site.json");
    assert_eq!(json["proven"], true, "{json:#}");
    json["chosen"].as_array().unwrap().iter().map(|id| id.as_str().unwrap().to_owned()).collect()
}

// No kindergarten of S1 and S2 is nearer than 2 km to these people, each beside a candidate.
const SITES: &str = "name,lon,lat\nwest,121.01,39.01\nmiddle,121.10,39.01\neast,121.19,39.01\nfar,121.19,39.09\n";
const PEOPLE: &str = "area-code,lon,lat,residents,children-3-5\n\
    S1,121.012,39.012,0,100\nS1,121.101,39.010,0,40\nS2,121.188,39.012,0,90\nS2,121.19,39.088,0,60\n";

fn scattered() -> Study {
    let study = Study::with("sites.csv", SITES);
    study.put("people.csv", PEOPLE);
    study
}

#[test]
fn sites_for_a_distance_serve_as_many_as_can_be_and_the_study_says_the_same() {
    let study = scattered();
    let sites = study.path("sites.csv");
    for (budget, expected, served) in
        [("1", &["west"][..], 100.0), ("2", &["west", "east"], 190.0), ("9", &["west", "middle", "east", "far"], 290.0)]
    {
        let run = site(&study, &["--for", "edu.near", "--budget", budget, "--candidates", sites.to_str().unwrap()]);
        assert_eq!(run.code, 0, "{}", run.stderr);
        let names = chosen(&study);
        assert_eq!(names.iter().map(|name| name.split(' ').next().unwrap()).collect::<Vec<_>>(), expected);
        let found = json(&study, "site.json");
        assert_eq!((found["objective"].as_f64(), &found["problem"]), (Some(served), &"mclp".into()));
        // All that stand today are a site of the search alone.
        assert_eq!((found["p"].to_string(), &found["existing"]), (budget.to_owned(), &serde_json::json!([])));
        assert_eq!(found["stand_in"], "all that stand today");
        let persons: f64 =
            found["sites"].as_array().unwrap().iter().map(|site| site["persons"].as_f64().unwrap()).sum();
        assert_eq!(persons, served);
        // Judged in the edited study: who gains is whom the solver counted.
        let change = &json(&study, "whatif.json")["scenarios"][0];
        let near = change["obligations"].as_array().unwrap().iter().find(|change| change["id"] == "edu.near").unwrap();
        assert_eq!(near["persons_gained"].as_f64(), Some(served));
        assert_eq!(change["fixed"].as_array().unwrap().contains(&"edu.near".into()), budget == "9");
    }
}

#[test]
fn sites_for_each_area_go_where_most_people_lack_one_and_count_there() {
    // S2 lacks a public kindergarten.
    let study = Study::small();
    let run = site(&study, &["--for", "edu.public", "--budget", "1"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert_eq!(chosen(&study), ["V3 东村"]);
    let change = &json(&study, "whatif.json")["scenarios"][0];
    assert_eq!(change["fixed"], serde_json::json!(["edu.public"]));
    let map = json(&study, "scenario-01.geojson");
    assert_eq!(map["features"][0]["properties"]["what"], "opened");
}

#[test]
fn a_budget_of_money_is_spent_where_it_serves_most() {
    let study = Study::with(
        "sites.csv",
        "name,lon,lat,cost\nwest,121.01,39.01,5\nmiddle,121.10,39.01,1\neast,121.19,39.01,5\nfar,121.19,39.09,2\n",
    );
    study.put("people.csv", PEOPLE);
    let sites = study.path("sites.csv");
    let ask = |more: &[&str]| site(&study, &[&["--candidates", sites.to_str().unwrap()], more].concat());
    let names = || chosen(&study).iter().map(|name| name.split(' ').next().unwrap().to_owned()).collect::<Vec<_>>();
    let run = ask(&["--for", "edu.near", "--cost", "6"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert_eq!(names(), ["west", "middle"]);
    let found = json(&study, "site.json");
    assert_eq!(
        (found["objective"].as_f64(), found["cost"].as_f64(), found["p"].is_null()),
        (Some(140.0), Some(6.0), true)
    );
    assert_eq!(found["sites"][1]["cost"].as_f64(), Some(1.0));
    assert!(run.stdout.contains("spent      6 of 6"), "{}", run.stdout);
    let change = &json(&study, "whatif.json")["scenarios"][0];
    assert_eq!(change["cost"].as_f64(), Some(6.0));
    // One site at most, for as much.
    let run = ask(&["--for", "edu.near", "--cost", "6", "--budget", "1"]);
    assert_eq!((run.code, names()), (0, vec!["west".to_owned()]), "{}", run.stderr);
    let by_cost = ["--for", "kindergarten", "--group", "children-3-5", "--cost", "3"];
    let run = ask(&by_cost);
    assert_eq!((run.code, names()), (0, vec!["middle".to_owned(), "far".to_owned()]), "{}", run.stderr);
    let run = ask(&[&by_cost[..], &["--objective", "worst"]].concat());
    assert!(run.code == 0 && json(&study, "site.json")["cost"].as_f64().unwrap() <= 3.0, "{}", run.stderr);
    let run = site(&study, &["--for", "edu.near", "--cost", "6"]);
    assert!(run.stderr.contains("3 of 3 do not say") && run.stderr.contains("a column `cost`"), "{}", run.stderr);
}

#[test]
fn the_fewest_sites_that_keep_an_obligation_keep_it_in_the_edited_study() {
    let study = scattered();
    let sites = study.path("sites.csv");
    study.edit("pack.toml", "at-least = \"90 %\" }\n", "at-least = \"80 %\" }\n");
    let ask = ["--for", "edu.near", "--objective", "fewest", "--candidates", sites.to_str().unwrap()];
    let run = site(&study, &ask);
    assert_eq!(run.code, 0, "{}", run.stderr);
    let names = chosen(&study);
    assert_eq!(names.iter().map(|name| name.split(' ').next().unwrap()).collect::<Vec<_>>(), ["west", "east", "far"]);
    let found = json(&study, "site.json");
    assert_eq!(
        (&found["problem"], found["objective"].as_f64(), found["share"].as_f64()),
        (&"lscp".into(), Some(3.0), Some(0.8))
    );
    assert_eq!(json(&study, "whatif.json")["scenarios"][0]["fixed"], serde_json::json!(["edu.near"]));
    // Of the areas that lack one, each needs one.
    let study = Study::small();
    let run = site(&study, &["--for", "edu.public", "--objective", "fewest"]);
    assert_eq!((run.code, &chosen(&study)[..]), (0, &["V3 东村".to_owned()][..]), "{}", run.stderr);
    assert_eq!(json(&study, "whatif.json")["scenarios"][0]["fixed"], serde_json::json!(["edu.public"]));
}

#[test]
fn each_objective_finds_its_own_best_and_a_grid_is_filled() {
    let study = scattered();
    let sites = study.path("sites.csv");
    let best = |objective: &str| {
        let arguments = ["--for", "kindergarten", "--group", "children-3-5", "--budget", "1", "--objective", objective];
        let run = site(&study, &[&arguments[..], &["--candidates", sites.to_str().unwrap()]].concat());
        assert_eq!(run.code, 0, "{}", run.stderr);
        let found = json(&study, "site.json");
        (found["problem"].as_str().unwrap().to_owned(), found["objective"].as_f64().unwrap(), chosen(&study))
    };
    let (mean, worst, ede) = (best("mean"), best("worst"), best("ede"));
    assert_eq!((&*mean.0, &*worst.0, &*ede.0), ("p-median", "p-center", "p-median"));
    // The worst is that of whoever is farthest from all; the equivalent is never less than the mean of its own choice.
    assert!(worst.1 < 6000.0 && mean.1 / 290.0 <= ede.1 + 1e-9, "{mean:?} {worst:?} {ede:?}");
    let run = site(&study, &["--for", "edu.near", "--budget", "2", "--candidates", "grid", "--spacing", "2 km"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert!(json(&study, "site.json")["objective"].as_f64().unwrap() <= 290.0);
}

#[test]
fn an_area_without_a_place_can_have_a_site_and_no_more_are_built_than_serve() {
    let study = Study::small();
    study.edit("villages.csv", "V3,东村,S2,121.15,39.05,社区", "V3,东村,S2,,,社区");
    let run = site(&study, &["--for", "edu.public", "--budget", "3"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert_eq!(chosen(&study), ["V3 东村"]);
    assert!(run.stderr.contains("2 of the budget are not needed"), "{}", run.stderr);
}

#[test]
fn of_an_obligation_that_is_kept_it_is_said_and_the_same_place_is_one_candidate() {
    let study = Study::small();
    let run = site(&study, &["--for", "edu.near", "--budget", "1"]);
    assert_eq!((run.code, run.stdout.contains("is kept already")), (0, true), "{}", run.stderr);
    let study = scattered();
    study.put("sites.csv", SITES.replace("far,", "west again,121.01,39.01\nfar,"));
    let sites = study.path("sites.csv");
    let run = site(&study, &["--for", "edu.near", "--budget", "2", "--candidates", sites.to_str().unwrap()]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert!(run.stderr.contains("1 candidate stands at the place of another one and was left out"), "{}", run.stderr);
}

/// The small study whose children need a place within 2 km: 120 at V1 with K1 (90 places), 40 at V2 with K3, which does not
/// say how many it has, 300 at V3 with K2 (180).
fn crowded() -> Study {
    let study = Study::small();
    study.edit(
        "pack.toml",
        "group = \"children-3-5\", at-least = \"100 %\", each = \"street\" }",
        "group = \"children-3-5\", at-least = \"80 %\", each = \"street\", within = \"2 km\" }",
    );
    study
}

/// What the obligation is found to be in the study as it is, with these rows of kindergartens more.
fn seated(study: &Study, more: &str) -> (f64, String) {
    let file = String::from_utf8(std::fs::read(study.path("kindergartens.csv")).unwrap()).unwrap();
    study.put("kindergartens.csv", format!("{file}{more}"));
    let run = study.check(&[]);
    assert!(study.out().join("findings.json").exists(), "{}", run.stderr);
    let findings = json(study, "findings.json");
    study.put("kindergartens.csv", file);
    let found =
        findings["findings"].as_array().unwrap().iter().find(|found| found["id"] == "edu.seats").unwrap().clone();
    let whole = found["subjects"].as_array().unwrap()[0].clone();
    (whole["evidence"]["counted"].as_f64().unwrap(), found["verdict"].as_str().unwrap().to_owned())
}

#[test]
fn places_near_everyone_are_sited_and_the_edited_study_finds_as_many_seated() {
    let study = crowded();
    let ask = ["--for", "edu.seats", "--capacity-of-new", "60"];
    let run = site(&study, &[&ask[..], &["--budget", "1"]].concat());
    assert_eq!(run.code, 0, "{}", run.stderr);
    // 30 of V1 and 120 of V3 have no place: one more school with 60 places is full at V3.
    assert_eq!(chosen(&study), ["V3 东村"]);
    let found = json(&study, "site.json");
    assert_eq!((found["objective"].as_f64(), found["persons_served"].as_f64()), (Some(330.0), Some(330.0)));
    assert_eq!((found["p"].as_u64(), &found["stand_in"]), (Some(1), &Value::Null));
    assert_eq!(found["existing"], serde_json::json!(["K1 一幼", "K2 二幼", "K3 三幼"]));
    let sites: Vec<_> = found["sites"]
        .as_array()
        .unwrap()
        .iter()
        .map(|site| {
            (
                site["id"].as_str().unwrap(),
                site["existing"].as_bool().unwrap(),
                site["persons"].as_f64().unwrap(),
                site["capacity"].as_f64().unwrap(),
            )
        })
        .collect();
    assert_eq!(
        sites,
        [
            ("K1 一幼", true, 90.0, 90.0),
            ("K2 二幼", true, 180.0, 180.0),
            ("K3 三幼", true, 0.0, 0.0),
            ("V3 东村", false, 60.0, 60.0)
        ]
    );
    assert!(run.stdout.contains("room for 60 at the new sites, 270 at those that stand"), "{}", run.stdout);
    assert!(run.stderr.contains("1 facility that stands does not say how many can be served"), "{}", run.stderr);
    assert_eq!(seated(&study, "N1,新园,V3,东村,121.15,39.05,公办,独立,,60,,\n").0, 330.0);
    // 80 % of 460 are 368: two more sites.
    let run = site(&study, &[&ask[..], &["--objective", "fewest"]].concat());
    assert_eq!(run.code, 0, "{}", run.stderr);
    let found = json(&study, "site.json");
    assert_eq!((found["objective"].as_f64(), found["bound"].as_f64()), (Some(2.0), Some(2.0)));
    let fixed = &json(&study, "whatif.json")["scenarios"][0]["fixed"];
    assert!(fixed.as_array().unwrap().contains(&"edu.seats".into()), "{fixed}");
    // With a file of candidates each has its own places, and two may stand at one place.
    study.put(
        "sites.csv",
        "name,lon,lat,capacity,cost\nlarge,121.15,39.05,100,9\nsmall,121.15,39.05,45,2\nwest,121.03,39.05,30,1\n",
    );
    let sites = study.path("sites.csv");
    let of_file = ["--for", "edu.seats", "--candidates", sites.to_str().unwrap()];
    for (more, served, spent, names) in [
        (&["--budget", "1"][..], 370.0, 9.0, &["large #1"][..]),
        (&["--cost", "3"], 345.0, 3.0, &["small #2", "west #3"]),
        (&["--budget", "2", "--cost", "11"], 400.0, 10.0, &["large #1", "west #3"]),
        (&["--objective", "cheapest"], 370.0, 9.0, &["large #1"]),
        (&["--objective", "fewest"], 370.0, 9.0, &["large #1"]),
    ] {
        let run = site(&study, &[&of_file[..], more].concat());
        assert_eq!(run.code, 0, "{}", run.stderr);
        assert_eq!(chosen(&study), names, "{more:?}");
        let found = json(&study, "site.json");
        let persons: f64 =
            found["sites"].as_array().unwrap().iter().map(|site| site["persons"].as_f64().unwrap()).sum();
        assert_eq!((persons, found["cost"].as_f64()), (served, Some(spent)), "{more:?}");
    }
}

#[test]
fn a_service_is_sited_with_capacities_for_the_mean_the_worst_and_the_fewest() {
    let study = crowded();
    let ask =
        ["--for", "kindergarten", "--group", "children-3-5", "--capacity", "capacity", "--capacity-of-new", "120"];
    // Everyone must have a place somewhere: 460 children, 270 places.
    for objective in ["mean", "worst"] {
        let run = site(&study, &[&ask[..], &["--budget", "2", "--objective", objective]].concat());
        assert_eq!(run.code, 0, "{}", run.stderr);
        let found = json(&study, "site.json");
        assert_eq!(
            (found["proven"].as_bool(), found["persons_served"].as_f64()),
            (Some(true), Some(460.0)),
            "{objective}"
        );
        for site in found["sites"].as_array().unwrap() {
            assert!(site["persons"].as_f64() <= site["capacity"].as_f64(), "{site}");
        }
    }
    let run = site(&study, &[&ask[..], &["--budget", "3", "--whole"]].concat());
    assert_eq!(run.code, 1);
    // No one site holds the 300 of V3.
    run.says(&["no choice of 3 sites has room for everyone", "V3 东村 #3"]);
    let run = site(&study, &[&ask[..6], &["--capacity-of-new", "300", "--budget", "3", "--whole"]].concat());
    assert_eq!(run.code, 0, "{}", run.stderr);
    let found = json(&study, "site.json");
    assert_eq!((found["whole"].as_bool(), found["proven"].as_bool()), (Some(true), Some(true)));
    let run = site(&study, &[&ask[..], &["--budget", "1"]].concat());
    assert_eq!(run.code, 1);
    run.says(&["no choice of 1 site has room for everyone, and that is proven", "70 persons", "raise --budget"]);
    let fewest = [&ask[..], &["--objective", "fewest", "--limit", "2000"]].concat();
    for (share, n) in [("100%", 3.0), ("80%", 1.0), ("50%", 0.0)] {
        let run = site(&study, &[&fewest[..], &["--share", share]].concat());
        assert_eq!(run.code, 0, "{}", run.stderr);
        assert_eq!(json(&study, "site.json")["objective"].as_f64(), Some(n), "{share}");
    }
    let refused = |more: &[&str], words: &[&str]| {
        let run = site(&study, more);
        run.refused();
        run.says(words);
    };
    let near = ["--for", "kindergarten", "--budget", "1", "--capacity"];
    refused(
        &[&near[..], &["places"]].concat(),
        &["`places` is no attribute of the facilities", "capacity, largest-class"],
    );
    refused(&[&near[..], &["ownership"]].concat(), &["`ownership` is no number"]);
    refused(&[&near[..], &["capacity"]].concat(), &["3 of 3 candidates have none", "--capacity-of-new N"]);
    refused(&[&near[..], &["capacity", "--capacity-of-new", "0"]].concat(), &["--capacity-of-new 0 serves nobody"]);
    refused(&["--for", "kindergarten", "--budget", "1", "--capacity-of-new", "5"], &["give --capacity ATTRIBUTE"]);
    refused(&["--for", "edu.seats", "--budget", "1", "--capacity", "largest-class"], &["counts places by `capacity`"]);
    refused(&["--for", "edu.public", "--budget", "1", "--capacity", "capacity"], &["serves its area, however many"]);
    refused(
        &[&near[..], &["capacity", "--objective", "worst", "--whole"]].concat(),
        &["--whole is for --objective mean"],
    );
    let ede = [&ask[..], &["--budget", "1", "--objective", "ede"]].concat();
    refused(&ede, &["--objective ede takes no capacities"]);
}

#[test]
fn what_cannot_be_asked_is_refused_with_what_can() {
    let study = scattered();
    let refused = |more: &[&str], words: &[&str]| {
        let run = site(&study, more);
        run.refused();
        for word in words {
            assert!(run.stderr.contains(word), "{word}:\n{}", run.stderr);
        }
        assert!(!study.out().exists());
    };
    refused(&["--budget", "2"], &["--for OBLIGATION"]);
    refused(&["--for", "edu.near", "--budget", "0"], &["--budget 0 opens nothing", "1 or more"]);
    refused(&["--for", "edu.near", "--cost", "0"], &["--cost 0 opens nothing", "more than 0"]);
    refused(&["--for", "edu.near", "--cost", "-3"], &["--cost -3 opens nothing"]);
    refused(&["--for", "edu.near"], &["--budget N", "--cost MONEY", "--objective fewest"]);
    refused(&["--for", "kindergarten", "--objective", "fewest"], &["needs an obligation"]);
    refused(&["--for", "edu.near", "--objective", "fewest", "--budget", "2"], &["leave out --budget"]);
    refused(&["--for", "edu.near", "--objective", "cheapest", "--cost", "2"], &["finds what must be spent itself"]);
    refused(
        &["--for", "edu.near", "--objective", "cheapest"],
        &["--objective cheapest needs what each candidate costs"],
    );
    refused(
        &["--for", "edu.near", "--budget", "1", "--share", "90%"],
        &["--share is for --objective fewest or cheapest"],
    );
    refused(
        &["--for", "kindergarten", "--objective", "fewest", "--limit", "500", "--share", "90"],
        &["--share 90 is no share"],
    );
    refused(
        &["--for", "edu.nera", "--budget", "1"],
        &["neither an obligation nor a service", "edu.near", "kindergarten"],
    );
    refused(&["--for", "edu.seats", "--budget", "1"], &["`seats` without `within`", "`presence` or `reach`"]);
    refused(&["--for", "kindergarten", "--budget", "1", "--group", "cats"], &["does not count `cats`", "children-3-5"]);
    refused(
        &["--for", "edu.near", "--budget", "1", "--candidates", "grid", "--spacing", "wide"],
        &["`wide` is no distance"],
    );
    refused(&["--for", "edu.near", "--budget", "1", "--candidates", "grid", "--spacing", "1 m"], &["larger --spacing"]);
    refused(&["--for", "edu.near", "--budget", "1", "--candidates", "none.csv"], &["none.csv"]);
    for aversion in ["-1", "0", "nan"] {
        let more = ["--for", "kindergarten", "--budget", "1", "--objective", "ede", "--aversion", aversion];
        refused(&more, &["is no aversion"]);
    }
    refused(&["--for", "kindergarten", "--budget", "1", "--objective", "cover"], &["give --limit"]);
    refused(&["--for", "edu.near", "--budget", "1", "--limit", "500"], &["leave out --limit"]);
    study.put("two.csv", "scenario,edit,code,lon,lat\nA,close,K1,,\n");
    let two = study.path("two.csv");
    refused(&["--for", "edu.near", "--budget", "1", "--candidates", two.to_str().unwrap()], &["`A` is no candidate"]);
    study.put("people.csv", "area-code,residents,children-3-5\nS1,0,0\n");
    refused(&["--for", "edu.near", "--budget", "1"], &["nobody is left to serve"]);
}

#[test]
fn a_candidate_outside_all_areas_is_an_error_and_one_that_declares_its_area_is_not() {
    let study = scattered();
    study.put("sites.csv", "name,lon,lat,area-code\nsea,122.5,38.0,\nwest,121.01,39.01,\nyard,122.5,38.1,V1\n");
    let sites = study.path("sites.csv");
    let run = site(&study, &["--for", "edu.near", "--budget", "1", "--candidates", sites.to_str().unwrap()]);
    run.refused();
    run.tells("error", "sites.csv, row 2", "lies outside all areas; the nearest is", "correct the coordinates");
    run.tells("warning", "sites.csv, row 4", "lies outside all areas", "the declared area was used");
}
