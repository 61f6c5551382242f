//! The study's table of costs: which of its names stand for whom and for what.
//!
//! `from` names a row of people by the id that it has; where the table names none of the ids of a file, its rows have the
//! costs of the area that they lie in, by its code or a name that no other area has. It may also name areas for their own
//! sake, and estates by their codes. `to` names a facility by its code, or a site that a scenario may open or move to.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use super::costs::{CostColumns, no_rows};
use super::people::PeopleRows;
use super::problem::{At, Problems, say};
use super::study::{TableUnit, TravelLayer};
use super::table::Table;
use super::world::Inputs;
use crate::model::{
    AreaId, Areas, CostTable, DestinationId, EstateId, Estates, Facilities, FacilityRow, Id, IdVec, Layer, OriginId,
    People, PerArea, ServiceId, SourceId, World,
};
use crate::rules::{Check, Pack};

/// What a table may name.
pub(super) struct Named<'a> {
    pub(super) areas: &'a Areas,
    pub(super) people: &'a mut People,
    pub(super) rows: &'a PeopleRows,
    pub(super) facilities: &'a mut Facilities,
    pub(super) estates: &'a Estates,
}

/// Examples in a message.
const NAMED: usize = 5;

/// The table, and where it knows the people and the facilities; `None` where a problem stops it.
pub(super) fn read(
    layer: &TravelLayer,
    named: Named<'_>,
    inputs: &mut Inputs<'_>,
    problems: &mut Problems,
) -> Option<CostTable> {
    let (table, source) = inputs.table(layer.entry(), Layer::Travel, problems)?;
    let columns = CostColumns::find(&table, &layer.columns, problems)?;
    let unit = unit(layer, &columns, problems);
    if table.n_rows == 0 {
        no_rows(&table, say("the table has no row: nothing can be reached", "费用表没有数据行"), problems);
    }
    let unit = unit?;
    let (mut origins, mut destinations) = (Names::default(), Names::default());
    let mut pairs = Vec::with_capacity(table.n_rows);
    columns.each(problems, |row, (from, to), cost, _| {
        let pair = (OriginId::new(origins.number(from, row)), DestinationId::new(destinations.number(to, row)));
        pairs.extend(cost.map(|cost| (pair.0, pair.1, unit.turn(cost))));
    });
    let origin_ids = origins.by_name.iter().map(|(&name, &at)| (name.to_owned(), OriginId::new(at as usize)));
    let destination_ids =
        destinations.by_name.iter().map(|(&name, &at)| (name.to_owned(), DestinationId::new(at as usize)));
    let mut costs = CostTable::new(unit.of_costs(), source, origin_ids.collect(), destination_ids.collect(), pairs);
    let twice: HashSet<(&str, &str)> =
        costs.doubles().map(|(from, to)| (origins.names[from.index()].0, destinations.names[to.index()].0)).collect();
    columns.refuse_doubles(&twice, problems);

    let places =
        Places { table: &table, from: columns.origin_header(), origins: &origins, destinations: &destinations };
    let mut used = vec![false; origins.names.len()];
    costs.areas = places.areas(&named, &mut used, problems);
    costs.estates = places.estates(named.estates, &mut used);
    named.people.origins = places.points(&named, &costs, &mut used, inputs, problems);
    places.refuse_unknown(&used, problems);
    let at = places.facilities(named.facilities, problems);
    named.facilities.set_destinations(|row| at.get(row.code.as_str()).copied());
    Some(costs)
}

