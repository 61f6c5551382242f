//! Files of areas to [`Areas`]: codes, names, parents, boundaries.

use std::collections::{BTreeMap, HashMap};

use geo::{
    BoundingRect, Coord, CoordsIter, Geometry, InteriorPoint, MultiPoint, MultiPolygon, Point, Rect, unary_union,
};
use rayon::prelude::*;

use super::candidates::candidates;
use super::columns::{Columns, level_reference, structural};
use super::evidence::{Evidence, no_crs};
use super::gazetteer::{Gazetteer, Joined, Reference};
use super::problem::{At, Problems, say};
use super::study::{AreasLayer, Entry, Estimate, Study};
use super::table::Table;
use super::vocabulary::vocabulary;
use super::world::Inputs;
use super::{attributes, places, polygons};
use crate::model::{Area, AreaId, Areas, Boundary, Id, IdVec, Layer, Level, LevelId, PerArea, SourceId, Text};
use crate::space::estimate::{Limit, voronoi_cells};
use crate::space::index::PolygonIndex;

const STRUCTURAL: [&str; 6] = ["code", "name", "parent", "parent-name", "lon", "lat"];

/// Beginnings of a code that are looked up, in bytes: official codes have 12.
const LONGEST_PREFIX: usize = 64;

/// Areas on their way in.
pub(super) struct Reading<'a> {
    study: &'a Study,
    levels: IdVec<LevelId, Level>,
    areas: PerArea<Area>,
    attributes: attributes::Builder,
    /// What the file says of the parent, to be resolved when the level above is complete.
    parents: Vec<Parent>,
}

#[derive(Default)]
struct Parent {
    code: String,
    name: String,
}

impl<'a> Reading<'a> {
    /// Nothing read yet.
    pub(super) fn new(study: &'a Study) -> Self {
        let level = |level: &super::study::LevelWords| Level {
            key: level.key.get_ref().clone(),
            label: Text { en: level.en.clone(), zh: level.zh.clone() },
        };
        Self {
            study,
            levels: study.levels.iter().map(level).collect(),
            areas: PerArea::default(),
            attributes: attributes::Builder::default(),
            parents: Vec::new(),
        }
    }

    /// All levels from the top down, then the parents.
    pub(super) fn read(mut self, inputs: &mut Inputs<'_>, problems: &mut Problems) -> Areas {
        for level in self.levels.ids() {
            let first = self.areas.len();
            let key = self.levels[level].key.clone();
            let study = self.study;
            for layer in study.areas.iter().filter(|layer| *layer.level.get_ref() == key) {
                let Some((table, source)) = inputs.table(layer.entry(), Layer::Areas, problems) else {
                    continue;
                };
                let start = self.areas.len();
                self.rows(layer, level, &table, source, problems);
                if let Some(estimate) = &layer.estimate {
                    self.estimate(start, estimate, inputs, problems);
                }
            }
            let (has_layer, is_empty) =
                (study.areas.iter().any(|layer| *layer.level.get_ref() == key), first == self.areas.len());
            if has_layer && is_empty && !problems.has_errors() {
                problems.warning(
                    "empty-level",
                    "study.toml",
                    At::File,
                    say(
                        format!("the files of the level `{key}` hold no area"),
                        format!("级别 {key} 的文件中没有任何区域"),
                    ),
                    say("fill in its areas", "请填写该级别的区域"),
                );
            }
            self.duplicates(level, first, problems, inputs);
            self.find_parents(level, first, problems, inputs);
        }
        if self.areas.is_empty() {
            problems.error(
                "no-areas",
                "study.toml",
                At::File,
                say("the study has no areas", "研究中没有任何区域"),
                say(
                    "name a file of areas: [[areas]] level = \"...\" file = \"...\"",
                    "请指定区划文件：[[areas]] level = \"...\" file = \"...\"",
                ),
            );
        }
        let n_areas = self.areas.len();
        let origin: Vec<(SourceId, u32)> = self.areas.values().iter().map(|area| area.origin).collect();
        let levels: Vec<&str> = self.levels.values().iter().map(|level| level.key.as_str()).collect();
        let attributes = self.attributes.finish(n_areas, &origin, &levels, inputs, problems);
        Areas::new(self.levels, self.areas, attributes)
    }

