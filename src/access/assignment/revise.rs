//! Other numbers of places: who loses or gains one, without giving all out anew.

use std::sync::{Arc, Mutex, PoisonError};

use super::links::Links;
use super::near_first::{Served, give_again};
use super::search::Search;
use super::seats::Seats;
use super::{Pair, seat_all};

/// An assignment that is kept, to say what other numbers of places make of it.
#[derive(Debug)]
pub struct KeptAssignment {
    base: Revision,
    /// Copies of it that are not in use.
    idle: Mutex<Vec<Revision>>,
}

/// How many of a demand have a place, before and after.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Reseated {
    /// Who: a position in the demand.
    pub demand: u32,
    /// How many had one,
    pub before: u64,
    /// and how many have one now.
    pub after: u64,
}

impl KeptAssignment {
    /// That of [`super::assign`].
    pub fn new(demand: &[u64], supply: &[u64], pairs: &[Pair]) -> Self {
        let links = Arc::new(Links::new(demand.len(), supply.len(), pairs));
        let (mut seats, mut search) = seat_all(links, demand, supply);
        search.measure(&seats);
        search.ask_for_all(&seats);
        seats.keep_log();
        Self { base: Revision { seats, search }, idle: Mutex::default() }
    }

    /// How many of a demand have a place.
    pub fn seated(&self, demand: u32) -> u64 {
        self.base.seats.seated(demand)
    }

    /// Those of whom more or fewer have a place where some supplies have another number of places; in order.
    ///
    /// # Method
    /// Who has a place in [`super::assign`] is the one choice that puts those served near first before all others, and
    /// of these who comes first in the demand before who comes later, among all choices that seat as many: the sets
    /// that can be seated together are the independent sets of a matroid. One place more brings in the first of all who wait and can come to
    /// it by moves of others; one less takes the place of the last who can give one up; and one who is put before or
    /// after others changes places with one at most. So the change is made a supply and a demand at a time.
    ///
    /// # Complexity
    /// What is looked at: pairs whose near-first share changes; for a place more all who could come to it, where
    /// someone waits for it; for a place less those on the way to a spare one, or all that its users could go to.
    ///
    /// # Source
    /// J. Edmonds and D. R. Fulkerson (1965), Transversals and matroid partition, Journal of Research of the National
    /// Bureau of Standards 69B, 147-153; J. Edmonds (1971), Matroids and the greedy algorithm, Mathematical Programming
    /// 1, 127-136.
    pub fn revise(&self, places: &[(u32, u64)]) -> Vec<Reseated> {
        let idle = || self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        let copy = idle().pop();
        let mut revision = copy.unwrap_or_else(|| self.base.clone());
        let reseated = revision.make(places);
        revision.take_back();
        idle().push(revision);
        reseated
    }
}

/// An assignment that is changed and changed back.
#[derive(Clone, Debug)]
struct Revision {
    seats: Seats,
    search: Search,
}

impl Revision {
    fn make(&mut self, places: &[(u32, u64)]) -> Vec<Reseated> {
        let served = give_again(&mut self.seats, places);
        for &(supply, after) in places {
            let more = after.saturating_sub(self.seats.places(supply));
            if 0 < more {
                self.seats.add_places(supply, more);
                self.fill(&[supply]);
            }
        }
        for &(supply, after) in places {
            let fewer = self.seats.places(supply).saturating_sub(after);
            if 0 < fewer {
                self.shrink(supply, fewer);
            }
        }
        let (later, earlier): (Vec<Served>, Vec<Served>) =
            served.into_iter().partition(|served| served.after < served.before);
        later.into_iter().for_each(|served| self.put_behind(served));
        earlier.into_iter().for_each(|served| self.put_before(served));
        self.reseated()
    }

    /// Who is seated otherwise than before all changes.
    fn reseated(&self) -> Vec<Reseated> {
        let seats = &self.seats;
        let mut waited: Vec<(u32, u64)> = seats.who_waited().collect();
        waited.sort_by_key(|&(demand, _)| demand);
        // The first note of each is the oldest.
        waited.dedup_by_key(|&mut (demand, _)| demand);
        let reseated = waited.into_iter().map(|(demand, waited)| {
            let after = seats.seated(demand);
            Reseated { demand, before: after + seats.waiting(demand) - waited, after }
        });
        reseated.filter(|one| one.before != one.after).collect()
    }

    fn take_back(&mut self) {
        self.seats.take_back();
        self.search.take_back();
    }

