//! What a planner reads first of a plan: what it costs, what it keeps, what each part of it is for, and what cannot be done.

use super::Planned;
use crate::report::terminal::page::{Page, Style};
use crate::report::words::number::number;
use crate::report::words::{doubts, people};
use crate::rules::Verdict;
use crate::rules::finding::Of;
use crate::scenario::Turn;
use crate::scenario::plan::{Impossible, NoPlan, Plan, Purpose, Rung, Why};

/// Edits and impossible obligations that are listed; the rest are in the files.
const LISTED: usize = 15;
/// Areas named of each.
const NAMED: usize = 4;

pub(super) fn summary(of: &Planned<'_>, folder: &str, (style, width): (bool, usize)) -> String {
    let lang = of.lang;
    let mut page = Page::new(width, style);
    page.line("", of.world.name.get(lang), Style::Title);
    for doubt in doubts(of.stage.base(), of.world, lang) {
        page.line("! ", &doubt, Style::Doubt);
    }
    page.gap();
    match of.outcome {
        Ok(plan) => kept(&mut page, of, plan),
        Err(NoPlan::NothingToDo) if of.impossible.is_empty() => {
            page.line("", lang.pick("all that is wanted is kept already", "所选条款均已达标，无需措施"), Style::Good);
        }
        Err(NoPlan::NothingToDo) => {
            let text = match of.is_known() {
                true => lang
                    .pick("no choice of the candidates keeps what is wanted", "任何候选措施组合都无法使所选条款达标"),
                false => lang.pick(
                    "no choice of the candidates was found that keeps what is wanted",
                    "未找到能使所选条款达标的候选措施组合",
                ),
            };
            page.line("", text, Style::Bad);
        }
        Err(NoPlan::AllGivenUp { .. }) => {
            let text = match of.is_known() {
                true => lang.pick(
                    "no choice of the candidates keeps any of what is wanted while all that is kept today stays kept",
                    "任何候选措施组合都无法在保持现已达标条款的同时使所选条款达标",
                ),
                false => lang.pick(
                    "no choice of the candidates was found that keeps any of what is wanted while all that is kept today stays kept",
                    "未找到能在保持现已达标条款的同时使所选条款达标的候选措施组合",
                ),
            };
            page.line("", text, Style::Bad);
            conflicts(&mut page, of);
        }
        Err(NoPlan::Stopped) => {
            let text = lang.pick(
                "work or time was used up before there was a plan: give a longer --time-limit, or fewer --obligations",
                "计算量或时间用尽，尚未得到方案：请加大 --time-limit，或减少 --obligations",
            );
            page.line("", text, Style::Doubt);
        }
    }
    impossible(&mut page, of);
    page.gap();
    let is_idle = of.plan().is_none_or(|plan| plan.chosen.is_empty());
    let files = match is_idle {
        true => lang.pick(
            "no edit is chosen and there is nothing to carry out, so plan.csv and ladder.csv have no row",
            "未选定任何措施，没有可实施的内容，plan.csv 与 ladder.csv 均无数据行",
        ),
        false => lang.pick(
            "plan.csv, the edits, which `evenreach whatif` reads (in WGS 84: --crs EPSG:4326); ladder.csv, the best use of \
             every budget",
            "措施表 plan.csv，可供 evenreach whatif 读取（WGS 84 坐标：--crs EPSG:4326）；各级预算的最优用法 ladder.csv",
        ),
    };
    let text = lang.pick(
        format!("Files in {folder}: plan.json for programs; {files}."),
        format!("结果文件位于 {folder}：程序接口 plan.json；{files}。"),
    );
    page.line("", &text, Style::Plain);
    page.text()
}

fn cost(of: &Planned<'_>, cost: f64) -> String {
    let n = number(cost);
    if of.has_costs {
        of.lang.pick(format!("cost {n}"), format!("费用 {n}"))
    } else {
        let edits = if cost == 1.0 { "edit" } else { "edits" };
        of.lang.pick(format!("{n} {edits}"), format!("{n} 项措施"))
    }
}

