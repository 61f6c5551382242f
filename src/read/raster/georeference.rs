//! Where the cells of a raster lie: from the tags of a GeoTIFF, else from a world file beside it.

use geo::{Coord, MapCoords, Rect, coord};

use super::directory::Directory;
use super::refused::Refused;
use crate::read::input::{Input, ReadSeek};
use crate::read::problem::{Problems, say};

const PIXEL_SCALE: u16 = 33550;
const TIEPOINT: u16 = 33922;
const TRANSFORMATION: u16 = 34264;
const KEYS: u16 = 34735;
const KEY_TEXTS: u16 = 34737;

const MODEL_TYPE: u64 = 1024;
const RASTER_TYPE: u64 = 1025;
const GEOGRAPHIC: u64 = 2048;
const PROJECTED: u64 = 3072;
const USER_DEFINED: u64 = 32767;

/// Where the centre of the cell in column `x` and row `y` lies, in the raster's own system.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Georeference {
    /// For each axis what a column adds, what a row adds, and the centre of the first cell.
    east: [f64; 3],
    north: [f64; 3],
}

impl Georeference {
    /// The centre of a cell.
    pub(super) fn centre(&self, column: u64, row: u64) -> Coord<f64> {
        self.at(column as f64, row as f64)
    }

    /// Any place, counted from the centre of the first cell.
    pub(super) fn at(&self, x: f64, y: f64) -> Coord<f64> {
        let [east, north] =
            [self.east, self.north].map(|[by_column, by_row, first]| by_column * x + by_row * y + first);
        coord! { x: east, y: north }
    }

    /// The cells, by column and row, whose centres lie in a box, of a raster of this size. A rotated raster gives more.
    pub(super) fn cells(&self, region: Rect<f64>, [width, height]: [u64; 2]) -> [std::ops::Range<u64>; 2] {
        let ([a, b, c], [d, e, f]) = (self.east, self.north);
        let determinant = a * e - b * d;
        let corners = region.to_polygon().map_coords(|corner| {
            let (x, y) = (corner.x - c, corner.y - f);
            coord! { x: (e * x - b * y) / determinant, y: (a * y - d * x) / determinant }
        });
        let all = corners.exterior();
        let range = |axis: fn(&Coord<f64>) -> f64, n: u64| {
            let (low, high) = all
                .coords()
                .map(axis)
                .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), at| (low.min(at), high.max(at)));
            // A hair more than asked: what is kept is not left to rounding. Casts stop at the ends of the range.
            let start = ((low - 1e-6).ceil().max(0.0) as u64).min(n);
            let end = ((high + 1e-6).floor() + 1.0).max(0.0) as u64;
            start..end.clamp(start, n)
        };
        [range(|at| at.x, width), range(|at| at.y, height)]
    }

    /// From the tags, else from the world file beside the raster, which is given, too.
    pub(super) fn read(
        directory: &Directory,
        file: &mut dyn ReadSeek,
        input: &Input,
    ) -> Result<(Self, Option<Input>), Refused> {
        let keys = keys(directory, file)?;
        // Where a position is that of the centre of a cell, it is not that of its corner.
        let corner = if keys.iter().any(|&[key, _, _, value]| key == RASTER_TYPE && value == 2) { 0.0 } else { 0.5 };
        let from_corner =
            |[by_column, by_row, first]: [f64; 3]| [by_column, by_row, first + corner * (by_column + by_row)];
        let (scale, ties) = (directory.doubles(file, PIXEL_SCALE)?, directory.doubles(file, TIEPOINT)?);
        let matrix = directory.doubles(file, TRANSFORMATION)?;
        let mut beside = None;
        let found = if let (&[x, y, ..], &[column, row, _, east, north, ..]) = (&*scale, &*ties) {
            let (x, y) = (x, -y.abs());
            Self { east: from_corner([x, 0.0, east - column * x]), north: from_corner([0.0, y, north - row * y]) }
        } else if let &[a, b, _, c, d, e, _, f, ..] = &*matrix {
            Self { east: from_corner([a, b, c]), north: from_corner([d, e, f]) }
        } else if let Some((found, file)) = world_file(input) {
            beside = Some(file);
            found
        } else {
            return Err(Refused::unsupported(
                say("the raster does not say where its cells lie", "栅格未说明像元位置"),
                say(
                    "export it as a GeoTIFF with its transform, or put its world file (.tfw) beside it",
                    "请导出带仿射变换的 GeoTIFF，或将世界文件（.tfw）放在同一文件夹",
                ),
            ));
        };
        let ([a, b, c], [d, e, f]) = (found.east, found.north);
        let determinant = a * e - b * d;
        if ![a, b, c, d, e, f].iter().all(|number| number.is_finite()) || !determinant.is_normal() {
            return Err(Refused::damaged("the size of its cells is no size", "像元大小无效"));
        }
        Ok((found, beside))
    }
}

