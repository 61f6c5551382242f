//! GeoPackage 1.3 (OGC 12-128r17): layers and tables in one SQLite file, with spatial indexes and the styles that QGIS opens
//! them in.
//!
//! The file is written once, front to back, by one connection: the same layers give the same bytes.

use std::fs::File;
use std::io::{self, ErrorKind, Write};
use std::path::Path;

use geo::{BoundingRect, CoordsIter, Geometry, Rect};
use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{Connection, Statement, ToSql};

use super::shape::{Kinds, around, well_known_binary};
use super::srs::Epsg;
use super::{Holds, Layer, Shapes, Value, names, refused};

/// A file that will be written.
pub struct GeoPackage<'a> {
    /// In the order in which programs show them.
    pub layers: Vec<Layer<'a>>,
    /// At most one for each layer is its default.
    pub styles: Vec<Style>,
    /// When the content last changed, which the format asks for: `2020-12-31T00:00:00.000Z`.
    pub last_change: String,
}

/// How QGIS draws a layer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Style {
    /// The layer, by its name in [`GeoPackage::layers`].
    pub layer: String,
    /// The name of the style.
    pub name: String,
    /// The style as QGIS writes it.
    pub qml: String,
    /// The same as Styled Layer Descriptor, for other programs.
    pub sld: Option<String>,
    /// Whether the layer opens with it.
    pub is_default: bool,
}

/// `GPKG`, which tells programs what kind of SQLite file it is.
const APPLICATION: i32 = 0x4750_4b47;

/// Version 1.3.0 of the standard: GDAL 3.6, which is still much used, warns of later ones.
const VERSION: i32 = 10_300;

/// SQLite refuses tables of more columns; two are the key and the geometry.
const MOST_COLUMNS: usize = 1998;

impl GeoPackage<'_> {
    /// Writes it into a file that is empty.
    ///
    /// # Errors
    /// What the disk says, or why a layer cannot be held ([`super::Refused`]).
    pub fn write_at(&self, path: &Path) -> io::Result<()> {
        if let Some(layer) = self.layers.iter().find(|layer| MOST_COLUMNS < layer.columns.len()) {
            let (name, n) = (&layer.name, layer.columns.len());
            return Err(refused(
                format!(
                    "`{name}` has {n} columns; a GeoPackage holds at most {MOST_COLUMNS}: GeoParquet or CSV hold it"
                ),
                format!("“{name}”有 {n} 列，GeoPackage 最多 {MOST_COLUMNS} 列；可改用 GeoParquet 或 CSV"),
            ));
        }
        self.build(path).map_err(problem)
    }

    /// Writes it to anything, by way of a file in the system's folder for temporary ones.
    ///
    /// # Errors
    /// As [`GeoPackage::write_at`].
    pub fn write(&self, to: &mut dyn Write) -> io::Result<()> {
        let built = tempfile::NamedTempFile::new()?;
        self.write_at(built.path())?;
        io::copy(&mut File::open(built.path())?, to).map(drop)
    }

    fn build(&self, path: &Path) -> rusqlite::Result<()> {
        let connection = Connection::open(path)?;
        // Nobody else sees the file before it is whole, so it needs no journal; its owner brings it to the disk.
        connection.execute_batch(&format!(
            "PRAGMA page_size = 4096; PRAGMA encoding = 'UTF-8'; PRAGMA locking_mode = EXCLUSIVE;
             PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -65536;
             PRAGMA application_id = {APPLICATION}; PRAGMA user_version = {VERSION};
             BEGIN;"
        ))?;
        connection.execute_batch(TABLES)?;
        let tables = table_names(&self.layers);
        self.systems(&connection)?;
        for (layer, table) in self.layers.iter().zip(&tables) {
            match &layer.shapes {
                Some(shapes) => features(&connection, layer, shapes, table, &self.last_change)?,
                None => attributes(&connection, layer, table, &self.last_change)?,
            }
        }
        if !self.styles.is_empty() {
            self.add_styles(&connection, &tables)?;
        }
        connection.execute_batch("COMMIT")?;
        connection.close().map_err(|(_, error)| error)
    }

    /// The systems that the standard asks for, and those of the layers.
    fn systems(&self, connection: &Connection) -> rusqlite::Result<()> {
        let mut add = connection.prepare("INSERT INTO gpkg_spatial_ref_sys VALUES (?1, ?2, ?3, ?2, ?4, ?5)")?;
        for (name, id, kind) in
            [("Undefined Cartesian SRS", -1, "Cartesian"), ("Undefined geographic SRS", 0, "geographic")]
        {
            add.execute((name, id, "NONE", "undefined", format!("undefined {kind} coordinate reference system")))?;
        }
        let of_layers = self.layers.iter().filter_map(|layer| Epsg::of(&layer.shapes.as_ref()?.crs));
        let mut systems: Vec<Epsg> = std::iter::once(Epsg::wgs84()).chain(of_layers).collect();
        systems.sort_by_key(|system| system.code);
        systems.dedup_by_key(|system| system.code);
        for system in systems {
            add.execute((system.name(), system.code, "EPSG", system.wkt, rusqlite::types::Null))?;
        }
        Ok(())
    }

    /// The table in which QGIS looks for styles.
    fn add_styles(&self, connection: &Connection, tables: &[String]) -> rusqlite::Result<()> {
        connection.execute_batch(STYLES)?;
        connection.execute(
            "INSERT INTO gpkg_contents (table_name, data_type, identifier, last_change, srs_id)
             VALUES ('layer_styles', 'attributes', 'layer_styles', ?1, 0)",
            [&self.last_change],
        )?;
        let mut add = connection.prepare(
            "INSERT INTO layer_styles (f_table_catalog, f_table_schema, f_table_name, f_geometry_column, styleName,
             styleQML, styleSLD, useAsDefault, description, owner, update_time)
             VALUES ('', '', ?1, ?2, ?3, ?4, ?5, ?6, '', '', ?7)",
        )?;
        for style in &self.styles {
            let Some(at) = self.layers.iter().position(|layer| layer.name == style.layer) else { continue };
            let layer = &self.layers[at];
            let geometry = layer.shapes.as_ref().map_or(String::new(), |_| Names::of(layer).geometry);
            let sld = style.sld.as_deref().unwrap_or("");
            add.execute((&tables[at], geometry, &style.name, &style.qml, sld, style.is_default, &self.last_change))?;
        }
        Ok(())
    }
}

