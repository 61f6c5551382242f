//! Points to polygons, points within a limit, nearest points: how many a second, on one and on two threads.
#![allow(missing_docs, reason = "criterion's macros")]

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use evenreach::space::index::PolygonIndex;
use evenreach::space::nearest::NearestIndex;
use evenreach::space::within::PointGrid;
use geo::Coord;
use rayon::prelude::*;
use rayon::{ThreadPool, ThreadPoolBuilder};
use std::hint::black_box;

mod support;

fn pools() -> [(usize, ThreadPool); 2] {
    [1, 2].map(|n| (n, ThreadPoolBuilder::new().num_threads(n).build().expect("threads can be started")))
}

/// 40,000 areas of 64 corners, and 196 of 4,096; 1,000,000 points.
fn join(criterion: &mut Criterion) {
    for (n, depth) in [(200, 4), (14, 10)] {
        let polygons = support::polygons(n, depth);
        let points = support::points(1_000_000, 12_345);
        let mut group = criterion.benchmark_group(format!("join {} polygons", n * n));
        group.sample_size(10);
        for (n_threads, pool) in pools() {
            group.throughput(Throughput::Elements(polygons.len() as u64));
            group.bench_function(format!("prepare, {n_threads} thread(s)"), |bencher| {
                pool.install(|| bencher.iter(|| PolygonIndex::build(polygons.iter().map(Some))));
            });
            let index = PolygonIndex::build(polygons.iter().map(Some));
            group.throughput(Throughput::Elements(points.len() as u64));
            group.bench_function(format!("locate, {n_threads} thread(s)"), |bencher| {
                pool.install(|| bencher.iter(|| index.locate(&points)));
            });
        }
    }
}

/// 600,000 points, 100,000 questions of 2 km.
fn within(criterion: &mut Criterion) {
    let points: Vec<Option<Coord<f64>>> = support::points(600_000, 1).into_iter().map(Some).collect();
    let centres = support::points(100_000, 2);
    let mut group = criterion.benchmark_group("within 2 km");
    group.sample_size(10);
    for (n_threads, pool) in pools() {
        group.throughput(Throughput::Elements(points.len() as u64));
        group.bench_function(format!("build, {n_threads} thread(s)"), |bencher| {
            pool.install(|| bencher.iter(|| PointGrid::build(&points, 2000.0)));
        });
        let grid = PointGrid::build(&points, 2000.0);
        let total_distance = |centre: &Coord<f64>| {
            let mut total = 0.0;
            grid.within(*centre, 2000.0, |_, distance| total += distance);
            total
        };
        group.throughput(Throughput::Elements(centres.len() as u64));
        group.bench_function(format!("ask, {n_threads} thread(s)"), |bencher| {
            pool.install(|| bencher.iter(|| centres.par_iter().map(total_distance).sum::<f64>()));
        });
    }
}

/// 1,000,000 points, 100,000 questions.
fn nearest(criterion: &mut Criterion) {
    let points: Vec<Option<Coord<f64>>> = support::points(1_000_000, 1).into_iter().map(Some).collect();
    let places = support::points(100_000, 2);
    let mut group = criterion.benchmark_group("nearest");
    group.sample_size(10);
    group.throughput(Throughput::Elements(points.len() as u64));
    group.bench_function("load", |bencher| bencher.iter(|| NearestIndex::build(&points)));
    let index = NearestIndex::build(&points);
    group.throughput(Throughput::Elements(places.len() as u64));
    for (n_threads, pool) in pools() {
        group.bench_function(format!("ask, {n_threads} thread(s)"), |bencher| {
            let nearest =
                |place: &Coord<f64>| black_box(index.nearest(*place, |_| true)).map_or(0.0, |(_, metres)| metres);
            pool.install(|| bencher.iter(|| places.par_iter().map(nearest).sum::<f64>()));
        });
    }
}

criterion_group!(benches, join, within, nearest);
criterion_main!(benches);
