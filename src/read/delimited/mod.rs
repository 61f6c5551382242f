//! Text with a separator: CSV, TSV and their like, in any encoding, with quoted cells, LF or CRLF.
//!
//! A text is read in pieces that end with lines, some of them at once on all cores. That such an end is one of a row
//! cannot be known before: it may stand in quotes. So each piece is read as if it began with a row, and where one ends in
//! quotes, it is read again together with those behind it. The result is that of reading row by row.

mod records;

use std::borrow::Cow;
use std::collections::BTreeMap;

use encoding_rs::{Encoding, UTF_8};
use rayon::prelude::*;

use super::encoding::{self, Undecodable};
use super::header::{self, LOOKED_AT};
use super::input::Input;
use super::problem::{At, Problems, say};
use super::table::{Cells, Reader, Table, Wish};
use records::Records;

/// Comma-separated values, and tab-separated ones.
pub(super) struct Csv;

/// What may part the cells of a row.
const SEPARATORS: [u8; 4] = [b',', b'\t', b';', b'|'];

/// How much text from the start tells the separator and the header.
const SAMPLE: usize = 1 << 16;

/// Bytes of a piece, at least: more than the sample, and few enough for the cache.
const PIECE: usize = 1 << 19;

impl Reader for Csv {
    fn name(&self) -> &'static str {
        "CSV"
    }

    fn accepts(&self, name: &str, _: &[u8]) -> bool {
        let name = name.to_ascii_lowercase();
        [".csv", ".tsv", ".tab", ".txt"].iter().any(|ending| name.ends_with(ending))
    }

    fn read(&self, input: &Input, wish: &Wish, problems: &mut Problems) -> Option<Table> {
        let bytes = input.bytes(problems)?;
        let told = |error: Undecodable, problems: &mut Problems| error.tell(&input.name, problems);
        let of = encoding::of(&bytes, wish.encoding.as_deref());
        let (encoding, text) = of.map_err(|error| told(error, problems)).ok()?;
        let name = encoding::name_of(encoding);
        // Where the byte that ends lines may be a part of a letter, no piece is known before all is decoded.
        let mut decoded = String::new();
        let (text, encoding) = if encoding.is_ascii_compatible() {
            (text, encoding)
        } else {
            let whole = encoding::decode(text, encoding, &mut decoded);
            (whole.map_err(|at| told(Undecodable::Malformed(name, at), problems)).ok()?.as_bytes(), UTF_8)
        };
        let mut table = match rows(&input.name, text, encoding, problems)? {
            Ok(table) => table,
            Err(fault) => {
                fault.tell(&input.name, name, problems);
                return None;
            }
        };
        table.encoding = Some(name).filter(|&name| name != "UTF-8");
        Some(table)
    }
}

/// Why a text cannot be a table.
enum Fault {
    /// Nothing stands where its head should be.
    Empty,
    /// A letter that the encoding does not have.
    Letter(At),
    Nul(At),
    TooLarge,
}

impl Fault {
    /// The same where lines were counted from behind a text.
    fn behind(self, before: &[u8]) -> Self {
        let n_lines = || before.iter().filter(|&&byte| byte == b'\n').count();
        match self {
            Self::Letter(At::Line(line, column)) => Self::Letter(At::Line(n_lines() + line, column)),
            Self::Nul(At::Line(line, column)) => Self::Nul(At::Line(n_lines() + line, column)),
            fault => fault,
        }
    }

    fn tell(self, file: &str, encoding: &'static str, problems: &mut Problems) {
        let (code, at, what, help) = match self {
            Self::Letter(at) => return Undecodable::Malformed(encoding, at).tell(file, problems),
            Self::TooLarge => return header::too_large(file, problems),
            Self::Empty => (
                "empty",
                At::File,
                say("the file is empty", "文件为空"),
                say("a header row and one row for each entry are expected", "应有一行表头，之后每行一条记录"),
            ),
            Self::Nul(at) => (
                "nul",
                at,
                say("the text holds a NUL byte", "文本中含有 NUL 字节"),
                say("the file is damaged or not a CSV; export it again", "文件已损坏或不是 CSV，请重新导出"),
            ),
        };
        problems.error(code, file, at, what, help);
    }
}

/// The text of a piece.
fn decode<'t>(piece: &'t [u8], encoding: &'static Encoding, decoded: &'t mut String) -> Result<&'t str, Fault> {
    let text = encoding::decode(piece, encoding, decoded).map_err(Fault::Letter)?;
    match text.as_bytes().contains(&0) {
        false => Ok(text),
        true => Err(Fault::Nul(At::Line(text.split('\0').next().unwrap_or("").matches('\n').count() + 1, 1))),
    }
}

