//! What of a file is read, and in which pieces: columns, row groups that may hold rows of the region, and the checks
//! that none of it is larger than it may be.

use std::sync::Arc;

use arrow_schema::{DataType, Field, Fields, Schema};
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{ArrowReaderMetadata, ArrowReaderOptions};
use parquet::basic::{LogicalType, Type};
use parquet::file::metadata::{ParquetMetaData, RowGroupMetaData};
use parquet::file::statistics::Statistics;
use rayon::prelude::*;

use super::metadata::{self, Encoding, Geo};
use super::pages::{self, Pages};
use super::{Failure, Source, cells};
use crate::read::allowance::Allowance;
use crate::read::left_out;
use crate::read::problem::Problems;
use crate::read::region::Region;
use crate::read::table::Wish;

/// What is read.
pub(super) struct Plan {
    /// The file, as the study names it.
    pub(super) file: String,
    pub(super) metadata: ArrowReaderMetadata,
    /// The columns that are read, by their numbers in the file.
    pub(super) roots: Vec<usize>,
    /// Which of the columns that are read has the geometries, and how they are written.
    pub(super) geometry: Option<(usize, Encoding)>,
    pub(super) crs: Option<String>,
    pub(super) region: Option<Region>,
    /// The leaves of the schema that have the bounds of each row.
    pub(super) covering: Option<[usize; 4]>,
    pub(super) pieces: Vec<Piece>,
    /// Rows of row groups that lie outside of the region.
    pub(super) left_out: usize,
    /// Rows that are decoded at once.
    pub(super) n_at_once: usize,
}

/// Rows that are read in one go.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Piece {
    pub(super) row_group: usize,
    /// The first row, within the row group.
    pub(super) start: usize,
    pub(super) n_rows: usize,
    /// The place of its first row in the file, from 0.
    pub(super) first: usize,
}

/// Columns up to which a file is read.
const MOST_COLUMNS: usize = 2000;

/// Bytes of a row group, unpacked, that are one piece of work.
const PIECE: u64 = 4 << 20;

/// The fewest rows that are worth a piece.
const FEWEST: usize = 512;

/// Rows that are decoded at once, unless they may be very long.
const AT_ONCE: usize = 4096;

/// Bytes that may be decoded at once where values share prefixes.
const DECODED: u64 = 64 << 20;

impl Plan {
    /// Plans to read a file.
    pub(super) fn of(
        source: &Source<'_>,
        file: &str,
        wish: &Wish,
        allowance: &Allowance,
        problems: &mut Problems,
    ) -> Result<Self, Failure> {
        let metadata = ArrowReaderMetadata::load(&source.open()?, options())?;
        let fields = metadata.schema().fields().clone();
        let geo = geo(metadata.metadata())?;
        let place = |geo: &Geo| fields.iter().position(|field| *field.name() == geo.column);
        let geometry = match &geo {
            None => None,
            Some(geo) => Some(place(geo).ok_or_else(|| odd(format!("there is no column `{}`", geo.column)))?),
        };
        let region = geo.as_ref().and_then(|geo| Region::of(wish, geo.crs.as_deref()));
        let covers = |name: &str| {
            let covering = geo.iter().filter_map(|geo| geo.covering.as_ref());
            covering.flatten().any(|path| 1 < path.len() && path[0] == name)
        };
        let mut roots = Vec::new();
        for (root, field) in fields.iter().enumerate() {
            if geometry == Some(root) || (cells::is_read(field.data_type()) && is_short(metadata.metadata(), root)) {
                roots.push(root);
            } else if !covers(field.name()) {
                let why = match field.data_type() {
                    DataType::Binary | DataType::FixedSizeBinary(_) => ("it holds binary data", "内容为二进制数据"),
                    _ => ("its values are no texts, numbers or days", "其值不是文本、数字或日期"),
                };
                left_out::column(file, field.name(), why, problems);
            }
        }
        if MOST_COLUMNS < roots.len() {
            return Err(odd(format!("it has {} columns, more than {MOST_COLUMNS}", roots.len())));
        }
        let covering = region.as_ref().and_then(|_| leaves(metadata.metadata(), geo.as_ref()?.covering.as_ref()?));
        let may_cross = geo.as_ref().is_some_and(|geo| geo.may_cross);
        let (groups, left_out) =
            groups(metadata.metadata(), region.as_ref().filter(|_| !may_cross), covering, roots.len(), allowance)?;
        let pages = check(source, metadata.metadata(), &groups, &roots, covering, allowance)?;
        let geometry = match (geometry, &geo) {
            (Some(root), Some(geo)) => roots.iter().position(|&read| read == root).map(|place| (place, geo.encoding)),
            _ => None,
        };
        let is_nested =
            leaves_of(metadata.metadata(), &roots).any(|leaf| 0 < max_repetition(metadata.metadata(), leaf));
        let largest = pages.iter().map(|pages| pages.largest).max().unwrap_or(0);
        let n_at_once = if pages.iter().any(|pages| pages.has_prefixes) {
            (DECODED / largest.max(1)).clamp(1, AT_ONCE as u64) as usize
        } else {
            AT_ONCE
        };
        Ok(Self {
            file: file.to_owned(),
            pieces: pieces(metadata.metadata(), &groups, &pages, is_nested),
            metadata: with_views(&metadata)?,
            roots,
            geometry,
            crs: geo.and_then(|geo| geo.crs),
            region,
            covering,
            left_out,
            n_at_once,
        })
    }

