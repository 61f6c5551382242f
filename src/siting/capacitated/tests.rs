//! Every problem against all choices there are, on random small worlds; what a choice is worth is settled by a linear
//! program, which shares nothing with the flow that the searches use.

use proptest::prelude::*;

use super::backup_cover::{backup_cover, cheapest_backup_cover};
use super::center::center;
use super::equitable_median::equitable_median;
use super::max_cover::max_cover;
use super::median::median;
use super::multiple_cover::{capacitated_multiple_cover, multiple_cover};
use super::set_cover::{Least, partial, set_cover};
use super::whole_median::whole_median;
use super::*;
use crate::program::{NoSolution, Program, Variable};
use crate::siting::Offer;

#[derive(Debug)]
struct World {
    offers: Offers,
    persons: Vec<f64>,
    capacity: Vec<f64>,
    cost: Vec<f64>,
    existing: Vec<u32>,
    p: Option<usize>,
    budget: Option<f64>,
    limit: f64,
}

/// Up to 8 demand points and 6 sites; few costs, so that there are ties; capacities that often bind.
fn worlds() -> impl Strategy<Value = World> {
    worlds_of(8, 6)
}

fn worlds_of(most_demands: usize, most_sites: usize) -> impl Strategy<Value = World> {
    (1..=most_demands, 1..=most_sites).prop_flat_map(|(n_demands, n_sites)| {
        let costs = prop::collection::vec(prop::option::weighted(0.7, 0..9_u32), n_demands * n_sites);
        let persons = prop::collection::vec(0..6_u32, n_demands);
        let capacity = prop::collection::vec(prop::option::weighted(0.8, 0..15_u32), n_sites);
        let money = prop::collection::vec(0..5_u32, n_sites);
        let existing = prop::collection::vec(prop::bool::weighted(0.25), n_sites);
        let allowed = (prop::option::weighted(0.7, 1..=n_sites), prop::option::weighted(0.5, 1..12_u32));
        (costs, persons, capacity, money, existing, allowed, 2..8_u32, any::<bool>()).prop_map(
            move |(costs, persons, capacity, money, existing, (p, budget), limit, is_whole)| {
                let scale = if is_whole { 1.0 } else { 0.37 };
                let offers: Vec<Offer> = (0_u32..)
                    .zip(&costs)
                    .filter_map(|(at, cost)| {
                        let (demand, site) = (at / n_sites as u32, at % n_sites as u32);
                        cost.map(|cost| Offer { demand, site, cost: f64::from(cost) * scale })
                    })
                    .collect();
                let most = p.unwrap_or(n_sites);
                let existing =
                    (0..).zip(existing).filter(|(_, there)| *there).map(|(site, _)| site).take(most).collect();
                let scaled = |value: u32| f64::from(value) * scale;
                World {
                    offers: Offers::new(n_demands, n_sites, &offers),
                    persons: persons.into_iter().map(scaled).collect(),
                    capacity: capacity.into_iter().map(|most| most.map_or(f64::INFINITY, scaled)).collect(),
                    cost: money.into_iter().map(scaled).collect(),
                    existing,
                    p,
                    budget: budget.map(scaled),
                    limit: scaled(limit),
                }
            },
        )
    })
}

