//! Columns of Arrow to geometries: WKB, and lists of coordinates as GeoArrow nests them.

use std::ops::Range;

use arrow_array::cast::AsArray;
use arrow_array::types::Float64Type;
use arrow_array::{Array, BinaryViewArray, Float64Array};
use geo::{Coord, Geometry, LineString, MultiLineString, MultiPoint, MultiPolygon, Point, Polygon};

use super::metadata::Encoding;
use crate::read::shapes::{Odd, Shape};
use crate::read::wkb;

/// Geometries of a column.
pub(super) enum Geometries<'a> {
    /// The bytes of each row.
    Wkb(&'a BinaryViewArray),
    /// Coordinates in as many lists as the kind asks for.
    Native { encoding: Encoding, lists: Vec<&'a [i32]>, coordinates: Coordinates<'a> },
}

/// Coordinates, one after the other.
pub(super) struct Coordinates<'a> {
    x: &'a Float64Array,
    y: &'a Float64Array,
}

impl<'a> Geometries<'a> {
    /// The geometries of a column; `None` where it is of another kind than the file says.
    pub(super) fn of(array: &'a dyn Array, encoding: Encoding) -> Option<Self> {
        let depth = match encoding {
            Encoding::Wkb => return array.as_binary_view_opt().map(Self::Wkb),
            Encoding::Point => 0,
            Encoding::LineString | Encoding::MultiPoint => 1,
            Encoding::Polygon | Encoding::MultiLineString => 2,
            Encoding::MultiPolygon => 3,
        };
        let mut lists = Vec::new();
        let mut inner = array;
        for _ in 0..depth {
            let list = inner.as_list_opt::<i32>()?;
            lists.push(list.value_offsets());
            inner = list.values();
        }
        Some(Self::Native { encoding, lists, coordinates: Coordinates::of(inner)? })
    }

    /// The bytes that the file decides of for a row, beside what its pages were known to hold.
    pub(super) fn length(&self, row: usize) -> u64 {
        match self {
            Self::Wkb(bytes) => bytes.value(row).len() as u64,
            Self::Native { .. } => 0,
        }
    }

    /// The geometry of a row, which is not missing.
    pub(super) fn shape(&self, row: usize) -> Result<Shape, Odd> {
        let (encoding, lists, coordinates) = match self {
            Self::Wkb(bytes) => return wkb::read(bytes.value(row)),
            Self::Native { encoding, lists, coordinates } => (*encoding, lists.as_slice(), coordinates),
        };
        let mut is_open = false;
        let line = |lists: &[&[i32]], row| coordinates.line(range(lists[0], row));
        let mut polygon = |lists: &[&[i32]], row| -> Result<Polygon<f64>, Odd> {
            let rings: Result<Vec<_>, Odd> = range(lists[0], row).map(|ring| line(&lists[1..], ring)).collect();
            let mut rings = rings?.into_iter().inspect(|ring| is_open |= !ring.is_closed());
            let exterior = rings.next().unwrap_or_else(|| LineString(Vec::new()));
            Ok(Polygon::new(exterior, rings.collect()))
        };
        let geometry: Geometry<f64> = match encoding {
            Encoding::Wkb | Encoding::Point => match coordinates.at(row) {
                at if at.x.is_nan() && at.y.is_nan() => return Ok(Shape::default()),
                at if at.x.is_finite() && at.y.is_finite() => Point(at).into(),
                _ => return Err(Odd::NotFinite),
            },
            Encoding::LineString => line(lists, row)?.into(),
            Encoding::MultiPoint => MultiPoint(line(lists, row)?.into_points()).into(),
            Encoding::Polygon => polygon(lists, row)?.into(),
            Encoding::MultiLineString => {
                let lines: Result<_, Odd> = range(lists[0], row).map(|part| line(&lists[1..], part)).collect();
                MultiLineString(lines?).into()
            }
            Encoding::MultiPolygon => {
                let polygons: Result<_, Odd> = range(lists[0], row).map(|part| polygon(&lists[1..], part)).collect();
                MultiPolygon(polygons?).into()
            }
        };
        let is_empty = geo::CoordsIter::coords_iter(&geometry).next().is_none();
        Ok(Shape { geometry: (!is_empty).then_some(geometry), is_open })
    }
}

/// Where the items of a list begin and end.
fn range(offsets: &[i32], row: usize) -> Range<usize> {
    offsets[row] as usize..offsets[row + 1] as usize
}

impl<'a> Coordinates<'a> {
    fn of(array: &'a dyn Array) -> Option<Self> {
        let parts = array.as_struct_opt()?;
        let part = |name| parts.column_by_name(name)?.as_primitive_opt::<Float64Type>();
        Some(Self { x: part("x")?, y: part("y")? })
    }

    fn at(&self, index: usize) -> Coord<f64> {
        let number = |column: &Float64Array| if column.is_valid(index) { column.value(index) } else { f64::NAN };
        Coord { x: number(self.x), y: number(self.y) }
    }

    fn line(&self, range: Range<usize>) -> Result<LineString<f64>, Odd> {
        let corners: Vec<Coord<f64>> = range.map(|index| self.at(index)).collect();
        let is_finite = corners.iter().all(|at| at.x.is_finite() && at.y.is_finite());
        if is_finite { Ok(LineString(corners)) } else { Err(Odd::NotFinite) }
    }
}
