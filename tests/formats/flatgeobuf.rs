//! FlatGeobuf files that GDAL and geopandas wrote, against the same layer as GeoJSON.

use std::fs;

use evenreach::read::input::Input;
use evenreach::read::problem::Problems;
use evenreach::read::read_table;
use evenreach::read::table::{Table, Wish};
use evenreach::space::Crs;
use geo::Rect;

use super::foreign;
use super::layers::{same, same_places, vector};

const PLAIN: Wish = Wish { layer: None, encoding: None, crs: None, otherwise: None, tags: None, within: None };

fn read(bytes: Vec<u8>, wish: &Wish) -> (Option<Table>, Problems) {
    let mut problems = Problems::default();
    (read_table(&Input::of_bytes("a.fgb", bytes), wish, &mut problems), problems)
}

#[test]
fn every_kind_of_geometry_is_read_one_kind_a_file_or_mixed() {
    let plain = ["areas", "places", "groups", "roads"].map(|kind| (format!("{kind}.fgb"), format!("{kind}.placed")));
    let high = ["areas", "places", "groups", "roads"].map(|kind| (format!("{kind}.z.fgb"), format!("{kind}.placed")));
    let mixed = [("mixed.fgb".to_owned(), "mixed".to_owned())];
    for (name, truth) in plain.iter().chain(&high).chain(&mixed) {
        let (Some((table, said)), Some((truth, _))) =
            (vector(name, &PLAIN), vector(&format!("{truth}.geojson"), &PLAIN))
        else {
            return;
        };
        same(&table, &truth);
        assert_eq!((table.crs.as_deref(), said), (Some("EPSG:4326"), vec![]), "{name}");
    }
}

#[test]
fn the_system_of_the_header_brings_the_shapes_home() {
    let (Some((mut table, _)), Some((truth, _))) =
        (vector("epsg4549.fgb", &PLAIN), vector("areas.placed.geojson", &PLAIN))
    else {
        return;
    };
    let system = Crs::parse(table.crs.as_deref().unwrap()).unwrap();
    assert_eq!(system.name(), "EPSG:4549");
    for geometry in table.geometry.iter_mut().flatten() {
        assert!(system.turn_to_degrees(geometry));
    }
    same_places(&table, &truth, 2e-8);
}

#[test]
fn the_index_gives_what_lies_in_the_region_and_nothing_is_lost_without_it() {
    let wish = Wish { within: Some(Rect::new((120.2, 38.3), (120.3, 38.4))), ..PLAIN };
    for name in ["grid.fgb", "geopandas.fgb", "grid4549.fgb"] {
        let (Some((all, _)), Some((near, _))) = (vector(name, &PLAIN), vector(name, &wish)) else { return };
        assert_eq!((all.n_rows, all.left_out, near.n_rows + near.left_out), (10_000, 0, 10_000), "{name}");
        assert!((121..400).contains(&near.n_rows), "{name}: {}", near.n_rows);
        for (row, &number) in near.numbers.iter().enumerate() {
            assert_eq!(near.geometry[row], all.geometry[number as usize - 1]);
            for (near, all) in near.columns.iter().zip(&all.columns) {
                assert_eq!(near.get(row), all.get(number as usize - 1));
            }
        }
        let inside = |x: &str, y: &str| {
            (20..=30).contains(&x.parse().unwrap()) && (30..=40).contains(&y.parse::<i32>().unwrap())
        };
        let n_inside = near.columns[0].iter().zip(near.columns[1].iter()).filter(|(x, y)| inside(x, y)).count();
        assert_eq!(n_inside, 121, "{name}");
        // Far away nothing is there.
        let far = Wish { within: Some(Rect::new((116.0, 30.0), (117.0, 31.0))), ..PLAIN };
        let Some((none, _)) = vector(name, &far) else { return };
        assert_eq!((none.n_rows, none.left_out), (0, 10_000), "{name}");
    }
}

#[test]
fn sizes_that_lie_are_refused_with_words() {
    let (Some(plain), Some(grid)) = (foreign("vector", "areas.fgb"), foreign("vector", "grid.fgb")) else { return };
    let (plain, grid) = (fs::read(plain).unwrap(), fs::read(grid).unwrap());
    let header = 12 + u32::from_le_bytes(plain[8..12].try_into().unwrap()) as usize;
    let refused = |bytes: &[u8], says: &str| {
        let (table, problems) = read(bytes.to_vec(), &PLAIN);
        assert!(table.is_none(), "{says}");
        assert!(problems.kept().iter().any(|problem| problem.what.en.contains(says)), "{says}: {:?}", problems.kept());
    };
    let with = |at: usize, new: &[u8]| {
        let mut bytes = plain.clone();
        bytes[at..at + new.len()].copy_from_slice(new);
        bytes
    };
    refused(&with(8, &[255, 255, 255, 255]), "the header is damaged");
    refused(&with(header, &[255, 255, 255, 255]), "the feature is cut off");
    refused(&with(header, &[4, 0, 0, 0]), "the feature is damaged");
    refused(&plain[..header + 30], "the feature is cut off");
    refused(&plain[..header], "there are 4 features, but there are 0");
    refused(b"fgb\x03fgb\x00", "does not begin as a FlatGeobuf does");
    // The index is cut off; its number of features is in the header, whichever byte that is.
    let header = 12 + u32::from_le_bytes(grid[8..12].try_into().unwrap()) as usize;
    refused(&grid[..header + 4000], "index");
    let count = grid[..header].windows(8).position(|bytes| bytes == 10_000_u64.to_le_bytes()).unwrap();
    let mut lying = grid.clone();
    lying[count..count + 8].copy_from_slice(&u64::MAX.to_le_bytes());
    refused(&lying, "which the file cannot hold");
}

#[test]
fn turned_bits_and_cut_files_are_read_or_refused() {
    let near = Wish { within: Some(Rect::new((120.2, 38.3), (120.3, 38.4))), ..PLAIN };
    let (mut n_read, mut n_refused) = (0, 0);
    for (name, wish) in [("areas.fgb", &PLAIN), ("roads.fgb", &PLAIN), ("mixed.fgb", &PLAIN), ("grid.fgb", &near)] {
        let Some(path) = foreign("vector", name) else { return };
        let bytes = fs::read(path).unwrap();
        for at in (0..bytes.len().min(20_000)).step_by(bytes.len().min(20_000) / 700 + 1) {
            let mut turned = bytes.clone();
            turned[at] ^= 1 << (at % 8);
            for damaged in [turned, bytes[..at].to_vec()] {
                let (table, problems) = read(damaged, wish);
                match table {
                    Some(table) => {
                        assert!(table.columns.iter().all(|column| column.len() == table.n_rows));
                        assert_eq!(table.geometry.len(), table.n_rows);
                        n_read += 1;
                    }
                    None => {
                        assert!(problems.has_errors());
                        n_refused += 1;
                    }
                }
            }
        }
    }
    assert!(100 < n_read && 100 < n_refused, "{n_read} read, {n_refused} refused");
}
