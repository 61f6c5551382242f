//! Districts: every place as a whole to one site, no site beyond its capacity, each district in one piece if asked.
//!
//! # What a district is
//! The places of one site. On a [`Ground`] they are one piece: each can be walked to from each over shared boundaries
//! without leaving the district. The place that holds the site, its home, is among them. Only where that cannot be does
//! the district touch its home instead: where the home has more demand than the site holds or no offer of it, or where
//! another site that stands in the same place has it. A site without a home has any one piece. Places without demand may be in any
//! district, at no cost, and hold pieces together.
//!
//! # What is sought
//! As much demand as can be served, and of the ways to serve that the cheapest. That is hard (it holds bin packing), so:
//! districts grow from their homes by the prices of the [transportation problem](super::transport()), places are moved,
//! swapped and pushed on while that helps, from several starts; small cases are then solved exactly as a program with whole
//! numbers, whose rows for one piece are added when a solution breaks them. What is served and what it costs is bounded by the
//! transportation problem, in which places may be parted and districts in pieces: the gap is to that, or to the bound of the program.
//!
//! # Source
//! The rows: Oehrlein and Haunert (2017), A cutting-plane method for contiguity-constrained spatial aggregation, Journal
//! of Spatial Information Science 15, 89-120, doi:10.5311/JOSIS.2017.15.379. Reduced costs close pairs that cannot be in a
//! better answer: Nemhauser and Wolsey (1988), Integer and Combinatorial Optimization, II.5.

mod exact;
mod grow;
mod improve;
mod state;

use std::collections::HashMap;

use super::{Flow, Ground, Plan, Proof, cheapest, evaluate, transport};
use crate::siting::{Offer, Offers};
use exact::{Aim, Found, exact};
use state::State;

/// Places, sites, and what districts must be.
#[derive(Clone, Copy, Debug)]
pub struct Districts<'a> {
    /// The sites that each place may be given to, and the cost of one unit of its demand.
    pub offers: &'a Offers,
    /// One a place.
    pub demand: &'a [u64],
    /// One a site.
    pub capacity: &'a [u64],
    /// What districts lie on, if they must be in one piece.
    pub ground: Option<&'a Ground>,
    /// Where each place is today, and how much of all that has such a site must stay there.
    pub current: Option<(&'a [Option<u32>], u64)>,
}

/// What holds for a search.
#[derive(Clone, Copy)]
pub struct Terms<'a> {
    /// Whether to end with what has been found; asked often.
    pub stop: &'a (dyn Fn() -> bool + Sync),
    /// Pairs of a place and a site up to which the exact program is tried.
    pub most_exact: usize,
}

impl Default for Terms<'_> {
    fn default() -> Self {
        Self { stop: &|| false, most_exact: 4000 }
    }
}

/// Districts that were judged.
#[derive(Clone, Debug, PartialEq)]
pub struct Districting {
    /// The site of each place; none where it is served by none.
    pub site_of: Vec<Option<u32>>,
    /// The places with demand that are served, with their sites.
    pub flows: Vec<Flow>,
    /// How good that is.
    pub proof: Proof,
}

/// Why there are no districts.
#[derive(Clone, Debug, PartialEq)]
pub enum NoDistricts {
    /// Not as much stays as must.
    Stay {
        /// The most that was found to stay.
        found: u64,
        /// It is proven that no more than this can.
        most: u64,
        /// Whether that is less than must, so that there are none.
        is_proven: bool,
    },
    /// Time was up.
    Stopped,
    /// The judge does not agree with the solver: a mistake of the program.
    Disagrees(String),
}

