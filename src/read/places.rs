//! Coordinates of a table's rows: columns or geometry, checked for their range and for swapped axes.

use geo::{BoundingRect, Coord, Geometry, InteriorPoint};

use super::columns::Columns;
use super::problem::{At, Problems, say};
use super::table::Table;
use super::values;

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
/// What cannot be a place is said and left out; an error where that is so for most rows.
pub(super) fn places(columns: &Columns<'_>, problems: &mut Problems) -> Vec<Option<Coord<f64>>> {
    let table = columns.table();
    let drawn = |row: usize| table.geometry.get(row)?.as_ref().and_then(representative);
    let raw = (0..table.n_rows).map(|row| drawn(row).or_else(|| from_cells(columns, row, problems))).collect();
    check(table, raw, problems)
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
        (Some(x), Some(y)) => match &columns.table().system {
            // What cannot be turned is no place, and is said to be none.
            Some(system) => Some(system.to_degrees(Coord { x, y }).unwrap_or(Coord { x: f64::NAN, y: f64::NAN })),
            None => Some(Coord { x, y }),
        },
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
                say("write longitude and latitude in decimal degrees", "请填写十进制度的经度和纬度"),
            );
            None
        }
    }
}

/// Says that most places of a file have their axes swapped.
pub(super) fn swapped_axes(table: &Table, swapped: usize, there: usize, problems: &mut Problems) {
    problems.error(
        "swapped-axes",
        &table.file,
        At::File,
        say(
            format!("longitude and latitude look swapped in {swapped} of {there} places"),
            format!("{there} 个位置中有 {swapped} 个的经纬度似乎颠倒"),
        ),
        say(
            "swap the columns, or in the study: columns = { lon = \"...\", lat = \"...\" }",
            "请交换两列，或在研究文件中写明：columns = { lon = \"...\", lat = \"...\" }",
        ),
    );
}

fn check(table: &Table, raw: Vec<Option<Coord<f64>>>, problems: &mut Problems) -> Vec<Option<Coord<f64>>> {
    let there = raw.iter().flatten().count();
    let count = |wanted: Look| raw.iter().flatten().filter(|&&place| look(place) == wanted).count();
    let (swapped, plane) = (count(Look::Swapped), count(Look::Plane));
    // Most of a file wrong in one way is one mistake, not thousands.
    let mostly = |n: usize| there < 2 * n;
    if mostly(swapped) {
        swapped_axes(table, swapped, there, problems);
        return vec![None; raw.len()];
    }
    if mostly(plane) {
        problems.error(
            "wrong-crs",
            &table.file,
            At::File,
            say(
                format!("{plane} of {there} places are not in degrees but look like plane coordinates in metres"),
                format!("{there} 个位置中有 {plane} 个不是经纬度，像是以米为单位的平面坐标"),
            ),
            say(
                "turn the file into WGS 84 (EPSG:4326) or CGCS2000 (EPSG:4490) first",
                "请先转换为 WGS 84（EPSG:4326）或 CGCS2000（EPSG:4490）",
            ),
        );
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
        None
    };
    raw.into_iter().enumerate().map(keep).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::read::columns::structural;
    use crate::read::table::Cells;
    use geo::{LineString, Point, Polygon, Rect, coord};

    /// Places of rows `lon,lat` or of geometries, and what is said of them.
    fn read(rows: &[[&str; 2]], geometry: Vec<Option<Geometry<f64>>>) -> (Vec<Option<(f64, f64)>>, Vec<String>) {
        let mut columns = ["lon", "lat"].map(|header| Cells::new(header, 0));
        for row in rows {
            columns.iter_mut().zip(row).for_each(|(column, cell)| column.push(cell));
        }
        let n_rows = rows.len().max(geometry.len());
        let columns = if rows.is_empty() { Vec::new() } else { columns.to_vec() };
        let table = Table { file: "t".into(), columns, geometry, n_rows, ..Table::default() };
        let mut problems = Problems::default();
        let columns = Columns::new(&table, &Default::default(), &structural, &mut problems);
        let found = places(&columns, &mut problems);
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
