//! GeoParquet 1.1: a Parquet file whose geometry is Well-Known Binary, with the bounds of each row in a column of their own,
//! so that readers skip what lies far away.
//!
//! Row groups are encoded on all cores and written in order; where each begins rests on the layer alone, so the bytes
//! are the same for any number of threads.

use std::collections::BTreeSet;
use std::io::{self, Write};
use std::ops::Range;
use std::sync::Arc;

use arrow_array::builder::{BinaryBuilder, BooleanBuilder, Float64Builder, Int64Builder, StringBuilder};
use arrow_array::{ArrayRef, StructArray};
use arrow_schema::{DataType, Field, Fields, Schema, SchemaRef};
use geo::{BoundingRect, Rect};
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_writer::{ArrowColumnChunk, ArrowRowGroupWriterFactory, ArrowWriterOptions, compute_leaves};
use parquet::basic::{Compression, ZstdLevel};
use parquet::errors::ParquetError;
use parquet::file::metadata::KeyValue;
use parquet::file::properties::{EnabledStatistics, WriterProperties};
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::types::ColumnPath;
use rayon::prelude::*;
use serde_json::json;
use wkb::writer::geometry_wkb_size;

use super::shape::{Kind, well_known_binary};
use super::srs::Epsg;
use super::{Column, Holds, Layer, Shapes, Value, names, refused};

/// A row group ends at so many rows, or where its geometries reach so many bytes.
const GROUP: (usize, usize) = (1 << 15, 1 << 24);

/// Rows are encoded in pieces of so many.
const PIECE: usize = 1 << 10;

/// Writes a layer; one without geometry is a plain Parquet file.
///
/// # Errors
/// What the file says, or that the format cannot state the layer's coordinate system ([`super::Refused`]).
pub fn write(layer: &Layer<'_>, to: &mut dyn Write) -> io::Result<()> {
    let names = Names::of(layer);
    let scanned = scan(layer);
    let options = ArrowWriterOptions::new().with_properties(properties(&names)).with_skip_arrow_metadata(true);
    let schema = schema(layer, &names);
    // The writer wants something that may go to another thread: it gets memory, emptied after each row group.
    let writer = ArrowWriter::try_new_with_options(Vec::new(), Arc::clone(&schema), options).map_err(problem)?;
    let (mut file, factory) = writer.into_serialized_writer().map_err(problem)?;
    if let Some(shapes) = &layer.shapes {
        let about = geo_metadata(shapes, &names, &scanned)?;
        file.append_key_value_metadata(KeyValue::new("geo".to_owned(), about));
    }
    let groups: Vec<(usize, Range<usize>)> = scanned.groups.into_iter().enumerate().collect();
    for groups in groups.chunks(rayon::current_num_threads()) {
        let encoded: Vec<_> = groups
            .par_iter()
            .map(|(index, rows)| encode(layer, &schema, &factory, *index, rows.clone()))
            .collect::<Result<_, _>>()
            .map_err(problem)?;
        for group in encoded {
            append(&mut file, group).map_err(problem)?;
            to.write_all(&std::mem::take(file.inner_mut()))?;
        }
    }
    to.write_all(&file.into_inner().map_err(problem)?)
}

fn problem(error: ParquetError) -> io::Error {
    io::Error::other(error)
}

fn append(file: &mut SerializedFileWriter<Vec<u8>>, group: Vec<ArrowColumnChunk>) -> Result<(), ParquetError> {
    let mut writer = file.next_row_group()?;
    group.into_iter().try_for_each(|chunk| chunk.append_to_row_group(&mut writer))?;
    writer.close().map(drop)
}

/// The columns of the file: those of the layer keep their names, the geometry and its bounds take ones that are free.
struct Names {
    columns: Vec<String>,
    geometry: String,
    bounds: String,
}

impl Names {
    fn of(layer: &Layer<'_>) -> Self {
        let columns = names::different(layer.columns.iter().map(|column| column.name.as_str()), "column");
        let is_taken = |name: &str| columns.iter().any(|column| column == name);
        Self { geometry: names::free("geometry", is_taken), bounds: names::free("bbox", is_taken), columns }
    }
}

fn properties(names: &Names) -> WriterProperties {
    let geometry = ColumnPath::from(vec![names.geometry.clone()]);
    WriterProperties::builder()
        .set_created_by("evenreach".to_owned())
        .set_compression(Compression::ZSTD(ZstdLevel::default()))
        .set_column_dictionary_enabled(geometry.clone(), false)
        .set_column_statistics_enabled(geometry, EnabledStatistics::None)
        .set_max_row_group_row_count(None)
        .build()
}

