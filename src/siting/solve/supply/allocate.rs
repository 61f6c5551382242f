//! Who is served where, once it is settled which sites are open: the cheapest allocation within capacities.
//!
//! Everyone first goes to the nearest open site. As long as one holds more than it can, the cheapest chain of moves takes
//! some of them to a site with room, or to be unserved: successive shortest paths, over a graph of sites, not of persons.
//!
//! # Source
//! Ahuja, Magnanti and Orlin (1993), Network Flows, section 9.7.

use std::cmp::Ordering;
use std::collections::BinaryHeap;

use super::rows::{Row, Rows};

/// An allocation and what it costs.
#[derive(Clone, Debug)]
pub(in crate::siting) struct Allocation {
    /// Persons times cost, and the price of those who are not served and need not be.
    pub(in crate::siting) cost: f64,
    /// Persons who must be served and are not; a row without persons counts for one, a row that lacks sites for each.
    pub(in crate::siting) short: f64,
    /// Row, site and persons; a row without persons has one share of none. Who is not served is left out.
    pub(in crate::siting) shares: Vec<(u32, u32, f64)>,
    /// How far it is from what is right, by rounding.
    pub(in crate::siting) slack: f64,
}

/// The cheapest allocation of all rows to the open sites: as few as can be of those who must be served are left out.
///
/// Takes steps by the person moved, each of the square of the number of open sites at most; where ways are short, far less.
pub(in crate::siting) fn allocate(rows: &Rows, open: &[u32], capacity: &[f64]) -> Allocation {
    let mut place = vec![NONE; rows.n_sites];
    (0..).zip(open).for_each(|(at, &site)| place[site as usize] = at);
    let mut flow = Flow::new(rows, open, place, capacity);
    flow.start();
    flow.relieve();
    flow.told()
}

const NONE: u32 = u32::MAX;

struct Flow<'r> {
    rows: &'r Rows,
    open: &'r [u32],
    /// The place of a site in `open`.
    place: Vec<u32>,
    /// Of each place; the last is that of being unserved, without limit.
    capacity: Vec<f64>,
    load: Vec<f64>,
    /// What stands for a price that cannot be paid.
    unpayable: f64,
    total: f64,
    /// Where the persons of each row are while none has been moved.
    first: Vec<u32>,
    /// The same after that.
    held: Vec<Vec<(u32, f64)>>,
    /// Of each place once it is asked for: where to, and rows that are there and can go, by what a person's move costs; some
    /// are there no longer.
    moves: Vec<Option<Exits>>,
    /// Of each place, so that no move is cheaper than the difference.
    potential: Vec<f64>,
}

/// The ways out of a place, by where to. Where ways are short they are few.
#[derive(Clone, Default)]
struct Exits(Vec<Exit>);

/// The moves from one place to another: the cheapest, which is looked at often, and the others.
#[derive(Clone)]
struct Exit {
    to: u32,
    next: Option<Move>,
    later: BinaryHeap<Move>,
}

impl Exits {
    fn add(&mut self, to: u32, step: Move) {
        let at = self.0.binary_search_by_key(&to, |exit| exit.to).unwrap_or_else(|at| {
            self.0.insert(at, Exit { to, next: None, later: BinaryHeap::new() });
            at
        });
        let exit = &mut self.0[at];
        match exit.next {
            Some(next) if step < next => exit.later.push(step),
            _ => exit.later.extend(exit.next.replace(step)),
        }
    }
}

#[derive(Clone, Copy, PartialEq)]
struct Move {
    cost: f64,
    row: u32,
}

impl Eq for Move {}

impl PartialOrd for Move {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

// The cheapest is the greatest: a heap gives the greatest first.
impl Ord for Move {
    fn cmp(&self, other: &Self) -> Ordering {
        other.cost.total_cmp(&self.cost).then(other.row.cmp(&self.row))
    }
}

impl<'r> Flow<'r> {
    fn new(rows: &'r Rows, open: &'r [u32], place: Vec<u32>, capacity: &[f64]) -> Self {
        let n = open.len() + 1;
        let capacity = open.iter().map(|&site| capacity[site as usize]).chain([f64::INFINITY]).collect();
        Self {
            rows,
            open,
            place,
            capacity,
            load: vec![0.0; n],
            unpayable: (n as f64 + 2.0) * rows.dearest() + 1.0,
            total: 0.0,
            first: Vec::with_capacity(rows.len()),
            held: Vec::new(),
            moves: Vec::new(),
            potential: vec![0.0; n],
        }
    }

