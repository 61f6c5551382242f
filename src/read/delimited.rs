//! CSV: UTF-8, a header row, quoted cells, LF or CRLF.

use std::collections::BTreeMap;

use super::input::Input;
use super::problem::{At, Problems, say};
use super::table::{Cells, Reader, Table, Wish};

/// Comma-separated values.
pub(super) struct Csv;

impl Reader for Csv {
    fn name(&self) -> &'static str {
        "CSV"
    }

    fn accepts(&self, name: &str, _: &[u8]) -> bool {
        name.to_ascii_lowercase().ends_with(".csv")
    }

    fn read(&self, input: &Input, _: &Wish, problems: &mut Problems) -> Option<Table> {
        let text = input.text(problems)?;
        if text.trim().is_empty() {
            problems.error(
                "empty",
                &input.name,
                At::File,
                say("the file is empty", "文件为空"),
                say("a header row and one row for each entry are expected", "应有一行表头，之后每行一条记录"),
            );
            return None;
        }
        if let Some(position) = text.bytes().position(|byte| byte == 0) {
            let line = text[..position].matches('\n').count() + 1;
            problems.error(
                "nul",
                &input.name,
                At::Line(line, 1),
                say("the text holds a NUL byte", "文本中含有 NUL 字节"),
                say("the file is damaged or not a CSV; export it again", "文件已损坏或不是 CSV，请重新导出"),
            );
            return None;
        }
        let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(text.as_bytes());
        let headers = match reader.headers() {
            Ok(headers) => headers.clone(),
            Err(error) => {
                damaged(&input.name, At::File, &error, problems);
                return None;
            }
        };
        let mut columns: Vec<Cells> = headers.iter().map(|header| Cells::new(header.trim(), 0)).collect();
        duplicates(&input.name, &columns, problems)?;

        let mut record = csv::StringRecord::new();
        let mut n_rows = 0_usize;
        loop {
            match reader.read_record(&mut record) {
                Ok(false) => break,
                Ok(true) => {}
                Err(error) => {
                    damaged(&input.name, At::Row(number(n_rows)), &error, problems);
                    return None;
                }
            }
            if record.iter().all(|cell| cell.trim().is_empty()) {
                // Excel leaves rows of bare commas below a table.
                continue;
            }
            if record.len() != columns.len() {
                problems.error(
                    "ragged",
                    &input.name,
                    At::Row(number(n_rows)),
                    say(
                        format!("the row has {} cells, the header {}", record.len(), columns.len()),
                        format!("该行有 {} 格，表头有 {} 格", record.len(), columns.len()),
                    ),
                    say("put cells that hold commas in double quotes", "含逗号的单元格请用双引号括起"),
                );
            }
            for (index, column) in columns.iter_mut().enumerate() {
                column.push(record.get(index).unwrap_or(""));
            }
            n_rows += 1;
        }
        Some(Table { file: input.name.clone(), columns, n_rows, ..Table::default() })
    }
}

/// The number of a row as messages count.
fn number(row: usize) -> u32 {
    u32::try_from(row + 1).unwrap_or(u32::MAX)
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

/// Two columns of one name: which one is meant cannot be known.
fn duplicates(file: &str, columns: &[Cells], problems: &mut Problems) -> Option<()> {
    let mut seen: BTreeMap<&str, usize> = BTreeMap::new();
    for column in columns.iter().filter(|column| !column.header.is_empty()) {
        *seen.entry(&column.header).or_insert(0) += 1;
    }
    let mut single = Some(());
    for (header, n) in seen.into_iter().filter(|&(_, n)| 1 < n) {
        problems.error(
            "duplicate-header",
            file,
            At::Column(header.to_owned()),
            say(format!("{n} columns have this header"), format!("有 {n} 列使用同一表头")),
            say("give each column its own header", "请为每一列使用不同的表头"),
        );
        single = None;
    }
    single
}
