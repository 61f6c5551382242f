//! Rows of a problem of coverage.

use std::collections::HashMap;

/// Rows, the sites that cover each, and what it gains.
#[derive(Clone, Debug, Default)]
pub(in crate::siting) struct Rows {
    pub(in crate::siting) n_sites: usize,
    pub(in crate::siting) starts: Vec<usize>,
    /// Of each row in ascending order.
    pub(in crate::siting) sites: Vec<u32>,
    /// Not negative.
    pub(in crate::siting) weight: Vec<f64>,
    /// Whether the row must be covered and gains by the second site; else it gains by the first.
    pub(in crate::siting) must: Vec<bool>,
}

impl Rows {
    pub(in crate::siting) fn new(n_sites: usize) -> Self {
        Self { n_sites, starts: vec![0], ..Self::default() }
    }

    pub(in crate::siting) fn push(&mut self, sites: &[u32], weight: f64, must: bool) {
        let start = self.sites.len();
        self.sites.extend_from_slice(sites);
        self.sites[start..].sort_unstable();
        self.starts.push(self.sites.len());
        self.weight.push(weight);
        self.must.push(must);
    }

    pub(in crate::siting::solve) fn len(&self) -> usize {
        self.weight.len()
    }

    pub(in crate::siting::solve) fn of(&self, row: usize) -> &[u32] {
        &self.sites[self.starts[row]..self.starts[row + 1]]
    }

    /// What is gained by a choice; none where a row that must be covered is not.
    pub(super) fn value(&self, open: &[u32]) -> Option<f64> {
        let mut is_open = vec![false; self.n_sites];
        open.iter().for_each(|&site| is_open[site as usize] = true);
        let mut value = 0.0;
        for row in 0..self.len() {
            let times = self.of(row).iter().filter(|&&site| is_open[site as usize]).count();
            match (self.must[row], times) {
                (true, 0) => return None,
                (true, 1) | (false, 0) => {}
                _ => value += self.weight[row],
            }
        }
        Some(value)
    }

    /// The rows of each site: those of `site` are at `starts[site]..starts[site + 1]`.
    pub(super) fn by_site(&self) -> (Vec<usize>, Vec<u32>) {
        let mut starts = vec![0; self.n_sites + 1];
        self.sites.iter().for_each(|&site| starts[site as usize + 1] += 1);
        (0..self.n_sites).for_each(|site| starts[site + 1] += starts[site]);
        let mut next = starts.clone();
        let mut by_site = vec![0; self.sites.len()];
        for row in 0..self.len() {
            for &site in self.of(row) {
                by_site[next[site as usize]] = row as u32;
                next[site as usize] += 1;
            }
        }
        (starts, by_site)
    }

    /// Rows of the same sites and kind as one, with the sum of their gains; rows of no use are left out.
    pub(in crate::siting) fn merged(self) -> Self {
        let mut known: HashMap<(bool, &[u32]), u32> = HashMap::with_capacity(self.len() / 4);
        let mut merged = Self::new(self.n_sites);
        for row in 0..self.len() {
            let (sites, must) = (self.of(row), self.must[row]);
            if !must && (sites.is_empty() || self.weight[row] == 0.0) {
                continue;
            }
            let at = *known.entry((must, sites)).or_insert_with(|| {
                merged.sites.extend_from_slice(sites);
                merged.starts.push(merged.sites.len());
                merged.weight.push(0.0);
                merged.must.push(must);
                merged.len() as u32 - 1
            });
            merged.weight[at as usize] += self.weight[row];
        }
        drop(known);
        merged
    }
}
