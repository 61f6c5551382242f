//! The pages of a column as their headers say, before any is unpacked: a page of a few bytes may claim gigabytes, and
//! a page of gzip may unpack to more than it claims.

use std::fs::File;
use std::io::{BufRead, BufReader, Read, Seek, SeekFrom};

use flate2::bufread::MultiGzDecoder;
use parquet::basic::Compression;
use parquet::file::metadata::ColumnChunkMetaData;

use super::Failure;

/// What the pages of one column of one row group claim.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Pages {
    /// Bytes of the largest page of values, unpacked.
    pub(super) largest: u64,
    /// Bytes of its dictionary, unpacked.
    pub(super) dictionary: u64,
    /// Values in all, also those that are missing.
    pub(super) n_values: u64,
    /// Whether a value may be written as what it shares with the one before: a few bytes are then a long text.
    pub(super) has_prefixes: bool,
    /// The first value of each page of values, from 0.
    pub(super) starts: Vec<u64>,
}

/// The number that Parquet gives the encoding by shared prefixes.
const DELTA_BYTE_ARRAY: i32 = 7;

/// What one header says.
#[derive(Default)]
struct Header {
    unpacked: u64,
    packed: u64,
    is_dictionary: bool,
    n_values: u64,
    encoding: i32,
}

/// Looks at all pages of a column of a row group.
pub(super) fn look(file: File, chunk: &ColumnChunkMetaData) -> Result<Pages, Failure> {
    let n_bytes = file.metadata()?.len();
    let start = chunk.dictionary_page_offset().unwrap_or_else(|| chunk.data_page_offset());
    let (Ok(start), Ok(length)) = (u64::try_from(start), u64::try_from(chunk.compressed_size())) else {
        return Err(odd("a column lies before the file"));
    };
    let end = start.checked_add(length).filter(|&end| end <= n_bytes).ok_or(odd("a column lies behind the file"))?;
    let mut reader = BufReader::new(file);
    reader.seek(SeekFrom::Start(start))?;
    let mut at = start;
    let mut pages = Pages::default();
    while at < end {
        let mut thrift = Thrift { reader: &mut reader, left: end - at };
        let header = thrift.header()?;
        let left = thrift.left;
        at = end - left.checked_sub(header.packed).ok_or(odd("a page lies behind its column"))?;
        if header.is_dictionary {
            pages.dictionary = pages.dictionary.max(header.unpacked);
        } else {
            pages.largest = pages.largest.max(header.unpacked);
            pages.starts.push(pages.n_values);
            pages.n_values = pages.n_values.saturating_add(header.n_values);
            pages.has_prefixes |= header.encoding == DELTA_BYTE_ARRAY;
        }
        if matches!(chunk.compression(), Compression::GZIP(_)) {
            let unpacked = unpacked(reader.by_ref().take(header.packed), header.unpacked);
            if header.unpacked < unpacked {
                return Err(Failure::TooMuch);
            }
            reader.seek(SeekFrom::Start(at))?;
        } else {
            reader.seek_relative(i64::try_from(header.packed)?)?;
        }
    }
    Ok(pages)
}

/// Bytes of a page of gzip, unpacked; counted until they are more than it claims.
fn unpacked(packed: impl BufRead, claimed: u64) -> u64 {
    let mut all = MultiGzDecoder::new(packed).take(claimed + 1);
    let mut piece = [0; 1 << 14];
    let mut n = 0;
    // What cannot be unpacked is said when it is read.
    while let Ok(read @ 1..) = all.read(&mut piece) {
        n += read as u64;
    }
    n
}

fn odd(what: &str) -> Failure {
    Failure::Damaged(what.to_owned())
}

/// Thrift's compact protocol, as much as a header needs; fields that are not known are skipped.
struct Thrift<'a, R> {
    reader: &'a mut R,
    /// Bytes of the column that are left.
    left: u64,
}

