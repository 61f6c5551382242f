//! Files that other programs wrote, and files of ours that other programs read.
//!
//! `tests/foreign/prepare` makes the files in `target/foreign`; `tests/run` calls it. One module a format.

#![allow(clippy::unwrap_used, clippy::print_stderr, reason = "a test may panic, and says when it is left out")]

mod osm;
#[path = "../support/mod.rs"]
mod support;

mod raster;

use std::path::PathBuf;

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
