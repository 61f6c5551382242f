//! The shape of `plan.json`.

use std::io::{self, Write};

use serde_json::{Value, json};

use super::Planned;
use crate::model::{Proxy, World};
use crate::report::json::pretty;
use crate::scenario::plan::{Clash, Impossible, NoPlan, Plan, Purpose, Rung, Served, Why};
use crate::scenario::{Change, Edit, Given};

pub(super) fn write(of: &Planned<'_>, to: &mut dyn Write) -> io::Result<()> {
    let (world, base, plan) = (of.world, of.stage.base(), of.plan());
    let ids = |positions: &[usize]| positions.iter().map(|&position| of.id(position)).collect::<Vec<_>>();
    let study = world
        .sources
        .values()
        .iter()
        .map(|source| json!({ "file": source.file, "sha256": source.sha256, "illustrative": source.illustrative }));
    let own = of.inputs.iter().map(|(file, sha256)| json!({ "file": file, "sha256": sha256, "illustrative": false }));
    let gap = plan.map(|plan| match plan.objective - plan.bound {
        apart if plan.proven || apart <= 0.0 => 0.0,
        apart => apart / plan.objective.abs().max(f64::MIN_POSITIVE),
    });
    let proven = match of.outcome {
        Ok(plan) => plan.proven,
        Err(NoPlan::NothingToDo | NoPlan::AllGivenUp { .. }) => of.is_known(),
        Err(NoPlan::Stopped) => false,
    };
    let conflict = |clash: &Clash| {
        // The one of them that is given up; `null` where more are.
        let explains = clash.of.map(|one| of.id(one));
        json!({ "obligations": ids(&clash.positions), "smallest": clash.smallest, "explains": explains })
    };
    let document = json!({
        "format": super::FORMAT,
        "tool": { "name": env!("CARGO_PKG_NAME"), "version": env!("CARGO_PKG_VERSION") },
        "problem": "plan",
        "study": world.name,
        "reference_date": world.reference_date.to_string(),
        "illustrative": base.illustrative,
        "estimated_levels": base.estimated.iter().map(|&id| world.areas.levels()[id].key.as_str()).collect::<Vec<_>>(),
        "proxy": world.people.proxy.map(Proxy::key),
        "inputs": study.chain(own).collect::<Vec<_>>(),
        "packs": base.packs.iter().map(|pack| pack.document.id.as_str()).collect::<Vec<_>>(),
        "status": of.status(),
        "objective": plan.map(|plan| plan.objective),
        "objective_unit": if of.has_costs { "cost" } else { "edits" },
        "bound": plan.map(|plan| plan.bound),
        "gap": gap,
        "proven": proven,
        "elapsed_s": of.elapsed,
        "n_candidates": of.stage.scenarios().len(),
        "wanted": ids(of.wanted),
        "held": plan.map(|_| ids(&of.gained())),
        "given_up": of.given_up().map(ids),
        "impossible": of.impossible.iter().map(|one| impossible(of, one)).collect::<Vec<_>>(),
        // The smallest of all; then, in `conflicts`, those that explain the others given up.
        "conflict": of.clashes().first().map(conflict),
        "conflicts": of.clashes().iter().map(conflict).collect::<Vec<_>>(),
        "chosen": plan.map_or_else(Vec::new, |plan| plan.chosen.iter().map(|&scenario| of.name(scenario)).collect()),
        "sites": plan.map_or_else(Vec::new, |plan| sites(of, plan)),
        "ladder": plan.map_or_else(Vec::new, |plan| plan.ladder.iter().map(|one| rung(of, one)).collect()),
    });
    pretty(&document, to)
}

/// The word for why an obligation cannot hold.
pub(super) fn why(why: &Why) -> &'static str {
    match why {
        Why::Untouched => "no-candidate-touches-it",
        Why::NotEnough(_) => "all-candidates-are-not-enough",
        Why::NotSaid(_) => "the-study-does-not-say-enough",
        Why::Tried => "no-choice-keeps-it",
        Why::NotKnown => "not-known",
    }
}

