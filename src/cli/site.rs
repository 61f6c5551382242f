//! `site`: where new sites should go, with proof.

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use clap::Args;

use super::progress::Progress;
use super::site_study;
use super::tell::{self, Stopped};
use crate::model::{Lang, Text};
use crate::read::problem::{At, Problems, say};
use crate::read::siting::{Candidates, Files, read_siting};
use crate::report::files;
use crate::report::siting::{FILES, Problem, Siting};
use crate::report::words::{people, plain};
use crate::siting::backup_cover::backup_cover;
use crate::siting::capacitated::set_cover::{Least, multiple_cover};
use crate::siting::capacitated::{self, Allowed, Share, Sites, Supplied};
use crate::siting::equitable_median::equitable_median;
use crate::siting::max_cover::max_cover;
use crate::siting::p_center::p_center;
use crate::siting::p_median::p_median;
use crate::siting::set_cover::{partial_set_cover, set_cover};
use crate::siting::{Answer, NoAnswer, Terms};

/// Choose sites from candidates, with a proof of how good the choice is.
///
/// With STUDY, for an obligation or a service of it (--for): --budget new sites among the candidates, or as many as --cost
/// pays for, beside all facilities that stand. By default as many persons as can be get what the obligation asks for;
/// with a service, or with --objective, the cost to the nearest facility is made least; --objective fewest asks for the
/// fewest sites that keep the obligation. The sites chosen are then judged in the study like
/// any scenario: whatif.json, whatif.csv and scenario-01.geojson say what they change.
///
/// Sites serve all who come, unless --capacity says how many: then the persons of one demand point may be split between
/// sites, and not all are served by the nearest.
///
/// Without a study takes a table of costs with the columns from (a demand point), to (a candidate site) and cost, in
/// any one unit, and a table of demand with the columns id and persons; both in any format that a study may use. A pair
/// that the table does not have cannot serve. Writes site.json (problem, objective, bound, gap, proven, chosen) and
/// assignment.csv (who is served where), and says the answer in words. An answer is called proven only if no other
/// choice can be better; each is measured again from the table before it is given out.
///
/// Exit codes: 0 there is an answer; 1 it is proven that no choice serves everyone who must be served; 2 it could not
/// run.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  evenreach site geodata/jinpu --for dis.rehab --budget 3
  evenreach site geodata/jinpu --for kindergarten --budget 5 --group children-3-5 --objective ede
  evenreach site geodata/jinpu --for rehabilitation --budget 2 --candidates grid --spacing \"500 m\"
  evenreach site --table od.csv --demand demand.csv --problem p-median --p 5
  evenreach site --table od.csv --demand demand.csv --problem p-median --p 5 --objective ede
  evenreach site --table od.csv --demand demand.csv --problem mclp --p 4 --limit 30
  evenreach site --table od.csv --demand demand.csv --problem lscp --limit 30 --share 90%
  evenreach site --table od.xlsx --demand people.xlsx --problem p-center --p 8 --existing schools.csv
  evenreach site --table od.csv --demand demand.csv --problem lscp-b --limit 30 --out out/backup
  evenreach site --table od.csv --demand demand.csv --problem p-median --p 5 --capacity seats.csv
  evenreach site --table od.csv --demand demand.csv --problem mclp --limit 30 --costs prices.csv --cost 120
  evenreach site --table od.csv --demand demand.csv --problem lscp --limit 30 --times 2
  evenreach site geodata/jinpu --for dis.rehab --objective fewest")]
