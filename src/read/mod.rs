//! Files to a World and Packs; every problem with its place.

pub mod delimited;
pub mod document;
pub mod geojson;
pub mod input;
pub mod problem;
pub mod table;

use input::Input;
use problem::{At, Problems, say};
use table::{Reader, Table};

/// All formats that are read, in the order in which they are tried.
pub const READERS: [&dyn Reader; 2] = [&geojson::GeoJson, &delimited::Csv];

/// The rows of a file of any format that is read.
pub fn read_table(input: &Input, problems: &mut Problems) -> Option<Table> {
    let start = &input.bytes[..input.bytes.len().min(1024)];
    match READERS.iter().find(|reader| reader.accepts(&input.name, start)) {
        Some(reader) => reader.read(input, problems),
        None => {
            let formats: Vec<_> = READERS.iter().map(|reader| reader.name()).collect();
            let formats = formats.join(", ");
            problems.error(
                "unknown-format",
                &input.name,
                At::File,
                say("the format is not known by the file's name", "无法从文件名判断格式"),
                say(format!("formats read: {formats}"), format!("可读取的格式：{formats}")),
            );
            None
        }
    }
}
