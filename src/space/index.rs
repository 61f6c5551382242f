//! Which polygon holds a point, for many polygons and very many points.
//!
//! An R-tree over boxes finds the candidates and `stripes.rs` tests them exactly. Points are taken in the order of a
//! Z-curve, so that tree and edges are in the cache when they are wanted: on many small polygons that matters most.
//! What a polygon stands for is not known here: polygons and points are known by their position in what was given.

use std::ops::ControlFlow;
use std::sync::atomic::{AtomicU32, Ordering};

use geo::{Coord, MultiPolygon, Polygon};
use rayon::prelude::*;
use rstar::primitives::{GeomWithData, Rectangle};
use rstar::{AABB, RTree};

use super::distance::metres;
use super::morton::Morton;
use super::plane::LocalPlane;
use super::stripes::Stripes;

/// Polygons prepared to be asked which of them hold a point.
///
/// # Border rule
/// A point on the border of a polygon, outer ring or hole, is in it; the test is exact, as an edge is the straight line in
/// longitude and latitude between its corners (RFC 7946, section 3.1.1). Where several polygons hold a point, as on the
/// border of two neighbours, the one with the lowest id has it.
///
/// # Edge cases
/// A polygon with a coordinate that is not finite holds nothing (the other polygons of its multipolygon do). Polygons of
/// one multipolygon are united. Rings that cross themselves are read by the even-odd rule. Nothing is done about the
/// dateline: as RFC 7946 asks, a polygon that crosses it comes in two parts.
#[derive(Debug)]
pub struct PolygonIndex {
    /// Boxes of the parts, known by their position in `parts`.
    boxes: RTree<GeomWithData<Rectangle<[f64; 2]>, u32>>,
    /// In the order of the curve.
    parts: Vec<Part>,
}

/// One polygon of a multipolygon.
#[derive(Debug)]
struct Part {
    polygon: u32,
    stripes: Stripes,
}

/// No polygon: the highest id is left out of use.
const NOBODY: u32 = u32::MAX;
/// So many points share a walk down the tree,
const RUN: usize = 32;
/// unless there are more candidates for them than this.
const CROWD: usize = 24;

