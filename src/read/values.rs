//! Cells to values: numbers, days, yes and no, as planners write them.

use std::borrow::Cow;
use std::collections::HashMap;

use jiff::civil::Date;

use super::vocabulary::{AttributeType, vocabulary};
use crate::model::Column;

/// A number: thousands may be parted by commas, digits may be full-width; `None` for anything that is not finite.
pub fn number(cell: &str) -> Option<f64> {
    let cell = half_width(cell);
    let plain: Cow<'_, str> = if cell.contains(',') && thousands(&cell) { cell.replace(',', "").into() } else { cell };
    // Rust also reads `inf` and `nan`, which no file means as numbers.
    plain.parse().ok().filter(|number: &f64| number.is_finite() && !plain.contains(['n', 'N', 'i', 'I']))
}

/// Whether commas stand where they part thousands: a comma for a decimal point is not a number here.
fn thousands(cell: &str) -> bool {
    let whole = cell.split('.').next().unwrap_or("").trim_start_matches(['-', '+']);
    let mut groups = whole.split(',');
    groups.next().is_some_and(|first| (1..=3).contains(&first.len())) && groups.all(|group| group.len() == 3)
}

/// A day written in full: `2020-09-01`, `2020/9/1`, `2020.9.1`, `2020年9月1日`, `20200901`.
pub(super) fn date(cell: &str) -> Option<Date> {
    let cell = half_width(cell);
    if cell.len() == 8 && cell.bytes().all(|byte| byte.is_ascii_digit()) {
        return Date::new(cell[..4].parse().ok()?, cell[4..6].parse().ok()?, cell[6..].parse().ok()?).ok();
    }
    let plain = cell.trim_end_matches('日').replace(['年', '月', '/', '.'], "-");
    let mut parts = plain.split('-').map(str::trim);
    let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() || year.len() != 4 {
        return None;
    }
    Date::new(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?).ok()
}

/// A year: `2020` or `2020年`.
pub(super) fn year(cell: &str) -> Option<i16> {
    let cell = half_width(cell);
    cell.trim_end_matches(['年', '度']).parse().ok().filter(|year| (1900..=2200).contains(year))
}

fn half_width(cell: &str) -> Cow<'_, str> {
    if cell.is_ascii() {
        return cell.trim().into();
    }
    let narrow = |letter: char| match letter {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(letter as u32 - 0xfee0).unwrap_or(letter),
        '\u{3000}' => ' ',
        _ => letter,
    };
    cell.chars().map(narrow).collect::<String>().trim().to_owned().into()
}

/// What a column of words was turned into, and the cells (by code) that did not fit its type.
pub(super) struct Typed {
    /// The column.
    pub column: Column,
    /// Codes of words that are none of the type, with the word.
    pub bad: Vec<(u32, String)>,
    /// Where these are words only because of a few of them.
    pub mixed: Option<Mixed>,
}

/// Words of which all but a few would be something else.
pub(super) struct Mixed {
    /// What most are.
    pub kind: (&'static str, &'static str),
    /// How many cells are that.
    pub n_fitting: usize,
    /// How many cells are not empty.
    pub n_filled: usize,
    /// The code of a word that is not.
    pub odd: u32,
    /// That word.
    pub word: String,
}

