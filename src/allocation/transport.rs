//! The transportation problem: who is served where at the least cost, no site beyond its capacity.
//!
//! Amounts are whole numbers of any one small unit, such as thousandths of a person; costs are those of [`Offers`].

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};

use super::evaluate::is_most;
use super::{Flow, Prices};
use crate::siting::Offers;

/// Amounts by demand and site, and prices that prove that they cost the least.
#[derive(Clone, Debug, PartialEq)]
pub struct Plan {
    /// What goes where, by demand, then by site.
    pub flows: Vec<Flow>,
    /// How much is served.
    pub served: u64,
    /// Prices at which everyone is served where it is cheapest for them.
    pub prices: Prices,
}

/// Serves as much of the demand as can be served, and of all ways to do that takes the one with the least total of amount
/// times cost; `None` where `stop` said so first.
///
/// # Shapes and units
/// `demand`: one entry a demand point; `capacity`: one a site. The total of each is below 2^62. A pair without an offer
/// cannot be served.
///
/// # Method and cost
/// Everyone begins at the cheapest site, full or not, with all prices 0: nothing else could cost less. Then, while a site
/// has more than it holds, amounts move along the cheapest row of sites that ends at one with room (successive shortest
/// paths; Busacker and Gowen 1960). A search runs over sites only, since the cheapest way from one site to another is
/// kept at hand for each two of them (Tokuyama and Nakano 1995), with prices that keep all its steps at 0 or more, and ends at
/// the first room it finds. Where not everyone can be served, how many can is known after that, and a second round gives
/// so many of them no place, for nothing: it is one more site that everyone can go to. At first each demand tries only the
/// cheapest of its offers; where the prices show that others are cheaper, these are tried, too, until none is.
///
/// Each search costs at most O(links between sites), where two sites are linked if one demand has offers of both, and a
/// move to a site O(offers of that demand · log). There are about as many searches as demand points have to move.
/// Memory: some 40 bytes an offer beside the offers, 100 at the most.
///
/// # Exactness
/// Amounts are exact. Costs are rounded to a 2^-50th of the largest, for a few hundred sites, and searched as whole
/// numbers. The prices are in doubles; [`evaluate`](super::evaluate) proves from them and the unrounded costs how good the plan is.
///
/// # Source
/// Busacker and Gowen (1960), ORO-TP-15, Johns Hopkins University. Tokuyama and Nakano (1995), Efficient algorithms for
/// the Hitchcock transportation problem, SIAM Journal on Computing 24(3), 563-578, doi:10.1137/S0097539792236523.
pub fn transport(offers: &Offers, demand: &[u64], capacity: &[u64], stop: &(dyn Fn() -> bool + Sync)) -> Option<Plan> {
    let mut n_tried: Vec<usize> = (0..demand.len()).map(|at| offers.of(at).0.len().min(FIRST)).collect();
    let mut without = 0;
    loop {
        let network = Network::new((offers, &n_tried), demand, capacity, without, Start::Nearest);
        let (plan, left_over) = network.solve(stop)?;
        if left_over == 0 {
            if !add_cheaper(offers, &mut n_tried, &plan.prices) {
                return Some(plan);
            }
        } else if is_most(offers, demand, capacity, &without_surplus(capacity, plan.flows))
            || !add_more(offers, &mut n_tried)
        {
            // So much cannot be served at all, whatever is tried.
            without += left_over;
        }
    }
}

/// So many of the cheapest sites of each demand are tried at first; those whose prices show others to be cheaper get more.
const FIRST: usize = 24;

/// Has the demands try as many sites as are cheaper, prices counted in, than those they have tried; whether any does.
fn add_cheaper(offers: &Offers, n_tried: &mut [usize], prices: &Prices) -> bool {
    let mut is_any = false;
    for (demand, n_tried) in n_tried.iter_mut().enumerate() {
        let (sites, costs) = offers.of(demand);
        let with_price = |at: usize| costs[at] + prices.sites[sites[at] as usize];
        let tried = (0..*n_tried).map(with_price).fold(prices.none.unwrap_or(f64::INFINITY), f64::min);
        // What costs more without a price is no cheaper with one.
        let n_worth = costs.partition_point(|&cost| cost < tried);
        let noise = 1e-12 * tried.abs();
        let mut cheaper = (*n_tried..n_worth.max(*n_tried)).filter(|&at| with_price(at) < tried - noise);
        if let Some(last) = cheaper.next_back() {
            *n_tried = (last + 1).max(2 * *n_tried).min(sites.len());
            is_any = true;
        }
    }
    is_any
}

