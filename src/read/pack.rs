//! Packs: the text of a policy's rules, checked word by word against what it declares and what the study holds.

use std::collections::BTreeSet;
use std::path::Path;

use toml::Spanned;

use super::document::{self, Refused, nearest};
use super::input;
use super::problem::{At, Problems, say};
use super::vocabulary::vocabulary;
use crate::model::World;
use crate::rules::{Mistake, Noun, Obligation, Pack};
use crate::units::Metres;

/// Packs that come with the program, by name.
pub const SEEDS: [(&str, &str); 2] = [
    ("jinpu-2018", include_str!("../../seeds/jinpu-2018.toml")),
    ("living-circle", include_str!("../../seeds/living-circle.toml")),
];

/// The text of a pack that comes with the program.
pub fn seed(name: &str) -> Option<&'static str> {
    SEEDS.iter().find(|(seed, _)| *seed == name).map(|(_, text)| *text)
}

/// The names of the packs that come with the program, in a message.
pub fn seed_names() -> String {
    SEEDS.map(|(name, _)| name).join(", ")
}

/// The text of a pack that a command names: of a file, else of the pack of this name that comes with the program.
pub fn text(path: &Path, problems: &mut Problems) -> Option<String> {
    let name = path.display().to_string();
    match seed(&name) {
        _ if path.exists() => input::read(path, &name, problems)?.document(problems),
        Some(seed) => Some(seed.to_owned()),
        None => no_pack(&name, problems),
    }
}

/// Says that there is no pack of a name.
pub(super) fn no_pack(name: &str, problems: &mut Problems) -> Option<String> {
    let known = seed_names();
    problems.error(
        "no-pack",
        name,
        At::File,
        say(
            "there is no such file, and no pack of this name comes with the program",
            "没有这个文件，程序也不附带此名称的规则包",
        ),
        say(
            format!("packs that come with the program: {known}; or name a file of your own"),
            format!("程序附带的规则包：{known}；也可写自己的规则包文件"),
        ),
    );
    None
}

/// A pack from its text; `world` adds the words that the study knows to those that the pack declares.
///
/// # Errors
/// Every mistake in the text, at its word.
pub fn read(file: &str, text: &str, world: Option<&World>) -> Result<Pack, Refused> {
    let refused = |mistakes| Refused { file: file.to_owned(), text: text.to_owned(), mistakes };
    let table: toml::Table = toml::from_str(text).unwrap_or_default();
    let pack = document::parse_checked(text, "obligation", |pack| mistakes(pack, &table, world));
    Ok(pack.map_err(refused)?.with_origin(file, text, table))
}

/// The parameters of the check of an obligation, as they are written. By its id: where some obligations have mistakes,
/// the others are not in the places that they have in the text.
fn parameters<'t>(table: &'t toml::Table, obligation: &Obligation) -> Option<BTreeSet<&'t str>> {
    let id = obligation.id.get_ref().as_str();
    let written = table.get("obligation")?.as_array()?;
    let written = written.iter().find(|written| written.get("id").and_then(|found| found.as_str()) == Some(id))?;
    let check = written.get("check")?.get(obligation.check.key())?.as_table()?;
    Some(check.keys().map(String::as_str).collect())
}

/// The words that the conditions of a pack ask for, by attribute; none of a text that is not TOML.
pub(super) fn condition_words(text: &str) -> BTreeSet<(String, String)> {
    let mut words = BTreeSet::new();
    let table: toml::Table = toml::from_str(text).unwrap_or_default();
    let obligations = table.get("obligation").and_then(toml::Value::as_array);
    for check in obligations.into_iter().flatten().filter_map(|obligation| obligation.get("check")) {
        gather_words(check, &mut words);
    }
    words
}

/// The longest distance that a check of a pack asks for; none of a text that is not TOML.
pub(super) fn longest_distance(text: &str) -> Option<Metres> {
    let table: toml::Table = toml::from_str(text).unwrap_or_default();
    let obligations = table.get("obligation").and_then(toml::Value::as_array);
    let checks = obligations.into_iter().flatten().filter_map(|obligation| obligation.get("check"));
    checks.flat_map(distances).max_by(|a, b| a.get().total_cmp(&b.get()))
}

fn distances(value: &toml::Value) -> Vec<Metres> {
    match value {
        toml::Value::String(text) => Metres::try_from(text.clone()).into_iter().collect(),
        toml::Value::Array(values) => values.iter().flat_map(distances).collect(),
        toml::Value::Table(table) => table.values().flat_map(distances).collect(),
        _ => Vec::new(),
    }
}

