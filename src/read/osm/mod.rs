//! OpenStreetMap extracts (`.osm.pbf`): one file with several layers, each read to a table.
//!
//! | layer | rows |
//! |---|---|
//! | `areas` | the administrative areas of the level that suits best; where none is whole, those that the border cuts, else the box of the extract: both estimated |
//! | `admin-N` | the administrative areas of level N, where the file holds one of them whole |
//! | `facilities` | what offers a service by its tags: see `services.toml` |
//! | `buildings` | dwellings with their floor area, which stands for residents |

mod areas;
mod buildings;
mod cut;
mod facilities;
mod gather;
mod pbf;
mod rings;
mod tags;
mod wire;

use geo::{Coord, Geometry, Point};
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::Offset;

use super::alone::title;
use super::input::Input;
use super::problem::{At, Problems, say};
use super::table::{Cells, Reader, Table, Wish};
use crate::units::Decimal;
use areas::Boundaries;
use buildings::Buildings;
use facilities::Facilities;
use pbf::{Pbf, Stop};
use tags::Mapping;
use wire::Damaged;

/// OpenStreetMap extracts.
pub(super) struct Osm;

/// The layer of the areas that suit best.
pub const AREAS: &str = "areas";
/// The layer of facilities.
pub const FACILITIES: &str = "facilities";
/// The layer of dwellings.
pub const BUILDINGS: &str = "buildings";

/// The column of floor areas.
pub const FLOOR_AREA: &str = "dwelling-floor-area";

impl Reader for Osm {
    fn name(&self) -> &'static str {
        "OpenStreetMap PBF"
    }

    fn accepts(&self, name: &str, start: &[u8]) -> bool {
        // A length of less than 64 KiB, then the name of the first block.
        let looks = start.starts_with(&[0, 0]) && start.get(6..15) == Some(b"OSMHeader");
        looks || name.to_ascii_lowercase().ends_with(".osm.pbf")
    }

    fn layers(&self, input: &Input, problems: &mut Problems) -> Option<Vec<String>> {
        let pbf = open(input, problems)?;
        let boundaries = Boundaries::read(&pbf).map_err(|stop| said(input, stop, problems)).ok()?;
        let levels = boundaries.levels().into_iter().map(|level| format!("admin-{level}"));
        let mut layers = vec![AREAS.to_owned(), FACILITIES.to_owned(), BUILDINGS.to_owned()];
        layers.extend(levels);
        Some(layers)
    }

    fn read(&self, input: &Input, wish: &Wish, problems: &mut Problems) -> Option<Table> {
        let pbf = open(input, problems)?;
        let layer = wish.layer.as_deref();
        let read = match layer {
            Some(FACILITIES) => {
                let mapping = mapping(wish, problems)?;
                Facilities::read(&pbf, &mapping).map(|found| facilities_table(input, found, &mapping, problems))
            }
            Some(BUILDINGS) => {
                let mapping = mapping(wish, problems)?;
                Buildings::read(&pbf, &mapping).map(|found| buildings_table(input, found, problems))
            }
            _ => return read_areas(input, &pbf, wish, problems),
        };
        let table = read.map_err(|stop| said(input, stop, problems)).ok()?;
        Some(Table { file: format!("{}!{}", input.name, layer.unwrap_or_default()), ..table })
    }
}

fn mapping(wish: &Wish, problems: &mut Problems) -> Option<Mapping> {
    Mapping::read(wish.tags.as_ref().map(|(file, text)| (file.as_str(), text.as_str())), problems)
}

/// A day in UTC of which an extract shows the world.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Day {
    /// Its header says that it is of that day.
    Said(Date),
    /// On that day its newest object was changed; the header says nothing.
    Newest(Date),
}

/// The day of which an extract shows the world: as its header says, else that of its newest object; `None` where neither
/// is known, or a problem stops it.
pub fn day_of(input: &Input, problems: &mut Problems) -> Option<Day> {
    let day = |second: i64| Timestamp::from_second(second).ok().map(|time| Offset::UTC.to_datetime(time).date());
    let pbf = open(input, problems)?;
    if let Some(date) = pbf.header.second.and_then(day) {
        return Some(Day::Said(date));
    }
    let newest = pbf.newest().map_err(|stop| said(input, stop, problems)).ok()?;
    newest.and_then(day).map(Day::Newest)
}

fn open<'a>(input: &'a Input, problems: &mut Problems) -> Option<Pbf<'a>> {
    Pbf::open(input).map_err(|stop| said(input, stop, problems)).ok()
}

fn said(input: &Input, stop: Stop, problems: &mut Problems) {
    match stop {
        Stop::Io(error) => input.unreadable(&error, problems),
        Stop::Damaged(Damaged(en, zh)) => problems.error(
            "damaged",
            &input.name,
            At::File,
            say(format!("the extract cannot be read: {en}"), format!("无法读取该数据：{zh}")),
            say(
                "download it again, or write it anew: osmium cat -f pbf,add_metadata=false IN -o OUT.osm.pbf",
                "请重新下载，或用 osmium 重写：osmium cat -f pbf,add_metadata=false IN -o OUT.osm.pbf",
            ),
        ),
    }
}

