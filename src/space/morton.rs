//! The order of places along a Z-curve: what is near in the order is near on the map.
//!
//! It only makes searches faster (they find what they need in the cache); no result may depend on it.

use geo::Coord;

/// Turns coordinates into their position along the curve, of 32 bits: 65,536 steps each way over the extent.
#[derive(Clone, Copy, Debug)]
pub(super) struct Morton {
    origin: Coord<f64>,
    steps_per_unit: Coord<f64>,
}

impl Morton {
    /// A curve over all those of the coordinates that are finite.
    pub(super) fn over(places: impl Iterator<Item = Coord<f64>>) -> Self {
        let (mut low, mut high) = ([f64::INFINITY; 2], [f64::NEG_INFINITY; 2]);
        for place in places.filter(|place| place.x.is_finite() && place.y.is_finite()) {
            low = [low[0].min(place.x), low[1].min(place.y)];
            high = [high[0].max(place.x), high[1].max(place.y)];
        }
        Self {
            origin: Coord { x: low[0], y: low[1] },
            steps_per_unit: Coord { x: 65_535.0 / (high[0] - low[0]), y: 65_535.0 / (high[1] - low[1]) },
        }
    }

    /// The position of a place. One that is not finite gets an arbitrary one.
    pub(super) fn position(&self, place: Coord<f64>) -> u32 {
        // A float beyond a u16 is cut to its range, NaN to 0.
        let column = ((place.x - self.origin.x) * self.steps_per_unit.x) as u16;
        let row = ((place.y - self.origin.y) * self.steps_per_unit.y) as u16;
        spread(column) | spread(row) << 1
    }
}

/// Puts a zero between any two bits.
fn spread(bits: u16) -> u32 {
    let mut bits = u32::from(bits);
    bits = (bits | bits << 8) & 0x00ff_00ff;
    bits = (bits | bits << 4) & 0x0f0f_0f0f;
    bits = (bits | bits << 2) & 0x3333_3333;
    (bits | bits << 1) & 0x5555_5555
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_curve_is_a_z() {
        let at = |x, y| Coord { x, y };
        let corners = [at(0.0, 0.0), at(1.0, 0.0), at(0.0, 1.0), at(1.0, 1.0)];
        let curve = Morton::over(corners.into_iter());
        assert_eq!(corners.map(|corner| curve.position(corner)), [0, 0x5555_5555, 0xaaaa_aaaa, 0xffff_ffff]);
    }

    #[test]
    fn nothing_and_what_is_not_finite_do_no_harm() {
        let places = [Coord { x: f64::NAN, y: 0.0 }, Coord { x: f64::INFINITY, y: 1e308 }];
        let curve = Morton::over(places.into_iter());
        for place in places {
            curve.position(place);
        }
    }
}
