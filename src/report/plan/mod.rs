//! A plan to its outputs: `plan.json` for programs, `plan.csv`, which `whatif` reads, `ladder.csv`, and words.

mod json;
mod table;
mod words;

use std::io::{self, Write};

use crate::model::{AreaId, Lang, World};
use crate::rules::Obligation;
use crate::rules::finding::Of;
use crate::scenario::plan::{Clash, Impossible, NoPlan, Plan, Why};
use crate::scenario::{Edit, Stage};

/// The name and version of the shape of `plan.json`.
pub const FORMAT: &str = "evenreach.plan/1";

/// What was asked, and what came of it.
pub struct Planned<'a> {
    /// The study, in which facilities have the ids that edits name.
    pub world: &'a World,
    /// The study laid out with the scenarios that were chosen from.
    pub stage: &'a Stage,
    /// What each scenario costs.
    pub costs: &'a [f64],
    /// Whether costs were given; else each edit counts 1.
    pub has_costs: bool,
    /// The obligations that were to hold, by position among the findings of the base.
    pub wanted: &'a [usize],
    /// Those that no choice keeps.
    pub impossible: &'a [Impossible],
    /// The plan.
    pub outcome: &'a Result<Plan, NoPlan>,
    /// The files beside those of the study, with SHA-256 in hexadecimal.
    pub inputs: &'a [(String, String)],
    /// How long it took, in seconds.
    pub elapsed: f64,
    /// Of the words.
    pub lang: Lang,
}

impl<'a> Planned<'a> {
    /// The files, by name.
    pub fn files(&self) -> Vec<(String, Vec<u8>)> {
        let file = |name: &str, write: fn(&Self, &mut dyn Write) -> io::Result<()>| {
            let mut bytes = Vec::new();
            write(self, &mut bytes).expect("memory can be written to");
            (name.to_owned(), bytes)
        };
        vec![file("plan.json", json::write), file("plan.csv", table::edits), file("ladder.csv", table::ladder)]
    }

    /// What a planner reads first. `folder` holds the files.
    pub fn summary(&self, folder: &str, look: (bool, usize)) -> String {
        words::summary(self, folder, look)
    }

    fn plan(&self) -> Option<&'a Plan> {
        self.outcome.as_ref().ok()
    }

    /// Those wanted that could hold alone and do not go together; `None` where that is not known.
    fn given_up(&self) -> Option<&'a [usize]> {
        match self.outcome {
            Ok(plan) => Some(&plan.given_up),
            Err(NoPlan::AllGivenUp { given_up, .. }) => Some(given_up),
            Err(NoPlan::NothingToDo | NoPlan::Stopped) => None,
        }
    }

    /// Why they do not.
    fn clashes(&self) -> &'a [Clash] {
        match self.outcome {
            Ok(plan) => &plan.clashes,
            Err(NoPlan::AllGivenUp { clashes, .. }) => clashes,
            Err(NoPlan::NothingToDo | NoPlan::Stopped) => &[],
        }
    }

    /// The obligations that the plan keeps and that are not kept today.
    fn gained(&self) -> Vec<usize> {
        let is_open = |position: &usize| self.stage.base().findings[*position].finding.verdict.is_open();
        self.plan().map_or_else(Vec::new, |plan| plan.held.iter().copied().filter(is_open).collect())
    }

    fn obligation(&self, position: usize) -> &'a Obligation {
        let base = self.stage.base();
        base.obligation(&base.findings[position])
    }

    fn id(&self, position: usize) -> &'a str {
        self.obligation(position).id.get_ref()
    }

    fn name(&self, scenario: usize) -> &'a str {
        &self.stage.scenarios()[scenario].name
    }

    fn edits(&self, scenario: usize) -> &'a [Edit] {
        &self.stage.scenarios()[scenario].edits
    }

    fn area(&self, area: AreaId) -> String {
        let area = &self.world.areas[area];
        format!("{} {}", area.code, area.name)
    }

    fn subject(&self, of: &Of) -> Option<String> {
        match of {
            Of::Area(area) => Some(self.area(*area)),
            // Findings are of the world as it is laid out.
            Of::Facility(facility) => Some(self.stage.world().facilities[*facility].name.clone()),
            Of::Estate(estate) => Some(self.world.estates.rows[*estate].name.clone()),
            Of::Part(part) => Some(part.clone()),
            Of::Whole => None,
        }
    }

    /// Whether of all that no choice keeps it is proven that none can.
    fn is_known(&self) -> bool {
        self.impossible.iter().all(|impossible| impossible.why != Why::NotKnown)
    }

    /// One word for how it ended.
    fn status(&self) -> &'static str {
        match self.outcome {
            Err(NoPlan::NothingToDo) if self.impossible.is_empty() => "nothing-to-do",
            Err(NoPlan::NothingToDo | NoPlan::AllGivenUp { .. }) if self.is_known() => "infeasible",
            Err(NoPlan::NothingToDo | NoPlan::AllGivenUp { .. }) => "not-known",
            Err(NoPlan::Stopped) => "stopped",
            Ok(plan) if !plan.given_up.is_empty() || !self.impossible.is_empty() => "partial",
            Ok(plan) if plan.proven => "optimal",
            Ok(_) => "best-found",
        }
    }
}
