//! A table on its way to CSV: rows filled in by the key of the column.

use super::SampleFile;
use super::columns::{Columns, header};

/// What the last column of every row says.
const REMARK: &str = "示例数据 illustrative";

/// A table.
pub(super) struct Sheet {
    name: &'static str,
    columns: Columns,
    rows: Vec<Vec<String>>,
}

/// A row being filled in; what is not set stays blank.
pub(super) struct Row<'a> {
    columns: Columns,
    cells: &'a mut Vec<String>,
}

/// What can stand in a cell.
pub(super) trait Cell {
    /// As it is written.
    fn text(self) -> String;
}

impl Sheet {
    pub(super) fn new(name: &'static str, columns: Columns) -> Self {
        Self { name, columns, rows: Vec::new() }
    }

    /// A new row.
    pub(super) fn row(&mut self) -> Row<'_> {
        self.rows.push(vec![String::new(); self.columns.len()]);
        let cells = self.rows.last_mut().expect("a row was just added");
        let mut row = Row { columns: self.columns, cells };
        row.set("remark", REMARK);
        row
    }

    /// How many rows there are.
    pub(super) fn len(&self) -> usize {
        self.rows.len()
    }

    /// The table as CSV.
    pub(super) fn file(self) -> SampleFile {
        let mut writer = csv::Writer::from_writer(Vec::new());
        let headers: Vec<String> = self.columns.iter().map(|&column| header(column)).collect();
        for row in std::iter::once(&headers).chain(&self.rows) {
            writer.write_record(row).expect("rows have one cell a column, and memory takes them");
        }
        let bytes = writer.into_inner().expect("memory takes all rows");
        SampleFile { name: self.name.to_owned(), csv: String::from_utf8(bytes).expect("all cells are text") }
    }
}

impl Row<'_> {
    /// Fills in the cell of a column; a key that the table does not have is a mistake of the recipe.
    pub(super) fn set(&mut self, key: &str, cell: impl Cell) {
        let position = self.columns.iter().position(|&(_, column)| column == key);
        debug_assert!(position.is_some(), "no column {key}");
        if let Some(position) = position {
            self.cells[position] = cell.text();
        }
    }
}

impl Cell for &str {
    fn text(self) -> String {
        self.to_owned()
    }
}

impl Cell for String {
    fn text(self) -> String {
        self
    }
}

impl Cell for u32 {
    fn text(self) -> String {
        self.to_string()
    }
}

impl Cell for bool {
    fn text(self) -> String {
        (if self { "是" } else { "否" }).to_owned()
    }
}

impl<C: Cell> Cell for Option<C> {
    fn text(self) -> String {
        self.map_or_else(String::new, Cell::text)
    }
}