/// What SQLite says, as what the disk says where that is so.
fn problem(error: rusqlite::Error) -> io::Error {
    let kind = match &error {
        rusqlite::Error::SqliteFailure(failure, _) => match failure.code {
            rusqlite::ErrorCode::DiskFull => ErrorKind::StorageFull,
            rusqlite::ErrorCode::PermissionDenied | rusqlite::ErrorCode::CannotOpen => ErrorKind::PermissionDenied,
            rusqlite::ErrorCode::ReadOnly => ErrorKind::ReadOnlyFilesystem,
            rusqlite::ErrorCode::TooBig => {
                return refused(
                    "a text or a geometry is larger than 1 GB, which a GeoPackage cannot hold",
                    "有超过 1 GB 的文本或几何，GeoPackage 无法保存",
                );
            }
            _ => ErrorKind::Other,
        },
        _ => ErrorKind::Other,
    };
    io::Error::new(kind, error)
}

/// The tables of the layers: names that the format keeps for itself get an underscore before them.
fn table_names(layers: &[Layer<'_>]) -> Vec<String> {
    let kept = |name: &str| {
        let lower = name.trim().to_lowercase();
        lower == "layer_styles" || ["gpkg_", "sqlite_", "rtree_"].iter().any(|start| lower.starts_with(start))
    };
    let wanted: Vec<String> = layers
        .iter()
        .map(|layer| if kept(&layer.name) { format!("_{}", layer.name.trim()) } else { layer.name.clone() })
        .collect();
    names::for_sql(wanted.iter().map(String::as_str), "layer")
}

/// The columns of one table.
struct Names {
    key: String,
    geometry: String,
    columns: Vec<String>,
}

impl Names {
    /// The columns of the layer keep their names; the key and the geometry take ones that are free.
    fn of(layer: &Layer<'_>) -> Self {
        let columns = names::for_sql(layer.columns.iter().map(|column| column.name.as_str()), "column");
        let is_taken = |name: &str| columns.iter().any(|column| column.to_lowercase() == name);
        Self { key: names::free("fid", is_taken), geometry: names::free("geom", is_taken), columns }
    }
}

/// A name in SQL.
fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// Makes the table of a layer and gives the statement that fills it: key, geometry if there is one, columns.
fn table<'c>(
    connection: &'c Connection,
    layer: &Layer<'_>,
    table: &str,
    names: &Names,
    geometry_type: Option<&str>,
) -> rusqlite::Result<Statement<'c>> {
    let mut columns = vec![format!("{} INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL", quoted(&names.key))];
    columns.extend(geometry_type.map(|kind| format!("{} {kind}", quoted(&names.geometry))));
    columns.extend(layer.columns.iter().zip(&names.columns).map(|(column, name)| {
        let holds = match column.holds {
            Holds::Text => "TEXT",
            Holds::Number => "REAL",
            Holds::Whole => "INTEGER",
            Holds::Flag => "BOOLEAN",
        };
        format!("{} {holds}", quoted(name))
    }));
    connection.execute_batch(&format!("CREATE TABLE {} ({})", quoted(table), columns.join(", ")))?;
    let places = vec!["?"; columns.len()].join(", ");
    connection.prepare(&format!("INSERT INTO {} VALUES ({places})", quoted(table)))
}

