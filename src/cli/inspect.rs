//! `inspect`: what a file or a study holds, before it is checked.

use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;

use super::progress::Progress;
use super::tell::{self, Stopped};
use crate::model::{Areas, Lang, Layer, Proxy, World};
use crate::read::candidates::by_range;
use crate::read::input::Input;
use crate::read::inspection::{Inspection, Shapes, System, inspect};
use crate::read::problem::Problems;
use crate::read::system::known_by;
use crate::read::table::Wish;
use crate::read::world::{read_areas, split};
use crate::read::{Failure, Options, input, read_study, read_table, reader_of};
use crate::report::words::plain;
use crate::units::Decimal;

/// Show what a file or a study holds.
///
/// For a file: its format, encoding and layers, its coordinate system and how that is known, its columns with types,
/// samples and missing cells, what is wrong with its polygons, what each column would be taken for, and lines for
/// study.toml. For the folder of a study: its levels, files and problems.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  evenreach inspect facilities.csv
  evenreach inspect city.osm.pbf
  evenreach inspect 'schools.xlsx!Sheet1'
  evenreach inspect points.csv --study geodata/jinpu
  evenreach inspect geodata/jinpu")]
pub(super) struct Arguments {
    /// A file, FILE!LAYER for one layer or sheet of it, or the folder of a study.
    #[arg(value_name = "FILE-or-STUDY")]
    path: PathBuf,
    /// A study whose areas tell which coordinate system the file is in: the share of points in the area that they name.
    #[arg(long, value_name = "DIR")]
    study: Option<PathBuf>,
}

pub(super) fn run(arguments: &Arguments, lang: Lang) -> Result<ExitCode, Stopped> {
    if arguments.path.is_dir() { study(&arguments.path, lang) } else { file(arguments, lang) }
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
            Layer::Travel => word("costs of travel", "出行费用表"),
        };
        let n_rows = source.rows;
        let rows = lang.pick(if n_rows == 1 { " row" } else { " rows" }, " 行");
        let crs = match source.crs_from {
            Some(from) => format!(", {} ({})", plain(&source.crs), known_by(Some(from)).get(lang)),
            None => String::new(),
        };
        let _ = writeln!(text, "  {:<34} {layer}, {n_rows}{rows}{crs}, sha256 {digest}…{mark}", plain(&source.file));
    }
    text.push('\n');
    text
}

fn file(arguments: &Arguments, lang: Lang) -> Result<ExitCode, Stopped> {
    let areas = match &arguments.study {
        Some(folder) => Some(read_areas(folder).map_err(|failure| tell::failure(&failure, lang))?),
        None => None,
    };
    let mut problems = Problems::default();
    let whole = arguments.path.to_string_lossy();
    let (path, layer) = split(Path::new(""), &whole);
    let path = Path::new(path);
    let name = path.file_name().map_or_else(|| path.display().to_string(), |name| name.to_string_lossy().into_owned());
    let progress = Progress::new(1);
    progress.step(&name);
    let seen =
        input::read(path, &name, &mut problems).and_then(|input| look(&input, layer, areas.as_ref(), &mut problems));
    progress.done();
    let Some(seen) = seen else { return Err(tell::failure(&Failure::Problems(problems), lang)) };
    tell::result(&match seen {
        Seen::One { name, format, inspection } => described(&name, format, &inspection, lang),
        Seen::Several { format, layers } => listed(&name, format, &layers, lang),
    });
    tell::problems(&problems, lang);
    Ok(ExitCode::SUCCESS)
}

/// What was seen in a file.
enum Seen {
    One {
        name: String,
        format: &'static str,
        inspection: Box<Inspection>,
    },
    /// The layers by name, with what is in those that can be read.
    Several {
        format: &'static str,
        layers: Vec<(String, Option<Inspection>)>,
    },
}

/// Layers that are looked into; of a file with more the others are only named.
const LAYERS: usize = 20;

