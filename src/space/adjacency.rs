//! Which areas share a boundary.
//!
//! Boundaries that were drawn twice do not fit to the last digit: two areas share what of their boundaries lies within a
//! tolerance of the other. A corner in common is no shared boundary.

use geo::{Coord, LinesIter, MultiPolygon};
use rstar::primitives::{GeomWithData, Rectangle};
use rstar::{AABB, RTree};

use super::plane::LocalPlane;

/// Two boundaries are one where they are no farther apart than this, in metres: gaps and overlaps of a metre are slivers.
pub const TOLERANCE: f64 = 1.0;
/// Areas are neighbours if they share this much of their boundaries or more, in metres. Around a common corner boundaries are
/// within the tolerance for twice that, more where they meet at a sharp angle.
pub const SHORTEST: f64 = 5.0 * TOLERANCE;

/// The areas that share a boundary with each, ascending; one without a boundary has none.
///
/// # Shapes and units
/// Longitude and latitude in degrees. One entry an area, each by its position.
///
/// # Cost
/// O(sides · log sides) and the sides near each other; 60 bytes a side.
pub fn neighbours(areas: &[Option<&MultiPolygon<f64>>]) -> Vec<Vec<u32>> {
    let all = || (0_u32..).zip(areas).filter_map(|(area, polygon)| Some((area, (*polygon)?)));
    let mut bounds = all().flat_map(|(_, polygon)| polygon.lines_iter()).map(|line| line.start);
    let is_sound = |place: &Coord<f64>| place.x.is_finite() && place.y.is_finite();
    let Some(first) = bounds.find(is_sound) else { return vec![Vec::new(); areas.len()] };
    let plane = LocalPlane::around(first);
    let mut sides: Vec<GeomWithData<Rectangle<[f64; 2]>, Side>> = Vec::new();
    for (area, polygon) in all() {
        for line in polygon.lines_iter() {
            let (from, to) = (plane.project(line.start), plane.project(line.end));
            if from != to && from.iter().chain(&to).all(|metres| metres.is_finite()) {
                sides.push(GeomWithData::new(Rectangle::from_corners(from, to), Side { area, from, to }));
            }
        }
    }
    let tree = RTree::bulk_load(sides);
    // How much of the boundary of the first runs along that of the second.
    let mut shared: std::collections::BTreeMap<(u32, u32), f64> = std::collections::BTreeMap::new();
    let mut along: Vec<(u32, f64, f64)> = Vec::new();
    for side in &tree {
        let side = side.data;
        let low = |axis: usize| side.from[axis].min(side.to[axis]) - TOLERANCE;
        let high = |axis: usize| side.from[axis].max(side.to[axis]) + TOLERANCE;
        let envelope = AABB::from_corners([low(0), low(1)], [high(0), high(1)]);
        along.clear();
        for other in tree.locate_in_envelope_intersecting(envelope) {
            if other.data.area != side.area {
                along.extend(side.near(&other.data).map(|(start, end)| (other.data.area, start, end)));
            }
        }
        along.sort_unstable_by(|a, b| a.0.cmp(&b.0).then(a.1.total_cmp(&b.1)));
        let mut reached = (u32::MAX, 0.0_f64);
        for &(other, start, end) in &along {
            if reached.0 != other {
                reached = (other, 0.0);
            }
            let more = end - start.max(reached.1);
            if 0.0 < more {
                *shared.entry((side.area, other)).or_default() += more * side.length();
                reached.1 = end;
            }
        }
    }
    let mut neighbours = vec![Vec::new(); areas.len()];
    for (&(area, other), &length) in &shared {
        // Each runs along the other: what either says is enough for both.
        if SHORTEST <= length {
            neighbours[area as usize].push(other);
            neighbours[other as usize].push(area);
        }
    }
    for near in &mut neighbours {
        near.sort_unstable();
        near.dedup();
    }
    neighbours
}

/// A side of a polygon, in metres.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Side {
    area: u32,
    from: [f64; 2],
    to: [f64; 2],
}

impl Side {
    fn length(&self) -> f64 {
        (self.to[0] - self.from[0]).hypot(self.to[1] - self.from[1])
    }

