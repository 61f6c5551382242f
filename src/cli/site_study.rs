//! `site STUDY`: where the next sites of a service should go, and what they change.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use clap::Args;
use geo::{BoundingRect, Coord};

use super::progress::Progress;
use super::site::Objective;
use super::study::{self, default_out};
use super::tell::{self, Stopped};
use crate::assess::{Only, RESIDENTS};
use crate::model::{DestinationId, FacilityRow, GroupId, Id, Lang, LevelId, ServiceId, SourceId, Text, World};
use crate::read::problem::{At, Problems, say};
use crate::read::{ReadStudy, read_candidates};
use crate::report::files;
use crate::report::siting::{Problem, Siting};
use crate::report::whatif::{self, WhatIf};
use crate::report::words::number::number;
use crate::report::words::{people, plain};
use crate::rules::decide::Decide;
use crate::rules::select::{Condition, Where};
use crate::rules::{Check, Verdict};
use crate::scenario::batch::Batch;
use crate::scenario::siting::{Need, NoTask, Serves, Task, need};
use crate::scenario::{By, Change, Edit, Given, Ranked, Scenario, Stage};
use crate::siting::capacitated::{self, Allowed, Sites, Supplied};
use crate::siting::equitable_median::equitable_median;
use crate::siting::max_cover::max_cover;
use crate::siting::p_center::p_center;
use crate::siting::p_median::p_median;
use crate::siting::set_cover::partial_set_cover;
use crate::siting::{Answer, NoAnswer, Offers, Terms, evaluate};
use crate::space::index::PolygonIndex;
use crate::units::{Cost, CostUnit, Metres};

/// What is asked of a study.
#[derive(Debug, Args)]
#[command(next_help_heading = "Sites for a study")]
pub(super) struct Options {
    /// What the new sites are for: the id of an obligation that asks for one in each area (`presence`) or within a distance
    /// (`reach`), or a service.
    #[arg(long = "for", value_name = "OBLIGATION|SERVICE")]
    wanted: Option<String>,
    /// How many new sites there may be, beside all facilities that stand; with --cost, at most so many.
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    budget: Option<i64>,
    /// Where they may be: `areas`, the place of each lowest area; `grid`, points of a grid in all areas with a boundary; or
    /// a file with one row a site, as for `whatif`.
    #[arg(long, value_name = "areas|grid|FILE", default_value = "areas")]
    candidates: String,
    /// How far the points of a grid are apart.
    #[arg(long, value_name = "DISTANCE", default_value = "1 km")]
    spacing: String,
    /// Whose persons weigh; by default those whom the obligation is for, else residents.
    #[arg(long, value_name = "GROUP")]
    group: Option<String>,
    /// A pack to check against, instead of those that the study names; may be given several times.
    #[arg(long = "pack", value_name = "FILE")]
    packs: Vec<PathBuf>,
    /// The coordinate system of the candidates, if their file does not state it and it is not that of the study.
    #[arg(long, value_name = "CRS")]
    crs: Option<String>,
}

/// What both kinds of problem share.
pub(super) struct Shared<'a> {
    pub(super) objective: Option<Objective>,
    pub(super) aversion: f64,
    pub(super) limit: Option<f64>,
    pub(super) cost: Option<f64>,
    pub(super) time_limit: f64,
    pub(super) out: Option<&'a Path>,
}

