//! How the cells of a raster are laid out in chunks (strips or tiles), and what their numbers are.

use super::directory::Directory;
use super::refused::Refused;
use crate::read::input::ReadSeek;
use crate::read::problem::say;

const WIDTH: u16 = 256;
const HEIGHT: u16 = 257;
const BITS: u16 = 258;
const COMPRESSION: u16 = 259;
const PHOTOMETRIC: u16 = 262;
const STRIP_OFFSETS: u16 = 273;
const SAMPLES: u16 = 277;
const ROWS_PER_STRIP: u16 = 278;
const STRIP_COUNTS: u16 = 279;
const PLANAR: u16 = 284;
const PREDICTOR: u16 = 317;
const TILE_WIDTH: u16 = 322;
const TILE_HEIGHT: u16 = 323;
const TILE_OFFSETS: u16 = 324;
const TILE_COUNTS: u16 = 325;
const FORMAT: u16 = 339;

/// The largest chunk that is decoded, in bytes: each thread holds one.
const LARGEST_CHUNK: u64 = 1 << 28;

/// The layout of one band.
#[derive(Clone, Debug)]
pub(super) struct Layout {
    /// Columns and rows.
    pub(super) size: [u64; 2],
    /// Columns and rows of a chunk; those at the right and lower edge may reach beyond the raster.
    pub(super) chunk: [u64; 2],
    /// How many bands.
    pub(super) n_bands: u64,
    /// Numbers of one cell in a chunk, and which of them is that of the band.
    pub(super) step: usize,
    pub(super) nth: usize,
    pub(super) sample: Sample,
    pub(super) compression: Compression,
    pub(super) predictor: Predictor,
    /// The chunks at the lower edge are whole.
    is_tiled: bool,
    /// The number of the first chunk of the band.
    first: u64,
}

/// What a number is: unsigned, signed or floating, and its bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sample {
    U8,
    U16,
    U32,
    U64,
    I8,
    I16,
    I32,
    I64,
    F32,
    F64,
}

impl Sample {
    /// How many bytes it has.
    pub(super) fn size(self) -> usize {
        match self {
            Self::U8 | Self::I8 => 1,
            Self::U16 | Self::I16 => 2,
            Self::U32 | Self::I32 | Self::F32 => 4,
            Self::U64 | Self::I64 | Self::F64 => 8,
        }
    }
}

/// How a chunk is packed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Compression {
    Nothing,
    Lzw,
    Deflate,
    PackBits,
    Zstd,
}

/// What was done to the numbers of a row before they were packed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Predictor {
    Nothing,
    /// Each is the difference to the one before it.
    Horizontal,
    /// The bytes are parted by their weight, and each is the difference to the one before it.
    FloatingPoint,
}

impl Layout {
    /// The layout of the first band.
    pub(super) fn read(directory: &Directory, file: &mut dyn ReadSeek) -> Result<Self, Refused> {
        let mut first = |tag: u16, otherwise: u64| directory.first(file, tag, otherwise);
        let size = [first(WIDTH, 0)?, first(HEIGHT, 0)?];
        let is_tiled = directory.has(TILE_OFFSETS);
        let chunk = match is_tiled {
            true => [first(TILE_WIDTH, 0)?, first(TILE_HEIGHT, 0)?],
            false => [size[0], first(ROWS_PER_STRIP, size[1])?.min(size[1])],
        };
        let n_bands = first(SAMPLES, 1)?;
        let is_planar = first(PLANAR, 1)? == 2;
        let [compression, predictor, photometric] =
            [(COMPRESSION, 1), (PREDICTOR, 1), (PHOTOMETRIC, 1)].map(|(tag, otherwise)| first(tag, otherwise));
        let compression = compression_of(compression?)?;
        let predictor = match predictor? {
            1 => Predictor::Nothing,
            2 => Predictor::Horizontal,
            3 => Predictor::FloatingPoint,
            _ => return Err(Refused::damaged("its predictor is not known", "预测方式未知")),
        };
        // A palette, or the colours of a photograph.
        if [3, 6, 8, 9, 10].contains(&photometric?) {
            return Err(Refused::unsupported(
                say("the raster is a picture: its numbers are colours", "该栅格是图片，数值表示颜色"),
                say("name the raster whose numbers are persons", "请指定像元值为人数的栅格"),
            ));
        }
        let sample = sample(&directory.all(file, BITS)?, &directory.all(file, FORMAT)?)?;
        if predictor == Predictor::FloatingPoint && !matches!(sample, Sample::F32 | Sample::F64) {
            return Err(Refused::damaged("its predictor does not fit its numbers", "预测方式与数值类型不符"));
        }
        let fits = |n: u64, most: u64| (1..=most).contains(&n);
        let sizes = size.iter().chain(&chunk).all(|&n| fits(n, u64::from(u32::MAX)));
        if !sizes || !fits(n_bands, u64::from(u16::MAX)) {
            return Err(Refused::damaged("its size is no size", "栅格尺寸无效"));
        }
        let step = if is_planar { 1 } else { n_bands as usize };
        let layout = Self { size, chunk, n_bands, step, nth: 0, sample, compression, predictor, is_tiled, first: 0 };
        let row = chunk[0].checked_mul((step * sample.size()) as u64);
        if row.and_then(|row| row.checked_mul(chunk[1])).is_none_or(|bytes| LARGEST_CHUNK < bytes) {
            return Err(Refused::unsupported(
                say("the raster is stored in pieces of more than 256 MiB", "栅格的数据块大于 256 MiB"),
                say(
                    "store it in tiles: gdal_translate -co TILED=YES -co COMPRESS=DEFLATE in.tif out.tif",
                    "请按瓦片存储：gdal_translate -co TILED=YES -co COMPRESS=DEFLATE in.tif out.tif",
                ),
            ));
        }
        let planes = if is_planar { n_bands } else { 1 };
        let [offsets, counts] = layout.tags();
        let n_chunks = layout.chunks_across().checked_mul(layout.chunks_down()).and_then(|n| n.checked_mul(planes));
        if n_chunks.is_none_or(|n| directory.count(offsets) < n || directory.has(counts) && directory.count(counts) < n)
        {
            return Err(Refused::damaged("it lists fewer pieces than its size asks for", "数据块列表与栅格尺寸不符"));
        }
        Ok(layout)
    }

