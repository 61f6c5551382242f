//! The most coverage from `p` sites: rows that gain when they are covered, and rows that must be covered and gain when
//! they are covered twice.
//!
//! Branch and bound over sites, as in the median next door: each node is again such a problem, smaller than its parent.
//! The bound relaxes the covering of each row with one multiplier; a site then is worth the sum over its rows, and the
//! best `p` are taken.
//!
//! # Source
//! Downs and Camm (1996), An exact algorithm for the maximal covering problem, Naval Research Logistics 43(3), 435-461.

mod node;
mod relax;
mod rows;

use std::collections::HashSet;

use rand::Rng;
use rand_pcg::Pcg32;

use super::swap_cover::Swap;
use node::{Node, outdone_by};
use relax::{AGAIN, CHILD, ROOT};
pub(in crate::siting) use rows::Rows;

/// A problem of coverage to solve.
pub(in crate::siting) struct Coverage<'a> {
    pub(in crate::siting) rows: Rows,
    /// How many sites are open, those open already counted.
    pub(in crate::siting) p: usize,
    /// Open already.
    pub(in crate::siting) open: &'a [u32],
    /// Choices to begin with, whole ones.
    pub(in crate::siting) starts: Vec<Vec<u32>>,
    /// Where it is finite, only choices that gain this much are looked for, and the first one ends the search.
    pub(in crate::siting) enough: f64,
    pub(in crate::siting) stop: &'a (dyn Fn() -> bool + Sync),
}

/// What was found.
#[derive(Clone, Debug)]
pub(in crate::siting) struct Solved {
    /// The best choice, ascending, and what it gains.
    pub(in crate::siting) best: Option<(f64, Vec<u32>)>,
    /// No choice gains more; where much is asked for and the search is complete, none gains that.
    pub(in crate::siting) bound: f64,
    /// Whether the search was not stopped.
    pub(in crate::siting) complete: bool,
}

/// Solves a problem of coverage. `p` is at least the number of open sites and at most that of all.
pub(in crate::siting) fn solve(coverage: Coverage<'_>) -> Solved {
    let Coverage { rows, p, open, starts, enough, stop } = coverage;
    let rows = rows.merged();
    let total: f64 = rows.weight.iter().sum();
    let is_whole = total < 2_f64.powi(52) && rows.weight.iter().all(|weight| weight.fract() == 0.0);
    let mut search = Search {
        original: &rows,
        best: None,
        step: if is_whole { 1.0 } else { 0.0 },
        enough,
        stop,
        stopped: false,
        bound: f64::NEG_INFINITY,
        chance: Pcg32::new(19_960_043, 3),
        seen: HashSet::new(),
        moved: [vec![(0.0, 0); rows.n_sites], vec![(0.0, 0); rows.n_sites]],
    };
    for start in starts {
        search.offer(&start);
    }
    let mut is_open = vec![false; rows.n_sites];
    open.iter().for_each(|&site| is_open[site as usize] = true);
    let root = Node {
        rows: rows.clone(),
        sites: (0..rows.n_sites as u32).collect(),
        p,
        open: Vec::new(),
        constant: 0.0,
        multipliers: vec![f64::NAN; rows.len()],
        average: vec![p as f64 / rows.n_sites.max(1) as f64; rows.n_sites],
    };
    if let Some(root) = root.fixed(&is_open, &vec![false; rows.n_sites]) {
        search.run(root);
    }
    let Search { best, stopped, bound, .. } = search;
    let bound = best.as_ref().map_or(bound, |(value, _)| bound.max(*value));
    Solved { best, bound, complete: !stopped }
}

/// How a node came from its parent.
#[derive(Clone, Copy)]
struct Branch {
    /// By its original position.
    site: usize,
    opens: bool,
    /// Of the site, in the parent.
    average: f64,
}

/// Pairs of an open and a closed site beyond which no swaps are tried: 256 MiB for what they gain.
const MOST_PAIRS: usize = 1 << 25;

