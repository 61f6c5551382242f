//! Choices that a search begins with: good ones, found in no time, of which nothing is proven.

use std::cmp::{Ordering, Reverse};
use std::collections::BinaryHeap;

use super::asks::{Ask, Asked};
use super::master::{FAINT, Master, Role};

/// What a unit that is lacking of what holds today counts.
const DEAR: f64 = 1e3;

impl Master<'_> {
    /// All that helps those that must hold, without what can be spared, the dearest first.
    pub(super) fn enough(&self, roles: &[Role]) -> Vec<bool> {
        let mut sums = Sums::of(self.asked, roles, Role::Must, self.costs.len());
        let mut is_needed = vec![false; self.costs.len()];
        let must = self.asked.iter().zip(roles).filter(|(_, role)| **role == Role::Must);
        for (asked, _) in must.filter(|(asked, _)| asked.ask.rows().is_empty()) {
            // Who is near what is not looked into here.
            asked.touching.iter().for_each(|&scenario| is_needed[scenario] = true);
        }
        let helps = |scenario: &usize| {
            is_needed[*scenario]
                || sums.terms[*scenario].iter().any(|&(row, more)| 0.0 < more && sums.values[row] < 0.0)
        };
        let mut taken: Vec<bool> = (0..self.costs.len()).map(|scenario| helps(&scenario)).collect();
        for group in &self.exclusive {
            let mut group = group.iter().filter(|&&scenario| taken[scenario]).copied().collect::<Vec<_>>().into_iter();
            group.next();
            group.for_each(|scenario| taken[scenario] = false);
        }
        let mut order: Vec<usize> = (0..taken.len()).filter(|&scenario| taken[scenario]).collect();
        order.iter().for_each(|&scenario| sums.add(scenario, 1.0));
        order.sort_by(|&a, &b| self.costs[b].total_cmp(&self.costs[a]).then(b.cmp(&a)));
        for scenario in order {
            if !is_needed[scenario] && sums.can_spare(scenario) {
                taken[scenario] = false;
                sums.add(scenario, -1.0);
            }
        }
        taken
    }

    /// A choice within a budget that leaves little lacking: the better of what is left of `above` when those go that are
    /// missed least, and of nothing, after others have come and taken each other's places as long as that helps.
    pub(super) fn best_of(&self, roles: &[Role], above: &[usize], budget: f64) -> Vec<bool> {
        let n = self.costs.len();
        let all = Sums::of(self.asked, roles, Role::May, n).beside(Sums::of(self.asked, roles, Role::Must, n));
        let mut rivalries: Vec<Vec<usize>> = vec![Vec::new(); n];
        for (at, group) in self.exclusive.iter().enumerate() {
            group.iter().for_each(|&scenario| rivalries[scenario].push(at));
        }
        let improved = |begin: &[usize]| {
            let mut choice = Choice {
                sums: all.clone(),
                costs: self.costs,
                rivalries: &rivalries,
                n_of_group: vec![0; self.exclusive.len()],
                taken: vec![false; n],
                left: budget,
            };
            begin.iter().for_each(|&scenario| choice.take(scenario));
            choice.shrink();
            choice.fill();
            choice.swap();
            (choice.sums.lacking(), choice.taken)
        };
        let (below, from_nothing) = (improved(above), improved(&[]));
        if from_nothing.0 < below.0 { from_nothing.1 } else { below.1 }
    }
}

/// A choice that grows better.
struct Choice<'a> {
    sums: Sums,
    costs: &'a [f64],
    /// By scenario: the groups of which only one can be taken.
    rivalries: &'a [Vec<usize>],
    n_of_group: Vec<usize>,
    taken: Vec<bool>,
    /// Of the budget.
    left: f64,
}

/// So much less lacking is worth a change.
const LEAST_GAIN: f64 = 1e-9;
/// So many changes are looked at for swaps.
const MOST_LOOKED_AT: usize = 1_000_000;

