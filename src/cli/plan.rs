//! `plan`: the least that must be done so that the promises of a study hold.

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Instant;

use clap::Args;

use super::progress::Progress;
use super::seconds::seconds;
use super::study::{self, default_out};
use super::tell::{self, Stopped};
use crate::assess::{Only, assess, limits};
use crate::model::{Lang, Text};
use crate::read::prices::{NoPrice, Prices, read_prices};
use crate::read::problem::{Problems, say};
use crate::read::{ReadStudy, read_scenarios};
use crate::report::files;
use crate::report::plan::Planned;
use crate::report::whatif::{self, WhatIf};
use crate::report::words::plain;
use crate::rules::{Case, Detail, Verdict};
use crate::scenario::batch::Batch;
use crate::scenario::plan::mends::mends;
use crate::scenario::plan::{Question, plan};
use crate::scenario::{By, Change, Ranked, Scenario, Stage};
use crate::space::TravelMatrix;

/// The least-cost set of edits with which promises that are not kept today hold together.
///
/// Chooses among candidates: edits of your own (a file as for `whatif`, each scenario in it is taken whole or not at all), or,
/// without a file, those that would mend what is lacking: new facilities at new estates and the places that stand for areas, as
/// large as the median one, and changes of those that stand. What is kept today stays kept.
///
/// What each promise asks (presence, tiered, cascade, share, total, per-capita, reach, seats, ceiling, pairing, membership) is a
/// condition of one program with whole numbers; its answer is judged by the same checks as everything else. Says what each
/// edit is for, what cannot be kept and why, which promises do not go together, and the best use of every smaller budget.
///
/// Without costs each edit counts 1. Exit codes: 0 it ran; 2 it could not run.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  evenreach plan geodata/jinpu
  evenreach plan geodata/jinpu --obligations edu --costs prices.csv
  evenreach plan my-study --candidates sites.geojson --time-limit 300

A list of prices has the columns edit (操作), service (服务), cost (费用), perhaps per (计价单位 or 按:
an attribute, for each unit that the edit adds) and remark (备注), and no others:
  edit,service,per,cost
  open,kindergarten,,5000000
  open,kindergarten,capacity,20000
  convert,,,300000
Either every candidate has a price or none: a list with some and not all is refused. The rows that name an edit most closely
are its price, added up; a row without edit and service is that of all others.")]
pub(super) struct Arguments {
    /// The folder that holds study.toml, or an OpenStreetMap extract (.osm.pbf).
    #[arg(value_name = "STUDY")]
    study: PathBuf,
    /// The obligations that are to hold, by id or by the start of their ids; by default all. May be given several times, or
    /// with commas.
    #[arg(long, value_name = "ID-or-PREFIX", value_delimiter = ',')]
    obligations: Vec<String>,
    /// A file of scenarios to choose from, as for `whatif`.
    #[arg(long, value_name = "FILE")]
    candidates: Option<PathBuf>,
    /// A list of prices for edits whose cost the candidates do not say.
    #[arg(long, value_name = "FILE")]
    costs: Option<PathBuf>,
    /// A pack to check against, instead of those that the study names; may be given several times.
    #[arg(long = "pack", value_name = "FILE")]
    packs: Vec<PathBuf>,
    /// The coordinate system of the candidates, if their file does not state it and it is not that of the study.
    #[arg(long, value_name = "CRS")]
    crs: Option<String>,
    /// Seconds from when the study is read, after which the best found is given with its gap. So much is searched as a slow
    /// machine has the time for in them, or in a minute, and no more on a fast one: the answer is the same.
    #[arg(long, value_name = "SECONDS", default_value = "60", allow_negative_numbers = true)]
    time_limit: String,
    /// The folder for the files; by default out/NAME-plan below the current folder.
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Stop at warnings about the input, too.
    #[arg(long)]
    strict: bool,
}

/// The work that the search may do for each second of the time limit: what a slow machine has the time for.
const WORK_A_SECOND: f64 = 1e6;
/// Where less time is given there is work for so much all the same.
const LEAST_SECONDS: f64 = 60.0;

/// More candidates than this are refused: each is a row of facilities with its travel costs, and a whole number to choose.
const MOST_CANDIDATES: usize = 50_000;

