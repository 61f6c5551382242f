//! A base world with everything that the scenarios of a file bring, laid out once, so that each scenario is only a
//! choice of what stands.
//!
//! All rows of facilities stand side by side: those of the base, and after each its altered forms; opened ones at the
//! end. Travel costs are computed once for all of them. A scenario lists which rows stand, copies the people or the
//! attributes of areas where it edits these, and judges anew only the obligations that use what it touches.
//!
//! The order of rows is that of a file in which the edits were made by hand, so that an assessment of the edited world
//! from nothing finds the same to the last bit: see the law in the tests. The point that stands for an area stays where
//! it is in the base, whoever moves in.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use super::access::{AccessChange, Base};
use super::compare::Difference;
use super::edit::{Change, Given, Scenario};
use crate::assess::affected::Headcount;
use crate::assess::{Assessed, Findings, Only, RESIDENTS, assess, check, estimated, group, judge, limits};
use crate::model::{
    AreaId, Areas, Column, Facilities, FacilityId, FacilityRow, Id, IdVec, LevelId, People, PerPoint, PointId,
    ServiceId, World,
};
use crate::rules::{Case, Detail, Noun, Pack, Verdict};
use crate::space::TravelMatrix;

/// What a scenario does to the rows of the stage.
#[derive(Clone, Debug, Default)]
struct Moves {
    /// Rows of the base that stand no more, in the order of their ids.
    leave: Vec<FacilityId>,
    /// Rows that stand instead or in addition, in the order of their ids.
    come: Vec<FacilityId>,
    /// What opens, by a number that the same facility has in all scenarios that open it; sorted.
    opens: Vec<usize>,
    /// Edits of people and areas, in the order of the file.
    others: Vec<Change>,
    cost: Option<f64>,
}

/// What an obligation looks at.
struct Uses {
    services: BTreeSet<ServiceId>,
    groups: BTreeSet<String>,
    area_attributes: BTreeSet<String>,
}

/// The base and all that may stand in it.
pub struct Stage {
    /// The base: all rows, of which those of the base stand.
    world: World,
    travel: TravelMatrix,
    packs: Vec<Arc<Pack>>,
    base: Findings,
    uses: Vec<Uses>,
    headcounts: BTreeMap<String, Option<Headcount>>,
    estimated: Vec<LevelId>,
    access: Base,
    scenarios: Vec<Scenario>,
    moves: Vec<Moves>,
}

