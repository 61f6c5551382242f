//! The least that must be done so that promises hold together, and the best use of every budget below that.
//!
//! A plan chooses among the scenarios of a [`Stage`], each with its cost. What the obligations ask of a choice is one program
//! with whole numbers; its answer is judged by the same checks as everything else, so a plan that is given back keeps what
//! it says it keeps.
//!
//! # Proof
//! Sums (`presence`, `tiered`, `cascade`, `share`, `total`, `per-capita`, `seats`, `ceiling`) and what is near (`reach`,
//! `seats` with a distance, `pairing`) are conditions of the program that every choice keeping the obligation meets. Other
//! kinds are not written out: choices that the check refuses are cut off one by one. So a bound is valid, and what is called
//! impossible is.
//!
//! # Work and time
//! The search ends when it has done so much work, which is counted and the same on every machine; time is the outer limit. So
//! the same question has the same answer wherever there is time for the work.

mod asks;
mod estates;
mod ladder;
mod master;
pub mod mends;
mod names;
mod near;
mod purposes;
mod search;
mod starts;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;
use std::time::Duration;

use rayon::prelude::*;

use super::compare::Difference;
use super::stage::Stage;
use crate::model::AreaId;
use crate::program::Work;
use crate::rules::Verdict;
use crate::rules::finding::Of;
use asks::{Ask, Asked};
use master::{Found, Master, Role};
use search::{Ended, Search, is_reckoned};

/// What a plan is asked for.
pub struct Question<'a> {
    /// The base, and the scenarios to choose from: edits of facilities, no two of the same name.
    pub stage: &'a Stage,
    /// What each scenario costs, finite and not negative.
    pub costs: &'a [f64],
    /// The obligations that are to hold, by their positions among the findings of the base.
    pub wanted: &'a [usize],
    /// How much the search may do, in terms of the program's rows gone through: some million a second.
    pub work: u64,
    /// The time that is left.
    pub time_left: &'a (dyn Fn() -> Duration + Sync),
}

/// Why an obligation cannot hold, whatever is chosen.
#[derive(Clone, Debug, PartialEq)]
pub enum Why {
    /// No scenario edits what it looks at.
    Untouched,
    /// All scenarios together do not bring enough: here, of which the first few are named.
    NotEnough(Vec<Of>),
    /// The study does not say enough to judge it here, and no scenario changes that.
    NotSaid(Vec<Of>),
    /// It is proven, by choices tried.
    Tried,
    /// It is not known whether it can: its kind is not written out as conditions and too many choices would have to be
    /// tried, or work or time was used up.
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
    /// The one obligation of these that is given up; `None` where more are.
    pub of: Option<usize>,
    /// Whether it is proven that no fewer obligations conflict; after the first of a plan, no fewer of what the plan keeps with
    /// the one given up.
    pub smallest: bool,
}

/// What a scenario of a plan is for.
#[derive(Clone, Debug, PartialEq)]
pub struct Purpose {
    /// The scenario.
    pub scenario: usize,
    /// What would be lost without it; `None` where time was up before it was looked into.
    pub serves: Option<Vec<Served>>,
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
    /// What is still lacking of those that the plan keeps, as a share of what is lacking today: the mean of their shares.
    pub lacking: f64,
    /// No choice of this cost leaves less lacking than this.
    pub bound: f64,
    /// What is changed against the base.
    pub difference: Difference,
    /// Whether the bound is what is lacking.
    pub proven: bool,
}

