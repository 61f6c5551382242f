//! Ceiling: no facility is over a limit; a ledger of those that are.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;
use toml::Spanned;

use super::finding::{Finding, Reason, Verdict};
use super::select::{Where, attribute_names};
use super::{Case, Kind, Name, Noun};

/// No facility is over a limit.
///
/// # What is judged
/// Each facility of `service` that meets `where`: its attribute `value`, or `value` / `per` rounded up to... (exact ratio), is `at-most` or less;
/// the limit itself is allowed.
/// The ledger lists each offender with by how much, its grade, since when (the first year of its latest unbroken run over the limit in the
/// series `history`, facility values by year), and those struck off (over in an earlier year of the series, not now) with the year.
/// The current value: the attribute; where the series has a value for the reference year or where the attribute is missing, the latest of the series not after the reference date's year.
/// ```toml
/// check.ceiling = { service = "school", where = { stage = ["primary", "junior"] }, value = "largest-class", at-most = 55, grades = { super-large = 66 }, history = "largest-class" }
/// ```
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Ceiling {
    /// The service.
    #[schemars(with = "String")]
    pub service: Spanned<String>,
    /// Which of its facilities, by their attributes.
    #[serde(default)]
    pub r#where: Where,
    /// The attribute that must not be over the limit.
    #[schemars(with = "String")]
    pub value: Spanned<String>,
    /// The attribute that `value` is divided by, if any.
    #[serde(default)]
    #[schemars(with = "Option<String>")]
    pub per: Option<Spanned<String>>,
    /// Allowed with this much and less.
    pub at_most: f64,
    /// Names for worse degrees, each with the value from which it applies.
    #[serde(default)]
    pub grades: BTreeMap<String, f64>,
    /// The series of facility values by year that the ledger is drawn from.
    #[serde(default)]
    #[schemars(with = "Option<String>")]
    pub history: Option<Spanned<String>>,
}

impl Kind for Ceiling {
    fn names(&self) -> Vec<Name<'_>> {
        let mut names =
            vec![Name { noun: Noun::Service, word: &self.service }, Name { noun: Noun::Attribute, word: &self.value }];
        names.extend(attribute_names(&self.r#where));
        names.extend(self.per.iter().map(|word| Name { noun: Noun::Attribute, word }));
        names.extend(self.history.iter().map(|word| Name { noun: Noun::Series, word }));
        names
    }

    fn assess(&self, _: &Case<'_>) -> Finding {
        Finding::bare(Verdict::unknown(Reason::NothingHere))
    }
}