/// Two scenarios of one choice that edit the same thing: what it would become is not said.
#[derive(Clone, Debug, PartialEq)]
pub struct Conflict;

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
        let uses: Vec<Uses> =
            findings.findings.iter().map(|found| uses(&world, packs, (found.pack, found.obligation))).collect();
        let names = uses.iter().flat_map(|uses| &uses.groups).cloned().collect::<BTreeSet<_>>();
        let headcounts = names.into_iter().map(|name| (name.clone(), Headcount::of(&world, &name))).collect();
        let groups = world.facilities.services().ids().map(|service| {
            // Whom the first obligation on the service is for.
            let first = uses.iter().position(|uses| uses.services.contains(&service))?;
            let found = &findings.findings[first];
            world.people.group(group(check(packs, (found.pack, found.obligation))))
        });
        Self {
            access: Base::new(groups.collect()),
            estimated: estimated(&world),
            packs: packs.to_vec(),
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
        let (uses, moves) = (&self.uses[position], &self.moves[scenario]);
        let rows = moves.leave.iter().chain(&moves.come);
        rows.map(|&facility| self.world.facilities[facility].service).any(|service| uses.services.contains(&service))
            || moves.others.iter().any(|change| uses.are_touched(change))
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

    /// The persons of the group that an obligation of the base is for.
    pub(super) fn headcount(&self, found: &Assessed) -> Option<&Headcount> {
        self.headcounts.get(group(check(&self.packs, (found.pack, found.obligation)))).and_then(Option::as_ref)
    }

    /// What several scenarios of this stage lead to when all are carried out.
    ///
    /// # Errors
    /// [`Conflict`] where two of them open or edit the same facility, or edit the same attribute of an area.
    pub fn outcome(&self, chosen: &[usize]) -> Result<Outcome, Conflict> {
        self.judged(chosen, Detail::Evidence)
    }

    /// What several scenarios of this stage change: that of their [`Stage::outcome`], found without its evidence.
    ///
    /// # Errors
    /// As [`Stage::outcome`].
    pub fn difference(&self, chosen: &[usize]) -> Result<Difference, Conflict> {
        Ok(Difference::of(self, &self.judged(chosen, Detail::Figures)?))
    }

    /// The verdicts on what several scenarios of this stage touch, by position among the findings of the base.
    pub(super) fn verdicts(&self, chosen: &[usize]) -> Result<Vec<(usize, Verdict)>, Conflict> {
        let judged = self.judged(chosen, Detail::Figures)?.judged;
        Ok(judged.into_iter().map(|(position, found)| (position, found.finding.verdict)).collect())
    }

    fn judged(&self, chosen: &[usize], detail: Detail) -> Result<Outcome, Conflict> {
        let world = self.edited(chosen)?;
        let moves = || chosen.iter().map(|&scenario| &self.moves[scenario]);
        let come: Vec<FacilityId> = moves().flat_map(|moves| moves.come.iter().copied()).collect();
        let mut services: BTreeSet<ServiceId> = BTreeSet::new();
        let rows = moves().flat_map(|moves| moves.leave.iter().chain(&moves.come));
        services.extend(rows.map(|&facility| world.facilities[facility].service));
        let others: Vec<&Change> = moves().flat_map(|moves| &moves.others).collect();
        let settles = others.iter().any(|change| matches!(change, Change::Settle { .. }));
        let counts_anew = settles || others.iter().any(|change| matches!(change, Change::Grow { .. }));

        // Who moves in is on no list of the base.
        let own_travel = settles.then(|| {
            let everything = World { facilities: Arc::new(all_standing(&world.facilities)), ..world.clone() };
            TravelMatrix::compute(&everything, &limits(&everything, &self.packs))
        });
        let travel = own_travel.as_ref().unwrap_or(&self.travel);
        let case = Case { world: &world, travel, detail };
        let headcounts: BTreeMap<String, Option<Headcount>> = match counts_anew {
            true => self.headcounts.keys().map(|name| (name.clone(), Headcount::of(&world, name))).collect(),
            false => BTreeMap::new(),
        };
        let judged = self.uses.iter().enumerate().filter(|(_, uses)| {
            !uses.services.is_disjoint(&services) || others.iter().any(|change| uses.are_touched(change))
        });
        let judged = judged.map(|(position, _)| {
            let found = &self.base.findings[position];
            let at = (found.pack, found.obligation);
            let counted = if counts_anew { &headcounts } else { &self.headcounts };
            // Whom it affects in all is evidence: what changes is counted from the verdicts.
            let headcount = match detail {
                Detail::Evidence => counted.get(group(check(&self.packs, at))).and_then(Option::as_ref),
                Detail::Figures => None,
            };
            (position, judge(&case, &self.packs, at, headcount, &self.estimated))
        });
        let judged = judged.collect();

        if counts_anew {
            services.extend(world.facilities.services().ids());
        }
        let base = (&self.world, &self.travel);
        let access = services.iter().filter_map(|&service| {
            let opened = come.iter().copied().filter(|&facility| world.facilities[facility].service == service);
            self.access.change(base, (&world, travel), service, &opened.collect::<Vec<_>>())
        });
        let access = access.collect();
        let cost = moves().map(|moves| moves.cost).sum();
        Ok(Outcome { judged, headcounts, access, cost, world })
    }

    /// The base with the edits of several scenarios.
    ///
    /// # Errors
    /// As [`Stage::outcome`].
    pub fn edited(&self, chosen: &[usize]) -> Result<World, Conflict> {
        let mut leave: Vec<FacilityId> = Vec::new();
        let mut come: Vec<FacilityId> = Vec::new();
        let mut others: Vec<&Change> = Vec::new();
        for &scenario in chosen {
            let moves = &self.moves[scenario];
            leave.extend(&moves.leave);
            come.extend(&moves.come);
            others.extend(&moves.others);
        }
        leave.sort_unstable();
        come.sort_unstable();
        let mut opens: Vec<usize> = chosen.iter().flat_map(|&at| self.moves[at].opens.iter().copied()).collect();
        opens.sort_unstable();
        if has_double(&leave) || (1 < chosen.len() && has_double(&opens)) {
            return Err(Conflict);
        }
        let facilities = &self.world.facilities;
        let touched: BTreeSet<ServiceId> =
            leave.iter().chain(&come).map(|&facility| facilities[facility].service).collect();
        let lists = touched.into_iter().map(|service| {
            let new = come.iter().copied().filter(|&facility| facilities[facility].service == service);
            (service, replaced(&facilities.services()[service].facilities, &leave, new))
        });
        let mut world = World { facilities: Arc::new(facilities.with_standing(lists)), ..self.world.clone() };
        let mut marked: BTreeSet<(AreaId, &str)> = BTreeSet::new();
        let mut area_attributes: Option<BTreeMap<String, Column>> = None;
        for change in others {
            match change {
                Change::Settle { place, area, origin, persons } => {
                    let people = Arc::make_mut(&mut world.people);
                    let place = place.or_else(|| world.areas[(*area)?].place);
                    settle(people, place, *area, persons);
                    if world.costs.is_some() {
                        people.origins.push(*origin);
                    }
                }
                Change::Grow { area, group, factor } => {
                    grow(Arc::make_mut(&mut world.people), &world.areas, *area, group.as_deref(), *factor);
                }
                Change::Mark { area, attributes } => {
                    let columns = area_attributes.get_or_insert_with(|| world.areas.attributes().clone());
                    for (key, given) in attributes {
                        if !marked.insert((*area, key)) {
                            return Err(Conflict);
                        }
                        set(columns, world.areas.len(), key, area.index(), given);
                    }
                }
                Change::Open { .. } | Change::Close { .. } | Change::Alter { .. } => {}
            }
        }
        if let Some(attributes) = area_attributes {
            world.areas = Arc::new(world.areas.with_attributes(attributes));
        }
        Ok(world)
    }
}

