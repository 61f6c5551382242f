//! The official lists of Jinpu, which contradict each other: no row may land where it does not belong, or vanish unsaid.
//!
//! The lists are not in the repository: they are taken from the folder that `EVENREACH_SHARED` names, else `../shared`
//! beside it. Where they are not there the tests say so and pass.

#![allow(clippy::unwrap_used, clippy::print_stderr, reason = "a test may panic, and says when it is left out")]

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::path::{Path, PathBuf};

use evenreach::model::{AreaId, Boundary, World};
use evenreach::read::problem::Problems;
use evenreach::read::{Failure, Options, ReadStudy, read_study};
use geo::{Area, Contains, MultiPolygon, Point};

const OUTLINE: &str = "district_boundary_tianditu_wgs84.geojson";

type Row = BTreeMap<String, String>;

/// Jinpu's lists, where they are at hand.
fn data() -> Option<PathBuf> {
    let beside = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared");
    let shared = std::env::var_os("EVENREACH_SHARED").map_or_else(beside, PathBuf::from);
    let data = shared.join("data/jinpu");
    if data.is_dir() {
        return Some(data);
    }
    eprintln!("left out: {} is not there", data.display());
    None
}

fn rows(data: &Path, file: &str) -> Vec<Row> {
    csv::Reader::from_path(data.join(file)).unwrap().deserialize().map(Result::unwrap).collect()
}

/// The districts, streets and villages of the statistical list of 2023; `more` are further layers.
fn study(seats: &str, more: &str) -> String {
    format!(
        r#"
format = "evenreach.study/1"
name = {{ en = "Jinpu", zh = "金普新区" }}
reference-date = "2020-12-31"
crs = "EPSG:4326"
levels = [
  {{ key = "district", en = "district", zh = "区" }},
  {{ key = "street", en = "street", zh = "街道" }},
  {{ key = "village", en = "village", zh = "社区（村）" }},
]
[[areas]]
level = "district"
file = "districts.csv"
[[areas]]
level = "street"
file = "streets.csv"
columns = {{ code = "street_code", name = "street_name", parent = "district_code", parent-name = "district_name", {seats} }}
[[areas]]
level = "village"
file = "villages.csv"
columns = {{ code = "village_code", name = "village_name", parent = "street_code", parent-name = "street_name" }}
{more}"#
    )
}

const SEATS: &str = "lon = \"lon_wgs84\", lat = \"lat_wgs84\"";
const FACILITIES: &str = "[[facilities]]\nfile = \"facilities.csv\"\nservice = \"kindergarten\"";

/// The study with files of its own, read.
fn read(data: &Path, study: &str, files: &[(&str, &str)]) -> Result<ReadStudy, Failure> {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &[u8]| std::fs::write(folder.path().join(name), text).unwrap();
    write("study.toml", study.as_bytes());
    write("districts.csv", "code,name\n210213,金州区\n210214,普兰店区\n".as_bytes());
    write("streets.csv", &std::fs::read(data.join("streets_nbs2023.csv")).unwrap());
    write("villages.csv", &std::fs::read(data.join("villages_nbs2023.csv")).unwrap());
    files.iter().for_each(|(name, text)| write(name, text.as_bytes()));
    read_study(folder.path(), &Options::default(), &|_, _| ())
}

fn sound(read: Result<ReadStudy, Failure>) -> (World, Problems) {
    match read {
        Ok(study) => (study.world, study.problems),
        Err(Failure::Refused(refused)) => panic!("{}", refused[0]),
        Err(Failure::Problems(problems)) => panic!("{:#?}", problems.kept()),
    }
}

/// The name of the area that each facility is in, by the facility's code.
fn where_is(world: &World) -> BTreeMap<&str, Option<&str>> {
    let name = |area: AreaId| world.areas[area].name.as_str();
    world.facilities.iter().map(|(_, facility)| (facility.code.as_str(), facility.area.map(name))).collect()
}

fn of_kind<'a>(problems: &'a Problems, code: &str) -> Vec<&'a evenreach::read::problem::Problem> {
    problems.kept().iter().filter(|problem| problem.code == code).collect()
}

