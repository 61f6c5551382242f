//! Reach: a share of the people has a facility within a distance.

use schemars::JsonSchema;
use serde::Deserialize;
use toml::Spanned;

use super::decide::Decide;
use super::finding::{Finding, Reason, Verdict};
use super::select::{Where, attribute_names};
use super::{Case, Kind, Name, Noun};
use crate::units::{Metres, Share};

/// A share of the people of a group has a facility within a distance, in a straight line.
///
/// # What is judged
/// Persons of `group` with a facility of `service` that meets `where` at most `within` away are `at-least` of all or more.
/// The distance itself is near enough, the share itself is enough. With `each`/`decide` as in share.
/// # Observed.. margin.. shortfall in persons.
/// # Unknown
/// A facility with a missing attribute may cover; one without a place may cover the people of the areas it belongs to. People
/// without a place or number are kept apart, and there is a verdict only when they cannot change it.
/// ```toml
/// check.reach = { service = "rehabilitation", group = "disabled", within = "5 km", at-least = "95 %", each = "street" }
/// ```
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Reach {
    /// The service.
    #[schemars(with = "String")]
    pub service: Spanned<String>,
    /// Which of its facilities, by their attributes.
    #[serde(default)]
    pub r#where: Where,
    /// The group of people.
    #[schemars(with = "String")]
    pub group: Spanned<String>,
    /// A facility this far away and no farther is within reach.
    pub within: Metres,
    /// Met with this share of the people and more.
    pub at_least: Share,
    /// A level whose areas get their own verdict.
    #[serde(default)]
    #[schemars(with = "Option<String>")]
    pub each: Option<Spanned<String>>,
    /// Whether the promise is about the whole or about each area.
    #[serde(default)]
    pub decide: Decide,
}

impl Kind for Reach {
    fn names(&self) -> Vec<Name<'_>> {
        let mut names =
            vec![Name { noun: Noun::Service, word: &self.service }, Name { noun: Noun::Group, word: &self.group }];
        names.extend(attribute_names(&self.r#where));
        names.extend(self.each.iter().map(|word| Name { noun: Noun::Level, word }));
        names
    }

    fn group(&self) -> Option<&str> {
        Some(self.group.get_ref())
    }

    fn travel(&self) -> Option<(&str, Metres)> {
        Some((self.service.get_ref(), self.within))
    }

    fn assess(&self, _: &Case<'_>) -> Finding {
        Finding::bare(Verdict::unknown(Reason::NothingHere))
    }
}
