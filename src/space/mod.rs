//! Where things are and what it costs to get there.
//!
//! - [`index`]: which polygon holds a point, for millions of points
//! - [`crs`]: coordinate systems, to longitude and latitude and back
//! - [`china_shift`]: the shifted systems of Chinese map services, GCJ-02 and BD-09
//! - [`distance`]: straight-line distance on the ellipsoid, in metres
//! - [`within`]: all points within a limit of a place
//! - [`nearest`]: the nearest point that will do
//! - [`adjacency`]: which areas share a boundary
//! - [`margin`]: whether a point may be within a distance of a polygon
//! - [`order`]: near things near each other in memory
//! - [`sound`]: whether a polygon is surely valid
//! - [`plane`]: metres around one place, for drawing
//! - [`estimate`]: boundaries for areas of which only a seat is known
//! - [`travel`]: who reaches which facility at what cost, by straight lines or by the study's table
//!
//! Coordinates are longitude, latitude in degrees on WGS 84, and an edge is the straight line between its ends in these
//! (RFC 7946). What has no place here: files, names, persons. Things are known by their position in a list.

pub mod adjacency;
pub mod china_shift;
pub mod crs;
pub mod distance;
pub mod estimate;
pub mod index;
pub mod margin;
pub mod nearest;
pub mod order;
pub mod plane;
pub mod sound;
pub mod travel;
pub mod within;

mod cut;
mod listed;
mod morton;
mod nearer;
mod straight_lines;
mod stripes;

pub use crs::Crs;
pub use travel::TravelMatrix;
