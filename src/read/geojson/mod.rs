//! GeoJSON (RFC 7946) and sequences of its features (RFC 8142, or one a line): one pass over the bytes, straight into
//! columns and geometries.
//!
//! No tree of the document is built, and the text of a large file is not held: memory is that of the result. Nesting is
//! bounded by the parser (128 levels).

mod geometry;

use std::borrow::Cow;
use std::fmt;
use std::io::{BufRead, BufReader, Read, Seek, SeekFrom};

use geo::Geometry;
use serde::de::{DeserializeSeed, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};

use super::input::{Input, ReadSeek};
use super::problem::{At, Problems, say};
use super::rows::{Rows, TooMany};
use super::shapes::{Odd, Shape, Shapes};
use super::table::{Reader, Table, Wish};
use geometry::{Coordinates, ShapeResult, ShapeSeed, Sink};

/// Feature collections, sequences of features, and single features or geometries.
pub(super) struct GeoJson;

/// The largest file whose text is held while it is read: that takes 47 % of the time (3.5 against 7.4 ms for each MB).
const HELD: u64 = 64 << 20;

/// The longest piece of a sequence.
const LONGEST_FEATURE: u64 = 1 << 30;

/// What each feature of a sequence begins with, by RFC 8142.
const RECORD_SEPARATOR: u8 = 0x1E;

const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";

impl Reader for GeoJson {
    fn name(&self) -> &'static str {
        "GeoJSON"
    }

    fn accepts(&self, name: &str, start: &[u8]) -> bool {
        let name = name.to_ascii_lowercase();
        let first = beginning(start);
        let looks = first == Some(b'{') || first == Some(RECORD_SEPARATOR);
        let says = |word: &[u8]| start.windows(word.len()).any(|window| window == word);
        let named = [".json", ".jsonl", ".ndjson"].iter().any(|ending| name.ends_with(ending));
        name.ends_with(".geojson") || is_sequence(&name, start) || looks && (named || says(b"\"FeatureCollection\""))
    }

    // RFC 7946, section 4.
    fn lays_down(&self) -> Option<&'static str> {
        Some("OGC:CRS84")
    }

    fn read(&self, input: &Input, _: &Wish, problems: &mut Problems) -> Option<Table> {
        let mut layer = Layer::default();
        let read = if is_sequence(&input.name, input.start()) {
            sequence(input, &mut layer)
        } else {
            match document(input, HELD, &mut layer) {
                // Some programs write sequences under the name of a document.
                Err(Stop::Json(..)) if layer.kind == "Feature" => {
                    layer = Layer::default();
                    sequence(input, &mut layer)
                }
                read => read,
            }
        };
        if let Err(stop) = read {
            stop.tell(input, problems);
            return None;
        }
        if !layer.is_done {
            not_a_collection(&layer.kind, &input.name, problems);
            return None;
        }
        let mut table = Table {
            file: input.name.clone(),
            columns: layer.rows.into_columns(),
            n_rows: layer.shapes.len(),
            crs: layer.crs,
            ..Table::default()
        };
        layer.shapes.give(&mut table, problems);
        Some(table)
    }
}

/// The first byte that says something.
fn beginning(start: &[u8]) -> Option<u8> {
    let start = start.strip_prefix(BYTE_ORDER_MARK).unwrap_or(start);
    start.iter().copied().find(|byte| !byte.is_ascii_whitespace())
}

fn is_sequence(name: &str, start: &[u8]) -> bool {
    let name = name.to_ascii_lowercase();
    let named =
        [".geojsonl", ".geojsons", ".geojsonseq", ".ndjson", ".jsonl"].iter().any(|ending| name.ends_with(ending));
    named || beginning(start) == Some(RECORD_SEPARATOR)
}

/// Why reading stops.
enum Stop {
    Io(std::io::Error),
    /// The text is no GeoJSON at this line and column.
    Json(usize, usize, String),
    /// The text at this line is JSON, but not a feature.
    NoFeature(usize),
    TooMany,
}

impl From<std::io::Error> for Stop {
    fn from(error: std::io::Error) -> Self {
        Self::Io(error)
    }
}