    fn rows(&mut self, layer: &AreasLayer, level: LevelId, table: &Table, source: SourceId, problems: &mut Problems) {
        let above: IdVec<LevelId, Level> = self.levels.values()[..level.index()].to_vec().into();
        let own: IdVec<LevelId, Level> = vec![self.levels[level].clone()].into();
        let role = |header: &str| {
            let known = structural(header).filter(|key| STRUCTURAL.contains(&key.as_str()));
            known
                .or_else(|| own_header(&own, header))
                .or_else(|| level_reference(&above, header))
                .or_else(|| vocabulary().attribute(header).map(|key| format!("={key}")))
                .or_else(|| attributes::plain(header).map(|key| format!("={key}")))
        };
        let above_keys: Vec<&str> = above.values().iter().map(|level| level.key.as_str()).collect();
        let mapping = attributes::mapping(&layer.columns, &STRUCTURAL, &above_keys);
        let columns = Columns::new(table, &mapping, &role, problems);
        let (has_code, has_name) = (columns.get("code").is_some(), columns.require("name", problems));
        if !has_name {
            return;
        }
        if !has_code {
            problems.warning(
                "no-code",
                &table.file,
                At::File,
                say("there is no column of codes: names stand for them", "没有代码列，以名称代替代码"),
                say("add the official codes", "请补充官方代码"),
            );
        }
        let shapes = polygons::read(table, problems);
        // Seats are points, drawn or in columns; where all are polygons there is none.
        let is_drawn = |geometry: &Option<Geometry<f64>>| {
            matches!(geometry, Some(Geometry::Polygon(_) | Geometry::MultiPolygon(_)))
        };
        let has_seats = table.geometry.is_empty() || !table.geometry.iter().all(is_drawn);
        let mut seats = if has_seats { places::places(&columns, self.extent(), problems) } else { Vec::new() };
        if table.system.is_none() {
            self.refuse(table, &seats, problems);
            seats = Vec::new();
        }
        // One polygon takes a while: all cores.
        let inside = |(row, shape): (usize, &Option<MultiPolygon<f64>>)| {
            let seat = seats.get(row).copied().flatten();
            seat.or_else(|| Some(shape.as_ref()?.interior_point()?.0))
        };
        let places: Vec<Option<Coord<f64>>> = shapes.par_iter().enumerate().map(inside).collect();
        let next_up = above.values().last().map(|level| level.key.clone()).unwrap_or_default();
        let start = self.areas.len();
        for (row, shape) in shapes.into_iter().enumerate() {
            let code = columns.cell(if has_code { "code" } else { "name" }, row).to_owned();
            let name = columns.cell("name", row).to_owned();
            if code.is_empty() || name.is_empty() {
                problems.error(
                    "nameless",
                    &table.file,
                    table.at(row),
                    say("the area has no code or no name", "该区域缺少代码或名称"),
                    say("give it both", "请补全代码和名称"),
                );
            }
            self.parents.push(Parent {
                code: first_of(&[columns.cell("parent", row), columns.cell(&format!("@{next_up}.code"), row)]),
                name: first_of(&[
                    columns.cell("parent-name", row),
                    columns.cell(&format!("@{next_up}.name"), row),
                    columns.cell(&format!("@{next_up}"), row),
                ]),
            });
            self.areas.push(Area {
                level,
                parent: None,
                code,
                name,
                place: places[row],
                // Our own outputs and the box of an extract say so.
                boundary: match shape {
                    None => Boundary::None,
                    Some(shape) if columns.cell("=boundary", row) == "estimated" => Boundary::Estimated(shape),
                    Some(shape) => Boundary::Official(shape),
                },
                origin: (source, table.number(row)),
            });
        }
        self.attributes.add(start, &columns, &layer.values);
    }

    /// Where the areas that are read so far lie.
    fn extent(&self) -> Option<Rect<f64>> {
        let places: MultiPoint<f64> = self.areas.values().iter().filter_map(|area| area.place.map(Point)).collect();
        places.bounding_rect()
    }

