//! Maximal covering (MCLP): `p` sites that serve the most persons within a limit.

use super::solve::coverage::{self, Coverage, Rows};
use super::{Answer, NoAnswer, Offers, Terms, evaluate, verified};

/// `p` sites that serve the most persons within `limit`, the limit counted in. Not everyone has to be served.
///
/// # Shapes and units
/// - `persons`: one a demand point, finite and not negative.
/// - `p`: sites in all, the existing ones counted; at least as many as those, at most as many as there are.
/// - The objective is in persons.
///
/// # Errors
/// [`NoAnswer::Stopped`] where time was up before the first choice.
///
/// # Source
/// Church and ReVelle (1974), The maximal covering location problem, Papers of the Regional Science Association 32,
/// 101-118, doi:10.1007/BF01942293.
pub fn max_cover(offers: &Offers, persons: &[f64], limit: f64, p: usize, terms: Terms<'_>) -> Result<Answer, NoAnswer> {
    let mut rows = Rows::new(offers.n_sites());
    for (demand, &persons) in persons.iter().enumerate() {
        let sites = offers.within(demand, limit);
        if 0.0 < persons && !sites.is_empty() {
            rows.push(sites, persons, false);
        }
    }
    let coverage =
        Coverage { rows, p, open: terms.existing, starts: Vec::new(), enough: f64::INFINITY, stop: terms.stop };
    let solved = coverage::solve(coverage);
    let Some((claimed, chosen)) = solved.best else { return Err(NoAnswer::Stopped) };
    let assignment = evaluate::within(offers, &chosen, limit);
    let served = evaluate::persons_served(&assignment, persons);
    verified(claimed, solved.bound, solved.complete, Some((assignment, served)), chosen)
}
