//! Which area a row belongs to: as it declares, and as its coordinates say.

use geo::{BoundingRect, Coord, Rect};

use super::candidates::{Candidate, candidates};
use super::columns::Columns;
use super::evidence::{Evidence, fits_better, no_crs};
use super::gazetteer::{Gazetteer, Reference};
use super::problem::{Problems, say};
use super::study::Membership;
use super::system::swapped_axes;
use super::table::{Cells, Table, union};
use crate::model::{AreaId, Areas, Boundary, Id, IdVec, LevelId, Text};
use crate::space::Crs;
use crate::space::index::PolygonIndex;
use crate::units::Metres;

/// All that tells which area something is in.
pub(super) struct Ground<'a> {
    pub(super) areas: &'a Areas,
    pub(super) gazetteer: Gazetteer<'a>,
    /// One index of boundaries a level; its polygon ids are positions in [`Areas::at_level`].
    indexes: IdVec<LevelId, PolygonIndex>,
    /// What all boundaries and seats lie in; `None` where there are none.
    extent: Option<Rect<f64>>,
    /// The coordinate systems of the files of areas.
    systems: Vec<Crs>,
}

/// Where the rows of a file lie.
pub(super) struct Located {
    /// The lowest area whose boundary holds each.
    pub(super) areas: Vec<Option<AreaId>>,
    /// Whether the places of the file were refused as a whole.
    pub(super) refused: bool,
}

/// Where something is, by what its row declares and by its coordinates.
#[derive(Clone, Copy, Debug)]
pub(super) struct Whereabouts {
    /// The lowest area that the row names.
    pub said: Option<AreaId>,
    /// The lowest area whose boundary holds the coordinates.
    pub located: Option<AreaId>,
    /// The coordinates.
    pub place: Option<Coord<f64>>,
    /// Whether the places of the file were refused as a whole: then nothing is said of each that is missing.
    pub refused: bool,
}

impl<'a> Ground<'a> {
    /// The ground of all areas.
    pub(super) fn new(areas: &'a Areas) -> Self {
        let index = |level| {
            let polygons = areas.at_level(level).iter().map(|&id| areas[id].boundary.polygon());
            PolygonIndex::build(polygons)
        };
        let boxes = areas.iter().filter_map(|(_, area)| area.boundary.polygon()?.bounding_rect());
        let seats = areas.iter().filter_map(|(_, area)| Some(Rect::new(area.place?, area.place?)));
        Self {
            areas,
            gazetteer: Gazetteer::new(areas),
            indexes: areas.levels().ids().map(index).collect(),
            extent: boxes.chain(seats).reduce(union),
            systems: Vec::new(),
        }
    }

    /// What all boundaries and seats lie in; `None` where there are none.
    pub(super) fn extent(&self) -> Option<Rect<f64>> {
        self.extent
    }

