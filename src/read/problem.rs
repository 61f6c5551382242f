//! What is wrong with an input file, where, and what would be right.

use std::collections::BTreeMap;
use std::fmt;

use crate::model::{Lang, Source, Text};

/// Whether a problem stops the run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// The run stops when all files are read.
    Error,
    /// The run goes on by a stated rule; `--strict` makes it an error.
    Warning,
    /// Nothing is wrong: it says what was made of a file. Never an error.
    Note,
}

/// Where in a file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum At {
    /// The file as a whole.
    File,
    /// A row of a table as a sheet counts it: from 1, the header counted.
    Row(u32),
    /// A feature, from 1.
    Feature(u32),
    /// A column, by its header.
    Column(String),
    /// A line and column of a text, from 1.
    Line(usize, usize),
}

impl At {
    /// An entry of a file that was read, from 1.
    pub(crate) fn entry(source: &Source, number: u32) -> Self {
        if source.features { Self::Feature(number) } else { Self::Row(number) }
    }
}

/// One thing that is wrong.
#[derive(Clone, Debug, PartialEq)]
pub struct Problem {
    /// Whether it stops the run.
    pub severity: Severity,
    /// A stable word for the kind of problem, such as `unknown-area`.
    pub code: &'static str,
    /// The file, as the study names it.
    pub file: String,
    /// Where in it.
    pub at: At,
    /// What was found.
    pub what: Text,
    /// How to mend it.
    pub help: Text,
}

impl Problem {
    /// Where, in words.
    pub fn place(&self, lang: Lang) -> String {
        match (&self.at, lang) {
            (At::File, _) => self.file.clone(),
            (At::Row(row), Lang::En) => format!("{}, row {row}", self.file),
            (At::Row(row), Lang::Zh) => format!("{} 第 {row} 行", self.file),
            (At::Feature(feature), Lang::En) => format!("{}, feature {feature}", self.file),
            (At::Feature(feature), Lang::Zh) => format!("{} 第 {feature} 个要素", self.file),
            (At::Column(column), Lang::En) => format!("{}, column `{column}`", self.file),
            (At::Column(column), Lang::Zh) => format!("{} “{column}”列", self.file),
            (At::Line(line, column), _) => format!("{}:{line}:{column}", self.file),
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {} ({})", self.place(Lang::En), self.what.en, self.help.en)
    }
}

/// The same thing said in both languages.
pub(crate) fn say(en: impl Into<String>, zh: impl Into<String>) -> Text {
    Text { en: en.into(), zh: zh.into() }
}

fn shorten(text: &mut String) {
    if let Some((end, _)) = text.char_indices().nth(Problems::LONGEST) {
        text.truncate(end);
        text.push('…');
    }
}

/// Problems as they are found: of one kind in one file the first few are kept, the rest counted.
#[derive(Clone, Debug, Default)]
pub struct Problems {
    kept: Vec<Problem>,
    seen: BTreeMap<(String, &'static str), usize>,
    stops: bool,
}

impl Problems {
    /// Problems of one kind in one file that are kept in full.
    pub const KEPT: usize = 50;

    /// Letters kept of what a problem says: a cell that it quotes may be a whole book.
    pub const LONGEST: usize = 600;

    /// Notes a problem.
    pub fn push(&mut self, mut problem: Problem) {
        // An error stops the run even where only warnings of its kind were kept.
        self.stops |= problem.severity == Severity::Error;
        let seen = self.seen.entry((problem.file.clone(), problem.code)).or_insert(0);
        *seen += 1;
        if *seen <= Self::KEPT {
            for text in [&mut problem.what, &mut problem.help] {
                shorten(&mut text.en);
                shorten(&mut text.zh);
            }
            if let At::Column(header) = &mut problem.at {
                shorten(header);
            }
            self.kept.push(problem);
        }
    }

    /// Notes an error.
    pub fn error(&mut self, code: &'static str, file: &str, at: At, what: Text, help: Text) {
        self.push(Problem { severity: Severity::Error, code, file: file.to_owned(), at, what, help });
    }

    /// Notes a warning.
    pub fn warning(&mut self, code: &'static str, file: &str, at: At, what: Text, help: Text) {
        self.push(Problem { severity: Severity::Warning, code, file: file.to_owned(), at, what, help });
    }

