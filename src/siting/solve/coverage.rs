//! The most coverage from `p` sites: rows that gain when they are covered, and rows that must be covered and gain when
//! they are covered twice.
//!
//! Branch and bound over sites, as in the median next door: each node is again such a problem, smaller than its parent.
//! The bound relaxes the covering of each row with one multiplier; a site then is worth the sum over its rows, and the
//! best `p` are taken.
//!
//! # Source
//! Downs and Camm (1996), An exact algorithm for the maximal covering problem, Naval Research Logistics 43(3), 435-461.

use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet};

use rand::Rng;
use rand_pcg::Pcg32;

use super::swap_cover::Swap;

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

    pub(super) fn len(&self) -> usize {
        self.weight.len()
    }

    pub(super) fn of(&self, row: usize) -> &[u32] {
        &self.sites[self.starts[row]..self.starts[row + 1]]
    }

    /// What is gained by a choice; none where a row that must be covered is not.
    fn value(&self, open: &[u32]) -> Option<f64> {
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
    fn by_site(&self) -> (Vec<usize>, Vec<u32>) {
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

/// A problem in which every site is free.
struct Node {
    rows: Rows,
    /// The original position of each site.
    sites: Vec<u32>,
    /// How many more are opened.
    p: usize,
    open: Vec<u32>,
    /// Gained already.
    constant: f64,
    multipliers: Vec<f64>,
    /// How often each site was among those taken, of late.
    average: Vec<f64>,
}

impl Node {
    /// What is left when some sites are opened and some closed; none where a row cannot be covered that must be.
    fn fixed(&self, opened: &[bool], closed: &[bool]) -> Option<Self> {
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
    fn cover(&mut self, covered: &[bool]) {
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

    fn n_bytes(&self) -> usize {
        4 * self.rows.sites.len() + 25 * self.rows.len() + 12 * self.sites.len()
    }

    /// A choice by original positions.
    fn original(&self, free: &[u32]) -> Vec<u32> {
        let mut chosen: Vec<u32> = free.iter().map(|&site| self.sites[site as usize]).collect();
        chosen.extend(&self.open);
        chosen.sort_unstable();
        chosen
    }
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

/// Steps of the multipliers.
struct Pace {
    n_steps: usize,
    patience: usize,
    least_share: f64,
    /// Whether choices are improved on the way.
    ascends: bool,
}

const ROOT: Pace = Pace { n_steps: 6000, patience: 60, least_share: 1e-4, ascends: true };
const AGAIN: Pace = Pace { n_steps: 1000, patience: 30, least_share: 1e-4, ascends: true };
const CHILD: Pace = Pace { n_steps: 150, patience: 12, least_share: 1e-3, ascends: false };

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

    /// The node as far as it can be settled, and its bound; none where nothing better is in it, or the search is stopped.
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

    /// Moves the multipliers of a node to where its bound is lowest, as far as the pace allows.
    fn relax(&mut self, node: &mut Node, pace: &Pace, is_root: bool) -> Relaxed {
        let (rows, n_sites, p) = (&node.rows, node.sites.len(), node.p);
        let most = |row: usize| if rows.must[row] { f64::INFINITY } else { rows.weight[row] };
        let mut multipliers: Vec<f64> = node.multipliers.clone();
        for (row, multiplier) in multipliers.iter_mut().enumerate() {
            let guess = || rows.weight[row] * 0.5_f64.min(1.0 / rows.of(row).len() as f64);
            let known = if multiplier.is_nan() { guess() } else { *multiplier };
            *multiplier = known.clamp(0.0, most(row));
        }
        let columns = rows.by_site();
        let ascends = pace.ascends && p * n_sites <= 1 << 27;
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
                if at_edge { 0.0 } else { f64::from(times) - f64::from(wants) }
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

/// The sites whose rows are all rows of `site`, itself among them.
fn outdone_by(rows: &Rows, site: usize) -> Vec<bool> {
    let mut outdone = vec![true; rows.n_sites];
    for row in 0..rows.len() {
        let sites = rows.of(row);
        if sites.binary_search(&(site as u32)).is_err() {
            sites.iter().for_each(|&other| outdone[other as usize] = false);
        }
    }
    outdone
}

/// What a relaxation says of a node.
struct Relaxed {
    bound: f64,
    /// Sites that every better choice opens,
    opened: Vec<bool>,
    /// or that none does.
    closed: Vec<bool>,
    /// Rows that every better choice covers.
    covered: Vec<bool>,
}

impl Relaxed {
    /// How many things are settled.
    fn n_settled(&self) -> usize {
        self.opened.iter().chain(&self.closed).chain(&self.covered).filter(|&&flag| flag).count()
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
