//! XLS as Excel 97 to 2003 wrote it (BIFF8): records in the stream `Workbook` of a compound file.
//!
//! Every record is a number for its kind, a length, and that many bytes; what is longer goes on in `CONTINUE` records.
//! After `[MS-XLS]`, which names the records.

use std::io::Read;

use cfb::CompoundFile;

use super::grid::{Area, Grid};
use super::value::{is_day_format, is_day_number};
use super::{Broken, Sheet, Sheets};
use crate::read::input::{LARGEST_FILE, ReadSeek};
use crate::read::problem::say;

/// Kinds of records.
mod kind {
    pub(super) const FORMULA: u16 = 0x06;
    pub(super) const EOF: u16 = 0x0A;
    pub(super) const DATE_MODE: u16 = 0x22;
    pub(super) const FILE_PASS: u16 = 0x2F;
    pub(super) const CONTINUE: u16 = 0x3C;
    pub(super) const BOUND_SHEET: u16 = 0x85;
    pub(super) const MUL_RK: u16 = 0xBD;
    pub(super) const R_STRING: u16 = 0xD6;
    pub(super) const XF: u16 = 0xE0;
    pub(super) const MERGE_CELLS: u16 = 0xE5;
    pub(super) const SST: u16 = 0xFC;
    pub(super) const LABEL_SST: u16 = 0xFD;
    pub(super) const NUMBER: u16 = 0x203;
    pub(super) const LABEL: u16 = 0x204;
    pub(super) const BOOL_ERR: u16 = 0x205;
    pub(super) const STRING: u16 = 0x207;
    pub(super) const RK: u16 = 0x27E;
    pub(super) const FORMAT: u16 = 0x41E;
    pub(super) const BOF: u16 = 0x809;
}

/// The version in a `BOF` record that is read.
const BIFF8: u16 = 0x600;

/// How many sheets are looked at: each may begin anywhere in the stream.
const MOST_TABS: usize = 500;

/// A workbook.
pub(super) struct Xls {
    stream: Vec<u8>,
    tabs: Vec<Tab>,
    strings: Vec<String>,
    is_day: Vec<bool>,
    is_1904: bool,
}

struct Tab {
    name: String,
    is_hidden: bool,
    start: usize,
}

impl Xls {
    pub(super) fn open(file: Box<dyn ReadSeek + '_>) -> Result<Self, Broken> {
        let mut file = CompoundFile::open(file)?;
        // Newer formats with a password are kept whole in a stream of a compound file.
        if file.exists("EncryptedPackage") {
            return Err(Broken::Locked);
        }
        let name = ["Workbook", "Book"].into_iter().find(|name| file.is_stream(name)).ok_or_else(|| {
            Broken::Foreign(
                say("this is no workbook but another Office document", "这不是工作簿，而是其他 Office 文档"),
                say("copy its table into a workbook and save it as .xlsx", "请把表格复制到工作簿中，另存为 .xlsx"),
            )
        })?;
        let mut stream = Vec::new();
        file.open_stream(name)?.take(LARGEST_FILE).read_to_end(&mut stream)?;
        drop(file);
        let mut book =
            Self { stream: Vec::new(), tabs: Vec::new(), strings: Vec::new(), is_day: Vec::new(), is_1904: false };
        book.read_globals(&stream)?;
        book.stream = stream;
        Ok(book)
    }

