//! All points within a limit of a place.
//!
//! For catchments: very many questions with the same limit, each with few answers. The nearest alone is `nearest.rs`;
//! what costs more than the straight line (roads) is elsewhere.

use std::ops::Range;

use geo::Coord;
use rayon::prelude::*;

use super::distance::{Place, SEMI_MAJOR, chord_2_within};

/// Points sorted into cells of a grid: rows of latitude, each cut into columns of longitude about as wide as high.
///
/// # Edge cases
/// The dateline and the poles need no care: columns close the circle, and rows near a pole have few of them. Longitudes may
/// lie outside -180..180. Points that are absent or not finite are never visited.
#[derive(Debug)]
pub struct PointGrid {
    south: f64,
    rows_per_degree: f64,
    /// Where the points' longitudes begin, going east, and how far they extend.
    west: f64,
    extent: f64,
    rows: Vec<Row>,
    /// Where the points of each cell begin; one more at the end. Row by row from the south, each from the west.
    starts: Vec<u32>,
    points: Vec<Entry>,
}

#[derive(Debug)]
struct Row {
    first_cell: u32,
    n_columns: u32,
    columns_per_degree: f64,
}

#[derive(Clone, Copy, Debug)]
struct Entry {
    place: Place,
    id: u32,
}

/// Metres in a degree of latitude, nowhere more.
const DEGREE: f64 = 111_700.0;
/// The least radius of curvature of the ellipsoid, in metres (that of the meridian at the equator).
const LEAST_RADIUS: f64 = 6_335_439.0;
/// Added to every search, in degrees: more than any rounding.
const SLACK: f64 = 1e-7;

impl PointGrid {
    /// Sorts the points; the id of a point is its position. `usual_limit`, in metres, is the limit of most questions:
    /// every limit is answered rightly, this one fast.
    ///
    /// # Panics
    /// With 2^32 points or more.
    pub fn build(points: &[Option<Coord<f64>>], usual_limit: f64) -> Self {
        let located: Vec<(u32, Coord<f64>)> = (points.iter().enumerate())
            .filter_map(|(id, point)| Some((u32::try_from(id).expect("ids of points fit 32 bits"), (*point)?)))
            .filter(|(_, point)| point.x.is_finite() && point.y.is_finite())
            .collect();

        let south = located.iter().map(|(_, point)| point.y).fold(90.0, f64::min);
        let north = located.iter().map(|(_, point)| point.y).fold(-90.0, f64::max).max(south);
        let west = after_widest_gap(&located);
        let extent = located.iter().map(|(_, point)| eastward(west, point.x)).fold(0.0, f64::max);

        // The grid: rows, and how many cells come before each.
        let cell = cell_size(located.len(), south, north, extent, usual_limit);
        let n_rows = ((north - south) * DEGREE / cell).ceil().max(1.0);
        let rows_per_degree = if south < north { n_rows / (north - south) } else { 0.0 };
        let mut n_cells = 0;
        let rows: Vec<Row> = (0..n_rows as u32)
            .map(|row| {
                let middle = south + (f64::from(row) + 0.5) * (north - south) / n_rows;
                let length = extent * DEGREE * middle.to_radians().cos().abs();
                let n_columns = (length / cell).ceil().max(1.0) as u32;
                let first_cell = n_cells;
                n_cells += n_columns;
                let columns_per_degree = if 0.0 < extent { f64::from(n_columns) / extent } else { 0.0 };
                Row { first_cell, n_columns, columns_per_degree }
            })
            .collect();
        let mut grid = Self {
            south,
            rows_per_degree,
            west,
            extent,
            rows,
            starts: vec![0; n_cells as usize + 1],
            points: Vec::new(),
        };

        // The points in the order of their cells, in a cell by id.
        let mut in_order: Vec<(u32, u32, Place)> = (located.par_iter())
            .map(|&(id, point)| {
                let row = &grid.rows[grid.row(point.y)];
                (row.first_cell + row.column(eastward(west, point.x)), id, Place::new(point))
            })
            .collect();
        in_order.par_sort_unstable_by_key(|&(cell, id, _)| (cell, id));
        for &(cell, ..) in &in_order {
            grid.starts[cell as usize + 1] += 1;
        }
        for cell in 0..n_cells as usize {
            grid.starts[cell + 1] += grid.starts[cell];
        }
        grid.points = in_order.into_iter().map(|(_, id, place)| Entry { place, id }).collect();
        grid
    }

