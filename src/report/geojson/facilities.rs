//! `facilities.geojson`: every facility with its attributes and how it stands.

use std::io::{self, Write};

use super::column::{Cell, Columns};
use super::geometry::Place;
use super::{Feature, layer};
use crate::assess::Findings;
use crate::model::{FacilityId, Id, PerFacility, Value, World};
use crate::rules::finding::{Of, Verdict};

/// Every facility; one without coordinates has no geometry but is in the table.
///
/// `unmet` and `unknown` count the obligations that judge this facility; `over` says whether it is over a limit now.
pub fn facilities(findings: &Findings, world: &World, to: &mut dyn Write) -> io::Result<()> {
    let facilities = &world.facilities;
    let standing = Standing::of(findings, world);
    let mut columns = Columns::new(&[
        "service",
        "code",
        "name",
        "area_level",
        "area_code",
        "area_name",
        "illustrative",
        "unmet",
        "unknown",
        "over",
    ]);
    facilities.attributes().keys().for_each(|key| columns.add(key));
    let columns = columns.names();
    let ids: Vec<FacilityId> = facilities.iter().map(|(id, _)| id).collect();
    let feature = |id| {
        let row = &facilities[id];
        let area = row.area.map(|area| &world.areas[area]);
        let source = world.sources.values().get(row.origin.0.index());
        let (unmet, unknown, over) = standing.0[id];
        let mut cells = vec![
            Cell::Word(&facilities.services()[row.service].key),
            Cell::Word(&row.code),
            Cell::Word(&row.name),
            Cell::word(area.map(|area| world.areas.levels()[area.level].key.as_str())),
            Cell::word(area.map(|area| area.code.as_str())),
            Cell::word(area.map(|area| area.name.as_str())),
            source.map_or(Cell::Null, |source| Cell::Flag(source.illustrative)),
            Cell::Count(unmet as usize),
            Cell::Count(unknown as usize),
            Cell::Flag(over),
        ];
        cells.extend(facilities.attributes().values().map(|column| match column.get(id.index()) {
            None => Cell::Null,
            Some(Value::Flag(flag)) => Cell::Flag(flag),
            Some(Value::Number(number)) => Cell::number(Some(number)),
            Some(Value::Date(date)) => Cell::Text(date.to_string()),
            Some(Value::Text(text)) => Cell::Word(text),
        }));
        Feature { geometry: row.place.map(Place), columns: &columns, cells }
    };
    layer("facilities", findings, world, &ids, feature, to)
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