/// Has every demand try twice as many sites; whether there are more.
fn add_more(offers: &Offers, n_tried: &mut [usize]) -> bool {
    let mut is_any = false;
    for (demand, n_tried) in n_tried.iter_mut().enumerate() {
        let more = (2 * *n_tried).min(offers.of(demand).0.len());
        is_any |= *n_tried < more;
        *n_tried = more;
    }
    is_any
}

/// The flows without what is more than sites hold.
fn without_surplus(capacity: &[u64], mut flows: Vec<Flow>) -> Vec<Flow> {
    let mut room = capacity.to_vec();
    for flow in &mut flows {
        flow.amount = flow.amount.min(room[flow.site as usize]);
        room[flow.site as usize] -= flow.amount;
    }
    flows.retain(|flow| 0 < flow.amount);
    flows
}

/// The cheapest way to serve no less than `served`, which must not be more than can be served; `None` where `stop` said so
/// first. See [`transport`].
pub fn cheapest(
    offers: &Offers,
    demand: &[u64],
    capacity: &[u64],
    served: u64,
    stop: &(dyn Fn() -> bool + Sync),
) -> Option<Plan> {
    let reachable: u64 = (0..demand.len()).filter(|&at| !offers.of(at).0.is_empty()).map(|at| demand[at]).sum();
    let all: Vec<usize> = (0..demand.len()).map(|at| offers.of(at).0.len()).collect();
    let without = reachable.saturating_sub(served);
    let (plan, left_over) = Network::new((offers, &all), demand, capacity, without, Start::None).solve(stop)?;
    debug_assert!(left_over == 0, "no more is asked for than can be served");
    Some(plan)
}

/// The cheapest ways from one site to others, each by moving one demand.
#[derive(Default)]
struct Links {
    /// The position of each other site in the two lists below.
    position: HashMap<u32, u32>,
    to: Vec<u32>,
    /// The demands that are or were here, by what it costs more to be there instead; who has left is passed over.
    moves: Vec<BinaryHeap<Reverse<(i64, u32)>>>,
}

/// Where everyone begins, when so much is to be served by none.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Start {
    /// At the nearest site; no service is worth as much as the farthest way, which is right where no more can be served.
    Nearest,
    /// At none.
    None,
}

/// Demands that hold sites, and sites that pass them on. With an allowance, the last site is to be served by none.
struct Network<'a> {
    offers: &'a Offers,
    /// Of its offers each demand tries so many, the cheapest.
    n_tried: &'a [usize],
    demand: &'a [u64],
    /// One a site.
    capacity: Vec<u64>,
    /// Whether the last site stands for no service.
    has_none: bool,
    /// From a cost to a whole number.
    scale: f64,
    /// The sites of each demand, with how much.
    held: Vec<Vec<(u32, u64)>>,
    load: Vec<u64>,
    price: Vec<i64>,
    links: Vec<Links>,
    n_moves: usize,
    most_moves: usize,
    search: Search,
}

/// A search for room, over sites.
struct Search {
    distance: Vec<i64>,
    /// The site before, and the demand that moves on from it.
    before: Vec<(u32, u32)>,
    is_settled: Vec<bool>,
    touched: Vec<u32>,
    settled: Vec<u32>,
    queue: BinaryHeap<Reverse<(i64, u32)>>,
}

const FAR: i64 = i64::MAX;

impl<'a> Network<'a> {
    fn new(
        (offers, n_tried): (&'a Offers, &'a [usize]),
        demand: &'a [u64],
        capacity: &[u64],
        allowance: u64,
        start: Start,
    ) -> Self {
        let has_none = 0 < allowance;
        let mut capacity = capacity.to_vec();
        capacity.extend(has_none.then_some(allowance));
        let n = capacity.len();
        let dearest = (0..demand.len()).filter_map(|at| offers.of(at).1.last().copied()).fold(0.0, f64::max);
        // A row of sites and what it costs stays below 2^60.
        let scale =
            if 0.0 < dearest { (2_f64.powi(60) / (dearest * (n as f64 + 2.0))).log2().floor().exp2() } else { 1.0 };
        let mut network = Self {
            offers,
            n_tried,
            demand,
            capacity,
            has_none,
            scale: if scale.is_finite() { scale } else { 1.0 },
            held: vec![Vec::new(); demand.len()],
            load: vec![0; n],
            price: vec![0; n],
            links: (0..n).map(|_| Links::default()).collect(),
            n_moves: 0,
            most_moves: 4 * n_tried.iter().sum::<usize>() + 1024,
            search: Search {
                distance: vec![FAR; n],
                before: vec![(0, 0); n],
                is_settled: vec![false; n],
                touched: Vec::new(),
                settled: Vec::new(),
                queue: BinaryHeap::new(),
            },
        };
        if let Some(none) = network.none().filter(|_| start == Start::Nearest) {
            network.price[none as usize] = network.whole(dearest);
        }
        network.begin(start);
        network
    }

