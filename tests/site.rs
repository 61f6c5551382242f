//! `site`: where new sites should go, as a user runs it; and the optima of the OR-Library.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod support;

use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};

use evenreach::siting::p_center::p_center;
use evenreach::siting::p_median::p_median;
use evenreach::siting::{Offer, Offers, Terms};
use serde_json::{Value, json};
use support::{Run, command, names, skipped};
use tempfile::TempDir;

/// ```text
///  A(100) --2-- x --4-- B(50)      C(30) --1-- y --3-- D(20)      E(0) --9-- z
/// ```
const TABLE: &str = "from,to,cost\nA,x,2\nB,x,4\nB,y,7\nC,y,1\nD,y,3\nE,z,9\n";
const DEMAND: &str = "id,persons\nA,100\nB,50\nC,30\nD,20\nE,0\n";

struct Folder(TempDir);

impl Folder {
    fn with(table: &str, demand: &str) -> Self {
        let folder = Self(tempfile::tempdir().unwrap());
        folder.put("od.csv", table);
        folder.put("demand.csv", demand);
        folder
    }

    fn put(&self, name: &str, text: &str) {
        fs::write(self.0.path().join(name), text).unwrap();
    }

    fn site(&self, more: &[&str]) -> Run {
        let mut command = command(&["site", "--table", "od.csv", "--demand", "demand.csv", "--out", "out"]);
        if !more.contains(&"--lang") {
            command.args(["--lang", "en"]);
        }
        command.args(more).current_dir(self.0.path());
        Run::of(command)
    }

    fn json(&self) -> Value {
        serde_json::from_slice(&fs::read(self.0.path().join("out/site.json")).unwrap()).unwrap()
    }

    fn assignment(&self) -> String {
        fs::read_to_string(self.0.path().join("out/assignment.csv")).unwrap()
    }

    fn refuses(&self, more: &[&str]) -> Run {
        let run = self.site(more);
        run.refused();
        assert!(!self.0.path().join("out").exists());
        run
    }
}

/// The members of an answer that scripts rely on.
fn core(site: &Value) -> Value {
    let keys = ["problem", "objective", "bound", "gap", "proven", "chosen"];
    keys.into_iter().map(|key| (key.to_owned(), site[key].clone())).collect::<serde_json::Map<_, _>>().into()
}

#[test]
fn a_p_median_is_written_as_json_and_csv_and_said_in_words() {
    let folder = Folder::with(TABLE, DEMAND);
    let run = folder.site(&["--problem", "p-median", "--p", "3"]);
    assert_eq!((run.code, run.stderr.as_str()), (0, ""));
    assert_eq!(
        run.stdout,
        "  problem    p-median: the least cost over all persons\n\
         \x20 result     490 persons × cost\n\
         \x20 proof      proven: no choice is better\n\
         \x20 sites      3 of 3: x, y, z\n\
         \x20 served     200 of 200 persons\n\
         \x20 cost       2.45 on average, 9 at worst\n\
         \x20 files      out: site.json, assignment.csv\n"
    );
    let site = folder.json();
    let expected = json!({
        "problem": "p-median", "objective": 490.0, "bound": 490.0, "gap": 0.0, "proven": true, "chosen": ["x", "y", "z"]
    });
    assert_eq!(core(&site), expected);
    assert_eq!((&site["format"], &site["status"]), (&json!("evenreach.site/1"), &json!("optimal")));
    assert!(0.0 <= site["elapsed_s"].as_f64().unwrap());
    let inputs: Vec<&str> =
        site["inputs"].as_array().unwrap().iter().map(|input| input["file"].as_str().unwrap()).collect();
    assert_eq!(inputs, ["demand.csv", "od.csv"]);
    assert_eq!(
        folder.assignment(),
        "from,persons,to,cost\r\nA,100,x,2\r\nB,50,x,4\r\nC,30,y,1\r\nD,20,y,3\r\nE,0,z,9\r\n"
    );
    assert_eq!(names(&folder.0.path().join("out")), ["assignment.csv", "site.json"]);
}

#[test]
fn every_problem_has_its_answer() {
    let folder = Folder::with(TABLE, DEMAND);
    for (arguments, objective, chosen) in [
        (&["--problem", "p-center", "--p", "3"][..], 9.0, &["x", "y", "z"][..]),
        (&["--problem", "lscp", "--limit", "9"], 3.0, &["x", "y", "z"]),
        (&["--problem", "lscp", "--limit", "4", "--share", "90%"], 2.0, &["x", "y"]),
        (&["--problem", "lscp-b", "--limit", "9"], 1.0, &["x", "y", "z"]),
        (&["--problem", "mclp", "--limit", "3", "--p", "1"], 100.0, &["x"]),
        (&["--problem", "mclp", "--limit", "2.9", "--p", "2"], 130.0, &["x", "y"]),
    ] {
        let run = folder.site(arguments);
        assert_eq!(run.code, 0, "{arguments:?}: {}", run.stderr);
        let site = folder.json();
        assert_eq!((&site["objective"], &site["chosen"]), (&json!(objective), &json!(chosen)), "{arguments:?}");
        assert_eq!(site["proven"], json!(true));
    }
    assert!(folder.assignment().contains("\r\nD,20,,\r\n"), "{}", folder.assignment());
}

