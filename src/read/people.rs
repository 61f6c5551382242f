//! Files of people to [`People`]: demand points, or counts by area.

use std::collections::{BTreeMap, BTreeSet};

use geo::Coord;

use super::attributes;
use super::columns::{Columns, level_reference, structural};
use super::membership::{Ground, Whereabouts};
use super::places;
use super::problem::{At, Problems, say};
use super::study::{DataLayer, Membership};
use super::values;
use super::vocabulary::vocabulary;
use super::world::Inputs;
use crate::model::{AreaId, Areas, Id, Layer, People, PerArea, PerPoint, SourceId};

const STRUCTURAL: [&str; 6] = ["code", "name", "lon", "lat", "area-code", "area-name"];

/// All layers of people.
pub(super) fn read(
    layers: &[DataLayer],
    ground: &Ground<'_>,
    inputs: &mut Inputs<'_>,
    problems: &mut Problems,
) -> People {
    let areas = ground.areas;
    let mut people = People::default();
    let mut persons: BTreeMap<String, Vec<f64>> = BTreeMap::new();
    let mut sources: Vec<SourceId> = Vec::new();
    let level_keys: Vec<&str> = areas.levels().values().iter().map(|level| level.key.as_str()).collect();
    for layer in layers {
        let Some((table, source)) =
            inputs.table(&layer.file, Layer::People, layer.illustrative, layer.crs.as_ref(), problems)
        else {
            continue;
        };
        let role = |header: &str| {
            // A row of people is an area: its code is the area's.
            let known = structural(header).filter(|key| STRUCTURAL.contains(&key.as_str()));
            known
                .or_else(|| level_reference(areas.levels(), header))
                .or_else(|| vocabulary().group(header).map(|group| format!("={group}")))
        };
        let mapping = attributes::mapping(&layer.columns, &STRUCTURAL, &level_keys);
        let columns = Columns::new(&table, &mapping, &role, problems);
        let groups: Vec<(String, _)> =
            columns.iter().filter_map(|(key, cells)| Some((key.strip_prefix('=')?.to_owned(), cells))).collect();
        if groups.is_empty() {
            let headers: Vec<&str> = table.columns.iter().map(|column| column.header.as_str()).collect();
            let headers = headers.join(", ");
            problems.error(
                "missing-column",
                &table.file,
                At::File,
                say(
                    format!("no column counts a known group of people; the file has: {headers}"),
                    format!("没有可识别的人口列；文件中的列：{headers}"),
                ),
                say(
                    "name them in the study: columns = { residents = \"header\" }",
                    "请在研究文件中写明：columns = { residents = \"表头\" }",
                ),
            );
            continue;
        }
        let start = people.places.len();
        let mut own = places::places(&columns, problems);
        // The rows are areas, unless they have a place: then their codes may be their own.
        let are_areas = own.iter().all(Option::is_none);
        let generic = ground.generic(&columns).or(are_areas.then_some(["code", "name"]));
        let said = ground.declared(&columns, generic, problems);
        let located = ground.locate(&table, &mut own, problems);
        let what = say("this row of people", "该行人口");
        for row in 0..table.n_rows {
            total_row(&columns, row, said[row], problems);
            let whereabouts = Whereabouts { said: said[row], located: located[row], place: own[row] };
            let area = ground.settle(Membership::Declared, &what, (&table, row), whereabouts, problems);
            people.places.push(own[row].or_else(|| areas[area?].place));
            people.areas.push(area);
            sources.push(source);
        }
        for (group, cells) in groups {
            let column = persons.entry(group.clone()).or_default();
            column.resize(start, f64::NAN);
            column.extend(
                (0..table.n_rows).map(|row| count(cells.get(row), &group, &table.file, table.at(row), problems)),
            );
        }
    }
    let n_points = people.places.len();
    for (group, mut column) in persons {
        column.resize(n_points, f64::NAN);
        people.groups.push(group);
        people.persons.push(PerPoint::from(column));
    }
    counted_twice(&people, &sources, areas, inputs, problems);
    people
}

