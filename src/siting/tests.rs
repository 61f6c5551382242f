//! Every problem against all choices there are, on random small worlds: with absent pairs, ties, demand points without
//! persons, and sites that exist.

use proptest::prelude::*;

use super::backup_cover::backup_cover;
use super::equitable_median::equitable_median;
use super::max_cover::max_cover;
use super::p_center::p_center;
use super::p_median::p_median;
use super::set_cover::{partial_set_cover, set_cover};
use super::*;

#[derive(Debug)]
struct World {
    offers: Offers,
    persons: Vec<f64>,
    existing: Vec<u32>,
    p: usize,
    limit: f64,
}

/// Up to 12 demand points and 8 sites; few costs, so that there are ties.
fn worlds() -> impl Strategy<Value = World> {
    (1..=12_usize, 1..=8_usize).prop_flat_map(|(n_demands, n_sites)| {
        let costs = prop::collection::vec(prop::option::weighted(0.6, 0..9_u32), n_demands * n_sites);
        let persons = prop::collection::vec(0..5_u32, n_demands);
        let existing = prop::collection::vec(prop::bool::weighted(0.15), n_sites);
        (costs, persons, existing, 1..=n_sites, 2..8_u32, any::<bool>()).prop_map(
            move |(costs, persons, existing, p, limit, is_whole)| {
                let scale = if is_whole { 1.0 } else { 0.37 };
                let offers: Vec<Offer> = (0_u32..)
                    .zip(&costs)
                    .filter_map(|(at, cost)| {
                        let (demand, site) = (at / n_sites as u32, at % n_sites as u32);
                        cost.map(|cost| Offer { demand, site, cost: f64::from(cost) * scale })
                    })
                    .collect();
                let existing = (0..).zip(existing).filter(|(_, there)| *there).map(|(site, _)| site).take(p).collect();
                World {
                    offers: Offers::new(n_demands, n_sites, &offers),
                    persons: persons.into_iter().map(|persons| f64::from(persons) * scale).collect(),
                    existing,
                    p,
                    limit: f64::from(limit) * scale,
                }
            },
        )
    })
}

impl World {
    fn terms(&self) -> Terms<'_> {
        Terms { existing: &self.existing, ..Terms::default() }
    }

    /// All choices of `p` sites that keep those existing.
    fn choices(&self, p: usize) -> impl Iterator<Item = Vec<u32>> + '_ {
        let all = 0_u32..1 << self.offers.n_sites();
        let chosen = |set: u32| (0..self.offers.n_sites() as u32).filter(|site| set >> site & 1 == 1).collect();
        all.map(chosen).filter(move |chosen: &Vec<u32>| {
            chosen.len() == p && self.existing.iter().all(|site| chosen.contains(site))
        })
    }

    /// The sizes that choices may have.
    fn sizes(&self) -> std::ops::RangeInclusive<usize> {
        self.existing.len()..=self.offers.n_sites()
    }

    fn serves_all(&self, chosen: &[u32]) -> bool {
        evaluate::unserved(&evaluate::within(&self.offers, chosen, self.limit)).is_empty()
    }
}

fn near(a: f64, b: f64) -> bool {
    (a - b).abs() <= 1e-9 * a.abs().max(b.abs()).max(1.0)
}

