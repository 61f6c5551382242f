//! Each kind of check on the national world: one obligation judged, travel costs known.
#![allow(missing_docs, reason = "criterion's macros")]

use criterion::{Criterion, criterion_group, criterion_main};
use evenreach::assess::limits;
use evenreach::rules::{Case, Detail};
use evenreach::space::TravelMatrix;

mod support;

use support::national::{NATIONAL, pack, world};

fn kinds(criterion: &mut Criterion) {
    let (world, pack) = (world(NATIONAL), pack());
    let travel = TravelMatrix::compute(&world, &limits(&world, std::slice::from_ref(&pack)));
    let mut group = criterion.benchmark_group("kind");
    group.sample_size(10);
    for obligation in &pack.obligations {
        // The second time, the index of nearest facilities is there.
        group.bench_function(obligation.id.get_ref(), |bencher| {
            bencher.iter(|| {
                obligation.check.kind().assess(&Case { world: &world, travel: &travel, detail: Detail::Evidence })
            });
        });
    }
}

criterion_group!(benches, kinds);
criterion_main!(benches);
