use serde_json::Value;

use super::*;
use crate::assess::Findings;
use crate::model::{Lang, World};
use crate::report::{layers, sketch};
use crate::rules::finding::Unit;

fn areas(findings: &Findings, world: &World, to: &mut dyn Write) -> io::Result<()> {
    let of = Assessment::new(findings, world, Lang::En);
    layer(&of, &layers::areas(&of, of.drawn()), to)
}

fn underserved(findings: &Findings, world: &World, to: &mut dyn Write) -> io::Result<()> {
    let of = Assessment::new(findings, world, Lang::En);
    layer(&of, &layers::underserved(&of), to)
}

fn facilities(findings: &Findings, world: &World, to: &mut dyn Write) -> io::Result<()> {
    let of = Assessment::new(findings, world, Lang::En);
    layer(&of, &layers::facilities(&of), to)
}

fn read(bytes: &[u8]) -> Value {
    serde_json::from_slice(bytes).unwrap()
}

fn properties(feature: &Value) -> Vec<(&str, &Value)> {
    feature["properties"].as_object().unwrap().iter().map(|(key, value)| (key.as_str(), value)).collect()
}

// Where dwelling floor stands for people, what is lacking is no number of them.
#[test]
fn a_shortfall_of_a_proxy_has_its_unit_beside_it() {
    let world = sketch::world();
    let mut findings = sketch::findings(&world);
    let units = |findings: &Findings| -> Vec<(String, bool, Value)> {
        let layer = read(&sketch::bytes(|to| areas(findings, &world, to)));
        let features = layer["features"].as_array().unwrap();
        let all = features.iter().flat_map(|feature| {
            let of_unit = |(key, unit): &(&str, &Value)| {
                let short = &feature["properties"][key.strip_suffix("_unit")?];
                Some(((*key).to_owned(), short.is_number(), (*unit).clone()))
            };
            properties(feature).iter().filter_map(of_unit).collect::<Vec<_>>()
        });
        all.collect()
    };
    assert!(units(&findings).is_empty());
    for assessed in &mut findings.findings {
        assessed.finding.shortfall_unit = Some(Unit::DwellingFloor);
    }
    let units = units(&findings);
    assert!(units.iter().any(|(_, is_short, _)| *is_short), "{units:?}");
    for (key, is_short, unit) in units {
        let expected = if is_short { Value::from("m² of dwelling floor (proxy for residents)") } else { Value::Null };
        assert!(key.ends_with("_short_unit") && unit == expected, "{key}: {unit}");
    }
}