    fn unserved(&self) -> u32 {
        self.open.len() as u32
    }

    fn price(&self, row: &Row<'_>) -> f64 {
        row.price.min(self.unpayable)
    }

    /// The places where a row may be, and what they cost a person.
    fn places<'a>(&'a self, row: &Row<'a>) -> impl Iterator<Item = (u32, f64)> + use<'a> {
        let (sites, costs) = (row.sites, row.costs);
        let open = sites.iter().zip(costs).map(|(&site, &cost)| (self.place[site as usize], cost));
        open.filter(|(place, _)| *place != NONE).chain([(self.unserved(), self.price(row))])
    }

    /// Everyone at the cheapest place.
    fn start(&mut self) {
        for at in 0..self.rows.len() {
            let row = self.rows.of(at);
            let price = self.price(&row);
            let nearest = self.places(&row).next().unwrap_or((self.unserved(), price));
            let (place, _) = if nearest.1 <= price { nearest } else { (self.unserved(), price) };
            self.first.push(place);
            if row.is_flow() {
                self.load[place as usize] += row.persons;
                self.total += row.persons;
            }
        }
    }

    /// What is less than this is nothing.
    fn slack(&self) -> f64 {
        1e-12 * self.total
    }

    fn over(&self, place: usize) -> f64 {
        self.load[place] - self.capacity[place]
    }

    /// Moves persons until no site holds more than it can.
    fn relieve(&mut self) {
        let slack = self.slack();
        let full = |flow: &Self| (0..flow.open.len()).find(|&place| slack < flow.over(place));
        if full(self).is_none() {
            return;
        }
        self.held = (0..self.rows.len())
            .map(|row| {
                if self.rows.of(row).is_flow() {
                    vec![(self.first[row], self.rows.of(row).persons)]
                } else {
                    Vec::new()
                }
            })
            .collect();
        self.moves = vec![None; self.open.len()];
        while let Some(from) = full(self) {
            self.push(from);
        }
    }

    /// The moves out of a place, gathered when they are first asked for.
    fn gather(&mut self, from: usize) {
        if self.moves[from].is_some() {
            return;
        }
        let mut exits = Exits::default();
        for row in 0..self.rows.len() {
            if self.amount(row, from as u32).is_some() {
                self.list(row, from as u32, &mut exits);
            }
        }
        self.moves[from] = Some(exits);
    }

    fn amount(&self, row: usize, place: u32) -> Option<f64> {
        self.held[row].iter().find(|held| held.0 == place).map(|held| held.1)
    }

    /// Lists the moves of a row out of a place.
    fn list(&self, row: usize, from: u32, exits: &mut Exits) {
        let of = self.rows.of(row);
        let Some((_, here)) = self.places(&of).find(|&(place, _)| place == from) else { return };
        for (to, cost) in self.places(&of).filter(|&(place, _)| place != from) {
            exits.add(to, Move { cost: cost - here, row: row as u32 });
        }
    }

