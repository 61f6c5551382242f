//! An OpenStreetMap PBF file: where its blobs lie, what its header says, and its elements block by block.
//!
//! Blobs are unpacked in parallel and their results taken in the order of the file, so that the result is the same
//! whatever the number of threads.
//!
//! # Source
//! wiki.openstreetmap.org/wiki/PBF_Format: a blob header has at most 64 KiB, a blob 32 MiB, packed or not.

use std::io::{self, Read, SeekFrom};
use std::ops::Range;

use flate2::{Decompress, FlushDecompress, Status};
use rayon::prelude::*;

use super::wire::{Damaged, Deltas, Fields, Numbers, zigzag};
use crate::read::input::Input;

const LARGEST_HEADER: u32 = 64 << 10;
const LARGEST_BLOB: u64 = 32 << 20;

/// More blobs are in no file: that of the whole world has fewer than a million.
const MOST_BLOBS: usize = 1 << 22;

/// Packed bytes that are in memory at once.
const AT_ONCE: u64 = 64 << 20;

const CUT: Damaged = Damaged("the file ends in the middle of a block", "文件在数据块中途结束");
const FRAME: Damaged = Damaged("a block states a size that the format does not allow", "数据块声明的大小超出格式规定");
const PACKED: Damaged = Damaged("a block cannot be unpacked", "数据块无法解压");
const PACKING: Damaged = Damaged(
    "the blocks are packed in a way that is not read (lz4, lzma, bzip2 or zstd)",
    "数据块使用了不支持的压缩方式（lz4、lzma、bzip2 或 zstd）",
);
const HISTORY: Damaged =
    Damaged("the file holds the history of the objects, not one day", "文件包含历史版本而非某一时点");
const FEATURE: Damaged = Damaged("the file needs a feature that is not read", "文件使用了不支持的特性");
const LOCATIONS: Damaged =
    Damaged("the file holds the coordinates in the ways, which is not read", "文件将坐标存于路径中，不支持读取");
const ORDER: Damaged = Damaged("the file says that it is sorted, and is not", "文件声明已排序，实际并未排序");

/// What stops the reading.
#[derive(Debug)]
pub(super) enum Stop {
    Damaged(Damaged),
    Io(io::Error),
}

impl From<Damaged> for Stop {
    fn from(damaged: Damaged) -> Self {
        Self::Damaged(damaged)
    }
}

impl From<io::Error> for Stop {
    fn from(error: io::Error) -> Self {
        if error.kind() == io::ErrorKind::UnexpectedEof { CUT.into() } else { Self::Io(error) }
    }
}

/// The kinds of elements.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    Node,
    Way,
    Relation,
}

/// What the header of a file says.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Header {
    /// West, south, east, north in degrees.
    pub(super) bounds: Option<[f64; 4]>,
    /// The second since 1970 at which the data were as they are.
    pub(super) second: Option<i64>,
    /// Nodes come before ways, and ways before relations.
    pub(super) sorted: bool,
}

/// A file whose blobs have been found.
pub(super) struct Pbf<'a> {
    input: &'a Input,
    /// Where the blobs with data lie, and how long they are.
    blobs: Vec<(u64, u64)>,
    pub(super) header: Header,
}

impl<'a> Pbf<'a> {
    /// Finds the blobs of a file and reads its header.
    pub(super) fn open(input: &'a Input) -> Result<Self, Stop> {
        if input.n_bytes() == 0 {
            return Err(CUT.into());
        }
        let mut file = input.stream()?;
        let mut pbf = Self { input, blobs: Vec::new(), header: Header::default() };
        let mut at = 0;
        let mut is_first = true;
        while at < input.n_bytes() {
            let (kind, start, size) = frame(&mut file, at)?;
            let end = start + size;
            if input.n_bytes() < end {
                return Err(CUT.into());
            }
            match kind {
                BlobKind::Header => {
                    let mut buffers = Buffers::default();
                    let mut blob = vec![0; usize::try_from(size).map_err(|_| FRAME)?];
                    file.read_exact(&mut blob)?;
                    pbf.header = Header::parse(unpack(&blob, &mut buffers)?)?;
                }
                BlobKind::Data => pbf.blobs.push((start, size)),
                BlobKind::Other => {}
            }
            if is_first && !matches!(kind, BlobKind::Header) {
                return Err(Damaged("the file does not begin with a header", "文件不以文件头开始").into());
            }
            if MOST_BLOBS < pbf.blobs.len() {
                return Err(FRAME.into());
            }
            is_first = false;
            at = end;
            file.seek(SeekFrom::Start(at))?;
        }
        Ok(pbf)
    }

