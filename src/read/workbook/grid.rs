//! The cells of a sheet as text, wherever they lie, and the table that they make.

use std::ops::Range;

use super::Broken;
use super::value;
use crate::model::Text;
use crate::read::allowance::Allowance;
use crate::read::columns::structural;
use crate::read::header::{self, Block, Header, LOOKED_AT};
use crate::read::problem::{At, Problems, say};
use crate::read::table::{Cells, Table};
use crate::read::values;

/// The last row and column that a sheet may have, from 0; LibreOffice has more rows than Excel.
const LAST: (u32, u32) = ((1 << 24) - 1, (1 << 14) - 1);

/// How many bytes of text a sheet may hold: places in it are kept in 32 bits.
const MOST_TEXT: usize = 1 << 31;

/// How many merged cells are looked at for the header.
const MOST_BLOCKS: usize = 2000;

/// A sheet: its cells with content in whatever order, and what was seen of them.
#[derive(Debug)]
pub(super) struct Grid {
    is_probe: bool,
    allowance: Allowance,
    cells: Vec<Placed>,
    text: String,
    merged: Vec<Area>,
    errors: Tally,
    without_result: Tally,
    rounded: Tally,
    written: String,
}

#[derive(Clone, Copy, Debug)]
struct Placed {
    row: u32,
    column: u32,
    start: u32,
    end: u32,
}

/// Merged cells: first and last row, first and last column, from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Area {
    pub rows: (u32, u32),
    pub columns: (u32, u32),
}

/// How often something was seen, and where and what first.
#[derive(Debug, Default)]
struct Tally {
    n: usize,
    first: Option<(u32, String)>,
}

impl Tally {
    fn count(&mut self, row: u32, seen: &str) {
        self.n += 1;
        if self.first.is_none() {
            self.first = Some((row, seen.to_owned()));
        }
    }

    /// Says it once, at the first of them.
    fn tell(
        &self,
        code: &'static str,
        file: &str,
        words: impl Fn(usize, &str) -> (Text, Text),
        problems: &mut Problems,
    ) {
        if let Some((row, seen)) = &self.first {
            let (what, help) = words(self.n, seen);
            problems.warning(code, file, At::Row(row.saturating_add(1)), what, help);
        }
    }
}

impl Grid {
    /// An empty sheet of a file of so many bytes.
    pub(super) fn new(n_bytes: u64) -> Self {
        Self {
            is_probe: false,
            allowance: Allowance::of(n_bytes),
            cells: Vec::new(),
            text: String::new(),
            merged: Vec::new(),
            errors: Tally::default(),
            without_result: Tally::default(),
            rounded: Tally::default(),
            written: String::new(),
        }
    }

    /// A grid that only finds out whether there is a cell: the first one ends the reading with [`Broken::Found`].
    pub(super) fn probe() -> Self {
        Self { is_probe: true, ..Self::new(0) }
    }

    /// A cell of text.
    pub(super) fn push(&mut self, row: u32, column: u32, text: &str) -> Result<(), Broken> {
        let text = text.trim();
        if text.is_empty() {
            return Ok(());
        }
        if self.is_probe {
            return Err(Broken::Found);
        }
        if LAST.0 < row || LAST.1 < column {
            return Err(Broken::Damaged(format!("a cell in row {row} and column {column} lies outside of any sheet")));
        }
        let n_bytes = (size_of::<Placed>() + text.len()) as u64;
        if MOST_TEXT < self.text.len() + text.len() || !self.allowance.bytes(n_bytes) {
            return Err(Broken::TooLarge);
        }
        let start = self.text.len() as u32;
        self.text.push_str(text);
        self.cells.push(Placed { row, column, start, end: self.text.len() as u32 });
        Ok(())
    }

    /// A cell with a number.
    pub(super) fn push_number(&mut self, row: u32, column: u32, number: f64) -> Result<(), Broken> {
        let mut written = std::mem::take(&mut self.written);
        value::number(number, &mut written);
        if value::has_lost_digits(number) {
            self.rounded.count(row, &written);
        }
        let pushed = self.push(row, column, &written);
        self.written = written;
        pushed
    }

