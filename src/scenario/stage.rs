//! A base world with everything that the scenarios of a file bring, laid out once, so that each scenario is only a
//! choice of what stands.
//!
//! All rows of facilities stand side by side: those of the base, and after each its altered forms; opened ones at the
//! end. Travel costs are computed once for all of them. A scenario lists which rows stand, copies the people or the
//! attributes of areas where it edits these, and judges anew only the obligations that use what it touches: of those
//! whose kind keeps books of the base ([`crate::rules::parts`]) only the areas and facilities that are touched, where it
//! edits facilities alone; where it edits people and areas, too, those of the world in which these are edited (`shifted`).
//!
//! The order of rows is that of a file in which the edits were made by hand, so that an assessment of the edited world
//! from nothing finds the same to the last bit: see the law in the tests. The point that stands for an area stays where
//! it is in the base, whoever moves in.

use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, OnceLock};

use rayon::prelude::*;

use super::access::{AccessChange, Base, Replaced};
use super::compare::{Before, Difference, ObligationChange, revision};
use super::edit::{Change, Scenario};
use super::edits::{Conflict, Edits, carry_out};
use super::rows::{Moves, all_standing, lay_out};
use super::shifted::{self, Shelf, Shifted};
use super::uses::Uses;
use crate::assess::affected::Headcount;
use crate::assess::{Assessed, Findings, Only, RESIDENTS, assess, check, estimated, group, judge, limits};
use crate::model::{AreaId, FacilityId, Id, LevelId, ServiceId, World};
use crate::rules::parts::{Kept, Revision, Swap};
use crate::rules::{Case, Detail, Pack, Verdict};
use crate::space::TravelMatrix;

/// The base and all that may stand in it.
pub struct Stage {
    /// The base: all rows, of which those of the base stand.
    world: World,
    travel: TravelMatrix,
    packs: Vec<Arc<Pack>>,
    base: Findings,
    uses: Vec<Uses>,
    /// What is kept of each obligation of the base that facilities of a scenario touch, where its kind keeps anything.
    kept: Vec<Option<Box<dyn Kept>>>,
    before: Vec<OnceLock<Before>>,
    headcounts: BTreeMap<String, Option<Headcount>>,
    estimated: Vec<LevelId>,
    access: Base,
    shifted: Shelf,
    scenarios: Vec<Scenario>,
    moves: Vec<Moves>,
}

/// What a choice of scenarios makes of one obligation.
#[derive(Clone, Debug)]
pub(super) struct Changed {
    pub(super) verdict: Verdict,
    /// The subjects whose figures change, before and after.
    pub(super) subjects: Vec<crate::rules::parts::Change>,
    /// As in [`ObligationChange`].
    pub(super) gained: f64,
    pub(super) lost: f64,
}

/// What a scenario, or several at once, lead to.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// The obligations that were judged anew: their positions among the findings of the base, and what was found.
    pub judged: Vec<(usize, Assessed)>,
    /// Whether people were edited, so that the numbers of persons are not those of the base.
    pub headcounts: BTreeMap<String, Option<Headcount>>,
    /// Access to the services whose facilities or people were edited.
    pub access: Vec<AccessChange>,
    /// What it costs; `None` where an edit does not say.
    pub cost: Option<f64>,
    /// The edited world.
    pub world: World,
}

