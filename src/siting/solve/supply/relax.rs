//! The bound of a node: "served exactly as often as needed" is relaxed with one multiplier a row; a site then takes what
//! saves most within its capacity, and sites are opened for what they save, within number and budget.

use super::rows::{Columns, Rows};
use super::{Node, Search, State};

/// Steps of the multipliers.
pub(super) struct Pace {
    pub(super) n_steps: usize,
    pub(super) patience: usize,
    pub(super) share: f64,
    /// Whether choices are tried on the way.
    pub(super) tries: bool,
}

pub(super) const ROOT: Pace = Pace { n_steps: 1500, patience: 25, share: 1.2, tries: true };
pub(super) const AGAIN: Pace = Pace { n_steps: 300, patience: 15, share: 0.5, tries: true };
pub(super) const CHILD: Pace = Pace { n_steps: 60, patience: 8, share: 0.5, tries: false };

/// What a relaxation says of a node.
pub(super) struct Relaxed {
    pub(super) bound: f64,
    pub(super) multipliers: Vec<f64>,
    /// How open each site is, in the mean of the steps.
    pub(super) average: Vec<f64>,
    /// Sites that every better choice opens, or that none does.
    pub(super) settled: Vec<(u32, State)>,
}

impl Search<'_> {
    /// Moves the multipliers of a node to where its bound is highest, as far as the pace allows.
    pub(super) fn relax(&mut self, node: &Node, pace: &Pace) -> Relaxed {
        let n_sites = self.rows.n_sites;
        let mut multipliers = node.multipliers.to_vec();
        let mut best = Relaxed {
            bound: f64::NEG_INFINITY,
            multipliers: multipliers.clone(),
            average: vec![0.0; n_sites],
            settled: Vec::new(),
        };
        let mut settled = vec![None; n_sites];
        let mut worth = vec![0.0; n_sites];
        let mut buffer = Vec::new();
        let mut slopes = vec![0.0; self.rows.len()];
        let mut direction = vec![0.0; self.rows.len()];
        let (mut share, mut patience) = (pace.share, 0);
        let mut weight_of_average = 0.0;
        for step in 0..pace.n_steps {
            if step % 4 == 0 && (self.stop)() {
                break;
            }
            let (value, opened) = self.weigh(node, &multipliers, &mut worth, &mut buffer);
            // The mean forgets the first steps, which are far off.
            weight_of_average = 0.97 * weight_of_average + 1.0;
            let new = 1.0 / weight_of_average;
            best.average.iter_mut().for_each(|average| *average *= 1.0 - new);
            opened.shares.iter().for_each(|&(site, share)| best.average[site as usize] += new * share);

            let improved = best.bound + 1e-5 * best.bound.abs() < value;
            let cutoff = self.cutoff();
            if best.bound < value {
                best.bound = value;
                best.multipliers.clone_from(&multipliers);
            }
            if cutoff.is_finite() {
                for site in (0..n_sites).filter(|&site| node.states[site] == State::Free) {
                    if cutoff <= value + opened.loss_if_open(site, &worth, self) {
                        settled[site] = Some(State::Closed);
                    } else if cutoff <= value + opened.loss_if_closed(site, &worth, self) {
                        settled[site] = Some(State::Open);
                    }
                }
            }
            if pace.tries && (step % 10 == 0 || improved && 60 < step) {
                self.try_choice(node, &opened.shares);
            }
            if self.cutoff() <= best.bound || self.is_done() {
                break;
            }
            patience = if improved { 0 } else { patience + 1 };
            if pace.patience < patience {
                (share, patience) = (share * 0.5, 0);
                if share < 1e-3 {
                    break;
                }
                multipliers.clone_from(&best.multipliers);
                direction.fill(0.0);
                continue;
            }
            for (slope, row) in slopes.iter_mut().zip(self.rows.iter()) {
                *slope = f64::from(row.times);
            }
            for &(site, share) in &opened.shares {
                let (at, capacity) = (site as usize, self.capacity[site as usize]);
                fill(self.rows, &self.columns, at, capacity, &multipliers, &mut buffer, |row, part, _| {
                    slopes[row as usize] -= share * part;
                });
            }
            // A multiplier at its edge does not move beyond it.
            for ((slope, row), &multiplier) in slopes.iter_mut().zip(self.rows.iter()).zip(&multipliers) {
                let is_at_edge = (row.price <= multiplier && 0.0 < *slope) || (multiplier <= 0.0 && *slope < 0.0);
                if is_at_edge {
                    *slope = 0.0;
                }
            }
            let weighed = |a: &[f64], b: &[f64]| -> f64 {
                self.rows.iter().zip(a.iter().zip(b)).map(|(row, (a, b))| row.weight() * a * b).sum()
            };
            // Deflected: what turns back on the step before is damped.
            let (along, before) = (weighed(&slopes, &direction), weighed(&direction, &direction));
            let keep = if along < 0.0 && 0.0 < before { -1.5 * along / before } else { 0.0 };
            for (direction, slope) in direction.iter_mut().zip(&slopes) {
                *direction = slope + keep * *direction;
            }
            let length = weighed(&direction, &direction);
            if length <= 0.0 {
                break;
            }
            let aim = self.aim(best.bound);
            let step = share * (aim - value).max(1e-12 * value.abs()) / length;
            for ((multiplier, direction), row) in multipliers.iter_mut().zip(&direction).zip(self.rows.iter()) {
                *multiplier = (*multiplier + step * direction).clamp(0.0, row.price);
            }
        }
        best.settled =
            (0..).zip(settled).filter_map(|(site, state): (u32, Option<State>)| Some((site, state?))).collect();
        best
    }

    /// The bound that multipliers give, and what is opened for it; `worth` becomes what each site is worth.
    fn weigh(
        &self,
        node: &Node,
        multipliers: &[f64],
        worth: &mut [f64],
        buffer: &mut Vec<(f64, f64, u32)>,
    ) -> (f64, Opened) {
        let by_row = self.rows.iter().zip(multipliers);
        let value: f64 = by_row.map(|(row, multiplier)| row.weight() * f64::from(row.times) * multiplier).sum();
        for (site, worth) in worth.iter_mut().enumerate() {
            *worth = 0.0;
            if node.states[site] != State::Closed {
                let mut saved = -self.fixed[site];
                fill(self.rows, &self.columns, site, self.capacity[site], multipliers, buffer, |_, share, gain| {
                    saved += share * gain;
                });
                *worth = saved;
            }
        }
        let opened = self.open_best(node, worth);
        // Where just as many fit as there are multipliers may grow without end, and sums of them are rounded.
        let rounding = 1e-13 * value;
        (value - opened.worth - rounding, opened)
    }

    /// Multipliers to begin with at a node: those given, or the prices of all rows where that is better. Where there are more
    /// persons than places, who is served where matters little.
    pub(super) fn better_first(&self, node: &Node, first: Vec<f64>) -> Vec<f64> {
        let prices: Vec<f64> = self.rows.iter().map(|row| row.price).collect();
        if prices.iter().any(|price| price.is_infinite()) {
            return first;
        }
        let mut worth = vec![0.0; self.rows.n_sites];
        let mut bound = |multipliers: &[f64]| self.weigh(node, multipliers, &mut worth, &mut Vec::new()).0;
        if bound(&first) < bound(&prices) { prices } else { first }
    }

    /// Opens the sites that are worth most, as far as number and budget allow; sites in part, where that is worth more.
    fn open_best(&self, node: &Node, worth: &[f64]) -> Opened {
        let mut money = self.budget;
        let mut n_left = self.p;
        let mut opened = Opened { worth: 0.0, shares: Vec::new(), by_money: 0.0, last_in: 0.0, first_out: 0.0 };
        let mut free: Vec<u32> = Vec::new();
        for (site, state) in (0..).zip(&node.states) {
            match state {
                State::Open => {
                    n_left = n_left.saturating_sub(1);
                    money -= self.money[site as usize];
                    opened.worth += worth[site as usize];
                    opened.shares.push((site, 1.0));
                }
                State::Free if 0.0 < worth[site as usize] => free.push(site),
                _ => {}
            }
        }
        let money = money.max(0.0);
        // The best within the number, with each site's worth less what its money is worth; and what they cost.
        let best_at = |by_money: f64| -> (Vec<(u32, f64)>, f64) {
            let score = |site: u32| worth[site as usize] - by_money * self.money[site as usize];
            let mut scored: Vec<(u32, f64)> =
                free.iter().map(|&site| (site, score(site))).filter(|(_, score)| 0.0 < *score).collect();
            scored.sort_unstable_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
            let spent = scored.iter().take(n_left).map(|&(site, _)| self.money[site as usize]).sum();
            (scored, spent)
        };
        let (mut cheap, mut spent) = best_at(0.0);
        let mut dear = None;
        if money < spent {
            // Money is worth between these two; what costs too much at one is affordable at the other.
            let (mut low, mut high) = (0.0, 1.0);
            let ratio = |&site: &u32| worth[site as usize] / self.money[site as usize];
            let ratios = free.iter().filter(|&&site| 0.0 < self.money[site as usize]).map(ratio);
            high = ratios.fold(high, f64::max) * 2.0;
            let mut affordable = best_at(high);
            for _ in 0..50 {
                let middle = 0.5 * (low + high);
                let tried = best_at(middle);
                if tried.1 <= money {
                    (high, affordable) = (middle, tried);
                } else {
                    low = middle;
                    dear = Some(tried);
                }
            }
            let dear = dear.get_or_insert((cheap, spent));
            opened.by_money = high;
            (cheap, spent) = affordable;
            // Between the two there is a mixture that spends all; it is where the bound has its slope.
            let mix = if spent < dear.1 { ((money - spent) / (dear.1 - spent)).clamp(0.0, 1.0) } else { 0.0 };
            let mut shares = vec![0.0; worth.len()];
            cheap.iter().take(n_left).for_each(|&(site, _)| shares[site as usize] += 1.0 - mix);
            dear.0.iter().take(n_left).for_each(|&(site, _)| shares[site as usize] += mix);
            opened.shares.extend((0..).zip(shares).filter(|&(_, share)| 0.0 < share));
        } else {
            opened.shares.extend(cheap.iter().take(n_left).map(|&(site, _)| (site, 1.0)));
        }
        let score_at = |at: usize| cheap.get(at).map_or(0.0, |scored| scored.1);
        opened.last_in = if n_left == 0 { f64::INFINITY } else { score_at(n_left - 1) };
        opened.first_out = score_at(n_left);
        let dual = if self.budget.is_finite() { opened.by_money * money } else { 0.0 };
        opened.worth += dual + cheap.iter().take(n_left).map(|&(_, score)| score).sum::<f64>();
        opened
    }
}

