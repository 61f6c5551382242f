//! Who is served by which sites several times, as a linear program: demand points of the same sites within a limit are one.

use std::collections::HashMap;

use super::{Offers, Share, Terms};
use crate::program::{NoSolution, Program, Variable};

/// Demand points of the same sites within the limit, as one.
pub(super) struct Groups {
    sites: Vec<Vec<u32>>,
    persons: Vec<f64>,
    /// Of each demand point, its group.
    of: Vec<usize>,
}

/// How often everyone is served, each time by another site.
#[derive(Clone, Copy)]
pub(super) enum Often {
    /// So often.
    Each(u32),
    /// So often, where there is room.
    AtMost(u32),
    /// Once, and as many persons as can be a second time.
    OnceOrTwice,
}

/// Which choices of sites are allowed.
#[derive(Clone, Copy)]
pub(super) enum Choices<'a> {
    /// All.
    Any,
    /// Of so many sites.
    Number(usize),
    /// Of sites that cost no more than this together: what each costs, and how much.
    Cost(&'a [f64], f64),
}

/// The best choice of sites.
pub(super) struct Best {
    pub(super) chosen: Vec<u32>,
    /// No choice is better.
    pub(super) bound: f64,
}

/// Group, site, and the share of its persons whom the site serves.
type Shares = Vec<(usize, u32, f64)>;

impl Groups {
    pub(super) fn new(offers: &Offers, persons: &[f64], limit: f64) -> Self {
        let mut known: HashMap<Vec<u32>, usize> = HashMap::new();
        let mut groups = Self { sites: Vec::new(), persons: Vec::new(), of: Vec::new() };
        for (demand, &persons) in persons.iter().enumerate() {
            let mut sites = offers.within(demand, limit).to_vec();
            sites.sort_unstable();
            let at = *known.entry(sites.clone()).or_insert(groups.sites.len());
            if at == groups.sites.len() {
                groups.sites.push(sites);
                groups.persons.push(0.0);
            }
            groups.persons[at] += persons;
            groups.of.push(at);
        }
        groups
    }

    /// What is less than this is nothing: the solver is exact to a millionth of a person in each row.
    pub(super) fn slack(&self) -> f64 {
        1e-6 * self.persons.iter().sum::<f64>().max(1.0)
    }

    /// Adds what holds of who is served by which site: `open` is the variable of a site, none where it is open for sure.
    fn rows(
        &self,
        program: &mut Program,
        capacity: &[f64],
        often: Often,
        open: impl Fn(u32) -> Option<Option<Variable>>,
    ) -> Vec<(usize, u32, Variable)> {
        let mut served: Vec<(usize, u32, Variable)> = Vec::new();
        let mut by_site: HashMap<u32, Vec<(Variable, f64)>> = HashMap::new();
        for (group, (sites, &persons)) in self.sites.iter().zip(&self.persons).enumerate() {
            let (mut all, times) = match often {
                Often::Each(times) => (Vec::new(), f64::from(times)),
                Often::AtMost(times) => {
                    // Who lacks a site is counted where nobody lives, too.
                    let lacking = program.real(persons.max(1e-3), (0.0, f64::from(times)));
                    (vec![(lacking, 1.0)], f64::from(times))
                }
                Often::OnceOrTwice => (vec![(program.real(-persons, (0.0, 1.0)), -1.0)], 1.0),
            };
            for &site in sites {
                let Some(is_open) = open(site) else { continue };
                let share = program.real(0.0, (0.0, 1.0));
                if let Some(is_open) = is_open {
                    program.at_most(&[(share, 1.0), (is_open, -1.0)], 0.0);
                }
                all.push((share, 1.0));
                by_site.entry(site).or_default().push((share, persons));
                served.push((group, site, share));
            }
            program.equal(&all, times);
        }
        let mut limited: Vec<(u32, Vec<(Variable, f64)>)> = by_site.into_iter().collect();
        limited.sort_unstable_by_key(|(site, _)| *site);
        for (site, mut terms) in limited {
            let most = capacity[site as usize];
            if most.is_infinite() {
                continue;
            }
            match open(site).flatten() {
                Some(is_open) => {
                    terms.push((is_open, -most));
                    program.at_most(&terms, 0.0);
                }
                None => program.at_most(&terms, most),
            }
        }
        served
    }

