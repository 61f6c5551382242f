//! Files of values by year to [`Series`].

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::attributes;
use super::columns::{Columns, level_reference, structural};
use super::gazetteer::Gazetteer;
use super::membership::declared;
use super::problem::{Problems, say};
use super::study::DataLayer;
use super::values;
use super::world::Inputs;
use crate::model::{Areas, Facilities, FacilityId, Layer, Observation, Of, Series};

const STRUCTURAL: [&str; 8] = ["indicator", "year", "value", "facility", "area-code", "area-name", "code", "name"];

/// All layers of series. A row is of the facility or the area that it names, else of the whole study; the same key,
/// subject and year twice is an error unless the values agree.
pub(super) fn read(
    layers: &[DataLayer],
    areas: &Areas,
    gazetteer: &Gazetteer<'_>,
    facilities: &Facilities,
    inputs: &mut Inputs<'_>,
    problems: &mut Problems,
) -> Series {
    // The first facility of each code, and how many have it.
    let mut by_code: HashMap<&str, (FacilityId, usize)> = HashMap::new();
    if !layers.is_empty() {
        by_code.reserve(facilities.len());
        for (id, row) in facilities.iter() {
            by_code.entry(&row.code).or_insert((id, 0)).1 += 1;
        }
    }
    let level_keys: Vec<&str> = areas.levels().values().iter().map(|level| level.key.as_str()).collect();
    let mut by_key: BTreeMap<String, BTreeMap<(Of, i16), f64>> = BTreeMap::new();
    for layer in layers {
        let Some((table, _)) =
            inputs.table(&layer.file, Layer::Series, layer.illustrative, layer.crs.as_ref(), problems)
        else {
            continue;
        };
        let role = |header: &str| {
            let known = structural(header).filter(|key| STRUCTURAL.contains(&key.as_str()));
            known.or_else(|| level_reference(areas.levels(), header))
        };
        let mapping = attributes::mapping(&layer.columns, &STRUCTURAL, &level_keys);
        let columns = Columns::new(&table, &mapping, &role, problems);
        let complete: BTreeSet<bool> =
            ["indicator", "year", "value"].into_iter().map(|key| columns.require(key, problems)).collect();
        if complete.contains(&false) {
            continue;
        }
        let said = declared(&columns, areas, gazetteer, ["area-code", "area-name"], problems);
        for row in 0..table.n_rows {
            let (key, facility) = (columns.cell("indicator", row), columns.cell("facility", row));
            let (year, value) = (columns.cell("year", row), columns.cell("value", row));
            if value.is_empty() {
                continue;
            }
            let of = match (facility, said[row]) {
                ("", Some(area)) => Some(Of::Area(area)),
                ("", None) => names_nothing(&columns, row).then_some(Of::Whole),
                (code, _) => match by_code.get(code) {
                    Some(&(facility, 1)) => Some(Of::Facility(facility)),
                    found => {
                        unknown_facility(code, found.map_or(0, |&(_, n)| n), &table.file, table.at(row), problems);
                        None
                    }
                },
            };
            let (Some(year), Some(value)) = (values::year(year), values::number(value)) else {
                problems.warning(
                    "bad-value",
                    &table.file,
                    table.at(row),
                    say(
                        format!("`{year}`, `{value}` is not a year and a number; the row is not used"),
                        format!("“{year}”“{value}”不是年份和数值，该行未采用"),
                    ),
                    say("correct the row, or leave the value empty", "请更正该行，或将数值留空"),
                );
                continue;
            };
            let Some(of) = of else { continue };
            let entry = by_key.entry(key.to_owned()).or_default().entry((of, year));
            let kept = *entry.or_insert(value);
            if kept != value {
                problems.error(
                    "contradiction",
                    &table.file,
                    table.at(row),
                    say(
                        format!("`{key}` of {year} is {value} here and {kept} before"),
                        format!("“{key}”{year} 年的值此处为 {value}，之前为 {kept}"),
                    ),
                    say("keep one of them", "请只保留一个"),
                );
            }
        }
    }
    let observations = |by_year: BTreeMap<(Of, i16), f64>| {
        by_year.into_iter().map(|((of, year), value)| Observation { of, year, value }).collect()
    };
    Series::new(by_key.into_iter().map(|(key, by_year)| (key, observations(by_year))).collect())
}

/// Whether the row names no area: one that names an unknown area is not of the whole study.
fn names_nothing(columns: &Columns<'_>, row: usize) -> bool {
    let names = columns.iter().filter(|(key, _)| key.starts_with('@') || key.starts_with("area-"));
    names.into_iter().all(|(_, cells)| cells.get(row).is_empty())
}

fn unknown_facility(code: &str, n: usize, file: &str, at: super::problem::At, problems: &mut Problems) {
    let (en, zh) = if n == 0 {
        (format!("no facility has the id `{code}`"), format!("没有编号为 {code} 的设施"))
    } else {
        (format!("{n} facilities have the id `{code}`"), format!("有 {n} 个设施的编号都是 {code}"))
    };
    let help = say("use the ids of the facility files, each only once", "请使用设施文件中的编号，并确保唯一");
    problems.warning("unknown-facility", file, at, say(en, zh), help);
}
