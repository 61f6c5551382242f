//! TOML documents read with every mistake found, each at its word.
//!
//! serde stops at the first mistake. Here the offending entry is then taken out of the parsed tree and the rest is
//! tried again, so that a writer sees all mistakes of a file in one run.

use std::fmt::{self, Write};
use std::ops::Range;

use miette::{Diagnostic, GraphicalReportHandler, GraphicalTheme, LabeledSpan, NamedSource, SourceCode};
use serde::de::DeserializeOwned;
use toml::Spanned;
use toml::de::{DeTable, DeValue, Deserializer};

use crate::model::{plain, shown};
use crate::rules::Mistake;

/// More mistakes than this are not looked for.
const MOST_MISTAKES: usize = 100;

/// Mistakes in a text with longer lines are told without the line, in bytes.
const LONGEST_LINE: usize = 2000;

/// A document that was refused, with every mistake underlined.
#[derive(Clone, Debug)]
pub struct Refused {
    /// The file, as the user named it.
    pub file: String,
    /// Its text.
    pub text: String,
    /// What is wrong, in the order of the text.
    pub mistakes: Vec<Mistake>,
}

impl Refused {
    /// Every mistake with the lines around it; `style` asks for colour.
    pub fn render(&self, style: bool) -> String {
        let theme = if style { GraphicalTheme::unicode() } else { GraphicalTheme::unicode_nocolor() };
        let handler = GraphicalReportHandler::new_themed(theme).with_width(120).with_links(false);
        let source = NamedSource::new(plain(&self.file), visible(&self.text));
        let mut all = String::new();
        for mistake in &self.mistakes {
            let (what, help) = (plain(&mistake.what), plain(&mistake.help));
            // Writing into a String cannot fail.
            if self.text.lines().any(|line| LONGEST_LINE < line.len()) {
                let (line, column) = self.place(mistake.at.start);
                let _ = writeln!(all, "  × {}:{line}:{column}: {what}", plain(&self.file));
                if !help.is_empty() {
                    let _ = writeln!(all, "  help: {help}");
                }
            } else {
                let at = mistake.at.clone();
                let _ = handler.render_report(&mut all, &Underlined { what, help, at, source: &source });
            }
            all.push('\n');
        }
        all
    }

    /// Line and column of a byte, from 1.
    fn place(&self, byte: usize) -> (usize, usize) {
        let before = &self.text.as_bytes()[..byte.min(self.text.len())];
        let start = before.iter().rposition(|&byte| byte == b'\n').map_or(0, |end| end + 1);
        (before.iter().filter(|&&byte| byte == b'\n').count() + 1, before.len() - start + 1)
    }
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.render(false))
    }
}

impl std::error::Error for Refused {}

/// The text with a mark for each letter that a terminal obeys or that nobody sees, byte for byte as long.
fn visible(text: &str) -> String {
    let mark = |letter: char| match (letter, letter.len_utf8()) {
        ('\n' | '\r' | '\t', _) => letter,
        (letter, _) if shown(letter) == Some(letter) => letter,
        (_, 1) => '?',
        (_, 2) => '·',
        _ => '\u{fffd}',
    };
    text.chars().map(mark).collect()
}

#[derive(Debug)]
struct Underlined<'a> {
    what: String,
    help: String,
    at: Range<usize>,
    source: &'a NamedSource<String>,
}

impl fmt::Display for Underlined<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.what)
    }
}

impl std::error::Error for Underlined<'_> {}

impl Diagnostic for Underlined<'_> {
    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        (!self.help.is_empty()).then(|| Box::new(&self.help) as Box<dyn fmt::Display>)
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        Some(self.source)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        Some(Box::new(std::iter::once(LabeledSpan::at(self.at.clone(), "here"))))
    }
}

/// The value that the text holds, or every mistake in it.
///
/// # Errors
/// All mistakes of syntax; if there are none, all unknown keys, wrong types and wrong values.
pub fn parse<T: DeserializeOwned>(text: &str) -> Result<T, Vec<Mistake>> {
    parse_checked(text, "", |_| Vec::new())
}

/// The value that the text holds, or every mistake in it, those of its meaning among them.
///
/// `meaning` also sees what is left of a document when the mistakes are all inside the list `list`, whose elements do
/// not speak of each other: then what it finds in the others is right.
///
/// # Errors
/// All mistakes of syntax; if there are none, all unknown keys, wrong types and values, and wrong meanings.
pub fn parse_checked<T: DeserializeOwned>(
    text: &str,
    list: &str,
    meaning: impl Fn(&T) -> Vec<Mistake>,
) -> Result<T, Vec<Mistake>> {
    let (mut tree, errors) = DeTable::parse_recoverable(text);
    if !errors.is_empty() {
        return Err(errors.iter().take(MOST_MISTAKES).map(|error| mistake(error, text)).collect());
    }
    let mut mistakes = Vec::new();
    let mut removed: Vec<String> = Vec::new();
    let mut only_in_list = true;
    loop {
        let error = match T::deserialize(Deserializer::from(tree.clone())) {
            Ok(value) => {
                if only_in_list {
                    mistakes.extend(meaning(&value));
                }
                return if mistakes.is_empty() { Ok(value) } else { Err(in_order(mistakes)) };
            }
            Err(error) => error,
        };
        if !follows_from_removal(error.message(), &removed) {
            mistakes.push(mistake(&error, text));
        }
        let taken = error.span().and_then(|at| {
            let (top, _) = tree.get_ref().iter().find(|(key, value)| key.span() == at || holds(value, &at))?;
            only_in_list &= top.get_ref().as_ref() == list;
            remove(tree.get_mut(), &at)
        });
        match taken {
            Some(key) if removed.len() < MOST_MISTAKES => removed.push(key),
            _ => return Err(in_order(mistakes)),
        }
    }
}