impl PolygonIndex {
    /// Prepares the polygons; the n-th gets the id n, `None` (an area without geometry) holds nothing.
    ///
    /// # Panics
    /// With 2^32 - 1 polygons or more.
    pub fn build<'a>(polygons: impl IntoIterator<Item = Option<&'a MultiPolygon<f64>>>) -> Self {
        let mut outlines: Vec<(u32, &Polygon<f64>)> = Vec::new();
        for (id, polygon) in polygons.into_iter().enumerate() {
            let id = u32::try_from(id).ok().filter(|&id| id != NOBODY).expect("ids of polygons fit 32 bits");
            outlines.extend(polygon.into_iter().flatten().map(|part| (id, part)));
        }

        // Neighbours on the map become neighbours in memory.
        let first_corner = |polygon: &Polygon<f64>| polygon.exterior().0.first().copied();
        let curve = Morton::over(outlines.iter().filter_map(|(_, part)| first_corner(part)));
        outlines.sort_by_cached_key(|(_, part)| first_corner(part).map(|corner| curve.position(corner)));

        let parts: Vec<Part> = outlines
            .into_par_iter()
            .with_min_len(16)
            .filter_map(|(polygon, part)| Stripes::new(part).map(|stripes| Part { polygon, stripes }))
            .collect();
        let boxes = parts.iter().zip(0..).map(|(part, n)| {
            let [west, south, east, north] = part.stripes.bounds();
            GeomWithData::new(Rectangle::from_corners([west, south], [east, north]), n)
        });
        Self { boxes: RTree::bulk_load(boxes.collect()), parts }
    }

    /// The polygon that holds each point, the lowest id if there are several.
    ///
    /// # Shapes and units
    /// `points` are longitude, latitude in degrees, in the system of the polygons; one answer a point, in their order,
    /// the same for every number of threads.
    ///
    /// # Edge cases
    /// A point that is not finite is in no polygon.
    pub fn locate(&self, points: &[Coord<f64>]) -> Vec<Option<u32>> {
        let mut located = Vec::with_capacity(points.len());
        // So many at once that sorting pays, so few that their numbers fit 32 bits.
        for points in points.chunks(1 << 22) {
            let curve = Morton::over(points.iter().copied());
            let mut in_order: Vec<u64> = (points.par_iter().enumerate())
                .map(|(n, &point)| u64::from(curve.position(point)) << 32 | n as u64)
                .collect();
            in_order.par_sort_unstable();

            let holders: Vec<AtomicU32> = points.iter().map(|_| AtomicU32::new(NOBODY)).collect();
            in_order.par_chunks(4096).for_each_init(Vec::new, |candidates, chunk| {
                let chunk: Vec<(Coord<f64>, usize)> = chunk
                    .iter()
                    .map(|key| (key & u64::from(u32::MAX)) as usize)
                    .map(|n| (points[n], n))
                    .filter(|(point, _)| point.x.is_finite() && point.y.is_finite())
                    .collect();
                for run in chunk.chunks(RUN) {
                    self.locate_run(run, candidates, &|n, holder| holders[n].store(holder, Ordering::Relaxed));
                }
            });
            located.par_extend(holders.into_par_iter().map(|holder| {
                let holder = holder.into_inner();
                (holder != NOBODY).then_some(holder)
            }));
        }
        located
    }

    /// Every polygon that holds the point, in ascending order. None if the point is not finite.
    pub fn containing(&self, point: Coord<f64>) -> Vec<u32> {
        let mut holders: Vec<u32> =
            self.candidates(point).filter(|part| part.stripes.holds(point)).map(|part| part.polygon).collect();
        holders.sort_unstable();
        holders.dedup();
        holders
    }

    /// The nearest polygon and how far its border is, in metres: what to tell about a point outside all of them.
    ///
    /// A polygon that holds the point is at 0 metres. The place on an edge is found on a plane around the point, where an
    /// edge is a little bent: for edges of some hundred kilometres the distance may be too long by a thousandth. The
    /// dateline is no obstacle.
    ///
    /// # Edge cases
    /// `None` if there are no polygons or the point is not finite. The lowest id of those equally near.
    pub fn nearest(&self, point: Coord<f64>) -> Option<(u32, f64)> {
        if !point.x.is_finite() || !point.y.is_finite() {
            return None;
        }
        if let Some(&holder) = self.containing(point).first() {
            return Some((holder, 0.0));
        }
        let mut by_distance: Vec<(f64, &Part)> = (self.boxes.iter())
            .map(|boxed| {
                // The box is reached going east or going west.
                let beside = [0.0, 360.0, -360.0].map(|turn| {
                    let [x, y] = boxed.geom().nearest_point(&[point.x + turn, point.y]);
                    metres(point, Coord { x, y })
                });
                (beside.into_iter().fold(f64::INFINITY, f64::min), &self.parts[boxed.data as usize])
            })
            .collect();
        by_distance.sort_unstable_by(|(a, _), (b, _)| a.total_cmp(b));

        let plane = LocalPlane::around(point);
        let mut nearest: Option<(f64, u32)> = None;
        for (to_box, part) in by_distance {
            // On the globe the place of a box at the point's own latitude is not quite its nearest.
            if nearest.is_some_and(|(least, _)| least < 0.95 * to_box) {
                break;
            }
            for edge in part.stripes.edges() {
                let distance = metres(point, nearest_on_edge(&plane, edge));
                if nearest.is_none_or(|best| (distance, part.polygon) < best) {
                    nearest = Some((distance, part.polygon));
                }
            }
        }
        nearest.map(|(distance, polygon)| (polygon, distance))
    }

    /// Finds the holders of a run of points that are near each other: one walk down the tree for all of them.
    ///
    /// `run` has finite points and their numbers, and is not empty; `candidates` is scratch.
    fn locate_run<'a>(
        &'a self,
        run: &[(Coord<f64>, usize)],
        candidates: &mut Vec<([f64; 4], &'a Part)>,
        found: &impl Fn(usize, u32),
    ) {
        candidates.clear();
        let corner = |of: fn(f64, f64) -> f64| {
            let corner = run
                .iter()
                .fold(run[0].0, |corner, (point, _)| Coord { x: of(corner.x, point.x), y: of(corner.y, point.y) });
            [corner.x, corner.y]
        };
        let extent = AABB::from_corners(corner(f64::min), corner(f64::max));
        let crowded = self.boxes.locate_in_envelope_intersecting_int(extent, |boxed| {
            let (low, high) = (boxed.geom().lower(), boxed.geom().upper());
            candidates.push(([low[0], low[1], high[0], high[1]], &self.parts[boxed.data as usize]));
            // The run is where the curve jumps, or polygons are smaller than it: halves have fewer candidates.
            if run.len() > 1 && candidates.len() > CROWD { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        });
        if crowded.is_break() {
            let (first, second) = run.split_at(run.len() / 2);
            self.locate_run(first, candidates, found);
            self.locate_run(second, candidates, found);
            return;
        }
        for &(point, n) in run {
            let mut lowest = NOBODY;
            for &([west, south, east, north], part) in candidates.iter() {
                let in_box = west <= point.x && point.x <= east && south <= point.y && point.y <= north;
                if in_box && part.polygon < lowest && part.stripes.holds(point) {
                    lowest = part.polygon;
                }
            }
            if lowest != NOBODY {
                found(n, lowest);
            }
        }
    }

    /// The parts whose box holds a point; none for one that is not finite.
    fn candidates(&self, point: Coord<f64>) -> impl Iterator<Item = &Part> {
        // Every comparison with NaN is false, and no box is infinite.
        self.boxes
            .locate_in_envelope_intersecting(AABB::from_point([point.x, point.y]))
            .map(|boxed| &self.parts[boxed.data as usize])
            .filter(move |_| point.x.is_finite() && point.y.is_finite())
    }
}

