//! XLSX: a sheet with the header in sight, a filter and columns as wide as their cells.
//!
//! Texts stay texts, whatever they look like: nothing becomes a formula, a link or a number.

use std::io::{self, Seek, Write};

use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format, Workbook, Worksheet, XlsxError};

use super::{Holds, Layer, Value, names, refused};

/// Rows of a sheet, the header among them.
const MOST_ROWS: usize = 1_048_576;

/// Columns of a sheet.
const MOST_COLUMNS: usize = 16_384;

/// Letters of a cell, as UTF-16 counts them.
const LONGEST_TEXT: usize = 32_767;

/// Whole numbers beyond this lose digits in a spreadsheet, which holds fifteen: they are written as text.
const LARGEST_WHOLE: u64 = 999_999_999_999_999;

/// Rows that are looked at for the widths of the columns.
const LOOKED_AT: usize = 200;

/// Writes layers as sheets; a geometry has to be a column by then.
///
/// # Errors
/// What the file says, or which limit of the format a layer passes ([`super::Refused`]).
pub fn write(layers: &[Layer<'_>], to: &mut (impl Write + Seek + Send)) -> io::Result<()> {
    let mut workbook = Workbook::new();
    // Else the time of writing is in the file.
    let made = ExcelDateTime::from_ymd(2000, 1, 1).map_err(problem)?;
    workbook.set_properties(&DocProperties::new().set_creation_datetime(&made));
    let sheets = sheet_names(layers);
    for (layer, name) in layers.iter().zip(sheets) {
        fits(layer)?;
        let sheet = workbook.add_worksheet_with_constant_memory().map_err(problem)?;
        sheet.set_name(name).map_err(problem)?;
        fill(sheet, layer)?;
    }
    workbook.save_to_writer(to).map_err(problem)
}

/// Writes layers to anything, by way of a temporary file.
///
/// # Errors
/// As [`write()`].
pub fn write_through(layers: &[Layer<'_>], to: &mut dyn Write) -> io::Result<()> {
    let mut file = tempfile::tempfile()?;
    write(layers, &mut file)?;
    file.rewind()?;
    io::copy(&mut file, to).map(drop)
}

fn problem(error: XlsxError) -> io::Error {
    match error {
        XlsxError::IoError(error) => error,
        error => io::Error::other(error),
    }
}

/// Whether a sheet has room for the layer.
fn fits(layer: &Layer<'_>) -> io::Result<()> {
    let (name, n_rows, n_columns) = (&layer.name, layer.n_rows, layer.columns.len());
    if MOST_ROWS - 1 < n_rows {
        return Err(refused(
            format!(
                "`{name}` has {n_rows} rows; a sheet holds 1,048,575 below its header: write CSV, GeoPackage or GeoParquet"
            ),
            format!("“{name}”有 {n_rows} 行，工作表表头之下最多 1,048,575 行；请改用 CSV、GeoPackage 或 GeoParquet"),
        ));
    }
    if MOST_COLUMNS < n_columns {
        return Err(refused(
            format!("`{name}` has {n_columns} columns; a sheet holds 16,384: write CSV or GeoParquet"),
            format!("“{name}”有 {n_columns} 列，工作表最多 16,384 列；请改用 CSV 或 GeoParquet"),
        ));
    }
    Ok(())
}

fn fill(sheet: &mut Worksheet, layer: &Layer<'_>) -> io::Result<()> {
    let bold = Format::new().set_bold().set_text_wrap();
    for (at, width) in (0..).zip(widths(layer)) {
        sheet.set_column_width(at, width).map_err(problem)?;
    }
    sheet.set_freeze_panes(1, 0).map_err(problem)?;
    let (last_row, last_column) = (layer.n_rows as u32, (layer.columns.len().max(1) - 1) as u16);
    if !layer.columns.is_empty() {
        sheet.autofilter(0, 0, last_row, last_column).map_err(problem)?;
    }
    for (at, column) in (0..).zip(&layer.columns) {
        text(sheet, (0, at), &column.name, &column.name, Some(&bold))?;
    }
    for row in 0..layer.n_rows {
        for (at, column) in (0..).zip(&layer.columns) {
            let place = (row as u32 + 1, at);
            match (column.value)(row) {
                Value::Missing => {}
                Value::Text(cell) => text(sheet, place, &cell, &column.name, None)?,
                Value::Number(number) if number.is_finite() => {
                    sheet.write_number(place.0, place.1, number + 0.0).map_err(problem)?;
                }
                Value::Number(_) => {}
                Value::Whole(whole) if LARGEST_WHOLE < whole.unsigned_abs() => {
                    text(sheet, place, &whole.to_string(), &column.name, None)?;
                }
                Value::Whole(whole) => {
                    sheet.write_number(place.0, place.1, whole as f64).map_err(problem)?;
                }
                Value::Flag(flag) => {
                    sheet.write_boolean(place.0, place.1, flag).map_err(problem)?;
                }
            }
        }
    }
    Ok(())
}

fn text(
    sheet: &mut Worksheet,
    (row, at): (u32, u16),
    cell: &str,
    column: &str,
    format: Option<&Format>,
) -> io::Result<()> {
    // Few letters take few bytes: most texts need not be counted.
    if LONGEST_TEXT < cell.len() {
        let n = cell.encode_utf16().count();
        if LONGEST_TEXT < n {
            return Err(refused(
                format!(
                    "row {row}, column `{column}`: the text has {n} letters; a cell of a sheet holds 32,767: write CSV"
                ),
                format!("第 {row} 行“{column}”列的文本有 {n} 个字符，工作表单元格最多 32,767 个；请改用 CSV"),
            ));
        }
    }
    match format {
        Some(format) => sheet.write_string_with_format(row, at, cell, format),
        None => sheet.write_string(row, at, cell),
    }
    .map(drop)
    .map_err(problem)
}

/// How wide each column is to be, in letters: wide letters such as Chinese ones count twice.
fn widths(layer: &Layer<'_>) -> impl Iterator<Item = f64> {
    layer.columns.iter().map(|column| {
        let wide = |text: &str| text.chars().map(|letter| if letter.is_ascii() { 1 } else { 2 }).sum::<usize>();
        let of_cell = |row: usize| match (column.value)(row) {
            Value::Text(text) => wide(text.lines().next().unwrap_or("")),
            Value::Number(number) => number.to_string().len(),
            Value::Whole(whole) => whole.to_string().len(),
            Value::Flag(_) | Value::Missing => 5,
        };
        let cells = (0..layer.n_rows.min(LOOKED_AT)).map(of_cell).max().unwrap_or(0);
        // The arrow of the filter covers three letters of the header.
        let widest = cells.max(wide(&column.name) + 3);
        let limit = if column.holds == Holds::Text { 48 } else { 20 };
        (widest + 1).clamp(8, limit) as f64
    })
}

/// The names of the sheets: 31 letters at most, without those that Excel forbids, all different.
fn sheet_names(layers: &[Layer<'_>]) -> Vec<String> {
    let mut taken: Vec<String> = Vec::new();
    for layer in layers {
        let plain = |letter: char| match letter {
            '[' | ']' | ':' | '*' | '?' | '/' | '\\' => Some('_'),
            letter if letter.is_control() => None,
            letter => Some(letter),
        };
        let name: String = layer.name.chars().filter_map(plain).take(28).collect();
        let name = name.trim_matches(|letter: char| letter == '\'' || letter.is_whitespace());
        // A name that Excel keeps for itself.
        let name = if name.is_empty() || name.eq_ignore_ascii_case("history") { "Sheet" } else { name };
        let name = names::free(name, |name| taken.iter().any(|taken| taken.to_lowercase() == name.to_lowercase()));
        taken.push(name);
    }
    taken
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::write::Column;
    use std::io::Cursor;

    fn layer(name: &str, cells: Vec<String>) -> Layer<'static> {
        let n_rows = cells.len();
        let value = Box::new(move |row: usize| Value::Text(cells[row].clone().into()));
        Layer {
            name: name.into(),
            n_rows,
            columns: vec![Column { name: "c".into(), holds: Holds::Text, value }],
            shapes: None,
        }
    }

    #[test]
    fn a_text_that_a_cell_cannot_hold_is_refused_with_its_place() {
        let written = |n: usize| write(&[layer("x", vec!["a".into(), "床".repeat(n)])], &mut Cursor::new(Vec::new()));
        written(LONGEST_TEXT).unwrap();
        let error = written(LONGEST_TEXT + 1).unwrap_err();
        let said = &crate::write::Refused::of(&error).unwrap().en;
        assert!(said.starts_with("row 2, column `c`: the text has 32768 letters"), "{said}");
    }

    #[test]
    fn more_rows_than_a_sheet_has_are_refused_before_any_is_written() {
        let value = Box::new(|_: usize| panic!("no row is asked for"));
        let columns = vec![Column { name: "c".into(), holds: Holds::Text, value }];
        let layer = Layer { name: "x".into(), n_rows: MOST_ROWS, columns, shapes: None };
        let error = write(&[layer], &mut Cursor::new(Vec::new())).unwrap_err();
        assert!(crate::write::Refused::of(&error).unwrap().en.contains("1048576 rows"), "{error}");
    }

    #[test]
    fn sheets_have_names_that_excel_takes() {
        let names =
            ["a/b[1]", "A_B_1_", "'x'", "", "history", "光明街道光明街道光明街道光明街道光明街道光明街道光明街道"];
        let layers: Vec<Layer<'_>> = names.iter().map(|name| layer(name, Vec::new())).collect();
        let names = sheet_names(&layers);
        assert_eq!(names[..5], ["a_b_1_", "A_B_1__2", "x", "Sheet", "Sheet_2"]);
        assert_eq!(names[5].chars().count(), 28);
        write(&layers, &mut Cursor::new(Vec::new())).unwrap();
    }
}