    fn read_globals(&mut self, stream: &[u8]) -> Result<(), Broken> {
        let (mut formats, mut styles): (Vec<(u16, bool)>, Vec<u16>) = (Vec::new(), Vec::new());
        for record in Records::new(stream, 0)? {
            let record = record?;
            let mut fields = record.fields();
            match record.kind {
                kind::BOF if fields.u16()? != BIFF8 => {
                    return Err(Broken::Foreign(
                        say("this is a workbook older than Excel 97", "这是 Excel 97 以前的工作簿"),
                        say(
                            "open it in Excel, WPS or LibreOffice and save it as .xlsx",
                            "请用 Excel、WPS 或 LibreOffice 打开，另存为 .xlsx",
                        ),
                    ));
                }
                kind::FILE_PASS => return Err(Broken::Locked),
                kind::DATE_MODE => self.is_1904 = fields.u16()? == 1,
                kind::FORMAT => {
                    let number = fields.u16()?;
                    formats.push((number, is_day_format(&fields.string()?)));
                }
                kind::XF => {
                    fields.u16()?;
                    styles.push(fields.u16()?);
                }
                kind::BOUND_SHEET if self.tabs.len() < MOST_TABS => self.tabs.extend(tab(&mut fields)?),
                kind::SST => self.strings = shared_strings(&mut fields)?,
                kind::EOF => break,
                _ => {}
            }
        }
        let is_day = |format: &u16| {
            let own = formats.iter().find(|(number, _)| number == format).map(|&(_, is_day)| is_day);
            own.unwrap_or_else(|| is_day_number(u32::from(*format)))
        };
        self.is_day = styles.iter().map(is_day).collect();
        Ok(())
    }

    fn fill(&self, tab: usize, grid: &mut Grid) -> Result<(), Broken> {
        let mut depth = 0;
        let mut formula = None;
        for record in Records::new(&self.stream, self.tabs[tab].start)? {
            let record = record?;
            match record.kind {
                // Charts within a sheet have records of their own.
                kind::BOF => depth += 1,
                kind::EOF if depth <= 1 => break,
                kind::EOF => depth -= 1,
                _ if depth == 1 => self.read_cell(&record, &mut formula, grid)?,
                _ => {}
            }
        }
        Ok(())
    }

    fn read_cell(&self, record: &Record<'_>, formula: &mut Option<(u32, u32)>, grid: &mut Grid) -> Result<(), Broken> {
        let mut fields = record.fields();
        match record.kind {
            kind::NUMBER => {
                let (row, column, style) = fields.cell()?;
                self.push_number(row, column, style, fields.f64()?, grid)
            }
            kind::RK => {
                let (row, column, style) = fields.cell()?;
                self.push_number(row, column, style, rk(fields.u32()?), grid)
            }
            kind::MUL_RK => {
                let (row, first) = (u32::from(fields.u16()?), u32::from(fields.u16()?));
                // The last two bytes are the number of the last column.
                let n_cells = record.len().saturating_sub(6) / 6;
                for column in first..first + n_cells as u32 {
                    let style = fields.u16()?;
                    self.push_number(row, column, style, rk(fields.u32()?), grid)?;
                }
                Ok(())
            }
            kind::LABEL_SST => {
                let (row, column, _) = fields.cell()?;
                let index = fields.u32()? as usize;
                let text = self.strings.get(index);
                grid.push(
                    row,
                    column,
                    text.ok_or_else(|| Broken::Damaged(format!("there is no shared string {index}")))?,
                )
            }
            kind::LABEL | kind::R_STRING => {
                let (row, column, _) = fields.cell()?;
                grid.push(row, column, &fields.string()?)
            }
            kind::BOOL_ERR => {
                let (row, column, _) = fields.cell()?;
                let (value, is_error) = (fields.u8()?, fields.u8()? != 0);
                if is_error { grid.push_error(row, error_name(value)) } else { grid.push_flag(row, column, value != 0) }
            }
            kind::FORMULA => {
                let (row, column, style) = fields.cell()?;
                let result = fields.bytes::<8>()?;
                match result {
                    [0, .., 0xFF, 0xFF] => *formula = Some((row, column)),
                    [1, _, value, .., 0xFF, 0xFF] => grid.push_flag(row, column, value != 0)?,
                    [2, _, value, .., 0xFF, 0xFF] => grid.push_error(row, error_name(value))?,
                    [3, .., 0xFF, 0xFF] => {}
                    number => self.push_number(row, column, style, f64::from_le_bytes(number), grid)?,
                }
                Ok(())
            }
            kind::STRING => match formula.take() {
                Some((row, column)) => grid.push(row, column, &fields.string()?),
                None => Ok(()),
            },
            kind::MERGE_CELLS => {
                for _ in 0..fields.u16()? {
                    let [first, last, left, right] =
                        [fields.u16()?, fields.u16()?, fields.u16()?, fields.u16()?].map(u32::from);
                    grid.merge(Area { rows: (first, last), columns: (left, right) })?;
                }
                Ok(())
            }
            _ => Ok(()),
        }
    }

