//! `findings.json`: everything that was found and what it rests on, in a published shape with a version.
//!
//! The shape is owned here, not by the model: keys keep their order and their names while the program changes.

mod document;
mod evidence;
mod finding;
mod quantity;

use std::io::{self, Write};

use serde::Serialize;
use serde_json::ser::{Formatter, PrettyFormatter};

use crate::assess::Findings;
use crate::model::{World, shown};
use document::Document;
pub(super) use document::Travel;

/// The name and version of the shape.
pub const FORMAT: &str = "evenreach.findings/1";

/// The findings as JSON, with line breaks; `problems` are what was wrong with the input and did not stop the run.
pub fn findings(
    findings: &Findings,
    world: &World,
    problems: &[serde_json::Value],
    to: &mut dyn Write,
) -> io::Result<()> {
    pretty(&Document::new(findings, world, problems), to)
}

/// A document with line breaks, in which every letter can be seen.
pub(crate) fn pretty(document: &impl Serialize, to: &mut dyn Write) -> io::Result<()> {
    let mut serializer = serde_json::Serializer::with_formatter(&mut *to, Visible(PrettyFormatter::with_indent(b" ")));
    document.serialize(&mut serializer)?;
    to.write_all(b"\n")
}

/// Writes letters that a terminal obeys or that nobody sees, which JSON allows as they are, as `\u` escapes: the document
/// may be printed. Else like the formatter within.
struct Visible(PrettyFormatter<'static>);

impl Formatter for Visible {
    fn write_string_fragment<W: ?Sized + Write>(&mut self, to: &mut W, fragment: &str) -> io::Result<()> {
        let mut rest = fragment;
        while let Some(at) = rest.find(hidden) {
            let (before, from) = rest.split_at(at);
            let letter = from.chars().next().expect("a hidden letter was found here");
            write!(to, "{before}\\u{:04x}", u32::from(letter))?;
            rest = &from[letter.len_utf8()..];
        }
        to.write_all(rest.as_bytes())
    }

    fn begin_array<W: ?Sized + Write>(&mut self, to: &mut W) -> io::Result<()> {
        self.0.begin_array(to)
    }

    fn end_array<W: ?Sized + Write>(&mut self, to: &mut W) -> io::Result<()> {
        self.0.end_array(to)
    }

    fn begin_array_value<W: ?Sized + Write>(&mut self, to: &mut W, first: bool) -> io::Result<()> {
        self.0.begin_array_value(to, first)
    }

    fn end_array_value<W: ?Sized + Write>(&mut self, to: &mut W) -> io::Result<()> {
        self.0.end_array_value(to)
    }

    fn begin_object<W: ?Sized + Write>(&mut self, to: &mut W) -> io::Result<()> {
        self.0.begin_object(to)
    }

    fn end_object<W: ?Sized + Write>(&mut self, to: &mut W) -> io::Result<()> {
        self.0.end_object(to)
    }

    fn begin_object_key<W: ?Sized + Write>(&mut self, to: &mut W, first: bool) -> io::Result<()> {
        self.0.begin_object_key(to, first)
    }

    fn begin_object_value<W: ?Sized + Write>(&mut self, to: &mut W) -> io::Result<()> {
        self.0.begin_object_value(to)
    }

    fn end_object_value<W: ?Sized + Write>(&mut self, to: &mut W) -> io::Result<()> {
        self.0.end_object_value(to)
    }
}

fn hidden(letter: char) -> bool {
    letter != '\n' && shown(letter) != Some(letter)
}

/// The JSON schema of [`findings`].
pub fn schema() -> serde_json::Value {
    let settings = schemars::generate::SchemaSettings::draft2020_12().for_serialize();
    let mut schema = settings.into_generator().into_root_schema_for::<Document<'_>>();
    schema.insert("title".to_owned(), FORMAT.into());
    schema.to_value()
}

/// The schema as a file.
pub fn schema_file() -> Vec<u8> {
    format!("{:#}\n", schema()).into_bytes()
}

#[cfg(test)]
mod tests;
