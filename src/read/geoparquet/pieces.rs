//! Rows of a file, piece by piece on all cores, and put together in their order.

use arrow_array::cast::AsArray;
use arrow_array::types::{Float32Type, Float64Type};
use arrow_array::{Array, RecordBatch};
use arrow_schema::DataType;
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{
    ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder, RowSelection, RowSelector,
};
use rayon::prelude::*;

use super::native::Geometries;
use super::plan::{Piece, Plan};
use super::{Failure, Source, cells};
use crate::read::allowance::Allowance;
use crate::read::fence;
use crate::read::problem::Problems;
use crate::read::shapes::{Shape, Shapes};
use crate::read::table::{Cells, Table};

/// Bytes of texts after which it is asked whether there may be more.
const ASK: usize = 1 << 16;

/// Rows that were read.
pub(super) struct Part<'a> {
    plan: &'a Plan,
    columns: Vec<Cells>,
    shapes: Shapes,
    /// The places in the file of the rows that are kept, from 1.
    numbers: Vec<u32>,
    left_out: usize,
}

/// Reads all pieces of a plan.
pub(super) fn read<'a>(source: &Source<'_>, plan: &'a Plan, allowance: &Allowance) -> Result<Part<'a>, Failure> {
    let of = |piece: &Piece| {
        fence::behind(|| Part::read(source, plan, piece, allowance)).unwrap_or_else(|| Err(Failure::of_page()))
    };
    let parts: Vec<Result<Part<'a>, Failure>> = plan.pieces.par_iter().map(of).collect();
    // Which piece was the one too many depends on the threads, that one was does not.
    if parts.iter().any(|part| part.as_ref().err() == Some(&Failure::TooMuch)) {
        return Err(Failure::TooMuch);
    }
    let mut all = Part::new(plan);
    all.left_out = plan.left_out;
    for part in parts {
        let part = part?;
        all.left_out += part.left_out;
        all.numbers.extend(part.numbers);
        all.shapes.append(part.shapes);
        for (column, more) in all.columns.iter_mut().zip(&part.columns) {
            if !column.append(more) {
                return Err(Failure::TooMuch);
            }
        }
    }
    Ok(all)
}

impl<'a> Part<'a> {
    fn new(plan: &'a Plan) -> Self {
        let fields = plan.metadata.schema().fields();
        let geometry = plan.geometry.map(|(place, _)| place);
        let read = plan.roots.iter().enumerate().filter(|&(place, _)| geometry != Some(place));
        let columns = read.map(|(_, &root)| Cells::new(fields[root].name(), 0)).collect();
        Self { plan, columns, shapes: Shapes::default(), numbers: Vec::new(), left_out: 0 }
    }

    fn read(source: &Source<'_>, plan: &'a Plan, piece: &Piece, allowance: &Allowance) -> Result<Self, Failure> {
        let mut part = Self::new(plan);
        let is_near = near(source, plan, piece)?;
        let rows: Vec<usize> = (0..piece.n_rows).filter(|&row| is_near.as_ref().is_none_or(|near| near[row])).collect();
        part.left_out = piece.n_rows - rows.len();
        if rows.is_empty() {
            return Ok(part);
        }
        let mut rows = rows.as_slice();
        for batch in reader(source, plan, piece, plan.projection(), is_near.as_deref())? {
            let batch = batch?;
            let (these, rest) = rows.split_at_checked(batch.num_rows()).ok_or_else(fewer)?;
            rows = rest;
            part.batch(&batch, piece.first, these, allowance)?;
        }
        if rows.is_empty() { Ok(part) } else { Err(fewer()) }
    }

    /// Takes rows, whose places after the first of the piece are given.
    fn batch(
        &mut self,
        batch: &RecordBatch,
        first: usize,
        places: &[usize],
        allowance: &Allowance,
    ) -> Result<(), Failure> {
        let mut rows: Vec<usize> = (0..batch.num_rows()).collect();
        let geometry = self.plan.geometry.map(|(place, encoding)| (place, batch.column(place), encoding));
        if let Some((_, array, encoding)) = geometry {
            let geometries = Geometries::of(array, encoding)
                .ok_or_else(|| Failure::Damaged("its geometries are of another kind than it says".to_owned()))?;
            let mut kept = Vec::with_capacity(rows.len());
            for row in rows {
                let shape = if array.is_null(row) {
                    Ok(Shape::default())
                } else if allowance.bytes(geometries.length(row)) {
                    geometries.shape(row)
                } else {
                    return Err(Failure::TooMuch);
                };
                let found = shape.as_ref().ok().and_then(|shape| shape.geometry.as_ref());
                if self.plan.region.zip(found).is_some_and(|(region, geometry)| region.is_beyond(geometry)) {
                    self.left_out += 1;
                } else {
                    self.shapes.push(shape);
                    kept.push(row);
                }
            }
            rows = kept;
        }
        let number = |&row: &usize| u32::try_from(first + places[row] + 1).unwrap_or(u32::MAX);
        self.numbers.extend(rows.iter().map(number));
        let geometry = geometry.map(|(place, ..)| place);
        let values = batch.columns().iter().enumerate().filter(|&(place, _)| geometry != Some(place));
        for ((_, array), column) in values.zip(&mut self.columns) {
            fill(column, array, &rows, allowance)?;
        }
        Ok(())
    }

