//! Where the header of a table is, under titles and with group headers over it.
//!
//! The header is the row with the most headers that the vocabulary knows, where at least half of the row is known; else,
//! and when in doubt, the first row that is no title. A title is a row of one filled cell, or one that fills less than
//! half of the table's width and has no known header. Rows of group headers above it (`人口` over `0-2岁`, `3-5岁`), and
//! of parts below it, belong to the header. Nothing is read into a row of data.

use std::collections::{BTreeMap, HashMap};

use super::columns::structural;
use super::problem::{At, Problems, say};
use super::table::Cells;
use super::values;
use super::vocabulary::{AttributeType, vocabulary};

/// How many rows from the start are looked at.
pub(super) const LOOKED_AT: usize = 30;

/// How many rows a header may have.
const MOST_ROWS: usize = 3;

/// The longest cell that may be a header that the vocabulary knows, in bytes.
const LONGEST_KNOWN: usize = 120;

/// Rows at the start of a table, each with its cells from the first column on, blanks around them cut off.
pub(super) type Head<'a> = [Vec<&'a str>];

/// A block of cells that a sheet shows as one: from row to row and from column to column, both from 0 and with the last.
/// Rows are counted as in [`Head`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Block {
    /// First and last row.
    pub rows: (usize, usize),
    /// First and last column.
    pub columns: (usize, usize),
}

/// The header that was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Header {
    /// How many rows of titles stand above it.
    pub n_above: usize,
    /// How many rows it has.
    pub n_rows: usize,
    /// One a column; empty where there is none.
    pub names: Vec<String>,
}

/// Finds the header in the first rows of a table that has one.
pub(super) fn find(head: &Head<'_>, merged: &[Block]) -> Header {
    let n_columns = head.iter().map(Vec::len).max().unwrap_or(0);
    let rows: Vec<Row> = head.iter().map(|cells| Row::of(cells)).collect();
    let main = main_row(&rows);
    let grown = |upper: usize, lower: usize| is_one_header(head, &rows, merged, upper, lower);
    let (mut first, mut last) = (main, main);
    while last + 1 < head.len() && last + 1 - first < MOST_ROWS && grown(last, last + 1) {
        last += 1;
    }
    while 0 < first && last + 1 - first < MOST_ROWS && grown(first - 1, first) {
        first -= 1;
    }
    let filled: Vec<Vec<&str>> =
        (first..=last).map(|row| spread(head, merged, row, (first, last), n_columns)).collect();
    Header { n_above: first, n_rows: last + 1 - first, names: joined(&filled, n_columns) }
}

/// Whether a row below the data is no data: a note, a source or the names of who made the table.
pub(super) fn is_note<'a>(mut cells: impl Iterator<Item = &'a str>) -> bool {
    const WORDS: [&str; 22] = [
        "注",
        "备注",
        "附注",
        "说明",
        "数据来源",
        "资料来源",
        "来源",
        "填表人",
        "制表人",
        "制表单位",
        "填报人",
        "填报单位",
        "审核人",
        "审核",
        "负责人",
        "单位负责人",
        "统计负责人",
        "联系人",
        "note",
        "notes",
        "source",
        "prepared by",
    ];
    let Some(first) = cells.find(|cell| !cell.is_empty()) else { return false };
    let Some(end) = first.find(['：', ':']) else { return false };
    // A number may follow the word: 注1：
    let word = first[..end].trim().trim_end_matches(|letter: char| letter.is_numeric()).trim();
    WORDS.iter().any(|known| word.eq_ignore_ascii_case(known))
}

/// How many of the cells are headers that the vocabulary knows.
pub(super) fn n_known<'a>(cells: impl Iterator<Item = &'a str>) -> usize {
    cells.filter(|cell| is_known(cell)).count()
}

