//! Points within a distance.

use geo::Coord;

/// Points to be searched.
#[derive(Debug)]
pub struct PointGrid(Vec<Option<Coord<f64>>>);

impl PointGrid {
    /// A search over points.
    pub fn build(points: &[Option<Coord<f64>>], _limit: f64) -> Self {
        Self(points.to_vec())
    }

    /// Visits all points within the limit, itself included.
    pub fn within(&self, centre: Coord<f64>, limit: f64, mut visit: impl FnMut(u32, f64)) {
        for (id, point) in self.0.iter().enumerate() {
            if let Some(cost) = point.map(|point| super::distance::metres(centre, point)).filter(|&cost| cost <= limit)
            {
                visit(id as u32, cost);
            }
        }
    }
}
