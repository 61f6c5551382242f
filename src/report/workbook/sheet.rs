//! One sheet: a title, what a reader must know first, a table under a header that stays in sight.

use std::collections::HashSet;

use rust_xlsxwriter::{ConditionalFormatCell, ConditionalFormatCellRule, Format, Workbook, Worksheet, XlsxError};

use super::format::Formats;
use crate::report::layers::Assessment;
use crate::report::words::{header, plain, verdict_word};
use crate::write::{Layer, Value};

/// The row of the header: title and remarks stand above.
pub(super) const HEADER: u32 = 3;

/// Columns are not wider than this many letters of the Latin alphabet; what is longer is wrapped.
const WIDEST: usize = 42;

/// A workbook that is being built.
pub(super) struct Book<'b, 'a> {
    workbook: Workbook,
    pub(super) formats: Formats,
    pub(super) of: &'b Assessment<'a>,
    names: HashSet<String>,
}

/// A table for a sheet.
pub(super) struct Sheet<'s, 'a> {
    pub(super) name: &'s str,
    pub(super) title: &'s str,
    pub(super) layer: &'s Layer<'a>,
    /// The columns shown, by name.
    pub(super) columns: Vec<&'s str>,
    /// How many rows there were before the layer was cut.
    pub(super) n_rows: usize,
    /// Rows that stand out.
    pub(super) is_strong: &'s dyn Fn(usize) -> bool,
}

impl<'b, 'a> Book<'b, 'a> {
    pub(super) fn new(workbook: Workbook, formats: Formats, of: &'b Assessment<'a>) -> Self {
        Self { workbook, formats, of, names: HashSet::new() }
    }

    pub(super) fn finish(self) -> Workbook {
        self.workbook
    }

    /// A sheet with its title and remarks, set up for printing.
    pub(super) fn sheet(
        &mut self,
        name: &str,
        title: &str,
        cut: Option<(usize, usize)>,
    ) -> Result<Worksheet, XlsxError> {
        let (of, lang) = (self.of, self.of.lang);
        let name = sheet_name(name, |name| self.names.contains(&name.to_lowercase()));
        self.names.insert(name.to_lowercase());
        let mut sheet = Worksheet::new();
        sheet.set_default_format(&self.formats.plain, 20, 64)?.set_name(name)?;
        sheet.set_landscape().set_paper_size(9).set_print_fit_to_pages(1, 0).set_margins(0.4, 0.4, 0.6, 0.6, 0.3, 0.3);
        sheet.write_string_with_format(0, 0, cell(title), &self.formats.title)?;
        let date = of.world.reference_date;
        let judged = lang.pick(format!("as of {date}"), format!("评估基准日 {date}"));
        let study = format!("{} · {judged}", plain(of.world.name.get(lang)));
        sheet.write_string_with_format(1, 0, cell(&study), &self.formats.plain)?;
        let mut doubts = of.doubts();
        if let Some((shown, all)) = cut.filter(|(shown, all)| shown < all) {
            doubts.push(lang.pick(
                format!("Cut: {shown} of {all} rows are here, what is not kept first; all are in findings.parquet and findings.json."),
                format!("已截取：共 {all} 行，此处列出 {shown} 行（未达标优先）；完整结果见 findings.parquet 和 findings.json。"),
            ));
        }
        let doubts = doubts.join(" ");
        sheet.write_string_with_format(2, 0, cell(&doubts), &self.formats.doubt)?;
        // On every page of paper, too. A footer has 255 letters at most, and `&` begins a code.
        let short: String = doubts.chars().take(150).collect::<String>().replace('&', "&&");
        sheet.set_footer(format!("&L&8{short}&R&8&A  &P/&N"));
        Ok(sheet)
    }

    /// Puts a sheet into the book.
    pub(super) fn put(&mut self, sheet: Worksheet) {
        self.workbook.push_worksheet(sheet);
    }

