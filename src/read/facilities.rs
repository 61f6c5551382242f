//! Files of facilities to [`Facilities`].

use std::collections::{BTreeMap, BTreeSet, HashMap};

use geo::Coord;

use super::attributes;
use super::columns::{Columns, level_reference, structural};
use super::gazetteer::{Gazetteer, Reference};
use super::membership::{declared, locate_in};
use super::places;
use super::problem::{Problems, say};
use super::study::{FacilitiesLayer, Membership};
use super::table::Table;
use super::vocabulary::vocabulary;
use super::world::Inputs;
use crate::model::{
    AreaId, Areas, Boundary, Facilities, FacilityId, FacilityRow, Id, IdVec, Layer, LevelId, PerFacility, ServiceId,
    SourceId,
};
use crate::space::index::PolygonIndex;
use crate::units::Metres;

const STRUCTURAL: [&str; 8] = ["code", "name", "lon", "lat", "area-code", "area-name", "service", "serves"];

/// Facilities on their way in.
struct Reading<'a> {
    areas: &'a Areas,
    gazetteer: &'a Gazetteer<'a>,
    indexes: &'a IdVec<LevelId, PolygonIndex>,
    services: Vec<String>,
    rows: PerFacility<FacilityRow>,
    attributes: attributes::Builder,
    serves: BTreeMap<FacilityId, Vec<AreaId>>,
    codes: HashMap<(ServiceId, String), FacilityId>,
}