fn look(input: &Input, layer: Option<&str>, areas: Option<&Areas>, problems: &mut Problems) -> Option<Seen> {
    let Some(reader) = reader_of(input) else {
        // A format that nobody reads is said by reading it.
        let _ = read_table(input, &Wish::default(), problems);
        return None;
    };
    let (format, lays_down) = (reader.name(), reader.lays_down());
    let read = |layer: Option<&str>, problems: &mut Problems| {
        let wish = Wish { layer: layer.map(str::to_owned), ..Wish::default() };
        let mut table = read_table(input, &wish, problems)?;
        table.draw();
        Some((table.file.clone(), inspect(table, lays_down, areas, problems)))
    };
    let layers = if layer.is_none() { reader.layers(input, problems)? } else { Vec::new() };
    if layers.len() < 2 {
        let (name, inspection) = read(layer, problems)?;
        return Some(Seen::One { name, format, inspection: Box::new(inspection) });
    }
    let of_layer = |(place, name): (usize, String)| {
        // What is wrong with a layer is said when it is looked at alone.
        let seen = if place < LAYERS { read(Some(&name), &mut Problems::default()) } else { None };
        (name, seen.map(|(_, inspection)| inspection))
    };
    Some(Seen::Several { format, layers: layers.into_iter().enumerate().map(of_layer).collect() })
}

/// All layers of a file, a line or two each.
fn listed(name: &str, format: &str, layers: &[(String, Option<Inspection>)], lang: Lang) -> String {
    let n = layers.len();
    let mut text = match lang {
        Lang::En => format!("{}: {format}, {n} layers\n", plain(name)),
        Lang::Zh => format!("{}：{format}，{n} 个图层或工作表\n", plain(name)),
    };
    for (layer, seen) in layers {
        let Some(seen) = seen else {
            let _ = writeln!(text, "  {}", plain(layer));
            continue;
        };
        let rows = lang.pick("rows", "行");
        let types: Vec<String> = seen.geometries.iter().map(|(geometry, n)| format!("{geometry} {n}")).collect();
        let types = if types.is_empty() { String::new() } else { format!(", {}", types.join(", ")) };
        let headers: Vec<String> = seen.columns.iter().map(|column| plain(&column.header)).collect();
        let _ = writeln!(text, "  {}: {} {rows}{types}", plain(layer), seen.n_rows);
        let _ = write!(text, "{}", tell::wrapped(&headers.join(", "), "      ", "      ", tell::width()));
    }
    let first = layers.first().map_or("", |(layer, _)| layer);
    let file = plain(&format!("{name}!{first}"));
    let _ = match lang {
        Lang::En => writeln!(text, "\nMore of one: evenreach inspect '{file}'"),
        Lang::Zh => writeln!(text, "\n查看其中一个：evenreach inspect '{file}'"),
    };
    text
}

fn described(name: &str, format: &str, seen: &Inspection, lang: Lang) -> String {
    let word = |english: &'static str, chinese: &'static str| lang.pick(english, chinese);
    let encoding = seen.encoding.map_or_else(String::new, |encoding| format!(", {encoding}"));
    let mut text = format!("{}: {format}{encoding}, {} {}\n", plain(name), seen.n_rows, word("rows", "行"));
    if 0 < seen.n_titles + seen.n_notes {
        let (titles, notes) = (seen.n_titles, seen.n_notes);
        let _ = match lang {
            Lang::En => {
                writeln!(text, "  passed over: {titles} rows of titles above the header, {notes} of notes below")
            }
            Lang::Zh => writeln!(text, "  略过：表头以上标题 {titles} 行，表下附注 {notes} 行"),
        };
    }
    for (geometry, n) in &seen.geometries {
        let _ = writeln!(text, "  {geometry}: {n}");
    }
    if let Some(shapes) = seen.polygons {
        let Shapes { repaired, unusable, out_of_range, n } = shapes;
        let sound = n.saturating_sub(repaired + unusable + out_of_range);
        let _ = match lang {
            Lang::En => writeln!(
                text,
                "  polygons: {sound} sound, {repaired} to be repaired, {unusable} unusable, {out_of_range} out of range"
            ),
            Lang::Zh => writeln!(
                text,
                "  多边形：正常 {sound}，需修复 {repaired}，无法使用 {unusable}，超出范围 {out_of_range}"
            ),
        };
    }
    if let Some([west, south, east, north]) = seen.bounds {
        let _ = writeln!(text, "  x {west} … {east}, y {south} … {north}");
    }
    text.push_str(&of_system(&seen.system, lang));
    let _ = writeln!(text, "\n{}", word("columns", "列"));
    for column in &seen.columns {
        let taken = column.taken_for.clone().unwrap_or_else(|| word("not recognised", "未识别").to_owned());
        let samples: Vec<String> =
            column.samples.iter().map(|sample| plain(sample).chars().take(24).collect()).collect();
        let _ = writeln!(
            text,
            "  {} → {taken}\n      {}, {} {}; {}",
            plain(&column.header),
            kind(column.kind, lang),
            word("empty cells:", "空格数："),
            column.missing,
            samples.join(" | ")
        );
    }
    let _ = writeln!(text, "\n{}", word("for study.toml:", "可写入 study.toml："));
    text.push_str(&snippet(name, seen, lang));
    text
}