fn kept(page: &mut Page, of: &Planned<'_>, plan: &Plan) {
    let lang = of.lang;
    let n_held = of.gained().len();
    let n_open = n_held + plan.given_up.len() + of.impossible.len();
    let (cost_words, n) = (cost(of, plan.objective), of.stage.scenarios().len());
    let proof = if plan.proven {
        lang.pick("proven: nothing cheaper keeps them".to_owned(), "已证明没有更省的方案".to_owned())
    } else {
        let bound = cost(of, plan.bound);
        lang.pick(format!("not proven: the least possible is {bound} or more"), format!("未证明最优：下限为 {bound}"))
    };
    let promises = match (n_held, n_open) {
        (_, 1) => "the one promise that is not kept today, or not known to be, holds".to_owned(),
        (1, _) => format!("1 of {n_open} promises that are not kept today, or not known to be, holds"),
        _ => format!("{n_held} of {n_open} promises that are not kept today, or not known to be, hold"),
    };
    let candidates = if n == 1 { "candidate" } else { "candidates" };
    let text = lang.pick(
        format!("{promises} with {cost_words} ({proof}); {n} {candidates}, {:.2} s", of.elapsed),
        format!("现未达标或无法判定的 {n_open} 项条款中，{n_held} 项可达标：{cost_words}（{proof}）；候选 {n} 项，用时 {:.2} 秒", of.elapsed),
    );
    page.line("", &text, Style::Title);
    for purpose in plan.purposes.iter().take(LISTED) {
        page.line("  + ", &serves(of, purpose), Style::Good);
    }
    if LISTED < plan.purposes.len() {
        let more = plan.purposes.len() - LISTED;
        page.line(
            "  ",
            &lang.pick(format!("… and {more} more, in plan.csv"), format!("……另有 {more} 项，见 plan.csv")),
            Style::Quiet,
        );
    }
    let n_unexplained = plan.purposes.iter().filter(|purpose| purpose.serves.is_none()).count();
    if 0 < n_unexplained {
        let text = lang.pick(
            format!("time was up before it was found what each edit is for: not explained: {n_unexplained}; a longer --time-limit helps"),
            format!("时间用尽，有 {n_unexplained} 项措施未及说明用途：可加大 --time-limit"),
        );
        page.line("? ", &text, Style::Doubt);
    }
    let unsettled = plan.ladder.last().into_iter().flat_map(|rung| rung.difference.positions(Turn::Unsettled));
    let unsettled: Vec<&str> = unsettled.map(|position| of.id(position)).collect();
    if !unsettled.is_empty() {
        let ids = unsettled.join(lang.pick(", ", "、"));
        let text = lang.pick(
            format!("more of these is unknown with the plan, which does not say all that they ask for: {ids}"),
            format!("方案未填写以下条款所需的全部信息，部分变为无法判定：{ids}"),
        );
        page.line("? ", &text, Style::Doubt);
    }
    conflicts(page, of);
    if 2 < plan.ladder.len() {
        page.gap();
        let text = lang.pick("The best use of smaller budgets:", "较小预算的最优用法：");
        page.line("", text, Style::Title);
        let mut most = 0;
        let people = people(of.world.people.proxy);
        // What buys a promise more than less money did; the rest is in the file.
        let is_record = |rung: &&Rung| {
            let is_record = most < rung.held.len();
            most = most.max(rung.held.len());
            is_record
        };
        let records: Vec<&Rung> = plan.ladder.iter().filter(is_record).collect();
        for rung in &records {
            let (cost, n, gained) = (cost(of, rung.cost), rung.held.len(), number(rung.difference.gained()));
            let [left, least] = [rung.lacking, rung.bound].map(|share| number((1e3 * share).round() / 10.0));
            let doubt = match rung.proven {
                true => String::new(),
                false => lang.pick(format!(" (no less possible than {least} %)"), format!("（理论下限 {least}%）")),
            };
            let text = lang.pick(
                format!("{cost}: {n} kept, {left} % of what is lacking is left{doubt}, {} gained {gained}", people.en),
                format!("{cost}：达标 {n} 项，剩余缺口 {left}%{doubt}，受益 {gained} {}", people.zh),
            );
            page.line("  ", &text, Style::Plain);
        }
        let more = plan.ladder.len() - records.len();
        if 0 < more {
            let text = lang.pick(
                match more {
                    1 => "… and one more budget, in ladder.csv, that keeps no promise more".to_owned(),
                    _ => format!("… and {more} more budgets, in ladder.csv, that keep no promise more"),
                },
                format!("……另有 {more} 级预算未使更多条款达标，见 ladder.csv"),
            );
            page.line("  ", &text, Style::Quiet);
        }
    }
}