/// A plan.
#[derive(Clone, Debug, PartialEq)]
pub struct Plan {
    /// Obligations wanted that no choice keeps.
    pub impossible: Vec<Impossible>,
    /// Obligations that do not go together: the fewest that conflict come first; then, for each given up that those do not
    /// explain, the fewest with which it conflicts of what the plan keeps.
    pub clashes: Vec<Clash>,
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
#[derive(Clone, Debug, PartialEq)]
pub enum NoPlan {
    /// Everything wanted that a choice can keep holds already.
    NothingToDo,
    /// None of those wanted that could hold alone can hold while what is kept today stays kept.
    AllGivenUp {
        /// Those wanted, by position.
        given_up: Vec<usize>,
        /// As of a [`Plan`].
        clashes: Vec<Clash>,
    },
    /// Work or time was used up before there was one.
    Stopped,
}

/// The cheapest plan; of plans that cost the same, as far as the work goes, that by which most persons have near them what is
/// promised there.
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
    let whole_time = (question.time_left)();
    let until = |share: f64| {
        let kept_back = whole_time.mul_f64(1.0 - share);
        move || (question.time_left)().saturating_sub(kept_back)
    };
    let (search_time, purposes_time) = (until(SEARCH_TIME), until(SEARCH_TIME + PURPOSES_TIME));
    let asked: Option<Vec<Asked>> =
        positions.par_iter().map(|&position| (!search_time().is_zero()).then(|| Asked::of(stage, position))).collect();
    let Some(asked) = asked else { return (Vec::new(), Err(NoPlan::Stopped)) };
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
    let work = |share: f64| Work::new((question.work as f64 * share) as u64, &search_time);
    let mut search = Search { stage, asked: &asked, master, work: work(ALONE_WORK) };
    let mut wanted: Vec<usize> = Vec::new();
    // Those that are only tried come last: they take all that there is.
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
    let unspent = search.work.left();
    search.work = Work::new(unspent.saturating_add(work(CHEAPEST_WORK).left()), &search_time);
    let most = match most(&mut search, &wanted) {
        Ok(most) => most,
        Err(why) => return (impossible, Err(why)),
    };
    let unspent = search.work.left();
    search.work = work(NEAR_WORK);
    let chosen = search.nearest_to_most(&most.roles, &wanted, most.found.chosen.clone());
    let unspent = unspent.saturating_add(search.work.left());
    let stop = || purposes_time().is_zero();
    let chosen = without_idle(&search, chosen, &most.roles, &stop);
    let kept = search.kept(&chosen);
    let (held, given_up): (Vec<usize>, Vec<usize>) = wanted.iter().copied().partition(|&at| kept[at]);
    let objective = cost(question.costs, &chosen);
    let purposes = purposes::purposes(stage, &chosen, &stop);
    let ladder_work = unspent.saturating_add(work(1.0 - ALONE_WORK - CHEAPEST_WORK - NEAR_WORK).left());
    let ladder = ladder::ladder(&mut search, question, &most.roles, (&held, &chosen), ladder_work);
    let position = |at: &usize| asked[*at].position;
    let plan = Plan {
        impossible: impossible.clone(),
        clashes: most.clashes,
        held: (0..asked.len()).filter(|&at| kept[at]).map(|at| asked[at].position).collect(),
        given_up: given_up.iter().map(position).collect(),
        purposes,
        bound: if most.proven { objective } else { most.found.bound.min(objective) },
        objective,
        proven: most.proven,
        chosen,
        ladder,
    };
    (impossible, Ok(plan))
}

/// What a choice costs.
fn cost(costs: &[f64], chosen: &[usize]) -> f64 {
    // The sum of nothing is -0.
    chosen.iter().map(|&scenario| costs[scenario]).sum::<f64>() + 0.0
}

/// Shares of the work: for each promise alone, for the cheapest way to keep them all, and for those who have something near
/// by it; the ladder has the rest.
const ALONE_WORK: f64 = 0.2;
const CHEAPEST_WORK: f64 = 0.4;
const NEAR_WORK: f64 = 0.1;
/// Shares of the time by which the search has ended and what is chosen is explained; the ladder has the rest.
const SEARCH_TIME: f64 = 0.7;
const PURPOSES_TIME: f64 = 0.15;

/// As many promises as go together, for the least cost.
struct Most {
    found: Found,
    roles: Vec<Role>,
    clashes: Vec<Clash>,
    /// Whether no choice keeps more, or as many for less.
    proven: bool,
}

fn most(search: &mut Search<'_>, wanted: &[usize]) -> Result<Most, NoPlan> {
    if wanted.is_empty() {
        return Err(NoPlan::NothingToDo);
    }
    let asked = search.asked;
    let base = &search.stage.base().findings;
    let mut roles: Vec<Role> = asked
        .iter()
        .map(|asked| if base[asked.position].finding.verdict.is_open() { Role::Free } else { Role::Must })
        .collect();
    wanted.iter().for_each(|&at| roles[at] = Role::Must);
    match search.cheapest(&roles) {
        Ended::Choice(found) => return Ok(Most { proven: found.proven, found, roles, clashes: Vec::new() }),
        Ended::Open => return Err(NoPlan::Stopped),
        Ended::None => {}
    }
    let all: Vec<usize> = (0..asked.len()).filter(|&at| roles[at] == Role::Must).collect();
    let conflict = search.conflict(&all).ok_or(NoPlan::Stopped)?;
    // As many as go together; of as many those that cost least.
    let least = search.least_given_up(&roles, wanted, conflict.0.clone()).ok_or(NoPlan::Stopped)?;
    if let Some(given_up) = least.iter().find(|given_up| given_up.len() == wanted.len()) {
        let clashes = clashes(search, &all, given_up, conflict);
        return Err(NoPlan::AllGivenUp { given_up: given_up.iter().map(|&at| asked[at].position).collect(), clashes });
    }
    let mut proven = least.len() <= MOST_CHOICES;
    let mut best: Option<(Found, Vec<usize>)> = None;
    for given_up in least.into_iter().take(MOST_CHOICES) {
        let mut fewer = roles.clone();
        given_up.iter().for_each(|&at| fewer[at] = Role::Free);
        let Ended::Choice(found) = search.cheapest(&fewer) else {
            proven = false;
            continue;
        };
        proven &= found.proven;
        if best.as_ref().is_none_or(|(best, _)| found.objective < best.objective) {
            best = Some((found, given_up));
        }
    }
    let (found, given_up) = best.ok_or(NoPlan::Stopped)?;
    given_up.iter().for_each(|&at| roles[at] = Role::Free);
    let clashes = clashes(search, &all, &given_up, conflict);
    Ok(Most { found, roles, clashes, proven })
}

