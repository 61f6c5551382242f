//! Areas that the border of an extract cuts: what of them lies inside, from the pieces of boundary that are there.
//!
//! A boundary parts the box of the extract into two sides. Which side is the area's no tag says; but areas of one level
//! do not overlap, and that tells. Where a boundary comes near the border and its next node is missing, it is drawn on
//! to the nearest place of the border. So these boundaries are estimated.

use std::collections::HashMap;

use geo::{Area, BooleanOps, Coord, LineString, MultiLineString, MultiPolygon, Polygon, Rect};

use super::rings;

/// A piece of boundary: nodes that follow each other, with their ids.
pub(super) type Run = Vec<(i64, Coord<f64>)>;

/// More areas are not tried: each doubles the number of ways in which sides can be chosen.
const MOST_AREAS: usize = 12;

/// A gap at the end of a boundary, as a share of the box, that is drawn to the border.
const LARGEST_GAP: f64 = 0.15;

/// Overlap of all areas, as a share of the box, from which the boundaries contradict each other.
const LARGEST_OVERLAP: f64 = 0.02;

/// The parts of areas of one level that lie in the box, given the pieces of each area's boundary; `None` for an area
/// that has no boundary in the box or whose boundary ends inside it. All are `None` where the areas overlap however the
/// sides are chosen, or where they are too many.
pub(super) fn cut(bounds: Rect<f64>, areas: &[Vec<Run>]) -> Vec<Option<MultiPolygon<f64>>> {
    let whole = MultiPolygon(vec![bounds.to_polygon()]);
    let sides: Vec<Option<[MultiPolygon<f64>; 2]>> = areas
        .iter()
        .map(|runs| {
            let one = side(bounds, runs)?;
            let other = whole.difference(&one);
            Some([one, other])
        })
        .collect();
    let there: Vec<&[MultiPolygon<f64>; 2]> = sides.iter().flatten().collect();
    let none = vec![None; areas.len()];
    // One alone: nothing tells its sides.
    if there.len() < 2 || MOST_AREAS < there.len() {
        return none;
    }
    let size = whole.unsigned_area();
    let Some(chosen) = choose(&there, LARGEST_OVERLAP * size) else { return none };
    let mut chosen = chosen.into_iter();
    sides
        .into_iter()
        .map(|sides| sides.zip(chosen.next()).map(|([one, other], is_other)| if is_other { other } else { one }))
        .collect()
}

/// Which side of each is its own, so that they overlap least; of equal ones the smallest. `None` where they overlap by
/// more than `most`.
fn choose(sides: &[&[MultiPolygon<f64>; 2]], most: f64) -> Option<Vec<bool>> {
    let n = sides.len();
    let areas: Vec<[f64; 2]> = sides.iter().map(|sides| [0, 1].map(|side| sides[side].unsigned_area())).collect();
    let mut overlaps = vec![[[0.0; 2]; 2]; n * n];
    for one in 0..n {
        for other in 0..one {
            for (a, b) in [(0, 0), (0, 1), (1, 0), (1, 1)] {
                overlaps[one * n + other][a][b] = sides[one][a].intersection(&sides[other][b]).unsigned_area();
            }
        }
    }
    let side = |choice: usize, index: usize| choice >> index & 1;
    let cost = |choice: usize| {
        let pairs = (0..n).flat_map(|one| (0..one).map(move |other| (one, other)));
        let overlap: f64 =
            pairs.map(|(one, other)| overlaps[one * n + other][side(choice, one)][side(choice, other)]).sum();
        let area: f64 = (0..n).map(|index| areas[index][side(choice, index)]).sum();
        (overlap, area)
    };
    // An overlap within rounding is none: then the smallest areas are meant.
    let rank = |choice: &usize| {
        let (overlap, area) = cost(*choice);
        overlap + 1e-3 * area
    };
    let best = (0..1_usize << n).min_by(|one, other| rank(one).total_cmp(&rank(other)))?;
    (cost(best).0 <= most).then(|| (0..n).map(|index| side(best, index) == 1).collect())
}

