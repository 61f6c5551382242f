//! dBASE tables (`.dbf`): alone, or as the attributes of a shapefile.
//!
//! Read record by record: memory is that of the result. A header is checked against the size of the file before any
//! record is read.

use std::borrow::Cow;
use std::io::{Read, Seek, SeekFrom};

use encoding_rs::{DecoderResult, Encoding, UTF_8};

use super::encoding::{Undecodable, detect, name_of, named};
use super::header::duplicates;
use super::input::{Input, ReadSeek};
use super::problem::{At, Problems, say};
use super::table::{Cells, Reader, Table, Wish};

/// dBASE tables.
pub(super) struct Dbf;

impl Reader for Dbf {
    fn name(&self) -> &'static str {
        "DBF"
    }

    fn accepts(&self, name: &str, _: &[u8]) -> bool {
        name.to_ascii_lowercase().ends_with(".dbf")
    }

    fn read(&self, input: &Input, wish: &Wish, problems: &mut Problems) -> Option<Table> {
        let page = CodePage::beside(input, problems);
        let attributes = read(input, wish, page.as_ref(), &|_| true, problems)?;
        let mut table = Table { file: input.name.clone(), n_rows: attributes.kept.len(), ..Table::default() };
        table.numbers = numbers(&attributes.kept, attributes.n_records);
        table.columns = attributes.columns;
        table.encoding = attributes.encoding;
        if let Some(CodePage { input, .. }) = page {
            let sha256 = input.sha256().map_err(|error| input.unreadable(&error, problems)).ok()?;
            table.sidecars.push((input.name, sha256));
        }
        Some(table)
    }
}

/// What a `.cpg` file says.
pub(super) struct CodePage {
    /// The file.
    pub(super) input: Input,
    /// The encoding as it names it.
    name: String,
}

impl CodePage {
    /// The one beside a file; `None` where there is none or it says nothing.
    pub(super) fn beside(input: &Input, problems: &mut Problems) -> Option<Self> {
        let page = input.beside("cpg")?;
        // A name is short: what is longer is none.
        let name = String::from_utf8_lossy(page.start()).trim_matches(['\u{feff}', '\0', ' ', '\r', '\n']).to_owned();
        if name.is_empty() {
            return None;
        }
        if encoding_named(&name).is_none() {
            problems.warning(
                "unknown-encoding",
                &page.name,
                At::File,
                say(
                    format!("the encoding `{name}` is not known; it is found out from the text"),
                    format!("无法识别编码“{name}”，将根据文本判断"),
                ),
                say(
                    "write its encoding in the study: encoding = \"GBK\"",
                    "请在研究文件中写明编码：encoding = \"GBK\"",
                ),
            );
            return None;
        }
        Some(Self { input: page, name })
    }
}

/// The columns of a table, and which of its records they are of.
#[derive(Debug)]
pub(super) struct Attributes {
    pub(super) columns: Vec<Cells>,
    /// The numbers of the records that are kept, from 0: those that are not deleted.
    pub(super) kept: Vec<u32>,
    /// How many records there are, deleted ones too.
    pub(super) n_records: u32,
    /// The encoding, where it had to be found out.
    pub(super) encoding: Option<&'static str>,
}

/// The numbers of the rows that are kept of so many, as messages count, where they are not their places.
pub(super) fn numbers(kept: &[u32], n: u32) -> Vec<u32> {
    if kept.len() == n as usize { Vec::new() } else { kept.iter().map(|number| number + 1).collect() }
}

