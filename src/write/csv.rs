//! CSV: UTF-8 with a byte order mark and CRLF, so that Excel shows Chinese.
//!
//! Cells are written as they are, but for those that a spreadsheet would run.

use std::borrow::Cow;
use std::io::{self, Write};

use super::{Layer, Value, pieces};

/// Writes the columns of a layer; a geometry has to be a column by then.
///
/// # Errors
/// What the file says.
pub fn write(layer: &Layer<'_>, to: &mut dyn Write) -> io::Result<()> {
    to.write_all("\u{feff}".as_bytes())?;
    let mut header = Vec::new();
    append(layer.columns.iter().map(|column| harmless(Cow::Borrowed(&column.name))), &mut header);
    to.write_all(&header)?;
    let row = |row: usize, piece: &mut Vec<u8>| {
        append(layer.columns.iter().map(|column| cell((column.value)(row))), piece);
    };
    pieces::write(layer.n_rows, row, to)
}

fn append<'c>(cells: impl Iterator<Item = Cow<'c, str>>, to: &mut Vec<u8>) {
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(to);
    let cells: Vec<_> = cells.collect();
    writer.write_record(cells.iter().map(|cell| cell.as_bytes())).expect("writing to memory; a record of any length");
    writer.flush().expect("writing to memory");
}

fn cell(value: Value<'_>) -> Cow<'_, str> {
    match value {
        Value::Missing => Cow::Borrowed(""),
        Value::Text(text) => harmless(text),
        Value::Number(number) if !number.is_finite() => Cow::Borrowed(""),
        Value::Number(number) => (number + 0.0).to_string().into(),
        Value::Whole(whole) => whole.to_string().into(),
        Value::Flag(flag) => flag.to_string().into(),
    }
}

/// What stands before a text that a spreadsheet could take for a formula.
const GUARD: char = '\'';

fn harmless(text: Cow<'_, str>) -> Cow<'_, str> {
    if is_guarded(&text) { format!("{GUARD}{text}").into() } else { text }
}

/// Whether the guard is put before a text: before a formula, and before one that has guards already, so that taking one
/// away gives back what was there.
fn is_guarded(text: &str) -> bool {
    is_formula(text.trim_start_matches(GUARD))
}

/// A cell that was written here as it was before: without the guard, if there is one.
pub fn unguarded(cell: &str) -> &str {
    cell.strip_prefix(GUARD).filter(|rest| is_guarded(rest)).unwrap_or(cell)
}

/// Whether a spreadsheet could take a text for a formula: it starts with `=`, `+`, `-` or `@`, also full-width or after
/// blanks, and is no number. A lone dash is none: it marks what is missing.
pub fn is_formula(text: &str) -> bool {
    let inside =
        text.trim_start_matches(|letter: char| letter.is_whitespace() || letter.is_control() || letter == '\u{feff}');
    let whole = inside.trim_end();
    inside.starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠'])
        && !is_number(whole)
        && !["-", "－"].contains(&whole)
}

/// Digits with a sign, commas, one point and an exponent: as harmless as it looks. Telephone numbers are, too.
fn is_number(text: &str) -> bool {
    let digits = text.trim_start_matches(['+', '-']);
    text.len() - digits.len() == 1
        && digits.starts_with(|first: char| first.is_ascii_digit() || first == '.')
        && digits.parse::<f64>().is_ok_and(f64::is_finite)
        || (text.starts_with('+') && digits.bytes().all(|byte| byte.is_ascii_digit() || byte == b' '))
            && !digits.is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::write::{Column, Holds};

    #[test]
    fn only_what_a_spreadsheet_would_run_is_changed() {
        for text in
            ["=1+1", "@SUM(A1)", "-1+cmd|' /C calc'!A0", "＝1", "\t=1", "\r\n=1", "　=1", "\u{feff}=1", "--1", "+"]
        {
            assert!(is_formula(text), "{text:?}");
        }
        for text in ["", "-1", "+1.5e3", "-.5", "+86 411 8790 0000", "a=b", "光明街道", "'x", "001", "1-2", "-", "－ "]
        {
            assert!(!is_formula(text), "{text:?}");
        }
    }

    #[test]
    fn the_guard_is_taken_away_where_it_was_put_and_nowhere_else() {
        for (text, written) in [("=1", "'=1"), ("'=1", "''=1"), ("-", "-"), ("'x", "'x"), ("-1", "-1"), ("'-1", "'-1")]
        {
            assert_eq!(harmless(text.into()), written);
            assert_eq!(unguarded(written), text);
        }
    }

    #[test]
    fn cells_come_back_as_they_were() {
        let cells = ["a,b", "say \"x\"", "two\r\nlines", "", " 001 ", "床位"];
        let value = Box::new(move |row: usize| Value::Text(cells[row].into()));
        let number = Box::new(|row: usize| if row == 1 { Value::Number(f64::INFINITY) } else { Value::Number(0.1) });
        let columns = vec![
            Column { name: "=x".into(), holds: Holds::Text, value },
            Column { name: "n".into(), holds: Holds::Number, value: number },
        ];
        let layer = Layer { name: "x".into(), n_rows: 6, columns, shapes: None };
        let mut bytes = Vec::new();
        write(&layer, &mut bytes).unwrap();
        let text = String::from_utf8(bytes).unwrap();
        assert!(text.starts_with("\u{feff}'=x,n\r\n\"a,b\",0.1\r\n"), "{text}");
        let mut reader = csv::Reader::from_reader(text.as_bytes());
        let read: Vec<String> = reader.records().map(|record| record.unwrap()[0].to_owned()).collect();
        assert_eq!(read, cells);
    }
}
