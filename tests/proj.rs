//! Coordinate systems against PROJ: the numbers of another program, in tests/proj/points.csv with how they were made.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use evenreach::space::Crs;
use geo::coord;

const POINTS: &str = include_str!("proj/points.csv");

/// Metres between two places, near enough for a comparison.
fn apart(a: geo::Coord<f64>, b: geo::Coord<f64>) -> f64 {
    let (east, north) = ((a.x - b.x) * 111_320.0 * a.y.to_radians().cos(), (a.y - b.y) * 110_600.0);
    east.hypot(north)
}

#[test]
fn every_point_is_where_proj_puts_it() {
    let mut reader = csv::ReaderBuilder::new().comment(Some(b'#')).from_reader(POINTS.as_bytes());
    let mut wrong = Vec::new();
    let mut n_points = 0;
    for row in reader.records() {
        let row = row.unwrap();
        let number = |column: usize| row[column].parse::<f64>().unwrap();
        let crs = Crs::parse(&row[0]).unwrap();
        let (place, there, metres) =
            (coord! { x: number(1), y: number(2) }, coord! { x: number(3), y: number(4) }, number(5));
        let found = crs.from_degrees(place).unwrap();
        let off = if crs.is_geographic() { apart(found, there) } else { (found - there).x.hypot((found - there).y) };
        let back = apart(crs.to_degrees(there).unwrap(), place);
        if !(off <= metres && back <= metres) {
            wrong.push(format!("{}: {off} m there, {back} m back, {metres} m allowed", &row[0]));
        }
        n_points += 1;
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert_eq!(n_points, 75);
}
