//! Columns of text to columns of a type, for formats that have types.

use crate::read::problem::{At, Problems, say};
use crate::read::table::{Cells, Table};
use crate::write::csv::is_formula;
use crate::write::{Column, Holds, Value};

/// A column as it is written; `is_typed` says whether its type is to be found out, or all is text.
pub(super) fn column(cells: &Cells, is_typed: bool) -> Column<'_> {
    let holds = if is_typed { holds(cells) } else { Holds::Text };
    Column { name: cells.header.clone(), holds, value: Box::new(move |row| value(cells.get(row), holds)) }
}

fn value(cell: &str, holds: Holds) -> Value<'_> {
    if cell.is_empty() {
        return Value::Missing;
    }
    match holds {
        Holds::Text => Value::Text(cell.into()),
        Holds::Number => cell.parse().map_or(Value::Missing, Value::Number),
        Holds::Whole => cell.parse().map_or(Value::Missing, Value::Whole),
        Holds::Flag => flag(cell).map_or(Value::Missing, Value::Flag),
    }
}

/// What all cells of a column are. Digits that a number would lose make it text: zeros in front, more than fifteen.
fn holds(cells: &Cells) -> Holds {
    let mut filled = cells.iter().filter(|cell| !cell.is_empty()).peekable();
    if filled.peek().is_none() {
        return Holds::Text;
    }
    let all = |fits: fn(&str) -> bool| cells.iter().filter(|cell| !cell.is_empty()).all(fits);
    if all(is_whole) {
        Holds::Whole
    } else if all(is_number) {
        Holds::Number
    } else if all(|cell| flag(cell).is_some()) {
        Holds::Flag
    } else {
        Holds::Text
    }
}

fn flag(cell: &str) -> Option<bool> {
    match cell {
        "true" | "True" | "TRUE" => Some(true),
        "false" | "False" | "FALSE" => Some(false),
        _ => None,
    }
}

/// Digits of whole numbers that every program holds exactly.
const MOST_DIGITS: usize = 15;

fn is_whole(cell: &str) -> bool {
    let digits = cell.strip_prefix('-').unwrap_or(cell);
    let is_zero = digits == "0" && digits.len() == cell.len();
    let plain = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    is_zero || plain && !digits.starts_with('0') && digits.len() <= MOST_DIGITS
}

/// A number in its usual spelling, with a point or an exponent, that is the same number when it is read again.
fn is_number(cell: &str) -> bool {
    let unsigned = cell.strip_prefix('-').unwrap_or(cell);
    let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (unsigned, None),
    };
    let (whole, part) = mantissa.split_once('.').map_or((mantissa, None), |(whole, part)| (whole, Some(part)));
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let whole_fits = digits(whole) && (whole == "0" || !whole.starts_with('0')) && whole.len() <= MOST_DIGITS;
    // Seventeen digits are what a number of this kind has when a program writes it in full.
    let significant = mantissa.trim_start_matches(['0', '.']).bytes().filter(u8::is_ascii_digit).count();
    whole_fits
        && part.is_none_or(digits)
        && exponent.is_none_or(|exponent| digits(exponent.trim_start_matches(['+', '-'])))
        && significant <= 17
        && cell.parse::<f64>().is_ok_and(f64::is_finite)
}

/// Says how many cells a CSV does not hold as they are, since a spreadsheet would run them.
pub(super) fn warn_of_formulas(table: &Table, problems: &mut Problems) {
    let n: usize = table.columns.iter().map(|cells| cells.iter().filter(|cell| is_formula(cell)).count()).sum();
    if n != 0 {
        problems.warning(
            "formula",
            &table.file,
            At::File,
            say(
                format!("{n} cells begin as a formula; an apostrophe stands before them now"),
                format!("有 {n} 个单元格以公式符号开头，已在前面加单引号"),
            ),
            say("in an .xlsx they are plain text without it", "写入 .xlsx 时为纯文本，不加单引号"),
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(cells: &[&str]) -> Holds {
        let mut column = Cells::new("c", 0);
        cells.iter().for_each(|cell| column.push(cell));
        holds(&column)
    }

    #[test]
    fn a_column_is_a_number_only_where_no_cell_would_change() {
        for (cells, expected) in [
            (&["1", "-20", "", "0"][..], Holds::Whole),
            (&["1", "2.50"], Holds::Number),
            (&["1e5", "0.1"], Holds::Number),
            (&["121.60000000000001"], Holds::Number),
            (&["true", "FALSE", ""], Holds::Flag),
            (&["007", "12"], Holds::Text),
            (&["00.5"], Holds::Text),
            (&["-0"], Holds::Number),
            (&["210213001001001"], Holds::Whole),
            (&["2102130010010011"], Holds::Text),
            (&["0.12345678901234567890"], Holds::Text),
            (&["+1"], Holds::Text),
            (&["1,234"], Holds::Text),
            (&["inf"], Holds::Text),
            (&["NaN"], Holds::Text),
            (&["1e999"], Holds::Text),
            (&["2020-09-01"], Holds::Text),
            (&["true", "1"], Holds::Text),
            (&["", ""], Holds::Text),
            (&[], Holds::Text),
        ] {
            assert_eq!(of(cells), expected, "{cells:?}");
        }
    }
}
