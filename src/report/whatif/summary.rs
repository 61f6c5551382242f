//! What a planner reads first of a batch: how many were judged, the best, and what the best one changes.

use super::{MAPS, WhatIf};
use crate::model::Lang;
use crate::report::layers::to_show;
use crate::report::terminal::page::{Page, Style};
use crate::report::words::noun::english;
use crate::report::words::number::number;
use crate::report::words::{Words, doubts, people};
use crate::scenario::{Access, Ranked, Turn};
use crate::units::{Cost, CostUnit};

/// Scenarios that are listed; the rest are in the files.
const LISTED: usize = 10;

/// The summary of a batch. `folder` holds the files.
pub fn summary(of: &WhatIf<'_>, folder: &str, (style, width): (bool, usize)) -> String {
    let lang = of.lang;
    let mut page = Page::new(width, style);
    let (world, base) = (of.world(), of.stage.base());
    page.line("", world.name.get(lang), Style::Title);
    for doubt in doubts(base, world, lang) {
        page.line("! ", &doubt, Style::Doubt);
    }
    page.gap();
    let (n, candidates) = (of.batch.n_judged, of.stage.scenarios().len());
    let rate = number(((n - of.batch.n_before) as f64 / of.elapsed.max(1e-9)).round());
    page.line(
        "",
        &lang.pick(
            format!("{n} judged of {candidates} candidates in {:.2} s ({rate} a second)", of.elapsed),
            format!("共 {candidates} 个候选方案，已评估 {n} 个组合，用时 {:.2} 秒（每秒 {rate} 个）", of.elapsed),
        ),
        Style::Plain,
    );
    if 0 < of.batch.n_conflicts {
        let n = of.batch.n_conflicts;
        let text = lang.pick(
            format!("{n} combinations were passed over: two of their scenarios edit the same thing"),
            format!("另有 {n} 个组合因同时调整同一对象而略过"),
        );
        page.line("", &text, Style::Quiet);
    }
    for (rank, ranked) in of.batch.best.iter().take(LISTED).enumerate() {
        page.gap();
        page.line(&format!("{:>2}  ", rank + 1), &of.name(ranked), Style::Title);
        page.line("    ", &figures(of, ranked), Style::Plain);
        if rank == 0 || of.batch.best.len() <= 3 {
            obligations(&mut page, of, ranked);
        }
    }
    if LISTED < of.batch.best.len() {
        page.gap();
        let more = of.batch.best.len() - LISTED;
        page.line("", &lang.pick(format!("… and {more} more"), format!("……另有 {more} 个")), Style::Quiet);
    }
    page.gap();
    let maps = of.batch.best.len().min(MAPS);
    let (noun, more) = (english("map", maps as f64), if maps == 1 { "" } else { " and so on" });
    page.line(
        "",
        &lang.pick(
            format!("Files in {folder}: whatif.csv, the table; whatif.json for programs; {maps} {noun}, scenario-01.geojson{more}."),
            format!("结果文件位于 {folder}：表格 whatif.csv；程序接口 whatif.json；地图 scenario-01.geojson 等 {maps} 个。"),
        ),
        Style::Plain,
    );
    page.text()
}

/// What the one scenario of a batch changes. `folder` holds the files.
pub fn changes(of: &WhatIf<'_>, folder: &str, (style, width): (bool, usize)) -> String {
    let lang = of.lang;
    let mut page = Page::new(width, style);
    for doubt in doubts(of.stage.base(), of.world(), lang) {
        page.line("! ", &doubt, Style::Doubt);
    }
    for ranked in of.batch.best.iter().take(1) {
        page.gap();
        page.line("", lang.pick("In the study these sites change:", "建成后研究中的变化："), Style::Title);
        page.line("    ", &figures(of, ranked), Style::Plain);
        obligations(&mut page, of, ranked);
    }
    page.gap();
    let files = lang.pick(
        format!("Files in {folder}: site.json, assignment.csv; whatif.json, whatif.csv and scenario-01.geojson, a map, say what changes."),
        format!("结果文件位于 {folder}：site.json、assignment.csv；变化见 whatif.json、whatif.csv 与地图 scenario-01.geojson。"),
    );
    page.line("", &files, Style::Plain);
    page.text()
}