/// Words to values of the type that the vocabulary gives the attribute, or that all its words fit.
pub(super) fn typed(attribute: &str, codes: &[u32], words: Vec<String>) -> Typed {
    let known = vocabulary().attribute_type(attribute);
    let all = |test: &dyn Fn(&str) -> bool| !words.is_empty() && words.iter().all(|word| test(word));
    let mixed = if known.is_none() { mixed(codes, &words) } else { None };
    let kind = known.unwrap_or_else(|| {
        if all(&|word| vocabulary().flag(word).is_some() && number(word).is_none()) {
            AttributeType::Flag
        } else if all(&|word| number(word).is_some()) {
            AttributeType::Number
        } else if all(&|word| date(word).is_some()) {
            AttributeType::Date
        } else {
            AttributeType::Text
        }
    });
    match kind {
        AttributeType::Flag => spread(codes, &words, |word| vocabulary().flag(word), Column::Flag),
        AttributeType::Number => spread(codes, &words, number, Column::Number),
        AttributeType::Date => spread(codes, &words, date, Column::Date),
        AttributeType::Text => {
            let mut known: HashMap<String, u32> = HashMap::new();
            let mut kept = Vec::new();
            let mut map = vec![0];
            for word in &words {
                let word = vocabulary().word(attribute, word);
                let code = *known.entry(word.to_owned()).or_insert_with(|| {
                    kept.push(word.to_owned());
                    u32::try_from(kept.len()).expect("there are no more words than codes")
                });
                map.push(code);
            }
            let codes = codes.iter().map(|&code| map[code as usize]).collect();
            Typed { column: Column::Text { codes, words: kept }, bad: Vec::new(), mixed }
        }
    }
}

/// At most one cell in ten, or one cell of three and more, keeps the rest from being numbers, days or flags.
fn mixed(codes: &[u32], words: &[String]) -> Option<Mixed> {
    let mut n_cells = vec![0_usize; words.len() + 1];
    codes.iter().for_each(|&code| n_cells[code as usize] += 1);
    let n_filled = codes.len() - n_cells[0];
    type Test = fn(&str) -> bool;
    let kinds: [((&str, &str), Test); 3] = [
        (("a number", "数字"), |word| number(word).is_some()),
        (("a day", "日期"), |word| date(word).is_some()),
        (("yes or no", "“是”或“否”"), |word| vocabulary().flag(word).is_some()),
    ];
    kinds.into_iter().find_map(|(kind, fits)| {
        let odd = (1..).zip(words).filter(|(_, word)| !fits(word));
        let n_odd: usize = odd.clone().map(|(code, _): (u32, _)| n_cells[code as usize]).sum();
        let is_few = 0 < n_odd && (10 * n_odd <= n_filled || (n_odd == 1 && 3 <= n_filled));
        let (code, word) = odd.into_iter().next().filter(|_| is_few)?;
        Some(Mixed { kind, n_fitting: n_filled - n_odd, n_filled, odd: code, word: word.clone() })
    })
}

fn spread<T: Copy>(
    codes: &[u32],
    words: &[String],
    parse: impl Fn(&str) -> Option<T>,
    column: impl FnOnce(Vec<Option<T>>) -> Column,
) -> Typed {
    let parsed: Vec<Option<T>> = std::iter::once(None).chain(words.iter().map(|word| parse(word))).collect();
    let bad = (1..).zip(words).filter(|&(code, _)| parsed[code as usize].is_none());
    let bad = bad.map(|(code, word)| (code, word.clone())).collect();
    Typed { column: column(codes.iter().map(|&code| parsed[code as usize]).collect()), bad, mixed: None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_as_planners_write_them() {
        assert_eq!(number("1,234.5"), Some(1234.5));
        assert_eq!(number("１２３"), Some(123.0));
        assert_eq!(number("-7"), Some(-7.0));
        for cell in ["", "12人", "NaN", "inf", "1e400", "1,5", "12,34", "--"] {
            assert_eq!(number(cell), None, "{cell}");
        }
    }

    #[test]
    fn only_a_full_day_is_a_day() {
        let day = jiff::civil::date(2020, 9, 1);
        for cell in ["2020-09-01", "2020/9/1", "2020年9月1日", "20200901", "２０２０.９.１"] {
            assert_eq!(date(cell), Some(day), "{cell}");
        }
        for cell in ["2020-09", "2020", "2020-13-01", "1-9-2020", "Sept 1 2020", ""] {
            assert_eq!(date(cell), None, "{cell}");
        }
    }
}
