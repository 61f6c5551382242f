//! Laws: what a search for sites with capacities says is what the check of places finds in the edited study.

use std::sync::Arc;

use geo::Coord;
use proptest::prelude::*;

use super::*;
use crate::assess::Only;
use crate::model::sketch::Sketch;
use crate::model::{FacilityRow, SourceId, World};
use crate::rules::Pack;
use crate::scenario::{Change, Edit, Given, Scenario};
use crate::siting::capacitated::max_cover::max_cover;
use crate::siting::capacitated::set_cover::{Least, partial};
use crate::siting::capacitated::{Allowed, Sites};
use crate::siting::{NoAnswer, Terms};

const AT_LEAST: f64 = 0.8;
const PACK: &str = r#"
    format = "evenreach.pack/1"
    document = { id = "test", year = 2018, title = { en = "t", zh = "t" }, issuer = { en = "i", zh = "i" } }
    [[obligation]]
    id = "seats"
    clause = "1"
    lead = "b"
    summary = { en = "s", zh = "s" }
    check.seats = { service = "school", where = { public = true }, capacity = "places", group = "pupils", within = "2 km", at-least = "80 %" }
"#;

fn pack() -> Arc<Pack> {
    Arc::new(Pack::from_toml("test.toml", PACK).unwrap_or_else(|mistakes| panic!("{mistakes:#?}")))
}

/// Kilometres east, and how many.
type Point = (Option<u8>, u8);
/// Whether it is public, its places, and where it is.
type School = (Option<bool>, Option<u8>, Option<u8>);

fn place(east: u8) -> Coord<f64> {
    Coord { x: 121.7 + f64::from(east) / 86.5, y: 39.1 }
}

fn world(points: &[Point], schools: &[School]) -> World {
    let km = |east: Option<u8>| east.map(|east| (f64::from(east), 0.0));
    let mut sketch = Sketch::new(&["street"]).people(None, Some((0.0, 0.0)), &[("pupils", 3.0)]).service("school");
    for &(east, n) in points {
        // Halves and thirds: to the thousandth they are not what they are.
        sketch = sketch.people(None, km(east), &[("pupils", f64::from(n) / 3.0)]);
    }
    for (n, &(public, places, east)) in schools.iter().enumerate() {
        let cells = [
            public.map(|public| ("public", public.to_string())),
            places.map(|places| ("places", (f64::from(places) / 2.0).to_string())),
        ];
        let cells: Vec<(&str, &str)> = cells.iter().flatten().map(|(key, cell)| (*key, cell.as_str())).collect();
        sketch = sketch.facility("school", &n.to_string(), None, km(east), &cells);
    }
    sketch.facility("school", "first", None, None, &[("public", "true"), ("places", "1")]).world()
}

fn candidate(world: &World, (n, &(east, places)): (usize, &(u8, u8))) -> Scenario {
    let facility = FacilityRow {
        code: format!("new-{n}"),
        name: format!("new-{n}"),
        service: world.facilities.service("school").unwrap(),
        place: Some(place(east)),
        area: None,
        destination: None,
        origin: (SourceId::new(0), 1),
    };
    let attributes =
        vec![("public".to_owned(), Given::Flag(true)), ("places".to_owned(), Given::Number(f64::from(places) / 2.0))];
    let change = Change::Open { facility, attributes, serves: Vec::new() };
    Scenario { name: n.to_string(), edits: vec![Edit { change, cost: None, row: 1 }] }
}

