//! The fewest columns that cover every row (set cover with equal costs), or whether a number of columns is enough.
//!
//! Branch and bound. At every node rows that another row implies, columns that another column outdoes and columns that
//! a row cannot do without are settled until nothing moves; then a Lagrangian bound ends the node, or settles more
//! columns by their reduced costs; else the shortest row is split into its columns.
//!
//! # Source
//! Reductions and Lagrangian bound: Beasley (1987), An algorithm for set covering problem, European Journal of
//! Operational Research 31(1), 85-93, doi:10.1016/0377-2217(87)90141-X.

use std::collections::HashSet;

use super::bits::Bits;
use super::row_weights::{Lists, fewer};

/// What was found.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::siting) struct Fewest {
    /// The columns of the best cover found, ascending; with a number to reach, any cover that reaches it.
    pub best: Option<Vec<u32>>,
    /// No cover has fewer columns; `usize::MAX` where a row has none. Where a number of columns was to be reached and
    /// is, nothing is known of fewer, and this is 0.
    pub at_least: usize,
}

/// Covers every row by the fewest of `n_columns`. With `enough`, the search ends once a cover of that many columns is
/// found, or it is proven that there is none (then `at_least` is more than `enough`).
pub(in crate::siting) fn fewest<'r>(
    rows: impl Iterator<Item = &'r [u32]>,
    n_columns: usize,
    enough: Option<usize>,
    stop: &(dyn Fn() -> bool + Sync),
) -> Fewest {
    let rows = essential_rows(rows, n_columns);
    if rows.iter().any(Vec::is_empty) {
        return Fewest { best: None, at_least: usize::MAX };
    }
    let (rows, names) = distinct_columns(rows, n_columns);
    let n_columns = names.len();
    if MOST_BITS < rows.len().saturating_mul(n_columns) {
        // More than a search can hold: a cover without a proof.
        let mut best: Vec<u32> = greedy(&rows, n_columns, &vec![1.0; n_columns]);
        best.iter_mut().for_each(|column| *column = names[*column as usize]);
        best.sort_unstable();
        return Fewest { best: Some(best), at_least: 1 };
    }
    let mut columns = vec![Bits::new(rows.len()); n_columns];
    let mut by_row = vec![Bits::new(n_columns); rows.len()];
    for (row, list) in rows.iter().enumerate() {
        for &column in list {
            columns[column as usize].insert(row);
            by_row[row].insert(column as usize);
        }
    }
    let used = Bits::full(n_columns);
    let root =
        Node { rows: Bits::full(rows.len()), columns: used, chosen: Vec::new(), prices: vec![f64::NAN; rows.len()] };
    let mut search = Search { rows: by_row, columns, best: None, enough, stop, stopped: false, at_least: usize::MAX };
    search.visit(root, true, 0);
    let Search { best, stopped, at_least, .. } = search;
    let best = best.map(|mut best| {
        best.iter_mut().for_each(|column| *column = names[*column as usize]);
        best.sort_unstable();
        best
    });
    let n_best = best.as_ref().map_or(usize::MAX, Vec::len);
    let at_least = match enough {
        // The search ended at the first good one: it says nothing about better ones.
        Some(enough) if n_best <= enough => 0,
        Some(enough) if !stopped => at_least.min(n_best).max(enough + 1),
        _ => at_least.min(n_best),
    };
    Fewest { best, at_least }
}

/// Bits of a table of rows and columns that a search may hold, twice: 1 GiB.
const MOST_BITS: usize = 1 << 32;

/// The rows over columns of which no two cover the same rows, and which columns these are.
fn distinct_columns(rows: Vec<Vec<u32>>, n_columns: usize) -> (Vec<Vec<u32>>, Vec<u32>) {
    let mut of_column: Vec<Vec<u32>> = vec![Vec::new(); n_columns];
    for (row, list) in (0..).zip(&rows) {
        list.iter().for_each(|&column| of_column[column as usize].push(row));
    }
    let mut place = vec![u32::MAX; n_columns];
    let mut known: HashSet<&[u32]> = HashSet::new();
    let mut names = Vec::new();
    for (column, rows) in of_column.iter().enumerate() {
        if !rows.is_empty() && known.insert(rows) {
            place[column] = names.len() as u32;
            names.push(column as u32);
        }
    }
    let kept = |list: &Vec<u32>| {
        list.iter().map(|&column| place[column as usize]).filter(|&column| column != u32::MAX).collect()
    };
    (rows.iter().map(kept).collect(), names)
}

