//! Subjects, their evidence, and the ledger in `findings.json`.

use schemars::JsonSchema;
use serde::Serialize;

use super::quantity::finite;
use crate::model::{FacilityId, Text, World};
use crate::report::words::Words;
use crate::report::words::reason::reason_key;
use crate::report::words::remark::remark_key;
use crate::rules::finding::{Evidence, LedgerEntry, Of, Reason, Remark, Subject, Unit};
use crate::units::CostUnit;

/// Why something is unknown or not checkable.
#[derive(Serialize, JsonSchema)]
pub(super) struct WhyJson {
    /// A word for programs.
    key: &'static str,
    en: String,
    zh: String,
    /// The least and the most the value can be; `null` where nothing bounds it.
    #[serde(skip_serializing_if = "Option::is_none")]
    bounds: Option<Bounds>,
}

#[derive(Serialize, JsonSchema)]
struct Bounds {
    low: Option<f64>,
    high: Option<f64>,
}

impl WhyJson {
    pub(super) fn new(words: Words<'_>, why: &Reason, unit: Option<&Unit>) -> Self {
        let Text { en, zh } = words.both(|words| words.reason(why, unit));
        let bounds = match *why {
            Reason::Undecided { low, high } => Some(Bounds { low: finite(low), high: finite(high) }),
            _ => None,
        };
        Self { key: reason_key(why), en, zh, bounds }
    }
}

/// Something worth saying beside a verdict.
#[derive(Serialize, JsonSchema)]
pub(super) struct RemarkJson {
    /// A word for programs.
    key: &'static str,
    en: String,
    zh: String,
}

impl RemarkJson {
    pub(super) fn new(words: Words<'_>, remark: &Remark, unit: Option<&Unit>) -> Self {
        let Text { en, zh } = words.both(|words| words.remark(remark, unit));
        Self { key: remark_key(remark), en, zh }
    }
}

/// The verdict on one area, facility, estate or part.
#[derive(Serialize, JsonSchema)]
pub(super) struct SubjectJson<'a> {
    /// What it is about.
    #[schemars(extend("enum" = ["whole", "area", "facility", "estate", "part"]))]
    of: &'static str,
    /// For an area: its level.
    #[serde(skip_serializing_if = "Option::is_none")]
    level: Option<&'a str>,
    /// For an area, a facility, an estate: its code.
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<&'a str>,
    /// As the file or the pack gives it.
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'a str>,
    #[schemars(extend("enum" = ["met", "unmet", "unknown", "not-checkable"]))]
    verdict: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    why: Option<WhyJson>,
    /// In `subject-unit`.
    observed: Option<f64>,
    /// In `shortfall-unit`; only where unmet.
    #[serde(skip_serializing_if = "Option::is_none")]
    shortfall: Option<f64>,
    evidence: EvidenceJson<'a>,
}

/// What a verdict rests on.
#[derive(Serialize, JsonSchema)]
struct EvidenceJson<'a> {
    /// How much counted towards the promise.
    #[serde(skip_serializing_if = "Option::is_none")]
    counted: Option<f64>,
    /// Out of how much.
    #[serde(skip_serializing_if = "Option::is_none")]
    of: Option<f64>,
    /// How much is of unknown status.
    #[serde(skip_serializing_if = "Option::is_none")]
    unknown: Option<f64>,
    /// The people concerned.
    #[serde(skip_serializing_if = "Option::is_none")]
    persons: Option<f64>,
    /// The nearest facility that would count; of an area from the one point that stands for it: the seat that its file
    /// gives, else where most of its people are counted. People elsewhere in the area may have a nearer or a farther one.
    #[serde(skip_serializing_if = "Option::is_none")]
    nearest: Option<Nearest<'a>>,
    /// Facilities that counted, the first few.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    facilities: Vec<FacilityJson<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    remarks: Vec<RemarkJson>,
}

