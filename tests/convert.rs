//! `convert`: between formats and coordinate systems, as a user runs it.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod support;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use rusqlite::Connection;
use support::{Run, command, names};
use tempfile::TempDir;

/// Seats as a map service gives them: with codes that are no numbers, cells of all kinds and one row without a place.
const SEATS: &str = "代码/code,名称,经度,纬度,beds,share,备注\r\n\
    0012,一幼,121.720145,39.101234,12,0.50,\"a,b\"\r\n\
    0013,二幼,121.73,39.11,,1.25,=1+1\r\n\
    0014,三幼,,,7,2,\"two\r\nlines\"\r\n";

struct Folder(TempDir);

impl Folder {
    fn with(files: &[(&str, &str)]) -> Self {
        let folder = Self(tempfile::tempdir().unwrap());
        files.iter().for_each(|(name, text)| fs::write(folder.path(name), text).unwrap());
        folder
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn convert(&self, arguments: &[&str]) -> Run {
        let mut command = command(&["convert", "--lang", "en"]);
        command.args(arguments).current_dir(self.0.path());
        Run::of(command)
    }

    /// Runs without a mistake; gives what it says.
    fn converts(&self, arguments: &[&str]) -> Run {
        let run = self.convert(arguments);
        assert_eq!(run.code, 0, "{}", run.stderr);
        run
    }

    /// Stops with these words and leaves no file behind.
    fn refuses(&self, arguments: &[&str], words: &[&str]) {
        let before = names(self.0.path());
        let run = self.convert(arguments);
        run.refused();
        for word in words {
            assert!(run.stderr.contains(word), "{word}:\n{}", run.stderr);
        }
        assert_eq!(names(self.0.path()), before);
    }

    fn text(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap()
    }
}

fn rows(path: &Path, sql: &str) -> Vec<String> {
    let database = Connection::open(path).unwrap();
    let mut statement = database.prepare(sql).unwrap();
    let rows = statement.query_map([], |row| row.get::<_, Option<String>>(0)).unwrap();
    rows.map(|row| row.unwrap().unwrap_or_else(|| "NULL".into())).collect()
}

#[test]
fn a_table_becomes_points_with_columns_of_their_types() {
    let folder = Folder::with(&[("seats.csv", SEATS)]);
    let run = folder.converts(&["seats.csv", "seats.gpkg", "--from", "WGS84"]);
    assert_eq!(run.stdout, "seats.gpkg: 3 rows, EPSG:4326\n");
    let path = folder.path("seats.gpkg");
    assert_eq!(
        rows(&path, "SELECT \"代码/code\" || typeof(\"代码/code\") FROM seats"),
        ["0012text", "0013text", "0014text"]
    );
    assert_eq!(
        rows(&path, "SELECT typeof(beds) || typeof(share) FROM seats"),
        ["integerreal", "nullreal", "integerreal"]
    );
    assert_eq!(rows(&path, "SELECT 备注 FROM seats"), ["a,b", "=1+1", "two\r\nlines"]);
    assert_eq!(rows(&path, "SELECT typeof(geom) FROM seats"), ["blob", "blob", "null"]);
    assert_eq!(rows(&path, "SELECT geometry_type_name || srs_id FROM gpkg_geometry_columns"), ["POINT4326"]);
}

#[test]
fn from_table_to_table_only_the_coordinates_change() {
    let folder = Folder::with(&[("seats.csv", SEATS)]);
    folder.converts(&["seats.csv", "there.csv", "--from", "GCJ-02", "--to", "WGS84"]);
    folder.converts(&["there.csv", "back.csv", "--from", "WGS84", "--to", "GCJ-02"]);
    let read = |name: &str| -> Vec<Vec<String>> {
        let text = folder.text(name);
        let mut reader =
            csv::ReaderBuilder::new().has_headers(false).from_reader(text.trim_start_matches('\u{feff}').as_bytes());
        reader.records().map(|record| record.unwrap().iter().map(str::to_owned).collect()).collect()
    };
    let [before, there, back] = ["seats.csv", "there.csv", "back.csv"].map(read);
    for (row, (before, there)) in before.iter().zip(&there).enumerate() {
        for at in [0, 1, 4, 5] {
            assert_eq!(before[at], there[at], "row {row}");
        }
    }
    assert_eq!((&*there[2][6], &*there[3][6]), ("'=1+1", "two\r\nlines"));
    let number = |cell: &str| cell.parse::<f64>().unwrap();
    for row in 1..3 {
        for at in [2, 3] {
            let [one, other, again] = [&before, &there, &back].map(|table| number(&table[row][at]));
            // The shift is some hundred metres; there and back it is less than a centimetre.
            assert!((0.0005..0.02).contains(&(one - other).abs()), "{one} {other}");
            assert!((one - again).abs() < 1e-8, "{one} {again}");
        }
    }
    assert_eq!(there[3][2..4], ["", ""]);
}

#[test]
fn a_table_that_stays_in_its_system_is_the_same_but_for_its_mark() {
    let text = "code,lon,lat,n\r\n001,121.70,39.100,1.50\r\n";
    let folder = Folder::with(&[("a.csv", text)]);
    folder.converts(&["a.csv", "b.csv"]);
    folder.converts(&["a.csv", "c.csv", "--from", "WGS84", "--to", "CGCS2000"]);
    for name in ["b.csv", "c.csv"] {
        assert_eq!(folder.text(name), format!("\u{feff}{text}"));
    }
}

#[test]
fn a_system_that_nobody_states_is_asked_for() {
    let folder = Folder::with(&[("seats.csv", SEATS)]);
    for arguments in
        [&["seats.csv", "a.gpkg"][..], &["seats.csv", "a.geojson"], &["seats.csv", "a.csv", "--to", "GCJ-02"]]
    {
        folder.refuses(arguments, &["does not say which system", "--from WGS84", "nothing was written"]);
    }
    folder.refuses(&["seats.csv", "a.gpkg", "--from", "EPSG:99999"], &["`EPSG:99999` is not known"]);
}

#[test]
fn a_zone_goes_to_geojson_as_wgs84_and_back_to_the_zone() {
    let plane = "name,x,y\nA,656900.1234,4329700.5678\nB,657000,4329800\n";
    let folder = Folder::with(&[("plane.csv", plane)]);
    let run = folder.converts(&["plane.csv", "plane.geojson", "--from", "EPSG:4549"]);
    assert!(run.stderr.contains("GeoJSON holds WGS 84 only"), "{}", run.stderr);
    let json: serde_json::Value = serde_json::from_str(&folder.text("plane.geojson")).unwrap();
    let lon = json["features"][0]["geometry"]["coordinates"][0].as_f64().unwrap();
    assert!((121.0..122.5).contains(&lon), "{lon}");
    folder.converts(&["plane.geojson", "back.csv", "--to", "EPSG:4549"]);
    let back = folder.text("back.csv");
    let row: Vec<&str> = back.lines().nth(1).unwrap().split(',').collect();
    // The columns of the first table are there too, turned; x_2 and y_2 are those of the points.
    assert!(back.starts_with("\u{feff}name,x,y,x_2,y_2\r\n"), "{back}");
    let (x, y): (f64, f64) = (row[3].parse().unwrap(), row[4].parse().unwrap());
    assert!((x - 656_900.123_4).abs() < 0.01 && (y - 4_329_700.567_8).abs() < 0.01, "{row:?}");
}

#[test]
fn rows_that_cannot_be_turned_are_said_and_left_empty() {
    let text = "name,lon,lat\nA,121.7,39.1\nB,39.1,121.7\nC,none,39.1\nD,,\nE,0,0\n";
    let folder = Folder::with(&[("a.csv", text)]);
    for (out, to) in [("b.csv", "EPSG:4549"), ("c.csv", "WGS84")] {
        let run = folder.converts(&["a.csv", out, "--from", "WGS84", "--to", to]);
        run.says(&[
            "the coordinates of 1 of 5 rows look swapped, and are left empty: 3",
            "put longitude (x, east) and latitude (y, north)",
            "1 of 5 rows have no coordinates",
            "left empty: 4",
            "1 of 5 rows are at 0, 0, which stands for no place, and are left empty: 6",
        ]);
        let empty: Vec<String> = folder.text(out).lines().skip(2).map(str::to_owned).collect();
        assert_eq!(empty, ["B,,", "C,,", "D,,", "E,,"]);
    }
}

#[test]
fn where_all_rows_look_swapped_or_are_nowhere_no_point_is_made_of_them() {
    let degrees = "name,lon,lat\nA,39.1,121.7\nB,39.2,121.8\n";
    let metres = "name,x,y\nA,4329929.66,647041.47\nB,4329939.66,647051.47\n";
    let folder = Folder::with(&[("degrees.csv", degrees), ("metres.csv", metres), ("null.csv", "lon,lat\n0,0\n")]);
    folder
        .refuses(&["degrees.csv", "a.gpkg", "--from", "WGS84"], &["2 of 2 rows look swapped", "swap the two headers"]);
    folder.refuses(&["metres.csv", "a.gpkg", "--from", "EPSG:4549", "--to", "WGS84"], &["2 of 2 rows look swapped"]);
    let run = folder.converts(&["null.csv", "null.geojson", "--from", "WGS84"]);
    run.says(&["1 of 1 rows are at 0, 0"]);
    assert!(folder.text("null.geojson").contains("\"geometry\":null"), "{}", folder.text("null.geojson"));
}

#[test]
fn a_mark_of_missing_and_a_guarded_text_come_back_from_a_table_as_they_were() {
    let folder = Folder::with(&[("a.csv", "名称,备注\n一幼,-\n二幼,=1+1\n三幼,'=2\n")]);
    folder.converts(&["a.csv", "b.csv"]);
    // As in a.csv: what we would have written there is read as what was meant.
    assert_eq!(folder.text("b.csv"), "\u{feff}名称,备注\r\n一幼,-\r\n二幼,'=1+1\r\n三幼,'=2\r\n");
    folder.converts(&["b.csv", "c.csv"]);
    assert_eq!(folder.text("b.csv"), folder.text("c.csv"));
}

#[test]
fn degrees_that_are_said_to_be_in_a_plane_are_refused_and_metres_that_are_said_to_be_degrees() {
    let metres =
        SEATS.replace("121.720145,39.101234", "656900.1,4329700.5").replace("121.73,39.11", "656901.1,4329701.5");
    let metres = metres.replace("0014,三幼,,", "0014,三幼,656902.1,4329702.5");
    let degrees = SEATS.replace("0014,三幼,,", "0014,三幼,121.74,39.12");
    let folder = Folder::with(&[("degrees.csv", &degrees), ("metres.csv", &metres)]);
    for arguments in [
        ["degrees.csv", "out.csv", "--from", "EPSG:4549", "--to", "WGS84"],
        ["degrees.csv", "out.gpkg", "--from", "EPSG:4549", "--to", "EPSG:4549"],
        ["metres.csv", "out.csv", "--from", "WGS84", "--to", "EPSG:4549"],
        ["metres.csv", "out.csv", "--from", "GCJ-02", "--to", "WGS84"],
    ] {
        let run = folder.convert(&arguments);
        assert_eq!(run.code, 2, "{arguments:?}: {}", run.stderr);
        run.says(&["3 of 3 rows have no coordinates", "nothing was written"]);
        assert!(!folder.path("out.csv").exists() && !folder.path("out.gpkg").exists());
    }
}

#[test]
fn geometry_becomes_columns_in_a_table() {
    let shapes = r#"{"type":"FeatureCollection","features":[
        {"type":"Feature","properties":{"a":1},"geometry":{"type":"Polygon","coordinates":[[[0,0],[1,0],[0,1],[0,0]]]}},
        {"type":"Feature","properties":{"a":2},"geometry":null}]}"#;
    let folder = Folder::with(&[("shapes.geojson", shapes)]);
    folder.converts(&["shapes.geojson", "shapes.csv"]);
    assert_eq!(folder.text("shapes.csv"), "\u{feff}a,geometry\r\n1,\"POLYGON ((0 0,1 0,0 1,0 0))\"\r\n2,\r\n");
}

