//! Estimated boundaries: areas of which only a seat is known get what is nearer to it than to any other seat.
//!
//! Voronoi cells, cut to an outline or to a circle. That a boundary is estimated is for the model to remember and for
//! reports to say; here are shapes only.

use std::collections::HashSet;

use geo::{Contains, Coord, CoordsIter, LineString, MultiPolygon, Polygon};
use rayon::prelude::*;
use rstar::primitives::{GeomWithData, Rectangle};
use rstar::{AABB, Envelope, RTree};

use super::cut::{Corner, Cut, Ring, Spot, cut, signed_area};
use super::distance::Place;
use super::plane::LocalPlane;
use super::stripes::Stripes;

/// How far cells may extend.
#[derive(Clone, Copy, Debug)]
pub enum Limit<'a> {
    /// Up to the border of this valid multipolygon. Seats outside it still take what is nearest to them.
    Outline(&'a MultiPolygon<f64>),
    /// So many metres around each seat: a polygon of 64 sides, its corners at that distance.
    Radius(f64),
}

/// The cell of each seat: the part of the limit nearer to it than to any other seat.
///
/// # Shapes and units
/// Seats and outline are longitude, latitude in degrees; one entry a seat, in their order. Cells are valid polygons, outer
/// rings counter-clockwise and holes clockwise (RFC 7946). One cell may have several parts, where the outline has, or where
/// it bends around another cell.
///
/// # Accuracy
/// Borders are straight on one [`LocalPlane`] around the middle of everything, which keeps angles. For seats `s` apart at
/// a distance `d` from the middle a border is off by about `s^2 d / 16 R^2`: centimetres in a city, metres in a country.
/// Neighbours share the corners and the sides of their border to the last bit, save where four seats and more lie on one
/// circle or bisectors are almost parallel: there to some 10 micrometres. An outline keeps its corners to the last bit, and
/// its sides are followed on straight lines in longitude and latitude. With a radius each neighbour ends the common border
/// at its own polygon, some thousandths of the radius apart.
///
/// # Edge cases
/// - `None` for a seat at the same place as an earlier one (to the millimetre), one that is not
///   finite, and one whose cell is empty (a seat outside the outline, with others between). `None` for all with a radius
///   that is not a positive number. A part of the outline with a coordinate that is not finite is left out.
/// - One seat gets the whole limit. Seats on a line get strips.
/// - An outline that crosses the dateline comes in two parts, as RFC 7946 asks, and so do the cells. With a radius a cell that
///   crosses it is *not* parted: its longitudes go on beyond 180 degrees.
/// - Extents of half the earth or more have no plane: the result is of no use.
///
/// # Cost
/// A cell that no side of the limit comes near costs a search among the seats; one on the border of an outline is cut out of
/// the whole outline, so the time grows with the border cells times the corners.
///
/// # Source
/// Okabe, Boots, Sugihara and Chiu, Spatial Tessellations (2000), section 4.2 (half-plane intersection).
pub fn voronoi_cells(seats: &[Coord<f64>], limit: Limit<'_>) -> Vec<Option<MultiPolygon<f64>>> {
    let finite = || seats.iter().copied().filter(|seat| seat.x.is_finite() && seat.y.is_finite());
    let centre = match limit {
        Limit::Outline(outline) => middle(outline.iter().flat_map(|part| part.exterior().0.iter().copied())),
        Limit::Radius(radius) if 0.0 < radius && radius.is_finite() => middle(finite()),
        Limit::Radius(_) => None,
    };
    let Some(centre) = centre else {
        return vec![None; seats.len()];
    };
    let plane = LocalPlane::around(centre);
    let on_plane: Vec<[f64; 2]> = seats.iter().map(|&seat| plane.project(seat)).collect();
    let mut taken = HashSet::new();
    let counted: Vec<bool> = (on_plane.iter())
        .map(|at| {
            at.iter().all(|metres| metres.is_finite()) && taken.insert(at.map(|metres| (metres * 1e3).round() as i64))
        })
        .collect();
    let entries = (0..).zip(&on_plane).zip(&counted).filter(|(_, counted)| **counted);
    let tree = RTree::bulk_load(entries.map(|((seat, &at), _)| GeomWithData::new(at, seat)).collect());
    let world = World { plane, seats: &on_plane, tree };

    let outline = match limit {
        Limit::Outline(outline) => outline.iter().map(|part| Part::of_outline(part, &plane)).collect(),
        Limit::Radius(_) => Vec::new(),
    };
    (0..seats.len())
        .into_par_iter()
        .map(|seat| {
            let circle;
            let parts = match limit {
                _ if !counted[seat] => return None,
                Limit::Outline(_) => &outline,
                Limit::Radius(radius) => {
                    circle = vec![Part::of_circle(seats[seat], radius, &plane)];
                    &circle
                }
            };
            let cell = world.cell(seat as u32, parts);
            (!cell.0.is_empty()).then_some(cell)
        })
        .collect()
}

