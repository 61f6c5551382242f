//! Berlin, the real complete case: what the program says of it, against the raw files counted here with other code.
//!
//! The data are not in the repository: they are taken from the folder that `EVENREACH_SHARED` names, else `../shared`
//! beside it, and copied to a folder of the test's own. Where they are not there the tests say so and pass.

#![allow(clippy::unwrap_used, clippy::print_stderr, reason = "a test may panic, and says when it is left out")]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use evenreach::assess::{Findings, Only, assess, limits};
use evenreach::model::{AreaId, World};
use evenreach::read::{Failure, Options, ReadStudy, read_study};
use evenreach::rules::finding::{Finding, Of, Reason, Remark, Subject, Verdict};
use evenreach::space::TravelMatrix;

/// Facilities whose coordinates lie across the simplified border of the planning area that the file notes.
const N_AT_A_BORDER: usize = 13;

const FACILITIES: &str = "facilities.csv";
const PEOPLE: &str = "population_plr_2020-12-31.csv";
const PLANNING_AREAS: &str = "boundaries_level3_plr.geojson";
const FILES: [&str; 5] =
    [FACILITIES, PEOPLE, PLANNING_AREAS, "boundaries_level2_bzr.geojson", "boundaries_level1_bezirk.geojson"];

/// Berlin's data, where they are at hand.
fn data() -> Option<PathBuf> {
    let beside = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared");
    let shared = std::env::var_os("EVENREACH_SHARED").map_or_else(beside, PathBuf::from);
    let data = shared.join("data/berlin");
    if data.is_dir() {
        return Some(data);
    }
    eprintln!("left out: {} is not there", data.display());
    None
}

/// The study in a folder of its own, with the data beside it.
fn study() -> Option<tempfile::TempDir> {
    let data = data()?;
    let folder = tempfile::tempdir().unwrap();
    let ours = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/berlin");
    let files = FILES.map(|file| data.join(file)).into_iter().chain(["study.toml", "pack.toml"].map(|f| ours.join(f)));
    for file in files {
        let text = std::fs::read(&file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        std::fs::write(folder.path().join(file.file_name().unwrap()), text).unwrap();
    }
    Some(folder)
}

fn read(folder: &Path) -> ReadStudy {
    match read_study(folder, &Options::default(), &|_, _| ()) {
        Ok(study) => study,
        Err(Failure::Refused(refused)) => panic!("{}", refused[0]),
        Err(Failure::Problems(problems)) => panic!("{:#?}", problems.kept()),
    }
}

/// The study read, and what its pack finds.
fn assessed() -> Option<(ReadStudy, Findings)> {
    let study = read(study()?.path());
    let travel = TravelMatrix::compute(&study.world, &limits(&study.world, &study.packs));
    let findings = assess(&study.world, &travel, &study.packs, &Only::default());
    Some((study, findings))
}

fn finding<'a>(findings: &'a Findings, id: &str) -> &'a Finding {
    let of = |assessed: &&evenreach::assess::Assessed| findings.obligation(assessed).id.get_ref() == id;
    &findings.findings.iter().find(of).unwrap_or_else(|| panic!("the pack has {id}")).finding
}

/// The subjects of a finding by the code of their area.
fn by_code<'a>(world: &'a World, finding: &'a Finding) -> BTreeMap<&'a str, &'a Subject> {
    let area = |of: &Of| if let Of::Area(area) = of { Some(*area) } else { None };
    finding.subjects.iter().filter_map(|found| Some((world.areas[area(&found.of)?].code.as_str(), found))).collect()
}

/// The rows of a raw file, by header.
fn rows(file: &str) -> Vec<BTreeMap<String, String>> {
    let mut reader = csv::Reader::from_path(data().expect("asked before").join(file)).unwrap();
    reader.deserialize().map(Result::unwrap).collect()
}

/// Sums of a raw column over rows of one kind, by the first letters of the planning area's id: 2 for a district.
fn sums(
    rows: &[BTreeMap<String, String>],
    id: &str,
    n_letters: usize,
    value: impl Fn(&BTreeMap<String, String>) -> f64,
) -> BTreeMap<String, f64> {
    let mut sums = BTreeMap::new();
    for row in rows {
        *sums.entry(row[id][..n_letters].to_owned()).or_insert(0.0) += value(row);
    }
    sums
}

