//! A siting problem to its outputs: `site.json` for programs, `assignment.csv` for everyone, and words.

mod words;

use serde_json::{Value, json};

use super::csv::safe;
use super::words::number::cell;
use crate::model::Text;
use crate::siting::capacitated::Share;
use crate::siting::{Answer, NoAnswer, evaluate};
use crate::units::CostUnit;

/// The name and version of the shape of `site.json`.
pub const FORMAT: &str = "evenreach.site/1";
/// The names of the files.
pub const FILES: [&str; 2] = ["site.json", "assignment.csv"];

/// What was asked, of what, and what came of it.
#[derive(Clone, Debug)]
pub struct Siting<'a> {
    /// Which problem.
    pub problem: Problem,
    /// Sites that there may be, where the problem asks for that: in all, or new ones, as [`Siting::standing`] says.
    pub p: Option<usize>,
    /// What the sites may cost together, where that is limited.
    pub budget: Option<f64>,
    /// The dearest cost at which a site serves.
    pub limit: Option<f64>,
    /// What costs are counted in, where that is known.
    pub cost_unit: Option<CostUnit>,
    /// Whether who asks may raise it: where an obligation says it, it stays.
    pub is_limit_free: bool,
    /// How many sites each demand point is to have, where that is asked for.
    pub times: Option<u32>,
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
    /// Those that are there already, by position, ascending.
    pub existing: &'a [u32],
    /// How these are told.
    pub standing: Standing,
    /// Persons whom each site can serve, by position, where that is limited.
    pub capacity: Option<&'a [f64]>,
    /// What each site costs to open, by position, where that is known.
    pub costs: Option<&'a [f64]>,
    /// Whether all persons of a demand point are served by one site, where sites serve only so many.
    pub is_whole: bool,
    /// Whether the objective of set covering is what the sites cost.
    pub is_cheapest: bool,
    /// The files it was read from, with SHA-256 in hexadecimal.
    pub inputs: &'a [(String, String)],
    /// What was found, or the proof that there is nothing to find.
    pub outcome: &'a Result<Answer, NoAnswer>,
    /// Who is served where, where the persons of a demand point may be split.
    pub shares: Option<&'a [Share]>,
    /// Seconds that the search took.
    pub elapsed_s: f64,
}

/// How sites that are there already are told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// They are chosen, and count.
    Counted,
    /// Only new ones are chosen and count.
    Apart,
    /// As [`Standing::Apart`]; the first site stands for all of them, and is none for a reader.
    StandIn,
}

