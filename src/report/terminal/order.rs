//! Worst first: among the obligations of a lead unit, and among the subjects of an obligation.

use std::cmp::Reverse;

use crate::assess::{Assessed, Findings};
use crate::model::{Lang, World};
use crate::report::words::Words;
use crate::rules::finding::{Finding, Subject, Verdict};

/// The unmet obligations by lead unit, both in the order of the packs, then each unit's worst first: by the people
/// affected, by the subjects unmet, by what part of the requirement is lacking.
pub(super) fn unmet_by_lead<'a>(
    findings: &'a Findings,
    world: &'a World,
    lang: Lang,
) -> Vec<(&'a str, Vec<&'a Assessed>)> {
    let mut leads: Vec<(&str, Vec<&Assessed>)> = Vec::new();
    for assessed in findings.findings.iter().filter(|assessed| assessed.finding.verdict == Verdict::Unmet) {
        let lead = Words::of(findings, assessed, world, lang).lead(findings.obligation(assessed));
        match leads.iter_mut().find(|(known, _)| *known == lead) {
            Some((_, unmet)) => unmet.push(assessed),
            None => leads.push((lead, vec![assessed])),
        }
    }
    for (_, unmet) in &mut leads {
        unmet.sort_by(|a, b| badness(b).partial_cmp(&badness(a)).unwrap_or(std::cmp::Ordering::Equal));
    }
    leads
}

fn badness(assessed: &Assessed) -> (f64, usize, f64) {
    let persons = assessed.affected.as_ref().map_or(0.0, |affected| affected.persons);
    (persons, assessed.finding.count("unmet"), lacking(&assessed.finding))
}

/// What part of the requirement is lacking; 0 where that cannot be said.
fn lacking(finding: &Finding) -> f64 {
    let (Some(observed), Some(required)) = (&finding.observed, &finding.required) else { return 0.0 };
    let part = -required.threshold.margin(observed.value) / required.threshold.limit().abs();
    if observed.unit == required.unit && part.is_finite() { part } else { 0.0 }
}

/// The unmet subjects: by what they lack, by the people concerned, then as they come. The whole is not among them: what
/// it lacks is said of the obligation.
pub(super) fn worst_first(finding: &Finding) -> Vec<&Subject> {
    let mut unmet: Vec<&Subject> = finding.parts().filter(|subject| subject.verdict == Verdict::Unmet).collect();
    // Quantities are not negative, and so their bits are in their order.
    let bits = |value: Option<f64>| value.unwrap_or(0.0).max(0.0).to_bits();
    unmet.sort_by_key(|subject| Reverse((bits(subject.shortfall), bits(subject.evidence.persons))));
    unmet
}
