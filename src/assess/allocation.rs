//! A study as an allocation problem: the places where people live, the facilities that have room for them, and what it
//! costs to get from one to the other.
//!
//! Amounts are millionths of a person, so that fractions are kept and nothing is lost in a sum. Costs come from the
//! [`TravelMatrix`] alone.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::allocation::{Flow, Ground};
use crate::model::{AreaId, FacilityId, GroupId, Id, LevelId, PointId, ServiceId, World};
use crate::rules::select::Where;
use crate::rules::{Case, Detail};
use crate::siting::{Offer, Offers};
use crate::space::adjacency::neighbours;
use crate::space::{TravelMatrix, travel::Limits};
use crate::units::Cost;

/// What is asked of a study.
#[derive(Clone, Debug)]
pub struct Ask<'a> {
    /// The service.
    pub service: ServiceId,
    /// What a facility must be to count, by its attributes.
    pub conditions: &'a Where,
    /// The attribute that says how many it holds.
    pub capacity: &'a str,
    /// Who is given a place.
    pub group: GroupId,
    /// No one goes farther than this, in the unit of the study's costs.
    pub limit: Option<Cost>,
    /// What is given to a facility: a demand point, parted if need be, or an area of this level as a whole.
    pub areas: Option<LevelId>,
}

/// Where people live.
#[derive(Clone, Debug, PartialEq)]
pub struct PlaceRow {
    /// The code of its area, with a number where the area alone does not tell.
    pub label: String,
    /// The area.
    pub area: Option<AreaId>,
    /// The demand point, if it is one.
    pub point: Option<PointId>,
}

/// A facility that counts.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SiteRow {
    /// Which.
    pub facility: FacilityId,
    /// How many it holds; `None` where the file does not say.
    pub capacity: Option<f64>,
}

/// Who and what is left out, to be said.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LeftOut {
    /// Persons of whom nobody knows what it costs from where they are, or who are in no area of the level that is given out.
    pub homeless: f64,
    /// Places of which the file does not say how many live there.
    pub uncounted: usize,
    /// Facilities whose capacity is not known: they are taken to have none.
    pub no_capacity: usize,
    /// Of these, facilities with a negative one.
    pub negative: usize,
    /// Facilities of which nobody knows what it costs to get there: no one reaches them.
    pub no_place: usize,
    /// Facilities of which it is not known whether they meet the conditions.
    pub unsure: usize,
}

/// An allocation problem, and what its positions stand for.
#[derive(Debug)]
pub struct Task {
    /// The cost for one person in the unit of the study's costs, by place and facility.
    pub offers: Offers,
    /// In millionths of a person.
    pub demand: Vec<u64>,
    /// Likewise; 0 where it is not known.
    pub capacity: Vec<u64>,
    /// What the demands are.
    pub places: Vec<PlaceRow>,
    /// What the sites are.
    pub sites: Vec<SiteRow>,
    /// Who and what is not in it.
    pub left_out: LeftOut,
}

/// Why there is nothing to allocate.
#[derive(Clone, Debug, PartialEq)]
pub enum NoTask {
    /// The service has no facility that meets the conditions.
    NoFacility,
    /// No facility says how many it holds; how many there are, and how many give a negative number.
    NoCapacity {
        /// All.
        n: usize,
        /// Of these negative.
        negative: usize,
    },
    /// All that say it hold nobody.
    AllFull,
    /// There is no person of the group of whom it is known what it costs from where they are.
    NoDemand,
    /// There are more pairs of a place and a facility than [`MOST_PAIRS`].
    TooManyPairs,
    /// More persons than live on earth.
    TooManyPersons,
}

/// Pairs of a place and a facility are not more than this: some 100 bytes each.
pub const MOST_PAIRS: usize = 20_000_000;

/// Costs of points that are summed up for areas: no more than this.
const MOST_COSTS: usize = 1_000_000_000;

/// A person, in the unit of amounts.
const PERSON: f64 = 1e6;

/// Persons as an amount.
pub fn amount(persons: f64) -> u64 {
    (persons * PERSON).round() as u64
}

