//! Straight-line distance on the WGS 84 ellipsoid.
//!
//! What is measured is the chord through the earth, lengthened to the arc above it. That has no seam at the dateline and
//! no singular point at the poles, and it grows with the chord: an index over places in space orders them as
//! [`metres`] does. Travel along roads is elsewhere, and so is drawing on a plane (`plane.rs`).

use geo::Coord;

/// Semi-major axis of WGS 84, in metres.
pub(super) const SEMI_MAJOR: f64 = 6_378_137.0;
/// Flattening of WGS 84.
const FLATTENING: f64 = 1.0 / 298.257_223_563;
/// Square of the first eccentricity.
pub(super) const ECCENTRICITY_2: f64 = FLATTENING * (2.0 - FLATTENING);
/// Mean radius (IUGG, R1), in metres: the circle whose arc stands above a chord.
pub(super) const MEAN_RADIUS: f64 = 6_371_008.771_4;

/// Distance between two places along the ellipsoid, in metres.
///
/// # Shapes and units
/// Both are longitude, latitude in degrees, WGS 84. Longitudes may lie outside -180..180; the way round is the short one.
///
/// # Accuracy
/// Largest relative difference from Karney's geodesic (held by a test), over all directions:
///
/// | latitude of the start | 1 km | 10 km | 100 km | 1,000 km | 5,000 km | 15,000 km |
/// | --- | --- | --- | --- | --- | --- | --- |
/// | 0 to 30 | 1e-10 | 1.2e-9 | 1.2e-7 | 1.2e-5 | 3e-4 | 2.5e-3 |
/// | 30 to 60 | 1e-10 | 8e-10 | 8e-8 | 8e-6 | 3e-4 | 4e-3 |
/// | 60 to 90 | 1e-10 | 1e-9 | 1e-7 | 1e-5 | 3e-4 | 4e-3 |
///
/// Below a kilometre the error is absolute, some nanometres (the rounding of positions). On the far side of the earth,
/// from 15,000 km on, it rises to 5 %.
///
/// # Edge cases
/// A coordinate that is not finite gives NaN. The same place twice gives 0. The order of the two does not matter.
///
/// # Source
/// Position on the ellipsoid: EPSG Guidance Note 7-2, method 9602. Arc from chord: `2 R asin(c / 2R)`; that R is a mean
/// and not the radius of curvature at hand costs `c^2 / 24 R^2` of the 1 % by which the two differ.
pub fn metres(from: Coord<f64>, to: Coord<f64>) -> f64 {
    Place::new(from).metres_to(Place::new(to))
}

/// A place as its position in space, in metres from the earth's centre (ECEF): from it distances cost no trigonometry
/// of angles. Whoever measures from one place many times makes this once.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Place(pub(super) [f64; 3]);

impl Place {
    /// The place at this longitude and latitude (degrees), on the ellipsoid.
    pub fn new(at: Coord<f64>) -> Self {
        let (sin_lon, cos_lon) = at.x.to_radians().sin_cos();
        let (sin_lat, cos_lat) = at.y.to_radians().sin_cos();
        let prime_vertical = SEMI_MAJOR / (1.0 - ECCENTRICITY_2 * sin_lat * sin_lat).sqrt();
        Self([
            prime_vertical * cos_lat * cos_lon,
            prime_vertical * cos_lat * sin_lon,
            prime_vertical * (1.0 - ECCENTRICITY_2) * sin_lat,
        ])
    }

    /// [`metres`] between two places, to the last bit.
    pub fn metres_to(self, other: Self) -> f64 {
        arc(self.chord_2_to(other))
    }

    /// Square of the chord between two places, in square metres.
    pub(super) fn chord_2_to(self, other: Self) -> f64 {
        let Self([x, y, z]) = self;
        let Self([other_x, other_y, other_z]) = other;
        let (dx, dy, dz) = (x - other_x, y - other_y, z - other_z);
        dx * dx + dy * dy + dz * dz
    }
}

/// A squared chord that no pair of places at `limit` metres or nearer exceeds. Infinite from half round the earth on.
pub(super) fn chord_2_within(limit: f64) -> f64 {
    let half_angle = limit / (2.0 * MEAN_RADIUS);
    if std::f64::consts::FRAC_PI_2 <= half_angle {
        return f64::INFINITY;
    }
    let chord = 2.0 * MEAN_RADIUS * half_angle.sin();
    // The slack is for rounding only: the caller still compares metres.
    chord * chord * (1.0 + 1e-12) + 1e-12
}

