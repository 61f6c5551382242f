//! What a file holds and what each of its columns would be taken for, before any study names it.

use geo::{BoundingRect, Coord, Geometry};

use super::columns::structural;
use super::table::{Cells, Table};
use super::values;
use super::vocabulary::vocabulary;

/// What was seen in a file.
#[derive(Clone, Debug)]
pub struct Inspection {
    /// Rows or features.
    pub n_rows: usize,
    /// How many geometries there are of each type, by name.
    pub geometries: Vec<(&'static str, usize)>,
    /// West, south, east and north of all geometries.
    pub bounds: Option<[f64; 4]>,
    /// The columns in the order of the file.
    pub columns: Vec<Column>,
    /// What the file looks like: `areas`, `people`, `facilities`, `series` or `estates`.
    pub layer: &'static str,
}

/// What was seen in a column.
#[derive(Clone, Debug)]
pub struct Column {
    /// Its header.
    pub header: String,
    /// What it would be taken for, if the header is known.
    pub taken_for: Option<String>,
    /// `number`, `date`, `yes/no`, `text` or `empty`.
    pub kind: &'static str,
    /// How many cells are empty.
    pub missing: usize,
    /// The first few different cells.
    pub samples: Vec<String>,
}

/// Different cells shown of a column.
const SAMPLES: usize = 3;

/// Looks at all cells of a table.
pub fn inspect(table: &Table) -> Inspection {
    let columns: Vec<Column> = table.columns.iter().map(column).collect();
    let mut geometries: Vec<(&'static str, usize)> = Vec::new();
    let mut bounds: Option<[f64; 4]> = None;
    for geometry in &table.geometry {
        let name = geometry.as_ref().map_or("none", type_name);
        match geometries.iter_mut().find(|(known, _)| *known == name) {
            Some((_, n)) => *n += 1,
            None => geometries.push((name, 1)),
        }
        if let Some(rect) = geometry.as_ref().and_then(BoundingRect::bounding_rect) {
            let (low, high): (Coord<f64>, Coord<f64>) = (rect.min(), rect.max());
            bounds = Some(bounds.map_or([low.x, low.y, high.x, high.y], |[west, south, east, north]| {
                [west.min(low.x), south.min(low.y), east.max(high.x), north.max(high.y)]
            }));
        }
    }
    let layer = layer(&columns, &geometries);
    Inspection { n_rows: table.n_rows, geometries, bounds, columns, layer }
}

fn column(cells: &Cells) -> Column {
    let filled = || cells.iter().filter(|cell| !cell.is_empty());
    let all = |test: &dyn Fn(&str) -> bool| filled().all(test);
    let kind = if filled().next().is_none() {
        "empty"
    } else if all(&|cell| values::number(cell).is_some()) {
        "number"
    } else if all(&|cell| vocabulary().flag(cell).is_some()) {
        "yes/no"
    } else if all(&|cell| values::date(cell).is_some()) {
        "date"
    } else {
        "text"
    };
    let mut samples: Vec<String> = Vec::new();
    for cell in filled() {
        if !samples.iter().any(|sample| sample == cell) {
            samples.push(cell.to_owned());
        }
        if samples.len() == SAMPLES {
            break;
        }
    }
    let header = cells.header.clone();
    let known = structural(&header)
        .or_else(|| vocabulary().group(&header).map(|group| format!("{group} (people)")))
        .or_else(|| vocabulary().attribute(&header).map(|attribute| format!("{attribute} (attribute)")));
    Column { header, taken_for: known, kind, missing: cells.len() - filled().count(), samples }
}

fn type_name(geometry: &Geometry<f64>) -> &'static str {
    match geometry {
        Geometry::Point(_) => "Point",
        Geometry::MultiPoint(_) => "MultiPoint",
        Geometry::Line(_) | Geometry::LineString(_) => "LineString",
        Geometry::MultiLineString(_) => "MultiLineString",
        Geometry::Polygon(_) | Geometry::Rect(_) | Geometry::Triangle(_) => "Polygon",
        Geometry::MultiPolygon(_) => "MultiPolygon",
        Geometry::GeometryCollection(_) => "GeometryCollection",
    }
}

/// What a file with these columns and geometries looks like.
fn layer(columns: &[Column], geometries: &[(&'static str, usize)]) -> &'static str {
    let has = |key: &str| columns.iter().any(|column| column.taken_for.as_deref() == Some(key));
    let counts = |mark: &str| {
        columns.iter().filter(|column| column.taken_for.as_deref().is_some_and(|key| key.ends_with(mark))).count()
    };
    if has("indicator") && has("year") && has("value") {
        "series"
    } else if has("households") || has("first-phase") {
        "estates"
    } else if geometries.iter().any(|(name, _)| name.ends_with("Polygon")) || has("parent") || has("parent-name") {
        "areas"
    } else if 0 < counts("(people)") && counts("(people)") >= counts("(attribute)") {
        "people"
    } else {
        "facilities"
    }
}
