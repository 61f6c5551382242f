//! Tiered: what an area must have depends on its size.

use std::collections::BTreeSet;
use std::sync::Arc;

use schemars::JsonSchema;
use serde::Deserialize;
use toml::Spanned;

use super::decide::Decide;
use super::finding::{Evidence, Finding, Of, Reason, Remark, Subject, Unit, Verdict};
use super::parts::{self, ByParts, Kept, Roll, Rows, Swap};
use super::select::{Selection, Tri, Where, area_attribute_names, attribute_names, chosen, unknown_area};
use super::tally::{ByArea, Item, Lists, Tally, demand};
use super::{Case, Kind, Name, Noun, Surplus};
use crate::model::{AreaId, Areas, FacilityId, Id, LevelId};
use crate::space::travel::Way;
use crate::units::{Cost, Persons};

/// A large area has its own facility; a small one its own, a branch, or a joint one.
///
/// # What is judged
/// Each area of `in-each` (those that meet `among`). It is large when it has `large-from` persons of `group` or more;
/// that number itself is large. The persons of an area are those of the demand points known to lie in it; persons
/// known only at a higher level are not counted. The attribute `form` of a facility says what it is: `own`, `branch`
/// or `joint`.
/// - A large area is met by a facility of the form `own` in it.
/// - A small area is met by a facility of any form in it, or by a `joint` one elsewhere that lists the area, or one
///   that holds it, in `serves` and stands at most `joint-within` from the point that stands for the area; that
///   distance itself is near enough.
///
/// # Observed, margin, shortfall
/// Observed: areas that have what they must, of all. Margin: where met, how many facilities the barest area could lose;
/// where unmet, minus the areas that lack one. Shortfall of an area: 1 facility.
///
/// # Unknown
/// The size of an area is unknown if no demand point is known to lie in it or one there has no count. Such an area is
/// met with an own facility, unmet where neither a large nor a small area could be met, and unknown between. A facility
/// without `form` may be of any form, one without a place or listing an area without a place may be near (where a table
/// gives the costs: where it does not name one of the two; a pair that it does not list is too far), one with a
/// missing attribute of `where` may be meant, and one known only to be somewhere above the level may be in the area: an
/// area that has what it must only with these is unknown.
///
/// # Example
/// ```toml
/// check.tiered = { in-each = "community", among = { kind = "village" }, service = "kindergarten", group = "residents", large-from = "4000 persons", joint-within = "2 km" }
/// ```
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Tiered {
    /// The level whose areas are judged.
    #[schemars(with = "String")]
    pub in_each: Spanned<String>,
    /// Which of its areas, by their attributes.
    #[serde(default)]
    pub among: Where,
    /// The service.
    #[schemars(with = "String")]
    pub service: Spanned<String>,
    /// Which of its facilities, by their attributes.
    #[serde(default)]
    pub r#where: Where,
    /// The group that the size of an area is counted in.
    #[schemars(with = "String")]
    pub group: Spanned<String>,
    /// An area with this many persons and more is large.
    pub large_from: Persons,
    /// A joint facility elsewhere may be this far and no farther: a distance, or a time where the study has a table of costs.
    pub joint_within: Cost,
}

/// The attribute that says what a facility is.
const FORM: &str = "form";

impl Kind for Tiered {
    fn names(&self) -> Vec<Name<'_>> {
        let mut names = vec![
            Name { noun: Noun::Level, word: &self.in_each },
            Name { noun: Noun::Service, word: &self.service },
            Name { noun: Noun::Group, word: &self.group },
        ];
        names.extend(area_attribute_names(&self.among));
        names.extend(attribute_names(&self.r#where));
        names
    }

    fn group(&self) -> Option<&str> {
        Some(self.group.get_ref())
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
        Some(Surplus::of_counts(&self.assess(case), Decide::Each, 1.0))
    }
}

/// What an area must have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Tier {
    /// A facility of its own.
    Large,
    /// Any, or a joint one near by.
    Small,
}

/// What a facility says it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    Own,
    Joint,
    /// A branch, or a word that this kind does not know.
    Other,
    Unsaid,
}

impl Form {
    fn read(word: Option<&str>) -> Self {
        match word {
            Some("own") => Self::Own,
            Some("joint") => Self::Joint,
            Some(_) => Self::Other,
            None => Self::Unsaid,
        }
    }

