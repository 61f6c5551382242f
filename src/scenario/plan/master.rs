//! The program that a plan is the solution of: which scenarios are chosen, so that what obligations ask is given.

use std::collections::BTreeMap;

use super::asks::{Ask, Asked, Near, Offered};
use crate::program::{NoSolution, Program, Variable};

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
    /// (up to [`FAINT`]) the cheapest.
    Lacking,
}

/// So much of what is lacking is as good as the whole cost.
pub(super) const FAINT: f64 = 1e-5;

/// A question to the program.
#[derive(Clone, Debug)]
pub(super) struct Terms<'a> {
    /// One an obligation asked.
    pub(super) roles: &'a [Role],
    pub(super) goal: Goal,
    /// What all may cost.
    pub(super) budget: Option<f64>,
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
    /// By position in the list of those asked: whether all that it asks is given.
    pub(super) holds: Vec<bool>,
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
}

impl Master<'_> {
    /// A choice to begin with: all that helps, without what can be spared, the dearest first.
    fn start(&self, roles: &[Role]) -> Vec<bool> {
        let mut sums = Sums::of(self.asked, roles, self.costs.len());
        let mut is_needed = vec![false; self.costs.len()];
        let must = self.asked.iter().zip(roles).filter(|(_, role)| **role == Role::Must);
        for (asked, _) in must.filter(|(asked, _)| asked.ask.rows().is_empty()) {
            // Who is near what is not looked into here.
            asked.touching.iter().for_each(|&scenario| is_needed[scenario] = true);
        }
        let helps = |scenario: &usize| {
            is_needed[*scenario]
                || sums.terms[*scenario].iter().any(|&(row, more)| 0.0 < more && sums.values[row] < 0.0)
        };
        let mut taken: Vec<bool> = (0..self.costs.len()).map(|scenario| helps(&scenario)).collect();
        for group in &self.exclusive {
            let mut group = group.iter().filter(|&&scenario| taken[scenario]).copied().collect::<Vec<_>>().into_iter();
            group.next();
            group.for_each(|scenario| taken[scenario] = false);
        }
        let mut order: Vec<usize> = (0..taken.len()).filter(|&scenario| taken[scenario]).collect();
        order.iter().for_each(|&scenario| sums.add(scenario, 1.0));
        order.sort_by(|&a, &b| self.costs[b].total_cmp(&self.costs[a]).then(b.cmp(&a)));
        for scenario in order {
            if !is_needed[scenario] && sums.can_spare(scenario) {
                taken[scenario] = false;
                sums.add(scenario, -1.0);
            }
        }
        taken
    }

    /// The best choice on these terms.
    pub(super) fn solve(&self, terms: &Terms<'_>, stop: &(dyn Fn() -> bool + Sync)) -> Result<Found, NoSolution> {
        let mut program = Program::new();
        let is = |goal| if terms.goal == goal { 1.0 } else { 0.0 };
        let whole: f64 = self.costs.iter().sum();
        let faint = if 0.0 < whole {
            is(Goal::Lacking) * FAINT / terms.budget.unwrap_or(whole).min(whole).max(1e-9 * whole)
        } else {
            0.0
        };
        let picks: Vec<Variable> =
            self.costs.iter().map(|cost| program.flag((is(Goal::Cost) + faint) * cost)).collect();
        let holds: Vec<Option<Variable>> =
            terms.roles.iter().map(|role| (*role == Role::May).then(|| program.flag(0.0))).collect();
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
        for (asked, (role, holds)) in self.asked.iter().zip(terms.roles.iter().zip(&holds)) {
            if *role == Role::Free {
                continue;
            }
            let conditions = conditions(&mut program, &asked.ask, &picks);
            let n_lacking = conditions.iter().filter(|condition| condition.today < 0.0).count().max(1) as f64;
            for mut condition in conditions {
                let Some(holds) = *holds else {
                    condition.add_to(&mut program);
                    continue;
                };
                let most = -condition.least;
                if most <= 0.0 {
                    continue;
                }
                let share = if condition.today < 0.0 { -condition.today } else { most } * n_lacking;
                let lack = program.real(is(Goal::Lacking) / share, (0.0, most));
                condition.terms.push((lack, 1.0));
                condition.add_to(&mut program);
                program.at_most(&[(lack, 1.0 / most), (holds, 1.0)], 1.0);
            }
        }
        for cut in self.cuts.iter().filter(|cut| terms.roles[cut.asked] != Role::Free) {
            let n_chosen = cut.choice.iter().filter(|(_, chosen)| *chosen).count() as f64;
            let mut row: Vec<_> = cut
                .choice
                .iter()
                .map(|&(scenario, chosen)| (picks[scenario], if chosen { -1.0 } else { 1.0 }))
                .collect();
            let mut least = 1.0 - n_chosen;
            if let Some(holds) = holds[cut.asked] {
                row.push((holds, -1.0));
                least -= 1.0;
            }
            program.at_least(&row, least);
        }
        let must_only = terms.budget.is_none() && !terms.roles.contains(&Role::May);
        let start = if must_only { self.start(terms.roles) } else { Vec::new() };
        let start: Vec<_> =
            start.into_iter().zip(&picks).map(|(taken, &pick)| (pick, f64::from(u8::from(taken)))).collect();
        let solution = program.solve(&start, stop)?;
        let is_set = |&variable: &Variable| solution.is_set(variable);
        Ok(Found {
            chosen: (0..picks.len()).filter(|&scenario| is_set(&picks[scenario])).collect(),
            holds: holds
                .iter()
                .zip(terms.roles)
                .map(|(holds, role)| holds.as_ref().map_or(*role == Role::Must, is_set))
                .collect(),
            objective: solution.objective,
            bound: solution.bound,
            proven: solution.proven,
        })
    }
}

