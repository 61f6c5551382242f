//! The study file: what a study is called, which packs it is checked against, and which files hold what.

use std::collections::BTreeMap;

use jiff::civil::Date;
use schemars::JsonSchema;
use serde::Deserialize;
use toml::Spanned;

use super::document;
use crate::model::{Proxy, Text};
use crate::rules::Mistake;
use crate::space::Crs;
use crate::units::{CostUnit, Metres};

/// A study: `study.toml` in its folder.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Study {
    /// `evenreach.study/1`.
    #[schemars(with = "String", extend("const" = "evenreach.study/1"))]
    pub format: Spanned<String>,
    /// What it is called.
    pub name: Text,
    /// The day on which the promises are judged, such as `"2020-12-31"`.
    #[schemars(with = "String")]
    pub reference_date: Spanned<String>,
    /// The packs it is checked against: a pack that comes with evenreach by its name, or a file in the study's folder.
    #[serde(default)]
    #[schemars(with = "Vec<String>")]
    pub packs: Vec<Spanned<String>>,
    /// The coordinate system of layers for which neither the study nor the file says one: `EPSG:4326` (WGS 84),
    /// `EPSG:4490` (CGCS2000), `EPSG:4549` or another EPSG code, `GCJ-02`, `BD-09`.
    #[serde(default)]
    #[schemars(with = "Option<String>")]
    pub crs: Option<Spanned<String>>,
    /// The levels of areas from the top down.
    pub levels: Vec<LevelWords>,
    /// Files of areas, one or more a level.
    #[serde(default)]
    pub areas: Vec<AreasLayer>,
    /// Files of people: tables, or rasters (GeoTIFF) whose cells hold persons: each cell counts where its centre lies.
    #[serde(default)]
    pub people: Vec<DataLayer>,
    /// Files of facilities.
    #[serde(default)]
    pub facilities: Vec<FacilitiesLayer>,
    /// Files of values by year.
    #[serde(default)]
    pub series: Vec<DataLayer>,
    /// Files of new residential areas.
    #[serde(default)]
    pub estates: Vec<DataLayer>,
    /// What it costs to get to facilities, where that is not to be straight lines.
    #[serde(default)]
    pub travel: Option<TravelLayer>,
}

/// A table of what it costs to get from people to facilities: one row a pair, with the columns `from`, `to` and `cost`.
/// A pair that it does not list cannot be travelled; what it does not name at all is not known.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct TravelLayer {
    /// The file, from the study's folder.
    pub table: String,
    /// What its costs are counted in, where the header does not say.
    #[serde(default)]
    pub unit: Option<TableUnit>,
    /// The encoding of its text, such as `"GB18030"`, if it is not found out rightly.
    #[serde(default)]
    #[schemars(with = "Option<String>")]
    pub encoding: Option<Spanned<String>>,
    /// Which column holds what, where its header does not say: `from`, `to` or `cost`, then the header.
    #[serde(default)]
    pub columns: BTreeMap<String, String>,
    /// Made up to show how the tool works.
    #[serde(default)]
    pub illustrative: bool,
}

impl TravelLayer {
    /// What it says of its file as such.
    pub fn entry(&self) -> Entry<'_> {
        Entry {
            encoding: self.encoding.as_ref(),
            columns: &self.columns,
            illustrative: self.illustrative,
            ..Entry::of(&self.table)
        }
    }
}

/// What the numbers of a table of costs are counted in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
pub enum TableUnit {
    /// Metres.
    #[serde(rename = "m")]
    Metres,
    /// Kilometres; taken as metres.
    #[serde(rename = "km")]
    Kilometres,
    /// Minutes.
    #[serde(rename = "min")]
    Minutes,
    /// Seconds; taken as minutes.
    #[serde(rename = "s")]
    Seconds,
}

impl TableUnit {
    /// As a study spells it.
    pub fn key(self) -> &'static str {
        match self {
            Self::Metres => "m",
            Self::Kilometres => "km",
            Self::Minutes => "min",
            Self::Seconds => "s",
        }
    }

    /// The unit that its costs are taken in.
    pub fn of_costs(self) -> CostUnit {
        match self {
            Self::Metres | Self::Kilometres => CostUnit::Metres,
            Self::Minutes | Self::Seconds => CostUnit::Minutes,
        }
    }

    /// A number of this unit in [`TableUnit::of_costs`].
    pub fn turn(self, number: f64) -> f64 {
        match self {
            Self::Metres | Self::Minutes => number,
            Self::Kilometres => number * 1000.0,
            Self::Seconds => number / 60.0,
        }
    }
}

