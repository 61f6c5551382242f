//! Capacitated backup covering: of the fewest sites that serve everyone, those that can serve most persons a second time.

use std::collections::HashMap;

use super::set_cover::{Least, set_cover};
use super::{NoAnswer, Offers, Share, Sites, Supplied, Terms, evaluate, most, verified};
use crate::program::{NoSolution, Program, Variable};

/// The fewest sites that serve every demand point within `limit`, each no more persons than it can, and of all such choices
/// one that has room to serve the most persons a second time, at another site within the limit. Room that is kept as
/// backup counts like that for those who come first: a site never holds more than its capacity, both together. The
/// persons of a demand point may be split between sites.
///
/// The objective is the number of persons who have a backup: persons, not demand points as without capacities, since a
/// point may have one for some of its persons.
///
/// # Errors
/// As [`set_cover`].
///
/// # Source
/// Pirkul and Schilling (1988), The siting of emergency service facilities with workload capacities and backup service,
/// Management Science 34(7), 896-908, doi:10.1287/mnsc.34.7.896.
pub fn backup_cover(
    offers: &Offers,
    persons: &[f64],
    limit: f64,
    sites: Sites<'_>,
    terms: Terms<'_>,
) -> Result<Supplied, NoAnswer> {
    let fewest = set_cover(offers, persons, limit, sites, Least::Number, terms)?;
    let groups = Groups::new(offers, persons, limit);
    let total: f64 = persons.iter().sum();
    let (mut chosen, mut bound) = (fewest.answer.chosen.clone(), total);
    // Where no better is found, the choice with the fewest stays, and nothing is known of better ones.
    let best = fewest.answer.proven.then(|| groups.best(offers.n_sites(), sites.capacity, &chosen, terms));
    if let Some(Ok(best)) = best {
        chosen = best.chosen;
        bound = best.bound.min(total);
    }
    // Who is served where, and how much of it is backup, is settled anew for the sites chosen alone.
    let Some(double) = groups.double(sites.capacity, &chosen) else { return Err(NoAnswer::Stopped) };
    // Of whole persons and capacities as many are whole; the linear program is exact to a millionth.
    let whole = |values: &[f64]| values.iter().all(|value| value.fract() == 0.0 || value.is_infinite());
    let is_whole = whole(persons) && whole(sites.capacity);
    let twice = if is_whole { double.backup.round() + 0.0 } else { double.backup };
    let shares = first_shares(offers, persons, limit, &groups, &double.shares);
    let tally = evaluate::tally(offers, persons, limit, (&chosen, sites.capacity), &shares);
    let holds = tally.is_some_and(|tally| tally.serves_all) && groups.holds(sites.capacity, &chosen, &double.shares);
    let assignment = most(&shares, persons.len());
    let found = holds.then_some((assignment, twice));
    let bound = bound.max(twice);
    // The solver is exact to a millionth of a person in each row.
    let proven = fewest.answer.proven && bound <= twice + 1e-6 * total.max(1.0);
    let answer = verified(twice, bound, proven, found, chosen)?;
    Ok(Supplied { answer, shares })
}

/// Demand points of the same sites within the limit, as one.
struct Groups {
    sites: Vec<Vec<u32>>,
    persons: Vec<f64>,
    /// Of each demand point, its group.
    of: Vec<usize>,
}

struct Best {
    chosen: Vec<u32>,
    bound: f64,
}

struct Double {
    /// Persons who have a backup.
    backup: f64,
    /// Group, site, and the share of its persons whom the site serves, first or second.
    shares: Vec<(usize, u32, f64)>,
}

