//! Geometries as files hold them: of how many types a layer is, and Well-Known Binary.

use std::borrow::Cow;
use std::io;

use geo::{Geometry, LineString, MultiLineString, MultiPoint, MultiPolygon, Rect};
use wkb::writer::{WriteOptions, write_geometry};

use super::Layer;

/// The type of one geometry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    Point,
    LineString,
    Polygon,
    MultiPoint,
    MultiLineString,
    MultiPolygon,
    Collection,
}

impl Kind {
    pub(super) fn of(shape: &Geometry<f64>) -> Self {
        match shape {
            Geometry::Point(_) => Self::Point,
            Geometry::Line(_) | Geometry::LineString(_) => Self::LineString,
            Geometry::Polygon(_) | Geometry::Rect(_) | Geometry::Triangle(_) => Self::Polygon,
            Geometry::MultiPoint(_) => Self::MultiPoint,
            Geometry::MultiLineString(_) => Self::MultiLineString,
            Geometry::MultiPolygon(_) => Self::MultiPolygon,
            Geometry::GeometryCollection(_) => Self::Collection,
        }
    }

    fn many(self) -> Self {
        match self {
            Self::Point => Self::MultiPoint,
            Self::LineString => Self::MultiLineString,
            Self::Polygon => Self::MultiPolygon,
            other => other,
        }
    }

    /// Its name as files write it, `MultiPolygon`.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Point => "Point",
            Self::LineString => "LineString",
            Self::Polygon => "Polygon",
            Self::MultiPoint => "MultiPoint",
            Self::MultiLineString => "MultiLineString",
            Self::MultiPolygon => "MultiPolygon",
            Self::Collection => "GeometryCollection",
        }
    }
}

/// The types of a layer's geometries.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Kinds {
    /// All of one type, or to be made so: a polygon among polygons of many parts is one of them with a single part.
    One(Kind),
    /// Of several, or of none since there is no geometry.
    Mixed,
}

impl Kinds {
    /// The types of all geometries of a layer.
    pub(super) fn of(layer: &Layer<'_>) -> Self {
        let Some(shapes) = &layer.shapes else { return Self::Mixed };
        let mut found = None;
        for kind in (0..layer.n_rows).filter_map(|row| (shapes.shape)(row).map(|shape| Kind::of(&shape))) {
            found = match found {
                None => Some(kind),
                Some(other) if other == kind => Some(kind),
                Some(other) if other.many() == kind.many() => Some(kind.many()),
                Some(_) => return Self::Mixed,
            };
        }
        found.map_or(Self::Mixed, Self::One)
    }

    /// A geometry as one of the layer's type.
    pub(super) fn fit<'g>(&self, shape: Cow<'g, Geometry<f64>>) -> Cow<'g, Geometry<f64>> {
        let Self::One(kind) = self else { return shape };
        if Kind::of(&shape) == *kind {
            return shape;
        }
        Cow::Owned(match shape.into_owned() {
            Geometry::Point(point) => MultiPoint(vec![point]).into(),
            Geometry::LineString(line) => MultiLineString(vec![line]).into(),
            Geometry::Line(line) => MultiLineString(vec![LineString::from(line)]).into(),
            Geometry::Polygon(polygon) => MultiPolygon(vec![polygon]).into(),
            Geometry::Rect(rect) => MultiPolygon(vec![rect.to_polygon()]).into(),
            Geometry::Triangle(triangle) => MultiPolygon(vec![triangle.to_polygon()]).into(),
            other => other,
        })
    }
}

/// Appends a geometry in Well-Known Binary, little-endian.
pub(super) fn well_known_binary(shape: &Geometry<f64>, to: &mut Vec<u8>) -> io::Result<()> {
    write_geometry(to, shape, &WriteOptions::default()).map_err(io::Error::other)
}

/// The smallest rectangle around two.
pub(super) fn around(one: Rect<f64>, other: Rect<f64>) -> Rect<f64> {
    let (a, b, c, d) = (one.min(), one.max(), other.min(), other.max());
    Rect::new((a.x.min(c.x), a.y.min(c.y)), (b.x.max(d.x), b.y.max(d.y)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use geo::{Point, polygon};

    fn layer(shapes: &[Geometry<f64>]) -> Layer<'_> {
        let shape = Box::new(move |row: usize| Some(Cow::Borrowed(&shapes[row])));
        let shapes_of = super::super::Shapes { crs: crate::space::Crs::wgs84(), shape };
        Layer { name: "x".into(), n_rows: shapes.len(), columns: Vec::new(), shapes: Some(shapes_of) }
    }

    #[test]
    fn single_parts_among_many_are_made_one_type_and_others_are_mixed() {
        let one: Geometry<f64> = polygon![(x: 0.0, y: 0.0), (x: 1.0, y: 0.0), (x: 0.0, y: 1.0)].into();
        let many: Geometry<f64> = MultiPolygon(vec![one.clone().try_into().unwrap()]).into();
        let point: Geometry<f64> = Point::new(0.0, 0.0).into();
        let shapes = [one.clone(), many.clone()];
        let kinds = Kinds::of(&layer(&shapes));
        assert_eq!(kinds, Kinds::One(Kind::MultiPolygon));
        assert_eq!(kinds.fit(Cow::Owned(one.clone())).into_owned(), many);
        assert_eq!(Kinds::of(&layer(&[one.clone()])), Kinds::One(Kind::Polygon));
        assert_eq!(Kinds::of(&layer(&[one, point])), Kinds::Mixed);
    }
}