/// Entries of the directory of keys: the key, where its value is, how many, and the value.
fn keys(directory: &Directory, file: &mut dyn ReadSeek) -> Result<Vec<[u64; 4]>, Refused> {
    let numbers = directory.all(file, KEYS)?;
    Ok(numbers.chunks_exact(4).skip(1).map(|entry| [entry[0], entry[1], entry[2], entry[3]]).collect())
}

/// The world file beside a raster: six numbers, the last two the centre of the first cell.
fn world_file(input: &Input) -> Option<(Georeference, Input)> {
    let file = ["tfw", "tifw", "wld"].iter().find_map(|extension| input.beside(extension))?;
    let text = file.document(&mut Problems::default())?;
    let numbers: Vec<f64> = text.split_whitespace().map_while(|number| number.parse().ok()).collect();
    let &[a, d, b, e, c, f] = numbers.get(..6)? else { return None };
    Some((Georeference { east: [a, b, c], north: [d, e, f] }, file))
}

/// The coordinate system that the keys state: `EPSG:32651`, or the words for one without a code.
pub(super) fn system(directory: &Directory, file: &mut dyn ReadSeek) -> Result<Option<String>, Refused> {
    let keys = keys(directory, file)?;
    let value = |wanted: u64| keys.iter().find(|[key, at, ..]| *key == wanted && *at == 0).map(|entry| entry[3]);
    let code = match (value(MODEL_TYPE), value(PROJECTED), value(GEOGRAPHIC)) {
        (Some(1), projected, _) => projected,
        (Some(2), _, geographic) => geographic,
        (Some(0) | None, projected, geographic) => projected.or(geographic),
        // Geocentric, or something else that no map is drawn in.
        _ => Some(USER_DEFINED),
    };
    match code {
        None | Some(0) => Ok(None),
        Some(USER_DEFINED) => {
            let texts = directory.text(file, KEY_TEXTS)?;
            let citation = texts.trim_matches(['|', ' ']);
            let wkt = citation.split_once("ESRI PE String = ").map(|(_, wkt)| wkt.trim_end_matches('|').to_owned());
            Ok(Some(wkt.unwrap_or_else(|| format!("user-defined ({citation})"))))
        }
        Some(code) => Ok(Some(format!("EPSG:{code}"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // 4 columns of 10 m to the east, 3 rows of 10 m to the south; the first centre at 105, 995.
    const NORTH_UP: Georeference = Georeference { east: [10.0, 0.0, 105.0], north: [0.0, -10.0, 995.0] };

    #[test]
    fn the_cells_of_a_box_are_those_with_their_centre_in_it() {
        let cells = |west: f64, south: f64, east: f64, north: f64| {
            NORTH_UP.cells(Rect::new((west, south), (east, north)), [4, 3])
        };
        assert_eq!(cells(0.0, 0.0, 9e9, 9e9), [0..4, 0..3]);
        assert_eq!(cells(105.0, 985.0, 115.0, 995.0), [0..2, 0..2]);
        assert_eq!(cells(105.1, 985.1, 114.9, 994.9), [1..1, 1..1]);
        assert_eq!(cells(-50.0, -50.0, -40.0, -40.0), [0..0, 3..3]);
    }

    #[test]
    fn a_rotated_raster_gives_all_cells_of_the_box_and_perhaps_more() {
        let rotated = Georeference { east: [8.0, 6.0, 0.0], north: [6.0, -8.0, 0.0] };
        let region = Rect::new((20.0, -10.0), (60.0, 30.0));
        let [columns, rows] = rotated.cells(region, [50, 50]);
        for column in 0..50 {
            for row in 0..50 {
                let centre = rotated.centre(column, row);
                let inside = (20.0..=60.0).contains(&centre.x) && (-10.0..=30.0).contains(&centre.y);
                assert!(!inside || columns.contains(&column) && rows.contains(&row), "{column} {row}");
            }
        }
        assert!(columns.end - columns.start < 12, "{columns:?}");
    }
}