    /// How many bytes the file has.
    pub(super) fn n_bytes(&self) -> u64 {
        self.input.n_bytes()
    }

    /// The blobs that may hold nodes, ways and relations: all of them where the file is not sorted.
    pub(super) fn ranges(&self) -> Result<[Range<usize>; 3], Stop> {
        let all = 0..self.blobs.len();
        if !self.header.sorted {
            return Ok([all.clone(), all.clone(), all]);
        }
        let ways = self.first(|kinds| Kind::Way <= kinds[kinds.len() - 1])?;
        let no_nodes = self.first(|kinds| Kind::Node < kinds[0])?;
        let relations = self.first(|kinds| Kind::Relation <= kinds[kinds.len() - 1])?;
        let no_ways = self.first(|kinds| Kind::Way < kinds[0])?;
        if no_nodes < ways || no_ways < relations {
            return Err(ORDER.into());
        }
        Ok([0..no_nodes, ways..no_ways.max(ways), relations..all.end])
    }

    /// The first blob for whose kinds of elements something holds that holds for all behind it.
    fn first(&self, holds: impl Fn(&[Kind]) -> bool) -> Result<usize, Stop> {
        let (mut low, mut high) = (0, self.blobs.len());
        while low < high {
            let middle = low.midpoint(high);
            let mut kinds = Vec::new();
            let keep = |found| {
                kinds = found;
                Ok(())
            };
            self.each(middle..middle + 1, |_, block| block.kinds(), keep)?;
            if kinds.is_empty() {
                return Err(Damaged("a block holds no element", "数据块中没有任何要素").into());
            }
            if holds(&kinds) { high = middle } else { low = middle + 1 }
        }
        Ok(low)
    }

    /// The second since 1970 at which the newest of all objects was changed; `None` where none says when it was.
    pub(super) fn newest(&self) -> Result<Option<i64>, Stop> {
        let mut newest = None;
        let keep = |second: Option<i64>| {
            newest = newest.max(second);
            Ok(())
        };
        self.each(0..self.blobs.len(), |_, block| block.newest(), keep)?;
        Ok(newest)
    }

