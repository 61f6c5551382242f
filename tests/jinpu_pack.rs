//! The pack of the Jinpu document: every row of the list of obligations is in it, with its figures.

use std::collections::BTreeSet;
use std::path::Path;

use evenreach::read::pack;
use evenreach::rules::{Check, Pack};

fn text() -> String {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("seeds/jinpu-2018.toml");
    std::fs::read_to_string(file).expect("the pack is in the repository")
}

/// Reading refuses ids that are there twice, words that are not declared, and sources of no parameter.
fn pack(text: &str) -> Pack {
    pack::read("jinpu-2018.toml", text, None).unwrap_or_else(|refused| panic!("{refused}"))
}

/// The list of obligations that the pack was written from, where it lies beside the repository.
fn rows() -> Vec<Vec<String>> {
    let list = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/policy/obligations.md");
    let Ok(list) = std::fs::read_to_string(list) else { return Vec::new() };
    let cells = |line: &str| line.trim_matches('|').split('|').map(|cell| cell.trim().to_owned()).collect();
    let rows: Vec<Vec<String>> = list.lines().filter(|line| line.starts_with('|')).map(cells).collect();
    rows.into_iter().filter(|row| row[0].contains('.')).collect()
}

#[test]
fn the_table_of_26_indicators_is_complete() {
    let pack = pack(&text());
    let of_table = pack.obligations.iter().filter(|obligation| obligation.id.get_ref().starts_with("ind."));
    assert_eq!(of_table.clone().count(), 26);
    for obligation in of_table {
        let id = obligation.id.get_ref();
        let Check::Indicator(indicator) = &obligation.check else { panic!("{id} is no indicator") };
        assert_eq!(indicator.series.get_ref(), id);
        assert_eq!(obligation.clause, "一(三)");
    }
}

#[test]
fn every_row_of_the_list_of_obligations_is_in_the_pack() {
    let pack = pack(&text());
    let ids: BTreeSet<&str> = pack.obligations.iter().map(|obligation| obligation.id.get_ref().as_str()).collect();
    let missing: Vec<String> =
        rows().into_iter().map(|row| row[0].clone()).filter(|id| !ids.contains(id.as_str())).collect();
    assert!(missing.is_empty(), "not in the pack: {missing:?}");
}

#[test]
fn the_figures_of_the_indicators_are_those_of_the_list() {
    let table: toml::Table = toml::from_str(&text()).expect("the pack is TOML");
    let obligations = table["obligation"].as_array().expect("a pack has obligations");
    let number = |value: &toml::Value| value.as_float().or(value.as_integer().map(|number| number as f64));
    for row in rows().iter().filter(|row| row[0].starts_with("ind.")) {
        let found = obligations.iter().find(|obligation| obligation["id"].as_str() == Some(&row[0]));
        let check = &found.expect("another test finds every row")["check"]["indicator"];
        let id = &row[0];
        assert_eq!(check["unit"]["en"].as_str(), Some(row[2].as_str()), "{id}");
        assert_eq!(check.get("from").and_then(|from| number(&from["value"])), row[3].parse().ok(), "{id}");
        assert_eq!(check.get("from").map_or(2015, |from| from["year"].as_integer().unwrap_or(0)), 2015, "{id}");
        assert_eq!(number(&check["target"]), row[4].parse().ok(), "{id}");
        assert_eq!(check["year"].as_integer(), Some(2020), "{id}");
        let sum_from = check.get("sum-from").and_then(toml::Value::as_integer);
        assert_eq!(sum_from, row[1].contains('Σ').then_some(2016), "{id}");
        let better = check.get("better").and_then(toml::Value::as_str);
        assert_eq!(better, row[1].contains('≤').then_some("lower"), "{id}");
    }
}

#[test]
fn what_is_commented_out_can_be_switched_on() {
    // The three attributes that it needs are named as the file tells a planner to.
    let named = "[attributes]\nbackbone-teachers = { zh = \"-\", en = \"-\" }\narts-teachers = { zh = \"-\", en = \"-\" }\n\
                 multimedia-rooms = { zh = \"-\", en = \"-\" }";
    let text: String = text()
        .replacen("[attributes]", named, 1)
        .lines()
        .flat_map(|line| [line.strip_prefix("#~ ").unwrap_or(line), "\n"])
        .collect();
    assert!(pack(&text).obligations.iter().any(|obligation| obligation.id.get_ref() == "edu.balance.high-quality"));
}
