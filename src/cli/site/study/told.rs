//! What is said of an answer beside it: what was left out, and why there is no problem to solve.

use crate::cli::tell;
use crate::model::{Lang, Text};
use crate::read::problem::say;
use crate::report::siting::Problem;
use crate::report::words::noun::english;
use crate::report::words::number::number;
use crate::scenario::siting::{NoTask, Task};

/// What the answer leaves out: sites that the budget allows and nothing needs, and candidates that are the same as others.
pub(super) fn told(task: &Task, people: &Text, (problem, n_idle): (Problem, usize), n_double: usize, lang: Lang) {
    if 0 < n_idle {
        let are = if n_idle == 1 { "is" } else { "are" };
        let (en, zh) = match problem {
            Problem::Mclp => ("they would serve nobody else", "不会再多服务任何人"),
            _ => ("they would shorten nobody's way", "不会再缩短任何人的距离"),
        };
        tell::note(&lang.pick(
            format!("note: {n_idle} of the budget {are} not needed: {en}"),
            format!("说明：预算中有 {n_idle} 个无需使用，{zh}"),
        ));
    }
    if 0 < n_double {
        let (stand, were) = if n_double == 1 { ("stands", "was") } else { ("stand", "were") };
        let candidates = english("candidate", n_double as f64);
        tell::note(&lang.pick(
            format!("note: {n_double} {candidates} {stand} at the place of another one and {were} left out"),
            format!("说明：{n_double} 个候选点与其他候选点位置相同，已略过"),
        ));
    }
    if 0 < task.n_unmeasured {
        let n = task.n_unmeasured;
        let (facilities, do_not, were) = match n {
            1 => ("facility that stands", "does not", "it was"),
            _ => ("facilities that stand", "do not", "they were"),
        };
        tell::note(&lang.pick(
            format!("note: {n} {facilities} {do_not} say how many can be served; {were} taken to serve nobody"),
            format!("说明：{n} 个现有设施没有容量数据，按无容量处理"),
        ));
    }
    if 0.0 < task.without {
        let (n, people) = (number(task.without), people.get(lang));
        tell::note(&lang.pick(
            format!("note: {n} {people} were left out: they have no place, or the table of costs does not name it"),
            format!("说明：{n} {people}没有坐标或未列入出行费用表，未计入"),
        ));
    }
    if 0.0 < task.cut_off {
        let (n, people) = (number(task.cut_off), people.get(lang));
        tell::note(&lang.pick(
            format!("note: {n} {people} were left out: they reach neither what stands today nor any candidate"),
            format!("说明：{n} {people}无法到达任何现有设施或候选点，未计入"),
        ));
    }
    if 0 < task.n_unsure {
        let n = task.n_unsure;
        tell::note(&lang.pick(
            format!(
                "note: of {n} {} it is not known whether they count; they were taken not to",
                english("facility", n as f64)
            ),
            format!("说明：{n} 个设施因属性缺失无法确定是否计入，按不计处理"),
        ));
    }
    if 0 < task.n_lacking_more {
        let n = task.n_lacking_more;
        tell::note(&lang.pick(
            format!(
                "note: {n} {} more than one facility; no single site mends that, and they were left out",
                if n == 1 { "area lacks" } else { "areas lack" }
            ),
            format!("说明：{n} 个区域缺口大于一个，单个设施点无法补足，未计入"),
        ));
    }
}

/// Says that the budget pays for no candidate, if that is why none is chosen.
pub(super) fn nothing_affordable(cheapest: f64, money: f64, lang: Lang) {
    if money < cheapest {
        let (cheapest, money) = (number(cheapest), number(money));
        tell::note(&lang.pick(
            format!("note: {money} pays for no candidate: the cheapest costs {cheapest}"),
            format!("说明：预算 {money} 不足以新建任何候选点，最便宜的需 {cheapest}"),
        ));
    }
}

pub(super) fn why_not(why: NoTask) -> Text {
    match why {
        NoTask::TooManyOffers => say(
            "there are too many pairs of people and candidates: give fewer candidates, or an obligation with a distance",
            "人口点与候选点的组合过多：请减少候选点，或选用有距离要求的条款",
        ),
        NoTask::NoDemand => say(
            "nobody is left to serve: no person of the group has a place, or no area lacks just one facility",
            "没有需要服务的对象：该人群没有坐标，或没有区域恰好缺一个设施",
        ),
    }
}
