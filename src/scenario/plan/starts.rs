//! Choices that a search begins with: good ones, found in no time, of which nothing is proven.

use super::asks::{Ask, Asked};
use super::master::{Master, Role};

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

    /// What is left of a choice when, until the budget is kept, those go one by one that are missed least for what they cost.
    pub(super) fn best_of(&self, roles: &[Role], choice: &[usize], budget: f64) -> Vec<bool> {
        let mut sums = Sums::of(self.asked, roles, Role::May, self.costs.len());
        let mut left = choice.to_vec();
        left.iter().for_each(|&scenario| sums.add(scenario, 1.0));
        let mut cost: f64 = left.iter().map(|&scenario| self.costs[scenario]).sum();
        while budget < cost {
            let missed = |&at: &usize| sums.missed(left[at]) / self.costs[left[at]];
            let costly = (0..left.len()).filter(|&at| 0.0 < self.costs[left[at]]);
            let Some(at) = costly.min_by(|a, b| missed(a).total_cmp(&missed(b))) else { break };
            let scenario = left.remove(at);
            sums.add(scenario, -1.0);
            cost -= self.costs[scenario];
        }
        let mut taken = vec![false; self.costs.len()];
        left.into_iter().for_each(|scenario| taken[scenario] = true);
        taken
    }
}

/// Sums that scenarios add to; of who is near what only those who have nothing near but what one scenario brings.
struct Sums {
    /// What each comes to.
    values: Vec<f64>,
    /// What each lacks today, as a share of all that its obligation lacks, for each unit.
    shares: Vec<f64>,
    /// By scenario: which it adds to, and what.
    terms: Vec<Vec<(usize, f64)>>,
    /// Groups of people: how many things are near, and to which sums they add what where there is one.
    groups: Vec<(f64, Vec<(usize, f64)>)>,
    /// By scenario: the groups that it brings something near.
    brings: Vec<Vec<usize>>,
}

impl Sums {
    fn of(asked: &[Asked], roles: &[Role], which: Role, n_scenarios: usize) -> Self {
        let none = || vec![Vec::new(); n_scenarios];
        let mut sums = Self {
            values: Vec::new(),
            shares: Vec::new(),
            terms: none(),
            groups: Vec::new(),
            brings: vec![Vec::new(); n_scenarios],
        };
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
            let lacking = |value: f64| (-value).max(0.0);
            let n_lacking = sums.values[first..].iter().filter(|value| **value < 0.0).count().max(1) as f64;
            sums.shares.extend(
                sums.values[first..]
                    .iter()
                    .map(|&value| if value < 0.0 { 1.0 / lacking(value) / n_lacking } else { 0.0 }),
            );
        }
        sums
    }

    fn add(&mut self, scenario: usize, times: f64) {
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

    /// How much more is lacking without a scenario that is chosen.
    fn missed(&self, scenario: usize) -> f64 {
        let lacking = |value: f64| (-value).max(0.0);
        let loss = |&(row, more): &(usize, f64)| {
            self.shares[row] * (lacking(self.values[row] - more) - lacking(self.values[row]))
        };
        let alone = self.brings[scenario].iter().filter(|&&group| self.groups[group].0 <= 1.0);
        let near: f64 = alone.flat_map(|&group| &self.groups[group].1).map(loss).sum();
        self.terms[scenario].iter().map(loss).sum::<f64>() + near
    }

    /// Whether no sum that was enough is short without the scenario.
    fn can_spare(&self, scenario: usize) -> bool {
        self.terms[scenario].iter().all(|&(row, more)| more <= 0.0 || more <= self.values[row])
    }
}
