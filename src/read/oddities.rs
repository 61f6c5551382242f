//! What is odd about the geometries of a file, gathered while they are read and said at the end.

use super::problem::{At, Problems, say};

/// Geometries that are not used, and rings that were closed.
#[derive(Debug, Default)]
pub(super) struct Oddities {
    odd: Vec<(u32, String)>,
    open: Vec<u32>,
}

impl Oddities {
    /// The geometry of a feature, counted from 1, is not used.
    pub(super) fn odd(&mut self, feature: usize, what: String) {
        self.odd.push((number(feature), what));
    }

    /// A ring of the polygon of a feature, counted from 1, does not end where it begins.
    pub(super) fn open(&mut self, feature: usize) {
        self.open.push(number(feature));
    }

    /// Forgets those of features for which `is_kept` does not hold.
    pub(super) fn keep(&mut self, is_kept: impl Fn(u32) -> bool) {
        self.odd.retain(|(feature, _)| is_kept(*feature));
        self.open.retain(|feature| is_kept(*feature));
    }

    /// Says all of them.
    pub(super) fn tell(self, file: &str, problems: &mut Problems) {
        for (feature, what) in self.odd {
            problems.warning_of("geometry", file, At::Feature(feature), || {
                (
                    say(format!("the geometry is not used: {what}"), format!("该几何未被采用：{what}")),
                    say("check the feature in a GIS", "请在 GIS 中检查该要素"),
                )
            });
        }
        for feature in self.open {
            problems.warning_of("repaired-geometry", file, At::Feature(feature), || {
                (
                    say("a ring of the polygon is not closed; it was closed", "多边形的环未闭合，已将其闭合"),
                    say("check the closed boundary, and mend the source", "请检查闭合后的边界，并更正源数据"),
                )
            });
        }
    }
}

fn number(feature: usize) -> u32 {
    u32::try_from(feature).unwrap_or(u32::MAX)
}