    /// Unpacks the blobs in parallel, and takes what `look` makes of each in the order of the file.
    pub(super) fn each<T: Send>(
        &self,
        blobs: Range<usize>,
        look: impl Fn(usize, &Block<'_>) -> Result<T, Damaged> + Sync,
        mut take: impl FnMut(T) -> Result<(), Damaged>,
    ) -> Result<(), Stop> {
        let mut file = self.input.stream()?;
        let most = 8 * rayon::current_num_threads();
        let mut first = blobs.start;
        let mut rest = &self.blobs[blobs];
        while let Some(&(start, _)) = rest.first() {
            let mut batch = Vec::new();
            let mut n_bytes = 0;
            let mut at = start;
            file.seek(SeekFrom::Start(start))?;
            while let Some((&(start, size), after)) = rest.split_first() {
                if batch.len() == most || (AT_ONCE < n_bytes + size && !batch.is_empty()) {
                    break;
                }
                // Between blobs lies the next header: shorter than a seek.
                io::copy(&mut (&mut file).take(start - at), &mut io::sink())?;
                let mut blob = vec![0; usize::try_from(size).map_err(|_| FRAME)?];
                file.read_exact(&mut blob)?;
                batch.push(blob);
                (n_bytes, at, rest) = (n_bytes + size, start + size, after);
            }
            let looked: Vec<Result<T, Damaged>> = batch
                .par_iter()
                .enumerate()
                .map_init(Buffers::default, |buffers, (index, blob)| {
                    look(first + index, &Block::parse(unpack(blob, buffers)?)?)
                })
                .collect();
            first += batch.len();
            for found in looked {
                take(found?)?;
            }
        }
        Ok(())
    }
}

#[derive(Clone, Copy)]
enum BlobKind {
    Header,
    Data,
    Other,
}

/// The blob whose frame begins at `at`: its kind, where it lies, how long it is.
fn frame(file: &mut impl Read, at: u64) -> Result<(BlobKind, u64, u64), Stop> {
    let mut length = [0; 4];
    file.read_exact(&mut length)?;
    let length = u32::from_be_bytes(length);
    if LARGEST_HEADER < length {
        return Err(FRAME.into());
    }
    let mut header = vec![0; length as usize];
    file.read_exact(&mut header)?;
    let (mut kind, mut size) = (BlobKind::Other, 0);
    for field in Fields(&header) {
        match field? {
            (1, value) => {
                kind = match value.bytes()? {
                    b"OSMHeader" => BlobKind::Header,
                    b"OSMData" => BlobKind::Data,
                    _ => BlobKind::Other,
                }
            }
            (3, value) => size = value.number()?,
            _ => {}
        }
    }
    if size == 0 || LARGEST_BLOB < size {
        return Err(FRAME.into());
    }
    Ok((kind, at + 4 + u64::from(length), size))
}

/// What a thread uses again and again.
struct Buffers {
    unpacked: Vec<u8>,
    zlib: Decompress,
}

impl Default for Buffers {
    fn default() -> Self {
        Self { unpacked: Vec::new(), zlib: Decompress::new(true) }
    }
}

/// The bytes in a blob.
fn unpack<'a>(blob: &'a [u8], buffers: &'a mut Buffers) -> Result<&'a [u8], Damaged> {
    let (mut raw_size, mut zlib) = (None, None);
    for field in Fields(blob) {
        match field? {
            (1, value) => return value.bytes(),
            (2, value) => raw_size = Some(value.number()?),
            (3, value) => zlib = Some(value.bytes()?),
            (4..=7, _) => return Err(PACKING),
            _ => {}
        }
    }
    let (zlib, size) = zlib.zip(raw_size).ok_or(PACKED)?;
    if LARGEST_BLOB < size {
        return Err(FRAME);
    }
    let Buffers { unpacked, zlib: decompress } = buffers;
    decompress.reset(true);
    unpacked.clear();
    unpacked.reserve_exact(size as usize);
    // No more than there is room for comes out.
    let status = decompress.decompress_vec(zlib, unpacked, FlushDecompress::Finish).map_err(|_| PACKED)?;
    if status != Status::StreamEnd || unpacked.len() as u64 != size {
        return Err(PACKED);
    }
    Ok(unpacked)
}

impl Header {
    fn parse(bytes: &[u8]) -> Result<Self, Damaged> {
        let mut header = Self::default();
        for field in Fields(bytes) {
            match field? {
                (1, value) => header.bounds = bounds(value.bytes()?)?,
                (4, value) => match value.bytes()? {
                    b"OsmSchema-V0.6" | b"DenseNodes" => {}
                    b"HistoricalInformation" => return Err(HISTORY),
                    _ => return Err(FEATURE),
                },
                (5, value) => match value.bytes()? {
                    b"Sort.Type_then_ID" => header.sorted = true,
                    b"LocationsOnWays" => return Err(LOCATIONS),
                    _ => {}
                },
                (32, value) => header.second = Some(value.signed()?),
                _ => {}
            }
        }
        Ok(header)
    }
}

fn bounds(bytes: &[u8]) -> Result<Option<[f64; 4]>, Damaged> {
    let mut sides = [None; 4];
    for field in Fields(bytes) {
        let (number, value) = field?;
        let side = match number {
            1 => 0,
            4 => 1,
            2 => 2,
            3 => 3,
            _ => continue,
        };
        sides[side] = Some(zigzag(value.number()?) as f64 / 1e9);
    }
    let [Some(west), Some(south), Some(east), Some(north)] = sides else { return Ok(None) };
    let is_box = -180.0 <= west && west < east && east <= 180.0 && -90.0 <= south && south < north && north <= 90.0;
    Ok(is_box.then_some([west, south, east, north]))
}

/// A coordinate in ten-millionths of a degree, as the database keeps it: longitude, latitude.
pub(super) type Fixed = [i32; 2];

/// Elements, and the texts that they share.
pub(super) struct Block<'a> {
    bytes: &'a [u8],
    /// Where the texts lie.
    texts: Vec<(u32, u32)>,
    granularity: i64,
    /// Of longitude and latitude.
    offset: [i64; 2],
}

