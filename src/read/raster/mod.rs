//! GeoTIFF rasters of people: each cell with people is a row, a point at its centre with the persons in it.
//!
//! Only the chunks that meet the region wished for are read, on all cores. Memory is that of the cells kept and of one
//! chunk a thread.

mod chunk;
mod directory;
mod georeference;
mod layout;
mod refused;

use std::ops::Range;
use std::sync::atomic::{AtomicUsize, Ordering};

use geo::{Coord, Polygon};
use rayon::prelude::*;

use super::input::{Input, ReadSeek};
use super::problem::{Problems, say};
use super::table::{Cells, Grid, Reader, Table, Wish};
use directory::Directory;
use georeference::Georeference;
use layout::{Layout, Sample};
use refused::Refused;

/// GeoTIFF and BigTIFF.
pub(super) struct GeoTiff;

/// The header of the one column.
const HEADER: &str = "population";

const METADATA: u16 = 42112;
const NO_DATA: u16 = 42113;

/// The most numbers that are unpacked: some ten seconds of work.
const MOST_NUMBERS: u64 = 1 << 32;

/// The most chunks that are read: each has a place in memory.
const MOST_CHUNKS: u64 = 1 << 22;

/// The most cells with people that are kept.
const MOST_KEPT: usize = 20_000_000;

/// Cells of a tile as most programs make them: room is made for so many.
const USUAL: usize = 1 << 16;

/// More persons than this in one cell are more than there are on earth: the number is none of persons.
const MOST_PERSONS: f64 = 1e10;

impl Reader for GeoTiff {
    fn name(&self) -> &'static str {
        "GeoTIFF"
    }

    fn accepts(&self, name: &str, start: &[u8]) -> bool {
        let name = name.to_ascii_lowercase();
        let is_tiff = [b"II*\0", b"MM\0*", b"II+\0", b"MM\0+"].iter().any(|mark| start.starts_with(*mark));
        is_tiff || name.ends_with(".tif") || name.ends_with(".tiff")
    }

    fn layers(&self, input: &Input, problems: &mut Problems) -> Option<Vec<String>> {
        let mut file = input.open_to_jump(problems)?;
        let read =
            Directory::read(&mut *file, input.n_bytes()).and_then(|directory| Layout::read(&directory, &mut *file));
        match read {
            Ok(layout) if layout.n_bands == 1 => Some(Vec::new()),
            Ok(layout) => Some(bands(&layout)),
            Err(refused) => {
                refused.say(input, problems);
                None
            }
        }
    }

    fn read(&self, input: &Input, wish: &Wish, problems: &mut Problems) -> Option<Table> {
        let mut file = input.open_to_jump(problems)?;
        let raster = match Raster::open(input, &mut *file) {
            Ok(raster) => raster,
            Err(refused) => {
                refused.say(input, problems);
                return None;
            }
        };
        let band = wish.pick(input, &bands(&raster.layout), problems)?;
        let name = match &wish.layer {
            Some(layer) => format!("{}!{layer}", input.name),
            None => input.name.clone(),
        };
        let read = Band::new(&raster, band, &mut *file).and_then(|band| band.read(input, &mut *file, wish));
        match read {
            Ok(mut table) => {
                if let Some(file) = &raster.world_file {
                    let sha256 = file.sha256().map_err(|error| file.unreadable(&error, problems)).ok()?;
                    table.sidecars.push((file.name.clone(), sha256));
                }
                Some(Table { file: name, ..table })
            }
            Err(refused) => {
                refused.say(input, problems);
                None
            }
        }
    }
}

fn bands(layout: &Layout) -> Vec<String> {
    (1..=layout.n_bands).map(|band| band.to_string()).collect()
}

/// An open raster.
struct Raster {
    directory: Directory,
    layout: Layout,
    georeference: Georeference,
    /// A file beside it that says where its cells lie.
    world_file: Option<Input>,
    system: Option<String>,
}

impl Raster {
    fn open(input: &Input, file: &mut dyn ReadSeek) -> Result<Self, Refused> {
        let directory = Directory::read(file, input.n_bytes())?;
        let layout = Layout::read(&directory, file)?;
        let (georeference, world_file) = Georeference::read(&directory, file, input)?;
        let system = georeference::system(&directory, file)?;
        Ok(Self { directory, layout, georeference, world_file, system })
    }
}

/// One band of a raster.
struct Band<'a> {
    raster: &'a Raster,
    layout: Layout,
    /// The number of cells without data.
    no_data: Option<f64>,
    n_kept: AtomicUsize,
}

/// The cells with people of a chunk, row after row.
#[derive(Default)]
struct Found {
    cells: Vec<(u32, f64)>,
    first_row: u64,
    /// Where each row ends.
    ends: Vec<usize>,
    grid: Grid,
}

