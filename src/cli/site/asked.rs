//! What the arguments of `site --table` ask for, checked: all that does not fit is told at once.

use std::time::Duration;

use super::{Arguments, Objective};
use crate::model::Text;
use crate::read::problem::{At, Problems, say};
use crate::read::siting::Candidates;
use crate::report::siting::Problem;
use crate::siting::capacitated::set_cover::Least;

/// What the arguments ask for, checked.
pub(super) struct Asked {
    pub(super) problem: Problem,
    pub(super) p: Option<usize>,
    pub(super) limit: Option<f64>,
    pub(super) share: Option<f64>,
    /// To inequality, where the equivalent of cost is asked for.
    pub(super) aversion: Option<f64>,
    pub(super) budget: Option<f64>,
    pub(super) times: Option<u32>,
    pub(super) has_costs: bool,
    pub(super) is_whole: bool,
    pub(super) time: Duration,
}

impl Asked {
    pub(super) fn check(arguments: &Arguments, problem: Problem, problems: &mut Problems) -> Option<Self> {
        let mut wrong = |argument: &str, what: Text, help: Text| {
            problems.error("argument", argument, At::File, what, help);
        };
        let key = problem.key();
        let (needs_p, needs_limit) = match problem {
            Problem::PMedian | Problem::PCenter => (true, false),
            Problem::Lscp | Problem::LscpB => (false, true),
            Problem::Mclp => (true, true),
        };
        if needs_p && arguments.p.is_none() && arguments.cost.is_none() {
            let what = say(format!("{key} needs the number of sites"), format!("{key} 需要设施点数量"));
            let help = say(
                "give --p, such as --p 5, or a budget by --costs and --cost",
                "请给出 --p，如 --p 5，或用 --costs 与 --cost 给出预算",
            );
            wrong("--p", what, help);
        } else if !needs_p && arguments.p.is_some() {
            let what = say(format!("{key} finds the number of sites itself"), format!("{key} 自行求出设施点数量"));
            wrong("--p", what, say("leave out --p, or ask for mclp", "请去掉 --p，或改用 mclp"));
        }
        match arguments.limit {
            None if needs_limit => wrong(
                "--limit",
                say(
                    format!("{key} needs the dearest cost at which a site serves"),
                    format!("{key} 需要服务的最大成本"),
                ),
                say(
                    "give --limit, in the unit of the table, such as --limit 30",
                    "请给出 --limit，单位与费用表一致，如 --limit 30",
                ),
            ),
            Some(limit) if !limit.is_finite() || limit < 0.0 => wrong(
                "--limit",
                say(format!("{limit} is no cost"), format!("{limit} 不是有效的成本")),
                say("give a number, 0 or more", "请填写不小于 0 的数字"),
            ),
            _ => {}
        }
        let share = arguments.share.as_deref().map(|text| (text, percent(text)));
        match share {
            Some((text, None)) => wrong(
                "--share",
                say(format!("`{text}` is no share"), format!("“{text}”不是有效的比例")),
                say("write it in per cent, from 0% to 100%, such as 90%", "请以百分数填写，0% 至 100%，如 90%"),
            ),
            Some(_) if problem != Problem::Lscp => wrong(
                "--share",
                say(format!("{key} serves no share"), format!("{key} 不支持 --share")),
                say("leave out --share, or ask for lscp", "请去掉 --share，或改用 lscp"),
            ),
            _ => {}
        }
        let is_equitable = arguments.objective == Some(Objective::Ede);
        if matches!(
            arguments.objective,
            Some(Objective::Worst | Objective::Cover | Objective::Fewest | Objective::Cheapest)
        ) {
            wrong(
                "--objective",
                say("a table is asked for a problem", "费用表请用 --problem 指定目标"),
                say("ask for p-center, mclp or lscp instead", "请改用 p-center、mclp 或 lscp"),
            );
        }
        let of_median = arguments.objective.filter(|_| problem != Problem::PMedian);
        if let Some(word) = of_median.and_then(|objective| match objective {
            Objective::Ede => Some("ede"),
            Objective::Mean => Some("mean"),
            _ => None,
        }) {
            wrong(
                "--objective",
                say(
                    format!("{word} is an objective of p-median, not of {key}"),
                    format!("{word} 是 p-median 的目标，不适用于 {key}"),
                ),
                say("leave out --objective, or ask for p-median", "请去掉 --objective，或改用 p-median"),
            );
        }
        if arguments.aversion.is_some() && !is_equitable {
            wrong(
                "--aversion",
                say("only the equivalent of Kolm and Pollak minds inequality", "只有 ede 目标使用厌恶系数"),
                say("leave it out, or add --objective ede", "请去掉 --aversion，或加上 --objective ede"),
            );
        }
        let aversion = arguments.aversion();
        if !aversion.is_finite() || aversion <= 0.0 {
            wrong(
                "--aversion",
                say(format!("{aversion} is no aversion"), format!("{aversion} 不是有效的厌恶系数")),
                say("give a number more than 0, such as 1", "请填写大于 0 的数，如 1"),
            );
        }
        for (argument, what, help) in clashes(arguments, problem) {
            wrong(argument, what, help);
        }
        let time = Duration::try_from_secs_f64(arguments.time_limit).ok().filter(|time| !time.is_zero());
        if time.is_none() {
            let what =
                say(format!("{} is no time", arguments.time_limit), format!("{} 不是有效的时限", arguments.time_limit));
            wrong("--time-limit", what, say("give seconds, more than 0", "请填写大于 0 的秒数"));
        }
        Some(Self {
            problem,
            p: arguments.p.and_then(|p| usize::try_from(p).ok()),
            limit: arguments.limit,
            share: share.and_then(|(_, share)| share),
            aversion: is_equitable.then_some(aversion),
            budget: arguments.cost,
            times: arguments.times.and_then(|times| u32::try_from(times).ok()),
            has_costs: arguments.costs.is_some(),
            is_whole: arguments.whole,
            time: time?,
        })
    }