/// A table without geometry.
fn attributes(connection: &Connection, layer: &Layer<'_>, name: &str, last_change: &str) -> rusqlite::Result<()> {
    connection.execute(
        "INSERT INTO gpkg_contents (table_name, data_type, identifier, last_change, srs_id)
         VALUES (?1, 'attributes', ?1, ?2, 0)",
        [name, last_change],
    )?;
    let mut add = table(connection, layer, name, &Names::of(layer), None)?;
    for row in 0..layer.n_rows {
        add.raw_bind_parameter(1, key(row))?;
        bind(&mut add, layer, row, 2)?;
        add.raw_execute()?;
    }
    Ok(())
}

/// A table with a geometry in each row, and its index.
fn features(
    connection: &Connection,
    layer: &Layer<'_>,
    shapes: &Shapes<'_>,
    name: &str,
    last_change: &str,
) -> rusqlite::Result<()> {
    let names = Names::of(layer);
    let system = Epsg::of(&shapes.crs).map_or(0, |system| i32::from(system.code));
    let kinds = Kinds::of(layer);
    let kind = match kinds {
        Kinds::One(kind) => kind.name().to_uppercase(),
        Kinds::Mixed | Kinds::None => "GEOMETRY".to_owned(),
    };
    connection.execute(
        "INSERT INTO gpkg_contents (table_name, data_type, identifier, last_change, srs_id)
         VALUES (?1, 'features', ?1, ?2, ?3)",
        (name, last_change, system),
    )?;
    connection.execute(
        "INSERT INTO gpkg_geometry_columns VALUES (?1, ?2, ?3, ?4, 0, 0)",
        (name, &names.geometry, &kind, system),
    )?;
    connection.execute(
        "INSERT INTO gpkg_extensions VALUES (?1, ?2, 'gpkg_rtree_index',
         'http://www.geopackage.org/spec130/#extension_rtree', 'write-only')",
        [name, &names.geometry],
    )?;
    let mut add = table(connection, layer, name, &names, Some(&kind))?;
    let index = quoted(&format!("rtree_{name}_{}", names.geometry));
    connection.execute_batch(&format!("CREATE VIRTUAL TABLE {index} USING rtree(id, minx, maxx, miny, maxy)"))?;
    let mut enter = connection.prepare(&format!("INSERT INTO {index} VALUES (?, ?, ?, ?, ?)"))?;
    let mut bounds: Option<Rect<f64>> = None;
    let mut blob = Vec::new();
    for row in 0..layer.n_rows {
        add.raw_bind_parameter(1, key(row))?;
        match (shapes.shape)(row) {
            None => add.raw_bind_parameter(2, rusqlite::types::Null)?,
            Some(shape) => {
                let shape = kinds.fit(shape);
                let extent = shape.bounding_rect();
                if encode(&shape, extent, system, &mut blob).is_err() {
                    // A geometry with more than 2^32 corners or parts.
                    return Err(rusqlite::Error::ToSqlConversionFailure("the geometry is too large".into()));
                }
                add.raw_bind_parameter(2, blob.as_slice())?;
                if let Some(extent) = extent {
                    let (min, max) = (extent.min(), extent.max());
                    enter.execute((key(row), min.x, max.x, min.y, max.y))?;
                    bounds = Some(bounds.map_or(extent, |all| around(all, extent)));
                }
            }
        }
        bind(&mut add, layer, row, 3)?;
        add.raw_execute()?;
    }
    if let Some(bounds) = bounds {
        let (min, max) = (bounds.min(), bounds.max());
        connection.execute(
            "UPDATE gpkg_contents SET min_x = ?2, min_y = ?3, max_x = ?4, max_y = ?5 WHERE table_name = ?1",
            (name, min.x, min.y, max.x, max.y),
        )?;
    }
    connection.execute_batch(&triggers(name, &names))
}

