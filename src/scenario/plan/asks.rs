//! What obligations ask of a choice of edits, as linear conditions.
//!
//! Each condition is one that every choice keeping the obligation meets; whether a choice that meets them all does keep it,
//! the check says. What edits change is measured by the checks themselves, scenario by scenario, in the edited world.

use std::collections::{BTreeMap, HashMap};

use rayon::prelude::*;

use super::super::stage::Stage;
use crate::assess::check;
use crate::model::{AreaId, FacilityId, Id, LevelId, PointId, World};
use crate::rules::decide::Decide;
use crate::rules::finding::Of;
use crate::rules::select::Selection;
use crate::rules::{Case, Check, Detail, Reach, Seats, Surplus};

/// What one obligation asks.
#[derive(Clone, Debug)]
pub(super) struct Asked {
    /// Its position among the findings of the base.
    pub(super) position: usize,
    /// The scenarios that may change it, in order.
    pub(super) touching: Vec<usize>,
    pub(super) ask: Ask,
}

#[derive(Clone, Debug)]
pub(super) enum Ask {
    /// Sums over facilities are large enough.
    Sums(Vec<Row>),
    /// Enough persons have a facility near.
    Cover(Cover),
    /// Enough persons have a place near.
    Places(Places),
    /// Nothing that can be written as a condition: only the check tells.
    Untold,
}

/// `base` and the terms of the scenarios chosen are 0 or more together.
#[derive(Clone, Debug)]
pub(super) struct Row {
    pub(super) of: Of,
    pub(super) base: f64,
    /// By scenario.
    pub(super) terms: Vec<(usize, f64)>,
    /// Whether it counts what is not known, rather than what is lacking.
    pub(super) of_unknown: bool,
}

/// `base` and the terms of what [`Cover`] or [`Places`] count are 0 or more together.
#[derive(Clone, Debug)]
pub(super) struct CountRow {
    pub(super) of: Of,
    pub(super) base: f64,
    /// By group.
    pub(super) terms: Vec<(usize, f64)>,
}

/// Persons by who could have a facility near.
#[derive(Clone, Debug, Default)]
pub(super) struct Cover {
    pub(super) groups: Vec<Near>,
    pub(super) rows: Vec<CountRow>,
}

/// What is near the people of a group: they are covered by one of these.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct Near {
    /// Scenarios that bring a facility.
    pub(super) brought: Vec<usize>,
    /// Facilities that stand: for each the scenarios that take it away.
    pub(super) standing: Vec<Vec<usize>>,
}

/// Persons and the places they could have.
#[derive(Clone, Debug, Default)]
pub(super) struct Places {
    pub(super) facilities: Vec<Offered>,
    /// Persons of a group, and the facilities near.
    pub(super) groups: Vec<(f64, Vec<usize>)>,
    pub(super) rows: Vec<CountRow>,
}

/// Places of a facility.
#[derive(Clone, Debug)]
pub(super) struct Offered {
    pub(super) places: f64,
    /// The scenario that brings it, if it does not stand.
    pub(super) brought: Option<usize>,
    /// The scenarios that take it away.
    pub(super) taken: Vec<usize>,
}

impl Ask {
    /// The sums that are asked for, if it is sums.
    pub(super) fn rows(&self) -> &[Row] {
        match self {
            Self::Sums(rows) => rows,
            Self::Cover(_) | Self::Places(_) | Self::Untold => &[],
        }
    }
}

/// More pairs of people and facilities than this are not written as conditions.
const MOST_PAIRS: usize = 200_000;

impl Asked {
    /// What the obligation at a position asks of the scenarios of a stage.
    pub(super) fn of(stage: &Stage, position: usize) -> Self {
        let found = &stage.base().findings[position];
        let check = check(&stage.base().packs, (found.pack, found.obligation));
        let touching: Vec<usize> =
            (0..stage.scenarios().len()).filter(|&scenario| stage.touches(position, scenario)).collect();
        let ask = match check {
            Check::Reach(reach) => cover(stage, reach, &touching),
            Check::Seats(seats) if seats.within.is_some() => places(stage, seats, &touching),
            check => sums(stage, check, &touching),
        };
        Self { position, touching, ask }
    }
}

fn case<'a>(stage: &'a Stage, world: &'a World) -> Case<'a> {
    Case { world, travel: stage.travel(), detail: Detail::Figures }
}

/// A row that nothing can mend.
fn never() -> Row {
    Row { of: Of::Whole, base: -1.0, terms: Vec::new(), of_unknown: true }
}

