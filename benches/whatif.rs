//! What-ifs: scenarios a second, against a whole assessment; a study, and the national world.
#![allow(missing_docs, reason = "criterion's macros")]

use std::path::Path;
use std::sync::Arc;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use evenreach::assess::{Only, assess, limits};
use evenreach::model::{FacilityId, FacilityRow, Id, PointId, SourceId, World};
use evenreach::read::{Options, read_study};
use evenreach::rules::Pack;
use evenreach::scenario::batch::{self, Batch};
use evenreach::scenario::{By, Change, Edit, Given, Scenario, Stage};
use evenreach::space::TravelMatrix;
use rayon::prelude::*;

mod support;

use support::Random;
use support::national::{NATIONAL, pack, world};

/// One more public kindergarten or one more rehabilitation point beside each place where people live, by turns.
fn sites(world: &World, n: usize) -> Vec<Scenario> {
    let services = ["kindergarten", "rehabilitation"].map(|key| world.facilities.service(key).expect("it is there"));
    let points: Vec<_> = world.people.places.ids().filter(|&point| world.people.places[point].is_some()).collect();
    let site = |at: usize| {
        let point = points[at * 7919 % points.len()];
        let facility = FacilityRow {
            code: format!("new-{at}"),
            name: format!("new-{at}"),
            service: services[at % 2],
            place: world.people.places[point],
            area: world.people.areas[point],
            destination: None,
            origin: (SourceId::new(0), 1),
        };
        let attributes = vec![
            ("ownership".to_owned(), Given::Text("public".to_owned())),
            ("inclusive".to_owned(), Given::Flag(true)),
            ("central".to_owned(), Given::Flag(false)),
            ("form".to_owned(), Given::Text("independent".to_owned())),
            ("capacity".to_owned(), Given::Number(180.0)),
        ];
        let attributes = attributes.into_iter().filter(|(key, _)| world.facilities.attribute(key).is_some()).collect();
        let change = Change::Open { facility, attributes, serves: Vec::new() };
        Scenario { name: at.to_string(), edits: vec![Edit { change, cost: Some(1.0), row: 1 }] }
    };
    (0..n).map(site).collect()
}

fn whole(world: &World, packs: &[Arc<Pack>]) -> usize {
    let travel = TravelMatrix::compute(world, &limits(world, packs));
    assess(world, &travel, packs, &Only::default()).findings.len()
}

fn what_if(criterion: &mut Criterion) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("geodata/jinpu");
    let study = read_study(&folder, &Options::default(), &|_, _| ()).expect("the study is sound");
    let mut group = criterion.benchmark_group("whatif/jinpu");
    group.sample_size(10);
    group.bench_function("a whole assessment", |bencher| bencher.iter(|| whole(&study.world, &study.packs)));
    let n = 500;
    let stage = Stage::new(&study.world, &study.packs, &Only::default(), sites(&study.world, n));
    group.throughput(Throughput::Elements(n as u64));
    group.bench_function("500 sites", |bencher| {
        let run = || batch::run(&stage, Batch::default(), batch::choices(n, 1), By::Fixed, 100, &mut |_| ());
        bencher.iter(run);
    });
    group.finish();
}

/// Facilities of a service that open, close or are resized in random places, one edit a scenario.
fn edits(world: &World, service: &str, n: usize, random: &mut Random) -> Vec<Scenario> {
    let id = world.facilities.service(service).expect("it is there");
    let facilities = &world.facilities.services()[id].facilities;
    let attributes = |facility: FacilityId| -> Vec<(String, Given)> {
        let columns = world.facilities.attributes().iter();
        columns.filter_map(|(key, column)| Some((key.clone(), column.get(facility.index())?.into()))).collect()
    };
    let resized = match service {
        "kindergarten" => ("enrolment", Given::Number(250.0)),
        "school" => ("capacity", Given::Number(250.0)),
        "elderly-care" => ("beds", Given::Number(250.0)),
        "employment-platform" => ("one-stop", Given::Flag(true)),
        _ => ("form", Given::Text("branch".to_owned())),
    };
    let edit = |at: usize| {
        let like = facilities[random.below(facilities.len())];
        let change = match at % 3 {
            0 => {
                let point = PointId::new(random.below(world.people.len()));
                let facility = FacilityRow {
                    code: format!("new-{at}"),
                    place: world.people.places[point],
                    area: world.people.areas[point],
                    ..world.facilities[like].clone()
                };
                Change::Open { facility, attributes: attributes(like), serves: Vec::new() }
            }
            1 => Change::Close { facility: like },
            _ => Change::Alter {
                facility: like,
                attributes: vec![(resized.0.to_owned(), resized.1.clone())],
                moved: None,
            },
        };
        Scenario { name: format!("{service} {at}"), edits: vec![Edit { change, cost: Some(1.0), row: 1 }] }
    };
    (0..n).map(edit).collect()
}

fn national(criterion: &mut Criterion) {
    let (world, packs) = (world(NATIONAL), vec![pack()]);
    let mut random = Random::new(3);
    let mut group = criterion.benchmark_group("whatif/national");
    group.sample_size(10);
    for service in ["kindergarten", "employment-platform", "elderly-care", "rehabilitation", "school"] {
        let n = 240;
        let stage = Stage::new(&world, &packs, &Only::default(), edits(&world, service, n, &mut random));
        group.throughput(Throughput::Elements(n as u64));
        group.bench_function(service, |bencher| {
            let run = || batch::run(&stage, Batch::default(), batch::choices(n, 1), By::Fixed, 100, &mut |_| ());
            bencher.iter(run);
        });
        let n = 4;
        group.throughput(Throughput::Elements(n as u64));
        group.bench_function(format!("{service}, judged in full"), |bencher| {
            bencher.iter(|| (0..n).into_par_iter().filter_map(|at| stage.outcome(&[at]).ok()).count());
        });
    }
    group.finish();
}

criterion_group!(benches, what_if, national);
criterion_main!(benches);
