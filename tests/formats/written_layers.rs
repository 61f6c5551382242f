//! Files of ours in other programs: GDAL, geopandas and LibreOffice see what was written.

use std::borrow::Cow;
use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

use evenreach::space::Crs;
use evenreach::write::shapefile::{Part, Shapefile};
use evenreach::write::{Column, Holds, Layer, Shapes, Value, csv, flatgeobuf, geojson, geoparquet, workbook};
use geo::{Geometry, LineString, MultiPolygon, Point, polygon};
use serde_json::{Value as Json, json};

use crate::program;

/// Texts that a writer could trip over.
const WORDS: [&str; 4] = ["光明街道", "it's \"x\"; DROP TABLE layer; --", "=1+1", "two\nlines, <b>&amp;</b>"];

/// Four rows of every type; `shape` gives their geometry.
fn layer(crs: &str, shape: fn(usize) -> Option<Geometry<f64>>) -> Layer<'static> {
    let column = |name: &str, holds, value: fn(usize) -> Value<'static>| Column {
        name: name.into(),
        holds,
        value: Box::new(value),
    };
    let columns = vec![
        column("名称/name", Holds::Text, |row| Value::Text(WORDS[row].into())),
        column("beds", Holds::Whole, |row| if row == 2 { Value::Missing } else { Value::Whole(-(1 << (40 + row))) }),
        column("share", Holds::Number, |row| Value::Number(row as f64 / 3.0)),
        column("ok", Holds::Flag, |row| if row == 3 { Value::Missing } else { Value::Flag(row == 1) }),
    ];
    let shape = Box::new(move |row: usize| shape(row).map(Cow::Owned));
    Layer { name: "层 'a'".into(), n_rows: 4, columns, shapes: Some(Shapes { crs: Crs::parse(crs).unwrap(), shape }) }
}

/// A square with a hole, two parts, one part, nothing.
fn areas(row: usize) -> Option<Geometry<f64>> {
    let square = |west: f64| polygon![(x: west, y: 30.0), (x: west + 1.0, y: 30.0), (x: west + 1.0, y: 31.0), (x: west, y: 31.0), (x: west, y: 30.0)];
    Some(match row {
        0 => {
            let mut one = square(120.0);
            let hole = vec![(120.25, 30.25), (120.25, 30.5), (120.5, 30.5), (120.5, 30.25), (120.25, 30.25)];
            one.interiors_push(LineString::from(hole));
            one.into()
        }
        1 => MultiPolygon(vec![square(121.0), square(123.0)]).into(),
        2 => square(125.0).into(),
        _ => return None,
    })
}

fn every_area(row: usize) -> Option<Geometry<f64>> {
    areas(row).or_else(|| areas(2))
}

fn points(row: usize) -> Option<Geometry<f64>> {
    (row != 2).then(|| Point::new(120.0 + row as f64, 30.125).into())
}

fn lines(row: usize) -> Option<Geometry<f64>> {
    Some(LineString::from(vec![(120.0, 30.0), (121.0 + row as f64, 30.5)]).into())
}

/// Writes into a file of this name.
fn written(folder: &Path, name: &str, write: impl FnOnce(&mut dyn Write) -> std::io::Result<()>) -> PathBuf {
    let path = folder.join(name);
    write(&mut File::create(&path).unwrap()).unwrap();
    path
}

fn shapefile(folder: &Path, layer: Layer<'static>) -> PathBuf {
    let file = Shapefile::new(layer).unwrap();
    Part::ALL.into_iter().for_each(|part| {
        written(folder, &format!("x.{}", part.extension()), |to| file.write(part, to));
    });
    folder.join("x.shp")
}

/// The features as GDAL reads them: the values of each row in the order of the columns, and its geometry.
fn by_gdal(path: &Path) -> Vec<(Vec<Json>, Json)> {
    let output = Command::new("ogr2ogr")
        .args(["-f", "GeoJSON", "-lco", "RFC7946=YES", "-a_srs", "EPSG:4326", "/vsistdout/"])
        .arg(path)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && said.is_empty(), "{}: {said}", path.display());
    let read: Json = serde_json::from_slice(&output.stdout).unwrap();
    let row = |feature: &Json| {
        // Members of an object are sorted by name here: by it they are put in order again.
        let cells = &feature["properties"];
        let name = cells.as_object().unwrap().keys().find(|key| key.starts_with("名")).unwrap().clone();
        (
            vec![cells[name].clone(), cells["beds"].clone(), cells["share"].clone(), cells["ok"].clone()],
            feature["geometry"].clone(),
        )
    };
    read["features"].as_array().unwrap().iter().map(row).collect()
}

