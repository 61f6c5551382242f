//! How far people have to the nearest facility of a service, before and after.

use std::sync::OnceLock;

use crate::equity::gini::gini;
use crate::model::{FacilityId, GroupId, Id, IdVec, People, PerPoint, PointId, ServiceId, World};
use crate::space::TravelMatrix;
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
    /// Of persons and their cost; `None` where it is not known. `None` where no one's is.
    pub fn of(costs: impl Iterator<Item = (f64, Option<f64>)>) -> Option<Self> {
        let mut access = Self::default();
        let mut pairs = Vec::with_capacity(costs.size_hint().0);
        let mut sum = 0.0;
        for (persons, cost) in costs.filter(|&(persons, _)| 0.0 < persons) {
            match cost {
                Some(cost) => {
                    access.persons += persons;
                    access.worst = access.worst.max(cost);
                    sum += persons * cost;
                    pairs.push((cost, persons));
                }
                None => access.without += persons,
            }
        }
        (!pairs.is_empty()).then(|| {
            access.mean = sum / access.persons;
            access.gini = gini(&mut pairs);
            access
        })
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

/// The nearest facilities of the base, worked out for a service when it is first asked for.
#[derive(Debug)]
pub(super) struct Base {
    nearest: IdVec<ServiceId, OnceLock<Nearest>>,
    access: IdVec<ServiceId, OnceLock<Option<Access>>>,
    /// The points in the order of their cost, so that those of a scenario are nearly in order, too.
    order: IdVec<ServiceId, OnceLock<Vec<PointId>>>,
    /// The group whose cost to the service counts.
    groups: IdVec<ServiceId, Option<GroupId>>,
}

impl Base {
    pub(super) fn new(groups: IdVec<ServiceId, Option<GroupId>>) -> Self {
        let n = groups.len();
        Self {
            nearest: (0..n).map(|_| OnceLock::new()).collect(),
            access: (0..n).map(|_| OnceLock::new()).collect(),
            order: (0..n).map(|_| OnceLock::new()).collect(),
            groups,
        }
    }

    fn nearest(&self, world: &World, travel: &TravelMatrix, service: ServiceId) -> &Nearest {
        self.nearest[service].get_or_init(|| {
            let stands = |facility| world.facilities.stands(facility);
            world.people.places.ids().map(|point| travel.nearest_to_point(point, service, stands)).collect()
        })
    }

    /// Access to `service` in the base and in a world of a scenario, in which `opened` facilities stand beside those of
    /// the base or in place of some. `None` where no group that uses it is counted.
    pub(super) fn change(
        &self,
        (base, base_travel): (&World, &TravelMatrix),
        (world, travel): (&World, &TravelMatrix),
        service: ServiceId,
        opened: &[FacilityId],
    ) -> Option<AccessChange> {
        let group = self.groups[service]?;
        let nearest = self.nearest(base, base_travel, service);
        let order = self.order[service].get_or_init(|| {
            let mut order: Vec<PointId> = base.people.places.ids().collect();
            let cost = |point: PointId| nearest[point].map_or(f64::INFINITY, |(_, cost)| cost.get());
            order.sort_by(|&a, &b| cost(a).total_cmp(&cost(b)));
            order
        });
        let before = *self.access[service].get_or_init(|| {
            let cost = |point: PointId| nearest[point].map(|(_, cost)| cost.get());
            access(&base.people, group, order, cost)
        });
        let stands = |facility| world.facilities.stands(facility);
        // Who has moved in since the base is not in its lists: the scenario's own travel costs are asked then.
        let to_opened: Vec<_> = opened.iter().map(|&facility| travel.to_facility(facility)).collect();
        let cost = |point: PointId| {
            let (of_base, near) = match nearest.values().get(point.index()) {
                Some(Some((facility, cost))) if stands(*facility) => (true, Some(*cost)),
                _ => (false, None),
            };
            if !of_base {
                return travel.nearest_to_point(point, service, stands).map(|(_, cost)| cost.get());
            }
            let new = to_opened.iter().filter_map(|cost| cost(point));
            new.chain(near).map(Cost::get).min_by(f64::total_cmp)
        };
        Some(AccessChange { service, before, after: access(&world.people, group, order, cost) })
    }
}

/// `order` is that of the points of the base; who has moved in since follows.
fn access(people: &People, group: GroupId, order: &[PointId], cost: impl Fn(PointId) -> Option<f64>) -> Option<Access> {
    let points = order.iter().copied().chain(people.places.ids().skip(order.len()));
    Access::of(points.filter_map(|point| {
        let persons = people.persons(group, point)?;
        Some((persons, (0.0 < persons).then(|| cost(point)).flatten()))
    }))
}