/// Two columns of one name: which one is meant cannot be known.
pub(super) fn duplicates(file: &str, columns: &[Cells], problems: &mut Problems) -> Option<()> {
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

/// The texts of a column are more than can be held.
pub(super) fn too_large(file: &str, problems: &mut Problems) {
    problems.error(
        "too-large",
        file,
        At::File,
        say("the table holds more than can be read at once", "数据表过大，无法一次读取"),
        say("split it into several files", "请拆分为多个文件"),
    );
}

/// What is seen of a row.
#[derive(Clone, Copy, Debug, Default)]
struct Row {
    n_filled: usize,
    n_known: usize,
    n_numbers: usize,
}

impl Row {
    fn of(cells: &[&str]) -> Self {
        let mut row = Self::default();
        for cell in cells.iter().filter(|cell| !cell.is_empty()) {
            row.n_filled += 1;
            row.n_known += usize::from(is_known(cell));
            row.n_numbers += usize::from(values::number(cell).is_some());
        }
        row
    }

    fn is_mostly_known(self) -> bool {
        2 <= self.n_known && self.n_filled <= 2 * self.n_known && self.n_numbers == 0
    }
}

fn is_known(cell: &str) -> bool {
    cell.len() <= LONGEST_KNOWN
        && (structural(cell).is_some() || vocabulary().group(cell).is_some() || vocabulary().attribute(cell).is_some())
}

/// The row of the header, or the lowest or highest of its rows.
fn main_row(rows: &[Row]) -> usize {
    let width = rows.iter().map(|row| row.n_filled).max().unwrap_or(0);
    let is_title = |row: &Row| row.n_known == 0 && (row.n_filled == 1 && 1 < width || 2 * row.n_filled < width);
    let first = rows.iter().position(|row| 0 < row.n_filled && !is_title(row)).unwrap_or(0);
    let mut best = first;
    for (index, row) in rows.iter().enumerate() {
        if row.is_mostly_known() && rows[best].n_known < row.n_known {
            best = index;
        }
    }
    best
}

/// Whether a row and the next are both of the header: the lower one names parts of what the upper one names.
fn is_one_header(head: &Head<'_>, rows: &[Row], merged: &[Block], upper: usize, lower: usize) -> bool {
    if rows[lower].n_numbers != 0 || rows[upper].n_numbers != 0 || rows[lower].n_filled == 0 || rows[upper].n_filled < 2
    {
        return false;
    }
    let n_columns = head[upper].len().max(head[lower].len());
    let at = |row: usize, column: usize| head[row].get(column).copied().unwrap_or("");
    let in_upper = |block: &&Block| (block.rows.0..=block.rows.1).contains(&upper);
    let blocks: Vec<&Block> = merged.iter().filter(in_upper).collect();
    // A sheet that merges cells says which belong together.
    let is_parted = |block: &&Block| {
        let (from, to) = block.columns;
        block.rows.1 == upper && from < to && (from..=to).filter(|&column| !at(lower, column).is_empty()).count() > 1
    };
    if !blocks.is_empty() {
        let covers = |column: usize| {
            blocks.iter().any(|block| block.rows.1 >= lower && (block.columns.0..=block.columns.1).contains(&column))
        };
        // Data would stand below headers of a single cell too.
        let is_below_single = |column: usize| {
            let part = blocks.iter().any(|block| {
                block.columns.0 < block.columns.1 && (block.columns.0..=block.columns.1).contains(&column)
            });
            !at(lower, column).is_empty() && !part && !covers(column)
        };
        return blocks.iter().any(is_parted) && (0..n_columns).filter(|&column| is_below_single(column)).count() == 0;
    }
    // Without merged cells: below each header of one column is nothing, below each blank is a part, and the first of the
    // parts stands below the header of the group.
    let mut parts: Vec<usize> = Vec::new();
    for column in 0..n_columns {
        let is_group = column + 1 < n_columns && at(upper, column + 1).is_empty() && !at(lower, column + 1).is_empty();
        match (at(upper, column).is_empty(), at(lower, column).is_empty()) {
            (true, true) => {}
            (true, false) => parts.push(column),
            (false, false) if is_group => parts.push(column),
            (false, true) if !is_group => {}
            _ => return false,
        }
    }
    // It may still be a row of data without a first cell: parts are known, or stand over numbers.
    let is_over_number = |column: &usize| {
        head.get(lower + 1).is_some_and(|row| values::number(row.get(*column).unwrap_or(&"")).is_some())
    };
    let n_sure = parts.iter().filter(|&column| is_known(at(lower, *column)) || is_over_number(column)).count();
    1 < parts.len() && !at(upper, 0).is_empty() && at(lower, 0).is_empty() && parts.len() <= 2 * n_sure
}

/// The cells of a row of the header, with what merged cells and groups above say in each of their columns.
fn spread<'a>(
    head: &Head<'a>,
    merged: &[Block],
    row: usize,
    (first, last): (usize, usize),
    n_columns: usize,
) -> Vec<&'a str> {
    let mut cells = head[row].clone();
    cells.resize(n_columns, "");
    for block in merged {
        let (from, to) = (block.columns.0, block.columns.1.min(n_columns.saturating_sub(1)));
        if (block.rows.0..=block.rows.1).contains(&row) && (first..=last).contains(&block.rows.0) && from <= to {
            let said = head[block.rows.0].get(from).copied().unwrap_or("");
            cells[from..=to].fill(said);
        }
    }
    if merged.is_empty() && row < last {
        // A group's header stands over its first part alone.
        let mut group = "";
        for (column, cell) in cells.iter_mut().enumerate() {
            let below = head[row + 1].get(column).copied().unwrap_or("");
            if !cell.is_empty() {
                group = if below.is_empty() { "" } else { *cell };
            } else if !below.is_empty() {
                *cell = group;
            }
        }
    }
    cells
}

