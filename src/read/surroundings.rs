//! What lies far from a study: readers that can leave it out may do so.
//!
//! Nothing that could count may be left out. Files of areas are read whole, and so are files whose rows name their
//! areas: such a row belongs there, and its coordinates may be wrong. Where nothing would be left the file is read
//! whole, too: its coordinates are then wrong, and the checks that follow say how.

use geo::{BoundingRect, Rect, coord};

use super::columns::{level_reference, structural};
use super::problem::{Problems, say};
use super::study::Entry;
use super::table::{Table, union};
use crate::model::{Areas, IdVec, Layer, Level, LevelId};
use crate::units::Metres;

/// How far beyond the study's areas everything is read, unless a pack asks for a longer distance. A facility there may
/// serve people of the study, and people there may fill its places: the longest distance of the packs that come with
/// evenreach is 30 km. Coordinates that are wrong by less are still seen, and said row by row.
const MARGIN: f64 = 50_000.0;

/// Metres of a degree of latitude, at least.
const DEGREE: f64 = 110_500.0;

/// A study's areas and what lies around them.
#[derive(Clone, Debug)]
pub(super) struct Surroundings {
    /// In longitude and latitude.
    pub(super) within: Rect<f64>,
    margin: Metres,
    levels: IdVec<LevelId, Level>,
}

impl Surroundings {
    /// The areas with a margin; `None` where an area lies nobody knows where, or the region would go round the earth.
    pub(super) fn of(areas: &Areas, longest: Option<Metres>) -> Option<Self> {
        let has_boundary = |area| areas.chain(area).any(|holder| areas[holder].boundary.polygon().is_some());
        if areas.iter().any(|(area, _)| !has_boundary(area)) {
            return None;
        }
        let boxes = areas.iter().filter_map(|(_, area)| area.boundary.polygon()?.bounding_rect());
        let all = boxes.reduce(union)?;
        let margin = Metres::new(longest.map_or(MARGIN, |longest| longest.get().max(MARGIN)))?;
        let north = margin.get() / DEGREE;
        let (south, top) = (all.min().y - north, all.max().y + north);
        let furthest = south.abs().max(top.abs());
        let east = north / furthest.to_radians().cos();
        let (west, right) = (all.min().x - east, all.max().x + east);
        let is_region = furthest < 89.0 && -180.0 <= west && right <= 180.0;
        is_region.then(|| Self {
            within: Rect::new(coord! { x: west, y: south }, coord! { x: right, y: top }),
            margin,
            levels: areas.levels().clone(),
        })
    }

    /// Whether what lies far may be left out of a layer.
    pub(super) fn concerns(layer: Layer) -> bool {
        matches!(layer, Layer::People | Layer::Facilities | Layer::Estates)
    }

    /// Whether nothing of a table that matters was left out.
    pub(super) fn is_enough(&self, table: &Table, entry: &Entry<'_>, layer: Layer) -> bool {
        // A raster names no area, and where it does not reach the study that is said.
        table.left_out == 0 || table.grid.is_some() || 0 < table.n_rows && !self.names_areas(table, entry, layer)
    }

    fn names_areas(&self, table: &Table, entry: &Entry<'_>, layer: Layer) -> bool {
        let is_area = |key: &str| {
            let level = key.strip_suffix(".code").or_else(|| key.strip_suffix(".name")).unwrap_or(key);
            matches!(key, "area-code" | "area-name" | "serves")
                // A row of people may be an area.
                || layer == Layer::People && matches!(key, "code" | "name")
                || self.levels.values().iter().any(|known| known.key == level)
        };
        let by_header = |header: &str| {
            structural(header).is_some_and(|key| is_area(&key)) || level_reference(&self.levels, header).is_some()
        };
        entry.columns.keys().any(|key| is_area(key)) || table.columns.iter().any(|column| by_header(&column.header))
    }

