//! Geometries of a file as its rows are read, and what is odd about them.

use geo::Geometry;

use super::problem::{Problems, say};
use super::table::Table;
use crate::model::Text;

/// One geometry, if there is one.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Shape {
    pub(super) geometry: Option<Geometry<f64>>,
    /// Whether a ring of it did not end where it began; it was closed.
    pub(super) is_open: bool,
}

/// Why a geometry cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Odd {
    /// There are fewer bytes than it says.
    CutOff,
    /// The bytes are no geometry.
    NotWkb,
    /// A kind of geometry that nothing is known of.
    Kind(u32),
    /// Arcs instead of straight sides.
    Curved,
    /// A part of a kind that the whole cannot hold.
    Part,
    /// Collections in collections without end.
    Deep,
    /// A coordinate that is infinite or no number.
    NotFinite,
    /// A geometry in the form of one program alone.
    Extended,
    /// Its counts of places do not fit each other.
    Counts,
    /// Rings that lie in each other without end.
    Nested,
    /// What only its format can have, in words.
    Other(String),
}

impl Odd {
    fn words(&self) -> Text {
        match self {
            Self::CutOff => say("its bytes are cut off", "其字节不完整"),
            Self::NotWkb => say("its bytes are no geometry", "其字节不是几何"),
            Self::Kind(kind) => say(format!("type {kind}"), format!("类型为 {kind}")),
            Self::Curved => say(
                "it has arcs; turn them into straight sides first (ogr2ogr -nlt CONVERT_TO_LINEAR)",
                "含有圆弧，请先转换为折线（ogr2ogr -nlt CONVERT_TO_LINEAR）",
            ),
            Self::Part => say("it has parts of another type", "其中的部分类型不符"),
            Self::Deep => say("collections nested too deep", "几何集合嵌套过深"),
            Self::NotFinite => say("a coordinate is not a number", "坐标不是有效数字"),
            Self::Counts => say("its counts do not fit its length", "其内部的数目与长度不符"),
            Self::Nested => say("its rings are nested too deep", "其中的环嵌套过深"),
            Self::Other(what) => Text::same(what),
            Self::Extended => say("it is in the form of one program alone", "其格式仅某一软件可读"),
        }
    }
}

/// The geometries of rows, one a row.
#[derive(Clone, Debug, Default)]
pub(super) struct Shapes {
    pub(super) geometry: Vec<Option<Geometry<f64>>>,
    odd: Vec<(usize, Odd)>,
    open: Vec<usize>,
}

impl Shapes {
    /// The geometry of the next row.
    pub(super) fn push(&mut self, shape: Result<Shape, Odd>) {
        let row = self.geometry.len();
        let shape = shape.unwrap_or_else(|odd| {
            self.odd.push((row, odd));
            Shape::default()
        });
        if shape.is_open {
            self.open.push(row);
        }
        self.geometry.push(shape.geometry);
    }

    /// How many rows there are.
    pub(super) fn len(&self) -> usize {
        self.geometry.len()
    }

    /// Whether there are none.
    pub(super) fn is_empty(&self) -> bool {
        self.geometry.is_empty()
    }

    /// Adds the rows of another list.
    pub(super) fn append(&mut self, mut other: Self) {
        let n = self.geometry.len();
        self.geometry.append(&mut other.geometry);
        self.odd.extend(other.odd.into_iter().map(|(row, odd)| (n + row, odd)));
        self.open.extend(other.open.into_iter().map(|row| n + row));
    }

    /// Gives the geometries to the table of their rows, and says what is odd about them.
    pub(super) fn give(self, table: &mut Table, problems: &mut Problems) {
        table.geometry = self.geometry;
        for (row, odd) in self.odd {
            problems.warning_of("geometry", &table.file, table.at(row), || {
                let what = odd.words();
                (
                    say(format!("the geometry is not used: {}", what.en), format!("该几何未被采用：{}", what.zh)),
                    say("check the feature in a GIS", "请在 GIS 中检查该要素"),
                )
            });
        }
        for row in self.open {
            problems.warning_of("repaired-geometry", &table.file, table.at(row), || {
                (
                    say("a ring of the polygon is not closed; it was closed", "多边形的环未闭合，已将其闭合"),
                    say("check the closed boundary, and mend the source", "请检查闭合后的边界，并更正源数据"),
                )
            });
        }
    }
}