impl Stop {
    fn of(error: serde_json::Error, layer: &Layer, n_lines_before: usize) -> Self {
        if layer.too_many {
            return Self::TooMany;
        }
        let (line, column) = (n_lines_before + error.line().max(1), error.column().max(1));
        // The message ends with the place, which is wrong where lines stand before.
        let said = error.to_string();
        let what = said.rsplit_once(" at line ").map_or(said.as_str(), |(what, _)| what);
        match error.is_io() {
            true => Self::Io(error.into()),
            false => Self::Json(line, column, format!("{what} at line {line} column {column}")),
        }
    }

    fn tell(self, input: &Input, problems: &mut Problems) {
        let collection =
            || say("a FeatureCollection as of RFC 7946 is expected", "应为 RFC 7946 规定的 FeatureCollection");
        let (at, what, help) = match self {
            Self::Io(error) => return input.unreadable(&error, problems),
            Self::TooMany => return TooMany.tell(&input.name, problems),
            Self::Json(..) if input.n_bytes() <= input.start().len() as u64 && beginning(input.start()).is_none() => {
                (At::Line(1, 1), say("the file is empty", "文件为空"), say("export the layer again", "请重新导出图层"))
            }
            Self::Json(line, column, error) => {
                let what = say(
                    format!("the text cannot be read as GeoJSON: {error}"),
                    format!("无法按 GeoJSON 读取：{error}"),
                );
                (At::Line(line, column), what, collection())
            }
            Self::NoFeature(line) => {
                let what = say("the text here is JSON, but not a feature", "此处文本是 JSON，但不是要素");
                let help = say("each line of a sequence is one feature", "序列中每行应为一个要素");
                (At::Line(line, 1), what, help)
            }
        };
        problems.error("damaged", &input.name, at, what, help);
    }
}

fn not_a_collection(kind: &str, file: &str, problems: &mut Problems) {
    let (what, help) = match kind {
        "Topology" => (
            say("the file is TopoJSON, which is not read", "该文件是 TopoJSON，暂不支持"),
            say(
                "convert it to GeoJSON first (mapshaper and ogr2ogr can)",
                "请先转换为 GeoJSON（可用 mapshaper 或 ogr2ogr）",
            ),
        ),
        _ => (
            say("the text is JSON, but not a FeatureCollection", "文本是 JSON，但不是 FeatureCollection"),
            say("export the layer as GeoJSON", "请将图层导出为 GeoJSON"),
        ),
    };
    problems.error("not-a-collection", file, At::File, what, help);
}

/// The file, open behind a byte order mark.
fn open(input: &Input) -> std::io::Result<BufReader<Box<dyn ReadSeek + '_>>> {
    let mut file = input.stream()?;
    if input.start().starts_with(BYTE_ORDER_MARK) {
        file.seek(SeekFrom::Start(BYTE_ORDER_MARK.len() as u64))?;
    }
    Ok(BufReader::with_capacity(1 << 18, file))
}

/// One JSON text: a collection, a feature or a geometry. A file of more than `held` bytes is read piece by piece.
fn document(input: &Input, held: u64, layer: &mut Layer) -> Result<(), Stop> {
    let mut file = open(input)?;
    let parsed = if input.n_bytes() <= held {
        let mut text = Vec::with_capacity(usize::try_from(input.n_bytes()).unwrap_or(0));
        // The file may grow while it is read: the bound holds all the same.
        file.take(held).read_to_end(&mut text)?;
        let mut json = serde_json::Deserializer::from_slice(&text);
        Document(layer).deserialize(&mut json).and_then(|()| json.end())
    } else {
        let mut json = serde_json::Deserializer::from_reader(&mut file);
        Document(layer).deserialize(&mut json).and_then(|()| json.end())
    };
    parsed.map_err(|error| Stop::of(error, layer, 0))
}

