//! OpenStreetMap extracts: encodings that osmium writes, a small city, and Helsinki against pyosmium and geopandas.

use std::fs;
use std::path::{Path, PathBuf};

use evenreach::assess::{Only, assess, limits};
use evenreach::model::{Boundary, Proxy};
use evenreach::read::input;
use evenreach::read::problem::Problems;
use evenreach::read::table::{Table, Wish};
use evenreach::read::{Failure, Options, read_study, read_table};
use evenreach::space::TravelMatrix;
use geo::{Area, Geometry};

use crate::foreign;

fn helsinki() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("geodata/helsinki/Helsinki.osm.pbf")
}

fn layer(path: &Path, layer: &str) -> (Option<Table>, Vec<String>) {
    let mut problems = Problems::default();
    let input = input::read(path, "x.osm.pbf", &mut problems).unwrap();
    let wish = Wish { layer: Some(layer.to_owned()), ..Wish::default() };
    let table = read_table(&input, &wish, &mut problems);
    (table, problems.kept().iter().map(|problem| format!("{}: {}", problem.code, problem.what.en)).collect())
}

fn column<'t>(table: &'t Table, header: &str) -> Vec<&'t str> {
    table.columns.iter().find(|column| column.header == header).unwrap().iter().collect()
}

/// Dense nodes or not, packed or not, with metadata or not, sorted, unsorted or backwards: the same tables.
#[test]
fn every_encoding_gives_the_same_rows() {
    let layers = ["areas", "facilities", "buildings"];
    let expected = layers.map(|name| layer(&helsinki(), name).0.unwrap());
    for file in ["dense-zlib", "plain-nodes", "unpacked", "no-metadata", "sorted"] {
        let Some(path) = foreign("osm", &format!("{file}.osm.pbf")) else { return };
        for (name, expected) in layers.iter().zip(&expected) {
            let table = layer(&path, name).0.unwrap();
            assert!(table.columns == expected.columns, "{file}, {name}");
            // The box in the header has more or fewer digits.
            assert!(*name == "areas" || table.geometry == expected.geometry, "{file}, {name}");
        }
    }
    let Some(path) = foreign("osm", "backwards.osm.pbf") else { return };
    for (name, expected) in layers.iter().zip(&expected) {
        let backwards = layer(&path, name).0.unwrap();
        let sorted = |table: &Table| {
            let mut rows: Vec<Vec<&str>> =
                (0..table.n_rows).map(|row| table.columns.iter().map(|column| column.get(row)).collect()).collect();
            rows.sort();
            rows.into_iter().map(|row| row.join("|")).collect::<Vec<_>>()
        };
        assert_eq!(sorted(&backwards), sorted(expected), "{name}");
    }
}

#[test]
fn what_is_not_read_is_said_with_a_way_out() {
    for (file, what) in [
        (
            "lz4",
            "damaged: the extract cannot be read: the blocks are packed in a way that is not read (lz4, lzma, bzip2 or zstd)",
        ),
        ("history", "damaged: the extract cannot be read: the file holds the history of the objects, not one day"),
        (
            "locations",
            "damaged: the extract cannot be read: the file holds the coordinates in the ways, which is not read",
        ),
    ] {
        let Some(path) = foreign("osm", &format!("{file}.osm.pbf")) else { return };
        let (table, said) = layer(&path, "facilities");
        assert!(table.is_none() && said == [what], "{file}: {said:?}");
    }
}

