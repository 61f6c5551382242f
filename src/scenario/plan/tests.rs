//! Laws: a plan is what trying every choice finds.

use std::sync::Arc;

use proptest::prelude::*;

use super::super::tests::{CHECKS, Drawn, Place, buildings, found_by, packs_of, places, scenarios, world};
use super::super::{Change, Given, Scenario, Stage, batch};
use super::search::is_kept;
use super::*;
use crate::assess::Only;
use crate::model::{Date, Estate, Estates, Id, SourceId, World};
use crate::rules::Pack;

/// Promises to estates: a facility near; near and with places; in time, too.
const PAIRINGS: [&str; 4] = [
    r#"pairing = { service = "school", where = { public = true }, within = "2 km" }"#,
    r#"pairing = { service = "school", within = "2 km", capacity = "places", places-per-household = 0.1 }"#,
    r#"pairing = { service = "clinic", within = "3 km", opens = "opened" }"#,
    r#"pairing = { service = "school", within = "3 km", opens = "opened", capacity = "places", places-per-household = 0.05 }"#,
];

const GROUPS: &str =
    r#"membership = { service = "school", where = { public = true }, any-of = ["form"], named = ["own", "joint"] }"#;

fn packs() -> Vec<Arc<Pack>> {
    packs_of(&[&CHECKS[..], &PAIRINGS, &[GROUPS]].concat())
}
const N_CHECKS: usize = CHECKS.len() + PAIRINGS.len() + 1;

/// A day in the summer of some year.
fn day(year: i16) -> Date {
    Date::new(year, 9, 1).unwrap()
}

/// Scenarios that edit facilities: what people do and what areas are is not chosen. What opens has a day.
fn candidates(base: &World, drawn: &[Drawn]) -> Vec<Scenario> {
    let drawn: Vec<Vec<Drawn>> =
        drawn.iter().map(|&(verb, which, place, number, flag)| vec![(verb % 4, which, place, number, flag)]).collect();
    let mut scenarios = scenarios(base, &drawn);
    for (scenario, drawn) in scenarios.iter_mut().zip(&drawn) {
        for (edit, &(.., number, _)) in scenario.edits.iter_mut().zip(drawn) {
            if let Change::Open { attributes, .. } = &mut edit.change {
                attributes.push(("opened".to_owned(), Given::Date(day(2019 + (number % 3) as i16))));
            }
        }
    }
    scenarios
}

/// An estate before it is placed: where, how many households, by when.
type Homes = (Place, Option<u16>, Option<i16>);

fn homes() -> impl Strategy<Value = Vec<Homes>> {
    let households = prop::option::weighted(0.95, 0..900_u16);
    prop::collection::vec((places(), households, prop::option::weighted(0.95, 2019..2022_i16)), 0..4)
}

fn with_estates(base: World, homes: &[Homes]) -> World {
    let estate = |&((east, north), households, year): &Homes| Estate {
        code: String::new(),
        name: String::new(),
        place: Some(geo::Coord { x: 121.7 + f64::from(east) * 0.7 / 86.5, y: 39.1 + f64::from(north) * 0.7 / 111.03 }),
        area: None,
        households: households.map(f64::from),
        first_phase: year.map(day),
        origin: (SourceId::new(0), 1),
    };
    World { estates: Arc::new(Estates { rows: homes.iter().map(estate).collect(), known: true }), ..base }
}

/// A question with all the work and time there is.
fn question<'a>(stage: &'a Stage, costs: &'a [f64], wanted: &'a [usize]) -> Question<'a> {
    Question { stage, costs, wanted, work: u64::MAX / 2, time_left: &|| Duration::from_secs(600) }
}

/// Every choice that can be carried out: what it costs, and which obligations it keeps.
struct Tried {
    chosen: Vec<usize>,
    cost: f64,
    kept: Vec<bool>,
}

