//! Geometry as RFC 7946 writes it: the right-hand rule, seven decimals (a centimetre), closed rings.

use geo::winding_order::{Winding, WindingOrder};
use geo::{Coord, Geometry, LineString, Polygon};
use serde::Serialize;
use serde::ser::{SerializeMap, Serializer};

use crate::write::shape::Kind;

/// A geometry that has positions.
pub(super) struct Shape<'a>(&'a Geometry<f64>);

impl<'a> Shape<'a> {
    /// `None` where nothing is left that RFC 7946 can hold: a ring has four positions or more, a line two.
    pub(super) fn new(geometry: &'a Geometry<f64>) -> Option<Self> {
        let holds = match geometry {
            Geometry::Point(point) => point.x().is_finite() && point.y().is_finite(),
            Geometry::MultiPoint(points) => !points.0.is_empty(),
            Geometry::LineString(line) => is_line(line),
            Geometry::MultiLineString(lines) => lines.iter().any(is_line),
            Geometry::Polygon(polygon) => is_ring(polygon),
            Geometry::MultiPolygon(polygons) => polygons.iter().any(is_ring),
            Geometry::GeometryCollection(parts) => parts.iter().any(|part| Self::new(part).is_some()),
            Geometry::Line(_) | Geometry::Rect(_) | Geometry::Triangle(_) => true,
        };
        holds.then_some(Self(geometry))
    }
}

fn is_line(line: &LineString<f64>) -> bool {
    2 <= line.0.len()
}

fn is_ring(polygon: &Polygon<f64>) -> bool {
    4 <= polygon.exterior().0.len()
}

impl Serialize for Shape<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(2))?;
        map.serialize_entry("type", Kind::of(self.0).name())?;
        match self.0 {
            Geometry::Point(point) => map.serialize_entry("coordinates", &position(point.0))?,
            Geometry::MultiPoint(points) => {
                map.serialize_entry("coordinates", &List(|| points.iter().map(|point| position(point.0))))?;
            }
            Geometry::Line(line) => map.serialize_entry("coordinates", &[position(line.start), position(line.end)])?,
            Geometry::LineString(line) => map.serialize_entry("coordinates", &Line(line))?,
            Geometry::MultiLineString(lines) => {
                map.serialize_entry("coordinates", &List(|| lines.iter().filter(|line| is_line(line)).map(Line)))?;
            }
            Geometry::Polygon(polygon) => map.serialize_entry("coordinates", &Rings(polygon))?,
            Geometry::Rect(rect) => map.serialize_entry("coordinates", &Rings(&rect.to_polygon()))?,
            Geometry::Triangle(triangle) => map.serialize_entry("coordinates", &Rings(&triangle.to_polygon()))?,
            Geometry::MultiPolygon(polygons) => {
                map.serialize_entry("coordinates", &List(|| polygons.iter().filter(|part| is_ring(part)).map(Rings)))?;
            }
            Geometry::GeometryCollection(parts) => {
                map.serialize_entry("geometries", &List(|| parts.iter().filter_map(Shape::new)))?;
            }
        }
        map.end()
    }
}

/// What an iterator gives, as a list.
struct List<F>(F);

impl<I: Iterator<Item: Serialize>, F: Fn() -> I> Serialize for List<F> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0())
    }
}

struct Line<'a>(&'a LineString<f64>);

impl Serialize for Line<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.0.iter().copied().map(position))
    }
}

struct Rings<'a>(&'a Polygon<f64>);

impl Serialize for Rings<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let outer = Ring(self.0.exterior(), WindingOrder::CounterClockwise);
        let holes = self.0.interiors().iter().filter(|hole| 4 <= hole.0.len());
        serializer.collect_seq(std::iter::once(outer).chain(holes.map(|hole| Ring(hole, WindingOrder::Clockwise))))
    }
}

struct Ring<'a>(&'a LineString<f64>, WindingOrder);

impl Serialize for Ring<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let positions = self.0.0.iter().copied().map(position);
        // A ring without area winds neither way: as it is.
        if self.0.winding_order().is_some_and(|order| order != self.1) {
            serializer.collect_seq(positions.rev())
        } else {
            serializer.collect_seq(positions)
        }
    }
}

fn position(place: Coord<f64>) -> [f64; 2] {
    let rounded = |degrees: f64| (degrees * 1e7).round() / 1e7 + 0.0;
    [rounded(place.x), rounded(place.y)]
}
