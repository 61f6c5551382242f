//! `sample`: illustrative data for the real areas of a study.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;

use super::tell::{self, Stopped};
use crate::model::{Lang, Text};
use crate::read::problem::Problems;
use crate::read::table::Wish;
use crate::read::{Failure, Options, ReadStudy, input, read_study, read_table};
use crate::report::files;
use crate::sample::generate;
use crate::space::Crs;

/// Make up illustrative people and facilities for the areas of a study.
///
/// Reads the study without its illustrative layers, and census totals by group from census2020.csv in its folder if
/// that is there; writes the tables into illustrative/ below it. The same study and seed give the same bytes.
#[derive(Debug, Args)]
#[command(after_help = "Example:
  evenreach sample geodata/jinpu --seed 2018")]
pub(super) struct Arguments {
    /// The folder that holds study.toml.
    #[arg(value_name = "STUDY")]
    study: PathBuf,
    /// Another seed gives other data.
    #[arg(long, default_value_t = 2018)]
    seed: u64,
    /// A table of census totals, with the columns group and persons.
    #[arg(long, value_name = "FILE")]
    census: Option<PathBuf>,
    /// The folder for the tables; by default illustrative/ in the study's folder.
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
}

pub(super) fn run(arguments: &Arguments, lang: Lang) -> Result<ExitCode, Stopped> {
    let options = Options { skip_illustrative: true, ..Options::default() };
    let read = read_study(&arguments.study, &options, &|_, _| ()).map_err(|failure| tell::failure(&failure, lang))?;
    let census = census(arguments, lang)?;
    let out = arguments.out.clone().unwrap_or_else(|| arguments.study.join("illustrative"));
    let files = tables(&read, &arguments.study, &out, &census, arguments.seed);
    files::write(&out, &files).map_err(|problem| tell::stop(&problem.text(), lang))?;
    let (n, out) = (files.len(), out.display());
    tell::result(&match lang {
        Lang::En => format!("{n} illustrative tables in {out}\n"),
        Lang::Zh => format!("已在 {out} 生成 {n} 个示例数据表\n"),
    });
    if read.crs.is_none() {
        tell::note(lang.pick(
            "their coordinates are WGS 84: name them in the study with crs = \"EPSG:4326\"",
            "坐标为 WGS 84：请在研究文件中写明 crs = \"EPSG:4326\"",
        ));
    }
    Ok(ExitCode::SUCCESS)
}

/// The tables by name, each in the system that the study states of it.
fn tables(read: &ReadStudy, study: &Path, out: &Path, census: &[(String, f64)], seed: u64) -> Vec<(String, Vec<u8>)> {
    let of_all = read.crs.clone().unwrap_or_else(Crs::wgs84);
    let generated = |crs: &Crs| generate(&read.world, crs, census, seed);
    let mut files = generated(&of_all);
    let inside = out.strip_prefix(study).ok().map(|folder| folder.display().to_string().replace('\\', "/"));
    let name_in_study = |name: &str| match inside.as_deref()? {
        "" => Some(name.to_owned()),
        folder => Some(format!("{folder}/{name}")),
    };
    for (at, file) in files.iter_mut().enumerate() {
        let own = name_in_study(&file.name).and_then(|name| read.layer_crs.get(&name));
        if let Some(own) = own.filter(|own| **own != of_all) {
            // Few layers have a system of their own, and the same seed gives the same rows.
            *file = generated(own).swap_remove(at);
        }
    }
    files.into_iter().map(|file| (file.name, file.csv.into_bytes())).collect()
}

/// Totals by group; none where no table is named and the usual one is not there.
fn census(arguments: &Arguments, lang: Lang) -> Result<Vec<(String, f64)>, Stopped> {
    let usual = arguments.study.join("census2020.csv");
    let path = match &arguments.census {
        Some(path) => path,
        None if usual.exists() => &usual,
        None => return Ok(Vec::new()),
    };
    let mut problems = Problems::default();
    let name = path.display().to_string();
    let table =
        input::read(path, &name, &mut problems).and_then(|input| read_table(&input, &Wish::default(), &mut problems));
    let Some(table) = table else { return Err(tell::failure(&Failure::Problems(problems), lang)) };
    let column = |key: &str| table.columns.iter().find(|cells| cells.header.rsplit('/').next() == Some(key));
    let (Some(groups), Some(persons)) = (column("group"), column("persons")) else {
        return Err(tell::stop(
            &Text {
                en: format!("{name} has no columns `group` and `persons`"),
                zh: format!("{name} 中没有 group 和 persons 两列"),
            },
            lang,
        ));
    };
    let rows = groups.iter().zip(persons.iter());
    Ok(rows.filter_map(|(group, persons)| Some((group.to_owned(), persons.parse().ok()?))).collect())
}