    /// With the names of the systems that the study states so far: other files are likely to be in one of them.
    pub(super) fn stated<'n>(mut self, names: impl Iterator<Item = &'n str>) -> Self {
        for crs in names.filter_map(Crs::parse) {
            if !self.systems.contains(&crs) {
                self.systems.push(crs);
            }
        }
        self
    }

    /// Whether the boundary of an area is estimated.
    pub(super) fn is_estimated(&self, area: AreaId) -> bool {
        matches!(self.areas[area].boundary, Boundary::Estimated(_))
    }

    /// The systems that numbers of a file may be in, among these areas.
    pub(super) fn candidates(&self, raw: &[Coord<f64>]) -> Vec<Candidate> {
        candidates(raw, self.extent, &self.systems)
    }

    /// For each row of a table the lowest area whose boundary holds its place; `said` is the area that each names.
    ///
    /// Where nobody states the system of the places, that is an error. Where most would lie among the areas if their
    /// axes were swapped, and do not as they are, that is one, too. None is located then. Where another system fits
    /// clearly better than the one stated, it is said.
    pub(super) fn locate(
        &self,
        table: &Table,
        places: &mut Vec<Option<Coord<f64>>>,
        said: &[Option<AreaId>],
        problems: &mut Problems,
    ) -> Located {
        let refused = |places: &mut Vec<Option<Coord<f64>>>| {
            *places = vec![None; places.len()];
            Located { areas: places.iter().map(|_| None).collect(), refused: true }
        };
        let there: Vec<Coord<f64>> = places.iter().flatten().copied().collect();
        let Some(system) = table.system.as_deref() else {
            if there.is_empty() {
                return Located { areas: vec![None; places.len()], refused: false };
            }
            let fit = Evidence::of(self, places, said, self.candidates(&there));
            no_crs(table, &there, &fit, problems);
            return refused(places);
        };
        let swapped = there.iter().filter(|&&place| self.looks_swapped(place)).count();
        if there.len() < 2 * swapped {
            swapped_axes(table, system, (swapped, there.len()), problems);
            return refused(places);
        }
        fits_better(self, table, (places, said), problems);
        Located { areas: self.locate_in(places), refused: false }
    }

    /// Whether the place lies among the areas only with its axes swapped.
    fn looks_swapped(&self, place: Coord<f64>) -> bool {
        let Some(extent) = self.extent else { return false };
        let holds =
            |x: f64, y: f64| extent.min().x <= x && x <= extent.max().x && extent.min().y <= y && y <= extent.max().y;
        !holds(place.x, place.y) && holds(place.y, place.x)
    }

    /// The lowest area whose boundary holds each place.
    pub(super) fn locate_in(&self, places: &[Option<Coord<f64>>]) -> Vec<Option<AreaId>> {
        let areas = self.areas;
        let mut found: Vec<Option<AreaId>> = vec![None; places.len()];
        let mut open: Vec<usize> = (0..places.len()).filter(|&row| places[row].is_some()).collect();
        for level in (0..areas.levels().len()).rev().map(LevelId::new) {
            if open.is_empty() || areas.at_level(level).iter().all(|&id| areas[id].boundary.polygon().is_none()) {
                continue;
            }
            let points: Vec<Coord<f64>> = open.iter().filter_map(|&row| places[row]).collect();
            let located = self.indexes[level].locate(&points);
            for (&row, position) in open.iter().zip(&located) {
                found[row] = position.map(|position| areas.at_level(level)[position as usize]);
            }
            open.retain(|&row| found[row].is_none());
        }
        found
    }

    /// For each row the lowest area that it names, from the top level down, each within the one above. `generic` are
    /// the keys of columns that hold the code and the name of an area of any level.
    pub(super) fn declared(
        &self,
        columns: &Columns<'_>,
        generic: Option<[&str; 2]>,
        problems: &mut Problems,
    ) -> Vec<Option<AreaId>> {
        let table = columns.table();
        // Which columns speak of areas, found once: most files have one or two.
        let levels: Vec<(LevelId, [Option<&Cells>; 3])> = (self.areas.levels().iter())
            .map(|(id, level)| {
                let key = &level.key;
                let keys = [format!("@{key}.code"), format!("@{key}.name"), format!("@{key}")];
                (id, keys.map(|key| columns.get(&key)))
            })
            .filter(|(_, cells)| cells.iter().any(Option::is_some))
            .collect();
        let generic = generic.map_or([None; 2], |keys| keys.map(|key| columns.get(key)));
        let mut rows = Vec::with_capacity(table.n_rows);
        for row in 0..table.n_rows {
            let mut area = None;
            let mut join = |reference: Reference<'_>, area: &mut Option<AreaId>| {
                let joined = self.gazetteer.resolve(reference);
                if let Some((what, help)) = joined.said {
                    let code = if joined.area.is_some() { "area-clash" } else { "unknown-area" };
                    problems.warning(code, &table.file, table.at(row), what, help);
                }
                *area = joined.area.or(*area);
            };
            for &(level, [code, name, either]) in &levels {
                let (code, name, either) = (cell(code, row), cell(name, row), cell(either, row));
                if code.is_empty() && name.is_empty() && either.is_empty() {
                    continue;
                }
                let name = if name.is_empty() { either } else { name };
                join(Reference { level: Some(level), code, name, within: area }, &mut area);
            }
            let (code, name) = (cell(generic[0], row), cell(generic[1], row));
            if !(code.is_empty() && name.is_empty()) {
                join(Reference { level: None, code, name, within: area }, &mut area);
            }
            rows.push(area);
        }
        rows
    }

    /// The columns that hold the code and the name of an area of any level: those that say so, else the rows' own code
    /// and name if most of them are those of areas.
    pub(super) fn generic<'k>(&self, columns: &Columns<'_>) -> Option<[&'k str; 2]> {
        if columns.get("area-code").or(columns.get("area-name")).is_some() {
            return Some(["area-code", "area-name"]);
        }
        let [code, name] = ["code", "name"].map(|key| columns.get(key));
        let (mut named, mut known) = (0, 0);
        for row in 0..columns.table().n_rows {
            let (code, name) = (cell(code, row), cell(name, row));
            if !(code.is_empty() && name.is_empty()) {
                named += 1;
                known += usize::from(self.gazetteer.knows(code, name));
            }
        }
        (named < 2 * known).then_some(["code", "name"])
    }

    /// The area that a row belongs to: the more precise one of what it declares and where it lies; where these
    /// contradict each other, by `rule`, and it is said. `what` is the row, in words.
    pub(super) fn settle(
        &self,
        rule: Membership,
        what: &Text,
        (table, row): (&Table, usize),
        whereabouts: Whereabouts,
        problems: &mut Problems,
    ) -> Option<AreaId> {
        let Whereabouts { said, located, place, .. } = whereabouts;
        let (Some(declared), Some(lies)) = (said, located) else {
            match said {
                Some(declared) if place.is_some() && self.lowest_boundary(declared).is_some() => {
                    self.outside(what, (table, row), whereabouts, problems);
                }
                Some(_) => {}
                None if located.is_none() && !whereabouts.refused => {
                    self.outside(what, (table, row), whereabouts, problems)
                }
                None => {}
            }
            return said.or(located);
        };
        // One may only be said more closely than the other.
        if self.areas.holds(declared, lies) {
            return Some(lies);
        }
        let is_outside_own =
            self.lowest_boundary(declared).is_some_and(|own| own != lies && self.areas.holds(lies, own));
        if self.areas.holds(lies, declared) && !is_outside_own {
            return Some(declared);
        }
        // Of an area whose holder no file names it cannot be said that it lies elsewhere.
        let level = self.areas[lies].level;
        if level < self.areas[declared].level && self.areas.ancestor(declared, level).is_none() {
            return Some(declared);
        }
        let used = match rule {
            Membership::Declared => declared,
            Membership::Located => lies,
        };
        problems.warning_of("membership-clash", &table.file, table.at(row), || {
            let estimated =
                [Some(lies), self.lowest_boundary(declared)].into_iter().flatten().any(|area| self.is_estimated(area));
            let (boundary_en, boundary_zh) =
                if estimated { (", by an estimated boundary", "（边界为估算）") } else { ("", "") };
            let [declared, lies, used] = [declared, lies, used].map(|area| self.gazetteer.label(area));
            (
                say(
                    format!("{} declares {declared} but lies in {lies}{boundary_en}", what.en),
                    format!("{}申报属于{declared}，坐标却位于{lies}{boundary_zh}", what.zh),
                ),
                say(
                    format!("{used} was used; correct the area or the coordinates"),
                    format!("已归属于{used}；请更正所属区域或坐标"),
                ),
            )
        });
        Some(used)
    }

    /// The lowest area that has a boundary, of the area and those that hold it.
    pub(super) fn lowest_boundary(&self, area: AreaId) -> Option<AreaId> {
        self.areas.chain(area).filter(|&holder| self.areas[holder].boundary.polygon().is_some()).last()
    }

    /// Says that a row lies in no area, with the nearest one.
    fn outside(&self, what: &Text, (table, row): (&Table, usize), at: Whereabouts, problems: &mut Problems) {
        let Some(place) = at.place else {
            problems.warning_of("no-area", &table.file, table.at(row), || {
                (
                    say(
                        format!("{} is in no known area and has no usable place", what.en),
                        format!("{}没有所属区域，也没有可用坐标", what.zh),
                    ),
                    say("give the area's code and name, or coordinates", "请填写区域代码与名称，或坐标"),
                )
            });
            return;
        };
        // The search for the nearest looks at every boundary: it is made for the few that will be shown.
        problems.warning_of("outside-all-areas", &table.file, table.at(row), || {
            let levels = self.indexes.iter();
            let found = levels.filter_map(|(level, index)| {
                let (position, metres) = index.nearest(place)?;
                Some((Metres::new(metres.round())?, self.areas.at_level(level)[position as usize]))
            });
            let nearest = found.min_by(|a, b| a.0.get().total_cmp(&b.0.get()).then(b.1.cmp(&a.1)));
            let (nearest_en, nearest_zh) = nearest.map_or_else(Default::default, |(metres, area)| {
                let label = self.gazetteer.label(area);
                (format!("; the nearest is {label}, {metres} away"), format!("；最近的是{label}，相距 {metres}"))
            });
            let (said_en, said_zh) = at.said.map_or_else(Default::default, |area| {
                let label = self.gazetteer.label(area);
                (format!("declares {label} but "), format!("申报属于{label}，但"))
            });
            let help = match (self.looks_swapped(place), at.said) {
                (true, _) => say("its longitude and latitude look swapped", "经纬度似乎颠倒，请交换"),
                (false, Some(_)) => {
                    say("the declared area was used; correct the coordinates", "已按申报的区域归属；请更正坐标")
                }
                (false, None) => say("correct the coordinates, or declare its area", "请更正坐标，或申报所属区域"),
            };
            (
                say(
                    format!("{} {said_en}lies outside all areas{nearest_en}", what.en),
                    format!("{}{said_zh}位于所有区域之外{nearest_zh}", what.zh),
                ),
                help,
            )
        });
    }
}