#[test]
fn an_areas_layer_in_full() {
    let world = sketch::world();
    let text = String::from_utf8(sketch::bytes(|to| areas(&sketch::findings(&world), &world, to))).unwrap();
    insta::assert_snapshot!(text, @r#"
    {"type":"FeatureCollection","estimated":true,"illustrative":true,"name":"areas","proxy":null,"study":{"en":"Jinzhou, a sketch","zh":"金州区（示意）"},"features":[
    {"type":"Feature","properties":{"level":"street","code":"210213001","name":"光明街道","parent_code":"210213","boundary":"estimated","illustrative":true,"residents":9000.0,"unmet":0,"unknown":0,"edu_public_kindergarten":"met","edu_public_kindergarten_short":null,"edu_library":null,"edu_library_short":null,"edu_any_school":null,"edu_any_school_short":null},"geometry":{"type":"MultiPolygon","coordinates":[[[[121.6833333,39.0833333],[121.7166667,39.0833333],[121.7166667,39.1166667],[121.6833333,39.1166667],[121.6833333,39.0833333]],[[121.6966667,39.0966667],[121.6966667,39.1033333],[121.7033333,39.1033333],[121.7033333,39.0966667],[121.6966667,39.0966667]]]]}},
    {"type":"Feature","properties":{"level":"street","code":"210213002","name":"登沙河街道","parent_code":"210213","boundary":"estimated","illustrative":true,"residents":3400.0,"unmet":1,"unknown":0,"edu_public_kindergarten":"unmet","edu_public_kindergarten_short":1.0,"edu_library":null,"edu_library_short":null,"edu_any_school":null,"edu_any_school_short":null},"geometry":{"type":"MultiPolygon","coordinates":[[[[121.7526975,39.0833333],[121.7860308,39.0833333],[121.7860308,39.1166667],[121.7526975,39.1166667],[121.7526975,39.0833333]],[[121.7660308,39.0966667],[121.7660308,39.1033333],[121.7726975,39.1033333],[121.7726975,39.0966667],[121.7660308,39.0966667]]]]}}
    ]}
    "#);
}

#[test]
fn underserved_holds_only_what_is_unmet_with_the_reasons() {
    let world = sketch::world();
    let layer = read(&sketch::bytes(|to| underserved(&sketch::findings(&world), &world, to)));
    let features = layer["features"].as_array().unwrap();
    assert_eq!(features.len(), 1);
    let properties = &features[0]["properties"];
    assert_eq!(properties["name"], "登沙河街道");
    assert_eq!(properties["obligations"], "edu.public-kindergarten");
    insta::assert_snapshot!(properties["reasons"].as_str().unwrap(), @"二(一)1 every street has a public kindergarten: short by 1 kindergarten; nearest: K1, 6 km");
    insta::assert_snapshot!(properties["reasons_zh"].as_str().unwrap(), @"二(一)1 每个街道都有公办幼儿园：缺口 1 所幼儿园；最近：K1，6 公里");
}

#[test]
fn facilities_have_all_columns_and_null_geometry_where_there_is_no_place() {
    let world = sketch::world();
    let layer = read(&sketch::bytes(|to| facilities(&sketch::findings(&world), &world, to)));
    let features = layer["features"].as_array().unwrap();
    let keys: Vec<Vec<&str>> =
        features.iter().map(|feature| properties(feature).iter().map(|&(key, _)| key).collect()).collect();
    assert!(keys.windows(2).all(|pair| pair[0] == pair[1]));
    assert!(features[1]["geometry"].is_null());
    assert_eq!(features[0]["geometry"], serde_json::json!({"type": "Point", "coordinates": [121.7, 39.1]}));
    assert_eq!(features[0]["properties"]["beds"], 3.5);
    assert_eq!(features[2]["properties"]["opened"], "2019-09-01");
    assert_eq!((&features[2]["properties"]["over"], &features[2]["properties"]["unmet"]), (&true.into(), &1.into()));
    assert_eq!(features[3]["properties"]["over"], false);
}

#[test]
fn outer_rings_wind_counter_clockwise_and_holes_clockwise() {
    let world = sketch::world();
    let bytes = sketch::bytes(|to| areas(&sketch::findings(&world), &world, to));
    let layer: ::geojson::FeatureCollection = std::str::from_utf8(&bytes).unwrap().parse().unwrap();
    assert!(layer.bbox.is_none() && layer.foreign_members.unwrap().get("crs").is_none());
    for feature in layer.features {
        assert!(feature.foreign_members.is_none());
        let geometry = serde_json::to_value(feature.geometry.unwrap()).unwrap();
        let rings: Vec<Vec<[f64; 2]>> = serde_json::from_value(geometry["coordinates"][0].clone()).unwrap();
        assert!(rings.iter().all(|ring| ring.first() == ring.last()));
        let doubled_areas: Vec<f64> = rings.iter().map(|ring| doubled_area(ring)).collect();
        assert!(doubled_areas[0] > 0.0 && doubled_areas[1] < 0.0, "{doubled_areas:?}");
    }
}

/// Positive where the ring winds counter-clockwise.
fn doubled_area(ring: &[[f64; 2]]) -> f64 {
    ring.windows(2).map(|edge| edge[0][0] * edge[1][1] - edge[1][0] * edge[0][1]).sum()
}

#[test]
fn a_layer_without_features_is_still_a_layer() {
    let world = crate::model::sketch::Sketch::new(&["street"]).world();
    let findings = Findings { packs: Vec::new(), findings: Vec::new(), estimated: Vec::new(), illustrative: false };
    for layer in [areas, underserved, facilities] {
        let bytes = sketch::bytes(|to| layer(&findings, &world, to));
        assert_eq!(read(&bytes)["features"], serde_json::json!([]));
    }
}
