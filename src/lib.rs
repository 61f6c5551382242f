//! evenreach: where is a promise of even public services not kept, for whom, by how much, and what would mend it.
pub mod units;

pub mod model;

pub mod space;

pub mod rules;

pub mod sample;

pub mod read;
