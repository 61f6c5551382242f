//! The bound of a node: the covering of each row is relaxed with one multiplier; and what the bound settles.

use super::node::Node;
use super::rows::Rows;
use super::{MOST_PAIRS, Search};

/// Steps of the multipliers.
pub(super) struct Pace {
    pub(super) n_steps: usize,
    pub(super) patience: usize,
    pub(super) least_share: f64,
    /// Whether choices are improved on the way.
    pub(super) ascends: bool,
}

pub(super) const ROOT: Pace = Pace { n_steps: 6000, patience: 60, least_share: 1e-4, ascends: true };
pub(super) const AGAIN: Pace = Pace { n_steps: 1000, patience: 30, least_share: 1e-4, ascends: true };
pub(super) const CHILD: Pace = Pace { n_steps: 150, patience: 12, least_share: 1e-3, ascends: false };

/// What a relaxation says of a node.
pub(super) struct Relaxed {
    pub(super) bound: f64,
    /// Sites that every better choice opens,
    pub(super) opened: Vec<bool>,
    /// or that none does.
    pub(super) closed: Vec<bool>,
    /// Rows that every better choice covers.
    pub(super) covered: Vec<bool>,
}

impl Relaxed {
    /// How many things are settled.
    pub(super) fn n_settled(&self) -> usize {
        self.opened.iter().chain(&self.closed).chain(&self.covered).filter(|&&flag| flag).count()
    }
}

impl Search<'_> {
    /// Moves the multipliers of a node to where its bound is lowest, as far as the pace allows.
    pub(super) fn relax(&mut self, node: &mut Node, pace: &Pace, is_root: bool) -> Relaxed {
        let (rows, n_sites, p) = (&node.rows, node.sites.len(), node.p);
        let most = |row: usize| if rows.must[row] { f64::INFINITY } else { rows.weight[row] };
        // A row of one site is covered where that is open: all that it gains is the site's, and there is nothing to relax.
        let is_single = |row: usize| !rows.must[row] && rows.of(row).len() == 1;
        let mut multipliers: Vec<f64> = node.multipliers.clone();
        for (row, multiplier) in multipliers.iter_mut().enumerate() {
            let guess = || rows.weight[row] * 0.5_f64.min(1.0 / rows.of(row).len() as f64);
            *multiplier = match multiplier.is_nan() {
                _ if is_single(row) => rows.weight[row],
                true => guess().clamp(0.0, most(row)),
                false => multiplier.clamp(0.0, most(row)),
            };
        }
        let columns = rows.by_site();
        let ascends = pace.ascends && p * n_sites <= MOST_PAIRS;
        if is_root && ascends {
            self.ascend_from_chance(node, &columns);
        }
        let (mut best, mut best_multipliers, mut best_worth) = (f64::INFINITY, multipliers.clone(), vec![0.0; n_sites]);
        let mut worth = vec![0.0; n_sites];
        let mut order: Vec<u32> = (0..n_sites as u32).collect();
        let mut times = vec![0_u32; rows.len()];
        let (mut share, mut patience, mut last_ascent) = (1.0, 0, 0);
        let mut average = node.average.clone();
        for step in 0..pace.n_steps {
            if step % 16 == 0 && ((self.stop)() || self.is_done()) {
                break;
            }
            worth.fill(0.0);
            let mut value = node.constant;
            for (row, &multiplier) in multipliers.iter().enumerate() {
                let more = (rows.weight[row] - multiplier).max(0.0);
                value += if rows.must[row] { more - multiplier } else { more };
                rows.of(row).iter().for_each(|&site| worth[site as usize] += multiplier);
            }
            let by_worth = |a: &u32, b: &u32| worth[*b as usize].total_cmp(&worth[*a as usize]).then(a.cmp(b));
            order.select_nth_unstable_by(p - 1, by_worth);
            value += order[..p].iter().map(|&site| worth[site as usize]).sum::<f64>();
            times.fill(0);
            average.iter_mut().for_each(|average| *average *= 0.97);
            for &site in &order[..p] {
                average[site as usize] += 0.03;
                let rows_of = &columns.1[columns.0[site as usize]..columns.0[site as usize + 1]];
                rows_of.iter().for_each(|&row| times[row as usize] += 1);
            }
            let improved = value < best - 1e-6 * best.abs() || best.is_infinite();
            if value < best {
                best = value;
                best_multipliers.clone_from(&multipliers);
                best_worth.clone_from(&worth);
            }
            patience = if improved { 0 } else { patience + 1 };
            if ascends && (step == 0 || last_ascent + 40 <= step) {
                let mut taken: Vec<u32> = order[..p].to_vec();
                taken.sort_unstable();
                if self.seen.len() < 10_000 && self.seen.insert(node.original(&taken)) {
                    self.ascend(node, &columns, taken);
                    last_ascent = step;
                }
            }
            if !ascends && is_root && step % 100 == 0 {
                self.offer(&node.original(&order[..p]));
            }
            let cutoff = self.cutoff();
            if best < cutoff {
                break;
            }
            if pace.patience < patience {
                (share, patience) = (share * 0.5, 0);
                if share < pace.least_share {
                    break;
                }
                multipliers.clone_from(&best_multipliers);
                continue;
            }
            let slope = |row: usize| -> f64 {
                let (multiplier, weight, times) = (multipliers[row], rows.weight[row], times[row]);
                let wants = if rows.must[row] { 1 + u32::from(multiplier < weight) } else { 1 };
                let at_edge = (times < wants && most(row) <= multiplier) || (wants < times && multiplier <= 0.0);
                if at_edge || is_single(row) { 0.0 } else { f64::from(times) - f64::from(wants) }
            };
            let slopes: Vec<f64> = (0..rows.len()).map(slope).collect();
            let length: f64 = slopes.iter().map(|slope| slope * slope).sum();
            if length == 0.0 {
                break;
            }
            let target =
                if cutoff.is_finite() { cutoff - 0.3 * (best - cutoff).max(self.step) } else { value * 0.9 - 1.0 };
            let stride = share * (value - target).max(1e-9 * value.abs()) / length;
            for (row, slope) in slopes.iter().enumerate() {
                multipliers[row] = (multipliers[row] - stride * slope).clamp(0.0, most(row));
            }
        }
        let cutoff = self.cutoff();
        let (opened, closed) = fixings(best, &best_worth, p, cutoff);
        let covered = must_cover(best, rows, &best_multipliers, &best_worth, p, cutoff);
        node.multipliers = best_multipliers;
        node.average = average;
        Relaxed { bound: best, opened, closed, covered }
    }
}

