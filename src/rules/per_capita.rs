//! Per capita: there is enough for so many people.

use schemars::JsonSchema;
use serde::Deserialize;
use toml::Spanned;

use super::decide::Decide;
use super::finding::{Finding, Reason, Verdict};
use super::select::{Where, attribute_names};
use super::{Case, Kind, Name, Noun};
use crate::units::Persons;

/// There is enough of a service for so many people of a group.
///
/// # What is judged
/// The facilities of `service` that meet `where`, counted or, with `amount`, summed over that attribute, for `per`
/// persons of `group`, are `at-least` or more: in the whole study and, with `each`, in each area of that level;
/// `decide` says which the promise is about. The number itself is enough. Without `at-least` the figures are given
/// and nothing is judged.
/// ```toml
/// check.per-capita = { service = "elderly-care", amount = "beds", group = "elderly-65", per = "1000 persons", each = "street" }
/// ```
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct PerCapita {
    /// The service.
    #[schemars(with = "String")]
    pub service: Spanned<String>,
    /// Which of its facilities, by their attributes.
    #[serde(default)]
    pub r#where: Where,
    /// The attribute that is summed; without it facilities are counted.
    #[serde(default)]
    #[schemars(with = "Option<String>")]
    pub amount: Option<Spanned<String>>,
    /// The group of people.
    #[schemars(with = "String")]
    pub group: Spanned<String>,
    /// For how many persons.
    pub per: Persons,
    /// Met with this much and more; without it nothing is judged.
    #[serde(default)]
    pub at_least: Option<f64>,
    /// A level whose areas get their own verdict.
    #[serde(default)]
    #[schemars(with = "Option<String>")]
    pub each: Option<Spanned<String>>,
    /// Whether the promise is about the whole or about each area.
    #[serde(default)]
    pub decide: Decide,
}

impl Kind for PerCapita {
    fn names(&self) -> Vec<Name<'_>> {
        let mut names =
            vec![Name { noun: Noun::Service, word: &self.service }, Name { noun: Noun::Group, word: &self.group }];
        names.extend(attribute_names(&self.r#where));
        names.extend(self.amount.iter().map(|word| Name { noun: Noun::Attribute, word }));
        names.extend(self.each.iter().map(|word| Name { noun: Noun::Level, word }));
        names
    }

    fn group(&self) -> Option<&str> {
        Some(self.group.get_ref())
    }

    fn assess(&self, _: &Case<'_>) -> Finding {
        Finding::bare(Verdict::unknown(Reason::NothingHere))
    }
}
