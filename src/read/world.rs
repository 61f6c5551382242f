//! A study's folder to a World and its packs: every file read, every problem gathered.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::document::Refused;
use super::input::{self, read_inside};
use super::membership::Ground;
use super::problem::{At, Problems};
use super::study::{Entry, Membership, Study, Values};
use super::surroundings::Surroundings;
use super::system::{self, Stated};
use super::table::{Table, Wish};
use super::{alone, areas, estates, facilities, fit, pack, people, read_table, reader_of, series, travel};
use crate::model::{Areas, IdVec, Layer, Proxy, Source, SourceId, World};
use crate::rules::Pack;
use crate::space::Crs;
use crate::units::Metres;

/// The study file in a study's folder.
pub const STUDY_FILE: &str = "study.toml";

/// What reading a study gives, when nothing stops it.
#[derive(Debug)]
pub struct ReadStudy {
    /// The world.
    pub world: World,
    /// The packs that the study and the command name, in that order.
    pub packs: Vec<Arc<Pack>>,
    /// The coordinate system that the study states for all its files.
    pub crs: Option<Crs>,
    /// Words of its files for words of the packs, by attribute of facilities or areas.
    pub words: Values,
    /// Which area holds a facility that contradicts itself, by the file of facilities.
    pub memberships: BTreeMap<String, Membership>,
    /// What its files of facilities call their columns, where the study says so: keys by header.
    pub headers: BTreeMap<String, String>,
    /// The system that it states of single layers, by the file.
    pub layer_crs: BTreeMap<String, Crs>,
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
    /// The longest distance that a pack asks for.
    longest: Option<Metres>,
    /// What matters to the study, once its areas are read.
    around: Option<Surroundings>,
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

    /// Whether the study brings its own costs of travel.
    pub(super) fn has_travel(&self) -> bool {
        self.study.travel.is_some() && !self.skip_illustrative
    }

    /// The file that something comes from, and where in it.
    pub fn origin(&self, (source, row): (SourceId, u32)) -> (&str, At) {
        let source = &self.sources[source];
        (&source.file, At::entry(source, row))
    }

    /// The rows of a file and its number among the sources; `None` where a problem stops it or it is left out.
    /// Geometries are in WGS 84 then, and coordinates in columns in the table's system.
    pub fn table(&mut self, entry: Entry<'_>, layer: Layer, problems: &mut Problems) -> Option<(Table, SourceId)> {
        if entry.illustrative && self.skip_illustrative {
            return None;
        }
        (self.progress)(entry.file, self.study.n_files());
        let (file, part) = split(self.folder, entry.file);
        let input = read_inside(self.folder, file, problems)?;
        let encoding = entry.encoding.map(|encoding| encoding.get_ref().clone());
        let tags = match entry.tags {
            Some(file) => Some((file.to_owned(), self.tags(file, problems)?)),
            None => None,
        };
        let said = entry.crs.map(|crs| crs.get_ref().as_str());
        let fallback = self.study.crs.as_ref().map(|crs| crs.get_ref().as_str());
        let around = self.around.as_ref().filter(|_| Surroundings::concerns(layer));
        let mut wish = Wish {
            layer: part.map(str::to_owned),
            encoding,
            tags,
            within: around.map(|around| around.within),
            crs: said.map(str::to_owned),
            otherwise: fallback.map(str::to_owned),
        };
        let mut found = Problems::default();
        let (sha256, mut table) = rayon::join(|| input.sha256(), || read_table(&input, &wish, &mut found));
        if let (Some(around), Some(part)) = (around, &table)
            && !around.is_enough(part, &entry, layer)
        {
            wish.within = None;
            found = Problems::default();
            table = read_table(&input, &wish, &mut found);
        }
        problems.extend(found);
        let sha256 = sha256.map_err(|error| input.unreadable(&error, problems)).ok()?;
        let mut table = table?;
        if let Some(around) = around {
            around.say_left_out(&table, problems);
        }
        let format = reader_of(&input).and_then(|reader| reader.lays_down());
        let crs_from = system::settle(&mut table, Stated { layer: said, study: fallback, format }, problems)?;
        let source = self.sources.push(Source {
            file: table.file.clone(),
            layer,
            sha256,
            sidecars: std::mem::take(&mut table.sidecars),
            rows: table.n_rows,
            features: table.is_drawn(),
            illustrative: entry.illustrative,
            proxy: None,
            crs: table.system.as_ref().map_or_else(String::new, |crs| crs.name().to_owned()),
            crs_from,
        });
        Some((table, source))
    }