#[test]
fn a_file_that_is_there_is_only_replaced_when_asked_to() {
    let folder = Folder::with(&[("a.csv", "n\n1\n"), ("b.csv", "old")]);
    folder.refuses(&["a.csv", "b.csv"], &["`b.csv` is there already; --force replaces it"]);
    assert_eq!(folder.text("b.csv"), "old");
    folder.converts(&["a.csv", "b.csv", "--force"]);
    assert_eq!(folder.text("b.csv"), "\u{feff}n\r\n1\r\n");
    // A file may be turned into itself.
    folder.converts(&["b.csv", "b.csv", "--force"]);
    assert_eq!(folder.text("b.csv"), "\u{feff}n\r\n1\r\n");
}

#[test]
fn what_is_missing_or_not_known_is_said() {
    let folder = Folder::with(&[("a.csv", "n\n1\n"), ("two.csv", "经度,lng,lat\n1,2,3\n"), ("x.xyz", "?")]);
    folder.refuses(&["a.csv", "a.xyz"], &["names no format that is written", ".gpkg"]);
    folder.refuses(&["none.csv", "b.csv"], &["none.csv"]);
    folder.refuses(&["x.xyz", "b.csv"], &["x.xyz", "formats read"]);
    folder.refuses(&["a.csv", "b.geojson"], &["no columns of coordinates", "its columns: n", "lon and lat"]);
    folder.refuses(&["a.csv", "b.csv", "--to", "WGS84"], &["no columns of coordinates"]);
    folder.refuses(&["two.csv", "b.csv"], &["`经度`", "`lng`"]);
}

