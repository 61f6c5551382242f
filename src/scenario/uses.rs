//! What an obligation looks at, so that edits of anything else leave it as it is.

use std::collections::BTreeSet;

use super::edit::Change;
use crate::assess::group;
use crate::model::{ServiceId, World};
use crate::rules::{Check, Noun};

/// What an obligation looks at.
pub(super) struct Uses {
    pub(super) services: BTreeSet<ServiceId>,
    pub(super) groups: BTreeSet<String>,
    area_attributes: BTreeSet<String>,
}

impl Uses {
    pub(super) fn of(world: &World, check: &Check) -> Self {
        let names = check.kind().names();
        let words = |noun| names.iter().filter(move |name| name.noun == noun).map(|name| name.word.get_ref().as_str());
        Self {
            services: words(Noun::Service).filter_map(|key| world.facilities.service(key)).collect(),
            groups: words(Noun::Group).chain([group(check)]).map(str::to_owned).collect(),
            area_attributes: words(Noun::AreaAttribute).map(str::to_owned).collect(),
        }
    }

    pub(super) fn are_touched(&self, change: &Change) -> bool {
        match change {
            Change::Settle { .. } => !self.groups.is_empty(),
            Change::Grow { group: None, .. } => !self.groups.is_empty(),
            Change::Grow { group: Some(group), .. } => self.groups.contains(group),
            Change::Mark { attributes, .. } => attributes.iter().any(|(key, _)| self.area_attributes.contains(key)),
            Change::Open { .. } | Change::Close { .. } | Change::Alter { .. } => false,
        }
    }
}
