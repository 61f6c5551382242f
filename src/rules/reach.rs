//! Reach: a share of the people has a facility within a distance.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use geo::Coord;
use schemars::JsonSchema;
use serde::Deserialize;
use toml::Spanned;

use super::decide::{Decide, Standard, more_than_all, no_areas_to_decide};
use super::finding::{Finding, Of, Reason, Subject, Threshold, Unit};
use super::parts::{self, ByParts, Kept, Roll, Rows, Swap, whole_and, whole_and_areas};
use super::select::{Selection, Tri, Where, attribute_names};
use super::tally::{ByArea, Item, Tally, evidence_of_share};
use super::{Case, Kind, Mistake, Name, Noun};
use crate::model::{AreaId, FacilityId, GroupId, PerArea, PerPoint, PointId};
use crate::space::margin::Margins;
use crate::units::{Cost, Share};

/// A share of the people of a group has a facility within a distance in a straight line, or within a distance or a time of
/// the study's table of costs.
///
/// # What is judged
/// Persons of `group` with a facility of `service` that meets `where` at most `within` away are `at-least` of all
/// persons of the group or more. The distance itself is near enough, the share itself is enough. With `each`, every
/// area of that level gets its own verdict: its persons count, wherever the facility that they reach is. `decide` says
/// whether the promise is about the `whole` (the default) or about `each` area. Without `at-least` the figures are given
/// and nothing is judged.
///
/// # Observed, margin, shortfall
/// Observed: the share in all, or with `decide = "each"` that of the area farthest behind; where not all is known, the
/// bound that decides. Margin: it less the limit. Shortfall: how many more persons must have a facility within the
/// distance, the unknown counted as having one. For an area that is not met the evidence names the nearest facility: measured from the
/// one point that stands for the area (the seat that its file gives, else where most of its people are counted), and so
/// it may be within the distance though people elsewhere in the area are farther away.
///
/// # Unknown
/// A facility with a missing attribute may cover those near it. One without a place may cover the people of the area it
/// belongs to and, where that has a boundary, all who live near enough to it; everyone where its area is missing too. People without a place may be near any facility that there
/// is, people without a number may be any number. Where a table gives the costs, those that it does not name are without
/// a place, and such a facility may cover everyone; a pair that it does not list is not within reach. A limit in another
/// unit than the costs of the study leaves all unknown. There is a verdict only when they cannot change it, else the bounds
/// are given. Where there is no person of the group, there is nothing to judge. A level that the study does not have
/// gives no verdicts by area; with `decide = "each"` the whole is unknown.
///
/// # Proxy
/// Where a study counts dwelling floor instead of people, the share is one of floor, and the shortfall is in square
/// metres. Every other kind that counts people is unknown then.
///
/// # Example
/// ```toml
/// check.reach = { service = "rehabilitation", group = "disabled", within = "5 km", at-least = "95 %", each = "street" }
/// ```
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Reach {
    /// The service.
    #[schemars(with = "String")]
    pub service: Spanned<String>,
    /// Which of its facilities, by their attributes.
    #[serde(default)]
    pub r#where: Where,
    /// The group of people.
    #[schemars(with = "String")]
    pub group: Spanned<String>,
    /// A facility this far away and no farther is within reach: a distance such as `"2 km"`, or a time such as `"15 min"`.
    pub within: Cost,
    /// Met with this share of the people and more; without it nothing is judged.
    #[serde(default)]
    #[schemars(with = "Option<Share>")]
    pub at_least: Option<Spanned<Share>>,
    /// A level whose areas get their own verdict.
    #[serde(default)]
    #[schemars(with = "Option<String>")]
    pub each: Option<Spanned<String>>,
    /// Whether the promise is about the whole or about each area.
    #[serde(default = "Decide::unsaid")]
    #[schemars(with = "Decide")]
    pub decide: Spanned<Decide>,
}

