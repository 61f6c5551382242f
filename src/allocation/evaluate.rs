//! What an allocation is worth and whether it is one, from the offers, demands and capacities alone: the judge of every
//! solver.
//!
//! Nothing here knows how the answer was found.

use std::collections::BTreeSet;

use super::{Flow, Ground, Prices};
use crate::siting::Offers;

/// What is wrong with flows, each as a sentence for whoever mends the program; nothing where they are sound: every flow is
/// an offer at its cost, no demand is served more than it is and no site serves more than it holds.
pub fn faults(offers: &Offers, demand: &[u64], capacity: &[u64], flows: &[Flow]) -> Vec<String> {
    let mut faults = Vec::new();
    let (mut served, mut load) = (vec![0_u64; demand.len()], vec![0_u64; capacity.len()]);
    for flow in flows {
        let is_known = (flow.demand as usize) < demand.len() && (flow.site as usize) < capacity.len();
        if !is_known || offer(offers, flow.demand, flow.site) != Some(flow.cost) {
            faults.push(format!("demand {} has no offer of site {} at {}", flow.demand, flow.site, flow.cost));
            continue;
        }
        served[flow.demand as usize] += flow.amount;
        load[flow.site as usize] += flow.amount;
    }
    for (at, (served, demand)) in served.iter().zip(demand).enumerate().filter(|(_, (served, demand))| served > demand)
    {
        faults.push(format!("demand {at} is {demand}, and {served} are served"));
    }
    for (at, (load, capacity)) in load.iter().zip(capacity).enumerate().filter(|(_, (load, capacity))| load > capacity)
    {
        faults.push(format!("site {at} holds {capacity}, and serves {load}"));
    }
    faults
}

fn offer(offers: &Offers, demand: u32, site: u32) -> Option<f64> {
    let (sites, costs) = offers.of(demand as usize);
    sites.iter().position(|&other| other == site).map(|at| costs[at])
}

/// Amount times cost, summed.
pub fn cost(flows: &[Flow]) -> f64 {
    flows.iter().map(|flow| flow.amount as f64 * flow.cost).sum::<f64>() + 0.0
}

/// No flows that serve `served` or more cost less than this, whatever the prices: each demand pays the price of a site
/// beside its cost, and no site takes in more than its price times what it holds (weak duality of the transportation
/// problem).
pub fn bound(offers: &Offers, demand: &[u64], capacity: &[u64], served: u64, prices: &Prices) -> f64 {
    let (mut paid, mut reachable) = (0.0, 0_u64);
    for (at, &amount) in demand.iter().enumerate() {
        let (sites, costs) = offers.of(at);
        let with_price = sites.iter().zip(costs).map(|(&site, cost)| cost + prices.sites[site as usize].max(0.0));
        let Some(cheapest) = with_price.min_by(f64::total_cmp) else { continue };
        reachable += amount;
        paid += amount as f64 * prices.none.map_or(cheapest, |none| cheapest.min(none.max(0.0)));
    }
    let taken: f64 = prices.sites.iter().zip(capacity).map(|(price, &capacity)| price.max(0.0) * capacity as f64).sum();
    let unserved = reachable.saturating_sub(served);
    match prices.none {
        Some(none) => (paid - taken - none.max(0.0) * unserved as f64).max(0.0),
        // Prices for everyone served say nothing where someone need not be.
        None if 0 < unserved => 0.0,
        None => (paid - taken).max(0.0),
    }
}

/// Whether no more can be served: nobody who is left over could be, even if others moved on (no augmenting path, by the
/// theorem of maximum flow and minimum cut).
pub fn is_most(offers: &Offers, demand: &[u64], capacity: &[u64], flows: &[Flow]) -> bool {
    let (mut left, mut room) = (demand.to_vec(), capacity.to_vec());
    let mut at_site: Vec<Vec<u32>> = vec![Vec::new(); capacity.len()];
    for flow in flows {
        left[flow.demand as usize] = left[flow.demand as usize].saturating_sub(flow.amount);
        room[flow.site as usize] = room[flow.site as usize].saturating_sub(flow.amount);
        at_site[flow.site as usize].push(flow.demand);
    }
    let mut is_asked: Vec<bool> = left.iter().map(|&left| 0 < left).collect();
    let mut to_visit: Vec<u32> = (0..).zip(&is_asked).filter(|(_, asked)| **asked).map(|(demand, _)| demand).collect();
    let mut is_seen = vec![false; capacity.len()];
    while let Some(demand) = to_visit.pop() {
        for &site in offers.of(demand as usize).0 {
            if std::mem::replace(&mut is_seen[site as usize], true) {
                continue;
            }
            if 0 < room[site as usize] {
                return false;
            }
            for &other in &at_site[site as usize] {
                if !std::mem::replace(&mut is_asked[other as usize], true) {
                    to_visit.push(other);
                }
            }
        }
    }
    true
}

/// The sites whose district is not one piece that holds the place of its site or, where that cannot be, touches it: see
/// [`districts`](super::districts()). `site_of`: one a place.
pub fn broken(offers: &Offers, demand: &[u64], capacity: &[u64], ground: &Ground, site_of: &[Option<u32>]) -> Vec<u32> {
    (0..capacity.len() as u32)
        .filter(|&site| {
            let members: BTreeSet<u32> =
                (0..).zip(site_of).filter(|(_, of)| **of == Some(site)).map(|(place, _)| place).collect();
            let Some(&first) = members.first() else { return false };
            // All that can be walked to without leaving the district.
            let mut seen = BTreeSet::from([first]);
            let mut to_visit = vec![first];
            while let Some(place) = to_visit.pop() {
                for &next in &ground.neighbours[place as usize] {
                    if members.contains(&next) && seen.insert(next) {
                        to_visit.push(next);
                    }
                }
            }
            if seen.len() < members.len() {
                return true;
            }
            let Some(home) = ground.homes[site as usize] else { return false };
            if members.contains(&home) {
                return false;
            }
            let holds = demand[home as usize];
            let cannot_be = 0 < holds && (capacity[site as usize] < holds || offer(offers, home, site).is_none());
            let is_lent = site_of[home as usize].is_some_and(|of| ground.homes[of as usize] == Some(home));
            let touches = ground.neighbours[home as usize].iter().any(|next| members.contains(next));
            !(touches && (cannot_be || is_lent))
        })
        .collect()
}
