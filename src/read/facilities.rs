//! Files of facilities to [`Facilities`].

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::hash::{DefaultHasher, Hash, Hasher};

use super::attributes;
use super::columns::{Columns, level_reference, structural};
use super::membership::{Ground, Whereabouts};
use super::places;
use super::problem::{Problems, say};
use super::study::{Entry, FacilitiesLayer};
use super::table::Table;
use super::vocabulary::{normalise, vocabulary};
use super::world::Inputs;
use crate::model::{AreaId, Areas, Facilities, FacilityId, FacilityRow, Id, Layer, PerFacility, ServiceId, SourceId};

const STRUCTURAL: [&str; 8] = ["code", "name", "lon", "lat", "area-code", "area-name", "service", "serves"];

/// Facilities on their way in.
struct Reading<'a> {
    ground: &'a Ground<'a>,
    services: Vec<String>,
    by_service: HashMap<String, ServiceId>,
    rows: PerFacility<FacilityRow>,
    attributes: attributes::Builder,
    serves: BTreeMap<FacilityId, Vec<AreaId>>,
    codes: HashMap<(ServiceId, String), FacilityId>,
}

/// All layers of facilities.
pub(super) fn read(
    layers: &[FacilitiesLayer],
    ground: &Ground<'_>,
    inputs: &mut Inputs<'_>,
    problems: &mut Problems,
) -> Facilities {
    let mut reading = Reading {
        ground,
        services: Vec::new(),
        by_service: HashMap::new(),
        rows: PerFacility::default(),
        attributes: attributes::Builder::default(),
        serves: BTreeMap::new(),
        codes: HashMap::new(),
    };
    for layer in layers {
        let entry = Entry { tags: layer.tags.as_deref(), ..layer.entry() };
        let table = inputs.table(entry, Layer::Facilities, problems);
        if let Some((table, source)) = table {
            reading.layer(layer, &table, source, problems);
        }
    }
    let origin: Vec<(SourceId, u32)> = reading.rows.values().iter().map(|row| row.origin).collect();
    let n_facilities = reading.rows.len();
    let attributes = reading.attributes.finish(n_facilities, &origin, &ground.areas.level_keys(), inputs, problems);
    Facilities::new(reading.rows, reading.services, attributes, reading.serves)
}

/// What the layers say that their columns are called: keys by header, the first layer first.
pub(super) fn headers(layers: &[FacilitiesLayer], areas: &Areas) -> BTreeMap<String, String> {
    let level_keys = areas.level_keys();
    let mut headers = BTreeMap::new();
    for (key, header) in layers.iter().flat_map(|layer| attributes::mapping(&layer.columns, &STRUCTURAL, &level_keys)) {
        headers.entry(normalise(&header)).or_insert(key);
    }
    headers
}