    /// Says that nobody states the system of a file that has coordinates.
    fn refuse(&self, table: &Table, seats: &[Option<Coord<f64>>], problems: &mut Problems) {
        let drawn = table.geometry.iter().flatten().filter_map(|geometry| geometry.coords_iter().next());
        let mut raw: Vec<Coord<f64>> = drawn.collect();
        if raw.is_empty() {
            raw.extend(seats.iter().flatten());
        }
        if raw.is_empty() {
            return;
        }
        let found = candidates(&raw, self.extent(), &[]);
        no_crs(table, &raw, &Evidence::none(found), problems);
    }

    /// Cells around the seats of the areas from `start` that have no polygon.
    fn estimate(&mut self, start: usize, estimate: &Estimate, inputs: &mut Inputs<'_>, problems: &mut Problems) {
        let wanted: Vec<AreaId> = (start..self.areas.len())
            .map(AreaId::new)
            .filter(|&id| self.areas[id].boundary == Boundary::None && self.areas[id].place.is_some())
            .collect();
        let seats: Vec<Coord<f64>> = wanted.iter().filter_map(|&id| self.areas[id].place).collect();
        let cells = match estimate {
            Estimate::Radius(radius) => voronoi_cells(&seats, Limit::Radius(radius.get())),
            Estimate::Outline(file) => {
                let Some((table, _)) = inputs.table(Entry::of(file), Layer::Outline, problems) else { return };
                if table.system.is_none() {
                    self.refuse(&table, &[], problems);
                    return;
                }
                let shapes = polygons::read(&table, problems);
                // Neighbours in one file share a border: together they are one outline.
                let shapes: Vec<MultiPolygon<f64>> = shapes.into_iter().flatten().collect();
                let outline = if let [only] = &*shapes { only.clone() } else { unary_union(&shapes) };
                if outline.0.is_empty() {
                    problems.error(
                        "no-outline",
                        file,
                        At::File,
                        say("the outline holds no polygon", "轮廓文件中没有多边形"),
                        say(
                            "name a file with the district's polygon, or a radius",
                            "请指定含行政区多边形的文件，或给出半径",
                        ),
                    );
                    return;
                }
                voronoi_cells(&seats, Limit::Outline(&outline))
            }
        };
        for (id, cell) in wanted.into_iter().zip(cells) {
            match cell {
                Some(cell) => self.areas[id].boundary = Boundary::Estimated(cell),
                None => {
                    let (file, at) = inputs.origin(self.areas[id].origin);
                    problems.warning(
                        "no-cell",
                        file,
                        at,
                        say(
                            format!("no boundary can be estimated for {}: its seat is outside the outline or that of another area", self.areas[id].name),
                            format!("无法估算{}的边界：驻地在轮廓之外或与其他区域重合", self.areas[id].name),
                        ),
                        say("correct its seat", "请更正驻地坐标"),
                    );
                }
            }
        }
    }

    fn duplicates(&self, level: LevelId, first: usize, problems: &mut Problems, inputs: &Inputs<'_>) {
        let mut codes: HashMap<&str, AreaId> = HashMap::new();
        for id in (first..self.areas.len()).map(AreaId::new) {
            let area = &self.areas[id];
            let (file, at) = inputs.origin(area.origin);
            if let Some(&other) = codes.get(area.code.as_str()) {
                problems.error(
                    "duplicate-code",
                    file,
                    at,
                    say(
                        format!("the code `{}` of {} is that of {}, too", area.code, area.name, self.areas[other].name),
                        format!("{}的代码 {} 与{}重复", area.name, area.code, self.areas[other].name),
                    ),
                    say(
                        format!("give each {} its own code", self.levels[level].label.en),
                        format!("请为每个{}使用唯一代码", self.levels[level].label.zh),
                    ),
                );
            } else {
                codes.insert(&area.code, id);
            }
        }
    }

