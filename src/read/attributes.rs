//! Attributes of areas and facilities: columns of several files put together and typed.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use rayon::prelude::*;

use super::columns::Columns;
use super::document::nearest;
use super::problem::{Problems, say};
use super::study::Values;
use super::table;
use super::values::{self, Typed};
use super::vocabulary::{normalise, vocabulary};
use super::world::Inputs;
use crate::model::{Column, SourceId};

/// Attributes on their way in: in [`Columns`] their keys begin with `=`.
#[derive(Default)]
pub(super) struct Builder {
    parts: BTreeMap<String, Vec<Part>>,
    /// Attributes and words that the study itself chose.
    chosen: HashSet<(String, String)>,
}

/// The cells of one file for one attribute, as codes of words, from 1; an empty word says nothing.
struct Part {
    start: usize,
    codes: Vec<u32>,
    words: Vec<String>,
}

/// The key of an attribute whose header nobody knows: what stands in ASCII behind a `/`, else the whole. What stands in
/// brackets may be a unit.
pub(super) fn plain(header: &str) -> Option<String> {
    let has_brackets = header.contains(['(', '（']);
    let key = header.rsplit('/').next().filter(|key| key.is_ascii() && !has_brackets).unwrap_or(header);
    Some(normalise(key)).filter(|key| !key.is_empty())
}

/// The study's mapping with the marks that tell attributes (`=`) and areas of a level (`@`) from other columns.
pub(super) fn mapping(
    columns: &BTreeMap<String, String>,
    structural: &[&str],
    levels: &[&str],
) -> BTreeMap<String, String> {
    let mark = |key: &str| {
        let level = key.strip_suffix(".code").or_else(|| key.strip_suffix(".name")).unwrap_or(key);
        if structural.contains(&key) {
            key.to_owned()
        } else if levels.contains(&level) {
            format!("@{key}")
        } else {
            format!("={key}")
        }
    };
    columns.iter().map(|(key, header)| (mark(key), header.clone())).collect()
}

impl Builder {
    /// Adds the attributes of one file whose first row is entry `start`.
    pub(super) fn add(&mut self, start: usize, columns: &Columns<'_>, values: &Values) {
        let attributes: Vec<(&str, &table::Cells)> =
            columns.iter().filter_map(|(key, cells)| Some((key.strip_prefix('=')?, cells))).collect();
        for &(attribute, _) in &attributes {
            let words = values.get(attribute).into_iter().flatten().filter(|(_, of_file)| !of_file.is_empty());
            self.chosen.extend(words.map(|(word, _)| (attribute.to_owned(), word.clone())));
        }
        let part = |&(attribute, cells): &(&str, &table::Cells)| {
            let translate: HashMap<&str, &str> = values
                .get(attribute)
                .into_iter()
                .flatten()
                .flat_map(|(word, of_file)| of_file.iter().map(move |cell| (cell.as_str(), word.as_str())))
                .collect();
            let (codes, cells) = coded(cells.iter());
            let word = |cell: &&str| match translate.get(cell) {
                Some(&word) => word.to_owned(),
                None if vocabulary().is_missing(cell) => String::new(),
                None => (*cell).to_owned(),
            };
            Part { start, codes, words: cells.iter().map(word).collect() }
        };
        let parts: Vec<Part> = attributes.par_iter().map(part).collect();
        for ((attribute, _), part) in attributes.into_iter().zip(parts) {
            self.parts.entry(attribute.to_owned()).or_default().push(part);
        }
    }

    /// All attributes over `n` entries. Cells that do not fit their type and words that nobody knows are said and taken
    /// as empty; columns that are almost of another type are said, and stay as they are. `levels` are the keys of the
    /// study's levels.
    pub(super) fn finish(
        self,
        n: usize,
        origin: &[(SourceId, u32)],
        levels: &[&str],
        inputs: &Inputs<'_>,
        problems: &mut Problems,
    ) -> BTreeMap<String, Column> {
        let parts: Vec<(String, Vec<Part>)> = self.parts.into_iter().collect();
        let typed = |(attribute, parts): (String, Vec<Part>)| {
            let (codes, words) = join(parts, n);
            let typed = values::typed(&attribute, &codes, words);
            (attribute, codes, typed)
        };
        let all: Vec<(String, Vec<u32>, Typed)> = parts.into_par_iter().map(typed).collect();
        let mut finished = BTreeMap::new();
        for (attribute, codes, typed) in all {
            let cells = Cells { attribute: &attribute, codes: &codes, origin, inputs };
            cells.bad_values(&typed, problems);
            cells.mixed(&typed, problems);
            let mut column = typed.column;
            let unknown = cells.unknown_words(
                &column,
                |word| {
                    levels.contains(&word)
                        || self.chosen.contains(&(attribute.clone(), word.to_owned()))
                        || inputs.is_asked(&attribute, word)
                },
                problems,
            );
            // What a word that cannot be read says is not known: judged as another word, it would be a firm no.
            if let Column::Text { codes, .. } = &mut column {
                codes.iter_mut().filter(|code| unknown.contains(code)).for_each(|code| *code = 0);
            }
            finished.insert(attribute, column);
        }
        finished
    }
}

