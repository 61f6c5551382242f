//! The search for the sites of a study: which problem it is, and what was found.

use std::collections::HashMap;

use super::Shared;
use super::budget::Budget;
use crate::cli::site::Objective;
use crate::report::siting::Problem;
use crate::scenario::siting::{Need, Serves, Task};
use crate::siting::capacitated::set_cover::Least;
use crate::siting::capacitated::{self, Allowed, Share, Sites, Supplied};
use crate::siting::equitable_median::{Equitable, equitable_median};
use crate::siting::max_cover::max_cover;
use crate::siting::p_center::p_center;
use crate::siting::p_median::p_median;
use crate::siting::set_cover::partial_set_cover;
use crate::siting::{Answer, NoAnswer, Offers, Terms, evaluate};

/// How the sites are searched for.
pub(super) struct Search<'a> {
    pub(super) budget: &'a Budget,
    /// What each site costs.
    pub(super) costs: Option<&'a [f64]>,
    /// Of all persons, as many as are enough.
    pub(super) share: Option<f64>,
    pub(super) stop: &'a (dyn Fn() -> bool + Sync),
}

/// What was found.
pub(super) struct Solved {
    pub(super) outcome: Result<Answer, NoAnswer>,
    /// Who is served where, where persons of a demand point may be split.
    pub(super) shares: Option<Vec<Share>>,
    pub(super) kappa: Option<f64>,
    pub(super) problem: Problem,
    /// New sites that there may be and that nothing needs.
    pub(super) n_idle: usize,
}

/// The sites of a study, those that stand among them.
pub(super) fn solve(task: &Task, need: &Need<'_>, shared: &Shared<'_>, search: &Search<'_>) -> Solved {
    let problem = problem(need.serves, shared.objective);
    let existing: Vec<u32> = (0..task.n_standing() as u32).collect();
    let terms = Terms { existing: &existing, stop: search.stop };
    let case = Case { task, limit: need.serves.limit(), search, terms, is_whole: shared.is_whole };
    let mut kappa = None;
    let has_costs = search.budget.money.is_some() || search.budget.is_cheapest;
    let found = match (shared.objective, task.capacity.is_some() || has_costs) {
        (Some(Objective::Ede), _) => case.equitable(shared.aversion).map(|found| {
            kappa = Some(found.kappa);
            (found.answer, None)
        }),
        (_, true) => case.supplied(problem).map(|Supplied { answer, shares }| (answer, Some(shares))),
        (_, false) => case.open(problem).map(|answer| (answer, None)),
    };
    let (outcome, shares) = match found {
        Ok((answer, shares)) => (Ok(answer), shares),
        Err(why) => (Err(why), None),
    };
    let mut solved = Solved { outcome, shares, kappa, problem, n_idle: 0 };
    if let Ok(answer) = &mut solved.outcome {
        let n_new = |answer: &Answer| answer.chosen.len() - existing.len();
        match (problem, &task.capacity) {
            (Problem::Mclp, None) => {
                solved.n_idle = drop_idle(answer, &task.offers, case.limit);
                // Nobody is split where there is room for all.
                solved.shares = None;
            }
            (_, None) => solved.shares = None,
            // Where money is the limit it may be what leaves some out.
            (Problem::Mclp | Problem::PMedian, Some(_)) if answer.proven && search.budget.money.is_none() => {
                let n_candidates = task.offers.n_sites() - existing.len();
                let asked = search.budget.sites.unwrap_or(0).min(n_candidates);
                solved.n_idle = asked.saturating_sub(n_new(answer));
            }
            _ => {}
        }
        if problem == Problem::Lscp && !search.budget.is_cheapest {
            // What stands today is no site to count.
            let n_standing = existing.len() as f64;
            (answer.objective, answer.bound) = (answer.objective - n_standing, answer.bound - n_standing);
        }
    }
    solved
}

