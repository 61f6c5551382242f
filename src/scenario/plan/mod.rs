//! The least that must be done so that promises hold together, and the best use of every budget below that.
//!
//! A plan chooses among the scenarios of a [`Stage`], each with its cost. What the obligations ask of a choice is one program
//! with whole numbers; its answer is judged by the same checks as everything else, so a plan that is given back keeps what
//! it says it keeps.
//!
//! # Proof
//! Sums (`presence`, `tiered`, `cascade`, `share`, `total`, `per-capita`, `seats`, `ceiling`) and cover (`reach`, `seats` with a
//! distance) are conditions of the program that every choice keeping the obligation meets. Other kinds are not written
//! out: choices that the check refuses are cut off one by one. So a bound is valid, and what is called impossible is.

mod asks;
mod master;
pub mod mends;
mod search;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};

use rayon::prelude::*;

use super::compare::Difference;
use super::stage::Stage;
use crate::model::AreaId;
use crate::rules::Verdict;
use crate::rules::finding::{Finding, Of};
use asks::{Ask, Asked};
use master::{FAINT, Goal, Master, Role, Terms};
use search::{Ended, Search, is_kept, is_reckoned};

/// What a plan is asked for.
pub struct Question<'a> {
    /// The base, and the scenarios to choose from: edits of facilities, no two of the same name.
    pub stage: &'a Stage,
    /// What each scenario costs, finite and not negative.
    pub costs: &'a [f64],
    /// The obligations that are to hold, by their positions among the findings of the base.
    pub wanted: &'a [usize],
    /// Whether time is up.
    pub stop: &'a (dyn Fn() -> bool + Sync),
}

/// Why an obligation cannot hold, whatever is chosen.
#[derive(Clone, Debug, PartialEq)]
pub enum Why {
    /// No scenario edits what it looks at.
    Untouched,
    /// All scenarios together do not bring enough: here, of which the first few are named.
    NotEnough(Vec<Of>),
    /// The study does not say enough to judge it, and no scenario changes that.
    NotSaid,
    /// It is proven, by choices tried.
    Tried,
    /// It is not known whether it can: its kind is not written out as conditions and too many choices would have to be
    /// tried, or time was up.
    NotKnown,
}

/// An obligation that is wanted and that no choice keeps.
#[derive(Clone, Debug, PartialEq)]
pub struct Impossible {
    /// Its position among the findings of the base.
    pub position: usize,
    /// Why.
    pub why: Why,
}

/// Obligations that cannot hold together, though each of them can.
#[derive(Clone, Debug, PartialEq)]
pub struct Clash {
    /// Their positions among the findings of the base; without any one of them the others can hold.
    pub positions: Vec<usize>,
    /// Whether it is proven that no fewer obligations conflict.
    pub smallest: bool,
}

/// What a scenario of a plan is for.
#[derive(Clone, Debug, PartialEq)]
pub struct Purpose {
    /// The scenario.
    pub scenario: usize,
    /// What would be lost without it.
    pub serves: Vec<Served>,
}

/// What one obligation would lose without one scenario.
#[derive(Clone, Debug, PartialEq)]
pub struct Served {
    /// The obligation, by its position among the findings of the base.
    pub position: usize,
    /// Whether it would not hold.
    pub needs: bool,
    /// Areas where it would not hold.
    pub areas: Vec<AreaId>,
    /// Persons who would not have what is promised.
    pub persons: f64,
}

/// The best use of a budget.
#[derive(Clone, Debug, PartialEq)]
pub struct Rung {
    /// What it costs.
    pub cost: f64,
    /// The scenarios chosen, in order.
    pub chosen: Vec<usize>,
    /// Obligations wanted that hold, by position.
    pub held: Vec<usize>,
    /// What is still lacking of those wanted, each as a share of what is lacking today, summed.
    pub lacking: f64,
    /// What is changed against the base.
    pub difference: Difference,
    /// Whether no choice of this cost leaves less lacking.
    pub proven: bool,
}

/// A plan.
#[derive(Clone, Debug, PartialEq)]
pub struct Plan {
    /// Obligations wanted that no choice keeps.
    pub impossible: Vec<Impossible>,
    /// Obligations that do not go together.
    pub clash: Option<Clash>,
    /// Obligations wanted that hold with the plan, and those kept today that it keeps, by position.
    pub held: Vec<usize>,
    /// Those wanted that could hold alone and do not in the plan.
    pub given_up: Vec<usize>,
    /// The scenarios chosen, in order.
    pub chosen: Vec<usize>,
    /// What they cost.
    pub objective: f64,
    /// Nothing that keeps the same obligations costs less.
    pub bound: f64,
    /// Whether the bound is the cost, and no choice keeps more of those wanted.
    pub proven: bool,
    /// What each is for.
    pub purposes: Vec<Purpose>,
    /// From nothing to the plan.
    pub ladder: Vec<Rung>,
}

