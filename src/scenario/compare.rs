//! What an outcome changes against its base: by obligation, for people, in access.

use std::collections::BTreeMap;

use super::access::AccessChange;
use super::stage::{Outcome, Stage};
use crate::assess::affected::{Doubts, Headcount, doubt};
use crate::model::AreaId;
use crate::rules::Verdict;
use crate::rules::finding::{Evidence, Finding, Of, Subject};
use crate::rules::parts::{Change, Group, Revision, Roll};

/// How an obligation turns.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Turn {
    /// It is met and was not.
    Fixed,
    /// It is unmet and was met.
    Broken,
    /// It is not fixed, and more of it is unknown than was: an edit does not say all that the check asks for.
    Unsettled,
    /// It is not met, but less is lacking.
    Improved,
    /// It was not met, and more is lacking.
    Worsened,
    /// Neither.
    Same,
}

impl Turn {
    /// The word that every output uses.
    pub fn key(self) -> &'static str {
        match self {
            Self::Fixed => "fixed",
            Self::Broken => "broken",
            Self::Unsettled => "unsettled",
            Self::Improved => "improved",
            Self::Worsened => "worsened",
            Self::Same => "same",
        }
    }

    fn of(before: &Standing<'_>, after: &Standing<'_>) -> Self {
        let (was, is) = (&before.finding.verdict, &after.finding.verdict);
        match (*was == Verdict::Met, *is == Verdict::Met) {
            (false, true) => return Self::Fixed,
            (true, false) if *is == Verdict::Unmet => return Self::Broken,
            (true, true) => return Self::Same,
            // What is lacking for sure is no doubt, however much else is unknown.
            _ if lacks_more(before, after) => return Self::Worsened,
            _ if is_doubtful(before, after) => return Self::Unsettled,
            (true, false) => return Self::Broken,
            (false, false) => {}
        }
        // What can be mended is lacking units, else the distance from flipping, else the subjects not met.
        let behind = |standing: &Standing<'_>| standing.finding.margin.as_ref().map(|margin| -margin.value);
        let measures = [
            lacking(before.finding).zip(lacking(after.finding)),
            behind(before).zip(behind(after)),
            Some((before.all.unmet as f64, after.all.unmet as f64)),
        ];
        match measures.into_iter().flatten().find(|(before, after)| before != after) {
            Some((before, after)) if after < before => Self::Improved,
            Some(_) => Self::Worsened,
            None => Self::Same,
        }
    }
}

/// A finding, and its subjects taken together.
struct Standing<'f> {
    /// Perhaps without its subjects.
    finding: &'f Finding,
    /// All but the whole.
    all: Group,
    has_subjects: bool,
}

impl<'f> Standing<'f> {
    fn of(finding: &'f Finding, roll: &Roll) -> Self {
        Self { finding, all: roll.all(), has_subjects: !roll.is_empty() }
    }
}

/// What is lacking, in the unit of the finding: 0 where it is met; `None` where that is not known.
fn lacking(finding: &Finding) -> Option<f64> {
    match finding.verdict {
        Verdict::Met => Some(0.0),
        Verdict::Unmet => finding.shortfall,
        Verdict::Unknown { .. } | Verdict::NotCheckable { .. } => None,
    }
}

/// Whether more is surely lacking after than before: then it is unmet, and was not or lacked less.
fn lacks_more(before: &Standing<'_>, after: &Standing<'_>) -> bool {
    match (&before.finding.verdict, &after.finding.verdict) {
        (Verdict::Unknown { .. }, Verdict::Unmet) => true,
        (Verdict::Unmet, Verdict::Unmet) => {
            lacking(before.finding).zip(lacking(after.finding)).is_some_and(|(before, after)| before < after)
        }
        _ => false,
    }
}

/// Whether more is unknown after than before: then less that is lacking may only be less that is known.
fn is_doubtful(before: &Standing<'_>, after: &Standing<'_>) -> bool {
    let is_unknown = |standing: &Standing<'_>| matches!(standing.finding.verdict, Verdict::Unknown { .. });
    before.all.unknown < after.all.unknown || (!after.has_subjects && !is_unknown(before) && is_unknown(after))
}

/// An obligation in the base, as what changes is held against it.
#[derive(Debug)]
pub(super) struct Before {
    roll: Roll,
    doubts: Doubts,
}

