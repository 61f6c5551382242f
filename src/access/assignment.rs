//! Assignment: the largest number of people that can be given a place within their reach, near ones first.
//!
//! Whole numbers and positions only. Callers that have fractions of a person or a place count in thousandths, see
//! [`thousandths`].

use std::collections::VecDeque;
use std::ops::Range;

use rayon::prelude::*;

/// Someone can use something, at a cost.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pair {
    /// Who: a position in the demand.
    pub demand: u32,
    /// What: a position in the supply.
    pub supply: u32,
    /// What it costs to get there.
    pub cost: f64,
}

/// Who is given places where.
#[derive(Clone, Debug, PartialEq)]
pub struct Assignment {
    /// All pairs, by demand, then by cost, then by supply.
    pairs: Vec<Pair>,
    /// `flow[pair]`: places given.
    flow: Vec<u64>,
    seated: Vec<u64>,
    taken: Vec<u64>,
}

impl Assignment {
    /// How many have a place, in all.
    pub fn total(&self) -> u64 {
        self.seated.iter().sum()
    }

    /// How many of each demand have a place.
    pub fn seated(&self) -> &[u64] {
        &self.seated
    }

    /// How many places of each supply are taken.
    pub fn taken(&self) -> &[u64] {
        &self.taken
    }

    /// The pairs that places are given to, with how many, by demand and then by cost.
    pub fn iter(&self) -> impl Iterator<Item = (Pair, u64)> + '_ {
        self.pairs.iter().copied().zip(self.flow.iter().copied()).filter(|&(_, places)| 0 < places)
    }
}

/// An amount counted in thousandths, to the nearest.
pub fn thousandths(amount: f64) -> u64 {
    // Saturates, which no study comes near: 1.8e16 persons.
    (amount * 1000.0).round() as u64
}

/// An amount counted in thousandths, in ones.
pub fn ones(thousandths: u64) -> f64 {
    thousandths as f64 / 1000.0
}

/// Gives out as many places as can be given: no one gets more than they demand, nothing more than it supplies, and
/// places are given in pairs only. Costs are not negative.
///
/// First each pair is given what is left on both sides, in the order of costs; then, while someone without a place can
/// have one because others move on, they move on, the fewest moves first and each to the nearest first. The total is
/// the largest there is, and the same for every method; how it is split between demands is one of several ways, and
/// always the same for the same input. Who has a place after the first step keeps one.
///
/// # Complexity
/// Maximum flow by Dinic's method from the greedy start: O(pairs · log pairs) for the order, then at most
/// O((demands + supplies)² · pairs), in practice a handful of passes over the pairs, and few over those of places where
/// nobody waits or nothing is spare in reach. Memory 41 bytes a pair, and 16 more while they are put in order.
///
/// # Source
/// E. A. Dinic (1970), Algorithm for solution of a problem of maximum flow in a network with power estimation, Soviet
/// Math. Doklady 11, 1277-1280.
pub fn assign(demand: &[u64], supply: &[u64], pairs: Vec<Pair>) -> Assignment {
    let mut network = Network::new(demand, supply, pairs);
    network.give_near_first();
    while network.measure_moves() {
        for start in network.nearest_to_a_place() {
            while 0 < network.waiting[start] && network.move_on(start) {}
        }
    }
    let seated = demand.iter().zip(&network.waiting).map(|(demand, waiting)| demand - waiting).collect();
    let taken = supply.iter().zip(&network.spare).map(|(supply, spare)| supply - spare).collect();
    Assignment { pairs: network.pairs, flow: network.flow, seated, taken }
}

/// On no row of moves from someone who waits to a spare place, now or later.
const OUT: u32 = u32::MAX;
/// Not reached in this round,
const FAR: u32 = OUT - 1;
/// or reached from someone who waits, but from no spare place.
const ASKED: u32 = OUT - 2;

