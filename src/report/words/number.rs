//! Numbers as people read them: thousands parted, no noise of doubles, and never rounded onto the other side of a limit.

use crate::units::Decimal;

/// A number that stands alone; `1234.5` is `1,234.5`.
pub(crate) fn number(value: f64) -> String {
    decimals(value, usual(value))
}

/// A number that will be read beside a limit: with as many decimals as show that it is not the limit.
pub(crate) fn beside(value: f64, limit: f64) -> String {
    (usual(value)..=MOST)
        .map(|n| decimals(value, n))
        .find(|text| value == limit || *text != number(limit))
        .unwrap_or_else(|| decimals(value, MOST))
}

/// Without thousands parted, for a table that a program reads; at most six decimals.
pub(crate) fn cell(value: f64) -> String {
    if value.is_finite() { Decimal(value, MOST).to_string() } else { String::new() }
}

/// More are noise of doubles.
const MOST: usize = 6;

fn usual(value: f64) -> usize {
    match value.abs() {
        0.0 => 0,
        size if 1000.0 <= size => 1,
        size if 1.0 <= size => 2,
        size if 0.01 <= size => 3,
        _ => MOST,
    }
}

fn decimals(value: f64, n: usize) -> String {
    if !value.is_finite() {
        return "–".to_owned();
    }
    let text = Decimal(value, n).to_string();
    let (sign, text) = text.strip_prefix('-').map_or(("", text.as_str()), |rest| ("-", rest));
    let (whole, fraction) = text.split_once('.').map_or((text, ""), |(whole, fraction)| (whole, fraction));
    let mut parted = sign.to_owned();
    for (index, digit) in whole.chars().enumerate() {
        if index != 0 && (whole.len() - index).is_multiple_of(3) {
            parted.push(',');
        }
        parted.push(digit);
    }
    if !fraction.is_empty() {
        parted.push('.');
        parted.push_str(fraction);
    }
    parted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_are_parted_and_noise_is_cut() {
        for (value, text) in [
            (0.0, "0"),
            (-0.0, "0"),
            (194_979.0, "194,979"),
            (-1234.56, "-1,234.6"),
            (0.1 + 0.2, "0.3"),
            (43.126, "43.13"),
            (1e15, "1,000,000,000,000,000"),
            (f64::NAN, "–"),
        ] {
            assert_eq!(number(value), text);
        }
    }

    #[test]
    fn a_number_just_below_its_limit_does_not_read_as_the_limit() {
        assert_eq!(beside(79.996, 80.0), "79.996");
        assert_eq!(beside(79.99, 80.0), "79.99");
        assert_eq!(beside(80.0, 80.0), "80");
        assert_eq!(beside(54.999_999_9, 55.0), "55");
    }
}
