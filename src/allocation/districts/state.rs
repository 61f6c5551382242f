//! Districts under way: who is where, what that serves and costs, and whether a change leaves each in one piece.

use super::{Costs, Districts};

#[derive(Clone)]
pub(super) struct State<'a> {
    of: &'a Districts<'a>,
    costs: &'a Costs,
    site_of: Vec<Option<u32>>,
    members: Vec<Vec<u32>>,
    load: Vec<u64>,
    served: u64,
    stays: u64,
    cost: f64,
}

/// What a state is worth: less is better, from the first figure on.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Worth {
    short: u64,
    unserved: u64,
    cost: f64,
}

impl Worth {
    /// Whether it is better by more than the noise of doubles.
    pub(super) fn beats(self, other: Self) -> bool {
        (self.short, self.unserved).cmp(&(other.short, other.unserved)).is_lt()
            || ((self.short, self.unserved) == (other.short, other.unserved)
                && self.cost < other.cost - 1e-9 * other.cost.abs())
    }
}

impl<'a> State<'a> {
    pub(super) fn empty(of: &'a Districts<'a>, costs: &'a Costs) -> Self {
        Self {
            of,
            costs,
            site_of: vec![None; of.demand.len()],
            members: vec![Vec::new(); of.capacity.len()],
            load: vec![0; of.capacity.len()],
            served: 0,
            stays: 0,
            cost: 0.0,
        }
    }

    /// Places at their sites, if each may be there and no site is beyond its capacity and no district in pieces.
    pub(super) fn with(of: &'a Districts<'a>, costs: &'a Costs, site_of: &[Option<u32>]) -> Option<Self> {
        let mut state = Self::empty(of, costs);
        for (place, site) in (0..).zip(site_of) {
            if let Some(site) = *site {
                of.cost(costs, place, site)?;
                state.put(place, Some(site));
            }
        }
        let fits = state.load.iter().zip(of.capacity).all(|(load, capacity)| load <= capacity);
        (fits && (0..of.capacity.len() as u32).all(|site| state.holds(site))).then_some(state)
    }

    pub(super) fn site_of(&self) -> &[Option<u32>] {
        &self.site_of
    }

    pub(super) fn members(&self, site: u32) -> &[u32] {
        &self.members[site as usize]
    }

    pub(super) fn served(&self) -> u64 {
        self.served
    }

    pub(super) fn cost(&self) -> f64 {
        self.cost
    }

    /// How much stays where it is today.
    pub(super) fn stays(&self) -> u64 {
        self.stays
    }

    /// How much less stays than must.
    pub(super) fn short(&self) -> u64 {
        self.of.current.map_or(0, |(_, least)| least.saturating_sub(self.stays))
    }

    pub(super) fn worth(&self) -> Worth {
        Worth { short: self.short(), unserved: self.of.demand.iter().sum::<u64>() - self.served, cost: self.cost }
    }

    /// Whether a site has room for so much more, once so much less is there.
    pub(super) fn fits(&self, site: u32, more: u64, less: u64) -> bool {
        self.load[site as usize] + more <= self.of.capacity[site as usize] + less
    }

    /// What all of a place costs at a site, if it may be there.
    pub(super) fn cost_at(&self, place: u32, site: u32) -> Option<f64> {
        self.of.cost(self.costs, place, site)
    }

    /// The sites that a place could go to: those of its neighbours and those that stand in it or beside it; without a
    /// ground the cheapest.
    pub(super) fn candidates(&self, place: u32) -> Vec<u32> {
        /// Farther ones are tried by no single move.
        const CHEAPEST: usize = 24;
        let Some(_) = self.of.ground else {
            let sites = self.of.offers.of(place as usize).0;
            return sites[..sites.len().min(CHEAPEST)].to_vec();
        };
        let near = self.of.neighbours(place).iter();
        let mut sites: Vec<u32> = near.clone().filter_map(|&next| self.site_of[next as usize]).collect();
        sites.extend(near.chain([&place]).flat_map(|&next| self.costs.homed(next)));
        sites.sort_unstable();
        sites.dedup();
        // A site without a home may begin anywhere.
        if let Some(ground) = self.of.ground {
            let offered = self.of.offers.of(place as usize).0.iter();
            let free = offered
                .filter(|&&site| ground.homes[site as usize].is_none() && self.members[site as usize].is_empty());
            sites.extend(free.take(CHEAPEST));
        }
        sites
    }