/// Demands on one side, supplies on the other. Going from a demand to a supply takes a place there; going back from
/// the supply to a demand takes that place from it.
struct Network {
    pairs: Vec<Pair>,
    flow: Vec<u64>,
    /// Without a place yet, one a demand.
    waiting: Vec<u64>,
    /// Places left, one a supply.
    spare: Vec<u64>,
    /// `pairs[of_demand[d]..of_demand[d + 1]]` are those of demand `d`.
    of_demand: Vec<u32>,
    /// `of_supply[s]..of_supply[s + 1]` are the positions of the pairs of supply `s` in the three lists below.
    of_supply: Vec<u32>,
    /// Which pair; those of one supply by demand.
    by_supply: Vec<u32>,
    /// Its demand.
    holder: Vec<u32>,
    /// Whether its demand has a place there.
    is_held: Vec<bool>,
    /// Where each pair stands in these lists.
    position: Vec<u32>,
    /// Demands and supplies on some row of moves from someone who waits to a spare place. No move brings back one
    /// that is on none.
    active_demands: Vec<u32>,
    active_supplies: Vec<u32>,
    /// How many steps to the nearest spare place, one a demand and one a supply.
    demand_level: Vec<u32>,
    supply_level: Vec<u32>,
    /// The next step to try this round, one a demand and one a supply.
    demand_next: Vec<u32>,
    supply_next: Vec<u32>,
}

impl Network {
    fn new(demand: &[u64], supply: &[u64], pairs: Vec<Pair>) -> Self {
        let n_pairs = u32::try_from(pairs.len()).expect("a study holds fewer than u32::MAX pairs");
        let of_demand = starts(demand.len(), pairs.iter().map(|pair| pair.demand));
        let pairs = by_demand(&of_demand, &pairs);
        let of_supply = starts(supply.len(), pairs.iter().map(|pair| pair.supply));
        let mut free = of_supply.clone();
        let mut by_supply = vec![0; pairs.len()];
        let mut position = vec![0; pairs.len()];
        for pair in 0..n_pairs {
            let free = &mut free[pairs[pair as usize].supply as usize];
            by_supply[*free as usize] = pair;
            position[pair as usize] = *free;
            *free += 1;
        }
        Self {
            flow: vec![0; pairs.len()],
            waiting: demand.to_vec(),
            spare: supply.to_vec(),
            holder: by_supply.iter().map(|&pair| pairs[pair as usize].demand).collect(),
            is_held: vec![false; pairs.len()],
            active_demands: (0..demand.len() as u32).collect(),
            active_supplies: (0..supply.len() as u32).collect(),
            demand_level: vec![FAR; demand.len()],
            supply_level: vec![FAR; supply.len()],
            demand_next: vec![0; demand.len()],
            supply_next: vec![0; supply.len()],
            pairs,
            of_demand,
            of_supply,
            by_supply,
            position,
        }
    }

    fn give_near_first(&mut self) {
        for pair in near_first(&self.pairs) {
            let Pair { demand, supply, .. } = self.pairs[pair as usize];
            let given = self.waiting[demand as usize].min(self.spare[supply as usize]);
            if 0 < given {
                self.flow[pair as usize] = given;
                self.is_held[self.position[pair as usize] as usize] = true;
                self.waiting[demand as usize] -= given;
                self.spare[supply as usize] -= given;
            }
        }
    }

    /// Counts the fewest moves from every demand and supply to a spare place, where someone who waits leads there;
    /// false where nobody can be given one.
    fn measure_moves(&mut self) -> bool {
        self.leave_out_unasked();
        self.leave_out_hopeless();
        for &demand in &self.active_demands {
            self.demand_next[demand as usize] = self.of_demand[demand as usize];
        }
        for &supply in &self.active_supplies {
            self.supply_next[supply as usize] = self.of_supply[supply as usize];
        }
        !self.active_demands.is_empty()
    }

    /// Those who wait and are the fewest moves from a spare place.
    fn nearest_to_a_place(&self) -> Vec<usize> {
        let demands = self.active_demands.iter().map(|&demand| demand as usize);
        let waiting: Vec<usize> = demands.filter(|&demand| 0 < self.waiting[demand]).collect();
        let fewest = waiting.iter().map(|&demand| self.demand_level[demand]).min();
        waiting.into_iter().filter(|&demand| Some(self.demand_level[demand]) == fewest).collect()
    }

