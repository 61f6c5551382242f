//! `findings.csv`: a row for each obligation.

use std::io::{self, Write};

use super::{Cell, shown, table};
use crate::assess::{Assessed, Findings};
use crate::model::{Lang, World};
use crate::report::words::{Words, remarks, value_unit};
use crate::rules::finding::{Quantity, Threshold, Unit};

/// A row for each obligation, in the order of the packs.
pub fn findings(findings: &Findings, world: &World, lang: Lang, to: &mut dyn Write) -> io::Result<()> {
    let headers = [
        "编号/id",
        "文件/document",
        "条款/clause",
        "责任单位/lead",
        "要求（中文）/summary zh",
        "要求（英文）/summary en",
        "核查方式/kind",
        "结论/verdict",
        "结论代码/verdict key",
        "实际值/observed",
        "界限方向/bound",
        "要求值/required",
        "单位/unit",
        "余量/margin",
        "余量单位/margin unit",
        "缺口/shortfall",
        "缺口单位/shortfall unit",
        "未达标数/unmet",
        "无法判定数/unknown",
        "核查对象数/subjects",
        "涉及人数/affected",
        "涉及人群/affected group",
        "人数不详区域数/areas not counted",
        "原因/why",
        "备注/remarks",
        "估算边界/estimated",
        "示例数据/illustrative",
    ];
    table(headers, findings.findings.iter().map(|assessed| row(findings, assessed, world, lang)), to)
}

fn row(findings: &Findings, assessed: &Assessed, world: &World, lang: Lang) -> [Cell; 27] {
    let words = Words::of(findings, assessed, world, lang);
    let obligation = findings.obligation(assessed);
    let finding = &assessed.finding;
    let unit = value_unit(finding);
    let required = finding.required.as_ref();
    let quantity = |quantity: &Option<Quantity>| match quantity {
        Some(Quantity { value, unit }) => shown(Some(*value), Some(unit)),
        None => Cell::Number(None),
    };
    let bound = required.map_or("", |required| match required.threshold {
        Threshold::AtLeast(_) => words.pick("at least, inclusive", "不低于（含）"),
        Threshold::AtMost(_) => words.pick("at most, inclusive", "不超过（含）"),
    });
    let unit_text = |unit: Option<&Unit>| Cell::Text(unit.map(|unit| words.unit(unit)).unwrap_or_default());
    let affected = assessed.affected.as_ref();
    [
        Cell::text(obligation.id.get_ref()),
        Cell::text(findings.pack(assessed).document.title.get(lang)),
        Cell::text(&obligation.clause),
        Cell::text(words.lead(obligation)),
        Cell::text(&obligation.summary.zh),
        Cell::text(&obligation.summary.en),
        Cell::text(obligation.check.key()),
        Cell::text(words.verdict(&finding.verdict)),
        Cell::text(finding.verdict.key()),
        quantity(&finding.observed),
        Cell::text(bound),
        shown(required.map(|required| required.threshold.limit()), required.map(|required| &required.unit)),
        unit_text(unit),
        quantity(&finding.margin),
        unit_text(finding.margin.as_ref().map(|margin| &margin.unit)),
        shown(finding.shortfall, finding.shortfall_unit.as_ref()),
        unit_text(finding.shortfall_unit.as_ref().filter(|_| finding.shortfall.is_some())),
        Cell::Count(finding.count("unmet")),
        Cell::Count(finding.count("unknown")),
        Cell::Count(finding.parts().count()),
        Cell::Number(affected.map(|affected| affected.persons)),
        Cell::text(affected.map_or("", |affected| words.group(&affected.group))),
        Cell::Number(affected.map(|affected| affected.uncounted as f64)),
        Cell::Text(finding.verdict.why().map(|why| words.reason(why, unit)).unwrap_or_default()),
        Cell::Text(remarks(finding, words).join(words.pick("; ", "；"))),
        Cell::yes(assessed.estimated, lang),
        Cell::yes(findings.illustrative, lang),
    ]
}
