//! GeoJSON (RFC 7946): longitude and latitude on WGS 84, outer rings counter-clockwise, no `crs`.
//!
//! Every feature has the same properties in the same order, so that GDAL and QGIS see one table. Features stand one a
//! line, in the order of their rows. They are written straight from the layer: no tree of JSON values is built.

mod geometry;

use std::io::{self, Write};

use serde::Serialize;
use serde::ser::{SerializeMap, Serializer};

use super::{Layer, Value, names, pieces};
use geometry::Shape;

/// Writes a layer as one collection. `head` are members of the collection beside its features.
///
/// # Errors
/// What the file says.
pub fn write(
    layer: &Layer<'_>,
    head: &serde_json::Map<String, serde_json::Value>,
    to: &mut dyn Write,
) -> io::Result<()> {
    let keys = keys(layer);
    to.write_all(b"{\"type\":\"FeatureCollection\",")?;
    for (key, value) in head {
        write!(to, "{}:{value},", serde_json::Value::from(key.as_str()))?;
    }
    to.write_all(b"\"features\":[")?;
    let row = |row: usize, piece: &mut Vec<u8>| {
        piece.extend_from_slice(if row == 0 { b"\n" } else { b",\n" });
        Feature { layer, keys: &keys, row }.append(piece);
    };
    pieces::write(layer.n_rows, row, to)?;
    to.write_all(b"\n]}\n")
}

/// Writes a layer as a sequence: one feature a line, nothing around them.
///
/// # Errors
/// What the file says.
pub fn write_sequence(layer: &Layer<'_>, to: &mut dyn Write) -> io::Result<()> {
    let keys = keys(layer);
    let row = |row: usize, piece: &mut Vec<u8>| {
        Feature { layer, keys: &keys, row }.append(piece);
        piece.push(b'\n');
    };
    pieces::write(layer.n_rows, row, to)
}

/// The names of the properties. A second one of the same name would hide the first.
fn keys(layer: &Layer<'_>) -> Vec<String> {
    names::different(layer.columns.iter().map(|column| column.name.as_str()), "column")
}

/// One row.
struct Feature<'l, 'a> {
    layer: &'l Layer<'a>,
    keys: &'l [String],
    row: usize,
}

impl Feature<'_, '_> {
    fn append(&self, to: &mut Vec<u8>) {
        serde_json::to_writer(to, self).expect("writing to memory; all keys are strings");
    }
}

impl Serialize for Feature<'_, '_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let shape = self.layer.shapes.as_ref().and_then(|shapes| (shapes.shape)(self.row));
        let mut map = serializer.serialize_map(Some(3))?;
        map.serialize_entry("type", "Feature")?;
        map.serialize_entry("properties", &Properties(self))?;
        map.serialize_entry("geometry", &shape.as_deref().and_then(Shape::new))?;
        map.end()
    }
}

struct Properties<'f, 'l, 'a>(&'f Feature<'l, 'a>);

impl Serialize for Properties<'_, '_, '_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Feature { layer, keys, row } = self.0;
        serializer.collect_map(keys.iter().zip(&layer.columns).map(|(key, column)| (key, Cell((column.value)(*row)))))
    }
}

struct Cell<'a>(Value<'a>);

impl Serialize for Cell<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match &self.0 {
            Value::Missing => serializer.serialize_none(),
            Value::Text(text) => serializer.serialize_str(text),
            // One that is not finite becomes null.
            Value::Number(number) => serializer.serialize_f64(number + 0.0),
            Value::Whole(whole) => serializer.serialize_i64(*whole),
            Value::Flag(flag) => serializer.serialize_bool(*flag),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::space::Crs;
    use crate::write::{Column, Holds, Shapes};
    use geo::{Geometry, GeometryCollection, LineString, MultiPolygon, Point, polygon};
    use std::borrow::Cow;

    fn written(shapes: &[Option<Geometry<f64>>]) -> String {
        let number = |row: usize| if row == 1 { Value::Number(f64::NAN) } else { Value::Number(0.5) };
        let column = |name: &str| Column { name: name.into(), holds: Holds::Number, value: Box::new(number) };
        let shape = Box::new(|row: usize| shapes[row].as_ref().map(Cow::Borrowed));
        let columns = vec![column("a\"\n"), column("a\"\n")];
        let shapes_of = Shapes { crs: Crs::wgs84(), shape };
        let layer = Layer { name: "x".into(), n_rows: shapes.len(), columns, shapes: Some(shapes_of) };
        let mut bytes = Vec::new();
        write_sequence(&layer, &mut bytes).unwrap();
        let mut whole = Vec::new();
        let head = serde_json::json!({ "name": "x" });
        write(&layer, head.as_object().unwrap(), &mut whole).unwrap();
        let parsed: serde_json::Value = serde_json::from_slice(&whole).unwrap();
        assert_eq!(parsed["name"], "x");
        let lines = String::from_utf8(bytes).unwrap();
        let features: Vec<serde_json::Value> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!(parsed["features"], serde_json::Value::from(features));
        lines
    }

    #[test]
    fn rings_follow_the_right_hand_and_degenerate_ones_are_null() {
        let clockwise = polygon![(x: 0.0, y: 0.0), (x: 0.0, y: 1.0), (x: 1.0, y: 0.0), (x: 0.0, y: 0.0)];
        let flat = polygon![(x: 0.0, y: 0.0), (x: 1.0, y: 0.0)];
        let collection = GeometryCollection(vec![Point::new(1.123_456_789, -0.0).into()]);
        let shapes: [Option<Geometry<f64>>; 5] = [
            Some(clockwise.into()),
            Some(flat.into()),
            Some(MultiPolygon::<f64>(Vec::new()).into()),
            Some(Geometry::GeometryCollection(collection)),
            Some(LineString::from(vec![(0.0, 0.0), (1.0, 1.0)]).into()),
        ];
        let lines = written(&shapes);
        let geometries: Vec<&str> = lines.lines().map(|line| line.split("\"geometry\":").nth(1).unwrap()).collect();
        assert_eq!(
            geometries,
            [
                r#"{"type":"Polygon","coordinates":[[[0.0,0.0],[1.0,0.0],[0.0,1.0],[0.0,0.0]]]}}"#,
                "null}",
                "null}",
                r#"{"type":"GeometryCollection","geometries":[{"type":"Point","coordinates":[1.1234568,0.0]}]}}"#,
                r#"{"type":"LineString","coordinates":[[0.0,0.0],[1.0,1.0]]}}"#,
            ]
        );
        assert!(lines.contains(r#""properties":{"a\"\n":null,"a\"\n_2":null}"#), "{lines}");
    }
}
