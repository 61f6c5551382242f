//! All words of the outputs, in English and Chinese: one function an enum, each arm beside its translation.
//!
//! Labels are the pack's own, else the study's, else the key. No layout, no escaping: that is each output's own.

mod line;
pub(crate) mod noun;
pub(crate) mod number;
pub(crate) mod reason;
pub(crate) mod remark;
mod unit;

use crate::assess::{Assessed, Findings};
pub use crate::model::plain;
use crate::model::{AreaId, EstateId, FacilityId, Id, Lang, Text, World};
use crate::rules::finding::{Of, Verdict};
use crate::rules::{Obligation, Pack};

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
        match verdict {
            Verdict::Met => self.pick("met", "达标"),
            Verdict::Unmet => self.pick("unmet", "未达标"),
            Verdict::Unknown { .. } => self.pick("unknown", "无法判定"),
            Verdict::NotCheckable { .. } => self.pick("not checkable", "不可核查"),
        }
    }

    /// The unit that answers for an obligation.
    pub fn lead(self, obligation: &'a Obligation) -> &'a str {
        let key = obligation.lead.get_ref();
        self.pack.leads.get(key).map_or(key, |label| label.get(self.lang))
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

fn named(name: &str, code: &str) -> String {
    if name.trim().is_empty() { code.to_owned() } else { name.to_owned() }
}

#[cfg(test)]
mod tests;
