//! Packs: the text of a policy's rules, checked word by word against what it declares and what the study holds.

use std::collections::BTreeSet;

use toml::Spanned;

use super::document::{self, Refused, nearest};
use super::vocabulary::vocabulary;
use crate::model::World;
use crate::rules::{Mistake, Noun, Pack};

/// Packs that come with the program, by name.
pub const SEEDS: [(&str, &str); 1] = [("jinpu-2018", include_str!("../../seeds/jinpu-2018.toml"))];

/// The text of a pack that comes with the program.
pub fn seed(name: &str) -> Option<&'static str> {
    SEEDS.iter().find(|(seed, _)| *seed == name).map(|(_, text)| *text)
}

/// A pack from its text; `world` adds the words that the study knows to those that the pack declares.
///
/// # Errors
/// Every mistake in the text, at its word.
pub fn read(file: &str, text: &str, world: Option<&World>) -> Result<Pack, Refused> {
    let refused = |mistakes| Refused { file: file.to_owned(), text: text.to_owned(), mistakes };
    let pack: Pack = document::parse(text).map_err(refused)?;
    let pack = pack.with_origin(file, text, document::parse(text).map_err(refused)?);
    let mistakes = mistakes(&pack, world);
    if mistakes.is_empty() { Ok(pack) } else { Err(refused(mistakes)) }
}

fn mistakes(pack: &Pack, world: Option<&World>) -> Vec<Mistake> {
    let mut mistakes = Vec::new();
    if pack.format.get_ref() != "evenreach.pack/1" {
        mistakes.push(Mistake {
            at: pack.format.span(),
            what: "this format of pack is not known".into(),
            help: "write \"evenreach.pack/1\"".into(),
        });
    }
    let leads: BTreeSet<&str> = pack.leads.keys().map(String::as_str).collect();
    let words = Words::new(pack, world);
    let mut ids = BTreeSet::new();
    for (index, obligation) in pack.obligations.iter().enumerate() {
        if !ids.insert(obligation.id.get_ref()) {
            mistakes.push(Mistake {
                at: obligation.id.span(),
                what: format!("the id `{}` is there twice", obligation.id.get_ref()),
                help: "give each obligation its own id".into(),
            });
        }
        mistakes.extend(unknown(&obligation.lead, "lead", "[leads]", &leads));
        let kind = obligation.check.kind();
        for name in kind.names() {
            if let Some((noun, table, known)) = words.known(name.noun) {
                mistakes.extend(unknown(name.word, noun, table, known));
            }
        }
        mistakes.extend(kind.mistakes());
        let parameters: BTreeSet<&str> =
            pack.parameters(index).into_iter().flat_map(toml::Table::keys).map(String::as_str).collect();
        for key in obligation.source.keys() {
            mistakes.extend(unknown(key, "parameter", "this check", &parameters));
        }
    }
    mistakes.sort_by_key(|mistake| mistake.at.start);
    mistakes
}

/// The words that a pack may use: those it declares, those of the study, and for attributes those of the vocabulary.
struct Words<'a> {
    services: BTreeSet<&'a str>,
    groups: BTreeSet<&'a str>,
    levels: BTreeSet<&'a str>,
    attributes: BTreeSet<&'a str>,
}

impl<'a> Words<'a> {
    fn new(pack: &'a Pack, world: Option<&'a World>) -> Self {
        let mut words = Self {
            services: pack.services.keys().map(String::as_str).collect(),
            groups: pack.groups.keys().map(String::as_str).collect(),
            levels: pack.levels.keys().map(String::as_str).collect(),
            attributes: pack.attributes.keys().map(String::as_str).chain(vocabulary().attributes()).collect(),
        };
        if let Some(world) = world {
            words.services.extend(world.facilities.services().values().iter().map(|service| service.key.as_str()));
            words.groups.extend(world.people.groups.values().iter().map(String::as_str));
            words.levels.extend(world.areas.levels().values().iter().map(|level| level.key.as_str()));
            words.attributes.extend(world.facilities.attributes().keys().map(String::as_str));
            words.attributes.extend(world.areas.attributes().keys().map(String::as_str));
        }
        words
    }

    /// What the noun is called, where its words are declared, and which there are; `None` where any word goes.
    fn known(&self, noun: Noun) -> Option<(&'static str, &'static str, &BTreeSet<&'a str>)> {
        match noun {
            Noun::Service => Some(("service", "[services]", &self.services)),
            Noun::Group => Some(("group", "[groups]", &self.groups)),
            Noun::Level => Some(("level", "[levels]", &self.levels)),
            Noun::Attribute | Noun::AreaAttribute => Some(("attribute", "[attributes]", &self.attributes)),
            // A series that no file holds yet is unknown, not wrong.
            Noun::Series => None,
        }
    }
}

fn unknown(word: &Spanned<String>, noun: &str, table: &str, known: &BTreeSet<&str>) -> Option<Mistake> {
    let found = word.get_ref().as_str();
    (!known.contains(found)).then(|| Mistake {
        at: word.span(),
        what: format!("no {noun} is called `{found}`"),
        help: match nearest(found, known.iter().copied()) {
            Some(nearest) => format!("did you mean `{nearest}`? declare others in {table}"),
            None => format!("declare it in {table}"),
        },
    })
}
