//! The illustrative data for Jinpu: read by the program without a complaint, in sum the census, in its streets.

use std::collections::BTreeSet;
use std::fmt::Write;
use std::path::Path;

use evenreach::assess::{Only, assess, limits};
use evenreach::model::World;
use evenreach::read::vocabulary::vocabulary;
use evenreach::read::{Failure, Options, ReadStudy, read_study};
use evenreach::rules::Verdict;
use evenreach::rules::finding::Reason;
use evenreach::sample::{SampleFile, columns, generate};
use evenreach::space::Crs;
use evenreach::space::TravelMatrix;

const SEED: u64 = 2018;

const STUDY: &str = r#"
format = "evenreach.study/1"
name = { en = "Jinpu", zh = "金普新区" }
reference-date = "2020-12-31"
crs = "EPSG:4326"
packs = ["jinpu-2018"]
levels = [
  { key = "city", en = "city", zh = "市" },
  { key = "district", en = "district", zh = "区" },
  { key = "street", en = "street", zh = "街道" },
  { key = "community", en = "community", zh = "社区（村）" },
]
areas = [
  { level = "city", file = "city.csv" },
  { level = "district", file = "district.csv" },
  { level = "street", file = "streets.csv", estimate.radius = "6 km" },
  { level = "community", file = "communities.csv" },
]
"#;

/// The layers of the illustrative files, by table of the study.
fn layers() -> String {
    let mut layers = String::new();
    let facilities = [
        ("kindergartens", "service = \"kindergarten\""),
        ("schools", "service = \"school\""),
        ("special-schools", "service = \"special-school\""),
        ("service-points", "services = [\"employment-platform\", \"startup-service\", \"hr-facility\"]"),
        ("training", "service = \"training-base\""),
        ("incubators", "service = \"incubator\""),
        ("internships", "service = \"internship-base\""),
        ("elderly-care", "service = \"elderly-care\""),
        ("rehabilitation", "service = \"rehabilitation\""),
    ];
    let other = [("people", "people"), ("series", "class-sizes"), ("series", "indicators"), ("estates", "estates")];
    let all = facilities.iter().map(|&(file, service)| ("facilities", file, service));
    for (table, file, more) in all.chain(other.iter().map(|&(table, file)| (table, file, ""))) {
        writeln!(layers, "[[{table}]]\nfile = \"illustrative/{file}.csv\"\nillustrative = true\n{more}")
            .expect("a String takes all");
    }
    layers
}

fn jinpu() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/geodata/jinpu"))
}

/// The study of Jinpu in a folder of its own, with the files given.
fn study(files: &[SampleFile]) -> ReadStudy {
    let folder = tempfile::tempdir().expect("there is room for a folder");
    for name in ["city.csv", "district.csv", "streets.csv", "communities.csv"] {
        std::fs::copy(jinpu().join(name), folder.path().join(name)).expect("the real lists are in the repository");
    }
    let written = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).expect("there is room");
    written("study.toml", &if files.is_empty() { STUDY.to_owned() } else { format!("{STUDY}\n{}", layers()) });
    std::fs::create_dir(folder.path().join("illustrative")).expect("there is room");
    for file in files {
        written(&format!("illustrative/{}", file.name), &file.csv);
    }
    match read_study(folder.path(), &Options::default(), &|_, _| ()) {
        Ok(study) => study,
        Err(Failure::Problems(problems)) => {
            panic!("{:#?}", problems.kept().iter().map(ToString::to_string).collect::<Vec<_>>())
        }
        Err(Failure::Refused(refused)) => panic!("{refused:?}"),
    }
}

fn census() -> Vec<(String, f64)> {
    let mut reader = csv::Reader::from_path(jinpu().join("census2020.csv")).expect("the census is in the repository");
    let row = |row: Result<csv::StringRecord, csv::Error>| {
        let row = row.expect("the census is whole");
        (row[2].to_owned(), row[3].parse().expect("the census counts persons"))
    };
    reader.records().map(row).collect()
}

fn files() -> Vec<SampleFile> {
    generate(&study(&[]).world, &Crs::wgs84(), &census(), SEED)
}

/// A study in GCJ-02 or in a plane reads what was made for it where it was made.
#[test]
fn places_are_written_in_the_system_that_the_study_reads_them_in() {
    let world = study(&[]).world;
    let [wgs84, gcj02, plane] = ["EPSG:4326", "GCJ-02", "EPSG:4549"].map(|name| {
        let crs = Crs::parse(name).expect("it is known");
        let file = generate(&world, &crs, &census(), SEED).into_iter().find(|file| file.name == "people.csv");
        let file = file.expect("people are made");
        let mut reader = csv::Reader::from_reader(file.csv.as_bytes());
        let place = |row: Result<csv::StringRecord, csv::Error>| {
            let row = row.expect("a generated row is whole");
            let [x, y] = [row[2].parse().ok()?, row[3].parse().ok()?];
            crs.to_degrees(geo::Coord { x, y })
        };
        reader.records().map(place).collect::<Vec<_>>()
    });
    assert!(10 < wgs84.iter().flatten().count());
    for other in [gcj02, plane] {
        for (here, there) in wgs84.iter().zip(other) {
            assert_eq!(here.is_some(), there.is_some());
            if let (Some(here), Some(there)) = (here, there) {
                assert!((here.x - there.x).abs() < 1e-6 && (here.y - there.y).abs() < 1e-6, "{here:?} {there:?}");
            }
        }
    }
}

