//! What a planner reads of one obligation in one place: one line.

use super::Words;
use super::number::number;
use crate::model::Lang;
use crate::rules::finding::{Finding, Subject, Threshold, Unit, Verdict};

impl Words<'_> {
    /// What is lacking, or by how much too much there is: `short by 3 kindergartens`, `over by 11 pupils`.
    pub fn shortfall(self, finding: &Finding, value: f64) -> Option<String> {
        let quantity = self.quantity(value, finding.shortfall_unit.as_ref()?);
        Some(match (is_ceiling(finding), self.lang) {
            (false, Lang::En) => format!("short by {quantity}"),
            (true, Lang::En) => format!("over by {quantity}"),
            (false, Lang::Zh) => format!("缺口 {quantity}"),
            (true, Lang::Zh) => format!("超出 {quantity}"),
        })
    }

    /// A subject in a list, where the obligation's own shortfall stands above: `1`, `11 over`; else what was found there.
    pub fn lack(self, finding: &Finding, subject: &Subject) -> Option<String> {
        let brief = |value, unit: &Unit| match unit {
            Unit::Attribute(_) | Unit::Facilities { .. } => number(value),
            Unit::DwellingFloor => format!("{} {}", number(value), self.pick("m²", "平方米")),
            _ => self.quantity(value, unit),
        };
        match subject.shortfall.zip(finding.shortfall_unit.as_ref()) {
            Some((value, unit)) if is_ceiling(finding) => {
                let over = brief(value, unit);
                Some(self.pick(format!("{over} over"), format!("超出 {over}")))
            }
            Some((value, unit)) => Some(brief(value, unit)),
            None => subject.observed.zip(finding.subject_unit.as_ref()).map(|(value, unit)| brief(value, unit)),
        }
    }

    /// Why the verdict on a subject is as it is: what it lacks, the nearest that would do, the remarks.
    pub fn because(self, finding: &Finding, subject: &Subject) -> String {
        let mut parts = Vec::new();
        let unit = finding.subject_unit.as_ref();
        if let Some(why) = subject.verdict.why() {
            parts.push(self.reason(why, unit));
        }
        if subject.verdict == Verdict::Unmet {
            let found = || {
                let found = self.quantity(subject.observed?, unit?);
                Some(self.pick(format!("found {found}"), format!("实际 {found}")))
            };
            parts.extend(subject.shortfall.and_then(|value| self.shortfall(finding, value)).or_else(found));
        }
        if let Some((facility, distance)) = subject.evidence.nearest {
            let distance = self.cost(distance);
            let name = self.facility(facility);
            parts.push(self.pick(format!("nearest: {name}, {distance}"), format!("最近：{name}，{distance}")));
        }
        parts.extend(subject.evidence.remarks.iter().map(|remark| self.remark(remark, unit)));
        parts.join(self.pick("; ", "；"))
    }
}

/// Whether less is better: then what is called a shortfall is an excess.
fn is_ceiling(finding: &Finding) -> bool {
    matches!(finding.required.as_ref().map(|required| required.threshold), Some(Threshold::AtMost(_)))
}
