//! What a planner reads first: totals, then for each lead unit what is not kept, worst first, and where.
//!
//! A text, not a print: the command decides where it goes and whether it is coloured.

mod order;
pub(crate) mod page;

use std::collections::HashSet;

use crate::assess::{Assessed, Findings};
use crate::model::{AreaId, Lang, LevelId, World};
use crate::report::Kind;
use crate::report::words::{Words, doubts, noun};
use crate::rules::Verdict;
use crate::rules::finding::{Finding, Of, Subject};
use page::{Page, Style};

/// How the summary looks.
#[derive(Clone, Copy, Debug)]
pub struct Look<'a> {
    /// Its language.
    pub lang: Lang,
    /// Whether it is coloured.
    pub style: bool,
    /// The columns of the terminal.
    pub width: usize,
    /// The folder that the files are in and their kinds, if any were written.
    pub files: Option<(&'a str, &'a [Kind])>,
}

/// Areas named for an obligation; the rest are counted.
const NAMED: usize = 6;

/// The summary of an assessment.
pub fn summary(findings: &Findings, world: &World, look: Look<'_>) -> String {
    let mut page = Page::new(look.width, look.style);
    head(&mut page, findings, world, look.lang);
    let repeated = repeated_names(world);
    for (lead, unmet) in order::unmet_by_lead(findings, world, look.lang) {
        page.gap();
        page.line("", lead, Style::Title);
        for assessed in unmet {
            obligation(&mut page, findings, assessed, world, &repeated, look.lang);
        }
    }
    unknown(&mut page, findings, world, look.lang);
    not_checkable(&mut page, findings, look.lang);
    if let Some((folder, kinds)) = look.files {
        page.gap();
        page.line("", &files(folder, kinds, look.lang), Style::Plain);
    }
    page.text()
}

/// Which files there are, and what each is for.
fn files(folder: &str, kinds: &[Kind], lang: Lang) -> String {
    let said = |kind: &Kind| match kind {
        Kind::Xlsx => lang.pick("findings.xlsx, the workbook", "工作簿 findings.xlsx"),
        Kind::Gpkg => lang.pick("findings.gpkg, which QGIS opens coloured", "QGIS 可直接打开的 findings.gpkg"),
        Kind::Csv => lang.pick(
            "findings.csv, areas.csv and ledger.csv for a spreadsheet",
            "表格 findings.csv、areas.csv、ledger.csv",
        ),
        Kind::Geojson => lang.pick(
            "areas.geojson, underserved.geojson and facilities.geojson for a map",
            "地图 areas.geojson、underserved.geojson、facilities.geojson",
        ),
        Kind::Parquet => lang
            .pick("findings.parquet and areas.parquet for data teams", "数据团队用的 findings.parquet、areas.parquet"),
        Kind::Json => lang.pick("findings.json for programs", "程序接口 findings.json"),
    };
    let order = [Kind::Xlsx, Kind::Gpkg, Kind::Csv, Kind::Geojson, Kind::Parquet, Kind::Json];
    let said: Vec<&str> = order.iter().filter(|kind| kinds.contains(kind)).map(said).collect();
    let said = said.join(lang.pick("; ", "；"));
    lang.pick(format!("Files in {folder}: {said}."), format!("结果文件位于 {folder}：{said}。"))
}

fn head(page: &mut Page, findings: &Findings, world: &World, lang: Lang) {
    let date = world.reference_date;
    let judged = lang.pick(format!("as of {date}"), format!("评估基准日 {date}"));
    page.line("", &format!("{} · {judged}", world.name.get(lang)), Style::Title);
    for doubt in doubts(findings, world, lang) {
        page.line("! ", &doubt, Style::Doubt);
    }
    page.gap();
    let count = |key: &str| findings.findings.iter().filter(|assessed| assessed.finding.verdict.key() == key).count();
    let piece = |key: &str, en: &str, zh: &str, style| {
        let n = count(key);
        (lang.pick(format!("{n} {en}"), format!("{zh} {n}")), if n == 0 { Style::Quiet } else { style })
    };
    let all = findings.findings.len();
    let obligations = noun::english("obligation", all as f64);
    page.pieces(&[
        piece("met", "met", "达标", Style::Good),
        piece("unmet", "unmet", "未达标", Style::Bad),
        piece("unknown", "unknown", "无法判定", Style::Doubt),
        piece("not-checkable", "not checkable", "不可核查", Style::Quiet),
        (lang.pick(format!("of {all} {obligations}"), format!("共 {all} 项")), Style::Quiet),
    ]);
}