    /// Parents by what the file says, as `gazetteer.rs` reads a code and a name; where it says nothing, by the code's
    /// beginning, else by the polygon that holds the area's place, else the only area of the level above.
    fn find_parents(&mut self, level: LevelId, first: usize, problems: &mut Problems, inputs: &Inputs<'_>) {
        if first == 0 {
            return;
        }
        let one_above = LevelId::new(level.index() - 1);
        // These areas have no parent yet; those above do.
        let areas = Areas::new(self.levels.clone(), std::mem::take(&mut self.areas), BTreeMap::new());
        let gazetteer = Gazetteer::new(&areas);
        let only = if let [only] = areas.at_level(one_above) { Some(*only) } else { None };
        let ids = (first..areas.len()).map(AreaId::new);
        let polygons = PolygonIndex::build(areas.at_level(one_above).iter().map(|&id| areas[id].boundary.polygon()));
        // A point that is not finite is in no polygon.
        let nowhere = Coord { x: f64::NAN, y: f64::NAN };
        let places: Vec<Coord<f64>> = ids.clone().map(|id| areas[id].place.unwrap_or(nowhere)).collect();
        let holders = polygons.locate(&places);

        let mut parents = Vec::with_capacity(places.len());
        for (id, holder) in ids.zip(holders) {
            let (area, said) = (&areas[id], &self.parents[id.index()]);
            let (file, at) = inputs.origin(area.origin);
            let holder = holder.map(|position| areas.at_level(one_above)[position as usize]);
            let joined = said_parent(&gazetteer, level, said);
            let is_said = !(said.code.is_empty() && said.name.is_empty());
            let guess = || by_prefix(&gazetteer, level, area).or(holder).or(only);
            let parent = if is_said { joined.area } else { guess() };
            match (joined.said, parent) {
                (Some((what, help)), _) => {
                    let code = if parent.is_some() { "parent-clash" } else { "no-parent" };
                    let what = say(
                        format!("the parent of {}: {}", area.name, what.en),
                        format!("{}的上级：{}", area.name, what.zh),
                    );
                    problems.warning(code, file, at, what, help);
                }
                (None, Some(parent)) => {
                    // A seat may lie outside an estimated boundary.
                    let other = holder.filter(|&holder| holder != parent && areas[parent].level == one_above);
                    let is_official = |id: AreaId| matches!(areas[id].boundary, Boundary::Official(_));
                    if let Some(other) = other.filter(|&other| is_official(other) && is_official(parent)) {
                        problems.warning_of("parent-clash", file, at, || {
                            let (name, parent, other) = (&area.name, gazetteer.label(parent), gazetteer.label(other));
                            (
                                say(
                                    format!("{name} belongs to {parent} but lies in {other}"),
                                    format!("{name}属于{parent}，位置却在{other}"),
                                ),
                                say(
                                    format!("{parent} was used; give the parent's code, or correct the boundary"),
                                    format!("已归属于{parent}；请填写上级代码，或更正边界"),
                                ),
                            )
                        });
                    }
                }
                (None, None) => problems.warning(
                    "no-parent",
                    file,
                    at,
                    say(format!("no area above holds {}", area.name), format!("找不到{}的上级区域", area.name)),
                    say("give the parent's code in a column `parent`", "请在“上级代码”列填写上级代码"),
                ),
            }
            parents.push(parent);
        }

        self.areas = areas.into_rows();
        for (id, parent) in (first..).map(AreaId::new).zip(parents) {
            self.areas[id].parent = parent;
        }
        self.same_names(first, problems, inputs);
    }

    /// One name twice under one parent: whoever refers to it by name cannot be understood.
    fn same_names(&self, first: usize, problems: &mut Problems, inputs: &Inputs<'_>) {
        let mut names: HashMap<(AreaId, &str), AreaId> = HashMap::new();
        for id in (first..self.areas.len()).map(AreaId::new) {
            let area = &self.areas[id];
            let Some(parent) = area.parent.filter(|_| !area.name.is_empty()) else { continue };
            let other = *names.entry((parent, &area.name)).or_insert(id);
            if other != id && self.areas[other].code != area.code {
                let (file, at) = inputs.origin(area.origin);
                let (name, holder, code) = (&area.name, &self.areas[parent].name, &self.areas[other].code);
                problems.warning(
                    "same-name",
                    file,
                    at,
                    say(
                        format!("{name} is the name of another area of {holder}, too: {code}"),
                        format!("{holder}内另有同名区域{name}，代码 {code}"),
                    ),
                    say("refer to it by its code", "引用时请使用代码"),
                );
            }
        }
    }
}

