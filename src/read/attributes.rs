//! Attributes of areas and facilities: columns of several files put together and typed.

use std::collections::{BTreeMap, HashMap};

use rayon::prelude::*;

use super::columns::{Columns, pieces};
use super::problem::{At, Problems, say};
use super::study::Values;
use super::table::Cells;
use super::values::{self, Typed};
use super::vocabulary::normalise;
use crate::model::{Column, IdVec, Source, SourceId};

/// Attributes on their way in: in [`Columns`] their keys begin with `=`.
#[derive(Default)]
pub(super) struct Builder {
    parts: BTreeMap<String, Vec<Part>>,
}

/// The cells of one file for one attribute, as codes of words (0: empty).
struct Part {
    start: usize,
    codes: Vec<u32>,
    words: Vec<String>,
}

/// The key of an attribute whose header nobody knows: its ASCII part if it has one, else the whole.
pub(super) fn plain(header: &str) -> Option<String> {
    let key = pieces(header).skip(1).find(|piece| piece.is_ascii()).unwrap_or(header);
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
        let attributes: Vec<(&str, &Cells)> =
            columns.iter().filter_map(|(key, cells)| Some((key.strip_prefix('=')?, cells))).collect();
        let part = |&(attribute, cells): &(&str, &Cells)| {
            let translate: HashMap<&str, &str> = values
                .get(attribute)
                .into_iter()
                .flatten()
                .flat_map(|(word, of_file)| of_file.iter().map(move |cell| (cell.as_str(), word.as_str())))
                .collect();
            let words = cells.iter().map(|cell| translate.get(cell).copied().unwrap_or(cell));
            Column::from_words(words)
        };
        let columns: Vec<Column> = attributes.par_iter().map(part).collect();
        for ((attribute, _), column) in attributes.into_iter().zip(columns) {
            if let Column::Text { codes, words } = column {
                self.parts.entry(attribute.to_owned()).or_default().push(Part { start, codes, words });
            }
        }
    }

    /// All attributes over `n` entries; cells that do not fit their type are said and taken as empty.
    pub(super) fn finish(
        self,
        n: usize,
        origin: &[(SourceId, u32)],
        sources: &IdVec<SourceId, Source>,
        problems: &mut Problems,
    ) -> BTreeMap<String, Column> {
        let all: Vec<(String, Vec<Part>)> = self.parts.into_iter().collect();
        let finish = |(attribute, parts): (String, Vec<Part>)| {
            let (codes, words) = join(parts, n);
            let typed = values::typed(&attribute, &codes, words);
            // Which cells are bad is asked for only where some are.
            let codes = if typed.bad.is_empty() { Vec::new() } else { codes };
            (attribute, codes, typed)
        };
        let typed: Vec<(String, Vec<u32>, Typed)> = all.into_par_iter().map(finish).collect();
        let mut finished = BTreeMap::new();
        for (attribute, codes, typed) in typed {
            let bad: HashMap<u32, String> = typed.bad.into_iter().collect();
            for (entry, code) in codes.iter().enumerate() {
                let Some(word) = bad.get(code) else { continue };
                let (source, row) = origin[entry];
                let kind = typed.column.type_name();
                problems.warning(
                    "bad-value",
                    &sources[source].file,
                    At::Row(row),
                    say(
                        format!("`{attribute}` is `{word}`, which is not a {kind}; it is taken as missing"),
                        format!("“{attribute}”的值“{word}”格式不符（应为 {kind}），按缺失处理"),
                    ),
                    say("correct the cell, or leave it empty", "请更正该单元格，或留空"),
                );
            }
            finished.insert(attribute, typed.column);
        }
        finished
    }
}

/// One list of codes over one list of words.
fn join(parts: Vec<Part>, n: usize) -> (Vec<u32>, Vec<String>) {
    let mut codes = vec![0; n];
    let mut words = Vec::new();
    let mut known: HashMap<String, u32> = HashMap::new();
    for part in parts {
        let mut map = vec![0];
        for word in part.words {
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
