//! FlatGeobuf: features one at a time, each verified before it is used; with a region, only those that the index names.
//!
//! The crate gives the tables of the format. What reads the file is here: no size is believed that the file cannot hold.

mod geometry;
mod index;
mod properties;

use std::io::{self, Read, Seek, SeekFrom};

use super::input::{Input, ReadSeek};
use super::problem::{At, Problems, say};
use super::region::Region;
use super::rows::{Rows, TooMany};
use super::shapes::{Shape, Shapes};
use super::table::{Reader, Table, Wish};
use flatgeobuf::{Feature, Header, size_prefixed_root_as_feature, size_prefixed_root_as_header};
use properties::Properties;

/// FlatGeobuf.
pub(super) struct FlatGeobuf;

/// What a file begins with; the fourth byte is the version, the last that of a patch.
const MAGIC: &[u8] = b"fgb\x03fgb";

/// The largest header: what the format's own programs allow.
const LARGEST_HEADER: u32 = 10 << 20;

impl Reader for FlatGeobuf {
    fn name(&self) -> &'static str {
        "FlatGeobuf"
    }

    fn accepts(&self, name: &str, start: &[u8]) -> bool {
        start.starts_with(MAGIC) || name.to_ascii_lowercase().ends_with(".fgb")
    }

    fn read(&self, input: &Input, wish: &Wish, problems: &mut Problems) -> Option<Table> {
        let read = File::open(input).and_then(|file| file.read(wish));
        match read {
            Ok((table, shapes)) => {
                let mut table = Table { file: input.name.clone(), ..table };
                shapes.give(&mut table, problems);
                Some(table)
            }
            Err(Damage::Io(error)) => {
                input.unreadable(&error, problems);
                None
            }
            Err(Damage::TooMany) => {
                TooMany.tell(&input.name, problems);
                None
            }
            Err(Damage::Lie(number, (en, zh))) => {
                let at = number.map_or(At::File, |number| At::Feature(u32::try_from(number).unwrap_or(u32::MAX)));
                let help = say("export the layer again", "请重新导出图层");
                problems.error("damaged", &input.name, at, say(en, zh), help);
                None
            }
        }
    }
}

/// Why a file cannot be read.
enum Damage {
    Io(io::Error),
    TooMany,
    /// The number of the feature from 1, if it is in one, and what is wrong.
    Lie(Option<usize>, (String, String)),
}

impl From<io::Error> for Damage {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

impl From<TooMany> for Damage {
    fn from(_: TooMany) -> Self {
        Self::TooMany
    }
}

fn lie<T>(number: Option<usize>, en: impl Into<String>, zh: impl Into<String>) -> Result<T, Damage> {
    Err(Damage::Lie(number, (en.into(), zh.into())))
}

/// A file whose header was read and verified.
struct File<'a> {
    file: Box<dyn ReadSeek + 'a>,
    n_bytes: u64,
    /// With the size before it, as the crate takes it.
    header: Vec<u8>,
}

impl<'a> File<'a> {
    fn open(input: &'a Input) -> Result<Self, Damage> {
        let mut file = input.stream()?;
        let n_bytes = input.n_bytes();
        let mut magic = [0; 8];
        if n_bytes < 12 || !input.start().starts_with(MAGIC) {
            return lie(None, "the file does not begin as a FlatGeobuf does", "文件开头不是 FlatGeobuf 的标识");
        }
        file.read_exact(&mut magic)?;
        let mut header = Vec::new();
        if !sized(&mut file, n_bytes - 8, LARGEST_HEADER, &mut header)?
            || size_prefixed_root_as_header(&header).is_err()
        {
            return lie(None, "the header is damaged", "文件头已损坏");
        }
        Ok(Self { file, n_bytes, header })
    }

    fn read(mut self, wish: &Wish) -> Result<(Table, Shapes), Damage> {
        let bytes = std::mem::take(&mut self.header);
        let Ok(header) = size_prefixed_root_as_header(&bytes) else {
            return lie(None, "the header is damaged", "文件头已损坏");
        };
        let crs = stated(&header);
        let start = 8 + bytes.len() as u64;
        let index = index::Index::of(&header, start, self.n_bytes)?;
        let first = index.as_ref().map_or(start, |index| index.end());
        let region = Region::of(wish, crs.as_deref());
        let mut gather = Gather::new(&header);
        let mut left_out = 0;
        match (region, index) {
            (Some(region), Some(index)) => {
                let found = index.search(&mut self.file, region)?;
                left_out = index.len() - found.len();
                for leaf in &found {
                    gather.numbers.push(u32::try_from(leaf.feature + 1).unwrap_or(u32::MAX));
                    // Offsets count from the first feature.
                    let at = first.saturating_add(leaf.offset);
                    self.feature(&header, leaf.feature + 1, at, &mut gather)?;
                }
            }
            _ => {
                let mut at = first;
                let stated = usize::try_from(header.features_count()).unwrap_or(usize::MAX);
                while at < self.n_bytes {
                    at = self.feature(&header, gather.shapes.len() + 1, at, &mut gather)?;
                }
                let n = gather.shapes.len();
                if stated != 0 && stated != n {
                    return lie(
                        None,
                        format!("its header says that there are {stated} features, but there are {n}"),
                        format!("文件头声明有 {stated} 个要素，实际有 {n} 个"),
                    );
                }
            }
        }
        let table = Table {
            columns: gather.rows.into_columns(),
            n_rows: gather.shapes.len(),
            numbers: if left_out == 0 { Vec::new() } else { gather.numbers },
            crs,
            left_out,
            ..Table::default()
        };
        Ok((table, gather.shapes))
    }

