//! Linear programs, some of whose variables are whole numbers: what plans, capacities and districts are written as.
//!
//! The solver is microlp. It computes with a tolerance, so a solution given back here has its whole numbers rounded, and
//! whoever asked evaluates it anew in its own terms before it is called an answer.

use std::time::Duration;

pub(crate) use microlp::Variable;
use microlp::{ComparisonOp, Error, OptimizationDirection, Problem, ResumeOptions, SolveOptions, SolveOutcome};

/// A program that minimises a sum of costs.
pub(crate) struct Program {
    problem: Problem,
    is_whole: Vec<bool>,
    costs: Vec<f64>,
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
        Self { problem: Problem::new(OptimizationDirection::Minimize), is_whole: Vec::new(), costs: Vec::new() }
    }

    /// A variable that may be any number from `low` to `high`, either of which may be infinite.
    pub(crate) fn real(&mut self, cost: f64, (low, high): (f64, f64)) -> Variable {
        self.is_whole.push(false);
        self.costs.push(cost);
        self.problem.add_var(cost, (low, high))
    }

    /// A variable that may be any whole number from `low` to `high`.
    pub(crate) fn whole(&mut self, cost: f64, bounds: (i32, i32)) -> Variable {
        self.is_whole.push(true);
        self.costs.push(cost);
        self.problem.add_integer_var(cost, bounds)
    }

    /// A variable that is 0 or 1.
    pub(crate) fn flag(&mut self, cost: f64) -> Variable {
        self.whole(cost, (0, 1))
    }

    pub(crate) fn at_most(&mut self, terms: &[(Variable, f64)], limit: f64) {
        self.problem.add_constraint(terms, ComparisonOp::Le, limit);
    }

    pub(crate) fn at_least(&mut self, terms: &[(Variable, f64)], limit: f64) {
        self.problem.add_constraint(terms, ComparisonOp::Ge, limit);
    }

    pub(crate) fn equal(&mut self, terms: &[(Variable, f64)], value: f64) {
        self.problem.add_constraint(terms, ComparisonOp::Eq, value);
    }

    /// The cheapest values, or the best found before `stop` says that time is up. `start` gives values to begin with;
    /// those that do not meet the rows are passed over.
    pub(crate) fn solve(
        &self,
        start: &[(Variable, f64)],
        stop: &(dyn Fn() -> bool + Sync),
    ) -> Result<Solution, NoSolution> {
        let mut options = SolveOptions::default();
        options.time_limit = Some(SLICE);
        options.warm_start = (!start.is_empty()).then(|| start.to_vec());
        let mut again = ResumeOptions::default();
        again.time_limit = Some(SLICE);
        let mut outcome = self.problem.solve_with(options).map_err(refused)?;
        while !outcome.is_optimal() && !stop() {
            outcome = outcome.resume_with(again.clone()).map_err(refused)?;
        }
        let bound = outcome.stats().best_bound;
        match outcome {
            SolveOutcome::Solution(solution) => {
                let whole = |(value, is_whole): (f64, &bool)| if *is_whole { value.round() } else { value };
                let values: Vec<f64> = solution.iter().map(|(_, value)| value).zip(&self.is_whole).map(whole).collect();
                let objective = values.iter().zip(&self.costs).map(|(value, cost)| value * cost).sum::<f64>() + 0.0;
                let proven = solution.status() == microlp::SolutionStatus::Optimal;
                let bound = if proven { objective } else { bound.unwrap_or(f64::NEG_INFINITY).min(objective) };
                Ok(Solution { values, objective, bound, proven })
            }
            SolveOutcome::Interrupted(_) => Err(NoSolution::Stopped),
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
    pub(crate) fn value(&self, variable: Variable) -> f64 {
        self.values[variable.idx()]
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
}
