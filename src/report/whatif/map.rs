//! What a scenario changes, as a map: the facilities that open, close or change, and the areas whose verdict or shortfall
//! does.

use std::sync::Arc;

use geo::{Geometry, Point};

use super::WhatIf;
use crate::assess::Assessed;
use crate::model::{AreaId, FacilityId, World};
use crate::report::layers::{column, made, number, polygon, shapes, table, word};
use crate::report::words::Words;
use crate::rules::Verdict;
use crate::rules::finding::{Finding, Of, Subject};
use crate::scenario::{Outcome, Ranked};
use crate::write::{Holds, Layer};

enum Row<'a> {
    /// A facility, and what becomes of it.
    Facility(FacilityId, &'static str),
    /// An area under an obligation, before and after.
    Area { area: AreaId, before: &'a Assessed, was: Option<&'a Subject>, is: Box<Subject> },
}

/// What `ranked` changes; `outcome` is what came of it.
pub(super) fn layer<'a>(of: &'a WhatIf<'a>, ranked: &Ranked, outcome: &Outcome) -> Layer<'a> {
    let world = of.world();
    let mut rows: Vec<Row<'a>> = Vec::new();
    for &scenario in &ranked.chosen {
        let (leave, come) = of.stage.facilities_of(scenario);
        let code = |id: FacilityId| (world.facilities[id].service, world.facilities[id].code.as_str());
        for &facility in leave {
            let stays = come.iter().any(|&new| code(new) == code(facility));
            rows.push(Row::Facility(facility, if stays { "before" } else { "closed" }));
        }
        for &facility in come {
            let was = leave.iter().any(|&old| code(old) == code(facility));
            rows.push(Row::Facility(facility, if was { "changed" } else { "opened" }));
        }
    }
    for (position, after) in &outcome.judged {
        let before = &of.stage.base().findings[*position];
        for is in &after.finding.subjects {
            let Of::Area(area) = is.of else { continue };
            let was = before.finding.subjects.iter().find(|subject| subject.of == is.of);
            let same = was.is_some_and(|was| was.verdict.key() == is.verdict.key() && was.shortfall == is.shortfall);
            if !same {
                rows.push(Row::Area { area, before, was, is: Box::new(is.clone()) });
            }
        }
    }
    let rows = Arc::new(rows);
    let n_rows = rows.len();
    let text = |value: fn(&Row<'_>, &WhatIf<'_>) -> String| {
        let rows = Arc::clone(&rows);
        move |row: usize| made(value(&rows[row], of))
    };
    let figure = |value: fn(&Row<'_>) -> Option<f64>| {
        let rows = Arc::clone(&rows);
        move |row: usize| number(value(&rows[row]))
    };
    let columns = vec![
        column("what", Holds::Text, {
            let rows = Arc::clone(&rows);
            move |row| match &rows[row] {
                Row::Facility(_, what) => word(Some(what)),
                Row::Area { .. } => word(Some("area")),
            }
        }),
        column(
            "code",
            Holds::Text,
            text(|row, of| match row {
                Row::Facility(id, _) => of.world().facilities[*id].code.clone(),
                Row::Area { area, .. } => of.world().areas[*area].code.clone(),
            }),
        ),
        column(
            "name",
            Holds::Text,
            text(|row, of| match row {
                Row::Facility(id, _) => of.world().facilities[*id].name.clone(),
                Row::Area { area, .. } => of.world().areas[*area].name.clone(),
            }),
        ),
        column(
            "service",
            Holds::Text,
            text(|row, of| match row {
                Row::Facility(id, _) => service(of.world(), *id).to_owned(),
                Row::Area { .. } => String::new(),
            }),
        ),
        column(
            "obligation",
            Holds::Text,
            text(|row, of| match row {
                Row::Facility(..) => String::new(),
                Row::Area { before, .. } => of.stage.base().obligation(before).id.get_ref().clone(),
            }),
        ),
        column("verdict_before", Holds::Text, text(|row, _| verdict(row, |row| row.0))),
        column("verdict_after", Holds::Text, text(|row, _| verdict(row, |row| row.1))),
        column("shortfall_before", Holds::Number, figure(|row| lacking(subjects(row)?.0?))),
        column("shortfall_after", Holds::Number, figure(|row| lacking(subjects(row)?.1?))),
        column(
            "unit",
            Holds::Text,
            text(|row, of| match row {
                Row::Facility(..) => String::new(),
                Row::Area { before, .. } => unit(of, before, &before.finding),
            }),
        ),
    ];
    let shape = {
        let rows = Arc::clone(&rows);
        move |row: usize| -> Option<Geometry<f64>> {
            match &rows[row] {
                Row::Facility(id, _) => world.facilities[*id].place.map(|place| Geometry::Point(Point(place))),
                Row::Area { area, .. } => {
                    let area = &world.areas[*area];
                    polygon(area.boundary.polygon()).or_else(|| area.place.map(|place| Geometry::Point(Point(place))))
                }
            }
        }
    };
    Layer { shapes: shapes(shape), ..table("scenario", n_rows, columns) }
}

fn service(world: &World, id: FacilityId) -> &str {
    &world.facilities.services()[world.facilities[id].service].key
}

/// The subjects before and after, of an area.
fn subjects<'r>(row: &'r Row<'_>) -> Option<(Option<&'r Subject>, Option<&'r Subject>)> {
    match row {
        Row::Facility(..) => None,
        Row::Area { was, is, .. } => Some((*was, Some(is))),
    }
}

type Pair<'r> = (Option<&'r Subject>, Option<&'r Subject>);

fn verdict<'r>(row: &'r Row<'_>, which: fn(Pair<'r>) -> Option<&'r Subject>) -> String {
    subjects(row).and_then(which).map_or_else(String::new, |subject| subject.verdict.key().to_owned())
}

/// What an area lacks: nothing where it is met.
fn lacking(subject: &Subject) -> Option<f64> {
    match subject.verdict {
        Verdict::Met => Some(0.0),
        _ => subject.shortfall,
    }
}

fn unit(of: &WhatIf<'_>, before: &Assessed, finding: &Finding) -> String {
    let words = Words::of(of.stage.base(), before, of.world(), of.lang);
    finding.shortfall_unit.as_ref().map_or_else(String::new, |unit| words.unit(unit))
}
