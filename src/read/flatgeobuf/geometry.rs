//! The geometry of a feature, verified by the crate: what its numbers say is checked here.

use flatgeobuf::{Geometry as Stored, GeometryType};
use geo::{Coord, Geometry, LineString, MultiLineString, MultiPoint, MultiPolygon, Point, Polygon};

use crate::read::shapes::{Odd, Shape};

/// The geometry of a feature of `n_bytes` in a layer of this type.
///
/// # Errors
/// What is odd about it.
pub(super) fn read(stored: &Stored<'_>, layer: GeometryType, n_bytes: usize) -> Result<Shape, Odd> {
    // A part may be named many times: its places count each time, and there are no more than the bytes hold.
    let mut reading = Reading { n_left: n_bytes / 16, is_open: false };
    let kind = if layer == GeometryType::Unknown { stored.type_() } else { layer };
    let geometry = reading.geometry(stored, kind)?;
    Ok(Shape { geometry, is_open: reading.is_open })
}

struct Reading {
    /// How many places may yet be read.
    n_left: usize,
    is_open: bool,
}

impl Reading {
    /// `None` for an empty one.
    fn geometry(&mut self, stored: &Stored<'_>, kind: GeometryType) -> Result<Option<Geometry<f64>>, Odd> {
        Ok(match kind {
            GeometryType::Point => {
                // An empty point is stored as one without numbers.
                let place = self.places(stored, |place| place.x.is_nan() && place.y.is_nan())?.into_iter().next();
                place.map(|place| Point(place).into())
            }
            GeometryType::MultiPoint => {
                let places = self.places(stored, |_| false)?;
                (!places.is_empty()).then(|| MultiPoint(places.into_iter().map(Point).collect()).into())
            }
            GeometryType::LineString => {
                let places = self.places(stored, |_| false)?;
                (!places.is_empty()).then(|| LineString(places).into())
            }
            GeometryType::MultiLineString => {
                let lines = self.lines(stored)?;
                (!lines.is_empty()).then(|| MultiLineString(lines).into())
            }
            GeometryType::Polygon => self.polygon(stored)?.map(Geometry::from),
            GeometryType::MultiPolygon => {
                let parts = stored.parts().into_iter().flatten().map(|part| self.polygon(&part));
                let polygons: Vec<Polygon<f64>> = parts.filter_map(Result::transpose).collect::<Result<_, _>>()?;
                (!polygons.is_empty()).then(|| MultiPolygon(polygons).into())
            }
            GeometryType(8..=14) => return Err(Odd::Curved),
            other => return Err(Odd::Kind(other.0.into())),
        })
    }

    /// The places of a geometry; none where the one place `is_empty`.
    fn places(&mut self, stored: &Stored<'_>, is_empty: impl Fn(Coord<f64>) -> bool) -> Result<Vec<Coord<f64>>, Odd> {
        let Some(numbers) = stored.xy() else { return Ok(Vec::new()) };
        let n = numbers.len() / 2;
        if numbers.len() % 2 == 1 || self.n_left < n {
            return Err(Odd::Counts);
        }
        self.n_left -= n;
        let mut numbers = numbers.iter();
        let mut places = Vec::with_capacity(n);
        while let (Some(x), Some(y)) = (numbers.next(), numbers.next()) {
            places.push(Coord { x, y });
        }
        if let [place] = places[..]
            && is_empty(place)
        {
            return Ok(Vec::new());
        }
        if places.iter().any(|place| !place.x.is_finite() || !place.y.is_finite()) {
            return Err(Odd::NotFinite);
        }
        Ok(places)
    }

    /// The lists of places that a geometry parts its own into.
    fn lines(&mut self, stored: &Stored<'_>) -> Result<Vec<LineString<f64>>, Odd> {
        let places = self.places(stored, |_| false)?;
        let Some(ends) = stored.ends().filter(|ends| 1 < ends.len()) else {
            return Ok(if places.is_empty() { Vec::new() } else { vec![LineString(places)] });
        };
        let mut start = 0;
        let line = |end: u32| {
            let end = usize::try_from(end).unwrap_or(usize::MAX);
            let line = places.get(start..end).map(|places| LineString(places.to_vec()));
            start = end;
            line.ok_or(Odd::Counts)
        };
        ends.iter().map(line).filter(|line| line.as_ref().map_or(true, |line| !line.0.is_empty())).collect()
    }

    fn polygon(&mut self, stored: &Stored<'_>) -> Result<Option<Polygon<f64>>, Odd> {
        let mut rings = self.lines(stored)?.into_iter();
        let Some(shell) = rings.next() else { return Ok(None) };
        let holes: Vec<LineString<f64>> = rings.collect();
        self.is_open |= std::iter::once(&shell).chain(&holes).any(|ring| ring.0.first() != ring.0.last());
        Ok(Some(Polygon::new(shell, holes)))
    }
}