/// What does not go together, and what is given up for it.
fn conflicts(page: &mut Page, of: &Planned<'_>) {
    let lang = of.lang;
    if of.clashes().is_empty() {
        return;
    }
    page.gap();
    let comma = lang.pick(", ", "、");
    let named = |position: usize| {
        let id = of.id(position);
        match of.stage.base().findings[position].finding.verdict {
            Verdict::Met => lang.pick(format!("{id} (kept today)"), format!("{id}（现已达标）")),
            _ => id.to_owned(),
        }
    };
    for (at, clash) in of.clashes().iter().enumerate() {
        let one = clash.of.filter(|_| 0 < at);
        let others = clash.positions.iter().copied().filter(|position| Some(*position) != one);
        let ids = others.map(named).collect::<Vec<_>>().join(comma);
        let text = match (one.map(|one| of.id(one)), clash.smallest) {
            (None, true) => lang.pick(
                format!("these cannot hold together, and no fewer conflict: {ids}"),
                format!("以下条款无法同时达标（最小冲突组）：{ids}"),
            ),
            (None, false) => lang.pick(
                format!("these cannot hold together; without any one of them the others can: {ids}"),
                format!("以下条款无法同时达标，去掉任何一项后其余可达标：{ids}"),
            ),
            (Some(one), true) => lang.pick(
                format!("nor can {one} hold with these that are kept, and no fewer stand in its way: {ids}"),
                format!("{one} 无法与所保持的以下条款同时达标（最小冲突组）：{ids}"),
            ),
            (Some(one), false) => lang.pick(
                format!("nor can {one} hold with these that are kept; without any one of them it can: {ids}"),
                format!("{one} 无法与所保持的以下条款同时达标，去掉任何一项后可达标：{ids}"),
            ),
        };
        page.line("! ", &text, Style::Bad);
    }
    let given_up = of.given_up().unwrap_or_default();
    let ids = |positions: &[usize]| positions.iter().map(|&position| of.id(position)).collect::<Vec<_>>().join(comma);
    let all = ids(given_up);
    let text = match of.outcome {
        Ok(_) => lang.pick(format!("given up in this plan: {all}"), format!("本方案放弃：{all}")),
        Err(_) => lang.pick(format!("given up: {all}"), format!("放弃：{all}")),
    };
    page.line("! ", &text, Style::Doubt);
    let is_explained = |position: &usize| of.clashes().iter().any(|clash| clash.of == Some(*position));
    let unexplained: Vec<usize> = given_up.iter().copied().filter(|position| !is_explained(position)).collect();
    if !unexplained.is_empty() {
        let ids = ids(&unexplained);
        let text = lang.pick(
            format!("work or time was used up before it was found with what these conflict (a longer --time-limit helps): {ids}"),
            format!("计算量或时间用尽，尚未查明以下条款与哪些条款冲突（可加大 --time-limit）：{ids}"),
        );
        page.line("? ", &text, Style::Doubt);
    }
}

