//! Total: there are enough facilities, or enough of what they hold.

use schemars::JsonSchema;
use serde::Deserialize;
use toml::Spanned;

use super::decide::Decide;
use super::finding::{Finding, Reason, Verdict};
use super::select::{Where, attribute_names};
use super::{Case, Kind, Name, Noun};

/// There are enough facilities, or there is enough of what they hold.
///
/// # What is judged
/// The facilities of `service` that meet `where`, counted or, with `sum-of`, summed over that attribute, are
/// `at-least` or more in the whole study, or in each area of `in-each`. The number itself is enough.
///
/// # Observed, margin, shortfall
/// Observed: the number or the sum. Margin: it less the limit. Shortfall: what is lacking.
/// ...
/// ```toml
/// check.total = { service = "kindergarten", where = { ownership = "private", inclusive = true }, at-least = 100 }
/// ```
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Total {
    /// The service.
    #[schemars(with = "String")]
    pub service: Spanned<String>,
    /// Which of its facilities, by their attributes.
    #[serde(default)]
    pub r#where: Where,
    /// The attribute that is summed; without it facilities are counted.
    #[serde(default)]
    #[schemars(with = "Option<String>")]
    pub sum_of: Option<Spanned<String>>,
    /// Met with this many and more.
    pub at_least: f64,
    /// A level whose areas get their own verdict.
    #[serde(default)]
    #[schemars(with = "Option<String>")]
    pub each: Option<Spanned<String>>,
    /// Whether the promise is about the whole or about each area.
    #[serde(default)]
    pub decide: Decide,
}

impl Kind for Total {
    fn names(&self) -> Vec<Name<'_>> {
        let mut names = vec![Name { noun: Noun::Service, word: &self.service }];
        names.extend(attribute_names(&self.r#where));
        names.extend(self.sum_of.iter().map(|word| Name { noun: Noun::Attribute, word }));
        names.extend(self.each.iter().map(|word| Name { noun: Noun::Level, word }));
        names
    }

    fn assess(&self, _: &Case<'_>) -> Finding {
        Finding::bare(Verdict::unknown(Reason::NothingHere))
    }
}
