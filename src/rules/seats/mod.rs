//! Seats: there is a place for each person.

mod crowded;
mod market;
mod within;

use schemars::JsonSchema;
use serde::Deserialize;
use toml::Spanned;

use self::within::{Asked, Seated};
use super::decide::{Decide, Standard, more_than_all, no_areas_to_decide};
use super::finding::{Finding, Of, Reason, Remark, Subject, Threshold, Unit};
use super::parts::{self, ByParts, Kept, Roll, Rows, Swap, whole_and_areas};
use super::per_capita::{self, SupplyPerPerson};
use super::select::{Selection, Where, attribute_names};
use super::{Case, Kind, Mistake, Name, Noun, Surplus};
use crate::access::assignment::ones;
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

    fn facilities(&self) -> Option<(&str, &Where)> {
        Some((self.service.get_ref(), &self.r#where))
    }

    fn assess(&self, case: &Case<'_>) -> Finding {
        parts::assess(self, case)
    }

    fn keep(&self, case: &Case<'_>) -> Option<Box<dyn Kept>> {
        parts::keep(self, case)
    }

    fn surpluses(&self, case: &Case<'_>) -> Option<Vec<Surplus>> {
        if self.within.is_some() {
            return None;
        }
        Some(match self.books(case) {
            Ok(Books::Counted(books)) => PER_PERSON.surpluses(&books, *self.decide.get_ref()),
            Ok(Books::Seated(_)) | Err(_) => vec![Surplus::blocked()],
        })
    }
}

/// Places for each person, counted.
const PER_PERSON: SupplyPerPerson = SupplyPerPerson { per: 1.0, is_whole: true };

/// What is judged by.
#[expect(clippy::large_enum_variant, reason = "there is one for an obligation, and few copies")]
pub enum Books {
    /// Places that are only counted.
    Counted(per_capita::Books),
    /// Who has a place within the distance.
    Seated(Seated),
}

impl ByParts for Seats {
    type Books = Books;

    fn books(&self, case: &Case<'_>) -> Result<Books, Reason> {
        self.books_with(case, |_| None)
    }

    fn books_to_keep(&self, case: &Case<'_>) -> Result<Books, Reason> {
        self.books_with(case, |selection| Some(case.rows(selection.service, &self.r#where)))
    }

    fn all(&self, _case: &Case<'_>, books: &Books) -> Vec<Of> {
        match books {
            Books::Counted(books) => whole_and_areas(&books.supply),
            Books::Seated(seated) => whole_and_areas(&seated.tallies),
        }
    }

    fn subject(&self, _case: &Case<'_>, books: &Books, of: &Of) -> Option<Subject> {
        match (books, of) {
            (Books::Counted(books), _) => PER_PERSON.subject(books, of),
            (Books::Seated(seated), Of::Whole) => Some(seated.totals.whole(&seated.standard)),
            (Books::Seated(seated), &Of::Area(area)) => Some(seated.area(area)),
            _ => None,
        }
    }

    fn conclude(&self, _case: &Case<'_>, books: &Books, roll: &Roll) -> Finding {
        let (standard, whole) = match books {
            Books::Counted(books) => (&books.standard, PER_PERSON.whole(books)),
            Books::Seated(seated) => (&seated.standard, seated.totals.whole(&seated.standard)),
        };
        standard.finding(*self.decide.get_ref(), &whole, &roll.areas)
    }

    fn complete(&self, case: &Case<'_>, books: &Books, finding: &mut Finding) {
        let selection = match books {
            Books::Counted(books) => &books.selection,
            Books::Seated(seated) => {
                finding.subjects.extend(seated.crowded.iter().cloned());
                // Where not all is known, the bounds say it.
                let totals = &seated.totals;
                let (least, most) = (totals.least, totals.most());
                let remark = Remark::Seated { seated: ones(least), of: ones(totals.persons) };
                finding.remarks.extend((least == most).then_some(remark));
                &seated.selection
            }
        };
        finding.remarks.extend(case.lacking(&self.r#where, selection.maybe.iter().copied()));
        finding.remarks.extend(case.amounts(self.capacity.get_ref()).lacking(selection.facilities()));
    }

    fn replace(&self, case: &Case<'_>, books: &Books, swap: &Swap<'_>) -> Option<(Books, Vec<Of>)> {
        let (gone, new) = swap.of(case, self.service.get_ref(), &self.r#where);
        let capacities = case.amounts(self.capacity.get_ref());
        match books {
            Books::Counted(books) => {
                let (books, touched) = books.replace(case, Some(&capacities), gone, new);
                Some((Books::Counted(books), touched))
            }
            Books::Seated(seated) => {
                let (seated, touched) = seated.replace(case, &capacities, &gone, &new)?;
                Some((Books::Seated(seated), touched))
            }
        }
    }
}

impl Seats {
    fn standard(&self) -> Standard {
        Standard {
            threshold: Some(Threshold::AtLeast(self.at_least.get_ref().get())),
            unit: Unit::Share,
            shortfall_unit: Unit::Supply { service: self.service.get_ref().clone() },
        }
    }

    /// The books; with rows that may stand, those from which others can be judged.
    fn books_with(&self, case: &Case<'_>, rows: impl Fn(&Selection) -> Option<Rows>) -> Result<Books, Reason> {
        let selection = case.select(self.service.get_ref(), &self.r#where)?;
        let group = case.group(self.group.get_ref())?;
        let each = case.each(self.each.as_ref(), *self.decide.get_ref())?;
        let capacities = case.amounts(self.capacity.get_ref());
        let standard = self.standard();
        Ok(match self.within {
            None => {
                let capacities = Some(&capacities);
                Books::Counted(per_capita::Books::new(case, standard, selection, capacities, group, each))
            }
            Some(within) => {
                let asked = Asked { standard, group, within: case.limit(within)?, each };
                let rows = rows(&selection);
                Books::Seated(Seated::of(case, asked, selection, &capacities, rows))
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::model::sketch::Sketch;
    use crate::model::{FacilityId, Id, PointId, World};
    use crate::rules::{Verdict, try_check, underlined};

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
