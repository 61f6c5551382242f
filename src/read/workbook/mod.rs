//! Workbooks: XLSX, XLSM, ODS and XLS (Excel 97 to 2003), one sheet at a time.
//!
//! Each format has a file that turns a sheet into a [`Grid`]; `grid.rs` makes the table of it. Sheets are read cell by
//! cell, so that one far away from the others costs no more than any other; what a file says of its own sizes is not
//! believed. Values are the stored results of formulas, dates are written `2020-09-01`, percentages and amounts of money
//! are plain numbers.

mod grid;
mod ods;
mod package;
mod value;
mod xls;
mod xlsx;

use std::io;

use grid::Grid;
use package::Package;

use super::input::Input;
use super::problem::{At, Problems, say};
use super::table::{Reader, Table, Wish};
use crate::model::Text;

/// A workbook of any of the formats.
pub(super) struct Workbook;

/// First bytes of a zip archive.
const ZIP: &[u8] = b"PK\x03\x04";

/// First bytes of a compound file, which holds an XLS or a workbook with a password.
const COMPOUND: &[u8] = b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1";

const ENDINGS: [&str; 8] = [".xlsx", ".xlsm", ".xltx", ".xltm", ".xlsb", ".xls", ".ods", ".et"];

/// A sheet of a workbook, in the order of its tabs.
struct Sheet {
    name: String,
    is_hidden: bool,
    /// Whether any cell has content.
    is_filled: bool,
}

/// What can be asked of a workbook of any format.
trait Sheets {
    /// All sheets.
    fn sheets(&mut self) -> Result<Vec<Sheet>, Broken>;

    /// The cells of a sheet, by its place from 0, put into an empty grid.
    fn grid(&mut self, sheet: usize, grid: Grid) -> Result<Grid, Broken>;
}

/// Why a workbook cannot be read.
#[derive(Debug)]
enum Broken {
    /// It needs a password.
    Locked,
    /// It unpacks to, or spreads over, more than can be held.
    TooLarge,
    /// A format that is not read: what it is, and how to mend it.
    Foreign(Text, Text),
    /// Not what its format asks for: what is wrong.
    Damaged(String),
    /// Not an error: a cell was found, and only that was asked.
    Found,
}

impl From<io::Error> for Broken {
    fn from(error: io::Error) -> Self {
        if package::is_too_large(&error) { Self::TooLarge } else { Self::Damaged(error.to_string()) }
    }
}

impl Reader for Workbook {
    fn name(&self) -> &'static str {
        "XLSX, XLS, ODS"
    }

    fn accepts(&self, name: &str, start: &[u8]) -> bool {
        let name = name.to_ascii_lowercase();
        let holds = |text: &[u8]| start.windows(text.len()).any(|window| window == text);
        let is_named = ENDINGS.iter().any(|ending| name.ends_with(ending));
        // Writers begin with different parts.
        let parts: [&[u8]; 5] = [b"[Content_Types].xml", b"_rels/.rels", b"docProps/", b"xl/", package::ODS_TYPE];
        let is_office = || parts.into_iter().any(holds);
        is_named || start.starts_with(COMPOUND) || start.starts_with(ZIP) && is_office()
    }

    fn layers(&self, input: &Input, problems: &mut Problems) -> Option<Vec<String>> {
        let sheets = open(input).and_then(|mut book| book.sheets());
        let sheets = sheets.map_err(|broken| broken.tell(&input.name, problems)).ok()?;
        Some(offered(&sheets))
    }

    fn read(&self, input: &Input, wish: &Wish, problems: &mut Problems) -> Option<Table> {
        let tell = |broken: Broken, problems: &mut Problems| broken.tell(&input.name, problems);
        let mut book = open(input).map_err(|broken| tell(broken, problems)).ok()?;
        let sheets = book.sheets().map_err(|broken| tell(broken, problems)).ok()?;
        let chosen = choose(&sheets, input, wish, problems)?;
        let grid = book.grid(chosen, Grid::new(input.n_bytes())).map_err(|broken| tell(broken, problems)).ok()?;
        let file = match wish.layer {
            Some(_) => format!("{}!{}", input.name, sheets[chosen].name),
            None => input.name.clone(),
        };
        grid.into_table(&file, problems)
    }
}