/// What the numbers are counted in: by the study, else by the header.
fn unit(layer: &TravelLayer, columns: &CostColumns<'_>, problems: &mut Problems) -> Option<TableUnit> {
    let (table, header) = (columns.table, columns.cost_header());
    let at = At::Column(header.to_owned());
    match (layer.unit, columns.unit()) {
        (Some(said), Some(of_header)) if said != of_header => {
            let (said, of_header) = (said.key(), of_header.key());
            problems.error(
                "unit-clash",
                &table.file,
                at,
                say(
                    format!("the study says `{said}`, and the header says `{of_header}`"),
                    format!("研究文件写明单位为 {said}，而表头为 {of_header}"),
                ),
                say("correct one of the two", "请更正其中之一"),
            );
            None
        }
        (Some(unit), _) | (None, Some(unit)) => Some(unit),
        (None, None) => {
            problems.error(
                "no-unit",
                &table.file,
                at,
                say("nobody says what the costs are counted in", "未说明费用的单位"),
                say(
                    "say it in the study: unit = \"m\", \"km\", \"min\" or \"s\"; or in the header, such as `minutes`",
                    "请在研究文件 [travel] 中写明 unit = \"m\"、\"km\"、\"min\" 或 \"s\"，或在表头注明，如“分钟”",
                ),
            );
            None
        }
    }
}

/// Names in the order in which they come, with the row of each.
#[derive(Default)]
struct Names<'t> {
    by_name: HashMap<&'t str, u32>,
    names: Vec<(&'t str, usize)>,
    /// The name before: tables are sorted.
    last: Option<(&'t str, u32)>,
}

impl<'t> Names<'t> {
    fn number(&mut self, name: &'t str, row: usize) -> usize {
        if let Some((last, number)) = self.last
            && last == name
        {
            return number as usize;
        }
        let next = u32::try_from(self.names.len()).unwrap_or(u32::MAX);
        let number = *self.by_name.entry(name).or_insert(next);
        if number == next {
            self.names.push((name, row));
        }
        self.last = Some((name, number));
        number as usize
    }
}

/// The names of a table, to look up what they stand for.
struct Places<'t> {
    table: &'t Table,
    /// The header of the origins.
    from: &'t str,
    origins: &'t Names<'t>,
    destinations: &'t Names<'t>,
}