/// Finds districts: see [the module](self).
///
/// # Cost
/// One or two transportation problems, with the pairs that fit; then O(places · sites near each · places of a district) a round of moves, of which there
/// are some dozens. Memory: 8 bytes for each pair of a place and a site, offered or not.
///
/// # Errors
/// [`NoDistricts`].
pub fn districts(of: &Districts<'_>, terms: Terms<'_>) -> Result<Districting, NoDistricts> {
    // A place that is too large for a site cannot go there: without these pairs the bounds are nearer.
    let fitting = fitting(of);
    let of = &Districts { offers: &fitting, ..*of };
    let plan = transport(of.offers, of.demand, of.capacity, terms.stop).ok_or(NoDistricts::Stopped)?;
    let costs = Costs::of(of);
    let mut best = improve::search(of, &costs, &plan, terms.stop);
    let most_served = plan.served;
    let n_pairs = of.offers.n_offers();
    let mut is_most = best.served() == most_served;

    let mut is_impossible = false;
    // As many as can be, or that enough stay: where the search has not found it, the program may.
    if (best.short() != 0 || !is_most) && n_pairs <= terms.most_exact {
        let aim = Aim::Most;
        match exact(of, &costs, &aim, (best.short() == 0).then_some(&best), terms.stop) {
            Found::Best(state) => {
                is_most = true;
                best = state.unwrap_or(best);
            }
            Found::Better(state, _) => best = state,
            Found::Impossible => is_impossible = best.short() != 0,
            Found::Nothing(_) => {}
        }
    }
    if let Some((_, least)) = of.current.filter(|_| best.short() != 0) {
        let (site_of, most) = most_staying(of, &costs, &best, terms);
        best = State::with(of, &costs, &site_of).unwrap_or(best);
        if best.short() != 0 {
            let most = if is_impossible { most.min(least - 1) } else { most };
            return Err(NoDistricts::Stay { found: best.stays(), most, is_proven: most < least });
        }
        improve::improve(&mut best, of, terms.stop);
        is_most = best.served() == most_served;
    }
    let mut bound = 0.0;
    let mut is_cheapest = false;
    if let Some(plan) = prices(of, &plan, best.served(), terms.stop) {
        bound = evaluate::bound(of.offers, of.demand, of.capacity, best.served(), &plan.prices);
        if !Proof::meets(bound, best.cost()) {
            let aim = Aim::Cheapest { served: best.served(), prices: &plan.prices, bound };
            if aim.n_pairs(of, &costs, best.cost()) <= terms.most_exact {
                match exact(of, &costs, &aim, Some(&best), terms.stop) {
                    Found::Best(state) => {
                        is_cheapest = true;
                        best = state.unwrap_or(best);
                    }
                    Found::Better(state, more) => {
                        best = state;
                        bound = bound.max(more);
                    }
                    Found::Nothing(more) => bound = bound.max(more),
                    Found::Impossible => {}
                }
            }
        }
    }
    judged(of, &best, bound, (most_served, is_most, is_cheapest))
}

/// The offers of sites that hold all of the place.
fn fitting(of: &Districts<'_>) -> Offers {
    let mut fitting = Vec::new();
    for (place, &amount) in of.demand.iter().enumerate() {
        let (sites, costs) = of.offers.of(place);
        let all = sites.iter().zip(costs).filter(|&(&site, _)| amount <= of.capacity[site as usize]);
        fitting.extend(all.map(|(&site, &cost)| Offer { demand: place as u32, site, cost }));
    }
    Offers::new(of.demand.len(), of.offers.n_sites(), &fitting)
}

/// The sites of districts in which as much stays as was found to, and how much can at the most.
///
/// A search that was to keep enough says what it found, not what can be: that is a program of its own.
fn most_staying(of: &Districts<'_>, costs: &Costs, best: &State<'_>, terms: Terms<'_>) -> (Vec<Option<u32>>, u64) {
    let mut at_site = vec![0_u64; of.capacity.len()];
    let mut unit = 0;
    for place in 0..of.demand.len() as u32 {
        let amount = of.demand[place as usize];
        if let Some(site) = of.today(place).filter(|&site| of.cost(costs, place, site).is_some()) {
            at_site[site as usize] += amount;
            unit = gcd(unit, amount);
        }
    }
    let mut most: u64 = at_site.iter().zip(of.capacity).map(|(today, capacity)| today.min(capacity)).sum();
    // However much stays, more is asked for.
    let of = &Districts { current: of.current.map(|(current, _)| (current, u64::MAX)), ..*of };
    let known = State::with(of, costs, best.site_of()).unwrap_or_else(|| State::empty(of, costs));
    let aim = Aim::Stay;
    if aim.n_pairs(of, costs, f64::INFINITY) > terms.most_exact || known.stays() == most {
        return (known.site_of().to_vec(), most);
    }
    // What stays is a whole number of what all amounts are multiples of.
    let total = of.demand.iter().sum::<u64>() as f64;
    let whole = |bound: f64| ((-bound * total * (1.0 + 1e-9)).max(0.0) as u64).checked_div(unit).unwrap_or(0) * unit;
    let found = match exact(of, costs, &aim, Some(&known), terms.stop) {
        Found::Best(state) => {
            let state = state.unwrap_or(known);
            most = state.stays();
            state
        }
        Found::Better(state, bound) => {
            most = most.min(whole(bound));
            state
        }
        Found::Nothing(bound) => {
            most = most.min(whole(bound));
            known
        }
        Found::Impossible => known,
    };
    (found.site_of().to_vec(), most.max(found.stays()))
}

