//! Who is given a place where, in words: English and Chinese.

use std::fmt::Write;

use super::{Allocation, Keep, Problem};
use crate::assess::allocation::{Unsure, persons};
use crate::model::{Lang, LevelId, World};
use crate::report::words::noun::english;
use crate::report::words::number::number;
use crate::report::words::plain;
use crate::rules::select::{Condition, Where};
use crate::units::CostUnit;

/// Facilities listed; of more, how many are.
const LISTED: usize = 12;
/// Facilities that take in those for whom another is the nearest, of each that is listed.
const ELSEWHERE: usize = 4;

/// Conditions on attributes as they are written on the command line.
pub fn conditions(conditions: &Where) -> String {
    let one = |condition: &Condition| match condition {
        Condition::Flag(flag) => flag.to_string(),
        Condition::Number(number) => number.to_string(),
        Condition::Word(word) => word.clone(),
        Condition::AnyOf(words) => words.join("|"),
    };
    let all = conditions.iter().map(|(key, condition)| format!("{}={}", key.0.get_ref(), one(condition)));
    all.collect::<Vec<_>>().join(", ")
}

/// So many persons, in English.
pub fn counted(amount: u64) -> String {
    let n = persons(amount);
    format!("{} {}", number(n), english("person", n))
}

/// What a reader must know first: that data are made up, that boundaries are estimated.
pub fn doubts(world: &World, estimated: &[LevelId], lang: Lang) -> Vec<String> {
    let mut doubts = Vec::new();
    if world.is_illustrative() {
        doubts.push(
            lang.pick(
                "Illustrative data: some inputs are made up to show how the tool works; nothing here describes a real place.",
                "示例数据：部分输入为演示而虚构，以下结果不反映当地实际情况。",
            )
            .to_owned(),
        );
    }
    if !estimated.is_empty() {
        let label = |&level: &LevelId| world.areas.levels()[level].label.get(lang);
        let levels = estimated.iter().map(label).collect::<Vec<_>>().join(lang.pick(", ", "、"));
        doubts.push(lang.pick(
            format!("Estimated boundaries ({levels}): drawn by a rule, not official."),
            format!("估算边界（{levels}）：按规则推算，非法定界线。"),
        ));
    }
    doubts
}

impl Problem {
    fn words(self, lang: Lang) -> &'static str {
        match self {
            Self::Transportation => lang
                .pick("as many as can be, at the least travel; places may be parted", "尽量安排且总行程最短，可拆分"),
            Self::Whole => lang.pick(
                "as many as can be, at the least travel; every area as a whole",
                "尽量安排且总行程最短，每个区域不拆分",
            ),
            Self::Contiguous => lang.pick(
                "as many as can be, at the least travel; every area as a whole, districts in one piece",
                "尽量安排且总行程最短，每个区域不拆分，学区连片",
            ),
        }
    }
}