/// Rows of `layer` as they should be read.
fn expected(shape: fn(usize) -> Option<Geometry<f64>>, as_many: bool) -> Vec<(Vec<Json>, Json)> {
    let position = |place: &geo::Coord<f64>| json!([place.x, place.y]);
    let ring = |ring: &LineString<f64>| Json::from(ring.0.iter().map(position).collect::<Vec<_>>());
    let rings = |one: &geo::Polygon<f64>| {
        Json::from(std::iter::once(one.exterior()).chain(one.interiors()).map(ring).collect::<Vec<_>>())
    };
    let geometry = |row: usize| match shape(row) {
        None => Json::Null,
        Some(Geometry::Point(point)) => json!({ "type": "Point", "coordinates": position(&point.0) }),
        Some(Geometry::LineString(line)) => json!({ "type": "LineString", "coordinates": ring(&line) }),
        Some(Geometry::Polygon(one)) if !as_many => json!({ "type": "Polygon", "coordinates": rings(&one) }),
        Some(Geometry::Polygon(one)) => json!({ "type": "MultiPolygon", "coordinates": [rings(&one)] }),
        Some(Geometry::MultiPolygon(all)) => {
            json!({ "type": "MultiPolygon", "coordinates": all.iter().map(rings).collect::<Vec<_>>() })
        }
        other => panic!("{other:?}"),
    };
    let beds = |row: usize| if row == 2 { Json::Null } else { json!(-(1_i64 << (40 + row))) };
    let flag = |row: usize| if row == 3 { Json::Null } else { json!(row == 1) };
    (0..4).map(|row| (vec![json!(WORDS[row]), beds(row), json!(row as f64 / 3.0), flag(row)], geometry(row))).collect()
}

/// A geometry of many that holds one is that one: GDAL writes it so.
fn one_alone(geometry: &Json) -> Json {
    match (geometry["type"].as_str(), geometry["coordinates"].as_array().map(Vec::as_slice)) {
        (Some("MultiPolygon"), Some([only])) => json!({ "type": "Polygon", "coordinates": only }),
        _ => geometry.clone(),
    }
}

/// Rows as GDAL gives them, with the looser types of some formats made those of ours: 1 or `T` for yes, and `share` to the
/// fifteen digits that GDAL prints.
fn same(read: &[(Vec<Json>, Json)], expected: &[(Vec<Json>, Json)], what: &str) {
    assert_eq!(read.len(), expected.len(), "{what}");
    for (read, expected) in read.iter().zip(expected) {
        let flag = match &read.0[3] {
            Json::Number(number) => json!(number.as_f64() == Some(1.0)),
            Json::String(letter) if letter == "T" || letter == "F" => json!(letter == "T"),
            Json::String(_) => Json::Null,
            other => other.clone(),
        };
        assert_eq!((&read.0[..2], &flag), (&expected.0[..2], &expected.0[3]), "{what}");
        let share = |row: &[Json]| row[2].as_f64().unwrap();
        assert!((share(&read.0) - share(&expected.0)).abs() < 1e-14, "{what}: {read:?}");
        assert_eq!(one_alone(&read.1), one_alone(&expected.1), "{what}");
    }
}

#[test]
fn gdal_reads_flatgeobuf() {
    if !program("ogr2ogr") {
        return;
    }
    let home = tempfile::tempdir().unwrap();
    let sorted = |mut rows: Vec<(Vec<Json>, Json)>| {
        rows.sort_by_key(|row| row.0[0].to_string());
        rows
    };
    for (shape, as_many) in [(every_area as fn(usize) -> _, true), (lines, false)] {
        let path = written(home.path(), "x.fgb", |to| flatgeobuf::write(&layer("EPSG:4326", shape), to));
        same(&sorted(by_gdal(&path)), &sorted(expected(shape, as_many)), "fgb");
    }
    // Several types in one layer.
    let mixed = |row: usize| if row == 0 { every_area(1) } else { lines(row) };
    let path = written(home.path(), "x.fgb", |to| flatgeobuf::write(&layer("EPSG:4326", mixed), to));
    same(&sorted(by_gdal(&path)), &sorted(expected(mixed, true)), "mixed fgb");
    // The index and the system.
    let path = written(home.path(), "y.fgb", |to| flatgeobuf::write(&layer("EPSG:4490", every_area), to));
    let mut info = Command::new("ogrinfo");
    info.args(["-al", "-so", "-spat", "120.1", "30.1", "120.2", "30.2"]).arg(&path);
    let output = info.output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(said.contains("Feature Count: 1") && said.contains("ID[\"EPSG\",4490]"), "{said}");
}