fn sums(stage: &Stage, check: &Check, touching: &[usize]) -> Ask {
    let Some(base) = check.kind().surpluses(&case(stage, stage.world())) else { return Ask::Untold };
    let probe = |&scenario: &usize| -> Option<(usize, Vec<Surplus>)> {
        let world = stage.edited(&[scenario]).ok()?;
        let surpluses = check.kind().surpluses(&case(stage, &world))?;
        let same = surpluses.len() == base.len() && surpluses.iter().zip(&base).all(|(a, b)| a.of == b.of);
        same.then_some((scenario, surpluses))
    };
    let probed: Option<Vec<_>> = touching.par_iter().map(probe).collect();
    let Some(probed) = probed else { return Ask::Untold };
    let mut rows: Vec<Row> = Vec::new();
    let (mut amounts, mut blocked): (Vec<Row>, Vec<Row>) = base
        .iter()
        .map(|surplus| {
            let row = |base, of_unknown| Row { of: surplus.of.clone(), base, terms: Vec::new(), of_unknown };
            (row(surplus.amount, false), row(-(surplus.blocked as f64), true))
        })
        .unzip();
    for (scenario, surpluses) in probed {
        for (at, (after, before)) in surpluses.iter().zip(&base).enumerate() {
            let more = after.amount - before.amount;
            if more != 0.0 {
                amounts[at].terms.push((scenario, more));
            }
            if after.blocked != before.blocked {
                blocked[at].terms.push((scenario, before.blocked as f64 - after.blocked as f64));
            }
        }
    }
    // What is enough whatever is chosen asks nothing.
    let least = |row: &Row| row.base + row.terms.iter().map(|&(_, more)| more.min(0.0)).sum::<f64>();
    rows.extend(amounts.into_iter().chain(blocked).filter(|row| least(row) < 0.0));
    Ask::Sums(rows)
}

/// The facilities that surely count: those that stand, with the scenarios that take each away, and those brought.
struct Supply {
    standing: Vec<(FacilityId, Vec<usize>)>,
    brought: Vec<(FacilityId, usize)>,
}

