//! Coordinates of a table's rows: columns or geometry, checked for their range and for swapped axes.

use geo::{BoundingRect, Coord, CoordsIter, Geometry, InteriorPoint, Rect};
use rayon::prelude::*;

use super::columns::Columns;
use super::problem::{Problems, say};
use super::system::{by_datum, no_coordinates, swapped_axes, to_degrees};
use super::table::Table;
use super::values;
use crate::model::Text;
use crate::space::Crs;

/// What a pair of numbers looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Look {
    Fine,
    Swapped,
    Plane,
    Null,
    Nonsense,
}

fn look(place: Coord<f64>) -> Look {
    let Coord { x, y } = place;
    if !x.is_finite() || !y.is_finite() {
        Look::Nonsense
    } else if x == 0.0 && y == 0.0 {
        Look::Null
    } else if x.abs() <= 180.0 && y.abs() <= 90.0 {
        Look::Fine
    } else if x.abs() <= 90.0 && y.abs() <= 180.0 {
        Look::Swapped
    } else if 180.0 < x.abs() && x.abs() < 5e7 && 90.0 < y.abs() && y.abs() < 2e7 {
        Look::Plane
    } else {
        Look::Nonsense
    }
}

/// A number as a message shows it: one that no coordinate can be, not with its 300 digits.
pub(super) fn figure(number: f64) -> String {
    if number.abs() < 1e12 && (number == 0.0 || 1e-12 < number.abs()) {
        format!("{number}")
    } else {
        format!("{number:e}")
    }
}

/// One place a row: of a point the point, of another geometry a point inside it; where there is none, the columns
/// `lon` and `lat`.
/// What cannot be a place is said and left out; an error where that is so for most rows. Where nobody states the system
/// of the file, the places are the numbers as the file has them, for [`super::evidence::no_crs`]. `near` is where the
/// study lies, as far as that is known: it tells which system is meant where the stated one cannot be.
pub(super) fn places(
    columns: &Columns<'_>,
    near: Option<Rect<f64>>,
    problems: &mut Problems,
) -> Vec<Option<Coord<f64>>> {
    let table = columns.table();
    let is_stated = table.system.is_some();
    let drawn = |row: usize| {
        if let Some(&point) = table.points.get(row) {
            return Some(point);
        }
        let geometry = table.geometry.get(row)?.as_ref()?;
        if is_stated { representative(geometry) } else { geometry.coords_iter().next() }
    };
    let raw: Vec<Option<Coord<f64>>> =
        (0..table.n_rows).map(|row| drawn(row).or_else(|| from_cells(columns, row, problems))).collect();
    let Some(system) = &table.system else { return raw };
    let in_columns = |row: usize| drawn_nothing(table, row);
    if raw.iter().enumerate().any(|(row, place)| place.is_some() && in_columns(row)) {
        return turned(columns, (system, near), raw, problems);
    }
    check(table, raw, near, problems)
}

fn drawn_nothing(table: &Table, row: usize) -> bool {
    table.points.is_empty() && table.geometry.get(row).is_none_or(Option::is_none)
}

/// Places of which some stand in columns: these are still in the system of the file.
fn turned(
    columns: &Columns<'_>,
    (system, near): (&Crs, Option<Rect<f64>>),
    mut raw: Vec<Option<Coord<f64>>>,
    problems: &mut Problems,
) -> Vec<Option<Coord<f64>>> {
    let table = columns.table();
    if !table.is_drawn() {
        by_datum(&table.file, system, problems);
    }
    // 0, 0 stands for no place in every system; degrees are looked at as they are, below.
    let is_null = |place: &Coord<f64>| place.x == 0.0 && place.y == 0.0;
    let is_left = |place: &Coord<f64>| is_null(place) || (system.is_geographic() && look(*place) != Look::Fine);
    let turn = |(row, place): (usize, &Option<Coord<f64>>)| {
        let place = place.filter(|_| drawn_nothing(table, row))?;
        if is_left(&place) { Some(Ok(place)) } else { Some(to_degrees(system, place).ok_or(place)) }
    };
    let found: Vec<_> = raw.par_iter().enumerate().map(turn).collect();
    let failed: Vec<Coord<f64>> = found.iter().flatten().filter_map(|found| found.err()).collect();
    let there = raw.iter().flatten().filter(|place| !is_null(place)).count();
    if there < 2 * failed.len() {
        no_coordinates(table, system, (&failed, there), near, problems);
        return vec![None; raw.len()];
    }
    for (row, found) in found.into_iter().enumerate() {
        match found {
            None => {}
            Some(Ok(place)) => raw[row] = Some(place),
            Some(Err(place)) => {
                raw[row] = None;
                let name = system.name();
                let why = say(format!("no coordinate of {name}"), format!("不是 {name} 的坐标"));
                bad(table, row, place, &why, problems);
            }
        }
    }
    check(table, raw, near, problems)
}

