//! How a value is spread over people: its sum, its extremes and its Gini coefficient, where some values change.
//!
//! The values stand in their order, in bins of nearly equal values. What is summed is summed bin by bin: so a change of a
//! few values costs their bins, and gives what all values from nothing would give, to the last bit.

/// Values with their weights, in the order of values.
#[derive(Clone, Debug, Default)]
pub struct Spread {
    pairs: Vec<(f64, f64)>,
    bins: Vec<Bin>,
}

#[derive(Clone, Copy, Debug)]
struct Bin {
    key: u64,
    /// Where its pairs end; they begin where those of the bin before end.
    end: usize,
    sums: Sums,
}

/// The sums of some pairs in their order.
#[derive(Clone, Copy, Debug, Default)]
struct Sums {
    weight: f64,
    /// Of weight times value.
    sum: f64,
    /// Σ w_i (S_{i−1} + S_i) with S_i the sums up to pair i: twice the area under the Lorenz curve.
    area: f64,
    highest: f64,
}

impl Sums {
    fn add(&mut self, (value, weight): (f64, f64)) {
        let before = self.sum;
        self.sum += weight * value;
        self.weight += weight;
        self.area += weight * (before + self.sum);
        self.highest = value;
    }

    /// What stands behind these: all of its partial sums begin at theirs.
    fn append(&mut self, next: &Self) {
        self.area += next.area + 2.0 * self.sum * next.weight;
        self.sum += next.sum;
        self.weight += next.weight;
        self.highest = next.highest;
    }
}

/// What is said of a spread.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Measures {
    /// All weights.
    pub weight: f64,
    /// The mean.
    pub mean: f64,
    /// The highest value.
    pub highest: f64,
    /// The Gini coefficient; `None` where all values are 0. See [`gini`](super::gini::gini).
    pub gini: Option<f64>,
}

/// 512 bins from a value to its double.
const SHIFT: u32 = 52 - 9;

/// The bin of a value that is not negative; the order of bins is that of values.
fn key(value: f64) -> u64 {
    value.to_bits() >> SHIFT
}

fn in_order(a: &(f64, f64), b: &(f64, f64)) -> std::cmp::Ordering {
    a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1))
}

impl Spread {
    /// Of values and their weights, both finite, values not negative and weights above 0.
    pub fn of(mut pairs: Vec<(f64, f64)>) -> Self {
        pairs.sort_unstable_by(in_order);
        let mut bins: Vec<Bin> = Vec::new();
        for (at, &pair) in pairs.iter().enumerate() {
            let key = key(pair.0);
            if bins.last().is_none_or(|last| last.key != key) {
                bins.push(Bin { key, end: at, sums: Sums::default() });
            }
            if let Some(bin) = bins.last_mut() {
                bin.sums.add(pair);
                bin.end = at + 1;
            }
        }
        Self { pairs, bins }
    }

    /// What is said of it; `None` of nothing.
    pub fn measures(&self) -> Option<Measures> {
        self.changed(Vec::new(), Vec::new())
    }

    /// What would be said without some of its pairs and with others.
    pub fn changed(&self, mut gone: Vec<(f64, f64)>, mut new: Vec<(f64, f64)>) -> Option<Measures> {
        gone.sort_unstable_by(in_order);
        new.sort_unstable_by(in_order);
        let (mut gone, mut new) = (&gone[..], &new[..]);
        let mut all = Sums::default();
        let mut start = 0;
        for bin in &self.bins {
            // Bins that only what is new opens come before.
            append_new(&mut all, take(&mut new, |value| key(value) < bin.key));
            let here = &self.pairs[start..bin.end];
            start = bin.end;
            let is_here = |value: f64| key(value) == bin.key;
            let (gone_here, new_here) = (take(&mut gone, is_here), take(&mut new, is_here));
            if gone_here.is_empty() && new_here.is_empty() {
                all.append(&bin.sums);
            } else if let Some(sums) = replaced(here, gone_here, new_here) {
                all.append(&sums);
            }
        }
        append_new(&mut all, new);
        (0.0 < all.weight).then(|| Measures {
            weight: all.weight,
            mean: all.sum / all.weight,
            highest: all.highest,
            gini: (0.0 < all.sum).then(|| (1.0 - all.area / (all.weight * all.sum)).max(0.0)),
        })
    }
}

/// Takes the first pairs away whose value is as wanted.
fn take<'p>(pairs: &mut &'p [(f64, f64)], wanted: impl Fn(f64) -> bool) -> &'p [(f64, f64)] {
    let n = pairs.iter().take_while(|pair| wanted(pair.0)).count();
    let (first, rest) = pairs.split_at(n);
    *pairs = rest;
    first
}

/// Appends pairs that are in bins of their own.
fn append_new(all: &mut Sums, pairs: &[(f64, f64)]) {
    for bin in pairs.chunk_by(|a, b| key(a.0) == key(b.0)) {
        let mut sums = Sums::default();
        bin.iter().for_each(|&pair| sums.add(pair));
        all.append(&sums);
    }
}

/// The sums of a bin without some of its pairs and with others; `None` where none is left.
fn replaced(here: &[(f64, f64)], mut gone: &[(f64, f64)], mut new: &[(f64, f64)]) -> Option<Sums> {
    let mut sums = Sums::default();
    let any = gone.len() < here.len() || !new.is_empty();
    for pair in here {
        if gone.first().is_some_and(|first| in_order(first, pair).is_eq()) {
            gone = &gone[1..];
            continue;
        }
        while let Some(first) = new.first().filter(|first| in_order(first, pair).is_le()) {
            sums.add(*first);
            new = &new[1..];
        }
        sums.add(*pair);
    }
    debug_assert!(gone.is_empty(), "what goes was there");
    new.iter().for_each(|&pair| sums.add(pair));
    any.then_some(sums)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn pairs() -> impl Strategy<Value = Vec<(f64, f64)>> {
        // Some values are equal, some in one bin, some far apart.
        let value = prop_oneof![Just(0.0), (0..6_u8).prop_map(f64::from), 100.0..100.4, 0.0..1e6];
        prop::collection::vec((value, 0.1..9.0), 0..40)
    }

    proptest! {
        #[test]
        fn a_change_gives_what_all_values_from_nothing_give(
            pairs in pairs(), marks in prop::collection::vec(any::<bool>(), 40), new in pairs(),
        ) {
            let (gone, stay): (Vec<_>, Vec<_>) = pairs.iter().zip(&marks).partition(|(_, goes)| **goes);
            let values = |some: Vec<(&(f64, f64), &bool)>| some.into_iter().map(|(pair, _)| *pair).collect::<Vec<_>>();
            let (gone, mut after) = (values(gone), values(stay));
            after.extend(&new);
            let found = Spread::of(pairs.clone()).changed(gone, new);
            prop_assert_eq!(found, Spread::of(after).measures());
        }
    }
}