/// The area above `level` that a parent's code and name mean: one level up if there is one, else farther.
fn said_parent(gazetteer: &Gazetteer<'_>, level: LevelId, said: &Parent) -> Joined {
    let resolve = |level| {
        let reference = Reference { level: Some(level), code: &said.code, name: &said.name, within: None };
        gazetteer.resolve(reference)
    };
    let levels = (0..level.index()).rev().map(LevelId::new);
    let mut found = levels.map(resolve);
    let nearest = found.next().unwrap_or_default();
    if nearest.area.is_some() { nearest } else { found.find(|joined| joined.area.is_some()).unwrap_or(nearest) }
}

/// The area above `level` with the longest code that the area's code begins with, as official codes nest. A single
/// letter is too little to tell, and a name that stands for a code does not nest.
fn by_prefix(gazetteer: &Gazetteer<'_>, level: LevelId, area: &Area) -> Option<AreaId> {
    let ends = (2..area.code.len().min(LONGEST_PREFIX))
        .rev()
        .filter(|&end| area.code.is_char_boundary(end) && area.code != area.name);
    let above = |code| (0..level.index()).rev().find_map(|level| gazetteer.coded(LevelId::new(level), code));
    ends.map(|end| &area.code[..end]).find_map(above)
}

/// `街道代码` and `街道名称`, or `街道` alone for the name, in a file of streets.
fn own_header(own: &IdVec<LevelId, Level>, header: &str) -> Option<String> {
    let reference = level_reference(own, header)?;
    Some(if reference.ends_with(".code") { "code" } else { "name" }.to_owned())
}

fn first_of(cells: &[&str]) -> String {
    cells.iter().find(|cell| !cell.is_empty()).copied().unwrap_or("").to_owned()
}

#[cfg(test)]
mod tests {
    use crate::model::{Boundary, Id};
    use crate::read::sketch::{Read, areas, read, read_levels, squares};

    const DISTRICTS: &str = "code,name\n01,甲区\n02,乙区\n";

    /// Two districts and these streets.
    fn streets(text: &str) -> Read {
        let layers = areas("district", "districts.csv") + &areas("street", "streets.csv");
        read(&layers, &[("districts.csv", DISTRICTS), ("streets.csv", text)])
    }

    /// Each street with its parent, as `东街道 < 甲区`.
    fn parents(read: &Read) -> Vec<String> {
        let below =
            read.world().areas.iter().filter(|(_, area)| area.level.index() == read.world().areas.levels().len() - 1);
        below.map(|(_, area)| format!("{} < {}", area.name, read.name(area.parent))).collect()
    }

    // 甲区 01: 东街道        乙区 02: 西街道
    #[test]
    fn the_parent_is_what_a_column_says_by_code_by_name_or_by_the_name_of_the_level() {
        for header in ["上级代码", "parent", "区代码", "district-code"] {
            let read = streets(&format!("code,name,{header}\nx1,东街道,01\nx2,西街道,02\n"));
            assert_eq!(
                (parents(&read), read.said().len()),
                (vec!["东街道 < 甲区".into(), "西街道 < 乙区".into()], 0),
                "{header}"
            );
        }
        for header in ["上级名称", "parent-name", "区", "区名称", "district"] {
            let read = streets(&format!("code,name,{header}\nx1,东街道,甲区\nx2,西街道,乙区\n"));
            assert_eq!(
                (parents(&read), read.said().len()),
                (vec!["东街道 < 甲区".into(), "西街道 < 乙区".into()], 0),
                "{header}"
            );
        }
    }

    #[test]
    fn codes_nest_by_their_beginning_where_no_column_says_the_parent() {
        let read = streets("code,name\n0101,东街道\n0201,西街道\n0901,远街道\n");
        assert_eq!(parents(&read), ["东街道 < 甲区", "西街道 < 乙区", "远街道 < -"]);
        assert_eq!(read.said(), ["no-parent: streets.csv, row 4"]);
    }

    // District 1 is not the parent of street 12: one letter in common is chance.
    #[test]
    fn one_letter_in_common_is_no_parent() {
        let layers = areas("district", "districts.csv") + &areas("street", "streets.csv");
        let files = [("districts.csv", "code,name\n1,甲区\n2,乙区\n"), ("streets.csv", "code,name\n12,东街道\n")];
        let read = read(&layers, &files);
        assert_eq!(parents(&read), ["东街道 < -"]);
        assert_eq!(read.said(), ["no-parent: streets.csv, row 2"]);
    }

