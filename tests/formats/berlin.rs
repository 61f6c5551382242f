//! Berlin in every format: the findings are the same bytes, whatever program wrote the files.

use std::fs;
use std::path::{Path, PathBuf};

use evenreach::assess::{Only, assess, limits};
use evenreach::model::Lang;
use evenreach::read::{Failure, Options, read_study};
use evenreach::report::files::Content;
use evenreach::report::{self, Kind};
use evenreach::space::TravelMatrix;

use super::foreign;

const BOUNDARIES: [&str; 3] = ["boundaries_level1_bezirk", "boundaries_level2_bzr", "boundaries_level3_plr"];
const PEOPLE: &str = "population_plr_2020-12-31";

/// Where the raw files are, if they are at hand.
fn data() -> Option<PathBuf> {
    let beside = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared");
    let data = std::env::var_os("EVENREACH_SHARED").map_or_else(beside, PathBuf::from).join("data/berlin");
    if data.is_dir() {
        return Some(data);
    }
    eprintln!("left out: {} is not there", data.display());
    None
}

/// Everything that is found of the study in `folder`, as the tables that are written.
fn found(folder: &Path) -> Vec<(String, String)> {
    let study = match read_study(folder, &Options::default(), &|_, _| ()) {
        Ok(study) => study,
        Err(Failure::Refused(refused)) => panic!("{}", refused[0]),
        Err(Failure::Problems(problems)) => panic!("{:#?}", problems.kept()),
    };
    let travel = TravelMatrix::compute(&study.world, &limits(&study.world, &study.packs));
    let findings = assess(&study.world, &travel, &study.packs, &Only::default());
    let outputs = report::outputs(&findings, &study.world, &[], Lang::En);
    // The headers of a shapefile are cut off, and so are the attributes of facilities that are called by them.
    let is_judged = |output: &&report::Output<'_>| {
        matches!(output.kind(), Kind::Csv | Kind::Geojson) && !output.name().starts_with("facilities")
    };
    let outputs = outputs.iter().filter(is_judged);
    outputs.map(|output| (output.name().to_owned(), String::from_utf8(output.bytes()).unwrap())).collect()
}

/// What the study finds on files of these folders and names: `swaps` put them in the place of the raw files.
fn through(files: &[(&str, PathBuf)], swaps: &[(&str, &str)]) -> Option<Vec<(String, String)>> {
    let data = data()?;
    let ours = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/berlin");
    let folder = tempfile::tempdir().unwrap();
    for entry in fs::read_dir(data).unwrap() {
        let path = entry.unwrap().path();
        fs::write(folder.path().join(path.file_name().unwrap()), fs::read(&path).unwrap()).unwrap();
    }
    for (name, path) in files {
        fs::copy(path, folder.path().join(name)).unwrap();
    }
    fs::copy(ours.join("pack.toml"), folder.path().join("pack.toml")).unwrap();
    let mut study = fs::read_to_string(ours.join("study.toml")).unwrap();
    for (old, new) in swaps {
        let line = format!("file = \"{old}\"");
        assert!(study.contains(&line), "the study has {line}");
        study = study.replace(&line, &format!("file = \"{new}\""));
    }
    fs::write(folder.path().join("study.toml"), study).unwrap();
    Some(found(folder.path()))
}

/// The findings on files of one format equal those on the raw files. `endings` are those of the format's files, of which
/// the first is the one that the study names.
fn same(format: &str, layers: &[&str], endings: &[&str], named: impl Fn(&str) -> String) {
    if data().is_none() {
        return;
    }
    let mut files = Vec::new();
    for layer in layers {
        for ending in endings {
            let name = format!("{layer}.{ending}");
            let Some(path) = foreign("berlin", &format!("{format}/{name}")) else { return };
            files.push((name, path));
        }
    }
    let files: Vec<(&str, PathBuf)> = files.iter().map(|(name, path)| (name.as_str(), path.clone())).collect();
    let old = |layer: &str| match layer {
        layer if layer.starts_with("boundaries") => format!("{}.geojson", layer.trim_end_matches(".native")),
        "people" | PEOPLE => format!("{PEOPLE}.csv"),
        _ => "facilities.csv".to_owned(),
    };
    let swaps: Vec<(String, String)> = layers.iter().map(|layer| (old(layer), named(layer))).collect();
    let swaps: Vec<(&str, &str)> = swaps.iter().map(|(old, new)| (old.as_str(), new.as_str())).collect();
    let (Some(raw), Some(through)) = (through(&[], &[]), through(&files, &swaps)) else { return };
    for ((name, raw), (_, through)) in raw.iter().zip(&through) {
        for (line, (raw, through)) in raw.lines().zip(through.lines()).enumerate() {
            assert_eq!(raw, through, "{format}: {name}, line {}", line + 1);
        }
        assert!(raw == through, "{format}: {name}");
    }
}

#[test]
fn shapefile() {
    let layers = [&BOUNDARIES[..], &["facilities"]].concat();
    same("shapefile", &layers, &["shp", "shx", "dbf", "prj", "cpg"], |layer| format!("{layer}.shp"));
}

#[test]
fn flatgeobuf() {
    let layers = [&BOUNDARIES[..], &["facilities"]].concat();
    same("flatgeobuf", &layers, &["fgb"], |layer| format!("{layer}.fgb"));
}

#[test]
fn geojson_sequence() {
    same("sequence", &BOUNDARIES, &["geojsonl"], |layer| format!("{layer}.geojsonl"));
}

#[test]
fn geoparquet() {
    let layers = [&BOUNDARIES[..], &["facilities", "people"]].concat();
    same("parquet", &layers, &["parquet"], |layer| format!("{layer}.parquet"));
    let native = BOUNDARIES.map(|layer| format!("{layer}.native"));
    let native: Vec<&str> = native.iter().map(String::as_str).collect();
    same("parquet", &native, &["parquet"], |layer| format!("{layer}.parquet"));
}

#[test]
fn geopackage() {
    if data().is_none() {
        return;
    }
    let Some(path) = foreign("berlin", "geopackage/berlin.gpkg") else { return };
    let swaps = [
        ("boundaries_level1_bezirk.geojson", "berlin.gpkg!boundaries_level1_bezirk"),
        ("boundaries_level2_bzr.geojson", "berlin.gpkg!boundaries_level2_bzr"),
        ("boundaries_level3_plr.geojson", "berlin.gpkg!boundaries_level3_plr"),
        ("facilities.csv", "berlin.gpkg!facilities"),
        ("population_plr_2020-12-31.csv", "berlin.gpkg!people"),
    ];
    let (Some(raw), Some(through)) = (through(&[], &[]), through(&[("berlin.gpkg", path)], &swaps)) else { return };
    assert!(raw == through);
}

#[test]
fn texts() {
    // A few letters of German are no text by which GB18030 could be found out: the study says it.
    for (ending, said) in [("gb18030.csv", "\"\nencoding = \"GB18030"), ("utf16.csv", ""), ("tsv", "")] {
        same("text", &["facilities", PEOPLE], &[ending], |layer| format!("{layer}.{ending}{said}"));
    }
}

#[test]
fn workbooks() {
    for ending in ["xlsx", "xls", "ods"] {
        same("workbook", &["facilities", PEOPLE], &[ending], |layer| format!("{layer}.{ending}"));
    }
}