impl World {
    fn sites(&self) -> Sites<'_> {
        Sites { capacity: &self.capacity, cost: &self.cost }
    }

    fn allowed(&self) -> Allowed {
        Allowed { p: self.p, budget: self.budget }
    }

    fn terms(&self) -> Terms<'_> {
        Terms { existing: &self.existing, ..Terms::default() }
    }

    fn n_sites(&self) -> u32 {
        self.offers.n_sites() as u32
    }

    /// All choices that keep those existing.
    fn all_choices(&self) -> impl Iterator<Item = Vec<u32>> + '_ {
        let chosen = |set: u32| -> Vec<u32> { (0..self.n_sites()).filter(|site| set >> site & 1 == 1).collect() };
        let all = (0_u32..1 << self.n_sites()).map(chosen);
        all.filter(move |chosen| self.existing.iter().all(|site| chosen.contains(site)))
    }

    fn spent(&self, chosen: &[u32]) -> f64 {
        let new = chosen.iter().filter(|site| !self.existing.contains(site));
        new.map(|&site| self.cost[site as usize]).sum()
    }

    /// Those among them that number and budget allow.
    fn choices(&self) -> impl Iterator<Item = Vec<u32>> + '_ {
        let budget = self.budget.unwrap_or(f64::INFINITY) + 1e-9;
        self.all_choices()
            .filter(move |chosen| chosen.len() <= self.p.unwrap_or(usize::MAX) && self.spent(chosen) <= budget)
    }

    /// Whether each demand point has a site of the choice within a limit.
    fn is_reached(&self, chosen: &[u32], limit: f64) -> bool {
        let sites = |demand| self.offers.within(demand, limit);
        (0..self.persons.len()).all(|demand| sites(demand).iter().any(|site| chosen.contains(site)))
    }

    /// The least of persons times cost within a limit, where everyone is served.
    fn least_cost(&self, chosen: &[u32], limit: f64) -> Option<f64> {
        self.is_reached(chosen, limit).then(|| self.program(chosen, limit, None)).flatten()
    }

    /// The most persons served within a limit.
    fn most_served(&self, chosen: &[u32], limit: f64) -> f64 {
        -self.program(chosen, limit, Some(-1.0)).unwrap()
    }

    /// The least sum of persons times cost, or times `each`; without that everyone must be served.
    fn program(&self, chosen: &[u32], limit: f64, each: Option<f64>) -> Option<f64> {
        let mut program = Program::new();
        let mut by_site: Vec<Vec<(Variable, f64)>> = vec![Vec::new(); self.capacity.len()];
        for (demand, &persons) in self.persons.iter().enumerate() {
            let (sites, costs) = self.offers.of(demand);
            let mut all = Vec::new();
            for (&site, &cost) in sites.iter().zip(costs) {
                if cost <= limit && chosen.contains(&site) {
                    let moved = program.real(each.unwrap_or(cost), (0.0, persons));
                    all.push((moved, 1.0));
                    by_site[site as usize].push((moved, 1.0));
                }
            }
            match each {
                None if 0.0 < persons => program.equal(&all, persons),
                _ => program.at_most(&all, persons),
            }
        }
        for (terms, &capacity) in by_site.iter().zip(&self.capacity).filter(|(terms, _)| !terms.is_empty()) {
            program.at_most(terms, capacity.min(1e6));
        }
        match program.solve(&[], &|| false) {
            Ok(solution) => Some(solution.objective),
            Err(NoSolution::Infeasible) => None,
            Err(why) => panic!("{why:?}"),
        }
    }

    /// Whether everyone can be served so often, each time at another site.
    fn serves_often(&self, chosen: &[u32], times: u32) -> bool {
        let is_near = |demand: usize| {
            let near = self.offers.within(demand, self.limit).iter().filter(|site| chosen.contains(site));
            times as usize <= near.count()
        };
        if !(0..self.persons.len()).all(is_near) {
            return false;
        }
        let mut program = Program::new();
        let mut by_site: Vec<Vec<(Variable, f64)>> = vec![Vec::new(); self.capacity.len()];
        for (demand, &persons) in self.persons.iter().enumerate().filter(|(_, persons)| 0.0 < **persons) {
            let mut all = Vec::new();
            for &site in self.offers.within(demand, self.limit).iter().filter(|site| chosen.contains(site)) {
                let moved = program.real(0.0, (0.0, persons));
                all.push((moved, 1.0));
                by_site[site as usize].push((moved, 1.0));
            }
            program.equal(&all, f64::from(times) * persons);
        }
        for (terms, &capacity) in by_site.iter().zip(&self.capacity).filter(|(terms, _)| !terms.is_empty()) {
            program.at_most(terms, capacity.min(1e6));
        }
        program.solve(&[], &|| false).is_ok()
    }

    /// The least of persons times cost where each demand point, from this one on, is served whole by a site with so much room.
    fn least_whole_cost(&self, chosen: &[u32], demand: usize, room: &mut [f64]) -> Option<f64> {
        let Some(&persons) = self.persons.get(demand) else { return Some(0.0) };
        let (sites, costs) = self.offers.of(demand);
        let mut best: Option<f64> = None;
        for (&site, &cost) in sites.iter().zip(costs).filter(|(site, _)| chosen.contains(site)) {
            let at = site as usize;
            if persons <= room[at] + 1e-9 {
                room[at] -= persons;
                let rest = self.least_whole_cost(chosen, demand + 1, room);
                room[at] += persons;
                best = best.into_iter().chain(rest.map(|rest| rest + persons * cost)).min_by(f64::total_cmp);
            }
        }
        best
    }

    fn worth(&self, chosen: &[u32], least: Least) -> f64 {
        match least {
            Least::Number => chosen.len() as f64,
            Least::Cost => self.spent(chosen),
        }
    }

    /// Of these choices, those with the least number or cost.
    fn best_of(&self, choices: Vec<Vec<u32>>, least: Least) -> Vec<Vec<u32>> {
        let best = choices.iter().map(|chosen| self.worth(chosen, least)).min_by(f64::total_cmp);
        let is_best = |chosen: &Vec<u32>| best.is_some_and(|best| self.worth(chosen, least) <= best + 1e-9);
        choices.into_iter().filter(is_best).collect()
    }

    fn serves_all(&self, chosen: &[u32], limit: f64) -> bool {
        self.least_cost(chosen, limit).is_some()
    }

    /// The most persons with a second site, where everyone has a first.
    fn most_backup(&self, chosen: &[u32]) -> Option<f64> {
        if !self.is_reached(chosen, self.limit) {
            return None;
        }
        let mut program = Program::new();
        let mut by_site: Vec<Vec<(Variable, f64)>> = vec![Vec::new(); self.capacity.len()];
        for (demand, &persons) in self.persons.iter().enumerate() {
            let (mut first, mut second) = (Vec::new(), Vec::new());
            for &site in self.offers.within(demand, self.limit).iter().filter(|site| chosen.contains(site)) {
                let [one, two] = [0.0, -1.0].map(|each| program.real(each, (0.0, persons)));
                program.at_most(&[(one, 1.0), (two, 1.0)], persons);
                first.push((one, 1.0));
                second.push((two, 1.0));
                by_site[site as usize].extend([(one, 1.0), (two, 1.0)]);
            }
            program.equal(&first, persons);
            program.at_most(&second, persons);
        }
        for (terms, &capacity) in by_site.iter().zip(&self.capacity).filter(|(terms, _)| !terms.is_empty()) {
            program.at_most(terms, capacity.min(1e6));
        }
        program.solve(&[], &|| false).ok().map(|solution| -solution.objective)
    }
}

