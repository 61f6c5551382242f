//! Names of columns and layers that GDAL and QGIS take as they are.

/// Names: letters, digits and `_` only, all different.
#[derive(Default)]
pub(super) struct Names(Vec<String>);

impl Names {
    pub(super) fn new(fixed: &[&str]) -> Self {
        Self(fixed.iter().map(|&name| name.to_owned()).collect())
    }

    /// A name for `key`, with `_2` and so on after it where it is taken.
    pub(super) fn add(&mut self, key: &str) -> String {
        let name = plain_name(key);
        let mut names = std::iter::once(name.clone()).chain((2..).map(|n: u32| format!("{name}_{n}")));
        // Readers such as SQLite take `Beds` and `beds` for one.
        let is_free = |name: &String| !self.0.iter().any(|taken| taken.to_lowercase() == name.to_lowercase());
        let free = names.find(is_free).unwrap_or(name);
        self.0.push(free.clone());
        free
    }
}

/// `key` with `_` for all but letters and digits.
pub(crate) fn plain_name(key: &str) -> String {
    key.chars().map(|c| if c.is_alphanumeric() { c } else { '_' }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_plain_and_all_different() {
        let mut names = Names::new(&["code"]);
        let added: Vec<String> = ["edu.central-kindergarten", "edu_central.kindergarten", "Code", "床位"]
            .into_iter()
            .map(|key| names.add(key))
            .collect();
        assert_eq!(added, ["edu_central_kindergarten", "edu_central_kindergarten_2", "Code_2", "床位"]);
    }
}
