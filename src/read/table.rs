//! What any reader makes of a file: named columns of text, and perhaps a geometry a row.

use std::ops::AddAssign;
use std::sync::Arc;

use geo::{Coord, Geometry, Point, Polygon, Rect, coord};

use super::input::Input;
use super::problem::{At, Problems, say};
use crate::space::Crs;

/// Reads one format.
pub trait Reader: Sync {
    /// The name of the format.
    fn name(&self) -> &'static str;

    /// Whether the file is of this format, by its name and its first bytes.
    fn accepts(&self, name: &str, start: &[u8]) -> bool;

    /// The coordinate system that the format lays down for files that state none.
    fn lays_down(&self) -> Option<&'static str> {
        None
    }

    /// The layers or sheets that the file holds, for formats that may hold several; `None` where a problem stops it.
    fn layers(&self, _input: &Input, _problems: &mut Problems) -> Option<Vec<String>> {
        Some(Vec::new())
    }

    /// The rows of the file, or of the one layer that is wished for; `None` where a problem stops it.
    fn read(&self, input: &Input, wish: &Wish, problems: &mut Problems) -> Option<Table>;
}

/// What is wished for of a file.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Wish {
    /// The layer or sheet, by its name or its number from 1.
    pub layer: Option<String>,
    /// The encoding of its text, such as `GB18030`, where it is known.
    pub encoding: Option<String>,
    /// What the tags of an OpenStreetMap extract stand for: a file and its text, where the study brings its own.
    pub tags: Option<(String, String)>,
    /// Longitude and latitude of the region that matters. A reader may leave out rows that surely lie outside; it then
    /// counts them.
    pub within: Option<Rect<f64>>,
    /// The system that the study says the coordinates of the file are in, whatever the file states.
    pub crs: Option<String>,
    /// The system of files that do not state one, where the study says it.
    pub otherwise: Option<String>,
}

impl Wish {
    /// The region wished for in the coordinates of a file that states `stated`: a box that holds all of it. `None` where
    /// everything is wished for, or nothing may be left out.
    pub fn region(&self, stated: Option<&str>) -> Option<Rect<f64>> {
        let within = self.within?;
        let crs = Crs::parse(self.crs.as_deref().or(stated).or(self.otherwise.as_deref())?)?;
        if crs.is_wgs84() {
            return Some(within);
        }
        // The edges of the box are bent: it is measured along them, and a little more is taken.
        let (west, south, width, height) = (within.min().x, within.min().y, within.width(), within.height());
        let steps = || (0..=EDGE_STEPS).map(|step| f64::from(step) / f64::from(EDGE_STEPS));
        let mut turned: Option<Rect<f64>> = None;
        for (x, y) in steps().flat_map(|a| steps().map(move |b| (a, b))) {
            let place = crs.from_degrees(coord! { x: west + x * width, y: south + y * height })?;
            let here = Rect::new(place, place);
            turned = Some(turned.map_or(here, |all| union(all, here)));
        }
        let turned = turned?;
        let more = coord! { x: turned.width(), y: turned.height() } * 0.02;
        Some(Rect::new(turned.min() - more, turned.max() + more))
    }