fn cell(cells: Option<&Cells>, row: usize) -> &str {
    cells.map_or("", |cells| cells.get(row))
}

#[cfg(test)]
mod tests {
    use crate::read::sketch::{Read, areas, kindergartens, people, read, read_levels, squares};

    // Near the equator and Greenwich both axes fit in 90 degrees: here 121 E is written as if it were 21 E.
    fn west(text: &str) -> String {
        text.replace("[121", "[21")
    }

    /// One district of 21.0 to 21.2 E, 39.0 to 39.2 N, and these kindergartens.
    fn of_district(text: &str) -> Read {
        let district = west(&squares(&[("01", "甲区", [0.0, 0.0, 2.0])]));
        let layers = areas("district", "d.geojson") + &kindergartens("k.csv");
        read_levels(&["district"], &layers, &[("d.geojson", &district), ("k.csv", text)])
    }

    #[test]
    fn axes_that_are_swapped_are_seen_even_where_both_fit() {
        let read =
            of_district("name,区划名称,lon,lat\n一园,甲区,39.05,21.05\n二园,甲区,39.15,21.15\n三园,甲区,21.05,39.05\n");
        assert!(read.is_refused());
        assert_eq!(read.said(), ["swapped-axes: k.csv"]);
        assert_eq!(read.what("swapped-axes"), "longitude and latitude look swapped in 2 of 3 places");
    }