    /// Says what was made of a file.
    pub fn note(&mut self, code: &'static str, file: &str, what: Text, help: Text) {
        self.push(Problem { severity: Severity::Note, code, file: file.to_owned(), at: At::File, what, help });
    }

    /// Notes a warning whose words are costly: they are only asked for if the warning is kept.
    pub fn warning_of(&mut self, code: &'static str, file: &str, at: At, words: impl FnOnce() -> (Text, Text)) {
        match self.seen.get_mut(&(file.to_owned(), code)) {
            Some(seen) if Self::KEPT <= *seen => *seen += 1,
            _ => {
                let (what, help) = words();
                self.warning(code, file, at, what, help);
            }
        }
    }

    /// Adds all of another list.
    pub fn extend(&mut self, other: Self) {
        self.stops |= other.stops;
        for problem in other.kept {
            self.push(problem);
        }
        // What the other only counted is counted here too.
        for (key, n) in other.seen {
            let kept = n.min(Self::KEPT);
            *self.seen.entry(key).or_insert(0) += n - kept;
        }
    }

    /// The problems kept, in the order found.
    pub fn kept(&self) -> &[Problem] {
        &self.kept
    }

    /// Kinds of which more were found than kept: the file, the code, and how many were left out.
    pub fn left_out(&self) -> impl Iterator<Item = (&str, &'static str, usize)> {
        self.seen
            .iter()
            .filter(|&(_, &n)| Self::KEPT < n)
            .map(|((file, code), &n)| (file.as_str(), *code, n - Self::KEPT))
    }

    /// How many were found, kept or not.
    pub fn len(&self) -> usize {
        self.seen.values().sum()
    }

    /// How many of a kind were found, kept or not.
    pub fn n_of(&self, code: &str) -> usize {
        self.seen.iter().filter(|((_, seen), _)| *seen == code).map(|(_, n)| n).sum()
    }

    /// Whether nothing is wrong.
    pub fn is_empty(&self) -> bool {
        self.seen.is_empty()
    }

    /// Whether one of them stops the run.
    pub fn has_errors(&self) -> bool {
        self.stops
    }

    /// Makes the warnings of one kind errors.
    pub fn make_errors_of(&mut self, code: &str) {
        for problem in self.kept.iter_mut().filter(|problem| problem.code == code) {
            problem.severity = Severity::Error;
            self.stops = true;
        }
    }

    /// Makes every warning an error, as `--strict` asks.
    pub fn make_strict(&mut self) {
        for problem in self.kept.iter_mut().filter(|problem| problem.severity != Severity::Note) {
            problem.severity = Severity::Error;
            self.stops = true;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn note(problems: &mut Problems, n: usize) {
        for _ in 0..n {
            problems.warning("odd", "a.csv", At::File, Text::same("odd"), Text::same("mend it"));
        }
    }

    #[test]
    fn an_error_stops_the_run_even_when_fifty_warnings_of_its_kind_were_kept() {
        let mut problems = Problems::default();
        note(&mut problems, Problems::KEPT);
        assert!(!problems.has_errors());
        problems.error("odd", "a.csv", At::File, Text::same("worse"), Text::same("mend it"));
        assert_eq!((problems.kept().len(), problems.len()), (Problems::KEPT, Problems::KEPT + 1));
        assert!(problems.has_errors());
        let mut all = Problems::default();
        all.extend(problems);
        assert!(all.has_errors());
        assert_eq!(all.len(), Problems::KEPT + 1);
    }

    #[test]
    fn words_that_nobody_will_read_are_not_made() {
        let mut problems = Problems::default();
        let mut n_made = 0;
        for _ in 0..1000 {
            problems.warning_of("odd", "a.csv", At::File, || {
                n_made += 1;
                (Text::same("odd"), Text::same("mend it"))
            });
        }
        assert_eq!((n_made, problems.kept().len(), problems.len()), (Problems::KEPT, Problems::KEPT, 1000));
        assert_eq!(problems.left_out().collect::<Vec<_>>(), [("a.csv", "odd", 950)]);
    }

    #[test]
    fn strict_makes_a_warning_stop_the_run_and_leaves_a_clean_one_alone() {
        let mut clean = Problems::default();
        clean.note("told", "a.csv", Text::same("what was made of it"), Text::same("nothing to mend"));
        clean.make_strict();
        assert!(!clean.has_errors());
        let mut problems = Problems::default();
        note(&mut problems, 1);
        problems.make_strict();
        assert!(problems.has_errors());
    }
}
