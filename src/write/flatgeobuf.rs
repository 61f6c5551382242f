//! FlatGeobuf: rows in the order of their places, with a spatial index in front.
//!
//! Every row needs a geometry, since the index is over all of them.

use std::io::{self, Write};

use flatgeobuf::geozero::error::GeozeroError;
use flatgeobuf::geozero::{ColumnValue, GeomProcessor, GeozeroGeometry, PropertyProcessor};
use flatgeobuf::{ColumnType, FgbCrs, FgbWriter, FgbWriterOptions, GeometryType};
use geo::{BoundingRect, Coord, Geometry, LineString, Polygon};

use super::shape::{Kind, Kinds};
use super::srs::Epsg;
use super::{Holds, Layer, Value, names, refused};

/// Writes a layer.
///
/// # Errors
/// What the file says, or why the format cannot hold the layer ([`super::Refused`]).
pub fn write(layer: &Layer<'_>, to: &mut dyn Write) -> io::Result<()> {
    let Some(shapes) = &layer.shapes else {
        return Err(refused(
            "FlatGeobuf needs geometry: write .csv or .xlsx",
            "FlatGeobuf 需要几何；请改用 .csv 或 .xlsx",
        ));
    };
    let kinds = fits(layer)?;
    let system = Epsg::of(&shapes.crs);
    let crs = system.map_or_else(FgbCrs::default, |system| FgbCrs {
        org: Some("EPSG"),
        code: i32::from(system.code),
        name: Some(system.name()),
        wkt: Some(system.wkt),
        ..FgbCrs::default()
    });
    let options = FgbWriterOptions { detect_type: false, promote_to_multi: false, crs, ..FgbWriterOptions::default() };
    let mut writer = FgbWriter::create_with_options(&layer.name, type_of(&kinds), options).map_err(problem)?;
    let names = names::different(layer.columns.iter().map(|column| column.name.as_str()), "column");
    for (column, name) in layer.columns.iter().zip(&names) {
        let holds = match column.holds {
            Holds::Text => ColumnType::String,
            Holds::Number => ColumnType::Double,
            Holds::Whole => ColumnType::Long,
            Holds::Flag => ColumnType::Bool,
        };
        writer.add_column(name, holds, |_, _| {});
    }
    for row in 0..layer.n_rows {
        let Some(shape) = (shapes.shape)(row) else { continue };
        let mut outcome = Ok(());
        let cells = layer.columns.iter().zip(&names).enumerate();
        writer
            .add_feature_geom(Shape(&kinds.fit(shape)), |feature| {
                outcome =
                    cells.into_iter().try_for_each(|(n, (column, name))| cell(feature, n, name, &(column.value)(row)));
            })
            .map_err(problem)?;
        outcome.map_err(problem)?;
    }
    writer.write(to).map_err(problem)
}

fn problem(error: impl std::error::Error + Send + Sync + 'static) -> io::Error {
    io::Error::other(error)
}

fn cell(feature: &mut impl PropertyProcessor, n: usize, name: &str, value: &Value<'_>) -> Result<(), GeozeroError> {
    let value = match value {
        Value::Missing => return Ok(()),
        Value::Number(number) if !number.is_finite() => return Ok(()),
        Value::Text(text) => ColumnValue::String(text),
        Value::Number(number) => ColumnValue::Double(number + 0.0),
        Value::Whole(whole) => ColumnValue::Long(*whole),
        Value::Flag(flag) => ColumnValue::Bool(*flag),
    };
    feature.property(n, name, &value).map(drop)
}

