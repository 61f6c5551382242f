//! The rows of a text with a separator, as RFC 4180 has them. What that leaves open is read as the crate `csv` reads it:
//! quotes mean something only at the start of a cell, what follows the closing one belongs to the cell too, and empty
//! lines are no rows.

use std::borrow::Cow;

use crate::write::csv::unguarded;

/// A text, row by row.
pub(super) struct Records<'t> {
    text: &'t str,
    separator: u8,
    /// Where the next row begins.
    at: usize,
    /// Ends of lines so far, those in quotes aside.
    pub(super) n_lines: u32,
    /// The cells of the row that was read last.
    pub(super) cells: Vec<Cow<'t, str>>,
    /// Whether the text ends before the quotes of a cell do.
    pub(super) is_open: bool,
}

/// A cell without the mark that we write before what looks like a formula.
fn unguard(cell: Cow<'_, str>) -> Cow<'_, str> {
    match cell {
        Cow::Borrowed(text) => Cow::Borrowed(unguarded(text)),
        Cow::Owned(text) => match unguarded(&text) {
            rest if rest.len() == text.len() => Cow::Owned(text),
            rest => Cow::Owned(rest.to_owned()),
        },
    }
}

impl<'t> Records<'t> {
    pub(super) fn new(text: &'t str, separator: u8) -> Self {
        Self { text, separator, at: 0, n_lines: 0, cells: Vec::new(), is_open: false }
    }

    /// Reads the cells of the next row; gives its number as a sheet counts rows: empty lines count, line breaks in quotes
    /// do not.
    pub(super) fn next(&mut self) -> Option<u32> {
        while matches!(self.byte(), Some(b'\r' | b'\n')) {
            self.end_line();
        }
        self.byte()?;
        let number = self.n_lines + 1;
        self.cells.clear();
        loop {
            let cell = if self.byte() == Some(b'"') { self.quoted() } else { Cow::Borrowed(self.plain()) };
            self.cells.push(unguard(cell));
            match self.byte() {
                Some(byte) if byte == self.separator => self.at += 1,
                Some(_) => {
                    self.end_line();
                    return Some(number);
                }
                None => return Some(number),
            }
        }
    }

    fn byte(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    /// Passes over CRLF, LF or CR.
    fn end_line(&mut self) {
        self.at += if self.text.as_bytes()[self.at..].starts_with(b"\r\n") { 2 } else { 1 };
        self.n_lines += 1;
    }

    /// Up to the next separator or the end of the line.
    fn plain(&mut self) -> &'t str {
        let rest = &self.text[self.at..];
        let ends = |byte: u8| byte == self.separator || byte == b'\n' || byte == b'\r';
        let end = rest.bytes().position(ends).unwrap_or(rest.len());
        self.at += end;
        &rest[..end]
    }

    /// A cell that begins with a quote.
    fn quoted(&mut self) -> Cow<'t, str> {
        self.at += 1;
        let mut cell = Cow::Borrowed("");
        loop {
            let rest = &self.text[self.at..];
            let Some(end) = rest.bytes().position(|byte| byte == b'"') else {
                self.is_open = true;
                self.at = self.text.len();
                cell += rest;
                return cell;
            };
            self.at += end + 1;
            if self.byte() == Some(b'"') {
                // Two stand for one.
                cell += &rest[..=end];
                self.at += 1;
            } else {
                cell += &rest[..end];
                cell += self.plain();
                return cell;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn all(text: &str) -> Vec<Vec<String>> {
        let mut records = Records::new(text, b',');
        let row = |records: &mut Records<'_>| {
            records.next()?;
            Some(records.cells.iter().map(|cell| cell.to_string()).collect())
        };
        std::iter::from_fn(|| row(&mut records)).collect()
    }

    #[test]
    fn quotes_hold_separators_line_breaks_and_quotes() {
        let rows = all("a,\"b,\"\"\n\",c\r\n\r\n\"\",5\" pipe,\"x\"y\n");
        assert_eq!(rows, [["a", "b,\"\n", "c"], ["", "5\" pipe", "xy"]]);
    }

    #[test]
    fn a_text_that_ends_in_quotes_is_open() {
        for (text, is_open) in [("a,\"b\n", true), ("a,\"b\"\n", false), ("a,b\"\n", false), ("\"\"\"", true)] {
            let mut records = Records::new(text, b',');
            while records.next().is_some() {}
            assert_eq!(records.is_open, is_open, "{text}");
        }
    }

    #[test]
    fn rows_are_numbered_by_their_lines() {
        let mut records = Records::new("a\n\n\"b\nb\"\rc\r\n\r\nd", b',');
        let numbers: Vec<u32> = std::iter::from_fn(|| records.next()).collect();
        assert_eq!((numbers, records.n_lines), (vec![1, 3, 4, 6], 5));
    }

    proptest! {
        #[test]
        fn any_text_is_read_as_another_reader_reads_it(text in "[a街, \"\r\n]{0,40}") {
            let mut reader = csv::ReaderBuilder::new().flexible(true).has_headers(false).from_reader(text.as_bytes());
            let others: Vec<Vec<String>> =
                reader.records().map(|row| row.unwrap().iter().map(str::to_owned).collect()).collect();
            prop_assert_eq!(all(&text), others);
        }
    }
}
