//! GeoTIFF rasters that rasterio wrote, cell by cell against what rasterio reads of them.

use std::fs;
use std::path::Path;

use evenreach::read::input::{self, Input};
use evenreach::read::problem::Problems;
use evenreach::read::read_table;
use evenreach::read::table::{Table, Wish};
use geo::{Coord, Rect};

use super::foreign;

fn open(path: &Path) -> Input {
    input::read(path, path.file_name().unwrap().to_str().unwrap(), &mut Problems::default()).unwrap()
}

fn table(path: &Path, wish: &Wish) -> Table {
    let mut problems = Problems::default();
    let table = read_table(&open(path), wish, &mut problems);
    table.unwrap_or_else(|| panic!("{}: {:#?}", path.display(), problems.kept()))
}

/// The cells of a table: where each is and how many persons it has.
fn cells(table: &Table) -> Vec<(Coord<f64>, f64)> {
    assert!(table.geometry.is_empty() && table.points.len() == table.n_rows);
    table.points.iter().copied().zip(table.grid.as_ref().unwrap().persons.iter().copied()).collect()
}

/// The cells as rasterio gives them.
fn expected(path: &Path) -> Vec<(Coord<f64>, f64)> {
    let text = fs::read_to_string(path).unwrap();
    let line = |line: &str| {
        let numbers: Vec<f64> = line.split(',').map(|number| number.parse().unwrap()).collect();
        (Coord { x: numbers[0], y: numbers[1] }, numbers[2])
    };
    text.lines().map(line).collect()
}

fn near(a: Coord<f64>, b: Coord<f64>) -> bool {
    (a.x - b.x).abs() <= 1e-12 * b.x.abs() && (a.y - b.y).abs() <= 1e-12 * b.y.abs()
}

#[test]
fn every_cell_is_read_as_rasterio_reads_it() {
    let Some(all) = foreign("raster", "all.csv") else { return };
    let folder = all.parent().unwrap();
    let mut n_rasters = 0;
    for line in fs::read_to_string(&all).unwrap().lines() {
        let mut parts = line.splitn(4, ',');
        let [name, band, n_bands] = [(); 3].map(|()| parts.next().unwrap());
        let mut rest = parts.next().unwrap().rsplitn(5, ',');
        let [not_persons, no_data, sum, n_cells] = [(); 4].map(|()| rest.next().unwrap());
        let crs = rest.next().unwrap();

        let layer = (n_bands != "1").then(|| band.to_owned());
        let table = table(&folder.join(format!("{name}.tif")), &Wish { layer, ..Wish::default() });
        let read = cells(&table);
        assert_eq!(read.len().to_string(), n_cells, "{name}");
        for (ours, theirs) in read.iter().zip(expected(&folder.join(format!("{name}.{band}.csv")))) {
            assert!(ours.1 == theirs.1 && near(ours.0, theirs.0), "{name}: {ours:?}, by rasterio {theirs:?}");
        }
        let total: f64 = read.iter().map(|(_, persons)| persons).sum();
        let theirs: f64 = sum.parse().unwrap();
        assert!((total - theirs).abs() <= 1e-12 * theirs, "{name}: {total}, by rasterio {theirs}");
        let beside: Vec<&str> = table.sidecars.iter().map(|(file, _)| file.as_str()).collect();
        assert_eq!(beside, if name == "world" { vec!["world.tfw"] } else { vec![] });
        let grid = table.grid.unwrap();
        assert_eq!(
            (grid.no_data.to_string(), grid.not_persons.to_string()),
            (no_data.into(), not_persons.into()),
            "{name}"
        );
        match crs {
            "" => assert_eq!(table.crs, None, "{name}"),
            crs if crs.starts_with("EPSG") => assert_eq!(table.crs.as_deref(), Some(crs), "{name}"),
            _ => assert!(table.crs.unwrap().starts_with("user-defined"), "{name}"),
        }
        n_rasters += 1;
    }
    assert!(70 < n_rasters, "{n_rasters} rasters");
}