    // | 甲区 x1 |      | 乙区 x2 |
    #[test]
    fn the_polygon_that_holds_the_seat_is_the_parent_where_codes_say_nothing() {
        let districts = squares(&[("x1", "甲区", [0.0, 0.0, 1.0]), ("x2", "乙区", [2.0, 0.0, 1.0])]);
        let streets = "code,name,lon,lat\n7,东街道,121.25,39.05\n8,西街道,121.05,39.05\n9,远街道,121.15,39.05\n";
        let layers = areas("district", "districts.geojson") + &areas("street", "streets.csv");
        let read = read(&layers, &[("districts.geojson", &districts), ("streets.csv", streets)]);
        assert_eq!(parents(&read), ["东街道 < 乙区", "西街道 < 甲区", "远街道 < -"]);
        assert_eq!(read.said(), ["no-parent: streets.csv, row 4"]);
    }

    #[test]
    fn the_only_area_above_is_the_parent_of_all() {
        let layers = areas("district", "districts.csv") + &areas("street", "streets.csv");
        let read =
            read(&layers, &[("districts.csv", "code,name\n01,甲区\n"), ("streets.csv", "code,name\n7,东街道\n")]);
        assert_eq!((parents(&read), read.said().len()), (vec!["东街道 < 甲区".into()], 0));
    }

    // Two lists of codes: 02 is 甲区 in the other.
    #[test]
    fn a_parent_whose_code_and_name_contradict_each_other_is_the_one_named_and_it_is_said() {
        let read = streets("code,name,parent,parent-name\nx1,东街道,02,甲区\nx2,西街道,77,乙区\nx3,南街道,01,旧区\n");
        assert_eq!(parents(&read), ["东街道 < 甲区", "西街道 < 乙区", "南街道 < 甲区"]);
        assert_eq!(read.said(), [2, 3, 4].map(|row| format!("parent-clash: streets.csv, row {row}")));
    }

    #[test]
    fn a_parent_that_is_not_there_is_not_made_up_from_the_code() {
        let read = streets("code,name,parent\n0101,东街道,09\n");
        assert_eq!(
            (parents(&read), read.said()),
            (vec!["东街道 < -".into()], vec!["no-parent: streets.csv, row 2".into()])
        );
    }

    // Villages below a district that has no streets of its own.
    #[test]
    fn a_parent_may_stand_two_levels_up() {
        let layers = areas("district", "d.csv") + &areas("street", "s.csv") + &areas("village", "v.csv");
        let files = [
            ("d.csv", DISTRICTS),
            ("s.csv", "code,name,parent\n0101,东街道,01\n"),
            ("v.csv", "code,name,parent\nv1,东村,0101\nv2,西村,02\n"),
        ];
        let read = read_levels(&["district", "street", "village"], &layers, &files);
        assert_eq!((parents(&read), read.said().len()), (vec!["东村 < 东街道".into(), "西村 < 乙区".into()], 0));
    }

    // | 甲区 01 |      | 乙区 02 (0101 东街道 lies here) |
    #[test]
    fn an_official_area_inside_another_parent_is_said() {
        let districts = squares(&[("01", "甲区", [0.0, 0.0, 1.0]), ("02", "乙区", [2.0, 0.0, 1.0])]);
        let streets = squares(&[("0101", "东街道", [2.2, 0.2, 0.5])]);
        let layers = areas("district", "d.geojson") + &areas("street", "s.geojson");
        let read = read(&layers, &[("d.geojson", &districts), ("s.geojson", &streets)]);
        assert_eq!(
            (parents(&read), read.said()),
            (vec!["东街道 < 甲区".into()], vec!["parent-clash: s.geojson, feature 1".into()])
        );
    }