/// The sheets that may be meant where none is named: those that are seen and filled.
fn offered(sheets: &[Sheet]) -> Vec<String> {
    sheets.iter().filter(|sheet| sheet.is_filled && !sheet.is_hidden).map(|sheet| sheet.name.clone()).collect()
}

/// The place of the sheet that is wished for. A number counts the tabs that are seen; a hidden sheet can be named.
fn choose(sheets: &[Sheet], input: &Input, wish: &Wish, problems: &mut Problems) -> Option<usize> {
    let mut wish = wish.clone();
    let mut layers = offered(sheets);
    if let Some(wanted) = &wish.layer {
        let is_named = |sheet: &&Sheet| &sheet.name == wanted;
        let by_number = || {
            let number: usize = wanted.parse().ok()?;
            sheets.iter().filter(|sheet| !sheet.is_hidden).nth(number.checked_sub(1)?)
        };
        if let Some(sheet) = sheets.iter().find(is_named).or_else(by_number).filter(|sheet| sheet.is_filled) {
            if !layers.contains(&sheet.name) {
                layers.push(sheet.name.clone());
            }
            wish.layer = Some(sheet.name.clone());
        } else {
            // Its number among the filled ones would be another sheet's.
            wish.layer = Some(format!("{wanted} "));
        }
    }
    if layers.is_empty() {
        problems.error(
            "empty",
            &input.name,
            At::File,
            say("the workbook has no sheet with content", "工作簿中没有任何有内容的工作表"),
            say("a header row and one row for each entry are expected", "应有一行表头，之后每行一条记录"),
        );
        return None;
    }
    let picked = wish.pick(input, &layers, problems)?;
    sheets.iter().position(|sheet| sheet.name == layers[picked])
}

/// The workbook, by what its first bytes say it is.
fn open(input: &Input) -> Result<Box<dyn Sheets + '_>, Broken> {
    let mut problems = Problems::default();
    let start = input.start();
    if !start.starts_with(ZIP) && !start.starts_with(COMPOUND) {
        return Err(no_workbook(start));
    }
    let file = input.open(&mut problems).ok_or_else(|| Broken::Damaged("it cannot be opened".to_owned()))?;
    if start.starts_with(COMPOUND) {
        return Ok(Box::new(xls::Xls::open(file)?));
    }
    let mut package = Package::open(file)?;
    if package.is_ods()? {
        return Ok(Box::new(ods::Ods::open(package)?));
    }
    Ok(Box::new(xlsx::Xlsx::open(package)?))
}

/// A file that is called a workbook and is none.
fn no_workbook(start: &[u8]) -> Broken {
    let text = String::from_utf8_lossy(start).to_ascii_lowercase();
    let save = || {
        say(
            "open it in Excel, WPS or LibreOffice and save it as .xlsx",
            "请用 Excel、WPS 或 LibreOffice 打开，另存为 .xlsx",
        )
    };
    if start.is_empty() {
        return Broken::Foreign(say("the file is empty", "文件为空"), say("export it again", "请重新导出"));
    }
    if text.contains("<html") || text.contains("<table") || text.contains("<!doctype html") {
        return Broken::Foreign(
            say("this is a web page with a table, not a workbook", "这是网页（HTML）表格，不是真正的工作簿"),
            save(),
        );
    }
    if text.contains("urn:schemas-microsoft-com:office:spreadsheet") {
        return Broken::Foreign(
            say("this is an XML spreadsheet of 2003, not a workbook", "这是 2003 版 XML 表格，不是工作簿"),
            save(),
        );
    }
    if matches!(start, [0x09, 0x00 | 0x02 | 0x04 | 0x08, ..]) {
        return Broken::Foreign(say("this is a workbook older than Excel 97", "这是 Excel 97 以前的工作簿"), save());
    }
    if start.contains(&0) {
        return Broken::Foreign(
            say("this is no workbook, whatever its name says", "文件名虽是工作簿，内容却不是"),
            say("check the file; it may be damaged", "请检查文件，可能已损坏"),
        );
    }
    Broken::Foreign(
        say("this is text, not a workbook", "这是文本文件，不是工作簿"),
        say("rename it to end in .csv", "请把扩展名改为 .csv"),
    )
}