/// How many have a place for sure in the study with some candidates, of how many.
fn seated(stage: &Stage, chosen: &[usize]) -> (f64, f64, Verdict) {
    let outcome = stage.outcome(chosen).unwrap();
    let finding = outcome.judged.first().map_or(&stage.base().findings[0].finding, |(_, judged)| &judged.finding);
    let evidence = &finding.subjects[0].evidence;
    (evidence.counted.unwrap(), evidence.of.unwrap(), finding.verdict.clone())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn persons_served_are_those_whom_the_check_of_places_finds_seated_in_the_edited_study(
        points in prop::collection::vec((prop::option::weighted(0.9, 0..8_u8), 0..30_u8), 0..7),
        schools in prop::collection::vec(
            (prop::option::weighted(0.9, prop::bool::weighted(0.9)), prop::option::weighted(0.9, 0..30_u8), prop::option::weighted(0.9, 0..8_u8)),
            0..5,
        ),
        drawn in prop::collection::vec((0..8_u8, 0..30_u8), 1..5),
        budget in 0..4_usize,
    ) {
        let world = world(&points, &schools);
        let candidates: Vec<Scenario> = drawn.iter().enumerate().map(|drawn| candidate(&world, drawn)).collect();
        let (packs, n_candidates) = (vec![pack()], candidates.len());
        let stage = Stage::new(&world, &packs, &Only::default(), candidates);
        let group = world.people.group("pupils").unwrap();
        let need = need(&stage, &packs[0].obligations[0].check, group).unwrap();
        let task = stage.task(&need, None).unwrap();
        let existing: Vec<u32> = (0..task.n_standing() as u32).collect();
        let terms = Terms { existing: &existing, ..Terms::default() };
        let (offers, persons) = (&task.offers, &task.persons[..]);
        let limit = need.serves.limit();
        let cost = vec![0.0; offers.n_sites()];
        let sites = Sites { capacity: task.capacity.as_deref().unwrap(), cost: &cost };
        let new = |chosen: &[u32]| chosen.iter().filter_map(|&site| task.scenario(site)).collect::<Vec<_>>();

        let p = existing.len() + budget.min(n_candidates);
        let allowed = Allowed { p: Some(p), budget: Some(f64::INFINITY) };
        let answer = max_cover(offers, persons, limit, sites, allowed, terms).unwrap().answer;
        prop_assert!(answer.proven);
        let (found, all, _) = seated(&stage, &new(&answer.chosen));
        prop_assert!((found - answer.objective).abs() < 1e-6, "{found} in the study, {answer:?}");
        prop_assert!((persons.iter().sum::<f64>() + task.without - all).abs() < 1e-6);
        // No other choice seats more in the study.
        let choices = (0_u32..1 << n_candidates).map(|set| -> Vec<usize> {
            (0..n_candidates).filter(|candidate| set >> candidate & 1 == 1).collect()
        });
        let choices: Vec<(usize, f64)> = choices.map(|chosen| (chosen.len(), seated(&stage, &chosen).0)).collect();
        let best = choices.iter().filter(|(n, _)| *n <= budget).map(|(_, seated)| *seated).fold(0.0, f64::max);
        prop_assert!(best <= found + 1e-6, "{best} would be seated, {answer:?}");

        let placed: f64 = persons.iter().sum();
        let share = AT_LEAST * (placed + task.without) / placed;
        let enough = |&&(_, seated): &&(usize, f64)| AT_LEAST * all <= seated * (1.0 + 1e-9);
        let fewest = choices.iter().filter(enough).map(|(n, _)| *n).min();
        if 1.0 < share {
            prop_assert_eq!(fewest, None);
            return Ok(());
        }
        match partial(offers, persons, limit, sites, (share, Least::Number), terms) {
            Ok(found) => {
                let chosen = new(&found.answer.chosen);
                prop_assert_eq!((Some(chosen.len()), found.answer.proven), (fewest, true));
                prop_assert_eq!(seated(&stage, &chosen).2, Verdict::Met);
            }
            Err(NoAnswer::Unreachable { .. } | NoAnswer::NoRoom { .. }) => prop_assert_eq!(fewest, None),
            Err(why) => prop_assert!(false, "{why:?}"),
        }
    }
}

// A(20) and school a(12 places) at 0 km, B(9) at 2.5 km, a candidate(5) between them at 1 km; the school of which nobody knows the places, and that of which
// nobody knows where it is, serve nobody.
#[test]
fn who_stands_is_a_site_with_its_places_and_one_without_serves_nobody() {
    let world = Sketch::new(&["street"])
        .people(None, Some((0.0, 0.0)), &[("pupils", 20.0)])
        .people(None, Some((2.5, 0.0)), &[("pupils", 9.0)])
        .facility("school", "a", None, Some((0.0, 0.0)), &[("public", "true"), ("places", "12")])
        .facility("school", "b", None, Some((3.0, 0.0)), &[("public", "true")])
        .facility("school", "c", None, Some((3.0, 0.0)), &[("places", "70")])
        .facility("school", "d", None, None, &[("public", "true"), ("places", "90")])
        .world();
    let candidates = vec![candidate(&world, (0, &(1, 10)))];
    let packs = vec![pack()];
    let stage = Stage::new(&world, &packs, &Only::default(), candidates);
    let need = need(&stage, &packs[0].obligations[0].check, world.people.group("pupils").unwrap()).unwrap();
    let task = stage.task(&need, None).unwrap();
    assert_eq!(task.capacity.as_deref(), Some(&[12.0, 0.0, 90.0, 5.0][..]));
    assert_eq!((task.n_standing(), task.n_unmeasured, task.n_unsure), (3, 1, 1));
    let sites = |demand: usize| task.offers.of(demand).0.to_vec();
    assert_eq!((sites(0), sites(1)), (vec![0, 3], vec![3]));
    assert_eq!((task.scenario(2), task.scenario(3)), (None, Some(0)));
}
