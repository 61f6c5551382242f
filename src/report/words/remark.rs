//! What is worth saying beside a verdict, in words.

use super::Words;
use super::noun::english;
use super::number::number;
use crate::model::Lang;
use crate::rules::finding::{Pace, Remark, Unit};

impl Words<'_> {
    /// A remark; `unit` is that of the value observed.
    pub fn remark(self, remark: &Remark, unit: Option<&Unit>) -> String {
        let quantity = |value: f64| unit.map_or_else(|| number(value), |unit| self.quantity(value, unit));
        match (remark, self.lang) {
            (Remark::MissingAt { level, missing, unknown, of }, Lang::En) => {
                let unknown = if *unknown == 0 { String::new() } else { format!(", {unknown} unknown") };
                format!("{}: {missing} of {of} lack it{unknown}", self.level(level))
            }
            (Remark::MissingAt { level, missing, unknown, of }, Lang::Zh) => {
                let unknown = if *unknown == 0 { String::new() } else { format!("，{unknown} 个无法判定") };
                format!("{}：{of} 个中 {missing} 个缺失{unknown}", self.level(level))
            }
            (Remark::ShareOf { part, low, high }, _) => {
                let (low, high) = (self.quantity(*low, &Unit::Share), self.quantity(*high, &Unit::Share));
                let share =
                    if low == high { low } else { self.pick(format!("{low} to {high}"), format!("{low}～{high}")) };
                format!("{}{}{share}", self.part(part), self.pick(": ", "："))
            }
            (Remark::Gap { attribute, best, worst, gap }, Lang::En) => format!(
                "gap by {}: {} percentage points between {best} (best) and {worst} (worst)",
                self.attribute(attribute),
                number(gap.get() * 100.0),
            ),
            (Remark::Gap { attribute, best, worst, gap }, Lang::Zh) => format!(
                "按“{}”比较：{best}最高，{worst}最低，相差 {} 个百分点",
                self.attribute(attribute),
                number(gap.get() * 100.0),
            ),
            (Remark::Pace { pace, year, value, line }, Lang::En) => format!(
                "{}: {} in {year}, the straight line to the target asks for {}",
                self.pace(*pace),
                quantity(*value),
                quantity(*line),
            ),
            (Remark::Pace { pace, year, value, line }, Lang::Zh) => {
                format!("{}：{year} 年为 {}，按直线进度应为 {}", self.pace(*pace), quantity(*value), quantity(*line),)
            }
            (Remark::SumSoFar { sum, years, of }, Lang::En) => {
                format!("{} so far, from {years} of {of} years", quantity(*sum))
            }
            (Remark::SumSoFar { sum, years, of }, Lang::Zh) => {
                format!("累计 {}（{of} 年中已有 {years} 年数据）", quantity(*sum))
            }
            (Remark::Size { large, from }, Lang::En) => {
                let size = match large {
                    Some(true) => "counts as large",
                    Some(false) => "counts as small",
                    None => "of unknown size",
                };
                format!("{size} (large from {} persons, that number included)", number(*from))
            }
            (Remark::Size { large, from }, Lang::Zh) => {
                let size = match large {
                    Some(true) => "按大村（社区）核查",
                    Some(false) => "按小村（社区）核查",
                    None => "规模不详",
                };
                format!("{size}（{} 人及以上为大）", number(*from))
            }
            (Remark::JointAt { distance }, Lang::En) => format!("served by a joint one {} away", self.cost(*distance)),
            (Remark::JointAt { distance }, Lang::Zh) => format!("由 {}外的联办设施服务", self.cost(*distance)),
            (Remark::JointTooFar { distance }, Lang::En) => {
                format!("the joint one that lists it is too far: {}", self.cost(*distance))
            }
            (Remark::JointTooFar { distance }, Lang::Zh) => {
                format!("列明服务本地的联办设施过远：{}", self.cost(*distance))
            }
            (Remark::Lacks { attribute, n_facilities }, Lang::En) => format!(
                "{}: not so or not given for {n_facilities} {}",
                self.attribute(attribute),
                english("facility", *n_facilities as f64),
            ),
            (Remark::Lacks { attribute, n_facilities }, Lang::Zh) => {
                format!("“{}”：{n_facilities} 个设施不符合或未填", self.attribute(attribute))
            }
            (Remark::PartExceeds { part, whole, facilities }, _) => {
                let names: Vec<String> = facilities.iter().map(|&id| self.facility(id)).collect();
                let [part, whole] = [part, whole].map(|key| self.attribute(key));
                self.pick(
                    format!("{part} is more than {whole} at {}: correct one of them", names.join(", ")),
                    format!("{}的“{part}”大于“{whole}”，请更正", names.join("、")),
                )
            }
            (Remark::NoLead { group }, Lang::En) => format!("{group}: no lead facility"),
            (Remark::NoLead { group }, Lang::Zh) => format!("{group}：没有牵头单位"),
            (Remark::NoMember { group }, Lang::En) => format!("{group}: no member"),
            (Remark::NoMember { group }, Lang::Zh) => format!("{group}：没有成员"),
            (Remark::OpensLate { facility, opens, due }, Lang::En) => {
                format!("{} opens {opens}, later than {due}", self.facility(*facility))
            }
            (Remark::OpensLate { facility, opens, due }, Lang::Zh) => {
                format!("{}于 {opens} 启用，晚于要求的 {due}", self.facility(*facility))
            }
            (Remark::Places { needed, had }, Lang::En) => {
                format!("{} places needed, {} to be had", number(*needed), number(*had))
            }
            (Remark::Places { needed, had }, Lang::Zh) => format!("需 {} 个，有 {} 个", number(*needed), number(*had)),
            (Remark::Grade { grade }, Lang::En) => format!("grade: {grade}"),
            (Remark::Grade { grade }, Lang::Zh) => format!("等级：{grade}"),
            (Remark::MeanVariation { resources }, Lang::En) => format!(
                "mean of the coefficients of variation of {resources} {}",
                english("resource", *resources as f64)
            ),
            (Remark::MeanVariation { resources }, Lang::Zh) => format!("{resources} 项资源差异系数的平均值"),
            (Remark::Seated { seated, of }, Lang::En) => {
                format!("{} of {} persons find a place within the limit", number(*seated), number(*of))
            }
            (Remark::Seated { seated, of }, Lang::Zh) => {
                format!("{} 人中有 {} 人能在规定距离内安排", number(*of), number(*seated))
            }
            (Remark::Stated(text), lang) => text.get(lang).to_owned(),
        }
    }

    /// `attribute` or `attribute = value`, with the attribute's label.
    fn part(self, part: &str) -> String {
        match part.split_once(" = ") {
            Some((attribute, value)) => format!("{} = {value}", self.attribute(attribute)),
            None => self.attribute(part).to_owned(),
        }
    }

    /// Where a series stands against the straight line to its target.
    fn pace(self, pace: Pace) -> &'static str {
        match pace {
            Pace::Ahead => self.pick("ahead", "快于进度"),
            Pace::OnTrack => self.pick("on track", "符合进度"),
            Pace::Behind => self.pick("behind", "慢于进度"),
        }
    }
}

/// The word by which a program knows a remark.
pub(crate) fn remark_key(remark: &Remark) -> &'static str {
    match remark {
        Remark::MissingAt { .. } => "missing-at",
        Remark::ShareOf { .. } => "share-of",
        Remark::Gap { .. } => "gap",
        Remark::Pace { pace: Pace::Ahead, .. } => "ahead",
        Remark::Pace { pace: Pace::OnTrack, .. } => "on-track",
        Remark::Pace { pace: Pace::Behind, .. } => "behind",
        Remark::SumSoFar { .. } => "sum-so-far",
        Remark::Size { .. } => "size",
        Remark::JointAt { .. } => "joint-at",
        Remark::JointTooFar { .. } => "joint-too-far",
        Remark::Lacks { .. } => "lacks",
        Remark::PartExceeds { .. } => "part-exceeds",
        Remark::NoLead { .. } => "no-lead",
        Remark::NoMember { .. } => "no-member",
        Remark::OpensLate { .. } => "opens-late",
        Remark::Places { .. } => "places",
        Remark::Grade { .. } => "grade",
        Remark::MeanVariation { .. } => "mean-variation",
        Remark::Seated { .. } => "seated",
        Remark::Stated(_) => "stated",
    }
}
