//! XLSX and XLSM: sheets, shared strings and number formats out of the parts of the package.

use std::io::BufRead;

use quick_xml::Reader;
use quick_xml::events::Event;

use super::grid::{Area, Grid};
use super::package::{Package, append, attributes};
use super::value::{is_day_format, is_day_number};
use super::{Broken, Sheet, Sheets};
use crate::model::Text;
use crate::read::problem::say;

/// A workbook.
pub(super) struct Xlsx<'a> {
    package: Package<'a>,
    tabs: Vec<Tab>,
    strings: Strings,
    /// Whether a cell's style shows days, by the number of the style.
    is_day: Vec<bool>,
    is_1904: bool,
}

/// A sheet: its name and the part that holds it.
struct Tab {
    name: String,
    is_hidden: bool,
    part: String,
}

/// The texts that cells refer to, one after the other in one.
#[derive(Default)]
struct Strings {
    text: String,
    ends: Vec<u32>,
}

impl Strings {
    fn get(&self, index: usize) -> Option<&str> {
        let end = *self.ends.get(index)? as usize;
        let start = if index == 0 { 0 } else { self.ends[index - 1] as usize };
        Some(&self.text[start..end])
    }

    fn end(&mut self) -> Result<(), Broken> {
        self.ends.push(u32::try_from(self.text.len()).map_err(|_| Broken::TooLarge)?);
        Ok(())
    }
}

impl<'a> Xlsx<'a> {
    pub(super) fn open(mut package: Package<'a>) -> Result<Self, Broken> {
        let main = relations(&mut package, "")?.into_iter().find(|relation| relation.is("officeDocument"));
        let main = main.map_or_else(|| "xl/workbook.xml".to_owned(), |relation| relation.target);
        if main.to_ascii_lowercase().ends_with(".bin") {
            return Err(Broken::Foreign(
                say("this is a binary workbook (XLSB), which is not read", "这是二进制工作簿（XLSB），暂不支持"),
                save(),
            ));
        }
        if !package.has(&main) {
            return Err(Broken::Foreign(
                say("this is an archive without a workbook in it", "这是压缩文件，其中没有工作簿"),
                say("unpack it and name the files that it holds", "请解压后使用其中的文件"),
            ));
        }
        let relations = relations(&mut package, &main)?;
        let part = |kind: &str| relations.iter().find(|relation| relation.is(kind)).map(|relation| &relation.target);
        let (tabs, is_1904) = tabs(&mut package, &main, &relations)?;
        let strings = part("sharedStrings").map(|part| strings(&mut package, part)).transpose()?.unwrap_or_default();
        let is_day = part("styles").map(|part| styles(&mut package, part)).transpose()?.unwrap_or_default();
        Ok(Self { package, tabs, strings, is_day, is_1904 })
    }

    fn fill(&mut self, sheet: usize, grid: &mut Grid) -> Result<(), Broken> {
        let Self { package, tabs, strings, is_day, is_1904 } = self;
        let part = &tabs[sheet].part;
        let xml = package.xml(part)?.ok_or_else(|| Broken::Damaged(format!("the part {part} is missing")))?;
        SheetXml { xml, strings, is_day, is_1904: *is_1904 }.read(grid)
    }
}

fn save() -> Text {
    say("open it in Excel or WPS and save it as .xlsx", "请用 Excel 或 WPS 打开，另存为 .xlsx")
}

impl Sheets for Xlsx<'_> {
    fn sheets(&mut self) -> Result<Vec<Sheet>, Broken> {
        let mut sheets = Vec::new();
        for index in 0..self.tabs.len() {
            let is_filled = match self.fill(index, &mut Grid::probe()) {
                Err(Broken::Found) => true,
                Err(broken) => return Err(broken),
                Ok(()) => false,
            };
            let Tab { name, is_hidden, .. } = &self.tabs[index];
            sheets.push(Sheet { name: name.clone(), is_hidden: *is_hidden, is_filled });
        }
        Ok(sheets)
    }

    fn grid(&mut self, sheet: usize, mut grid: Grid) -> Result<Grid, Broken> {
        self.fill(sheet, &mut grid)?;
        Ok(grid)
    }
}