#[test]
fn the_list_itself_is_read_without_a_complaint() {
    let Some(data) = data() else { return };
    let (world, problems) = sound(read(&data, &study(SEATS, ""), &[]));
    assert!(problems.is_empty(), "{:#?}", problems.kept());
    let n = |level| world.areas.at_level(world.areas.level(level).unwrap()).len();
    assert_eq!((n("district"), n("street"), n("village")), (2, 43, 560));
    let holder = |area: &evenreach::model::Area| world.areas[area.parent.unwrap()].code.clone();
    for (_, area) in world.areas.iter().filter(|(_, area)| 6 < area.code.len()) {
        assert!(area.code.starts_with(&holder(area)), "{}", area.code);
    }
}

/// Streets by the code and the name of the other list, for facilities and for people.
#[test]
fn all_32_codes_that_differ_are_clashes_and_the_name_wins() {
    let Some(data) = data() else { return };
    let crosswalk = rows(&data, "street_code_crosswalk.csv");
    let in_both: Vec<&Row> = crosswalk.iter().filter(|row| !row["areacity2025_id"].is_empty()).collect();
    let differing: BTreeSet<&str> =
        in_both.iter().filter(|row| row["same_code"] == "no").map(|row| &*row["areacity2025_id"]).collect();
    assert_eq!((in_both.len(), differing.len()), (41, 32));

    let mut facilities = "code,name,区划代码,区划名称\n".to_owned();
    let mut people = "街道代码,街道名称,residents\n".to_owned();
    for row in &in_both {
        let (code, name, nbs) = (&row["areacity2025_id"], &row["street_name"], &row["nbs2023_code"]);
        writeln!(facilities, "K-{nbs},幼儿园,{code},{name}").unwrap();
        writeln!(people, "{code},{name},1000").unwrap();
    }
    let layers = format!("{FACILITIES}\n[[people]]\nfile = \"people.csv\"");
    let files = [("facilities.csv", &*facilities), ("people.csv", &people)];
    let (world, problems) = sound(read(&data, &study(SEATS, &layers), &files));

    let clashes = of_kind(&problems, "area-clash");
    assert_eq!((clashes.len(), problems.len()), (64, 64), "{:#?}", problems.kept());
    for file in ["facilities.csv", "people.csv"] {
        let said: BTreeSet<&str> = clashes
            .iter()
            .filter(|clash| clash.file == file)
            .map(|clash| clash.what.en.split('`').nth(1).unwrap())
            .collect();
        assert_eq!(said, differing, "{file}");
    }
    for (facility, street) in where_is(&world) {
        let row = in_both.iter().find(|row| facility == format!("K-{}", row["nbs2023_code"])).unwrap();
        assert_eq!(street, Some(&*row["street_name"]), "{facility}");
    }
    let lands: Vec<&str> = world.people.areas.values().iter().map(|area| &*world.areas[area.unwrap()].name).collect();
    let says: Vec<&str> = in_both.iter().map(|row| &*row["street_name"]).collect();
    assert_eq!(lands, says);
}

/// Without a name there is nothing to doubt a code by: it means what the study's list says, or nothing.
#[test]
fn a_code_alone_lands_by_the_list_of_the_study() {
    let Some(data) = data() else { return };
    let ours: BTreeMap<String, String> = rows(&data, "streets_nbs2023.csv")
        .into_iter()
        .map(|row| (row["street_code"].clone(), row["street_name"].clone()))
        .collect();
    let codes: Vec<String> =
        rows(&data, "streets_areacity2025.csv").into_iter().map(|row| row["areacity_id"].clone()).collect();
    let mut facilities = "code,name,区划代码\n".to_owned();
    codes.iter().for_each(|code| writeln!(facilities, "{code},幼儿园,{code}").unwrap());
    let (world, problems) = sound(read(&data, &study(SEATS, FACILITIES), &[("facilities.csv", &facilities)]));

    let lands = where_is(&world);
    let mut n_unknown = 0;
    for code in &codes {
        let expected = ours.get(code).map(String::as_str);
        assert_eq!(lands[code.as_str()], expected, "{code}");
        n_unknown += usize::from(expected.is_none());
    }
    // Each of the two lists has codes that the other has not.
    assert!(0 < n_unknown && n_unknown < codes.len());
    assert_eq!(of_kind(&problems, "unknown-area").len(), n_unknown);
    assert_eq!(of_kind(&problems, "no-area").len(), n_unknown);
    assert_eq!(problems.len(), 2 * n_unknown);
}

