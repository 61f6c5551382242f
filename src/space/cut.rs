//! Cutting a polygon along a straight line and keeping one side.
//!
//! Works on rings of any shape, with holes; a polygon may fall into pieces. What the line is, and where exactly it meets a
//! side, the caller says: so two neighbours cut by the same line get the same corners.

use geo::Coord;

/// A place on the plane, in metres. Only that counts for the cut.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Spot {
    pub(super) at: [f64; 2],
    /// The same place on the globe, if that was given and need not be computed.
    pub(super) place: Option<Coord<f64>>,
}

/// A corner of a ring, and what the side is that leaves it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Corner<S> {
    pub(super) spot: Spot,
    pub(super) side: S,
}

/// Corners in order; the inside of the polygon is to the left. The last side leads back to the first corner.
pub(super) type Ring<S> = Vec<Corner<S>>;

/// The straight line of a cut.
pub(super) struct Cut<D, M, S> {
    /// Metres from the line, positive on the side that is kept.
    pub(super) distance: D,
    /// A direction along the line, with what is kept to its left.
    pub(super) along: [f64; 2],
    /// Where the line meets the side from the first to the second corner, which lie on different sides of it.
    pub(super) meet: M,
    /// What the sides are that run along the line.
    pub(super) side: S,
}

/// Nearer to the line than this, in metres, is on it.
const ON_LINE: f64 = 1e-6;
/// A piece narrower than this, in metres, is none.
const THIN: f64 = 1e-4;

/// The part of the rings to the left of the line: outer rings stay outer rings, and holes that the line meets become part of
/// them. Pieces without area are left out.
pub(super) fn cut<S: Copy>(
    rings: &[Ring<S>],
    line: &Cut<impl Fn([f64; 2]) -> f64, impl Fn(&Corner<S>, &Corner<S>) -> Spot, S>,
) -> Vec<Ring<S>> {
    // What is on the line counts as beyond it: a ring that touches the line from the left comes apart there.
    let keeps = |corner: &Corner<S>| ON_LINE < (line.distance)(corner.spot.at);
    let mut kept = Vec::new();
    // Each starts where a ring comes back over the line and ends where it leaves.
    let mut chains: Vec<Ring<S>> = Vec::new();
    for ring in rings {
        let inside: Vec<bool> = ring.iter().map(keeps).collect();
        let Some(beyond) = inside.iter().position(|inside| !inside) else {
            kept.push(ring.clone());
            continue;
        };
        let mut open = false;
        for step in 0..ring.len() {
            let (here, next) = ((beyond + step) % ring.len(), (beyond + step + 1) % ring.len());
            let (corner, to) = (&ring[here], &ring[next]);
            if open && let Some(chain) = chains.last_mut() {
                chain.push(*corner);
            }
            if inside[here] == inside[next] {
                continue;
            }
            let meeting = (line.meet)(corner, to);
            if inside[next] {
                chains.push(vec![Corner { spot: meeting, side: corner.side }]);
            } else if let Some(chain) = chains.last_mut() {
                chain.push(Corner { spot: meeting, side: line.side });
            }
            open = inside[next];
        }
    }

    // Along the line what is inside begins where a ring leaves and ends where the next comes back.
    let position = |corner: &Corner<S>| corner.spot.at[0] * line.along[0] + corner.spot.at[1] * line.along[1];
    let in_order = |end: fn(&Ring<S>) -> Option<&Corner<S>>| {
        let mut order: Vec<usize> = (0..chains.len()).collect();
        order.sort_by(|&a, &b| {
            let [a, b] = [a, b].map(|chain| end(&chains[chain]).map_or(0.0, position));
            a.total_cmp(&b)
        });
        order
    };
    let (leaving, returning) = (in_order(|chain| chain.last()), in_order(|chain| chain.first()));
    let mut follower = vec![0; chains.len()];
    for (&leaves, &returns) in leaving.iter().zip(&returning) {
        follower[leaves] = returns;
    }
    let mut used = vec![false; chains.len()];
    for first in 0..chains.len() {
        let (mut ring, mut chain) = (Vec::new(), first);
        while !used[chain] {
            used[chain] = true;
            ring.extend_from_slice(&chains[chain]);
            chain = follower[chain];
        }
        // A corner met twice is kept with the side that leaves it.
        ring.dedup_by(|next, corner| {
            let same = next.spot.at == corner.spot.at;
            if same {
                corner.side = next.side;
            }
            same
        });
        while 1 < ring.len() && ring.first().map(|corner| corner.spot.at) == ring.last().map(|corner| corner.spot.at) {
            ring.pop();
        }
        if has_area(&ring) {
            kept.push(ring);
        }
    }
    kept
}

