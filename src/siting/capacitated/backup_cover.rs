//! Capacitated or weighted backup covering: of the fewest or cheapest sites that serve everyone, those that can serve most a
//! second time.

use super::groups::{Choices, Groups, Often};
use super::set_cover::{Least, set_cover, worth};
use super::{Allowed, Case, NoAnswer, Offers, Sites, Supplied, Terms, evaluate, most, supply, verified};
use crate::siting::Answer;

/// The fewest or cheapest sites that serve every demand point within `limit`, each no more persons than it can, and of all
/// such choices one that has room to serve the most persons a second time, at another site within the limit. Room that is
/// kept as backup counts like that for those who come first: a site never holds more than its capacity, both together. The
/// persons of a demand point may be split between sites.
///
/// The objective is the number of persons who have a backup: persons, not demand points as without capacities, since a
/// point may have one for some of its persons.
///
/// # Errors
/// As [`set_cover`].
///
/// # Source
/// Pirkul and Schilling (1988), The siting of emergency service facilities with workload capacities and backup service,
/// Management Science 34(7), 896-908, doi:10.1287/mnsc.34.7.896.
pub fn backup_cover(
    offers: &Offers,
    persons: &[f64],
    limit: f64,
    sites: Sites<'_>,
    least: Least,
    terms: Terms<'_>,
) -> Result<Supplied, NoAnswer> {
    let first = set_cover(offers, persons, limit, sites, least, terms)?;
    let case = Case { offers, persons, sites, allowed: Allowed { p: None, budget: None }, terms };
    let groups = Groups::new(offers, persons, limit);
    let total: f64 = persons.iter().sum();
    let spent = worth(&case, &first.answer.chosen, least);
    let money = case.of_new(|site| sites.cost[site]);
    let choices = match least {
        Least::Number => Choices::Number(first.answer.chosen.len()),
        Least::Cost => Choices::Cost(&money, spent),
    };
    let nothing = vec![0.0; offers.n_sites()];
    let (mut chosen, mut bound) = (first.answer.chosen.clone(), total);
    // Where no better is found, the first choice stays, and nothing is known of better ones.
    let best = first
        .answer
        .proven
        .then(|| groups.best(sites.capacity, Often::OnceOrTwice, (&nothing, choices), &chosen, terms));
    if let Some(Ok(best)) = best {
        bound = (-best.bound).min(total);
        // The solver has a tolerance; money has none.
        if worth(&case, &best.chosen, least) <= spent * (1.0 + 1e-9) {
            chosen = best.chosen;
        }
    }
    // Who is served where, and how much of it is backup, is settled anew for the sites chosen alone.
    let double = groups.shares(sites.capacity, Often::OnceOrTwice, &chosen).ok_or(NoAnswer::Stopped)?;
    let backup = groups.times(&double).map(|(times, persons)| (times - 1.0).clamp(0.0, 1.0) * persons).sum::<f64>();
    // Of whole persons and capacities as many are whole; the linear program is exact to a millionth.
    let whole = |values: &[f64]| values.iter().all(|value| value.fract() == 0.0 || value.is_infinite());
    let is_whole = whole(persons) && whole(sites.capacity);
    let twice = if is_whole { backup.round() + 0.0 } else { backup };
    let shares = groups.first(offers, persons, limit, &double);
    let tally = evaluate::tally(offers, persons, limit, (&chosen, sites.capacity), &shares);
    let holds = tally.is_some_and(|tally| tally.serves_all) && groups.holds(sites.capacity, &chosen, &double);
    let assignment = most(&shares, persons.len());
    let found = holds.then_some((assignment, twice));
    let bound = bound.max(twice);
    let proven = first.answer.proven && bound <= twice + groups.slack();
    let answer = verified(twice, bound, proven, found, chosen)?;
    Ok(Supplied { answer, shares })
}

/// The cheapest sites that serve every demand point within `limit`, and of all such choices one in which the most demand
/// points have a second site within the limit; as many persons as come are served.
///
/// The objective is the number of demand points covered at least twice. Where time was up before the cheapest sites were
/// proven, nothing is.
///
/// # Errors
/// As [`set_cover`].
///
/// # Source
/// As [`backup_cover`](crate::siting::backup_cover::backup_cover), with costs in place of the number.
pub fn cheapest_backup_cover(offers: &Offers, limit: f64, cost: &[f64], terms: Terms<'_>) -> Result<Answer, NoAnswer> {
    let (no_limit, nobody) = (vec![f64::INFINITY; offers.n_sites()], vec![0.0; offers.n_demands()]);
    let sites = Sites { capacity: &no_limit, cost };
    let cheapest = set_cover(offers, &nobody, limit, sites, Least::Cost, terms)?.answer;
    let case = Case { offers, persons: &nobody, sites, allowed: Allowed { p: None, budget: None }, terms };
    let spent = worth(&case, &cheapest.chosen, Least::Cost);
    // Each demand point must have a site; it costs one to have no second.
    let mut rows = super::Rows::new(offers.n_sites());
    for demand in 0..offers.n_demands() {
        let within = offers.within(demand, limit);
        rows.push_times(within, 1, f64::INFINITY);
        rows.push_times(within, 2, 1.0);
    }
    let money = case.of_new(|site| cost[site]);
    let solved = supply::solve(supply::Supply {
        rows: &rows,
        capacity: &no_limit,
        fixed: &vec![0.0; offers.n_sites()],
        money: &money,
        budget: spent,
        p: offers.n_sites(),
        open: terms.existing,
        starts: vec![cheapest.chosen],
        enough: f64::NEG_INFINITY,
        stop: terms.stop,
    });
    let Some((once, chosen)) = solved.best else { return Err(NoAnswer::Stopped) };
    let n_demands = offers.n_demands() as f64;
    let times = evaluate::times_covered(offers, &chosen, limit);
    let twice = times.iter().filter(|&&times| 2 <= times).count() as f64;
    let is_kept = times.iter().all(|&times| 0 < times) && worth(&case, &chosen, Least::Cost) <= spent * (1.0 + 1e-9);
    let found = is_kept.then(|| (evaluate::within(offers, &chosen, limit), twice));
    let bound = if cheapest.proven { n_demands - solved.bound.max(0.0) } else { n_demands };
    let claimed = n_demands - once;
    verified(claimed, bound.max(claimed), cheapest.proven && solved.complete, found, chosen)
}
