//! Backup coverage (LSCP-B): of all covers with the fewest sites, the one that serves most demand points twice.

use super::set_cover::set_cover;
use super::solve::coverage::{self, Coverage, Rows};
use super::{Answer, NoAnswer, Offers, Terms, evaluate, verified};

/// The fewest sites that serve every demand point within `limit`, and of all such choices one in which the most demand
/// points have a second site within the limit. As in spopt, demand points are counted, not persons; unlike in spopt
/// 0.7, one that only one candidate could cover is never counted as covered twice.
///
/// The objective is the number of demand points covered at least twice. Where time was up before the fewest sites were
/// proven, nothing is.
///
/// # Errors
/// As [`set_cover`].
///
/// # Source
/// Church and Murray (2018), Location Covering Models, Springer, doi:10.1007/978-3-319-99846-6; Hogan and ReVelle
/// (1986), Concepts and applications of backup coverage, Management Science 32(11), 1434-1444,
/// doi:10.1287/mnsc.32.11.1434.
pub fn backup_cover(offers: &Offers, limit: f64, terms: Terms<'_>) -> Result<Answer, NoAnswer> {
    let fewest = set_cover(offers, limit, terms)?;
    let mut rows = Rows::new(offers.n_sites());
    for demand in 0..offers.n_demands() {
        rows.push(offers.within(demand, limit), 1.0, true);
    }
    let coverage = Coverage {
        rows,
        p: fewest.chosen.len(),
        open: terms.existing,
        starts: vec![fewest.chosen.clone()],
        enough: f64::INFINITY,
        stop: terms.stop,
    };
    let solved = coverage::solve(coverage);
    let Some((claimed, chosen)) = solved.best else { return Err(NoAnswer::Stopped) };
    let assignment = evaluate::within(offers, &chosen, limit);
    let times = evaluate::times_covered(offers, &chosen, limit);
    let twice = times.iter().filter(|&&times| 2 <= times).count() as f64;
    let found = times.iter().all(|&times| 0 < times).then_some((assignment, twice));
    let bound = if fewest.proven { solved.bound } else { offers.n_demands() as f64 };
    verified(claimed, bound, fewest.proven && solved.complete, found, chosen)
}
