//! The coordinate system of a file: what the study says, what the file says, and what its numbers are turned by.
//!
//! It is stated, never guessed: the study's word for the layer comes first, then what the file states, then the study's
//! word for all files, then what its format lays down. Where none of these says one, the numbers are left as they are,
//! and whoever needs places refuses the file with what `evidence.rs` makes of them.

use std::sync::Arc;

use geo::{Coord, CoordsIter, Rect};
use rayon::prelude::*;

use super::candidates::{Candidate, by_range, candidates};
use super::places::figure;
use super::problem::{At, Problems, say};
use super::table::Table;
use crate::model::{CrsFrom, Text};
use crate::space::Crs;
use crate::space::crs::Datum;

/// What is said of the system of a file.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Stated<'a> {
    /// By the study, of the layer.
    pub(super) layer: Option<&'a str>,
    /// By the study, of all files.
    pub(super) study: Option<&'a str>,
    /// By the format, of all its files.
    pub(super) format: Option<&'a str>,
}

/// Settles the system of a table and turns its geometries into WGS 84; who stated it. `None` where a problem stops it.
pub(super) fn settle(table: &mut Table, stated: Stated<'_>, problems: &mut Problems) -> Option<Option<CrsFrom>> {
    let of_file = table.crs.clone();
    let all = [
        (stated.layer, CrsFrom::Layer),
        (of_file.as_deref(), CrsFrom::File),
        (stated.study, CrsFrom::Study),
        (stated.format, CrsFrom::Format),
    ];
    let Some((name, from)) = all.into_iter().find_map(|(name, from)| Some((name?, from))) else { return Some(None) };
    let Some(crs) = Crs::parse(name) else {
        unknown(&table.file, name, problems);
        return None;
    };
    let crs = Arc::new(crs);
    if table.is_drawn() {
        by_datum(&table.file, &crs, problems);
    }
    turn(table, &crs, problems);
    table.system = Some(crs);
    Some(Some(from))
}

fn unknown(file: &str, name: &str, problems: &mut Problems) {
    problems.error(
        "wrong-crs",
        file,
        At::File,
        say(
            format!("the file states the coordinate system `{name}`, which is not known"),
            format!("文件声明的坐标系 {name} 无法识别"),
        ),
        say(
            "say which one it is in the study: crs = \"EPSG:4549\", \"GCJ-02\" or a PROJ string \"+proj=tmerc +lon_0=...\"",
            "请在研究文件中写明：crs = \"EPSG:4549\"、\"GCJ-02\" 或 PROJ 参数 \"+proj=tmerc +lon_0=...\"",
        ),
    );
}

/// Says how far places may be off since the system is on another datum.
pub(super) fn by_datum(file: &str, crs: &Crs, problems: &mut Problems) {
    let name = crs.name();
    let (what, code) = match crs.datum() {
        Datum::Same | Datum::Turned => return,
        Datum::Shifted => (
            say(
                format!(
                    "{name} is on another datum; by the one shift that is published for it, places are good to some tens of metres"
                ),
                format!("{name} 采用其他大地基准，按公开的三参数换算，位置误差可达几十米"),
            ),
            "datum-shift",
        ),
        Datum::Unknown => (
            say(
                format!(
                    "{name} is on another datum, and how it is shifted is not published: places may be off by about 100 m"
                ),
                format!("{name} 采用其他大地基准，其转换参数未公开：位置可能偏差约 100 米"),
            ),
            "datum-unknown",
        ),
    };
    problems.warning(
        code,
        file,
        At::File,
        what,
        say(
            "have it turned into CGCS2000 by the surveying office, or give its own parameters: crs = \"+proj=... +towgs84=...\"",
            "请由测绘部门转换为 CGCS2000，或写明当地参数：crs = \"+proj=... +towgs84=...\"",
        ),
    );
}