pub(super) struct Arguments {
    /// The folder that holds study.toml, or an OpenStreetMap extract (.osm.pbf).
    #[arg(value_name = "STUDY", required_unless_present = "table", conflicts_with_all = ["table", "demand", "problem", "p", "existing", "share", "capacity", "costs", "times"])]
    study: Option<PathBuf>,
    #[command(flatten)]
    of_study: site_study::Options,
    /// The costs: a file with the columns from, to, cost; one sheet of it: FILE!SHEET.
    #[arg(long, value_name = "FILE", requires_all = ["demand", "problem"], help_heading = "Sites on a table of costs")]
    table: Option<String>,
    /// The demand points: a file with the columns id, persons.
    #[arg(long, value_name = "FILE", requires = "table", help_heading = "Sites on a table of costs")]
    demand: Option<String>,
    /// What is asked for.
    #[arg(long, value_enum, requires = "table", help_heading = "Sites on a table of costs")]
    problem: Option<Problem>,
    /// How many sites there are in all, the existing ones counted; for p-median, p-center and mclp.
    #[arg(long, value_name = "N", allow_negative_numbers = true, help_heading = "Sites on a table of costs")]
    p: Option<i64>,
    /// What p-median minimises: the cost of all persons in sum, or its Kolm-Pollak equivalent, which counts inequality.
    /// For a study also the cost of whoever is served worst, the persons served within --limit, or the fewest
    /// sites that keep the obligation.
    #[arg(long, value_enum, help_heading = "Both")]
    objective: Option<Objective>,
    /// How much --objective ede minds inequality: 1 is usual, near 0 only the mean counts.
    #[arg(long, value_name = "NUMBER", default_value_t = 1.0, allow_negative_numbers = true, help_heading = "Both")]
    aversion: f64,
    /// The dearest cost at which a site serves, counted in: in the unit of the table, where lscp, lscp-b and mclp need it; for
    /// a study in metres, or in minutes where its own table of costs is in minutes.
    #[arg(long, value_name = "COST", allow_negative_numbers = true, help_heading = "Both")]
    limit: Option<f64>,
    /// The share of all persons that is enough for lscp, such as 90%.
    #[arg(long, value_name = "PERCENT", help_heading = "Sites on a table of costs")]
    share: Option<String>,
    /// Sites that are there already and stay, by the column id: they count among the sites of --p.
    #[arg(long, value_name = "FILE", help_heading = "Sites on a table of costs")]
    existing: Option<String>,
    /// How many persons each site can serve: a file with the columns id, capacity, a row for each candidate. The persons of
    /// a demand point may be split between sites.
    #[arg(long, value_name = "FILE", help_heading = "Sites on a table of costs")]
    capacity: Option<String>,
    /// What each site costs to open: a file with the columns id, cost. With it lscp asks for the cheapest sites; those that
    /// are there already cost nothing.
    #[arg(long, value_name = "FILE", help_heading = "Sites on a table of costs")]
    costs: Option<String>,
    /// How many sites each demand point must have within the limit, for lscp.
    #[arg(long, value_name = "K", allow_negative_numbers = true, help_heading = "Sites on a table of costs")]
    times: Option<i64>,
    /// What the new sites may cost together, beside or instead of their number: by --costs, or for a study by the column
    /// `cost` of the candidates.
    #[arg(long, value_name = "MONEY", allow_negative_numbers = true, help_heading = "Both")]
    cost: Option<f64>,
    /// Seconds after which the best choice found is given, with the bound reached.
    #[arg(long, value_name = "SECONDS", default_value_t = 60.0, allow_negative_numbers = true, help_heading = "Both")]
    time_limit: f64,
    /// The folder for the files; by default out/site, or out/NAME-site for a study.
    #[arg(long, value_name = "DIR", help_heading = "Both")]
    out: Option<PathBuf>,
}

/// What a p-median minimises.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum Objective {
    /// The mean cost of all persons
    Mean,
    /// The equally-distributed equivalent of Kolm and Pollak
    Ede,
    /// The cost of whoever is served worst
    Worst,
    /// The persons served within the limit
    Cover,
    /// The fewest sites that keep the obligation
    Fewest,
}