fn has_double<T: PartialEq>(sorted: &[T]) -> bool {
    sorted.windows(2).any(|two| two[0] == two[1])
}

impl Uses {
    fn are_touched(&self, change: &Change) -> bool {
        match change {
            Change::Settle { .. } => !self.groups.is_empty(),
            Change::Grow { group: None, .. } => !self.groups.is_empty(),
            Change::Grow { group: Some(group), .. } => self.groups.contains(group),
            Change::Mark { attributes, .. } => attributes.iter().any(|(key, _)| self.area_attributes.contains(key)),
            Change::Open { .. } | Change::Close { .. } | Change::Alter { .. } => false,
        }
    }
}

fn uses(world: &World, packs: &[Arc<Pack>], at: (usize, usize)) -> Uses {
    let check = check(packs, at);
    let names = check.kind().names();
    let words = |noun| names.iter().filter(move |name| name.noun == noun).map(|name| name.word.get_ref().as_str());
    Uses {
        services: words(Noun::Service).filter_map(|key| world.facilities.service(key)).collect(),
        groups: words(Noun::Group).chain([group(check)]).map(str::to_owned).collect(),
        area_attributes: words(Noun::AreaAttribute).map(str::to_owned).collect(),
    }
}

/// The list without those that leave and with those that come; all three in the order of their ids.
fn replaced(list: &[FacilityId], leave: &[FacilityId], come: impl Iterator<Item = FacilityId>) -> Vec<FacilityId> {
    let mut come = come.peekable();
    let mut changed = Vec::with_capacity(list.len() + 4);
    for &facility in list {
        while let Some(new) = come.next_if(|&new| new < facility) {
            changed.push(new);
        }
        if leave.binary_search(&facility).is_err() {
            changed.push(facility);
        }
    }
    changed.extend(come);
    changed
}

