//! Costs as straight lines on the ellipsoid, in metres: what a study has that brings no others.

use std::sync::{Arc, OnceLock};

use geo::Coord;
use rayon::prelude::*;

use super::distance::{self, Place};
use super::nearest::NearestIndex;
use super::travel::{Catchment, Limits, Way};
use super::within::PointGrid;
use crate::model::{
    AreaId, Areas, EstateId, Estates, Facilities, FacilityId, Id, IdVec, People, PerPoint, PointId, ServiceId, World,
};
use crate::units::{Cost, CostUnit};

/// The places of a world.
#[derive(Debug)]
pub(super) struct StraightLines {
    areas: Arc<Areas>,
    people: Arc<People>,
    facilities: Arc<Facilities>,
    estates: Arc<Estates>,
    /// The places of the demand points, turned when first asked for.
    points: OnceLock<PerPoint<Option<Place>>>,
    /// One index a service, built when first asked for.
    nearest: IdVec<ServiceId, OnceLock<NearestIndex>>,
}

fn metres(value: f64) -> Option<Cost> {
    Cost::new(value, CostUnit::Metres)
}

impl StraightLines {
    pub(super) fn of(world: &World) -> Self {
        Self {
            areas: Arc::clone(&world.areas),
            people: Arc::clone(&world.people),
            facilities: Arc::clone(&world.facilities),
            estates: Arc::clone(&world.estates),
            points: OnceLock::new(),
            nearest: world.facilities.services().values().iter().map(|_| OnceLock::new()).collect(),
        }
    }

    /// Of each of `facilities`, in this order.
    pub(super) fn catchments(&self, limits: &Limits, facilities: &[FacilityId]) -> Vec<Catchment> {
        let largest = limits.values().map(|limit| limit.get()).max_by(f64::total_cmp);
        let grid = largest.map(|largest| PointGrid::build(self.people.places.values(), largest));
        let catchment = |&id: &FacilityId| {
            let row = &self.facilities[id];
            let mut catchment = Catchment::default();
            if let (Some(grid), Some(limit), Some(place)) = (&grid, limits.get(&row.service), row.place) {
                let mut reached = Vec::new();
                grid.within(place, limit.get(), |point, cost| reached.push((PointId::new(point as usize), cost)));
                reached.sort_unstable_by_key(|&(point, _)| point);
                (catchment.points, catchment.costs) = reached.into_iter().unzip();
            }
            catchment
        };
        facilities.par_iter().map(catchment).collect()
    }

    pub(super) fn knows_point(&self, point: PointId) -> bool {
        self.people.places[point].is_some()
    }

    pub(super) fn knows_facility(&self, facility: FacilityId) -> bool {
        self.facilities[facility].place.is_some()
    }

    pub(super) fn knows_estate(&self, estate: EstateId) -> bool {
        self.estates.rows[estate].place.is_some()
    }

    pub(super) fn of_area(&self, area: AreaId) -> Option<Coord<f64>> {
        self.areas[area].place
    }

    pub(super) fn of_point(&self, point: PointId) -> Option<Coord<f64>> {
        self.people.places[point]
    }

    pub(super) fn of_estate(&self, estate: EstateId) -> Option<Coord<f64>> {
        self.estates.rows[estate].place
    }

    /// The demand points, as positions in space.
    pub(super) fn places_of_points(&self) -> &PerPoint<Option<Place>> {
        self.points.get_or_init(|| {
            let places = self.people.places.values().iter();
            places.map(|place| place.map(Place::new)).collect()
        })
    }

    pub(super) fn place_of_facility(&self, facility: FacilityId) -> Option<Place> {
        self.facilities[facility].place.map(Place::new)
    }

    pub(super) fn to_facility(&self, facility: FacilityId) -> impl Fn(PointId) -> Option<Cost> + '_ {
        let points = self.places_of_points();
        let facility = self.place_of_facility(facility);
        move |point| metres(points[point]?.metres_to(facility?))
    }

    pub(super) fn way(&self, from: Option<Coord<f64>>, facility: FacilityId) -> Way {
        let places = from.zip(self.facilities[facility].place);
        places.and_then(|(from, to)| metres(distance::metres(from, to))).map_or(Way::Unknown, Way::At)
    }

    pub(super) fn estates_within(
        &self,
        facilities: impl Iterator<Item = FacilityId>,
        limit: f64,
    ) -> Vec<Vec<(EstateId, f64)>> {
        let places: Vec<_> = self.estates.rows.values().iter().map(|estate| estate.place).collect();
        let grid = PointGrid::build(&places, limit);
        let near = facilities.map(|facility| {
            let mut near = Vec::new();
            if let Some(place) = self.facilities[facility].place {
                grid.within(place, limit, |estate, cost| near.push((EstateId::new(estate as usize), cost)));
            }
            near
        });
        near.collect()
    }

    pub(super) fn nearest(
        &self,
        from: Coord<f64>,
        service: ServiceId,
        accept: impl Fn(FacilityId) -> bool,
    ) -> Option<(FacilityId, Cost)> {
        let members = &self.facilities.services()[service].facilities;
        let index = self.nearest[service].get_or_init(|| {
            let places: Vec<_> = members.iter().map(|&id| self.facilities[id].place).collect();
            NearestIndex::build(&places)
        });
        let (found, cost) = index.nearest(from, |position| accept(members[position as usize]))?;
        Some((members[found as usize], metres(cost)?))
    }
}