/// Sides of the polygon that stands for a circle.
const N_SIDES: u32 = 64;
/// The longest straight piece of a border, in metres: a straight line on the plane and one in longitude and latitude differ
/// by centimetres over it.
const LONGEST_PIECE: f64 = 1000.0;
/// The grid on which borders meet, in metres: ways of computing the same corner that differ by their rounding agree.
const CORNER_GRID: f64 = 1.0 / 65_536.0;

/// Seats on the plane.
struct World<'a> {
    plane: LocalPlane,
    /// All of them; the tree holds those that count.
    seats: &'a [[f64; 2]],
    tree: RTree<GeomWithData<[f64; 2], u32>>,
}

/// A polygon of the limit.
struct Part {
    rings: Vec<Ring<Side>>,
    /// The same corners, by number.
    corners: Vec<Spot>,
    extent: AABB<[f64; 2]>,
    /// Boxes of the sides, to know what they do not come near.
    sides: RTree<Rectangle<[f64; 2]>>,
    /// `None` for a polygon without corners.
    stripes: Option<Stripes>,
    /// A longitude in the middle of it: corners that are computed go by the same count.
    meridian: f64,
}

/// What a side of a cell is.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Side {
    /// Part of the limit's side between these two of its corners.
    Limit(u32, u32),
    /// Part of the bisector with this seat.
    Seat(u32),
}

impl Part {
    fn of_outline(part: &Polygon<f64>, plane: &LocalPlane) -> Self {
        if part.coords_iter().any(|corner| !corner.x.is_finite() || !corner.y.is_finite()) {
            return Self::new(Vec::new(), Vec::new(), 0.0);
        }
        let mut corners: Vec<Spot> = Vec::new();
        let mut rings = Vec::new();
        for (n, ring) in std::iter::once(part.exterior()).chain(part.interiors()).enumerate() {
            let first = corners.len() as u32;
            for side in ring.lines().filter(|side| side.start != side.end) {
                let (from, to) = (plane.project(side.start), plane.project(side.end));
                let step = side.delta() / f64::from(n_pieces(from, to));
                let places = (0..n_pieces(from, to)).map(|piece| side.start + step * f64::from(piece));
                corners.extend(places.map(|place| Spot { at: plane.project(place), place: Some(place) }));
            }
            let n_corners = corners.len() as u32 - first;
            let side = |corner: u32| Side::Limit(first + corner, first + (corner + 1) % n_corners);
            let spots = &corners[first as usize..];
            let mut ring: Ring<Side> =
                (0..n_corners).zip(spots).map(|(n, &spot)| Corner { spot, side: side(n) }).collect();
            // The inside to the left: outer rings counter-clockwise, holes clockwise.
            if (signed_area(&ring) < 0.0) != (n != 0) {
                let sides: Vec<Side> = ring.iter().rev().skip(1).chain(ring.last()).map(|corner| corner.side).collect();
                ring.reverse();
                ring.iter_mut().zip(sides).for_each(|(corner, side)| corner.side = side);
            }
            rings.push(ring);
        }
        let longitudes = || part.exterior().0.iter().map(|corner| corner.x);
        let west = longitudes().fold(f64::INFINITY, f64::min);
        let east = longitudes().fold(f64::NEG_INFINITY, f64::max);
        Self::new(rings, corners, (west + east) / 2.0)
    }