    /// The offers that a demand tries.
    fn of(&self, demand: u32) -> (&'a [u32], &'a [f64]) {
        let ((sites, costs), n) = (self.offers.of(demand as usize), self.n_tried[demand as usize]);
        (&sites[..n], &costs[..n])
    }

    /// Everyone where they begin.
    fn begin(&mut self, start: Start) {
        let none = self.none().filter(|_| start == Start::None);
        for demand in 0..self.demand.len() {
            let Some(&nearest) = self.offers.of(demand).0.first() else { continue };
            let amount = self.demand[demand];
            if 0 < amount {
                let site = none.unwrap_or(nearest);
                self.load[site as usize] += amount;
                self.held[demand].push((site, amount));
                self.list(demand as u32, site);
            }
        }
    }

    /// The site that stands for no service.
    fn none(&self) -> Option<u32> {
        self.has_none.then(|| self.capacity.len() as u32 - 1)
    }

    fn whole(&self, cost: f64) -> i64 {
        (cost * self.scale).round() as i64
    }

    fn cost(&self, demand: u32, site: u32) -> i64 {
        if Some(site) == self.none() {
            return 0;
        }
        let (sites, costs) = self.of(demand);
        let at = sites.iter().position(|&other| other == site).expect("who is at a site has an offer of it");
        self.whole(costs[at])
    }

    /// Lists what moving `demand` on from `site` would cost, for each other site.
    fn list(&mut self, demand: u32, site: u32) {
        let here = self.cost(demand, site);
        let (sites, costs) = self.of(demand);
        for (&to, &cost) in sites.iter().zip(costs) {
            if to != site {
                let more = self.whole(cost) - here;
                self.links[site as usize].add(to, (more, demand));
                self.n_moves += 1;
            }
        }
        if let Some(none) = self.none().filter(|&none| none != site) {
            self.links[site as usize].add(none, (-here, demand));
            self.n_moves += 1;
        }
    }

    /// Lists all moves anew, without those of demands that have left.
    fn list_anew(&mut self) {
        self.links.iter_mut().for_each(|links| links.moves.iter_mut().for_each(BinaryHeap::clear));
        self.n_moves = 0;
        for demand in 0..self.held.len() {
            for at in 0..self.held[demand].len() {
                self.list(demand as u32, self.held[demand][at].0);
            }
        }
        self.most_moves = self.most_moves.max(2 * self.n_moves);
    }

    /// The plan, and how much is still at sites that are full: it cannot be served at all.
    fn solve(mut self, stop: &(dyn Fn() -> bool + Sync)) -> Option<(Plan, u64)> {
        let mut left_over = 0;
        for site in 0..self.capacity.len() {
            while self.capacity[site] < self.load[site] {
                if stop() {
                    return None;
                }
                match self.find_room(site as u32) {
                    Some(end) => self.make(site as u32, end),
                    None => {
                        // Where there is no way to room now there is none later: no move leads out of what was searched.
                        left_over += self.load[site] - self.capacity[site];
                        break;
                    }
                }
                if self.most_moves < self.n_moves {
                    self.list_anew();
                }
            }
        }
        Some((self.plan(), left_over))
    }

