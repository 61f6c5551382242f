//! Studies small enough to write in a test: file names and texts, read from a folder of their own.

use super::problem::Problems;
use super::{Failure, Options, ReadStudy, read_study};
use crate::model::{AreaId, World};

/// What reading a study gave.
#[derive(Debug)]
pub(super) struct Read {
    world: Option<World>,
    pub(super) problems: Problems,
}

/// Reads a study of two districts' levels, `district` and `street`, and these layers and files.
pub(super) fn read(layers: &str, files: &[(&str, &str)]) -> Read {
    read_levels(&["district", "street"], layers, files)
}

/// Reads a study of these levels, layers and files, all on WGS 84. Panics where the study file itself is refused.
pub(super) fn read_levels(levels: &[&str], layers: &str, files: &[(&str, &str)]) -> Read {
    read_stating("crs = \"EPSG:4326\"", levels, layers, files)
}

/// Reads a study in which these lines say the coordinate system, if any do.
pub(super) fn read_stating(crs: &str, levels: &[&str], layers: &str, files: &[(&str, &str)]) -> Read {
    let label = |level: &str| match level {
        "district" => "区",
        "street" => "街道",
        _ => "村",
    };
    let level = |level: &&str| format!("{{ key = \"{level}\", en = \"{level}\", zh = \"{}\" }}", label(level));
    let levels: Vec<String> = levels.iter().map(level).collect();
    let study = format!(
        "format = \"evenreach.study/1\"\nname = {{ en = \"sketch\", zh = \"示意\" }}\nreference-date = \"2020-12-31\"\n\
         {crs}\nlevels = [{}]\n{layers}\n",
        levels.join(", ")
    );
    let folder = tempfile::tempdir().expect("there is room for a folder");
    for (name, text) in files.iter().copied().chain([("study.toml", &*study)]) {
        std::fs::write(folder.path().join(name), text).expect("there is room for a file");
    }
    match read_study(folder.path(), &Options::default(), &|_, _| ()) {
        Ok(ReadStudy { world, problems, .. }) => Read { world: Some(world), problems },
        Err(Failure::Problems(problems)) => Read { world: None, problems },
        Err(Failure::Refused(refused)) => panic!("{}", refused[0]),
    }
}

impl Read {
    /// The world. Panics with the problems where an error stopped the run.
    pub(super) fn world(&self) -> &World {
        self.world.as_ref().unwrap_or_else(|| panic!("{:#?}", self.problems.kept()))
    }

    /// Whether an error stopped the run.
    pub(super) fn is_refused(&self) -> bool {
        self.world.is_none()
    }

    /// The problems, each as its code and its place.
    pub(super) fn said(&self) -> Vec<String> {
        let place = |problem: &super::problem::Problem| problem.place(crate::model::Lang::En);
        self.problems.kept().iter().map(|problem| format!("{}: {}", problem.code, place(problem))).collect()
    }

    /// What the first problem of a kind says, in English.
    pub(super) fn what(&self, code: &str) -> &str {
        let found = self.problems.kept().iter().find(|problem| problem.code == code);
        &found.unwrap_or_else(|| panic!("no {code} in {:#?}", self.problems.kept())).what.en
    }

    /// The name of an area, or `-`.
    pub(super) fn name(&self, area: Option<AreaId>) -> &str {
        area.map_or("-", |area| &self.world().areas[area].name)
    }

    /// The names of the areas that the facilities are in, or `-`, in the order of the rows.
    pub(super) fn facilities(&self) -> Vec<&str> {
        self.world().facilities.iter().map(|(_, facility)| self.name(facility.area)).collect()
    }

    /// The names of the areas that the people are in, or `-`, in the order of the rows.
    pub(super) fn people(&self) -> Vec<&str> {
        self.world().people.areas.values().iter().map(|&area| self.name(area)).collect()
    }
}

/// Squares as GeoJSON: code, name, the lower left corner and the side, in tenths of a degree from 121 E, 39 N.
pub(super) fn squares(squares: &[(&str, &str, [f64; 3])]) -> String {
    let feature = |&(code, name, [x, y, side]): &(&str, &str, [f64; 3])| {
        let corners = [(x, y), (x + side, y), (x + side, y + side), (x, y + side), (x, y)];
        let corners = corners.map(|(x, y)| format!("[{},{}]", 121.0 + x / 10.0, 39.0 + y / 10.0)).join(",");
        format!(
            r#"{{"type":"Feature","properties":{{"code":"{code}","name":"{name}"}},
                "geometry":{{"type":"Polygon","coordinates":[[{corners}]]}}}}"#
        )
    };
    let features: Vec<String> = squares.iter().map(feature).collect();
    format!(r#"{{"type":"FeatureCollection","features":[{}]}}"#, features.join(","))
}

/// A layer of areas.
pub(super) fn areas(level: &str, file: &str) -> String {
    format!("[[areas]]\nlevel = \"{level}\"\nfile = \"{file}\"\n")
}

/// A layer of kindergartens.
pub(super) fn kindergartens(file: &str) -> String {
    format!("[[facilities]]\nfile = \"{file}\"\nservice = \"kindergarten\"\n")
}

/// A layer of people.
pub(super) fn people(file: &str) -> String {
    format!("[[people]]\nfile = \"{file}\"\n")
}