    /// The columns that are read.
    pub(super) fn projection(&self) -> ProjectionMask {
        ProjectionMask::roots(self.metadata.parquet_schema(), self.roots.iter().copied())
    }
}

fn odd(why: String) -> Failure {
    Failure::Damaged(why)
}

/// What the file says of its columns in the words of Arrow is not looked at: Parquet's own words are enough, and the
/// reader of the others panics on what it does not know.
fn options() -> ArrowReaderOptions {
    ArrowReaderOptions::new().with_skip_arrow_metadata(true)
}

/// The geometries of a file: as its `geo` metadata says, else the first column that Parquet itself knows as geometries.
fn geo(metadata: &ParquetMetaData) -> Result<Option<Geo>, Failure> {
    let file = metadata.file_metadata();
    let said = |key: &str| {
        let pairs = file.key_value_metadata()?;
        pairs.iter().find(|pair| pair.key == key)?.value.as_deref()
    };
    if let Some(text) = said("geo") {
        return Geo::parse(text).map(Some).map_err(odd);
    }
    let schema = file.schema_descr();
    Ok(schema.columns().iter().filter(|leaf| leaf.path().parts().len() == 1).find_map(|leaf| {
        let crs = match leaf.logical_type_ref()? {
            LogicalType::Geometry(kind) => kind.crs.as_deref(),
            _ => return None,
        };
        // A code, PROJJSON, or the key under which that is.
        let crs = match crs {
            None => "OGC:CRS84".to_owned(),
            Some(crs) => match (crs.strip_prefix("srid:"), crs.strip_prefix("projjson:").and_then(said)) {
                (Some(code), _) => format!("EPSG:{code}"),
                (None, json) => {
                    let json = json.unwrap_or(crs);
                    serde_json::from_str(json).ok().and_then(|json| metadata::name(&json)).unwrap_or(crs.to_owned())
                }
            },
        };
        Some(Geo {
            column: leaf.name().to_owned(),
            encoding: Encoding::Wkb,
            crs: Some(crs),
            covering: None,
            may_cross: false,
        })
    }))
}

/// The leaves of the schema below columns.
fn leaves_of(metadata: &ParquetMetaData, roots: &[usize]) -> impl Iterator<Item = usize> {
    let schema = metadata.file_metadata().schema_descr();
    (0..schema.num_columns()).filter(move |&leaf| roots.contains(&schema.get_column_root_idx(leaf)))
}

fn max_repetition(metadata: &ParquetMetaData, leaf: usize) -> i16 {
    metadata.file_metadata().schema_descr().column(leaf).max_rep_level()
}

