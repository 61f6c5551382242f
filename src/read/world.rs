//! A study's folder to a World and its packs: every file read, every problem gathered.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use toml::Spanned;

use super::document::{self, Refused};
use super::input::{self, read_inside};
use super::membership::Ground;
use super::problem::{At, Problems, say};
use super::study::Study;
use super::table::Table;
use super::vocabulary::vocabulary;
use super::{areas, estates, facilities, pack, people, read_table, series};
use crate::model::{Column, IdVec, Layer, Source, SourceId, World};
use crate::rules::{Noun, Pack};

/// The study file in a study's folder.
pub const STUDY_FILE: &str = "study.toml";

/// What reading a study gives, when nothing stops it.
#[derive(Debug)]
pub struct ReadStudy {
    /// The world.
    pub world: World,
    /// The packs that the study and the command name, in that order.
    pub packs: Vec<Arc<Pack>>,
    /// Warnings.
    pub problems: Problems,
}

/// Why a study could not be read.
#[derive(Debug)]
pub enum Failure {
    /// The study file or packs were refused.
    Refused(Vec<Refused>),
    /// The data files have errors.
    Problems(Problems),
}

/// How a study is read.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Packs named on the command line; if there are any, the study's own are not used.
    pub packs: Vec<PathBuf>,
    /// Whether warnings stop the run.
    pub strict: bool,
    /// Whether layers marked as illustrative are left out.
    pub skip_illustrative: bool,
}

/// Input files on their way in.
pub struct Inputs<'a> {
    folder: &'a Path,
    study: &'a Study,
    skip_illustrative: bool,
    /// Words that conditions of the packs ask for, by attribute.
    asked: BTreeSet<(String, String)>,
    sources: IdVec<SourceId, Source>,
    progress: Progress<'a>,
}

impl Inputs<'_> {
    /// The files read so far.
    pub fn sources(&self) -> &IdVec<SourceId, Source> {
        &self.sources
    }

    /// Whether a condition of a pack asks for the attribute to be this word.
    pub fn is_asked(&self, attribute: &str, word: &str) -> bool {
        self.asked.contains(&(attribute.to_owned(), word.to_owned()))
    }

    /// The file that something comes from, and where in it.
    pub fn origin(&self, (source, row): (SourceId, u32)) -> (&str, At) {
        let source = &self.sources[source];
        (&source.file, At::entry(source, row))
    }

    /// The rows of a file and its number among the sources; `None` where a problem stops it or it is left out.
    pub fn table(
        &mut self,
        file: &str,
        layer: Layer,
        illustrative: bool,
        crs: Option<&Spanned<String>>,
        problems: &mut Problems,
    ) -> Option<(Table, SourceId)> {
        if illustrative && self.skip_illustrative {
            return None;
        }
        (self.progress)(file, self.study.n_files());
        let input = read_inside(self.folder, file, problems)?;
        let table = read_table(&input, problems)?;
        let crs = crs.or(self.study.crs.as_ref()).map_or("EPSG:4326", |crs| crs.get_ref().as_str());
        if let Some(stated) = table.crs.as_deref().filter(|stated| !is_degrees(stated)) {
            problems.error(
                "wrong-crs",
                file,
                At::File,
                say(
                    format!("the file states the coordinate system `{stated}`"),
                    format!("文件声明的坐标系为 {stated}"),
                ),
                say("turn the file into WGS 84 (EPSG:4326) first", "请先转换为 WGS 84（EPSG:4326）"),
            );
        }
        let source = self.sources.push(Source {
            file: input.name,
            layer,
            sha256: input.sha256,
            rows: table.n_rows,
            features: !table.geometry.is_empty(),
            illustrative,
            crs: crs.to_owned(),
        });
        Some((table, source))
    }
}

/// Whether a `crs` member of the GeoJSON of 2008 names longitude and latitude.
fn is_degrees(crs: &str) -> bool {
    ["CRS84", "4326", "4490"].iter().any(|known| crs.ends_with(known))
}

/// Is called with the name of each file before it is read, and with how many there are in all.
pub type Progress<'a> = &'a dyn Fn(&str, usize);

