//! What a promise asks of what is near people: a facility, or a place in one.

use std::collections::{BTreeMap, HashMap};

use rayon::prelude::*;

use super::super::stage::Stage;
use super::asks::{Ask, CountRow, Cover, Near, Offered, Places, Seekers, case, never};
use crate::access::assignment::{Pair, assign, ones, thousandths};
use crate::model::{AreaId, FacilityId, Id, LevelId, PointId};
use crate::rules::decide::Decide;
use crate::rules::finding::Of;
use crate::rules::select::Selection;
use crate::rules::{Case, Reach, Seats};

/// More pairs of people and facilities than this are not written as conditions.
pub(super) const MOST_PAIRS: usize = 200_000;

/// The facilities that surely count: those that stand, with the scenarios that take each away, and those brought.
pub(super) struct Supply {
    pub(super) standing: Vec<(FacilityId, Vec<usize>)>,
    pub(super) brought: Vec<(FacilityId, usize)>,
}

pub(super) fn supply(
    stage: &Stage,
    touching: &[usize],
    select: impl Fn(&Case<'_>) -> Option<Selection> + Sync,
) -> Option<Supply> {
    let selection = select(&case(stage, stage.world()))?;
    let mut taken: HashMap<FacilityId, Vec<usize>> = HashMap::new();
    for &scenario in touching {
        for &facility in stage.facilities_of(scenario).0 {
            taken.entry(facility).or_default().push(scenario);
        }
    }
    let standing = selection.yes.iter().map(|&facility| (facility, taken.remove(&facility).unwrap_or_default()));
    let standing = standing.collect();
    let brought = |&scenario: &usize| -> Option<Vec<(FacilityId, usize)>> {
        let world = stage.edited(&[scenario]).ok()?;
        let selection = select(&case(stage, &world))?;
        let come = stage.facilities_of(scenario).1.iter().copied();
        Some(come.filter(|&facility| selection.is_sure(facility)).map(|facility| (facility, scenario)).collect())
    };
    let brought: Option<Vec<Vec<_>>> = touching.par_iter().map(brought).collect();
    Some(Supply { standing, brought: brought?.concat() })
}

/// The areas that decide, or `None` for the whole.
fn deciding(case: &Case<'_>, decide: Decide, level: Option<LevelId>) -> Vec<Option<AreaId>> {
    match (decide, level) {
        (Decide::Each, Some(level)) => case.world.areas.at_level(level).iter().copied().map(Some).collect(),
        _ => vec![None],
    }
}

/// Whether something in `area` surely is in `subject`, surely is not, or may be.
#[derive(Clone, Copy, PartialEq)]
enum Lies {
    In,
    Perhaps,
    Out,
}

fn lies(case: &Case<'_>, area: Option<AreaId>, subject: Option<AreaId>) -> Lies {
    let areas = &case.world.areas;
    match (area, subject) {
        (_, None) => Lies::In,
        (None, Some(_)) => Lies::Perhaps,
        (Some(area), Some(subject)) if areas.holds(subject, area) => Lies::In,
        (Some(area), Some(subject)) if areas.holds(area, subject) => Lies::Perhaps,
        _ => Lies::Out,
    }
}

fn of(subject: Option<AreaId>) -> Of {
    subject.map_or(Of::Whole, Of::Area)
}

pub(super) fn cover(stage: &Stage, reach: &Reach, touching: &[usize]) -> Ask {
    let base = case(stage, stage.world());
    let decide = *reach.decide.get_ref();
    let select = |case: &Case<'_>| case.select(reach.service.get_ref(), &reach.r#where).ok();
    let known =
        base.demand(reach.group.get_ref()).and_then(|group| Ok((group, base.each(reach.each.as_ref(), decide)?)));
    let (Ok((group, level)), Some(supply)) = (known, supply(stage, touching, select)) else {
        return never([Of::Whole]);
    };
    // A limit in another unit than the costs is never known to be kept.
    let Ok(within) = base.limit(reach.within) else { return never([Of::Whole]) };
    let Some(share) = reach.at_least.as_ref().map(|share| share.get_ref().get()) else {
        return Ask::Sums(Vec::new());
    };
    let people = &base.world.people;
    let mut near: Vec<Near> = vec![Near::default(); people.len()];
    let points = |facility: FacilityId| {
        let catchment = stage.travel().catchment(facility).iter();
        catchment.filter(|&(_, cost)| cost <= within).map(|(point, _)| point.index())
    };
    for (facility, taken) in &supply.standing {
        points(*facility).for_each(|point| near[point].standing.push(taken.clone()));
    }
    for &(facility, scenario) in &supply.brought {
        points(facility).for_each(|point| near[point].brought.push(scenario));
    }
    // People of an area who have the same near are one group.
    let mut cover = Cover::default();
    let mut places: HashMap<(Option<AreaId>, Near), usize> = HashMap::new();
    let mut of_groups: Vec<(Option<AreaId>, f64, bool)> = Vec::new();
    for (at, mut near) in near.into_iter().enumerate() {
        let point = PointId::new(at);
        near.brought.sort_unstable();
        near.brought.dedup();
        near.standing.sort_unstable();
        near.standing.dedup();
        if near.standing.first().is_some_and(Vec::is_empty) {
            // One that stays is enough.
            near = Near { brought: Vec::new(), standing: vec![Vec::new()] };
        }
        let area = people.areas[point];
        let group_at = *places.entry((area, near)).or_insert_with_key(|(_, near)| {
            cover.groups.push(near.clone());
            of_groups.push((area, 0.0, false));
            cover.groups.len() - 1
        });
        match people.persons(group, point) {
            Some(persons) => of_groups[group_at].1 += persons,
            None => of_groups[group_at].2 = true,
        }
    }
    for subject in deciding(&base, decide, level) {
        let mut row = CountRow { of: of(subject), base: 0.0, terms: Vec::new(), persons: 0.0 };
        let (mut all, mut uncounted) = (0.0, Vec::new());
        for (at, &(area, persons, is_uncounted)) in of_groups.iter().enumerate() {
            let lies = lies(&base, area, subject);
            if lies == Lies::Out {
                continue;
            }
            // Whoever may live elsewhere lowers the share where no facility is near, and cannot raise it.
            let gain = if lies == Lies::In { persons } else { share * persons };
            row.base -= share * persons;
            all += persons;
            if 0.0 < gain {
                row.terms.push((at, gain));
            }
            // Only where a facility is near does it not matter how many they are.
            if is_uncounted {
                let terms = vec![(at, 1.0)];
                uncounted.push(CountRow { of: of(subject), base: -1.0, terms, persons: 0.0 });
            }
        }
        if 0.0 < all || !uncounted.is_empty() {
            cover.rows.push(row);
            cover.rows.extend(uncounted);
        }
    }
    Ask::Near(cover, Places::default())
}

pub(super) fn places(stage: &Stage, seats: &Seats, touching: &[usize]) -> Ask {
    let Some(within) = seats.within else { return Ask::Untold };
    let base = case(stage, stage.world());
    let Ok(within) = base.limit(within) else { return never([Of::Whole]) };
    let decide = *seats.decide.get_ref();
    let select = |case: &Case<'_>| case.select(seats.service.get_ref(), &seats.r#where).ok();
    let known =
        base.group(seats.group.get_ref()).and_then(|group| Ok((group, base.each(seats.each.as_ref(), decide)?)));
    let (Ok((group, level)), Some(supply)) = (known, supply(stage, touching, select)) else {
        return never([Of::Whole]);
    };
    let people = &base.world.people;
    if people.places.ids().any(|point| people.persons(group, point).is_none()) {
        // However many they are, they could take every place.
        return never([Of::Whole]);
    }
    let capacities = base.amounts(seats.capacity.get_ref());
    let mut found = Places::default();
    let mut near: Vec<Vec<usize>> = vec![Vec::new(); people.len()];
    let mut n_pairs = 0;
    let standing = supply.standing.into_iter().map(|(facility, taken)| (facility, None, taken));
    let brought = supply.brought.into_iter().map(|(facility, scenario)| (facility, Some(scenario), Vec::new()));
    for (facility, brought, taken) in standing.chain(brought) {
        let places = capacities.of(facility).unwrap_or(0.0);
        if places <= 0.0 {
            continue;
        }
        for (point, _) in stage.travel().catchment(facility).iter().filter(|&(_, cost)| cost <= within) {
            near[point.index()].push(found.facilities.len());
            n_pairs += 1;
        }
        found.facilities.push(Offered { places, brought, taken });
    }
    if MOST_PAIRS < n_pairs {
        return Ask::Untold;
    }
    let mut groups: BTreeMap<(Option<AreaId>, Vec<usize>), f64> = BTreeMap::new();
    for (at, near) in near.into_iter().enumerate() {
        let point = PointId::new(at);
        *groups.entry((people.areas[point], near)).or_default() += people.persons(group, point).unwrap_or(0.0);
    }
    let share = seats.at_least.get_ref().get();
    for subject in deciding(&base, decide, level) {
        let mut row = CountRow { of: of(subject), base: 0.0, terms: Vec::new(), persons: 0.0 };
        for (at, ((area, _), persons)) in groups.iter().enumerate() {
            if lies(&base, *area, subject) == Lies::In && 0.0 < *persons {
                row.base -= share * persons;
                row.terms.push((at, 1.0));
            }
        }
        if row.base < 0.0 {
            found.rows.push(row);
        }
    }
    found.groups = groups.into_iter().map(|((_, near), need)| Seekers { need, today: 0.0, near }).collect();
    found.count_today();
    Ask::Near(Cover::default(), found)
}

impl Places {
    /// Counts the places that everyone has with the facilities that stand.
    pub(super) fn count_today(&mut self) {
        let need: Vec<u64> = self.groups.iter().map(|group| thousandths(group.need)).collect();
        let stands = |facility: &Offered| facility.brought.is_none();
        let supply =
            self.facilities.iter().map(|facility| if stands(facility) { thousandths(facility.places) } else { 0 });
        let pairs = (0..).zip(&self.groups).flat_map(|(demand, group)| {
            group.near.iter().map(move |&facility| Pair { demand, supply: facility as u32, cost: 0.0 })
        });
        let today = assign(&need, &supply.collect::<Vec<_>>(), &pairs.collect::<Vec<_>>());
        for (group, &seated) in self.groups.iter_mut().zip(today.seated()) {
            group.today = ones(seated);
        }
    }
}
