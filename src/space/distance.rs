//! Straight-line distance on the ellipsoid.

use geo::{Coord, Distance, Geodesic, Point};

/// Metres between two places.
pub fn metres(a: Coord<f64>, b: Coord<f64>) -> f64 {
    Geodesic.distance(Point(a), Point(b))
}
