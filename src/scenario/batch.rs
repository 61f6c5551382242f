//! Many scenarios and their combinations: judged in parallel, the best kept.

use std::cmp::Ordering;
use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64Mcg;
use rayon::prelude::*;

use super::compare::{Difference, Turn};
use super::stage::Stage;

/// What scenarios are ranked by. What ties is ranked by the others in this order, then by the order of the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum By {
    /// Obligations fixed, less those broken.
    Fixed,
    /// Persons gained, less those lost.
    Persons,
    /// What is lacking, as a share of what is lacking in the base, summed over the obligations.
    Shortfall,
    /// The mean cost to the nearest facility, less than before, summed over the services edited.
    Mean,
    /// The worst cost to the nearest facility, likewise.
    Worst,
    /// The Gini coefficient of the cost to the nearest facility, likewise.
    Gini,
    /// What it costs.
    Cost,
    /// What it costs for each person gained.
    CostPerPerson,
}

impl By {
    /// How good a difference is by this measure: larger is better; `None` where it has no such measure.
    pub fn score(self, difference: &Difference) -> Option<f64> {
        let access = |measure: fn(&super::Access) -> Option<f64>| {
            let less = difference.access.iter().filter_map(|change| {
                let (before, after) = (measure(change.before.as_ref()?)?, measure(change.after.as_ref()?)?);
                // Sums of fractions differ in their last digits.
                Some(if (before - after).abs() <= 1e-9 * before { 0.0 } else { before - after })
            });
            // The sum of nothing is -0.
            Some(less.sum::<f64>() + 0.0)
        };
        match self {
            Self::Fixed => Some(difference.count(Turn::Fixed) as f64 - difference.count(Turn::Broken) as f64),
            Self::Persons => Some(difference.gained() - difference.lost()),
            Self::Shortfall => {
                // Less that is lacking where more is unknown may only be less that is known.
                let settled = difference.obligations.iter().filter(|change| change.turn != Turn::Unsettled);
                let less = settled.filter_map(|change| {
                    let (before, after) = (change.shortfall.0?, change.shortfall.1?);
                    // Where nothing was lacking, all that is lacking now is new.
                    Some((before - after) / before.max(after).max(f64::MIN_POSITIVE))
                });
                Some(less.sum::<f64>() + 0.0)
            }
            Self::Mean => access(|access| Some(access.mean)),
            Self::Worst => access(|access| Some(access.worst)),
            Self::Gini => access(|access| access.gini),
            Self::Cost => difference.cost.map(|cost| -cost),
            Self::CostPerPerson => difference.cost_per_person().map(|cost| -cost),
        }
    }

    /// The order in which two differences are ranked by this measure: the better one first.
    fn compare(self, a: &Difference, b: &Difference) -> Ordering {
        let ties = [self, Self::Fixed, Self::Persons, Self::Shortfall, Self::Cost];
        let one = |by: &Self| match (by.score(a), by.score(b)) {
            (Some(a), Some(b)) => b.total_cmp(&a),
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (None, None) => Ordering::Equal,
        };
        ties.iter().map(one).find(|order| order.is_ne()).unwrap_or(Ordering::Equal)
    }
}

/// Scenarios carried out together, and what they change.
#[derive(Clone, Debug, PartialEq)]
pub struct Ranked {
    /// Their positions in the file, in order.
    pub chosen: Vec<usize>,
    /// What they change.
    pub difference: Difference,
}

/// What a batch gives.
#[derive(Clone, Debug, Default)]
pub struct Batch {
    /// The best, the first the best of all.
    pub best: Vec<Ranked>,
    /// How many were judged.
    pub n_judged: u64,
    /// How many combinations were passed over since two of their scenarios edit the same thing.
    pub n_conflicts: u64,
    /// How many of those judged were so in a run before that was interrupted.
    pub n_before: u64,
}

/// Judged together in one go, before the best are picked.
const BLOCK: usize = 1024;

/// Judges choices of scenarios in parallel after those of `batch`, and keeps the best `top` by `by`; `progress` is told
/// now and then how far it has come. The result does not depend on the number of threads.
pub fn run(
    stage: &Stage,
    mut batch: Batch,
    choices: impl Iterator<Item = Vec<usize>>,
    by: By,
    top: usize,
    progress: &mut dyn FnMut(&Batch),
) -> Batch {
    let mut choices = choices.peekable();
    while choices.peek().is_some() {
        let block: Vec<Vec<usize>> = choices.by_ref().take(BLOCK).collect();
        let conflicts = AtomicU64::new(0);
        let n_block = block.len() as u64;
        let judged = block.into_par_iter().filter_map(|chosen| match stage.difference(&chosen) {
            Ok(difference) => Some(Ranked { chosen, difference }),
            Err(_) => {
                conflicts.fetch_add(1, Relaxed);
                None
            }
        });
        let judged: Vec<Ranked> = judged.collect();
        let conflicts = conflicts.into_inner();
        batch.n_judged += n_block - conflicts;
        batch.n_conflicts += conflicts;
        batch.best.extend(judged);
        // Stable: of equal ones the first of the file stays first.
        batch.best.sort_by(|a, b| by.compare(&a.difference, &b.difference).then_with(|| order(a, b)));
        batch.best.truncate(top);
        progress(&batch);
    }
    batch
}

