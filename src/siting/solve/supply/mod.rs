//! Which sites to open where they hold only so many and cost money: served persons pay for the way, those who are not
//! served pay a price or must be, sites may have a cost of their own, and number and money are limited.
//!
//! Branch and bound over sites. Who is served where is no decision of its own: once it is settled which sites are open,
//! the cheapest allocation is a flow. The bound relaxes "everyone is served" with one multiplier a row; it reaches that
//! of the strong linear program. Persons of one row may be split between sites.
//!
//! # Source
//! Relaxation: Christofides and Beasley (1983), Extensions to a Lagrangean relaxation approach for the capacitated
//! warehouse location problem, European Journal of Operational Research 12(1), 19-28, doi:10.1016/0377-2217(83)90177-7.
//! Deflected steps: Camerini, Fratta and Maffioli (1975), On improving relaxation methods by modified gradient
//! techniques, Mathematical Programming Study 3, 26-34, doi:10.1007/BFb0120697.

mod allocate;
mod relax;
mod rows;

use std::collections::HashSet;
use std::rc::Rc;

use allocate::Allocation;
pub(in crate::siting) use allocate::allocate;
use relax::{AGAIN, CHILD, Pace, ROOT};
use rows::Columns;
pub(in crate::siting) use rows::Rows;

/// A problem of supply to solve.
pub(in crate::siting) struct Supply<'a> {
    pub(in crate::siting) rows: &'a Rows,
    /// Persons whom each site can serve; may be infinite.
    pub(in crate::siting) capacity: &'a [f64],
    /// What opening a site adds to the objective.
    pub(in crate::siting) fixed: &'a [f64],
    /// What opening a site takes of the budget.
    pub(in crate::siting) money: &'a [f64],
    pub(in crate::siting) budget: f64,
    /// How many sites may be open, those open already counted.
    pub(in crate::siting) p: usize,
    /// Open already: their `fixed` and `money` are 0.
    pub(in crate::siting) open: &'a [u32],
    /// Choices to begin with.
    pub(in crate::siting) starts: Vec<Vec<u32>>,
    /// Where it is finite, only choices this cheap are looked for, and the first one ends the search.
    pub(in crate::siting) enough: f64,
    pub(in crate::siting) stop: &'a (dyn Fn() -> bool + Sync),
}

/// What was found.
#[derive(Clone, Debug)]
pub(in crate::siting) struct Solved {
    /// The best choice that serves all who must be, ascending, and its objective.
    pub(in crate::siting) best: Option<(f64, Vec<u32>)>,
    /// No choice has a lower objective; where little is asked for and the search is complete, none has that little.
    pub(in crate::siting) bound: f64,
    /// Whether the search was not stopped.
    pub(in crate::siting) complete: bool,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum State {
    Free,
    Open,
    Closed,
}

struct Node {
    states: Vec<State>,
    multipliers: Rc<Vec<f64>>,
    bound: f64,
}

/// Bytes that branches put off may take; a search that needs more ends as if time were up.
const MOST_BYTES: usize = 1 << 30;

/// Choices that relaxations lead to are tried at most so often in a search.
const MOST_TRIES: usize = 2000;

struct Search<'a> {
    rows: &'a Rows,
    columns: Columns,
    capacity: &'a [f64],
    fixed: &'a [f64],
    money: &'a [f64],
    budget: f64,
    p: usize,
    open: &'a [u32],
    enough: f64,
    stop: &'a (dyn Fn() -> bool + Sync),
    /// Persons in all rows that flow.
    total: f64,
    /// Whether all rows must be served.
    must: bool,
    best: Option<(f64, Vec<u32>)>,
    /// The best choices that a relaxation has led to, to be improved.
    elite: Vec<(f64, Vec<u32>)>,
    /// Objectives are multiples of this; 0 where they may be anything.
    step: f64,
    /// Whether fixed costs are such that more sites may be worse.
    costs_to_open: bool,
    stopped: bool,
    bound: f64,
    n_nodes: usize,
    /// Choices tried where a relaxation led to them, and those that a swap led to.
    seen: HashSet<Vec<u32>>,
    tried: HashSet<Vec<u32>>,
}