    /// A cell with a day or a time.
    pub(super) fn push_day(&mut self, row: u32, column: u32, number: f64, is_1904: bool) -> Result<(), Broken> {
        let mut written = std::mem::take(&mut self.written);
        value::day(number, is_1904, &mut written);
        let pushed = self.push(row, column, &written);
        self.written = written;
        pushed
    }

    /// A cell with yes or no.
    pub(super) fn push_flag(&mut self, row: u32, column: u32, flag: bool) -> Result<(), Broken> {
        self.push(row, column, if flag { "TRUE" } else { "FALSE" })
    }

    /// A cell with an error such as `#N/A`: missing.
    pub(super) fn push_error(&mut self, row: u32, error: &str) -> Result<(), Broken> {
        self.errors.count(row, error);
        if self.is_probe { Err(Broken::Found) } else { Ok(()) }
    }

    /// A formula whose result the file does not hold: missing.
    pub(super) fn push_without_result(&mut self, row: u32) -> Result<(), Broken> {
        self.without_result.count(row, "");
        if self.is_probe { Err(Broken::Found) } else { Ok(()) }
    }

    /// Merged cells.
    pub(super) fn merge(&mut self, area: Area) -> Result<(), Broken> {
        if !self.allowance.bytes(size_of::<Area>() as u64) {
            return Err(Broken::TooLarge);
        }
        if area.rows.0 <= area.rows.1 && area.columns.0 <= area.columns.1 {
            self.merged.push(area);
        }
        Ok(())
    }

    fn get(&self, cell: Placed) -> &str {
        &self.text[cell.start as usize..cell.end as usize]
    }

    /// The table under the header that is found.
    pub(super) fn into_table(mut self, file: &str, problems: &mut Problems) -> Option<Table> {
        let place = |cell: &Placed| (cell.row, cell.column);
        if !self.cells.is_sorted_by_key(place) {
            self.cells.sort_by_key(place);
            self.cells.dedup_by_key(|cell| (cell.row, cell.column));
        }
        self.merged.sort_by_key(|area| (area.rows.0, area.columns.0));
        self.tell(file, problems);

        let rows = self.rows();
        let head = self.head(&rows);
        let head: Vec<Vec<&str>> = head.iter().map(|row| row.iter().map(|cell| cell.as_ref()).collect()).collect();
        let found = header::find(&head, &self.blocks(&rows));
        let (n_above, n_rows) = (found.n_above, found.n_rows);
        let below = rows.get(n_above + n_rows..).unwrap_or_default();
        let lowest = head.get((n_above + n_rows).saturating_sub(1)).cloned().unwrap_or_default();
        let frame = Frame::new(&self, &found, below, lowest);
        if !self.allowance.rows(below.len() as u64, frame.columns.len()) {
            header::too_large(file, problems);
            return None;
        }
        let mut table = Table { file: file.to_owned(), n_titles: n_above, ..Table::default() };
        table.columns = frame.columns.iter().map(|&column| Cells::new(name(&found, column), 0)).collect();
        header::duplicates(file, &table.columns, problems)?;
        self.fill(&mut table, &frame, below, problems);
        Some(table)
    }

    fn tell(&self, file: &str, problems: &mut Problems) {
        let errors = |n: usize, seen: &str| {
            (
                say(
                    format!("{n} cells hold errors such as {seen}: they count as missing"),
                    format!("{n} 个单元格为 {seen} 等错误值，按缺失处理"),
                ),
                say("mend the formulas, or write the values", "请修正公式，或直接填写数值"),
            )
        };
        self.errors.tell("error-cells", file, errors, problems);
        let without_result = |n: usize, _: &str| {
            (
                say(
                    format!("the results of {n} formulas are not stored in the file: they count as missing"),
                    format!("文件中没有保存 {n} 个公式的结果，按缺失处理"),
                ),
                say(
                    "open the file in Excel, WPS or LibreOffice and save it",
                    "请用 Excel、WPS 或 LibreOffice 打开并保存",
                ),
            )
        };
        self.without_result.tell("no-result", file, without_result, problems);
        let rounded = |n: usize, seen: &str| {
            (
                say(
                    format!(
                        "{n} numbers have more digits than a sheet keeps, such as {seen}: the last are not as typed"
                    ),
                    format!("{n} 个数字超过 15 位，如 {seen}，末尾几位已失真"),
                ),
                say("format the column as text and enter the codes again", "请将该列设为文本格式后重新录入"),
            )
        };
        self.rounded.tell("lost-digits", file, rounded, problems);
    }

