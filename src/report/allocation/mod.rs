//! Who is given a place where, to files: `assign.csv` for scripts, `assign.json` for programs, `assign.geojson` for a map.

mod map;
mod words;

use serde_json::{Value, json};

use super::csv::safe;
use super::json::Travel;
use super::words::number::cell;
use crate::allocation::{Flow, Proof};
use crate::assess::allocation::{Current, Load, Task, loads, persons};
use crate::model::{Boundary, Id, LevelId, Proxy, World};
use crate::units::{Cost, CostUnit};

pub use words::{conditions, counted, doubts};

/// The name and version of the shape of `assign.json`.
pub const FORMAT: &str = "evenreach.assign/1";
/// The names of the files.
pub const FILES: [&str; 3] = ["assign.csv", "assign.json", "assign.geojson"];

/// What is sought.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Problem {
    /// The transportation problem: places may be parted.
    Transportation,
    /// Every place as a whole.
    Whole,
    /// Every place as a whole, districts in one piece.
    Contiguous,
}

impl Problem {
    /// As it is written in `assign.json`.
    pub fn key(self) -> &'static str {
        match self {
            Self::Transportation => "transportation",
            Self::Whole => "whole-places",
            Self::Contiguous => "contiguous-districts",
        }
    }
}

/// The share that stays, and where people are today.
#[derive(Clone, Debug)]
pub struct Keep {
    /// Of 1.
    pub share: f64,
    /// Where they are.
    pub current: Current,
}

/// What is asked.
#[derive(Clone, Debug)]
pub struct Question<'a> {
    /// The study.
    pub world: &'a World,
    /// What is sought.
    pub problem: Problem,
    /// The service, by key.
    pub service: &'a str,
    /// Conditions on facilities, as words; empty where there are none.
    pub conditions: String,
    /// The group, by key.
    pub group: &'a str,
    /// The attribute that says how many a facility holds.
    pub capacity: &'a str,
    /// The obligation that these are taken from, if any is.
    pub after: Option<&'a str>,
    /// The level whose areas are given out as a whole.
    pub level: Option<LevelId>,
    /// No one goes farther.
    pub limit: Option<Cost>,
    /// What stays.
    pub keep: Option<Keep>,
}

/// What was asked, and what came of it.
pub struct Allocation<'a> {
    asked: Question<'a>,
    task: &'a Task,
    /// What goes where.
    flows: &'a [Flow],
    /// The facility of each place that is given out as a whole, those without persons too.
    site_of: Option<&'a [Option<u32>]>,
    /// How good that is, in amounts.
    proof: Proof,
    elapsed_s: f64,
    loads: Vec<Load>,
}

/// One row of `assign.csv`.
struct Row {
    place: usize,
    site: Option<u32>,
    amount: u64,
    cost: Option<f64>,
}

impl<'a> Allocation<'a> {
    /// The answer to a question: what goes where, and where places are given out as a whole the facility of each.
    pub fn new(
        asked: Question<'a>,
        task: &'a Task,
        (flows, site_of): (&'a [Flow], Option<&'a [Option<u32>]>),
        proof: Proof,
        elapsed_s: f64,
    ) -> Self {
        Self { asked, task, flows, site_of, proof, elapsed_s, loads: loads(task, flows) }
    }

    /// The files, by name.
    pub fn files(&self) -> [(String, Vec<u8>); 3] {
        let [csv, json, geojson] = FILES.map(str::to_owned);
        [(csv, self.csv()), (json, self.json()), (geojson, map::write(self))]
    }

    /// What costs are counted in.
    fn unit(&self) -> CostUnit {
        self.asked.world.cost_unit()
    }

    fn all(&self) -> u64 {
        self.task.demand.iter().sum()
    }

    fn served(&self) -> u64 {
        self.flows.iter().map(|flow| flow.amount).sum()
    }

