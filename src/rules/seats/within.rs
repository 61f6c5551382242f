//! Who has a place within a distance, where.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::crowded::overcrowded;
use super::market::{Market, Seating, keep, most};
use crate::access::assignment::{ones, thousandths};
use crate::model::{AreaId, FacilityId, GroupId, LevelId, PointId};
use crate::rules::decide::{Standard, whole_units};
use crate::rules::finding::{Evidence, Of, Subject};
use crate::rules::interval::Interval;
use crate::rules::parts::{Rows, whole_and};
use crate::rules::places::{Bounds, KeptPlaces};
use crate::rules::select::{Amounts, Selection, Tri};
use crate::rules::tally::{Amount, ByArea, Tally, evidence_of_share};
use crate::rules::{Case, Detail};

/// Who has a place within the distance, where.
#[derive(Clone)]
pub struct Seated {
    pub(super) standard: Arc<Standard>,
    pub(super) selection: Arc<Selection>,
    /// Who has a place at each point, by its rank in [`TravelMatrix::near_points`].
    ///
    /// [`TravelMatrix::near_points`]: crate::space::TravelMatrix::near_points
    points: Arc<Vec<AtPoint>>,
    pub(super) totals: Totals,
    pub(super) tallies: ByArea,
    /// Of the base, where others are to be judged by it.
    kept: Option<Arc<KeptPlaces>>,
    /// For evidence.
    pub(super) crowded: Arc<Vec<Subject>>,
}

/// What is asked.
pub(super) struct Asked {
    pub(super) standard: Standard,
    pub(super) group: GroupId,
    /// In the unit of the costs.
    pub(super) within: f64,
    pub(super) each: Option<LevelId>,
}

impl Seated {
    /// Of the facilities selected; with `rows`, all that may stand, what it takes to judge others is kept.
    pub(super) fn of(
        case: &Case<'_>,
        asked: Asked,
        selection: Selection,
        capacities: &Amounts<'_>,
        rows: Option<Rows>,
    ) -> Self {
        let people = &case.world.people;
        let near_points = case.travel.near_points();
        let persons: Vec<Option<u64>> =
            near_points.ids().iter().map(|&point| people.persons(asked.group, point).map(thousandths)).collect();
        // People of unknown number may change anyone's place.
        let rows = rows.filter(|_| !persons.contains(&None));
        let kept = rows.map(|rows| keep(case, Market::new(rows, capacities, persons.clone(), asked.within)));
        let market = Market::new(selection.iter().collect(), capacities, persons, asked.within);
        let (seated, crowded): (Vec<Bounds>, Vec<Subject>) = match &kept {
            Some(kept) => ((0..market.persons.len()).map(|point| kept.at(point)).collect(), Vec::new()),
            None => {
                let seating = Seating::of(case, &market);
                let crowded = match case.detail {
                    Detail::Evidence => overcrowded(case, &market, &seating.worst),
                    Detail::Figures => Vec::new(),
                };
                ((0..market.persons.len()).map(|point| seating.at(point)).collect(), crowded)
            }
        };
        let at_point = |(&persons, (worst, best))| AtPoint { persons, worst, best };
        let points: Vec<AtPoint> = market.persons.iter().zip(seated).map(at_point).collect();
        let totals = Totals::of(case, &market, &points, capacities);
        let nearness = totals.nearness();
        let tally = |point: PointId| {
            let seats = points[near_points.rank(point)];
            (people.areas[point], seats.tally(nearness, case.travel.knows_point(point)))
        };
        Self {
            tallies: ByArea::sort(&case.world.areas, asked.each, people.places.ids().map(tally)),
            standard: Arc::new(asked.standard),
            selection: Arc::new(selection),
            points: Arc::new(points),
            totals,
            kept: kept.map(Arc::new),
            crowded: Arc::new(crowded),
        }
    }

    pub(super) fn area(&self, area: AreaId) -> Subject {
        let (known, floating) = (self.tallies.known(area), self.tallies.floating(area));
        let (best, all) = known.best(&floating);
        let evidence = evidence_of_share(&known, &floating);
        let lacking = |limit: f64| whole_units(limit * all - best);
        self.standard.subject(Of::Area(area), known.share(&floating), lacking, evidence)
    }

    /// Where some rows leave and others come.
    pub(super) fn replace(
        &self,
        case: &Case<'_>,
        capacities: &Amounts<'_>,
        gone: &Rows,
        new: &Rows,
    ) -> Option<(Self, Vec<Of>)> {
        let kept = self.kept.as_ref()?;
        // Places that may be anywhere may change anyone's.
        let is_known = |&(facility, _): &(FacilityId, Tri)| case.travel.knows_facility(facility);
        if !gone.iter().chain(new).all(is_known) {
            return None;
        }
        let people = &case.world.people;
        let near_points = case.travel.near_points();
        let mut seated = self.clone();
        let totals = &mut seated.totals;
        let most = |rows: &Rows| rows.iter().map(|&(id, _)| most(capacities, id, self.totals.persons)).sum::<u64>();
        totals.places = totals.places + most(new) - most(gone);
        if (totals.places == 0) != (self.totals.places == 0) {
            return None;
        }

        let nearness = totals.nearness();
        let (mut before, mut after) = (Vec::new(), Vec::new());
        for (rank, (worst, best)) in kept.revise(gone, new) {
            let was = self.points[rank];
            let is = AtPoint { persons: was.persons, worst, best };
            totals.least = totals.least - was.worst + is.worst;
            totals.best = totals.best - was.best + is.best;
            let id = near_points.ids()[rank];
            let item = |seats: AtPoint| (people.areas[id], seats.tally(nearness, case.travel.knows_point(id)));
            before.push(item(was));
            after.push(item(is));
        }
        let mut touched = BTreeSet::new();
        seated.tallies.replace(before, after, &mut touched);
        Some((seated, whole_and(touched)))
    }
}

