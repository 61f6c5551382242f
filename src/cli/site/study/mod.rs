//! `site STUDY`: where the next sites of a service should go, and what they change.

mod aim;
mod budget;
mod candidates;
mod capacity;
mod solve;
mod told;

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use clap::Args;

use super::asked::percent;
use super::{NO_CHOICE, Objective};
use crate::assess::Only;
use crate::cli::progress::Progress;
use crate::cli::study::{self, default_out};
use crate::cli::tell::{self, Stopped};
use crate::model::{Lang, Text};
use crate::read::problem::{Problems, say};
use crate::report::files;
use crate::report::siting::{Problem, Siting, Standing};
use crate::report::whatif::{self, WhatIf};
use crate::report::words::number::number;
use crate::report::words::{people, plain};
use crate::rules::Verdict;
use crate::scenario::batch::Batch;
use crate::scenario::siting::{Serves, Task};
use crate::scenario::{By, Ranked, Stage};
use crate::siting::NoAnswer;
use aim::Aim;
use budget::Budget;
use candidates::{MOST_CANDIDATES, candidates, drop_doubles};
use solve::{Search, Solved, solve};
use told::{told, why_not};

/// What is asked of a study.
#[derive(Debug, Args)]
#[command(next_help_heading = "Sites for a study")]
pub(super) struct Options {
    /// What the new sites are for: the id of an obligation that asks for one in each area (`presence`), one within a distance
    /// (`reach`) or a place there for each person (`seats`), or a service.
    #[arg(long = "for", value_name = "OBLIGATION|SERVICE")]
    pub(super) wanted: Option<String>,
    /// How many new sites there may be, beside all facilities that stand; with --cost, at most so many.
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    pub(super) budget: Option<i64>,
    /// Where they may be: `areas`, the place of each lowest area; `grid`, points of a grid in all areas with a boundary; or
    /// a file with one row a site, as for `whatif`.
    #[arg(long, value_name = "areas|grid|FILE", default_value = "areas")]
    pub(super) candidates: String,
    /// How far the points of a grid are apart.
    #[arg(long, value_name = "DISTANCE", default_value = "1 km")]
    pub(super) spacing: String,
    /// With --capacity or an obligation of `seats`: how many persons each new site can serve, where the file of candidates
    /// does not say.
    #[arg(long, value_name = "PERSONS", allow_negative_numbers = true)]
    pub(super) capacity_of_new: Option<f64>,
    /// Whose persons weigh; by default those whom the obligation is for, else residents.
    #[arg(long, value_name = "GROUP")]
    pub(super) group: Option<String>,
    /// A pack to check against, instead of those that the study names; may be given several times.
    #[arg(long = "pack", value_name = "FILE")]
    pub(super) packs: Vec<PathBuf>,
    /// The coordinate system of the candidates, if their file does not state it and it is not that of the study.
    #[arg(long, value_name = "CRS")]
    pub(super) crs: Option<String>,
}

/// What both kinds of problem share.
pub(super) struct Shared<'a> {
    pub(super) objective: Option<Objective>,
    pub(super) aversion: f64,
    pub(super) limit: Option<f64>,
    pub(super) share: Option<&'a str>,
    pub(super) capacity: Option<&'a str>,
    pub(super) is_whole: bool,
    pub(super) cost: Option<f64>,
    pub(super) time_limit: f64,
    pub(super) out: Option<&'a Path>,
}

impl Shared<'_> {
    /// Whether what an obligation asks for is what the sites are to do.
    fn keeps(&self) -> bool {
        matches!(self.objective, None | Some(Objective::Fewest | Objective::Cheapest))
    }

    fn share(&self) -> Result<Option<f64>, Text> {
        let Some(text) = self.share else { return Ok(None) };
        percent(text).map(Some).ok_or_else(|| {
            say(
                format!("--share {text} is no share: write it in per cent, from 0% to 100%, such as 90%"),
                format!("--share {text} 不是有效的比例：请以百分数填写，0% 至 100%，如 90%"),
            )
        })
    }
}