impl Before {
    pub(super) fn of(areas: &crate::model::Areas, finding: &Finding) -> Self {
        Self { roll: Roll::of(&finding.subjects), doubts: Doubts::of(areas, finding) }
    }
}

/// What a full judgement changes: as [`Kept::revise`](crate::rules::parts::Kept::revise) would say it.
pub(super) fn revision(before: &Finding, after: &Finding) -> Revision {
    let mut changed: Vec<Change> = Vec::new();
    if before.subjects.len() == after.subjects.len()
        && before.subjects.iter().zip(&after.subjects).all(|(before, after)| before.of == after.of)
    {
        let pairs = before.subjects.iter().zip(&after.subjects);
        changed.extend(
            pairs.filter(|(before, after)| before != after).map(|(was, is)| (Some(figures(was)), Some(figures(is)))),
        );
    } else {
        // Only areas and the whole have anyone who gains or loses.
        let at = |of: &Of| match of {
            Of::Area(area) => Some(Some(*area)),
            Of::Whole => Some(None),
            _ => None,
        };
        let mut pairs: BTreeMap<Option<AreaId>, Change> = BTreeMap::new();
        for subject in &before.subjects {
            at(&subject.of).into_iter().for_each(|at| pairs.entry(at).or_default().0 = Some(figures(subject)));
        }
        for subject in &after.subjects {
            at(&subject.of).into_iter().for_each(|at| pairs.entry(at).or_default().1 = Some(figures(subject)));
        }
        changed.extend(pairs.into_values().filter(|(before, after)| before != after));
    }
    let finding = Finding {
        verdict: after.verdict.clone(),
        observed: after.observed.clone(),
        margin: after.margin.clone(),
        shortfall: after.shortfall,
        ..Finding::bare(after.verdict.clone())
    };
    Revision { finding, roll: Roll::of(&after.subjects), changed }
}

/// A subject without what only explains it.
fn figures(subject: &Subject) -> Subject {
    let Evidence { counted, of, unknown, persons, .. } = subject.evidence;
    let evidence = Evidence { counted, of, unknown, persons, ..Evidence::default() };
    Subject { of: subject.of.clone(), verdict: subject.verdict.clone(), evidence, ..*subject }
}

/// What changes for one obligation.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ObligationChange {
    /// Its position among the findings of the base.
    pub position: usize,
    /// How it turns.
    pub turn: Turn,
    /// The keys of the verdicts before and after.
    pub verdicts: (&'static str, &'static str),
    /// What is lacking before and after, in the unit of the finding: 0 where it is met, `None` where that is not known.
    pub shortfall: (Option<f64>, Option<f64>),
    /// Persons of its group for whom it is kept now and was not, or nobody knew.
    pub gained: f64,
    /// Persons of its group for whom it was kept and is not now; where nobody knows they are not lost.
    pub lost: f64,
}

/// What an outcome changes.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Difference {
    /// The obligations for which anything changes, in the order of the packs.
    pub obligations: Vec<ObligationChange>,
    /// Access to the services whose facilities or people were edited.
    pub access: Vec<AccessChange>,
    /// What it costs; `None` where an edit does not say.
    pub cost: Option<f64>,
}

impl ObligationChange {
    /// Of the obligation at `position`, for the persons of its group; `None` where nothing changes.
    pub(super) fn of(
        stage: &Stage,
        position: usize,
        revision: &Revision,
        headcount: Option<&Headcount>,
    ) -> Option<Self> {
        let found = &stage.base().findings[position];
        let known = stage.before(position);
        let before = Standing::of(&found.finding, &known.roll);
        let after = Standing::of(&revision.finding, &revision.roll);
        let counts_persons = stage.base().obligation(found).check.kind().counts_persons();
        let is_judged = |finding: &Finding| !matches!(finding.verdict, Verdict::NotCheckable { .. });
        let (gained, lost) = match headcount {
            // Where nothing is promised nobody can gain or lose.
            _ if !is_judged(before.finding) || !is_judged(after.finding) => (0.0, 0.0),
            _ if counts_persons => counted(&revision.changed, !revision.roll.areas.is_empty()),
            Some(headcount) => {
                let after = doubts_after(&revision.changed);
                headcount.turned(&stage.world().areas, &known.doubts, &after)
            }
            None => (0.0, 0.0),
        };
        let change = Self {
            position,
            turn: Turn::of(&before, &after),
            verdicts: (found.finding.verdict.key(), revision.finding.verdict.key()),
            shortfall: (lacking(&found.finding), lacking(&revision.finding)),
            gained,
            lost,
        };
        let is_change = change.turn != Turn::Same
            || change.gained != 0.0
            || change.lost != 0.0
            || change.shortfall.0 != change.shortfall.1;
        is_change.then_some(change)
    }
}