    /// The table of the rows, and what was odd about them.
    pub(super) fn table(self, problems: &mut Problems) -> Table {
        let n_rows = self.numbers.len();
        let mut table = Table {
            file: self.plan.file.clone(),
            columns: self.columns,
            n_rows,
            numbers: if self.left_out == 0 { Vec::new() } else { self.numbers },
            crs: self.plan.crs.clone(),
            left_out: self.left_out,
            ..Table::default()
        };
        self.shapes.give(&mut table, problems);
        table
    }
}

fn fewer() -> Failure {
    Failure::Damaged("it has other rows than it says".to_owned())
}

/// Appends the values of rows to a column.
fn fill(column: &mut Cells, array: &dyn Array, rows: &[usize], allowance: &Allowance) -> Result<(), Failure> {
    let write =
        cells::writer(array).ok_or_else(|| Failure::Damaged("a column is of another kind than it says".into()))?;
    let mut text = String::new();
    let mut n_bytes = 0;
    for &row in rows {
        text.clear();
        if array.is_valid(row) && write(row, &mut text).is_err() {
            return Err(Failure::TooMuch);
        }
        n_bytes += text.len();
        if ASK < n_bytes {
            if column.is_full() || !allowance.bytes(n_bytes as u64) {
                return Err(Failure::TooMuch);
            }
            n_bytes = 0;
        }
        column.push(&text);
    }
    if allowance.bytes(n_bytes as u64) { Ok(()) } else { Err(Failure::TooMuch) }
}

/// Which rows of a piece may lie in the region by their bounds; `None` where they have none.
fn near(source: &Source<'_>, plan: &Plan, piece: &Piece) -> Result<Option<Vec<bool>>, Failure> {
    let (Some(region), Some(leaves)) = (&plan.region, plan.covering) else { return Ok(None) };
    let schema = plan.metadata.parquet_schema();
    let mut near = Vec::new();
    for batch in reader(source, plan, piece, ProjectionMask::leaves(schema, leaves), None)? {
        let batch = batch?;
        let columns: Option<Vec<Vec<f64>>> =
            leaves.iter().map(|&leaf| numbers(&batch, schema.column(leaf).path().parts())).collect();
        let Some([min_x, min_y, max_x, max_y]) = columns.as_deref() else { return Ok(None) };
        let numbers = min_x.iter().zip(min_y).zip(max_x).zip(max_y);
        // Bounds across the 180th meridian go from a large x to a small one: they are not looked at.
        near.extend(numbers.map(|(((&min_x, &min_y), &max_x), &max_y)| {
            max_x < min_x || !region.is_outside([min_x, min_y, max_x, max_y])
        }));
    }
    if near.len() == piece.n_rows { Ok(Some(near)) } else { Err(fewer()) }
}

/// The numbers of a column in structures; those that are missing are no numbers. Those of 32 bits may have been rounded
/// to either side: those of a smallest x and y are made smaller, those of a largest one larger.
fn numbers(batch: &RecordBatch, path: &[String]) -> Option<Vec<f64>> {
    let (root, inner) = path.split_first()?;
    let mut array = batch.column_by_name(root)?;
    let mut is_there: Vec<bool> = (0..array.len()).map(|row| array.is_valid(row)).collect();
    for name in inner {
        array = array.as_struct_opt()?.column_by_name(name)?;
        is_there.iter_mut().enumerate().for_each(|(row, there)| *there &= array.is_valid(row));
    }
    let is_least = path.last().is_some_and(|name| name.contains("min"));
    let value: Box<dyn Fn(usize) -> f64> = match array.data_type() {
        DataType::Float64 => Box::new(|row| array.as_primitive::<Float64Type>().value(row)),
        DataType::Float32 => Box::new(|row| {
            let number = array.as_primitive::<Float32Type>().value(row);
            f64::from(if is_least { number.next_down() } else { number.next_up() })
        }),
        _ => return None,
    };
    Some(is_there.iter().enumerate().map(|(row, &there)| if there { value(row) } else { f64::NAN }).collect())
}

fn reader(
    source: &Source<'_>,
    plan: &Plan,
    piece: &Piece,
    columns: ProjectionMask,
    is_near: Option<&[bool]>,
) -> Result<ParquetRecordBatchReader, Failure> {
    let mut selection = vec![RowSelector::skip(piece.start)];
    match is_near {
        None => selection.push(RowSelector::select(piece.n_rows)),
        Some(is_near) => selection.extend(is_near.chunk_by(|a, b| a == b).map(|run| match run[0] {
            true => RowSelector::select(run.len()),
            false => RowSelector::skip(run.len()),
        })),
    }
    let builder = ParquetRecordBatchReaderBuilder::new_with_metadata(source.open()?, plan.metadata.clone());
    Ok(builder
        .with_row_groups(vec![piece.row_group])
        .with_projection(columns)
        .with_batch_size(plan.n_at_once)
        .with_row_selection(RowSelection::from(selection))
        .build()?)
}
