//! Findings to outputs: one output a file, each written from what was found.
//!
//! No judging and, but for [`files`], no reading or writing: the same findings give the same bytes.

pub mod allocation;
pub(crate) mod by_area;
pub mod csv;
pub mod files;
pub mod geojson;
mod geopackage;
pub mod json;
mod layers;
pub mod plan;
pub mod siting;
mod style;
pub mod terminal;
pub mod whatif;
pub mod words;
mod workbook;

use std::fs::File;
use std::io::{self, Write};
use std::path::Path;
use std::sync::Arc;

use crate::assess::Findings;
use crate::model::{Lang, World};
use crate::write::geoparquet;
use files::Content;
use layers::Assessment;

/// What a file of an assessment is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, clap::ValueEnum)]
pub enum Kind {
    /// findings.json and its schema, for programs
    Json,
    /// findings.csv, areas.csv, ledger.csv
    Csv,
    /// areas, underserved and facilities, each as .geojson with its QGIS style
    Geojson,
    /// findings.gpkg, which QGIS opens coloured
    Gpkg,
    /// findings.xlsx, the workbook
    Xlsx,
    /// areas.parquet and findings.parquet, for data teams
    Parquet,
}

impl Kind {
    /// All of them.
    pub const ALL: [Self; 6] = [Self::Json, Self::Csv, Self::Geojson, Self::Gpkg, Self::Xlsx, Self::Parquet];
}

/// One file of an assessment. It is written from what was found, and never in memory as a whole.
pub struct Output<'a> {
    kind: Kind,
    name: &'static str,
    how: How<'a>,
}

enum How<'a> {
    /// Front to back.
    Streamed(Box<Streaming<'a>>),
    /// In a file of its own.
    InPlace(Box<Placing<'a>>),
}

type Streaming<'a> = dyn Fn(&mut dyn Write) -> io::Result<()> + Send + Sync + 'a;
type Placing<'a> = dyn Fn(&mut File, &Path) -> io::Result<()> + Send + Sync + 'a;

impl Output<'_> {
    /// What it is for.
    pub fn kind(&self) -> Kind {
        self.kind
    }
}

impl Content for Output<'_> {
    fn name(&self) -> &str {
        self.name
    }

    fn write(&self, to: &mut dyn Write) -> io::Result<()> {
        match &self.how {
            How::Streamed(write) => write(to),
            How::InPlace(write) => {
                let mut file = tempfile::NamedTempFile::new()?;
                let path = file.path().to_owned();
                write(file.as_file_mut(), &path)?;
                io::copy(&mut File::open(&path)?, to).map(drop)
            }
        }
    }

    fn write_at(&self, file: &mut File, path: &Path) -> io::Result<()> {
        match &self.how {
            How::InPlace(write) => write(file, path),
            How::Streamed(write) => {
                let mut file = io::BufWriter::with_capacity(1 << 16, file);
                write(&mut file)?;
                file.flush()
            }
        }
    }
}

/// All files of an assessment. `problems` are what was wrong with the input and did not stop the run; `lang` is the
/// language of the tables.
pub fn outputs<'a>(
    findings: &'a Findings,
    world: &'a World,
    problems: &'a [serde_json::Value],
    lang: Lang,
) -> Vec<Output<'a>> {
    let of = Assessment::new(findings, world, lang);
    let streamed = |kind, name, write: fn(&Arc<Assessment<'a>>, &mut dyn Write) -> io::Result<()>| {
        let of = Arc::clone(&of);
        Output { kind, name, how: How::Streamed(Box::new(move |to| write(&of, to))) }
    };
    let in_place = |kind, name, write: Box<Placing<'a>>| Output { kind, name, how: How::InPlace(write) };
    let all = move |to: &mut dyn Write| json::findings(findings, world, problems, to);
    vec![
        Output { kind: Kind::Json, name: FINDINGS, how: How::Streamed(Box::new(all)) },
        streamed(Kind::Json, "findings.schema.json", |_, to| to.write_all(&json::schema_file())),
        streamed(Kind::Geojson, "areas.geojson", |of, to| geojson::layer(of, &layers::areas(of, of.drawn()), to)),
        streamed(Kind::Geojson, "underserved.geojson", |of, to| geojson::layer(of, &layers::underserved(of), to)),
        streamed(Kind::Geojson, "facilities.geojson", |of, to| geojson::layer(of, &layers::facilities(of), to)),
        streamed(Kind::Geojson, "areas.qml", |of, to| to.write_all(style::areas(of).qml().as_bytes())),
        streamed(Kind::Geojson, "underserved.qml", |of, to| to.write_all(style::underserved(of).qml().as_bytes())),
        streamed(Kind::Geojson, "facilities.qml", |of, to| to.write_all(style::facilities(of).qml().as_bytes())),
        streamed(Kind::Csv, "findings.csv", |of, to| csv::findings(of.findings, of.world, of.lang, to)),
        streamed(Kind::Csv, "areas.csv", |of, to| csv::areas(of, to)),
        streamed(Kind::Csv, "ledger.csv", |of, to| csv::ledger(of.findings, of.world, of.lang, to)),
        in_place(Kind::Gpkg, "findings.gpkg", {
            let of = Arc::clone(&of);
            Box::new(move |_, path| geopackage::findings(&of, problems).write_at(path))
        }),
        in_place(Kind::Xlsx, "findings.xlsx", {
            let of = Arc::clone(&of);
            Box::new(move |file, _| workbook::findings(&of, problems, file))
        }),
        streamed(Kind::Parquet, "areas.parquet", |of, to| {
            let all = of.world.areas.iter().map(|(id, _)| id).collect();
            geoparquet::write(&layers::areas(of, all), to)
        }),
        streamed(Kind::Parquet, "findings.parquet", |of, to| {
            let all: Vec<usize> = (0..of.findings.findings.len()).collect();
            let rows = layers::of_family(of, &all);
            geoparquet::write(&layers::subjects(of, "findings", rows, layers::Drawn::AsPoints), to)
        }),
    ]
}

/// The name of the file that holds everything.
pub const FINDINGS: &str = "findings.json";

#[cfg(test)]
mod sketch;
#[cfg(test)]
mod tests;
