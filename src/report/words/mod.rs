//! All words of the outputs, in English and Chinese: one function an enum, each arm beside its translation.
//!
//! Labels are the pack's own, else the study's, else the key. No layout, no escaping: that is each output's own.

mod header;
mod line;
pub(crate) mod noun;
pub(crate) mod number;
pub(crate) mod reason;
pub(crate) mod remark;
mod unit;

use crate::assess::{Assessed, Findings};
pub use crate::model::plain;
use crate::model::{AreaId, EstateId, FacilityId, Id, Lang, Layer, LevelId, Proxy, Text, World};
use crate::rules::finding::{Finding, LedgerEntry, Of, Unit, Verdict};
use crate::rules::{Obligation, Pack};
pub(crate) use header::header;

/// One language, with the labels of one pack and one study.
#[derive(Clone, Copy, Debug)]
pub struct Words<'a> {
    /// The study.
    pub world: &'a World,
    /// The pack.
    pub pack: &'a Pack,
    /// The language.
    pub lang: Lang,
}

impl<'a> Words<'a> {
    /// The words for one obligation's finding.
    pub fn of(findings: &'a Findings, assessed: &Assessed, world: &'a World, lang: Lang) -> Self {
        Self { world, pack: &findings.packs[assessed.pack], lang }
    }

    /// The same thing said in both languages.
    pub fn both(self, say: impl Fn(Self) -> String) -> Text {
        let text = |lang| say(Self { lang, ..self });
        Text { en: text(Lang::En), zh: text(Lang::Zh) }
    }

    /// One of two ways to say it.
    pub(crate) fn pick<T>(self, en: T, zh: T) -> T {
        self.lang.pick(en, zh)
    }

    /// How a promise stands.
    pub fn verdict(self, verdict: &Verdict) -> &'static str {
        verdict_word(verdict.key(), self.lang)
    }

    /// The unit that answers for an obligation.
    pub fn lead(self, obligation: &'a Obligation) -> &'a str {
        let key = obligation.lead.get_ref();
        self.pack.leads.get(key).map_or(key, |label| label.get(self.lang))
    }

    /// How a line of a ledger stands.
    pub fn status(self, entry: &LedgerEntry) -> &'static str {
        match (entry.over, entry.struck_off) {
            (Some(_), _) => self.pick("open", "在册"),
            (None, Some(_)) => self.pick("struck off", "已销号"),
            (None, None) => self.pick("unknown", "无法判定"),
        }
    }

    /// A level of areas.
    pub fn level<'k>(self, key: &'k str) -> &'k str
    where
        'a: 'k,
    {
        let own = || self.world.areas.level(key).map(|level| &self.world.areas.levels()[level].label);
        self.pack.levels.get(key).or_else(own).map_or(key, |label| label.get(self.lang))
    }

    /// A service, as one facility of it is called.
    pub fn service<'k>(self, key: &'k str) -> &'k str
    where
        'a: 'k,
    {
        self.pack.services.get(key).map_or(key, |label| self.pick(&label.en, &label.zh))
    }

    /// What the capacity of a service is counted in.
    pub fn supply(self, service: &str) -> &'a str {
        let unit = self.pack.services.get(service).and_then(|service| service.unit.as_ref());
        unit.map_or(self.pick("places", "容量"), |unit| unit.get(self.lang))
    }

    /// A group of people.
    pub fn group<'k>(self, key: &'k str) -> &'k str
    where
        'a: 'k,
    {
        let everyone = || (key == crate::assess::RESIDENTS).then_some(self.pick("residents", "常住人口"));
        self.pack.groups.get(key).map(|label| label.get(self.lang)).or_else(everyone).unwrap_or(key)
    }

    /// An attribute of facilities or areas.
    pub fn attribute<'k>(self, key: &'k str) -> &'k str
    where
        'a: 'k,
    {
        self.pack.attributes.get(key).map_or(key, |label| label.get(self.lang))
    }

    /// Attributes in a list.
    pub(crate) fn attributes(self, keys: &[String]) -> String {
        let labels: Vec<&str> = keys.iter().map(|key| self.attribute(key)).collect();
        labels.join(self.pick(", ", "、"))
    }

    /// What a verdict is about, by its name.
    pub fn subject(self, of: &Of) -> String {
        match of {
            Of::Whole => self.pick("in all", "全域").to_owned(),
            Of::Area(id) => self.area(*id),
            Of::Facility(id) => self.facility(*id),
            Of::Estate(id) => self.estate(*id),
            Of::Part(name) => self.attribute(name).to_owned(),
        }
    }

    /// An area by its name, else its code.
    pub fn area(self, id: AreaId) -> String {
        named(&self.world.areas[id].name, &self.world.areas[id].code)
    }

    /// A facility by its name, else its code.
    pub fn facility(self, id: FacilityId) -> String {
        named(&self.world.facilities[id].name, &self.world.facilities[id].code)
    }

    /// An estate by its name, else its code.
    pub fn estate(self, id: EstateId) -> String {
        debug_assert!(id.index() < self.world.estates.rows.len());
        named(&self.world.estates.rows[id].name, &self.world.estates.rows[id].code)
    }

    /// The people affected: `at least 12,400 residents (2 areas not counted)`.
    pub fn affected(self, affected: &crate::assess::affected::Affected) -> String {
        let persons = number::number(affected.persons);
        let group = self.group(&affected.group);
        match (affected.uncounted, self.lang) {
            (0, Lang::En) => format!("{persons} {group}"),
            (0, Lang::Zh) => format!("{group} {persons} 人"),
            (n, Lang::En) => {
                format!("at least {persons} {group} ({n} {} not counted)", noun::english("area", n as f64))
            }
            (n, Lang::Zh) => format!("{group}至少 {persons} 人（另有 {n} 个区域人数不详）"),
        }
    }
}

