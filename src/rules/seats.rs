//! Seats: there is a place for each person.

use schemars::JsonSchema;
use serde::Deserialize;
use toml::Spanned;

use super::decide::Decide;
use super::finding::{Finding, Reason, Verdict};
use super::select::{Where, attribute_names};
use super::{Case, Kind, Name, Noun};
use crate::units::{Metres, Share};

/// ```toml
/// check.seats = { service = "school", where = { stage = "primary" }, capacity = "capacity", group = "primary-age", at-least = "100 %", each = "street", within = "3 km" }
/// ```
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Seats {
    /// The service.
    #[schemars(with = "String")]
    pub service: Spanned<String>,
    /// Which of its facilities, by their attributes.
    #[serde(default)]
    pub r#where: Where,
    /// The attribute that says how many places there are.
    #[schemars(with = "String")]
    pub capacity: Spanned<String>,
    /// The group of people.
    #[schemars(with = "String")]
    pub group: Spanned<String>,
    /// Met with this many places for each person and more.
    pub at_least: Share,
    /// A level whose areas get their own verdict.
    #[serde(default)]
    #[schemars(with = "Option<String>")]
    pub each: Option<Spanned<String>>,
    /// Whether the promise is about the whole or about each area.
    #[serde(default)]
    pub decide: Decide,
    /// A place must be this near and no farther; without it places are only counted.
    #[serde(default)]
    pub within: Option<Metres>,
}

impl Kind for Seats {
    fn names(&self) -> Vec<Name<'_>> {
        let mut names = vec![
            Name { noun: Noun::Service, word: &self.service },
            Name { noun: Noun::Attribute, word: &self.capacity },
            Name { noun: Noun::Group, word: &self.group },
        ];
        names.extend(attribute_names(&self.r#where));
        names.extend(self.each.iter().map(|word| Name { noun: Noun::Level, word }));
        names
    }

    fn group(&self) -> Option<&str> {
        Some(self.group.get_ref())
    }

    fn travel(&self) -> Option<(&str, Metres)> {
        self.within.map(|within| (self.service.get_ref().as_str(), within))
    }

    fn assess(&self, _: &Case<'_>) -> Finding {
        Finding::bare(Verdict::unknown(Reason::NothingHere))
    }
}