impl Places<'_> {
    fn origin(&self, name: &str) -> Option<OriginId> {
        self.origins.by_name.get(name).map(|&at| OriginId::new(at as usize))
    }

    /// The origin that is each area: by its code, else by a name that it alone has.
    fn areas(&self, named: &Named<'_>, used: &mut [bool], problems: &mut Problems) -> PerArea<Option<OriginId>> {
        let areas = named.areas;
        let mut has_people = PerArea::filled(areas.len(), false);
        named.people.areas.values().iter().flatten().for_each(|&area| has_people[area] = true);
        let mut by_code: HashMap<&str, Vec<AreaId>> = HashMap::new();
        let mut by_name: HashMap<&str, Vec<AreaId>> = HashMap::new();
        for (id, area) in areas.iter() {
            by_code.entry(&area.code).or_default().push(id);
            by_name.entry(&area.name).or_default().push(id);
        }
        let ids: HashSet<&str> = named.rows.ids.iter().collect();
        let mut of_area: PerArea<Option<OriginId>> = PerArea::filled(areas.len(), None);
        for (at, &(name, row)) in self.origins.names.iter().enumerate() {
            let Some(found) = by_code.get(name).or_else(|| by_name.get(name)) else { continue };
            // A code on two levels is that of the area whose people are counted.
            let counted: Vec<AreaId> = found.iter().copied().filter(|&area| has_people[area]).collect();
            let area = match (found.as_slice(), counted.as_slice()) {
                (&[area], _) | (_, &[area]) => area,
                // It is the id of a row, too.
                _ if ids.contains(name) => continue,
                _ => {
                    let n = found.len();
                    used[at] = true;
                    problems.error(
                        "ambiguous-area",
                        &self.table.file,
                        self.table.at(row),
                        say(format!("{n} areas are called `{name}`"), format!("有 {n} 个区域名为“{name}”")),
                        say("give the code of the one that is meant", "请填写区域代码"),
                    );
                    continue;
                }
            };
            used[at] = true;
            if let Some(other) = of_area[area].replace(OriginId::new(at)) {
                let other = self.origins.names[other.index()].0;
                problems.error(
                    "area-twice",
                    &self.table.file,
                    self.table.at(row),
                    say(format!("`{name}` and `{other}` are the same area"), format!("“{name}”与“{other}”是同一区域")),
                    say("call it by one of the two in all rows", "请在各行中统一使用其中一个"),
                );
            }
        }
        of_area
    }

    fn estates(&self, estates: &Estates, used: &mut [bool]) -> IdVec<EstateId, Option<OriginId>> {
        let origins: Vec<Option<OriginId>> =
            estates.rows.values().iter().map(|estate| self.origin(&estate.code)).collect();
        origins.iter().flatten().for_each(|origin| used[origin.index()] = true);
        origins.into()
    }

    /// The origin of each demand point; files of which some or all rows have none are said.
    fn points(
        &self,
        named: &Named<'_>,
        costs: &CostTable,
        used: &mut [bool],
        inputs: &Inputs<'_>,
        problems: &mut Problems,
    ) -> crate::model::PerPoint<Option<OriginId>> {
        let PeopleRows { origins: rows, ids } = named.rows;
        let by_id: BTreeSet<SourceId> = rows
            .iter()
            .zip(ids.iter())
            .filter(|(_, id)| self.origin(id).is_some())
            .map(|((source, _), _)| *source)
            .collect();
        // A name that is the id of a row here and the code of an area elsewhere: the row is meant.
        let mut of_area: HashMap<OriginId, AreaId> = HashMap::new();
        of_area.extend(costs.areas.iter().filter_map(|(area, origin)| Some(((*origin)?, area))));
        let mut elsewhere: BTreeMap<SourceId, BTreeSet<OriginId>> = BTreeMap::new();
        let mut unlisted: BTreeMap<SourceId, (usize, usize, Vec<String>)> = BTreeMap::new();
        let origin = |(((source, row), id), area): ((&(SourceId, u32), &str), &Option<AreaId>)| {
            let of_its_area = || area.and_then(|area| costs.areas[area]);
            let found = match by_id.contains(source) {
                // A row that is an area may be called by the area's name, too.
                true => self
                    .origin(id)
                    .or_else(|| of_its_area().filter(|_| area.is_some_and(|area| named.areas[area].code == id))),
                false => of_its_area(),
            };
            let other = found.filter(|_| by_id.contains(source)).and_then(|origin| of_area.get(&origin));
            if let (Some(origin), Some(&other)) = (found, other)
                && area.is_none_or(|area| !named.areas.holds(other, area))
            {
                elsewhere.entry(*source).or_default().insert(origin);
            }
            let (n, of, examples) = unlisted.entry(*source).or_default();
            *of += 1;
            match found {
                Some(origin) => used[origin.index()] = true,
                None => {
                    *n += 1;
                    if examples.len() < NAMED {
                        let area = area.map(|area| named.areas[area].code.as_str()).filter(|_| !by_id.contains(source));
                        let id = if id.is_empty() { area } else { Some(id) };
                        examples.push(id.map_or_else(|| format!("#{row}"), str::to_owned));
                    }
                }
            }
            found
        };
        let origins = rows.iter().zip(ids.iter()).zip(named.people.areas.values()).map(origin).collect();
        for (source, origins) in elsewhere {
            let first = origins.iter().take(NAMED).map(|origin| self.origins.names[origin.index()]);
            let (mut en, mut zh): (Vec<String>, Vec<String>) = first
                .map(|(name, row)| (name, self.table.number(row)))
                .map(|(name, row)| (format!("`{name}` (row {row})"), format!("“{name}”（第 {row} 行）")))
                .unzip();
            let n = origins.len();
            if NAMED < n {
                en.push("…".to_owned());
                zh.push("…".to_owned());
            }
            let (en, zh) = (en.join(", "), zh.join("、"));
            let file = &inputs.sources()[source].file;
            problems.warning(
                "id-or-area",
                &self.table.file,
                At::Column(self.from.to_owned()),
                say(
                    if n == 1 {
                        format!("the name {en} is the id of a row of {file} and the code of an area where it does not lie: the row is meant")
                    } else {
                        format!("{n} names are ids of rows of {file} and codes of areas where these do not lie: {en}; the rows are meant")
                    },
                    format!("{n} 个编号既是 {file} 的行编号，又是其他区域的代码：{zh}；按行编号处理"),
                ),
                say(
                    "if the areas are meant, call the column of ids in the study something else; else rename the ids",
                    "若指区域，请在研究文件中不要把该列当作编号；否则请改用不同的编号",
                ),
            );
        }
        for (source, (n, of, examples)) in unlisted.into_iter().filter(|(_, (n, ..))| 0 < *n) {
            let (examples, table) = (examples.join(", "), &self.table.file);
            problems.warning(
                "people-not-listed",
                &inputs.sources()[source].file,
                At::File,
                say(
                    format!("{table} has no row from {n} of {of} rows of people ({examples}): what it costs them is not known"),
                    format!("{of} 行人口中有 {n} 行（{examples}）未列入 {table} 的起点，其出行费用未知"),
                ),
                say(
                    "add rows from their id, or from the code of their area",
                    "请补充以其编号或所在区域代码为起点的行",
                ),
            );
        }
        origins
    }

    /// Says which origins are nothing that the study knows.
    fn refuse_unknown(&self, used: &[bool], problems: &mut Problems) {
        for (&(name, row), _) in self.origins.names.iter().zip(used).filter(|(_, used)| !**used) {
            problems.error(
                "unknown-origin",
                &self.table.file,
                self.table.at(row),
                say(
                    format!("`{name}` is no row of people, no area and no estate of the study"),
                    format!("“{name}”不是研究中的人口点、区域或住宅区"),
                ),
                say(
                    "give the id of a row of people, else the code of its area; or delete the rows from it",
                    "请填写人口数据的编号或所在区域的代码，或删除相关行",
                ),
            );
        }
    }

    /// The destination that is each facility, by its code.
    fn facilities(&self, facilities: &Facilities, problems: &mut Problems) -> HashMap<String, DestinationId> {
        let mut by_code: HashMap<&str, Vec<&FacilityRow>> = HashMap::new();
        for (_, row) in facilities.iter() {
            if self.destinations.by_name.contains_key(row.code.as_str()) {
                by_code.entry(&row.code).or_default().push(row);
            }
        }
        let mut found = HashMap::with_capacity(by_code.len());
        let mut unknown: Vec<(&str, usize)> = Vec::new();
        for (at, &(name, row)) in self.destinations.names.iter().enumerate() {
            let Some(rows) = by_code.get(name) else {
                unknown.push((name, row));
                continue;
            };
            // Several services under one roof have one code and one way.
            let is_one = 1 == rows.len() || rows.iter().all(|row| row.place.is_some() && row.place == rows[0].place);
            if is_one {
                found.insert(name.to_owned(), DestinationId::new(at));
                continue;
            }
            let names: Vec<&str> = rows.iter().map(|row| row.name.as_str()).take(NAMED).collect();
            let (n, names) = (rows.len(), names.join(", "));
            problems.error(
                "ambiguous-facility",
                &self.table.file,
                self.table.at(row),
                say(
                    format!("`{name}` is the code of {n} facilities at different places: {names}"),
                    format!("编号“{name}”对应 {n} 个不同位置的设施：{names}"),
                ),
                say("give each a code of its own", "请为每个设施使用唯一编号"),
            );
        }
        if let Some(&(_, row)) = unknown.first() {
            let names: Vec<&str> = unknown.iter().map(|&(name, _)| name).take(NAMED).collect();
            let (n, names) = (unknown.len(), names.join(", "));
            problems.warning(
                "unknown-destination",
                &self.table.file,
                self.table.at(row),
                say(
                    format!("{n} names in `to` are no facility of the study ({names}): only scenarios and candidates can use them"),
                    format!("终点中有 {n} 个编号不是研究中的设施（{names}），仅供方案或候选点使用"),
                ),
                say("correct the codes, or leave them for sites that may be opened", "请更正编号；若为拟建设施点可忽略"),
            );
        }
        found
    }
}

