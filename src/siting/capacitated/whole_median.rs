//! The capacitated p-median in which nobody is split: all persons of a demand point are served by one site.
//!
//! Where the median next door splits nobody it is the answer. Else its cost is a bound, a choice near it is found by moving
//! demand points between its sites, and a program with whole numbers settles the rest, where that is not too large.

use super::median::median;
use super::{Allowed, Case, Offers, Share, Sites, Supplied, Terms, evaluate, most, verified};
use crate::program::{NoSolution, Program, Variable};
use crate::siting::NoAnswer;

/// The sites allowed with the least total cost, such that each demand point is served whole by one of them, none serving more
/// persons than it can.
///
/// # Shapes and units
/// As [`median`].
///
/// # Errors
/// As [`median`]; [`NoAnswer::Stopped`], too, where no choice was found and there are too many offers to prove that there is
/// none.
///
/// # Source
/// Ceselli and Righini (2005), A branch-and-price algorithm for the capacitated p-median problem, Networks 45(3),
/// 125-142, doi:10.1002/net.20059, for the problem; the program is its formulation by demand points and sites.
pub fn whole_median(
    offers: &Offers,
    persons: &[f64],
    sites: Sites<'_>,
    allowed: Allowed,
    terms: Terms<'_>,
) -> Result<Supplied, NoAnswer> {
    let split = median(offers, persons, sites, allowed, terms)?;
    if !split.shares.windows(2).any(|pair| pair[0].demand == pair[1].demand) {
        return Ok(split);
    }
    let case = Case { offers, persons, sites, allowed, terms };
    let packed = Packing::near(&case, &split);
    let mut best = packed.is_whole().then(|| (split.answer.chosen.clone(), packed.links.clone()));
    let (mut bound, mut proven) = (split.answer.bound, false);
    if offers.n_offers() <= MOST_OFFERS {
        match program(&case, best.as_ref()) {
            Ok(found) => {
                (bound, proven) = (bound.max(found.bound), found.proven);
                best = Some((found.chosen, found.links));
            }
            Err(NoSolution::Infeasible) => {
                let unserved = packed.unserved();
                let left = unserved.iter().map(|&demand| persons[demand as usize]).sum();
                return Err(NoAnswer::NoRoom { left, unserved });
            }
            Err(NoSolution::Stopped | NoSolution::Failed) => {}
        }
    }
    let Some((chosen, links)) = best else { return Err(NoAnswer::Stopped) };
    told(&case, chosen, &links, (bound, proven))
}

/// Pairs that the program is made of at most.
const MOST_OFFERS: usize = 5000;

/// One a demand point: the site that serves it.
type Links = Vec<Option<u32>>;

struct Found {
    chosen: Vec<u32>,
    links: Links,
    bound: f64,
    proven: bool,
}

fn program(case: &Case<'_>, start: Option<&(Vec<u32>, Links)>) -> Result<Found, NoSolution> {
    let mut program = Program::new();
    let is_there = |site: u32| i32::from(case.terms.existing.contains(&site));
    let n_sites = case.n_sites() as u32;
    let open: Vec<Variable> = (0..n_sites).map(|site| program.whole(0.0, (is_there(site), 1))).collect();
    let mut begin: Vec<(Variable, f64)> = Vec::new();
    let flag = |is_set: bool| if is_set { 1.0 } else { 0.0 };
    if let Some((chosen, _)) = start {
        begin.extend((0..).zip(&open).map(|(site, &open)| (open, flag(chosen.binary_search(&site).is_ok()))));
    }
    if let Some(p) = case.allowed.p {
        program.at_most(&open.iter().map(|&open| (open, 1.0)).collect::<Vec<_>>(), p as f64);
    }
    if let Some(budget) = case.allowed.budget.filter(|budget| budget.is_finite()) {
        let money = case.of_new(|site| case.sites.cost[site]);
        program.at_most(&open.iter().copied().zip(money).collect::<Vec<_>>(), budget);
    }
    let mut served: Vec<(usize, u32, Variable)> = Vec::new();
    let mut by_site: Vec<Vec<(Variable, f64)>> = vec![Vec::new(); open.len()];
    for (demand, &persons) in case.persons.iter().enumerate() {
        let (sites, costs) = case.offers.of(demand);
        let mut all = Vec::new();
        for (&site, &cost) in
            sites.iter().zip(costs).filter(|(site, _)| persons <= case.sites.capacity[**site as usize])
        {
            let link = program.flag(persons * cost);
            program.at_most(&[(link, 1.0), (open[site as usize], -1.0)], 0.0);
            by_site[site as usize].push((link, persons));
            all.push((link, 1.0));
            served.push((demand, site, link));
            if let Some((_, links)) = start {
                begin.push((link, flag(links[demand] == Some(site))));
            }
        }
        program.equal(&all, 1.0);
    }
    for ((terms, &capacity), &open) in by_site.iter_mut().zip(case.sites.capacity).zip(&open) {
        if capacity.is_finite() && !terms.is_empty() {
            terms.push((open, -capacity));
            program.at_most(terms, 0.0);
        }
    }
    let solution = program.solve(&begin, case.terms.stop)?;
    let chosen = (0..).zip(&open).filter(|(_, open)| solution.is_set(**open)).map(|(site, _)| site).collect();
    let mut links = vec![None; case.persons.len()];
    let set = served.iter().filter(|(_, _, link)| solution.is_set(*link));
    set.for_each(|&(demand, site, _)| links[demand] = Some(site));
    Ok(Found { chosen, links, bound: solution.bound, proven: solution.proven })
}

