//! The part of a layer that matters, in the layer's own coordinates.

use geo::{BoundingRect, Geometry, Rect};

use super::table::Wish;

/// A rectangle outside which nothing matters.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Region(Rect<f64>);

impl Region {
    /// The region that is wished for, in the system of the layer: the one that the study states, else the file.
    /// `None` where all rows are wished for, or where it is not sure which they are.
    pub(super) fn of(wish: &Wish, stated: Option<&str>) -> Option<Self> {
        wish.region(stated).map(Self)
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
    use crate::space::Crs;
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
