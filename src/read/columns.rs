//! Which column of a table holds what: by the study's mapping, else by its header in Chinese or English.

use std::collections::BTreeMap;

use super::attributes::plain;
use super::problem::{At, Problems, say};
use super::table::{Cells, Table};
use super::vocabulary::{normalise, vocabulary};
use crate::model::{IdVec, Level, LevelId};

/// The columns of a table by the key that each stands for.
pub(super) struct Columns<'t> {
    table: &'t Table,
    by_key: BTreeMap<String, usize>,
}

/// What a header may stand for in one kind of layer, given the header as the file spells it.
pub(super) type Role<'a> = &'a dyn Fn(&str) -> Option<String>;

impl<'t> Columns<'t> {
    /// Columns by the study's `mapping` (key, then header), then by what `role` makes of the other headers.
    pub(super) fn new(
        table: &'t Table,
        mapping: &BTreeMap<String, String>,
        role: Role<'_>,
        problems: &mut Problems,
    ) -> Self {
        let mut columns = Self { table, by_key: BTreeMap::new() };
        let mut mapped = vec![false; table.columns.len()];
        for (key, header) in mapping {
            let wanted = normalise(header);
            let found = table.columns.iter().position(|column| &column.header == header);
            let found = found.or_else(|| table.columns.iter().position(|column| normalise(&column.header) == wanted));
            let found = found.or_else(|| cut_off(table, &wanted, mapping));
            match found {
                Some(index) => {
                    columns.by_key.insert(key.clone(), index);
                    mapped[index] = true;
                }
                None => {
                    let there: Vec<&str> = table.columns.iter().map(|column| column.header.as_str()).collect();
                    let there = there.join(", ");
                    problems.error(
                        "missing-column",
                        &table.file,
                        At::Column(header.clone()),
                        say("the study names this column, but the file has none", "研究文件指定了该列，但文件中没有"),
                        say(format!("columns of the file: {there}"), format!("文件中的列：{there}")),
                    );
                }
            }
        }
        for (index, column) in table.columns.iter().enumerate().filter(|&(index, _)| !mapped[index]) {
            let key = if column.may_be_cut { role_of_cut(&column.header, role) } else { role(&column.header) };
            let Some(key) = key.filter(|key| !mapping.contains_key(key)) else { continue };
            if let Some(&other) = columns.by_key.get(&key) {
                // Programs number features and rows under this header: a column that says more is meant.
                let [is_plain_id, other_is_plain_id] =
                    [index, other].map(|n| normalise(&table.columns[n].header) == "id");
                if is_plain_id != other_is_plain_id {
                    if other_is_plain_id {
                        columns.by_key.insert(key, index);
                    }
                    continue;
                }
                let other = &table.columns[other].header;
                let key = spelled(&key);
                problems.error(
                    "duplicate-column",
                    &table.file,
                    At::Column(column.header.clone()),
                    say(
                        format!("this column and `{other}` both look like `{key}`"),
                        format!("该列与“{other}”列都像是 `{key}`"),
                    ),
                    say(
                        format!("say in the study which one is meant: columns = {{ {key} = \"...\" }}"),
                        format!("请在研究文件中写明：columns = {{ {key} = \"...\" }}"),
                    ),
                );
                continue;
            }
            columns.by_key.insert(key, index);
        }
        columns
    }

    /// The table.
    pub(super) fn table(&self) -> &'t Table {
        self.table
    }

    /// The cells of the column that stands for `key`.
    pub(super) fn get(&self, key: &str) -> Option<&'t Cells> {
        self.by_key.get(key).map(|&index| &self.table.columns[index])
    }

    /// The cell that stands for `key` in `row`; empty where there is no such column.
    pub(super) fn cell(&self, key: &str, row: usize) -> &'t str {
        self.get(key).map_or("", |cells| cells.get(row))
    }

    /// The headers of the columns that stand for these keys.
    pub(super) fn headers<const N: usize>(&self, keys: [&str; N]) -> [Option<String>; N] {
        keys.map(|key| self.get(key).map(|cells| cells.header.clone()))
    }

    /// All keys with their cells, sorted by key.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&str, &'t Cells)> {
        self.by_key.iter().map(|(key, &index)| (key.as_str(), &self.table.columns[index]))
    }

    /// Whether the column is there; an error if not.
    pub(super) fn require(&self, key: &str, problems: &mut Problems) -> bool {
        let there = self.by_key.contains_key(key);
        if !there {
            let headers: Vec<&str> = self.table.columns.iter().map(|column| column.header.as_str()).collect();
            let headers = headers.join(", ");
            problems.error(
                "missing-column",
                &self.table.file,
                At::Column(key.to_owned()),
                say(
                    format!("no column is recognised as `{key}`; the file has: {headers}"),
                    format!("没有识别出 `{key}` 列；文件中的列：{headers}"),
                ),
                say(
                    format!("name it in the study: columns = {{ {key} = \"header\" }}"),
                    format!("请在研究文件中写明：columns = {{ {key} = \"表头\" }}"),
                ),
            );
        }
        there
    }
}

