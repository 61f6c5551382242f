//! Where new sites should go: one problem a file, each answer with its proof.
//!
//! | problem | asks for | file |
//! |---|---|---|
//! | set covering (`lscp`) | the fewest sites that serve everyone, or a share, within a limit | [`set_cover`] |
//! | its backup (`lscp-b`) | of those with the fewest sites, the one that serves most twice | [`backup_cover`] |
//! | maximal covering (`mclp`) | `p` sites that serve the most persons within a limit | [`max_cover`] |
//! | p-median | `p` sites with the least cost over all persons | [`p_median`] |
//! | equitable p-median | the same with the least Kolm-Pollak equivalent | [`equitable_median`] |
//! | p-center | `p` sites with the least cost for whoever is served worst | [`p_center`] |
//! | any of these with capacities, costs of sites or a budget | the same, in which a demand point may be split | [`capacitated`] |
//!
//! Costs come as [`Offers`]: a demand point and a site without an offer cannot be joined, however many sites there are.
//! Kernels see positions and numbers only: no files, no clock; whether time is up is asked of [`Terms::stop`].
//!
//! # Proof
//! Every [`Answer`] holds a bound that no choice of sites can pass. It is `proven` when the bound meets the objective:
//! exactly where objectives are whole numbers, else up to 1e-9 of it. Before an answer is given back, [`evaluate`]
//! measures the chosen sites again from the offers alone; where it does not agree the answer is refused.

pub mod backup_cover;
pub mod capacitated;
pub mod equitable_median;
pub mod evaluate;
pub mod max_cover;
pub mod p_center;
pub mod p_median;
pub mod set_cover;

mod offers;
mod solve;
#[cfg(test)]
mod tests;

pub use offers::{Offer, Offers};

/// What holds for a search whatever the problem.
#[derive(Clone, Copy)]
pub struct Terms<'a> {
    /// Sites that are there already, by position, each once: they stay open and count among the sites chosen, as the
    /// predefined facilities of spopt do.
    pub existing: &'a [u32],
    /// Whether to end the search with what has been found; asked often.
    pub stop: &'a (dyn Fn() -> bool + Sync),
}

impl Default for Terms<'_> {
    fn default() -> Self {
        Self { existing: &[], stop: &|| false }
    }
}

/// Sites chosen, and how good they are.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    /// The sites chosen, by position, in ascending order; existing ones are among them.
    pub chosen: Vec<u32>,
    /// One a demand point: the chosen site that serves it, the cheapest, and its cost; none where no site does.
    pub assignment: Assignment,
    /// What is minimised or maximised; in which unit, the problem says.
    pub objective: f64,
    /// No choice of sites has an objective better than this.
    pub bound: f64,
    /// Whether the bound meets the objective.
    pub proven: bool,
}

impl Answer {
    /// How far the objective may be from the best one, as a share of it; 0 where that is proven.
    pub fn gap(&self) -> f64 {
        let apart = (self.objective - self.bound).abs();
        if self.proven || apart == 0.0 { 0.0 } else { apart / self.objective.abs().max(f64::MIN_POSITIVE) }
    }
}

/// One a demand point: the chosen site that serves it and the cost; none where no site does.
pub type Assignment = Vec<Option<(u32, f64)>>;

/// Why there is no answer.
#[derive(Clone, Debug, PartialEq)]
pub enum NoAnswer {
    /// No candidate can serve these demand points, whichever are chosen.
    Unreachable {
        /// By position, ascending.
        demands: Vec<u32>,
    },
    /// It is proven that everyone cannot be served by as few sites.
    TooFew {
        /// No fewer sites than this can serve everyone.
        at_least: usize,
        /// Those whom one good choice of the sites allowed leaves unserved, by position, ascending.
        unserved: Vec<u32>,
    },
    /// It is proven that no choice allowed has room for everyone.
    NoRoom {
        /// Persons whom the best choice tried leaves unserved.
        left: f64,
        /// Where they are, by position, ascending.
        unserved: Vec<u32>,
    },
    /// The search was ended before there was any answer.
    Stopped,
    /// The solver's claim is not what the sites are worth: a mistake of the program.
    Disagrees {
        /// What the solver says.
        claimed: f64,
        /// What [`evaluate`] finds; none where someone is not served.
        found: Option<f64>,
    },
}

/// An answer as the solver claims it, if the evaluation agrees.
fn verified(
    claimed: f64,
    bound: f64,
    proven: bool,
    found: Option<(Assignment, f64)>,
    chosen: Vec<u32>,
) -> Result<Answer, NoAnswer> {
    let agrees = |value: f64| (value - claimed).abs() <= 1e-9 * claimed.abs().max(value.abs()).max(1e-300);
    match found {
        Some((assignment, objective)) if agrees(objective) => {
            let bound = if proven { objective } else { bound };
            Ok(Answer { chosen, assignment, objective, bound, proven })
        }
        found => {
            debug_assert!(false, "claimed {claimed}, found {:?}", found.map(|found| found.1));
            Err(NoAnswer::Disagrees { claimed, found: found.map(|(_, objective)| objective) })
        }
    }
}
