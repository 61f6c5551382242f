//! The edits of a plan as a file of scenarios, which `whatif` reads, and the ladder as a table.

use std::collections::BTreeSet;
use std::io::{self, Write};

use super::Planned;
use crate::model::{AreaId, FacilityRow, World};
use crate::report::layers::{column, made, number, table, whole};
use crate::scenario::{Change, Edit, Given};
use crate::write::{Holds, Value, csv};

/// One row an edit, all of one scenario.
pub(super) fn edits(of: &Planned<'_>, to: &mut dyn Write) -> io::Result<()> {
    let chosen = of.plan().map_or(&[][..], |plan| &plan.chosen);
    let rows: Vec<(usize, &Edit)> =
        chosen.iter().flat_map(|&scenario| of.edits(scenario).iter().map(move |edit| (scenario, edit))).collect();
    let edit = |row: usize| rows[row].1;
    let facility = |row: usize| row_of(of.world, edit(row));
    let keys: BTreeSet<&str> =
        rows.iter().flat_map(|(_, edit)| edit.change.given()).map(|(key, _)| key.as_str()).collect();
    let area = |area: Option<AreaId>| area.map_or(Value::Missing, |area| made(of.world.areas[area].code.clone()));
    let place = |row: usize| match &edit(row).change {
        Change::Open { facility, .. } => facility.place,
        Change::Alter { moved, .. } => moved.map(|moved| moved.place),
        _ => None,
    };
    let text = |value: fn(&FacilityRow) -> &str| {
        move |row: usize| facility(row).map_or(Value::Missing, |row| made(value(row).to_owned()))
    };
    // The first edit of a scenario bears its cost.
    let cost = |row: usize| (row == 0 || rows[row - 1].0 != rows[row].0).then(|| of.costs[rows[row].0]);
    let mut columns = vec![
        column("scenario", Holds::Text, |_| made("plan".to_owned())),
        column("edit", Holds::Text, |row| made(edit(row).change.verb().to_owned())),
        column("service", Holds::Text, |row| {
            let service = facility(row).map(|row| row.service);
            service.map_or(Value::Missing, |service| made(of.world.facilities.services()[service].key.clone()))
        }),
        column("code", Holds::Text, text(|row| &row.code)),
        column("name", Holds::Text, text(|row| &row.name)),
        column("area-code", Holds::Text, |row| match &edit(row).change {
            Change::Open { facility, .. } => area(facility.area),
            Change::Alter { moved: Some(moved), .. } => area(moved.area),
            _ => Value::Missing,
        }),
        column("lon", Holds::Number, |row| number(place(row).map(|place| place.x))),
        column("lat", Holds::Number, |row| number(place(row).map(|place| place.y))),
        column("cost", Holds::Number, |row| number(of.has_costs.then(|| cost(row).unwrap_or(0.0)))),
    ];
    for key in keys {
        let value = move |row: usize| match edit(row).change.given().iter().find(|(own, _)| own == key) {
            Some((_, given)) => cell(given),
            None => Value::Missing,
        };
        columns.push(column(key, Holds::Text, value));
    }
    columns.push(column("remark", Holds::Text, |row| made(of.name(rows[row].0).to_owned())));
    csv::write(&table("plan", rows.len(), columns), to)
}

fn row_of<'a>(world: &'a World, edit: &'a Edit) -> Option<&'a FacilityRow> {
    match &edit.change {
        Change::Open { facility, .. } => Some(facility),
        Change::Close { facility } | Change::Alter { facility, .. } => Some(&world.facilities[*facility]),
        _ => None,
    }
}

fn cell<'a>(given: &Given) -> Value<'a> {
    match given {
        Given::Flag(flag) => Value::Flag(*flag),
        Given::Number(value) => number(Some(*value)),
        Given::Date(date) => made(date.to_string()),
        Given::Text(word) => made(word.clone()),
    }
}

/// In percent, with two digits after the point.
fn percent<'a>(share: f64) -> Value<'a> {
    number(Some((1e4 * share).round() / 100.0))
}

/// One row a budget, from nothing to the plan.
pub(super) fn ladder(of: &Planned<'_>, to: &mut dyn Write) -> io::Result<()> {
    let rungs = of.plan().map_or(&[][..], |plan| &plan.ladder);
    let name = |en: &'static str, zh: &'static str| of.lang.pick(en, zh);
    let columns = vec![
        column(if of.has_costs { name("cost", "费用") } else { name("edits", "措施数") }, Holds::Number, |row| {
            number(Some(rungs[row].cost))
        }),
        column(name("promises kept", "达标条款数"), Holds::Whole, |row| whole(rungs[row].held.len())),
        column(
            name("still lacking (% of today, mean of the promises)", "剩余缺口（占现状的百分比，各条款平均）"),
            Holds::Number,
            |row| percent(rungs[row].lacking),
        ),
        column(name("no less possible than (%)", "理论下限（%）"), Holds::Number, |row| {
            percent(rungs[row].bound)
        }),
        column(name("persons gained", "受益人次"), Holds::Number, |row| {
            number(Some(rungs[row].difference.gained()))
        }),
        column(name("persons lost", "受损人次"), Holds::Number, |row| number(Some(rungs[row].difference.lost()))),
        column(name("proven", "已证明最优"), Holds::Flag, |row| Value::Flag(rungs[row].proven)),
        column(name("ids kept", "达标条款"), Holds::Text, |row| {
            let ids: Vec<&str> = rungs[row].held.iter().map(|&position| of.id(position)).collect();
            made(ids.join("; "))
        }),
        column(name("chosen", "选中的措施"), Holds::Text, |row| {
            let names: Vec<&str> = rungs[row].chosen.iter().map(|&scenario| of.name(scenario)).collect();
            made(names.join("; "))
        }),
    ];
    csv::write(&table("ladder", rungs.len(), columns), to)
}
