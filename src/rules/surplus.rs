//! How much more there surely is than a promise needs, where that is a sum over facilities: what plans reckon with.
//!
//! Sums only: whether the promise is kept, the check says.

use super::decide::Decide;
use super::finding::{Finding, Of, Verdict};

/// How much more there surely is than is needed, for one area or in all.
///
/// Facilities add to it, each on its own: what several edits of different facilities change is the sum of what each of them
/// changes. The promise is kept where nothing is blocked and the amount is not negative, up to rounding.
#[derive(Clone, Debug, PartialEq)]
pub struct Surplus {
    /// Where.
    pub of: Of,
    /// How much more than needed; negative where some is lacking.
    pub amount: f64,
    /// Things of which too little is known, each of which alone leaves the promise undecided.
    pub blocked: usize,
}

impl Surplus {
    /// An amount of which all is known.
    pub fn known(of: Of, amount: f64) -> Self {
        Self { of, amount, blocked: 0 }
    }

    /// Nothing is known, and nothing that is done to facilities changes that.
    pub fn blocked() -> Self {
        Self { of: Of::Whole, amount: 0.0, blocked: 1 }
    }

    /// Of a finding whose evidence counts what surely is there: `needed` in each subject that decides.
    pub(super) fn of_counts(finding: &Finding, decide: Decide, needed: f64) -> Vec<Self> {
        if finding.subjects.is_empty() {
            let is_unknown = matches!(finding.verdict, Verdict::Unknown { .. });
            return is_unknown.then(Self::blocked).into_iter().collect();
        }
        let decides = finding.subjects.iter().filter(|subject| match decide {
            Decide::Whole => subject.of == Of::Whole,
            Decide::Each => matches!(subject.of, Of::Area(_) | Of::Part(_)),
        });
        let surplus = |subject: &super::finding::Subject| match (subject.evidence.counted, &subject.verdict) {
            (Some(counted), _) => Some(Self::known(subject.of.clone(), counted - needed)),
            (None, Verdict::Unknown { .. }) => Some(Self { of: subject.of.clone(), ..Self::blocked() }),
            (None, _) => None,
        };
        decides.filter_map(surplus).collect()
    }
}
