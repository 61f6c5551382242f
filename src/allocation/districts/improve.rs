//! Better districts by small changes: a place moves to the site of a neighbour, two swap, one makes room for another.

use rand::Rng;
use rand_pcg::Pcg32;

use super::grow::{First, grow};
use super::state::State;
use super::{Costs, Districts, Plan};

type Stop<'a> = &'a (dyn Fn() -> bool + Sync);

/// The best districts of several starts, each shaken now and then.
pub(super) fn search<'a>(of: &'a Districts<'a>, costs: &'a Costs, plan: &Plan, stop: Stop<'_>) -> State<'a> {
    let starts = match of.current {
        Some((_, least)) if 0 < least => &[First::Suited, First::Current][..],
        _ => &[First::Suited],
    };
    let mut best: Option<State<'a>> = None;
    for &first in starts {
        let mut state = grow(of, costs, &plan.prices, first);
        improve(&mut state, of, stop);
        if best.as_ref().is_none_or(|best| state.worth().beats(best.worth())) {
            best = Some(state);
        }
    }
    let mut best = best.unwrap_or_else(|| State::empty(of, costs));
    let n = of.demand.len() as u32;
    // Large cases take longer a round: about the same work for all.
    let n_shakes = if n < 2 { 0 } else { (40_000 / n).clamp(8, 400) };
    let mut chance = Pcg32::new(20, 20);
    for _ in 0..n_shakes {
        if stop() || (best.short() == 0 && best.served() == plan.served && meets(plan, &best)) {
            break;
        }
        let mut state = best.clone();
        for _ in 0..2 + chance.next_u32() % 5 {
            shake(&mut state, of, chance.next_u32() % n, &mut chance);
        }
        improve(&mut state, of, stop);
        if state.worth().beats(best.worth()) {
            best = state;
        }
    }
    best
}

/// Whether the cost is that of the transportation problem.
fn meets(plan: &Plan, state: &State<'_>) -> bool {
    super::Proof::meets(super::evaluate::cost(&plan.flows), state.cost())
}

/// Moves a place somewhere else, whether that is better or not, if no district breaks.
fn shake(state: &mut State<'_>, of: &Districts<'_>, place: u32, chance: &mut Pcg32) {
    let sites = state.candidates(place);
    if let Some(&site) = sites.get(chance.next_u32() as usize % sites.len().max(1)) {
        let may_be = state.site_of()[place as usize] != Some(site) && state.cost_at(place, site).is_some();
        if may_be && state.fits(site, of.demand[place as usize], 0) {
            state.try_all(&[(place, Some(site))], |_, _| true);
        }
    }
}

/// Makes changes while any helps.
pub(super) fn improve(state: &mut State<'_>, of: &Districts<'_>, stop: Stop<'_>) {
    let mut is_better = true;
    while is_better {
        is_better = false;
        for place in 0..of.demand.len() as u32 {
            if stop() {
                return;
            }
            is_better |= shift(state, of, place) || swap(state, of, place) || push_on(state, of, place);
        }
    }
}

/// The place goes to another site.
fn shift(state: &mut State<'_>, of: &Districts<'_>, place: u32) -> bool {
    let amount = of.demand[place as usize];
    let here = state.site_of()[place as usize];
    if amount == 0 {
        // Where nobody lives nothing is gained, but for a place that belongs to none.
        let sites = if here.is_none() { state.candidates(place) } else { Vec::new() };
        return sites.into_iter().any(|site| state.try_all(&[(place, Some(site))], |_, _| true));
    }
    state.candidates(place).into_iter().filter(|&site| Some(site) != here).any(|site| {
        state.cost_at(place, site).is_some()
            && state.fits(site, amount, 0)
            && state.try_all(&[(place, Some(site))], super::state::Worth::beats)
    })
}

/// The place and one of another site change theirs.
fn swap(state: &mut State<'_>, of: &Districts<'_>, place: u32) -> bool {
    let Some(here) = state.site_of()[place as usize] else { return false };
    let amount = of.demand[place as usize];
    for there in state.candidates(place).into_iter().filter(|&there| there != here) {
        let Some(new) = state.cost_at(place, there) else { continue };
        let old = state.cost_at(place, here).unwrap_or(0.0);
        for other in state.members(there).to_vec() {
            let other_amount = of.demand[other as usize];
            let Some(new_other) = state.cost_at(other, here) else { continue };
            let gain = old + state.cost_at(other, there).unwrap_or(0.0) - new - new_other;
            let may_help = 0.0 < gain || 0 < state.short();
            if may_help
                && state.fits(there, amount, other_amount)
                && state.fits(here, other_amount, amount)
                && state.try_all(&[(place, Some(there)), (other, Some(here))], super::state::Worth::beats)
            {
                return true;
            }
        }
    }
    false
}

/// The place goes to a site from which another makes room for it; for those who are served by none, and for those at a
/// site that is not their cheapest.
fn push_on(state: &mut State<'_>, of: &Districts<'_>, place: u32) -> bool {
    let amount = of.demand[place as usize];
    let here = state.site_of()[place as usize];
    let cost = here.and_then(|here| state.cost_at(place, here)).unwrap_or(f64::INFINITY);
    if amount == 0 {
        return false;
    }
    for there in state.candidates(place).into_iter().filter(|&there| Some(there) != here) {
        let Some(new) = state.cost_at(place, there) else { continue };
        if cost <= new && state.short() == 0 {
            continue;
        }
        for other in state.members(there).to_vec() {
            let other_amount = of.demand[other as usize];
            if other_amount == 0 || !state.fits(there, amount, other_amount) {
                continue;
            }
            for onward in state.candidates(other) {
                if onward == there || Some(onward) == here || !state.fits(onward, other_amount, 0) {
                    continue;
                }
                if state.cost_at(other, onward).is_some()
                    && state.try_all(&[(other, Some(onward)), (place, Some(there))], super::state::Worth::beats)
                {
                    return true;
                }
            }
        }
    }
    false
}