pub(super) fn run(arguments: &Arguments, lang: Lang) -> Result<ExitCode, Stopped> {
    if let Some(study) = &arguments.study {
        let shared = site_study::Shared {
            objective: arguments.objective,
            aversion: arguments.aversion,
            limit: arguments.limit,
            cost: arguments.cost,
            time_limit: arguments.time_limit,
            out: arguments.out.as_deref(),
        };
        return site_study::run(study, &arguments.of_study, &shared, lang);
    }
    // The command line asks for these where there is no study.
    let (Some(table), Some(demand), Some(problem)) = (&arguments.table, &arguments.demand, arguments.problem) else {
        return Err(tell::stop(
            &say("give a study, or --table, --demand and --problem", "请给出研究，或 --table、--demand 与 --problem"),
            lang,
        ));
    };
    let out = arguments.out.clone().unwrap_or_else(|| PathBuf::from("out/site"));
    let progress = Progress::new(3);
    let mut problems = Problems::default();
    progress.step(table);
    let files = Files {
        table,
        demand,
        existing: arguments.existing.as_deref(),
        capacity: arguments.capacity.as_deref(),
        costs: arguments.costs.as_deref(),
    };
    let asked = Asked::check(arguments, problem, &mut problems);
    let limit = arguments.limit.filter(|limit| 0.0 <= *limit);
    let found = read_siting(files, limit, &mut problems);
    if let Some(found) = &found {
        check_p(arguments, found, &mut problems);
    }
    let Some((found, asked)) = found.zip(asked).filter(|_| !problems.has_errors()) else {
        progress.done();
        tell::problems(&problems, lang);
        return Err(tell::stop(&say("nothing was solved, nothing was written", "未求解，未写入任何文件"), lang));
    };
    progress.step(problem.words(lang));
    let begin = Instant::now();
    let stop = || asked.time <= begin.elapsed();
    let Found { outcome, shares, kappa } = solve(&found, &asked, Terms { existing: &found.existing, stop: &stop });
    let siting = Siting {
        problem: asked.problem,
        p: asked.p,
        limit: asked.limit,
        budget: asked.budget,
        times: asked.times,
        kappa,
        share: asked.share,
        demands: &found.demands,
        persons: &found.persons,
        people: people(None),
        sites: &found.sites,
        existing: &found.existing,
        has_stand_in: false,
        capacity: found.capacity.as_deref(),
        costs: found.costs.as_deref(),
        is_cheapest: asked.least() == Least::Cost,
        inputs: &found.files,
        outcome: &outcome,
        shares: shares.as_deref(),
        elapsed_s: begin.elapsed().as_secs_f64(),
    };
    if let (Some(why), Err(NoAnswer::Stopped | NoAnswer::Disagrees { .. })) = (siting.refusal(), &outcome) {
        progress.done();
        return Err(tell::stop(&why, lang));
    }
    progress.step(lang.pick("outputs", "写出结果"));
    let written = files::write(&out, &siting.files());
    progress.done();
    written.map_err(|problem| tell::stop(&problem.text(), lang))?;
    tell::problems(&problems, lang);
    let folder = plain(&out.display().to_string());
    if let Some(why) = siting.refusal() {
        // It ran, and this is what it found.
        let _: Stopped = tell::stop(&why, lang);
        tell::result(&written_to(&folder, lang));
        return Ok(ExitCode::from(NO_CHOICE));
    }
    tell::result(&siting.summary(lang));
    tell::result(&written_to(&folder, lang));
    Ok(ExitCode::SUCCESS)
}

/// The exit code where no choice does what is asked.
const NO_CHOICE: u8 = 1;

fn written_to(folder: &str, lang: Lang) -> String {
    let names = FILES.join(lang.pick(", ", "、"));
    lang.pick(format!("  files      {folder}: {names}\n"), format!("  文件：{folder}：{names}\n"))
}

/// What the arguments ask for, checked.
struct Asked {
    problem: Problem,
    p: Option<usize>,
    limit: Option<f64>,
    share: Option<f64>,
    /// To inequality, where the equivalent of cost is asked for.
    aversion: Option<f64>,
    budget: Option<f64>,
    times: Option<u32>,
    has_costs: bool,
    time: Duration,
}

