//! Where the coordinates of a table stand, and how they are turned into another system.

use std::borrow::Cow;
use std::cell::Cell;

use geo::{Coord, Geometry, MapCoordsInPlace, Point};
use rayon::prelude::*;

use crate::read::number;
use crate::read::problem::{At, Problem, Problems, Severity, say};
use crate::read::table::{Cells, Table};
use crate::read::vocabulary::vocabulary;
use crate::space::Crs;
use crate::write::{Column, Holds, Shapes, Value, well_known_text};

/// Where coordinates stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// In the geometries.
    Shapes,
    /// In two columns.
    Columns { x: usize, y: usize },
}

/// The coordinates of a table.
pub(super) struct Places {
    kind: Option<Kind>,
    /// What they are in, when that is known.
    system: Option<Crs>,
}

impl Places {
    /// Finds them: geometries, else the columns of longitude and latitude; `None` where it is not clear which columns.
    pub(super) fn of(table: &Table, problems: &mut Problems) -> Option<Self> {
        if !table.geometry.is_empty() {
            return Some(Self { kind: Some(Kind::Shapes), system: None });
        }
        let mut found = [None; 2];
        for (at, cells) in table.columns.iter().enumerate() {
            let side = match vocabulary().column(&cells.header) {
                Some("lon") => 0,
                Some("lat") => 1,
                _ => continue,
            };
            if let Some(other) = found[side].replace(at) {
                let (one, other): (&str, &str) = (&table.columns[other].header, &cells.header);
                problems.error(
                    "duplicate-column",
                    &table.file,
                    At::Column(other.to_owned()),
                    say(
                        format!("this column and `{one}` both look like the same coordinate"),
                        format!("该列与“{one}”列都像是同一坐标"),
                    ),
                    say("rename the one that is not meant", "请重命名其中不使用的一列"),
                );
                return None;
            }
        }
        let [x, y] = found;
        Some(Self { kind: x.zip(y).map(|(x, y)| Kind::Columns { x, y }), system: None })
    }

    pub(super) fn kind(&self) -> Option<Kind> {
        self.kind
    }

    pub(super) fn system(&self) -> Option<&Crs> {
        self.system.as_ref()
    }

    /// Turns them. Points are made of columns where `as_shapes` asks for them.
    pub(super) fn turn(&mut self, table: &mut Table, kind: Kind, turn: Turn, as_shapes: bool, problems: &mut Problems) {
        let lost = match kind {
            Kind::Shapes => turn.shapes(&mut table.geometry),
            Kind::Columns { x, y } => turn.columns(table, x, y, as_shapes),
        };
        warn_of_lost(table, &lost, &turn, problems);
        self.system = Some(turn.to);
    }

    /// The geometries of a table whose coordinates are turned.
    pub(super) fn shapes<'t>(&self, table: &'t Table) -> Option<Shapes<'t>> {
        let crs = self.system.clone()?;
        let shape = Box::new(|row: usize| table.geometry.get(row)?.as_ref().map(Cow::Borrowed));
        Some(Shapes { crs, shape })
    }

    /// Geometry as columns: two numbers where all are points, else Well-Known Text.
    pub(super) fn as_columns<'t>(&self, table: &'t Table) -> Vec<Column<'t>> {
        if self.kind != Some(Kind::Shapes) {
            return Vec::new();
        }
        let is_taken = |name: &str| table.columns.iter().any(|cells| cells.header.eq_ignore_ascii_case(name));
        let free = |name: &str| {
            let mut names = std::iter::once(name.to_owned()).chain((2..).map(|n: u32| format!("{name}_{n}")));
            names.find(|name| !is_taken(name)).unwrap_or_default()
        };
        let are_points = table.geometry.iter().flatten().all(|shape| matches!(shape, Geometry::Point(_)));
        if !are_points {
            let text = |row: usize| match &table.geometry[row] {
                Some(shape) => Value::Text(well_known_text(shape).into()),
                None => Value::Missing,
            };
            return vec![Column { name: free("geometry"), holds: Holds::Text, value: Box::new(text) }];
        }
        let side = |name: &str, of: fn(&Point<f64>) -> f64| {
            let value = move |row: usize| match &table.geometry[row] {
                Some(Geometry::Point(point)) => Value::Number(of(point)),
                _ => Value::Missing,
            };
            Column { name: free(name), holds: Holds::Number, value: Box::new(value) }
        };
        let is_degrees = self.system.as_ref().is_none_or(Crs::is_geographic);
        let [x, y] = if is_degrees { ["lon", "lat"] } else { ["x", "y"] };
        vec![side(x, |point| point.x()), side(y, |point| point.y())]
    }
}

