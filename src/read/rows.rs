//! Rows whose columns are found on the way: each cell is put under the header that it comes with.

use std::collections::HashMap;

use super::problem::{At, Problems, say};
use super::table::Cells;

/// Cells that are held at most: a few columns that only one row fills are cells of every row.
const MOST_CELLS: usize = 1 << 29;

/// How many rows are added before the sizes are looked at again.
const BETWEEN: usize = 1024;

/// Rows as they are read.
#[derive(Default)]
pub(super) struct Rows {
    columns: Vec<Cells>,
    by_header: HashMap<String, usize>,
    n_rows: usize,
}

/// There are more cells than can be held.
pub(super) struct TooMany;

impl TooMany {
    /// Says so.
    pub(super) fn tell(&self, file: &str, problems: &mut Problems) {
        problems.error(
            "too-large",
            file,
            At::File,
            say("the file has more cells than can be held", "文件的单元格过多，无法读入"),
            say("leave out columns that are not needed, or split the file", "请删去不需要的列，或拆分文件"),
        );
    }
}

impl Rows {
    /// The place of the column with a header.
    pub(super) fn column(&mut self, header: &str) -> usize {
        if let Some(&index) = self.by_header.get(header) {
            return index;
        }
        self.columns.push(Cells::new(header, 0));
        self.by_header.insert(header.to_owned(), self.columns.len() - 1);
        self.columns.len() - 1
    }

    /// The cell of the row that is being read; of two the first holds.
    pub(super) fn set(&mut self, column: usize, cell: &str) {
        let column = &mut self.columns[column];
        if column.len() <= self.n_rows {
            column.fill_up(self.n_rows);
            column.push(cell);
        }
    }

    /// Completes the row; cells that were not set are empty.
    pub(super) fn end_row(&mut self) -> Result<(), TooMany> {
        self.n_rows += 1;
        let look = self.n_rows.is_multiple_of(BETWEEN);
        let too_many =
            look && (MOST_CELLS < self.columns.len() * self.n_rows || self.columns.iter().any(Cells::is_full));
        if too_many { Err(TooMany) } else { Ok(()) }
    }

    /// All columns, each with a cell for every row.
    pub(super) fn into_columns(mut self) -> Vec<Cells> {
        self.columns.iter_mut().for_each(|column| column.fill_up(self.n_rows));
        self.columns
    }
}