impl Asked {
    fn check(arguments: &Arguments, problem: Problem, problems: &mut Problems) -> Option<Self> {
        let mut wrong = |argument: &str, what: Text, help: Text| {
            problems.error("argument", argument, At::File, what, help);
        };
        let key = problem.key();
        let (needs_p, needs_limit) = match problem {
            Problem::PMedian | Problem::PCenter => (true, false),
            Problem::Lscp | Problem::LscpB => (false, true),
            Problem::Mclp => (true, true),
        };
        if needs_p && arguments.p.is_none() && arguments.cost.is_none() {
            let what = say(format!("{key} needs the number of sites"), format!("{key} 需要设施点数量"));
            let help = say(
                "give --p, such as --p 5, or a budget by --costs and --cost",
                "请给出 --p，如 --p 5，或用 --costs 与 --cost 给出预算",
            );
            wrong("--p", what, help);
        } else if !needs_p && arguments.p.is_some() {
            let what = say(format!("{key} finds the number of sites itself"), format!("{key} 自行求出设施点数量"));
            wrong("--p", what, say("leave out --p, or ask for mclp", "请去掉 --p，或改用 mclp"));
        }
        match arguments.limit {
            None if needs_limit => wrong(
                "--limit",
                say(
                    format!("{key} needs the dearest cost at which a site serves"),
                    format!("{key} 需要服务的最大成本"),
                ),
                say(
                    "give --limit, in the unit of the table, such as --limit 30",
                    "请给出 --limit，单位与费用表一致，如 --limit 30",
                ),
            ),
            Some(limit) if !limit.is_finite() || limit < 0.0 => wrong(
                "--limit",
                say(format!("{limit} is no cost"), format!("{limit} 不是有效的成本")),
                say("give a number, 0 or more", "请填写不小于 0 的数字"),
            ),
            _ => {}
        }
        let share = arguments.share.as_deref().map(|text| (text, percent(text)));
        match share {
            Some((text, None)) => wrong(
                "--share",
                say(format!("`{text}` is no share"), format!("“{text}”不是有效的比例")),
                say("write it in per cent, from 0% to 100%, such as 90%", "请以百分数填写，0% 至 100%，如 90%"),
            ),
            Some(_) if problem != Problem::Lscp => wrong(
                "--share",
                say(format!("{key} serves no share"), format!("{key} 不支持 --share")),
                say("leave out --share, or ask for lscp", "请去掉 --share，或改用 lscp"),
            ),
            _ => {}
        }
        let is_equitable = arguments.objective == Some(Objective::Ede);
        if matches!(arguments.objective, Some(Objective::Worst | Objective::Cover | Objective::Fewest)) {
            wrong(
                "--objective",
                say("a table is asked for a problem", "费用表请用 --problem 指定目标"),
                say("ask for p-center, mclp or lscp instead", "请改用 p-center、mclp 或 lscp"),
            );
        }
        if is_equitable && problem != Problem::PMedian {
            wrong(
                "--objective",
                say(
                    format!("ede is an objective of p-median, not of {key}"),
                    format!("ede 是 p-median 的目标，不适用于 {key}"),
                ),
                say("leave out --objective, or ask for p-median", "请去掉 --objective，或改用 p-median"),
            );
        }
        if !arguments.aversion.is_finite() || arguments.aversion <= 0.0 {
            wrong(
                "--aversion",
                say(
                    format!("{} is no aversion", arguments.aversion),
                    format!("{} 不是有效的厌恶系数", arguments.aversion),
                ),
                say("give a number more than 0, such as 1", "请填写大于 0 的数，如 1"),
            );
        }
        for (argument, what, help) in clashes(arguments, problem) {
            wrong(argument, what, help);
        }
        let time = Duration::try_from_secs_f64(arguments.time_limit).ok().filter(|time| !time.is_zero());
        if time.is_none() {
            let what =
                say(format!("{} is no time", arguments.time_limit), format!("{} 不是有效的时限", arguments.time_limit));
            wrong("--time-limit", what, say("give seconds, more than 0", "请填写大于 0 的秒数"));
        }
        Some(Self {
            problem,
            p: arguments.p.and_then(|p| usize::try_from(p).ok()),
            limit: arguments.limit,
            share: share.and_then(|(_, share)| share),
            aversion: is_equitable.then_some(arguments.aversion),
            budget: arguments.cost,
            times: arguments.times.and_then(|times| u32::try_from(times).ok()),
            has_costs: arguments.costs.is_some(),
            time: time?,
        })
    }
}

