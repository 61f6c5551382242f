//! ODS: the sheets of `content.xml`. Rows and cells that repeat are written once with a number.

use std::collections::BTreeSet;
use std::io::BufRead;

use quick_xml::Reader;
use quick_xml::events::Event;

use super::grid::{Area, Grid};
use super::package::{Package, append, attributes};
use super::{Broken, Sheet, Sheets};

/// A workbook.
pub(super) struct Ods<'a> {
    package: Package<'a>,
}

impl<'a> Ods<'a> {
    pub(super) fn open(mut package: Package<'a>) -> Result<Self, Broken> {
        let is_locked = |text: String| text.contains("manifest:encryption-data");
        if package.text("META-INF/manifest.xml")?.is_some_and(is_locked) {
            return Err(Broken::Locked);
        }
        Ok(Self { package })
    }

    fn content(&mut self) -> Result<Content<impl BufRead + '_>, Broken> {
        let xml = self.package.xml("content.xml")?;
        let xml = xml.ok_or_else(|| Broken::Damaged("the part content.xml is missing".to_owned()))?;
        Ok(Content { xml, buffer: Vec::new(), hidden: BTreeSet::new() })
    }
}

impl Sheets for Ods<'_> {
    fn sheets(&mut self) -> Result<Vec<Sheet>, Broken> {
        let mut content = self.content()?;
        let mut sheets = Vec::new();
        while let Some((name, is_hidden)) = content.next_table()? {
            let is_filled = match content.read_table(&mut Grid::probe()) {
                Err(Broken::Found) => true,
                Err(broken) => return Err(broken),
                Ok(()) => false,
            };
            if is_filled {
                content.skip_table()?;
            }
            sheets.push(Sheet { name, is_hidden, is_filled });
        }
        Ok(sheets)
    }

    fn grid(&mut self, sheet: usize, mut grid: Grid) -> Result<Grid, Broken> {
        let mut content = self.content()?;
        for _ in 0..sheet {
            content.next_table()?;
            content.skip_table()?;
        }
        content.next_table()?;
        content.read_table(&mut grid)?;
        Ok(grid)
    }
}

struct Content<R> {
    xml: Reader<R>,
    buffer: Vec<u8>,
    /// Styles of sheets that are not shown.
    hidden: BTreeSet<String>,
}

/// A cell that is there once or several times beside each other.
#[derive(Default)]
struct CellXml {
    column: u32,
    n_columns: u32,
    n_rows_merged: u32,
    n_columns_merged: u32,
    kind: String,
    value: String,
    text: String,
    has_formula: bool,
    is_error: bool,
}

impl<R: BufRead> Content<R> {
    /// The name of the next sheet and whether it is hidden, when its start was read.
    fn next_table(&mut self) -> Result<Option<(String, bool)>, Broken> {
        let mut style = String::new();
        loop {
            self.buffer.clear();
            match self.xml.read_event_into(&mut self.buffer)? {
                Event::Start(element) => match element.local_name().as_ref() {
                    "style" => style = attributes(&element, ["name"])?[0].take().unwrap_or_default(),
                    "table-properties" if attributes(&element, ["display"])? == [Some("false".to_owned())] => {
                        self.hidden.insert(style.clone());
                    }
                    "table" => {
                        let [name, style] = attributes(&element, ["name", "style-name"])?;
                        let is_hidden = style.is_some_and(|style| self.hidden.contains(&style));
                        return Ok(Some((name.unwrap_or_default(), is_hidden)));
                    }
                    _ => {}
                },
                Event::Eof => return Ok(None),
                _ => {}
            }
        }
    }

    fn skip_table(&mut self) -> Result<(), Broken> {
        loop {
            self.buffer.clear();
            match self.xml.read_event_into(&mut self.buffer)? {
                Event::End(element) if element.local_name().as_ref() == "table" => return Ok(()),
                Event::Eof => return Ok(()),
                _ => {}
            }
        }
    }

    fn read_table(&mut self, grid: &mut Grid) -> Result<(), Broken> {
        let (mut row, mut n_rows, mut column) = (0_u32, 1_u32, 0_u32);
        let mut cells: Vec<CellXml> = Vec::new();
        loop {
            self.buffer.clear();
            match self.xml.read_event_into(&mut self.buffer)? {
                Event::Start(element) => match element.local_name().as_ref() {
                    "table-row" => {
                        n_rows = times(&attributes(&element, ["number-rows-repeated"])?[0]);
                        column = 0;
                    }
                    "table-cell" | "covered-table-cell" => {
                        let mut cell = CellXml::of(&element, column)?;
                        column = column.saturating_add(cell.n_columns);
                        self.read_text(&mut cell)?;
                        if !cell.is_empty() {
                            cells.push(cell);
                        }
                    }
                    _ => {}
                },
                Event::End(element) => match element.local_name().as_ref() {
                    "table-row" => {
                        // Rows without content repeat down to the end of the sheet.
                        for repeated in 0..if cells.is_empty() { 0 } else { n_rows } {
                            for cell in &cells {
                                cell.push(row.saturating_add(repeated), grid)?;
                            }
                        }
                        cells.clear();
                        row = row.saturating_add(n_rows);
                    }
                    "table" => return Ok(()),
                    _ => {}
                },
                Event::Eof => return Err(Broken::Damaged("it ends within a sheet".to_owned())),
                _ => {}
            }
        }
    }

