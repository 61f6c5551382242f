//! `inspect`: what it says of a file, and that the lines for a study that it prints work as they are.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod support;

use std::fmt::Write;

use evenreach::space::Crs;
use geo::coord;
use support::{Run, Study, evenreach};

fn inspect(study: &Study, file: &str, more: &[&str]) -> Run {
    let path = study.path(file);
    let run = evenreach(&[&["inspect", path.to_str().unwrap()], more].concat());
    assert_eq!(run.code, 0, "{}", run.stderr);
    run
}

/// Training bases in both streets of the small study, in a system; `swapped` with y first.
fn bases(study: &Study, crs: &str, swapped: bool) {
    let crs = Crs::parse(crs).unwrap();
    let mut text = "编号,名称,街道,x,y\n".to_owned();
    for n in 0..60_u32 {
        let place =
            coord! { x: 121.0005 + 0.2 * f64::from(n) / 60.0, y: 39.0005 + 0.099 * f64::from(n * 7 % 60) / 60.0 };
        let street = if place.x < 121.1 { "光明街道" } else { "站前街道" };
        let raw = crs.from_degrees(place).unwrap();
        let (x, y) = if swapped { (raw.y, raw.x) } else { (raw.x, raw.y) };
        writeln!(text, "B{n},基地{n},{street},{x},{y}").unwrap();
    }
    study.put("bases.csv", text);
}

/// The lines for a study that were printed.
fn snippet(run: &Run) -> &str {
    run.stdout.split_once("for study.toml:\n").unwrap().1
}

#[test]
fn the_lines_for_a_study_work_as_they_are_whatever_the_system() {
    for crs in ["GCJ-02", "BD-09", "EPSG:4549", "EPSG:4528", "EPSG:4326"] {
        for swapped in [false, true] {
            let study = Study::small();
            bases(&study, crs, swapped);
            study.edit("study.toml", "crs = \"EPSG:4326\"\n", "");
            study.edit("study.toml", "file = \"villages.csv\"", "file = \"villages.csv\"\ncrs = \"EPSG:4326\"");
            let run = inspect(&study, "bases.csv", &["--study", study.folder().to_str().unwrap()]);
            let lines = snippet(&run);
            assert!(lines.contains(&format!("crs = \"{crs}\"")), "{crs}: {}", run.stdout);
            assert!(
                run.stdout
                    .split_whitespace()
                    .collect::<Vec<_>>()
                    .join(" ")
                    .contains("fall in the street that they name")
            );
            study.edit(
                "study.toml",
                "file = \"kindergartens.csv\"",
                "file = \"kindergartens.csv\"\ncrs = \"EPSG:4326\"",
            );
            study.edit("study.toml", "file = \"estates.csv\"", "file = \"estates.csv\"\ncrs = \"EPSG:4326\"");
            let text = std::fs::read_to_string(study.path("study.toml")).unwrap();
            study.put("study.toml", format!("{text}{lines}"));
            let run = study.check(&[]);
            assert!(run.code < 2 && !run.stderr.contains("bases.csv"), "{crs} {swapped}: {}", run.stderr);
        }
    }
}

#[test]
fn without_a_study_the_numbers_alone_are_told() {
    let study = Study::small();
    for (crs, said) in [
        ("EPSG:4528", "they look like EPSG:4528"),
        ("EPSG:4549", "the numbers do not say which"),
        ("GCJ-02", "\"GCJ-02\" from Amap or Tencent"),
    ] {
        bases(&study, crs, false);
        let run = inspect(&study, "bases.csv", &[]);
        let text = run.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(text.contains("stated by nobody, the study must say it") && text.contains(said), "{}", run.stdout);
    }
    let run = inspect(&study, "bases.csv", &["--lang", "zh"]);
    assert!(run.stdout.contains("没有说明，须在研究文件中写明") && run.stdout.contains("来自百度写"), "{}", run.stdout);
}

