//! Swap-based local search for the median: as long as closing one site and opening another pays, the best swap is made.
//!
//! # Source
//! Resende and Werneck (2007), A fast swap-based local search procedure for location problems, Annals of Operations
//! Research 150, 205-230, doi:10.1007/s10479-006-0154-0: gain, loss and what a pair saves together.

use super::median::Rows;

/// Nothing open serves it.
const NONE: u32 = u32::MAX;

/// A choice and what depends on it.
pub(super) struct Swap<'r> {
    rows: &'r Rows,
    /// What stands for a price that cannot be paid: more than any choice that serves all costs.
    unpayable: f64,
    /// Columns: the rows of a site, and what it costs to serve each.
    columns: &'r Columns,
    open: Vec<u32>,
    /// The place of a site in `open`, else `NONE`.
    place: Vec<u32>,
    first: Vec<u32>,
    first_cost: Vec<f64>,
    second: Vec<u32>,
    second_cost: Vec<f64>,
    gain: Vec<f64>,
    loss: Vec<f64>,
    /// `together[place * n_sites + site]`.
    together: Vec<f64>,
}

/// The rows of each site.
pub(super) struct Columns {
    starts: Vec<usize>,
    rows: Vec<u32>,
    costs: Vec<f64>,
}

impl Columns {
    pub(super) fn new(rows: &Rows) -> Self {
        let mut starts = vec![0; rows.n_sites + 1];
        rows.sites.iter().for_each(|&site| starts[site as usize + 1] += 1);
        (0..rows.n_sites).for_each(|site| starts[site + 1] += starts[site]);
        let mut next = starts.clone();
        let (mut by_site, mut its_costs) = (vec![0; rows.sites.len()], vec![0.0; rows.sites.len()]);
        for row in 0..rows.len() {
            let (sites, costs) = rows.of(row);
            for (&site, &cost) in sites.iter().zip(costs) {
                let at = &mut next[site as usize];
                (by_site[*at], its_costs[*at]) = (row as u32, cost);
                *at += 1;
            }
        }
        Self { starts, rows: by_site, costs: its_costs }
    }

    /// The rows of a site, and what it costs each.
    fn of(&self, site: u32) -> impl Iterator<Item = (u32, f64)> + '_ {
        let range = self.starts[site as usize]..self.starts[site as usize + 1];
        self.rows[range.clone()].iter().copied().zip(self.costs[range].iter().copied())
    }
}

impl<'r> Swap<'r> {
    pub(super) fn new(rows: &'r Rows, columns: &'r Columns, unpayable: f64, open: Vec<u32>) -> Self {
        let (n_rows, n_sites, p) = (rows.len(), rows.n_sites, open.len());
        let mut place = vec![NONE; n_sites];
        (0..).zip(&open).for_each(|(at, &site)| place[site as usize] = at);
        let mut swap = Self {
            rows,
            columns,
            unpayable,
            open,
            place,
            first: vec![NONE; n_rows],
            first_cost: vec![0.0; n_rows],
            second: vec![NONE; n_rows],
            second_cost: vec![0.0; n_rows],
            gain: vec![0.0; n_sites],
            loss: vec![0.0; p],
            together: vec![0.0; p * n_sites],
        };
        for row in 0..n_rows {
            swap.serve(row);
            swap.count(row, 1.0);
        }
        swap
    }

    /// The nearest two open sites of a row; going unserved is one of them where its price is less.
    fn serve(&mut self, row: usize) {
        let (sites, costs) = self.rows.of(row);
        let price = self.price(row);
        let mut open = sites.iter().zip(costs).filter(|(site, _)| self.place[**site as usize] != NONE);
        let (first, first_cost) = open.next().map_or((NONE, price), |(&site, &cost)| (site, cost));
        let (second, second_cost) = open.next().map_or((NONE, price), |(&site, &cost)| (site, cost));
        (self.first[row], self.first_cost[row]) = (first, first_cost);
        (self.second[row], self.second_cost[row]) = (second, second_cost);
    }

    fn price(&self, row: usize) -> f64 {
        self.rows.price[row].min(self.unpayable)
    }

    /// Adds what a row has to say about swaps, or takes it away.
    fn count(&mut self, row: usize, sign: f64) {
        let (first, first_cost, second_cost) = (self.first[row], self.first_cost[row], self.second_cost[row]);
        let (sites, costs) = self.rows.of(row);
        if first == NONE {
            for (&site, &cost) in sites.iter().zip(costs) {
                self.gain[site as usize] += sign * (first_cost - cost);
            }
            return;
        }
        let at = self.place[first as usize] as usize;
        self.loss[at] += sign * (second_cost - first_cost);
        let together = &mut self.together[at * self.rows.n_sites..(at + 1) * self.rows.n_sites];
        for (&site, &cost) in sites.iter().zip(costs) {
            if second_cost <= cost {
                break;
            }
            if cost < first_cost {
                self.gain[site as usize] += sign * (first_cost - cost);
            }
            together[site as usize] += sign * (second_cost - cost.max(first_cost));
        }
    }

    /// Makes the best swap until none saves anything.
    pub(super) fn descend(&mut self, stop: &(dyn Fn() -> bool + Sync)) {
        let n_sites = self.rows.n_sites;
        let least = 1e-9 * self.cost().abs().max(1e-9);
        while !stop() {
            let mut best = (least, NONE, 0);
            for at in 0..self.open.len() {
                let together = &self.together[at * n_sites..(at + 1) * n_sites];
                for (site, (gain, both)) in (0_u32..).zip(self.gain.iter().zip(together)) {
                    let saved = gain - self.loss[at] + both;
                    if best.0 < saved && self.place[site as usize] == NONE {
                        best = (saved, site, at);
                    }
                }
            }
            if best.1 == NONE {
                return;
            }
            let before = self.cost();
            self.swap(best.1, best.2);
            // Rounding may promise what is not there.
            if before <= self.cost() {
                return;
            }
        }
    }

    /// Opens a site in the place of another.
    pub(super) fn swap(&mut self, opened: u32, at: usize) {
        let closed = self.open[at];
        let columns = self.columns;
        // Of the others neither the first nor the second site changes.
        let nearer = columns.of(opened).filter(|&(row, cost)| cost < self.second_cost[row as usize]);
        let left = columns
            .of(closed)
            .filter(|&(row, _)| self.first[row as usize] == closed || self.second[row as usize] == closed);
        let mut touched: Vec<u32> = nearer.chain(left).map(|(row, _)| row).collect();
        touched.sort_unstable();
        touched.dedup();
        touched.iter().for_each(|&row| self.count(row as usize, -1.0));
        self.place[closed as usize] = NONE;
        self.place[opened as usize] = at as u32;
        self.open[at] = opened;
        for row in touched {
            self.serve(row as usize);
            self.count(row as usize, 1.0);
        }
    }

    pub(super) fn cost(&self) -> f64 {
        self.first_cost.iter().sum()
    }

    pub(super) fn open(&self) -> &[u32] {
        &self.open
    }
}