    /// The paragraphs of a cell up to its end; notes and pictures in it are left out.
    fn read_text(&mut self, cell: &mut CellXml) -> Result<(), Broken> {
        let (mut in_paragraph, mut depth_aside) = (false, 0_u32);
        loop {
            self.buffer.clear();
            match self.xml.read_event_into(&mut self.buffer)? {
                Event::Start(element) => match element.local_name().as_ref() {
                    "annotation" | "frame" | "ruby-text" | "custom-shape" | "table" => depth_aside += 1,
                    "p" if depth_aside == 0 => {
                        in_paragraph = true;
                        if !cell.text.is_empty() {
                            cell.text.push('\n');
                        }
                    }
                    "s" | "tab" if depth_aside == 0 => cell.text.push(' '),
                    "line-break" if depth_aside == 0 => cell.text.push('\n'),
                    _ => {}
                },
                Event::End(element) => match element.local_name().as_ref() {
                    "annotation" | "frame" | "ruby-text" | "custom-shape" | "table" => {
                        depth_aside = depth_aside.saturating_sub(1);
                    }
                    "p" => in_paragraph = false,
                    "table-cell" | "covered-table-cell" if depth_aside == 0 => return Ok(()),
                    _ => {}
                },
                Event::Eof => return Err(Broken::Damaged("it ends within a cell".to_owned())),
                event if in_paragraph && depth_aside == 0 => append(&event, &mut cell.text),
                _ => {}
            }
        }
    }
}

/// How often something is there.
fn times(number: &Option<String>) -> u32 {
    number.as_ref().and_then(|number| number.parse().ok()).unwrap_or(1).max(1)
}

impl CellXml {
    fn of(element: &quick_xml::events::BytesStart<'_>, column: u32) -> Result<Self, Broken> {
        // `value-type` is there twice: as the standard has it, and as LibreOffice tells errors from texts.
        let mut cell = Self { column, ..Self::default() };
        for attribute in element.attributes().with_checks(false) {
            let attribute = attribute.map_err(|error| Broken::Damaged(error.to_string()))?;
            if attribute.key.as_ref() == "calcext:value-type" {
                cell.is_error = attribute.value == "error";
            }
        }
        let [value, day, time, flag, string] =
            attributes(element, ["value", "date-value", "time-value", "boolean-value", "string-value"])?;
        let [formula, repeated, rows, columns] = attributes(
            element,
            ["formula", "number-columns-repeated", "number-rows-spanned", "number-columns-spanned"],
        )?;
        cell.kind = if value.is_some() {
            "number"
        } else if day.is_some() {
            "day"
        } else if flag.is_some() {
            "flag"
        } else if time.is_some() {
            "time"
        } else if string.is_some() {
            "string"
        } else {
            ""
        }
        .to_owned();
        cell.value = value.or(day).or(flag).or(time).or(string).unwrap_or_default();
        cell.has_formula = formula.is_some();
        cell.n_columns = times(&repeated);
        (cell.n_rows_merged, cell.n_columns_merged) = (times(&rows), times(&columns));
        Ok(cell)
    }

    fn is_empty(&self) -> bool {
        self.kind.is_empty() && self.text.trim().is_empty() && !self.has_formula
    }

    fn push(&self, row: u32, grid: &mut Grid) -> Result<(), Broken> {
        for column in self.column..self.column.saturating_add(self.n_columns) {
            self.push_one(row, column, grid)?;
        }
        if 1 < self.n_rows_merged || 1 < self.n_columns_merged {
            let last =
                (row.saturating_add(self.n_rows_merged - 1), self.column.saturating_add(self.n_columns_merged - 1));
            grid.merge(Area { rows: (row, last.0), columns: (self.column, last.1) })?;
        }
        Ok(())
    }

    fn push_one(&self, row: u32, column: u32, grid: &mut Grid) -> Result<(), Broken> {
        let text = self.text.trim();
        let is_error = self.is_error || self.has_formula && (text.starts_with("#N/A") || text.starts_with("Err:"));
        if is_error {
            return grid.push_error(row, text);
        }
        match self.kind.as_str() {
            "number" => match self.value.parse() {
                Ok(number) => grid.push_number(row, column, number),
                Err(_) => grid.push(row, column, &self.value),
            },
            "day" => grid.push(row, column, &self.value.trim_end_matches("T00:00:00").replacen('T', " ", 1)),
            "flag" => grid.push_flag(row, column, self.value == "true"),
            "string" if text.is_empty() => grid.push(row, column, &self.value),
            "" if text.is_empty() => grid.push_without_result(row),
            _ => grid.push(row, column, text),
        }
    }
}