/// Turns the geometries; those that have a corner which is no coordinate of the system are left out, and it is said.
fn turn(table: &mut Table, crs: &Crs, problems: &mut Problems) {
    if crs.is_wgs84() {
        return;
    }
    table.draw_points();
    let turned = table.geometry.par_iter_mut().map(|geometry| {
        let shape = geometry.as_mut()?;
        let first = shape.coords_iter().next();
        if !first.is_some_and(|first| is_misread(crs, first)) && crs.turn_to_degrees(shape) {
            return None;
        }
        *geometry = None;
        first
    });
    let failed: Vec<Option<Coord<f64>>> = turned.collect();
    let n_failed = failed.iter().flatten().count();
    if n_failed == 0 {
        return;
    }
    let there = table.geometry.iter().flatten().count() + n_failed;
    if there < 2 * n_failed {
        let raw: Vec<Coord<f64>> = failed.into_iter().flatten().collect();
        no_coordinates(table, crs, (&raw, there), None, problems);
        table.geometry.iter_mut().for_each(|geometry| *geometry = None);
        return;
    }
    for (row, at) in failed.iter().enumerate().filter_map(|(row, at)| Some((row, (*at)?))) {
        problems.warning(
            "bad-coordinate",
            &table.file,
            table.at(row),
            say(
                format!(
                    "{}, {} is no coordinate of {}; the geometry is left out",
                    figure(at.x),
                    figure(at.y),
                    crs.name()
                ),
                format!("{}，{} 不是 {} 的坐标，该几何未采用", figure(at.x), figure(at.y), crs.name()),
            ),
            say("correct the coordinates", "请更正坐标"),
        );
    }
}

/// Whether numbers that are said to be metres in a plane are so small that they must be degrees.
fn is_misread(crs: &Crs, place: Coord<f64>) -> bool {
    !crs.is_geographic() && place.x.abs() <= 360.0 && place.y.abs() <= 360.0
}

/// Longitude and latitude on WGS 84 of the numbers of a column; `None` where they are none of the system.
pub(super) fn to_degrees(crs: &Crs, place: Coord<f64>) -> Option<Coord<f64>> {
    crs.to_degrees(place).filter(|_| !is_misread(crs, place))
}

/// Says that most of the `there` places of a file are no coordinates of the system that is stated for it.
pub(super) fn no_coordinates(
    table: &Table,
    crs: &Crs,
    (raw, there): (&[Coord<f64>], usize),
    near: Option<Rect<f64>>,
    problems: &mut Problems,
) {
    let swapped = Candidate { crs: crs.clone(), swapped: true };
    if swapped.fits_most(raw, None) {
        swapped_axes(table, crs, (raw.len(), there), problems);
        return;
    }
    let mut found = candidates(raw, near, &[]);
    if found.is_empty() {
        found = candidates(raw, None, &[]);
    }
    let [en, zh] = by_range(&found);
    let at = raw.first().map_or_else(String::new, |at| format!("{}, {}", figure(at.x), figure(at.y)));
    let (n, name) = (raw.len(), crs.name());
    problems.error(
        "wrong-crs",
        &table.file,
        At::File,
        say(
            format!("{n} of {there} places are no coordinates of {name}, such as {at}"),
            format!("{there} 个位置中有 {n} 个不是 {name} 的坐标，例如 {at}"),
        ),
        say(
            format!("say the right system in the study, for this layer: {en}"),
            format!("请在研究文件中为该图层写明正确的坐标系：{zh}"),
        ),
    );
}

/// Says that most places of a file have their axes swapped.
pub(super) fn swapped_axes(table: &Table, crs: &Crs, (swapped, there): (usize, usize), problems: &mut Problems) {
    let (en, zh) = if crs.is_geographic() {
        ("longitude and latitude", "经纬度")
    } else {
        ("x (east) and y (north)", "横纵坐标")
    };
    problems.error(
        "swapped-axes",
        &table.file,
        At::File,
        say(
            format!("{en} look swapped in {swapped} of {there} places"),
            format!("{there} 个位置中有 {swapped} 个的{zh}似乎颠倒"),
        ),
        if !table.is_drawn() {
            say(
                "swap the columns, or in the study: columns = { lon = \"...\", lat = \"...\" }",
                "请交换两列，或在研究文件中写明：columns = { lon = \"...\", lat = \"...\" }",
            )
        } else {
            say(
                "export the layer again with x (east, longitude first) before y (north)",
                "请重新导出图层：先 x（东、经度），后 y（北、纬度）",
            )
        },
    );
}

