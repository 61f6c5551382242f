//! Capacitated and weighted set covering: the fewest or the cheapest sites that serve everyone within a limit.

use super::max_cover::{Reach, reach};
use super::{Allowed, Case, Offers, Sites, Supplied, Terms, supply};
use crate::siting::{NoAnswer, evaluate};

/// What a set of sites is to have the least of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Least {
    /// Sites, the existing ones counted.
    Number,
    /// What those that are not there already cost together.
    Cost,
}

/// The sites with the least number or cost that serve every demand point within `limit`, persons or none, each site
/// serving no more persons than it can; the persons of a demand point may be split between sites.
///
/// # Errors
/// [`NoAnswer::Unreachable`] names every demand point without a site within the limit; [`NoAnswer::NoRoom`] where all
/// sites together cannot serve everyone; [`NoAnswer::Stopped`] where time was up before the first cover.
///
/// # Source
/// Current and Storbeck (1988), Capacitated covering models, Environment and Planning B 15(2), 153-163,
/// doi:10.1068/b150153; costs: Toregas, Swain, ReVelle and Bergman (1971), doi:10.1287/opre.19.6.1363.
pub fn set_cover(
    offers: &Offers,
    persons: &[f64],
    limit: f64,
    sites: Sites<'_>,
    least: Least,
    terms: Terms<'_>,
) -> Result<Supplied, NoAnswer> {
    let case = Case { offers, persons, sites, allowed: Allowed { p: None, budget: None }, terms };
    case.unreachable(limit)?;
    let rows = case.waiting_rows(limit, f64::INFINITY);
    let all: Vec<u32> = (0..offers.n_sites() as u32).collect();
    if !super::allocate(&rows, &all, sites.capacity).serves_all() {
        return Err(case.no_room(limit, &all));
    }
    let (claim, chosen) = search(&case, &rows, all, least)?;
    let worth = |chosen: &[u32]| worth(&case, chosen, least);
    let found = worth(&chosen);
    case.told(limit, chosen, claim, |tally| tally.serves_all.then_some(found))
}

/// The fewest or cheapest sites that serve at least a share of all persons within `limit`, each no more than it can.
///
/// # Shapes and units
/// - `share`: from 0 to 1.
///
/// # Errors
/// As [`set_cover`], where all sites together serve less than the share.
///
/// # Source
/// Daskin and Owen (1999), Two new location covering problems, Geographical Analysis 31(1), 217-235,
/// doi:10.1111/j.1538-4632.1999.tb00976.x.
pub fn partial(
    offers: &Offers,
    persons: &[f64],
    limit: f64,
    sites: Sites<'_>,
    (share, least): (f64, Least),
    terms: Terms<'_>,
) -> Result<Supplied, NoAnswer> {
    let case = Case { offers, persons, sites, allowed: Allowed { p: None, budget: None }, terms };
    match least {
        Least::Number => fewest_for(&case, limit, share),
        Least::Cost => cheapest_for(&case, limit, share),
    }
}

/// By whether so many sites serve enough, for each number tried.
fn fewest_for(case: &Case<'_>, limit: f64, share: f64) -> Result<Supplied, NoAnswer> {
    let all: f64 = case.persons.iter().sum();
    let enough = share * all - 1e-9 * all;
    let n_existing = case.terms.existing.len();
    let mut best: Vec<u32> = (0..case.n_sites() as u32).collect();
    let served: f64 = case.shares(limit, &best).0.iter().map(|share| share.persons).sum();
    if served < enough {
        return Err(too_few(case, limit, &best));
    }
    // The fewest are among low..=best.len(). Twice as many each time until they are enough, then halves: few sites are
    // settled sooner than many.
    let (mut low, mut ahead, mut complete) = (n_existing, 1, true);
    while low < best.len() {
        let middle = (low + (best.len() - low) / 2).min(n_existing + ahead);
        ahead *= 2;
        match reach(case, limit, middle, enough) {
            Reach::By(chosen) => best = chosen,
            Reach::None => low = middle + 1,
            Reach::Unknown => {
                complete = false;
                break;
            }
        }
    }
    let high = best.len() as f64;
    // Short of the share by what is nothing in a sum.
    let is_enough = |tally: &evaluate::Tally| enough - 3e-9 * all.max(1.0) <= tally.served;
    case.told(limit, best, (high, low as f64, complete), |tally| is_enough(tally).then_some(high))
}