/// What one part says of another.
struct Relation {
    id: String,
    kind: String,
    target: String,
}

impl Relation {
    /// Whether it is of a kind, which the standard writes as the end of an address.
    fn is(&self, kind: &str) -> bool {
        self.kind.rsplit('/').next() == Some(kind)
    }
}

/// The relations of a part, targets as paths from the root.
fn relations(package: &mut Package<'_>, part: &str) -> Result<Vec<Relation>, Broken> {
    let (folder, file) = part.rsplit_once('/').unwrap_or(("", part));
    let mut relations = Vec::new();
    let Some(mut xml) = package.xml(&format!("{folder}/_rels/{file}.rels"))? else { return Ok(relations) };
    each_start(&mut xml, &mut |element| {
        if element.local_name().as_ref() == "Relationship"
            && let [Some(id), Some(kind), Some(target)] = attributes(element, ["Id", "Type", "Target"])?
        {
            let target = if target.starts_with('/') { target } else { resolved(&format!("{folder}/{target}")) };
            relations.push(Relation { id, kind, target });
        }
        Ok(())
    })?;
    Ok(relations)
}

/// A path without `.` and `..`.
fn resolved(path: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()),
            part => parts.push(part),
        }
    }
    parts.join("/")
}

type Element<'e> = quick_xml::events::BytesStart<'e>;

fn each_start(
    xml: &mut Reader<impl BufRead>,
    with: &mut dyn FnMut(&Element<'_>) -> Result<(), Broken>,
) -> Result<(), Broken> {
    let mut buffer = Vec::new();
    loop {
        buffer.clear();
        match xml.read_event_into(&mut buffer)? {
            Event::Start(element) => with(&element)?,
            Event::Eof => return Ok(()),
            _ => {}
        }
    }
}

/// The sheets in the order of their tabs, and whether days are counted from 1904.
fn tabs(package: &mut Package<'_>, main: &str, relations: &[Relation]) -> Result<(Vec<Tab>, bool), Broken> {
    let (mut tabs, mut is_1904) = (Vec::new(), false);
    let mut xml = package.xml(main)?.ok_or_else(|| Broken::Damaged(format!("the part {main} is missing")))?;
    each_start(&mut xml, &mut |element| {
        match element.local_name().as_ref() {
            "workbookPr" => {
                let [date1904] = attributes(element, ["date1904"])?;
                is_1904 = date1904.is_some_and(|flag| flag == "1" || flag == "true");
            }
            "sheet" => {
                let [name, state, id] = attributes(element, ["name", "state", "id"])?;
                let target = relations.iter().find(|relation| Some(&relation.id) == id.as_ref());
                // Charts and dialogs are sheets too, but hold no cells.
                if let (Some(name), Some(target)) = (name, target.filter(|relation| relation.is("worksheet"))) {
                    let is_hidden = state.is_some_and(|state| state != "visible");
                    tabs.push(Tab { name, is_hidden, part: target.target.clone() });
                }
            }
            _ => {}
        }
        Ok(())
    })?;
    Ok((tabs, is_1904))
}

/// The shared strings: each may be in several runs, with hints at its pronunciation between them.
fn strings(package: &mut Package<'_>, part: &str) -> Result<Strings, Broken> {
    let mut strings = Strings::default();
    let Some(mut xml) = package.xml(part)? else { return Ok(strings) };
    let (mut buffer, mut in_text, mut in_hint) = (Vec::new(), false, false);
    let mut text = String::new();
    loop {
        buffer.clear();
        match xml.read_event_into(&mut buffer)? {
            Event::Start(element) => match element.local_name().as_ref() {
                "t" => in_text = true,
                "rPh" => in_hint = true,
                _ => {}
            },
            Event::End(element) => match element.local_name().as_ref() {
                "t" => in_text = false,
                "rPh" => in_hint = false,
                "si" => {
                    unescape(&mut text);
                    strings.text.push_str(&text);
                    strings.end()?;
                    text.clear();
                }
                _ => {}
            },
            Event::Eof => return Ok(strings),
            event if in_text && !in_hint => append(&event, &mut text),
            _ => {}
        }
    }
}

/// Letters that XML cannot hold are written `_x000D_`; of those that a table may have, all are line breaks.
fn unescape(text: &mut String) {
    if text.contains("_x00") {
        *text = text.replace("_x000D_", "").replace("_x000A_", "\n").replace("_x0009_", "\t");
    }
}

/// Whether each style of cells shows days.
fn styles(package: &mut Package<'_>, part: &str) -> Result<Vec<bool>, Broken> {
    let mut formats: Vec<(u32, bool)> = Vec::new();
    let (mut styles, mut in_cells) = (Vec::new(), false);
    let Some(mut xml) = package.xml(part)? else { return Ok(styles) };
    let mut buffer = Vec::new();
    loop {
        buffer.clear();
        match xml.read_event_into(&mut buffer)? {
            Event::Start(element) => match element.local_name().as_ref() {
                "numFmt" => {
                    if let [Some(id), Some(code)] = attributes(&element, ["numFmtId", "formatCode"])? {
                        formats.push((id.parse().unwrap_or(0), is_day_format(&code)));
                    }
                }
                "cellXfs" => in_cells = true,
                "xf" if in_cells => {
                    let [id] = attributes(&element, ["numFmtId"])?;
                    let id: u32 = id.and_then(|id| id.parse().ok()).unwrap_or(0);
                    let own = formats.iter().find(|&&(known, _)| known == id).map(|&(_, is_day)| is_day);
                    styles.push(own.unwrap_or_else(|| is_day_number(id)));
                }
                _ => {}
            },
            Event::End(element) if element.local_name().as_ref() == "cellXfs" => in_cells = false,
            Event::Eof => return Ok(styles),
            _ => {}
        }
    }
}

/// A sheet as it is read.
struct SheetXml<'s, R> {
    xml: Reader<R>,
    strings: &'s Strings,
    is_day: &'s [bool],
    is_1904: bool,
}

