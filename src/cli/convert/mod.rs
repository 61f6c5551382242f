//! `convert`: a file of one format and coordinate system to another.

mod columns;
mod places;
mod target;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;

use super::progress::Progress;
use super::tell::{self, Stopped};
use crate::model::{Lang, Text};
use crate::read::problem::{At, Problems, say};
use crate::read::table::{Table, Wish};
use crate::read::{input, read_table, reader_of, split};
use crate::report::files::{self, WriteProblem};
use crate::report::words::plain;
use crate::space::Crs;
use crate::write::{Layer, can_state};
use places::{Places, Turn};
use target::Format;

/// Convert a file to another format or coordinate system.
///
/// Reads every format that a study may name and writes the one that the extension of OUT says: .gpkg, .parquet,
/// .geojson, .geojsonl, .fgb, .shp, .csv or .xlsx. Columns keep their names and order. In a table, the columns of
/// longitude and latitude (or x and y) are recognised by their headers: they are turned in place, and become points where
/// OUT has geometry; geometry becomes such columns, or a column of WKT, where OUT is a table.
///
/// Coordinate systems are written EPSG:4549, CGCS2000, WGS84, GCJ-02 (Amap, Tencent) or BD-09 (Baidu).
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  evenreach convert schools.csv schools.gpkg --from GCJ-02 --to WGS84
  evenreach convert amap.csv schools.csv --from GCJ-02 --to WGS84    the columns are turned in place
  evenreach convert plan.gpkg!parcels parcels.geojson
  evenreach convert streets.shp streets.parquet --encoding GBK
  evenreach convert survey.xlsx!Sheet1 survey.gpkg --from EPSG:4549 --to EPSG:4490")]
pub(super) struct Arguments {
    /// The file to read; one layer or sheet of it: FILE!NAME.
    #[arg(value_name = "IN")]
    from_file: String,
    /// The file to write; its layer or sheet is called as IN, or: FILE!NAME.
    #[arg(value_name = "OUT")]
    to_file: String,
    /// The coordinate system of IN, where the file does not say it or says it wrongly.
    #[arg(long, value_name = "CRS")]
    from: Option<String>,
    /// The coordinate system of OUT; by default that of IN.
    #[arg(long, value_name = "CRS")]
    to: Option<String>,
    /// The encoding of the text of IN, such as GB18030, where it is not found out.
    #[arg(long, value_name = "NAME")]
    encoding: Option<String>,
    /// Replace OUT if it is there.
    #[arg(long)]
    force: bool,
}

pub(super) fn run(arguments: &Arguments, lang: Lang) -> Result<ExitCode, Stopped> {
    let stop = |text: Text| tell::stop(&text, lang);
    let (out, layer_name) = named(&arguments.to_file);
    let format = Format::of(&out).ok_or_else(|| stop(unknown_format(&out)))?;
    if out.exists() && !arguments.force {
        let out = out.display();
        return Err(stop(say(
            format!("`{out}` is there already; --force replaces it"),
            format!("“{out}”已存在；如需替换请加 --force"),
        )));
    }
    let asked = Asked { from: system(&arguments.from, lang)?, to: system(&arguments.to, lang)? };

    let progress = Progress::new(3);
    let mut problems = Problems::default();
    progress.step(&arguments.from_file);
    let made = read(arguments, &mut problems).and_then(|(table, is_geojson)| {
        progress.step(lang.pick("coordinates", "坐标"));
        turned(table, is_geojson, asked, format, &mut problems)
    });
    let Some((table, places)) = made.filter(|_| !problems.has_errors()) else {
        progress.done();
        tell::problems(&problems, lang);
        return Err(stop(say("nothing was written", "未写入任何文件")));
    };
    progress.step(&arguments.to_file);
    let name = layer_name.unwrap_or_else(|| default_name(&table.file));
    let layer = layer(&table, &places, name, format, &mut problems);
    let said = done(&out, &layer, &places, lang);
    let written = write(&out, format, layer, &mut problems);
    progress.done();
    tell::problems(&problems, lang);
    written.map_err(|problem| stop(problem.text()))?;
    tell::result(&said);
    Ok(ExitCode::SUCCESS)
}

