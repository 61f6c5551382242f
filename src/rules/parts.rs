//! Judging by parts: books of a world, a subject read from them for each area or facility, and a conclusion from all.
//!
//! A whole world is judged so: its books, all its subjects, a conclusion. An edited one: the books with other rows in
//! place of some, the subjects that these concern, a conclusion. The pieces are the same, so the two cannot drift apart;
//! and both are the same to the last bit, since every sum in them is an [`Exact`] one.

use std::collections::BTreeMap;

use super::exact::Exact;
use super::finding::{Evidence, Finding, Of, Reason, Subject, Verdict};
use super::select::{Tri, Where};
use super::tally::ByArea;
use super::{Case, Detail, Kind};
use crate::model::{AreaId, FacilityId};

/// A kind that judges by parts.
pub trait ByParts: Kind + Clone + Send + Sync + 'static {
    /// What subjects are read from. A copy with other rows should share what it can.
    type Books: Send + Sync + 'static;

    /// The books of a world.
    ///
    /// # Errors
    /// Why nothing can be judged.
    fn books(&self, case: &Case<'_>) -> Result<Self::Books, Reason>;

    /// The same, for [`ByParts::replace`]: rows that do not stand may come.
    ///
    /// # Errors
    /// As [`ByParts::books`].
    fn books_to_keep(&self, case: &Case<'_>) -> Result<Self::Books, Reason> {
        self.books(case)
    }

    /// All that is judged, in the order of the finding.
    fn all(&self, case: &Case<'_>, books: &Self::Books) -> Vec<Of>;

    /// One of these; `None` if it is not, or not any more, among them.
    fn subject(&self, case: &Case<'_>, books: &Self::Books, of: &Of) -> Option<Subject>;

    /// The finding, without subjects, remarks and ledger.
    fn conclude(&self, case: &Case<'_>, books: &Self::Books, roll: &Roll) -> Finding;

    /// Adds remarks and ledger to a finding that has its subjects.
    fn complete(&self, _case: &Case<'_>, _books: &Self::Books, _finding: &mut Finding) {}

    /// The books with other rows in place of some, and all whose subject that may change; `None` where that is not
    /// known. What a verdict is unknown for need not follow.
    fn replace(&self, case: &Case<'_>, books: &Self::Books, swap: &Swap<'_>) -> Option<(Self::Books, Vec<Of>)>;
}

/// The whole, and each area of the level of `tallies`.
pub fn whole_and_areas(tallies: &ByArea) -> Vec<Of> {
    whole_and(tallies.at_level().iter().copied())
}

/// The whole, and these areas.
pub fn whole_and(areas: impl IntoIterator<Item = AreaId>) -> Vec<Of> {
    std::iter::once(Of::Whole).chain(areas.into_iter().map(Of::Area)).collect()
}

/// Rows of facilities that stand no more, and those that stand instead or in addition; each in the order of their ids.
#[derive(Clone, Copy, Debug)]
pub struct Swap<'a> {
    /// Those that leave.
    pub leave: &'a [FacilityId],
    /// Those that come.
    pub come: &'a [FacilityId],
}

/// Rows of one service that meet conditions or may.
pub type Rows = Vec<(FacilityId, Tri)>;

impl Swap<'_> {
    /// Those of a service that meet the conditions, or may: the ones that leave and the ones that come.
    pub fn of(&self, case: &Case<'_>, service: &str, conditions: &Where) -> (Rows, Rows) {
        let Some(service) = case.world.facilities.service(service) else { return (Rows::new(), Rows::new()) };
        let chosen = |facilities: &[FacilityId]| -> Rows {
            let own = facilities.iter().copied().filter(|&id| case.world.facilities[id].service == service);
            own.map(|id| (id, case.holds(conditions, id))).filter(|&(_, holds)| holds != Tri::No).collect()
        };
        (chosen(self.leave), chosen(self.come))
    }
}

/// Subjects of one sort, taken together.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Group {
    /// How many are met,
    pub met: usize,
    /// unmet,
    pub unmet: usize,
    /// unknown,
    pub unknown: usize,
    /// or have nothing to judge.
    pub nothing: usize,
    /// The lowest value observed.
    pub lowest: Option<f64>,
    /// The highest.
    pub highest: Option<f64>,
    lacking: Exact,
    n_lacking: usize,
}

impl Group {
    fn add(&mut self, subject: &Subject) {
        *self.count(&subject.verdict) += 1;
        if let Some(shortfall) = subject.shortfall {
            self.lacking += Exact::of(shortfall);
            self.n_lacking += 1;
        }
    }

    fn take(&mut self, subject: &Subject) {
        let count = self.count(&subject.verdict);
        *count = count.saturating_sub(1);
        if let Some(shortfall) = subject.shortfall {
            self.lacking -= Exact::of(shortfall);
            self.n_lacking = self.n_lacking.saturating_sub(1);
        }
    }

    /// How many have this verdict.
    pub(super) fn count(&mut self, verdict: &Verdict) -> &mut usize {
        match verdict {
            Verdict::Met => &mut self.met,
            Verdict::Unmet => &mut self.unmet,
            Verdict::Unknown { .. } => &mut self.unknown,
            Verdict::NotCheckable { .. } => &mut self.nothing,
        }
    }

    fn observe(&mut self, value: f64) {
        self.lowest = Some(self.lowest.map_or(value, |lowest| least(lowest, value)));
        self.highest = Some(self.highest.map_or(value, |highest| -least(-highest, -value)));
    }

    /// How many.
    pub fn len(&self) -> usize {
        self.met + self.unmet + self.unknown + self.nothing
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// What they lack together; `None` where none lacks anything that can be counted.
    pub fn shortfall(&self) -> Option<f64> {
        (0 < self.n_lacking).then(|| self.lacking.value())
    }

    /// The verdict on all together: unmet if one is, else unknown if one is, else met; those that have nothing to judge
    /// do not count. `NotCheckable` if none counts.
    pub fn verdict(&self) -> Verdict {
        match (self.met, self.unmet, self.unknown) {
            (0, 0, 0) => Verdict::NotCheckable { why: Reason::NothingHere },
            (_, 0, 0) => Verdict::Met,
            (met, 0, unknown) => Verdict::unknown(Reason::UnknownSubjects { unknown, of: met + unknown }),
            _ => Verdict::Unmet,
        }
    }

    /// These and others.
    pub fn and(mut self, other: &Self) -> Self {
        self.met += other.met;
        self.unmet += other.unmet;
        self.unknown += other.unknown;
        self.nothing += other.nothing;
        self.lacking += other.lacking;
        self.n_lacking += other.n_lacking;
        [other.lowest, other.highest].into_iter().flatten().for_each(|value| self.observe(value));
        self
    }
}

fn least(a: f64, b: f64) -> f64 {
    if b.total_cmp(&a).is_lt() { b } else { a }
}

/// All subjects of a finding taken together, the whole apart: what is concluded from them.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Roll {
    /// Areas.
    pub areas: Group,
    /// Facilities.
    pub facilities: Group,
    /// Estates and named parts.
    pub parts: Group,
    /// The whole, where it is a subject.
    whole: Group,
}

impl Roll {
    /// Of these subjects.
    pub fn of<'s>(subjects: impl IntoIterator<Item = &'s Subject>) -> Self {
        let mut roll = Self::default();
        for subject in subjects {
            let group = roll.group(&subject.of);
            group.add(subject);
            subject.observed.into_iter().for_each(|value| group.observe(value));
        }
        roll
    }

    fn group(&mut self, of: &Of) -> &mut Group {
        match of {
            Of::Whole => &mut self.whole,
            Of::Area(_) => &mut self.areas,
            Of::Facility(_) => &mut self.facilities,
            Of::Estate(_) | Of::Part(_) => &mut self.parts,
        }
    }

    /// All but the whole.
    pub fn all(&self) -> Group {
        self.areas.and(&self.facilities).and(&self.parts)
    }

    /// Whether there is no subject at all.
    pub fn is_empty(&self) -> bool {
        self.whole.is_empty() && self.all().is_empty()
    }
}