impl Reading<'_> {
    fn layer(&mut self, layer: &FacilitiesLayer, table: &Table, source: SourceId, problems: &mut Problems) {
        let level_keys = self.ground.areas.level_keys();
        let role = |header: &str| {
            let known = structural(header).filter(|key| STRUCTURAL.contains(&key.as_str()));
            // `级别/level` is an attribute of service points, `街道/street` the area they lie in.
            known
                .or_else(|| level_reference(self.ground.areas.levels(), header))
                .or_else(|| vocabulary().attribute(header).map(|key| format!("={key}")))
                .or_else(|| attributes::plain(header).map(|key| format!("={key}")))
        };
        let mapping = attributes::mapping(&layer.columns, &STRUCTURAL, &level_keys);
        let columns = Columns::new(table, &mapping, &role, problems);
        if layer.service.is_none() && !columns.require("service", problems) {
            return;
        }
        for service in layer.service.iter().map(|service| service.get_ref()).chain(&layer.services) {
            self.service(service);
        }
        let mut own = places::places(&columns, self.ground.extent(), problems);
        let said = self.ground.declared(&columns, Some(["area-code", "area-name"]), problems);
        let located = self.ground.locate(table, &mut own, &said, problems);
        let what = say("the facility", "设施");
        let words = service_words(layer);
        let has_codes = columns.get("code").is_some();
        let mut repeated = Repeated::default();
        let start = self.rows.len();
        // What each word of the column means is looked up once.
        let mut services: HashMap<&str, ServiceId> = HashMap::new();
        self.codes.reserve(if has_codes { table.n_rows } else { 0 });
        for row in 0..table.n_rows {
            let cell = if layer.service.is_some() { "" } else { columns.cell("service", row) };
            let service = *services.entry(cell).or_insert_with(|| {
                let key = match &layer.service {
                    Some(service) => service.get_ref().as_str(),
                    None => words.get(cell).copied().unwrap_or_else(|| vocabulary().service(cell)),
                };
                self.unknown_service(layer, key, table, row, problems);
                self.service(key)
            });
            if self.services[service.index()].is_empty() {
                problems.error(
                    "no-service",
                    &table.file,
                    table.at(row),
                    say("the row does not say which service it offers", "该行未注明服务类别"),
                    say("fill in the column of services", "请填写服务类别"),
                );
            }
            total_row(&columns, row, problems);
            let whereabouts =
                Whereabouts { said: said[row], located: located.areas[row], place: own[row], refused: located.refused };
            let area = self.ground.settle(layer.membership, &what, (table, row), whereabouts, problems);
            if !has_codes && (own[row].is_some() || !columns.cell("name", row).is_empty()) {
                repeated.look(table, row, problems);
            }
            let code = columns.cell("code", row);
            let code = if code.is_empty() { format!("row-{}", row + 1) } else { code.to_owned() };
            let name = columns.cell("name", row);
            let id = self.rows.push(FacilityRow {
                name: if name.is_empty() { code.clone() } else { name.to_owned() },
                code,
                service,
                place: own[row],
                area,
                destination: None,
                origin: (source, table.number(row)),
            });
            if !columns.cell("code", row).is_empty() {
                self.duplicate(id, table, row, problems);
            }
            self.serves(id, columns.cell("serves", row), area, table, row, problems);
        }
        self.attributes.add(start, &columns, &layer.values);
    }

    fn service(&mut self, key: &str) -> ServiceId {
        if let Some(&service) = self.by_service.get(key) {
            return service;
        }
        let service = ServiceId::new(self.services.len());
        self.services.push(key.to_owned());
        self.by_service.insert(key.to_owned(), service);
        service
    }

    /// Says, once a word, that a cell names a service that nobody has declared: it may be misspelt.
    fn unknown_service(&self, layer: &FacilitiesLayer, key: &str, table: &Table, row: usize, problems: &mut Problems) {
        let is_new = !key.is_empty() && !self.by_service.contains_key(key);
        if !is_new || layer.values.get("service").is_some_and(|words| words.contains_key(key)) {
            return;
        }
        if vocabulary().is_service(key) {
            return;
        }
        problems.warning(
            "unknown-service",
            &table.file,
            table.at(row),
            say(
                format!("`{key}` is no service that is known: it counts as a service of its own"),
                format!("“{key}”不是已知的服务类别，按单独一类计"),
            ),
            say(
                format!("correct the word, or declare it in the study: services = [\"{key}\"]"),
                format!("请更正，或在研究文件中声明：services = [\"{key}\"]"),
            ),
        );
    }

    fn duplicate(&mut self, id: FacilityId, table: &Table, row: usize, problems: &mut Problems) {
        let facility = &self.rows[id];
        let key = (facility.service, facility.code.clone());
        if let Some(&other) = self.codes.get(&key) {
            let other = &self.rows[other];
            problems.error(
                "duplicate-facility",
                &table.file,
                table.at(row),
                say(
                    format!("the id `{}` of {} is that of {}, too", facility.code, facility.name, other.name),
                    format!("{}的编号 {} 与{}重复", facility.name, facility.code, other.name),
                ),
                say("give each facility its own id, or delete the double", "请为每个设施使用唯一编号，或删除重复行"),
            );
        } else {
            self.codes.insert(key, id);
        }
    }

    /// The areas that a cell lists, parted by `;` `；` `、` `,` `，` or `|`, each a code or a name. A name is looked for
    /// near the facility first: in its own area, then in each that holds it.
    fn serves(
        &mut self,
        id: FacilityId,
        cell: &str,
        own: Option<AreaId>,
        table: &Table,
        row: usize,
        problems: &mut Problems,
    ) {
        let mut listed = BTreeSet::new();
        for word in cell.split([';', '；', '、', ',', '，', '|']).map(str::trim).filter(|word| !word.is_empty()) {
            let joined = self.ground.gazetteer.near(word, own);
            match (joined.area, joined.said) {
                (Some(area), _) => {
                    listed.insert(area);
                }
                (None, Some((what, help))) => problems.warning("unknown-area", &table.file, table.at(row), what, help),
                (None, None) => {}
            }
        }
        if !listed.is_empty() {
            self.serves.insert(id, listed.into_iter().collect());
        }
    }
}

