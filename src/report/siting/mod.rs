//! A siting problem to its outputs: `site.json` for programs, `assignment.csv` for everyone, and words.

mod words;

use serde_json::{Value, json};

use super::csv::safe;
use super::words::number::cell;
use crate::model::Text;
use crate::siting::{Answer, NoAnswer, evaluate};

/// The name and version of the shape of `site.json`.
pub const FORMAT: &str = "evenreach.site/1";
/// The names of the files.
pub const FILES: [&str; 2] = ["site.json", "assignment.csv"];

/// What was asked, of what, and what came of it.
#[derive(Clone, Debug)]
pub struct Siting<'a> {
    /// Which problem.
    pub problem: Problem,
    /// Sites in all, where the problem asks for that.
    pub p: Option<usize>,
    /// The dearest cost at which a site serves.
    pub limit: Option<f64>,
    /// Of the equitable p-median.
    pub kappa: Option<f64>,
    /// Of all persons, where fewer than everyone are to be served.
    pub share: Option<f64>,
    /// The ids of the demand points, by position.
    pub demands: &'a [String],
    /// Persons at each, or what stands for them.
    pub persons: &'a [f64],
    /// What these are called.
    pub people: Text,
    /// The ids of the candidate sites, by position.
    pub sites: &'a [String],
    /// Those that are there already, by position.
    pub existing: &'a [u32],
    /// Whether the first site stands for all that there are.
    pub has_stand_in: bool,
    /// The files it was read from, with SHA-256 in hexadecimal.
    pub inputs: &'a [(String, String)],
    /// What was found, or the proof that there is nothing to find.
    pub outcome: &'a Result<Answer, NoAnswer>,
    /// Seconds that the search took.
    pub elapsed_s: f64,
}

/// A siting problem, by the name it has in the field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Problem {
    /// p sites with the least cost over all persons
    PMedian,
    /// p sites with the least cost for whoever is served worst
    PCenter,
    /// the fewest sites that serve everyone, or a share, within the limit
    Lscp,
    /// as lscp, and of those the choice that serves most demand points twice
    LscpB,
    /// p sites that serve the most persons within the limit
    Mclp,
}

impl Problem {
    /// As it is written on the command line and in `site.json`.
    pub fn key(self) -> &'static str {
        match self {
            Self::PMedian => "p-median",
            Self::PCenter => "p-center",
            Self::Lscp => "lscp",
            Self::LscpB => "lscp-b",
            Self::Mclp => "mclp",
        }
    }

    /// What its objective is counted in.
    fn unit(self) -> &'static str {
        match self {
            Self::PMedian => "persons x cost",
            Self::PCenter => "cost",
            Self::Lscp => "sites",
            Self::LscpB => "demand points served twice",
            Self::Mclp => "persons served",
        }
    }
}

/// What follows from an assignment.
struct Served {
    persons: f64,
    /// Of persons served; none where there are none.
    mean_cost: Option<f64>,
    worst_cost: Option<f64>,
}

impl<'a> Siting<'a> {
    /// The files, by name.
    pub fn files(&self) -> [(String, Vec<u8>); 2] {
        let [json, csv] = FILES.map(str::to_owned);
        [(json, self.json()), (csv, self.csv())]
    }

    fn answer(&self) -> Option<&'a Answer> {
        self.outcome.as_ref().ok()
    }

    fn served(&self, answer: &Answer) -> Served {
        let persons = evaluate::persons_served(&answer.assignment, self.persons);
        let links =
            || answer.assignment.iter().zip(self.persons).filter_map(|(link, n)| link.map(|(_, cost)| (cost, n)));
        let total: f64 = links().map(|(cost, persons)| cost * persons).sum();
        Served {
            persons,
            mean_cost: (0.0 < persons).then(|| total / persons),
            worst_cost: links().map(|(cost, _)| cost).max_by(f64::total_cmp),
        }
    }

    /// The demand points that no site serves, by position.
    fn unserved(&self) -> Vec<u32> {
        match self.outcome {
            Ok(answer) => evaluate::unserved(&answer.assignment),
            Err(NoAnswer::Unreachable { demands }) => demands.clone(),
            Err(NoAnswer::TooFew { unserved, .. }) => unserved.clone(),
            Err(NoAnswer::Stopped | NoAnswer::Disagrees { .. }) => Vec::new(),
        }
    }

    fn ids(all: &[String], positions: &[u32]) -> Vec<String> {
        positions.iter().map(|&at| all[at as usize].clone()).collect()
    }

    fn json(&self) -> Vec<u8> {
        let answer = self.answer();
        let served = answer.map(|answer| self.served(answer));
        let proven = match self.outcome {
            Ok(answer) => answer.proven,
            Err(why) => matches!(why, NoAnswer::Unreachable { .. } | NoAnswer::TooFew { .. }),
        };
        let status = match (answer, proven) {
            (Some(_), true) => "optimal",
            (Some(_), false) => "best-found",
            (None, _) => "infeasible",
        };
        let at_least = match self.outcome {
            Err(NoAnswer::TooFew { at_least, .. }) if *at_least < usize::MAX => Some(*at_least),
            _ => None,
        };
        let inputs: Vec<Value> =
            self.inputs.iter().map(|(file, sha256)| json!({ "file": file, "sha256": sha256 })).collect();
        let document = json!({
            "format": FORMAT,
            "problem": self.problem.key(),
            "p": self.p,
            "limit": self.limit,
            "share": self.share,
            "status": status,
            "objective": answer.map(|answer| answer.objective),
            "objective_unit": if self.kappa.is_some() {
                "cost, Kolm-Pollak EDE".to_owned()
            } else {
                self.problem.unit().replace("persons", &self.people.en)
            },
            "kappa": self.kappa,
            "bound": answer.map(|answer| answer.bound),
            "gap": answer.map(Answer::gap),
            "proven": proven,
            "chosen": answer.map_or_else(Vec::new, |answer| Self::ids(self.sites, &answer.chosen)),
            "existing": Self::ids(self.sites, self.existing),
            "sites_needed_at_least": at_least,
            "persons": self.persons.iter().sum::<f64>(),
            "persons_served": served.as_ref().map(|served| served.persons),
            "mean_cost": served.as_ref().and_then(|served| served.mean_cost),
            "worst_cost": served.as_ref().and_then(|served| served.worst_cost),
            "unserved": Self::ids(self.demands, &self.unserved()),
            "elapsed_s": self.elapsed_s,
            "inputs": inputs,
        });
        let mut bytes = Vec::new();
        super::json::pretty(&document, &mut bytes).expect("memory can be written to");
        bytes
    }

    /// One row a demand point: who is served where at what cost; where nobody serves it, the last two are empty.
    fn csv(&self) -> Vec<u8> {
        let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::new());
        let memory = "memory can be written to";
        writer.write_record(["from", "persons", "to", "cost"]).expect(memory);
        // An id that is a number is shown as it is, else nothing starts a formula.
        let shown = |id: &str| if id.parse::<f64>().is_ok() { id.to_owned() } else { safe(id) };
        for (at, (id, persons)) in self.demands.iter().zip(self.persons).enumerate() {
            let link = self.answer().and_then(|answer| answer.assignment[at]);
            let (to, cost) =
                link.map_or_else(Default::default, |(site, cost)| (shown(&self.sites[site as usize]), cell(cost)));
            writer.write_record([shown(id), cell(*persons), to, cost]).expect(memory);
        }
        writer.into_inner().expect(memory)
    }
}
