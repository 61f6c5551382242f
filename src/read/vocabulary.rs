//! Headers and words that are recognised without a mapping: what a planner writes, to the key that packs use.
//!
//! The words are in `vocabulary.toml` beside this file; this is how they are looked up.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::OnceLock;

use serde::Deserialize;

/// What the values of an attribute are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AttributeType {
    /// Words.
    Text,
    /// Yes or no.
    Flag,
    /// Numbers.
    Number,
    /// Days.
    Date,
}

/// All headers and words that are recognised.
#[derive(Debug)]
pub struct Vocabulary {
    columns: Lookup,
    groups: Lookup,
    attributes: Lookup,
    types: BTreeMap<String, AttributeType>,
    words: HashMap<String, Lookup>,
    open: BTreeSet<String>,
    services: Lookup,
    flags: HashMap<String, bool>,
    missing: HashSet<String>,
    totals: HashSet<String>,
    scenario_columns: Lookup,
    edits: Lookup,
}

/// From a normalised word to the key that it stands for.
#[derive(Debug, Default)]
struct Lookup {
    keys: HashMap<String, String>,
}

/// The vocabulary, read once.
pub fn vocabulary() -> &'static Vocabulary {
    static VOCABULARY: OnceLock<Vocabulary> = OnceLock::new();
    VOCABULARY.get_or_init(|| {
        let file: File = toml::from_str(include_str!("vocabulary.toml")).expect("a test reads the embedded file");
        Vocabulary::new(file)
    })
}

impl Vocabulary {
    /// The structural column that a header stands for, such as `area-code`.
    pub fn column(&self, header: &str) -> Option<&str> {
        self.columns.header(header)
    }

    /// The group of people that a header, or a word of the column `group`, stands for.
    pub fn group(&self, header: &str) -> Option<&str> {
        self.groups.header(header)
    }

    /// The attribute that a header stands for.
    pub fn attribute(&self, header: &str) -> Option<&str> {
        self.attributes.header(header)
    }

    /// The headers, normalised, of attributes, each with its attribute; in no order.
    pub fn attribute_headers(&self) -> impl Iterator<Item = (&str, &str)> {
        self.attributes.keys.iter().map(|(header, key)| (header.as_str(), key.as_str()))
    }

    /// Whether a header is that of a column, a group or an attribute.
    pub fn knows(&self, header: &str) -> bool {
        [&self.columns, &self.groups, &self.attributes].into_iter().any(|lookup| lookup.header(header).is_some())
    }

    /// The headers of columns, groups and attributes that begin with this one and are longer, as they are compared.
    pub fn longer(&self, header: &str) -> impl Iterator<Item = &str> {
        let beginning = normalise(header);
        let known = [&self.columns, &self.groups, &self.attributes].into_iter().flat_map(|lookup| lookup.keys.keys());
        known.map(String::as_str).filter(move |word| word.starts_with(&beginning) && *word != beginning)
    }

    /// What the values of an attribute are, if it is known.
    pub fn attribute_type(&self, key: &str) -> Option<AttributeType> {
        self.types.get(key).copied()
    }

    /// The attributes that are known, by key, sorted.
    pub fn attributes(&self) -> impl Iterator<Item = &str> {
        self.types.keys().map(String::as_str)
    }

    /// The word that packs use for a cell of an attribute; the cell itself where it is no known word.
    pub fn word<'a>(&'a self, attribute: &str, cell: &'a str) -> &'a str {
        self.words.get(attribute).and_then(|words| words.get(cell)).unwrap_or(cell)
    }

    /// The service that a cell names; the cell itself where it is no known word.
    pub fn service<'a>(&'a self, cell: &'a str) -> &'a str {
        self.services.get(cell).unwrap_or(cell)
    }

    /// Yes or no; `None` where the cell says neither.
    pub fn flag(&self, cell: &str) -> Option<bool> {
        self.flags.get(&normalise(cell)).copied()
    }

    /// The words of an attribute that are known; `None` where any may be given.
    pub fn words(&self, attribute: &str) -> Option<Vec<&str>> {
        if self.open.contains(attribute) {
            return None;
        }
        let mut words: Vec<&str> = self.words.get(attribute)?.keys.values().map(String::as_str).collect();
        words.sort_unstable();
        words.dedup();
        (!words.is_empty()).then_some(words)
    }

    /// The column of a file of scenarios that a header stands for, such as `edit`.
    pub fn scenario_column(&self, header: &str) -> Option<&str> {
        self.scenario_columns.header(header)
    }

    /// The edit that a cell names, such as `open`.
    pub fn edit(&self, cell: &str) -> Option<&str> {
        self.edits.get(cell)
    }

    /// Whether a service is known by this key.
    pub fn is_service(&self, key: &str) -> bool {
        self.services.get(key).is_some()
    }

    /// Whether a cell of an attribute says that nothing is known.
    pub fn is_missing(&self, cell: &str) -> bool {
        self.missing.contains(&normalise(cell))
    }

    /// Whether a name is that of a row which sums up others.
    pub fn is_total(&self, name: &str) -> bool {
        self.totals.contains(&normalise(name))
    }