/// Where the pieces of a text begin, each but the first behind the end of a line; and where the last ends.
fn pieces(text: &[u8]) -> Vec<usize> {
    let mut starts = vec![0];
    let mut next = PIECE;
    while next < text.len()
        && let Some(end) = text[next..].iter().position(|&byte| byte == b'\n')
        && next + end + 1 < text.len()
    {
        starts.push(next + end + 1);
        next += end + 1 + PIECE;
    }
    starts.push(text.len());
    starts
}

/// The first rows of a text, without blanks around their cells; the last of a text that is cut off is left out.
fn first_rows(text: &str, separator: u8) -> Vec<Vec<String>> {
    let mut end = text.len().min(SAMPLE);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    let mut records = Records::new(&text[..end], separator);
    let mut rows = Vec::new();
    while rows.len() <= LOOKED_AT && records.next().is_some() {
        rows.push(records.cells.iter().map(|cell| cell.trim().to_owned()).collect());
    }
    if LOOKED_AT < rows.len() || end < text.len() && 1 < rows.len() {
        rows.pop();
    }
    rows
}

/// The separator by which the first rows have a header that is known, else by which most of them have equally many
/// cells, else by which they have the most.
fn separator(text: &str) -> u8 {
    let score = |&separator: &u8| {
        let rows = first_rows(text, separator);
        let n_known = rows.iter().map(|row| header::n_known(row.iter().map(String::as_str))).max().unwrap_or(0);
        let mut n_rows: BTreeMap<usize, usize> = BTreeMap::new();
        for row in rows.iter().filter(|row| 1 < row.len()) {
            *n_rows.entry(row.len()).or_insert(0) += 1;
        }
        let (n_cells, n_alike) = n_rows.into_iter().max_by_key(|&(n_cells, n)| (n, n_cells)).unwrap_or((1, 0));
        (n_known, n_alike * 10 / rows.len().max(1), n_cells)
    };
    // Of those that do equally well the first.
    SEPARATORS.into_iter().rev().max_by_key(score).unwrap_or(b',')
}

/// The table of a text; the outer `None` where it was said already why there is none.
fn rows(file: &str, text: &[u8], encoding: &'static Encoding, problems: &mut Problems) -> Option<Result<Table, Fault>> {
    let starts = pieces(text);
    let n_pieces = starts.len() - 1;
    let mut decoded = String::new();
    let start = match decode(&text[..starts[1]], encoding, &mut decoded) {
        Ok(start) => start,
        Err(fault) => return Some(Err(fault)),
    };
    let separator = separator(start);
    let first = first_rows(start, separator);
    if first.is_empty() || start.trim().is_empty() {
        return Some(Err(Fault::Empty));
    }
    let head: Vec<Vec<&str>> = first.iter().map(|row| row.iter().map(String::as_str).collect()).collect();
    let found = header::find(&head, &[]);
    let n_named = found.names.iter().rposition(|name| !name.is_empty()).map_or(0, |last| last + 1);
    let mut table = Table { file: file.to_owned(), n_titles: found.n_above, ..Table::default() };
    table.columns = found.names[..n_named].iter().map(|name| Cells::new(name, 0)).collect();
    header::duplicates(file, &table.columns, problems)?;

    let n_head = found.n_above + found.n_rows;
    let lowest = head.get(n_head.saturating_sub(1)).cloned().unwrap_or_default();
    let frame = Frame { text, encoding, separator, n_head, lowest };
    let mut parts = vec![Part::new(n_named); n_pieces.min(8 * rayon::current_num_threads())];
    let (mut at, mut n_lines) = (0, 0);
    while at < n_pieces {
        let n_parts = parts.len().min(n_pieces - at);
        let read = |(place, part): (usize, &mut Part)| part.read(&frame, starts[at + place], starts[at + place + 1]);
        let read: Vec<Result<(), Fault>> = parts[..n_parts].par_iter_mut().enumerate().map(read).collect();
        // Those that begin with a row.
        let mut whole = Vec::new();
        let mut place = 0;
        for (this, read) in read.into_iter().enumerate() {
            if this < place {
                continue;
            }
            let part = &mut parts[this];
            let (mut read, mut n) = (read, 1);
            while read.is_ok() && part.is_open && at + this + n < n_pieces {
                // Twice as many each time, so that quotes that never end do not take forever.
                n = (2 * n).min(n_pieces - at - this);
                read = part.read(&frame, starts[at + this], starts[at + this + n]);
            }
            if let Err(fault) = read {
                return Some(Err(fault.behind(&text[..starts[at + this]])));
            }
            for &(number, n_cells) in &part.ragged {
                ragged(&table, n_lines + number, n_cells, problems);
            }
            table.numbers.extend(part.numbers.iter().map(|number| n_lines + number));
            table.n_notes += part.n_notes;
            n_lines += part.n_lines;
            whole.push(this);
            place = this + n;
        }
        let append = |(place, column): (usize, &mut Cells)| {
            whole.iter().all(|&whole| column.append(&parts[whole].columns[place]))
        };
        let fits: Vec<bool> = table.columns.par_iter_mut().enumerate().map(append).collect();
        if fits.contains(&false) {
            return Some(Err(Fault::TooLarge));
        }
        at += place;
    }
    table.n_rows = table.numbers.len();
    Some(Ok(table))
}

