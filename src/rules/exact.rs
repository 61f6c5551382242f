//! Sums that do not depend on the order of what is added, and from which anything can be taken away again.
//!
//! So what an edit does to a sum can be said without adding everything once more, to the last bit.

use std::ops::{AddAssign, SubAssign};

/// A sum, in whole 2^-64ths.
///
/// # Accuracy
/// What is added is exact from 2^-12 on, and below it off by less than 2^-64; the value is the exact sum, rounded once. Saturates
/// from 9.2e18 on, which no study comes near.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Exact(i128);

/// 2^64.
const PARTS: f64 = 18_446_744_073_709_551_616.0;
/// More than this is taken for this: what is added can still be taken away.
const MOST: f64 = 4_503_599_627_370_496.0;

impl Exact {
    /// One amount; of what is no number nothing.
    pub fn of(amount: f64) -> Self {
        Self((amount.clamp(-MOST, MOST) * PARTS) as i128)
    }

    /// The sum.
    pub fn value(self) -> f64 {
        self.0 as f64 / PARTS
    }
}

impl AddAssign for Exact {
    fn add_assign(&mut self, other: Self) {
        self.0 = self.0.saturating_add(other.0);
    }
}

impl SubAssign for Exact {
    fn sub_assign(&mut self, other: Self) {
        self.0 = self.0.saturating_sub(other.0);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn sum(amounts: impl IntoIterator<Item = f64>) -> Exact {
        amounts.into_iter().fold(Exact::default(), |mut sum, amount| {
            sum += Exact::of(amount);
            sum
        })
    }

    #[test]
    fn one_amount_is_itself_and_many_small_ones_are_not_lost() {
        for amount in [0.0, 0.1, 1.0 / 3.0, 0.001, 97.5, 4e15, 1e-3] {
            assert_eq!(Exact::of(amount).value(), amount);
        }
        assert_eq!(sum(std::iter::repeat_n(0.1, 10)).value(), 1.0);
        assert_eq!(sum([1e15, 0.5, -1e15]).value(), 0.5);
        assert_eq!(Exact::of(f64::NAN).value(), 0.0);
    }

    proptest! {
        #[test]
        fn the_order_does_not_matter_and_what_is_taken_away_is_gone(
            amounts in prop::collection::vec((0.0..1e6_f64, any::<bool>()), 0..40),
        ) {
            let all = sum(amounts.iter().map(|&(amount, _)| amount));
            prop_assert_eq!(all, sum(amounts.iter().rev().map(|&(amount, _)| amount)));
            let mut rest = all;
            amounts.iter().filter(|&&(_, goes)| goes).for_each(|&(amount, _)| rest -= Exact::of(amount));
            prop_assert_eq!(rest, sum(amounts.iter().filter(|&&(_, goes)| !goes).map(|&(amount, _)| amount)));
            let plain: f64 = amounts.iter().map(|&(amount, _)| amount).sum();
            prop_assert!((all.value() - plain).abs() <= 1e-9 * plain.max(1.0));
        }
    }
}
