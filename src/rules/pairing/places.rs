//! The places that estates need and get.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::offers::Offer;
use crate::access::assignment::{assign, ones};
use crate::model::{EstateId, Id};
use crate::rules::decide::whole_units;
use crate::rules::finding::Remark;
use crate::rules::places::{Bounds, KeptPlaces, Offered};
use crate::rules::select::Tri;

/// The places that estates need and get, in thousandths; an estate's are at its position.
#[derive(Clone)]
pub(super) struct Places {
    /// `None` where the households are missing.
    needed: Arc<Vec<Option<u64>>>,
    /// With what is sure only, and with all near facilities that may count.
    given: Arc<Vec<Bounds>>,
    /// Those of some are others now.
    changed: BTreeMap<usize, Bounds>,
}

impl Places {
    /// Shares out what is offered.
    pub(super) fn share_out(needed: Vec<Option<u64>>, [worst, best]: [Offered; 2]) -> Self {
        let demand = |unknown: u64| -> Vec<u64> { needed.iter().map(|needed| needed.unwrap_or(unknown)).collect() };
        // At worst an estate of unknown size takes all that is near it, at best nothing.
        let all = worst.places.iter().sum();
        let worst = assign(&demand(all), &worst.places, &worst.pairs);
        let best = assign(&demand(0), &best.places, &best.pairs);
        let given = worst.seated().iter().copied().zip(best.seated().iter().copied()).collect();
        Self { needed: Arc::new(needed), given: Arc::new(given), changed: BTreeMap::new() }
    }

    /// As shared out already.
    pub(super) fn kept(needed: Vec<Option<u64>>, kept: &KeptPlaces) -> Self {
        let given = (0..needed.len()).map(|estate| kept.at(estate)).collect();
        Self { needed: Arc::new(needed), given: Arc::new(given), changed: BTreeMap::new() }
    }

    /// Gives some estates others.
    pub(super) fn change(&mut self, changed: Vec<(usize, Bounds)>) {
        self.changed.extend(changed);
    }

    fn given(&self, estate: EstateId) -> Bounds {
        *self.changed.get(&estate.index()).unwrap_or(&self.given[estate.index()])
    }

    /// Whether the estate gets all the places it needs.
    pub(super) fn suffice(&self, offers: &[Offer], estate: EstateId) -> Tri {
        let Some(needed) = self.needed[estate.index()] else { return Tri::Unknown };
        let may_have_more = offers.iter().any(|offer| offer.cost.is_none() && offer.counts() == Tri::Unknown);
        let (worst, best) = self.given(estate);
        if needed <= worst {
            Tri::Yes
        } else if needed <= best || may_have_more {
            Tri::Unknown
        } else {
            Tri::No
        }
    }

    /// Places that the estate lacks, whatever the unknown are.
    pub(super) fn lacking(&self, estate: EstateId) -> Option<f64> {
        let lacking = self.needed[estate.index()]? - self.given(estate).1;
        (0 < lacking).then(|| whole_units(ones(lacking)))
    }

    pub(super) fn remark(&self, estate: EstateId) -> Option<Remark> {
        let (needed, had) = (self.needed[estate.index()]?, self.given(estate).0);
        Some(Remark::Places { needed: ones(needed), had: ones(had) })
    }
}
