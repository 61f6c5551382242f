//! One chunk of a raster: unpacked into its bytes, and these into numbers.
//!
//! A chunk is unpacked into a buffer of the size that the layout says: what a packed chunk claims of itself is not
//! believed.

use std::ops::Range;

use flate2::{Decompress, FlushDecompress, Status};
use weezl::BitOrder;

use super::layout::{Compression, Layout, Predictor, Sample};

/// More bytes than this cannot come of one packed byte: what promises more is not unpacked at all.
pub(super) fn most_of_one(compression: Compression) -> usize {
    match compression {
        Compression::Nothing => 1,
        Compression::PackBits => 64,
        // A code of 9 to 12 bits is at most as long a word as there are codes.
        Compression::Lzw => 1 << 12,
        Compression::Deflate => 1040,
        // A block of 128 KiB in four bytes.
        Compression::Zstd => 1 << 15,
    }
}

/// Fills `into` with what is packed; `None` where it is damaged or too short.
pub(super) fn unpack(compression: Compression, packed: &[u8], into: &mut [u8]) -> Option<()> {
    let n = match compression {
        Compression::Nothing => {
            into.copy_from_slice(packed.get(..into.len())?);
            into.len()
        }
        Compression::Lzw => lzw(packed, into)?,
        Compression::Deflate => deflate(packed, into)?,
        Compression::PackBits => pack_bits(packed, into)?,
        Compression::Zstd => zstd::bulk::Decompressor::new().ok()?.decompress_to_buffer(packed, into).ok()?,
    };
    (n == into.len()).then_some(())
}

/// Writers of tiles leave out the end mark where the buffer is full, and readers stop there.
fn lzw(packed: &[u8], into: &mut [u8]) -> Option<usize> {
    let tiff = weezl::decode::Configuration::with_tiff_size_switch(BitOrder::Msb, 8);
    let mut decoder = tiff.with_yield_on_full_buffer(true).build();
    let (mut read, mut written) = (0, 0);
    while written < into.len() {
        let step = decoder.decode_bytes(&packed[read..], &mut into[written..]);
        read += step.consumed_in;
        written += step.consumed_out;
        if step.status.is_err() || step.consumed_in + step.consumed_out == 0 {
            break;
        }
    }
    Some(written)
}

fn deflate(packed: &[u8], into: &mut [u8]) -> Option<usize> {
    let mut inflate = Decompress::new(true);
    loop {
        let (read, written) = (inflate.total_in(), inflate.total_out());
        let (rest, room) = (packed.get(read as usize..)?, into.get_mut(written as usize..)?);
        let status = inflate.decompress(rest, room, FlushDecompress::Finish).ok()?;
        let is_stuck = (inflate.total_in(), inflate.total_out()) == (read, written);
        if status == Status::StreamEnd || is_stuck || inflate.total_out() == into.len() as u64 {
            return Some(inflate.total_out() as usize);
        }
    }
}

/// Runs of one byte and stretches of several, each behind its length.
fn pack_bits(packed: &[u8], into: &mut [u8]) -> Option<usize> {
    let (mut rest, mut written) = (packed, 0);
    while written < into.len() {
        let (&length, after) = rest.split_first()?;
        let room = into.len() - written;
        rest = match length as i8 {
            -128 => after,
            length @ 0.. => {
                let n = length as usize + 1;
                let used = n.min(room);
                into[written..written + used].copy_from_slice(after.get(..used)?);
                written += used;
                after.get(n..).unwrap_or_default()
            }
            length => {
                let (&byte, after) = after.split_first()?;
                let n = (1 - isize::from(length)) as usize;
                let used = n.min(room);
                into[written..written + used].fill(byte);
                written += used;
                after
            }
        };
    }
    Some(written)
}

