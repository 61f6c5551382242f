//! Files to a World and Packs; every problem with its place.

pub mod document;
pub mod input;
pub mod inspection;
pub mod pack;
pub mod problem;
pub mod study;
pub mod table;
pub mod vocabulary;
pub mod world;

mod allowance;
mod alone;
mod areas;
mod attributes;
pub mod candidates;
mod columns;
mod costs;
mod coverage;
mod dbf;
mod delimited;
mod encoding;
mod estates;
pub mod evidence;
mod facilities;
mod fence;
mod fit;
mod flatgeobuf;
mod gazetteer;
mod geojson;
mod geopackage;
mod geoparquet;
mod header;
mod left_out;
mod membership;
pub mod osm;
mod people;
mod places;
mod polygons;
pub mod prices;
mod raster;
mod region;
mod rows;
mod scenarios;
mod series;
mod shapefile;
mod shapes;
pub mod siting;
#[cfg(test)]
mod sketch;
mod surroundings;
pub mod system;
mod travel;
mod values;
mod wkb;
mod workbook;

pub use alone::title;
pub use fence::quieten_fenced_panics;
pub use scenarios::{read_candidates, read_scenarios};
pub use values::number;
pub use world::{Failure, Options, Progress, ReadStudy, read_study, split};

use input::Input;
use problem::{At, Problems, say};
use table::{Reader, Table, Wish};

/// All formats that are read, in the order in which they are tried.
pub const READERS: [&dyn Reader; 10] = [
    &geopackage::GeoPackage,
    &geoparquet::GeoParquet,
    &shapefile::Shapefile,
    &flatgeobuf::FlatGeobuf,
    &osm::Osm,
    &raster::GeoTiff,
    &workbook::Workbook,
    &geojson::GeoJson,
    &dbf::Dbf,
    &delimited::Csv,
];

/// The reader of a file's format, if there is one.
pub fn reader_of(input: &Input) -> Option<&'static dyn Reader> {
    READERS.iter().find(|reader| reader.accepts(&input.name, input.start())).copied()
}

/// The rows of a file of any format that is read.
pub fn read_table(input: &Input, wish: &Wish, problems: &mut Problems) -> Option<Table> {
    match reader_of(input) {
        Some(reader) => reader.read(input, wish, problems).filter(|table| headers_fit(table, problems)),
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

/// Reads bytes as the geometry of a GeoPackage and as well-known binary, for fuzzing: elsewhere they are only met in files.
#[cfg(fuzzing)]
pub fn geometry_of_bytes(bytes: &[u8]) {
    let _ = geopackage::geometry(bytes);
    let _ = wkb::read(bytes);
}

/// The longest header, in bytes.
const LONGEST_HEADER: usize = 1000;

/// Whether the headers are names; text that is no table may be one header as long as the file.
fn headers_fit(table: &Table, problems: &mut Problems) -> bool {
    let long = table.columns.iter().position(|column| LONGEST_HEADER < column.header.len());
    let Some(column) = long else { return true };
    let (column, n) = (column + 1, table.columns[column].header.len());
    problems.error(
        "long-header",
        &table.file,
        At::File,
        say(
            format!("the header of column {column} is {n} bytes long: this is no table"),
            format!("第 {column} 列的表头长达 {n} 字节，不是数据表"),
        ),
        say("begin the file with one row of short headers", "文件第一行应为简短的表头"),
    );
    false
}
