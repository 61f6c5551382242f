//! Why something is unknown or not checkable, in words.

use super::Words;
use super::noun::english;
use crate::model::{Lang, Proxy};
use crate::rules::finding::{Reason, Unit};
use crate::units::CostUnit;

impl Words<'_> {
    /// Why; `unit` is that of the value observed.
    pub fn reason(self, reason: &Reason, unit: Option<&Unit>) -> String {
        match (reason, self.lang) {
            (Reason::NoService(service), Lang::En) => {
                format!("the study has no data on {}", english(self.service(service), 2.0))
            }
            (Reason::NoService(service), Lang::Zh) => format!("缺少“{}”数据", self.service(service)),
            (Reason::NoLevel(level), Lang::En) => {
                format!("the study has no areas of the level {}", self.level(level))
            }
            (Reason::NoLevel(level), Lang::Zh) => format!("缺少“{}”一级的区域资料", self.level(level)),
            (Reason::NoGroup(group), Lang::En) => format!("no file counts the group {}", self.group(group)),
            (Reason::NoGroup(group), Lang::Zh) => format!("缺少“{}”人数资料", self.group(group)),
            (Reason::NoSeries(series), Lang::En) => format!("the study has no values of the series {series}"),
            (Reason::NoSeries(series), Lang::Zh) => format!("缺少指标数据（{series}）"),
            (Reason::NoEstates, Lang::En) => "the study has no data on new estates".to_owned(),
            (Reason::NoEstates, Lang::Zh) => "缺少新建居住区数据".to_owned(),
            (Reason::NoAttribute { attributes, n_facilities }, Lang::En) => format!(
                "{} not given for {n_facilities} {}, which could change the verdict",
                self.attributes(attributes),
                english("facility", *n_facilities as f64),
            ),
            (Reason::NoAttribute { attributes, n_facilities }, Lang::Zh) => {
                format!("{n_facilities} 个设施未填“{}”，可能影响结论", self.attributes(attributes))
            }
            (Reason::NoAreaAttribute { attributes }, Lang::En) => {
                format!("{} not given for the area, so it may not be meant", self.attributes(attributes))
            }
            (Reason::NoAreaAttribute { attributes }, Lang::Zh) => {
                format!("该区域未填“{}”，无法确定是否适用", self.attributes(attributes))
            }
            (Reason::NoMembership { n_facilities: 1 }, Lang::En) => {
                "the files do not say in which area a facility is that could be here".to_owned()
            }
            (Reason::NoMembership { n_facilities }, Lang::En) => {
                format!("the files do not say in which areas {n_facilities} facilities are that could be here")
            }
            (Reason::NoMembership { n_facilities }, Lang::Zh) => {
                format!("{n_facilities} 个设施未注明所在区域，有可能位于此处")
            }
            (Reason::NoPersons { group }, Lang::En) => {
                format!("the number of people in the group {} is missing", self.group(group))
            }
            (Reason::NoPersons { group }, Lang::Zh) => format!("“{}”人数缺失", self.group(group)),
            (Reason::Proxy(Proxy::DwellingFloor), Lang::En) => {
                "the study counts dwelling floor in place of people, which gives shares and no numbers of people"
                    .to_owned()
            }
            (Reason::Proxy(Proxy::DwellingFloor), Lang::Zh) => {
                "研究以住宅建筑面积代替人口，只能计算比例，不能计算人数".to_owned()
            }
            (Reason::NoPlace, Lang::En) => "there are no coordinates to measure a distance".to_owned(),
            (Reason::NoPlace, Lang::Zh) => "缺少坐标，无法测算距离".to_owned(),
            (Reason::NotListed, Lang::En) => {
                "the study's table of costs has no row for one of the two places".to_owned()
            }
            (Reason::NotListed, Lang::Zh) => "出行费用表没有列出该地点或设施".to_owned(),
            (Reason::OtherUnit { asked, known }, _) => self.other_unit(*asked, *known),
            (Reason::NoDate, Lang::En) => "the date is missing".to_owned(),
            (Reason::NoDate, Lang::Zh) => "缺少日期".to_owned(),
            (Reason::Undecided { low, high }, _) => self.undecided(*low, *high, unit),
            (Reason::NoValue { year, latest: None }, Lang::En) => format!("no value for {year} or before"),
            (Reason::NoValue { year, latest: None }, Lang::Zh) => format!("缺少 {year} 年及以前的数值"),
            (Reason::NoValue { year, latest: Some(latest) }, Lang::En) => {
                format!("no value for {year}; the latest is for {latest}")
            }
            (Reason::NoValue { year, latest: Some(latest) }, Lang::Zh) => {
                format!("缺少 {year} 年数值，最近一期为 {latest} 年")
            }
            (Reason::NotDue { year }, Lang::En) => format!("the target is for {year}, which has not come yet"),
            (Reason::NotDue { year }, Lang::Zh) => format!("目标年份为 {year} 年，尚未到期"),
            (Reason::UnknownSubjects { unknown, of }, Lang::En) => {
                format!("unknown for {unknown} of {of}, unmet for none")
            }
            (Reason::UnknownSubjects { unknown, of }, Lang::Zh) => {
                format!("{of} 个对象中有 {unknown} 个无法判定，其余均达标")
            }
            (Reason::NothingHere, Lang::En) => "there is nothing here to judge".to_owned(),
            (Reason::NothingHere, Lang::Zh) => "没有可核查的对象".to_owned(),
            (Reason::NoLimit, Lang::En) => "the document gives no limit and the rule pack sets none".to_owned(),
            (Reason::NoLimit, Lang::Zh) => "文件未规定限值，规则包也未设定".to_owned(),
            (Reason::Stated(text), lang) => text.get(lang).to_owned(),
        }
    }

    /// Why a limit cannot be held against what the study knows, and what to bring.
    fn other_unit(self, asked: CostUnit, known: CostUnit) -> String {
        let name = |unit| match unit {
            CostUnit::Metres => self.pick("a distance", "距离"),
            CostUnit::Minutes => self.pick("a time", "时间"),
        };
        let unit = self.unit(&known.into());
        let of_study = match self.world.costs {
            Some(_) => self.pick(
                format!("the costs in the study's table are in {unit}"),
                format!("研究的出行费用表以{unit}为单位"),
            ),
            None => self.pick("the study knows straight lines only".to_owned(), "研究只有直线距离".to_owned()),
        };
        let wanted = self.unit(&asked.into());
        let (asked, lang) = (name(asked), self.lang);
        match lang {
            Lang::En => format!(
                "the limit is {asked}, and {of_study}: bring a table of costs in {wanted} (travel.table in study.toml)"
            ),
            Lang::Zh => {
                format!("限值为{asked}，而{of_study}：请提供以{wanted}为单位的出行费用表（study.toml 的 travel.table）")
            }
        }
    }

    fn undecided(self, low: f64, high: f64, unit: Option<&Unit>) -> String {
        let quantity = |value: f64| match unit {
            Some(unit) => self.quantity(value, unit),
            None => super::number::number(value),
        };
        match (high.is_finite(), self.lang) {
            (true, Lang::En) => {
                format!("missing data could change the verdict: {} to {}", quantity(low), quantity(high))
            }
            (true, Lang::Zh) => format!("数据缺失可能影响结论：介于 {}与 {}之间", quantity(low), quantity(high)),
            (false, Lang::En) => format!("missing data could change the verdict: {} or more", quantity(low)),
            (false, Lang::Zh) => format!("数据缺失可能影响结论：至少 {}，上限不明", quantity(low)),
        }
    }
}

/// The word by which a program knows a reason.
pub(crate) fn reason_key(reason: &Reason) -> &'static str {
    match reason {
        Reason::NoService(_) => "no-service",
        Reason::NoLevel(_) => "no-level",
        Reason::NoGroup(_) => "no-group",
        Reason::NoSeries(_) => "no-series",
        Reason::NoEstates => "no-estates",
        Reason::NoAttribute { .. } => "no-attribute",
        Reason::NoAreaAttribute { .. } => "no-area-attribute",
        Reason::NoMembership { .. } => "no-membership",
        Reason::NoPersons { .. } => "no-persons",
        Reason::Proxy(_) => "proxy",
        Reason::NoPlace => "no-place",
        Reason::NotListed => "not-listed",
        Reason::OtherUnit { .. } => "other-unit",
        Reason::NoDate => "no-date",
        Reason::Undecided { .. } => "undecided",
        Reason::NoValue { .. } => "no-value",
        Reason::NotDue { .. } => "not-due",
        Reason::UnknownSubjects { .. } => "unknown-subjects",
        Reason::NothingHere => "nothing-here",
        Reason::NoLimit => "no-limit",
        Reason::Stated(_) => "stated",
    }
}