/// The arc above a chord, given its square.
fn arc(chord_2: f64) -> f64 {
    // Two places a little off opposite are further apart than twice the mean radius: the ellipsoid is wider than that.
    let half = (chord_2.sqrt() / (2.0 * MEAN_RADIUS)).min(1.0);
    // min() gives 1 for NaN.
    if chord_2.is_nan() { f64::NAN } else { 2.0 * MEAN_RADIUS * half.asin() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use geo::{Destination, Distance, Geodesic, Point};
    use proptest::prelude::*;

    fn at(lon: f64, lat: f64) -> Coord<f64> {
        Coord { x: lon, y: lat }
    }

    /// Largest relative error over starts between two latitudes and over all directions.
    fn worst(latitudes: std::ops::RangeInclusive<i32>, length: f64) -> f64 {
        let mut worst: f64 = 0.0;
        for latitude in latitudes.step_by(5) {
            for bearing in (0..360).step_by(15) {
                let from = Point::new(113.9, f64::from(latitude));
                let to = Geodesic.destination(from, f64::from(bearing), length);
                let truth = Geodesic.distance(from, to);
                worst = worst.max((metres(from.0, to.0) / truth - 1.0).abs());
            }
        }
        worst
    }

    #[test]
    fn the_error_table_of_the_documentation_holds() {
        let lengths = [1e3, 1e4, 1e5, 1e6, 5e6, 1.5e7];
        let table = [
            (0..=30, [1e-10, 1.2e-9, 1.2e-7, 1.2e-5, 3e-4, 2.5e-3]),
            (30..=60, [1e-10, 8e-10, 8e-8, 8e-6, 3e-4, 4e-3]),
            (60..=90, [1e-10, 1e-9, 1e-7, 1e-5, 3e-4, 4e-3]),
        ];
        for (latitudes, limits) in table {
            for (length, limit) in lengths.into_iter().zip(limits) {
                let error = worst(latitudes.clone(), length);
                assert!(error < limit, "{latitudes:?} at {length} m: {error:e}");
            }
        }
    }

    #[test]
    fn the_dateline_and_the_poles_are_places_like_others() {
        // Fiji: 0.2 degrees apart, over the dateline.
        let across = metres(at(179.9, -17.0), at(-179.9, -17.0));
        let inland = metres(at(100.0, -17.0), at(100.2, -17.0));
        assert!((across - inland).abs() < 1e-6);
        assert!(metres(at(180.0, 10.0), at(-180.0, 10.0)) < 1e-6);
        // Over the pole: one degree of latitude on either side.
        let over = metres(at(0.0, 89.0), at(180.0, 89.0));
        let truth = Geodesic.distance(Point::new(0.0, 89.0), Point::new(180.0, 89.0));
        assert!((over / truth - 1.0).abs() < 1e-6);
    }

    #[test]
    fn the_far_side_of_the_earth_is_within_five_per_cent() {
        for (from, to) in [((0.0, 0.0), (180.0, 0.0)), ((10.0, 50.0), (-170.0, -50.0)), ((0.0, 90.0), (0.0, -90.0))] {
            let truth = Geodesic.distance(Point::from(from), Point::from(to));
            let measured = metres(Point::from(from).0, Point::from(to).0);
            assert!((measured / truth - 1.0).abs() < 5e-2, "{from:?}: {measured} {truth}");
        }
    }

    #[test]
    fn what_is_not_finite_has_no_distance() {
        assert!(metres(at(f64::NAN, 0.0), at(0.0, 0.0)).is_nan());
        assert!(metres(at(0.0, 0.0), at(f64::INFINITY, 0.0)).is_nan());
    }

    proptest! {
        #[test]
        fn distance_agrees_with_karney(lon in -180.0..180.0, lat in -90.0..90.0, bearing in 0.0..360.0, length in 0.1..1e5) {
            let from = Point::new(lon, lat);
            let to = Geodesic.destination(from, bearing, length);
            let truth = Geodesic.distance(from, to);
            prop_assert!((metres(from.0, to.0) - truth).abs() <= 1e-8 + 2e-7 * truth);
        }

        #[test]
        fn distance_is_symmetric_and_grows_with_the_chord(
            lons in prop::array::uniform3(-180.0..180.0), lats in prop::array::uniform3(-90.0..90.0),
        ) {
            let [a, b, c] = [0, 1, 2].map(|k: usize| at(lons[k], lats[k]));
            prop_assert_eq!(metres(a, b), metres(b, a));
            prop_assert_eq!(metres(a, a), 0.0);
            let [to_b, to_c] = [b, c].map(|other| Place::new(a).chord_2_to(Place::new(other)));
            if to_b < to_c {
                prop_assert!(metres(a, b) <= metres(a, c));
            }
            prop_assert!(to_b <= chord_2_within(metres(a, b)));
        }
    }
}
