//! What a choice of sites is worth, from the offers alone: the judge of every solver.
//!
//! Nothing here knows how the sites were found, and nothing is kept between calls.

use super::capacitated::Share;
use super::{Assignment, Offers};

/// The cheapest chosen site of each demand point and its cost; none where no chosen site can serve it.
pub fn assignment(offers: &Offers, chosen: &[u32]) -> Assignment {
    within(offers, chosen, f64::INFINITY)
}

/// The cheapest chosen site of each demand point within `limit`, the limit counted in.
pub fn within(offers: &Offers, chosen: &[u32], limit: f64) -> Assignment {
    let is_chosen = flags(offers, chosen);
    let nearest = |demand| {
        let (sites, costs) = offers.of(demand);
        let links = sites.iter().copied().zip(costs.iter().copied());
        links.filter(|&(site, cost)| is_chosen[site as usize] && cost <= limit).min_by(|a, b| a.1.total_cmp(&b.1))
    };
    (0..offers.n_demands()).map(nearest).collect()
}

/// Persons times cost, summed; none where someone is not served.
pub fn total_cost(assignment: &[Option<(u32, f64)>], persons: &[f64]) -> Option<f64> {
    assignment.iter().zip(persons).map(|(link, persons)| link.map(|(_, cost)| persons * cost)).sum()
}

/// The cost of whoever is served worst, persons or none; none where someone is not served.
pub fn worst_cost(assignment: &[Option<(u32, f64)>]) -> Option<f64> {
    assignment.iter().try_fold(0.0, |worst: f64, link| link.map(|(_, cost)| worst.max(cost)))
}

/// The Kolm-Pollak equally-distributed equivalent of the costs of all persons, `kappa` more than 0: the cost that would
/// be as bad if everyone had it. None where someone is not served or there are no persons.
pub fn kolm_pollak(assignment: &[Option<(u32, f64)>], persons: &[f64], kappa: f64) -> Option<f64> {
    let worst = worst_cost(assignment)?;
    let all: f64 = persons.iter().sum();
    let links = assignment.iter().zip(persons);
    let sum: f64 = links
        .map(|(link, persons)| link.map(|(_, cost)| persons * (kappa * (cost - worst)).exp()))
        .sum::<Option<f64>>()?;
    (0.0 < all).then(|| worst + (sum / all).ln() / kappa)
}

/// Persons who are served.
pub fn persons_served(assignment: &[Option<(u32, f64)>], persons: &[f64]) -> f64 {
    assignment.iter().zip(persons).filter(|(link, _)| link.is_some()).map(|(_, persons)| persons).sum()
}

/// The demand points that are not served, ascending.
pub fn unserved(assignment: &[Option<(u32, f64)>]) -> Vec<u32> {
    (0..).zip(assignment).filter(|(_, link)| link.is_none()).map(|(demand, _)| demand).collect()
}

/// How many chosen sites are within `limit` of each demand point.
pub fn times_covered(offers: &Offers, chosen: &[u32], limit: f64) -> Vec<u32> {
    let is_chosen = flags(offers, chosen);
    let times = |demand| {
        let (sites, costs) = offers.of(demand);
        let links = sites.iter().zip(costs);
        links.filter(|&(&site, &cost)| is_chosen[site as usize] && cost <= limit).count() as u32
    };
    (0..offers.n_demands()).map(times).collect()
}

/// What shares of persons come to.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Tally {
    /// Persons who are served.
    pub served: f64,
    /// Whether every demand point is served whole, persons or none.
    pub serves_all: bool,
    /// Persons times cost.
    pub total_cost: f64,
    /// The dearest cost of a share.
    pub worst_cost: f64,
}

/// What shares come to; none where one of them is no offer within `limit` of a chosen site at its cost, a demand point is
/// given more than its persons or one site more than once, or a site more than its capacity. Sums may be off by 1e-9.
pub fn tally(
    offers: &Offers,
    persons: &[f64],
    limit: f64,
    (chosen, capacity): (&[u32], &[f64]),
    shares: &[Share],
) -> Option<Tally> {
    let is_chosen = flags(offers, chosen);
    let (mut given, mut is_met) = (vec![0.0; persons.len()], vec![false; persons.len()]);
    let mut load = vec![0.0; offers.n_sites()];
    let mut seen = std::collections::HashSet::new();
    let mut tally = Tally { served: 0.0, serves_all: false, total_cost: 0.0, worst_cost: 0.0 };
    for share in shares {
        let (sites, costs) = offers.of(share.demand as usize);
        let offered = sites.iter().zip(costs).find(|(site, _)| **site == share.site);
        let is_offer = offered.is_some_and(|(_, cost)| *cost == share.cost && share.cost <= limit);
        let is_new = seen.insert((share.demand, share.site));
        if !is_offer || !is_new || !is_chosen[share.site as usize] || share.persons < 0.0 {
            return None;
        }
        given[share.demand as usize] += share.persons;
        is_met[share.demand as usize] = true;
        load[share.site as usize] += share.persons;
        tally.served += share.persons;
        tally.total_cost += share.persons * share.cost;
        tally.worst_cost = tally.worst_cost.max(share.cost);
    }
    let all: f64 = persons.iter().sum();
    let slack = 1e-9 * all;
    let too_much = given.iter().zip(persons).any(|(given, persons)| persons + slack < *given);
    if too_much || load.iter().zip(capacity).any(|(load, capacity)| capacity + slack < *load) {
        return None;
    }
    tally.serves_all = all - slack <= tally.served && is_met.iter().all(|&is_met| is_met);
    Some(tally)
}

fn flags(offers: &Offers, chosen: &[u32]) -> Vec<bool> {
    let mut flags = vec![false; offers.n_sites()];
    chosen.iter().for_each(|&site| flags[site as usize] = true);
    flags
}

#[cfg(test)]
mod tests {
    use super::super::Offer;
    use super::*;

    // site 0 --2-- A --4-- site 1 --4-- B        C, cut off
    #[test]
    fn a_choice_is_worth_what_its_cheapest_links_cost() {
        let offer = |demand, site, cost| Offer { demand, site, cost };
        let offers = Offers::new(3, 2, &[offer(0, 0, 2.0), offer(0, 1, 4.0), offer(1, 1, 4.0)]);
        let all = assignment(&offers, &[0, 1]);
        assert_eq!(all, [Some((0, 2.0)), Some((1, 4.0)), None]);
        assert_eq!(unserved(&all), [2]);
        let persons = [10.0, 5.0, 1.0];
        assert_eq!((total_cost(&all[..2], &persons), worst_cost(&all[..2])), (Some(40.0), Some(4.0)));
        assert_eq!((total_cost(&all, &persons), worst_cost(&all), persons_served(&all, &persons)), (None, None, 15.0));
        assert_eq!(within(&offers, &[1], 3.9), [None, None, None]);
        assert_eq!(times_covered(&offers, &[0, 1], 4.0), [2, 1, 0]);
    }
}