/// Rows without those that hold all of another row.
fn essential_rows<'r>(rows: impl Iterator<Item = &'r [u32]>, n_columns: usize) -> Vec<Vec<u32>> {
    let mut known: HashSet<Vec<u32>> = HashSet::new();
    for row in rows {
        let mut row = row.to_vec();
        row.sort_unstable();
        known.insert(row);
    }
    // In an order that does not depend on hashes; the shortest first.
    let mut rows: Vec<Vec<u32>> = known.into_iter().collect();
    rows.sort_unstable_by(|a, b| a.len().cmp(&b.len()).then_with(|| a.cmp(b)));
    // Kept rows by their first column in order of rarity would do as well; by any column of theirs is enough.
    let mut n_rows_of = vec![0_u32; n_columns];
    rows.iter().flatten().for_each(|&column| n_rows_of[column as usize] += 1);
    let mut kept: Vec<Vec<u32>> = Vec::new();
    let mut by_rarest: Vec<Vec<u32>> = vec![Vec::new(); n_columns];
    let mut is_in = vec![false; n_columns];
    for row in rows {
        row.iter().for_each(|&column| is_in[column as usize] = true);
        let mut candidates = row.iter().flat_map(|&column| &by_rarest[column as usize]);
        let implied = candidates.any(|&other| kept[other as usize].iter().all(|&column| is_in[column as usize]));
        row.iter().for_each(|&column| is_in[column as usize] = false);
        if !implied {
            if let Some(&rarest) = row.iter().min_by_key(|&&column| (n_rows_of[column as usize], column)) {
                by_rarest[rarest as usize].push(kept.len() as u32);
            }
            kept.push(row);
        }
    }
    kept
}

#[derive(Clone)]
struct Node {
    /// Not yet covered.
    rows: Bits,
    /// May still be chosen.
    columns: Bits,
    chosen: Vec<u32>,
    /// What a row pays for being covered, one a row; none yet where it is no number.
    prices: Vec<f64>,
}

/// Steps of the prices.
struct Pace {
    n_steps: usize,
    patience: usize,
    least_share: f64,
    /// A cover is tried every so many steps.
    every: usize,
}

const ROOT: Pace = Pace { n_steps: 3000, patience: 40, least_share: 1e-3, every: 50 };
const CHILD: Pace = Pace { n_steps: 80, patience: 10, least_share: 1e-2, every: 40 };

struct Search<'a> {
    rows: Vec<Bits>,
    columns: Vec<Bits>,
    best: Option<Vec<u32>>,
    enough: Option<usize>,
    stop: &'a (dyn Fn() -> bool + Sync),
    stopped: bool,
    /// The least bound of what was left when it was stopped, or cut off at a number to reach.
    at_least: usize,
}

