//! Laws: what an edited world is found to be does not depend on how it was reached.

use std::sync::Arc;

use proptest::prelude::*;

use super::stage::Revised;
use super::*;
use crate::assess::{Assessed, Only, assess, limits};
use crate::model::sketch::{Sketch, with_costs};
use crate::model::{AreaId, Column, Facilities, FacilityId, FacilityRow, Id, ServiceId, SourceId, World};
use crate::rules::Pack;
use crate::rules::finding::{Finding, Of, Quantity, Reason, Subject, Verdict};
use crate::rules::parts::{Revision, Roll};
use crate::space::TravelMatrix;
use crate::space::travel::with_straight_lines;
use crate::units::CostUnit;

const PACK: &str = r#"
    format = "evenreach.pack/1"
    [document]
    id = "test"
    title = { en = "Test", zh = "测试" }
    issuer = { en = "Us", zh = "我们" }
    year = 2018
"#;

/// Obligations of every kind that looks at facilities, people or attributes of areas: those that plans are tried with.
pub(super) const CHECKS: [&str; 14] = [
    r#"presence = { in-each = "street", service = "school", where = { public = true }, at-least = 1 }"#,
    r#"presence = { in-each = "street", among = { kind = "town" }, service = "clinic", at-least = 1, serving = true }"#,
    r#"share = { service = "school", being = { public = true }, at-least = "60 %", each = "street" }"#,
    r#"share = { service = "school", being = { public = true }, weighted-by = "places", at-least = "50 %" }"#,
    r#"total = { service = "school", sum-of = "places", at-least = 500, each = "street", decide = "each" }"#,
    r#"per-capita = { service = "clinic", group = "residents", per = "1000 persons", at-least = 1, each = "street" }"#,
    r#"reach = { service = "school", group = "pupils", within = "2 km", at-least = "80 %", each = "street" }"#,
    r#"reach = { service = "clinic", where = { public = true }, group = "residents", within = "1500 m", at-least = "90 %" }"#,
    r#"ceiling = { service = "school", value = "places", at-most = 300 }"#,
    r#"variation = { service = "school", resources = ["places"], per = "pupils", combine = "mean", parts = [ { name = "public", where = { public = true }, at-most = 0.5 } ] }"#,
    r#"seats = { service = "school", capacity = "places", group = "pupils", at-least = "90 %", each = "street" }"#,
    r#"seats = { service = "school", capacity = "places", group = "pupils", within = "3 km", at-least = "90 %", each = "street" }"#,
    r#"tiered = { in-each = "street", among = { kind = "town" }, service = "clinic", group = "residents", large-from = "200 persons", joint-within = "2 km" }"#,
    r#"membership = { service = "school", any-of = ["public"], lead = "public" }"#,
];

/// Others, so that every way of judging is tried.
const OTHERS: [&str; 8] = [
    r#"presence = { in-each = "district", service = "school", at-least = 3 }"#,
    r#"cascade = { service = "clinic", levels = ["district", "street"], where = { public = true }, one-stop-on = ["street"] }"#,
    r#"share = { service = "school", part = "pupils", whole = "places", at-least = "60 %", each = "street", decide = "each", each-facility = true }"#,
    r#"share = { service = "school", where = { public = true }, being = { form = "own" }, weighted-by = "places", at-least = "60 %", each = "street", compare = "form" }"#,
    r#"total = { service = "clinic", where = { public = true }, sum-of = "places", at-least = 90, each = "district" }"#,
    r#"per-capita = { service = "school", amount = "places", group = "pupils", per = "1 persons", at-least = 1.5, each = "street", decide = "each" }"#,
    r#"reach = { service = "school", where = { public = true }, group = "residents", within = "1 km", at-least = "50 %", each = "street", decide = "each" }"#,
    r#"ceiling = { service = "school", where = { public = true }, value = "pupils", per = "places", at-most = 0.6 }"#,
];

/// Those that look at estates.
const PAIRINGS: [&str; 2] = [
    r#"pairing = { service = "school", where = { public = true }, within = "2 km", capacity = "places", places-per-household = 0.2 }"#,
    r#"pairing = { service = "clinic", within = "1500 m" }"#,
];

