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

use std::collections::HashSet;

use rand::Rng;
use rand_pcg::Pcg32;

use super::swap_cost::{Columns, Swap};

/// Rows, what each site costs them, the cheapest first, and what going unserved costs.
#[derive(Clone, Debug, Default)]
pub(in crate::siting) struct Rows {
    pub(in crate::siting) n_sites: usize,
    pub(in crate::siting) starts: Vec<usize>,
    pub(in crate::siting) sites: Vec<u32>,
    pub(in crate::siting) costs: Vec<f64>,
    /// What a row pays where no open site is cheaper; infinite where it must be served.
    pub(in crate::siting) price: Vec<f64>,
}

impl Rows {
    pub(super) fn len(&self) -> usize {
        self.price.len()
    }

    pub(super) fn of(&self, row: usize) -> (&[u32], &[f64]) {
        let range = self.starts[row]..self.starts[row + 1];
        (&self.sites[range.clone()], &self.costs[range])
    }

    /// What all rows pay for a choice.
    fn cost(&self, open: &[u32]) -> f64 {
        let mut is_open = vec![false; self.n_sites];
        open.iter().for_each(|&site| is_open[site as usize] = true);
        let pays = |row| {
            let (sites, costs) = self.of(row);
            let open = sites.iter().position(|&site| is_open[site as usize]);
            open.map_or(self.price[row], |at| costs[at].min(self.price[row]))
        };
        (0..self.len()).map(pays).sum()
    }
}

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

/// A median in which every site is free; those open have lowered the prices.
struct Node {
    rows: Rows,
    /// The original position of each row,
    ids: Vec<u32>,
    /// and of each site, ascending.
    sites: Vec<u32>,
    /// How many more are opened.
    p: usize,
    open: Vec<u32>,
    /// What rows pay that no free site can help any more.
    constant: f64,
    multipliers: Vec<f64>,
    /// How often each site was among those taken, of late.
    average: Vec<f64>,
}

impl Node {
    /// The median that is left when some sites are opened and some closed.
    fn fixed(&self, opened: &[bool], closed: &[bool]) -> Self {
        let mut place = vec![u32::MAX; self.sites.len()];
        let mut sites = Vec::new();
        let mut average = Vec::new();
        let mut open = self.open.clone();
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
        // Of the free sites all but `p` stay closed: a row never pays for one beyond its nearest others.
        let most = (sites.len() + 1).saturating_sub(p.max(1));
        let mut rows = Rows { n_sites: sites.len(), starts: vec![0], ..Rows::default() };
        let mut constant = self.constant;
        let (mut multipliers, mut ids) = (Vec::new(), Vec::new());
        for row in 0..self.rows.len() {
            let (of, costs) = self.rows.of(row);
            let mut price = self.rows.price[row];
            let start = rows.sites.len();
            for (&site, &cost) in of.iter().zip(costs) {
                if price <= cost || (0 < p && rows.sites.len() - start == most) {
                    break;
                }
                if opened[site as usize] {
                    price = cost;
                } else if place[site as usize] != u32::MAX {
                    rows.sites.push(place[site as usize]);
                    rows.costs.push(cost);
                }
            }
            if start == rows.sites.len() || p == 0 {
                rows.sites.truncate(start);
                rows.costs.truncate(start);
                constant += price;
                continue;
            }
            rows.starts.push(rows.sites.len());
            rows.price.push(price);
            multipliers.push(self.multipliers[row]);
            ids.push(self.ids[row]);
        }
        Self { rows, ids, sites, p, open, constant, multipliers, average }
    }

    /// What the branch needs that is looked at later.
    fn later(&self, site: usize, opens: bool, bound: f64) -> Later {
        Later {
            bound,
            branch: (self.sites[site], opens),
            ids: self.ids.clone(),
            sites: self.sites.clone(),
            open: self.open.clone(),
            multipliers: self.multipliers.clone(),
            average: self.average.clone(),
        }
    }

