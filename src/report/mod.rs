//! Findings to outputs.
pub mod json;
pub mod words;