// What is wished for of a raster is what all of it holds there, and nothing else is looked at.
#[test]
fn a_region_gives_the_cells_in_it_and_counts_the_others_as_left_out() {
    let Some(all) = foreign("raster", "all.csv") else { return };
    let folder = all.parent().unwrap();
    let region = Rect::new((121.2, 39.0), (121.4, 39.3));
    for name in ["lzw-strips", "zstd-tiles", "deflate-tiles-predictor3", "rotated"] {
        let path = folder.join(format!("{name}.tif"));
        let inside =
            |&(place, _): &(Coord<f64>, f64)| (121.2..=121.4).contains(&place.x) && (39.0..=39.3).contains(&place.y);
        let all: Vec<_> = cells(&table(&path, &Wish::default())).into_iter().filter(inside).collect();
        let part = table(&path, &Wish { within: Some(region), ..Wish::default() });
        let in_part: Vec<_> = cells(&part).into_iter().filter(inside).collect();
        assert_eq!(in_part, all, "{name}");
        assert!(100 < all.len() && 3000 < part.left_out && part.left_out < 70 * 90, "{name}: {}", part.left_out);
        if name != "rotated" {
            assert_eq!(part.n_rows, all.len(), "{name}");
        }
    }
    // 300 km west of the region: nothing at all.
    let far = Rect::new((117.2, 39.0), (117.4, 39.3));
    let none = table(&folder.join("zstd-tiles.tif"), &Wish { within: Some(far), ..Wish::default() });
    assert_eq!((none.n_rows, none.left_out, none.grid.unwrap().no_data), (0, 70 * 90, 0));
}

// The raster is in metres of UTM zone 51, the region in degrees: no cell in it may be missed.
#[test]
fn a_region_is_turned_into_the_system_of_the_raster() {
    let Some(path) = foreign("raster", "utm.tif") else { return };
    let utm = evenreach::space::Crs::parse("EPSG:32651").unwrap();
    let whole = cells(&table(&path, &Wish::default()));
    let region = Rect::new((120.70, 39.22), (120.74, 39.26));
    let part = table(&path, &Wish { within: Some(region), ..Wish::default() });
    let inside = |&&(place, _): &&(Coord<f64>, f64)| {
        let place = utm.to_degrees(place).unwrap();
        (120.70..=120.74).contains(&place.x) && (39.22..=39.26).contains(&place.y)
    };
    let wanted: Vec<_> = whole.iter().filter(inside).collect();
    let read = cells(&part);
    assert!(wanted.iter().all(|cell| read.contains(cell)));
    assert!(100 < wanted.len() && read.len() < 2 * wanted.len(), "{} of {}", read.len(), wanted.len());
}

#[test]
fn of_several_bands_the_study_names_one() {
    let Some(path) = foreign("raster", "bands-pixel-predictor1.tif") else { return };
    let mut problems = Problems::default();
    assert!(read_table(&open(&path), &Wish::default(), &mut problems).is_none());
    assert_eq!(problems.kept()[0].what.en, "the file holds several layers: 1, 2, 3");
    let third = table(&path, &Wish { layer: Some("3".into()), ..Wish::default() });
    assert_eq!(third.file, "bands-pixel-predictor1.tif!3");
}

/// A square as GeoJSON: name, west, south and side in degrees.
fn squares(squares: &[(&str, f64, f64, f64)]) -> String {
    let feature = |(name, x, y, side): &(&str, f64, f64, f64)| {
        let corners = [(*x, *y), (x + side, *y), (x + side, y + side), (*x, y + side), (*x, *y)];
        let corners = corners.map(|(x, y)| format!("[{x},{y}]")).join(",");
        format!(
            r#"{{"type":"Feature","properties":{{"code":"{name}","name":"{name}"}},
                "geometry":{{"type":"Polygon","coordinates":[[{corners}]]}}}}"#
        )
    };
    let features: Vec<String> = squares.iter().map(feature).collect();
    format!(r#"{{"type":"FeatureCollection","features":[{}]}}"#, features.join(","))
}

