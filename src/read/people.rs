//! Files of people to [`People`]: demand points, or counts by area.

use std::collections::{BTreeMap, BTreeSet};

use geo::Coord;

use super::attributes;
use super::columns::{Columns, level_reference, structural};
use super::coverage;
use super::membership::{Ground, Whereabouts};
use super::osm;
use super::places;
use super::problem::{At, Problems, say};
use super::study::{DataLayer, Entry, Membership};
use super::table::Cells;
use super::values;
use super::vocabulary::{normalise, vocabulary};
use super::world::Inputs;
use crate::model::{AreaId, Areas, Id, Layer, LevelId, People, PerArea, PerPoint, Proxy, SourceId};

const STRUCTURAL: [&str; 6] = ["code", "name", "lon", "lat", "area-code", "area-name"];

/// The rows that the demand points are from.
#[derive(Default)]
pub(super) struct PeopleRows {
    /// The file and row of each point.
    pub(super) origins: Vec<(SourceId, u32)>,
    /// The id that its row gives it, of which the code of its area is one; empty where it gives none. Kept only for
    /// studies with a table of costs.
    pub(super) ids: Cells,
}

/// All layers of people.
pub(super) fn read(
    layers: &[DataLayer],
    ground: &Ground<'_>,
    inputs: &mut Inputs<'_>,
    problems: &mut Problems,
) -> (People, PeopleRows) {
    let areas = ground.areas;
    let mut people = People::default();
    let mut persons: BTreeMap<String, Vec<f64>> = BTreeMap::new();
    let PeopleRows { mut origins, mut ids } = PeopleRows::default();
    let keeps_ids = inputs.has_travel();
    let mut groups_of: BTreeMap<SourceId, BTreeSet<String>> = BTreeMap::new();
    let mut proxies: Vec<(SourceId, Option<Proxy>)> = Vec::new();
    let level_keys = areas.level_keys();
    for layer in layers {
        let entry = Entry { tags: layer.tags.as_deref(), ..layer.entry() };
        let Some((table, source)) = inputs.table(entry, Layer::People, problems) else {
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
        if table.n_rows == 0 {
            problems.warning(
                "no-rows",
                &table.file,
                At::File,
                say("the file counts nobody: it has no row", "文件没有任何数据行，未统计人口"),
                say("fill it in, or take it out of the study", "请填写数据，或从研究文件中移除"),
            );
        }
        let is_floor = columns.get("=residents").is_some_and(|cells| normalise(&cells.header) == osm::FLOOR_AREA);
        let proxy = layer.proxy.or(is_floor.then_some(Proxy::DwellingFloor));
        inputs.stands_for(source, proxy);
        proxies.push((source, proxy));
        groups_of.insert(source, groups.iter().map(|(group, _)| group.clone()).collect());
        let start = people.places.len();
        let mut own = places::places(&columns, ground.extent(), problems);
        // The rows are areas, unless they have a place: then their codes may be their own.
        let are_areas = own.iter().all(Option::is_none);
        let generic = ground.generic(&columns).or(are_areas.then_some(["code", "name"]));
        let said = ground.declared(&columns, generic, problems);
        let located = ground.locate(&table, &mut own, &said, problems);
        let what = say("this row of people", "该行人口");
        // Of a raster only what lies in an area is of the study: it covers more than that.
        let rows: Vec<usize> = match &table.grid {
            Some(_) => (0..table.n_rows).filter(|&row| located.areas[row].is_some()).collect(),
            None => (0..table.n_rows).collect(),
        };
        let absent = table.grid.as_ref().map(|grid| coverage::check(&table, grid, &located.areas, areas, problems));
        let absent = absent.unwrap_or_default();
        for &row in &rows {
            total_row(&columns, row, said[row], problems);
            let whereabouts =
                Whereabouts { said: said[row], located: located.areas[row], place: own[row], refused: located.refused };
            let area = ground.settle(Membership::Declared, &what, (&table, row), whereabouts, problems);
            people.places.push(own[row].or_else(|| areas[area?].place));
            people.areas.push(area);
            origins.push((source, table.number(row)));
            if keeps_ids {
                ids.push(columns.cell("code", row));
            }
        }
        for (group, cells) in groups {
            let column = persons.entry(group.clone()).or_default();
            column.resize(start, f64::NAN);
            match &table.grid {
                Some(grid) => column.extend(rows.iter().map(|&row| grid.persons[row])),
                None => column.extend(
                    rows.iter().map(|&row| count(cells.get(row), &group, &table.file, table.at(row), problems)),
                ),
            }
        }
        // Somebody may live where the raster has no cells: nobody knows how many.
        for area in absent {
            people.places.push(None);
            people.areas.push(Some(area));
            origins.push((source, 0));
            if keeps_ids {
                ids.push("");
            }
        }
        persons.values_mut().for_each(|column| column.resize(people.places.len(), f64::NAN));
    }
    people.proxy = one_proxy(&proxies, inputs, problems);
    let n_points = people.places.len();
    for (group, mut column) in persons {
        column.resize(n_points, f64::NAN);
        people.groups.push(group);
        people.persons.push(PerPoint::from(column));
    }
    counted_twice(&people, &origins, areas, inputs, problems);
    counted_elsewhere(&mut people, &origins, areas, &groups_of);
    (people, PeopleRows { origins, ids })
}

/// What all files count in place of people, if they do; people and a proxy cannot be added up.
fn one_proxy(proxies: &[(SourceId, Option<Proxy>)], inputs: &Inputs<'_>, problems: &mut Problems) -> Option<Proxy> {
    let &(_, first) = proxies.first()?;
    if let Some(&(source, _)) = proxies.iter().find(|(_, proxy)| *proxy != first) {
        problems.error(
            "mixed-demand",
            &inputs.sources()[source].file,
            At::File,
            say(
                "one file counts people, another something that stands for them: they cannot be added up",
                "一个文件统计人口，另一个文件统计代替人口的指标，二者不能相加",
            ),
            say("keep the files of one kind only", "请只保留其中一类文件"),
        );
    }
    first
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

/// A file that does not count a group leaves it unknown where it counts others, unless another file counts it for the
/// same area: one by sex and one by age are two tables of the same people. There the rows of the first hold none of it.
fn counted_elsewhere(
    people: &mut People,
    origins: &[(SourceId, u32)],
    areas: &Areas,
    groups_of: &BTreeMap<SourceId, BTreeSet<String>>,
) {
    for (group, key) in people.groups.clone().iter() {
        let counts: Vec<bool> = origins.iter().map(|(source, _)| groups_of[source].contains(key)).collect();
        if counts.iter().all(|&counts| counts) {
            continue;
        }
        // Counted as a whole, or in all parts.
        let mut counted: PerArea<bool> = PerArea::filled(areas.len(), false);
        for (area, _) in people.areas.values().iter().zip(&counts).filter(|&(_, &counts)| counts) {
            if let &Some(area) = area {
                counted[area] = true;
            }
        }
        let whole = counted.clone();
        let mut parts: PerArea<(usize, usize)> = PerArea::filled(areas.len(), (0, 0));
        for level in (0..areas.levels().len()).rev().map(LevelId::new) {
            for &area in areas.at_level(level) {
                let (n_counted, n_parts) = parts[area];
                counted[area] |= 0 < n_parts && n_counted == n_parts;
                if let Some(parent) = areas[area].parent {
                    parts[parent].0 += usize::from(counted[area]);
                    parts[parent].1 += 1;
                }
            }
        }
        for point in people.places.ids().filter(|point| !counts[point.index()]) {
            let Some(area) = people.areas[point] else { continue };
            if counted[area] || areas.chain(area).any(|holder| whole[holder]) {
                people.persons[group][point] = 0.0;
            }
        }
    }
}

/// The same people may not be there twice: in an area, and in an area that holds it. In two files that is an error; in
/// one file a row may be what no finer row counts, and is an error where it is exactly the sum of finer rows.
fn counted_twice(
    people: &People,
    origins: &[(SourceId, u32)],
    areas: &Areas,
    inputs: &Inputs<'_>,
    problems: &mut Problems,
) {
    for group in people.groups.ids() {
        // Persons and the first row, by area and file.
        let mut by_area: BTreeMap<(AreaId, SourceId), (f64, u32)> = BTreeMap::new();
        for point in people.places.ids() {
            if let (Some(area), Some(persons)) = (people.areas[point], people.persons(group, point)) {
                let (source, row) = origins[point.index()];
                by_area.entry((area, source)).or_insert((0.0, row)).0 += persons;
            }
        }
        // What finer rows of the same file add up to, by the holder and the level of the rows, and how many they are.
        let mut inside: BTreeMap<(AreaId, SourceId, LevelId), (f64, usize)> = BTreeMap::new();
        let mut said: BTreeSet<(SourceId, SourceId)> = BTreeSet::new();
        for (&(area, source), &(persons, _)) in &by_area {
            for holder in areas.chain(area).filter(|&holder| holder != area) {
                let upper = by_area.range((holder, SourceId::new(0))..).take_while(|((area, _), _)| *area == holder);
                for (&(_, other), _) in upper {
                    if other == source {
                        let sum = inside.entry((holder, source, areas[area].level)).or_insert((0.0, 0));
                        *sum = (sum.0 + persons, sum.1 + 1);
                    } else if said.insert((source, other)) {
                        twice(&people.groups[group], areas, holder, (source, other), inputs, problems);
                    }
                }
            }
        }
        for ((holder, source, _), (sum, n)) in inside {
            let (persons, row) = by_area[&(holder, source)];
            if 1 < n && 0.0 < persons && (persons - sum).abs() <= 1e-9 * persons {
                subtotal(&people.groups[group], &areas[holder].name, inputs.origin((source, row)), problems);
            }
        }
    }
}

fn subtotal(group: &str, name: &str, (file, at): (&str, At), problems: &mut Problems) {
    problems.error(
        "counted-twice",
        file,
        at,
        say(
            format!("`{group}` of {name} is the sum of rows for areas inside it: these people are counted twice"),
            format!("{name}的“{group}”等于其下级区域各行之和，人口重复统计"),
        ),
        say("delete the row, or keep the finer rows in a file of their own", "请删除该行，只保留更细一级的数据"),
    );
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::read::sketch::{Read, areas, people as layer, read, read_levels, squares};

    const D: (&str, &str) = ("d.csv", "code,name\n01,甲区\n02,乙区\n");
    const S: (&str, &str) = ("s.csv", "code,name,parent\n0101,东街道,01\n0102,西街道,01\n0201,南街道,02\n");

    /// Two districts with three streets, and these people.
    fn of_streets(text: &str) -> Read {
        let layers = areas("district", "d.csv") + &areas("street", "s.csv") + &layer("p.csv");
        read(&layers, &[D, S, ("p.csv", text)])
    }

    /// The persons of a group, `None` where they are not known.
    fn persons(read: &Read, group: &str) -> Vec<Option<f64>> {
        let people = &read.world().people;
        let group = people.group(group).unwrap_or_else(|| panic!("{group} is not counted"));
        people.places.ids().map(|point| people.persons(group, point)).collect()
    }

    #[test]
    fn a_row_is_the_area_of_its_code_or_name() {
        for text in [
            "code,residents\n0101,5\n0201,7\n",
            "名称,常住人口\n东街道,5\n南街道,7\n",
            "区划代码,区划名称,人口\n0101,东街道,5\n0201,南街道,7\n",
        ] {
            let read = of_streets(text);
            assert_eq!((read.people(), read.said().len()), (vec!["东街道", "南街道"], 0), "{text}");
            assert_eq!(persons(&read, "residents"), [Some(5.0), Some(7.0)]);
        }
    }

    #[test]
    fn an_empty_cell_is_not_known_and_a_zero_is_nobody() {
        let read = of_streets("code,residents,0-5岁\n0101,5,\n0102,0,0\n0201,-3,几个\n");
        assert_eq!(persons(&read, "residents"), [Some(5.0), Some(0.0), None]);
        assert_eq!(persons(&read, "children-0-5"), [None, Some(0.0), None]);
        assert_eq!(read.said(), ["bad-value: p.csv, row 4", "bad-value: p.csv, row 4"]);
    }

    /// Two files of people.
    fn two(a: &str, b: &str) -> Read {
        let layers = areas("district", "d.csv") + &areas("street", "s.csv") + &layer("a.csv") + &layer("b.csv");
        read(&layers, &[D, S, ("a.csv", a), ("b.csv", b)])
    }

    // a.csv: residents of 东街道; b.csv: 65+ of 西街道
    #[test]
    fn a_group_that_no_file_counts_in_an_area_is_not_known_there() {
        let read = two("code,residents\n0101,5\n", "code,65+\n0102,2\n");
        assert_eq!(persons(&read, "residents"), [Some(5.0), None]);
        assert_eq!(persons(&read, "elderly-65"), [None, Some(2.0)]);
    }

    // Two tables of the same people: the rows of one hold none of what the other counts.
    #[test]
    fn a_group_that_another_file_counts_for_the_same_area_is_counted_there() {
        let read = two("code,residents\n0101,5\n0102,6\n", "code,65+\n0101,2\n0102,\n");
        assert_eq!(persons(&read, "residents"), [Some(5.0), Some(6.0), Some(0.0), Some(0.0)]);
        // What a cell of the file that counts it leaves open stays open.
        assert_eq!(persons(&read, "elderly-65"), [Some(0.0), Some(0.0), Some(2.0), None]);
    }

    // 65+ by district, residents by street: 甲区 has two streets, and only one of them is counted
    #[test]
    fn a_group_counted_above_covers_the_parts_and_one_counted_below_only_where_all_parts_are() {
        let read = two("code,residents\n0101,5\n0201,7\n", "code,65+\n01,2\n02,3\n");
        assert_eq!(persons(&read, "elderly-65"), [Some(0.0), Some(0.0), Some(2.0), Some(3.0)]);
        assert_eq!(persons(&read, "residents"), [Some(5.0), Some(7.0), None, Some(0.0)]);
    }

    #[test]
    fn a_file_that_counts_no_known_group_is_an_error() {
        let read = of_streets("code,狗\n0101,5\n");
        assert!(read.is_refused() && read.said() == ["missing-column: p.csv"], "{:?}", read.said());
    }

    #[test]
    fn people_of_an_unknown_area_are_said_and_kept() {
        let read = of_streets("code,residents\n0101,5\n0999,7\n");
        assert_eq!(read.said(), ["unknown-area: p.csv, row 3", "no-area: p.csv, row 3"]);
        assert_eq!(persons(&read, "residents"), [Some(5.0), Some(7.0)]);
    }

    // a.csv: 东街道 and 西街道; b.csv: 甲区, which holds both
    #[test]
    fn people_of_an_area_and_of_one_that_holds_it_are_an_error() {
        let layers = areas("district", "d.csv") + &areas("street", "s.csv") + &layer("a.csv") + &layer("b.csv");
        let counted =
            |upper: &str| read(&layers, &[D, S, ("a.csv", "code,residents\n0101,5\n0102,6\n"), ("b.csv", upper)]);
        let twice = counted("code,residents\n01,11\n");
        assert!(twice.is_refused() && twice.said() == ["counted-twice: b.csv"], "{:?}", twice.said());
        // Another district, or another group, is not.
        assert!(counted("code,residents\n02,7\n").said().is_empty());
        assert!(counted("code,65+\n01,3\n").said().is_empty());
    }

    // 甲区 11 = 东街道 5 + 西街道 6: a table with its subtotals.
    #[test]
    fn a_subtotal_in_the_same_file_is_an_error_and_a_remainder_is_not() {
        let subtotal = of_streets("code,residents\n01,11\n0101,5\n0102,6\n0201,7\n");
        assert!(subtotal.is_refused() && subtotal.said() == ["counted-twice: p.csv, row 2"], "{:?}", subtotal.said());
        let remainder = of_streets("code,residents\n01,2\n0101,5\n0102,6\n");
        assert!(remainder.said().is_empty(), "{:?}", remainder.said());
    }

    #[test]
    fn a_row_called_total_is_an_error() {
        for name in ["合计", "Total", "小计"] {
            let read = of_streets(&format!("名称,residents\n东街道,5\n{name},5\n"));
            assert!(
                read.is_refused() && read.said().contains(&"total-row: p.csv, row 3".to_owned()),
                "{:?}",
                read.said()
            );
        }
    }

    // Residential compounds with codes of their own, in streets that they name; 甲区 is drawn.
    #[test]
    fn points_may_have_codes_of_their_own() {
        let d = squares(&[("01", "甲区", [0.0, 0.0, 2.0])]);
        let layers = areas("district", "d.geojson") + &areas("street", "s.csv") + &layer("p.csv");
        let points = "code,name,街道,lon,lat,residents\np1,阳光小区,东街道,121.05,39.05,300\np2,东街道,西街道,121.15,39.05,200\n";
        let read = read(
            &layers,
            &[("d.geojson", &d), ("s.csv", "code,name,parent\n0101,东街道,01\n0102,西街道,01\n"), ("p.csv", points)],
        );
        assert_eq!((read.people(), read.said()), (vec!["东街道", "西街道"], vec![]));
        // Without a street they are where they lie.
        let located = "code,lon,lat,residents\n7,121.05,39.05,300\n";
        let layers = areas("district", "d.geojson") + &layer("p.csv");
        let read = read_levels(&["district"], &layers, &[("d.geojson", &d), ("p.csv", located)]);
        assert_eq!((read.people(), read.said()), (vec!["甲区"], vec![]));
    }

    #[test]
    fn the_place_of_an_area_is_that_of_its_people_where_they_have_none() {
        let read = read_levels(
            &["district"],
            &(areas("district", "d.csv") + &layer("p.csv")),
            &[("d.csv", "code,name,lon,lat\n01,甲区,121.5,39.5\n"), ("p.csv", "code,residents\n01,5\n")],
        );
        assert_eq!(read.world().people.places.values(), [Some(Coord { x: 121.5, y: 39.5 })]);
    }

    #[test]
    fn a_table_without_rows_is_said() {
        assert_eq!(of_streets("code,residents\n").said(), ["no-rows: p.csv"]);
    }
}