    /// Which of the layers of a file is meant, from 0: the one wished for, else the only one.
    pub fn pick(&self, input: &Input, layers: &[String], problems: &mut Problems) -> Option<usize> {
        let there = some_of(layers, |layer| layer.clone(), ", ");
        let by_name = |wanted: &String| layers.iter().position(|layer| layer == wanted);
        let by_number = |wanted: &String| wanted.parse::<usize>().ok()?.checked_sub(1).filter(|&n| n < layers.len());
        let (what, help) = match (&self.layer, layers) {
            (_, []) => {
                (say("the file holds no layer", "文件中没有任何图层或工作表"), say("export it again", "请重新导出"))
            }
            (Some(wanted), _) => match by_name(wanted).or_else(|| by_number(wanted)) {
                Some(found) => return Some(found),
                None => (
                    say(format!("there is no layer `{wanted}`"), format!("没有名为“{wanted}”的图层或工作表")),
                    say(format!("layers of the file: {there}"), format!("文件中的图层或工作表：{there}")),
                ),
            },
            (None, [_]) => return Some(0),
            (None, _) => {
                let named =
                    |mark: [char; 2]| move |layer: &String| format!("{}{}!{layer}{}", mark[0], input.name, mark[1]);
                let (en, zh) = (some_of(layers, named(['`', '`']), ", "), some_of(layers, named(['“', '”']), "、"));
                (
                    say(
                        format!("the file holds several layers: {there}"),
                        format!("文件中有多个图层或工作表：{there}"),
                    ),
                    say(format!("say which one is meant: {en}"), format!("请写明其中一个：{zh}")),
                )
            }
        };
        problems.error("layer", &input.name, At::File, what, help);
        None
    }
}

/// Layers that are named in a message; of more the others are counted.
const NAMED: usize = 8;

/// The first few layers in words, and how many more there are.
fn some_of(layers: &[String], words: impl Fn(&String) -> String, between: &str) -> String {
    let mut named: Vec<String> = layers.iter().take(NAMED).map(words).collect();
    if NAMED < layers.len() {
        named.push(format!("… (+{})", layers.len() - NAMED));
    }
    named.join(between)
}

/// Places looked at along each side of a region when it is turned into another system.
const EDGE_STEPS: u8 = 16;

/// The smallest box that holds both.
pub(super) fn union(a: Rect<f64>, b: Rect<f64>) -> Rect<f64> {
    Rect::new(
        coord! { x: a.min().x.min(b.min().x), y: a.min().y.min(b.min().y) },
        coord! { x: a.max().x.max(b.max().x), y: a.max().y.max(b.max().y) },
    )
}

/// Rows of a file.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Table {
    /// The file, as the study names it, with its layer: `schools.xlsx!Sheet1`.
    pub file: String,
    /// One a column.
    pub columns: Vec<Cells>,
    /// One a row for formats with geometry, else empty.
    pub geometry: Vec<Option<Geometry<f64>>>,
    /// Of a raster the point of each row, in place of a geometry: there are millions, and a geometry takes three times the
    /// room. See [`Table::draw`].
    pub points: Vec<Coord<f64>>,
    /// How many rows.
    pub n_rows: usize,
    /// The number of each row as messages count, where it is not its place from 1: the row of a sheet.
    pub numbers: Vec<u32>,
    /// A coordinate system that the file itself states, as [`Crs::parse`] takes it.
    pub crs: Option<String>,
    /// The system that the coordinates in columns are in, when the study and the file have been asked. Geometries are in
    /// WGS 84 by then. Where nobody states one it is none, and all coordinates are as the file has them.
    pub system: Option<Arc<Crs>>,
    /// The encoding of its text, where that had to be found out.
    pub encoding: Option<&'static str>,
    /// Rows that were left out, since they lie far from the region that was wished for.
    pub left_out: usize,
    /// Of a raster, what its rows do not say.
    pub grid: Option<Grid>,
    /// Files beside the file that were read with it, such as the `.dbf` of a shapefile: the name, and SHA-256 in
    /// hexadecimal.
    pub sidecars: Vec<(String, String)>,
    /// Rows above the header that were passed over: titles.
    pub n_titles: usize,
    /// Rows below it that are no data: notes, sources, the names of who made the table, the header once more.
    pub n_notes: usize,
}

/// What the rows of a raster do not say: they are its cells with people.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Grid {
    /// The persons of each row. The one column is empty: as text they would take longer than all the rest, see
    /// [`Table::draw`].
    pub persons: Vec<f64>,
    /// Cells without data.
    pub no_data: usize,
    /// Cells whose number is none of persons: negative, or beyond all there are.
    pub not_persons: usize,
    /// The box of the raster in its own system, up to where the centres of the next cells would be: what reaches
    /// beyond it may hold cells that are not there.
    pub outline: Option<Polygon<f64>>,
}

