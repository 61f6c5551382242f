//! What any reader makes of a file: named columns of text, and perhaps a geometry a row.

use geo::Geometry;

use super::input::Input;
use super::problem::{At, Problems};

/// Reads one format.
pub trait Reader: Sync {
    /// The name of the format.
    fn name(&self) -> &'static str;

    /// Whether the file is of this format, by its name and its first bytes.
    fn accepts(&self, name: &str, start: &[u8]) -> bool;

    /// The rows of the file; `None` where a problem stops it.
    fn read(&self, input: &Input, problems: &mut Problems) -> Option<Table>;
}

/// Rows of a file.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Table {
    /// The file, as the study names it.
    pub file: String,
    /// One a column.
    pub columns: Vec<Cells>,
    /// One a row for formats with geometry, else empty.
    pub geometry: Vec<Option<Geometry<f64>>>,
    /// How many rows.
    pub n_rows: usize,
    /// A coordinate system that the file itself states.
    pub crs: Option<String>,
}

/// The cells of one column, one after the other in one text.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Cells {
    /// The header as the file gives it.
    pub header: String,
    text: String,
    ends: Vec<u32>,
}

impl Cells {
    /// A column of `n_rows` empty cells.
    pub fn new(header: &str, n_rows: usize) -> Self {
        Self { header: header.to_owned(), text: String::new(), ends: vec![0; n_rows] }
    }

    /// Appends a cell; the readers refuse files in which the texts could pass `u32`.
    pub fn push(&mut self, cell: &str) {
        self.text.push_str(cell);
        self.ends.push(u32::try_from(self.text.len()).expect("no file read is larger than u32::MAX bytes"));
    }

    /// How many cells.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// The cell of `row`, blanks around it cut off.
    pub fn get(&self, row: usize) -> &str {
        let start = if row == 0 { 0 } else { self.ends[row - 1] as usize };
        self.text[start..self.ends[row] as usize].trim()
    }

    /// All cells in order.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        (0..self.len()).map(|row| self.get(row))
    }
}

impl Table {
    /// The number of a row as messages count, from 1.
    pub fn number(row: usize) -> u32 {
        u32::try_from(row + 1).unwrap_or(u32::MAX)
    }

    /// Where a row is, for messages.
    pub fn at(&self, row: usize) -> At {
        let number = Self::number(row);
        if self.geometry.is_empty() { At::Row(number) } else { At::Feature(number) }
    }
}
