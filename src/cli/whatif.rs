//! `whatif`: scenarios of a study, each and together, to what they change.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;

use clap::Args;

use super::checkpoint::Checkpoint;
use super::progress::{Progress, Rate};
use super::study::{self, default_out};
use super::tell::{self, Stopped};
use crate::assess::Only;
use crate::model::{Lang, Text};
use crate::read::problem::Problems;
use crate::read::read_scenarios;
use crate::report::files;
use crate::report::whatif::{self, WhatIf};
use crate::scenario::batch::{self, Batch, choices, n_choices};
use crate::scenario::{By, Stage};

/// Try edits of a study: what opens, closes, grows or moves, and which promises that keeps or breaks.
///
/// Reads the study as `check` does, and SCENARIOS: a sheet, a CSV or a map layer drawn in QGIS with one row for each edit,
/// or TOML with one [[edit]] each. The column `edit` says what is done, `scenario` which rows belong together (without it
/// each row is a scenario of its own), `cost` what it costs; the others are those of the layer that is edited:
///
/// open: a facility opens. Its service, a place (lon and lat, or the point) or its area, and its attributes.
///
/// close: a facility closes. Its code, and its service where the code alone does not tell.
///
/// resize, convert, move: a facility changes. Its code, and the attributes or the place that change.
///
/// settle: people move in. A place or an area, and how many of each group.
///
/// grow: people multiply. A factor, or a series of the study and the year up to which they follow it; the area and the group
/// if not all.
///
/// area: an area changes. Its code and name, and the attributes that change.
///
/// Only what an edit touches is judged again: the result is that of `check` on the edited study. What an edit leaves out is
/// unknown, and never an improvement. Persons are counted for each promise: who gains two counts twice.
///
/// Exit codes: 0 it ran; 2 it could not run.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  evenreach whatif geodata/jinpu sites.csv
  evenreach whatif geodata/jinpu sites.geojson --combine 2 --top 5 --by persons
  evenreach whatif my-study plans.xlsx!Sheet2 --only edu --out results
  evenreach whatif my-study sites.gpkg --combine 6 --sample 100000")]
pub(super) struct Arguments {
    /// The folder that holds study.toml, or an OpenStreetMap extract (.osm.pbf).
    #[arg(value_name = "STUDY")]
    study: PathBuf,
    /// The file of scenarios; `FILE!LAYER` for one layer or sheet of several.
    #[arg(value_name = "SCENARIOS")]
    scenarios: PathBuf,
    /// Try all choices of up to so many scenarios carried out together.
    #[arg(long, value_name = "K", default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..))]
    combine: u16,
    /// Of the choices try so many, drawn at random (always the same ones for the same file).
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    sample: Option<u64>,
    /// Keep the best so many; by default all of up to 1000.
    #[arg(long, value_name = "N", default_value_t = 1000, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    top: u32,
    /// What is best.
    #[arg(long, value_enum, default_value_t = By::Fixed)]
    by: By,
    /// A pack to check against, instead of those that the study names; may be given several times.
    #[arg(long = "pack", value_name = "FILE")]
    packs: Vec<PathBuf>,
    /// Judge only the obligation of this id, or those below it; may be given several times.
    #[arg(long, value_name = "ID-or-PREFIX")]
    only: Vec<String>,
    /// The coordinate system of the scenarios, if their file does not state it and it is not that of the study.
    #[arg(long, value_name = "CRS")]
    crs: Option<String>,
    /// The folder for the files; by default out/NAME-whatif below the current folder.
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Go on where an interrupted run of the same files and options stopped.
    #[arg(long)]
    resume: bool,
    /// Stop at warnings about the input, too.
    #[arg(long)]
    strict: bool,
}

/// Steps that follow when the files are read: scenarios, distances and obligations of the base.
const AFTER_READING: u64 = 2;

pub(super) fn run(arguments: &Arguments, lang: Lang) -> Result<ExitCode, Stopped> {
    let progress = Progress::new(AFTER_READING);
    let stopped = |why: study::Why| {
        progress.done();
        why.tell(lang)
    };
    let wanted = study::Wanted {
        study: &arguments.study,
        packs: &arguments.packs,
        only: &arguments.only,
        strict: arguments.strict,
    };
    let read = study::read(&wanted, &progress, AFTER_READING).map_err(stopped)?;
    progress.step(lang.pick("scenarios", "读取方案"));
    let mut problems = Problems::default();
    let scenarios = read_scenarios(&arguments.scenarios, &read, arguments.crs.as_deref(), &mut problems);
    if arguments.strict {
        problems.make_strict();
    }
    let Some((scenarios, sha256)) = scenarios.filter(|_| !problems.has_errors()) else {
        progress.done();
        tell::problems(&problems, lang);
        let text = Text { en: "nothing was tried".into(), zh: "未进行评估".into() };
        return Err(tell::stop(&text, lang));
    };
    progress.step(lang.pick("the study as it is", "评估现状"));
    let stage = Stage::new(&read.world, &read.packs, &Only::new(arguments.only.clone()), scenarios);
    progress.done();

    let out = arguments.out.clone().unwrap_or_else(|| default_out(&arguments.study, "-whatif"));
    let start = Instant::now();
    let batch = judge(arguments, &stage, &out, &sha256, lang)?;
    let elapsed = start.elapsed().as_secs_f64();
    let file = arguments.scenarios.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
    let what_if = WhatIf::new(&stage, &batch, arguments.by, (&file, &sha256), elapsed, lang);
    let written = files::write(&out, &whatif::outputs(&what_if));
    written.map_err(|problem| tell::stop(&problem.text(), lang))?;
    Checkpoint::remove(&out);
    tell::left_over(&whatif::left_over(&out, batch.best.len().min(whatif::MAPS)), lang);

    tell::problems(&read.problems, lang);
    tell::problems(&problems, lang);
    tell::result(&whatif::summary(&what_if, &out.display().to_string(), (tell::style(), tell::width())));
    Ok(ExitCode::SUCCESS)
}

/// Judges all choices, with a checkpoint now and then.
fn judge(arguments: &Arguments, stage: &Stage, out: &Path, sha256: &str, lang: Lang) -> Result<Batch, Stopped> {
    let n = stage.scenarios().len();
    let most = usize::from(arguments.combine);
    let all = n_choices(n, most);
    let n_tried = arguments.sample.map_or(all, |sample| sample.min(all));
    let key = Checkpoint::key(stage, sha256, (arguments.combine, arguments.sample, arguments.top, arguments.by));
    let mut checkpoint = match arguments.resume {
        true => Checkpoint::read(out, &key).map_err(|text| tell::stop(&text, lang))?,
        false => Checkpoint::new(key),
    };
    let rate = Rate::new(n_tried, checkpoint.n_done(), lang.pick("scenarios", "方案"));
    let top = arguments.top as usize;
    let choices: Box<dyn Iterator<Item = Vec<usize>>> = match arguments.sample.filter(|&sample| sample < all) {
        Some(sample) => Box::new(batch::sample(n, most, sample)),
        None => Box::new(choices(n, most)),
    };
    let done = checkpoint.n_done();
    let choices = choices.skip(usize::try_from(done).unwrap_or(usize::MAX));
    let before = checkpoint.batch(stage);
    let batch = batch::run(stage, before, choices, arguments.by, top, &mut |batch| {
        rate.done_so_far(batch.n_judged + batch.n_conflicts);
        checkpoint.keep(out, batch);
    });
    rate.finish();
    Ok(batch)
}
