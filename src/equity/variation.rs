//! Coefficient of variation: how much schools (or other units) differ in what they have per head.

/// The coefficient of variation of amounts per head, each unit weighted with its heads; 0 where all are alike.
///
/// With x_i the amount and P_i the heads of unit i:
///
/// ```text
/// X_i = x_i / P_i        X̄ = Σ x_i / Σ P_i        S = √( Σ (P_i / ΣP) (X_i − X̄)² )        CV = S / X̄
/// ```
///
/// # Shapes and units
/// `all`: an amount and heads a unit, not negative, in any unit; the result has none.
///
/// # Edge cases
/// A unit without heads has no amount per head: it is left out, its amount too. One unit alone does not differ: 0.
/// `None` where no unit has heads, or where none of those that have has any of it: the mean is 0.
///
/// # Source
/// State Council education supervision, 教督〔2012〕3号 and 教督〔2017〕6号, notes on the coefficient of variation
/// (差异系数) between schools.
pub fn coefficient_of_variation(all: impl Iterator<Item = (f64, f64)> + Clone) -> Option<f64> {
    let units = || all.clone().filter(|&(_, heads)| 0.0 < heads);
    let all_amounts: f64 = units().map(|(amount, _)| amount).sum();
    let all_heads: f64 = units().map(|(_, heads)| heads).sum();
    let mean = all_amounts / all_heads;
    if all_heads == 0.0 || mean == 0.0 {
        return None;
    }
    if units().count() == 1 {
        return Some(0.0);
    }
    let variance: f64 = units().map(|(amount, heads)| heads / all_heads * (amount / heads - mean).powi(2)).sum();
    Some(variance.sqrt() / mean)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn coefficient(amounts: &[f64], heads: &[f64]) -> Option<f64> {
        coefficient_of_variation(amounts.iter().copied().zip(heads.iter().copied()))
    }

    #[test]
    fn a_worked_example_by_hand() {
        // Two schools: 100 pupils with 10 computers, 300 with 60. X = 0.1 and 0.2, X̄ = 70 / 400 = 0.175,
        // S² = 1/4 · 0.075² + 3/4 · 0.025² = 0.001875, S = 0.0433013, CV = S / 0.175 = 0.2474358.
        let cv = coefficient(&[10.0, 60.0], &[100.0, 300.0]).unwrap();
        assert!((cv - 0.001875_f64.sqrt() / 0.175).abs() < 1e-15);
        assert!((cv - 0.247_435_8).abs() < 1e-7);
    }

    #[test]
    fn the_same_number_as_numpy() {
        // numpy 2.4.6: x, P as below; X = x / P; mean = np.average(X, weights=P);
        // np.sqrt(np.average((X - mean)**2, weights=P)) / mean gives 0.21719542443203968
        let area = [5200.0, 3100.0, 8800.0, 1500.0, 4300.0];
        let pupils = [820.0, 410.0, 1560.0, 150.0, 990.0];
        let cv = coefficient(&area, &pupils).unwrap();
        assert!((cv - 0.217_195_424_432_039_68).abs() < 1e-14, "{cv:.17}");
    }

    #[test]
    fn a_published_worked_example() {
        // Books and pupils of five schools, in a published step-by-step calculation for 教督〔2012〕3号
        // (县域义务教育校际均衡指标计算方法，以生均图书册数为例), which prints 0.52; unrounded 0.5153.
        let cv = coefficient(&[279.0, 137.0, 935.0, 160.0, 402.0], &[45.0, 37.0, 89.0, 76.0, 55.0]);
        assert!((cv.unwrap() - 0.5153).abs() < 5e-5);
        assert_eq!(format!("{:.2}", cv.unwrap()), "0.52");
    }

    #[test]
    fn one_school_does_not_differ_and_nothing_has_no_variation() {
        assert_eq!(coefficient(&[7.0], &[300.0]), Some(0.0));
        assert_eq!(coefficient(&[0.0, 0.0], &[300.0, 100.0]), None);
        assert_eq!(coefficient(&[], &[]), None);
        assert_eq!(coefficient(&[1.0], &[0.0]), None);
    }

    #[test]
    fn a_school_without_pupils_is_left_out() {
        let without = coefficient(&[10.0, 60.0], &[100.0, 300.0]);
        assert_eq!(coefficient(&[10.0, 99.0, 60.0], &[100.0, 0.0, 300.0]), without);
    }

    proptest! {
        #[test]
        fn a_school_split_in_two_alike_changes_nothing(
            schools in prop::collection::vec((1.0..1e4_f64, 1.0..1e3_f64), 2..8),
        ) {
            let (amounts, heads): (Vec<f64>, Vec<f64>) = schools.into_iter().unzip();
            let whole = coefficient(&amounts, &heads).unwrap();
            let halves = |values: &[f64]| -> Vec<f64> {
                values.iter().skip(1).copied().chain([values[0] / 2.0, values[0] / 2.0]).collect()
            };
            let split = coefficient(&halves(&amounts), &halves(&heads)).unwrap();
            prop_assert!((whole - split).abs() <= 1e-9 * (1.0 + whole));
        }

        #[test]
        fn the_unit_of_the_amount_does_not_matter(
            schools in prop::collection::vec((1.0..1e4_f64, 1.0..1e3_f64), 2..8), unit in 0.001..1000.0_f64,
        ) {
            let (amounts, heads): (Vec<f64>, Vec<f64>) = schools.into_iter().unzip();
            let scaled: Vec<f64> = amounts.iter().map(|amount| amount * unit).collect();
            let (one, other) = (coefficient(&amounts, &heads), coefficient(&scaled, &heads));
            prop_assert!((one.unwrap() - other.unwrap()).abs() < 1e-9);
        }
    }
}
