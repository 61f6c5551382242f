//! The table beside a map: names that GDAL and QGIS take as they are, and cells.

use serde::Serialize;

/// A value in the table.
#[derive(Clone, Debug, Serialize)]
#[serde(untagged)]
pub(super) enum Cell<'a> {
    Null,
    Word(&'a str),
    Text(String),
    Number(f64),
    Count(usize),
    Flag(bool),
}

impl<'a> Cell<'a> {
    pub(super) fn word(word: Option<&'a str>) -> Self {
        word.map_or(Self::Null, Self::Word)
    }

    /// A number; one that is not finite is not known.
    pub(super) fn number(number: Option<f64>) -> Self {
        number.filter(|number| number.is_finite()).map_or(Self::Null, |number| Self::Number(number + 0.0))
    }
}

/// Names of columns: letters, digits and `_` only, all different.
#[derive(Default)]
pub(super) struct Columns(Vec<String>);

impl Columns {
    pub(super) fn new(fixed: &[&str]) -> Self {
        Self(fixed.iter().map(|&name| name.to_owned()).collect())
    }

    /// Adds a column for `key`, with `_2` and so on after it where the name is taken.
    pub(super) fn add(&mut self, key: &str) {
        let name: String = key.chars().map(|c| if c.is_alphanumeric() { c } else { '_' }).collect();
        let names = std::iter::once(name.clone()).chain((2..).map(|n: u32| format!("{name}_{n}")));
        // Readers such as SQLite take `Beds` and `beds` for one.
        let is_free = |name: &String| !self.0.iter().any(|taken| taken.to_lowercase() == name.to_lowercase());
        let free = names.into_iter().find(is_free);
        self.0.extend(free);
    }

    pub(super) fn names(self) -> Vec<String> {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_plain_and_all_different() {
        let mut columns = Columns::new(&["code"]);
        for key in ["edu.central-kindergarten", "edu_central.kindergarten", "Code", "床位"] {
            columns.add(key);
        }
        let names = ["code", "edu_central_kindergarten", "edu_central_kindergarten_2", "Code_2", "床位"];
        assert_eq!(columns.names(), names);
    }
}