    fn is(self, wanted: Self) -> Tri {
        if self == Self::Unsaid { Tri::Unknown } else { (self == wanted).into() }
    }
}

/// Where a facility stands, seen from an area.
#[derive(Clone, Copy, Debug)]
enum Stands {
    Here,
    /// Not known to be here; it lists the area, and this is known of the way.
    Elsewhere(Way),
}

/// A facility that may count for an area.
#[derive(Clone, Copy, Debug)]
struct Candidate {
    facility: FacilityId,
    /// Whether it meets `where`.
    chosen: Tri,
    form: Form,
    stands: Stands,
}

impl Candidate {
    /// Whether it counts for an area of this tier.
    fn counts(&self, tier: Tier, joint_within: f64) -> Tri {
        match (self.stands, tier) {
            (Stands::Here, Tier::Large) => self.chosen.and(self.form.is(Form::Own)),
            (Stands::Here, Tier::Small) => self.chosen,
            (Stands::Elsewhere(_), Tier::Large) => Tri::No,
            (Stands::Elsewhere(way), Tier::Small) => {
                let near = match way {
                    Way::At(cost) => (cost.get() <= joint_within).into(),
                    Way::Closed => Tri::No,
                    Way::Unknown => Tri::Unknown,
                };
                self.chosen.and(self.form.is(Form::Joint)).and(near)
            }
        }
    }

    /// Whether its form has a say in whether it counts.
    fn form_matters(&self, tier: Tier) -> bool {
        tier == Tier::Large || matches!(self.stands, Stands::Elsewhere(_))
    }

    /// How far it is, if it is surely a joint one that stands elsewhere.
    fn joint_distance(&self) -> Option<Cost> {
        match self.stands {
            Stands::Elsewhere(way) if self.chosen == Tri::Yes && self.form == Form::Joint => way.cost(),
            _ => None,
        }
    }
}

/// The candidates of one area under one tier.
struct Stock<'a> {
    tier: Tier,
    yes: Vec<&'a Candidate>,
    maybe: Vec<&'a Candidate>,
    /// How many may stand here for all that is known.
    floating: usize,
}

impl Stock<'_> {
    fn n_maybe(&self) -> usize {
        self.maybe.len() + self.floating
    }

    fn verdict(&self, supply: &Books) -> Verdict {
        if !self.yes.is_empty() {
            Verdict::Met
        } else if self.n_maybe() == 0 {
            Verdict::Unmet
        } else {
            Verdict::unknown(self.why_maybe(supply))
        }
    }

    fn why_maybe(&self, supply: &Books) -> Reason {
        let mut attributes = BTreeSet::new();
        let mut n_facilities = 0;
        for candidate in &self.maybe {
            let unchosen = candidate.chosen == Tri::Unknown;
            let formless = candidate.form == Form::Unsaid && candidate.form_matters(self.tier);
            attributes.extend(supply.selection.missing.iter().filter(|_| unchosen).cloned());
            attributes.extend(formless.then(|| FORM.to_owned()));
            n_facilities += usize::from(unchosen || formless);
        }
        if 0 < n_facilities {
            Reason::NoAttribute { attributes: attributes.into_iter().collect(), n_facilities }
        } else if !self.maybe.is_empty() {
            supply.no_cost.clone()
        } else {
            Reason::NoMembership { n_facilities: self.floating }
        }
    }
}

/// All that the areas are judged by.
#[derive(Clone)]
pub struct Books {
    level: LevelId,
    /// The areas judged, in the order of their ids.
    chosen: Arc<Vec<(AreaId, Tri)>>,
    selection: Arc<Selection>,
    /// The facilities by the areas that they may count for.
    candidates: Lists<Candidate>,
    /// Facilities of the form `own`.
    own: ByArea,
    /// Facilities of any form.
    any: ByArea,
    /// The persons of the group by area.
    sizes: Result<Arc<ByArea>, Reason>,
    /// `joint-within`, in the unit of the costs.
    joint_within: f64,
    /// Why the way to a joint facility is not known, where it is not.
    no_cost: Reason,
}