/// Reads the records for which `keep` holds (their number, from 0) and which are not deleted.
pub(super) fn read(
    input: &Input,
    wish: &Wish,
    page: Option<&CodePage>,
    keep: &dyn Fn(u32) -> bool,
    problems: &mut Problems,
) -> Option<Attributes> {
    let mut file = input.open(problems)?;
    let header = match Header::read(&mut file, input.n_bytes()) {
        Ok(header) => header,
        Err(Damage::Io(error)) => {
            input.unreadable(&error, problems);
            return None;
        }
        Err(Damage::Lie(what)) => {
            damaged(&input.name, At::File, what, problems);
            return None;
        }
    };
    let mut records = Records { file, header: &header, record: vec![0; usize::from(header.n_record_bytes)] };
    let (encoding, found) = choose(input, wish, page, &mut records, problems)?;
    let columns = records.columns(input, encoding, keep, problems)?;
    Some(Attributes { n_records: header.n_records, encoding: found, ..columns })
}

/// A damaged file: what is wrong, in English and Chinese.
type Lie = (String, String);

enum Damage {
    Io(std::io::Error),
    Lie(Lie),
}

impl From<std::io::Error> for Damage {
    fn from(error: std::io::Error) -> Self {
        Self::Io(error)
    }
}

fn lie<T>(en: impl Into<String>, zh: impl Into<String>) -> Result<T, Damage> {
    Err(Damage::Lie((en.into(), zh.into())))
}

fn damaged(file: &str, at: At, (en, zh): Lie, problems: &mut Problems) {
    problems.error("damaged", file, at, say(en, zh), say("export the layer again", "请重新导出图层"));
}

/// What stands before the records.
#[derive(Debug)]
struct Header {
    n_records: u32,
    n_header_bytes: u16,
    n_record_bytes: u16,
    is_foxpro: bool,
    language: u8,
    fields: Vec<Field>,
}

/// One column.
#[derive(Clone, Debug)]
struct Field {
    /// Up to 11 bytes, not yet decoded.
    name: Vec<u8>,
    kind: u8,
    /// Where its bytes begin in a record.
    start: usize,
    width: usize,
}

/// Bytes of a name that most programs write: longer ones are cut.
const NAME: usize = 10;

impl Header {
    fn read(file: &mut dyn ReadSeek, n_bytes: u64) -> Result<Self, Damage> {
        let mut head = [0; 32];
        if n_bytes < 32 {
            return lie("the file is too short for a DBF", "文件过短，不是 DBF");
        }
        file.read_exact(&mut head)?;
        let two = |at: usize| u16::from_le_bytes([head[at], head[at + 1]]);
        let n_records = u32::from_le_bytes([head[4], head[5], head[6], head[7]]);
        let (n_header_bytes, n_record_bytes) = (two(8), two(10));
        if u64::from(n_header_bytes) > n_bytes || n_header_bytes < 32 || n_record_bytes == 0 {
            return lie(
                format!("its header says that it has {n_header_bytes} bytes, and a record {n_record_bytes}"),
                format!("文件头声明其长度为 {n_header_bytes} 字节，每条记录 {n_record_bytes} 字节"),
            );
        }
        let room = (n_bytes - u64::from(n_header_bytes)) / u64::from(n_record_bytes);
        if room < u64::from(n_records) {
            return lie(
                format!("its header says that there are {n_records} records, but there are {room}"),
                format!("文件头声明有 {n_records} 条记录，实际只有 {room} 条"),
            );
        }
        let mut rest = vec![0; usize::from(n_header_bytes) - 32];
        file.read_exact(&mut rest)?;
        let mut fields = Vec::new();
        let mut start = 1;
        for field in rest.chunks_exact(32).take_while(|field| field[0] != b'\r') {
            let name = field[..11].split(|&byte| byte == 0).next().unwrap_or_default();
            let width = usize::from(field[16]);
            fields.push(Field { name: name.trim_ascii().to_vec(), kind: field[11], start, width });
            start += width;
        }
        if usize::from(n_record_bytes) < start {
            return lie(
                format!("its columns need {start} bytes, but a record has {n_record_bytes}"),
                format!("各列共需 {start} 字节，而每条记录只有 {n_record_bytes} 字节"),
            );
        }
        let (version, language) = (head[0], head[29]);
        Ok(Self {
            n_records,
            n_header_bytes,
            n_record_bytes,
            is_foxpro: matches!(version, 0x30..=0x32),
            language,
            fields,
        })
    }
}

