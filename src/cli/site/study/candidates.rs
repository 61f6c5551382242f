//! Where new sites may be: the places of areas, the points of a grid, or the rows of a file.

use std::collections::HashSet;
use std::path::Path;

use geo::{BoundingRect, Coord};

use super::Options;
use super::aim::Aim;
use crate::model::{AreaId, DestinationId, FacilityRow, Id, LevelId, ServiceId, SourceId, Text, World};
use crate::read::problem::{At, Problems, say};
use crate::read::{ReadStudy, read_candidates};
use crate::scenario::{Change, Edit, Scenario};
use crate::space::index::PolygonIndex;
use crate::units::Metres;

/// More candidates than this are refused: each is a row of facilities with its travel costs.
pub(super) const MOST_CANDIDATES: usize = 200_000;

/// Candidates, and the file that they were read from with its digest.
type Candidates = (Vec<Scenario>, Option<(String, String)>);

/// The candidates; `None` where a problem with their file was noted.
pub(super) fn candidates(
    options: &Options,
    read: &ReadStudy,
    aim: &Aim<'_>,
    problems: &mut Problems,
) -> Result<Option<Candidates>, Text> {
    let world = &read.world;
    let areas = &world.areas;
    let listed = |name: &str| world.costs.as_ref().and_then(|table| table.destination(name));
    match options.candidates.as_str() {
        "areas" => {
            let lowest =
                (0..areas.levels().len()).rev().map(LevelId::new).find(|&level| !areas.at_level(level).is_empty());
            let ids = lowest.map(|level| areas.at_level(level)).unwrap_or_default();
            let candidate = |&id: &AreaId| {
                let area = &areas[id];
                // An area without a place still is one that a facility can be in.
                let can_be = aim.is_of_areas()
                    || (area.place.is_some() && world.costs.is_none())
                    || listed(&area.code).is_some();
                let place = Standing { place: area.place, area: Some(id), destination: listed(&area.code) };
                can_be.then(|| opened(aim.service, format!("{} {}", area.code, area.name), place))
            };
            let found: Vec<Scenario> = ids.iter().filter_map(candidate).collect();
            if let Some(table) = &world.costs
                && !aim.is_of_areas()
                && found.len() < ids.len()
            {
                let file = &world.sources[table.source].file;
                let (n, of) = (ids.len() - found.len(), ids.len());
                problems.warning(
                    "candidates-not-listed",
                    file,
                    At::File,
                    say(
                        format!("{n} of {of} areas are no candidates: there is no row to their codes"),
                        format!("{of} 个区域中有 {n} 个没有以其代码为终点的行，不作为候选点"),
                    ),
                    say("add rows, or give --candidates FILE", "请补充数据，或使用 --candidates 文件"),
                );
                if found.is_empty() {
                    return Err(say(
                        format!(
                            "{file} has no row to the code of any area: give --candidates FILE with sites that it has in `to`, or add rows"
                        ),
                        format!(
                            "{file} 中没有以区域代码为终点的行：请用 --candidates 文件给出表中已有终点的候选点，或补充数据"
                        ),
                    ));
                }
            }
            Ok(Some((found, None)))
        }
        "grid" if world.costs.is_some() && !aim.is_of_areas() => Err(say(
            "the study's table of costs has no row to the points of a grid: give --candidates FILE with sites that it has in `to`",
            "研究的出行费用表没有到格网点的费用：请用 --candidates 文件给出表中已有终点的候选点",
        )),
        "grid" => {
            let spacing = Metres::try_from(options.spacing.clone()).ok().filter(|spacing| 0.0 < spacing.get());
            let spacing = spacing.ok_or_else(|| {
                let text = &options.spacing;
                say(
                    format!("`{text}` is no distance: write --spacing \"500 m\" or \"1 km\""),
                    format!("“{text}”不是距离：请写 --spacing \"500 m\" 或 \"1 km\""),
                )
            })?;
            Ok(Some((grid(world, aim.service, spacing)?, None)))
        }
        file => {
            let path = Path::new(file);
            let found = read_candidates(path, read, options.crs.as_deref(), aim.service, problems);
            Ok(found.map(|(candidates, sha256)| {
                let name = path.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
                (candidates, Some((name, sha256)))
            }))
        }
    }
}

