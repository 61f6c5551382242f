//! What more or fewer places change in who is given one when the near come first.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};

use super::links::Links;
use super::seats::Seats;

/// How many of a demand are given a place near first, before and after.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Served {
    pub(super) demand: u32,
    pub(super) before: u64,
    pub(super) after: u64,
}

/// Gives places out again, the near ones first, with other numbers of places at some supplies; those served otherwise
/// than before, in their order. Neither who is seated nor [`Seats::n_first`] is changed.
///
/// Since pairs are served in one order, a change at a pair changes only later pairs of its two ends. Those are looked at
/// in that order, for as long as what is left at an end is not what it was.
///
/// # Complexity
/// O(n log n) for the n pairs looked at and those before them at the same ends.
pub(super) fn give_again(seats: &mut Seats, places: &[(u32, u64)]) -> Vec<Served> {
    let links = seats.links.clone();
    let mut due = Due { links: &links, pairs: BinaryHeap::new() };
    let mut supplies: HashMap<u32, End> = HashMap::new();
    let mut demands: HashMap<u32, End> = HashMap::new();
    for &(supply, after) in places {
        let end = End::of_supply(&links, supply, seats.places(supply), after);
        due.push(&end);
        supplies.insert(supply, end);
    }
    let mut served: HashMap<u32, Served> = HashMap::new();
    while let Some(pair) = due.pop() {
        let (demand, supply) = (links.pairs[pair as usize].demand, links.supply(pair as usize));
        let there = supplies.entry(supply).or_insert_with(|| {
            let places = seats.places(supply);
            End::of_supply(&links, supply, places, places)
        });
        let here = demands.entry(demand).or_insert_with(|| End::of_demand(&links, demand, seats));
        there.pass_to(seats, &links, pair);
        here.pass_to(seats, &links, pair);
        let (before, after) = (seats.first(pair), here.after.min(there.after));
        there.pass(before, after);
        here.pass(before, after);
        if before != after {
            seats.set_first(pair, after);
            let n_first = seats.n_first(demand);
            let served = served.entry(demand).or_insert(Served { demand, before: n_first, after: n_first });
            served.after = served.after + after - before;
        }
        due.push(there);
        due.push(here);
    }
    let mut served: Vec<Served> = served.into_values().filter(|served| served.before != served.after).collect();
    served.sort_unstable_by_key(|served| served.demand);
    served
}

/// Pairs that are to be looked at, the near ones first.
struct Due<'l> {
    links: &'l Links,
    pairs: BinaryHeap<Reverse<(u64, u32)>>,
}

impl Due<'_> {
    /// The next pair of an end where something is otherwise than before.
    fn push(&mut self, end: &End) {
        if end.before != end.after
            && let Some(&pair) = end.pairs.get(end.next)
        {
            self.pairs.push(Reverse(self.links.nearness(pair)));
        }
    }

    fn pop(&mut self) -> Option<u32> {
        let Reverse((cost, pair)) = self.pairs.pop()?;
        // Both of its ends may have asked for it.
        while self.pairs.peek() == Some(&Reverse((cost, pair))) {
            self.pairs.pop();
        }
        Some(pair)
    }
}

/// A demand or a supply, up to some pair of it.
struct End {
    /// The near ones first.
    pairs: Vec<u32>,
    /// The first of these that was not passed yet.
    next: usize,
    /// What is left here, as it was,
    before: u64,
    /// and as it is now.
    after: u64,
}

impl End {
    fn of_supply(links: &Links, supply: u32, before: u64, after: u64) -> Self {
        let mut pairs = links.by_supply[links.of_supply(supply)].to_vec();
        pairs.sort_unstable_by_key(|&pair| links.nearness(pair));
        Self { pairs, next: 0, before, after }
    }

    fn of_demand(links: &Links, demand: u32, seats: &Seats) -> Self {
        // They are in this order already.
        let pairs = links.of_demand(demand).map(|pair| pair as u32).collect();
        let persons = seats.demand(demand);
        Self { pairs, next: 0, before: persons, after: persons }
    }

    /// Passes all pairs before this one: nothing is changed there.
    fn pass_to(&mut self, seats: &Seats, links: &Links, pair: u32) {
        while let Some(&earlier) = self.pairs.get(self.next)
            && links.nearness(earlier) < links.nearness(pair)
        {
            let given = seats.first(earlier);
            self.pass(given, given);
        }
    }

    fn pass(&mut self, before: u64, after: u64) {
        self.next += 1;
        self.before -= before;
        self.after -= after;
    }
}