pub(super) fn run(arguments: &Arguments, lang: Lang) -> Result<ExitCode, Stopped> {
    let progress = Progress::new(4);
    let stop = |text: Text| {
        progress.done();
        tell::stop(&text, lang)
    };
    let time = seconds(&arguments.time_limit).map_err(stop)?;
    let asked = study::Wanted {
        study: &arguments.study,
        packs: &arguments.packs,
        only: &arguments.obligations,
        strict: arguments.strict,
    };
    let read = study::read(&asked, &progress, 4).map_err(|why| {
        progress.done();
        why.tell(lang)
    })?;
    let begin = Instant::now();
    let time_left = || time.saturating_sub(begin.elapsed());
    progress.step(lang.pick("candidates", "候选措施"));
    let mut problems = Problems::default();
    let chosen_from = candidates(arguments, &read, lang, &mut problems);
    let prices = arguments.costs.as_deref().map(|path| read_prices(path, &read, &mut problems));
    if arguments.strict {
        problems.make_strict();
    }
    let (Some(Candidates { mut scenarios, mut inputs, is_all_kept }), false) = (chosen_from, problems.has_errors())
    else {
        progress.done();
        tell::problems(&problems, lang);
        return Err(tell::stop(&say("nothing was planned, nothing was written", "未制定方案，未写入任何文件"), lang));
    };
    let prices = prices.flatten();
    if is_all_kept {
        progress.done();
        let text =
            say("all that is wanted is kept already: there is nothing to plan", "所选条款均已达标，无需制定方案");
        tell::result(&format!("{}\n", text.get(lang)));
        return Ok(ExitCode::SUCCESS);
    }
    if scenarios.is_empty() || MOST_CANDIDATES < scenarios.len() {
        let n = scenarios.len();
        return Err(stop(match (n, arguments.candidates.is_some()) {
            (0, false) => say(
                "nothing that is lacking can be mended by opening or changing facilities alone; give --candidates FILE",
                "所缺内容无法仅靠新建或调整设施补足；请用 --candidates 提供候选措施文件",
            ),
            _ => say(
                format!("there are {n} candidates: give 1 to {MOST_CANDIDATES}"),
                format!("候选措施共 {n} 项：应为 1 至 {MOST_CANDIDATES} 项"),
            ),
        }));
    }
    let has_costs = price(&read, prices.as_ref(), &mut scenarios).map_err(stop)?;
    inputs.extend(prices.map(|prices| prices.file));

    progress.step(lang.pick("the study as it is", "评估现状"));
    let stage = Stage::new(&read.world, &read.packs, &Only::default(), scenarios);
    let wanted = wanted(&stage, &Only::new(arguments.obligations.clone()));
    let costs: Vec<f64> = stage.scenarios().iter().map(|scenario| scenario.cost().unwrap_or(1.0)).collect();
    progress.step(lang.pick("planning", "制定方案"));
    let work = (WORK_A_SECOND * time.as_secs_f64().max(LEAST_SECONDS)) as u64;
    let question = Question { stage: &stage, costs: &costs, wanted: &wanted, work, time_left: &time_left };
    let (impossible, outcome) = plan(&question);
    progress.step(lang.pick("outputs", "写出结果"));
    let planned = Planned {
        world: &read.world,
        stage: &stage,
        costs: &costs,
        has_costs,
        wanted: &wanted,
        impossible: &impossible,
        outcome: &outcome,
        inputs: &inputs,
        elapsed: begin.elapsed().as_secs_f64(),
        lang,
    };
    // What was chosen takes the road of every scenario.
    let chosen = outcome.as_ref().map_or_else(|_| Vec::new(), |plan| plan.chosen.clone());
    let difference = stage.difference(&chosen).unwrap_or_default();
    let best = if chosen.is_empty() { Vec::new() } else { vec![Ranked { chosen, difference }] };
    let n_maps = best.len();
    let batch = Batch { best, n_judged: n_maps as u64, ..Batch::default() };
    let source = inputs.first().map_or(("", ""), |(file, sha256)| (file.as_str(), sha256.as_str()));
    let what_if = WhatIf::new(&stage, &batch, By::Fixed, source, begin.elapsed().as_secs_f64(), lang);
    let out = arguments.out.clone().unwrap_or_else(|| default_out(&arguments.study, "-plan"));
    let written = {
        let own = planned.files().into_iter().map(|(name, bytes)| whatif::Output::of(name, bytes));
        files::write(&out, &own.chain(whatif::outputs(&what_if)).collect::<Vec<_>>())
    };
    progress.done();
    written.map_err(|problem| tell::stop(&problem.text(), lang))?;
    tell::left_over(&whatif::left_over(&out, n_maps), lang);
    tell::problems(&read.problems, lang);
    tell::problems(&problems, lang);
    tell::result(&planned.summary(&plain(&out.display().to_string()), (tell::style(), tell::width())));
    Ok(ExitCode::SUCCESS)
}

