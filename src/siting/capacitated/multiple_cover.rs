//! Multiple covering: the fewest or cheapest sites of which everyone has several within a limit.

use super::groups::{Best, Choices, Groups, Often};
use super::set_cover::{Least, search, worth};
use super::{Allowed, Case, Offers, Sites, Supplied, Terms, most};
use crate::siting::{Answer, NoAnswer, evaluate, verified};

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
) -> Result<Answer, NoAnswer> {
    let no_limit = vec![f64::INFINITY; offers.n_sites()];
    let (persons, sites) = (vec![0.0; offers.n_demands()], Sites { capacity: &no_limit, cost });
    let case = Case { offers, persons: &persons, sites, allowed: Allowed { p: None, budget: None }, terms };
    reachable(offers, limit, times)?;
    let mut rows = super::Rows::new(offers.n_sites());
    (0..offers.n_demands()).for_each(|demand| rows.push_times(offers.within(demand, limit), times, f64::INFINITY));
    let rows = rows.merged();
    let all: Vec<u32> = (0..offers.n_sites() as u32).collect();
    let ((claimed, bound, proven), chosen) = search(&case, &rows, all, least)?;
    let is_met = evaluate::times_covered(offers, &chosen, limit).iter().all(|&found| times <= found);
    let found = is_met.then(|| (evaluate::within(offers, &chosen, limit), worth(&case, &chosen, least)));
    verified(claimed, bound, proven, found, chosen)
}

/// The sites with the least number or cost that can serve every demand point within `limit` so often, each time at another
/// site, each site no more persons than it can, all times together; the persons of a demand point may be split between
/// sites. The shares given are of those who are served first.
///
/// # Errors
/// As [`multiple_cover`]; and [`NoAnswer::NoRoom`] where all sites together have not room for everyone so often: `left` are
/// then those who lack a site.
///
/// # Source
/// As [`multiple_cover`], with the workload of [`backup_cover`](super::backup_cover::backup_cover).
pub fn capacitated_multiple_cover(
    offers: &Offers,
    persons: &[f64],
    limit: f64,
    times: u32,
    sites: Sites<'_>,
    least: Least,
    terms: Terms<'_>,
) -> Result<Supplied, NoAnswer> {
    reachable(offers, limit, times)?;
    let case = Case { offers, persons, sites, allowed: Allowed { p: None, budget: None }, terms };
    let groups = Groups::new(offers, persons, limit);
    let serve = |chosen: &[u32]| groups.shares(sites.capacity, Often::AtMost(times), chosen).ok_or(NoAnswer::Stopped);
    let all: Vec<u32> = (0..offers.n_sites() as u32).collect();
    let (unserved, left) = groups.lacking(&serve(&all)?, times);
    if !unserved.is_empty() {
        return Err(NoAnswer::NoRoom { left, unserved });
    }
    let adds = case.of_new(|site| if least == Least::Number { 1.0 } else { sites.cost[site] });
    let wanted = (&adds[..], Choices::Any);
    // Where time is up before there is any choice, all sites are one.
    let Best { chosen, bound } = groups
        .best(sites.capacity, Often::Each(times), wanted, &all, terms)
        .unwrap_or(Best { chosen: all, bound: 0.0 });
    let there = if least == Least::Number { terms.existing.len() as f64 } else { 0.0 };
    let bound = there + if least == Least::Number { (bound - 1e-6).ceil() } else { bound }.max(0.0);
    let claimed = worth(&case, &chosen, least);
    let served = serve(&chosen)?;
    let shares = groups.first(offers, persons, limit, &served);
    let holds = groups.lacking(&served, times).0.is_empty() && groups.holds(sites.capacity, &chosen, &served);
    let tally = evaluate::tally(offers, persons, limit, (&chosen, sites.capacity), &shares);
    let found = (holds && tally.is_some_and(|tally| tally.serves_all)).then(|| (most(&shares, persons.len()), claimed));
    let proven = claimed <= bound + 1e-9 * claimed.abs();
    let answer = verified(claimed, bound.min(claimed), proven, found, chosen)?;
    Ok(Supplied { answer, shares })
}

/// Demand points with fewer sites than so within the limit.
fn reachable(offers: &Offers, limit: f64, times: u32) -> Result<(), NoAnswer> {
    let n_within = |demand: u32| offers.within(demand as usize, limit).len();
    let demands: Vec<u32> =
        (0..offers.n_demands() as u32).filter(|&demand| n_within(demand) < times as usize).collect();
    if demands.is_empty() { Ok(()) } else { Err(NoAnswer::Unreachable { demands }) }
}
