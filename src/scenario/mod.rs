//! What-ifs: edits to a world, what each changes, and many of them at once.
//!
//! A scenario leaves its base as it was. No files and no clock.

pub mod access;
pub mod batch;
pub mod compare;
pub mod edit;
pub mod plan;
mod shifted;
pub mod siting;
pub mod stage;

#[cfg(test)]
mod tests;

pub use access::{Access, AccessChange};
pub use batch::{By, Ranked};
pub use compare::{Difference, Turn};
pub use edit::{Change, Edit, Given, Moved, Scenario};
pub use stage::{Conflict, Outcome, Stage};