impl Books {
    fn stock(&self, area: AreaId, tier: Tier) -> Stock<'_> {
        let candidates = self.candidates.of(area);
        let that = |wanted: Tri| {
            candidates
                .iter()
                .filter(|candidate| candidate.counts(tier, self.joint_within) == wanted)
                .collect::<Vec<_>>()
        };
        let floating = match tier {
            Tier::Large => self.own.floating(area),
            Tier::Small => self.any.floating(area),
        };
        Stock {
            tier,
            yes: that(Tri::Yes),
            maybe: that(Tri::Unknown),
            floating: (floating.yes.sum + floating.unknown.sum) as usize,
        }
    }
}

impl ByParts for Tiered {
    type Books = Books;

    fn books(&self, case: &Case<'_>) -> Result<Books, Reason> {
        let areas = &case.world.areas;
        let (level, chosen) = case.areas(self.in_each.get_ref(), &self.among)?;
        let selection = case.select(self.service.get_ref(), &self.r#where)?;
        let group = case.group(self.group.get_ref());
        let tally = |wanted: &dyn Fn(Form) -> Tri| {
            let item = |(facility, chosen): (FacilityId, Tri)| self.item(case, facility, chosen, wanted);
            ByArea::sort(areas, Some(level), selection.iter().map(item))
        };
        let (joint_within, no_cost) = match case.limit(self.joint_within) {
            Ok(limit) => (limit, case.no_cost()),
            Err(why) => (0.0, why),
        };
        Ok(Books {
            level,
            chosen: Arc::new(chosen),
            own: tally(&|form| form.is(Form::Own)),
            any: tally(&|_| Tri::Yes),
            candidates: Lists::sort(self.candidates(case, level, selection.iter())),
            selection: Arc::new(selection),
            sizes: group.map(|group| Arc::new(ByArea::sort(areas, Some(level), demand(case, group)))),
            joint_within,
            no_cost,
        })
    }

    fn all(&self, _case: &Case<'_>, books: &Books) -> Vec<Of> {
        books.chosen.iter().map(|&(area, _)| Of::Area(area)).collect()
    }

    fn subject(&self, case: &Case<'_>, books: &Books, of: &Of) -> Option<Subject> {
        let &Of::Area(area) = of else { return None };
        let among = chosen(&books.chosen, area)?;
        let size = match &books.sizes {
            Ok(persons) => size_of(&persons.known(area)).ok_or_else(|| self.no_persons()),
            Err(why) => Err(why.clone()),
        };
        Some(self.judge_area(case, books, area, among, size))
    }

    fn conclude(&self, _case: &Case<'_>, _books: &Books, roll: &Roll) -> Finding {
        let areas = Unit::Areas { level: self.in_each.get_ref().clone() };
        let facilities = Unit::Facilities { service: self.service.get_ref().clone() };
        Finding::of_areas(roll, 1.0, areas, facilities)
    }

    fn replace(&self, case: &Case<'_>, books: &Books, swap: &Swap<'_>) -> Option<(Books, Vec<Of>)> {
        let (gone, new) = swap.of(case, self.service.get_ref(), &self.r#where);
        let mut books = books.clone();
        let mut touched = BTreeSet::new();
        let items = |rows: &Rows, wanted: fn(Form) -> Tri| -> Vec<Item> {
            rows.iter().map(|&(facility, chosen)| self.item(case, facility, chosen, &wanted)).collect()
        };
        let own: fn(Form) -> Tri = |form| form.is(Form::Own);
        let any: fn(Form) -> Tri = |_| Tri::Yes;
        books.own.replace(items(&gone, own), items(&new, own), &mut touched);
        books.any.replace(items(&gone, any), items(&new, any), &mut touched);
        for (area, gone) in self.candidates(case, books.level, gone) {
            books.candidates.take(area, |candidate| candidate.facility == gone.facility);
            touched.insert(area);
        }
        for (area, new) in self.candidates(case, books.level, new) {
            books.candidates.add(area, new);
            touched.insert(area);
        }
        Some((books, touched.into_iter().map(Of::Area).collect()))
    }
}

impl Tiered {
    fn no_persons(&self) -> Reason {
        Reason::NoPersons { group: self.group.get_ref().clone() }
    }

    /// A facility where it stands, counted if its form is as wanted.
    fn item(&self, case: &Case<'_>, facility: FacilityId, chosen: Tri, wanted: &dyn Fn(Form) -> Tri) -> Item {
        let form = form(case, facility);
        (case.world.facilities[facility].area, Tally::of(chosen.and(wanted(form)), Some(1.0)))
    }

    /// These facilities by the areas that they may count for.
    fn candidates(
        &self,
        case: &Case<'_>,
        level: LevelId,
        rows: impl IntoIterator<Item = (FacilityId, Tri)>,
    ) -> Vec<(AreaId, Candidate)> {
        let (areas, facilities) = (&case.world.areas, &case.world.facilities);
        // A limit in another unit says nothing of any way; what an area has itself counts all the same.
        let is_comparable = case.limit(self.joint_within).is_ok();
        let mut candidates = Vec::new();
        for (facility, chosen) in rows {
            let form = form(case, facility);
            let here = facilities[facility].area.and_then(|area| areas.ancestor(area, level));
            let candidate = Candidate { facility, chosen, form, stands: Stands::Here };
            candidates.extend(here.map(|here| (here, candidate)));
            if form.is(Form::Joint) == Tri::No {
                continue;
            }
            let served: BTreeSet<AreaId> =
                facilities.serves(facility).iter().flat_map(|&served| listed(areas, level, served)).collect();
            for area in served.into_iter().filter(|&area| Some(area) != here) {
                let way = if is_comparable { case.travel.area_to_facility(area, facility) } else { Way::Unknown };
                candidates.push((area, Candidate { stands: Stands::Elsewhere(way), ..candidate }));
            }
        }
        candidates
    }

    fn judge_area(
        &self,
        case: &Case<'_>,
        supply: &Books,
        area: AreaId,
        among: Tri,
        size: Result<f64, Reason>,
    ) -> Subject {
        let large = size.as_ref().ok().map(|&persons| self.large_from.get() <= persons);
        // What keeps the stricter tier keeps the other too: an area of unknown size lies between the two.
        let strict = if large == Some(false) { Tier::Small } else { Tier::Large };
        let loose = if large == Some(true) { Tier::Large } else { Tier::Small };
        let strict = supply.stock(area, strict);
        let loose = supply.stock(area, loose);

        let mut verdict = match (strict.verdict(supply), loose.verdict(supply)) {
            (Verdict::Met, _) => Verdict::Met,
            (_, Verdict::Unmet) => Verdict::Unmet,
            (unknown, _) => Verdict::unknown(
                size.as_ref()
                    .err()
                    .cloned()
                    .unwrap_or_else(|| unknown.why().cloned().expect("one stock alone is met, unmet or unknown")),
            ),
        };
        if among == Tri::Unknown && verdict == Verdict::Unmet {
            verdict = unknown_area(&self.among);
        }
        let counted = strict.yes.len() as f64;
        let unknown = (loose.yes.len() + loose.n_maybe()) as f64 - counted;
        let evidence = Evidence {
            counted: Some(counted),
            unknown: Some(unknown).filter(|&unknown| 0.0 < unknown),
            persons: size.ok(),
            nearest: (verdict != Verdict::Met).then(|| self.nearest(case, supply, area, strict.tier)).flatten(),
            facilities: strict.yes.iter().take(Evidence::FACILITIES).map(|candidate| candidate.facility).collect(),
            remarks: std::iter::once(Remark::Size { large, from: self.large_from.get() })
                .chain(self.joint_remark(supply, area, &loose))
                .collect(),
            ..Evidence::default()
        };
        Subject {
            of: Of::Area(area),
            observed: Some(counted),
            shortfall: (verdict == Verdict::Unmet).then_some(1.0),
            verdict,
            evidence,
        }
    }

    /// The nearest facility that would count if it stood in the area.
    fn nearest(&self, case: &Case<'_>, supply: &Books, area: AreaId, tier: Tier) -> Option<(FacilityId, Cost)> {
        case.nearest_to_area(area, supply.selection.service, |facility| {
            supply.selection.is_sure(facility) && (tier == Tier::Small || form(case, facility) == Form::Own)
        })
    }

    /// How far the joint facility is that the area depends on, or could.
    fn joint_remark(&self, supply: &Books, area: AreaId, stock: &Stock<'_>) -> Option<Remark> {
        let stands_here = |candidate: &&Candidate| matches!(candidate.stands, Stands::Here);
        if stock.tier == Tier::Large || stock.yes.iter().any(stands_here) {
            return None;
        }
        let candidates = supply.candidates.of(area);
        let distance =
            candidates.iter().filter_map(Candidate::joint_distance).min_by(|a, b| a.get().total_cmp(&b.get()))?;
        Some(if distance.get() <= supply.joint_within {
            Remark::JointAt { distance }
        } else {
            Remark::JointTooFar { distance }
        })
    }
}

/// What a facility says it is.
fn form(case: &Case<'_>, facility: FacilityId) -> Form {
    let forms = case.world.facilities.attribute(FORM);
    Form::read(forms.and_then(|forms| forms.text(facility.index())))
}

/// How many persons; `None` where no point lies in the area or one has no count.
fn size_of(persons: &Tally) -> Option<f64> {
    (persons.items != 0 && persons.yes.unweighed == 0).then_some(persons.yes.sum)
}

/// The areas of `level` that a facility lists by listing `served`: the one that holds it, or all that it holds.
fn listed(areas: &Areas, level: LevelId, served: AreaId) -> Vec<AreaId> {
    match areas.ancestor(served, level) {
        Some(area) => vec![area],
        None => areas.at_level(level).iter().copied().filter(|&area| areas.holds(served, area)).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::World;
    use crate::model::sketch::{Sketch, with_costs};
    use crate::rules::try_check;
    use crate::units::CostUnit;

    const CHECK: &str = r#"tiered = { in-each = "village", service = "kindergarten", group = "residents", large-from = "4000 persons", joint-within = "2 km" }"#;

    // street S: villages A (5000 persons) at 0 km, B (1000) at 1 km, C (of unknown size) at 10 km
    fn villages() -> Sketch {
        Sketch::new(&["street", "village"])
            .area("street", "S", None, None, &[])
            .area("village", "A", Some("S"), Some((0.0, 0.0)), &[("kind", "village")])
            .area("village", "B", Some("S"), Some((1.0, 0.0)), &[("kind", "village")])
            .area("village", "C", Some("S"), Some((10.0, 0.0)), &[])
            .people(Some("A"), None, &[("residents", 5000.0)])
            .people(Some("B"), None, &[("residents", 1000.0)])
            .service("kindergarten")
    }

    /// A kindergarten at so many km.
    fn kindergarten(sketch: Sketch, code: &str, area: &str, km: f64, form: &str) -> Sketch {
        sketch.facility("kindergarten", code, Some(area), Some((km, 0.0)), &[("form", form)])
    }

    fn verdicts(world: &World) -> Vec<&'static str> {
        try_check(CHECK, world).subjects.iter().map(|subject| subject.verdict.key()).collect()
    }

    fn why(world: &World, subject: usize) -> Reason {
        try_check(CHECK, world).subjects[subject].verdict.why().unwrap().clone()
    }

    #[test]
    fn without_any_facility_an_area_of_any_size_is_unmet() {
        let finding = try_check(CHECK, &villages().world());
        assert_eq!(verdicts(&villages().world()), ["unmet"; 3]);
        assert_eq!((finding.shortfall, finding.margin.unwrap().value), (Some(3.0), -3.0));
        assert_eq!(finding.subjects[0].evidence.persons, Some(5000.0));
        assert_eq!(finding.subjects[2].evidence.persons, None);
        assert_eq!(finding.subjects[2].evidence.remarks, [Remark::Size { large: None, from: 4000.0 }]);
    }

    #[test]
    fn an_own_facility_meets_an_area_of_any_size() {
        let world = kindergarten(villages(), "a", "A", 0.0, "own");
        let world = kindergarten(kindergarten(world, "b", "B", 1.0, "own"), "c", "C", 10.0, "own").world();
        let finding = try_check(CHECK, &world);
        assert_eq!(finding.verdict, Verdict::Met);
        assert_eq!(finding.margin.unwrap().value, 0.0);
        assert_eq!(finding.observed.unwrap().value, 3.0);
    }

    #[test]
    fn a_branch_is_enough_for_a_small_area_and_not_for_a_large_one() {
        let world = kindergarten(villages(), "a", "A", 0.0, "branch");
        let world = kindergarten(kindergarten(world, "b", "B", 1.0, "branch"), "c", "C", 10.0, "branch").world();
        assert_eq!(verdicts(&world), ["unmet", "met", "unknown"]);
        assert_eq!(why(&world, 2), Reason::NoPersons { group: "residents".to_owned() });
    }

    #[test]
    fn a_branch_counts_only_in_its_own_area() {
        let world = kindergarten(villages(), "a", "A", 0.0, "branch").serving(&["B"]).world();
        assert_eq!(verdicts(&world), ["unmet", "unmet", "unmet"]);
    }

    #[test]
    fn a_joint_facility_counts_in_the_area_it_stands_in_and_near_by_where_it_is_listed() {
        let world = kindergarten(villages(), "c", "C", 10.0, "joint").people(Some("C"), None, &[("residents", 9.0)]);
        assert_eq!(verdicts(&world.world()), ["unmet", "unmet", "met"]);
        let world = kindergarten(villages(), "a", "A", 0.0, "joint").serving(&["A", "B"]).world();
        assert_eq!(verdicts(&world), ["unmet", "met", "unmet"]);
        let evidence = &try_check(CHECK, &world).subjects[1].evidence;
        assert!(matches!(evidence.remarks[1], Remark::JointAt { distance } if (distance.get() - 1000.0).abs() < 10.0));
        assert_eq!(evidence.facilities, [FacilityId::new(0)]);
    }

    #[test]
    fn a_joint_facility_that_lists_the_street_serves_its_villages() {
        let world = kindergarten(villages(), "a", "A", 0.0, "joint").serving(&["S"]).world();
        assert_eq!(verdicts(&world), ["unmet", "met", "unmet"]);
    }

    #[test]
    fn the_distance_itself_is_near_enough_and_just_less_is_too_far() {
        let world = kindergarten(villages(), "a", "A", 0.0, "joint").serving(&["B"]).world();
        let travel = crate::space::TravelMatrix::compute(&world, &crate::space::travel::Limits::new());
        let exact = travel.area_to_facility(AreaId::new(2), FacilityId::new(0)).cost().unwrap();
        let judge = |joint_within: Cost| {
            let check = Tiered { joint_within, ..tiered() };
            check.assess(&Case { world: &world, travel: &travel, detail: crate::rules::Detail::Evidence }).subjects[1]
                .clone()
        };
        assert_eq!(judge(exact).verdict, Verdict::Met);
        let too_far = judge(Cost::new(exact.get().next_down(), exact.unit()).unwrap());
        assert_eq!(too_far.verdict, Verdict::Unmet);
        assert_eq!(too_far.evidence.remarks[1], Remark::JointTooFar { distance: exact });
        assert_eq!(too_far.evidence.nearest, Some((FacilityId::new(0), exact)));
    }

    fn tiered() -> Tiered {
        match crate::rules::parse_check(CHECK) {
            crate::rules::Check::Tiered(tiered) => tiered,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn the_size_itself_is_large_and_one_person_less_is_small() {
        let world = |persons: f64| {
            let sketch = kindergarten(villages(), "c", "C", 10.0, "branch");
            sketch.people(Some("C"), None, &[("residents", persons)]).world()
        };
        assert_eq!(verdicts(&world(4000.0))[2], "unmet");
        assert_eq!(verdicts(&world(3999.0))[2], "met");
    }

    #[test]
    fn a_point_without_a_count_leaves_the_size_unknown_and_persons_of_the_street_do_not_count() {
        let world = kindergarten(villages(), "b", "B", 1.0, "branch").people(Some("B"), None, &[("pupils", 1.0)]);
        assert_eq!(verdicts(&world.world())[1], "unknown");
        let world = kindergarten(villages(), "b", "B", 1.0, "branch").people(Some("S"), None, &[("residents", 9999.0)]);
        assert_eq!(verdicts(&world.world())[1], "met");
    }

    #[test]
    fn a_group_that_no_layer_counts_leaves_only_what_its_size_decides_unknown() {
        let check = CHECK.replace("residents", "children");
        let world = kindergarten(villages(), "a", "A", 0.0, "own");
        let finding = try_check(&check, &kindergarten(world, "b", "B", 1.0, "branch").world());
        let verdicts: Vec<_> = finding.subjects.iter().map(|subject| subject.verdict.clone()).collect();
        let unknown = Verdict::unknown(Reason::NoGroup("children".to_owned()));
        assert_eq!(verdicts, [Verdict::Met, unknown, Verdict::Unmet]);
    }

    #[test]
    fn a_missing_form_leaves_only_a_large_area_unknown() {
        let world = kindergarten(villages(), "a", "A", 0.0, "");
        let world = kindergarten(world, "b", "B", 1.0, "").world();
        assert_eq!(verdicts(&world), ["unknown", "met", "unmet"]);
        let form = Reason::NoAttribute { attributes: vec!["form".to_owned()], n_facilities: 1 };
        assert_eq!(why(&world, 0), form);
        let world = kindergarten(villages(), "a", "A", 0.0, "").serving(&["B"]).world();
        assert_eq!(why(&world, 1), form);
    }

    #[test]
    fn a_joint_facility_without_a_place_may_be_near() {
        let world = villages().facility("kindergarten", "a", Some("A"), None, &[("form", "joint")]).serving(&["B"]);
        let world = world.world();
        assert_eq!(verdicts(&world), ["unmet", "unknown", "unmet"]);
        assert_eq!(why(&world, 1), Reason::NoPlace);
    }

    #[test]
    fn a_facility_known_only_to_be_in_the_street_may_be_in_any_village() {
        let world = kindergarten(villages(), "s", "S", 0.0, "own").world();
        assert_eq!(verdicts(&world), ["unknown"; 3]);
        assert_eq!(why(&world, 0), Reason::NoMembership { n_facilities: 1 });
        let world = kindergarten(villages(), "s", "S", 0.0, "branch").world();
        assert_eq!(verdicts(&world), ["unmet", "unknown", "unknown"]);
    }

    #[test]
    fn a_missing_attribute_of_where_or_among_leaves_it_unknown() {
        let check = CHECK.replace("group", r#"where = { licensed = true }, among = { kind = "village" }, group"#);
        let world = kindergarten(villages(), "a", "A", 0.0, "own").world();
        let finding = try_check(&check, &world);
        let keys: Vec<_> = finding.subjects.iter().map(|subject| subject.verdict.key()).collect();
        assert_eq!(keys, ["unknown", "unmet", "unknown"]);
        let licensed = Reason::NoAttribute { attributes: vec!["licensed".to_owned()], n_facilities: 1 };
        assert_eq!(finding.subjects[0].verdict, Verdict::unknown(licensed));
        let kind = Reason::NoAreaAttribute { attributes: vec!["kind".to_owned()] };
        assert_eq!(finding.subjects[2].verdict, Verdict::unknown(kind));
    }

    // A kindergarten in A that lists B, by a table in minutes.
    #[test]
    fn a_joint_one_to_which_a_table_lists_no_way_is_too_far_and_one_that_it_does_not_name_may_be_near() {
        let sketch = kindergarten(villages(), "k", "A", 0.0, "joint").serving(&["B"]).world();
        let check = CHECK.replace("2 km", "10 min");
        let judge = |check: &str, is_listed: bool, cost: Option<f64>| {
            let world = with_costs(&sketch, CostUnit::Minutes, |_, _| [true, is_listed], |_, _| cost);
            try_check(check, &world).subjects[1].verdict.clone()
        };
        assert_eq!(judge(&check, true, Some(10.0)), Verdict::Met);
        assert_eq!(judge(&check, true, Some(10.1)), Verdict::Unmet);
        assert_eq!(judge(&check, true, None), Verdict::Unmet);
        assert_eq!(judge(&check, false, None), Verdict::unknown(Reason::NotListed));
        // A limit in metres says nothing of minutes.
        let why = Reason::OtherUnit { asked: CostUnit::Metres, known: CostUnit::Minutes };
        assert_eq!(judge(CHECK, true, Some(1.0)), Verdict::unknown(why));
    }

    #[test]
    fn a_level_or_a_service_that_the_study_lacks_is_unknown() {
        let finding = try_check(&CHECK.replace("village", "hamlet"), &villages().world());
        assert_eq!(finding.verdict, Verdict::unknown(Reason::NoLevel("hamlet".to_owned())));
        let finding = try_check(&CHECK.replace("kindergarten", "library"), &villages().world());
        assert_eq!(finding.verdict, Verdict::unknown(Reason::NoService("library".to_owned())));
    }
}
