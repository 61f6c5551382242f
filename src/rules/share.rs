//! Share: a part of the facilities, or of what they hold, is as it should be.

use schemars::JsonSchema;
use serde::Deserialize;
use toml::Spanned;

use super::decide::Decide;
use super::finding::{Finding, Reason, Verdict};
use super::select::{Where, attribute_names};
use super::{Case, Kind, Name, Noun};
use crate::units::Share;

/// A share of the facilities, by count or by what they hold, is as it should be.
///
/// # What is judged
/// Either (`being`): of the facilities of `service` that meet `where`, those that also meet `being` make up
/// `at-least` of all or more, by count or, with `weighted-by`, by that attribute (enrolment, beds).
/// Or (`part` and `whole`): the sum of the attribute `part` is `at-least` of the sum of the attribute `whole` or more.
/// The share itself is enough. With `each`, every area of that level gets its own verdict; `decide` says whether the
/// promise is about the `whole` (the default) or about `each` area. With `each-facility = true` (only for `part` and
/// `whole`) every facility gets its own verdict as evidence.
///
/// # Observed, margin, shortfall
/// Observed: the share in all. Margin: the share less the limit. Shortfall: how much more, in facilities or in units
/// of the weight, must be as it should be, all else equal; for facilities a whole number. The remarks give the share of
/// each condition of `being` where there are several, and with `compare` the shares by the values of that attribute
/// and the gap between the best and the worst.
///
/// # Unknown
/// Facilities with a missing attribute, and weights that are missing, are kept apart: there is a verdict only when
/// they cannot change it, else the bounds are given. Where there is nothing to count, there is nothing to judge.
///
/// # Example
/// ```toml
/// check.share = { service = "elderly-care", weighted-by = "beds", part = "nursing-beds", whole = "beds", at-least = "90 %", each = "street" }
/// ```
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct ShareCheck {
    /// The service.
    #[schemars(with = "String")]
    pub service: Spanned<String>,
    /// Which of its facilities, by their attributes.
    #[serde(default)]
    pub r#where: Where,
    /// What they should be, by their attributes.
    #[serde(default)]
    pub being: Where,
    /// The attribute that weighs each facility; without it each counts 1.
    #[serde(default)]
    #[schemars(with = "Option<String>")]
    pub weighted_by: Option<Spanned<String>>,
    /// The attribute whose sum is the part.
    #[serde(default)]
    #[schemars(with = "Option<String>")]
    pub part: Option<Spanned<String>>,
    /// The attribute whose sum is the whole.
    #[serde(default)]
    #[schemars(with = "Option<String>")]
    pub whole: Option<Spanned<String>>,
    /// Met with this share and more.
    pub at_least: Share,
    /// A level whose areas get their own verdict.
    #[serde(default)]
    #[schemars(with = "Option<String>")]
    pub each: Option<Spanned<String>>,
    /// Whether the promise is about the whole or about each area.
    #[serde(default)]
    pub decide: Decide,
    /// Whether each facility gets its own verdict, where `part` and `whole` are given.
    #[serde(default)]
    pub each_facility: bool,
    /// An attribute whose values are compared, such as `setting`.
    #[serde(default)]
    #[schemars(with = "Option<String>")]
    pub compare: Option<Spanned<String>>,
}

impl Kind for ShareCheck {
    fn names(&self) -> Vec<Name<'_>> {
        let mut names = vec![Name { noun: Noun::Service, word: &self.service }];
        names.extend(attribute_names(&self.r#where));
        names.extend(attribute_names(&self.being));
        names.extend(self.weighted_by.iter().map(|word| Name { noun: Noun::Attribute, word }));
        names.extend(self.part.iter().map(|word| Name { noun: Noun::Attribute, word }));
        names.extend(self.whole.iter().map(|word| Name { noun: Noun::Attribute, word }));
        names.extend(self.each.iter().map(|word| Name { noun: Noun::Level, word }));
        names.extend(self.compare.iter().map(|word| Name { noun: Noun::Attribute, word }));
        names
    }

    fn assess(&self, _: &Case<'_>) -> Finding {
        Finding::bare(Verdict::unknown(Reason::NothingHere))
    }
}
