//! The findings turned round: for each area, how each obligation stands there.

use crate::assess::{Assessed, Findings};
use crate::model::{AreaId, PerArea, World};
use crate::rules::Noun;
use crate::rules::finding::{Of, Subject, Verdict};

/// For each finding and area, which of its subjects is about the area.
pub(crate) struct ByArea<'a> {
    findings: &'a Findings,
    /// `None` where a finding has no area among its subjects; else a position and 1, or 0.
    subjects: Vec<Option<PerArea<u32>>>,
}

impl<'a> ByArea<'a> {
    pub(crate) fn of(findings: &'a Findings, world: &World) -> Self {
        let subjects = findings.findings.iter().map(|assessed| {
            let subjects = &assessed.finding.subjects;
            let mut positions = None;
            for (position, subject) in subjects.iter().enumerate() {
                let Of::Area(area) = subject.of else { continue };
                let positions = positions.get_or_insert_with(|| PerArea::filled(world.areas.len(), 0_u32));
                let held: &mut u32 = &mut positions[area];
                // A check that speaks of an area twice: the worse counts.
                if *held == 0 || badness(&subjects[*held as usize - 1].verdict) < badness(&subject.verdict) {
                    *held = u32::try_from(position + 1).expect("no more subjects than areas, facilities and estates");
                }
            }
            positions
        });
        Self { findings, subjects: subjects.collect() }
    }

    /// The findings that speak of areas, or would if the data were there.
    pub(crate) fn findings(&self) -> impl Iterator<Item = (usize, &'a Assessed)> {
        self.findings.findings.iter().enumerate().filter(|(index, assessed)| {
            let names = self.findings.obligation(assessed).check.kind().names();
            self.subjects[*index].is_some() || names.iter().any(|name| name.noun == Noun::Level)
        })
    }

    /// How the obligation of finding `index` stands in `area`.
    pub(crate) fn subject(&self, index: usize, area: AreaId) -> Option<&'a Subject> {
        let position = self.subjects[index].as_ref()?[area].checked_sub(1)?;
        Some(&self.findings.findings[index].finding.subjects[position as usize])
    }

    /// All that is said of `area`, in the order of the findings.
    pub(crate) fn about(&self, area: AreaId) -> impl Iterator<Item = (&'a Assessed, &'a Subject)> {
        (0..self.subjects.len())
            .filter_map(move |index| Some((&self.findings.findings[index], self.subject(index, area)?)))
    }

    /// How many obligations have the verdict with this key in `area`.
    pub(crate) fn count(&self, area: AreaId, verdict: &str) -> usize {
        self.about(area).filter(|(_, subject)| subject.verdict.key() == verdict).count()
    }
}

fn badness(verdict: &Verdict) -> u8 {
    match verdict {
        Verdict::NotCheckable { .. } => 0,
        Verdict::Met => 1,
        Verdict::Unknown { .. } => 2,
        Verdict::Unmet => 3,
    }
}
