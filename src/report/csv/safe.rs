//! Text that a spreadsheet shows and never runs.

use crate::report::words::plain;

/// `text` on one line, without control characters, with an apostrophe before it where a spreadsheet would take it for
/// a formula: where it starts with `=`, `+`, `-` or `@`, full-width ones and ones after spaces included.
pub(crate) fn safe(text: &str) -> String {
    let starts_formula = |c: char| matches!(c, '=' | '+' | '-' | '@' | '＝' | '＋' | '－' | '＠');
    let shown = plain(text);
    // A tab or a line break at the start has become a space here, and may still hide a formula from a reader but not
    // from the spreadsheet.
    if shown.trim_start().starts_with(starts_formula) || text.starts_with(['\t', '\r', '\n']) {
        format!("'{shown}")
    } else {
        shown
    }
}

#[cfg(test)]
mod tests {
    use super::safe;

    #[test]
    fn nothing_starts_a_formula() {
        for (text, cell) in [
            ("=cmd|' /C calc'!A0", "'=cmd|' /C calc'!A0"),
            ("+1", "'+1"),
            ("-1", "'-1"),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("＝1+1", "'＝1+1"),
            ("\t=1", "' =1"),
            ("\r\n=1", "'  =1"),
            ("\u{feff}\0=1", "'=1"),
            ("　=1", "'　=1"),
            ("光明街道", "光明街道"),
            ("a=b", "a=b"),
            ("'quoted", "'quoted"),
            ("", ""),
        ] {
            assert_eq!(safe(text), cell, "{text:?}");
        }
    }
}