    /// Calls `visit` with the id and the distance in metres of every point whose distance from `centre` is at most
    /// `limit_metres`. The distance is that of [`metres`](super::distance::metres), to the last bit.
    ///
    /// # Order
    /// The same for the same grid: cell by cell from the south, in a row from the west, in a cell by id. It is not the order
    /// of ids, and another `usual_limit` gives another; sort where it matters.
    ///
    /// # Edge cases
    /// A negative limit or one that is NaN, and a centre that is not finite, visit nothing.
    pub fn within(&self, centre: Coord<f64>, limit_metres: f64, mut visit: impl FnMut(u32, f64)) {
        let limits = 0.0..=f64::INFINITY;
        if !limits.contains(&limit_metres) || !centre.x.is_finite() || !centre.y.is_finite() || self.points.is_empty() {
            return;
        }
        let from = Place::new(centre);
        let chord_2 = chord_2_within(limit_metres);
        let reach = Reach::new(centre.y, limit_metres);
        if self.north() + SLACK < centre.y - reach.north || centre.y + reach.north < self.south - SLACK {
            return;
        }
        let rows = self.row(centre.y - reach.north)..=self.row(centre.y + reach.north);
        let start = eastward(self.west, centre.x - reach.east);
        for row in &self.rows[rows] {
            for columns in self.columns(row, start, 2.0 * reach.east) {
                let first = self.starts[(row.first_cell + columns.start) as usize] as usize;
                let end = self.starts[(row.first_cell + columns.end) as usize] as usize;
                for entry in &self.points[first..end] {
                    if from.chord_2_to(entry.place) <= chord_2 {
                        let distance = from.metres_to(entry.place);
                        if distance <= limit_metres {
                            visit(entry.id, distance);
                        }
                    }
                }
            }
        }
    }

    /// The row of a latitude, the first or last of those beyond the grid. It never falls as the latitude rises.
    fn row(&self, lat: f64) -> usize {
        (((lat - self.south) * self.rows_per_degree) as usize).min(self.rows.len() - 1)
    }

    fn north(&self) -> f64 {
        if self.rows_per_degree == 0.0 {
            self.south
        } else {
            self.south + self.rows.len() as f64 / self.rows_per_degree
        }
    }

    /// The columns of a row that touch `width` degrees from `start`, as at most two ranges: the second is empty unless
    /// the way closes the circle.
    fn columns(&self, row: &Row, start: f64, width: f64) -> [Range<u32>; 2] {
        let whole = [0..row.n_columns, 0..0];
        if 360.0 <= width {
            return whole;
        }
        let end = start + width;
        let direct = if start <= self.extent { row.column(start)..row.column(end) + 1 } else { 0..0 };
        if end < 360.0 {
            return [direct, 0..0];
        }
        // Over the seam: what lies behind it comes first, being in the west.
        let behind = 0..row.column(end - 360.0) + 1;
        if direct.is_empty() {
            [behind, 0..0]
        } else if direct.start < behind.end {
            whole
        } else {
            [behind, direct]
        }
    }
}

impl Row {
    /// The column of a longitude, counted from the grid's west; the last for those beyond.
    fn column(&self, east: f64) -> u32 {
        ((east * self.columns_per_degree) as u32).min(self.n_columns - 1)
    }
}

