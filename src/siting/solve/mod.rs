//! The searches behind the problems: over rows of offers, to a choice and a bound.
//!
//! Each takes rows from which the problem has been stripped, and knows nothing of people or existing sites.

pub(super) mod coverage;
pub(super) mod fewest;
pub(super) mod median;
pub(super) mod supply;

mod bits;
mod row_weights;
mod swap_cost;
mod swap_cover;