    fn new(rings: Vec<Ring<Side>>, corners: Vec<Spot>, meridian: f64) -> Self {
        let extent = AABB::from_points(corners.iter().map(|spot| &spot.at));
        let sides = rings.iter().flat_map(|ring| ring.iter().zip(ring.iter().cycle().skip(1)));
        let sides = sides.map(|(from, to)| Rectangle::from_corners(from.spot.at, to.spot.at)).collect();
        let mut flat = rings.iter().map(on_plane);
        let stripes = flat.next().and_then(|outer| Stripes::new(&Polygon::new(outer, flat.collect())));
        Self { rings, corners, extent, sides: RTree::bulk_load(sides), stripes, meridian }
    }

    fn of_circle(seat: Coord<f64>, radius: f64, plane: &LocalPlane) -> Self {
        let around_seat = LocalPlane::around(seat);
        let corner = |n: u32| {
            let (sin, cos) = (std::f64::consts::TAU * f64::from(n) / f64::from(N_SIDES)).sin_cos();
            around_seat.unproject([radius * cos, radius * sin])
        };
        Self::of_outline(&Polygon::new((0..N_SIDES).map(corner).collect(), Vec::new()), plane)
    }

    /// A rectangle on the plane.
    fn of_frame([west, south]: [f64; 2], [east, north]: [f64; 2]) -> Self {
        let corners: Vec<Spot> =
            [[west, south], [east, south], [east, north], [west, north]].map(|at| Spot { at, place: None }).into();
        let ring = (0..4).zip(&corners).map(|(n, &spot)| Corner { spot, side: Side::Limit(n, (n + 1) % 4) }).collect();
        Self::new(vec![ring], corners, 0.0)
    }

    /// Whether the polygon holds a box whole, or nothing of it. `None` if a side may come into it.
    fn holds_box(&self, extent: &AABB<[f64; 2]>) -> Option<bool> {
        if self.sides.locate_in_envelope_intersecting(*extent).next().is_some() {
            return None;
        }
        let corner = Coord::from(extent.lower());
        Some(self.stripes.as_ref().is_some_and(|stripes| stripes.holds(corner)))
    }
}