/// Judges a world.
pub fn assess<K: ByParts>(kind: &K, case: &Case<'_>) -> Finding {
    let books = match kind.books(case) {
        Ok(books) => books,
        Err(why) => return Finding::bare(Verdict::unknown(why)),
    };
    let all = kind.all(case, &books);
    let subjects: Vec<Subject> = all.iter().filter_map(|of| kind.subject(case, &books, of)).collect();
    let mut finding = kind.conclude(case, &books, &Roll::of(&subjects));
    finding.subjects = subjects;
    if case.detail == Detail::Evidence {
        kind.complete(case, &books, &mut finding);
    }
    finding
}

/// What is kept of a world, so that another with some rows replaced is judged by what that touches.
pub trait Kept: Send + Sync {
    /// What the replacement changes; `None` where only a full judgement can say.
    fn revise(&self, case: &Case<'_>, swap: &Swap<'_>) -> Option<Revision>;
}

/// Keeps of a world what [`Kept::revise`] needs; `None` where nothing can be judged.
pub fn keep<K: ByParts>(kind: &K, case: &Case<'_>) -> Option<Box<dyn Kept>> {
    let case = Case { detail: Detail::Figures, ..*case };
    let books = kind.books_to_keep(&case).ok()?;
    let mut roll = Roll::default();
    let mut observed: [Vec<f64>; 4] = Default::default();
    for subject in kind.all(&case, &books).iter().filter_map(|of| kind.subject(&case, &books, of)) {
        roll.group(&subject.of).add(&subject);
        observed[sort(&subject.of)].extend(subject.observed);
    }
    observed.iter_mut().for_each(|values| values.sort_unstable_by(f64::total_cmp));
    Some(Box::new(Account { kind: kind.clone(), books, roll, observed }))
}

