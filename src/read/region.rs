//! The region that is wished for, in the coordinate system of a file.

use geo::{BoundingRect, Coord, MultiPoint, Point, Rect};

use crate::space::Crs;

/// Degrees added on every side: shifted systems differ by less than half of it.
const MARGIN: f64 = 0.02;

/// Places along each side that are turned: sides of a box are curves in another system.
const STEPS: u32 = 16;

/// A box in a file's system that surely holds all of a box in degrees; `None` where it cannot be told.
pub(super) fn in_system(within: Rect<f64>, crs: &str) -> Option<Rect<f64>> {
    let crs = Crs::parse(crs)?;
    let (low, high) = (within.min(), within.max());
    let (low, high) =
        (Coord { x: low.x - MARGIN, y: low.y - MARGIN }, Coord { x: high.x + MARGIN, y: high.y + MARGIN });
    let between = |a: f64, b: f64, step: u32| a + (b - a) * f64::from(step) / f64::from(STEPS);
    let sides = (0..=STEPS).flat_map(|step| {
        let (x, y) = (between(low.x, high.x, step), between(low.y, high.y, step));
        [(x, low.y), (x, high.y), (low.x, y), (high.x, y)]
    });
    let turned = sides.map(|(x, y)| crs.from_degrees(Coord { x, y }).map(Point));
    let rect = MultiPoint(turned.collect::<Option<Vec<_>>>()?).bounding_rect()?;
    // Between the places that were turned a side may bulge out a little.
    let more = Coord { x: rect.width() * 0.02, y: rect.height() * 0.02 };
    Some(Rect::new(rect.min() - more, rect.max() + more))
}

/// Whether two boxes have a place in common.
pub(super) fn touch(a: Rect<f64>, b: Rect<f64>) -> bool {
    a.min().x <= b.max().x && b.min().x <= a.max().x && a.min().y <= b.max().y && b.min().y <= a.max().y
}

#[cfg(test)]
mod tests {
    use super::*;
    use geo::Contains;

    #[test]
    fn every_place_of_the_region_is_in_the_box_whatever_the_system() {
        let within = Rect::new((120.0, 38.0), (124.0, 42.0));
        for name in ["EPSG:4326", "EPSG:4549", "EPSG:32651", "EPSG:3857"] {
            let (crs, turned) = (Crs::parse(name).unwrap(), in_system(within, name).unwrap());
            for step in 0..=400 {
                let at = f64::from(step) / 100.0;
                for place in [(120.0 + at, 38.0), (120.0 + at, 42.0), (120.0, 38.0 + at), (124.0, 38.0 + at)] {
                    let place = crs.from_degrees(place.into()).unwrap();
                    assert!(turned.contains(&Point(place)), "{name}: {place:?} in {turned:?}");
                }
            }
        }
        assert_eq!(in_system(within, "no system"), None);
    }
}