fn every_choice(stage: &Stage, costs: &[f64]) -> Vec<Tried> {
    let base = &stage.base().findings;
    let nothing = std::iter::once(Vec::new());
    let tried = |chosen: Vec<usize>| {
        let judged = stage.verdicts(&chosen).ok()?;
        let verdict = |position: usize| judged.iter().find(|(at, _)| *at == position).map(|(_, verdict)| verdict);
        let kept = (0..base.len()).map(|at| is_kept(&base[at].finding.verdict, verdict(at))).collect();
        let cost = chosen.iter().map(|&scenario| costs[scenario]).sum();
        Some(Tried { chosen, cost, kept })
    };
    nothing.chain(batch::choices(costs.len(), costs.len())).filter_map(tried).collect()
}

/// What choices leave lacking of what a plan keeps, where it is sums and cover that no scenario takes away.
fn lacking(stage: &Stage, plan: &Plan) -> Option<impl Fn(&[usize]) -> f64 + use<>> {
    let is_open = |position: &usize| stage.base().findings[*position].finding.verdict.is_open();
    let open = plan.held.iter().copied().filter(is_open).map(|position| Asked::of(stage, position));
    let asked: Vec<Asked> = open.filter(|asked| !asked.touching.is_empty() && is_reckoned(asked)).collect();
    let is_simple = |asked: &Asked| match &asked.ask {
        Ask::Near(cover, places) => {
            places.rows.is_empty() && cover.groups.iter().flat_map(|near| &near.standing).all(Vec::is_empty)
        }
        Ask::Sums(_) | Ask::Untold => true,
    };
    let sums = starts::Sums::of(&asked, &vec![Role::May; asked.len()], Role::May, stage.scenarios().len());
    let n = asked.len().max(1) as f64;
    asked.iter().all(is_simple).then_some(move |chosen: &[usize]| {
        let mut sums = sums.clone();
        chosen.iter().for_each(|&scenario| sums.add(scenario, 1.0));
        sums.lacking() / n
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(192))]

    #[test]
    fn a_plan_is_the_cheapest_of_all_choices_and_what_it_calls_impossible_is(
        points in prop::collection::vec((places(), prop::option::weighted(0.95, 0..900_u16), 0..200_u16), 1..7),
        buildings in buildings(),
        drawn in prop::collection::vec((any::<u8>(), any::<u8>(), places(), 0..600_u16, any::<bool>()), 1..7),
        homes in homes(),
        only in prop::collection::vec(0..N_CHECKS, 1..4),
    ) {
        let base = with_estates(world(&points, &buildings), &homes);
        let stage = Stage::new(&base, &packs(), &Only::default(), candidates(&base, &drawn));
        let costs: Vec<f64> = stage.scenarios().iter().map(|scenario| scenario.cost().unwrap_or(0.0)).collect();
        let before = &stage.base().findings;
        let (impossible, found) = plan(&question(&stage, &costs, &only));

        let all = every_choice(&stage, &costs);
        let wanted: Vec<usize> = {
            let mut wanted = only.clone();
            wanted.sort_unstable();
            wanted.dedup();
            wanted.retain(|&at| before[at].finding.verdict.is_open());
            wanted
        };
        let (can, cannot): (Vec<usize>, Vec<usize>) = wanted.iter().partition(|&&at| all.iter().any(|tried| tried.kept[at]));
        let told: Vec<usize> = impossible.iter().map(|impossible| impossible.position).collect();
        prop_assert_eq!(&told, &cannot);
        prop_assert!(impossible.iter().all(|impossible| impossible.why != Why::NotKnown));

        let keeps_today = |tried: &&Tried| (0..before.len()).all(|at| before[at].finding.verdict != Verdict::Met || tried.kept[at]);
        let n_held = |tried: &Tried| can.iter().filter(|&&at| tried.kept[at]).count();
        let most = all.iter().filter(keeps_today).map(n_held).max().unwrap_or(0);
        let cheapest = all.iter().filter(keeps_today).filter(|tried| n_held(tried) == most).map(|tried| tried.cost);
        let cheapest = cheapest.min_by(f64::total_cmp).unwrap_or(0.0);
        let (given_up, clashes) = match &found {
            Ok(found) => (&found.given_up[..], &found.clashes[..]),
            Err(NoPlan::AllGivenUp { given_up, clashes }) => (&given_up[..], &clashes[..]),
            Err(_) => (&[][..], &[][..]),
        };
        // Each that is given up is explained by a conflict, and no smaller one does.
        prop_assert_eq!(given_up.len(), can.len() - most);
        prop_assert!(given_up.iter().all(|at| clashes.iter().any(|clash| clash.of == Some(*at))), "{:?}", clashes);
        prop_assert_eq!(clashes.is_empty(), given_up.is_empty());
        let together = |of: &[usize]| all.iter().any(|tried| of.iter().all(|&at| tried.kept[at]));
        let conflicts = |of: &[usize]| {
            let without = |leave: &usize| of.iter().copied().filter(|at| at != leave).collect::<Vec<_>>();
            !together(of) && of.iter().all(|leave| together(&without(leave)))
        };
        let may: Vec<usize> = (0..before.len()).filter(|at| before[*at].finding.verdict == Verdict::Met || can.contains(at)).collect();
        for (at, clash) in clashes.iter().enumerate() {
            prop_assert!(conflicts(&clash.positions) && clash.smallest, "{:?}", clash);
            let is_kept = |of: &usize| !given_up.contains(of) || clash.of == Some(*of);
            let may: Vec<usize> = may.iter().copied().filter(|of| at == 0 || is_kept(of)).collect();
            prop_assert!(clash.positions.iter().all(|of| may.contains(of)));
            for choice in batch::choices(may.len(), clash.positions.len() - 1) {
                let of: Vec<usize> = choice.iter().map(|&at| may[at]).collect();
                prop_assert!(together(&of), "{:?} {:?}", clash, of);
            }
        }
        let Ok(found) = found else {
            prop_assert_eq!(most, 0);
            return Ok(());
        };
        prop_assert!(found.proven);
        prop_assert!((found.objective - cheapest).abs() <= 1e-6 * cheapest.max(1.0), "{} {cheapest}", found.objective);
        // The check from nothing agrees.
        let after = found_by(&packs(), &stage.edited(&found.chosen).unwrap());
        for &at in &found.held {
            prop_assert!(is_kept(&before[at].finding.verdict, Some(&after[at].finding.verdict)), "{at}");
        }
        prop_assert_eq!(can.iter().filter(|at| found.held.contains(at)).count(), most);
        let rungs = &found.ladder;
        prop_assert_eq!(rungs.last().map(|rung| &rung.chosen), Some(&found.chosen));
        prop_assert!(rungs.windows(2).all(|two| two[0].cost < two[1].cost && two[1].lacking <= two[0].lacking + 1e-6));
        prop_assert!(rungs.iter().all(|rung| rung.bound <= rung.lacking && (!rung.proven || rung.bound == rung.lacking)));
        // No choice that costs as much leaves less lacking than the bound says, and each leaves what it says.
        if let Some(lacking) = lacking(&stage, &found) {
            for rung in rungs {
                prop_assert!((lacking(&rung.chosen) - rung.lacking).abs() < 2e-4, "{} {}", lacking(&rung.chosen), rung.lacking);
                for tried in all.iter().filter(keeps_today).filter(|tried| tried.cost <= rung.cost) {
                    prop_assert!(rung.bound <= lacking(&tried.chosen) + 2e-4, "{:?} {:?}", rung, tried.chosen);
                }
            }
        }
        // What a rung costs buys no obligation more.
        for rung in rungs.iter().filter(|rung| rung.proven) {
            let whole = all.iter().filter(keeps_today).filter(|tried| tried.cost < found.objective - 1e-3);
            prop_assert!(rung.cost == found.objective || whole.clone().all(|tried| n_held(tried) < most || cheapest <= tried.cost));
        }
    }
}

