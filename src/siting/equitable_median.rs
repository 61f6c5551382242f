//! The equitable p-median: `p` sites with the least Kolm-Pollak equally-distributed equivalent (EDE) of cost.
//!
//! The EDE is the cost that would be as bad if everyone had it: the mean, and more the more unequal costs are. Its
//! logarithm hides a sum over persons, so the least EDE is a p-median over transformed costs, and as quick to find.

use super::solve::median::{self, Median, Rows};
use super::{Answer, Assignment, NoAnswer, Offers, Terms, evaluate, p_median, verified};

/// Sites with the least EDE, and the kappa it was measured with.
#[derive(Clone, Debug, PartialEq)]
pub struct Equitable {
    /// The objective is the EDE, in the unit of costs.
    pub answer: Answer,
    /// By how much, per unit of cost, one more unit weighs more the dearer it already is; 0 where all costs are 0.
    pub kappa: f64,
}

/// `p` sites with the least EDE of cost over persons, each demand point served by the cheapest of them.
///
/// # Shapes and units
/// - `persons`, `p`: as for [`p_median`](p_median::p_median).
/// - `aversion`: to inequality, more than 0; 1 is usual, near 0 only the mean counts. It is the size of the epsilon of
///   the paper, which is negative for costs. Kappa is this times the sum of persons times cost over that of persons
///   times cost squared, both at the p-median, which is solved first.
///
/// # Errors
/// As [`p_median`](p_median::p_median).
///
/// # Source
/// Horton, Logan, Murrell, Skipper and Speakman (2024), A scalable approach to equitable facility location,
/// arXiv:2401.15452.
pub fn equitable_median(
    offers: &Offers,
    persons: &[f64],
    p: usize,
    aversion: f64,
    terms: Terms<'_>,
) -> Result<Equitable, NoAnswer> {
    let base = p_median::p_median(offers, persons, p, terms)?;
    let Some(scale) = Scale::of(&base.assignment, persons, aversion) else {
        // Nobody has any cost: there is nothing to make equal.
        return Ok(Equitable { answer: Answer { objective: 0.0, bound: 0.0, ..base }, kappa: 0.0 });
    };
    let all: f64 = persons.iter().sum();
    let mut rows = Rows { n_sites: offers.n_sites(), starts: vec![0], ..Rows::default() };
    for (demand, &persons) in persons.iter().enumerate() {
        let (sites, costs) = offers.of(demand);
        rows.sites.extend_from_slice(sites);
        rows.costs.extend(costs.iter().map(|&cost| persons * scale.transformed(cost)));
        rows.starts.push(rows.sites.len());
        rows.price.push(f64::INFINITY);
    }
    let starts = vec![base.chosen];
    let solved = median::solve(Median { rows, p, open: terms.existing, starts, stop: terms.stop });
    let Some((claimed, chosen)) = solved.best else { return Err(NoAnswer::Stopped) };
    let assignment = evaluate::assignment(offers, &chosen);
    let found = evaluate::kolm_pollak(&assignment, persons, scale.kappa).map(|equivalent| (assignment, equivalent));
    // The bound may be below any cost, where the search was stopped at once.
    let bound = scale.equivalent(solved.bound.max(0.0), all).max(0.0);
    let answer = verified(scale.equivalent(claimed, all), bound, solved.complete, found, chosen)?;
    Ok(Equitable { answer, kappa: scale.kappa })
}

/// How costs are turned, so that the least equivalent is the least sum.
pub(super) struct Scale {
    pub(super) kappa: f64,
    /// The worst cost of the base. Costs are measured from it; one this much dearer costs more than all of that together:
    /// no better choice uses it, whatever it costs exactly.
    worst: f64,
}

impl Scale {
    /// That of a base; none where nobody has any cost.
    pub(super) fn of(base: &Assignment, persons: &[f64], aversion: f64) -> Option<Self> {
        let links = || base.iter().zip(persons).filter_map(|(link, n)| link.map(|(_, cost)| (cost, n)));
        let [first, second] =
            [1, 2].map(|power| links().map(|(cost, persons)| persons * cost.powi(power)).sum::<f64>());
        let kappa = if second == 0.0 { 0.0 } else { aversion * first / second };
        let worst = evaluate::worst_cost(base).unwrap_or(0.0);
        (0.0 < kappa && 0.0 < persons.iter().sum::<f64>()).then_some(Self { kappa, worst })
    }

    pub(super) fn transformed(&self, cost: f64) -> f64 {
        (self.kappa * (cost - self.worst)).min(300.0).exp()
    }

    /// The equivalent of a sum of transformed costs over all persons.
    pub(super) fn equivalent(&self, sum: f64, persons: f64) -> f64 {
        self.worst + (sum / persons).ln() / self.kappa
    }
}

#[cfg(test)]
mod tests {
    use super::super::Offer;
    use super::*;

    // Of two sites one is at hand for nine and far for one, the other is as far for all.
    #[test]
    fn aversion_moves_the_site_to_where_nobody_is_left_behind() {
        let offer = |demand, site, cost| Offer { demand, site, cost };
        let offers = Offers::new(2, 2, &[offer(0, 0, 1.0), offer(1, 0, 30.0), offer(0, 1, 5.0), offer(1, 1, 5.0)]);
        let persons = [9.0, 1.0];
        assert_eq!(p_median::p_median(&offers, &persons, 1, Terms::default()).unwrap().chosen, [0]);
        let found = equitable_median(&offers, &persons, 1, 1.0, Terms::default()).unwrap();
        assert_eq!((found.answer.chosen.as_slice(), found.answer.proven), (&[1][..], true));
        assert!((found.answer.objective - 5.0).abs() < 1e-9, "{found:?}");
        // (9 x 1 + 1 x 30) / (9 x 1 + 1 x 900).
        assert!((found.kappa - 39.0 / 909.0).abs() < 1e-12, "{found:?}");
        let little = equitable_median(&offers, &persons, 1, 1e-6, Terms::default()).unwrap();
        assert_eq!(little.answer.chosen, [0]);
        assert!((little.answer.objective - 3.9).abs() < 1e-3, "{little:?}");
    }
}