    /// Leaves out all that no row of moves leads to from someone who waits.
    fn leave_out_unasked(&mut self) {
        self.active_demands.iter().for_each(|&demand| self.demand_level[demand as usize] = FAR);
        self.active_supplies.iter().for_each(|&supply| self.supply_level[supply as usize] = FAR);
        let mut to_visit: Vec<u32> =
            self.active_demands.iter().copied().filter(|&demand| 0 < self.waiting[demand as usize]).collect();
        to_visit.iter().for_each(|&demand| self.demand_level[demand as usize] = ASKED);
        while let Some(demand) = to_visit.pop() {
            for pair in self.pairs_of_demand(demand) {
                let supply = self.pairs[pair].supply;
                if self.supply_level[supply as usize] != FAR {
                    continue;
                }
                self.supply_level[supply as usize] = ASKED;
                for position in self.pairs_of_supply(supply) {
                    let holder = self.holder[position];
                    if self.is_held[position] && self.demand_level[holder as usize] == FAR {
                        self.demand_level[holder as usize] = ASKED;
                        to_visit.push(holder);
                    }
                }
            }
        }
        keep(&mut self.active_demands, &mut self.demand_level, |level| level == ASKED);
        keep(&mut self.active_supplies, &mut self.supply_level, |level| level == ASKED);
    }

    /// Measures from every spare place back to those who could come to it, and leaves out all others.
    fn leave_out_hopeless(&mut self) {
        let mut queue: VecDeque<u32> =
            self.active_supplies.iter().copied().filter(|&supply| 0 < self.spare[supply as usize]).collect();
        queue.iter().for_each(|&supply| self.supply_level[supply as usize] = 0);
        while let Some(supply) = queue.pop_front() {
            let level = self.supply_level[supply as usize] + 1;
            for position in self.pairs_of_supply(supply) {
                let demand = self.holder[position];
                if self.demand_level[demand as usize] != ASKED {
                    continue;
                }
                self.demand_level[demand as usize] = level;
                for pair in self.pairs_of_demand(demand) {
                    let left = self.pairs[pair].supply;
                    if 0 < self.flow[pair] && self.supply_level[left as usize] == ASKED {
                        self.supply_level[left as usize] = level + 1;
                        queue.push_back(left);
                    }
                }
            }
        }
        keep(&mut self.active_demands, &mut self.demand_level, |level| level != ASKED);
        keep(&mut self.active_supplies, &mut self.supply_level, |level| level != ASKED);
    }

    fn pairs_of_demand(&self, demand: u32) -> Range<usize> {
        self.of_demand[demand as usize] as usize..self.of_demand[demand as usize + 1] as usize
    }

    fn pairs_of_supply(&self, supply: u32) -> Range<usize> {
        self.of_supply[supply as usize] as usize..self.of_supply[supply as usize + 1] as usize
    }

    /// Finds a row of moves that ends at a spare place, and makes it; false where there is none left this round.
    fn move_on(&mut self, start: usize) -> bool {
        // Pairs there (even positions) and back (odd positions).
        let mut path: Vec<u32> = Vec::new();
        let mut demand = start;
        loop {
            let Some(there) = self.next_supply(demand) else {
                // A dead end: the step that led here is spent.
                let Some(back) = path.pop() else { return false };
                let supply = self.pairs[back as usize].supply as usize;
                self.supply_next[supply] += 1;
                match self.next_holder(supply) {
                    Some(back) => {
                        path.push(back);
                        demand = self.pairs[back as usize].demand as usize;
                    }
                    None => demand = self.step_back(&mut path),
                }
                continue;
            };
            path.push(there);
            let supply = self.pairs[there as usize].supply as usize;
            if 0 < self.spare[supply] {
                self.make(start, &path);
                return true;
            }
            match self.next_holder(supply) {
                Some(back) => {
                    path.push(back);
                    demand = self.pairs[back as usize].demand as usize;
                }
                None => demand = self.step_back(&mut path),
            }
        }
    }

    /// Takes back the last step there, which leads nowhere, and returns where it set out.
    fn step_back(&mut self, path: &mut Vec<u32>) -> usize {
        let there = path.pop().expect("a supply is only come to by a step there");
        let demand = self.pairs[there as usize].demand as usize;
        self.demand_next[demand] += 1;
        demand
    }

    /// The next step from `demand` to a supply one level nearer.
    fn next_supply(&mut self, demand: usize) -> Option<u32> {
        let next = &mut self.demand_next[demand];
        while *next < self.of_demand[demand + 1] {
            let supply = self.pairs[*next as usize].supply as usize;
            if self.supply_level[supply] == self.demand_level[demand] - 1 {
                return Some(*next);
            }
            *next += 1;
        }
        None
    }

