//! Who is served where: demand given out over sites that hold only so much.
//!
//! | problem | asks for | file |
//! |---|---|---|
//! | transportation | as many as can be served, at the least total cost; a demand may be parted between sites | [`transport`](mod@transport) |
//! | the same with shares that stay | a share of each demand stays at its current site | [`split`](mod@split) |
//! | districts | every place as a whole to one site, in one piece if asked | [`districts`](mod@districts) |
//!
//! Costs come as [`Offers`](crate::siting::Offers); amounts are whole numbers of one small unit. Kernels see positions and numbers only: no files, no
//! clock; whether time is up is asked of a function. What comes back is judged by [`evaluate`], which knows nothing of how
//! it was found.

pub mod districts;
pub mod evaluate;
pub mod split;
pub mod transport;

pub use districts::{Districts, Terms, districts};
pub use split::{TooMany, split};
pub use transport::{Plan, cheapest, transport};

/// So much of a demand is served at a site.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Flow {
    /// Who: a position in the demand.
    pub demand: u32,
    /// Where: a position in the sites.
    pub site: u32,
    /// How much.
    pub amount: u64,
    /// What one unit of it costs.
    pub cost: f64,
}

/// What a place at each site is worth beside the cost of getting there: 0 where there is room. The dual solution of the
/// transportation problem.
#[derive(Clone, Debug, PartialEq)]
pub struct Prices {
    /// One a site, 0 or more.
    pub sites: Vec<f64>,
    /// What it is worth not to be served, where not everyone is.
    pub none: Option<f64>,
}

/// What districts lie on.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Ground {
    /// The places that share a boundary with each, ascending; if one has another, that has the one.
    pub neighbours: Vec<Vec<u32>>,
    /// The place that holds each site, if any does.
    pub homes: Vec<Option<u32>>,
}

/// How good an answer is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Proof {
    /// Amount times cost, summed.
    pub objective: f64,
    /// No answer that serves as much costs less.
    pub bound: f64,
    /// No answer serves more than this.
    pub most_served: u64,
    /// Whether no answer serves more, and none that serves as much costs less.
    pub proven: bool,
}

impl Proof {
    /// How far the objective may be from the least, as a share of it; 0 where that is proven.
    pub fn gap(&self) -> f64 {
        let apart = (self.objective - self.bound).max(0.0);
        if self.proven || apart == 0.0 { 0.0 } else { apart / self.objective.max(f64::MIN_POSITIVE) }
    }

    /// Whether a bound meets an objective: up to 1e-9 of it, since costs are doubles.
    pub(crate) fn meets(bound: f64, objective: f64) -> bool {
        objective - bound <= 1e-9 * objective.abs()
    }
}
