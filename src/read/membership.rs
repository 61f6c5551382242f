//! Which area a row belongs to: as it declares, and as its coordinates say.

use geo::Coord;

use super::columns::Columns;
use super::gazetteer::{Gazetteer, Reference};
use super::problem::Problems;
use super::table::Cells;
use crate::model::{AreaId, Areas, Id, IdVec, LevelId};
use crate::space::index::PolygonIndex;

/// One index of boundaries a level; its polygon ids are positions in [`Areas::at_level`].
pub(super) fn boundaries(areas: &Areas) -> IdVec<LevelId, PolygonIndex> {
    let index = |level| {
        let polygons = areas.at_level(level).iter().map(|&id| areas[id].boundary.polygon());
        PolygonIndex::build(polygons)
    };
    areas.levels().ids().map(index).collect()
}

/// For each place the lowest area whose boundary holds it.
pub(super) fn locate_in(
    areas: &Areas,
    places: &[Option<Coord<f64>>],
    indexes: &IdVec<LevelId, PolygonIndex>,
) -> Vec<Option<AreaId>> {
    let mut found: Vec<Option<AreaId>> = vec![None; places.len()];
    let mut open: Vec<usize> = (0..places.len()).filter(|&row| places[row].is_some()).collect();
    for level in (0..areas.levels().len()).rev().map(LevelId::new) {
        if open.is_empty() || areas.at_level(level).iter().all(|&id| areas[id].boundary.polygon().is_none()) {
            continue;
        }
        let points: Vec<Coord<f64>> = open.iter().filter_map(|&row| places[row]).collect();
        let located = indexes[level].locate(&points);
        for (&row, position) in open.iter().zip(&located) {
            found[row] = position.map(|position| areas.at_level(level)[position as usize]);
        }
        open.retain(|&row| found[row].is_none());
    }
    found
}

/// For each row the lowest area that it names, from the top level down, each within the one above.
pub(super) fn declared(
    columns: &Columns<'_>,
    areas: &Areas,
    gazetteer: &Gazetteer<'_>,
    generic: [&str; 2],
    problems: &mut Problems,
) -> Vec<Option<AreaId>> {
    let table = columns.table();
    // Which columns speak of areas, found once: most files have one or two.
    let levels: Vec<(LevelId, [Option<&Cells>; 3])> = areas
        .levels()
        .iter()
        .map(|(id, level)| {
            let key = &level.key;
            (
                id,
                [
                    columns.get(&format!("@{key}.code")),
                    columns.get(&format!("@{key}.name")),
                    columns.get(&format!("@{key}")),
                ],
            )
        })
        .filter(|(_, cells)| cells.iter().any(Option::is_some))
        .collect();
    let generic = generic.map(|key| columns.get(key));
    let mut rows = Vec::with_capacity(table.n_rows);
    for row in 0..table.n_rows {
        let mut area = None;
        let mut join = |reference: Reference<'_>, area: &mut Option<AreaId>| {
            let joined = gazetteer.resolve(reference);
            if let Some((what, help)) = joined.said {
                let code = if joined.area.is_some() { "area-clash" } else { "unknown-area" };
                problems.warning(code, &table.file, table.at(row), what, help);
            }
            *area = joined.area.or(*area);
        };
        for &(level, [code, name, either]) in &levels {
            let (code, name, either) = (cell(code, row), cell(name, row), cell(either, row));
            if code.is_empty() && name.is_empty() && either.is_empty() {
                continue;
            }
            let name = if name.is_empty() { either } else { name };
            join(Reference { level: Some(level), code, name, within: area }, &mut area);
        }
        let (code, name) = (cell(generic[0], row), cell(generic[1], row));
        if !(code.is_empty() && name.is_empty()) {
            join(Reference { level: None, code, name, within: area }, &mut area);
        }
        rows.push(area);
    }
    rows
}

fn cell(cells: Option<&Cells>, row: usize) -> &str {
    cells.map_or("", |cells| cells.get(row))
}