/// An amount as persons.
pub fn persons(amount: u64) -> f64 {
    amount as f64 / PERSON
}

/// The travel costs that an allocation needs.
pub fn travel(world: &World, ask: &Ask<'_>) -> TravelMatrix {
    // Points ask for catchments within the limit only; areas for the mean of all their points.
    let limit = ask.limit.filter(|_| ask.areas.is_none());
    TravelMatrix::compute(world, &limit.map(|limit| (ask.service, limit)).into_iter().collect::<Limits>())
}

/// The problem that a study holds.
///
/// # Errors
/// [`NoTask`].
pub fn task(world: &World, travel: &TravelMatrix, ask: &Ask<'_>) -> Result<Task, NoTask> {
    let mut left_out = LeftOut::default();
    let sites = sites(world, travel, ask, &mut left_out)?;
    let (rows, weights) = match ask.areas {
        None => points(world, travel, ask, &mut left_out),
        Some(level) => areas(world, travel, (ask, level), &mut left_out),
    };
    let total: f64 = weights.iter().map(|weight| weight.persons).sum();
    if total <= 0.0 {
        return Err(NoTask::NoDemand);
    }
    // No more than the whole world, so that sums of millionths stay whole numbers.
    if 1e12 < total {
        return Err(NoTask::TooManyPersons);
    }
    let offers = match ask.areas {
        None => of_points(travel, ask, &sites, &rows)?,
        Some(_) => of_areas(travel, ask, &sites, &weights)?,
    };
    let most = amount(total);
    Ok(Task {
        offers: Offers::new(rows.len(), sites.len(), &offers),
        demand: weights.iter().map(|weight| amount(weight.persons)).collect(),
        // More than everyone is as good as everyone.
        capacity: sites.iter().map(|site| site.capacity.map_or(0, amount).min(most)).collect(),
        places: rows,
        sites,
        left_out,
    })
}

fn sites(world: &World, travel: &TravelMatrix, ask: &Ask<'_>, left_out: &mut LeftOut) -> Result<Vec<SiteRow>, NoTask> {
    let case = Case { world, travel, detail: Detail::Figures };
    let key = &world.facilities.services()[ask.service].key;
    let selection = case.select(key, ask.conditions).map_err(|_| NoTask::NoFacility)?;
    let capacities = case.amounts(ask.capacity);
    let column = world.facilities.attribute(ask.capacity);
    let is_negative = |facility: &FacilityId| {
        column.and_then(|column| column.number(facility.index())).is_some_and(|capacity| capacity < 0.0)
    };
    let row = |&facility: &FacilityId| SiteRow { facility, capacity: capacities.of(facility) };
    let sites: Vec<SiteRow> = selection.yes.iter().map(row).collect();
    left_out.unsure = selection.maybe.len();
    left_out.no_capacity = sites.iter().filter(|site| site.capacity.is_none()).count();
    left_out.negative = selection.yes.iter().filter(|facility| is_negative(facility)).count();
    left_out.no_place = sites.iter().filter(|site| !travel.knows_facility(site.facility)).count();
    match sites.len() {
        0 => Err(NoTask::NoFacility),
        n if n == left_out.no_capacity => Err(NoTask::NoCapacity { n, negative: left_out.negative }),
        _ if sites.iter().all(|site| amount(site.capacity.unwrap_or(0.0)) == 0) => Err(NoTask::AllFull),
        _ => Ok(sites),
    }
}

/// The persons of a place, and the points they live at.
struct Weight {
    persons: f64,
    points: Vec<(PointId, f64)>,
}

