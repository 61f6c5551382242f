//! GeoJSON (RFC 7946): one pass over the bytes, straight into columns and geometries.
//!
//! No tree of the document is built; memory is that of the result. Nesting is bounded by the parser (128 levels).

mod geometry;

use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt;

use geo::Geometry;
use serde::de::{DeserializeSeed, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};

use super::input::Input;
use super::problem::{At, Problems, say};
use super::table::{Cells, Reader, Table, Wish};
use geometry::{Shape, Sink};

/// GeoJSON feature collections.
pub(super) struct GeoJson;

impl Reader for GeoJson {
    fn name(&self) -> &'static str {
        "GeoJSON"
    }

    fn accepts(&self, name: &str, start: &[u8]) -> bool {
        let name = name.to_ascii_lowercase();
        let looks = start.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'{');
        name.ends_with(".geojson") || (name.ends_with(".json") && looks)
    }

    // RFC 7946, section 4.
    fn lays_down(&self) -> Option<&'static str> {
        Some("OGC:CRS84")
    }

    fn read(&self, input: &Input, _: &Wish, problems: &mut Problems) -> Option<Table> {
        let bytes = input.bytes(problems)?;
        let mut layer = Layer::default();
        let mut json = serde_json::Deserializer::from_slice(&bytes);
        let parsed = Collection(&mut layer).deserialize(&mut json).and_then(|()| json.end());
        if let Err(error) = parsed {
            let (what, help) = if bytes.iter().all(u8::is_ascii_whitespace) {
                (say("the file is empty", "文件为空"), say("export the layer again", "请重新导出图层"))
            } else {
                (
                    say(
                        format!("the text cannot be read as GeoJSON: {error}"),
                        format!("无法按 GeoJSON 读取：{error}"),
                    ),
                    say("a FeatureCollection as of RFC 7946 is expected", "应为 RFC 7946 规定的 FeatureCollection"),
                )
            };
            problems.error("damaged", &input.name, At::Line(error.line().max(1), error.column().max(1)), what, help);
            return None;
        }
        if !layer.collection {
            problems.error(
                "not-a-collection",
                &input.name,
                At::File,
                say("the text is JSON, but not a FeatureCollection", "文本是 JSON，但不是 FeatureCollection"),
                say("export the layer as GeoJSON", "请将图层导出为 GeoJSON"),
            );
            return None;
        }
        for (feature, what) in layer.odd {
            problems.warning(
                "geometry",
                &input.name,
                At::Feature(feature),
                say(format!("the geometry is not used: {what}"), format!("该几何未被采用：{what}")),
                say("check the feature in a GIS", "请在 GIS 中检查该要素"),
            );
        }
        for feature in layer.open {
            problems.warning(
                "repaired-geometry",
                &input.name,
                At::Feature(feature),
                say("a ring of the polygon is not closed; it was closed", "多边形的环未闭合，已将其闭合"),
                say("check the closed boundary, and mend the source", "请检查闭合后的边界，并更正源数据"),
            );
        }
        Some(Table {
            file: input.name.clone(),
            columns: layer.columns,
            n_rows: layer.geometry.len(),
            geometry: layer.geometry,
            crs: layer.crs,
            ..Table::default()
        })
    }
}

/// What is gathered on the way.
#[derive(Default)]
struct Layer {
    collection: bool,
    crs: Option<String>,
    columns: Vec<Cells>,
    by_key: HashMap<String, usize>,
    geometry: Vec<Option<Geometry<f64>>>,
    odd: Vec<(u32, String)>,
    /// Features whose polygons have a ring that does not end where it begins.
    open: Vec<u32>,
    sink: Sink,
}

impl Layer {
    /// The cell of the feature that is being read.
    fn set(&mut self, key: &str, cell: &str) {
        let row = self.geometry.len();
        let index = match self.by_key.get(key) {
            Some(&index) => index,
            None => {
                self.columns.push(Cells::new(key, row));
                self.by_key.insert(key.to_owned(), self.columns.len() - 1);
                self.columns.len() - 1
            }
        };
        // A key given twice in one feature: the first holds.
        if self.columns[index].len() == row {
            self.columns[index].push(cell);
        }
    }