/// Where a candidate stands.
struct Standing {
    place: Option<Coord<f64>>,
    area: Option<AreaId>,
    destination: Option<DestinationId>,
}

fn opened(service: ServiceId, name: String, Standing { place, area, destination }: Standing) -> Scenario {
    let origin = (SourceId::new(0), 0);
    let facility = FacilityRow { code: name.clone(), name: name.clone(), service, place, area, destination, origin };
    let change = Change::Open { facility, attributes: Vec::new(), serves: Vec::new() };
    Scenario { name, edits: vec![Edit { change, cost: None, row: 0 }] }
}

/// Points of a grid in the lowest areas that have a boundary.
fn grid(world: &World, service: ServiceId, spacing: Metres) -> Result<Vec<Scenario>, Text> {
    let areas = &world.areas;
    let has_boundary =
        |level: &LevelId| areas.at_level(*level).iter().any(|&id| areas[id].boundary.polygon().is_some());
    let lowest = (0..areas.levels().len()).rev().map(LevelId::new).find(has_boundary).ok_or_else(|| {
        say(
            "no area has a boundary that a grid could fill: use --candidates areas or a file",
            "没有区域边界，无法生成格网：请使用 --candidates areas 或文件",
        )
    })?;
    let ids = areas.at_level(lowest);
    let boxes = ids.iter().filter_map(|&id| areas[id].boundary.polygon()?.bounding_rect());
    let all = boxes.reduce(|a, b| {
        let (min, max) = (a.min(), a.max());
        geo::Rect::new((min.x.min(b.min().x), min.y.min(b.min().y)), (max.x.max(b.max().x), max.y.max(b.max().y)))
    });
    let Some(all) = all else { return Ok(Vec::new()) };
    // Metres of a degree of latitude on WGS 84 lie between 110.6 and 111.7 km: near enough for a grid.
    let south_north = spacing.get() / 111_000.0;
    let west_east = south_north / all.center().y.to_radians().cos().max(0.01);
    let (columns, rows) = ((all.width() / west_east).ceil(), (all.height() / south_north).ceil());
    if (10 * MOST_CANDIDATES) as f64 <= columns * rows {
        return Err(say(
            format!("a grid of {spacing} would have {columns} by {rows} points: give a larger --spacing"),
            format!("间距 {spacing} 的格网有 {columns}×{rows} 个点：请加大 --spacing"),
        ));
    }
    let (columns, rows) = (columns as usize, rows as usize);
    let point = |at: usize| Coord {
        x: all.min().x + (at % columns) as f64 * west_east + west_east / 2.0,
        y: all.min().y + (at / columns) as f64 * south_north + south_north / 2.0,
    };
    let points: Vec<Coord<f64>> = (0..columns * rows).map(point).collect();
    let located = PolygonIndex::build(ids.iter().map(|&id| areas[id].boundary.polygon())).locate(&points);
    let inside = points.iter().zip(located).filter_map(|(&point, position)| Some((point, ids[position? as usize])));
    let candidate = |(point, area): (Coord<f64>, AreaId)| {
        let place = Standing { place: Some(point), area: Some(area), destination: None };
        opened(service, format!("{:.5},{:.5}", point.x, point.y), place)
    };
    Ok(inside.map(candidate).collect())
}

/// Leaves out candidates that are the same as one before; how many. Where sites serve all who come the place and the cost
/// tell them apart; else also how many each serves, and one place may have several.
pub(super) fn drop_doubles(candidates: &mut Vec<Scenario>, capacity: Option<&str>) -> usize {
    let mut seen = HashSet::new();
    let before = candidates.len();
    candidates.retain(|candidate| {
        let opened = candidate.edits.iter().find_map(|edit| match &edit.change {
            Change::Open { facility, .. } => Some(facility),
            _ => None,
        });
        let Some((facility, place)) = opened.and_then(|facility| Some((facility, facility.place?))) else {
            return true;
        };
        let cost = candidate.cost().map(f64::to_bits);
        let name = capacity.map(|_| facility.name.clone());
        seen.insert((place.x.to_bits(), place.y.to_bits(), facility.area, cost, name))
    });
    before - candidates.len()
}
