//! Ways to rings, and rings to polygons.
//!
//! A boundary is a heap of ways, in any order and direction. They are joined where they end in the same node; what lies
//! inside what is told by geometry alone, since roles are often wrong.

use std::collections::HashMap;

use geo::coordinate_position::{CoordPos, coord_pos_relative_to_ring};
use geo::{Area, BoundingRect, Coord, InteriorPoint, LineString, MultiPolygon, Polygon, Rect};

/// More rings than any thing on earth has: beyond, finding which lies in which would take too long.
const MOST_RINGS: usize = 20_000;

/// Joins ways, each a list of nodes, to closed rings; the other number is how many ways are in no ring.
///
/// At a node where several ways meet, the walk goes on along the first that is not used; where it comes back to a node
/// of its own path, the loop is cut off as a ring. So rings that touch in a node are parted.
pub(super) fn join(ways: &[&[i64]]) -> (Vec<Vec<i64>>, usize) {
    let mut rings: Vec<Vec<i64>> = Vec::new();
    let mut ends: HashMap<i64, Vec<usize>> = HashMap::new();
    let mut used = vec![false; ways.len()];
    for (index, way) in ways.iter().enumerate() {
        match way {
            [first, .., last] if first == last => {
                used[index] = true;
                rings.push(way.to_vec());
            }
            [first, .., last] => {
                ends.entry(*first).or_default().push(index);
                ends.entry(*last).or_default().push(index);
            }
            _ => used[index] = true,
        }
    }
    let mut n_open = 0;
    for start in 0..ways.len() {
        if used[start] {
            continue;
        }
        let mut path = Path::default();
        let mut at = ways[start][0];
        path.here.insert(at, 0);
        loop {
            let list = ends.get_mut(&at).map(|list| {
                while list.last().is_some_and(|&way| used[way]) {
                    list.pop();
                }
                list.pop()
            });
            let Some(way) = list.flatten() else {
                // A dead end: the last way is in no ring, and the walk goes on from where it began.
                let Some(before) = path.back(at) else { break };
                n_open += 1;
                at = before;
                continue;
            };
            used[way] = true;
            at = path.walk(ways[way], at);
            rings.extend(path.close(at));
        }
    }
    (rings, n_open)
}

/// Ways walked one after the other.
#[derive(Default)]
struct Path {
    nodes: Vec<i64>,
    /// Where among the nodes each way of the path begins, and with which node.
    steps: Vec<(usize, i64)>,
    /// For nodes where ways meet: how many ways were walked to there.
    here: HashMap<i64, usize>,
}

impl Path {
    /// Goes along a way from the node `at`; gives the node at its other end.
    fn walk(&mut self, way: &[i64], at: i64) -> i64 {
        self.steps.push((self.nodes.len(), at));
        let there = if way[0] == at { way[way.len() - 1] } else { way[0] };
        if way[0] == at {
            self.nodes.extend(&way[..way.len() - 1]);
        } else {
            self.nodes.extend(way[1..].iter().rev());
        }
        there
    }

    /// If the path has been at the node before: the loop from there, which is cut off.
    fn close(&mut self, at: i64) -> Option<Vec<i64>> {
        let Some(&step) = self.here.get(&at) else {
            self.here.insert(at, self.steps.len());
            return None;
        };
        let mut ring = self.nodes.split_off(self.steps[step].0);
        for (_, node) in self.steps.drain(step..).skip(1) {
            self.here.remove(&node);
        }
        ring.push(at);
        Some(ring)
    }

    /// Takes the last way, which ends `at` a node, back; gives the node where it began.
    fn back(&mut self, at: i64) -> Option<i64> {
        let (start, before) = self.steps.pop()?;
        self.nodes.truncate(start);
        self.here.remove(&at);
        Some(before)
    }
}

/// Polygons of rings: a ring in an even number of others is a shell, in an odd number a hole in the smallest of them.
/// Rings without an area are left out. `None` where there are too many rings.
pub(super) fn polygons(rings: Vec<Vec<Coord<f64>>>) -> Option<MultiPolygon<f64>> {
    if MOST_RINGS < rings.len() {
        return None;
    }
    let mut rings: Vec<Ring> = rings.into_iter().filter_map(Ring::new).collect();
    rings.sort_by(|one, other| other.area.total_cmp(&one.area));
    let mut shells: Vec<(usize, Vec<usize>)> = Vec::new();
    let mut shell_of: Vec<Option<usize>> = Vec::new();
    for (index, ring) in rings.iter().enumerate() {
        let holders: Vec<usize> = (0..index).filter(|&other| rings[other].holds(ring)).collect();
        // The smallest comes last.
        let shell = holders.last().filter(|_| holders.len() % 2 == 1).and_then(|&holder| shell_of[holder]);
        match shell {
            Some(shell) => shells[shell].1.push(index),
            None => shells.push((index, Vec::new())),
        }
        shell_of.push(shell.is_none().then_some(shells.len() - 1));
    }
    let mut take = |index: usize| std::mem::replace(&mut rings[index].line, LineString(Vec::new()));
    let polygon =
        |(shell, holes): (usize, Vec<usize>)| Polygon::new(take(shell), holes.into_iter().map(&mut take).collect());
    Some(MultiPolygon(shells.into_iter().map(polygon).collect()))
}

struct Ring {
    line: LineString<f64>,
    area: f64,
    inside: Coord<f64>,
    bounds: Rect<f64>,
}

