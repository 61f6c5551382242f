//! Layers to files that other programs open: one format a file.
//!
//! A [`Layer`] is rows of typed columns, with or without a geometry each. Its values are asked for one at a time while
//! the file is written, so that a layer is never in memory twice. What has no place here: what a layer means.

pub mod csv;
pub mod flatgeobuf;
pub mod geojson;
pub mod geopackage;
pub mod geoparquet;
pub mod shapefile;
pub mod workbook;

mod names;
mod pieces;
mod shape;
mod srs;

pub use shape::well_known_text;

use std::borrow::Cow;
use std::io;

use geo::Geometry;

use crate::model::Text;
use crate::space::Crs;

/// Rows to be written.
pub struct Layer<'a> {
    /// The name of the layer, the sheet or the table.
    pub name: String,
    /// How many rows.
    pub n_rows: usize,
    /// In the order in which they are written.
    pub columns: Vec<Column<'a>>,
    /// The geometry of each row, for layers that have one.
    pub shapes: Option<Shapes<'a>>,
}

/// A column of a layer.
pub struct Column<'a> {
    /// Its header.
    pub name: String,
    /// What all its values are, unless they are missing.
    pub holds: Holds,
    /// The value of a row.
    pub value: Box<dyn Fn(usize) -> Value<'a> + Send + Sync + 'a>,
}

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Holds {
    /// Text.
    Text,
    /// Numbers.
    Number,
    /// Whole numbers.
    Whole,
    /// Yes or no.
    Flag,
}

/// One value.
#[derive(Clone, Debug, PartialEq)]
pub enum Value<'a> {
    /// Not known.
    Missing,
    /// Text.
    Text(Cow<'a, str>),
    /// A number.
    Number(f64),
    /// A whole number.
    Whole(i64),
    /// Yes or no.
    Flag(bool),
}

/// The geometries of a layer.
pub struct Shapes<'a> {
    /// What they are in.
    pub crs: Crs,
    /// The geometry of a row.
    pub shape: Box<dyn Fn(usize) -> Option<Cow<'a, Geometry<f64>>> + Send + Sync + 'a>,
}

/// Why a format cannot hold a layer, said to the person who asked for it. It travels in an [`io::Error`].
#[derive(Debug, thiserror::Error)]
#[error("{}", .0.en)]
pub struct Refused(pub Text);

impl Refused {
    /// The reason that an error carries, if it is one.
    pub fn of(error: &io::Error) -> Option<&Text> {
        error.get_ref()?.downcast_ref().map(|Self(text)| text)
    }
}

impl From<Refused> for io::Error {
    fn from(refused: Refused) -> Self {
        Self::other(refused)
    }
}

/// Whether files can say that their coordinates are in a system: GCJ-02 and BD-09 have no code that others know.
pub fn can_state(crs: &Crs) -> bool {
    srs::Epsg::of(crs).is_some()
}

fn refused(en: impl Into<String>, zh: impl Into<String>) -> io::Error {
    Refused(Text { en: en.into(), zh: zh.into() }).into()
}