    fn push_number(&self, row: u32, column: u32, style: u16, number: f64, grid: &mut Grid) -> Result<(), Broken> {
        if self.is_day.get(usize::from(style)) == Some(&true) {
            grid.push_day(row, column, number, self.is_1904)
        } else {
            grid.push_number(row, column, number)
        }
    }
}

impl Sheets for Xls {
    fn sheets(&mut self) -> Result<Vec<Sheet>, Broken> {
        let sheet = |(index, tab): (usize, &Tab)| {
            let is_filled = match self.fill(index, &mut Grid::probe()) {
                Err(Broken::Found) => true,
                Err(broken) => return Err(broken),
                Ok(()) => false,
            };
            Ok(Sheet { name: tab.name.clone(), is_hidden: tab.is_hidden, is_filled })
        };
        self.tabs.iter().enumerate().map(sheet).collect()
    }

    fn grid(&mut self, sheet: usize, mut grid: Grid) -> Result<Grid, Broken> {
        self.fill(sheet, &mut grid)?;
        Ok(grid)
    }
}

/// A sheet of cells; `None` for one of another kind, such as a chart.
fn tab(fields: &mut Fields<'_>) -> Result<Option<Tab>, Broken> {
    let start = fields.u32()? as usize;
    let (state, sheet_kind) = (fields.u8()?, fields.u8()?);
    let n_letters = usize::from(fields.u8()?);
    let is_wide = fields.u8()? & 1 != 0;
    let name = fields.letters(n_letters, is_wide)?;
    Ok((sheet_kind == 0).then_some(Tab { name, is_hidden: state & 3 != 0, start }))
}

/// The texts that cells refer to.
fn shared_strings(fields: &mut Fields<'_>) -> Result<Vec<String>, Broken> {
    fields.u32()?;
    let n_strings = fields.u32()?;
    let mut strings = Vec::new();
    for _ in 0..n_strings {
        if fields.is_at_end() {
            break;
        }
        strings.push(fields.string()?);
    }
    Ok(strings)
}

/// A number in 30 bits: whole or the upper half of a double, perhaps a hundred times too large.
fn rk(bits: u32) -> f64 {
    let number = match bits & 2 {
        0 => f64::from_bits(u64::from(bits & !3) << 32),
        _ => f64::from(bits.cast_signed() >> 2),
    };
    if bits & 1 == 0 { number } else { number / 100.0 }
}

fn error_name(code: u8) -> &'static str {
    match code {
        0x00 => "#NULL!",
        0x07 => "#DIV/0!",
        0x0F => "#VALUE!",
        0x17 => "#REF!",
        0x1D => "#NAME?",
        0x24 => "#NUM!",
        _ => "#N/A",
    }
}

/// A record with those that go on with it.
struct Record<'a> {
    kind: u16,
    parts: Vec<&'a [u8]>,
}

impl<'a> Record<'a> {
    fn fields(&self) -> Fields<'_> {
        Fields { part: self.parts[0], next: &self.parts[1..] }
    }

    fn len(&self) -> usize {
        self.parts[0].len()
    }
}

/// The records of a stream from a place on.
struct Records<'a> {
    rest: &'a [u8],
}

fn cut_off() -> Broken {
    Broken::Damaged("it ends within a record".to_owned())
}

impl<'a> Records<'a> {
    fn new(stream: &'a [u8], start: usize) -> Result<Self, Broken> {
        Ok(Self { rest: stream.get(start..).ok_or_else(cut_off)? })
    }

    fn take(&mut self) -> Option<(u16, &'a [u8])> {
        let (head, rest) = self.rest.split_first_chunk::<4>()?;
        let n_bytes = usize::from(u16::from_le_bytes([head[2], head[3]]));
        let (data, rest) = rest.split_at_checked(n_bytes)?;
        self.rest = rest;
        Some((u16::from_le_bytes([head[0], head[1]]), data))
    }
}

