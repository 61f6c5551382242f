//! Layers to files that other programs open: one format a file.
//!
//! A [`Layer`] is rows of typed columns, with or without a geometry each. Its values are asked for one at a time while
//! the file is written, so that a layer is never in memory twice. What has no place here: what a layer means.

use std::borrow::Cow;

use geo::Geometry;

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
