//! Gini coefficient: how unevenly a cost, or anything else, falls on people.

use super::spread::Spread;

/// The Gini coefficient of values, each weighted with its people: 0 where all have the same, towards 1 where few have
/// it all.
///
/// With x_i the values in ascending order, w_i their weights and S_i = Σ_{j ≤ i} w_j x_j:
///
/// ```text
/// G = Σ_i Σ_j w_i w_j |x_i − x_j| / (2 W² x̄) = 1 − Σ_i w_i (S_{i−1} + S_i) / (W S_n)
/// ```
///
/// # Shapes and units
/// `pairs`: a value and its weight, both finite and not negative, in any order. The result has no unit.
///
/// # Edge cases
/// `None` where there is no weight, or no value but 0: the mean is 0.
///
/// # Complexity
/// n log n. Where a few values change, see [`Spread`].
///
/// # Source
/// C. Gini (1912), Variabilità e mutabilità; the sum over ordered values as in A. Sen (1973), On Economic Inequality.
pub fn gini(pairs: &[(f64, f64)]) -> Option<f64> {
    Spread::of(pairs.to_vec()).measures()?.gini
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn of(pairs: &[(f64, f64)]) -> Option<f64> {
        gini(pairs)
    }

    // Gini(x).g of PySAL's `inequality` 1.1.2, where each value stands as often as it weighs.
    #[test]
    fn it_is_what_pysal_gives() {
        let each = |values: &[f64]| of(&values.iter().map(|&value| (value, 1.0)).collect::<Vec<_>>()).unwrap();
        assert!((each(&[1.0, 2.0, 3.0, 4.0, 5.0]) - 0.266_666_666_666_666_66).abs() < 1e-12);
        assert!((each(&[0.0, 0.0, 0.0, 10.0]) - 0.75).abs() < 1e-12);
        let weighted = of(&[(300.0, 2.0), (1200.0, 5.0), (50.0, 3.0), (4000.0, 1.0)]).unwrap();
        assert!((weighted - 0.515_856_236_786_469_3).abs() < 1e-12, "{weighted}");
    }

    #[test]
    fn where_nobody_or_nothing_is_there_is_no_coefficient() {
        assert_eq!((of(&[]), of(&[(5.0, 0.0)]), of(&[(0.0, 3.0)])), (None, None, None));
        assert_eq!(of(&[(5.0, 1.0), (5.0, 9.0)]), Some(0.0));
    }

    proptest! {
        #[test]
        fn it_is_the_mean_difference_of_all_pairs_and_has_no_unit(
            pairs in prop::collection::vec((0.0..5000.0, 0.1..100.0), 1..30), unit in 0.1..10.0,
        ) {
            let pairs: Vec<(f64, f64)> = pairs;
            let weights: f64 = pairs.iter().map(|(_, weight)| weight).sum();
            let mean = pairs.iter().map(|(value, weight)| value * weight).sum::<f64>() / weights;
            let differences = pairs.iter().flat_map(|a| pairs.iter().map(move |b| a.1 * b.1 * (a.0 - b.0).abs()));
            let expected = differences.sum::<f64>() / (2.0 * weights * weights * mean);
            prop_assert!((of(&pairs).unwrap() - expected).abs() < 1e-9);
            let scaled: Vec<(f64, f64)> = pairs.iter().map(|&(value, weight)| (value * unit, weight / unit)).collect();
            prop_assert!((of(&scaled).unwrap() - expected).abs() < 1e-9);
        }
    }
}