/// A row that sums up the others would be one more facility.
fn total_row(columns: &Columns<'_>, row: usize, problems: &mut Problems) {
    let (code, name) = (columns.cell("code", row), columns.cell("name", row));
    if code.is_empty() && vocabulary().is_total(name) {
        let table = columns.table();
        problems.error(
            "total-row",
            &table.file,
            table.at(row),
            say(
                format!("`{name}` looks like a sum of other rows: it would count as a facility"),
                format!("“{name}”像是其他各行的合计，会被当作一个设施"),
            ),
            say("delete the row, or give the facility an id", "请删除该行，或为该设施填写编号"),
        );
    }
}

/// Rows that say the same in every cell: without ids of their own they may be one facility, counted twice.
#[derive(Default)]
struct Repeated {
    seen: HashMap<u64, Vec<usize>>,
}

impl Repeated {
    fn look(&mut self, table: &Table, row: usize, problems: &mut Problems) {
        let mut hasher = DefaultHasher::new();
        table.columns.iter().for_each(|cells| cells.get(row).hash(&mut hasher));
        let same = |&other: &usize| {
            let drawn = |row: usize| table.geometry.get(row);
            drawn(other) == drawn(row) && table.columns.iter().all(|cells| cells.get(other) == cells.get(row))
        };
        let like = self.seen.entry(hasher.finish()).or_default();
        match like.iter().copied().find(same) {
            Some(other) => problems.warning(
                "repeated-row",
                &table.file,
                table.at(row),
                say(
                    format!("the row says the same as row {}: it counts as another facility", other + 1),
                    format!("该行与第 {} 行完全相同，按另一设施计", other + 1),
                ),
                say("delete it, or give both an id", "请删除重复行，或为两者填写编号"),
            ),
            None => like.push(row),
        }
    }
}