/// More candidates than this are refused: each is a row of facilities with its travel costs.
const MOST_CANDIDATES: usize = 200_000;

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
    let aim = Aim::of(&read, wanted, options.group.as_deref()).map_err(stop)?;
    aim.limit_fits(&read.world, shared).map_err(stop)?;
    aim.fewest_fits(shared).map_err(stop)?;
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
    let n_double = drop_doubles(&mut candidates);
    let costs = budget.costs(&candidates).map_err(stop)?;
    aim.suit(&read.world, &mut candidates);

    progress.step(lang.pick("the study as it is", "评估现状"));
    let stage = Stage::new(&read.world, &read.packs, &Only::default(), candidates);
    let need = aim.need(&stage, shared);
    let found = aim.obligation.map(|at| &stage.base().findings[at].finding);
    let mends = matches!(shared.objective, None | Some(Objective::Fewest));
    if found.is_some_and(|found| found.verdict == Verdict::Met) && mends {
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
    if shared.objective == Some(Objective::Fewest) && share.is_some_and(|share| 1.0 + 1e-9 < share) {
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
    let asked = Search { budget: &budget, costs: costs.as_deref(), share, stop: &out_of_time };
    let Solved { mut outcome, kappa, problem } = solve(&task, &need, shared, &asked);
    let n_idle = match (&mut outcome, problem) {
        (Ok(answer), Problem::Mclp) => drop_idle(answer, &task.offers, &need),
        _ => 0,
    };
    let sites: Vec<String> = std::iter::once(lang.pick("all that stand today", "现有全部设施").to_owned())
        .chain(stage.scenarios().iter().map(|scenario| scenario.name.clone()))
        .collect();
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
        kappa,
        share: share.filter(|_| problem == Problem::Lscp),
        demands: &task.names,
        persons: &task.persons,
        people: people(read.world.people.proxy),
        sites: &sites,
        existing: &[0],
        has_stand_in: true,
        capacity: None,
        costs: costs.as_deref(),
        is_cheapest: false,
        inputs: &inputs,
        outcome: &outcome,
        shares: None,
        elapsed_s: begin.elapsed().as_secs_f64(),
    };
    let Ok(answer) = &outcome else {
        let why = siting.refusal().unwrap_or_else(|| say("there is no answer", "没有可行方案"));
        return Err(stop(why));
    };
    progress.step(lang.pick("outputs", "写出结果"));
    // What the solver chose takes the road of every scenario: it is judged in the edited study.
    let chosen: Vec<usize> = answer.chosen.iter().filter(|&&site| 0 < site).map(|&site| site as usize - 1).collect();
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
    told(&task, &siting.people, (n_double, n_idle), lang);
    let folder = plain(&out.display().to_string());
    tell::result(&whatif::changes(&what_if, &folder, (tell::style(), tell::width())));
    Ok(ExitCode::SUCCESS)
}

/// What new sites there may be.
struct Budget {
    sites: Option<usize>,
    money: Option<f64>,
}

impl Budget {
    fn check(options: &Options, shared: &Shared<'_>) -> Result<Self, Text> {
        let is_fewest = shared.objective == Some(Objective::Fewest);
        if is_fewest && (options.budget.is_some() || shared.cost.is_some()) {
            return Err(say(
                "--objective fewest finds the number of sites itself: leave out --budget and --cost",
                "--objective fewest 自行求出设施点数量：请去掉 --budget 与 --cost",
            ));
        }
        if let Some(budget) = options.budget.filter(|&budget| budget < 1) {
            return Err(say(
                format!("--budget {budget} opens nothing: give 1 or more"),
                format!("--budget {budget} 无法新建：请填写不小于 1 的整数"),
            ));
        }
        if let Some(cost) = shared.cost.filter(|&cost| !cost.is_finite() || cost <= 0.0) {
            return Err(say(
                format!("--cost {cost} opens nothing: give a number more than 0, in the unit of the column `cost`"),
                format!("--cost {cost} 无法新建：请填写大于 0 的数，单位与 cost 列一致"),
            ));
        }
        if shared.cost.is_some() && shared.objective == Some(Objective::Ede) {
            return Err(say(
                "--objective ede takes no --cost: give --budget, or another objective",
                "--objective ede 不支持 --cost：请改用 --budget 或其他目标",
            ));
        }
        if !is_fewest && options.budget.is_none() && shared.cost.is_none() {
            return Err(say(
                "say how many sites there may be, --budget N, or what they may cost, --cost MONEY; or ask for the fewest: --objective fewest",
                "请用 --budget N 说明数量，或用 --cost 说明费用预算；求最少设施点用 --objective fewest",
            ));
        }
        // So many sites as there can be no candidates are no limit.
        let sites = options.budget.map(|budget| usize::try_from(budget).unwrap_or(usize::MAX - 1));
        Ok(Self { sites, money: shared.cost })
    }

