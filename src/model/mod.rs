//! What a world is made of: plain values, read once and never changed.
//!
//! No files, no geometry algorithms, no rules.

mod area;
mod column;
mod costs;
mod estate;
mod facility;
mod ids;
mod people;
mod series;
#[cfg(test)]
pub(crate) mod sketch;
mod source;
mod text;

use std::sync::Arc;

pub use area::{Area, Areas, Boundary, Level};
pub use column::{Column, Value};
pub use costs::CostTable;
pub use estate::{Estate, Estates};
pub use facility::{Facilities, FacilityRow, Service};
pub use ids::{
    AreaId, DestinationId, EstateId, FacilityId, GroupId, Id, IdVec, LevelId, OriginId, PerArea, PerFacility, PerPoint,
    PointId, ServiceId, SourceId,
};
pub use jiff::civil::Date;
pub use people::{People, Proxy};
pub use series::{Observation, Of, Series};
pub use source::{CrsFrom, Layer, Source};
pub use text::{Lang, Text, plain, shown};

use crate::units::CostUnit;

/// A study as read: what is where, and how many people need it.
///
/// Its parts are shared, so that a changed copy is cheap.
#[derive(Clone, Debug)]
pub struct World {
    /// What the study is called.
    pub name: Text,
    /// The day on which the promises are judged.
    pub reference_date: Date,
    /// The areas of all levels.
    pub areas: Arc<Areas>,
    /// The people, as demand points.
    pub people: Arc<People>,
    /// The facilities of all services.
    pub facilities: Arc<Facilities>,
    /// Values by year.
    pub series: Arc<Series>,
    /// New residential areas.
    pub estates: Arc<Estates>,
    /// What it costs to get to facilities, pair by pair; `None` where the study knows straight lines only.
    pub costs: Option<Arc<CostTable>>,
    /// The files that all this rests on.
    pub sources: Arc<IdVec<SourceId, Source>>,
}

impl World {
    /// What costs of getting somewhere are counted in.
    pub fn cost_unit(&self) -> CostUnit {
        self.costs.as_ref().map_or(CostUnit::Metres, |table| table.unit)
    }

    /// Whether any file of the study is marked as illustrative.
    pub fn is_illustrative(&self) -> bool {
        self.sources.values().iter().any(|source| source.illustrative)
    }
}