/// Reads the study in `folder`.
///
/// # Errors
/// Every mistake in the study file and the packs, or every problem in the data if one of them is an error.
pub fn read_study(folder: &Path, options: &Options, progress: Progress<'_>) -> Result<ReadStudy, Failure> {
    let mut problems = Problems::default();
    let path = folder.join(STUDY_FILE);
    // Where the folder is not there, it matters which was meant.
    let name = if folder.is_dir() { STUDY_FILE.to_owned() } else { path.display().to_string() };
    let input = input::read(&path, &name, &mut problems);
    let Some((input, text)) = input.as_ref().and_then(|input| Some((input, input.document(&mut problems)?))) else {
        return Err(Failure::Problems(problems));
    };
    let study = Study::parse(text).map_err(|mistakes| {
        Failure::Refused(vec![Refused { file: STUDY_FILE.to_owned(), text: text.to_owned(), mistakes }])
    })?;
    let texts = pack_texts(&study, folder, &options.packs, &mut problems);
    let mut inputs = Inputs {
        folder,
        study: &study,
        skip_illustrative: options.skip_illustrative,
        asked: texts.iter().flat_map(|pack| pack::condition_words(&pack.text)).collect(),
        sources: IdVec::default(),
        progress,
    };
    inputs.sources.push(Source {
        file: STUDY_FILE.to_owned(),
        layer: Layer::Study,
        sha256: input.sha256.clone(),
        rows: 0,
        features: false,
        illustrative: false,
        crs: String::new(),
    });
    let world = world(&study, &mut inputs, &mut problems);
    let packs = packs(&texts, &world);
    unheld_words(&texts, &world, &mut problems);
    if let Ok(packs) = &packs {
        unmatched_levels(packs, &world, &mut problems);
        misspelt_series(packs, &world, &mut problems);
    }
    if options.strict {
        problems.make_strict();
    }
    match packs {
        // Problems of the data may be why a word of a pack is not known: they are shown first.
        _ if problems.has_errors() => Err(Failure::Problems(problems)),
        Err(refused) => Err(Failure::Refused(refused)),
        Ok(packs) => Ok(ReadStudy { world, packs, problems }),
    }
}

fn world(study: &Study, inputs: &mut Inputs<'_>, problems: &mut Problems) -> World {
    let areas = areas::Reading::new(study).read(inputs, problems);
    let ground = Ground::new(&areas);
    let people = people::read(&study.people, &ground, inputs, problems);
    let facilities = facilities::read(&study.facilities, &ground, inputs, problems);
    let series = series::read(&study.series, &ground, &facilities, inputs, problems);
    let estates = estates::read(&study.estates, &ground, inputs, problems);
    let places = people::most_populous(&people, &areas);
    let areas = areas.with_places(|area| places[area]);
    World {
        name: study.name.clone(),
        reference_date: study.date(),
        areas: Arc::new(areas),
        people: Arc::new(people),
        facilities: Arc::new(facilities),
        series: Arc::new(series),
        estates: Arc::new(estates),
        sources: Arc::new(std::mem::take(&mut inputs.sources)),
    }
}

/// The text of a pack, by the name or path it was asked for.
struct PackText {
    name: String,
    text: String,
}

/// The packs that the command names, else those of the study.
fn pack_texts(study: &Study, folder: &Path, named: &[PathBuf], problems: &mut Problems) -> Vec<PackText> {
    let text = |input: Option<input::Input>, problems: &mut Problems| {
        input.as_ref().and_then(|input| input.document(problems)).map(str::to_owned)
    };
    let mut texts: Vec<(String, Option<String>)> = Vec::new();
    for path in named {
        let name = path.display().to_string();
        let input = input::read(path, &name, problems);
        texts.push((name, text(input, problems)));
    }
    for name in study.packs.iter().filter(|_| named.is_empty()).map(|name| name.get_ref()) {
        let found = match pack::seed(name) {
            Some(seed) => Some(seed.to_owned()),
            None => text(read_inside(folder, name, problems), problems),
        };
        texts.push((name.clone(), found));
    }
    texts.into_iter().filter_map(|(name, text)| Some(PackText { name, text: text? })).collect()
}

fn packs(texts: &[PackText], world: &World) -> Result<Vec<Arc<Pack>>, Vec<Refused>> {
    let mut packs = Vec::new();
    let mut refused = Vec::new();
    for PackText { name, text } in texts {
        match pack::read(name, text, Some(world)) {
            Ok(pack) => packs.push(Arc::new(pack)),
            Err(mistakes) => refused.push(mistakes),
        }
    }
    if refused.is_empty() { Ok(packs) } else { Err(refused) }
}

/// Says which words a pack asks for that nobody knows and no file holds: nothing could ever meet them.
fn unheld_words(texts: &[PackText], world: &World, problems: &mut Problems) {
    for PackText { name, text } in texts {
        for (attribute, word) in pack::condition_words(text) {
            let known = vocabulary().words(&attribute).unwrap_or_default();
            let columns = [world.facilities.attribute(&attribute), world.areas.attribute(&attribute)];
            let held: Vec<&str> = columns.into_iter().flatten().flat_map(Column::words).collect();
            if known.is_empty() || held.is_empty() || known.contains(&word.as_str()) || held.contains(&word.as_str()) {
                continue;
            }
            let held = held.join(", ");
            problems.warning(
                "unheld-word",
                name,
                At::File,
                say(
                    format!(
                        "the pack asks for `{attribute}` to be `{word}`, but no file has that word; there is: {held}"
                    ),
                    format!("规则包要求“{attribute}”为“{word}”，但数据中没有该取值；现有取值：{held}"),
                ),
                say(
                    format!("correct the pack, or in the study: values.{attribute} = {{ {word} = [\"...\"] }}"),
                    format!("请更正规则包，或在研究文件中写明：values.{attribute} = {{ {word} = [\"...\"] }}"),
                ),
            );
        }
    }
}