    /// The next step from `supply` back to someone who holds a place there and is one level nearer.
    fn next_holder(&mut self, supply: usize) -> Option<u32> {
        let nearer = self.supply_level[supply].checked_sub(1)?;
        let next = &mut self.supply_next[supply];
        while *next < self.of_supply[supply + 1] {
            let position = *next as usize;
            if self.is_held[position] && self.demand_level[self.holder[position] as usize] == nearer {
                return Some(self.by_supply[position]);
            }
            *next += 1;
        }
        None
    }

    /// Moves as many as the row of moves allows.
    fn make(&mut self, start: usize, path: &[u32]) {
        let last = *path.last().expect("a row of moves has one at least");
        let end = self.pairs[last as usize].supply as usize;
        let held = path.iter().skip(1).step_by(2).map(|&back| self.flow[back as usize]);
        let moved = held.fold(self.waiting[start].min(self.spare[end]), u64::min);
        for (step, &pair) in path.iter().enumerate() {
            let flow = &mut self.flow[pair as usize];
            *flow = if step % 2 == 0 { *flow + moved } else { *flow - moved };
            self.is_held[self.position[pair as usize] as usize] = 0 < *flow;
        }
        self.waiting[start] -= moved;
        self.spare[end] -= moved;
    }
}

/// Keeps those whose level is as it should be; the others are out.
fn keep(active: &mut Vec<u32>, levels: &mut [u32], stays: impl Fn(u32) -> bool) {
    active.retain(|&one| {
        let level = &mut levels[one as usize];
        let stays = stays(*level);
        if !stays {
            *level = OUT;
        }
        stays
    });
}

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

/// Positions of the pairs by cost, then by position.
fn near_first(pairs: &[Pair]) -> impl Iterator<Item = u32> {
    // Costs are not negative: their order is that of their bits. Numbers of 64 bits are sorted fastest, so it is first
    // the upper half of a cost with the position, then, where that is the same, the whole cost.
    let key = |(position, pair): (u32, &Pair)| pair.cost.to_bits() & !LOWER_HALF | u64::from(position);
    let mut keys: Vec<u64> = (0..).zip(pairs).map(key).collect();
    keys.par_sort_unstable();
    let position = |key: u64| (key & LOWER_HALF) as u32;
    for alike in keys.chunk_by_mut(|a, b| a & !LOWER_HALF == b & !LOWER_HALF) {
        let cost = |key: u64| pairs[position(key) as usize].cost;
        alike.sort_by(|&a, &b| cost(a).total_cmp(&cost(b)));
    }
    keys.into_iter().map(position)
}