#[derive(Serialize, JsonSchema)]
struct FacilityJson<'a> {
    code: &'a str,
    name: &'a str,
}

#[derive(Serialize, JsonSchema)]
struct Nearest<'a> {
    code: &'a str,
    name: &'a str,
    /// To a centimetre, where the costs of the study are in metres: in a straight line, or by its table.
    #[serde(skip_serializing_if = "Option::is_none")]
    metres: Option<f64>,
    /// To a hundredth, where they are in minutes.
    #[serde(skip_serializing_if = "Option::is_none")]
    minutes: Option<f64>,
}

impl<'a> SubjectJson<'a> {
    pub(super) fn new(words: Words<'a>, subject: &'a Subject, unit: Option<&Unit>) -> Self {
        let world = words.world;
        let (of, level, code, name) = match &subject.of {
            Of::Whole => ("whole", None, None, None),
            Of::Area(id) => {
                let area = &world.areas[*id];
                let level = world.areas.levels()[area.level].key.as_str();
                ("area", Some(level), Some(area.code.as_str()), Some(area.name.as_str()))
            }
            Of::Facility(id) => {
                let row = &world.facilities[*id];
                ("facility", None, Some(row.code.as_str()), Some(row.name.as_str()))
            }
            Of::Estate(id) => {
                let row = &world.estates.rows[*id];
                ("estate", None, Some(row.code.as_str()), Some(row.name.as_str()))
            }
            Of::Part(name) => ("part", None, None, Some(name.as_str())),
        };
        Self {
            of,
            level,
            code,
            name,
            verdict: subject.verdict.key(),
            why: subject.verdict.why().map(|why| WhyJson::new(words, why, unit)),
            observed: subject.observed.and_then(finite),
            shortfall: subject.shortfall.and_then(finite),
            evidence: EvidenceJson::new(words, &subject.evidence, unit),
        }
    }
}

impl<'a> EvidenceJson<'a> {
    fn new(words: Words<'a>, evidence: &'a Evidence, unit: Option<&Unit>) -> Self {
        let Evidence { counted, of, unknown, persons, nearest, facilities, remarks } = evidence;
        let facility = |id: FacilityId| &words.world.facilities[id];
        Self {
            counted: counted.and_then(finite),
            of: of.and_then(finite),
            unknown: unknown.and_then(finite),
            persons: persons.and_then(finite),
            nearest: nearest.map(|(id, cost)| {
                let of = |unit| (cost.unit() == unit).then(|| (cost.get() * 100.0).round() / 100.0);
                Nearest {
                    code: &facility(id).code,
                    name: &facility(id).name,
                    metres: of(CostUnit::Metres),
                    minutes: of(CostUnit::Minutes),
                }
            }),
            facilities: facilities
                .iter()
                .map(|&id| FacilityJson { code: &facility(id).code, name: &facility(id).name })
                .collect(),
            remarks: remarks.iter().map(|remark| RemarkJson::new(words, remark, unit)).collect(),
        }
    }
}

/// One line of a ledger.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(super) struct LedgerJson<'a> {
    code: &'a str,
    name: &'a str,
    /// The value in the latest year known.
    value: Option<f64>,
    /// By how much it is over; `null` once solved.
    over: Option<f64>,
    /// The worst grade it falls in.
    grade: Option<&'a str>,
    /// The first year of the latest unbroken run over the limit.
    since: Option<i16>,
    /// The year in which it was struck off.
    struck_off: Option<i16>,
}

impl<'a> LedgerJson<'a> {
    pub(super) fn new(world: &'a World, entry: &'a LedgerEntry) -> Self {
        let row = &world.facilities[entry.facility];
        Self {
            code: &row.code,
            name: &row.name,
            value: entry.value.and_then(finite),
            over: entry.over.and_then(finite),
            grade: entry.grade.as_deref(),
            since: entry.since,
            struck_off: entry.struck_off,
        }
    }
}