    /// A sheet with a table.
    pub(super) fn table(&mut self, table: Sheet<'_, '_>) -> Result<(), XlsxError> {
        let layer = table.layer;
        let mut sheet = self.sheet(table.name, table.title, Some((layer.n_rows, table.n_rows)))?;
        let columns = table.columns.iter().filter_map(|name| layer.columns.iter().find(|column| column.name == *name));
        let columns: Vec<_> = columns.collect();
        let strong: Vec<bool> = (0..layer.n_rows).map(table.is_strong).collect();
        let mut lines = vec![1; layer.n_rows];
        for (at, column) in (0_u16..).zip(&columns) {
            let name = header(&column.name, self.of.lang).unwrap_or(&column.name);
            sheet.write_string_with_format(HEADER, at, cell(name), &self.formats.header)?;
            let mut widths = Vec::with_capacity(layer.n_rows);
            for (row, strong) in (HEADER + 1..).zip(&strong) {
                let value = (column.value)((row - HEADER - 1) as usize);
                widths.push(self.write(&mut sheet, (row, at), &value, *strong)?);
            }
            let width = widths.iter().copied().max().unwrap_or(0).clamp(width_of(name).clamp(5, 12), WIDEST);
            sheet.set_column_width(at, (width + 2) as f64)?;
            lines.iter_mut().zip(widths).for_each(|(lines, text)| *lines = (*lines).max(lines_of(text, width)));
        }
        sheet.set_row_height(HEADER, height_of(2))?;
        for (row, &lines) in (HEADER + 1..).zip(&lines).filter(|(_, lines)| **lines != 1) {
            sheet.set_row_height(row, height_of(lines))?;
        }
        let last = HEADER + u32::try_from(layer.n_rows).unwrap_or(u32::MAX - HEADER);
        let width = u16::try_from(columns.len()).unwrap_or(u16::MAX).max(1);
        if layer.n_rows != 0 {
            sheet.autofilter(HEADER, 0, last, width - 1)?;
        }
        if let Some(at) = columns.iter().position(|column| column.name == "verdict_text") {
            let at = u16::try_from(at).unwrap_or(u16::MAX);
            let words = ["unmet", "unknown", "met", "not-checkable"].map(|key| verdict_word(key, self.of.lang));
            self.colour(&mut sheet, (HEADER + 1, at), (last.max(HEADER + 1), at), &words)?;
        }
        let kept = columns.iter().position(|column| column.name == "name").map_or(1, |_| 2);
        sheet.set_freeze_panes(HEADER + 1, kept)?.set_repeat_rows(HEADER, HEADER)?;
        self.put(sheet);
        Ok(())
    }

    /// Colours the cells that hold one of these words: unmet, unknown, met, not checkable.
    pub(super) fn colour(
        &self,
        sheet: &mut Worksheet,
        from: (u32, u16),
        to: (u32, u16),
        words: &[&str; 4],
    ) -> Result<(), XlsxError> {
        for (word, format) in words.iter().zip(&self.formats.verdicts) {
            let rule = ConditionalFormatCell::new().set_rule(ConditionalFormatCellRule::EqualTo((*word).to_owned()));
            sheet.add_conditional_format(from.0, from.1, to.0, to.1, &rule.set_format(format.clone()))?;
        }
        Ok(())
    }

    /// Writes a value and gives its width in Latin letters.
    fn write(
        &self,
        sheet: &mut Worksheet,
        (row, at): (u32, u16),
        value: &Value<'_>,
        strong: bool,
    ) -> Result<usize, XlsxError> {
        let bold = |format: &Format| if strong { format.clone().set_bold() } else { format.clone() };
        Ok(match value {
            Value::Missing => {
                sheet.write_blank(row, at, &self.formats.text)?;
                0
            }
            Value::Text(text) => self.write_text(sheet, (row, at), text, strong)?,
            Value::Number(number) => self.write_number(sheet, (row, at), *number, strong)?,
            Value::Whole(whole) => {
                sheet.write_number_with_format(row, at, *whole as f64, &bold(&self.formats.whole))?;
                whole.to_string().len()
            }
            Value::Flag(flag) => {
                let lang = self.of.lang;
                let word = if *flag { lang.pick("yes", "是") } else { lang.pick("no", "否") };
                self.write_text(sheet, (row, at), word, strong)?
            }
        })
    }

    pub(super) fn write_text(
        &self,
        sheet: &mut Worksheet,
        (row, at): (u32, u16),
        text: &str,
        strong: bool,
    ) -> Result<usize, XlsxError> {
        let text = cell(text);
        let starts_formula = text.trim_start().starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠']);
        let format = if starts_formula { &self.formats.quoted } else { &self.formats.text };
        let width = width_of(&text);
        match strong {
            true => sheet.write_string_with_format(row, at, text, &format.clone().set_bold())?,
            false => sheet.write_string_with_format(row, at, text, format)?,
        };
        Ok(width)
    }

