//! Edits of several scenarios together, and the world in which they are carried out.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::edit::Change;
use super::rows::{Moves, replaced, set};
use super::uses::Uses;
use crate::model::{AreaId, Areas, Column, FacilityId, Id, People, PerPoint, PointId, ServiceId, World};
use crate::rules::parts::Swap;

/// Two scenarios of one choice that edit the same thing: what it would become is not said.
#[derive(Clone, Debug, PartialEq)]
pub struct Conflict;

/// The edits of several scenarios together.
#[derive(Clone, Debug, Default)]
pub(super) struct Edits<'a> {
    /// Rows of facilities that stand no more, and those that come; in the order of their ids.
    pub(super) leave: Vec<FacilityId>,
    pub(super) come: Vec<FacilityId>,
    /// The services of these.
    pub(super) services: BTreeSet<ServiceId>,
    /// Edits of people and areas.
    pub(super) others: Vec<&'a Change>,
    pub(super) cost: Option<f64>,
}

impl<'a> Edits<'a> {
    /// Those of all that scenarios do.
    ///
    /// # Errors
    /// [`Conflict`] where two of them open or edit the same facility, or edit the same attribute of an area.
    pub(super) fn of(world: &World, moves: &[&'a Moves]) -> Result<Self, Conflict> {
        let moves = || moves.iter().copied();
        let mut leave: Vec<FacilityId> = moves().flat_map(|moves| moves.leave.iter().copied()).collect();
        let mut come: Vec<FacilityId> = moves().flat_map(|moves| moves.come.iter().copied()).collect();
        let mut opens: Vec<usize> = moves().flat_map(|moves| moves.opens.iter().copied()).collect();
        leave.sort_unstable();
        come.sort_unstable();
        opens.sort_unstable();
        if has_double(&leave) || (1 < moves().count() && has_double(&opens)) {
            return Err(Conflict);
        }
        let others: Vec<&Change> = moves().flat_map(|moves| &moves.others).collect();
        let mut marked: BTreeSet<(AreaId, &str)> = BTreeSet::new();
        for change in &others {
            if let Change::Mark { area, attributes } = change
                && !attributes.iter().all(|(key, _)| marked.insert((*area, key)))
            {
                return Err(Conflict);
            }
        }
        let services = leave.iter().chain(&come).map(|&facility| world.facilities[facility].service).collect();
        Ok(Self { leave, come, services, others, cost: moves().map(|moves| moves.cost).sum() })
    }

    pub(super) fn swap(&self) -> Swap<'_> {
        Swap { leave: &self.leave, come: &self.come }
    }

    pub(super) fn touch(&self, uses: &Uses) -> bool {
        !uses.services.is_disjoint(&self.services) || self.others.iter().any(|change| uses.are_touched(change))
    }

    /// Whether people are edited, so that they are to be counted anew.
    pub(super) fn counts_anew(&self) -> bool {
        self.others.iter().any(|change| matches!(change, Change::Settle { .. } | Change::Grow { .. }))
    }
}

/// A world in which edits are carried out.
pub(super) fn carry_out(base: &World, edits: &Edits<'_>) -> World {
    let facilities = &base.facilities;
    let lists = edits.services.iter().map(|&service| {
        let new = edits.come.iter().copied().filter(|&facility| facilities[facility].service == service);
        (service, replaced(&facilities.services()[service].facilities, &edits.leave, new))
    });
    let mut world = World { facilities: Arc::new(facilities.with_standing(lists)), ..base.clone() };
    let mut area_attributes: Option<BTreeMap<String, Column>> = None;
    for change in &edits.others {
        match change {
            Change::Settle { place, area, origin, persons } => {
                let people = Arc::make_mut(&mut world.people);
                let place = place.or_else(|| world.areas[(*area)?].place);
                settle(people, place, *area, persons);
                if world.costs.is_some() {
                    people.origins.push(*origin);
                }
            }
            Change::Grow { area, group, factor } => {
                grow(Arc::make_mut(&mut world.people), &world.areas, *area, group.as_deref(), *factor);
            }
            Change::Mark { area, attributes } => {
                let columns = area_attributes.get_or_insert_with(|| world.areas.attributes().clone());
                for (key, given) in attributes {
                    set(columns, world.areas.len(), key, area.index(), given);
                }
            }
            Change::Open { .. } | Change::Close { .. } | Change::Alter { .. } => {}
        }
    }
    if let Some(attributes) = area_attributes {
        world.areas = Arc::new(world.areas.with_attributes(attributes));
    }
    world
}

/// One more demand point; groups that are not named are not known there.
fn settle(people: &mut People, place: Option<geo::Coord<f64>>, area: Option<AreaId>, persons: &[(String, f64)]) {
    people.places.push(place);
    people.areas.push(area);
    for group in people.groups.ids() {
        let named = persons.iter().find(|(name, _)| *name == people.groups[group]);
        people.persons[group].push(named.map_or(f64::NAN, |&(_, n)| n));
    }
}

fn grow(people: &mut People, areas: &Areas, area: Option<AreaId>, group: Option<&str>, factor: f64) {
    let lives_there = |point: PointId| match (area, people.areas[point]) {
        (None, _) => true,
        (Some(outer), Some(own)) => areas.holds(outer, own),
        (Some(_), None) => false,
    };
    let there: PerPoint<bool> = people.places.ids().map(lives_there).collect();
    for id in people.groups.ids() {
        if group.is_some_and(|group| people.groups[id] != group) {
            continue;
        }
        for point in there.ids().filter(|&point| there[point]) {
            people.persons[id][point] *= factor;
        }
    }
}

fn has_double<T: PartialEq>(sorted: &[T]) -> bool {
    sorted.windows(2).any(|two| two[0] == two[1])
}
