//! Facilities: each with its attributes and how it stands.

use std::sync::Arc;

use super::names::Names;
use super::{Assessment, column, number, point, shapes, table, word};
use crate::assess::Findings;
use crate::model::{Column as Attribute, FacilityId, Id, PerFacility, Value as Held, World};
use crate::rules::finding::{Of, Verdict};
use crate::write::{Holds, Layer, Value};

/// What the layer says of a facility first.
const FIXED: [&str; 10] =
    ["service", "code", "name", "area_level", "area_code", "area_name", "illustrative", "unmet", "unknown", "over"];

/// Every facility; one without coordinates has no geometry but is in the table.
///
/// `unmet` and `unknown` count the obligations that judge this facility; `over` says whether it is over a limit now.
pub(crate) fn facilities<'a>(of: &Arc<Assessment<'a>>) -> Layer<'a> {
    let world = of.world;
    let facilities = &*world.facilities;
    let standing = Arc::new(Standing::of(of.findings, world));
    let mut columns = Vec::new();
    let mut add = |name: usize, holds, value: fn(&'a World, &Standing, FacilityId) -> Value<'a>| {
        let standing = Arc::clone(&standing);
        columns.push(column(FIXED[name], holds, move |row| value(world, &standing, FacilityId::new(row))));
    };
    add(0, Holds::Text, |world, _, id| word(Some(&world.facilities.services()[world.facilities[id].service].key)));
    add(1, Holds::Text, |world, _, id| word(Some(&world.facilities[id].code)));
    add(2, Holds::Text, |world, _, id| word(Some(&world.facilities[id].name)));
    add(3, Holds::Text, |world, _, id| {
        let area = world.facilities[id].area.map(|area| &world.areas[area]);
        word(area.map(|area| world.areas.levels()[area.level].key.as_str()))
    });
    add(4, Holds::Text, |world, _, id| word(world.facilities[id].area.map(|area| world.areas[area].code.as_str())));
    add(5, Holds::Text, |world, _, id| word(world.facilities[id].area.map(|area| world.areas[area].name.as_str())));
    add(6, Holds::Flag, |world, _, id| {
        let source = world.sources.values().get(world.facilities[id].origin.0.index());
        source.map_or(Value::Missing, |source| Value::Flag(source.illustrative))
    });
    add(7, Holds::Whole, |_, standing, id| Value::Whole(standing.0[id].0.into()));
    add(8, Holds::Whole, |_, standing, id| Value::Whole(standing.0[id].1.into()));
    add(9, Holds::Flag, |_, standing, id| Value::Flag(standing.0[id].2));
    let mut names = Names::new(&FIXED);
    for (key, attribute) in facilities.attributes() {
        let holds = match attribute {
            Attribute::Flag(_) => Holds::Flag,
            Attribute::Number(_) => Holds::Number,
            Attribute::Date(_) | Attribute::Text { .. } => Holds::Text,
        };
        columns.push(column(&names.add(key), holds, |row| held(attribute.get(row))));
    }
    let place = |row| point(facilities[FacilityId::new(row)].place);
    Layer { shapes: shapes(place), ..table("facilities", facilities.len(), columns) }
}

fn held(value: Option<Held<'_>>) -> Value<'_> {
    match value {
        None => Value::Missing,
        Some(Held::Flag(flag)) => Value::Flag(flag),
        Some(Held::Number(value)) => number(Some(value)),
        Some(Held::Date(date)) => Value::Text(date.to_string().into()),
        Some(Held::Text(text)) => word(Some(text)),
    }
}

/// How many obligations are unmet and unknown for each facility, and whether it is over a limit now.
struct Standing(PerFacility<(u32, u32, bool)>);

impl Standing {
    fn of(findings: &Findings, world: &World) -> Self {
        let mut standing = PerFacility::filled(world.facilities.len(), (0, 0, false));
        for assessed in &findings.findings {
            for subject in &assessed.finding.subjects {
                let Of::Facility(id) = subject.of else { continue };
                match subject.verdict {
                    Verdict::Unmet => standing[id].0 += 1,
                    Verdict::Unknown { .. } => standing[id].1 += 1,
                    Verdict::Met | Verdict::NotCheckable { .. } => {}
                }
            }
            for entry in assessed.finding.ledger.iter().filter(|entry| entry.over.is_some()) {
                standing[entry.facility].2 = true;
            }
        }
        Self(standing)
    }
}