/// The records, one at a time.
struct Records<'a> {
    file: Box<dyn ReadSeek + 'a>,
    header: &'a Header,
    record: Vec<u8>,
}

/// What a record begins with when it is deleted.
const DELETED: u8 = b'*';

impl Records<'_> {
    fn rewind(&mut self) -> std::io::Result<()> {
        self.file.seek(SeekFrom::Start(u64::from(self.header.n_header_bytes))).map(|_| ())
    }

    fn next(&mut self) -> std::io::Result<&[u8]> {
        self.file.read_exact(&mut self.record)?;
        Ok(&self.record)
    }

    /// Text that is not ASCII, to find out the encoding by; and where the first is.
    fn sample(&mut self) -> std::io::Result<(Vec<u8>, At)> {
        let (mut sample, mut at) = (Vec::new(), At::File);
        let header = self.header;
        for field in header.fields.iter().filter(|field| !field.name.is_ascii()) {
            sample.extend_from_slice(whole_letters(&field.name));
            sample.push(b'\n');
        }
        let texts: Vec<&Field> = header.fields.iter().filter(|field| field.kind == b'C').collect();
        self.rewind()?;
        for number in 0..header.n_records {
            let record = self.next()?;
            for field in texts.iter().filter(|_| record[0] != DELETED) {
                let text = field.text(record);
                if !text.is_ascii() {
                    if at == At::File {
                        at = At::Row(number + 1);
                    }
                    sample.extend_from_slice(whole_letters(text));
                    sample.push(b'\n');
                }
            }
            if SAMPLE < sample.len() {
                break;
            }
        }
        Ok((sample, at))
    }

    fn columns(
        &mut self,
        input: &Input,
        encoding: &'static Encoding,
        keep: &dyn Fn(u32) -> bool,
        problems: &mut Problems,
    ) -> Option<Attributes> {
        let header = self.header;
        let mut columns = Vec::new();
        let mut fields = Vec::new();
        for field in header.fields.iter().filter(|field| 0 < field.width) {
            let Some((name, _)) = decode(&field.name, encoding, NAME <= field.name.len()) else {
                Undecodable::Malformed(name_of(encoding), At::File).tell(&input.name, problems);
                return None;
            };
            if !field.is_read(header) {
                let kind = char::from(field.kind).escape_default();
                problems.warning(
                    "unread-column",
                    &input.name,
                    At::Column(name.into_owned()),
                    say(
                        format!("columns of the type `{kind}` are not read: it is left out"),
                        format!("不读取类型为“{kind}”的列，已略去"),
                    ),
                    say("export the column as text or numbers", "请将该列导出为文本或数字"),
                );
                continue;
            }
            let mut cells = Cells::new(&name, 0);
            cells.may_be_cut = field.may_be_cut(encoding);
            columns.push(cells);
            fields.push(field);
        }
        duplicates(&input.name, &columns, problems)?;
        let mut kept = Vec::new();
        let mut cut = Cut::default();
        if let Err(error) = self.rewind() {
            input.unreadable(&error, problems);
            return None;
        }
        for number in 0..header.n_records {
            let record = match self.next() {
                Ok(record) => record,
                Err(error) => {
                    input.unreadable(&error, problems);
                    return None;
                }
            };
            if record[0] == DELETED || !keep(number) {
                continue;
            }
            kept.push(number);
            for (field, column) in fields.iter().zip(&mut columns) {
                let Some(cell) = field.cell(record, encoding, number, &mut cut) else {
                    Undecodable::Malformed(name_of(encoding), At::Row(number + 1)).tell(&input.name, problems);
                    return None;
                };
                column.push(&cell);
            }
            if number % 1024 == 0 && columns.iter().any(Cells::is_full) {
                problems.error(
                    "too-large",
                    &input.name,
                    At::File,
                    say("the texts of a column are larger than 4 GiB", "某一列的文本超过 4 GiB"),
                    say("split the file", "请拆分文件"),
                );
                return None;
            }
        }
        cut.tell(&input.name, problems);
        Some(Attributes { columns, kept, n_records: header.n_records, encoding: None })
    }
}

