//! Layers as tables, to compare one file with another cell by cell and place by place.

use std::path::Path;

use evenreach::read::input::{self, Input};
use evenreach::read::problem::Problems;
use evenreach::read::read_table;
use evenreach::read::table::{Table, Wish};
use geo::{Coord, Geometry, LineString, MapCoords, MultiLineString, MultiPolygon, Polygon};

use super::foreign;

/// A file of `tests/foreign/vector.py` as a table, and the codes of what is said of it.
pub(crate) fn vector(name: &str, wish: &Wish) -> Option<(Table, Vec<&'static str>)> {
    let path = foreign("vector", name)?;
    let (table, problems) = table(&path, wish);
    let said = problems.kept().iter().map(|problem| problem.code).collect();
    Some((table.unwrap_or_else(|| panic!("{name}: {:#?}", problems.kept())), said))
}

/// A file as a table, if it can be read, and what is said of it.
pub(crate) fn table(path: &Path, wish: &Wish) -> (Option<Table>, Problems) {
    let mut problems = Problems::default();
    let name = path.file_name().unwrap().to_string_lossy().into_owned();
    let input: Option<Input> = input::read(path, &name, &mut problems);
    (input.and_then(|input| read_table(&input, wish, &mut problems)), problems)
}

/// The tables say the same: as many rows, the same cells under the same headers (or their beginnings) in the same order,
/// the same geometries.
pub(crate) fn same(found: &Table, truth: &Table) {
    assert_eq!(found.n_rows, truth.n_rows, "{}", found.file);
    let headers = |table: &Table| table.columns.iter().map(|column| column.header.clone()).collect::<Vec<_>>();
    assert_eq!(found.columns.len(), truth.columns.len(), "{:?} {:?}", headers(found), headers(truth));
    for (column, expected) in found.columns.iter().zip(&truth.columns) {
        let whole = column.header == expected.header;
        assert!(
            whole || column.may_be_cut && expected.header.starts_with(&column.header),
            "{}: {} is not {}",
            found.file,
            column.header,
            expected.header
        );
        for (row, (cell, expected)) in column.iter().zip(expected.iter()).enumerate() {
            assert!(equal(cell, expected), "{}, row {row}, {}: {cell} is not {expected}", found.file, column.header);
        }
    }
    same_places(found, truth, 0.0);
}

/// The geometries are the same to within a distance.
pub(crate) fn same_places(found: &Table, truth: &Table, within: f64) {
    assert_eq!(found.geometry.len(), truth.geometry.len());
    for (row, pair) in found.geometry.iter().zip(&truth.geometry).enumerate() {
        let close = match pair {
            (None, None) => true,
            // Rounded first: which corner of a ring comes first is told by the least of digits.
            (Some(a), Some(b)) if within == 0.0 => are_close(&ordered(a), &ordered(b), 0.0),
            (Some(a), Some(b)) => are_close(&ordered(&rounded(a)), &ordered(&rounded(b)), within),
            _ => false,
        };
        assert!(close, "{}, row {row}: {:?}\nis not {:?}", found.file, pair.0, pair.1);
    }
}

/// Text is equal, or both are the same number.
fn equal(a: &str, b: &str) -> bool {
    let number = |text: &str| text.parse::<f64>().ok().filter(|_| !text.starts_with('0') || text.contains('.'));
    // GDAL writes as many digits as a column holds: fifteen behind the point.
    a == b || number(a).zip(number(b)).is_some_and(|(a, b)| (a - b).abs() <= 1e-15)
}

fn rounded(geometry: &Geometry<f64>) -> Geometry<f64> {
    let round = |number: f64| (number * 1e8).round() / 1e8;
    geometry.map_coords(|place| Coord { x: round(place.x), y: round(place.y) })
}

fn are_close(a: &Geometry<f64>, b: &Geometry<f64>, within: f64) -> bool {
    let places = |geometry: &Geometry<f64>| {
        use geo::CoordsIter;
        geometry.coords_iter().collect::<Vec<Coord<f64>>>()
    };
    let shape = |geometry: &Geometry<f64>| geometry.map_coords(|_| Coord { x: 0.0, y: 0.0 });
    let close = |a: &Coord<f64>, b: &Coord<f64>| (a.x - b.x).abs() <= within && (a.y - b.y).abs() <= within;
    shape(a) == shape(b) && places(a).iter().zip(&places(b)).all(|(a, b)| close(a, b))
}

/// The same geometry with all that formats may choose chosen: where a ring begins, in which sense it runs, the order of
/// holes and parts, and whether one part alone is a part.
fn ordered(geometry: &Geometry<f64>) -> Geometry<f64> {
    match geometry {
        Geometry::Polygon(polygon) => MultiPolygon(vec![ordered_polygon(polygon)]).into(),
        Geometry::MultiPolygon(polygons) => {
            let mut polygons: Vec<Polygon<f64>> = polygons.iter().map(ordered_polygon).collect();
            polygons.sort_by(|a, b| order(&a.exterior().0, &b.exterior().0));
            MultiPolygon(polygons).into()
        }
        Geometry::LineString(line) => MultiLineString(vec![line.clone()]).into(),
        other => other.clone(),
    }
}

fn ordered_polygon(polygon: &Polygon<f64>) -> Polygon<f64> {
    let mut holes: Vec<LineString<f64>> = polygon.interiors().iter().map(ordered_ring).collect();
    holes.sort_by(|a, b| order(&a.0, &b.0));
    Polygon::new(ordered_ring(polygon.exterior()), holes)
}

fn ordered_ring(ring: &LineString<f64>) -> LineString<f64> {
    let open = &ring.0[..ring.0.len() - 1];
    let turns = (0..open.len()).flat_map(|start| {
        let turned = [&open[start..], &open[..start]].concat();
        let mut back = turned.clone();
        back[1..].reverse();
        [turned, back]
    });
    let mut first = turns.min_by(|a, b| order(a, b)).unwrap();
    first.push(first[0]);
    LineString(first)
}

fn order(a: &[Coord<f64>], b: &[Coord<f64>]) -> std::cmp::Ordering {
    let by_place = |a: &Coord<f64>, b: &Coord<f64>| a.x.total_cmp(&b.x).then(a.y.total_cmp(&b.y));
    let pairs = a.iter().zip(b).map(|(a, b)| by_place(a, b));
    pairs.fold(std::cmp::Ordering::Equal, std::cmp::Ordering::then).then(a.len().cmp(&b.len()))
}