    /// The nearest site with room by the cheapest row of moves from `start`. Prices follow, so that no move is ever cheaper
    /// than the difference of prices says.
    fn find_room(&mut self, start: u32) -> Option<u32> {
        let search = &mut self.search;
        for site in search.touched.drain(..) {
            search.distance[site as usize] = FAR;
            search.is_settled[site as usize] = false;
        }
        search.settled.clear();
        search.queue.clear();
        search.distance[start as usize] = 0;
        search.touched.push(start);
        search.queue.push(Reverse((0, start)));
        while let Some(Reverse((distance, site))) = search.queue.pop() {
            if std::mem::replace(&mut search.is_settled[site as usize], true) {
                continue;
            }
            if self.load[site as usize] < self.capacity[site as usize] {
                for &other in &search.settled {
                    self.price[other as usize] += distance - search.distance[other as usize];
                }
                return Some(site);
            }
            search.settled.push(site);
            let Links { to, moves, .. } = &mut self.links[site as usize];
            for (&to, moves) in to.iter().zip(moves) {
                if search.is_settled[to as usize] {
                    continue;
                }
                let is_gone = |demand: u32| self.held[demand as usize].iter().all(|&(held, _)| held != site);
                while moves.peek().is_some_and(|Reverse((_, demand))| is_gone(*demand)) {
                    moves.pop();
                    self.n_moves -= 1;
                }
                let Some(&Reverse((more, demand))) = moves.peek() else { continue };
                let step = more - self.price[site as usize] + self.price[to as usize];
                debug_assert!(0 <= step, "prices keep every step at 0 or more");
                let reached = distance + step.max(0);
                if reached < search.distance[to as usize] {
                    if search.distance[to as usize] == FAR {
                        search.touched.push(to);
                    }
                    search.distance[to as usize] = reached;
                    search.before[to as usize] = (site, demand);
                    search.queue.push(Reverse((reached, to)));
                }
            }
        }
        None
    }

    /// Moves as much as the row of moves from `start` to `end` allows.
    fn make(&mut self, start: u32, end: u32) {
        let mut row: Vec<(u32, u32, u32)> = Vec::new();
        let mut site = end;
        while site != start {
            let (from, demand) = self.search.before[site as usize];
            row.push((from, site, demand));
            site = from;
        }
        let over = self.load[start as usize] - self.capacity[start as usize];
        let room = self.capacity[end as usize] - self.load[end as usize];
        let amount = row.iter().fold(over.min(room), |least, &(from, _, demand)| {
            let held = self.held[demand as usize].iter().find(|&&(site, _)| site == from);
            least.min(held.map_or(0, |&(_, amount)| amount))
        });
        debug_assert!(0 < amount, "a row of moves moves something");
        self.load[start as usize] -= amount;
        self.load[end as usize] += amount;
        for (from, to, demand) in row {
            let held = &mut self.held[demand as usize];
            if let Some(at) = held.iter().position(|&(site, _)| site == from) {
                held[at].1 -= amount;
                if held[at].1 == 0 {
                    held.swap_remove(at);
                }
            }
            match held.iter_mut().find(|(site, _)| *site == to) {
                Some((_, there)) => *there += amount,
                None => {
                    held.push((to, amount));
                    self.list(demand, to);
                }
            }
        }
    }

    fn plan(mut self) -> Plan {
        let none = self.none();
        let mut flows = Vec::new();
        let mut served = 0;
        for demand in 0..self.held.len() {
            self.held[demand].sort_unstable();
            let (sites, costs) = self.offers.of(demand);
            for &(site, amount) in self.held[demand].iter().filter(|&&(site, _)| Some(site) != none) {
                let at = sites.iter().position(|&other| other == site).expect("who is at a site has an offer of it");
                flows.push(Flow { demand: demand as u32, site, amount, cost: costs[at] });
                served += amount;
            }
        }
        let mut sites: Vec<f64> = self.price.iter().map(|&price| price as f64 / self.scale).collect();
        let of_none = if self.has_none { sites.pop() } else { None };
        Plan { flows, served, prices: Prices { sites, none: of_none } }
    }
}

impl Links {
    fn add(&mut self, to: u32, by: (i64, u32)) {
        let at = *self.position.entry(to).or_insert_with(|| {
            self.to.push(to);
            self.moves.push(BinaryHeap::new());
            self.to.len() as u32 - 1
        });
        self.moves[at as usize].push(Reverse(by));
    }
}

#[cfg(test)]
mod tests {
    use super::super::evaluate;
    use super::*;
    use crate::program::{Program, Variable};
    use crate::siting::Offer;
    use proptest::prelude::*;