    #[test]
    fn a_code_given_twice_is_an_error_at_its_row_or_feature() {
        let read = streets("code,name,parent\n0101,东街道,01\n0102,西街道,01\n0101,南街道,02\n");
        assert!(read.is_refused());
        assert_eq!(read.said(), ["duplicate-code: streets.csv, row 4"]);
        assert_eq!(read.what("duplicate-code"), "the code `0101` of 南街道 is that of 东街道, too");

        let twice = squares(&[("01", "甲区", [0.0, 0.0, 1.0]), ("01", "乙区", [2.0, 0.0, 1.0])]);
        let read = super::super::sketch::read(&areas("district", "d.geojson"), &[("d.geojson", &twice)]);
        assert!(read.is_refused() && read.said() == ["duplicate-code: d.geojson, feature 2"], "{:?}", read.said());
    }

    #[test]
    fn one_name_twice_under_one_parent_is_said_and_under_two_is_not() {
        let read = streets("code,name,parent\n0101,东街道,01\n0201,东街道,02\n0102,东街道,01\n");
        assert_eq!(read.said(), ["same-name: streets.csv, row 4"]);
    }

    #[test]
    fn an_area_without_a_code_or_a_name_is_an_error() {
        let read = streets("code,name,parent\n,东街道,01\n0102,,01\n");
        assert!(read.is_refused());
        assert_eq!(read.said(), ["nameless: streets.csv, row 2", "nameless: streets.csv, row 3"]);
    }

    #[test]
    fn names_stand_for_codes_where_there_are_none() {
        let read = streets("name,parent\n东街道,01\n");
        assert_eq!((parents(&read), read.said()), (vec!["东街道 < 甲区".into()], vec!["no-code: streets.csv".into()]));
        assert!(read.world().areas.iter().any(|(_, area)| area.code == "东街道"));
    }

    #[test]
    fn a_level_whose_file_is_empty_is_said() {
        assert_eq!(streets("code,name,parent\n").said(), ["empty-level: study.toml"]);
    }

    // Seats as points of a GeoJSON; a street without a point keeps no boundary.
    #[test]
    fn cells_are_built_around_seats_that_are_drawn_or_written() {
        let drawn = r#"{"type":"FeatureCollection","features":[
            {"type":"Feature","properties":{"code":"0101","name":"东街道"},"geometry":{"type":"Point","coordinates":[121.1,39.0]}},
            {"type":"Feature","properties":{"code":"0102","name":"西街道"},"geometry":null}]}"#;
        let written = "code,name,lon,lat\n0101,东街道,121.1,39.0\n0102,西街道,,\n";
        for (file, text) in [("s.geojson", drawn), ("s.csv", written)] {
            let layers = areas("district", "d.csv") + &areas("street", file) + "estimate.radius = \"1 km\"\n";
            let read = read(&layers, &[("d.csv", "code,name\n01,甲区\n"), (file, text)]);
            assert!(read.said().is_empty(), "{:?}", read.said());
            let all = &read.world().areas;
            let boundaries: Vec<&Boundary> = all.iter().map(|(_, area)| &area.boundary).collect();
            assert!(matches!(boundaries[..], [Boundary::None, Boundary::Estimated(_), Boundary::None]), "{file}");
        }
    }

    // The outline is two squares side by side; 东街道 has the left, 西街道 the right, 远街道 is far away.
    #[test]
    fn an_outline_of_neighbours_is_one_and_a_seat_far_outside_gets_no_cell() {
        let outline = squares(&[("a", "a", [0.0, 0.0, 1.0]), ("b", "b", [1.0, 0.0, 1.0])]);
        let seats = "code,name,lon,lat\n0101,东街道,121.05,39.05\n0102,西街道,121.15,39.05\n0103,远街道,125.0,39.05\n";
        let layers = areas("district", "d.csv") + &areas("street", "s.csv") + "estimate.outline = \"o.geojson\"\n";
        let read = read(&layers, &[("d.csv", "code,name\n01,甲区\n"), ("s.csv", seats), ("o.geojson", &outline)]);
        assert_eq!(read.said(), ["no-cell: s.csv, row 4"]);
        let areas = &read.world().areas;
        let sizes: Vec<f64> =
            areas.iter().filter_map(|(_, area)| area.boundary.polygon().map(geo::Area::unsigned_area)).collect();
        assert_eq!(sizes.len(), 2);
        assert!(sizes.iter().all(|size| (size - 0.01).abs() < 1e-6), "{sizes:?}");
    }
}
