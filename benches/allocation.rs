//! Allocation on random planes: demand points and sites anywhere in a square, the cost is the straight line.
//!
//! `cargo bench --bench allocation -- --plane DEMANDS SITES REACH ROOM` solves one plane once and prints seconds, what is served, what
//! it costs and its bound; ROOM is the capacity of all sites as a share of all demand.
#![allow(missing_docs, reason = "criterion's macros")]
#![allow(clippy::print_stdout, reason = "a benchmark that is a program prints what it measures")]

use std::time::Instant;

use criterion::Criterion;
use evenreach::allocation::{evaluate, transport};
use evenreach::siting::{Offer, Offers};
use rand::Rng;
use rand_pcg::Pcg32;

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    if let Some(at) = arguments.iter().position(|argument| argument == "--plane") {
        let numbers: Vec<f64> = arguments[at + 1..].iter().filter_map(|text| text.parse().ok()).collect();
        let [n_demands, n_sites, reach, room, ..] = numbers[..] else { panic!("--plane DEMANDS SITES REACH ROOM") };
        let plane = Plane::new(n_demands as usize, n_sites as usize, reach, room);
        let begin = Instant::now();
        let plan = transport(&plane.offers, &plane.demand, &plane.capacity, &|| false).expect("nothing stops it");
        let seconds = begin.elapsed().as_secs_f64();
        let bound = evaluate::bound(&plane.offers, &plane.demand, &plane.capacity, plan.served, &plan.prices);
        println!("{seconds}\t{}\t{}\t{bound}", plan.served, evaluate::cost(&plan.flows));
        return;
    }
    let mut criterion = Criterion::default().configure_from_args();
    flows(&mut criterion);
    criterion.final_summary();
}

struct Plane {
    offers: Offers,
    demand: Vec<u64>,
    capacity: Vec<u64>,
}

impl Plane {
    /// Points in a square of 1000, offers within a reach, 1 to 99 persons at each demand point.
    fn new(n_demands: usize, n_sites: usize, reach: f64, room: f64) -> Self {
        let mut chance = Pcg32::new(42, 1);
        let mut unit = || f64::from(chance.next_u32()) / 4_294_967_296.0;
        let sites: Vec<(f64, f64)> = (0..n_sites).map(|_| (unit() * 1000.0, unit() * 1000.0)).collect();
        let (mut offers, mut demand) = (Vec::new(), Vec::new());
        for point in 0..n_demands as u32 {
            let (x, y) = (unit() * 1000.0, unit() * 1000.0);
            demand.push((1.0 + unit() * 99.0) as u64 * 1_000_000);
            let costs = (0_u32..).zip(&sites).map(|(site, place)| (site, (x - place.0).hypot(y - place.1)));
            let near = costs.filter(|(_, cost)| *cost <= reach);
            offers.extend(near.map(|(site, cost)| Offer { demand: point, site, cost }));
        }
        let mean = demand.iter().sum::<u64>() as f64 * room / n_sites as f64;
        let capacity = (0..n_sites).map(|_| (mean * (0.5 + unit()) / 1e6).round() as u64 * 1_000_000).collect();
        Self { offers: Offers::new(n_demands, n_sites, &offers), demand, capacity }
    }
}

fn flows(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("transport");
    group.sample_size(10);
    for (n_demands, n_sites, reach, room) in [
        (1000, 100, f64::INFINITY, 1.2),
        (10_000, 500, f64::INFINITY, 1.2),
        (10_000, 500, f64::INFINITY, 0.9),
        (10_000, 500, 150.0, 1.2),
        (100_000, 500, 100.0, 1.2),
    ] {
        let plane = Plane::new(n_demands, n_sites, reach, room);
        let n = plane.offers.n_offers();
        group.bench_function(format!("{n_demands} x {n_sites}, {n} offers, room {room}"), |bencher| {
            bencher.iter(|| transport(&plane.offers, &plane.demand, &plane.capacity, &|| false));
        });
    }
}
