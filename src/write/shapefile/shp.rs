//! The geometries and their index, after the Technical Description of ESRI (1998).

use std::io::{self, Write};

use geo::winding_order::{Winding, WindingOrder};
use geo::{BoundingRect, Coord, Geometry, LineString, Polygon, Rect};

use super::Shapefile;
use crate::write::refused;
use crate::write::shape::{Kind, Kinds, around};

/// Bytes of the head of both files.
const HEAD: u64 = 100;

/// Bytes before each record: its number and length.
const BEFORE: u64 = 8;

/// The largest file that programs read: their positions are signed and of 32 bits.
const LARGEST: u64 = i32::MAX as u64;

/// What the head of the file says of all records.
pub(super) struct Extent {
    n_bytes: u64,
    bounds: Option<Rect<f64>>,
}

impl Extent {
    /// Refuses what passes the largest file.
    pub(super) fn of(file: &Shapefile<'_>) -> io::Result<Self> {
        let mut extent = Self { n_bytes: HEAD, bounds: None };
        for row in 0..file.layer.n_rows {
            extent.n_bytes += BEFORE + file.with_shape(row, length);
            let bounds = file.with_shape(row, |shape| shape.and_then(BoundingRect::bounding_rect));
            extent.bounds = match (extent.bounds, bounds) {
                (Some(one), Some(other)) => Some(around(one, other)),
                (one, other) => one.or(other),
            };
        }
        if LARGEST < extent.n_bytes {
            return Err(refused(
                "the geometries pass the 2 GB of a shapefile: write a GeoPackage, GeoParquet or FlatGeobuf",
                "几何数据超过 Shapefile 的 2 GB 上限；请改用 GeoPackage、GeoParquet 或 FlatGeobuf",
            ));
        }
        Ok(extent)
    }

    fn head(&self, file: &Shapefile<'_>, n_bytes: u64) -> Vec<u8> {
        let kind: i32 = match file.kinds {
            Kinds::None | Kinds::Mixed => 0,
            Kinds::One(kind) => code(kind),
        };
        let mut head = Vec::with_capacity(HEAD as usize);
        head.extend(9994_i32.to_be_bytes());
        head.extend([0; 20]);
        head.extend(words(n_bytes));
        head.extend(1000_i32.to_le_bytes());
        head.extend(kind.to_le_bytes());
        let sides = self.bounds.map_or([0.0; 4], sides);
        sides.iter().for_each(|side| head.extend(side.to_le_bytes()));
        head.resize(HEAD as usize, 0);
        head
    }
}

fn code(kind: Kind) -> i32 {
    match kind {
        Kind::Point => 1,
        Kind::LineString | Kind::MultiLineString => 3,
        Kind::Polygon | Kind::MultiPolygon => 5,
        Kind::MultiPoint => 8,
        Kind::Collection => 0,
    }
}

fn sides(bounds: Rect<f64>) -> [f64; 4] {
    [bounds.min().x, bounds.min().y, bounds.max().x, bounds.max().y]
}

/// A length in words of 16 bits, as the format counts; the file is small enough for it.
fn words(n_bytes: u64) -> [u8; 4] {
    ((n_bytes / 2) as i32).to_be_bytes()
}

impl Shapefile<'_> {
    /// Gives the geometry of a row, as one of the file's type; one without positions is none.
    fn with_shape<T>(&self, row: usize, then: impl FnOnce(Option<&Geometry<f64>>) -> T) -> T {
        let shape = self.layer.shapes.as_ref().and_then(|shapes| (shapes.shape)(row));
        let shape = shape.map(|shape| self.kinds.fit(shape)).filter(|shape| shape.bounding_rect().is_some());
        then(shape.as_deref())
    }
}

pub(super) fn write(file: &Shapefile<'_>, to: &mut dyn Write) -> io::Result<()> {
    let extent = Extent::of(file)?;
    to.write_all(&extent.head(file, extent.n_bytes))?;
    let mut record = Vec::new();
    for row in 0..file.layer.n_rows {
        record.clear();
        let n_bytes = file.with_shape(row, |shape| {
            record.extend((row as i32 + 1).to_be_bytes());
            record.extend(words(length(shape)));
            append(shape, &mut record);
            length(shape)
        });
        debug_assert_eq!(record.len() as u64, BEFORE + n_bytes);
        to.write_all(&record)?;
    }
    Ok(())
}