    fn offers(n_demands: usize, n_sites: usize, costs: &[Option<f64>]) -> Offers {
        let offer = |(at, cost): (usize, &Option<f64>)| {
            Some(Offer { demand: (at / n_sites) as u32, site: (at % n_sites) as u32, cost: (*cost)? })
        };
        let all: Vec<Offer> = costs.iter().enumerate().filter_map(offer).collect();
        Offers::new(n_demands, n_sites, &all)
    }

    fn solved(offers: &Offers, demand: &[u64], capacity: &[u64]) -> (u64, f64) {
        let plan = transport(offers, demand, capacity, &|| false).unwrap();
        assert_eq!(evaluate::faults(offers, demand, capacity, &plan.flows), [""; 0]);
        assert!(evaluate::is_most(offers, demand, capacity, &plan.flows));
        let cost = evaluate::cost(&plan.flows);
        let bound = evaluate::bound(offers, demand, capacity, plan.served, &plan.prices);
        assert!((cost - bound).abs() <= 1e-9 * cost, "{cost} {bound}");
        assert_eq!(plan.flows.iter().map(|flow| flow.amount).sum::<u64>(), plan.served);
        (plan.served, cost)
    }

    // Three power plants (35, 50, 40 million kWh) serve four cities (45, 20, 30, 30): Winston (2004), Operations Research,
    // 4th edition, section 7.1, the Powerco problem, whose optimum is 1,020.
    #[test]
    fn the_powerco_problem_costs_1020() {
        let by_plant = [[8.0, 6.0, 10.0, 9.0], [9.0, 12.0, 13.0, 7.0], [14.0, 9.0, 16.0, 5.0]];
        let costs: Vec<Option<f64>> =
            (0..4).flat_map(|city| (0..3).map(move |plant| Some(by_plant[plant][city]))).collect();
        assert_eq!(solved(&offers(4, 3, &costs), &[45, 20, 30, 30], &[35, 50, 40]), (125, 1020.0));
    }

    // A(100) --1-- school 0 (100) --2-- B(100) --9-- school 1 (50): A stays, half of B goes on, half has no place
    #[test]
    fn of_those_who_cannot_all_be_served_as_many_as_can_are_and_then_at_the_least_cost() {
        let offers = offers(2, 2, &[Some(1.0), None, Some(2.0), Some(9.0)]);
        assert_eq!(solved(&offers, &[100, 100], &[100, 50]), (150, 50.0 * 9.0 + 100.0));
        let plan = cheapest(&offers, &[100, 100], &[100, 50], 100, &|| false).unwrap();
        assert_eq!((plan.served, evaluate::cost(&plan.flows)), (100, 100.0));
    }

    #[test]
    fn nothing_and_nobody_are_no_trouble() {
        assert_eq!(solved(&offers(0, 0, &[]), &[], &[]), (0, 0.0));
        assert_eq!(solved(&offers(1, 1, &[None]), &[5], &[5]), (0, 0.0));
        assert_eq!(solved(&offers(2, 1, &[Some(0.0), Some(0.0)]), &[5, 0], &[0]), (0, 0.0));
        assert_eq!(transport(&offers(1, 1, &[Some(1.0)]), &[5], &[4], &|| true), None);
    }

    /// The least cost of serving as much as can be served, by trying every way in whole units.
    fn by_trying(offers: &Offers, demand: &[u64], capacity: &[u64]) -> (u64, f64) {
        fn go(
            offers: &Offers,
            demand: &[u64],
            at: usize,
            room: &mut [u64],
            served: u64,
            cost: f64,
            best: &mut (u64, f64),
        ) {
            if at == demand.len() {
                if best.0 < served || (best.0 == served && cost < best.1) {
                    *best = (served, cost);
                }
                return;
            }
            spread(offers, demand, at, 0, demand[at], room, served, cost, best);
        }
        #[allow(clippy::too_many_arguments)]
        fn spread(
            offers: &Offers,
            demand: &[u64],
            at: usize,
            nth: usize,
            left: u64,
            room: &mut [u64],
            served: u64,
            cost: f64,
            best: &mut (u64, f64),
        ) {
            let (sites, costs) = offers.of(at);
            if nth == sites.len() {
                return go(offers, demand, at + 1, room, served, cost, best);
            }
            let site = sites[nth] as usize;
            for amount in 0..=left.min(room[site]) {
                room[site] -= amount;
                let more = amount as f64 * costs[nth];
                spread(offers, demand, at, nth + 1, left - amount, room, served + amount, cost + more, best);
                room[site] += amount;
            }
        }
        let mut best = (0, f64::INFINITY);
        go(offers, demand, 0, &mut capacity.to_vec(), 0, 0.0, &mut best);
        best
    }

