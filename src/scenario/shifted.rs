//! Worlds in which people and areas of the base are edited, judged once for all choices that share these edits.
//!
//! So a choice of facilities beside growing people costs what a choice of facilities alone costs, once there are several.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use super::access::Base;
use super::stage::Edited;
use crate::rules::parts::{Kept, Revision};

/// The base with people and areas edited.
pub(super) struct Shifted {
    pub(super) edited: Edited,
    pub(super) access: Base,
    /// One for each finding of the base that the edits touch.
    pub(super) obligations: HashMap<usize, Obligation>,
}

/// An obligation of a shifted world.
pub(super) struct Obligation {
    /// From the base to the shifted world.
    pub(super) revision: Revision,
    /// To say what facilities of a scenario change there.
    pub(super) kept: Option<Box<dyn Kept>>,
}

/// The shifted worlds that were made, by the scenarios that edit people or areas.
#[derive(Default)]
pub(super) struct Shelf {
    slots: Mutex<HashMap<Vec<usize>, Slot>>,
}

enum Slot {
    /// Asked for once: it may never be again.
    Seen,
    BeingMade,
    Made(Arc<Shifted>),
}

/// More people in all shifted worlds together than this are not kept, but for one world.
const MOST_POINTS: usize = 1_000_000;

impl Shelf {
    /// That of these scenarios, made where it is asked for again; `None` where it is not there.
    pub(super) fn get(
        &self,
        scenarios: Vec<usize>,
        n_points: usize,
        make: impl FnOnce() -> Shifted,
    ) -> Option<Arc<Shifted>> {
        let slots = || self.slots.lock().unwrap_or_else(PoisonError::into_inner);
        {
            let mut slots = slots();
            let is_full = (MOST_POINTS / n_points.max(1)).max(1) <= slots.len();
            match slots.get_mut(&scenarios) {
                None if is_full => return None,
                None => {
                    slots.insert(scenarios, Slot::Seen);
                    return None;
                }
                Some(Slot::Made(shifted)) => return Some(Arc::clone(shifted)),
                // Others do not wait: a thread that waits may be the one that makes it.
                Some(Slot::BeingMade) => return None,
                Some(slot) => *slot = Slot::BeingMade,
            }
        }
        let shifted = Arc::new(make());
        slots().insert(scenarios, Slot::Made(Arc::clone(&shifted)));
        Some(shifted)
    }
}