/// 东山 and eight other names are those of two villages of the district each.
#[test]
fn a_village_name_that_is_there_twice_is_ambiguous_until_its_street_is_given() {
    let Some(data) = data() else { return };
    let villages: Vec<Row> =
        rows(&data, "villages_nbs2023.csv").into_iter().filter(|row| row["district_code"] == "210213").collect();
    let mut streets: BTreeMap<&str, Vec<&Row>> = BTreeMap::new();
    villages.iter().for_each(|row| streets.entry(&row["village_name"]).or_default().push(row));
    let twice: Vec<&Row> = streets.into_values().filter(|rows| 1 < rows.len()).flatten().collect();
    assert_eq!(twice.len(), 18);

    let mut facilities = "code,name,区,街道,社区名称\n".to_owned();
    for row in &twice {
        let (code, street, name) = (&row["village_code"], &row["street_name"], &row["village_name"]);
        writeln!(facilities, "alone-{code},幼儿园,金州区,,{name}\nwith-{code},幼儿园,,{street},{name}").unwrap();
    }
    let layer = format!("{FACILITIES}\ncolumns = {{ \"village.name\" = \"社区名称\" }}");
    let (world, problems) = sound(read(&data, &study(SEATS, &layer), &[("facilities.csv", &facilities)]));

    let ambiguous = of_kind(&problems, "unknown-area");
    assert_eq!((ambiguous.len(), problems.len()), (18, 18), "{:#?}", problems.kept());
    assert!(ambiguous.iter().all(|said| said.what.en.contains("can mean 2 areas")), "{ambiguous:#?}");
    for (_, facility) in world.facilities.iter() {
        let area = &world.areas[facility.area.unwrap()];
        match facility.code.split_once('-').unwrap() {
            // It is in the district, as it says; in which village is not known.
            ("alone", _) => assert_eq!(area.code, "210213"),
            (_, village) => assert_eq!(area.code, village),
        }
    }
}

#[test]
fn swapped_seats_stop_the_run_at_their_file() {
    let Some(data) = data() else { return };
    let swapped = "lon = \"lat_wgs84\", lat = \"lon_wgs84\"";
    let Err(Failure::Problems(problems)) = read(&data, &study(swapped, ""), &[]) else { panic!("not seen") };
    let said = of_kind(&problems, "swapped-axes");
    assert_eq!((said.len(), said[0].file.as_str()), (1, "streets.csv"));
    assert!(said[0].what.en.contains("41 of 41"), "{}", said[0].what.en);
}

