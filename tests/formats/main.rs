//! Files that other programs wrote, and files of ours that other programs read.
//!
//! `tests/foreign/prepare` makes the files in `target/foreign`; `tests/run` calls it. One module a format.

#![allow(clippy::unwrap_used, clippy::print_stderr, reason = "a test may panic, and says when it is left out")]

mod osm;
#[path = "../support/mod.rs"]
mod support;

mod berlin;
mod findings;
mod flatgeobuf;
mod geopackage;
mod geoparquet;
mod layers;
mod raster;
mod sequence;
mod shapefile;
mod siting;
mod workbook;
mod written_geopackage;
mod written_layers;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use evenreach::read::problem::Problems;
use evenreach::read::table::{Table, Wish};
use evenreach::read::{input, read_table};

/// A file that a script of `tests/foreign` made: `foreign("geopackage", "points.gpkg")`; `None` where the machine
/// cannot run the other programs, which `EVENREACH_WITHOUT_FOREIGN` says.
pub fn foreign(script: &str, file: &str) -> Option<PathBuf> {
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| "target".into(), PathBuf::from);
    let path = target.join("foreign").join(script).join(file);
    if path.exists() {
        return Some(path);
    }
    assert!(
        std::env::var_os("EVENREACH_WITHOUT_FOREIGN").is_some(),
        "{} is missing: run tests/foreign/prepare, or set EVENREACH_WITHOUT_FOREIGN to leave such tests out",
        path.display()
    );
    eprintln!("left out: {} is missing", path.display());
    None
}

/// Whether another program is there, such as `ogrinfo`; where it is not, the tests were told to do without.
pub fn program(name: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let is_there = std::env::split_paths(&path).any(|folder: PathBuf| Path::new(&folder).join(name).exists());
    assert!(
        is_there || std::env::var_os("EVENREACH_WITHOUT_FOREIGN").is_some(),
        "{name} is missing: install it, or set EVENREACH_WITHOUT_FOREIGN to leave such tests out"
    );
    if !is_there {
        eprintln!("left out: {name} is missing");
    }
    is_there
}

/// Whether a program is here; without it the test fails, unless the tests were told to do without.
pub fn is_here(program: &mut Command, name: &str) -> bool {
    let is_here = program.output().is_ok_and(|output| output.status.success());
    assert!(
        is_here || std::env::var_os("EVENREACH_WITHOUT_FOREIGN").is_some(),
        "{name} is not here: get it (`apt-get install python3-qgis`, `apt-get install libreoffice-calc`), or set EVENREACH_WITHOUT_FOREIGN"
    );
    if !is_here {
        eprintln!("left out: {name} is not here");
    }
    is_here
}

/// Whether QGIS is here, by its Python.
pub fn has_qgis() -> bool {
    is_here(python().args(["-c", "import qgis.core"]), "QGIS")
}

/// The Python that QGIS was installed for.
pub fn python() -> Command {
    let mut python = Command::new("/usr/bin/python3");
    python.env("QT_QPA_PLATFORM", "offscreen");
    python
}

/// The table of a file, if there is one, and what is said of it.
pub fn said(path: &Path, wish: &Wish) -> (Option<Table>, Vec<String>) {
    let mut problems = Problems::default();
    let name = path.file_name().unwrap().to_str().unwrap();
    let table = input::read(path, name, &mut problems).and_then(|input| read_table(&input, wish, &mut problems));
    (table, problems.kept().iter().map(ToString::to_string).collect())
}

/// The table of a file of which nothing is said.
pub fn read(path: &Path, wish: &Wish) -> Table {
    let (table, said) = said(path, wish);
    assert!(said.is_empty(), "{}: {said:?}", path.display());
    table.unwrap()
}

/// The cells of a table by their header.
pub fn columns(table: &Table) -> BTreeMap<String, Vec<String>> {
    let cells = |cells: &evenreach::read::table::Cells| cells.iter().map(str::to_owned).collect();
    table.columns.iter().map(|column| (column.header.clone(), cells(column))).collect()
}