/// Buffers of one thread.
struct Buffers<'i> {
    file: Option<Box<dyn ReadSeek + 'i>>,
    packed: Vec<u8>,
    bytes: Vec<u8>,
    spare: Vec<u8>,
}

impl<'a> Band<'a> {
    fn new(raster: &'a Raster, band: usize, file: &mut dyn ReadSeek) -> Result<Self, Refused> {
        let layout = raster.layout.clone().of_band(band);
        let no_data = raster.directory.text(file, NO_DATA)?.trim().parse().ok();
        // A number written in decimals is met by the one that was rounded to the cells' precision.
        let no_data =
            no_data.map(|number: f64| if layout.sample == Sample::F32 { f64::from(number as f32) } else { number });
        let metadata = raster.directory.text(file, METADATA)?;
        if metadata.contains("role=\"scale\"") || metadata.contains("role=\"offset\"") {
            return Err(Refused::unsupported(
                say(
                    "the numbers of the raster are scaled, and not persons as they are",
                    "该栅格的数值经过缩放，不是人数本身",
                ),
                say(
                    "unscale them: gdal_translate -unscale -ot Float32 in.tif out.tif",
                    "请还原：gdal_translate -unscale -ot Float32 in.tif out.tif",
                ),
            ));
        }
        Ok(Self { raster, layout, no_data, n_kept: AtomicUsize::new(0) })
    }

    fn read(&self, input: &Input, file: &mut dyn ReadSeek, wish: &Wish) -> Result<Table, Refused> {
        let size = self.layout.size;
        let georeference = &self.raster.georeference;
        let [columns, rows] = match wish.region(self.raster.system.as_deref()) {
            Some(region) => georeference.cells(region, size),
            None => [0..size[0], 0..size[1]],
        };
        let n_cells = (columns.end - columns.start) * (rows.end - rows.start);
        let found = self.chunks(input, file, &columns, &rows)?;
        let (points, persons) = rayon::join(|| self.points(&found), || persons(&found));
        let mut grid = Grid { outline: Some(self.outline()), persons, ..Grid::default() };
        found.into_iter().flatten().for_each(|found| grid += found.grid);
        let far = size[0] * size[1] - n_cells;
        Ok(Table {
            columns: vec![Cells::new(HEADER, points.len())],
            n_rows: points.len(),
            points,
            crs: self.raster.system.clone(),
            left_out: usize::try_from(far).unwrap_or(usize::MAX),
            grid: Some(grid),
            ..Table::default()
        })
    }

    /// What the chunks hold that meet these columns and rows, by rows of chunks.
    fn chunks(
        &self,
        input: &Input,
        file: &mut dyn ReadSeek,
        columns: &Range<u64>,
        rows: &Range<u64>,
    ) -> Result<Vec<Vec<Found>>, Refused> {
        let [wide, high] = self.layout.chunk;
        let (across, down) = (chunks(columns, wide), chunks(rows, high));
        if across.is_empty() || down.is_empty() {
            return Ok(Vec::new());
        }
        let n_across = across.end - across.start;
        let n_chunks = n_across.saturating_mul(down.end - down.start);
        let numbers = n_chunks.saturating_mul(wide * high).saturating_mul(self.layout.step as u64);
        if MOST_CHUNKS < n_chunks || MOST_NUMBERS < numbers {
            return Err(Refused::too_large(say(
                format!("{numbers} numbers in {n_chunks} pieces would have to be read"),
                format!("需读取 {n_chunks} 个数据块中的 {numbers} 个数值，过多"),
            )));
        }
        let mut places = Vec::new();
        for down in down {
            let row = self.layout.places(&self.raster.directory, file, down, &across)?;
            places.extend(across.clone().zip(row).map(|(across, place)| ([across, down], place)));
        }
        let buffers = || Buffers {
            file: input.open_to_jump(&mut Problems::default()),
            packed: Vec::new(),
            bytes: Vec::new(),
            spare: Vec::new(),
        };
        let found: Result<Vec<Found>, Refused> = places
            .into_par_iter()
            .map_init(buffers, |buffers, (chunk, place)| self.chunk(chunk, place, [columns, rows], buffers))
            .collect();
        let mut found = found?.into_iter();
        Ok(std::iter::from_fn(|| {
            Some(found.by_ref().take(n_across as usize).collect()).filter(|row: &Vec<_>| !row.is_empty())
        })
        .collect())
    }

    /// Where the cells are.
    fn points(&self, found: &[Vec<Found>]) -> Vec<Coord<f64>> {
        let mut points = Vec::with_capacity(found.iter().flatten().map(|found| found.cells.len()).sum());
        for (row, cells) in found.iter().flat_map(|chunks| in_order(chunks)) {
            let centre = |&(column, _): &(u32, f64)| self.raster.georeference.centre(u64::from(column), row);
            points.extend(cells.iter().map(centre));
        }
        points
    }