fn packs() -> Vec<Arc<Pack>> {
    packs_of(&CHECKS)
}

fn all_packs() -> Vec<Arc<Pack>> {
    packs_of(&all_checks())
}

fn all_checks() -> Vec<&'static str> {
    [&CHECKS[..], &OTHERS, &PAIRINGS].concat()
}

pub(super) fn packs_of(checks: &[&str]) -> Vec<Arc<Pack>> {
    let mut text = PACK.to_owned();
    for (n, check) in checks.iter().enumerate() {
        text += &format!(
            "[[obligation]]\nid = \"o.{n}\"\nclause = \"{n}\"\nlead = \"b\"\nsummary = {{ en = \"s\", zh = \"s\" }}\ncheck.{check}\n"
        );
    }
    vec![Arc::new(Pack::from_toml("test.toml", &text).unwrap_or_else(|mistakes| panic!("{mistakes:#?}")))]
}

const STREETS: [&str; 3] = ["A", "B", "C"];
pub(super) type Place = (u8, u8);

/// A facility: clinic or school, public or not or unknown, its places, where it stands if that is known.
pub(super) type Building = (bool, Option<bool>, Option<u16>, Option<Place>);

fn km(place: Place) -> (f64, f64) {
    (f64::from(place.0) * 0.7, f64::from(place.1) * 0.7)
}

fn street(place: Place) -> &'static str {
    STREETS[usize::from(place.0 / 3).min(2)]
}

pub(super) fn world(points: &[(Place, Option<u16>, u16)], buildings: &[Building]) -> World {
    let mut sketch = Sketch::new(&["district", "street"]).area("district", "D", None, Some((2.0, 1.0)), &[]);
    for (n, name) in STREETS.iter().enumerate() {
        let kind = if n == 1 { "town" } else { "city" };
        sketch = sketch.area("street", name, Some("D"), Some((n as f64 * 2.1, 0.0)), &[("kind", kind)]);
    }
    for &(place, residents, pupils) in points {
        let mut persons = vec![("pupils", f64::from(pupils) / 4.0)];
        persons.extend(residents.map(|n| ("residents", f64::from(n) / 3.0)));
        sketch = sketch.people(Some(street(place)), Some(km(place)), &persons);
    }
    // All groups and columns are there, whatever was drawn.
    sketch = sketch.people(Some("A"), Some((0.0, 0.0)), &[("pupils", 1.0), ("residents", 1.0)]);
    sketch = sketch.service("school").service("clinic");
    sketch = sketch.facility(
        "school",
        "first",
        Some("A"),
        Some((0.1, 0.0)),
        &[("public", "true"), ("places", "100"), ("pupils", "90")],
    );
    for (n, &(is_school, public, places, place)) in buildings.iter().enumerate() {
        let cells: Vec<(&str, String)> = [
            public.map(|public| ("public", public.to_string())),
            // Fractions show in which order they are added.
            places.map(|places| ("places", (f64::from(places) / 7.0).to_string())),
            places.map(|places| ("pupils", (places / 9 + 1).to_string())),
            places.map(|places| ("form", ["own", "branch", "joint"][usize::from(places % 3)].to_owned())),
            places.map(|places| ("level", ["street", "district"][usize::from(places % 2)].to_owned())),
            places.map(|places| ("one-stop", (places % 5 != 0).to_string())),
        ]
        .into_iter()
        .flatten()
        .collect();
        let cells: Vec<(&str, &str)> = cells.iter().map(|(key, cell)| (*key, cell.as_str())).collect();
        let service = if is_school { "school" } else { "clinic" };
        let area = place.map_or("D", street);
        sketch = sketch.facility(service, &format!("f{n}"), Some(area), place.map(km), &cells);
        if n % 3 == 0 {
            sketch = sketch.serving(&["B"]);
        }
    }
    sketch = sketch.estate("E1", Some((1.0, 1.0)), Some(300.0), None).estate("E2", Some((4.0, 0.3)), Some(900.0), None);
    // In some worlds the households of one are missing.
    let households = (points.len() % 3 != 1).then_some(200.0);
    sketch.estate("E3", Some((4.0, 1.0)), households, None).world()
}