fn supply(stage: &Stage, touching: &[usize], select: impl Fn(&Case<'_>) -> Option<Selection> + Sync) -> Option<Supply> {
    let selection = select(&case(stage, stage.world()))?;
    let mut taken: HashMap<FacilityId, Vec<usize>> = HashMap::new();
    for &scenario in touching {
        for &facility in stage.facilities_of(scenario).0 {
            taken.entry(facility).or_default().push(scenario);
        }
    }
    let standing = selection.yes.iter().map(|&facility| (facility, taken.remove(&facility).unwrap_or_default()));
    let standing = standing.collect();
    let brought = |&scenario: &usize| -> Option<Vec<(FacilityId, usize)>> {
        let world = stage.edited(&[scenario]).ok()?;
        let selection = select(&case(stage, &world))?;
        let come = stage.facilities_of(scenario).1.iter().copied();
        Some(come.filter(|&facility| selection.is_sure(facility)).map(|facility| (facility, scenario)).collect())
    };
    let brought: Option<Vec<Vec<_>>> = touching.par_iter().map(brought).collect();
    Some(Supply { standing, brought: brought?.concat() })
}

/// The areas that decide, or `None` for the whole.
fn deciding(case: &Case<'_>, decide: Decide, level: Option<LevelId>) -> Vec<Option<AreaId>> {
    match (decide, level) {
        (Decide::Each, Some(level)) => case.world.areas.at_level(level).iter().copied().map(Some).collect(),
        _ => vec![None],
    }
}

/// Whether something in `area` surely is in `subject`, surely is not, or may be.
#[derive(Clone, Copy, PartialEq)]
enum Lies {
    In,
    Perhaps,
    Out,
}

fn lies(case: &Case<'_>, area: Option<AreaId>, subject: Option<AreaId>) -> Lies {
    let areas = &case.world.areas;
    match (area, subject) {
        (_, None) => Lies::In,
        (None, Some(_)) => Lies::Perhaps,
        (Some(area), Some(subject)) if areas.holds(subject, area) => Lies::In,
        (Some(area), Some(subject)) if areas.holds(area, subject) => Lies::Perhaps,
        _ => Lies::Out,
    }
}

fn of(subject: Option<AreaId>) -> Of {
    subject.map_or(Of::Whole, Of::Area)
}

fn cover(stage: &Stage, reach: &Reach, touching: &[usize]) -> Ask {
    let base = case(stage, stage.world());
    let decide = *reach.decide.get_ref();
    let select = |case: &Case<'_>| case.select(reach.service.get_ref(), &reach.r#where).ok();
    let known =
        base.demand(reach.group.get_ref()).and_then(|group| Ok((group, base.each(reach.each.as_ref(), decide)?)));
    let (Ok((group, level)), Some(supply)) = (known, supply(stage, touching, select)) else {
        return Ask::Sums(vec![never()]);
    };
    // A limit in another unit than the costs is never known to be kept.
    let Ok(within) = base.limit(reach.within) else { return Ask::Sums(vec![never()]) };
    let Some(share) = reach.at_least.as_ref().map(|share| share.get_ref().get()) else {
        return Ask::Sums(Vec::new());
    };
    let people = &base.world.people;
    let mut near: Vec<Near> = vec![Near::default(); people.len()];
    let points = |facility: FacilityId| {
        let catchment = stage.travel().catchment(facility).iter();
        catchment.filter(|&(_, cost)| cost <= within).map(|(point, _)| point.index())
    };
    for (facility, taken) in &supply.standing {
        points(*facility).for_each(|point| near[point].standing.push(taken.clone()));
    }
    for &(facility, scenario) in &supply.brought {
        points(facility).for_each(|point| near[point].brought.push(scenario));
    }
    // People of an area who have the same near are one group.
    let mut cover = Cover::default();
    let mut places: HashMap<(Option<AreaId>, Near), usize> = HashMap::new();
    let mut of_groups: Vec<(Option<AreaId>, f64, bool)> = Vec::new();
    for (at, mut near) in near.into_iter().enumerate() {
        let point = PointId::new(at);
        near.brought.sort_unstable();
        near.brought.dedup();
        near.standing.sort_unstable();
        near.standing.dedup();
        if near.standing.first().is_some_and(Vec::is_empty) {
            // One that stays is enough.
            near = Near { brought: Vec::new(), standing: vec![Vec::new()] };
        }
        let area = people.areas[point];
        let group_at = *places.entry((area, near)).or_insert_with_key(|(_, near)| {
            cover.groups.push(near.clone());
            of_groups.push((area, 0.0, false));
            cover.groups.len() - 1
        });
        match people.persons(group, point) {
            Some(persons) => of_groups[group_at].1 += persons,
            None => of_groups[group_at].2 = true,
        }
    }
    for subject in deciding(&base, decide, level) {
        let mut row = CountRow { of: of(subject), base: 0.0, terms: Vec::new() };
        let (mut all, mut uncounted) = (0.0, Vec::new());
        for (at, &(area, persons, is_uncounted)) in of_groups.iter().enumerate() {
            let lies = lies(&base, area, subject);
            if lies == Lies::Out {
                continue;
            }
            // Whoever may live elsewhere lowers the share where no facility is near, and cannot raise it.
            let gain = if lies == Lies::In { persons } else { share * persons };
            row.base -= share * persons;
            all += persons;
            if 0.0 < gain {
                row.terms.push((at, gain));
            }
            // Only where a facility is near does it not matter how many they are.
            if is_uncounted {
                uncounted.push(CountRow { of: of(subject), base: -1.0, terms: vec![(at, 1.0)] });
            }
        }
        if 0.0 < all || !uncounted.is_empty() {
            cover.rows.push(row);
            cover.rows.extend(uncounted);
        }
    }
    Ask::Cover(cover)
}

fn places(stage: &Stage, seats: &Seats, touching: &[usize]) -> Ask {
    let Some(within) = seats.within else { return Ask::Untold };
    let base = case(stage, stage.world());
    let Ok(within) = base.limit(within) else { return Ask::Sums(vec![never()]) };
    let decide = *seats.decide.get_ref();
    let select = |case: &Case<'_>| case.select(seats.service.get_ref(), &seats.r#where).ok();
    let known =
        base.group(seats.group.get_ref()).and_then(|group| Ok((group, base.each(seats.each.as_ref(), decide)?)));
    let (Ok((group, level)), Some(supply)) = (known, supply(stage, touching, select)) else {
        return Ask::Sums(vec![never()]);
    };
    let people = &base.world.people;
    if people.places.ids().any(|point| people.persons(group, point).is_none()) {
        // However many they are, they could take every place.
        return Ask::Sums(vec![never()]);
    }
    let capacities = base.amounts(seats.capacity.get_ref());
    let mut found = Places::default();
    let mut near: Vec<Vec<usize>> = vec![Vec::new(); people.len()];
    let mut n_pairs = 0;
    let standing = supply.standing.into_iter().map(|(facility, taken)| (facility, None, taken));
    let brought = supply.brought.into_iter().map(|(facility, scenario)| (facility, Some(scenario), Vec::new()));
    for (facility, brought, taken) in standing.chain(brought) {
        let places = capacities.of(facility).unwrap_or(0.0);
        if places <= 0.0 {
            continue;
        }
        for (point, _) in stage.travel().catchment(facility).iter().filter(|&(_, cost)| cost <= within) {
            near[point.index()].push(found.facilities.len());
            n_pairs += 1;
        }
        found.facilities.push(Offered { places, brought, taken });
    }
    if MOST_PAIRS < n_pairs {
        return Ask::Untold;
    }
    let mut groups: BTreeMap<(Option<AreaId>, Vec<usize>), f64> = BTreeMap::new();
    for (at, near) in near.into_iter().enumerate() {
        let point = PointId::new(at);
        *groups.entry((people.areas[point], near)).or_default() += people.persons(group, point).unwrap_or(0.0);
    }
    let share = seats.at_least.get_ref().get();
    for subject in deciding(&base, decide, level) {
        let mut row = CountRow { of: of(subject), base: 0.0, terms: Vec::new() };
        for (at, ((area, _), persons)) in groups.iter().enumerate() {
            if lies(&base, *area, subject) == Lies::In && 0.0 < *persons {
                row.base -= share * persons;
                row.terms.push((at, 1.0));
            }
        }
        if row.base < 0.0 {
            found.rows.push(row);
        }
    }
    found.groups = groups.into_iter().map(|((_, near), persons)| (persons, near)).collect();
    Ask::Places(found)
}