impl World<'_> {
    /// The cell of a seat within the parts of the limit.
    fn cell(&self, seat: u32, parts: &[Part]) -> MultiPolygon<f64> {
        let open_cell = self.open_cell(seat, parts);
        let corners: Vec<[f64; 2]> = open_cell.iter().flatten().map(|corner| corner.spot.at).collect();
        let extent = AABB::from_points(&corners);
        let sides = open_cell.iter().flatten().map(|corner| corner.side);
        let mut neighbours: Vec<u32> =
            sides.filter_map(|side| if let Side::Seat(neighbour) = side { Some(neighbour) } else { None }).collect();
        neighbours.sort_unstable();
        neighbours.dedup();

        let mut polygons = Vec::new();
        for part in parts.iter().filter(|part| part.extent.intersects(&extent)) {
            match part.holds_box(&extent) {
                Some(true) => polygons.extend(self.polygons(&open_cell, part.meridian)),
                Some(false) => {}
                None => {
                    let cut_off = |rings: Vec<_>, &neighbour: &u32| self.cut_off(&rings, part, seat, neighbour);
                    let rings = neighbours.iter().fold(part.rings.clone(), cut_off);
                    polygons.extend(self.polygons(&rings, part.meridian));
                }
            }
        }
        MultiPolygon(polygons)
    }

    /// The cell of a seat as far as the extent of the limit goes: one convex ring.
    fn open_cell(&self, seat: u32, parts: &[Part]) -> Vec<Ring<Side>> {
        let own = self.seats[seat as usize];
        let mut extent = AABB::from_point(own);
        parts.iter().for_each(|part| extent.merge(&part.extent));
        let frame = Part::of_frame(extent.lower().map(|low| low - 1.0), extent.upper().map(|high| high + 1.0));
        let mut rings = frame.rings.clone();

        // From the nearest seat on, until none can reach over half the way to the farthest corner.
        for (other, distance_2) in self.tree.nearest_neighbor_iter_with_distance_2(own) {
            let reach_2 = rings.iter().flatten().map(|corner| {
                let [x, y] = corner.spot.at;
                (x - own[0]).powi(2) + (y - own[1]).powi(2)
            });
            if 4.0 * reach_2.fold(0.0, f64::max) < distance_2 {
                break;
            }
            if other.data != seat {
                rings = self.cut_off(&rings, &frame, seat, other.data);
            }
        }
        rings
    }

    /// What of the rings is nearer to `seat` than to `other`.
    fn cut_off(&self, rings: &[Ring<Side>], part: &Part, seat: u32, other: u32) -> Vec<Ring<Side>> {
        let line = Bisector::between(self.seats, seat, other);
        let sign = if seat < other { 1.0 } else { -1.0 };
        let meet = |from: &Corner<Side>, to: &Corner<Side>| match from.side {
            // From the ends of the whole side: each neighbour computes the same.
            Side::Limit(start, end) => line.meet(part.corners[start as usize], part.corners[end as usize]),
            Side::Seat(third) => {
                let at = self.meeting([seat, other, third], [from.spot, to.spot], &line);
                Spot { at, place: None }
            }
        };
        let distance = |at| sign * line.distance(at);
        let along = [sign * line.normal[1], -sign * line.normal[0]];
        cut(rings, &Cut { distance, along, meet, side: Side::Seat(other) })
    }

    /// Where the borders of three seats meet: equally far from each. It is between the two `ends`, and on the line.
    fn meeting(&self, mut seats: [u32; 3], ends: [Spot; 2], line: &Bisector) -> [f64; 2] {
        // In ascending order: each of the three computes the same.
        seats.sort_unstable();
        let [[x, y], [bx, by], [cx, cy]] = seats.map(|seat| self.seats[seat as usize]);
        let (bx, by, cx, cy) = (bx - x, by - y, cx - x, cy - y);
        let twice = 2.0 * (bx * cy - by * cx);
        let (b_2, c_2) = (bx * bx + by * by, cx * cx + cy * cy);
        let centre = [x + (cy * b_2 - by * c_2) / twice, y + (bx * c_2 - cx * b_2) / twice];
        let between = (0..2).all(|axis| {
            let (low, high) = (ends[0].at[axis].min(ends[1].at[axis]), ends[0].at[axis].max(ends[1].at[axis]));
            (low - 1e-3..=high + 1e-3).contains(&centre[axis])
        });
        // Bisectors that are almost parallel meet anywhere: then the side itself says where.
        let meeting = if between { centre } else { line.meet(ends[0], ends[1]).at };
        meeting.map(|metres| (metres / CORNER_GRID).round() * CORNER_GRID)
    }

    /// A place on the globe, its longitude within half a circle of the meridian.
    fn place(&self, at: [f64; 2], meridian: f64) -> Coord<f64> {
        let Coord { x, y } = self.plane.unproject(at);
        Coord { x: x - 360.0 * ((x - meridian) / 360.0).round(), y }
    }

    /// Rings on the plane as polygons on the globe: each outer ring with the holes in it.
    fn polygons(&self, rings: &[Ring<Side>], meridian: f64) -> Vec<Polygon<f64>> {
        let (outer, holes): (Vec<_>, Vec<_>) = rings.iter().partition(|ring| 0.0 < signed_area(ring));
        let shapes: Vec<Polygon<f64>> = outer.iter().map(|ring| Polygon::new(on_plane(ring), Vec::new())).collect();
        let mut polygons: Vec<Polygon<f64>> =
            outer.iter().map(|ring| Polygon::new(self.on_globe(ring, meridian), Vec::new())).collect();
        for hole in holes {
            // A hole may touch its outer ring, but not with every corner.
            let holds = |shape: &Polygon<f64>| hole.iter().any(|corner| shape.contains(&Coord::from(corner.spot.at)));
            if let Some(holder) = shapes.iter().position(holds) {
                polygons[holder].interiors_push(self.on_globe(hole, meridian));
            }
        }
        polygons
    }

    fn on_globe(&self, ring: &Ring<Side>, meridian: f64) -> LineString<f64> {
        let mut line = Vec::with_capacity(ring.len() + 1);
        for (corner, next) in ring.iter().zip(ring.iter().cycle().skip(1)) {
            line.push(corner.spot.place.unwrap_or_else(|| self.place(corner.spot.at, meridian)));
            if let Side::Seat(_) = corner.side {
                let between = between(corner.spot.at, next.spot.at);
                line.extend(between.into_iter().map(|at| self.place(at, meridian)));
            }
        }
        line.extend(line.first().copied());
        LineString(line)
    }
}

