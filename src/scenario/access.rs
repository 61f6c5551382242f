//! How far people have to the nearest facility of a service, before and after.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use crate::equity::spread::{Measures, Spread};
use crate::model::{FacilityId, GroupId, Id, IdVec, People, PerPoint, PointId, ServiceId, World};
use crate::rules::exact::Exact;
use crate::space::TravelMatrix;
use crate::space::travel::Gains;
use crate::units::Cost;

/// How the cost to the nearest facility of a service falls on the people of a group.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Access {
    /// The mean over all persons, in the unit of the study's costs.
    pub mean: f64,
    /// The largest that any person has, likewise.
    pub worst: f64,
    /// The Gini coefficient over all persons; `None` where all costs are 0.
    pub gini: Option<f64>,
    /// The persons that this is of.
    pub persons: f64,
    /// Persons left out: they reach no facility of the service, or nobody knows what it costs them.
    pub without: f64,
}

impl Access {
    /// Of a spread of costs, and the persons left out; `None` where no one's cost is known.
    fn of(measures: Option<Measures>, without: Exact) -> Option<Self> {
        let Measures { weight: persons, mean, highest: worst, gini } = measures?;
        Some(Self { mean, worst, gini, persons, without: without.value() })
    }
}

/// Access to one service before and after.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct AccessChange {
    /// The service.
    pub service: ServiceId,
    /// Before; `None` where nobody reaches any facility of it.
    pub before: Option<Access>,
    /// After, likewise.
    pub after: Option<Access>,
}

/// The facility nearest to each point, and its cost.
type Nearest = PerPoint<Option<(FacilityId, Cost)>>;

/// Access in the base, worked out for a service when it is first asked for.
#[derive(Debug)]
pub(super) struct Base {
    reached: IdVec<ServiceId, OnceLock<Reached>>,
    /// The group whose cost to the service counts.
    groups: IdVec<ServiceId, Option<GroupId>>,
}

/// What each point has of a service in the base.
#[derive(Debug)]
struct Reached {
    nearest: Nearest,
    /// The points by the facility nearest to them.
    served: Vec<(FacilityId, PointId)>,
    gains: Gains,
    /// The persons of the group by their cost.
    spread: Spread,
    without: Exact,
    access: Option<Access>,
}

/// Facilities of one service that stand no more, and those that come.
#[derive(Clone, Copy, Debug)]
pub(super) struct Replaced<'a> {
    pub(super) leave: &'a [FacilityId],
    pub(super) come: &'a [FacilityId],
}

impl Base {
    pub(super) fn new(groups: IdVec<ServiceId, Option<GroupId>>) -> Self {
        Self { reached: (0..groups.len()).map(|_| OnceLock::new()).collect(), groups }
    }

    /// The same of another world, of which nothing is worked out yet.
    pub(super) fn anew(&self) -> Self {
        Self::new(self.groups.clone())
    }

    /// Access to `service` in the base. `None` where no group that uses it is counted.
    pub(super) fn today(&self, base: (&World, &TravelMatrix), service: ServiceId) -> Option<Option<Access>> {
        Some(self.reached(base, service, self.groups[service]?).access)
    }

    #[cfg(test)]
    pub(super) fn group(&self, service: ServiceId) -> Option<GroupId> {
        self.groups[service]
    }

    fn reached(&self, (world, travel): (&World, &TravelMatrix), service: ServiceId, group: GroupId) -> &Reached {
        self.reached[service].get_or_init(|| {
            let nearest = nearest(world, travel, service);
            let mut served: Vec<(FacilityId, PointId)> =
                nearest.iter().filter_map(|(point, found)| Some(((*found)?.0, point))).collect();
            served.sort_unstable();
            let cost = |point: PointId| nearest[point].map(|(_, cost)| cost);
            let (spread, without) = spread(&world.people, group, cost);
            Reached {
                served,
                gains: travel.gains(cost),
                access: Access::of(spread.measures(), without),
                spread,
                without,
                nearest,
            }
        })
    }