/// How a stated system is known, in words.
pub fn known_by(from: Option<CrsFrom>) -> Text {
    match from {
        Some(CrsFrom::Layer) => say("by the study, for this layer", "研究文件为该图层指定"),
        Some(CrsFrom::File) => say("by the file", "文件声明"),
        Some(CrsFrom::Study) => say("by the study, for all files", "研究文件统一指定"),
        Some(CrsFrom::Format) => say("by the format", "由格式规定"),
        None => say("by nobody", "没有说明"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use geo::{Geometry, Point};

    fn table(crs: Option<&str>, places: &[(f64, f64)]) -> Table {
        let geometry: Vec<Option<Geometry<f64>>> = places.iter().map(|&(x, y)| Some(Point::new(x, y).into())).collect();
        Table { file: "t".into(), n_rows: places.len(), geometry, crs: crs.map(str::to_owned), ..Table::default() }
    }

    /// The name that was settled on, by whom, and what was said.
    fn settled(
        crs: Option<&str>,
        stated: Stated<'_>,
        places: &[(f64, f64)],
    ) -> (Option<String>, Option<CrsFrom>, Vec<String>) {
        let mut problems = Problems::default();
        let mut table = table(crs, places);
        let from = settle(&mut table, stated, &mut problems).flatten();
        let said = problems.kept().iter().map(|problem| format!("{} {:?}", problem.code, problem.at)).collect();
        (table.system.map(|crs| crs.name().to_owned()), from, said)
    }

    #[test]
    fn the_layer_comes_before_the_file_the_study_and_the_format() {
        let all = Stated { layer: Some("EPSG:4549"), study: Some("GCJ-02"), format: Some("OGC:CRS84") };
        let [file, study] = [Stated { layer: None, ..all }, Stated { layer: None, study: None, ..all }];
        let name = |(name, from, _): (Option<String>, Option<CrsFrom>, Vec<String>)| (name.unwrap_or_default(), from);
        assert_eq!(name(settled(Some("EPSG:4490"), all, &[])), ("EPSG:4549".into(), Some(CrsFrom::Layer)));
        assert_eq!(name(settled(Some("EPSG:4490"), file, &[])), ("EPSG:4490".into(), Some(CrsFrom::File)));
        assert_eq!(name(settled(None, file, &[])), ("GCJ-02".into(), Some(CrsFrom::Study)));
        assert_eq!(name(settled(None, study, &[])), ("EPSG:4326".into(), Some(CrsFrom::Format)));
        assert_eq!(settled(None, Stated::default(), &[]), (None, None, vec![]));
    }

    #[test]
    fn a_system_that_is_not_known_is_an_error_and_one_on_another_datum_a_warning() {
        assert_eq!(settled(Some("MARS:1"), Stated::default(), &[]).2, ["wrong-crs File"]);
        let here = [(647_000.0, 4_330_000.0)];
        for (name, code) in [("EPSG:2437", "datum-shift"), ("EPSG:2385", "datum-unknown")] {
            assert_eq!(settled(Some(name), Stated::default(), &here).2, [format!("{code} File")]);
        }
        assert!(settled(Some("EPSG:3068"), Stated::default(), &[(24_000.0, 20_000.0)]).2.is_empty());
        // A file without coordinates is none of it.
        assert!(settled(Some("EPSG:2385"), Stated::default(), &[]).2.is_empty());
    }

    #[test]
    fn what_is_no_coordinate_of_the_stated_system_is_one_error_where_it_is_most_and_never_silent() {
        let (right, wrong) = ((647_000.0, 4_330_000.0), (40_647_000.0, 4_330_000.0));
        let of = |places: &[(f64, f64)]| settled(Some("EPSG:4549"), Stated::default(), places).2;
        assert!(of(&[right, right]).is_empty());
        assert_eq!(of(&[right, right, wrong]), ["bad-coordinate Feature(3)"]);
        assert_eq!(of(&[right, wrong, wrong]), ["wrong-crs File"]);
        assert_eq!(of(&[(4_330_000.0, 647_000.0)]), ["swapped-axes File"]);
    }
}