fn gcd(a: u64, b: u64) -> u64 {
    if b == 0 { a } else { gcd(b, a % b) }
}

/// The transportation problem whose prices bound the cost of serving so much.
fn prices(of: &Districts<'_>, plan: &Plan, served: u64, stop: &(dyn Fn() -> bool + Sync)) -> Option<Plan> {
    if served == plan.served { Some(plan.clone()) } else { cheapest(of.offers, of.demand, of.capacity, served, stop) }
}

/// What was found, if the judge agrees.
fn judged(
    of: &Districts<'_>,
    best: &State<'_>,
    bound: f64,
    (most, is_most, is_cheapest): (u64, bool, bool),
) -> Result<Districting, NoDistricts> {
    let site_of = best.site_of().to_vec();
    let mut flows = Vec::new();
    for (place, site) in (0_u32..).zip(&site_of) {
        let amount = of.demand[place as usize];
        if let Some(site) = site.filter(|_| 0 < amount) {
            let (sites, costs) = of.offers.of(place as usize);
            let at = sites.iter().position(|&other| other == site);
            flows.push(Flow { demand: place, site, amount, cost: at.map_or(f64::NAN, |at| costs[at]) });
        }
    }
    let mut faults = evaluate::faults(of.offers, of.demand, of.capacity, &flows);
    if let Some(ground) = of.ground {
        let broken = evaluate::broken(of.offers, of.demand, of.capacity, ground, &site_of);
        faults.extend(broken.iter().map(|site| format!("the district of site {site} is in pieces")));
    }
    let served: u64 = flows.iter().map(|flow| flow.amount).sum();
    if let Some((current, least)) = of.current {
        let stays = flows.iter().filter(|flow| current[flow.demand as usize] == Some(flow.site));
        let stays: u64 = stays.map(|flow| flow.amount).sum();
        faults.extend((stays < least).then(|| format!("{stays} stay, not {least}")));
    }
    if most < served {
        faults.push(format!("{served} are served, more than can be"));
    }
    if let Some(fault) = faults.into_iter().next() {
        return Err(NoDistricts::Disagrees(fault));
    }
    let objective = evaluate::cost(&flows);
    let is_cheapest = is_cheapest || Proof::meets(bound, objective);
    let bound = if is_cheapest { objective } else { bound.min(objective) };
    let most_served = if is_most { served } else { most };
    Ok(Districting { site_of, flows, proof: Proof { objective, bound, most_served, proven: is_most && is_cheapest } })
}

/// The cost of each place at each site, offered or not.
struct Costs {
    n_sites: usize,
    /// Infinite where there is no offer.
    all: Vec<f64>,
    /// The sites whose home a place is.
    homed: HashMap<u32, Vec<u32>>,
}

impl Costs {
    fn of(of: &Districts<'_>) -> Self {
        let n_sites = of.capacity.len();
        let mut all = vec![f64::INFINITY; of.demand.len() * n_sites];
        for place in 0..of.demand.len() {
            let (sites, costs) = of.offers.of(place);
            sites.iter().zip(costs).for_each(|(&site, &cost)| all[place * n_sites + site as usize] = cost);
        }
        let mut homed: HashMap<u32, Vec<u32>> = HashMap::new();
        for (site, home) in of.ground.iter().flat_map(|ground| (0_u32..).zip(&ground.homes)) {
            home.iter().for_each(|&home| homed.entry(home).or_default().push(site));
        }
        Self { n_sites, all, homed }
    }

    /// Of one unit of demand.
    fn at(&self, place: u32, site: u32) -> f64 {
        self.all[place as usize * self.n_sites + site as usize]
    }

    /// The sites that stand in a place.
    fn homed(&self, place: u32) -> &[u32] {
        self.homed.get(&place).map_or(&[], Vec::as_slice)
    }
}

