//! Indicator: a value by year reaches its target.

use schemars::JsonSchema;
use serde::Deserialize;
use toml::Spanned;

use super::decide::Decide;
use super::finding::{Finding, Reason, Verdict};
use super::{Case, Kind, Name, Noun};
use crate::model::Text;

/// ```toml
/// check.indicator = { series = "ind.compulsory-retention", unit = { en = "%", zh = "%" }, target = 97.5, year = 2020, from = { year = 2015, value = 95.7 } , better = "higher", cumulative = false, each = "street" }
/// ```
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Indicator {
    /// The series of values by year.
    #[schemars(with = "String")]
    pub series: Spanned<String>,
    /// The unit of the values.
    pub unit: Text,
    /// The value to be reached.
    pub target: f64,
    /// The year by which it is to be reached.
    pub year: i16,
    /// Where the straight line to the target starts.
    #[serde(default)]
    pub from: Option<Start>,
    /// Which side of the target is the good one.
    #[serde(default)]
    pub better: Better,
    /// The first year of the sum, where the target is for the sum of several years.
    #[serde(default)]
    pub sum_from: Option<i16>,
    /// A level whose areas get their own verdict.
    #[serde(default)]
    #[schemars(with = "Option<String>")]
    pub each: Option<Spanned<String>>,
    /// Whether the promise is about the whole or about each area.
    #[serde(default)]
    pub decide: Decide,
}

/// Where a straight line starts.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Start {
    /// The year.
    pub year: i16,
    /// The value in that year.
    pub value: f64,
}

/// Which side of a target is the good one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Better {
    /// The target and above.
    #[default]
    Higher,
    /// The target and below.
    Lower,
}

impl Kind for Indicator {
    fn names(&self) -> Vec<Name<'_>> {
        let mut names = vec![Name { noun: Noun::Series, word: &self.series }];
        names.extend(self.each.iter().map(|word| Name { noun: Noun::Level, word }));
        names
    }

    fn assess(&self, _: &Case<'_>) -> Finding {
        Finding::bare(Verdict::unknown(Reason::NothingHere))
    }
}