/// Which rows are settled: left uncovered, and with them every site of theirs closed, the bound would be too low.
fn must_cover(bound: f64, rows: &Rows, multipliers: &[f64], worth: &[f64], p: usize, cutoff: f64) -> Vec<bool> {
    let n_sites = worth.len();
    if n_sites <= p || !cutoff.is_finite() {
        return vec![false; rows.len()];
    }
    let mut order: Vec<u32> = (0..n_sites as u32).collect();
    order.sort_unstable_by(|&a, &b| worth[b as usize].total_cmp(&worth[a as usize]).then(a.cmp(&b)));
    let mut is_taken = vec![false; n_sites];
    order[..p].iter().for_each(|&site| is_taken[site as usize] = true);
    let mut is_of_row = vec![false; n_sites];
    let mut settled = |row: usize| {
        if rows.must[row] {
            return false;
        }
        let sites = rows.of(row);
        let mut without = bound - (rows.weight[row] - multipliers[row]);
        let mut n_lost = 0;
        for &site in sites {
            is_of_row[site as usize] = true;
            if is_taken[site as usize] {
                without -= worth[site as usize];
                n_lost += 1;
            }
        }
        let others = order[p..].iter().filter(|&&site| !is_of_row[site as usize]);
        let (mut n_found, mut gained) = (0, 0.0);
        others.take(n_lost).for_each(|&site| {
            n_found += 1;
            gained += worth[site as usize];
        });
        sites.iter().for_each(|&site| is_of_row[site as usize] = false);
        n_found < n_lost || without + gained < cutoff
    };
    (0..rows.len()).map(&mut settled).collect()
}

/// Which sites are settled by what they would take from the bound.
fn fixings(bound: f64, worth: &[f64], p: usize, cutoff: f64) -> (Vec<bool>, Vec<bool>) {
    let n_sites = worth.len();
    let mut order: Vec<u32> = (0..n_sites as u32).collect();
    order.sort_unstable_by(|&a, &b| worth[b as usize].total_cmp(&worth[a as usize]).then(a.cmp(&b)));
    let (mut opened, mut closed) = (vec![false; n_sites], vec![false; n_sites]);
    if p == 0 || n_sites <= p || !cutoff.is_finite() {
        return (opened, closed);
    }
    let (last, next) = (worth[order[p - 1] as usize], worth[order[p] as usize]);
    for (at, &site) in order.iter().enumerate() {
        let worth = worth[site as usize];
        if at < p {
            opened[site as usize] = bound - worth + next < cutoff;
        } else {
            closed[site as usize] = bound - last + worth < cutoff;
        }
    }
    (opened, closed)
}
