//! Edits that would mend what obligations lack, where a planner gives no candidates: what a plan chooses from.
//!
//! New facilities open at the places that stand for areas, with the attributes that the checks on their service ask for, and as
//! large as the median one of those that stand; existing ones become what they should be. What an edit costs is not known
//! here.

use std::collections::{BTreeMap, BTreeSet};

use super::super::edit::{Change, Edit, Given, Scenario};
use super::names::Names;
use crate::assess::{Findings, check};
use crate::model::{AreaId, Column, EstateId, FacilityId, FacilityRow, Id, Lang, LevelId, ServiceId, SourceId};
use crate::rules::decide::Decide;
use crate::rules::finding::{Of, Subject};
use crate::rules::select::{Condition, Tri, Where};
use crate::rules::{Case, Check, Noun, Pairing, ShareCheck};

/// More copies of a facility than this are not offered in one area.
const MOST_COPIES: usize = 20;

type Attributes = BTreeMap<String, Given>;

/// Edits that would mend the obligations at these positions among the findings of the case: each a scenario of one edit,
/// named in `lang` after what it does and where.
pub fn mends(case: &Case<'_>, findings: &Findings, wanted: &[usize], lang: Lang) -> Vec<Scenario> {
    let mut mends = Mends { case, openings: BTreeMap::new(), altered: BTreeMap::new() };
    for &position in wanted {
        let found = &findings.findings[position];
        mends.of(check(&findings.packs, (found.pack, found.obligation)), &found.finding.subjects);
    }
    let checks: Vec<&Check> =
        findings.findings.iter().map(|found| check(&findings.packs, (found.pack, found.obligation))).collect();
    mends.scenarios(&checks, &Names { packs: &findings.packs, lang })
}

struct Mends<'a> {
    case: &'a Case<'a>,
    /// What opens, by service and where: the attributes of one after the other.
    openings: BTreeMap<(ServiceId, Site), Vec<Attributes>>,
    /// What becomes of a facility; each set of attributes is an edit of its own.
    altered: BTreeMap<FacilityId, BTreeSet<Vec<(String, Sorted)>>>,
}

/// Where something opens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Site {
    /// At the place that stands for an area.
    Area(AreaId),
    Estate(EstateId),
}

/// A given value that can be put in order.
#[derive(Clone, Debug, PartialEq)]
struct Sorted(Given);

impl Eq for Sorted {}

impl PartialOrd for Sorted {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Sorted {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        format!("{:?}", self.0).cmp(&format!("{:?}", other.0))
    }
}

fn is_lacking(subject: &&Subject) -> bool {
    subject.verdict.is_open()
}

fn area(subject: &Subject) -> Option<AreaId> {
    match subject.of {
        Of::Area(area) => Some(area),
        _ => None,
    }
}

/// The values that meet conditions.
fn meeting(conditions: &Where) -> Attributes {
    let given = |condition: &Condition| match condition {
        Condition::Flag(flag) => Some(Given::Flag(*flag)),
        Condition::Number(number) => Some(Given::Number(*number)),
        Condition::Word(word) => Some(Given::Text(word.clone())),
        Condition::AnyOf(words) => words.first().cloned().map(Given::Text),
    };
    conditions.iter().filter_map(|(key, condition)| Some((key.0.get_ref().clone(), given(condition)?))).collect()
}

