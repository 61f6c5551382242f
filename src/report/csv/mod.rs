//! Tables for spreadsheets: UTF-8 with a byte order mark and CRLF, so that Excel shows Chinese; headers in both languages.
//!
//! Text cells are in the language asked for. Numbers are plain (a share is in per cent, as its unit says); a cell with
//! someone's text never starts a formula.

mod areas;
mod findings;
mod ledger;
mod safe;

use std::io::{self, Write};

pub(crate) use areas::areas;
pub use findings::findings;
pub use ledger::ledger;
pub(crate) use safe::safe;

use super::words::number::cell;
use crate::model::Lang;
use crate::rules::finding::Unit;

/// A cell: text from anywhere, or a number of ours.
enum Cell {
    Text(String),
    Number(Option<f64>),
    Count(usize),
    Year(Option<i16>),
}

impl Cell {
    fn text(text: &str) -> Self {
        Self::Text(text.to_owned())
    }

    fn yes(flag: bool, lang: Lang) -> Self {
        Self::text(if flag { lang.pick("yes", "是") } else { lang.pick("no", "否") })
    }

    fn written(&self) -> String {
        match self {
            Self::Text(text) => safe(text),
            Self::Number(number) => number.map(cell).unwrap_or_default(),
            Self::Count(count) => count.to_string(),
            Self::Year(year) => year.map(|year| year.to_string()).unwrap_or_default(),
        }
    }
}

/// A number as a table shows it in its unit: shares in per cent.
fn shown(value: Option<f64>, unit: Option<&Unit>) -> Cell {
    Cell::Number(value.map(|value| if unit == Some(&Unit::Share) { value * 100.0 } else { value }))
}

/// A table with its byte order mark.
fn table<const N: usize>(
    headers: [&str; N],
    rows: impl Iterator<Item = [Cell; N]>,
    to: &mut dyn Write,
) -> io::Result<()> {
    to.write_all("\u{feff}".as_bytes())?;
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(to);
    writer.write_record(headers)?;
    for row in rows {
        writer.write_record(row.iter().map(Cell::written))?;
    }
    writer.flush()
}

#[cfg(test)]
mod tests;