impl Ring {
    fn new(nodes: Vec<Coord<f64>>) -> Option<Self> {
        let polygon = Polygon::new(LineString(nodes), Vec::new());
        let (area, bounds) = (polygon.unsigned_area(), polygon.bounding_rect()?);
        let inside = polygon.interior_point().filter(|_| 0.0 < area)?.0;
        Some(Self { line: polygon.into_inner().0, area, inside, bounds })
    }

    fn holds(&self, other: &Self) -> bool {
        let Coord { x, y } = other.inside;
        let (min, max) = (self.bounds.min(), self.bounds.max());
        let is_near = min.x <= x && x <= max.x && min.y <= y && y <= max.y;
        is_near && coord_pos_relative_to_ring(other.inside, &self.line) == CoordPos::Inside
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn sorted(ways: &[&[i64]]) -> (Vec<Vec<i64>>, usize) {
        let (rings, n_open) = join(ways);
        let start = |ring: &Vec<i64>| {
            let mut ring = ring[1..].to_vec();
            let least = (0..ring.len()).min_by_key(|&index| ring[index]).unwrap_or(0);
            ring.rotate_left(least);
            if 2 < ring.len() && ring[ring.len() - 1] < ring[1] {
                ring[1..].reverse();
            }
            ring
        };
        let mut rings: Vec<Vec<i64>> = rings.iter().map(start).collect();
        rings.sort();
        (rings, n_open)
    }

    // 1 - 2
    // |   |
    // 4 - 3
    #[test]
    fn ways_join_in_any_order_and_direction() {
        assert_eq!(sorted(&[&[1, 2], &[4, 3], &[3, 2], &[1, 4]]), (vec![vec![1, 2, 3, 4]], 0));
        assert_eq!(sorted(&[&[1, 2, 3, 4, 1]]), (vec![vec![1, 2, 3, 4]], 0));
    }

    #[test]
    fn a_ring_with_a_missing_way_is_open() {
        assert_eq!(sorted(&[&[1, 2], &[3, 2], &[1, 4]]), (vec![], 3));
        assert_eq!(sorted(&[&[1]]), (vec![], 0));
    }

    // 2 - 1 - 4
    //  \ / \ /
    //   3   5
    #[test]
    fn rings_that_touch_in_a_node_are_parted() {
        let ways: [&[i64]; 4] = [&[1, 2, 3], &[1, 4, 5], &[3, 1], &[5, 1]];
        assert_eq!(sorted(&ways), (vec![vec![1, 2, 3], vec![1, 4, 5]], 0));
    }

    // A triangle with a tail from 3 to 9, which is walked first.
    #[test]
    fn a_dead_end_does_not_keep_the_ring_from_closing() {
        assert_eq!(sorted(&[&[9, 8, 3], &[3, 1], &[1, 2], &[2, 3]]), (vec![vec![1, 2, 3]], 1));
        assert_eq!(sorted(&[&[3, 1], &[1, 2], &[2, 3], &[3, 8, 9]]), (vec![vec![1, 2, 3]], 1));
    }

    fn square(x: f64, y: f64, side: f64) -> Vec<Coord<f64>> {
        [(0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0), (0.0, 0.0)]
            .map(|(right, up)| Coord { x: x + right * side, y: y + up * side })
            .to_vec()
    }

    // An island in a lake in a land, and another land; given the small ones first.
    #[test]
    fn what_lies_in_what_is_told_by_geometry() {
        let rings = vec![square(4.0, 4.0, 1.0), square(2.0, 2.0, 5.0), square(20.0, 0.0, 2.0), square(0.0, 0.0, 10.0)];
        let polygons = polygons(rings).unwrap();
        let holes: Vec<usize> = polygons.0.iter().map(|polygon| polygon.interiors().len()).collect();
        assert_eq!(holes, [1, 0, 0]);
        assert_eq!(polygons.unsigned_area(), 100.0 - 25.0 + 4.0 + 1.0);
    }

    proptest! {
        /// Rings cut into pieces anywhere, turned and shuffled, are the same rings again.
        #[test]
        fn rings_cut_to_pieces_are_joined_again(
            sizes in prop::collection::vec(3..9_i64, 1..6), cuts in prop::collection::vec(any::<bool>(), 60),
            turns in prop::collection::vec(any::<bool>(), 60), seed in 0..1000_usize,
        ) {
            let mut pieces: Vec<Vec<i64>> = Vec::new();
            let mut whole: Vec<Vec<i64>> = Vec::new();
            let mut base = 1;
            for size in sizes {
                let ring: Vec<i64> = (base..base + size).chain([base]).collect();
                whole.push((base..base + size).collect());
                let mut piece = vec![ring[0]];
                for &node in &ring[1..] {
                    piece.push(node);
                    if node == base || cuts[node as usize % cuts.len()] {
                        pieces.push(std::mem::replace(&mut piece, vec![node]));
                    }
                }
                base += size;
            }
            for (index, piece) in pieces.iter_mut().enumerate() {
                if turns[index % turns.len()] { piece.reverse(); }
            }
            let n = pieces.len();
            pieces.rotate_left(seed % n);
            for index in 0..n { pieces.swap(index, (index * seed) % n); }
            let ways: Vec<&[i64]> = pieces.iter().map(Vec::as_slice).collect();
            let (rings, n_open) = sorted(&ways);
            prop_assert_eq!(n_open, 0);
            prop_assert_eq!(rings, whole);
        }
    }
}
