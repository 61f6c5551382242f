//! Files to a World and Packs; every problem with its place.

pub mod vocabulary;
