//! `assign`: who is given a place where, no facility beyond its capacity; school districts.

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use clap::Args;
use toml::Spanned;

use super::progress::Progress;
use super::study::{self, default_out};
use super::tell::{self, Stopped};
use crate::allocation::districts::NoDistricts;
use crate::allocation::{Districts, Flow, Proof, Terms, TooMany, districts, split};
use crate::assess::RESIDENTS;
use crate::assess::allocation::{
    Ask, Current, MOST_PAIRS, NoTask, Task, current, ground, persons, staying, task, travel, without_boundary,
};
use crate::model::{Column, GroupId, Id, Lang, LevelId, ServiceId, Text, World};
use crate::read::ReadStudy;
use crate::read::problem::say;
use crate::report::allocation::{Allocation, FILES, Keep, Problem, Question, conditions};
use crate::report::files;
use crate::report::words::number::number;
use crate::report::words::plain;
use crate::rules::select::{Condition, SpannedKey, Where};
use crate::rules::{Check, Noun, Obligation};
use crate::units::{Cost, CostUnit};

/// Assign people to facilities that hold only so many: pupils to schools, school districts.
///
/// As many persons as can be are given a place, no facility more than its capacity, and of all ways to do that the one
/// with the least travel in all (persons times metres, or minutes where the study has a table of them). A place with people may be parted between facilities; with --whole
/// every area goes to one facility, and with --contiguous the areas of a facility, its district, are also one piece on
/// the map. Without --whole and --contiguous the answer is the best there is, and proven; with them it is proven where
/// that can be, else the best found is given with how far it may be from the best.
///
/// A facility whose capacity is not known is taken to hold nobody, and that is said. Facilities that are the nearest for more
/// than they hold are listed with where those persons go.
///
/// Whom, where and what counts as capacity are those of the first obligation of the study on the service that asks for a place for
/// each person (`seats`), else of the first that names an amount or a group other than all residents; the options say
/// otherwise, and must say who where nothing else does.
///
/// Writes assign.csv (place, facility, persons, cost; who has no place is in a row without a facility), assign.json
/// (objective, bound, gap, proven, each facility) and assign.geojson (places, districts and facilities, by `kind`).
/// Every answer is checked anew before it is shown: no one lost, no capacity exceeded, costs summed, districts walked.
///
/// Exit codes: 0 there is an answer; 1 it is proven that the share of --keep-current-share cannot stay; 2 it could not
/// run.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  evenreach assign geodata/jinpu --service school
  evenreach assign geodata/jinpu --service school --group junior-age --limit \"5 km\"
  evenreach assign geodata/jinpu --service kindergarten --group children-3-5 --keep-current-share 80%
  evenreach assign my-study --service school --contiguous --level village
  evenreach assign my-study --service school --capacity seats --where stage=primary --out out/districts")]