    /// Says how much was left out.
    pub(super) fn say_left_out(&self, table: &Table, problems: &mut Problems) {
        // Of a raster it is told with the persons.
        if table.left_out == 0 || table.grid.is_some() {
            return;
        }
        let (n, margin) = (table.left_out, self.margin);
        problems.note(
            "left-out",
            &table.file,
            say(
                format!(
                    "{n} rows lie more than {margin} from the study's areas and name none of them: they were left out"
                ),
                format!("{n} 行距研究区域超过 {margin}，且未注明所属区域，未读入"),
            ),
            say("if they belong to the study, name their areas in a column", "如属于研究范围，请增加所属区域列"),
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::read::sketch::{Read, areas, people, read, squares};
    use crate::read::study::Study;
    use crate::read::table::Cells;

    /// One district of 121.0 to 121.2 E, 39.0 to 39.2 N, with a street in it.
    fn of_district(street: &str) -> Read {
        let d = squares(&[("01", "甲区", [0.0, 0.0, 2.0])]);
        let layers = areas("district", "d.geojson") + &areas("street", "s.csv") + &people("p.csv");
        read(&layers, &[("d.geojson", &d), ("s.csv", street), ("p.csv", "code,residents\n01,5\n")])
    }

    const STREET: &str = "code,name,parent\n0101,东街道,01\n";

    #[test]
    fn the_margin_is_at_least_50_km_and_as_far_as_a_pack_asks() {
        let read = of_district(STREET);
        for (longest, metres) in [(None, 50_000.0), (Some(900.0), 50_000.0), (Some(120_000.0), 120_000.0)] {
            let around = Surroundings::of(&read.world().areas, longest.and_then(Metres::new)).unwrap();
            let (low, high) = (around.within.min(), around.within.max());
            let metres_between =
                |x: f64, y: f64, other: geo::Coord<f64>| crate::space::distance::metres(coord! { x: x, y: y }, other);
            // Down, up, and to both sides where the region is narrowest.
            for found in [
                metres_between(121.0, 39.0, coord! { x: 121.0, y: low.y }),
                metres_between(121.0, 39.2, coord! { x: 121.0, y: high.y }),
                metres_between(121.0, high.y, coord! { x: low.x, y: high.y }),
                metres_between(121.2, high.y, coord! { x: high.x, y: high.y }),
            ] {
                assert!((metres..1.03 * metres).contains(&found), "{found} of {metres}");
            }
        }
    }

    #[test]
    fn where_an_area_lies_nobody_knows_where_nothing_is_far() {
        assert!(Surroundings::of(&of_district(STREET).world().areas, None).is_some());
        let d = squares(&[("01", "甲区", [0.0, 0.0, 2.0])]);
        let layers = areas("district", "d.geojson") + &areas("district", "e.csv");
        let unknown = read(&layers, &[("d.geojson", &d), ("e.csv", "code,name\n02,乙区\n")]);
        assert!(Surroundings::of(&unknown.world().areas, None).is_none());
    }

    #[test]
    fn rows_that_name_their_area_are_read_wherever_they_lie() {
        let read = of_district(STREET);
        let around = Surroundings::of(&read.world().areas, None).unwrap();
        let study = |columns: &str| {
            let text = format!(
                "format = \"evenreach.study/1\"\nname = {{ en = \"s\", zh = \"s\" }}\nreference-date = \"2020-12-31\"\n\
                 levels = []\n[[people]]\nfile = \"p.fgb\"\ncolumns = {{ {columns} }}\n"
            );
            Study::parse(&text).unwrap()
        };
        let enough = |n_rows: usize, left_out: usize, headers: &[&str], columns: &str, layer: Layer| {
            let columns_of = headers.iter().map(|header| Cells::new(header, n_rows)).collect();
            let table = Table { columns: columns_of, n_rows, left_out, ..Table::default() };
            around.is_enough(&table, &study(columns).people[0].entry(), layer)
        };
        for layer in [Layer::People, Layer::Facilities] {
            assert!(enough(5, 9, &["residents", "height"], "", layer));
            assert!(enough(5, 0, &["residents", "街道"], "", layer));
            for header in ["街道", "street-code", "区划代码"] {
                assert!(!enough(5, 9, &["residents", header], "", layer), "{header}");
            }
            assert!(!enough(5, 9, &["residents", "where"], "\"street.code\" = \"where\"", layer));
            // Nothing is left: the coordinates are wrong, and the whole file shows how.
            assert!(!enough(0, 9, &["residents"], "", layer));
        }
        // A facility has a code of its own, a row of people may be an area.
        assert!(enough(5, 9, &["code"], "", Layer::Facilities) && !enough(5, 9, &["code"], "", Layer::People));
    }
}