/// What people may be near without it showing in a catchment.
#[derive(Clone, Copy)]
enum Nearness {
    /// There is not one place.
    Nothing,
    /// People without a place may be near any facility.
    Placed,
    /// A facility without a place may be near anyone.
    Anywhere,
}

/// Persons at a point, and how many of them have a place: with what is sure only, and with all that may be.
#[derive(Clone, Copy, PartialEq)]
struct AtPoint {
    persons: Option<u64>,
    worst: u64,
    best: u64,
}

impl AtPoint {
    /// Persons with a place, without one and perhaps with one.
    fn tally(&self, nearness: Nearness, has_place: bool) -> Tally {
        let Some(persons) = self.persons else { return Tally::of(Tri::Unknown, None) };
        let least = self.worst.min(self.best);
        let may_be_near = match nearness {
            Nearness::Nothing => false,
            Nearness::Placed => !has_place,
            Nearness::Anywhere => true,
        };
        let most = if may_be_near { persons } else { self.worst.max(self.best) };
        let amount = |thousandths| Amount { sum: ones(thousandths), unweighed: 0 };
        Tally { yes: amount(least), no: amount(persons - most), unknown: amount(most - least), items: 1 }
    }
}

/// The market as a whole, in thousandths.
#[derive(Clone, Copy)]
pub(super) struct Totals {
    /// Persons of known number,
    pub(super) persons: u64,
    /// and of these those without a place to live.
    homeless: u64,
    /// Points where the number of persons is missing.
    n_uncounted: usize,
    /// Places that there may be at the most,
    places: u64,
    /// and of these those that may be anywhere.
    unplaced: u64,
    /// Whether the places of any facility are missing.
    is_unbounded: bool,
    /// Persons of known number with a place, with what is sure only,
    pub(super) least: u64,
    /// and all persons with one, with all that may be.
    best: u64,
}

impl Totals {
    fn of(case: &Case<'_>, market: &Market, points: &[AtPoint], capacities: &Amounts<'_>) -> Self {
        let is_homeless = |rank: usize| !case.travel.knows_point(case.travel.near_points().ids()[rank]);
        let homeless = (0..points.len()).filter(|&rank| is_homeless(rank));
        let unplaced = market.facilities.iter().zip(&market.most).filter(|&(&id, _)| !case.travel.knows_facility(id));
        let counted = points.iter().filter(|point| point.persons.is_some());
        Self {
            persons: points.iter().filter_map(|point| point.persons).sum(),
            homeless: homeless.filter_map(|rank| points[rank].persons).sum(),
            n_uncounted: points.iter().filter(|point| point.persons.is_none()).count(),
            places: market.most.iter().sum(),
            unplaced: unplaced.map(|(_, &most)| most).sum(),
            is_unbounded: market.facilities.iter().any(|&facility| capacities.of(facility).is_none()),
            least: counted.map(|point| point.worst).sum(),
            best: points.iter().map(|point| point.best).sum(),
        }
    }

    /// Persons of known number who have a place at the most.
    pub(super) fn most(&self) -> u64 {
        (self.best.max(self.least) + self.homeless + self.unplaced).min(self.persons).min(self.places)
    }

    fn nearness(&self) -> Nearness {
        match (self.places, self.unplaced) {
            (0, _) => Nearness::Nothing,
            (_, 0) => Nearness::Placed,
            _ => Nearness::Anywhere,
        }
    }

    /// The share of all with a place.
    fn share(&self) -> Option<Interval> {
        let total = self.persons as f64;
        match (0 < self.n_uncounted, self.persons) {
            (false, 0) => None,
            (false, _) => Some(Interval { low: self.least as f64 / total, high: self.most() as f64 / total }),
            (true, _) if self.is_unbounded => Some(Interval { low: 0.0, high: 1.0 }),
            (true, _) if self.places == 0 => Some(Interval::exactly(0.0)),
            (true, 0) => Some(Interval { low: 0.0, high: 1.0 }),
            // More people may come to where places are left: only the places bound the share.
            (true, _) => Some(Interval { low: 0.0, high: (self.places as f64 / total).min(1.0) }),
        }
    }

    pub(super) fn whole(&self, standard: &Standard) -> Subject {
        // People of unknown number may take every place that is left.
        let most = if 0 < self.n_uncounted { self.places } else { self.most() };
        let lacking = |limit: f64| whole_units(limit * ones(self.persons) - ones(most));
        let evidence = Evidence {
            counted: Some(ones(self.least)),
            of: Some(ones(self.persons)),
            unknown: Some(ones(self.most() - self.least)).filter(|&unknown| 0.0 < unknown),
            ..Evidence::default()
        };
        standard.subject(Of::Whole, self.share(), lacking, evidence)
    }
}
