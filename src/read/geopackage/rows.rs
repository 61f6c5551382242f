//! The rows of a layer: values to cells, blobs to geometries.

use std::collections::HashSet;
use std::fmt::Write;

use rusqlite::types::ValueRef;
use rusqlite::{Connection, Result, Row};

use super::blob::Header;
use super::database::Database;
use super::layer::{Holds, Layer, Parts, parts, quoted};
use crate::read::allowance::{Allowance, exceeded};
use crate::read::left_out;
use crate::read::problem::{At, Problems, say};
use crate::read::region::Region;
use crate::read::shapes::{Odd, Shape, Shapes};
use crate::read::table::{Cells, Table, Wish};

/// The rows of a layer; those that surely lie outside of the region that is wished for are left out.
pub(super) fn read(database: &mut Database<'_>, layer: &Layer, wish: &Wish, problems: &mut Problems) -> Option<Table> {
    let file = match &wish.layer {
        Some(_) => format!("{}!{}", database.input.name, layer.name),
        None => database.input.name.clone(),
    };
    let parts = parts(&database.connection, layer).and_then(|parts| {
        database.only_simple_views()?;
        Ok(parts)
    });
    let parts = parts.map_err(|error| database.failed(&error, problems)).ok()?;
    if layer.is_spatial && parts.geometry.is_none() {
        problems.error(
            "damaged",
            &file,
            At::File,
            say("the layer has no column of geometries", "图层没有几何列"),
            say("export the layer again in a GIS", "请在 GIS 中重新导出图层"),
        );
        return None;
    }
    for (name, why) in &parts.left_out {
        left_out::column(&file, name, *why, problems);
    }
    let region = parts.geometry.as_ref().and_then(|geometries| Region::of(wish, geometries.crs.as_deref()));
    let mut rows = Rows::new(&parts, region, Allowance::of(database.input.n_bytes()));
    match rows.read(&database.connection, layer) {
        Err(error) => {
            database.failed(&error, problems);
            None
        }
        Ok(()) if rows.is_too_much => {
            exceeded(database.input, problems);
            None
        }
        Ok(()) => Some(rows.table(file, problems)),
    }
}

/// What is gathered on the way.
struct Rows<'a> {
    parts: &'a Parts,
    columns: Vec<Cells>,
    shapes: Shapes,
    region: Option<Region>,
    allowance: Allowance,
    is_too_much: bool,
    /// The places in the layer of the rows that are kept, from 1.
    numbers: Vec<u32>,
    left_out: usize,
    /// Binary values in columns of other things, by column.
    n_blobs: Vec<usize>,
    n_not_utf8: usize,
    /// Geometries that say that they are in another system than their column.
    n_elsewhere: usize,
    scratch: String,
}

impl<'a> Rows<'a> {
    fn new(parts: &'a Parts, region: Option<Region>, allowance: Allowance) -> Self {
        Self {
            parts,
            columns: parts.columns.iter().map(|column| Cells::new(&column.name, 0)).collect(),
            shapes: Shapes::default(),
            region,
            allowance,
            is_too_much: false,
            numbers: Vec::new(),
            left_out: 0,
            n_blobs: vec![0; parts.columns.len()],
            n_not_utf8: 0,
            n_elsewhere: 0,
            scratch: String::new(),
        }
    }

    /// Reads until the end, or until it is too much.
    fn read(&mut self, connection: &Connection, layer: &Layer) -> Result<()> {
        let columns = self.parts.columns.iter().map(|column| &column.name);
        let geometries = self.parts.geometry.iter().map(|geometries| &geometries.column);
        // The first is for a table that has nothing else.
        let names: Vec<String> =
            std::iter::once("1".to_owned()).chain(columns.chain(geometries).map(|name| quoted(name))).collect();
        let (names, table) = (names.join(", "), quoted(&layer.name));
        let key = self.parts.key.as_deref().map(quoted);
        match (&key, self.outside(connection)) {
            (Some(key), Some(outside)) => {
                let mut keys = connection.prepare(&format!("SELECT {key} FROM {table} ORDER BY {key}"))?;
                let mut statement = connection.prepare(&format!("SELECT {names} FROM {table} WHERE {key} = ?1"))?;
                let mut keys = keys.query([])?;
                let mut number = 0;
                while let Some(key) = keys.next()? {
                    number += 1;
                    let key: i64 = key.get(0)?;
                    if outside.contains(&key) {
                        self.left_out += 1;
                        continue;
                    }
                    self.rows(&mut statement.query([key])?, number)?;
                    if self.is_too_much {
                        break;
                    }
                }
                Ok(())
            }
            (key, _) => {
                let order = key.as_ref().map_or_else(String::new, |key| format!(" ORDER BY {key}"));
                let mut statement = connection.prepare(&format!("SELECT {names} FROM {table}{order}"))?;
                self.rows(&mut statement.query([])?, 1)
            }
        }
    }

    /// The keys of the rows that lie outside of the region by the index of bounds. Rows that are not in the index are
    /// not among them. `None` where there is no index, or none that can be used.
    fn outside(&self, connection: &Connection) -> Option<HashSet<i64>> {
        let index = quoted(self.parts.geometry.as_ref()?.index.as_ref()?);
        let [min_x, min_y, max_x, max_y] = self.region?.bounds();
        let outside = format!("SELECT id FROM {index} WHERE maxx < ?1 OR ?2 < minx OR maxy < ?3 OR ?4 < miny");
        let mut statement = connection.prepare(&outside).ok()?;
        let found = statement.query_map([min_x, max_x, min_y, max_y], |row| row.get(0)).ok()?;
        found.collect::<Result<_>>().ok()
    }