impl Allocation<'_> {
    /// The answer in some lines.
    pub fn summary(&self, lang: Lang) -> String {
        let mut text = String::new();
        for doubt in doubts(self.asked.world, &self.estimated_levels(), lang) {
            let _ = writeln!(text, "! {doubt}");
        }
        let mut line = |label: &str, words: String| {
            let _ = match lang {
                Lang::En => writeln!(text, "  {label:<10} {words}"),
                Lang::Zh => writeln!(text, "  {label}：{words}"),
            };
        };
        let (key, words) = (self.asked.problem.key(), self.asked.problem.words(lang));
        line(lang.pick("problem", "问题"), lang.pick(format!("{key}: {words}"), format!("{words}，{key}")));
        line(lang.pick("who, where", "对象"), self.asked(lang));
        let (all, served) = (self.all(), self.served());
        let (n_all, n_served, of_all) = (number(persons(all)), number(persons(served)), counted(all));
        line(
            lang.pick("assigned", "已安排"),
            lang.pick(format!("{n_served} of {of_all}"), format!("{n_served} / {n_all} 人")),
        );
        let objective = self.proof.objective / 1e6;
        if 0 < served {
            let mean = number(objective / persons(served));
            let worst = self.flows.iter().map(|flow| flow.cost).fold(0.0, f64::max);
            let worst = number(worst);
            line(
                lang.pick("way", "路程"),
                match self.unit() {
                    CostUnit::Metres => lang.pick(
                        format!("{mean} m on average, {worst} m at most"),
                        format!("平均 {mean} 米，最远 {worst} 米"),
                    ),
                    CostUnit::Minutes => lang.pick(
                        format!("{mean} min on average, {worst} min at most"),
                        format!("平均 {mean} 分钟，最长 {worst} 分钟"),
                    ),
                },
            );
        }
        line(lang.pick("proof", "最优性"), self.proof_words(lang));
        if let Some(keep) = &self.asked.keep {
            line(lang.pick("stay", "留在原校"), self.stay_words(keep, lang));
            if 0 < keep.current.unsure.places {
                line(lang.pick("not known", "去留未知"), self.unsure_words(&keep.current.unsure, lang));
            }
        }
        if served < all {
            line(lang.pick("left over", "未安排"), self.left_over(lang));
        }
        self.over_full_words(lang, &mut text);
        text
    }

    fn asked(&self, lang: Lang) -> String {
        let service = match self.asked.conditions.is_empty() {
            true => self.asked.service.to_owned(),
            false => format!("{} ({})", self.asked.service, self.asked.conditions),
        };
        let (n, group, capacity) = (self.task.sites.len(), self.asked.group, self.asked.capacity);
        let after =
            self.asked.after.map_or_else(String::new, |id| lang.pick(format!(", as in {id}"), format!("，依据 {id}")));
        let limit = self.asked.limit.map_or_else(String::new, |limit| {
            let (en, zh) = match limit.unit() {
                CostUnit::Metres => ("m", "米"),
                CostUnit::Minutes => ("min", "分钟"),
            };
            let limit = number(limit.get());
            lang.pick(format!(", within {limit} {en}"), format!("，{limit} {zh}以内"))
        });
        plain(&lang.pick(
            format!("{group} to {n} of {service}, which hold `{capacity}`{limit}{after}"),
            format!("{group} → {service}，共 {n} 个设施，容量取自 {capacity}{limit}{after}"),
        ))
    }

    fn proof_words(&self, lang: Lang) -> String {
        let proof = &self.proof;
        if proof.proven {
            return lang.pick("proven: nothing is better", "已证明最优").to_owned();
        }
        let gap = number(proof.gap() * 100.0);
        let (all, served) = (self.all(), self.served());
        let more = proof.most_served - served;
        let is_most = proof.most_served == served;
        let at_least = number(persons(all - proof.most_served));
        match is_most {
            true => lang.pick(
                format!("not proven: the least cost may be up to {gap} % less"),
                format!("未证明最优：总行程最多可能再少 {gap}%"),
            ),
            false => {
                let (persons, more) = (counted(more), number(persons(more)));
                lang.pick(
                    format!(
                        "not proven: up to {persons} more might be assigned ({at_least} cannot); for as many as \
                         these the least cost may be up to {gap} % less"
                    ),
                    format!(
                        "未证明最优：最多可能再安排 {more} 人（至少 {at_least} 人无法安排）；同样人数下总行程最多可能再少 {gap}%"
                    ),
                )
            }
        }
    }

    /// Who stays, and from what is known where people are.
    fn stay_words(&self, keep: &Keep, lang: Lang) -> String {
        let stay = self.staying(&keep.current);
        let (declared, nearest) = (keep.current.n_declared, keep.current.n_nearest);
        let of = match (self.site_of, keep.current.unsure.places) {
            (None, 0) => lang.pick("of each place", "每个地点"),
            (None, _) => lang.pick("of each other place", "其余每个地点"),
            (Some(_), 0) => lang.pick("of all", "总体"),
            (Some(_), _) => lang.pick("of all others", "其余总体"),
        };
        let persons = counted(stay);
        let (stay, share) = (number(self::persons(stay)), number(keep.share * 100.0));
        let places = english("place", declared as f64);
        lang.pick(
            format!(
                "{persons}, {share} % {of} at least; where people are today is what facilities declare for {declared} \
                 {places}, and the nearest facility for {nearest}"
            ),
            format!(
                "{stay} 人，{of}不少于 {share}%；现状依据：{declared} 个地点按设施申报的服务范围，{nearest} 个按最近设施"
            ),
        )
    }

    /// Of whom it is not known whether they can stay, and why.
    fn unsure_words(&self, unsure: &Unsure, lang: Lang) -> String {
        let sites: Vec<u32> = unsure.sites.iter().copied().collect();
        let has_capacity = |site: &u32| self.task.sites[*site as usize].capacity.is_some();
        let (en, zh) = match (sites.iter().any(has_capacity), sites.iter().all(has_capacity)) {
            (false, _) => ("have no known capacity", "容量未知"),
            (true, true) => ("cannot be reached from there within what is asked", "在所给条件下不可达"),
            (true, false) => (
                "have no known capacity or cannot be reached from there within what is asked",
                "容量未知或在所给条件下不可达",
            ),
        };
        let (n_places, listed) = (unsure.places, self.listed(&sites, lang));
        let (at, places) = (counted(unsure.amount), english("place", n_places as f64));
        let n = number(persons(unsure.amount));
        lang.pick(
            format!(
                "{at} in {n_places} {places}: facilities of today that {en}: {listed}; they count neither as staying nor in \
                 the share"
            ),
            format!("{n_places} 个地点 {n} 人，现状设施{zh}：{listed}；不计为留在原校，也不计入比例"),
        )
    }

    fn listed(&self, sites: &[u32], lang: Lang) -> String {
        let shown = sites.iter().take(LISTED).map(|&site| plain(self.name(site)));
        let mut text = shown.collect::<Vec<_>>().join(lang.pick(", ", "、"));
        if LISTED < sites.len() {
            let n = sites.len() - LISTED;
            text.push_str(&lang.pick(format!(" and {n} more"), format!("等另 {n} 个")));
        }
        text
    }

    /// How many have no place, and what is full.
    fn left_over(&self, lang: Lang) -> String {
        let (all, served) = (self.all(), self.served());
        let (left, n) = (counted(all - served), number(persons(all - served)));
        let capacity: u64 = self.task.capacity.iter().fold(0, |sum: u64, &n| sum.saturating_add(n));
        let unreached: u64 = (0..self.task.demand.len())
            .filter(|&place| self.task.offers.of(place).0.is_empty())
            .map(|place| self.task.demand[place])
            .sum();
        let full: Vec<u32> = (0..self.task.sites.len() as u32).filter(|&site| self.is_full(site)).collect();
        let mut words = lang.pick(left, format!("{n} 人"));
        if capacity < all {
            let room = number(persons(capacity));
            let _ = write!(
                words,
                "{}",
                lang.pick(format!("; all facilities together hold {room}"), format!("；全部设施容量合计 {room}"))
            );
        }
        if 0 < unreached {
            let reach = if persons(unreached) == 1.0 { "reaches" } else { "reach" };
            let unreached = number(persons(unreached));
            let within = if self.asked.limit.is_some() { lang.pick(" within the limit", "在限值内") } else { "" };
            let _ = write!(
                words,
                "{}",
                lang.pick(
                    format!("; {unreached} {reach} no facility{within}"),
                    format!("；{unreached} 人{within}没有可达设施")
                )
            );
        }
        let too_large = self.too_large();
        if !too_large.is_empty() {
            let sum: u64 = too_large.iter().map(|&place| self.task.demand[place]).sum();
            let (n_large, of_them, sum) = (too_large.len(), counted(sum), number(persons(sum)));
            let places = english("place", n_large as f64);
            let fit = if n_large == 1 { "fits" } else { "fit" };
            let _ = write!(
                words,
                "{}",
                lang.pick(
                    format!("; {n_large} {places} with {of_them} {fit} no facility as a whole"),
                    format!("；{n_large} 个地点（共 {sum} 人）超过任何可达设施的容量，无法整体安排")
                )
            );
        }
        if !full.is_empty() {
            let (n_full, listed) = (full.len(), self.listed(&full, lang));
            let facilities = english("facility", n_full as f64);
            let verb = if n_full == 1 { "is" } else { "are" };
            let _ = write!(
                words,
                "{}",
                lang.pick(
                    format!("; {n_full} {facilities} {verb} full: {listed}"),
                    format!("；{n_full} 个设施已满：{listed}")
                )
            );
        }
        words
    }

    /// The places that are to be given out as a whole and are larger than every facility that they could go to.
    fn too_large(&self) -> Vec<usize> {
        let places = 0..if self.site_of.is_some() { self.task.demand.len() } else { 0 };
        let fits_none = |&place: &usize| {
            let sites = self.task.offers.of(place).0;
            !sites.is_empty() && sites.iter().all(|&site| self.task.capacity[site as usize] < self.task.demand[place])
        };
        places.filter(fits_none).collect()
    }

    /// Facilities that are the nearest for more than they hold, and where those go.
    fn over_full_words(&self, lang: Lang, text: &mut String) {
        let over_full = self.over_full_sites();
        if over_full.is_empty() {
            return;
        }
        let n = over_full.len();
        let _ = writeln!(
            text,
            "{}",
            lang.pick(
                format!("\nOver-full if everyone went to the nearest: {n} {}", english("facility", n as f64)),
                format!("\n若都去最近的设施，将超出容量的有 {n} 个：")
            )
        );
        for &(site, over) in over_full.iter().take(LISTED) {
            let load = &self.loads[site as usize];
            let to = load
                .elsewhere
                .iter()
                .take(ELSEWHERE)
                .map(|&(other, amount)| format!("{} {}", plain(self.name(other)), number(persons(amount))));
            let mut to: Vec<String> = to.collect();
            if ELSEWHERE < load.elsewhere.len() {
                let rest: u64 = load.elsewhere.iter().skip(ELSEWHERE).map(|&(_, amount)| amount).sum();
                let (n, rest) = (load.elsewhere.len() - ELSEWHERE, number(persons(rest)));
                to.push(lang.pick(format!("{n} {} {rest}", english("other", n as f64)), format!("其他 {n} 个 {rest}")));
            }
            if 0 < load.unserved {
                let unserved = number(persons(load.unserved));
                to.push(lang.pick(format!("nowhere {unserved}"), format!("无处可去 {unserved}")));
            }
            let name = plain(self.name(site));
            let capacity = number(self.task.sites[site as usize].capacity.unwrap_or(0.0));
            let (nearest, over) = (number(persons(load.nearest)), number(over));
            let to = if to.is_empty() { "–".to_owned() } else { to.join(lang.pick(", ", "、")) };
            let _ = writeln!(
                text,
                "{}",
                lang.pick(
                    format!("  {name}: nearest for {nearest}, holds {capacity}, {over} too many → {to}"),
                    format!("  {name}：最近 {nearest} 人，容量 {capacity}，超出 {over} → {to}")
                )
            );
        }
        if LISTED < n {
            let rest = n - LISTED;
            let _ = writeln!(
                text,
                "  {}",
                lang.pick(format!("and {rest} more, in assign.json"), format!("另有 {rest} 个，见 assign.json"))
            );
        }
    }
}