/// The systems that the arguments name.
struct Asked {
    from: Option<Crs>,
    to: Option<Crs>,
}

fn system(name: &Option<String>, lang: Lang) -> Result<Option<Crs>, Stopped> {
    let Some(name) = name else { return Ok(None) };
    let unknown = || {
        say(
            format!(
                "the coordinate system `{name}` is not known: write it as EPSG:4549, WGS84, CGCS2000, GCJ-02 or BD-09"
            ),
            format!("无法识别坐标系“{name}”：请写为 EPSG:4549、WGS84、CGCS2000、GCJ-02 或 BD-09"),
        )
    };
    Crs::parse(name).map(Some).ok_or_else(|| tell::stop(&unknown(), lang))
}

/// A file to be written, and the layer in it.
fn named(text: &str) -> (PathBuf, Option<String>) {
    let parts = text.rmatch_indices('!').map(|(at, _)| (&text[..at], &text[at + 1..]));
    let layered = parts.into_iter().find(|(file, layer)| !layer.is_empty() && Format::of(Path::new(file)).is_some());
    match layered {
        Some((file, layer)) if Format::of(Path::new(text)).is_none() => (file.into(), Some(layer.to_owned())),
        _ => (text.into(), None),
    }
}

fn unknown_format(out: &Path) -> Text {
    let (out, known) = (out.display(), Format::extensions());
    say(
        format!("the extension of `{out}` names no format that is written: {known}"),
        format!("无法从“{out}”的扩展名判断输出格式；可写：{known}"),
    )
}

/// The name of what was read: its layer, else the file without its extension.
fn default_name(file: &str) -> String {
    let name = file.rsplit_once('!').map_or_else(
        || Path::new(file).file_stem().map(|stem| stem.to_string_lossy().into_owned()),
        |(_, layer)| Some(layer.to_owned()),
    );
    name.unwrap_or_default()
}

/// The table, and whether its format says that coordinates are on WGS 84 where the file does not.
fn read(arguments: &Arguments, problems: &mut Problems) -> Option<(Table, bool)> {
    let (file, layer) = split(Path::new(""), &arguments.from_file);
    let input = input::read(Path::new(file), file, problems)?;
    let wish = Wish { layer: layer.map(str::to_owned), encoding: arguments.encoding.clone(), ..Wish::default() };
    let mut table = read_table(&input, &wish, problems)?;
    table.draw();
    let is_geojson = reader_of(&input).is_some_and(|reader| reader.name().starts_with("GeoJSON"));
    (!problems.has_errors()).then_some((table, is_geojson))
}

/// The table with its coordinates in the system of the target.
fn turned(
    mut table: Table,
    is_geojson: bool,
    asked: Asked,
    format: Format,
    problems: &mut Problems,
) -> Option<(Table, Places)> {
    let mut places = Places::of(&table, problems)?;
    let file = table.file.clone();
    let Some(kind) = places.kind() else {
        if asked.from.is_some() || asked.to.is_some() || format.needs_places() {
            places::none_found(&table, problems);
            return None;
        }
        return Some((table, places));
    };
    let from = source(&table, is_geojson, asked.from, problems)?;
    let mut to = asked.to;
    if format.is_wgs84_only() {
        if let Some(other) = to.as_ref().or(from.as_ref()).filter(|to| !to.is_wgs84()) {
            let name = other.name();
            problems.warning(
                "turned-to-wgs84",
                &file,
                At::File,
                say(
                    format!("GeoJSON holds WGS 84 only: the coordinates are turned to it, not left in {name}"),
                    format!("GeoJSON 只能保存 WGS 84 坐标：已转换为 WGS 84，未采用 {name}"),
                ),
                say("write a GeoPackage where another system is needed", "需要其他坐标系时请改用 GeoPackage"),
            );
        }
        to = Some(Crs::wgs84());
    }
    let Some(from) = from else {
        if to.is_none() && !format.has_shapes() {
            // From table to table, as they are.
            return Some((table, places));
        }
        places::unknown_system(&file, problems);
        return None;
    };
    let turn = Turn { to: to.unwrap_or_else(|| from.clone()), from };
    turn.warn(&file, problems);
    if format.has_shapes() && !can_state(&turn.to) {
        let name = turn.to.name();
        problems.warning(
            "not-stated",
            &file,
            At::File,
            say(
                format!("the coordinates are in {name}, which the file cannot say: programs will draw them in the wrong place"),
                format!("坐标为 {name}，而文件无法注明：其他程序会画错位置"),
            ),
            say("turn them: --to WGS84", "请转换坐标：--to WGS84"),
        );
    }
    places.turn(&mut table, kind, turn, format.has_shapes(), problems);
    Some((table, places))
}