impl Groups {
    fn new(offers: &Offers, persons: &[f64], limit: f64) -> Self {
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

    /// Adds what holds of who is served by which site: `open` is the variable of a site, none where it is open for sure.
    fn rows(
        &self,
        program: &mut Program,
        capacity: &[f64],
        open: impl Fn(u32) -> Option<Option<Variable>>,
    ) -> Vec<(usize, u32, Variable)> {
        let mut served: Vec<(usize, u32, Variable)> = Vec::new();
        let mut by_site: HashMap<u32, Vec<(Variable, f64)>> = HashMap::new();
        for (group, (sites, &persons)) in self.sites.iter().zip(&self.persons).enumerate() {
            let backup = program.real(-persons, (0.0, 1.0));
            let mut all = vec![(backup, -1.0)];
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
            // Everyone once, and some a second time.
            program.equal(&all, 1.0);
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

    /// As many sites as `start`, with the most backup.
    fn best(&self, n_sites: usize, capacity: &[f64], start: &[u32], terms: Terms<'_>) -> Result<Best, NoSolution> {
        let mut program = Program::new();
        let is_there = |site: u32| i32::from(terms.existing.contains(&site));
        let open: Vec<Variable> = (0..n_sites as u32).map(|site| program.whole(0.0, (is_there(site), 1))).collect();
        let all: Vec<(Variable, f64)> = open.iter().map(|&open| (open, 1.0)).collect();
        program.equal(&all, start.len() as f64);
        self.rows(&mut program, capacity, |site| Some(Some(open[site as usize])));
        let begin: Vec<(Variable, f64)> =
            (0..).zip(&open).map(|(site, &open)| (open, if start.contains(&site) { 1.0 } else { 0.0 })).collect();
        let solution = program.solve(&begin, terms.stop)?;
        let chosen = (0..).zip(&open).filter(|(_, open)| solution.is_set(**open)).map(|(site, _)| site).collect();
        Ok(Best { chosen, bound: -solution.bound })
    }

    /// The most backup that a choice has room for.
    fn double(&self, capacity: &[f64], chosen: &[u32]) -> Option<Double> {
        let mut program = Program::new();
        let served = self.rows(&mut program, capacity, |site| chosen.binary_search(&site).is_ok().then_some(None));
        let solution = program.solve(&[], &|| false).ok()?;
        let share =
            |&(group, site, share): &(usize, u32, Variable)| (group, site, solution.value(share).clamp(0.0, 1.0));
        let shares: Vec<(usize, u32, f64)> = served.iter().map(share).filter(|(_, _, share)| 0.0 < *share).collect();
        let mut sum = vec![0.0; self.sites.len()];
        shares.iter().for_each(|&(group, _, share)| sum[group] += share);
        let backup = sum.iter().zip(&self.persons).map(|(sum, persons)| (sum - 1.0).clamp(0.0, 1.0) * persons).sum();
        Some(Double { backup, shares })
    }

    /// Whether shares, first and second, are within capacities and each site serves nobody twice.
    fn holds(&self, capacity: &[f64], chosen: &[u32], shares: &[(usize, u32, f64)]) -> bool {
        let slack = 1e-6 * self.persons.iter().sum::<f64>().max(1.0);
        let mut load = vec![0.0; capacity.len()];
        for &(group, site, share) in shares {
            load[site as usize] += share * self.persons[group];
            if 1.0 < share || chosen.binary_search(&site).is_err() || self.sites[group].binary_search(&site).is_err() {
                return false;
            }
        }
        load.iter().zip(capacity).all(|(load, capacity)| *load <= capacity + slack)
    }
}

/// Of each demand point those who are served first: by the cheapest of its sites.
fn first_shares(
    offers: &Offers,
    persons: &[f64],
    limit: f64,
    groups: &Groups,
    double: &[(usize, u32, f64)],
) -> Vec<Share> {
    let mut of_group: Vec<HashMap<u32, f64>> = vec![HashMap::new(); groups.sites.len()];
    double.iter().for_each(|&(group, site, share)| *of_group[group].entry(site).or_insert(0.0) += share);
    let mut shares = Vec::new();
    for (demand, &persons) in persons.iter().enumerate() {
        let mut left = 1.0;
        let (_, costs) = offers.of(demand);
        for (&site, &cost) in offers.within(demand, limit).iter().zip(costs) {
            let share = of_group[groups.of[demand]].get(&site).copied().unwrap_or(0.0).min(left);
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
