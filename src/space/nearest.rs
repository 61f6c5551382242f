//! The nearest point that will do.
//!
//! What will do is the caller's to say, point by point. All points within a limit are `within.rs`; the nearest polygon
//! is in `index.rs`.

use geo::Coord;
use rstar::RTree;
use rstar::primitives::GeomWithData;

use super::distance::{Place, chord_2_within};

/// Points in an R-tree over their positions in space: the order of chords is the order of distances, and there is neither
/// dateline nor pole.
#[derive(Debug)]
pub struct NearestIndex {
    tree: RTree<GeomWithData<[f64; 3], u32>>,
}

impl NearestIndex {
    /// Loads the points; the id of a point is its position. Those absent or not finite are never found.
    ///
    /// # Panics
    /// With 2^32 points or more.
    pub fn build(points: &[Option<Coord<f64>>]) -> Self {
        let located = points.iter().enumerate().filter_map(|(id, point)| {
            let point = point.filter(|point| point.x.is_finite() && point.y.is_finite())?;
            let id = u32::try_from(id).expect("ids of points fit 32 bits");
            Some(GeomWithData::new(Place::new(point).0, id))
        });
        Self { tree: RTree::bulk_load(located.collect()) }
    }

    /// The nearest point among those `accept` says yes to, and its distance in metres, that of
    /// [`metres`](super::distance::metres) to the last bit. Of several equally near the lowest id.
    ///
    /// Points are asked in the order of their distance, each once; where few will do, many are asked.
    ///
    /// # Edge cases
    /// `None` if no point will do or `from` is not finite.
    pub fn nearest(&self, from: Coord<f64>, accept: impl Fn(u32) -> bool) -> Option<(u32, f64)> {
        if !from.x.is_finite() || !from.y.is_finite() {
            return None;
        }
        let from = Place::new(from);
        let mut nearest: Option<(u32, f64)> = None;
        // The tree rounds in its own way: whatever could be as near as the best is measured again.
        let mut worth_measuring = f64::INFINITY;
        for (point, chord_2) in self.tree.nearest_neighbor_iter_with_distance_2(from.0) {
            if worth_measuring < chord_2 {
                break;
            }
            if !accept(point.data) {
                continue;
            }
            let distance = from.metres_to(Place(*point.geom()));
            if nearest.is_none_or(|(id, least)| (distance, point.data) < (least, id)) {
                nearest = Some((point.data, distance));
                worth_measuring = chord_2_within(distance);
            }
        }
        nearest
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::space::distance::metres;
    use proptest::prelude::*;

    fn at(lon: f64, lat: f64) -> Coord<f64> {
        Coord { x: lon, y: lat }
    }

    // 1 and 3 at the same place, 0 further away, 2 absent
    #[test]
    fn the_lowest_id_of_the_equally_near_is_found_and_refused_points_are_passed_over() {
        let points = [Some(at(114.1, 22.5)), Some(at(114.0, 22.5)), None, Some(at(114.0, 22.5))];
        let index = NearestIndex::build(&points);
        let from = at(113.99, 22.5);
        assert_eq!(index.nearest(from, |_| true), Some((1, metres(from, at(114.0, 22.5)))));
        assert_eq!(index.nearest(from, |id| id != 1).unwrap().0, 3);
        assert_eq!(index.nearest(from, |id| id == 0).unwrap().0, 0);
        assert_eq!(index.nearest(from, |_| false), None);
        assert_eq!(index.nearest(at(f64::NAN, 0.0), |_| true), None);
        assert_eq!(NearestIndex::build(&[None]).nearest(from, |_| true), None);
    }

    #[test]
    fn the_nearest_may_be_over_the_dateline_or_the_pole() {
        let index = NearestIndex::build(&[
            Some(at(-179.9, 0.0)),
            Some(at(179.0, 0.0)),
            Some(at(0.0, 89.0)),
            Some(at(90.0, 85.0)),
        ]);
        assert_eq!(index.nearest(at(179.9, 0.0), |_| true).unwrap().0, 0);
        assert_eq!(index.nearest(at(180.0, 89.0), |_| true).unwrap().0, 2);
    }

    fn coordinates() -> impl Strategy<Value = (f64, f64)> {
        // A coarse lattice gives points that are equally near.
        let lattice = (0..4, 0..4).prop_map(|(x, y)| (114.0 + f64::from(x) / 8.0, f64::from(y) / 8.0));
        prop_oneof![lattice, (-180.0..180.0, -90.0..90.0), (179.0..180.0, 88.0..90.0)]
    }

    proptest! {
        #[test]
        fn the_index_finds_what_a_search_by_hand_finds(
            points in prop::collection::vec(prop::option::weighted(0.9, coordinates()), 0..100),
            from in coordinates(),
            modulus in 1..5_u32,
        ) {
            let points: Vec<_> = points.into_iter().map(|point| point.map(|(lon, lat)| at(lon, lat))).collect();
            let from = at(from.0, from.1);
            let by_hand = (0..).zip(&points)
                .filter_map(|(id, point)| Some((metres(from, (*point)?), id)))
                .filter(|(_, id)| id % modulus == 0)
                .min_by(|a, b| a.partial_cmp(b).unwrap());
            let found = NearestIndex::build(&points).nearest(from, |id| id % modulus == 0);
            prop_assert_eq!(found, by_hand.map(|(distance, id)| (id, distance)));
        }
    }
}
