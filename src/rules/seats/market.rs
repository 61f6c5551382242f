//! Who needs a place within a distance, what places there are, and how they are given out.

use crate::access::assignment::{Assignment, Pair, assign, thousandths};
use crate::model::FacilityId;
use crate::rules::Case;
use crate::rules::parts::Rows;
use crate::rules::places::{Bounds, KeptPlaces, Offered};
use crate::rules::select::{Amounts, Tri};

/// Who needs a place and what places there are, in thousandths.
pub(super) struct Market {
    /// In the unit of the costs.
    pub(super) within: f64,
    /// Persons at each point, by its rank in the near order, so that who shares facilities is found close by in memory;
    /// `None` where the file does not say.
    pub(super) persons: Vec<Option<u64>>,
    pub(super) facilities: Vec<FacilityId>,
    /// How many of `facilities` surely meet the conditions: these come first.
    pub(super) n_sure: usize,
    /// Places that each facility surely has.
    pub(super) sure: Vec<u64>,
    /// Places that it may have at the most.
    pub(super) most: Vec<u64>,
}

/// Places that a facility may have at the most: as many as there are persons where nothing says.
pub(super) fn most(capacities: &Amounts<'_>, facility: FacilityId, n_persons: u64) -> u64 {
    capacities.of(facility).map_or(n_persons, thousandths)
}

impl Market {
    pub(super) fn new(mut rows: Rows, capacities: &Amounts<'_>, persons: Vec<Option<u64>>, within: f64) -> Self {
        // By their ids: whose places are taken where several would do must not depend on rows that do not stand, as the
        // near order does.
        rows.sort_unstable_by_key(|&(id, status)| (status != Tri::Yes, id));
        let sure = |&(facility, status): &(FacilityId, Tri)| match status {
            Tri::Yes => capacities.of(facility).map_or(0, thousandths),
            _ => 0,
        };
        let total = persons.iter().flatten().sum();
        Self {
            within,
            n_sure: rows.iter().filter(|(_, status)| *status == Tri::Yes).count(),
            sure: rows.iter().map(sure).collect(),
            most: rows.iter().map(|&(facility, _)| most(capacities, facility, total)).collect(),
            facilities: rows.into_iter().map(|(facility, _)| facility).collect(),
            persons,
        }
    }

    /// Each point within the distance of a facility, by its rank, with the cost.
    pub(super) fn near(&self, case: &Case<'_>, facility: usize) -> impl Iterator<Item = (usize, f64)> {
        let points = case.travel.near_points();
        let near = case.travel.catchment(self.facilities[facility]).iter().filter(|&(_, cost)| cost <= self.within);
        near.map(|(point, cost)| (points.rank(point), cost))
    }

    /// Who can use which of the facilities that have places.
    fn pairs(&self, case: &Case<'_>, demand: &[u64], supply: &[u64]) -> Vec<Pair> {
        let open = (0..supply.len()).filter(|&facility| 0 < supply[facility]);
        let pairs = open.flat_map(|facility| {
            let near = self.near(case, facility).filter(|&(point, _)| 0 < demand[point]);
            near.map(move |(point, cost)| Pair { demand: point as u32, supply: facility as u32, cost })
        });
        pairs.collect()
    }

    /// Whether all that it has is known.
    fn is_known(&self) -> bool {
        self.sure == self.most
    }

    /// Persons at each point, so many where their number is unknown.
    fn demand(&self, unknown: u64) -> Vec<u64> {
        self.persons.iter().map(|n| n.unwrap_or(unknown)).collect()
    }
}

/// Who has a place: with what is sure only, and with all that may be.
pub(super) struct Seating {
    pub(super) worst: Assignment,
    /// `None` where all is known.
    best: Option<Assignment>,
}

impl Seating {
    pub(super) fn of(case: &Case<'_>, market: &Market) -> Self {
        // People of unknown number may be so many that they take everything near, or none at all.
        let sure: u64 = market.sure.iter().sum();
        let assign = |demand: Vec<u64>, supply: &[u64]| assign(&demand, supply, &market.pairs(case, &demand, supply));
        let is_known = market.is_known() && !market.persons.contains(&None);
        let (worst, best) = rayon::join(
            || assign(market.demand(sure), &market.sure),
            || (!is_known).then(|| assign(market.demand(0), &market.most)),
        );
        Self { worst, best }
    }

    /// How many at a point have one.
    pub(super) fn at(&self, point: usize) -> Bounds {
        let worst = self.worst.seated()[point];
        (worst, self.best.as_ref().map_or(worst, |best| best.seated()[point]))
    }
}

/// The same of a market of all that may stand, in which the number of all persons is known, kept to say what others make
/// of it.
pub(super) fn keep(case: &Case<'_>, market: Market) -> KeptPlaces {
    let demand = market.demand(0);
    let stands = |&facility: &FacilityId| (facility, case.world.facilities.stands(facility));
    let facilities: Vec<(FacilityId, bool)> = market.facilities.iter().map(stands).collect();
    let offered = |places: &[u64]| Offered { pairs: market.pairs(case, &demand, places), places: places.to_vec() };
    let (worst, best) = rayon::join(|| offered(&market.sure), || (!market.is_known()).then(|| offered(&market.most)));
    KeptPlaces::new(&demand, &facilities, worst, best)
}