/// What is judged today and chosen by these words.
fn wanted(stage: &Stage, only: &Only) -> Vec<usize> {
    let base = stage.base();
    let is_wanted = |found: &crate::assess::Assessed| {
        let is_judged = !matches!(found.finding.verdict, Verdict::NotCheckable { .. });
        is_judged && only.chooses(base.obligation(found).id.get_ref())
    };
    (0..base.findings.len()).filter(|&position| is_wanted(&base.findings[position])).collect()
}

/// What is chosen from.
struct Candidates {
    scenarios: Vec<Scenario>,
    /// The file that they are read from, if any, with SHA-256 in hexadecimal.
    inputs: Vec<(String, String)>,
    /// Whether it is known already that all that is wanted is kept.
    is_all_kept: bool,
}

/// The scenarios to choose from; `None` where a problem with their file was noted.
fn candidates(arguments: &Arguments, read: &ReadStudy, lang: Lang, problems: &mut Problems) -> Option<Candidates> {
    let Some(path) = &arguments.candidates else {
        let travel = TravelMatrix::compute(&read.world, &limits(&read.world, &read.packs));
        let findings = assess(&read.world, &travel, &read.packs, &Only::default());
        let case = Case { world: &read.world, travel: &travel, detail: Detail::Figures };
        let only = Only::new(arguments.obligations.clone());
        let is_wanted = |position: &usize| {
            let found = &findings.findings[*position];
            found.finding.verdict.is_open() && only.chooses(findings.obligation(found).id.get_ref())
        };
        let open: Vec<usize> = (0..findings.findings.len()).filter(is_wanted).collect();
        let scenarios = mends(&case, &findings, &open, lang);
        return Some(Candidates { scenarios, inputs: Vec::new(), is_all_kept: open.is_empty() });
    };
    let (scenarios, sha256) = read_scenarios(path, read, arguments.crs.as_deref(), problems)?;
    let name = path.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
    for scenario in &scenarios {
        let is_fact =
            |change: &Change| matches!(change, Change::Settle { .. } | Change::Grow { .. } | Change::Mark { .. });
        if let Some(edit) = scenario.edits.iter().find(|edit| is_fact(&edit.change)) {
            problems.error(
                "no-measure",
                &name,
                crate::read::problem::At::Row(edit.row),
                say(
                    format!("`{}` edits people or areas, which a plan cannot choose", scenario.name),
                    format!("“{}”调整人口或区域属性，不能作为可选措施", scenario.name),
                ),
                say("leave the row out, or try it with `whatif`", "请删除该行，或改用 whatif 评估"),
            );
        }
    }
    Some(Candidates { scenarios, inputs: vec![(name, sha256)], is_all_kept: false })
}

/// Gives each edit its cost; whether there are any. Either all edits have one or none.
fn price(read: &ReadStudy, prices: Option<&Prices>, scenarios: &mut [Scenario]) -> Result<bool, Text> {
    if let Some(key) = prices.and_then(|prices| prices.foreign_per(&read.world, scenarios)) {
        return Err(say(
            format!(
                "`{key}` in the column `per` of --costs is an attribute of no facility and of no candidate: give one, such as \
                 capacity"
            ),
            format!("--costs 中的计价单位“{key}”不是任何设施或候选措施的属性：请填写属性名，如“学位数”"),
        ));
    }
    let mut lacking: Option<(String, NoPrice)> = None;
    let mut n_priced = 0;
    for scenario in scenarios.iter_mut() {
        let name = &scenario.name;
        for edit in &mut scenario.edits {
            let priced = prices.map_or(Err(NoPrice::NotListed), |prices| prices.of(&read.world, edit));
            match (edit.cost, priced) {
                (Some(_), _) => n_priced += 1,
                (None, Ok(cost)) => {
                    edit.cost = Some(cost);
                    n_priced += 1;
                }
                (None, Err(why)) => lacking = lacking.or(Some((name.clone(), why))),
            }
        }
    }
    match lacking {
        None => Ok(true),
        Some(_) if n_priced == 0 && prices.is_none() => Ok(false),
        Some((name, NoPrice::NotListed)) => Err(say(
            format!(
                "`{name}` has no cost and others have: give its cost, or a price for it in --costs (a row without edit and \
                 service is that of all others)"
            ),
            format!(
                "“{name}”没有费用而其他措施有：请填写费用，或在 --costs 中给出单价（操作和服务留空的一行适用于其余所有措施）"
            ),
        )),
        Some((name, NoPrice::NoAmount(key))) => Err(say(
            format!("the price of `{name}` is per `{key}`, and how much of it there is is not known"),
            format!("“{name}”按“{key}”计价，但其数量未知"),
        )),
    }
}
