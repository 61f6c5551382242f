//! Rows of a problem of supply.

use std::collections::HashMap;

/// Rows, what each site costs them by the person, the cheapest first, and what going unserved costs.
///
/// A row weighs as many persons as it has; one without persons weighs as one, and takes no room.
#[derive(Clone, Debug)]
pub(in crate::siting) struct Rows {
    pub(in crate::siting) n_sites: usize,
    starts: Vec<usize>,
    sites: Vec<u32>,
    /// By the person, ascending in each row.
    costs: Vec<f64>,
    persons: Vec<f64>,
    /// What a person costs who is not served; infinite where a row must be served.
    price: Vec<f64>,
    /// How many sites a row needs: more than one only where no capacity binds.
    times: Vec<u32>,
}

/// A row, as it is seen from outside.
#[derive(Clone, Copy, Debug)]
pub(super) struct Row<'r> {
    pub(super) sites: &'r [u32],
    pub(super) costs: &'r [f64],
    pub(super) persons: f64,
    pub(super) price: f64,
    pub(super) times: u32,
}

impl Row<'_> {
    /// What a whole row counts for.
    pub(super) fn weight(&self) -> f64 {
        if 0.0 < self.persons { self.persons } else { 1.0 }
    }

    /// Whether it flows: whether it takes room, and may be split.
    pub(super) fn is_flow(&self) -> bool {
        0.0 < self.persons && self.times == 1
    }

    pub(super) fn offers(&self) -> impl Iterator<Item = (u32, f64)> + '_ {
        self.sites.iter().copied().zip(self.costs.iter().copied())
    }
}

impl Rows {
    pub(in crate::siting) fn new(n_sites: usize) -> Self {
        Self {
            n_sites,
            starts: vec![0],
            sites: Vec::new(),
            costs: Vec::new(),
            persons: Vec::new(),
            price: Vec::new(),
            times: Vec::new(),
        }
    }

    /// A row that needs one site; `offers` are the cheapest first.
    pub(in crate::siting) fn push(&mut self, offers: impl Iterator<Item = (u32, f64)>, persons: f64, price: f64) {
        for (site, cost) in offers {
            self.sites.push(site);
            self.costs.push(cost);
        }
        self.starts.push(self.sites.len());
        self.persons.push(persons);
        self.price.push(price);
        self.times.push(1);
    }

    /// A row that needs `times` of its sites open, whatever they cost; each that is missing costs the price.
    pub(in crate::siting) fn push_times(&mut self, sites: &[u32], times: u32, price: f64) {
        self.push(sites.iter().map(|&site| (site, 0.0)), 0.0, price);
        self.times.pop();
        self.times.push(times);
    }

    pub(super) fn len(&self) -> usize {
        self.persons.len()
    }

    pub(super) fn of(&self, row: usize) -> Row<'_> {
        let range = self.starts[row]..self.starts[row + 1];
        Row {
            sites: &self.sites[range.clone()],
            costs: &self.costs[range],
            persons: self.persons[row],
            price: self.price[row],
            times: self.times[row],
        }
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = Row<'_>> {
        (0..self.len()).map(|row| self.of(row))
    }

    /// The dearest offer.
    pub(super) fn dearest(&self) -> f64 {
        self.costs.iter().copied().fold(0.0, f64::max)
    }

    /// Where all offers cost nothing: rows of the same sites as one, with their persons together.
    pub(in crate::siting) fn merged(self) -> Self {
        let mut known: HashMap<(bool, u64, u32, Vec<u32>), usize> = HashMap::new();
        let mut merged = Self::new(self.n_sites);
        for row in self.iter() {
            debug_assert!(row.costs.iter().all(|&cost| cost == 0.0));
            let mut sites = row.sites.to_vec();
            sites.sort_unstable();
            let key = (0.0 < row.persons, row.price.to_bits(), row.times, sites);
            if let Some(&at) = known.get(&key) {
                merged.persons[at] += row.persons;
                continue;
            }
            merged.push(key.3.iter().map(|&site| (site, 0.0)), row.persons, row.price);
            merged.times.pop();
            merged.times.push(row.times);
            known.insert(key, merged.len() - 1);
        }
        merged
    }

    /// Whether every cost and price of a choice is a whole number where `capacity` is.
    pub(super) fn is_whole(&self) -> bool {
        let whole = |values: &[f64]| values.iter().all(|value| value.fract() == 0.0 || value.is_infinite());
        whole(&self.costs) && whole(&self.persons) && whole(&self.price)
    }
}

/// The rows of each site, with their costs.
#[derive(Clone, Debug)]
pub(super) struct Columns {
    starts: Vec<usize>,
    entries: Vec<(u32, f64)>,
}

impl Columns {
    pub(super) fn new(rows: &Rows) -> Self {
        let mut starts = vec![0; rows.n_sites + 1];
        rows.sites.iter().for_each(|&site| starts[site as usize + 1] += 1);
        (0..rows.n_sites).for_each(|site| starts[site + 1] += starts[site]);
        let mut next = starts.clone();
        let mut entries = vec![(0, 0.0); rows.sites.len()];
        for (at, row) in (0_u32..).zip(rows.iter()) {
            for (site, cost) in row.offers() {
                entries[next[site as usize]] = (at, cost);
                next[site as usize] += 1;
            }
        }
        Self { starts, entries }
    }

    pub(super) fn of(&self, site: usize) -> &[(u32, f64)] {
        &self.entries[self.starts[site]..self.starts[site + 1]]
    }
}
