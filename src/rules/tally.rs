//! Sums of what counts, does not count, or may count, by area.
//!
//! An item whose area is known only at a higher level (a facility known to be in a street, not in which village) may
//! belong to any area below it: it widens what is known of each, and is counted in none.

use std::collections::BTreeMap;
use std::iter::Sum;
use std::ops::{Add, AddAssign};

use super::Case;
use super::interval::Interval;
use super::select::{Amounts, Selection, Tri};
use crate::model::{AreaId, Areas, GroupId, LevelId, PointId};

/// A sum of weights, some of which may not be known.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Amount {
    /// The sum of the weights that are known.
    pub sum: f64,
    /// Items whose weight is not known.
    pub unweighed: usize,
}

impl Amount {
    /// One item.
    pub fn of(weight: Option<f64>) -> Self {
        match weight {
            Some(weight) => Self { sum: weight, unweighed: 0 },
            None => Self { sum: 0.0, unweighed: 1 },
        }
    }

    /// The most it can be.
    fn high(self) -> f64 {
        if self.unweighed == 0 { self.sum } else { f64::INFINITY }
    }
}

impl Add for Amount {
    type Output = Self;

    fn add(mut self, other: Self) -> Self {
        self += other;
        self
    }
}

impl AddAssign for Amount {
    fn add_assign(&mut self, other: Self) {
        self.sum += other.sum;
        self.unweighed += other.unweighed;
    }
}

/// What counts, what does not, and what may.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Tally {
    /// Counts.
    pub yes: Amount,
    /// Does not.
    pub no: Amount,
    /// May.
    pub unknown: Amount,
    /// How many items, of whatever status.
    pub items: usize,
}

impl Tally {
    /// One item of a weight.
    pub fn of(status: Tri, weight: Option<f64>) -> Self {
        let mut tally = Self { items: 1, ..Self::default() };
        *(match status {
            Tri::Yes => &mut tally.yes,
            Tri::No => &mut tally.no,
            Tri::Unknown => &mut tally.unknown,
        }) = Amount::of(weight);
        tally
    }

    /// How much counts, where `floating` may belong here too.
    pub fn counted(&self, floating: &Self) -> Interval {
        Interval {
            low: self.yes.sum,
            high: self.yes.high() + self.unknown.high() + floating.yes.high() + floating.unknown.high(),
        }
    }

    /// What counts as a share of all, where `floating` may belong here too; `None` where there surely is nothing.
    pub fn share(&self, floating: &Self) -> Option<Interval> {
        let falls = self.unknown.high() + floating.no.high() + floating.unknown.high();
        let (most, all) = self.best(floating);
        if all + self.no.high() + falls == 0.0 {
            return None;
        }
        // An unweighed item that counts cannot lower the share, one that does not count cannot raise it.
        let low = if self.yes.sum == 0.0 {
            // Nothing is sure to count: the share is 0, unless there is nothing else at all.
            0.0
        } else {
            let rest = self.no.high() + falls;
            if rest.is_infinite() { 0.0 } else { self.yes.sum / (self.yes.sum + rest) }
        };
        let high = if most == 0.0 {
            0.0
        } else if most.is_infinite() {
            1.0
        } else {
            most / all
        };
        Some(Interval { low, high })
    }

    /// What counts, and of how much, where the share is the highest it can be; infinite where nothing bounds it.
    pub fn best(&self, floating: &Self) -> (f64, f64) {
        let most = self.yes.high() + self.unknown.high() + floating.yes.high() + floating.unknown.high();
        (most, most + self.no.sum)
    }
}

impl AddAssign for Tally {
    fn add_assign(&mut self, other: Self) {
        self.yes += other.yes;
        self.no += other.no;
        self.unknown += other.unknown;
        self.items += other.items;
    }
}

impl Add for Tally {
    type Output = Self;

    fn add(mut self, other: Self) -> Self {
        self += other;
        self
    }
}

impl Sum for Tally {
    fn sum<I: Iterator<Item = Self>>(tallies: I) -> Self {
        tallies.fold(Self::default(), Add::add)
    }
}