/// What a verdict is called, by its key.
pub(crate) fn verdict_word(key: &str, lang: Lang) -> &'static str {
    match key {
        "met" => lang.pick("met", "达标"),
        "unmet" => lang.pick("unmet", "未达标"),
        "unknown" => lang.pick("unknown", "无法判定"),
        _ => lang.pick("not checkable", "不可核查"),
    }
}

/// What the numbers of people count, by its plural.
pub fn people(proxy: Option<Proxy>) -> Text {
    match proxy {
        None => Text { en: "persons".into(), zh: "人".into() },
        Some(Proxy::DwellingFloor) => {
            Text { en: "m² of dwelling floor".into(), zh: "平方米住宅建筑面积".into() }
        }
    }
}

/// What a reader of any output must know first: that data are made up, that boundaries are estimated.
pub fn doubts(findings: &Findings, world: &World, lang: Lang) -> Vec<String> {
    let illustrative = lang.pick(
        "Illustrative data: some inputs are made up to show how the tool works; nothing here describes a real place.",
        "示例数据：部分输入为演示而虚构，以下结果不反映当地实际情况。",
    );
    let mut doubts: Vec<String> = findings.illustrative.then(|| illustrative.to_owned()).into_iter().collect();
    if !findings.estimated.is_empty() {
        let label = |&level: &LevelId| world.areas.levels()[level].label.get(lang);
        let levels: Vec<&str> = findings.estimated.iter().map(label).collect();
        let levels = levels.join(lang.pick(", ", "、"));
        doubts.push(lang.pick(
            format!("Estimated boundaries ({levels}): drawn by a rule, not official."),
            format!("估算边界（{levels}）：按规则推算，非法定界线。"),
        ));
    }
    if world.people.proxy == Some(Proxy::DwellingFloor) {
        let text = lang.pick(
            "Demand is a proxy: square metres of dwelling floor stand for residents; no number here is one of people.",
            "需求为代替指标：以住宅建筑面积（平方米）代替常住人口，以下数字均非人数。",
        );
        doubts.push(text.to_owned());
    }
    doubts
}

/// The unit of the value found in all.
pub(crate) fn value_unit(finding: &Finding) -> Option<&Unit> {
    let observed = finding.observed.as_ref().map(|observed| &observed.unit);
    observed.or(finding.required.as_ref().map(|required| &required.unit)).or(finding.subject_unit.as_ref())
}

/// What else a planner should know of a finding.
pub(crate) fn remarks(finding: &Finding, words: Words<'_>) -> Vec<String> {
    finding.remarks.iter().map(|remark| words.remark(remark, value_unit(finding))).collect()
}

/// What a file was read as.
pub(crate) fn source_layer(layer: Layer, lang: Lang) -> &'static str {
    match layer {
        Layer::Study => lang.pick("study", "研究文件"),
        Layer::Areas => lang.pick("areas", "区域"),
        Layer::Outline => lang.pick("outline", "外边界"),
        Layer::People => lang.pick("people", "人口"),
        Layer::Facilities => lang.pick("facilities", "设施"),
        Layer::Series => lang.pick("values by year", "年度指标"),
        Layer::Estates => lang.pick("new estates", "新建居住区"),
        Layer::Tags => lang.pick("tags", "标签对照表"),
        Layer::Travel => lang.pick("costs of travel", "出行费用表"),
    }
}

fn named(name: &str, code: &str) -> String {
    if name.trim().is_empty() { code.to_owned() } else { name.to_owned() }
}

#[cfg(test)]
mod tests;