fn key(row: usize) -> i64 {
    i64::try_from(row).map_or(i64::MAX, |row| row + 1)
}

/// Binds the cells of a row, the first at `place`.
fn bind(add: &mut Statement<'_>, layer: &Layer<'_>, row: usize, place: usize) -> rusqlite::Result<()> {
    for (n, column) in layer.columns.iter().enumerate() {
        add.raw_bind_parameter(place + n, Bound(&(column.value)(row)))?;
    }
    Ok(())
}

struct Bound<'v>(&'v Value<'v>);

impl ToSql for Bound<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(match self.0 {
            // Programs in C end a text at a NUL: it is shown as what it is, a letter that cannot be.
            Value::Text(text) if text.contains('\0') => ToSqlOutput::from(text.replace('\0', "\u{fffd}")),
            Value::Text(text) => ToSqlOutput::Borrowed(ValueRef::Text(text.as_bytes())),
            Value::Number(number) if number.is_finite() => ToSqlOutput::from(*number + 0.0),
            Value::Missing | Value::Number(_) => ToSqlOutput::Borrowed(ValueRef::Null),
            Value::Whole(whole) => ToSqlOutput::from(*whole),
            Value::Flag(flag) => ToSqlOutput::from(*flag),
        })
    }
}

/// The geometry as the format holds it: a head with the system and the bounds, then Well-Known Binary.
fn encode(shape: &Geometry<f64>, extent: Option<Rect<f64>>, system: i32, blob: &mut Vec<u8>) -> io::Result<()> {
    const LITTLE_ENDIAN: u8 = 1;
    const WITH_BOUNDS: u8 = 1 << 1;
    const EMPTY: u8 = 1 << 4;
    let bounded = extent.filter(|_| !matches!(shape, Geometry::Point(_)));
    let bits = if shape.coords_count() == 0 { EMPTY } else { 0 } | bounded.map_or(0, |_| WITH_BOUNDS);
    blob.clear();
    blob.extend_from_slice(&[b'G', b'P', 0, LITTLE_ENDIAN | bits]);
    blob.extend_from_slice(&system.to_le_bytes());
    if let Some(extent) = bounded {
        let (min, max) = (extent.min(), extent.max());
        [min.x, max.x, min.y, max.y].iter().for_each(|side| blob.extend_from_slice(&side.to_le_bytes()));
    }
    well_known_binary(shape, blob)
}

/// What keeps the index true when another program changes the table, as the standard's annex F.3 asks for.
fn triggers(table: &str, names: &Names) -> String {
    let (index, geometry, key) =
        (format!("rtree_{table}_{}", names.geometry), quoted(&names.geometry), quoted(&names.key));
    let (table, rtree) = (quoted(table), quoted(&index));
    let some = |which: &str| format!("({which}.{geometry} NOTNULL AND NOT ST_IsEmpty({which}.{geometry}))");
    let none = |which: &str| format!("({which}.{geometry} ISNULL OR ST_IsEmpty({which}.{geometry}))");
    let sides = ["ST_MinX", "ST_MaxX", "ST_MinY", "ST_MaxY"].map(|side| format!("{side}(NEW.{geometry})"));
    let entered = format!("INSERT OR REPLACE INTO {rtree} VALUES (NEW.{key}, {});", sides.join(", "));
    let left = format!("DELETE FROM {rtree} WHERE id = OLD.{key};");
    let both_left = format!("DELETE FROM {rtree} WHERE id IN (OLD.{key}, NEW.{key});");
    let left_and_entered = format!("{left} {entered}");
    let (same, other) = (format!("OLD.{key} = NEW.{key}"), format!("OLD.{key} != NEW.{key}"));
    let (new_some, new_none) = (some("NEW"), none("NEW"));
    let of_geometry = format!("UPDATE OF {geometry}");
    let rules = [
        ("insert", "INSERT", new_some.clone(), &entered),
        ("update1", &of_geometry, format!("{same} AND {new_some}"), &entered),
        ("update2", &of_geometry, format!("{same} AND {new_none}"), &left),
        ("update3", "UPDATE", format!("{other} AND {new_some}"), &left_and_entered),
        ("update4", "UPDATE", format!("{other} AND {new_none}"), &both_left),
        ("delete", "DELETE", format!("OLD.{geometry} NOT NULL"), &left),
    ];
    let rules = rules.map(|(name, event, when, then)| {
        let name = quoted(&format!("{index}_{name}"));
        format!("CREATE TRIGGER {name} AFTER {event} ON {table} WHEN {when} BEGIN {then} END;\n")
    });
    rules.concat()
}

