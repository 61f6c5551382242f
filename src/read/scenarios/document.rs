//! Scenarios written in TOML, as the rows of a table.
//!
//! ```toml
//! crs = "EPSG:4326"                # of lon and lat; by default that of the study
//!
//! [[edit]]
//! scenario = "A"
//! edit = "open"
//! service = "kindergarten"
//! lon = 121.78
//! lat = 39.05
//! seats = 360
//! ```

use super::super::document::parse;
use super::super::input::Input;
use super::super::problem::{At, Problems, say};
use super::super::table::{Cells, Table};
use serde::Deserialize;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    #[serde(default)]
    crs: Option<String>,
    #[serde(default)]
    edit: Vec<toml::Table>,
}

/// Each `[[edit]]` as a row, each key as a column.
pub(super) fn table(input: &Input, problems: &mut Problems) -> Option<Table> {
    let text = input.document(problems)?;
    let document: Document = match parse(&text) {
        Ok(document) => document,
        Err(mistakes) => {
            for mistake in mistakes {
                let before = &text[..mistake.at.start.min(text.len())];
                let line = before.matches('\n').count() + 1;
                let column = before.chars().rev().take_while(|&letter| letter != '\n').count() + 1;
                problems.error(
                    "scenarios",
                    &input.name,
                    At::Line(line, column),
                    say(&mistake.what, &mistake.what),
                    say(
                        "write each edit as [[edit]] with keys such as scenario, edit, service, lon, lat",
                        "每项措施写为 [[edit]]，并填写 scenario、edit、service、lon、lat 等键",
                    ),
                );
            }
            return None;
        }
    };
    let n_rows = document.edit.len();
    let mut headers: Vec<&str> = document.edit.iter().flat_map(|edit| edit.keys().map(String::as_str)).collect();
    headers.sort_unstable();
    headers.dedup();
    let column = |header: &&str| {
        let mut cells = Cells::new(header, 0);
        document.edit.iter().for_each(|edit| cells.push(&edit.get(*header).map(plain).unwrap_or_default()));
        cells
    };
    let columns = headers.iter().map(column).collect();
    // Rows are counted as edits: the first is 1.
    let numbers = (1..).take(n_rows).collect();
    Some(Table { file: input.name.clone(), columns, n_rows, numbers, crs: document.crs, ..Table::default() })
}

fn plain(value: &toml::Value) -> String {
    match value {
        toml::Value::String(text) => text.clone(),
        toml::Value::Array(values) => values.iter().map(plain).collect::<Vec<_>>().join(";"),
        other => other.to_string(),
    }
}
