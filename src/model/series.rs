//! Values by year: of the whole study, an area or a facility.

use std::collections::BTreeMap;

use super::{AreaId, FacilityId};

/// What a value is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Of {
    /// The whole study.
    Whole,
    /// One area.
    Area(AreaId),
    /// One facility.
    Facility(FacilityId),
}

/// One value of a series.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Observation {
    /// What it is of.
    pub of: Of,
    /// The year it is for.
    pub year: i16,
    /// In the unit of the obligation that asks.
    pub value: f64,
}

/// All series by key, each sorted by what it is of, then by year.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Series {
    by_key: BTreeMap<String, Vec<Observation>>,
}

impl Series {
    /// Series as read; one value at most for each key, subject and year.
    pub fn new(mut by_key: BTreeMap<String, Vec<Observation>>) -> Self {
        for observations in by_key.values_mut() {
            observations.sort_by_key(|observation| (observation.of, observation.year));
        }
        Self { by_key }
    }

    /// The same values where facilities have other ids: each of `ids`, for the facility that it is asked for, has them.
    pub fn with_facilities<I: IntoIterator<Item = FacilityId>>(&self, ids: impl Fn(FacilityId) -> I) -> Self {
        let moved = |observation: &Observation| -> Vec<Observation> {
            match observation.of {
                Of::Facility(facility) => ids(facility)
                    .into_iter()
                    .map(|facility| Observation { of: Of::Facility(facility), ..*observation })
                    .collect(),
                Of::Whole | Of::Area(_) => vec![*observation],
            }
        };
        let by_key = self.by_key.iter().map(|(key, all)| (key.clone(), all.iter().flat_map(moved).collect()));
        Self::new(by_key.collect())
    }

    /// The keys that there are data for.
    pub fn keys(&self) -> impl Iterator<Item = &str> {
        self.by_key.keys().map(String::as_str)
    }

    /// All values of a series, sorted by subject and year; empty where there are none.
    pub fn all(&self, key: &str) -> &[Observation] {
        self.by_key.get(key).map_or(&[], Vec::as_slice)
    }

    /// The values of a series for one subject, by year.
    pub fn of(&self, key: &str, of: Of) -> &[Observation] {
        let all = self.all(key);
        let start = all.partition_point(|observation| observation.of < of);
        let end = all.partition_point(|observation| observation.of <= of);
        &all[start..end]
    }
}