/// The coordinate system and how it is known, or what it may be.
fn of_system(system: &System, lang: Lang) -> String {
    let label = lang.pick("coordinate system: ", "坐标系：");
    let said = match system {
        System::Needless => return String::new(),
        System::Stated { name, from } => {
            let from = known_by(Some(*from));
            format!("{}, {}", plain(name), from.get(lang))
        }
        System::Unknown(name) => match lang {
            Lang::En => format!("the file states `{}`, which is not known: say it in the study", plain(name)),
            Lang::Zh => format!("文件声明的“{}”无法识别，请在研究文件中写明", plain(name)),
        },
        System::Open(evidence) => {
            let found: Vec<_> = evidence.fits.iter().map(|fit| fit.candidate.clone()).collect();
            let [en, zh] = by_range(&found);
            let words = evidence.words().map_or_else(String::new, |words| format!("; {}", words.get(lang)));
            match lang {
                Lang::En => format!("stated by nobody, the study must say it; {en}{words}"),
                Lang::Zh => format!("没有说明，须在研究文件中写明；{zh}{words}"),
            }
        }
    };
    tell::wrapped(&format!("{label}{said}"), "  ", "      ", tell::width())
}

/// The type of a column, in words.
fn kind(kind: &'static str, lang: Lang) -> &'static str {
    let chinese = match kind {
        "number" => "数字",
        "date" => "日期",
        "yes/no" => "是/否",
        "text" => "文本",
        "empty" => "空",
        other => other,
    };
    lang.pick(kind, chinese)
}

/// Lines for a study, with a place for every column that was not recognised. What the file does not say is marked as a
/// guess.
fn snippet(name: &str, seen: &Inspection, lang: Lang) -> String {
    let quoted = |text: &str| toml::Value::String(plain(text));
    let mut text = match seen.layer {
        "travel" => format!("\n[travel]\ntable = {}\n", quoted(name)),
        layer => format!("\n[[{layer}]]\nfile = {}\n", quoted(name)),
    };
    let guess = lang.pick("a guess", "推测");
    let mut guessed = |key: &str, value: &str, help: &str| {
        let _ = writeln!(text, "{key} = {} # {guess}{}{help}", quoted(value), lang.pick(": ", "："));
    };
    match seen.layer {
        "areas" => guessed("level", "street", lang.pick("write the level of these areas", "请写明这些区域的层级")),
        "facilities" => {
            guessed("service", "kindergarten", lang.pick("write what these offer", "请写明这些设施提供的服务"));
        }
        "travel" => guessed("unit", "min", lang.pick("write m, km, min or s", "请写 m、km、min 或 s")),
        _ => {}
    }
    // Series have no place in space.
    let evidence = match &seen.system {
        System::Open(evidence) if seen.layer != "series" => Some(evidence),
        _ => None,
    };
    if let Some((evidence, best)) = evidence.and_then(|evidence| Some((evidence, evidence.fits.first()?))) {
        let others: Vec<&str> = evidence.fits[1..].iter().map(|fit| fit.candidate.crs.name()).take(3).collect();
        let help = if evidence.has_winner() {
            let of_study = ("it fits the areas of the study best", "与研究区域最相符");
            lang.pick(of_study.0, of_study.1).to_owned()
        } else if others.is_empty() {
            lang.pick("by the range of the numbers alone", "仅凭数值范围").to_owned()
        } else {
            let others = others.join(", ");
            match lang {
                Lang::En => format!("by the range of the numbers; or {others}?"),
                Lang::Zh => format!("仅凭数值范围；或为 {others}？"),
            }
        };
        guessed("crs", best.candidate.crs.name(), &help);
        if let Some([lon, lat]) = seen.axes.as_ref().filter(|_| best.candidate.swapped) {
            let _ = writeln!(text, "columns.lon = {}\ncolumns.lat = {}", quoted(lat), quoted(lon));
        }
    } else if matches!(seen.system, System::Unknown(_) | System::Open(_)) && seen.layer != "series" {
        text.push_str("# crs = \"EPSG:...\"\n");
    }
    for column in seen.columns.iter().filter(|column| column.taken_for.is_none()) {
        let _ = writeln!(text, "# columns.KEY = {}", quoted(&column.header));
    }
    text
}
