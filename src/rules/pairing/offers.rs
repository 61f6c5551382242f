//! What facilities offer to estates: near, selected, in time, each surely or perhaps.

use std::collections::{BTreeSet, HashMap};

use crate::access::assignment::Pair;
use crate::model::{Column, Date, Estate, EstateId, FacilityId, Id};
use crate::rules::Case;
use crate::rules::parts::Rows;
use crate::rules::places::{KeptPlaces, Offered};
use crate::rules::select::Tri;

/// A facility that is near an estate, or may be.
#[derive(Clone, Copy)]
pub(super) struct Offer {
    pub(super) facility: FacilityId,
    /// How far it is; `None` where nobody knows.
    pub(super) cost: Option<f64>,
    /// Whether it meets the conditions.
    pub(super) is_selected: Tri,
    pub(super) in_time: Tri,
    /// For how many facilities it stands: without a cost those that are alike in all else are one.
    pub(super) n_facilities: usize,
}

impl Offer {
    /// Whether the estate can count on it.
    pub(super) fn counts(&self) -> Tri {
        let near = if self.cost.is_some() { Tri::Yes } else { Tri::Unknown };
        near.and(self.is_selected).and(self.in_time)
    }
}

/// For each estate the facilities that are near or may be, the nearest first. `opens`: the attribute with the day on which
/// a facility opens, where that matters.
pub(super) fn of(case: &Case<'_>, rows: &Rows, within: f64, opens: Option<&str>) -> Vec<Vec<Offer>> {
    let estates = case.world.estates.rows.values();
    let opens = opens.map(|attribute| case.world.facilities.attribute(attribute));
    let near = case.travel.estates_within(rows.iter().map(|&(facility, _)| facility), within);
    let (placed, homeless): (Vec<usize>, Vec<usize>) =
        (0..estates.len()).partition(|&estate| case.travel.knows_estate(EstateId::new(estate)));
    let mut offers: Vec<Vec<Offer>> = estates.iter().map(|_| Vec::new()).collect();
    for (&(facility, is_selected), near) in rows.iter().zip(near) {
        let offer = |estate: usize, cost: Option<f64>| {
            let in_time = in_time(opens, facility, &estates[estate]);
            Offer { facility, cost, is_selected, in_time, n_facilities: 1 }
        };
        match case.travel.knows_facility(facility) {
            true => near.into_iter().for_each(|(estate, cost)| {
                offers[estate.index()].push(offer(estate.index(), Some(cost)));
            }),
            false => placed.iter().for_each(|&estate| add_alike(&mut offers[estate], offer(estate, None))),
        }
        homeless.iter().for_each(|&estate| add_alike(&mut offers[estate], offer(estate, None)));
    }
    for offers in &mut offers {
        let cost = |offer: &Offer| offer.cost.unwrap_or(f64::INFINITY);
        offers.sort_by(|a, b| cost(a).total_cmp(&cost(b)).then(a.facility.cmp(&b.facility)));
    }
    offers
}

/// Adds an offer without a cost to one that is alike in all that matters.
fn add_alike(offers: &mut Vec<Offer>, offer: Offer) {
    let alike = |other: &&mut Offer| {
        other.cost.is_none() && (other.is_selected, other.in_time) == (offer.is_selected, offer.in_time)
    };
    match offers.iter_mut().find(alike) {
        Some(other) => other.n_facilities += 1,
        None => offers.push(offer),
    }
}

/// Which estates can use which of `rows`, by their positions; those that surely meet the conditions come first, each in the
/// order of ids.
pub(super) fn pairs(rows: &Rows, offers: &[Vec<Offer>], counts: impl Fn(&Offer) -> bool) -> Vec<Pair> {
    let order = |facility: FacilityId, status: Tri| (status != Tri::Yes, facility);
    let position = |offer: &Offer| {
        let wanted = order(offer.facility, offer.is_selected);
        rows.binary_search_by_key(&wanted, |&(facility, status)| order(facility, status)).ok()
    };
    let mut pairs = Vec::new();
    for (demand, offers) in (0..).zip(offers) {
        let pair = |offer: &Offer| Some(Pair { demand, supply: position(offer)? as u32, cost: offer.cost? });
        pairs.extend(offers.iter().filter(|offer| counts(offer)).filter_map(pair));
    }
    pairs
}

/// Whether a facility opens by the day of the estate's first phase; `opens` is `None` where nothing is asked, and the
/// column in it where the study has none.
fn in_time(opens: Option<Option<&Column>>, facility: FacilityId, estate: &Estate) -> Tri {
    let Some(column) = opens else { return Tri::Yes };
    let opens: Option<Date> = column.and_then(|column| column.date(facility.index()));
    match (opens, estate.first_phase) {
        (Some(opens), Some(due)) => Tri::from(opens <= due),
        _ => Tri::Unknown,
    }
}

/// What all facilities that may stand offer, kept to say what some others make of it.
pub(super) struct KeptOffers {
    /// For each estate; all costs are known.
    all: Vec<Vec<Offer>>,
    /// The estates near each facility that is near any.
    near: HashMap<FacilityId, Vec<usize>>,
    places: Option<KeptPlaces>,
}

impl KeptOffers {
    /// Of all `rows` that may stand; where places are asked for, the needs of estates and what is offered.
    pub(super) fn new(
        case: &Case<'_>,
        rows: &Rows,
        all: Vec<Vec<Offer>>,
        places: Option<(&[Option<u64>], [Offered; 2])>,
    ) -> Self {
        let mut near: HashMap<FacilityId, Vec<usize>> = HashMap::new();
        for (estate, offers) in all.iter().enumerate() {
            offers.iter().for_each(|offer| near.entry(offer.facility).or_default().push(estate));
        }
        let places = places.map(|(needed, [worst, best])| {
            let demand: Vec<u64> = needed.iter().map(|needed| needed.unwrap_or(0)).collect();
            let stands = |&(facility, _): &(FacilityId, Tri)| (facility, case.world.facilities.stands(facility));
            KeptPlaces::new(&demand, &rows.iter().map(stands).collect::<Vec<_>>(), worst, Some(best))
        });
        Self { all, near, places }
    }

    pub(super) fn places(&self) -> Option<&KeptPlaces> {
        self.places.as_ref()
    }

    /// What those that stand offer to each estate.
    pub(super) fn standing(&self, case: &Case<'_>) -> Vec<Vec<Offer>> {
        (0..self.all.len()).map(|estate| self.of_estate(case, estate, &Rows::new(), &Rows::new())).collect()
    }

    /// What is offered to an estate when some facilities stand no more and others stand.
    pub(super) fn of_estate(&self, case: &Case<'_>, estate: usize, gone: &Rows, new: &Rows) -> Vec<Offer> {
        let among = |rows: &Rows, facility: FacilityId| rows.iter().any(|&(row, _)| row == facility);
        let stands = |facility: FacilityId| {
            among(new, facility) || case.world.facilities.stands(facility) && !among(gone, facility)
        };
        self.all[estate].iter().copied().filter(|offer| stands(offer.facility)).collect()
    }

    /// The estates near any of these facilities.
    pub(super) fn near(&self, facilities: impl Iterator<Item = FacilityId>) -> BTreeSet<usize> {
        facilities.filter_map(|facility| self.near.get(&facility)).flatten().copied().collect()
    }
}