/// What `column` holds in rows of this kind of facility, 0 in others.
fn of_kind<'a>(kind: &'a str, column: &'a str) -> impl Fn(&BTreeMap<String, String>) -> f64 + 'a {
    move |row| if row["facility_type"] == kind { row[column].parse().unwrap() } else { 0.0 }
}

fn number(column: &str) -> impl Fn(&BTreeMap<String, String>) -> f64 + '_ {
    move |row| row[column].parse().unwrap()
}

fn near(found: f64, expected: f64) -> bool {
    (found - expected).abs() <= 1e-9 * expected.abs()
}

/// Nothing is odd but 13 facilities at a border: the borders were simplified after their planning areas were noted.
#[test]
fn everything_is_read_and_only_borders_are_doubted() {
    let Some(folder) = study() else { return };
    let ReadStudy { world, problems, .. } = read(folder.path());
    let odd: Vec<String> = problems.kept().iter().map(ToString::to_string).collect();
    assert_eq!((problems.len(), odd.len()), (N_AT_A_BORDER, N_AT_A_BORDER), "{odd:#?}");
    let is_clash = |odd: &String| odd.starts_with(FACILITIES) && odd.contains("the facility declares ");
    assert!(odd.iter().all(is_clash), "{odd:#?}");

    let n_areas = |level| world.areas.at_level(world.areas.level(level).unwrap()).len();
    assert_eq!((n_areas("district"), n_areas("region"), n_areas("planning-area")), (12, 138, 448));
    assert_eq!(world.people.len(), 448);
    assert_eq!(world.facilities.len(), 4463);
    let n = |service| world.facilities.services()[world.facilities.service(service).unwrap()].facilities.len();
    assert_eq!((n("kindergarten"), n("elderly-care"), n("youth-centre")), (2880, 274, 407));
    assert_eq!((n("primary-school"), n("school"), n("vocational-school")), (430, 354, 118));
}

#[test]
fn areas_nest_as_their_ids_do() {
    let Some(folder) = study() else { return };
    let world = read(folder.path()).world;
    for (_, area) in world.areas.iter() {
        let parent = area.parent.map(|parent| world.areas[parent].code.as_str());
        let expected = match area.code.len() {
            8 => Some(&area.code[..6]),
            6 => Some(&area.code[..2]),
            _ => None,
        };
        assert_eq!(parent, expected, "{}", area.code);
    }
}

/// Where each facility lies by its coordinates alone, against the even-odd rule over the raw rings.
#[test]
fn no_facility_is_outside_and_each_lies_where_its_coordinates_say() {
    let Some(folder) = study() else { return };
    let text = std::fs::read_to_string(folder.path().join("study.toml")).unwrap();
    let blind = text.replace(", \"planning-area.code\" = \"plr_id\"", "");
    assert_ne!(blind, text);
    std::fs::write(folder.path().join("study.toml"), blind).unwrap();
    let ReadStudy { world, problems, .. } = read(folder.path());
    assert!(problems.is_empty(), "{:?}", problems.kept());

    let raw = std::fs::read_to_string(folder.path().join(PLANNING_AREAS)).unwrap();
    let raw: serde_json::Value = serde_json::from_str(&raw).unwrap();
    let areas: Vec<(&str, Rings)> = raw["features"].as_array().unwrap().iter().map(rings).collect();
    let rows = rows(FACILITIES);
    let mut n_elsewhere = 0;
    for ((_, facility), row) in world.facilities.iter().zip(&rows) {
        let at = (row["lon"].parse().unwrap(), row["lat"].parse().unwrap());
        let holders: Vec<&str> = areas.iter().filter(|(_, rings)| holds(rings, at)).map(|(id, _)| *id).collect();
        let area = facility.area.unwrap_or_else(|| panic!("{} is outside", facility.code));
        assert_eq!(holders, [&*world.areas[area].code], "{}", facility.code);
        n_elsewhere += usize::from(row["plr_id"] != holders[0]);
    }
    assert_eq!(n_elsewhere, N_AT_A_BORDER);
}

type Rings = Vec<Vec<(f64, f64)>>;