pub(super) struct Arguments {
    /// The folder that holds study.toml, or an OpenStreetMap extract (.osm.pbf).
    #[arg(value_name = "STUDY")]
    study: PathBuf,
    /// The service whose facilities take people in, by its key, such as school.
    #[arg(long, value_name = "SERVICE")]
    service: String,
    /// Every area as a whole to one facility.
    #[arg(long)]
    whole: bool,
    /// As --whole, and the areas of a facility are one piece: they share boundaries, and the area that holds the facility is
    /// among them or, where another facility in it has it or it is too large, beside them.
    #[arg(long)]
    contiguous: bool,
    /// The share of the persons at each place who stay where they are today, such as 80% or 0.8; with --whole and
    /// --contiguous of all persons. They are at the facility that says it serves their area, else at the nearest.
    #[arg(long, value_name = "SHARE", allow_negative_numbers = true)]
    keep_current_share: Option<String>,
    /// Who is given a place, such as primary-age.
    #[arg(long, value_name = "GROUP")]
    group: Option<String>,
    /// The attribute that says how many a facility holds, such as capacity.
    #[arg(long, value_name = "ATTRIBUTE")]
    capacity: Option<String>,
    /// Only facilities with this attribute, such as stage=primary; all of several must hold. `--where all` asks for nothing.
    #[arg(long = "where", value_name = "KEY=VALUE")]
    conditions: Vec<String>,
    /// With --whole and --contiguous the level whose areas are given out; by default the lowest that holds people.
    #[arg(long, value_name = "LEVEL")]
    level: Option<String>,
    /// How far anyone goes at the most, in the unit of the study's costs or as "3 km" or "15 min"; of an area that is given
    /// out whole, on average.
    #[arg(long, value_name = "LIMIT", allow_negative_numbers = true)]
    limit: Option<String>,
    /// A pack to take obligations from, instead of those that the study names; may be given several times.
    #[arg(long = "pack", value_name = "FILE")]
    packs: Vec<PathBuf>,
    /// Seconds after which the best districts found are given, with the bound reached.
    #[arg(long, value_name = "SECONDS", default_value_t = 60.0, allow_negative_numbers = true)]
    time_limit: f64,
    /// The folder for the files; by default out/NAME-assign below the current folder.
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Stop at warnings about the input, too.
    #[arg(long)]
    strict: bool,
}

/// Steps that follow when the files are read.
const AFTER_READING: u64 = 3;
/// The exit code where it is proven that nothing does what is asked.
const NO_ANSWER: u8 = 1;

pub(super) fn run(arguments: &Arguments, lang: Lang) -> Result<ExitCode, Stopped> {
    let progress = Progress::new(AFTER_READING);
    let stop = |text: Text| {
        progress.done();
        tell::stop(&text, lang)
    };
    let asked = Asked::of(arguments).map_err(stop)?;
    let wanted =
        study::Wanted { study: &arguments.study, packs: &arguments.packs, only: &[], strict: arguments.strict };
    let read = study::read_with_or_without_packs(&wanted, &progress, AFTER_READING).map_err(|why| {
        progress.done();
        why.tell(lang)
    })?;
    let world = &read.world;
    let aim = Aim::of(arguments, &read).map_err(stop)?;
    let limit = arguments.limit.as_deref().map(|text| limit(text, world.cost_unit())).transpose().map_err(stop)?;
    let problem = match (arguments.contiguous, arguments.whole) {
        (true, _) => Problem::Contiguous,
        (false, true) => Problem::Whole,
        (false, false) => Problem::Transportation,
    };
    let level = match problem {
        Problem::Transportation => None,
        _ => Some(level(arguments.level.as_deref(), world, aim.group).map_err(stop)?),
    };

    progress.step(lang.pick("travel costs", "计算距离"));
    let ask = Ask {
        service: aim.service,
        conditions: &aim.conditions,
        capacity: &aim.capacity,
        group: aim.group,
        limit,
        areas: level,
    };
    let travel = travel(world, &ask);
    let task = task(world, &travel, &ask).map_err(|why| stop(why_not(&why, world, &aim, arguments)))?;
    if let Some(level) = level.filter(|_| problem == Problem::Contiguous) {
        boundaries(world, &task, level).map_err(stop)?;
    }
    let keep = asked.keep.map(|share| Keep { share, current: current(world, &task) });

    progress.step(lang.pick("solving", "求解"));
    let begin = Instant::now();
    let out_of_time = || asked.time <= begin.elapsed();
    let solved = match level {
        None => parted(&task, keep.as_ref(), &out_of_time),
        Some(level) => whole(world, &task, keep.as_ref(), (level, problem), &out_of_time),
    };
    let solved = match solved {
        Ok(solved) => solved,
        Err(why) => {
            let (text, is_proven) = no_answer(&why, world, &task, keep.as_ref());
            let stopped = stop(text);
            return if is_proven { Ok(ExitCode::from(NO_ANSWER)) } else { Err(stopped) };
        }
    };
    let question = Question {
        world,
        problem,
        service: &arguments.service,
        conditions: conditions(&aim.conditions),
        group: &world.people.groups[aim.group],
        capacity: &aim.capacity,
        after: aim.after.map(|obligation| obligation.id.get_ref().as_str()),
        level,
        limit,
        keep,
    };
    let answer = (&solved.flows[..], solved.site_of.as_deref());
    let allocation = Allocation::new(question, &task, answer, solved.proof, begin.elapsed().as_secs_f64());

    progress.step(lang.pick("outputs", "写出结果"));
    let out = arguments.out.clone().unwrap_or_else(|| default_out(&arguments.study, "-assign"));
    let written = files::write(&out, &allocation.files());
    progress.done();
    written.map_err(|problem| tell::stop(&problem.text(), lang))?;
    tell::problems(&read.problems, lang);
    told(world, &task, &aim, lang);
    tell::result(&allocation.summary(lang));
    let (folder, names) = (plain(&out.display().to_string()), FILES.join(lang.pick(", ", "、")));
    tell::result(&lang.pick(format!("Files in {folder}: {names}\n"), format!("文件：{folder}：{names}\n")));
    Ok(ExitCode::SUCCESS)
}

