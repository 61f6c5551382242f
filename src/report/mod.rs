//! Findings to outputs: one output a file, each a function from what was found to bytes.
//!
//! No judging and, but for [`files`], no reading or writing: the same findings give the same bytes.

pub(crate) mod by_area;
pub mod csv;
pub mod files;
pub mod geojson;
pub mod json;
pub mod terminal;
pub mod words;

use rayon::prelude::*;

use crate::assess::Findings;
use crate::model::{Lang, World};

/// All files of an assessment by name. `problems` are what was wrong with the input and did not stop the run; `lang`
/// is the language of the tables.
pub fn outputs(
    findings: &Findings,
    world: &World,
    problems: &[serde_json::Value],
    lang: Lang,
) -> Vec<(String, Vec<u8>)> {
    type Output<'a> = (&'a str, Box<dyn Fn() -> Vec<u8> + Sync + Send + 'a>);
    let outputs: [Output<'_>; 8] = [
        ("findings.json", Box::new(|| json::findings(findings, world, problems))),
        ("findings.schema.json", Box::new(json::schema_file)),
        ("areas.geojson", Box::new(|| geojson::areas(findings, world))),
        ("underserved.geojson", Box::new(|| geojson::underserved(findings, world))),
        ("facilities.geojson", Box::new(|| geojson::facilities(findings, world))),
        ("findings.csv", Box::new(|| csv::findings(findings, world, lang))),
        ("areas.csv", Box::new(|| csv::areas(findings, world, lang))),
        ("ledger.csv", Box::new(|| csv::ledger(findings, world, lang))),
    ];
    outputs.into_par_iter().map(|(name, output)| (name.to_owned(), output())).collect()
}

#[cfg(test)]
mod sketch;
#[cfg(test)]
mod tests;
