//! Seats: there is a place for each person.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;
use toml::Spanned;

use super::decide::{Decide, Standard, more_than_all, no_areas_to_decide, whole_units};
use super::finding::{Evidence, Finding, Of, Reason, Remark, Subject, Threshold, Unit, Verdict};
use super::interval::Interval;
use super::per_capita::SupplyPerPerson;
use super::select::{Amounts, Selection, Tri, Where, attribute_names};
use super::tally::{Amount, ByArea, Tally, demand, supply};
use super::{Case, Kind, Mistake, Name, Noun, Surplus};
use crate::access::assignment::{Assignment, Pair, assign, ones, thousandths};
use crate::model::{AreaId, FacilityId, GroupId, LevelId, PointId};
use crate::units::{Cost, Share};

/// There is a place for each person of a group, or for a share of them, within a distance if one is given.
///
/// # What is judged
/// Without `within`: the places (`capacity`, summed over the facilities of `service` that meet `where`) are `at-least`
/// (default 100 %) of the persons of `group` or more. With `within`: as many persons as possible are given a place at
/// most so far away (in a straight line, or by the study's table of costs), no facility more than it has, and those with a place are `at-least` of all or
/// more. The share itself is enough, the distance itself is near enough. With `each`, every area of that level gets its
/// own verdict; `decide` says whether the promise is about the `whole` (the default) or about `each` area.
///
/// How many have a place in all does not depend on how places are given out. How they are split between areas does:
/// near ones are served first, and where someone must wait, those who can go farther make room; it is one of several
/// possible splits, and always the same one. Persons and places are counted to the thousandth.
///
/// # Observed, margin, shortfall
/// Observed: places for each person, or the share with a place, in all; with `decide = "each"` that of the area
/// farthest behind; where not all is known, the bound that decides. Margin: it less the limit. Shortfall: places
/// lacking, a whole number, the unknown counted as right. With `within`, a facility that is the nearest for more
/// persons than it has places is listed too: its places for each of them, how many of them have a place, there or
/// elsewhere, and the facilities that take the others, most first. No promise is made of a single facility, so these
/// decide nothing.
///
/// # Unknown
/// A facility with a missing attribute may count, a missing or negative capacity may be any, a facility without a place
/// may be near everyone, and people without a place near every facility (where a table gives the costs: one that it does
/// not name); people without a number or an area may be any
/// number, anywhere. There is a verdict only when they cannot change it; for areas with `within`, when it is the same
/// with and without them. Where there is no person of the group, there is nothing to judge. A level that the study does
/// not have gives no verdicts by area; with `decide = "each"` the whole is unknown.
///
/// # Example
/// ```toml
/// check.seats = { service = "school", where = { stage = "primary" }, capacity = "capacity", group = "primary-age", at-least = "100 %", each = "street", within = "3 km" }
/// ```
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Seats {
    /// The service.
    #[schemars(with = "String")]
    pub service: Spanned<String>,
    /// Which of its facilities, by their attributes.
    #[serde(default)]
    pub r#where: Where,
    /// The attribute that says how many places there are.
    #[schemars(with = "String")]
    pub capacity: Spanned<String>,
    /// The group of people.
    #[schemars(with = "String")]
    pub group: Spanned<String>,
    /// Met with this many places for each person and more; a place for each where the pack does not say.
    #[serde(default = "one_each")]
    #[schemars(with = "Share")]
    pub at_least: Spanned<Share>,
    /// A level whose areas get their own verdict.
    #[serde(default)]
    #[schemars(with = "Option<String>")]
    pub each: Option<Spanned<String>>,
    /// Whether the promise is about the whole or about each area.
    #[serde(default = "Decide::unsaid")]
    #[schemars(with = "Decide")]
    pub decide: Spanned<Decide>,
    /// A place must be this near and no farther, a distance or a time; without it places are only counted.
    #[serde(default)]
    pub within: Option<Cost>,
}

/// A place for each person.
fn one_each() -> Spanned<Share> {
    Spanned::new(0..0, Share::new(1.0).expect("1 is finite and not negative"))
}