/// Why there is no plan.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum NoPlan {
    /// Everything wanted that a choice can keep holds already.
    NothingToDo,
    /// Time was up before there was one.
    Stopped,
}

/// The cheapest plan.
///
/// Where not all that is wanted can hold together, the plan keeps as many as can, at the least cost. What holds today is
/// never given up, but for promises that a plan cannot reckon with and no scenario chosen touches.
///
/// # Errors
/// [`NoPlan`]; the obligations that are impossible alone are told either way.
pub fn plan(question: &Question<'_>) -> (Vec<Impossible>, Result<Plan, NoPlan>) {
    let stage = question.stage;
    let base = &stage.base().findings;
    let verdict = |position: usize| &base[position].finding.verdict;
    let is_open = |position: &usize| verdict(*position).is_open();
    let open: BTreeSet<usize> = question.wanted.iter().copied().filter(is_open).collect();
    let keeps = (0..base.len()).filter(|&position| *verdict(position) == Verdict::Met);
    let positions: Vec<usize> = keeps.chain(open.iter().copied()).collect();
    let asked: Vec<Asked> = positions.par_iter().map(|&position| Asked::of(stage, position)).collect();
    let (mut asked, untouched): (Vec<Asked>, Vec<Asked>) =
        asked.into_iter().partition(|asked| !asked.touching.is_empty());
    asked.sort_by_key(|asked| asked.position);
    let is_wanted = |asked: &Asked| is_open(&asked.position);
    let mut impossible: Vec<Impossible> = untouched
        .into_iter()
        .filter(is_wanted)
        .map(|asked| Impossible { position: asked.position, why: Why::Untouched })
        .collect();

    let master = Master { asked: &asked, costs: question.costs, exclusive: stage.exclusive(), cuts: Vec::new() };
    let mut search = Search { stage, asked: &asked, master, stop: question.stop };
    let mut roles: Vec<Role> =
        asked.iter().map(|asked| if is_wanted(asked) { Role::Free } else { Role::Must }).collect();
    let mut wanted: Vec<usize> = Vec::new();
    // Those that are only tried come last: they take all the time that there is.
    let mut alone: Vec<(usize, &Asked)> = asked.iter().enumerate().filter(|(_, asked)| is_wanted(asked)).collect();
    alone.sort_by_key(|(_, asked)| !is_reckoned(asked));
    for (at, one) in alone {
        let mut only = vec![Role::Free; asked.len()];
        only[at] = Role::Must;
        let is_tried = is_reckoned(one) || one.touching.len() <= MOST_UNTOLD;
        let ended = if is_tried { search.any(&only) } else { Ended::Open };
        let why = match ended {
            Ended::Choice(_) => {
                wanted.push(at);
                continue;
            }
            Ended::Open => Why::NotKnown,
            Ended::None => not_enough(&one.ask),
        };
        impossible.push(Impossible { position: one.position, why });
    }
    impossible.sort_by_key(|impossible| impossible.position);
    wanted.sort_unstable();
    if wanted.is_empty() {
        return (impossible, Err(NoPlan::NothingToDo));
    }
    wanted.iter().for_each(|&at| roles[at] = Role::Must);
    let mut clash = None;
    let mut most_is_proven = true;
    let mut ended = search.cheapest(&roles);
    if matches!(ended, Ended::None) {
        let all: Vec<usize> = (0..asked.len()).filter(|&at| roles[at] == Role::Must).collect();
        let Some((conflict, smallest)) = search.conflict(&all) else { return (impossible, Err(NoPlan::Stopped)) };
        let positions = conflict.iter().map(|&at| asked[at].position).collect();
        clash = Some(Clash { positions, smallest });
        // As many as go together; of as many those that cost least.
        let Some(least) = search.least_given_up(&roles, &wanted, conflict) else {
            return (impossible, Err(NoPlan::Stopped));
        };
        most_is_proven = least.len() <= MOST_CHOICES;
        let mut best: Option<(f64, Vec<usize>)> = None;
        for given_up in least.into_iter().take(MOST_CHOICES) {
            let mut fewer = roles.clone();
            given_up.iter().for_each(|&at| fewer[at] = Role::Free);
            let Ended::Choice(found) = search.cheapest(&fewer) else {
                most_is_proven = false;
                continue;
            };
            most_is_proven &= found.proven;
            if best.as_ref().is_none_or(|(cost, _)| found.objective < *cost) {
                best = Some((found.objective, given_up));
                ended = Ended::Choice(found);
            }
        }
        let Some((_, given_up)) = best else { return (impossible, Err(NoPlan::Stopped)) };
        given_up.iter().for_each(|&at| roles[at] = Role::Free);
        if wanted.iter().all(|at| given_up.contains(at)) {
            return (impossible, Err(NoPlan::NothingToDo));
        }
    }
    let Ended::Choice(found) = ended else { return (impossible, Err(NoPlan::Stopped)) };
    let chosen = without_idle(&search, &found.chosen, &found.holds);
    let kept = search.kept(&chosen);
    let (held, given_up): (Vec<usize>, Vec<usize>) = wanted.iter().copied().partition(|&at| kept[at]);
    let cost = |chosen: &[usize]| chosen.iter().map(|&scenario| question.costs[scenario]).sum::<f64>() + 0.0;
    let objective = cost(&chosen);
    let proven = found.proven && most_is_proven;
    let ladder = ladder(&mut search, question, &roles, &held, &chosen);
    let position = |at: &usize| asked[*at].position;
    let plan = Plan {
        impossible: impossible.clone(),
        clash,
        held: (0..asked.len()).filter(|&at| kept[at]).map(|at| asked[at].position).collect(),
        given_up: given_up.iter().map(position).collect(),
        purposes: purposes(stage, &chosen),
        bound: if proven { objective } else { found.bound.min(objective) },
        objective,
        proven,
        chosen,
        ladder,
    };
    (impossible, Ok(plan))
}