// West and East of level 9 with an enclave of East in West; City of level 8 around both.
#[test]
fn boundaries_are_put_together_and_the_level_that_suits_best_is_found() {
    let Some(path) = foreign("osm", "city.osm.pbf") else { return };
    let (areas, said) = layer(&path, "areas");
    let areas = areas.unwrap();
    assert_eq!(column(&areas, "name"), ["West", "East"]);
    assert_eq!(column(&areas, "id"), ["r1", "r2"]);
    assert_eq!(column(&areas, "name:zh"), ["", "东"]);
    assert_eq!(column(&areas, "boundary"), ["official", "official"]);
    assert_eq!(said, ["open-boundary: the ways of the boundary Open do not close; it is left out"]);
    let size = |row: usize| match &areas.geometry[row] {
        Some(Geometry::MultiPolygon(polygon)) => (polygon.unsigned_area() * 1e4, polygon.0.len()),
        _ => panic!("no polygon"),
    };
    let close = |(area, n): (f64, usize), expected: f64, parts: usize| (area - expected).abs() < 1e-6 && n == parts;
    assert!(close(size(0), 7.0, 1) && close(size(1), 9.0, 2), "{:?} {:?}", size(0), size(1));
    assert_eq!(column(&layer(&path, "admin-8").0.unwrap(), "name"), ["City"]);
    let (none, said) = layer(&path, "admin-10");
    assert!(
        none.is_none() && said.iter().any(|what| what.starts_with("layer: there is no layer `admin-10`")),
        "{said:?}"
    );
}

#[test]
fn stages_of_schools_are_read_from_their_tags_or_names_or_left_open() {
    let Some(path) = foreign("osm", "city.osm.pbf") else { return };
    let facilities = layer(&path, "facilities").0.unwrap();
    let schools = |header| column(&facilities, header)[..4].to_vec();
    assert_eq!(schools("name"), ["东街小学", "市第二中学", "Combined", "Somewhere"]);
    assert_eq!(schools("primary"), ["yes", "no", "yes", ""]);
    assert_eq!(schools("junior"), ["no", "", "yes", ""]);
    assert_eq!(schools("ownership"), ["", "", "", "public"]);
    assert_eq!(schools("capacity"), ["", "", "", "300"]);
    assert_eq!(column(&facilities, "service")[4..], ["market"]);
}

// 0.0002 degrees by 0.0001 at 50 N: 14.337 m by 11.124 m, without a courtyard of 0.00004 by 0.00004; 5 levels.
#[test]
fn floor_is_the_footprint_without_the_courtyard_times_the_levels() {
    let Some(path) = foreign("osm", "city.osm.pbf") else { return };
    let (table, said) = layer(&path, "buildings");
    let table = table.unwrap();
    assert_eq!(column(&table, "id"), ["w22", "r21"]);
    assert_eq!(column(&table, "levels"), ["2", "5"]);
    let area = |row: usize| column(&table, "dwelling-floor-area")[row].parse::<f64>().unwrap();
    let (corner, court) = (14.337 * 11.124, 2.8674 * 4.4496);
    assert!((area(1) / (5.0 * (corner - court)) - 1.0).abs() < 1e-3, "{}", area(1));
    assert!((area(0) / (2.0 * court) - 1.0).abs() < 1e-2, "{}", area(0));
    assert_eq!(said.len(), 2, "{said:?}");
    assert!(said[1].starts_with("cut-buildings: 1 dwellings"), "{said:?}");
}

#[test]
fn an_extract_is_a_study_by_itself_and_has_its_own_day() {
    let Some(path) = foreign("osm", "city.osm.pbf") else { return };
    let pack = Path::new(env!("CARGO_MANIFEST_DIR")).join("seeds/living-circle.toml");
    let options = Options { packs: vec![pack], ..Options::default() };
    let read = read_study(&path, &options, &|_, _| ()).unwrap();
    assert_eq!((read.world.name.en.as_str(), read.world.reference_date.to_string().as_str()), ("city", "2024-03-02"));
    assert_eq!(read.world.people.proxy, Some(Proxy::DwellingFloor));
    assert_eq!(read.world.areas.len(), 2);
    assert!(read.world.areas.iter().all(|(_, area)| matches!(area.boundary, Boundary::Official(_))));
}

/// What pyosmium and geopandas found: see `tests/foreign/osm.py`.
// The header says nothing of the day; `osmium fileinfo -e` finds that of the last change.
#[test]
fn an_extract_that_does_not_say_its_day_is_of_that_of_its_newest_object() {
    for path in [Some(helsinki()), foreign("osm", "plain-nodes.osm.pbf")].into_iter().flatten() {
        let read = read_study(&path, &Options::default(), &|_, _| ()).unwrap();
        assert_eq!(read.world.reference_date.to_string(), "2019-04-21");
        let said: Vec<&str> = read.problems.kept().iter().map(|problem| problem.code).collect();
        assert!(said.contains(&"day-of-newest") && !said.contains(&"no-date"), "{said:?}");
    }
}

