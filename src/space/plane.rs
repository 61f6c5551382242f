//! A plane around one place: longitude and latitude to metres and back.
//!
//! For drawing only (Voronoi cells, buffers), where shapes need straight lines and right angles. A distance that is
//! reported or compared with a limit comes from [`metres`](super::distance::metres).

use geo::Coord;
use std::f64::consts::PI;

use super::distance::{ECCENTRICITY_2, SEMI_MAJOR};

/// The oblique stereographic projection of WGS 84 around a centre: angles are kept everywhere, lengths at the centre.
///
/// # Accuracy
/// Lengths are too long by a share that grows with the square of the distance from the centre (and a little with the
/// distance), the same in all directions. Largest, held by a test over latitudes up to 85 degrees:
///
/// | distance from the centre | 10 km | 50 km | 100 km | 500 km | 1,000 km |
/// | --- | --- | --- | --- | --- | --- |
/// | error of a length there | 7e-6 | 5e-5 | 2e-4 | 2e-3 | 8e-3 |
///
/// # Edge cases
/// The place opposite the centre has no image (a large or not finite number). The poles are places like others, the
/// dateline is no seam.
///
/// # Source
/// Snyder, Map Projections: A Working Manual, USGS Professional Paper 1395 (1987), equations 3-1, 21-24 to 21-27.
#[derive(Clone, Copy, Debug)]
pub struct LocalPlane {
    centre: Coord<f64>,
    /// Sine and cosine of the conformal latitude of the centre.
    sin: f64,
    cos: f64,
    /// Radius of the sphere that has the scale of the ellipsoid at the centre.
    radius: f64,
}

impl LocalPlane {
    /// The plane that touches the ellipsoid at `centre` (degrees).
    pub fn around(centre: Coord<f64>) -> Self {
        let (sin_lat, cos_lat) = centre.y.to_radians().sin_cos();
        let isometric = isometric_latitude(centre.y.to_radians());
        let prime_vertical = SEMI_MAJOR / (1.0 - ECCENTRICITY_2 * sin_lat * sin_lat).sqrt();
        Self {
            centre,
            sin: isometric.tanh(),
            cos: isometric.cosh().recip(),
            radius: prime_vertical * cos_lat * isometric.cosh(),
        }
    }

    /// Metres to the east and to the north of the centre.
    pub fn project(&self, place: Coord<f64>) -> [f64; 2] {
        let isometric = isometric_latitude(place.y.to_radians());
        let (sin, cos) = (isometric.tanh(), isometric.cosh().recip());
        let (sin_lon, cos_lon) = (place.x - self.centre.x).to_radians().sin_cos();
        let scale = 2.0 * self.radius / (1.0 + self.sin * sin + self.cos * cos * cos_lon);
        [scale * cos * sin_lon, scale * (self.cos * sin - self.sin * cos * cos_lon)]
    }

    /// The place at so many metres to the east and to the north. Its longitude is at most 180 degrees from the centre's,
    /// so it may lie outside -180..180.
    pub fn unproject(&self, [east, north]: [f64; 2]) -> Coord<f64> {
        let distance = east.hypot(north);
        if distance == 0.0 {
            return self.centre;
        }
        let (sin_angle, cos_angle) = (2.0 * (distance / (2.0 * self.radius)).atan()).sin_cos();
        let sin = cos_angle * self.sin + north * sin_angle * self.cos / distance;
        let lon = (east * sin_angle).atan2(distance * self.cos * cos_angle - north * self.sin * sin_angle);
        // The cosine is computed and not derived from the sine: near a pole that would lose half of the digits.
        let cos = (east * sin_angle / distance).hypot(self.cos * cos_angle - north * self.sin * sin_angle / distance);
        Coord { x: self.centre.x + lon.to_degrees(), y: geodetic_latitude(sin.atan2(cos)).to_degrees() }
    }
}

/// The height of a latitude on Mercator's map, for the ellipsoid; both in radians.
fn isometric_latitude(lat: f64) -> f64 {
    let eccentricity = ECCENTRICITY_2.sqrt();
    lat.tan().asinh() - eccentricity * (eccentricity * lat.sin()).atanh()
}

/// The latitude whose conformal latitude is given; both in radians. Each round gains two digits and more.
fn geodetic_latitude(conformal: f64) -> f64 {
    let eccentricity = ECCENTRICITY_2.sqrt();
    let height = conformal.tan().asinh();
    let mut lat = conformal;
    for _ in 0..8 {
        lat = (height + eccentricity * (eccentricity * lat.sin()).atanh()).sinh().atan();
    }
    lat.clamp(-PI / 2.0, PI / 2.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::space::distance::metres;
    use geo::{Destination, Geodesic, Point};
    use proptest::prelude::*;

    /// Largest relative error of a short line at a distance from the centre.
    fn worst(distance: f64) -> f64 {
        let mut worst: f64 = 0.0;
        for latitude in (-85..=85).step_by(10) {
            let centre = Point::new(113.9, f64::from(latitude));
            let plane = LocalPlane::around(centre.0);
            for bearing in (0..360).step_by(30) {
                let there = Geodesic.destination(centre, f64::from(bearing), distance);
                for direction in (0..180).step_by(30) {
                    let end = Geodesic.destination(there, f64::from(direction), 100.0);
                    let ([x, y], [end_x, end_y]) = (plane.project(there.0), plane.project(end.0));
                    let length = (end_x - x).hypot(end_y - y);
                    worst = worst.max((length / metres(there.0, end.0) - 1.0).abs());
                }
            }
        }
        worst
    }

    #[test]
    fn the_error_table_of_the_documentation_holds() {
        for (distance, limit) in [(1e4, 7e-6), (5e4, 5e-5), (1e5, 2e-4), (5e5, 2e-3), (1e6, 8e-3)] {
            let error = worst(distance);
            assert!(error < limit, "{distance} m: {error:e}");
        }
    }

    #[test]
    fn east_is_right_and_north_is_up() {
        let plane = LocalPlane::around(Coord { x: 179.99, y: 22.5 });
        let [east, north] = plane.project(Coord { x: -179.99, y: 22.51 });
        assert!(2000.0 < east && east < 2100.0 && 1100.0 < north && north < 1115.0, "{east} {north}");
    }

    proptest! {
        #[test]
        fn there_and_back_is_the_same_place(
            lon in -180.0..180.0, lat in prop_oneof![-90.0..90.0, Just(90.0), Just(-90.0), Just(0.0)],
            east in -1e6..1e6, north in -1e6..1e6,
        ) {
            let plane = LocalPlane::around(Coord { x: lon, y: lat });
            let [again_east, again_north] = plane.project(plane.unproject([east, north]));
            prop_assert!((east - again_east).hypot(north - again_north) < 1e-6, "{again_east} {again_north}");
        }
    }
}