/// An edit before it is resolved: what it does, to which, and with what.
pub(super) type Drawn = (u8, u8, Place, u16, bool);

fn edit(world: &World, &(verb, which, place, number, flag): &Drawn, n: u32) -> Edit {
    let areas: Vec<AreaId> = world.areas.iter().map(|(id, _)| id).collect();
    let at = |place: Place| {
        let (east, north) = km(place);
        geo::Coord { x: 121.7 + east / 86.5, y: 39.1 + north / 111.03 }
    };
    let street_id = |place: Place| areas[1 + usize::from(place.0 / 3).min(2)];
    let facility = FacilityId::new(usize::from(which) % world.facilities.len());
    // Where there is a table, a new place has some of its names, or none.
    let table = world.costs.as_deref();
    let destination =
        table.filter(|_| number % 5 != 0).and_then(|table| table.destination(&(usize::from(number) % 7).to_string()));
    let origin =
        table.filter(|_| number % 4 != 0).and_then(|table| table.origin(&(usize::from(number) % 9).to_string()));
    let change = match verb % 7 {
        0 | 1 => Change::Open {
            facility: FacilityRow {
                code: format!("new-{n}"),
                name: format!("new-{n}"),
                service: ServiceId::new(usize::from(flag)),
                // Some are known to be in the district, or nothing is known of where they are.
                place: (number % 8 != 0).then(|| at(place)),
                area: match number % 16 {
                    0 => None,
                    8 => Some(areas[0]),
                    _ => Some(street_id(place)),
                },
                destination,
                origin: (SourceId::new(0), n),
            },
            attributes: vec![
                ("public".into(), Given::Flag(which % 2 == 0)),
                ("places".into(), Given::Number(f64::from(number) / 7.0)),
                ("pupils".into(), Given::Number(f64::from(number / 30 + 1))),
                ("form".into(), Given::Text(["own", "joint"][usize::from(number % 2)].into())),
                ("level".into(), Given::Text(["street", "district"][usize::from(which % 2)].into())),
                ("one-stop".into(), Given::Flag(number % 5 != 0)),
            ],
            serves: if flag { vec![areas[2]] } else { Vec::new() },
        },
        2 => Change::Close { facility },
        3 => Change::Alter {
            facility,
            attributes: vec![("places".into(), Given::Number(f64::from(number) / 2.0))],
            moved: flag.then(|| Moved { place: at(place), area: Some(street_id(place)), destination }),
        },
        4 => Change::Settle {
            place: Some(at(place)),
            area: Some(street_id(place)),
            origin,
            persons: vec![("pupils".into(), f64::from(number) / 7.0), ("residents".into(), f64::from(number))],
        },
        5 => Change::Grow {
            area: flag.then(|| street_id(place)),
            group: (which % 2 == 0).then(|| "pupils".into()),
            factor: f64::from(number) / 300.0,
        },
        _ => Change::Mark {
            area: street_id(place),
            attributes: vec![("kind".into(), Given::Text(if flag { "town" } else { "city" }.into()))],
        },
    };
    Edit { change, cost: Some(f64::from(number)), row: n }
}

pub(super) fn scenarios(world: &World, drawn: &[Vec<Drawn>]) -> Vec<Scenario> {
    let mut n = 0;
    let scenario = |(at, edits): (usize, &Vec<Drawn>)| {
        let mut scenario = Scenario { name: at.to_string(), edits: Vec::new() };
        for drawn in edits {
            n += 1;
            let edit = edit(world, drawn, n);
            // As a reader refuses it: one edit a facility.
            let of = |edit: &Edit| match edit.change {
                Change::Close { facility } | Change::Alter { facility, .. } => Some(facility),
                _ => None,
            };
            if of(&edit).is_none() || !scenario.edits.iter().any(|other| of(other) == of(&edit)) {
                scenario.edits.push(edit);
            }
        }
        scenario
    };
    drawn.iter().enumerate().map(scenario).collect()
}

/// What the stage finds: what was judged anew, else what the base had.
fn incremental(stage: &Stage, outcome: &Outcome) -> Vec<Assessed> {
    let mut all = stage.base().findings.clone();
    for (position, assessed) in &outcome.judged {
        all[*position] = assessed.clone();
    }
    all
}

