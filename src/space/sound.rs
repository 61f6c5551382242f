//! Whether a polygon is surely valid, in little more than linear time: a first look before a thorough one.

use geo::{BoundingRect, Contains, Coord, Intersects, Line, LineString, MultiPolygon, Point, Polygon, Rect};
use robust::{Coord as Robust, orient2d};
use rstar::primitives::{GeomWithData, Rectangle};
use rstar::{AABB, RTree};

/// Whether no rings touch themselves or each other, holes lie in their polygon and apart, and polygons lie apart: then
/// the multipolygon is valid by OGC's Simple Features. `false` says nothing: rings may touch in a point and be valid.
///
/// # Cost
/// n log n in the corners, plus for each hole and each part a look at those whose boxes overlap.
pub fn is_surely_valid(polygon: &MultiPolygon<f64>) -> bool {
    let rings = || polygon.iter().flat_map(|part| std::iter::once(part.exterior()).chain(part.interiors()));
    rings().all(|ring| 4 <= ring.0.len() && ring.is_closed() && ring.0.iter().all(is_finite))
        && sides_are_apart(rings())
        && polygon.iter().all(holes_are_in_place)
        && are_apart(polygon.iter().map(Polygon::exterior))
}

fn is_finite(corner: &Coord<f64>) -> bool {
    corner.x.is_finite() && corner.y.is_finite()
}

/// A side with its ring and its place in it.
struct Side {
    line: Line<f64>,
    ring: usize,
    place: usize,
}

/// Whether sides meet only their neighbours, and these only in the common corner.
fn sides_are_apart<'a>(rings: impl Iterator<Item = &'a LineString<f64>>) -> bool {
    let mut sides = Vec::new();
    let mut n_sides = Vec::new();
    for (ring, corners) in rings.enumerate() {
        // A corner given twice in a row is one corner.
        let lines = corners.lines().filter(|line| line.start != line.end);
        sides.extend(lines.enumerate().map(|(place, line)| Side { line, ring, place }));
        n_sides.push(sides.len() - n_sides.iter().sum::<usize>());
    }
    if n_sides.iter().any(|&n| n < 3) {
        return false;
    }
    let boxed = |(index, side): (usize, &Side)| {
        let Line { start, end } = side.line;
        GeomWithData::new(Rectangle::from_corners([start.x, start.y], [end.x, end.y]), index)
    };
    let tree = RTree::bulk_load(sides.iter().enumerate().map(boxed).collect());
    sides.iter().enumerate().all(|(index, side)| {
        let Line { start, end } = side.line;
        let near = AABB::from_corners([start.x, start.y], [end.x, end.y]);
        // Each pair is looked at once.
        let mut others = tree.locate_in_envelope_intersecting(near).filter(|other| index < other.data);
        others.all(|other| {
            let other = &sides[other.data];
            let n = n_sides[side.ring];
            if side.ring == other.ring && (side.place + 1) % n == other.place {
                !folds_back(side.line.start, side.line.end, other.line.end)
            } else if side.ring == other.ring && (other.place + 1) % n == side.place {
                !folds_back(other.line.start, other.line.end, side.line.end)
            } else {
                !side.line.intersects(&other.line)
            }
        })
    })
}

/// Whether the way from `a` over `b` to `c` comes back on itself.
fn folds_back(a: Coord<f64>, b: Coord<f64>, c: Coord<f64>) -> bool {
    let [p, q, r] = [a, b, c].map(|corner| Robust { x: corner.x, y: corner.y });
    orient2d(p, q, r) == 0.0 && 0.0 < (a.x - b.x) * (c.x - b.x) + (a.y - b.y) * (c.y - b.y)
}

/// Whether the holes lie in the polygon and apart, given that no rings touch: then one corner of each tells.
fn holes_are_in_place(part: &Polygon<f64>) -> bool {
    let outer = Polygon::new(part.exterior().clone(), Vec::new());
    part.interiors().iter().all(|hole| outer.contains(&Point(hole.0[0]))) && are_apart(part.interiors().iter())
}

/// Whether no ring lies inside another, given that they do not touch.
fn are_apart<'a>(rings: impl Iterator<Item = &'a LineString<f64>>) -> bool {
    let rings: Vec<(&LineString<f64>, Rect<f64>)> =
        rings.filter_map(|ring| Some((ring, ring.bounding_rect()?))).collect();
    let boxed = |(index, (_, bounds)): (usize, &(&LineString<f64>, Rect<f64>))| {
        let corners = [bounds.min(), bounds.max()].map(|corner| [corner.x, corner.y]);
        GeomWithData::new(Rectangle::from_corners(corners[0], corners[1]), index)
    };
    let tree = RTree::bulk_load(rings.iter().enumerate().map(boxed).collect());
    rings.iter().enumerate().all(|(index, (ring, _))| {
        let corner = ring.0[0];
        let mut around = tree.locate_in_envelope_intersecting(AABB::from_point([corner.x, corner.y]));
        around.all(|other| {
            other.data == index || !Polygon::new(rings[other.data].0.clone(), Vec::new()).contains(&Point(corner))
        })
    })
}

