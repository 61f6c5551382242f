//! Sites that serve only so many persons, and cost so much: the problems next door with capacities, costs and a budget.
//!
//! | problem | asks for | file |
//! |---|---|---|
//! | p-median | the sites allowed with the least cost over all persons | [`median`] |
//! | the same unsplit | as p-median, all persons of a demand point at one site | [`whole_median`] |
//! | p-center | those with the least cost for whoever is served worst | [`center`] |
//! | maximal covering | those that serve the most persons within a limit | [`max_cover`] |
//! | set covering | the fewest or cheapest sites that serve everyone, or a share | [`set_cover`] |
//! | multiple covering | the fewest or cheapest sites that serve everyone several times | [`multiple_cover`] |
//! | its backup | of the fewest or cheapest, the choice that can serve most a second time | [`backup_cover`] |
//! | equitable p-median | the sites a budget pays for with the least Kolm-Pollak equivalent | [`equitable_median`] |
//!
//! The persons of one demand point may be split between sites: who is served where is then a flow, and whether a choice
//! of sites has room for everyone is settled exactly. Nobody has to be served by the nearest site. Only [`whole_median`]
//! splits nobody.

pub mod backup_cover;
pub mod center;
pub mod equitable_median;
pub mod max_cover;
pub mod median;
pub mod multiple_cover;
pub mod set_cover;
pub mod whole_median;

mod groups;
#[cfg(test)]
mod tests;
mod waiting;

use super::solve::supply::{self, Rows, Supply, allocate};
use super::{Answer, Assignment, NoAnswer, Offers, Terms, evaluate, verified};

/// What sites hold and cost, one each, by position.
#[derive(Clone, Copy, Debug)]
pub struct Sites<'a> {
    /// Persons whom each can serve: not negative; infinite where there is no limit.
    pub capacity: &'a [f64],
    /// What each costs to open, in any one unit: finite and not negative. Those existing cost nothing, whatever is here.
    pub cost: &'a [f64],
}

/// How much may be opened.
#[derive(Clone, Copy, Debug)]
pub struct Allowed {
    /// Sites in all, the existing ones counted: exactly as many where there is no budget, else at most, and none that
    /// nothing needs.
    pub p: Option<usize>,
    /// What the sites that are not there already may cost together.
    pub budget: Option<f64>,
}

/// Persons of one demand point who are served by one site.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Share {
    /// Who: a position in the demand.
    pub demand: u32,
    /// Where: a position in the candidate sites.
    pub site: u32,
    /// How many of them.
    pub persons: f64,
    /// What it costs each to get there.
    pub cost: f64,
}

/// An answer, and who is served where.
#[derive(Clone, Debug, PartialEq)]
pub struct Supplied {
    /// Its assignment names, of a demand point that is split, the site that serves most.
    pub answer: Answer,
    /// Ascending by demand point; who is not served has none.
    pub shares: Vec<Share>,
}

/// A problem of which the parts that all of them share are at hand.
#[derive(Clone, Copy)]
struct Case<'a> {
    offers: &'a Offers,
    persons: &'a [f64],
    sites: Sites<'a>,
    allowed: Allowed,
    terms: Terms<'a>,
}

