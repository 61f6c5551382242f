//! What it costs people to reach facilities: all that measures know of space.
//!
//! The costs come from one of two sources: straight lines on the ellipsoid, in metres, or the study's own table, in its
//! unit. Nothing that asks here may know which. Memory is 12 bytes for each pair of a facility and a point within its
//! limit; time grows with the pairs.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::listed::Listed;
use super::nearer::Nearer;
use super::order::NearOrder;
use super::straight_lines::StraightLines;
use crate::model::{AreaId, EstateId, FacilityId, PointId, ServiceId, World};
use crate::units::{Cost, CostUnit};

/// Who reaches one facility, and at what cost.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Catchment {
    pub(super) points: Vec<PointId>,
    pub(super) costs: Vec<f64>,
}

impl Catchment {
    /// The points with their cost in [`TravelMatrix::unit`], in the order of their ids.
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

/// The largest limit that any check asks of each service, in the unit of the study's costs.
pub type Limits = BTreeMap<ServiceId, Cost>;

/// What is known of the way from one place to another.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Way {
    /// It costs this.
    At(Cost),
    /// There is none: the table that knows both places does not list it.
    Closed,
    /// Nobody knows: one of the two has no place, or the table does not know it.
    Unknown,
}

impl Way {
    /// What it costs, if that is known.
    pub fn cost(self) -> Option<Cost> {
        match self {
            Self::At(cost) => Some(cost),
            Self::Closed | Self::Unknown => None,
        }
    }
}

/// Catchments of all facilities whose service some check measures, and nearest facilities for evidence.
#[derive(Debug)]
pub struct TravelMatrix {
    /// In the near order of the facilities.
    catchments: Vec<Catchment>,
    near_facilities: NearOrder<FacilityId>,
    near_points: NearOrder<PointId>,
    costs: Costs,
}

/// What points have to pay today, for [`TravelMatrix::gaining`].
#[derive(Debug)]
pub struct Gains(Option<Nearer>);

/// Where the costs come from.
#[derive(Debug)]
enum Costs {
    Lines(StraightLines),
    Table(Listed),
}

impl TravelMatrix {
    /// One catchment a facility, up to and including the limit of its service; empty where there is no limit, or where
    /// nobody knows what it costs to get there.
    pub fn compute(world: &World, limits: &Limits) -> Self {
        let (near_facilities, near_points) = rayon::join(
            || NearOrder::of(world.facilities.len(), |id| world.facilities[id].place),
            || NearOrder::of(world.people.len(), |id| world.people.places[id]),
        );
        let (costs, catchments) = match &world.costs {
            None => {
                let lines = StraightLines::of(world);
                let catchments = lines.catchments(limits, near_facilities.ids());
                (Costs::Lines(lines), catchments)
            }
            Some(table) => {
                let listed = Listed::of(world, Arc::clone(table));
                let catchments = listed.catchments(limits, &near_facilities);
                (Costs::Table(listed), catchments)
            }
        };
        Self { catchments, near_facilities, near_points, costs }
    }