/// Whether no value of a column has a length that the schema makes longer than any number has.
fn is_short(metadata: &ParquetMetaData, root: usize) -> bool {
    const LONGEST: i32 = 32;
    let schema = metadata.file_metadata().schema_descr();
    leaves_of(metadata, &[root]).all(|leaf| {
        let leaf = schema.column(leaf);
        leaf.physical_type() != Type::FIXED_LEN_BYTE_ARRAY || (0..=LONGEST).contains(&leaf.type_length())
    })
}

/// The leaves of the schema with the bounds of rows.
fn leaves(metadata: &ParquetMetaData, covering: &[Vec<String>; 4]) -> Option<[usize; 4]> {
    let schema = metadata.file_metadata().schema_descr();
    let find = |path: &Vec<String>| {
        let is_number = |leaf: usize| matches!(schema.column(leaf).physical_type(), Type::DOUBLE | Type::FLOAT);
        let is_it = |&leaf: &usize| schema.column(leaf).path().parts() == path.as_slice() && is_number(leaf);
        (0..schema.num_columns()).find(is_it).filter(|&leaf| schema.column(leaf).max_rep_level() == 0)
    };
    let [min_x, min_y, max_x, max_y] = covering;
    Some([find(min_x)?, find(min_y)?, find(max_x)?, find(max_y)?])
}

/// A row group and the place of its first row in the file, from 0.
struct Group {
    number: usize,
    first: usize,
    n_rows: usize,
}

/// The row groups that may hold rows of the region, and how many rows the others have.
fn groups(
    metadata: &ParquetMetaData,
    region: Option<&Region>,
    covering: Option<[usize; 4]>,
    n_columns: usize,
    allowance: &Allowance,
) -> Result<(Vec<Group>, usize), Failure> {
    let (mut groups, mut left_out, mut first) = (Vec::new(), 0, 0_usize);
    for (number, group) in metadata.row_groups().iter().enumerate() {
        let n_rows =
            usize::try_from(group.num_rows()).map_err(|_| odd("a row group has fewer rows than none".into()))?;
        let bounds = covering.and_then(|leaves| bounds(group, leaves));
        if region.zip(bounds).is_some_and(|(region, bounds)| region.is_outside(bounds)) {
            left_out += n_rows;
        } else {
            if !allowance.rows(n_rows as u64, n_columns) {
                return Err(Failure::TooMuch);
            }
            groups.push(Group { number, first, n_rows });
        }
        first = first.checked_add(n_rows).filter(|&n| u32::try_from(n).is_ok()).ok_or(Failure::TooMuch)?;
    }
    Ok((groups, left_out))
}

/// The bounds of all rows of a row group, as the statistics of its columns say.
fn bounds(group: &RowGroupMetaData, [min_x, min_y, max_x, max_y]: [usize; 4]) -> Option<[f64; 4]> {
    let statistics = |leaf: usize| group.columns().get(leaf)?.statistics();
    let least = |leaf| match statistics(leaf)? {
        Statistics::Double(found) => found.min_opt().copied(),
        Statistics::Float(found) => found.min_opt().map(|number| f64::from(number.next_down())),
        _ => None,
    };
    let most = |leaf| match statistics(leaf)? {
        Statistics::Double(found) => found.max_opt().copied(),
        Statistics::Float(found) => found.max_opt().map(|number| f64::from(number.next_up())),
        _ => None,
    };
    // A row without bounds may lie anywhere.
    let is_full = [min_x, min_y, max_x, max_y]
        .iter()
        .all(|&leaf| statistics(leaf).is_some_and(|found| found.null_count_opt() == Some(0)));
    is_full.then_some([least(min_x)?, least(min_y)?, most(max_x)?, most(max_y)?])
}