/// Bytes of text that are enough to find out an encoding.
const SAMPLE: usize = 1 << 20;

/// The bytes without the beginning of a letter at their end, if they are UTF-8 but for that.
fn whole_letters(bytes: &[u8]) -> &[u8] {
    match std::str::from_utf8(bytes) {
        Err(error) if error.error_len().is_none() => &bytes[..error.valid_up_to()],
        _ => bytes,
    }
}

/// Cells that end within a letter, since a program cut them by bytes.
#[derive(Default)]
struct Cut {
    n: usize,
    first: u32,
}

impl Cut {
    fn tell(&self, file: &str, problems: &mut Problems) {
        let n = self.n;
        if n == 0 {
            return;
        }
        problems.warning(
            "cut-text",
            file,
            At::Row(self.first),
            say(
                format!("{n} cells end within a letter, here the first: their text was cut off by bytes"),
                format!("有 {n} 个单元格的文本在字符中间被截断，此处为第一个"),
            ),
            say("export the layer with wider columns", "请以更宽的字段重新导出图层"),
        );
    }
}

impl Field {
    /// Whether its name may be the beginning of a longer one: programs cut after ten bytes, or before the letter that
    /// would pass them.
    fn may_be_cut(&self, encoding: &'static Encoding) -> bool {
        let n_bytes_of_a_letter = match encoding {
            _ if self.name.is_ascii() => 1,
            _ if encoding == UTF_8 => 3,
            _ => 2,
        };
        NAME < self.name.len() + n_bytes_of_a_letter
    }

    /// Whether columns of its type are read.
    fn is_read(&self, header: &Header) -> bool {
        match self.kind {
            b'C' | b'N' | b'F' | b'D' | b'L' => true,
            b'I' => self.width == 4,
            b'B' => self.width == 8 && header.is_foxpro,
            _ => false,
        }
    }

    fn bytes<'r>(&self, record: &'r [u8]) -> &'r [u8] {
        &record[self.start..self.start + self.width]
    }

    /// Its text: up to a NUL, which some programs fill cells with, without blanks around it.
    fn text<'r>(&self, record: &'r [u8]) -> &'r [u8] {
        self.bytes(record).split(|&byte| byte == 0).next().unwrap_or_default().trim_ascii()
    }

    /// `None` where the text is not in the encoding.
    fn cell<'r>(
        &self,
        record: &'r [u8],
        encoding: &'static Encoding,
        number: u32,
        cut: &mut Cut,
    ) -> Option<Cow<'r, str>> {
        let bytes = self.bytes(record);
        let text = self.text(record);
        Some(match self.kind {
            b'C' => {
                let (text, was_cut) = decode(text, encoding, bytes.last() == text.last())?;
                if was_cut {
                    cut.first = if cut.n == 0 { number + 1 } else { cut.first };
                    cut.n += 1;
                }
                text
            }
            b'N' | b'F' => number_cell(text),
            b'D' => date_cell(text),
            b'L' => Cow::Borrowed(match text {
                b"T" | b"t" | b"Y" | b"y" | b"1" => "true",
                b"F" | b"f" | b"N" | b"n" | b"0" => "false",
                _ => "",
            }),
            b'I' => i32::from_le_bytes(bytes.try_into().ok()?).to_string().into(),
            _ => float(f64::from_le_bytes(bytes.try_into().ok()?)).into(),
        })
    }
}