impl<'a> Block<'a> {
    fn parse(bytes: &'a [u8]) -> Result<Self, Damaged> {
        let mut block = Self { bytes, texts: Vec::new(), granularity: 100, offset: [0, 0] };
        for field in Fields(bytes) {
            match field? {
                (1, value) => {
                    for text in Fields(value.bytes()?) {
                        let (1, text) = text? else { continue };
                        let text = text.bytes()?;
                        let start = text.as_ptr() as usize - bytes.as_ptr() as usize;
                        block.texts.push((start as u32, (start + text.len()) as u32));
                    }
                }
                (17, value) => block.granularity = value.signed()?,
                (19, value) => block.offset[1] = value.signed()?,
                (20, value) => block.offset[0] = value.signed()?,
                _ => {}
            }
        }
        Ok(block)
    }

    /// A text; empty where there is none or it is no UTF-8.
    fn text(&self, index: u64) -> &'a str {
        let range = usize::try_from(index).ok().and_then(|index| self.texts.get(index));
        let bytes = range.map(|&(start, end)| &self.bytes[start as usize..end as usize]);
        bytes.and_then(|bytes| std::str::from_utf8(bytes).ok()).unwrap_or("")
    }

    /// `None` where no place on earth has such coordinates.
    fn place(&self, lon: i64, lat: i64) -> Option<Fixed> {
        let fixed = |raw: i64, offset: i64, most: i64| {
            let nano = self.granularity.checked_mul(raw)?.checked_add(offset)?;
            // Ten-millionths are what the database keeps: nothing is lost by the division.
            let fixed = nano / 100;
            (fixed.abs() <= most).then_some(fixed as i32)
        };
        Some([fixed(lon, self.offset[0], 1_800_000_000)?, fixed(lat, self.offset[1], 900_000_000)?])
    }

    fn groups(&self) -> impl Iterator<Item = Result<&'a [u8], Damaged>> {
        Fields(self.bytes).filter_map(|field| match field {
            Ok((2, value)) => Some(value.bytes()),
            Ok(_) => None,
            Err(damaged) => Some(Err(damaged)),
        })
    }

    /// The kinds of its elements, in order.
    fn kinds(&self) -> Result<Vec<Kind>, Damaged> {
        let mut kinds = Vec::new();
        for group in self.groups() {
            for field in Fields(group?) {
                let Some(kind) = kind_of(field?.0) else { continue };
                if kinds.last() != Some(&kind) {
                    kinds.push(kind);
                }
            }
        }
        kinds.sort_unstable();
        kinds.dedup();
        Ok(kinds)
    }

    /// Calls `see` with every element of the kind.
    pub(super) fn visit(
        &self,
        kind: Kind,
        mut see: impl FnMut(Element<'_>) -> Result<(), Damaged>,
    ) -> Result<(), Damaged> {
        for group in self.groups() {
            for field in Fields(group?) {
                let (number, value) = field?;
                if kind_of(number) != Some(kind) {
                    continue;
                }
                match number {
                    1 => see(self.node(value.bytes()?)?)?,
                    2 => self.dense(value.bytes()?, &mut see)?,
                    3 => see(self.way(value.bytes()?)?)?,
                    _ => see(self.relation(value.bytes()?)?)?,
                }
            }
        }
        Ok(())
    }

    /// The second at which the newest of its elements was changed, where any says it.
    fn newest(&self) -> Result<Option<i64>, Damaged> {
        let mut milliseconds = 1000;
        for field in Fields(self.bytes) {
            if let (18, value) = field? {
                milliseconds = value.signed()?;
            }
        }
        let mut newest = 0;
        for group in self.groups() {
            for field in Fields(group?) {
                let (number, value) = field?;
                let is_dense = number == 2;
                if kind_of(number).is_none() {
                    continue;
                }
                for field in Fields(value.bytes()?) {
                    match field? {
                        (4, info) if !is_dense => newest = newest.max(moment(info.bytes()?)?),
                        (5, info) if is_dense => newest = newest.max(dense_moment(info.bytes()?)?),
                        _ => {}
                    }
                }
            }
        }
        // Zero stands for a moment that is not known.
        Ok((0 < newest).then(|| newest.saturating_mul(milliseconds) / 1000))
    }

    /// Damage if it holds elements of a kind that the blob at `index` does not hold in a sorted file.
    pub(super) fn check_order(&self, index: usize, ranges: &[Range<usize>; 3]) -> Result<(), Damaged> {
        let fits = |kind: Kind| ranges[kind as usize].contains(&index);
        if self.kinds()?.into_iter().all(fits) { Ok(()) } else { Err(ORDER) }
    }

    fn node(&self, bytes: &'a [u8]) -> Result<Element<'_>, Damaged> {
        let (mut id, mut lat, mut lon) = (0, 0, 0);
        let mut tags = Tags::none(self);
        for field in Fields(bytes) {
            match field? {
                (1, value) => id = zigzag(value.number()?),
                (2, value) => tags.keys = value.numbers()?,
                (3, value) => tags.values = Some(value.numbers()?),
                (8, value) => lat = zigzag(value.number()?),
                (9, value) => lon = zigzag(value.number()?),
                _ => {}
            }
        }
        Ok(Element::Node { id, place: self.place(lon, lat), tags })
    }

    fn dense(&self, bytes: &'a [u8], see: &mut impl FnMut(Element<'_>) -> Result<(), Damaged>) -> Result<(), Damaged> {
        let (mut ids, mut lats, mut lons) = (Deltas::default(), Deltas::default(), Deltas::default());
        let mut words = Numbers::default();
        for field in Fields(bytes) {
            match field? {
                (1, value) => ids = Deltas::new(value.numbers()?),
                (8, value) => lats = Deltas::new(value.numbers()?),
                (9, value) => lons = Deltas::new(value.numbers()?),
                (10, value) => words = value.numbers()?,
                _ => {}
            }
        }
        let uneven = Damaged("nodes without coordinates", "节点缺少坐标");
        for id in ids {
            let (lat, lon) = lats.next().zip(lons.next()).ok_or(uneven)?;
            let tags = Tags { block: self, keys: words.clone(), values: None };
            see(Element::Node { id, place: self.place(lon, lat), tags })?;
            // Keys and values in turn, a zero behind those of each node.
            while words.next().is_some_and(|key| key != 0) {
                words.next();
            }
        }
        Ok(())
    }

    fn way(&self, bytes: &'a [u8]) -> Result<Element<'_>, Damaged> {
        let mut id = 0;
        let mut tags = Tags::none(self);
        let mut nodes = Deltas::default();
        for field in Fields(bytes) {
            match field? {
                (1, value) => id = value.signed()?,
                (2, value) => tags.keys = value.numbers()?,
                (3, value) => tags.values = Some(value.numbers()?),
                (8, value) => nodes = Deltas::new(value.numbers()?),
                _ => {}
            }
        }
        Ok(Element::Way { id, nodes, tags })
    }

    fn relation(&self, bytes: &'a [u8]) -> Result<Element<'_>, Damaged> {
        let mut id = 0;
        let mut tags = Tags::none(self);
        let (mut roles, mut members, mut kinds) = (Numbers::default(), Deltas::default(), Numbers::default());
        for field in Fields(bytes) {
            match field? {
                (1, value) => id = value.signed()?,
                (2, value) => tags.keys = value.numbers()?,
                (3, value) => tags.values = Some(value.numbers()?),
                (8, value) => roles = value.numbers()?,
                (9, value) => members = Deltas::new(value.numbers()?),
                (10, value) => kinds = value.numbers()?,
                _ => {}
            }
        }
        Ok(Element::Relation { id, members: Members { block: self, roles, members, kinds }, tags })
    }
}

/// When an element was changed, as its `Info` says it.
fn moment(info: &[u8]) -> Result<i64, Damaged> {
    let mut moment = 0;
    for field in Fields(info) {
        if let (2, value) = field? {
            moment = value.signed()?;
        }
    }
    Ok(moment)
}

/// When the newest of dense nodes was changed, as their `DenseInfo` says it.
fn dense_moment(info: &[u8]) -> Result<i64, Damaged> {
    let mut newest = 0;
    for field in Fields(info) {
        if let (2, value) = field? {
            newest = Deltas::new(value.numbers()?).fold(newest, i64::max);
        }
    }
    Ok(newest)
}

fn kind_of(field: u64) -> Option<Kind> {
    match field {
        1 | 2 => Some(Kind::Node),
        3 => Some(Kind::Way),
        4 => Some(Kind::Relation),
        _ => None,
    }
}

/// One element of a block.
pub(super) enum Element<'a> {
    Node { id: i64, place: Option<Fixed>, tags: Tags<'a> },
    Way { id: i64, nodes: Deltas<'a>, tags: Tags<'a> },
    Relation { id: i64, members: Members<'a>, tags: Tags<'a> },
}

/// The members of a relation that are ways, and whether their role is `inner`. Relations in relations are not followed.
#[derive(Clone)]
pub(super) struct Members<'a> {
    block: &'a Block<'a>,
    roles: Numbers<'a>,
    members: Deltas<'a>,
    kinds: Numbers<'a>,
}

impl Iterator for Members<'_> {
    type Item = (i64, bool);

    fn next(&mut self) -> Option<(i64, bool)> {
        loop {
            let (role, id, kind) = (self.roles.next()?, self.members.next()?, self.kinds.next()?);
            if kind == 1 {
                return Some((id, self.block.text(role) == "inner"));
            }
        }
    }
}