/// The kinds of values.
mod kind {
    pub(super) const STOP: u8 = 0;
    pub(super) const I8: u8 = 3;
    pub(super) const I16: u8 = 4;
    pub(super) const I32: u8 = 5;
    pub(super) const I64: u8 = 6;
    pub(super) const DOUBLE: u8 = 7;
    pub(super) const BINARY: u8 = 8;
    pub(super) const LIST: u8 = 9;
    pub(super) const SET: u8 = 10;
    pub(super) const STRUCT: u8 = 12;
}

/// How deep structures may lie in one another.
const DEEPEST: u8 = 8;

impl<R: BufRead + Seek> Thrift<'_, R> {
    fn header(&mut self) -> Result<Header, Failure> {
        let mut header = Header::default();
        let mut id = 0;
        while let Some(kind) = self.field(&mut id)? {
            match (id, kind) {
                (2, kind::I32) => header.unpacked = self.size()?,
                (3, kind::I32) => header.packed = self.size()?,
                // Of a page of values, of a dictionary, and of a page of values of the second version.
                (5 | 7 | 8, kind::STRUCT) => {
                    header.is_dictionary = id == 7;
                    let place_of_encoding = if id == 8 { 4 } else { 2 };
                    let mut inner = 0;
                    while let Some(kind) = self.field(&mut inner)? {
                        match (inner, kind) {
                            (1, kind::I32) => header.n_values = self.size()?,
                            (n, kind::I32) if n == place_of_encoding => header.encoding = self.number()? as i32,
                            _ => self.skip(kind, 0)?,
                        }
                    }
                }
                _ => self.skip(kind, 0)?,
            }
        }
        Ok(header)
    }

    fn byte(&mut self) -> Result<u8, Failure> {
        let mut byte = [0];
        self.left = self.left.checked_sub(1).ok_or(odd("a page ends in its header"))?;
        self.reader.read_exact(&mut byte)?;
        Ok(byte[0])
    }

    /// The kind of the next field, and its number; `None` at the end.
    fn field(&mut self, id: &mut i64) -> Result<Option<u8>, Failure> {
        let byte = self.byte()?;
        let kind = byte & 0x0f;
        if kind == kind::STOP {
            return Ok(None);
        }
        *id = if byte >> 4 == 0 { self.number()? } else { id.saturating_add(i64::from(byte >> 4)) };
        Ok(Some(kind))
    }

    fn varint(&mut self) -> Result<u64, Failure> {
        let mut number = 0;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            number |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Ok(number);
            }
        }
        Err(odd("a number in a page header does not end"))
    }

    fn number(&mut self) -> Result<i64, Failure> {
        let number = self.varint()?;
        Ok((number >> 1) as i64 ^ -((number & 1) as i64))
    }

    fn size(&mut self) -> Result<u64, Failure> {
        u64::try_from(self.number()?).map_err(|_| odd("a page is smaller than nothing"))
    }

    fn jump(&mut self, n: u64) -> Result<(), Failure> {
        self.left = self.left.checked_sub(n).ok_or(odd("a page ends in its header"))?;
        self.reader.seek_relative(i64::try_from(n)?)?;
        Ok(())
    }

    fn skip(&mut self, kind: u8, depth: u8) -> Result<(), Failure> {
        match kind {
            // Yes and no have no bytes of their own.
            1 | 2 => Ok(()),
            kind::I8 => self.jump(1),
            kind::I16 | kind::I32 | kind::I64 => self.varint().map(|_| ()),
            kind::DOUBLE => self.jump(8),
            kind::BINARY => {
                let n = self.varint()?;
                self.jump(n)
            }
            kind::LIST | kind::SET if depth < DEEPEST => {
                let byte = self.byte()?;
                let n = if byte >> 4 == 15 { self.varint()? } else { u64::from(byte >> 4) };
                for _ in 0..n {
                    match byte & 0x0f {
                        1 | 2 => self.jump(1)?,
                        kind => self.skip(kind, depth + 1)?,
                    }
                }
                Ok(())
            }
            kind::STRUCT if depth < DEEPEST => {
                let mut id = 0;
                while let Some(kind) = self.field(&mut id)? {
                    self.skip(kind, depth + 1)?;
                }
                Ok(())
            }
            _ => Err(odd("a page header holds what none should")),
        }
    }
}
