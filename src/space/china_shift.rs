//! GCJ-02 and BD-09: the systems of Chinese map services, which move every place by some hundred metres.
//!
//! Neither has a published definition. The formula here is the one that all open converters share; it agrees with what
//! the services return to about a metre. The way back is iterated until it stands still, so that there and back again
//! is the same place to 1e-9 degrees.
//!
//! One rule says what is outside China, in both directions and for both systems: what is not inside the rectangle of
//! [`is_shifted`] is left as it is. The shift stops abruptly at its edge, by up to a kilometre, and places nearer
//! to the edge than that do not come back. The edge runs through Tajikistan, the equator, Siberia and the sea east of
//! Japan: nowhere near China.

use std::f64::consts::PI;

use geo::{Coord, coord};

/// The semi-major axis of the ellipsoid of Krassowsky, in metres, on which the shift is turned into degrees.
const SEMI_MAJOR: f64 = 6_378_245.0;
/// The square of its eccentricity, as all converters write it.
const ECCENTRICITY_SQUARED: f64 = 0.006_693_421_622_965_943;

/// The step at which the way back stands still, in degrees; what is left is less than a hundredth of it.
const STILL: f64 = 1e-11;
/// Steps after which the way back ends in any case: each leaves less than a thirtieth of the one before.
const MOST_STEPS: usize = 30;

/// Whether a place is where the map services shift: 72.004 to 137.8347 E, 0.8293 to 55.8271 N.
pub fn is_shifted(place: Coord<f64>) -> bool {
    (72.004..=137.8347).contains(&place.x) && (0.8293..=55.8271).contains(&place.y)
}

/// GCJ-02 of a longitude and latitude on WGS 84.
pub fn wgs84_to_gcj02(place: Coord<f64>) -> Coord<f64> {
    if is_shifted(place) { place + shift(place) } else { place }
}

/// Longitude and latitude on WGS 84 of a place in GCJ-02.
pub fn gcj02_to_wgs84(place: Coord<f64>) -> Coord<f64> {
    if is_shifted(place) { undo(place, |guess| guess + shift(guess)) } else { place }
}

/// BD-09 of a longitude and latitude on WGS 84.
pub fn wgs84_to_bd09(place: Coord<f64>) -> Coord<f64> {
    if is_shifted(place) { gcj02_to_bd09(place + shift(place)) } else { place }
}

/// Longitude and latitude on WGS 84 of a place in BD-09.
pub fn bd09_to_wgs84(place: Coord<f64>) -> Coord<f64> {
    if is_shifted(place) { undo(undo(place, gcj02_to_bd09), |guess| guess + shift(guess)) } else { place }
}

/// What Baidu adds to GCJ-02.
fn gcj02_to_bd09(place: Coord<f64>) -> Coord<f64> {
    const TURN: f64 = PI * 3000.0 / 180.0;
    let radius = place.x.hypot(place.y) + 0.000_02 * (place.y * TURN).sin();
    let (sin, cos) = (place.y.atan2(place.x) + 0.000_003 * (place.x * TURN).cos()).sin_cos();
    coord! { x: radius * cos + 0.0065, y: radius * sin + 0.006 }
}

/// The place that `forward` takes to `target`.
fn undo(target: Coord<f64>, forward: impl Fn(Coord<f64>) -> Coord<f64>) -> Coord<f64> {
    let mut guess = target;
    for _ in 0..MOST_STEPS {
        let step = target - forward(guess);
        guess = guess + step;
        if step.x.abs() < STILL && step.y.abs() < STILL {
            break;
        }
    }
    guess
}

