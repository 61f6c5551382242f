//! Facilities that are the nearest for more persons than they have places.

use std::collections::BTreeMap;

use super::market::Market;
use crate::access::assignment::{Assignment, ones};
use crate::rules::Case;
use crate::rules::finding::{Evidence, Of, Reason, Remark, Subject, Verdict};

/// Facilities that are the nearest for more persons than they have places, and where those persons go.
pub(super) fn overcrowded(case: &Case<'_>, market: &Market, given_out: &Assignment) -> Vec<Subject> {
    let nearest = nearest(case, market);
    let mut needed = vec![0; market.n_sure];
    for (persons, facility) in market.persons.iter().zip(&nearest) {
        if let (Some(persons), Some(facility)) = (persons, facility) {
            needed[*facility] += persons;
        }
    }
    // By the nearest facility of those who go: how many places they are given, by facility.
    let mut given: BTreeMap<usize, BTreeMap<usize, u64>> = BTreeMap::new();
    for (pair, places) in given_out.iter() {
        let point = pair.demand as usize;
        if let (Some(_), Some(home)) = (market.persons[point], nearest[point])
            && market.sure[home] < needed[home]
        {
            *given.entry(home).or_default().entry(pair.supply as usize).or_default() += places;
        }
    }
    let has_capacity = |&home: &usize| market.sure[home] == market.most[home];
    let crowded = (0..market.n_sure).filter(|&home| market.sure[home] < needed[home]).filter(has_capacity);
    let mut crowded: Vec<usize> = crowded.collect();
    crowded.sort_unstable_by_key(|&home| market.facilities[home]);
    crowded
        .into_iter()
        .map(|home| {
            let mut elsewhere = given.remove(&home).unwrap_or_default();
            let seated: u64 = elsewhere.values().sum();
            elsewhere.remove(&home);
            let mut elsewhere: Vec<(usize, u64)> = elsewhere.into_iter().collect();
            elsewhere.sort_by_key(|&(facility, places)| (std::cmp::Reverse(places), market.facilities[facility]));
            elsewhere.truncate(Evidence::FACILITIES);
            let (had, needed) = (ones(market.sure[home]), ones(needed[home]));
            Subject {
                of: Of::Facility(market.facilities[home]),
                verdict: Verdict::NotCheckable { why: Reason::NoLimit },
                observed: Some(had / needed),
                shortfall: None,
                evidence: Evidence {
                    counted: Some(had),
                    of: Some(needed),
                    facilities: elsewhere.into_iter().map(|(facility, _)| market.facilities[facility]).collect(),
                    remarks: vec![Remark::Places { needed, had }, Remark::Seated { seated: ones(seated), of: needed }],
                    ..Evidence::default()
                },
            }
        })
        .collect()
}

/// The nearest facility that surely meets the conditions, for each point that has one within the distance.
fn nearest(case: &Case<'_>, market: &Market) -> Vec<Option<usize>> {
    let mut nearest: Vec<Option<(f64, usize)>> = vec![None; market.persons.len()];
    let id = |facility: usize| market.facilities[facility];
    for facility in 0..market.n_sure {
        for (point, cost) in market.near(case, facility) {
            // Of two as near the one with the lower id, in whatever order they stand.
            if nearest[point].is_none_or(|(least, other)| (cost, id(facility)) < (least, id(other))) {
                nearest[point] = Some((cost, facility));
            }
        }
    }
    nearest.into_iter().map(|found| found.map(|(_, facility)| facility)).collect()
}
