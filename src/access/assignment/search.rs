//! Looking for places: who could have one if others moved on, and who could come to one.

use std::cmp::Reverse;
use std::collections::{BTreeSet, BinaryHeap};

use super::links::Links;
use super::seats::Seats;

/// Not known to lead to a spare place.
const FAR: u32 = u32::MAX;

/// Going from a demand to a supply takes a place there; going back from the supply to a demand takes that place from
/// it. What is seen on the way to a spare place is a row of moves.
#[derive(Clone, Debug)]
pub(super) struct Search {
    /// Moves from each supply to the nearest spare place when this was measured: where to look first.
    level: Vec<u32>,
    /// Supplies that some row of moves leads to from someone who waits; perhaps others too.
    is_asked: Vec<bool>,
    /// Which of these are so since the last taking back.
    newly_asked: Vec<u32>,
    round: u32,
    /// The round in which each was last seen.
    demand_seen: Vec<u32>,
    supply_seen: Vec<u32>,
    /// The pair by which it was then come to: for a demand one that it holds places by.
    demand_by: Vec<u32>,
    supply_by: Vec<u32>,
    /// What was seen in this round.
    demands: Vec<u32>,
    supplies: Vec<u32>,
    /// Supplies that lead to no spare place in this spell.
    closed: Vec<u32>,
    spell: u32,
    to_visit: BinaryHeap<Reverse<(u32, u32)>>,
    /// Pairs looked at since the levels were measured, and when they were.
    work: usize,
    work_to_measure: usize,
}

impl Search {
    pub(super) fn new(links: &Links) -> Self {
        let (n_demands, n_supplies) = (links.n_demands(), links.n_supplies());
        Self {
            level: vec![FAR; n_supplies],
            is_asked: vec![false; n_supplies],
            newly_asked: Vec::new(),
            round: 0,
            demand_seen: vec![0; n_demands],
            supply_seen: vec![0; n_supplies],
            demand_by: vec![0; n_demands],
            supply_by: vec![0; n_supplies],
            demands: Vec::new(),
            supplies: Vec::new(),
            closed: vec![0; n_supplies],
            spell: 1,
            to_visit: BinaryHeap::new(),
            work: 0,
            work_to_measure: 0,
        }
    }

    /// Measures how many moves each supply is from the nearest spare place.
    pub(super) fn measure(&mut self, seats: &Seats) {
        let links = &*seats.links;
        self.begin();
        self.level.fill(FAR);
        let spare = (0..links.n_supplies() as u32).filter(|&supply| 0 < seats.spare(supply));
        let mut nearest: Vec<u32> = spare.collect();
        let mut level = 0;
        let mut work = 0;
        while !nearest.is_empty() {
            let mut next = Vec::new();
            for &supply in &nearest {
                self.level[supply as usize] = level;
            }
            for supply in nearest {
                for position in links.of_supply(supply) {
                    let demand = links.holder[position];
                    work += 1;
                    if !self.see_demand(demand, 0) {
                        continue;
                    }
                    for pair in links.of_demand(demand) {
                        let left = links.supply(pair);
                        work += 1;
                        if 0 < seats.held(pair as u32) && self.level[left as usize] == FAR {
                            self.level[left as usize] = level + 1;
                            next.push(left);
                        }
                    }
                }
            }
            nearest = next;
            level += 1;
        }
        (self.work, self.work_to_measure) = (0, work);
    }

    /// Whether looking has cost so much since the levels were measured that measuring again pays.
    pub(super) fn is_worn(&self) -> bool {
        2 * self.work_to_measure < self.work
    }

    /// Nothing is known to be closed any more.
    pub(super) fn open_all(&mut self) {
        self.spell += 1;
    }

    /// Closes what no measured way leads from.
    pub(super) fn close_far(&mut self) {
        for (closed, &level) in self.closed.iter_mut().zip(&self.level) {
            if level == FAR {
                *closed = self.spell;
            }
        }
    }

    /// Closes all supplies seen in this round, which led to no spare place.
    pub(super) fn close_seen(&mut self) {
        for &supply in &self.supplies {
            self.closed[supply as usize] = self.spell;
        }
    }