/// Columns that grow row by row.
struct Rows(Vec<Cells>);

impl Rows {
    fn new<'a>(headers: impl IntoIterator<Item = &'a str>) -> Self {
        Self(headers.into_iter().map(|header| Cells::new(header, 0)).collect())
    }

    fn push<'a>(&mut self, cells: impl IntoIterator<Item = &'a str>) {
        self.0.iter_mut().zip(cells).for_each(|(column, cell)| column.push(cell));
    }

    fn table(self, geometry: Vec<Option<Geometry<f64>>>) -> Table {
        Table {
            columns: self.0,
            n_rows: geometry.len(),
            geometry,
            crs: Some("EPSG:4326".to_owned()),
            ..Table::default()
        }
    }
}

fn read_areas(input: &Input, pbf: &Pbf<'_>, wish: &Wish, problems: &mut Problems) -> Option<Table> {
    let boundaries = Boundaries::read(pbf).map_err(|stop| said(input, stop, problems)).ok()?;
    let mut layers = vec![AREAS.to_owned(), FACILITIES.to_owned(), BUILDINGS.to_owned()];
    let levels = boundaries.levels();
    layers.extend(levels.iter().map(|level| format!("admin-{level}")));
    let layer = wish.pick(input, &layers, problems)?;
    let level = if layer == 0 { boundaries.best() } else { layer.checked_sub(3).map(|index| levels[index]) };
    let file = format!("{}!{}", input.name, layers[layer]);
    for name in &boundaries.open {
        problems.warning_of("open-boundary", &file, At::File, || {
            (
                say(
                    format!("the ways of the boundary {name} do not close; it is left out"),
                    format!("{name}的边界线不闭合，未采用"),
                ),
                say("mend it in OpenStreetMap", "请在 OpenStreetMap 中修正"),
            )
        });
    }
    let mut rows = Rows::new(["id", "name"].into_iter().chain(areas::KEPT).chain(["boundary"]));
    let mut geometry = Vec::new();
    let Some(level) = level else {
        return cut_areas(input, boundaries, &file, (rows, problems));
    };
    if let Some(n) = boundaries.incomplete.get(&level) {
        problems.warning(
            "incomplete-boundary",
            &file,
            At::File,
            say(
                format!("{n} boundaries of level {level} are not whole in the extract; they are left out"),
                format!("{n} 条 {level} 级边界在该范围内不完整，未采用"),
            ),
            say("take a larger extract", "请使用范围更大的数据"),
        );
    }
    for area in boundaries.areas.into_iter().filter(|area| area.level == level) {
        let tags = area.tags.iter().map(String::as_str);
        rows.push([area.id.as_str(), &area.name].into_iter().chain(tags).chain(["official"]));
        geometry.push(Some(Geometry::MultiPolygon(area.polygon)));
    }
    Some(Table { file, ..rows.table(geometry) })
}

/// Where no boundary is whole: the areas as the border cuts them, else the box of the extract.
fn cut_areas(
    input: &Input,
    Boundaries { cut, bounds, incomplete, .. }: Boundaries,
    file: &str,
    (mut rows, problems): (Rows, &mut Problems),
) -> Option<Table> {
    let n_cut: usize = incomplete.values().sum();
    let help = || {
        say(
            "take an extract that holds the boundaries whole (osmium extract --strategy smart)",
            "请使用包含完整边界的数据（osmium extract --strategy smart）",
        )
    };
    if !cut.is_empty() {
        let (n, level) = (cut.len(), cut[0].level);
        let what = say(
            format!(
                "none of {n_cut} administrative boundaries is whole in the extract: {n} areas of level {level} are cut at \
                 its border, and their boundaries there are estimated"
            ),
            format!("{n_cut} 条行政边界在该范围内均不完整：{n} 个 {level} 级区域按数据范围截取，该处边界为推算"),
        );
        problems.warning("no-whole-boundary", file, At::File, what, help());
        let mut geometry = Vec::new();
        for area in cut {
            let tags = area.tags.iter().map(String::as_str);
            rows.push([area.id.as_str(), &area.name].into_iter().chain(tags).chain(["estimated"]));
            geometry.push(Some(Geometry::MultiPolygon(area.polygon)));
        }
        return Some(Table { file: file.to_owned(), ..rows.table(geometry) });
    }
    let Some(bounds) = bounds else {
        problems.error(
            "no-areas",
            file,
            At::File,
            say(
                "no administrative boundary is whole, and the extract holds no place",
                "没有完整的行政边界，也没有任何位置",
            ),
            say("name a file of areas in a study", "请在研究中指定区划文件"),
        );
        return None;
    };
    let what = say(
        format!("none of {n_cut} administrative boundaries is whole in the extract: its box is the only area"),
        format!("{n_cut} 条行政边界在该范围内均不完整，以数据范围的矩形作为唯一区域"),
    );
    problems.warning("no-whole-boundary", file, At::File, what, help());
    let name = input.name.rsplit('/').next().unwrap_or(&input.name);
    rows.push(["extract", title(name), "", "", "", "", "", "", "estimated"]);
    Some(Table { file: file.to_owned(), ..rows.table(vec![Some(Geometry::Polygon(bounds.to_polygon()))]) })
}

