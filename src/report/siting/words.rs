//! What came of a siting problem, in words: English and Chinese.

use std::fmt::Write;

use super::{Problem, Siting, Standing};
use crate::model::{Lang, Text};
use crate::report::words::noun::english;
use crate::report::words::number::number;
use crate::report::words::plain;
use crate::siting::{Answer, NoAnswer};
use crate::units::CostUnit;

/// Ids listed; of more, how many are.
const LISTED: usize = 20;

impl Problem {
    /// What it asks for.
    pub fn words(self, lang: Lang) -> &'static str {
        match self {
            Self::PMedian => lang.pick("the least cost over all persons", "总出行成本最小（p-中位）"),
            Self::PCenter => lang.pick("the least cost for whoever is served worst", "最远者成本最小（p-中心）"),
            Self::Lscp => lang.pick("the fewest sites", "设施点最少（集合覆盖）"),
            Self::LscpB => {
                lang.pick("the fewest sites, most points served twice", "设施点最少且双重覆盖最多（备份覆盖）")
            }
            Self::Mclp => lang.pick("the most persons served", "覆盖人数最多（最大覆盖）"),
        }
    }

    /// What so much of its objective is.
    fn unit_words(self, objective: f64, lang: Lang) -> &'static str {
        let is_one = objective == 1.0;
        match self {
            Self::PMedian => lang.pick("persons × cost", "人×成本"),
            Self::PCenter => lang.pick("at worst", "（最大成本）"),
            Self::Lscp if is_one => lang.pick("site", "个设施点"),
            Self::Lscp => lang.pick("sites", "个设施点"),
            Self::LscpB if is_one => lang.pick("demand point served twice", "个需求点被双重覆盖"),
            Self::LscpB => lang.pick("demand points served twice", "个需求点被双重覆盖"),
            Self::Mclp => lang.pick("persons served", "人被覆盖"),
        }
    }
}

