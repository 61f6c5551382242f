//! Numbers in classes, for a map that is darker where there is more.

/// The numbers from `least` to `most`, both included.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Class {
    pub(super) least: f64,
    pub(super) most: f64,
}

/// At most `n` classes of about as many numbers each; equal numbers are in one class. Numbers that are not finite count not.
pub(super) fn classes(mut values: Vec<f64>, n: usize) -> Vec<Class> {
    values.retain(|value| value.is_finite());
    values.sort_by(f64::total_cmp);
    let mut distinct = values.clone();
    distinct.dedup();
    if distinct.len() <= n {
        return distinct.into_iter().map(|value| Class { least: value, most: value }).collect();
    }
    let mut classes: Vec<Class> = Vec::new();
    let mut start = 0;
    for class in 1..=n {
        let mut end = start + (values.len() - start).div_ceil(n + 1 - class);
        // All that equal the last one belong with it.
        while 0 < end && end < values.len() && values[end] == values[end - 1] {
            end += 1;
        }
        if start < end {
            classes.push(Class { least: values[start], most: values[end - 1] });
            start = end;
        }
    }
    classes
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn shown(values: &[f64], n: usize) -> Vec<(f64, f64)> {
        classes(values.to_vec(), n).iter().map(|class| (class.least, class.most)).collect()
    }

    #[test]
    fn few_numbers_have_a_class_each_and_many_share() {
        assert_eq!(shown(&[2.0, 1.0, 2.0, f64::NAN], 5), [(1.0, 1.0), (2.0, 2.0)]);
        assert_eq!(shown(&[1.0, 1.0, 1.0, 1.0, 2.0, 3.0, 4.0], 3), [(1.0, 1.0), (2.0, 3.0), (4.0, 4.0)]);
        assert!(shown(&[], 5).is_empty());
    }

    proptest! {
        #[test]
        fn every_number_is_in_one_class(values in prop::collection::vec(0_u8..30, 0..60), n in 1_usize..6) {
            let values: Vec<f64> = values.into_iter().map(f64::from).collect();
            let classes = classes(values.clone(), n);
            prop_assert!(classes.len() <= n);
            for value in values {
                let holding = classes.iter().filter(|class| class.least <= value && value <= class.most);
                prop_assert_eq!(holding.count(), 1);
            }
        }
    }
}