    /// Puts a place at a site or at none, whatever that breaks.
    pub(super) fn put(&mut self, place: u32, site: Option<u32>) {
        let amount = self.of.demand[place as usize];
        let current = self.of.today(place);
        if let Some(old) = std::mem::replace(&mut self.site_of[place as usize], site) {
            let members = &mut self.members[old as usize];
            let at = members.iter().position(|&other| other == place).expect("a member is in its list");
            members.swap_remove(at);
            self.load[old as usize] -= amount;
            self.served -= amount;
            self.stays -= if current == Some(old) { amount } else { 0 };
            self.cost -= self.cost_at(place, old).unwrap_or(0.0);
        }
        if let Some(new) = site {
            self.members[new as usize].push(place);
            self.load[new as usize] += amount;
            self.served += amount;
            self.stays += if current == Some(new) { amount } else { 0 };
            self.cost += self.cost_at(place, new).unwrap_or(0.0);
        }
    }

    /// Makes changes, if after them every district is as it must be and the state is better; else leaves all as it was.
    /// Whether the places fit is the caller's to ask.
    pub(super) fn try_all(&mut self, changes: &[(u32, Option<u32>)], is_enough: impl Fn(Worth, Worth) -> bool) -> bool {
        let (before, cost) = (self.worth(), self.cost);
        let old: Vec<(u32, Option<u32>)> =
            changes.iter().map(|&(place, _)| (place, self.site_of[place as usize])).collect();
        changes.iter().for_each(|&(place, site)| self.put(place, site));
        let is_good = is_enough(self.worth(), before) && self.are_whole(&old, changes);
        if !is_good {
            old.iter().for_each(|&(place, site)| self.put(place, site));
            // No noise of doubles from what was not done.
            self.cost = cost;
        }
        is_good
    }

    /// Whether all districts that changes touch are as they must be.
    fn are_whole(&self, old: &[(u32, Option<u32>)], new: &[(u32, Option<u32>)]) -> bool {
        if self.of.ground.is_none() {
            return true;
        }
        let moved = old.iter().chain(new).filter_map(|&(_, site)| site);
        let mut touched: Vec<u32> =
            moved.chain(old.iter().flat_map(|&(place, _)| self.costs.homed(place).iter().copied())).collect();
        touched.sort_unstable();
        touched.dedup();
        touched.into_iter().all(|site| self.holds(site))
    }

    /// Whether the district of a site is as it must be: see [`districts`](super).
    pub(super) fn holds(&self, site: u32) -> bool {
        let (Some(_), Some(&first)) = (self.of.ground, self.members[site as usize].first()) else { return true };
        let is_home_right = match self.of.home(self.costs, site) {
            None => true,
            Some((home, _)) if self.site_of[home as usize] == Some(site) => true,
            Some((home, is_barred)) => {
                let is_lent = self.site_of[home as usize].is_some_and(|of| self.costs.homed(home).contains(&of));
                let is_here = |&next: &u32| self.site_of[next as usize] == Some(site);
                (is_barred || is_lent) && self.of.neighbours(home).iter().any(is_here)
            }
        };
        is_home_right && self.piece(first).len() == self.members[site as usize].len()
    }

    /// The places of the same site that can be walked to from a place.
    pub(super) fn piece(&self, place: u32) -> Vec<u32> {
        let site = self.site_of[place as usize];
        let mut piece = vec![place];
        // Districts are small: a list is quicker than a set until they are not.
        let mut seen = std::collections::HashSet::from([place]);
        let mut next = 0;
        while next < piece.len() {
            for &other in self.of.neighbours(piece[next]) {
                if self.site_of[other as usize] == site && seen.insert(other) {
                    piece.push(other);
                }
            }
            next += 1;
        }
        piece
    }
}
