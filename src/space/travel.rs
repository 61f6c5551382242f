//! What it costs people to reach facilities: all that measures know of space.
//!
//! Costs are straight lines on the ellipsoid, in metres. Memory is 12 bytes for each pair of a facility and a point
//! within its limit; time grows with the pairs.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use geo::Coord;
use rayon::prelude::*;

use super::distance::{self, Place};
use super::nearest::NearestIndex;
use super::order::NearOrder;
use super::within::PointGrid;
use crate::model::{
    AreaId, Areas, EstateId, Estates, Facilities, FacilityId, Id, IdVec, People, PerPoint, PointId, ServiceId, World,
};
use crate::units::Metres;

/// Who reaches one facility, and at what cost.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Catchment {
    points: Vec<PointId>,
    costs: Vec<f64>,
}

impl Catchment {
    /// The points with their cost in metres, in the order of their ids.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (PointId, f64)> {
        self.points.iter().copied().zip(self.costs.iter().copied())
    }

    /// How many points.
    pub fn len(&self) -> usize {
        self.points.len()
    }

    /// Whether no point reaches the facility.
    pub fn is_empty(&self) -> bool {
        self.points.is_empty()
    }
}

/// The largest limit that any check asks of each service.
pub type Limits = BTreeMap<ServiceId, Metres>;

/// Catchments of all facilities whose service some check measures, and nearest facilities for evidence.
#[derive(Debug)]
pub struct TravelMatrix {
    /// In the near order of the facilities.
    catchments: Vec<Catchment>,
    near_facilities: NearOrder<FacilityId>,
    near_points: NearOrder<PointId>,
    areas: Arc<Areas>,
    people: Arc<People>,
    facilities: Arc<Facilities>,
    estates: Arc<Estates>,
    /// The places of the demand points, turned when first asked for.
    points: OnceLock<PerPoint<Option<Place>>>,
    /// One index a service, built when first asked for.
    nearest: IdVec<ServiceId, OnceLock<NearestIndex>>,
}

impl TravelMatrix {
    /// One catchment a facility, up to and including the limit of its service; empty where there is no limit or no
    /// place.
    pub fn compute(world: &World, limits: &Limits) -> Self {
        let facilities = &world.facilities;
        let grid = limits
            .values()
            .map(|limit| limit.get())
            .max_by(f64::total_cmp)
            .map(|largest| PointGrid::build(world.people.places.values(), largest));
        let catchment = |&id: &FacilityId| {
            let row = &facilities[id];
            let mut catchment = Catchment::default();
            if let (Some(grid), Some(limit), Some(place)) = (&grid, limits.get(&row.service), row.place) {
                let mut reached = Vec::new();
                grid.within(place, limit.get(), |point, cost| reached.push((PointId::new(point as usize), cost)));
                reached.sort_unstable_by_key(|&(point, _)| point);
                (catchment.points, catchment.costs) = reached.into_iter().unzip();
            }
            catchment
        };
        let (near_facilities, near_points) = rayon::join(
            || NearOrder::of(facilities.len(), |id| facilities[id].place),
            || NearOrder::of(world.people.len(), |id| world.people.places[id]),
        );
        Self {
            catchments: near_facilities.ids().par_iter().map(catchment).collect(),
            near_facilities,
            near_points,
            areas: Arc::clone(&world.areas),
            people: Arc::clone(&world.people),
            facilities: Arc::clone(facilities),
            estates: Arc::clone(&world.estates),
            points: OnceLock::new(),
            nearest: facilities.services().values().iter().map(|_| OnceLock::new()).collect(),
        }
    }

    /// Who reaches `facility` within the limit of its service.
    pub fn catchment(&self, facility: FacilityId) -> &Catchment {
        &self.catchments[self.near_facilities.rank(facility)]
    }

    /// The demand points, near ones near each other.
    pub fn near_points(&self) -> &NearOrder<PointId> {
        &self.near_points
    }

    /// The facilities, near ones near each other.
    pub fn near_facilities(&self) -> &NearOrder<FacilityId> {
        &self.near_facilities
    }

    /// The nearest accepted facility of `service` to the point that stands for `area`; `None` if the area has no
    /// place or no such facility has one.
    pub fn nearest_to_area(
        &self,
        area: AreaId,
        service: ServiceId,
        accept: impl Fn(FacilityId) -> bool,
    ) -> Option<(FacilityId, Metres)> {
        self.nearest(self.areas[area].place?, service, accept)
    }

    /// The nearest accepted facility of `service` to a demand point; `None` if the point or all such facilities lack a
    /// place.
    pub fn nearest_to_point(
        &self,
        point: PointId,
        service: ServiceId,
        accept: impl Fn(FacilityId) -> bool,
    ) -> Option<(FacilityId, Metres)> {
        self.nearest(self.people.places[point]?, service, accept)
    }

    /// What it costs from each demand point to `facility`, whatever the limit of its service; `None` if either has no
    /// place.
    pub fn to_facility(&self, facility: FacilityId) -> impl Fn(PointId) -> Option<Metres> + '_ {
        let points = self.points.get_or_init(|| {
            let places = self.people.places.values().iter();
            places.map(|place| place.map(Place::new)).collect()
        });
        let facility = self.facilities[facility].place.map(Place::new);
        move |point| Metres::new(points[point]?.metres_to(facility?))
    }

    /// The nearest accepted facility of `service` to `estate`; `None` if the estate or all such facilities lack a
    /// place.
    pub fn nearest_to_estate(
        &self,
        estate: EstateId,
        service: ServiceId,
        accept: impl Fn(FacilityId) -> bool,
    ) -> Option<(FacilityId, Metres)> {
        self.nearest(self.estates.rows[estate].place?, service, accept)
    }

    /// From the point that stands for `area` to `facility`; `None` if either has no place.
    pub fn area_to_facility(&self, area: AreaId, facility: FacilityId) -> Option<Metres> {
        Metres::new(distance::metres(self.areas[area].place?, self.facilities[facility].place?))
    }

    /// From `estate` to `facility`; `None` if either has no place.
    pub fn estate_to_facility(&self, estate: EstateId, facility: FacilityId) -> Option<Metres> {
        Metres::new(distance::metres(self.estates.rows[estate].place?, self.facilities[facility].place?))
    }

    fn nearest(
        &self,
        from: Coord<f64>,
        service: ServiceId,
        accept: impl Fn(FacilityId) -> bool,
    ) -> Option<(FacilityId, Metres)> {
        let members = &self.facilities.services()[service].facilities;
        let index = self.nearest[service].get_or_init(|| {
            let places: Vec<_> = members.iter().map(|&id| self.facilities[id].place).collect();
            NearestIndex::build(&places)
        });
        let (found, cost) = index.nearest(from, |position| accept(members[position as usize]))?;
        Some((members[found as usize], Metres::new(cost)?))
    }
}
