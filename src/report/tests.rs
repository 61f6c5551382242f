//! What holds for all outputs together.

use proptest::prelude::*;

use super::files::Content;
use super::{outputs, sketch};
use crate::assess::Findings;
use crate::model::{Lang, World};

/// All outputs by name.
fn written(findings: &Findings, world: &World, lang: Lang) -> Vec<(String, Vec<u8>)> {
    let outputs = outputs(findings, world, &[], lang);
    outputs.iter().map(|output| (output.name().to_owned(), output.bytes())).collect()
}

/// The text of all cells of a workbook without formulas.
fn cells(workbook: Vec<u8>) -> Vec<String> {
    use calamine::Reader;
    let mut book: calamine::Xlsx<_> = calamine::open_workbook_from_rs(std::io::Cursor::new(workbook)).unwrap();
    for name in book.sheet_names() {
        assert!(book.worksheet_formula(&name).unwrap().is_empty());
    }
    let cells = |(_, range): (String, calamine::Range<calamine::Data>)| -> Vec<String> {
        range.cells().map(|(_, _, cell)| cell.to_string()).collect()
    };
    book.worksheets().into_iter().flat_map(cells).collect()
}

#[test]
fn same_findings_same_bytes_whatever_the_threads() {
    let run = |n_threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(n_threads).build().unwrap();
        pool.install(|| {
            let world = sketch::world();
            written(&sketch::findings(&world), &world, Lang::Zh)
        })
    };
    assert_eq!(run(1), run(4));
}

#[test]
fn every_output_says_that_data_are_illustrative_and_boundaries_estimated() {
    let world = sketch::world();
    for (name, bytes) in written(&sketch::findings(&world), &world, Lang::En) {
        let text = if name.ends_with(".xlsx") {
            cells(bytes).join("\n")
        } else {
            String::from_utf8_lossy(&bytes).into_owned()
        };
        let text = text.to_lowercase();
        assert!(text.contains("illustrative") && text.contains("estimated"), "{name}");
    }
}

/// Names that have broken some reader: formulas, quotes, separators, control characters, writing directions.
fn name() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just("=cmd|' /C calc'!A0".to_owned()),
        Just("\u{202e}\u{2066}".to_owned()),
        Just("\u{feff}".to_owned()),
        Just("\",\r\n".to_owned()),
        Just("\0\x1b[2J".to_owned()),
        Just("</script><b>".to_owned()),
        Just("＝@+-".to_owned()),
        any::<String>(),
    ];
    prop::collection::vec(piece, 0..4).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_name_breaks_an_output(names in [name(), name(), name(), name()], facility in name()) {
        let world = sketch::world_named(names.each_ref().map(String::as_str), &facility);
        let findings = sketch::findings(&world);
        for (file, bytes) in written(&findings, &world, Lang::En) {
            if file.ends_with(".csv") {
                let text = std::str::from_utf8(&bytes).unwrap().strip_prefix('\u{feff}').unwrap();
                let mut reader = csv::ReaderBuilder::new().from_reader(text.as_bytes());
                let columns = reader.headers().unwrap().len();
                for record in reader.records() {
                    let record = record.unwrap();
                    prop_assert_eq!(record.len(), columns);
                    for cell in &record {
                        let is_number = cell.parse::<f64>().is_ok();
                        let starts = cell.trim_start().starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠']);
                        prop_assert!(is_number || !starts, "{:?}", cell);
                        prop_assert!(!cell.contains(|c: char| c.is_control()), "{:?}", cell);
                    }
                }
            } else if file.ends_with(".xlsx") {
                let shown = crate::model::plain(&names[1]);
                prop_assert!(cells(bytes).iter().any(|cell| *cell == shown || shown.trim().is_empty()), "{:?}", shown);
            } else if file.ends_with(".qml") {
                let text = String::from_utf8(bytes).unwrap();
                prop_assert!(!text.contains("<b>") && !text.chars().any(|c| c.is_control() && c != '\n'));
            } else if file.contains("json") {
                let value: serde_json::Value = serde_json::from_slice(&bytes).unwrap();
                if file == "areas.geojson" {
                    for (index, feature) in value["features"].as_array().unwrap().iter().enumerate() {
                        prop_assert_eq!(feature["properties"]["name"].as_str(), Some(names[index + 1].as_str()));
                    }
                    let layer: geojson::FeatureCollection = std::str::from_utf8(&bytes).unwrap().parse().unwrap();
                    prop_assert_eq!(layer.features.len(), 2);
                }
            }
        }
    }
}