// street A: a private school, street B: nothing. A public school in each: open one in B, convert the one in A.
#[test]
fn a_plan_says_what_each_edit_is_for() {
    let base = world(&[((0, 0), Some(300), 60), ((4, 1), Some(90), 30)], &[]);
    let drawn: [Drawn; 3] = [(0, 0, (4, 1), 100, false), (0, 0, (8, 0), 150, false), (0, 2, (8, 0), 900, false)];
    let stage = Stage::new(&base, &packs(), &Only::default(), candidates(&base, &drawn));
    let (impossible, found) = plan(&question(&stage, &[1.0, 2.0, 3.0], &[0]));
    let found = found.unwrap();
    assert_eq!((impossible.len(), &found.chosen[..], found.objective), (0, &[0, 1][..], 3.0));
    assert!(found.held.contains(&0) && found.clashes.is_empty() && found.given_up.is_empty());
    let opened: Vec<&str> = found
        .purposes
        .iter()
        .flat_map(|purpose| purpose.serves.iter().flatten().filter(|served| served.position == 0))
        .map(|served| base.areas[served.areas[0]].name.as_str())
        .collect();
    assert_eq!(opened, ["B", "C"]);
    // One of the two, then both.
    assert_eq!(found.ladder.iter().map(|rung| rung.cost).collect::<Vec<_>>(), [0.0, 1.0, 3.0]);
    assert!(matches!(stage.scenarios()[0].edits[0].change, Change::Open { .. }));
}