    /// The node of a branch that was put off, from the root.
    fn resumed(&self, later: &Later) -> Self {
        let mut is_free = vec![false; self.sites.len()];
        let mut opened = vec![false; self.sites.len()];
        let at = |site: &u32| self.sites.binary_search(site).ok();
        later.sites.iter().filter_map(at).for_each(|at| is_free[at] = true);
        later.open.iter().filter_map(at).for_each(|at| opened[at] = true);
        let mut averages = later.average.iter();
        let mut root_average = self.average.clone();
        for at in (0..self.sites.len()).filter(|&at| is_free[at]) {
            root_average[at] = averages.next().copied().unwrap_or(root_average[at]);
        }
        if let Some(at) = at(&later.branch.0) {
            (is_free[at], opened[at]) = (false, later.branch.1);
        }
        let closed: Vec<bool> = is_free.iter().zip(&opened).map(|(free, opened)| !free && !opened).collect();
        let mut node = self.fixed(&opened, &closed);
        node.average = (0..self.sites.len()).filter(|&at| is_free[at]).map(|at| root_average[at]).collect();
        let mut multipliers = later.ids.iter().zip(&later.multipliers).peekable();
        for (id, multiplier) in node.ids.iter().zip(&mut node.multipliers) {
            while multipliers.next_if(|(other, _)| *other < id).is_some() {}
            if let Some((_, known)) = multipliers.next_if(|(other, _)| *other == id) {
                *multiplier = *known;
            }
        }
        node
    }

    /// A choice by original positions.
    fn original(&self, free: &[u32]) -> Vec<u32> {
        let mut chosen: Vec<u32> = free.iter().map(|&site| self.sites[site as usize]).collect();
        chosen.extend(&self.open);
        chosen.sort_unstable();
        chosen
    }
}

/// A branch that is looked at later: little enough that many can be kept.
struct Later {
    bound: f64,
    /// The site, and whether it opens.
    branch: (u32, bool),
    ids: Vec<u32>,
    sites: Vec<u32>,
    open: Vec<u32>,
    multipliers: Vec<f64>,
    average: Vec<f64>,
}

impl Later {
    fn n_bytes(&self) -> usize {
        12 * (self.ids.len() + self.sites.len())
    }
}

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

/// Steps of the multipliers.
struct Pace {
    n_steps: usize,
    patience: usize,
    /// Whether choices are improved on the way.
    descends: bool,
}

const ROOT: Pace = Pace { n_steps: 6000, patience: 80, descends: true };
const AGAIN: Pace = Pace { n_steps: 1000, patience: 40, descends: true };
const CHILD: Pace = Pace { n_steps: 150, patience: 12, descends: false };

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

    /// The node as far as it can be settled, and its bound; none where nothing better is in it, or the search is stopped.
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
        if (1 << 27) < node.p * n_sites {
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

    /// Moves the multipliers of a node to where its bound is highest, as far as the pace allows.
    fn relax(&mut self, node: &mut Node, pace: &Pace) -> Relaxed {
        let (rows, n_sites, p) = (&node.rows, node.sites.len(), node.p);
        let floor = |row: usize| rows.costs[rows.starts[row]];
        let mut multipliers: Vec<f64> = node.multipliers.clone();
        for (row, multiplier) in multipliers.iter_mut().enumerate() {
            let costs = rows.of(row).1;
            let middle = costs[(costs.len() - 1).min(n_sites / p / 2)];
            let known = if multiplier.is_nan() { middle } else { *multiplier };
            *multiplier = known.clamp(floor(row), rows.price[row]);
        }
        let columns = if pace.descends && p * n_sites <= 1 << 27 { Some(Columns::new(rows)) } else { None };
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

/// What a relaxation says of a node.
struct Relaxed {
    bound: f64,
    /// Sites that every better choice opens,
    opened: Vec<bool>,
    /// or that none does.
    closed: Vec<bool>,
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
