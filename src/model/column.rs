//! One attribute of many facilities or areas, stored by column.

use jiff::civil::Date;

/// The values of one attribute; `None` where the file says nothing.
#[derive(Clone, Debug, PartialEq)]
pub enum Column {
    /// Yes or no.
    Flag(Vec<Option<bool>>),
    /// Numbers.
    Number(Vec<Option<f64>>),
    /// Days.
    Date(Vec<Option<Date>>),
    /// Words: `codes[row]` is 0 for no word, else 1 + a position in `words`.
    Text {
        /// One an entry.
        codes: Vec<u32>,
        /// The distinct words.
        words: Vec<String>,
    },
}

/// One cell of a [`Column`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Value<'a> {
    /// Yes or no.
    Flag(bool),
    /// A number.
    Number(f64),
    /// A day.
    Date(Date),
    /// A word.
    Text(&'a str),
}

impl Column {
    /// The value of entry `row`; `None` where the file says nothing.
    pub fn get(&self, row: usize) -> Option<Value<'_>> {
        match self {
            Self::Flag(values) => values.get(row).copied().flatten().map(Value::Flag),
            Self::Number(values) => values.get(row).copied().flatten().map(Value::Number),
            Self::Date(values) => values.get(row).copied().flatten().map(Value::Date),
            Self::Text { codes, words } => match codes.get(row) {
                None | Some(0) => None,
                Some(&code) => Some(Value::Text(&words[code as usize - 1])),
            },
        }
    }

    /// The number of entry `row`, if this is a column of numbers and it has one.
    pub fn number(&self, row: usize) -> Option<f64> {
        match self.get(row) {
            Some(Value::Number(number)) => Some(number),
            _ => None,
        }
    }

    /// The day of entry `row`, if this is a column of days and it has one.
    pub fn date(&self, row: usize) -> Option<Date> {
        match self.get(row) {
            Some(Value::Date(date)) => Some(date),
            _ => None,
        }
    }

    /// Yes or no for entry `row`, if this is a column of flags and it has one.
    pub fn flag(&self, row: usize) -> Option<bool> {
        match self.get(row) {
            Some(Value::Flag(flag)) => Some(flag),
            _ => None,
        }
    }

    /// The word of entry `row`, if this is a column of words and it has one.
    pub fn text(&self, row: usize) -> Option<&str> {
        match self.get(row) {
            Some(Value::Text(word)) => Some(word),
            _ => None,
        }
    }

    /// The distinct words that entries have; none in a column of another type.
    pub fn words(&self) -> impl Iterator<Item = &str> {
        let (codes, words): (&[u32], &[String]) = match self {
            Self::Text { codes, words } => (codes, words),
            _ => (&[], &[]),
        };
        let mut used = vec![false; words.len() + 1];
        codes.iter().for_each(|&code| used[code as usize] = true);
        words.iter().enumerate().filter(move |&(position, _)| used[position + 1]).map(|(_, word)| word.as_str())
    }

    /// The entries at these positions, in this order; `None` gives an empty one.
    pub fn gather(&self, rows: &[Option<usize>]) -> Self {
        fn each<T: Copy>(values: &[Option<T>], rows: &[Option<usize>]) -> Vec<Option<T>> {
            rows.iter().map(|row| row.and_then(|row| values.get(row).copied().flatten())).collect()
        }
        match self {
            Self::Flag(values) => Self::Flag(each(values, rows)),
            Self::Number(values) => Self::Number(each(values, rows)),
            Self::Date(values) => Self::Date(each(values, rows)),
            Self::Text { codes, words } => {
                let code = |row: &Option<usize>| row.and_then(|row| codes.get(row).copied()).unwrap_or(0);
                Self::Text { codes: rows.iter().map(code).collect(), words: words.clone() }
            }
        }
    }

    /// Gives entry `row` a value; whether the column is one of such values.
    pub fn set(&mut self, row: usize, value: Value<'_>) -> bool {
        match (self, value) {
            (Self::Flag(values), Value::Flag(flag)) => values[row] = Some(flag),
            (Self::Number(values), Value::Number(number)) => values[row] = Some(number),
            (Self::Date(values), Value::Date(date)) => values[row] = Some(date),
            (Self::Text { codes, words }, Value::Text(word)) => {
                let position = words.iter().position(|known| known == word).unwrap_or_else(|| {
                    words.push(word.to_owned());
                    words.len() - 1
                });
                codes[row] = u32::try_from(position + 1).expect("readers refuse files of more than u32::MAX rows");
            }
            _ => return false,
        }
        true
    }

    /// What the values are, for messages.
    pub fn type_name(&self) -> &'static str {
        match self {
            Self::Flag(_) => "yes/no",
            Self::Number(_) => "number",
            Self::Date(_) => "date",
            Self::Text { .. } => "text",
        }
    }

    /// A column of words from strings; an empty string is no word.
    pub fn from_words<S: AsRef<str>>(cells: impl IntoIterator<Item = S>) -> Self {
        let mut seen = std::collections::HashMap::new();
        let mut words = Vec::new();
        let codes = cells
            .into_iter()
            .map(|cell| {
                let word = cell.as_ref();
                if word.is_empty() {
                    return 0;
                }
                if let Some(&code) = seen.get(word) {
                    return code;
                }
                words.push(word.to_owned());
                let code = u32::try_from(words.len()).expect("readers refuse files of more than u32::MAX rows");
                seen.insert(word.to_owned(), code);
                code
            })
            .collect();
        Self::Text { codes, words }
    }
}
