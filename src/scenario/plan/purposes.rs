//! What each scenario of a plan is for: what is lost where it alone is left out.

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;

use super::super::stage::{Changed, Stage};
use super::search::is_kept;
use super::{Purpose, Served};
use crate::model::AreaId;
use crate::rules::Verdict;
use crate::rules::finding::{Of, Subject};

/// One a scenario chosen; those that `stop` leaves no time for are not looked into.
pub(super) fn purposes(stage: &Stage, chosen: &[usize], stop: &(dyn Fn() -> bool + Sync)) -> Vec<Purpose> {
    let everything = |_: usize| true;
    let full = if stop() { None } else { stage.changed(chosen, &everything).ok() };
    let full: Option<BTreeMap<usize, Changed>> = full.map(|changed| changed.into_iter().collect());
    let purpose = |&scenario: &usize| {
        let serves = full.as_ref().filter(|_| !stop()).and_then(|full| served(stage, chosen, full, scenario));
        Purpose { scenario, serves }
    };
    chosen.par_iter().with_max_len(1).map(purpose).collect()
}

fn served(stage: &Stage, chosen: &[usize], full: &BTreeMap<usize, Changed>, scenario: usize) -> Option<Vec<Served>> {
    let rest: Vec<usize> = chosen.iter().copied().filter(|&other| other != scenario).collect();
    let is_touched = |position: usize| stage.touches(position, scenario);
    let without: BTreeMap<usize, Changed> = stage.changed(&rest, &is_touched).ok()?.into_iter().collect();
    let positions: BTreeSet<usize> = full.keys().chain(without.keys()).copied().collect();
    let served = positions.into_iter().filter(|&position| is_touched(position)).filter_map(|position| {
        let (with, without) = (full.get(&position), without.get(&position));
        let base = &stage.base().findings[position].finding.verdict;
        let is_kept = |changed: Option<&Changed>| is_kept(base, changed.map(|changed| &changed.verdict));
        let needs = is_kept(with) && !is_kept(without);
        let areas = lost(with, without);
        let gained = |changed: Option<&Changed>| changed.map_or(0.0, |changed| changed.gained - changed.lost);
        let persons = gained(with) - gained(without);
        let persons = if persons < 1e-6 { 0.0 } else { persons };
        (needs || !areas.is_empty() || 0.0 < persons).then_some(Served { position, needs, areas, persons })
    });
    Some(served.collect())
}

/// Whether an area is met before and after; `None` where it is not judged.
type WasAndIs = (Option<bool>, Option<bool>);

/// The areas where a promise holds with something and does not without it, in the order of their ids.
fn lost(with: Option<&Changed>, without: Option<&Changed>) -> Vec<AreaId> {
    let (with, without) = (by_area(with), by_area(without));
    let areas: BTreeSet<AreaId> = with.keys().chain(without.keys()).copied().collect();
    let is_lost =
        |area: &AreaId| after(&with, &without, *area) == Some(true) && after(&without, &with, *area) == Some(false);
    areas.into_iter().filter(is_lost).collect()
}

/// What is not changed is as it was.
fn after(changed: &BTreeMap<AreaId, WasAndIs>, other: &BTreeMap<AreaId, WasAndIs>, area: AreaId) -> Option<bool> {
    changed.get(&area).map_or_else(|| other.get(&area).and_then(|(was, _)| *was), |(_, is)| *is)
}

fn by_area(changed: Option<&Changed>) -> BTreeMap<AreaId, WasAndIs> {
    let area = |subject: &Option<Subject>| match subject.as_ref()?.of {
        Of::Area(area) => Some(area),
        _ => None,
    };
    let is_met = |subject: &Option<Subject>| subject.as_ref().map(|subject| subject.verdict == Verdict::Met);
    let subjects = changed.into_iter().flat_map(|changed| &changed.subjects);
    subjects.filter_map(|(was, is)| Some((area(was).or(area(is))?, (is_met(was), is_met(is))))).collect()
}
