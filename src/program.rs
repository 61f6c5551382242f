//! Linear programs, some of whose variables are whole numbers: what plans, capacities and districts are written as.
//!
//! The solver is microlp. It computes with a tolerance, so a solution given back here has its whole numbers rounded, and
//! whoever asked evaluates it anew in its own terms before it is called an answer.

use std::cell::Cell;
use std::time::Duration;

use microlp::{ComparisonOp, Error, OptimizationDirection, Problem, ResumeOptions, SolveOptions, SolveOutcome};

/// A program that minimises a sum of costs.
#[derive(Default)]
pub(crate) struct Program {
    variables: Vec<Bounded>,
    rows: Vec<Row>,
}

/// A variable of a [`Program`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Variable(usize);

struct Bounded {
    cost: f64,
    bounds: (f64, f64),
    is_whole: bool,
}

struct Row {
    terms: Vec<(Variable, f64)>,
    comparison: ComparisonOp,
    limit: f64,
}

/// Values of the variables, and what is known of the least cost.
#[derive(Clone, Debug)]
pub(crate) struct Solution {
    values: Vec<f64>,
    /// The cost of these values, whole numbers rounded.
    pub(crate) objective: f64,
    /// No values cost less.
    pub(crate) bound: f64,
    /// Whether the solver says that these values cost the least.
    pub(crate) proven: bool,
}

/// What a search may take: work, of which the same program always takes the same, and time.
///
/// Work is counted in the terms of the rows that are gone through: once for each node of the search, and [`ROOT`] times for
/// the first.
pub(crate) struct Work<'a> {
    left: Cell<u64>,
    time_left: &'a (dyn Fn() -> Duration + Sync),
}

/// So many nodes the first one takes, from which a search begins.
const ROOT: u64 = 16;

impl<'a> Work<'a> {
    pub(crate) fn new(work: u64, time_left: &'a (dyn Fn() -> Duration + Sync)) -> Self {
        Self { left: Cell::new(work), time_left }
    }

    /// The work that is left.
    pub(crate) fn left(&self) -> u64 {
        self.left.get()
    }

    /// Whether work or time is used up.
    pub(crate) fn is_over(&self) -> bool {
        self.left.get() == 0 || (self.time_left)().is_zero()
    }

    /// Nodes that may be looked at where the rows have so many terms: half of what is left, so that one part of a program
    /// does not take it all, and some in any case, so that each part has a chance.
    fn nodes(&self, n_terms: u64) -> u64 {
        (self.left.get() / 2 / n_terms.max(1)).max(ROOT)
    }

    fn spend(&self, n_nodes: u64, n_terms: u64) {
        self.left.set(self.left.get().saturating_sub((ROOT + n_nodes) * n_terms.max(1)));
    }
}

/// When a search ends before it has a proof.
#[derive(Clone, Copy)]
enum Until<'a> {
    Stop(&'a (dyn Fn() -> bool + Sync)),
    Work(&'a Work<'a>),
}

/// Why there are no values.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum NoSolution {
    /// It is proven that no values meet all rows.
    Infeasible,
    /// Time was up before any were found.
    Stopped,
    /// The solver has lost its way in the numbers.
    Failed,
}

impl Program {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    /// A variable that may be any number from `low` to `high`, either of which may be infinite.
    pub(crate) fn real(&mut self, cost: f64, bounds: (f64, f64)) -> Variable {
        self.variables.push(Bounded { cost, bounds, is_whole: false });
        Variable(self.variables.len() - 1)
    }

    /// A variable that may be any whole number from `low` to `high`.
    pub(crate) fn whole(&mut self, cost: f64, (low, high): (i32, i32)) -> Variable {
        self.variables.push(Bounded { cost, bounds: (f64::from(low), f64::from(high)), is_whole: true });
        Variable(self.variables.len() - 1)
    }

    /// A variable that is 0 or 1.
    pub(crate) fn flag(&mut self, cost: f64) -> Variable {
        self.whole(cost, (0, 1))
    }

    pub(crate) fn at_most(&mut self, terms: &[(Variable, f64)], limit: f64) {
        self.row(terms, ComparisonOp::Le, limit);
    }

    pub(crate) fn at_least(&mut self, terms: &[(Variable, f64)], limit: f64) {
        self.row(terms, ComparisonOp::Ge, limit);
    }

    pub(crate) fn equal(&mut self, terms: &[(Variable, f64)], value: f64) {
        self.row(terms, ComparisonOp::Eq, value);
    }

    fn row(&mut self, terms: &[(Variable, f64)], comparison: ComparisonOp, limit: f64) {
        self.rows.push(Row { terms: terms.to_vec(), comparison, limit });
    }

    /// The cheapest values, or the best found before `stop` says that time is up. `start` gives values to begin with;
    /// those that do not meet the rows are passed over.
    ///
    /// Variables that no row joins are programs of their own, solved one after the other. The pauses in which `stop` is
    /// asked may lead the search another way: of several solutions that cost the same, another.
    pub(crate) fn solve(
        &self,
        start: &[(Variable, f64)],
        stop: &(dyn Fn() -> bool + Sync),
    ) -> Result<Solution, NoSolution> {
        self.solve_until(start, Until::Stop(stop))
    }