/// What is opened, and what the bound says of sites that are not.
struct Opened {
    /// No choice of sites is worth more.
    worth: f64,
    shares: Vec<(u32, f64)>,
    /// What one of money is worth.
    by_money: f64,
    /// The lowest score among those opened, infinite where none may be, and the highest among the others.
    last_in: f64,
    first_out: f64,
}

impl Opened {
    fn score(&self, site: usize, worth: &[f64], search: &Search<'_>) -> f64 {
        worth[site] - self.by_money * search.money[site]
    }

    /// By how much the bound rises where a site is opened: another gives way to it.
    fn loss_if_open(&self, site: usize, worth: &[f64], search: &Search<'_>) -> f64 {
        (self.last_in - self.score(site, worth, search)).max(0.0)
    }

    /// By how much the bound rises where a site is closed: another takes its place.
    fn loss_if_closed(&self, site: usize, worth: &[f64], search: &Search<'_>) -> f64 {
        (self.score(site, worth, search) - self.first_out).max(0.0)
    }
}

/// What a site takes of each row to save most within its capacity: the row, its share, and what the whole row saves.
fn fill(
    rows: &Rows,
    columns: &Columns,
    site: usize,
    capacity: f64,
    multipliers: &[f64],
    buffer: &mut Vec<(f64, f64, u32)>,
    mut takes: impl FnMut(u32, f64, f64),
) {
    buffer.clear();
    let mut wanted = 0.0;
    for &(row, cost) in columns.of(site) {
        let gain = multipliers[row as usize] - cost;
        if gain <= 0.0 {
            continue;
        }
        let of = rows.of(row as usize);
        if of.is_flow() {
            buffer.push((gain, of.persons, row));
            wanted += of.persons;
        } else {
            takes(row, 1.0, gain * of.weight());
        }
    }
    if capacity < wanted {
        buffer.sort_unstable_by(|a, b| b.0.total_cmp(&a.0).then(a.2.cmp(&b.2)));
    }
    let mut left = capacity;
    for &(gain, persons, row) in buffer.iter() {
        if left <= 0.0 {
            return;
        }
        takes(row, (left / persons).min(1.0), gain * persons);
        left -= persons;
    }
}