    /// The same of another band, from 0.
    pub(super) fn of_band(self, band: usize) -> Self {
        if self.step == 1 {
            let first = band as u64 * self.chunks_across() * self.chunks_down();
            return Self { first, ..self };
        }
        Self { nth: band, ..self }
    }

    /// Chunks side by side.
    pub(super) fn chunks_across(&self) -> u64 {
        self.size[0].div_ceil(self.chunk[0])
    }

    fn chunks_down(&self) -> u64 {
        self.size[1].div_ceil(self.chunk[1])
    }

    /// Bytes of a row of a chunk.
    pub(super) fn row_bytes(&self) -> usize {
        self.chunk[0] as usize * self.step * self.sample.size()
    }

    /// Rows that are stored of the chunks of a row of chunks.
    pub(super) fn rows_of(&self, down: u64) -> u64 {
        let rest = self.size[1] - down * self.chunk[1];
        if self.is_tiled { self.chunk[1] } else { self.chunk[1].min(rest) }
    }

    fn tags(&self) -> [u16; 2] {
        if self.is_tiled { [TILE_OFFSETS, TILE_COUNTS] } else { [STRIP_OFFSETS, STRIP_COUNTS] }
    }

    /// Where the chunks of these columns of chunks are in one row of chunks, and how many bytes each has.
    pub(super) fn places(
        &self,
        directory: &Directory,
        file: &mut dyn ReadSeek,
        down: u64,
        across: &std::ops::Range<u64>,
    ) -> Result<Vec<(u64, u64)>, Refused> {
        let [offsets, counts] = self.tags();
        let start = self.first + down * self.chunks_across() + across.start;
        let n = across.end - across.start;
        let offsets = directory.some(file, offsets, start, n)?;
        let counts = match self.compression {
            // Old programs leave the counts out, since they follow from the size.
            Compression::Nothing => vec![self.row_bytes() as u64 * self.rows_of(down); offsets.len()],
            _ => directory.some(file, counts, start, n)?,
        };
        if counts.iter().any(|&n_bytes| LARGEST_CHUNK < n_bytes) {
            return Err(Refused::damaged("a piece is longer than it can be", "数据块过长"));
        }
        Ok(offsets.into_iter().zip(counts).collect())
    }
}

fn compression_of(code: u64) -> Result<Compression, Refused> {
    let name = match code {
        1 => return Ok(Compression::Nothing),
        5 => return Ok(Compression::Lzw),
        8 | 32946 => return Ok(Compression::Deflate),
        32773 => return Ok(Compression::PackBits),
        50000 => return Ok(Compression::Zstd),
        6 | 7 => "JPEG",
        34887 => "LERC",
        34925 => "LZMA",
        50001 => "WebP",
        50002 => "JPEG XL",
        _ => "?",
    };
    Err(Refused::unsupported(
        say(
            format!("the raster is compressed by a method that is not read: {code} ({name})"),
            format!("不支持该栅格的压缩方式：{code}（{name}）"),
        ),
        say(
            "compress it otherwise: gdal_translate -co COMPRESS=DEFLATE in.tif out.tif",
            "请更换压缩方式：gdal_translate -co COMPRESS=DEFLATE in.tif out.tif",
        ),
    ))
}

/// The type of number; bits and format are listed band by band, and have to be the same.
fn sample(bits: &[u64], formats: &[u64]) -> Result<Sample, Refused> {
    let bits_of = bits.first().copied().unwrap_or(1);
    let format = formats.first().copied().unwrap_or(1);
    let is_uniform = bits.iter().all(|&n| n == bits_of) && formats.iter().all(|&n| n == format);
    match (format, bits_of) {
        (1, 8) => Some(Sample::U8),
        (1, 16) => Some(Sample::U16),
        (1, 32) => Some(Sample::U32),
        (1, 64) => Some(Sample::U64),
        (2, 8) => Some(Sample::I8),
        (2, 16) => Some(Sample::I16),
        (2, 32) => Some(Sample::I32),
        (2, 64) => Some(Sample::I64),
        (3, 32) => Some(Sample::F32),
        (3, 64) => Some(Sample::F64),
        _ => None,
    }
    .filter(|_| is_uniform)
    .ok_or_else(|| {
        Refused::unsupported(
            say(
                format!("the numbers of the raster are of a type that is not read ({bits_of} bits, format {format})"),
                format!("不支持该栅格的数值类型（{bits_of} 位，格式 {format}）"),
            ),
            say(
                "convert them: gdal_translate -ot Float32 in.tif out.tif",
                "请转换：gdal_translate -ot Float32 in.tif out.tif",
            ),
        )
    })
}
