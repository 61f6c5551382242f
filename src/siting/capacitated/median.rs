//! The capacitated p-median: the sites allowed that everyone is served from at the least cost in all.

use super::{Allowed, Case, Offers, Sites, Supplied, Terms};
use crate::siting::NoAnswer;

/// The sites allowed with the least total cost, such that each serves no more persons than it can; the persons of a
/// demand point may be split between sites.
///
/// # Shapes and units
/// - `persons`: one a demand point, finite and not negative; one without persons must have an open site all the same.
/// - The objective is in persons times the unit of costs.
///
/// # Errors
/// [`NoAnswer::Unreachable`] and [`NoAnswer::NoRoom`] are proven; [`NoAnswer::Stopped`] where time was up before any
/// choice was found that has room for everyone.
///
/// # Source
/// Ceselli and Righini (2005), A branch-and-price algorithm for the capacitated p-median problem, Networks 45(3),
/// 125-142, doi:10.1002/net.20059; there a demand point is served whole by one site.
pub fn median(
    offers: &Offers,
    persons: &[f64],
    sites: Sites<'_>,
    allowed: Allowed,
    terms: Terms<'_>,
) -> Result<Supplied, NoAnswer> {
    let case = Case { offers, persons, sites, allowed, terms };
    let start = case.room(f64::INFINITY)?;
    let rows = case.rows(f64::INFINITY, |way| way, f64::INFINITY);
    let solved = case.solve(&rows, &vec![0.0; offers.n_sites()], vec![start], f64::NEG_INFINITY);
    let Some((claimed, chosen)) = solved.best else { return Err(NoAnswer::Stopped) };
    let filled = case.rounded(&rows, chosen.clone());
    // Sites that were added may have done better than was searched for.
    let claimed = if filled == chosen { claimed } else { super::allocate(&rows, &filled, sites.capacity).cost };
    let claim = (claimed, solved.bound.min(claimed), solved.complete);
    case.told(f64::INFINITY, filled, claim, |tally| tally.serves_all.then_some(tally.total_cost))
}
