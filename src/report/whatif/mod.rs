//! What scenarios change, to outputs: `whatif.json`, a table, a map of each scenario kept, a summary.

mod json;
mod map;
mod summary;
mod table;

use std::io::{self, Write};
use std::path::Path;

pub use summary::{changes, summary};

use super::files::Content;
use crate::assess::Assessed;
use crate::model::{Lang, ServiceId, World};
use crate::rules::Obligation;
use crate::scenario::batch::{Batch, pareto};
use crate::scenario::compare::ObligationChange;
use crate::scenario::{By, Outcome, Ranked, Stage};
use crate::write::{csv, geojson};

/// The name and version of the shape of `whatif.json`.
pub const FORMAT: &str = "evenreach.whatif/1";

/// A batch that was run, and what it rests on.
pub struct WhatIf<'a> {
    /// What the scenarios are of.
    pub stage: &'a Stage,
    /// What came of them, the best first.
    pub batch: &'a Batch,
    /// What they are ranked by.
    pub by: By,
    /// The file of scenarios, and its SHA-256 in hexadecimal.
    pub file: (&'a str, &'a str),
    /// How long judging took, in seconds.
    pub elapsed: f64,
    /// Of the words.
    pub lang: Lang,
    pareto: Vec<bool>,
}

impl<'a> WhatIf<'a> {
    /// A batch as it is reported.
    pub fn new(stage: &'a Stage, batch: &'a Batch, by: By, file: (&'a str, &'a str), elapsed: f64, lang: Lang) -> Self {
        Self { stage, batch, by, file, elapsed, lang, pareto: pareto(&batch.best) }
    }

    fn world(&self) -> &'a World {
        self.stage.world()
    }

    fn before(&self, change: &ObligationChange) -> &'a Assessed {
        &self.stage.base().findings[change.position]
    }

    fn obligation(&self, position: usize) -> &'a Obligation {
        self.stage.base().obligation(&self.stage.base().findings[position])
    }

    fn id(&self, position: usize) -> &'a str {
        self.obligation(position).id.get_ref()
    }

    /// What a service is called: by the first pack that says it.
    fn service(&self, id: ServiceId) -> &'a str {
        let key = &self.world().facilities.services()[id].key;
        let label = self.stage.base().packs.iter().find_map(|pack| pack.services.get(key));
        label.map_or(key, |label| self.lang.pick(&label.en, &label.zh))
    }

    /// The names of the scenarios carried out together.
    fn names(&self, ranked: &Ranked) -> Vec<&'a str> {
        ranked.chosen.iter().map(|&at| self.stage.scenarios()[at].name.as_str()).collect()
    }

    fn name(&self, ranked: &Ranked) -> String {
        self.names(ranked).join(" + ")
    }

    /// What came of scenarios that were judged already.
    fn outcome(&self, ranked: &Ranked) -> Option<Outcome> {
        self.stage.outcome(&ranked.chosen).ok()
    }
}

/// One file of a batch, written when it is asked for.
pub struct Output<'a> {
    name: String,
    write: Box<Writing<'a>>,
}

type Writing<'a> = dyn Fn(&mut dyn Write) -> io::Result<()> + Send + Sync + 'a;

impl Output<'_> {
    /// A file that goes with those of a batch: all are written, or none.
    pub fn of(name: String, bytes: Vec<u8>) -> Self {
        Self { name, write: Box::new(move |to| to.write_all(&bytes)) }
    }
}

impl Content for Output<'_> {
    fn name(&self) -> &str {
        &self.name
    }

    fn write(&self, to: &mut dyn Write) -> io::Result<()> {
        (self.write)(to)
    }
}

/// Maps are written of so many of the best.
pub const MAPS: usize = 20;

/// The name of the map of a scenario, by its place in the ranking from 0.
fn map_name(rank: usize) -> String {
    format!("scenario-{:02}.geojson", rank + 1)
}

/// The maps in `folder` that are beyond the first `n_maps`: an earlier run has left them.
pub fn left_over(folder: &Path, n_maps: usize) -> Vec<String> {
    (n_maps..MAPS).map(map_name).filter(|name| folder.join(name).exists()).collect()
}

/// All files: `whatif.json`, `whatif.csv`, and `scenario-01.geojson` and so on for the first [`MAPS`].
pub fn outputs<'a>(of: &'a WhatIf<'a>) -> Vec<Output<'a>> {
    let mut outputs = vec![
        Output { name: "whatif.json".to_owned(), write: Box::new(move |to| json::write(of, to)) },
        Output { name: "whatif.csv".to_owned(), write: Box::new(move |to| csv::write(&table::layer(of), to)) },
    ];
    for (rank, ranked) in of.batch.best.iter().take(MAPS).enumerate() {
        let write = move |to: &mut dyn Write| {
            // What was judged once can be judged again.
            let Some(outcome) = of.outcome(ranked) else { return Ok(()) };
            let head = serde_json::json!({
                "name": "scenario",
                "study": of.world().name,
                "scenario": of.name(ranked),
                "illustrative": of.stage.base().illustrative,
                "estimated": !of.stage.base().estimated.is_empty(),
                "proxy": of.world().people.proxy.map(crate::model::Proxy::key),
            });
            let head = head.as_object().expect("it is an object");
            geojson::write(&map::layer(of, ranked, &outcome), head, to)
        };
        outputs.push(Output { name: map_name(rank), write: Box::new(write) });
    }
    outputs
}
