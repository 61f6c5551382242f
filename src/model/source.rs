//! The files that a study rests on.

use super::Proxy;

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
    /// What the tags of an extract stand for.
    Tags,
    /// What it costs to get to facilities.
    Travel,
}

/// Who states the coordinate system of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CrsFrom {
    /// The study, for this layer.
    Layer,
    /// The file itself.
    File,
    /// The study, for all its files.
    Study,
    /// The format, for all its files: GeoJSON is on WGS 84 by RFC 7946.
    Format,
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
    /// What it counts instead of people, if it does.
    pub proxy: Option<Proxy>,
    /// The coordinate system of its coordinates; empty where nobody states one, as for a file that has none.
    pub crs: String,
    /// Who states it.
    pub crs_from: Option<CrsFrom>,
}

impl Source {
    /// A file that holds no rows.
    pub fn document(file: &str, layer: Layer) -> Self {
        Self {
            file: file.to_owned(),
            layer,
            sha256: String::new(),
            sidecars: Vec::new(),
            rows: 0,
            features: false,
            illustrative: false,
            proxy: None,
            crs: String::new(),
            crs_from: None,
        }
    }
}
