//! What-ifs: edits to a world, what each changes, and many of them at once.
//!
//! A scenario leaves its base as it was. No files and no clock.

pub mod access;
pub mod batch;
pub mod compare;
pub mod edit;
mod edits;
pub mod plan;
mod rows;
mod shifted;
pub mod siting;
pub mod stage;
mod uses;

#[cfg(test)]
mod tests;

pub use access::{Access, AccessChange};
pub use batch::{By, Ranked};
pub use compare::{Difference, Turn};
pub use edit::{Change, Edit, Given, Moved, Scenario};
pub use edits::Conflict;
pub use stage::{Outcome, Stage};
