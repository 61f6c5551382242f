//! p-median: `p` sites that everyone is served from at the least cost in all.
//!
//! Everyone must be served, persons or none: where an offer is absent that is a condition of its own, and it is settled
//! first, by set covering.

use super::solve::fewest::fewest;
use super::solve::median::{self, Median, Rows};
use super::{Answer, NoAnswer, Offers, Terms, evaluate, verified};

/// `p` sites with the least total cost, each demand point served by the cheapest of them.
///
/// # Shapes and units
/// - `persons`: one a demand point, finite and not negative.
/// - `p`: sites in all, the existing ones counted; at least as many as those, at most as many as there are.
/// - The objective is in persons times the unit of costs.
///
/// # Errors
/// [`NoAnswer::Unreachable`] and [`NoAnswer::TooFew`] are proven; [`NoAnswer::Stopped`] where time was up before any
/// choice was found that serves everyone.
///
/// # Source
/// Hakimi (1964), Optimum locations of switching centers and the absolute centers and medians of a graph, Operations
/// Research 12(3), 450-459, doi:10.1287/opre.12.3.450.
pub fn p_median(offers: &Offers, persons: &[f64], p: usize, terms: Terms<'_>) -> Result<Answer, NoAnswer> {
    let start = everyone_served(offers, p, terms)?;
    let mut rows = Rows { n_sites: offers.n_sites(), starts: vec![0], ..Rows::default() };
    for (demand, &persons) in persons.iter().enumerate() {
        let (sites, costs) = offers.of(demand);
        rows.sites.extend_from_slice(sites);
        rows.costs.extend(costs.iter().map(|cost| cost * persons));
        rows.starts.push(rows.sites.len());
        rows.price.push(f64::INFINITY);
    }
    let median = Median { rows, p, open: terms.existing, starts: vec![start], stop: terms.stop };
    let solved = median::solve(median);
    let Some((claimed, chosen)) = solved.best else { return Err(NoAnswer::Stopped) };
    let assignment = evaluate::assignment(offers, &chosen);
    let found = evaluate::total_cost(&assignment, persons).map(|cost| (assignment, cost));
    verified(claimed, solved.bound, solved.complete, found, chosen)
}

/// A choice of `p` sites that serves everyone, or the proof that there is none.
fn everyone_served(offers: &Offers, p: usize, terms: Terms<'_>) -> Result<Vec<u32>, NoAnswer> {
    let all = |demand| offers.of(demand).0;
    let unreachable: Vec<u32> =
        (0..offers.n_demands()).filter(|&demand| all(demand).is_empty()).map(|demand| demand as u32).collect();
    if !unreachable.is_empty() {
        return Err(NoAnswer::Unreachable { demands: unreachable });
    }
    let mut is_open = vec![false; offers.n_sites()];
    terms.existing.iter().for_each(|&site| is_open[site as usize] = true);
    // Where a demand point has more offers than sites stay closed, any choice serves it.
    let closed = offers.n_sites() - p;
    let needs = |sites: &&[u32]| sites.len() <= closed && !sites.iter().any(|&site| is_open[site as usize]);
    let rows = (0..offers.n_demands()).map(all).filter(needs);
    let enough = p - terms.existing.len();
    let found = fewest(rows, offers.n_sites(), Some(enough), terms.stop);
    let more = match found.best {
        Some(best) if best.len() <= enough => best,
        _ if enough < found.at_least => {
            let mut chosen = found.best.unwrap_or_default();
            chosen.truncate(enough);
            chosen.extend(terms.existing);
            let unserved = evaluate::unserved(&evaluate::assignment(offers, &chosen));
            let at_least = found.at_least.saturating_add(terms.existing.len());
            return Err(NoAnswer::TooFew { at_least, unserved });
        }
        _ => return Err(NoAnswer::Stopped),
    };
    let mut chosen = terms.existing.to_vec();
    more.iter().for_each(|&site| is_open[site as usize] = true);
    chosen.extend(more);
    let others = (0..offers.n_sites() as u32).filter(|&site| !is_open[site as usize]);
    let missing = p - chosen.len();
    chosen.extend(others.take(missing));
    Ok(chosen)
}