/// The text, and whether the beginning of a letter at its end was dropped, which `may_be_cut` allows.
fn decode<'b>(bytes: &'b [u8], encoding: &'static Encoding, may_be_cut: bool) -> Option<(Cow<'b, str>, bool)> {
    if let Some(text) = encoding.decode_without_bom_handling_and_without_replacement(bytes) {
        return Some((text, false));
    }
    // Told that more is to come, the decoder does not mind the beginning of a letter at the end.
    let mut decoder = encoding.new_decoder_without_bom_handling();
    let mut text = String::with_capacity(decoder.max_utf8_buffer_length_without_replacement(bytes.len())?);
    let (result, _) = decoder.decode_to_string_without_replacement(bytes, &mut text, false);
    (may_be_cut && result == DecoderResult::InputEmpty).then_some((Cow::Owned(text), true))
}

/// A number as other formats give it: `12.500000` is `12.5`, one too wide for its column (`****`) is none.
fn number_cell(text: &[u8]) -> Cow<'_, str> {
    let Ok(text) = std::str::from_utf8(text) else { return String::from_utf8_lossy(text) };
    if text.contains('*') {
        return Cow::Borrowed("");
    }
    if let Ok(whole) = text.parse::<i64>() {
        return Cow::Owned(whole.to_string());
    }
    // More digits than fit are kept as they are.
    let is_whole = text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-');
    match text.parse::<f64>() {
        Ok(number) if number.is_finite() && !is_whole => Cow::Owned(float(number)),
        _ => Cow::Borrowed(text),
    }
}

fn float(number: f64) -> String {
    number.to_string()
}

/// `20200131` is `2020-01-31`; a day of zeros is none.
fn date_cell(text: &[u8]) -> Cow<'_, str> {
    match std::str::from_utf8(text) {
        Ok(text) if text.len() == 8 && text.bytes().all(|byte| byte.is_ascii_digit()) => match text {
            "00000000" => Cow::Borrowed(""),
            _ => Cow::Owned(format!("{}-{}-{}", &text[..4], &text[4..6], &text[6..])),
        },
        _ => String::from_utf8_lossy(text),
    }
}

/// The encoding of the text: the one wished for, else that of the `.cpg`, else that of the header's language byte, else
/// the one that is found out, which is named.
fn choose(
    input: &Input,
    wish: &Wish,
    page: Option<&CodePage>,
    records: &mut Records<'_>,
    problems: &mut Problems,
) -> Option<(&'static Encoding, Option<&'static str>)> {
    if let Some(name) = &wish.encoding {
        let Some(encoding) = encoding_named(name) else {
            Undecodable::UnknownName(name.clone()).tell(&input.name, problems);
            return None;
        };
        return Some((encoding, None));
    }
    let stated = page.and_then(|page| encoding_named(&page.name));
    if let Some(encoding) = stated.or_else(|| of_language(records.header.language)) {
        return Some((encoding, None));
    }
    let (sample, at) = match records.sample() {
        Ok(sample) => sample,
        Err(error) => {
            input.unreadable(&error, problems);
            return None;
        }
    };
    if sample.is_empty() {
        return Some((UTF_8, None));
    }
    let encoding = match detect(&sample) {
        Ok(encoding) => encoding,
        Err(likely) => {
            Undecodable::Unclear(at, name_of(likely)).tell(&input.name, problems);
            return None;
        }
    };
    let name = name_of(encoding);
    problems.warning(
        "no-encoding",
        &input.name,
        At::File,
        say(
            format!("the encoding of the text is stated nowhere; it is read as {name}, which fits"),
            format!("文件未声明文本编码；按 {name} 读取，与内容相符"),
        ),
        say(
            format!("write it in the study: encoding = \"{name}\"; or put a .cpg file beside it"),
            format!("请在研究文件中写明：encoding = \"{name}\"；或在旁边放置 .cpg 文件"),
        ),
    );
    Some((encoding, Some(name)))
}

