//! Local search for covers with few columns: one column out, one in, and rows left uncovered weigh more each time.
//!
//! # Source
//! Gao, Weise and Li (2015), An efficient local search heuristic with row weighting for the unicost set covering
//! problem, European Journal of Operational Research 246(3), 750-761, doi:10.1016/j.ejor.2015.05.038.

use rand::Rng;
use rand_pcg::Pcg32;

/// The lists of a set cover: the columns of each row, and the rows of each column.
pub(super) struct Lists<'a> {
    pub(super) rows: &'a [Vec<u32>],
    pub(super) columns: &'a [Vec<u32>],
}

struct Search<'a> {
    lists: Lists<'a>,
    is_in: Vec<bool>,
    cover: Vec<u32>,
    /// How many columns of the cover hold each row.
    times: Vec<u32>,
    weights: Vec<i64>,
    /// Weights that a column would cover, or, of one in the cover, that only it covers, negative.
    scores: Vec<i64>,
    /// A column that went out may come in again once a row of it has changed.
    may_enter: Vec<bool>,
    moved: Vec<u64>,
    open: Vec<u32>,
    open_at: Vec<u32>,
}

/// A cover of fewer columns than the one given, if one is found within so many steps after the last; the search ends at
/// `enough` columns.
pub(super) fn fewer(
    lists: Lists<'_>,
    start: &[u32],
    enough: usize,
    n_steps: u64,
    stop: &(dyn Fn() -> bool + Sync),
) -> Option<Vec<u32>> {
    let (n_rows, n_columns) = (lists.rows.len(), lists.columns.len());
    let scores = lists.columns.iter().map(|rows| rows.len() as i64).collect();
    let mut search = Search {
        lists,
        is_in: vec![false; n_columns],
        cover: Vec::new(),
        times: vec![0; n_rows],
        weights: vec![1; n_rows],
        scores,
        may_enter: vec![true; n_columns],
        moved: vec![0; n_columns],
        open: (0..n_rows as u32).collect(),
        open_at: (0..n_rows as u32).collect(),
    };
    start.iter().for_each(|&column| search.add(column, 0));
    let mut chance = Pcg32::new(20_150_246, 5);
    let mut best: Option<Vec<u32>> = None;
    let mut last = None;
    let (mut step, mut since) = (0_u64, 0_u64);
    while since < n_steps {
        if search.open.is_empty() {
            if search.cover.len() < start.len() {
                best = Some(search.cover.clone());
                since = 0;
            }
            if search.cover.len() <= enough {
                break;
            }
            let out = search.cheapest(None)?;
            search.remove(out, step);
            continue;
        }
        step += 1;
        since += 1;
        if step.is_multiple_of(256) && stop() {
            break;
        }
        let Some(out) = search.cheapest(last) else { break };
        search.remove(out, step);
        let row = search.open[chance.next_u32() as usize % search.open.len()];
        let columns =
            search.lists.rows[row as usize].iter().copied().filter(|&column| search.may_enter[column as usize]);
        let best_in =
            columns.max_by_key(|&column| (search.scores[column as usize], u64::MAX - search.moved[column as usize]));
        let Some(entering) = best_in else { continue };
        search.add(entering, step);
        last = Some(entering);
        for at in 0..search.open.len() {
            let row = search.open[at] as usize;
            search.weights[row] += 1;
            search.lists.rows[row].iter().for_each(|&column| search.scores[column as usize] += 1);
        }
    }
    best
}

impl Search<'_> {
    /// The column whose leaving costs least, and of such the one that has stayed longest; not the last one that came.
    fn cheapest(&self, last: Option<u32>) -> Option<u32> {
        let columns = self.cover.iter().copied().filter(|&column| Some(column) != last || self.cover.len() == 1);
        columns.max_by_key(|&column| (self.scores[column as usize], u64::MAX - self.moved[column as usize], column))
    }

    fn add(&mut self, column: u32, step: u64) {
        self.is_in[column as usize] = true;
        self.cover.push(column);
        self.moved[column as usize] = step;
        self.scores[column as usize] = -self.scores[column as usize];
        for at in 0..self.lists.columns[column as usize].len() {
            let row = self.lists.columns[column as usize][at];
            self.times[row as usize] += 1;
            let weight = self.weights[row as usize];
            match self.times[row as usize] {
                1 => {
                    self.close(row);
                    self.shift(row, column, -weight);
                }
                // The one that held it alone does so no more.
                2 => self.release(row, column, weight),
                _ => {}
            }
            self.lists.rows[row as usize].iter().for_each(|&other| self.may_enter[other as usize] = true);
        }
    }

    fn remove(&mut self, column: u32, step: u64) {
        self.is_in[column as usize] = false;
        self.cover.retain(|&other| other != column);
        self.moved[column as usize] = step;
        self.scores[column as usize] = -self.scores[column as usize];
        for at in 0..self.lists.columns[column as usize].len() {
            let row = self.lists.columns[column as usize][at];
            self.times[row as usize] -= 1;
            let weight = self.weights[row as usize];
            match self.times[row as usize] {
                0 => {
                    self.open_at[row as usize] = self.open.len() as u32;
                    self.open.push(row);
                    self.shift(row, column, weight);
                }
                1 => self.release(row, column, -weight),
                _ => {}
            }
            self.lists.rows[row as usize].iter().for_each(|&other| self.may_enter[other as usize] = true);
        }
        self.may_enter[column as usize] = false;
    }

    /// A row is covered again.
    fn close(&mut self, row: u32) {
        let at = self.open_at[row as usize] as usize;
        self.open.swap_remove(at);
        if let Some(&other) = self.open.get(at) {
            self.open_at[other as usize] = at as u32;
        }
    }

    /// What all other columns of a row would cover.
    fn shift(&mut self, row: u32, but: u32, weight: i64) {
        let others = self.lists.rows[row as usize].iter().filter(|&&other| other != but);
        others.for_each(|&other| self.scores[other as usize] += weight);
    }

    /// What the one other column in the cover holds alone of a row.
    fn release(&mut self, row: u32, but: u32, weight: i64) {
        let mut others =
            self.lists.rows[row as usize].iter().filter(|&&other| other != but && self.is_in[other as usize]);
        if let Some(&other) = others.next() {
            self.scores[other as usize] += weight;
        }
    }
}