// West and East lie on the raster, Far half beyond its edge, and Bay where it has no data at all.
#[test]
fn persons_are_conserved_between_the_raster_and_the_areas_and_beyond_it_nobody_is_known() {
    let Some(raster) = foreign("raster", "deflate-tiles.tif") else { return };
    let study = tempfile::tempdir().unwrap();
    fs::copy(&raster, study.path().join("people.tif")).unwrap();
    let areas = [
        ("West", 121.2, 39.0, 0.2),
        ("East", 121.45, 39.0, 0.2),
        ("Far", 121.7, 39.0, 0.2),
        ("Bay", 121.01, 39.4, 0.05),
    ];
    fs::write(study.path().join("areas.geojson"), squares(&areas)).unwrap();
    let text = "format = \"evenreach.study/1\"\nname = { en = \"r\", zh = \"r\" }\nreference-date = \"2020-12-31\"\n\
        levels = [{ key = \"street\", en = \"street\", zh = \"街道\" }]\n\
        [[areas]]\nlevel = \"street\"\nfile = \"areas.geojson\"\n[[people]]\nfile = \"people.tif\"\n";
    fs::write(study.path().join("study.toml"), text).unwrap();
    let options = evenreach::read::Options { strict: false, ..Default::default() };
    let read = evenreach::read::read_study(study.path(), &options, &|_, _| ()).unwrap();

    let cells = expected(&raster.with_file_name("deflate-tiles.1.csv"));
    let within = |x: f64, y: f64, side: f64| {
        let inside = |place: &Coord<f64>| (x..x + side).contains(&place.x) && (y..y + side).contains(&place.y);
        cells.iter().filter(|(place, _)| inside(place)).map(|(_, persons)| persons).sum::<f64>()
    };
    let people = &read.world.people;
    let group = people.group("residents").unwrap();
    let mut inside = 0.0;
    for (id, area) in read.world.areas.iter() {
        let here = people.places.ids().filter(|&point| people.areas[point] == Some(id));
        let persons: Vec<Option<f64>> = here.map(|point| people.persons(group, point)).collect();
        let (_, x, y, side) = areas.iter().find(|(name, ..)| *name == area.name).unwrap();
        let sum: f64 = persons.iter().flatten().sum();
        assert!((sum - within(*x, *y, *side)).abs() < 1e-9, "{}: {sum}", area.name);
        assert_eq!(persons.contains(&None), ["Far", "Bay"].contains(&area.name.as_str()), "{}", area.name);
        inside += sum;
    }
    assert!(people.areas.values().iter().all(Option::is_some), "a cell outside the areas is no demand point");
    let total: f64 = cells.iter().map(|(_, persons)| persons).sum();
    let outside = total - inside;
    let said: Vec<(&str, &str)> =
        read.problems.kept().iter().map(|problem| (problem.code, problem.what.en.as_str())).collect();
    let told = format!("{total:.3} persons in the cells read: {inside:.3} inside the study's areas (");
    assert_eq!(said.iter().map(|(code, _)| *code).collect::<Vec<_>>(), ["raster", "not-covered", "no-cell"]);
    assert!(said[0].1.starts_with(&told) && said[0].1.contains(&format!("{outside:.3} outside")), "{}", said[0].1);
    assert!(said[0].1.contains("1077 cells are without data"), "{}", said[0].1);
    assert!(said[1].1.contains("in part: 1 (Far)"), "{said:?}");
    let bay = "its centre: 1 (Bay); since the raster has cells without data, how many people live there is not known";
    assert!(said[2].1.ends_with(bay), "{said:?}");
}

/// Every way in which a raster may be damaged by one byte, or cut off: a result or words, never a panic.
#[test]
fn damaged_rasters_are_refused_or_read_and_never_more_than_they_hold() {
    let Some(all) = foreign("raster", "all.csv") else { return };
    let folder = all.parent().unwrap();
    let (mut n_read, mut n_refused) = (0, 0);
    for name in
        ["lzw-tiles-predictor2", "zstd-strips", "packbits-tiles", "bigtiff", "deflate-tiles-predictor3", "holes"]
    {
        let whole = fs::read(folder.join(format!("{name}.tif"))).unwrap();
        let mut look = |bytes: Vec<u8>| {
            let mut problems = Problems::default();
            match read_table(&Input::of_bytes("x.tif", bytes), &Wish::default(), &mut problems) {
                Some(_) => n_read += 1,
                None => {
                    assert!(problems.has_errors(), "{name}: refused without words");
                    n_refused += 1;
                }
            }
        };
        // The directory, byte by byte, wherever it lies; of the rest some bytes.
        let tags = if name.starts_with("bigtiff") { 500 } else { 400 };
        for at in (0..tags).chain((tags..whole.len()).step_by(331)) {
            for value in [0, 0x7f, 0xff] {
                let mut bytes = whole.clone();
                bytes[at.min(whole.len() - 1)] = value;
                look(bytes);
            }
        }
        for end in (0..whole.len()).step_by(197) {
            look(whole[..end].to_vec());
        }
    }
    assert!(1000 < n_read && 1000 < n_refused, "{n_read} read, {n_refused} refused");
}

