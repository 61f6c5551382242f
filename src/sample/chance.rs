//! Seeded chance: the same numbers from the same seed, on every machine.

use rand::Rng;
use rand_pcg::Pcg32;

/// A source of chance for one theme: what one theme draws does not move what another gets.
pub(super) struct Chance(Pcg32);

/// The themes, each with its own stream.
#[derive(Clone, Copy)]
pub(super) enum Theme {
    Ground = 1,
    People,
    Kindergartens,
    Schools,
    SpecialSchools,
    ServicePoints,
    Training,
    Incubators,
    Internships,
    ElderlyCare,
    Rehabilitation,
    Series,
    Estates,
}

impl Chance {
    /// The chance of a theme under a seed.
    pub(super) fn new(seed: u64, theme: Theme) -> Self {
        Self(Pcg32::new(seed, theme as u64))
    }

    /// From 0 to below 1, in steps of 2^-32: exact, so that no rounding differs between machines.
    fn unit(&mut self) -> f64 {
        f64::from(self.0.next_u32()) / 4_294_967_296.0
    }

    /// From `low` to below `high`.
    pub(super) fn between(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.unit()
    }

    /// A whole number from `low` to `high`, both included.
    pub(super) fn whole(&mut self, low: u32, high: u32) -> u32 {
        low + (self.unit() * f64::from(high - low + 1)) as u32
    }

    /// Yes in that share of cases.
    pub(super) fn happens(&mut self, share: f64) -> bool {
        self.unit() < share
    }

    /// A number around 1: the mean of two, so that the middle is likelier than the ends.
    pub(super) fn around_one(&mut self, spread: f64) -> f64 {
        (self.between(1.0 - spread, 1.0 + spread) + self.between(1.0 - spread, 1.0 + spread)) / 2.0
    }

    /// A point of the disc around 0 with this radius.
    pub(super) fn in_disc(&mut self, radius: f64) -> [f64; 2] {
        loop {
            let at = [self.between(-1.0, 1.0), self.between(-1.0, 1.0)];
            if at[0] * at[0] + at[1] * at[1] <= 1.0 {
                return at.map(|part| part * radius);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_numbers_stay_within_their_ends_and_reach_them() {
        let mut chance = Chance::new(1, Theme::People);
        let drawn: std::collections::BTreeSet<u32> = (0..200).map(|_| chance.whole(3, 6)).collect();
        assert_eq!(drawn.into_iter().collect::<Vec<_>>(), [3, 4, 5, 6]);
    }

    #[test]
    fn themes_do_not_share_their_numbers() {
        let mut people = Chance::new(1, Theme::People);
        let mut schools = Chance::new(1, Theme::Schools);
        assert_ne!(people.between(0.0, 1.0), schools.between(0.0, 1.0));
    }
}
