//! One polygon made ready to be asked for many points: its edges in stripes of latitude.
//!
//! The exact test of a point against one polygon. Which polygons to ask is `index.rs`.

use geo::{Coord, LineString, Polygon};
use robust::orient2d;

/// The edges of a polygon, each copied into every stripe of latitude it touches, so that a point is compared with the few
/// edges of its own stripe.
///
/// The rings are read by the even-odd rule. A point on an edge of any ring, outer or hole, belongs to the polygon.
#[derive(Debug)]
pub(super) struct Stripes {
    south: f64,
    stripes_per_unit: f64,
    /// Where the edges of each stripe begin; one more at the end.
    starts: Box<[u32]>,
    /// `[x, y, x, y]` of the lower and of the upper end.
    edges: Box<[[f64; 4]]>,
}

impl Stripes {
    /// `None` if the polygon has no corner, or one that is not finite, or more than a thousand million of them.
    pub(super) fn new(polygon: &Polygon<f64>) -> Option<Self> {
        let mut edges = Vec::with_capacity(polygon.exterior().0.len());
        std::iter::once(polygon.exterior()).chain(polygon.interiors()).for_each(|ring| push_edges(ring, &mut edges));
        if edges.is_empty() || 1_000_000_000 < edges.len() || !edges.iter().flatten().all(|number| number.is_finite()) {
            return None;
        }
        let south = edges.iter().map(|edge| edge[1]).fold(f64::INFINITY, f64::min);
        let north = edges.iter().map(|edge| edge[3]).fold(f64::NEG_INFINITY, f64::max);
        let n_stripes = n_stripes(&edges, south, north);
        let mut striped = Self {
            south,
            stripes_per_unit: n_stripes as f64 / (north - south),
            starts: vec![0; n_stripes + 1].into(),
            edges: Box::default(),
        };

        // Count, sum up, fill: the edges of a stripe stay in ring order.
        for edge in &edges {
            for stripe in striped.stripe(edge[1])..=striped.stripe(edge[3]) {
                striped.starts[stripe + 1] += 1;
            }
        }
        for stripe in 0..n_stripes {
            striped.starts[stripe + 1] += striped.starts[stripe];
        }
        let mut next = striped.starts.clone();
        let mut copies = vec![[0.0; 4]; striped.starts[n_stripes] as usize];
        for edge in &edges {
            for stripe in striped.stripe(edge[1])..=striped.stripe(edge[3]) {
                copies[next[stripe] as usize] = *edge;
                next[stripe] += 1;
            }
        }
        striped.edges = copies.into();
        Some(striped)
    }

    /// Whether the point, which must be finite, lies in the polygon or on its border.
    pub(super) fn holds(&self, point: Coord<f64>) -> bool {
        let stripe = self.stripe(point.y);
        let (start, end) = (self.starts[stripe] as usize, self.starts[stripe + 1] as usize);
        let mut inside = false;
        for &[low_x, low_y, high_x, high_y] in &self.edges[start..end] {
            if point.y < low_y || high_y < point.y {
                continue;
            }
            let (west, east) = if low_x < high_x { (low_x, high_x) } else { (high_x, low_x) };
            if east < point.x {
                continue;
            }
            // A ray to the east meets the edge; its upper end belongs to the next edge.
            let crosses = point.y < high_y;
            if point.x < west {
                inside ^= crosses;
                continue;
            }
            let turn = turn(Coord { x: low_x, y: low_y }, Coord { x: high_x, y: high_y }, point);
            if turn == 0.0 {
                return true;
            }
            inside ^= crosses && 0.0 < turn;
        }
        inside
    }

    /// Every edge, some more than once.
    pub(super) fn edges(&self) -> impl Iterator<Item = [Coord<f64>; 2]> {
        self.edges.iter().map(|&[x, y, to_x, to_y]| [Coord { x, y }, Coord { x: to_x, y: to_y }])
    }

    /// West, south, east, north.
    pub(super) fn bounds(&self) -> [f64; 4] {
        self.edges.iter().fold([f64::INFINITY, f64::INFINITY, f64::NEG_INFINITY, f64::NEG_INFINITY], |bounds, edge| {
            [
                bounds[0].min(edge[0]).min(edge[2]),
                bounds[1].min(edge[1]),
                bounds[2].max(edge[0]).max(edge[2]),
                bounds[3].max(edge[3]),
            ]
        })
    }

    /// The stripe of a latitude. It never falls as the latitude rises, whatever the rounding: so an edge lies in the stripe
    /// of each of its points. (A polygon without height has NaN here and there, which is stripe 0.)
    fn stripe(&self, y: f64) -> usize {
        (((y - self.south) * self.stripes_per_unit) as usize).min(self.starts.len() - 2)
    }
}

fn push_edges(ring: &LineString<f64>, edges: &mut Vec<[f64; 4]>) {
    let upward = |from: Coord<f64>, to: Coord<f64>| {
        if from.y <= to.y { [from.x, from.y, to.x, to.y] } else { [to.x, to.y, from.x, from.y] }
    };
    if let [only] = ring.0[..] {
        edges.push(upward(only, only));
    }
    edges.extend(ring.lines().map(|line| upward(line.start, line.end)));
}