/// One of the two sides into which a boundary parts the box.
fn side(bounds: Rect<f64>, runs: &[Run]) -> Option<MultiPolygon<f64>> {
    let (open, mut rings) = chains(runs);
    let mut lines = Vec::new();
    for mut chain in open {
        for is_end in [false, true] {
            let end = if is_end { *chain.last()? } else { *chain.first()? };
            if !holds(bounds, end) {
                continue;
            }
            let border = nearest(bounds, end);
            let (gap_x, gap_y) =
                ((border.x - end.x).abs() / bounds.width(), (border.y - end.y).abs() / bounds.height());
            if LARGEST_GAP < gap_x.max(gap_y) {
                return None;
            }
            if is_end { chain.push(border) } else { chain.insert(0, border) }
        }
        lines.push(LineString(chain));
    }
    // A ring that leaves the box is open in it.
    rings.retain_mut(|ring| match ring.iter().position(|&corner| !holds(bounds, corner)) {
        None => true,
        Some(outside) => {
            ring.pop();
            ring.rotate_left(outside);
            ring.push(ring[0]);
            lines.push(LineString(std::mem::take(ring)));
            false
        }
    });
    let clipped = bounds.to_polygon().clip(&MultiLineString(lines), false);
    let pieces = clipped.0.into_iter().map(|line| line.0).filter(|line| 2 <= line.len()).collect();
    rings.extend(between(bounds, &joined(bounds, pieces)));
    rings::polygons(rings).filter(|polygon| !polygon.0.is_empty())
}

/// Places along a line.
type Chain = Vec<Coord<f64>>;

/// Pieces joined where they share a node: open chains, and closed ones.
fn chains(runs: &[Run]) -> (Vec<Chain>, Vec<Chain>) {
    let mut at: HashMap<i64, Vec<usize>> = HashMap::new();
    let runs: Vec<&Run> = runs.iter().filter(|run| 2 <= run.len()).collect();
    for (index, run) in runs.iter().enumerate() {
        at.entry(run[0].0).or_default().push(index);
        at.entry(run[run.len() - 1].0).or_default().push(index);
    }
    let mut used = vec![false; runs.len()];
    let (mut open, mut closed) = (Vec::new(), Vec::new());
    let is_loose = |index: usize| {
        let run = runs[index];
        [run[0].0, run[run.len() - 1].0].into_iter().find(|node| at[node].len() == 1)
    };
    // From loose ends first; what is left then has none.
    let starts: Vec<(usize, i64)> = (0..runs.len())
        .filter_map(|index| Some((index, is_loose(index)?)))
        .chain((0..runs.len()).map(|index| (index, runs[index][0].0)))
        .collect();
    for (start, first) in starts {
        if used[start] {
            continue;
        }
        let (mut node, mut next) = (first, Some(start));
        let mut chain: Vec<Coord<f64>> = Vec::new();
        while let Some(index) = next {
            used[index] = true;
            let run = runs[index];
            let forward = run[0].0 == node;
            let skip = usize::from(!chain.is_empty());
            let corners = run.iter().map(|&(_, corner)| corner);
            if forward {
                chain.extend(corners.skip(skip))
            } else {
                chain.extend(corners.rev().skip(skip))
            }
            node = if forward { run[run.len() - 1].0 } else { run[0].0 };
            next = at[&node].iter().copied().find(|&index| !used[index]);
        }
        if node == first && 4 <= chain.len() { closed.push(chain) } else { open.push(chain) }
    }
    (open, closed)
}

