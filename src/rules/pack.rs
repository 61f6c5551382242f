//! A policy document as data: its obligations and the words they use.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;
use toml::Spanned;

use super::Check;
use crate::model::Text;

/// A rule pack: one policy document.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Pack {
    /// `evenreach.pack/1`.
    #[schemars(with = "String")]
    pub format: Spanned<String>,
    /// The document.
    pub document: Document,
    /// The units that answer for obligations, by the key that `lead` uses.
    #[serde(default)]
    pub leads: BTreeMap<String, Text>,
    /// The services that checks speak of, by key.
    #[serde(default)]
    pub services: BTreeMap<String, ServiceWords>,
    /// The groups of people that checks speak of, by key.
    #[serde(default)]
    pub groups: BTreeMap<String, Text>,
    /// The levels of areas that checks speak of, by key.
    #[serde(default)]
    pub levels: BTreeMap<String, Text>,
    /// The attributes of facilities that checks speak of, by key.
    #[serde(default)]
    pub attributes: BTreeMap<String, Text>,
    /// What the document promises, in its order.
    #[serde(default, rename = "obligation")]
    pub obligations: Vec<Obligation>,
}

/// The document that a pack puts into rules.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Document {
    /// A short key, such as `jinpu-2018`.
    pub id: String,
    /// What it is called.
    pub title: Text,
    /// Who issued it.
    pub issuer: Text,
    /// The year it was issued.
    pub year: i16,
    /// What a reader of the findings should know about the text, such as that it ends early.
    #[serde(default)]
    pub remark: Option<Text>,
}

/// What a service is called and what its supply is counted in.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ServiceWords {
    /// In English.
    pub en: String,
    /// 中文。
    pub zh: String,
    /// What its capacity is counted in, such as places or beds.
    #[serde(default)]
    pub unit: Option<Text>,
}

/// One promise of the document.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Obligation {
    /// Unique in the pack, such as `edu.central-kindergarten`.
    #[schemars(with = "String")]
    pub id: Spanned<String>,
    /// Where the document says it, such as `二(一)1`.
    pub clause: String,
    /// The unit that answers for it, by its key in `leads`.
    #[schemars(with = "String")]
    pub lead: Spanned<String>,
    /// What is promised, in our own words.
    pub summary: Text,
    /// How it is checked.
    pub check: Check,
    /// For each parameter of the check that the document does not give: where it is from, by the parameter's key.
    #[serde(default)]
    #[schemars(with = "BTreeMap<String, Text>")]
    pub source: BTreeMap<Spanned<String>, Text>,
}
