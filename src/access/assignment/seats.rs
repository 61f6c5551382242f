//! Who holds which places: what is given out, who waits, what is spare; and how to take back what was tried.

use std::sync::Arc;

use super::Assignment;
use super::links::Links;

/// Who holds which places.
#[derive(Clone, Debug)]
pub(super) struct Seats {
    pub(super) links: Arc<Links>,
    demand: Arc<[u64]>,
    /// Places given to the near first, by pair; who has one of these keeps one.
    first: Vec<u64>,
    /// Places given, by pair.
    held: Vec<u64>,
    /// Whether places are given, by the position of the pair among those of its supply.
    is_held: Vec<bool>,
    /// How many of each demand were given a place near first.
    n_first: Vec<u64>,
    /// Without a place, one a demand.
    waiting: Vec<u64>,
    /// Places left, one a supply.
    spare: Vec<u64>,
    /// All places, one a supply.
    places: Vec<u64>,
    /// What was there before each change, the oldest first; `None` where nothing is taken back.
    log: Option<Vec<Was>>,
}

/// One number, as it was before a change.
#[derive(Clone, Copy, Debug)]
enum Was {
    First(u32, u64),
    Held(u32, u64),
    NFirst(u32, u64),
    Waiting(u32, u64),
    Spare(u32, u64),
    Places(u32, u64),
}

impl Seats {
    /// Nobody has a place yet.
    pub(super) fn empty(links: Arc<Links>, demand: &[u64], supply: &[u64]) -> Self {
        let n_pairs = links.pairs.len();
        Self {
            first: vec![0; n_pairs],
            held: vec![0; n_pairs],
            is_held: vec![false; n_pairs],
            n_first: vec![0; demand.len()],
            waiting: demand.to_vec(),
            spare: supply.to_vec(),
            places: supply.to_vec(),
            log: None,
            demand: demand.into(),
            links,
        }
    }

    /// Gives each pair what is left on both sides, the near ones first.
    pub(super) fn give_near_first(&mut self) {
        let links = Arc::clone(&self.links);
        for pair in links.near_first() {
            let (demand, supply) = (links.pairs[pair as usize].demand as usize, links.supply(pair as usize) as usize);
            let given = self.waiting[demand].min(self.spare[supply]);
            if 0 < given {
                self.first[pair as usize] = given;
                self.n_first[demand] += given;
                self.move_in(pair, given);
            }
        }
    }

    pub(super) fn demand(&self, demand: u32) -> u64 {
        self.demand[demand as usize]
    }

    pub(super) fn first(&self, pair: u32) -> u64 {
        self.first[pair as usize]
    }

    pub(super) fn held(&self, pair: u32) -> u64 {
        self.held[pair as usize]
    }

    /// What is given out, and who has how much of it.
    pub(super) fn into_assignment(self) -> Assignment {
        let seated = (0..).zip(&*self.demand).map(|(demand, _)| self.seated(demand)).collect();
        let taken = self.places.iter().zip(&self.spare).map(|(places, spare)| places - spare).collect();
        let links = Arc::unwrap_or_clone(self.links);
        Assignment { pairs: links.pairs, held: self.held, seated, taken }
    }

    pub(super) fn n_first(&self, demand: u32) -> u64 {
        self.n_first[demand as usize]
    }

    pub(super) fn waiting(&self, demand: u32) -> u64 {
        self.waiting[demand as usize]
    }

    pub(super) fn spare(&self, supply: u32) -> u64 {
        self.spare[supply as usize]
    }

    pub(super) fn places(&self, supply: u32) -> u64 {
        self.places[supply as usize]
    }

    /// How many of a demand have a place.
    pub(super) fn seated(&self, demand: u32) -> u64 {
        self.demand[demand as usize] - self.waiting(demand)
    }