/// The line between two seats, equally far from both.
struct Bisector {
    middle: [f64; 2],
    /// Of length 1, towards the seat with the lower id.
    normal: [f64; 2],
}

impl Bisector {
    fn between(seats: &[[f64; 2]], one: u32, other: u32) -> Self {
        let ([low_x, low_y], [high_x, high_y]) = (seats[one.min(other) as usize], seats[one.max(other) as usize]);
        let length = (low_x - high_x).hypot(low_y - high_y);
        Self {
            middle: [(low_x + high_x) / 2.0, (low_y + high_y) / 2.0],
            normal: [(low_x - high_x) / length, (low_y - high_y) / length],
        }
    }

    /// Metres from the line, positive on the side of the seat with the lower id.
    fn distance(&self, at: [f64; 2]) -> f64 {
        (at[0] - self.middle[0]) * self.normal[0] + (at[1] - self.middle[1]) * self.normal[1]
    }

    /// Where the line crosses the way between two spots on its two sides; one of them if it passes by.
    fn meet(&self, from: Spot, to: Spot) -> Spot {
        let (before, behind) = (self.distance(from.at), self.distance(to.at));
        let share = before / (before - behind);
        // A side along the line has NaN here.
        if share.is_nan() || share <= 0.0 {
            return from;
        }
        if 1.0 <= share {
            return to;
        }
        let on_way = |axis: usize| from.at[axis] + share * (to.at[axis] - from.at[axis]);
        Spot {
            at: [on_way(0), on_way(1)],
            place: from.place.zip(to.place).map(|(from, to)| from + (to - from) * share),
        }
    }
}

fn on_plane(ring: &Ring<Side>) -> LineString<f64> {
    ring.iter().map(|corner| Coord::from(corner.spot.at)).collect()
}

/// Places between two corners of a border, which is straight on the plane and on the globe a little bent.
fn between(from: [f64; 2], to: [f64; 2]) -> Vec<[f64; 2]> {
    // From the lower end: both neighbours compute the same.
    let (start, end) = if from < to { (from, to) } else { (to, from) };
    let n_pieces = n_pieces(from, to);
    let shares = (1..n_pieces).map(|piece| f64::from(piece) / f64::from(n_pieces));
    let mut places: Vec<[f64; 2]> =
        shares.map(|share| [0, 1].map(|axis: usize| start[axis] + share * (end[axis] - start[axis]))).collect();
    if start != from {
        places.reverse();
    }
    places
}

/// Into how many pieces the way between two corners is divided.
fn n_pieces(from: [f64; 2], to: [f64; 2]) -> u32 {
    ((to[0] - from[0]).hypot(to[1] - from[1]) / LONGEST_PIECE).ceil().clamp(1.0, 1e4) as u32
}

