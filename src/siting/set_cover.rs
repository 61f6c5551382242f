//! Location set covering (LSCP): the fewest sites that serve everyone within a limit, or a share of all persons.

use super::solve::coverage::{self, Coverage, Rows};
use super::solve::fewest::fewest;
use super::{Answer, NoAnswer, Offers, Terms, evaluate, verified};

/// The fewest sites that serve every demand point within `limit`, the limit counted in; persons or none.
///
/// The objective is the number of sites, the existing ones counted.
///
/// # Errors
/// [`NoAnswer::Unreachable`] names every demand point without a site within the limit; [`NoAnswer::Stopped`] where time
/// was up before the first cover.
///
/// # Source
/// Toregas, Swain, ReVelle and Bergman (1971), The location of emergency service facilities, Operations Research 19(6),
/// 1363-1373, doi:10.1287/opre.19.6.1363.
pub fn set_cover(offers: &Offers, limit: f64, terms: Terms<'_>) -> Result<Answer, NoAnswer> {
    let within = |demand| offers.within(demand, limit);
    let unreachable: Vec<u32> =
        (0..offers.n_demands()).filter(|&demand| within(demand).is_empty()).map(|demand| demand as u32).collect();
    if !unreachable.is_empty() {
        return Err(NoAnswer::Unreachable { demands: unreachable });
    }
    let mut is_open = vec![false; offers.n_sites()];
    terms.existing.iter().for_each(|&site| is_open[site as usize] = true);
    let rows = (0..offers.n_demands()).map(within).filter(|sites| !sites.iter().any(|&site| is_open[site as usize]));
    let found = fewest(rows, offers.n_sites(), None, terms.stop);
    let Some(best) = found.best else { return Err(NoAnswer::Stopped) };
    let n_existing = terms.existing.len();
    let (claimed, bound) = (n_existing + best.len(), n_existing + found.at_least);
    let mut chosen: Vec<u32> = terms.existing.iter().copied().chain(best).collect();
    chosen.sort_unstable();
    let assignment = evaluate::within(offers, &chosen, limit);
    let serves_all = evaluate::unserved(&assignment).is_empty();
    let found = serves_all.then_some((assignment, chosen.len() as f64));
    verified(claimed as f64, bound as f64, claimed == bound, found, chosen)
}

/// The fewest sites that serve at least a share of all persons within `limit`, the limit counted in.
///
/// # Shapes and units
/// - `persons`: one a demand point, finite and not negative; `share`: from 0 to 1.
/// - The objective is the number of sites, the existing ones counted.
///
/// # Errors
/// [`NoAnswer::Unreachable`] names every demand point with persons and without a site within the limit, where all sites
/// together serve less than the share; [`NoAnswer::Stopped`] where time was up before the first choice.
///
/// # Source
/// Daskin and Owen (1999), Two new location covering problems: the partial p-center problem and the partial set
/// covering problem, Geographical Analysis 31(1), 217-235, doi:10.1111/j.1538-4632.1999.tb00976.x.
pub fn partial_set_cover(
    offers: &Offers,
    persons: &[f64],
    limit: f64,
    share: f64,
    terms: Terms<'_>,
) -> Result<Answer, NoAnswer> {
    let needed = share * persons.iter().sum::<f64>();
    // A share of a sum is rounded; what is short of it by less than that is enough.
    let enough = needed - 1e-9 * needed.abs();
    let served = |chosen: &[u32]| evaluate::persons_served(&evaluate::within(offers, chosen, limit), persons);
    let all: Vec<u32> = (0..offers.n_sites() as u32).collect();
    if served(&all) < enough {
        let lost = |&demand: &usize| 0.0 < persons[demand] && offers.within(demand, limit).is_empty();
        let demands = (0..offers.n_demands()).filter(lost).map(|demand| demand as u32).collect();
        return Err(NoAnswer::Unreachable { demands });
    }
    let mut rows = Rows::new(offers.n_sites());
    for (demand, &persons) in persons.iter().enumerate() {
        rows.push(offers.within(demand, limit), persons, false);
    }
    let rows = rows.merged();
    // The fewest are among low..=high, and `best` are `high` of them.
    let (mut low, mut high) = (terms.existing.len(), offers.n_sites());
    let mut best = all;
    let mut complete = true;
    if enough <= served(terms.existing) {
        (high, best) = (low, terms.existing.to_vec());
    }
    // Twice as many each time until they are enough, then halves: few sites are settled sooner than many.
    let mut reach = 1;
    while low < high {
        let middle = (low + (high - low) / 2).min(terms.existing.len() + reach);
        reach *= 2;
        let coverage = Coverage {
            rows: rows.clone(),
            p: middle,
            open: terms.existing,
            starts: Vec::new(),
            enough,
            stop: terms.stop,
        };
        let solved = coverage::solve(coverage);
        match solved.best {
            Some((value, chosen)) if enough <= value => (high, best) = (middle, chosen),
            _ if solved.complete => low = middle + 1,
            _ => {
                complete = false;
                break;
            }
        }
    }
    best.sort_unstable();
    let assignment = evaluate::within(offers, &best, limit);
    let is_enough = enough <= evaluate::persons_served(&assignment, persons) * (1.0 + 1e-12);
    let found = is_enough.then_some((assignment, best.len() as f64));
    verified(high as f64, low as f64, complete, found, best)
}

#[cfg(test)]
mod tests {
    use super::super::Offer;
    use super::*;

    // Found by chance: a column that was settled counted twice in the bound, and three sites were called the fewest.
    #[test]
    fn a_column_that_is_settled_counts_once_in_the_bound() {
        let rows: [&[u32]; 12] = [
            &[2, 3],
            &[2, 4, 6],
            &[2, 3],
            &[0, 1, 2, 6],
            &[2, 4, 6],
            &[3, 5, 6],
            &[0, 4, 5],
            &[3, 5, 6],
            &[2, 4, 6],
            &[2, 3],
            &[3, 5, 6],
            &[0, 3, 5],
        ];
        let offers = |(demand, sites): (u32, &&[u32])| -> Vec<Offer> {
            sites.iter().map(|&site| Offer { demand, site, cost: 0.0 }).collect()
        };
        let offers: Vec<Offer> = (0..).zip(&rows).flat_map(offers).collect();
        let answer = set_cover(&Offers::new(12, 7, &offers), 0.0, Terms::default()).unwrap();
        assert_eq!((answer.chosen, answer.proven), (vec![2, 5], true));
    }
}
