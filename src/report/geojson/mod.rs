//! Map layers as GeoJSON (RFC 7946): longitude and latitude on WGS 84, outer rings counter-clockwise, no `crs`.
//!
//! Every feature of a layer has the same properties in the same order, so that GDAL and QGIS see one table. Features
//! stand one a line, in the order of their rows. They are written straight from the layer: no tree of JSON values is
//! built, which for 40,000 polygons would be most of the time and memory.

mod geometry;

use std::io::{self, Write};

use rayon::prelude::*;
use serde::Serialize;
use serde::ser::{SerializeMap, Serializer};

use super::layers::Assessment;
use crate::model::Proxy;
use crate::write::{Layer, Value};
use geometry::Shape;

/// One row of a layer as a feature.
struct Feature<'l, 'a>(&'l Layer<'a>, usize);

impl Serialize for Feature<'_, '_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let shape = self.0.shapes.as_ref().and_then(|shapes| (shapes.shape)(self.1));
        let mut map = serializer.serialize_map(Some(3))?;
        map.serialize_entry("type", "Feature")?;
        map.serialize_entry("properties", &Properties(self.0, self.1))?;
        map.serialize_entry("geometry", &shape.as_deref().and_then(Shape::new))?;
        map.end()
    }
}

struct Properties<'l, 'a>(&'l Layer<'a>, usize);

impl Serialize for Properties<'_, '_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.columns.iter().map(|column| (&column.name, Cell((column.value)(self.1)))))
    }
}

struct Cell<'a>(Value<'a>);

impl Serialize for Cell<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match &self.0 {
            Value::Missing => serializer.serialize_none(),
            Value::Text(text) => serializer.serialize_str(text),
            Value::Number(number) => serializer.serialize_f64(*number),
            Value::Whole(whole) => serializer.serialize_i64(*whole),
            Value::Flag(flag) => serializer.serialize_bool(*flag),
        }
    }
}

/// A layer, with the name of the study and what it rests on.
pub(crate) fn layer(of: &Assessment<'_>, layer: &Layer<'_>, to: &mut dyn Write) -> io::Result<()> {
    let head = serde_json::json!({
        "name": layer.name,
        "study": of.world.name,
        "illustrative": of.findings.illustrative,
        "estimated": !of.findings.estimated.is_empty(),
        "proxy": of.world.people.proxy.map(Proxy::key),
    });
    let head = head.to_string();
    write!(to, "{{\"type\":\"FeatureCollection\",{},\"features\":[", &head[1..head.len() - 1])?;
    // Pieces of a few hundred features keep all cores busy and the pieces in cache; a few pieces at once need little
    // memory.
    const PIECE: usize = 256;
    let write_piece = |n: usize| {
        let mut piece = Vec::new();
        for row in n * PIECE..layer.n_rows.min((n + 1) * PIECE) {
            piece.extend_from_slice(if row == 0 { b"\n" } else { b",\n" });
            serde_json::to_writer(&mut piece, &Feature(layer, row)).expect("writing to memory; all keys are strings");
        }
        piece
    };
    let pieces: Vec<usize> = (0..layer.n_rows.div_ceil(PIECE)).collect();
    for pieces in pieces.chunks(64) {
        let written: Vec<Vec<u8>> = pieces.par_iter().copied().map(write_piece).collect();
        written.iter().try_for_each(|piece| to.write_all(piece))?;
    }
    to.write_all(b"\n]}\n")
}

#[cfg(test)]
mod tests;