impl Districts<'_> {
    /// The site where a place is today, if that matters and it has one.
    fn today(&self, place: u32) -> Option<u32> {
        self.current.and_then(|(current, _)| current[place as usize])
    }

    /// Whether a place may be in the district of a site, and what all of it costs there.
    fn cost(&self, costs: &Costs, place: u32, site: u32) -> Option<f64> {
        let amount = self.demand[place as usize];
        if amount == 0 {
            return Some(0.0);
        }
        let cost = costs.at(place, site);
        (cost.is_finite() && amount <= self.capacity[site as usize]).then_some(amount as f64 * cost)
    }

    /// The place that holds a site, and whether it cannot be in the district.
    fn home(&self, costs: &Costs, site: u32) -> Option<(u32, bool)> {
        let home = self.ground?.homes[site as usize]?;
        Some((home, self.cost(costs, home, site).is_none()))
    }

    fn neighbours(&self, place: u32) -> &[u32] {
        self.ground.map_or(&[], |ground| &ground.neighbours[place as usize])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[derive(Clone, Debug)]
    /// A grid of places, all offered by all sites; the cost is the way over streets.
    struct Town {
        offers: Offers,
        demand: Vec<u64>,
        capacity: Vec<u64>,
        ground: Ground,
    }

    fn town(width: u32, demand: &[u64], homes: &[u32], capacity: &[u64]) -> Town {
        let n = demand.len() as u32;
        let at = |place: u32| (i64::from(place % width), i64::from(place / width));
        let way = |a: u32, b: u32| (at(a).0 - at(b).0).abs() + (at(a).1 - at(b).1).abs();
        let offers: Vec<Offer> = (0..n)
            .flat_map(|place| (0..).zip(homes).map(move |(site, &home)| (place, site, home)))
            .map(|(place, site, home)| Offer { demand: place, site, cost: way(place, home) as f64 })
            .collect();
        let neighbours = (0..n).map(|place| (0..n).filter(|&other| way(place, other) == 1).collect()).collect();
        Town {
            offers: Offers::new(demand.len(), homes.len(), &offers),
            demand: demand.to_vec(),
            capacity: capacity.to_vec(),
            ground: Ground { neighbours, homes: homes.iter().map(|&home| Some(home)).collect() },
        }
    }

    impl Town {
        fn problem(&self) -> Districts<'_> {
            Districts {
                offers: &self.offers,
                demand: &self.demand,
                capacity: &self.capacity,
                ground: Some(&self.ground),
                current: None,
            }
        }
    }

    /// The flows of all that are as they must be, by trying every way.
    fn all_sound(of: &Districts<'_>, mut see: impl FnMut(&[Flow])) {
        let (n, m) = (of.demand.len(), of.capacity.len() as u32);
        let mut site_of: Vec<Option<u32>> = vec![None; n];
        'all: loop {
            let flows: Vec<Flow> = (0_u32..)
                .zip(&site_of)
                .filter(|(place, _)| 0 < of.demand[*place as usize])
                .filter_map(|(demand, site)| {
                    let (site, amount) = ((*site)?, of.demand[demand as usize]);
                    let (sites, costs) = of.offers.of(demand as usize);
                    let at = sites.iter().position(|&other| other == site);
                    Some(Flow { demand, site, amount, cost: at.map_or(f64::NAN, |at| costs[at]) })
                })
                .collect();
            let is_sound = evaluate::faults(of.offers, of.demand, of.capacity, &flows).is_empty()
                && of.ground.is_none_or(|ground| {
                    evaluate::broken(of.offers, of.demand, of.capacity, ground, &site_of).is_empty()
                });
            if is_sound {
                see(&flows);
            }
            for place in &mut site_of {
                *place = match *place {
                    None => Some(0),
                    Some(site) if site + 1 < m => Some(site + 1),
                    Some(_) => None,
                };
                if place.is_some() {
                    continue 'all;
                }
            }
            return;
        }
    }

    fn stays(of: &Districts<'_>, flows: &[Flow]) -> u64 {
        flows.iter().filter(|flow| of.today(flow.demand) == Some(flow.site)).map(|flow| flow.amount).sum()
    }

    /// The most served and the least cost of that.
    fn by_trying(of: &Districts<'_>) -> Option<(u64, f64)> {
        let mut best: Option<(u64, f64)> = None;
        all_sound(of, |flows| {
            let (served, cost) = (flows.iter().map(|flow| flow.amount).sum(), evaluate::cost(flows));
            let is_enough = of.current.is_none_or(|(_, least)| least <= stays(of, flows));
            if is_enough && best.is_none_or(|(most, least)| most < served || (most == served && cost < least)) {
                best = Some((served, cost));
            }
        });
        best
    }

    /// The most that can stay.
    fn most_by_trying(of: &Districts<'_>) -> u64 {
        let mut most = 0;
        all_sound(of, |flows| most = most.max(stays(of, flows)));
        most
    }

    fn served(found: &Districting) -> u64 {
        found.flows.iter().map(|flow| flow.amount).sum()
    }

    // A row of five places with a school at each end that holds three.
    #[test]
    fn each_place_goes_to_one_school_and_the_halves_hold_together() {
        let town = town(5, &[1, 1, 1, 1, 1], &[0, 4], &[3, 3]);
        let found = districts(&town.problem(), Terms::default()).unwrap();
        assert_eq!((found.proof.objective, found.proof.proven), (4.0, true));
        assert_eq!(found.site_of[..2], [Some(0), Some(0)]);
        assert_eq!(found.site_of[3..], [Some(1), Some(1)]);
    }

    // School 0 and school 1 stand in place 1 of a row of three; the place has more than school 1 holds.
    #[test]
    fn of_two_schools_in_one_place_one_has_it_and_the_other_touches_it() {
        let town = town(3, &[2, 5, 2], &[1, 1], &[7, 2]);
        let found = districts(&town.problem(), Terms::default()).unwrap();
        assert_eq!((served(&found), found.proof.proven), (9, true));
        assert_eq!(found.site_of[1], Some(0));
        assert_eq!(found.site_of.iter().filter(|site| **site == Some(1)).count(), 1);
    }

    #[test]
    fn a_place_without_demand_holds_a_district_together() {
        let town = town(3, &[1, 0, 1], &[0], &[2]);
        let found = districts(&town.problem(), Terms::default()).unwrap();
        assert_eq!(found.site_of, [Some(0), Some(0), Some(0)]);
        let island = Ground { neighbours: vec![vec![], vec![2], vec![1]], homes: vec![Some(0)] };
        let problem = Districts { ground: Some(&island), ..town.problem() };
        let found = districts(&problem, Terms::default()).unwrap();
        assert_eq!((served(&found), found.proof.proven), (1, true));
    }

    #[test]
    fn what_must_stay_stays_or_it_is_said_that_it_cannot() {
        let town = town(4, &[1, 1, 1, 1], &[0, 3], &[4, 4]);
        let current = [Some(0), Some(0), Some(0), Some(0)];
        let stay =
            |least| districts(&Districts { current: Some((&current, least)), ..town.problem() }, Terms::default());
        assert_eq!(stay(2).unwrap().proof.objective, 2.0);
        let three = stay(3).unwrap();
        assert_eq!((three.proof.objective, three.proof.proven), (3.0, true));
        assert_eq!(stay(5), Err(NoDistricts::Stay { found: 4, most: 4, is_proven: true }));
    }

    #[test]
    fn a_town_too_large_to_solve_exactly_has_its_bound() {
        let demand: Vec<u64> = (0..400).map(|place| 1 + place * 7 % 11).collect();
        let town = town(20, &demand, &[21, 38, 150, 244, 361, 378], &[420; 6]);
        let terms = Terms { most_exact: 0, ..Terms::default() };
        let found = districts(&town.problem(), terms).unwrap();
        let all: u64 = demand.iter().sum();
        assert_eq!((served(&found), found.proof.most_served), (all, all));
        assert!(found.proof.bound <= found.proof.objective && found.proof.gap() < 0.1, "{:?}", found.proof);
    }

    prop_compose! {
        fn towns()(width in 2..4_u32, height in 2..4_u32, n_sites in 1..3_usize)(
            demand in prop::collection::vec(0..5_u64, (width * height) as usize),
            homes in prop::collection::vec(0..width * height, n_sites),
            capacity in prop::collection::vec(0..16_u64, n_sites),
            width in Just(width),
        ) -> Town {
            town(width, &demand, &homes, &capacity)
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]
        #[test]
        fn nothing_tried_by_hand_is_better(town in towns(), in_one_piece in any::<bool>(), share in 0..4_u64) {
            let current: Vec<Option<u32>> = (0..town.demand.len()).map(|place| (place % 3 != 0).then_some(0)).collect();
            let mut problem = town.problem();
            if !in_one_piece {
                problem.ground = None;
            }
            if 0 < share {
                problem.current = Some((&current, share));
            }
            let tried = by_trying(&problem);
            match districts(&problem, Terms::default()) {
                Ok(found) => {
                    prop_assert!(found.proof.proven, "{:?}", found);
                    prop_assert_eq!(Some((served(&found), found.proof.objective)), tried);
                }
                Err(why) => {
                    let most = most_by_trying(&problem);
                    prop_assert_eq!(why, NoDistricts::Stay { found: most, most, is_proven: true });
                    prop_assert_eq!(tried, None);
                }
            }
            // The search alone is never better, and never without its bound.
            if let Ok(found) = districts(&problem, Terms { most_exact: 0, ..Terms::default() }) {
                let (most, least) = tried.expect("some districts are sound");
                prop_assert!(served(&found) <= most && most <= found.proof.most_served);
                prop_assert!(served(&found) < most || least <= found.proof.objective + 1e-9);
                prop_assert!(served(&found) < most || found.proof.bound <= least + 1e-9);
            }
        }

        #[test]
        fn what_is_said_to_stay_at_the_most_is_the_most(
            (town, today) in towns().prop_flat_map(|town| {
                let (n, n_sites) = (town.demand.len(), town.capacity.len() as u32);
                (Just(town), prop::collection::vec(prop::option::weighted(0.9, 0..n_sites), n))
            }),
            in_one_piece in any::<bool>(),
            more in 1..4_u64,
        ) {
            let mut problem = town.problem();
            if !in_one_piece {
                problem.ground = None;
            }
            problem.current = Some((&today, 0));
            let most = most_by_trying(&problem);
            problem.current = Some((&today, most));
            let found = districts(&problem, Terms::default()).unwrap();
            prop_assert!(most <= stays(&problem, &found.flows));
            problem.current = Some((&today, most + more));
            let why = districts(&problem, Terms::default()).unwrap_err();
            prop_assert_eq!(why, NoDistricts::Stay { found: most, most, is_proven: true });
            // Without the program a bound is still one, and is told apart from what was found.
            let why = districts(&problem, Terms { most_exact: 0, ..Terms::default() }).unwrap_err();
            let NoDistricts::Stay { found, most: bound, is_proven } = why else { panic!("{why:?}") };
            prop_assert!(found <= most && most <= bound && is_proven == (bound < most + more));
        }

        // Nothing joins sites where no piece is asked for: each keeps the most of those there today that it holds.
        #[test]
        fn of_many_persons_the_most_stay_to_the_last_one(
            persons in prop::collection::vec(0..20_000_u64, 10),
            today in prop::collection::vec(0..3_u32, 10),
            capacity in prop::collection::vec(0..60_000_u64, 3),
        ) {
            let unit = 1_000_000;
            let all: Vec<Offer> = (0..30).map(|at| Offer { demand: at / 3, site: at % 3, cost: 1.0 }).collect();
            let offers = Offers::new(10, 3, &all);
            let demand: Vec<u64> = persons.iter().map(|n| n * unit).collect();
            let capacity: Vec<u64> = capacity.iter().map(|n| n * unit).collect();
            let most: u64 = (0..3).map(|site| {
                let own: Vec<u64> = (0..10).filter(|&at| today[at] == site).map(|at| demand[at]).collect();
                let sum = |chosen: u32| -> u64 { (0..own.len()).filter(|at| chosen >> at & 1 == 1).map(|at| own[at]).sum() };
                (0..1 << own.len()).map(sum).filter(|sum| *sum <= capacity[site as usize]).max().unwrap()
            }).sum();
            let today: Vec<Option<u32>> = today.into_iter().map(Some).collect();
            let current = Some((&today[..], most + unit));
            let problem = Districts { offers: &offers, demand: &demand, capacity: &capacity, ground: None, current };
            let why = districts(&problem, Terms::default()).unwrap_err();
            prop_assert_eq!(why, NoDistricts::Stay { found: most, most, is_proven: true });
        }
    }
}
