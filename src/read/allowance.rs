//! How much memory the rows of a file may take: a file of a kilobyte does not become ten gigabytes.

use std::sync::atomic::{AtomicU64, Ordering};

use super::input::Input;
use super::problem::{At, Problems, say};

/// What any file may take.
const ALWAYS: u64 = 256 << 20;

/// What it may take for each of its bytes.
const PER_BYTE: u64 = 64;

/// Bytes of a row beside its texts and coordinates.
const ROW: u64 = 64;

/// Bytes of a cell beside its text.
const CELL: u64 = 4;

/// Bytes that may still be taken, by all who read parts of the file.
#[derive(Debug)]
pub(super) struct Allowance {
    left: AtomicU64,
}

impl Allowance {
    /// For a file of so many bytes.
    pub(super) fn of(n_bytes: u64) -> Self {
        Self { left: ALWAYS.saturating_add(n_bytes.saturating_mul(PER_BYTE)).into() }
    }

    /// Takes bytes for rows of so many columns; false where there are not enough.
    pub(super) fn rows(&self, n_rows: u64, n_columns: usize) -> bool {
        self.bytes(n_rows.saturating_mul(ROW + CELL * n_columns as u64))
    }

    /// Takes bytes; false where there are not enough, and then for all who ask later.
    pub(super) fn bytes(&self, n: u64) -> bool {
        let take = |left: u64| Some(left.saturating_sub(n));
        // The last byte is never given: what is left tells whether too much was asked for.
        self.left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, take).is_ok_and(|left| n < left)
    }

    /// Whether so many bytes are left.
    pub(super) fn has(&self, n: u64) -> bool {
        n < self.left.load(Ordering::Relaxed)
    }
}

/// Says that a file would take more memory than it may.
pub(super) fn exceeded(input: &Input, problems: &mut Problems) {
    problems.error(
        "too-large",
        &input.name,
        At::File,
        say(
            "the rows would take many times the size of the file: it is damaged or made to fill the memory",
            "展开后的数据远超文件大小，文件可能已损坏或为恶意构造",
        ),
        say("export the layer again, in parts if it is large", "请重新导出图层；数据量大时请分成几份"),
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_once_too_much_stays_too_much() {
        let allowance = Allowance::of(0);
        assert!(allowance.bytes(ALWAYS / 2) && allowance.rows(1, 3) && allowance.has(ALWAYS / 4));
        assert!(!allowance.bytes(ALWAYS / 2) && !allowance.has(0) && !allowance.bytes(1));
    }
}