fn figures(of: &WhatIf<'_>, ranked: &Ranked) -> String {
    let lang = of.lang;
    let difference = &ranked.difference;
    let mut said = Vec::new();
    let turns = [
        (Turn::Fixed, "fixed", "转为达标"),
        (Turn::Broken, "broken", "转为不达标"),
        (Turn::Unsettled, "not known any more", "变为无法判定"),
        (Turn::Improved, "improved", "有所改善"),
        (Turn::Worsened, "worsened", "有所变差"),
    ];
    for (turn, en, zh) in turns {
        match difference.count(turn) {
            0 if turn != Turn::Fixed => {}
            n => said.push(lang.pick(format!("{n} {en}"), format!("{zh} {n} 项"))),
        }
    }
    let (gained, lost) = (difference.gained(), difference.lost());
    let people = people(of.world().people.proxy);
    let (people_en, people_zh) = (&people.en, if people.zh == "人" { "人次" } else { &people.zh });
    let (gained, lost_words) = (number(gained), number(lost));
    said.push(lang.pick(format!("{people_en} gained {gained}"), format!("受益 {gained} {people_zh}")));
    if 0.0 < lost {
        said.push(lang.pick(format!("lost {lost_words}"), format!("受损 {lost_words} {people_zh}")));
    }
    if let Some(cost) = difference.cost {
        said.push(lang.pick(format!("cost {}", number(cost)), format!("费用 {}", number(cost))));
    }
    if let Some(cost) = difference.cost_per_person().filter(|_| of.world().people.proxy.is_none()) {
        // Two digits that count, however small.
        let digits = 10_f64.powi(1 - cost.max(f64::MIN_POSITIVE).log10().floor().clamp(-9.0, 9.0) as i32);
        let cost = if cost < 10.0 { (cost * digits).round() / digits } else { cost.round() };
        said.push(lang.pick(format!("{cost} a person"), format!("每受益人次 {cost}")));
    }
    for change in &difference.access {
        let (Some(before), Some(after)) = (change.before, change.after) else { continue };
        let key = of.service(change.service);
        let unit = of.world().cost_unit();
        let [was, is] = [before.mean, after.mean].map(|mean| Cost::new(mean, unit).map_or(f64::NAN, to_show));
        let (unit_en, unit_zh) = match unit {
            CostUnit::Metres => ("m", "米"),
            CostUnit::Minutes => ("min", "分钟"),
        };
        let is_seen = was != is || gini(&before) != gini(&after);
        if !is_seen {
            continue;
        }
        let gini =
            |access: &crate::scenario::Access| access.gini.map_or_else(|| "-".to_owned(), |gini| format!("{gini:.3}"));
        said.push(lang.pick(
            format!("mean to the nearest {key} {was} → {is} {unit_en}, Gini {} → {}", gini(&before), gini(&after)),
            format!("到最近{key}平均 {was} → {is} {unit_zh}，基尼系数 {} → {}", gini(&before), gini(&after)),
        ));
    }
    said.join(" · ")
}

fn gini(access: &Access) -> String {
    access.gini.map_or_else(|| "-".to_owned(), |gini| format!("{gini:.3}"))
}

fn obligations(page: &mut Page, of: &WhatIf<'_>, ranked: &Ranked) {
    let lang = of.lang;
    for change in &ranked.difference.obligations {
        let (mark, style) = match change.turn {
            Turn::Fixed => ("    ✓ ", Style::Good),
            Turn::Broken => ("    ✗ ", Style::Bad),
            Turn::Unsettled => ("    ? ", Style::Doubt),
            Turn::Improved => ("    + ", Style::Plain),
            Turn::Worsened => ("    - ", Style::Doubt),
            Turn::Same => ("    · ", Style::Quiet),
        };
        let before = of.before(change);
        let words = Words::of(of.stage.base(), before, of.world(), lang);
        let obligation = of.obligation(change.position);
        let mut text = format!("{}  {}", obligation.id.get_ref(), obligation.clause);
        let shortfalls = change.shortfall.0.zip(change.shortfall.1).filter(|(was, is)| was != is);
        if let Some((unit, (was, is))) = before.finding.shortfall_unit.as_ref().zip(shortfalls) {
            let (was, is) = (words.quantity(was, unit), words.quantity(is, unit));
            text += &match (lang, change.turn) {
                (Lang::En, Turn::Unsettled) => format!(": lacked {was}, now at least {is}"),
                (Lang::Zh, Turn::Unsettled) => format!("：缺口由{was}变为至少{is}"),
                (Lang::En, _) => format!(": lacked {was}, now {is}"),
                (Lang::Zh, _) => format!("：缺口由{was}变为{is}"),
            };
        }
        match (change.turn, change.verdicts.1) {
            (Turn::Unsettled, _) => {
                text += lang.pick(
                    ": more of it is unknown; an edit does not say all that it asks for",
                    "：方案未填写该条款所需的全部信息，部分变为无法判定",
                );
            }
            (Turn::Improved, "unknown") => {
                text += lang
                    .pick(": nothing is surely lacking any more, but it is unknown", "：已无确知的缺口，但仍无法判定");
            }
            _ => {}
        }
        if change.gained != 0.0 || change.lost != 0.0 {
            let net = change.gained - change.lost;
            let people = people(of.world().people.proxy);
            let effect = if net < 0.0 { "受损" } else { "惠及" };
            text += &lang.pick(
                format!("; {} {}", people.en, number(net)),
                format!("；{effect} {} {}", number(net.abs()), people.zh),
            );
        }
        page.line(mark, &text, style);
    }
}