impl AddAssign for Grid {
    fn add_assign(&mut self, other: Self) {
        self.no_data += other.no_data;
        self.not_persons += other.not_persons;
    }
}

/// The cells of one column, one after the other in one text.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Cells {
    /// The header as the file gives it.
    pub header: String,
    /// Whether the header may be the beginning of a longer one: a DBF holds ten bytes.
    pub may_be_cut: bool,
    text: String,
    ends: Vec<u32>,
}

impl Cells {
    /// A column of `n_rows` empty cells.
    pub fn new(header: &str, n_rows: usize) -> Self {
        Self { header: header.to_owned(), may_be_cut: false, text: String::new(), ends: vec![0; n_rows] }
    }

    /// Appends a cell. The readers refuse files in which the texts of a column could pass 4 GiB; a cell that would is
    /// left empty.
    pub fn push(&mut self, cell: &str) {
        let end = u32::try_from(self.text.len() + cell.len());
        if end.is_ok() {
            self.text.push_str(cell);
        }
        self.ends.push(end.unwrap_or(self.text.len() as u32));
    }

    /// Appends empty cells until there are `n_rows`.
    pub(super) fn fill_up(&mut self, n_rows: usize) {
        if self.ends.len() < n_rows {
            self.ends.resize(n_rows, self.text.len() as u32);
        }
    }

    /// Takes all cells out; their memory is used again.
    pub(super) fn clear(&mut self) {
        self.text.clear();
        self.ends.clear();
    }

    /// Appends the cells of another column; false where their texts are too long to be held, and nothing is appended.
    pub fn append(&mut self, other: &Self) -> bool {
        let Ok(start) = u32::try_from(self.text.len()) else { return false };
        if u32::try_from(self.text.len() + other.text.len()).is_err() {
            return false;
        }
        self.text.push_str(&other.text);
        self.ends.extend(other.ends.iter().map(|end| start + end));
        true
    }

    /// Whether the texts together come near to what can be held: a reader then refuses the file.
    pub fn is_full(&self) -> bool {
        (u32::MAX as usize) < self.text.len() + (1 << 24)
    }

    /// How many cells.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// The cell of `row`, blanks around it cut off.
    pub fn get(&self, row: usize) -> &str {
        let start = if row == 0 { 0 } else { self.ends[row - 1] as usize };
        self.text[start..self.ends[row] as usize].trim()
    }

    /// All cells in order.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        (0..self.len()).map(|row| self.get(row))
    }
}

impl Table {
    /// The number of a row as messages count, from 1.
    pub fn number(&self, row: usize) -> u32 {
        self.numbers.get(row).copied().unwrap_or_else(|| u32::try_from(row + 1).unwrap_or(u32::MAX))
    }

    /// Where a row is, for messages.
    pub fn at(&self, row: usize) -> At {
        let number = self.number(row);
        if self.is_drawn() { At::Feature(number) } else { At::Row(number) }
    }

    /// Whether the rows have geometries or points.
    pub fn is_drawn(&self) -> bool {
        !self.geometry.is_empty() || !self.points.is_empty()
    }

    /// Makes geometries of the points of a raster, for what looks at these only.
    pub fn draw_points(&mut self) {
        if !self.points.is_empty() {
            let points = std::mem::take(&mut self.points).into_iter();
            self.geometry = points.map(|point| Some(Geometry::Point(Point(point)))).collect();
        }
    }

    /// Makes geometries of the points of a raster and text of its persons: a table like others.
    pub fn draw(&mut self) {
        self.draw_points();
        if let (Some(grid), Some(column)) = (&mut self.grid, self.columns.first_mut())
            && !grid.persons.is_empty()
        {
            let mut cells = Cells::new(&column.header, 0);
            for persons in std::mem::take(&mut grid.persons) {
                // As short as gives the same number when it is read.
                cells.push(&persons.to_string());
            }
            *column = cells;
        }
    }
}
