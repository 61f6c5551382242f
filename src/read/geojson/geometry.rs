//! One geometry: coordinates into a flat list, whatever their nesting, then the shape that the type asks for.
//!
//! The type may come after the coordinates, so these are read without it.

use std::borrow::Cow;
use std::fmt;

use geo::{Coord, Geometry, LineString, MultiLineString, MultiPoint, MultiPolygon, Point, Polygon};
use serde::Deserializer;
use serde::de::{DeserializeSeed, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};

/// Positions of one geometry, flat, with the ends of the lists that held them: `ends[0]` closes lists of positions,
/// `ends[1]` lists of those, `ends[2]` lists of those.
#[derive(Default)]
pub(super) struct Sink {
    points: Vec<Coord<f64>>,
    ends: [Vec<usize>; 3],
}

impl Sink {
    pub(super) fn clear(&mut self) {
        self.points.clear();
        self.ends.iter_mut().for_each(Vec::clear);
    }

    fn line(&self, index: usize) -> LineString<f64> {
        let start = if index == 0 { 0 } else { self.ends[0][index - 1] };
        LineString(self.points[start..self.ends[0][index]].to_vec())
    }

    /// Whether a list of positions does not end where it begins; `geo` closes the rings of polygons without a word.
    pub(super) fn has_open_ring(&self) -> bool {
        let mut start = 0;
        self.ends[0].iter().any(|&end| {
            let ring = &self.points[start..end];
            start = end;
            ring.first() != ring.last()
        })
    }

    fn polygon(&self, lines: std::ops::Range<usize>) -> Polygon<f64> {
        let mut rings = lines.map(|index| self.line(index));
        let exterior = rings.next().unwrap_or_else(|| LineString(Vec::new()));
        Polygon::new(exterior, rings.collect())
    }

    /// The geometry of the type named, if the nesting is right for it.
    pub(super) fn build(&self, kind: &str, height: usize) -> Result<Option<Geometry<f64>>, String> {
        let lines = self.ends[0].len();
        let geometry = match (kind, height) {
            ("Point", 0) => Point(self.points[0]).into(),
            ("MultiPoint", 1) => MultiPoint(self.points.iter().copied().map(Point).collect()).into(),
            ("LineString", 1) => self.line(0).into(),
            ("MultiLineString", 2) => MultiLineString((0..lines).map(|index| self.line(index)).collect()).into(),
            ("Polygon", 2) => self.polygon(0..lines).into(),
            ("MultiPolygon", 3) => {
                let mut start = 0;
                let polygon = |&end: &usize| {
                    let polygon = self.polygon(start..end);
                    start = end;
                    polygon
                };
                MultiPolygon(self.ends[1].iter().map(polygon).collect()).into()
            }
            // RFC 7946 allows empty coordinates, "as a null".
            ("MultiPoint" | "LineString" | "MultiLineString" | "Polygon" | "MultiPolygon", _)
                if self.points.is_empty() =>
            {
                return Ok(None);
            }
            ("Point" | "MultiPoint" | "LineString" | "MultiLineString" | "Polygon" | "MultiPolygon", _) => {
                return Err(format!("coordinates nested wrongly for a {kind}"));
            }
            _ => return Err(format!("type `{}`", kind.chars().take(40).collect::<String>())),
        };
        Ok(Some(geometry))
    }
}

/// Whether a document of this type is a geometry.
pub(super) fn is_type(kind: &str) -> bool {
    ["Point", "MultiPoint", "LineString", "MultiLineString", "Polygon", "MultiPolygon", "GeometryCollection"]
        .contains(&kind)
}

/// `None` for null, `Err` for a geometry that cannot be used.
pub(super) struct ShapeSeed<'a>(pub(super) &'a mut Sink);

pub(super) type ShapeResult = Option<Result<Option<Geometry<f64>>, String>>;

impl<'de> DeserializeSeed<'de> for ShapeSeed<'_> {
    type Value = ShapeResult;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<ShapeResult, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for ShapeSeed<'_> {
    type Value = ShapeResult;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a geometry or null")
    }

    fn visit_unit<E>(self) -> Result<ShapeResult, E> {
        Ok(None)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<ShapeResult, A::Error> {
        self.0.clear();
        let mut kind: Cow<'de, str> = Cow::Borrowed("");
        let mut height = Ok(usize::MAX);
        while let Some(key) = map.next_key::<Cow<'de, str>>()? {
            match &*key {
                "type" => kind = map.next_value()?,
                "coordinates" => {
                    self.0.clear();
                    height = map.next_value_seed(Coordinates(self.0))?;
                }
                _ => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(Some(height.and_then(|height| self.0.build(&kind, height))))
    }
}

/// Any nesting of lists of numbers; gives its height above a position, or what is odd about it.
pub(super) struct Coordinates<'a>(pub(super) &'a mut Sink);

/// What one element of `coordinates` is.
enum Element {
    Number(f64),
    List(Result<usize, String>),
}

impl<'de> DeserializeSeed<'de> for Coordinates<'_> {
    type Value = Result<usize, String>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        match ElementSeed(self.0).deserialize(deserializer)? {
            Element::List(height) => Ok(height),
            Element::Number(_) => Err(D::Error::custom("coordinates are a bare number")),
        }
    }
}

struct ElementSeed<'a>(&'a mut Sink);

impl<'de> DeserializeSeed<'de> for ElementSeed<'_> {
    type Value = Element;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Element, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for ElementSeed<'_> {
    type Value = Element;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a number or a list of coordinates")
    }

    fn visit_f64<E>(self, value: f64) -> Result<Element, E> {
        Ok(Element::Number(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Element, E> {
        Ok(Element::Number(value as f64))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Element, E> {
        Ok(Element::Number(value as f64))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Element, A::Error> {
        let sink = self.0;
        let mut numbers = [0.0; 2];
        let mut n_numbers = 0;
        let mut child: Option<usize> = None;
        let mut odd = None;
        while let Some(element) = list.next_element_seed(ElementSeed(sink))? {
            match element {
                // A third number is a height, more are left out, as RFC 7946 allows.
                Element::Number(number) => {
                    if n_numbers < 2 {
                        numbers[n_numbers] = number;
                    }
                    n_numbers += 1;
                }
                Element::List(Ok(height)) if child.is_none_or(|child| child == height) => child = Some(height),
                Element::List(Ok(_)) => odd = Some("lists of different depth".to_owned()),
                Element::List(Err(what)) => odd = Some(what),
            }
        }
        let height = match (odd, child, n_numbers) {
            (Some(what), _, _) => Err(what),
            (None, Some(_), 1..) => Err("numbers beside lists".to_owned()),
            (None, None, 1) => Err("a position of one number".to_owned()),
            (None, None, 2..) => {
                sink.points.push(Coord { x: numbers[0], y: numbers[1] });
                Ok(0)
            }
            (None, None, 0) => {
                sink.ends[0].push(sink.points.len());
                Ok(1)
            }
            (None, Some(child), 0) if child < 3 => {
                let end = if child == 0 { sink.points.len() } else { sink.ends[child - 1].len() };
                sink.ends[child].push(end);
                Ok(child + 1)
            }
            (None, Some(_), 0) => Err("lists nested too deep".to_owned()),
        };
        Ok(Element::List(height))
    }
}