/// What is not written out as conditions is tried choice by choice, of so many scenarios and no more.
const MOST_UNTOLD: usize = 12;

/// Ways to give up as few promises as can be of which the cheapest is looked for.
const MOST_CHOICES: usize = 8;

/// Where even all that could help together is not enough.
fn not_enough(ask: &Ask) -> Why {
    let mut lacking: Vec<Of> = Vec::new();
    let mut is_unsaid = false;
    let mut note = |of: &Of, base: f64, most: f64| {
        if most < -1e-9 * base.abs() && !lacking.contains(of) {
            lacking.push(of.clone());
        }
    };
    match ask {
        Ask::Sums(rows) => {
            for row in rows {
                let most = row.base + row.terms.iter().map(|&(_, more)| more.max(0.0)).sum::<f64>();
                if row.of_unknown && most < -1e-9 * row.base.abs() {
                    is_unsaid = true;
                    continue;
                }
                note(&row.of, row.base, row.base + row.terms.iter().map(|&(_, more)| more.max(0.0)).sum::<f64>());
            }
        }
        Ask::Cover(cover) => {
            let most = |group: usize| if cover.groups[group] == asks::Near::default() { 0.0 } else { 1.0 };
            for row in &cover.rows {
                note(&row.of, row.base, row.base + row.terms.iter().map(|&(at, gain)| gain * most(at)).sum::<f64>());
            }
        }
        Ask::Places(places) => {
            let most = |group: usize| if places.groups[group].1.is_empty() { 0.0 } else { places.groups[group].0 };
            for row in &places.rows {
                note(&row.of, row.base, row.base + row.terms.iter().map(|&(at, gain)| gain * most(at)).sum::<f64>());
            }
        }
        Ask::Untold => {}
    }
    if is_unsaid && lacking.is_empty() {
        return Why::NotSaid;
    }
    if lacking.is_empty() { Why::Tried } else { Why::NotEnough(lacking) }
}

/// The choice without scenarios that nothing needs: those that cost nothing come in by chance.
fn without_idle(search: &Search<'_>, chosen: &[usize], holds: &[bool]) -> Vec<usize> {
    let mut chosen = chosen.to_vec();
    let mut at = 0;
    while at < chosen.len() {
        let scenario = chosen[at];
        let mut fewer = chosen.clone();
        fewer.remove(at);
        let kept = search.kept(&fewer);
        if search.master.costs[scenario] == 0.0 && holds.iter().zip(&kept).all(|(holds, kept)| !holds || *kept) {
            chosen = fewer;
        } else {
            at += 1;
        }
    }
    chosen
}

