//! Text with a separator: CSV, TSV and their like, in any encoding, with quoted cells, LF or CRLF.

use std::collections::BTreeMap;

use csv::{ByteRecord, ReaderBuilder, StringRecord};

use super::encoding;
use super::header::{self, LOOKED_AT};
use super::input::Input;
use super::problem::{At, Problems, say};
use super::table::{Cells, Reader, Table, Wish};
use crate::write::csv::unguarded;

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
    let head: Vec<Vec<&str>> =
        first.iter().map(|row| row.iter().map(|cell| unguarded(cell.trim())).collect()).collect();
    let found = header::find(&head, &[]);
    let n_named = found.names.iter().rposition(|name| !name.is_empty()).map_or(0, |last| last + 1);
    let mut table = Table { file: file.to_owned(), n_titles: found.n_above, ..Table::default() };
    table.columns = found.names[..n_named].iter().map(|name| Cells::new(name, 0)).collect();
    header::duplicates(file, &table.columns, problems)?;

    let lowest = head.get((found.n_above + found.n_rows).saturating_sub(1)).cloned().unwrap_or_default();
    let is_header = |record: &ByteRecord| {
        record.len() == lowest.len()
            && lowest.iter().enumerate().all(|(index, header)| cell(record, index).trim() == *header)
    };
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
        let number = numbering.number(&record, text);
        n_read += 1;
        if n_read <= found.n_above + found.n_rows {
            continue;
        }
        // Printed tables repeat it on each page.
        if 1 < lowest.len() && is_header(&record) {
            table.n_notes += 1;
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

/// A cell of a row, without the mark that we write before what looks like a formula.
fn cell(record: &ByteRecord, index: usize) -> &str {
    // The text was UTF-8 and separators and quotes are ASCII, so every cell is UTF-8.
    unguarded(record.get(index).and_then(|cell| std::str::from_utf8(cell).ok()).unwrap_or(""))
}

/// Appends a row; one without a filled cell is passed over, and a note counted.
fn push(table: &mut Table, record: &ByteRecord, number: u32, problems: &mut Problems) {
    let cell = |index: usize| cell(record, index);
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
    fn number(&mut self, record: &ByteRecord, text: &str) -> u32 {
        let (line, byte) = record.position().map_or((0, 0), |position| (position.line(), position.byte()));
        // A record begins where the one before ended: empty lines between them are its own.
        let before = text.as_bytes().iter().skip(usize::try_from(byte).unwrap_or(usize::MAX));
        let n_empty = before.take_while(|byte| [b'\r', b'\n'].contains(byte)).filter(|&&byte| byte == b'\n').count();
        let line = line + n_empty as u64;
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