/// The system of the file: what the arguments say, then what the file states; `None` where neither says it.
fn source(table: &Table, is_geojson: bool, said: Option<Crs>, problems: &mut Problems) -> Option<Option<Crs>> {
    let stated = match table.crs.as_deref().map(|name| (name, Crs::parse(name))) {
        None => is_geojson.then(Crs::wgs84),
        Some((_, Some(crs))) => Some(crs),
        Some((_, None)) if said.is_some() => None,
        Some((name, None)) => {
            problems.error(
                "wrong-crs",
                &table.file,
                At::File,
                say(
                    format!("the file states the coordinate system `{name}`, which is not known"),
                    format!("文件声明的坐标系 {name} 无法识别"),
                ),
                say("say which one it is: --from EPSG:4549", "请指明坐标系：--from EPSG:4549"),
            );
            return None;
        }
    };
    if let (Some(said), Some(stated)) = (&said, &stated)
        && said != stated
    {
        let (said, stated) = (said.name(), stated.name());
        problems.warning(
            "other-crs",
            &table.file,
            At::File,
            say(
                format!("the file states {stated}; its coordinates are taken as {said}, as --from says"),
                format!("文件声明为 {stated}；按 --from 视为 {said}"),
            ),
            say("leave out --from if the file is right", "若文件声明正确，请去掉 --from"),
        );
    }
    Some(said.or(stated))
}

/// What will be written.
fn layer<'t>(table: &'t Table, places: &'t Places, name: String, format: Format, problems: &mut Problems) -> Layer<'t> {
    let mut all: Vec<_> = table.columns.iter().map(|cells| columns::column(cells, format.has_types())).collect();
    if !format.has_shapes() {
        all.extend(places.as_columns(table));
    }
    let layer = Layer {
        name,
        n_rows: table.n_rows,
        columns: all,
        shapes: if format.has_shapes() { places.shapes(table) } else { None },
    };
    if format == Format::Csv {
        columns::warn_of_formulas(table, problems);
    }
    layer
}

fn write(out: &Path, format: Format, layer: Layer<'_>, problems: &mut Problems) -> Result<(), WriteProblem> {
    let folder = out.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let files = format.files(out, layer, problems).map_err(|source| WriteProblem { path: out.to_owned(), source })?;
    files::write(folder, &files)
}

/// What was done, for the user.
fn done(out: &Path, layer: &Layer<'_>, places: &Places, lang: Lang) -> String {
    let (out, n_rows) = (plain(&out.display().to_string()), layer.n_rows);
    let system = places.system().map(|crs| format!(", {}", crs.name())).unwrap_or_default();
    match lang {
        Lang::En => format!("{out}: {n_rows} {}{system}\n", if n_rows == 1 { "row" } else { "rows" }),
        Lang::Zh => format!("{out}：{n_rows} 行{system}\n"),
    }
}
