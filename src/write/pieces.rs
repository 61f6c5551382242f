//! Text made on all cores and written in order.

use std::io::{self, Write};

use rayon::prelude::*;

/// Writes what `row` appends for each row. Pieces of a few hundred rows keep all cores busy and the pieces in cache; a
/// few pieces at once need little memory.
pub(super) fn write(n_rows: usize, row: impl Fn(usize, &mut Vec<u8>) + Sync, to: &mut dyn Write) -> io::Result<()> {
    const ROWS: usize = 256;
    let write_piece = |n: usize| {
        let mut piece = Vec::new();
        (n * ROWS..n_rows.min((n + 1) * ROWS)).for_each(|n| row(n, &mut piece));
        piece
    };
    let pieces: Vec<usize> = (0..n_rows.div_ceil(ROWS)).collect();
    for pieces in pieces.chunks(64) {
        let written: Vec<Vec<u8>> = pieces.par_iter().copied().map(write_piece).collect();
        written.iter().try_for_each(|piece| to.write_all(piece))?;
    }
    Ok(())
}