/// One header a column out of the rows of the header. A part stands for itself where what stands above it adds nothing;
/// otherwise `above·part` says both, which only a mapping in the study takes for something: 0-2岁 below 残疾儿童 are not
/// all children of that age.
fn joined(rows: &[Vec<&str>], n_columns: usize) -> Vec<String> {
    let lowest = |column: usize| rows.iter().rev().map(|row| row[column]).find(|cell| !cell.is_empty()).unwrap_or("");
    let mut n_called: HashMap<&str, usize> = HashMap::new();
    for column in 0..n_columns {
        *n_called.entry(lowest(column)).or_insert(0) += 1;
    }
    let name = |column: usize| {
        let part = lowest(column);
        let mut above: Vec<&str> = Vec::new();
        for &cell in rows.iter().map(|row| &row[column]) {
            if !cell.is_empty() && cell != part && above.last() != Some(&cell) {
                above.push(cell);
            }
        }
        if n_called[part] == 1 && above.iter().all(|above| adds_nothing(above, part)) {
            return one_line(part);
        }
        above.push(part);
        one_line(&above.join("·"))
    };
    (0..n_columns).map(name).collect()
}

/// Whether a part means the same without what stands above it.
fn adds_nothing(above: &str, part: &str) -> bool {
    const NEUTRAL: [&str; 12] = [
        "其中",
        "年龄",
        "年龄段",
        "年龄组",
        "分年龄人口",
        "基本信息",
        "基本情况",
        "坐标",
        "位置",
        "age",
        "of which",
        "location",
    ];
    let is_neutral = NEUTRAL.iter().any(|word| above.eq_ignore_ascii_case(word));
    let is_count = vocabulary().group(part).is_some()
        || vocabulary().attribute(part).and_then(|key| vocabulary().attribute_type(key)) == Some(AttributeType::Number);
    is_neutral || vocabulary().group(above) == Some("residents") || is_known(part) && !is_count && !is_known(above)
}