/// Access to the services that an outcome names, from nothing.
fn access_from_nothing(stage: &Stage, outcome: &Outcome) -> Vec<AccessChange> {
    let of = |world: &World, service| {
        let travel = TravelMatrix::compute(world, &limits(world, &packs()));
        access::access(world, &travel, service, stage.group(service)?)
    };
    let change = |change: &AccessChange| {
        let service = change.service;
        AccessChange { service, before: of(stage.world(), service), after: of(&outcome.world, service) }
    };
    outcome.access.iter().map(change).collect()
}

fn from_nothing(world: &World) -> Vec<Assessed> {
    found_by(&packs(), world)
}

pub(super) fn found_by(packs: &[Arc<Pack>], world: &World) -> Vec<Assessed> {
    let travel = TravelMatrix::compute(world, &limits(world, packs));
    assess(world, &travel, packs, &Only::default()).findings
}

/// The world as its files would be read: only rows that stand are there.
fn written_out(world: &World) -> World {
    let old = &world.facilities;
    let kept: Vec<FacilityId> = old.iter().map(|(id, _)| id).filter(|&id| old.stands(id)).collect();
    let rows: Vec<Option<usize>> = kept.iter().map(|id| Some(id.index())).collect();
    let columns = old.attributes().iter().map(|(key, column): (_, &Column)| (key.clone(), column.gather(&rows)));
    let serves = kept.iter().enumerate().filter(|&(_, &id)| !old.serves(id).is_empty());
    let facilities = Facilities::new(
        kept.iter().map(|&id| old[id].clone()).collect(),
        old.services().values().iter().map(|service| service.key.clone()).collect(),
        columns.collect(),
        serves.map(|(new, &id)| (FacilityId::new(new), old.serves(id).to_vec())).collect(),
    );
    World { facilities: Arc::new(facilities), ..world.clone() }
}

/// A finding without the numbers of facilities.
fn figures(found: &[Assessed]) -> Vec<impl PartialEq + std::fmt::Debug + use<>> {
    found.iter().map(figures_of).collect()
}

fn figures_of(found: &Assessed) -> impl PartialEq + std::fmt::Debug + use<> {
    let finding = &found.finding;
    let subjects: Vec<_> = finding
        .subjects
        .iter()
        .map(|subject| (subject.verdict.clone(), subject.observed, subject.shortfall, subject.evidence.counted))
        .collect();
    let value = |quantity: &Option<crate::rules::finding::Quantity>| quantity.as_ref().map(|quantity| quantity.value);
    (
        finding.verdict.clone(),
        value(&finding.observed),
        value(&finding.margin),
        finding.shortfall,
        subjects,
        found.affected.clone(),
    )
}

/// A number of a pair that looks drawn.
fn drawn_of(seed: u64, from: usize, to: usize) -> u64 {
    use std::hash::{DefaultHasher, Hash, Hasher};
    let mut hasher = DefaultHasher::new();
    (seed, from, to).hash(&mut hasher);
    hasher.finish()
}

/// The world with a table of made-up costs, in which some names and some ways are missing and many cost the same.
fn with_drawn_costs(world: &World, seed: u64) -> World {
    let is_listed =
        |from, to| [(1, from), (2, to)].map(|(side, at)| !drawn_of(seed, at, 1000 + side).is_multiple_of(8));
    with_costs(world, CostUnit::Metres, is_listed, |from, to| {
        let drawn = drawn_of(seed, from, to);
        (!drawn.is_multiple_of(4)).then_some((drawn / 4 % 16) as f64 * 250.0)
    })
}