impl Search<'_> {
    /// A cover is looked for only if it has fewer columns than this.
    fn limit(&self) -> usize {
        let n_best = self.best.as_ref().map_or(usize::MAX, Vec::len);
        self.enough.map_or(n_best, |enough| n_best.min(enough + 1))
    }

    fn is_done(&self) -> bool {
        self.enough.is_some_and(|enough| self.best.as_ref().is_some_and(|best| best.len() <= enough))
    }

    fn visit(&mut self, mut node: Node, is_root: bool, parent_bound: usize) {
        if self.is_done() {
            return;
        }
        if self.stopped || (self.stop)() {
            self.stopped = true;
            self.at_least = self.at_least.min(parent_bound);
            return;
        }
        let mut bound = parent_bound;
        loop {
            if !self.reduce(&mut node) {
                return;
            }
            if node.rows.is_empty() {
                self.offer(node.chosen);
                return;
            }
            if self.limit() <= node.chosen.len() + 1 {
                return self.cut(node.chosen.len() + 1);
            }
            // What is settled on the way is among those that are still needed now.
            let n_chosen = node.chosen.len();
            let (n_more, settled) = self.bound(&mut node, if is_root { &ROOT } else { &CHILD });
            bound = bound.max(n_chosen + n_more);
            if is_root && bound < self.limit() {
                self.search_near(&node, bound);
            }
            if self.limit() <= bound || self.is_done() {
                return self.cut(bound);
            }
            if !settled {
                break;
            }
        }
        let shortest = node.rows.iter().min_by_key(|&row| (self.rows[row].count_both(&node.columns), row));
        let Some(row) = shortest else { return };
        let mut columns: Vec<usize> = self.rows[row].both(&node.columns).collect();
        columns.sort_by_key(|&column| std::cmp::Reverse(self.columns[column].count_both(&node.rows)));
        for column in columns {
            let mut child = node.clone();
            self.choose(&mut child, column);
            self.visit(child, false, bound);
            // Later children do without it.
            node.columns.remove(column);
        }
    }

    /// Looks for smaller covers near the best one.
    fn search_near(&mut self, node: &Node, bound: usize) {
        let rows: Vec<usize> = node.rows.iter().collect();
        let columns: Vec<usize> = node.columns.iter().collect();
        let place_of = |all: &[usize], n: usize| {
            let mut place = vec![u32::MAX; n];
            all.iter().enumerate().for_each(|(at, &one)| place[one] = at as u32);
            place
        };
        let (row_at, column_at) = (place_of(&rows, self.rows.len()), place_of(&columns, self.columns.len()));
        let of_rows: Vec<Vec<u32>> = rows
            .iter()
            .map(|&row| self.rows[row].both(&node.columns).map(|column| column_at[column]).collect())
            .collect();
        let of_columns: Vec<Vec<u32>> = columns
            .iter()
            .map(|&column| self.columns[column].both(&node.rows).map(|row| row_at[row]).collect())
            .collect();
        let start = greedy(&of_rows, columns.len(), &vec![1.0; columns.len()]);
        let lists = Lists { rows: &of_rows, columns: &of_columns };
        let enough = self.enough.unwrap_or(0).max(bound).saturating_sub(node.chosen.len());
        let n_steps = (100 * (rows.len() + columns.len()) as u64).min(100_000);
        if let Some(found) = fewer(lists, &start, enough, n_steps, self.stop) {
            let found = found.iter().map(|&column| columns[column as usize] as u32);
            self.offer(node.chosen.iter().copied().chain(found).collect());
        }
    }

    /// A node is left with this bound.
    fn cut(&mut self, bound: usize) {
        if self.enough.is_some() {
            self.at_least = self.at_least.min(bound);
        }
    }

    fn offer(&mut self, chosen: Vec<u32>) {
        if self.best.as_ref().is_none_or(|best| chosen.len() < best.len()) {
            self.best = Some(chosen);
        }
    }

    fn choose(&self, node: &mut Node, column: usize) {
        node.chosen.push(column as u32);
        node.columns.remove(column);
        node.rows.subtract(&self.columns[column]);
    }

    /// Settles what is settled without a search; false where a row cannot be covered any more.
    fn reduce(&self, node: &mut Node) -> bool {
        loop {
            let mut moved = false;
            let active: Vec<usize> = node.rows.iter().collect();
            for row in active {
                if !node.rows.has(row) {
                    continue;
                }
                let mut columns = self.rows[row].both(&node.columns);
                let first_two = (columns.next(), columns.next());
                drop(columns);
                match first_two {
                    (None, _) => return false,
                    (Some(only), None) => {
                        self.choose(node, only);
                        moved = true;
                    }
                    _ => {
                        let rarest = self.rows[row].both(&node.columns);
                        let rarest = rarest.min_by_key(|&column| self.columns[column].count_both(&node.rows));
                        let Some(rarest) = rarest else { return false };
                        let implied: Vec<usize> = self.columns[rarest]
                            .both(&node.rows)
                            .filter(|&other| other != row && self.rows[row].is_subset(&self.rows[other], &node.columns))
                            .collect();
                        implied.into_iter().for_each(|other| node.rows.remove(other));
                    }
                }
            }
            let columns: Vec<usize> = node.columns.iter().collect();
            for column in columns {
                let rarest = self.columns[column].both(&node.rows);
                let rarest = rarest.min_by_key(|&row| self.rows[row].count_both(&node.columns));
                let outdone = match rarest {
                    None => true,
                    Some(row) => self.rows[row].both(&node.columns).any(|other| {
                        other != column && self.columns[column].is_subset(&self.columns[other], &node.rows)
                    }),
                };
                if outdone {
                    node.columns.remove(column);
                    moved = true;
                }
            }
            if !moved {
                return true;
            }
        }
    }

    /// How many more columns are needed at least, by Lagrangian relaxation of the rows; tries covers on the way, and
    /// settles columns by their reduced costs: whether it did.
    fn bound(&mut self, node: &mut Node, pace: &Pace) -> (usize, bool) {
        let rows: Vec<usize> = node.rows.iter().collect();
        let columns: Vec<usize> = node.columns.iter().collect();
        let mut place = vec![u32::MAX; self.columns.len()];
        columns.iter().enumerate().for_each(|(at, &column)| place[column] = at as u32);
        let lists: Vec<Vec<u32>> =
            rows.iter().map(|&row| self.rows[row].both(&node.columns).map(|column| place[column]).collect()).collect();
        let mut sizes = vec![0_u32; columns.len()];
        lists.iter().flatten().for_each(|&column| sizes[column as usize] += 1);
        let start = |(list, &row): (&Vec<u32>, &usize)| {
            let known = node.prices[row];
            let fair = || list.iter().map(|&column| 1.0 / f64::from(sizes[column as usize])).fold(1.0, f64::min);
            if known.is_nan() { fair() } else { known }
        };
        let mut prices: Vec<f64> = lists.iter().zip(&rows).map(start).collect();
        let (mut best, mut best_prices, mut best_costs) = (f64::NEG_INFINITY, prices.clone(), Vec::new());
        let mut reduced = vec![0.0; columns.len()];
        let (mut share, mut patience) = (1.0, 0);
        let mut covered = vec![0_i32; rows.len()];
        for step in 0..pace.n_steps {
            reduced.fill(1.0);
            for (list, price) in lists.iter().zip(&prices) {
                list.iter().for_each(|&column| reduced[column as usize] -= price);
            }
            let value = prices.iter().sum::<f64>() + reduced.iter().map(|cost| cost.min(0.0)).sum::<f64>();
            if step % pace.every == 0 {
                let cover = greedy(&lists, columns.len(), &reduced);
                let chosen = cover.iter().map(|&column| columns[column as usize] as u32);
                self.offer(node.chosen.iter().copied().chain(chosen).collect());
            }
            if best + 1e-4 * best.abs().max(1.0) < value {
                patience = 0;
            } else {
                patience += 1;
            }
            if best < value {
                best = value;
                best_prices.clone_from(&prices);
                best_costs.clone_from(&reduced);
            }
            let limit = self.limit();
            if limit <= node.chosen.len() + whole(best) || self.is_done() || (self.stop)() {
                break;
            }
            if pace.patience < patience {
                (share, patience) = (share * 0.5, 0);
                if share < pace.least_share {
                    break;
                }
                prices.clone_from(&best_prices);
                continue;
            }
            for (list, covered) in lists.iter().zip(&mut covered) {
                *covered = list.iter().filter(|&&column| reduced[column as usize] < 0.0).count() as i32;
            }
            let slope = |(covered, price): (&i32, &f64)| match 1 - covered {
                slope if slope < 0 && *price <= 0.0 => 0.0,
                slope => f64::from(slope),
            };
            let length: f64 = covered.iter().zip(&prices).map(slope).map(|slope| slope * slope).sum();
            if length == 0.0 {
                break;
            }
            let target = (limit.min(node.chosen.len() + rows.len() + 1) - node.chosen.len()) as f64;
            let stride = share * (target - value).max(0.05) / length;
            for (covered, price) in covered.iter().zip(&mut prices) {
                *price = (*price + stride * slope((covered, price))).max(0.0);
            }
        }
        for (&row, &price) in rows.iter().zip(&best_prices) {
            node.prices[row] = price;
        }
        let limit = self.limit();
        let mut settled = false;
        // More than this many more columns are of no use.
        let room = limit.saturating_sub(node.chosen.len() + 1) as f64 + 1e-6;
        if whole(best) as f64 <= room {
            for (&column, &cost) in columns.iter().zip(&best_costs) {
                if 0.0 < cost && room < best + cost {
                    node.columns.remove(column);
                    settled = true;
                } else if cost < 0.0 && room < best - cost {
                    self.choose(node, column);
                    settled = true;
                }
            }
        }
        (whole(best), settled)
    }
}

