//! Where things are and what it costs to get there.

pub mod distance;
pub mod nearest;
pub mod travel;
pub mod within;

pub use travel::TravelMatrix;
