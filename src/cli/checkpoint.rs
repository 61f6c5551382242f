//! How far a long batch has come, in a file beside its outputs: an interrupted run can go on where it stopped.

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

use crate::model::Text;
use crate::read::input::digest;
use crate::report::files;
use crate::scenario::batch::Batch;
use crate::scenario::{By, Ranked, Stage};

/// The name of the file.
const NAME: &str = "whatif.checkpoint.json";

/// The file is written this often.
const EVERY: Duration = Duration::from_secs(5);

#[derive(Serialize, Deserialize)]
struct Written {
    key: String,
    n_judged: u64,
    n_conflicts: u64,
    best: Vec<Vec<usize>>,
}

/// A batch on its way.
pub(super) struct Checkpoint {
    written: Written,
    last: Instant,
}

impl Checkpoint {
    /// A batch that begins.
    pub(super) fn new(key: String) -> Self {
        let written = Written { key, n_judged: 0, n_conflicts: 0, best: Vec::new() };
        Self { written, last: Instant::now() }
    }

    /// What tells a batch from others: all inputs and options.
    pub(super) fn key(stage: &Stage, scenarios: &str, options: (u16, Option<u64>, u32, By)) -> String {
        let sources = stage.world().sources.values().iter().map(|source| source.sha256.as_str());
        let packs = stage.base().packs.iter().map(|pack| format!("{pack:?}"));
        let ids = stage.base().findings.iter().map(|found| format!("{}.{}", found.pack, found.obligation));
        let all: Vec<String> = sources
            .map(str::to_owned)
            .chain(packs)
            .chain(ids)
            .chain([scenarios.to_owned(), format!("{options:?}"), env!("CARGO_PKG_VERSION").to_owned()])
            .collect();
        digest(all.join("\n").as_bytes())
    }

    /// The batch that was interrupted in `folder`; one that begins where there is none.
    ///
    /// # Errors
    /// Where it was one of other files or options.
    pub(super) fn read(folder: &Path, key: &str) -> Result<Self, Text> {
        let Ok(text) = fs::read_to_string(folder.join(NAME)) else { return Ok(Self::new(key.to_owned())) };
        let of_another = || Text {
            en: format!(
                "`{NAME}` in {} is of other files or options: run without --resume, or give another --out",
                folder.display()
            ),
            zh: format!(
                "{} 中的 {NAME} 属于其他文件或选项：请去掉 --resume，或用 --out 指定其他文件夹",
                folder.display()
            ),
        };
        let written: Written = serde_json::from_str(&text).map_err(|_| of_another())?;
        if written.key != key {
            return Err(of_another());
        }
        Ok(Self { written, last: Instant::now() })
    }

    /// How many choices are done.
    pub(super) fn n_done(&self) -> u64 {
        self.written.n_judged + self.written.n_conflicts
    }

    /// The batch as far as it had come: the best are judged once more.
    pub(super) fn batch(&self, stage: &Stage) -> Batch {
        let n = stage.scenarios().len();
        let sound = self.written.best.iter().filter(|chosen| chosen.iter().all(|&at| at < n));
        let best = sound
            .filter_map(|chosen| Some(Ranked { chosen: chosen.clone(), difference: stage.difference(chosen).ok()? }));
        let (n_judged, n_conflicts) = (self.written.n_judged, self.written.n_conflicts);
        Batch { best: best.collect(), n_judged, n_conflicts, n_before: n_judged }
    }

    /// Writes how far `batch` has come, if the last time was a while ago. A checkpoint that cannot be written is no reason
    /// to stop: the outputs will say it.
    pub(super) fn keep(&mut self, folder: &Path, batch: &Batch) {
        if self.last.elapsed() < EVERY {
            return;
        }
        self.written.n_judged = batch.n_judged;
        self.written.n_conflicts = batch.n_conflicts;
        self.written.best = batch.best.iter().map(|ranked| ranked.chosen.clone()).collect();
        if let Ok(bytes) = serde_json::to_vec(&self.written) {
            let _ = files::write(folder, &[(NAME.to_owned(), bytes)]);
        }
        self.last = Instant::now();
    }

    /// The batch is done.
    pub(super) fn remove(folder: &Path) {
        let _ = fs::remove_file(folder.join(NAME));
    }
}
