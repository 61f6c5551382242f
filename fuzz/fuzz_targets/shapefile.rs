//! Shapefiles with what stands beside them: the parts are the `.shp`, `.shx`, `.dbf`, `.prj` and `.cpg`.
#![no_main]

use std::fs;
use std::sync::LazyLock;

use evenreach_fuzz::{parts, read, read_at};
use tempfile::TempDir;

static FOLDER: LazyLock<TempDir> = LazyLock::new(|| TempDir::new().expect("there is a folder for files"));

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let parts = parts(bytes);
    if parts.len() == 1 {
        return read("a.shp", bytes);
    }
    for (n, ending) in ["shp", "shx", "dbf", "prj", "cpg"].into_iter().enumerate() {
        let path = FOLDER.path().join("a").with_extension(ending);
        match parts.get(n).filter(|part| !part.is_empty()) {
            Some(part) => fs::write(path, part).expect("the folder is ours"),
            // It may not be there.
            None => drop(fs::remove_file(path)),
        }
    }
    read_at(&FOLDER.path().join("a.shp"), "a.shp");
});
