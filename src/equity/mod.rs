//! How evenly something is spread: one index a file, over values and weights only.

pub mod gini;
pub mod spread;
pub mod variation;