    /// What each site costs, that which stands for all that there are first; none where no candidate says, and none is
    /// needed.
    fn costs(&self, candidates: &[Scenario]) -> Result<Option<Vec<f64>>, Text> {
        let known: Option<Vec<f64>> = std::iter::once(Some(0.0)).chain(candidates.iter().map(Scenario::cost)).collect();
        if self.money.is_none() || known.is_some() {
            return Ok(known);
        }
        let lacks = |candidate: &&Scenario| candidate.cost().is_none();
        let (n, all) = (candidates.iter().filter(lacks).count(), candidates.len());
        let first = candidates.iter().find(lacks).map_or_else(String::new, |candidate| plain(&candidate.name));
        Err(say(
            format!(
                "--cost needs what each candidate costs, and {n} of {all} do not say, such as `{first}`: give a file of candidates with a column `cost`"
            ),
            format!(
                "--cost 需要每个候选点的费用，而 {all} 个中有 {n} 个未给出，如“{first}”：请用 --candidates 给出含 cost 列的文件"
            ),
        ))
    }
}

/// What the answer leaves out.
fn told(task: &Task, people: &Text, (n_double, n_idle): (usize, usize), lang: Lang) {
    if 0 < n_idle {
        tell::note(&lang.pick(
            format!("note: {n_idle} of the budget are not needed: they would serve nobody else"),
            format!("说明：预算中有 {n_idle} 个无需使用，不会再多服务任何人"),
        ));
    }
    if 0 < n_double {
        tell::note(&lang.pick(
            format!("note: {n_double} candidates stand at the place of another one and were left out"),
            format!("说明：{n_double} 个候选点与其他候选点位置相同，已略过"),
        ));
    }
    if 0.0 < task.without {
        let (n, people) = (number(task.without), people.get(lang));
        tell::note(&lang.pick(
            format!("note: {n} {people} were left out: they have no place, or the table of costs does not name it"),
            format!("说明：{n} {people}没有坐标或未列入出行费用表，未计入"),
        ));
    }
    if 0.0 < task.cut_off {
        let (n, people) = (number(task.cut_off), people.get(lang));
        tell::note(&lang.pick(
            format!("note: {n} {people} were left out: they reach neither what stands today nor any candidate"),
            format!("说明：{n} {people}无法到达任何现有设施或候选点，未计入"),
        ));
    }
    if 0 < task.n_unsure {
        let n = task.n_unsure;
        tell::note(&lang.pick(
            format!("note: of {n} facilities it is not known whether they count; they were taken not to"),
            format!("说明：{n} 个设施因属性缺失无法确定是否计入，按不计处理"),
        ));
    }
    if 0 < task.n_lacking_more {
        let n = task.n_lacking_more;
        tell::note(&lang.pick(
            format!("note: {n} areas lack more than one; no single site mends them, and they were left out"),
            format!("说明：{n} 个区域缺口大于一个，单个设施点无法补足，未计入"),
        ));
    }
}

fn why_not(why: NoTask) -> Text {
    match why {
        NoTask::TooManyOffers => say(
            "there are too many pairs of people and candidates: give fewer candidates, or an obligation with a distance",
            "人口点与候选点的组合过多：请减少候选点，或选用有距离要求的条款",
        ),
        NoTask::NoDemand => say(
            "nobody is left to serve: no person of the group has a place, or no area lacks just one facility",
            "没有需要服务的对象：该人群没有坐标，或没有区域恰好缺一个设施",
        ),
    }
}

/// What the sites are for.
struct Aim<'a> {
    /// The position of the obligation among all findings.
    obligation: Option<usize>,
    check: Option<&'a Check>,
    service: ServiceId,
    conditions: Where,
    group: GroupId,
}