impl Case<'_> {
    fn n_sites(&self) -> usize {
        self.offers.n_sites()
    }

    /// Something of each site, nothing for those that exist.
    fn of_new(&self, of: impl Fn(usize) -> f64) -> Vec<f64> {
        let mut values: Vec<f64> = (0..self.n_sites()).map(of).collect();
        self.terms.existing.iter().for_each(|&site| values[site as usize] = 0.0);
        values
    }

    /// Rows of all demand points: what a person's way costs, and what it costs who is not served.
    fn rows(&self, limit: f64, cost: fn(f64) -> f64, price: f64) -> Rows {
        self.rows_of(0..self.persons.len(), limit, cost, price)
    }

    /// Rows of some demand points, likewise.
    fn rows_of(&self, demands: impl Iterator<Item = usize>, limit: f64, cost: fn(f64) -> f64, price: f64) -> Rows {
        let mut rows = Rows::new(self.n_sites());
        for demand in demands {
            let persons = self.persons[demand];
            let (sites, costs) = self.offers.of(demand);
            let within = self.offers.within(demand, limit).len();
            // The way of nobody costs nothing.
            let by_person = |&way: &f64| if 0.0 < persons { cost(way) } else { 0.0 };
            rows.push(sites[..within].iter().copied().zip(costs[..within].iter().map(by_person)), persons, price);
        }
        rows
    }

    /// Rows of those who wait, served at no cost.
    fn waiting_rows(&self, limit: f64, price: f64) -> Rows {
        let is_waiting = self.waiting(limit);
        self.rows_of((0..self.persons.len()).filter(|&demand| is_waiting[demand]), limit, |_| 0.0, price).merged()
    }

    fn solve(&self, rows: &Rows, fixed: &[f64], starts: Vec<Vec<u32>>, enough: f64) -> supply::Solved {
        supply::solve(Supply {
            rows,
            capacity: self.sites.capacity,
            fixed,
            money: &self.of_new(|site| self.sites.cost[site]),
            budget: self.allowed.budget.unwrap_or(f64::INFINITY),
            p: self.allowed.p.unwrap_or(self.n_sites()),
            open: self.terms.existing,
            starts,
            enough,
            stop: self.terms.stop,
        })
    }

    /// Demand points without an offer within a limit.
    fn unreachable(&self, limit: f64) -> Result<(), NoAnswer> {
        let is_lost = |&demand: &u32| self.offers.within(demand as usize, limit).is_empty();
        let demands: Vec<u32> = (0..self.offers.n_demands() as u32).filter(is_lost).collect();
        if demands.is_empty() { Ok(()) } else { Err(NoAnswer::Unreachable { demands }) }
    }

    /// A choice allowed that has room for everyone within a limit, or the proof that there is none.
    fn room(&self, limit: f64) -> Result<Vec<u32>, NoAnswer> {
        self.unreachable(limit)?;
        let rows = self.waiting_rows(limit, 1.0);
        let solved = self.solve(&rows, &vec![0.0; self.n_sites()], Vec::new(), 0.0);
        let slack = 1e-9 * self.persons.iter().sum::<f64>().max(1.0);
        match solved.best {
            Some((left, chosen)) if left <= slack => Ok(chosen),
            Some((_, chosen)) if solved.complete => Err(self.no_room(limit, &chosen)),
            _ => Err(NoAnswer::Stopped),
        }
    }

    /// Who is left where a choice has no room for everyone.
    fn no_room(&self, limit: f64, chosen: &[u32]) -> NoAnswer {
        let (shares, _) = self.shares(limit, chosen);
        let mut left = self.persons.to_vec();
        let mut is_met = vec![false; left.len()];
        for share in shares {
            left[share.demand as usize] -= share.persons;
            is_met[share.demand as usize] = true;
        }
        let slack = 1e-9 * self.persons.iter().sum::<f64>();
        let is_left = |&demand: &u32| slack < left[demand as usize] || !is_met[demand as usize];
        let unserved: Vec<u32> = (0..left.len() as u32).filter(is_left).collect();
        NoAnswer::NoRoom { left: unserved.iter().map(|&demand| left[demand as usize]).sum(), unserved }
    }

    /// The cheapest allocation to a choice: as many persons are served as can be.
    fn shares(&self, limit: f64, chosen: &[u32]) -> (Vec<Share>, Assignment) {
        let rows = self.rows(limit, |way| way, f64::INFINITY);
        let allocation = allocate(&rows, chosen, self.sites.capacity);
        let share = |&(demand, site, persons): &(u32, u32, f64)| {
            let (sites, costs) = self.offers.of(demand as usize);
            let cost = sites.iter().position(|&other| other == site).map_or(0.0, |at| costs[at]);
            Share { demand, site, persons, cost }
        };
        let shares: Vec<Share> = allocation.shares.iter().map(share).collect();
        let assignment = most(&shares, self.persons.len());
        (shares, assignment)
    }

    /// The choice, with sites that nothing needs until there are as many as must be; where money counts, without those that
    /// nothing needs.
    fn rounded(&self, rows: &Rows, chosen: Vec<u32>) -> Vec<u32> {
        if self.allowed.budget.is_some() { self.trimmed(rows, chosen) } else { self.filled(chosen) }
    }

    fn filled(&self, mut chosen: Vec<u32>) -> Vec<u32> {
        if let Some(p) = self.allowed.p {
            let others = (0..self.n_sites() as u32).filter(|site| chosen.binary_search(site).is_err());
            let more: Vec<u32> = others.take(p.saturating_sub(chosen.len())).collect();
            chosen.extend(more);
            chosen.sort_unstable();
        }
        chosen
    }

    fn trimmed(&self, rows: &Rows, mut chosen: Vec<u32>) -> Vec<u32> {
        let worth = |chosen: &[u32]| {
            let allocation = allocate(rows, chosen, self.sites.capacity);
            (allocation.serves_all(), allocation.cost)
        };
        let (serves_all, cost) = worth(&chosen);
        let mut dearest: Vec<u32> = chosen.iter().copied().filter(|site| !self.terms.existing.contains(site)).collect();
        let price = |site: u32| self.sites.cost[site as usize];
        dearest.sort_by(|&a, &b| price(b).total_cmp(&price(a)).then(a.cmp(&b)));
        for site in dearest {
            let without: Vec<u32> = chosen.iter().copied().filter(|&other| other != site).collect();
            let (still, now) = worth(&without);
            if still == serves_all && now <= cost {
                chosen = without;
            }
        }
        chosen
    }

    /// The answer, if the evaluation of its shares agrees with what is claimed.
    fn told(
        &self,
        limit: f64,
        chosen: Vec<u32>,
        (claimed, bound, proven): (f64, f64, bool),
        objective: impl Fn(&evaluate::Tally) -> Option<f64>,
    ) -> Result<Supplied, NoAnswer> {
        let (shares, assignment) = self.shares(limit, &chosen);
        let tally = evaluate::tally(self.offers, self.persons, limit, (&chosen, self.sites.capacity), &shares);
        let found = tally.as_ref().and_then(objective).map(|objective| (assignment, objective));
        let has_existing = self.terms.existing.iter().all(|site| chosen.binary_search(site).is_ok());
        let is_allowed = has_existing && self.is_allowed(&chosen);
        let answer = verified(claimed, bound, proven, found.filter(|_| is_allowed), chosen)?;
        Ok(Supplied { answer, shares })
    }

    fn is_allowed(&self, chosen: &[u32]) -> bool {
        let money = self.of_new(|site| self.sites.cost[site]);
        let spent: f64 = chosen.iter().map(|&site| money[site as usize]).sum();
        let budget = self.allowed.budget.unwrap_or(f64::INFINITY);
        spent <= budget + 1e-9 * budget.abs() && self.allowed.p.is_none_or(|p| chosen.len() <= p)
    }
}

/// Of each demand point, the site that serves most of its persons.
fn most(shares: &[Share], n_demands: usize) -> Assignment {
    let mut best: Vec<Option<Share>> = vec![None; n_demands];
    for share in shares {
        let best = &mut best[share.demand as usize];
        if best.is_none_or(|best| best.persons < share.persons) {
            *best = Some(*share);
        }
    }
    best.into_iter().map(|best| best.map(|share| (share.site, share.cost))).collect()
}