impl Stage {
    /// Lays out the base and the scenarios, and judges the base. The edits name facilities, areas and groups of `base`.
    pub fn new(base: &World, packs: &[Arc<Pack>], only: &Only, scenarios: Vec<Scenario>) -> Self {
        let (everything, standing, moves) = lay_out(base, &scenarios);
        let travel = TravelMatrix::compute(&everything, &limits(&everything, packs));
        let world = World { facilities: Arc::new(everything.facilities.with_standing(standing)), ..everything };
        let findings = assess(&world, &travel, packs, only);
        let uses: Vec<Uses> = findings
            .findings
            .iter()
            .map(|found| Uses::of(&world, check(packs, (found.pack, found.obligation))))
            .collect();
        let names = uses.iter().flat_map(|uses| &uses.groups).cloned().collect::<BTreeSet<_>>();
        let headcounts = names.into_iter().map(|name| (name.clone(), Headcount::of(&world, &name))).collect();
        let groups = world.facilities.services().ids().map(|service| {
            // Whom the first obligation on the service is for.
            let first = uses.iter().position(|uses| uses.services.contains(&service))?;
            let found = &findings.findings[first];
            world.people.group(group(check(packs, (found.pack, found.obligation))))
        });
        let rows = moves.iter().flat_map(|moves| moves.leave.iter().chain(&moves.come));
        let touched: BTreeSet<ServiceId> = rows.map(|&facility| world.facilities[facility].service).collect();
        let case = Case { world: &world, travel: &travel, detail: Detail::Figures };
        let keep = |(found, uses): (&Assessed, &Uses)| {
            let is_touched = !uses.services.is_disjoint(&touched);
            is_touched.then(|| check(packs, (found.pack, found.obligation)).kind().keep(&case)).flatten()
        };
        let kept = findings.findings.par_iter().zip(&uses).with_max_len(1).map(keep).collect();
        Self {
            access: Base::new(groups.collect()),
            shifted: Shelf::default(),
            estimated: estimated(&world),
            packs: packs.to_vec(),
            kept,
            before: findings.findings.iter().map(|_| OnceLock::new()).collect(),
            base: findings,
            uses,
            headcounts,
            world,
            travel,
            scenarios,
            moves,
        }
    }

    /// The base world.
    pub fn world(&self) -> &World {
        &self.world
    }

    /// The group whose access to a service counts.
    #[cfg(test)]
    pub(super) fn group(&self, service: ServiceId) -> Option<crate::model::GroupId> {
        self.access.group(service)
    }

    /// What is judged by.
    pub(super) fn packs(&self) -> &[Arc<Pack>] {
        &self.packs
    }

    /// Travel costs to all rows.
    pub(super) fn travel(&self) -> &TravelMatrix {
        &self.travel
    }

    /// The residents of an area; `None` where not all are counted.
    pub(super) fn residents(&self, area: AreaId) -> Option<f64> {
        let counted = self.headcounts.get(RESIDENTS).and_then(Option::as_ref);
        counted.and_then(|headcount| headcount.within(area))
    }

    /// Whether a scenario edits what the obligation of a finding of the base looks at.
    pub(super) fn touches(&self, position: usize, scenario: usize) -> bool {
        self.edits(&[scenario]).is_ok_and(|edits| edits.touch(&self.uses[position]))
    }

    /// Groups of scenarios that edit the same facility or open the same: of each only one can be carried out.
    pub(super) fn exclusive(&self) -> Vec<Vec<usize>> {
        let mut groups: BTreeMap<(bool, usize), Vec<usize>> = BTreeMap::new();
        for (scenario, moves) in self.moves.iter().enumerate() {
            let leaves = moves.leave.iter().map(|facility| (false, facility.index()));
            for what in leaves.chain(moves.opens.iter().map(|&number| (true, number))).collect::<BTreeSet<_>>() {
                groups.entry(what).or_default().push(scenario);
            }
        }
        groups.into_values().filter(|group| 1 < group.len()).collect()
    }

    /// What is found in the base.
    pub fn base(&self) -> &Findings {
        &self.base
    }

    /// The scenarios, in the order given.
    pub fn scenarios(&self) -> &[Scenario] {
        &self.scenarios
    }

    /// The rows of facilities that a scenario takes away and those that it brings.
    pub fn facilities_of(&self, scenario: usize) -> (&[FacilityId], &[FacilityId]) {
        let moves = &self.moves[scenario];
        (&moves.leave, &moves.come)
    }