/// The smallest conflict of `all`, and for each given up that it does not explain the smallest with what is not given up, as far
/// as the work goes.
fn clashes(
    search: &mut Search<'_>,
    all: &[usize],
    given_up: &[usize],
    (smallest_of_all, smallest): (Vec<usize>, bool),
) -> Vec<Clash> {
    let asked = search.asked;
    let clash = |of: &[usize], smallest: bool| {
        let mut given_up = given_up.iter().filter(|at| of.contains(at)).map(|&at| asked[at].position);
        let (one, more) = (given_up.next(), given_up.next());
        let positions = of.iter().map(|&at| asked[at].position).collect();
        Clash { positions, of: one.filter(|_| more.is_none()), smallest }
    };
    let mut clashes = vec![clash(&smallest_of_all, smallest)];
    let keeps: Vec<usize> = all.iter().copied().filter(|at| !given_up.contains(at)).collect();
    for &one in given_up {
        if clashes[0].of == Some(asked[one].position) {
            continue;
        }
        // As many as can hold together do, so what is given up cannot hold with them.
        if let Some((of, smallest)) = search.conflict_of(one, &keeps) {
            clashes.push(clash(&of, smallest));
        }
    }
    clashes
}

/// What is not written out as conditions is tried choice by choice, of so many scenarios and no more.
const MOST_UNTOLD: usize = 12;

/// Ways to give up as few promises as can be of which the cheapest is looked for.
const MOST_CHOICES: usize = 8;

/// Where even all that could help together is not enough.
fn not_enough(ask: &Ask) -> Why {
    let mut lacking: Vec<Of> = Vec::new();
    let mut unsaid: Vec<Of> = Vec::new();
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
                    unsaid.push(row.of.clone());
                    continue;
                }
                note(&row.of, row.base, row.base + row.terms.iter().map(|&(_, more)| more.max(0.0)).sum::<f64>());
            }
        }
        Ask::Near(cover, places) => {
            let most = |row: &asks::CountRow, most: &dyn Fn(usize) -> f64| {
                row.base + row.terms.iter().map(|&(at, gain)| gain * most(at)).sum::<f64>()
            };
            let covered = |group: usize| if cover.groups[group] == asks::Near::default() { 0.0 } else { 1.0 };
            let seated =
                |group: usize| if places.groups[group].near.is_empty() { 0.0 } else { places.groups[group].need };
            cover.rows.iter().for_each(|row| note(&row.of, row.base, most(row, &covered)));
            places.rows.iter().for_each(|row| note(&row.of, row.base, most(row, &seated)));
        }
        Ask::Untold => {}
    }
    match (lacking.is_empty(), unsaid.is_empty()) {
        (false, _) => Why::NotEnough(lacking),
        (true, false) => Why::NotSaid(unsaid),
        (true, true) => Why::Tried,
    }
}

/// The choice without scenarios that nothing needs: those that cost nothing come in by chance.
fn without_idle(
    search: &Search<'_>,
    mut chosen: Vec<usize>,
    roles: &[Role],
    stop: &(dyn Fn() -> bool + Sync),
) -> Vec<usize> {
    let mut at = 0;
    while at < chosen.len() && !stop() {
        if 0.0 < search.master.costs[chosen[at]] {
            at += 1;
            continue;
        }
        let mut fewer = chosen.clone();
        fewer.remove(at);
        let kept = search.kept(&fewer);
        if roles.iter().zip(&kept).all(|(role, kept)| *role != Role::Must || *kept) {
            chosen = fewer;
        } else {
            at += 1;
        }
    }
    chosen
}
