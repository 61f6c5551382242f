//! Files of new residential areas to [`Estates`].

use super::attributes;
use super::columns::{Columns, level_reference, structural};
use super::gazetteer::Gazetteer;
use super::membership::{declared, locate_in};
use super::places;
use super::problem::{Problems, say};
use super::study::DataLayer;
use super::values;
use super::world::Inputs;
use crate::model::{Areas, Estate, Estates, IdVec, Layer, LevelId};
use crate::space::index::PolygonIndex;

const STRUCTURAL: [&str; 8] = ["code", "name", "lon", "lat", "area-code", "area-name", "households", "first-phase"];

/// All layers of estates.
pub(super) fn read(
    layers: &[DataLayer],
    areas: &Areas,
    gazetteer: &Gazetteer<'_>,
    indexes: &IdVec<LevelId, PolygonIndex>,
    inputs: &mut Inputs<'_>,
    problems: &mut Problems,
) -> Estates {
    let mut estates = Estates::default();
    let level_keys: Vec<&str> = areas.levels().values().iter().map(|level| level.key.as_str()).collect();
    for layer in layers {
        let Some((table, source)) =
            inputs.table(&layer.file, Layer::Estates, layer.illustrative, layer.crs.as_ref(), problems)
        else {
            continue;
        };
        estates.known = true;
        let role = |header: &str| {
            let known = structural(header).filter(|key| STRUCTURAL.contains(&key.as_str()));
            known.or_else(|| level_reference(areas.levels(), header))
        };
        let mapping = attributes::mapping(&layer.columns, &STRUCTURAL, &level_keys);
        let columns = Columns::new(&table, &mapping, &role, problems);
        let own = places::places(&columns, problems);
        let said = declared(&columns, areas, gazetteer, ["area-code", "area-name"], problems);
        let located = locate_in(areas, &own, indexes);
        for row in 0..table.n_rows {
            let mut bad = |cell: &str, kind: (&str, &str)| {
                problems.warning(
                    "bad-value",
                    &table.file,
                    table.at(row),
                    say(
                        format!("`{cell}` is not a {}; it is taken as missing", kind.0),
                        format!("“{cell}”不是{}，按缺失处理", kind.1),
                    ),
                    say("correct the cell, or leave it empty", "请更正该单元格，或留空"),
                );
            };
            let households = columns.cell("households", row);
            let n_households = values::number(households).filter(|&number| 0.0 <= number);
            if n_households.is_none() && !households.is_empty() {
                bad(households, ("number of households", "户数"));
            }
            let first_phase = columns.cell("first-phase", row);
            let day = values::date(first_phase);
            if day.is_none() && !first_phase.is_empty() {
                bad(first_phase, ("full day such as 2020-09-01", "完整日期（如 2020-09-01）"));
            }
            let code = columns.cell("code", row);
            let code = if code.is_empty() { format!("row-{}", row + 1) } else { code.to_owned() };
            let name = columns.cell("name", row);
            estates.rows.push(Estate {
                name: if name.is_empty() { code.clone() } else { name.to_owned() },
                code,
                place: own[row],
                area: said[row].or(located[row]),
                households: n_households,
                first_phase: day,
                origin: (source, u32::try_from(row + 1).unwrap_or(u32::MAX)),
            });
        }
    }
    estates
}
