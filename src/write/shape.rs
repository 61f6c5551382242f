//! Geometries as files hold them: of how many types a layer is, and Well-Known Binary.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::io;

use geo::{Coord, Geometry, LineString, MultiLineString, MultiPoint, MultiPolygon, Polygon, Rect};
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
    /// Of several.
    Mixed,
    /// There is no geometry.
    None,
}

impl Kinds {
    /// The types of all geometries of a layer.
    pub(super) fn of(layer: &Layer<'_>) -> Self {
        let Some(shapes) = &layer.shapes else { return Self::None };
        let mut found = None;
        for kind in (0..layer.n_rows).filter_map(|row| (shapes.shape)(row).map(|shape| Kind::of(&shape))) {
            found = match found {
                None => Some(kind),
                Some(other) if other == kind => Some(kind),
                Some(other) if other.many() == kind.many() => Some(kind.many()),
                Some(_) => return Self::Mixed,
            };
        }
        found.map_or(Self::None, Self::One)
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

/// A geometry as Well-Known Text.
pub fn well_known_text(shape: &Geometry<f64>) -> String {
    let mut text = String::new();
    append_text(shape, &mut text);
    text
}

fn append_text(shape: &Geometry<f64>, to: &mut String) {
    to.push_str(&Kind::of(shape).name().to_ascii_uppercase());
    to.push(' ');
    match shape {
        Geometry::Point(point) => list(std::iter::once(&point.0), to, position),
        Geometry::Line(line) => list([&line.start, &line.end].into_iter(), to, position),
        Geometry::LineString(line) => positions(line, to),
        Geometry::Polygon(polygon) => rings(polygon, to),
        Geometry::Rect(rect) => rings(&rect.to_polygon(), to),
        Geometry::Triangle(triangle) => rings(&triangle.to_polygon(), to),
        Geometry::MultiPoint(points) => {
            list(points.iter(), to, |point, to| list(std::iter::once(&point.0), to, position))
        }
        Geometry::MultiLineString(lines) => list(lines.iter(), to, positions),
        Geometry::MultiPolygon(polygons) => list(polygons.iter(), to, rings),
        Geometry::GeometryCollection(parts) => list(parts.iter(), to, append_text),
    }
}

fn rings(polygon: &Polygon<f64>, to: &mut String) {
    let all = std::iter::once(polygon.exterior()).chain(polygon.interiors());
    list(all.filter(|ring| !ring.0.is_empty()), to, positions);
}

fn positions(line: &LineString<f64>, to: &mut String) {
    list(line.0.iter(), to, position);
}

fn position(place: &Coord<f64>, to: &mut String) {
    // Writing to a text cannot fail.
    let _ = write!(to, "{} {}", place.x, place.y);
}

/// `(one,other)`, or `EMPTY`.
fn list<T>(items: impl Iterator<Item = T>, to: &mut String, append: impl Fn(T, &mut String)) {
    let mut is_first = true;
    for item in items {
        to.push(if is_first { '(' } else { ',' });
        append(item, to);
        is_first = false;
    }
    to.push_str(if is_first { "EMPTY" } else { ")" });
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
        assert_eq!(Kinds::of(&layer(std::slice::from_ref(&one))), Kinds::One(Kind::Polygon));
        assert_eq!(Kinds::of(&layer(&[one, point])), Kinds::Mixed);
    }
    #[test]
    fn geometries_are_spelled_as_the_standard_says() {
        let hole = polygon![exterior: [(x: 0.0, y: 0.0), (x: 4.0, y: 0.0), (x: 0.0, y: 4.5)], interiors: [[(x: 1.0, y: 1.0), (x: 2.0, y: 1.0), (x: 1.0, y: 2.0)]]];
        let line = LineString::from(vec![(0.0, 0.0), (1.0, -1.5)]);
        for (shape, text) in [
            (Point::new(121.5, 39.1).into(), "POINT (121.5 39.1)"),
            (hole.clone().into(), "POLYGON ((0 0,4 0,0 4.5,0 0),(1 1,2 1,1 2,1 1))"),
            (MultiPolygon(vec![hole]).into(), "MULTIPOLYGON (((0 0,4 0,0 4.5,0 0),(1 1,2 1,1 2,1 1)))"),
            (line.clone().into(), "LINESTRING (0 0,1 -1.5)"),
            (MultiPoint(vec![Point::new(1.0, 2.0), Point::new(3.0, 4.0)]).into(), "MULTIPOINT ((1 2),(3 4))"),
            (MultiPolygon::<f64>(Vec::new()).into(), "MULTIPOLYGON EMPTY"),
            (
                Geometry::GeometryCollection(geo::GeometryCollection(vec![line.into()])),
                "GEOMETRYCOLLECTION (LINESTRING (0 0,1 -1.5))",
            ),
        ] as [(Geometry<f64>, &str); 7]
        {
            assert_eq!(well_known_text(&shape), text);
        }
    }
}
