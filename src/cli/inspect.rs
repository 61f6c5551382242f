//! `inspect`: what a file or a study holds, before it is checked.

use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;

use super::progress::Progress;
use super::tell::{self, Stopped};
use crate::model::{Lang, Layer, Proxy, World};
use crate::read::inspection::{Inspection, inspect};
use crate::read::problem::Problems;
use crate::read::table::Wish;
use crate::read::{Failure, Options, input, read_study, read_table, reader_of};
use crate::report::words::plain;
use crate::units::Decimal;

/// Show what a file or a study holds.
///
/// For a file: its format, its columns with types, samples and missing cells, what each column would be taken for, and
/// a snippet for study.toml. For the folder of a study: its levels, files and problems.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  evenreach inspect facilities.csv
  evenreach inspect streets.geojson
  evenreach inspect city.osm.pbf
  evenreach inspect geodata/jinpu")]
pub(super) struct Arguments {
    /// A file, one layer of it (`city.osm.pbf!facilities`), or the folder of a study.
    #[arg(value_name = "FILE-or-STUDY")]
    path: PathBuf,
}

pub(super) fn run(arguments: &Arguments, lang: Lang) -> Result<ExitCode, Stopped> {
    if arguments.path.is_dir() { study(&arguments.path, lang) } else { file(&arguments.path, lang) }
}

fn study(folder: &Path, lang: Lang) -> Result<ExitCode, Stopped> {
    let progress = Progress::new(1);
    let read = read_study(folder, &Options::default(), &|file, n_files| {
        progress.expect(n_files as u64);
        progress.step(file);
    });
    progress.done();
    let read = read.map_err(|failure| tell::failure(&failure, lang))?;
    tell::result(&contents(&read.world, lang));
    for pack in &read.packs {
        let n = pack.obligations.len();
        tell::result(&match lang {
            Lang::En => format!("pack {}: {n} obligations\n", pack.document.id),
            Lang::Zh => format!("规则包 {}：{n} 条\n", pack.document.id),
        });
    }
    tell::problems(&read.problems, lang);
    Ok(ExitCode::SUCCESS)
}

fn contents(world: &World, lang: Lang) -> String {
    let en = lang == Lang::En;
    let word = |english: &'static str, chinese: &'static str| if en { english } else { chinese };
    let mut text = format!("{}, {}\n", plain(world.name.get(lang)), world.reference_date);
    if world.is_illustrative() {
        let _ = writeln!(text, "{}", word("part of the data is illustrative (made up)", "部分数据为示例数据（虚构）"));
    }
    let _ = writeln!(text, "\n{}", word("areas", "区域"));
    for (level, words) in world.areas.levels().iter() {
        let areas = world.areas.at_level(level);
        let n_shapes = areas.iter().filter(|&&id| world.areas[id].boundary.polygon().is_some()).count();
        let estimated = if world.areas.is_estimated(level) { word(" (estimated)", "（估算）") } else { "" };
        let label = plain(words.label.get(lang));
        let _ = writeln!(
            text,
            "  {:<12} {label}: {}, {} {n_shapes}{estimated}",
            words.key,
            areas.len(),
            word("with a boundary", "有边界")
        );
    }
    let _ = writeln!(text, "\n{}: {}", word("demand points", "人口点"), world.people.len());
    for (group, key) in world.people.groups.iter() {
        let persons: f64 = world.people.persons[group].values().iter().filter(|persons| !persons.is_nan()).sum();
        let missing = world.people.persons[group].values().iter().filter(|persons| persons.is_nan()).count();
        let unit = match world.people.proxy {
            None => "",
            Some(Proxy::DwellingFloor) => {
                word(" m² of dwelling floor (proxy for residents)", " 平方米住宅建筑面积（代替常住人口）")
            }
        };
        let persons = Decimal(persons, 1);
        let _ = writeln!(text, "  {key:<20} {persons}{unit} ({} {missing})", word("not counted at", "缺失点数"));
    }
    let _ = writeln!(text, "\n{}: {}", word("facilities", "设施"), world.facilities.len());
    for service in world.facilities.services().values() {
        let n_placed = service.facilities.iter().filter(|&&id| world.facilities[id].place.is_some()).count();
        let n = service.facilities.len();
        let _ = writeln!(text, "  {:<22} {n} ({} {n_placed})", plain(&service.key), word("with coordinates", "有坐标"));
    }
    let _ = writeln!(text, "\n{}", word("files", "文件"));
    for source in world.sources.values().iter().filter(|source| source.layer != Layer::Study) {
        let mark = if source.illustrative { word(" illustrative", " 示例") } else { "" };
        let digest = &source.sha256[..12];
        let layer = match source.layer {
            Layer::Study => word("study", "研究"),
            Layer::Areas => word("areas", "区域"),
            Layer::Outline => word("outline", "轮廓"),
            Layer::People => word("people", "人口"),
            Layer::Facilities => word("facilities", "设施"),
            Layer::Series => word("series", "指标"),
            Layer::Estates => word("estates", "住宅区"),
            Layer::Tags => word("tags", "标签"),
        };
        let n_rows = source.rows;
        let rows = lang.pick(if n_rows == 1 { " row" } else { " rows" }, " 行");
        let _ = writeln!(text, "  {:<34} {layer}, {n_rows}{rows}, sha256 {digest}…{mark}", plain(&source.file));
    }
    text.push('\n');
    text
}

