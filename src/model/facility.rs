//! Facilities: what they offer, where, how much of it, to whom.

use std::collections::BTreeMap;
use std::sync::Arc;

use geo::Coord;

use super::{AreaId, Column, DestinationId, FacilityId, Id, IdVec, PerFacility, ServiceId, SourceId};

/// A service that the study holds data on.
#[derive(Clone, Debug, PartialEq)]
pub struct Service {
    /// The word used in packs and studies, such as `kindergarten`.
    pub key: String,
    /// Its facilities that stand, in the order of their ids.
    pub facilities: Vec<FacilityId>,
}

/// What every facility has, attributes apart.
#[derive(Clone, Debug, PartialEq)]
pub struct FacilityRow {
    /// The id that the file gives, or `row-N`.
    pub code: String,
    /// Its name.
    pub name: String,
    /// What it offers.
    pub service: ServiceId,
    /// Where it stands.
    pub place: Option<Coord<f64>>,
    /// The lowest area that holds it, as declared or as located.
    pub area: Option<AreaId>,
    /// The name by which the study's table of costs knows where it stands; `None` where it does not, or where there is
    /// no table.
    pub destination: Option<DestinationId>,
    /// The file and row (from 1) it comes from.
    pub origin: (SourceId, u32),
}

/// All facilities. A service in `services` without facilities is known to have none; one that is absent is unknown.
///
/// A row that its service does not list does not stand: in a scenario it is closed, or one that only others open. All
/// parts are shared, so that a copy in which others stand costs little more than its lists.
#[derive(Clone, Debug, Default)]
pub struct Facilities {
    rows: Arc<PerFacility<FacilityRow>>,
    services: IdVec<ServiceId, Arc<Service>>,
    attributes: Arc<BTreeMap<String, Column>>,
    /// Areas that a facility says it serves beyond its own; only those that say so.
    serves: Arc<BTreeMap<FacilityId, Vec<AreaId>>>,
}

impl Facilities {
    /// Facilities as read; `services` are all that the study holds data on, with or without facilities.
    pub fn new(
        rows: PerFacility<FacilityRow>,
        services: Vec<String>,
        attributes: BTreeMap<String, Column>,
        serves: BTreeMap<FacilityId, Vec<AreaId>>,
    ) -> Self {
        let mut services: IdVec<ServiceId, Service> =
            services.into_iter().map(|key| Service { key, facilities: Vec::new() }).collect();
        for (id, row) in rows.iter() {
            services[row.service].facilities.push(id);
        }
        Self {
            rows: Arc::new(rows),
            services: services.values().iter().cloned().map(Arc::new).collect(),
            attributes: Arc::new(attributes),
            serves: Arc::new(serves),
        }
    }

    /// Says by which name the table of costs knows where each stands.
    pub fn set_destinations(&mut self, destination: impl Fn(&FacilityRow) -> Option<DestinationId>) {
        let rows = Arc::make_mut(&mut self.rows);
        for id in rows.ids() {
            rows[id].destination = destination(&rows[id]);
        }
    }

    /// The same rows, of which others stand: for each service given those listed, in the order of their ids, for all
    /// other services those that stand now.
    pub fn with_standing(&self, lists: impl IntoIterator<Item = (ServiceId, Vec<FacilityId>)>) -> Self {
        let mut changed = self.clone();
        for (service, facilities) in lists {
            debug_assert!(facilities.is_sorted(), "checks search the list");
            let key = self.services[service].key.clone();
            changed.services[service] = Arc::new(Service { key, facilities });
        }
        changed
    }

    /// Whether the facility is one of those that its service lists.
    pub fn stands(&self, facility: FacilityId) -> bool {
        self.services[self.rows[facility].service].facilities.binary_search(&facility).is_ok()
    }

    /// How many rows of all services.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// All rows with their ids.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (FacilityId, &FacilityRow)> {
        self.rows.iter()
    }

    /// The services that the study holds data on.
    pub fn services(&self) -> &IdVec<ServiceId, Arc<Service>> {
        &self.services
    }

    /// The service called `key`, if the study holds data on it.
    pub fn service(&self, key: &str) -> Option<ServiceId> {
        (0..self.services.len()).map(ServiceId::new).find(|&id| self.services[id].key == key)
    }

    /// An attribute of all facilities.
    pub fn attribute(&self, key: &str) -> Option<&Column> {
        self.attributes.get(key)
    }

    /// All attributes, by key.
    pub fn attributes(&self) -> &BTreeMap<String, Column> {
        &self.attributes
    }

    /// The areas that the facility says it serves beyond its own.
    pub fn serves(&self, facility: FacilityId) -> &[AreaId] {
        self.serves.get(&facility).map_or(&[], Vec::as_slice)
    }
}

impl std::ops::Index<FacilityId> for Facilities {
    type Output = FacilityRow;

    fn index(&self, id: FacilityId) -> &FacilityRow {
        &self.rows[id]
    }
}
