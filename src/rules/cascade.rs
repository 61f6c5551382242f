//! Cascade: every area of each level has its own facility.

use schemars::JsonSchema;
use serde::Deserialize;
use toml::Spanned;

use super::finding::{Finding, Reason, Verdict};
use super::select::{Where, attribute_names};
use super::{Case, Kind, Name, Noun};

/// Every area of each named level has a facility of its own level.
///
/// # What is judged
/// Each area of each of `levels`. It is met by a facility of `service` that meets `where`, belongs to the area, and
/// whose attribute `level` is that level. On the levels of `one-stop-on` the facility's attribute `one-stop` must be
/// yes, too.
///
/// # Observed, margin, shortfall
/// Observed: areas that have their own, of all areas of these levels. Margin: minus the areas that lack it; 0 where
/// met by one facility each, more where the barest area has more. Shortfall of an area: 1 facility. The remarks give
/// the areas missing at each level.
///
/// # Unknown
/// A facility whose `level` or `one-stop` is missing may count. A level that the study has no areas of is unknown.
///
/// # Example
/// ```toml
/// check.cascade = { service = "employment-platform", levels = ["city", "district", "street", "community"], one-stop-on = ["street", "community"] }
/// ```
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Cascade {
    /// The levels, from the top.
    #[schemars(with = "Vec<String>")]
    pub levels: Vec<Spanned<String>>,
    /// The service.
    #[schemars(with = "String")]
    pub service: Spanned<String>,
    /// Which of its facilities, by their attributes.
    #[serde(default)]
    pub r#where: Where,
    /// The levels on which it must be a one-stop window.
    #[serde(default)]
    #[schemars(with = "Vec<String>")]
    pub one_stop_on: Vec<Spanned<String>>,
}

impl Kind for Cascade {
    fn names(&self) -> Vec<Name<'_>> {
        let mut names = vec![Name { noun: Noun::Service, word: &self.service }];
        names.extend(self.levels.iter().map(|word| Name { noun: Noun::Level, word }));
        names.extend(attribute_names(&self.r#where));
        names.extend(self.one_stop_on.iter().map(|word| Name { noun: Noun::Level, word }));
        names
    }

    fn assess(&self, _: &Case<'_>) -> Finding {
        Finding::bare(Verdict::unknown(Reason::NothingHere))
    }
}
