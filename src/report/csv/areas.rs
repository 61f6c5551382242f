//! `areas.csv`: a row for each area and each obligation that concerns it.

use std::io::{self, Write};

use super::{Cell, shown, table};
use crate::assess::{Assessed, Findings};
use crate::model::{AreaId, Lang, World};
use crate::report::layers::{Assessment, to_show};
use crate::report::words::Words;
use crate::rules::finding::{Subject, Unit};
use crate::units::CostUnit;

/// A row for each area and obligation, in the order of the areas, then of the packs.
pub(crate) fn areas(of: &Assessment<'_>, to: &mut dyn Write) -> io::Result<()> {
    let (findings, world, lang) = (of.findings, of.world, of.lang);
    let headers = [
        "级别/level",
        "代码/code",
        "名称/name",
        "上级代码/parent code",
        "上级名称/parent",
        "编号/id",
        "条款/clause",
        "结论/verdict",
        "结论代码/verdict key",
        "实际值/observed",
        "单位/unit",
        "缺口/shortfall",
        "缺口单位/shortfall unit",
        "最近设施/nearest",
        nearest_header(world.cost_unit()),
        "人数/persons",
        "说明/reason",
        "估算边界/estimated",
        "示例数据/illustrative",
    ];
    let rows = world
        .areas
        .iter()
        .flat_map(|(area, _)| of.by_area.about(area).map(move |(assessed, subject)| (area, assessed, subject)));
    table(headers, rows.map(|(area, assessed, subject)| row(findings, world, lang, area, (assessed, subject))), to)
}

fn nearest_header(unit: CostUnit) -> &'static str {
    match unit {
        CostUnit::Metres => "最近距离（米）/distance (m)",
        CostUnit::Minutes => "最近耗时（分钟）/time (min)",
    }
}

fn row(
    findings: &Findings,
    world: &World,
    lang: Lang,
    id: AreaId,
    (assessed, subject): (&Assessed, &Subject),
) -> [Cell; 19] {
    let words = Words::of(findings, assessed, world, lang);
    let (obligation, finding) = (findings.obligation(assessed), &assessed.finding);
    let area = &world.areas[id];
    let parent = area.parent.map(|parent| &world.areas[parent]);
    let unit = finding.subject_unit.as_ref();
    let shortfall_unit = finding.shortfall_unit.as_ref().filter(|_| subject.shortfall.is_some());
    let nearest = subject.evidence.nearest;
    let unit_text = |unit: Option<&Unit>| Cell::Text(unit.map(|unit| words.unit(unit)).unwrap_or_default());
    [
        Cell::text(words.level(&world.areas.levels()[area.level].key)),
        Cell::text(&area.code),
        Cell::text(&area.name),
        Cell::text(parent.map_or("", |parent| &parent.code)),
        Cell::text(parent.map_or("", |parent| &parent.name)),
        Cell::text(obligation.id.get_ref()),
        Cell::text(&obligation.clause),
        Cell::text(words.verdict(&subject.verdict)),
        Cell::text(subject.verdict.key()),
        shown(subject.observed, unit),
        unit_text(unit.filter(|_| subject.observed.is_some())),
        shown(subject.shortfall, shortfall_unit),
        unit_text(shortfall_unit),
        Cell::Text(nearest.map(|(facility, _)| words.facility(facility)).unwrap_or_default()),
        Cell::Number(nearest.map(|(_, cost)| to_show(cost))),
        Cell::Number(subject.evidence.persons),
        Cell::Text(words.because(finding, subject)),
        Cell::yes(assessed.estimated, lang),
        Cell::yes(findings.illustrative, lang),
    ]
}
