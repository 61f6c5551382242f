//! p-center: `p` sites from which whoever is served worst is served best.
//!
//! The worst cost is one of those offered: it is found by halving them, and each half is settled by set covering.

use super::solve::fewest::fewest;
use super::{Answer, NoAnswer, Offers, Terms, evaluate, verified};

/// `p` sites with the least worst cost, each demand point served by the cheapest of them. Sites that the worst cost has
/// no need of are those that lower the total cost most, one after the other.
///
/// # Shapes and units
/// - `persons`: one a demand point, finite and not negative; only the choice among equals depends on it.
/// - `p`: sites in all, the existing ones counted; at least as many as those, at most as many as there are.
/// - The objective is in the unit of costs.
///
/// # Errors
/// As [`p_median`](super::p_median::p_median).
///
/// # Source
/// Minieka (1970), The m-center problem, SIAM Review 12(1), 138-139, doi:10.1137/1012016.
pub fn p_center(offers: &Offers, persons: &[f64], p: usize, terms: Terms<'_>) -> Result<Answer, NoAnswer> {
    let n_demands = offers.n_demands();
    let unreachable: Vec<u32> =
        (0..n_demands).filter(|&demand| offers.of(demand).0.is_empty()).map(|demand| demand as u32).collect();
    if !unreachable.is_empty() {
        return Err(NoAnswer::Unreachable { demands: unreachable });
    }
    let search = Search { offers, enough: p - terms.existing.len(), terms };
    let mut costs: Vec<f64> = (0..n_demands).flat_map(|demand| offers.of(demand).1.iter().copied()).collect();
    costs.sort_unstable_by(f64::total_cmp);
    costs.dedup();
    // No choice is better than everyone at their nearest site.
    let least = (0..n_demands).map(|demand| offers.of(demand).1[0]).fold(0.0, f64::max);
    let mut low = costs.partition_point(|&cost| cost < least);
    let mut complete = true;
    let mut best = match search.within(f64::INFINITY) {
        Decision::Enough(chosen) => chosen,
        Decision::TooFew { at_least, unserved } => return Err(NoAnswer::TooFew { at_least, unserved }),
        Decision::Stopped => return Err(NoAnswer::Stopped),
    };
    let worst = |chosen: &[u32]| evaluate::worst_cost(&evaluate::assignment(offers, chosen)).unwrap_or(f64::INFINITY);
    // The best worst cost is one of costs[low..=high].
    let mut high = costs.partition_point(|&cost| cost < worst(&best));
    while low < high {
        let middle = low + (high - low) / 2;
        match search.within(costs[middle]) {
            Decision::Enough(chosen) => {
                high = costs.partition_point(|&cost| cost < worst(&chosen)).min(middle);
                best = chosen;
            }
            Decision::TooFew { .. } => low = middle + 1,
            Decision::Stopped => {
                complete = false;
                break;
            }
        }
    }
    let claimed = costs.get(high).copied().unwrap_or(0.0);
    let bound = costs.get(low).copied().unwrap_or(0.0);
    fill(offers, persons, &mut best, p);
    best.sort_unstable();
    let assignment = evaluate::assignment(offers, &best);
    let found = evaluate::worst_cost(&assignment).map(|worst| (assignment, worst));
    // Sites that were added may have done better than was searched for.
    let claimed = found.as_ref().map_or(claimed, |(_, worst)| worst.min(claimed));
    verified(claimed, bound, complete || claimed <= bound, found, best)
}

enum Decision {
    Enough(Vec<u32>),
    TooFew { at_least: usize, unserved: Vec<u32> },
    Stopped,
}

struct Search<'a> {
    offers: &'a Offers,
    /// Sites that may be added to those existing.
    enough: usize,
    terms: Terms<'a>,
}

impl Search<'_> {
    /// Whether enough sites serve everyone within a limit.
    fn within(&self, limit: f64) -> Decision {
        let (offers, existing) = (self.offers, self.terms.existing);
        let mut is_open = vec![false; offers.n_sites()];
        existing.iter().for_each(|&site| is_open[site as usize] = true);
        let rows = (0..offers.n_demands()).map(|demand| offers.within(demand, limit));
        let rows = rows.filter(|sites| !sites.iter().any(|&site| is_open[site as usize]));
        let found = fewest(rows, offers.n_sites(), Some(self.enough), self.terms.stop);
        let with_existing = |best: &[u32]| -> Vec<u32> { existing.iter().chain(best).copied().collect() };
        match found.best {
            Some(best) if best.len() <= self.enough => Decision::Enough(with_existing(&best)),
            best if self.enough < found.at_least => {
                let mut best = best.unwrap_or_default();
                best.truncate(self.enough);
                let unserved = evaluate::unserved(&evaluate::within(offers, &with_existing(&best), limit));
                Decision::TooFew { at_least: found.at_least.saturating_add(existing.len()), unserved }
            }
            _ => Decision::Stopped,
        }
    }
}

/// Adds sites until there are `p`, each the one that lowers the total cost most.
fn fill(offers: &Offers, persons: &[f64], chosen: &mut Vec<u32>, p: usize) {
    let mut is_chosen = vec![false; offers.n_sites()];
    chosen.iter().for_each(|&site| is_chosen[site as usize] = true);
    while chosen.len() < p {
        let mut savings = vec![0.0; offers.n_sites()];
        let nearest = evaluate::assignment(offers, chosen);
        for (demand, (link, persons)) in nearest.iter().zip(persons).enumerate() {
            let (sites, costs) = offers.of(demand);
            let served = link.map_or(f64::INFINITY, |(_, cost)| cost);
            for (&site, &cost) in sites.iter().zip(costs).take_while(|(_, cost)| **cost < served) {
                savings[site as usize] += persons * (served - cost).min(f64::MAX);
            }
        }
        let closed = (0..offers.n_sites() as u32).filter(|&site| !is_chosen[site as usize]);
        let best = closed.max_by(|&a, &b| savings[a as usize].total_cmp(&savings[b as usize]).then(b.cmp(&a)));
        let Some(site) = best else { return };
        is_chosen[site as usize] = true;
        chosen.push(site);
    }
}