    fn finish(&mut self, geometry: Option<Geometry<f64>>) {
        self.geometry.push(geometry);
        let n_rows = self.geometry.len();
        for column in &mut self.columns {
            if column.len() < n_rows {
                column.push("");
            }
        }
    }
}

struct Collection<'a>(&'a mut Layer);

impl<'de> DeserializeSeed<'de> for Collection<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Collection<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a FeatureCollection")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(key) = map.next_key::<Cow<'de, str>>()? {
            match &*key {
                "type" => self.0.collection = map.next_value::<Cow<'de, str>>()? == "FeatureCollection",
                "features" => map.next_value_seed(Features(self.0))?,
                "crs" => {
                    let crs: serde_json::Value = map.next_value()?;
                    self.0.crs = crs.pointer("/properties/name").and_then(|name| name.as_str()).map(str::to_owned);
                }
                _ => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(())
    }
}

struct Features<'a>(&'a mut Layer);

impl<'de> DeserializeSeed<'de> for Features<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for Features<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of features")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut features: A) -> Result<(), A::Error> {
        while features.next_element_seed(Feature(self.0))?.is_some() {}
        Ok(())
    }
}

struct Feature<'a>(&'a mut Layer);

impl<'de> DeserializeSeed<'de> for Feature<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Feature<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a feature")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let layer = self.0;
        let mut geometry = None;
        let mut id = None;
        while let Some(key) = map.next_key::<Cow<'de, str>>()? {
            match &*key {
                "geometry" => geometry = map.next_value_seed(Shape(&mut layer.sink))?,
                "properties" => map.next_value_seed(Properties(layer))?,
                "id" => id = Some(map.next_value::<Cell<'de>>()?),
                _ => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        if let Some(id) = id {
            layer.set("id", &id.0);
        }
        let number = u32::try_from(layer.geometry.len() + 1).unwrap_or(u32::MAX);
        let geometry = geometry.and_then(|shape| {
            shape.unwrap_or_else(|what| {
                layer.odd.push((number, what));
                None
            })
        });
        if matches!(geometry, Some(Geometry::Polygon(_) | Geometry::MultiPolygon(_))) && layer.sink.has_open_ring() {
            layer.open.push(number);
        }
        layer.finish(geometry);
        Ok(())
    }
}

struct Properties<'a>(&'a mut Layer);

impl<'de> DeserializeSeed<'de> for Properties<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Properties<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("properties or null")
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(key) = map.next_key::<Cow<'de, str>>()? {
            let cell: Cell<'de> = map.next_value()?;
            self.0.set(&key, &cell.0);
        }
        Ok(())
    }
}

/// A property as text: `null` is empty, a list is joined with `;`, an object is its JSON.
struct Cell<'de>(Cow<'de, str>);