/// How far a limit reaches from a latitude, in degrees; never too little.
struct Reach {
    north: f64,
    east: f64,
}

impl Reach {
    fn new(lat: f64, limit: f64) -> Self {
        // An arc over the mean radius may differ from the way on the ellipsoid: by 5 % on the far side of the earth,
        // by less than a thousandth where it matters.
        let share = if limit < 1e6 { 1.001 } else { 1.06 };
        let angle = share * limit / LEAST_RADIUS;
        let north = angle.to_degrees() + SLACK;
        // The circle touches its outermost meridians at right angles.
        let ratio = angle.sin() / lat.to_radians().cos();
        let over_pole = 90.0 <= lat.abs() + north || !(0.0..1.0).contains(&ratio);
        let east = if over_pole { 180.0 } else { ratio.asin().to_degrees() + SLACK };
        Self { north, east }
    }
}

/// Side of a cell in metres: some eight points in it, but no smaller than a quarter of the limit (many rows to walk) and no
/// larger than it (many points in vain); and never more than about two cells a point.
fn cell_size(n_points: usize, south: f64, north: f64, extent: f64, limit: f64) -> f64 {
    let middle = (south + north) / 2.0;
    let height = ((north - south) * DEGREE).max(1.0);
    let width = (extent * DEGREE * middle.to_radians().cos().abs()).max(1.0);
    let n_points = n_points.max(1) as f64;
    let area_per_point = width * height / n_points;
    let limit = if limit.is_finite() && 0.0 < limit { limit } else { 1000.0 };
    let wanted = (8.0 * area_per_point).sqrt().clamp(limit / 4.0, limit);
    // Long thin extents: rows and columns alone are no more than points.
    let least = (area_per_point / 2.0).sqrt().max(width.max(height) / (2.0 * n_points));
    wanted.max(least).min(SEMI_MAJOR)
}

/// Degrees to the east from one longitude to another, from 0 to below 360.
fn eastward(from: f64, to: f64) -> f64 {
    let degrees = (to - from).rem_euclid(360.0);
    // A tiny step to the west is rounded to the full circle.
    if degrees < 360.0 { degrees } else { 0.0 }
}