/// A point that stands for a geometry.
fn representative(geometry: &Geometry<f64>) -> Option<Coord<f64>> {
    if let Geometry::Point(point) = geometry {
        return Some(point.0);
    }
    let bounds = geometry.bounding_rect()?;
    // Points far from where any place is would take the algorithm below out of its range: they are refused anyway.
    if [bounds.min(), bounds.max()].map(look).iter().all(|look| matches!(look, Look::Fine | Look::Null)) {
        geometry.interior_point().map(|point| point.0)
    } else {
        Some(bounds.min())
    }
}

fn from_cells(columns: &Columns<'_>, row: usize, problems: &mut Problems) -> Option<Coord<f64>> {
    let (lon, lat) = (columns.cell("lon", row), columns.cell("lat", row));
    if lon.is_empty() && lat.is_empty() {
        return None;
    }
    match (values::number(lon), values::number(lat)) {
        (Some(x), Some(y)) => Some(Coord { x, y }),
        _ => {
            let table = columns.table();
            problems.warning(
                "not-a-coordinate",
                &table.file,
                table.at(row),
                say(
                    format!("`{lon}`, `{lat}` is not a pair of coordinates; the place is taken as unknown"),
                    format!("“{lon}，{lat}”不是一对坐标，位置按未知处理"),
                ),
                say("write decimal degrees, or metres in a plane", "请填写十进制度，或以米为单位的平面坐标"),
            );
            None
        }
    }
}

fn check(
    table: &Table,
    raw: Vec<Option<Coord<f64>>>,
    near: Option<Rect<f64>>,
    problems: &mut Problems,
) -> Vec<Option<Coord<f64>>> {
    let there = raw.iter().flatten().count();
    let count = |wanted: Look| raw.iter().flatten().filter(|&&place| look(place) == wanted).count();
    let (swapped, plane) = (count(Look::Swapped), count(Look::Plane));
    // Most of a file wrong in one way is one mistake, not thousands.
    let mostly = |n: usize| there < 2 * n;
    let system = table.system.as_deref().cloned().unwrap_or_else(Crs::wgs84);
    if mostly(swapped) {
        swapped_axes(table, &system, (swapped, there), problems);
        return vec![None; raw.len()];
    }
    if mostly(plane) {
        let raw_plane: Vec<Coord<f64>> =
            raw.iter().flatten().copied().filter(|&place| look(place) == Look::Plane).collect();
        no_coordinates(table, &system, (&raw_plane, there), near, problems);
        return vec![None; raw.len()];
    }
    let keep = |(row, place): (usize, Option<Coord<f64>>)| {
        let place = place?;
        let found = look(place);
        if found == Look::Fine {
            return Some(place);
        }
        let why = match found {
            Look::Swapped => say("longitude and latitude look swapped", "经纬度似乎颠倒"),
            Look::Plane => say("the numbers look like metres, not degrees", "数值像是米而不是度"),
            Look::Null => say("0, 0 stands for no place", "0, 0 表示没有坐标"),
            _ => say("the numbers are out of range", "数值超出范围"),
        };
        bad(table, row, place, &why, problems);
        None
    };
    raw.into_iter().enumerate().map(keep).collect()
}