#[test]
fn gdal_reads_shapefiles() {
    if !program("ogr2ogr") {
        return;
    }
    for (shape, many) in [(areas as fn(usize) -> _, false), (points, false), (lines, false)] {
        let home = tempfile::tempdir().unwrap();
        let path = shapefile(home.path(), layer("EPSG:4326", shape));
        same(&by_gdal(&path), &expected(shape, many), "shp");
        let output = Command::new("ogrinfo").args(["-al", "-so"]).arg(&path).output().unwrap();
        let said = String::from_utf8_lossy(&output.stdout);
        assert!(said.contains("Feature Count: 4") && said.contains("ID[\"EPSG\",4326]"), "{said}");
    }
}

#[test]
fn what_a_shapefile_changes_is_said() {
    let long = "光".repeat(100);
    let text = Box::new(move |_: usize| Value::Text(long.clone().into()));
    let mut layer = layer("EPSG:4326", points);
    layer.columns.push(Column { name: "population_total".into(), holds: Holds::Text, value: text });
    let file = Shapefile::new(layer).unwrap();
    let said: Vec<String> = file.changes().into_iter().map(|text| text.en).collect();
    assert_eq!(said.len(), 2, "{said:?}");
    assert!(said[0].contains("名称/name → 名称/nam, population_total → population"), "{said:?}");
    assert!(said[1].contains("4 of the column population are cut"), "{said:?}");
    let mixed = |row: usize| if row == 0 { points(0) } else { lines(row) };
    let error = Shapefile::new(self::layer("EPSG:4326", mixed)).map(drop).unwrap_err();
    assert!(error.to_string().contains("points, lines or areas"), "{error}");
}

#[test]
fn gdal_reads_geojson_and_its_sequences() {
    if !program("ogr2ogr") {
        return;
    }
    let home = tempfile::tempdir().unwrap();
    let layer = layer("EPSG:4326", areas);
    let path = written(home.path(), "x.geojson", |to| geojson::write(&layer, &serde_json::Map::new(), to));
    same(&by_gdal(&path), &expected(areas, false), "geojson");
    let path = written(home.path(), "x.geojsonl", |to| geojson::write_sequence(&layer, to));
    same(&by_gdal(&path), &expected(areas, false), "geojsonl");
}

/// The Python that `tests/foreign/prepare` has made.
fn python(code: &str, arguments: &[&Path]) -> Option<Vec<String>> {
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| "target".into(), PathBuf::from);
    let python = target.join("foreign/python/bin/python");
    if !python.exists() {
        assert!(std::env::var_os("EVENREACH_WITHOUT_FOREIGN").is_some(), "run tests/foreign/prepare first");
        return None;
    }
    let output = Command::new(python).args(["-c", code]).args(arguments).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    Some(String::from_utf8(output.stdout).unwrap().lines().map(str::to_owned).collect())
}

#[test]
fn geopandas_reads_geoparquet() {
    let home = tempfile::tempdir().unwrap();
    let path = written(home.path(), "x.parquet", |to| geoparquet::write(&layer("EPSG:4490", areas), to));
    let code = r#"
import sys, json, geopandas, pyarrow.parquet
frame = geopandas.read_parquet(sys.argv[1])
print(json.dumps([list(row) for row in frame.drop(columns=["geometry"]).astype(object).where(frame.notna(), None).itertuples(index=False)]))
print(json.dumps([None if shape is None else shape.wkt for shape in frame.geometry]))
print(frame.crs.to_epsg(), list(frame.dtypes.astype(str)))
print(len(geopandas.read_parquet(sys.argv[1], bbox=(120.1, 30.1, 120.2, 30.2))))
about = pyarrow.parquet.read_metadata(sys.argv[1])
print(about.created_by, json.loads(about.metadata[b"geo"])["version"])
"#;
    let Some(said) = python(code, &[&path]) else { return };
    let rows: Json = serde_json::from_str(&said[0]).unwrap();
    // Whole numbers of which one is missing are plain numbers to pandas.
    let as_number = |(mut cells, _): (Vec<Json>, Json)| {
        cells[1] = cells[1].as_f64().map_or(Json::Null, Json::from);
        cells
    };
    assert_eq!(rows, Json::from(expected(areas, false).into_iter().map(as_number).collect::<Vec<_>>()));
    let shapes: Json = serde_json::from_str(&said[1]).unwrap();
    assert_eq!(shapes[2], "POLYGON ((125 30, 126 30, 126 31, 125 31, 125 30))");
    assert_eq!(shapes[3], Json::Null);
    assert!(said[2].starts_with("4490 "), "{said:?}");
    assert_eq!((&*said[3], &*said[4]), ("1", "evenreach 1.1.0"));
}

