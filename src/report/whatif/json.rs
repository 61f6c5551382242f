//! `whatif.json`: what each scenario changes, in a published shape with a version.

use std::io::{self, Write};

use serde::Serialize;

use super::{MAPS, WhatIf, map_name};
use crate::model::{Proxy, Text};
use crate::report::json::{Travel, pretty};
use crate::report::words::Words;
use crate::scenario::compare::ObligationChange;
use crate::scenario::{Access, AccessChange, Ranked, Turn};
use crate::units::CostUnit;

#[derive(Serialize)]
struct Document<'a> {
    format: &'static str,
    tool: Tool,
    study: &'a Text,
    reference_date: String,
    /// Whether any input was made up to show how the tool works.
    illustrative: bool,
    /// The levels of areas whose boundaries were drawn by a rule.
    estimated_levels: Vec<&'a str>,
    /// What is counted in place of people, if it is not people.
    proxy: Option<&'static str>,
    /// What it costs to get to facilities, and where that is from.
    travel: Travel<'a>,
    inputs: Vec<Input<'a>>,
    packs: Vec<&'a str>,
    /// How obligations stand without any scenario.
    base: Vec<Base<'a>>,
    /// Edits in the file, by scenario.
    n_candidates: usize,
    /// Scenarios and combinations judged.
    n_scenarios: u64,
    /// Combinations passed over since two of their scenarios edit the same thing.
    n_conflicts: u64,
    elapsed_s: f64,
    ranked_by: String,
    /// The best first.
    scenarios: Vec<Scenario<'a>>,
}

#[derive(Serialize)]
struct Tool {
    name: &'static str,
    version: &'static str,
}

#[derive(Serialize)]
struct Input<'a> {
    file: &'a str,
    sha256: &'a str,
    illustrative: bool,
}

#[derive(Serialize)]
struct Base<'a> {
    id: &'a str,
    clause: &'a str,
    verdict: &'static str,
    shortfall: Option<f64>,
}

#[derive(Serialize)]
struct Scenario<'a> {
    rank: usize,
    name: String,
    /// The scenarios of the file that are carried out together.
    of: Vec<&'a str>,
    fixed: Vec<&'a str>,
    broken: Vec<&'a str>,
    /// Not fixed, and more of it is unknown than was: an edit does not say all that the check asks for.
    unsettled: Vec<&'a str>,
    improved: Vec<&'a str>,
    worsened: Vec<&'a str>,
    /// Persons for whom a promise is kept that was not, over all promises: who gains two counts twice.
    persons_gained: f64,
    persons_lost: f64,
    cost: Option<f64>,
    cost_per_person: Option<f64>,
    /// Whether no other one listed is as good in cost, persons gained and Gini coefficient, and better in one.
    pareto: bool,
    obligations: Vec<Obligation<'a>>,
    access: Vec<AccessJson<'a>>,
    /// The map of what changes, for the first of the ranking.
    map: Option<String>,
}

#[derive(Serialize)]
struct Obligation<'a> {
    id: &'a str,
    clause: &'a str,
    turn: &'static str,
    verdict_before: &'static str,
    verdict_after: &'static str,
    /// 0 where it is met, null where that is not known.
    shortfall_before: Option<f64>,
    shortfall_after: Option<f64>,
    unit: Option<String>,
    /// The group that the persons are of.
    group: &'a str,
    persons_gained: f64,
    persons_lost: f64,
}

#[derive(Serialize)]
struct AccessJson<'a> {
    service: &'a str,
    before: Option<AccessFigures>,
    after: Option<AccessFigures>,
}

/// Of the cost to the nearest facility, weighted with persons.
#[derive(Serialize)]
struct AccessFigures {
    /// Where the costs of the study are in metres.
    #[serde(skip_serializing_if = "Option::is_none")]
    mean_m: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    worst_m: Option<f64>,
    /// Where they are in minutes.
    #[serde(skip_serializing_if = "Option::is_none")]
    mean_min: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    worst_min: Option<f64>,
    gini: Option<f64>,
    persons: f64,
    /// Persons left out: they reach no facility, or nobody knows what it costs them.
    persons_without: f64,
}

