//! The records of a `.shp` file, one at a time, each within what the file holds.

use std::io::{self, Read, Seek, SeekFrom};

use geo::{Coord, Geometry, LineString, MultiLineString, MultiPoint, Point};

use super::rings;
use crate::read::input::{Input, ReadSeek};
use crate::read::problem::{At, Problems, say};
use crate::read::region::Region;
use crate::read::shapes::{Odd, Shape};

const HEADER: usize = 100;

/// Whether the bytes begin with the header of a `.shp` or `.shx`.
pub(super) fn is_header(start: &[u8]) -> bool {
    HEADER <= start.len() && start[..4] == 9994_i32.to_be_bytes() && start[28..32] == 1000_i32.to_le_bytes()
}

/// What a record holds; `None` where it lies outside the region.
pub(super) type Record = Option<Result<Shape, Odd>>;

/// Reads all shapes, in the order of the `.shx` where there is one.
pub(super) fn read(
    input: &Input,
    index: Option<&Input>,
    region: Option<Region>,
    problems: &mut Problems,
) -> Option<Vec<Record>> {
    let places = match index {
        Some(index) => Some(places(index, problems)?),
        None => None,
    };
    let file = input.open(problems)?;
    let mut records = Records { file, at: u64::MAX, n_bytes: input.n_bytes(), n_read: 0, content: Vec::new() };
    let read = records.header().and_then(|end| match places {
        Some(places) => records.by_index(&places, region),
        None => records.in_order(end, region),
    });
    match read {
        Ok(records) => Some(records),
        Err(Damage::Io(error)) => {
            input.unreadable(&error, problems);
            None
        }
        Err(Damage::Shape(number, (en, zh))) => {
            let at = number.map_or(At::File, |number| At::Feature(u32::try_from(number).unwrap_or(u32::MAX)));
            let help = say("export the layer again, or copy all its files again", "请重新导出图层，或重新复制全部文件");
            problems.error("damaged", &input.name, at, say(en, zh), help);
            None
        }
    }
}

enum Damage {
    Io(io::Error),
    /// The number of the shape from 1, if it is in one, and what is wrong.
    Shape(Option<usize>, (String, String)),
}

impl From<io::Error> for Damage {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

fn damage<T>(number: Option<usize>, en: impl Into<String>, zh: impl Into<String>) -> Result<T, Damage> {
    Err(Damage::Shape(number, (en.into(), zh.into())))
}

/// Where each record begins in the `.shp`; `None` for one that was taken out. The outer `None` where the index cannot be
/// read, which is said.
fn places(index: &Input, problems: &mut Problems) -> Option<Vec<Option<u64>>> {
    if !is_header(index.start()) {
        problems.error(
            "damaged",
            &index.name,
            At::File,
            say("the file is no index of a shapefile", "该文件不是 shapefile 的索引"),
            say("take it away: the .shp can be read without it", "请移走该文件：没有它也可以读取 .shp"),
        );
        return None;
    }
    let bytes = index.bytes(problems)?;
    let place = |entry: &[u8]| {
        let [offset, length] = [big_endian(entry, 0), big_endian(entry, 4)];
        (offset != 0 || length != 0).then_some(u64::from(offset) * 2)
    };
    Some(bytes.get(HEADER..)?.chunks_exact(8).map(place).collect())
}

fn big_endian(bytes: &[u8], at: usize) -> u32 {
    u32::from_be_bytes(std::array::from_fn(|byte| bytes[at + byte]))
}

/// The records of an open file.
struct Records<'a> {
    file: Box<dyn ReadSeek + 'a>,
    /// Where it is read next.
    at: u64,
    n_bytes: u64,
    /// Bytes of content read so far: by an index that names records twice it could grow without end.
    n_read: u64,
    /// Of the record that was read last.
    content: Vec<u8>,
}