/// Features one after the other, parted by record separators if the file begins with one, else by the ends of lines.
fn sequence(input: &Input, layer: &mut Layer) -> Result<(), Stop> {
    let mut file = open(input)?;
    let separator = if beginning(input.start()) == Some(RECORD_SEPARATOR) { RECORD_SEPARATOR } else { b'\n' };
    let mut piece = Vec::new();
    let mut n_lines = 0;
    while 0 < file.by_ref().take(LONGEST_FEATURE).read_until(separator, &mut piece)? {
        let text = piece.strip_suffix(&[separator]).unwrap_or(&piece);
        if !text.iter().all(u8::is_ascii_whitespace) {
            let mut json = serde_json::Deserializer::from_slice(text);
            layer.is_feature = false;
            let parsed = Feature(layer).deserialize(&mut json).and_then(|()| json.end());
            parsed.map_err(|error| Stop::of(error, layer, n_lines))?;
            if !layer.is_feature {
                let blank = text.iter().take_while(|byte| byte.is_ascii_whitespace());
                return Err(Stop::NoFeature(n_lines + 1 + blank.filter(|&&byte| byte == b'\n').count()));
            }
        }
        n_lines += piece.iter().filter(|&&byte| byte == b'\n').count();
        piece.clear();
    }
    layer.is_done = true;
    Ok(())
}

/// What is gathered on the way.
#[derive(Default)]
struct Layer {
    /// What the document says that it is.
    kind: String,
    /// Whether it was a collection, a sequence, a feature or a geometry, and all was read.
    is_done: bool,
    crs: Option<String>,
    rows: Rows,
    shapes: Shapes,
    sink: Sink,
    /// Whether the feature that was read last says that it is one.
    is_feature: bool,
    too_many: bool,
}

impl Layer {
    /// Completes the feature that is being read. Whether a ring is open is asked of the sink, which holds the geometry.
    fn finish<E: Error>(&mut self, shape: ShapeResult, is_open: bool) -> Result<(), E> {
        let geometry = shape.unwrap_or(Ok(None)).map_err(Odd::Other);
        self.shapes.push(geometry.map(|geometry| {
            let is_polygon = matches!(geometry, Some(Geometry::Polygon(_) | Geometry::MultiPolygon(_)));
            Shape { geometry, is_open: is_open && is_polygon }
        }));
        self.rows.end_row().map_err(|TooMany| {
            self.too_many = true;
            E::custom("too many cells")
        })
    }
}

/// The whole of a file. Members may come in any order, the type last.
struct Document<'a>(&'a mut Layer);

impl<'de> DeserializeSeed<'de> for Document<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Document<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a FeatureCollection")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let layer = self.0;
        // Of a document that is one feature or one geometry; a collection may have members of these names too.
        let mut single = Rows::default();
        let mut shape = None;
        let mut height = None;
        let mut is_open = false;
        while let Some(key) = map.next_key::<Cow<'de, str>>()? {
            match &*key {
                "type" => layer.kind = map.next_value()?,
                "features" => map.next_value_seed(Features(layer))?,
                "crs" => {
                    let crs: serde_json::Value = map.next_value()?;
                    layer.crs = crs.pointer("/properties/name").and_then(|name| name.as_str()).map(str::to_owned);
                }
                "geometry" => {
                    shape = map.next_value_seed(ShapeSeed(&mut layer.sink))?;
                    is_open = layer.sink.has_open_ring();
                }
                "properties" => map.next_value_seed(Properties(&mut single))?,
                "id" => id(&map.next_value::<Cell<'de>>()?, &mut single),
                "coordinates" => {
                    layer.sink.clear();
                    height = Some(map.next_value_seed(Coordinates(&mut layer.sink))?);
                    is_open = layer.sink.has_open_ring();
                }
                _ => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        layer.is_done = layer.kind == "FeatureCollection";
        if layer.shapes.is_empty() && layer.kind == "Feature" {
            layer.rows = single;
            layer.is_done = true;
            layer.finish(shape, is_open)?;
        } else if layer.shapes.is_empty() && geometry::is_type(&layer.kind) {
            let height = height.unwrap_or_else(|| Err("there are no coordinates".to_owned()));
            let shape = height.and_then(|height| layer.sink.build(&layer.kind, height));
            layer.is_done = true;
            layer.finish(Some(shape), is_open)?;
        }
        Ok(())
    }
}