/// The options that mean something without a study.
struct Asked {
    keep: Option<f64>,
    time: Duration,
}

impl Asked {
    fn of(arguments: &Arguments) -> Result<Self, Text> {
        let share = |text: &String| {
            let (number, unit) = match text.trim().strip_suffix(['%', '％']) {
                Some(percent) => (crate::read::number(percent.trim()), 100.0),
                None => (crate::read::number(text.trim()), 1.0),
            };
            number.map(|number| number / unit).filter(|share| (0.0..=1.0).contains(share)).ok_or_else(|| {
                say(
                    format!("--keep-current-share `{text}` is no share: write 80% or 0.8, from 0 to 1"),
                    format!("--keep-current-share “{text}”不是有效比例：请写 80% 或 0.8，取值 0 至 1"),
                )
            })
        };
        let time = Duration::try_from_secs_f64(arguments.time_limit).ok().filter(|time| !time.is_zero());
        if arguments.level.is_some() && !arguments.whole && !arguments.contiguous {
            return Err(say(
                "--level says which areas are given out as a whole: add --whole or --contiguous",
                "--level 指定整体划分的区域级别：请同时使用 --whole 或 --contiguous",
            ));
        }
        Ok(Self {
            keep: arguments.keep_current_share.as_ref().map(share).transpose()?,
            time: time.ok_or_else(|| {
                say("--time-limit is no time: give seconds, more than 0", "--time-limit 无效：请填写大于 0 的秒数")
            })?,
        })
    }
}

/// A limit as it is given: a number in the unit of the study's costs, or a number with that unit.
fn limit(text: &str, unit: CostUnit) -> Result<Cost, Text> {
    let bare = crate::read::number(text).and_then(|number| Cost::new(number, unit));
    let limit = bare.or_else(|| Cost::try_from(text.to_owned()).ok());
    let (en, zh, such) = match unit {
        CostUnit::Metres => ("metres", "米", "3 km"),
        CostUnit::Minutes => ("minutes", "分钟", "15 min"),
    };
    match limit {
        Some(limit) if limit.unit() == unit => Ok(limit),
        // Costs in one unit say nothing about a limit in another.
        Some(limit) => Err(say(
            format!("--limit is {limit}, and the costs of the study are in {en}: write \"{such}\""),
            format!("--limit 为 {limit}，而研究的出行费用以{zh}为单位：请写 \"{such}\""),
        )),
        None => Err(say(
            format!("--limit `{text}` is no limit: write \"{such}\", or {en}, 0 or more"),
            format!("--limit “{text}”无效：请写 \"{such}\" 或不小于 0 的数（{zh}）"),
        )),
    }
}

