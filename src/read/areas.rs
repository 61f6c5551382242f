//! Files of areas to [`Areas`]: codes, names, parents, boundaries.

use std::collections::HashMap;

use geo::{Coord, InteriorPoint, MultiPolygon};
use rayon::prelude::*;

use super::columns::{Columns, level_reference, structural};
use super::problem::{At, Problems, say};
use super::study::{AreasLayer, Estimate, Study};
use super::table::Table;
use super::vocabulary::vocabulary;
use super::world::Inputs;
use super::{attributes, places, polygons};
use crate::model::{Area, AreaId, Areas, Boundary, Id, IdVec, Layer, Level, LevelId, PerArea, SourceId, Text};
use crate::space::estimate::{Limit, voronoi_cells};
use crate::space::index::PolygonIndex;

const STRUCTURAL: [&str; 6] = ["code", "name", "parent", "parent-name", "lon", "lat"];

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
                let Some((table, source)) =
                    inputs.table(&layer.file, Layer::Areas, layer.illustrative, layer.crs.as_ref(), problems)
                else {
                    continue;
                };
                let start = self.areas.len();
                self.rows(layer, level, &table, source, problems);
                if let Some(estimate) = &layer.estimate {
                    self.estimate(start, estimate, inputs, problems);
                }
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
        let attributes = self.attributes.finish(n_areas, &origin, inputs.sources(), problems);
        Areas::new(self.levels, self.areas, attributes)
    }

    fn rows(&mut self, layer: &AreasLayer, level: LevelId, table: &Table, source: SourceId, problems: &mut Problems) {
        let above: IdVec<LevelId, Level> = self.levels.values()[..level.index()].to_vec().into();
        let role = |header: &str| {
            let known = structural(header).filter(|key| STRUCTURAL.contains(&key.as_str()));
            known
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
        let seats = if table.geometry.is_empty() { places::places(&columns, problems) } else { Vec::new() };
        // One a row, and slow: all cores.
        let places: Vec<Option<Coord<f64>>> = shapes
            .par_iter()
            .enumerate()
            .map(|(row, shape)| match seats.get(row) {
                Some(Some(seat)) => Some(*seat),
                _ => Some(shape.as_ref()?.interior_point()?.0),
            })
            .collect();
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
                boundary: shape.map_or(Boundary::None, Boundary::Official),
                origin: (source, u32::try_from(row + 1).unwrap_or(u32::MAX)),
            });
        }
        self.attributes.add(start, &columns, &layer.values);
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
                let Some((table, _)) = inputs.table(file, Layer::Outline, false, None, problems) else { return };
                let shapes = polygons::read(&table, problems);
                let outline = MultiPolygon(shapes.into_iter().flatten().flat_map(|shape| shape.0).collect());
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
                    let (source, row) = self.areas[id].origin;
                    problems.warning(
                        "no-cell",
                        &inputs.sources()[source].file,
                        At::Row(row),
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
            let (source, row) = area.origin;
            let file = &inputs.sources()[source].file;
            if let Some(&other) = codes.get(area.code.as_str()) {
                problems.error(
                    "duplicate-code",
                    file,
                    At::Row(row),
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

    /// Parents by what the file says, else by the code's beginning, else by the polygon that holds the area's place.
    fn find_parents(&mut self, level: LevelId, first: usize, problems: &mut Problems, inputs: &Inputs<'_>) {
        let above: Vec<AreaId> = (0..first).map(AreaId::new).collect();
        if above.is_empty() {
            return;
        }
        let mut by_code: HashMap<&str, Vec<AreaId>> = HashMap::new();
        let mut by_name: HashMap<&str, Vec<AreaId>> = HashMap::new();
        for &id in above.iter().rev() {
            by_code.entry(&self.areas[id].code).or_default().push(id);
            by_name.entry(&self.areas[id].name).or_default().push(id);
        }
        let one_above = LevelId::new(level.index() - 1);
        let only = {
            let mut direct = above.iter().filter(|&&id| self.areas[id].level == one_above);
            direct.next().copied().filter(|_| direct.next().is_none())
        };
        let polygons = PolygonIndex::build(
            above.iter().map(|&id| self.areas[id].boundary.polygon().filter(|_| self.areas[id].level == one_above)),
        );
        let mut found = Vec::new();
        for id in (first..self.areas.len()).map(AreaId::new) {
            let area = &self.areas[id];
            let said = &self.parents[id.index()];
            let (source, row) = area.origin;
            let file = &inputs.sources()[source].file;
            let pick = |index: &HashMap<&str, Vec<AreaId>>, word: &str| {
                index
                    .get(word)
                    .map(Vec::as_slice)
                    .unwrap_or_default()
                    .iter()
                    .max_by_key(|&&id| self.areas[id].level)
                    .copied()
            };
            let named = by_name.get(said.name.as_str()).filter(|several| several.len() == 1).map(|one| one[0]);
            let coded = pick(&by_code, &said.code);
            let parent = if said.code.is_empty() && said.name.is_empty() {
                let by_prefix = (1..area.code.len())
                    .rev()
                    .filter(|&end| area.code.is_char_boundary(end))
                    .find_map(|end| pick(&by_code, &area.code[..end]));
                by_prefix
                    .or_else(|| {
                        let holder = *polygons.locate(&[area.place?]).first()?;
                        Some(above[holder? as usize])
                    })
                    .or(only)
            } else {
                match (coded, named) {
                    (Some(coded), Some(named)) if coded != named => {
                        problems.warning(
                            "parent-clash",
                            file,
                            At::Row(row),
                            say(
                                format!(
                                    "the parent's code `{}` and name `{}` contradict each other; the name was used",
                                    said.code, said.name
                                ),
                                format!("上级代码 {} 与上级名称“{}”不一致，已采用名称", said.code, said.name),
                            ),
                            say("use one list of codes", "请统一代码版本"),
                        );
                        Some(named)
                    }
                    (coded, named) => coded.or(named),
                }
            };
            if parent.is_none() {
                problems.warning(
                    "no-parent",
                    file,
                    At::Row(row),
                    say(
                        format!("no area above holds {} ({}{})", area.name, said.code, said.name),
                        format!("找不到{}的上级区域（{}{}）", area.name, said.code, said.name),
                    ),
                    say("give the parent's code in a column `parent`", "请在“上级代码”列填写上级代码"),
                );
            }
            found.push((id, parent));
        }
        for (id, parent) in found {
            self.areas[id].parent = parent;
        }
    }
}

fn first_of(cells: &[&str]) -> String {
    cells.iter().find(|cell| !cell.is_empty()).copied().unwrap_or("").to_owned()
}
