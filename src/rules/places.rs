//! Places that are given out twice, with what is sure only and with all that may be, and kept to say what other
//! facilities make of it.

use std::collections::{BTreeMap, HashMap};

use super::parts::Rows;
use super::select::Tri;
use crate::access::assignment::{KeptAssignment, Pair};
use crate::model::FacilityId;

/// How many of a demand have a place: with what is sure only, and with all that may be.
pub type Bounds = (u64, u64);

/// What may be given out, in thousandths: places, one a facility, and who can use which.
pub struct Offered {
    /// Places of each facility, whether it stands or not.
    pub places: Vec<u64>,
    /// By the positions of demands and facilities.
    pub pairs: Vec<Pair>,
}

/// Who has a place, and what it takes to say who has one when other facilities stand.
pub struct KeptPlaces {
    /// Where each facility that may stand is among those that offer places.
    positions: HashMap<FacilityId, u32>,
    worst: Side,
    /// `None` where all is known.
    best: Option<Side>,
}

struct Side {
    places: Vec<u64>,
    assignment: KeptAssignment,
}

impl KeptPlaces {
    /// Gives out the places of those facilities that stand.
    pub fn new(demand: &[u64], facilities: &[(FacilityId, bool)], worst: Offered, best: Option<Offered>) -> Self {
        let give_out = |Offered { places, pairs }: Offered| {
            let standing = facilities.iter().zip(&places).map(|(&(_, stands), &n)| if stands { n } else { 0 });
            let assignment = KeptAssignment::new(demand, &standing.collect::<Vec<u64>>(), &pairs);
            Side { places, assignment }
        };
        let (worst, best) = rayon::join(|| give_out(worst), || best.map(give_out));
        Self { positions: facilities.iter().map(|&(facility, _)| facility).zip(0..).collect(), worst, best }
    }

    /// How many of a demand have a place.
    pub fn at(&self, demand: usize) -> Bounds {
        let seated = |side: &Side| side.assignment.seated(demand as u32);
        let worst = seated(&self.worst);
        (worst, self.best.as_ref().map_or(worst, seated))
    }

    /// The demands of which others have a place, with how many, when some facilities stand no more and others stand; in
    /// order.
    pub fn revise(&self, gone: &Rows, new: &Rows) -> Vec<(usize, Bounds)> {
        let position = |&(facility, _): &(FacilityId, Tri)| self.positions.get(&facility).copied();
        let revise = |side: &Side| {
            let closed = gone.iter().filter_map(position).map(|at| (at, 0));
            let open = new.iter().filter_map(position).map(|at| (at, side.places[at as usize]));
            side.assignment.revise(&closed.chain(open).collect::<Vec<_>>())
        };
        let worst = revise(&self.worst);
        let best = self.best.as_ref().map(revise);
        let mut changed: BTreeMap<usize, Bounds> = BTreeMap::new();
        let mut at = |demand: u32, change: &dyn Fn(&mut Bounds)| {
            let demand = demand as usize;
            change(changed.entry(demand).or_insert_with(|| self.at(demand)));
        };
        worst.iter().for_each(|one| at(one.demand, &|bounds| bounds.0 = one.after));
        best.as_ref().unwrap_or(&worst).iter().for_each(|one| at(one.demand, &|bounds| bounds.1 = one.after));
        changed.into_iter().collect()
    }
}
