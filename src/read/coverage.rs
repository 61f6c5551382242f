//! What a raster of people says of the study as a whole: the persons inside it and outside, and where it has no cells.

use geo::{CoordsIter, Covers, Point};

use super::problem::{At, Problems, say};
use super::table::{Grid, Table};
use crate::model::{AreaId, Areas, PerArea};

/// Areas named in one message.
const NAMED: usize = 5;

/// Tells how the persons of a raster are divided, and which areas it does not cover or has nobody in; gives those of
/// which it does not know the people: that it does not cover, or has nobody in and cells without data somewhere.
///
/// In an area with people a cell without data counts as nobody. Strictly nobody knows; but that is how such rasters write
/// water and wasteland, and every area on a coast would be unknown.
pub(super) fn check(
    table: &Table,
    grid: &Grid,
    located: &[Option<AreaId>],
    areas: &Areas,
    problems: &mut Problems,
) -> Vec<AreaId> {
    // Inside and outside: the persons, and the cells.
    let mut sums = [(0.0, 0_usize); 2];
    let mut has_cell: PerArea<bool> = PerArea::filled(areas.len(), false);
    for (row, area) in located.iter().enumerate() {
        let sum = &mut sums[usize::from(area.is_none())];
        *sum = (sum.0 + grid.persons[row], sum.1 + 1);
        for holder in area.iter().flat_map(|&area| areas.chain(area)) {
            has_cell[holder] = true;
        }
    }
    tell(table, grid, sums, problems);
    if 0 < grid.not_persons {
        let n = grid.not_persons;
        problems.warning(
            "bad-value",
            &table.file,
            At::File,
            say(
                format!(
                    "{n} cells hold a number that is none of persons (negative, or too large); they are taken as empty"
                ),
                format!("{n} 个像元的数值不是人数（负数或过大），按无数据处理"),
            ),
            say(
                "set the raster's number for cells without data: gdal_edit.py -a_nodata",
                "请设置无数据值：gdal_edit.py -a_nodata",
            ),
        );
    }
    // The lowest areas that have a boundary.
    let mut is_lowest: PerArea<bool> = areas.iter().map(|(_, area)| area.boundary.polygon().is_some()).collect();
    for (id, _) in areas.iter().filter(|(_, area)| area.boundary.polygon().is_some()) {
        areas.chain(id).filter(|&holder| holder != id).for_each(|holder| is_lowest[holder] = false);
    }
    let lowest = || areas.iter().map(|(id, _)| id).filter(|&id| is_lowest[id]);
    let (covered, absent): (Vec<AreaId>, Vec<AreaId>) =
        lowest().partition(|&area| is_covered(table, grid, areas, area));
    let empty: Vec<AreaId> = covered.into_iter().filter(|&area| !has_cell[area]).collect();
    if !absent.is_empty() {
        let (n, names) = (absent.len(), names(&absent, areas));
        problems.warning(
            "not-covered",
            &table.file,
            At::File,
            say(
                format!(
                    "areas that the raster does not cover, or only in part: {n} ({names}); how many people live there is not known"
                ),
                format!("栅格未覆盖或仅部分覆盖 {n} 个区域：{names}；其人口按未知处理"),
            ),
            say("use a raster that covers the whole study", "请使用覆盖整个研究范围的栅格"),
        );
    }
    // Cells without data may be all that such an area has: nobody counted there then.
    let is_unknown = 0 < grid.no_data;
    if !empty.is_empty() {
        let (n, names) = (empty.len(), names(&empty, areas));
        let (follows_en, follows_zh) = if is_unknown {
            (
                "since the raster has cells without data, how many people live there is not known",
                "因栅格中有无数据像元，其人口按未知处理",
            )
        } else {
            ("they have no demand point", "这些区域没有人口点")
        };
        problems.warning(
            "no-cell",
            &table.file,
            At::File,
            say(
                format!("areas in which no cell with people has its centre: {n} ({names}); {follows_en}"),
                format!("{n} 个区域内没有任何有人口的像元中心：{names}；{follows_zh}"),
            ),
            say(
                "if people live there, use a raster with smaller cells, or a table of people by area",
                "若确有居民，请使用更细的栅格，或按区域统计的人口表",
            ),
        );
    }
    if is_unknown { [absent, empty].concat() } else { absent }
}

fn tell(table: &Table, grid: &Grid, sums: [(f64, usize); 2], problems: &mut Problems) {
    let [(inside, n_inside), (outside, n_outside)] = sums;
    let (total, no_data, far) = (inside + outside, grid.no_data, table.left_out);
    problems.note(
        "raster",
        &table.file,
        say(
            format!(
                "{total:.3} persons in the cells read: {inside:.3} inside the study's areas ({n_inside} cells), \
                 {outside:.3} outside ({n_outside} cells); {no_data} cells are without data, {far} lie far from the \
                 study and were not read"
            ),
            format!(
                "所读像元共 {total:.3} 人：研究区域内 {inside:.3} 人（{n_inside} 个像元），区域外 {outside:.3} 人\
                 （{n_outside} 个像元）；{no_data} 个像元无数据，{far} 个像元距研究区域较远而未读取"
            ),
        ),
        say(
            "a cell counts as a whole in the area that holds its centre; one without data counts as nobody where the area \
             has others with people",
            "像元按其中心所在区域整体计入；区域内另有有人口的像元时，无数据像元按无人计",
        ),
    );
}

fn names(some: &[AreaId], areas: &Areas) -> String {
    let mut names: Vec<&str> = some.iter().take(NAMED).map(|&area| areas[area].name.as_str()).collect();
    if NAMED < some.len() {
        names.push("…");
    }
    names.join(", ")
}

/// Whether every corner of an area lies where the raster has cells.
fn is_covered(table: &Table, grid: &Grid, areas: &Areas, area: AreaId) -> bool {
    let (Some(outline), Some(boundary)) = (&grid.outline, areas[area].boundary.polygon()) else { return false };
    let here = |place| match &table.system {
        Some(system) => system.from_degrees(place),
        None => Some(place),
    };
    boundary.exterior_coords_iter().all(|corner| here(corner).is_some_and(|corner| outline.covers(&Point(corner))))
}