pub(super) fn write_index(file: &Shapefile<'_>, to: &mut dyn Write) -> io::Result<()> {
    let extent = Extent::of(file)?;
    to.write_all(&extent.head(file, HEAD + 8 * file.layer.n_rows as u64))?;
    let mut at = HEAD;
    for row in 0..file.layer.n_rows {
        let n_bytes = file.with_shape(row, length);
        to.write_all(&words(at))?;
        to.write_all(&words(n_bytes))?;
        at += BEFORE + n_bytes;
    }
    Ok(())
}

/// Bytes of a record's content.
fn length(shape: Option<&Geometry<f64>>) -> u64 {
    let parts = |n_parts: usize, n_points: usize| 44 + 4 * n_parts as u64 + 16 * n_points as u64;
    match shape {
        None => 4,
        Some(Geometry::Point(_)) => 20,
        Some(Geometry::MultiPoint(points)) => 40 + 16 * points.0.len() as u64,
        Some(shape) => {
            let (mut n_parts, mut n_points) = (0, 0);
            each_part(shape, &mut |part, _| {
                n_parts += 1;
                n_points += part.0.len();
            });
            parts(n_parts, n_points)
        }
    }
}

/// Calls `then` with each line or ring, and the way that it has to wind.
fn each_part(shape: &Geometry<f64>, then: &mut dyn FnMut(&LineString<f64>, Option<WindingOrder>)) {
    let polygon = |polygon: &Polygon<f64>, then: &mut dyn FnMut(&LineString<f64>, Option<WindingOrder>)| {
        let rings = |ring: &&LineString<f64>| !ring.0.is_empty();
        std::iter::once(polygon.exterior()).filter(rings).for_each(|ring| then(ring, Some(WindingOrder::Clockwise)));
        let holes = polygon.interiors().iter().filter(rings);
        holes.for_each(|ring| then(ring, Some(WindingOrder::CounterClockwise)));
    };
    match shape {
        Geometry::Line(line) => then(&LineString::from(*line), None),
        Geometry::LineString(line) => then(line, None),
        Geometry::MultiLineString(lines) => {
            lines.iter().filter(|line| !line.0.is_empty()).for_each(|line| then(line, None));
        }
        Geometry::Polygon(one) => polygon(one, then),
        Geometry::MultiPolygon(all) => all.iter().for_each(|one| polygon(one, then)),
        Geometry::Rect(rect) => polygon(&rect.to_polygon(), then),
        Geometry::Triangle(triangle) => polygon(&triangle.to_polygon(), then),
        Geometry::Point(_) | Geometry::MultiPoint(_) | Geometry::GeometryCollection(_) => {}
    }
}

/// Appends a record's content.
fn append(shape: Option<&Geometry<f64>>, to: &mut Vec<u8>) {
    let Some(shape) = shape else { return to.extend(0_i32.to_le_bytes()) };
    to.extend(code(Kind::of(shape)).to_le_bytes());
    if let Geometry::Point(point) = shape {
        return position(point.0, to);
    }
    let sides = shape.bounding_rect().map_or([0.0; 4], sides);
    sides.iter().for_each(|side| to.extend(side.to_le_bytes()));
    if let Geometry::MultiPoint(points) = shape {
        to.extend((points.0.len() as u32).to_le_bytes());
        return points.iter().for_each(|point| position(point.0, to));
    }
    let mut starts = Vec::new();
    let mut places = Vec::new();
    each_part(shape, &mut |part, order| {
        starts.push((places.len() / 16) as u32);
        // A ring without area winds neither way: as it is.
        if part.winding_order().is_some_and(|found| order.is_some_and(|order| found != order)) {
            part.0.iter().rev().for_each(|place| position(*place, &mut places));
        } else {
            part.0.iter().for_each(|place| position(*place, &mut places));
        }
    });
    to.extend((starts.len() as u32).to_le_bytes());
    to.extend(((places.len() / 16) as u32).to_le_bytes());
    starts.iter().for_each(|start| to.extend(start.to_le_bytes()));
    to.extend(places);
}

fn position(place: Coord<f64>, to: &mut Vec<u8>) {
    to.extend(place.x.to_le_bytes());
    to.extend(place.y.to_le_bytes());
}