/// The one column whose header is the beginning of the `wanted` one; none where another header of the mapping begins so
/// too: then it cannot be known which is meant.
fn cut_off(table: &Table, wanted: &str, mapping: &BTreeMap<String, String>) -> Option<usize> {
    let begins = |header: &str, column: &Cells| column.may_be_cut && header.starts_with(&normalise(&column.header));
    let mut found = table.columns.iter().enumerate().filter(|(_, column)| begins(wanted, column));
    let ((index, column), None) = (found.next()?, found.next()) else { return None };
    let others = mapping.values().map(|header| normalise(header)).filter(|header| header != wanted);
    (!others.into_iter().any(|other| begins(&other, column))).then_some(index)
}

/// What a header stands for that may be cut off: what it says if it is known, else what all the known headers say that
/// begin with it, if they say one thing.
fn role_of_cut(header: &str, role: Role<'_>) -> Option<String> {
    let whole = role(header);
    if is_known(header, role) {
        return whole;
    }
    let completed = LEVEL_ENDINGS.iter().flat_map(|(ending, _)| completed(header, ending));
    let longer = vocabulary().longer(header).map(str::to_owned).chain(completed);
    let mut keys: Vec<String> =
        longer.filter(|longer| is_known(longer, role)).filter_map(|longer| role(&longer)).collect();
    keys.sort_unstable();
    keys.dedup();
    match <[String; 1]>::try_from(keys) {
        Ok([key]) => Some(key),
        Err(_) => whole,
    }
}

/// Whether a header stands for more than an attribute of its own name.
fn is_known(header: &str, role: Role<'_>) -> bool {
    let own = plain(header);
    vocabulary().knows(header) || role(header).is_some_and(|key| key.strip_prefix('=').map(str::to_owned) != own)
}

/// A header with the rest of an ending of which it ends with the beginning.
fn completed<'a>(header: &'a str, ending: &'a str) -> impl Iterator<Item = String> + 'a {
    let header = normalise(header);
    let cuts = ending.char_indices().map(|(at, _)| at).filter(|&at| 0 < at);
    let whole = move |at: usize| header.strip_suffix(&ending[..at]).map(|start| format!("{start}{ending}"));
    cuts.filter_map(whole)
}

/// A key as a study spells it in `columns`.
fn spelled(key: &str) -> String {
    let key = key.trim_start_matches(['=', '@']);
    let is_bare = key.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_');
    if is_bare { key.to_owned() } else { format!("\"{key}\"") }
}

/// The parts of a header such as `代码/code` or `名称（name）`, the whole first.
pub(super) fn pieces(header: &str) -> impl Iterator<Item = &str> {
    std::iter::once(header).chain(
        header
            .split(['/', '(', ')', '（', '）', '|'])
            .map(str::trim)
            .filter(move |piece| !piece.is_empty() && *piece != header),
    )
}

/// What a structural header stands for.
pub(super) fn structural(header: &str) -> Option<String> {
    vocabulary().column(header).map(str::to_owned)
}

/// What may follow the word for a level in a header, and what the key ends with then.
const LEVEL_ENDINGS: [(&str, &str); 8] = [
    ("代码", ".code"),
    ("编码", ".code"),
    ("区划代码", ".code"),
    ("-code", ".code"),
    ("-id", ".code"),
    ("名称", ".name"),
    ("名", ".name"),
    ("-name", ".name"),
];

