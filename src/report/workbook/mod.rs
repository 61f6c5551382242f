//! `findings.xlsx`: what a planner sends on. A summary by lead unit, a score card for each level of areas, a sheet for
//! each family of obligations, the ledger, the problems with the data, the files.
//!
//! Numbers are numbers and codes are text; no text is ever a formula. The file is dated on the day of reference, so that
//! the same findings give the same bytes.

mod format;
mod scores;
mod sheet;
mod summary;

use std::fs::File;
use std::io;
use std::sync::Arc;

use rust_xlsxwriter::{DocProperties, ExcelDateTime, Workbook, XlsxError};

use super::layers::{self, Assessment, Drawn, Row};
use crate::rules::Verdict;
use format::Formats;
use sheet::{Book, Sheet};

/// Rows of all sheets together. The cells are in memory until the file is written, and who opens it waits for them:
/// what is more is in the other files, and the sheet says so.
const MOST_ROWS: usize = 100_000;

/// Writes the workbook.
pub(super) fn findings(of: &Arc<Assessment<'_>>, problems: &[serde_json::Value], file: &mut File) -> io::Result<()> {
    build(of, problems, MOST_ROWS).and_then(|mut book| book.save_to_writer(file)).map_err(problem)
}

fn problem(error: XlsxError) -> io::Error {
    match error {
        XlsxError::IoError(error) => error,
        XlsxError::ZipError(error) => error.into(),
        error => io::Error::other(error),
    }
}

fn build(of: &Arc<Assessment<'_>>, problems: &[serde_json::Value], most_rows: usize) -> Result<Workbook, XlsxError> {
    let lang = of.lang;
    let mut workbook = Workbook::new();
    let date = of.world.reference_date;
    let year = u16::try_from(date.year()).unwrap_or(1900).max(1900);
    let day = ExcelDateTime::from_ymd(year, date.month().unsigned_abs(), date.day().unsigned_abs())?;
    let properties = DocProperties::new().set_title(super::words::plain(of.world.name.get(lang)));
    workbook.set_properties(&properties.set_creation_datetime(&day));
    let formats = Formats::new(lang);
    workbook.set_default_format(&formats.plain, 20, 64)?;
    let mut book = Book::new(workbook, formats, of);

    let families = layers::families(of);
    let levels = scores::levels(of);
    let ledger = layers::ledger(of);
    let mut sizes: Vec<usize> = levels.iter().map(|level| level.areas.len()).collect();
    let rows: Vec<Vec<Row>> = families.iter().map(|(_, findings)| layers::of_family(of, findings)).collect();
    sizes.extend(rows.iter().map(Vec::len));
    sizes.push(ledger.n_rows);
    let most = fair_share(&sizes, most_rows);

    summary::write(&mut book)?;
    for level in &levels {
        scores::write(&mut book, level, most)?;
    }
    for ((family, _), rows) in families.iter().zip(rows) {
        let n_rows = rows.len();
        let layer = layers::subjects(of, family, worst_first(of, rows, most), Drawn::Not);
        let nearest = layers::cost_column(of.world.cost_unit());
        let columns = COLUMNS.map(|name| if name == DISTANCE { nearest } else { name }).to_vec();
        let is_strong = |row: usize| layer_is_obligation(&layer, row);
        book.table(Sheet {
            name: family,
            title: &family_title(of, family),
            layer: &layer,
            columns,
            n_rows,
            is_strong: &is_strong,
        })?;
    }
    for (mut layer, name, title) in [
        (ledger, lang.pick("ledger", "台账"), lang.pick("Over a limit, now and before", "超限台账（含已销号）")),
        (
            layers::problems(of, problems),
            lang.pick("data problems", "数据问题"),
            lang.pick("Problems with the data that did not stop the run", "未中止核查的数据问题"),
        ),
        (
            layers::inputs(of),
            lang.pick("inputs", "输入文件"),
            lang.pick("The files that all this rests on", "本次核查所依据的文件"),
        ),
    ] {
        let n_rows = layer.n_rows;
        layer.n_rows = n_rows.min(most);
        let columns: Vec<String> = layer.columns.iter().map(|column| column.name.clone()).collect();
        let columns = columns.iter().map(String::as_str).collect();
        book.table(Sheet { name, title, layer: &layer, columns, n_rows, is_strong: &|_| false })?;
    }
    Ok(book.finish())
}

/// The column of what it costs to get to the nearest facility, which has another name where that is a time.
const DISTANCE: &str = "distance_m";

/// The columns of a sheet of findings.
const COLUMNS: [&str; 23] = [
    "obligation",
    "clause",
    "lead",
    "summary",
    "type",
    "code",
    "name",
    "parent",
    "verdict_text",
    "observed",
    "observed_unit",
    "required",
    "required_unit",
    "requirement",
    "shortfall",
    "shortfall_unit",
    "nearest",
    DISTANCE,
    "persons",
    "reason",
    "boundary",
    "estimated",
    "illustrative",
];

fn layer_is_obligation(layer: &crate::write::Layer<'_>, row: usize) -> bool {
    let of = layer.columns.iter().find(|column| column.name == "of");
    of.is_some_and(|of| (of.value)(row) == crate::write::Value::Text("obligation".into()))
}

fn family_title(of: &Assessment<'_>, family: &str) -> String {
    of.lang.pick(format!("{family}: each obligation, and all that it judges"), format!("{family}：各条款及其核查对象"))
}

/// All rows as they come if they are few enough; else the obligations, then what is not kept, then what is unknown, and
/// of those the first.
fn worst_first(of: &Assessment<'_>, mut rows: Vec<Row>, most: usize) -> Vec<Row> {
    if most < rows.len() {
        rows.sort_by_key(|row| match row.said(of) {
            (_, None) => 0,
            (_, Some(subject)) => match subject.verdict {
                Verdict::Unmet => 1,
                Verdict::Unknown { .. } => 2,
                Verdict::Met => 3,
                Verdict::NotCheckable { .. } => 4,
            },
        });
        rows.truncate(most);
    }
    rows
}

/// The most rows that a sheet may have, so that sheets of these sizes together have at most `all`: those that need less
/// leave the rest to the others.
fn fair_share(sizes: &[usize], all: usize) -> usize {
    let mut sizes = sizes.to_vec();
    sizes.sort_unstable();
    let mut left = all;
    for (n, &size) in sizes.iter().enumerate() {
        let share = left / (sizes.len() - n);
        if share < size {
            return share.max(1);
        }
        left -= size;
    }
    all
}

#[cfg(test)]
mod tests;