/// The same facilities, of which every row stands.
fn all_standing(facilities: &Facilities) -> Facilities {
    let mut lists: IdVec<ServiceId, Vec<FacilityId>> = IdVec::filled(facilities.services().len(), Vec::new());
    for (id, row) in facilities.iter() {
        lists[row.service].push(id);
    }
    facilities.with_standing(facilities.services().ids().zip(lists.values().to_vec()))
}

/// The facilities that stand, by service.
type Lists = Vec<(ServiceId, Vec<FacilityId>)>;

/// The world in which every row of every scenario stands, which of them stand in the base, and what each scenario does.
fn lay_out(base: &World, scenarios: &[Scenario]) -> (World, Lists, Vec<Moves>) {
    // What becomes of each facility of the base: its altered forms, by scenario.
    let mut forms: BTreeMap<FacilityId, Vec<(usize, Vec<&Change>)>> = BTreeMap::new();
    let mut closed: Vec<(usize, FacilityId)> = Vec::new();
    for (at, scenario) in scenarios.iter().enumerate() {
        for edit in &scenario.edits {
            match &edit.change {
                Change::Alter { facility, .. } => {
                    let forms = forms.entry(*facility).or_default();
                    match forms.last_mut().filter(|(of, _)| *of == at) {
                        Some((_, changes)) => changes.push(&edit.change),
                        None => forms.push((at, vec![&edit.change])),
                    }
                }
                Change::Close { facility } => closed.push((at, *facility)),
                _ => {}
            }
        }
    }
    let mut laid = Laid::default();
    let mut moves: Vec<Moves> =
        scenarios.iter().map(|scenario| Moves { cost: scenario.cost(), ..Moves::default() }).collect();
    let mut of_base: HashMap<FacilityId, Vec<FacilityId>> = HashMap::new();
    let mut standing: IdVec<ServiceId, Vec<FacilityId>> = IdVec::filled(base.facilities.services().len(), Vec::new());
    for (id, row) in base.facilities.iter() {
        let new = laid.push(row.clone(), Some(id), base.facilities.serves(id), &[]);
        of_base.insert(id, vec![new]);
        if base.facilities.stands(id) {
            standing[row.service].push(new);
        }
        for (at, changes) in forms.get(&id).into_iter().flatten() {
            let mut row = row.clone();
            let mut given: Vec<(String, Given)> = Vec::new();
            for change in changes {
                if let Change::Alter { attributes, moved, .. } = change {
                    given.extend(attributes.iter().cloned());
                    if let Some(moved) = moved {
                        (row.place, row.area, row.destination) = (Some(moved.place), moved.area, moved.destination);
                    }
                }
            }
            let form = laid.push(row, Some(id), base.facilities.serves(id), &given);
            of_base.entry(id).or_default().push(form);
            moves[*at].leave.push(new);
            moves[*at].come.push(form);
        }
    }
    let mut opens: HashMap<_, usize> = HashMap::new();
    let mut codes: HashMap<_, usize> = HashMap::new();
    for (at, scenario) in scenarios.iter().enumerate() {
        for edit in &scenario.edits {
            match &edit.change {
                Change::Open { facility, attributes, serves } => {
                    let id = laid.push(facility.clone(), None, serves, attributes);
                    moves[at].come.push(id);
                    // The same rows in two scenarios are one facility.
                    let bits = facility.place.map(|place| (place.x.to_bits(), place.y.to_bits()));
                    let known = opens.len();
                    let number = *opens.entry((facility.service, &facility.name, bits, facility.area)).or_insert(known);
                    let n_codes = codes.len();
                    let code = *codes.entry((facility.service, &facility.code)).or_insert(n_codes);
                    moves[at].opens.extend([2 * number, 2 * code + 1]);
                }
                Change::Settle { .. } | Change::Grow { .. } | Change::Mark { .. } => {
                    moves[at].others.push(edit.change.clone());
                }
                Change::Close { .. } | Change::Alter { .. } => {}
            }
        }
    }
    for (at, facility) in closed {
        moves[at].leave.push(of_base[&facility][0]);
    }
    for moves in &mut moves {
        moves.leave.sort_unstable();
        moves.come.sort_unstable();
    }
    let series = base.series.with_facilities(|facility| of_base.get(&facility).cloned().unwrap_or_default());
    let world = World { facilities: Arc::new(laid.facilities(base)), series: Arc::new(series), ..base.clone() };
    (world, standing.ids().zip(standing.values().to_vec()).collect(), moves)
}

