//! A policy document as data: its obligations and the words they use.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;
use sha2::{Digest, Sha256};
use toml::Spanned;

use super::Check;
use crate::model::Text;

/// A rule pack: one policy document.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Pack {
    /// `evenreach.pack/1`.
    #[schemars(with = "String", extend("const" = "evenreach.pack/1"))]
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
    /// The attributes of facilities and of areas that checks speak of, by key.
    #[serde(default)]
    pub attributes: BTreeMap<String, Text>,
    /// What the document promises, in its order.
    #[serde(default, rename = "obligation")]
    pub obligations: Vec<Obligation>,
    /// The text that it was read from; empty where there is none.
    #[serde(skip)]
    pub origin: Origin,
}

/// The text that a pack was read from: what an output must name, and the parameters as they are written there.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Origin {
    /// The path as the study or the command names it.
    pub file: String,
    /// SHA-256 of its bytes, in hexadecimal.
    pub sha256: String,
    /// The text as a table.
    pub table: toml::Table,
}

impl Pack {
    /// Reads the text of a pack; whether its words make sense is another question.
    ///
    /// # Errors
    /// Where the text is not TOML or not a pack, with the first place.
    pub fn from_toml(file: &str, text: &str) -> Result<Self, toml::de::Error> {
        let pack: Self = toml::from_str(text)?;
        let table = toml::from_str(text)?;
        Ok(pack.with_origin(file, text, table))
    }

    /// The pack with the text that it was read from, and that text as a table.
    pub fn with_origin(mut self, file: &str, text: &str, table: toml::Table) -> Self {
        let digest = Sha256::digest(text.as_bytes());
        let sha256 = digest.iter().map(|byte| format!("{byte:02x}")).collect();
        self.origin = Origin { file: file.to_owned(), sha256, table };
        self
    }

    /// The parameters of the check of one obligation, as they are written.
    pub fn parameters(&self, obligation: usize) -> Option<&toml::Table> {
        let written = self.origin.table.get("obligation")?.get(obligation)?;
        written.get("check")?.get(self.obligations.get(obligation)?.check.key())?.as_table()
    }
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
    /// What its capacity is counted in, such as places or beds; facilities are counted by the name of the service.
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
