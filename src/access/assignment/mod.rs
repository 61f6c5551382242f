//! Assignment: the largest number of people that can be given a place within their reach, near ones first.
//!
//! Whole numbers and positions only. Callers that have fractions of a person or a place count in thousandths, see
//! [`thousandths`].

mod links;
mod near_first;
mod revise;
mod search;
mod seats;

use std::sync::Arc;

use links::Links;
pub use revise::{KeptAssignment, Reseated};
use search::Search;
use seats::Seats;

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
    /// Places given, by pair.
    held: Vec<u64>,
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
        self.pairs.iter().copied().zip(self.held.iter().copied()).filter(|&(_, places)| 0 < places)
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
/// First each pair is given what is left on both sides, in the order of costs. Then those without a place are given one
/// if they can have one because others move on: who comes first in the demand first, and others move to what is near
/// before what is far. The total is the largest there is, and the same for every method. How it is split between demands
/// is one of several ways, which the order of the demand and of the costs alone decide: who has a place after the first
/// step keeps one, and of the others as many as can have one with these do, those who come first in the demand first.
///
/// # Complexity
/// Augmenting paths from the near-first start, each looked for where a spare place is fewest moves away: O(pairs · log
/// pairs) for the order, then a few pairs a path, as long as looking costs little more than measuring moves, which costs
/// one pass; what leads to no spare place is looked at once. Memory 45 bytes a pair beside those given, and 8 more while they are
/// put in order.
///
/// # Source
/// L. R. Ford and D. R. Fulkerson (1956), Maximal flow through a network, Canadian Journal of Mathematics 8, 399-404.
pub fn assign(demand: &[u64], supply: &[u64], pairs: &[Pair]) -> Assignment {
    let links = Arc::new(Links::new(demand.len(), supply.len(), pairs));
    seat_all(links, demand, supply).0.into_assignment()
}