    /// The cells with people of one chunk that lie in these columns and rows.
    fn chunk(
        &self,
        [across, down]: [u64; 2],
        (at, n_bytes): (u64, u64),
        [columns, rows]: [&Range<u64>; 2],
        buffers: &mut Buffers<'_>,
    ) -> Result<Found, Refused> {
        let layout = &self.layout;
        let [left, top] = [across * layout.chunk[0], down * layout.chunk[1]];
        // Which columns and rows of the chunk are wished for.
        let part = |wished: &Range<u64>, first: u64, n: u64| {
            (wished.start.max(first) - first) as usize..(wished.end.min(first + n) - first) as usize
        };
        let (columns, rows) = (part(columns, left, layout.chunk[0]), part(rows, top, layout.rows_of(down)));
        let mut found = Found { first_row: top + rows.start as u64, ..Found::default() };
        // A chunk that is nowhere has no data.
        if at == 0 {
            found.ends = vec![0; rows.len()];
            found.grid.no_data = if self.no_data.is_some() { columns.len() * rows.len() } else { 0 };
            return Ok(found);
        }
        let Buffers { file, packed, bytes, spare } = buffers;
        let file = file.as_mut().ok_or_else(|| Refused::damaged("it cannot be opened again", "无法再次打开文件"))?;
        self.raster.directory.read_into(&mut **file, at, n_bytes, packed)?;
        let n_unpacked = layout.row_bytes() * layout.rows_of(down) as usize;
        let mut unpacked = None;
        if n_unpacked <= packed.len().saturating_mul(chunk::most_of_one(layout.compression)) {
            bytes.resize(n_unpacked, 0);
            unpacked = chunk::unpack(layout.compression, packed, bytes);
        }
        unpacked.ok_or_else(|| {
            let (column, row) = (across + 1, down + 1);
            Refused::damaged(
                format!("the piece in column {column} and row {row} of pieces is damaged"),
                format!("第 {row} 行第 {column} 列数据块已损坏"),
            )
        })?;
        found.cells.reserve((columns.len() * rows.len()).min(USUAL));
        for row in bytes.chunks_exact_mut(layout.row_bytes()).take(rows.end).skip(rows.start) {
            let before = found.cells.len();
            let keep = |column: usize, number: f64| self.keep(left as u32 + column as u32, number, &mut found);
            chunk::numbers(layout, self.raster.directory.is_little, row, spare, columns.clone(), keep);
            found.ends.push(found.cells.len());
            let new = found.cells.len() - before;
            if MOST_KEPT < self.n_kept.fetch_add(new, Ordering::Relaxed) + new {
                return Err(Refused::too_large(say(
                    format!("the raster has more than {MOST_KEPT} cells with people"),
                    format!("栅格中有人口的像元超过 {MOST_KEPT} 个"),
                )));
            }
        }
        found.cells.shrink_to_fit();
        Ok(found)
    }

    #[inline]
    fn keep(&self, column: u32, number: f64, found: &mut Found) {
        if number.is_nan() || self.no_data == Some(number) {
            found.grid.no_data += 1;
        } else if 0.0 < number && number <= MOST_PERSONS {
            found.cells.push((column, number));
        } else if number != 0.0 {
            found.grid.not_persons += 1;
        }
    }

    /// See [`Grid::outline`].
    fn outline(&self) -> Polygon<f64> {
        let [width, height] = self.layout.size.map(|n| n as f64);
        let corners = [(-1.0, -1.0), (width, -1.0), (width, height), (-1.0, height)];
        let corners = corners.map(|(x, y)| self.raster.georeference.at(x, y)).to_vec();
        Polygon::new(corners.into(), Vec::new())
    }
}

/// The chunks that hold a range of columns or rows.
fn chunks(cells: &Range<u64>, size: u64) -> Range<u64> {
    if cells.is_empty() { 0..0 } else { cells.start / size..cells.end.div_ceil(size) }
}

/// The cells of a row of chunks in the order of rows and columns: the row of the raster, and some of its cells.
fn in_order(chunks: &[Found]) -> impl Iterator<Item = (u64, &[(u32, f64)])> {
    let n_rows = chunks.first().map_or(0, |found| found.ends.len());
    (0..n_rows).flat_map(move |row| {
        chunks.iter().map(move |found| {
            let start = if row == 0 { 0 } else { found.ends[row - 1] };
            (found.first_row + row as u64, &found.cells[start..found.ends[row]])
        })
    })
}

/// The persons in the cells.
fn persons(found: &[Vec<Found>]) -> Vec<f64> {
    let mut persons = Vec::with_capacity(found.iter().flatten().map(|found| found.cells.len()).sum());
    for (_, cells) in found.iter().flat_map(|chunks| in_order(chunks)) {
        persons.extend(cells.iter().map(|&(_, n)| n));
    }
    persons
}