    /// Those who hold places of a supply, with the pairs by which they do.
    pub(super) fn holders(&self, supply: u32) -> impl Iterator<Item = (u32, u32)> + '_ {
        let held = self.links.of_supply(supply).filter(|&position| self.is_held[position]);
        held.map(|position| (self.links.holder[position], self.links.by_supply[position]))
    }

    /// Gives waiting persons spare places.
    pub(super) fn move_in(&mut self, pair: u32, n: u64) {
        let (demand, supply) = self.ends(pair);
        self.set_held(pair, self.held(pair) + n);
        self.set_waiting(demand, self.waiting(demand) - n);
        self.set_spare(supply, self.spare(supply) - n);
    }

    /// Takes places back from those who hold them.
    pub(super) fn move_out(&mut self, pair: u32, n: u64) {
        let (demand, supply) = self.ends(pair);
        self.set_held(pair, self.held(pair) - n);
        self.set_waiting(demand, self.waiting(demand) + n);
        self.set_spare(supply, self.spare(supply) + n);
    }

    fn ends(&self, pair: u32) -> (u32, u32) {
        let pair = self.links.pairs[pair as usize];
        (pair.demand, pair.supply)
    }

    pub(super) fn set_first(&mut self, pair: u32, n: u64) {
        self.note(|seats| Was::First(pair, seats.first(pair)));
        self.first[pair as usize] = n;
    }

    pub(super) fn set_n_first(&mut self, demand: u32, n: u64) {
        self.note(|seats| Was::NFirst(demand, seats.n_first(demand)));
        self.n_first[demand as usize] = n;
    }

    /// Places more at a supply.
    pub(super) fn add_places(&mut self, supply: u32, n: u64) {
        self.note(|seats| Was::Places(supply, seats.places(supply)));
        self.places[supply as usize] += n;
        self.set_spare(supply, self.spare(supply) + n);
    }

    /// Places fewer at a supply, of its spare ones.
    pub(super) fn drop_places(&mut self, supply: u32, n: u64) {
        self.note(|seats| Was::Places(supply, seats.places(supply)));
        self.places[supply as usize] -= n;
        self.set_spare(supply, self.spare(supply) - n);
    }

    fn set_held(&mut self, pair: u32, n: u64) {
        self.note(|seats| Was::Held(pair, seats.held(pair)));
        self.put_held(pair, n);
    }

    fn put_held(&mut self, pair: u32, n: u64) {
        self.held[pair as usize] = n;
        self.is_held[self.links.position[pair as usize] as usize] = 0 < n;
    }

    fn set_waiting(&mut self, demand: u32, n: u64) {
        self.note(|seats| Was::Waiting(demand, seats.waiting(demand)));
        self.waiting[demand as usize] = n;
    }

    fn set_spare(&mut self, supply: u32, n: u64) {
        self.note(|seats| Was::Spare(supply, seats.spare(supply)));
        self.spare[supply as usize] = n;
    }

    fn note(&mut self, was: impl FnOnce(&Self) -> Was) {
        if let Some(mut log) = self.log.take() {
            log.push(was(self));
            self.log = Some(log);
        }
    }

    /// Notes every change from now on.
    pub(super) fn keep_log(&mut self) {
        self.log = Some(Vec::new());
    }

    /// Those whose number without a place was changed since, with what it was; each once or more, the oldest first.
    pub(super) fn who_waited(&self) -> impl Iterator<Item = (u32, u64)> + '_ {
        self.log.iter().flatten().filter_map(|was| match *was {
            Was::Waiting(demand, n) => Some((demand, n)),
            _ => None,
        })
    }

    /// Takes back all that was noted.
    pub(super) fn take_back(&mut self) {
        let mut log = self.log.take().unwrap_or_default();
        while let Some(was) = log.pop() {
            match was {
                Was::First(pair, n) => self.first[pair as usize] = n,
                Was::Held(pair, n) => self.put_held(pair, n),
                Was::NFirst(demand, n) => self.n_first[demand as usize] = n,
                Was::Waiting(demand, n) => self.waiting[demand as usize] = n,
                Was::Spare(supply, n) => self.spare[supply as usize] = n,
                Was::Places(supply, n) => self.places[supply as usize] = n,
            }
        }
        // The next time needs as much room.
        self.log = Some(log);
    }
}