    /// As [`Program::solve`], or the best found with so much work: the same on every machine that has the time for it.
    pub(crate) fn solve_within(&self, start: &[(Variable, f64)], work: &Work<'_>) -> Result<Solution, NoSolution> {
        self.solve_until(start, Until::Work(work))
    }

    fn solve_until(&self, start: &[(Variable, f64)], until: Until<'_>) -> Result<Solution, NoSolution> {
        let mut values: Vec<f64> = self.variables.iter().map(Bounded::alone).collect();
        let (mut bound, mut proven) = (0.0, true);
        let mut is_joined = vec![false; self.variables.len()];
        for part in self.parts() {
            let solved = self.solve_part(&part, start, until)?;
            for (&variable, value) in part.variables.iter().zip(&solved.values) {
                values[variable] = *value;
                is_joined[variable] = true;
            }
            bound += solved.bound;
            proven &= solved.proven;
        }
        let cost = |at: usize| match self.variables[at].cost {
            0.0 => 0.0,
            cost => values[at] * cost,
        };
        // The sum of nothing is -0.
        let objective = (0..values.len()).map(cost).sum::<f64>() + 0.0;
        bound += (0..values.len()).filter(|&at| !is_joined[at]).map(cost).sum::<f64>();
        if !objective.is_finite() {
            return Err(NoSolution::Failed);
        }
        Ok(Solution { values, objective, bound: if proven { objective } else { bound.min(objective) }, proven })
    }

    /// Variables that rows join, with these rows; in the order of their first variables.
    fn parts(&self) -> Vec<Part> {
        let mut group: Vec<usize> = (0..self.variables.len()).collect();
        fn root(group: &mut [usize], mut at: usize) -> usize {
            while group[at] != at {
                group[at] = group[group[at]];
                at = group[at];
            }
            at
        }
        for row in &self.rows {
            for two in row.terms.windows(2) {
                let (a, b) = (root(&mut group, two[0].0.0), root(&mut group, two[1].0.0));
                group[a.max(b)] = a.min(b);
            }
        }
        let mut parts: Vec<Part> = Vec::new();
        let mut part_of: Vec<Option<usize>> = vec![None; self.variables.len()];
        for (at, row) in self.rows.iter().enumerate() {
            let Some(&(Variable(first), _)) = row.terms.first() else {
                parts.push(Part { variables: Vec::new(), rows: vec![at] });
                continue;
            };
            let root = root(&mut group, first);
            let part = *part_of[root].get_or_insert_with(|| {
                parts.push(Part::default());
                parts.len() - 1
            });
            parts[part].rows.push(at);
        }
        for at in 0..self.variables.len() {
            if let Some(part) = part_of[root(&mut group, at)] {
                parts[part].variables.push(at);
            }
        }
        parts
    }

    fn solve_part(&self, part: &Part, start: &[(Variable, f64)], until: Until<'_>) -> Result<Solution, NoSolution> {
        let mut problem = Problem::new(OptimizationDirection::Minimize);
        let mut place = vec![None; self.variables.len()];
        for &at in &part.variables {
            let Bounded { cost, bounds: (low, high), is_whole } = self.variables[at];
            place[at] = Some(match is_whole {
                true => problem.add_integer_var(cost, (low as i32, high as i32)),
                false => problem.add_var(cost, (low, high)),
            });
        }
        for row in part.rows.iter().map(|&at| &self.rows[at]) {
            let terms: Vec<_> =
                row.terms.iter().filter_map(|&(Variable(at), weight)| Some((place[at]?, weight))).collect();
            problem.add_constraint(&terms[..], row.comparison, row.limit);
        }
        let start: Vec<_> = start.iter().filter_map(|&(Variable(at), value)| Some((place[at]?, value))).collect();
        let mut options = SolveOptions::default();
        options.warm_start = (!start.is_empty()).then_some(start);
        let outcome = match until {
            Until::Stop(stop) => {
                options.time_limit = Some(SLICE);
                let mut again = ResumeOptions::default();
                again.time_limit = Some(SLICE);
                let mut outcome = problem.solve_with(options).map_err(refused)?;
                while !outcome.is_optimal() && !stop() {
                    outcome = outcome.resume_with(again.clone()).map_err(refused)?;
                }
                outcome
            }
            Until::Work(work) => {
                let n_terms = part.rows.iter().map(|&at| self.rows[at].terms.len() as u64).sum();
                // What others have left no time for gets a moment, too.
                options.time_limit = Some((work.time_left)().max(SLICE));
                options.node_limit = Some(work.nodes(n_terms));
                let outcome = problem.solve_with(options);
                work.spend(outcome.as_ref().map_or(0, |outcome| outcome.stats().nodes_solved), n_terms);
                outcome.map_err(refused)?
            }
        };
        let bound = outcome.stats().best_bound;
        match outcome {
            SolveOutcome::Solution(solution) => {
                let value =
                    |(value, &at): (f64, &usize)| if self.variables[at].is_whole { value.round() } else { value };
                let values: Vec<f64> =
                    solution.iter().map(|(_, value)| value).zip(&part.variables).map(value).collect();
                let costs = part.variables.iter().map(|&at| self.variables[at].cost);
                let objective = values.iter().zip(costs).map(|(value, cost)| value * cost).sum::<f64>();
                let proven = solution.status() == microlp::SolutionStatus::Optimal;
                let bound = if proven { objective } else { bound.unwrap_or(f64::NEG_INFINITY).min(objective) };
                Ok(Solution { values, objective, bound, proven })
            }
            SolveOutcome::Interrupted(_) => Err(NoSolution::Stopped),
        }
    }
}

