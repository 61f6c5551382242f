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
        if !more.iter().any(|argument| argument.starts_with("--lang")) {
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
fn persons_of_one_point_are_split_where_a_site_is_full() {
    let folder = Folder::with(TABLE, DEMAND);
    folder.put("seats.csv", "编号,容量\nx,120\ny,90\nz,10\n");
    let run = folder.site(&["--problem", "p-median", "--p", "3", "--capacity", "seats.csv"]);
    assert_eq!((run.code, run.stderr.as_str()), (0, ""));
    assert!(run.stdout.contains("capacity   room for 220; 1 demand point split between sites"), "{}", run.stdout);
    assert_eq!(
        folder.assignment(),
        "from,persons,to,cost\r\nA,100,x,2\r\nB,20,x,4\r\nB,30,y,7\r\nC,30,y,1\r\nD,20,y,3\r\nE,0,z,9\r\n"
    );
    let site = folder.json();
    assert_eq!((&site["objective"], &site["proven"], &site["unserved"]), (&json!(580.0), &json!(true), &json!([])));
    assert_eq!(
        site["sites"],
        json!([
            { "id": "x", "existing": false, "persons": 120.0, "capacity": 120.0, "cost": null },
            { "id": "y", "existing": false, "persons": 80.0, "capacity": 90.0, "cost": null },
            { "id": "z", "existing": false, "persons": 0.0, "capacity": 10.0, "cost": null },
        ])
    );
}

#[test]
fn nobody_is_split_who_is_to_be_served_whole() {
    let folder = Folder::with(TABLE, DEMAND);
    folder.put("seats.csv", "id,capacity\nx,120\ny,110\nz,10\n");
    // B has no room at x beside A.
    let ask = ["--problem", "p-median", "--p", "3", "--capacity", "seats.csv", "--whole"];
    let run = folder.site(&ask);
    assert_eq!((run.code, run.stderr.as_str()), (0, ""));
    assert_eq!(
        folder.assignment(),
        "from,persons,to,cost\r\nA,100,x,2\r\nB,50,y,7\r\nC,30,y,1\r\nD,20,y,3\r\nE,0,z,9\r\n"
    );
    let site = folder.json();
    assert_eq!((&site["objective"], &site["proven"], &site["whole"]), (&json!(640.0), &json!(true), &json!(true)));
    // There is room for all, and not for all whole.
    folder.put("seats.csv", "id,capacity\nx,120\ny,90\nz,10\n");
    let run = folder.site(&ask);
    assert_eq!(run.code, 1);
    run.says(&["no choice of 3 sites has room for everyone, and that is proven"]);
}

#[test]
fn every_problem_has_its_answer_with_capacities_and_costs() {
    let folder = Folder::with(TABLE, DEMAND);
    folder.put("c.csv", "id,capacity,cost\nx,120,5\ny,90,4\nz,10,1\n");
    folder.put("existing.csv", "id\ny\n");
    for (arguments, objective, chosen, spent) in [
        (&["--problem", "p-center", "--p", "3", "--capacity", "c.csv"][..], 9.0, &["x", "y", "z"][..], None),
        (&["--problem", "lscp", "--limit", "9", "--capacity", "c.csv"], 3.0, &["x", "y", "z"], None),
        (&["--problem", "lscp", "--limit", "9", "--share", "70%", "--capacity", "c.csv"], 2.0, &["x", "y"], None),
        // Of B 50 x has room for 20, and y for 30 with C and D once: 10 are left of y, none of x.
        (&["--problem", "lscp-b", "--limit", "9", "--capacity", "c.csv"], 10.0, &["x", "y", "z"], None),
        (&["--problem", "mclp", "--limit", "4", "--p", "1", "--capacity", "c.csv"], 120.0, &["x"], None),
        (&["--problem", "mclp", "--limit", "9", "--costs", "c.csv", "--cost", "5.5"], 150.0, &["x"], Some(5.0)),
        (&["--problem", "lscp", "--limit", "9", "--costs", "c.csv"], 10.0, &["x", "y", "z"], Some(10.0)),
        // What exists costs nothing.
        (
            &["--problem", "p-median", "--costs", "c.csv", "--cost", "6", "--existing", "existing.csv"],
            490.0,
            &["x", "y", "z"],
            Some(6.0),
        ),
        (&["--problem", "p-center", "--p", "3", "--costs", "c.csv", "--cost", "10"], 9.0, &["x", "y", "z"], Some(10.0)),
        (&["--problem", "lscp", "--limit", "9", "--times", "1"], 3.0, &["x", "y", "z"], None),
        (&["--problem", "lscp", "--limit", "9", "--times", "1", "--capacity", "c.csv"], 3.0, &["x", "y", "z"], None),
        // Of all, x serves three quarters for 5, y half for 4; x has room for less.
        (&["--problem", "lscp", "--limit", "9", "--costs", "c.csv", "--share", "75%"], 5.0, &["x"], Some(5.0)),
        (
            &["--problem", "lscp", "--limit", "9", "--costs", "c.csv", "--share", "75%", "--capacity", "c.csv"],
            9.0,
            &["x", "y"],
            Some(9.0),
        ),
        (&["--problem", "lscp-b", "--limit", "9", "--costs", "c.csv"], 1.0, &["x", "y", "z"], Some(10.0)),
        (
            &["--problem", "lscp-b", "--limit", "9", "--costs", "c.csv", "--capacity", "c.csv"],
            10.0,
            &["x", "y", "z"],
            Some(10.0),
        ),
    ] {
        let run = folder.site(arguments);
        assert_eq!(run.code, 0, "{arguments:?}: {}", run.stderr);
        let site = folder.json();
        // Backup comes from a linear program, which is exact to a millionth.
        let found = site["objective"].as_f64().unwrap();
        assert!((found - objective).abs() <= 1e-6 && site["chosen"] == json!(chosen), "{arguments:?}: {site:#}");
        assert_eq!((site["proven"].as_bool(), site["cost"].as_f64()), (Some(true), spent), "{arguments:?}");
    }
    let run = folder.site(&["--problem", "lscp", "--limit", "9", "--costs", "c.csv", "--lang", "zh"]);
    for words in ["费用最低", "10 （新建费用合计）", "费用：10"] {
        assert!(run.stdout.contains(words), "no {words} in\n{}", run.stdout);
    }
    for (arguments, words) in [
        (
            &["--problem", "lscp-b", "--limit", "9", "--costs", "c.csv"][..],
            "the cheapest sites, most points served twice",
        ),
        (&["--problem", "lscp-b", "--limit", "9", "--costs", "c.csv"], "result     1 demand point served twice"),
        (&["--problem", "lscp", "--limit", "9", "--times", "1", "--costs", "c.csv"], "cheapest sites, everyone served"),
    ] {
        let run = folder.site(arguments);
        assert!(run.stdout.contains(words), "no {words} in\n{}", run.stdout);
    }
}

#[test]
fn the_equitable_median_keeps_to_a_budget_of_money() {
    let table = "from,to,cost\nA,x,1\nB,x,30\nA,y,5\nB,y,5\n";
    let folder = Folder::with(table, "id,persons\nA,9\nB,1\n");
    folder.put("prices.csv", "id,cost\nx,3\ny,4\n");
    let ask = ["--problem", "p-median", "--objective", "ede", "--costs", "prices.csv", "--cost"];
    for (budget, chosen) in [("3", &["x"][..]), ("4", &["y"]), ("7", &["x", "y"])] {
        let run = folder.site(&[&ask[..], &[budget]].concat());
        assert_eq!(run.code, 0, "{}", run.stderr);
        let site = folder.json();
        assert_eq!((&site["chosen"], &site["proven"]), (&json!(chosen), &json!(true)), "{budget}");
    }
    let run = folder.site(&[&ask[..], &["2"]].concat());
    assert_eq!(run.code, 1);
    // No capacity is short: money is.
    run.says(&["no choice of sites for 2 serves everyone, and that is proven", "raise --cost"]);
}

#[test]
fn where_there_is_no_room_that_is_proven_and_said() {
    let folder = Folder::with(TABLE, DEMAND);
    folder.put("c.csv", "id,capacity,cost\nx,60,5\ny,90,4\nz,10,1\n");
    let run = folder.site(&["--problem", "p-median", "--p", "3", "--capacity", "c.csv"]);
    assert_eq!(run.code, 1);
    run.says(&["no choice of 3 sites has room for everyone, and that is proven", "raise capacities, or raise --p"]);
    let site = folder.json();
    assert_eq!(
        (&site["status"], &site["proven"], &site["objective"]),
        (&json!("infeasible"), &json!(true), &Value::Null)
    );
    let run = folder.site(&["--problem", "lscp", "--limit", "9", "--capacity", "c.csv", "--lang", "zh"]);
    assert_eq!(run.code, 1);
    run.says(&["已证明", "提高容量", "提高 --limit"]);
    let run = folder.site(&["--problem", "lscp", "--limit", "9", "--times", "2"]);
    assert_eq!(run.code, 1);
    run.says(&["4 demand points can be served by fewer than 2 candidates within 9: A, C, D, E"]);
}

#[test]
fn what_is_wrong_with_capacities_and_costs_is_told_at_once() {
    let folder = Folder::with(TABLE, DEMAND);
    folder.put("seats.csv", "id,capacity\nx,-120\ny,90\ny,80\nw,3\n");
    folder.put("prices.csv", "id,cost\nx,5\ny,dear\n");
    let run =
        folder.refuses(&["--problem", "p-median", "--p", "3", "--capacity", "seats.csv", "--costs", "prices.csv"]);
    run.tells("error", "seats.csv, row 2", "the capacity `-120` is negative", "give 0 or more");
    run.tells("error", "seats.csv, row 4", "the id `y` is that of row 3, too", "leave out one");
    run.tells("error", "seats.csv, row 5", "`w` is no candidate of od.csv", "add rows to it in od.csv");
    run.tells("error", "seats.csv", "1 candidate of od.csv without a capacity here: z", "each candidate a row");
    run.tells("error", "prices.csv, row 3", "the cost `dear` is no number", "without a unit");
    run.tells("error", "prices.csv", "1 candidate of od.csv without a cost here: z", "what it costs to open");
    let run = folder.refuses(&["--problem", "p-median", "--p", "3", "--capacity", "seats.csv", "--lang", "zh"]);
    run.says(&["容量“-120”为负数", "缺少容量：z", "“w”不在 od.csv 的候选点中"]);
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
    run.tells("error", "existing.csv, row 2", "`w` is no candidate of od.csv", "add rows to it in od.csv");
    run.tells("error", "--p", "7 sites are asked for, and the table has 3 candidates", "give 3 or fewer");
    run.tells("error", "--time-limit", "0 is no time", "more than 0");
}

#[test]
fn arguments_that_do_not_fit_are_refused_with_what_would() {
    let folder = Folder::with(TABLE, DEMAND);
    folder.put("c.csv", "id,capacity,cost\nx,120,5\ny,90,4\nz,10,1\n");
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
        (&["--problem", "mclp", "--limit", "9", "--cost", "3"], "--cost", "what the sites cost is not known"),
        (&["--problem", "mclp", "--limit", "9", "--costs", "c.csv", "--cost", "0"], "--cost", "0 is no budget"),
        (&["--problem", "p-median", "--costs", "c.csv", "--cost", "-1"], "--cost", "-1 is no budget"),
        (
            &["--problem", "lscp", "--limit", "9", "--costs", "c.csv", "--cost", "3"],
            "--cost",
            "finds itself what must be",
        ),
        (&["--problem", "lscp", "--limit", "9", "--times", "0"], "--times", "0 is no number of sites"),
        (
            &["--problem", "mclp", "--p", "1", "--limit", "9", "--times", "2"],
            "--times",
            "mclp serves nobody several times",
        ),
        (
            &["--problem", "lscp", "--limit", "9", "--times", "2", "--share", "50%"],
            "--times",
            "several times takes no share",
        ),
        (&["--problem", "p-median", "--p", "3", "--whole"], "--whole", "a matter of p-median with capacities"),
        (
            &["--problem", "p-median", "--p", "3", "--capacity", "c.csv", "--objective", "ede"],
            "--objective",
            "ede takes no capacities",
        ),
    ] {
        folder.refuses(arguments).tells("error", argument, what, "");
    }
    let run = folder.refuses(&["--problem", "p-median", "--p", "7", "--costs", "c.csv", "--cost", "0", "--lang", "zh"]);
    run.says(&["0 不是有效的预算", "请填写大于 0 的数"]);
    folder.put("existing.csv", "id\nx\ny\n");
    let run = folder.refuses(&["--problem", "p-median", "--p", "1", "--existing", "existing.csv"]);
    run.tells("error", "--p", "1 sites are asked for, and 2 are there already", "existing sites count");
}