/// The types of the layer, if every row has a geometry that can be written.
fn fits(layer: &Layer<'_>) -> io::Result<Kinds> {
    let shape = |row: usize| layer.shapes.as_ref().and_then(|shapes| (shapes.shape)(row));
    let n_without =
        (0..layer.n_rows).filter(|&row| shape(row).is_none_or(|shape| shape.bounding_rect().is_none())).count();
    if n_without != 0 {
        return Err(refused(
            format!(
                "FlatGeobuf needs a geometry in every row; rows without one: {n_without}. Write a GeoPackage or GeoParquet"
            ),
            format!("{n_without} 行没有几何，而 FlatGeobuf 要求每行都有；请改用 GeoPackage 或 GeoParquet"),
        ));
    }
    let has_collection =
        (0..layer.n_rows).any(|row| shape(row).is_some_and(|shape| Kind::of(&shape) == Kind::Collection));
    if has_collection {
        return Err(refused(
            "collections of geometries are not written to FlatGeobuf: write a GeoPackage or GeoParquet",
            "FlatGeobuf 不写入几何集合；请改用 GeoPackage 或 GeoParquet",
        ));
    }
    Ok(Kinds::of(layer))
}

fn type_of(kinds: &Kinds) -> GeometryType {
    match kinds {
        Kinds::One(Kind::Point) => GeometryType::Point,
        Kinds::One(Kind::LineString) => GeometryType::LineString,
        Kinds::One(Kind::Polygon) => GeometryType::Polygon,
        Kinds::One(Kind::MultiPoint) => GeometryType::MultiPoint,
        Kinds::One(Kind::MultiLineString) => GeometryType::MultiLineString,
        Kinds::One(Kind::MultiPolygon) => GeometryType::MultiPolygon,
        Kinds::One(Kind::Collection) | Kinds::Mixed | Kinds::None => GeometryType::Unknown,
    }
}

/// A geometry, told to the writer piece by piece.
struct Shape<'g>(&'g Geometry<f64>);

impl GeozeroGeometry for Shape<'_> {
    fn process_geom<P: GeomProcessor>(&self, to: &mut P) -> Result<(), GeozeroError> {
        match self.0 {
            Geometry::Point(point) => {
                to.point_begin(0)?;
                place(&point.0, 0, to)?;
                to.point_end(0)
            }
            Geometry::MultiPoint(points) => {
                to.multipoint_begin(points.0.len(), 0)?;
                points.iter().enumerate().try_for_each(|(n, point)| place(&point.0, n, to))?;
                to.multipoint_end(0)
            }
            Geometry::Line(one) => line(&LineString::from(*one), true, 0, to),
            Geometry::LineString(one) => line(one, true, 0, to),
            Geometry::MultiLineString(lines) => {
                to.multilinestring_begin(lines.0.len(), 0)?;
                lines.iter().enumerate().try_for_each(|(n, one)| line(one, false, n, to))?;
                to.multilinestring_end(0)
            }
            Geometry::Polygon(one) => polygon(one, true, 0, to),
            Geometry::Rect(rect) => polygon(&rect.to_polygon(), true, 0, to),
            Geometry::Triangle(triangle) => polygon(&triangle.to_polygon(), true, 0, to),
            Geometry::MultiPolygon(polygons) => {
                to.multipolygon_begin(polygons.0.len(), 0)?;
                polygons.iter().enumerate().try_for_each(|(n, one)| polygon(one, false, n, to))?;
                to.multipolygon_end(0)
            }
            Geometry::GeometryCollection(_) => Err(GeozeroError::Geometry("a collection".to_owned())),
        }
    }
}

fn place(place: &Coord<f64>, n: usize, to: &mut impl GeomProcessor) -> Result<(), GeozeroError> {
    to.xy(place.x, place.y, n)
}

fn line(line: &LineString<f64>, is_whole: bool, n: usize, to: &mut impl GeomProcessor) -> Result<(), GeozeroError> {
    to.linestring_begin(is_whole, line.0.len(), n)?;
    line.0.iter().enumerate().try_for_each(|(n, one)| place(one, n, to))?;
    to.linestring_end(is_whole, n)
}

fn polygon(polygon: &Polygon<f64>, is_whole: bool, n: usize, to: &mut impl GeomProcessor) -> Result<(), GeozeroError> {
    to.polygon_begin(is_whole, polygon.interiors().len() + 1, n)?;
    let rings = std::iter::once(polygon.exterior()).chain(polygon.interiors());
    rings.enumerate().try_for_each(|(n, ring)| line(ring, false, n, to))?;
    to.polygon_end(is_whole, n)
}