#[test]
fn helsinki_is_as_others_find_it() {
    let Some(path) = foreign("osm", "helsinki.json") else { return };
    let peer: serde_json::Value = serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap();
    let study = read_study(helsinki().parent().unwrap(), &Options::default(), &|_, _| ());
    let read = study.unwrap_or_else(|failure| panic!("{failure:?}"));
    let world = &read.world;
    let group = world.people.group("residents").unwrap();
    let floor: f64 = world.people.persons[group].values().iter().sum();
    assert_eq!(world.people.len(), peer["dwellings"].as_u64().unwrap() as usize);
    assert!((floor / peer["floor"].as_f64().unwrap() - 1.0).abs() < 1e-4, "{floor}");
    for (service, n) in peer["facilities"].as_object().unwrap() {
        let id = world.facilities.service(service).unwrap();
        // Pyosmium leaves out a facility that the border of the extract cuts; here it stands where its rest is.
        let (ours, theirs) = (world.facilities.services()[id].facilities.len() as u64, n.as_u64().unwrap());
        assert!((theirs..=theirs + 1).contains(&ours), "{service}: {ours}, {theirs}");
    }

    let travel = TravelMatrix::compute(world, &limits(world, &read.packs));
    let findings = assess(world, &travel, &read.packs, &Only::default());
    for (what, id) in [
        ("market 500", "trade.market"),
        ("bus-stop 500", "transport.bus"),
        ("clinic 300", "health.station"),
        ("clinic 1000", "health.centre"),
    ] {
        let found = findings.findings.iter().find(|found| findings.obligation(found).id.get_ref() == id).unwrap();
        let (ours, theirs) = (found.finding.observed.as_ref().unwrap().value, peer["within"][what].as_f64().unwrap());
        assert!((ours - theirs).abs() < 0.01, "{id}: {ours}, theirs {theirs}");
        assert_eq!(found.affected, None, "floor is no number of people");
    }
}

/// Every byte is changed, taken out and doubled in turn: a table or words, never a panic.
#[test]
fn damage_at_any_byte_gives_rows_or_words() {
    let Some(path) = foreign("osm", "city-unpacked.osm.pbf") else { return };
    let whole = fs::read(path).unwrap();
    let mut n_read = 0;
    for at in 0..whole.len() {
        let [mut flipped, mut high, mut cut, mut doubled] = [0; 4].map(|_| whole.clone());
        flipped[at] ^= 1 << (at % 8);
        high[at] = 0xff;
        cut.remove(at);
        doubled.insert(at, whole[at]);
        for bytes in [flipped, high, cut, doubled] {
            let input = input::Input::of_bytes("x.osm.pbf", bytes);
            for layer in ["areas", "facilities", "buildings"] {
                let mut problems = Problems::default();
                let wish = Wish { layer: Some(layer.to_owned()), ..Wish::default() };
                let table = read_table(&input, &wish, &mut problems);
                assert!(table.is_some() != problems.has_errors(), "{at}, {layer}");
                n_read += usize::from(table.is_some());
            }
        }
    }
    assert!(whole.len() < n_read, "most damage in texts and coordinates is not seen: {n_read}");
}

/// Cut anywhere: words, never a panic.
#[test]
fn a_damaged_extract_is_said() {
    let whole = fs::read(helsinki()).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.osm.pbf");
    for end in [0, 3, 20, 150, 5000, whole.len() / 2, whole.len() - 1] {
        fs::write(&path, &whole[..end]).unwrap();
        let (table, said) = layer(&path, "buildings");
        assert!(table.is_none() && said.len() == 1 && said[0].starts_with("damaged"), "{end}: {said:?}");
    }
    fs::write(folder.path().join("y.csv"), "a,b\n").unwrap();
    let failure = read_study(&folder.path().join("y.csv"), &Options::default(), &|_, _| ()).unwrap_err();
    assert!(matches!(failure, Failure::Problems(problems) if problems.kept()[0].code == "no-study"));
}
