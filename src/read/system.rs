//! The coordinate system of a file: what the study says, what the file says, and what its numbers are turned by.

use std::sync::Arc;

use rayon::prelude::*;

use super::problem::{At, Problems, say};
use super::table::Table;
use crate::space::Crs;

/// Settles the system of a table and turns its geometries into WGS 84: what the study says of the layer comes first,
/// then what the file states, then the study's own. `None` where a problem stops it.
pub(super) fn settle(
    table: &mut Table,
    said: Option<&str>,
    fallback: Option<&str>,
    problems: &mut Problems,
) -> Option<Arc<Crs>> {
    if table.states_no_crs && said.or(fallback).is_none() {
        problems.warning(
            "no-crs",
            &table.file,
            At::File,
            say(
                "the coordinate system is stated nowhere (a shapefile states it in a .prj file); it is taken as WGS 84",
                "未声明坐标系（shapefile 由 .prj 文件声明），按 WGS 84 处理",
            ),
            say("write it in the study: crs = \"EPSG:4490\"", "请在研究文件中写明：crs = \"EPSG:4490\""),
        );
    }
    let name = said.or(table.crs.as_deref()).or(fallback).unwrap_or("EPSG:4326");
    let Some(crs) = Crs::parse(name) else {
        problems.error(
            "wrong-crs",
            &table.file,
            At::File,
            say(
                format!("the file states the coordinate system `{name}`, which is not known"),
                format!("文件声明的坐标系 {name} 无法识别"),
            ),
            say("say which one it is in the study: crs = \"EPSG:4549\"", "请在研究文件中写明：crs = \"EPSG:4549\""),
        );
        return None;
    };
    let crs = Arc::new(crs);
    if !crs.is_wgs84() {
        table.geometry.par_iter_mut().for_each(|geometry| {
            if geometry.as_mut().is_some_and(|geometry| !crs.turn_to_degrees(geometry)) {
                *geometry = None;
            }
        });
    }
    table.system = Some(Arc::clone(&crs));
    Some(crs)
}
