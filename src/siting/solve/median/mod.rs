//! The median behind several problems: `p` sites so that every row pays the least, for a site or for going unserved.
//!
//! Branch and bound over sites. A site that is open lowers the price of its rows, one that is closed leaves them: each
//! node is again a plain median, smaller than its parent. The bound relaxes "served exactly once" with one multiplier a
//! row; a site then is worth what its rows would save below their multipliers, and the best `p` are taken. What a site
//! would add to the bound settles most of them at the root.
//!
//! # Source
//! Relaxation and fixing: Christofides and Beasley (1982), A tree search algorithm for the p-median problem, European
//! Journal of Operational Research 10(2), 196-204, doi:10.1016/0377-2217(82)90160-6. Steps: Held, Wolfe and Crowder
//! (1974), Validation of subgradient optimization, Mathematical Programming 6, 62-88, doi:10.1007/BF01580223.

mod node;
mod relax;
mod rows;

use std::collections::HashSet;

use rand::Rng;
use rand_pcg::Pcg32;

use super::swap_cost::{Columns, Swap};
use node::{Later, Node};
use relax::{AGAIN, CHILD, Pace, ROOT};
pub(in crate::siting) use rows::Rows;

/// A median to solve.
pub(in crate::siting) struct Median<'a> {
    pub(in crate::siting) rows: Rows,
    /// How many sites are open, those open already counted.
    pub(in crate::siting) p: usize,
    /// Open already.
    pub(in crate::siting) open: &'a [u32],
    /// Choices to begin with, whole ones.
    pub(in crate::siting) starts: Vec<Vec<u32>>,
    pub(in crate::siting) stop: &'a (dyn Fn() -> bool + Sync),
}

/// What was found.
#[derive(Clone, Debug)]
pub(in crate::siting) struct Solved {
    /// The best choice that lets no row go unserved that must not, ascending, and its cost.
    pub(in crate::siting) best: Option<(f64, Vec<u32>)>,
    /// No choice costs less.
    pub(in crate::siting) bound: f64,
    /// Whether the search was not stopped.
    pub(in crate::siting) complete: bool,
}

/// Solves a median. `p` is at least the number of open sites and at most that of all.
pub(in crate::siting) fn solve(median: Median<'_>) -> Solved {
    let Median { rows, p, open, starts, stop } = median;
    let finite = |value: f64| if value.is_finite() { value } else { 0.0 };
    let dearest = |row: usize| finite(rows.price[row]).max(rows.of(row).1.last().copied().unwrap_or(0.0));
    let scale: f64 = (0..rows.len()).map(dearest).sum();
    let whole = |values: &[f64]| values.iter().all(|value| value.fract() == 0.0 || value.is_infinite());
    let is_whole = scale < 2_f64.powi(52) && whole(&rows.costs) && whole(&rows.price);
    let mut search = Search {
        original: &rows,
        best: None,
        step: if is_whole { 1.0 } else { 0.0 },
        unpayable: 2.0 * scale + 1.0,
        stop,
        stopped: false,
        bound: f64::INFINITY,
        chance: Pcg32::new(20_240_229, 7),
        seen: HashSet::new(),
    };
    for start in starts {
        search.offer(&start);
    }
    let sites: Vec<u32> = (0..rows.n_sites as u32).collect();
    let mut is_open = vec![false; rows.n_sites];
    open.iter().for_each(|&site| is_open[site as usize] = true);
    let root = Node {
        rows: rows.clone(),
        ids: (0..rows.len() as u32).collect(),
        sites,
        p,
        open: Vec::new(),
        constant: 0.0,
        multipliers: vec![f64::NAN; rows.len()],
        average: vec![p as f64 / rows.n_sites.max(1) as f64; rows.n_sites],
    };
    let root = root.fixed(&is_open, &vec![false; rows.n_sites]);
    search.run(root);
    let Search { best, stopped, bound, .. } = search;
    let bound = best.as_ref().map_or(bound, |(cost, _)| bound.min(*cost));
    Solved { best, bound, complete: !stopped }
}

/// Pairs of an open and a closed site beyond which no swaps are tried: 256 MiB for what they save.
const MOST_PAIRS: usize = 1 << 25;

/// Bytes that branches put off may take; a search that needs more ends as if time were up.
const MOST_BYTES: usize = 1 << 30;

struct Search<'a> {
    original: &'a Rows,
    best: Option<(f64, Vec<u32>)>,
    /// Costs of choices are multiples of this; 0 where they may be anything.
    step: f64,
    unpayable: f64,
    stop: &'a (dyn Fn() -> bool + Sync),
    stopped: bool,
    bound: f64,
    chance: Pcg32,
    /// Choices from which a descent began.
    seen: HashSet<Vec<u32>>,
}

