//! Geometry as RFC 7946 writes it: the right-hand rule, seven decimals (a centimetre), closed rings.

use geo::winding_order::{Winding, WindingOrder};
use geo::{Coord, Geometry, LineString, MultiPolygon, Polygon};
use serde::Serialize;
use serde::ser::{SerializeMap, Serializer};

/// A polygon of any number of parts, always a `MultiPolygon`, so that a layer is of one type; or a point.
pub(super) enum Shape<'a> {
    Area(&'a MultiPolygon<f64>),
    Place(Coord<f64>),
}

impl<'a> Shape<'a> {
    /// `None` where a polygon has no part with a ring of four positions, which RFC 7946 asks for.
    pub(super) fn new(geometry: &'a Geometry<f64>) -> Option<Self> {
        match geometry {
            Geometry::MultiPolygon(polygon) => polygon.iter().any(is_ring).then_some(Self::Area(polygon)),
            Geometry::Point(point) => Some(Self::Place(point.0)),
            _ => None,
        }
    }
}

fn is_ring(polygon: &Polygon<f64>) -> bool {
    4 <= polygon.exterior().0.len()
}

impl Serialize for Shape<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(2))?;
        match self {
            Self::Area(polygon) => {
                map.serialize_entry("type", "MultiPolygon")?;
                map.serialize_entry("coordinates", &Parts(polygon))?;
            }
            Self::Place(place) => {
                map.serialize_entry("type", "Point")?;
                map.serialize_entry("coordinates", &position(*place))?;
            }
        }
        map.end()
    }
}

struct Parts<'a>(&'a MultiPolygon<f64>);

impl Serialize for Parts<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.iter().filter(|polygon| is_ring(polygon)).map(Rings))
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
