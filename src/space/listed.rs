//! Costs as the study's table lists them. A pair that the table does not list cannot be travelled; a place that it does
//! not name at all is one to or from which nobody knows the cost.

use std::sync::Arc;

use rayon::prelude::*;

use super::order::NearOrder;
use super::travel::{Catchment, Limits, Way};
use crate::model::{
    AreaId, CostTable, DestinationId, EstateId, Facilities, FacilityId, Id, IdVec, OriginId, People, PointId,
    ServiceId, World,
};
use crate::units::{Cost, CostUnit};

/// A table, and what of a world it names.
#[derive(Debug)]
pub(super) struct Listed {
    table: Arc<CostTable>,
    people: Arc<People>,
    facilities: Arc<Facilities>,
    /// What stands at each destination, in the order of the ids.
    standing: IdVec<DestinationId, Vec<FacilityId>>,
}

/// Demand points whose catchments one thread gathers at a time.
const POINTS: usize = 1 << 14;

impl Listed {
    pub(super) fn of(world: &World, table: Arc<CostTable>) -> Self {
        let mut standing = IdVec::filled(table.n_destinations(), Vec::new());
        for service in world.facilities.services().values() {
            for &id in &service.facilities {
                if let Some(destination) = world.facilities[id].destination {
                    standing[destination].push(id);
                }
            }
        }
        for at in standing.ids() {
            standing[at].sort_unstable();
        }
        Self { table, people: Arc::clone(&world.people), facilities: Arc::clone(&world.facilities), standing }
    }

    pub(super) fn unit(&self) -> CostUnit {
        self.table.unit
    }

    /// Of all facilities, in their near order.
    pub(super) fn catchments(&self, limits: &Limits, order: &NearOrder<FacilityId>) -> Vec<Catchment> {
        let limit = |facility: FacilityId| limits.get(&self.facilities[facility].service).map(|limit| limit.get());
        // Where nothing is measured nothing need be looked up.
        let measured: IdVec<DestinationId, Vec<(usize, f64)>> = self
            .standing
            .values()
            .iter()
            .map(|there| there.iter().filter_map(|&id| Some((order.rank(id), limit(id)?))).collect())
            .collect();
        let mut catchments = vec![Catchment::default(); self.facilities.len()];
        if limits.is_empty() {
            return catchments;
        }
        let measured = &measured;
        let points: Vec<PointId> = self.people.places.ids().collect();
        let gathered: Vec<Vec<(usize, PointId, f64)>> = points
            .par_chunks(POINTS)
            .map(|points| {
                let own = points.iter().filter_map(|&point| Some((point, self.people.origin(point)?)));
                let pairs = own.flat_map(|(point, origin)| {
                    let ways = self.table.from(origin);
                    ways.flat_map(move |(to, cost)| measured[to].iter().map(move |&(rank, limit)| (rank, limit, cost)))
                        .filter(|&(_, limit, cost)| cost <= limit)
                        .map(move |(rank, _, cost)| (rank, point, cost))
                });
                pairs.collect()
            })
            .collect();
        for piece in gathered {
            for (rank, point, cost) in piece {
                catchments[rank].points.push(point);
                catchments[rank].costs.push(cost);
            }
        }
        catchments
    }

    pub(super) fn knows_point(&self, point: PointId) -> bool {
        self.people.origin(point).is_some()
    }

    pub(super) fn knows_facility(&self, facility: FacilityId) -> bool {
        self.facilities[facility].destination.is_some()
    }

    pub(super) fn knows_estate(&self, estate: EstateId) -> bool {
        self.of_estate(estate).is_some()
    }

    pub(super) fn of_area(&self, area: AreaId) -> Option<OriginId> {
        self.table.areas.values().get(area.index()).copied().flatten()
    }

    pub(super) fn of_point(&self, point: PointId) -> Option<OriginId> {
        self.people.origin(point)
    }

    pub(super) fn of_estate(&self, estate: EstateId) -> Option<OriginId> {
        self.table.estates.values().get(estate.index()).copied().flatten()
    }

    pub(super) fn to_facility(&self, facility: FacilityId) -> impl Fn(PointId) -> Option<Cost> + '_ {
        let destination = self.facilities[facility].destination;
        move |point| self.cost(self.table.cost(self.people.origin(point)?, destination?)?)
    }

    pub(super) fn way(&self, from: Option<OriginId>, facility: FacilityId) -> Way {
        match from.zip(self.facilities[facility].destination) {
            None => Way::Unknown,
            Some((from, to)) => self.table.cost(from, to).and_then(|cost| self.cost(cost)).map_or(Way::Closed, Way::At),
        }
    }

    pub(super) fn estates_within(
        &self,
        facilities: impl Iterator<Item = FacilityId>,
        limit: f64,
    ) -> Vec<Vec<(EstateId, f64)>> {
        let estates: Vec<(EstateId, OriginId)> =
            self.table.estates.iter().filter_map(|(estate, origin)| Some((estate, (*origin)?))).collect();
        let near = |facility: FacilityId| {
            let Some(to) = self.facilities[facility].destination else { return Vec::new() };
            let near = estates.iter().filter_map(|&(estate, from)| Some((estate, self.table.cost(from, to)?)));
            near.filter(|&(_, cost)| cost <= limit).collect()
        };
        facilities.map(near).collect()
    }

    /// Of several equally near the lowest id.
    pub(super) fn nearest(
        &self,
        from: OriginId,
        service: ServiceId,
        accept: impl Fn(FacilityId) -> bool,
    ) -> Option<(FacilityId, Cost)> {
        let mut best: Option<(FacilityId, f64)> = None;
        for (to, cost) in self.table.from(from) {
            let is_nearer = |facility: FacilityId| {
                best.is_none_or(|(other, least)| cost < least || (cost == least && facility < other))
            };
            let there = self.standing[to].iter().copied();
            let found = there
                .filter(|&id| self.facilities[id].service == service && is_nearer(id))
                .find(|&facility| accept(facility));
            if let Some(facility) = found {
                best = Some((facility, cost));
            }
        }
        best.and_then(|(facility, cost)| Some((facility, self.cost(cost)?)))
    }

    fn cost(&self, cost: f64) -> Option<Cost> {
        Cost::new(cost, self.table.unit)
    }
}