pub(super) fn write(of: &WhatIf<'_>, to: &mut dyn Write) -> io::Result<()> {
    let world = of.world();
    let findings = of.stage.base();
    let input = |source: &crate::model::Source| (source.file.clone(), source.sha256.clone(), source.illustrative);
    let sources: Vec<_> = world.sources.values().iter().map(input).collect();
    let study = sources.iter().map(|(file, sha256, illustrative)| Input { file, sha256, illustrative: *illustrative });
    let base = findings.findings.iter().map(|found| Base {
        id: findings.obligation(found).id.get_ref(),
        clause: &findings.obligation(found).clause,
        verdict: found.finding.verdict.key(),
        shortfall: found.finding.shortfall,
    });
    let document = Document {
        format: super::FORMAT,
        tool: Tool { name: env!("CARGO_PKG_NAME"), version: env!("CARGO_PKG_VERSION") },
        study: &world.name,
        reference_date: world.reference_date.to_string(),
        illustrative: findings.illustrative,
        estimated_levels: findings.estimated.iter().map(|&id| world.areas.levels()[id].key.as_str()).collect(),
        proxy: world.people.proxy.map(Proxy::key),
        travel: Travel::of(world),
        inputs: study.chain([Input { file: of.file.0, sha256: of.file.1, illustrative: false }]).collect(),
        packs: findings.packs.iter().map(|pack| pack.document.id.as_str()).collect(),
        base: base.collect(),
        n_candidates: of.stage.scenarios().len(),
        n_scenarios: of.batch.n_judged,
        n_conflicts: of.batch.n_conflicts,
        elapsed_s: of.elapsed,
        ranked_by: clap::ValueEnum::to_possible_value(&of.by).map_or_else(String::new, |by| by.get_name().to_owned()),
        scenarios: of.batch.best.iter().enumerate().map(|(rank, ranked)| scenario(of, rank, ranked)).collect(),
    };
    pretty(&document, to)
}

fn scenario<'a>(of: &WhatIf<'a>, rank: usize, ranked: &Ranked) -> Scenario<'a> {
    let difference = &ranked.difference;
    let ids = |turn: Turn| difference.positions(turn).map(|position| of.id(position)).collect();
    Scenario {
        rank: rank + 1,
        name: of.name(ranked),
        of: of.names(ranked),
        fixed: ids(Turn::Fixed),
        broken: ids(Turn::Broken),
        unsettled: ids(Turn::Unsettled),
        improved: ids(Turn::Improved),
        worsened: ids(Turn::Worsened),
        persons_gained: difference.gained(),
        persons_lost: difference.lost(),
        cost: difference.cost,
        cost_per_person: difference.cost_per_person(),
        pareto: of.pareto[rank],
        obligations: difference.obligations.iter().map(|change| obligation(of, change)).collect(),
        access: difference.access.iter().map(|change| access(of, change)).collect(),
        map: (rank < MAPS).then(|| map_name(rank)),
    }
}

fn obligation<'a>(of: &WhatIf<'a>, change: &ObligationChange) -> Obligation<'a> {
    let before = of.before(change);
    let obligation = of.obligation(change.position);
    let words = Words::of(of.stage.base(), before, of.world(), of.lang);
    Obligation {
        id: obligation.id.get_ref(),
        clause: &obligation.clause,
        turn: change.turn.key(),
        verdict_before: change.verdicts.0,
        verdict_after: change.verdicts.1,
        shortfall_before: change.shortfall.0,
        shortfall_after: change.shortfall.1,
        unit: before.finding.shortfall_unit.as_ref().map(|unit| words.unit(unit)),
        group: obligation.check.kind().group().unwrap_or(crate::assess::RESIDENTS),
        persons_gained: change.gained,
        persons_lost: change.lost,
    }
}

fn access<'a>(of: &WhatIf<'a>, change: &AccessChange) -> AccessJson<'a> {
    let own = of.world().cost_unit();
    let in_unit = |unit, cost| (own == unit).then_some(cost);
    let figures = |access: Access| AccessFigures {
        mean_m: in_unit(CostUnit::Metres, access.mean),
        worst_m: in_unit(CostUnit::Metres, access.worst),
        mean_min: in_unit(CostUnit::Minutes, access.mean),
        worst_min: in_unit(CostUnit::Minutes, access.worst),
        gini: access.gini,
        persons: access.persons,
        persons_without: access.without,
    };
    AccessJson {
        service: &of.world().facilities.services()[change.service].key,
        before: change.before.map(figures),
        after: change.after.map(figures),
    }
}