/// The cells of one attribute, to say what is odd about them.
struct Cells<'a> {
    attribute: &'a str,
    codes: &'a [u32],
    origin: &'a [(SourceId, u32)],
    inputs: &'a Inputs<'a>,
}

impl Cells<'_> {
    fn bad_values(&self, typed: &Typed, problems: &mut Problems) {
        let attribute = self.attribute;
        let bad: HashMap<u32, &str> = typed.bad.iter().map(|(code, word)| (*code, word.as_str())).collect();
        if bad.is_empty() {
            return;
        }
        let (en, zh) = type_words(&typed.column);
        for (entry, code) in self.codes.iter().enumerate() {
            let Some(word) = bad.get(code) else { continue };
            let (file, at) = self.inputs.origin(self.origin[entry]);
            problems.warning_of("bad-value", file, at, || {
                (
                    say(
                        format!("`{attribute}` is `{word}`, which is not {en}; it is taken as missing"),
                        format!("“{attribute}”的值“{word}”格式不符（应为{zh}），按缺失处理"),
                    ),
                    say("correct the cell, or leave it empty", "请更正该单元格，或留空"),
                )
            });
        }
    }

    /// A column of words that all but a few cells would make one of numbers, days or flags.
    fn mixed(&self, typed: &Typed, problems: &mut Problems) {
        let Some(mixed) = &typed.mixed else { return };
        let attribute = self.attribute;
        let odd = self.codes.iter().position(|&code| code == mixed.odd).expect("an odd word is that of a cell");
        let (file, at) = self.inputs.origin(self.origin[odd]);
        let (word, n, of) = (&mixed.word, mixed.n_fitting, mixed.n_filled);
        problems.warning(
            "mixed-column",
            file,
            at,
            say(
                format!(
                    "`{attribute}` is {} in {n} of {of} rows, but here `{word}`: all are taken as words",
                    mixed.kind.0
                ),
                format!("“{attribute}”的 {of} 个值中有 {n} 个是{}，此处却是“{word}”，全部按文字处理", mixed.kind.1),
            ),
            say("correct the cell, or leave it empty", "请更正该单元格，或留空"),
        );
    }

    /// The codes of words that no pack is likely to use, such as misspelt ones, of attributes whose words are known.
    fn unknown_words(&self, column: &Column, is_fine: impl Fn(&str) -> bool, problems: &mut Problems) -> BTreeSet<u32> {
        let attribute = self.attribute;
        let mut unknown = BTreeSet::new();
        let (Some(known), Column::Text { codes, words }) = (vocabulary().words(attribute), column) else {
            return unknown;
        };
        let mut first_of = vec![None; words.len() + 1];
        for (entry, &code) in codes.iter().enumerate().rev() {
            first_of[code as usize] = Some(entry);
        }
        for (code, word) in (1..).zip(words) {
            // `无` says that there is none.
            if known.contains(&word.as_str()) || is_fine(word) || vocabulary().flag(word) == Some(false) {
                continue;
            }
            unknown.insert(code);
            let Some(entry) = first_of[code as usize] else { continue };
            let (file, at) = self.inputs.origin(self.origin[entry]);
            problems.warning_of("unknown-word", file, at, || {
                let known_words = known.join(", ");
                let meant = nearest(word, known.iter().copied()).unwrap_or("WORD");
                (
                    say(
                        format!("`{word}` is no known word of `{attribute}` ({known_words}): it is taken as missing"),
                        format!("“{word}”不是“{attribute}”的已知取值（{known_words}），按缺失处理"),
                    ),
                    say(
                        format!("correct it, or in the study: values.{attribute} = {{ {meant} = [\"{word}\"] }}"),
                        format!("请更正，或在研究文件中写明：values.{attribute} = {{ {meant} = [\"{word}\"] }}"),
                    ),
                )
            });
        }
        unknown
    }
}

/// What the values of a column are, in words.
fn type_words(column: &Column) -> (&'static str, &'static str) {
    match column {
        Column::Flag(_) => ("yes or no", "“是”或“否”"),
        Column::Number(_) => ("a number", "数字"),
        Column::Date(_) => ("a full day such as 2020-09-01", "完整日期，如 2020-09-01"),
        Column::Text { .. } => ("a word", "文字"),
    }
}