/// Whether anything asks what it costs to get to facilities of a service: the table names one that stands, or a check does.
pub(super) fn is_measured(world: &World, packs: &[Arc<Pack>], service: ServiceId) -> bool {
    let all = &world.facilities;
    let of_service = &all.services()[service];
    let asks = |check: &Check| match check {
        Check::Reach(reach) => *reach.service.get_ref() == of_service.key,
        Check::Seats(seats) => seats.within.is_some() && *seats.service.get_ref() == of_service.key,
        Check::Pairing(pairing) => *pairing.service.get_ref() == of_service.key,
        Check::Tiered(tiered) => *tiered.service.get_ref() == of_service.key,
        _ => false,
    };
    of_service.facilities.iter().any(|&id| all[id].destination.is_some())
        || packs.iter().flat_map(|pack| &pack.obligations).any(|obligation| asks(&obligation.check))
}

/// Says which facilities the table does not name, of the services to which anything asks the way.
pub(super) fn say_unlisted(world: &World, packs: &[Arc<Pack>], problems: &mut Problems) {
    let Some(table) = &world.costs else { return };
    let (all, file) = (&world.facilities, &world.sources[table.source].file);
    for service in all.services().ids().filter(|&service| is_measured(world, packs, service)) {
        let of = &all.services()[service];
        let unlisted: Vec<&FacilityRow> =
            of.facilities.iter().map(|&id| &all[id]).filter(|row| row.destination.is_none()).collect();
        let Some(first) = unlisted.first() else { continue };
        let examples: Vec<&str> = unlisted.iter().map(|row| row.code.as_str()).take(NAMED).collect();
        let (n, n_all, key, examples) = (unlisted.len(), of.facilities.len(), &of.key, examples.join(", "));
        problems.warning(
            "facilities-not-listed",
            &world.sources[first.origin.0].file,
            At::File,
            say(
                format!("{file} has no row to {n} of {n_all} facilities of `{key}` ({examples}): who reaches them is not known"),
                format!("{n_all} 个“{key}”设施中有 {n} 个（{examples}）未列入 {file} 的终点，其服务范围未知"),
            ),
            say("add rows to their codes", "请补充以其编号为终点的行"),
        );
    }
}

