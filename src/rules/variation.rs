//! Variation: facilities do not differ too much.

use schemars::JsonSchema;
use serde::Deserialize;
use toml::Spanned;

use super::finding::{Finding, Reason, Verdict};
use super::select::{Where, attribute_names};
use super::{Case, Kind, Name, Noun};

/// ```toml
/// check.variation = { service = "school", resources = ["teaching-area", "computers"], per = "pupils", combine = "mean", parts = [ { where = { stage = "primary" }, at-most = 0.65 }, { where = { stage = "junior" }, at-most = 0.55 } ] }
/// ```
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Variation {
    /// The service.
    #[schemars(with = "String")]
    pub service: Spanned<String>,
    /// Which of its facilities, by their attributes.
    #[serde(default)]
    pub r#where: Where,
    /// The attributes compared.
    #[schemars(with = "Vec<String>")]
    pub resources: Vec<Spanned<String>>,
    /// The attribute that each resource is divided by and schools are weighted with.
    #[schemars(with = "String")]
    pub per: Spanned<String>,
    /// Whether the mean of the coefficients is judged, or each.
    pub combine: Combine,
    /// The parts that are judged apart, each with its limit.
    pub parts: Vec<Part>,
}

/// Whether coefficients of variation are judged together or one by one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Combine {
    /// Their mean.
    Mean,
    /// Each of them.
    Each,
}

/// Facilities judged apart, with their limit.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Part {
    /// What the part is called.
    pub name: String,
    /// Which facilities belong to it.
    pub r#where: Where,
    /// Met with this coefficient and less.
    pub at_most: f64,
}

impl Kind for Variation {
    fn names(&self) -> Vec<Name<'_>> {
        let mut names =
            vec![Name { noun: Noun::Service, word: &self.service }, Name { noun: Noun::Attribute, word: &self.per }];
        names.extend(attribute_names(&self.r#where));
        names.extend(self.resources.iter().map(|word| Name { noun: Noun::Attribute, word }));
        for part in &self.parts {
            names.extend(attribute_names(&part.r#where));
        }
        names
    }

    fn assess(&self, _: &Case<'_>) -> Finding {
        Finding::bare(Verdict::unknown(Reason::NothingHere))
    }
}
