//! Who waits: those who have no place at the sites that are there already, and all others whom a new site could move.
//!
//! Who has a place, and need not give it up to anyone who waits, is served whatever is opened: a search for new sites need not
//! look at them. In a study most are such.

use super::{Case, allocate};

impl Case<'_> {
    /// Of each demand point, whether it waits within a limit: whether someone there has no place, or takes one at a site where
    /// someone who waits could have it; without persons, whether no existing site is within.
    ///
    /// The others are all served at existing sites which nobody who waits can reach, as many as there are.
    pub(super) fn waiting(&self, limit: f64) -> Vec<bool> {
        let existing = self.terms.existing;
        let shares = allocate(&self.rows(limit, |_| 0.0, 1.0), existing, self.sites.capacity).shares;
        let (mut left, mut has_site) = (self.persons.to_vec(), vec![false; self.persons.len()]);
        let mut at_site: Vec<Vec<u32>> = vec![Vec::new(); self.n_sites()];
        for (demand, site, persons) in shares {
            left[demand as usize] -= persons;
            has_site[demand as usize] = true;
            if 0.0 < persons {
                at_site[site as usize].push(demand);
            }
        }
        let waits = |&demand: &usize| !has_site[demand] || 1e-12 * self.persons[demand] < left[demand];
        let mut to_visit: Vec<usize> = (0..left.len()).filter(waits).collect();
        let mut is_waiting = vec![false; left.len()];
        to_visit.iter().for_each(|&demand| is_waiting[demand] = true);
        let mut is_asked = vec![true; self.n_sites()];
        existing.iter().for_each(|&site| is_asked[site as usize] = false);
        while let Some(demand) = to_visit.pop() {
            for &site in self.offers.within(demand, limit) {
                if std::mem::replace(&mut is_asked[site as usize], true) {
                    continue;
                }
                for &other in &at_site[site as usize] {
                    if !std::mem::replace(&mut is_waiting[other as usize], true) {
                        to_visit.push(other as usize);
                    }
                }
            }
        }
        is_waiting
    }
}
