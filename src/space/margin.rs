//! Whether a point may be within a distance of one of many polygons: a quick test that errs on the side of yes.

use geo::{BoundingRect, Coord, MultiPolygon};
use rstar::primitives::Rectangle;
use rstar::{AABB, RTree};

/// Boxes around polygons, each widened by a distance.
#[derive(Debug)]
pub struct Margins(RTree<Rectangle<[f64; 2]>>);

/// A degree of latitude is never shorter, in metres (at the equator it is 110,574).
const SHORTEST_DEGREE: f64 = 110_500.0;

impl Margins {
    /// Boxes that hold all points within `metres` of a polygon, and more. Longitudes are not wrapped at the dateline.
    pub fn build<'a>(polygons: impl IntoIterator<Item = &'a MultiPolygon<f64>>, metres: f64) -> Self {
        let widen = |polygon: &MultiPolygon<f64>| {
            let bounds = polygon.bounding_rect()?;
            let north = metres / SHORTEST_DEGREE;
            let (south_edge, north_edge) = (bounds.min().y - north, bounds.max().y + north);
            // Meridians lie closest together at the edge nearer to a pole.
            let shrink = south_edge.abs().max(north_edge.abs()).min(89.9).to_radians().cos();
            let east = north / shrink;
            Some(Rectangle::from_corners([bounds.min().x - east, south_edge], [bounds.max().x + east, north_edge]))
        };
        Self(RTree::bulk_load(polygons.into_iter().filter_map(widen).collect()))
    }

    /// Whether a box holds the point.
    pub fn hold(&self, point: Coord<f64>) -> bool {
        self.0.locate_in_envelope_intersecting(AABB::from_point([point.x, point.y])).next().is_some()
    }
}

#[cfg(test)]
mod tests {
    use geo::{Destination, Geodesic, Point, Rect};
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn what_is_within_the_distance_is_held(
            west in -170.0..160.0_f64, south in -85.0..84.0_f64, width in 0.01..5.0_f64, height in 0.01..1.0_f64,
            corner in (0.0..1.0_f64, 0.0..1.0_f64), bearing in 0.0..360.0_f64, metres in 1.0..20_000.0_f64,
        ) {
            let area = Rect::new((west, south), (west + width, south + height));
            let margins = Margins::build([&MultiPolygon(vec![area.to_polygon()])], metres);
            let inside = Point::new(west + corner.0 * width, south + corner.1 * height);
            let near = Geodesic.destination(inside, bearing, metres * 0.999);
            prop_assume!((near.x() - inside.x()).abs() < 180.0);
            prop_assert!(margins.hold(near.0));
        }
    }

    #[test]
    fn what_is_far_is_not_held() {
        let area = Rect::new((121.0, 39.0), (121.1, 39.1));
        let margins = Margins::build([&MultiPolygon(vec![area.to_polygon()])], 1000.0);
        assert!(margins.hold(Coord { x: 121.105, y: 39.05 }));
        assert!(!margins.hold(Coord { x: 121.13, y: 39.05 }));
    }
}