fn bad(table: &Table, row: usize, place: Coord<f64>, why: &Text, problems: &mut Problems) {
    problems.warning(
        "bad-coordinate",
        &table.file,
        table.at(row),
        say(
            format!("{}, {}: {}; the place is taken as unknown", figure(place.x), figure(place.y), why.en),
            format!("{}，{}：{}，位置按未知处理", figure(place.x), figure(place.y), why.zh),
        ),
        say("correct the coordinates of this row", "请更正该行坐标"),
    );
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::read::columns::structural;
    use crate::read::table::Cells;
    use geo::{LineString, Point, Polygon, coord};

    /// Places of rows `lon,lat` or of geometries, and what is said of them.
    fn read(rows: &[[&str; 2]], geometry: Vec<Option<Geometry<f64>>>) -> (Vec<Option<(f64, f64)>>, Vec<String>) {
        read_in("EPSG:4326", rows, geometry)
    }

    fn read_in(
        crs: &str,
        rows: &[[&str; 2]],
        geometry: Vec<Option<Geometry<f64>>>,
    ) -> (Vec<Option<(f64, f64)>>, Vec<String>) {
        let mut columns = ["lon", "lat"].map(|header| Cells::new(header, 0));
        for row in rows {
            columns.iter_mut().zip(row).for_each(|(column, cell)| column.push(cell));
        }
        let n_rows = rows.len().max(geometry.len());
        let columns = if rows.is_empty() { Vec::new() } else { columns.to_vec() };
        let system = Some(std::sync::Arc::new(Crs::parse(crs).unwrap()));
        let table = Table { file: "t".into(), columns, geometry, n_rows, system, ..Table::default() };
        let mut problems = Problems::default();
        let columns = Columns::new(&table, &Default::default(), &structural, &mut problems);
        let found = places(&columns, None, &mut problems);
        let said = problems.kept().iter().map(|problem| format!("{} {:?}", problem.code, problem.at)).collect();
        (found.into_iter().map(|place| place.map(|place| (place.x, place.y))).collect(), said)
    }

    const GOOD: [&str; 2] = ["121.7", "39.1"];

    #[test]
    fn degrees_are_read_and_empty_cells_are_no_place() {
        assert_eq!(
            read(&[GOOD, ["", ""], ["１２１．５", "-0.5"]], vec![]),
            (vec![Some((121.7, 39.1)), None, Some((121.5, -0.5))], vec![])
        );
    }

    #[test]
    fn what_is_no_place_is_said_at_its_row_and_left_out() {
        let rows = [
            GOOD,
            GOOD,
            GOOD,
            GOOD,
            GOOD,
            ["121°42′", "39.1"],
            ["121.7", ""],
            ["0", "0"],
            ["39.1", "121.7"],
            ["450000", "4330000"],
            ["121.7", "391"],
        ];
        let (found, said) = read(&rows, vec![]);
        assert_eq!(found.iter().flatten().count(), 5);
        let [cells, coordinates] = ["not-a-coordinate", "bad-coordinate"];
        let expected =
            [(cells, 6), (cells, 7), (coordinates, 8), (coordinates, 9), (coordinates, 10), (coordinates, 11)];
        assert_eq!(said, expected.map(|(code, row)| format!("{code} Row({row})")));
    }

    #[test]
    fn a_file_that_is_mostly_wrong_in_one_way_is_one_error() {
        for (wrong, code) in [(["39.1", "121.7"], "swapped-axes"), (["450000", "4330000"], "wrong-crs")] {
            let (found, said) = read(&[wrong, GOOD, wrong], vec![]);
            assert_eq!((found, said), (vec![None; 3], vec![format!("{code} File")]));
        }
    }

    // 121.7 E 39.1 N in the zone of 120 E; then the same with the zone's number, swapped, nothing, and degrees.
    #[test]
    fn plane_columns_are_turned_and_what_is_no_coordinate_of_their_system_is_said() {
        let here = ["647041.47", "4329929.66"];
        let [prefixed, swapped, degrees] =
            [["40647041.47", "4329929.66"], ["4329929.66", "647041.47"], ["121.7", "39.1"]];
        let (found, said) = read_in("EPSG:4549", &[here, here, here, ["0", "0"], swapped, prefixed], vec![]);
        let (x, y) = found[0].unwrap();
        assert!((x - 121.7).abs() < 1e-3 && (y - 39.1).abs() < 1e-2, "{found:?}");
        assert_eq!(found.iter().flatten().count(), 3);
        assert_eq!(said, ["bad-coordinate Row(5)", "bad-coordinate Row(6)", "bad-coordinate Row(4)"]);
        assert_eq!(read_in("EPSG:4549", &[prefixed, prefixed, here], vec![]).1, ["wrong-crs File"]);
        assert_eq!(read_in("EPSG:4549", &[swapped, swapped, here], vec![]).1, ["swapped-axes File"]);
        assert_eq!(read_in("EPSG:4528", &[prefixed], vec![]).0, [Some((x, y))]);
        // Degrees are numbers of a plane near its corner, and there is nothing there.
        assert_eq!(read_in("EPSG:4549", &[degrees, degrees], vec![]).1, ["wrong-crs File"]);
        let (found, said) = read_in("GCJ-02", &[["121.7051", "39.101"], ["0", "0"]], vec![]);
        assert!((found[0].unwrap().0 - 121.7).abs() < 1e-3 && said == ["bad-coordinate Row(2)"], "{found:?} {said:?}");
    }

    #[test]
    fn a_drawn_place_is_a_point_inside_and_columns_fill_in_where_nothing_is_drawn() {
        // An L: its middle lies outside it.
        let corners = vec![(0.0, 1.0), (0.0, 9.0), (1.0, 9.0), (1.0, 2.0), (9.0, 2.0), (9.0, 1.0), (0.0, 1.0)];
        let l = Polygon::new(LineString::from(corners), vec![]);
        let geometry = vec![Some(Point::new(120.0, 30.0).into()), Some(l.clone().into()), None];
        let (found, said) = read(&[GOOD, GOOD, GOOD], geometry);
        assert!(said.is_empty());
        assert_eq!((found[0], found[2]), (Some((120.0, 30.0)), Some((121.7, 39.1))));
        assert!(geo::Intersects::intersects(&l, &Point::from(found[1].unwrap())), "{found:?}");
    }

    #[test]
    fn a_geometry_out_of_range_is_refused_without_a_search_inside_it() {
        let huge = Rect::new(coord! { x: 1.0, y: 1.0 }, coord! { x: 1e300, y: 1e300 }).to_polygon();
        let (found, said) = read(&[], vec![Some(huge.into()), Some(Point::new(f64::NAN, 1.0).into())]);
        assert_eq!((found[1], said.last().unwrap().as_str()), (None, "bad-coordinate Feature(2)"));
        // A corner of it is in range, so that it is a place; that a polygon is out of range is said where it is read.
        assert_eq!(found[0], Some((1.0, 1.0)));
    }
}