/// Pieces joined where one ends inside the box: clipping may part a line at any of its corners.
fn joined(bounds: Rect<f64>, mut pieces: Vec<Chain>) -> Vec<Chain> {
    let (min, max) = (bounds.min(), bounds.max());
    let is_inside = |place: &Coord<f64>| min.x < place.x && place.x < max.x && min.y < place.y && place.y < max.y;
    let mut done = Vec::new();
    while let Some(mut piece) = pieces.pop() {
        for _ in 0..2 {
            while let Some(end) = piece.last().copied().filter(is_inside) {
                let meets = |other: &Chain| other.first() == Some(&end) || other.last() == Some(&end);
                let Some(next) = pieces.iter().position(meets) else { break };
                let mut next = pieces.swap_remove(next);
                if next.first() != Some(&end) {
                    next.reverse();
                }
                piece.extend(next.into_iter().skip(1));
            }
            piece.reverse();
        }
        done.push(piece);
    }
    done
}

/// Rings along pieces that end on the border, and along every other stretch of the border between them.
fn between(bounds: Rect<f64>, pieces: &[Vec<Coord<f64>>]) -> Vec<Vec<Coord<f64>>> {
    // Where on the border each piece begins and ends.
    let mut ends: Vec<(f64, usize, bool)> = Vec::new();
    for (index, piece) in pieces.iter().enumerate() {
        ends.push((along(bounds, piece[0]), index, false));
        ends.push((along(bounds, piece[piece.len() - 1]), index, true));
    }
    ends.sort_by(|one, other| one.0.total_cmp(&other.0));
    let mut place_of = vec![[0; 2]; pieces.len()];
    for (place, &(_, piece, is_end)) in ends.iter().enumerate() {
        place_of[piece][usize::from(is_end)] = place;
    }
    let (min, max) = (bounds.min(), bounds.max());
    let corners = [(max.x, min.y), (max.x, max.y), (min.x, max.y)].map(|(x, y)| Coord { x, y });
    let mut rings = Vec::new();
    let mut seen = vec![false; ends.len()];
    for start in (0..ends.len()).step_by(2) {
        if seen[start / 2] {
            continue;
        }
        let mut ring = Vec::new();
        let mut at = start;
        // Stretches and pieces in turn lead round: each end belongs to one of both.
        loop {
            seen[at / 2] = true;
            // Along the border to the other end of the stretch.
            let other = at ^ 1;
            let (low, high) = (ends[at.min(other)].0, ends[at.max(other)].0);
            let mut passed: Vec<Coord<f64>> = (1..4)
                .filter(|&corner| low < corner as f64 && (corner as f64) < high)
                .map(|n| corners[n - 1])
                .collect();
            if other < at {
                passed.reverse();
            }
            ring.extend(passed);
            // Along the piece that begins there.
            let (_, piece, is_end) = ends[other];
            let line = pieces[piece].iter().copied();
            if is_end {
                ring.extend(line.rev())
            } else {
                ring.extend(line)
            }
            at = place_of[piece][usize::from(!is_end)];
            if at == start {
                break;
            }
        }
        if let Some(&first) = ring.first() {
            ring.push(first);
            rings.push(ring);
        }
    }
    rings
}

fn holds(bounds: Rect<f64>, place: Coord<f64>) -> bool {
    let (min, max) = (bounds.min(), bounds.max());
    min.x <= place.x && place.x <= max.x && min.y <= place.y && place.y <= max.y
}

/// The nearest place of the border, in shares of the box.
fn nearest(bounds: Rect<f64>, place: Coord<f64>) -> Coord<f64> {
    let (min, max) = (bounds.min(), bounds.max());
    let ways = [
        ((place.x - min.x) / bounds.width(), Coord { x: min.x, y: place.y }),
        ((max.x - place.x) / bounds.width(), Coord { x: max.x, y: place.y }),
        ((place.y - min.y) / bounds.height(), Coord { x: place.x, y: min.y }),
        ((max.y - place.y) / bounds.height(), Coord { x: place.x, y: max.y }),
    ];
    let best = ways.into_iter().min_by(|one, other| one.0.total_cmp(&other.0));
    best.map_or(place, |(_, border)| border)
}