/// The tags of an element.
#[derive(Clone)]
pub(super) struct Tags<'a> {
    block: &'a Block<'a>,
    keys: Numbers<'a>,
    /// `None` for dense nodes: keys and values lie in turn, up to a zero.
    values: Option<Numbers<'a>>,
}

impl<'a> Tags<'a> {
    fn none(block: &'a Block<'a>) -> Self {
        Self { block, keys: Numbers::default(), values: Some(Numbers::default()) }
    }

    /// Whether there are none.
    pub(super) fn is_empty(&self) -> bool {
        self.clone().next().is_none()
    }

    /// The value of a key; empty where there is none.
    pub(super) fn get(&self, key: &str) -> &'a str {
        self.clone().find(|(found, _)| *found == key).map_or("", |(_, value)| value)
    }
}

impl<'a> Iterator for Tags<'a> {
    type Item = (&'a str, &'a str);

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        let key = self.keys.next()?;
        let value = match &mut self.values {
            Some(values) => values.next()?,
            None if key == 0 => {
                self.keys = Numbers::default();
                return None;
            }
            None => self.keys.next()?,
        };
        Some((self.block.text(key), self.block.text(value)))
    }
}

#[cfg(test)]
pub(super) mod tests {
    use std::io::Write;

    use flate2::Compression;
    use flate2::write::ZlibEncoder;