#[test]
fn a_geojson_is_on_wgs84_by_its_format_and_its_polygons_are_looked_at() {
    let study = Study::small();
    let run = inspect(&study, "streets.geojson", &[]);
    assert!(run.stdout.contains("coordinate system: EPSG:4326, by the format"), "{}", run.stdout);
    assert!(run.stdout.contains("polygons: 2 sound, 0 to be repaired, 0 unusable, 0 out of range"), "{}", run.stdout);
    assert!(!snippet(&run).contains("crs"), "{}", run.stdout);
    let bow = "[[121.0,39.0],[121.1,39.1],[121.1,39.0],[121.0,39.1],[121.0,39.0]]";
    let feature = format!(
        r#"{{"type":"Feature","properties":{{"code":"S1"}},"geometry":{{"type":"Polygon","coordinates":[{bow}]}}}}"#
    );
    study.put("bow.geojson", format!(r#"{{"type":"FeatureCollection","features":[{feature}]}}"#));
    let run = inspect(&study, "bow.geojson", &[]);
    assert!(run.stdout.contains("polygons: 0 sound, 1 to be repaired"), "{}", run.stdout);
    assert!(run.stderr.contains("the polygon was repaired"), "{}", run.stderr);
}

#[test]
fn a_file_without_coordinates_has_no_system() {
    let run = inspect(&Study::small(), "series.csv", &[]);
    assert!(!run.stdout.contains("coordinate system") && !snippet(&run).contains("crs"), "{}", run.stdout);
}

#[test]
fn a_file_whose_axes_are_swapped_is_said() {
    let study = Study::small();
    bases(&study, "EPSG:4326", false);
    let text = std::fs::read_to_string(study.path("bases.csv")).unwrap();
    let feature = |line: &str| {
        let cells: Vec<&str> = line.split(',').collect();
        format!(
            r#"{{"type":"Feature","properties":{{"街道":"{}"}},"geometry":{{"type":"Point","coordinates":[{},{}]}}}}"#,
            cells[2], cells[4], cells[3]
        )
    };
    let features: Vec<String> = text.lines().skip(1).map(feature).collect();
    study.put("bases.geojson", format!(r#"{{"type":"FeatureCollection","features":[{}]}}"#, features.join(",")));
    let run = inspect(&study, "bases.geojson", &["--study", study.folder().to_str().unwrap()]);
    assert!(run.stderr.contains("longitude and latitude look swapped in 60 of 60 places"), "{}", run.stderr);
}

#[test]
fn what_the_file_does_not_say_is_marked_as_a_guess_in_both_languages() {
    let study = Study::small();
    bases(&study, "GCJ-02", false);
    let run = inspect(&study, "bases.csv", &[]);
    let lines = snippet(&run);
    assert!(lines.contains("service = \"kindergarten\" # a guess: write what these offer"), "{lines}");
    let crs = lines.lines().find(|line| line.starts_with("crs = ")).unwrap();
    assert_eq!(crs, "crs = \"EPSG:4326\" # a guess: by the range of the numbers; or GCJ-02, BD-09?");
    let run = inspect(&study, "bases.csv", &["--study", study.folder().to_str().unwrap(), "--lang", "zh"]);
    assert!(run.stdout.contains("crs = \"GCJ-02\" # 推测：与研究区域最相符"), "{}", run.stdout);
    let run = inspect(&study, "villages.csv", &["--lang", "zh"]);
    assert!(run.stdout.contains("level = \"street\" # 推测：请写明这些区域的层级"), "{}", run.stdout);
    for kind in ["文本, 空格数： 0", "数字, 空格数： 0"] {
        assert!(run.stdout.contains(kind), "{}", run.stdout);
    }
    assert!(!run.stdout.contains("text,") && !run.stdout.contains("number,"), "{}", run.stdout);
}

#[test]
fn the_levels_of_a_study_are_recognised_among_the_columns() {
    let study = Study::small();
    bases(&study, "EPSG:4326", false);
    let of_column =
        |run: &Run| run.stdout.lines().find(|line| line.trim_start().starts_with("街道 → ")).unwrap().to_owned();
    assert!(of_column(&inspect(&study, "bases.csv", &[])).ends_with("not recognised"));
    let run = inspect(&study, "bases.csv", &["--study", study.folder().to_str().unwrap()]);
    assert!(of_column(&run).ends_with("street (level)") && !snippet(&run).contains("街道"), "{}", run.stdout);
}