    /// Where the cells of each row are; rows without any are not there.
    fn rows(&self) -> Vec<Range<usize>> {
        let mut start = 0;
        let cut = self.cells.chunk_by(|one, other| one.row == other.row);
        cut.map(|row| {
            let range = start..start + row.len();
            start = range.end;
            range
        })
        .collect()
    }

    /// The first rows with a cell for each column; line breaks are for looks in headers.
    fn head(&self, rows: &[Range<usize>]) -> Vec<Vec<String>> {
        let line = |row: &Range<usize>| {
            let cells = &self.cells[row.clone()];
            let mut line = vec![String::new(); cells.last().map_or(0, |cell| cell.column as usize + 1)];
            for &cell in cells {
                line[cell.column as usize] = header::one_line(self.get(cell));
            }
            line
        };
        rows.iter().take(LOOKED_AT).map(line).collect()
    }

    /// Merged cells that begin in the first rows, by the places of these.
    fn blocks(&self, rows: &[Range<usize>]) -> Vec<Block> {
        let numbers: Vec<u32> = rows.iter().take(LOOKED_AT).map(|row| self.cells[row.start].row).collect();
        let block = |area: &Area| {
            let first = numbers.binary_search(&area.rows.0).ok()?;
            let last = numbers.partition_point(|&number| number <= area.rows.1) - 1;
            Some(Block { rows: (first, last), columns: (area.columns.0 as usize, area.columns.1 as usize) })
        };
        self.merged.iter().filter_map(block).take(MOST_BLOCKS).collect()
    }

    /// Appends the rows below the header, merged cells filled downwards.
    fn fill(&self, table: &mut Table, frame: &Frame<'_>, below: &[Range<usize>], problems: &mut Problems) {
        let n_columns = frame.columns.len();
        let mut line: Vec<&str> = Vec::new();
        // What each column goes on with, and up to which row.
        let mut merged: Vec<Option<(u32, &str)>> = vec![None; n_columns];
        let mut held_back = Tally::default();
        let mut areas = self.merged.as_slice();
        for row in below {
            let cells = &self.cells[row.clone()];
            let number = cells[0].row;
            line.clear();
            line.resize(n_columns, "");
            for &cell in cells {
                line[frame.place(cell.column)] = self.get(cell);
            }
            let mut widest = 0;
            while let [area, rest @ ..] = areas
                && area.rows.0 <= number
            {
                areas = rest;
                if area.rows.0 != number || !frame.holds(area.columns.0) {
                    continue;
                }
                widest = widest.max(area.columns.1 - area.columns.0 + 1);
                let place = frame.place(area.columns.0);
                if area.rows.0 < area.rows.1 && !line[place].is_empty() {
                    merged[place] = Some((area.rows.1, line[place]));
                }
            }
            if frame.is_no_data(&line, widest as usize) {
                table.n_notes += 1;
                continue;
            }
            for (place, cell) in line.iter_mut().enumerate() {
                let Some((_, above)) = merged[place].filter(|&(last, _)| number <= last && cell.is_empty()) else {
                    continue;
                };
                if frame.is_repeated(place, above) {
                    *cell = above;
                } else {
                    held_back.count(number, above);
                }
            }
            for (column, cell) in table.columns.iter_mut().zip(&line) {
                column.push(cell);
            }
            table.numbers.push(number.saturating_add(1));
            table.n_rows += 1;
        }
        let words = |n: usize, seen: &str| {
            (
                say(
                    format!(
                        "one number, such as {seen}, is merged over several rows: it is taken for the first of them, and {n} rows have none"
                    ),
                    format!("{seen} 等数值合并在多行中：只计入首行，其余 {n} 行按缺失处理"),
                ),
                say("write a number into each row", "请取消合并，逐行填写"),
            )
        };
        held_back.tell("merged-number", &table.file, words, problems);
    }
}