/// An encoding by the names that studies and `.cpg` files use, such as `GBK`, `936`, `88591`.
fn encoding_named(name: &str) -> Option<&'static Encoding> {
    named(name).or_else(|| {
        let short: String = name.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_lowercase();
        let part = short.trim_start_matches("iso").strip_prefix("8859")?;
        Encoding::for_label(format!("iso-8859-{part}").as_bytes())
    })
}

/// The encoding that a language byte stands for. 0 and 0x57 ("the system's own") say nothing.
fn of_language(byte: u8) -> Option<&'static Encoding> {
    named(match byte {
        0x03 => "windows-1252",
        0x13 | 0x7B => "Shift_JIS",
        0x4D | 0x7A => "GB18030",
        0x4E | 0x79 => "EUC-KR",
        0x4F | 0x78 => "Big5",
        0x26 | 0x65 => "IBM866",
        0x50 | 0x7C => "windows-874",
        0x7D => "windows-1255",
        0x7E => "windows-1256",
        0xC8 => "windows-1250",
        0xC9 => "windows-1251",
        0xCA => "windows-1254",
        0xCB => "windows-1253",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use encoding_rs::GBK;

    use super::*;

    /// A table of fields (name, type, width) and of records that are as long as their fields together.
    fn dbf(version: u8, language: u8, fields: &[(&[u8], u8, u8)], records: &[&[u8]]) -> Vec<u8> {
        let width: usize = 1 + fields.iter().map(|field| usize::from(field.2)).sum::<usize>();
        let mut bytes = vec![version, 0, 0, 0];
        bytes.extend((records.len() as u32).to_le_bytes());
        bytes.extend((33 + 32 * fields.len() as u16).to_le_bytes());
        bytes.extend((width as u16).to_le_bytes());
        bytes.extend([0; 17]);
        bytes.extend([language, 0, 0]);
        for (name, kind, width) in fields {
            let mut field = [0; 32];
            field[..name.len()].copy_from_slice(name);
            (field[11], field[16]) = (*kind, *width);
            bytes.extend(field);
        }
        bytes.push(b'\r');
        for record in records {
            assert_eq!(record.len(), width);
            bytes.extend(*record);
        }
        bytes.push(0x1A);
        bytes
    }

    fn read_of(bytes: Vec<u8>, encoding: Option<&str>) -> (Option<Table>, Vec<String>) {
        let mut problems = Problems::default();
        let wish = Wish { encoding: encoding.map(str::to_owned), ..Wish::default() };
        let table = Dbf.read(&Input::of_bytes("t.dbf", bytes), &wish, &mut problems);
        (table, problems.kept().iter().map(|problem| problem.code.to_owned()).collect())
    }

    fn cells(table: &Table) -> Vec<(&str, Vec<&str>)> {
        table.columns.iter().map(|column| (column.header.as_str(), column.iter().collect())).collect()
    }

    #[test]
    fn every_type_of_column_is_a_cell_as_other_formats_give_it() {
        for (kind, stored, cell) in [
            (b'C', &b" a b   "[..], "a b"),
            (b'C', b"abc\0xy ", "abc"),
            (b'C', b"       ", ""),
            (b'N', b"  12.50", "12.5"),
            (b'N', b"    007", "7"),
            (b'N', b"-0.5000", "-0.5"),
            (b'N', b"1.5e+03", "1500"),
            (b'N', b"*******", ""),
            (b'N', b"       ", ""),
            (b'N', b"   1,5 ", "1,5"),
            (b'F', b"16777217", "16777217"),
            (b'N', b"99999999999999999999", "99999999999999999999"),
            (b'D', b"20200131", "2020-01-31"),
            (b'D', b"00000000", ""),
            (b'D', b"        ", ""),
            (b'L', b"T", "true"),
            (b'L', b"n", "false"),
            (b'L', b"?", ""),
            (b'I', b"\xFE\xFF\xFF\xFF", "-2"),
            (b'B', &0.25_f64.to_le_bytes(), "0.25"),
        ] {
            let record = [b" ", stored].concat();
            let (table, said) = read_of(dbf(0x30, 0, &[(b"x", kind, stored.len() as u8)], &[&record]), None);
            assert_eq!((cells(&table.unwrap()), said.len()), (vec![("x", vec![cell])], 0), "{}", char::from(kind));
        }
    }

    #[test]
    fn columns_that_are_not_read_are_said_and_those_without_width_are_none() {
        let fields: [(&[u8], u8, u8); 4] =
            [(b"memo", b'M', 10), (b"none", b'C', 0), (b"a", b'C', 1), (b"old", b'B', 8)];
        let (table, said) = read_of(dbf(3, 0, &fields, &[b"           x        "]), None);
        assert_eq!(cells(&table.unwrap()), [("a", vec!["x"])]);
        assert_eq!(said, ["unread-column", "unread-column"]);
    }

    #[test]
    fn headers_and_cells_that_end_within_a_letter_end_before_it() {
        let (header, _, _) = GBK.encode("a核定学位数");
        let (cell, _, _) = GBK.encode("光明街道");
        let record = [b" ", &cell[..7]].concat();
        let bytes = dbf(3, 0x4D, &[(&header[..10], b'C', 7)], &[&record]);
        let (table, said) = read_of(bytes, None);
        let table = table.unwrap();
        assert_eq!((cells(&table), said), (vec![("a核定学位", vec!["光明街"])], vec!["cut-text".to_owned()]));
        assert!(table.columns[0].may_be_cut);
        // In the middle of a cell it is no letter of the encoding at all.
        let record = [b" ", &cell[..4], b"\xFF\xFFz"].concat();
        let (table, said) = read_of(dbf(3, 0x4D, &[(b"a", b'C', 7)], &[&record]), None);
        assert!(table.is_none());
        assert_eq!(said, ["not-text"]);
    }

    #[test]
    fn the_encoding_is_the_one_wished_for_else_that_of_the_language_byte_else_the_one_that_fits() {
        let table = |language: u8, text: &[u8], wish: Option<&str>| {
            let record = [b" ", text].concat();
            let (table, said) = read_of(dbf(3, language, &[(b"a", b'C', text.len() as u8)], &[&record]), wish);
            let table = table.map(|table| (table.columns[0].get(0).to_owned(), table.encoding));
            (table, said.first().cloned())
        };
        let (gbk, _, _) = GBK.encode("金州区光明街道中心幼儿园");
        let text = |text: &str, found: Option<&'static str>| Some((text.to_owned(), found));
        assert_eq!(table(0x4D, &gbk, None), (text("金州区光明街道中心幼儿园", None), None));
        assert_eq!(table(0x57, &gbk, Some("936")), (text("金州区光明街道中心幼儿园", None), None));
        let said = Some("no-encoding".to_owned());
        assert_eq!(table(0x57, &gbk, None), (text("金州区光明街道中心幼儿园", Some("GB18030")), said));
        assert_eq!(table(3, b"K\xF6ln", None), (text("Köln", None), None));
        assert_eq!(table(0, b"K\xF6ln", Some("88591")), (text("Köln", None), None));
        assert_eq!(table(0, b"Koeln", None), (text("Koeln", None), None));
        assert_eq!(table(0, b"Koeln", Some("martian")), (None, Some("unknown-encoding".to_owned())));
    }

    #[test]
    fn deleted_records_are_left_out_and_the_others_keep_their_numbers() {
        let (table, _) = read_of(dbf(3, 0, &[(b"a", b'C', 1)], &[b" x", b"*y", b" z"]), None);
        let table = table.unwrap();
        assert_eq!((cells(&table), &table.numbers[..]), (vec![("a", vec!["x", "z"])], &[1, 3][..]));
    }
}