/// The seats as Amap gives them (GCJ-02) land where the same seats on WGS 84 do, which others computed from them; and the
/// way is checked by points that map services published, in `space/china_shift.rs`.
#[test]
fn seats_in_gcj02_and_on_wgs84_land_on_the_same_place() {
    let Some(data) = data() else { return };
    let seats = |columns: &str, crs: &str| {
        let study =
            study(columns, "").replace("file = \"streets.csv\"", &format!("file = \"streets.csv\"\ncrs = \"{crs}\""));
        let (world, problems) = sound(read(&data, &study, &[]));
        assert!(problems.is_empty(), "{crs}: {:#?}", problems.kept());
        let streets = world.areas.at_level(world.areas.level("street").unwrap());
        streets.iter().map(|&id| world.areas[id].place).collect::<Vec<_>>()
    };
    let wgs84 = seats(SEATS, "EPSG:4326");
    let gcj02 = seats("lon = \"lon_gcj02\", lat = \"lat_gcj02\"", "GCJ-02");
    let unturned = seats("lon = \"lon_gcj02\", lat = \"lat_gcj02\"", "EPSG:4326");
    assert_eq!(wgs84.iter().flatten().count(), 41);
    let far = |from: &[Option<geo::Coord<f64>>]| {
        let pairs = wgs84.iter().zip(from).filter_map(|(a, b)| Some(((*a)?, (*b)?)));
        pairs.map(|(a, b)| evenreach::space::distance::metres(a, b)).collect::<Vec<_>>()
    };
    // The list has six decimals, a tenth of a metre each.
    assert!(far(&gcj02).iter().all(|&metres| metres < 0.3), "{:?}", far(&gcj02));
    assert!(far(&unturned).iter().all(|&metres| (400.0..600.0).contains(&metres)), "{:?}", far(&unturned));
    // A list that does not say its system is refused.
    let study = study(SEATS, "").replace("crs = \"EPSG:4326\"\n", "");
    let Err(Failure::Problems(problems)) = read(&data, &study, &[]) else { panic!("not refused") };
    let said = of_kind(&problems, "no-crs");
    assert_eq!((said.len(), said[0].file.as_str()), (1, "streets.csv"));
    assert!(said[0].help.en.contains("\"GCJ-02\" from Amap"), "{}", said[0].help.en);
}

/// 金州区 of 天地图 as outline: the cells of its 23 seats fill it, and are known as estimated.
#[test]
fn cells_of_the_seats_fill_the_outline() {
    let Some(data) = data() else { return };
    let mut json: serde_json::Value = serde_json::from_slice(&std::fs::read(data.join(OUTLINE)).unwrap()).unwrap();
    let features = json["features"].as_array_mut().unwrap();
    features.retain(|feature| feature["properties"]["code"] == "210213");
    assert_eq!(features.len(), 1);
    let outline: geojson::Geometry = serde_json::from_value(features[0]["geometry"].clone()).unwrap();
    let outline: MultiPolygon<f64> = outline.try_into().unwrap();

    let text = std::fs::read_to_string(data.join("streets_nbs2023.csv")).unwrap();
    let is_ours = |line: &&str| line.starts_with("street_code") || line.starts_with("210213");
    let streets: String = text.lines().filter(is_ours).flat_map(|line| [line, "\n"]).collect();
    let study = study(SEATS, "").replace(
        "level = \"street\"\nfile = \"streets.csv\"",
        "level = \"street\"\nfile = \"streets.csv\"\nestimate.outline = \"outline.geojson\"",
    );
    let study = study.replace(
        "[[areas]]\nlevel = \"village\"\nfile = \"villages.csv\"",
        "[[areas]]\nlevel = \"village\"\nfile = \"none.csv\"",
    );
    let none =
        "village_code,village_name,street_code,street_name\n210213001001,古城甲区社区居委会,210213001,拥政街道\n";
    let files = [("outline.geojson", &*json.to_string()), ("streets.csv", &streets), ("none.csv", none)];
    let (world, problems) = sound(read(&data, &study, &files));
    let said: Vec<String> = problems.kept().iter().map(ToString::to_string).collect();

    let areas = &world.areas;
    let level = areas.level("street").unwrap();
    let (mut whole, mut without) = (0.0, Vec::new());
    for &id in areas.at_level(level) {
        let street = &areas[id];
        match &street.boundary {
            Boundary::Official(_) => panic!("{} is not official", street.name),
            Boundary::None => without.push(street.name.as_str()),
            Boundary::Estimated(cell) => {
                let seat = Point(street.place.unwrap());
                assert!(cell.contains(&seat) || !outline.contains(&seat), "{} lies beside its cell", street.name);
                whole += cell.unsigned_area();
            }
        }
    }
    assert_eq!(without, ["亮甲店街道", "大李家街道"], "{said:#?}");
    assert!(areas.is_estimated(level));
    let share = whole / outline.unsigned_area();
    assert!((share - 1.0).abs() < 1e-9, "{share}");
}