/// The answer, if its evaluation agrees.
fn told(case: &Case<'_>, chosen: Vec<u32>, links: &Links, (bound, proven): (f64, bool)) -> Result<Supplied, NoAnswer> {
    let share = |(demand, link): (u32, &Option<u32>)| {
        let (sites, costs) = case.offers.of(demand as usize);
        let at = sites.iter().position(|&other| Some(other) == *link)?;
        Some(Share { demand, site: sites[at], persons: case.persons[demand as usize], cost: costs[at] })
    };
    let shares: Vec<Share> = (0..).zip(links).filter_map(share).collect();
    let claimed: f64 = shares.iter().map(|share| share.persons * share.cost).sum::<f64>() + 0.0;
    let tally = evaluate::tally(case.offers, case.persons, f64::INFINITY, (&chosen, case.sites.capacity), &shares);
    let has_existing = case.terms.existing.iter().all(|site| chosen.binary_search(site).is_ok());
    let is_kept = has_existing && case.is_allowed(&chosen);
    let tally = tally.filter(|tally| tally.serves_all && is_kept);
    let found = tally.map(|tally| (most(&shares, case.persons.len()), tally.total_cost));
    let proven = proven || claimed <= bound * (1.0 + 1e-9);
    let answer = verified(claimed, bound.min(claimed), proven, found, chosen)?;
    Ok(Supplied { answer, shares })
}

/// Demand points at the sites of a choice, each whole, as far as there is room.
struct Packing<'a> {
    case: &'a Case<'a>,
    is_open: Vec<bool>,
    links: Links,
    room: Vec<f64>,
}

impl<'a> Packing<'a> {
    /// Where most of each demand point is in an allocation that splits, the largest first; then elsewhere, where that is
    /// cheaper.
    fn near(case: &'a Case<'a>, split: &Supplied) -> Self {
        let mut is_open = vec![false; case.n_sites()];
        split.answer.chosen.iter().for_each(|&site| is_open[site as usize] = true);
        let n_demands = case.persons.len();
        let mut packing = Self { case, is_open, links: vec![None; n_demands], room: case.sites.capacity.to_vec() };
        let mut order: Vec<usize> = (0..n_demands).collect();
        order.sort_by(|&a, &b| case.persons[b].total_cmp(&case.persons[a]).then(a.cmp(&b)));
        for &demand in &order {
            let wished = split.answer.assignment[demand].map(|(site, _)| site);
            let near = case.offers.of(demand).0.iter().copied();
            let site = wished.into_iter().chain(near).find(|&site| packing.fits(demand, site));
            packing.put(demand, site);
        }
        while packing.improve(&order) {}
        packing
    }

    fn fits(&self, demand: usize, site: u32) -> bool {
        self.is_open[site as usize] && self.case.persons[demand] <= self.room[site as usize]
    }

    fn put(&mut self, demand: usize, site: Option<u32>) {
        let persons = self.case.persons[demand];
        if let Some(old) = self.links[demand] {
            self.room[old as usize] += persons;
        }
        if let Some(new) = site {
            self.room[new as usize] -= persons;
        }
        self.links[demand] = site;
    }

    fn cost(&self, demand: usize, site: u32) -> Option<f64> {
        let (sites, costs) = self.case.offers.of(demand);
        let at = sites.iter().position(|&other| other == site)?;
        Some(self.case.persons[demand] * costs[at])
    }

    /// Moves demand points to cheaper sites with room, and lets two change places where that is cheaper; whether any did.
    fn improve(&mut self, order: &[usize]) -> bool {
        let mut has_improved = false;
        for &demand in order {
            if (self.case.terms.stop)() {
                return false;
            }
            let Some(old) = self.links[demand] else { continue };
            let Some(now) = self.cost(demand, old) else { continue };
            for &site in self.case.offers.of(demand).0 {
                let Some(then) = self.cost(demand, site).filter(|&then| then < now * (1.0 - 1e-12)) else { break };
                let other = if self.fits(demand, site) { None } else { self.exchange(demand, old, site, now - then) };
                if self.fits(demand, site) || other.is_some() {
                    self.put(demand, None);
                    if let Some(other) = other {
                        self.put(other, Some(old));
                    }
                    self.put(demand, Some(site));
                    has_improved = true;
                    break;
                }
            }
        }
        has_improved
    }

    /// A demand point at `site` that can go to `old` instead, for less than is gained, so that there is room for `demand`.
    fn exchange(&self, demand: usize, old: u32, site: u32, gain: f64) -> Option<usize> {
        if !self.is_open[site as usize] {
            return None;
        }
        let persons = &self.case.persons;
        (0..persons.len()).find(|&other| {
            let is_there = self.links[other] == Some(site);
            let fits = || {
                persons[demand] <= self.room[site as usize] + persons[other]
                    && persons[other] <= self.room[old as usize] + persons[demand]
            };
            let dearer = || Some(self.cost(other, old)? - self.cost(other, site)?);
            is_there && fits() && dearer().is_some_and(|dearer| dearer < gain * (1.0 - 1e-9))
        })
    }

    fn is_whole(&self) -> bool {
        self.links.iter().all(Option::is_some)
    }

    fn unserved(&self) -> Vec<u32> {
        (0..).zip(&self.links).filter(|(_, link)| link.is_none()).map(|(demand, _)| demand).collect()
    }
}