    /// The persons of the group that an obligation of the base is for: those of `edited` where it counts them anew.
    pub(super) fn headcount<'h>(
        &'h self,
        found: &Assessed,
        edited: &'h BTreeMap<String, Option<Headcount>>,
    ) -> Option<&'h Headcount> {
        let group = group(check(&self.packs, (found.pack, found.obligation)));
        edited.get(group).or_else(|| self.headcounts.get(group)).and_then(Option::as_ref)
    }

    /// An obligation of the base, as what changes is held against it.
    pub(super) fn before(&self, position: usize) -> &Before {
        let finding = &self.base.findings[position].finding;
        self.before[position].get_or_init(|| Before::of(&self.world.areas, finding))
    }

    /// What several scenarios of this stage lead to when all are carried out, judged in full.
    ///
    /// # Errors
    /// [`Conflict`] where two of them open or edit the same facility, or edit the same attribute of an area.
    pub fn outcome(&self, chosen: &[usize]) -> Result<Outcome, Conflict> {
        let edits = self.edits(chosen)?;
        let edited = self.edit(&edits);
        let touched = self.uses.iter().enumerate().filter(|(_, uses)| edits.touch(uses));
        let judged = touched.map(|(position, _)| (position, self.judge(position, &edited, Detail::Evidence)));
        let judged = judged.collect();
        let access = self.access(&edits, Some(&edited));
        Ok(Outcome { judged, access, cost: edits.cost, headcounts: edited.headcounts, world: edited.world })
    }

    /// What several scenarios of this stage change: that of their [`Stage::outcome`], found by what they touch.
    ///
    /// # Errors
    /// As [`Stage::outcome`].
    pub fn difference(&self, chosen: &[usize]) -> Result<Difference, Conflict> {
        let edits = self.edits(chosen)?;
        let edited = Lazily::new(self, chosen, &edits);
        let counted = edited.headcounts();
        let change = |(position, revision): (usize, Revision)| {
            let headcount = self.headcount(&self.base.findings[position], counted);
            ObligationChange::of(self, position, &revision, headcount)
        };
        let obligations = self.revisions(&edits, &edited).filter_map(change).collect();
        let access = match &edited.shifted {
            Some(shifted) if edits.counts_anew() => self.access_shifted(&edits, shifted),
            _ => self.access(&edits, edits.counts_anew().then(|| edited.get())),
        };
        Ok(Difference { obligations, access, cost: edits.cost })
    }

    /// The verdicts on what several scenarios of this stage change, by position among the findings of the base.
    ///
    /// # Errors
    /// As [`Stage::outcome`].
    pub(super) fn verdicts(&self, chosen: &[usize]) -> Result<Vec<(usize, Verdict)>, Conflict> {
        let edits = self.edits(chosen)?;
        let edited = Lazily::new(self, chosen, &edits);
        let verdicts = self.revisions(&edits, &edited).map(|(position, revision)| (position, revision.finding.verdict));
        Ok(verdicts.collect())
    }

    /// What several scenarios of this stage make of the obligations that they touch, of those `of` which it is asked.
    ///
    /// # Errors
    /// As [`Stage::outcome`].
    pub(super) fn changed(
        &self,
        chosen: &[usize],
        of: &dyn Fn(usize) -> bool,
    ) -> Result<Vec<(usize, Changed)>, Conflict> {
        let edits = self.edits(chosen)?;
        let edited = Lazily::new(self, chosen, &edits);
        let counted = edited.headcounts();
        let changed = |(position, revision): (usize, Revision)| {
            let headcount = self.headcount(&self.base.findings[position], counted);
            let change = ObligationChange::of(self, position, &revision, headcount);
            let (gained, lost) = change.map_or((0.0, 0.0), |change| (change.gained, change.lost));
            (position, Changed { verdict: revision.finding.verdict, subjects: revision.changed, gained, lost })
        };
        let of_these = (0..self.uses.len()).filter(|&position| of(position));
        Ok(of_these.filter_map(|position| self.revision(position, &edits, &edited)).map(changed).collect())
    }

    /// What the edits make of each obligation, by position among the findings of the base; of those that they touch.
    fn revisions<'r>(
        &'r self,
        edits: &'r Edits<'_>,
        edited: &'r Lazily<'_>,
    ) -> impl Iterator<Item = (usize, Revision)> + 'r {
        (0..self.uses.len()).filter_map(move |position| self.revision(position, edits, edited))
    }

    /// What the edits make of an obligation, with its position, if they touch it.
    fn revision(&self, position: usize, edits: &Edits<'_>, edited: &Lazily<'_>) -> Option<(usize, Revision)> {
        let revision = match self.revise(position, edits) {
            Revised::Same => return None,
            Revised::By(revision) => *revision,
            Revised::Unsaid => {
                let shifted = edited.shifted.as_deref();
                shifted.and_then(|shifted| self.revise_shifted(position, edits, shifted)).unwrap_or_else(|| {
                    let after = self.judge(position, edited.get(), Detail::Figures);
                    revision(&self.base.findings[position].finding, &after.finding)
                })
            }
        };
        Some((position, revision))
    }

    /// What the edits make of an obligation, as far as what is kept of it says.
    pub(super) fn revise(&self, position: usize, edits: &Edits<'_>) -> Revised {
        let uses = &self.uses[position];
        if !edits.touch(uses) {
            return Revised::Same;
        }
        if edits.others.iter().any(|change| uses.are_touched(change)) {
            return Revised::Unsaid;
        }
        let case = Case { world: &self.world, travel: &self.travel, detail: Detail::Figures };
        let swap = edits.swap();
        if !self.is_meant(position, &case, &swap) {
            return Revised::Same;
        }
        let revision = self.kept[position].as_ref().and_then(|kept| kept.revise(&case, &swap));
        revision.map_or(Revised::Unsaid, |revision| Revised::By(Box::new(revision)))
    }

    /// Whether an obligation may look at any of the facilities: those that are surely not meant touch nothing.
    fn is_meant(&self, position: usize, case: &Case<'_>, swap: &Swap<'_>) -> bool {
        let found = &self.base.findings[position];
        match check(&self.packs, (found.pack, found.obligation)).kind().facilities() {
            Some((service, conditions)) => {
                let (gone, new) = swap.of(case, service, conditions);
                !gone.is_empty() || !new.is_empty()
            }
            None => true,
        }
    }

    /// The world in which the people and areas that `chosen` edit are edited, if it was made for other choices, too.
    fn shifted(&self, chosen: &[usize], edits: &Edits<'_>) -> Option<Arc<Shifted>> {
        if edits.others.is_empty() {
            return None;
        }
        let shifting = chosen.iter().copied().filter(|&scenario| !self.moves[scenario].others.is_empty());
        let make = || {
            let others = Edits { others: edits.others.clone(), ..Edits::default() };
            self.shift(&others)
        };
        self.shifted.get(shifting.collect(), self.world.people.len(), make)
    }

    fn shift(&self, others: &Edits<'_>) -> Shifted {
        let edited = self.edit(others);
        let case = edited.case(self, Detail::Figures);
        let touched = self.uses.iter().enumerate().filter(|(_, uses)| others.touch(uses));
        let obligation = |(position, _): (usize, _)| {
            let found = &self.base.findings[position];
            let after = self.judge(position, &edited, Detail::Figures);
            // Only what facilities of a scenario touch was kept of the base.
            let is_kept = self.kept[position].is_some();
            let kept = is_kept.then(|| check(&self.packs, (found.pack, found.obligation)).kind().keep(&case)).flatten();
            (position, shifted::Obligation { revision: revision(&found.finding, &after.finding), kept })
        };
        Shifted { obligations: touched.map(obligation).collect(), access: self.access.anew(), edited }
    }

    /// What the edits make of an obligation, as far as what is kept of the shifted world says.
    fn revise_shifted(&self, position: usize, edits: &Edits<'_>, shifted: &Shifted) -> Option<Revision> {
        let obligation = shifted.obligations.get(&position)?;
        let case = shifted.edited.case(self, Detail::Figures);
        let swap = edits.swap();
        let touches = !self.uses[position].services.is_disjoint(&edits.services);
        if !touches || !self.is_meant(position, &case, &swap) {
            return Some(obligation.revision.clone());
        }
        let revision = obligation.kept.as_ref()?.revise(&case, &swap)?;
        Some(revision.after(&obligation.revision))
    }

    /// Judges an obligation of an edited world in full.
    fn judge(&self, position: usize, edited: &Edited, detail: Detail) -> Assessed {
        let found = &self.base.findings[position];
        let case = edited.case(self, detail);
        // Whom it affects in all is evidence: what changes is counted from the verdicts.
        let headcount = match detail {
            Detail::Evidence => self.headcount(found, &edited.headcounts),
            Detail::Figures => None,
        };
        judge(&case, &self.packs, (found.pack, found.obligation), headcount, &self.estimated)
    }

    /// Access to the services that the edits touch; `edited` where they are carried out.
    fn access(&self, edits: &Edits<'_>, edited: Option<&Edited>) -> Vec<AccessChange> {
        let base = (&self.world, &self.travel);
        self.access_by(edits, |service, replaced| match edited.filter(|_| edits.counts_anew()) {
            None => self.access.change(base, service, replaced),
            Some(edited) => self.access.change_to(base, edited.world_and_travel(self), service, replaced),
        })
    }

    /// The same where people are edited, and were in other choices, too.
    fn access_shifted(&self, edits: &Edits<'_>, shifted: &Shifted) -> Vec<AccessChange> {
        let base = (&self.world, &self.travel);
        self.access_by(edits, |service, replaced| {
            let after = shifted.access.change(shifted.edited.world_and_travel(self), service, replaced)?.after;
            Some(AccessChange { service, before: self.access.today(base, service)?, after })
        })
    }

    fn access_by(
        &self,
        edits: &Edits<'_>,
        change: impl Fn(ServiceId, Replaced<'_>) -> Option<AccessChange>,
    ) -> Vec<AccessChange> {
        let of = |facilities: &[FacilityId], service: ServiceId| -> Vec<FacilityId> {
            facilities.iter().copied().filter(|&facility| self.world.facilities[facility].service == service).collect()
        };
        let services = self.world.facilities.services().ids();
        let touched = services.filter(|service| edits.counts_anew() || edits.services.contains(service));
        let change = |service: ServiceId| {
            let (leave, come) = (of(&edits.leave, service), of(&edits.come, service));
            change(service, Replaced { leave: &leave, come: &come })
        };
        touched.filter_map(change).collect()
    }

    /// The edits of several scenarios together.
    ///
    /// # Errors
    /// As [`Stage::outcome`].
    pub(super) fn edits(&self, chosen: &[usize]) -> Result<Edits<'_>, Conflict> {
        Edits::of(&self.world, &chosen.iter().map(|&scenario| &self.moves[scenario]).collect::<Vec<_>>())
    }

    /// The base with the edits of several scenarios.
    ///
    /// # Errors
    /// As [`Stage::outcome`].
    pub fn edited(&self, chosen: &[usize]) -> Result<World, Conflict> {
        Ok(carry_out(&self.world, &self.edits(chosen)?))
    }

    /// The base with edits carried out, and what is judged by.
    fn edit(&self, edits: &Edits<'_>) -> Edited {
        let world = carry_out(&self.world, edits);
        // Who moves in is on no list of the base.
        let travel = edits.others.iter().any(|change| matches!(change, Change::Settle { .. })).then(|| {
            let everything = World { facilities: Arc::new(all_standing(&world.facilities)), ..world.clone() };
            TravelMatrix::compute(&everything, &limits(&everything, &self.packs))
        });
        let headcounts = match edits.counts_anew() {
            true => self.headcounts.keys().map(|name| (name.clone(), Headcount::of(&world, name))).collect(),
            false => BTreeMap::new(),
        };
        Edited { world, travel, headcounts }
    }
}

