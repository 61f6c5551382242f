//! What a promise to new estates asks: each has a facility near, in time, with the places that its households need.

use std::collections::HashMap;

use super::super::stage::Stage;
use super::asks::{Ask, CountRow, Cover, Near, Offered, Places, Seekers, case, never};
use super::near::{MOST_PAIRS, supply};
use crate::access::assignment::{ones, thousandths};
use crate::model::{Date, Estate, EstateId, FacilityId, Id};
use crate::rules::finding::Of;
use crate::rules::{Case, Pairing};

/// One group an estate. What is not known counts for nothing, and an estate of which too little is known is never met.
pub(super) fn near(stage: &Stage, pairing: &Pairing, touching: &[usize]) -> Ask {
    let base = case(stage, stage.world());
    let estates = &base.world.estates;
    let select = |case: &Case<'_>| case.select(pairing.service.get_ref(), &pairing.r#where).ok();
    let (Ok(within), Some(supply), true) = (base.limit(pairing.within), supply(stage, touching, select), estates.known)
    else {
        return never([Of::Whole]);
    };
    let per_household = pairing.places_per_household.as_ref().filter(|_| pairing.capacity.is_some());
    let needed = |estate: &Estate| match per_household {
        None => Some(0.0),
        Some(each) => {
            let households = estate.households.filter(|households| households.is_finite() && 0.0 <= *households)?;
            Some(ones(thousandths(each.get_ref() * households)))
        }
    };
    // However many they are they could take every place, whenever and wherever they come none may be near in time.
    let is_unsaid = |&estate: &EstateId| {
        let row = &estates.rows[estate];
        let is_undated = pairing.opens.is_some() && row.first_phase.is_none();
        is_undated || needed(row).is_none() || !base.travel.knows_estate(estate)
    };
    let unsaid: Vec<EstateId> = estates.rows.ids().filter(is_unsaid).collect();
    if !unsaid.is_empty() {
        return never(unsaid.into_iter().map(Of::Estate));
    }
    let needed: Vec<f64> = estates.rows.values().iter().map(|estate| needed(estate).unwrap_or(0.0)).collect();
    let capacities = pairing.capacity.as_ref().map(|capacity| base.amounts(capacity.get_ref()));
    let places = |facility: FacilityId| capacities.map_or(0.0, |all| all.of(facility).unwrap_or(0.0));
    let opens = pairing.opens.as_ref().map(|key| base.world.facilities.attribute(key.get_ref()));
    let is_in_time = |facility: FacilityId, estate: EstateId| {
        let Some(column) = opens else { return true };
        let day: Option<Date> = column.and_then(|column| column.date(facility.index()));
        day.zip(estates.rows[estate].first_phase).is_some_and(|(day, due)| day <= due)
    };

    let mut offered = Places::default();
    let mut seekers: Vec<Seekers> = needed.iter().map(|&need| Seekers { need, today: 0.0, near: Vec::new() }).collect();
    let mut near: Vec<Near> = vec![Near::default(); needed.len()];
    let facilities: Vec<(FacilityId, Option<usize>, Vec<usize>)> = supply
        .standing
        .into_iter()
        .map(|(facility, taken)| (facility, None, taken))
        .chain(supply.brought.into_iter().map(|(facility, scenario)| (facility, Some(scenario), Vec::new())))
        .collect();
    let reached = base.travel.estates_within(facilities.iter().map(|(facility, ..)| *facility), within);
    let mut n_pairs = 0;
    for ((facility, brought, taken), reached) in facilities.into_iter().zip(reached) {
        let at = offered.facilities.len();
        let here: Vec<EstateId> =
            reached.into_iter().map(|(estate, _)| estate).filter(|&estate| is_in_time(facility, estate)).collect();
        n_pairs += here.len();
        for &estate in &here {
            let near = &mut near[estate.index()];
            match brought {
                Some(scenario) => near.brought.push(scenario),
                None => near.standing.push(taken.clone()),
            }
        }
        let places = ones(thousandths(places(facility)));
        if 0.0 < places && !here.is_empty() {
            here.iter().for_each(|estate| seekers[estate.index()].near.push(at));
            offered.facilities.push(Offered { places, brought, taken });
        }
    }
    if MOST_PAIRS < n_pairs {
        return Ask::Untold;
    }
    let mut cover = Cover::default();
    let mut group_of: HashMap<Near, usize> = HashMap::new();
    for (estate, near) in estates.rows.ids().zip(near) {
        let of = Of::Estate(estate);
        let need = needed[estate.index()];
        // Who has places has a facility.
        if 0.0 < need {
            let terms = vec![(estate.index(), 1.0)];
            offered.rows.push(CountRow { of, base: -need, terms, persons: 0.0 });
            continue;
        }
        let group = *group_of.entry(near).or_insert_with_key(|near| {
            cover.groups.push(near.clone());
            cover.groups.len() - 1
        });
        cover.rows.push(CountRow { of, base: -1.0, terms: vec![(group, 1.0)], persons: 0.0 });
    }
    offered.groups = seekers;
    offered.count_today();
    Ask::Near(cover, offered)
}
