//! The search for a plan: a program proposes, the check disposes.
//!
//! The program's conditions are met by every choice that keeps the obligations, so what it says cannot be done cannot be
//! done, and no choice costs less than it says. What it proposes is judged in the edited world; where the check does not
//! agree, the program is told not to choose so again.

use std::collections::BTreeSet;

use super::super::batch::choices_of;
use super::super::stage::Stage;
use super::asks::{Ask, Asked};
use super::master::{Cut, Found, Goal, Master, Role, Terms};
use crate::program::{NoSolution, Work};
use crate::rules::Verdict;

/// A search over the scenarios of a stage.
pub(super) struct Search<'a> {
    pub(super) stage: &'a Stage,
    pub(super) asked: &'a [Asked],
    pub(super) master: Master<'a>,
    pub(super) work: Work<'a>,
}

/// What a search for one choice ended with.
#[derive(Clone, Debug)]
pub(super) enum Ended {
    /// The best choice, or the best found in time.
    Choice(Found),
    /// It is proven that there is none.
    None,
    /// Work or time was used up, or the solver lost its way.
    Open,
}

impl Search<'_> {
    /// The best choice that the check agrees to, or the best found with the work and in the time there is.
    pub(super) fn best(&mut self, terms: &Terms<'_>) -> Ended {
        let must_be_tried =
            (0..self.asked.len()).any(|at| terms.roles[at] == Role::Must && !is_reckoned(&self.asked[at]));
        for _ in 0..if must_be_tried { MOST_TRIED } else { MOST_REFUSALS } {
            if self.work.is_over() {
                break;
            }
            let found = match self.master.solve(terms, &self.work) {
                Ok(found) => found,
                Err(NoSolution::Infeasible) => return Ended::None,
                Err(NoSolution::Stopped | NoSolution::Failed) => return Ended::Open,
            };
            let refused = self.refused(&found, terms.roles);
            if refused.is_empty() {
                return Ended::Choice(found);
            }
            for asked in refused {
                let touching = self.asked[asked].touching.iter();
                let choice = touching.map(|&scenario| (scenario, found.chosen.binary_search(&scenario).is_ok()));
                self.master.cuts.push(Cut { asked, choice: choice.collect() });
            }
        }
        Ended::Open
    }

    /// Those asked that the choice must keep and, the check says, does not.
    fn refused(&self, found: &Found, roles: &[Role]) -> Vec<usize> {
        let kept = self.kept(&found.chosen);
        (0..self.asked.len()).filter(|&at| roles[at] == Role::Must && !kept[at]).collect()
    }

    /// By position in the list of those asked: whether the check says that it is kept.
    pub(super) fn kept(&self, chosen: &[usize]) -> Vec<bool> {
        let Ok(judged) = self.stage.verdicts(chosen) else { return vec![false; self.asked.len()] };
        let base = &self.stage.base().findings;
        let is_kept = |asked: &Asked| {
            let anew = judged.iter().find(|(position, _)| *position == asked.position);
            is_kept(&base[asked.position].finding.verdict, anew.map(|(_, verdict)| verdict))
        };
        self.asked.iter().map(is_kept).collect()
    }

    /// Any choice with these roles.
    pub(super) fn any(&mut self, roles: &[Role]) -> Ended {
        self.best(&Terms { roles, goal: Goal::Any, budget: None, start: self.master.enough(roles), counted: &[] })
    }

    /// The least cost with these roles.
    pub(super) fn cheapest(&mut self, roles: &[Role]) -> Ended {
        self.best(&Terms { roles, goal: Goal::Cost, budget: None, start: self.master.enough(roles), counted: &[] })
    }

    /// Of the choices with these roles that cost no more than `chosen`, that by which most persons whom those `wanted` are for
    /// have something near, as far as the work goes.
    pub(super) fn nearest_to_most(&mut self, roles: &[Role], wanted: &[usize], chosen: Vec<usize>) -> Vec<usize> {
        let counts = |at: &usize| {
            let is_near = matches!(&self.asked[*at].ask, Ask::Near(cover, places) if !cover.rows.is_empty() || !places.rows.is_empty());
            is_near && roles[*at] == Role::Must
        };
        let counted: Vec<usize> = wanted.iter().copied().filter(counts).collect();
        if counted.is_empty() {
            return chosen;
        }
        let mut start = vec![false; self.master.costs.len()];
        chosen.iter().for_each(|&scenario| start[scenario] = true);
        let budget = chosen.iter().map(|&scenario| self.master.costs[scenario]).sum();
        let terms = Terms { roles, goal: Goal::Near, budget: Some(budget), start, counted: &counted };
        match self.best(&terms) {
            Ended::Choice(found) => found.chosen,
            Ended::None | Ended::Open => chosen,
        }
    }

    /// The smallest sets of those wanted without which the rest can hold, `conflict` being some that cannot hold together;
    /// `None` where work or time was used up.
    ///
    /// What is given up has one of every conflict: the smallest such sets are tried, and each that is not enough shows
    /// another conflict.
    pub(super) fn least_given_up(
        &mut self,
        roles: &[Role],
        wanted: &[usize],
        conflict: Vec<usize>,
    ) -> Option<Vec<Vec<usize>>> {
        let of_wanted =
            |conflict: Vec<usize>| -> Vec<usize> { conflict.into_iter().filter(|at| wanted.contains(at)).collect() };
        let mut conflicts = vec![of_wanted(conflict)];
        'again: loop {
            let sets = smallest_hitting(&conflicts)?;
            for given_up in &sets {
                let mut fewer = roles.to_vec();
                given_up.iter().for_each(|&at| fewer[at] = Role::Free);
                match self.any(&fewer) {
                    Ended::Choice(_) => {}
                    Ended::Open => return None,
                    Ended::None => {
                        let must: Vec<usize> = (0..fewer.len()).filter(|&at| fewer[at] == Role::Must).collect();
                        conflicts.push(of_wanted(self.core(&must)?));
                        continue 'again;
                    }
                }
            }
            return Some(sets);
        }
    }

    /// Of those that cannot hold together some that cannot either, and of which none can be left out; `None` where work or
    /// time was used up.
    fn core(&mut self, conflict: &[usize]) -> Option<Vec<usize>> {
        let mut core = conflict.to_vec();
        let mut at = 0;
        while at < core.len() {
            let mut rest = core.clone();
            rest.remove(at);
            match self.any(&self.must(&rest)) {
                Ended::None => core = rest,
                Ended::Choice(_) => at += 1,
                Ended::Open => return None,
            }
        }
        Some(core)
    }

    /// These must hold, and nothing else is looked at.
    fn must(&self, of: &[usize]) -> Vec<Role> {
        let mut roles = vec![Role::Free; self.asked.len()];
        of.iter().for_each(|&at| roles[at] = Role::Must);
        roles
    }

    /// The smallest set of those that `may` conflict which cannot hold together, by position in the list of those asked,
    /// and whether it is proven that none is smaller; `None` where work or time was used up.
    pub(super) fn conflict(&mut self, may: &[usize]) -> Option<(Vec<usize>, bool)> {
        self.smallest_conflict(may, None)
    }

    /// As [`conflict`](Self::conflict), of `one` with others, all of which can hold together without it.
    pub(super) fn conflict_of(&mut self, one: usize, others: &[usize]) -> Option<(Vec<usize>, bool)> {
        self.smallest_conflict(others, Some(one))
    }

    /// The smallest conflict that holds `one`, if there is one that each holds.
    fn smallest_conflict(&mut self, others: &[usize], one: Option<usize>) -> Option<(Vec<usize>, bool)> {
        let with_one = |of: &mut dyn Iterator<Item = usize>| -> Vec<usize> {
            of.chain(one).collect::<BTreeSet<_>>().into_iter().collect()
        };
        let core = self.core(&with_one(&mut others.iter().copied()))?;
        // None can be left out; another set may be smaller all the same.
        let mut n_tried = 0;
        for size in 1..core.len() {
            for choice in choices_of(others.len(), size - usize::from(one.is_some())) {
                n_tried += 1;
                if MOST_SETS < n_tried {
                    return Some((core, false));
                }
                let of = with_one(&mut choice.iter().map(|&at| others[at]));
                match self.any(&self.must(&of)) {
                    Ended::None => return Some((of, true)),
                    Ended::Choice(_) => {}
                    Ended::Open => return Some((core, false)),
                }
            }
        }
        Some((core, true))
    }
}