#[cfg(test)]
mod tests {
    use geo::{Validation, coord};
    use proptest::prelude::*;

    use super::*;

    fn ring(corners: &[(f64, f64)]) -> LineString<f64> {
        let mut ring = LineString::from(corners.to_vec());
        ring.close();
        ring
    }

    fn square(x: f64, y: f64, side: f64) -> LineString<f64> {
        ring(&[(x, y), (x + side, y), (x + side, y + side), (x, y + side)])
    }

    fn one(exterior: LineString<f64>, holes: Vec<LineString<f64>>) -> MultiPolygon<f64> {
        Polygon::new(exterior, holes).into()
    }

    #[test]
    fn plain_shapes_are_surely_valid() {
        assert!(is_surely_valid(&one(square(0.0, 0.0, 9.0), vec![square(1.0, 1.0, 2.0), square(5.0, 5.0, 2.0)])));
        let parts = MultiPolygon(vec![
            Polygon::new(square(0.0, 0.0, 9.0), vec![square(1.0, 1.0, 5.0)]),
            Polygon::new(square(20.0, 0.0, 1.0), vec![]),
        ]);
        assert!(is_surely_valid(&parts));
        // A corner twice in a row, and one on a straight side.
        assert!(is_surely_valid(&one(ring(&[(0.0, 0.0), (1.0, 0.0), (1.0, 0.0), (2.0, 0.0), (2.0, 2.0)]), vec![])));
    }

    #[test]
    fn what_is_wrong_is_never_surely_valid() {
        let bow_tie = ring(&[(0.0, 0.0), (2.0, 2.0), (2.0, 0.0), (0.0, 2.0)]);
        let spike = ring(&[(0.0, 0.0), (4.0, 0.0), (2.0, 0.0), (2.0, 2.0)]);
        let flat = ring(&[(0.0, 0.0), (4.0, 0.0), (2.0, 0.0)]);
        for exterior in [bow_tie, spike, flat, ring(&[(0.0, 0.0), (0.0, 0.0), (0.0, 0.0)])] {
            assert!(!is_surely_valid(&one(exterior, vec![])));
        }
        let big = || square(0.0, 0.0, 9.0);
        for holes in [
            vec![square(20.0, 20.0, 1.0)],
            vec![square(8.0, 8.0, 2.0)],
            vec![square(1.0, 1.0, 5.0), square(2.0, 2.0, 1.0)],
        ] {
            assert!(!is_surely_valid(&one(big(), holes)));
        }
        let nested = MultiPolygon(vec![Polygon::new(big(), vec![]), Polygon::new(square(1.0, 1.0, 1.0), vec![])]);
        assert!(!is_surely_valid(&nested));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2000))]
        #[test]
        fn what_is_surely_valid_is_valid(
            corners in prop::collection::vec((0..6_i32, 0..6_i32), 3..8),
            hole in prop::collection::vec((0..6_i32, 0..6_i32), 0..5),
            second in prop::collection::vec((0..6_i32, 0..6_i32), 0..5),
        ) {
            let ring = |corners: &[(i32, i32)]| {
                let mut ring: LineString<f64> =
                    corners.iter().map(|&(x, y)| coord! { x: f64::from(x), y: f64::from(y) }).collect();
                ring.close();
                ring
            };
            let holes = if hole.len() < 3 { vec![] } else { vec![ring(&hole)] };
            let mut parts = vec![Polygon::new(ring(&corners), holes)];
            if 3 <= second.len() {
                parts.push(Polygon::new(ring(&second), vec![]));
            }
            let polygon = MultiPolygon(parts);
            prop_assert!(!is_surely_valid(&polygon) || polygon.is_valid(), "{polygon:?}");
        }

        #[test]
        fn a_star_is_surely_valid_whatever_its_size(radii in prop::collection::vec(0.5..1.0_f64, 3..400)) {
            let corner = |(n, radius): (usize, &f64)| {
                let (sin, cos) = (std::f64::consts::TAU * n as f64 / radii.len() as f64).sin_cos();
                (radius * cos, radius * sin)
            };
            let corners: Vec<(f64, f64)> = radii.iter().enumerate().map(corner).collect();
            prop_assert!(is_surely_valid(&one(ring(&corners), vec![])));
        }
    }
}