/// The id and all rings of a raw feature.
fn rings(feature: &serde_json::Value) -> (&str, Rings) {
    let coordinates = feature["geometry"]["coordinates"].as_array().unwrap();
    let lists: Vec<&serde_json::Value> = match feature["geometry"]["type"].as_str() {
        Some("Polygon") => coordinates.iter().collect(),
        _ => coordinates.iter().flat_map(|polygon| polygon.as_array().unwrap()).collect(),
    };
    let point = |point: &serde_json::Value| (point[0].as_f64().unwrap(), point[1].as_f64().unwrap());
    let ring = |ring: &serde_json::Value| ring.as_array().unwrap().iter().map(point).collect();
    (feature["properties"]["id"].as_str().unwrap(), lists.into_iter().map(ring).collect())
}

fn holds(rings: &Rings, (x, y): (f64, f64)) -> bool {
    let mut inside = false;
    for ring in rings {
        for corners in ring.windows(2) {
            let ((ax, ay), (bx, by)) = (corners[0], corners[1]);
            inside ^= (ay <= y) != (by <= y) && x < ax + (y - ay) / (by - ay) * (bx - ax);
        }
    }
    inside
}

#[test]
fn there_are_194_979_kindergarten_places_and_not_one_more() {
    let Some((study, findings)) = assessed() else { return };
    let all = finding(&findings, "kita.places");
    assert_eq!(all.verdict, Verdict::Met);
    assert_eq!(all.observed.as_ref().unwrap().value, 194_979.0);
    assert_eq!(all.margin.as_ref().unwrap().value, 0.0);
    let one_more = finding(&findings, "kita.one-more");
    assert_eq!((&one_more.verdict, one_more.shortfall), (&Verdict::Unmet, Some(1.0)));

    let by_district = sums(&rows(FACILITIES), "plr_id", 2, of_kind("kindergarten", "capacity"));
    let found = by_code(&study.world, all);
    assert_eq!((by_district.len(), found.len()), (12, 12));
    for (district, places) in by_district {
        assert_eq!(found[&*district].observed, Some(places), "{district}");
    }
}

#[test]
fn there_are_88_kindergarten_places_for_100_children() {
    let Some((study, findings)) = assessed() else { return };
    let found = finding(&findings, "kita.per-child");
    let observed = found.observed.as_ref().unwrap().value;
    assert!(near(observed, 100.0 * 194_979.0 / 222_396.0), "{observed}");
    assert_eq!(format!("{observed:.1}"), "87.7");

    let places = sums(&rows(FACILITIES), "plr_id", 8, of_kind("kindergarten", "capacity"));
    let children = sums(&rows(PEOPLE), "id", 8, number("age_below_6"));
    let found = by_code(&study.world, found);
    assert_eq!(children.values().sum::<f64>(), 222_396.0);
    let mut n_compared = 0;
    for (area, children) in children.into_iter().filter(|&(_, children)| 0.0 < children) {
        let expected = 100.0 * places.get(&area).unwrap_or(&0.0) / children;
        assert!(near(found[&*area].observed.unwrap(), expected), "{area}");
        n_compared += 1;
    }
    // A few planning areas have no child under six.
    assert!(430 < n_compared, "{n_compared}");
}

#[test]
fn there_are_43_nursing_beds_for_1000_old_people() {
    let Some((study, findings)) = assessed() else { return };
    let found = finding(&findings, "care.beds");
    let observed = found.observed.as_ref().unwrap().value;
    assert!(near(observed, 1000.0 * 31_154.0 / 724_745.0), "{observed}");
    assert_eq!(format!("{observed:.0}"), "43");

    let beds = sums(&rows(FACILITIES), "plr_id", 2, of_kind("nursing_home", "capacity"));
    let elderly = sums(&rows(PEOPLE), "id", 2, number("age_above_65"));
    let found = by_code(&study.world, found);
    assert_eq!(found.len(), 12);
    for (district, elderly) in elderly {
        assert!(near(found[&*district].observed.unwrap(), 1000.0 * beds[&district] / elderly), "{district}");
    }
}