    /// What its costs are counted in.
    pub fn unit(&self) -> CostUnit {
        match &self.costs {
            Costs::Lines(_) => CostUnit::Metres,
            Costs::Table(listed) => listed.unit(),
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

    /// Whether it is known what it costs from a demand point: it has a place, or the table names it.
    pub fn knows_point(&self, point: PointId) -> bool {
        match &self.costs {
            Costs::Lines(lines) => lines.knows_point(point),
            Costs::Table(listed) => listed.knows_point(point),
        }
    }

    /// Whether it is known what it costs to get to a facility, likewise.
    pub fn knows_facility(&self, facility: FacilityId) -> bool {
        match &self.costs {
            Costs::Lines(lines) => lines.knows_facility(facility),
            Costs::Table(listed) => listed.knows_facility(facility),
        }
    }

    /// Whether it is known what it costs from an estate, likewise.
    pub fn knows_estate(&self, estate: EstateId) -> bool {
        match &self.costs {
            Costs::Lines(lines) => lines.knows_estate(estate),
            Costs::Table(listed) => listed.knows_estate(estate),
        }
    }

    /// The nearest accepted facility of `service` to the point that stands for `area`; `None` if nobody knows what it
    /// costs from there, or to any such facility.
    pub fn nearest_to_area(
        &self,
        area: AreaId,
        service: ServiceId,
        accept: impl Fn(FacilityId) -> bool,
    ) -> Option<(FacilityId, Cost)> {
        match &self.costs {
            Costs::Lines(lines) => lines.nearest(lines.of_area(area)?, service, accept),
            Costs::Table(listed) => listed.nearest(listed.of_area(area)?, service, accept),
        }
    }

    /// The nearest accepted facility of `service` to a demand point, likewise.
    pub fn nearest_to_point(
        &self,
        point: PointId,
        service: ServiceId,
        accept: impl Fn(FacilityId) -> bool,
    ) -> Option<(FacilityId, Cost)> {
        match &self.costs {
            Costs::Lines(lines) => lines.nearest(lines.of_point(point)?, service, accept),
            Costs::Table(listed) => listed.nearest(listed.of_point(point)?, service, accept),
        }
    }

    /// What each point has to pay today, kept so that those whom another facility may serve better are found.
    pub fn gains(&self, today: impl Fn(PointId) -> Option<Cost>) -> Gains {
        match &self.costs {
            Costs::Lines(lines) => Gains(Some(Nearer::of(&self.near_points, lines.places_of_points(), today))),
            Costs::Table(_) => Gains(None),
        }
    }

    /// Calls `visit` with all points to which `facility` is nearer than what they have in `gains`, and some others, each
    /// with what it costs from there. With straight lines that looks through what is near; with a table through all.
    pub fn gaining(&self, gains: &Gains, facility: FacilityId, mut visit: impl FnMut(PointId, Cost)) {
        match (&self.costs, &gains.0) {
            (Costs::Lines(lines), Some(nearer)) => {
                let Some(place) = lines.place_of_facility(facility) else { return };
                nearer.near(place, |point, metres| {
                    if let Some(cost) = Cost::new(metres, CostUnit::Metres) {
                        visit(point, cost);
                    }
                });
            }
            _ => {
                let cost = self.to_facility(facility);
                for &point in self.near_points.ids() {
                    if let Some(cost) = cost(point) {
                        visit(point, cost);
                    }
                }
            }
        }
    }

    /// The nearest accepted facility of `service` to `estate`, likewise.
    pub fn nearest_to_estate(
        &self,
        estate: EstateId,
        service: ServiceId,
        accept: impl Fn(FacilityId) -> bool,
    ) -> Option<(FacilityId, Cost)> {
        match &self.costs {
            Costs::Lines(lines) => lines.nearest(lines.of_estate(estate)?, service, accept),
            Costs::Table(listed) => listed.nearest(listed.of_estate(estate)?, service, accept),
        }
    }

    /// What it costs from each demand point to `facility`, whatever the limit of its service; `None` if there is no way,
    /// or nobody knows.
    pub fn to_facility(&self, facility: FacilityId) -> Box<dyn Fn(PointId) -> Option<Cost> + '_> {
        match &self.costs {
            Costs::Lines(lines) => Box::new(lines.to_facility(facility)),
            Costs::Table(listed) => Box::new(listed.to_facility(facility)),
        }
    }

    /// From the point that stands for `area` to `facility`.
    pub fn area_to_facility(&self, area: AreaId, facility: FacilityId) -> Way {
        match &self.costs {
            Costs::Lines(lines) => lines.way(lines.of_area(area), facility),
            Costs::Table(listed) => listed.way(listed.of_area(area), facility),
        }
    }

    /// The estates that reach each of `facilities` at `limit` or less, in [`TravelMatrix::unit`], with their costs.
    pub fn estates_within(
        &self,
        facilities: impl Iterator<Item = FacilityId>,
        limit: f64,
    ) -> Vec<Vec<(EstateId, f64)>> {
        match &self.costs {
            Costs::Lines(lines) => lines.estates_within(facilities, limit),
            Costs::Table(listed) => listed.estates_within(facilities, limit),
        }
    }
}

#[cfg(test)]
/// The same world with a table that holds the straight lines of all pairs, of what has a place.
pub(crate) fn with_straight_lines(world: &World) -> World {
    let mut froms: Vec<Option<geo::Coord<f64>>> = world.people.places.values().to_vec();
    froms.extend(world.areas.iter().map(|(_, area)| area.place));
    froms.extend(world.estates.rows.values().iter().map(|estate| estate.place));
    let tos: Vec<Option<geo::Coord<f64>>> = world.facilities.iter().map(|(_, row)| row.place).collect();
    crate::model::sketch::with_costs(
        world,
        CostUnit::Metres,
        |from, to| [(&froms, from), (&tos, to)].map(|(places, at)| places.get(at).is_some_and(Option::is_some)),
        |from, to| Some(super::distance::metres(froms[from]?, tos[to]?)),
    )
}