/// What each scenario chosen is for: what is lost where it alone is left out.
fn purposes(stage: &Stage, chosen: &[usize]) -> Vec<Purpose> {
    let (Ok(full), Ok(all)) = (stage.outcome(chosen), stage.difference(chosen)) else { return Vec::new() };
    let finding = |outcome: &super::Outcome, position: usize| -> Finding {
        let anew = outcome.judged.iter().find(|(at, _)| *at == position);
        anew.map_or_else(|| stage.base().findings[position].finding.clone(), |(_, found)| found.finding.clone())
    };
    let gained = |difference: &Difference, position: usize| {
        let change = difference.obligations.iter().find(|change| change.position == position);
        change.map_or(0.0, |change| change.gained - change.lost)
    };
    let purpose = |&scenario: &usize| -> Option<Purpose> {
        let rest: Vec<usize> = chosen.iter().copied().filter(|&other| other != scenario).collect();
        let (without, less) = (stage.outcome(&rest).ok()?, stage.difference(&rest).ok()?);
        let positions = full.judged.iter().map(|(position, _)| *position);
        let served = positions.filter_map(|position| {
            let (with, without) = (finding(&full, position), finding(&without, position));
            let base = &stage.base().findings[position].finding.verdict;
            let needs = is_kept(base, Some(&with.verdict)) && !is_kept(base, Some(&without.verdict));
            let lost = |(with, without): (&crate::rules::finding::Subject, &crate::rules::finding::Subject)| {
                let Of::Area(area) = with.of else { return None };
                (with.verdict == Verdict::Met && without.of == with.of && without.verdict != Verdict::Met)
                    .then_some(area)
            };
            let areas: Vec<AreaId> = with.subjects.iter().zip(&without.subjects).filter_map(lost).collect();
            let persons = (gained(&all, position) - gained(&less, position)).max(0.0);
            let persons = if persons < 1e-6 { 0.0 } else { persons };
            (needs || !areas.is_empty() || 0.0 < persons).then_some(Served { position, needs, areas, persons })
        });
        Some(Purpose { scenario, serves: served.collect() })
    };
    chosen.par_iter().filter_map(purpose).collect()
}

/// Rungs of a ladder are at least this share of the whole cost apart.
const LEAST_STEP: f64 = 1.0 / 24.0;
/// A rung is given up so many times after the solver has paused to ask, which it does some ten times a second.
const MOST_PATIENCE: u32 = 20;

/// The best use of every budget from nothing to the plan: what is lacking of those held by the plan is least.
fn ladder(
    search: &mut Search<'_>,
    question: &Question<'_>,
    roles: &[Role],
    held: &[usize],
    chosen: &[usize],
) -> Vec<Rung> {
    let cost = |chosen: &[usize]| chosen.iter().map(|&scenario| question.costs[scenario]).sum::<f64>() + 0.0;
    let mut roles = roles.to_vec();
    for (at, role) in roles.iter_mut().enumerate() {
        if held.contains(&at) {
            *role = if is_reckoned(&search.asked[at]) { Role::May } else { Role::Free };
        } else if *role == Role::May {
            *role = Role::Free;
        }
    }
    let whole = cost(chosen);
    let rung = |search: &Search<'_>, chosen: Vec<usize>, lacking: f64, proven: bool| {
        let kept = search.kept(&chosen);
        let held = held.iter().filter(|&&at| kept[at]).map(|&at| search.asked[at].position).collect();
        let difference = question.stage.difference(&chosen).unwrap_or_default();
        Rung { cost: cost(&chosen), chosen, held, lacking, difference, proven }
    };
    let mut ladder = vec![rung(search, chosen.to_vec(), 0.0, true)];
    let mut budget = whole;
    while 0.0 < budget && !(search.stop)() {
        let below = ladder.last().map_or(whole, |rung| rung.cost);
        budget = (below - 1e-6 * whole).min(budget - LEAST_STEP * whole).max(0.0);
        let terms = Terms { roles: &roles, goal: Goal::Lacking, budget: Some(budget) };
        let patience = AtomicU32::new(0);
        let stop = || MOST_PATIENCE < patience.fetch_add(1, Relaxed) || (question.stop)();
        let Ended::Choice(least) = search.best_until(&terms, &stop) else { continue };
        let faint = FAINT * cost(&least.chosen) / budget.max(1e-9 * whole);
        // The solver's tolerance and the faint cost leave their traces in the last digits.
        let lacking = ((least.objective - faint).max(0.0) * 1e4).round() / 1e4;
        let found = rung(search, least.chosen, lacking, least.proven);
        let is_nothing = found.chosen.is_empty();
        ladder.push(found);
        if is_nothing {
            break;
        }
    }
    ladder.reverse();
    ladder
}
