//! Plans: the cheapest one with its proof and explanation, and with the ladder of smaller budgets.
#![allow(missing_docs, reason = "criterion's macros")]

use std::path::Path;
use std::time::Duration;

use criterion::{Criterion, criterion_group, criterion_main};
use evenreach::assess::{Only, assess, limits};
use evenreach::model::Lang;
use evenreach::read::{Options, ReadStudy, read_study};
use evenreach::rules::{Case, Detail};
use evenreach::scenario::Stage;
use evenreach::scenario::plan::mends::mends;
use evenreach::scenario::plan::{Question, Why, plan};
use evenreach::space::TravelMatrix;

/// The study with all that would mend what is lacking of these promises, and the promises by position.
fn mended(study: &ReadStudy, ids: &[&str]) -> (Stage, Vec<usize>) {
    let travel = TravelMatrix::compute(&study.world, &limits(&study.world, &study.packs));
    let findings = assess(&study.world, &travel, &study.packs, &Only::default());
    let case = Case { world: &study.world, travel: &travel, detail: Detail::Figures };
    let only = Only::new(ids.iter().map(|id| (*id).to_owned()).collect());
    let is_wanted = |position: &usize| {
        let found = &findings.findings[*position];
        found.finding.verdict.is_open() && only.chooses(findings.obligation(found).id.get_ref())
    };
    let wanted: Vec<usize> = (0..findings.findings.len()).filter(is_wanted).collect();
    let scenarios = mends(&case, &findings, &wanted, Lang::En);
    (Stage::new(&study.world, &study.packs, &Only::default(), scenarios), wanted)
}

/// Work in which each of these plans is proven, with a coarse ladder, and what `evenreach plan` has by default.
const PROOF: u64 = 12_000_000;
const LADDER: u64 = 60_000_000;

fn plans(criterion: &mut Criterion) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("geodata/jinpu");
    let study = read_study(&folder, &Options::default(), &|_, _| ()).expect("the study is sound");
    let mut group = criterion.benchmark_group("plan/jinpu");
    group.sample_size(10);
    let time_left = || Duration::from_secs(3600);
    for (name, ids) in [
        ("two promises", &["edu.central-kindergarten", "dis.rehab"][..]),
        (
            "four promises",
            &["edu.central-kindergarten", "edu.village-kindergarten", "dis.rehab", "edu.unified-standards"],
        ),
        ("all promises", &[]),
    ] {
        let (stage, wanted) = mended(&study, ids);
        let costs = vec![1.0; stage.scenarios().len()];
        let n = costs.len();
        for (what, work) in [("proven", PROOF), ("with a ladder", LADDER)] {
            let question = Question { stage: &stage, costs: &costs, wanted: &wanted, work, time_left: &time_left };
            let run = || {
                let (impossible, found) = plan(&question);
                assert!(impossible.iter().all(|one| one.why != Why::NotKnown), "{name}: not all is known");
                assert!(found.is_ok_and(|plan| plan.proven), "{name}: not proven");
            };
            group.bench_function(format!("{name}, {n} candidates, {what}"), |bencher| bencher.iter(run));
        }
    }
    group.finish();
}

criterion_group!(benches, plans);
criterion_main!(benches);
