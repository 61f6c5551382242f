//! `check`: a study against its packs, to a summary and a folder of files.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, ValueEnum};

use super::progress::Progress;
use super::study::{self, Wanted, default_out};
use super::tell::{self, Stopped};
use crate::assess::{Only, assess, limits};
use crate::model::Lang;
use crate::read::problem::{At, Problem, Severity};
use crate::report::files::Content;
use crate::report::{self, Kind, Output, terminal::Look};
use crate::space::TravelMatrix;

/// Check a study against its policy packs.
///
/// Reads study.toml in the folder STUDY and the files it names, or takes an OpenStreetMap extract for STUDY as it is;
/// judges every obligation of its packs, prints a summary by lead unit and writes what was found: findings.xlsx, a
/// workbook; findings.gpkg, which QGIS opens coloured; findings.csv, areas.csv and ledger.csv; areas, underserved and
/// facilities as .geojson with a style for QGIS beside each; findings.parquet and areas.parquet; findings.json with its
/// schema.
///
/// Exit codes: 0 the assessment ran; 1 it ran, and something named by --fail-on is so; 2 it could not run.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  evenreach check geodata/jinpu
  evenreach check geodata/jinpu --only edu.central-kindergarten --only ind --lang zh
  evenreach check my-study --pack my-pack.toml --out results --strict
  evenreach check city.osm.pbf --pack seeds/living-circle.toml
  evenreach check country --write csv,parquet
  evenreach check my-study --format json --fail-on unmet,unknown > findings.json")]
pub(super) struct Arguments {
    /// The folder that holds study.toml, or an OpenStreetMap extract (.osm.pbf).
    #[arg(value_name = "STUDY")]
    study: PathBuf,
    /// A pack to check against, instead of those that the study names: a file, or the name of a pack that comes with the
    /// program (living-circle); may be given several times.
    #[arg(long = "pack", value_name = "FILE")]
    packs: Vec<PathBuf>,
    /// Judge only the obligation of this id, or those below it (`edu` for all whose id starts with `edu.`); may be given
    /// several times.
    #[arg(long, value_name = "ID-or-PREFIX")]
    only: Vec<String>,
    /// The folder for the files; by default out/NAME below the current folder, NAME being the study's folder.
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// The kinds of files written; several are parted by commas. By default all are.
    #[arg(long, value_enum, value_delimiter = ',', value_name = "KIND")]
    write: Vec<Kind>,
    /// What is printed: a summary in words, or the whole of findings.json.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    /// Stop at warnings about the input, too.
    #[arg(long)]
    strict: bool,
    /// Exit with 1 if an obligation has this verdict; several are parted by commas.
    #[arg(long, value_enum, value_delimiter = ',', value_name = "VERDICT")]
    fail_on: Vec<FailOn>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    Text,
    Json,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum FailOn {
    Unmet,
    Unknown,
}

impl FailOn {
    fn verdict(self) -> &'static str {
        match self {
            Self::Unmet => "unmet",
            Self::Unknown => "unknown",
        }
    }
}

pub(super) fn run(arguments: &Arguments, lang: Lang) -> Result<ExitCode, Stopped> {
    let progress = Progress::new(AFTER_READING);
    let wanted =
        Wanted { study: &arguments.study, packs: &arguments.packs, only: &arguments.only, strict: arguments.strict };
    let read = study::read(&wanted, &progress, AFTER_READING);
    let read = read.map_err(|why| {
        progress.done();
        why.tell(lang)
    })?;
    let only = Only::new(arguments.only.clone());
    progress.step(lang.pick("distances", "计算距离"));
    let travel = TravelMatrix::compute(&read.world, &limits(&read.world, &read.packs));
    progress.step(lang.pick("obligations", "核查条款"));
    let findings = assess(&read.world, &travel, &read.packs, &only);
    progress.step(lang.pick("outputs", "写出结果"));
    let problems: Vec<serde_json::Value> = read.problems.kept().iter().map(published).collect();
    let kinds = if arguments.write.is_empty() { &Kind::ALL[..] } else { &arguments.write };
    let outputs = report::outputs(&findings, &read.world, &problems, lang);
    let (chosen, others): (Vec<Output<'_>>, _) = outputs.into_iter().partition(|output| kinds.contains(&output.kind()));
    let out = arguments.out.clone().unwrap_or_else(|| default_out(&arguments.study, ""));
    let written = report::files::write(&out, &chosen);
    progress.done();
    written.map_err(|problem| tell::stop(&problem.text(), lang))?;

    tell::problems(&read.problems, lang);
    tell_old(&out, &others, lang);
    match arguments.format {
        Format::Text => {
            let folder = out.display().to_string();
            let files = Some((folder.as_str(), kinds));
            let look = Look { lang, style: tell::style(), width: tell::width(), files };
            tell::result(&report::terminal::summary(&findings, &read.world, look));
        }
        Format::Json => {
            let all = chosen.iter().chain(&others);
            all.filter(|output| output.name() == report::FINDINGS).for_each(tell::content);
        }
    }
    let has = |verdict| findings.findings.iter().any(|found| found.finding.verdict.key() == verdict);
    let so = arguments.fail_on.iter().any(|fail_on| has(fail_on.verdict()));
    Ok(ExitCode::from(u8::from(so)))
}

/// Says which files in the folder an earlier run has left and this one has not written.
fn tell_old(out: &Path, others: &[Output<'_>], lang: Lang) {
    let old = others.iter().map(Content::name).filter(|name| out.join(name).exists());
    tell::left_over(&old.map(str::to_owned).collect::<Vec<_>>(), lang);
}

/// A problem with the input as findings.json shows it.
fn published(problem: &Problem) -> serde_json::Value {
    let (row, feature, column) = match &problem.at {
        At::Row(row) => (Some(*row), None, None),
        At::Feature(feature) => (None, Some(*feature), None),
        At::Column(column) => (None, None, Some(column.as_str())),
        At::File | At::Line(..) => (None, None, None),
    };
    serde_json::json!({
        "severity": match problem.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Note => "note",
        },
        "code": problem.code,
        "file": problem.file,
        "row": row,
        "feature": feature,
        "column": column,
        "what": problem.what,
        "help": problem.help,
    })
}

/// Steps that follow when the files are read: distances, obligations, outputs.
const AFTER_READING: u64 = 3;