    /// Notes what a file counts in place of people.
    pub(super) fn stands_for(&mut self, source: SourceId, proxy: Option<Proxy>) {
        self.sources[source].proxy = proxy;
    }

    /// The text of a table of tags, which is a source like others.
    fn tags(&mut self, file: &str, problems: &mut Problems) -> Option<String> {
        let text = read_inside(self.folder, file, problems)?.document(problems)?;
        let sha256 = input::digest(text.as_bytes());
        if !self.sources.values().iter().any(|source| source.layer == Layer::Tags && source.file == file) {
            self.sources.push(Source { sha256, ..Source::document(file, Layer::Tags) });
        }
        Some(text)
    }
}

/// A file and the layer of it that is meant: `schools.xlsx!Sheet1`. A file whose own name has a `!` is found first.
pub fn split<'a>(folder: &Path, file: &'a str) -> (&'a str, Option<&'a str>) {
    if folder.join(file).exists() {
        return (file, None);
    }
    let parts = file.match_indices('!').map(|(at, _)| (&file[..at], &file[at + 1..]));
    parts
        .filter(|(name, _)| folder.join(name).is_file())
        .map(|(name, part)| (name, Some(part)))
        .next()
        .unwrap_or((file, None))
}

/// Is called with the name of each file before it is read, and with how many there are in all.
pub type Progress<'a> = &'a dyn Fn(&str, usize);

/// Reads the study in the folder `path`, or that which an OpenStreetMap extract at `path` holds by itself:
/// its areas, facilities and dwellings.
///
/// # Errors
/// Every mistake in the study file and the packs, or every problem in the data if one of them is an error.
pub fn read_study(path: &Path, options: &Options, progress: Progress<'_>) -> Result<ReadStudy, Failure> {
    let mut problems = Problems::default();
    let (folder, text, study) = if path.is_file() {
        let Some(study) = alone::study(path, &mut problems) else { return Err(Failure::Problems(problems)) };
        (path.parent().unwrap_or(Path::new("")), None, study)
    } else {
        let (text, study) = study_file(path, &mut problems)?;
        (path, Some(text), study)
    };
    let texts = pack_texts(&study, folder, &options.packs, &mut problems);
    let mut inputs = Inputs {
        folder,
        study: &study,
        skip_illustrative: options.skip_illustrative,
        asked: texts.iter().flat_map(|pack| pack.asked.iter().cloned()).collect(),
        sources: IdVec::default(),
        longest: texts.iter().filter_map(PackText::longest).max_by(|a, b| a.get().total_cmp(&b.get())),
        around: None,
        progress,
    };
    if let Some(text) = &text {
        let sha256 = input::digest(text.as_bytes());
        inputs.sources.push(Source { sha256, ..Source::document(STUDY_FILE, Layer::Study) });
    }
    let world = world(&study, &mut inputs, &mut problems);
    let packs = packs(&texts, &world);
    fit::check(&texts, packs.as_deref().unwrap_or_default(), &world, &mut problems);
    travel::say_unlisted(&world, packs.as_deref().unwrap_or_default(), &mut problems);
    if options.strict {
        problems.make_strict();
    }
    match packs {
        // Problems of the data may be why a word of a pack is not known: they are shown first.
        _ if problems.has_errors() => Err(Failure::Problems(problems)),
        Err(refused) => Err(Failure::Refused(refused)),
        Ok(packs) => {
            let crs = study.crs.as_ref().and_then(|crs| Crs::parse(crs.get_ref()));
            let own = |entry: Entry<'_>| Some((entry.file.to_owned(), Crs::parse(entry.crs?.get_ref())?));
            let layer_crs = study.entries().filter_map(own).collect();
            let memberships = study.facilities.iter().map(|layer| (layer.file.clone(), layer.membership));
            let memberships = memberships.collect();
            let headers = facilities::headers(&study.facilities, &world.areas);
            Ok(ReadStudy { world, packs, crs, layer_crs, memberships, headers, words: study.words(), problems })
        }
    }
}