impl Difference {
    /// What `outcome` changes on `stage`.
    pub fn of(stage: &Stage, outcome: &Outcome) -> Self {
        let change = |(position, after): &(usize, crate::assess::Assessed)| {
            let before = &stage.base().findings[*position];
            let headcount = stage.headcount(before, &outcome.headcounts);
            ObligationChange::of(stage, *position, &revision(&before.finding, &after.finding), headcount)
        };
        Self {
            obligations: outcome.judged.iter().filter_map(change).collect(),
            access: outcome.access.clone(),
            cost: outcome.cost,
        }
    }

    /// How many obligations turn so.
    pub fn count(&self, turn: Turn) -> usize {
        self.obligations.iter().filter(|change| change.turn == turn).count()
    }

    /// The positions of the obligations that turn so.
    pub fn positions(&self, turn: Turn) -> impl Iterator<Item = usize> + '_ {
        self.obligations.iter().filter(move |change| change.turn == turn).map(|change| change.position)
    }

    /// Persons for whom a promise is kept that was not, over all promises: who gains two counts twice, since each
    /// promise is to a group of its own.
    pub fn gained(&self) -> f64 {
        self.obligations.iter().map(|change| change.gained).sum::<f64>() + 0.0
    }

    /// Persons for whom a promise is not kept that was, likewise.
    pub fn lost(&self) -> f64 {
        self.obligations.iter().map(|change| change.lost).sum::<f64>() + 0.0
    }

    /// What all edits cost for each person gained, less those lost; `None` without costs or gain.
    pub fn cost_per_person(&self) -> Option<f64> {
        let net = self.gained() - self.lost();
        self.cost.filter(|_| 0.0 < net).map(|cost| cost / net)
    }
}

/// What is doubted of the areas whose doubt changes.
fn doubts_after(changed: &[Change]) -> BTreeMap<AreaId, u8> {
    let of = |(before, after): &Change| {
        let Of::Area(area) = before.as_ref().or(after.as_ref())?.of else { return None };
        let [was, is] = [before, after].map(|subject| doubt(subject.as_ref().map(|subject| &subject.verdict)));
        (was != is).then_some((area, is))
    };
    changed.iter().filter_map(of).collect()
}

/// By area where there are any, else in all: how many persons more have what is promised, and how many fewer surely or
/// perhaps do. Who moves in or away neither gains nor loses.
fn counted(changed: &[Change], by_area: bool) -> (f64, f64) {
    let of_those = |of: &Of| if by_area { matches!(of, Of::Area(_)) } else { *of == Of::Whole };
    // All, those who are not sure to have it, and those who surely have not.
    let figures = |subject: &Subject| -> [f64; 3] {
        let all = subject.evidence.of.unwrap_or(0.0);
        let not_sure = all - subject.evidence.counted.unwrap_or(0.0);
        [all, not_sure, not_sure - subject.evidence.unknown.unwrap_or(0.0)]
    };
    let both = changed.iter().filter_map(|(before, after)| before.as_ref().zip(after.as_ref()));
    let pairs = both.filter(|(before, _)| of_those(&before.of));
    let (gained, lost) = pairs.fold((0.0, 0.0), |(gained, lost), (before, after)| {
        let (before, after) = (figures(before), figures(after));
        let [moved, not_sure, without] = std::array::from_fn(|n| after[n] - before[n]);
        let gained_here = (-not_sure - (-moved).max(0.0)).max(0.0);
        (gained + gained_here, lost + (without - moved.max(0.0)).max(0.0))
    });
    // Sums of fractions differ in their last digits.
    let whole = |persons: f64| if persons < LEAST { 0.0 } else { persons };
    (whole(gained), whole(lost))
}

/// Fewer persons than this are none: sums of fractions differ in their last digits.
const LEAST: f64 = 1e-6;