    /// How many of those who wait were to be served near first, or how many were not.
    fn due(&self, demand: u32, is_first: bool) -> u64 {
        let first = self.seats.n_first(demand).saturating_sub(self.seats.seated(demand));
        if is_first { first } else { self.seats.waiting(demand) - first }
    }

    /// Gives the spare places of these supplies to those who wait for them.
    fn fill(&mut self, supplies: &[u32]) {
        let waiting = self.search.who_reach(&self.seats, supplies);
        self.search.open_all();
        for is_first in [true, false] {
            for &demand in &waiting {
                let mut due = self.due(demand, is_first);
                while 0 < due {
                    if supplies.iter().all(|&supply| self.seats.spare(supply) == 0) {
                        return;
                    }
                    let Some(end) = self.search.look(&self.seats, demand) else {
                        self.search.close_seen();
                        break;
                    };
                    due -= self.search.make(&mut self.seats, demand, end, due);
                }
            }
        }
    }

    /// Takes places away; who had them goes elsewhere or changes places with who comes later.
    fn shrink(&mut self, supply: u32, fewer: u64) {
        let mut over = fewer.saturating_sub(self.seats.spare(supply));
        let holders: Vec<(u32, u32)> = self.seats.holders(supply).collect();
        let mut sent_away = Vec::new();
        for (demand, pair) in holders {
            let n = over.min(self.seats.held(pair));
            if n == 0 {
                break;
            }
            self.seats.move_out(pair, n);
            sent_away.push(demand);
            over -= n;
        }
        self.seats.drop_places(supply, fewer);
        sent_away.into_iter().for_each(|demand| self.find_places(demand));
    }

    /// Fewer of a demand are served near first: the others come later now, and may have to give up their places.
    fn put_behind(&mut self, Served { demand, before, after }: Served) {
        let had = self.seats.seated(demand).min(before);
        self.seats.set_n_first(demand, after);
        let mut behind = had.saturating_sub(after);
        let pairs = self.seats.links.of_demand(demand).map(|pair| pair as u32);
        let held: Vec<u32> = pairs.filter(|&pair| 0 < self.seats.held(pair)).collect();
        let supplies: Vec<u32> = held.iter().map(|&pair| self.seats.links.supply(pair as usize)).collect();
        let waiting = self.search.who_reach(&self.seats, &supplies);
        let comes_before = |&other: &u32| other < demand || 0 < self.due(other, true);
        if behind == 0 || !waiting.iter().any(comes_before) {
            return;
        }
        for pair in held {
            let n = behind.min(self.seats.held(pair));
            self.seats.move_out(pair, n);
            behind -= n;
        }
        self.fill(&supplies);
    }

    /// More of a demand are served near first.
    fn put_before(&mut self, Served { demand, after, .. }: Served) {
        self.seats.set_n_first(demand, after);
        if self.seats.seated(demand) < after {
            self.find_places(demand);
        }
    }

    /// Finds places for those of a demand who wait: spare ones, or those of who comes later than they do.
    fn find_places(&mut self, demand: u32) {
        for is_first in [true, false] {
            let mut due = self.due(demand, is_first);
            while 0 < due {
                self.search.open_all();
                if let Some(end) = self.search.look(&self.seats, demand) {
                    due -= self.search.make(&mut self.seats, demand, end, due);
                    continue;
                }
                self.search.ask_seen();
                let Some((pair, most)) = self.last_after(demand, is_first) else { break };
                let end = self.seats.links.supply(pair as usize);
                let n = self.search.room(&self.seats, demand, end).min(due).min(most);
                self.seats.move_out(pair, n);
                due -= self.search.make(&mut self.seats, demand, end, n);
            }
        }
    }

    /// Of all seen that hold places, the last; the pair by which it does and how many it can give up there. `None` where it
    /// does not come later than those of `demand`.
    fn last_after(&self, demand: u32, is_first: bool) -> Option<(u32, u64)> {
        let seats = &self.seats;
        let last = self.search.seen().filter_map(|(other, pair)| {
            let (seated, n_first) = (seats.seated(other), seats.n_first(other));
            let not_first = seated.saturating_sub(n_first);
            let n = if 0 < not_first { not_first } else { seated };
            (0 < n).then_some(((0 < not_first, other), (pair, n.min(seats.held(pair)))))
        });
        let (order, found) = last.max_by_key(|&(order, _)| order)?;
        ((!is_first, demand) < order).then_some(found)
    }
}