/// What is asked together and cannot be: the argument, what is wrong, and what would be right.
fn clashes(arguments: &Arguments, problem: Problem) -> Vec<(&'static str, Text, Text)> {
    let key = problem.key();
    let mut all = Vec::new();
    let has_supply = arguments.capacity.is_some() || arguments.costs.is_some() || arguments.cost.is_some();
    if has_supply && arguments.objective == Some(Objective::Ede) {
        all.push((
            "--objective",
            say("ede takes neither capacities nor costs of sites", "ede 不支持容量与建设费用"),
            say(
                "leave out --objective, or --capacity, --costs and --cost",
                "请去掉 --objective，或去掉 --capacity、--costs 与 --cost",
            ),
        ));
    }
    if let Some(cost) = arguments.cost {
        if !cost.is_finite() || cost <= 0.0 {
            all.push((
                "--cost",
                say(format!("{cost} is no budget: it opens nothing"), format!("{cost} 不是有效的预算")),
                say("give a number more than 0, in the unit of --costs", "请填写大于 0 的数，单位与 --costs 一致"),
            ));
        }
        if arguments.costs.is_none() {
            all.push((
                "--cost",
                say("what the sites cost is not known", "未给出设施点费用"),
                say("give --costs, a file with the columns id, cost", "请用 --costs 给出含 id、cost 列的文件"),
            ));
        }
        if matches!(problem, Problem::Lscp | Problem::LscpB) {
            all.push((
                "--cost",
                say(format!("{key} finds itself what must be spent"), format!("{key} 自行求出所需费用")),
                say("leave out --cost, or ask for mclp", "请去掉 --cost，或改用 mclp"),
            ));
        }
    }
    if arguments.costs.is_some() && problem == Problem::LscpB {
        all.push((
            "--costs",
            say("lscp-b asks for the fewest sites, whatever they cost", "lscp-b 求最少设施点，不计费用"),
            say("leave out --costs, or ask for lscp", "请去掉 --costs，或改用 lscp"),
        ));
    }
    if arguments.costs.is_some() && arguments.share.is_some() {
        all.push((
            "--share",
            say("the cheapest sites for a share are not computed", "尚不支持按比例求最低费用"),
            say(
                "leave out --costs for the fewest sites, or ask mclp what a budget serves",
                "请去掉 --costs 求最少设施点，或用 mclp 计算预算可服务的人数",
            ),
        ));
    }
    if let Some(times) = arguments.times {
        if problem != Problem::Lscp {
            all.push((
                "--times",
                say(format!("{key} serves nobody several times"), format!("{key} 不支持 --times")),
                say("leave out --times, or ask for lscp", "请去掉 --times，或改用 lscp"),
            ));
        }
        if !(1..=1_000_000).contains(&times) {
            all.push((
                "--times",
                say(format!("{times} is no number of sites"), format!("{times} 不是有效的次数")),
                say("give 1 or more", "请填写不小于 1 的整数"),
            ));
        }
        if arguments.capacity.is_some() || arguments.share.is_some() {
            all.push((
                "--times",
                say("several times takes neither capacities nor a share", "多重覆盖不支持容量与比例"),
                say("leave out --capacity and --share, or --times", "请去掉 --capacity 与 --share，或去掉 --times"),
            ));
        }
    }
    all
}

/// A share written in per cent.
fn percent(text: &str) -> Option<f64> {
    let number = crate::read::number(text.trim().trim_end_matches(['%', '％']))?;
    let is_percent = text.trim().ends_with(['%', '％']);
    (is_percent && (0.0..=100.0).contains(&number)).then_some(number / 100.0)
}

/// Whether there are as many sites as are asked for.
fn check_p(arguments: &Arguments, found: &Candidates, problems: &mut Problems) {
    let Some(p) = arguments.p else { return };
    let (n_sites, n_existing) = (found.sites.len(), found.existing.len());
    let (what, help) = if p < 1 {
        (
            say(format!("{p} sites can serve nobody"), format!("{p} 个设施点无法服务任何人")),
            say("give 1 or more", "请填写不小于 1 的整数"),
        )
    } else if n_sites < p as usize {
        (
            say(
                format!("{p} sites are asked for, and the table has {n_sites} candidates"),
                format!("要求 {p} 个设施点，而费用表只有 {n_sites} 个候选点"),
            ),
            say(
                format!("give {n_sites} or fewer, or add candidates"),
                format!("请填写不大于 {n_sites} 的数，或增加候选点"),
            ),
        )
    } else if (p as usize) < n_existing {
        (
            say(
                format!("{p} sites are asked for, and {n_existing} are there already"),
                format!("要求 {p} 个设施点，而现有设施已有 {n_existing} 个"),
            ),
            say("existing sites count: give at least as many", "现有设施计入总数：请填写不少于该数的值"),
        )
    } else {
        return;
    };
    problems.error("argument", "--p", At::File, what, help);
}