impl Search<'_> {
    /// A bound of this much ends a node: nothing better than the best can be below.
    fn cutoff(&self) -> f64 {
        match &self.best {
            None => f64::INFINITY,
            Some((best, _)) if self.step == 0.0 => best - 1e-10 * best.abs(),
            Some((best, _)) => best - self.step + (1e-6_f64).max(1e-13 * best.abs()).min(0.5 * self.step),
        }
    }

    fn offer(&mut self, chosen: &[u32]) {
        let cost = self.original.cost(chosen);
        if cost.is_finite() && self.best.as_ref().is_none_or(|(best, _)| cost < *best) {
            let mut chosen = chosen.to_vec();
            chosen.sort_unstable();
            self.best = Some((cost, chosen));
        }
    }

    /// Depth first; what is put off is kept in a list.
    fn run(&mut self, root: Node) {
        let Some((root, bound)) = self.look(root, &ROOT, f64::NEG_INFINITY) else { return };
        let mut later: Vec<Later> = Vec::new();
        let mut n_bytes = 0;
        let mut next = self.branch(&root, bound, &mut later);
        loop {
            let (node, bound) = match (next.take(), later.pop()) {
                (Some(node), put_off) => {
                    later.extend(put_off);
                    n_bytes += later.last().map_or(0, Later::n_bytes);
                    node
                }
                (None, Some(put_off)) => {
                    n_bytes -= put_off.n_bytes();
                    if self.cutoff() <= put_off.bound {
                        continue;
                    }
                    (root.resumed(&put_off), put_off.bound)
                }
                (None, None) => return,
            };
            self.stopped |= MOST_BYTES < n_bytes;
            if let Some((node, bound)) = self.look(node, &CHILD, bound) {
                next = self.branch(&node, bound, &mut later);
            }
            if self.stopped {
                self.bound = later.iter().map(|later| later.bound).fold(self.bound, f64::min);
                return;
            }
        }
    }

    /// The branch that is looked at first, with the bound of its node; the other is put off.
    fn branch(&self, node: &Node, bound: f64, later: &mut Vec<Later>) -> Option<(Node, f64)> {
        let undecided = |at: usize| (node.average[at] - 0.5).abs();
        let site = (0..node.sites.len()).min_by(|&a, &b| undecided(a).total_cmp(&undecided(b)))?;
        let opens = 0.5 <= node.average[site];
        later.push(node.later(site, !opens, bound));
        let none = vec![false; node.sites.len()];
        let mut flags = none.clone();
        flags[site] = true;
        Some((if opens { node.fixed(&flags, &none) } else { node.fixed(&none, &flags) }, bound))
    }

    /// The node as far as it can be settled, and its bound; none where nothing better is in it, or the search is
    /// stopped.
    fn look(&mut self, mut node: Node, pace: &Pace, parent_bound: f64) -> Option<(Node, f64)> {
        let is_root = pace.descends;
        let (mut bound, mut pace) = (parent_bound, pace);
        loop {
            if self.stopped || (self.stop)() {
                self.stopped = true;
                self.bound = self.bound.min(bound);
                return None;
            }
            if node.p == 0 || node.sites.len() <= node.p {
                let all: Vec<u32> = if node.p == 0 { Vec::new() } else { (0..node.sites.len() as u32).collect() };
                if node.constant < self.cutoff() {
                    self.offer(&node.original(&all));
                }
                return None;
            }
            if self.cutoff() <= node.constant {
                return None;
            }
            if is_root {
                self.descend_from_chance(&node);
            }
            let relaxed = self.relax(&mut node, pace);
            bound = bound.max(relaxed.bound);
            if self.cutoff() <= bound {
                return None;
            }
            let n_opened = relaxed.opened.iter().filter(|&&flag| flag).count();
            let n_closed = relaxed.closed.iter().filter(|&&flag| flag).count();
            if n_opened + n_closed == 0 {
                return Some((node, bound));
            }
            if node.p < n_opened || node.sites.len() - n_closed < node.p {
                // Better choices would need more sites than there may be.
                return None;
            }
            let n_before = node.sites.len();
            node = node.fixed(&relaxed.opened, &relaxed.closed);
            let is_settled = node.p == 0 || node.sites.len() <= node.p;
            if !is_settled && (!is_root || (n_before - node.sites.len()) * 20 < n_before) {
                return Some((node, bound));
            }
            pace = &AGAIN;
        }
    }

    /// Descents from choices drawn at random.
    fn descend_from_chance(&mut self, node: &Node) {
        let n_sites = node.sites.len();
        if MOST_PAIRS < node.p * n_sites {
            return;
        }
        let columns = Columns::new(&node.rows);
        for _ in 0..3 {
            let mut order: Vec<u32> = (0..n_sites as u32).collect();
            for at in 0..node.p {
                let other = at + self.chance.next_u32() as usize % (n_sites - at);
                order.swap(at, other);
            }
            order.truncate(node.p);
            self.descend(node, &columns, order);
        }
    }

    fn descend(&mut self, node: &Node, columns: &Columns, open: Vec<u32>) {
        if (self.stop)() {
            return;
        }
        let mut swap = Swap::new(&node.rows, columns, self.unpayable, open);
        swap.descend(self.stop);
        let chosen = node.original(swap.open());
        self.offer(&chosen);
    }
}