/// Why all sites together do not serve a share.
fn too_few(case: &Case<'_>, limit: f64, all: &[u32]) -> NoAnswer {
    case.unreachable(limit).err().unwrap_or_else(|| case.no_room(limit, all))
}

/// As a cover of everyone, with one more site that is there already, is near everyone, and has room for those who may be
/// left unserved.
fn cheapest_for(case: &Case<'_>, limit: f64, share: f64) -> Result<Supplied, NoAnswer> {
    let n_sites = case.n_sites();
    let elsewhere = n_sites as u32;
    let all: f64 = case.persons.iter().sum();
    let mut left = (1.0 - share) * all;
    let is_whole = |values: &[f64]| values.iter().all(|value| value.fract() == 0.0 || value.is_infinite());
    if is_whole(case.persons) && is_whole(case.sites.capacity) {
        // Of whole persons no part is left.
        left = (left + 1e-9 * all).floor();
    }
    let mut rows = super::Rows::new(n_sites + 1);
    let is_waiting = case.waiting(limit);
    let waits = |(demand, persons): &(usize, &f64)| is_waiting[*demand] && 0.0 < **persons;
    for (demand, &persons) in case.persons.iter().enumerate().filter(waits) {
        let sites = case.offers.within(demand, limit).iter().copied().chain([elsewhere]);
        rows.push(sites.map(|site| (site, 0.0)), persons, f64::INFINITY);
    }
    let rows = rows.merged();
    let with = |values: &[f64], more: f64| [values, &[more]].concat();
    let capacity = with(case.sites.capacity, left);
    let choice: Vec<u32> = (0..=elsewhere).collect();
    if !super::allocate(&rows, &choice, &capacity).serves_all() {
        return Err(too_few(case, limit, &choice[..n_sites]));
    }
    let solved = supply::solve(supply::Supply {
        rows: &rows,
        capacity: &capacity,
        fixed: &with(&case.of_new(|site| case.sites.cost[site]), 0.0),
        money: &vec![0.0; n_sites + 1],
        budget: f64::INFINITY,
        p: n_sites + 1,
        open: &[case.terms.existing, &[elsewhere]].concat(),
        starts: vec![choice],
        enough: f64::NEG_INFINITY,
        stop: case.terms.stop,
    });
    let Some((claimed, mut chosen)) = solved.best else { return Err(NoAnswer::Stopped) };
    chosen.retain(|&site| site != elsewhere);
    let bound = solved.bound.max(0.0).min(claimed);
    let found = worth(case, &chosen, Least::Cost);
    // Short of the share by what is nothing in a sum.
    let enough = share * all - 2e-9 * all;
    let claim = (claimed, bound, solved.complete || claimed <= bound);
    case.told(limit, chosen, claim, |tally| (enough <= tally.served).then_some(found))
}

pub(super) type Claim = (f64, f64, bool);

/// The best choice for rows that all sites together serve, and what is claimed of it.
pub(super) fn search(
    case: &Case<'_>,
    rows: &super::Rows,
    all: Vec<u32>,
    least: Least,
) -> Result<(Claim, Vec<u32>), NoAnswer> {
    let fixed = case.of_new(|site| match least {
        Least::Number => 1.0,
        Least::Cost => case.sites.cost[site],
    });
    let solved = case.solve(rows, &fixed, vec![all], f64::NEG_INFINITY);
    let Some((claimed, chosen)) = solved.best else { return Err(NoAnswer::Stopped) };
    let there = match least {
        Least::Number => case.terms.existing.len() as f64,
        Least::Cost => 0.0,
    };
    // No fewer than a whole number is no fewer than the next one.
    let bound = if least == Least::Number { (solved.bound - 1e-6).ceil() } else { solved.bound };
    let bound = bound.max(0.0).min(claimed);
    Ok(((claimed + there, bound + there, solved.complete || claimed <= bound), chosen))
}

/// The number or cost of a choice, from nothing.
pub(super) fn worth(case: &Case<'_>, chosen: &[u32], least: Least) -> f64 {
    match least {
        Least::Number => chosen.len() as f64,
        Least::Cost => {
            let new = chosen.iter().filter(|site| !case.terms.existing.contains(site));
            new.map(|&site| case.sites.cost[site as usize]).sum()
        }
    }
}