/// Solves a problem of supply.
pub(in crate::siting) fn solve(supply: Supply<'_>) -> Solved {
    let Supply { rows, capacity, fixed, money, budget, p, open, starts, enough, stop } = supply;
    let total: f64 = rows.iter().filter(rows::Row::is_flow).map(|row| row.persons).sum();
    // Persons are sums; what is less than this is nothing.
    let enough = enough + 1e-9 * total.max(1.0);
    let whole = |values: &[f64]| values.iter().all(|value| value.fract() == 0.0 || value.is_infinite());
    let scale = total * rows.dearest().max(1.0) + fixed.iter().sum::<f64>();
    let is_whole = scale < 2_f64.powi(45) && rows.is_whole() && whole(capacity) && whole(fixed);
    let mut search = Search {
        rows,
        columns: Columns::new(rows),
        capacity,
        fixed,
        money,
        budget,
        p,
        open,
        enough,
        stop,
        total,
        must: rows.iter().all(|row| row.price.is_infinite()),
        best: None,
        elite: Vec::new(),
        step: if is_whole { 1.0 } else { 0.0 },
        costs_to_open: fixed.iter().any(|&cost| 0.0 < cost),
        stopped: false,
        bound: f64::INFINITY,
        n_nodes: 0,
        seen: HashSet::new(),
        tried: HashSet::new(),
    };
    for mut start in starts {
        start.sort_unstable();
        search.offer(start);
    }
    // A site that serves nobody is no choice.
    let serves = |site: usize| if search.columns.of(site).is_empty() { State::Closed } else { State::Free };
    let mut states: Vec<State> = (0..rows.n_sites).map(serves).collect();
    open.iter().for_each(|&site| states[site as usize] = State::Open);
    // Nothing is negative: no choice costs less than nothing.
    let mut root = Node { states, multipliers: Rc::default(), bound: 0.0 };
    root.multipliers = Rc::new(search.better_first(&root, search.first_multipliers()));
    if search.leaf(&root).is_none() {
        search.try_choice_of(open.to_vec());
    }
    search.run(root);
    let Search { best, stopped, bound, .. } = search;
    let bound = best.as_ref().map_or(bound, |(value, _)| bound.min(*value));
    Solved { best, bound, complete: !stopped }
}