pub(super) fn run(path: &Path, options: &Options, shared: &Shared<'_>, lang: Lang) -> Result<ExitCode, Stopped> {
    let progress = Progress::new(4);
    let stop = |text: Text| {
        progress.done();
        tell::stop(&text, lang)
    };
    let Some(wanted) = options.wanted.as_deref() else {
        return Err(stop(say(
            "say what the sites are for: --for OBLIGATION or --for SERVICE",
            "请说明目的：--for 条款编号或服务",
        )));
    };
    let budget = Budget::check(options, shared).map_err(stop)?;
    let time = Duration::try_from_secs_f64(shared.time_limit).ok().filter(|time| !time.is_zero());
    if !shared.aversion.is_finite() || shared.aversion <= 0.0 {
        return Err(stop(say(
            format!("--aversion {} is no aversion: give a number more than 0, such as 1", shared.aversion),
            format!("--aversion {} 无效：请填写大于 0 的数，如 1", shared.aversion),
        )));
    }
    let Some(time) = time else {
        return Err(stop(say(
            "--time-limit is no time: give seconds, more than 0",
            "--time-limit 无效：请填写大于 0 的秒数",
        )));
    };
    let asked = study::Wanted { study: path, packs: &options.packs, only: &[], strict: false };
    let read = study::read(&asked, &progress, 4).map_err(|why| {
        progress.done();
        why.tell(lang)
    })?;
    let aim = Aim::of(&read, wanted, options, shared).map_err(stop)?;
    progress.step(lang.pick("candidates", "候选点"));
    let mut problems = Problems::default();
    let candidates = candidates(options, &read, &aim, &mut problems).map_err(stop)?;
    let Some((mut candidates, input)) = candidates else {
        progress.done();
        tell::problems(&problems, lang);
        return Err(tell::stop(&say("nothing was solved, nothing was written", "未求解，未写入任何文件"), lang));
    };
    if candidates.is_empty() || MOST_CANDIDATES < candidates.len() {
        let n = candidates.len();
        return Err(stop(say(
            format!("there are {n} candidates: give 1 to {MOST_CANDIDATES}, by a file, or by --spacing of a grid"),
            format!("候选点共 {n} 个：应为 1 至 {MOST_CANDIDATES} 个，请使用文件或调整 --spacing"),
        )));
    }
    let n_double = drop_doubles(&mut candidates, aim.capacity.as_deref());
    let costs_of_new = budget.costs(&candidates).map_err(stop)?;
    if let Some(key) = &aim.capacity {
        capacity::furnish(&mut candidates, key, options.capacity_of_new).map_err(stop)?;
    }
    aim.suit(&read.world, &mut candidates);

    progress.step(lang.pick("the study as it is", "评估现状"));
    let stage = Stage::new(&read.world, &read.packs, &Only::default(), candidates);
    let need = aim.need(&stage, shared);
    let found = aim.obligation.map(|at| &stage.base().findings[at].finding);
    if found.is_some_and(|found| found.verdict == Verdict::Met) && aim.is_to_keep(shared) {
        progress.done();
        let text = say(
            format!("`{wanted}` is kept already: there is nothing to mend; --objective mean would shorten the ways"),
            format!("条款 {wanted} 已达标，无需新增；如需缩短距离可用 --objective mean"),
        );
        tell::result(&format!("{}\n", text.get(lang)));
        return Ok(ExitCode::SUCCESS);
    }
    let task = stage.task(&need, found).map_err(|why| stop(why_not(why)))?;
    progress.step(lang.pick("solving", "求解"));
    let begin = Instant::now();
    let out_of_time = || time <= begin.elapsed();
    // Who has no place counts among all whom the obligation is for, and no site is known to serve them.
    let placed: f64 = task.persons.iter().sum();
    let share = aim.share().map(|share| share * (placed + task.without) / placed);
    let asks_least = matches!(shared.objective, Some(Objective::Fewest | Objective::Cheapest));
    if asks_least && share.is_some_and(|share| 1.0 + 1e-9 < share) {
        let (without, people) = (number(task.without), people(read.world.people.proxy));
        return Err(stop(say(
            format!(
                "{without} {} have no place, more than may be left unserved: no sites are known to keep it",
                people.en
            ),
            format!("{without} {}没有坐标，超过允许的未覆盖数量：任何选址都无法确认达标", people.zh),
        )));
    }
    let share = share.map(|share| share.min(1.0));
    // What stands costs nothing.
    let n_standing = task.n_standing();
    let costs = costs_of_new.map(|costs| [vec![0.0; n_standing], costs].concat());
    let search = Search { budget: &budget, costs: costs.as_deref(), share, stop: &out_of_time };
    let Solved { outcome, shares, kappa, problem, n_idle } = solve(&task, &need, shared, &search);
    let sites: Vec<String> = standing(&task, &stage, lang)
        .into_iter()
        .chain(stage.scenarios().iter().map(|scenario| scenario.name.clone()))
        .collect();
    let existing: Vec<u32> = (0..n_standing as u32).collect();
    let mut inputs: Vec<(String, String)> =
        read.world.sources.values().iter().map(|source| (source.file.clone(), source.sha256.clone())).collect();
    inputs.extend(input);
    let siting = Siting {
        problem,
        p: budget.sites,
        budget: budget.money,
        times: None,
        limit: match need.serves {
            Serves::Within(limit) => Some(limit.get()),
            _ => None,
        },
        is_limit_free: shared.limit.is_some(),
        cost_unit: Some(read.world.cost_unit()),
        kappa,
        share: share.filter(|_| problem == Problem::Lscp),
        demands: &task.names,
        persons: &task.persons,
        people: people(read.world.people.proxy),
        sites: &sites,
        existing: &existing,
        standing: if task.standing.is_some() { Standing::Apart } else { Standing::StandIn },
        capacity: task.capacity.as_deref(),
        costs: costs.as_deref(),
        is_whole: shared.is_whole,
        is_cheapest: budget.is_cheapest,
        inputs: &inputs,
        outcome: &outcome,
        shares: shares.as_deref(),
        elapsed_s: begin.elapsed().as_secs_f64(),
    };
    let Ok(answer) = &outcome else {
        let why = siting.refusal().unwrap_or_else(|| say("there is no answer", "没有可行方案"));
        let stopped = stop(why);
        return match &outcome {
            Err(NoAnswer::Stopped | NoAnswer::Disagrees { .. }) => Err(stopped),
            // It ran, and this is what it found.
            _ => Ok(ExitCode::from(NO_CHOICE)),
        };
    };
    progress.step(lang.pick("outputs", "写出结果"));
    // What the solver chose takes the road of every scenario: it is judged in the edited study.
    let chosen: Vec<usize> = answer.chosen.iter().filter_map(|&site| task.scenario(site)).collect();
    let opens_nothing = chosen.is_empty();
    let new = costs.iter().flat_map(|costs| &costs[n_standing..]).copied();
    let cheapest = new.min_by(f64::total_cmp);
    let difference = stage
        .difference(&chosen)
        .map_err(|_| stop(say("two of the sites chosen are the same place", "选中的设施点有重复")))?;
    let batch = Batch { best: vec![Ranked { chosen, difference }], n_judged: 1, ..Batch::default() };
    let source = inputs.last().map_or(("", ""), |(file, sha256)| (file.as_str(), sha256.as_str()));
    let what_if = WhatIf::new(&stage, &batch, By::Persons, source, begin.elapsed().as_secs_f64(), lang);
    let out = shared.out.map_or_else(|| default_out(path, "-site"), Path::to_owned);
    let written = {
        let own = siting.files().into_iter().map(|(name, bytes)| whatif::Output::of(name, bytes));
        files::write(&out, &own.chain(whatif::outputs(&what_if)).collect::<Vec<_>>())
    };
    progress.done();
    written.map_err(|problem| tell::stop(&problem.text(), lang))?;

    tell::left_over(&whatif::left_over(&out, 1), lang);
    tell::problems(&read.problems, lang);
    tell::problems(&problems, lang);
    tell::result(&siting.summary(lang));
    told(&task, &siting.people, (problem, n_idle), n_double, lang);
    if let (true, Some(cheapest), Some(money)) = (opens_nothing, cheapest, budget.money) {
        told::nothing_affordable(cheapest, money, lang);
    }
    let folder = plain(&out.display().to_string());
    tell::result(&whatif::changes(&what_if, &folder, (tell::style(), tell::width())));
    Ok(ExitCode::SUCCESS)
}

/// The names of the sites that stand today.
fn standing(task: &Task, stage: &Stage, lang: Lang) -> Vec<String> {
    let Some(facilities) = &task.standing else {
        return vec![lang.pick("all that stand today", "现有全部设施").to_owned()];
    };
    let all = &stage.world().facilities;
    facilities.iter().map(|&id| format!("{} {}", all[id].code, all[id].name)).collect()
}
