//! People as demand points: where they live, how many of each group.

use geo::Coord;
use schemars::JsonSchema;
use serde::Deserialize;

use super::{AreaId, GroupId, Id, IdVec, OriginId, PerPoint, PointId};

/// What is counted where nobody has counted people.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Proxy {
    /// Square metres of dwelling floor stand for residents.
    DwellingFloor,
}

impl Proxy {
    /// The word that studies and outputs use.
    pub fn key(self) -> &'static str {
        match self {
            Self::DwellingFloor => "dwelling-floor",
        }
    }
}

/// Demand points, stored by column.
#[derive(Clone, Debug, Default)]
pub struct People {
    /// What the numbers count if it is not persons; then no output may call them so.
    pub proxy: Option<Proxy>,
    /// Where each point is.
    pub places: PerPoint<Option<Coord<f64>>>,
    /// The lowest area known to hold each point.
    pub areas: PerPoint<Option<AreaId>>,
    /// The name by which the study's table of costs knows where each point is, where it does; empty without a table. Read
    /// it by [`People::origin`].
    pub origins: PerPoint<Option<OriginId>>,
    /// The groups that the files count, such as `residents` or `children-3-5`.
    pub groups: IdVec<GroupId, String>,
    /// `persons[group][point]`; NaN where the file says nothing. Read it by [`People::persons`].
    pub persons: IdVec<GroupId, PerPoint<f64>>,
}

impl People {
    /// How many points.
    pub fn len(&self) -> usize {
        self.places.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.places.is_empty()
    }

    /// The group called `key`, if any file counts it.
    pub fn group(&self, key: &str) -> Option<GroupId> {
        (0..self.groups.len()).map(GroupId::new).find(|&id| self.groups[id] == key)
    }

    /// The name by which the table of costs knows where `point` is.
    pub fn origin(&self, point: PointId) -> Option<OriginId> {
        self.origins.values().get(point.index()).copied().flatten()
    }

    /// The persons of `group` at `point`, or what stands for them; `None` where the file says nothing.
    pub fn persons(&self, group: GroupId, point: PointId) -> Option<f64> {
        let persons = self.persons[group][point];
        (!persons.is_nan()).then_some(persons)
    }
}