/// Why a row has no coordinates that can be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Loss {
    /// They are 0, 0.
    Null,
    /// They are some only the other way round.
    Swapped,
    /// They are none of the system.
    Unfit,
}

/// From one system to another.
pub(super) struct Turn {
    pub(super) from: Crs,
    pub(super) to: Crs,
}

impl Turn {
    /// Whether coordinates stay as they are.
    fn is_none(&self) -> bool {
        self.from == self.to || self.from.is_wgs84() && self.to.is_wgs84()
    }

    fn place(&self, place: Coord<f64>) -> Result<Coord<f64>, Loss> {
        let Coord { x, y } = place;
        if !x.is_finite() || !y.is_finite() {
            return Err(Loss::Unfit);
        }
        if self.from.is_geographic() {
            if 360.0 < x.abs() || 90.0 < y.abs() {
                let is_swapped = x.abs() <= 90.0 && y.abs() <= 360.0;
                return Err(if is_swapped { Loss::Swapped } else { Loss::Unfit });
            }
        } else if x.abs() <= 180.0 && y.abs() <= 90.0 {
            // No plane is used within 180 m of its origin: these are degrees, whatever is said.
            return Err(Loss::Unfit);
        }
        if self.is_none() {
            return Ok(place);
        }
        let turned = |place: Coord<f64>| self.to.from_degrees(self.from.to_degrees(place)?);
        turned(place).ok_or_else(|| {
            let are_metres = !self.from.is_geographic() && 360.0 < x.abs() && 360.0 < y.abs();
            let is_swapped = are_metres && self.from.to_degrees(Coord { x: y, y: x }).is_some();
            if is_swapped { Loss::Swapped } else { Loss::Unfit }
        })
    }

    /// As [`Turn::place`] of the coordinates of one thing: 0, 0 stands for none.
    fn point(&self, place: Coord<f64>) -> Result<Coord<f64>, Loss> {
        if place.x == 0.0 && place.y == 0.0 { Err(Loss::Null) } else { self.place(place) }
    }

    /// Turns geometries; gives the rows of those that cannot be, which are none then.
    fn shapes(&self, shapes: &mut [Option<Geometry<f64>>]) -> Vec<(usize, Loss)> {
        let lost = shapes.par_iter_mut().enumerate().filter_map(|(row, shape)| {
            let lost = Cell::new(None);
            let is_point = matches!(shape, Some(Geometry::Point(_)));
            shape.as_mut()?.map_coords_in_place(|place| {
                let turned = if is_point { self.point(place) } else { self.place(place) };
                turned.unwrap_or_else(|loss| {
                    lost.set(lost.get().or(Some(loss)));
                    place
                })
            });
            let lost = lost.get()?;
            *shape = None;
            Some((row, lost))
        });
        lost.collect()
    }

    /// Turns two columns in place, and makes points of them; gives the rows that have no usable coordinates, whose
    /// cells are empty then.
    fn columns(&self, table: &mut Table, x: usize, y: usize, as_shapes: bool) -> Vec<(usize, Loss)> {
        let mut lost = Vec::new();
        let mut turned = [x, y].map(|at| Cells::new(&table.columns[at].header, 0));
        let mut points = Vec::new();
        for row in 0..table.n_rows {
            let cells = [x, y].map(|at| table.columns[at].get(row));
            let place = match cells.map(number) {
                [Some(x), Some(y)] => self.point(Coord { x, y }),
                _ => Err(Loss::Unfit),
            };
            if let Err(loss) = place
                && cells != ["", ""]
            {
                lost.push((row, loss));
            }
            let place = place.ok();
            let written =
                |n: usize, number: f64| if self.is_none() { cells[n].to_owned() } else { self.written(number) };
            let [one, other] =
                place.map_or([String::new(), String::new()], |place| [written(0, place.x), written(1, place.y)]);
            turned[0].push(&one);
            turned[1].push(&other);
            if as_shapes {
                points.push(place.map(|place| Point(place).into()));
            }
        }
        let [new_x, new_y] = turned;
        table.columns[x] = new_x;
        table.columns[y] = new_y;
        table.geometry = points;
        lost
    }

    /// A coordinate with as many digits as mean something: a tenth of a millimetre.
    fn written(&self, number: f64) -> String {
        let scale = if self.to.is_geographic() { 1e9 } else { 1e4 };
        ((number * scale).round() / scale + 0.0).to_string()
    }
}

