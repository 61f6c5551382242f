//! `findings.json`: everything that was found and what it rests on, in a published shape with a version.
//!
//! The shape is owned here, not by the model: keys keep their order and their names while the program changes.

mod document;
mod evidence;
mod finding;
mod quantity;

use crate::assess::Findings;
use crate::model::{World, shown};
use document::Document;

/// The name and version of the shape.
pub const FORMAT: &str = "evenreach.findings/1";

/// The findings as JSON, with line breaks; `problems` are what was wrong with the input and did not stop the run.
pub fn findings(findings: &Findings, world: &World, problems: &[serde_json::Value]) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut serializer =
        serde_json::Serializer::with_formatter(&mut bytes, serde_json::ser::PrettyFormatter::with_indent(b" "));
    let document = Document::new(findings, world, problems);
    serde::Serialize::serialize(&document, &mut serializer).expect("writing to memory; all keys are strings");
    bytes.push(b'\n');
    visible(bytes)
}

/// Letters that a terminal obeys or that nobody sees, which JSON allows as they are, as `\u` escapes: the document may
/// be printed. They can only stand in strings.
fn visible(json: Vec<u8>) -> Vec<u8> {
    let text = String::from_utf8(json).expect("JSON is UTF-8");
    if !text.contains(hidden) {
        return text.into_bytes();
    }
    let mut escaped = String::with_capacity(text.len() + 64);
    for letter in text.chars() {
        if hidden(letter) {
            escaped.push_str(&format!("\\u{:04x}", u32::from(letter)));
        } else {
            escaped.push(letter);
        }
    }
    escaped.into_bytes()
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