/// The place of an edge nearest to the centre of the plane.
fn nearest_on_edge(plane: &LocalPlane, [start, end]: [Coord<f64>; 2]) -> Coord<f64> {
    let ([start_x, start_y], [end_x, end_y]) = (plane.project(start), plane.project(end));
    let (along_x, along_y) = (end_x - start_x, end_y - start_y);
    let share = -(start_x * along_x + start_y * along_y) / (along_x * along_x + along_y * along_y);
    // An edge without length has NaN here: it is its start.
    let share = if share.is_nan() { 0.0 } else { share.clamp(0.0, 1.0) };
    start + (end - start) * share
}

#[cfg(test)]
mod tests {
    use super::*;
    use geo::coordinate_position::{CoordPos, CoordinatePosition};
    use geo::{LineString, polygon};
    use proptest::prelude::*;

    fn at(x: f64, y: f64) -> Coord<f64> {
        Coord { x, y }
    }

    fn square(x: f64, y: f64, side: f64) -> Polygon<f64> {
        polygon![(x: x, y: y), (x: x + side, y: y), (x: x + side, y: y + side), (x: x, y: y + side)]
    }

    fn build(polygons: &[MultiPolygon<f64>]) -> PolygonIndex {
        PolygonIndex::build(polygons.iter().map(Some))
    }

    // 0 | 1     two squares that share the border x = 1, and an area without geometry between them in the list
    #[test]
    fn a_point_on_a_shared_border_goes_to_the_lowest_id() {
        let (left, right) = (MultiPolygon::from(square(0.0, 0.0, 1.0)), MultiPolygon::from(square(1.0, 0.0, 1.0)));
        let index = PolygonIndex::build([Some(&right), None, Some(&left)]);
        let points = [at(1.0, 0.5), at(0.5, 0.5), at(1.5, 0.5), at(1.0, 1.0), at(3.0, 0.5), at(f64::NAN, 0.5)];
        assert_eq!(index.locate(&points), [Some(0), Some(2), Some(0), Some(0), None, None]);
        assert_eq!(index.containing(at(1.0, 0.0)), [0, 2]);
        assert!(index.containing(at(f64::INFINITY, 0.0)).is_empty());
    }

    #[test]
    fn no_points_no_polygons_and_not_finite_points_are_answered() {
        let none = build(&[]);
        assert_eq!(none.locate(&[at(0.0, 0.0)]), [None]);
        assert_eq!(none.nearest(at(0.0, 0.0)), None);
        let odd = [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 1e308, -1e308, 0.0];
        let points: Vec<_> = odd.iter().flat_map(|&x| odd.map(|y| at(x, y))).collect();
        let everything = build(&[square(-2.0, -2.0, 4.0).into(), square(-1e307, -1e307, 2e307).into()]);
        let located = everything.locate(&points);
        assert_eq!(located.iter().flatten().count(), 1);
        assert!(everything.locate(&[]).is_empty());
    }

