//! The pack of the Jinpu document: every row of the list of obligations is in it, with its figures.

use std::collections::BTreeSet;
use std::path::Path;

use evenreach::rules::{Check, Pack};

fn text() -> String {
    std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("seeds/jinpu-2018.toml")).unwrap()
}

fn pack() -> Pack {
    toml::from_str(&text()).unwrap_or_else(|error| panic!("{error}"))
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
fn ids_are_unique_and_all_words_are_named() {
    let pack = pack();
    let ids: BTreeSet<&str> = pack.obligations.iter().map(|obligation| obligation.id.get_ref().as_str()).collect();
    assert_eq!(ids.len(), pack.obligations.len());
    for obligation in &pack.obligations {
        let id = obligation.id.get_ref();
        assert!(pack.leads.contains_key(obligation.lead.get_ref()), "{id}: lead");
        for name in obligation.check.kind().names() {
            use evenreach::rules::Noun;
            let word = name.word.get_ref();
            let known = match name.noun {
                Noun::Service => pack.services.contains_key(word),
                Noun::Group => pack.groups.contains_key(word),
                Noun::Level => pack.levels.contains_key(word),
                Noun::Attribute | Noun::AreaAttribute => pack.attributes.contains_key(word),
                Noun::Series => true,
            };
            assert!(known, "{id}: {word}");
        }
        assert_eq!(obligation.check.kind().mistakes(), [], "{id}");
    }
}

#[test]
fn the_table_of_26_indicators_is_complete() {
    let pack = pack();
    let of_table = pack.obligations.iter().filter(|obligation| obligation.id.get_ref().starts_with("ind."));
    assert_eq!(of_table.clone().count(), 26);
    for obligation in of_table {
        let Check::Indicator(indicator) = &obligation.check else {
            panic!("{} is no indicator", obligation.id.get_ref())
        };
        assert_eq!(indicator.series.get_ref(), obligation.id.get_ref());
        assert_eq!(indicator.year, 2020);
        assert_eq!(obligation.clause, "一(三)");
    }
}

#[test]
fn every_row_of_the_list_of_obligations_is_in_the_pack() {
    let pack = pack();
    let ids: BTreeSet<&str> = pack.obligations.iter().map(|obligation| obligation.id.get_ref().as_str()).collect();
    let missing: Vec<String> =
        rows().into_iter().map(|row| row[0].clone()).filter(|id| !ids.contains(id.as_str())).collect();
    assert!(missing.is_empty(), "not in the pack: {missing:?}");
}

#[test]
fn the_figures_of_the_indicators_are_those_of_the_list() {
    let pack = pack();
    for row in rows().iter().filter(|row| row[0].starts_with("ind.")) {
        let obligation = pack.obligations.iter().find(|obligation| *obligation.id.get_ref() == row[0]).unwrap();
        let Check::Indicator(indicator) = &obligation.check else { panic!("{} is no indicator", row[0]) };
        assert_eq!(
            indicator.from.map(|start| (start.year, start.value)),
            row[3].parse().ok().map(|value| (2015, value))
        );
        assert_eq!(indicator.target, row[4].parse::<f64>().unwrap(), "{}", row[0]);
        assert_eq!(indicator.unit.en, row[2], "{}", row[0]);
        assert_eq!(indicator.sum_from, row[1].contains('Σ').then_some(2016), "{}", row[0]);
        assert_eq!(format!("{:?}", indicator.better) == "Lower", row[1].contains('≤'), "{}", row[0]);
    }
}

#[test]
fn what_is_commented_out_can_be_switched_on() {
    let text = text().lines().map(|line| line.strip_prefix("#~ ").unwrap_or(line)).collect::<Vec<_>>().join("\n");
    let pack: Pack = toml::from_str(&text).unwrap_or_else(|error| panic!("{error}"));
    assert!(pack.obligations.iter().any(|obligation| obligation.id.get_ref() == "edu.balance.high-quality"));
}

#[test]
fn every_source_is_of_a_parameter_of_its_check() {
    let table: toml::Table = toml::from_str(&text()).unwrap();
    for obligation in table["obligation"].as_array().unwrap() {
        let (_, check) = obligation["check"].as_table().unwrap().iter().next().unwrap();
        let sources = obligation.get("source").and_then(toml::Value::as_table);
        for key in sources.into_iter().flat_map(toml::Table::keys) {
            assert!(check.get(key).is_some(), "{}: {key}", obligation["id"]);
        }
    }
}