    /// One chain of moves from a place that is too full to the nearest one with room.
    fn push(&mut self, from: usize) {
        let n = self.open.len() + 1;
        let mut distance = vec![f64::INFINITY; n];
        let mut came: Vec<Option<(usize, Move)>> = vec![None; n];
        let mut is_done = vec![false; n];
        let mut done: Vec<usize> = Vec::new();
        // Reached, and not done.
        let mut edge = vec![from];
        distance[from] = 0.0;
        let to = loop {
            let nearest = |&a: &usize, &b: &usize| {
                let (a, b) = (edge[a], edge[b]);
                distance[a].total_cmp(&distance[b]).then(a.cmp(&b))
            };
            // There always is a place with room: being unserved.
            let Some(at) = (0..edge.len()).min_by(nearest) else { return };
            let place = edge.swap_remove(at);
            is_done[place] = true;
            done.push(place);
            if place != from && (place + 1 == n || self.over(place) < -self.slack()) {
                break place;
            }
            self.gather(place);
            // What is looked through and what it is held against are parts of the same.
            let Some(mut exits) = self.moves[place].take() else { continue };
            for exit in exits.0.iter_mut().filter(|exit| !is_done[exit.to as usize]) {
                let next = exit.to as usize;
                while let Some(step) = exit.next {
                    let reduced = (step.cost + self.potential[place] - self.potential[next]).max(0.0);
                    // Moves that are later cost no less.
                    if distance[next] <= distance[place] + reduced {
                        break;
                    }
                    if self.amount(step.row as usize, place as u32).is_none() {
                        exit.next = exit.later.pop();
                        continue;
                    }
                    if distance[next].is_infinite() {
                        edge.push(next);
                    }
                    distance[next] = distance[place] + reduced;
                    came[next] = Some((place, step));
                    break;
                }
            }
            self.moves[place] = Some(exits);
        };
        for place in done {
            self.potential[place] += distance[place] - distance[to];
        }
        let mut chain = Vec::new();
        let mut at = to;
        while let Some((before, step)) = came[at] {
            chain.push((before, at, step.row as usize));
            at = before;
        }
        let room = if to + 1 == n { f64::INFINITY } else { -self.over(to) };
        let there = |&(before, _, row): &(usize, usize, usize)| self.amount(row, before as u32).unwrap_or(0.0);
        let amount = chain.iter().map(there).fold(room.min(self.over(from)), f64::min);
        self.load[from] -= amount;
        self.load[to] += amount;
        for (before, after, row) in chain {
            self.shift(row, before as u32, after as u32, amount);
        }
    }

    fn shift(&mut self, row: usize, before: u32, after: u32, amount: f64) {
        // What rounding leaves behind is nobody.
        let nobody = 1e-12 * self.rows.of(row).persons;
        let held = &mut self.held[row];
        held.iter_mut().filter(|held| held.0 == before).for_each(|held| held.1 -= amount);
        held.retain(|held| nobody < held.1);
        if let Some(held) = held.iter_mut().find(|held| held.0 == after) {
            held.1 += amount;
            return;
        }
        held.push((after, amount));
        let Some(mut exits) = self.moves.get_mut(after as usize).and_then(Option::take) else { return };
        self.list(row, after, &mut exits);
        self.moves[after as usize] = Some(exits);
    }

    fn told(self) -> Allocation {
        let mut told = Allocation { cost: 0.0, short: 0.0, shares: Vec::new(), slack: self.slack() };
        for at in 0..self.rows.len() {
            let row = self.rows.of(at);
            if !row.is_flow() {
                self.count(at, &row, &mut told);
                continue;
            }
            let whole = [(self.first[at], row.persons)];
            let held = self.held.get(at).map_or(&whole[..], Vec::as_slice);
            for &(place, persons) in held {
                if place == self.unserved() {
                    told.unserved(&row, persons);
                    continue;
                }
                let site = self.open[place as usize];
                let cost = row.offers().find(|offer| offer.0 == site).map_or(0.0, |offer| offer.1);
                told.cost += persons * cost;
                told.shares.push((at as u32, site, persons));
            }
        }
        told
    }

    /// A row that takes no room: it has as many of the cheapest open sites as it needs.
    fn count(&self, at: usize, row: &Row<'_>, told: &mut Allocation) {
        let open = self.places(row).filter(|&(place, cost)| place != self.unserved() && cost <= row.price);
        let mut n_found = 0;
        for (place, cost) in open.take(row.times as usize) {
            n_found += 1;
            told.cost += row.weight() * cost;
            told.shares.push((at as u32, self.open[place as usize], row.persons));
        }
        let missing = f64::from(row.times - n_found);
        if 0.0 < missing {
            told.unserved(row, row.weight() * missing);
        }
    }
}

impl Allocation {
    fn unserved(&mut self, row: &Row<'_>, persons: f64) {
        if row.price.is_finite() {
            self.cost += persons * row.price;
        } else {
            self.short += persons;
        }
    }

    /// Whether all who must be served are.
    pub(in crate::siting) fn serves_all(&self) -> bool {
        self.short <= 1e3 * self.slack
    }
}