fn obligation(
    page: &mut Page,
    findings: &Findings,
    assessed: &Assessed,
    world: &World,
    repeated: &HashSet<(LevelId, &str)>,
    lang: Lang,
) {
    let words = Words::of(findings, assessed, world, lang);
    let (obligation, finding) = (findings.obligation(assessed), &assessed.finding);
    page.line("  ✗ ", &format!("{}  {}", obligation.id.get_ref(), obligation.clause), Style::Bad);
    page.line("    ", obligation.summary.get(lang), Style::Plain);
    let mut facts = Vec::new();
    facts.extend(finding.observed.as_ref().map(|observed| words.found(observed, finding.required.as_ref())));
    if let Some(required) = &finding.required {
        let required = words.required(required);
        facts.push(lang.pick(format!("required {required}"), format!("要求{required}")));
    }
    facts.extend(finding.shortfall.and_then(|value| words.shortfall(finding, value)));
    if let Some(affected) = assessed.affected.as_ref().filter(|affected| affected.persons != 0.0) {
        let affected = words.affected(affected);
        facts.push(lang.pick(format!("affected: {affected}"), format!("涉及{affected}")));
    }
    facts.extend(areas_judged(finding, words));
    if assessed.estimated {
        facts.push(lang.pick("by estimated boundaries", "按估算边界").to_owned());
    }
    if !facts.is_empty() {
        page.line("    ", &facts.join(lang.pick("; ", "；")), Style::Plain);
    }

    let worst = order::worst_first(finding);
    let name = |subject: &&Subject| {
        let name = match subject.of {
            Of::Area(id) => area(words, id, repeated),
            _ => words.subject(&subject.of),
        };
        match words.lack(finding, subject) {
            Some(lack) => lang.pick(format!("{name} ({lack})"), format!("{name}（{lack}）")),
            None => name,
        }
    };
    let named: Vec<String> = worst.iter().take(NAMED).map(name).collect();
    if !named.is_empty() {
        let more = match worst.len() - named.len() {
            0 => String::new(),
            more => lang.pick(format!(" and {more} more"), format!("，另有 {more} 个")),
        };
        page.line("    ", &format!("{}{more}", named.join(lang.pick(", ", "、"))), Style::Quiet);
    }
}

/// In how many areas an obligation is not kept, and in how many that is unknown; `None` where no area is judged.
fn areas_judged(finding: &Finding, words: Words<'_>) -> Option<String> {
    let areas = || finding.subjects.iter().filter(|subject| matches!(subject.of, Of::Area(_)));
    let count = |key: &str| areas().filter(|subject| subject.verdict.key() == key).count();
    let (met, unmet, unknown) = (count("met"), count("unmet"), count("unknown"));
    let all = met + unmet + unknown;
    (0 < unmet + unknown).then(|| match (unknown, words.lang) {
        (0, Lang::En) => format!("unmet in {unmet} of {all} areas"),
        (_, Lang::En) => format!("unmet in {unmet} of {all} areas, unknown in {unknown}"),
        (0, Lang::Zh) => format!("{all} 个区域中 {unmet} 个未达标"),
        (_, Lang::Zh) => format!("{all} 个区域中 {unmet} 个未达标、{unknown} 个无法判定"),
    })
}

fn unknown(page: &mut Page, findings: &Findings, world: &World, lang: Lang) {
    let mut is_first = true;
    for assessed in &findings.findings {
        let Verdict::Unknown { why } = &assessed.finding.verdict else { continue };
        if std::mem::take(&mut is_first) {
            page.gap();
            page.line("", lang.pick("Unknown", "无法判定"), Style::Title);
        }
        let words = Words::of(findings, assessed, world, lang);
        let (obligation, finding) = (findings.obligation(assessed), &assessed.finding);
        let observed = finding.observed.as_ref().map(|observed| &observed.unit);
        let why = words.reason(why, observed.or(finding.subject_unit.as_ref()));
        let parted = lang.pick(": ", "：");
        page.line("  ? ", &format!("{}  {}{parted}{why}", obligation.id.get_ref(), obligation.clause), Style::Plain);
    }
}

fn not_checkable(page: &mut Page, findings: &Findings, lang: Lang) {
    let is_note = |assessed: &&Assessed| matches!(assessed.finding.verdict, Verdict::NotCheckable { .. });
    let n = findings.findings.iter().filter(is_note).count();
    if n != 0 {
        let obligations = noun::english("obligation", n as f64);
        let text = lang.pick(
            format!("Not checkable: {n} {obligations}; the reasons are in findings.csv."),
            format!("不可核查 {n} 项，原因见 findings.csv。"),
        );
        page.gap();
        page.line("", &text, Style::Quiet);
    }
}

/// An area by its name, with that of its parent where the name repeats on its level.
fn area(words: Words<'_>, id: AreaId, repeated: &HashSet<(LevelId, &str)>) -> String {
    let area = &words.world.areas[id];
    match area.parent {
        Some(parent) if repeated.contains(&(area.level, area.name.as_str())) => {
            let (own, parent) = (words.area(id), words.area(parent));
            words.pick(format!("{own} in {parent}"), format!("{parent}{own}"))
        }
        _ => words.area(id),
    }
}

fn repeated_names(world: &World) -> HashSet<(LevelId, &str)> {
    let mut seen = HashSet::new();
    world.areas.iter().map(|(_, area)| (area.level, area.name.as_str())).filter(|&name| !seen.insert(name)).collect()
}

#[cfg(test)]
mod tests;