impl Mends<'_> {
    fn of(&mut self, check: &Check, subjects: &[Subject]) {
        let facilities = &self.case.world.facilities;
        let service = |key: &str| facilities.service(key);
        let lacking = || subjects.iter().filter(is_lacking).filter_map(|subject| Some((area(subject)?, subject)));
        match check {
            Check::Presence(presence) => {
                let Some(service) = service(presence.service.get_ref()) else { return };
                for (area, subject) in lacking() {
                    let there = subject.evidence.counted.unwrap_or(0.0);
                    let n = (f64::from(presence.at_least) - there).max(1.0) as usize;
                    self.open(service, Site::Area(area), n, &meeting(&presence.r#where));
                }
            }
            Check::Tiered(tiered) => {
                let Some(service) = service(tiered.service.get_ref()) else { return };
                let mut wants = meeting(&tiered.r#where);
                wants.insert("form".to_owned(), Given::Text("own".to_owned()));
                for (area, _) in lacking() {
                    self.open(service, Site::Area(area), 1, &wants);
                    self.become_in(service, area, &wants);
                }
            }
            Check::Cascade(cascade) => {
                let Some(service) = service(cascade.service.get_ref()) else { return };
                let areas = &self.case.world.areas;
                for (area, _) in lacking() {
                    let level = areas.levels()[areas[area].level].key.clone();
                    let mut wants = meeting(&cascade.r#where);
                    if cascade.one_stop_on.iter().any(|one_stop| *one_stop.get_ref() == level) {
                        wants.insert("one-stop".to_owned(), Given::Flag(true));
                    }
                    let conversion = wants.clone();
                    wants.insert("level".to_owned(), Given::Text(level.clone()));
                    self.open(service, Site::Area(area), 1, &wants);
                    // One that is there for this level may only lack its window.
                    let levels = facilities.attribute("level");
                    let is_of_level = |facility: FacilityId| {
                        levels.and_then(|levels| levels.text(facility.index())) == Some(level.as_str())
                    };
                    let here: Vec<FacilityId> = self.standing_in(service, area).filter(|&id| is_of_level(id)).collect();
                    here.into_iter().for_each(|facility| self.alter(facility, &conversion));
                }
            }
            Check::Share(share) => self.of_share(share, subjects),
            Check::Total(total) => {
                let Some(service) = service(total.service.get_ref()) else { return };
                let amount = total.sum_of.as_ref().map(|key| key.get_ref().as_str());
                self.enough(service, amount, &total.r#where, subjects, *total.decide.get_ref());
            }
            Check::PerCapita(per_capita) => {
                let Some(service) = service(per_capita.service.get_ref()) else { return };
                let amount = per_capita.amount.as_ref().map(|key| key.get_ref().as_str());
                self.enough(service, amount, &per_capita.r#where, subjects, *per_capita.decide.get_ref());
            }
            Check::Seats(seats) => {
                let Some(service) = service(seats.service.get_ref()) else { return };
                match seats.within {
                    Some(_) => self.anywhere(service, &meeting(&seats.r#where)),
                    None => {
                        let capacity = seats.capacity.get_ref().as_str();
                        self.enough(service, Some(capacity), &seats.r#where, subjects, *seats.decide.get_ref());
                    }
                }
            }
            Check::Reach(reach) => {
                let Some(service) = service(reach.service.get_ref()) else { return };
                self.anywhere(service, &meeting(&reach.r#where));
            }
            Check::Pairing(pairing) => self.of_pairing(pairing, subjects),
            // No new facility and no value that is known would mend these.
            Check::Ceiling(_) | Check::Variation(_) | Check::Membership(_) | Check::Indicator(_) | Check::Note(_) => {}
        }
    }

    fn of_share(&mut self, share: &ShareCheck, subjects: &[Subject]) {
        let Ok(selection) = self.case.select(share.service.get_ref(), &share.r#where) else { return };
        let areas = &self.case.world.areas;
        let lacking: Vec<AreaId> = subjects.iter().filter(is_lacking).filter_map(area).collect();
        let is_there = |facility: FacilityId| match (*share.decide.get_ref(), self.case.world.facilities[facility].area)
        {
            (Decide::Whole, _) => true,
            (Decide::Each, Some(own)) => lacking.iter().any(|&area| areas.holds(area, own)),
            (Decide::Each, None) => false,
        };
        let all: Vec<FacilityId> = selection.facilities().filter(|&id| selection.is_sure(id) && is_there(id)).collect();
        if let Some((part, whole)) = share.part.as_ref().zip(share.whole.as_ref()) {
            let (parts, wholes) = (self.case.amounts(part.get_ref()), self.case.amounts(whole.get_ref()));
            for facility in all {
                if let (Some(now), Some(whole)) = (parts.of(facility), wholes.of(facility))
                    && now < whole
                {
                    let all_of_it = Attributes::from([(part.get_ref().clone(), Given::Number(whole))]);
                    self.alter(facility, &all_of_it);
                }
            }
        } else {
            let filter = self.case.facility_filter(&share.being);
            let failing: Vec<FacilityId> = all.into_iter().filter(|id| filter.holds(id.index()) != Tri::Yes).collect();
            failing.into_iter().for_each(|facility| self.alter(facility, &meeting(&share.being)));
        }
    }

    /// A facility at each estate that lacks one: open in time, and large enough for it alone.
    fn of_pairing(&mut self, pairing: &Pairing, subjects: &[Subject]) {
        let world = self.case.world;
        let Some(service) = world.facilities.service(pairing.service.get_ref()) else { return };
        for subject in subjects.iter().filter(is_lacking) {
            let Of::Estate(id) = subject.of else { continue };
            let estate = &world.estates.rows[id];
            let mut wants = meeting(&pairing.r#where);
            if let Some(opens) = &pairing.opens {
                let Some(due) = estate.first_phase else { continue };
                wants.insert(opens.get_ref().clone(), Given::Date(due));
            }
            if let Some((capacity, each)) = pairing.capacity.as_ref().zip(pairing.places_per_household.as_ref()) {
                let Some(households) = estate.households else { continue };
                let needed = (each.get_ref() * households).ceil();
                let usual = self.median(service, capacity.get_ref()).unwrap_or(0.0);
                wants.insert(capacity.get_ref().clone(), Given::Number(needed.max(usual)));
            }
            if estate.place.is_some() && self.is_named(&estate.code) {
                self.open(service, Site::Estate(id), 1, &wants);
            }
        }
    }

    /// Facilities enough for what is lacking of an amount, or of facilities.
    fn enough(
        &mut self,
        service: ServiceId,
        amount: Option<&str>,
        conditions: &Where,
        subjects: &[Subject],
        decide: Decide,
    ) {
        let size = amount.map_or(Some(1.0), |key| self.median(service, key)).filter(|&size| 0.0 < size);
        let Some(size) = size else { return };
        let copies = |lacking: f64| ((lacking / size).ceil().max(1.0) as usize).min(MOST_COPIES);
        let wants = meeting(conditions);
        let by_area = subjects.iter().filter_map(|subject| Some((area(subject)?, subject)));
        if decide == Decide::Each {
            for (area, subject) in by_area.filter(|(_, subject)| is_lacking(subject)) {
                self.open(service, Site::Area(area), copies(subject.shortfall.unwrap_or(size)), &wants);
            }
            return;
        }
        let lacking = subjects.iter().find(|subject| subject.of == Of::Whole).and_then(|whole| whole.shortfall);
        let named: Vec<AreaId> = by_area.map(|(area, _)| area).collect();
        let areas = if named.is_empty() { self.lowest_areas() } else { named };
        let each = copies(lacking.unwrap_or(size) / areas.len().max(1) as f64);
        areas.into_iter().for_each(|area| self.open(service, Site::Area(area), each, &wants));
    }

    /// A facility at the place of each lowest area that has one.
    fn anywhere(&mut self, service: ServiceId, wants: &Attributes) {
        let areas = &self.case.world.areas;
        let placed = |&area: &AreaId| areas[area].place.is_some() && self.is_named(&areas[area].code);
        let areas: Vec<AreaId> = self.lowest_areas().into_iter().filter(placed).collect();
        areas.into_iter().for_each(|area| self.open(service, Site::Area(area), 1, wants));
    }

    /// Whether the costs to a place are known: where a table gives them, only those to places that it names are.
    fn is_named(&self, code: &str) -> bool {
        self.case.world.costs.as_ref().is_none_or(|table| table.destination(code).is_some())
    }

    fn lowest_areas(&self) -> Vec<AreaId> {
        let areas = &self.case.world.areas;
        let levels = (0..areas.levels().len()).rev().map(LevelId::new);
        levels.map(|level| areas.at_level(level)).find(|ids| !ids.is_empty()).unwrap_or_default().to_vec()
    }

    /// So many facilities in one place, each with attributes of its own or those that others want there, too.
    fn open(&mut self, service: ServiceId, site: Site, n: usize, wants: &Attributes) {
        let there = self.openings.entry((service, site)).or_default();
        let fits = |has: &Attributes| wants.iter().all(|(key, want)| has.get(key).is_none_or(|value| value == want));
        let mut left = n.min(MOST_COPIES);
        for has in there.iter_mut().filter(|has| fits(has)) {
            if left == 0 {
                return;
            }
            has.extend(wants.clone());
            left -= 1;
        }
        there.extend(std::iter::repeat_n(wants.clone(), left));
    }

    fn standing_in(&self, service: ServiceId, area: AreaId) -> impl Iterator<Item = FacilityId> + '_ {
        let world = self.case.world;
        let all = world.facilities.services()[service].facilities.iter().copied();
        all.filter(move |&id| world.facilities[id].area.is_some_and(|own| world.areas.holds(area, own)))
    }

    fn become_in(&mut self, service: ServiceId, area: AreaId, wants: &Attributes) {
        let here: Vec<FacilityId> = self.standing_in(service, area).collect();
        here.into_iter().for_each(|facility| self.alter(facility, wants));
    }

    /// A facility gets what it has not.
    fn alter(&mut self, facility: FacilityId, wants: &Attributes) {
        let attributes = self.case.world.facilities.attributes();
        let has = |key: &str| attributes.get(key).and_then(|column| column.get(facility.index())).map(Given::from);
        let lacking =
            wants.iter().filter(|(key, want)| has(key).as_ref() != Some(want) && can_hold(attributes, key, want));
        let lacking: Vec<(String, Sorted)> = lacking.map(|(key, want)| (key.clone(), Sorted(want.clone()))).collect();
        if !lacking.is_empty() {
            self.altered.entry(facility).or_default().insert(lacking);
        }
    }

    /// The median of an attribute over the facilities of a service that stand.
    fn median(&self, service: ServiceId, key: &str) -> Option<f64> {
        let column = self.case.world.facilities.attribute(key)?;
        let all = self.case.world.facilities.services()[service].facilities.iter();
        let mut values: Vec<f64> =
            all.filter_map(|id| column.number(id.index())).filter(|value| 0.0 <= *value).collect();
        values.sort_by(f64::total_cmp);
        values.get(values.len() / 2).copied()
    }

    /// Attributes that new facilities of a service should have beyond those that someone asked for.
    fn usual(&self, service: ServiceId, checks: &[&Check]) -> Attributes {
        let world = self.case.world;
        let mut usual = Attributes::new();
        // As large as the median one, in all that is counted.
        for (key, column) in world.facilities.attributes() {
            if let (Column::Number(_), Some(median)) = (column, self.median(service, key)) {
                usual.insert(key.clone(), Given::Number(median));
            }
        }
        let of_service = checks.iter().filter(|check| {
            check.kind().names().iter().any(|name| {
                name.noun == Noun::Service && world.facilities.service(name.word.get_ref()) == Some(service)
            })
        });
        for check in of_service {
            let conditions: [Option<&Where>; 2] = match check {
                Check::Presence(presence) => [Some(&presence.r#where), None],
                Check::Tiered(tiered) => [Some(&tiered.r#where), None],
                Check::Share(share) => [Some(&share.r#where), Some(&share.being)],
                Check::Reach(reach) => [Some(&reach.r#where), None],
                _ => [None, None],
            };
            for (key, given) in conditions.into_iter().flatten().flat_map(meeting) {
                usual.entry(key).or_insert(given);
            }
            if matches!(check, Check::Tiered(_)) {
                usual.entry("form".to_owned()).or_insert(Given::Text("own".to_owned()));
            }
            match check {
                Check::Share(share) => {
                    let whole = share.whole.as_ref().and_then(|whole| usual.get(whole.get_ref()).cloned());
                    if let Some((part, whole)) = share.part.as_ref().zip(whole) {
                        usual.insert(part.get_ref().clone(), whole);
                    }
                }
                Check::Ceiling(ceiling) if ceiling.per.is_none() => {
                    let limit = *ceiling.at_most.get_ref();
                    if let Some(Given::Number(value)) = usual.get_mut(ceiling.value.get_ref()) {
                        *value = value.min(limit);
                    }
                }
                _ => {}
            }
        }
        usual
    }

    fn scenarios(self, checks: &[&Check], names: &Names<'_>) -> Vec<Scenario> {
        let world = self.case.world;
        let key = |service: ServiceId| world.facilities.services()[service].key.as_str();
        let mut scenarios = Vec::new();
        let mut usual: BTreeMap<ServiceId, Attributes> = BTreeMap::new();
        for (&(service, site), there) in &self.openings {
            let usual = usual.entry(service).or_insert_with(|| self.usual(service, checks));
            let (code, of, place, area) = match site {
                Site::Area(id) => {
                    let area = &world.areas[id];
                    (area.code.clone(), (&area.code, &area.name), area.place, Some(id))
                }
                Site::Estate(id) => {
                    let estate = &world.estates.rows[id];
                    (format!("estate-{}", estate.code), (&estate.code, &estate.name), estate.place, estate.area)
                }
            };
            for (n, wants) in (1..).zip(there) {
                let mut attributes = usual.clone();
                attributes.extend(wants.clone());
                attributes.retain(|key, given| can_hold(world.facilities.attributes(), key, given));
                let facility = FacilityRow {
                    code: format!("plan-{}-{code}-{n}", key(service)),
                    name: names.opened(key(service), of.1, n),
                    service,
                    place,
                    area,
                    // Where a table gives the costs, those to the area or estate are those to a site in it.
                    destination: world.costs.as_ref().and_then(|table| table.destination(of.0)),
                    origin: (SourceId::new(0), 0),
                };
                let change =
                    Change::Open { facility, attributes: attributes.into_iter().collect(), serves: Vec::new() };
                let name = names.opening(key(service), of, n);
                scenarios.push(Scenario { name, edits: vec![Edit { change, cost: None, row: 0 }] });
            }
        }
        for (facility, mut forms) in self.altered {
            let row = &world.facilities[facility];
            // Only one of them can be carried out: where they go together, all at once is one more.
            let all: BTreeMap<String, Sorted> = forms.iter().flatten().cloned().collect();
            let agree = |form: &Vec<(String, Sorted)>| form.iter().all(|(key, given)| all.get(key) == Some(given));
            if 1 < forms.len() && forms.iter().all(agree) {
                forms.insert(all.into_iter().collect());
            }
            for attributes in forms {
                let what: Vec<&str> = attributes.iter().map(|(key, _)| key.as_str()).collect();
                let name = names.change(key(row.service), row, &what);
                let attributes = attributes.into_iter().map(|(key, given)| (key, given.0)).collect();
                let change = Change::Alter { facility, attributes, moved: None };
                scenarios.push(Scenario { name, edits: vec![Edit { change, cost: None, row: 0 }] });
            }
        }
        scenarios
    }
}

/// Whether a value can stand in the column of its attribute.
fn can_hold(attributes: &BTreeMap<String, Column>, key: &str, given: &Given) -> bool {
    attributes.get(key).is_none_or(|column| column.gather(&[None]).set(0, given.value()))
}