/// How far along the border, from the south-west corner against the clock: each side counts 1.
fn along(bounds: Rect<f64>, place: Coord<f64>) -> f64 {
    let border = nearest(bounds, place);
    let (min, max) = (bounds.min(), bounds.max());
    let (x, y) = ((border.x - min.x) / bounds.width(), (border.y - min.y) / bounds.height());
    if border.y == min.y {
        x
    } else if border.x == max.x {
        1.0 + y
    } else if border.y == max.y {
        3.0 - x
    } else {
        4.0 - y
    }
}

/// What of the box no area holds.
pub(super) fn rest(bounds: Rect<f64>, areas: &[MultiPolygon<f64>]) -> MultiPolygon<f64> {
    let parts: Vec<Polygon<f64>> = areas.iter().flat_map(|area| area.0.iter().cloned()).collect();
    bounds.to_polygon().difference(&geo::unary_union(&parts))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(nodes: &[(i64, f64, f64)]) -> Run {
        nodes.iter().map(|&(id, x, y)| (id, Coord { x, y })).collect()
    }

    fn sizes(areas: &[Vec<Run>]) -> Vec<Option<f64>> {
        let bounds = Rect::new((0.0, 0.0), (10.0, 10.0));
        let found = cut(bounds, areas);
        found.iter().map(|area| area.as_ref().map(|area| (area.unsigned_area() * 1e3).round() / 1e3)).collect()
    }

    // +-----+---+     A west of x = 6, cut by the box on three sides; B and C east of it, parted at y = 4.
    // |  A  | C |     The nodes on the border are missing: the lines end 0.5 before it.
    // |     +---+
    // |     | B |
    // +-----+---+
    fn three() -> Vec<Vec<Run>> {
        let south = run(&[(1, 6.0, 0.5), (2, 6.0, 4.0)]);
        let north = run(&[(2, 6.0, 4.0), (3, 6.0, 9.5)]);
        let east = run(&[(2, 6.0, 4.0), (4, 9.5, 4.0)]);
        vec![vec![south.clone(), north.clone()], vec![east.clone(), south], vec![north, east]]
    }

    #[test]
    fn the_sides_are_those_that_do_not_overlap() {
        assert_eq!(sizes(&three()), [Some(60.0), Some(16.0), Some(24.0)]);
        let mut turned = three();
        turned.iter_mut().flatten().for_each(|run| run.reverse());
        turned.iter_mut().for_each(|runs| runs.reverse());
        assert_eq!(sizes(&turned), [Some(60.0), Some(16.0), Some(24.0)]);
    }

    #[test]
    fn a_boundary_that_ends_inside_gives_no_area_and_one_alone_none() {
        let mut areas = three();
        areas[1] = vec![run(&[(4, 9.5, 4.0), (2, 6.0, 4.0)])];
        assert_eq!(sizes(&areas)[1], None);
        assert_eq!(sizes(&three()[..1]), [None]);
        assert_eq!(sizes(&[three()[0].clone(), Vec::new()]), [None, None]);
    }

    // An area in two parts, left and right of another that goes through; an enclave of the third lies in the first.
    #[test]
    fn parts_and_enclaves_are_kept() {
        let left = run(&[(1, 3.0, -1.0), (2, 3.0, 11.0)]);
        let right = run(&[(3, 7.0, 0.2), (4, 7.0, 9.8)]);
        let enclave = run(&[(5, 1.0, 1.0), (6, 2.0, 1.0), (7, 2.0, 2.0), (8, 1.0, 2.0), (5, 1.0, 1.0)]);
        let outer = vec![left.clone(), right.clone(), enclave.clone()];
        assert_eq!(sizes(&[outer, vec![left, right], vec![enclave]]), [Some(59.0), Some(40.0), Some(1.0)]);
    }

    #[test]
    fn boundaries_that_contradict_each_other_give_no_area() {
        let across = |y: f64, id| vec![run(&[(id, 0.1, y), (id + 1, 9.9, y)])];
        let down = |x: f64, id| vec![run(&[(id, x, 0.1), (id + 1, x, 9.9)])];
        assert_eq!(sizes(&[across(5.0, 1), down(5.0, 3)]), [None, None]);
    }
}
