//! Well-known binary (WKB) of one geometry: of OGC, of ISO and extended (EWKB), of two to four dimensions.
//!
//! Heights and measures are left out. Lengths are believed only as far as there are bytes, and nesting is bounded.

use geo::{Coord, Geometry, GeometryCollection, LineString, MultiLineString, MultiPoint, MultiPolygon, Point, Polygon};

use super::shapes::{Odd, Shape};

/// How deep collections may lie in one another.
const DEEPEST: usize = 32;

/// The geometry that the bytes begin with; none where it is empty.
pub(super) fn read(bytes: &[u8]) -> Result<Shape, Odd> {
    let mut reader = Reader { rest: bytes, n_coordinates: 0, is_open: false };
    let geometry = reader.geometry(0)?;
    let geometry = (0 < reader.n_coordinates).then_some(geometry);
    Ok(Shape { geometry, is_open: reader.is_open })
}

/// What is left of the bytes, and what was found in those before.
struct Reader<'a> {
    rest: &'a [u8],
    n_coordinates: usize,
    /// Whether a ring does not end where it begins.
    is_open: bool,
}

/// How the numbers of one geometry are written.
#[derive(Clone, Copy)]
struct Form {
    kind: u32,
    is_little: bool,
    /// Bytes of one coordinate.
    stride: usize,
}

/// The kinds of geometry, by the numbers that WKB gives them.
mod kind {
    pub(super) const POINT: u32 = 1;
    pub(super) const LINE: u32 = 2;
    pub(super) const POLYGON: u32 = 3;
    pub(super) const POINTS: u32 = 4;
    pub(super) const LINES: u32 = 5;
    pub(super) const POLYGONS: u32 = 6;
    pub(super) const COLLECTION: u32 = 7;
    pub(super) const CURVES: u32 = 11;
    pub(super) const SURFACES: u32 = 12;
    pub(super) const POLYHEDRON: u32 = 15;
    pub(super) const TRIANGLES: u32 = 16;
    pub(super) const TRIANGLE: u32 = 17;
}

impl<'a> Reader<'a> {
    fn take(&mut self, n: usize) -> Result<&'a [u8], Odd> {
        let (taken, rest) = self.rest.split_at_checked(n).ok_or(Odd::CutOff)?;
        self.rest = rest;
        Ok(taken)
    }

    fn number(&mut self, is_little: bool) -> Result<u32, Odd> {
        let bytes = self.take(4)?.try_into().map_err(|_| Odd::CutOff)?;
        Ok(if is_little { u32::from_le_bytes(bytes) } else { u32::from_be_bytes(bytes) })
    }

    fn form(&mut self) -> Result<Form, Odd> {
        let is_little = match self.take(1)? {
            [0] => false,
            [1] => true,
            _ => return Err(Odd::NotWkb),
        };
        let code = self.number(is_little)?;
        // EWKB has flags in the highest bits, ISO WKB counts in thousands.
        let flag = |bit: u32| code & (1 << bit) != 0;
        let (plain, thousands) = (code & 0x1fff_ffff, (code & 0x1fff_ffff) / 1000);
        let (has_z, has_m) =
            (flag(31) || thousands == 1 || thousands == 3, flag(30) || thousands == 2 || thousands == 3);
        if flag(29) {
            self.take(4)?;
        }
        if 3 < thousands {
            return Err(Odd::Kind(code));
        }
        Ok(Form { kind: plain % 1000, is_little, stride: 8 * (2 + usize::from(has_z) + usize::from(has_m)) })
    }

    fn geometry(&mut self, depth: usize) -> Result<Geometry<f64>, Odd> {
        let form = self.form()?;
        Ok(match form.kind {
            kind::POINT => self.point(form)?.map_or_else(|| MultiPoint(Vec::new()).into(), Geometry::Point),
            kind::LINE => self.line(form)?.into(),
            kind::POLYGON | kind::TRIANGLE => self.polygon(form)?.into(),
            kind::POINTS => {
                let points = self.parts(form, |reader, form| match form.kind {
                    kind::POINT => reader.point(form),
                    _ => Err(Odd::Part),
                })?;
                MultiPoint(points.into_iter().flatten().collect()).into()
            }
            kind::LINES | kind::CURVES => MultiLineString(self.parts(form, |reader, form| match form.kind {
                kind::LINE => reader.line(form),
                8..=10 => Err(Odd::Curved),
                _ => Err(Odd::Part),
            })?)
            .into(),
            kind::POLYGONS | kind::SURFACES | kind::POLYHEDRON | kind::TRIANGLES => {
                MultiPolygon(self.parts(form, |reader, form| match form.kind {
                    kind::POLYGON | kind::TRIANGLE => reader.polygon(form),
                    8..=10 => Err(Odd::Curved),
                    _ => Err(Odd::Part),
                })?)
                .into()
            }
            kind::COLLECTION if depth < DEEPEST => {
                let n = self.number(form.is_little)?;
                let mut parts = Vec::new();
                for _ in 0..n {
                    parts.push(self.geometry(depth + 1)?);
                }
                Geometry::GeometryCollection(GeometryCollection(parts))
            }
            kind::COLLECTION => return Err(Odd::Deep),
            8..=10 | 13 | 14 => return Err(Odd::Curved),
            kind => return Err(Odd::Kind(kind)),
        })
    }

    /// The parts of a geometry of many: each says its own form.
    fn parts<T>(&mut self, form: Form, part: impl Fn(&mut Self, Form) -> Result<T, Odd>) -> Result<Vec<T>, Odd> {
        /// The fewest bytes of a part: its form and a count.
        const FEWEST: usize = 9;
        let n = self.number(form.is_little)? as usize;
        let mut parts = Vec::with_capacity(n.min(self.rest.len() / FEWEST));
        for _ in 0..n {
            let form = self.form()?;
            parts.push(part(self, form)?);
        }
        Ok(parts)
    }

    /// A point; one without a place is written with coordinates that are no numbers.
    fn point(&mut self, form: Form) -> Result<Option<Point<f64>>, Odd> {
        let at = coordinate(self.take(form.stride)?, form.is_little);
        if at.x.is_nan() && at.y.is_nan() {
            return Ok(None);
        }
        self.n_coordinates += 1;
        if is_finite(at) { Ok(Some(Point(at))) } else { Err(Odd::NotFinite) }
    }

    fn line(&mut self, form: Form) -> Result<LineString<f64>, Odd> {
        let n = self.number(form.is_little)? as usize;
        let bytes = self.take(n.checked_mul(form.stride).ok_or(Odd::CutOff)?)?;
        self.n_coordinates += n;
        let corners: Vec<Coord<f64>> = match (form.is_little, form.stride) {
            // What most files hold, with lengths that the compiler knows.
            (true, 16) => bytes.as_chunks::<16>().0.iter().map(|bytes| coordinate(bytes, true)).collect(),
            (is_little, stride) => bytes.chunks_exact(stride).map(|bytes| coordinate(bytes, is_little)).collect(),
        };
        if corners.iter().all(|&at| is_finite(at)) { Ok(LineString(corners)) } else { Err(Odd::NotFinite) }
    }

    fn polygon(&mut self, form: Form) -> Result<Polygon<f64>, Odd> {
        let n = self.number(form.is_little)?;
        let mut exterior = None;
        let mut interiors = Vec::new();
        for _ in 0..n {
            let ring = self.line(form)?;
            self.is_open |= !ring.is_closed();
            match exterior {
                None => exterior = Some(ring),
                Some(_) => interiors.push(ring),
            }
        }
        Ok(Polygon::new(exterior.unwrap_or_else(|| LineString(Vec::new())), interiors))
    }
}