/// What a search has found.
struct Found {
    outcome: Result<Answer, NoAnswer>,
    /// Who is served where, where persons of a demand point may be split.
    shares: Option<Vec<Share>>,
    /// Of an equitable answer.
    kappa: Option<f64>,
}

impl Found {
    fn plain(outcome: Result<Answer, NoAnswer>) -> Self {
        Self { outcome, shares: None, kappa: None }
    }

    fn supplied(found: Result<Supplied, NoAnswer>) -> Self {
        match found {
            Ok(Supplied { answer, shares }) => Self { outcome: Ok(answer), shares: Some(shares), kappa: None },
            Err(why) => Self::plain(Err(why)),
        }
    }
}

impl Asked {
    /// What lscp is to have the least of.
    fn least(&self) -> Least {
        if self.has_costs && self.problem == Problem::Lscp { Least::Cost } else { Least::Number }
    }
}

fn solve(found: &Candidates, asked: &Asked, terms: Terms<'_>) -> Found {
    if found.capacity.is_some() || asked.budget.is_some() || asked.times.is_some() || asked.least() == Least::Cost {
        return solve_supply(found, asked, terms);
    }
    let (offers, persons) = (&found.offers, &found.persons[..]);
    let (p, limit) = (asked.p.unwrap_or(0), asked.limit.unwrap_or(f64::INFINITY));
    Found::plain(match (asked.problem, asked.share, asked.aversion) {
        (Problem::PMedian, _, Some(aversion)) => match equitable_median(offers, persons, p, aversion, terms) {
            Ok(found) => return Found { outcome: Ok(found.answer), shares: None, kappa: Some(found.kappa) },
            Err(why) => Err(why),
        },
        (Problem::PMedian, ..) => p_median(offers, persons, p, terms),
        (Problem::PCenter, ..) => p_center(offers, persons, p, terms),
        (Problem::Lscp, Some(share), _) => partial_set_cover(offers, persons, limit, share, terms),
        (Problem::Lscp, ..) => set_cover(offers, limit, terms),
        (Problem::LscpB, ..) => backup_cover(offers, limit, terms),
        (Problem::Mclp, ..) => max_cover(offers, persons, limit, p, terms),
    })
}

/// As [`solve`], where sites hold only so much or cost something.
fn solve_supply(found: &Candidates, asked: &Asked, terms: Terms<'_>) -> Found {
    let (offers, persons) = (&found.offers, &found.persons[..]);
    let limit = asked.limit.unwrap_or(f64::INFINITY);
    let (unlimited, nothing) = (vec![f64::INFINITY; offers.n_sites()], vec![0.0; offers.n_sites()]);
    let sites = Sites {
        capacity: found.capacity.as_deref().unwrap_or(&unlimited),
        cost: found.costs.as_deref().unwrap_or(&nothing),
    };
    let allowed = Allowed { p: asked.p, budget: asked.budget };
    Found::supplied(match asked.problem {
        Problem::PMedian => capacitated::median::median(offers, persons, sites, allowed, terms),
        Problem::PCenter => capacitated::center::center(offers, persons, sites, allowed, terms),
        Problem::Mclp => capacitated::max_cover::max_cover(offers, persons, limit, sites, allowed, terms),
        Problem::LscpB => capacitated::backup_cover::backup_cover(offers, persons, limit, sites, terms),
        Problem::Lscp => match (asked.times, asked.share) {
            (Some(times), _) => {
                let costs = (sites.cost, asked.least());
                return Found::plain(multiple_cover(offers, limit, times, costs, terms));
            }
            (_, Some(share)) => capacitated::set_cover::partial(offers, persons, limit, sites, share, terms),
            _ => capacitated::set_cover::set_cover(offers, persons, limit, sites, asked.least(), terms),
        },
    })
}