/// A siting problem, by the name it has in the field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Problem {
    /// p sites with the least cost over all persons
    PMedian,
    /// p sites with the least cost for the demand point that is served worst, whether anyone lives there or not
    PCenter,
    /// the fewest sites that serve every demand point, also where nobody lives, or a share of all persons, within the limit
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

    /// Who is served where: persons of a demand point at a site, and what it costs each; as a whole where none is split.
    fn links(&self, answer: &Answer) -> Vec<Share> {
        if let Some(shares) = self.shares {
            return shares.to_vec();
        }
        let links = (0..).zip(&answer.assignment).zip(self.persons);
        links
            .filter_map(|((demand, link), &persons)| link.map(|(site, cost)| Share { demand, site, persons, cost }))
            .collect()
    }

    fn served(&self, answer: &Answer) -> Served {
        let links = self.links(answer);
        let persons: f64 = links.iter().map(|share| share.persons).sum();
        let total: f64 = links.iter().map(|share| share.cost * share.persons).sum();
        Served {
            persons,
            mean_cost: (0.0 < persons).then(|| total / persons),
            worst_cost: links.iter().map(|share| share.cost).max_by(f64::total_cmp),
        }
    }

    /// The sites of an answer; of those that are there already only such as count.
    fn chosen_sites(&self, answer: &Answer) -> Vec<u32> {
        let counts = |site: &u32| self.standing == Standing::Counted || !self.is_existing(*site);
        answer.chosen.iter().copied().filter(counts).collect()
    }

    /// The sites that are there already, without one that stands for all of them.
    fn existing_sites(&self) -> &[u32] {
        if self.standing == Standing::StandIn { &[] } else { self.existing }
    }

    fn is_existing(&self, site: u32) -> bool {
        self.existing.binary_search(&site).is_ok()
    }

    /// Sites that are there already and do not count among those chosen.
    fn n_apart(&self) -> usize {
        if self.standing == Standing::Counted { 0 } else { self.existing.len() }
    }

    /// What the new sites of an answer cost; none where that is not known of each.
    fn spent(&self, answer: &Answer) -> Option<f64> {
        let costs = self.costs?;
        let new = answer.chosen.iter().filter(|&&site| !self.is_existing(site));
        Some(new.map(|&site| costs[site as usize]).sum::<f64>() + 0.0)
    }

    /// Each site chosen or there already: persons whom it serves, what it holds and costs.
    fn sites_json(&self, answer: &Answer) -> Vec<Value> {
        let mut persons = vec![0.0; self.sites.len()];
        self.links(answer).iter().for_each(|share| persons[share.site as usize] += share.persons);
        let is_told = |site: &&u32| self.standing != Standing::StandIn || !self.is_existing(**site);
        let site = |&site: &u32| {
            let at = site as usize;
            json!({
                "id": self.sites[at],
                "existing": self.is_existing(site),
                "persons": persons[at],
                "capacity": self.capacity.map(|capacity| capacity[at]),
                "cost": self.costs.filter(|_| !self.is_existing(site)).map(|costs| costs[at]),
            })
        };
        answer.chosen.iter().filter(is_told).map(site).collect()
    }

    /// The demand points that no site serves, by position.
    fn unserved(&self) -> Vec<u32> {
        match self.outcome {
            Ok(answer) => {
                let none = || evaluate::unserved(&answer.assignment);
                self.shares.map_or_else(none, |shares| self.not_whole(shares))
            }
            Err(NoAnswer::Unreachable { demands }) => demands.clone(),
            Err(NoAnswer::TooFew { unserved, .. } | NoAnswer::NoRoom { unserved, .. }) => unserved.clone(),
            Err(NoAnswer::Stopped | NoAnswer::Disagrees { .. }) => Vec::new(),
        }
    }

    /// The demand points of which some or all persons have no site.
    fn not_whole(&self, shares: &[Share]) -> Vec<u32> {
        let mut left = self.persons.to_vec();
        let mut has_site = vec![false; left.len()];
        for share in shares {
            left[share.demand as usize] -= share.persons;
            has_site[share.demand as usize] = true;
        }
        let slack = 1e-9 * self.persons.iter().sum::<f64>();
        let is_left = |&demand: &u32| slack < left[demand as usize] || !has_site[demand as usize];
        (0..left.len() as u32).filter(is_left).collect()
    }

    fn ids(all: &[String], positions: &[u32]) -> Vec<String> {
        positions.iter().map(|&at| all[at as usize].clone()).collect()
    }

    fn unit(&self) -> String {
        match self.problem {
            _ if self.kappa.is_some() => "cost, Kolm-Pollak EDE".to_owned(),
            Problem::Lscp if self.is_cheapest => "cost of sites".to_owned(),
            Problem::LscpB if self.capacity.is_some() => format!("{} with a backup", self.people.en),
            problem => problem.unit().replace("persons", &self.people.en),
        }
    }

    fn json(&self) -> Vec<u8> {
        let answer = self.answer();
        let served = answer.map(|answer| self.served(answer));
        let proven = match self.outcome {
            Ok(answer) => answer.proven,
            Err(why) => !matches!(why, NoAnswer::Stopped | NoAnswer::Disagrees { .. }),
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
            "objective_unit": self.unit(),
            "kappa": self.kappa,
            "bound": answer.map(|answer| answer.bound),
            "gap": answer.map(Answer::gap),
            "proven": proven,
            "chosen": answer.map_or_else(Vec::new, |answer| Self::ids(self.sites, &self.chosen_sites(answer))),
            "existing": Self::ids(self.sites, self.existing_sites()),
            "stand_in": self.sites.first().filter(|_| self.standing == Standing::StandIn),
            "sites": answer.map_or_else(Vec::new, |answer| self.sites_json(answer)),
            "budget": self.budget,
            "cost": answer.and_then(|answer| self.spent(answer)),
            "times": self.times,
            "whole": self.is_whole,
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

    /// One row a demand point, or of one that is split, one a site: who is served where at what cost; where nobody serves
    /// it, the last two are empty.
    fn csv(&self) -> Vec<u8> {
        let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::new());
        let memory = "memory can be written to";
        writer.write_record(["from", "persons", "to", "cost"]).expect(memory);
        // An id that is a number is shown as it is, else nothing starts a formula.
        let shown = |id: &str| if id.parse::<f64>().is_ok() { id.to_owned() } else { safe(id) };
        let links = self.answer().map_or_else(Vec::new, |answer| self.links(answer));
        let slack = 1e-9 * self.persons.iter().sum::<f64>();
        let mut next = 0;
        for (at, (id, &persons)) in (0_u32..).zip(self.demands.iter().zip(self.persons)) {
            let (begin, mut left) = (next, persons);
            while let Some(share) = links.get(next).filter(|share| share.demand == at) {
                left -= share.persons;
                let to = shown(&self.sites[share.site as usize]);
                writer.write_record([shown(id), cell(share.persons), to, cell(share.cost)]).expect(memory);
                next += 1;
            }
            if begin == next || slack < left {
                writer.write_record([shown(id), cell(left), String::new(), String::new()]).expect(memory);
            }
        }
        writer.into_inner().expect(memory)
    }
}
