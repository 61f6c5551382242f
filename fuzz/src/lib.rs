//! What all targets share: a file made of the bytes of the fuzzer is read as a study reads it.
//!
//! A reader may refuse a file only with words, and a table that it gives must be whole.

use std::io::{Cursor, Write};
use std::path::Path;

use evenreach::read::input::{self, Input};
use evenreach::read::inspection::inspect;
use evenreach::read::problem::Problems;
use evenreach::read::table::Wish;
use evenreach::read::{read_table, reader_of};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

/// What parts one file from the next where a target makes several of its bytes.
pub const NEXT: &[u8] = b"|next|";

/// Of files of so many lengths one is inspected.
const INSPECTED: u64 = 16;

/// Layers of a file that are read, at most.
const MOST_LAYERS: usize = 8;

/// Reads each layer of a file that is in memory.
pub fn read(name: &str, bytes: &[u8]) {
    each_layer(&Input::of_bytes(name, bytes.to_vec()));
}

/// Reads each layer of a file on the disk.
pub fn read_at(path: &Path, name: &str) {
    if let Some(input) = input::read(path, name, &mut Problems::default()) {
        each_layer(&input);
    }
}

fn each_layer(input: &Input) {
    let Some(reader) = reader_of(input) else { return };
    let mut problems = Problems::default();
    let layers = reader.layers(input, &mut problems);
    assert!(layers.is_some() || problems.has_errors(), "refused without a word");
    one(input, &Wish::default());
    let layers = layers.unwrap_or_default();
    if 1 < layers.len() {
        for layer in layers.into_iter().take(MOST_LAYERS) {
            one(input, &Wish { layer: Some(layer), ..Wish::default() });
        }
    }
}

fn one(input: &Input, wish: &Wish) {
    let mut problems = Problems::default();
    match read_table(input, wish, &mut problems) {
        Some(table) => {
            assert!(table.columns.iter().all(|column| column.len() == table.n_rows), "columns of unequal length");
            assert!(table.geometry.is_empty() || table.geometry.len() == table.n_rows, "rows without geometries");
            assert!(table.numbers.is_empty() || table.numbers.len() == table.n_rows, "rows without numbers");
            // Of a file without a system it tries all that there are, which takes longer than to read it.
            if input.n_bytes() % INSPECTED == 0 {
                let _ = inspect(table, None, None, &mut problems);
            }
        }
        None => assert!(problems.has_errors(), "refused without a word"),
    }
}

/// The parts of bytes.
pub fn parts(mut bytes: &[u8]) -> Vec<&[u8]> {
    let mut parts = Vec::new();
    while let Some(at) = bytes.windows(NEXT.len()).position(|window| window == NEXT) {
        parts.push(&bytes[..at]);
        bytes = &bytes[at + NEXT.len()..];
    }
    parts.push(bytes);
    parts
}

/// A zip archive of parts with these names, not packed: bytes that are packed and have check sums cannot be changed at
/// random with any sense.
pub fn archive(names: &[&str], parts: &[&[u8]]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, part) in names.iter().zip(parts) {
        zip.start_file(*name, SimpleFileOptions::default()).expect("the archive lies in memory");
        zip.write_all(part).expect("the archive lies in memory");
    }
    zip.finish().expect("the archive lies in memory").into_inner()
}
