//! `site --table`: the classic siting problems on a bare table of costs.

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Instant;

use super::asked::{Asked, check_p};
use super::{Arguments, NO_CHOICE};
use crate::cli::progress::Progress;
use crate::cli::tell::{self, Stopped};
use crate::model::Lang;
use crate::read::problem::{Problems, say};
use crate::read::siting::{Candidates, Files, read_siting};
use crate::report::files;
use crate::report::siting::{FILES, Problem, Siting, Standing};
use crate::report::words::{people, plain};
use crate::siting::backup_cover::backup_cover;
use crate::siting::capacitated::backup_cover::cheapest_backup_cover;
use crate::siting::capacitated::multiple_cover::{capacitated_multiple_cover, multiple_cover};
use crate::siting::capacitated::set_cover::Least;
use crate::siting::capacitated::{self, Allowed, Share, Sites, Supplied};
use crate::siting::equitable_median::{Equitable, equitable_median};
use crate::siting::max_cover::max_cover;
use crate::siting::p_center::p_center;
use crate::siting::p_median::p_median;
use crate::siting::set_cover::{partial_set_cover, set_cover};
use crate::siting::{Answer, NoAnswer, Terms};

pub(super) fn run(arguments: &Arguments, lang: Lang) -> Result<ExitCode, Stopped> {
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
        is_limit_free: true,
        cost_unit: None,
        budget: asked.budget,
        times: asked.times,
        kappa,
        share: asked.share,
        demands: &found.demands,
        persons: &found.persons,
        people: people(None),
        sites: &found.sites,
        existing: &found.existing,
        standing: Standing::Counted,
        capacity: found.capacity.as_deref(),
        costs: found.costs.as_deref(),
        is_whole: asked.is_whole,
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

fn written_to(folder: &str, lang: Lang) -> String {
    let names = FILES.join(lang.pick(", ", "、"));
    lang.pick(format!("  files      {folder}: {names}\n"), format!("  文件：{folder}：{names}\n"))
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

    fn equitable(found: Result<Equitable, NoAnswer>) -> Self {
        match found {
            Ok(found) => Self { outcome: Ok(found.answer), shares: None, kappa: Some(found.kappa) },
            Err(why) => Self::plain(Err(why)),
        }
    }

    fn supplied(found: Result<Supplied, NoAnswer>) -> Self {
        match found {
            Ok(Supplied { answer, shares }) => Self { outcome: Ok(answer), shares: Some(shares), kappa: None },
            Err(why) => Self::plain(Err(why)),
        }
    }
}

fn solve(found: &Candidates, asked: &Asked, terms: Terms<'_>) -> Found {
    if found.capacity.is_some() || asked.budget.is_some() || asked.times.is_some() || asked.least() == Least::Cost {
        return solve_supply(found, asked, terms);
    }
    let (offers, persons) = (&found.offers, &found.persons[..]);
    let (p, limit) = (asked.p.unwrap_or(0), asked.limit.unwrap_or(f64::INFINITY));
    Found::plain(match (asked.problem, asked.share, asked.aversion) {
        (Problem::PMedian, _, Some(aversion)) => {
            return Found::equitable(equitable_median(offers, persons, p, aversion, terms));
        }
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
    let (least, allowed) = (asked.least(), Allowed { p: asked.p, budget: asked.budget });
    Found::supplied(match (asked.problem, asked.times, asked.share) {
        (Problem::PMedian, ..) => match asked.aversion {
            Some(aversion) => {
                let found = capacitated::equitable_median::equitable_median;
                return Found::equitable(found(offers, persons, aversion, sites.cost, allowed, terms));
            }
            None if asked.is_whole => capacitated::whole_median::whole_median(offers, persons, sites, allowed, terms),
            None => capacitated::median::median(offers, persons, sites, allowed, terms),
        },
        (Problem::PCenter, ..) => capacitated::center::center(offers, persons, sites, allowed, terms),
        (Problem::Mclp, ..) => capacitated::max_cover::max_cover(offers, persons, limit, sites, allowed, terms),
        (Problem::LscpB, ..) if found.capacity.is_none() => {
            return Found::plain(cheapest_backup_cover(offers, limit, sites.cost, terms));
        }
        (Problem::LscpB, ..) => capacitated::backup_cover::backup_cover(offers, persons, limit, sites, least, terms),
        (Problem::Lscp, Some(times), _) if found.capacity.is_none() => {
            return Found::plain(multiple_cover(offers, limit, times, (sites.cost, least), terms));
        }
        (Problem::Lscp, Some(times), _) => {
            capacitated_multiple_cover(offers, persons, limit, times, sites, least, terms)
        }
        (Problem::Lscp, None, Some(share)) => {
            capacitated::set_cover::partial(offers, persons, limit, sites, (share, least), terms)
        }
        (Problem::Lscp, None, None) => capacitated::set_cover::set_cover(offers, persons, limit, sites, least, terms),
    })
}