impl Siting<'_> {
    /// The answer in a few lines; empty where there is none.
    pub fn summary(&self, lang: Lang) -> String {
        let Ok(answer) = self.outcome else { return String::new() };
        let mut text = String::new();
        let mut line = |label: &str, words: String| {
            let _ = match lang {
                Lang::En => writeln!(text, "  {label:<10} {words}"),
                Lang::Zh => writeln!(text, "  {label}：{words}"),
            };
        };
        let (key, asked) = (self.problem.key(), self.asked(lang));
        line(lang.pick("problem", "问题"), lang.pick(format!("{key}: {asked}"), format!("{asked}，{key}")));
        let unit = match self.kappa {
            Some(_) => lang.pick("equally distributed equivalent (Kolm-Pollak)", "（Kolm–Pollak 公平等价成本）"),
            None if self.is_cheapest && self.problem == Problem::Lscp => {
                lang.pick("for all new sites", "（新建费用合计）")
            }
            None if self.problem == Problem::LscpB && self.capacity.is_some() => {
                lang.pick("persons with a backup", "人有备份")
            }
            None => self.problem.unit_words(answer.objective, lang),
        };
        let unit = unit.replace(lang.pick("persons", "人"), self.people.get(lang));
        line(lang.pick("result", "目标值"), format!("{} {unit}", number(answer.objective)));
        line(lang.pick("proof", "最优性"), proof(answer, lang));
        line(lang.pick("sites", "设施点"), self.chosen(answer, lang));
        let served = self.served(answer);
        let all: f64 = self.persons.iter().sum();
        let (n, all) = (number(served.persons), number(all));
        let people = self.people.get(lang);
        line(
            lang.pick("served", "服务人口"),
            lang.pick(format!("{n} of {all} {people}"), format!("{n} / {all} {people}")),
        );
        if let (Some(mean), Some(worst)) = (served.mean_cost, served.worst_cost) {
            let unit = match self.cost_unit {
                Some(CostUnit::Metres) => lang.pick(" m", " 米"),
                Some(CostUnit::Minutes) => lang.pick(" min", " 分钟"),
                None => "",
            };
            let (mean, most) = (number(mean), number(worst));
            let words = lang.pick(
                format!("{mean}{unit} on average, {most}{unit} at worst"),
                format!("平均 {mean}{unit}，最大 {most}{unit}"),
            );
            // A site for an area is at no distance from it.
            if 0.0 < worst || self.standing == Standing::Counted {
                line(lang.pick("cost", "成本"), words);
            }
        }
        if let Some(spent) = self.spent(answer) {
            let spent = number(spent);
            let words = match self.budget.map(number) {
                Some(budget) => lang.pick(format!("{spent} of {budget}"), format!("{spent} / {budget}")),
                None => spent,
            };
            line(lang.pick("spent", "费用"), words);
        }
        if let Some(capacity) = self.capacity {
            let room = |sites: &[u32]| number(sites.iter().map(|&site| capacity[site as usize]).sum::<f64>() + 0.0);
            let n_split = self.n_split(answer);
            let (new, there) = (room(&self.chosen_sites(answer)), room(self.existing));
            let (en, zh) = match self.standing {
                Standing::Apart => (
                    format!("room for {new} at the new sites, {there} at those that stand"),
                    format!("新设施点合计 {new}，现有设施合计 {there}"),
                ),
                _ => (format!("room for {new}"), format!("合计 {new}")),
            };
            let points = english("demand point", n_split as f64);
            let words = lang.pick(
                format!("{en}; {n_split} {points} split between sites"),
                format!("{zh}；{n_split} 个需求点由多个设施点分担"),
            );
            line(lang.pick("capacity", "容量"), words);
        }
        text
    }

    /// Demand points that more than one site serves.
    fn n_split(&self, answer: &Answer) -> usize {
        let links = self.links(answer);
        let same = |pair: &&[crate::siting::capacitated::Share]| pair[0].demand == pair[1].demand;
        let mut split: Vec<u32> = links.windows(2).filter(same).map(|pair| pair[0].demand).collect();
        split.dedup();
        split.len()
    }

    fn asked(&self, lang: Lang) -> &'static str {
        match (self.problem, self.times.is_some()) {
            _ if self.kappa.is_some() => lang.pick("the least cost, equally spread", "成本低且公平"),
            (Problem::LscpB, _) if self.is_cheapest => {
                lang.pick("the cheapest sites, most points served twice", "费用最低且双重覆盖最多（加权备份覆盖）")
            }
            (_, true) if self.is_cheapest => {
                lang.pick("the cheapest sites, everyone served several times", "费用最低（加权多重覆盖）")
            }
            (_, true) => lang.pick("the fewest sites, everyone served several times", "设施点最少（多重覆盖）"),
            _ if self.is_cheapest => lang.pick("the cheapest sites", "费用最低（加权集合覆盖）"),
            _ => self.problem.words(lang),
        }
    }

    fn chosen(&self, answer: &Answer, lang: Lang) -> String {
        let name = |&site: &u32| {
            let id = plain(&self.sites[site as usize]);
            let mark = if self.is_existing(site) { lang.pick(" (existing)", "（现有）") } else { "" };
            format!("{id}{mark}")
        };
        let all: Vec<String> = self.chosen_sites(answer).iter().map(name).collect();
        let (n, of) = (all.len(), self.sites.len() - self.n_apart());
        let (en, zh) = match listed(&all, lang) {
            nothing if nothing.is_empty() => Default::default(),
            listed => (format!(": {listed}"), format!("：{listed}")),
        };
        lang.pick(format!("{n} of {of}{en}"), format!("{of} 个中选 {n} 个{zh}"))
    }

    /// Why there is no answer, and what would give one.
    pub fn refusal(&self) -> Option<Text> {
        let Err(why) = self.outcome else { return None };
        let ids = |lang| {
            let unserved = Self::ids(self.demands, &self.unserved());
            listed(&unserved.iter().map(|id| plain(id)).collect::<Vec<_>>(), lang)
        };
        let both = |say: &dyn Fn(Lang) -> String| Text { en: say(Lang::En), zh: say(Lang::Zh) };
        let n = self.unserved().len();
        Some(match why {
            NoAnswer::Unreachable { .. } => both(&|lang| {
                let ids = ids(lang);
                let by = match self.times {
                    Some(times) => {
                        lang.pick(format!("fewer than {times} candidates"), format!("不足 {times} 个候选点"))
                    }
                    None => lang.pick("no candidate", "没有任何候选点").to_owned(),
                };
                let within = self.limit.map_or_else(String::new, |limit| {
                    let limit = number(limit);
                    lang.pick(format!(" within {limit}"), format!("在 {limit} 以内"))
                });
                let points = english("demand point", n as f64);
                // The ways in a study are not the asker's to give.
                let offers = match self.standing {
                    Standing::Counted => lang.pick("offers or ", "费用或"),
                    _ => "",
                };
                lang.pick(
                    format!(
                        "no choice of sites does it, and that is proven: {n} {points} can be served by \
                         {by}{within}: {ids}; add {offers}candidates for them{}",
                        if self.can_raise_limit() { ", or raise --limit" } else { "" }
                    ),
                    format!(
                        "已证明无可行方案：{n} 个需求点{within}{by}可服务：{ids}；请补充{offers}候选点{}",
                        if self.can_raise_limit() { "，或提高 --limit" } else { "" }
                    ),
                )
            }),
            NoAnswer::TooFew { at_least, .. } => both(&|lang| {
                let (ids, p) = (ids(lang), self.p.unwrap_or(0));
                let needed = (*at_least < usize::MAX).then_some(at_least);
                let flag = self.number_flag();
                let most = needed.map_or_else(String::new, |n| {
                    // The search counts what stands today, too.
                    let n = n - self.n_apart();
                    lang.pick(format!("; give {flag} {n} or more"), format!("；请将 {flag} 设为 {n} 或更大"))
                });
                lang.pick(
                    format!(
                        "no choice of {p} {} serves everyone, and that is proven: with the best choice tried {n} {} \
                         are left: {ids}{most}",
                        english("site", p as f64),
                        english("demand point", n as f64)
                    ),
                    format!("已证明 {p} 个设施点无法服务所有需求点：所试方案中仍有 {n} 个未被服务：{ids}{most}"),
                )
            }),
            NoAnswer::NoRoom { left, .. } => both(&|lang| {
                let (ids, left, people) = (ids(lang), number(*left), self.people.get(lang));
                let (most, allowed) = self.allowed(lang);
                let does = if self.capacity.is_some() && self.budget.is_none() {
                    "has room for everyone"
                } else {
                    "serves everyone"
                };
                lang.pick(
                    format!(
                        "no choice of {allowed} {does}, and that is proven: with the best choice tried \
                         {left} {people} at {n} {} are left: {ids}; {most}",
                        english("demand point", n as f64)
                    ),
                    format!("已证明{allowed}无法服务所有人：所试方案中仍有 {n} 个需求点的 {left} {people}未被服务：{ids}；{most}"),
                )
            }),
            NoAnswer::Stopped => Text {
                en: "time was up before any answer was found: give a longer --time-limit".into(),
                zh: "在时限内未找到任何方案：请延长 --time-limit".into(),
            },
            NoAnswer::Disagrees { claimed, found } => {
                let found = found.map_or_else(|| "–".to_owned(), |found| found.to_string());
                Text {
                    en: format!(
                        "this is a mistake of the program: the solver claims {claimed}, its sites are worth {found}; \
                         nothing was written, please report it with the files"
                    ),
                    zh: format!("程序错误：求解器给出 {claimed}，复核为 {found}；未写入任何文件，请连同数据一并反馈"),
                }
            }
        })
    }
}