// street A: 100 persons, street B: 30, C: 1. A public school in each: one is enough for any; the most people come first.
#[test]
fn of_what_leaves_as_little_lacking_most_persons_gain() {
    let base = world(&[((0, 0), Some(30), 0), ((4, 1), Some(300), 0), ((8, 1), Some(90), 0)], &[]);
    let drawn: Vec<Drawn> = [(0, 0), (4, 1), (8, 0)].map(|place| (0, 0, place, 150, false)).to_vec();
    let stage = Stage::new(&base, &packs(), &Only::default(), candidates(&base, &drawn));
    let (_, found) = plan(&question(&stage, &[1.0; 3], &[0]));
    let rungs = found.unwrap().ladder;
    let chosen: Vec<&[usize]> = rungs.iter().map(|rung| &rung.chosen[..]).collect();
    // The school that stands in A is public.
    assert_eq!(chosen, [&[][..], &[1], &[1, 2]]);
    assert!(rungs.iter().all(|rung| rung.proven));
    assert_eq!(rungs.iter().map(|rung| rung.lacking).collect::<Vec<_>>(), [1.0, 0.5, 0.0]);
}

// B: 100 persons, C: 110. A school in either is near for enough of them.
#[test]
fn of_plans_that_cost_the_same_more_persons_have_it_near() {
    let base = world(&[((4, 1), Some(300), 0), ((8, 1), Some(330), 0)], &[]);
    let reach = r#"reach = { service = "school", group = "residents", within = "1 km", at-least = "40 %" }"#;
    for (places, best) in [([(4, 1), (8, 1)], 1), ([(8, 1), (4, 1)], 0)] {
        let drawn = places.map(|place| (0, 0, place, 150, false));
        let stage = Stage::new(&base, &packs_of(&[reach]), &Only::default(), candidates(&base, &drawn));
        let found = plan(&question(&stage, &[1.0; 2], &[0])).1.unwrap();
        assert_eq!((&found.chosen[..], found.proven), (&[best][..], true));
    }
}

#[test]
fn without_work_there_is_no_plan_and_without_time_no_explanation() {
    let base = world(&[((4, 1), Some(90), 30)], &[]);
    let drawn: [Drawn; 2] = [(0, 0, (4, 1), 100, false), (0, 0, (8, 0), 150, false)];
    let stage = Stage::new(&base, &packs(), &Only::default(), candidates(&base, &drawn));
    let costs = [1.0, 2.0];
    let (impossible, found) = plan(&Question { work: 0, ..question(&stage, &costs, &[0]) });
    assert_eq!((impossible[0].why.clone(), found), (Why::NotKnown, Err(NoPlan::NothingToDo)));
    let explained = purposes::purposes(&stage, &[0, 1], &|| true);
    assert!(explained.iter().all(|purpose| purpose.serves.is_none()));
}