fn service_words(layer: &FacilitiesLayer) -> HashMap<&str, &str> {
    let words = layer.values.get("service").into_iter().flatten();
    words.flat_map(|(key, of_file)| of_file.iter().map(move |cell| (cell.as_str(), key.as_str()))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::read::sketch::{Read, areas, kindergartens, read, read_levels, squares};

    // | 东街道 0101 | 西街道 0102 |  of 甲区; 南街道 0201 of 乙区 has no boundary, nor has a district
    fn drawn(layer: &str, text: &str) -> Read {
        let streets = squares(&[("0101", "东街道", [0.0, 0.0, 1.0]), ("0102", "西街道", [1.0, 0.0, 1.0])]);
        let layers = areas("district", "d.csv") + &areas("street", "s.geojson") + &areas("street", "s.csv") + layer;
        let files = [
            ("d.csv", "code,name\n01,甲区\n02,乙区\n"),
            ("s.geojson", &*streets),
            ("s.csv", "code,name\n0201,南街道\n"),
            ("k.csv", text),
        ];
        read(&layers, &files)
    }

    const IN_EAST: &str = "121.05,39.05";
    const IN_WEST: &str = "121.15,39.05";

    // K1 says 西街道 and lies in 东街道
    #[test]
    fn where_the_row_and_its_coordinates_disagree_the_rule_of_the_layer_decides_and_it_is_said() {
        let text = format!("code,name,区划名称,lon,lat\nK1,一园,西街道,{IN_EAST}\nK2,二园,西街道,{IN_WEST}\n");
        for (rule, used) in
            [("", "西街道"), ("membership = \"declared\"", "西街道"), ("membership = \"located\"", "东街道")]
        {
            let read = drawn(&(kindergartens("k.csv") + rule), &text);
            assert_eq!(
                (read.facilities(), read.said()),
                (vec![used, "西街道"], vec!["membership-clash: k.csv, row 2".into()])
            );
            assert_eq!(
                read.what("membership-clash"),
                "the facility declares 西街道 0102 (甲区) but lies in 东街道 0101 (甲区)"
            );
            assert_eq!(
                read.problems.kept()[0].help.en,
                format!(
                    "{} was used; correct the area or the coordinates",
                    if used == "西街道" { "西街道 0102 (甲区)" } else { "东街道 0101 (甲区)" }
                )
            );
        }
    }

    #[test]
    fn of_two_that_agree_the_more_precise_one_is_used() {
        // The district by name, the street by coordinates; then the other way round: 甲区 is drawn, its street is not.
        let text = format!("code,name,区划名称,lon,lat\nK1,一园,甲区,{IN_EAST}\n");
        let read = drawn(&kindergartens("k.csv"), &text);
        assert_eq!((read.facilities(), read.said().len()), (vec!["东街道"], 0));

        let d = squares(&[("01", "甲区", [0.0, 0.0, 2.0])]);
        let layers = areas("district", "d.geojson") + &areas("street", "s.csv") + &kindergartens("k.csv");
        let files = [
            ("d.geojson", &*d),
            ("s.csv", "code,name\n0101,东街道\n"),
            ("k.csv", "name,街道,lon,lat\n一园,东街道,121.05,39.05\n"),
        ];
        let read = super::super::sketch::read(&layers, &files);
        assert_eq!((read.facilities(), read.said().len()), (vec!["东街道"], 0));
    }

    // K1 lies in no area; K2 says 东街道, too; K3 says 南街道, whose boundary nobody knows
    #[test]
    fn a_place_outside_all_areas_is_said_with_the_nearest() {
        let text = "code,name,区划名称,lon,lat\nK1,一园,,121.05,39.15\nK2,二园,东街道,121.05,39.15\nK3,三园,南街道,121.05,39.15\n";
        let read = drawn(&kindergartens("k.csv"), text);
        assert_eq!(read.facilities(), ["-", "东街道", "南街道"]);
        assert_eq!(read.said(), ["outside-all-areas: k.csv, row 2", "outside-all-areas: k.csv, row 3"]);
        assert_eq!(
            read.what("outside-all-areas"),
            "the facility lies outside all areas; the nearest is 东街道 0101 (甲区), 5.551 km away"
        );
        assert!(
            read.problems.kept()[1].what.en.starts_with("the facility declares 东街道 0101 (甲区) but lies outside")
        );
    }

    #[test]
    fn a_row_with_neither_an_area_nor_a_place_is_said() {
        let read = drawn(&kindergartens("k.csv"), "code,name,区划名称,lon,lat\nK1,一园,,,\nK2,二园,北街道,,\n");
        assert_eq!(read.facilities(), ["-", "-"]);
        assert_eq!(read.said(), ["unknown-area: k.csv, row 3", "no-area: k.csv, row 2", "no-area: k.csv, row 3"]);
    }

    // 东街道: 东山村 v1, 李村 v2, 王 v5; 西街道: 东山村 v3, 王村 v4, 赵村 v6
    fn serving(serves: &str, own: &str) -> (Vec<String>, Vec<String>) {
        let layers = areas("district", "d.csv")
            + &areas("street", "s.csv")
            + &areas("village", "v.csv")
            + &kindergartens("k.csv");
        let files = [
            ("d.csv", "code,name\n01,甲区\n"),
            ("s.csv", "code,name\n0101,东街道\n0102,西街道\n"),
            (
                "v.csv",
                "code,name,parent\nv1,东山村,0101\nv2,李村,0101\nv3,东山村,0102\nv4,王村,0102\nv5,王,0101\nv6,赵村,0102\n",
            ),
            ("k.csv", &*format!("code,name,area-code,serves\nK1,一园,{own},{serves}\n")),
        ];
        let read = read_levels(&["district", "street", "village"], &layers, &files);
        let world = read.world();
        let served = world.facilities.serves(FacilityId::new(0)).iter().map(|&area| world.areas[area].code.clone());
        (served.collect(), read.said())
    }

    #[test]
    fn a_served_village_is_looked_for_near_the_facility_first() {
        let none: Vec<String> = Vec::new();
        assert_eq!(serving("东山村", "v4"), (vec!["v3".into()], none.clone()));
        assert_eq!(serving("东山村", "0102"), (vec!["v3".into()], none.clone()));
        assert_eq!(serving("东山村", "v2"), (vec!["v1".into()], none.clone()));
        // 王 is short for the near one, though the far one is called just so.
        assert_eq!(serving("王", "v3"), (vec!["v4".into()], none.clone()));
        // The name is only there in the other street, and a code is a code.
        assert_eq!(serving("赵村；v1", "v2"), (vec!["v1".into(), "v6".into()], none));
    }

    #[test]
    fn a_served_village_that_cannot_be_told_is_said_and_the_others_are_kept() {
        let (served, said) = serving("东山村、李村", "01");
        assert_eq!((served, said), (vec!["v2".into()], vec!["unknown-area: k.csv, row 2".into()]));
    }

    #[test]
    fn villages_are_listed_with_any_usual_mark_between_them() {
        for list in ["李村;赵村", "李村； 赵村", "李村、赵村", "李村|赵村", "李村，赵村", "\"李村,赵村\""]
        {
            assert_eq!(serving(list, "01"), (vec!["v2".into(), "v6".into()], vec![]), "{list}");
        }
    }

    #[test]
    fn an_id_given_twice_for_one_service_is_an_error_and_for_two_is_not() {
        let layer = "[[facilities]]\nfile = \"k.csv\"\n";
        let text = "code,name,service,区划名称\nX1,一园,幼儿园,甲区\nX1,一校,学校,甲区\nX1,二园,幼儿园,甲区\n";
        let read = drawn(layer, text);
        assert!(read.is_refused());
        assert_eq!(read.said(), ["duplicate-facility: k.csv, row 4"]);
        assert_eq!(read.what("duplicate-facility"), "the id `X1` of 二园 is that of 一园, too");
    }

    #[test]
    fn rows_without_an_id_that_repeat_each_other_are_said() {
        let text =
            format!("name,区划名称,lon,lat\n一园,东街道,{IN_EAST}\n二园,东街道,{IN_EAST}\n一园,东街道,{IN_EAST}\n");
        let read = drawn(&kindergartens("k.csv"), &text);
        assert_eq!((read.world().facilities.len(), read.said()), (3, vec!["repeated-row: k.csv, row 4".into()]));
    }

    // 幼儿圆 for 幼儿园: one kindergarten less.
    #[test]
    fn a_service_that_nobody_declared_is_said_once() {
        let text = "code,name,service,区划名称\n1,一园,幼儿园,甲区\n2,二园,幼儿圆,甲区\n3,三园,幼儿圆,甲区\n4,馆,书吧,甲区\n5,所,X,甲区\n";
        let layer = "[[facilities]]\nfile = \"k.csv\"\nservices = [\"书吧\"]\nvalues.service = { clinic = [\"X\"] }\n";
        let read = drawn(layer, text);
        assert_eq!(read.said(), ["unknown-service: k.csv, row 3"]);
        let services: Vec<(&str, usize)> = (read.world().facilities.services().values().iter())
            .map(|service| (service.key.as_str(), service.facilities.len()))
            .collect();
        assert_eq!(services, [("书吧", 1), ("kindergarten", 1), ("幼儿圆", 2), ("clinic", 1)]);
    }

    #[test]
    fn a_row_without_a_service_and_a_file_without_any_are_errors() {
        let layer = "[[facilities]]\nfile = \"k.csv\"\n";
        assert_eq!(drawn(layer, "name,service,区划名称\n一园,,甲区\n").said(), ["no-service: k.csv, row 2"]);
        assert_eq!(drawn(layer, "name,区划名称\n一园,甲区\n").said(), ["missing-column: k.csv, column `service`"]);
    }

    #[test]
    fn a_service_whose_file_has_no_row_is_known_to_have_no_facility() {
        let read = drawn(&kindergartens("k.csv"), "code,name,area-code\n");
        let facilities = &read.world().facilities;
        let service = facilities.service("kindergarten").expect("the layer names it");
        assert!(facilities.services()[service].facilities.is_empty() && facilities.service("school").is_none());
    }

    #[test]
    fn a_row_that_sums_up_the_others_is_an_error() {
        let read = drawn(&kindergartens("k.csv"), "code,name,区划名称,学位数\nK1,一园,甲区,90\n,合计,,90\n");
        assert!(read.is_refused() && read.said().contains(&"total-row: k.csv, row 3".into()), "{:?}", read.said());
    }
}