    /// What lscp is to have the least of.
    pub(super) fn least(&self) -> Least {
        if self.has_costs && matches!(self.problem, Problem::Lscp | Problem::LscpB) {
            Least::Cost
        } else {
            Least::Number
        }
    }
}

/// What is asked together and cannot be: the argument, what is wrong, and what would be right.
fn clashes(arguments: &Arguments, problem: Problem) -> Vec<(&'static str, Text, Text)> {
    let key = problem.key();
    let mut all = Vec::new();
    if arguments.capacity.is_some() && arguments.objective == Some(Objective::Ede) {
        all.push((
            "--objective",
            say("ede takes no capacities", "ede 不支持容量"),
            say("leave out --objective or --capacity", "请去掉 --objective 或 --capacity"),
        ));
    }
    if arguments.whole && (arguments.capacity.is_none() || problem != Problem::PMedian) {
        all.push((
            "--whole",
            say("whole demand points are a matter of p-median with capacities", "--whole 仅用于有容量的 p-median"),
            say(
                "leave out --whole, or ask for p-median with --capacity",
                "请去掉 --whole，或改用 p-median 并给出 --capacity",
            ),
        ));
    }
    if let Some(cost) = arguments.cost {
        if !cost.is_finite() || cost <= 0.0 {
            all.push((
                "--cost",
                say(format!("{cost} is no budget: it opens nothing"), format!("{cost} 不是有效的预算")),
                say("give a number more than 0, in the unit of --costs", "请填写大于 0 的数，单位与 --costs 一致"),
            ));
        }
        if arguments.costs.is_none() {
            all.push((
                "--cost",
                say("what the sites cost is not known", "未给出设施点费用"),
                say("give --costs, a file with the columns id, cost", "请用 --costs 给出含 id、cost 列的文件"),
            ));
        }
        if matches!(problem, Problem::Lscp | Problem::LscpB) {
            all.push((
                "--cost",
                say(format!("{key} finds itself what must be spent"), format!("{key} 自行求出所需费用")),
                say("leave out --cost, or ask for mclp", "请去掉 --cost，或改用 mclp"),
            ));
        }
    }
    if let Some(times) = arguments.times {
        if problem != Problem::Lscp {
            all.push((
                "--times",
                say(format!("{key} serves nobody several times"), format!("{key} 不支持 --times")),
                say("leave out --times, or ask for lscp", "请去掉 --times，或改用 lscp"),
            ));
        }
        if !(1..=1_000_000).contains(&times) {
            all.push((
                "--times",
                say(format!("{times} is no number of sites"), format!("{times} 不是有效的次数")),
                say("give 1 or more", "请填写不小于 1 的整数"),
            ));
        }
        if arguments.share.is_some() {
            all.push((
                "--times",
                say("several times takes no share", "多重覆盖不支持比例"),
                say("leave out --share or --times", "请去掉 --share 或 --times"),
            ));
        }
    }
    all
}

/// A share written in per cent.
pub(super) fn percent(text: &str) -> Option<f64> {
    let number = crate::read::number(text.trim().trim_end_matches(['%', '％']))?;
    let is_percent = text.trim().ends_with(['%', '％']);
    (is_percent && (0.0..=100.0).contains(&number)).then_some(number / 100.0)
}

/// Whether there are as many sites as are asked for.
pub(super) fn check_p(arguments: &Arguments, found: &Candidates, problems: &mut Problems) {
    let Some(p) = arguments.p else { return };
    let (n_sites, n_existing) = (found.sites.len(), found.existing.len());
    let (what, help) = if p < 1 {
        (
            say(format!("{p} sites can serve nobody"), format!("{p} 个设施点无法服务任何人")),
            say("give 1 or more", "请填写不小于 1 的整数"),
        )
    } else if n_sites < p as usize {
        (
            say(
                format!("{p} sites are asked for, and the table has {n_sites} candidates"),
                format!("要求 {p} 个设施点，而费用表只有 {n_sites} 个候选点"),
            ),
            say(
                format!("give {n_sites} or fewer, or add candidates"),
                format!("请填写不大于 {n_sites} 的数，或增加候选点"),
            ),
        )
    } else if (p as usize) < n_existing {
        (
            say(
                format!("{p} sites are asked for, and {n_existing} are there already"),
                format!("要求 {p} 个设施点，而现有设施已有 {n_existing} 个"),
            ),
            say("existing sites count: give at least as many", "现有设施计入总数：请填写不少于该数的值"),
        )
    } else {
        return;
    };
    problems.error("argument", "--p", At::File, what, help);
}