const LOWER_HALF: u64 = u32::MAX as u64;

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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn pair(demand: u32, supply: u32, cost: f64) -> Pair {
        Pair { demand, supply, cost }
    }

    // P(100) --1-- school A(100) --2-- Q(100) --3-- school B(100): Q must go on to B so that P has a place
    #[test]
    fn one_who_can_go_farther_makes_room_for_one_who_cannot() {
        let pairs = vec![pair(1, 0, 2.0), pair(1, 1, 3.0), pair(0, 0, 2.5)];
        let assignment = assign(&[100, 100], &[100, 100], pairs);
        assert_eq!(assignment.total(), 200);
        let places: Vec<_> = assignment.iter().map(|(pair, places)| (pair.demand, pair.supply, places)).collect();
        assert_eq!(places, [(0, 0, 100), (1, 1, 100)]);
    }

    #[test]
    fn the_near_are_served_before_the_far() {
        let assignment = assign(&[60, 60], &[100], vec![pair(0, 0, 2.0), pair(1, 0, 1.0)]);
        assert_eq!(assignment.seated(), [40, 60]);
        assert_eq!(assignment.taken(), [100]);
    }

    #[test]
    fn no_pair_no_place() {
        assert_eq!(assign(&[5], &[5], Vec::new()).total(), 0);
        assert_eq!(assign(&[], &[], Vec::new()).total(), 0);
        assert_eq!(assign(&[0], &[0], vec![pair(0, 0, 0.0)]).total(), 0);
    }

    #[test]
    fn a_long_row_of_moves_is_made() {
        // Demand i holds supply i and can move to i + 1; the one spare place is at the far end.
        let n = 2000;
        let mut pairs: Vec<Pair> = (0..n).map(|i| pair(i, i, 1.0)).collect();
        pairs.extend((0..n).map(|i| pair(i, i + 1, 2.0)));
        pairs.push(pair(n, 0, 3.0));
        assert_eq!(assign(&vec![1; n as usize + 1], &vec![1; n as usize + 1], pairs).total(), u64::from(n) + 1);
    }

    #[test]
    fn thousandths_keep_halves() {
        assert_eq!(thousandths(32.5), 32_500);
        assert_eq!(ones(thousandths(0.1 + 0.2)), 0.3);
    }

    /// The largest total, from the other side: by the theorem of maximum flow and minimum cut it is the smallest,
    /// over all sets of demands, of what the others demand plus what the set can reach (Hall's condition counts the
    /// same). Exponential.
    fn by_cuts(demand: &[u64], supply: &[u64], pairs: &[Pair]) -> u64 {
        let cut = |set: u32| {
            let inside = |d: usize| set & (1 << d) != 0;
            let outside: u64 = demand.iter().enumerate().filter(|&(d, _)| !inside(d)).map(|(_, &n)| n).sum();
            let reached = |s: usize| pairs.iter().any(|pair| pair.supply as usize == s && inside(pair.demand as usize));
            outside + supply.iter().enumerate().filter(|&(s, _)| reached(s)).map(|(_, &n)| n).sum::<u64>()
        };
        (0..1_u32 << demand.len()).map(cut).min().unwrap()
    }

    prop_compose! {
        fn worlds()(n_demands in 1..6_usize, n_supplies in 1..6_usize)(
            demand in prop::collection::vec(0..9_u64, n_demands),
            supply in prop::collection::vec(0..9_u64, n_supplies),
            costs in prop::collection::vec(0..12_u8, n_demands * n_supplies),
        ) -> (Vec<u64>, Vec<u64>, Vec<Pair>) {
            let n_supplies = supply.len();
            let all = costs.iter().enumerate();
            let pairs = all.map(|(i, &cost)| pair((i / n_supplies) as u32, (i % n_supplies) as u32, f64::from(cost)));
            (demand.clone(), supply.clone(), pairs.collect())
        }
    }

    fn near(pairs: &[Pair], limit: f64) -> Vec<Pair> {
        pairs.iter().copied().filter(|pair| pair.cost <= limit).collect()
    }

    proptest! {
        #[test]
        fn the_total_is_the_largest_and_no_side_is_overdrawn((demand, supply, pairs) in worlds(), limit in 0..12_u8) {
            let pairs = near(&pairs, f64::from(limit));
            let assignment = assign(&demand, &supply, pairs.clone());
            prop_assert_eq!(assignment.total(), by_cuts(&demand, &supply, &pairs));
            let (mut seated, mut taken) = (vec![0; demand.len()], vec![0; supply.len()]);
            for (pair, places) in assignment.iter() {
                prop_assert!(pairs.contains(&pair));
                seated[pair.demand as usize] += places;
                taken[pair.supply as usize] += places;
            }
            prop_assert_eq!(&seated, assignment.seated());
            prop_assert_eq!(&taken, assignment.taken());
            prop_assert!(seated.iter().zip(&demand).all(|(seated, demand)| seated <= demand));
            prop_assert!(taken.iter().zip(&supply).all(|(taken, supply)| taken <= supply));
        }

        #[test]
        fn more_places_or_a_wider_limit_never_seat_fewer(
            (demand, supply, pairs) in worlds(), limit in 0..12_u8, which in 0..6_usize, more in 0..9_u64,
        ) {
            let limit = f64::from(limit);
            let before = assign(&demand, &supply, near(&pairs, limit)).total();
            prop_assert!(before <= assign(&demand, &supply, near(&pairs, limit + 1.0)).total());
            let mut larger = supply.clone();
            larger[which % supply.len()] += more;
            prop_assert!(before <= assign(&demand, &larger, near(&pairs, limit)).total());
        }

        #[test]
        fn the_order_of_the_pairs_does_not_matter((demand, supply, pairs) in worlds()) {
            let reversed = pairs.iter().rev().copied().collect();
            prop_assert_eq!(assign(&demand, &supply, pairs), assign(&demand, &supply, reversed));
        }
    }
}
