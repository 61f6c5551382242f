//! Sequences of GeoJSON features that GDAL wrote, against the same layer as one document.

use std::fs;

use evenreach::read::input::Input;
use evenreach::read::problem::Problems;
use evenreach::read::read_table;
use evenreach::read::table::Wish;

use super::foreign;
use super::layers::{same, vector};

#[test]
fn a_sequence_is_the_same_as_a_collection_by_lines_or_by_record_separators() {
    for layer in ["areas", "places"] {
        for name in [format!("{layer}.geojsonl"), format!("{layer}.rs.geojsons")] {
            let (Some((table, said)), Some((truth, _))) =
                (vector(&name, &Wish::default()), vector(&format!("{layer}.geojson"), &Wish::default()))
            else {
                return;
            };
            same(&table, &truth);
            assert_eq!(said, [""; 0], "{name}");
        }
    }
}

#[test]
fn a_sequence_under_the_name_of_a_document_is_read_all_the_same() {
    for name in ["areas.geojsonl", "areas.rs.geojsons"] {
        let Some(path) = foreign("vector", name) else { return };
        let Some((truth, _)) = vector("areas.geojson", &Wish::default()) else { return };
        for other in ["areas.geojson", "areas.json"] {
            let mut problems = Problems::default();
            let input = Input::of_bytes(other, fs::read(&path).unwrap());
            let table = read_table(&input, &Wish::default(), &mut problems).unwrap_or_else(|| panic!("{problems:?}"));
            same(&table, &truth);
        }
    }
}