#[cfg(test)]
mod tests {
    use crate::read::sketch::{Read, areas, kindergartens, people, read};
    use crate::units::CostUnit;

    const DISTRICTS: (&str, &str) = ("d.csv", "code,name\n01,甲区\n");
    const STREETS: (&str, &str) = ("s.csv", "code,name,parent\n0101,东街道,01\n0102,西街道,01\n");
    const PLACES: (&str, &str) = ("k.csv", "code,name,区划名称\nK1,一园,东街道\nK2,二园,西街道\n");
    const OF_STREETS: &str = "code,residents\n0101,5\n0102,6\n";

    fn study(travel: &str, counted: &str, table: &str) -> Read {
        let layers =
            areas("district", "d.csv") + &areas("street", "s.csv") + &people("p.csv") + &kindergartens("k.csv");
        let layers = layers + "[travel]\ntable = \"od.csv\"\n" + travel;
        read(&layers, &[DISTRICTS, STREETS, PLACES, ("p.csv", counted), ("od.csv", table)])
    }

    /// The cost of each point to each facility, as the world has it.
    fn costs(read: &Read) -> Vec<[Option<f64>; 2]> {
        let world = read.world();
        let table = world.costs.as_ref().unwrap();
        let to: Vec<_> = world.facilities.iter().map(|(_, row)| row.destination).collect();
        let of = |point| [0, 1].map(|at| table.cost(world.people.origin(point)?, to[at]?));
        world.people.places.ids().map(of).collect()
    }

    #[test]
    fn rows_of_people_have_the_costs_of_their_area_by_its_code_or_its_name() {
        let read = study("", OF_STREETS, "from,to,minutes\n0101,K1,4\n0101,K2,9.5\n西街道,K2,3\n");
        assert!(read.said().is_empty(), "{:?}", read.said());
        assert_eq!(costs(&read), [[Some(4.0), Some(9.5)], [None, Some(3.0)]]);
        assert_eq!(read.world().cost_unit(), CostUnit::Minutes);
        let source = &read.world().sources[read.world().costs.as_ref().unwrap().source];
        assert_eq!((source.file.as_str(), source.rows, source.sha256.len()), ("od.csv", 3, 64));
    }