    use super::*;
    use crate::read::osm::gather::Gathered;

    pub(in crate::read::osm) fn varint(mut number: u64) -> Vec<u8> {
        let mut bytes = Vec::new();
        while 0x80 <= number {
            bytes.push(number as u8 | 0x80);
            number >>= 7;
        }
        bytes.push(number as u8);
        bytes
    }

    fn zig(number: i64) -> u64 {
        (number.cast_unsigned() << 1) ^ (number >> 63).cast_unsigned()
    }

    fn number(field: u64, number: u64) -> Vec<u8> {
        [varint(field << 3), varint(number)].concat()
    }

    fn bytes(field: u64, bytes: &[u8]) -> Vec<u8> {
        [varint(field << 3 | 2), varint(bytes.len() as u64), bytes.to_vec()].concat()
    }

    fn zlib(raw: &[u8]) -> Vec<u8> {
        let mut encoder = ZlibEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(raw).unwrap();
        encoder.finish().unwrap()
    }

    /// A blob that says its content has `size` bytes.
    fn blob(raw: &[u8], size: usize) -> Vec<u8> {
        [number(2, size as u64), bytes(3, &zlib(raw))].concat()
    }

    fn framed(kind: &str, blob: &[u8], size: u64) -> Vec<u8> {
        let header = [bytes(1, kind.as_bytes()), number(3, size)].concat();
        [(header.len() as u32).to_be_bytes().to_vec(), header, blob.to_vec()].concat()
    }

