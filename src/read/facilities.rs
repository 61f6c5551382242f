//! Files of facilities to [`Facilities`].

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::hash::{DefaultHasher, Hash, Hasher};

use super::attributes;
use super::columns::{Columns, level_reference, structural};
use super::gazetteer::Reference;
use super::membership::{Ground, Whereabouts};
use super::places;
use super::problem::{Problems, say};
use super::study::FacilitiesLayer;
use super::table::Table;
use super::vocabulary::vocabulary;
use super::world::Inputs;
use crate::model::{AreaId, Facilities, FacilityId, FacilityRow, Id, Layer, PerFacility, ServiceId, SourceId};

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
        let table = inputs.table(&layer.file, Layer::Facilities, layer.illustrative, layer.crs.as_ref(), problems);
        if let Some((table, source)) = table {
            reading.layer(layer, &table, source, problems);
        }
    }
    let origin: Vec<(SourceId, u32)> = reading.rows.values().iter().map(|row| row.origin).collect();
    let n_facilities = reading.rows.len();
    let levels: Vec<&str> = ground.areas.levels().values().iter().map(|level| level.key.as_str()).collect();
    let attributes = reading.attributes.finish(n_facilities, &origin, &levels, inputs, problems);
    Facilities::new(reading.rows, reading.services, attributes, reading.serves)
}

impl Reading<'_> {
    fn layer(&mut self, layer: &FacilitiesLayer, table: &Table, source: SourceId, problems: &mut Problems) {
        let level_keys: Vec<&str> =
            self.ground.areas.levels().values().iter().map(|level| level.key.as_str()).collect();
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
        let mut own = places::places(&columns, problems);
        let said = self.ground.declared(&columns, Some(["area-code", "area-name"]), problems);
        let located = self.ground.locate(table, &mut own, problems);
        let what = say("the facility", "设施");
        let words = service_words(layer);
        let has_codes = columns.get("code").is_some();
        let mut repeated = Repeated::default();
        let start = self.rows.len();
        for row in 0..table.n_rows {
            let service = match &layer.service {
                Some(service) => service.get_ref().as_str(),
                None => {
                    let cell = columns.cell("service", row);
                    words.get(cell).copied().unwrap_or_else(|| vocabulary().service(cell))
                }
            };
            if service.is_empty() {
                problems.error(
                    "no-service",
                    &table.file,
                    table.at(row),
                    say("the row does not say which service it offers", "该行未注明服务类别"),
                    say("fill in the column of services", "请填写服务类别"),
                );
            }
            self.unknown_service(layer, service, table, row, problems);
            total_row(&columns, row, problems);
            let service = self.service(service);
            let whereabouts = Whereabouts { said: said[row], located: located[row], place: own[row] };
            let area = self.ground.settle(layer.membership, &what, (table, row), whereabouts, problems);
            if !has_codes {
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
                origin: (source, u32::try_from(row + 1).unwrap_or(u32::MAX)),
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
        let mut near: Vec<AreaId> = own.into_iter().flat_map(|own| self.ground.areas.chain(own)).collect();
        near.reverse();
        for word in cell.split([';', '；', '、', ',', '，', '|']).map(str::trim).filter(|word| !word.is_empty()) {
            let resolve =
                |within| self.ground.gazetteer.resolve(Reference { name: word, within, ..Reference::default() });
            let found = near
                .iter()
                .map(|&area| resolve(Some(area)))
                .find(|joined| joined.area.is_some() && joined.said.is_none());
            let joined = found.unwrap_or_else(|| resolve(None));
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