impl<'a> Iterator for Records<'a> {
    type Item = Result<Record<'a>, Broken>;

    fn next(&mut self) -> Option<Self::Item> {
        // Some writers fill the stream up with zeros.
        if self.rest.iter().take(4).all(|&byte| byte == 0) {
            return None;
        }
        let Some((kind, data)) = self.take() else { return Some(Err(cut_off())) };
        let mut parts = vec![data];
        while self.rest.starts_with(&kind::CONTINUE.to_le_bytes()) {
            match self.take() {
                Some((_, data)) => parts.push(data),
                None => return Some(Err(cut_off())),
            }
        }
        Some(Ok(Record { kind, parts }))
    }
}

/// The fields of a record, in order.
struct Fields<'a> {
    part: &'a [u8],
    next: &'a [&'a [u8]],
}

impl<'a> Fields<'a> {
    /// Goes on with the next part where this one is used up.
    fn refill(&mut self) -> Result<(), Broken> {
        while self.part.is_empty() {
            let (part, next) = self.next.split_first().ok_or_else(cut_off)?;
            (self.part, self.next) = (part, next);
        }
        Ok(())
    }

    fn is_at_end(&self) -> bool {
        self.part.is_empty() && self.next.iter().all(|part| part.is_empty())
    }

    fn u8(&mut self) -> Result<u8, Broken> {
        self.refill()?;
        let (&byte, rest) = self.part.split_first().ok_or_else(cut_off)?;
        self.part = rest;
        Ok(byte)
    }

    fn bytes<const N: usize>(&mut self) -> Result<[u8; N], Broken> {
        let mut bytes = [0; N];
        for byte in &mut bytes {
            *byte = self.u8()?;
        }
        Ok(bytes)
    }

    fn u16(&mut self) -> Result<u16, Broken> {
        Ok(u16::from_le_bytes(self.bytes()?))
    }

    fn u32(&mut self) -> Result<u32, Broken> {
        Ok(u32::from_le_bytes(self.bytes()?))
    }

    fn f64(&mut self) -> Result<f64, Broken> {
        Ok(f64::from_le_bytes(self.bytes()?))
    }

    /// Row, column and style.
    fn cell(&mut self) -> Result<(u32, u32, u16), Broken> {
        Ok((u32::from(self.u16()?), u32::from(self.u16()?), self.u16()?))
    }

    fn skip(&mut self, mut n_bytes: usize) -> Result<(), Broken> {
        while 0 < n_bytes {
            self.refill()?;
            let n = n_bytes.min(self.part.len());
            self.part = &self.part[n..];
            n_bytes -= n;
        }
        Ok(())
    }

    /// A text with its length, and perhaps with fonts and pronunciation, which are passed over.
    fn string(&mut self) -> Result<String, Broken> {
        let n_letters = usize::from(self.u16()?);
        let flags = self.u8()?;
        let n_runs = if flags & 8 != 0 { usize::from(self.u16()?) } else { 0 };
        let n_extra = if flags & 4 != 0 { self.u32()? as usize } else { 0 };
        let text = self.letters(n_letters, flags & 1 != 0)?;
        self.skip(4 * n_runs + n_extra)?;
        Ok(text)
    }

