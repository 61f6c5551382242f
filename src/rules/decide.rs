//! The whole and each area: what the kinds that judge both share.

use schemars::JsonSchema;
use serde::Deserialize;

use super::finding::{Finding, Of, Subject, Verdict, all_of};

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
    /// The verdict on the obligation, given that on the whole and those on the areas.
    ///
    /// Area subjects decide for `Each`; other subjects (facilities, parts) are evidence.
    pub fn verdict(self, whole: Verdict, subjects: &[Subject]) -> Verdict {
        match self {
            Self::Whole => whole,
            Self::Each => all_of(
                subjects.iter().filter(|subject| matches!(subject.of, Of::Area(_))).map(|subject| &subject.verdict),
            ),
        }
    }

    /// What is lacking in all: for the whole what it lacks, for each area what they lack together.
    pub fn shortfall(self, whole: Option<f64>, subjects: &[Subject]) -> Option<f64> {
        match self {
            Self::Whole => whole,
            Self::Each => Finding::total_shortfall(subjects),
        }
    }
}