/// A header that names an area of a level: `街道`, `street`, `街道代码`, `street-code`, `街道名称`, `street-name`. The
/// key is `@street`, `@street.code` or `@street.name`.
pub(super) fn level_reference(levels: &IdVec<LevelId, Level>, header: &str) -> Option<String> {
    for piece in pieces(header) {
        let piece = normalise(piece);
        for level in levels.values() {
            let words = [&level.key, &level.label.en, &level.label.zh].map(|word| normalise(word));
            for word in words.iter().filter(|word| !word.is_empty()) {
                let Some(rest) = piece.strip_prefix(word.as_str()) else { continue };
                if rest.is_empty() {
                    return Some(format!("@{}", level.key));
                }
                if let Some((_, part)) = LEVEL_ENDINGS.iter().find(|(ending, _)| *ending == rest) {
                    return Some(format!("@{}{part}", level.key));
                }
            }
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Text;
    use crate::read::sketch::{areas, kindergartens, read};

    fn table(headers: &[&str]) -> Table {
        let columns = headers.iter().map(|header| Cells::new(header, 0)).collect();
        Table { file: "t.csv".into(), columns, ..Table::default() }
    }

    /// The header that stands for each key, by this mapping and by the structural headers.
    fn taken(headers: &[&str], mapping: &[(&str, &str)]) -> (Vec<(String, String)>, Vec<String>) {
        let table = table(headers);
        let mapping = mapping.iter().map(|(key, header)| ((*key).to_owned(), (*header).to_owned())).collect();
        let mut problems = Problems::default();
        let columns = Columns::new(&table, &mapping, &structural, &mut problems);
        let taken = columns.iter().map(|(key, cells)| (key.to_owned(), cells.header.clone())).collect();
        let said = problems.kept().iter().map(|problem| format!("{}: {}", problem.code, problem.help.en)).collect();
        (taken, said)
    }

    fn pairs(taken: &[(String, String)]) -> Vec<(&str, &str)> {
        taken.iter().map(|(key, header)| (key.as_str(), header.as_str())).collect()
    }

    #[test]
    fn headers_are_taken_for_what_they_say_in_either_language_or_both() {
        let (taken, said) = taken(&["代码/code", "名称", "经度（lon）", "Latitude", "remark"], &[]);
        let expected = [("code", "代码/code"), ("lat", "Latitude"), ("lon", "经度（lon）"), ("name", "名称")];
        assert_eq!((pairs(&taken), said), (expected.to_vec(), vec![]));
    }

    #[test]
    fn the_mapping_of_the_study_comes_first_whatever_the_headers_say() {
        let (taken, said) = taken(&["code", "GB Code", "name"], &[("code", "gb_code")]);
        assert_eq!((pairs(&taken), said), (vec![("code", "GB Code"), ("name", "name")], vec![]));
        // One column may stand for two things.
        let (taken, _) = self::taken(&["id"], &[("code", "id"), ("parent", "id")]);
        assert_eq!(pairs(&taken), [("code", "id"), ("parent", "id")]);
    }

    #[test]
    fn a_mapped_column_that_is_not_there_is_an_error_with_those_that_are() {
        let (_, said) = taken(&["a", "b"], &[("code", "c")]);
        assert_eq!(said, ["missing-column: columns of the file: a, b"]);
    }

    #[test]
    fn two_columns_for_one_thing_are_an_error_unless_one_is_a_plain_id() {
        let (_, said) = taken(&["代码", "编号"], &[]);
        assert_eq!(said, ["duplicate-column: say in the study which one is meant: columns = { code = \"...\" }"]);
        for headers in [["id", "代码"], ["代码", "id"]] {
            let (taken, said) = taken(&headers, &[]);
            assert_eq!((pairs(&taken), said), (vec![("code", "代码")], vec![]));
        }
    }

    #[test]
    fn keys_are_told_as_a_study_spells_them() {
        assert_eq!(
            ["code", "=ownership", "@street", "@street.code", "=床位"].map(spelled),
            ["code", "ownership", "street", "\"street.code\"", "\"床位\""]
        );
    }

    #[test]
    fn a_header_names_an_area_of_a_level_its_code_or_its_name() {
        let label = Text { en: "sub-district".into(), zh: "街道".into() };
        let levels: IdVec<LevelId, Level> = vec![Level { key: "street".into(), label }].into();
        for (header, key) in [
            ("街道", "@street"),
            ("Street", "@street"),
            ("所在街道/street", "@street"),
            ("街道代码", "@street.code"),
            ("street_code", "@street.code"),
            ("street id", "@street.code"),
            ("街道名称", "@street.name"),
            ("街道名称（street-name）", "@street.name"),
            ("Sub-district name", "@street.name"),
        ] {
            assert_eq!(level_reference(&levels, header).as_deref(), Some(key), "{header}");
        }
        for header in ["街道办主任", "streets", "street-type", "名称", ""] {
            assert_eq!(level_reference(&levels, header), None, "{header}");
        }
    }

    /// The header that stands for each key where headers may be cut off.
    fn taken_of_cut(headers: &[&str], mapping: &[(&str, &str)]) -> (Vec<(String, String)>, Vec<String>) {
        let mut table = table(headers);
        table.columns.iter_mut().for_each(|column| column.may_be_cut = true);
        let levels: IdVec<LevelId, Level> =
            vec![Level { key: "street".into(), label: Text { en: "street".into(), zh: "街道".into() } }].into();
        let role = |header: &str| {
            let known = structural(header).or_else(|| level_reference(&levels, header));
            known
                .or_else(|| vocabulary().attribute(header).map(|key| format!("={key}")))
                .or_else(|| plain(header).map(|key| format!("={key}")))
        };
        let mapping = mapping.iter().map(|(key, header)| ((*key).to_owned(), (*header).to_owned())).collect();
        let mut problems = Problems::default();
        let columns = Columns::new(&table, &mapping, &role, &mut problems);
        let taken = columns.iter().map(|(key, cells)| (key.to_owned(), cells.header.clone())).collect();
        let said = problems.kept().iter().map(|problem| problem.code.to_owned()).collect();
        (taken, said)
    }

    #[test]
    fn a_header_that_is_cut_off_is_the_one_known_header_that_begins_with_it() {
        for (header, key) in [
            ("largest-cl", "=largest-class"),
            ("LARGEST_CL", "=largest-class"),
            ("area-na", "area-name"),
            ("街道代", "@street.code"),
            ("street-cod", "@street.code"),
            // Whole, and known: what longer ones say does not matter.
            ("name", "name"),
            ("街道", "@street"),
            // Of longer headers these may be area-name or area-code.
            ("area-", "=area-"),
            ("something-", "=something-"),
        ] {
            let (taken, said) = taken_of_cut(&[header], &[]);
            assert_eq!((pairs(&taken), said), (vec![(key, header)], vec![]));
        }
    }

    #[test]
    fn a_mapped_header_is_found_where_it_is_cut_off_unless_two_begin_so() {
        let (taken, said) = taken_of_cut(&["核定学位数", "备注"], &[("=seats", "核定学位数量（个）")]);
        assert_eq!((pairs(&taken), said), (vec![("=seats", "核定学位数"), ("=备注", "备注")], vec![]));
        let two = [("=a", "children_3_5"), ("=b", "children_3_6")];
        assert_eq!(taken_of_cut(&["children_3"], &two).1, ["missing-column", "missing-column"]);
        assert_eq!(taken_of_cut(&["children_", "children_3"], &two[..1]).1, ["missing-column"]);
        // A header that is not cut off is no beginning of another.
        assert_eq!(self::taken(&["核定学位数"], &[("=seats", "核定学位数量（个）")]).1.len(), 1);
    }

    // The level is called `plr` in the study, and the file says plr_id.
    #[test]
    fn a_column_can_be_mapped_to_the_code_of_a_level() {
        let layers =
            areas("district", "d.csv") + &kindergartens("k.csv") + "columns = { \"district.code\" = \"where\" }";
        let files = [("d.csv", "code,name\n01,甲区\n02,乙区\n"), ("k.csv", "name,where\n东园,02\n")];
        let read = read(&layers, &files);
        assert_eq!((read.facilities(), read.said().len()), (vec!["乙区"], 0));
    }
}