    /// Access to `service` in the base, and where some of its facilities stand in place of others. `None` where no group
    /// that uses it is counted.
    pub(super) fn change(
        &self,
        base: (&World, &TravelMatrix),
        service: ServiceId,
        replaced: Replaced<'_>,
    ) -> Option<AccessChange> {
        let (world, _) = base;
        let group = self.groups[service]?;
        let reached = self.reached(base, service, group);
        let (mut gone, mut new, mut without) = (Vec::new(), Vec::new(), reached.without);
        for (point, after) in reached.costs_after(base, service, replaced) {
            let before = reached.nearest[point].map(|(_, cost)| cost);
            let persons = world.people.persons(group, point).filter(|&persons| 0.0 < persons);
            let Some(persons) = persons.filter(|_| before != after) else { continue };
            match before {
                Some(cost) => gone.push((cost.get(), persons)),
                None => without -= Exact::of(persons),
            }
            match after {
                Some(cost) => new.push((cost.get(), persons)),
                None => without += Exact::of(persons),
            }
        }
        let after = Access::of(reached.spread.changed(gone, new), without);
        Some(AccessChange { service, before: reached.access, after })
    }

    /// Access to `service` in the base and in a world in which people are edited, too: all of them are counted anew.
    pub(super) fn change_to(
        &self,
        base: (&World, &TravelMatrix),
        (world, travel): (&World, &TravelMatrix),
        service: ServiceId,
        replaced: Replaced<'_>,
    ) -> Option<AccessChange> {
        let group = self.groups[service]?;
        let reached = self.reached(base, service, group);
        let after = reached.costs_after(base, service, replaced);
        let stands = |facility| world.facilities.stands(facility);
        let cost = |point: PointId| match (after.get(&point), reached.nearest.values().get(point.index())) {
            (Some(cost), _) => *cost,
            (None, Some(nearest)) => nearest.map(|(_, cost)| cost),
            // Who has moved in since the base is not in its lists: the scenario's own travel costs are asked then.
            (None, None) => travel.nearest_to_point(point, service, stands).map(|(_, cost)| cost),
        };
        let (spread, without) = spread(&world.people, group, cost);
        Some(AccessChange { service, before: reached.access, after: Access::of(spread.measures(), without) })
    }
}

impl Reached {
    /// What it costs to the nearest facility for all points for whom that changes, and for some others, where some
    /// facilities stand in place of others.
    fn costs_after(
        &self,
        (world, travel): (&World, &TravelMatrix),
        service: ServiceId,
        replaced: Replaced<'_>,
    ) -> BTreeMap<PointId, Option<Cost>> {
        // Who must look again: those whose nearest leaves, and those to whom one that comes is nearer.
        let mut after: BTreeMap<PointId, Option<Cost>> = BTreeMap::new();
        let stands = |facility: FacilityId| {
            replaced.come.contains(&facility)
                || (!replaced.leave.contains(&facility) && world.facilities.stands(facility))
        };
        for &facility in replaced.leave {
            let first = self.served.partition_point(|&(other, _)| other < facility);
            for &(_, point) in self.served[first..].iter().take_while(|&&(other, _)| other == facility) {
                after.insert(point, travel.nearest_to_point(point, service, stands).map(|(_, cost)| cost));
            }
        }
        for &facility in replaced.come {
            travel.gaining(&self.gains, facility, |point, cost| {
                let known = after.get(&point).copied();
                let today = known.unwrap_or_else(|| self.nearest[point].map(|(_, cost)| cost));
                if today.is_none_or(|today| cost.get() < today.get()) {
                    after.insert(point, Some(cost));
                }
            });
        }
        after
    }
}

/// Access to `service`, from nothing.
#[cfg(test)]
pub(super) fn access(world: &World, travel: &TravelMatrix, service: ServiceId, group: GroupId) -> Option<Access> {
    let nearest = nearest(world, travel, service);
    let (spread, without) = spread(&world.people, group, |point| nearest[point].map(|(_, cost)| cost));
    Access::of(spread.measures(), without)
}

fn nearest(world: &World, travel: &TravelMatrix, service: ServiceId) -> Nearest {
    let stands = |facility| world.facilities.stands(facility);
    world.people.places.ids().map(|point| travel.nearest_to_point(point, service, stands)).collect()
}

/// The persons of a group by their cost, and those who have none.
fn spread(people: &People, group: GroupId, cost: impl Fn(PointId) -> Option<Cost>) -> (Spread, Exact) {
    let mut pairs = Vec::new();
    let mut without = Exact::default();
    for point in people.places.ids() {
        let Some(persons) = people.persons(group, point).filter(|&persons| 0.0 < persons) else { continue };
        match cost(point) {
            Some(cost) => pairs.push((cost.get(), persons)),
            None => without += Exact::of(persons),
        }
    }
    (Spread::of(pairs), without)
}