#[test]
fn schools_without_a_capacity_are_unknown_and_not_without_places() {
    let Some((study, findings)) = assessed() else { return };
    let found = finding(&findings, "school.places");
    // From none to any number of places.
    let anything = Verdict::Unknown { why: Reason::Undecided { low: 0.0, high: f64::INFINITY } };
    assert_eq!((&found.verdict, &found.observed, found.shortfall), (&anything, &None, None));
    let lack = Remark::Lacks { attribute: "capacity".to_owned(), n_facilities: 354 };
    assert!(found.remarks.contains(&lack), "{:?}", found.remarks);
    let subjects = by_code(&study.world, found);
    assert_eq!(subjects.len(), 12);
    for (district, subject) in subjects {
        assert_eq!((&subject.verdict, subject.observed, subject.shortfall), (&anything, None, None), "{district}");
    }
}

/// 284 of 2,880 kindergartens are public. Of the 274 homes 2 are and 17 do not say: one in a hundred is 2.74.
#[test]
fn homes_that_do_not_say_whose_they_are_leave_the_share_unknown() {
    let Some((study, findings)) = assessed() else { return };
    let kindergartens = finding(&findings, "kita.public");
    assert_eq!(kindergartens.verdict, Verdict::Unmet);
    assert!(near(kindergartens.observed.as_ref().unwrap().value, 284.0 / 2880.0));
    let is_public = |row: &BTreeMap<String, String>| {
        f64::from(u8::from(row["facility_type"] == "kindergarten" && row["ownership"] == "public"))
    };
    let is_one = |row: &BTreeMap<String, String>| f64::from(u8::from(row["facility_type"] == "kindergarten"));
    let (public, all) = (sums(&rows(FACILITIES), "plr_id", 2, is_public), sums(&rows(FACILITIES), "plr_id", 2, is_one));
    for (district, found) in by_code(&study.world, kindergartens) {
        assert!(near(found.observed.unwrap(), public[district] / all[district]), "{district}");
    }

    let homes = finding(&findings, "care.public");
    let Verdict::Unknown { why: Reason::Undecided { low, high } } = homes.verdict else {
        panic!("{:?}", homes.verdict)
    };
    assert!(near(low, 2.0 / 274.0) && near(high, 19.0 / 274.0), "{low} {high}");
}

#[test]
fn regions_without_a_youth_centre_are_those_that_the_file_leaves_out() {
    let Some((study, findings)) = assessed() else { return };
    let centres =
        sums(&rows(FACILITIES), "plr_id", 6, |row| f64::from(u8::from(row["facility_type"] == "youth_centre")));
    let found = by_code(&study.world, finding(&findings, "youth.each-region"));
    assert_eq!(found.len(), 138);
    let without = |region: &str| centres.get(region).is_none_or(|&n| n == 0.0);
    for (region, subject) in &found {
        assert_eq!(subject.verdict == Verdict::Unmet, without(region), "{region}");
    }
    assert!(found.keys().any(|region| without(region)) && !found.keys().all(|region| without(region)));
}

/// Every planning area against every kindergarten, on a sphere: half a per cent may be wrong on either side.
#[test]
fn children_near_a_kindergarten_are_those_found_without_an_index() {
    let Some((study, findings)) = assessed() else { return };
    let world = &study.world;
    let children: BTreeMap<String, f64> = sums(&rows(PEOPLE), "id", 8, number("age_below_6"));
    let places: Vec<(f64, f64)> = rows(FACILITIES)
        .iter()
        .filter(|row| row["facility_type"] == "kindergarten")
        .map(|row| (row["lon"].parse().unwrap(), row["lat"].parse().unwrap()))
        .collect();
    let haversine = |(lon, lat): (f64, f64), (other_lon, other_lat): (f64, f64)| {
        let half = |a: f64, b: f64| ((b - a).to_radians() / 2.0).sin().powi(2);
        let chord = half(lat, other_lat) + lat.to_radians().cos() * other_lat.to_radians().cos() * half(lon, other_lon);
        2.0 * 6_371_008.8 * chord.sqrt().asin()
    };
    let within = |metres: f64| {
        let near = |area: &&AreaId| {
            let place = world.areas[**area].place.unwrap();
            places.iter().any(|&kindergarten| haversine((place.x, place.y), kindergarten) <= metres)
        };
        let areas = world.areas.at_level(world.areas.level("planning-area").unwrap());
        areas.iter().filter(near).map(|&area| children[&world.areas[area].code]).sum::<f64>() / 222_396.0
    };
    let observed = finding(&findings, "kita.near").observed.as_ref().unwrap().value;
    let (low, high) = (within(995.0), within(1005.0));
    assert!(low - 1e-12 <= observed && observed <= high + 1e-12, "{low} {observed} {high}");
    assert!(0.9 < low && high - low < 0.005, "{low} {high}");
}

