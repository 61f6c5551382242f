//! Shapefiles: the `.shp` with what stands beside it, the `.dbf` with the attributes, the `.shx` with the places of the
//! records, the `.prj` with the coordinate system and the `.cpg` with the encoding.

mod rings;
mod shp;

use super::dbf::{self, CodePage};
use super::input::Input;
use super::problem::{At, Problems, say};
use super::region::Region;
use super::shapes::Shapes;
use super::table::{Reader, Table, Wish};

/// Shapefiles.
pub(super) struct Shapefile;

impl Reader for Shapefile {
    fn name(&self) -> &'static str {
        "Shapefile"
    }

    fn accepts(&self, name: &str, start: &[u8]) -> bool {
        name.to_ascii_lowercase().ends_with(".shp")
            || (shp::is_header(start) && !name.to_ascii_lowercase().ends_with(".shx"))
    }

    fn read(&self, input: &Input, wish: &Wish, problems: &mut Problems) -> Option<Table> {
        let index = input.beside("shx");
        let attributes = input.beside("dbf");
        let projection = input.beside("prj");
        missing(input, [index.is_some(), attributes.is_some()], problems);
        let mut table = Table { file: input.name.clone(), ..Table::default() };
        if let Some(file) = &projection {
            table.crs = stated(file, problems)?;
        }
        let region = Region::of(wish, table.crs.as_deref());
        let mut records = shp::read(input, index.as_ref(), region, problems)?;
        let n_shapes = records.len() as u32;
        let is_near = |record: &u32| records.get(*record as usize).is_none_or(Option::is_some);
        let mut page = None;
        let kept: Vec<u32> = match &attributes {
            Some(file) => {
                page = CodePage::beside(input, problems);
                let attributes = dbf::read(file, wish, page.as_ref(), &|record| is_near(&record), problems)?;
                belong_together(input, n_shapes, attributes.n_records, problems)?;
                table.encoding = attributes.encoding;
                table.columns = attributes.columns;
                attributes.kept
            }
            None => (0..n_shapes).filter(is_near).collect(),
        };
        table.left_out = records.iter().filter(|record| record.is_none()).count();
        table.numbers = dbf::numbers(&kept, n_shapes);
        table.n_rows = kept.len();
        let mut shapes = Shapes::default();
        for shape in kept.iter().filter_map(|&record| records[record as usize].take()) {
            shapes.push(shape);
        }
        shapes.give(&mut table, problems);
        for file in [index, attributes, projection, page.map(|page| page.input)].into_iter().flatten() {
            let sha256 = file.sha256().map_err(|error| file.unreadable(&error, problems)).ok()?;
            table.sidecars.push((file.name, sha256));
        }
        Some(table)
    }
}

/// Says which of `.shx` and `.dbf` are not there, and what follows.
fn missing(input: &Input, there: [bool; 2], problems: &mut Problems) {
    let consequences = [
        (".shx", "its shapes are taken in the order in which they stand", "图形按存储顺序读取"),
        (".dbf", "its features have no attributes", "要素没有属性"),
    ];
    for ((extension, en, zh), _) in consequences.into_iter().zip(there).filter(|&(_, there)| !there) {
        problems.warning(
            "missing-sidecar",
            &input.name,
            At::File,
            say(
                format!("there is no {extension} file beside the shapefile: {en}"),
                format!("shapefile 旁没有 {extension} 文件：{zh}"),
            ),
            say(
                format!("copy the {extension} of the shapefile too, under the same name"),
                format!("请一并复制同名的 {extension} 文件"),
            ),
        );
    }
}

/// The longest text of a coordinate system.
const LONGEST_WKT: u64 = 1 << 16;

/// What a `.prj` states, if anything; `None` where a problem stops it.
fn stated(file: &Input, problems: &mut Problems) -> Option<Option<String>> {
    if LONGEST_WKT < file.n_bytes() {
        problems.error(
            "wrong-crs",
            &file.name,
            At::File,
            say("the file is too long for a coordinate system", "文件过长，不是坐标系定义"),
            say("export the layer again", "请重新导出图层"),
        );
        return None;
    }
    let bytes = file.bytes(problems)?;
    let text = String::from_utf8_lossy(&bytes).trim_matches(['\0', ' ', '\r', '\n', '\t']).to_owned();
    Some(Some(text).filter(|text| !text.is_empty()))
}

/// Shapes and records are matched by their order alone: they must be as many.
fn belong_together(input: &Input, n_shapes: u32, n_records: u32, problems: &mut Problems) -> Option<()> {
    if n_shapes == n_records {
        return Some(());
    }
    problems.error(
        "damaged",
        &input.name,
        At::File,
        say(
            format!("the .shp has {n_shapes} shapes and the .dbf {n_records} records: they do not belong together"),
            format!(".shp 有 {n_shapes} 个图形，.dbf 有 {n_records} 条记录，两者不匹配"),
        ),
        say("copy all files of the shapefile from one place, or export it again", "请从同一处复制全部文件，或重新导出"),
    );
    None
}
