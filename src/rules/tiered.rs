//! Tiered: what an area must have depends on its size.

use schemars::JsonSchema;
use serde::Deserialize;
use toml::Spanned;

use super::finding::{Finding, Reason, Verdict};
use super::select::{Where, area_attribute_names, attribute_names};
use super::{Case, Kind, Name, Noun};
use crate::units::{Metres, Persons};

/// A large area has its own facility; a small one its own, a branch, or a joint one.
///
/// # What is judged
/// Each area of `in-each` (those that meet `among`). It is large when it has `large-from` persons of `group` or more;
/// that number itself is large. The attribute `form` of a facility says what it is: `own`, `branch` or `joint`.
/// - A large area is met by a facility of the form `own` in it.
/// - A small area is met by a facility of any form in it, or by a `joint` one elsewhere that lists the area in
///   `serves` and stands at most `joint-within` from the point that stands for the area; that distance itself is
///   near enough.
///
/// # Observed, margin, shortfall
/// Observed: areas that have what they must, of all. Margin: minus the areas that lack it, or 0 and more where met.
/// Shortfall of an area: 1 facility.
///
/// # Unknown
/// An area of unknown size is met with an own facility, unmet without any, and unknown between. A facility of unknown
/// form in a large area, a joint one without a place, or one with a missing attribute of `where` leaves it unknown.
///
/// # Example
/// ```toml
/// check.tiered = { in-each = "community", among = { kind = "village" }, service = "kindergarten", group = "residents", large-from = "4000 persons", joint-within = "2 km" }
/// ```
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Tiered {
    /// The level whose areas are judged.
    #[schemars(with = "String")]
    pub in_each: Spanned<String>,
    /// Which of its areas, by their attributes.
    #[serde(default)]
    pub among: Where,
    /// The service.
    #[schemars(with = "String")]
    pub service: Spanned<String>,
    /// Which of its facilities, by their attributes.
    #[serde(default)]
    pub r#where: Where,
    /// The group that the size of an area is counted in.
    #[schemars(with = "String")]
    pub group: Spanned<String>,
    /// An area with this many persons and more is large.
    pub large_from: Persons,
    /// A joint facility elsewhere may be this far and no farther.
    pub joint_within: Metres,
}

impl Kind for Tiered {
    fn names(&self) -> Vec<Name<'_>> {
        let mut names = vec![
            Name { noun: Noun::Level, word: &self.in_each },
            Name { noun: Noun::Service, word: &self.service },
            Name { noun: Noun::Group, word: &self.group },
        ];
        names.extend(area_attribute_names(&self.among));
        names.extend(attribute_names(&self.r#where));
        names
    }

    fn assess(&self, _: &Case<'_>) -> Finding {
        Finding::bare(Verdict::unknown(Reason::NothingHere))
    }
}
