//! The first directory of a TIFF or BigTIFF file: its tags, each value bounded by the file before it is read.
//!
//! Of long lists only the stretch that is asked for is read: a raster of a continent has millions of tiles. Directories
//! that follow hold overviews and masks, which are not used.

use std::collections::BTreeMap;
use std::io::SeekFrom;

use super::refused::Refused;
use crate::read::input::ReadSeek;

/// Tags by their number, and where their values are.
pub(super) struct Directory {
    /// Whether numbers begin with their lowest byte.
    pub(super) is_little: bool,
    n_bytes: u64,
    entries: BTreeMap<u16, Entry>,
}

#[derive(Clone, Copy)]
struct Entry {
    kind: u16,
    count: u64,
    /// Where in the file its values begin.
    at: u64,
}

/// Values of one tag other than the list of chunks that are read at most.
const MOST_VALUES: u64 = 1 << 20;

impl Directory {
    /// Reads the directory of a file of `n_bytes`.
    pub(super) fn read(file: &mut dyn ReadSeek, n_bytes: u64) -> Result<Self, Refused> {
        let mut directory = Self { is_little: true, n_bytes, entries: BTreeMap::new() };
        let start = directory.bytes(file, 0, 4)?;
        directory.is_little = start.starts_with(b"II");
        let is_big = match (&start[..2], directory.number(&start[2..])) {
            (b"II" | b"MM", 42) => false,
            (b"II" | b"MM", 43) => true,
            _ => return Err(Refused::damaged("it does not begin as a TIFF file", "文件开头不是 TIFF 格式")),
        };
        let word = |directory: &Self, file: &mut dyn ReadSeek, at: u64, n: u64| {
            Ok::<u64, Refused>(directory.number(&directory.bytes(file, at, n)?))
        };
        // Where the directory is, the size of its count, of an entry, and of a count or place in an entry.
        let (at, count, entry, place) =
            if is_big { (word(&directory, file, 8, 8)?, 8, 20, 8) } else { (word(&directory, file, 4, 4)?, 2, 12, 4) };
        let n_entries = word(&directory, file, at, count)?;
        if n_entries == 0 || u64::from(u16::MAX) < n_entries {
            return Err(Refused::damaged("its directory is not one", "文件目录无效"));
        }
        let first = at + count;
        let all = directory.bytes(file, first, n_entries * entry)?;
        for (number, bytes) in all.chunks_exact(entry as usize).enumerate() {
            let place = place as usize;
            let kind = directory.number(&bytes[2..4]) as u16;
            let n_values = directory.number(&bytes[4..4 + place]);
            // Few values stand in the entry itself.
            let here = first + number as u64 * entry + 4 + place as u64;
            let Some(size) = size_of(kind).and_then(|size| size.checked_mul(n_values)) else { continue };
            let at = if size <= place as u64 { here } else { directory.number(&bytes[4 + place..]) };
            let tag = directory.number(&bytes[..2]) as u16;
            directory.entries.entry(tag).or_insert(Entry { kind, count: n_values, at });
        }
        Ok(directory)
    }

    /// `n` bytes of the file.
    pub(super) fn bytes(&self, file: &mut dyn ReadSeek, at: u64, n: u64) -> Result<Vec<u8>, Refused> {
        let mut bytes = Vec::new();
        self.read_into(file, at, n, &mut bytes)?;
        Ok(bytes)
    }

    /// `n` bytes of the file into a buffer that is used again.
    pub(super) fn read_into(
        &self,
        file: &mut dyn ReadSeek,
        at: u64,
        n: u64,
        bytes: &mut Vec<u8>,
    ) -> Result<(), Refused> {
        if at.checked_add(n).is_none_or(|end| self.n_bytes < end) {
            return Err(Refused::damaged("it ends too early", "文件不完整"));
        }
        bytes.resize(n as usize, 0);
        file.seek(SeekFrom::Start(at))?;
        file.read_exact(bytes)?;
        Ok(())
    }

    /// A number of up to eight bytes.
    fn number(&self, bytes: &[u8]) -> u64 {
        let add = |number: u64, &byte: &u8| number << 8 | u64::from(byte);
        if self.is_little { bytes.iter().rev().fold(0, add) } else { bytes.iter().fold(0, add) }
    }

    /// Whether the tag is there.
    pub(super) fn has(&self, tag: u16) -> bool {
        self.entries.contains_key(&tag)
    }

    /// How many values a tag has.
    pub(super) fn count(&self, tag: u16) -> u64 {
        self.entries.get(&tag).map_or(0, |entry| entry.count)
    }

    /// `n` whole numbers of a tag from the one at `start`.
    pub(super) fn some(&self, file: &mut dyn ReadSeek, tag: u16, start: u64, n: u64) -> Result<Vec<u64>, Refused> {
        let wrong = || Refused::damaged(format!("tag {tag} is not as expected"), format!("标签 {tag} 无效"));
        let entry = self.entries.get(&tag).ok_or_else(wrong)?;
        let size = size_of(entry.kind).filter(|_| [1, 3, 4, 13, 16, 18].contains(&entry.kind)).ok_or_else(wrong)?;
        if start.checked_add(n).is_none_or(|end| entry.count < end) {
            return Err(wrong());
        }
        let at = start.checked_mul(size).and_then(|start| entry.at.checked_add(start)).ok_or_else(wrong)?;
        let bytes = self.bytes(file, at, n.checked_mul(size).ok_or_else(wrong)?)?;
        Ok(bytes.chunks_exact(size as usize).map(|bytes| self.number(bytes)).collect())
    }

    /// All whole numbers of a tag; none where it is not there.
    pub(super) fn all(&self, file: &mut dyn ReadSeek, tag: u16) -> Result<Vec<u64>, Refused> {
        let n = self.count(tag).min(MOST_VALUES);
        if n == 0 { Ok(Vec::new()) } else { self.some(file, tag, 0, n) }
    }

    /// The first whole number of a tag, or what it is where the tag is not there.
    pub(super) fn first(&self, file: &mut dyn ReadSeek, tag: u16, otherwise: u64) -> Result<u64, Refused> {
        if self.count(tag) == 0 { Ok(otherwise) } else { Ok(self.some(file, tag, 0, 1)?[0]) }
    }

    /// Numbers in double precision; none where the tag holds no such numbers.
    pub(super) fn doubles(&self, file: &mut dyn ReadSeek, tag: u16) -> Result<Vec<f64>, Refused> {
        let Some(entry) = self.entries.get(&tag).filter(|entry| entry.kind == 12) else { return Ok(Vec::new()) };
        let bytes = self.bytes(file, entry.at, entry.count.min(MOST_VALUES) * 8)?;
        Ok(bytes.chunks_exact(8).map(|bytes| f64::from_bits(self.number(bytes))).collect())
    }

    /// A text; empty where there is none.
    pub(super) fn text(&self, file: &mut dyn ReadSeek, tag: u16) -> Result<String, Refused> {
        let Some(entry) = self.entries.get(&tag).filter(|entry| entry.kind == 2) else { return Ok(String::new()) };
        let bytes = self.bytes(file, entry.at, entry.count.min(MOST_VALUES))?;
        Ok(String::from_utf8_lossy(&bytes).trim_end_matches('\0').to_owned())
    }
}

/// Bytes of a value of each type.
fn size_of(kind: u16) -> Option<u64> {
    match kind {
        1 | 2 | 6 | 7 => Some(1),
        3 | 8 => Some(2),
        4 | 9 | 11 | 13 => Some(4),
        5 | 10 | 12 | 16 | 17 | 18 => Some(8),
        _ => None,
    }
}