/// The middle of places on the globe. `None` without any.
fn middle(places: impl Iterator<Item = Coord<f64>>) -> Option<Coord<f64>> {
    let mut first = None;
    let [x, y, z] = places.filter(|place| place.x.is_finite() && place.y.is_finite()).fold([0.0; 3], |sum, place| {
        first.get_or_insert(place);
        let Place([x, y, z]) = Place::new(place);
        [sum[0] + x, sum[1] + y, sum[2] + z]
    });
    // What balances around the earth's centre has no middle.
    let balanced = x.hypot(y).hypot(z) < 1.0;
    let middle = Coord { x: y.atan2(x).to_degrees(), y: z.atan2(x.hypot(y)).to_degrees() };
    if balanced { first } else { first.map(|_| middle) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::space::distance::metres;
    use crate::space::index::PolygonIndex;
    use geo::orient::Direction;
    use geo::{Area, MapCoords, Orient, Validation, polygon};
    use proptest::prelude::*;

    fn at(x: f64, y: f64) -> Coord<f64> {
        Coord { x, y }
    }

    /// Drawn in steps of a hundredth of a degree, somewhere in Shenzhen.
    fn drawn(polygon: Polygon<f64>) -> MultiPolygon<f64> {
        polygon.map_coords(|corner| at(114.0, 22.5) + corner * 0.01).into()
    }

    fn seat(x: f64, y: f64) -> Coord<f64> {
        at(114.0, 22.5) + at(x, y) * 0.01
    }

    fn area(cell: &Option<MultiPolygon<f64>>) -> f64 {
        cell.as_ref().map_or(0.0, |cell| cell.unsigned_area() / 1e-4)
    }

    /// What holds of all cells: valid, oriented, together the outline, each seat in its own.
    fn check(seats: &[Coord<f64>], outline: &MultiPolygon<f64>, cells: &[Option<MultiPolygon<f64>>]) {
        for cell in cells.iter().flatten() {
            cell.check_validation().unwrap();
            assert_eq!(*cell, cell.orient(Direction::Default));
        }
        let sum: f64 = cells.iter().map(area).sum();
        let whole = outline.unsigned_area() / 1e-4;
        assert!((sum / whole - 1.0).abs() < 1e-7, "{sum} of {whole}");
        let index = PolygonIndex::build(cells.iter().map(Option::as_ref));
        let whole = PolygonIndex::build([Some(outline)]);
        for (n, (&seat, cell)) in seats.iter().zip(cells).enumerate() {
            if cell.is_some() && whole.locate(&[seat])[0].is_some() {
                assert!(index.containing(seat).contains(&(n as u32)), "seat {n}");
            }
        }
    }

    // +---+---+   four seats whose borders meet in one corner, a hole over it, and a second seat on the first
    // | 0 | 1 |
    // +--( )--+
    // | 2 | 3 |
    // +---+---+
    #[test]
    fn four_seats_part_a_square_with_a_hole_in_four() {
        let ring = drawn(polygon!(
            exterior: [(x: 0.0, y: 0.0), (x: 8.0, y: 0.0), (x: 8.0, y: 8.0), (x: 0.0, y: 8.0)],
            interiors: [[(x: 3.0, y: 4.0), (x: 4.0, y: 5.0), (x: 5.0, y: 4.0), (x: 4.0, y: 3.0)]],
        ));
        let square = MultiPolygon::from(Polygon::new(ring.0[0].exterior().clone(), vec![]));
        let seats = [seat(2.0, 6.0), seat(6.0, 6.0), seat(2.0, 2.0), seat(6.0, 2.0), seat(2.0, 6.0), at(f64::NAN, 0.0)];
        for (outline, quarter) in [(&square, 16.0), (&ring, 15.5)] {
            let cells = voronoi_cells(&seats, Limit::Outline(outline));
            check(&seats, outline, &cells);
            assert_eq!(cells.iter().map(Option::is_some).collect::<Vec<_>>(), [true, true, true, true, false, false]);
            // Not all of one size: the parallels are bent, and a degree is shorter in the north.
            cells[..4].iter().for_each(|cell| assert!((area(cell) - quarter).abs() < 0.01, "{}", area(cell)));
        }
    }

    #[test]
    fn one_seat_gets_all_two_get_halves_and_seats_on_a_line_get_strips() {
        let outline = drawn(polygon![(x: 0.0, y: 0.0), (x: 6.0, y: 0.0), (x: 6.0, y: 2.0), (x: 0.0, y: 2.0)]);
        let all = voronoi_cells(&[seat(9.0, 9.0)], Limit::Outline(&outline));
        check(&[seat(9.0, 9.0)], &outline, &all);
        let halves = [seat(1.0, 1.0), seat(5.0, 1.0)];
        let cells = voronoi_cells(&halves, Limit::Outline(&outline));
        check(&halves, &outline, &cells);
        assert!((area(&cells[0]) - 6.0).abs() < 1e-3);
        let on_line = [0.5, 1.5, 2.5, 3.5, 4.5, 5.5].map(|x| seat(x, 1.0));
        let cells = voronoi_cells(&on_line, Limit::Outline(&outline));
        check(&on_line, &outline, &cells);
        cells.iter().for_each(|cell| assert!((area(cell) - 2.0).abs() < 1e-3));
        assert!(voronoi_cells(&[], Limit::Outline(&outline)).is_empty());
        let not_finite = polygon![(x: 0.0, y: 0.0), (x: f64::NAN, y: 1.0), (x: 1.0, y: 1.0)];
        for nothing in [vec![], vec![polygon![]], vec![not_finite]] {
            let cells = voronoi_cells(&halves, Limit::Outline(&MultiPolygon(nothing)));
            assert_eq!(cells, [None, None]);
        }
    }

    // +---+     the border runs along a side of the L, and through its corner
    // | 0 |
    // |   +---+
    // |   : 1 |
    // +---+---+
    #[test]
    fn a_border_may_meet_a_corner_of_the_outline() {
        let outline = drawn(polygon![
            (x: 0.0, y: 0.0), (x: 4.0, y: 0.0), (x: 4.0, y: 2.0), (x: 2.0, y: 2.0), (x: 2.0, y: 4.0), (x: 0.0, y: 4.0)
        ]);
        for seats in
            [[seat(1.0, 1.0), seat(3.0, 1.0)], [seat(1.0, 3.0), seat(3.0, 1.0)], [seat(1.0, 3.0), seat(1.0, 1.0)]]
        {
            check(&seats, &outline, &voronoi_cells(&seats, Limit::Outline(&outline)));
        }
    }

    // A U around a third seat: its cell comes between, and the first seat's has two parts.
    #[test]
    fn a_cell_may_have_parts() {
        let outline = drawn(polygon![
            (x: 0.0, y: 0.0), (x: 9.0, y: 0.0), (x: 9.0, y: 9.0), (x: 6.0, y: 9.0), (x: 6.0, y: 3.0), (x: 3.0, y: 3.0),
            (x: 3.0, y: 9.0), (x: 0.0, y: 9.0)
        ]);
        let seats = [seat(4.5, 9.0), seat(4.5, 1.0)];
        let cells = voronoi_cells(&seats, Limit::Outline(&outline));
        check(&seats, &outline, &cells);
        assert_eq!(cells[0].as_ref().unwrap().0.len(), 2);
    }

    #[test]
    fn an_outline_in_two_parts_at_the_dateline_is_one_land() {
        let side = |west: f64| polygon![(x: west, y: -18.0), (x: west + 1.0, y: -18.0), (x: west + 1.0, y: -17.0), (x: west, y: -17.0)];
        let outline = MultiPolygon(vec![side(179.0), side(-180.0)]);
        let seats = [at(179.9, -17.5), at(-179.2, -17.5)];
        let cells = voronoi_cells(&seats, Limit::Outline(&outline));
        let parts: Vec<usize> = cells.iter().flatten().map(|cell| cell.0.len()).collect();
        assert_eq!(parts, [2, 1]);
        assert!((cells.iter().flatten().map(Area::unsigned_area).sum::<f64>() - 2.0).abs() < 1e-7);
    }

    #[test]
    fn a_radius_gives_circles_cut_where_they_meet() {
        let seats = [seat(0.0, 0.0), seat(1.0, 0.0), seat(50.0, 50.0)];
        let cells = voronoi_cells(&seats, Limit::Radius(1000.0));
        let alone = cells[2].as_ref().unwrap();
        assert_eq!(alone.0[0].exterior().0.len(), 65);
        alone.exterior_corners().for_each(|corner| assert!((metres(seats[2], corner) - 1000.0).abs() < 1e-3));
        let [left, right] = [&cells[0], &cells[1]].map(|cell| cell.clone().unwrap());
        left.check_validation().unwrap();
        assert!(left.unsigned_area() < 0.9 * alone.unsigned_area());
        let middle = metres(seats[0], seats[1]) / 2.0;
        left.exterior_corners().for_each(|corner| assert!(metres(seats[1], corner) > middle - 0.01));
        right.exterior_corners().for_each(|corner| assert!(metres(seats[1], corner) < 1000.001));
        for radius in [0.0, -1.0, f64::NAN, f64::INFINITY] {
            assert_eq!(voronoi_cells(&seats, Limit::Radius(radius)), [None, None, None]);
        }
    }

    trait Corners {
        fn exterior_corners(&self) -> impl Iterator<Item = Coord<f64>>;
    }

    impl Corners for MultiPolygon<f64> {
        fn exterior_corners(&self) -> impl Iterator<Item = Coord<f64>> {
            self.iter().flat_map(|part| part.exterior().0.iter().copied())
        }
    }

    /// A notched outline with a hole, of about 20 km.
    fn notched(radii: &[f64]) -> MultiPolygon<f64> {
        let ring = |size: f64| -> LineString<f64> {
            let corner = |(n, radius): (usize, &f64)| {
                let (sin, cos) = (std::f64::consts::TAU * n as f64 / radii.len() as f64).sin_cos();
                at(114.0 + size * radius * cos, 22.5 + size * radius * sin)
            };
            radii.iter().enumerate().map(corner).collect()
        };
        Polygon::new(ring(0.1), vec![ring(0.03)]).into()
    }

    proptest! {
        #[test]
        fn cells_part_the_outline_and_hold_what_is_nearest(
            radii in prop::collection::vec(0.3..1.0, 4..20),
            free in prop::collection::vec((113.9..114.1, 22.4..22.6), 1..40),
            on_lattice in prop::collection::vec((0..5_i32, 0..5_i32), 0..12),
            points in prop::collection::vec((113.9..114.1, 22.4..22.6), 40),
        ) {
            let outline = notched(&radii);
            let mut seats: Vec<_> = free.into_iter().map(|(x, y)| at(x, y)).collect();
            seats.extend(on_lattice.into_iter().map(|(x, y)| at(113.95 + f64::from(x) * 0.025, 22.45 + f64::from(y) * 0.025)));
            let cells = voronoi_cells(&seats, Limit::Outline(&outline));
            check(&seats, &outline, &cells);
            let index = PolygonIndex::build(cells.iter().map(Option::as_ref));
            let whole = PolygonIndex::build([Some(&outline)]);
            for point in points.into_iter().map(|(x, y)| at(x, y)) {
                prop_assert_eq!(index.containing(point).is_empty(), whole.containing(point).is_empty());
                let least = seats.iter().map(|&seat| metres(point, seat)).fold(f64::INFINITY, f64::min);
                for holder in index.containing(point) {
                    let distance = metres(point, seats[holder as usize]);
                    prop_assert!(distance - least < 0.1, "{distance} {least}");
                }
            }
        }

        #[test]
        fn neighbours_share_every_corner_of_their_border(
            free in prop::collection::vec((113.9..114.1, 22.4..22.6), 3..60),
        ) {
            let outline = notched(&[1.0; 12]);
            let seats: Vec<_> = free.into_iter().map(|(x, y)| at(x, y)).collect();
            let cells = voronoi_cells(&seats, Limit::Outline(&outline));
            let mut owners: std::collections::HashMap<[u64; 2], u32> = std::collections::HashMap::new();
            for cell in cells.iter().flatten() {
                let corners: HashSet<_> = cell.iter()
                    .flat_map(|part| std::iter::once(part.exterior()).chain(part.interiors()))
                    .flat_map(|ring| ring.0.iter().map(|corner| [corner.x.to_bits(), corner.y.to_bits()])).collect();
                corners.into_iter().for_each(|corner| *owners.entry(corner).or_default() += 1);
            }
            let border = PolygonIndex::build([Some(&outline)]);
            for (corner, n_owners) in owners {
                let corner = at(f64::from_bits(corner[0]), f64::from_bits(corner[1]));
                let on_outline = outline.0[0].exterior().lines().chain(outline.0[0].interiors()[0].lines())
                    .any(|side| {
                        let along = side.delta();
                        let off = along.x * (corner.y - side.start.y) - along.y * (corner.x - side.start.x);
                        off.abs() / along.x.hypot(along.y) < 1e-9
                    });
                prop_assert!(on_outline || 2 <= n_owners, "{corner:?}");
                // A straight piece of a border and the outline differ by centimetres at most: see LONGEST_PIECE.
                let outside = border.nearest(corner).expect("the outline is there").1;
                prop_assert!(on_outline || outside < 0.05, "{corner:?} {outside}");
            }
        }
    }
}