impl Broken {
    fn tell(self, file: &str, problems: &mut Problems) {
        let (code, what, help) = match self {
            Self::Locked => (
                "locked",
                say("the workbook is protected by a password", "工作簿设有密码"),
                say("open it with the password, and save it without one", "请输入密码打开后，取消密码另存"),
            ),
            Self::TooLarge => (
                "too-large",
                say("the workbook unpacks to more than can be read at once", "工作簿展开后过大，无法一次读取"),
                say("save the sheet as CSV, or delete cells that are not needed", "请另存为 CSV，或删去不需要的单元格"),
            ),
            Self::Foreign(what, help) => ("wrong-format", what, help),
            Self::Damaged(error) => (
                "damaged",
                say(format!("the workbook cannot be read: {error}"), format!("无法读取工作簿：{error}")),
                say(
                    "open it in Excel, WPS or LibreOffice and save it again",
                    "请用 Excel、WPS 或 LibreOffice 打开并重新保存",
                ),
            ),
            Self::Found => return,
        };
        problems.error(code, file, At::File, what, help);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(name: &str, bytes: &[u8]) -> (bool, Vec<(&'static str, String)>) {
        let mut problems = Problems::default();
        let input = Input::of_bytes(name, bytes.to_vec());
        let is_accepted = Workbook.accepts(name, input.start());
        assert!(Workbook.read(&input, &Wish::default(), &mut problems).is_none());
        (is_accepted, problems.kept().iter().map(|problem| (problem.code, problem.what.en.clone())).collect())
    }

    #[test]
    fn what_is_called_a_workbook_and_is_none_is_named() {
        for (name, bytes, code, what) in [
            (
                "a.xls",
                &b"<html><table><tr><td>1</td></tr></table></html>"[..],
                "wrong-format",
                "a web page with a table",
            ),
            (
                "a.XLS",
                b"<?xml version=\"1.0\"?><Workbook xmlns=\"urn:schemas-microsoft-com:office:spreadsheet\">",
                "wrong-format",
                "XML spreadsheet",
            ),
            ("a.xls", "名称,代码\n一幼,K1\n".as_bytes(), "wrong-format", "this is text, not a workbook"),
            ("a.xls", b"\x09\x08\x08\x00\x00\x05\x05\x00", "wrong-format", "older than Excel 97"),
            ("a.xlsx", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "wrong-format", "no workbook"),
            ("a.xlsx", b"", "wrong-format", "the file is empty"),
            ("a.xlsx", b"PK\x03\x04 and no more", "damaged", "cannot be read"),
            ("a.ods", b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1 and no more", "damaged", "cannot be read"),
        ] {
            let (is_accepted, said) = said(name, bytes);
            assert!(is_accepted, "{name}");
            assert!(said.len() == 1 && said[0].0 == code && said[0].1.contains(what), "{what}: {said:?}");
        }
    }

    #[test]
    fn other_archives_and_texts_are_left_to_others() {
        assert!(!Workbook.accepts("a.zip", b"PK\x03\x04 streets.shp"));
        assert!(!Workbook.accepts("a.csv", b"code,name"));
        assert!(Workbook.accepts("a.csv", b"PK\x03\x04 [Content_Types].xml"));
    }
}
