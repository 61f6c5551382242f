//! GeoParquet 1.0 and 1.1, and Parquet tables without geometry.
//!
//! `metadata.rs` reads what the file says of its geometries, `pages.rs` makes sure that its pages are no larger than a
//! file of its size may hold, `pieces.rs` reads rows in pieces on all cores; `cells.rs` and `native.rs` turn columns of
//! Arrow into cells and geometries.

mod cells;
mod metadata;
mod native;
mod pages;
mod pieces;
mod plan;

use std::fs::File;
use std::io::Write;

use tempfile::NamedTempFile;

use super::allowance::{Allowance, exceeded};
use super::fence;
use super::input::Input;
use super::problem::{At, Problems, say};
use super::table::{Reader, Table, Wish};
use plan::Plan;

/// GeoParquet files.
pub(super) struct GeoParquet;

/// How every Parquet file begins. No text goes on with a control character, as pages and footers do.
const START: &[u8] = b"PAR1";

impl Reader for GeoParquet {
    fn name(&self) -> &'static str {
        "GeoParquet"
    }

    fn accepts(&self, name: &str, start: &[u8]) -> bool {
        let name = name.to_ascii_lowercase();
        start.strip_prefix(START).and_then(<[u8]>::first).is_some_and(u8::is_ascii_control)
            || [".parquet", ".geoparquet", ".pq"].iter().any(|ending| name.ends_with(ending))
    }

    fn read(&self, input: &Input, wish: &Wish, problems: &mut Problems) -> Option<Table> {
        // The reader of Parquet panics on some damaged pages (an index of more bits than any number has), and only it sees
        // them, once they are unpacked.
        match fence::behind(|| table(input, wish, problems)).unwrap_or_else(|| Some(Err(Failure::of_page())))? {
            Ok(table) => Some(table),
            Err(Failure::TooMuch) => {
                exceeded(input, problems);
                None
            }
            Err(Failure::Damaged(why)) => {
                damaged(input, &why, problems);
                None
            }
        }
    }
}

/// The table of a file; `None` where it was said already why there is none.
fn table(input: &Input, wish: &Wish, problems: &mut Problems) -> Option<Result<Table, Failure>> {
    let source = Source::of(input, problems)?;
    let allowance = Allowance::of(input.n_bytes());
    let plan = match Plan::of(&source, &input.name, wish, &allowance, problems) {
        Ok(plan) => plan,
        Err(failure) => return Some(Err(failure)),
    };
    Some(pieces::read(&source, &plan, &allowance).map(|rows| rows.table(problems)))
}

/// Why a file cannot be read.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Failure {
    /// It would take more memory than it may.
    TooMuch,
    /// What is wrong with it.
    Damaged(String),
}

impl Failure {
    fn of_page() -> Self {
        Self::Damaged("a page of it is damaged".to_owned())
    }
}

impl<E: std::error::Error> From<E> for Failure {
    fn from(error: E) -> Self {
        Self::Damaged(error.to_string())
    }
}

/// A file that can be opened as often as there are threads.
struct Source<'a> {
    input: &'a Input,
    /// Where it lies if it came from memory.
    copy: Option<NamedTempFile>,
}

impl<'a> Source<'a> {
    fn of(input: &'a Input, problems: &mut Problems) -> Option<Self> {
        let copy = match input.path() {
            Some(_) => None,
            None => {
                let bytes = input.bytes(problems)?;
                let written = NamedTempFile::new().and_then(|mut copy| {
                    copy.write_all(&bytes)?;
                    Ok(copy)
                });
                Some(written.map_err(|error| input.unreadable(&error, problems)).ok()?)
            }
        };
        Some(Self { input, copy })
    }

    fn open(&self) -> std::io::Result<File> {
        match (&self.copy, self.input.path()) {
            (Some(copy), _) => copy.reopen(),
            (None, Some(path)) => File::open(path),
            (None, None) => Err(std::io::ErrorKind::NotFound.into()),
        }
    }
}

fn damaged(input: &Input, why: &str, problems: &mut Problems) {
    problems.error(
        "damaged",
        &input.name,
        At::File,
        say(format!("the Parquet file cannot be read: {why}"), format!("无法读取 Parquet 文件：{why}")),
        say("export the layer again", "请重新导出图层"),
    );
}

#[cfg(test)]
mod tests;