    #[test]
    fn one_swapped_row_among_others_is_said_with_what_it_looks_like() {
        let read =
            of_district("name,区划名称,lon,lat\n一园,甲区,39.05,21.05\n二园,甲区,21.15,39.15\n三园,甲区,21.05,39.05\n");
        assert_eq!(read.said(), ["outside-all-areas: k.csv, row 2"]);
        assert_eq!(read.problems.kept()[0].help.en, "its longitude and latitude look swapped");
    }

    #[test]
    fn places_far_from_all_areas_are_not_called_swapped() {
        let read = of_district("name,区划名称,lon,lat\n一园,甲区,39.05,39.05\n");
        assert_eq!(read.said(), ["outside-all-areas: k.csv, row 2"]);
        assert_eq!(read.problems.kept()[0].help.en, "the declared area was used; correct the coordinates");
    }

    // 甲区 has a boundary, 东街道 in it is a small square; K lies in the district, beside the street that it names.
    #[test]
    fn a_place_inside_the_district_but_beside_its_own_street_is_a_clash() {
        let d = squares(&[("01", "甲区", [0.0, 0.0, 4.0])]);
        let s = squares(&[("0101", "东街道", [0.0, 0.0, 1.0])]);
        let layers = areas("district", "d.geojson") + &areas("street", "s.geojson");
        let files = [("d.geojson", &*d), ("s.geojson", &s), ("k.csv", "name,街道,lon,lat\n一园,东街道,121.35,39.35\n")];
        for (rule, used) in [("declared", "东街道"), ("located", "甲区")] {
            let layers = format!("{layers}{}membership = \"{rule}\"", kindergartens("k.csv"));
            let read = read(&layers, &files);
            assert_eq!((read.facilities(), read.said()), (vec![used], vec!["membership-clash: k.csv, row 2".into()]));
        }
    }