    /// A file of these blocks.
    fn file(features: &[&str], blocks: &[Vec<u8>]) -> Vec<u8> {
        let header = features.iter().flat_map(|feature| bytes(5, feature.as_bytes())).collect::<Vec<u8>>();
        let header = [bytes(4, b"OsmSchema-V0.6"), header].concat();
        let framed = |kind: &str, raw: &[u8]| {
            let blob = blob(raw, raw.len());
            framed(kind, &blob, blob.len() as u64)
        };
        let blocks = blocks.iter().flat_map(|block| framed("OSMData", block));
        framed("OSMHeader", &header).into_iter().chain(blocks).collect()
    }

    fn block(group: &[u8]) -> Vec<u8> {
        let texts: Vec<u8> = ["", "building", "yes"].iter().flat_map(|text| bytes(1, text.as_bytes())).collect();
        [bytes(1, &texts), bytes(2, group)].concat()
    }

    fn a_node(id: i64, lon: i64, lat: i64) -> Vec<u8> {
        bytes(1, &[number(1, zig(id)), number(8, zig(lat)), number(9, zig(lon))].concat())
    }

    fn a_way(id: u64, refs: &[u8]) -> Vec<u8> {
        bytes(3, &[number(1, id), bytes(2, &[1]), bytes(3, &[2]), bytes(8, refs)].concat())
    }

    fn read(file: Vec<u8>) -> Result<Gathered<()>, Stop> {
        let input = Input::of_bytes("x.osm.pbf", file);
        let pbf = Pbf::open(&input)?;
        Gathered::read(&pbf, &|kind, tags| (kind == Kind::Way && tags.get("building") == "yes").then_some(()))
    }

    fn stopped(file: Vec<u8>) -> Option<Damaged> {
        match read(file) {
            Err(Stop::Damaged(damaged)) => Some(damaged),
            Err(Stop::Io(error)) => panic!("{error}"),
            Ok(_) => None,
        }
    }