    /// Takes rows, the first of which has this number.
    fn rows(&mut self, rows: &mut rusqlite::Rows<'_>, first: u32) -> Result<()> {
        let mut number = first;
        while let Some(row) = rows.next()? {
            self.row(row, number)?;
            if self.is_too_much {
                break;
            }
            number = number.saturating_add(1);
        }
        Ok(())
    }

    fn row(&mut self, row: &Row<'_>, number: u32) -> Result<()> {
        let n_columns = self.columns.len();
        let mut n_bytes = 0;
        if self.parts.geometry.is_some() {
            let blob = row.get_ref(n_columns + 1)?;
            let Some(shape) = self.shape(blob) else {
                self.left_out += 1;
                return Ok(());
            };
            self.shapes.push(shape);
            n_bytes += length(blob);
        }
        for index in 0..n_columns {
            let value = row.get_ref(index + 1)?;
            n_bytes += length(value);
            self.cell(index, value);
        }
        self.numbers.push(number);
        self.is_too_much = !self.allowance.rows(1, n_columns)
            || !self.allowance.bytes(n_bytes)
            || self.columns.iter().any(Cells::is_full);
        Ok(())
    }

    /// The geometry of a row; `None` where the row lies outside.
    fn shape(&mut self, value: ValueRef<'_>) -> Option<std::result::Result<Shape, Odd>> {
        let bytes = match value {
            ValueRef::Null => return Some(Ok(Shape::default())),
            ValueRef::Blob(bytes) => bytes,
            _ => return Some(Err(Odd::NotWkb)),
        };
        let header = match Header::of(bytes) {
            Ok(header) => header,
            Err(odd) => return Some(Err(odd)),
        };
        if self.parts.geometry.as_ref().is_some_and(|geometries| geometries.srs != header.srs) {
            self.n_elsewhere += 1;
        }
        let Some(region) = self.region else { return Some(header.shape()) };
        if header.bounds.is_some_and(|bounds| region.is_outside(bounds)) {
            return None;
        }
        let shape = header.shape();
        let is_beyond =
            shape.as_ref().is_ok_and(|shape| shape.geometry.as_ref().is_some_and(|it| region.is_beyond(it)));
        (!is_beyond).then_some(shape)
    }

    fn cell(&mut self, index: usize, value: ValueRef<'_>) {
        let cells = &mut self.columns[index];
        let text = &mut self.scratch;
        text.clear();
        let written = match (value, self.parts.columns[index].holds) {
            (ValueRef::Null, _) => Ok(()),
            (ValueRef::Integer(0), Holds::Flags) => text.write_str("false"),
            (ValueRef::Integer(1), Holds::Flags) => text.write_str("true"),
            (ValueRef::Integer(number), _) => write!(text, "{number}"),
            // What has 32 bits is written by the digits that tell it apart from others of 32 bits.
            (ValueRef::Real(number), Holds::Short) if f64::from(number as f32) == number => {
                write!(text, "{}", number as f32)
            }
            (ValueRef::Real(number), _) => write!(text, "{number}"),
            (ValueRef::Text(bytes), _) => {
                match std::str::from_utf8(bytes) {
                    Ok(text) => cells.push(text),
                    Err(_) => {
                        self.n_not_utf8 += 1;
                        cells.push(&String::from_utf8_lossy(bytes));
                    }
                }
                return;
            }
            (ValueRef::Blob(_), _) => {
                self.n_blobs[index] += 1;
                Ok(())
            }
        };
        written.expect("a text takes what is written");
        cells.push(text);
    }

    /// The table of the rows, and what was odd about them.
    fn table(self, file: String, problems: &mut Problems) -> Table {
        for (column, &n) in self.parts.columns.iter().zip(&self.n_blobs).filter(|&(_, &n)| 0 < n) {
            let why = (format!("{n} values are binary data"), format!("有 {n} 个值为二进制数据"));
            problems.warning(
                "column-left-out",
                &file,
                At::Column(column.name.clone()),
                say(format!("{}; they are taken as missing", why.0), format!("{}，按缺失处理", why.1)),
                say("write them as text or numbers", "请改存为文本或数字"),
            );
        }
        if 0 < self.n_not_utf8 {
            let n = self.n_not_utf8;
            problems.warning(
                "not-utf8",
                &file,
                At::File,
                say(
                    format!("{n} texts are not UTF-8; what cannot be read of them is �"),
                    format!("{n} 处文本不是 UTF-8，无法识别的部分显示为 �"),
                ),
                say("export the layer again from its source", "请从源数据重新导出图层"),
            );
        }
        if 0 < self.n_elsewhere {
            let n = self.n_elsewhere;
            problems.warning(
                "wrong-crs",
                &file,
                At::File,
                say(
                    format!("{n} geometries say that they are in another coordinate system than their layer; they are taken as of the layer"),
                    format!("{n} 个几何自称的坐标系与图层不同，按图层的坐标系处理"),
                ),
                say("check where they lie, and export the layer again", "请检查其位置，并重新导出图层"),
            );
        }
        let n_rows = self.numbers.len();
        let numbers = if self.left_out == 0 { Vec::new() } else { self.numbers };
        let crs = self.parts.geometry.as_ref().and_then(|geometries| geometries.crs.clone());
        let mut table =
            Table { file, columns: self.columns, n_rows, numbers, crs, left_out: self.left_out, ..Table::default() };
        self.shapes.give(&mut table, problems);
        table
    }
}

/// Bytes of a value of which the file decides how many.
fn length(value: ValueRef<'_>) -> u64 {
    match value {
        ValueRef::Text(bytes) | ValueRef::Blob(bytes) => bytes.len() as u64,
        _ => 8,
    }
}