#[test]
fn the_equitable_median_says_its_kappa_and_its_equivalent() {
    let table = "from,to,cost\nA,x,1\nB,x,30\nA,y,5\nB,y,5\n";
    let folder = Folder::with(table, "id,persons\nA,9\nB,1\n");
    let run = folder.site(&["--problem", "p-median", "--p", "1", "--objective", "ede"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert!(run.stdout.contains("result     5 equally distributed equivalent (Kolm-Pollak)"), "{}", run.stdout);
    let site = folder.json();
    assert_eq!((&site["chosen"], &site["proven"]), (&json!(["y"]), &json!(true)));
    assert!((site["kappa"].as_f64().unwrap() - 39.0 / 909.0).abs() < 1e-12, "{site}");
}

#[test]
fn existing_sites_stay_and_count() {
    let folder = Folder::with(TABLE, DEMAND);
    folder.put("existing.csv", "id\nz\n");
    let run = folder.site(&["--problem", "mclp", "--limit", "9", "--p", "2", "--existing", "existing.csv"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    let site = folder.json();
    assert_eq!((&site["chosen"], &site["existing"]), (&json!(["x", "z"]), &json!(["z"])));
    assert!(run.stdout.contains("2 of 3: x, z (existing)"), "{}", run.stdout);
}

#[test]
fn what_no_choice_can_do_is_proven_and_said_with_those_left_unserved() {
    let folder = Folder::with(TABLE, DEMAND);
    let run = folder.site(&["--problem", "p-median", "--p", "2"]);
    assert_eq!(run.code, 1);
    run.says(&["no choice of 2 sites serves everyone, and that is proven", "give --p 3 or more"]);
    let site = folder.json();
    assert_eq!((&site["status"], &site["proven"]), (&json!("infeasible"), &json!(true)));
    assert_eq!((&site["objective"], &site["sites_needed_at_least"]), (&Value::Null, &json!(3)));
    let run = folder.site(&["--problem", "lscp", "--limit", "2.5"]);
    assert_eq!(run.code, 1);
    run.says(&["3 demand points can be served by no candidate within 2.5: B, D, E", "raise --limit"]);
    assert_eq!(folder.json()["unserved"], json!(["B", "D", "E"]));
    let run = folder.site(&["--problem", "lscp", "--limit", "2.5", "--lang", "zh"]);
    run.says(&["已证明无可行方案", "B、D、E"]);
}

#[test]
fn the_answer_is_said_in_chinese() {
    let folder = Folder::with(TABLE, DEMAND);
    let run = folder.site(&["--problem", "mclp", "--limit", "4", "--p", "1", "--lang", "zh"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    for words in ["覆盖人数最多（最大覆盖），mclp", "150 人被覆盖", "已证明最优", "3 个中选 1 个：x", "150 / 200 人"]
    {
        assert!(run.stdout.contains(words), "no {words} in\n{}", run.stdout);
    }
}

#[test]
fn what_is_wrong_with_all_files_and_arguments_is_told_at_once() {
    let table = format!("{TABLE}A,x,3\nQ,x,1\nD,z,-4\n");
    let folder = Folder::with(&table, "id,persons\nA,100\nB,-1\nC,30\nC,30\nD,20\nE,0\n");
    folder.put("existing.csv", "id\nw\n");
    let run = folder.refuses(&["--problem", "p-median", "--p", "7", "--existing", "existing.csv", "--time-limit", "0"]);
    run.tells("error", "demand.csv, row 3", "the number of persons `-1` is negative", "give 0 or more");
    run.tells("error", "demand.csv, row 5", "the id `C` is that of row 4, too", "leave out one");
    run.tells("error", "od.csv, row 8", "the pair `A`, `x` has a cost in row 2 already", "leave one");
    run.tells("error", "od.csv, row 9", "`Q` is no demand point", "no such id");
    run.tells("error", "od.csv, row 10", "the cost `-4` is negative", "give 0 or more");
    run.tells("error", "existing.csv, row 2", "`w` is no candidate of od.csv", "give its costs there");
    run.tells("error", "--p", "7 sites are asked for, and the table has 3 candidates", "give 3 or fewer");
    run.tells("error", "--time-limit", "0 is no time", "more than 0");
}

#[test]
fn arguments_that_do_not_fit_are_refused_with_what_would() {
    let folder = Folder::with(TABLE, DEMAND);
    for (arguments, argument, what) in [
        (&["--problem", "p-median"][..], "--p", "p-median needs the number of sites"),
        (&["--problem", "p-median", "--p", "0"], "--p", "0 sites can serve nobody"),
        (&["--problem", "p-center", "--p", "-3"], "--p", "-3 sites can serve nobody"),
        (&["--problem", "lscp"], "--limit", "lscp needs the dearest cost"),
        (&["--problem", "lscp", "--limit", "-1"], "--limit", "-1 is no cost"),
        (&["--problem", "lscp", "--limit", "NaN"], "--limit", "NaN is no cost"),
        (&["--problem", "lscp", "--limit", "9", "--p", "3"], "--p", "finds the number of sites itself"),
        (&["--problem", "lscp", "--limit", "9", "--share", "90"], "--share", "`90` is no share"),
        (&["--problem", "mclp", "--p", "1", "--limit", "9", "--share", "90%"], "--share", "mclp serves no share"),
        (
            &["--problem", "mclp", "--p", "1", "--limit", "9", "--objective", "ede"],
            "--objective",
            "ede is an objective of p-median",
        ),
        (&["--problem", "p-median", "--p", "3", "--aversion", "0"], "--aversion", "0 is no aversion"),
        (&["--problem", "p-median", "--p", "3", "--capacity", "c.csv"], "--capacity", "not built yet"),
    ] {
        folder.refuses(arguments).tells("error", argument, what, "");
    }
    folder.put("existing.csv", "id\nx\ny\n");
    let run = folder.refuses(&["--problem", "p-median", "--p", "1", "--existing", "existing.csv"]);
    run.tells("error", "--p", "1 sites are asked for, and 2 are there already", "existing sites count");
}

#[test]
fn files_without_candidates_or_demand_are_refused() {
    let empty = Folder::with("from,to,cost\n", DEMAND);
    let run = empty.refuses(&["--problem", "p-median", "--p", "1"]);
    run.tells("error", "od.csv", "there is no candidate", "at least one row");
    let run = Folder::with(TABLE, "id,persons\n").refuses(&["--problem", "p-median", "--p", "1"]);
    run.tells("error", "demand.csv", "there is no demand point", "at least one row");
    let run = Folder::with("von,nach,weg\nA,x,1\n", DEMAND).refuses(&["--problem", "p-median", "--p", "1"]);
    run.tells("error", "od.csv, column `cost`", "there is no such column; the file has: von, nach, km", "distance");
}

/// OR-Library p-median instances 1 to 15 as cost tables, where they are at hand.
fn orlib() -> Option<PathBuf> {
    let beside = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared");
    let shared = std::env::var_os("EVENREACH_SHARED").map_or_else(beside, PathBuf::from);
    let data = shared.join("data/orlib");
    if data.is_dir() {
        return Some(data);
    }
    skipped("the optima of the OR-Library", &format!("{} is not there", data.display()));
    None
}

/// Beasley (1985), A note on solving large p-median problems, European Journal of Operational Research 21(2), 270-273;
/// the optima of the p-center on the same graphs are those of the literature. All are whole numbers: no tolerance.
#[test]
fn the_optima_of_the_or_library_are_found_and_proven() {
    let Some(data) = orlib() else { return };
    let mut optima = csv::Reader::from_path(data.join("optima.csv")).unwrap();
    let mut n_instances = 0;
    for row in optima.deserialize() {
        let (instance, n, p, median, center): (u32, usize, usize, f64, f64) = row.unwrap();
        let mut text = String::new();
        let file = fs::File::open(data.join(format!("pmed{instance}.csv.gz"))).unwrap();
        flate2::read::GzDecoder::new(file).read_to_string(&mut text).unwrap();
        let offers: Vec<Offer> = csv::Reader::from_reader(text.as_bytes())
            .deserialize()
            .map(|row| {
                let (from, to, cost): (u32, u32, f64) = row.unwrap();
                Offer { demand: from - 1, site: to - 1, cost }
            })
            .collect();
        let (offers, persons) = (Offers::new(n, n, &offers), vec![1.0; n]);
        let found = p_median(&offers, &persons, p, Terms::default()).unwrap();
        assert_eq!((found.objective, found.proven), (median, true), "p-median of pmed{instance}");
        let found = p_center(&offers, &persons, p, Terms::default()).unwrap();
        assert_eq!((found.objective, found.proven), (center, true), "p-center of pmed{instance}");
        n_instances += 1;
    }
    assert_eq!(n_instances, 15);
}
