//! GeoPackage: layers of an SQLite file, through SQLite itself.
//!
//! A layer is read with its heights left out; `layer.rs` finds it, `rows.rs` reads it, `database.rs` keeps the file
//! from doing anything but being read.

mod blob;
mod database;
mod layer;
mod rows;

use super::input::Input;
use super::problem::Problems;
use super::table::{Reader, Table, Wish};
use database::Database;

/// GeoPackage files.
pub(super) struct GeoPackage;

/// The geometry of bytes with their header.
#[cfg(fuzzing)]
pub(super) fn geometry(bytes: &[u8]) -> Result<super::shapes::Shape, super::shapes::Odd> {
    blob::Header::of(bytes)?.shape()
}

/// How every SQLite file begins.
const START: &[u8] = b"SQLite format 3\0";

impl Reader for GeoPackage {
    fn name(&self) -> &'static str {
        "GeoPackage"
    }

    fn accepts(&self, name: &str, start: &[u8]) -> bool {
        start.starts_with(START) || name.to_ascii_lowercase().ends_with(".gpkg")
    }

    fn layers(&self, input: &Input, problems: &mut Problems) -> Option<Vec<String>> {
        let database = Database::open(input, problems)?;
        Some(layer::all(&database, problems)?.into_iter().map(|layer| layer.name).collect())
    }

    fn read(&self, input: &Input, wish: &Wish, problems: &mut Problems) -> Option<Table> {
        let mut database = Database::open(input, problems)?;
        let mut layers = layer::all(&database, problems)?;
        let names: Vec<String> = layers.iter().map(|layer| layer.name.clone()).collect();
        let layer = layers.swap_remove(wish.pick(input, &names, problems)?);
        rows::read(&mut database, &layer, wish, problems)
    }
}

#[cfg(test)]
mod tests;