/// The study file in a folder.
fn study_file(folder: &Path, problems: &mut Problems) -> Result<(String, Study), Failure> {
    let path = folder.join(STUDY_FILE);
    // Where the folder is not there, it matters which was meant.
    let name = if folder.is_dir() { STUDY_FILE.to_owned() } else { path.display().to_string() };
    let input = input::read(&path, &name, problems);
    let Some(text) = input.and_then(|input| input.document(problems)) else {
        return Err(Failure::Problems(std::mem::take(problems)));
    };
    match Study::parse(&text) {
        Ok(study) => Ok((text, study)),
        Err(mistakes) => Err(Failure::Refused(vec![Refused { file: STUDY_FILE.to_owned(), text, mistakes }])),
    }
}

/// Reads the areas of the study in `folder` and nothing else: where they lie tells what another file may be in.
///
/// # Errors
/// As [`read_study`], of the study file and the areas.
pub fn read_areas(folder: &Path) -> Result<Areas, Failure> {
    let mut problems = Problems::default();
    let (_, study) = study_file(folder, &mut problems)?;
    let mut inputs = Inputs {
        folder,
        study: &study,
        skip_illustrative: false,
        asked: BTreeSet::new(),
        longest: None,
        around: None,
        sources: IdVec::default(),
        progress: &|_, _| (),
    };
    let areas = areas::Reading::new(&study).read(&mut inputs, &mut problems);
    if problems.has_errors() { Err(Failure::Problems(problems)) } else { Ok(areas) }
}

fn world(study: &Study, inputs: &mut Inputs<'_>, problems: &mut Problems) -> World {
    let areas = areas::Reading::new(study).read(inputs, problems);
    // By a table what lies far may be near.
    inputs.around = Surroundings::of(&areas, inputs.longest).filter(|_| !inputs.has_travel());
    let ground = Ground::new(&areas).stated(inputs.sources().values().iter().map(|source| source.crs.as_str()));
    let (mut people, rows) = people::read(&study.people, &ground, inputs, problems);
    let mut facilities = facilities::read(&study.facilities, &ground, inputs, problems);
    let series = series::read(&study.series, &ground, &facilities, inputs, problems);
    let estates = estates::read(&study.estates, &ground, inputs, problems);
    let layer = study.travel.as_ref().filter(|_| inputs.has_travel());
    let costs = layer.and_then(|layer| {
        let named = travel::Named {
            areas: &areas,
            people: &mut people,
            rows: &rows,
            facilities: &mut facilities,
            estates: &estates,
        };
        travel::read(layer, named, inputs, problems)
    });
    drop(rows);
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
        costs: costs.map(Arc::new),
        sources: Arc::new(std::mem::take(&mut inputs.sources)),
    }
}

/// The text of a pack, by the name or path it was asked for.
pub(super) struct PackText {
    pub(super) name: String,
    text: String,
    /// The words that its conditions ask for, by attribute.
    pub(super) asked: BTreeSet<(String, String)>,
}

impl PackText {
    fn longest(&self) -> Option<Metres> {
        pack::longest_distance(&self.text)
    }
}

/// The packs that the command names, else those of the study.
fn pack_texts(study: &Study, folder: &Path, named: &[PathBuf], problems: &mut Problems) -> Vec<PackText> {
    let mut texts: Vec<(String, Option<String>)> = Vec::new();
    for path in named {
        let name = path.display().to_string();
        let found = pack::text(path, problems);
        texts.push((name, found));
    }
    for name in study.packs.iter().filter(|_| named.is_empty()).map(|name| name.get_ref()) {
        let found = match pack::seed(name) {
            Some(seed) => Some(seed.to_owned()),
            // The name of a pack that is not known is no path that leads anywhere else.
            None if !name.contains(['/', '\\']) && !folder.join(name).exists() => pack::no_pack(name, problems),
            None => read_inside(folder, name, problems).and_then(|input| input.document(problems)),
        };
        texts.push((name.clone(), found));
    }
    let read = |(name, text): (String, Option<String>)| {
        let text = text?;
        Some(PackText { name, asked: pack::condition_words(&text), text })
    };
    texts.into_iter().filter_map(read).collect()
}

fn packs(texts: &[PackText], world: &World) -> Result<Vec<Arc<Pack>>, Vec<Refused>> {
    let mut packs = Vec::new();
    let mut refused = Vec::new();
    for PackText { name, text, .. } in texts {
        match pack::read(name, text, Some(world)) {
            Ok(pack) => packs.push(Arc::new(pack)),
            Err(mistakes) => refused.push(mistakes),
        }
    }
    if refused.is_empty() { Ok(packs) } else { Err(refused) }
}