fn impossible(of: &Planned<'_>, one: &Impossible) -> Value {
    let lacking = match &one.why {
        Why::NotEnough(lacking) | Why::NotSaid(lacking) => {
            lacking.iter().filter_map(|lacking| of.subject(lacking)).collect()
        }
        _ => Vec::new(),
    };
    json!({
        "id": of.id(one.position),
        "clause": of.obligation(one.position).clause,
        "why": why(&one.why),
        "proven": one.why != Why::NotKnown,
        "lacking": lacking,
    })
}

fn sites(of: &Planned<'_>, plan: &Plan) -> Vec<Value> {
    let site = |purpose: &Purpose| {
        let one = |served: &Served| {
            json!({
                "id": of.id(served.position),
                "clause": of.obligation(served.position).clause,
                "needs_it": served.needs,
                "areas": served.areas.iter().map(|&area| of.area(area)).collect::<Vec<_>>(),
                "persons": served.persons,
            })
        };
        // `null` where time was up before it was looked into.
        let serves: Option<Vec<Value>> = purpose.serves.as_ref().map(|serves| serves.iter().map(one).collect());
        json!({
            "name": of.name(purpose.scenario),
            "cost": of.costs[purpose.scenario],
            "edits": of.edits(purpose.scenario).iter().map(|one| edit(of.world, one)).collect::<Vec<_>>(),
            "serves": serves,
        })
    };
    plan.purposes.iter().map(site).collect()
}

fn edit(world: &World, edit: &Edit) -> Value {
    let area = |area: Option<crate::model::AreaId>| area.map(|area| world.areas[area].code.clone());
    let given = |given: &Given| match given {
        Given::Flag(flag) => json!(flag),
        Given::Number(number) => json!(number),
        Given::Date(date) => json!(date.to_string()),
        Given::Text(word) => json!(word),
    };
    let attributes =
        |all: &[(String, Given)]| Value::Object(all.iter().map(|(key, value)| (key.clone(), given(value))).collect());
    let service = |service| &world.facilities.services()[service].key;
    let verb = edit.change.verb();
    match &edit.change {
        Change::Open { facility, attributes: own, .. } => json!({
            "edit": verb,
            "service": service(facility.service),
            "code": facility.code,
            "name": facility.name,
            "area": area(facility.area),
            "lon": facility.place.map(|place| place.x),
            "lat": facility.place.map(|place| place.y),
            "attributes": attributes(own),
        }),
        Change::Close { facility } => {
            let row = &world.facilities[*facility];
            json!({ "edit": verb, "service": service(row.service), "code": row.code, "name": row.name })
        }
        Change::Alter { facility, attributes: own, moved } => {
            let row = &world.facilities[*facility];
            json!({
                "edit": verb,
                "service": service(row.service),
                "code": row.code,
                "name": row.name,
                "area": area(moved.map_or(row.area, |moved| moved.area)),
                "lon": moved.map(|moved| moved.place.x),
                "lat": moved.map(|moved| moved.place.y),
                "attributes": attributes(own),
            })
        }
        Change::Settle { .. } | Change::Grow { .. } | Change::Mark { .. } => json!({ "edit": verb }),
    }
}

fn rung(of: &Planned<'_>, rung: &Rung) -> Value {
    json!({
        "cost": rung.cost,
        "chosen": rung.chosen.iter().map(|&scenario| of.name(scenario)).collect::<Vec<_>>(),
        "held": rung.held.iter().map(|&position| of.id(position)).collect::<Vec<_>>(),
        // The mean over the promises that the plan keeps of what is lacking as a share of what is lacking today.
        "lacking": rung.lacking,
        "lacking_bound": rung.bound,
        "persons_gained": rung.difference.gained(),
        "persons_lost": rung.difference.lost(),
        "proven": rung.proven,
    })
}