fn near(a: f64, b: f64) -> bool {
    (a - b).abs() <= 1e-6 * a.abs().max(b.abs()).max(1.0)
}

/// What holds of every answer, and that it is as good as the best of all choices.
fn same(found: Result<Supplied, NoAnswer>, best: Option<f64>, world: &World) -> Result<(), TestCaseError> {
    match (found, best) {
        (Ok(found), Some(best)) => {
            let answer = &found.answer;
            prop_assert!(answer.proven && answer.gap() == 0.0, "{found:?}");
            prop_assert!(near(answer.objective, best) && near(answer.bound, best), "{found:?}, best {best}");
            prop_assert!(world.existing.iter().all(|site| answer.chosen.contains(site)), "{found:?}");
            prop_assert!(answer.chosen.is_sorted_by(|a, b| a < b), "{found:?}");
        }
        (Err(NoAnswer::Unreachable { demands }), None) => prop_assert!(!demands.is_empty()),
        (Err(NoAnswer::NoRoom { unserved, .. }), None) => prop_assert!(!unserved.is_empty()),
        (found, best) => prop_assert!(false, "{found:?}, best {best:?}"),
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn no_choice_has_a_lower_total_cost_than_the_capacitated_median(world in worlds()) {
        let costs = world.choices().filter_map(|chosen| world.least_cost(&chosen, f64::INFINITY));
        let found = median(&world.offers, &world.persons, world.sites(), world.allowed(), world.terms());
        same(found, costs.min_by(f64::total_cmp), &world)?;
    }

    #[test]
    fn no_choice_has_a_lower_total_cost_than_the_capacitated_median_that_splits_nobody(world in worlds_of(6, 4)) {
        let cost = |chosen: Vec<u32>| world.least_whole_cost(&chosen, 0, &mut world.capacity.clone());
        let best = world.choices().filter_map(cost).min_by(f64::total_cmp);
        let found = whole_median(&world.offers, &world.persons, world.sites(), world.allowed(), world.terms());
        if let Ok(found) = &found {
            prop_assert!(found.shares.windows(2).all(|pair| pair[0].demand != pair[1].demand), "{found:?}");
        }
        same(found, best, &world)?;
    }

    #[test]
    fn no_choice_serves_more_persons_than_the_capacitated_maximal_cover(world in worlds()) {
        let served = world.choices().map(|chosen| world.most_served(&chosen, world.limit));
        let found = max_cover(&world.offers, &world.persons, world.limit, world.sites(), world.allowed(), world.terms());
        same(found, served.max_by(f64::total_cmp), &world)?;
    }

    #[test]
    fn no_choice_serves_the_worst_served_better_than_the_capacitated_center(world in worlds()) {
        let mut limits: Vec<f64> =
            (0..world.persons.len()).flat_map(|demand| world.offers.of(demand).1.to_vec()).collect();
        limits.sort_by(f64::total_cmp);
        let best = limits.into_iter().find(|&limit| world.choices().any(|chosen| world.serves_all(&chosen, limit)));
        let found = center(&world.offers, &world.persons, world.sites(), world.allowed(), world.terms());
        same(found, best, &world)?;
    }

    #[test]
    fn no_fewer_or_cheaper_sites_serve_all_than_the_capacitated_set_cover(world in worlds()) {
        let covers: Vec<Vec<u32>> =
            world.all_choices().filter(|chosen| world.serves_all(chosen, world.limit)).collect();
        for least in [Least::Number, Least::Cost] {
            let worth = |chosen: &Vec<u32>| world.worth(chosen, least);
            let found = set_cover(&world.offers, &world.persons, world.limit, world.sites(), least, world.terms());
            same(found, covers.iter().map(worth).min_by(f64::total_cmp), &world)?;
        }
    }

    #[test]
    fn no_fewer_or_cheaper_sites_serve_a_share_than_the_capacitated_partial_cover(
        world in worlds(), share in prop::sample::select(vec![0.0, 0.25, 0.5, 0.7, 0.9, 1.0]), open in any::<bool>(),
    ) {
        // Where sites serve all who come, too.
        let capacity = if open { vec![f64::INFINITY; world.capacity.len()] } else { world.capacity.clone() };
        let world = World { capacity, ..world };
        let needed = share * world.persons.iter().sum::<f64>();
        let serves = |chosen: &Vec<u32>| needed - 1e-7 <= world.most_served(chosen, world.limit);
        let enough: Vec<Vec<u32>> = world.all_choices().filter(serves).collect();
        for least in [Least::Number, Least::Cost] {
            let best = enough.iter().map(|chosen| world.worth(chosen, least)).min_by(f64::total_cmp);
            let wanted = (share, least);
            same(partial(&world.offers, &world.persons, world.limit, world.sites(), wanted, world.terms()), best, &world)?;
        }
    }

    #[test]
    fn no_fewer_or_cheaper_sites_serve_all_several_times(world in worlds(), times in 1..4_u32) {
        let serves = |chosen: &Vec<u32>| {
            let sites = |demand| world.offers.within(demand, world.limit);
            let n_found = |demand| sites(demand).iter().filter(|site| chosen.contains(site)).count();
            (0..world.persons.len()).all(|demand| times as usize <= n_found(demand))
        };
        let covers: Vec<Vec<u32>> = world.all_choices().filter(serves).collect();
        for least in [Least::Number, Least::Cost] {
            let worth = |chosen: &Vec<u32>| world.worth(chosen, least);
            let found = multiple_cover(&world.offers, world.limit, times, (&world.cost, least), world.terms());
            let found = found.map(|answer| Supplied { answer, shares: Vec::new() });
            same(found, covers.iter().map(worth).min_by(f64::total_cmp), &world)?;
        }
    }

    #[test]
    fn no_fewer_or_cheaper_sites_have_room_for_all_several_times(world in worlds(), times in 1..4_u32) {
        let covers: Vec<Vec<u32>> = world.all_choices().filter(|chosen| world.serves_often(chosen, times)).collect();
        for least in [Least::Number, Least::Cost] {
            let best = covers.iter().map(|chosen| world.worth(chosen, least)).min_by(f64::total_cmp);
            let (offers, persons) = (&world.offers, &world.persons);
            let sites = world.sites();
            let found = capacitated_multiple_cover(offers, persons, world.limit, times, sites, least, world.terms());
            same(found, best, &world)?;
        }
    }

    #[test]
    fn no_choice_of_the_fewest_or_cheapest_sites_has_more_backup_than_the_capacitated_backup_cover(world in worlds()) {
        let covers: Vec<Vec<u32>> =
            world.all_choices().filter(|chosen| world.serves_all(chosen, world.limit)).collect();
        for least in [Least::Number, Least::Cost] {
            let backup = world.best_of(covers.clone(), least);
            let best = backup.iter().filter_map(|chosen| world.most_backup(chosen)).max_by(f64::total_cmp);
            let found = backup_cover(&world.offers, &world.persons, world.limit, world.sites(), least, world.terms());
            same(found, best, &world)?;
        }
    }

    #[test]
    fn no_choice_of_the_cheapest_sites_covers_more_points_twice(world in worlds()) {
        let covers = world.all_choices().filter(|chosen| world.is_reached(chosen, world.limit)).collect();
        let twice = |chosen: Vec<u32>| {
            let times = evaluate::times_covered(&world.offers, &chosen, world.limit);
            times.into_iter().filter(|&times| 2 <= times).count() as f64
        };
        let best = world.best_of(covers, Least::Cost).into_iter().map(twice).max_by(f64::total_cmp);
        let found = cheapest_backup_cover(&world.offers, world.limit, &world.cost, world.terms());
        same(found.map(|answer| Supplied { answer, shares: Vec::new() }), best, &world)?;
    }

    #[test]
    fn no_choice_allowed_has_a_lower_equivalent_cost_than_the_equitable_median(
        world in worlds(), aversion in 0.1..3.0,
    ) {
        let allowed = Allowed { p: world.p, budget: Some(world.budget.unwrap_or(4.0)) };
        let world = World { budget: allowed.budget, ..world };
        match equitable_median(&world.offers, &world.persons, aversion, &world.cost, allowed, world.terms()) {
            Ok(found) if found.kappa == 0.0 => {
                let cost = evaluate::total_cost(&found.answer.assignment, &world.persons);
                prop_assert_eq!(cost, Some(0.0));
            }
            Ok(found) => {
                let equivalent = |chosen: Vec<u32>| {
                    let links = evaluate::assignment(&world.offers, &chosen);
                    evaluate::kolm_pollak(&links, &world.persons, found.kappa)
                };
                let best = world.choices().filter_map(equivalent).min_by(f64::total_cmp);
                same(Ok(Supplied { answer: found.answer, shares: Vec::new() }), best, &world)?;
            }
            Err(why) => {
                let is_open = |chosen: &Vec<u32>| world.is_reached(chosen, f64::INFINITY);
                let best = world.choices().find(is_open).map(|_| 0.0);
                same(Err(why), best, &world)?;
            }
        }
    }

    #[test]
    fn a_search_that_is_stopped_claims_no_more_than_its_bound(world in worlds(), n_looks in 0..60_usize) {
        use std::sync::atomic::{AtomicUsize, Ordering};
        let looks = AtomicUsize::new(0);
        let stop = || n_looks < looks.fetch_add(1, Ordering::Relaxed);
        let terms = Terms { existing: &world.existing, stop: &stop };
        let costs = world.choices().filter_map(|chosen| world.least_cost(&chosen, f64::INFINITY));
        let best = costs.min_by(f64::total_cmp);
        match median(&world.offers, &world.persons, world.sites(), world.allowed(), terms) {
            Ok(Supplied { answer, .. }) => {
                let best = best.unwrap();
                prop_assert!(answer.bound <= best + 1e-6 && best <= answer.objective + 1e-6, "{answer:?}, {best}");
                prop_assert!(!answer.proven || near(answer.objective, best), "{answer:?}, {best}");
            }
            Err(NoAnswer::Stopped) => {}
            Err(why) => prop_assert!(best.is_none(), "{why:?}"),
        }
    }
}

// A(60) --1-- x(50) --9-- B(40)      A --4-- y(60) --2-- B
#[test]
fn who_has_no_room_at_the_nearest_site_goes_elsewhere() {
    let offer = |demand, site, cost| Offer { demand, site, cost };
    let offers = Offers::new(2, 2, &[offer(0, 0, 1.0), offer(0, 1, 4.0), offer(1, 0, 9.0), offer(1, 1, 2.0)]);
    let sites = Sites { capacity: &[50.0, 60.0], cost: &[3.0, 4.0] };
    let allowed = Allowed { p: Some(2), budget: None };
    let found = median(&offers, &[60.0, 40.0], sites, allowed, Terms::default()).unwrap();
    let share = |demand, site, persons, cost| Share { demand, site, persons, cost };
    let mut shares = found.shares;
    shares.sort_by_key(|share| (share.demand, share.site));
    assert_eq!(shares, [share(0, 0, 50.0, 1.0), share(0, 1, 10.0, 4.0), share(1, 1, 40.0, 2.0)]);
    assert_eq!((found.answer.objective, found.answer.proven), (170.0, true));
    assert_eq!(found.answer.assignment, [Some((0, 1.0)), Some((1, 2.0))]);
    let allowed = Allowed { p: None, budget: Some(6.0) };
    let none = median(&offers, &[60.0, 40.0], sites, allowed, Terms::default()).unwrap_err();
    assert!(matches!(none, NoAnswer::NoRoom { .. }), "{none:?}");
}

/// A world made by rule: 60 demand points, of which each third is a site, floors of straight lines.
fn made_by_rule() -> World {
    let point = |i: u32| (f64::from((i * i * 7 + i * 13 + 5) % 101), f64::from((i * i * 11 + i * 29 + 3) % 103));
    let cost = |i: u32, j: u32| (point(i).0 - point(3 * j).0).hypot(point(i).1 - point(3 * j).1).floor();
    let offers = (0..60).flat_map(|i| (0..20).map(move |j| (i, j)));
    let offers: Vec<Offer> = offers.map(|(demand, site)| Offer { demand, site, cost: cost(demand, site) }).collect();
    World {
        offers: Offers::new(60, 20, &offers),
        persons: (0..60_u32).map(|i| f64::from(1 + (i * i * 3 + i * 5) % 17)).collect(),
        capacity: (0..20_u32).map(|j| f64::from(40 + (j * j * 5 + j * 7) % 50)).collect(),
        cost: (0..20_u32).map(|j| f64::from(10 + (j * 11) % 23)).collect(),
        existing: Vec::new(),
        p: None,
        budget: None,
        limit: 0.0,
    }
}

/// The optima of HiGHS 1.16.0 for the strong linear program with whole sites, by `benches/siting_capacities.py`. All are
/// whole numbers, which HiGHS gives up to 1e-11 of them: no tolerance.
#[test]
fn a_world_made_by_rule_has_the_optima_of_another_solver() {
    let world = made_by_rule();
    let (offers, persons, terms) = (&world.offers, &world.persons[..], Terms::default());
    let unlimited = vec![f64::INFINITY; 20];
    let [full, open] = [&world.capacity, &unlimited].map(|capacity| Sites { capacity, cost: &world.cost });
    let is = |found: Result<Supplied, NoAnswer>, optimum: f64| {
        let answer = found.unwrap().answer;
        assert_eq!((answer.objective, answer.bound, answer.proven), (optimum, optimum, true), "{answer:?}");
    };
    for (sites, p, budget, optimum) in [
        (full, Some(9), None, 7719.0),
        (full, Some(12), None, 6306.0),
        (full, None, Some(200.0), 6814.0),
        (full, Some(12), Some(220.0), 6514.0),
        (open, None, Some(90.0), 9961.0),
    ] {
        is(median(offers, persons, sites, Allowed { p, budget }, terms), optimum);
    }
    for (sites, p, budget, optimum) in [
        (full, Some(9), None, 27.0),
        (full, Some(12), None, 25.0),
        (full, None, Some(220.0), 25.0),
        (open, None, Some(90.0), 37.0),
    ] {
        is(center(offers, persons, sites, Allowed { p, budget }, terms), optimum);
    }
    for (sites, p, budget, optimum) in [
        (full, Some(5), None, 329.0),
        (full, Some(8), None, 456.0),
        (full, None, Some(100.0), 336.0),
        (open, None, Some(60.0), 287.0),
    ] {
        is(max_cover(offers, persons, 20.0, sites, Allowed { p, budget }, terms), optimum);
    }
    for (sites, least, limit, optimum) in [
        (full, Least::Number, 30.0, 9.0),
        (full, Least::Cost, 30.0, 168.0),
        (open, Least::Cost, 30.0, 120.0),
        (full, Least::Number, 40.0, 8.0),
        (full, Least::Cost, 40.0, 134.0),
        (open, Least::Cost, 40.0, 69.0),
    ] {
        is(set_cover(offers, persons, limit, sites, least, terms), optimum);
    }
}

// Found by chance: just as many fit as there are, in floating point a hair fewer, so that multipliers grew without end, and
// their rounding was taken for a bound. A(0.74) and B(1.48) have site 0 and y(2.22), C(1.85) has x(1.11) and y.
#[test]
fn where_just_as_many_fit_as_there_are_rounding_decides_nothing() {
    let offer = |demand, site| Offer { demand, site, cost: 0.0 };
    let offers = Offers::new(3, 4, &[offer(0, 0), offer(0, 2), offer(1, 3), offer(2, 1), offer(2, 3)]);
    let persons = [0.74, 1.48, 1.85];
    let capacity = [f64::INFINITY, 1.1099999999999999, 0.37, 2.2199999999999998];
    let sites = Sites { capacity: &capacity, cost: &[0.0, 0.74, 0.37, 0.0] };
    for found in [
        set_cover(&offers, &persons, 1.0, sites, Least::Cost, Terms::default()),
        partial(&offers, &persons, 1.0, sites, (1.0, Least::Cost), Terms::default()),
    ] {
        let answer = found.unwrap().answer;
        assert_eq!((answer.chosen.as_slice(), answer.objective, answer.proven), (&[0, 1, 3][..], 0.74, true));
    }
    let offers = [offer(0, 0), offer(0, 2), offer(1, 0), offer(1, 3), offer(2, 1), offer(2, 2), offer(2, 3)];
    let capacity = [4.0, f64::INFINITY, 1.0, f64::INFINITY];
    let sites = Sites { capacity: &capacity, cost: &[0.0, 1.0, 3.0, 3.0] };
    let offers = Offers::new(3, 4, &offers);
    let answer = set_cover(&offers, &[5.0, 3.0, 2.0], 1.0, sites, Least::Cost, Terms::default()).unwrap().answer;
    assert_eq!((answer.chosen.as_slice(), answer.objective, answer.proven), (&[0, 2, 3][..], 6.0, true));
}
