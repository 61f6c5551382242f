//! What a stored number of a workbook is as text: a plain number, or a day.

use std::fmt::Write;

use jiff::ToSpan;
use jiff::civil::{Date, date};

/// From here on a number has more digits than are stored.
const EXACT_BELOW: f64 = 1e15;

/// A number as it would be written: no `.0` after a whole one.
pub(super) fn number(value: f64, text: &mut String) {
    text.clear();
    let value = if value == 0.0 { 0.0 } else { value };
    let _ = write!(text, "{value}");
}

/// Whether a whole number has lost digits: a code of 18 digits that was stored as a number.
pub(super) fn has_lost_digits(value: f64) -> bool {
    EXACT_BELOW <= value.abs() && value.fract() == 0.0
}

/// A stored day and time: `2020-09-01`, with the time where there is one, or the time alone. What is no day of the
/// calendar stays a number.
pub(super) fn day(value: f64, is_1904: bool, text: &mut String) {
    const SECONDS: f64 = 86_400.0;
    let seconds = (value * SECONDS).round();
    if !(0.0..=2_958_466.0 * SECONDS).contains(&seconds) {
        return number(value, text);
    }
    let (days, second) = ((seconds / SECONDS).floor(), seconds % SECONDS);
    text.clear();
    let start = if 1.0 <= days || is_1904 && second == 0.0 { starting_day(days, is_1904) } else { None };
    if let Some(start) = start {
        let _ = write!(text, "{start}");
    } else if 1.0 <= days {
        return number(value, text);
    }
    if second != 0.0 || start.is_none() {
        let second = second as u32;
        let blank = if text.is_empty() { "" } else { " " };
        let _ = write!(text, "{blank}{:02}:{:02}:{:02}", second / 3600, second / 60 % 60, second % 60);
    }
}

fn starting_day(days: f64, is_1904: bool) -> Option<Date> {
    let days = days as i32;
    // Excel has a 29 February 1900 as day 60, which no calendar has.
    let (start, days) = match (is_1904, days) {
        (true, _) => (date(1904, 1, 1), days),
        (false, 60) => return None,
        (false, ..60) => (date(1899, 12, 31), days),
        (false, _) => (date(1899, 12, 30), days),
    };
    start.checked_add(days.days()).ok()
}

/// Whether a built-in number format shows days or times.
pub(super) fn is_day_number(format: u32) -> bool {
    matches!(format, 14..=22 | 27..=36 | 45..=47 | 50..=58)
}

/// Whether a number format shows days or times: `yyyy"年"m"月"` does, `0.00E+00` and `[Red]0` do not.
pub(super) fn is_day_format(format: &str) -> bool {
    let mut letters = format.chars();
    while let Some(letter) = letters.next() {
        match letter {
            '"' => letters.by_ref().take_while(|&letter| letter != '"').for_each(drop),
            '\\' | '_' | '*' => {
                letters.next();
            }
            '[' => {
                let inside: String = letters.by_ref().take_while(|&letter| letter != ']').collect();
                if ["h", "hh", "m", "mm", "s", "ss"].contains(&inside.to_ascii_lowercase().as_str()) {
                    return true;
                }
            }
            // The first part says how numbers above zero are shown.
            ';' => return false,
            'd' | 'D' | 'm' | 'M' | 'y' | 'Y' | 'h' | 'H' | 's' | 'S' => return true,
            'G' | 'g' => letters.by_ref().take("eneral".len()).for_each(drop),
            _ => {}
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(value: f64) -> String {
        let mut text = String::new();
        number(value, &mut text);
        text
    }

    fn day_of(value: f64, is_1904: bool) -> String {
        let mut text = String::new();
        day(value, is_1904, &mut text);
        text
    }

    #[test]
    fn whole_numbers_have_no_point_and_codes_are_exact() {
        for (value, text) in
            [(210_213_001_000.0, "210213001000"), (0.95, "0.95"), (-0.0, "0"), (1500.0, "1500"), (121.55, "121.55")]
        {
            assert_eq!(written(value), text);
        }
        assert!(has_lost_digits(912_102_130_012_345_678.0) && !has_lost_digits(210_213_001_000.0));
    }

    // The days are those that Excel shows.
    #[test]
    fn days_count_from_1900_or_1904() {
        for (value, text) in [
            (44_075.0, "2020-09-01"),
            (1.0, "1900-01-01"),
            (59.0, "1900-02-28"),
            (60.0, "60"),
            (61.0, "1900-03-01"),
            (44_075.5, "2020-09-01 12:00:00"),
            (44_074.999_999_99, "2020-09-01"),
            (0.25, "06:00:00"),
            (2_958_465.0, "9999-12-31"),
            (3e9, "3000000000"),
            (-1.0, "-1"),
        ] {
            assert_eq!(day_of(value, false), text);
        }
        assert_eq!(day_of(42_613.0, true), "2020-09-01");
        assert_eq!(day_of(0.0, true), "1904-01-01");
    }

    #[test]
    fn formats_of_days_are_told_from_those_of_numbers() {
        for format in ["yyyy-mm-dd", "yyyy\"年\"m\"月\"d\"日\"", "[$-804]yyyy/m/d;@", "h:mm", "[h]:mm", "D.M.YY", "m/d"]
        {
            assert!(is_day_format(format), "{format}");
        }
        for format in [
            "General",
            "0",
            "0.00%",
            "#,##0.00",
            "0.00E+00",
            "[Red]0",
            "\"日\"0",
            "¥#,##0;-¥#,##0",
            "@",
            "0\\d",
            "[$HKD]0",
            "_ * #,##0_ ",
        ] {
            assert!(!is_day_format(format), "{format}");
        }
        assert!(is_day_number(14) && is_day_number(57) && !is_day_number(10) && !is_day_number(37));
    }
}