impl Kind for Seats {
    fn names(&self) -> Vec<Name<'_>> {
        let mut names = vec![
            Name { noun: Noun::Service, word: &self.service },
            Name { noun: Noun::Attribute, word: &self.capacity },
            Name { noun: Noun::Group, word: &self.group },
        ];
        names.extend(attribute_names(&self.r#where));
        names.extend(self.each.iter().map(|word| Name { noun: Noun::Level, word }));
        names
    }

    fn group(&self) -> Option<&str> {
        Some(self.group.get_ref())
    }

    fn counts_persons(&self) -> bool {
        self.within.is_some()
    }

    fn travel(&self) -> Option<(&str, Cost)> {
        self.within.map(|within| (self.service.get_ref().as_str(), within))
    }

    fn mistakes(&self) -> Vec<Mistake> {
        // Only places that are merely counted can be more than there are persons.
        let share = self.within.and_then(|_| more_than_all(&self.at_least));
        share.into_iter().chain(no_areas_to_decide(&self.decide, self.each.as_ref())).collect()
    }

    fn assess(&self, case: &Case<'_>) -> Finding {
        self.judge(case).unwrap_or_else(|why| Finding::bare(Verdict::unknown(why)))
    }

    fn surpluses(&self, case: &Case<'_>) -> Option<Vec<Surplus>> {
        if self.within.is_some() {
            return None;
        }
        let decide = *self.decide.get_ref();
        let judge = || {
            let selection = case.select(self.service.get_ref(), &self.r#where)?;
            let group = case.group(self.group.get_ref())?;
            let each = case.each(self.each.as_ref(), decide)?;
            let capacities = case.amounts(self.capacity.get_ref());
            let standard = self.standard();
            Ok(counted(case, &standard, &selection, &capacities, group).surpluses(case, decide, each))
        };
        Some(judge().unwrap_or_else(|_: Reason| vec![Surplus::blocked()]))
    }
}

impl Seats {
    fn judge(&self, case: &Case<'_>) -> Result<Finding, Reason> {
        let decide = *self.decide.get_ref();
        let selection = case.select(self.service.get_ref(), &self.r#where)?;
        let group = case.group(self.group.get_ref())?;
        let each = case.each(self.each.as_ref(), decide)?;
        let capacities = case.amounts(self.capacity.get_ref());

        let standard = self.standard();
        let mut finding = match self.within {
            None => {
                let ratio = counted(case, &standard, &selection, &capacities, group);
                standard.finding(decide, ratio.whole(), ratio.areas(case, each))
            }
            Some(within) => {
                let market = Market::new(case, &selection, &capacities, group, case.limit(within)?);
                let seating = Seating::of(&market);
                let (areas, crowded) = rayon::join(
                    || each.map(|level| seating.areas(case, &market, &standard, level)).unwrap_or_default(),
                    || overcrowded(&market, &seating),
                );
                let mut finding = standard.finding(decide, seating.whole(&market, &standard), areas);
                finding.subjects.extend(crowded);
                // Where not all is known, the bounds say it.
                if seating.least == seating.most {
                    finding.remarks.push(Remark::Seated { seated: ones(seating.least), of: ones(market.total()) });
                }
                finding
            }
        };
        finding.remarks.extend(case.lacking(&self.r#where, selection.maybe.iter().copied()));
        finding.remarks.extend(capacities.lacking(selection.facilities()));
        Ok(finding)
    }

    fn standard(&self) -> Standard {
        Standard {
            threshold: Some(Threshold::AtLeast(self.at_least.get_ref().get())),
            unit: Unit::Share,
            shortfall_unit: Unit::Supply { service: self.service.get_ref().clone() },
        }
    }
}

/// Places for each person, wherever they are.
fn counted<'s>(
    case: &Case<'_>,
    standard: &'s Standard,
    selection: &Selection,
    capacities: &Amounts<'_>,
    group: GroupId,
) -> SupplyPerPerson<'s> {
    let (supply, demand) = (supply(case, selection, Some(capacities)), demand(case, group));
    SupplyPerPerson { standard, per: 1.0, is_whole: true, supply, demand }
}

/// Who needs a place and who has some, in thousandths; both in their near order, so that who shares schools is found
/// close by in memory.
struct Market<'c> {
    case: Case<'c>,
    /// In the unit of the costs.
    within: f64,
    /// Persons at each point, by its rank in [`TravelMatrix::near_points`]; `None` where the file does not say.
    ///
    /// [`TravelMatrix::near_points`]: crate::space::TravelMatrix::near_points
    persons: Vec<Option<u64>>,
    facilities: Vec<FacilityId>,
    /// How many of `facilities` surely meet the conditions: these come first.
    n_sure: usize,
    /// Places that each facility surely has.
    sure: Vec<u64>,
    /// Places that it may have at the most; as many as there are persons where nothing says.
    most: Vec<u64>,
    /// Whether the places of any facility are missing.
    is_unbounded: bool,
}

impl<'c> Market<'c> {
    fn new(case: &Case<'c>, selection: &Selection, capacities: &Amounts<'_>, group: GroupId, within: f64) -> Self {
        let (people, travel) = (&case.world.people, case.travel);
        let points = travel.near_points().ids();
        let persons: Vec<Option<u64>> =
            points.iter().map(|&point| people.persons(group, point).map(thousandths)).collect();
        let total: u64 = persons.iter().flatten().sum();
        let places = |facility: &FacilityId| capacities.of(*facility).map(thousandths);
        let in_near_order = |facilities: &[FacilityId]| {
            let mut facilities = facilities.to_vec();
            facilities.sort_unstable_by_key(|&facility| travel.near_facilities().rank(facility));
            facilities
        };
        let n_sure = selection.yes.len();
        let mut facilities = in_near_order(&selection.yes);
        facilities.extend(in_near_order(&selection.maybe));
        let sure = facilities.iter().enumerate().map(|(n, facility)| match n < n_sure {
            true => places(facility).unwrap_or(0),
            false => 0,
        });
        Self {
            case: *case,
            within,
            n_sure,
            sure: sure.collect(),
            most: facilities.iter().map(|facility| places(facility).unwrap_or(total)).collect(),
            is_unbounded: facilities.iter().any(|facility| places(facility).is_none()),
            persons,
            facilities,
        }
    }

    fn total(&self) -> u64 {
        self.persons.iter().flatten().sum()
    }

    /// Whether the number of persons is missing somewhere.
    fn is_uncounted(&self) -> bool {
        self.persons.contains(&None)
    }

    fn has_place(&self, point: usize) -> bool {
        self.case.travel.knows_point(self.case.travel.near_points().ids()[point])
    }

    fn all_places(&self) -> u64 {
        self.most.iter().sum()
    }

    /// Places that may be anywhere.
    fn unplaced(&self) -> u64 {
        let without = self.facilities.iter().zip(&self.most);
        let without = without.filter(|&(&facility, _)| !self.case.travel.knows_facility(facility));
        without.map(|(_, &most)| most).sum()
    }

    /// The rank of each point within the distance of a facility, with the cost.
    fn near(&self, facility: usize) -> impl Iterator<Item = (usize, f64)> {
        let limit = self.within;
        let catchment = self.case.travel.catchment(self.facilities[facility]).iter();
        let points = self.case.travel.near_points();
        catchment.filter(move |&(_, cost)| cost <= limit).map(|(point, cost)| (points.rank(point), cost))
    }

    fn assign(&self, demand: &[u64], supply: &[u64]) -> Assignment {
        let open = (0..supply.len()).filter(|&facility| 0 < supply[facility]);
        let pairs = open.flat_map(|facility| {
            let near = self.near(facility).filter(|&(point, _)| 0 < demand[point]);
            near.map(move |(point, cost)| Pair { demand: point as u32, supply: facility as u32, cost })
        });
        assign(demand, supply, pairs.collect())
    }
}

/// What people may be near without it showing in a catchment.
#[derive(Clone, Copy)]
enum Nearness {
    /// There is not one place.
    Nothing,
    /// People without a place may be near any facility.
    Placed,
    /// A facility without a place may be near anyone.
    Anywhere,
}

/// Who has a place: surely, and at the most.
struct Seating {
    /// With what is sure only.
    worst: Assignment,
    /// With all that may be; `None` where all is known.
    best: Option<Assignment>,
    /// How many persons of known number have a place, surely and at the most.
    least: u64,
    most: u64,
}

impl Seating {
    fn of(market: &Market<'_>) -> Self {
        // People of unknown number may be so many that they take everything near, or none at all.
        let sure: u64 = market.sure.iter().sum();
        let demand = |unknown: u64| -> Vec<u64> { market.persons.iter().map(|n| n.unwrap_or(unknown)).collect() };
        let is_known = market.sure == market.most && !market.is_uncounted();
        let (worst, best) = rayon::join(
            || market.assign(&demand(sure), &market.sure),
            || (!is_known).then(|| market.assign(&demand(0), &market.most)),
        );

        let counted = market.persons.iter().zip(worst.seated()).filter(|(persons, _)| persons.is_some());
        let least = counted.map(|(_, &seated)| seated).sum();
        let homeless = (0..market.persons.len()).filter(|&point| !market.has_place(point));
        let homeless: u64 = homeless.filter_map(|point| market.persons[point]).sum();
        let near = best.as_ref().unwrap_or(&worst).total().max(least);
        let most = (near + homeless + market.unplaced()).min(market.total()).min(market.all_places());
        Self { worst, best, least, most }
    }

    /// The share of all with a place.
    fn share(&self, market: &Market<'_>) -> Option<Interval> {
        let total = market.total() as f64;
        let all_places = market.all_places();
        match (market.is_uncounted(), market.total()) {
            (false, 0) => None,
            (false, _) => Some(Interval { low: self.least as f64 / total, high: self.most as f64 / total }),
            (true, _) if market.is_unbounded => Some(Interval { low: 0.0, high: 1.0 }),
            (true, _) if all_places == 0 => Some(Interval::exactly(0.0)),
            (true, 0) => Some(Interval { low: 0.0, high: 1.0 }),
            // More people may come to where places are left: only the places bound the share.
            (true, _) => Some(Interval { low: 0.0, high: (all_places as f64 / total).min(1.0) }),
        }
    }

    fn whole(&self, market: &Market<'_>, standard: &Standard) -> Subject {
        // People of unknown number may take every place that is left.
        let most = if market.is_uncounted() { market.all_places() } else { self.most };
        let lacking = |limit: f64| whole_units(limit * ones(market.total()) - ones(most));
        let evidence = Evidence {
            counted: Some(ones(self.least)),
            of: Some(ones(market.total())),
            unknown: Some(ones(self.most - self.least)).filter(|&unknown| 0.0 < unknown),
            ..Evidence::default()
        };
        standard.subject(Of::Whole, self.share(market), lacking, evidence)
    }

    /// Persons with a place, without one and perhaps with one, at one point.
    fn tally(&self, market: &Market<'_>, nearness: Nearness, point: usize) -> Tally {
        let Some(persons) = market.persons[point] else { return Tally::of(Tri::Unknown, None) };
        let in_worst = self.worst.seated()[point];
        let in_best = self.best.as_ref().map_or(in_worst, |best| best.seated()[point]);
        let least = in_worst.min(in_best);
        let may_be_near = match nearness {
            Nearness::Nothing => false,
            Nearness::Placed => !market.has_place(point),
            Nearness::Anywhere => true,
        };
        let most = if may_be_near { persons } else { in_worst.max(in_best) };
        let amount = |thousandths| Amount { sum: ones(thousandths), unweighed: 0 };
        Tally { yes: amount(least), no: amount(persons - most), unknown: amount(most - least), items: 1 }
    }

    fn areas(&self, case: &Case<'_>, market: &Market<'_>, standard: &Standard, level: LevelId) -> Vec<Subject> {
        let (areas, people) = (&case.world.areas, &case.world.people);
        let nearness = match (market.all_places(), market.unplaced()) {
            (0, _) => Nearness::Nothing,
            (_, 0) => Nearness::Placed,
            _ => Nearness::Anywhere,
        };
        let rank = |point: PointId| case.travel.near_points().rank(point);
        let items = people.places.ids().map(|point| (people.areas[point], self.tally(market, nearness, rank(point))));
        let tallies = ByArea::sort(areas, level, items);
        let subject = |&area: &AreaId| {
            let (known, floating) = (tallies.known(area), tallies.floating(area));
            let (best, all) = known.best(&floating);
            let unknown = known.unknown.sum + floating.yes.sum + floating.no.sum + floating.unknown.sum;
            let evidence = Evidence {
                counted: Some(known.yes.sum),
                of: Some(known.yes.sum + known.no.sum + known.unknown.sum),
                unknown: Some(unknown).filter(|&unknown| 0.0 < unknown),
                ..Evidence::default()
            };
            let lacking = |limit: f64| whole_units(limit * all - best);
            standard.subject(Of::Area(area), known.share(&floating), lacking, evidence)
        };
        areas.at_level(level).iter().map(subject).collect()
    }
}

/// Facilities that are the nearest for more persons than they have places, and where those persons go.
fn overcrowded(market: &Market<'_>, seating: &Seating) -> Vec<Subject> {
    let nearest = nearest(market);
    let mut needed = vec![0; market.n_sure];
    for (persons, facility) in market.persons.iter().zip(&nearest) {
        if let (Some(persons), Some(facility)) = (persons, facility) {
            needed[*facility] += persons;
        }
    }
    // By the nearest facility of those who go: how many places they are given, by facility.
    let mut given: BTreeMap<usize, BTreeMap<usize, u64>> = BTreeMap::new();
    for (pair, places) in seating.worst.iter() {
        let point = pair.demand as usize;
        if let (Some(_), Some(home)) = (market.persons[point], nearest[point])
            && market.sure[home] < needed[home]
        {
            *given.entry(home).or_default().entry(pair.supply as usize).or_default() += places;
        }
    }
    let has_capacity = |&home: &usize| market.sure[home] == market.most[home];
    let crowded = (0..market.n_sure).filter(|&home| market.sure[home] < needed[home]).filter(has_capacity);
    let mut crowded: Vec<usize> = crowded.collect();
    crowded.sort_unstable_by_key(|&home| market.facilities[home]);
    crowded
        .into_iter()
        .map(|home| {
            let mut elsewhere = given.remove(&home).unwrap_or_default();
            let seated: u64 = elsewhere.values().sum();
            elsewhere.remove(&home);
            let mut elsewhere: Vec<(usize, u64)> = elsewhere.into_iter().collect();
            elsewhere.sort_by_key(|&(facility, places)| (std::cmp::Reverse(places), market.facilities[facility]));
            elsewhere.truncate(Evidence::FACILITIES);
            let (had, needed) = (ones(market.sure[home]), ones(needed[home]));
            Subject {
                of: Of::Facility(market.facilities[home]),
                verdict: Verdict::NotCheckable { why: Reason::NoLimit },
                observed: Some(had / needed),
                shortfall: None,
                evidence: Evidence {
                    counted: Some(had),
                    of: Some(needed),
                    facilities: elsewhere.into_iter().map(|(facility, _)| market.facilities[facility]).collect(),
                    remarks: vec![Remark::Places { needed, had }, Remark::Seated { seated: ones(seated), of: needed }],
                    ..Evidence::default()
                },
            }
        })
        .collect()
}

/// The nearest facility that surely meets the conditions, for each point that has one within the distance.
fn nearest(market: &Market<'_>) -> Vec<Option<usize>> {
    let mut nearest: Vec<Option<(f64, usize)>> = vec![None; market.persons.len()];
    let id = |facility: usize| market.facilities[facility];
    for facility in 0..market.n_sure {
        for (point, cost) in market.near(facility) {
            // Of two as near the one with the lower id, in whatever order they stand.
            if nearest[point].is_none_or(|(least, other)| (cost, id(facility)) < (least, id(other))) {
                nearest[point] = Some((cost, facility));
            }
        }
    }
    nearest.into_iter().map(|found| found.map(|(_, facility)| facility)).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::model::sketch::Sketch;
    use crate::model::{Id, World};
    use crate::rules::{try_check, underlined};

    // P(100 children) --1 km-- school A(120 places) --1 km-- Q(60) --3 km-- school B(40)        P in street W, rest in E
    fn row() -> Sketch {
        Sketch::new(&["street"])
            .area("street", "W", None, Some((0.0, 0.0)), &[])
            .area("street", "E", None, Some((2.0, 0.0)), &[])
            .people(Some("W"), Some((0.0, 0.0)), &[("children", 100.0)])
            .people(Some("E"), Some((2.0, 0.0)), &[("children", 60.0)])
            .facility("school", "A", Some("W"), Some((1.0, 0.0)), &[("capacity", "120"), ("open", "true")])
            .facility("school", "B", Some("E"), Some((5.0, 0.0)), &[("capacity", "40"), ("open", "true")])
    }

    fn check(rest: &str, world: Sketch) -> Finding {
        let text = format!(
            r#"seats = {{ service = "school", where = {{ open = true }}, capacity = "capacity", group = "children"{rest} }}"#
        );
        try_check(&text, &world.world())
    }

    fn verdicts(finding: &Finding) -> Vec<&str> {
        finding.subjects.iter().map(|subject| subject.verdict.key()).collect()
    }

    #[test]
    fn a_place_for_each_is_enough_and_one_place_less_is_not() {
        let finding = check("", row());
        assert_eq!((finding.verdict, finding.margin.unwrap().value), (Verdict::Met, 0.0));
        let finding = check("", row().people(Some("E"), None, &[("children", 1.0)]));
        assert_eq!((finding.verdict, finding.shortfall), (Verdict::Unmet, Some(1.0)));
    }

    #[test]
    fn areas_are_judged_by_the_places_in_them() {
        let finding = check(r#", each = "street", decide = "each""#, row());
        assert_eq!(verdicts(&finding), ["met", "met", "unmet"]);
        assert_eq!((finding.verdict, finding.shortfall), (Verdict::Unmet, Some(20.0)));
        assert_eq!(finding.observed.unwrap().value, 40.0 / 60.0);
    }

    #[test]
    fn more_places_than_persons_can_be_asked_for_where_they_are_only_counted() {
        assert_eq!(check(r#", at-least = "110 %""#, row()).shortfall, Some(16.0));
    }

    #[test]
    fn within_a_distance_places_out_of_reach_do_not_help() {
        // 2 km: A alone, 120 of 160.
        let finding = check(r#", within = "2 km", at-least = "75 %", each = "street""#, row());
        assert_eq!((finding.verdict, finding.margin.unwrap().value), (Verdict::Met, 0.0));
        let finding = check(r#", within = "2 km", at-least = "76 %""#, row());
        // 76 % of 160 are 121.6: two places.
        assert_eq!((finding.verdict, finding.shortfall), (Verdict::Unmet, Some(2.0)));
        assert_eq!(finding.remarks, [Remark::Seated { seated: 120.0, of: 160.0 }]);
        let finding = check(r#", within = "3.1 km", each = "street", decide = "each""#, row());
        assert_eq!(verdicts(&finding)[..3], ["met", "met", "met"]);
    }

    #[test]
    fn the_distance_itself_is_near_enough_and_a_hair_less_is_not() {
        let world = row().world();
        let person = world.people.places[PointId::new(1)].unwrap();
        let school = world.facilities[FacilityId::new(1)].place.unwrap();
        let exact = crate::space::distance::metres(school, person);
        assert_eq!(check(&format!(r#", within = "{exact} m""#), row()).verdict, Verdict::Met);
        let finding = check(&format!(r#", within = "{} m""#, exact.next_down()), row());
        assert_eq!((finding.verdict, finding.shortfall), (Verdict::Unmet, Some(40.0)));
    }

    #[test]
    fn a_crowded_school_is_listed_with_where_the_others_go_and_decides_nothing() {
        let finding = check(r#", within = "3.1 km""#, row());
        assert_eq!(finding.verdict, Verdict::Met);
        let [_, school] = &finding.subjects[..] else { panic!("{:?}", finding.subjects) };
        assert_eq!(school.of, Of::Facility(FacilityId::new(0)));
        assert_eq!(school.verdict, Verdict::NotCheckable { why: Reason::NoLimit });
        assert_eq!(school.observed, Some(0.75));
        assert_eq!(school.evidence.facilities, [FacilityId::new(1)]);
        assert_eq!(
            school.evidence.remarks,
            [Remark::Places { needed: 160.0, had: 120.0 }, Remark::Seated { seated: 160.0, of: 160.0 }]
        );
    }

    #[test]
    fn what_may_count_leaves_open_only_what_it_can_change() {
        let within = r#", within = "2 km", at-least = "80 %", each = "street""#;
        let bounds = |finding: &Finding| match &finding.subjects[0].verdict {
            Verdict::Unknown { why: Reason::Undecided { low, high } } => (*low, *high),
            verdict => panic!("{verdict:?}"),
        };
        // A third school near Q: its standing, its capacity or its place are missing.
        let near = Some((2.5, 0.0));
        let finding = check(within, row().facility("school", "C", Some("E"), near, &[("capacity", "30")]));
        assert_eq!(bounds(&finding), (120.0 / 160.0, 150.0 / 160.0));
        let finding = check(within, row().facility("school", "C", Some("E"), near, &[("open", "true")]));
        assert_eq!(bounds(&finding), (120.0 / 160.0, 1.0));
        let placeless = row().facility("school", "C", Some("E"), None, &[("capacity", "30"), ("open", "true")]);
        assert_eq!(bounds(&check(within, placeless)), (120.0 / 160.0, 150.0 / 160.0));
        // People of unknown number, and people without a place.
        assert_eq!(bounds(&check(within, row().people(Some("E"), near, &[]))), (0.0, 1.0));
        let homeless = row().people(Some("E"), None, &[("children", 40.0)]);
        assert_eq!(bounds(&check(within, homeless)), (120.0 / 200.0, 160.0 / 200.0));
        // None of them can change this.
        let far = r#", within = "2 km", at-least = "100 %""#;
        let homeless = row().people(Some("E"), None, &[("children", 40.0)]);
        assert_eq!(check(far, homeless).verdict, Verdict::Unmet);
        let uncounted =
            Sketch::new(&["street"]).people(None, near, &[]).people(None, near, &[("children", 5.0)]).service("school");
        assert_eq!(check(far, uncounted).verdict, Verdict::Unmet);
    }

    #[test]
    fn people_of_unknown_number_may_all_fit_where_the_capacity_is_unknown_too() {
        let world = Sketch::new(&["street"])
            .people(None, Some((0.0, 0.0)), &[])
            .people(None, Some((9.0, 0.0)), &[("children", 0.0)])
            .facility("school", "A", None, Some((0.0, 0.0)), &[("open", "true")]);
        let finding = check(r#", within = "1 km""#, world);
        assert_eq!(finding.verdict, Verdict::unknown(Reason::Undecided { low: 0.0, high: 1.0 }));
    }

    #[test]
    fn counted_places_are_unknown_where_a_capacity_is_missing() {
        let world = || row().facility("school", "C", Some("E"), None, &[("open", "true")]);
        let finding = check(r#", at-least = "110 %", each = "street""#, world());
        assert_eq!(verdicts(&finding), ["unknown", "met", "unknown"]);
        assert_eq!(finding.remarks, [Remark::Lacks { attribute: "capacity".to_owned(), n_facilities: 1 }]);
        assert_eq!(check("", world()).verdict, Verdict::Met);
    }

    #[test]
    fn half_persons_are_seated_too() {
        let world = Sketch::new(&["street"]).people(None, Some((0.0, 0.0)), &[("children", 10.5)]).facility(
            "school",
            "A",
            None,
            Some((0.0, 0.0)),
            &[("capacity", "10.5"), ("open", "true")],
        );
        assert_eq!(check(r#", within = "1 km""#, world).verdict, Verdict::Met);
    }

    #[test]
    fn no_data_is_unknown_and_nobody_is_nothing_to_judge() {
        let text = r#"seats = { service = "school", capacity = "capacity", group = "pupils", within = "1 km" }"#;
        let verdict = try_check(text, &row().world()).verdict;
        assert_eq!(verdict, Verdict::unknown(Reason::NoGroup("pupils".to_owned())));
        let nobody = row().people(None, None, &[("pupils", 0.0)]).world();
        // All other points lack the number of pupils.
        assert_eq!(try_check(text, &nobody).verdict.key(), "unknown");
        let nobody = Sketch::new(&["street"]).people(None, None, &[("pupils", 0.0)]).service("school").world();
        assert_eq!(try_check(text, &nobody).verdict, Verdict::NotCheckable { why: Reason::NothingHere });
        let verdict = check(r#", each = "village", decide = "each""#, row()).verdict;
        assert_eq!(verdict, Verdict::unknown(Reason::NoLevel("village".to_owned())));
    }

    #[test]
    fn what_makes_no_sense_is_underlined() {
        let check = |rest| underlined(&format!(r#"seats = {{ service = "s", capacity = "c", group = "g", {rest} }}"#));
        assert_eq!(check(r#"at-least = "120 %", within = "1 km""#), [r#""120 %""#]);
        assert_eq!(check(r#"at-least = "120 %""#), [""; 0]);
        assert_eq!(check(r#"decide = "each""#), [r#""each""#]);
    }

    type Point = (Option<u8>, Option<u8>);
    type School = (Option<bool>, Option<u8>, Option<u8>);

    fn random_world(people: &[Point], schools: &[School]) -> World {
        let km = |east: Option<u8>| east.map(|east| (f64::from(east), 0.0));
        let mut sketch = Sketch::new(&["street"]).people(None, Some((0.0, 0.0)), &[("children", 0.0)]);
        for &(persons, east) in people {
            let persons: Vec<(&str, f64)> = persons.iter().map(|&n| ("children", f64::from(n))).collect();
            sketch = sketch.people(None, km(east), &persons);
        }
        for (i, &(open, capacity, east)) in schools.iter().enumerate() {
            let cells =
                [("open", open.map(|open| open.to_string())), ("capacity", capacity.map(|places| places.to_string()))];
            let cells: Vec<(&str, &str)> =
                cells.iter().filter_map(|(key, cell)| Some((*key, cell.as_deref()?))).collect();
            sketch = sketch.facility("school", &i.to_string(), None, km(east), &cells);
        }
        sketch.service("school").world()
    }

    proptest! {
        #[test]
        fn what_was_said_of_the_whole_holds_however_the_unknown_turns_out(
            people in prop::collection::vec((0..5_u8, 0..6_u8), 0..5),
            schools in prop::collection::vec((any::<bool>(), 0..6_u8, 0..6_u8), 0..4),
            hidden in prop::collection::vec(prop::array::uniform3(prop::bool::weighted(0.3)), 9),
            within in 0..3_u8, limit in 0..=10_u8,
        ) {
            let all = (
                people.iter().map(|&(n, east)| (Some(n), Some(east))).collect::<Vec<Point>>(),
                schools.iter().map(|&(open, n, east)| (Some(open), Some(n), Some(east))).collect::<Vec<School>>(),
            );
            let hide = |value: Option<u8>, hide: bool| value.filter(|_| !hide);
            let some = (
                all.0.iter().zip(&hidden).map(|(&(n, east), h)| (hide(n, h[0]), hide(east, h[1]))).collect::<Vec<_>>(),
                all.1.iter().zip(&hidden[5..])
                    .map(|(&(open, n, east), h)| (open.filter(|_| !h[0]), hide(n, h[1]), hide(east, h[2])))
                    .collect::<Vec<_>>(),
            );
            let text = format!(
                r#"seats = {{ service = "school", where = {{ open = true }}, capacity = "capacity", group = "children", within = "{within} km", at-least = "{} %" }}"#,
                u32::from(limit) * 10
            );
            let mut before = try_check(&text, &random_world(&some.0, &some.1));
            let mut after = try_check(&text, &random_world(&all.0, &all.1));
            before.subjects.truncate(1);
            after.subjects.truncate(1);
            crate::rules::assert_agrees(&before, &after);
        }
    }
}
