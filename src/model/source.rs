//! The files that a study rests on.

/// What a layer of a study holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Layer {
    /// The study file itself.
    Study,
    /// Areas of a level.
    Areas,
    /// An outline that estimated boundaries are clipped to.
    Outline,
    /// Demand.
    People,
    /// Supply.
    Facilities,
    /// Values by year.
    Series,
    /// New residential areas.
    Estates,
}

/// One input file.
#[derive(Clone, Debug, PartialEq)]
pub struct Source {
    /// The path as the study names it, with `/`.
    pub file: String,
    /// What it was read as.
    pub layer: Layer,
    /// SHA-256 of its bytes, in hexadecimal.
    pub sha256: String,
    /// Files beside it that were read with it, such as the `.dbf` of a shapefile: the path, and SHA-256 in hexadecimal.
    pub sidecars: Vec<(String, String)>,
    /// Rows or features read.
    pub rows: usize,
    /// Whether they are features, each with its geometry.
    pub features: bool,
    /// Made up to show how the tool works; every output says so.
    pub illustrative: bool,
    /// The coordinate system that the study states.
    pub crs: String,
}