const SIDES: [&str; 4] = ["xmin", "ymin", "xmax", "ymax"];

fn sides() -> Fields {
    SIDES.iter().map(|side| Field::new(*side, DataType::Float64, true)).collect()
}

fn schema(layer: &Layer<'_>, names: &Names) -> SchemaRef {
    let mut fields: Vec<Field> = layer
        .columns
        .iter()
        .zip(&names.columns)
        .map(|(column, name)| {
            let holds = match column.holds {
                Holds::Text => DataType::Utf8,
                Holds::Number => DataType::Float64,
                Holds::Whole => DataType::Int64,
                Holds::Flag => DataType::Boolean,
            };
            Field::new(name, holds, true)
        })
        .collect();
    if layer.shapes.is_some() {
        fields.push(Field::new(&names.geometry, DataType::Binary, true));
        fields.push(Field::new(&names.bounds, DataType::Struct(sides()), true));
    }
    Arc::new(Schema::new(fields))
}

/// What has to be known of all rows before the first is written.
struct Scanned {
    groups: Vec<Range<usize>>,
    kinds: BTreeSet<&'static str>,
    bounds: Option<Rect<f64>>,
}

fn scan(layer: &Layer<'_>) -> Scanned {
    let (most_rows, most_bytes) = GROUP;
    let mut scanned = Scanned { groups: Vec::new(), kinds: BTreeSet::new(), bounds: None };
    let (mut start, mut n_bytes) = (0, 0);
    for row in 0..layer.n_rows {
        if let Some(shape) = layer.shapes.as_ref().and_then(|shapes| (shapes.shape)(row)) {
            n_bytes += geometry_wkb_size(&*shape);
            scanned.kinds.insert(Kind::of(&shape).name());
            if let Some(extent) = shape.bounding_rect() {
                scanned.bounds = Some(scanned.bounds.map_or(extent, |all| super::shape::around(all, extent)));
            }
        }
        if most_rows <= row + 1 - start || most_bytes <= n_bytes {
            scanned.groups.push(start..row + 1);
            (start, n_bytes) = (row + 1, 0);
        }
    }
    if start < layer.n_rows {
        scanned.groups.push(start..layer.n_rows);
    }
    scanned
}

/// The `geo` entry of the file.
fn geo_metadata(shapes: &Shapes<'_>, names: &Names, scanned: &Scanned) -> io::Result<String> {
    let path = |side: &str| json!([names.bounds, side]);
    let mut column = json!({
        "encoding": "WKB",
        "geometry_types": scanned.kinds,
        "covering": { "bbox": {
            "xmin": path("xmin"), "ymin": path("ymin"), "xmax": path("xmax"), "ymax": path("ymax"),
        } },
    });
    if let Some(bounds) = scanned.bounds {
        column["bbox"] = json!([bounds.min().x, bounds.min().y, bounds.max().x, bounds.max().y]);
    }
    match Epsg::of(&shapes.crs) {
        // Longitude and latitude on WGS 84 are what is meant where nothing is said.
        Some(Epsg { code: 4326, .. }) => {}
        Some(system) => match system.projjson() {
            Some(definition) => column["crs"] = definition,
            None => {
                let name = shapes.crs.name();
                return Err(refused(
                    format!(
                        "GeoParquet cannot state the coordinate system {name} here; turn it to WGS 84: --to EPSG:4326"
                    ),
                    format!("GeoParquet 在此无法声明坐标系 {name}；请转换为 WGS 84：--to EPSG:4326"),
                ));
            }
        },
        None => column["crs"] = serde_json::Value::Null,
    }
    let geometry = names.geometry.as_str();
    Ok(json!({ "version": "1.1.0", "primary_column": geometry, "columns": { geometry: column } }).to_string())
}

/// One row group, compressed.
fn encode(
    layer: &Layer<'_>,
    schema: &SchemaRef,
    factory: &ArrowRowGroupWriterFactory,
    index: usize,
    rows: Range<usize>,
) -> Result<Vec<ArrowColumnChunk>, ParquetError> {
    let mut writers = factory.create_column_writers(index)?;
    let mut start = rows.start;
    while start < rows.end {
        let piece = start..rows.end.min(start + PIECE);
        let mut arrays: Vec<ArrayRef> = layer.columns.iter().map(|column| cells(column, piece.clone())).collect();
        if let Some(shapes) = &layer.shapes {
            arrays.extend(geometries(shapes, piece.clone()).map_err(|error| ParquetError::External(error.into()))?);
        }
        let leaves = schema.fields().iter().zip(&arrays).map(|(field, array)| compute_leaves(field, array));
        let leaves: Vec<_> = leaves.collect::<Result<_, _>>()?;
        writers.iter_mut().zip(leaves.iter().flatten()).try_for_each(|(writer, leaf)| writer.write(leaf))?;
        start = piece.end;
    }
    writers.into_iter().map(|writer| writer.close()).collect()
}

