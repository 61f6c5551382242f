//! How much memory the rows of a file may take: a file of a kilobyte does not become ten gigabytes.

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

/// Bytes that may still be taken.
#[derive(Clone, Copy, Debug)]
pub(super) struct Allowance {
    left: u64,
}

impl Allowance {
    /// For a file of so many bytes.
    pub(super) fn of(n_bytes: u64) -> Self {
        Self { left: ALWAYS.saturating_add(n_bytes.saturating_mul(PER_BYTE)) }
    }

    /// Takes bytes for rows of so many columns; false where there are not enough.
    pub(super) fn rows(&mut self, n_rows: usize, n_columns: usize) -> bool {
        self.bytes((n_rows as u64).saturating_mul(ROW + CELL * n_columns as u64))
    }

    /// Takes bytes; false where there are not enough.
    pub(super) fn bytes(&mut self, n: u64) -> bool {
        let left = self.left.checked_sub(n);
        self.left = left.unwrap_or(0);
        left.is_some()
    }

    /// Bytes left.
    pub(super) fn left(&self) -> u64 {
        self.left
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
