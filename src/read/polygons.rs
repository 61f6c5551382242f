//! Polygons of a table's rows, made valid; what was repaired or cannot be is said.

use geo::{Area, Coord, CoordsIter, Geometry, MakeValid, MultiPolygon, Polygon, Validation};
use rayon::prelude::*;

use super::places::figure;
use super::problem::{Problems, say};
use super::system::no_coordinates;
use super::table::Table;
use crate::space::Crs;
use crate::space::sound::is_surely_valid;

/// What became of one row's geometry.
enum Outcome {
    Fine(Option<MultiPolygon<f64>>),
    Repaired(MultiPolygon<f64>, String),
    Unusable(String),
    /// Outside what longitude and latitude can be.
    Range(Coord<f64>),
}

/// One polygon a row; `None` where there is none or none that can be used. Points are seats, not boundaries: they are
/// left to `places.rs`.
pub(super) fn read(table: &Table, problems: &mut Problems) -> Vec<Option<MultiPolygon<f64>>> {
    // Where nobody states a system the numbers say nothing yet.
    if table.geometry.is_empty() || table.system.is_none() {
        return vec![None; table.n_rows];
    }
    let outcomes = table.geometry.par_iter().map(|geometry| outcome(geometry.as_ref(), true)).collect();
    tell(table, outcomes, problems)
}

/// The polygons, and what is said of the others.
fn tell(table: &Table, outcomes: Vec<Outcome>, problems: &mut Problems) -> Vec<Option<MultiPolygon<f64>>> {
    let there = outcomes.iter().filter(|outcome| !matches!(outcome, Outcome::Fine(None))).count();
    let out_of_range: Vec<Coord<f64>> =
        outcomes.iter().filter_map(|outcome| if let Outcome::Range(at) = outcome { Some(*at) } else { None }).collect();
    if there < 2 * out_of_range.len() {
        let stated = table.system.as_deref().cloned().unwrap_or_else(Crs::wgs84);
        no_coordinates(table, &stated, (&out_of_range, there), None, problems);
        return vec![None; table.n_rows];
    }
    let take = |(row, outcome): (usize, Outcome)| match outcome {
        Outcome::Fine(polygon) => polygon,
        Outcome::Repaired(polygon, why) => {
            problems.warning(
                "repaired-geometry",
                &table.file,
                table.at(row),
                say(format!("the polygon was repaired: {why}"), format!("多边形已修复：{why}")),
                say("check the repaired boundary, and mend the source", "请检查修复后的边界，并更正源数据"),
            );
            Some(polygon)
        }
        Outcome::Unusable(why) => {
            problems.warning(
                "bad-geometry",
                &table.file,
                table.at(row),
                say(format!("the geometry cannot be used: {why}"), format!("该几何无法使用：{why}")),
                say("draw it again; until then the area has no boundary", "请重新绘制；在此之前该区域没有边界"),
            );
            None
        }
        Outcome::Range(at) => {
            problems.warning(
                "bad-coordinate",
                &table.file,
                table.at(row),
                say(
                    format!("{}, {} is out of range; the area has no boundary", figure(at.x), figure(at.y)),
                    format!("{}，{} 超出范围，该区域没有边界", figure(at.x), figure(at.y)),
                ),
                say("correct the coordinates", "请更正坐标"),
            );
            None
        }
    };
    outcomes.into_iter().enumerate().map(take).collect()
}

/// Says of all polygons what [`read`] would, whatever they are in: where nobody states a system, their range is not looked
/// at. How many there are.
pub(super) fn check(table: &Table, problems: &mut Problems) -> usize {
    let is_polygon =
        |geometry: &&Option<Geometry<f64>>| matches!(geometry, Some(Geometry::Polygon(_) | Geometry::MultiPolygon(_)));
    let n_polygons = table.geometry.iter().filter(is_polygon).count();
    if 0 < n_polygons {
        let in_degrees = table.system.is_some();
        let outcomes = table.geometry.par_iter().map(|geometry| outcome(geometry.as_ref(), in_degrees)).collect();
        tell(table, outcomes, problems);
    }
    n_polygons
}

fn outcome(geometry: Option<&Geometry<f64>>, in_degrees: bool) -> Outcome {
    let polygon = match geometry {
        None | Some(Geometry::Point(_)) => return Outcome::Fine(None),
        Some(Geometry::Polygon(polygon)) => MultiPolygon(vec![polygon.clone()]),
        Some(Geometry::MultiPolygon(polygons)) => polygons.clone(),
        Some(_) => return Outcome::Unusable("it is not a polygon".to_owned()),
    };
    let coordinates = polygon.0.iter().flat_map(|polygon| {
        std::iter::once(polygon.exterior()).chain(polygon.interiors()).flat_map(|ring| ring.0.iter().copied())
    });
    for at in coordinates {
        let inside =
            at.x.is_finite() && at.y.is_finite() && (!in_degrees || (at.x.abs() <= 180.0 && at.y.abs() <= 90.0));
        if !inside {
            return Outcome::Range(at);
        }
    }
    if is_surely_valid(&polygon) {
        return Outcome::Fine(Some(polygon));
    }
    // The thorough check looks at all pairs of sides: for a coast of a hundred thousand it would take minutes.
    let n_corners = polygon.coords_count();
    if THOROUGH < n_corners {
        return repaired(&polygon, format!("its {n_corners} corners touch or cross somewhere"));
    }
    match polygon.check_validation() {
        // A ring that goes there and back again is valid, and holds nobody.
        Ok(()) if polygon.unsigned_area() == 0.0 => Outcome::Unusable("it has no area".to_owned()),
        Ok(()) => Outcome::Fine(Some(polygon)),
        Err(why) => repaired(&polygon, why.to_string()),
    }
}