/// A little-endian TIFF of these tags (each the number, its type, how often, and the value or place), and `rest` at 150.
fn tiff(tags: &[(u16, u16, u32, u32)], rest: &[u8]) -> Vec<u8> {
    let mut bytes = b"II*\0\x08\0\0\0".to_vec();
    bytes.extend((tags.len() as u16).to_le_bytes());
    for &(tag, kind, count, value) in tags {
        bytes.extend(tag.to_le_bytes());
        bytes.extend(kind.to_le_bytes());
        bytes.extend(count.to_le_bytes());
        bytes.extend(value.to_le_bytes());
    }
    bytes.resize(150, 0);
    bytes.extend(rest);
    bytes
}

const WORLD: [(u16, u16, u32, u32); 2] = [(33550, 12, 3, 150), (33922, 12, 6, 150)];

#[test]
fn sizes_that_lie_are_refused_before_anything_is_made_of_them() {
    const MOST: u32 = 0x7fff_ffff;
    let scale: Vec<u8> = [1.0_f64; 6].iter().flat_map(|number| number.to_le_bytes()).collect();
    let rest = [scale, vec![1; 4096]].concat();
    let size = |width: u32, height: u32| vec![(256, 4, 1, width), (257, 4, 1, height), (258, 3, 1, 8)];
    let strips = |rows: u32, n: u32| vec![(273, 1, n, 200), (278, 4, 1, rows), (279, 1, n, 200)];
    let tiles = |wide: u32, high: u32, n: u32| {
        vec![(259, 3, 1, 8), (322, 4, 1, wide), (323, 4, 1, high), (324, 1, n, 200), (325, 1, n, 200)]
    };
    for (tags, why) in [
        ([size(MOST, MOST), strips(MOST, 1)].concat(), "256 MiB"),
        ([size(MOST, MOST), strips(1, MOST)].concat(), "256 MiB"),
        ([size(MOST, MOST), tiles(16, 16, 1)].concat(), "fewer pieces"),
        ([size(1 << 29, 1 << 29), tiles(1 << 14, 1 << 14, MOST)].concat(), "numbers in"),
        // One row of cells, in as many tiles that are almost empty and must be unpacked all the same.
        ([size(1 << 16, 1), tiles(1, 1 << 28, 1 << 16)].concat(), "numbers in"),
        ([size(1 << 13, 1 << 13), tiles(1, 1, 1 << 26)].concat(), "numbers in"),
        ([size(1 << 10, 1 << 10), tiles(1, 1, 1 << 20)].concat(), "ends too early"),
        ([size(0, 9), strips(9, 1)].concat(), "no size"),
        ([size(9, 9), strips(0, 1)].concat(), "no size"),
        ([size(9, 9), tiles(0, 16, 1)].concat(), "no size"),
        ([size(9, 9), tiles(16, 16, 1)].concat(), "is damaged"),
        ([size(9, 9), strips(9, 1), vec![(277, 3, 1, 0)]].concat(), "no size"),
    ] {
        let mut problems = Problems::default();
        let bytes = tiff(&[tags, WORLD.to_vec()].concat(), &rest);
        let read = read_table(&Input::of_bytes("x.tif", bytes), &Wish::default(), &mut problems);
        let what = problems.kept().first().map_or("", |problem| problem.what.en.as_str());
        assert!(read.is_none() && what.contains(why), "{why}: {what}");
    }
}