/// A file, or one layer of it: `city.osm.pbf!facilities`. Of a file with several layers all are shown.
fn file(path: &Path, lang: Lang) -> Result<ExitCode, Stopped> {
    let mut problems = Problems::default();
    let (path, layer) = layer_of(path);
    let name = path.file_name().map_or_else(|| path.display().to_string(), |name| name.to_string_lossy().into_owned());
    let progress = Progress::new(1);
    progress.step(&name);
    let seen = input::read(&path, &name, &mut problems).and_then(|input| {
        let layers = match (layer, reader_of(&input)) {
            (Some(layer), _) => vec![Some(layer)],
            (None, Some(reader)) => some_layer(reader.layers(&input, &mut problems)?),
            // A format that nobody reads is said by reading it.
            (None, None) => vec![None],
        };
        let format = reader_of(&input).map_or("", |reader| reader.name());
        let mut read = |layer| {
            let table = read_table(&input, &Wish { layer, ..Wish::default() }, &mut problems)?;
            Some(described(&table.file, format, table.crs.as_deref(), &inspect(&table), lang))
        };
        layers.into_iter().map(&mut read).collect::<Option<Vec<String>>>()
    });
    progress.done();
    let Some(seen) = seen else { return Err(tell::failure(&Failure::Problems(problems), lang)) };
    tell::result(&seen.join("\n"));
    tell::problems(&problems, lang);
    Ok(ExitCode::SUCCESS)
}

/// The layers to look at: a format that has none has one table.
fn some_layer(layers: Vec<String>) -> Vec<Option<String>> {
    if layers.is_empty() { vec![None] } else { layers.into_iter().map(Some).collect() }
}

/// A file, and the layer that stands behind its name; a file whose own name has a `!` is found first.
fn layer_of(path: &Path) -> (PathBuf, Option<String>) {
    let split = || {
        let (file, layer) = path.to_str()?.rsplit_once('!')?;
        Path::new(file).is_file().then(|| (PathBuf::from(file), Some(layer.to_owned())))
    };
    if path.exists() { (path.to_owned(), None) } else { split().unwrap_or_else(|| (path.to_owned(), None)) }
}

fn described(name: &str, format: &str, crs: Option<&str>, seen: &Inspection, lang: Lang) -> String {
    let en = lang == Lang::En;
    let word = |english: &'static str, chinese: &'static str| if en { english } else { chinese };
    let mut text = format!("{}: {format}, {} {}\n", plain(name), seen.n_rows, word("rows", "行"));
    for (geometry, n) in &seen.geometries {
        let _ = writeln!(text, "  {geometry}: {n}");
    }
    if let Some([west, south, east, north]) = seen.bounds {
        let degrees = west.abs() <= 180.0 && east.abs() <= 180.0 && south.abs() <= 90.0 && north.abs() <= 90.0;
        let looks = if degrees {
            word("looks like degrees", "像是经纬度")
        } else {
            word("not degrees", "不是经纬度")
        };
        let _ = writeln!(text, "  {west} {south} … {east} {north} ({looks})");
    }
    let stated =
        crs.map_or_else(|| word("none stated: the study says it", "文件未声明，由研究文件指定").to_owned(), plain);
    let _ = writeln!(text, "  {}: {stated}", word("coordinate system", "坐标系"));
    let _ = writeln!(text, "\n{}", word("columns", "列"));
    for column in &seen.columns {
        let taken = column.taken_for.clone().unwrap_or_else(|| word("not recognised", "未识别").to_owned());
        let samples: Vec<String> =
            column.samples.iter().map(|sample| plain(sample).chars().take(24).collect()).collect();
        let _ = writeln!(
            text,
            "  {} → {taken}\n      {}, {} {}; {}",
            plain(&column.header),
            column.kind,
            word("empty cells:", "空格数："),
            column.missing,
            samples.join(" | ")
        );
    }
    let _ = writeln!(text, "\n{}", word("for study.toml:", "可写入 study.toml："));
    text.push_str(&snippet(name, seen));
    text
}

/// Lines for a study, with a place for every column that was not recognised.
fn snippet(name: &str, seen: &Inspection) -> String {
    let quoted = toml::Value::String(plain(name));
    let mut text = format!("\n[[{}]]\nfile = {quoted}\n", seen.layer);
    match seen.layer {
        "areas" => text.push_str("level = \"street\"\n"),
        "facilities" => text.push_str("service = \"kindergarten\"\n"),
        _ => {}
    }
    for column in seen.columns.iter().filter(|column| column.taken_for.is_none()) {
        let header = toml::Value::String(plain(&column.header));
        let _ = writeln!(text, "# columns.KEY = {header}");
    }
    text
}