fn warn_of_lost(table: &Table, lost: &[(usize, Loss)], turn: &Turn, problems: &mut Problems) {
    let (from, to, n_rows) = (turn.from.name(), turn.to.name(), table.n_rows);
    for loss in [Loss::Swapped, Loss::Unfit, Loss::Null] {
        let of_kind: Vec<usize> = lost.iter().filter(|(_, other)| *other == loss).map(|&(row, _)| row).collect();
        if of_kind.is_empty() {
            continue;
        }
        let rows: Vec<String> = of_kind.iter().take(10).map(|&row| table.number(row).to_string()).collect();
        let more = if rows.len() < of_kind.len() { ", …" } else { "" };
        let (n, rows) = (of_kind.len(), format!("{}{more}", rows.join(", ")));
        let (code, what, help) = match loss {
            Loss::Swapped => (
                "swapped-axes",
                say(
                    format!("the coordinates of {n} of {n_rows} rows look swapped, and are left empty: {rows}"),
                    format!("{n_rows} 行中有 {n} 行的横纵坐标（经纬度）似乎颠倒，已留空：{rows}"),
                ),
                say(
                    "put longitude (x, east) and latitude (y, north) of these rows each into its own column; where all are swapped, swap the two headers",
                    "请把这些行的经度（x、东）与纬度（y、北）填入各自的列；若整列颠倒，交换两个表头即可",
                ),
            ),
            Loss::Unfit => (
                "not-turned",
                say(
                    format!(
                        "{n} of {n_rows} rows have no coordinates that can be taken from {from} to {to}, which are left empty: {rows}"
                    ),
                    format!("{n_rows} 行中有 {n} 行的坐标无法从 {from} 转换到 {to}，已留空：{rows}"),
                ),
                say("check these cells, the order of the axes and --from", "请检查这些单元格、坐标轴顺序以及 --from"),
            ),
            Loss::Null => (
                "no-place",
                say(
                    format!("{n} of {n_rows} rows are at 0, 0, which stands for no place, and are left empty: {rows}"),
                    format!("{n_rows} 行中有 {n} 行的坐标为 0, 0，表示没有坐标，已留空：{rows}"),
                ),
                say("fill in the coordinates of these rows", "请补填这些行的坐标"),
            ),
        };
        // Where no row is left, it is the system or the order that is wrong.
        let is_error = lost.len() == n_rows && loss != Loss::Null;
        let severity = if is_error { Severity::Error } else { Severity::Warning };
        problems.push(Problem { severity, code, file: table.file.clone(), at: At::File, what, help });
    }
}

/// No coordinates were found where some are needed.
pub(super) fn none_found(table: &Table, problems: &mut Problems) {
    let headers: Vec<&str> = table.columns.iter().map(|cells| cells.header.as_str()).collect();
    let headers = headers.join(", ");
    problems.error(
        "no-coordinates",
        &table.file,
        At::File,
        say(
            format!("the file has no geometry, and no columns of coordinates are recognised; its columns: {headers}"),
            format!("文件没有几何，也未识别出坐标列；现有列：{headers}"),
        ),
        say("call the columns lon and lat, or x and y", "请将坐标列命名为“经度”“纬度”或 x、y"),
    );
}

/// Nobody says what the coordinates are in.
pub(super) fn unknown_system(file: &str, problems: &mut Problems) {
    problems.error(
        "unknown-system",
        file,
        At::File,
        say("the file does not say which system its coordinates are in", "文件未说明坐标所用的坐标系"),
        say(
            "say it: --from WGS84 (GPS, OpenStreetMap), GCJ-02 (Amap, Tencent), BD-09 (Baidu), EPSG:4549 (a zone)",
            "请指明：--from WGS84（GPS、OpenStreetMap）、GCJ-02（高德、腾讯）、BD-09（百度）或 EPSG:4549（高斯投影带）",
        ),
    );
}

impl Turn {
    /// Says where the way between the systems is not known to a metre.
    pub(super) fn warn(&self, file: &str, problems: &mut Problems) {
        use crate::space::crs::Datum;
        if self.is_none() || self.from.datum() == self.to.datum() && self.from.datum() == Datum::Same {
            return;
        }
        for crs in [&self.from, &self.to] {
            let (en, zh) = match crs.datum() {
                Datum::Same => continue,
                Datum::Turned => ("some metres", "数米"),
                Datum::Shifted => ("some tens of metres", "数十米"),
                Datum::Unknown => ("about a hundred metres", "约百米"),
            };
            let name = crs.name();
            problems.warning(
                "rough-datum",
                file,
                At::File,
                say(
                    format!("places between {name} and WGS 84 may be off by {en}"),
                    format!("{name} 与 WGS 84 之间的转换误差可能达到{zh}"),
                ),
                say(
                    "ask the surveying office for exact coordinates where that matters",
                    "精度要求高时请向测绘部门索取准确坐标",
                ),
            );
        }
    }
}