/// Looks at all pages that will be read: together they must not be more than the file may take. What they are in each
/// group; where they start, those of its largest column do.
fn check(
    source: &Source<'_>,
    metadata: &ParquetMetaData,
    groups: &[Group],
    roots: &[usize],
    covering: Option<[usize; 4]>,
    allowance: &Allowance,
) -> Result<Vec<Pages>, Failure> {
    let leaves: Vec<usize> = leaves_of(metadata, roots).chain(covering.into_iter().flatten()).collect();
    let of_group = |group: &Group| -> Result<Pages, Failure> {
        let group = metadata.row_group(group.number);
        let (mut all, mut at_once, mut most) = (Pages::default(), 0_u64, 0);
        for &leaf in &leaves {
            let chunk = group.columns().get(leaf).ok_or_else(|| odd("a row group has too few columns".into()))?;
            let pages = pages::look(source.open()?, chunk)?;
            at_once = at_once.saturating_add(pages.largest).saturating_add(pages.dictionary);
            all.largest = all.largest.max(pages.largest);
            all.has_prefixes |= pages.has_prefixes;
            if most < chunk.compressed_size() {
                most = chunk.compressed_size();
                all.starts = pages.starts;
            }
            // Rows are counted already, but one row may hold a list of any length.
            if 0 < max_repetition(metadata, leaf) && !allowance.bytes(pages.n_values.saturating_mul(16)) {
                return Err(Failure::TooMuch);
            }
        }
        if allowance.has(at_once) { Ok(all) } else { Err(Failure::TooMuch) }
    };
    groups.par_iter().map(of_group).collect::<Vec<_>>().into_iter().collect()
}

/// Row groups in pieces that keep all cores busy, the same whatever their number. They begin with pages of the largest
/// column: a page that two of them share is unpacked twice.
fn pieces(metadata: &ParquetMetaData, groups: &[Group], pages: &[Pages], is_nested: bool) -> Vec<Piece> {
    let of_group = |(group, pages): (&Group, &Pages)| {
        let n_bytes = u64::try_from(metadata.row_group(group.number).total_byte_size()).unwrap_or(0);
        // Rows of lists can only be found by reading those before.
        let n_pieces = if is_nested { 1 } else { usize::try_from((n_bytes / PIECE).clamp(1, 64)).unwrap_or(1) };
        let n_rows = group.n_rows.div_ceil(n_pieces).max(FEWEST);
        let page_of = |row: usize| {
            let behind = pages.starts.partition_point(|&start| start <= row as u64);
            pages.starts.get(behind.wrapping_sub(1)).map_or(row, |&start| start as usize)
        };
        let mut starts: Vec<usize> = (0..group.n_rows).step_by(n_rows).map(page_of).collect();
        starts.dedup();
        let ends = starts.iter().skip(1).copied().chain([group.n_rows]);
        let piece = |(&start, end): (&usize, usize)| Piece {
            row_group: group.number,
            start,
            n_rows: end - start,
            first: group.first + start,
        };
        starts.iter().zip(ends).map(piece).collect::<Vec<_>>()
    };
    groups.iter().zip(pages).flat_map(of_group).collect()
}

/// The same file with texts and bytes as views into its pages: a long text that is kept once and named by a thousand
/// rows is then not copied a thousand times before it is counted.
fn with_views(metadata: &ArrowReaderMetadata) -> Result<ArrowReaderMetadata, Failure> {
    let schema = metadata.schema();
    let fields: Fields = schema.fields().iter().map(viewed).collect();
    let schema = Schema::new_with_metadata(fields, schema.metadata().clone());
    let options = options().with_schema(Arc::new(schema));
    Ok(ArrowReaderMetadata::try_new(Arc::clone(metadata.metadata()), options)?)
}

fn viewed(field: &Arc<Field>) -> Arc<Field> {
    let kind = match field.data_type() {
        DataType::Utf8 => DataType::Utf8View,
        DataType::Binary => DataType::BinaryView,
        DataType::List(item) => DataType::List(viewed(item)),
        DataType::Struct(parts) => DataType::Struct(parts.iter().map(viewed).collect()),
        _ => return Arc::clone(field),
    };
    Arc::new(field.as_ref().clone().with_data_type(kind))
}