impl Siting<'_> {
    /// What would make room, and what sites are allowed.
    fn allowed(&self, lang: Lang) -> (String, String) {
        let mut more = Vec::new();
        let mut allowed = lang.pick("sites", "任何选址方案都").to_owned();
        if self.capacity.is_some() {
            more.push(lang.pick("raise capacities", "提高容量").to_owned());
        }
        if let Some(p) = self.p {
            let flag = self.number_flag();
            more.push(lang.pick(format!("raise {flag}"), format!("提高 {flag}")));
            allowed = lang.pick(format!("{p} {}", english("site", p as f64)), format!("{p} 个设施点"));
        }
        if let Some(budget) = self.budget {
            let budget = number(budget);
            more.push(lang.pick("raise --cost", "提高 --cost").to_owned());
            allowed += &lang.pick(format!(" for {budget}"), format!("（费用 {budget} 以内）"));
        }
        if self.can_raise_limit() {
            more.push(lang.pick("raise --limit", "提高 --limit").to_owned());
        }
        (more.join(lang.pick(", or ", "、或")), allowed)
    }

    fn can_raise_limit(&self) -> bool {
        self.limit.is_some() && self.is_limit_free
    }

    /// The argument that says how many sites there may be.
    fn number_flag(&self) -> &'static str {
        if self.standing == Standing::Counted { "--p" } else { "--budget" }
    }
}

fn proof(answer: &Answer, lang: Lang) -> String {
    if answer.proven {
        return lang.pick("proven: no choice is better", "已证明最优").to_owned();
    }
    let (bound, gap) = (number(answer.bound), number(answer.gap() * 100.0));
    lang.pick(
        format!("not proven: the best found in the time; no choice is better than {bound} (gap {gap} %)"),
        format!("未证明最优：为时限内最好结果；任何方案不会优于 {bound}（差距 {gap}%）"),
    )
}

fn listed(all: &[String], lang: Lang) -> String {
    let shown = all[..all.len().min(LISTED)].join(lang.pick(", ", "、"));
    match all.len().saturating_sub(LISTED) {
        0 => shown,
        more => lang.pick(format!("{shown} and {more} more"), format!("{shown}等 {} 个", all.len())),
    }
}
