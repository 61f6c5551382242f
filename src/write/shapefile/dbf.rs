//! The columns: a table of dBase III, texts in UTF-8.

use std::collections::HashSet;
use std::io::{self, Write};

use crate::write::{Column, Holds, Layer, Value, refused};

/// Bytes of a name.
const LONGEST_NAME: usize = 10;

/// Bytes of a text.
const LONGEST_TEXT: usize = 254;

/// Fields that every program reads.
const MOST_FIELDS: usize = 255;

/// Digits of a whole number that programs still take for one.
const MOST_DIGITS: usize = 18;

/// A column in the file.
pub(super) struct Field {
    pub(super) name: String,
    kind: Kind,
    length: u8,
    /// Texts that are cut.
    pub(super) n_cut: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Text,
    Whole,
    Number,
    Flag,
}

/// The fields of a layer, as wide as what they hold.
pub(super) fn fields(layer: &Layer<'_>) -> io::Result<Vec<Field>> {
    if MOST_FIELDS < layer.columns.len() {
        let n = layer.columns.len();
        return Err(refused(
            format!("the layer has {n} columns; a shapefile holds 255: write a GeoPackage"),
            format!("图层有 {n} 列，Shapefile 最多 255 列；请改用 GeoPackage"),
        ));
    }
    let names = names(layer.columns.iter().map(|column| column.name.as_str()));
    Ok(layer.columns.iter().zip(names).map(|(column, name)| Field::of(column, name, layer.n_rows)).collect())
}

impl Field {
    fn of(column: &Column<'_>, name: String, n_rows: usize) -> Self {
        let field = |kind, length: usize, n_cut| Self { name: name.clone(), kind, length: length as u8, n_cut };
        let lengths = |longest: usize| {
            let all = (0..n_rows).map(|row| written(&(column.value)(row)).len());
            all.fold((1, 0), |(most, n_cut), n| (most.max(n.min(longest)), n_cut + usize::from(longest < n)))
        };
        match column.holds {
            Holds::Flag => field(Kind::Flag, 1, 0),
            Holds::Number => field(Kind::Number, 24, 0),
            Holds::Whole => match lengths(LONGEST_TEXT) {
                (length, _) if length <= MOST_DIGITS => field(Kind::Whole, length, 0),
                (length, _) => field(Kind::Text, length, 0),
            },
            Holds::Text => {
                let (length, n_cut) = lengths(LONGEST_TEXT);
                field(Kind::Text, length, n_cut)
            }
        }
    }

    fn head(&self) -> [u8; 32] {
        let mut head = [0; 32];
        head[..self.name.len()].copy_from_slice(self.name.as_bytes());
        let (kind, decimals) = match self.kind {
            Kind::Text => (b'C', 0),
            Kind::Whole => (b'N', 0),
            Kind::Number => (b'N', 15),
            Kind::Flag => (b'L', 0),
        };
        (head[11], head[16], head[17]) = (kind, self.length, decimals);
        head
    }

    fn append(&self, value: &Value<'_>, to: &mut Vec<u8>) {
        let length = usize::from(self.length);
        let text = written(value);
        let text = cut(&text, length);
        let blanks = length - text.len();
        match (self.kind, value) {
            (Kind::Flag, Value::Flag(flag)) => to.push(if *flag { b'T' } else { b'F' }),
            (Kind::Flag, _) => to.push(b'?'),
            (Kind::Text, _) => {
                to.extend(text.bytes());
                to.resize(to.len() + blanks, b' ');
            }
            (Kind::Whole | Kind::Number, _) => {
                to.resize(to.len() + blanks, b' ');
                to.extend(text.bytes());
            }
        }
    }
}

/// A value as the file spells it; nothing where it is missing.
fn written(value: &Value<'_>) -> String {
    match value {
        Value::Missing | Value::Flag(_) => String::new(),
        // A NUL would end the text.
        Value::Text(text) => text.replace('\0', "\u{fffd}"),
        Value::Whole(whole) => whole.to_string(),
        Value::Number(number) if !number.is_finite() => String::new(),
        Value::Number(number) => {
            let plain = (number + 0.0).to_string();
            if plain.len() <= 24 { plain } else { format!("{number:e}") }
        }
    }
}

/// The beginning of a text, whole letters of at most so many bytes.
fn cut(text: &str, longest: usize) -> &str {
    &text[..text.floor_char_boundary(longest)]
}

/// Names that the format takes: ten bytes, all different whatever their case.
fn names<'a>(wanted: impl Iterator<Item = &'a str>) -> Vec<String> {
    let mut taken = HashSet::new();
    let free = |name: &'a str| {
        let clean: String = name.chars().filter(|letter| !letter.is_control()).collect();
        let clean = if clean.trim().is_empty() { "column" } else { clean.trim() };
        let numbered = (2..).map(|n: u32| {
            let end = format!("_{n}");
            format!("{}{end}", cut(clean, LONGEST_NAME - end.len()))
        });
        let mut names = std::iter::once(cut(clean, LONGEST_NAME).to_owned()).chain(numbered);
        let name = names.find(|name| !taken.contains(&name.to_lowercase())).unwrap_or_default();
        taken.insert(name.to_lowercase());
        name
    };
    wanted.map(free).collect()
}

/// Writes the table. One without columns gets the number of each row: programs want one.
pub(super) fn write(layer: &Layer<'_>, fields: &[Field], to: &mut dyn Write) -> io::Result<()> {
    let number = [Field { name: "FID".to_owned(), kind: Kind::Whole, length: 10, n_cut: 0 }];
    let heads = if fields.is_empty() { &number[..] } else { fields };
    let head_length = 32 + 32 * heads.len() as u16 + 1;
    let record_length = 1 + heads.iter().map(|field| u16::from(field.length)).sum::<u16>();
    // Version 3 of dBase; a day that is always the same, for the day of writing.
    let mut head = vec![3, 100, 1, 1];
    head.extend((layer.n_rows as u32).to_le_bytes());
    head.extend(head_length.to_le_bytes());
    head.extend(record_length.to_le_bytes());
    head.resize(32, 0);
    heads.iter().for_each(|field| head.extend(field.head()));
    head.push(b'\r');
    to.write_all(&head)?;
    let mut record = Vec::new();
    for row in 0..layer.n_rows {
        record.clear();
        record.push(b' ');
        if fields.is_empty() {
            number[0].append(&Value::Whole(row as i64), &mut record);
        }
        let cells = fields.iter().zip(&layer.columns);
        cells.for_each(|(field, column)| field.append(&(column.value)(row), &mut record));
        to.write_all(&record)?;
    }
    to.write_all(&[0x1a])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_of_ten_bytes_and_all_different() {
        let wanted =
            ["population_total", "population_male", "POPULATION", "街道名称", "街道名称二", "", "a\0b", "Name", "name"];
        let names = names(wanted.into_iter());
        assert_eq!(
            names,
            ["population", "populati_2", "POPULATI_3", "街道名", "街道_2", "column", "ab", "Name", "name_2"]
        );
        assert!(names.iter().all(|name| name.len() <= LONGEST_NAME));
    }

    #[test]
    fn numbers_are_spelled_so_that_they_come_back() {
        for number in [0.1, 1.0 / 3.0, -1.797_693_134_862_315_7e308, 5e-324, 123_456_789.123_456_78, 0.0] {
            let text = written(&Value::Number(number));
            assert!(text.len() <= 24, "{text}");
            assert_eq!(text.parse::<f64>().unwrap(), number);
        }
        assert_eq!(written(&Value::Number(f64::NAN)), "");
    }
}
