//! Siting problems on random planes: demand points and candidates anywhere in a square, the cost is the straight line.
//!
//! `cargo bench --bench siting -- --solve PROBLEM TABLE P` solves one table of costs (`from,to,cost`, positions from 0,
//! one person each) and prints seconds, objective, bound and whether it is proven, for `benches/siting_peers.py`. `--
//! --plane PROBLEM DEMANDS SITES P LIMIT SECONDS` does so for a plane of that size, within a time.
#![allow(missing_docs, reason = "criterion's macros")]
#![allow(clippy::print_stdout, reason = "a benchmark that is a program prints what it measures")]

use std::time::{Duration, Instant};

use criterion::Criterion;
use evenreach::siting::max_cover::max_cover;
use evenreach::siting::p_center::p_center;
use evenreach::siting::p_median::p_median;
use evenreach::siting::set_cover::set_cover;
use evenreach::siting::{Answer, NoAnswer, Offer, Offers, Terms};
use rand::Rng;
use rand_pcg::Pcg32;

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let after = |flag: &str| arguments.iter().position(|argument| argument == flag).map(|at| &arguments[at + 1..]);
    let number = |text: &String| text.parse::<f64>().expect("this argument is a number");
    if let Some([problem, table, p, ..]) = after("--solve") {
        let (offers, persons) = read(table);
        return tell(problem, &offers, &persons, number(p) as usize, f64::INFINITY, f64::MAX);
    }
    if let Some([problem, numbers @ ..]) = after("--plane") {
        let [n_demands, n_sites, p, limit, seconds, ..] = numbers.iter().map(number).collect::<Vec<_>>()[..] else {
            panic!("--plane PROBLEM DEMANDS SITES P LIMIT SECONDS")
        };
        let reach = if problem == "p-median" || problem == "p-center" { f64::INFINITY } else { limit };
        let (offers, persons) = plane(n_demands as usize, n_sites as usize, reach);
        return tell(problem, &offers, &persons, p as usize, limit, seconds);
    }
    let mut criterion = Criterion::default().configure_from_args();
    problems(&mut criterion);
    criterion.final_summary();
}

/// Points in a square of 1000, and the offers within a reach; 1 to 99 persons at each.
fn plane(n_demands: usize, n_sites: usize, reach: f64) -> (Offers, Vec<f64>) {
    let mut chance = Pcg32::new(42, 1);
    let mut unit = || f64::from(chance.next_u32()) / 4_294_967_296.0;
    let sites: Vec<(f64, f64)> = (0..n_sites).map(|_| (unit() * 1000.0, unit() * 1000.0)).collect();
    let (mut offers, mut persons) = (Vec::new(), Vec::new());
    for demand in 0..n_demands as u32 {
        let (x, y) = (unit() * 1000.0, unit() * 1000.0);
        persons.push((1.0 + unit() * 99.0).floor());
        let costs = (0_u32..).zip(&sites).map(|(site, place)| (site, (x - place.0).hypot(y - place.1)));
        offers.extend(costs.filter(|(_, cost)| *cost <= reach).map(|(site, cost)| Offer { demand, site, cost }));
    }
    (Offers::new(n_demands, n_sites, &offers), persons)
}

fn read(table: &str) -> (Offers, Vec<f64>) {
    let mut reader = csv::Reader::from_path(table).expect("the table can be opened");
    let offers: Vec<Offer> = reader
        .deserialize()
        .map(|row| {
            let (demand, site, cost): (u32, u32, f64) = row.expect("a row is from, to, cost");
            Offer { demand, site, cost }
        })
        .collect();
    let n_demands = offers.iter().map(|offer| offer.demand as usize + 1).max().unwrap_or(0);
    let n_sites = offers.iter().map(|offer| offer.site as usize + 1).max().unwrap_or(0);
    (Offers::new(n_demands, n_sites, &offers), vec![1.0; n_demands])
}

fn solve(
    problem: &str,
    offers: &Offers,
    persons: &[f64],
    p: usize,
    limit: f64,
    stop: &(dyn Fn() -> bool + Sync),
) -> Result<Answer, NoAnswer> {
    let terms = Terms { stop, ..Terms::default() };
    match problem {
        "p-median" => p_median(offers, persons, p, terms),
        "p-center" => p_center(offers, persons, p, terms),
        "mclp" => max_cover(offers, persons, limit, p, terms),
        "lscp" => set_cover(offers, limit, terms),
        other => panic!("{other}: p-median, p-center, mclp, lscp"),
    }
}

fn tell(problem: &str, offers: &Offers, persons: &[f64], p: usize, limit: f64, seconds: f64) {
    let begin = Instant::now();
    let time = Duration::try_from_secs_f64(seconds).unwrap_or(Duration::MAX);
    let answer = solve(problem, offers, persons, p, limit, &|| time <= begin.elapsed()).expect("there is an answer");
    let seconds = begin.elapsed().as_secs_f64();
    println!("{seconds}\t{}\t{}\t{}", answer.objective, answer.bound, answer.proven);
}

fn problems(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("siting");
    group.sample_size(10);
    for (problem, n_demands, n_sites, p, limit) in [
        ("p-median", 1000, 100, 10, f64::INFINITY),
        ("p-center", 1000, 100, 10, f64::INFINITY),
        ("lscp", 2000, 500, 0, 120.0),
        ("mclp", 2000, 500, 20, 80.0),
        ("mclp", 100_000, 100, 10, 100.0),
    ] {
        let (offers, persons) = plane(n_demands, n_sites, limit);
        let name = format!("{problem}, {n_demands} x {n_sites}, p = {p}");
        group.bench_function(name, |bencher| {
            bencher.iter(|| solve(problem, &offers, &persons, p, limit, &|| false).expect("there is an answer"));
        });
    }
}