/// A text, and what its head says of its rows.
struct Frame<'t> {
    text: &'t [u8],
    encoding: &'static Encoding,
    separator: u8,
    /// Rows up to where the data begin.
    n_head: usize,
    /// The last of them.
    lowest: Vec<&'t str>,
}

impl Frame<'_> {
    fn is_header(&self, cells: &[Cow<'_, str>]) -> bool {
        1 < cells.len()
            && cells.len() == self.lowest.len()
            && cells.iter().zip(&self.lowest).all(|(cell, header)| cell.trim_ascii() == *header)
    }
}

/// The rows of a piece, numbered from its start. Its memory is used again for other pieces.
#[derive(Clone, Debug, Default)]
struct Part {
    decoded: String,
    columns: Vec<Cells>,
    numbers: Vec<u32>,
    /// Rows with other cells than the header: the number, and how many.
    ragged: Vec<(u32, usize)>,
    n_notes: usize,
    n_lines: u32,
    /// Whether it ends in quotes.
    is_open: bool,
}

impl Part {
    fn new(n_columns: usize) -> Self {
        Self { columns: vec![Cells::default(); n_columns], ..Self::default() }
    }

    /// Reads the bytes of a text from a place to another.
    fn read(&mut self, frame: &Frame<'_>, start: usize, end: usize) -> Result<(), Fault> {
        self.columns.iter_mut().for_each(Cells::clear);
        self.numbers.clear();
        self.ragged.clear();
        self.n_notes = 0;
        let mut decoded = std::mem::take(&mut self.decoded);
        let text = decode(&frame.text[start..end], frame.encoding, &mut decoded)?;
        let mut records = Records::new(text, frame.separator);
        let mut n_left = if start == 0 { frame.n_head } else { 0 };
        while let Some(number) = records.next() {
            if 0 < n_left {
                n_left -= 1;
            } else if frame.is_header(&records.cells) {
                // Printed tables repeat it on each page.
                self.n_notes += 1;
            } else {
                self.push(number, &records.cells);
            }
        }
        (self.n_lines, self.is_open) = (records.n_lines, records.is_open);
        self.decoded = decoded;
        Ok(())
    }

