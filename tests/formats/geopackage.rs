//! GeoPackages that GDAL wrote, against the GeoJSON that they were made of.

use std::collections::BTreeMap;

use evenreach::read::table::{Table, Wish};
use evenreach::space::Crs;
use geo::{BoundingRect, Geometry, MapCoords, Rect};

use super::{columns, foreign, read, said};

fn layer(name: &str) -> Wish {
    Wish { layer: Some(name.to_owned()), ..Wish::default() }
}

/// The columns without the key that GDAL gives every layer.
fn values(table: &Table) -> BTreeMap<String, Vec<String>> {
    let mut values = columns(table);
    values.remove("fid");
    values
}

#[test]
fn values_of_every_type_are_the_cells_of_the_geojson() {
    let (Some(json), Some(path)) = (foreign("geopackage", "places.geojson"), foreign("geopackage", "many.gpkg")) else {
        return;
    };
    let (json, places) = (read(&json, &Wish::default()), read(&path, &layer("places")));
    assert_eq!(values(&places), values(&json));
    assert_eq!(places.geometry, json.geometry);
    assert_eq!(places.crs.as_deref(), Some("EPSG:4326"));
    let people = read(&path, &layer("人口"));
    assert_eq!(values(&people)["code"], ["0012", "0013"]);
    assert_eq!(values(&people)["residents"], ["4000", "1500"]);
    assert!(people.geometry.is_empty() && people.file.ends_with("many.gpkg!人口"));
    let (table, said) = said(&path, &Wish::default());
    assert!(table.is_none() && said[0].contains("places, shapes, 人口"), "{said:?}");
}

#[test]
fn shapes_with_heights_and_measures_are_those_without() {
    let Some(json) = foreign("geopackage", "shapes.geojson") else { return };
    let json = read(&json, &Wish::default());
    for file in ["many.gpkg", "z.gpkg", "m.gpkg", "zm.gpkg", "without_index.gpkg"] {
        let Some(path) = foreign("geopackage", file) else { return };
        let table = read(&path, &layer("shapes"));
        assert_eq!(table.geometry, json.geometry, "{file}");
        assert_eq!(values(&table), values(&json), "{file}");
    }
}

#[test]
fn a_zone_is_known_by_its_code_and_turned_to_degrees() {
    let (Some(json), Some(path)) = (foreign("geopackage", "shapes.geojson"), foreign("geopackage", "zone.gpkg")) else {
        return;
    };
    let mut table = read(&path, &Wish::default());
    assert_eq!(table.crs.as_deref(), Some("EPSG:4549"));
    let zone = Crs::parse("EPSG:4549").unwrap();
    for geometry in table.geometry.iter_mut().flatten() {
        assert!(zone.turn_to_degrees(geometry));
    }
    let rounded = |geometries: &[Option<Geometry<f64>>]| -> Vec<Geometry<i64>> {
        let round = |number: f64| (number * 1e8).round() as i64;
        geometries.iter().flatten().map(|shape| shape.map_coords(|at| (round(at.x), round(at.y)).into())).collect()
    };
    assert_eq!(rounded(&table.geometry), rounded(&read(&json, &Wish::default()).geometry));
}

#[test]
fn only_shapes_that_may_lie_in_the_region_are_read_and_the_others_are_counted() {
    let within = Some(Rect::new((120.9, 37.9), (121.1, 38.6)));
    for (file, stated) in [("many.gpkg", "EPSG:4326"), ("without_index.gpkg", "EPSG:4326"), ("zone.gpkg", "EPSG:4549")]
    {
        let Some(path) = foreign("geopackage", file) else { return };
        let all = read(&path, &layer("shapes"));
        assert_eq!(all.crs.as_deref(), Some(stated));
        let near = read(&path, &Wish { within, ..layer("shapes") });
        assert_eq!((values(&near)["n"].as_slice(), near.left_out), (["4".to_owned()].as_slice(), 4), "{file}");
        assert_eq!(near.number(0), 4, "{file}");
        assert_eq!(near.geometry[0], all.geometry[3]);
        assert!(all.geometry.iter().flatten().all(|shape| shape.bounding_rect().is_some()));
    }
}

#[test]
fn arcs_are_said_and_straight_surfaces_are_read() {
    let Some(path) = foreign("geopackage", "arcs.gpkg") else { return };
    let (table, said) = said(&path, &Wish::default());
    let table = table.unwrap();
    let kinds: Vec<bool> = table.geometry.iter().map(Option::is_some).collect();
    assert_eq!(kinds, [false, false, true, true]);
    assert_eq!(said.len(), 2, "{said:?}");
    assert!(said.iter().all(|said| said.contains("arcs; turn them into straight sides")), "{said:?}");
}
