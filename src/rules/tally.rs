//! Sums of what counts, does not count, or may count, by area.
//!
//! An item whose area is known only at a higher level (a facility known to be in a street, not in which village) may
//! belong to any area below it: it widens what is known of each, and is counted in none.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ops::{Add, AddAssign};
use std::sync::Arc;

use super::Case;
use super::exact::Exact;
use super::finding::Evidence;
use super::interval::Interval;
use super::select::{Amounts, Tri};
use crate::model::{AreaId, Areas, FacilityId, GroupId, Id, LevelId, PointId};

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

/// What the verdict on a share rests on, where `floating` may belong here too.
pub fn evidence_of_share(known: &Tally, floating: &Tally) -> Evidence {
    let unknown = known.unknown.sum + floating.yes.sum + floating.no.sum + floating.unknown.sum;
    Evidence {
        counted: Some(known.yes.sum),
        of: Some(known.yes.sum + known.no.sum + known.unknown.sum),
        unknown: Some(unknown).filter(|&unknown| 0.0 < unknown),
        ..Evidence::default()
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

/// A tally to which items are added, and from which they are taken away, in any order.
#[derive(Clone, Copy, Debug, Default)]
struct Sums {
    yes: Weights,
    no: Weights,
    unknown: Weights,
    items: usize,
}

#[derive(Clone, Copy, Debug, Default)]
struct Weights {
    sum: Exact,
    unweighed: usize,
}

impl Weights {
    fn amount(self) -> Amount {
        Amount { sum: self.sum.value(), unweighed: self.unweighed }
    }
}

impl Sums {
    fn pairs<'s>(&'s mut self, tally: &Tally) -> [(&'s mut Weights, Amount); 3] {
        [(&mut self.yes, tally.yes), (&mut self.no, tally.no), (&mut self.unknown, tally.unknown)]
    }

    fn add(&mut self, tally: &Tally) {
        self.items += tally.items;
        for (weights, amount) in self.pairs(tally).into_iter().filter(|(_, amount)| *amount != Amount::default()) {
            weights.sum += Exact::of(amount.sum);
            weights.unweighed += amount.unweighed;
        }
    }

    fn take(&mut self, tally: &Tally) {
        self.items = self.items.saturating_sub(tally.items);
        for (weights, amount) in self.pairs(tally).into_iter().filter(|(_, amount)| *amount != Amount::default()) {
            weights.sum -= Exact::of(amount.sum);
            weights.unweighed = weights.unweighed.saturating_sub(amount.unweighed);
        }
    }

    fn tally(&self) -> Tally {
        let Self { yes, no, unknown, items } = *self;
        Tally { yes: yes.amount(), no: no.amount(), unknown: unknown.amount(), items }
    }
}

/// What is counted, and where: the area that is known to hold it.
pub type Item = (Option<AreaId>, Tally);

/// Tallies of everything and, where a level is asked, of its areas.
///
/// A copy shares what no replacement has changed.
#[derive(Clone)]
pub struct ByArea {
    areas: Arc<Areas>,
    level: Option<LevelId>,
    /// One an area of any level, so that an item is added without a search.
    known: Arc<Vec<Sums>>,
    /// Those that stand in place of others in `known`.
    changed: BTreeMap<AreaId, Sums>,
    floating: BTreeMap<AreaId, Sums>,
    nowhere: Sums,
    all: Sums,
}

/// Where an item counts.
enum Counts {
    /// In this area of the level.
    In(AreaId),
    /// In any area of the level below this one, for all that is known.
    Below(AreaId),
    /// In any area.
    Anywhere,
}

impl ByArea {
    /// Adds each item to the area of `level` that holds its own area.
    pub fn sort(areas: &Arc<Areas>, level: Option<LevelId>, items: impl IntoIterator<Item = Item>) -> Self {
        let mut known = vec![Sums::default(); if level.is_some() { areas.len() } else { 0 }];
        let mut sorted = Self {
            areas: Arc::clone(areas),
            level,
            known: Arc::default(),
            changed: BTreeMap::new(),
            floating: BTreeMap::new(),
            nowhere: Sums::default(),
            all: Sums::default(),
        };
        for (area, tally) in items {
            sorted.all.add(&tally);
            match sorted.place(area) {
                None => {}
                Some(Counts::In(holder)) => known[holder.index()].add(&tally),
                Some(Counts::Below(area)) => sorted.floating.entry(area).or_default().add(&tally),
                Some(Counts::Anywhere) => sorted.nowhere.add(&tally),
            }
        }
        sorted.known = Arc::new(known);
        sorted
    }

    /// Where an item of `area` counts; `None` where no level is asked.
    fn place(&self, area: Option<AreaId>) -> Option<Counts> {
        let level = self.level?;
        Some(match (area, area.and_then(|area| self.areas.ancestor(area, level))) {
            (_, Some(holder)) => Counts::In(holder),
            // Known to be above the level: it may be in any area below.
            (Some(area), None) if self.areas[area].level < level => Counts::Below(area),
            // Known, or below the level in an area whose holder no file names.
            _ => Counts::Anywhere,
        })
    }

    /// Takes some items away and adds others; `touched` gets the areas whose tallies that changes.
    pub fn replace(
        &mut self,
        gone: impl IntoIterator<Item = Item>,
        new: impl IntoIterator<Item = Item>,
        touched: &mut BTreeSet<AreaId>,
    ) {
        gone.into_iter().for_each(|item| self.change(item, Sums::take, touched));
        new.into_iter().for_each(|item| self.change(item, Sums::add, touched));
    }

    fn change(&mut self, (area, tally): Item, change: fn(&mut Sums, &Tally), touched: &mut BTreeSet<AreaId>) {
        change(&mut self.all, &tally);
        let sums = match self.place(area) {
            None => return,
            Some(Counts::In(holder)) => {
                touched.insert(holder);
                let known = &self.known;
                self.changed.entry(holder).or_insert_with(|| known[holder.index()])
            }
            Some(Counts::Below(outer)) => {
                touched.extend(self.at_level().iter().copied().filter(|&area| self.areas.holds(outer, area)));
                self.floating.entry(outer).or_default()
            }
            Some(Counts::Anywhere) => {
                touched.extend(self.at_level().iter().copied());
                &mut self.nowhere
            }
        };
        change(sums, &tally);
    }

    /// The areas of the level, in the order of their ids.
    pub fn at_level(&self) -> &[AreaId] {
        self.level.map_or(&[], |level| self.areas.at_level(level))
    }

    /// What surely belongs to `area`.
    pub fn known(&self, area: AreaId) -> Tally {
        debug_assert!(Some(self.areas[area].level) == self.level);
        let changed = if self.changed.is_empty() { None } else { self.changed.get(&area) };
        changed.unwrap_or(&self.known[area.index()]).tally()
    }

    /// What may belong to `area`.
    pub fn floating(&self, area: AreaId) -> Tally {
        let mut floating = self.nowhere.tally();
        if !self.floating.is_empty() {
            for holder in self.areas.chain(area).filter(|&holder| holder != area) {
                if let Some(sums) = self.floating.get(&holder) {
                    floating += sums.tally();
                }
            }
        }
        floating
    }

    /// Everything, wherever it belongs.
    pub fn all(&self) -> Tally {
        self.all.tally()
    }
}

/// What may count in an area, one by one, where an edit may put others in their place.
#[derive(Clone)]
pub struct Lists<T> {
    lists: Arc<HashMap<AreaId, Vec<T>>>,
    /// Those that stand in place of others in `lists`.
    changed: BTreeMap<AreaId, Vec<T>>,
}

impl<T: Clone> Lists<T> {
    /// Each entry in the list of its area, in the order given.
    pub fn sort(entries: impl IntoIterator<Item = (AreaId, T)>) -> Self {
        let mut lists: HashMap<AreaId, Vec<T>> = HashMap::new();
        for (area, entry) in entries {
            lists.entry(area).or_default().push(entry);
        }
        Self { lists: Arc::new(lists), changed: BTreeMap::new() }
    }

    /// The entries of `area`.
    pub fn of(&self, area: AreaId) -> &[T] {
        let changed = if self.changed.is_empty() { None } else { self.changed.get(&area) };
        changed.or_else(|| self.lists.get(&area)).map_or(&[], Vec::as_slice)
    }

    /// Adds an entry at the end of the list of `area`.
    pub fn add(&mut self, area: AreaId, entry: T) {
        self.changed_list(area).push(entry);
    }

    /// Takes those entries of `area` away that `goes` says yes to.
    pub fn take(&mut self, area: AreaId, goes: impl Fn(&T) -> bool) {
        self.changed_list(area).retain(|entry| !goes(entry));
    }

    fn changed_list(&mut self, area: AreaId) -> &mut Vec<T> {
        let lists = &self.lists;
        self.changed.entry(area).or_insert_with(|| lists.get(&area).cloned().unwrap_or_default())
    }
}

/// What each of these facilities supplies, and where; without amounts each supplies 1.
pub fn supply(
    case: &Case<'_>,
    facilities: impl IntoIterator<Item = (FacilityId, Tri)>,
    amounts: Option<&Amounts<'_>>,
) -> Vec<Item> {
    let tally = |(facility, status)| {
        let weight = amounts.map_or(Some(1.0), |amounts| amounts.of(facility));
        (case.world.facilities[facility].area, Tally::of(status, weight))
    };
    facilities.into_iter().map(tally).collect()
}

/// How many persons of `group` are at each point, and in which area.
pub fn demand(case: &Case<'_>, group: GroupId) -> impl Iterator<Item = Item> {
    let people = &case.world.people;
    let tally = move |point: PointId| (people.areas[point], Tally::of(Tri::Yes, people.persons(group, point)));
    people.places.ids().map(tally)
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
