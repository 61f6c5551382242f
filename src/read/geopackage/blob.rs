//! The binary geometry of a GeoPackage: a header with the bounds, then WKB.

use crate::read::shapes::{Odd, Shape};
use crate::read::wkb;

/// What the header says.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Header<'a> {
    /// The number of its coordinate system in this file.
    pub(super) srs: i32,
    /// The smallest x and y, the largest x and y, where they are given.
    pub(super) bounds: Option<[f64; 4]>,
    is_empty: bool,
    wkb: &'a [u8],
}

impl<'a> Header<'a> {
    /// The header that the bytes begin with.
    pub(super) fn of(bytes: &'a [u8]) -> Result<Self, Odd> {
        let (start, rest) = bytes.split_first_chunk::<8>().ok_or(Odd::CutOff)?;
        let [b'G', b'P', 0, flags, srs @ ..] = *start else { return Err(Odd::NotWkb) };
        if flags & 0x20 != 0 {
            return Err(Odd::Extended);
        }
        let is_little = flags & 1 == 1;
        let n_bounds = match (flags >> 1) & 7 {
            0 => 0,
            1 => 4,
            2 | 3 => 6,
            4 => 8,
            _ => return Err(Odd::NotWkb),
        };
        let (bounds, wkb) = rest.split_at_checked(8 * n_bounds).ok_or(Odd::CutOff)?;
        let number = |n: usize| {
            let bytes = bounds.as_chunks::<8>().0[n];
            if is_little { f64::from_le_bytes(bytes) } else { f64::from_be_bytes(bytes) }
        };
        // They are written as x, x, y, y.
        let bounds = (n_bounds != 0).then(|| [number(0), number(2), number(1), number(3)]);
        let srs = if is_little { i32::from_le_bytes(srs) } else { i32::from_be_bytes(srs) };
        Ok(Self { srs, bounds, is_empty: flags & 0x10 != 0, wkb })
    }

    /// The geometry after the header.
    pub(super) fn shape(&self) -> Result<Shape, Odd> {
        if self.is_empty { Ok(Shape::default()) } else { wkb::read(self.wkb) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use geo::Point;

    /// A point 1, 2 behind a header with these flags and numbers of bounds.
    fn bytes(flags: u8, n_bounds: usize, is_little: bool) -> Vec<u8> {
        let number = |n: f64| if is_little { n.to_le_bytes() } else { n.to_be_bytes() };
        let srs = if is_little { 4549_i32.to_le_bytes() } else { 4549_i32.to_be_bytes() };
        let bounds = [1.0, 3.0, 2.0, 4.0, 5.0, 6.0, 7.0, 8.0];
        let point = [[1, 1, 0, 0, 0].as_slice(), &1_f64.to_le_bytes(), &2_f64.to_le_bytes()].concat();
        let header = [[b'G', b'P', 0, flags].as_slice(), &srs].concat();
        [header, bounds[..n_bounds].iter().flat_map(|&n| number(n)).collect(), point].concat()
    }

    #[test]
    fn all_kinds_of_bounds_in_both_byte_orders() {
        for (kind, n_bounds) in [(0, 0), (1, 4), (2, 6), (3, 6), (4, 8)] {
            for is_little in [true, false] {
                let bytes = bytes(kind << 1 | u8::from(is_little), n_bounds, is_little);
                let header = Header::of(&bytes).unwrap();
                assert_eq!(header.srs, 4549);
                assert_eq!(header.bounds, (kind != 0).then_some([1.0, 2.0, 3.0, 4.0]));
                assert_eq!(header.shape().unwrap().geometry, Some(Point::new(1.0, 2.0).into()));
                for end in 0..bytes.len() {
                    let cut = Header::of(&bytes[..end]).and_then(|header| header.shape());
                    assert!(cut.is_err(), "{end} bytes of {}", bytes.len());
                }
            }
        }
    }

    #[test]
    fn an_empty_geometry_is_none_and_a_foreign_one_is_said() {
        assert_eq!(Header::of(&bytes(0x11, 0, true)).unwrap().shape(), Ok(Shape::default()));
        assert_eq!(Header::of(&bytes(0x21, 0, true)), Err(Odd::Extended));
        assert_eq!(Header::of(&bytes(0x0b, 0, true)), Err(Odd::NotWkb));
        assert_eq!(Header::of(&bytes(1, 0, true)[8..]), Err(Odd::NotWkb));
    }
}