// Of each projection that is turned into PROJJSON one, and the geographic ones: PROJ takes them for what they are.
#[test]
fn proj_knows_the_systems_that_geoparquet_states() {
    let codes = [4490, 4549, 4528, 4508, 3857, 32651, 25833, 2154, 3035, 28992, 4214, 4610, 2437, 27561, 2263];
    let home = tempfile::tempdir().unwrap();
    let mut paths = Vec::new();
    for code in codes {
        let name = format!("{code}.parquet");
        paths.push(written(home.path(), &name, |to| geoparquet::write(&layer(&format!("EPSG:{code}"), points), to)));
    }
    // A definition is taken without its code: the code alone would hide a wrong parameter.
    let code = r#"
import sys, json, pathlib, pyarrow.parquet
from pyproj import CRS, Transformer
for path in sys.argv[1:]:
    about = json.loads(pyarrow.parquet.read_metadata(path).metadata[b"geo"])
    ours = about["columns"]["geometry"]["crs"]
    known = CRS.from_json_dict(ours).to_epsg()
    assert ours.pop("id")["code"] == int(pathlib.Path(path).stem), path
    if "base_crs" in ours: ours["base_crs"].pop("id", None)
    ours, theirs = CRS.from_json_dict(ours), CRS.from_epsg(int(pathlib.Path(path).stem))
    area = theirs.area_of_use
    lon, lat = (area.west + area.east) / 2, (area.south + area.north) / 2
    if theirs.is_geographic:
        print(known, abs(ours.ellipsoid.semi_major_metre - theirs.ellipsoid.semi_major_metre) + abs(ours.ellipsoid.inverse_flattening - theirs.ellipsoid.inverse_flattening))
        continue
    one, other = (Transformer.from_crs(crs.geodetic_crs, crs, always_xy=True).transform(lon, lat) for crs in (ours, theirs))
    print(known, max(abs(a - b) for a, b in zip(one, other)))
"#;
    let paths: Vec<&Path> = paths.iter().map(PathBuf::as_path).collect();
    let Some(said) = python(code, &paths) else { return };
    assert_eq!(said.len(), codes.len());
    for (code, said) in codes.iter().zip(said) {
        let (known, off) = said.split_once(' ').unwrap();
        if [4490, 4549, 4528, 4508, 32651, 25833, 2437].contains(code) {
            assert_eq!(known, code.to_string());
        }
        assert!(off.parse::<f64>().unwrap() < 1e-3, "EPSG:{code} is off by {off}");
    }
}

#[test]
fn libreoffice_reads_the_workbook() {
    if !program("soffice") {
        return;
    }
    let home = tempfile::tempdir().unwrap();
    let mut layer = layer("EPSG:4326", points);
    let odd = ["\u{1}\u{b}x", "_x000D_", " 007 ", "http://example.org/<a>"];
    layer.columns.push(Column {
        name: "odd".into(),
        holds: Holds::Text,
        value: Box::new(move |row| Value::Text(odd[row].into())),
    });
    let path = home.path().join("x.xlsx");
    workbook::write(&[layer], &mut File::create(&path).unwrap()).unwrap();
    let profile = format!("-env:UserInstallation=file://{}", home.path().join("profile").display());
    let output = Command::new("soffice")
        .args([&profile, "--headless", "--convert-to", "csv:Text - txt - csv (StarCalc):44,34,76,1", "--outdir"])
        .arg(home.path())
        .arg(&path)
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = fs::read_to_string(home.path().join("x.csv")).unwrap();
    let mut reader = ::csv::ReaderBuilder::new().from_reader(text.trim_start_matches('\u{feff}').as_bytes());
    assert_eq!(reader.headers().unwrap().iter().collect::<Vec<_>>(), ["名称/name", "beds", "share", "ok", "odd"]);
    let rows: Vec<Vec<String>> = reader.records().map(|row| row.unwrap().iter().map(str::to_owned).collect()).collect();
    let column = |at: usize| rows.iter().map(|row| row[at].as_str()).collect::<Vec<_>>();
    assert_eq!(column(0), WORDS);
    assert_eq!(column(1), ["-1099511627776", "-2199023255552", "", "-8796093022208"]);
    assert_eq!(column(3), ["FALSE", "TRUE", "FALSE", ""]);
    assert_eq!(column(4)[1..], odd[1..]);
}

#[test]
fn our_csv_is_read_by_gdal_with_every_text_as_it_was() {
    if !program("ogr2ogr") {
        return;
    }
    let home = tempfile::tempdir().unwrap();
    let path = written(home.path(), "x.csv", |to| csv::write(&layer("EPSG:4326", points), to));
    let rows = by_gdal(&path);
    let words: Vec<&str> = rows.iter().map(|row| row.0[0].as_str().unwrap()).collect();
    assert_eq!(words, [WORDS[0], WORDS[1], "'=1+1", WORDS[3]]);
}