    fn new(file: File) -> Self {
        let headers = |named: &BTreeMap<String, Named>| {
            Lookup::new(named.iter().map(|(key, named)| (key.as_str(), named.headers.as_slice())))
        };
        let words = |attribute: &Attribute| {
            Lookup::new(attribute.words.iter().map(|(word, cells)| (word.as_str(), cells.as_slice())))
        };
        let flags = [(&file.flags.yes, true), (&file.flags.no, false)];
        Self {
            columns: Lookup::new(file.columns.iter().map(|(key, words)| (key.as_str(), words.as_slice()))),
            groups: headers(&file.groups),
            attributes: Lookup::new(
                file.attributes.iter().map(|(key, named)| (key.as_str(), named.headers.as_slice())),
            ),
            types: file.attributes.iter().map(|(key, attribute)| (key.clone(), attribute.r#type)).collect(),
            words: file.attributes.iter().map(|(key, attribute)| (key.clone(), words(attribute))).collect(),
            open: file.attributes.iter().filter(|(_, attribute)| attribute.open).map(|(key, _)| key.clone()).collect(),
            services: Lookup::new(file.services.iter().map(|(key, words)| (key.as_str(), words.words.as_slice()))),
            flags: flags
                .into_iter()
                .flat_map(|(cells, flag)| cells.iter().map(move |cell| (normalise(cell), flag)))
                .collect(),
            missing: file.missing.iter().map(|cell| normalise(cell)).collect(),
            totals: file.totals.iter().map(|name| normalise(name)).collect(),
            scenario_columns: Lookup::new(
                file.scenario_columns.iter().map(|(key, words)| (key.as_str(), words.as_slice())),
            ),
            edits: Lookup::new(file.edits.iter().map(|(key, words)| (key.as_str(), words.as_slice()))),
        }
    }
}

impl Lookup {
    /// Each key and its words; a key stands for itself.
    fn new<'a>(named: impl Iterator<Item = (&'a str, &'a [String])>) -> Self {
        let mut keys = HashMap::new();
        for (key, words) in named {
            for word in std::iter::once(key).chain(words.iter().map(String::as_str)) {
                keys.insert(normalise(word), key.to_owned());
            }
        }
        Self { keys }
    }

    fn get(&self, word: &str) -> Option<&str> {
        self.keys.get(&normalise(word)).map(String::as_str)
    }

    /// What a header stands for as a whole, else by its parts: a part that is a key counts before one that is only a
    /// word for it, so that `区划代码/code` is a code.
    fn header(&self, header: &str) -> Option<&str> {
        let whole = self.get(header);
        whole.or_else(|| {
            let found: Vec<(String, &str)> =
                parts(header).filter_map(|part| self.get(part).map(|key| (normalise(part), key))).collect();
            let exact = found.iter().find(|(part, key)| part == key);
            exact.or(found.first()).map(|&(_, key)| key)
        })
    }
}

/// The parts of a header such as `办学性质/ownership` or `办学性质（ownership）`.
fn parts(header: &str) -> impl Iterator<Item = &str> {
    header
        .split(['/', '／', '|', '｜', '(', ')', '（', '）', '[', ']', '【', '】'])
        .filter(|part| !part.trim().is_empty())
}

/// A header or word as it is compared: no byte order mark, no blanks around it, lower case, full-width letters made
/// half-width, blanks and `_` inside made one `-`; blanks beside Chinese letters are dropped.
pub fn normalise(header: &str) -> String {
    let narrow = |letter: char| match letter {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(letter as u32 - 0xfee0).unwrap_or(letter),
        '\u{2013}' | '\u{2014}' => '-',
        _ => letter,
    };
    let header: String =
        header.trim_start_matches('\u{feff}').chars().map(narrow).flat_map(char::to_lowercase).collect();
    let mut normal = String::with_capacity(header.len());
    let mut blank = false;
    for letter in header.trim().chars() {
        if letter.is_whitespace() {
            blank = true;
            continue;
        }
        if blank && letter.is_ascii() && normal.ends_with(|before: char| before.is_ascii()) {
            push(&mut normal, '-');
        }
        blank = false;
        push(&mut normal, if letter == '_' { '-' } else { letter });
    }
    normal
}

/// Appends a letter, but no second `-` in a row.
fn push(normal: &mut String, letter: char) {
    if !(letter == '-' && normal.ends_with('-')) {
        normal.push(letter);
    }
}

/// The file as it is written.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    missing: Vec<String>,
    totals: Vec<String>,
    columns: BTreeMap<String, Vec<String>>,
    groups: BTreeMap<String, Named>,
    attributes: BTreeMap<String, Attribute>,
    services: BTreeMap<String, Words>,
    flags: Flags,
    #[serde(rename = "scenario-columns")]
    scenario_columns: BTreeMap<String, Vec<String>>,
    edits: BTreeMap<String, Vec<String>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Named {
    headers: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Attribute {
    r#type: AttributeType,
    headers: Vec<String>,
    #[serde(default)]
    words: BTreeMap<String, Vec<String>>,
    /// Whether other words may be given: names, of which these are only some.
    #[serde(default)]
    open: bool,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Words {
    words: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Flags {
    yes: Vec<String>,
    no: Vec<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file() -> File {
        toml::from_str(include_str!("vocabulary.toml")).unwrap_or_else(|error| panic!("{error}"))
    }

    /// Words that stand for two keys.
    fn twice<'a>(named: impl Iterator<Item = (&'a String, &'a Vec<String>)>) -> Vec<String> {
        let mut seen: BTreeMap<String, &str> = BTreeMap::new();
        let mut twice = Vec::new();
        for (key, words) in named {
            for word in std::iter::once(key).chain(words) {
                if seen.insert(normalise(word), key).is_some() {
                    twice.push(word.clone());
                }
            }
        }
        twice
    }

    #[test]
    fn no_header_stands_for_two_things_in_one_role() {
        let file = file();
        assert_eq!(twice(file.columns.iter()), [""; 0]);
        assert_eq!(twice(file.groups.iter().map(|(key, named)| (key, &named.headers))), [""; 0]);
        assert_eq!(twice(file.attributes.iter().map(|(key, named)| (key, &named.headers))), [""; 0]);
        assert_eq!(twice(file.services.iter().map(|(key, words)| (key, &words.words))), [""; 0]);
        for (attribute, named) in &file.attributes {
            assert_eq!(twice(named.words.iter()), [""; 0], "{attribute}");
        }
        let (yes, no) = ("yes".to_owned(), "no".to_owned());
        let rest = |words: &[String], key: &str| words.iter().filter(|word| *word != key).cloned().collect::<Vec<_>>();
        let flags = [(&yes, &rest(&file.flags.yes, "yes")), (&no, &rest(&file.flags.no, "no"))];
        assert_eq!(twice(flags.into_iter()), [""; 0]);
    }

    #[test]
    fn no_header_is_both_a_column_and_an_attribute() {
        let file = file();
        for (key, named) in &file.attributes {
            for header in std::iter::once(key).chain(&named.headers) {
                assert_eq!(vocabulary().column(header), None, "{header}");
            }
        }
    }

    #[test]
    fn headers_are_recognised_however_they_are_written() {
        let vocabulary = vocabulary();
        for header in ["ownership", "办学性质", "办学性质/ownership", "办学性质（ownership）", "Ownership (办学性质)"]
        {
            assert_eq!(vocabulary.attribute(header), Some("ownership"), "{header}");
        }
        for header in ["\u{feff}Area_Code", "area code", "ＡＲＥＡ－ＣＯＤＥ", " 区划代码 ", "社区/area-code"]
        {
            assert_eq!(vocabulary.column(header), Some("area-code"), "{header}");
        }
        assert_eq!(vocabulary.column("区划代码/code"), Some("code"));
        assert_eq!(vocabulary.group("60 岁及以上"), Some("elderly-60"));
        assert_eq!(vocabulary.group("Elderly  60"), Some("elderly-60"));
        assert_eq!(vocabulary.group("60岁及以上/elderly-60"), Some("elderly-60"));
        assert_eq!(vocabulary.group("60+"), Some("elderly-60"));
        assert_eq!(vocabulary.group("３—５岁"), Some("children-3-5"));
        assert_eq!(vocabulary.column("备注/remark"), None);
        assert_eq!(vocabulary.column(""), None);
    }

    #[test]
    fn cells_become_the_words_of_packs() {
        let vocabulary = vocabulary();
        assert_eq!(vocabulary.word("ownership", "公办"), "public");
        assert_eq!(vocabulary.word("ownership", "Public"), "public");
        assert_eq!(vocabulary.word("ownership", "中外合作"), "中外合作");
        assert_eq!(vocabulary.word("no such attribute", "公办"), "公办");
        assert_eq!(vocabulary.word("level", "社区（村）"), "community");
        assert_eq!(vocabulary.service("幼儿园"), "kindergarten");
        assert_eq!(vocabulary.service("library"), "library");
        assert_eq!((vocabulary.flag("√"), vocabulary.flag("否"), vocabulary.flag("")), (Some(true), Some(false), None));
        assert_eq!(vocabulary.attribute_type("beds"), Some(AttributeType::Number));
        assert_eq!(vocabulary.words("ownership"), Some(vec!["private", "public"]));
        assert_eq!(vocabulary.words("alliance"), None);
        assert_eq!(vocabulary.words("school-group"), None);
    }

    #[test]
    fn cells_that_say_nothing_are_no_words_and_no_flags() {
        let vocabulary = vocabulary();
        for cell in ["unknown", "未知", "N/A", "—", "－", "-"] {
            assert!(vocabulary.is_missing(cell), "{cell}");
            assert_eq!(vocabulary.flag(cell), None, "{cell}");
        }
        for cell in ["", "0", "no", "无", "public"] {
            assert!(!vocabulary.is_missing(cell), "{cell}");
        }
        assert!(vocabulary.is_total("合计") && vocabulary.is_total("Total") && !vocabulary.is_total("合计村"));
    }
}
