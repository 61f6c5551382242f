//! The best use of every budget from nothing to the plan.

use super::master::{FAINT, FAINTER, Goal, Role, Terms};
use super::search::{Ended, Search, is_reckoned};
use super::{Question, Rung, cost};
use crate::program::Work;

/// Rungs of a ladder are at least this share of the whole cost apart.
const LEAST_STEP: f64 = 1.0 / 24.0;

/// What is lacking of those held by the plan is least on each rung, with no more than the rung may cost: `held` and `chosen`
/// are those of the plan.
pub(super) fn ladder<'a>(
    search: &mut Search<'a>,
    question: &'a Question<'a>,
    roles: &[Role],
    (held, chosen): (&[usize], &[usize]),
    mut work: u64,
) -> Vec<Rung> {
    let mut roles = roles.to_vec();
    for (at, role) in roles.iter_mut().enumerate() {
        if held.contains(&at) {
            *role = if is_reckoned(&search.asked[at]) { Role::May } else { Role::Free };
        } else if *role == Role::May {
            *role = Role::Free;
        }
    }
    let n_reckoned = roles.iter().filter(|role| **role == Role::May).count().max(1) as f64;
    let whole = cost(question.costs, chosen);
    let rung = |search: &Search<'_>, chosen: Vec<usize>, lacking: f64, bound: f64, proven: bool| {
        let kept = search.kept(&chosen);
        let held = held.iter().filter(|&&at| kept[at]).map(|&at| search.asked[at].position).collect();
        let difference = question.stage.difference(&chosen).unwrap_or_default();
        Rung { cost: cost(question.costs, &chosen), chosen, held, lacking, bound, difference, proven }
    };
    // No rung is nearer to the next than the cheapest edit, where all cost something.
    let cheapest = question.costs.iter().copied().fold(f64::INFINITY, f64::min);
    let step = cheapest.max(LEAST_STEP * whole);
    let mut ladder = vec![rung(search, chosen.to_vec(), 0.0, 0.0, true)];
    let mut budget = whole;
    while 0.0 < budget && !(question.time_left)().is_zero() {
        let below = ladder.last().map_or(whole, |rung| rung.cost);
        budget = (below - 1e-6 * whole).min(budget - LEAST_STEP * whole).max(0.0);
        let n_left = (budget / step).ceil() + 1.0;
        let share = (work as f64 / n_left) as u64;
        search.work = Work::new(share, question.time_left);
        // From what the rung above has, those go that are missed least.
        let above = ladder.last().map_or(&[][..], |rung| &rung.chosen);
        let start = search.master.best_of(&roles, above, budget);
        let ended =
            search.best(&Terms { roles: &roles, goal: Goal::Lacking, budget: Some(budget), start, counted: &[] });
        work -= share - search.work.left();
        let Ended::Choice(least) = ended else { continue };
        // The solver's tolerance leaves its traces in the last digits.
        let lacking = (least.lacking / n_reckoned * 1e4).round() / 1e4;
        let faint = FAINT * (1.0 + FAINTER);
        let bound = if least.proven { lacking } else { ((least.bound - faint) / n_reckoned * 1e4).floor() / 1e4 };
        let found = rung(search, least.chosen, lacking, bound.clamp(0.0, lacking), least.proven);
        let is_nothing = found.chosen.is_empty();
        ladder.push(found);
        if is_nothing {
            break;
        }
    }
    ladder.reverse();
    ladder
}
