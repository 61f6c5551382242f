//! Shapefile: five files of one name for a layer whose geometries are of one type.
//!
//! The format is the oldest and holds least: names of ten bytes, texts of 254. What it changes is said before anything
//! is written. It is written here and not by a crate, since rows without geometry have to stay, and the date of
//! writing must not be in the file.

mod dbf;
mod shp;

use std::io::{self, Write};

use super::shape::{Kind, Kinds};
use super::srs::Epsg;
use super::{Layer, refused};
use crate::model::Text;
use dbf::Field;

/// A layer as a shapefile.
pub struct Shapefile<'a> {
    layer: Layer<'a>,
    kinds: Kinds,
    fields: Vec<Field>,
    system: Epsg,
}

/// One of its files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// The geometries.
    Shp,
    /// Where each geometry begins.
    Shx,
    /// The columns.
    Dbf,
    /// The coordinate system.
    Prj,
    /// The encoding of the texts.
    Cpg,
}

impl Part {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Shp, Self::Shx, Self::Dbf, Self::Prj, Self::Cpg];

    /// The extension of the file.
    pub fn extension(self) -> &'static str {
        match self {
            Self::Shp => "shp",
            Self::Shx => "shx",
            Self::Dbf => "dbf",
            Self::Prj => "prj",
            Self::Cpg => "cpg",
        }
    }
}

impl<'a> Shapefile<'a> {
    /// Looks through a layer.
    ///
    /// # Errors
    /// Why a shapefile cannot hold it ([`super::Refused`]).
    pub fn new(layer: Layer<'a>) -> io::Result<Self> {
        let Some(shapes) = &layer.shapes else {
            return Err(refused(
                "a shapefile needs geometry: write .csv or .xlsx",
                "Shapefile 需要几何；请改用 .csv 或 .xlsx",
            ));
        };
        let Some(system) = Epsg::of(&shapes.crs) else {
            let name = shapes.crs.name();
            return Err(refused(
                format!(
                    "a shapefile cannot say that it is in {name}; turn it to a system that programs know: --to WGS84"
                ),
                format!("Shapefile 无法注明坐标系 {name}；请转换为通用坐标系：--to WGS84"),
            ));
        };
        let kinds = Kinds::of(&layer);
        if matches!(kinds, Kinds::Mixed | Kinds::One(Kind::Collection)) {
            return Err(refused(
                "a shapefile holds points, lines or areas, not several of these: write a GeoPackage",
                "Shapefile 只能保存点、线、面中的一种；请改用 GeoPackage",
            ));
        }
        let fields = dbf::fields(&layer)?;
        let shapefile = Self { layer, kinds, fields, system };
        shp::Extent::of(&shapefile)?;
        Ok(shapefile)
    }

    /// What the file will hold otherwise than the layer: names and texts that are cut.
    pub fn changes(&self) -> Vec<Text> {
        let names = self.layer.columns.iter().zip(&self.fields).filter(|(column, field)| column.name != field.name);
        let names: Vec<String> = names.map(|(column, field)| format!("{} → {}", column.name, field.name)).collect();
        let mut changes = Vec::new();
        if !names.is_empty() {
            let (n, names) = (names.len(), names.join(", "));
            changes.push(Text {
                en: format!("a shapefile has names of ten bytes; {n} are changed: {names}"),
                zh: format!("Shapefile 字段名最长 10 字节，已更改 {n} 个：{names}"),
            });
        }
        for field in self.fields.iter().filter(|field| field.n_cut != 0) {
            let (name, n) = (&field.name, field.n_cut);
            changes.push(Text {
                en: format!("a shapefile has texts of 254 bytes; {n} of the column {name} are cut"),
                zh: format!("Shapefile 文本最长 254 字节，{name} 列有 {n} 个被截断"),
            });
        }
        changes
    }

    /// Writes one of the files.
    ///
    /// # Errors
    /// What the file says.
    pub fn write(&self, part: Part, to: &mut dyn Write) -> io::Result<()> {
        match part {
            Part::Shp => shp::write(self, to),
            Part::Shx => shp::write_index(self, to),
            Part::Dbf => dbf::write(&self.layer, &self.fields, to),
            Part::Prj => to.write_all(self.system.wkt.as_bytes()),
            Part::Cpg => to.write_all(b"UTF-8"),
        }
    }
}
