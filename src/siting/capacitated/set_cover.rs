//! Capacitated and weighted set covering: the fewest or the cheapest sites that serve everyone within a limit.

use super::max_cover::max_cover;
use super::{Allowed, Case, Offers, Sites, Supplied, Terms};
use crate::siting::{NoAnswer, evaluate, verified};

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
    let rows = case.rows(limit, |_| 0.0, f64::INFINITY).merged();
    let all: Vec<u32> = (0..offers.n_sites() as u32).collect();
    if !super::allocate(&rows, &all, sites.capacity).serves_all() {
        return Err(case.no_room(limit, &all));
    }
    let (claim, chosen) = search(&case, &rows, all, least)?;
    let worth = |chosen: &[u32]| worth(&case, chosen, least);
    let found = worth(&chosen);
    case.told(limit, chosen, claim, |tally| tally.serves_all.then_some(found))
}

/// The fewest sites that serve at least a share of all persons within `limit`, each no more than it can.
///
/// # Shapes and units
/// - `share`: from 0 to 1. The objective is the number of sites, the existing ones counted.
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
    share: f64,
    terms: Terms<'_>,
) -> Result<Supplied, NoAnswer> {
    let all: f64 = persons.iter().sum();
    let enough = share * all - 1e-9 * all;
    let most = |p: usize| max_cover(offers, persons, limit, sites, Allowed { p: Some(p), budget: None }, terms);
    let (mut low, mut high) = (terms.existing.len(), offers.n_sites());
    let mut best = most(high)?;
    if best.answer.objective < enough {
        let case = Case { offers, persons, sites, allowed: Allowed { p: None, budget: None }, terms };
        case.unreachable(limit)?;
        return Err(case.no_room(limit, &best.answer.chosen));
    }
    // The fewest are among low..=high, and `best` are `high` of them. Twice as many each time until they are enough,
    // then halves: few sites are settled sooner than many.
    let (mut reach, mut complete) = (1, true);
    while low < high {
        let middle = (low + (high - low) / 2).min(terms.existing.len() + reach);
        reach *= 2;
        match most(middle) {
            Ok(found) if enough <= found.answer.objective => (high, best) = (middle, found),
            Ok(found) if found.answer.bound < enough => low = middle + 1,
            Ok(_) | Err(NoAnswer::Stopped) => {
                complete = false;
                break;
            }
            Err(why) => return Err(why),
        }
    }
    let case = Case { offers, persons, sites, allowed: Allowed { p: Some(high), budget: None }, terms };
    let claim = (high as f64, low as f64, complete);
    case.told(limit, best.answer.chosen, claim, |tally| (enough <= tally.served * (1.0 + 1e-12)).then_some(high as f64))
}

/// The sites with the least number or cost of which every demand point has at least `times` within `limit`; capacities do
/// not count.
///
/// # Errors
/// [`NoAnswer::Unreachable`] names every demand point with fewer sites than that within the limit;
/// [`NoAnswer::Stopped`] where time was up before the first cover.
///
/// # Source
/// Van Slyke (1982), Redundant set covering in telecommunications networks, in: Proceedings of the IEEE Large Scale
/// Systems Symposium, 217-222; Church and Murray (2018), Location Covering Models, doi:10.1007/978-3-319-99846-6.
pub fn multiple_cover(
    offers: &Offers,
    limit: f64,
    times: u32,
    (cost, least): (&[f64], Least),
    terms: Terms<'_>,
) -> Result<super::Answer, NoAnswer> {
    let no_limit = vec![f64::INFINITY; offers.n_sites()];
    let (persons, sites) = (vec![0.0; offers.n_demands()], Sites { capacity: &no_limit, cost });
    let case = Case { offers, persons: &persons, sites, allowed: Allowed { p: None, budget: None }, terms };
    let n_within = |demand: u32| offers.within(demand as usize, limit).len();
    let demands: Vec<u32> =
        (0..offers.n_demands() as u32).filter(|&demand| n_within(demand) < times as usize).collect();
    if !demands.is_empty() {
        return Err(NoAnswer::Unreachable { demands });
    }
    let mut rows = super::Rows::new(offers.n_sites());
    (0..offers.n_demands()).for_each(|demand| rows.push_times(offers.within(demand, limit), times));
    let rows = rows.merged();
    let all: Vec<u32> = (0..offers.n_sites() as u32).collect();
    let ((claimed, bound, proven), chosen) = search(&case, &rows, all, least)?;
    let is_met = evaluate::times_covered(offers, &chosen, limit).iter().all(|&found| times <= found);
    let found = is_met.then(|| (evaluate::within(offers, &chosen, limit), worth(&case, &chosen, least)));
    verified(claimed, bound, proven, found, chosen)
}

type Claim = (f64, f64, bool);

/// The best choice for rows that all sites together serve, and what is claimed of it.
fn search(case: &Case<'_>, rows: &super::Rows, all: Vec<u32>, least: Least) -> Result<(Claim, Vec<u32>), NoAnswer> {
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
fn worth(case: &Case<'_>, chosen: &[u32], least: Least) -> f64 {
    match least {
        Least::Number => chosen.len() as f64,
        Least::Cost => {
            let new = chosen.iter().filter(|site| !case.terms.existing.contains(site));
            new.map(|&site| case.sites.cost[site as usize]).sum()
        }
    }
}