/// By how much a place on WGS 84 is moved, in degrees.
fn shift(place: Coord<f64>) -> Coord<f64> {
    let (x, y) = (place.x - 105.0, place.y - 35.0);
    let wave = |at: f64, metres: f64, per_degree: f64| metres * (at * PI * per_degree).sin();
    let root = x.abs().sqrt();
    let common = wave(x, 20.0, 6.0) + wave(x, 20.0, 2.0);
    let east = 300.0
        + x
        + 2.0 * y
        + 0.1 * x * x
        + 0.1 * x * y
        + 0.1 * root
        + (common
            + wave(x, 20.0, 1.0)
            + wave(x, 40.0, 1.0 / 3.0)
            + wave(x, 150.0, 1.0 / 12.0)
            + wave(x, 300.0, 1.0 / 30.0))
            * 2.0
            / 3.0;
    let north = -100.0
        + 2.0 * x
        + 3.0 * y
        + 0.2 * y * y
        + 0.1 * x * y
        + 0.2 * root
        + (common
            + wave(y, 20.0, 1.0)
            + wave(y, 40.0, 1.0 / 3.0)
            + wave(y, 160.0, 1.0 / 12.0)
            + wave(y, 320.0, 1.0 / 30.0))
            * 2.0
            / 3.0;

    // Metres to degrees by the radii of curvature of the ellipsoid at this latitude.
    let (sin, cos) = place.y.to_radians().sin_cos();
    let w = 1.0 - ECCENTRICITY_SQUARED * sin * sin;
    let prime_vertical = SEMI_MAJOR / w.sqrt();
    let meridian = prime_vertical * (1.0 - ECCENTRICITY_SQUARED) / w;
    coord! { x: (east / (prime_vertical * cos)).to_degrees(), y: (north / meridian).to_degrees() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn at(lon: f64, lat: f64) -> Coord<f64> {
        coord! { x: lon, y: lat }
    }

    fn assert_near(found: Coord<f64>, expected: Coord<f64>, degrees: f64) {
        let off = found - expected;
        assert!(off.x.abs() < degrees && off.y.abs() < degrees, "{found:?} is not {expected:?}");
    }

    // The tests of github.com/googollee/eviltransform: Shanghai, Shenzhen, Beijing.
    #[test]
    fn wgs84_to_gcj02_as_eviltransform_has_it() {
        for [lat, lon, gcj_lat, gcj_lon] in [
            [31.1774276, 121.5272106, 31.17530398364597, 121.531541859215],
            [22.543847, 113.912316, 22.540796131694766, 113.9171764808363],
            [39.911954, 116.377817, 39.91334545536069, 116.38404722455657],
        ] {
            assert_near(wgs84_to_gcj02(at(lon, lat)), at(gcj_lon, gcj_lat), 1e-9);
            assert_near(gcj02_to_wgs84(at(gcj_lon, gcj_lat)), at(lon, lat), 1e-9);
        }
    }

    // github.com/wandergis/coordtransform, test/app.js. Its ways back are one step only: off by up to 5e-6 degrees.
    #[test]
    fn one_place_of_beijing_as_coordtransform_has_it() {
        let place = at(116.404, 39.915);
        assert_near(wgs84_to_gcj02(place), at(116.41024449916938, 39.91640428150164), 1e-9);
        assert_near(gcj02_to_bd09(place), at(116.41036949371029, 39.92133699351021), 1e-9);
        assert_near(gcj02_to_wgs84(place), at(116.39775550083061, 39.91359571849836), 1e-5);
        assert_near(undo(place, gcj02_to_bd09), at(116.39762729119315, 39.90865673957631), 1e-5);
    }

    // Cities from the corners of the country: WGS 84, GCJ-02 and BD-09 as the map services gave them, in
    // test/fixtures/china-cities.json of github.com/hujiulong/gcoord. Seven decimals; the services add noise of a metre.
    #[test]
    fn cities_as_the_map_services_have_them() {
        for (_city, [wgs, gcj, bd]) in [
            ("驻马店", [(114.0164322, 33.0133556), (114.022306, 33.0115324), (114.0287781, 33.0176697)]),
            ("那曲", [(92.0499619, 31.4784436), (92.0512438, 31.4762063), (92.0576832, 31.4824421)]),
            ("沈阳", [(123.4253306, 41.8032629), (123.4314787, 41.8057023), (123.438095, 41.8114013)]),
            ("锡林郭勒", [(116.0414035, 43.9312805), (116.0482308, 43.9334573), (116.0546232, 43.9397782)]),
            ("钦州", [(108.6503952, 21.9828281), (108.6541485, 21.9799392), (108.6607283, 21.9856319)]),
            ("酒泉", [(98.4937175, 39.7319946), (98.4943595, 39.7328234), (98.5008441, 39.7388949)]),
            ("泉州", [(118.6711365, 24.8770487), (118.6756787, 24.8741363), (118.6821251, 24.8804872)]),
        ] {
            let [wgs, gcj, bd] = [wgs, gcj, bd].map(|(lon, lat)| at(lon, lat));
            assert_near(wgs84_to_gcj02(wgs), gcj, 1e-5);
            assert_near(gcj02_to_wgs84(gcj), wgs, 1e-5);
            assert_near(gcj02_to_bd09(gcj), bd, 1e-5);
            assert_near(wgs84_to_bd09(wgs), bd, 1e-5);
            assert_near(bd09_to_wgs84(bd), wgs, 1e-5);
        }
    }

    #[test]
    fn outside_china_nothing_moves() {
        for place in [at(13.4, 52.5), at(24.94, 60.17), at(-74.0, 40.7), at(139.7, 35.7), at(f64::NAN, 30.0)] {
            for turned in [wgs84_to_gcj02, gcj02_to_wgs84, wgs84_to_bd09, bd09_to_wgs84].map(|turn| turn(place)) {
                assert!(turned == place || place.x.is_nan());
            }
        }
    }

    proptest! {
        // From the Pamirs to the Ussuri, from the South China Sea to the Amur; at 105 E the formula has its one kink.
        #[test]
        fn there_and_back_is_the_same_place_all_over_china(
            lon in prop_oneof![73.0..136.0, 104.999_999..105.000_001], lat in 2.0..54.5_f64
        ) {
            let place = at(lon, lat);
            assert_near(gcj02_to_wgs84(wgs84_to_gcj02(place)), place, 1e-9);
            assert_near(bd09_to_wgs84(wgs84_to_bd09(place)), place, 1e-9);
            assert_near(wgs84_to_gcj02(gcj02_to_wgs84(place)), place, 1e-9);
            assert_near(wgs84_to_bd09(bd09_to_wgs84(place)), place, 1e-9);
        }

        #[test]
        fn a_place_moves_by_some_hundred_metres_inside_and_not_at_all_outside(lon in -180.0..180.0, lat in -90.0..90.0) {
            let place = at(lon, lat);
            for moved in [wgs84_to_gcj02(place), wgs84_to_bd09(place)].map(|turned| turned - place) {
                prop_assert!(moved.x.abs() < 0.05 && moved.y.abs() < 0.03, "{moved:?}");
                prop_assert_eq!(is_shifted(place), moved != at(0.0, 0.0));
            }
        }
    }
}