/// What `sample` writes into a study of which one layer is in a system of its own: the table is, and the others are not.
#[test]
fn a_layer_with_a_system_of_its_own_gets_its_places_in_it() {
    let folder = tempfile::tempdir().expect("there is room for a folder");
    for name in ["city.csv", "district.csv", "streets.csv", "communities.csv"] {
        std::fs::copy(jinpu().join(name), folder.path().join(name)).expect("the real lists are in the repository");
    }
    let place = |name: &str| {
        let text = std::fs::read_to_string(folder.path().join("illustrative").join(name)).expect("it was written");
        let mut reader = csv::Reader::from_reader(text.as_bytes());
        let lon = reader.headers().expect("it has some").iter().position(|name| name.ends_with("lon"));
        let at = lon.expect("places are written");
        let lons = reader.records().filter_map(|row| row.expect("it is whole")[at].parse::<f64>().ok());
        lons.collect::<Vec<f64>>()
    };
    let sample = |own: &str| {
        let layers = layers().replacen(
            "file = \"illustrative/elderly-care.csv\"",
            &format!("file = \"illustrative/elderly-care.csv\"{own}"),
            1,
        );
        assert_eq!(layers.contains("GCJ-02"), !own.is_empty());
        std::fs::write(folder.path().join("study.toml"), format!("{STUDY}\n{layers}")).expect("there is room");
        let run = std::process::Command::new(env!("CARGO_BIN_EXE_evenreach")).arg("sample").arg(folder.path()).output();
        let run = run.expect("the command is built");
        assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
        ["elderly-care.csv", "kindergartens.csv"].map(place)
    };
    let [care, kindergartens] = sample("");
    let [shifted, same] = sample("\ncrs = \"GCJ-02\"");
    assert_eq!(kindergartens, same);
    assert!(
        !care.is_empty() && care.iter().zip(&shifted).all(|(a, b)| (0.003..0.01).contains(&(b - a))),
        "{care:?} {shifted:?}"
    );
}

#[test]
fn the_illustrative_files_are_read_without_a_warning() {
    let study = study(&files());
    let warnings: Vec<String> = study.problems.kept().iter().map(ToString::to_string).collect();
    assert!(warnings.is_empty(), "{warnings:#?}");
    assert!(study.world.is_illustrative());
    assert!(study.world.facilities.services().len() == 11, "every service of the pack has data");
}

#[test]
fn persons_add_up_to_the_census() {
    let world = study(&files()).world;
    let sum = |group: &str| -> f64 {
        let group = world.people.group(group).expect("the group is counted");
        world.people.places.ids().filter_map(|point| world.people.persons(group, point)).sum()
    };
    assert_eq!(sum("residents"), 1_545_491.0);
    assert_eq!(sum("elderly-60"), 301_759.0);
    assert_eq!(sum("elderly-65"), 206_525.0);
    assert_eq!((sum("children-3-5"), sum("primary-age"), sum("junior-age")), (44_700.0, 83_449.0, 35_089.0));
}

#[test]
fn every_header_is_known() {
    let vocabulary = vocabulary();
    for columns::File { name: file, columns, .. } in columns::FILES {
        for &column in columns.iter().filter(|(_, key)| *key != "remark") {
            let header = columns::header(column);
            let known = [vocabulary.column(&header), vocabulary.attribute(&header), vocabulary.group(&header)];
            assert!(known.contains(&Some(column.1)), "{file}: {header} is {known:?}");
            // Either half alone says the same.
            let by_name = [vocabulary.column(column.0), vocabulary.attribute(column.0), vocabulary.group(column.0)];
            assert!(by_name.contains(&Some(column.1)), "{file}: {} is {by_name:?}", column.0);
        }
    }
    let names: Vec<String> = files().into_iter().map(|file| file.name).collect();
    assert_eq!(names, columns::FILES.map(|file| file.name));
}

#[test]
fn facilities_lie_in_the_streets_that_they_declare() {
    let World { areas, facilities, .. } = study(&files()).world;
    let street = areas.level("street").expect("there are streets");
    let mut placed = 0;
    for (_, facility) in facilities.iter() {
        let Some(place) = facility.place else { continue };
        let area = facility.area.expect("every facility declares its area");
        let holders: Vec<_> = (areas.at_level(street).iter())
            .filter(|&&id| {
                areas[id].boundary.polygon().is_some_and(|polygon| geo::Intersects::intersects(polygon, &place))
            })
            .collect();
        // The district's own declare the district and lie in one of its streets.
        let own = areas.ancestor(area, street);
        assert!(own.is_none() || holders == [&own.expect("checked before")], "{} {holders:?}", facility.name);
        placed += 1;
    }
    assert!(1000 < placed);
}

#[test]
fn promises_come_out_kept_broken_and_unknown() {
    let study = study(&files());
    let travel = TravelMatrix::compute(&study.world, &limits(&study.world, &study.packs));
    let findings = assess(&study.world, &travel, &study.packs, &Only::default());
    let mut verdicts: BTreeSet<(&str, &str)> = BTreeSet::new();
    for assessed in &findings.findings {
        let id = findings.obligation(assessed).id.get_ref();
        let theme = id.split('.').next().unwrap_or(id);
        let verdict = assessed.finding.verdict.key();
        // What no data can check, or what has no limit, is all that may be left unjudged.
        if let Verdict::NotCheckable { why } = &assessed.finding.verdict {
            assert!(matches!(why, Reason::Stated(_) | Reason::NoLimit), "{id}: {why:?}");
        }
        verdicts.insert((theme, verdict));
    }
    for theme in ["ind", "edu"] {
        for verdict in ["met", "unmet", "unknown"] {
            assert!(verdicts.contains(&(theme, verdict)), "{theme}: none {verdict}");
        }
    }
    for expected in [("emp", "met"), ("emp", "unmet"), ("ins", "unknown"), ("ins", "unmet"), ("dis", "unmet")] {
        assert!(verdicts.contains(&expected), "{expected:?}");
    }
}
