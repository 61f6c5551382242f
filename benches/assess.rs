//! The national world from travel costs to outputs.
//!
//! `cargo bench --bench assess -- --write DIR` writes the world as a study instead, for the command itself.
#![allow(missing_docs, reason = "criterion's macros")]

use std::path::Path;

use criterion::Criterion;
use evenreach::assess::{Only, assess, limits};
use evenreach::model::Lang;
use evenreach::report::files::Content;
use evenreach::report::{self, Output};
use evenreach::space::TravelMatrix;
use rayon::prelude::*;

mod support;

use support::national::{NATIONAL, pack, world};

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    if let Some(at) = arguments.iter().position(|argument| argument == "--write") {
        let folder = arguments.get(at + 1).map_or("national", String::as_str);
        support::files::write(&world(NATIONAL), Path::new(folder)).expect("the folder can be written");
        return;
    }
    let mut criterion = Criterion::default().configure_from_args();
    assessment(&mut criterion);
    criterion.final_summary();
}

fn assessment(criterion: &mut Criterion) {
    let (world, packs) = (world(NATIONAL), vec![pack()]);
    let mut group = criterion.benchmark_group("national");
    group.sample_size(10);
    let limits = limits(&world, &packs);
    group.bench_function("travel", |bencher| bencher.iter_with_large_drop(|| TravelMatrix::compute(&world, &limits)));
    group.bench_function("whole assessment", |bencher| {
        // What is found is given back outside the time, as in a run that ends with it.
        bencher.iter_with_large_drop(|| {
            let travel = TravelMatrix::compute(&world, &limits);
            (assess(&world, &travel, &packs, &Only::default()), travel)
        });
    });
    let findings = assess(&world, &TravelMatrix::compute(&world, &limits), &packs, &Only::default());
    group.bench_function("outputs", |bencher| {
        let write = |output: &Output<'_>| output.write(&mut std::io::sink()).expect("a sink takes everything");
        bencher.iter(|| report::outputs(&findings, &world, &[], Lang::En).par_iter().for_each(write));
    });
}