/// Every point with persons, from which it is known what it costs.
fn points(world: &World, travel: &TravelMatrix, ask: &Ask<'_>, left_out: &mut LeftOut) -> (Vec<PlaceRow>, Vec<Weight>) {
    let people = &world.people;
    let mut n_of_label: HashMap<&str, usize> = HashMap::new();
    let code = |point: PointId| people.areas[point].map(|area| world.areas[area].code.as_str());
    for point in people.places.ids() {
        *n_of_label.entry(code(point).unwrap_or("")).or_default() += 1;
    }
    let (mut rows, mut weights) = (Vec::new(), Vec::new());
    for point in people.places.ids() {
        match (people.persons(ask.group, point), travel.knows_point(point)) {
            (None, _) => left_out.uncounted += 1,
            (Some(persons), false) => left_out.homeless += persons.max(0.0),
            (Some(persons), true) if 0.0 < persons => {
                let n = point.index() + 1;
                let label = match code(point) {
                    Some(code) if n_of_label[code] == 1 => code.to_owned(),
                    Some(code) => format!("{code} #{n}"),
                    None => format!("#{n}"),
                };
                rows.push(PlaceRow { label, area: people.areas[point], point: Some(point) });
                weights.push(Weight { persons, points: Vec::new() });
            }
            _ => {}
        }
    }
    (rows, weights)
}

/// Every area of a level, with or without persons; those of which someone is not counted are left out.
fn areas(
    world: &World,
    travel: &TravelMatrix,
    (ask, level): (&Ask<'_>, LevelId),
    left_out: &mut LeftOut,
) -> (Vec<PlaceRow>, Vec<Weight>) {
    let people = &world.people;
    let ids = world.areas.at_level(level);
    let position: BTreeMap<AreaId, usize> = ids.iter().enumerate().map(|(at, &id)| (id, at)).collect();
    let mut weights: Vec<Weight> = ids.iter().map(|_| Weight { persons: 0.0, points: Vec::new() }).collect();
    let mut is_counted = vec![true; ids.len()];
    for point in people.places.ids() {
        let holder = people.areas[point].and_then(|area| world.areas.ancestor(area, level));
        let at = holder.and_then(|holder| position.get(&holder).copied());
        match (at, people.persons(ask.group, point)) {
            (Some(at), None) => is_counted[at] = false,
            (None, None) => left_out.uncounted += 1,
            (Some(at), Some(persons)) if travel.knows_point(point) && 0.0 < persons => {
                weights[at].persons += persons;
                weights[at].points.push((point, persons));
            }
            (_, Some(persons)) => left_out.homeless += persons.max(0.0),
        }
    }
    left_out.uncounted += is_counted.iter().filter(|counted| !**counted).count();
    let row = |&id: &AreaId| PlaceRow { label: world.areas[id].code.clone(), area: Some(id), point: None };
    let all = ids.iter().map(row).zip(weights).zip(is_counted);
    all.filter(|(_, counted)| *counted).map(|(pair, _)| pair).unzip()
}

fn of_points(travel: &TravelMatrix, ask: &Ask<'_>, sites: &[SiteRow], rows: &[PlaceRow]) -> Result<Vec<Offer>, NoTask> {
    let mut offers = Vec::new();
    let offer = |demand: usize, site: usize, cost: f64| Offer { demand: demand as u32, site: site as u32, cost };
    let position: HashMap<PointId, usize> =
        rows.iter().enumerate().filter_map(|(at, row)| Some((row.point?, at))).collect();
    if ask.limit.is_none() && MOST_PAIRS < rows.len().saturating_mul(sites.len()) {
        return Err(NoTask::TooManyPairs);
    }
    for (at, site) in sites.iter().enumerate() {
        match ask.limit {
            Some(limit) => {
                let near = travel.catchment(site.facility).iter().filter(|&(_, cost)| cost <= limit.get());
                offers.extend(near.filter_map(|(point, cost)| Some(offer(*position.get(&point)?, at, cost))));
            }
            None => {
                let cost = travel.to_facility(site.facility);
                let costs = rows.iter().enumerate().filter_map(|(n, row)| Some((n, cost(row.point?)?)));
                offers.extend(costs.map(|(n, cost)| offer(n, at, cost.get())));
            }
        }
        if MOST_PAIRS < offers.len() {
            return Err(NoTask::TooManyPairs);
        }
    }
    Ok(offers)
}

/// The mean cost over the persons of each area.
fn of_areas(travel: &TravelMatrix, ask: &Ask<'_>, sites: &[SiteRow], weights: &[Weight]) -> Result<Vec<Offer>, NoTask> {
    let n_points: usize = weights.iter().map(|weight| weight.points.len()).sum();
    let n_costs = n_points.saturating_mul(sites.len());
    if MOST_PAIRS < weights.len().saturating_mul(sites.len()) || MOST_COSTS < n_costs {
        return Err(NoTask::TooManyPairs);
    }
    let mut offers = Vec::new();
    for (at, site) in sites.iter().enumerate() {
        if !travel.knows_facility(site.facility) {
            continue;
        }
        let cost = travel.to_facility(site.facility);
        for (place, weight) in weights.iter().enumerate().filter(|(_, weight)| 0.0 < weight.persons) {
            // Someone who cannot get there keeps all the others of the place from it.
            let sum: Option<f64> =
                weight.points.iter().map(|&(point, persons)| Some(persons * cost(point)?.get())).sum();
            let mean = sum.map(|sum| sum / weight.persons);
            let near = mean.filter(|mean| ask.limit.is_none_or(|limit| *mean <= limit.get()));
            offers.extend(near.map(|cost| Offer { demand: place as u32, site: at as u32, cost }));
        }
    }
    Ok(offers)
}

/// Which areas have no boundary, by position among the places.
pub fn without_boundary(world: &World, task: &Task) -> Vec<usize> {
    let has_none = |row: &PlaceRow| row.area.is_none_or(|area| world.areas[area].boundary.polygon().is_none());
    task.places.iter().enumerate().filter(|(_, row)| has_none(row)).map(|(at, _)| at).collect()
}

/// What the areas of a task lie on: which share a boundary, and which holds each facility.
pub fn ground(world: &World, task: &Task, level: LevelId) -> Ground {
    let polygons: Vec<_> =
        task.places.iter().map(|row| row.area.and_then(|area| world.areas[area].boundary.polygon())).collect();
    let position: HashMap<AreaId, u32> =
        (0..).zip(&task.places).filter_map(|(at, row)| Some((row.area?, at))).collect();
    let home = |site: &SiteRow| {
        let holder = world.areas.ancestor(world.facilities[site.facility].area?, level)?;
        position.get(&holder).copied()
    };
    Ground { neighbours: neighbours(&polygons), homes: task.sites.iter().map(home).collect() }
}

/// Where people are today.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Current {
    /// The facility of each place, if it has one at which it is known that someone can stay.
    pub site_of: Vec<Option<u32>>,
    /// Places whose facility says that it serves them.
    pub n_declared: usize,
    /// Places for which the nearest facility stands.
    pub n_nearest: usize,
    /// Of these, those of which it is not known whether anyone can stay.
    pub unsure: Unsure,
}