fn seat_all(links: Arc<Links>, demand: &[u64], supply: &[u64]) -> (Seats, Search) {
    let mut search = Search::new(&links);
    let mut seats = Seats::empty(links, demand, supply);
    seats.give_near_first();
    search.measure(&seats);
    search.close_far();
    for demand in 0..demand.len() as u32 {
        while 0 < seats.waiting(demand) {
            if search.is_worn() {
                search.measure(&seats);
                search.close_far();
            }
            let Some(end) = search.look(&seats, demand) else {
                search.close_seen();
                break;
            };
            let due = seats.waiting(demand);
            search.make(&mut seats, demand, end, due);
        }
    }
    (seats, search)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    fn pair(demand: u32, supply: u32, cost: f64) -> Pair {
        Pair { demand, supply, cost }
    }

    // P(100) --1-- school A(100) --2-- Q(100) --3-- school B(100): Q must go on to B so that P has a place
    #[test]
    fn one_who_can_go_farther_makes_room_for_one_who_cannot() {
        let pairs = vec![pair(1, 0, 2.0), pair(1, 1, 3.0), pair(0, 0, 2.5)];
        let assignment = assign(&[100, 100], &[100, 100], &pairs);
        assert_eq!(assignment.total(), 200);
        let places: Vec<_> = assignment.iter().map(|(pair, places)| (pair.demand, pair.supply, places)).collect();
        assert_eq!(places, [(0, 0, 100), (1, 1, 100)]);
    }

    #[test]
    fn the_near_are_served_before_the_far() {
        let assignment = assign(&[60, 60], &[100], &[pair(0, 0, 2.0), pair(1, 0, 1.0)]);
        assert_eq!(assignment.seated(), [40, 60]);
        assert_eq!(assignment.taken(), [100]);
    }

    #[test]
    fn no_pair_no_place() {
        assert_eq!(assign(&[5], &[5], &[]).total(), 0);
        assert_eq!(assign(&[], &[], &[]).total(), 0);
        assert_eq!(assign(&[0], &[0], &[pair(0, 0, 0.0)]).total(), 0);
    }

    #[test]
    fn a_long_row_of_moves_is_made() {
        // Demand i holds supply i and can move to i + 1; the one spare place is at the far end.
        let n = 2000;
        let mut pairs: Vec<Pair> = (0..n).map(|i| pair(i, i, 1.0)).collect();
        pairs.extend((0..n).map(|i| pair(i, i + 1, 2.0)));
        pairs.push(pair(n, 0, 3.0));
        assert_eq!(assign(&vec![1; n as usize + 1], &vec![1; n as usize + 1], &pairs).total(), u64::from(n) + 1);
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

    /// The choice that [`assign`] promises, a person at a time: those served near first, then whoever comes first in the
    /// demand and can have a place beside them, which Hall's condition says.
    fn first_choice(demand: &[u64], supply: &[u64], pairs: &[Pair]) -> Vec<u64> {
        let mut near_first = pairs.to_vec();
        near_first.sort_by(|a, b| a.cost.total_cmp(&b.cost).then((a.demand, a.supply).cmp(&(b.demand, b.supply))));
        let mut chosen = vec![0; demand.len()];
        let mut spare = supply.to_vec();
        for pair in near_first {
            let (d, s) = (pair.demand as usize, pair.supply as usize);
            let given = spare[s].min(demand[d] - chosen[d]);
            (chosen[d], spare[s]) = (chosen[d] + given, spare[s] - given);
        }
        for d in 0..demand.len() {
            while chosen[d] < demand[d] {
                chosen[d] += 1;
                if by_cuts(&chosen, supply, pairs) < chosen.iter().sum() {
                    chosen[d] -= 1;
                    break;
                }
            }
        }
        chosen
    }

    prop_compose! {
        fn worlds()(n_demands in 1..7_usize, n_supplies in 1..6_usize)(
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

    prop_compose! {
        /// Worlds too large to try all choices.
        fn towns()(
            demand in prop::collection::vec(0..40_u64, 1..40),
            supply in prop::collection::vec(0..120_u64, 1..20),
            drawn in prop::collection::vec((any::<prop::sample::Index>(), any::<prop::sample::Index>(), 0..30_u8), 1..250),
        ) -> (Vec<u64>, Vec<u64>, Vec<Pair>) {
            let (n_demands, n_supplies) = (demand.len(), supply.len());
            let ends = |(d, s, cost): &(prop::sample::Index, prop::sample::Index, u8)| {
                ((d.index(n_demands) as u32, s.index(n_supplies) as u32), f64::from(*cost))
            };
            let pairs: BTreeMap<(u32, u32), f64> = drawn.iter().map(ends).collect();
            (demand, supply, pairs.into_iter().map(|((d, s), cost)| pair(d, s, cost)).collect())
        }
    }

    fn near(pairs: &[Pair], limit: f64) -> Vec<Pair> {
        pairs.iter().copied().filter(|pair| pair.cost <= limit).collect()
    }

    proptest! {
        #[test]
        fn the_total_is_the_largest_and_no_side_is_overdrawn((demand, supply, pairs) in worlds(), limit in 0..12_u8) {
            let pairs = near(&pairs, f64::from(limit));
            let assignment = assign(&demand, &supply, &pairs);
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
            let before = assign(&demand, &supply, &near(&pairs, limit)).total();
            prop_assert!(before <= assign(&demand, &supply, &near(&pairs, limit + 1.0)).total());
            let mut larger = supply.clone();
            larger[which % supply.len()] += more;
            prop_assert!(before <= assign(&demand, &larger, &near(&pairs, limit)).total());
        }

        #[test]
        fn the_order_of_the_pairs_does_not_matter((demand, supply, pairs) in worlds()) {
            let reversed: Vec<Pair> = pairs.iter().rev().copied().collect();
            prop_assert_eq!(assign(&demand, &supply, &pairs), assign(&demand, &supply, &reversed));
        }

        #[test]
        fn who_is_seated_is_the_first_choice_of_all_that_seat_as_many((demand, supply, pairs) in worlds(), limit in 0..12_u8) {
            let pairs = near(&pairs, f64::from(limit));
            let assignment = assign(&demand, &supply, &pairs);
            prop_assert_eq!(assignment.seated(), first_choice(&demand, &supply, &pairs));
        }

        #[test]
        fn what_other_numbers_of_places_change_is_what_giving_all_out_anew_finds(
            (demand, supply, pairs) in prop_oneof![worlds(), towns()],
            changes in prop::collection::vec(prop::collection::btree_map(0..20_u32, 0..200_u64, 0..5), 1..6),
        ) {
            let kept = KeptAssignment::new(&demand, &supply, &pairs);
            for places in changes {
                let mut revised = supply.clone();
                let places: Vec<(u32, u64)> = places.into_iter().filter(|&(at, _)| (at as usize) < supply.len()).collect();
                places.iter().for_each(|&(at, n)| revised[at as usize] = n);
                let mut seated: Vec<u64> = (0..demand.len() as u32).map(|demand| kept.seated(demand)).collect();
                for one in kept.revise(&places) {
                    prop_assert_eq!(seated[one.demand as usize], one.before);
                    prop_assert!(one.before != one.after);
                    seated[one.demand as usize] = one.after;
                }
                let anew = assign(&demand, &revised, &pairs);
                prop_assert_eq!(&seated[..], anew.seated());
            }
        }
    }
}
