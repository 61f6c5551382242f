//! A table of costs: what it costs to get from places to others, pair by pair, as a file gives it.
//!
//! A pair that is absent cannot be travelled. A place that the table does not name at all is another thing: nobody knows
//! what it costs to get there or from there. How the file is read and what it means for people is elsewhere.

use std::collections::HashMap;

use super::{DestinationId, EstateId, Id, IdVec, OriginId, PerArea, SourceId};
use crate::units::CostUnit;

/// Costs by origin, in the order of the destinations: 12 bytes a pair.
#[derive(Clone, Debug)]
pub struct CostTable {
    /// What the costs are counted in.
    pub unit: CostUnit,
    /// The file.
    pub source: SourceId,
    /// Which origin is an area.
    pub areas: PerArea<Option<OriginId>>,
    /// Which origin is an estate.
    pub estates: IdVec<EstateId, Option<OriginId>>,
    origins: HashMap<String, OriginId>,
    destinations: HashMap<String, DestinationId>,
    /// Where the pairs of each origin begin, and where the last end.
    starts: Vec<usize>,
    to: Vec<DestinationId>,
    costs: Vec<f64>,
}

impl CostTable {
    /// The table of these pairs (from where, to where, the cost), by the names of their places; `areas` and `estates` are unknown to it at first.
    pub fn new(
        unit: CostUnit,
        source: SourceId,
        origins: HashMap<String, OriginId>,
        destinations: HashMap<String, DestinationId>,
        pairs: Vec<(OriginId, DestinationId, f64)>,
    ) -> Self {
        // Counted, then put where they belong: the pairs come in any order.
        let mut starts = vec![0_usize; origins.len() + 1];
        for &(origin, ..) in &pairs {
            starts[origin.index() + 1] += 1;
        }
        for at in 1..starts.len() {
            starts[at] += starts[at - 1];
        }
        let mut next = starts.clone();
        let mut to = vec![DestinationId::new(0); pairs.len()];
        let mut costs = vec![0.0; pairs.len()];
        for &(origin, destination, cost) in &pairs {
            let at = &mut next[origin.index()];
            (to[*at], costs[*at]) = (destination, cost);
            *at += 1;
        }
        drop(pairs);
        for bounds in starts.windows(2) {
            let own = bounds[0]..bounds[1];
            if !to[own.clone()].is_sorted() {
                let mut sorted: Vec<(DestinationId, f64)> =
                    to[own.clone()].iter().copied().zip(costs[own.clone()].iter().copied()).collect();
                sorted.sort_by_key(|&(destination, _)| destination);
                for (at, (destination, cost)) in own.zip(sorted) {
                    (to[at], costs[at]) = (destination, cost);
                }
            }
        }
        Self {
            unit,
            source,
            areas: PerArea::default(),
            estates: IdVec::default(),
            origins,
            destinations,
            starts,
            to,
            costs,
        }
    }

    /// The origin called so in the file.
    pub fn origin(&self, name: &str) -> Option<OriginId> {
        self.origins.get(name).copied()
    }

    /// The destination called so in the file.
    pub fn destination(&self, name: &str) -> Option<DestinationId> {
        self.destinations.get(name).copied()
    }

    /// How many destinations.
    pub fn n_destinations(&self) -> usize {
        self.destinations.len()
    }

    /// How many pairs.
    pub fn len(&self) -> usize {
        self.to.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.to.is_empty()
    }

    /// Where it leads from `origin`, and what that costs, in the order of the destinations.
    pub fn from(&self, origin: OriginId) -> impl Iterator<Item = (DestinationId, f64)> {
        let own = self.starts[origin.index()]..self.starts[origin.index() + 1];
        self.to[own.clone()].iter().copied().zip(self.costs[own].iter().copied())
    }

    /// What it costs from one place to another; `None` where there is no way.
    pub fn cost(&self, origin: OriginId, destination: DestinationId) -> Option<f64> {
        let own = self.starts[origin.index()]..self.starts[origin.index() + 1];
        let found = self.to[own.clone()].binary_search(&destination).ok()?;
        Some(self.costs[own.start + found])
    }

    /// Pairs that are there more than once.
    pub fn doubles(&self) -> impl Iterator<Item = (OriginId, DestinationId)> + '_ {
        self.starts.windows(2).enumerate().flat_map(move |(origin, bounds)| {
            let twice = self.to[bounds[0]..bounds[1]].windows(2).filter(|two| two[0] == two[1]);
            twice.map(move |two| (OriginId::new(origin), two[0]))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(pairs: &[(usize, usize, f64)]) -> CostTable {
        let names = |n: usize| (0..n).map(|at| at.to_string());
        let pairs = pairs.iter().map(|&(from, to, cost)| (OriginId::new(from), DestinationId::new(to), cost));
        CostTable::new(
            CostUnit::Minutes,
            SourceId::new(0),
            names(3).zip((0..).map(OriginId::new)).collect(),
            names(3).zip((0..).map(DestinationId::new)).collect(),
            pairs.collect(),
        )
    }

    #[test]
    fn a_pair_costs_what_it_was_given_in_whatever_order_and_an_absent_one_nothing_is_known_to_cost() {
        let table = table(&[(2, 1, 5.0), (0, 2, 1.0), (2, 0, 3.0), (0, 0, 2.0)]);
        let [a, b, c] = [0, 1, 2].map(OriginId::new);
        let [x, y, z] = [0, 1, 2].map(DestinationId::new);
        assert_eq!(table.from(a).collect::<Vec<_>>(), [(x, 2.0), (z, 1.0)]);
        assert_eq!(table.from(b).count(), 0);
        assert_eq!([table.cost(c, x), table.cost(c, y), table.cost(c, z)], [Some(3.0), Some(5.0), None]);
        assert_eq!((table.origin("2"), table.destination("3"), table.len()), (Some(c), None, 4));
        assert_eq!(table.doubles().next(), None);
    }

    #[test]
    fn a_pair_that_is_there_twice_is_named() {
        let table = table(&[(1, 2, 1.0), (1, 0, 1.0), (1, 2, 2.0)]);
        assert_eq!(table.doubles().collect::<Vec<_>>(), [(OriginId::new(1), DestinationId::new(2))]);
    }
}