    #[test]
    fn rows_with_ids_of_their_own_have_those_costs_where_the_table_names_any() {
        let counted = "id,区划代码,residents\np1,0101,5\np2,0101,6\np3,0102,7\n";
        let read = study("", counted, "from,to,km\np1,K1,1\np2,K1,2.5\n0102,K2,4\n");
        // p3 is not named, and has not the costs of its street either: the others do not.
        assert_eq!(costs(&read), [[Some(1000.0), None], [Some(2500.0), None], [None, None]]);
        assert_eq!(read.said(), ["people-not-listed: p.csv"]);
        assert!(read.what("people-not-listed").contains("1 of 3 rows of people (p3)"), "{:?}", read.said());
        let read = study("", counted, "from,to,km\n0101,K1,1\n0102,K2,4\n");
        assert_eq!(costs(&read), [[Some(1000.0), None], [Some(1000.0), None], [None, Some(4000.0)]]);
    }

    #[test]
    fn the_unit_is_that_of_the_study_or_of_the_header_and_never_a_guess() {
        let unit = |travel: &str, header: &str| {
            study(travel, OF_STREETS, &format!("from,to,{header}\n0101,K1,120\n0102,K2,60\n"))
        };
        for (travel, header, cost) in [
            ("unit = \"s\"", "cost", 2.0),
            ("", "duration (s)", 2.0),
            ("unit = \"m\"", "cost", 120.0),
            ("", "距离/米", 120.0),
            ("unit = \"min\"\ncolumns = { cost = \"c\" }", "c", 120.0),
        ] {
            let read = unit(travel, header);
            assert_eq!(costs(&read)[0][0], Some(cost), "{header}: {:?}", read.said());
        }
        assert_eq!(unit("", "cost").said()[0], "no-unit: od.csv, column `cost`");
        assert_eq!(unit("unit = \"m\"", "minutes").said()[0], "unit-clash: od.csv, column `minutes`");
        assert!(unit("", "cost").is_refused() && unit("unit = \"m\"", "minutes").is_refused());
    }

    #[test]
    fn all_that_is_wrong_is_told_at_once_with_its_row() {
        let table =
            "from,to,minutes\n0101,K1,1\n0101,K1,2\n0102,K2,-1\n0199,K1,3\n0101,K2,near\n0102,X,4\n,K1,1\n东街道,X,1\n";
        let read = study("", OF_STREETS, table);
        assert!(read.is_refused());
        assert_eq!(
            read.said(),
            [
                "negative: od.csv, row 4",
                "no-number: od.csv, row 6",
                "missing-id: od.csv, row 8",
                "duplicate-pair: od.csv, row 3",
                "area-twice: od.csv, row 9",
                "unknown-origin: od.csv, row 5",
                "unknown-destination: od.csv, row 7",
            ]
        );
    }

    #[test]
    fn what_the_table_does_not_name_is_said_with_counts_and_examples() {
        let read = study("", OF_STREETS, "from,to,minutes\n0101,K1,1\n");
        assert_eq!(read.said(), ["people-not-listed: p.csv", "facilities-not-listed: k.csv"]);
        let what = read.what("facilities-not-listed");
        assert_eq!(
            what,
            "od.csv has no row to 1 of 2 facilities of `kindergarten` (K2): who reaches them is not known"
        );
        assert!(read.what("people-not-listed").contains("1 of 2 rows of people (0102)"));
    }

    #[test]
    fn an_id_that_is_the_code_of_another_area_is_the_id_and_is_said() {
        let counted = "id,区划代码,residents\n0102,0101,5\n0101,0102,6\n";
        let read = study("", counted, "from,to,minutes\n0101,K1,1\n0102,K2,2\n");
        assert_eq!(read.said(), ["id-or-area: od.csv, column `from`"]);
        // Both, each where it comes first.
        let what = read.what("id-or-area");
        assert!(
            what.contains("2 names are ids of rows of p.csv") && what.contains("`0101` (row 2), `0102` (row 3)"),
            "{what}"
        );
        assert_eq!(costs(&read), [[None, Some(2.0)], [Some(1.0), None]]);
    }
}