/// Sums that scenarios add to.
struct Sums {
    /// What each comes to.
    values: Vec<f64>,
    /// By scenario: which it adds to, and what.
    terms: Vec<Vec<(usize, f64)>>,
}

impl Sums {
    fn of(asked: &[Asked], roles: &[Role], n_scenarios: usize) -> Self {
        let mut sums = Self { values: Vec::new(), terms: vec![Vec::new(); n_scenarios] };
        let must = asked.iter().zip(roles).filter(|(_, role)| **role == Role::Must);
        for row in must.flat_map(|(asked, _)| asked.ask.rows()) {
            for &(scenario, more) in &row.terms {
                sums.terms[scenario].push((sums.values.len(), more));
            }
            sums.values.push(row.base);
        }
        sums
    }

    fn add(&mut self, scenario: usize, times: f64) {
        for &(row, more) in &self.terms[scenario] {
            self.values[row] += times * more;
        }
    }

    /// Whether no sum that was enough is short without the scenario.
    fn can_spare(&self, scenario: usize) -> bool {
        self.terms[scenario].iter().all(|&(row, more)| more <= 0.0 || more <= self.values[row])
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

/// What one obligation asks, with the variables that it needs.
fn conditions(program: &mut Program, ask: &Ask, picks: &[Variable]) -> Vec<Condition> {
    let of_counts = |rows: &[super::asks::CountRow], counts: &[(Option<Variable>, f64, f64)]| {
        // Of each group: its variable, else its value; what it is today; the most it can be.
        let condition = |row: &super::asks::CountRow| {
            let mut condition = Condition { base: row.base, terms: Vec::new(), least: 0.0, today: row.base };
            for &(group, weight) in &row.terms {
                let (variable, today, _) = counts[group];
                condition.today += weight * today;
                match variable {
                    Some(variable) => condition.terms.push((variable, weight)),
                    None => condition.base += weight * today,
                }
            }
            condition.least = condition.base;
            condition
        };
        rows.iter().map(condition).collect()
    };
    match ask {
        Ask::Untold => Vec::new(),
        Ask::Sums(rows) => rows
            .iter()
            .map(|row| Condition {
                base: row.base,
                terms: row.terms.iter().map(|&(scenario, more)| (picks[scenario], more)).collect(),
                least: row.base + row.terms.iter().map(|&(_, more)| more.min(0.0)).sum::<f64>(),
                today: row.base,
            })
            .collect(),
        Ask::Cover(cover) => {
            let counts: Vec<_> = cover.groups.iter().map(|near| covered(program, near, picks)).collect();
            of_counts(&cover.rows, &counts)
        }
        Ask::Places(places) => {
            let counts = seated(program, &places.facilities, &places.groups, picks);
            of_counts(&places.rows, &counts)
        }
    }
}

/// Whether the people of a group have a facility near: a variable from 0 to 1, or that it is settled.
fn covered(program: &mut Program, near: &Near, picks: &[Variable]) -> (Option<Variable>, f64, f64) {
    if near.standing.iter().any(Vec::is_empty) {
        return (None, 1.0, 1.0);
    }
    if near.standing.is_empty() && near.brought.is_empty() {
        return (None, 0.0, 0.0);
    }
    let covered = program.real(0.0, (0.0, 1.0));
    let mut terms: BTreeMap<usize, f64> = BTreeMap::new();
    near.brought.iter().for_each(|&scenario| *terms.entry(scenario).or_default() -= 1.0);
    near.standing.iter().flatten().for_each(|&scenario| *terms.entry(scenario).or_default() += 1.0);
    let mut row = vec![(covered, 1.0)];
    row.extend(
        terms.into_iter().filter(|(_, weight)| *weight != 0.0).map(|(scenario, weight)| (picks[scenario], weight)),
    );
    program.at_most(&row, near.standing.len() as f64);
    (Some(covered), if near.standing.is_empty() { 0.0 } else { 1.0 }, 1.0)
}

/// How many persons of each group have a place: a variable each.
fn seated(
    program: &mut Program,
    facilities: &[Offered],
    groups: &[(f64, Vec<usize>)],
    picks: &[Variable],
) -> Vec<(Option<Variable>, f64, f64)> {
    let mut given: Vec<Vec<(Variable, f64)>> = vec![Vec::new(); facilities.len()];
    let mut counts = Vec::new();
    for (persons, near) in groups {
        if *persons <= 0.0 || near.is_empty() {
            counts.push((None, 0.0, 0.0));
            continue;
        }
        let seated = program.real(0.0, (0.0, *persons));
        let mut sum = vec![(seated, 1.0)];
        for &facility in near {
            let pair = program.real(0.0, (0.0, *persons));
            sum.push((pair, -1.0));
            given[facility].push((pair, 1.0));
        }
        program.at_most(&sum, 0.0);
        // What they have today is not worked out: nobody counts as lacking less than all.
        counts.push((Some(seated), 0.0, *persons));
    }
    for (facility, mut row) in facilities.iter().zip(given) {
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
