//! The capacitated p-center: the sites allowed from which whoever is served worst is served best.
//!
//! The worst cost is one of those offered: it is found by halving them; each half is settled by whether any choice has
//! room for everyone within it.

use super::{Allowed, Case, Offers, Sites, Supplied, Terms};
use crate::siting::{NoAnswer, evaluate};

/// The sites allowed with the least worst cost at which everyone can be served, each site serving no more persons than it
/// can; the persons of a demand point may be split between sites. Of all allocations to the sites chosen within the worst
/// cost, the cheapest is given.
///
/// # Shapes and units
/// - `persons`: one a demand point, finite and not negative; one without persons must have an open site all the same.
/// - The objective is in the unit of costs.
///
/// # Errors
/// As [`median`](super::median::median).
///
/// # Source
/// Özsoy and Pınar (2006), An exact algorithm for the capacitated vertex p-center problem, Computers and Operations
/// Research 33(5), 1420-1436, doi:10.1016/j.cor.2004.09.035; there a demand point is served whole by one site.
pub fn center(
    offers: &Offers,
    persons: &[f64],
    sites: Sites<'_>,
    allowed: Allowed,
    terms: Terms<'_>,
) -> Result<Supplied, NoAnswer> {
    let case = Case { offers, persons, sites, allowed, terms };
    let n_demands = offers.n_demands();
    let mut best = case.room(f64::INFINITY)?;
    let mut costs: Vec<f64> = (0..n_demands).flat_map(|demand| offers.of(demand).1.iter().copied()).collect();
    costs.sort_unstable_by(f64::total_cmp);
    costs.dedup();
    let least = (0..n_demands).map(|demand| offers.of(demand).1[0]).fold(0.0, f64::max);
    let mut low = costs.partition_point(|&cost| cost < least);
    // The best worst cost is one of costs[low..=high].
    let mut high = costs.len().saturating_sub(1);
    let mut complete = true;
    while low < high {
        let middle = low + (high - low) / 2;
        match case.room(costs[middle]) {
            Ok(chosen) => (high, best) = (middle, chosen),
            Err(NoAnswer::NoRoom { .. } | NoAnswer::Unreachable { .. }) => low = middle + 1,
            Err(_) => {
                complete = false;
                break;
            }
        }
    }
    let limit = costs.get(high).copied().unwrap_or(0.0);
    let bound = costs.get(low).copied().unwrap_or(0.0);
    let filled = case.rounded(&case.rows(limit, |_| 0.0, 1.0).merged(), best);
    let worst = |tally: &evaluate::Tally| tally.serves_all.then_some(tally.worst_cost);
    if complete {
        return case.told(limit, filled, (limit, bound, true), worst);
    }
    // Where time was up, the cheapest allocation may do better than the last half that was settled.
    let (shares, _) = case.shares(limit, &filled);
    let claimed = shares.iter().map(|share| share.cost).fold(0.0, f64::max);
    case.told(limit, filled, (claimed, bound.min(claimed), claimed <= bound), worst)
}
