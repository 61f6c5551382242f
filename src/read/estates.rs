//! Files of new residential areas to [`Estates`].

use std::collections::HashMap;

use super::attributes;
use super::columns::{Columns, level_reference, structural};
use super::membership::{Ground, Whereabouts};
use super::places;
use super::problem::{Problems, say};
use super::study::{DataLayer, Membership};
use super::values;
use super::world::Inputs;
use crate::model::{Estate, Estates, Layer};

const STRUCTURAL: [&str; 8] = ["code", "name", "lon", "lat", "area-code", "area-name", "households", "first-phase"];

/// All layers of estates.
pub(super) fn read(
    layers: &[DataLayer],
    ground: &Ground<'_>,
    inputs: &mut Inputs<'_>,
    problems: &mut Problems,
) -> Estates {
    let areas = ground.areas;
    let mut estates = Estates::default();
    let mut codes: HashMap<String, String> = HashMap::new();
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
        let mut own = places::places(&columns, problems);
        let said = ground.declared(&columns, Some(["area-code", "area-name"]), problems);
        let located = ground.locate(&table, &mut own, problems);
        let what = say("the estate", "小区");
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
            let whereabouts = Whereabouts { said: said[row], located: located[row], place: own[row] };
            let area = ground.settle(Membership::Declared, &what, (&table, row), whereabouts, problems);
            let name = columns.cell("name", row);
            let code = columns.cell("code", row);
            if !code.is_empty()
                && let Some(other) = codes.insert(code.to_owned(), name.to_owned())
            {
                problems.error(
                    "duplicate-estate",
                    &table.file,
                    table.at(row),
                    say(
                        format!("the id `{code}` of {name} is that of {other}, too"),
                        format!("{name}的编号 {code} 与{other}重复"),
                    ),
                    say("give each estate its own id, or delete the double", "请为每个小区使用唯一编号，或删除重复行"),
                );
            }
            let code = if code.is_empty() { format!("row-{}", row + 1) } else { code.to_owned() };
            estates.rows.push(Estate {
                name: if name.is_empty() { code.clone() } else { name.to_owned() },
                code,
                place: own[row],
                area,
                households: n_households,
                first_phase: day,
                origin: (source, u32::try_from(row + 1).unwrap_or(u32::MAX)),
            });
        }
    }
    estates
}
