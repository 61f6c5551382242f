//! A node of the search: what is left of a problem of coverage when some sites are opened and some closed.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use super::rows::Rows;

/// A problem in which every site is free.
pub(super) struct Node {
    pub(super) rows: Rows,
    /// The original position of each site.
    pub(super) sites: Vec<u32>,
    /// How many more are opened.
    pub(super) p: usize,
    pub(super) open: Vec<u32>,
    /// Gained already.
    pub(super) constant: f64,
    pub(super) multipliers: Vec<f64>,
    /// How often each site was among those taken, of late.
    pub(super) average: Vec<f64>,
}

impl Node {
    /// What is left when some sites are opened and some closed; none where a row cannot be covered that must be.
    pub(super) fn fixed(&self, opened: &[bool], closed: &[bool]) -> Option<Self> {
        let mut place = vec![u32::MAX; self.sites.len()];
        let mut open = self.open.clone();
        let (mut sites, mut average) = (Vec::new(), Vec::new());
        for at in 0..self.sites.len() {
            if opened[at] {
                open.push(self.sites[at]);
            } else if !closed[at] {
                place[at] = sites.len() as u32;
                sites.push(self.sites[at]);
                average.push(self.average[at]);
            }
        }
        let p = self.p - opened.iter().filter(|&&flag| flag).count();
        let mut known: HashMap<(bool, Vec<u32>), u32> = HashMap::new();
        let merges = sites.len() < self.sites.len();
        let mut rows = Rows::new(sites.len());
        let (mut constant, mut multipliers) = (self.constant, Vec::new());
        let mut row_sites = Vec::new();
        for row in 0..self.rows.len() {
            let of = self.rows.of(row);
            let times = of.iter().filter(|&&site| opened[site as usize]).count();
            let (mut must, weight) = (self.rows.must[row], self.rows.weight[row]);
            if usize::from(must) < times {
                constant += weight;
                continue;
            }
            must &= times == 0;
            row_sites.clear();
            row_sites.extend(of.iter().map(|&site| place[site as usize]).filter(|&site| site != u32::MAX));
            if row_sites.is_empty() && must {
                return None;
            }
            if row_sites.is_empty() || (weight == 0.0 && !must) {
                continue;
            }
            let multiplier = self.multipliers[row];
            if merges {
                match known.entry((must, row_sites.clone())) {
                    Entry::Occupied(at) => {
                        rows.weight[*at.get() as usize] += weight;
                        multipliers[*at.get() as usize] += multiplier;
                        continue;
                    }
                    Entry::Vacant(vacant) => vacant.insert(rows.len() as u32),
                };
            }
            rows.sites.extend_from_slice(&row_sites);
            rows.starts.push(rows.sites.len());
            rows.weight.push(weight);
            rows.must.push(must);
            multipliers.push(multiplier);
        }
        Some(Self { rows, sites, p, open, constant, multipliers, average }.without_implied())
    }

    /// Rows that must be covered from now on: what they gain is counted as gained.
    pub(super) fn cover(&mut self, covered: &[bool]) {
        for row in (0..self.rows.len()).filter(|&row| covered[row]) {
            self.constant += self.rows.weight[row];
            self.rows.weight[row] = 0.0;
            self.rows.must[row] = true;
        }
    }

    /// Without rows that are covered whenever one that must be covered is.
    fn without_implied(mut self) -> Self {
        let rows = &self.rows;
        let mut musts: Vec<usize> = (0..rows.len()).filter(|&row| rows.must[row]).collect();
        if musts.is_empty() {
            return self;
        }
        musts.sort_by_key(|&row| rows.of(row).len());
        let mut n_rows_of = vec![0_u32; rows.n_sites];
        rows.sites.iter().for_each(|&site| n_rows_of[site as usize] += 1);
        let mut by_rarest: Vec<Vec<u32>> = vec![Vec::new(); rows.n_sites];
        let mut is_of_row = vec![false; rows.n_sites];
        let mut implied = |row: usize, by_rarest: &[Vec<u32>]| {
            let sites = rows.of(row);
            sites.iter().for_each(|&site| is_of_row[site as usize] = true);
            let mut candidates = sites.iter().flat_map(|&site| &by_rarest[site as usize]);
            let is_implied = candidates.any(|&must| {
                must as usize != row && rows.of(must as usize).iter().all(|&site| is_of_row[site as usize])
            });
            sites.iter().for_each(|&site| is_of_row[site as usize] = false);
            is_implied
        };
        let mut dropped = vec![false; rows.len()];
        for row in musts {
            dropped[row] = rows.weight[row] == 0.0 && implied(row, &by_rarest);
            if !dropped[row]
                && let Some(&rarest) = rows.of(row).iter().min_by_key(|&&site| (n_rows_of[site as usize], site))
            {
                by_rarest[rarest as usize].push(row as u32);
            }
        }
        let mut kept = Rows::new(rows.n_sites);
        let mut multipliers = Vec::new();
        for (row, dropped) in dropped.into_iter().enumerate() {
            if !rows.must[row] && implied(row, &by_rarest) {
                self.constant += rows.weight[row];
            } else if !dropped {
                kept.sites.extend_from_slice(rows.of(row));
                kept.starts.push(kept.sites.len());
                kept.weight.push(rows.weight[row]);
                kept.must.push(rows.must[row]);
                multipliers.push(self.multipliers[row]);
            }
        }
        self.rows = kept;
        self.multipliers = multipliers;
        self
    }

    pub(super) fn n_bytes(&self) -> usize {
        4 * self.rows.sites.len() + 25 * self.rows.len() + 12 * self.sites.len()
    }

    /// A choice by original positions.
    pub(super) fn original(&self, free: &[u32]) -> Vec<u32> {
        let mut chosen: Vec<u32> = free.iter().map(|&site| self.sites[site as usize]).collect();
        chosen.extend(&self.open);
        chosen.sort_unstable();
        chosen
    }
}

/// The sites whose rows are all rows of `site`, itself among them.
pub(super) fn outdone_by(rows: &Rows, site: usize) -> Vec<bool> {
    let mut outdone = vec![true; rows.n_sites];
    for row in 0..rows.len() {
        let sites = rows.of(row);
        if sites.binary_search(&(site as u32)).is_err() {
            sites.iter().for_each(|&other| outdone[other as usize] = false);
        }
    }
    outdone
}