#[test]
fn a_layer_has_the_name_that_is_asked_for() {
    let folder = Folder::with(&[("seats.csv", SEATS)]);
    folder.converts(&["seats.csv", "a.gpkg!it's \"seats\"", "--from", "WGS84"]);
    assert_eq!(rows(&folder.path("a.gpkg"), "SELECT table_name FROM gpkg_contents"), ["it's \"seats\""]);
}

#[test]
fn the_same_input_gives_the_same_bytes_for_any_number_of_threads() {
    let mut text = String::from("name,lon,lat\n");
    (0..5000).for_each(|n| text.push_str(&format!("{n},{},39.1\n", 120.0 + f64::from(n) / 5000.0)));
    let folder = Folder::with(&[("a.csv", &text)]);
    for format in ["gpkg", "parquet", "geojson", "geojsonl", "fgb", "shp", "csv", "xlsx"] {
        let written = |threads: &str| {
            let out = format!("{threads}.{format}!same");
            let mut command: Command = command(&["convert", "a.csv", &out, "--from", "GCJ-02", "--to", "WGS84"]);
            command.current_dir(folder.0.path()).env("RAYON_NUM_THREADS", threads);
            assert_eq!(Run::of(command).code, 0);
            fs::read(folder.path(&format!("{threads}.{format}"))).unwrap()
        };
        assert!(written("1") == written("3"), "{format} differs");
    }
}

#[test]
fn a_shapefile_says_what_it_cannot_hold() {
    let text = "population_total,population_male,lon,lat\n1,2,121.7,39.1\n";
    let folder = Folder::with(&[("a.csv", text)]);
    let run = folder.converts(&["a.csv", "a.shp", "--from", "WGS84"]);
    assert!(run.stderr.contains("population_total → population, population_male → populati_2"), "{}", run.stderr);
    assert_eq!(names(folder.0.path()), ["a.cpg", "a.csv", "a.dbf", "a.prj", "a.shp", "a.shx"]);
    folder.refuses(
        &["a.csv", "b.shp", "--from", "GCJ-02"],
        &["a shapefile cannot say that it is in GCJ-02", "--to WGS84"],
    );
    // A row without a place has one in a shapefile, and none in FlatGeobuf.
    let folder = Folder::with(&[("seats.csv", SEATS)]);
    folder.converts(&["seats.csv", "seats.shp", "--from", "WGS84"]);
    folder.refuses(&["seats.csv", "seats.fgb", "--from", "WGS84"], &["rows without one: 1", "GeoPackage"]);
}