impl<'a> Aim<'a> {
    fn of(read: &'a ReadStudy, wanted: &str, group: Option<&str>) -> Result<Self, Text> {
        let obligations = || read.packs.iter().flat_map(|pack| &pack.obligations);
        let position = obligations().position(|obligation| obligation.id.get_ref() == wanted);
        let check = position.and_then(|at| obligations().nth(at)).map(|obligation| &obligation.check);
        let facilities = &read.world.facilities;
        let (service, conditions) = match check {
            Some(Check::Reach(reach)) => (reach.service.get_ref().as_str(), reach.r#where.clone()),
            Some(Check::Presence(presence)) => (presence.service.get_ref().as_str(), presence.r#where.clone()),
            Some(other) => {
                let kind = other.key();
                return Err(say(
                    format!(
                        "`{wanted}` is checked by `{kind}`, which sites alone do not mend: give an obligation of `presence` or `reach`, or a service"
                    ),
                    format!(
                        "条款 {wanted} 的核查方式为 {kind}，无法仅靠选址解决：请改用 presence 或 reach 类条款，或直接给出服务"
                    ),
                ));
            }
            None => (wanted, Where::new()),
        };
        if let (Some(_), None) = (check, facilities.service(service)) {
            return Err(say(
                format!(
                    "the study holds no data on the service `{service}` that `{wanted}` asks for: what stands today is not known"
                ),
                format!("研究中没有条款 {wanted} 所需的“{service}”数据，现状未知"),
            ));
        }
        let Some(service) = facilities.service(service) else {
            let services: Vec<&str> =
                facilities.services().values().iter().map(|service| service.key.as_str()).collect();
            let services = services.join(", ");
            let ids: Vec<&str> = obligations()
                .filter(|obligation| matches!(obligation.check, Check::Reach(_) | Check::Presence(_)))
                .map(|obligation| obligation.id.get_ref().as_str())
                .collect();
            let ids = ids.join(", ");
            return Err(say(
                format!(
                    "`{wanted}` is neither an obligation nor a service of the study; obligations: {ids}; services: {services}"
                ),
                format!("“{wanted}”既不是条款编号，也不是研究中的服务；条款：{ids}；服务：{services}"),
            ));
        };
        let name = group.or(check.and_then(|check| check.kind().group())).unwrap_or(RESIDENTS);
        let people = &read.world.people;
        let group = people.group(name).ok_or_else(|| {
            let groups = people.groups.values().join(", ");
            say(
                format!("the study does not count `{name}`; groups: {groups}"),
                format!("研究未统计“{name}”；现有人群：{groups}"),
            )
        })?;
        Ok(Self { obligation: position, check, service, conditions, group })
    }

    /// Of all whom the obligation is for, the share that is enough for it; all where sites serve areas.
    fn share(&self) -> Option<f64> {
        match self.check {
            Some(Check::Reach(reach)) => reach.at_least.as_ref().map(|share| share.get_ref().get()),
            Some(_) => Some(1.0),
            None => None,
        }
    }

    /// Whether the fewest sites that keep the obligation can be asked for.
    fn fewest_fits(&self, shared: &Shared<'_>) -> Result<(), Text> {
        if shared.objective != Some(Objective::Fewest) {
            return Ok(());
        }
        match self.check {
            None => Err(say(
                "--objective fewest needs an obligation, which says how many are enough: give its id with --for",
                "--objective fewest 需要条款（其中规定了达标比例）：请用 --for 给出条款编号",
            )),
            Some(Check::Reach(reach)) if reach.at_least.is_none() => Err(say(
                "the obligation does not say which share is enough, so that any number of sites keeps it: leave out --objective fewest",
                "该条款未规定达标比例，无需新增：请去掉 --objective fewest",
            )),
            Some(Check::Reach(reach)) if *reach.decide.get_ref() == Decide::Each => Err(say(
                "the obligation asks for its share in each area, and --objective fewest is about the whole: give --budget instead",
                "该条款要求每个区域分别达标，--objective fewest 只针对整体：请改用 --budget",
            )),
            Some(_) if shared.limit.is_some() => Err(say(
                "the obligation says itself whom a site serves: leave out --limit",
                "条款本身已规定服务范围：请去掉 --limit",
            )),
            Some(_) => Ok(()),
        }
    }

    /// Whether a distance is given where one is needed, and only there.
    fn limit_fits(&self, world: &World, shared: &Shared<'_>) -> Result<(), Text> {
        let unit = world.cost_unit();
        let (en, zh, such) = match unit {
            CostUnit::Metres => ("metres", "米", 1000),
            CostUnit::Minutes => ("minutes", "分钟", 15),
        };
        let own = match self.check {
            Some(Check::Reach(reach)) => Some(reach.within),
            _ => None,
        };
        match (shared.objective, shared.limit, own) {
            (Some(Objective::Cover), None, None) => Err(say(
                format!("--objective cover needs a limit: give --limit in {en}, such as --limit {such}"),
                format!("--objective cover 需要上限：请给出 --limit（{zh}），如 --limit {such}"),
            )),
            (None, Some(_), _) if self.check.is_some() => Err(say(
                "the obligation says itself whom a site serves: leave out --limit, or add --objective cover",
                "条款本身已规定服务范围：请去掉 --limit，或加上 --objective cover",
            )),
            (_, Some(limit), _) if Cost::new(limit, unit).is_none() => Err(say(
                format!("--limit {limit} is no limit: give {en}, 0 or more"),
                format!("--limit {limit} 无效：请填写不小于 0 的数（{zh}）"),
            )),
            // Costs in one unit say nothing about a limit in another.
            (None | Some(Objective::Cover), None, Some(own)) if own.unit() != unit => Err(say(
                format!(
                    "the obligation has a limit of {own}, and the costs of the study are in {en}: bring a table of costs in its unit (travel.table in study.toml)"
                ),
                format!(
                    "条款限值为 {own}，而研究的出行费用以{zh}为单位：请提供同一单位的出行费用表（study.toml 的 travel.table）"
                ),
            )),
            _ => Ok(()),
        }
    }

    fn need(&'a self, stage: &Stage, shared: &Shared<'_>) -> Need<'a> {
        let own = match self.check {
            Some(Check::Reach(reach)) if shared.objective == Some(Objective::Cover) => Some(reach.within),
            _ => None,
        };
        let unit = stage.world().cost_unit();
        let limit = shared.limit.and_then(|limit| Cost::new(limit, unit)).or(own);
        let of_service = Need {
            service: self.service,
            conditions: &self.conditions,
            group: self.group,
            serves: limit.map_or(Serves::Anyone, Serves::Within),
        };
        match self.check.filter(|_| matches!(shared.objective, None | Some(Objective::Fewest))) {
            Some(check) => need(stage, check, self.group).unwrap_or(of_service),
            None => of_service,
        }
    }

    /// Whether a site serves the area that holds it, wherever in it.
    fn is_of_areas(&self) -> bool {
        matches!(self.check, Some(Check::Presence(_)))
    }

    /// Gives each candidate the attributes that it must have to count, where it does not say otherwise.
    fn suit(&self, world: &World, candidates: &mut [Scenario]) {
        let wanted: Vec<(String, Given)> = self
            .conditions
            .iter()
            .filter_map(|(key, condition)| {
                let key = key.0.get_ref();
                let given = match condition {
                    Condition::Flag(flag) => Given::Flag(*flag),
                    Condition::Number(number) => Given::Number(*number),
                    Condition::Word(word) => Given::Text(word.clone()),
                    Condition::AnyOf(words) => Given::Text(words.first()?.clone()),
                };
                // What stands in a column of another type cannot be written there.
                let mut column = world.facilities.attribute(key)?.gather(&[None]);
                column.set(0, given.value()).then(|| (key.clone(), given))
            })
            .collect();
        for edit in candidates.iter_mut().flat_map(|candidate| &mut candidate.edits) {
            let Change::Open { attributes, .. } = &mut edit.change else { continue };
            let missing = wanted.iter().filter(|(key, _)| !attributes.iter().any(|(own, _)| own == key));
            let missing: Vec<_> = missing.cloned().collect();
            attributes.extend(missing);
        }
    }
}

type Candidates = Option<(Vec<Scenario>, Option<(String, String)>)>;

/// The candidates, and the file that they were read from with its digest; `None` where a problem with it was noted.
fn candidates(options: &Options, read: &ReadStudy, aim: &Aim<'_>, problems: &mut Problems) -> Result<Candidates, Text> {
    let world = &read.world;
    let areas = &world.areas;
    let listed = |name: &str| world.costs.as_ref().and_then(|table| table.destination(name));
    match options.candidates.as_str() {
        "areas" => {
            let lowest =
                (0..areas.levels().len()).rev().map(LevelId::new).find(|&level| !areas.at_level(level).is_empty());
            let ids = lowest.map(|level| areas.at_level(level)).unwrap_or_default();
            let candidate = |&id: &crate::model::AreaId| {
                let area = &areas[id];
                // An area without a place still is one that a facility can be in.
                let can_be = aim.is_of_areas()
                    || (area.place.is_some() && world.costs.is_none())
                    || listed(&area.code).is_some();
                let place = Standing { place: area.place, area: Some(id), destination: listed(&area.code) };
                can_be.then(|| opened(aim.service, format!("{} {}", area.code, area.name), place))
            };
            let found: Vec<Scenario> = ids.iter().filter_map(candidate).collect();
            if let Some(table) = &world.costs
                && !aim.is_of_areas()
                && found.len() < ids.len()
            {
                let file = &world.sources[table.source].file;
                let (n, of) = (ids.len() - found.len(), ids.len());
                problems.warning(
                    "candidates-not-listed",
                    file,
                    At::File,
                    say(
                        format!("{n} of {of} areas are no candidates: there is no row to their codes"),
                        format!("{of} 个区域中有 {n} 个没有以其代码为终点的行，不作为候选点"),
                    ),
                    say("add rows, or give --candidates FILE", "请补充数据，或使用 --candidates 文件"),
                );
                if found.is_empty() {
                    return Err(say(
                        format!(
                            "{file} has no row to the code of any area: give --candidates FILE with sites that it has in `to`, or add rows"
                        ),
                        format!(
                            "{file} 中没有以区域代码为终点的行：请用 --candidates 文件给出表中已有终点的候选点，或补充数据"
                        ),
                    ));
                }
            }
            Ok(Some((found, None)))
        }
        "grid" if world.costs.is_some() && !aim.is_of_areas() => Err(say(
            "the study's table of costs has no row to the points of a grid: give --candidates FILE with sites that it has in `to`",
            "研究的出行费用表没有到格网点的费用：请用 --candidates 文件给出表中已有终点的候选点",
        )),
        "grid" => {
            let spacing = Metres::try_from(options.spacing.clone()).ok().filter(|spacing| 0.0 < spacing.get());
            let spacing = spacing.ok_or_else(|| {
                let text = &options.spacing;
                say(
                    format!("`{text}` is no distance: write --spacing \"500 m\" or \"1 km\""),
                    format!("“{text}”不是距离：请写 --spacing \"500 m\" 或 \"1 km\""),
                )
            })?;
            Ok(Some((grid(world, aim.service, spacing)?, None)))
        }
        file => {
            let path = Path::new(file);
            let found = read_candidates(path, read, options.crs.as_deref(), aim.service, problems);
            Ok(found.map(|(candidates, sha256)| {
                let name = path.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
                (candidates, Some((name, sha256)))
            }))
        }
    }
}

/// Where a candidate stands.
struct Standing {
    place: Option<Coord<f64>>,
    area: Option<crate::model::AreaId>,
    destination: Option<DestinationId>,
}

fn opened(service: ServiceId, name: String, Standing { place, area, destination }: Standing) -> Scenario {
    let origin = (SourceId::new(0), 0);
    let facility = FacilityRow { code: name.clone(), name: name.clone(), service, place, area, destination, origin };
    let change = Change::Open { facility, attributes: Vec::new(), serves: Vec::new() };
    Scenario { name, edits: vec![Edit { change, cost: None, row: 0 }] }
}

/// Points of a grid in the lowest areas that have a boundary.
fn grid(world: &World, service: ServiceId, spacing: Metres) -> Result<Vec<Scenario>, Text> {
    let areas = &world.areas;
    let has_boundary =
        |level: &LevelId| areas.at_level(*level).iter().any(|&id| areas[id].boundary.polygon().is_some());
    let lowest = (0..areas.levels().len()).rev().map(LevelId::new).find(has_boundary).ok_or_else(|| {
        say(
            "no area has a boundary that a grid could fill: use --candidates areas or a file",
            "没有区域边界，无法生成格网：请使用 --candidates areas 或文件",
        )
    })?;
    let ids = areas.at_level(lowest);
    let boxes = ids.iter().filter_map(|&id| areas[id].boundary.polygon()?.bounding_rect());
    let all = boxes.reduce(|a, b| {
        let (min, max) = (a.min(), a.max());
        geo::Rect::new((min.x.min(b.min().x), min.y.min(b.min().y)), (max.x.max(b.max().x), max.y.max(b.max().y)))
    });
    let Some(all) = all else { return Ok(Vec::new()) };
    // Metres of a degree of latitude on WGS 84 lie between 110.6 and 111.7 km: near enough for a grid.
    let south_north = spacing.get() / 111_000.0;
    let west_east = south_north / all.center().y.to_radians().cos().max(0.01);
    let (columns, rows) = ((all.width() / west_east).ceil(), (all.height() / south_north).ceil());
    if (10 * MOST_CANDIDATES) as f64 <= columns * rows {
        return Err(say(
            format!("a grid of {spacing} would have {columns} by {rows} points: give a larger --spacing"),
            format!("间距 {spacing} 的格网有 {columns}×{rows} 个点：请加大 --spacing"),
        ));
    }
    let (columns, rows) = (columns as usize, rows as usize);
    let point = |at: usize| Coord {
        x: all.min().x + (at % columns) as f64 * west_east + west_east / 2.0,
        y: all.min().y + (at / columns) as f64 * south_north + south_north / 2.0,
    };
    let points: Vec<Coord<f64>> = (0..columns * rows).map(point).collect();
    let located = PolygonIndex::build(ids.iter().map(|&id| areas[id].boundary.polygon())).locate(&points);
    let inside = points.iter().zip(located).filter_map(|(&point, position)| Some((point, ids[position? as usize])));
    let candidate = |(point, area): (Coord<f64>, crate::model::AreaId)| {
        let place = Standing { place: Some(point), area: Some(area), destination: None };
        opened(service, format!("{:.5},{:.5}", point.x, point.y), place)
    };
    Ok(inside.map(candidate).collect())
}

/// Leaves out candidates at the place of one before, in the same area; how many.
fn drop_doubles(candidates: &mut Vec<Scenario>) -> usize {
    let mut seen = HashSet::new();
    let before = candidates.len();
    candidates.retain(|candidate| {
        let opened = candidate.edits.iter().find_map(|edit| match &edit.change {
            Change::Open { facility, .. } => Some(facility),
            _ => None,
        });
        opened
            .and_then(|facility| Some((facility.place?, facility.area)))
            .is_none_or(|(place, area)| seen.insert((place.x.to_bits(), place.y.to_bits(), area)))
    });
    before - candidates.len()
}

/// Takes away the sites chosen that serve nobody whom the others do not; how many.
fn drop_idle(answer: &mut Answer, offers: &Offers, need: &Need<'_>) -> usize {
    let limit = match need.serves {
        Serves::Within(limit) => limit.get(),
        _ => f64::INFINITY,
    };
    let mut n_serving: Vec<u32> = vec![0; offers.n_demands()];
    let mut serves: HashMap<u32, Vec<usize>> = HashMap::new();
    for (demand, n_serving) in n_serving.iter_mut().enumerate() {
        for site in offers.within(demand, limit).iter().filter(|site| answer.chosen.binary_search(site).is_ok()) {
            *n_serving += 1;
            serves.entry(*site).or_default().push(demand);
        }
    }
    let before = answer.chosen.len();
    answer.chosen.retain(|site| {
        let of = serves.get(site).map_or(&[][..], Vec::as_slice);
        let is_idle = *site != 0 && of.iter().all(|&demand| 1 < n_serving[demand]);
        if is_idle {
            of.iter().for_each(|&demand| n_serving[demand] -= 1);
        }
        !is_idle
    });
    answer.assignment = evaluate::within(offers, &answer.chosen, limit);
    before - answer.chosen.len()
}

/// How the sites are searched for.
struct Search<'a> {
    budget: &'a Budget,
    /// What each site costs.
    costs: Option<&'a [f64]>,
    /// Of all persons, as many as are enough.
    share: Option<f64>,
    stop: &'a (dyn Fn() -> bool + Sync),
}