    #[test]
    fn the_nearest_polygon_is_found_with_its_distance_over_the_dateline_too() {
        let index = build(&[square(10.0, 0.0, 1.0).into(), square(179.0, 0.0, 1.0).into()]);
        let (polygon, distance) = index.nearest(at(9.9, 0.5)).unwrap();
        assert_eq!(polygon, 0);
        assert!((distance - metres(at(9.9, 0.5), at(10.0, 0.5))).abs() < 1e-3);
        let (polygon, distance) = index.nearest(at(-179.9, 0.5)).unwrap();
        assert_eq!(polygon, 1);
        assert!((distance - metres(at(0.0, 0.5), at(0.1, 0.5))).abs() < 1e-3);
        assert_eq!(index.nearest(at(10.5, 0.5)), Some((0, 0.0)));
        assert_eq!(index.nearest(at(f64::NAN, 0.5)), None);
    }

    /// The even-odd rule on whole numbers, edge by edge: what the index must say of any rings whatever.
    fn holds_by_whole_numbers(rings: &[Vec<(i64, i64)>], (x, y): (i64, i64)) -> bool {
        let mut inside = false;
        for ring in rings {
            for (&(ax, ay), &(bx, by)) in ring.iter().zip(ring.iter().cycle().skip(1)) {
                let turn = (bx - ax) * (y - ay) - (by - ay) * (x - ax);
                let in_box = ax.min(bx) <= x && x <= ax.max(bx) && ay.min(by) <= y && y <= ay.max(by);
                if turn == 0 && in_box {
                    return true;
                }
                if (ay <= y) != (by <= y) {
                    inside ^= (0 < turn) == (ay < by);
                }
            }
        }
        inside
    }

    fn polygon_of(rings: &[Vec<(i64, i64)>], scale: f64) -> Polygon<f64> {
        let mut lines =
            rings.iter().map(|ring| ring.iter().map(|&(x, y)| at(x as f64 * scale, y as f64 * scale)).collect());
        Polygon::new(lines.next().unwrap(), lines.collect())
    }

    /// A polygon with a notched outline, a hole of the same shape, and an island in the hole, around a centre.
    fn ringed_island(centre: Coord<f64>, radii: &[f64]) -> MultiPolygon<f64> {
        let ring = |size: f64| -> LineString<f64> {
            let n_corners = radii.len() as f64;
            let corner = |(n, radius): (usize, &f64)| {
                let (sin, cos) = (std::f64::consts::TAU * n as f64 / n_corners).sin_cos();
                at(centre.x + size * radius * cos, centre.y + size * radius * sin)
            };
            radii.iter().enumerate().map(corner).collect()
        };
        MultiPolygon(vec![Polygon::new(ring(1.0), vec![ring(0.7)]), Polygon::new(ring(0.3), vec![ring(0.1)])])
    }

    /// Corners, middles and other places on and just off every edge.
    fn places_near_edges(polygons: &[MultiPolygon<f64>]) -> Vec<Coord<f64>> {
        let edges = polygons.iter().flatten().flat_map(|part| {
            std::iter::once(part.exterior()).chain(part.interiors()).flat_map(|ring| ring.lines().collect::<Vec<_>>())
        });
        edges
            .flat_map(|edge| {
                let along = |share: f64| edge.start + edge.delta() * share;
                let beside = at(along(0.3).x.next_up(), along(0.3).y);
                [
                    edge.start,
                    along(0.5),
                    along(1.0 / 3.0),
                    beside,
                    at(edge.start.x, along(0.7).y),
                    at(edge.start.x.next_down(), edge.start.y),
                ]
            })
            .collect()
    }

    fn rings() -> impl Strategy<Value = Vec<Vec<(i64, i64)>>> {
        prop::collection::vec(prop::collection::vec((0..9_i64, 0..9_i64), 1..9), 1..4)
    }

