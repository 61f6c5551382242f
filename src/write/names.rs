//! Names as a format takes them, all different.

use std::collections::HashSet;

/// `wanted` itself where `is_taken` says no, else with `_2` and so on after it.
pub(super) fn free(wanted: &str, is_taken: impl Fn(&str) -> bool) -> String {
    let numbered = (2..).map(|n: u32| format!("{wanted}_{n}"));
    let mut names = std::iter::once(wanted.to_owned()).chain(numbered);
    names.find(|name| !is_taken(name)).unwrap_or_default()
}

/// Names of columns, all different; one without a name is called `unnamed`.
pub(super) fn different<'a>(wanted: impl Iterator<Item = &'a str>, unnamed: &str) -> Vec<String> {
    let mut taken = HashSet::new();
    wanted
        .map(|name| {
            let name = free(if name.is_empty() { unnamed } else { name }, |name| taken.contains(name));
            taken.insert(name.clone());
            name
        })
        .collect()
}

/// Names of tables or columns for SQLite, which takes `Beds` and `beds` for one and ends a name at a NUL.
pub(super) fn for_sql<'a>(wanted: impl Iterator<Item = &'a str>, unnamed: &str) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    let mut taken = HashSet::new();
    for name in wanted {
        let clean: String = name.chars().filter(|letter| !letter.is_control()).collect();
        let clean = if clean.trim().is_empty() { unnamed } else { clean.trim() };
        let name = free(clean, |name| taken.contains(&name.to_lowercase()));
        taken.insert(name.to_lowercase());
        names.push(name);
    }
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_for_sql_are_all_different_and_have_no_control_characters() {
        let wanted = ["Beds", "beds", "a\"b", "", " ", "x\0y", "BEDS_2", "床位"];
        let names = for_sql(wanted.into_iter(), "column");
        assert_eq!(names, ["Beds", "beds_2", "a\"b", "column", "column_2", "xy", "BEDS_2_2", "床位"]);
    }
}
