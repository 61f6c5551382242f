//! Which points a new place is nearer to than what they have.
//!
//! Blocks of points that are near each other, each with the farthest that any of them has to go today: from a new place
//! only the blocks that it could serve better are looked through.

use super::distance::{Place, chord_2_within};
use super::order::NearOrder;
use crate::model::{PerPoint, PointId};
use crate::units::Cost;

/// Points, and how far each has to go today.
#[derive(Debug)]
pub(super) struct Nearer {
    blocks: Vec<Block>,
    points: Vec<(PointId, Place)>,
}

#[derive(Debug)]
struct Block {
    centre: Place,
    /// No point of the block is farther from the centre than this, and none has farther to go than that; as chords.
    radius: f64,
    reach: f64,
    /// Where its points end.
    end: usize,
}

/// Points of one block.
const BLOCK: usize = 64;

impl Nearer {
    /// The points that have a place; `today` says how far each has to go, in metres, `None` where it gets nowhere.
    pub(super) fn of(
        order: &NearOrder<PointId>,
        places: &PerPoint<Option<Place>>,
        today: impl Fn(PointId) -> Option<Cost>,
    ) -> Self {
        let placed = order.ids().iter().filter_map(|&point| Some((point, places[point]?)));
        let points: Vec<(PointId, Place)> = placed.collect();
        let mut end = 0;
        let block = |points: &[(PointId, Place)]| {
            end += points.len();
            let mean = |axis: usize| points.iter().map(|(_, place)| place.0[axis]).sum::<f64>() / points.len() as f64;
            let centre = Place([mean(0), mean(1), mean(2)]);
            let chord = |place: Place| centre.chord_2_to(place).sqrt();
            let reach = |point: PointId| today(point).map_or(f64::INFINITY, |cost| chord_2_within(cost.get()).sqrt());
            Block {
                centre,
                radius: points.iter().map(|&(_, place)| chord(place)).fold(0.0, f64::max),
                reach: points.iter().map(|&(point, _)| reach(point)).fold(0.0, f64::max),
                end,
            }
        };
        let blocks = points.chunks(BLOCK).map(block).collect();
        Self { blocks, points }
    }

    /// Calls `visit` with all points that a place may be nearer to than what they have, and some others, each with its
    /// distance to it.
    pub(super) fn near(&self, from: Place, mut visit: impl FnMut(PointId, f64)) {
        let mut start = 0;
        for block in &self.blocks {
            // The slack is for rounding only: whoever visits compares metres.
            let most = (block.radius + block.reach) * (1.0 + 1e-9) + 1e-6;
            if from.chord_2_to(block.centre) <= most * most {
                for &(point, place) in &self.points[start..block.end] {
                    visit(point, from.metres_to(place));
                }
            }
            start = block.end;
        }
    }
}

#[cfg(test)]
mod tests {
    use geo::Coord;
    use proptest::prelude::*;

    use super::*;
    use crate::model::Id;
    use crate::space::distance::metres;
    use crate::units::CostUnit;

    proptest! {
        #[test]
        fn every_point_that_is_nearer_is_visited_with_its_distance(
            points in prop::collection::vec((113.0..115.0, 22.0..24.0, prop::option::of(0.0..40_000.0)), 1..300),
            from in (112.9..115.1, 21.9..24.1),
        ) {
            let points: Vec<(f64, f64, Option<f64>)> = points;
            let at = |(x, y): (f64, f64)| Coord { x, y };
            let place = |id: PointId| Some(at((points[id.index()].0, points[id.index()].1)));
            let order = NearOrder::of(points.len(), place);
            let places: PerPoint<Option<Place>> =
                (0..points.len()).map(|n| place(PointId::new(n)).map(Place::new)).collect();
            let nearer = Nearer::of(&order, &places, |id| points[id.index()].2.and_then(|today| Cost::new(today, CostUnit::Metres)));
            let mut visited = std::collections::BTreeMap::new();
            nearer.near(Place::new(at(from)), |point, cost| { visited.insert(point.index(), cost); });
            for (n, &(x, y, today)) in points.iter().enumerate() {
                let cost = metres(at((x, y)), at(from));
                prop_assert!(visited.get(&n).is_none_or(|&found| found == cost));
                prop_assert!(today.is_some_and(|today| today <= cost) || visited.contains_key(&n));
            }
        }
    }
}