/// Those whose facility of today has no known capacity, or cannot be reached from there within what is asked.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Unsure {
    /// Places.
    pub places: usize,
    /// How much lives there.
    pub amount: u64,
    /// The facilities, ascending.
    pub sites: BTreeSet<u32>,
}

/// Where people are today: at the facility that says it serves their area (the lowest area that any names, and of several
/// facilities the nearest), else at the nearest. A facility whose capacity is not known is someone's, too; one that is
/// known to hold nobody is so only if it says whom it serves.
pub fn current(world: &World, task: &Task) -> Current {
    let mut served: HashMap<AreaId, Vec<u32>> = HashMap::new();
    for (at, site) in (0..).zip(&task.sites) {
        let listed = world.facilities.serves(site.facility);
        // Who names the areas it serves serves its own, too.
        let own = world.facilities[site.facility].area.filter(|_| !listed.is_empty());
        for &area in listed.iter().chain(&own) {
            let sites = served.entry(area).or_default();
            if sites.last() != Some(&at) {
                sites.push(at);
            }
        }
    }
    let mut current = Current { site_of: vec![None; task.places.len()], ..Current::default() };
    for (place, row) in task.places.iter().enumerate().filter(|&(place, _)| 0 < task.demand[place]) {
        let offered = task.offers.of(place).0;
        let holders: Vec<AreaId> = row.area.map(|area| world.areas.chain(area).collect()).unwrap_or_default();
        let named = holders.iter().rev().find_map(|holder| served.get(holder)).and_then(|sites| {
            let nearest = offered.iter().copied().find(|site| sites.contains(site));
            nearest.or(sites.first().copied())
        });
        let is_no_one = |site: u32| task.sites[site as usize].capacity.is_some() && task.capacity[site as usize] == 0;
        let nearest = || offered.iter().copied().find(|&site| !is_no_one(site));
        let Some(site) = named.or_else(nearest) else { continue };
        match named {
            Some(_) => current.n_declared += 1,
            None => current.n_nearest += 1,
        }
        if task.sites[site as usize].capacity.is_some() && offered.contains(&site) {
            current.site_of[place] = Some(site);
        } else {
            current.unsure.places += 1;
            current.unsure.amount += task.demand[place];
            current.unsure.sites.insert(site);
        }
    }
    current
}

