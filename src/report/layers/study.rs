//! What the findings rest on, as tables: offenders over a limit, problems with the data, the files.

use std::sync::Arc;

use super::{Assessment, column, made, number, table, whole, word};
use crate::assess::Assessed;
use crate::report::words::{Words, source_layer};
use crate::rules::finding::LedgerEntry;
use crate::write::{Holds, Layer, Value};

/// Every facility over a limit, and those that were and have been struck off.
pub(crate) fn ledger<'a>(of: &Arc<Assessment<'a>>) -> Layer<'a> {
    let entries = of.findings.findings.iter().flat_map(|assessed| {
        let entries = assessed.finding.ledger.iter();
        entries.map(move |entry| (assessed, entry))
    });
    let entries: Arc<[(&'a Assessed, &'a LedgerEntry)]> = entries.collect();
    let mut columns = Vec::new();
    let mut add = |name: &str, holds, value: fn(&Assessment<'a>, &'a Assessed, &'a LedgerEntry) -> Value<'a>| {
        let (of, entries) = (Arc::clone(of), Arc::clone(&entries));
        columns.push(column(name, holds, move |row| value(&of, entries[row].0, entries[row].1)));
    };
    add("obligation", Holds::Text, |of, assessed, _| word(Some(of.findings.obligation(assessed).id.get_ref())));
    add("clause", Holds::Text, |of, assessed, _| word(Some(&of.findings.obligation(assessed).clause)));
    add("lead", Holds::Text, |of, assessed, _| {
        let words = Words::of(of.findings, assessed, of.world, of.lang);
        word(Some(words.lead(of.findings.obligation(assessed))))
    });
    add("code", Holds::Text, |of, _, entry| word(Some(&of.world.facilities[entry.facility].code)));
    add("name", Holds::Text, |of, _, entry| word(Some(&of.world.facilities[entry.facility].name)));
    add("parent", Holds::Text, |of, assessed, entry| {
        let words = Words::of(of.findings, assessed, of.world, of.lang);
        made(of.world.facilities[entry.facility].area.map(|area| words.area(area)).unwrap_or_default())
    });
    add("value", Holds::Number, |_, _, entry| number(entry.value));
    add("over", Holds::Number, |_, _, entry| number(entry.over));
    add("grade", Holds::Text, |_, _, entry| word(entry.grade.as_deref()));
    add("since", Holds::Whole, |_, _, entry| year(entry.since));
    add("status", Holds::Text, |of, assessed, entry| {
        let words = Words::of(of.findings, assessed, of.world, of.lang);
        word(Some(words.status(entry)))
    });
    add("struck_off", Holds::Whole, |_, _, entry| year(entry.struck_off));
    add("estimated", Holds::Flag, |_, assessed, _| Value::Flag(assessed.estimated));
    add("illustrative", Holds::Flag, |of, _, _| Value::Flag(of.findings.illustrative));
    table("ledger", entries.len(), columns)
}

fn year<'a>(year: Option<i16>) -> Value<'a> {
    year.map_or(Value::Missing, |year| Value::Whole(year.into()))
}

/// What was wrong with the input and did not stop the run, as `findings.json` has it.
pub(crate) fn problems<'a>(of: &Assessment<'a>, problems: &'a [serde_json::Value]) -> Layer<'a> {
    let key = of.lang.pick("en", "zh");
    let text = |name: &'static str| move |row: usize| word(problems[row][name].as_str());
    let said = |name: &'static str| move |row: usize| word(problems[row][name][key].as_str());
    let n = |name: &'static str| move |row: usize| problems[row][name].as_i64().map_or(Value::Missing, Value::Whole);
    let columns = vec![
        column("severity", Holds::Text, text("severity")),
        column("problem", Holds::Text, text("code")),
        column("file", Holds::Text, text("file")),
        column("row", Holds::Whole, n("row")),
        column("feature", Holds::Whole, n("feature")),
        column("column", Holds::Text, text("column")),
        column("what", Holds::Text, said("what")),
        column("help", Holds::Text, said("help")),
    ];
    table("problems", problems.len(), columns)
}

/// The files of the study and the packs, with their digests.
pub(crate) fn inputs<'a>(of: &Assessment<'a>) -> Layer<'a> {
    let (lang, sources, packs) = (of.lang, of.world.sources.values(), &of.findings.packs);
    let (n_sources, source) = (sources.len(), move |row: usize| sources.get(row));
    let pack = move |row: usize| packs.get(row.checked_sub(n_sources)?);
    let columns = vec![
        column("file", Holds::Text, move |row| {
            word(source(row).map(|source| source.file.as_str()).or(pack(row).map(|pack| pack.origin.file.as_str())))
        }),
        column("read_as", Holds::Text, move |row| match source(row) {
            Some(source) => word(Some(source_layer(source.layer, lang))),
            None => word(Some(lang.pick("rule pack", "规则包"))),
        }),
        column("rows", Holds::Whole, move |row| source(row).map_or(Value::Missing, |source| whole(source.rows))),
        column("crs", Holds::Text, move |row| {
            word(source(row).map(|source| source.crs.as_str()).filter(|crs| !crs.is_empty()))
        }),
        column("illustrative", Holds::Flag, move |row| {
            source(row).map_or(Value::Missing, |source| Value::Flag(source.illustrative))
        }),
        column("sha256", Holds::Text, move |row| {
            word(source(row).map(|source| source.sha256.as_str()).or(pack(row).map(|pack| pack.origin.sha256.as_str())))
        }),
    ];
    table("inputs", n_sources + packs.len(), columns)
}