/// What holds of every answer, and that it is as good as the best of all choices.
fn same(answer: Result<Answer, NoAnswer>, best: Option<f64>, world: &World) -> Result<(), TestCaseError> {
    match (answer, best) {
        (Ok(answer), Some(best)) => {
            prop_assert!(answer.proven && answer.gap() == 0.0, "{answer:?}");
            prop_assert!(near(answer.objective, best) && near(answer.bound, best), "{answer:?}, best {best}");
            prop_assert!(world.existing.iter().all(|site| answer.chosen.contains(site)), "{answer:?}");
            prop_assert!(answer.chosen.is_sorted_by(|a, b| a < b), "{answer:?}");
        }
        (Err(NoAnswer::Unreachable { demands }), None) => prop_assert!(!demands.is_empty()),
        (Err(NoAnswer::TooFew { at_least, unserved }), None) => {
            prop_assert!(world.p < at_least && !unserved.is_empty(), "{at_least} {unserved:?}");
        }
        (answer, best) => prop_assert!(false, "{answer:?}, best {best:?}"),
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn no_choice_has_a_lower_total_cost_than_the_p_median(world in worlds()) {
        let cost = |chosen: Vec<u32>| {
            evaluate::total_cost(&evaluate::assignment(&world.offers, &chosen), &world.persons)
        };
        let best = world.choices(world.p).filter_map(cost).min_by(f64::total_cmp);
        same(p_median(&world.offers, &world.persons, world.p, world.terms()), best, &world)?;
    }

    #[test]
    fn no_choice_has_a_lower_equivalent_cost_than_the_equitable_median(world in worlds(), aversion in 0.1..3.0) {
        match equitable_median(&world.offers, &world.persons, world.p, aversion, world.terms()) {
            Ok(found) if found.kappa == 0.0 => {
                let cost = evaluate::total_cost(&found.answer.assignment, &world.persons);
                prop_assert_eq!(cost, Some(0.0));
            }
            Ok(found) => {
                let equivalent = |chosen: Vec<u32>| {
                    let links = evaluate::assignment(&world.offers, &chosen);
                    evaluate::kolm_pollak(&links, &world.persons, found.kappa)
                };
                let best = world.choices(world.p).filter_map(equivalent).min_by(f64::total_cmp);
                same(Ok(found.answer), best, &world)?;
            }
            Err(why) => same(Err(why), None, &world)?,
        }
    }

    #[test]
    fn no_choice_serves_the_worst_served_better_than_the_p_center(world in worlds()) {
        let cost = |chosen: Vec<u32>| evaluate::worst_cost(&evaluate::assignment(&world.offers, &chosen));
        let best = world.choices(world.p).filter_map(cost).min_by(f64::total_cmp);
        let answer = p_center(&world.offers, &world.persons, world.p, world.terms());
        if let Ok(answer) = &answer {
            prop_assert_eq!(answer.chosen.len(), world.p);
        }
        same(answer, best, &world)?;
    }

    #[test]
    fn no_choice_serves_more_persons_than_the_maximal_cover(world in worlds()) {
        let served = |chosen: Vec<u32>| {
            evaluate::persons_served(&evaluate::within(&world.offers, &chosen, world.limit), &world.persons)
        };
        let best = world.choices(world.p).map(served).max_by(f64::total_cmp);
        same(max_cover(&world.offers, &world.persons, world.limit, world.p, world.terms()), best, &world)?;
    }

    #[test]
    fn no_fewer_sites_serve_all_than_the_set_cover(world in worlds()) {
        let best = world.sizes().find(|&n| world.choices(n).any(|chosen| world.serves_all(&chosen)));
        same(set_cover(&world.offers, world.limit, world.terms()), best.map(|n| n as f64), &world)?;
    }

    #[test]
    fn no_fewer_sites_serve_a_share_than_the_partial_set_cover(world in worlds(), share in 0.0..=1.0) {
        let needed = share * world.persons.iter().sum::<f64>() * (1.0 - 1e-9);
        let is_enough = |chosen: Vec<u32>| {
            let links = evaluate::within(&world.offers, &chosen, world.limit);
            needed <= evaluate::persons_served(&links, &world.persons)
        };
        let best = world.sizes().find(|&n| world.choices(n).any(is_enough));
        let answer = partial_set_cover(&world.offers, &world.persons, world.limit, share, world.terms());
        same(answer, best.map(|n| n as f64), &world)?;
    }

    #[test]
    fn no_choice_of_the_fewest_sites_covers_more_twice_than_the_backup_cover(world in worlds()) {
        let fewest = world.sizes().find(|&n| world.choices(n).any(|chosen| world.serves_all(&chosen)));
        let twice = |chosen: Vec<u32>| {
            let times = evaluate::times_covered(&world.offers, &chosen, world.limit);
            times.into_iter().filter(|&times| 2 <= times).count() as f64
        };
        let best = fewest.and_then(|n| {
            world.choices(n).filter(|chosen| world.serves_all(chosen)).map(twice).max_by(f64::total_cmp)
        });
        same(backup_cover(&world.offers, world.limit, world.terms()), best, &world)?;
    }

    #[test]
    fn a_search_that_is_stopped_claims_no_more_than_its_bound(world in worlds(), n_looks in 0..40_usize) {
        use std::sync::atomic::{AtomicUsize, Ordering};
        let looks = AtomicUsize::new(0);
        let stop = || n_looks < looks.fetch_add(1, Ordering::Relaxed);
        let terms = Terms { existing: &world.existing, stop: &stop };
        let best = world.choices(world.p).filter_map(|chosen| {
            evaluate::total_cost(&evaluate::assignment(&world.offers, &chosen), &world.persons)
        });
        let best = best.min_by(f64::total_cmp);
        match p_median(&world.offers, &world.persons, world.p, terms) {
            Ok(answer) => {
                let best = best.unwrap();
                prop_assert!(answer.bound <= best + 1e-9 && best <= answer.objective + 1e-9, "{answer:?}, {best}");
                prop_assert!(!answer.proven || near(answer.objective, best), "{answer:?}, {best}");
            }
            Err(NoAnswer::Stopped) => {}
            Err(why) => prop_assert!(best.is_none(), "{why:?}"),
        }
    }

    // Too large for all choices: two searches that share nothing must agree.
    #[test]
    fn set_covers_found_by_columns_and_by_persons_have_the_same_size(
        sites in prop::collection::vec(prop::collection::vec(prop::bool::weighted(0.2), 18), 1..50_usize),
    ) {
        let offers: Vec<Offer> = (0_u32..)
            .zip(&sites)
            .flat_map(|(demand, row)| {
                let sites = (0_u32..).zip(row).filter(|(_, in_reach)| **in_reach);
                sites.map(move |(site, _)| Offer { demand, site, cost: 1.0 })
            })
            .collect();
        let offers = Offers::new(sites.len(), 18, &offers);
        let all = set_cover(&offers, 1.0, Terms::default());
        let share = partial_set_cover(&offers, &vec![1.0; sites.len()], 1.0, 1.0, Terms::default());
        match (all, share) {
            (Ok(all), Ok(share)) => {
                prop_assert!(all.proven && share.proven);
                prop_assert_eq!(all.objective, share.objective);
            }
            (all, share) => prop_assert_eq!(all, share),
        }
    }
}

#[test]
fn sites_that_share_no_demand_point_are_chosen_at_once() {
    // Site s covers demand point s alone; many have as many persons.
    let n = 2000;
    let offers: Vec<Offer> = (0..n).map(|at| Offer { demand: at, site: at, cost: 1.0 }).collect();
    let persons: Vec<f64> = (0..n).map(|at| f64::from(at % 99 + 1)).collect();
    let offers = Offers::new(n as usize, n as usize, &offers);
    // No search is needed to prove it: a long one would be stopped.
    let looks = std::sync::atomic::AtomicU32::new(0);
    let stop = || 500 < looks.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
    let answer = max_cover(&offers, &persons, 1.0, 20, Terms { existing: &[], stop: &stop }).unwrap();
    assert_eq!((answer.objective, answer.proven), (20.0 * 99.0, true));
}
