//! A first choice of districts: they grow from their homes, the place that suits best first.

use std::cmp::Ordering;
use std::collections::BinaryHeap;

use super::state::State;
use super::{Costs, Districts};
use crate::allocation::Prices;

/// Who may come first.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum First {
    /// The home of each site, then whoever pays least more than at the best site, prices counted in.
    Suited,
    /// Before these whoever is there today.
    Current,
}

/// A place that could come to a site.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Next {
    rank: u8,
    more: f64,
    place: u32,
    site: u32,
}

impl Eq for Next {}

impl Ord for Next {
    /// The best is the greatest.
    fn cmp(&self, other: &Self) -> Ordering {
        let by_worth = other.rank.cmp(&self.rank).then(other.more.total_cmp(&self.more));
        by_worth.then(other.place.cmp(&self.place)).then(other.site.cmp(&self.site))
    }
}

impl PartialOrd for Next {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// Districts by the prices of a transportation problem.
pub(super) fn grow<'a>(of: &'a Districts<'a>, costs: &'a Costs, prices: &Prices, first: First) -> State<'a> {
    let mut state = State::empty(of, costs);
    let with_price = |place: u32, site: u32| costs.at(place, site) + prices.sites[site as usize];
    let least: Vec<f64> = (0..of.demand.len())
        .map(|place| {
            let sites = of.offers.of(place).0.iter();
            sites.map(|&site| with_price(place as u32, site)).fold(f64::INFINITY, f64::min)
        })
        .collect();
    let mut queue = BinaryHeap::new();
    let next = |place: u32, site: u32, is_home: bool| -> Option<Next> {
        of.cost(costs, place, site)?;
        let is_current = of.today(place) == Some(site);
        let rank = match () {
            () if is_home => 0,
            () if first == First::Current && is_current => 1,
            () => 2,
        };
        let more = if of.demand[place as usize] == 0 { 0.0 } else { with_price(place, site) - least[place as usize] };
        Some(Next { rank, more, place, site })
    };
    for site in 0..of.capacity.len() as u32 {
        match (of.ground, of.home(costs, site)) {
            (Some(_), Some((home, false))) => queue.extend(next(home, site, true)),
            (Some(_), Some((home, true))) => {
                queue.extend(of.neighbours(home).iter().filter_map(|&place| next(place, site, false)));
            }
            _ => queue.extend((0..of.demand.len() as u32).filter_map(|place| next(place, site, false))),
        }
    }
    while let Some(Next { rank, place, site, .. }) = queue.pop() {
        let amount = of.demand[place as usize];
        if state.site_of()[place as usize].is_some() {
            // The home is another's: the district may begin beside it.
            let is_home = rank == 0 && state.members(site).is_empty();
            if is_home && costs.homed(place).contains(&state.site_of()[place as usize].unwrap_or(site)) {
                queue.extend(of.neighbours(place).iter().filter_map(|&next_to| next(next_to, site, false)));
            }
            continue;
        }
        if state.fits(site, amount, 0) && state.try_all(&[(place, Some(site))], |_, _| true) {
            let near = of.neighbours(place).iter().filter(|&&near| state.site_of()[near as usize].is_none());
            queue.extend(near.filter_map(|&near| next(near, site, false)));
        }
    }
    state
}