    /// The part of this side within the tolerance of another, as shares of the way along it. What lies within a distance of
    /// a side is convex, so the part is one.
    fn near(&self, other: &Self) -> Option<(f64, f64)> {
        let way = [self.to[0] - self.from[0], self.to[1] - self.from[1]];
        let length = other.length();
        let unit = [(other.to[0] - other.from[0]) / length, (other.to[1] - other.from[1]) / length];
        let start = [self.from[0] - other.from[0], self.from[1] - other.from[1]];
        let dot = |a: [f64; 2], b: [f64; 2]| a[0] * b[0] + a[1] * b[1];
        let cross = |a: [f64; 2], b: [f64; 2]| a[0] * b[1] - a[1] * b[0];
        // In the rectangle along the other side.
        let beside = band(cross(unit, start), cross(unit, way), -TOLERANCE, TOLERANCE);
        let between = band(dot(unit, start), dot(unit, way), 0.0, length);
        let in_rectangle = beside.zip(between).map(|(a, b)| (a.0.max(b.0), a.1.min(b.1))).filter(|(a, b)| a <= b);
        // In the circle around each of its ends.
        let in_circle = |end: [f64; 2]| {
            let to_start = [self.from[0] - end[0], self.from[1] - end[1]];
            let (a, b) = (dot(way, way), dot(way, to_start));
            let root = b * b - a * (dot(to_start, to_start) - TOLERANCE * TOLERANCE);
            (0.0 <= root).then(|| ((-b - root.sqrt()) / a, (-b + root.sqrt()) / a))
        };
        let parts = [in_rectangle, in_circle(other.from), in_circle(other.to)];
        let part = parts.into_iter().flatten().reduce(|a, b| (a.0.min(b.0), a.1.max(b.1)))?;
        let part = (part.0.max(0.0), part.1.min(1.0));
        (part.0 < part.1).then_some(part)
    }
}

/// Where `start + way · t` lies between two bounds; none where it never does.
fn band(start: f64, way: f64, low: f64, high: f64) -> Option<(f64, f64)> {
    if way == 0.0 {
        return (low <= start && start <= high).then_some((f64::NEG_INFINITY, f64::INFINITY));
    }
    let (a, b) = ((low - start) / way, (high - start) / way);
    Some((a.min(b), a.max(b)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use geo::{Rect, polygon};

    /// Metres near a place, as degrees.
    fn rect(west: f64, south: f64, east: f64, north: f64) -> MultiPolygon<f64> {
        let place = |x: f64, y: f64| Coord { x: 121.7 + x / 86_500.0, y: 39.1 + y / 111_030.0 };
        Rect::new(place(west, south), place(east, north)).to_polygon().into()
    }

    fn of(areas: &[MultiPolygon<f64>]) -> Vec<Vec<u32>> {
        neighbours(&areas.iter().map(Some).collect::<Vec<_>>())
    }

    // 0 1
    // 2 3    and 4 apart
    #[test]
    fn sides_make_neighbours_and_corners_do_not() {
        let areas = [
            rect(0.0, 100.0, 100.0, 200.0),
            rect(100.0, 100.0, 200.0, 200.0),
            rect(0.0, 0.0, 100.0, 100.0),
            rect(100.0, 0.0, 200.0, 100.0),
            rect(300.0, 0.0, 400.0, 100.0),
        ];
        assert_eq!(of(&areas), [vec![1, 2], vec![0, 3], vec![0, 3], vec![1, 2], vec![]]);
    }

    #[test]
    fn slivers_do_not_part_and_streets_do() {
        for (gap, expected) in [(-0.8, true), (0.0, true), (0.8, true), (1.5, false), (9.0, false)] {
            let found = of(&[rect(0.0, 0.0, 100.0, 100.0), rect(100.0 + gap, 0.0, 200.0, 100.0)]);
            assert_eq!(found[0] == [1], expected, "{gap}");
            assert_eq!(found[0].is_empty(), found[1].is_empty());
        }
    }

    // Corners of one need not be corners of the other, and little in common is not enough.
    #[test]
    fn a_part_of_a_side_is_enough_if_it_is_long_enough() {
        for (south, expected) in [(50.0, true), (94.0, true), (97.5, false), (100.0, false)] {
            let found = of(&[rect(0.0, 0.0, 100.0, 100.0), rect(100.0, south, 200.0, south + 100.0)]);
            assert_eq!(found[0] == [1], expected, "{south}");
        }
    }

    #[test]
    fn an_area_in_the_hole_of_another_is_its_neighbour() {
        let ring = polygon!(
            exterior: [(x: 0.0, y: 0.0), (x: 0.03, y: 0.0), (x: 0.03, y: 0.03), (x: 0.0, y: 0.03)],
            interiors: [[(x: 0.01, y: 0.01), (x: 0.02, y: 0.01), (x: 0.02, y: 0.02), (x: 0.01, y: 0.02)]],
        );
        let inner = Rect::new((0.01, 0.01), (0.02, 0.02)).to_polygon();
        assert_eq!(of(&[ring.into(), inner.into()]), [vec![1], vec![0]]);
        assert_eq!(neighbours(&[None, None]), [vec![], Vec::<u32>::new()]);
    }
}