fn serves(of: &Planned<'_>, purpose: &Purpose) -> String {
    let lang = of.lang;
    let cost = if of.has_costs { format!(" [{}]", number(of.costs[purpose.scenario])) } else { String::new() };
    let edit = format!("{}{cost}", of.name(purpose.scenario));
    let Some(serves) = &purpose.serves else { return edit };
    let what = serves.iter().map(|served| {
        let obligation = of.obligation(served.position);
        let mut text = format!("{} {}", obligation.id.get_ref(), obligation.clause);
        let names: Vec<&str> =
            served.areas.iter().take(NAMED).map(|&area| of.world.areas[area].name.as_str()).collect();
        let mut said = Vec::new();
        if !names.is_empty() {
            let more = served.areas.len().saturating_sub(NAMED);
            let more = if 0 < more {
                lang.pick(format!(" and {more} more"), format!("等 {} 处", served.areas.len()))
            } else {
                String::new()
            };
            said.push(names.join(lang.pick(", ", "、")) + &more);
        }
        if 0.0 < served.persons {
            let people = people(of.world.people.proxy);
            said.push(format!("{} {}", number(served.persons), people.get(lang)));
        }
        if !said.is_empty() {
            let said = said.join(lang.pick(": ", "："));
            text += &lang.pick(format!(" ({said})"), format!("（{said}）"));
        }
        text
    });
    let what: Vec<String> = what.collect();
    let what = if what.is_empty() {
        lang.pick("with others", "与其他措施共同起作用").to_owned()
    } else {
        what.join(lang.pick("; ", "；"))
    };
    format!("{edit} → {what}")
}

fn impossible(page: &mut Page, of: &Planned<'_>) {
    let lang = of.lang;
    if of.impossible.is_empty() {
        return;
    }
    page.gap();
    page.line("", lang.pick("Not in reach of these candidates:", "候选措施无法使以下条款达标："), Style::Title);
    let (untouched, others): (Vec<&Impossible>, Vec<&Impossible>) =
        of.impossible.iter().partition(|one| one.why == Why::Untouched);
    for one in others.iter().take(LISTED) {
        let obligation = of.obligation(one.position);
        let named = |of_what: &[Of]| {
            let names: Vec<String> = of_what.iter().filter_map(|of_what| of.subject(of_what)).take(NAMED).collect();
            let more = if NAMED < of_what.len() { lang.pick(", …", "……") } else { "" };
            names.join(lang.pick(", ", "、")) + more
        };
        let mut where_it_is = String::new();
        let why = match &one.why {
            Why::NotEnough(lacking) => {
                where_it_is = named(lacking);
                lang.pick("all candidates together are not enough", "全部候选措施合计仍不足")
            }
            Why::NotSaid(unsaid) => {
                where_it_is = named(unsaid);
                lang.pick(
                    "the study does not say enough to judge it, and no candidate changes that (see `check`)",
                    "研究数据不足以判定，且候选措施无法改变（详见 check）",
                )
            }
            Why::NotKnown => lang.pick(
                "not known: too many choices would have to be tried, or time was up",
                "尚不知能否达标：需尝试的组合过多或时间用尽",
            ),
            Why::Tried | Why::Untouched => lang.pick("no choice of candidates keeps it", "任何候选组合都无法使其达标"),
        };
        let colon = if where_it_is.is_empty() { "" } else { lang.pick(": ", "：") };
        let why = format!("{why}{colon}{where_it_is}");
        let text = format!("{} {}: {why}", obligation.id.get_ref(), obligation.clause);
        page.line("  ✗ ", &text, Style::Bad);
    }
    if !untouched.is_empty() {
        let ids: Vec<&str> = untouched.iter().map(|one| of.id(one.position)).collect();
        let ids = ids.join(lang.pick(", ", "、"));
        let text = lang.pick(
            format!("no candidate touches what these look at: {ids}"),
            format!("没有候选措施涉及以下条款：{ids}"),
        );
        page.line("  · ", &text, Style::Quiet);
    }
}