fn gather_words(value: &toml::Value, words: &mut BTreeSet<(String, String)>) {
    match value {
        toml::Value::Array(values) => values.iter().for_each(|value| gather_words(value, words)),
        toml::Value::Table(table) => {
            for (key, value) in table {
                match (key.as_str(), value) {
                    ("where" | "being" | "among", toml::Value::Table(conditions)) => {
                        for (attribute, condition) in conditions {
                            let list = condition.as_array().map_or(std::slice::from_ref(condition), Vec::as_slice);
                            let asked = list.iter().filter_map(toml::Value::as_str);
                            words.extend(asked.map(|word| (attribute.clone(), word.to_owned())));
                        }
                    }
                    _ => gather_words(value, words),
                }
            }
        }
        _ => {}
    }
}

fn mistakes(pack: &Pack, table: &toml::Table, world: Option<&World>) -> Vec<Mistake> {
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
    for obligation in &pack.obligations {
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
        if let Some(parameters) = parameters(table, obligation) {
            let keys = obligation.source.keys();
            mistakes.extend(keys.filter_map(|key| unknown(key, "parameter", "this check", &parameters)));
        }
    }
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
            words.levels.extend(world.areas.level_keys());
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

#[cfg(test)]
mod tests {
    use super::*;

    const PACK: &str = r#"
format = "evenreach.pack/1"
document = { id = "t", title = { en = "t", zh = "t" }, issuer = { en = "i", zh = "i" }, year = 2018 }
leads.bureau = { en = "bureau", zh = "局" }
services.kindergarten = { en = "kindergarten", zh = "幼儿园" }
groups.residents = { en = "residents", zh = "常住人口" }
levels.street = { en = "street", zh = "街道" }

[[obligation]]
id = "a"
clause = "1"
lead = "bureau"
summary = { en = "a", zh = "a" }
check.reach = { service = "kindergarten", group = "residents", within = "1 km", at-least = "90 %" }
source.within = { en = "a choice", zh = "取值" }

[[obligation]]
id = "b"
clause = "2"
lead = "bureau"
summary = { en = "b", zh = "b" }
check.presence = { in-each = "street", service = "kindergarten", at-least = 1 }
"#;

    /// The words underlined in the pack with these words put for those.
    fn underlined(changes: &[(&str, &str)]) -> Vec<String> {
        let text = changes.iter().fold(PACK.to_owned(), |text, (from, to)| {
            assert!(text.contains(from), "{from}");
            text.replacen(from, to, 1)
        });
        match read("pack.toml", &text, None) {
            Ok(_) => Vec::new(),
            Err(refused) => refused.mistakes.iter().map(|mistake| text[mistake.at.clone()].to_owned()).collect(),
        }
    }

    #[test]
    fn the_longest_distance_is_that_of_any_check_wherever_it_stands() {
        let pack = "[[obligation]]\ncheck.reach = { within = \"3 km\" }\n[[obligation]]\ncheck.pairing = { a = [{ b = \"3.2 km\" }], c = \"9 persons\" }\n";
        assert_eq!(longest_distance(pack), Metres::new(3200.0));
        assert_eq!(longest_distance(seed("jinpu-2018").unwrap()), Metres::new(30_000.0));
        assert_eq!(longest_distance("no pack"), None);
    }

    #[test]
    fn a_sound_pack_is_read_with_its_text() {
        let pack = read("pack.toml", PACK, None).unwrap();
        assert_eq!(pack.obligations.len(), 2);
        assert_eq!(pack.parameters(1).unwrap()["at-least"].as_integer(), Some(1));
    }

    #[test]
    fn unknown_words_of_every_noun_are_underlined_together() {
        let found = underlined(&[
            ("lead = \"bureau\"", "lead = \"buro\""),
            ("service = \"kindergarten\"", "service = \"kindergarden\""),
            ("group = \"residents\"", "group = \"resident\""),
            ("source.within", "source.withn"),
            ("in-each = \"street\"", "in-each = \"streets\""),
            ("id = \"b\"", "id = \"a\""),
        ]);
        let words = ["\"buro\"", "\"kindergarden\"", "\"resident\"", "withn", "\"a\"", "\"streets\""];
        assert_eq!(found, words);
    }

    #[test]
    fn a_wrong_unit_in_one_obligation_does_not_hide_an_unknown_service_in_another() {
        let found = underlined(&[
            ("within = \"1 km\"", "within = \"5 kg\""),
            ("service = \"kindergarten\", at-least", "service = \"kindergarden\", at-least"),
        ]);
        assert_eq!(found, ["\"5 kg\"", "\"kindergarden\""]);
    }

    #[test]
    fn a_mistake_in_the_words_that_others_use_is_not_laid_to_these() {
        assert_eq!(underlined(&[("services.kindergarten = { en", "services.kindergarten = { eng")]), ["eng"]);
    }
}