/// Calls `each` with the column (in the chunk) and the number of every cell of the band in these columns of a row.
/// `row` are its bytes, which are changed on the way; `spare` is a buffer that is used again.
pub(super) fn numbers(
    layout: &Layout,
    is_little: bool,
    row: &mut [u8],
    spare: &mut Vec<u8>,
    columns: Range<usize>,
    each: impl FnMut(usize, f64),
) {
    let size = layout.sample.size();
    if layout.predictor == Predictor::FloatingPoint {
        for at in layout.step..row.len() {
            row[at] = row[at].wrapping_add(row[at - layout.step]);
        }
        join(row, size, spare);
        row.copy_from_slice(spare);
    } else if is_little != cfg!(target_endian = "little") && 1 < size {
        row.chunks_exact_mut(size).for_each(<[u8]>::reverse);
    }
    if layout.predictor == Predictor::Horizontal {
        match size {
            1 => add_up(row, layout.step, |a: [u8; 1], b| [a[0].wrapping_add(b[0])]),
            2 => {
                add_up(row, layout.step, |a, b| u16::from_ne_bytes(a).wrapping_add(u16::from_ne_bytes(b)).to_ne_bytes())
            }
            4 => {
                add_up(row, layout.step, |a, b| u32::from_ne_bytes(a).wrapping_add(u32::from_ne_bytes(b)).to_ne_bytes())
            }
            _ => {
                add_up(row, layout.step, |a, b| u64::from_ne_bytes(a).wrapping_add(u64::from_ne_bytes(b)).to_ne_bytes())
            }
        }
    }
    let (step, nth) = (layout.step, layout.nth);
    match layout.sample {
        Sample::U8 => scan(row, step, nth, columns, |[byte]| f64::from(byte), each),
        Sample::I8 => scan(row, step, nth, columns, |bytes| f64::from(i8::from_ne_bytes(bytes)), each),
        Sample::U16 => scan(row, step, nth, columns, |bytes| f64::from(u16::from_ne_bytes(bytes)), each),
        Sample::I16 => scan(row, step, nth, columns, |bytes| f64::from(i16::from_ne_bytes(bytes)), each),
        Sample::U32 => scan(row, step, nth, columns, |bytes| f64::from(u32::from_ne_bytes(bytes)), each),
        Sample::I32 => scan(row, step, nth, columns, |bytes| f64::from(i32::from_ne_bytes(bytes)), each),
        Sample::U64 => scan(row, step, nth, columns, |bytes| u64::from_ne_bytes(bytes) as f64, each),
        Sample::I64 => scan(row, step, nth, columns, |bytes| i64::from_ne_bytes(bytes) as f64, each),
        Sample::F32 => scan(row, step, nth, columns, |bytes| f64::from(f32::from_ne_bytes(bytes)), each),
        Sample::F64 => scan(row, step, nth, columns, f64::from_ne_bytes, each),
    }
}

/// Puts the bytes of each number together, which lie in as many planes as a number has bytes, the highest first.
fn join(row: &[u8], size: usize, joined: &mut Vec<u8>) {
    let n = row.len() / size;
    joined.resize(row.len(), 0);
    let is_little = cfg!(target_endian = "little");
    match size {
        4 => {
            let (a, rest) = row.split_at(n);
            let (b, rest) = rest.split_at(n);
            let (c, d) = rest.split_at(n);
            let planes = a.iter().zip(b).zip(c.iter().zip(d));
            for (number, ((&a, &b), (&c, &d))) in joined.chunks_exact_mut(4).zip(planes) {
                number.copy_from_slice(&u32::from_be_bytes([a, b, c, d]).to_ne_bytes());
            }
        }
        _ => {
            for (at, number) in joined.chunks_exact_mut(size).enumerate() {
                for (plane, byte) in number.iter_mut().enumerate() {
                    let plane = if is_little { size - 1 - plane } else { plane };
                    *byte = row[plane * n + at];
                }
            }
        }
    }
}

/// Turns differences into numbers, each to the one `step` before it.
fn add_up<const N: usize>(row: &mut [u8], step: usize, add: impl Fn([u8; N], [u8; N]) -> [u8; N]) {
    let (numbers, _) = row.as_chunks_mut::<N>();
    for at in step..numbers.len() {
        numbers[at] = add(numbers[at], numbers[at - step]);
    }
}

fn scan<const N: usize>(
    row: &[u8],
    step: usize,
    nth: usize,
    columns: Range<usize>,
    number: impl Fn([u8; N]) -> f64,
    mut each: impl FnMut(usize, f64),
) {
    let (numbers, _) = row.as_chunks::<N>();
    let cells = numbers.iter().skip(nth).step_by(step).enumerate();
    for (column, &bytes) in cells.take(columns.end).skip(columns.start) {
        each(column, number(bytes));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_and_stretches_are_unpacked_and_a_cut_one_is_refused() {
        // Three literal bytes, a byte that says nothing, and a run of four.
        let packed = [2, 1, 2, 3, 128, 253, 9];
        let mut into = [0; 7];
        assert_eq!(unpack(Compression::PackBits, &packed, &mut into), Some(()));
        assert_eq!(into, [1, 2, 3, 9, 9, 9, 9]);
        for end in 0..packed.len() {
            assert_eq!(unpack(Compression::PackBits, &packed[..end], &mut into), None, "{end}");
        }
    }

    #[test]
    fn what_is_too_short_is_refused_whatever_it_is_packed_with() {
        for compression in [Compression::Nothing, Compression::Lzw, Compression::Deflate, Compression::Zstd] {
            for packed in [&[][..], &[0], &[1, 2, 3], &[128, 0, 0, 0, 0, 0], &[0x78, 0x9c, 3, 0, 0, 0, 0, 1]] {
                assert_eq!(unpack(compression, packed, &mut [0; 100]), None, "{compression:?} {packed:?}");
            }
        }
    }
}