const TABLES: &str = "
CREATE TABLE gpkg_spatial_ref_sys (
    srs_name TEXT NOT NULL,
    srs_id INTEGER NOT NULL PRIMARY KEY,
    organization TEXT NOT NULL,
    organization_coordsys_id INTEGER NOT NULL,
    definition TEXT NOT NULL,
    description TEXT
);
CREATE TABLE gpkg_contents (
    table_name TEXT NOT NULL PRIMARY KEY,
    data_type TEXT NOT NULL,
    identifier TEXT UNIQUE,
    description TEXT DEFAULT '',
    last_change DATETIME NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now')),
    min_x DOUBLE, min_y DOUBLE, max_x DOUBLE, max_y DOUBLE,
    srs_id INTEGER,
    CONSTRAINT fk_gc_r_srs_id FOREIGN KEY (srs_id) REFERENCES gpkg_spatial_ref_sys(srs_id)
);
CREATE TABLE gpkg_geometry_columns (
    table_name TEXT NOT NULL,
    column_name TEXT NOT NULL,
    geometry_type_name TEXT NOT NULL,
    srs_id INTEGER NOT NULL,
    z TINYINT NOT NULL,
    m TINYINT NOT NULL,
    CONSTRAINT pk_geom_cols PRIMARY KEY (table_name, column_name),
    CONSTRAINT uk_gc_table_name UNIQUE (table_name),
    CONSTRAINT fk_gc_tn FOREIGN KEY (table_name) REFERENCES gpkg_contents(table_name),
    CONSTRAINT fk_gc_srs FOREIGN KEY (srs_id) REFERENCES gpkg_spatial_ref_sys(srs_id)
);
CREATE TABLE gpkg_extensions (
    table_name TEXT,
    column_name TEXT,
    extension_name TEXT NOT NULL,
    definition TEXT NOT NULL,
    scope TEXT NOT NULL,
    CONSTRAINT ge_tce UNIQUE (table_name, column_name, extension_name)
);
";

