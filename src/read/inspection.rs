//! What a file holds and what each of its columns would be taken for, before any study names it.

use geo::{BoundingRect, Coord, CoordsIter, Geometry};

use super::candidates::candidates;
use super::columns::{Columns, level_reference, structural};
use super::costs::CostColumns;
use super::evidence::{Evidence, fits_better};
use super::membership::Ground;
use super::problem::Problems;
use super::system::{self, Stated};
use super::table::{Cells, Table};
use super::vocabulary::vocabulary;
use super::{places, polygons, values};
use crate::model::{Areas, CrsFrom};
use crate::space::Crs;

/// What was seen in a file.
#[derive(Clone, Debug)]
pub struct Inspection {
    /// Rows or features.
    pub n_rows: usize,
    /// Rows of titles above the header that were passed over.
    pub n_titles: usize,
    /// Rows below it that are no data: notes, sources, who made the table.
    pub n_notes: usize,
    /// The encoding of its text, where that had to be found out.
    pub encoding: Option<&'static str>,
    /// How many geometries there are of each type, by name.
    pub geometries: Vec<(&'static str, usize)>,
    /// The lowest and highest x and y of all coordinates, as the file has them: west, south, east, north.
    pub bounds: Option<[f64; 4]>,
    /// Its coordinate system.
    pub system: System,
    /// What is wrong with its polygons, if it has any.
    pub polygons: Option<Shapes>,
    /// The columns in the order of the file.
    pub columns: Vec<Column>,
    /// The headers of the columns that hold x and y, or longitude and latitude.
    pub axes: Option<[String; 2]>,
    /// What the file looks like: `areas`, `people`, `facilities`, `series`, `estates` or `travel`, a table of costs.
    pub layer: &'static str,
}

/// The coordinate system of a file.
#[derive(Clone, Debug)]
pub enum System {
    /// It has no coordinates.
    Needless,
    /// It is stated.
    Stated {
        /// Its name.
        name: String,
        /// By whom.
        from: CrsFrom,
    },
    /// The file states one that is not known.
    Unknown(String),
    /// Nobody states one: what the numbers, and the areas of a study if one is given, make likely.
    Open(Evidence),
}

/// What was seen of polygons.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shapes {
    /// How many there are.
    pub n: usize,
    /// Those that are repaired when they are read.
    pub repaired: usize,
    /// Those that cannot be used.
    pub unusable: usize,
    /// Those outside what coordinates can be.
    pub out_of_range: usize,
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

/// Looks at all of a table. `lays_down` is the system that its format lays down; `areas` are those of a study that the
/// file may belong to. What is wrong with its polygons, or with the system that it states, is said.
pub fn inspect(
    mut table: Table,
    lays_down: Option<&str>,
    areas: Option<&Areas>,
    problems: &mut Problems,
) -> Inspection {
    let mut columns: Vec<Column> = table.columns.iter().map(|cells| column(cells, areas)).collect();
    let costs = CostColumns::headers(&table).map(|headers| headers.map(str::to_owned));
    for (header, key) in costs.iter().flatten().zip(["from", "to", "cost"]) {
        let own = columns.iter_mut().filter(|column| column.header == *header);
        own.for_each(|column| column.taken_for = Some(key.to_owned()));
    }
    let geometries = types(&table);
    let axes = axes(&table);
    let raw = numbers(&table);
    let bounds = bounds(&table, &raw);
    let has_coordinates = raw.iter().any(Option::is_some);
    let ground = areas.map(Ground::new);
    let system = match table.crs.clone() {
        _ if !has_coordinates => System::Needless,
        Some(name) if Crs::parse(&name).is_none() => System::Unknown(name),
        _ => settled(&mut table, lays_down, &raw, ground.as_ref(), problems),
    };
    let mut seen = Problems::default();
    let n = polygons::check(&table, &mut seen);
    let shapes = Shapes {
        n,
        repaired: seen.n_of("repaired-geometry"),
        unusable: seen.n_of("bad-geometry"),
        out_of_range: seen.n_of("bad-coordinate"),
    };
    problems.extend(seen);
    let layer = if costs.is_some() { "travel" } else { layer(&columns, &geometries) };
    let polygons = (0 < n).then_some(shapes);
    Inspection {
        n_rows: table.n_rows,
        n_titles: table.n_titles,
        n_notes: table.n_notes,
        encoding: table.encoding,
        geometries,
        bounds,
        system,
        polygons,
        columns,
        axes,
        layer,
    }
}

/// The system that the file or its format states, else what may be it.
fn settled(
    table: &mut Table,
    format: Option<&str>,
    raw: &[Option<Coord<f64>>],
    ground: Option<&Ground<'_>>,
    problems: &mut Problems,
) -> System {
    let from = system::settle(table, Stated { format, ..Stated::default() }, problems).flatten();
    let sink = &mut Problems::default();
    let role = |header: &str| structural(header).or_else(|| level_reference(ground?.areas.levels(), header));
    let mapping = Default::default();
    let columns = Columns::new(table, &mapping, &role, sink);
    let said = ground.map(|ground| {
        let generic = ground.generic(&columns).unwrap_or(["area-code", "area-name"]);
        ground.declared(&columns, Some(generic), sink)
    });
    match (from, &table.system) {
        (Some(from), Some(crs)) => {
            let name = crs.name().to_owned();
            // What is wrong with polygons is said where they are looked at.
            let mut seen = Problems::default();
            let places = places::places(&columns, ground.and_then(Ground::extent), &mut seen);
            if let (Some(ground), Some(said)) = (ground, &said) {
                fits_better(ground, table, (&places, said), problems);
            }
            let has_polygons = table.geometry.iter().flatten().any(|shape| type_name(shape).ends_with("Polygon"));
            if !has_polygons {
                problems.extend(seen);
            }
            System::Stated { name, from }
        }
        _ => {
            let there: Vec<Coord<f64>> = raw.iter().flatten().copied().collect();
            System::Open(match (ground, &said) {
                (Some(ground), Some(said)) => Evidence::of(ground, raw, said, ground.candidates(&there)),
                _ => Evidence::none(candidates(&there, None, &[])),
            })
        }
    }
}

/// The columns that hold coordinates.
fn axes(table: &Table) -> Option<[String; 2]> {
    let columns =
        Columns::new(table, &Default::default(), &structural, &mut Problems::default()).headers(["lon", "lat"]);
    let [Some(lon), Some(lat)] = columns else { return None };
    Some([lon, lat])
}

/// A coordinate of each row as the file has it: the first of its geometry, else that of its columns.
fn numbers(table: &Table) -> Vec<Option<Coord<f64>>> {
    let bare = Table { columns: table.columns.clone(), n_rows: table.n_rows, ..Table::default() };
    let sink = &mut Problems::default();
    let columns = Columns::new(&bare, &Default::default(), &structural, sink);
    let in_columns = places::places(&columns, None, &mut Problems::default());
    let drawn = |row: usize| table.geometry.get(row)?.as_ref()?.coords_iter().next();
    in_columns.into_iter().enumerate().map(|(row, place)| drawn(row).or(place)).collect()
}

fn types(table: &Table) -> Vec<(&'static str, usize)> {
    let mut geometries: Vec<(&'static str, usize)> = Vec::new();
    for geometry in &table.geometry {
        let name = geometry.as_ref().map_or("none", type_name);
        match geometries.iter_mut().find(|(known, _)| *known == name) {
            Some((_, n)) => *n += 1,
            None => geometries.push((name, 1)),
        }
    }
    geometries
}

fn bounds(table: &Table, raw: &[Option<Coord<f64>>]) -> Option<[f64; 4]> {
    let of_point = |place: &Coord<f64>| geo::Rect::new(*place, *place);
    let drawn = table.geometry.iter().flatten().filter_map(BoundingRect::bounding_rect);
    let all = drawn.chain(raw.iter().flatten().map(of_point));
    all.fold(None, |bounds: Option<[f64; 4]>, rect| {
        let (low, high): (Coord<f64>, Coord<f64>) = (rect.min(), rect.max());
        let [west, south, east, north] = bounds.unwrap_or([low.x, low.y, high.x, high.y]);
        Some([west.min(low.x), south.min(low.y), east.max(high.x), north.max(high.y)])
    })
}

fn column(cells: &Cells, areas: Option<&Areas>) -> Column {
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
        .or_else(|| level_reference(areas?.levels(), &header).map(|key| level(&key)))
        .or_else(|| vocabulary().group(&header).map(|group| format!("{group} (people)")))
        .or_else(|| vocabulary().attribute(&header).map(|attribute| format!("{attribute} (attribute)")));
    Column { header, taken_for: known, kind, missing: cells.len() - filled().count(), samples }
}

/// What names an area level by level: `@street.code` is the `street-code (level)`.
fn level(key: &str) -> String {
    format!("{} (level)", key.trim_start_matches('@').replace('.', "-"))
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