/// The defect that the source has: two places called Schlossstrasse under one id, and another id not at all.
#[test]
fn the_defect_of_the_source_is_caught_at_its_feature() {
    let Some(folder) = study() else { return };
    let path = folder.path().join(PLANNING_AREAS);
    let text = std::fs::read_to_string(&path).unwrap();
    let json: serde_json::Value = serde_json::from_str(&text).unwrap();
    let ids: Vec<&str> =
        json["features"].as_array().unwrap().iter().map(|f| f["properties"]["id"].as_str().unwrap()).collect();
    let position = |id| ids.iter().position(|&other| other == id).unwrap();
    let (broken, other) = (position("04030417"), position("06010102"));
    let defect = text.replace("\"id\":\"04030417\"", "\"id\":\"06010102\"");
    assert_ne!(defect, text);
    std::fs::write(&path, defect).unwrap();

    let Err(Failure::Problems(problems)) = read_study(folder.path(), &Options::default(), &|_, _| ()) else {
        panic!("the defect goes unseen")
    };
    let said: Vec<String> = problems.kept().iter().map(ToString::to_string).collect();
    let last = broken.max(other) + 1;
    let start = format!("{PLANNING_AREAS}, feature {last}: the code `06010102` of ");
    assert!(said.iter().any(|said| said.starts_with(&start)), "{start}\n{said:#?}");
    // The people and the facilities of the id that is gone are missed, too, and not put elsewhere.
    let missed = |file: &str| said.iter().any(|said| said.starts_with(file) && said.contains("`04030417`"));
    assert!(missed(PEOPLE) && missed(FACILITIES), "{said:#?}");

    let out = folder.path().join("out");
    let run = check(folder.path(), &out);
    assert_eq!(run.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&run.stderr).contains(&start));
    assert!(!out.exists());
}

fn check(study: &Path, out: &Path) -> std::process::Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_evenreach"));
    command.args(["check", "--lang", "en"]).arg(study).arg("--out").arg(out).output().unwrap()
}

#[test]
fn the_command_writes_all_its_files() {
    let Some(folder) = study() else { return };
    let out = folder.path().join("out");
    let run = check(folder.path(), &out);
    let (told, said) = (String::from_utf8_lossy(&run.stdout), String::from_utf8_lossy(&run.stderr));
    assert_eq!(run.status.code(), Some(0), "{said}");
    assert!(told.contains("Department for youth") || told.contains("department for youth"), "{told}");

    let text = |file: &str| std::fs::read_to_string(out.join(file)).unwrap_or_else(|error| panic!("{file}: {error}"));
    let json = |file: &str| serde_json::from_str::<serde_json::Value>(&text(file)).unwrap();
    let findings = json("findings.json");
    assert_eq!(findings["format"], "evenreach.findings/1");
    assert_eq!(findings["findings"].as_array().unwrap().len(), 9);
    let n_features = |file: &str| json(file)["features"].as_array().unwrap().len();
    assert_eq!((n_features("areas.geojson"), n_features("facilities.geojson")), (12 + 138 + 448, 4463));
    let n_underserved = n_features("underserved.geojson");
    assert!(0 < n_underserved && n_underserved < 598, "{n_underserved}");
    for file in ["findings.csv", "areas.csv", "ledger.csv"] {
        assert!(text(file).starts_with('\u{feff}'), "{file}");
    }
    // A row for each area that an obligation judges: four judge the districts, one the regions, one the planning areas.
    let areas = text("areas.csv");
    let mut areas = csv::Reader::from_reader(areas.trim_start_matches('\u{feff}').as_bytes());
    assert_eq!(areas.records().map(Result::unwrap).count(), 4 * 12 + 138 + 448);
    assert!(out.join("findings.schema.json").is_file());
}