/// Part of a program: positions of variables and rows.
#[derive(Default)]
struct Part {
    variables: Vec<usize>,
    rows: Vec<usize>,
}

impl Bounded {
    /// The cheapest value where no row says anything; infinite where there is none.
    fn alone(&self) -> f64 {
        let (low, high) = self.bounds;
        match self.cost {
            cost if 0.0 < cost => low,
            cost if cost < 0.0 => high,
            _ if low.is_finite() => low,
            _ => high.min(0.0),
        }
    }
}

/// The solver is asked to pause so often, to see whether time is up.
const SLICE: Duration = Duration::from_millis(100);

fn refused(error: Error) -> NoSolution {
    match error {
        Error::Infeasible => NoSolution::Infeasible,
        _ => NoSolution::Failed,
    }
}

impl Solution {
    /// The value of a variable.
    pub(crate) fn value(&self, Variable(at): Variable) -> f64 {
        self.values[at]
    }

    /// Whether a variable of 0 or 1 is 1.
    pub(crate) fn is_set(&self, variable: Variable) -> bool {
        0.5 < self.value(variable)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // Most worth from two of three, at most 5 heavy: 3 + 2.
    #[test]
    fn a_knapsack_is_solved_and_proven() {
        let mut program = Program::new();
        let items: Vec<(Variable, f64)> =
            [(5.0, 3.0), (4.0, 2.0), (6.0, 4.0)].map(|(worth, weight)| (program.flag(-worth), weight)).to_vec();
        program.at_most(&items, 5.0);
        let solved = program.solve(&[], &|| false).unwrap();
        assert_eq!((solved.objective, solved.bound, solved.proven), (-9.0, -9.0, true));
        assert_eq!(items.iter().map(|&(item, _)| solved.is_set(item)).collect::<Vec<_>>(), [true, true, false]);
    }

    #[test]
    fn rows_that_contradict_each_other_have_no_solution() {
        let mut program = Program::new();
        let whole = program.whole(1.0, (0, 9));
        let real = program.real(1.0, (0.0, f64::INFINITY));
        program.equal(&[(whole, 2.0)], 3.0);
        program.at_least(&[(real, 1.0)], 1.0);
        assert_eq!(program.solve(&[], &|| false).unwrap_err(), NoSolution::Infeasible);
    }

    // Ten of twenty items of odd weights: with little work the best found, with more the best.
    #[test]
    fn little_work_finds_something_and_the_same_twice() {
        let mut program = Program::new();
        let items: Vec<(Variable, f64)> = (0..20_u32)
            .map(|at| {
                let weight = f64::from(37 + at * 53 % 41);
                (program.flag(-weight - f64::from(at * 29 % 7)), weight)
            })
            .collect();
        program.at_most(&items, 577.0);
        program.at_most(&items.iter().map(|&(item, _)| (item, 1.0)).collect::<Vec<_>>(), 10.0);
        let long = || Duration::from_secs(600);
        let solve = |amount: u64| program.solve_within(&[], &Work::new(amount, &long)).ok();
        let (little, again, much) = (solve(1), solve(1), solve(u64::MAX).unwrap());
        assert_eq!(little.as_ref().map(|found| &found.values), again.as_ref().map(|found| &found.values));
        assert!(
            much.proven
                && little.is_none_or(|little| little.bound <= much.objective && much.objective <= little.objective)
        );
        let work = Work::new(1, &long);
        assert!(!work.is_over());
        let _ = program.solve_within(&[], &work);
        assert!(work.is_over() && Work::new(9, &|| Duration::ZERO).is_over());
    }

    // Two knapsacks and a variable that nothing holds: as one, and each alone.
    #[test]
    fn what_no_row_joins_is_solved_alone_and_adds_up() {
        let mut program = Program::new();
        let items: Vec<Variable> = [-5.0, -4.0, -7.0].map(|cost| program.flag(cost)).to_vec();
        let free = program.real(2.0, (1.0, 9.0));
        program.at_most(&[(items[0], 1.0), (items[1], 1.0)], 1.0);
        program.at_most(&[(items[2], 2.0)], 3.0);
        let solved = program.solve(&[], &|| false).unwrap();
        assert_eq!((solved.objective, solved.bound, solved.proven), (-10.0, -10.0, true));
        assert_eq!(items.iter().map(|&item| solved.is_set(item)).collect::<Vec<_>>(), [true, false, true]);
        assert_eq!(solved.value(free), 1.0);
    }
}