fn cells(column: &Column<'_>, rows: Range<usize>) -> ArrayRef {
    let values = rows.map(|row| (column.value)(row));
    match column.holds {
        Holds::Text => {
            let mut builder = StringBuilder::new();
            values.for_each(|value| match value {
                Value::Text(text) => builder.append_value(text),
                _ => builder.append_null(),
            });
            Arc::new(builder.finish())
        }
        Holds::Number => {
            let mut builder = Float64Builder::new();
            let number = |value| if let Value::Number(number) = value { Some(number + 0.0) } else { None };
            values.for_each(|value| builder.append_option(number(value).filter(|number| number.is_finite())));
            Arc::new(builder.finish())
        }
        Holds::Whole => {
            let mut builder = Int64Builder::new();
            values.for_each(|value| builder.append_option(if let Value::Whole(n) = value { Some(n) } else { None }));
            Arc::new(builder.finish())
        }
        Holds::Flag => {
            let mut builder = BooleanBuilder::new();
            values
                .for_each(|value| builder.append_option(if let Value::Flag(flag) = value { Some(flag) } else { None }));
            Arc::new(builder.finish())
        }
    }
}

/// The geometries, and the bounds of each.
fn geometries(shapes: &Shapes<'_>, rows: Range<usize>) -> io::Result<[ArrayRef; 2]> {
    let mut geometries = BinaryBuilder::new();
    let mut bounds = [(); 4].map(|()| Float64Builder::new());
    let mut blob = Vec::new();
    for row in rows {
        let shape = (shapes.shape)(row);
        match &shape {
            None => geometries.append_null(),
            Some(shape) => {
                blob.clear();
                well_known_binary(shape, &mut blob)?;
                geometries.append_value(&blob);
            }
        }
        let extent = shape.as_ref().and_then(|shape| shape.bounding_rect());
        let extent = extent.map(|extent| [extent.min().x, extent.min().y, extent.max().x, extent.max().y]);
        bounds.iter_mut().enumerate().for_each(|(n, side)| side.append_option(extent.map(|extent| extent[n])));
    }
    let bounds: Vec<ArrayRef> = bounds.into_iter().map(|mut side| Arc::new(side.finish()) as ArrayRef).collect();
    Ok([Arc::new(geometries.finish()), Arc::new(StructArray::new(sides(), bounds, None))])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::space::Crs;
    use geo::{Geometry, Point};
    use std::borrow::Cow;

    fn layer(n_rows: usize) -> Layer<'static> {
        let text =
            |row: usize| if row.is_multiple_of(7) { Value::Missing } else { Value::Text(row.to_string().into()) };
        let column = Column { name: "bbox".into(), holds: Holds::Text, value: Box::new(text) };
        let point = |row: usize| -> Geometry<f64> { Point::new(row as f64, -1.0).into() };
        let shape = Box::new(move |row: usize| (!row.is_multiple_of(5)).then(|| Cow::Owned(point(row))));
        let shapes = Shapes { crs: Crs::parse("EPSG:4549").unwrap(), shape };
        Layer { name: "x".into(), n_rows, columns: vec![column], shapes: Some(shapes) }
    }

    #[test]
    fn the_number_of_threads_changes_no_byte() {
        let written = |n_threads: usize| {
            let mut bytes = Vec::new();
            let pool = rayon::ThreadPoolBuilder::new().num_threads(n_threads).build().unwrap();
            pool.install(|| write(&layer(100_000), &mut bytes)).unwrap();
            bytes
        };
        let one = written(1);
        assert_eq!(one, written(2));
        assert_eq!(one, written(5));
    }

    #[test]
    fn groups_end_at_their_rows_and_hold_every_row_once() {
        let groups = scan(&layer(2 * GROUP.0 + 1)).groups;
        assert_eq!(groups, [0..GROUP.0, GROUP.0..2 * GROUP.0, 2 * GROUP.0..2 * GROUP.0 + 1]);
        assert!(scan(&layer(0)).groups.is_empty());
    }

    #[test]
    fn a_system_that_cannot_be_stated_is_refused_in_words() {
        let mut layer = layer(1);
        layer.shapes.as_mut().unwrap().crs = Crs::parse("EPSG:5514").unwrap();
        let error = write(&layer, &mut Vec::new()).unwrap_err();
        assert!(crate::write::Refused::of(&error).unwrap().en.contains("EPSG:5514"), "{error}");
    }
}