/// Bytes that branches put off may take; a search that needs more ends as if time were up.
const MOST_BYTES: usize = 1 << 30;

struct Search<'a> {
    original: &'a Rows,
    best: Option<(f64, Vec<u32>)>,
    /// Gains of choices are multiples of this; 0 where they may be anything.
    step: f64,
    enough: f64,
    stop: &'a (dyn Fn() -> bool + Sync),
    stopped: bool,
    bound: f64,
    chance: Pcg32,
    /// Choices from which an ascent began.
    seen: HashSet<Vec<u32>>,
    /// What closing and opening a site has taken from the bound, in all, and how often that was seen.
    moved: [Vec<(f64, u32)>; 2],
}

impl Search<'_> {
    /// A bound no higher than this ends a node: nothing better than the best can be below.
    fn cutoff(&self) -> f64 {
        let better = match &self.best {
            None => f64::NEG_INFINITY,
            Some((best, _)) if self.step == 0.0 => best + 1e-10 * best.abs(),
            Some((best, _)) => best + self.step - (1e-6_f64).max(1e-13 * best.abs()).min(0.5 * self.step),
        };
        if self.enough.is_finite() { better.max(self.enough - 1e-9 * self.enough.abs()) } else { better }
    }

    fn is_done(&self) -> bool {
        self.best.as_ref().is_some_and(|(best, _)| self.enough <= *best)
    }

    fn offer(&mut self, chosen: &[u32]) {
        if let Some(value) = self.original.value(chosen)
            && self.best.as_ref().is_none_or(|(best, _)| *best < value)
        {
            let mut chosen = chosen.to_vec();
            chosen.sort_unstable();
            self.best = Some((value, chosen));
        }
    }

    /// Depth first; branches put off are kept in a list, with the bound of their parent.
    fn run(&mut self, root: Node) {
        let mut next = Some((root, f64::INFINITY, None));
        let mut later: Vec<(Node, f64, Option<Branch>)> = Vec::new();
        let mut n_bytes = 0;
        let mut is_root = true;
        loop {
            let (node, bound, branch) = match next.take() {
                Some(next) => next,
                None => match later.pop() {
                    Some(put_off) => {
                        n_bytes -= put_off.0.n_bytes();
                        put_off
                    }
                    None => return,
                },
            };
            if bound < self.cutoff() {
                continue;
            }
            self.stopped |= MOST_BYTES < n_bytes;
            if let Some((node, bound)) = self.look(node, is_root, bound, branch) {
                let mut children = self.children(&node, bound);
                next = children.pop();
                n_bytes += children.iter().map(|(node, ..)| node.n_bytes()).sum::<usize>();
                later.extend(children);
            }
            is_root = false;
            if self.stopped {
                let left = later.iter().chain(&next).map(|(_, bound, _)| *bound);
                self.bound = left.fold(self.bound, f64::max);
                return;
            }
        }
    }

    /// The node as far as it can be settled, and its bound; none where nothing better is in it, or the search is
    /// stopped.
    fn look(&mut self, mut node: Node, is_root: bool, before: f64, branch: Option<Branch>) -> Option<(Node, f64)> {
        let mut bound = before;
        let mut branch = branch;
        let mut pace = if is_root { &ROOT } else { &CHILD };
        loop {
            if self.stopped || self.is_done() || (self.stop)() {
                self.stopped = true;
                self.bound = self.bound.max(bound);
                return None;
            }
            if node.p == 0 || node.sites.len() <= node.p {
                let all: Vec<u32> = if node.p == 0 { Vec::new() } else { (0..node.sites.len() as u32).collect() };
                self.offer(&node.original(&all));
                return None;
            }
            let relaxed = self.relax(&mut node, pace, is_root);
            bound = bound.min(relaxed.bound);
            if let Some(branch) = branch.take() {
                self.note(branch, before - relaxed.bound.max(self.cutoff() - self.step));
            }
            if bound < self.cutoff() {
                return None;
            }
            let n_settled = relaxed.n_settled();
            if n_settled == 0 {
                return Some((node, bound));
            }
            let n_opened = relaxed.opened.iter().filter(|&&flag| flag).count();
            let n_closed = relaxed.closed.iter().filter(|&&flag| flag).count();
            if node.p < n_opened || node.sites.len() - n_closed < node.p {
                return None;
            }
            let n_before = node.sites.len() + node.rows.len();
            node.cover(&relaxed.covered);
            node = node.fixed(&relaxed.opened, &relaxed.closed)?;
            let is_settled = node.p == 0 || node.sites.len() <= node.p;
            if !is_settled && (!is_root || n_settled * 20 < n_before) {
                return Some((node, bound));
            }
            pace = &AGAIN;
        }
    }

    /// Both branches of a node; the one to look at first is the last.
    fn children(&self, node: &Node, bound: f64) -> Vec<(Node, f64, Option<Branch>)> {
        let site = self.branching_site(node);
        let none = vec![false; node.sites.len()];
        let mut flags = none.clone();
        flags[site] = true;
        // Who covers no row beyond those of a closed site could as well be that site, which the other branch holds.
        let closed = outdone_by(&node.rows, site);
        let opens = node.fixed(&flags, &none);
        let is_enough = node.p <= closed.iter().filter(|&&flag| !flag).count();
        let closes = if is_enough { node.fixed(&none, &closed) } else { None };
        let branch = |opens| Some(Branch { site: node.sites[site] as usize, opens, average: node.average[site] });
        let opens = opens.map(|child| (child, bound, branch(true)));
        let closes = closes.map(|child| (child, bound, branch(false)));
        let ordered = if 0.5 <= node.average[site] { [closes, opens] } else { [opens, closes] };
        ordered.into_iter().flatten().collect()
    }

    /// Notes by how much a branch has lowered the bound.
    fn note(&mut self, branch: Branch, fell: f64) {
        let share = if branch.opens { 1.0 - branch.average } else { branch.average };
        if fell.is_finite() {
            let (sum, n) = &mut self.moved[usize::from(branch.opens)][branch.site];
            *sum += fell.max(0.0) / share.max(0.05);
            *n += 1;
        }
    }

    /// The site of which both branches are likely to move the bound most.
    fn branching_site(&self, node: &Node) -> usize {
        let mean = |moved: &[(f64, u32)]| {
            let (sum, n) = moved.iter().fold((0.0, 0), |(sum, n), (moved, times)| (sum + moved, n + times));
            if n == 0 { 1.0 } else { sum / f64::from(n) }
        };
        let means = [mean(&self.moved[0]), mean(&self.moved[1])];
        let moves = |which: usize, site: usize| {
            let (sum, n) = self.moved[which][site];
            (sum + means[which]) / f64::from(n + 1)
        };
        let score = |at: usize| {
            let (site, share) = (node.sites[at] as usize, node.average[at].clamp(0.001, 0.999));
            (moves(0, site) * share).max(1e-9) * (moves(1, site) * (1.0 - share)).max(1e-9)
        };
        (0..node.sites.len()).max_by(|&a, &b| score(a).total_cmp(&score(b)).then(b.cmp(&a))).unwrap_or(0)
    }

    fn ascend(&mut self, node: &Node, columns: &(Vec<usize>, Vec<u32>), open: Vec<u32>) {
        if (self.stop)() {
            return;
        }
        let mut swap = Swap::new(&node.rows, &columns.0, &columns.1, open);
        swap.ascend(self.stop);
        let chosen = node.original(swap.open());
        self.offer(&chosen);
    }

    /// Ascents from choices drawn at random.
    fn ascend_from_chance(&mut self, node: &Node, columns: &(Vec<usize>, Vec<u32>)) {
        let n_sites = node.sites.len();
        for _ in 0..3 {
            let mut order: Vec<u32> = (0..n_sites as u32).collect();
            for at in 0..node.p {
                let other = at + self.chance.next_u32() as usize % (n_sites - at);
                order.swap(at, other);
            }
            order.truncate(node.p);
            self.ascend(node, columns, order);
        }
    }
}