/// A cell as far as it is read.
#[derive(Default)]
struct CellXml {
    row: u32,
    column: u32,
    kind: String,
    style: usize,
    has_formula: bool,
    text: String,
}

impl<R: BufRead> SheetXml<'_, R> {
    fn read(&mut self, grid: &mut Grid) -> Result<(), Broken> {
        let mut buffer = Vec::new();
        let mut cell = CellXml::default();
        let (mut row, mut column) = (0_u32, 0_u32);
        let (mut in_value, mut in_hint) = (false, false);
        loop {
            buffer.clear();
            match self.xml.read_event_into(&mut buffer)? {
                Event::Start(element) => match element.local_name().as_ref() {
                    "row" => {
                        let [number] = attributes(&element, ["r"])?;
                        if let Some(number) = number {
                            row = number
                                .parse::<u32>()
                                .ok()
                                .and_then(|n| n.checked_sub(1))
                                .ok_or_else(|| Broken::Damaged(format!("`{number}` is no row")))?;
                        }
                        column = 0;
                    }
                    "c" => {
                        let [place, kind, style] = attributes(&element, ["r", "t", "s"])?;
                        if let Some(place) = place {
                            (row, column) =
                                position(&place).ok_or_else(|| Broken::Damaged(format!("`{place}` is no cell")))?;
                        }
                        cell.text.clear();
                        cell.has_formula = false;
                        (cell.row, cell.column) = (row, column);
                        cell.kind = kind.unwrap_or_default();
                        cell.style = style.and_then(|style| style.parse().ok()).unwrap_or(0);
                        column = column.saturating_add(1);
                    }
                    "v" | "t" => in_value = true,
                    "f" => cell.has_formula = true,
                    "rPh" => in_hint = true,
                    "mergeCell" => {
                        let [area] = attributes(&element, ["ref"])?;
                        if let Some(area) = area.as_deref().and_then(merged) {
                            grid.merge(area)?;
                        }
                    }
                    _ => {}
                },
                Event::End(element) => match element.local_name().as_ref() {
                    "v" | "t" => in_value = false,
                    "rPh" => in_hint = false,
                    "c" => self.push(&mut cell, grid)?,
                    "row" => row = row.saturating_add(1),
                    _ => {}
                },
                Event::Eof => return Ok(()),
                event if in_value && !in_hint => append(&event, &mut cell.text),
                _ => {}
            }
        }
    }

    fn push(&self, cell: &mut CellXml, grid: &mut Grid) -> Result<(), Broken> {
        let (row, column) = (cell.row, cell.column);
        let text = cell.text.trim();
        if text.is_empty() {
            // A formula may have an empty text for its result, but no number is empty.
            let is_number = ["", "n"].contains(&cell.kind.as_str());
            return if cell.has_formula && is_number { grid.push_without_result(row) } else { Ok(()) };
        }
        match cell.kind.as_str() {
            "s" => {
                let shared = text.parse().ok().and_then(|index| self.strings.get(index));
                let shared = shared.ok_or_else(|| Broken::Damaged(format!("there is no shared string {text}")))?;
                grid.push(row, column, shared)
            }
            "b" => grid.push_flag(row, column, text == "1" || text == "true"),
            "e" => grid.push_error(row, text),
            "d" => grid.push(row, column, text.trim_end_matches("T00:00:00").trim_end_matches("T00:00:00.000")),
            "str" | "inlineStr" => {
                unescape(&mut cell.text);
                grid.push(row, column, &cell.text)
            }
            _ => match text.parse::<f64>() {
                Ok(number) if self.is_day.get(cell.style) == Some(&true) => {
                    grid.push_day(row, column, number, self.is_1904)
                }
                Ok(number) => grid.push_number(row, column, number),
                Err(_) => grid.push(row, column, text),
            },
        }
    }
}