/// Whom, where, and what counts as capacity.
struct Aim<'a> {
    service: ServiceId,
    conditions: Where,
    group: GroupId,
    capacity: String,
    /// The obligation that says so, if any does.
    after: Option<&'a Obligation>,
}

/// What an obligation says of an assignment.
struct Said<'a> {
    obligation: &'a Obligation,
    group: Option<&'a str>,
    capacity: Option<&'a str>,
    conditions: Option<&'a Where>,
}

impl<'a> Said<'a> {
    fn of(obligation: &'a Obligation) -> Self {
        let (capacity, conditions) = match &obligation.check {
            Check::Seats(seats) => (Some(seats.capacity.get_ref().as_str()), Some(&seats.r#where)),
            Check::PerCapita(check) => (check.amount.as_ref().map(|amount| amount.get_ref().as_str()), None),
            _ => (None, None),
        };
        Self { obligation, group: obligation.check.kind().group(), capacity, conditions }
    }

    /// How much it says: one with places for each person says most.
    fn rank(&self) -> u8 {
        match (&self.obligation.check, self.capacity) {
            (Check::Seats(_), _) => 0,
            (_, Some(_)) => 1,
            _ => 2,
        }
    }
}

impl<'a> Aim<'a> {
    fn of(arguments: &Arguments, read: &'a ReadStudy) -> Result<Self, Text> {
        let (world, wanted) = (&read.world, arguments.service.as_str());
        let service = world.facilities.service(wanted).ok_or_else(|| {
            let services: Vec<&str> =
                world.facilities.services().values().iter().map(|service| service.key.as_str()).collect();
            let services = services.join(", ");
            say(
                format!("the study holds no data on the service `{wanted}`; services: {services}"),
                format!("研究中没有“{wanted}”的设施数据；现有服务：{services}"),
            )
        })?;
        if let Some(proxy) = world.people.proxy {
            let key = proxy.key();
            return Err(say(
                format!("demand is `{key}`, not persons: it cannot be given places; add a layer that counts people"),
                format!("需求为代替指标 {key}，不是人数，无法分配学位：请补充人口数据"),
            ));
        }
        let on_service = |obligation: &&Obligation| {
            let names = obligation.check.kind().names();
            names.iter().any(|name| name.noun == Noun::Service && name.word.get_ref() == wanted)
        };
        // It must be for the group asked for, and the study must count whom it names. What is asked for all residents does
        // not say that all of them need a place: near or enough for all, few of whom are children.
        let fits = |said: &Said<'_>| {
            let is_asked = |group: &str| match arguments.group.as_deref() {
                Some(asked) => asked == group,
                None => group != RESIDENTS || said.rank() == 0,
            };
            said.group.is_some_and(|group| is_asked(group) && world.people.group(group).is_some())
        };
        let obligations = read.packs.iter().flat_map(|pack| &pack.obligations).filter(on_service);
        let said = obligations.map(Said::of).filter(fits).min_by_key(Said::rank);
        let only = match world.people.groups.values() {
            [only] => Some(only.as_str()),
            _ => None,
        };
        let name = arguments.group.as_deref().or(said.as_ref().and_then(|said| said.group)).or(only);
        let name = name.ok_or_else(|| {
            let groups = world.people.groups.values().join(", ");
            say(
                format!("no obligation of the study says who needs a place at `{wanted}`: choose by --group: {groups}"),
                format!("研究的条款均未说明“{wanted}”的服务人群：请用 --group 选择：{groups}"),
            )
        })?;
        let group = world.people.group(name).ok_or_else(|| {
            let groups = world.people.groups.values().join(", ");
            say(
                format!("the study does not count `{name}`; groups: {groups}; choose one by --group"),
                format!("研究未统计“{name}”；现有人群：{groups}；请用 --group 选择"),
            )
        })?;
        let own = match &arguments.conditions[..] {
            [] => said.as_ref().and_then(|said| said.conditions).cloned().unwrap_or_default(),
            [all] if all == "all" => Where::new(),
            given => given.iter().map(|text| condition(text, world)).collect::<Result<_, _>>()?,
        };
        let capacity = arguments.capacity.as_deref().or(said.as_ref().and_then(|said| said.capacity));
        Ok(Self {
            service,
            conditions: own,
            group,
            capacity: capacity.map_or_else(|| usual_capacity(world), str::to_owned),
            after: said.map(|said| said.obligation),
        })
    }
}

/// What capacities are usually called.
fn usual_capacity(world: &World) -> String {
    let usual = ["capacity", "places", "seats", "beds"];
    let known = usual.iter().find(|key| matches!(world.facilities.attribute(key), Some(Column::Number(_))));
    (*known.unwrap_or(&usual[0])).to_owned()
}

/// A condition written `KEY=VALUE`; several values are parted by `|`.
fn condition(text: &str, world: &World) -> Result<(SpannedKey, Condition), Text> {
    let known = || world.facilities.attributes().keys().map(String::as_str).collect::<Vec<_>>().join(", ");
    let (key, value) = text.split_once('=').map(|(key, value)| (key.trim(), value.trim())).ok_or_else(|| {
        say(
            format!("--where `{text}` is no condition: write KEY=VALUE, such as stage=primary"),
            format!("--where “{text}”不是条件：请写 属性=值，如 stage=primary"),
        )
    })?;
    let Some(column) = world.facilities.attribute(key) else {
        let known = known();
        return Err(say(
            format!("no facility has the attribute `{key}`; attributes: {known}"),
            format!("设施没有属性“{key}”；现有属性：{known}"),
        ));
    };
    let condition = match (column, value) {
        (Column::Flag(_), "true" | "yes" | "是") => Condition::Flag(true),
        (Column::Flag(_), "false" | "no" | "否") => Condition::Flag(false),
        (Column::Number(_), value) if crate::read::number(value).is_some() => {
            Condition::Number(crate::read::number(value).unwrap_or_default())
        }
        (_, value) if value.contains('|') => {
            Condition::AnyOf(value.split('|').map(|word| word.trim().to_owned()).collect())
        }
        (_, value) => Condition::Word(value.to_owned()),
    };
    Ok((SpannedKey(Spanned::new(0..0, key.to_owned())), condition))
}

/// The level whose areas are given out as a whole: the one asked for, else the lowest that holds people.
fn level(asked: Option<&str>, world: &World, group: GroupId) -> Result<LevelId, Text> {
    let areas = &world.areas;
    if let Some(key) = asked {
        let known = areas.level_keys().join(", ");
        return areas.level(key).filter(|&level| !areas.at_level(level).is_empty()).ok_or_else(|| {
            say(
                format!("the study has no areas of the level `{key}`; levels: {known}"),
                format!("研究中没有“{key}”级区域；现有级别：{known}"),
            )
        });
    }
    let people = &world.people;
    let lived_in = people.places.ids().filter(|&point| people.persons(group, point).is_some_and(|n| 0.0 < n));
    lived_in.filter_map(|point| Some(areas[people.areas[point]?].level)).max_by_key(|level| level.index()).ok_or_else(
        || say("no area is known to hold any people: districts are made of areas", "没有区域有人口数据，无法划分学区"),
    )
}

/// Whether all areas have a boundary.
fn boundaries(world: &World, task: &Task, level: LevelId) -> Result<(), Text> {
    let without = without_boundary(world, task);
    if without.is_empty() {
        return Ok(());
    }
    let areas = &world.areas;
    let key = &areas.levels()[level].key;
    let has_all = |level: &LevelId| {
        let ids = areas.at_level(*level);
        !ids.is_empty() && ids.iter().all(|&id| areas[id].boundary.polygon().is_some())
    };
    let drawn = areas.levels().ids().filter(has_all).map(|level| areas.levels()[level].key.as_str());
    let drawn = drawn.collect::<Vec<_>>().join(", ");
    let (n, n_all) = (without.len(), task.places.len());
    let first = without.iter().take(5).map(|&at| task.places[at].label.as_str()).collect::<Vec<_>>().join(", ");
    let (help_en, help_zh) = match drawn.is_empty() {
        true => ("add boundaries to that layer of areas".to_owned(), "请为该级区域补充边界".to_owned()),
        false => (
            format!("add them, or give --level with one whose areas all have one: {drawn}"),
            format!("请补充边界，或用 --level 选择边界齐全的级别：{drawn}"),
        ),
    };
    Err(say(
        format!(
            "--contiguous needs a boundary of every area, and {n} of {n_all} areas of the level `{key}` have none: \
             {first}{}; {help_en}",
            if 5 < n { " ..." } else { "" }
        ),
        format!(
            "--contiguous 需要每个区域的边界，“{key}”级 {n_all} 个区域中有 {n} 个没有边界：{first}{}；{help_zh}",
            if 5 < n { "等" } else { "" }
        ),
    ))
}

struct Solved {
    flows: Vec<Flow>,
    site_of: Option<Vec<Option<u32>>>,
    proof: Proof,
}

/// Why there is no answer.
enum NoAnswer {
    Parted(TooMany),
    Whole(NoDistricts),
}

fn parted(task: &Task, keep: Option<&Keep>, stop: &(dyn Fn() -> bool + Sync)) -> Result<Solved, NoAnswer> {
    let stay = keep.map_or_else(|| vec![None; task.demand.len()], |keep| staying(task, &keep.current, keep.share));
    let found = split(&task.offers, &task.demand, &task.capacity, &stay, stop).map_err(NoAnswer::Parted)?;
    Ok(Solved { flows: found.flows, site_of: None, proof: found.proof })
}

fn whole(
    world: &World,
    task: &Task,
    keep: Option<&Keep>,
    (level, problem): (LevelId, Problem),
    stop: &(dyn Fn() -> bool + Sync),
) -> Result<Solved, NoAnswer> {
    let ground = (problem == Problem::Contiguous).then(|| ground(world, task, level));
    let current = keep.map(|keep| (&keep.current.site_of[..], least_to_stay(task, &keep.current, keep.share)));
    let problem = Districts {
        offers: &task.offers,
        demand: &task.demand,
        capacity: &task.capacity,
        ground: ground.as_ref(),
        current,
    };
    let found = districts(&problem, Terms { stop, ..Terms::default() }).map_err(NoAnswer::Whole)?;
    Ok(Solved { flows: found.flows, site_of: Some(found.site_of), proof: found.proof })
}

/// How much of all that is somewhere today must stay there.
fn least_to_stay(task: &Task, current: &Current, share: f64) -> u64 {
    (somewhere(task, current) as f64 * share).ceil() as u64
}

/// How much is somewhere today.
fn somewhere(task: &Task, current: &Current) -> u64 {
    task.demand.iter().zip(&current.site_of).filter(|(_, site)| site.is_some()).map(|(demand, _)| demand).sum()
}

/// Why there is no answer, and whether it is proven that there is none.
fn no_answer(why: &NoAnswer, world: &World, task: &Task, keep: Option<&Keep>) -> (Text, bool) {
    match why {
        NoAnswer::Parted(TooMany::Stopped) | NoAnswer::Whole(NoDistricts::Stopped) => (
            say(
                "time was up before any answer was found: give a longer --time-limit",
                "在时限内未找到任何方案：请延长 --time-limit",
            ),
            false,
        ),
        NoAnswer::Parted(TooMany::Disagrees(fault)) | NoAnswer::Whole(NoDistricts::Disagrees(fault)) => (
            say(
                format!(
                    "this is a mistake of the program: {fault}; nothing was written, please report it with the files"
                ),
                format!("程序错误：{fault}；未写入任何文件，请连同数据一并反馈"),
            ),
            false,
        ),
        NoAnswer::Parted(TooMany::Stay(over)) => {
            let name = |site: u32| plain(&world.facilities[task.sites[site as usize].facility].name);
            let one = |&(site, staying): &(u32, u64)| {
                let capacity = number(persons(task.capacity[site as usize]));
                format!("{} {} > {capacity}", name(site), number(persons(staying)))
            };
            let listed = over.iter().take(8).map(one).collect::<Vec<_>>().join(", ");
            let more = if 8 < over.len() { " ..." } else { "" };
            let n = over.len();
            // The largest share that every facility has room for, rounded down.
            let most = keep.map_or(0.0, |keep| {
                let mut today = vec![0_u64; task.sites.len()];
                for (demand, site) in task.demand.iter().zip(&keep.current.site_of) {
                    site.iter().for_each(|&site| today[site as usize] += demand);
                }
                let shares = today.iter().zip(&task.capacity).filter(|(today, _)| 0 < **today);
                shares.map(|(today, capacity)| *capacity as f64 / *today as f64).fold(1.0, f64::min)
            });
            let most = (most * 1000.0).floor() / 10.0;
            (
                say(
                    format!(
                        "so many cannot stay: at {n} facilities more would stay than they hold: {listed}{more}; give a share \
                         of about {most}% or less, or leave out --keep-current-share"
                    ),
                    format!(
                        "无法按该比例留在原校：{n} 个设施留下的人数将超过容量：{listed}{more}；请将比例降至约 {most}% 或更低，或去掉 --keep-current-share"
                    ),
                ),
                true,
            )
        }
        NoAnswer::Whole(NoDistricts::Stay(most, is_proven)) => {
            let (most, all) = keep.map_or((0.0, 0.0), |keep| (persons(*most), persons(somewhere(task, &keep.current))));
            let (most, all) = (number(most), number(all));
            let (en, zh) = match is_proven {
                true => ("that is proven", "已证明"),
                false => ("in the time given", "在给定时限内"),
            };
            (
                say(
                    format!(
                        "no districts were found in which so many stay, {en}: at most {most} of {all} persons did; give a \
                         smaller --keep-current-share"
                    ),
                    format!(
                        "未找到满足留校比例的划分（{zh}）：{all} 人中最多 {most} 人留在原校；请降低 --keep-current-share"
                    ),
                ),
                *is_proven,
            )
        }
    }
}

/// Why there is nothing to give out.
fn why_not(why: &NoTask, world: &World, aim: &Aim<'_>, arguments: &Arguments) -> Text {
    let (service, capacity) = (&arguments.service, &aim.capacity);
    let group = &world.people.groups[aim.group];
    let asked = conditions(&aim.conditions);
    let (known_en, known_zh) = match world.costs {
        Some(_) => ("lives where the table of costs names a place", "列入出行费用表"),
        None => ("has a place", "带坐标"),
    };
    let such = match world.cost_unit() {
        CostUnit::Metres => "3 km",
        CostUnit::Minutes => "15 min",
    };
    let numbers = || {
        let all = world.facilities.attributes().iter();
        let numbers = all.filter(|(_, column)| matches!(column, Column::Number(_))).map(|(key, _)| key.as_str());
        numbers.collect::<Vec<_>>().join(", ")
    };
    match why {
        NoTask::NoFacility if asked.is_empty() => say(
            format!("there is no facility of the service `{service}`: nobody can be given a place"),
            format!("“{service}”没有任何设施，无法分配"),
        ),
        NoTask::NoFacility => say(
            format!("no facility of the service `{service}` surely meets {asked}: leave conditions out by --where all"),
            format!("没有“{service}”设施确定满足条件 {asked}：可用 --where all 取消条件"),
        ),
        NoTask::NoCapacity { n, negative } => {
            let numbers = numbers();
            let (en, zh) = match negative {
                0 => (String::new(), String::new()),
                negative => (format!(" ({negative} give a negative number)"), format!("（其中 {negative} 个为负数）")),
            };
            say(
                format!(
                    "no capacity is known: none of {n} facilities has a number in `{capacity}`{en}; fill it in, or choose an \
                     attribute by --capacity: {numbers}"
                ),
                format!(
                    "容量未知：{n} 个设施的“{capacity}”均无有效数值{zh}；请填写，或用 --capacity 选择属性：{numbers}"
                ),
            )
        }
        NoTask::AllFull => say(
            format!("every facility whose `{capacity}` is known holds nobody (0): nobody can be given a place"),
            format!("所有已知“{capacity}”的设施容量均为 0，无法分配"),
        ),
        NoTask::NoDemand => say(
            format!("there is no demand: no person of the group `{group}` {known_en}; choose another by --group"),
            format!("没有需求：人群“{group}”没有{known_zh}的人数；可用 --group 选择其他人群"),
        ),
        NoTask::TooManyPairs => say(
            format!(
                "there are too many pairs of a place and a facility (more than {MOST_PAIRS}): give a --limit, such as \
                 --limit \"{such}\""
            ),
            format!("人口点与设施的组合过多（超过 {MOST_PAIRS}）：请给出 --limit，如 --limit \"{such}\""),
        ),
        NoTask::TooManyPersons => say(
            format!("the group `{group}` counts more persons than can be: look into the numbers"),
            format!("人群“{group}”的人数大得不可能：请检查数据"),
        ),
    }
}

/// Who and what is left out.
fn told(world: &World, task: &Task, aim: &Aim<'_>, lang: Lang) {
    let left_out = &task.left_out;
    let has_table = world.costs.is_some();
    let note = |n: usize, en: String, zh: String| {
        if 0 < n {
            tell::note(&lang.pick(format!("note: {en}"), format!("说明：{zh}")));
        }
    };
    let (n, capacity) = (left_out.no_capacity, &aim.capacity);
    let negative = left_out.negative;
    let (of_en, of_zh) = match negative {
        0 => (String::new(), String::new()),
        negative => (format!(" ({negative} negative)"), format!("（其中 {negative} 个为负数）")),
    };
    note(
        n,
        format!("of {n} facilities `{capacity}` is not known{of_en}; they were taken to hold nobody"),
        format!("{n} 个设施的“{capacity}”未知{of_zh}，按不接收任何人处理"),
    );
    let n = left_out.no_place;
    note(
        n,
        match has_table {
            true => format!("the table of costs does not name {n} facilities; nobody reaches them"),
            false => format!("{n} facilities have no place; nobody reaches them"),
        },
        match has_table {
            true => format!("{n} 个设施未列入出行费用表，按无人可达处理"),
            false => format!("{n} 个设施没有坐标，按无人可达处理"),
        },
    );
    let n = left_out.unsure;
    note(
        n,
        format!("of {n} facilities it is not known whether they count; they were taken not to"),
        format!("{n} 个设施因属性缺失无法确定是否计入，按不计处理"),
    );
    let n = left_out.uncounted;
    note(
        n,
        format!("of {n} places it is not known how many live there; they were left out"),
        format!("{n} 个地点人数未知，未计入"),
    );
    if 0.0 < left_out.homeless {
        let n = number(left_out.homeless);
        note(
            1,
            match has_table {
                true => format!(
                    "{n} persons live where the table of costs names no place, or in no area that is given out, and were left out"
                ),
                false => format!("{n} persons have no place, or no area that is given out, and were left out"),
            },
            match has_table {
                true => format!("{n} 人的所在地未列入出行费用表，或不在所划分的区域内，未计入"),
                false => format!("{n} 人没有坐标或不在所划分的区域内，未计入"),
            },
        );
    }
}