/// A level of areas.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LevelWords {
    /// The word that packs use, such as `street`.
    #[schemars(with = "String")]
    pub key: Spanned<String>,
    /// In English.
    pub en: String,
    /// 中文。
    pub zh: String,
}

/// A file of areas.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct AreasLayer {
    /// Their level.
    #[schemars(with = "String")]
    pub level: Spanned<String>,
    /// The file, from the study's folder.
    pub file: String,
    /// The coordinate system of its coordinates, if the file does not state it or states a wrong one.
    #[serde(default)]
    #[schemars(with = "Option<String>")]
    pub crs: Option<Spanned<String>>,
    /// The encoding of its text, such as `"GB18030"`, if it is not found out rightly.
    #[serde(default)]
    #[schemars(with = "Option<String>")]
    pub encoding: Option<Spanned<String>>,
    /// Which column holds what, where its header does not say: the key, then the header.
    #[serde(default)]
    pub columns: BTreeMap<String, String>,
    /// Words of the file for words of the packs, by attribute: `values.kind = { village = ["村委会"] }`.
    #[serde(default)]
    pub values: Values,
    /// Boundaries are built from the seat points, for areas that have no polygon.
    #[serde(default)]
    pub estimate: Option<Estimate>,
    /// Made up to show how the tool works.
    #[serde(default)]
    pub illustrative: bool,
}

/// How boundaries are estimated: Voronoi cells of the seats, clipped.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub enum Estimate {
    /// To a polygon: a file in the study's folder.
    Outline(String),
    /// To a circle around each seat.
    Radius(Metres),
}

/// A file of people, series or estates.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct DataLayer {
    /// The file, from the study's folder.
    pub file: String,
    /// The coordinate system of its coordinates, if the file does not state it or states a wrong one.
    #[serde(default)]
    #[schemars(with = "Option<String>")]
    pub crs: Option<Spanned<String>>,
    /// The encoding of its text, such as `"GB18030"`, if it is not found out rightly.
    #[serde(default)]
    #[schemars(with = "Option<String>")]
    pub encoding: Option<Spanned<String>>,
    /// Which column holds what, where its header does not say: the key, then the header.
    #[serde(default)]
    pub columns: BTreeMap<String, String>,
    /// For people: what the file counts in their place. Dwellings of an OpenStreetMap extract need not say it.
    #[serde(default)]
    pub proxy: Option<Proxy>,
    /// For an OpenStreetMap extract: a file of the study's folder that says which tags stand for what.
    #[serde(default)]
    pub tags: Option<String>,
    /// Made up to show how the tool works.
    #[serde(default)]
    pub illustrative: bool,
}

/// A file of facilities.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct FacilitiesLayer {
    /// The file, from the study's folder.
    pub file: String,
    /// The service of all its rows; without it a column says so.
    #[serde(default)]
    #[schemars(with = "Option<String>")]
    pub service: Option<Spanned<String>>,
    /// Services that the file lists in full, even where it has no row for them: none is then known to be none.
    #[serde(default)]
    pub services: Vec<String>,
    /// Which area holds a facility when what it declares and where it lies disagree.
    #[serde(default)]
    pub membership: Membership,
    /// The coordinate system of its coordinates, if the file does not state it or states a wrong one.
    #[serde(default)]
    #[schemars(with = "Option<String>")]
    pub crs: Option<Spanned<String>>,
    /// The encoding of its text, such as `"GB18030"`, if it is not found out rightly.
    #[serde(default)]
    #[schemars(with = "Option<String>")]
    pub encoding: Option<Spanned<String>>,
    /// Which column holds what, where its header does not say: the key, then the header.
    #[serde(default)]
    pub columns: BTreeMap<String, String>,
    /// Words of the file for words of the packs, by attribute: `values.ownership = { public = ["公办"] }`.
    #[serde(default)]
    pub values: Values,
    /// For an OpenStreetMap extract: a file of the study's folder that says which tags stand for what.
    #[serde(default)]
    pub tags: Option<String>,
    /// Made up to show how the tool works.
    #[serde(default)]
    pub illustrative: bool,
}

/// A file that a study names, and what it says of the file as such.
#[derive(Clone, Copy, Debug)]
pub struct Entry<'a> {
    /// The file, from the study's folder; `schools.xlsx!Sheet1` for one layer of several.
    pub file: &'a str,
    /// The coordinate system of its coordinates.
    pub crs: Option<&'a Spanned<String>>,
    /// The encoding of its text.
    pub encoding: Option<&'a Spanned<String>>,
    /// Which column holds what: the key, then the header.
    pub columns: &'a BTreeMap<String, String>,
    /// What its tags stand for: a file.
    pub tags: Option<&'a str>,
    /// Made up to show how the tool works.
    pub illustrative: bool,
}

