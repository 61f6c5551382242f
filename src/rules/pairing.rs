//! Pairing: every new estate has its facility, near, in time, large enough.

use schemars::JsonSchema;
use serde::Deserialize;
use toml::Spanned;

use super::finding::{Finding, Reason, Verdict};
use super::select::{Where, attribute_names};
use super::{Case, Kind, Name, Noun};
use crate::units::Metres;

/// ```toml
/// check.pairing = { service = "school", where = { stage = "primary" }, within = "1 km", opens = "opened", capacity = "capacity", places-per-household = 0.25 }
/// ```
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Pairing {
    /// The service.
    #[schemars(with = "String")]
    pub service: Spanned<String>,
    /// Which of its facilities, by their attributes.
    #[serde(default)]
    pub r#where: Where,
    /// The facility may be this far and no farther.
    pub within: Metres,
    /// The attribute with the day it opens, which must not be later than the first phase.
    #[serde(default)]
    #[schemars(with = "Option<String>")]
    pub opens: Option<Spanned<String>>,
    /// The attribute that says how many places there are.
    #[serde(default)]
    #[schemars(with = "Option<String>")]
    pub capacity: Option<Spanned<String>>,
    /// Places needed for each household.
    #[serde(default)]
    pub places_per_household: Option<f64>,
}

impl Kind for Pairing {
    fn names(&self) -> Vec<Name<'_>> {
        let mut names = vec![Name { noun: Noun::Service, word: &self.service }];
        names.extend(attribute_names(&self.r#where));
        names.extend(self.opens.iter().map(|word| Name { noun: Noun::Attribute, word }));
        names.extend(self.capacity.iter().map(|word| Name { noun: Noun::Attribute, word }));
        names
    }

    fn assess(&self, _: &Case<'_>) -> Finding {
        Finding::bare(Verdict::unknown(Reason::NothingHere))
    }
}
