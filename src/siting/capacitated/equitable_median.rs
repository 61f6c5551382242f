//! The equitable p-median with a budget: the sites that it pays for with the least Kolm-Pollak equivalent of cost.
//!
//! As next door: the least equivalent is the least sum of transformed costs.

use super::median::median;
use super::{Allowed, Offers, Sites, Terms};
use crate::siting::equitable_median::{Equitable, Scale};
use crate::siting::{Answer, NoAnswer, Offer, evaluate, verified};

/// The sites allowed with the least equivalent of cost over persons, each demand point served by the cheapest of them.
///
/// # Shapes and units
/// - `persons`, `aversion`: as for [`equitable_median`](crate::siting::equitable_median::equitable_median); kappa is
///   measured at the sites allowed with the least total cost, which are found first.
/// - `cost`: what each site costs to open, as in [`Sites::cost`].
///
/// # Errors
/// As [`median`].
///
/// # Source
/// As next door.
pub fn equitable_median(
    offers: &Offers,
    persons: &[f64],
    aversion: f64,
    cost: &[f64],
    allowed: Allowed,
    terms: Terms<'_>,
) -> Result<Equitable, NoAnswer> {
    let no_limit = vec![f64::INFINITY; offers.n_sites()];
    let sites = Sites { capacity: &no_limit, cost };
    let base = median(offers, persons, sites, allowed, terms)?.answer;
    let Some(scale) = Scale::of(&base.assignment, persons, aversion) else {
        return Ok(Equitable { answer: Answer { objective: 0.0, bound: 0.0, ..base }, kappa: 0.0 });
    };
    let all: f64 = persons.iter().sum();
    let mut transformed = Vec::with_capacity(offers.n_offers());
    for (demand, &persons) in persons.iter().enumerate() {
        let (sites, costs) = offers.of(demand);
        for (&site, &cost) in sites.iter().zip(costs) {
            let cost = scale.transformed(cost);
            // What alone costs more than all at the base is in no better choice.
            if persons * cost <= 2.0 * all {
                transformed.push(Offer { demand: demand as u32, site, cost });
            }
        }
    }
    let transformed = Offers::new(offers.n_demands(), offers.n_sites(), &transformed);
    let found = median(&transformed, persons, sites, allowed, terms)?.answer;
    let assignment = evaluate::assignment(offers, &found.chosen);
    let equivalent = evaluate::kolm_pollak(&assignment, persons, scale.kappa);
    let bound = scale.equivalent(found.bound.max(0.0), all).max(0.0);
    let claimed = scale.equivalent(found.objective, all);
    let answer = verified(
        claimed,
        bound.min(claimed),
        found.proven,
        equivalent.map(|equivalent| (assignment, equivalent)),
        found.chosen,
    )?;
    Ok(Equitable { answer, kappa: scale.kappa })
}
