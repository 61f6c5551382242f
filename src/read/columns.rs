//! Which column of a table holds what: by the study's mapping, else by its header in Chinese or English.

use std::collections::BTreeMap;

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
            let Some(key) = role(&column.header).filter(|key| !mapping.contains_key(key)) else { continue };
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

/// A header that names an area of a level: `街道`, `street`, `街道代码`, `street-code`, `街道名称`, `street-name`. The
/// key is `@street`, `@street.code` or `@street.name`.
pub(super) fn level_reference(levels: &IdVec<LevelId, Level>, header: &str) -> Option<String> {
    for piece in pieces(header) {
        let piece = normalise(piece);
        for level in levels.values() {
            let words = [&level.key, &level.label.en, &level.label.zh].map(|word| normalise(word));
            for word in words.iter().filter(|word| !word.is_empty()) {
                let Some(rest) = piece.strip_prefix(word.as_str()) else { continue };
                match rest {
                    "" => return Some(format!("@{}", level.key)),
                    "代码" | "编码" | "区划代码" | "-code" | "-id" => {
                        return Some(format!("@{}.code", level.key));
                    }
                    "名称" | "名" | "-name" => return Some(format!("@{}.name", level.key)),
                    _ => {}
                }
            }
        }
    }
    None
}