/// Fewer scenarios first, then the order of the file.
fn order(a: &Ranked, b: &Ranked) -> Ordering {
    a.chosen.len().cmp(&b.chosen.len()).then_with(|| a.chosen.cmp(&b.chosen))
}

/// All choices of 1 to `most` of `n` scenarios, those of fewer first, each in the order of the file.
pub fn choices(n: usize, most: usize) -> impl Iterator<Item = Vec<usize>> {
    (1..=most.min(n)).flat_map(move |size| choices_of(n, size))
}

/// All choices of `size` of `n` scenarios, each in the order of the file.
pub fn choices_of(n: usize, size: usize) -> impl Iterator<Item = Vec<usize>> {
    let first = (size <= n).then(|| (0..size).collect::<Vec<usize>>());
    std::iter::successors(first, move |chosen| {
        let mut next = chosen.clone();
        let turn = (0..size).rev().find(|&at| chosen[at] < n - size + at)?;
        let start = next[turn] + 1;
        next[turn..].iter_mut().zip(start..).for_each(|(position, value)| *position = value);
        Some(next)
    })
}

/// `n_drawn` different choices of 1 to `most` of `n` scenarios, drawn at random from a fixed seed: the size first, each as
/// likely, then which. Fewer where sizes of few choices are drawn out; 8 bytes are kept of each.
pub fn sample(n: usize, most: usize, n_drawn: u64) -> impl Iterator<Item = Vec<usize>> {
    let mut chance = Pcg64Mcg::seed_from_u64(0);
    let most = most.min(n);
    let mut seen: HashSet<u64> = HashSet::new();
    let tries = n_drawn.saturating_mul(20);
    let drawn = (0..tries).filter(move |_| 0 < most).filter_map(move |_| {
        let size = chance.random_range(1..=most);
        let mut chosen = rand::seq::index::sample(&mut chance, n, size).into_vec();
        chosen.sort_unstable();
        let mut hasher = DefaultHasher::new();
        chosen.hash(&mut hasher);
        seen.insert(hasher.finish()).then_some(chosen)
    });
    drawn.take(usize::try_from(n_drawn).unwrap_or(usize::MAX))
}

/// How many choices there are of 1 to `most` of `n`; saturates.
pub fn n_choices(n: usize, most: usize) -> u64 {
    let (mut all, mut of_size) = (0_u64, 1_u128);
    for k in 1..=most.min(n) {
        of_size = of_size.saturating_mul((n - k + 1) as u128) / k as u128;
        all = all.saturating_add(u64::try_from(of_size).unwrap_or(u64::MAX));
    }
    all
}

/// Which of these are on the Pareto front of cost, persons gained and the Gini coefficient: no other is as good in all
/// three and better in one. Those without a cost or a coefficient are not on it.
pub fn pareto(ranked: &[Ranked]) -> Vec<bool> {
    let measures = |ranked: &Ranked| -> Option<[f64; 3]> {
        let difference = &ranked.difference;
        Some([By::Cost.score(difference)?, By::Persons.score(difference)?, By::Gini.score(difference)?])
    };
    let all: Vec<Option<[f64; 3]>> = ranked.iter().map(measures).collect();
    let beats = |a: &[f64; 3], b: &[f64; 3]| a.iter().zip(b).all(|(a, b)| b <= a) && a != b;
    let on_front =
        |own: &Option<[f64; 3]>| own.as_ref().is_some_and(|own| !all.iter().flatten().any(|other| beats(other, own)));
    all.iter().map(on_front).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sample_has_no_choice_twice() {
        let drawn: Vec<Vec<usize>> = sample(6, 3, 30).collect();
        let different: HashSet<&Vec<usize>> = drawn.iter().collect();
        assert_eq!((drawn.len(), different.len()), (30, 30));
        assert!(sample(3, 3, 1000).count() <= 7);
    }

    #[test]
    fn choices_are_all_subsets_the_small_ones_first() {
        let all: Vec<Vec<usize>> = choices(4, 2).collect();
        let expected: [&[usize]; 10] = [&[0], &[1], &[2], &[3], &[0, 1], &[0, 2], &[0, 3], &[1, 2], &[1, 3], &[2, 3]];
        assert_eq!(all, expected);
        for (n, most) in [(0, 3), (1, 1), (3, 5), (6, 3), (7, 7)] {
            assert_eq!(choices(n, most).count() as u64, n_choices(n, most), "{n} {most}");
        }
        assert_eq!(n_choices(1_000_000, 20), u64::MAX);
    }
}
