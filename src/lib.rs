//! evenreach: where is a promise of even public services not kept, for whom, by how much, and what would mend it.
//!
//! Everything goes one way, and so do the rooms:
//!
//! ```text
//! study files ─read─▶ World ─▶ TravelMatrix ─▶ measures ─▶ Findings ─report─▶ GeoJSON · CSV · JSON · terminal
//! ```
//!
//! - [`units`]: quantities that are read and printed the same way
//! - `program`: linear programs with whole numbers
//! - [`model`]: what a world is made of
//! - [`space`]: where things are, and what it costs to get there
//! - [`access`] and [`equity`]: one measure a file, from ids and numbers to numbers
//! - [`siting`]: one problem a file, from offers to chosen sites with a proven bound
//! - [`allocation`]: who is served where, no site beyond its capacity, with a proven bound
//! - [`rules`]: policy packs, one check kind a file, and what a check finds
//! - [`assess`]: where these meet
//! - [`scenario`]: edits to a world, what each changes, many at once
//! - [`sample`]: illustrative data for real areas, made up from a seed
//! - [`mod@write`]: layers to files that other programs open
//! - [`read`]: files to worlds and packs, every problem with its place
//! - [`report`]: findings to outputs
//! - [`cli`]: the commands
//!
//! From files to findings:
//!
//! ```no_run
//! use evenreach::assess::{Only, assess, limits};
//! use evenreach::read::{Options, read_study};
//! use evenreach::space::TravelMatrix;
//!
//! let study = read_study("geodata/jinpu".as_ref(), &Options::default(), &|_, _| ()).expect("the study is sound");
//! let travel = TravelMatrix::compute(&study.world, &limits(&study.world, &study.packs));
//! let findings = assess(&study.world, &travel, &study.packs, &Only::default());
//! for assessed in &findings.findings {
//!     println!("{}: {}", findings.obligation(assessed).id.get_ref(), assessed.finding.verdict.key());
//! }
//! ```

pub mod units;

mod program;

pub mod model;

pub mod space;

pub mod access;
pub mod equity;
pub mod siting;

pub mod allocation;

pub mod rules;

pub mod assess;

pub mod scenario;

pub mod sample;

pub mod write;

pub mod read;
pub mod report;

pub mod cli;