impl Search<'_> {
    /// A bound of this much ends a node: nothing better than the best can be below.
    fn cutoff(&self) -> f64 {
        let better = match &self.best {
            None => f64::INFINITY,
            Some((best, _)) if self.step == 0.0 => best - 1e-10 * best.abs(),
            Some((best, _)) => best - self.step + (1e-6_f64).max(1e-12 * best.abs()).min(0.5 * self.step),
        };
        if self.enough.is_finite() { better.min(self.enough) } else { better }
    }

    fn is_done(&self) -> bool {
        self.enough.is_finite() && self.best.as_ref().is_some_and(|(best, _)| *best <= self.enough)
    }

    /// What the multipliers are moved towards.
    fn aim(&self, bound: f64) -> f64 {
        let ahead = bound + 0.05 * bound.abs() + 1e-6 * self.total;
        let best = self.best.as_ref().map_or(f64::INFINITY, |(best, _)| *best);
        // Beyond the best there is nothing to reach; where there is none, a little ahead.
        if best.is_finite() { best.max(bound + 1e-6 * bound.abs()) } else { ahead }
    }

    fn first_multipliers(&self) -> Vec<f64> {
        let mut n_persons = vec![0.0; self.rows.n_sites];
        for row in self.rows.iter() {
            row.sites.iter().for_each(|&site| n_persons[site as usize] += row.weight());
        }
        let by_person = |site: u32| {
            let at = site as usize;
            self.fixed[at] / n_persons[at].min(self.capacity[at].max(1e-9)).max(1e-9)
        };
        let first = |row: rows::Row<'_>| {
            let cost = row.costs.get(1).or(row.costs.first()).copied().unwrap_or(0.0);
            let fixed = row.sites.iter().map(|&site| by_person(site)).fold(f64::INFINITY, f64::min);
            let fixed = if fixed.is_finite() { fixed } else { 0.0 };
            let half = if row.price.is_finite() { 0.5 * row.price } else { 0.0 };
            (cost + fixed).max(half).min(row.price)
        };
        self.rows.iter().map(first).collect()
    }

    fn fixed_cost(&self, chosen: &[u32]) -> f64 {
        chosen.iter().map(|&site| self.fixed[site as usize]).sum()
    }

    fn spent(&self, chosen: &[u32]) -> f64 {
        chosen.iter().map(|&site| self.money[site as usize]).sum()
    }

    fn is_allowed(&self, chosen: &[u32]) -> bool {
        chosen.len() <= self.p && self.spent(chosen) <= self.budget + 1e-9 * self.budget.abs()
    }

    /// Weighs a choice, in ascending order; what it is worth, with those who are not served first.
    fn offer(&mut self, chosen: Vec<u32>) -> (f64, f64) {
        let allocation = allocate(self.rows, &chosen, self.capacity);
        let value = allocation.cost + self.fixed_cost(&chosen);
        if allocation.serves_all() {
            if self.best.as_ref().is_none_or(|(best, _)| value < *best) {
                self.best = Some((value, chosen));
            }
            return (0.0, value);
        }
        (allocation.short, value)
    }

    /// Depth first; what is put off is kept in a list.
    fn run(&mut self, root: Node) {
        let mut later = vec![root];
        let mut is_root = true;
        while let Some(node) = later.pop() {
            if self.is_done() {
                return;
            }
            if self.cutoff() <= node.bound {
                continue;
            }
            let n_bytes = later.len() * (self.rows.n_sites + 8 * self.rows.len() / 2);
            if MOST_BYTES < n_bytes || (self.stop)() {
                self.stopped = true;
                self.bound = later.iter().map(|later| later.bound).fold(self.bound.min(node.bound), f64::min);
                return;
            }
            self.look(node, is_root, &mut later);
            is_root = false;
        }
    }

    /// Settles a node as far as it can be, and puts its branches on the list, the one to look at first last.
    fn look(&mut self, mut node: Node, is_root: bool, later: &mut Vec<Node>) {
        let mut pace: &Pace = if is_root { &ROOT } else { &CHILD };
        let average = loop {
            self.close_unaffordable(&mut node);
            if !self.may_have_room(&node) {
                return;
            }
            if let Some(all) = self.leaf(&node) {
                self.offer(all);
                return;
            }
            let relaxed = self.relax(&node, pace);
            node.bound = node.bound.max(relaxed.bound);
            if self.cutoff() <= node.bound {
                return;
            }
            node.multipliers = Rc::new(relaxed.multipliers);
            if self.is_done() || (self.stop)() {
                later.push(node);
                return;
            }
            for &(site, state) in &relaxed.settled {
                node.states[site as usize] = state;
            }
            if relaxed.settled.is_empty() {
                break relaxed.average;
            }
            pace = if is_root { &AGAIN } else { &CHILD };
        };
        if is_root {
            self.improve(&average);
        } else {
            let shares: Vec<(u32, f64)> = (0..).zip(average.iter().copied()).collect();
            self.try_choice(&node, &shares);
            self.n_nodes += 1;
            // Ever more rarely: where they find nothing, the branches have to.
            if self.n_nodes.is_power_of_two() || self.n_nodes.is_multiple_of(512) {
                self.improve(&average);
            }
            self.elite.truncate(1000);
        }
        if self.cutoff() <= node.bound {
            return;
        }
        let free = (0..self.rows.n_sites).filter(|&site| node.states[site] == State::Free);
        let undecided = |site: &usize| (average[*site] - 0.5).abs();
        let Some(site) = free.min_by(|a, b| undecided(a).total_cmp(&undecided(b))) else { return };
        let child = |state| {
            let mut states = node.states.clone();
            states[site] = state;
            Node { states, multipliers: Rc::clone(&node.multipliers), bound: node.bound }
        };
        let first = if 0.5 <= average[site] { [State::Closed, State::Open] } else { [State::Open, State::Closed] };
        later.extend(first.map(child));
    }

    /// Closes sites for which neither number nor budget is left.
    fn close_unaffordable(&self, node: &mut Node) {
        let open = node.opened();
        let left = self.budget - self.spent(&open) + 1e-9 * self.budget.abs();
        let is_full = self.p <= open.len();
        for (site, state) in node.states.iter_mut().enumerate() {
            if *state == State::Free && (is_full || left < self.money[site]) {
                *state = State::Closed;
            }
        }
    }

    /// Whether capacities are not plainly too small for all who must be served, and the choice is allowed.
    fn may_have_room(&self, node: &Node) -> bool {
        let open = node.opened();
        if !self.is_allowed(&open) {
            return false;
        }
        if !self.must {
            return true;
        }
        let capacity = |&site: &u32| self.capacity[site as usize];
        let mut free: Vec<f64> = node.free().iter().map(capacity).collect();
        free.sort_unstable_by(|a, b| b.total_cmp(a));
        let room: f64 = open.iter().map(capacity).chain(free.into_iter().take(self.p - open.len())).sum();
        self.total <= room + 1e-9 * self.total
    }

    /// The only choice of a node that is worth a look, if there is only one.
    fn leaf(&self, node: &Node) -> Option<Vec<u32>> {
        let mut all = node.opened();
        let free = node.free();
        if !free.is_empty() {
            all.extend(&free);
            // More sites never serve worse; they may cost.
            let is_free = free.iter().all(|&site| self.fixed[site as usize] == 0.0);
            if !is_free || !self.is_allowed(&all) {
                return None;
            }
        }
        all.sort_unstable();
        Some(all)
    }

    /// Tries a choice near what a relaxation opens.
    fn try_choice(&mut self, node: &Node, shares: &[(u32, f64)]) {
        let mut order: Vec<(u32, f64)> = shares.iter().copied().filter(|(_, share)| 1e-3 < *share).collect();
        order.sort_unstable_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        let mut chosen = node.opened();
        for (site, share) in order {
            let is_wanted = 0.5 <= share || !self.costs_to_open;
            if is_wanted && node.states[site as usize] == State::Free {
                chosen.push(site);
                if !self.is_allowed(&chosen) {
                    chosen.pop();
                }
            }
        }
        self.try_choice_of(chosen);
    }

    /// Tries a choice, with sites added where someone is left and may be served, and without those that are not needed.
    fn try_choice_of(&mut self, mut chosen: Vec<u32>) {
        chosen.sort_unstable();
        if MOST_TRIES < self.seen.len() || !self.seen.insert(chosen.clone()) || (self.stop)() {
            return;
        }
        let (mut short, mut value) = self.offer(chosen.clone());
        let mut has_added = false;
        while self.must && 0.0 < short && !(self.stop)() {
            let Some(site) = self.helper(&chosen) else { break };
            chosen.push(site);
            chosen.sort_unstable();
            has_added = true;
            (short, value) = self.offer(chosen.clone());
        }
        if self.costs_to_open && short == 0.0 {
            self.prune(chosen);
        } else if !self.must && !has_added {
            // Sites that are left over serve who they can.
            while let Some(site) = self.helper(&chosen).filter(|_| !(self.stop)()) {
                chosen.push(site);
                chosen.sort_unstable();
                has_added = true;
            }
            if has_added {
                value = self.offer(chosen.clone()).1;
            }
            self.elite.push((value, chosen));
        } else if short == 0.0 {
            self.elite.push((value, chosen));
        }
    }

    /// Of each site, how many of those who are not served it could serve.
    fn wanted(&self, allocation: &Allocation) -> Vec<f64> {
        let mut left: Vec<f64> =
            self.rows.iter().map(|row| if row.is_flow() { row.persons } else { f64::from(row.times) }).collect();
        for &(row, _, persons) in &allocation.shares {
            left[row as usize] -= if self.rows.of(row as usize).is_flow() { persons } else { 1.0 };
        }
        let mut wanted = vec![0.0; self.rows.n_sites];
        for (row, &left) in self.rows.iter().zip(&left) {
            let count = if row.is_flow() { left } else { left.min(1.0) };
            if allocation.slack < count {
                row.sites.iter().for_each(|&site| wanted[site as usize] += count);
            }
        }
        wanted.iter().zip(self.capacity).map(|(wanted, capacity)| wanted.min(*capacity)).collect()
    }

    /// The closed site that could serve most of those who are not served, by what it costs.
    fn helper(&self, chosen: &[u32]) -> Option<u32> {
        let wanted = self.wanted(&allocate(self.rows, chosen, self.capacity));
        let mut more = chosen.to_vec();
        let mut fits = |site: u32| {
            more.push(site);
            let fits = chosen.binary_search(&site).is_err() && self.is_allowed(&more);
            more.pop();
            fits
        };
        let price = |site: usize| self.fixed[site] + if self.budget.is_finite() { self.money[site] } else { 0.0 };
        let score = |site: u32| wanted[site as usize] / price(site as usize).max(1e-9);
        let all = (0..self.rows.n_sites as u32).filter(|&site| 0.0 < wanted[site as usize]).filter(|&site| fits(site));
        all.max_by(|&a, &b| score(a).total_cmp(&score(b)).then(b.cmp(&a)))
    }

    /// Closes sites as long as that is cheaper, the dearest first.
    fn prune(&mut self, mut chosen: Vec<u32>) {
        let mut order = chosen.clone();
        order.sort_by(|&a, &b| self.fixed[b as usize].total_cmp(&self.fixed[a as usize]));
        let mut value = self.offer(chosen.clone()).1;
        for site in order {
            if (self.stop)() {
                return;
            }
            if self.open.contains(&site) {
                continue;
            }
            let without: Vec<u32> = chosen.iter().copied().filter(|&other| other != site).collect();
            let (short, lower) = self.offer(without.clone());
            if short == 0.0 && lower <= value {
                (chosen, value) = (without, lower);
            }
        }
    }

    /// Swaps sites of the best choices for others, as long as that is better.
    fn improve(&mut self, average: &[f64]) {
        if MOST_TRIED < self.tried.len() {
            self.tried.clear();
        }
        let mut elite = std::mem::take(&mut self.elite);
        elite.extend(self.best.clone());
        elite.sort_by(|a, b| a.0.total_cmp(&b.0).then_with(|| a.1.cmp(&b.1)));
        elite.dedup();
        elite.truncate(ELITE);
        for (value, chosen) in elite {
            if self.is_done() {
                return;
            }
            self.improve_choice(value, chosen, average);
        }
    }

    fn improve_choice(&mut self, mut value: f64, mut chosen: Vec<u32>, average: &[f64]) {
        let mut n_left = SWAPS;
        'again: loop {
            // First those for whom most are waiting, then those that the relaxation likes; for those who do least.
            let allocation = allocate(self.rows, &chosen, self.capacity);
            let wanted = self.wanted(&allocation);
            let mut load = vec![0.0; self.rows.n_sites];
            allocation.shares.iter().for_each(|share| load[share.1 as usize] += share.2);
            let mut others: Vec<u32> =
                (0..self.rows.n_sites as u32).filter(|site| chosen.binary_search(site).is_err()).collect();
            let liked = |site: u32| (wanted[site as usize], average[site as usize]);
            others.sort_by(|&a, &b| {
                let (a, b) = ((liked(a), a), (liked(b), b));
                b.0.0.total_cmp(&a.0.0).then(b.0.1.total_cmp(&a.0.1)).then(a.1.cmp(&b.1))
            });
            others.truncate(2 * chosen.len() + 20);
            let mut given_up: Vec<u32> = chosen.iter().copied().filter(|site| !self.open.contains(site)).collect();
            given_up.sort_by(|&a, &b| load[a as usize].total_cmp(&load[b as usize]).then(a.cmp(&b)));
            for (&opened, &closed) in
                others.iter().flat_map(|opened| given_up.iter().map(move |closed| (opened, closed)))
            {
                if n_left == 0 || (self.stop)() {
                    return;
                }
                let mut swapped: Vec<u32> = chosen.iter().copied().filter(|&site| site != closed).collect();
                swapped.insert(swapped.partition_point(|&site| site < opened), opened);
                if !self.is_allowed(&swapped) || !self.tried.insert(swapped.clone()) {
                    continue;
                }
                n_left -= 1;
                let (short, lower) = self.offer(swapped.clone());
                if short == 0.0 && lower < value - 1e-10 * value.abs() {
                    if self.is_done() {
                        return;
                    }
                    (value, chosen) = (lower, swapped);
                    continue 'again;
                }
            }
            return;
        }
    }
}

/// Choices that swaps led to are remembered up to this many.
const MOST_TRIED: usize = 100_000;

/// Choices that are improved, and swaps tried for each.
const ELITE: usize = 6;
const SWAPS: usize = 1500;

impl Node {
    fn with(&self, wanted: State) -> Vec<u32> {
        (0..).zip(&self.states).filter(|(_, state)| **state == wanted).map(|(site, _)| site).collect()
    }

    fn opened(&self) -> Vec<u32> {
        self.with(State::Open)
    }

    fn free(&self) -> Vec<u32> {
        self.with(State::Free)
    }
}