impl Kind for Reach {
    fn names(&self) -> Vec<Name<'_>> {
        let mut names =
            vec![Name { noun: Noun::Service, word: &self.service }, Name { noun: Noun::Group, word: &self.group }];
        names.extend(attribute_names(&self.r#where));
        names.extend(self.each.iter().map(|word| Name { noun: Noun::Level, word }));
        names
    }

    fn group(&self) -> Option<&str> {
        Some(self.group.get_ref())
    }

    fn counts_persons(&self) -> bool {
        true
    }

    fn travel(&self) -> Option<(&str, Cost)> {
        Some((self.service.get_ref(), self.within))
    }

    fn mistakes(&self) -> Vec<Mistake> {
        let decide = no_areas_to_decide(&self.decide, self.each.as_ref());
        self.at_least.as_ref().and_then(more_than_all).into_iter().chain(decide).collect()
    }

    fn facilities(&self) -> Option<(&str, &Where)> {
        Some((self.service.get_ref(), &self.r#where))
    }

    fn assess(&self, case: &Case<'_>) -> Finding {
        parts::assess(self, case)
    }

    fn keep(&self, case: &Case<'_>) -> Option<Box<dyn Kept>> {
        parts::keep(self, case)
    }
}

/// Who is covered, where.
#[derive(Clone)]
pub struct Books {
    standard: Arc<Standard>,
    selection: Arc<Selection>,
    group: GroupId,
    /// In the unit of the costs.
    within: f64,
    cover: Arc<Cover>,
    tallies: ByArea,
}

impl ByParts for Reach {
    type Books = Books;

    fn books(&self, case: &Case<'_>) -> Result<Books, Reason> {
        let people = &case.world.people;
        let selection = case.select(self.service.get_ref(), &self.r#where)?;
        let group = case.demand(self.group.get_ref())?;
        let each = case.each(self.each.as_ref(), *self.decide.get_ref())?;
        let within = case.limit(self.within)?;
        let standard = Standard {
            threshold: self.at_least.as_ref().map(|share| Threshold::AtLeast(share.get_ref().get())),
            unit: Unit::Share,
            shortfall_unit: case.demand_unit(),
        };
        let cover = Cover::of(case, &selection, within);
        let item = |point: PointId| item(case, group, point, cover.status(point));
        Ok(Books {
            standard: Arc::new(standard),
            group,
            within,
            tallies: ByArea::sort(&case.world.areas, each, people.places.ids().map(item)),
            selection: Arc::new(selection),
            cover: Arc::new(cover),
        })
    }

    fn all(&self, _case: &Case<'_>, books: &Books) -> Vec<Of> {
        whole_and_areas(&books.tallies)
    }

    fn subject(&self, case: &Case<'_>, books: &Books, of: &Of) -> Option<Subject> {
        let tallies = &books.tallies;
        match *of {
            Of::Whole => Some(whole(books)),
            Of::Area(area) => {
                let of = Of::Area(area);
                let mut subject = subject(&books.standard, of, &tallies.known(area), &tallies.floating(area));
                if subject.verdict.is_open() {
                    let sure = |facility: FacilityId| books.selection.is_sure(facility);
                    subject.evidence.nearest = case.nearest_to_area(area, books.selection.service, sure);
                }
                Some(subject)
            }
            _ => None,
        }
    }

    fn conclude(&self, _case: &Case<'_>, books: &Books, roll: &Roll) -> Finding {
        books.standard.finding(*self.decide.get_ref(), &whole(books), &roll.areas)
    }

    fn complete(&self, case: &Case<'_>, books: &Books, finding: &mut Finding) {
        finding.remarks.extend(case.lacking(&self.r#where, books.selection.maybe.iter().copied()));
    }

    fn replace(&self, case: &Case<'_>, books: &Books, swap: &Swap<'_>) -> Option<(Books, Vec<Of>)> {
        let (gone, new) = swap.of(case, self.service.get_ref(), &self.r#where);
        // A facility to which nobody knows the costs may cover people far and wide.
        let is_known = |&(facility, _): &(FacilityId, Tri)| case.travel.knows_facility(facility);
        if !gone.iter().chain(&new).all(is_known) {
            return None;
        }
        // Where there is none at all, even those who may be anywhere are near none.
        let n = books.selection.facilities().count();
        if (n == 0) != (n + new.len() == gone.len()) {
            return None;
        }
        let mut changed: BTreeMap<PointId, Covering> = BTreeMap::new();
        let mut count = |rows: &Rows, by: i32| {
            for &(facility, status) in rows {
                for point in near(case, facility, books.within) {
                    changed.entry(point).or_insert_with(|| books.cover.near[point]).count(status, by);
                }
            }
        };
        count(&gone, -1);
        count(&new, 1);
        let turned = changed.into_iter().filter_map(|(point, covering)| {
            let (before, after) = (books.cover.status(point), books.cover.status_of(point, covering));
            (before != after).then(|| [before, after].map(|status| item(case, books.group, point, status)))
        });
        let turned: Vec<[Item; 2]> = turned.collect();
        let mut books = books.clone();
        let mut touched = BTreeSet::new();
        let [before, after] = [0, 1].map(|at| turned.iter().map(move |items| items[at]));
        books.tallies.replace(before, after, &mut touched);
        Some((books, whole_and(touched)))
    }
}

/// The persons at a point, in its area, covered or not.
fn item(case: &Case<'_>, group: GroupId, point: PointId, status: Tri) -> Item {
    let people = &case.world.people;
    (people.areas[point], Tally::of(status, people.persons(group, point)))
}

fn whole(books: &Books) -> Subject {
    subject(&books.standard, Of::Whole, &books.tallies.all(), &Tally::default())
}

fn subject(standard: &Standard, of: Of, known: &Tally, floating: &Tally) -> Subject {
    let (best, all) = known.best(floating);
    standard.subject(of, known.share(floating), |limit| limit * all - best, evidence_of_share(known, floating))
}

/// The selected facilities within the distance of a point.
#[derive(Clone, Copy, Debug, Default)]
struct Covering {
    sure: u32,
    maybe: u32,
}

impl Covering {
    fn count(&mut self, status: Tri, by: i32) {
        let n = if status == Tri::Yes { &mut self.sure } else { &mut self.maybe };
        *n = n.saturating_add_signed(by);
    }
}

/// What covers each point, surely or perhaps.
struct Cover {
    near: PerPoint<Covering>,
    /// Whether one of the facilities to which nobody knows the costs may cover the point.
    may_be: PerPoint<bool>,
}

impl Cover {
    fn of(case: &Case<'_>, selection: &Selection, within: f64) -> Self {
        let people = &case.world.people;
        let mut covering = PerPoint::filled(people.len(), Covering::default());
        for (facility, status) in selection.iter() {
            near(case, facility, within).for_each(|point| covering[point].count(status, 1));
        }
        let unplaced = Unplaced::of(case, selection, within);
        let any = selection.facilities().next().is_some();
        let may_be = |point: PointId| match case.travel.knows_point(point) {
            false => any,
            true => unplaced.may_cover(case, people.places[point], people.areas[point]),
        };
        Self { near: covering, may_be: people.places.ids().map(may_be).collect() }
    }

    /// Whether a point has a selected facility within the distance.
    fn status(&self, point: PointId) -> Tri {
        self.status_of(point, self.near[point])
    }

    /// Whether it has if these are near.
    fn status_of(&self, point: PointId, near: Covering) -> Tri {
        match near {
            Covering { sure: 1.., .. } => Tri::Yes,
            Covering { maybe: 1.., .. } => Tri::Unknown,
            _ if self.may_be[point] => Tri::Unknown,
            _ => Tri::No,
        }
    }
}

/// The points within the distance of a facility.
fn near<'c>(case: &Case<'c>, facility: FacilityId, within: f64) -> impl Iterator<Item = PointId> + use<'c> {
    let near = case.travel.catchment(facility).iter().filter(move |&(_, cost)| cost <= within);
    near.map(|(point, _)| point)
}

/// Where the selected facilities may be to which nobody knows the costs: they have no place, or the table does not name
/// them. Of a table nothing follows for these from where they stand: it knows other ways than straight lines.
struct Unplaced {
    any: bool,
    /// One of them has no area either, or a table gives the costs.
    anywhere: bool,
    /// Areas that such a facility is known to be in, as named.
    named: PerArea<bool>,
    /// These and all areas that hold them.
    holding: PerArea<bool>,
    /// What is near the boundaries of these areas, where they have any.
    near: Margins,
}

impl Unplaced {
    fn of(case: &Case<'_>, selection: &Selection, within: f64) -> Self {
        let areas = &case.world.areas;
        let mut named = PerArea::filled(areas.len(), false);
        let mut holding = named.clone();
        let (mut any, mut anywhere) = (false, false);
        let facilities = &case.world.facilities;
        let is_listed = case.world.costs.is_some();
        for facility in selection.facilities().filter(|&facility| !case.travel.knows_facility(facility)) {
            any = true;
            match facilities[facility].area.filter(|_| !is_listed) {
                Some(area) => {
                    named[area] = true;
                    areas.chain(area).for_each(|holder| holding[holder] = true);
                }
                None => anywhere = true,
            }
        }
        // The smallest boundary around each: its own, or that of an area that holds it.
        let boundary = |area: AreaId| areas.chain(area).filter_map(|holder| areas[holder].boundary.polygon()).last();
        let boundaries = named.iter().filter(|&(_, &is_named)| is_named).filter_map(|(area, _)| boundary(area));
        let near = Margins::build(boundaries, within);
        Self { any, anywhere, named, holding, near }
    }

    /// Whether one may cover people at a point of `area`: it is in this area, in one that this holds, in one that holds
    /// this, or near enough to the boundary of its own.
    fn may_cover(&self, case: &Case<'_>, point: Option<Coord<f64>>, area: Option<AreaId>) -> bool {
        let in_same = |area| self.holding[area] || case.world.areas.chain(area).any(|holder| self.named[holder]);
        self.any && (self.anywhere || area.is_none_or(in_same) || point.is_some_and(|point| self.near.hold(point)))
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use proptest::prelude::*;

    use super::*;
    use crate::model::sketch::{Sketch, with_costs};
    use crate::model::{Id, Proxy, World};
    use crate::rules::finding::Remark;
    use crate::rules::finding::Verdict;
    use crate::rules::{assert_agrees, try_check, underlined};
    use crate::units::CostUnit;

    // A(80) --1 km-- clinic        B(20), 10 km away
    fn two_villages() -> Sketch {
        Sketch::new(&["district", "village"])
            .area("district", "D", None, None, &[])
            .area("village", "A", Some("D"), Some((0.0, 0.0)), &[])
            .area("village", "B", Some("D"), Some((10.0, 0.0)), &[])
            .people(Some("A"), Some((0.0, 0.0)), &[("disabled", 80.0)])
            .people(Some("B"), Some((10.0, 0.0)), &[("disabled", 20.0)])
            .facility("clinic", "c", Some("A"), Some((0.0, 1.0)), &[("open", "true")])
    }

    fn check(rest: &str, world: Sketch) -> Finding {
        let text =
            format!(r#"reach = {{ service = "clinic", where = {{ open = true }}, group = "disabled", {rest} }}"#);
        try_check(&text, &world.world())
    }

    fn verdicts(finding: &Finding) -> Vec<&str> {
        finding.subjects.iter().map(|subject| subject.verdict.key()).collect()
    }

    #[test]
    fn the_share_itself_is_enough_and_a_little_more_is_not_reached() {
        let finding = check(r#"within = "2 km", at-least = "80 %", each = "village""#, two_villages());
        assert_eq!(verdicts(&finding), ["met", "met", "unmet"]);
        assert_eq!((finding.verdict, finding.margin.unwrap().value), (Verdict::Met, 0.0));
        assert_eq!(finding.subjects[2].shortfall, Some(16.0));
        let (nearest, distance) = finding.subjects[2].evidence.nearest.unwrap();
        assert_eq!(nearest, FacilityId::new(0));
        assert!((distance.get() - 10_050.0).abs() < 50.0);
        assert_eq!(finding.subjects[1].evidence.nearest, None);

        let finding = check(r#"within = "2 km", at-least = "85 %""#, two_villages());
        assert_eq!((finding.verdict, finding.shortfall), (Verdict::Unmet, Some(5.0)));
    }

    #[test]
    fn the_distance_itself_is_near_enough_and_a_hair_less_is_not() {
        let world = two_villages().world();
        let places =
            (world.people.places[PointId::new(0)].unwrap(), world.facilities[FacilityId::new(0)].place.unwrap());
        let exact = crate::space::distance::metres(places.1, places.0);
        let covered = |metres: f64| {
            let finding = check(&format!(r#"within = "{metres} m", at-least = "80 %""#), two_villages());
            finding.observed.unwrap().value
        };
        assert_eq!(covered(exact), 0.8);
        assert_eq!(covered(exact.next_down()), 0.0);
    }

    #[test]
    fn without_a_share_figures_are_given_and_nothing_is_judged() {
        let finding = check(r#"within = "2 km", each = "village""#, two_villages());
        assert_eq!(finding.verdict, Verdict::NotCheckable { why: Reason::NoLimit });
        assert_eq!((finding.observed.unwrap().value, finding.required), (0.8, None));
        assert_eq!(finding.subjects[2].observed, Some(0.0));
    }

    // A(80) is covered, B(20) not: of dwelling floor as of people.
    #[test]
    fn a_proxy_gives_the_same_share_and_a_shortfall_of_its_own_unit() {
        let check = r#"reach = { service = "clinic", group = "disabled", within = "2 km", at-least = "85 %" }"#;
        let mut world = two_villages().world();
        Arc::make_mut(&mut world.people).proxy = Some(Proxy::DwellingFloor);
        let finding = try_check(check, &world);
        assert_eq!((finding.observed.unwrap().value, finding.shortfall), (0.8, Some(5.0)));
        assert_eq!(finding.shortfall_unit, Some(Unit::DwellingFloor));
        // What counts people is unknown.
        for check in [
            r#"seats = { service = "clinic", capacity = "places", group = "disabled", within = "2 km", at-least = "85 %" }"#,
            r#"per-capita = { service = "clinic", group = "disabled", per = "1000 persons", at-least = 1 }"#,
        ] {
            assert_eq!(
                try_check(check, &world).verdict,
                Verdict::unknown(Reason::Proxy(Proxy::DwellingFloor)),
                "{check}"
            );
        }
    }

    #[test]
    fn areas_decide_where_the_pack_says_so() {
        let rest = r#"within = "2 km", at-least = "80 %", each = "village", decide = "each""#;
        let finding = check(rest, two_villages());
        assert_eq!((finding.verdict, finding.shortfall), (Verdict::Unmet, Some(16.0)));
        assert_eq!((finding.observed.unwrap().value, finding.margin.unwrap().value), (0.0, -0.8));
    }

    #[test]
    fn a_facility_that_may_not_count_may_cover() {
        let world = two_villages().facility("clinic", "x", Some("B"), Some((10.0, 0.5)), &[]);
        let finding = check(r#"within = "2 km", at-least = "90 %", each = "village""#, world);
        assert_eq!(finding.verdict, Verdict::unknown(Reason::Undecided { low: 0.8, high: 1.0 }));
        assert_eq!(verdicts(&finding), ["unknown", "met", "unknown"]);
        assert_eq!(finding.subjects[0].evidence.unknown, Some(20.0));
        assert_eq!(finding.remarks, [Remark::Lacks { attribute: "open".to_owned(), n_facilities: 1 }]);
    }

    #[test]
    fn a_facility_without_a_place_may_cover_the_people_of_its_area() {
        let rest = r#"within = "2 km", at-least = "80 %", each = "village""#;
        let in_area = |area| check(rest, two_villages().facility("clinic", "x", area, None, &[("open", "true")]));
        assert_eq!(verdicts(&in_area(Some("B"))), ["met", "met", "unknown"]);
        assert_eq!(verdicts(&in_area(Some("A"))), ["met", "met", "unmet"]);
        assert_eq!(verdicts(&in_area(Some("D"))), ["met", "met", "unknown"]);
        assert_eq!(verdicts(&in_area(None)), ["met", "met", "unknown"]);
    }

    /// The two villages with a table in minutes: 5 min from A to the clinic, none from B.
    fn by_table(is_listed: impl Fn(usize, usize) -> [bool; 2], rest: &str) -> Finding {
        let cost = |from: usize, _: usize| [Some(5.0), None].get(from).copied().flatten();
        let world = with_costs(&two_villages().world(), CostUnit::Minutes, is_listed, cost);
        let text = format!(r#"reach = {{ service = "clinic", group = "disabled", each = "village", {rest} }}"#);
        try_check(&text, &world)
    }

    #[test]
    fn by_a_table_an_absent_pair_is_not_within_reach_and_what_it_does_not_name_is_unknown() {
        let rest = r#"within = "5 min", at-least = "80 %""#;
        assert_eq!(verdicts(&by_table(|_, _| [true, true], rest)), ["met", "met", "unmet"]);
        assert_eq!(verdicts(&by_table(|_, _| [true, true], r#"within = "4.9 min", at-least = "80 %""#))[1], "unmet");
        // B is not named: its people may be near.
        let finding = by_table(|from, _| [from != 1, true], r#"within = "5 min", at-least = "81 %""#);
        assert_eq!(verdicts(&finding), ["unknown", "met", "unknown"]);
        assert_eq!(finding.verdict, Verdict::unknown(Reason::Undecided { low: 0.8, high: 1.0 }));
        // The clinic is not named: it may be near everyone, however far it stands.
        let finding = by_table(|_, _| [true, false], rest);
        assert_eq!(verdicts(&finding), ["unknown", "unknown", "unknown"]);
        assert_eq!(finding.verdict, Verdict::unknown(Reason::Undecided { low: 0.0, high: 1.0 }));
    }

    #[test]
    fn a_limit_in_another_unit_than_the_costs_is_unknown_and_never_compared() {
        let finding = by_table(|_, _| [true, true], r#"within = "2 km", at-least = "1 %""#);
        let why = Reason::OtherUnit { asked: CostUnit::Metres, known: CostUnit::Minutes };
        assert_eq!(finding.verdict, Verdict::unknown(why));
        let finding = check(r#"within = "15 min", at-least = "1 %""#, two_villages());
        let why = Reason::OtherUnit { asked: CostUnit::Minutes, known: CostUnit::Metres };
        assert_eq!(finding.verdict, Verdict::unknown(why));
    }

    // A: a square of 2 km each way, with a clinic somewhere in it        B, 3 km east of A        C, 20 km east of A
    #[test]
    fn a_facility_without_a_place_may_cover_people_near_the_boundary_of_its_area() {
        let world = Sketch::new(&["village"])
            .area("village", "A", None, Some((0.0, 0.0)), &[])
            .square(2.0)
            .area("village", "B", None, Some((3.0, 0.0)), &[])
            .area("village", "C", None, Some((20.0, 0.0)), &[])
            .people(Some("B"), Some((3.0, 0.0)), &[("disabled", 10.0)])
            .people(Some("C"), Some((20.0, 0.0)), &[("disabled", 10.0)])
            .facility("clinic", "x", Some("A"), None, &[("open", "true")]);
        let finding = check(r#"within = "2 km", at-least = "80 %", each = "village""#, world);
        assert_eq!(verdicts(&finding), ["unmet", "not-checkable", "unknown", "unmet"]);
    }

    #[test]
    fn people_known_only_to_be_in_the_district_may_live_where_an_unplaced_facility_is() {
        let world = two_villages().facility("clinic", "x", Some("B"), None, &[("open", "true")]).people(
            Some("D"),
            Some((50.0, 0.0)),
            &[("disabled", 100.0)],
        );
        let finding = check(r#"within = "2 km", at-least = "80 %""#, world);
        assert_eq!(finding.verdict, Verdict::unknown(Reason::Undecided { low: 0.4, high: 1.0 }));
    }

    #[test]
    fn people_without_a_place_may_be_near_unless_there_is_no_facility() {
        let world = two_villages().people(Some("B"), None, &[("disabled", 20.0)]);
        let finding = check(r#"within = "2 km", at-least = "75 %""#, world);
        assert_eq!(finding.verdict, Verdict::unknown(Reason::Undecided { low: 80.0 / 120.0, high: 100.0 / 120.0 }));

        let text = r#"reach = { service = "library", group = "disabled", within = "2 km", at-least = "75 %" }"#;
        let world = two_villages().people(Some("B"), None, &[("disabled", 20.0)]).service("library").world();
        let finding = try_check(text, &world);
        assert_eq!((finding.verdict, finding.shortfall), (Verdict::Unmet, Some(90.0)));
    }

    #[test]
    fn people_without_a_number_may_be_any_number() {
        let world = || two_villages().people(Some("B"), Some((10.0, 0.0)), &[]);
        let finding = check(r#"within = "2 km", at-least = "75 %""#, world());
        assert_eq!(finding.verdict, Verdict::unknown(Reason::Undecided { low: 0.0, high: 0.8 }));
        assert_eq!(check(r#"within = "2 km", at-least = "85 %""#, world()).verdict, Verdict::Unmet);
    }

    #[test]
    fn no_data_is_unknown_and_nobody_is_nothing_to_judge() {
        let text = r#"reach = { service = "library", group = "disabled", within = "2 km", at-least = "75 %" }"#;
        let verdict = try_check(text, &two_villages().world()).verdict;
        assert_eq!(verdict, Verdict::unknown(Reason::NoService("library".to_owned())));
        let text = r#"reach = { service = "clinic", group = "pupils", within = "2 km", at-least = "75 %" }"#;
        let verdict = try_check(text, &two_villages().world()).verdict;
        assert_eq!(verdict, Verdict::unknown(Reason::NoGroup("pupils".to_owned())));
        let nobody = Sketch::new(&["village"]).people(None, Some((0.0, 0.0)), &[("pupils", 0.0)]).facility(
            "clinic",
            "c",
            None,
            None,
            &[],
        );
        assert_eq!(try_check(text, &nobody.world()).verdict, Verdict::NotCheckable { why: Reason::NothingHere });
        let rest = r#"within = "2 km", at-least = "80 %", each = "street", decide = "each""#;
        let verdict = check(rest, two_villages()).verdict;
        assert_eq!(verdict, Verdict::unknown(Reason::NoLevel("street".to_owned())));
    }

    #[test]
    fn what_makes_no_sense_is_underlined() {
        let check = |rest| underlined(&format!(r#"reach = {{ service = "s", group = "g", within = "1 km", {rest} }}"#));
        assert_eq!(check(r#"at-least = "120 %""#), [r#""120 %""#]);
        assert_eq!(check(r#"at-least = "80 %", decide = "each""#), [r#""each""#]);
    }

    type Point = (Option<u8>, Option<(u8, u8)>);
    type Clinic = (Option<bool>, Option<(u8, u8)>);

    fn random_world(people: &[Point], clinics: &[Clinic]) -> World {
        // Villages are columns two kilometres wide.
        let mut sketch = Sketch::new(&["village"]);
        for village in ["0", "1", "2"] {
            sketch = sketch.area("village", village, None, None, &[]);
        }
        let km = |place: Option<(u8, u8)>| place.map(|(east, north)| (f64::from(east), f64::from(north)));
        let village = |place: Option<(u8, u8)>| place.map(|(east, _)| (east / 2).to_string());
        for &(persons, place) in people {
            let persons: Vec<(&str, f64)> = persons.iter().map(|&n| ("disabled", f64::from(n))).collect();
            sketch = sketch.people(village(place).as_deref(), km(place), &persons);
        }
        for (i, &(open, place)) in clinics.iter().enumerate() {
            let open = open.map(|open| open.to_string());
            let cells: Vec<(&str, &str)> = open.iter().map(|open| ("open", open.as_str())).collect();
            sketch = sketch.facility("clinic", &i.to_string(), village(place).as_deref(), km(place), &cells);
        }
        sketch.service("clinic").people(Some("0"), Some((0.0, 0.0)), &[("disabled", 0.0)]).world()
    }

    prop_compose! {
        fn places()(east in 0..6_u8, north in 0..3_u8) -> (u8, u8) { (east, north) }
    }

    fn share(world: &World, within: u8) -> f64 {
        let text = format!(
            r#"reach = {{ service = "clinic", group = "disabled", within = "{within} km", at-least = "50 %" }}"#
        );
        try_check(&text, world).observed.map_or(0.0, |observed| observed.value)
    }

    proptest! {
        #[test]
        fn what_was_said_holds_however_the_unknown_turns_out(
            people in prop::collection::vec((0..5_u8, places()), 0..6),
            clinics in prop::collection::vec((any::<bool>(), places()), 0..4),
            hidden in prop::collection::vec((any::<bool>(), any::<bool>()), 10),
            within in 0..4_u8, limit in 0..=10_u8,
        ) {
            let all = (
                people.iter().map(|&(n, place)| (Some(n), Some(place))).collect::<Vec<_>>(),
                clinics.iter().map(|&(open, place)| (Some(open), Some(place))).collect::<Vec<_>>(),
            );
            let some = (
                all.0.iter().zip(&hidden).map(|(&(n, place), hide)| (n.filter(|_| !hide.0), place.filter(|_| !hide.1))).collect::<Vec<_>>(),
                all.1.iter().zip(&hidden[6..]).map(|(&(open, place), hide)| (open.filter(|_| !hide.0), place.filter(|_| !hide.1))).collect::<Vec<_>>(),
            );
            let text = format!(
                r#"reach = {{ service = "clinic", where = {{ open = true }}, group = "disabled", within = "{within} km", at-least = "{} %", each = "village" }}"#,
                u32::from(limit) * 10
            );
            assert_agrees(&try_check(&text, &random_world(&some.0, &some.1)), &try_check(&text, &random_world(&all.0, &all.1)));
        }

        #[test]
        fn a_wider_limit_or_one_more_facility_never_covers_fewer(
            people in prop::collection::vec((0..5_u8, places()), 1..6),
            clinics in prop::collection::vec(places(), 1..4), within in 0..4_u8,
        ) {
            let people: Vec<Point> = people.into_iter().map(|(n, place)| (Some(n), Some(place))).collect();
            let clinics: Vec<Clinic> = clinics.into_iter().map(|place| (Some(true), Some(place))).collect();
            let world = random_world(&people, &clinics);
            prop_assert!(share(&world, within) <= share(&world, within + 1));
            let fewer = random_world(&people, &clinics[1..]);
            prop_assert!(share(&fewer, within) <= share(&world, within));
        }
    }
}
