//! Note: an obligation that no data can check.

use schemars::JsonSchema;
use serde::Deserialize;

use super::finding::{Finding, Reason, Verdict};
use super::{Case, Kind, Name};
use crate::model::Text;

/// An obligation that no data can check; it is listed as not checkable, with the reason.
///
/// # Example
/// ```toml
/// check.note = { why = { en = "advice and information leave no data to count", zh = "咨询服务无可核查的数据" } }
/// ```
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Note {
    /// Why it cannot be checked.
    pub why: Text,
}

impl Kind for Note {
    fn names(&self) -> Vec<Name<'_>> {
        Vec::new()
    }

    fn assess(&self, _: &Case<'_>) -> Finding {
        Finding::bare(Verdict::NotCheckable { why: Reason::Stated(self.why.clone()) })
    }
}