/// Codes of cells, from 1, and the cell that each stands for.
fn coded<'a>(cells: impl Iterator<Item = &'a str>) -> (Vec<u32>, Vec<&'a str>) {
    let mut known: HashMap<&str, u32> = HashMap::new();
    let mut words = Vec::new();
    let code = |cell| {
        *known.entry(cell).or_insert_with(|| {
            words.push(cell);
            u32::try_from(words.len()).expect("readers refuse files of more than u32::MAX rows")
        })
    };
    (cells.map(code).collect(), words)
}

/// One list of codes over one list of words.
fn join(parts: Vec<Part>, n: usize) -> (Vec<u32>, Vec<String>) {
    let mut codes = vec![0; n];
    let mut words = Vec::new();
    let mut known: HashMap<String, u32> = HashMap::new();
    for part in parts {
        let mut map = vec![0];
        for word in part.words {
            if word.is_empty() {
                map.push(0);
                continue;
            }
            let next = u32::try_from(words.len() + 1).expect("there are no more words than cells");
            let code = *known.entry(word.clone()).or_insert(next);
            if code == next {
                words.push(word);
            }
            map.push(code);
        }
        for (offset, code) in part.codes.into_iter().enumerate() {
            codes[part.start + offset] = map[code as usize];
        }
    }
    (codes, words)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Value;
    use crate::read::sketch::{Read, areas, kindergartens, read};

    const DISTRICT: (&str, &str) = ("d.csv", "code,name\n01,甲区\n");

    /// Kindergartens of one district from one file.
    fn one(text: &str) -> Read {
        read(&(areas("district", "d.csv") + &kindergartens("k.csv")), &[DISTRICT, ("k.csv", text)])
    }

    /// An attribute of all facilities.
    fn values<'a>(read: &'a Read, key: &str) -> Vec<Option<Value<'a>>> {
        let facilities = &read.world().facilities;
        let column = facilities.attribute(key).unwrap_or_else(|| panic!("there is no {key}"));
        (0..facilities.len()).map(|row| column.get(row)).collect()
    }

    // a.csv: capacity            b.csv: 办园性质, 普惠性
    #[test]
    fn files_with_different_columns_become_one_table_with_gaps() {
        let layers = areas("district", "d.csv") + &kindergartens("a.csv") + &kindergartens("b.csv");
        let files = [
            DISTRICT,
            ("a.csv", "code,区,学位数,楼层\na1,甲区,90,2\na2,甲区,,\n"),
            ("b.csv", "code,区,办园性质,普惠性\nb1,甲区,公办,是\n"),
        ];
        let read = read(&layers, &files);
        assert!(read.said().is_empty(), "{:?}", read.said());
        assert_eq!(values(&read, "capacity"), [Some(Value::Number(90.0)), None, None]);
        assert_eq!(values(&read, "楼层"), [Some(Value::Number(2.0)), None, None]);
        assert_eq!(values(&read, "ownership"), [None, None, Some(Value::Text("public"))]);
        assert_eq!(values(&read, "inclusive"), [None, None, Some(Value::Flag(true))]);
    }

    #[test]
    fn words_of_the_file_become_words_of_the_packs_by_the_study_first() {
        let layers = areas("district", "d.csv")
            + &kindergartens("k.csv")
            + "values.ownership = { private = [\"集体\", \"公办\"] }\nvalues.inclusive = { yes = [\"A\"], no = [\"B\"] }";
        let read = read(&layers, &[DISTRICT, ("k.csv", "区,办园性质,普惠性\n甲区,集体,A\n甲区,公办,B\n甲区,公立,\n")]);
        assert!(read.said().is_empty(), "{:?}", read.said());
        let words = ["private", "private", "public"].map(|word| Some(Value::Text(word)));
        assert_eq!(values(&read, "ownership"), words);
        assert_eq!(values(&read, "inclusive"), [Some(Value::Flag(true)), Some(Value::Flag(false)), None]);
    }

    #[test]
    fn a_value_that_cannot_be_is_missing_and_said_at_its_row() {
        let read = one("区,学位数,启用日期,中心园\n甲区,90,2018-09-01,是\n甲区,九十,2018-09,也许\n");
        let said = ["capacity", "central", "opened"].map(|_| "bad-value: k.csv, row 3");
        assert_eq!(read.said(), said);
        for key in ["capacity", "central", "opened"] {
            assert!(matches!(values(&read, key)[..], [Some(_), None]), "{key}");
        }
        let zh: Vec<&str> = read.problems.kept().iter().map(|problem| problem.what.zh.as_str()).collect();
        assert_eq!(zh[0], "“capacity”的值“九十”格式不符（应为数字），按缺失处理");
    }

    #[test]
    fn cells_that_say_nothing_are_missing_whatever_the_attribute() {
        let read = one("区,办园性质,学位数,楼层,中心园\n甲区,未知,-,不详,n/a\n甲区,公办,0,3,无\n");
        assert!(read.said().is_empty(), "{:?}", read.said());
        assert_eq!(values(&read, "ownership"), [None, Some(Value::Text("public"))]);
        assert_eq!(values(&read, "capacity"), [None, Some(Value::Number(0.0))]);
        assert_eq!(values(&read, "楼层"), [None, Some(Value::Number(3.0))]);
        assert_eq!(values(&read, "central"), [None, Some(Value::Flag(false))]);
    }

    // 公辨 for 公办: kept as a word it would count as not public.
    #[test]
    fn a_word_that_nobody_knows_is_missing_and_said_once() {
        let read = one("区,办园性质\n甲区,公办\n甲区,公辨\n甲区,公辨\n甲区,无\n");
        assert_eq!(read.said(), ["unknown-word: k.csv, row 3"]);
        assert_eq!(
            read.what("unknown-word"),
            "`公辨` is no known word of `ownership` (private, public): it is taken as missing"
        );
        assert_eq!(values(&read, "ownership")[..3], [Some(Value::Text("public")), None, None]);
    }

    // A pack that asks for 国办, and names of school groups: neither is a slip.
    #[test]
    fn a_word_that_a_pack_asks_for_and_any_name_of_a_group_are_kept() {
        let pack = r#"
format = "evenreach.pack/1"
document = { id = "t", title = { en = "t", zh = "t" }, issuer = { en = "i", zh = "i" }, year = 2018 }
leads.l = { en = "l", zh = "l" }
[[obligation]]
id = "a"
clause = "1"
lead = "l"
summary = { en = "a", zh = "a" }
check.total = { service = "kindergarten", where = { ownership = ["国办", "state"] }, at-least = 1 }
"#;
        let study = "packs = [\"p.toml\"]\n".to_owned() + &areas("district", "d.csv") + &kindergartens("k.csv");
        let rows = "区,办园性质,教育集团\n甲区,国办,城西集团\n甲区,公办,东部\n";
        let read = read(&study, &[DISTRICT, ("k.csv", rows), ("p.toml", pack)]);
        assert_eq!(values(&read, "ownership"), [Some(Value::Text("国办")), Some(Value::Text("public"))]);
        assert_eq!(values(&read, "school-group"), [Some(Value::Text("城西集团")), Some(Value::Text("east"))]);
        // The other word that the pack asks for is in no file.
        assert_eq!(read.said(), ["unheld-word: p.toml"]);
    }

    #[test]
    fn levels_of_the_study_are_words_of_the_attribute_level() {
        let read = one("区域名称,级别\n甲区,street\n甲区,village\n");
        assert_eq!(read.said(), ["unknown-word: k.csv, row 3"]);
    }

    // The third of four storeys is written in words.
    #[test]
    fn a_column_that_is_almost_numbers_is_said_and_taken_as_words() {
        let read = one("区,楼层\n甲区,1\n甲区,2\n甲区,3层\n甲区,4\n");
        assert_eq!(read.said(), ["mixed-column: k.csv, row 4"]);
        assert_eq!(
            read.what("mixed-column"),
            "`楼层` is a number in 3 of 4 rows, but here `3层`: all are taken as words"
        );
        assert_eq!(values(&read, "楼层")[0], Some(Value::Text("1")));
        // Words are words, and two of four are no slip.
        assert!(one("区,楼层\n甲区,1\n甲区,2\n甲区,3层\n甲区,4层\n").said().is_empty());
        assert!(one("区,楼层\n甲区,一\n甲区,二\n甲区,三\n").said().is_empty());
    }

    #[test]
    fn an_unknown_header_keeps_its_name_and_a_unit_in_brackets_is_no_name() {
        for (header, key) in [
            ("占地面积(m2)", "占地面积(m2)"),
            ("绿地面积（m2）", "绿地面积(m2)"),
            ("占地面积/site-area", "site-area"),
            ("Site Area", "site-area"),
            ("速度(km/h)", "速度(km/h)"),
            ("占地/面积", "占地/面积"),
        ] {
            assert_eq!(plain(header).as_deref(), Some(key), "{header}");
        }
        // Two columns in the same unit are two columns.
        assert!(one("区,占地面积(m2),绿地面积(m2)\n甲区,90,10\n").said().is_empty());
    }

    #[test]
    fn two_columns_for_one_attribute_are_an_error_that_spells_the_key() {
        let read = one("区,学位数,规模\n甲区,90,100\n");
        assert!(read.is_refused());
        assert_eq!(read.what("duplicate-column"), "this column and `学位数` both look like `capacity`");
    }
}
