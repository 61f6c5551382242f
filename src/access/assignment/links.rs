//! Who can use what, in the orders in which it is looked through.

use std::ops::Range;

use rayon::prelude::*;

use super::Pair;

/// Demands on one side, supplies on the other, and the pairs between them.
#[derive(Clone, Debug)]
pub(super) struct Links {
    /// By demand, then by cost, then by supply.
    pub(super) pairs: Vec<Pair>,
    /// `pairs[of_demand[d]..of_demand[d + 1]]` are those of demand `d`.
    of_demand: Vec<u32>,
    /// `of_supply[s]..of_supply[s + 1]` are the positions of the pairs of supply `s` in the two lists below.
    of_supply: Vec<u32>,
    /// Which pair; those of one supply by demand.
    pub(super) by_supply: Vec<u32>,
    /// Its demand.
    pub(super) holder: Vec<u32>,
    /// Where each pair stands in these lists.
    pub(super) position: Vec<u32>,
}

impl Links {
    pub(super) fn new(n_demands: usize, n_supplies: usize, pairs: &[Pair]) -> Self {
        let n_pairs = u32::try_from(pairs.len()).expect("a study holds fewer than u32::MAX pairs");
        let of_demand = starts(n_demands, pairs.iter().map(|pair| pair.demand));
        let pairs = by_demand(&of_demand, pairs);
        let of_supply = starts(n_supplies, pairs.iter().map(|pair| pair.supply));
        let mut free = of_supply.clone();
        let mut by_supply = vec![0; pairs.len()];
        let mut position = vec![0; pairs.len()];
        for pair in 0..n_pairs {
            let free = &mut free[pairs[pair as usize].supply as usize];
            by_supply[*free as usize] = pair;
            position[pair as usize] = *free;
            *free += 1;
        }
        let holder = by_supply.iter().map(|&pair| pairs[pair as usize].demand).collect();
        Self { pairs, of_demand, of_supply, by_supply, holder, position }
    }

    pub(super) fn n_demands(&self) -> usize {
        self.of_demand.len() - 1
    }

    pub(super) fn n_supplies(&self) -> usize {
        self.of_supply.len() - 1
    }

    /// The pairs of a demand.
    pub(super) fn of_demand(&self, demand: u32) -> Range<usize> {
        self.of_demand[demand as usize] as usize..self.of_demand[demand as usize + 1] as usize
    }

    /// The positions of the pairs of a supply in [`Links::by_supply`].
    pub(super) fn of_supply(&self, supply: u32) -> Range<usize> {
        self.of_supply[supply as usize] as usize..self.of_supply[supply as usize + 1] as usize
    }

    /// The supply of a pair.
    pub(super) fn supply(&self, pair: usize) -> u32 {
        self.pairs[pair].supply
    }

    /// What pairs are ordered by when the near come first: their costs, and of equal ones which stands first.
    pub(super) fn nearness(&self, pair: u32) -> (u64, u32) {
        // Costs are not negative: their order is that of their bits.
        (self.pairs[pair as usize].cost.to_bits(), pair)
    }

    /// All pairs, the near ones first.
    pub(super) fn near_first(&self) -> impl Iterator<Item = u32> {
        // Numbers of 64 bits are sorted fastest, so it is first the upper half of a cost with the position, then, where
        // that is the same, the whole cost.
        let key = |(position, pair): (u32, &Pair)| pair.cost.to_bits() & !LOWER_HALF | u64::from(position);
        let mut keys: Vec<u64> = (0..).zip(&self.pairs).map(key).collect();
        keys.par_sort_unstable();
        let position = |key: u64| (key & LOWER_HALF) as u32;
        for alike in keys.chunk_by_mut(|a, b| a & !LOWER_HALF == b & !LOWER_HALF) {
            alike.sort_unstable_by_key(|&key| self.nearness(position(key)));
        }
        keys.into_iter().map(position)
    }
}

const LOWER_HALF: u64 = u32::MAX as u64;

/// The pairs by demand, then by cost, then by supply.
fn by_demand(of_demand: &[u32], pairs: &[Pair]) -> Vec<Pair> {
    let mut free = of_demand.to_vec();
    let mut sorted = pairs.to_vec();
    for pair in pairs {
        let free = &mut free[pair.demand as usize];
        sorted[*free as usize] = *pair;
        *free += 1;
    }
    // All at once would take longer: the pairs of one demand are few.
    for ends in of_demand.windows(2) {
        let own = &mut sorted[ends[0] as usize..ends[1] as usize];
        own.sort_unstable_by(|a, b| a.cost.total_cmp(&b.cost).then(a.supply.cmp(&b.supply)));
    }
    sorted
}

/// Where the entries of each of `n` owners start, when they stand in the order of owners; one more for the end.
fn starts(n: usize, owners: impl Iterator<Item = u32>) -> Vec<u32> {
    let mut starts = vec![0; n + 1];
    for owner in owners {
        starts[owner as usize + 1] += 1;
    }
    for owner in 0..n {
        starts[owner + 1] += starts[owner];
    }
    starts
}