/// A stripe for every four edges, fewer where edges are tall: all stripes together hold at most three copies an edge.
fn n_stripes(edges: &[[f64; 4]], south: f64, north: f64) -> usize {
    let heights: f64 = edges.iter().map(|edge| edge[3] - edge[1]).sum();
    let edges_per_stripe = heights / (north - south);
    // No height, or one beyond the numbers.
    if !edges_per_stripe.is_finite() {
        return 1;
    }
    let n_edges = edges.len() as f64;
    ((n_edges / 4.0).min(2.0 * n_edges / edges_per_stripe) as usize).max(1)
}

/// Twice the area of the triangle, with its sign: positive if `point` is to the left of the way from `from` to `to`, zero
/// exactly if it is on it.
///
/// # Source
/// Shewchuk, Adaptive Precision Floating-Point Arithmetic and Fast Robust Geometric Predicates (1997), for the bound.
fn turn(from: Coord<f64>, to: Coord<f64>, point: Coord<f64>) -> f64 {
    const BOUND: f64 = 3.330_669_073_875_471_6e-16;
    let left = (from.x - point.x) * (to.y - point.y);
    let right = (from.y - point.y) * (to.x - point.x);
    let turn = left - right;
    // Below 1e-280 products may have lost their digits to underflow.
    if BOUND * (left.abs() + right.abs()) + 1e-280 < turn.abs() { turn } else { exact_turn([from, to, point]) }
}

/// The sign of [`turn`], exact. Very small and very large numbers are first brought near 1, by a power of two.
#[cold]
fn exact_turn(corners: [Coord<f64>; 3]) -> f64 {
    let largest = corners.iter().fold(0.0_f64, |largest, corner| largest.max(corner.x.abs()).max(corner.y.abs()));
    let scale = match largest {
        1e100.. => 2.0_f64.powi(-600),
        ..1e-100 => 2.0_f64.powi(600),
        _ => 1.0,
    };
    let [from, to, point] = corners.map(|corner| robust::Coord { x: corner.x * scale, y: corner.y * scale });
    orient2d(from, to, point)
}

#[cfg(test)]
mod tests {
    use super::*;
    use geo::polygon;

    fn holds(polygon: &Polygon<f64>, x: f64, y: f64) -> bool {
        Stripes::new(polygon).unwrap().holds(Coord { x, y })
    }

    #[test]
    fn the_border_belongs_to_the_polygon_also_around_a_hole() {
        //  4 +-------+
        //    | +---+ |
        //    | | . | |
        //    | +---+ |
        //  0 +-------+ 4
        let ring = polygon!(
            exterior: [(x: 0.0, y: 0.0), (x: 4.0, y: 0.0), (x: 4.0, y: 4.0), (x: 0.0, y: 4.0)],
            interiors: [[(x: 1.0, y: 1.0), (x: 1.0, y: 3.0), (x: 3.0, y: 3.0), (x: 3.0, y: 1.0)]],
        );
        for (x, y) in [(0.0, 0.0), (4.0, 4.0), (2.0, 0.0), (4.0, 2.0), (1.0, 1.0), (2.0, 3.0), (3.0, 2.0), (0.5, 0.5)] {
            assert!(holds(&ring, x, y), "{x} {y}");
        }
        for (x, y) in [(2.0, 2.0), (-1.0, 0.0), (5.0, 4.0), (4.0, 4.1), (-1.0, 1.0)] {
            assert!(!holds(&ring, x, y), "{x} {y}");
        }
    }

    #[test]
    fn polygons_without_area_hold_their_points_only() {
        let point = polygon![(x: 1.0, y: 1.0)];
        assert!(holds(&point, 1.0, 1.0) && !holds(&point, 1.0, 1.5) && !holds(&point, 0.0, 1.0));
        let flat = polygon![(x: 0.0, y: 1.0), (x: 2.0, y: 1.0), (x: 1.0, y: 1.0)];
        assert!(holds(&flat, 1.5, 1.0) && !holds(&flat, 1.0, 0.9) && !holds(&flat, -1.0, 1.0));
        let tall = polygon![(x: 1.0, y: 0.0), (x: 1.0, y: 2.0)];
        assert!(holds(&tall, 1.0, 1.5) && !holds(&tall, 0.5, 1.5) && !holds(&tall, 1.0, 3.0));
    }

    #[test]
    fn what_is_empty_or_not_finite_is_refused() {
        assert!(Stripes::new(&polygon![]).is_none());
        assert!(Stripes::new(&polygon![(x: 0.0, y: 0.0), (x: 1.0, y: f64::NAN), (x: 1.0, y: 0.0)]).is_none());
    }

    #[test]
    fn a_comb_of_tall_teeth_is_not_copied_into_every_stripe() {
        let teeth = (0..10_000).map(|k| Coord { x: f64::from(k), y: f64::from(k % 2) });
        let comb = Polygon::new(LineString::from_iter(teeth.chain([Coord { x: 0.0, y: -1.0 }])), vec![]);
        assert!(Stripes::new(&comb).unwrap().edges.len() < 40_000);
    }

    #[test]
    fn tiny_and_huge_numbers_turn_as_others_do() {
        for scale in [1e-300, 1e-160, 1.0, 1e160, 8e307] {
            let at = |x: f64, y: f64| Coord { x: x * scale, y: y * scale };
            assert!(0.0 < turn(at(0.0, 0.0), at(2.0, 1.0), at(0.5, 0.5)), "{scale}");
            assert!(turn(at(-1.0, -0.5), at(2.0, 1.0), at(0.5, 0.125)) < 0.0, "{scale}");
            assert_eq!(turn(at(-1.0, -0.5), at(2.0, 1.0), at(0.5, 0.25)), 0.0, "{scale}");
        }
    }
}