/// Area in square metres, negative for a hole.
pub(super) fn signed_area<S>(ring: &Ring<S>) -> f64 {
    let Some(origin) = ring.first() else {
        return 0.0;
    };
    let from_origin =
        |corner: &Corner<S>| (corner.spot.at[0] - origin.spot.at[0], corner.spot.at[1] - origin.spot.at[1]);
    let twice: f64 = ring
        .windows(2)
        .map(|side| {
            let ((x, y), (to_x, to_y)) = (from_origin(&side[0]), from_origin(&side[1]));
            x * to_y - to_x * y
        })
        .sum();
    twice / 2.0
}

/// Whether a ring is more than a line drawn there and back.
fn has_area<S>(ring: &Ring<S>) -> bool {
    let sides = ring.iter().zip(ring.iter().cycle().skip(1)).map(|(from, to)| (from.spot.at, to.spot.at));
    let length: f64 = sides.map(|(from, to)| (to[0] - from[0]).hypot(to[1] - from[1])).sum();
    2 < ring.len() && THIN * length < signed_area(ring).abs()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spot(at: [f64; 2]) -> Spot {
        Spot { at, place: None }
    }

    fn ring(corners: &[[f64; 2]]) -> Ring<char> {
        corners.iter().map(|&at| Corner { spot: spot(at), side: 'a' }).collect()
    }

    /// What is west of a meridian.
    fn west_of(x: f64, rings: &[Ring<char>]) -> Vec<Ring<char>> {
        let meet = |from: &Corner<char>, to: &Corner<char>| {
            let ([from_x, from_y], [to_x, to_y]) = (from.spot.at, to.spot.at);
            spot([x, from_y + (x - from_x) / (to_x - from_x) * (to_y - from_y)])
        };
        cut(rings, &Cut { distance: |at: [f64; 2]| x - at[0], along: [0.0, 1.0], meet, side: 'b' })
    }

    //   5 +---------+
    //   4 +---+     |
    //   3     |  +--+       A comb open to the west falls into its teeth.
    //   2 +---+  |
    //   1        |
    //   0 +------+
    #[test]
    fn a_comb_falls_into_its_teeth() {
        let comb = ring(&[
            [0.0, 0.0],
            [4.0, 0.0],
            [4.0, 5.0],
            [0.0, 5.0],
            [0.0, 4.0],
            [3.0, 4.0],
            [3.0, 3.0],
            [0.0, 3.0],
            [0.0, 2.0],
            [3.0, 2.0],
            [3.0, 1.0],
            [0.0, 1.0],
        ]);
        let mut areas: Vec<f64> = west_of(2.0, std::slice::from_ref(&comb)).iter().map(signed_area).collect();
        areas.sort_by(f64::total_cmp);
        assert_eq!(areas, [2.0, 2.0, 2.0]);
        // At the back of the teeth the line runs along sides.
        assert_eq!(west_of(3.0, std::slice::from_ref(&comb)).iter().map(signed_area).sum::<f64>(), 9.0);
        assert_eq!(west_of(9.0, std::slice::from_ref(&comb)), std::slice::from_ref(&comb));
        assert!(west_of(0.0, &[comb]).is_empty());
    }

    #[test]
    fn a_hole_on_the_line_joins_the_border_and_another_stays() {
        let square = ring(&[[0.0, 0.0], [9.0, 0.0], [9.0, 9.0], [0.0, 9.0]]);
        let hole = |x: f64| ring(&[[x, 4.0], [x, 5.0], [x + 2.0, 5.0], [x + 2.0, 4.0]]);
        let pieces = west_of(5.0, &[square, hole(1.0), hole(4.0), hole(6.0)]);
        assert_eq!(pieces.len(), 2);
        assert_eq!(pieces.iter().map(signed_area).sum::<f64>(), 45.0 - 2.0 - 1.0);
        let along_line = pieces.iter().flatten().filter(|corner| corner.side == 'b').count();
        assert_eq!(along_line, 2);
    }
}