    /// Appends a row; one without a filled cell is passed over, and a note counted.
    fn push(&mut self, number: u32, cells: &[Cow<'_, str>]) {
        let n_columns = self.columns.len();
        let Some(last) = cells.iter().rposition(|cell| !cell.trim().is_empty()) else {
            // Excel leaves rows of bare commas below a table.
            return;
        };
        if (1 < n_columns || cells.len() != n_columns) && header::is_note(cells.iter().map(|cell| cell.trim())) {
            self.n_notes += 1;
            return;
        }
        // Cells without a header and without content are no more than commas.
        if cells.len() < n_columns || n_columns <= last {
            self.ragged.push((number, cells.len()));
        }
        for (place, column) in self.columns.iter_mut().enumerate() {
            column.push(cells.get(place).map_or("", |cell| cell));
        }
        self.numbers.push(number);
    }
}

fn ragged(table: &Table, number: u32, n_cells: usize, problems: &mut Problems) {
    let n_columns = table.columns.len();
    problems.error(
        "ragged",
        &table.file,
        At::Row(number),
        say(
            format!("the row has {n_cells} cells, the header {n_columns}"),
            format!("该行有 {n_cells} 格，表头有 {n_columns} 格"),
        ),
        say("put cells that hold commas in double quotes", "含逗号的单元格请用双引号括起"),
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Each row as `number a|b|c`, the header first; and the codes and places of what is said.
    fn read(text: &str) -> (Vec<String>, Vec<String>) {
        let mut problems = Problems::default();
        let input = Input::of_bytes("a.csv", text.as_bytes().to_vec());
        let table = Csv.read(&input, &Wish::default(), &mut problems).unwrap_or_default();
        let headers: Vec<&str> = table.columns.iter().map(|cells| cells.header.as_str()).collect();
        let line = |row| table.columns.iter().map(|cells| cells.get(row)).collect::<Vec<_>>().join("|");
        let rows = (0..table.n_rows).map(|row| format!("{} {}", table.number(row), line(row)));
        let said = problems.kept().iter().map(|problem| format!("{}: {:?}", problem.code, problem.at));
        (std::iter::once(headers.join("|")).chain(rows).collect(), said.collect())
    }

    #[test]
    fn rows_may_lie_across_the_ends_of_pieces() {
        // Most pieces end in quotes; the last quotes never do.
        let long = "街,道\n".repeat(50_000);
        let row = |n: usize| format!("k{n},\"{long}\"\nm{n},z\n");
        let text = format!("代码,名称\n{}last,\"open\n{long}", (0..20).map(row).collect::<String>());
        let (gb18030, _, _) = encoding_rs::GB18030.encode(&text);
        for bytes in [text.as_bytes(), &gb18030] {
            assert!(8 < pieces(bytes).len());
            let input = Input::of_bytes("a.csv", bytes.to_vec());
            let mut problems = Problems::default();
            let table = Csv.read(&input, &Wish::default(), &mut problems).unwrap();
            assert_eq!((table.n_rows, problems.kept().len()), (41, 0));
            assert_eq!(table.numbers, (2..43).collect::<Vec<u32>>());
            let names: Vec<&str> = table.columns[1].iter().collect();
            assert!((0..40).all(|row| names[row] == if row % 2 == 0 { long.trim() } else { "z" }));
            assert_eq!(names[40], format!("open\n{long}").trim());
            assert_eq!((table.columns[0].get(38), table.columns[0].get(40)), ("k19", "last"));
        }
    }

    #[test]
    fn a_text_that_begins_with_nothing_has_no_header() {
        let blank = ["", "\n", " \n\t\r\n", &"\n".repeat(SAMPLE + 9), &"\u{3000}\n".repeat(PIECE)];
        for text in blank.into_iter().flat_map(|blank| [blank.to_owned(), format!("{blank}{}", "\n".repeat(PIECE))]) {
            assert_eq!(read(&text).1, ["empty: File"]);
        }
        assert_eq!(read(&("\n".repeat(SAMPLE + 9) + "a,b\n1,2\n")).1, ["empty: File"]);
    }

    #[test]
    fn damage_in_a_later_piece_is_found_at_its_line() {
        let text = "代码,名称\n".to_owned() + &"街道,1\n".repeat(400_000);
        let (gb18030, _, _) = encoding_rs::GB18030.encode(&text);
        for (bad, code, column) in [("a\0,1\n".as_bytes(), "nul", 1), (b"ab\xFF\n", "not-text", 3)] {
            let input = Input::of_bytes("a.csv", [&gb18030[..], bad, b"x,1\n"].concat());
            let mut problems = Problems::default();
            assert!(Csv.read(&input, &Wish::default(), &mut problems).is_none());
            assert_eq!((problems.kept()[0].code, &problems.kept()[0].at), (code, &At::Line(400_002, column)));
        }
    }

    #[test]
    fn separators_are_found() {
        for text in [
            "名称,代码,服务范围\n一幼,K1,V1;V2\n",
            "名称;代码;服务范围\n一幼;K1;\"V1;V2\"\n",
            "名称\t代码\t服务范围\n一幼\tK1\tV1;V2\n",
            "名称|代码|服务范围\r\n一幼|K1|V1;V2\r\n",
            "幼儿园一览表\n名称;代码;服务范围\n一幼;K1;\"V1;V2\"\n",
        ] {
            let (lines, said) = read(text);
            assert_eq!(
                (lines[0].as_str(), &lines[1][2..], said.len()),
                ("名称|代码|服务范围", "一幼|K1|V1;V2", 0),
                "{text}"
            );
        }
        // Commas for decimal points.
        assert_eq!(read("a;b\n1,5;2,5\n3,5;4,5\n").0, ["a|b", "2 1,5|2,5", "3 3,5|4,5"]);
        // One column.
        assert_eq!(read("name\na b\nc\n").0, ["name", "2 a b", "3 c"]);
    }

    #[test]
    fn rows_are_numbered_as_a_sheet_numbers_them() {
        let (lines, said) = read("code,name\na,\"x\ny\"\n\nb,z\n,\nc,w\n");
        assert_eq!((lines, said.len()), (["code|name", "2 a|x\ny", "4 b|z", "6 c|w"].map(String::from).to_vec(), 0));
    }

    #[test]
    fn titles_notes_and_repeated_headers_are_passed_over() {
        let text = "一览表,,\n代码,名称,学位\nK1,一幼,90\n代码,名称,学位\nK2,二幼,60\n注：无,,\n制表人：张三\n";
        assert_eq!(read(text), (["代码|名称|学位", "3 K1|一幼|90", "5 K2|二幼|60"].map(String::from).to_vec(), vec![]));
    }

    #[test]
    fn a_row_of_other_length_is_an_error_unless_the_rest_is_empty() {
        let (_, said) = read("code,name\na,x,y\nb\nc,z,,\n");
        assert_eq!(said, ["ragged: Row(2)", "ragged: Row(3)"]);
    }
}