/// The columns of the table in the sheet, and what its rows are judged by.
struct Frame<'a> {
    /// The column of the sheet, for each of the table.
    columns: Vec<u32>,
    /// The column of the table, for each of the sheet; [`Self::NONE`] where there is none.
    places: Vec<u32>,
    /// The lowest row of the header, by column of the table.
    lowest: Vec<&'a str>,
    /// Whether a number in it is a name, by column of the table.
    is_code: Vec<bool>,
}

/// The header of a column of the sheet.
fn name(found: &Header, column: u32) -> &str {
    found.names.get(column as usize).map_or("", String::as_str)
}

impl<'a> Frame<'a> {
    const NONE: u32 = u32::MAX;

    fn new(grid: &Grid, found: &Header, below: &[Range<usize>], lowest: Vec<&'a str>) -> Self {
        let cells = below.first().map_or(&[][..], |first| &grid.cells[first.start..]);
        let last = cells.iter().map(|cell| cell.column as usize + 1).max().unwrap_or(0).max(found.names.len());
        let mut is_used = vec![false; last];
        for (column, name) in found.names.iter().enumerate() {
            is_used[column] = !name.is_empty();
        }
        for cell in cells {
            is_used[cell.column as usize] = true;
        }
        let columns: Vec<u32> = (0..last as u32).filter(|&column| is_used[column as usize]).collect();
        let mut places = vec![Self::NONE; last];
        for (place, &column) in columns.iter().enumerate() {
            places[column as usize] = place as u32;
        }
        let is_code = |&column: &u32| {
            let name = name(found, column);
            structural(name).is_some() || ["码", "号", "code", "Code", "CODE"].iter().any(|word| name.contains(word))
        };
        Self {
            lowest: columns.iter().map(|&column| lowest.get(column as usize).copied().unwrap_or("")).collect(),
            is_code: columns.iter().map(is_code).collect(),
            columns,
            places,
        }
    }

    fn holds(&self, column: u32) -> bool {
        self.places.get(column as usize).is_some_and(|&place| place != Self::NONE)
    }

    fn place(&self, column: u32) -> usize {
        self.places[column as usize] as usize
    }

    /// Whether a row is a note, the header once more, or a heading across at least half of the table.
    fn is_no_data(&self, line: &[&str], widest: usize) -> bool {
        let is_heading = || line.iter().filter(|cell| !cell.is_empty()).count() == 1 && line.len() <= 2 * widest;
        1 < line.len()
            && (header::is_note(line.iter().copied()) || line == self.lowest.as_slice() || 1 < widest && is_heading())
    }