impl<'a> Entry<'a> {
    /// A file of which the study says nothing more.
    pub fn of(file: &'a str) -> Self {
        const NONE: &BTreeMap<String, String> = &BTreeMap::new();
        Self { file, crs: None, encoding: None, columns: NONE, tags: None, illustrative: false }
    }
}

/// Layers name their files.
macro_rules! entry {
    ($($layer:ty),*) => {
        $(impl $layer {
            /// What it says of its file as such.
            pub fn entry(&self) -> Entry<'_> {
                Entry {
                    file: &self.file,
                    crs: self.crs.as_ref(),
                    encoding: self.encoding.as_ref(),
                    columns: &self.columns,
                    tags: None,
                    illustrative: self.illustrative,
                }
            }
        })*
    };
}

entry!(AreasLayer, DataLayer, FacilitiesLayer);

/// By attribute (or `service`): the word of the packs, then the words of the file.
pub type Values = BTreeMap<String, BTreeMap<String, Vec<String>>>;

/// Which area holds a facility when what it declares and where it lies disagree.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Membership {
    /// The area that it declares.
    #[default]
    Declared,
    /// The area that its coordinates lie in.
    Located,
}

impl Study {
    /// A study from its text.
    ///
    /// # Errors
    /// Every mistake in the text, at its word.
    pub fn parse(text: &str) -> Result<Self, Vec<Mistake>> {
        let study: Self = document::parse(text)?;
        let mistakes = study.mistakes();
        if mistakes.is_empty() { Ok(study) } else { Err(mistakes) }
    }

    /// How many files it names, packs apart.
    pub fn n_files(&self) -> usize {
        let outline = |layer: &&AreasLayer| matches!(layer.estimate, Some(Estimate::Outline(_)));
        let outlines = self.areas.iter().filter(outline).count();
        let data = self.people.len() + self.series.len() + self.estates.len() + usize::from(self.travel.is_some());
        self.areas.len() + outlines + self.facilities.len() + data
    }

    /// Words of all its files for words of the packs, by attribute.
    pub fn words(&self) -> Values {
        let layers = self.areas.iter().map(|layer| &layer.values);
        let mut all = Values::new();
        for (attribute, words) in layers.chain(self.facilities.iter().map(|layer| &layer.values)).flatten() {
            for (word, of_file) in words {
                all.entry(attribute.clone()).or_default().entry(word.clone()).or_default().extend_from_slice(of_file);
            }
        }
        all
    }

    /// What it says of each file of data.
    pub fn entries(&self) -> impl Iterator<Item = Entry<'_>> {
        let data = self.people.iter().chain(&self.series).chain(&self.estates).map(DataLayer::entry);
        let areas = self.areas.iter().map(AreasLayer::entry);
        let travel = self.travel.iter().map(TravelLayer::entry);
        areas.chain(self.facilities.iter().map(FacilitiesLayer::entry)).chain(data).chain(travel)
    }

    /// The reference date.
    pub fn date(&self) -> Date {
        self.reference_date.get_ref().parse().expect("`mistakes` refuses a study whose date does not parse")
    }

    fn mistakes(&self) -> Vec<Mistake> {
        let mut mistakes = Vec::new();
        let mut wrong = |at: &Spanned<String>, what: String, help: String| {
            mistakes.push(Mistake { at: at.span(), what, help });
        };
        if self.format.get_ref() != "evenreach.study/1" {
            wrong(&self.format, "this format of study is not known".into(), "write \"evenreach.study/1\"".into());
        }
        if self.reference_date.get_ref().parse::<Date>().is_err() {
            let help = "write a day such as \"2020-12-31\"".to_owned();
            wrong(&self.reference_date, "this is not a day".into(), help);
        }
        let keys: Vec<&str> = self.levels.iter().map(|level| level.key.get_ref().as_str()).collect();
        for (index, level) in self.levels.iter().enumerate() {
            if keys[..index].contains(&level.key.get_ref().as_str()) {
                wrong(&level.key, "this level is there twice".into(), "give each level its own key".into());
            }
        }
        for layer in &self.areas {
            if !keys.contains(&layer.level.get_ref().as_str()) {
                let help = format!("levels of this study: {}", keys.join(", "));
                wrong(&layer.level, format!("no level is called `{}`", layer.level.get_ref()), help);
            }
        }
        for crs in self.crs.iter().chain(self.entries().filter_map(|entry| entry.crs)) {
            if Crs::parse(crs.get_ref()).is_none() {
                let help = "write a name such as \"EPSG:4326\", \"EPSG:4549\", \"GCJ-02\" or \"BD-09\"".to_owned();
                wrong(crs, "this coordinate system is not known".into(), help);
            }
        }
        mistakes
    }
}
