//! Columns of Arrow to geometries: WKB, and lists of coordinates as GeoArrow nests them.

use std::ops::Range;

use arrow_array::cast::AsArray;
use arrow_array::types::Float64Type;
use arrow_array::{Array, Float64Array};
use arrow_schema::DataType;
use geo::{Coord, Geometry, LineString, MultiLineString, MultiPoint, MultiPolygon, Point, Polygon};

use super::metadata::Encoding;
use crate::read::shapes::{Odd, Shape};
use crate::read::wkb;

/// Geometries of a column.
pub(super) enum Geometries<'a> {
    /// The bytes of a row.
    Wkb(Box<dyn Fn(usize) -> &'a [u8] + 'a>),
    /// Coordinates in as many lists as the kind asks for.
    Native { encoding: Encoding, lists: Vec<Offsets<'a>>, coordinates: Coordinates<'a> },
}

/// Where the items of lists begin and end.
#[derive(Clone, Copy)]
pub(super) enum Offsets<'a> {
    Short(&'a [i32]),
    Long(&'a [i64]),
}

/// Coordinates, one after the other.
pub(super) enum Coordinates<'a> {
    /// Each number in a column of its own.
    Apart { x: &'a Float64Array, y: &'a Float64Array },
    /// The numbers of a coordinate together, so many of them.
    Together { numbers: &'a Float64Array, n: usize },
}

impl<'a> Geometries<'a> {
    /// The geometries of a column; `None` where it is of another kind than the file says.
    pub(super) fn of(array: &'a dyn Array, encoding: Encoding) -> Option<Self> {
        let depth = match encoding {
            Encoding::Wkb => return wkb_of(array),
            Encoding::Point => 0,
            Encoding::LineString | Encoding::MultiPoint => 1,
            Encoding::Polygon | Encoding::MultiLineString => 2,
            Encoding::MultiPolygon => 3,
        };
        let mut lists = Vec::new();
        let mut inner = array;
        for _ in 0..depth {
            let (offsets, values) = match inner.data_type() {
                DataType::List(_) => {
                    let list = inner.as_list::<i32>();
                    (Offsets::Short(list.value_offsets()), list.values())
                }
                DataType::LargeList(_) => {
                    let list = inner.as_list::<i64>();
                    (Offsets::Long(list.value_offsets()), list.values())
                }
                _ => return None,
            };
            lists.push(offsets);
            inner = values;
        }
        Some(Self::Native { encoding, lists, coordinates: Coordinates::of(inner)? })
    }

    /// The bytes that the file decides of for a row, beside what its pages were known to hold.
    pub(super) fn length(&self, row: usize) -> u64 {
        match self {
            Self::Wkb(bytes) => bytes(row).len() as u64,
            Self::Native { .. } => 0,
        }
    }

    /// The geometry of a row, which is not missing.
    pub(super) fn shape(&self, row: usize) -> Result<Shape, Odd> {
        let (encoding, lists, coordinates) = match self {
            Self::Wkb(bytes) => return wkb::read(bytes(row)),
            Self::Native { encoding, lists, coordinates } => (*encoding, lists.as_slice(), coordinates),
        };
        let mut is_open = false;
        let line = |lists: &[Offsets<'_>], row| coordinates.line(lists[0].range(row));
        let mut polygon = |lists: &[Offsets<'_>], row| -> Result<Polygon<f64>, Odd> {
            let rings: Result<Vec<_>, Odd> = lists[0].range(row).map(|ring| line(&lists[1..], ring)).collect();
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
                let lines: Result<_, Odd> = lists[0].range(row).map(|part| line(&lists[1..], part)).collect();
                MultiLineString(lines?).into()
            }
            Encoding::MultiPolygon => {
                let polygons: Result<_, Odd> = lists[0].range(row).map(|part| polygon(&lists[1..], part)).collect();
                MultiPolygon(polygons?).into()
            }
        };
        let is_empty = geo::CoordsIter::coords_iter(&geometry).next().is_none();
        Ok(Shape { geometry: (!is_empty).then_some(geometry), is_open })
    }
}

fn wkb_of(array: &dyn Array) -> Option<Geometries<'_>> {
    Some(Geometries::Wkb(match array.data_type() {
        DataType::BinaryView => {
            let array = array.as_binary_view();
            Box::new(|row| array.value(row))
        }
        DataType::Binary => {
            let array = array.as_binary::<i32>();
            Box::new(|row| array.value(row))
        }
        DataType::LargeBinary => {
            let array = array.as_binary::<i64>();
            Box::new(|row| array.value(row))
        }
        _ => return None,
    }))
}

impl Offsets<'_> {
    fn range(self, row: usize) -> Range<usize> {
        match self {
            Self::Short(offsets) => offsets[row] as usize..offsets[row + 1] as usize,
            Self::Long(offsets) => offsets[row] as usize..offsets[row + 1] as usize,
        }
    }
}

impl<'a> Coordinates<'a> {
    fn of(array: &'a dyn Array) -> Option<Self> {
        match array.data_type() {
            DataType::Struct(_) => {
                let parts = array.as_struct();
                let part = |name| parts.column_by_name(name)?.as_primitive_opt::<Float64Type>();
                Some(Self::Apart { x: part("x")?, y: part("y")? })
            }
            DataType::FixedSizeList(_, n @ 2..=4) => {
                let numbers = array.as_fixed_size_list().values().as_primitive_opt::<Float64Type>()?;
                Some(Self::Together { numbers, n: usize::try_from(*n).ok()? })
            }
            _ => None,
        }
    }

    fn at(&self, index: usize) -> Coord<f64> {
        let number = |column: &Float64Array, at| if column.is_valid(at) { column.value(at) } else { f64::NAN };
        match self {
            Self::Apart { x, y } => Coord { x: number(x, index), y: number(y, index) },
            Self::Together { numbers, n } => Coord { x: number(numbers, index * n), y: number(numbers, index * n + 1) },
        }
    }

    fn line(&self, range: Range<usize>) -> Result<LineString<f64>, Odd> {
        let corners: Vec<Coord<f64>> = range.map(|index| self.at(index)).collect();
        let is_finite = corners.iter().all(|at| at.x.is_finite() && at.y.is_finite());
        if is_finite { Ok(LineString(corners)) } else { Err(Odd::NotFinite) }
    }
}