    #[test]
    fn a_clash_with_an_estimated_boundary_says_so() {
        let s = "code,name,lon,lat\n0101,东街道,121.0,39.0\n0102,西街道,121.1,39.0\n";
        let layers = areas("street", "s.csv") + "estimate.radius = \"3 km\"\n" + &kindergartens("k.csv");
        let files = [("s.csv", s), ("k.csv", "name,街道,lon,lat\n一园,东街道,121.1,39.0\n二园,东街道,121.0,39.1\n")];
        let read = read_levels(&["street"], &layers, &files);
        assert_eq!(read.said(), ["membership-clash: k.csv, row 2", "outside-all-areas: k.csv, row 3"]);
        assert_eq!(
            read.what("membership-clash"),
            "the facility declares 东街道 0101 but lies in 西街道 0102, by an estimated boundary"
        );
    }

    // Each column is looked up within what the ones before it found.
    #[test]
    fn a_chain_of_columns_is_read_from_the_top_down() {
        let layers = areas("district", "d.csv") + &areas("street", "s.csv") + &people("p.csv");
        let files = [
            ("d.csv", "code,name\n01,甲区\n02,乙区\n"),
            ("s.csv", "code,name,parent\n0101,东街道,01\n0201,东街道,02\n0202,西街道,02\n"),
            (
                "p.csv",
                "区,街道,街道代码,residents\n甲区,东街道,,1\n乙区,东街道,,1\n,西街道,,1\n,东街道,,1\n甲区,,,1\n,,0202,1\n",
            ),
        ];
        let read = read(&layers, &files);
        assert_eq!(read.people(), ["东街道", "东街道", "西街道", "-", "甲区", "西街道"]);
        let code = |row: usize| read.world().areas[read.world().people.areas.values()[row].unwrap()].code.as_str();
        assert_eq!((code(0), code(1)), ("0101", "0201"));
        assert_eq!(read.said(), ["unknown-area: p.csv, row 5", "no-area: p.csv, row 5"]);
    }

    // 西街道 is not in 甲区: what the row says of the street is not found, and it stays in the district.
    #[test]
    fn a_street_that_is_not_in_the_district_of_the_row_is_said() {
        let layers = areas("district", "d.csv") + &areas("street", "s.csv") + &people("p.csv");
        let files = [
            ("d.csv", "code,name\n01,甲区\n02,乙区\n"),
            ("s.csv", "code,name,parent\n0101,东街道,01\n0202,西街道,02\n"),
            ("p.csv", "区,街道,residents\n甲区,西街道,1\n"),
        ];
        let read = read(&layers, &files);
        assert_eq!((read.people(), read.said()), (vec!["甲区"], vec!["unknown-area: p.csv, row 2".into()]));
        assert_eq!(read.what("unknown-area"), "no area in 甲区 01 is called `西街道`");
    }
}