    /// The same as a linear program: at first the most that can be served, then the least cost of that.
    fn by_program(offers: &Offers, demand: &[u64], capacity: &[u64]) -> (f64, f64) {
        let solve = |served: Option<f64>| {
            let mut program = Program::new();
            let mut by_site: Vec<Vec<(Variable, f64)>> = vec![Vec::new(); capacity.len()];
            let mut all = Vec::new();
            for (at, &persons) in demand.iter().enumerate() {
                let (sites, costs) = offers.of(at);
                let mut own = Vec::new();
                for (&site, &cost) in sites.iter().zip(costs) {
                    let cost = if served.is_some() { cost } else { -1.0 };
                    let flow = program.real(cost, (0.0, f64::INFINITY));
                    own.push((flow, 1.0));
                    by_site[site as usize].push((flow, 1.0));
                }
                program.at_most(&own, persons as f64);
                all.extend(own);
            }
            by_site.iter().zip(capacity).for_each(|(terms, &capacity)| program.at_most(terms, capacity as f64));
            if let Some(served) = served {
                program.at_least(&all, served);
            }
            program.solve(&[], &|| false).unwrap().objective
        };
        let served = -solve(None);
        (served, solve(Some(served)))
    }

    prop_compose! {
        fn worlds(most: usize, amount: u64)(n_demands in 1..=most, n_sites in 1..=most)(
            demand in prop::collection::vec(0..=amount, n_demands),
            capacity in prop::collection::vec(0..=2 * amount, n_sites),
            costs in prop::collection::vec(prop::option::weighted(0.8, 0..20_u8), n_demands * n_sites),
        ) -> (Offers, Vec<u64>, Vec<u64>) {
            let costs: Vec<Option<f64>> = costs.into_iter().map(|cost| cost.map(f64::from)).collect();
            (offers(demand.len(), capacity.len(), &costs), demand, capacity)
        }
    }

    proptest! {
        #[test]
        fn nothing_tried_by_hand_is_better((offers, demand, capacity) in worlds(3, 4)) {
            prop_assert_eq!(solved(&offers, &demand, &capacity), by_trying(&offers, &demand, &capacity));
        }

        #[test]
        fn a_linear_program_finds_the_same((offers, demand, capacity) in worlds(12, 1000)) {
            let (served, cost) = solved(&offers, &demand, &capacity);
            let (most, least) = by_program(&offers, &demand, &capacity);
            prop_assert!((served as f64 - most).abs() <= 1e-6 * (1.0 + most), "{} {}", served, most);
            prop_assert!((cost - least).abs() <= 1e-6 * (1.0 + least), "{} {}", cost, least);
        }

        // More sites than are tried at first, some of them full: what is cheapest among all is found.
        #[test]
        fn trying_the_nearest_first_loses_nothing(
            demand in prop::collection::vec(0..50_u64, 20), costs in prop::collection::vec(0..200_u8, 20 * 60),
            rooms in prop::collection::vec(prop_oneof![Just(0), 0..15_u64], 60),
        ) {
            let costs: Vec<Option<f64>> = costs.into_iter().map(|cost| Some(f64::from(cost))).collect();
            let offers = offers(20, 60, &costs);
            let (served, cost) = solved(&offers, &demand, &rooms);
            let all = cheapest(&offers, &demand, &rooms, served, &|| false).unwrap();
            prop_assert_eq!((served, cost), (all.served, evaluate::cost(&all.flows)));
        }

        #[test]
        fn serving_less_never_costs_more_and_is_proven((offers, demand, capacity) in worlds(8, 50), share in 0.0..1.0_f64) {
            let (most, dear) = solved(&offers, &demand, &capacity);
            let served = (most as f64 * share) as u64;
            let plan = cheapest(&offers, &demand, &capacity, served, &|| false).unwrap();
            let cost = evaluate::cost(&plan.flows);
            let bound = evaluate::bound(&offers, &demand, &capacity, served, &plan.prices);
            prop_assert!(served <= plan.served && cost <= dear * (1.0 + 1e-9));
            prop_assert!((cost - bound).abs() <= 1e-9 * (1.0 + cost), "{} {}", cost, bound);
        }
    }
}
