//! The bound of a node: "served exactly once" is relaxed with one multiplier a row; and what the bound settles.

use super::super::swap_cost::Columns;
use super::node::Node;
use super::{MOST_PAIRS, Search};

/// Steps of the multipliers.
pub(super) struct Pace {
    pub(super) n_steps: usize,
    pub(super) patience: usize,
    /// Whether choices are improved on the way.
    pub(super) descends: bool,
}

pub(super) const ROOT: Pace = Pace { n_steps: 6000, patience: 80, descends: true };
pub(super) const AGAIN: Pace = Pace { n_steps: 1000, patience: 40, descends: true };
pub(super) const CHILD: Pace = Pace { n_steps: 150, patience: 12, descends: false };

/// What a relaxation says of a node.
pub(super) struct Relaxed {
    pub(super) bound: f64,
    /// Sites that every better choice opens,
    pub(super) opened: Vec<bool>,
    /// or that none does.
    pub(super) closed: Vec<bool>,
}

impl Search<'_> {
    /// Moves the multipliers of a node to where its bound is highest, as far as the pace allows.
    pub(super) fn relax(&mut self, node: &mut Node, pace: &Pace) -> Relaxed {
        let (rows, n_sites, p) = (&node.rows, node.sites.len(), node.p);
        let floor = |row: usize| rows.costs[rows.starts[row]];
        let mut multipliers: Vec<f64> = node.multipliers.clone();
        for (row, multiplier) in multipliers.iter_mut().enumerate() {
            let costs = rows.of(row).1;
            let middle = costs[(costs.len() - 1).min(n_sites / p / 2)];
            let known = if multiplier.is_nan() { middle } else { *multiplier };
            *multiplier = known.clamp(floor(row), rows.price[row]);
        }
        let columns = if pace.descends && p * n_sites <= MOST_PAIRS { Some(Columns::new(rows)) } else { None };
        let (mut best, mut best_multipliers, mut best_savings) =
            (f64::NEG_INFINITY, multipliers.clone(), vec![0.0; n_sites]);
        let mut savings = vec![0.0; n_sites];
        let mut order: Vec<u32> = (0..n_sites as u32).collect();
        let mut is_taken = vec![false; n_sites];
        let mut slopes = vec![0.0_f64; rows.len()];
        let (mut share, mut patience, mut last_descent) = (1.0, 0, 0);
        let mut average = node.average.clone();
        for step in 0..pace.n_steps {
            if step % 16 == 0 && (self.stop)() {
                break;
            }
            savings.fill(0.0);
            let mut value = node.constant;
            for (row, &multiplier) in multipliers.iter().enumerate() {
                value += multiplier;
                let (sites, costs) = rows.of(row);
                for (&site, &cost) in sites.iter().zip(costs) {
                    if multiplier <= cost {
                        break;
                    }
                    savings[site as usize] += cost - multiplier;
                }
            }
            let by_saving = |a: &u32, b: &u32| savings[*a as usize].total_cmp(&savings[*b as usize]).then(a.cmp(b));
            order.select_nth_unstable_by(p - 1, by_saving);
            is_taken.fill(false);
            order[..p].iter().for_each(|&site| is_taken[site as usize] = true);
            value += order[..p].iter().map(|&site| savings[site as usize]).sum::<f64>();
            for (average, &taken) in average.iter_mut().zip(&is_taken) {
                *average = 0.97 * *average + if taken { 0.03 } else { 0.0 };
            }
            let improved = best + 1e-6 * best.abs() < value;
            if best < value {
                best = value;
                best_multipliers.clone_from(&multipliers);
                best_savings.clone_from(&savings);
            }
            patience = if improved { 0 } else { patience + 1 };
            if let Some(columns) = &columns
                && (step == 0 || last_descent + 40 <= step)
            {
                let mut taken: Vec<u32> = order[..p].to_vec();
                taken.sort_unstable();
                if self.seen.len() < 10_000 && self.seen.insert(node.original(&taken)) {
                    self.descend(node, columns, taken);
                    last_descent = step;
                }
            }
            if pace.descends && columns.is_none() && step % 100 == 0 {
                self.offer(&node.original(&order[..p]));
            }
            let cutoff = self.cutoff();
            if cutoff <= best {
                break;
            }
            if pace.patience < patience {
                (share, patience) = (share * 0.5, 0);
                if share < 1e-4 {
                    break;
                }
                multipliers.clone_from(&best_multipliers);
            }
            let mut length = 0.0;
            for row in 0..rows.len() {
                let (sites, costs) = rows.of(row);
                let multiplier = multipliers[row];
                let mut times = 0_i32;
                for (&site, &cost) in sites.iter().zip(costs) {
                    if multiplier <= cost {
                        break;
                    }
                    times += i32::from(is_taken[site as usize]);
                }
                let at_edge = (times == 0 && rows.price[row] <= multiplier) || (1 < times && multiplier <= floor(row));
                let slope = if at_edge { 0.0 } else { f64::from(1 - times) };
                slopes[row] = slope;
                length += slope * slope;
            }
            if length == 0.0 {
                break;
            }
            // A little beyond what is needed: steps towards the very cutoff would come near it and never pass it.
            let target = if cutoff.is_finite() {
                cutoff + 0.3 * (cutoff - best).max(self.step)
            } else {
                value.abs() * 1.05 + 1.0
            };
            let stride = share * (target - value).max(1e-9 * value.abs()) / length;
            for (row, slope) in slopes.iter().enumerate() {
                if *slope != 0.0 {
                    multipliers[row] = (multipliers[row] + stride * slope).clamp(floor(row), rows.price[row]);
                }
            }
        }
        let (opened, closed) = fixings(best, &best_savings, p, self.cutoff());
        node.multipliers = best_multipliers;
        node.average = average;
        Relaxed { bound: best, opened, closed }
    }
}

/// Which sites are settled by what they would add to the bound.
fn fixings(bound: f64, savings: &[f64], p: usize, cutoff: f64) -> (Vec<bool>, Vec<bool>) {
    let n_sites = savings.len();
    let mut order: Vec<u32> = (0..n_sites as u32).collect();
    order.sort_unstable_by(|&a, &b| savings[a as usize].total_cmp(&savings[b as usize]).then(a.cmp(&b)));
    let (mut opened, mut closed) = (vec![false; n_sites], vec![false; n_sites]);
    if p == 0 || n_sites <= p || !cutoff.is_finite() {
        return (opened, closed);
    }
    let (last, next) = (savings[order[p - 1] as usize], savings[order[p] as usize]);
    for (at, &site) in order.iter().enumerate() {
        let saving = savings[site as usize];
        if at < p {
            opened[site as usize] = cutoff <= bound - saving + next;
        } else {
            closed[site as usize] = cutoff <= bound - last + saving;
        }
    }
    (opened, closed)
}