#[test]
fn a_command_line_that_is_wrong_is_told_in_chinese_too() {
    let folder = Folder::with(TABLE, DEMAND);
    for (arguments, words) in [
        (&["--problem", "mclp", "--cost", "abc"][..], "--cost <MONEY> 的值“abc”无效；"),
        (&["--problem", "mclp", "--cost"], "--cost <MONEY> 需要一个值；"),
        (&["--problem", "mlcp"], "--problem <PROBLEM> 的值“mlcp”无效，可选：p-median、p-center、lscp"),
        (&["--problem", "mclp", "--cots", "3"], "没有参数“--cots”，是否应为 --cost？"),
        (&[], "缺少参数：--problem <PROBLEM>"),
        (&["--problem", "mclp", "--p", "1", "--p", "2"], "--p <N> 只能给出一次"),
    ] {
        folder.refuses(&[arguments, &["--lang=zh"]].concat()).says(&[words]);
    }
    folder.refuses(&["--problem", "mclp", "--cost", "abc"]).says(&["invalid value 'abc' for '--cost <MONEY>'"]);
}

#[test]
fn an_objective_of_another_problem_is_refused() {
    let folder = Folder::with(TABLE, DEMAND);
    let run = folder.refuses(&["--problem", "p-center", "--p", "1", "--objective", "mean"]);
    run.says(&["mean is an objective of p-median, not of p-center"]);
    folder.refuses(&["--problem", "p-median", "--p", "1", "--aversion", "2"]).says(&["add --objective ede"]);
}

#[test]
fn what_only_a_study_takes_is_refused_beside_a_table() {
    let folder = Folder::with(TABLE, DEMAND);
    let study = [["--budget", "2"], ["--for", "school"], ["--candidates", "areas"], ["--capacity-of-new", "5"]];
    for [option, value] in study {
        let run = folder.refuses(&["--problem", "p-median", "--p", "1", option, value, "--lang", "zh"]);
        run.says(&[option, "不能与"]);
    }
}

#[test]
fn files_without_candidates_or_demand_are_refused() {
    let empty = Folder::with("from,to,cost\n", DEMAND);
    let run = empty.refuses(&["--problem", "p-median", "--p", "1"]);
    run.tells("error", "od.csv", "there is no candidate", "at least one row");
    let run = Folder::with(TABLE, "id,persons\n").refuses(&["--problem", "p-median", "--p", "1"]);
    run.tells("error", "demand.csv", "there is no demand point", "at least one row");
    let run = Folder::with("von,nach,weg\nA,x,1\n", DEMAND).refuses(&["--problem", "p-median", "--p", "1"]);
    run.tells("error", "od.csv, column `cost`", "there is no such column; the file has: von, nach, weg", "distance");
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