/// Which of the lists of observed values that of a subject is in.
fn sort(of: &Of) -> usize {
    match of {
        Of::Whole => 0,
        Of::Area(_) => 1,
        Of::Facility(_) => 2,
        Of::Estate(_) | Of::Part(_) => 3,
    }
}

struct Account<K: ByParts> {
    kind: K,
    books: K::Books,
    /// Of the base, without extremes.
    roll: Roll,
    /// All values observed, in their order, by sort.
    observed: [Vec<f64>; 4],
}

/// A subject before and after; `None` where it is not among those judged.
pub type Change = (Option<Subject>, Option<Subject>);

/// What a finding becomes where some rows are replaced.
#[derive(Clone, Debug)]
pub struct Revision {
    /// The finding after, without subjects, remarks and ledger.
    pub finding: Finding,
    /// All subjects after, taken together.
    pub roll: Roll,
    /// The subjects whose figures change. What they are unknown for may be out of date, and they name no facilities.
    pub changed: Vec<Change>,
}

impl Revision {
    /// What both change, one after the other: this one is of the world that `first` leads to.
    pub fn after(mut self, first: &Self) -> Self {
        // In the order of a finding: what is summed over them must not depend on how they were found.
        let mut changed: BTreeMap<Of, Change> = BTreeMap::new();
        let of = |(before, after): &Change| before.as_ref().or(after.as_ref()).map(|subject| subject.of.clone());
        for change in &first.changed {
            of(change).into_iter().for_each(|of| _ = changed.insert(of, change.clone()));
        }
        for change in self.changed {
            if let Some(of) = of(&change) {
                changed.entry(of).and_modify(|known| known.1.clone_from(&change.1)).or_insert(change);
            }
        }
        self.changed = changed.into_values().filter(|(before, after)| differ(before, after)).collect();
        self
    }
}

