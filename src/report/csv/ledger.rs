//! `ledger.csv`: every facility over a limit, and those that were and have been struck off.

use std::io::{self, Write};

use super::{Cell, table};
use crate::assess::{Assessed, Findings};
use crate::model::{Lang, World};
use crate::report::words::Words;
use crate::rules::finding::LedgerEntry;

/// A row for each entry, in the order of the packs, then of each ledger.
pub fn ledger(findings: &Findings, world: &World, lang: Lang, to: &mut dyn Write) -> io::Result<()> {
    let headers = [
        "编号/id",
        "条款/clause",
        "责任单位/lead",
        "设施代码/code",
        "设施名称/name",
        "所在区域/area",
        "现值/value",
        "超出/over",
        "等级/grade",
        "起始年份/since",
        "状态/status",
        "销号年份/struck off",
        "估算边界/estimated",
        "示例数据/illustrative",
    ];
    let entries = findings
        .findings
        .iter()
        .flat_map(|assessed| assessed.finding.ledger.iter().map(move |entry| (assessed, entry)));
    table(headers, entries.map(|(assessed, entry)| row(findings, world, lang, assessed, entry)), to)
}

fn row(findings: &Findings, world: &World, lang: Lang, assessed: &Assessed, entry: &LedgerEntry) -> [Cell; 14] {
    let words = Words::of(findings, assessed, world, lang);
    let obligation = findings.obligation(assessed);
    let facility = &world.facilities[entry.facility];
    [
        Cell::text(obligation.id.get_ref()),
        Cell::text(&obligation.clause),
        Cell::text(words.lead(obligation)),
        Cell::text(&facility.code),
        Cell::text(&facility.name),
        Cell::Text(facility.area.map(|area| words.area(area)).unwrap_or_default()),
        Cell::Number(entry.value),
        Cell::Number(entry.over),
        Cell::text(entry.grade.as_deref().unwrap_or_default()),
        Cell::Year(entry.since),
        Cell::text(words.status(entry)),
        Cell::Year(entry.struck_off),
        Cell::yes(assessed.estimated, lang),
        Cell::yes(findings.illustrative, lang),
    ]
}