/// All layers of facilities.
pub(super) fn read(
    layers: &[FacilitiesLayer],
    areas: &Areas,
    gazetteer: &Gazetteer<'_>,
    indexes: &IdVec<LevelId, PolygonIndex>,
    inputs: &mut Inputs<'_>,
    problems: &mut Problems,
) -> Facilities {
    let mut reading = Reading {
        areas,
        gazetteer,
        indexes,
        services: Vec::new(),
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
    let attributes = reading.attributes.finish(n_facilities, &origin, inputs.sources(), problems);
    Facilities::new(reading.rows, reading.services, attributes, reading.serves)
}

impl Reading<'_> {
    fn layer(&mut self, layer: &FacilitiesLayer, table: &Table, source: SourceId, problems: &mut Problems) {
        let level_keys: Vec<&str> = self.areas.levels().values().iter().map(|level| level.key.as_str()).collect();
        let role = |header: &str| {
            let known = structural(header).filter(|key| STRUCTURAL.contains(&key.as_str()));
            // `级别/level` is an attribute of service points, `街道/street` the area they lie in.
            known
                .or_else(|| level_reference(self.areas.levels(), header))
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
        let own = places::places(&columns, problems);
        let said = declared(&columns, self.areas, self.gazetteer, ["area-code", "area-name"], problems);
        let located = locate_in(self.areas, &own, self.indexes);
        let words = service_words(layer);
        let mut services: HashMap<&str, ServiceId> = HashMap::new();
        let start = self.rows.len();
        self.codes.reserve(table.n_rows);
        for row in 0..table.n_rows {
            let cell = if layer.service.is_some() { "" } else { columns.cell("service", row) };
            let service = *services.entry(cell).or_insert_with(|| {
                let known = || words.get(cell).copied().unwrap_or_else(|| vocabulary().service(cell));
                self.service(layer.service.as_ref().map_or_else(known, |service| service.get_ref().as_str()))
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
            let area = self.member(layer.membership, table, row, (said[row], located[row]), problems);
            if area.is_none() {
                self.outside(table, row, own[row], problems);
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
            self.duplicate(id, table, row, problems);
            self.serves(id, columns.cell("serves", row), area, table, row, problems);
        }
        self.attributes.add(start, &columns, &layer.values);
    }

    fn service(&mut self, key: &str) -> ServiceId {
        match self.services.iter().position(|service| service == key) {
            Some(position) => ServiceId::new(position),
            None => {
                self.services.push(key.to_owned());
                ServiceId::new(self.services.len() - 1)
            }
        }
    }

    /// The area that holds the facility, by the layer's rule where what it declares and where it lies disagree.
    fn member(
        &self,
        rule: Membership,
        table: &Table,
        row: usize,
        (said, located): (Option<AreaId>, Option<AreaId>),
        problems: &mut Problems,
    ) -> Option<AreaId> {
        let (Some(declared), Some(lies)) = (said, located) else { return said.or(located) };
        // One may only be said more closely than the other.
        if self.areas.holds(declared, lies) {
            return Some(lies);
        }
        if self.areas.holds(lies, declared) {
            return Some(declared);
        }
        let estimated = matches!(self.areas[lies].boundary, Boundary::Estimated(_));
        let used = match rule {
            Membership::Declared => declared,
            Membership::Located => lies,
        };
        let [declared, lies, used_label] = [declared, lies, used].map(|area| self.gazetteer.label(area));
        let (boundary_en, boundary_zh) =
            if estimated { (", by an estimated boundary", "（边界为估算）") } else { ("", "") };
        problems.warning(
            "membership-clash",
            &table.file,
            table.at(row),
            say(
                format!("the facility declares {declared} but lies in {lies}{boundary_en}"),
                format!("设施申报属于{declared}，坐标却位于{lies}{boundary_zh}"),
            ),
            say(
                format!("{used_label} was used (membership of the layer); correct the area or the coordinates"),
                format!("已归属于{used_label}（按图层的 membership 规则）；请更正所属区域或坐标"),
            ),
        );
        Some(used)
    }

    /// Says that a facility is in no area, with the nearest one.
    fn outside(&self, table: &Table, row: usize, place: Option<Coord<f64>>, problems: &mut Problems) {
        let nearest = place.and_then(|place| {
            let levels = self.indexes.iter();
            let found = levels.filter_map(|(level, index)| {
                let (position, metres) = index.nearest(place)?;
                Some((metres, self.areas.at_level(level)[position as usize]))
            });
            found.min_by(|a, b| a.0.total_cmp(&b.0).then(b.1.cmp(&a.1)))
        });
        let (what, help) = match nearest.and_then(|(metres, area)| Some((Metres::new(metres.round())?, area))) {
            Some((metres, area)) => {
                let label = self.gazetteer.label(area);
                (
                    say(
                        format!("the facility lies outside all areas; the nearest is {label}, {metres} away"),
                        format!("设施位于所有区域之外；最近的是{label}，相距 {metres}"),
                    ),
                    say("correct the coordinates, or declare its area", "请更正坐标，或申报所属区域"),
                )
            }
            None => (
                say("the facility is in no known area and has no usable place", "设施没有所属区域，也没有可用坐标"),
                say("give the area's code and name, or coordinates", "请填写区域代码与名称，或坐标"),
            ),
        };
        problems.warning("outside-all-areas", &table.file, table.at(row), what, help);
    }

    fn duplicate(&mut self, id: FacilityId, table: &Table, row: usize, problems: &mut Problems) {
        let facility = &self.rows[id];
        let key = (facility.service, facility.code.clone());
        if facility.code.starts_with("row-") {
            return;
        }
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

    /// The areas that a cell lists, parted by `;` `；` `、` or `|`, each a code or a name.
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
        // The name of a village is looked for in the same street first.
        let within = own.and_then(|own| self.areas[own].parent);
        for word in cell.split([';', '；', '、', '|']).map(str::trim).filter(|word| !word.is_empty()) {
            let near = self.gazetteer.resolve(Reference { name: word, within, ..Reference::default() });
            let joined = match near.area {
                Some(_) => near,
                None => self.gazetteer.resolve(Reference { name: word, ..Reference::default() }),
            };
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

fn service_words(layer: &FacilitiesLayer) -> HashMap<&str, &str> {
    let words = layer.values.get("service").into_iter().flatten();
    words.flat_map(|(key, of_file)| of_file.iter().map(move |cell| (cell.as_str(), key.as_str()))).collect()
}
