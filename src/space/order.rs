//! An order in which near things stand near each other, so that work that goes through them finds its neighbours in
//! the cache. No result may depend on it, save which of several equal ones is given.

use geo::Coord;
use rayon::prelude::*;

use super::morton::Morton;
use crate::model::{Id, IdVec};

/// Ids in the order of their places along a Z-curve; those without a place come first.
#[derive(Clone, Debug)]
pub struct NearOrder<I> {
    ids: Vec<I>,
    rank: IdVec<I, u32>,
}

impl<I: Id + Send + Sync> NearOrder<I> {
    /// The order of the first `n` ids by their places.
    pub fn of(n: usize, place: impl Fn(I) -> Option<Coord<f64>>) -> Self {
        let ids = || (0..n).map(I::new);
        let curve = Morton::over(ids().filter_map(&place));
        let keyed = |id: I| {
            let index = u32::try_from(id.index()).expect("ids are 32 bits wide");
            (place(id).map_or(0, |place| curve.position(place)), index)
        };
        let mut keyed: Vec<(u32, u32)> = ids().map(keyed).collect();
        keyed.par_sort_unstable();
        let mut rank = IdVec::filled(keyed.len(), 0);
        let mut ids = Vec::with_capacity(keyed.len());
        for (position, &(_, index)) in (0..).zip(&keyed) {
            let id = I::new(index as usize);
            rank[id] = position;
            ids.push(id);
        }
        Self { ids, rank }
    }

    /// The ids in this order.
    pub fn ids(&self) -> &[I] {
        &self.ids
    }

    /// Where an id stands in this order.
    pub fn rank(&self, id: I) -> usize {
        self.rank[id] as usize
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::PointId;

    #[test]
    fn every_id_has_its_rank_and_equal_places_keep_the_order_of_ids() {
        let at = |x: f64, y: f64| Some(Coord { x, y });
        let places = [at(1.0, 1.0), None, at(0.0, 0.0), at(1.0, 1.0), at(1.0, 0.0)];
        let order = NearOrder::<PointId>::of(places.len(), |id| places[id.index()]);
        let found: Vec<usize> = order.ids().iter().map(|id| id.index()).collect();
        assert_eq!(found, [1, 2, 4, 0, 3]);
        assert!(order.ids().iter().enumerate().all(|(position, &id)| order.rank(id) == position));
    }
}