    /// Reads the feature at a place; gives where the next begins.
    fn feature(&mut self, header: &Header<'_>, number: usize, at: u64, gather: &mut Gather) -> Result<u64, Damage> {
        if at != gather.at {
            self.file.seek(SeekFrom::Start(at))?;
        }
        let room = self.n_bytes.saturating_sub(at);
        if !sized(&mut self.file, room, u32::MAX, &mut gather.bytes)? {
            return lie(Some(number), "the feature is cut off", "该要素被截断");
        }
        gather.at = at + gather.bytes.len() as u64;
        gather.n_read += gather.bytes.len() as u64;
        if self.n_bytes < gather.n_read {
            return lie(Some(number), "the index names one feature twice", "索引重复指向同一要素");
        }
        let bytes = std::mem::take(&mut gather.bytes);
        match size_prefixed_root_as_feature(&bytes) {
            Ok(feature) => gather.add(header, &feature, number, bytes.len())?,
            Err(_) => return lie(Some(number), "the feature is damaged", "该要素已损坏"),
        }
        gather.bytes = bytes;
        Ok(gather.at)
    }
}

/// Reads a size and as many bytes, the size before them; false where there are fewer, or more than `largest`.
fn sized(file: &mut dyn ReadSeek, room: u64, largest: u32, bytes: &mut Vec<u8>) -> io::Result<bool> {
    let mut size = [0; 4];
    if room < 4 {
        return Ok(false);
    }
    file.read_exact(&mut size)?;
    let n = u32::from_le_bytes(size);
    if largest < n || room - 4 < u64::from(n) {
        return Ok(false);
    }
    bytes.clear();
    bytes.extend_from_slice(&size);
    bytes.resize(4 + n as usize, 0);
    file.read_exact(&mut bytes[4..])?;
    Ok(true)
}

/// The coordinate system that the header states: its code, else its WKT.
fn stated(header: &Header<'_>) -> Option<String> {
    let crs = header.crs()?;
    let org = crs.org().filter(|org| !org.is_empty()).unwrap_or("EPSG");
    match (crs.code(), crs.code_string().filter(|code| !code.is_empty())) {
        (0, None) => crs.wkt().filter(|wkt| !wkt.is_empty()).map(str::to_owned),
        (0, Some(code)) => Some(format!("{org}:{code}")),
        (code, _) => Some(format!("{org}:{code}")),
    }
}

/// What is gathered on the way.
struct Gather {
    rows: Rows,
    properties: Properties,
    shapes: Shapes,
    /// The number of each feature in the file, where an index chose them.
    numbers: Vec<u32>,
    /// Of the feature that was read last.
    bytes: Vec<u8>,
    /// Where the file is read next.
    at: u64,
    /// Bytes of features read so far.
    n_read: u64,
}

impl Gather {
    fn new(header: &Header<'_>) -> Self {
        let mut rows = Rows::default();
        let properties = Properties::new(header.columns(), &mut rows);
        Self { rows, properties, shapes: Shapes::default(), numbers: Vec::new(), bytes: Vec::new(), at: 0, n_read: 0 }
    }

    fn add(&mut self, header: &Header<'_>, feature: &Feature<'_>, number: usize, n_bytes: usize) -> Result<(), Damage> {
        let shape = feature.geometry().map(|shape| geometry::read(&shape, header.geometry_type(), n_bytes));
        self.shapes.push(shape.unwrap_or_else(|| Ok(Shape::default())));
        let own = feature.columns().map(|columns| Properties::new(Some(columns), &mut self.rows));
        let properties = own.as_ref().unwrap_or(&self.properties);
        let bytes = feature.properties().map_or(&[][..], |bytes| bytes.bytes());
        if properties.read(bytes, &mut self.rows).is_none() {
            return lie(Some(number), "the attributes of the feature are damaged", "该要素的属性已损坏");
        }
        self.rows.end_row()?;
        Ok(())
    }
}