    fn code(&self, site: u32) -> &'a str {
        &self.asked.world.facilities[self.task.sites[site as usize].facility].code
    }

    fn name(&self, site: u32) -> &'a str {
        &self.asked.world.facilities[self.task.sites[site as usize].facility].name
    }

    /// What goes where, by place; who is not served has a row without a facility, and an area without persons one without
    /// cost.
    fn rows(&self) -> Vec<Row> {
        let mut rows = Vec::new();
        let mut flows = self.flows.iter().peekable();
        for (place, &demand) in self.task.demand.iter().enumerate() {
            let mut left = demand;
            while let Some(flow) = flows.next_if(|flow| flow.demand as usize == place) {
                left -= flow.amount;
                rows.push(Row { place, site: Some(flow.site), amount: flow.amount, cost: Some(flow.cost) });
            }
            if 0 < left {
                rows.push(Row { place, site: None, amount: left, cost: None });
            } else if demand == 0 {
                let site = self.site_of.and_then(|site_of| site_of[place]);
                rows.extend(site.map(|site| Row { place, site: Some(site), amount: 0, cost: None }));
            }
        }
        rows
    }

    /// One row a place and facility: scripts read these columns by name.
    fn csv(&self) -> Vec<u8> {
        let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::new());
        let memory = "memory can be written to";
        writer.write_record(["place", "facility", "persons", "cost"]).expect(memory);
        // An id that is a number is shown as it is, else nothing starts a formula.
        let shown = |id: &str| if id.parse::<f64>().is_ok() { id.to_owned() } else { safe(id) };
        for row in self.rows() {
            let facility = row.site.map_or_else(String::new, |site| shown(self.code(site)));
            let place = shown(&self.task.places[row.place].label);
            let cost = row.cost.map(cell).unwrap_or_default();
            writer.write_record([place, facility, cell(persons(row.amount)), cost]).expect(memory);
        }
        writer.into_inner().expect(memory)
    }

    /// What is to be known of a facility.
    fn facility(&self, site: u32) -> Value {
        let (row, load) = (self.task.sites[site as usize], &self.loads[site as usize]);
        let nearest = persons(load.nearest);
        let elsewhere: Vec<Value> = load
            .elsewhere
            .iter()
            .map(|&(other, amount)| json!({ "facility": self.code(other), "persons": persons(amount) }))
            .collect();
        json!({
            "code": self.code(site),
            "name": self.name(site),
            "capacity": row.capacity,
            "persons": persons(load.amount),
            "nearest": nearest,
            "more_than_nearest": (persons(load.amount) - nearest) + 0.0,
            "over_full_by": self.over_full(site).unwrap_or(0.0),
            "elsewhere": elsewhere,
            "unassigned": persons(load.unserved),
        })
    }

    /// By how many persons those for whom it is the nearest are more than it holds; `None` where they are not, or nobody
    /// knows.
    fn over_full(&self, site: u32) -> Option<f64> {
        let over = persons(self.loads[site as usize].nearest) - self.task.sites[site as usize].capacity?;
        (0.0 < over).then_some(over)
    }

    /// The facilities that are the nearest for more than they hold, the fullest first.
    fn over_full_sites(&self) -> Vec<(u32, f64)> {
        let all = 0..self.task.sites.len() as u32;
        let mut sites: Vec<(u32, f64)> = all.filter_map(|site| Some((site, self.over_full(site)?))).collect();
        sites.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        sites
    }

    /// Whether the facility holds no one more, and someone.
    fn is_full(&self, site: u32) -> bool {
        let capacity = self.task.capacity[site as usize];
        0 < capacity && capacity <= self.loads[site as usize].amount
    }

    /// Levels with boundaries that a rule has drawn, which the answer rests on.
    fn is_estimated(&self) -> bool {
        let areas = &self.asked.world.areas;
        let is_estimated = |place: &crate::assess::allocation::PlaceRow| {
            place.area.is_some_and(|area| matches!(areas[area].boundary, Boundary::Estimated(_)))
        };
        self.task.places.iter().any(is_estimated)
    }

    fn json(&self) -> Vec<u8> {
        let (task, proof) = (self.task, &self.proof);
        let (all, served) = (self.all(), self.served());
        // Amounts are millionths.
        let in_persons = |sum: f64| sum / 1e6;
        let objective = in_persons(proof.objective);
        let dearest = self.flows.iter().map(|flow| flow.cost).max_by(f64::total_cmp);
        let keep = self.asked.keep.as_ref().map(|keep| {
            json!({
                "share": keep.share,
                "of": if self.site_of.is_some() { "all" } else { "each place" },
                "places_declared": keep.current.n_declared,
                "places_nearest": keep.current.n_nearest,
                "places_not_known": keep.current.unsure.places,
                "not_known": persons(keep.current.unsure.amount),
                "stay": persons(self.staying(&keep.current)),
            })
        });
        let unassigned: Vec<Value> = self
            .rows()
            .iter()
            .filter(|row| row.site.is_none())
            .map(|row| json!({ "place": task.places[row.place].label, "persons": persons(row.amount) }))
            .collect();
        let inputs: Vec<Value> = self
            .asked
            .world
            .sources
            .values()
            .iter()
            .map(|source| json!({ "file": source.file, "sha256": source.sha256 }))
            .collect();
        let left_out = &task.left_out;
        let document = json!({
            "format": FORMAT,
            "problem": self.asked.problem.key(),
            "study": self.asked.world.name,
            "service": self.asked.service,
            "where": self.asked.conditions,
            "group": self.asked.group,
            "capacity": self.asked.capacity,
            "after": self.asked.after,
            "level": self.asked.level.map(|level| &self.asked.world.areas.levels()[level].key),
            "limit": self.asked.limit.map(Cost::get),
            "keep_current": keep,
            "status": if proof.proven { "optimal" } else { "best-found" },
            "objective": objective,
            "objective_unit": match self.unit() {
                CostUnit::Metres => "persons x metres",
                CostUnit::Minutes => "persons x minutes",
            },
            "travel": Travel::of(self.asked.world),
            "bound": in_persons(proof.bound),
            "gap": proof.gap(),
            "proven": proof.proven,
            "persons": persons(all),
            "assigned": persons(served),
            "unassigned": persons(all - served),
            "unassigned_at_least": persons(all - proof.most_served),
            "unassigned_places": unassigned,
            "mean_cost": (0 < served).then(|| objective / persons(served)),
            "worst_cost": dearest,
            "facilities": (0..task.sites.len() as u32).map(|site| self.facility(site)).collect::<Vec<_>>(),
            "left_out": {
                "persons_without_place": left_out.homeless,
                "places_not_counted": left_out.uncounted,
                "facilities_without_capacity": left_out.no_capacity,
                "facilities_without_place": left_out.no_place,
                "facilities_not_sure_to_count": left_out.unsure,
            },
            "illustrative": self.asked.world.is_illustrative(),
            "estimated": self.is_estimated(),
            "proxy": self.asked.world.people.proxy.map(Proxy::key),
            "elapsed_s": self.elapsed_s,
            "inputs": inputs,
        });
        let mut bytes = Vec::new();
        super::json::pretty(&document, &mut bytes).expect("memory can be written to");
        bytes
    }

    /// How much stays where it is today.
    fn staying(&self, current: &Current) -> u64 {
        let stays = self.flows.iter().filter(|flow| current.site_of[flow.demand as usize] == Some(flow.site));
        stays.map(|flow| flow.amount).sum()
    }

    /// Whether a level has boundaries that a rule has drawn.
    fn estimated_levels(&self) -> Vec<LevelId> {
        let areas = &self.asked.world.areas;
        let mut levels: Vec<LevelId> = self
            .task
            .places
            .iter()
            .filter_map(|place| place.area)
            .filter(|&area| matches!(areas[area].boundary, Boundary::Estimated(_)))
            .map(|area| areas[area].level)
            .collect();
        levels.sort_unstable_by_key(|level| level.index());
        levels.dedup();
        levels
    }
}