impl Choice<'_> {
    fn take(&mut self, scenario: usize) {
        self.taken[scenario] = true;
        self.rivalries[scenario].iter().for_each(|&group| self.n_of_group[group] += 1);
        self.left -= self.costs[scenario];
        self.sums.add(scenario, 1.0);
    }

    fn drop(&mut self, scenario: usize) {
        self.taken[scenario] = false;
        self.rivalries[scenario].iter().for_each(|&group| self.n_of_group[group] -= 1);
        self.left += self.costs[scenario];
        self.sums.add(scenario, -1.0);
    }

    fn chosen(&self) -> Vec<usize> {
        (0..self.taken.len()).filter(|&scenario| self.taken[scenario]).collect()
    }

    /// Until the budget is kept, that goes which is missed least for what it costs.
    fn shrink(&mut self) {
        while self.left < 0.0 {
            let costly = self.chosen().into_iter().filter(|&scenario| 0.0 < self.costs[scenario]);
            let missed = costly.map(|scenario| (self.sums.change(scenario, -1.0) / self.costs[scenario], scenario));
            let Some((_, scenario)) = missed.min_by(|a, b| a.0.total_cmp(&b.0)) else { break };
            self.drop(scenario);
        }
    }

    /// While the budget lasts, that comes which helps most for what it costs: what helped less before is not looked at again.
    fn fill(&mut self) {
        let worth = |choice: &Self, scenario: usize| {
            let gain = Some(choice.gain(scenario)).filter(|gain| LEAST_GAIN < *gain)?;
            Some(Worth(gain / choice.costs[scenario].max(f64::MIN_POSITIVE), Reverse(scenario)))
        };
        let mut waiting: BinaryHeap<Worth> = (0..self.taken.len())
            .filter(|&scenario| self.can_come(scenario))
            .filter_map(|at| worth(self, at))
            .collect();
        while let Some(Worth(_, Reverse(scenario))) = waiting.pop() {
            let now = worth(self, scenario).filter(|_| self.can_come(scenario));
            match (now, waiting.peek()) {
                (None, _) => {}
                (Some(now), Some(next)) if now < *next => waiting.push(now),
                (Some(_), _) => self.take(scenario),
            }
        }
    }

    /// Each is replaced by what helps more, if anything does.
    fn swap(&mut self) {
        let mut n_left = MOST_LOOKED_AT / self.taken.len().max(1);
        let mut is_better = true;
        while is_better {
            is_better = false;
            for scenario in self.chosen() {
                if n_left == 0 {
                    return;
                }
                n_left -= 1;
                self.drop(scenario);
                let own = self.gain(scenario);
                let other = self.best().filter(|(gain, _)| own + LEAST_GAIN < *gain);
                is_better |= other.is_some();
                self.take(other.map_or(scenario, |(_, other)| other));
            }
        }
    }

    /// What helps most of all that can still come.
    fn best(&self) -> Option<(f64, usize)> {
        let can_come = (0..self.taken.len()).filter(|&scenario| self.can_come(scenario));
        can_come.map(|scenario| (self.gain(scenario), scenario)).max_by(|a, b| a.0.total_cmp(&b.0).then(b.1.cmp(&a.1)))
    }

    fn can_come(&self, scenario: usize) -> bool {
        !self.taken[scenario]
            && self.costs[scenario] <= self.left
            && self.rivalries[scenario].iter().all(|&group| self.n_of_group[group] == 0)
    }

    /// How much less is lacking with a scenario.
    fn gain(&self, scenario: usize) -> f64 {
        -self.sums.change(scenario, 1.0)
    }
}

/// How much a scenario helps for what it costs; of those that help as much the first is worth most.
#[derive(PartialEq)]
struct Worth(f64, Reverse<usize>);

impl Eq for Worth {}

