//! Reading: GeoJSON against a visitor that keeps nothing, CSV by rows, and all of a study.
#![allow(missing_docs, reason = "criterion's macros")]

use std::fmt;
use std::fs;
use std::path::Path;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use evenreach::read::input::{self, Input};
use evenreach::read::problem::Problems;
use evenreach::read::table::Wish;
use evenreach::read::{Options, read_study, read_table};
use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};

mod support;

use support::national::{NATIONAL, world};

fn parse(criterion: &mut Criterion) {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    support::files::write(&world(NATIONAL), folder.path()).expect("the disk has room");
    let read = |name: &str| -> Input {
        input::read(&folder.path().join(name), name, &mut Problems::default()).expect("the file was just written")
    };
    let table = |input: &Input| {
        read_table(input, &Wish::default(), &mut Problems::default()).expect("the file is sound").n_rows
    };

    let mut group = criterion.benchmark_group("parse");
    group.sample_size(10);
    let streets = read("streets.geojson");
    let bytes = streets.bytes(&mut Problems::default()).expect("the file was just written");
    group.throughput(Throughput::Bytes(streets.n_bytes()));
    group.bench_function("geojson, bare visitor", |bencher| {
        bencher.iter(|| serde_json::from_slice::<Seen>(&bytes).expect("the file is JSON").0);
    });
    group.bench_function("geojson", |bencher| bencher.iter(|| table(&streets)));
    drop(streets);

    let facilities = read("facilities.csv");
    group.throughput(Throughput::Elements(NATIONAL.n_facilities as u64));
    group.bench_function("csv, facilities", |bencher| bencher.iter(|| table(&facilities)));
    drop(facilities);

    let extract = Path::new(env!("CARGO_MANIFEST_DIR")).join("geodata/helsinki/Helsinki.osm.pbf");
    let extract = input::read(&extract, "x.osm.pbf", &mut Problems::default()).expect("the file is in the repository");
    group.throughput(Throughput::Bytes(extract.n_bytes()));
    for layer in ["areas", "facilities", "buildings"] {
        let wish = Wish { layer: Some(layer.to_owned()), ..Wish::default() };
        group.bench_function(format!("osm, {layer}"), |bencher| {
            bencher.iter(|| read_table(&extract, &wish, &mut Problems::default()).expect("the file is sound").n_rows);
        });
    }

    let bytes = fs::read_dir(folder.path()).expect("the folder is there");
    let bytes = bytes.filter_map(|file| Some(file.ok()?.metadata().ok()?.len())).sum();
    group.throughput(Throughput::Bytes(bytes));
    group.bench_function("study", |bencher| {
        bencher.iter(|| read_study(folder.path(), &Options::default(), &|_, _| ()).expect("the study is sound"));
    });
}

/// Any JSON: every number and string is visited, none is kept but in a sum.
struct Seen(f64);

impl<'de> Deserialize<'de> for Seen {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Look;

        impl<'de> Visitor<'de> for Look {
            type Value = Seen;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("anything")
            }

            fn visit_unit<E>(self) -> Result<Seen, E> {
                Ok(Seen(0.0))
            }

            fn visit_bool<E>(self, _: bool) -> Result<Seen, E> {
                Ok(Seen(1.0))
            }

            fn visit_u64<E>(self, number: u64) -> Result<Seen, E> {
                Ok(Seen(number as f64))
            }

            fn visit_i64<E>(self, number: i64) -> Result<Seen, E> {
                Ok(Seen(number as f64))
            }

            fn visit_f64<E>(self, number: f64) -> Result<Seen, E> {
                Ok(Seen(number))
            }

            fn visit_str<E>(self, text: &str) -> Result<Seen, E> {
                Ok(Seen(text.len() as f64))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Seen, A::Error> {
                let mut sum = 0.0;
                while let Some(Seen(seen)) = list.next_element()? {
                    sum += seen;
                }
                Ok(Seen(sum))
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Seen, A::Error> {
                let mut sum = 0.0;
                while let Some((Seen(key), Seen(value))) = map.next_entry()? {
                    sum += key + value;
                }
                Ok(Seen(sum))
            }
        }

        deserializer.deserialize_any(Look)
    }
}

criterion_group!(benches, parse);
criterion_main!(benches);