impl<K: ByParts> Kept for Account<K> {
    fn revise(&self, case: &Case<'_>, swap: &Swap<'_>) -> Option<Revision> {
        let case = Case { detail: Detail::Figures, ..*case };
        let (books, touched) = self.kind.replace(&case, &self.books, swap)?;
        let of = |of: &Of| (self.kind.subject(&case, &self.books, of), self.kind.subject(&case, &books, of));
        let changed: Vec<Change> = touched.iter().map(of).filter(|(before, after)| differ(before, after)).collect();
        let roll = self.roll_after(&changed);
        let finding = self.kind.conclude(&case, &books, &roll);
        Some(Revision { finding, roll, changed })
    }
}

impl<K: ByParts> Account<K> {
    fn roll_after(&self, changed: &[Change]) -> Roll {
        let mut roll = self.roll;
        let (mut gone, mut new): ([Vec<f64>; 4], [Vec<f64>; 4]) = Default::default();
        for (before, after) in changed {
            if let Some(before) = before {
                roll.group(&before.of).take(before);
                gone[sort(&before.of)].extend(before.observed);
            }
            if let Some(after) = after {
                roll.group(&after.of).add(after);
                new[sort(&after.of)].extend(after.observed);
            }
        }
        let groups = [&mut roll.whole, &mut roll.areas, &mut roll.facilities, &mut roll.parts];
        for (at, group) in groups.into_iter().enumerate() {
            gone[at].sort_unstable_by(f64::total_cmp);
            let lowest = left(self.observed[at].iter(), gone[at].iter());
            let highest = left(self.observed[at].iter().rev(), gone[at].iter().rev());
            lowest.into_iter().chain(highest).chain(new[at].iter().copied()).for_each(|value| group.observe(value));
        }
        roll
    }
}

/// The first of `all` that is not among `gone`, which are some of them in the same order.
fn left<'v>(all: impl Iterator<Item = &'v f64>, gone: impl Iterator<Item = &'v f64>) -> Option<f64> {
    let mut gone = gone.peekable();
    all.copied().find(|value| gone.next_if(|gone| gone.total_cmp(value).is_eq()).is_none())
}

/// Whether the figures of a subject are not the same.
fn differ(before: &Option<Subject>, after: &Option<Subject>) -> bool {
    let figures = |subject: &Subject| {
        let Evidence { counted, of, unknown, persons, .. } = subject.evidence;
        (subject.verdict.key(), subject.observed, subject.shortfall, counted, of, unknown, persons)
    };
    before.as_ref().map(figures) != after.as_ref().map(figures)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Id;
    use crate::rules::finding::Evidence;

    fn subject(of: Of, observed: f64) -> Option<Subject> {
        let (verdict, evidence) = (Verdict::Met, Evidence::default());
        Some(Subject { of, verdict, observed: Some(observed), shortfall: None, evidence })
    }

    fn revision(changes: impl IntoIterator<Item = (usize, [f64; 2])>) -> Revision {
        let of = |area: usize| if area == 0 { Of::Whole } else { Of::Area(AreaId::new(area)) };
        let change = |(area, [before, after]): (usize, [f64; 2])| (subject(of(area), before), subject(of(area), after));
        let changed = changes.into_iter().map(change).collect();
        Revision { finding: Finding::bare(Verdict::Met), roll: Roll::default(), changed }
    }

    #[test]
    fn two_changes_after_each_other_are_one_in_the_order_of_a_finding() {
        let first = revision((0..40).map(|area| (area, [0.0, 1.0])));
        // Some change again, one back to what it was; others change now only.
        let second = revision((30..60).rev().map(|area| match area {
            33 => (area, [1.0, 0.0]),
            0..40 => (area, [1.0, 2.0]),
            _ => (area, [0.0, 2.0]),
        }));
        let both = second.after(&first);
        let expected = (0..60).filter(|&area| area != 33);
        let expected = revision(expected.map(|area| (area, [0.0, if area < 30 { 1.0 } else { 2.0 }])));
        assert_eq!(both.changed, expected.changed);
    }
}
