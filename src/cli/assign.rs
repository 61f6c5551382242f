//! `assign`: who is given a place where, no facility beyond its capacity; school districts.

mod aim;
mod reasons;

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use clap::Args;

use self::aim::{Aim, level, limit};
use self::reasons::{boundaries, no_answer, told, why_not};
use super::progress::Progress;
use super::seconds::seconds;
use super::study::{self, default_out};
use super::tell::{self, Stopped};
use crate::allocation::districts::NoDistricts;
use crate::allocation::{Districts, Flow, Proof, Terms, TooMany, districts, split};
use crate::assess::allocation::{Ask, Current, Task, current, ground, share_of, staying, task, travel};
use crate::model::{Lang, LevelId, Text, World};
use crate::read::problem::say;
use crate::report::allocation::{Allocation, FILES, Keep, Problem, Question, conditions};
use crate::report::files;
use crate::report::words::plain;

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
    /// --contiguous of all persons. They are at the facility that says it serves their area, else at the nearest; where its
    /// capacity is not known or it is beyond --limit, they count neither as staying nor in the share, and that is said.
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
    #[arg(long, value_name = "SECONDS", default_value = "60", allow_negative_numbers = true)]
    time_limit: String,
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
        if arguments.level.is_some() && !arguments.whole && !arguments.contiguous {
            return Err(say(
                "--level says which areas are given out as a whole: add --whole or --contiguous",
                "--level 指定整体划分的区域级别：请同时使用 --whole 或 --contiguous",
            ));
        }
        Ok(Self {
            keep: arguments.keep_current_share.as_ref().map(share).transpose()?,
            time: seconds(&arguments.time_limit)?,
        })
    }
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
    share_of(somewhere(task, current), share)
}

/// How much is somewhere today.
fn somewhere(task: &Task, current: &Current) -> u64 {
    task.demand.iter().zip(&current.site_of).filter(|(_, site)| site.is_some()).map(|(demand, _)| demand).sum()
}