struct Solved {
    outcome: Result<Answer, NoAnswer>,
    kappa: Option<f64>,
    problem: Problem,
}

fn solve(task: &Task, need: &Need<'_>, shared: &Shared<'_>, asked: &Search<'_>) -> Solved {
    let terms = Terms { existing: &[0], stop: asked.stop };
    let (offers, persons) = (&task.offers, &task.persons[..]);
    let p = asked.budget.sites.map_or(offers.n_sites(), |budget| (budget + 1).min(offers.n_sites()));
    let limit = match need.serves {
        Serves::Within(limit) => limit.get(),
        Serves::Areas(_) => 0.0,
        Serves::Anyone => f64::INFINITY,
    };
    let problem = match (need.serves, shared.objective) {
        (_, Some(Objective::Fewest)) => Problem::Lscp,
        (Serves::Within(_), None | Some(Objective::Cover)) | (Serves::Areas(_), _) => Problem::Mclp,
        (_, Some(Objective::Worst)) => Problem::PCenter,
        _ => Problem::PMedian,
    };
    let plain = |outcome| Solved { outcome, kappa: None, problem };
    if let (Some(money), Some(cost)) = (asked.budget.money, asked.costs) {
        let unlimited = vec![f64::INFINITY; offers.n_sites()];
        let sites = Sites { capacity: &unlimited, cost };
        let allowed = Allowed { p: Some(p), budget: Some(money) };
        let found = match problem {
            Problem::Mclp => capacitated::max_cover::max_cover(offers, persons, limit, sites, allowed, terms),
            Problem::PCenter => capacitated::center::center(offers, persons, sites, allowed, terms),
            _ => capacitated::median::median(offers, persons, sites, allowed, terms),
        };
        return match found {
            // Nobody is split where there is room for all.
            Ok(Supplied { answer, .. }) => plain(Ok(answer)),
            Err(why) => plain(Err(why)),
        };
    }
    match (problem, shared.objective) {
        (Problem::Lscp, _) => {
            let found = partial_set_cover(offers, persons, limit, asked.share.unwrap_or(1.0), terms);
            // What stands today is no site to count.
            plain(found.map(|answer| Answer { objective: answer.objective - 1.0, bound: answer.bound - 1.0, ..answer }))
        }
        (Problem::Mclp, _) => plain(max_cover(offers, persons, limit, p, terms)),
        (Problem::PCenter, _) => plain(p_center(offers, persons, p, terms)),
        (_, Some(Objective::Ede)) => match equitable_median(offers, persons, p, shared.aversion, terms) {
            Ok(found) => Solved { outcome: Ok(found.answer), kappa: Some(found.kappa), problem },
            Err(why) => plain(Err(why)),
        },
        _ => plain(p_median(offers, persons, p, terms)),
    }
}