/// What a judgement by what is touched finds, as figures: the verdict's word, its figures, and those of the subjects.
type Figures = (&'static str, [Option<f64>; 3], Vec<(Of, SubjectFigures)>);
type SubjectFigures = (&'static str, [Option<f64>; 6]);

fn subject_figures(subject: &Subject) -> SubjectFigures {
    let evidence = &subject.evidence;
    let figures = [evidence.counted, evidence.of, evidence.unknown, evidence.persons];
    let [counted, of, unknown, persons] = figures;
    (subject.verdict.key(), [subject.observed, subject.shortfall, counted, of, unknown, persons])
}

/// Whether a subject is judged; crowded facilities are only listed.
fn is_judged(subject: &Subject) -> bool {
    let only_listed = Verdict::NotCheckable { why: Reason::NoLimit };
    !matches!(subject.of, Of::Facility(_)) || subject.verdict != only_listed
}

fn in_full(finding: &Finding) -> Figures {
    let value = |quantity: &Option<Quantity>| quantity.as_ref().map(|quantity| quantity.value);
    let judged = finding.subjects.iter().filter(|subject| is_judged(subject));
    let mut subjects: Vec<_> = judged.map(|subject| (subject.of.clone(), subject_figures(subject))).collect();
    subjects.sort_by_key(|(of, _)| format!("{of:?}"));
    (finding.verdict.key(), [value(&finding.observed), value(&finding.margin), finding.shortfall], subjects)
}

/// The subjects of the base with those that a revision replaces.
fn revised(base: &Finding, revision: &Revision) -> Figures {
    let mut subjects: Vec<Subject> = base.subjects.iter().filter(|subject| is_judged(subject)).cloned().collect();
    for (before, after) in &revision.changed {
        if let Some(before) = before {
            let at = subjects.iter().position(|subject| subject.of == before.of).expect("it was there");
            assert_eq!(subject_figures(&subjects[at]), subject_figures(before));
            subjects.remove(at);
        }
        subjects.extend(after.clone());
    }
    assert_eq!(Roll::of(&subjects), revision.roll);
    in_full(&Finding { subjects, ..revision.finding.clone() })
}

/// What every judgement by what is touched says is what a full one says. How many were so judged.
fn judged_by_what_is_touched(stage: &Stage, chosen: &[usize], outcome: &Outcome) -> usize {
    let Ok(edits) = stage.edits(chosen) else { return 0 };
    let (found, checks) = (incremental(stage, outcome), all_checks());
    let mut n = 0;
    for (position, after) in found.iter().enumerate() {
        let base = &stage.base().findings[position].finding;
        match stage.revise(position, &edits) {
            Revised::Same => assert_eq!(in_full(base), in_full(&after.finding), "{}", checks[position]),
            Revised::By(revision) => {
                n += 1;
                assert_eq!(revised(base, &revision), in_full(&after.finding), "{}", checks[position]);
            }
            Revised::Unsaid => {}
        }
    }
    n
}

pub(super) fn places() -> impl Strategy<Value = Place> {
    (0..9_u8, 0..4_u8)
}

pub(super) fn buildings() -> impl Strategy<Value = Vec<Building>> {
    let public = prop::option::weighted(0.9, any::<bool>());
    let amount = prop::option::weighted(0.9, 0..400_u16);
    prop::collection::vec((any::<bool>(), public, amount, prop::option::weighted(0.9, places())), 0..8)
}

#[test]
fn edits_of_facilities_are_judged_by_what_they_touch() {
    let buildings = [
        (true, Some(true), Some(90), Some((4, 0))),
        (false, Some(true), Some(40), Some((1, 1))),
        (false, Some(true), Some(70), Some((7, 1))),
    ];
    let base = world(&[((4, 1), Some(300), 60), ((8, 0), Some(90), 30)], &buildings);
    for base in [base.clone(), with_straight_lines(&base)] {
        // A school closes, a clinic closes, a clinic gets other places.
        let drawn = [vec![(2, 1, (0, 0), 0, false)], vec![(2, 2, (0, 0), 0, false)], vec![(3, 2, (0, 0), 25, false)]];
        let stage = Stage::new(&base, &all_packs(), &Only::default(), scenarios(&base, &drawn));
        for chosen in 0..3 {
            let edits = stage.edits(&[chosen]).unwrap();
            let unsaid = |&position: &usize| matches!(stage.revise(position, &edits), Revised::Unsaid);
            assert_eq!((0..all_checks().len()).find(unsaid), None);
            assert_ne!(judged_by_what_is_touched(&stage, &[chosen], &stage.outcome(&[chosen]).unwrap()), 0);
        }
    }
}

proptest! {
    #[test]
    fn what_is_judged_anew_is_what_an_assessment_from_nothing_finds(
        points in prop::collection::vec((places(), prop::option::weighted(0.9, 0..900_u16), 0..200_u16), 0..8),
        buildings in buildings(),
        drawn in prop::collection::vec(
            prop::collection::vec((any::<u8>(), any::<u8>(), places(), 0..600_u16, any::<bool>()), 1..4), 1..4,
        ),
        costs in prop::option::of(any::<u64>()),
    ) {
        let base = world(&points, &buildings);
        let base = costs.map_or_else(|| base.clone(), |seed| with_drawn_costs(&base, seed));
        let packs = all_packs();
        let stage = Stage::new(&base, &packs, &Only::default(), scenarios(&base, &drawn));
        // The stage itself is the base.
        prop_assert_eq!(figures(&stage.base().findings), figures(&found_by(&packs, &base)));
        for chosen in batch::choices(drawn.len(), 2) {
            let Ok(outcome) = stage.outcome(&chosen) else { continue };
            prop_assert_eq!(stage.difference(&chosen), Ok(Difference::of(&stage, &outcome)));
            judged_by_what_is_touched(&stage, &chosen, &outcome);
            prop_assert_eq!(&outcome.access, &access_from_nothing(&stage, &outcome));
            let found = incremental(&stage, &outcome);
            let anew = found_by(&packs, &outcome.world);
            prop_assert_eq!(&found, &anew);
            let written = found_by(&packs, &written_out(&outcome.world));
            prop_assert_eq!(figures(&found), figures(&written));
        }
    }

    #[test]
    fn a_table_of_straight_lines_gives_what_straight_lines_give(
        points in prop::collection::vec((places(), prop::option::weighted(0.9, 0..900_u16), 0..200_u16), 0..8),
        buildings in prop::collection::vec(
            (any::<bool>(), prop::option::weighted(0.9, any::<bool>()), prop::option::weighted(0.9, 0..400_u16), places().prop_map(Some)),
            0..8,
        ),
    ) {
        let base = world(&points, &buildings);
        let listed = with_straight_lines(&base);
        prop_assert!(listed.costs.as_ref().is_some_and(|table| !table.is_empty()));
        let packs = all_packs();
        prop_assert_eq!(found_by(&packs, &base), found_by(&packs, &listed));
    }

    #[test]
    fn a_batch_keeps_the_best_and_a_scenario_leaves_its_base_as_it_was(
        buildings in buildings(),
        drawn in prop::collection::vec(
            prop::collection::vec((any::<u8>(), any::<u8>(), places(), 0..600_u16, any::<bool>()), 1..3), 2..6,
        ),
    ) {
        let base = world(&[((4, 1), Some(300), 60), ((8, 0), Some(90), 30)], &buildings);
        let stage = Stage::new(&base, &packs(), &Only::default(), scenarios(&base, &drawn));
        let before = stage.base().findings.clone();
        let all = batch::run(&stage, batch::Batch::default(), batch::choices(drawn.len(), 2), By::Persons, usize::MAX, &mut |_| ());
        let few = batch::run(&stage, batch::Batch::default(), batch::choices(drawn.len(), 2), By::Persons, 3, &mut |_| ());
        prop_assert_eq!(&few.best[..], &all.best[..few.best.len()]);
        // An interrupted one that goes on ends where one that was not does.
        let choices = || batch::choices(drawn.len(), 2);
        let begun = batch::run(&stage, batch::Batch::default(), choices().take(3), By::Persons, 3, &mut |_| ());
        let ended = batch::run(&stage, begun, choices().skip(3), By::Persons, 3, &mut |_| ());
        prop_assert_eq!((&ended.best, ended.n_judged, ended.n_conflicts), (&few.best, few.n_judged, few.n_conflicts));
        prop_assert_eq!(all.n_judged + all.n_conflicts, batch::n_choices(drawn.len(), 2));
        let net = |ranked: &Ranked| ranked.difference.gained() - ranked.difference.lost();
        prop_assert!(all.best.windows(2).all(|two| net(&two[1]) <= net(&two[0])));
        prop_assert_eq!(figures(&from_nothing(&written_out(stage.world()))), figures(&before));
    }
}