    pub(super) fn write_number(
        &self,
        sheet: &mut Worksheet,
        (row, at): (u32, u16),
        number: f64,
        strong: bool,
    ) -> Result<usize, XlsxError> {
        // More decimals are noise of doubles, as in the other tables.
        let shown = crate::report::words::number::cell(number);
        let rounded: f64 = shown.parse().unwrap_or(number);
        let format = if rounded.fract() == 0.0 { &self.formats.count } else { &self.formats.number };
        let format = if strong { format.clone().set_bold() } else { format.clone() };
        sheet.write_number_with_format(row, at, rounded, &format)?;
        Ok(shown.len() + shown.len() / 3)
    }
}

/// Text as a cell can hold it: on one line, without control characters, at most 32,767 units of UTF-16.
pub(super) fn cell(text: &str) -> String {
    const MOST: usize = 32_767;
    let mut text = plain(text);
    if MOST < text.encode_utf16().count() {
        let mut units = 0;
        let end = text.char_indices().find(|(_, letter)| {
            units += letter.len_utf16();
            MOST <= units
        });
        text.truncate(end.map_or(0, |(at, _)| at));
        text.push('…');
    }
    text
}

/// How wide text is in Latin letters: Chinese ones are twice as wide.
pub(super) fn width_of(text: &str) -> usize {
    textwrap::core::display_width(text)
}

/// How many lines a text takes in a column; both widths are in Latin letters.
pub(super) fn lines_of(text: usize, column: usize) -> usize {
    // Words are not broken, so lines are not full.
    if text <= column { 1 } else { (text + text / 8).div_ceil(column.max(1)) }
}

/// The height of a row of so many lines, in points; Excel has a limit.
pub(super) fn height_of(lines: usize) -> f64 {
    (15.0 * lines as f64).min(400.0)
}

/// A name that a sheet may have, and that no other has.
fn sheet_name(wanted: &str, is_taken: impl Fn(&str) -> bool) -> String {
    let clean: String = plain(wanted).chars().map(|c| if "[]:*?/\\'".contains(c) { '_' } else { c }).collect();
    let clean = match clean.trim() {
        "" => "sheet".to_owned(),
        // Excel keeps this one for itself.
        history if history.eq_ignore_ascii_case("history") => format!("{history}_"),
        clean => clean.to_owned(),
    };
    let cut = |room: usize| {
        let mut units = 0;
        let fits = |letter: &char| {
            units += letter.len_utf16();
            units <= room
        };
        clean.chars().take_while(fits).collect::<String>()
    };
    let numbered = (2..).map(|n: u32| {
        let end = format!("_{n}");
        format!("{}{end}", cut(31 - end.len()))
    });
    std::iter::once(cut(31)).chain(numbered).find(|name| !is_taken(name)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_sheets_are_legal_and_all_different() {
        let mut names: Vec<String> = Vec::new();
        for wanted in [
            "edu",
            "EDU",
            "a/b:c*[d]?\\'",
            "",
            "  ",
            "History",
            &"长".repeat(40),
            &"长".repeat(50),
            &"😀".repeat(20),
            "\u{202e}x",
        ] {
            let name = sheet_name(wanted, |name| names.contains(&name.to_lowercase()));
            rust_xlsxwriter::Worksheet::new().set_name(&name).unwrap();
            names.push(name.to_lowercase());
        }
        assert_eq!(names[..6], ["edu", "edu_2", "a_b_c__d____", "sheet", "sheet_2", "history_"]);
        assert!(names[6] != names[7] && names[8].encode_utf16().count() <= 31);
    }

    #[test]
    fn a_cell_is_cut_where_excel_would_refuse_it() {
        assert_eq!(cell("a\0b\nc"), "ab c");
        for letter in ["x", "长", "😀"] {
            let text = cell(&letter.repeat(40_000));
            let units = text.encode_utf16().count();
            assert!((32_765..=32_767).contains(&units) && text.ends_with('…'), "{units}");
        }
    }
}
