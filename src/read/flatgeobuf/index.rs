//! The packed index: boxes of the features, and over them boxes of every so many boxes.
//!
//! Level by level from the top, reading only the groups under a box that touches the region. Where the groups are
//! follows from how many there are, so that no place is believed which the file states, and none is read twice.

use std::io::SeekFrom;
use std::ops::Range;

use flatgeobuf::Header;

use super::{Damage, ReadSeek, lie};
use crate::read::region::Region;

/// Bytes of a node: west, south, east, north, and a place.
const NODE: u64 = 40;

/// The index of a file.
pub(super) struct Index {
    start: u64,
    n_in_group: u64,
    /// The nodes of each level in the file, the features first.
    levels: Vec<Range<u64>>,
}

/// A feature that the index names.
#[derive(Debug)]
pub(super) struct Leaf {
    /// Its number, from 0.
    pub(super) feature: usize,
    /// Where it is, from the first feature.
    pub(super) offset: u64,
}

impl Index {
    /// The index that the header speaks of; `None` if there is none.
    pub(super) fn of(header: &Header<'_>, start: u64, n_bytes: u64) -> Result<Option<Self>, Damage> {
        let (n_features, n_in_group) = (header.features_count(), u64::from(header.index_node_size()));
        if n_features == 0 || n_in_group == 0 {
            return Ok(None);
        }
        if n_in_group < 2 || (n_bytes - start.min(n_bytes)) / NODE < n_features {
            return lie(
                None,
                format!("its header speaks of an index of {n_features} features, which the file cannot hold"),
                format!("文件头声明索引含 {n_features} 个要素，超出文件大小"),
            );
        }
        let mut sizes = vec![n_features];
        let mut n = n_features;
        // One node alone has a level above it too.
        while 1 < n || sizes.len() < 2 {
            n = n.div_ceil(n_in_group);
            sizes.push(n);
        }
        let mut end: u64 = sizes.iter().sum();
        let mut levels = Vec::with_capacity(sizes.len());
        for size in sizes {
            levels.push(end - size..end);
            end -= size;
        }
        let index = Self { start, n_in_group, levels };
        if n_bytes < index.end() {
            return lie(None, "the index is cut off", "索引被截断");
        }
        Ok(Some(index))
    }

    /// Where the first feature begins.
    pub(super) fn end(&self) -> u64 {
        self.start + self.levels[0].end * NODE
    }

    /// How many features it has.
    pub(super) fn len(&self) -> usize {
        usize::try_from(self.levels[0].end - self.levels[0].start).unwrap_or(usize::MAX)
    }

    /// The features whose boxes touch the region, in the order of the file.
    pub(super) fn search(&self, file: &mut dyn ReadSeek, region: Region) -> Result<Vec<Leaf>, Damage> {
        // Places within the level of the nodes that touch it.
        let mut groups: Vec<u64> = vec![0];
        let mut leaves = Vec::new();
        for (height, level) in self.levels.iter().enumerate().rev() {
            let mut touching = Vec::new();
            for group in groups {
                let nodes = level.start + group * self.n_in_group;
                let nodes = nodes..(nodes + self.n_in_group).min(level.end);
                file.seek(SeekFrom::Start(self.start + nodes.start * NODE))?;
                for node in nodes {
                    let mut bytes = [0; NODE as usize];
                    file.read_exact(&mut bytes)?;
                    if !touches(&bytes, region) {
                        continue;
                    }
                    let place = node - level.start;
                    match height {
                        0 => leaves.push(Leaf {
                            feature: usize::try_from(place).unwrap_or(usize::MAX),
                            offset: u64::from_le_bytes(std::array::from_fn(|byte| bytes[32 + byte])),
                        }),
                        _ => touching.push(place),
                    }
                }
            }
            groups = touching;
        }
        Ok(leaves)
    }
}

/// Whether the box of a node touches the region. A box without extent is that of a feature without geometry: such a
/// feature is not surely outside.
fn touches(node: &[u8; NODE as usize], region: Region) -> bool {
    let number = |at: usize| f64::from_le_bytes(std::array::from_fn(|byte| node[at + byte]));
    let [west, south, east, north] = [0, 8, 16, 24].map(number);
    let is_box = west <= east && south <= north;
    !is_box || !region.is_outside([west, south, east, north])
}