/// A header without line breaks: a cell of a sheet may hold them for its looks.
pub(super) fn one_line(text: &str) -> String {
    if !text.contains(['\n', '\r']) {
        return text.trim().to_owned();
    }
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    lines.fold(String::new(), |mut all, line| {
        // Blanks part words of letters, not of hanzi.
        if all.ends_with(|letter: char| letter.is_ascii_alphanumeric())
            && line.starts_with(|letter: char| letter.is_ascii())
        {
            all.push(' ');
        }
        all + line
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Rows written as `a|b|c`.
    fn found(rows: &[&str], merged: &[Block]) -> (usize, usize, Vec<String>) {
        let head: Vec<Vec<&str>> = rows.iter().map(|row| row.split('|').collect()).collect();
        let Header { n_above, n_rows, names } = find(&head, merged);
        (n_above, n_rows, names)
    }

    fn block(rows: (usize, usize), columns: (usize, usize)) -> Block {
        Block { rows, columns }
    }

    #[test]
    fn the_first_row_is_the_header_where_nothing_speaks_against_it() {
        for rows in [
            &["PLR_ID|PLR_NAME|x1", "01|A|3"][..],
            &["a|b", "c|d"],
            &["a", "1", "2"],
            &["1|2", "3|4"],
            &["街道|村|人", "甲|乙|1", "甲|丙|2"],
            &["名称|代码", "名称|代码", "a|b"],
        ] {
            let (n_above, n_rows, names) = found(rows, &[]);
            assert_eq!((n_above, n_rows), (0, 1), "{rows:?}");
            assert_eq!(names.join("|"), rows[0]);
        }
    }

    #[test]
    fn titles_above_are_passed_over() {
        let header = "名称|代码|经度|纬度|备注";
        for titles in [
            &["金州区幼儿园一览表"][..],
            &["金州区幼儿园一览表||||", "2020年12月31日||||"],
            &["金州区幼儿园一览表||||", "|||单位：人|"],
            &["附件1||||", "一览表||||", "填报单位：教育局|||2020-12-31|"],
            // As wide as the table, but no headers.
            &["街道|光明|填表人|张三|2020"],
        ] {
            let rows: Vec<&str> = titles.iter().copied().chain([header, "一幼|K1|121.0|39.0|"]).collect();
            let (n_above, n_rows, names) = found(&rows, &[]);
            assert_eq!((n_above, n_rows, names.join("|").as_str()), (titles.len(), 1, header), "{titles:?}");
        }
    }

    #[test]
    fn groups_over_parts_are_one_header() {
        let merged = [block((1, 2), (0, 0)), block((1, 2), (1, 1)), block((1, 1), (2, 3)), block((0, 0), (0, 3))];
        let rows = ["人口表|||", "代码|名称|常住人口|", "||3-5岁|60岁及以上", "V1|东村|120|800"];
        assert_eq!(found(&rows, &merged), (1, 2, ["代码", "名称", "3-5岁", "60岁及以上"].map(String::from).to_vec()));
        // A CSV of the same sheet has lost what was merged.
        assert_eq!(found(&rows, &[]), (1, 2, ["代码", "名称", "3-5岁", "60岁及以上"].map(String::from).to_vec()));
    }

    // 0-2岁 below 残疾儿童 are not all children of that age.
    #[test]
    fn a_part_says_what_it_is_a_part_of() {
        let rows = ["代码|残疾儿童|||户籍人口|", "|男|女|0-2岁|男|女", "V1|1|2|3|4|5"];
        let (_, n_rows, names) = found(&rows, &[]);
        assert_eq!(n_rows, 2);
        assert_eq!(names, ["代码", "残疾儿童·男", "残疾儿童·女", "残疾儿童·0-2岁", "户籍人口·男", "户籍人口·女"]);
        assert_eq!(vocabulary().group(&names[3]), None);
    }

    #[test]
    fn a_row_of_words_below_the_header_stays_data() {
        for rows in [
            &["名称|代码|地址||", "一幼|K1|东街|甲|乙"][..],
            &["名称|性质", "一幼|公办"],
            &["名称|性质|", "一幼||公办"],
            &["指标|数值||", "人口|未知||"],
            &["街道|村||人口", "|甲|乙|", "|丙|丁|4"],
        ] {
            assert_eq!(found(rows, &[]).1, 1, "{rows:?}");
        }
        // The first cell of the data is merged, not the header.
        assert_eq!(found(&["名称|性质", "一幼|公办", "|民办"], &[block((1, 2), (0, 0))]).1, 1);
        // A header over two columns, and data below all.
        assert_eq!(found(&["名称|性质|", "一幼|公办|好"], &[block((0, 0), (1, 2))]).1, 1);
    }

    #[test]
    fn notes_below_are_told_from_data() {
        for cells in [
            ["注：不含外来人口", ""],
            ["", "备注:见附件"],
            ["制表人：张三", "审核人：李四"],
            ["Source: census", ""],
            ["注1：略", ""],
        ] {
            assert!(is_note(cells.into_iter()), "{cells:?}");
        }
        for cells in [["注", "1"], ["注册村", ""], ["", ""], ["东村：一组", "3"], ["说明书", "备注：无"]]
        {
            assert!(!is_note(cells.into_iter()), "{cells:?}");
        }
    }

    #[test]
    fn headers_are_one_line() {
        assert_eq!(one_line(" 在园\n幼儿数 "), "在园幼儿数");
        assert_eq!(one_line("area\r\ncode"), "area code");
        assert_eq!(one_line("60岁\n(人)"), "60岁(人)");
    }
}
