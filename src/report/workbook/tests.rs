use std::io::Cursor;

use calamine::Reader;

use super::*;
use crate::model::Lang;
use crate::report::sketch;

fn sheets(most_rows: usize) -> Vec<(String, Vec<Vec<String>>)> {
    let world = sketch::world();
    let findings = sketch::findings(&world);
    let of = Assessment::new(&findings, &world, Lang::En);
    let bytes = build(&of, &[], most_rows).unwrap().save_to_buffer().unwrap();
    let mut book: calamine::Xlsx<_> = calamine::open_workbook_from_rs(Cursor::new(bytes)).unwrap();
    let rows = |range: calamine::Range<calamine::Data>| {
        range.rows().map(|row| row.iter().map(ToString::to_string).collect()).collect()
    };
    book.worksheets().into_iter().map(|(name, range)| (name, rows(range))).collect()
}

#[test]
fn the_score_card_has_a_mark_for_each_area_and_obligation() {
    let sheets = sheets(MOST_ROWS);
    let (_, scores) = sheets.iter().find(|(name, _)| name == "scores street").unwrap();
    let marks: Vec<(&str, &str)> = scores[4..].iter().map(|row| (row[1].as_str(), row[5].as_str())).collect();
    assert_eq!(marks, [("光明街道", "√"), ("登沙河街道", "×"), ("华家街道", "?")]);
}

#[test]
fn a_sheet_that_is_cut_says_so_and_keeps_what_is_not_kept() {
    let whole = sheets(MOST_ROWS);
    let cut = sheets(30);
    let rows = |sheets: &[(String, Vec<Vec<String>>)]| {
        let (_, rows) = sheets.iter().find(|(name, _)| name == "edu").unwrap().clone();
        rows
    };
    let (whole, cut) = (rows(&whole), rows(&cut));
    assert!(!whole[2][0].contains("Cut:"));
    assert_eq!(cut.len(), whole.len(), "thirty rows are enough");
    let cut = rows(&sheets(15));
    let n = cut.len() - 4;
    assert!(
        n < whole.len() - 4 && cut[2][0].contains(&format!("Cut: {n} of {} rows", whole.len() - 4)),
        "{:?}",
        cut[2]
    );
    let unmet = |rows: &[Vec<String>]| rows.iter().filter(|row| row[8] == "unmet").count();
    assert_eq!(unmet(&cut), unmet(&whole).min(n));
}

#[test]
fn those_that_need_little_leave_the_rest_to_others() {
    assert_eq!(fair_share(&[10, 20, 5], 100), 100);
    assert_eq!(fair_share(&[10, 200, 5, 300], 115), 50);
    assert_eq!(fair_share(&[], 7), 7);
}
