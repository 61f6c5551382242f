//! The formats that are written, and the files of each.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;
use std::sync::Arc;

use crate::read::problem::{At, Problems, say};
use crate::report::files::Content;
use crate::write::geopackage::GeoPackage;
use crate::write::shapefile::{Part, Shapefile};
use crate::write::{Layer, csv, flatgeobuf, geojson, geoparquet, workbook};

/// A format that is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Format {
    GeoPackage,
    GeoParquet,
    GeoJson,
    GeoJsonSeq,
    FlatGeobuf,
    Shapefile,
    Csv,
    Workbook,
}

/// Extensions, the usual one of each format first.
const EXTENSIONS: [(&str, Format); 13] = [
    ("gpkg", Format::GeoPackage),
    ("parquet", Format::GeoParquet),
    ("geoparquet", Format::GeoParquet),
    ("geojson", Format::GeoJson),
    ("json", Format::GeoJson),
    ("geojsonl", Format::GeoJsonSeq),
    ("geojsons", Format::GeoJsonSeq),
    ("ndjson", Format::GeoJsonSeq),
    ("ndgeojson", Format::GeoJsonSeq),
    ("fgb", Format::FlatGeobuf),
    ("shp", Format::Shapefile),
    ("csv", Format::Csv),
    ("xlsx", Format::Workbook),
];

/// When what is converted last changed, which a GeoPackage has to say: always the same, so that the same input gives the
/// same bytes.
const LAST_CHANGE: &str = "2000-01-01T00:00:00.000Z";

impl Format {
    /// By the extension of a file.
    pub(super) fn of(path: &Path) -> Option<Self> {
        let extension = path.extension()?.to_str()?.to_ascii_lowercase();
        EXTENSIONS.iter().find(|(known, _)| *known == extension).map(|(_, format)| *format)
    }

    /// All extensions, for messages.
    pub(super) fn extensions() -> String {
        EXTENSIONS.map(|(extension, _)| format!(".{extension}")).join(", ")
    }

    /// Whether it holds geometry.
    pub(super) fn has_shapes(self) -> bool {
        !matches!(self, Self::Csv | Self::Workbook)
    }

    /// Whether it is of no use without geometry.
    pub(super) fn needs_places(self) -> bool {
        matches!(self, Self::GeoJson | Self::GeoJsonSeq | Self::FlatGeobuf | Self::Shapefile)
    }

    /// Whether its columns have types.
    pub(super) fn has_types(self) -> bool {
        self != Self::Csv
    }

    /// Whether it holds coordinates on WGS 84 only.
    pub(super) fn is_wgs84_only(self) -> bool {
        matches!(self, Self::GeoJson | Self::GeoJsonSeq)
    }

    /// The files of a layer.
    ///
    /// # Errors
    /// Why the format cannot hold it, where that is known beforehand.
    pub(super) fn files<'a>(self, out: &Path, layer: Layer<'a>, problems: &mut Problems) -> io::Result<Vec<Out<'a>>> {
        let name = out.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let made = match self {
            Self::GeoPackage => {
                let last_change = LAST_CHANGE.to_owned();
                Made::GeoPackage(GeoPackage { layers: vec![layer], styles: Vec::new(), last_change })
            }
            Self::GeoParquet => Made::GeoParquet(layer),
            Self::GeoJson => Made::GeoJson(layer),
            Self::GeoJsonSeq => Made::GeoJsonSeq(layer),
            Self::FlatGeobuf => Made::FlatGeobuf(layer),
            Self::Shapefile => return shapefile(out, layer, problems),
            Self::Csv => Made::Csv(layer),
            Self::Workbook => Made::Workbook([layer]),
        };
        Ok(vec![Out { name, made }])
    }
}

/// The files of a shapefile; what it changes is said.
fn shapefile<'a>(out: &Path, layer: Layer<'a>, problems: &mut Problems) -> io::Result<Vec<Out<'a>>> {
    let shapefile = Arc::new(Shapefile::new(layer)?);
    for what in shapefile.changes() {
        let help = say("a GeoPackage keeps names and texts whole", "GeoPackage 可完整保留字段名和文本");
        problems.warning("cut", &out.display().to_string(), At::File, what, help);
    }
    let of_part = |part: Part| {
        let name = out.with_extension(part.extension()).file_name()?.to_string_lossy().into_owned();
        Some(Out { name, made: Made::Shapefile(Arc::clone(&shapefile), part) })
    };
    Ok(Part::ALL.into_iter().filter_map(of_part).collect())
}

/// One file.
pub(super) struct Out<'a> {
    name: String,
    made: Made<'a>,
}

enum Made<'a> {
    GeoPackage(GeoPackage<'a>),
    GeoParquet(Layer<'a>),
    GeoJson(Layer<'a>),
    GeoJsonSeq(Layer<'a>),
    FlatGeobuf(Layer<'a>),
    Shapefile(Arc<Shapefile<'a>>, Part),
    Csv(Layer<'a>),
    Workbook([Layer<'a>; 1]),
}

impl Content for Out<'_> {
    fn name(&self) -> &str {
        &self.name
    }

    fn write(&self, to: &mut dyn Write) -> io::Result<()> {
        match &self.made {
            Made::GeoPackage(package) => package.write(to),
            Made::GeoParquet(layer) => geoparquet::write(layer, to),
            Made::GeoJson(layer) => {
                let mut head = serde_json::Map::new();
                head.insert("name".to_owned(), layer.name.clone().into());
                geojson::write(layer, &head, to)
            }
            Made::GeoJsonSeq(layer) => geojson::write_sequence(layer, to),
            Made::FlatGeobuf(layer) => flatgeobuf::write(layer, to),
            Made::Shapefile(shapefile, part) => shapefile.write(*part, to),
            Made::Csv(layer) => csv::write(layer, to),
            Made::Workbook(layers) => workbook::write_through(layers, to),
        }
    }

    fn write_at(&self, file: &mut File, path: &Path) -> io::Result<()> {
        match &self.made {
            Made::GeoPackage(package) => package.write_at(path),
            Made::Workbook(layers) => workbook::write(layers, file),
            _ => {
                let mut file = BufWriter::with_capacity(1 << 16, file);
                self.write(&mut file)?;
                file.flush()
            }
        }
    }
}