impl Records<'_> {
    /// Checks the header; gives the end that it states.
    fn header(&mut self) -> Result<u64, Damage> {
        let mut header = [0; HEADER];
        if self.n_bytes < HEADER as u64 {
            return damage(None, "the file is too short for a shapefile", "文件过短，不是 shapefile");
        }
        self.seek(0)?;
        self.file.read_exact(&mut header)?;
        self.at = HEADER as u64;
        if !is_header(&header) {
            return damage(None, "the file does not begin as a shapefile does", "文件开头不是 shapefile 的文件头");
        }
        Ok(u64::from(big_endian(&header, 24)) * 2)
    }

    fn seek(&mut self, at: u64) -> io::Result<()> {
        if self.at != at {
            self.file.seek(SeekFrom::Start(at))?;
            self.at = at;
        }
        Ok(())
    }

    /// Reads the content of the record that begins at a place; gives the number that it bears.
    fn record(&mut self, at: u64, number: usize) -> Result<u32, Damage> {
        let here = Some(number);
        let room = self.n_bytes.saturating_sub(at);
        if room < 8 {
            return damage(here, "the file ends before the shape begins", "文件在该图形开始之前就已结束");
        }
        self.seek(at)?;
        let mut head = [0; 8];
        self.file.read_exact(&mut head)?;
        self.at += 8;
        let length = u64::from(big_endian(&head, 4)) * 2;
        if room - 8 < length {
            return damage(
                here,
                format!("the shape is said to have {length} bytes, but {} are left in the file", room - 8),
                format!("该图形声明有 {length} 字节，而文件只剩 {} 字节", room - 8),
            );
        }
        self.n_read += length + 8;
        if self.n_bytes < self.n_read {
            return damage(here, "the index names the same bytes for several shapes", "索引让多个图形指向相同的字节");
        }
        self.content.resize(usize::try_from(length).unwrap_or(usize::MAX), 0);
        self.file.read_exact(&mut self.content)?;
        self.at += length;
        Ok(big_endian(&head, 0))
    }

    fn by_index(&mut self, places: &[Option<u64>], region: Option<Region>) -> Result<Vec<Record>, Damage> {
        let mut sorted: Vec<u64> = places.iter().flatten().copied().collect();
        sorted.sort_unstable();
        if sorted.windows(2).any(|pair| pair[0] == pair[1]) {
            return damage(None, "the .shx names one place for several shapes", ".shx 让多个图形指向同一位置");
        }
        let mut records = Vec::new();
        for (number, place) in (1..).zip(places) {
            records.push(match place {
                Some(at) => {
                    self.record(*at, number)?;
                    shape(&self.content, number, region)?
                }
                None => Some(Ok(Shape::default())),
            });
        }
        Ok(records)
    }

    /// Without an index: the records must bear their numbers in order, else some were moved or are left over.
    fn in_order(&mut self, end: u64, region: Option<Region>) -> Result<Vec<Record>, Damage> {
        let n_bytes = self.n_bytes;
        if n_bytes < end {
            return damage(
                None,
                format!("the file says that it has {end} bytes, but it has {n_bytes}: it is cut off"),
                format!("文件声明有 {end} 字节，实际只有 {n_bytes} 字节，已被截断"),
            );
        }
        let mut records = Vec::new();
        let mut first = 1;
        while self.at < end {
            let number = records.len() + 1;
            let bears = self.record(self.at, number)?;
            // Some programs count from 0.
            if number == 1 {
                first = bears.min(1);
            }
            if u64::from(bears) + 1 != u64::from(first) + number as u64 {
                return damage(
                    Some(number),
                    format!("the shape bears the number {bears}: without the .shx the order is not known"),
                    format!("该图形的编号为 {bears}：没有 .shx 无法得知图形的次序"),
                );
            }
            records.push(shape(&self.content, number, region)?);
        }
        Ok(records)
    }
}

/// The shape that the content of a record holds.
fn shape(content: &[u8], number: usize, region: Option<Region>) -> Result<Record, Damage> {
    let Some(stored) = Content(content).shape() else {
        return damage(Some(number), "the counts in the shape do not fit its length", "该图形内部的数目与其长度不符");
    };
    let shape = stored.shape();
    let is_beyond = |region: &Region| {
        shape.as_ref().is_ok_and(|shape| shape.geometry.as_ref().is_some_and(|geometry| region.is_beyond(geometry)))
    };
    Ok(if region.as_ref().is_some_and(is_beyond) { None } else { Some(shape) })
}

/// What is left of a record's content.
struct Content<'a>(&'a [u8]);