/// Rows of facilities on their way to a stage.
#[derive(Default)]
struct Laid {
    rows: Vec<FacilityRow>,
    /// The row of the base whose attributes each has.
    from: Vec<Option<usize>>,
    given: Vec<(usize, Vec<(String, Given)>)>,
    serves: BTreeMap<FacilityId, Vec<AreaId>>,
}

impl Laid {
    fn push(
        &mut self,
        row: FacilityRow,
        from: Option<FacilityId>,
        serves: &[AreaId],
        given: &[(String, Given)],
    ) -> FacilityId {
        let id = FacilityId::new(self.rows.len());
        if !given.is_empty() {
            self.given.push((self.rows.len(), given.to_vec()));
        }
        if !serves.is_empty() {
            self.serves.insert(id, serves.to_vec());
        }
        self.rows.push(row);
        self.from.push(from.map(Id::index));
        id
    }

    fn facilities(self, base: &World) -> Facilities {
        let old = &base.facilities;
        let mut attributes: BTreeMap<String, Column> =
            old.attributes().iter().map(|(key, column)| (key.clone(), column.gather(&self.from))).collect();
        for (row, given) in &self.given {
            for (key, given) in given {
                set(&mut attributes, self.rows.len(), key, *row, given);
            }
        }
        let services = old.services().values().iter().map(|service| service.key.clone()).collect();
        Facilities::new(self.rows.into(), services, attributes, self.serves)
    }
}

/// Gives entry `row` of `n` a value; an attribute that nobody had has it from now on.
fn set(columns: &mut BTreeMap<String, Column>, n: usize, key: &str, row: usize, given: &Given) {
    let column = columns.entry(key.to_owned()).or_insert_with(|| match given {
        Given::Flag(_) => Column::Flag(vec![None; n]),
        Given::Number(_) => Column::Number(vec![None; n]),
        Given::Date(_) => Column::Date(vec![None; n]),
        Given::Text(_) => Column::Text { codes: vec![0; n], words: Vec::new() },
    });
    let fits = column.set(row, given.value());
    debug_assert!(fits, "readers of edits give values of the column's type");
}

/// One more demand point; groups that are not named are not known there.
fn settle(people: &mut People, place: Option<geo::Coord<f64>>, area: Option<AreaId>, persons: &[(String, f64)]) {
    people.places.push(place);
    people.areas.push(area);
    for group in people.groups.ids() {
        let named = persons.iter().find(|(name, _)| *name == people.groups[group]);
        people.persons[group].push(named.map_or(f64::NAN, |&(_, n)| n));
    }
}

fn grow(people: &mut People, areas: &Areas, area: Option<AreaId>, group: Option<&str>, factor: f64) {
    let lives_there = |point: PointId| match (area, people.areas[point]) {
        (None, _) => true,
        (Some(outer), Some(own)) => areas.holds(outer, own),
        (Some(_), None) => false,
    };
    let there: PerPoint<bool> = people.places.ids().map(lives_there).collect();
    for id in people.groups.ids() {
        if group.is_some_and(|group| people.groups[id] != group) {
            continue;
        }
        for point in there.ids().filter(|&point| there[point]) {
            people.persons[id][point] *= factor;
        }
    }
}
