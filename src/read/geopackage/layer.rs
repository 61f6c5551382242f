//! The layers of a GeoPackage and what each is made of.

use rusqlite::{Connection, OptionalExtension, Result};

use super::database::Database;
use crate::read::problem::{At, Problems, say};
use crate::space::Crs;

/// A table or view that the file declares as a layer.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Layer {
    /// Its name, as the table has it.
    pub(super) name: String,
    /// Whether its rows have geometries.
    pub(super) is_spatial: bool,
}

/// What a layer is made of.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Parts {
    /// The column of whole numbers that tells its rows apart, which is also the number that SQLite gives them.
    pub(super) key: Option<String>,
    /// The columns that are read.
    pub(super) columns: Vec<Column>,
    /// Columns that are not: their names and why.
    pub(super) left_out: Vec<(String, (&'static str, &'static str))>,
    /// The column of geometries.
    pub(super) geometry: Option<Geometries>,
}

/// A column of values.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Column {
    pub(super) name: String,
    pub(super) holds: Holds,
}

/// What a column is declared to hold, where that tells how its values are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Holds {
    /// Yes or no, as 1 or 0.
    Flags,
    /// Numbers of 32 bits.
    Short,
    /// Anything else.
    Values,
}

/// A column of geometries.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Geometries {
    pub(super) column: String,
    /// The number of their coordinate system in this file.
    pub(super) srs: i32,
    /// The system as [`Crs::parse`] takes it.
    pub(super) crs: Option<String>,
    /// The table of their bounds, where the file has one.
    pub(super) index: Option<String>,
}

/// The name in an SQL statement, whatever it is.
pub(super) fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// The layers that the file declares, in its order.
pub(super) fn all(database: &Database<'_>, problems: &mut Problems) -> Option<Vec<Layer>> {
    let found = declared(&database.connection).map_err(|error| database.failed(&error, problems)).ok()?;
    if found.is_none() {
        problems.error(
            "not-a-geopackage",
            &database.input.name,
            At::File,
            say("the file is an SQLite database, but not a GeoPackage", "文件是 SQLite 数据库，但不是 GeoPackage"),
            say("export the layer as GeoPackage", "请将图层导出为 GeoPackage"),
        );
    }
    found
}

fn declared(connection: &Connection) -> Result<Option<Vec<Layer>>> {
    if !is_table(connection, "gpkg_contents")? {
        return Ok(None);
    }
    // Other contents are tiles of images, and extensions of few programs.
    let mut statement = connection.prepare(
        "SELECT s.name, c.data_type = 'features' FROM gpkg_contents c
         JOIN sqlite_schema s ON s.name = c.table_name COLLATE NOCASE AND s.type IN ('table', 'view')
         WHERE c.data_type IN ('features', 'attributes', 'aspatial') ORDER BY c.rowid",
    )?;
    let layer = |row: &rusqlite::Row<'_>| Ok(Layer { name: row.get(0)?, is_spatial: row.get(1)? });
    statement.query_map([], layer)?.collect::<Result<_>>().map(Some)
}

/// Whether there is a table of this name: not a view, and none that a module makes up.
fn is_table(connection: &Connection, name: &str) -> Result<bool> {
    connection.query_row(
        "SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name = ?1 COLLATE NOCASE AND 0 < rootpage",
        [name],
        |row| Ok(0 < row.get::<_, i64>(0)?),
    )
}

/// What a layer is made of.
pub(super) fn parts(connection: &Connection, layer: &Layer) -> Result<Parts> {
    let geometry = if layer.is_spatial { geometries(connection, &layer.name)? } else { None };
    let mut parts = Parts { geometry, ..Parts::default() };
    let mut statement = connection.prepare("SELECT name, upper(type), pk, hidden FROM pragma_table_xinfo(?1)")?;
    let mut rows = statement.query([&layer.name])?;
    let mut n_keys = 0;
    let mut has_geometry = false;
    while let Some(row) = rows.next()? {
        let (name, declared): (String, String) = (row.get(0)?, row.get(1)?);
        let (key, hidden): (i64, i64) = (row.get(2)?, row.get(3)?);
        n_keys += i64::from(key != 0);
        if key == 1 && declared == "INTEGER" {
            parts.key = Some(name.clone());
        }
        let is_geometry = |found: &Geometries| found.column.eq_ignore_ascii_case(&name);
        if parts.geometry.as_ref().is_some_and(is_geometry) {
            has_geometry = true;
        } else if hidden == 1 || hidden == 2 {
            parts.left_out.push((name, ("it is computed by the file", "由文件计算得出")));
        } else if declared.starts_with("BLOB") {
            parts.left_out.push((name, ("it holds binary data", "内容为二进制数据")));
        } else {
            let holds = match declared.as_str() {
                "BOOLEAN" => Holds::Flags,
                "FLOAT" => Holds::Short,
                _ => Holds::Values,
            };
            parts.columns.push(Column { name, holds });
        }
    }
    if n_keys != 1 || !is_table(connection, &layer.name)? {
        parts.key = None;
    }
    if !has_geometry {
        parts.geometry = None;
    }
    Ok(parts)
}

fn geometries(connection: &Connection, table: &str) -> Result<Option<Geometries>> {
    if !is_table(connection, "gpkg_geometry_columns")? {
        return Ok(None);
    }
    let found: Option<(String, i32)> = connection
        .query_row(
            "SELECT column_name, srs_id FROM gpkg_geometry_columns WHERE table_name = ?1 COLLATE NOCASE",
            [table],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )
        .optional()?;
    let Some((column, srs)) = found else { return Ok(None) };
    let index = format!("rtree_{table}_{column}");
    let made: Option<String> = connection
        .query_row(
            "SELECT lower(sql) FROM sqlite_schema WHERE type = 'table' AND name = ?1 COLLATE NOCASE",
            [&index],
            |row| row.get(0),
        )
        .optional()?;
    let is_index = made.is_some_and(|made| made.starts_with("create virtual table") && made.contains("using rtree"));
    Ok(Some(Geometries { column, srs, crs: crs(connection, srs)?, index: is_index.then_some(index) }))
}

/// The coordinate system of this number in the file: its code, else its definition. The numbers 0 and -1 are those of
/// unknown ones.
fn crs(connection: &Connection, srs: i32) -> Result<Option<String>> {
    if srs == 0 || srs == -1 || !is_table(connection, "gpkg_spatial_ref_sys")? {
        return Ok(None);
    }
    let found: Option<(String, i64, String)> = connection
        .query_row(
            "SELECT organization, organization_coordsys_id, definition FROM gpkg_spatial_ref_sys WHERE srs_id = ?1",
            [srs],
            |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)),
        )
        .optional()?;
    Ok(found.map(|(organization, code, definition)| {
        let is_epsg = organization.trim().eq_ignore_ascii_case("EPSG");
        let named = if is_epsg { format!("EPSG:{code}") } else { format!("{organization} {code}") };
        let is_defined = !["", "undefined"].contains(&definition.trim().to_ascii_lowercase().as_str());
        // A code that is not known may still be defined; one that is neither is said by its code.
        let is_known = |name: &str| Crs::parse(name).is_some();
        if is_defined && (!is_epsg || (!is_known(&named) && is_known(&definition))) { definition } else { named }
    }))
}
