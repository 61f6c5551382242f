//! How many new sites there may be, and what they may cost.

use super::{Options, Shared};
use crate::cli::site::Objective;
use crate::model::Text;
use crate::read::problem::say;
use crate::report::words::plain;
use crate::scenario::Scenario;

/// What new sites there may be.
pub(super) struct Budget {
    pub(super) sites: Option<usize>,
    pub(super) money: Option<f64>,
    /// Whether the cheapest sites are asked for.
    pub(super) is_cheapest: bool,
}

impl Budget {
    pub(super) fn check(options: &Options, shared: &Shared<'_>) -> Result<Self, Text> {
        let is_cheapest = shared.objective == Some(Objective::Cheapest);
        let finds_itself = is_cheapest || shared.objective == Some(Objective::Fewest);
        if finds_itself && (options.budget.is_some() || shared.cost.is_some()) {
            let (objective, en, zh) = match is_cheapest {
                true => ("cheapest", "what must be spent", "所需费用"),
                false => ("fewest", "the number of sites", "设施点数量"),
            };
            return Err(say(
                format!("--objective {objective} finds {en} itself: leave out --budget and --cost"),
                format!("--objective {objective} 自行求出{zh}：请去掉 --budget 与 --cost"),
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
        if !finds_itself && options.budget.is_none() && shared.cost.is_none() {
            return Err(say(
                "say how many sites there may be, --budget N, or what they may cost, --cost MONEY; or ask for the fewest: --objective fewest",
                "请用 --budget N 说明数量，或用 --cost 说明费用预算；求最少设施点用 --objective fewest",
            ));
        }
        // So many sites as there can be no candidates are no limit.
        let sites = options.budget.map(|budget| usize::try_from(budget).unwrap_or(usize::MAX - 1));
        Ok(Self { sites, money: shared.cost, is_cheapest })
    }

    /// What each candidate costs; none where one of them does not say and that is not needed.
    pub(super) fn costs(&self, candidates: &[Scenario]) -> Result<Option<Vec<f64>>, Text> {
        let known: Option<Vec<f64>> = candidates.iter().map(Scenario::cost).collect();
        if known.is_some() || (self.money.is_none() && !self.is_cheapest) {
            return Ok(known);
        }
        let lacks = |candidate: &&Scenario| candidate.cost().is_none();
        let (n, all) = (candidates.iter().filter(lacks).count(), candidates.len());
        let first = candidates.iter().find(lacks).map_or_else(String::new, |candidate| plain(&candidate.name));
        let asked = if self.is_cheapest { "--objective cheapest" } else { "--cost" };
        Err(say(
            format!(
                "{asked} needs what each candidate costs, and {n} of {all} do not say, such as `{first}`: give a file of candidates with a column `cost`"
            ),
            format!(
                "{asked} 需要每个候选点的费用，而 {all} 个中有 {n} 个未给出，如“{first}”：请用 --candidates 给出含 cost 列的文件"
            ),
        ))
    }
}
