//! The nearest point.

use geo::Coord;

/// Points to be searched.
#[derive(Debug)]
pub struct NearestIndex(Vec<Option<Coord<f64>>>);

impl NearestIndex {
    /// A search over points.
    pub fn build(points: &[Option<Coord<f64>>]) -> Self {
        Self(points.to_vec())
    }

    /// The nearest accepted point and how far it is in metres.
    pub fn nearest(&self, from: Coord<f64>, accept: impl Fn(u32) -> bool) -> Option<(u32, f64)> {
        let costs = self.0.iter().enumerate().filter(|&(id, _)| accept(id as u32));
        costs
            .filter_map(|(id, point)| Some((id as u32, super::distance::metres(from, (*point)?))))
            .min_by(|a, b| a.1.total_cmp(&b.1))
    }
}
