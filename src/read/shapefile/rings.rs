//! Rings to polygons: which are shells, and in which shell each hole lies.
//!
//! By what lies in what, not by the sense in which a ring runs: that of a ring which touches itself may be the wrong
//! one, and some programs write all rings in the wrong sense.

use geo::coordinate_position::{CoordPos, coord_pos_relative_to_ring};
use geo::{Area, BoundingRect, Coord, Geometry, LineString, MultiPolygon, Polygon, Rect};
use rstar::primitives::{GeomWithData, Rectangle};
use rstar::{AABB, RTree};

use crate::read::shapes::Odd;

/// A ring may lie in the boxes of this many others; no map is deeper, and time grows with the square.
const DEEPEST: usize = 1000;

/// The polygons that closed rings bound; `None` where there is no ring.
///
/// A ring that lies in an even number of others is a shell, else a hole of the smallest shell around it.
///
/// # Errors
/// What makes the rings unusable.
pub(super) fn assemble(mut rings: Vec<LineString<f64>>) -> Result<Option<Geometry<f64>>, Odd> {
    if rings.len() < 2 {
        return Ok(rings.pop().map(|ring| Polygon::new(ring, Vec::new()).into()));
    }
    let around = nesting(&rings)?;
    let is_shell = |ring: usize| around[ring].len().is_multiple_of(2);
    let mut holes: Vec<Vec<usize>> = vec![Vec::new(); rings.len()];
    let mut shells = Vec::new();
    for (ring, around) in around.iter().enumerate() {
        match around.iter().find(|&&other| is_shell(other)) {
            Some(&shell) if !is_shell(ring) => holes[shell].push(ring),
            _ => shells.push(ring),
        }
    }
    let mut take = |ring: usize| std::mem::replace(&mut rings[ring], LineString(Vec::new()));
    let mut polygons: Vec<Polygon<f64>> = Vec::with_capacity(shells.len());
    for shell in shells {
        let inner = holes[shell].iter().map(|&hole| take(hole)).collect();
        polygons.push(Polygon::new(take(shell), inner));
    }
    Ok(match polygons.len() {
        1 => polygons.pop().map(Geometry::from),
        _ => Some(MultiPolygon(polygons).into()),
    })
}

/// For each ring the rings around it, the smallest first.
fn nesting(rings: &[LineString<f64>]) -> Result<Vec<Vec<usize>>, Odd> {
    let nowhere = Rect::new(Coord::zero(), Coord::zero());
    let boxes: Vec<Rect<f64>> = rings.iter().map(|ring| ring.bounding_rect().unwrap_or(nowhere)).collect();
    let boxed = |(ring, rect): (usize, &Rect<f64>)| {
        let [low, high] = [rect.min(), rect.max()].map(|corner| [corner.x, corner.y]);
        GeomWithData::new(Rectangle::from_corners(low, high), ring)
    };
    let tree = RTree::bulk_load(boxes.iter().enumerate().map(boxed).collect());
    let area = |ring: &LineString<f64>| Polygon::new(ring.clone(), Vec::new()).unsigned_area();
    let areas: Vec<f64> = rings.iter().map(area).collect();
    let around = |ring: usize| {
        let (low, high) = (boxes[ring].min(), boxes[ring].max());
        let corner = AABB::from_point([low.x, low.y]);
        let near = tree.locate_in_envelope_intersecting(corner).take(DEEPEST + 1);
        let near: Vec<usize> = near.map(|boxed| boxed.data).collect();
        if DEEPEST < near.len() {
            return Err(Odd::Nested);
        }
        let holds = |&other: &usize| {
            let rect = boxes[other];
            let in_box =
                low.x >= rect.min().x && low.y >= rect.min().y && high.x <= rect.max().x && high.y <= rect.max().y;
            other != ring && in_box && lies_in(&rings[ring], &rings[other])
        };
        let mut those: Vec<usize> = near.into_iter().filter(holds).collect();
        those.sort_by(|&a, &b| areas[a].total_cmp(&areas[b]).then(a.cmp(&b)));
        Ok(those)
    };
    (0..rings.len()).map(around).collect()
}

