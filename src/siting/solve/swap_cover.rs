//! Swap-based local search for coverage: as long as closing one site and opening another covers more, the best swap is
//! made.
//!
//! What a row gains by its first, second and later sites never grows, so a swap of two sites of one row gains what both
//! moves gain alone, and what they save together: Resende and Werneck (2007), doi:10.1007/s10479-006-0154-0.

use super::coverage::Rows;

/// Not open.
const NONE: u32 = u32::MAX;

/// A choice and what depends on it.
pub(super) struct Swap<'r> {
    rows: &'r Rows,
    /// The rows of each site, from `starts[site]` to `starts[site + 1]`.
    starts: &'r [usize],
    by_site: &'r [u32],
    /// What stands for a row that must be covered and is not: more than all gains together.
    unpayable: f64,
    open: Vec<u32>,
    /// The place of a site in `open`, else `NONE`.
    place: Vec<u32>,
    times: Vec<u32>,
    gain: Vec<f64>,
    loss: Vec<f64>,
    /// `together[place * n_sites + site]`.
    together: Vec<f64>,
}

impl<'r> Swap<'r> {
    pub(super) fn new(rows: &'r Rows, starts: &'r [usize], by_site: &'r [u32], open: Vec<u32>) -> Self {
        let (n_sites, p) = (rows.n_sites, open.len());
        let mut place = vec![NONE; n_sites];
        (0..).zip(&open).for_each(|(at, &site)| place[site as usize] = at);
        let mut swap = Self {
            rows,
            starts,
            by_site,
            unpayable: 2.0 * rows.weight.iter().sum::<f64>() + 1.0,
            open,
            place,
            times: vec![0; rows.len()],
            gain: vec![0.0; n_sites],
            loss: vec![0.0; p],
            together: vec![0.0; p * n_sites],
        };
        for row in 0..rows.len() {
            let is_open = |site: &&u32| swap.place[**site as usize] != NONE;
            swap.times[row] = rows.of(row).iter().filter(is_open).count() as u32;
            swap.count(row, 1.0);
        }
        swap
    }

    /// What a row is worth when it is covered so many times.
    fn worth(&self, row: usize, times: u32) -> f64 {
        match (self.rows.must[row], times) {
            (true, 0) => -self.unpayable,
            (true, 1) | (false, 0) => 0.0,
            _ => self.rows.weight[row],
        }
    }

    /// Adds what a row has to say about swaps, or takes it away.
    fn count(&mut self, row: usize, sign: f64) {
        let times = self.times[row];
        let now = self.worth(row, times);
        let more = self.worth(row, times + 1) - now;
        let less = if times == 0 { 0.0 } else { now - self.worth(row, times - 1) };
        if more == 0.0 && less == 0.0 {
            return;
        }
        let sites = self.rows.of(row);
        if more != 0.0 {
            sites.iter().for_each(|&site| self.gain[site as usize] += sign * more);
        }
        if less != 0.0 {
            let n_sites = self.rows.n_sites;
            for &closed in sites {
                let at = self.place[closed as usize];
                if at == NONE {
                    continue;
                }
                self.loss[at as usize] += sign * less;
                // Closed and opened together the row stays as it is.
                let together = &mut self.together[at as usize * n_sites..(at as usize + 1) * n_sites];
                sites.iter().for_each(|&site| together[site as usize] += sign * (less - more));
            }
        }
    }

    /// Makes the best swap until none gains anything.
    pub(super) fn ascend(&mut self, stop: &(dyn Fn() -> bool + Sync)) {
        let n_sites = self.rows.n_sites;
        while !stop() {
            let before = self.value();
            let mut best = (1e-9 * before.abs().max(1e-9), NONE, 0);
            for at in 0..self.open.len() {
                let together = &self.together[at * n_sites..(at + 1) * n_sites];
                for (site, (gain, both)) in (0_u32..).zip(self.gain.iter().zip(together)) {
                    let gained = gain - self.loss[at] + both;
                    if best.0 < gained && self.place[site as usize] == NONE {
                        best = (gained, site, at);
                    }
                }
            }
            if best.1 == NONE {
                return;
            }
            self.swap(best.1, best.2);
            // Rounding may promise what is not there.
            if self.value() <= before {
                return;
            }
        }
    }

    /// Opens a site in the place of another.
    fn swap(&mut self, opened: u32, at: usize) {
        let closed = self.open[at];
        let rows_of = |site: u32| &self.by_site[self.starts[site as usize]..self.starts[site as usize + 1]];
        let mut touched: Vec<u32> = rows_of(opened).iter().chain(rows_of(closed)).copied().collect();
        let (of_opened, of_closed) = (rows_of(opened).to_vec(), rows_of(closed).to_vec());
        touched.sort_unstable();
        touched.dedup();
        touched.iter().for_each(|&row| self.count(row as usize, -1.0));
        of_opened.iter().for_each(|&row| self.times[row as usize] += 1);
        of_closed.iter().for_each(|&row| self.times[row as usize] -= 1);
        self.place[closed as usize] = NONE;
        self.place[opened as usize] = at as u32;
        self.open[at] = opened;
        touched.iter().for_each(|&row| self.count(row as usize, 1.0));
    }

    /// What all rows are worth.
    fn value(&self) -> f64 {
        (0..self.rows.len()).map(|row| self.worth(row, self.times[row])).sum()
    }

    pub(super) fn open(&self) -> &[u32] {
        &self.open
    }
}