/// The least amount that is a share of another: rounded up, but for the noise of doubles.
pub fn share_of(amount: u64, share: f64) -> u64 {
    (amount as f64 * share * (1.0 - 4.0 * f64::EPSILON)).ceil() as u64
}

/// How much of each place must stay so that the share does: of whole persons a whole number, rounded up.
pub fn staying(task: &Task, current: &Current, share: f64) -> Vec<Option<(u32, u64)>> {
    let person = PERSON as u64;
    let amounts = task.demand.iter().zip(&current.site_of);
    amounts
        .map(|(&demand, site)| {
            let least = share_of(demand, share);
            let least = if demand.is_multiple_of(person) { least.div_ceil(person) * person } else { least };
            site.map(|site| (site, least.min(demand)))
        })
        .collect()
}

/// What comes to a facility, and what would if everyone went to the nearest.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Load {
    /// Given to it.
    pub amount: u64,
    /// Of those for whom it is the nearest.
    pub nearest: u64,
    /// Where those for whom it is the nearest go instead, most first.
    pub elsewhere: Vec<(u32, u64)>,
    /// Of those for whom it is the nearest, without a place anywhere.
    pub unserved: u64,
}

/// What comes to each facility.
pub fn loads(task: &Task, flows: &[Flow]) -> Vec<Load> {
    let mut loads = vec![Load::default(); task.sites.len()];
    let mut elsewhere: Vec<BTreeMap<u32, u64>> = vec![BTreeMap::new(); task.sites.len()];
    let nearest = |place: usize| task.offers.of(place).0.first().copied();
    for (place, &amount) in task.demand.iter().enumerate() {
        if let Some(site) = nearest(place) {
            loads[site as usize].nearest += amount;
            loads[site as usize].unserved += amount;
        }
    }
    for flow in flows {
        loads[flow.site as usize].amount += flow.amount;
        let Some(home) = nearest(flow.demand as usize) else { continue };
        loads[home as usize].unserved -= flow.amount;
        if home != flow.site {
            *elsewhere[home as usize].entry(flow.site).or_default() += flow.amount;
        }
    }
    for (load, elsewhere) in loads.iter_mut().zip(elsewhere) {
        load.elsewhere = elsewhere.into_iter().collect();
        load.elsewhere.sort_by_key(|&(site, amount)| (std::cmp::Reverse(amount), site));
    }
    loads
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::sketch::Sketch;
    use crate::space::travel::with_straight_lines;
    use crate::units::CostUnit;

    // A(100) and A again(20) --1 km-- school S(50)    B(30) --800 m-- school T(no capacity)      C(?)
    fn world() -> World {
        Sketch::new(&["street"])
            .area("street", "A", None, Some((0.0, 0.0)), &[])
            .area("street", "B", None, Some((5.0, 0.0)), &[])
            .area("street", "C", None, Some((9.0, 0.0)), &[])
            .people(Some("A"), Some((0.0, 0.0)), &[("pupils", 100.0)])
            .people(Some("A"), Some((0.0, 1.0)), &[("pupils", 20.0)])
            .people(Some("B"), Some((5.0, 0.0)), &[("pupils", 30.0)])
            .people(Some("C"), Some((9.0, 0.0)), &[("residents", 30.0)])
            .people(None, None, &[("pupils", 7.0)])
            .facility("school", "S", Some("A"), Some((1.0, 0.0)), &[("capacity", "50")])
            .facility("school", "T", Some("B"), Some((4.2, 0.0)), &[("capacity", "")])
            .facility("school", "U", Some("B"), Some((6.0, 0.0)), &[("capacity", "70.5")])
            .serving(&["A"])
            .facility("school", "V", Some("B"), None, &[("capacity", "-3")])
            .world()
    }

    fn ask(world: &World, conditions: &'static Where, areas: Option<&str>) -> Ask<'static> {
        Ask {
            service: world.facilities.service("school").unwrap(),
            conditions,
            capacity: "capacity",
            group: world.people.group("pupils").unwrap(),
            limit: None,
            areas: areas.and_then(|level| world.areas.level(level)),
        }
    }

    static ANY: Where = Where::new();

    fn solved(world: &World, ask: &Ask<'_>) -> Result<Task, NoTask> {
        task(world, &travel(world, ask), ask)
    }

    #[test]
    fn points_are_places_and_what_is_not_known_is_said() {
        let world = world();
        let task = solved(&world, &ask(&world, &ANY, None)).unwrap();
        let labels: Vec<&str> = task.places.iter().map(|place| place.label.as_str()).collect();
        assert_eq!(labels, ["A #1", "A #2", "B"]);
        assert_eq!(task.demand, [100_000_000, 20_000_000, 30_000_000]);
        assert_eq!(task.capacity, [50_000_000, 0, 70_500_000, 0]);
        assert_eq!(
            task.left_out,
            LeftOut { homeless: 7.0, uncounted: 1, no_capacity: 2, negative: 1, no_place: 1, unsure: 0 }
        );
        assert_eq!(task.offers.of(0).0, [0, 1, 2]);
        let near = Ask { limit: Cost::new(1500.0, CostUnit::Metres), ..ask(&world, &ANY, None) };
        let task = solved(&world, &near).unwrap();
        assert_eq!((task.offers.of(0).0, task.offers.of(2).0), (&[0][..], &[1, 2][..]));
    }

    // Straight lines listed pair by pair make the same problem as straight lines; what the table does not name is out.
    #[test]
    fn a_table_of_costs_takes_the_place_of_straight_lines() {
        let by_lines = world();
        let by_table = with_straight_lines(&by_lines);
        for (areas, limit) in
            [(None, None), (None, Some(3000.0)), (Some("street"), None), (Some("street"), Some(3000.0))]
        {
            let limit = limit.and_then(|limit| Cost::new(limit, CostUnit::Metres));
            let [lines, table] =
                [&by_lines, &by_table].map(|world| solved(world, &Ask { limit, ..ask(world, &ANY, areas) }).unwrap());
            assert_eq!(
                (&lines.places, &lines.demand, &lines.capacity),
                (&table.places, &table.demand, &table.capacity)
            );
            assert_eq!(lines.left_out, table.left_out);
            for place in 0..lines.places.len() {
                assert_eq!(lines.offers.of(place), table.offers.of(place));
            }
        }
    }

    #[test]
    fn an_area_costs_the_mean_of_its_people() {
        let world = world();
        let task = solved(&world, &ask(&world, &ANY, Some("street"))).unwrap();
        let labels: Vec<&str> = task.places.iter().map(|place| place.label.as_str()).collect();
        // Nobody knows how many live in C.
        assert_eq!((labels, &task.demand[..]), (vec!["A", "B"], &[120_000_000, 30_000_000][..]));
        let (sites, costs) = task.offers.of(0);
        assert_eq!(sites[0], 0);
        let expected = (100.0 * 1000.0 + 20.0 * 2_f64.sqrt() * 1000.0) / 120.0;
        assert!((costs[0] - expected).abs() < 3.0, "{costs:?} {expected}");
    }

    #[test]
    fn who_is_served_by_name_is_there_today_and_others_at_the_nearest_with_room() {
        let world = world();
        let task = solved(&world, &ask(&world, &ANY, None)).unwrap();
        let current = current(&world, &task);
        // U names A; its own area B is served, too, before T, which holds nobody.
        assert_eq!(current.site_of, [Some(2), Some(2), Some(2)]);
        assert_eq!((current.n_declared, current.n_nearest), (3, 0));
        assert_eq!(staying(&task, &current, 0.333)[..2], [Some((2, 34_000_000)), Some((2, 7_000_000))]);
    }

    // A(40) is served by T, of unknown capacity, though S is nearer; B(30) by U, which holds nobody; nearest to C(20) is T.
    #[test]
    fn whose_facility_has_no_known_capacity_is_not_said_to_stay() {
        let world = |capacity: &str| {
            Sketch::new(&["street"])
                .area("street", "A", None, Some((0.0, 0.0)), &[])
                .area("street", "B", None, Some((5.0, 0.0)), &[])
                .area("street", "C", None, Some((9.0, 0.0)), &[])
                .people(Some("A"), Some((0.0, 0.0)), &[("pupils", 40.0)])
                .people(Some("B"), Some((5.0, 0.0)), &[("pupils", 30.0)])
                .people(Some("C"), Some((9.0, 0.0)), &[("pupils", 20.0)])
                .facility("school", "S", None, Some((1.0, 0.0)), &[("capacity", "50")])
                .facility("school", "T", None, Some((8.0, 0.0)), &[("capacity", capacity)])
                .serving(&["A"])
                .facility("school", "U", None, Some((9.0, 0.1)), &[("capacity", "0")])
                .serving(&["B"])
                .world()
        };
        let today = |capacity: &str, limit: Option<f64>| {
            let world = world(capacity);
            let limit = limit.and_then(|limit| Cost::new(limit, CostUnit::Metres));
            current(&world, &solved(&world, &Ask { limit, ..ask(&world, &ANY, None) }).unwrap())
        };
        let unknown = today("", None);
        assert_eq!((&unknown.site_of[..], unknown.n_declared, unknown.n_nearest), (&[None, Some(2), None][..], 2, 1));
        assert_eq!(unknown.unsure, Unsure { places: 2, amount: 60_000_000, sites: [1].into() });
        let known = today("10", None);
        assert_eq!((known.site_of, known.unsure), (vec![Some(1), Some(2), Some(1)], Unsure::default()));
        // T is beyond the limit from A: nobody stays at S instead, who was never there.
        let near = today("10", Some(5000.0));
        assert_eq!((near.site_of, near.unsure.amount), (vec![None, Some(2), Some(1)], 40_000_000));
    }

    // 0.55 times 100 is a little more than 55 in doubles.
    #[test]
    fn a_share_of_whole_persons_is_no_more_than_it_says() {
        for percent in 0..=100_u32 {
            let share = f64::from(percent) / 100.0;
            assert_eq!(share_of(amount(100.0), share), amount(f64::from(percent)));
        }
        assert_eq!(share_of(amount(632.0), 0.481), amount(303.992));
    }

    #[test]
    fn where_nothing_can_be_given_out_it_is_said_why() {
        let world = |capacity: &str, pupils: f64| {
            Sketch::new(&["street"])
                .people(None, Some((0.0, 0.0)), &[("pupils", pupils)])
                .service("school")
                .facility("school", "S", None, Some((1.0, 0.0)), &[("capacity", capacity)])
                .world()
        };
        let why = |capacity: &str, pupils: f64| {
            let world = world(capacity, pupils);
            solved(&world, &ask(&world, &ANY, None)).err()
        };
        assert_eq!(why("", 1.0), Some(NoTask::NoCapacity { n: 1, negative: 0 }));
        assert_eq!(why("-1", 1.0), Some(NoTask::NoCapacity { n: 1, negative: 1 }));
        assert_eq!(why("0", 1.0), Some(NoTask::AllFull));
        assert_eq!(why("5", 0.0), Some(NoTask::NoDemand));
        assert_eq!(why("5", 1e13), Some(NoTask::TooManyPersons));
        assert_eq!(why("1e300", 1.0), None);
    }
}