/// As QGIS makes it.
const STYLES: &str = "
CREATE TABLE layer_styles (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    f_table_catalog TEXT(256),
    f_table_schema TEXT(256),
    f_table_name TEXT(256),
    f_geometry_column TEXT(256),
    styleName TEXT(30),
    styleQML TEXT,
    styleSLD TEXT,
    useAsDefault BOOLEAN,
    description TEXT,
    owner TEXT(30),
    ui TEXT(30),
    update_time DATETIME DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now'))
);
";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::space::Crs;
    use crate::write::Column;
    use geo::{MultiPolygon, Point, polygon};
    use std::borrow::Cow;

    pub(super) fn text<'a>(name: &str, cells: &'a [&'a str]) -> Column<'a> {
        let value = Box::new(move |row: usize| Value::Text(cells[row].into()));
        Column { name: name.into(), holds: Holds::Text, value }
    }

    fn shapes(shapes: &[Option<Geometry<f64>>]) -> Option<Shapes<'_>> {
        let shape = Box::new(move |row: usize| shapes[row].as_ref().map(Cow::Borrowed));
        Some(Shapes { crs: Crs::parse("EPSG:4490").unwrap(), shape })
    }

    fn package<'a>(cells: &'a [&'a str], places: &'a [Option<Geometry<f64>>]) -> GeoPackage<'a> {
        let hostile = "a\"; DROP TABLE gpkg_contents; --";
        let layer = Layer {
            name: hostile.into(),
            n_rows: cells.len(),
            columns: vec![text("fid", cells), text("a\"b", cells), text("FID", cells), text("geom", cells)],
            shapes: shapes(places),
        };
        let table = Layer { name: "gpkg_x".into(), n_rows: 1, columns: vec![text("", cells)], shapes: None };
        let style =
            Style { layer: hostile.into(), name: "s".into(), qml: "<qgis/>".into(), sld: None, is_default: true };
        GeoPackage { layers: vec![layer, table], styles: vec![style], last_change: "2020-12-31T00:00:00.000Z".into() }
    }

    fn places() -> [Option<Geometry<f64>>; 3] {
        let area = polygon![(x: 0.0, y: 0.0), (x: 1.0, y: 0.0), (x: 0.0, y: 2.0)];
        [Some(area.into()), None, Some(MultiPolygon::<f64>(Vec::new()).into())]
    }

    #[test]
    fn names_and_texts_of_any_kind_come_back() {
        let cells = ["'); DROP TABLE x; --", "=1+1", "a\0b"];
        let places = places();
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("x.gpkg");
        package(&cells, &places).write_at(&path).unwrap();
        let names: Vec<_> = std::fs::read_dir(home.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        assert_eq!(names, ["x.gpkg"], "a journal is left");

        let read = Connection::open(&path).unwrap();
        let all = |sql: &str| -> Vec<String> {
            let mut statement = read.prepare(sql).unwrap();
            let rows = statement.query_map([], |row| row.get::<_, Option<String>>(0)).unwrap();
            rows.map(|row| row.unwrap().unwrap_or_default()).collect()
        };
        let layer = "a\"; DROP TABLE gpkg_contents; --";
        assert_eq!(all("SELECT table_name FROM gpkg_contents ORDER BY rowid"), [layer, "_gpkg_x", "layer_styles"]);
        let table = quoted(layer);
        assert_eq!(all(&format!("SELECT \"a\"\"b\" FROM {table}")), [cells[0], cells[1], "a\u{fffd}b"]);
        assert_eq!(all(&format!("SELECT fid_3 || fid FROM {table} WHERE geom_2 IS NULL")), ["2=1+1"]);
        assert_eq!(all("SELECT geometry_type_name FROM gpkg_geometry_columns"), ["MULTIPOLYGON"]);
        assert_eq!(
            all("SELECT column_name FROM gpkg_geometry_columns"),
            all("SELECT f_geometry_column FROM layer_styles")
        );
        // Only what has an extent is in the index.
        let index = quoted(&format!("rtree_{layer}_geom_2"));
        assert_eq!(all(&format!("SELECT id || ' ' || maxx || ' ' || maxy FROM {index}")), ["1 1.0 2.0"]);
        assert_eq!(all("PRAGMA integrity_check"), ["ok"]);
        assert_eq!(all("PRAGMA foreign_key_check"), [""; 0]);
        let number = |sql: &str| read.query_row(sql, [], |row| row.get::<_, i32>(0)).unwrap();
        assert_eq!((number("PRAGMA application_id"), number("PRAGMA user_version")), (APPLICATION, VERSION));
    }

    #[test]
    fn the_same_layers_give_the_same_bytes_however_they_are_written() {
        let cells = ["a", "b", "c"];
        let places = places();
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("x.gpkg");
        package(&cells, &places).write_at(&path).unwrap();
        let mut bytes = Vec::new();
        package(&cells, &places).write(&mut bytes).unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), bytes);
    }

    #[test]
    fn a_table_with_too_many_columns_is_refused_in_words() {
        let columns = (0..1999).map(|n| text(&n.to_string(), &[])).collect();
        let layer = Layer { name: "wide".into(), n_rows: 0, columns, shapes: None };
        let package = GeoPackage { layers: vec![layer], styles: Vec::new(), last_change: String::new() };
        let error = package.write(&mut Vec::new()).unwrap_err();
        assert!(crate::write::Refused::of(&error).unwrap().en.contains("has 1999 columns"), "{error}");
    }

    #[test]
    fn a_point_has_no_bounds_in_its_head_and_its_bytes_are_those_of_the_standard() {
        let mut blob = Vec::new();
        let shape: Geometry<f64> = Point::new(1.0, 2.0).into();
        encode(&shape, shape.bounding_rect(), 4490, &mut blob).unwrap();
        let mut expected = b"GP\x00\x01\x8a\x11\x00\x00\x01\x01\x00\x00\x00".to_vec();
        expected.extend([1.0_f64, 2.0].iter().flat_map(|side| side.to_le_bytes()));
        assert_eq!(blob, expected);
    }
}
