//! New residential areas that must be built with their services.

use geo::Coord;
use jiff::civil::Date;

use super::{AreaId, EstateId, IdVec, SourceId};

/// One new residential area.
#[derive(Clone, Debug, PartialEq)]
pub struct Estate {
    /// The id that the file gives, or `row-N`.
    pub code: String,
    /// Its name.
    pub name: String,
    /// Where it is; for a polygon a point inside it.
    pub place: Option<Coord<f64>>,
    /// The lowest area known to hold it.
    pub area: Option<AreaId>,
    /// Dwellings when complete.
    pub households: Option<f64>,
    /// The day its first phase is handed over.
    pub first_phase: Option<Date>,
    /// The file and row (from 1) it comes from.
    pub origin: (SourceId, u32),
}

/// All estates; `None` in the world's sense is an empty list with `known` false.
#[derive(Clone, Debug, Default)]
pub struct Estates {
    /// The estates.
    pub rows: IdVec<EstateId, Estate>,
    /// Whether the study has a layer of estates at all.
    pub known: bool,
}