/// Tallies of the areas of one level.
pub struct ByArea<'a> {
    areas: &'a Areas,
    level: LevelId,
    /// One an area of any level, so that an item is added without a search.
    known: Vec<Tally>,
    floating: BTreeMap<AreaId, Tally>,
    nowhere: Tally,
    all: Tally,
}

impl<'a> ByArea<'a> {
    /// Adds each item to the area of `level` that holds its own area.
    pub fn sort(areas: &'a Areas, level: LevelId, items: impl IntoIterator<Item = (Option<AreaId>, Tally)>) -> Self {
        use crate::model::Id;
        let mut sorted = Self {
            areas,
            level,
            known: vec![Tally::default(); areas.len()],
            floating: BTreeMap::new(),
            nowhere: Tally::default(),
            all: Tally::default(),
        };
        for (area, tally) in items {
            sorted.all += tally;
            match (area, area.and_then(|area| areas.ancestor(area, level))) {
                (_, Some(holder)) => sorted.known[holder.index()] += tally,
                // Known to be above the level: it may be in any area below.
                (Some(area), None) if areas[area].level < level => *sorted.floating.entry(area).or_default() += tally,
                // Known, or below the level in an area whose holder no file names.
                _ => sorted.nowhere += tally,
            }
        }
        sorted
    }

    /// What surely belongs to `area`.
    pub fn known(&self, area: AreaId) -> &Tally {
        use crate::model::Id;
        debug_assert!(self.areas[area].level == self.level);
        &self.known[area.index()]
    }

    /// What may belong to `area`.
    pub fn floating(&self, area: AreaId) -> Tally {
        let mut floating = self.nowhere;
        if !self.floating.is_empty() {
            for holder in self.areas.chain(area).filter(|&holder| holder != area) {
                if let Some(tally) = self.floating.get(&holder) {
                    floating += *tally;
                }
            }
        }
        floating
    }

    /// Everything, wherever it belongs.
    pub fn all(&self) -> &Tally {
        &self.all
    }
}

/// What each selected facility supplies, and where; without amounts each supplies 1.
pub fn supply(case: &Case<'_>, selection: &Selection, amounts: Option<&Amounts<'_>>) -> Vec<(Option<AreaId>, Tally)> {
    let tally = |(facility, status)| {
        let weight = amounts.map_or(Some(1.0), |amounts| amounts.of(facility));
        (case.world.facilities[facility].area, Tally::of(status, weight))
    };
    selection.iter().map(tally).collect()
}

/// How many persons of `group` are at each point, and in which area.
pub fn demand(case: &Case<'_>, group: GroupId) -> Vec<(Option<AreaId>, Tally)> {
    let people = &case.world.people;
    let tally = |point: PointId| (people.areas[point], Tally::of(Tri::Yes, people.persons(group, point)));
    people.places.ids().map(tally).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tally(yes: f64, no: f64, unknown: f64) -> Tally {
        let mut tally = Tally::of(Tri::Yes, Some(yes));
        tally += Tally::of(Tri::No, Some(no));
        tally += Tally::of(Tri::Unknown, Some(unknown));
        tally
    }

    #[test]
    fn a_share_lies_between_unknown_all_out_and_unknown_all_in() {
        let share = tally(6.0, 2.0, 2.0).share(&Tally::default()).unwrap();
        assert_eq!((share.low, share.high), (0.6, 0.8));
    }

    #[test]
    fn what_floats_widens_a_share_both_ways() {
        let share = tally(6.0, 2.0, 0.0).share(&tally(2.0, 2.0, 0.0)).unwrap();
        assert_eq!((share.low, share.high), (0.6, 0.8));
    }

    #[test]
    fn an_unweighed_item_that_does_not_count_leaves_the_top_alone() {
        let mut known = tally(6.0, 2.0, 0.0);
        known += Tally::of(Tri::No, None);
        let share = known.share(&Tally::default()).unwrap();
        assert_eq!((share.low, share.high), (0.0, 0.75));
    }

    #[test]
    fn nothing_has_no_share() {
        assert!(Tally::default().share(&Tally::default()).is_none());
    }
}
