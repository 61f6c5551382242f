//! The program that a plan is the solution of: which scenarios are chosen, so that what obligations ask is given.

use std::collections::BTreeMap;

use super::asks::{Ask, Asked, CountRow, Near, Places};
use crate::program::{NoSolution, Program, Variable, Work};

/// Whether an obligation must hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    /// Every choice keeps it.
    Must,
    /// A choice may keep it, or come nearer to it.
    May,
    /// It is not looked at.
    Free,
}

/// What is best.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Goal {
    /// Nothing: any choice will do.
    Any,
    /// The least cost.
    Cost,
    /// The least that is lacking of those that may hold, each as a share of what is lacking today; of what leaves as little
    /// (up to [`FAINT`]) that by which most persons gain, and of that the cheapest.
    Lacking,
    /// The most persons with something near, of those that an obligation among [`Terms::counted`] is for.
    Near,
}

/// So much of what is lacking is as good as all persons, and as good as [`FAINTER`] of them is the whole cost.
pub(super) const FAINT: f64 = 2e-5;
pub(super) const FAINTER: f64 = 0.05;

/// A question to the program.
#[derive(Clone, Debug)]
pub(super) struct Terms<'a> {
    /// One an obligation asked.
    pub(super) roles: &'a [Role],
    pub(super) goal: Goal,
    /// What all may cost.
    pub(super) budget: Option<f64>,
    /// A choice to begin with, one a scenario.
    pub(super) start: Vec<bool>,
    /// By position in the list of those asked.
    pub(super) counted: &'a [usize],
}

/// A choice that the check has refused for one obligation: not just this one again.
#[derive(Clone, Debug)]
pub(super) struct Cut {
    /// By position in the list of those asked.
    pub(super) asked: usize,
    /// Every scenario that touches it, and whether it was chosen.
    pub(super) choice: Vec<(usize, bool)>,
}

/// What the program found.
#[derive(Clone, Debug)]
pub(super) struct Found {
    /// The scenarios chosen, in order.
    pub(super) chosen: Vec<usize>,
    /// What is lacking of those that may hold, each as a share of what is lacking today.
    pub(super) lacking: f64,
    pub(super) objective: f64,
    pub(super) bound: f64,
    pub(super) proven: bool,
}

/// All that is chosen from, and what is asked of it.
pub(super) struct Master<'a> {
    pub(super) asked: &'a [Asked],
    pub(super) costs: &'a [f64],
    /// Scenarios of which no two go together.
    pub(super) exclusive: Vec<Vec<usize>>,
    pub(super) cuts: Vec<Cut>,
}

/// Terms of a condition on its way into the program: `base` and the sum are 0 or more together.
struct Condition {
    base: f64,
    terms: Vec<(Variable, f64)>,
    /// The least that base and terms can be.
    least: f64,
    /// What they are if nothing is chosen.
    today: f64,
    /// Who gains where it comes to hold.
    persons: f64,
}