    proptest! {
        #[test]
        fn any_rings_at_any_scale_are_read_as_whole_numbers_say(
            polygons in prop::collection::vec(rings(), 1..5),
            // Powers of two: no corner is rounded.
            scale in prop::sample::select(vec![1.0, 2.0_f64.powi(-1000), 2.0_f64.powi(-530), 2.0_f64.powi(515), 2.0_f64.powi(1019)]),
        ) {
            let areas: Vec<_> = polygons.iter().map(|rings| polygon_of(rings, scale).into()).collect();
            let index = build(&areas);
            let places: Vec<_> = (-1..10_i64).flat_map(|x| (-1..10_i64).map(move |y| (x, y))).collect();
            let points: Vec<_> = places.iter().map(|&(x, y)| at(x as f64 * scale, y as f64 * scale)).collect();
            let located = index.locate(&points);
            for ((&place, &point), located) in places.iter().zip(&points).zip(located) {
                let holders: Vec<u32> = (0..).zip(&polygons)
                    .filter(|(_, rings)| holds_by_whole_numbers(rings, place)).map(|(id, _)| id).collect();
                prop_assert_eq!(located, holders.first().copied(), "{:?}", place);
                prop_assert_eq!(index.containing(point), holders, "{:?}", place);
            }
        }

        #[test]
        fn holes_islands_and_slivers_agree_with_geo(
            worlds in prop::collection::vec(
                ((100.0..102.0, 20.0..22.0), prop::collection::vec(prop_oneof![0.1..1.0, Just(1e-9), Just(0.5)], 3..12)), 1..6),
            random in prop::collection::vec((99.0..103.0, 19.0..23.0), 50),
        ) {
            let areas: Vec<_> = worlds.iter().map(|((x, y), radii)| ringed_island(at(*x, *y), radii)).collect();
            let index = build(&areas);
            let mut points = places_near_edges(&areas);
            points.extend(random.iter().map(|&(x, y)| at(x, y)));
            for (point, located) in points.iter().zip(index.locate(&points)) {
                let holders: Vec<u32> = (0..).zip(&areas)
                    .filter(|(_, area)| area.coordinate_position(point) != CoordPos::Outside).map(|(id, _)| id).collect();
                prop_assert_eq!(located, holders.first().copied(), "{:?}", point);
                prop_assert_eq!(index.containing(*point), holders, "{:?}", point);
            }
        }

        #[test]
        fn the_nearest_border_is_no_further_than_any_corner(
            worlds in prop::collection::vec(((100.0..102.0, 20.0..22.0), prop::collection::vec(0.05..0.2, 3..8)), 1..5),
            x in 99.0..103.0, y in 19.0..23.0,
        ) {
            let areas: Vec<_> = worlds.iter().map(|((x, y), radii)| ringed_island(at(*x, *y), radii)).collect();
            let index = build(&areas);
            let (polygon, distance) = index.nearest(at(x, y)).unwrap();
            if let Some(&holder) = index.containing(at(x, y)).first() {
                prop_assert_eq!((polygon, distance), (holder, 0.0));
            } else {
                let mut corners = Vec::new();
                for part in areas.iter().flatten() {
                    for edge in std::iter::once(part.exterior()).chain(part.interiors()).flat_map(LineString::lines) {
                        corners.extend((0..100).map(|n| edge.start + edge.delta() * (f64::from(n) / 100.0)));
                    }
                }
                let least = corners.iter().map(|&corner| metres(at(x, y), corner)).fold(f64::INFINITY, f64::min);
                // The corners are at most 400 metres apart.
                prop_assert!(distance <= least * 1.0001, "{distance} {least}");
                prop_assert!(least - 400.0 <= distance, "{distance} {least}");
            }
        }
    }

    #[test]
    fn the_answer_is_the_same_on_one_two_and_seven_threads() {
        let areas: Vec<MultiPolygon<f64>> =
            (0..400).map(|n| square(f64::from(n % 20), f64::from(n / 20), 1.0).into()).collect();
        let mut state = 12345_u64;
        let mut random = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            ((state >> 33) % 401) as f64 / 20.0
        };
        let points: Vec<_> = (0..30_000).map(|_| at(random(), random())).collect();
        let mut answers = [1, 2, 7].map(|n_threads| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(n_threads).build().unwrap();
            pool.install(|| build(&areas).locate(&points))
        });
        answers[1..].iter().for_each(|answer| assert!(*answer == answers[0]));
        // Whole and half steps are on borders: the square to the south-west has the lowest id.
        let one_by_one: Vec<_> =
            points.iter().map(|&point| build(&areas[..]).containing(point).first().copied()).take(50).collect();
        answers[0].truncate(50);
        assert_eq!(answers[0], one_by_one);
    }
}