    /// Letters of one byte or of two; where they go on in the next part, it says anew which.
    fn letters(&mut self, mut n_letters: usize, mut is_wide: bool) -> Result<String, Broken> {
        let mut units: Vec<u16> = Vec::new();
        while 0 < n_letters {
            if self.part.is_empty() {
                self.refill()?;
                is_wide = self.u8()? & 1 != 0;
            }
            let width = if is_wide { 2 } else { 1 };
            let n = n_letters.min(self.part.len() / width);
            if n == 0 && !self.part.is_empty() {
                return Err(cut_off());
            }
            let (letters, rest) = self.part.split_at(n * width);
            match is_wide {
                true => units.extend(letters.chunks_exact(2).map(|pair| u16::from_le_bytes([pair[0], pair[1]]))),
                false => units.extend(letters.iter().map(|&byte| u16::from(byte))),
            }
            self.part = rest;
            n_letters -= n;
        }
        Ok(String::from_utf16_lossy(&units))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_numbers_are_whole_or_halves_of_doubles() {
        for (bits, number) in [
            (0x3FF0_0000, 1.0),
            (0x3FF0_0001, 0.01),
            ((1500 << 2) | 2, 1500.0),
            ((12_345 << 2) | 3, 123.45),
            (((-7_i32) << 2).cast_unsigned() | 2, -7.0),
        ] {
            assert_eq!(rk(bits), number, "{bits:x}");
        }
    }

    // 街道 in two bytes a letter, going on as `ab` in one: the second part says so in its first byte.
    #[test]
    fn a_text_goes_on_in_the_next_part() {
        let wide: Vec<u8> = [4, 0, 1].into_iter().chain("街道".encode_utf16().flat_map(u16::to_le_bytes)).collect();
        let parts = vec![wide.as_slice(), &[0, b'a', b'b']];
        let record = Record { kind: kind::STRING, parts };
        assert_eq!(record.fields().string().unwrap(), "街道ab");
    }

    #[test]
    fn what_is_cut_off_is_an_error() {
        let cut = Record { kind: kind::STRING, parts: vec![&[200, 0, 1, b'a']] };
        assert!(matches!(cut.fields().string(), Err(Broken::Damaged(_))));
        let mut records = Records::new(&[0x03, 0x02, 14, 0, 1, 2], 0).unwrap();
        assert!(matches!(records.next(), Some(Err(Broken::Damaged(_)))));
        assert!(Records::new(&[], 1).is_err());
    }

    /// A compound file whose stream of a workbook holds these records.
    fn compound(name: &str, records: &[(u16, &[u8])]) -> Vec<u8> {
        use std::io::Write;

        let mut file = CompoundFile::create(std::io::Cursor::new(Vec::new())).unwrap();
        let mut stream = file.create_stream(name).unwrap();
        for (kind, data) in records {
            stream.write_all(&kind.to_le_bytes()).unwrap();
            stream.write_all(&(data.len() as u16).to_le_bytes()).unwrap();
            stream.write_all(data).unwrap();
        }
        drop(stream);
        file.flush().unwrap();
        file.into_inner().into_inner()
    }

    fn opened(bytes: Vec<u8>) -> Result<Xls, Broken> {
        Xls::open(Box::new(std::io::Cursor::new(bytes)))
    }

    #[test]
    fn passwords_and_older_versions_are_told_apart_from_damage() {
        let bof: (u16, &[u8]) = (kind::BOF, &[0, 6, 5, 0]);
        assert!(matches!(opened(compound("EncryptedPackage", &[])), Err(Broken::Locked)));
        assert!(matches!(opened(compound("Workbook", &[bof, (kind::FILE_PASS, &[1, 0])])), Err(Broken::Locked)));
        assert!(matches!(opened(compound("Book", &[(kind::BOF, &[0, 5, 5, 0])])), Err(Broken::Foreign(..))));
        assert!(matches!(opened(compound("WordDocument", &[])), Err(Broken::Foreign(..))));
        assert!(matches!(opened(compound("Workbook", &[(kind::BOF, &[0])])), Err(Broken::Damaged(_))));
        assert!(opened(compound("Workbook", &[bof, (kind::EOF, &[])])).unwrap().tabs.is_empty());
    }

    // A sheet that begins beyond the stream, and one that begins at the globals.
    #[test]
    fn a_sheet_may_begin_nowhere() {
        for (start, is_damaged) in [(u32::MAX, true), (0, false)] {
            let tab = [&start.to_le_bytes()[..], &[0, 0, 1, 0, b'a']].concat();
            let records: [(u16, &[u8]); 3] = [(kind::BOF, &[0, 6, 5, 0]), (kind::BOUND_SHEET, &tab), (kind::EOF, &[])];
            let sheets = opened(compound("Workbook", &records)).unwrap().sheets();
            assert_eq!(matches!(sheets, Err(Broken::Damaged(_))), is_damaged);
        }
    }
}