    #[test]
    fn nodes_ways_and_tags_are_read_whatever_their_order() {
        let nodes = [a_node(7, 249_000_000, 601_000_000), a_node(-3, 1, -1)].concat();
        let ways = a_way(5, &[varint(zig(7)), varint(zig(-10))].concat());
        for blocks in
            [vec![block(&nodes), block(&ways)], vec![block(&ways), block(&nodes)], vec![block(&[ways, nodes].concat())]]
        {
            let found = read(file(&[], &blocks)).unwrap();
            let (id, nodes, ()) = &found.ways[0];
            assert_eq!((*id, found.nodes_of(nodes)), (5, &[7, -3][..]));
            assert_eq!(found.place(7).map(|place| (place.x, place.y)), Some((24.9, 60.1)));
            assert_eq!(found.place(-3).map(|place| (place.x, place.y)), Some((1e-7, -1e-7)));
            assert_eq!(found.place(8), None);
        }
    }

    #[test]
    fn a_node_that_is_nowhere_on_earth_is_counted() {
        let nodes = [a_node(7, 1_900_000_000, 0), a_node(8, 0, i64::MAX)].concat();
        let ways = a_way(5, &[varint(zig(7)), varint(zig(1))].concat());
        let found = read(file(&[], &[block(&nodes), block(&ways)])).unwrap();
        assert_eq!((found.place(7), found.place(8), found.n_nowhere), (None, None, 2));
    }

    #[test]
    fn sizes_that_lie_are_damage_and_cost_no_memory() {
        let header = file(&[], &[]);
        let after = |frame: Vec<u8>| stopped([header.clone(), frame].concat());
        assert_eq!(after(framed("OSMData", &[0; 10], 11)), Some(CUT));
        assert_eq!(after(framed("OSMData", &[0; 10], 33 << 20)), Some(FRAME));
        assert_eq!(after(framed("OSMData", &[0; 10], u64::MAX)), Some(FRAME));
        assert_eq!(after(vec![0, 1, 0, 1]), Some(FRAME));
        assert_eq!(after(vec![0xff; 4]), Some(FRAME));
        assert_eq!(after(vec![0, 0]), Some(CUT));
        let packed = |raw: &[u8], size| {
            let blob = blob(raw, size);
            after(framed("OSMData", &blob, blob.len() as u64))
        };
        let zeros = vec![0; 40 << 20];
        assert_eq!(packed(&zeros, 40 << 20), Some(FRAME));
        assert_eq!(packed(&zeros, 1000), Some(PACKED));
        assert_eq!(packed(&[], 1000), Some(PACKED));
    }

    /// Thirty million nodes in a way, in a file of 30 KB.
    #[test]
    fn a_file_that_unpacks_to_far_too_much_is_refused() {
        let ways = a_way(5, &vec![0; 30 << 20]);
        let damaged = stopped(file(&[], &[block(&ways)])).unwrap();
        assert!(damaged.0.contains("far more than its size allows"), "{damaged:?}");
    }

    #[test]
    fn a_file_that_says_it_is_sorted_and_is_not_is_damaged() {
        let (nodes, ways) = (block(&a_node(7, 0, 0)), block(&a_way(5, &[14])));
        let sorted = ["Sort.Type_then_ID"];
        assert_eq!(stopped(file(&sorted, &[nodes.clone(), nodes.clone(), ways.clone()])), None);
        for blocks in [vec![ways.clone(), nodes.clone()], vec![nodes.clone(), ways.clone(), nodes.clone(), ways, nodes]]
        {
            assert_eq!(stopped(file(&sorted, &blocks)), Some(ORDER));
        }
    }

    #[test]
    fn features_that_are_not_read_are_said() {
        assert_eq!(stopped(file(&["LocationsOnWays"], &[])), Some(LOCATIONS));
        let header = [bytes(4, b"HistoricalInformation")].concat();
        let blob = blob(&header, header.len());
        assert_eq!(stopped(framed("OSMHeader", &blob, blob.len() as u64)), Some(HISTORY));
        let lz4 = [number(2, 5), bytes(6, &[0; 5])].concat();
        assert_eq!(stopped(framed("OSMHeader", &lz4, lz4.len() as u64)), Some(PACKING));
    }
}