fn is_finite(at: Coord<f64>) -> bool {
    at.x.is_finite() && at.y.is_finite()
}

/// The first two numbers of the bytes, of which there are at least 16.
#[inline]
fn coordinate(bytes: &[u8], is_little: bool) -> Coord<f64> {
    let (x, rest) = bytes.split_first_chunk().expect("a coordinate has 16 bytes");
    let (y, _) = rest.split_first_chunk().expect("a coordinate has 16 bytes");
    if is_little {
        Coord { x: f64::from_le_bytes(*x), y: f64::from_le_bytes(*y) }
    } else {
        Coord { x: f64::from_be_bytes(*x), y: f64::from_be_bytes(*y) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use geo::wkt;
    use proptest::prelude::*;

    fn shape(geometry: Geometry<f64>) -> Shape {
        Shape { geometry: Some(geometry), is_open: false }
    }

    /// The bytes that the crate `wkb` writes of a geometry.
    fn written(geometry: &Geometry<f64>, endianness: wkb::Endianness) -> Vec<u8> {
        let mut bytes = Vec::new();
        wkb::writer::write_geometry(&mut bytes, geometry, &wkb::writer::WriteOptions { endianness }).unwrap();
        bytes
    }

    fn collection(parts: Vec<Geometry<f64>>) -> Geometry<f64> {
        Geometry::GeometryCollection(GeometryCollection(parts))
    }

    fn every_kind() -> Vec<Geometry<f64>> {
        vec![
            wkt!(POINT(1.0 2.0)).into(),
            wkt!(LINESTRING(1.0 2.0,3.0 4.0)).into(),
            wkt!(POLYGON((0.0 0.0,9.0 0.0,9.0 9.0,0.0 0.0),(4.0 1.0,5.0 1.0,5.0 2.0,4.0 1.0))).into(),
            wkt!(MULTIPOINT(1.0 2.0,3.0 4.0)).into(),
            wkt!(MULTILINESTRING((1.0 2.0,3.0 4.0),(5.0 6.0,7.0 8.0,9.0 9.0))).into(),
            wkt!(MULTIPOLYGON(((0.0 0.0,9.0 0.0,9.0 9.0,0.0 0.0)),((20.0 0.0,29.0 0.0,29.0 9.0,20.0 0.0)))).into(),
            collection(vec![wkt!(POINT(1.0 2.0)).into(), collection(vec![wkt!(LINESTRING(1.0 2.0,3.0 4.0)).into()])]),
        ]
    }

    #[test]
    fn every_kind_is_read_as_another_program_writes_it_in_both_byte_orders() {
        for geometry in every_kind() {
            for order in [wkb::Endianness::LittleEndian, wkb::Endianness::BigEndian] {
                assert_eq!(read(&written(&geometry, order)), Ok(shape(geometry.clone())));
            }
        }
    }

    /// Numbers of a geometry in little endian.
    fn bytes(code: u32, head: &[u32], numbers: &[f64]) -> Vec<u8> {
        let mut bytes = vec![1];
        bytes.extend([&[code], head].concat().into_iter().flat_map(u32::to_le_bytes));
        bytes.extend(numbers.iter().flat_map(|number| number.to_le_bytes()));
        bytes
    }

    #[test]
    fn heights_measures_and_numbers_of_systems_are_skipped() {
        let point = Ok(shape(Point::new(1.0, 2.0).into()));
        for code in [1001, 2001, 0x8000_0001, 0x4000_0001] {
            assert_eq!(read(&bytes(code, &[], &[1.0, 2.0, 7.0])), point, "{code:x}");
        }
        for code in [3001, 0xc000_0001] {
            assert_eq!(read(&bytes(code, &[], &[1.0, 2.0, 7.0, 8.0])), point, "{code:x}");
        }
        assert_eq!(read(&bytes(0x2000_0001, &[4326], &[1.0, 2.0])), point);
        assert_eq!(read(&bytes(0xe000_0001, &[4326], &[1.0, 2.0, 7.0, 8.0])), point);
        let line = Ok(shape(wkt!(LINESTRING(1.0 2.0,3.0 4.0)).into()));
        assert_eq!(read(&bytes(1002, &[2], &[1.0, 2.0, 7.0, 3.0, 4.0, 8.0])), line);
        // A part says its own form: a flat point in a collection with heights.
        let parts = [bytes(1004, &[1], &[]), bytes(1, &[], &[1.0, 2.0])].concat();
        assert_eq!(read(&parts), Ok(shape(wkt!(MULTIPOINT(1.0 2.0)).into())));
    }

    #[test]
    fn empty_geometries_are_none() {
        let nothing = Ok(Shape { geometry: None, is_open: false });
        for code in 2..=7 {
            assert_eq!(read(&bytes(code, &[0], &[])), nothing, "{code}");
        }
        assert_eq!(read(&bytes(1, &[], &[f64::NAN, f64::NAN])), nothing);
        assert_eq!(read(&[bytes(7, &[1], &[]), bytes(3, &[1, 0], &[])].concat()), nothing);
    }

    #[test]
    fn an_open_ring_is_closed_and_noted() {
        let open = read(&bytes(3, &[1, 3], &[0.0, 0.0, 1.0, 0.0, 1.0, 1.0])).unwrap();
        assert!(open.is_open);
        assert_eq!(open.geometry, Some(wkt!(POLYGON((0.0 0.0,1.0 0.0,1.0 1.0,0.0 0.0))).into()));
    }

    #[test]
    fn what_cannot_be_read_is_said_and_takes_no_memory() {
        let arc = |code| bytes(code, &[3], &[0.0, 0.0, 1.0, 1.0, 2.0, 0.0]);
        for (bytes, odd) in [
            (vec![], Odd::CutOff),
            (vec![7, 1, 0, 0, 0], Odd::NotWkb),
            (bytes(1, &[], &[1.0]), Odd::CutOff),
            (bytes(1, &[], &[1.0, f64::INFINITY]), Odd::NotFinite),
            (bytes(2, &[1], &[f64::NAN, 1.0]), Odd::NotFinite),
            (bytes(2, &[u32::MAX], &[1.0, 2.0]), Odd::CutOff),
            (bytes(3, &[u32::MAX], &[]), Odd::CutOff),
            (bytes(6, &[u32::MAX], &[]), Odd::CutOff),
            (bytes(7, &[u32::MAX], &[]), Odd::CutOff),
            (arc(8), Odd::Curved),
            (arc(1008), Odd::Curved),
            (bytes(9, &[0], &[]), Odd::Curved),
            ([bytes(10, &[1], &[]), arc(8)].concat(), Odd::Curved),
            ([bytes(12, &[1], &[]), arc(10)].concat(), Odd::Curved),
            (bytes(99, &[0], &[]), Odd::Kind(99)),
            (bytes(4001, &[], &[1.0, 2.0]), Odd::Kind(4001)),
            ([bytes(6, &[1], &[]), bytes(1, &[], &[1.0, 2.0])].concat(), Odd::Part),
            (bytes(7, &[1], &[]).repeat(1 << 16), Odd::Deep),
        ] {
            assert_eq!(read(&bytes), Err(odd));
        }
    }

    proptest! {
        #[test]
        fn damaged_bytes_are_read_or_refused(
            which in 0..7_usize,
            flips in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..4),
            end in any::<prop::sample::Index>(),
        ) {
            let mut bytes = written(&every_kind()[which], wkb::Endianness::LittleEndian);
            for (at, to) in flips {
                let at = at.index(bytes.len());
                bytes[at] = to;
            }
            bytes.truncate(end.index(bytes.len() + 1));
            let _ = read(&bytes);
        }
    }
}