/// A whole degree of longitude behind the widest gap between points: seen from there to the east they extend least, and
/// do so over the dateline if they lie on both sides of it.
fn after_widest_gap(points: &[(u32, Coord<f64>)]) -> f64 {
    let mut occupied = [false; 360];
    for (_, point) in points {
        occupied[point.x.rem_euclid(360.0) as usize % 360] = true;
    }
    let gap_before = |degree: usize| (1..360).take_while(|back| !occupied[(degree + 360 - back) % 360]).count();
    let west = (0..360).filter(|&degree| occupied[degree]).max_by_key(|&degree| gap_before(degree));
    west.unwrap_or(0) as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::space::distance::metres;
    use proptest::prelude::*;

    fn at(lon: f64, lat: f64) -> Coord<f64> {
        Coord { x: lon, y: lat }
    }

    fn found(grid: &PointGrid, centre: Coord<f64>, limit: f64) -> Vec<(u32, f64)> {
        let mut found = Vec::new();
        grid.within(centre, limit, |id, distance| found.push((id, distance)));
        found.sort_by_key(|&(id, _)| id);
        found
    }

    fn by_hand(points: &[Option<Coord<f64>>], centre: Coord<f64>, limit: f64) -> Vec<(u32, f64)> {
        let distances = (0..).zip(points).filter_map(|(id, point)| Some((id, metres(centre, (*point)?))));
        distances.filter(|&(_, distance)| distance <= limit).collect()
    }

    // id  0 at the centre   1 exactly at the limit   2 beyond it   3 absent   4 at the centre again
    #[test]
    fn the_limit_is_inclusive_and_absent_points_are_not_visited() {
        let points =
            [Some(at(114.0, 22.5)), Some(at(114.01, 22.5)), Some(at(114.02, 22.5)), None, Some(at(114.0, 22.5))];
        let limit = metres(at(114.0, 22.5), at(114.01, 22.5));
        let grid = PointGrid::build(&points, 1000.0);
        assert_eq!(found(&grid, at(114.0, 22.5), limit), [(0, 0.0), (1, limit), (4, 0.0)]);
        assert_eq!(found(&grid, at(114.0, 22.5), limit.next_down()), [(0, 0.0), (4, 0.0)]);
        assert_eq!(found(&grid, at(114.0, 22.5), 0.0), [(0, 0.0), (4, 0.0)]);
        assert_eq!(found(&grid, at(114.0, 22.5), f64::INFINITY).len(), 4);
        assert_eq!(found(&grid, at(474.0, 22.5), 1.0).len(), 2);
    }

    #[test]
    fn odd_input_visits_nothing() {
        let points = [Some(at(f64::NAN, 0.0)), None, Some(at(0.0, f64::INFINITY)), Some(at(0.0, 0.0))];
        let grid = PointGrid::build(&points, f64::NAN);
        assert_eq!(found(&grid, at(0.0, 0.0), 10.0), [(3, 0.0)]);
        assert!(found(&grid, at(0.0, 0.0), -1.0).is_empty());
        assert!(found(&grid, at(0.0, 0.0), f64::NAN).is_empty());
        assert!(found(&grid, at(f64::NAN, 0.0), 10.0).is_empty());
        assert!(found(&PointGrid::build(&[], 10.0), at(0.0, 0.0), 10.0).is_empty());
    }

    #[test]
    fn points_on_both_sides_of_the_dateline_make_a_narrow_grid() {
        let points: Vec<_> =
            (0..100).map(|n| Some(at(if n < 50 { 179.0 } else { -180.0 } + f64::from(n % 50) / 50.0, 1.0))).collect();
        assert!(PointGrid::build(&points, 1000.0).extent < 3.0);
    }

    fn longitude() -> impl Strategy<Value = f64> {
        prop_oneof![113.0..115.0, 179.9..180.0, -180.0..-179.9, -180.0..180.0, Just(180.0), Just(-180.0), Just(0.0)]
    }

    fn latitude() -> impl Strategy<Value = f64> {
        prop_oneof![22.0..23.0, -1.0..1.0, 89.0..90.0, -90.0..-89.9, -90.0..90.0, Just(90.0), Just(-90.0)]
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(512))]
        #[test]
        fn the_grid_finds_what_a_search_by_hand_finds(
            points in prop::collection::vec(prop::option::weighted(0.9, (longitude(), latitude())), 0..80),
            centres in prop::collection::vec((longitude(), latitude()), 1..6),
            near in prop::collection::vec((-0.05..0.05_f64, -0.05..0.05_f64), 0..40),
            limit in prop_oneof![0.0..10.0, 10.0..5e3, 5e3..5e5, 5e5..2.1e7],
            usual_limit in prop_oneof![Just(1.0), 100.0..1e5],
        ) {
            let mut points: Vec<_> = points.into_iter().map(|point| point.map(|(lon, lat)| at(lon, lat))).collect();
            let (lon, lat) = centres[0];
            points.extend(near.into_iter().map(|(east, north)| Some(at(lon + east, f64::clamp(lat + north, -90.0, 90.0)))));
            let grid = PointGrid::build(&points, usual_limit);
            let on_points: Vec<_> = points.iter().flatten().take(3).copied().collect();
            for centre in centres.into_iter().map(|(lon, lat)| at(lon, lat)).chain(on_points) {
                // The limit itself, and the distance of a point: then it is on the limit.
                let exact = points.iter().flatten().last().map_or(0.0, |point| metres(centre, *point));
                for limit in [limit, exact] {
                    prop_assert_eq!(found(&grid, centre, limit), by_hand(&points, centre, limit));
                }
            }
        }
    }
}