/// In the order of the text; tables come after the plain keys of a document however it is written.
fn in_order(mut mistakes: Vec<Mistake>) -> Vec<Mistake> {
    mistakes.sort_by_key(|mistake| mistake.at.start);
    mistakes
}

fn mistake(error: &toml::de::Error, text: &str) -> Mistake {
    let message = error.message().trim().to_owned();
    let quoted: Vec<&str> = message.split('`').skip(1).step_by(2).collect();
    let help = match (message.starts_with("unknown"), quoted.split_first()) {
        (true, Some((found, expected))) => nearest(found, expected.iter().copied())
            .map_or_else(String::new, |nearest| format!("did you mean `{nearest}`?")),
        _ => String::new(),
    };
    Mistake { at: error.span().unwrap_or(0..text.len().min(1)), what: message, help }
}

/// The known word most like `found`, if any is like it.
pub(crate) fn nearest<'a>(found: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    known
        .into_iter()
        .map(|word| (strsim::jaro_winkler(found, word), word))
        .filter(|&(likeness, _)| 0.75 < likeness)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, word)| word)
}

/// Whether an error is only there because an entry was taken out before.
fn follows_from_removal(message: &str, removed: &[String]) -> bool {
    let missing = message.strip_prefix("missing field `").and_then(|rest| rest.split('`').next());
    match missing {
        Some(missing) => removed.iter().any(|key| key == missing || nearest(key, [missing]).is_some()),
        None => !removed.is_empty() && message.contains("wanted exactly 1"),
    }
}

/// Takes the innermost entry at `at` out of the tree and gives its key.
fn remove(table: &mut DeTable<'_>, at: &Range<usize>) -> Option<String> {
    let key = table.iter().find(|(key, value)| key.span() == *at || holds(value, at)).map(|(key, _)| key.clone())?;
    if key.span() != *at {
        let inner = table.get_mut(&key).and_then(|value| remove_below(value.get_mut(), at));
        if inner.is_some() {
            return inner;
        }
    }
    table.remove(&key);
    Some(key.get_ref().to_string())
}

fn remove_below(value: &mut DeValue<'_>, at: &Range<usize>) -> Option<String> {
    match value {
        DeValue::Table(table) => remove(table, at),
        DeValue::Array(array) => {
            let index = array.iter().position(|value| holds(value, at))?;
            let inner = array.get_mut(index).and_then(|value| remove_below(value.get_mut(), at));
            // An element of an array has no key: a missing field may not be laid to it.
            inner.or_else(|| {
                *array = array
                    .iter()
                    .enumerate()
                    .filter(|&(other, _)| other != index)
                    .map(|(_, value)| value.clone())
                    .collect();
                Some(String::new())
            })
        }
        _ => None,
    }
}

/// Whether the mistake lies at this value or somewhere in it. The span of a table is that of its header only.
fn holds(value: &Spanned<DeValue<'_>>, at: &Range<usize>) -> bool {
    let span = value.span();
    let covers = span.start <= at.start && at.end <= span.end;
    covers
        || match value.get_ref() {
            DeValue::Table(table) => table.iter().any(|(key, value)| key.span() == *at || holds(value, at)),
            DeValue::Array(array) => array.iter().any(|value| holds(value, at)),
            _ => false,
        }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::Pack;

    const HEAD: &str = r#"
format = "evenreach.pack/1"
document = { id = "t", title = { en = "t", zh = "t" }, issuer = { en = "i", zh = "i" }, year = 2018 }
"#;

    fn words(text: &str) -> Vec<(String, String)> {
        let text = format!("{HEAD}{text}");
        let mistakes = parse::<Pack>(&text).expect_err("the pack is wrong");
        mistakes.iter().map(|mistake| (text[mistake.at.clone()].to_owned(), mistake.help.clone())).collect()
    }

    #[test]
    fn every_mistake_of_a_pack_is_found_at_its_word() {
        let found = words(
            r#"
[[obligation]]
id = "a"
clause = "1"
leed = "x"
summary = { en = "a", zh = "a", fr = "a" }
check.reach = { service = "s", group = "g", within = "5 kg", at-least = "90 %" }

[[obligation]]
id = "b"
clause = "1"
lead = "x"
summary = { en = "a", zh = "a" }
check.preesence = { in-each = "street", service = "s", at-least = 1 }

[[obligation]]
id = "c"
clause = "1"
lead = "x"
summary = { en = "a", zh = "a" }
check.presence = { in-each = "street", service = "s", at-least = "one", servings = true, where = { a = { b = 1 } } }
"#,
        );
        let found: Vec<_> = found.iter().map(|(word, help)| (word.as_str(), help.as_str())).collect();
        assert_eq!(
            found,
            [
                ("leed", "did you mean `lead`?"),
                ("fr", ""),
                ("\"5 kg\"", ""),
                ("preesence", "did you mean `presence`?"),
                ("\"one\"", ""),
                ("servings", "did you mean `serving`?"),
                ("{ b = 1 }", ""),
            ]
        );
    }

    #[test]
    fn a_missing_key_is_said_when_nothing_was_taken_out() {
        let found = words(
            "[[obligation]]\nid = \"a\"\nclause = \"1\"\nlead = \"x\"\ncheck.note = { why = { en = \"\", zh = \"\" } }\n",
        );
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].0, "[[obligation]]");
    }

    #[test]
    fn syntax_errors_are_all_found() {
        assert!(parse::<Pack>("a = \n b = = 2\n").expect_err("no TOML").len() >= 2);
    }
}