    /// The choice of sites allowed with the least sum of what each adds, less the persons who have a backup where these
    /// count; the search begins with `start`.
    pub(super) fn best(
        &self,
        capacity: &[f64],
        often: Often,
        (adds, allowed): (&[f64], Choices<'_>),
        start: &[u32],
        terms: Terms<'_>,
    ) -> Result<Best, NoSolution> {
        let mut program = Program::new();
        let is_there = |site: u32| i32::from(terms.existing.contains(&site));
        let open: Vec<Variable> =
            (0..).zip(adds).map(|(site, &adds)| program.whole(adds, (is_there(site), 1))).collect();
        match allowed {
            Choices::Any => {}
            Choices::Number(n) => {
                program.equal(&open.iter().map(|&open| (open, 1.0)).collect::<Vec<_>>(), n as f64);
            }
            Choices::Cost(costs, most) => {
                let costs: Vec<(Variable, f64)> =
                    open.iter().copied().zip(costs.iter().copied()).filter(|(_, cost)| *cost != 0.0).collect();
                if !costs.is_empty() {
                    program.at_most(&costs, most);
                }
            }
        }
        self.rows(&mut program, capacity, often, |site| Some(Some(open[site as usize])));
        let begin: Vec<(Variable, f64)> =
            (0..).zip(&open).map(|(site, &open)| (open, if start.contains(&site) { 1.0 } else { 0.0 })).collect();
        let solution = program.solve(&begin, terms.stop)?;
        let chosen = (0..).zip(&open).filter(|(_, open)| solution.is_set(**open)).map(|(site, _)| site).collect();
        Ok(Best { chosen, bound: solution.bound })
    }

    /// Who is served by which of the sites chosen, as often as there is room for.
    pub(super) fn shares(&self, capacity: &[f64], often: Often, chosen: &[u32]) -> Option<Shares> {
        let mut program = Program::new();
        let open = |site: u32| chosen.binary_search(&site).is_ok().then_some(None);
        let served = self.rows(&mut program, capacity, often, open);
        let solution = program.solve(&[], &|| false).ok()?;
        let share =
            |&(group, site, share): &(usize, u32, Variable)| (group, site, solution.value(share).clamp(0.0, 1.0));
        Some(served.iter().map(share).filter(|(_, _, share)| 0.0 < *share).collect())
    }

    /// How often each group is served, in the mean of its persons, and its persons.
    pub(super) fn times(&self, shares: &Shares) -> impl Iterator<Item = (f64, f64)> {
        let mut sum = vec![0.0; self.sites.len()];
        shares.iter().for_each(|&(group, _, share)| sum[group] += share);
        sum.into_iter().zip(self.persons.iter().copied())
    }

    /// The demand points that are served less often than so, by position, and how many persons lack a site.
    pub(super) fn lacking(&self, shares: &Shares, times: u32) -> (Vec<u32>, f64) {
        let short: Vec<(f64, f64)> =
            self.times(shares).map(|(found, persons)| ((f64::from(times) - found).max(0.0), persons)).collect();
        let slack = self.slack();
        let is_short =
            |&(short, persons): &(f64, f64)| if 0.0 < persons { slack < short * persons } else { 1e-6 < short };
        let demands = (0..).zip(&self.of).filter(|&(_, &group)| is_short(&short[group])).map(|(demand, _)| demand);
        let left = short.iter().filter(|short| is_short(short)).map(|(short, persons)| short.min(1.0) * persons).sum();
        (demands.collect(), left)
    }

    /// Whether shares are within capacities and each site serves nobody twice.
    pub(super) fn holds(&self, capacity: &[f64], chosen: &[u32], shares: &Shares) -> bool {
        let slack = self.slack();
        let mut load = vec![0.0; capacity.len()];
        for &(group, site, share) in shares {
            load[site as usize] += share * self.persons[group];
            if 1.0 < share || chosen.binary_search(&site).is_err() || self.sites[group].binary_search(&site).is_err() {
                return false;
            }
        }
        load.iter().zip(capacity).all(|(load, capacity)| *load <= capacity + slack)
    }

    /// Of each demand point those who are served first: by the cheapest of its sites.
    pub(super) fn first(&self, offers: &Offers, persons: &[f64], limit: f64, all: &Shares) -> Vec<Share> {
        let mut of_group: Vec<HashMap<u32, f64>> = vec![HashMap::new(); self.sites.len()];
        all.iter().for_each(|&(group, site, share)| *of_group[group].entry(site).or_insert(0.0) += share);
        let mut shares = Vec::new();
        for (demand, &persons) in persons.iter().enumerate() {
            let mut left = 1.0;
            let (_, costs) = offers.of(demand);
            for (&site, &cost) in offers.within(demand, limit).iter().zip(costs) {
                let share = of_group[self.of[demand]].get(&site).copied().unwrap_or(0.0).min(left);
                if 0.0 < share {
                    shares.push(Share { demand: demand as u32, site, persons: share * persons, cost });
                    left -= share;
                }
            }
            // What is left is what the solver rounds.
            let n = shares.len();
            if let Some(last) = shares[..n].last_mut().filter(|share| share.demand as usize == demand && left < 1e-6) {
                last.persons += left * persons;
            }
        }
        shares
    }
}