impl<'de> Deserialize<'de> for Cell<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct CellVisitor;

        impl<'de> Visitor<'de> for CellVisitor {
            type Value = Cell<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a property")
            }

            fn visit_unit<E>(self) -> Result<Cell<'de>, E> {
                Ok(Cell(Cow::Borrowed("")))
            }

            fn visit_bool<E>(self, value: bool) -> Result<Cell<'de>, E> {
                Ok(Cell(Cow::Borrowed(if value { "true" } else { "false" })))
            }

            fn visit_i64<E>(self, value: i64) -> Result<Cell<'de>, E> {
                Ok(Cell(Cow::Owned(value.to_string())))
            }

            fn visit_u64<E>(self, value: u64) -> Result<Cell<'de>, E> {
                Ok(Cell(Cow::Owned(value.to_string())))
            }

            fn visit_f64<E>(self, value: f64) -> Result<Cell<'de>, E> {
                Ok(Cell(Cow::Owned(value.to_string())))
            }

            fn visit_borrowed_str<E>(self, value: &'de str) -> Result<Cell<'de>, E> {
                Ok(Cell(Cow::Borrowed(value)))
            }

            fn visit_str<E>(self, value: &str) -> Result<Cell<'de>, E> {
                Ok(Cell(Cow::Owned(value.to_owned())))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Cell<'de>, A::Error> {
                let mut joined = String::new();
                while let Some(cell) = list.next_element::<Cell<'de>>()? {
                    if !joined.is_empty() {
                        joined.push(';');
                    }
                    joined.push_str(&cell.0);
                }
                Ok(Cell(Cow::Owned(joined)))
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Cell<'de>, A::Error> {
                let object = serde_json::Value::deserialize(serde::de::value::MapAccessDeserializer::new(map))?;
                Ok(Cell(Cow::Owned(object.to_string())))
            }
        }

        deserializer.deserialize_any(CellVisitor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> (Option<Table>, Problems) {
        let mut problems = Problems::default();
        let input = Input::of_bytes("t.geojson", text.as_bytes().to_vec());
        (GeoJson.read(&input, &Wish::default(), &mut problems), problems)
    }

    fn feature(geometry: &str) -> String {
        format!(
            r#"{{"type":"FeatureCollection","features":[{{"type":"Feature","properties":null,"geometry":{geometry}}}]}}"#
        )
    }

    #[test]
    fn every_geometry_is_read_as_the_geojson_crate_reads_it() {
        for geometry in [
            r#"{"type":"Point","coordinates":[1,2.5]}"#,
            r#"{"coordinates":[[1,2],[3,4,9.0]],"type":"LineString"}"#,
            r#"{"type":"MultiPoint","coordinates":[[1,2],[3,4]]}"#,
            r#"{"type":"MultiLineString","coordinates":[[[1,2],[3,4]],[[5,6],[7,8],[9,9]]]}"#,
            r#"{"type":"Polygon","coordinates":[[[0,0],[9,0],[9,9],[0,0]],[[4,1],[5,1],[5,2],[4,1]]]}"#,
            r#"{"type":"MultiPolygon","coordinates":[[[[0,0],[9,0],[9,9],[0,0]],[[4,1],[5,1],[5,2],[4,1]]],[[[20,0],[29,0],[29,9],[20,0]]]]}"#,
        ] {
            let (table, problems) = read(&feature(geometry));
            assert!(problems.is_empty(), "{geometry}: {problems:?}");
            let ours = table.unwrap().geometry[0].clone().unwrap();
            let theirs: geojson::Geometry = geometry.parse().unwrap();
            assert_eq!(ours, Geometry::try_from(theirs).unwrap(), "{geometry}");
        }
    }

    #[test]
    fn properties_become_columns_whatever_their_order() {
        let text = r#"{"features":[
            {"type":"Feature","id":7,"properties":{"a":"x","n":1.5,"big":210213001},"geometry":null},
            {"type":"Feature","geometry":null,"properties":{"late":true,"a":null,"list":["p","q"]}}],
            "type":"FeatureCollection"}"#;
        let (table, _) = read(text);
        let table = table.unwrap();
        let cells: Vec<(&str, Vec<&str>)> =
            table.columns.iter().map(|column| (column.header.as_str(), column.iter().collect())).collect();
        assert_eq!(
            cells,
            [
                ("a", vec!["x", ""]),
                ("n", vec!["1.5", ""]),
                ("big", vec!["210213001", ""]),
                ("id", vec!["7", ""]),
                ("late", vec!["", "true"]),
                ("list", vec!["", "p;q"]),
            ]
        );
    }

    #[test]
    fn odd_geometry_is_said_and_the_feature_kept() {
        for geometry in [
            r#"{"type":"Polygon","coordinates":[[0,0],[1,1]]}"#,
            r#"{"type":"Point","coordinates":[1]}"#,
            r#"{"type":"Polygon","coordinates":[[[0,0],[9,0]],[1,2]]}"#,
            r#"{"type":"GeometryCollection","geometries":[]}"#,
            r#"{"type":"MultiPolygon","coordinates":[[[[[0,0]]]]]}"#,
        ] {
            let (table, problems) = read(&feature(geometry));
            assert_eq!(table.unwrap().geometry, [None], "{geometry}");
            assert_eq!(problems.len(), 1, "{geometry}");
        }
    }

    #[test]
    fn deep_nesting_and_cut_off_text_are_errors_not_crashes() {
        for text in [String::new(), "{".into(), "[".repeat(1 << 20), feature(&"[".repeat(1 << 20)), "nul".into()] {
            let (table, problems) = read(&text);
            assert!(table.is_none() && problems.has_errors());
        }
    }
}