/// `B3` as row 2 and column 1.
fn position(place: &str) -> Option<(u32, u32)> {
    let place = place.trim_start_matches('$');
    let letters = place.bytes().take_while(u8::is_ascii_alphabetic).count();
    let mut column = 0_u32;
    for letter in place[..letters].bytes() {
        column = column.checked_mul(26)?.checked_add(u32::from(letter.to_ascii_uppercase() - b'A') + 1)?;
    }
    let row: u32 = place[letters..].trim_start_matches('$').parse().ok()?;
    Some((row.checked_sub(1)?, column.checked_sub(1)?))
}

/// `A1:B3` as an area.
fn merged(area: &str) -> Option<Area> {
    let (first, last) = area.split_once(':').unwrap_or((area, area));
    let (first, last) = (position(first)?, position(last)?);
    Some(Area { rows: (first.0, last.0), columns: (first.1, last.1) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_a_column_of_letters_and_a_row() {
        for (place, found) in [
            ("A1", Some((0, 0))),
            ("$B$3", Some((2, 1))),
            ("XFD1048576", Some((1_048_575, 16_383))),
            ("A0", None),
            ("1", None),
            ("A", None),
            ("ZZZZZZZZZZ1", None),
            ("A99999999999", None),
            ("", None),
            ("街1", None),
        ] {
            assert_eq!(position(place), found, "{place}");
        }
        assert_eq!(merged("A1:C2"), Some(Area { rows: (0, 1), columns: (0, 2) }));
    }

    #[test]
    fn targets_are_found_from_the_part_that_names_them() {
        assert_eq!(resolved("xl/./worksheets/../styles.xml"), "xl/styles.xml");
        assert_eq!(resolved("/../../a"), "a");
    }
}
