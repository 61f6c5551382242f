//! Text with a separator: CSV, TSV and their like, in any encoding, with quoted cells, LF or CRLF.

use std::collections::BTreeMap;

use csv::{ByteRecord, ReaderBuilder, StringRecord};

use super::encoding;
use super::header::{self, LOOKED_AT};
use super::input::Input;
use super::problem::{At, Problems, say};
use super::table::{Cells, Reader, Table, Wish};

/// Comma-separated values, and tab-separated ones.
pub(super) struct Csv;

/// What may part the cells of a row.
const SEPARATORS: [u8; 4] = [b',', b'\t', b';', b'|'];

/// How much text from the start tells the separator and the header.
const SAMPLE: usize = 1 << 16;

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
        let (text, encoding) = match encoding::decode(&bytes, wish.encoding.as_deref()) {
            Ok(decoded) => decoded,
            Err(error) => {
                error.tell(&input.name, problems);
                return None;
            }
        };
        if is_refused(&text, &input.name, problems) {
            return None;
        }
        let mut table = rows(&text, &input.name, problems)?;
        table.encoding = Some(encoding).filter(|&name| name != "UTF-8");
        Some(table)
    }
}

/// Whether the text cannot be a table.
fn is_refused(text: &str, file: &str, problems: &mut Problems) -> bool {
    if text.trim().is_empty() {
        problems.error(
            "empty",
            file,
            At::File,
            say("the file is empty", "文件为空"),
            say("a header row and one row for each entry are expected", "应有一行表头，之后每行一条记录"),
        );
        return true;
    }
    if let Some(position) = text.bytes().position(|byte| byte == 0) {
        let line = text[..position].matches('\n').count() + 1;
        problems.error(
            "nul",
            file,
            At::Line(line, 1),
            say("the text holds a NUL byte", "文本中含有 NUL 字节"),
            say("the file is damaged or not a CSV; export it again", "文件已损坏或不是 CSV，请重新导出"),
        );
        return true;
    }
    false
}

/// A reader of the rows of a text; rows may have more or fewer cells than others.
fn reader(text: &str, separator: u8) -> csv::Reader<&[u8]> {
    ReaderBuilder::new().flexible(true).has_headers(false).delimiter(separator).from_reader(text.as_bytes())
}

/// The first rows of a text; the last of a text that is cut off is left out.
fn first_rows(text: &str, separator: u8) -> Vec<StringRecord> {
    let mut end = text.len().min(SAMPLE);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    let rows = reader(&text[..end], separator).into_records().map_while(Result::ok);
    let mut rows: Vec<StringRecord> = rows.take(LOOKED_AT + 1).collect();
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
        let n_known = rows.iter().map(|row| header::n_known(row.iter())).max().unwrap_or(0);
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

fn rows(text: &str, file: &str, problems: &mut Problems) -> Option<Table> {
    let separator = separator(text);
    let first = first_rows(text, separator);
    let head: Vec<Vec<&str>> = first.iter().map(|row| row.iter().map(str::trim).collect()).collect();
    let found = header::find(&head, &[]);
    let n_named = found.names.iter().rposition(|name| !name.is_empty()).map_or(0, |last| last + 1);
    let mut table = Table { file: file.to_owned(), n_titles: found.n_above, ..Table::default() };
    table.columns = found.names[..n_named].iter().map(|name| Cells::new(name, 0)).collect();
    header::duplicates(file, &table.columns, problems)?;

    let mut rows = reader(text, separator);
    let mut record = ByteRecord::new();
    let mut n_read = 0;
    let mut numbering = Numbering::default();
    loop {
        match rows.read_byte_record(&mut record) {
            Ok(false) => break,
            Ok(true) => {}
            Err(error) => {
                damaged(file, At::Row(numbering.next), &error, problems);
                return None;
            }
        }
        let number = numbering.number(&record);
        n_read += 1;
        if n_read <= found.n_above + found.n_rows {
            continue;
        }
        push(&mut table, &record, number, problems);
    }
    if table.columns.iter().any(Cells::is_full) {
        header::too_large(file, problems);
        return None;
    }
    Some(table)
}

/// Appends a row; one without a filled cell is passed over, and a note counted.
fn push(table: &mut Table, record: &ByteRecord, number: u32, problems: &mut Problems) {
    // The text was UTF-8 and separators and quotes are ASCII, so every cell is UTF-8.
    let cell = |index: usize| record.get(index).and_then(|cell| std::str::from_utf8(cell).ok()).unwrap_or("");
    let n_columns = table.columns.len();
    if record.len() != n_columns {
        let n_filled = (0..record.len()).rposition(|index| !cell(index).trim().is_empty()).map_or(0, |last| last + 1);
        if n_filled == 0 {
            // Excel leaves rows of bare commas below a table.
            return;
        }
        if header::is_note((0..record.len()).map(|index| cell(index).trim())) {
            table.n_notes += 1;
            return;
        }
        // Cells without a header and without content are no more than commas.
        if record.len() < n_columns || n_columns < n_filled {
            ragged(table, number, record.len(), problems);
        }
    } else if (0..n_columns).all(|index| cell(index).trim().is_empty()) {
        return;
    } else if n_columns > 1 && header::is_note((0..n_columns).map(|index| cell(index).trim())) {
        table.n_notes += 1;
        return;
    }
    for (index, column) in table.columns.iter_mut().enumerate() {
        column.push(cell(index));
    }
    table.numbers.push(number);
    table.n_rows += 1;
}

/// Rows as a sheet counts them: empty lines count, line breaks in quotes do not.
struct Numbering {
    next: u32,
    /// Line breaks in quotes so far.
    n_inside: u64,
}

impl Default for Numbering {
    fn default() -> Self {
        Self { next: 1, n_inside: 0 }
    }
}

impl Numbering {
    fn number(&mut self, record: &ByteRecord) -> u32 {
        let line = record.position().map_or(0, csv::Position::line);
        let number = u32::try_from(line - self.n_inside.min(line)).unwrap_or(u32::MAX).max(self.next);
        self.n_inside += record.as_slice().iter().filter(|&&byte| byte == b'\n').count() as u64;
        self.next = number.saturating_add(1);
        number
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

fn damaged(file: &str, at: At, error: &csv::Error, problems: &mut Problems) {
    problems.error(
        "damaged",
        file,
        at,
        say(format!("the text cannot be read as CSV: {error}"), format!("无法按 CSV 读取：{error}")),
        say("export the file again", "请重新导出文件"),
    );
}