fn facilities_table(input: &Input, found: Facilities, mapping: &Mapping, problems: &mut Problems) -> Table {
    problems.warning(
        "ends-at-border",
        &format!("{}!{FACILITIES}", input.name),
        At::File,
        say(
            "what stands beyond the border of the extract is not known: who lives near it may have a facility there, and what is within a distance is too little by so much",
            "数据范围以外的设施未知：靠近边界的住户可能有范围外的设施可用，距离内的比例因此偏低",
        ),
        say("take an extract that is larger than the city by the longest distance of the pack", "请使用比研究区域大出规则包最大距离的数据"),
    );
    if 0 < found.n_cut {
        let n = found.n_cut;
        problems.warning(
            "cut-facilities",
            &format!("{}!{FACILITIES}", input.name),
            At::File,
            say(
                format!("{n} facilities are cut off by the border of the extract: they stand where their rest is"),
                format!("{n} 个设施被数据范围截断，按范围内部分的位置计"),
            ),
            say("take a larger extract", "请使用范围更大的数据"),
        );
    }
    let own = ["id", "service", "name", "name:en", "name:zh", "primary", "junior"];
    let mut rows = Rows::new(own.into_iter().chain(mapping.attributes()));
    let mut geometry = Vec::new();
    let flag = |flag: Option<bool>| flag.map_or("", |flag| if flag { "yes" } else { "no" });
    for facility in &found.rows {
        let seen = &facility.seen;
        let [primary, junior] = seen.stages.map(flag);
        for &service in &seen.services {
            let service = mapping.service(service);
            let cells = [facility.id.as_str(), service, &seen.name, &seen.name_en, &seen.name_zh, primary, junior];
            rows.push(cells.into_iter().chain(seen.values.iter().map(String::as_str)));
            geometry.push(facility.place.map(point));
        }
    }
    rows.table(geometry)
}

fn buildings_table(input: &Input, found: Buildings, problems: &mut Problems) -> Table {
    let file = format!("{}!{BUILDINGS}", input.name);
    let n = found.rows.len();
    let n_said = found.rows.iter().filter(|building| building.dwelling.is_said).count();
    let n_vague = found.rows.iter().filter(|building| building.dwelling.is_vague).count();
    let n_cut = found.n_cut;
    let mut rough = |n_rough: usize, code: &'static str, en: String, zh: String| {
        if 0 < n_rough {
            let help = say(
                "see what the table of tags says of dwellings; bring your own with tags = \"...\"",
                "参见标签对照表中的 dwellings；也可用 tags = \"...\" 自行指定",
            );
            problems.warning(code, &file, At::File, say(en, zh), help);
        }
    };
    rough(
        n - n_said,
        "levels-assumed",
        format!("{} of {n} dwellings do not say how many levels they have: usual numbers are taken", n - n_said),
        format!("{n} 栋住宅中有 {} 栋未注明层数，按通常层数计", n - n_said),
    );
    rough(
        n_vague,
        "use-assumed",
        format!("{n_vague} of {n} dwellings are buildings of unknown use (`building=yes`)"),
        format!("{n} 栋住宅中有 {n_vague} 栋用途不明（building=yes），按住宅计"),
    );
    rough(
        n_cut,
        "cut-buildings",
        format!("{n_cut} dwellings are cut off by the border of the extract or do not close: they are left out"),
        format!("{n_cut} 栋住宅被数据范围截断或轮廓不闭合，未计入"),
    );
    let mut rows = Rows::new(["id", FLOOR_AREA, "footprint", "levels", "levels-known"]);
    let mut geometry = Vec::new();
    for building in found.rows {
        let levels = building.dwelling.levels;
        let [floor, footprint] =
            [building.footprint * levels, building.footprint].map(|area| Decimal(area, 1).to_string());
        let is_said = if building.dwelling.is_said { "yes" } else { "no" };
        rows.push([building.id.as_str(), &floor, &footprint, &Decimal(levels, 1).to_string(), is_said]);
        geometry.push(Some(point(building.place)));
    }
    rows.table(geometry)
}

fn point(place: Coord<f64>) -> Geometry<f64> {
    Geometry::Point(Point(place))
}