fn problem(serves: Serves, objective: Option<Objective>) -> Problem {
    match (serves, objective) {
        (_, Some(Objective::Fewest | Objective::Cheapest)) => Problem::Lscp,
        (Serves::Within(_), None | Some(Objective::Cover)) | (Serves::Areas(_), _) => Problem::Mclp,
        (_, Some(Objective::Worst)) => Problem::PCenter,
        _ => Problem::PMedian,
    }
}

struct Case<'a> {
    task: &'a Task,
    limit: f64,
    search: &'a Search<'a>,
    terms: Terms<'a>,
    /// Whether all persons of a demand point are served by one site.
    is_whole: bool,
}

impl Case<'_> {
    /// Sites in all, those that stand counted.
    fn p(&self) -> usize {
        let n_sites = self.task.offers.n_sites();
        let new = self.search.budget.sites;
        new.map_or(n_sites, |new| new.saturating_add(self.task.n_standing()).min(n_sites))
    }

    /// Sites that serve all who come, a number of them.
    fn open(&self, problem: Problem) -> Result<Answer, NoAnswer> {
        let (offers, persons, p) = (&self.task.offers, &self.task.persons[..], self.p());
        match problem {
            Problem::Lscp => {
                let share = self.search.share.unwrap_or(1.0);
                partial_set_cover(offers, persons, self.limit, share, self.terms)
            }
            Problem::Mclp => max_cover(offers, persons, self.limit, p, self.terms),
            Problem::PCenter => p_center(offers, persons, p, self.terms),
            _ => p_median(offers, persons, p, self.terms),
        }
    }

    /// Sites that serve only so many, or cost money.
    fn supplied(&self, problem: Problem) -> Result<Supplied, NoAnswer> {
        let (offers, persons, limit, terms) = (&self.task.offers, &self.task.persons[..], self.limit, self.terms);
        let n_sites = offers.n_sites();
        let (unlimited, nothing) = (vec![f64::INFINITY; n_sites], vec![0.0; n_sites]);
        let sites = Sites {
            capacity: self.task.capacity.as_deref().unwrap_or(&unlimited),
            cost: self.search.costs.unwrap_or(&nothing),
        };
        // Without limit of money, too, a budget leaves out sites that nothing needs.
        let money = self.search.budget.money.or((problem != Problem::PCenter).then_some(f64::INFINITY));
        let allowed = Allowed { p: Some(self.p()), budget: money };
        let least = if self.search.budget.is_cheapest { Least::Cost } else { Least::Number };
        let share = self.search.share.unwrap_or(1.0);
        match problem {
            Problem::Lscp if share < 1.0 => {
                capacitated::set_cover::partial(offers, persons, limit, sites, (share, least), terms)
            }
            Problem::Lscp => capacitated::set_cover::set_cover(offers, persons, limit, sites, least, terms),
            Problem::Mclp => capacitated::max_cover::max_cover(offers, persons, limit, sites, allowed, terms),
            Problem::PCenter => capacitated::center::center(offers, persons, sites, allowed, terms),
            _ if self.is_whole => capacitated::whole_median::whole_median(offers, persons, sites, allowed, terms),
            _ => capacitated::median::median(offers, persons, sites, allowed, terms),
        }
    }

    fn equitable(&self, aversion: f64) -> Result<Equitable, NoAnswer> {
        let (offers, persons) = (&self.task.offers, &self.task.persons[..]);
        match (self.search.budget.money, self.search.costs) {
            (Some(budget), Some(cost)) => {
                let allowed = Allowed { p: Some(self.p()), budget: Some(budget) };
                capacitated::equitable_median::equitable_median(offers, persons, aversion, cost, allowed, self.terms)
            }
            _ => equitable_median(offers, persons, self.p(), aversion, self.terms),
        }
    }
}

/// Takes away the sites chosen that serve nobody whom the others do not; how many.
fn drop_idle(answer: &mut Answer, offers: &Offers, limit: f64) -> usize {
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
