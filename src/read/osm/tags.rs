//! What tags stand for: services, attributes, stages of schools, dwellings. The table is `services.toml`, or a study's own.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::pbf::Tags;
use crate::read::document;
use crate::read::problem::{At, Problems, say};

/// The table that holds where a study brings none.
const DEFAULT: &str = include_str!("services.toml");

/// The table of tags, as it is written.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Written {
    services: BTreeMap<String, Vec<String>>,
    #[serde(default)]
    attributes: BTreeMap<String, Attribute>,
    #[serde(default)]
    stages: Stages,
    #[serde(default)]
    dwellings: Dwellings,
}

/// Where an attribute is found.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Attribute {
    keys: Vec<String>,
    /// The word of the packs, then the values of the tag.
    #[serde(default)]
    words: BTreeMap<String, Vec<String>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Stages {
    #[serde(default)]
    isced: BTreeMap<String, Vec<String>>,
    #[serde(default)]
    names: Vec<NameWord>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct NameWord {
    word: String,
    #[serde(default)]
    stages: Vec<String>,
    /// Stages that a school of such a name may have or not.
    #[serde(default)]
    open: Vec<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Dwellings {
    #[serde(default)]
    levels: BTreeMap<String, f64>,
    #[serde(default)]
    not_with: Vec<String>,
    #[serde(default)]
    metres_per_level: Option<f64>,
}

/// Tags that must all be there: a key, and its values or any.
type Line = Vec<(String, Option<Vec<String>>)>;

/// The table of tags.
pub(super) struct Mapping {
    services: Vec<(String, Vec<Line>)>,
    /// The services and lines whose first tag has the key.
    by_key: BTreeMap<String, Vec<(usize, usize)>>,
    attributes: BTreeMap<String, Attribute>,
    stages: Stages,
    dwellings: Dwellings,
}

/// A dwelling, as its tags describe it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Dwelling {
    /// Levels that are lived on.
    pub(super) levels: f64,
    /// The levels are said by a tag, and not by the table.
    pub(super) is_said: bool,
    /// It is tagged as a building and nothing more.
    pub(super) is_vague: bool,
}

/// More levels than any building has.
const MOST_LEVELS: f64 = 200.0;

impl Mapping {
    /// The table that a study brings with its file's name, else the one that comes with evenreach.
    pub(super) fn read(own: Option<(&str, &str)>, problems: &mut Problems) -> Option<Self> {
        let (file, text) = own.unwrap_or(("services.toml", DEFAULT));
        let wrong = |what: &str| {
            let what = say(format!("the table of tags cannot be used: {what}"), format!("标签对照表无法使用：{what}"));
            let help = say(
                "write services.KEY = [\"amenity=school\", \"leisure=pitch & sport=soccer|tennis\"]",
                "请按 services.KEY = [\"amenity=school\", \"leisure=pitch & sport=soccer|tennis\"] 的格式书写",
            );
            (what, help)
        };
        let written: Written = match document::parse(text) {
            Ok(written) => written,
            Err(mistakes) => {
                for mistake in mistakes {
                    let line = text[..mistake.at.start.min(text.len())].matches('\n').count() + 1;
                    let (what, help) = wrong(&mistake.what);
                    problems.error("tags", file, At::Line(line, 1), what, help);
                }
                return None;
            }
        };
        let mut services = Vec::new();
        let mut by_key: BTreeMap<String, Vec<(usize, usize)>> = BTreeMap::new();
        for (service, lines) in written.services {
            let mut read = Vec::new();
            for line in lines {
                let Some(tags) = parse_line(&line) else {
                    let (what, help) = wrong(&format!("`{line}`"));
                    problems.error("tags", file, At::File, what, help);
                    return None;
                };
                by_key.entry(tags[0].0.clone()).or_default().push((services.len(), read.len()));
                read.push(tags);
            }
            services.push((service, read));
        }
        let Written { attributes, stages, dwellings, .. } = written;
        Some(Self { services, by_key, attributes, stages, dwellings })
    }

    /// The services that an element offers, in the order of their keys.
    pub(super) fn services(&self, tags: &Tags<'_>) -> Vec<usize> {
        let mut found = Vec::new();
        for (key, _) in tags.clone() {
            let Some(lines) = self.by_key.get(key) else { continue };
            let fits = |(service, line): &&(usize, usize)| {
                self.services[*service].1[*line].iter().all(|(key, values)| has(tags.get(key), values.as_deref()))
            };
            found.extend(lines.iter().filter(fits).map(|(service, _)| *service));
        }
        found.sort_unstable();
        found.dedup();
        found
    }

    /// The key of a service.
    pub(super) fn service(&self, index: usize) -> &str {
        &self.services[index].0
    }

    /// The keys of the attributes.
    pub(super) fn attributes(&self) -> impl Iterator<Item = &str> {
        self.attributes.keys().map(String::as_str)
    }

    /// The values of the attributes, in the order of their keys; empty where no tag says it.
    pub(super) fn values(&self, tags: &Tags<'_>) -> Vec<String> {
        let value = |attribute: &Attribute| {
            let value = attribute.keys.iter().map(|key| tags.get(key)).find(|value| !value.is_empty()).unwrap_or("");
            let word = attribute.words.iter().find(|(_, values)| values.iter().any(|other| other == value));
            match word {
                Some((word, _)) => word.clone(),
                // What the table has no word for says nothing.
                None if !attribute.words.is_empty() => String::new(),
                None => value.to_owned(),
            }
        };
        self.attributes.values().map(value).collect()
    }

    /// Whether a school has a stage: by its tags, else by its name; `None` where neither says.
    pub(super) fn has_stage(&self, tags: &Tags<'_>, stage: &str) -> Option<bool> {
        let levels: Vec<&str> = tags.get("isced:level").split([';', ',']).map(str::trim).collect();
        let is_known = |level: &&str| self.stages.isced.values().flatten().any(|known| known == level);
        if levels.iter().any(is_known) {
            let of_stage = self.stages.isced.get(stage);
            return Some(of_stage.is_some_and(|of| levels.iter().any(|level| of.iter().any(|other| other == level))));
        }
        let name = format!("{} {}", tags.get("name"), tags.get("name:en")).to_lowercase();
        let word = self.stages.names.iter().find(|word| name.contains(&word.word.to_lowercase()))?;
        let has = |list: &[String]| list.iter().any(|other| other == stage);
        if has(&word.open) { None } else { Some(has(&word.stages)) }
    }

    /// What a building is as a dwelling; `None` where it is none.
    pub(super) fn dwelling(&self, tags: &Tags<'_>) -> Option<Dwelling> {
        let kind = tags.get("building");
        if kind.is_empty() {
            return None;
        }
        let usual = *self.dwellings.levels.get(kind)?;
        let is_vague = kind == "yes";
        if is_vague && self.dwellings.not_with.iter().any(|key| !matches!(tags.get(key), "" | "no")) {
            return None;
        }
        let number = |key: &str| {
            let text = tags.get(key);
            let text = text.trim_end_matches(|last: char| last == 'm' || last.is_whitespace());
            text.parse::<f64>().ok().filter(|number| 0.0 < *number)
        };
        let by_height = || Some((number("height")? / self.dwellings.metres_per_level?).floor().max(1.0));
        let said = number("building:levels").or_else(by_height).filter(|levels| *levels <= MOST_LEVELS);
        Some(Dwelling { levels: said.unwrap_or(usual), is_said: said.is_some(), is_vague })
    }
}

/// `amenity=clinic|doctors & access=*`.
fn parse_line(line: &str) -> Option<Line> {
    let tag = |tag: &str| {
        let (key, values) = tag.split_once('=')?;
        let (key, values) = (key.trim(), values.trim());
        let list: Vec<String> = values.split('|').map(|value| value.trim().to_owned()).collect();
        let is_wrong = key.is_empty() || list.iter().any(String::is_empty);
        (!is_wrong).then(|| (key.to_owned(), (values != "*").then_some(list)))
    };
    line.split('&').map(tag).collect()
}

/// Whether a tag's value is, or lists, one of these; or is there at all.
fn has(value: &str, wanted: Option<&[String]>) -> bool {
    match wanted {
        None => !matches!(value, "" | "no"),
        Some(wanted) => value.split(';').any(|part| wanted.iter().any(|wanted| wanted == part.trim())),
    }
}
