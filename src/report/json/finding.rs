//! One finding in `findings.json`.

use schemars::JsonSchema;
use serde::{Serialize, Serializer};

use super::evidence::{LedgerJson, RemarkJson, SubjectJson, WhyJson};
use super::quantity::{Label, QuantityJson, RequiredJson, UnitJson, finite};
use crate::assess::affected::Affected;
use crate::assess::{Assessed, Findings};
use crate::model::{Lang, Text, World};
use crate::report::words::Words;
use crate::rules::finding::{Finding, Subject, Unit};

/// One obligation: how its promise stands.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(super) struct FindingJson<'a> {
    /// Unique in its pack.
    id: &'a str,
    /// The id of the pack.
    pack: &'a str,
    /// Where the document says it.
    clause: &'a str,
    /// The unit that answers for it.
    lead: Label,
    /// What is promised.
    summary: &'a Text,
    /// The kind of check.
    kind: &'static str,
    /// `met`, `unmet`, `unknown` or `not-checkable`.
    #[schemars(extend("enum" = ["met", "unmet", "unknown", "not-checkable"]))]
    verdict: &'static str,
    /// Why it is unknown or not checkable.
    why: Option<WhyJson>,
    /// What was found in all.
    observed: Option<QuantityJson>,
    /// What is required.
    required: Option<RequiredJson>,
    /// How far from flipping: not negative where met, negative where unmet.
    margin: Option<QuantityJson>,
    /// What all the subjects lack together.
    shortfall: Option<QuantityJson>,
    /// The people who live where it is not kept.
    affected: Option<AffectedJson>,
    /// Whether it rests on estimated boundaries.
    estimated: bool,
    /// The unit of `observed` in the subjects.
    subject_unit: Option<UnitJson>,
    /// The unit of `shortfall` in the subjects.
    shortfall_unit: Option<UnitJson>,
    /// Each area, facility, estate or part concerned.
    #[schemars(with = "Vec<SubjectJson>")]
    subjects: Subjects<'a>,
    /// What else a planner should know.
    remarks: Vec<RemarkJson>,
    /// Facilities over a limit, now or before.
    ledger: Vec<LedgerJson<'a>>,
}

#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
struct AffectedJson {
    group: Label,
    persons: Option<f64>,
    /// Unmet areas where not everyone is counted: the true number is higher.
    uncounted_areas: usize,
    text: Text,
}

impl AffectedJson {
    fn new(words: Words<'_>, affected: &Affected) -> Self {
        Self {
            group: Label::new(&affected.group, words.both(|words| words.group(&affected.group).to_owned())),
            persons: finite(affected.persons),
            uncounted_areas: affected.uncounted,
            text: words.both(|words| words.affected(affected)),
        }
    }
}

/// Subjects that are turned into JSON one by one, as they are written.
struct Subjects<'a> {
    words: Words<'a>,
    unit: Option<&'a Unit>,
    subjects: &'a [Subject],
}

impl Serialize for Subjects<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.subjects.iter().map(|subject| SubjectJson::new(self.words, subject, self.unit)))
    }
}

impl<'a> FindingJson<'a> {
    pub(super) fn new(findings: &'a Findings, assessed: &'a Assessed, world: &'a World) -> Self {
        let words = Words::of(findings, assessed, world, Lang::En);
        let (pack, obligation) = (findings.pack(assessed), findings.obligation(assessed));
        let Finding {
            verdict,
            observed,
            required,
            margin,
            subject_unit,
            shortfall_unit,
            shortfall,
            subjects,
            remarks,
            ledger,
        } = &assessed.finding;
        let value_unit = observed.as_ref().map(|observed| &observed.unit).or(subject_unit.as_ref());
        Self {
            id: obligation.id.get_ref(),
            pack: &pack.document.id,
            clause: &obligation.clause,
            lead: Label::new(obligation.lead.get_ref(), words.both(|words| words.lead(obligation).to_owned())),
            summary: &obligation.summary,
            kind: obligation.check.key(),
            verdict: verdict.key(),
            why: verdict.why().map(|why| WhyJson::new(words, why, value_unit)),
            observed: observed.as_ref().map(|value| QuantityJson::observed(words, value, required.as_ref())),
            required: required.as_ref().map(|required| RequiredJson::new(words, required)),
            margin: margin.as_ref().map(|margin| QuantityJson::new(words, margin.value, &margin.unit)),
            shortfall: shortfall
                .zip(shortfall_unit.as_ref())
                .map(|(value, unit)| QuantityJson::new(words, value, unit)),
            affected: assessed.affected.as_ref().map(|affected| AffectedJson::new(words, affected)),
            estimated: assessed.estimated,
            subject_unit: subject_unit.as_ref().map(|unit| UnitJson::new(words, unit)),
            shortfall_unit: shortfall_unit.as_ref().map(|unit| UnitJson::new(words, unit)),
            subjects: Subjects { words, unit: subject_unit.as_ref(), subjects },
            remarks: remarks.iter().map(|remark| RemarkJson::new(words, remark, value_unit)).collect(),
            ledger: ledger.iter().map(|entry| LedgerJson::new(world, entry)).collect(),
        }
    }
}
