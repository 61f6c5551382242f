//! Capacitated maximal covering: the sites allowed that serve the most persons within a limit.

use super::{Allowed, Case, Offers, Sites, Supplied, Terms};
use crate::siting::NoAnswer;

/// The sites allowed that serve the most persons within `limit`, each no more than it can; the persons of a demand point
/// may be split between sites and served in part. Of all allocations to the sites chosen that serve as many, the cheapest
/// is given.
///
/// # Shapes and units
/// - `persons`: one a demand point, finite and not negative.
/// - The objective is in persons.
///
/// # Errors
/// [`NoAnswer::Stopped`] where time was up before the first choice.
///
/// # Source
/// Current and Storbeck (1988), Capacitated covering models, Environment and Planning B 15(2), 153-163,
/// doi:10.1068/b150153.
pub fn max_cover(
    offers: &Offers,
    persons: &[f64],
    limit: f64,
    sites: Sites<'_>,
    allowed: Allowed,
    terms: Terms<'_>,
) -> Result<Supplied, NoAnswer> {
    let case = Case { offers, persons, sites, allowed, terms };
    let Waiting { rows, total, anyway } = Waiting::of(&case, limit);
    let solved = case.solve(&rows, &vec![0.0; offers.n_sites()], Vec::new(), f64::NEG_INFINITY);
    let Some((_, chosen)) = solved.best else { return Err(NoAnswer::Stopped) };
    let filled = case.rounded(&rows, chosen);
    let served = super::allocate(&rows, &filled, sites.capacity).shares.iter().map(|share| share.2).sum::<f64>() + 0.0;
    let claimed = anyway + served;
    let bound = (total - solved.bound.max(0.0)).max(claimed);
    case.told(limit, filled, (claimed, bound, solved.complete), |tally| Some(tally.served))
}

/// Those who can be served.
struct Waiting {
    /// Who waits; a person who is not served costs 1.
    rows: super::Rows,
    /// How many persons can be served,
    total: f64,
    /// and how many of them are, whatever is opened.
    anyway: f64,
}

impl Waiting {
    fn of(case: &Case<'_>, limit: f64) -> Self {
        let Case { offers, persons, .. } = *case;
        let is_waiting = case.waiting(limit);
        let can_be = |&demand: &usize| 0.0 < persons[demand] && !offers.within(demand, limit).is_empty();
        let all = || (0..persons.len()).filter(can_be);
        let total: f64 = all().map(|demand| persons[demand]).sum();
        let anyway: f64 = all().filter(|&demand| !is_waiting[demand]).map(|demand| persons[demand]).sum();
        let rows = case.rows_of(all().filter(|&demand| is_waiting[demand]), limit, |_| 0.0, 1.0).merged();
        Self { rows, total, anyway }
    }
}

/// Whether any choice of sites serves so many.
pub(super) enum Reach {
    /// This one does.
    By(Vec<u32>),
    /// It is proven that none does.
    None,
    /// Time was up.
    Unknown,
}

/// Whether any choice of at most `p` sites serves at least `enough` persons within `limit`; the first one found will do.
pub(super) fn reach(case: &Case<'_>, limit: f64, p: usize, enough: f64) -> Reach {
    let case = Case { allowed: Allowed { p: Some(p), budget: None }, ..*case };
    let Waiting { rows, total, .. } = Waiting::of(&case, limit);
    let left = total - enough;
    let solved = case.solve(&rows, &vec![0.0; case.n_sites()], Vec::new(), left);
    let slack = 2e-9 * total.max(1.0);
    match solved.best {
        Some((value, chosen)) if value <= left + slack => Reach::By(chosen),
        _ if solved.complete => Reach::None,
        _ => Reach::Unknown,
    }
}
