//! Membership: every facility belongs to a group, and every group has its lead.

use schemars::JsonSchema;
use serde::Deserialize;
use toml::Spanned;

use super::finding::{Finding, Reason, Verdict};
use super::select::{Where, attribute_names};
use super::{Case, Kind, Name, Noun};

/// ```toml
/// check.membership = { service = "school", where = { stage = [..] }, any-of = ["group", "alliance"], lead = "group-lead", named = ["east","west","north","puwan"] }
/// ```
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Membership {
    /// The service.
    #[schemars(with = "String")]
    pub service: Spanned<String>,
    /// Which of its facilities, by their attributes.
    #[serde(default)]
    pub r#where: Where,
    /// Attributes of which one must name the group that the facility belongs to.
    #[schemars(with = "Vec<String>")]
    pub any_of: Vec<Spanned<String>>,
    /// The attribute that marks the lead facility of a group.
    #[serde(default)]
    #[schemars(with = "Option<String>")]
    pub lead: Option<Spanned<String>>,
    /// Groups that must exist.
    #[serde(default)]
    pub named: Vec<String>,
}

impl Kind for Membership {
    fn names(&self) -> Vec<Name<'_>> {
        let mut names = vec![Name { noun: Noun::Service, word: &self.service }];
        names.extend(attribute_names(&self.r#where));
        names.extend(self.any_of.iter().map(|word| Name { noun: Noun::Attribute, word }));
        names.extend(self.lead.iter().map(|word| Name { noun: Noun::Attribute, word }));
        names
    }

    fn assess(&self, _: &Case<'_>) -> Finding {
        Finding::bare(Verdict::unknown(Reason::NothingHere))
    }
}
