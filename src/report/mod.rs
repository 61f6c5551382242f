//! Findings to outputs: one output a file, each written from what was found.
//!
//! No judging and, but for [`files`], no reading or writing: the same findings give the same bytes.

pub(crate) mod by_area;
pub mod csv;
pub mod files;
pub mod geojson;
pub mod json;
pub mod terminal;
pub mod words;

use std::io::{self, Write};

use crate::assess::Findings;
use crate::model::{Lang, World};
use files::Content;

/// One file of an assessment. It is written from what was found, and never in memory as a whole.
pub struct Output<'a> {
    name: &'static str,
    write: Box<Writing<'a>>,
}

type Writing<'a> = dyn Fn(&mut dyn Write) -> io::Result<()> + Send + Sync + 'a;

impl Content for Output<'_> {
    fn name(&self) -> &str {
        self.name
    }

    fn write(&self, to: &mut dyn Write) -> io::Result<()> {
        (self.write)(to)
    }
}

/// All files of an assessment. `problems` are what was wrong with the input and did not stop the run; `lang` is the
/// language of the tables.
pub fn outputs<'a>(
    findings: &'a Findings,
    world: &'a World,
    problems: &'a [serde_json::Value],
    lang: Lang,
) -> [Output<'a>; 8] {
    [
        Output { name: FINDINGS, write: Box::new(move |to| json::findings(findings, world, problems, to)) },
        Output { name: "findings.schema.json", write: Box::new(|to| to.write_all(&json::schema_file())) },
        Output { name: "areas.geojson", write: Box::new(move |to| geojson::areas(findings, world, to)) },
        Output { name: "underserved.geojson", write: Box::new(move |to| geojson::underserved(findings, world, to)) },
        Output { name: "facilities.geojson", write: Box::new(move |to| geojson::facilities(findings, world, to)) },
        Output { name: "findings.csv", write: Box::new(move |to| csv::findings(findings, world, lang, to)) },
        Output { name: "areas.csv", write: Box::new(move |to| csv::areas(findings, world, lang, to)) },
        Output { name: "ledger.csv", write: Box::new(move |to| csv::ledger(findings, world, lang, to)) },
    ]
}

/// The name of the file that holds everything.
pub const FINDINGS: &str = "findings.json";

#[cfg(test)]
mod sketch;
#[cfg(test)]
mod tests;