/// For each area the place of the demand point in it with the most people, of equal ones the first.
pub(super) fn most_populous(people: &People, areas: &Areas) -> PerArea<Option<Coord<f64>>> {
    let mut most: PerArea<Option<(f64, Coord<f64>)>> = PerArea::filled(areas.len(), None);
    // Groups overlap: the one that counts everybody weighs, if it is there.
    let weigh = people.group("residents").or(people.groups.ids().next());
    for point in people.places.ids() {
        let (Some(area), Some(place)) = (people.areas[point], people.places[point]) else { continue };
        let persons = weigh.and_then(|group| people.persons(group, point)).unwrap_or(0.0);
        for holder in areas.chain(area) {
            if most[holder].is_none_or(|(other, _)| other < persons) {
                most[holder] = Some((persons, place));
            }
        }
    }
    most.values().iter().map(|found| found.map(|(_, place)| place)).collect()
}

/// A row that sums up the others would count everybody twice.
fn total_row(columns: &Columns<'_>, row: usize, said: Option<AreaId>, problems: &mut Problems) {
    let names = columns.iter().filter(|(key, _)| key.starts_with('@') || key.ends_with("name")).map(|(_, cells)| cells);
    let total = names.map(|cells| cells.get(row)).find(|name| vocabulary().is_total(name));
    let (Some(total), None) = (total, said) else { return };
    let table = columns.table();
    problems.error(
        "total-row",
        &table.file,
        table.at(row),
        say(
            format!("`{total}` looks like a sum of other rows: these people would be counted twice"),
            format!("“{total}”像是其他各行的合计，人口会重复统计"),
        ),
        say("delete the row", "请删除该行"),
    );
}

fn count(cell: &str, group: &str, file: &str, at: At, problems: &mut Problems) -> f64 {
    if cell.is_empty() {
        return f64::NAN;
    }
    match values::number(cell).filter(|&number| 0.0 <= number) {
        Some(number) => number,
        None => {
            problems.warning(
                "bad-value",
                file,
                at,
                say(
                    format!("`{group}` is `{cell}`, which is not a number of people; it is taken as missing"),
                    format!("“{group}”的值“{cell}”不是人数，按缺失处理"),
                ),
                say("correct the cell, or leave it empty", "请更正该单元格，或留空"),
            );
            f64::NAN
        }
    }
}

/// The same people may not be there twice: in an area, and in an area that holds it.
fn counted_twice(people: &People, sources: &[SourceId], areas: &Areas, inputs: &Inputs<'_>, problems: &mut Problems) {
    for group in people.groups.ids() {
        let mut by_area: BTreeSet<(AreaId, SourceId)> = BTreeSet::new();
        for point in people.places.ids() {
            if let (Some(area), Some(_)) = (people.areas[point], people.persons(group, point)) {
                by_area.insert((area, sources[point.index()]));
            }
        }
        let mut said: BTreeSet<(SourceId, SourceId)> = BTreeSet::new();
        for &(area, source) in &by_area {
            for holder in areas.chain(area).filter(|&holder| holder != area) {
                let upper = by_area.range((holder, SourceId::new(0))..).take_while(|&&(area, _)| area == holder);
                for &(_, other) in upper.filter(|&&(_, other)| other != source) {
                    if said.insert((source, other)) {
                        twice(&people.groups[group], areas, holder, (source, other), inputs, problems);
                    }
                }
            }
        }
    }
}

fn twice(
    group: &str,
    areas: &Areas,
    holder: AreaId,
    (lower, upper): (SourceId, SourceId),
    inputs: &Inputs<'_>,
    problems: &mut Problems,
) {
    let (lower, upper) = (&inputs.sources()[lower].file, &inputs.sources()[upper].file);
    let name = &areas[holder].name;
    problems.error(
        "counted-twice",
        upper,
        At::File,
        say(
            format!("`{group}` of {name} is counted here and, by the areas inside it, in {lower}"),
            format!("{name}的“{group}”在此处与 {lower}（其下级区域）中重复统计"),
        ),
        say("keep the finer file only", "请只保留更细一级的文件"),
    );
}
