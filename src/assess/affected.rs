//! How many people live where a promise is not kept.
//!
//! Sums over areas only: no rules. A number that is missing is never counted as 0.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::{AreaId, Areas, Id, IdVec, PerArea, PointId, World};
use crate::rules::finding::{Finding, Of, Verdict};

/// The people who live in the unmet areas of a finding.
#[derive(Clone, Debug, PartialEq)]
pub struct Affected {
    /// Whom it counts, by key.
    pub group: String,
    /// How many, each once, whatever the levels of the areas.
    pub persons: f64,
    /// Unmet areas where not everyone is counted: the true number is higher.
    pub uncounted: usize,
}

/// What is doubted of each area under one promise, that on the areas that hold it apart.
#[derive(Clone, Debug)]
pub struct Doubts(PerArea<u8>);

impl Doubts {
    /// Those of a finding.
    pub fn of(areas: &Areas, finding: &Finding) -> Self {
        let mut doubts = PerArea::filled(areas.len(), 0);
        for subject in &finding.subjects {
            if let Of::Area(area) = subject.of {
                doubts[area] = doubt(Some(&subject.verdict));
            }
        }
        Self(doubts)
    }
}

/// 0 where nothing is judged, 1 where it is kept, 2 where nobody knows, 3 where it is unmet.
pub fn doubt(verdict: Option<&Verdict>) -> u8 {
    match verdict {
        None | Some(Verdict::NotCheckable { .. }) => 0,
        Some(Verdict::Met) => 1,
        Some(Verdict::Unknown { .. }) => 2,
        Some(Verdict::Unmet) => 3,
    }
}

/// The persons of one group by area.
#[derive(Clone, Debug)]
pub struct Headcount {
    /// At points that no lower area is known to hold.
    own: PerArea<f64>,
    /// In the area and all below; `None` where no point is known to be in it, or one of them is not counted.
    within: PerArea<Option<f64>>,
}

impl Headcount {
    /// Counts `group`; `None` if no layer does, or if what the study counts is not people.
    pub fn of(world: &World, group: &str) -> Option<Self> {
        let (areas, people) = (&world.areas, &world.people);
        let group = people.group(group).filter(|_| people.proxy.is_none())?;
        let mut own = PerArea::filled(areas.len(), 0.0);
        let mut points: PerArea<(usize, usize)> = PerArea::filled(areas.len(), (0, 0));
        for (index, area) in people.areas.values().iter().enumerate() {
            let Some(area) = *area else { continue };
            points[area].0 += 1;
            match people.persons(group, PointId::new(index)) {
                Some(persons) => own[area] += persons,
                None => points[area].1 += 1,
            }
        }
        let mut sums: PerArea<(f64, usize, usize)> = IdVec::filled(areas.len(), (0.0, 0, 0));
        for (id, &(n_points, n_missing)) in points.iter().filter(|(_, points)| 0 < points.0) {
            for holder in areas.chain(id) {
                let (persons, all, missing) = &mut sums[holder];
                *persons += own[id];
                *all += n_points;
                *missing += n_missing;
            }
        }
        let within = sums.values().iter().map(|&(persons, all, missing)| (0 < all && missing == 0).then_some(persons));
        Some(Self { own, within: within.collect() })
    }

    /// The persons in an area; `None` where not everyone is counted.
    pub fn within(&self, area: AreaId) -> Option<f64> {
        self.within[area]
    }

    /// The persons for whom a promise is kept that was not, or nobody knew, and those for whom it is unmet that was kept: by
    /// the worst verdict on the areas that hold them. Each counts once, whatever the levels. `before` are the doubts on
    /// all areas, `after` those that change.
    pub fn turned(&self, areas: &Areas, before: &Doubts, after: &BTreeMap<AreaId, u8>) -> (f64, f64) {
        // Whoever lives in an area that changes, or below it.
        let mut concerned: BTreeSet<AreaId> = BTreeSet::new();
        for &area in after.keys() {
            concerned.insert(area);
            let level = areas[area].level;
            if level.index() + 1 < areas.levels().len() {
                concerned.extend(areas.iter().map(|(id, _)| id).filter(|&id| areas.ancestor(id, level) == Some(area)));
            }
        }
        let worst = |area: AreaId, doubt: &dyn Fn(AreaId) -> u8| areas.chain(area).map(doubt).max().unwrap_or(0);
        let (mut gained, mut lost) = (0.0, 0.0);
        for area in concerned.into_iter().filter(|&area| self.own[area] != 0.0) {
            let is = worst(area, &|holder| after.get(&holder).copied().unwrap_or(before.0[holder]));
            match (worst(area, &|holder| before.0[holder]), is) {
                (2 | 3, 1) => gained += self.own[area],
                (1, 3) => lost += self.own[area],
                _ => {}
            }
        }
        (gained, lost)
    }

    /// The persons in the unmet areas of a finding; `None` where it judges no area, or none of those unmet is counted.
    pub fn affected(&self, areas: &Areas, group: &str, finding: &Finding) -> Option<Affected> {
        let mut unmet = PerArea::filled(areas.len(), false);
        let (mut judged, mut n_unmet, mut uncounted) = (0, 0, 0);
        for subject in &finding.subjects {
            let Of::Area(area) = subject.of else { continue };
            judged += 1;
            if subject.verdict == Verdict::Unmet {
                unmet[area] = true;
                n_unmet += 1;
                uncounted += usize::from(self.within(area).is_none());
            }
        }
        let persons: f64 = areas
            .iter()
            .filter(|&(area, _)| n_unmet != 0 && self.own[area] != 0.0 && areas.chain(area).any(|holder| unmet[holder]))
            .map(|(area, _)| self.own[area])
            .sum();
        // Where the whole is not kept and no area is known to be at fault, nobody knows for whom.
        let nobody = n_unmet == 0 && finding.verdict == Verdict::Met;
        let counted = 0 < judged && (nobody || uncounted < n_unmet || persons != 0.0);
        // The sum of nothing is -0.
        counted.then(|| Affected { group: group.to_owned(), persons: persons + 0.0, uncounted })
    }
}