/// Corners up to which a polygon that may be invalid is looked at side by side.
const THOROUGH: usize = 10_000;

fn repaired(polygon: &MultiPolygon<f64>, why: String) -> Outcome {
    let usable: Vec<Polygon<f64>> =
        polygon.0.iter().filter(|polygon| 4 <= polygon.exterior().0.len()).cloned().collect();
    match MultiPolygon(usable).make_valid() {
        Ok(valid) if 0.0 < valid.unsigned_area() => Outcome::Repaired(valid, why),
        _ => Outcome::Unusable(why),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use geo::{Area, LineString, Point};

    /// The areas of what was read, and what was said.
    fn read(geometry: Vec<Option<Geometry<f64>>>) -> (Vec<Option<f64>>, Vec<String>) {
        let system = Some(std::sync::Arc::new(Crs::wgs84()));
        let table = Table { file: "t".into(), n_rows: geometry.len(), geometry, system, ..Table::default() };
        let mut problems = Problems::default();
        let found = super::read(&table, &mut problems);
        let said = problems.kept().iter().map(|problem| format!("{} {:?}", problem.code, problem.at)).collect();
        (found.into_iter().map(|shape| shape.map(|shape| shape.unsigned_area())).collect(), said)
    }

    fn polygon(corners: &[(f64, f64)]) -> Polygon<f64> {
        Polygon::new(LineString::from(corners.to_vec()), vec![])
    }

    fn square(x: f64, y: f64) -> Polygon<f64> {
        polygon(&[(x, y), (x + 1.0, y), (x + 1.0, y + 1.0), (x, y + 1.0)])
    }

    #[test]
    fn polygons_are_kept_and_points_and_gaps_are_no_polygons() {
        let both = MultiPolygon(vec![square(1.0, 1.0), square(3.0, 1.0)]);
        let geometry = vec![Some(square(1.0, 1.0).into()), Some(both.into()), Some(Point::new(1.0, 1.0).into()), None];
        assert_eq!(read(geometry), (vec![Some(1.0), Some(2.0), None, None], vec![]));
    }

    // A bow tie: two triangles of a quarter each.
    #[test]
    fn a_ring_that_crosses_itself_is_repaired_and_said() {
        let bow = polygon(&[(1.0, 1.0), (2.0, 2.0), (2.0, 1.0), (1.0, 2.0)]);
        let (found, said) = read(vec![Some(square(1.0, 1.0).into()), Some(bow.into())]);
        assert_eq!((found[0], said), (Some(1.0), vec!["repaired-geometry Feature(2)".to_owned()]));
        assert!(found[1].is_some_and(|area| (area - 0.5).abs() < 1e-12), "{found:?}");
    }

    #[test]
    fn what_encloses_nothing_or_is_a_line_cannot_be_used_and_is_said() {
        let flat = polygon(&[(1.0, 1.0), (2.0, 2.0)]);
        let line = LineString::from(vec![(1.0, 1.0), (2.0, 2.0)]);
        let (found, said) = read(vec![Some(flat.into()), Some(line.into())]);
        assert_eq!(
            (found, said),
            (vec![None, None], vec!["bad-geometry Feature(1)".into(), "bad-geometry Feature(2)".into()])
        );
    }

    #[test]
    fn one_polygon_out_of_range_is_a_warning_and_most_are_an_error() {
        let far = || Some(square(450_000.0, 4_330_000.0).into());
        let near = || Some(square(1.0, 1.0).into());
        assert_eq!(read(vec![near(), far()]), (vec![Some(1.0), None], vec!["bad-coordinate Feature(2)".into()]));
        assert_eq!(read(vec![near(), far(), far()]), (vec![None; 3], vec!["wrong-crs File".into()]));
        let swapped = || Some(square(39.0, 121.0).into());
        assert_eq!(read(vec![swapped(), near(), swapped()]), (vec![None; 3], vec!["swapped-axes File".into()]));
    }

    // A circle of 12,000 corners with a loop outside: the loop is part of it, whoever wound it.
    #[test]
    fn a_long_coast_that_crosses_itself_is_repaired_without_looking_at_all_pairs() {
        let corner = |n: i32| {
            let (sin, cos) = (std::f64::consts::TAU * f64::from(n) / 12_000.0).sin_cos();
            (10.0 + cos, 10.0 + sin)
        };
        let mut corners: Vec<(f64, f64)> = (0..12_000).map(corner).collect();
        corners.extend([(11.5, 10.2), (11.5, 9.8), (11.0, 10.1)]);
        let (areas, said) = read(vec![Some(polygon(&corners).into())]);
        assert_eq!(said, ["repaired-geometry Feature(1)"]);
        assert!((areas[0].unwrap() - std::f64::consts::PI).abs() < 0.2, "{areas:?}");
    }
}