/// A shape as it is stored: heights and measures are left out.
enum Stored {
    Null,
    Point(Coord<f64>),
    Points(Vec<Coord<f64>>),
    Lines(Vec<LineString<f64>>),
    Rings(Vec<LineString<f64>>),
    Other(i32),
}

impl<'a> Content<'a> {
    fn take(&mut self, n: usize) -> Option<&'a [u8]> {
        let (head, rest) = self.0.split_at_checked(n)?;
        self.0 = rest;
        Some(head)
    }

    fn whole(&mut self) -> Option<i32> {
        Some(i32::from_le_bytes(self.take(4)?.try_into().ok()?))
    }

    fn count(&mut self) -> Option<usize> {
        usize::try_from(self.whole()?).ok()
    }

    /// `None` where the record is too short for what it says that it holds.
    fn shape(&mut self) -> Option<Stored> {
        Some(match self.whole()? {
            0 => Stored::Null,
            1 | 11 | 21 => Stored::Point(coord(self.take(16)?)),
            8 | 18 | 28 => {
                self.take(32)?;
                let n_points = self.count()?;
                Stored::Points(self.take(n_points.checked_mul(16)?)?.chunks_exact(16).map(coord).collect())
            }
            3 | 13 | 23 => Stored::Lines(self.parts()?),
            5 | 15 | 25 => Stored::Rings(self.parts()?),
            other => Stored::Other(other),
        })
    }

    fn parts(&mut self) -> Option<Vec<LineString<f64>>> {
        self.take(32)?;
        let (n_parts, n_points) = (self.count()?, self.count()?);
        let starts = self.take(n_parts.checked_mul(4)?)?.chunks_exact(4);
        let points = self.take(n_points.checked_mul(16)?)?;
        let starts = starts.map(|start| usize::try_from(i32::from_le_bytes(start.try_into().ok()?)).ok());
        let starts: Vec<usize> = starts.collect::<Option<_>>()?;
        let ends = starts.iter().skip(1).copied().chain([n_points]);
        let part = |(&start, end): (&usize, usize)| {
            let points = points.get(start.checked_mul(16)?..end.checked_mul(16)?)?;
            Some(LineString(points.chunks_exact(16).map(coord).collect()))
        };
        starts.iter().zip(ends).map(part).collect()
    }
}

fn coord(bytes: &[u8]) -> Coord<f64> {
    let number = |at: usize| f64::from_le_bytes(std::array::from_fn(|byte| bytes[at + byte]));
    Coord { x: number(0), y: number(8) }
}

impl Stored {
    fn is_finite(&self) -> bool {
        let finite = |place: &Coord<f64>| place.x.is_finite() && place.y.is_finite();
        match self {
            Self::Point(place) => finite(place),
            Self::Points(places) => places.iter().all(finite),
            Self::Lines(parts) | Self::Rings(parts) => parts.iter().flat_map(|part| &part.0).all(finite),
            Self::Null | Self::Other(_) => true,
        }
    }

    /// The geometry, or what is odd about it.
    fn shape(self) -> Result<Shape, Odd> {
        if let Self::Point(Coord { x, y }) = self
            && x.is_nan()
            && y.is_nan()
        {
            // An empty point is stored as one without numbers.
            return Ok(Shape::default());
        }
        if !self.is_finite() {
            return Err(Odd::NotFinite);
        }
        let mut is_open = false;
        let geometry = match self {
            Self::Null => None,
            Self::Point(place) => Some(Point(place).into()),
            Self::Points(places) if places.is_empty() => None,
            Self::Points(places) => Some(MultiPoint(places.into_iter().map(Point).collect()).into()),
            Self::Lines(mut parts) => {
                parts.retain(|part| !part.0.is_empty());
                match parts.len() {
                    0 | 1 => parts.pop().map(Geometry::from),
                    _ => Some(MultiLineString(parts).into()),
                }
            }
            Self::Rings(mut parts) => {
                parts.retain(|part| !part.0.is_empty());
                is_open = parts.iter().any(|ring| ring.0.first() != ring.0.last());
                parts.iter_mut().for_each(LineString::close);
                rings::assemble(parts)?
            }
            Self::Other(31) => return Err(Odd::Other("type `MultiPatch`".to_owned())),
            Self::Other(kind) => return Err(Odd::Kind(kind.unsigned_abs())),
        };
        Ok(Shape { geometry, is_open })
    }
}