impl Master<'_> {
    /// The best choice on these terms.
    pub(super) fn solve(&self, terms: &Terms<'_>, work: &Work<'_>) -> Result<Found, NoSolution> {
        let mut program = Program::new();
        let is = |goal| if terms.goal == goal { 1.0 } else { 0.0 };
        let whole: f64 = self.costs.iter().sum();
        let faint = if 0.0 < whole {
            is(Goal::Lacking) * FAINT * FAINTER / terms.budget.unwrap_or(whole).min(whole).max(1e-9 * whole)
        } else {
            0.0
        };
        let picks: Vec<Variable> =
            self.costs.iter().map(|cost| program.flag((is(Goal::Cost) + faint) * cost)).collect();
        for group in &self.exclusive {
            let group: Vec<_> = group.iter().map(|&scenario| (picks[scenario], 1.0)).collect();
            program.at_most(&group, 1.0);
        }
        if let Some(budget) = terms.budget {
            let costs: Vec<_> = picks.iter().copied().zip(self.costs.iter().copied()).collect();
            let costs: Vec<_> = costs.into_iter().filter(|(_, cost)| *cost != 0.0).collect();
            let scale = costs.iter().map(|(_, cost)| cost.abs()).fold(1.0, f64::max);
            let costs: Vec<_> = costs.into_iter().map(|(pick, cost)| (pick, cost / scale)).collect();
            program.at_most(&costs, budget / scale + 1e-9);
        }
        let looked_at = (0..self.asked.len()).filter(|&at| terms.roles[at] != Role::Free);
        let conditions: Vec<(Role, Vec<Condition>)> = looked_at
            .map(|at| {
                let worth = if terms.counted.contains(&at) { is(Goal::Near) } else { 0.0 };
                (terms.roles[at], conditions(&mut program, &self.asked[at].ask, &picks, worth))
            })
            .collect();
        let may = conditions.iter().filter(|(role, _)| *role == Role::May).flat_map(|(_, conditions)| conditions);
        let everyone: f64 = may.filter(|condition| condition.today < 0.0).map(|condition| condition.persons).sum();
        // What is lacking, with its share of what is lacking today.
        let mut lacks: Vec<(Variable, f64)> = Vec::new();
        for (role, conditions) in conditions {
            let n_lacking = conditions.iter().filter(|condition| condition.today < 0.0).count().max(1) as f64;
            for mut condition in conditions {
                let most = -condition.least;
                if role == Role::May && 0.0 < most {
                    let share = 1.0 / (n_lacking * if condition.today < 0.0 { -condition.today } else { most });
                    let persons = match condition.today < 0.0 && 0.0 < everyone {
                        true => FAINT * condition.persons / everyone / -condition.today,
                        false => 0.0,
                    };
                    let lack = program.real(is(Goal::Lacking) * (share + persons), (0.0, most));
                    lacks.push((lack, share));
                    condition.terms.push((lack, 1.0));
                }
                condition.add_to(&mut program);
            }
        }
        for cut in self.cuts.iter().filter(|cut| terms.roles[cut.asked] == Role::Must) {
            let n_chosen = cut.choice.iter().filter(|(_, chosen)| *chosen).count() as f64;
            let weight = |chosen: bool| if chosen { -1.0 } else { 1.0 };
            let row: Vec<_> = cut.choice.iter().map(|&(scenario, chosen)| (picks[scenario], weight(chosen))).collect();
            program.at_least(&row, 1.0 - n_chosen);
        }
        let start = terms.start.iter().zip(&picks).map(|(&taken, &pick)| (pick, f64::from(u8::from(taken))));
        let start: Vec<_> = start.collect();
        let solution = program.solve_within(&start, work)?;
        let is_set = |&variable: &Variable| solution.is_set(variable);
        Ok(Found {
            chosen: (0..picks.len()).filter(|&scenario| is_set(&picks[scenario])).collect(),
            lacking: lacks.iter().map(|&(lack, share)| share * solution.value(lack)).sum(),
            objective: solution.objective,
            bound: solution.bound,
            proven: solution.proven,
        })
    }
}

impl Condition {
    fn add_to(self, program: &mut Program) {
        if self.terms.is_empty() {
            if self.base < -1e-9 {
                // Nothing can be done about it.
                let nothing = program.real(0.0, (0.0, 0.0));
                program.at_least(&[(nothing, 1.0)], 1.0);
            }
            return;
        }
        // The solver has one tolerance for all rows.
        let scale = self.terms.iter().map(|(_, weight)| weight.abs()).fold(f64::MIN_POSITIVE, f64::max);
        let terms: Vec<_> = self.terms.iter().map(|&(variable, weight)| (variable, weight / scale)).collect();
        program.at_least(&terms, (-self.base - 1e-9 * self.base.abs()) / scale);
    }
}