/// The id of a feature is a column like its properties.
fn id(id: &Cell<'_>, rows: &mut Rows) {
    let column = rows.column("id");
    rows.set(column, &id.0);
}

struct Features<'a>(&'a mut Layer);

impl<'de> DeserializeSeed<'de> for Features<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for Features<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of features")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut features: A) -> Result<(), A::Error> {
        while features.next_element_seed(Feature(self.0))?.is_some() {}
        Ok(())
    }
}

struct Feature<'a>(&'a mut Layer);

impl<'de> DeserializeSeed<'de> for Feature<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Feature<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a feature")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let layer = self.0;
        let mut shape = None;
        let mut is_open = false;
        let mut last = None;
        while let Some(key) = map.next_key::<Cow<'de, str>>()? {
            match &*key {
                "geometry" => {
                    shape = map.next_value_seed(ShapeSeed(&mut layer.sink))?;
                    is_open = layer.sink.has_open_ring();
                }
                "properties" => map.next_value_seed(Properties(&mut layer.rows))?,
                "id" => last = Some(map.next_value::<Cell<'de>>()?),
                "type" => layer.is_feature = map.next_value::<Cell<'de>>()?.0 == "Feature",
                _ => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        // A property of that name holds.
        if let Some(last) = last {
            id(&last, &mut layer.rows);
        }
        layer.finish(shape, is_open)
    }
}

struct Properties<'a>(&'a mut Rows);

impl<'de> DeserializeSeed<'de> for Properties<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Properties<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("properties or null")
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(key) = map.next_key::<Cow<'de, str>>()? {
            let cell: Cell<'de> = map.next_value()?;
            let column = self.0.column(&key);
            self.0.set(column, &cell.0);
        }
        Ok(())
    }
}

/// A property as text: `null` is empty, a list is joined with `;`, an object is its JSON.
struct Cell<'de>(Cow<'de, str>);

