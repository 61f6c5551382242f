//! What an outcome changes against its base: by obligation, for people, in access.

use super::access::AccessChange;
use super::stage::{Outcome, Stage};
use crate::assess::affected::Headcount;
use crate::assess::{Assessed, check, group};
use crate::rules::Verdict;
use crate::rules::finding::{Evidence, Finding, Of};

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

    fn of(before: &Finding, after: &Finding) -> Self {
        match (before.verdict == Verdict::Met, after.verdict == Verdict::Met) {
            (false, true) => return Self::Fixed,
            (true, false) if after.verdict == Verdict::Unmet => return Self::Broken,
            (true, true) => return Self::Same,
            _ if is_doubtful(before, after) => return Self::Unsettled,
            (true, false) => return Self::Broken,
            (false, false) => {}
        }
        // What can be mended is lacking units, else the distance from flipping, else the subjects not met.
        let behind = |finding: &Finding| finding.margin.as_ref().map(|margin| -margin.value);
        let unmet = |finding: &Finding| finding.count("unmet") as f64;
        let measures = [
            lacking(before).zip(lacking(after)),
            behind(before).zip(behind(after)),
            Some((unmet(before), unmet(after))),
        ];
        match measures.into_iter().flatten().find(|(before, after)| before != after) {
            Some((before, after)) if after < before => Self::Improved,
            Some(_) => Self::Worsened,
            None => Self::Same,
        }
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

/// Whether more is unknown after than before: then less that is lacking may only be less that is known.
fn is_doubtful(before: &Finding, after: &Finding) -> bool {
    let is_unknown = |finding: &Finding| matches!(finding.verdict, Verdict::Unknown { .. });
    before.count("unknown") < after.count("unknown")
        || (after.subjects.is_empty() && !is_unknown(before) && is_unknown(after))
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

impl Difference {
    /// What `outcome` changes on `stage`.
    pub fn of(stage: &Stage, outcome: &Outcome) -> Self {
        let change = |(position, after): &(usize, Assessed)| {
            let before = &stage.base().findings[*position];
            let own = outcome.headcounts.get(group(check(&stage.base().packs, (before.pack, before.obligation))));
            let headcount = match own {
                Some(own) => own.as_ref(),
                None => stage.headcount(before),
            };
            let counts_persons = stage.base().obligation(before).check.kind().counts_persons();
            let is_judged = |found: &Assessed| !matches!(found.finding.verdict, Verdict::NotCheckable { .. });
            let (gained, lost) = match headcount {
                // Where nothing is promised nobody can gain or lose.
                _ if !is_judged(before) || !is_judged(after) => (0.0, 0.0),
                _ if counts_persons => counted(&before.finding, &after.finding),
                Some(headcount) => turned(stage, headcount, before, after),
                None => (0.0, 0.0),
            };
            let doubtful = after.finding.verdict != Verdict::Met && is_doubtful(&before.finding, &after.finding);
            ObligationChange {
                position: *position,
                turn: Turn::of(&before.finding, &after.finding),
                verdicts: (before.finding.verdict.key(), after.finding.verdict.key()),
                shortfall: (lacking(&before.finding), lacking(&after.finding).filter(|_| !doubtful)),
                gained,
                lost,
            }
        };
        let is_change = |change: &ObligationChange| {
            change.turn != Turn::Same
                || change.gained != 0.0
                || change.lost != 0.0
                || change.shortfall.0 != change.shortfall.1
        };
        Self {
            obligations: outcome.judged.iter().map(change).filter(is_change).collect(),
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
        self.obligations.iter().map(|change| change.gained).sum()
    }

    /// Persons for whom a promise is not kept that was, likewise.
    pub fn lost(&self) -> f64 {
        self.obligations.iter().map(|change| change.lost).sum()
    }

    /// What all edits cost for each person gained, less those lost; `None` without costs or gain.
    pub fn cost_per_person(&self) -> Option<f64> {
        let net = self.gained() - self.lost();
        self.cost.filter(|_| 0.0 < net).map(|cost| cost / net)
    }
}

fn turned(stage: &Stage, headcount: &Headcount, before: &Assessed, after: &Assessed) -> (f64, f64) {
    headcount.turned(&stage.world().areas, &before.finding, &after.finding)
}

/// By area where there are any, else in all: how many persons more have what is promised, and how many fewer surely or
/// perhaps do. Who moves in or away neither gains nor loses.
fn counted(before: &Finding, after: &Finding) -> (f64, f64) {
    let is_area = |of: &Of| matches!(of, Of::Area(_));
    let by_area = after.subjects.iter().any(|subject| is_area(&subject.of));
    let of_those = |of: &Of| if by_area { is_area(of) } else { *of == Of::Whole };
    // All, those who are not sure to have it, and those who surely have not.
    let figures = |finding: &Finding| -> Vec<[f64; 3]> {
        let subjects = finding.subjects.iter().filter(|subject| of_those(&subject.of));
        let figures = |evidence: &Evidence| {
            let all = evidence.of.unwrap_or(0.0);
            let not_sure = all - evidence.counted.unwrap_or(0.0);
            [all, not_sure, not_sure - evidence.unknown.unwrap_or(0.0)]
        };
        subjects.map(|subject| figures(&subject.evidence)).collect()
    };
    let pairs = figures(before).into_iter().zip(figures(after));
    let (gained, lost) = pairs.fold((0.0, 0.0), |(gained, lost), (before, after)| {
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