/// So many choices may be refused by the check: the conditions say nearly all that it asks.
const MOST_REFUSALS: usize = 200;
/// Of kinds that are not written out they say nothing, and choices are tried one by one.
const MOST_TRIED: usize = 80;

/// Sets of obligations that are tried for one smaller than what is known to conflict.
const MOST_SETS: usize = 2000;

/// All of the smallest sets that have one of each of these; `None` where one of these is empty.
fn smallest_hitting(conflicts: &[Vec<usize>]) -> Option<Vec<Vec<usize>>> {
    let all: Vec<usize> = conflicts.iter().flatten().copied().collect::<BTreeSet<_>>().into_iter().collect();
    (1..=all.len()).find_map(|size| {
        let sets = choices_of(all.len(), size).map(|choice| choice.into_iter().map(|at| all[at]).collect::<Vec<_>>());
        let hits = |set: &Vec<usize>| conflicts.iter().all(|conflict| conflict.iter().any(|at| set.contains(at)));
        let sets: Vec<Vec<usize>> = sets.filter(hits).collect();
        (!sets.is_empty()).then_some(sets)
    })
}

/// Whether an obligation is kept after, where `anew` is its verdict if it was judged anew.
pub(super) fn is_kept(before: &Verdict, anew: Option<&Verdict>) -> bool {
    let was_no_matter = matches!(before, Verdict::NotCheckable { .. });
    match anew.unwrap_or(before) {
        Verdict::Met => true,
        Verdict::NotCheckable { .. } => was_no_matter,
        Verdict::Unmet | Verdict::Unknown { .. } => false,
    }
}

/// Whether a plan can reckon with what is asked.
pub(super) fn is_reckoned(asked: &Asked) -> bool {
    !matches!(asked.ask, Ask::Untold)
}
