//! Map layers as GeoJSON (RFC 7946): longitude and latitude on WGS 84, outer rings counter-clockwise, no `crs`.
//!
//! Every feature of a layer has the same properties in the same order, so that GDAL and QGIS see one table. Features
//! stand one a line, in the order of their ids. They are written straight from the world: no tree of JSON values is
//! built, which for 40,000 polygons would be most of the time and memory.

mod areas;
mod column;
mod facilities;
mod geometry;

use std::io::{self, Write};

use rayon::prelude::*;
use serde::Serialize;
use serde::ser::{SerializeMap, Serializer};

use crate::assess::Findings;
use crate::model::{Proxy, World};
use column::Cell;

pub use areas::{areas, underserved};
pub use facilities::facilities;

/// One feature: a geometry, if it is known, and a cell for each column.
struct Feature<'a, G> {
    geometry: Option<G>,
    columns: &'a [String],
    cells: Vec<Cell<'a>>,
}

impl<G: Serialize> Serialize for Feature<'_, G> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        struct Properties<'a>(&'a [String], &'a [Cell<'a>]);
        impl Serialize for Properties<'_> {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_map(self.0.iter().zip(self.1))
            }
        }
        debug_assert_eq!(self.columns.len(), self.cells.len());
        let mut map = serializer.serialize_map(Some(3))?;
        map.serialize_entry("type", "Feature")?;
        map.serialize_entry("properties", &Properties(self.columns, &self.cells))?;
        map.serialize_entry("geometry", &self.geometry)?;
        map.end()
    }
}

/// A layer called `name` with a feature for each of `ids`.
fn layer<'a, I, G>(
    name: &str,
    findings: &Findings,
    world: &World,
    ids: &[I],
    feature: impl Fn(I) -> Feature<'a, G> + Sync,
    to: &mut dyn Write,
) -> io::Result<()>
where
    I: Copy + Sync,
    G: Serialize,
{
    let head = serde_json::json!({
        "name": name,
        "study": world.name,
        "illustrative": findings.illustrative,
        "estimated": !findings.estimated.is_empty(),
        "proxy": world.people.proxy.map(Proxy::key),
    });
    let head = head.to_string();
    write!(to, "{{\"type\":\"FeatureCollection\",{},\"features\":[", &head[1..head.len() - 1])?;
    // Pieces of a few hundred features keep all cores busy and the pieces in cache; a few pieces at once need little
    // memory.
    let write_piece = |(n, ids): (usize, &[I])| {
        let mut piece = Vec::new();
        for (at, &id) in ids.iter().enumerate() {
            piece.extend_from_slice(if (n, at) == (0, 0) { b"\n" } else { b",\n" });
            serde_json::to_writer(&mut piece, &feature(id)).expect("writing to memory; all keys are strings");
        }
        piece
    };
    let pieces: Vec<(usize, &[I])> = ids.chunks(256).enumerate().collect();
    for pieces in pieces.chunks(64) {
        let written: Vec<Vec<u8>> = pieces.par_iter().copied().map(write_piece).collect();
        written.iter().try_for_each(|piece| to.write_all(piece))?;
    }
    to.write_all(b"\n]}\n")
}

#[cfg(test)]
mod tests;
