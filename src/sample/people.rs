//! Made-up persons by community, in sum those of the census.
//!
//! Single years of age are taken as equal within a group of the census: ages 3-5 are half of 1-4 and a fifth of 5-9, ages
//! 6-11 four fifths of 5-9 and two fifths of 10-14, ages 12-14 three fifths of 10-14. Disabled residents are in no census:
//! their shares are made up.

use super::SampleFile;
use super::chance::{Chance, Theme};
use super::columns::PEOPLE;
use super::ground::Ground;
use super::sheet::Sheet;

/// Ages that exclude each other: 0-2, 3-5, 6-11, 12-14, 15-59, 60-64, 65 and over.
const BANDS: usize = 7;

/// The persons of one community.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Persons {
    bands: [u32; BANDS],
    disabled: u32,
    disabled_children: u32,
}

impl Persons {
    pub(super) fn residents(&self) -> u32 {
        self.bands.iter().sum()
    }

    pub(super) fn kindergarten_age(&self) -> u32 {
        self.bands[1]
    }

    pub(super) fn primary_age(&self) -> u32 {
        self.bands[2]
    }

    pub(super) fn junior_age(&self) -> u32 {
        self.bands[3]
    }

    pub(super) fn elderly(&self) -> u32 {
        self.bands[5] + self.bands[6]
    }
}

/// Persons by community, in the order of [`Ground::communities`].
pub(super) struct People {
    pub(super) of: Vec<Persons>,
}

impl People {
    pub(super) fn new(ground: &Ground<'_>, census: &[(String, f64)], seed: u64) -> Self {
        let mut chance = Chance::new(seed, Theme::People);
        // Communities of dense streets are large, villages small; some of each are twice the size of others.
        let size = |community: &super::ground::Community, chance: &mut Chance| {
            let usual = match (community.dense, community.village) {
                (true, false) => 1.9,
                (false, false) => 0.8,
                (_, true) => 0.55,
            };
            usual * chance.between(0.4, 1.6) * chance.between(0.7, 1.3)
        };
        let sizes: Vec<f64> = ground.communities.iter().map(|community| size(community, &mut chance)).collect();
        let old = |dense: bool, chance: &mut Chance| chance.around_one(0.3) * if dense { 0.85 } else { 1.35 };
        let young = |dense: bool, chance: &mut Chance| chance.around_one(0.3) * if dense { 1.1 } else { 0.85 };
        let tilts: Vec<[f64; 2]> = ground
            .communities
            .iter()
            .map(|community| [young(community.dense, &mut chance), old(community.dense, &mut chance)])
            .collect();

        let mut of = vec![Persons::default(); ground.communities.len()];
        for (band, total) in bands(census, ground.communities.len()).into_iter().enumerate() {
            let tilted = |(size, [young, old]): (&f64, &[f64; 2])| match band {
                0..4 => size * young,
                4 => *size,
                _ => size * old,
            };
            let weights: Vec<f64> = sizes.iter().zip(&tilts).map(tilted).collect();
            for (persons, share) in of.iter_mut().zip(share_out(total, &weights)) {
                persons.bands[band] = share;
            }
        }
        for persons in &mut of {
            persons.disabled = (f64::from(persons.residents()) * chance.between(0.03, 0.055)) as u32;
            let children = f64::from(persons.primary_age() + persons.junior_age()) * chance.between(0.004, 0.012);
            persons.disabled_children = children.round() as u32;
        }
        Self { of }
    }

    pub(super) fn file(&self, ground: &Ground<'_>) -> SampleFile {
        let mut sheet = Sheet::new("people.csv", PEOPLE);
        for (community, persons) in ground.communities.iter().zip(&self.of) {
            let mut row = sheet.row();
            let [infants, children, primary, junior, working, _, old] = persons.bands;
            ground.locate(&mut row, community.area, community.place);
            row.set("residents", persons.residents());
            row.set("children-0-5", infants + children);
            row.set("children-3-5", children);
            row.set("primary-age", primary);
            row.set("junior-age", junior);
            row.set("working-age", working);
            row.set("elderly-60", persons.elderly());
            row.set("elderly-65", old);
            row.set("disabled", persons.disabled);
            row.set("disabled-children", persons.disabled_children);
        }
        sheet.file()
    }
}

/// The persons of each band in all: from the census where it gives the ages, else fixed shares of the total, which is
/// 4,000 a community where the census does not give it.
fn bands(census: &[(String, f64)], n_communities: usize) -> [u32; BANDS] {
    let get = |names: &[&str]| {
        let found = census.iter().find(|(group, _)| names.contains(&group.as_str()));
        found.map(|&(_, persons)| persons).filter(|persons| persons.is_finite() && 0.0 <= *persons)
    };
    let total = get(&["total", "residents"]).unwrap_or(4000.0 * n_communities as f64).round();
    let over_60 = get(&["60+", "elderly-60"]).unwrap_or(total * 0.195).round().min(total);
    let over_65 = get(&["65+", "elderly-65"]).unwrap_or(total * 0.134).round().min(over_60);
    let [infant, under_5, under_10, under_15] = match (get(&["0"]), get(&["1-4"]), get(&["5-9"]), get(&["10-14"])) {
        (Some(infant), Some(under_5), Some(under_10), Some(under_15)) => [infant, under_5, under_10, under_15],
        _ => [0.0065, 0.0384, 0.0486, 0.0378].map(|share| total * share),
    };
    let children = (infant + under_5 + under_10 + under_15).round().min(total - over_60);
    let kindergarten = (under_5 / 2.0 + under_10 / 5.0).round();
    let primary = (under_10 * 4.0 / 5.0 + under_15 * 2.0 / 5.0).round();
    let junior = (under_15 * 3.0 / 5.0).round();
    let infants = children - kindergarten - primary - junior;
    let working = total - children - over_60;
    // Counts of people are far below u32::MAX; a nonsense census is cut off at 0.
    [infants, kindergarten, primary, junior, working, over_60 - over_65, over_65].map(|persons| persons as u32)
}

/// A total in whole parts by weight: the largest remainders are rounded up, so that the sum is exact.
pub(super) fn share_out(total: u32, weights: &[f64]) -> Vec<u32> {
    let sum: f64 = weights.iter().sum();
    let exact: Vec<f64> = weights.iter().map(|weight| f64::from(total) * weight / sum).collect();
    let mut parts: Vec<u32> = exact.iter().map(|part| part.floor() as u32).collect();
    let mut by_remainder: Vec<usize> = (0..weights.len()).collect();
    by_remainder.sort_by(|&a, &b| exact[b].fract().total_cmp(&exact[a].fract()).then(a.cmp(&b)));
    let missing = total.saturating_sub(parts.iter().sum());
    for &position in by_remainder.iter().take(missing as usize) {
        parts[position] += 1;
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_add_up_and_the_largest_remainders_are_rounded_up() {
        assert_eq!(share_out(10, &[1.0, 1.0, 1.0]), [4, 3, 3]);
        assert_eq!(share_out(7, &[0.5, 0.25, 0.25]), [3, 2, 2]);
        assert_eq!(share_out(0, &[1.0, 2.0]), [0, 0]);
        assert!(share_out(5, &[]).is_empty());
    }
}