    /// Whether a cell that is merged over several rows is meant in each: a name or a code is, an amount is not.
    fn is_repeated(&self, place: usize, cell: &str) -> bool {
        self.is_code[place] || values::number(cell).is_none()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A sheet written as rows of `a|b|c`; numbers are numbers.
    fn grid(rows: &[&str], merged: &[Area]) -> Grid {
        let mut grid = Grid::new(0);
        for (row, cells) in rows.iter().enumerate() {
            for (column, cell) in cells.split('|').enumerate() {
                match cell.parse() {
                    Ok(number) => grid.push_number(row as u32, column as u32, number).unwrap(),
                    Err(_) => grid.push(row as u32, column as u32, cell).unwrap(),
                }
            }
        }
        merged.iter().for_each(|&area| grid.merge(area).unwrap());
        grid
    }

    fn table(grid: Grid) -> (Table, Vec<String>) {
        let mut problems = Problems::default();
        let table = grid.into_table("a.xlsx", &mut problems).unwrap();
        let said = problems.kept().iter().map(|problem| format!("{}: {:?}", problem.code, problem.at));
        (table, said.collect())
    }

    fn lines(table: &Table) -> Vec<String> {
        let line = |row| table.columns.iter().map(|cells| cells.get(row)).collect::<Vec<_>>().join("|");
        (0..table.n_rows).map(|row| format!("{} {}", table.number(row), line(row))).collect()
    }

    fn area(rows: (u32, u32), columns: (u32, u32)) -> Area {
        Area { rows, columns }
    }

    #[test]
    fn rows_keep_the_numbers_of_the_sheet() {
        let rows = ["幼儿园一览表||", "", "代码|名称|学位", "K1|一幼|90", "", "K2|二幼|", "备注：无"];
        let (table, said) = table(grid(&rows, &[area((0, 0), (0, 2))]));
        assert_eq!(lines(&table), ["4 K1|一幼|90", "6 K2|二幼|"]);
        assert_eq!((table.n_titles, table.n_notes, said.len()), (1, 1, 0));
    }

    // 光明街道 stands for three rows; its 500 places do not.
    #[test]
    fn a_merged_name_is_meant_in_each_row_and_a_merged_amount_is_not() {
        let rows = ["街道|区划代码|名称|学位", "光明街道|210213001|一幼|500", "||二幼|", "||三幼|30"];
        let merged = [area((1, 3), (0, 0)), area((1, 3), (1, 1)), area((1, 2), (3, 3))];
        let (table, said) = table(grid(&rows, &merged));
        assert_eq!(
            lines(&table),
            ["2 光明街道|210213001|一幼|500", "3 光明街道|210213001|二幼|", "4 光明街道|210213001|三幼|30"]
        );
        assert_eq!(said, ["merged-number: Row(3)"]);
    }

    #[test]
    fn headings_and_repeated_headers_are_no_data() {
        let rows = ["代码|名称|学位", "一、公办||", "K1|一幼|90", "代码|名称|学位", "二、民办||", "K2|二幼|60"];
        let (table, _) = table(grid(&rows, &[area((1, 1), (0, 2)), area((4, 4), (0, 2))]));
        assert_eq!((lines(&table), table.n_notes), (vec!["3 K1|一幼|90".to_owned(), "6 K2|二幼|60".to_owned()], 3));
    }

    #[test]
    fn a_cell_far_away_costs_no_more_than_any_other() {
        let mut grid = grid(&["代码|名称", "K1|一幼"], &[]);
        grid.push(1_048_575, 16_383, "x").unwrap();
        let (table, _) = table(grid);
        assert_eq!(lines(&table), ["2 K1|一幼|", "1048576 ||x"]);
        let mut grid = Grid::new(0);
        assert!(matches!(grid.push(1 << 24, 0, "x"), Err(Broken::Damaged(_))));
    }

    // Five thousand rows of sixteen thousand columns, of which one is filled.
    #[test]
    fn a_table_that_spreads_over_too_much_is_refused() {
        let mut grid = Grid::new(0);
        for column in 0..16_384 {
            grid.push(0, column, &format!("c{column}")).unwrap();
        }
        for row in 1..=5_000 {
            grid.push(row, 0, "x").unwrap();
        }
        let mut problems = Problems::default();
        assert!(grid.into_table("a.xlsx", &mut problems).is_none());
        assert_eq!(problems.kept()[0].code, "too-large");
    }

    #[test]
    fn errors_and_formulas_without_a_result_are_missing_and_said_once() {
        let mut grid = grid(&["代码|名称|学位", "K1|一幼|", "K2|二幼|", "9e17|三幼|"], &[]);
        grid.push_error(1, "#N/A").unwrap();
        grid.push_error(2, "#REF!").unwrap();
        grid.push_without_result(2).unwrap();
        let (table, said) = table(grid);
        assert_eq!(table.columns[2].iter().filter(|cell| !cell.is_empty()).count(), 0);
        assert_eq!(said, ["error-cells: Row(2)", "no-result: Row(3)", "lost-digits: Row(4)"]);
    }
}
