//! The part of a layer that matters, in the layer's own coordinates.

use geo::{BoundingRect, Coord, Geometry, Rect};

use super::table::Wish;
use crate::space::Crs;

/// Samples along each side of the region: between them a projected side bends far less than the margin.
const SAMPLES: u32 = 32;

/// What is added on each side, as a share of the region.
const MARGIN: f64 = 0.05;

/// A rectangle outside which nothing matters.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Region(Rect<f64>);

impl Region {
    /// The region that is wished for, in the system of the layer: the one that the study states, else the file.
    /// `None` where all rows are wished for, or where it is not sure which they are.
    pub(super) fn of(wish: &Wish, stated: Option<&str>) -> Option<Self> {
        let within = wish.within?;
        let crs = Crs::parse(wish.crs.as_deref().or(stated)?)?;
        if crs.is_wgs84() {
            return Some(Self(within));
        }
        let (min, max) = (within.min(), within.max());
        let along = |from: f64, to: f64, n: u32| from + (to - from) * f64::from(n) / f64::from(SAMPLES);
        let border = (0..=SAMPLES).flat_map(|n| {
            let (x, y) = (along(min.x, max.x, n), along(min.y, max.y, n));
            [(x, min.y), (x, max.y), (min.x, y), (max.x, y)]
        });
        let corners: Option<Vec<Coord<f64>>> = border.map(|place| crs.from_degrees(place.into())).collect();
        let bounds = geo::MultiPoint::from(corners?).bounding_rect()?;
        let margin = Coord { x: bounds.width() * MARGIN, y: bounds.height() * MARGIN };
        Some(Self(Rect::new(bounds.min() - margin, bounds.max() + margin)))
    }

    /// Whether bounds of something lie outside; those that are no numbers do not.
    pub(super) fn is_outside(&self, [min_x, min_y, max_x, max_y]: [f64; 4]) -> bool {
        let (min, max) = (self.0.min(), self.0.max());
        max_x < min.x || max.x < min_x || max_y < min.y || max.y < min_y
    }

    /// Whether all of a geometry lies outside. What has no place may be anywhere.
    pub(super) fn is_beyond(&self, geometry: &Geometry<f64>) -> bool {
        geometry.bounding_rect().is_some_and(|bounds| {
            let (min, max) = (bounds.min(), bounds.max());
            self.is_outside([min.x, min.y, max.x, max.y])
        })
    }

    /// The rectangle: the smallest x and y, the largest x and y.
    pub(super) fn bounds(&self) -> [f64; 4] {
        let (min, max) = (self.0.min(), self.0.max());
        [min.x, min.y, max.x, max.y]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use geo::Point;

    fn wish(crs: Option<&str>) -> Wish {
        let within = Rect::new((121.5, 39.0), (121.9, 39.4));
        Wish { within: Some(within), crs: crs.map(str::to_owned), ..Wish::default() }
    }

    #[test]
    fn what_lies_inside_in_degrees_lies_inside_in_the_plane_of_the_layer() {
        let plane = Crs::parse("EPSG:4549").unwrap();
        let region = Region::of(&wish(None), Some("EPSG:4549")).unwrap();
        for (x, y, is_far) in [(121.5, 39.0, false), (121.9, 39.4, false), (121.7, 39.2, false), (122.5, 39.2, true)] {
            let place = plane.from_degrees((x, y).into()).unwrap();
            assert_eq!(region.is_beyond(&Point(place).into()), is_far, "{x}, {y}");
        }
        // The study's word on the system comes before the file's.
        assert_eq!(Region::of(&wish(Some("EPSG:4549")), Some("EPSG:4326")), Some(region));
    }

    #[test]
    fn nothing_is_left_out_where_the_system_is_not_known() {
        assert_eq!(Region::of(&wish(None), None), None);
        assert_eq!(Region::of(&wish(None), Some("a plane of our own")), None);
        assert_eq!(Region::of(&Wish::default(), Some("EPSG:4326")), None);
    }

    #[test]
    fn bounds_that_are_no_numbers_are_not_outside() {
        let region = Region::of(&wish(None), Some("EPSG:4490")).unwrap();
        assert!(!region.is_outside([f64::NAN; 4]));
        assert!(region.is_outside([0.0, 0.0, 1.0, 1.0]));
    }
}