impl<'de> Deserialize<'de> for Cell<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct CellVisitor;

        impl<'de> Visitor<'de> for CellVisitor {
            type Value = Cell<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a property")
            }

            fn visit_unit<E>(self) -> Result<Cell<'de>, E> {
                Ok(Cell(Cow::Borrowed("")))
            }

            fn visit_bool<E>(self, value: bool) -> Result<Cell<'de>, E> {
                Ok(Cell(Cow::Borrowed(if value { "true" } else { "false" })))
            }

            fn visit_i64<E>(self, value: i64) -> Result<Cell<'de>, E> {
                Ok(Cell(Cow::Owned(value.to_string())))
            }

            fn visit_u64<E>(self, value: u64) -> Result<Cell<'de>, E> {
                Ok(Cell(Cow::Owned(value.to_string())))
            }

            fn visit_f64<E>(self, value: f64) -> Result<Cell<'de>, E> {
                Ok(Cell(Cow::Owned(value.to_string())))
            }

            fn visit_borrowed_str<E>(self, value: &'de str) -> Result<Cell<'de>, E> {
                Ok(Cell(Cow::Borrowed(value)))
            }

            fn visit_str<E>(self, value: &str) -> Result<Cell<'de>, E> {
                Ok(Cell(Cow::Owned(value.to_owned())))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Cell<'de>, A::Error> {
                let mut joined = String::new();
                while let Some(cell) = list.next_element::<Cell<'de>>()? {
                    if !joined.is_empty() {
                        joined.push(';');
                    }
                    joined.push_str(&cell.0);
                }
                Ok(Cell(Cow::Owned(joined)))
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Cell<'de>, A::Error> {
                let object = serde_json::Value::deserialize(serde::de::value::MapAccessDeserializer::new(map))?;
                Ok(Cell(Cow::Owned(object.to_string())))
            }
        }

        deserializer.deserialize_any(CellVisitor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> (Option<Table>, Problems) {
        let mut problems = Problems::default();
        let input = Input::of_bytes("t.geojson", text.as_bytes().to_vec());
        (GeoJson.read(&input, &Wish::default(), &mut problems), problems)
    }

    fn feature(geometry: &str) -> String {
        format!(
            r#"{{"type":"FeatureCollection","features":[{{"type":"Feature","properties":null,"geometry":{geometry}}}]}}"#
        )
    }

    #[test]
    fn every_geometry_is_read_as_the_geojson_crate_reads_it() {
        for geometry in [
            r#"{"type":"Point","coordinates":[1,2.5]}"#,
            r#"{"coordinates":[[1,2],[3,4,9.0]],"type":"LineString"}"#,
            r#"{"type":"MultiPoint","coordinates":[[1,2],[3,4]]}"#,
            r#"{"type":"MultiLineString","coordinates":[[[1,2],[3,4]],[[5,6],[7,8],[9,9]]]}"#,
            r#"{"type":"Polygon","coordinates":[[[0,0],[9,0],[9,9],[0,0]],[[4,1],[5,1],[5,2],[4,1]]]}"#,
            r#"{"type":"MultiPolygon","coordinates":[[[[0,0],[9,0],[9,9],[0,0]],[[4,1],[5,1],[5,2],[4,1]]],[[[20,0],[29,0],[29,9],[20,0]]]]}"#,
        ] {
            let (table, problems) = read(&feature(geometry));
            assert!(problems.is_empty(), "{geometry}: {problems:?}");
            let ours = table.unwrap().geometry[0].clone().unwrap();
            let theirs: geojson::Geometry = geometry.parse().unwrap();
            assert_eq!(ours, Geometry::try_from(theirs).unwrap(), "{geometry}");
        }
    }

    #[test]
    fn properties_become_columns_whatever_their_order() {
        let text = r#"{"features":[
            {"type":"Feature","id":7,"properties":{"a":"x","n":1.5,"big":210213001},"geometry":null},
            {"type":"Feature","geometry":null,"properties":{"late":true,"a":null,"list":["p","q"]}}],
            "type":"FeatureCollection"}"#;
        let (table, _) = read(text);
        let table = table.unwrap();
        let cells: Vec<(&str, Vec<&str>)> =
            table.columns.iter().map(|column| (column.header.as_str(), column.iter().collect())).collect();
        assert_eq!(
            cells,
            [
                ("a", vec!["x", ""]),
                ("n", vec!["1.5", ""]),
                ("big", vec!["210213001", ""]),
                ("id", vec!["7", ""]),
                ("late", vec!["", "true"]),
                ("list", vec!["", "p;q"]),
            ]
        );
    }

    #[test]
    fn a_file_read_piece_by_piece_gives_the_same_and_the_same_complaints() {
        let collection = feature(r#"{"type":"Polygon","coordinates":[[[0,0],[9,0],[9,9.25],[0,0]]]}"#);
        for text in
            [collection.as_str(), "{\"type\":\"FeatureCollection\",\n\"features\":[{]}", "{", "\u{feff}{\"a\":1}"]
        {
            let input = Input::of_bytes("t.geojson", text.as_bytes().to_vec());
            let read = |held: u64| {
                let mut layer = Layer::default();
                let mut problems = Problems::default();
                if let Err(stop) = document(&input, held, &mut layer) {
                    stop.tell(&input, &mut problems);
                }
                let said: Vec<String> = problems.kept().iter().map(|problem| format!("{problem}")).collect();
                (layer.kind, layer.is_done, layer.shapes.len(), said)
            };
            assert_eq!(read(0), read(HELD), "{text}");
        }
    }

    #[test]
    fn one_feature_or_one_geometry_is_a_layer_of_one() {
        let (table, problems) = read(
            r#"{"id":7,"geometry":{"type":"Point","coordinates":[1,2]},"properties":{"name":"a"},"type":"Feature"}"#,
        );
        let table = table.unwrap();
        let cells: Vec<(&str, &str)> =
            table.columns.iter().map(|cells| (cells.header.as_str(), cells.get(0))).collect();
        assert_eq!((cells, table.n_rows, problems.len()), (vec![("id", "7"), ("name", "a")], 1, 0));
        assert!(table.geometry[0].is_some());
        let (table, _) = read(r#"{"coordinates":[[0,0],[1,1]],"type":"LineString"}"#);
        let table = table.unwrap();
        assert_eq!((table.n_rows, table.columns.len()), (1, 0));
        assert!(matches!(table.geometry[0], Some(Geometry::LineString(_))));
    }

    #[test]
    fn members_of_a_collection_that_a_feature_has_too_are_not_of_the_layer() {
        let (table, problems) = read(
            r#"{"properties":{"title":"x"},"geometry":null,"id":1,"type":"FeatureCollection","features":[
            {"type":"Feature","properties":{"a":1},"geometry":null}]}"#,
        );
        let table = table.unwrap();
        let headers: Vec<&str> = table.columns.iter().map(|cells| cells.header.as_str()).collect();
        assert_eq!((headers, table.n_rows, problems.len()), (vec!["a"], 1, 0));
    }

    #[test]
    fn other_documents_are_refused_by_name() {
        for (text, says) in [
            (r#"{"type":"Topology","objects":{},"arcs":[]}"#, "TopoJSON"),
            (r#"{"type":"Feature2"}"#, "not a FeatureCollection"),
            (r#"{"a":1}"#, "not a FeatureCollection"),
        ] {
            let (table, problems) = read(text);
            assert!(table.is_none());
            assert!(problems.kept()[0].what.en.contains(says), "{problems:?}");
        }
    }

    fn sequence_of(text: &str) -> (Option<Table>, Problems) {
        let mut problems = Problems::default();
        let input = Input::of_bytes("t.geojsonl", text.as_bytes().to_vec());
        (GeoJson.read(&input, &Wish::default(), &mut problems), problems)
    }

    #[test]
    fn mistakes_in_a_sequence_are_at_their_line() {
        let one = r#"{"type":"Feature","properties":{"a":1},"geometry":null}"#;
        let two = sequence_of(&format!("{one}\n\n{one}\r\n")).0.unwrap();
        assert_eq!((two.n_rows, two.columns.len()), (2, 1));
        let pretty = one.replace(',', ",\n");
        assert_eq!(sequence_of(&format!("\u{1e}{pretty}\n\u{1e}{one}\n")).0.unwrap().n_rows, 2);
        for (text, line, says) in [
            (format!("{one}\n{one} {one}\n"), 2, "trailing characters at line 2 column"),
            (format!("{one}\n\n{{\"type\":\"Topology\"}}\n"), 3, "not a feature"),
            (format!("\u{1e}{pretty}\n\u{1e}{{\n"), 5, "EOF"),
            (format!("{one}\n{}\n", &one[..20]), 2, "EOF"),
        ] {
            let (table, problems) = sequence_of(&text);
            assert!(table.is_none(), "{text}");
            let problem = &problems.kept()[0];
            assert!(problem.what.en.contains(says), "{problem}");
            assert!(matches!(problem.at, At::Line(at, _) if at == line), "{problem:?}");
        }
    }

    #[test]
    fn odd_geometry_is_said_and_the_feature_kept() {
        for geometry in [
            r#"{"type":"Polygon","coordinates":[[0,0],[1,1]]}"#,
            r#"{"type":"Point","coordinates":[1]}"#,
            r#"{"type":"Polygon","coordinates":[[[0,0],[9,0]],[1,2]]}"#,
            r#"{"type":"GeometryCollection","geometries":[]}"#,
            r#"{"type":"MultiPolygon","coordinates":[[[[[0,0]]]]]}"#,
        ] {
            let (table, problems) = read(&feature(geometry));
            assert_eq!(table.unwrap().geometry, [None], "{geometry}");
            assert_eq!(problems.len(), 1, "{geometry}");
        }
    }

    #[test]
    fn deep_nesting_and_cut_off_text_are_errors_not_crashes() {
        for text in [String::new(), "{".into(), "[".repeat(1 << 20), feature(&"[".repeat(1 << 20)), "nul".into()] {
            let (table, problems) = read(&text);
            assert!(table.is_none() && problems.has_errors());
        }
    }
}