/// The least whole number that is not below a bound.
fn whole(bound: f64) -> usize {
    (bound - 1e-6).ceil().max(0.0) as usize
}

/// A cover: the column that covers most of the rest for its reduced cost, again and again; then those not needed leave.
fn greedy(lists: &[Vec<u32>], n_columns: usize, reduced: &[f64]) -> Vec<u32> {
    let mut starts = vec![0_usize; n_columns + 1];
    lists.iter().flatten().for_each(|&column| starts[column as usize + 1] += 1);
    (0..n_columns).for_each(|column| starts[column + 1] += starts[column]);
    let mut next = starts.clone();
    let mut of_column = vec![0_u32; starts[n_columns]];
    for (row, list) in (0_u32..).zip(lists) {
        for &column in list {
            of_column[next[column as usize]] = row;
            next[column as usize] += 1;
        }
    }
    let rows_of = |column: u32| &of_column[starts[column as usize]..starts[column as usize + 1]];
    let mut gains: Vec<u32> = (0..n_columns).map(|column| (starts[column + 1] - starts[column]) as u32).collect();
    let mut times = vec![0_u32; lists.len()];
    let mut cover: Vec<u32> = Vec::new();
    let mut n_left = lists.len();
    let take = |column: u32, times: &mut Vec<u32>, gains: &mut Vec<u32>, n_left: &mut usize| {
        for &row in rows_of(column) {
            times[row as usize] += 1;
            if times[row as usize] == 1 {
                *n_left -= 1;
                lists[row as usize].iter().for_each(|&other| gains[other as usize] -= 1);
            }
        }
    };
    // What pays for itself first.
    let mut paying: Vec<u32> = (0..n_columns as u32).filter(|&column| reduced[column as usize] < 0.0).collect();
    paying.sort_by(|&a, &b| reduced[a as usize].total_cmp(&reduced[b as usize]).then(a.cmp(&b)));
    for column in paying {
        if 0 < gains[column as usize] {
            cover.push(column);
            take(column, &mut times, &mut gains, &mut n_left);
        }
    }
    while 0 < n_left {
        let score = |column: u32| (reduced[column as usize].max(0.0) + 1e-3) / f64::from(gains[column as usize]);
        let open = (0..n_columns as u32).filter(|&column| 0 < gains[column as usize]);
        let Some(column) = open.min_by(|&a, &b| score(a).total_cmp(&score(b)).then(a.cmp(&b))) else { break };
        cover.push(column);
        take(column, &mut times, &mut gains, &mut n_left);
    }
    let mut at = cover.len();
    while 0 < at {
        at -= 1;
        if rows_of(cover[at]).iter().all(|&row| 1 < times[row as usize]) {
            rows_of(cover[at]).iter().for_each(|&row| times[row as usize] -= 1);
            cover.remove(at);
        }
    }
    cover
}