/// Whether a ring lies within another. Corners on the other ring say nothing, nor do two equal rings.
fn lies_in(ring: &LineString<f64>, other: &LineString<f64>) -> bool {
    let middles = ring.lines().map(|line| (line.start + line.end) / 2.0);
    for place in ring.0.iter().copied().chain(middles) {
        match coord_pos_relative_to_ring(place, other) {
            CoordPos::Inside => return true,
            CoordPos::Outside => return false,
            CoordPos::OnBoundary => {}
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A square ring, clockwise as shells are in shapefiles.
    fn square(x: f64, y: f64, size: f64) -> LineString<f64> {
        vec![(x, y), (x, y + size), (x + size, y + size), (x + size, y), (x, y)].into()
    }

    fn turned(mut ring: LineString<f64>) -> LineString<f64> {
        ring.0.reverse();
        ring
    }

    fn polygons(rings: Vec<LineString<f64>>) -> Vec<Polygon<f64>> {
        match assemble(rings) {
            Ok(Some(Geometry::Polygon(polygon))) => vec![polygon],
            Ok(Some(Geometry::MultiPolygon(all))) => all.0,
            other => panic!("{other:?}"),
        }
    }

    // ┌───────────┐   ┌───┐
    // │ ┌───────┐ │   │   │    a lake with an island, and a field beside
    // │ │  ┌─┐  │ │   └───┘
    // │ │  └─┘  │ │
    // │ └───────┘ │
    // └───────────┘
    #[test]
    fn an_island_in_a_lake_is_a_shell_whatever_the_order_and_the_sense() {
        let (land, lake) = (square(0.0, 0.0, 10.0), turned(square(1.0, 1.0, 8.0)));
        let (island, field) = (square(4.0, 4.0, 2.0), square(20.0, 0.0, 3.0));
        let all = [land.clone(), lake.clone(), island.clone(), field.clone()];
        let expected = [Polygon::new(land, vec![lake]), Polygon::new(island, vec![]), Polygon::new(field, vec![])];
        assert_eq!(polygons(all.to_vec()), expected);
        let sizes = |polygons: &[Polygon<f64>]| {
            let mut sizes: Vec<(usize, f64)> =
                polygons.iter().map(|polygon| (polygon.interiors().len(), polygon.unsigned_area())).collect();
            sizes.sort_by(|a, b| a.1.total_cmp(&b.1));
            sizes
        };
        for order in [[3, 2, 1, 0], [1, 0, 3, 2], [2, 3, 0, 1]] {
            for turn in [false, true] {
                let rings = order.map(|n| if turn { turned(all[n].clone()) } else { all[n].clone() });
                assert_eq!(sizes(&polygons(rings.to_vec())), [(0, 4.0), (0, 9.0), (1, 36.0)]);
            }
        }
    }

    #[test]
    fn a_hole_that_touches_its_shell_in_corners_only_is_a_hole() {
        let land = square(0.0, 0.0, 4.0);
        let lake: LineString<f64> = vec![(0.0, 0.0), (4.0, 0.0), (2.0, 2.0), (0.0, 0.0)].into();
        assert_eq!(polygons(vec![land.clone(), lake.clone()]), [Polygon::new(land, vec![lake])]);
    }

    #[test]
    fn a_ring_alone_is_a_shell_even_where_it_runs_the_wrong_way_or_crosses_itself() {
        let ring = turned(square(0.0, 0.0, 4.0));
        assert_eq!(polygons(vec![ring.clone()]), [Polygon::new(ring, vec![])]);
        let eight: LineString<f64> = vec![(0.0, 0.0), (2.0, 2.0), (2.0, 0.0), (0.0, 2.0), (0.0, 0.0)].into();
        assert_eq!(polygons(vec![eight, square(9.0, 9.0, 1.0)]).len(), 2);
    }

    #[test]
    fn two_equal_rings_are_two_shells_and_rings_nested_without_end_are_refused() {
        assert_eq!(polygons(vec![square(0.0, 0.0, 1.0), square(0.0, 0.0, 1.0)]).len(), 2);
        let nested = (0..2000).map(|n| square(f64::from(n), f64::from(n), f64::from(5000 - 2 * n))).collect();
        assert_eq!(assemble(nested), Err(Odd::Nested));
    }
}