/// What one obligation asks, with the variables that it needs; all its people are worth so much to the program.
fn conditions(program: &mut Program, ask: &Ask, picks: &[Variable], worth: f64) -> Vec<Condition> {
    match ask {
        Ask::Untold => Vec::new(),
        Ask::Sums(rows) => rows
            .iter()
            .map(|row| Condition {
                base: row.base,
                terms: row.terms.iter().map(|&(scenario, more)| (picks[scenario], more)).collect(),
                least: row.base + row.terms.iter().map(|&(_, more)| more.min(0.0)).sum::<f64>(),
                today: row.base,
                persons: row.persons,
            })
            .collect(),
        Ask::Near(cover, places) => {
            // Of a group those of the row that counts most of them, which is all.
            let mut persons = vec![0.0_f64; cover.groups.len()];
            let terms = cover.rows.iter().flat_map(|row| &row.terms);
            terms.for_each(|&(group, weight)| persons[group] = persons[group].max(weight));
            let everyone: f64 = persons.iter().sum::<f64>() + places.groups.iter().map(|group| group.need).sum::<f64>();
            let each = if 0.0 < everyone { worth / everyone } else { 0.0 };
            let groups = cover.groups.iter().zip(persons);
            let covered: Vec<Count> =
                groups.map(|(near, persons)| covered(program, near, picks, each * persons)).collect();
            let seated = seated(program, places, picks, each);
            let covered = cover.rows.iter().map(|row| Condition::of_counts(row, &covered));
            covered.chain(places.rows.iter().map(|row| Condition::of_counts(row, &seated))).collect()
        }
    }
}

/// How many of a group have what they need.
struct Count {
    /// `None` where it is what it is today, whatever is chosen.
    variable: Option<Variable>,
    today: f64,
}

impl Condition {
    fn of_counts(row: &CountRow, counts: &[Count]) -> Self {
        let mut condition =
            Self { base: row.base, terms: Vec::new(), least: 0.0, today: row.base, persons: row.persons };
        for &(group, weight) in &row.terms {
            let Count { variable, today } = counts[group];
            condition.today += weight * today;
            match variable {
                Some(variable) => condition.terms.push((variable, weight)),
                None => condition.base += weight * today,
            }
        }
        condition.least = condition.base;
        condition
    }
}

/// Whether the people of a group have a facility near: a variable from 0 to 1, or that it is settled.
fn covered(program: &mut Program, near: &Near, picks: &[Variable], worth: f64) -> Count {
    if near.standing.iter().any(Vec::is_empty) {
        return Count { variable: None, today: 1.0 };
    }
    if near.standing.is_empty() && near.brought.is_empty() {
        return Count { variable: None, today: 0.0 };
    }
    let covered = program.real(-worth, (0.0, 1.0));
    let mut terms: BTreeMap<usize, f64> = BTreeMap::new();
    near.brought.iter().for_each(|&scenario| *terms.entry(scenario).or_default() -= 1.0);
    near.standing.iter().flatten().for_each(|&scenario| *terms.entry(scenario).or_default() += 1.0);
    let mut row = vec![(covered, 1.0)];
    row.extend(
        terms.into_iter().filter(|(_, weight)| *weight != 0.0).map(|(scenario, weight)| (picks[scenario], weight)),
    );
    program.at_most(&row, near.standing.len() as f64);
    Count { variable: Some(covered), today: if near.standing.is_empty() { 0.0 } else { 1.0 } }
}

/// How many of each group have a place: a variable each.
fn seated(program: &mut Program, places: &Places, picks: &[Variable], worth: f64) -> Vec<Count> {
    let mut given: Vec<Vec<(Variable, f64)>> = vec![Vec::new(); places.facilities.len()];
    let mut counts = Vec::new();
    for group in &places.groups {
        if group.need <= 0.0 || group.near.is_empty() {
            counts.push(Count { variable: None, today: 0.0 });
            continue;
        }
        let seated = program.real(-worth, (0.0, group.need));
        let mut sum = vec![(seated, 1.0)];
        for &facility in &group.near {
            let pair = program.real(0.0, (0.0, group.need));
            sum.push((pair, -1.0));
            given[facility].push((pair, 1.0));
        }
        program.at_most(&sum, 0.0);
        counts.push(Count { variable: Some(seated), today: group.today });
    }
    for (facility, mut row) in places.facilities.iter().zip(given) {
        if row.is_empty() {
            continue;
        }
        let stands = if facility.brought.is_some() { 0.0 } else { facility.places };
        row.extend(facility.brought.map(|scenario| (picks[scenario], -facility.places)));
        row.extend(facility.taken.iter().map(|&scenario| (picks[scenario], facility.places)));
        program.at_most(&row, stands);
    }
    counts
}