    /// The demands seen in this round, with the pair by which each would give up places; the first has none.
    pub(super) fn seen(&self) -> impl Iterator<Item = (u32, u32)> + '_ {
        self.demands.iter().skip(1).map(|&demand| (demand, self.demand_by[demand as usize]))
    }

    fn begin(&mut self) {
        self.round += 1;
        self.demands.clear();
        self.supplies.clear();
        self.to_visit.clear();
    }

    fn see_demand(&mut self, demand: u32, by: u32) -> bool {
        let is_new = self.demand_seen[demand as usize] != self.round;
        if is_new {
            self.demand_seen[demand as usize] = self.round;
            self.demand_by[demand as usize] = by;
            self.demands.push(demand);
        }
        is_new
    }

    fn see_supply(&mut self, supply: u32, by: u32) -> bool {
        let is_new = self.supply_seen[supply as usize] != self.round;
        if is_new {
            self.supply_seen[supply as usize] = self.round;
            self.supply_by[supply as usize] = by;
            self.supplies.push(supply);
        }
        is_new
    }

    /// A supply with a spare place that a row of moves leads to from this demand; where there is none, all that rows of
    /// moves lead to has been seen, but for what is closed.
    pub(super) fn look(&mut self, seats: &Seats, start: u32) -> Option<u32> {
        self.begin();
        self.see_demand(start, 0);
        if let Some(end) = self.look_from(seats, start) {
            return Some(end);
        }
        while let Some(Reverse((_, supply))) = self.to_visit.pop() {
            for (holder, by) in seats.holders(supply) {
                if self.see_demand(holder, by)
                    && let Some(end) = self.look_from(seats, holder)
                {
                    return Some(end);
                }
            }
        }
        None
    }

    fn look_from(&mut self, seats: &Seats, demand: u32) -> Option<u32> {
        let pairs = seats.links.of_demand(demand);
        self.work += pairs.len();
        for pair in pairs {
            let supply = seats.links.supply(pair);
            if self.closed[supply as usize] == self.spell || !self.see_supply(supply, pair as u32) {
                continue;
            }
            if 0 < seats.spare(supply) {
                return Some(supply);
            }
            self.to_visit.push(Reverse((self.level[supply as usize], supply)));
        }
        None
    }

    /// Makes the row of moves from `start` to a spare place of `end` that was seen, for as many as `most`; how many.
    pub(super) fn make(&self, seats: &mut Seats, start: u32, end: u32, most: u64) -> u64 {
        let n = self.room(seats, start, end).min(seats.spare(end)).min(most);
        for (there, back) in self.moves(&seats.links.clone(), start, end) {
            back.into_iter().for_each(|back| seats.move_out(back, n));
            seats.move_in(there, n);
        }
        n
    }

    /// For how many the row of moves from `start` to `end` that was seen can be made, if there are places at its end.
    pub(super) fn room(&self, seats: &Seats, start: u32, end: u32) -> u64 {
        let left = self.moves(&seats.links, start, end).filter_map(|(_, back)| back);
        left.map(|back| seats.held(back)).fold(u64::MAX, u64::min)
    }

    /// The moves from `start` to `end` that were seen, the last one first: where to, and where from; the first comes from
    /// nowhere.
    fn moves(&self, links: &Links, start: u32, end: u32) -> impl Iterator<Item = (u32, Option<u32>)> {
        let mut supply = Some(end);
        std::iter::from_fn(move || {
            let there = self.supply_by[supply? as usize];
            let demand = links.pairs[there as usize].demand;
            let back = (demand != start).then(|| self.demand_by[demand as usize]);
            supply = back.map(|back| links.supply(back as usize));
            Some((there, back))
        })
    }

    /// Notes that someone who waits comes to all supplies seen in this round.
    pub(super) fn ask_seen(&mut self) {
        for at in 0..self.supplies.len() {
            self.ask(self.supplies[at]);
        }
    }

    fn ask(&mut self, supply: u32) -> bool {
        let is_new = !self.is_asked[supply as usize];
        if is_new {
            self.is_asked[supply as usize] = true;
            self.newly_asked.push(supply);
        }
        is_new
    }

    /// Notes all supplies that those who wait come to, to stay.
    pub(super) fn ask_for_all(&mut self, seats: &Seats) {
        let links = &*seats.links;
        self.begin();
        let mut to_visit: Vec<u32> =
            (0..links.n_demands() as u32).filter(|&demand| 0 < seats.waiting(demand)).collect();
        while let Some(demand) = to_visit.pop() {
            for pair in links.of_demand(demand) {
                let supply = links.supply(pair);
                if self.ask(supply) {
                    to_visit.extend(
                        seats.holders(supply).map(|(holder, _)| holder).filter(|&holder| self.see_demand(holder, 0)),
                    );
                }
            }
        }
        self.newly_asked.clear();
    }

    /// Forgets what was asked for since it was last forgotten.
    pub(super) fn take_back(&mut self) {
        for supply in self.newly_asked.drain(..) {
            self.is_asked[supply as usize] = false;
        }
    }

    /// All who wait and could come to one of these supplies if others moved on, in order.
    pub(super) fn who_reach(&mut self, seats: &Seats, supplies: &[u32]) -> BTreeSet<u32> {
        let links = &*seats.links;
        self.begin();
        let mut to_visit: Vec<u32> =
            supplies.iter().copied().filter(|&supply| self.is_asked[supply as usize]).collect();
        to_visit.iter().for_each(|&supply| _ = self.see_supply(supply, 0));
        let mut found = BTreeSet::new();
        while let Some(supply) = to_visit.pop() {
            for position in links.of_supply(supply) {
                let demand = links.holder[position];
                if !self.see_demand(demand, 0) {
                    continue;
                }
                if 0 < seats.waiting(demand) {
                    found.insert(demand);
                }
                for pair in links.of_demand(demand) {
                    let left = links.supply(pair);
                    if 0 < seats.held(pair as u32) && self.is_asked[left as usize] && self.see_supply(left, 0) {
                        to_visit.push(left);
                    }
                }
            }
        }
        found
    }
}