impl PartialOrd for Worth {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Worth {
    fn cmp(&self, other: &Self) -> Ordering {
        self.0.total_cmp(&other.0).then(self.1.cmp(&other.1))
    }
}

/// Sums that scenarios add to; of who is near what only those who have nothing near but what one scenario brings.
#[derive(Clone)]
pub(super) struct Sums {
    /// What each comes to.
    values: Vec<f64>,
    /// What a unit of each counts where it is lacking: a share of what is lacking today, and a little for who gains.
    shares: Vec<f64>,
    /// By scenario: which it adds to, and what.
    terms: Vec<Vec<(usize, f64)>>,
    /// Groups of people: how many things are near, and to which sums they add what where there is one.
    groups: Vec<(f64, Vec<(usize, f64)>)>,
    /// By scenario: the groups that it brings something near.
    brings: Vec<Vec<usize>>,
}

impl Sums {
    pub(super) fn of(asked: &[Asked], roles: &[Role], which: Role, n_scenarios: usize) -> Self {
        let none = || vec![Vec::new(); n_scenarios];
        let mut sums = Self {
            values: Vec::new(),
            shares: Vec::new(),
            terms: none(),
            groups: Vec::new(),
            brings: vec![Vec::new(); n_scenarios],
        };
        let (mut gaining, mut everyone): (Vec<f64>, f64) = (Vec::new(), 0.0);
        for (asked, _) in asked.iter().zip(roles).filter(|(_, role)| **role == which) {
            let first = sums.values.len();
            match &asked.ask {
                Ask::Untold => {}
                Ask::Sums(rows) => {
                    for row in rows {
                        for &(scenario, more) in &row.terms {
                            sums.terms[scenario].push((sums.values.len(), more));
                        }
                        sums.values.push(row.base);
                    }
                }
                // Who has a place is not looked into.
                Ask::Near(cover, _) => {
                    let first_group = sums.groups.len();
                    for (group, near) in (first_group..).zip(&cover.groups) {
                        sums.groups.push((near.standing.len() as f64, Vec::new()));
                        near.brought.iter().for_each(|&scenario| sums.brings[scenario].push(group));
                    }
                    for row in &cover.rows {
                        let at = sums.values.len();
                        let mut value = row.base;
                        for &(group, weight) in &row.terms {
                            let group = &mut sums.groups[first_group + group];
                            value += if 0.0 < group.0 { weight } else { 0.0 };
                            group.1.push((at, weight));
                        }
                        sums.values.push(value);
                    }
                }
            }
            let values = &sums.values[first..];
            let n_lacking = values.iter().filter(|value| **value < 0.0).count().max(1) as f64;
            // What holds today is dear.
            let share = |&value: &f64| if value < 0.0 { 1.0 / -value / n_lacking } else { DEAR };
            sums.shares.extend(values.iter().map(share));
            let persons: Vec<f64> = match &asked.ask {
                Ask::Untold => Vec::new(),
                Ask::Sums(rows) => rows.iter().map(|row| row.persons).collect(),
                Ask::Near(cover, _) => cover.rows.iter().map(|row| row.persons).collect(),
            };
            gaining.extend(
                persons
                    .into_iter()
                    .zip(values)
                    .map(|(persons, value)| if *value < 0.0 { persons / -value } else { 0.0 }),
            );
            everyone += gaining[first..].iter().zip(values).map(|(each, value)| each * -value).sum::<f64>();
        }
        if 0.0 < everyone {
            sums.shares.iter_mut().zip(gaining).for_each(|(share, each)| *share += FAINT * each / everyone);
        }
        sums
    }

    /// These and others that the same scenarios add to.
    fn beside(mut self, other: Self) -> Self {
        let (n_values, n_groups) = (self.values.len(), self.groups.len());
        let moved =
            |terms: Vec<(usize, f64)>| terms.into_iter().map(|(row, more)| (row + n_values, more)).collect::<Vec<_>>();
        self.values.extend(other.values);
        self.shares.extend(other.shares);
        self.terms.iter_mut().zip(other.terms).for_each(|(own, more)| own.extend(moved(more)));
        self.groups.extend(other.groups.into_iter().map(|(n_near, rows)| (n_near, moved(rows))));
        let brings = other.brings.into_iter().map(|groups| groups.into_iter().map(|group| group + n_groups));
        self.brings.iter_mut().zip(brings).for_each(|(own, more)| own.extend(more));
        self
    }

    /// What is lacking of all.
    pub(super) fn lacking(&self) -> f64 {
        self.values.iter().zip(&self.shares).map(|(value, share)| share * (-value).max(0.0)).sum()
    }

    pub(super) fn add(&mut self, scenario: usize, times: f64) {
        for &(row, more) in &self.terms[scenario] {
            self.values[row] += times * more;
        }
        for &group in &self.brings[scenario] {
            let (n_near, rows) = &mut self.groups[group];
            let had = 0.0 < *n_near;
            *n_near += times;
            let has = 0.0 < *n_near;
            if had != has {
                rows.iter().for_each(|&(row, weight)| self.values[row] += if has { weight } else { -weight });
            }
        }
    }

    /// How much more is lacking of all where a scenario comes, or so many times.
    fn change(&self, scenario: usize, times: f64) -> f64 {
        let mut rows: Vec<(usize, f64)> = self.terms[scenario].iter().map(|&(row, more)| (row, times * more)).collect();
        for &group in &self.brings[scenario] {
            let (n_near, of_group) = &self.groups[group];
            let (had, has) = (0.0 < *n_near, 0.0 < n_near + times);
            if had != has {
                rows.extend(of_group.iter().map(|&(row, weight)| (row, if has { weight } else { -weight })));
            }
        }
        rows.sort_unstable_by_key(|(row, _)| *row);
        let lacking = |row: usize, more: f64| self.shares[row] * (-self.values[row] - more).max(0.0);
        let of_row = |rows: &[(usize, f64)]| {
            let (row, more) = (rows[0].0, rows.iter().map(|(_, more)| more).sum());
            lacking(row, more) - lacking(row, 0.0)
        };
        rows.chunk_by(|a, b| a.0 == b.0).map(of_row).sum()
    }

    /// Whether no sum that was enough is short without the scenario.
    fn can_spare(&self, scenario: usize) -> bool {
        self.terms[scenario].iter().all(|&(row, more)| more <= 0.0 || more <= self.values[row])
    }
}