/// Says which levels a pack speaks of and the study calls otherwise, if it does.
fn unmatched_levels(packs: &[Arc<Pack>], world: &World, problems: &mut Problems) {
    for pack in packs {
        let absent: Vec<&str> =
            names(pack, Noun::Level).into_iter().filter(|level| world.areas.level(level).is_none()).collect();
        if absent.is_empty() {
            continue;
        }
        let levels: Vec<&str> = world.areas.levels().values().iter().map(|level| level.key.as_str()).collect();
        let (absent, levels) = (absent.join(", "), levels.join(", "));
        problems.warning(
            "unmatched-level",
            STUDY_FILE,
            At::File,
            say(
                format!("the pack {} speaks of the level {absent}; the study has: {levels}", pack.document.id),
                format!("规则包 {} 使用层级 {absent}；研究中的层级：{levels}", pack.document.id),
            ),
            say(
                "if the study has it under another key, give its level the pack's key; the labels may stay",
                "若只是名称不同，请将该层级的 key 改为规则包所用的 key，显示名称可以不变",
            ),
        );
    }
}

/// Says which series no obligation uses though one of a very like name is used and not there.
fn misspelt_series(packs: &[Arc<Pack>], world: &World, problems: &mut Problems) {
    let used: BTreeSet<&str> = packs.iter().flat_map(|pack| names(pack, Noun::Series)).collect();
    let there: BTreeSet<&str> = world.series.keys().collect();
    let files: Vec<&str> = (world.sources.values().iter())
        .filter(|source| source.layer == Layer::Series)
        .map(|source| source.file.as_str())
        .collect();
    let files = files.join(", ");
    for key in there.difference(&used) {
        let Some(meant) = document::nearest(key, used.difference(&there).copied()) else { continue };
        problems.warning(
            "unused-series",
            &files,
            At::File,
            say(format!("no obligation uses the indicator `{key}`"), format!("没有条款使用指标 {key}")),
            say(format!("did you mean `{meant}`?"), format!("是否应为 {meant}？")),
        );
    }
}

/// The words of one noun that a pack's checks use, each once.
fn names(pack: &Pack, noun: Noun) -> BTreeSet<&str> {
    let checks = pack.obligations.iter().flat_map(|obligation| obligation.check.kind().names());
    checks.filter(|name| name.noun == noun).map(|name| name.word.get_ref().as_str()).collect()
}

#[cfg(test)]
mod tests {
    use crate::read::sketch::{areas, read};

    const PACK: &str = r#"
format = "evenreach.pack/1"
document = { id = "t", title = { en = "t", zh = "t" }, issuer = { en = "i", zh = "i" }, year = 2018 }
leads.l = { en = "l", zh = "l" }
levels.community = { en = "community", zh = "社区" }
[[obligation]]
id = "a"
clause = "1"
lead = "l"
summary = { en = "a", zh = "a" }
check.indicator = { series = "ind.maternal-mortality", unit = { en = "u", zh = "u" }, target = 9, year = 2020, each = "community" }
"#;

    // The pack speaks of communities, the study of streets; the file of series has a slip of the pen.
    #[test]
    fn a_level_of_another_key_and_a_misspelt_series_are_said() {
        let study = "packs = [\"p.toml\"]\n".to_owned()
            + &areas("district", "d.csv")
            + &areas("street", "s.csv")
            + "[[series]]\nfile = \"i.csv\"\n";
        let files = [
            ("p.toml", PACK),
            ("d.csv", "code,name\n01,甲区\n"),
            ("s.csv", "街道代码,街道名称,parent\n0101,东街,01\n"),
            ("i.csv", "indicator,year,value\nind.matenal-mortality,2020,8\nown.thing,2020,1\n"),
        ];
        let read = read(&study, &files);
        assert_eq!(read.said(), ["unmatched-level: study.toml", "unused-series: i.csv"]);
        assert_eq!(read.what("unused-series"), "no obligation uses the indicator `ind.matenal-mortality`");
        // In a file of streets `街道代码` is the code of each.
        let street = read.world().areas.iter().last().unwrap().1;
        assert_eq!((street.code.as_str(), street.name.as_str()), ("0101", "东街"));
    }
}
