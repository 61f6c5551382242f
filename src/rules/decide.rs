//! The whole and each area: what the kinds that judge both share.

use schemars::JsonSchema;
use serde::Deserialize;
use toml::Spanned;

use super::Mistake;
use super::finding::{Evidence, Finding, Of, Quantity, Reason, Required, Subject, Threshold, Unit, Verdict};
use super::interval::Interval;
use super::parts::Group;
use crate::units::Share;

/// What the promise is about.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Decide {
    /// The whole study; the areas are evidence.
    #[default]
    Whole,
    /// Each area; the whole is evidence.
    Each,
}

impl Decide {
    /// Where a pack does not say.
    pub fn unsaid() -> Spanned<Self> {
        Spanned::new(0..0, Self::default())
    }

    /// The verdict on the obligation, given that on the whole and those on the areas.
    pub fn verdict(self, whole: Verdict, areas: &Group) -> Verdict {
        match self {
            Self::Whole => whole,
            Self::Each => areas.verdict(),
        }
    }

    /// What is lacking in all: for the whole what it lacks, for each area what they lack together.
    pub fn shortfall(self, whole: Option<f64>, areas: &Group) -> Option<f64> {
        match self {
            Self::Whole => whole,
            Self::Each => areas.shortfall(),
        }
    }
}

/// What values are held against, in the whole and in each area.
#[derive(Clone, Debug, PartialEq)]
pub struct Standard {
    /// The limit; `None` where figures are given and nothing is judged.
    pub threshold: Option<Threshold>,
    /// The unit of the limit and the values.
    pub unit: Unit,
    /// The unit of what is lacking.
    pub shortfall_unit: Unit,
}

impl Standard {
    /// Judges one value; `None` where there is nothing to judge. `lacking` says how much is, where it is unmet in
    /// the best case that the data allow.
    pub fn subject(
        &self,
        of: Of,
        value: Option<Interval>,
        lacking: impl FnOnce(f64) -> f64,
        evidence: Evidence,
    ) -> Subject {
        let (verdict, observed) = match (value, self.threshold) {
            (None, _) => (Verdict::NotCheckable { why: Reason::NothingHere }, None),
            (Some(value), None) => (Verdict::NotCheckable { why: Reason::NoLimit }, value.known()),
            (Some(value), Some(threshold)) => (value.judge(threshold), value.deciding(threshold)),
        };
        let limit = self.threshold.filter(|_| verdict == Verdict::Unmet).map(Threshold::limit);
        Subject { of, observed, shortfall: limit.map(|limit| lacking(limit).max(0.0)), verdict, evidence }
    }

    /// The finding on the whole and its areas, without its subjects: observed is the whole's value, or that of the area
    /// farthest behind.
    pub fn finding(&self, decide: Decide, whole: &Subject, areas: &Group) -> Finding {
        let verdict = match self.threshold {
            Some(_) => decide.verdict(whole.verdict.clone(), areas),
            None => whole.verdict.clone(),
        };
        let observed = match (decide, self.threshold) {
            (Decide::Each, Some(Threshold::AtLeast(_))) => areas.lowest,
            (Decide::Each, Some(Threshold::AtMost(_))) => areas.highest,
            _ => whole.observed,
        };
        let margin = match verdict {
            Verdict::Met | Verdict::Unmet => {
                self.threshold.zip(observed).map(|(threshold, observed)| threshold.margin(observed))
            }
            _ => None,
        };
        let quantity = |value| Quantity { value, unit: self.unit.clone() };
        let shortfall = decide.shortfall(whole.shortfall, areas).filter(|_| verdict == Verdict::Unmet);
        Finding {
            observed: observed.map(quantity),
            required: self.threshold.map(|threshold| Required { threshold, unit: self.unit.clone() }),
            margin: margin.map(quantity),
            subject_unit: Some(self.unit.clone()),
            shortfall_unit: Some(self.shortfall_unit.clone()),
            shortfall,
            ..Finding::bare(verdict)
        }
    }
}

/// What an amount is counted in: the attribute that is summed, or facilities where none is.
pub fn amount_unit(attribute: Option<&Spanned<String>>, service: &Spanned<String>) -> Unit {
    match attribute {
        Some(attribute) => Unit::Attribute(attribute.get_ref().clone()),
        None => Unit::Facilities { service: service.get_ref().clone() },
    }
}

/// So many whole things make up for what is lacking: one at least, and none for a rounding error.
pub fn whole_units(lacking: f64) -> f64 {
    (lacking - 1e-9).ceil().max(1.0)
}

/// The mistake of letting areas decide without saying which.
pub fn no_areas_to_decide(decide: &Spanned<Decide>, each: Option<&Spanned<String>>) -> Option<Mistake> {
    (*decide.get_ref() == Decide::Each && each.is_none()).then(|| Mistake {
        at: decide.span(),
        what: "`decide = \"each\"` lets areas decide, but no level is named".to_owned(),
        help: "add `each` with the level of the areas, or leave `decide` out".to_owned(),
    })
}

/// The mistake of a limit that no value could be held against.
pub fn no_limit(limit: &Spanned<f64>) -> Option<Mistake> {
    let value = *limit.get_ref();
    (!value.is_finite() || value < 0.0).then(|| Mistake {
        at: limit.span(),
        what: format!("`{value}` is no limit"),
        help: "give a number that is 0 or more".to_owned(),
    })
}

/// The mistake of asking for more than all.
pub fn more_than_all(share: &Spanned<Share>) -> Option<Mistake> {
    (1.0 < share.get_ref().get()).then(|| Mistake {
        at: share.span(),
        what: format!("no share reaches {}", share.get_ref()),
        help: "give 100 % or less".to_owned(),
    })
}
