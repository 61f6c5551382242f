//! Numbers, units and limits in `findings.json`: always finite, always with their words.

use schemars::JsonSchema;
use serde::Serialize;

use crate::model::Text;
use crate::report::words::Words;
use crate::rules::finding::{Quantity, Required, Threshold, Unit};

/// A label in both languages with the key that packs use.
#[derive(Serialize, JsonSchema)]
pub(super) struct Label {
    pub(super) key: String,
    pub(super) en: String,
    pub(super) zh: String,
}

impl Label {
    pub(super) fn new(key: &str, Text { en, zh }: Text) -> Self {
        Self { key: key.to_owned(), en, zh }
    }
}

/// What a number is counted in.
#[derive(Serialize, JsonSchema)]
pub(super) struct UnitJson {
    /// `areas`, `facilities`, `supply`, `attribute`, `persons`, `dwelling-floor` (square metres, which stand for residents), `share` (a ratio: 0.8 is 80 %), `metres`, `minutes`, `ratio`,
    /// `per`, `estates` or `stated` (in the obligation's own words).
    key: &'static str,
    /// The level, service or attribute; for `per` the key of what is supplied.
    #[serde(skip_serializing_if = "Option::is_none")]
    of: Option<String>,
    /// For `per`: for how many persons.
    #[serde(skip_serializing_if = "Option::is_none")]
    persons: Option<f64>,
    en: String,
    zh: String,
}

impl UnitJson {
    pub(super) fn new(words: Words<'_>, unit: &Unit) -> Self {
        let (key, of) = key(unit);
        let persons = match unit {
            Unit::Per { persons, .. } => finite(*persons),
            _ => None,
        };
        let Text { en, zh } = words.both(|words| words.unit(unit));
        Self { key, of, persons, en, zh }
    }
}

fn key(unit: &Unit) -> (&'static str, Option<String>) {
    match unit {
        Unit::Areas { level } => ("areas", Some(level.clone())),
        Unit::Facilities { service } => ("facilities", Some(service.clone())),
        Unit::Supply { service } => ("supply", Some(service.clone())),
        Unit::Attribute(attribute) => ("attribute", Some(attribute.clone())),
        Unit::Persons => ("persons", None),
        Unit::DwellingFloor => ("dwelling-floor", None),
        Unit::Share => ("share", None),
        Unit::Metres => ("metres", None),
        Unit::Minutes => ("minutes", None),
        Unit::Ratio => ("ratio", None),
        Unit::Per { supply, .. } => {
            let (supply, of) = key(supply);
            ("per", of.or_else(|| Some(supply.to_owned())))
        }
        Unit::Estates => ("estates", None),
        Unit::Stated(_) => ("stated", None),
    }
}

/// A number with its unit and in words.
#[derive(Serialize, JsonSchema)]
pub(super) struct QuantityJson {
    value: Option<f64>,
    unit: UnitJson,
    text: Text,
}

impl QuantityJson {
    pub(super) fn new(words: Words<'_>, value: f64, unit: &Unit) -> Self {
        let text = words.both(|words| words.quantity(value, unit));
        Self { value: finite(value), unit: UnitJson::new(words, unit), text }
    }

    pub(super) fn observed(words: Words<'_>, observed: &Quantity, required: Option<&Required>) -> Self {
        let text = words.both(|words| words.observed(observed, required));
        Self { text, ..Self::new(words, observed.value, &observed.unit) }
    }
}

/// The limit, and on which side its edge is; one of `at-least` and `at-most` is there.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(super) struct RequiredJson {
    #[serde(skip_serializing_if = "Option::is_none")]
    at_least: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    at_most: Option<f64>,
    /// Whether the limit itself keeps the promise: always true.
    inclusive: bool,
    unit: UnitJson,
    text: Text,
}

impl RequiredJson {
    pub(super) fn new(words: Words<'_>, required: &Required) -> Self {
        let (at_least, at_most) = match required.threshold {
            Threshold::AtLeast(limit) => (finite(limit), None),
            Threshold::AtMost(limit) => (None, finite(limit)),
        };
        Self {
            at_least,
            at_most,
            inclusive: true,
            unit: UnitJson::new(words, &required.unit),
            text: words.both(|words| words.required(required)),
        }
    }
}

/// JSON has no infinity and no NaN; `-0` would puzzle.
pub(super) fn finite(value: f64) -> Option<f64> {
    value.is_finite().then_some(value + 0.0)
}