/// The base with edits carried out.
pub(super) struct Edited {
    world: World,
    /// Where it is not that of the base.
    travel: Option<TravelMatrix>,
    /// Empty where nobody is counted anew.
    headcounts: BTreeMap<String, Option<Headcount>>,
}

impl Edited {
    fn world_and_travel<'s>(&'s self, stage: &'s Stage) -> (&'s World, &'s TravelMatrix) {
        (&self.world, self.travel.as_ref().unwrap_or(&stage.travel))
    }

    fn case<'s>(&'s self, stage: &'s Stage, detail: Detail) -> Case<'s> {
        let (world, travel) = self.world_and_travel(stage);
        Case { world, travel, detail }
    }
}

/// The base with edits carried out, made when something must be judged in full; or what other choices that edit the same
/// people and areas have left.
struct Lazily<'a> {
    stage: &'a Stage,
    edits: &'a Edits<'a>,
    edited: OnceCell<Edited>,
    shifted: Option<Arc<Shifted>>,
}

impl<'a> Lazily<'a> {
    fn new(stage: &'a Stage, chosen: &[usize], edits: &'a Edits<'a>) -> Self {
        Self { stage, edits, edited: OnceCell::new(), shifted: stage.shifted(chosen, edits) }
    }

    fn get(&self) -> &Edited {
        self.edited.get_or_init(|| self.stage.edit(self.edits))
    }

    /// The persons of each group, counted anew where people are edited.
    fn headcounts(&self) -> &BTreeMap<String, Option<Headcount>> {
        match &self.shifted {
            _ if !self.edits.counts_anew() => &self.stage.headcounts,
            Some(shifted) => &shifted.edited.headcounts,
            None => &self.get().headcounts,
        }
    }
}

/// What is known of an obligation under edits.
pub(super) enum Revised {
    /// They do not touch it.
    Same,
    /// What they change.
    By(Box<Revision>),
    /// Only a full judgement says.
    Unsaid,
}
