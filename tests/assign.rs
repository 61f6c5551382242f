//! `assign`: school districts, as a user draws them; every answer is checked here anew, from the files alone.
//!
//! ```text
//! B20 B21 B22 B23    a town of blocks of about a kilometre, one point with pupils in each;
//! B10 B11 B12 B13    schools: A in B00, B in B03, C in B21
//! B00 B01 B02 B03
//! ```

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde_json::{Value, json};
use support::{Run, Study, command, names};

const COLUMNS: usize = 4;
const ROWS: usize = 3;
/// Pupils of each block, from the south-west, row by row.
const PUPILS: [f64; 12] = [120.0, 80.0, 60.0, 90.0, 70.0, 110.0, 50.0, 40.0, 30.0, 100.0, 20.0, 10.0];

const STUDY: &str = r#"format = "evenreach.study/1"
name = { en = "Town", zh = "镇" }
reference-date = "2020-12-31"
packs = ["pack.toml"]
crs = "EPSG:4326"
levels = [{ key = "town", en = "town", zh = "镇" }, { key = "block", en = "block", zh = "街区" }]
[[areas]]
level = "town"
file = "town.csv"
[[areas]]
level = "block"
file = "blocks.geojson"
[[people]]
file = "people.csv"
[[facilities]]
file = "schools.csv"
service = "school"
"#;

const PACK: &str = r#"format = "evenreach.pack/1"
document = { id = "town", year = 2018, title = { en = "Town", zh = "镇" }, issuer = { en = "Bureau", zh = "局" } }
[leads]
bureau = { en = "Bureau", zh = "教育局" }
[[obligation]]
id = "edu.near"
clause = "1"
lead = "bureau"
summary = { en = "near", zh = "近" }
check.reach = { service = "school", group = "residents", within = "5 km", at-least = "90 %" }
[[obligation]]
id = "edu.seats"
clause = "2"
lead = "bureau"
summary = { en = "a place each", zh = "一人一位" }
check.seats = { service = "school", where = { stage = "primary" }, capacity = "capacity", group = "primary-age" }
"#;

const SCHOOLS: &str = "code,name,area-code,lon,lat,stage,capacity,serves\n\
    A,一小,B00,121.004,39.006,primary,300,\nB,二小,B03,121.036,39.004,primary,260,\n\
    C,三小,B21,121.015,39.025,primary,400,\nM,中学,B11,121.015,39.015,junior,900,\n";

fn block(row: usize, column: usize) -> String {
    format!("B{row}{column}")
}

fn blocks() -> String {
    let corner = |row: usize, column: usize| json!([121.0 + column as f64 / 100.0, 39.0 + row as f64 / 100.0]);
    let feature = |row: usize, column: usize| {
        let ring = [(0, 0), (0, 1), (1, 1), (1, 0), (0, 0)].map(|(r, c)| corner(row + r, column + c));
        json!({ "type": "Feature", "properties": { "code": block(row, column), "name": block(row, column), "parent": "T" },
            "geometry": { "type": "Polygon", "coordinates": [ring] } })
    };
    let all: Vec<Value> = (0..ROWS).flat_map(|row| (0..COLUMNS).map(move |column| feature(row, column))).collect();
    json!({ "type": "FeatureCollection", "features": all }).to_string()
}

fn people(pupils: &[f64]) -> String {
    let mut text = "area-code,lon,lat,residents,primary-age\n".to_owned();
    for (at, pupils) in pupils.iter().enumerate() {
        let (row, column) = (at / COLUMNS, at % COLUMNS);
        let (lon, lat) = (121.005 + column as f64 / 100.0, 39.005 + row as f64 / 100.0);
        text.push_str(&format!("{},{lon:.3},{lat:.3},1000,{pupils}\n", block(row, column)));
    }
    text
}

fn town() -> Study {
    let study = Study::small();
    study.put("study.toml", STUDY);
    study.put("pack.toml", PACK);
    study.put("town.csv", "code,name\nT,镇\n");
    study.put("blocks.geojson", blocks());
    study.put("people.csv", people(&PUPILS));
    study.put("schools.csv", SCHOOLS);
    study
}

fn assign_in(study: &Path, out: &Path, more: &[&str]) -> Run {
    let mut command = command(&["assign"]);
    command.arg(study).arg("--out").arg(out).args(more);
    if !more.contains(&"--lang") {
        command.args(["--lang", "en"]);
    }
    Run::of(command)
}

fn assign(study: &Study, more: &[&str]) -> Run {
    assign_in(&study.folder(), &study.out(), &[&["--service", "school"], more].concat())
}

/// One row of `assign.csv`.
#[derive(Clone, Debug, PartialEq)]
struct Row {
    place: String,
    facility: String,
    persons: f64,
    cost: Option<f64>,
}

fn rows(out: &Path) -> Vec<Row> {
    let mut reader = csv::Reader::from_path(out.join("assign.csv")).unwrap();
    assert_eq!(reader.headers().unwrap().iter().collect::<Vec<_>>(), ["place", "facility", "persons", "cost"]);
    let row = |record: csv::StringRecord| Row {
        place: record[0].to_owned(),
        facility: record[1].to_owned(),
        persons: record[2].parse().unwrap(),
        cost: record[3].parse().ok(),
    };
    reader.records().map(|record| row(record.unwrap())).collect()
}

fn found(out: &Path) -> Value {
    serde_json::from_slice(&std::fs::read(out.join("assign.json")).unwrap()).unwrap()
}

/// Checks that the files agree with each other and with what people and schools there are; the rows.
fn checked(out: &Path, pupils: &BTreeMap<String, f64>, capacity: &BTreeMap<String, f64>) -> Vec<Row> {
    assert_eq!(names(out), ["assign.csv", "assign.geojson", "assign.json"]);
    let (rows, found) = (rows(out), found(out));
    let (mut of_place, mut of_school) = (BTreeMap::new(), BTreeMap::new());
    let mut objective = 0.0;
    for row in &rows {
        *of_place.entry(row.place.clone()).or_insert(0.0) += row.persons;
        if !row.facility.is_empty() {
            *of_school.entry(row.facility.clone()).or_insert(0.0) += row.persons;
            objective += row.persons * row.cost.unwrap_or(0.0);
        }
    }
    for (place, persons) in pupils {
        assert!((of_place.get(place).unwrap_or(&0.0) - persons).abs() < 1e-6, "{place} {persons} {of_place:?}");
    }
    for (school, persons) in &of_school {
        assert!(*persons <= capacity[school] + 1e-6, "{school} {persons}");
        let json = found["facilities"].as_array().unwrap().iter().find(|one| one["code"] == school.as_str()).unwrap();
        assert!((json["persons"].as_f64().unwrap() - persons).abs() < 1e-6);
    }
    let said = found["objective"].as_f64().unwrap();
    // Costs are rounded to six decimals in the table.
    assert!((said - objective).abs() <= 1e-6 * (1.0 + said), "{said} {objective}");
    assert!(found["bound"].as_f64().unwrap() <= said && 0.0 <= found["gap"].as_f64().unwrap());
    if found["proven"] == true {
        assert_eq!((&found["bound"], &found["gap"]), (&found["objective"], &json!(0.0)));
    }
    let assigned: f64 = of_school.values().sum();
    let all: f64 = pupils.values().sum();
    assert!((found["assigned"].as_f64().unwrap() - assigned).abs() < 1e-6);
    assert!((found["unassigned"].as_f64().unwrap() - (all - assigned)).abs() < 1e-6);
    rows
}

fn of_town(study: &Study, pupils: &[f64]) -> Vec<Row> {
    let pupils = (0..ROWS * COLUMNS).map(|at| (block(at / COLUMNS, at % COLUMNS), pupils[at])).collect();
    let capacity = [("A", 300.0), ("B", 260.0), ("C", 400.0)].map(|(code, n)| (code.to_owned(), n)).into();
    checked(&study.out(), &pupils, &capacity)
}

/// Whether the blocks of each school hang together and its home is among them.
fn in_one_piece(rows: &[Row], homes: &[(&str, &str)]) {
    for (school, home) in homes {
        let blocks: BTreeSet<&str> =
            rows.iter().filter(|row| row.facility == *school).map(|row| row.place.as_str()).collect();
        assert!(blocks.contains(home), "{school}: {blocks:?}");
        let at = |block: &str| (block.as_bytes()[1] as i32, block.as_bytes()[2] as i32);
        let mut seen = BTreeSet::from([*home]);
        let mut to_visit = vec![*home];
        while let Some(block) = to_visit.pop() {
            let (row, column) = at(block);
            let near = blocks.iter().filter(|other| (at(other).0 - row).abs() + (at(other).1 - column).abs() == 1);
            for other in near.copied().collect::<Vec<_>>() {
                if seen.insert(other) {
                    to_visit.push(other);
                }
            }
        }
        assert_eq!(seen, blocks, "{school}");
    }
}

#[test]
fn everyone_goes_where_travel_is_least_in_all_and_over_full_schools_pass_pupils_on() {
    let study = town();
    // A is the nearest for ten more than it holds.
    let mut pupils = PUPILS;
    pupils[0] += 40.0;
    study.put("people.csv", people(&pupils));
    let run = assign(&study, &[]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    let rows = of_town(&study, &pupils);
    let found = found(&study.out());
    assert_eq!((&found["proven"], &found["after"]), (&json!(true), &json!("edu.seats")));
    assert_eq!((&found["group"], &found["where"]), (&json!("primary-age"), &json!("stage=primary")));
    assert_eq!((&found["unassigned"], &found["problem"]), (&json!(0.0), &json!("transportation")));
    // Nobody could move to a school with room and have less to go; who goes past the nearest goes past a full one.
    let a = found["facilities"].as_array().unwrap().iter().find(|one| one["code"] == "A").unwrap();
    assert_eq!((&a["nearest"], &a["over_full_by"]), (&json!(310.0), &json!(10.0)), "{a:#}");
    let passed: f64 = a["elsewhere"].as_array().unwrap().iter().map(|to| to["persons"].as_f64().unwrap()).sum();
    assert!((passed - a["over_full_by"].as_f64().unwrap()).abs() < 1e-6, "{a:#}");
    assert!(run.stdout.contains("Over-full") && run.stdout.contains("一小: nearest for"), "{}", run.stdout);
    assert!(rows.iter().all(|row| row.facility != "M"));
    let map: Value = serde_json::from_slice(&study.output("assign.geojson")).unwrap();
    let kinds: Vec<&str> =
        map["features"].as_array().unwrap().iter().map(|f| f["properties"]["kind"].as_str().unwrap()).collect();
    let n = |kind: &str| kinds.iter().filter(|other| **other == kind).count();
    assert_eq!((n("place"), n("district"), n("facility")), (12, 3, 3));
}

#[test]
fn districts_are_whole_blocks_in_one_piece_and_never_cheaper_than_parted_places() {
    let study = town();
    assert_eq!(assign(&study, &[]).code, 0);
    let parted = found(&study.out())["objective"].as_f64().unwrap();
    for option in ["--whole", "--contiguous"] {
        let run = assign(&study, &[option]);
        assert_eq!(run.code, 0, "{}", run.stderr);
        let rows = of_town(&study, &PUPILS);
        let found = found(&study.out());
        assert_eq!((&found["proven"], &found["unassigned"]), (&json!(true), &json!(0.0)), "{found:#}");
        assert!(parted <= found["objective"].as_f64().unwrap() + 1e-6);
        let places: BTreeSet<&str> = rows.iter().map(|row| row.place.as_str()).collect();
        assert_eq!((rows.len(), places.len()), (12, 12));
        if option == "--contiguous" {
            in_one_piece(&rows, &[("A", "B00"), ("B", "B03"), ("C", "B21")]);
        }
    }
    // The districts on the map are as large as their blocks.
    let map: Value = serde_json::from_slice(&study.output("assign.geojson")).unwrap();
    let district = map["features"].as_array().unwrap().iter().find(|f| f["properties"]["kind"] == "district").unwrap();
    assert_eq!(district["geometry"]["coordinates"].as_array().unwrap().len(), 1, "{district:#}");
    assert_eq!(district["properties"]["boundary"], "official");
}

#[test]
fn a_share_stays_at_each_place_where_it_is_today() {
    let study = town();
    // B says that it serves B00 and B10; all others are at the nearest today.
    study.edit("schools.csv", "primary,260,", "primary,260,B00;B10");
    let run = assign(&study, &["--keep-current-share", "50%"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    let rows = of_town(&study, &PUPILS);
    let at = |place: &str, school: &str| -> f64 {
        rows.iter().filter(|row| row.place == place && row.facility == school).map(|row| row.persons).sum()
    };
    assert!(60.0 <= at("B00", "B") && 35.0 <= at("B10", "B"), "{rows:?}");
    assert!(50.0 <= at("B21", "C") && 45.0 <= at("B03", "B"), "{rows:?}");
    let found = found(&study.out());
    assert_eq!((&found["keep_current"]["places_declared"], &found["proven"]), (&json!(3), &json!(true)), "{found:#}");
    assert!(run.stdout.contains("facilities declare for 3 places"), "{}", run.stdout);

    let run = assign(&study, &["--keep-current-share", "0.5", "--contiguous"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    in_one_piece(&of_town(&study, &PUPILS), &[("B", "B03"), ("C", "B21")]);
    let kept = self::found(&study.out())["keep_current"]["stay"].as_f64().unwrap();
    assert!(PUPILS.iter().sum::<f64>() / 2.0 <= kept, "{kept}");

    let run = assign(&study, &["--keep-current-share", "1"]);
    assert_eq!(run.code, 1, "{}", run.stderr);
    assert!(run.stderr.contains("more would stay than it holds") && run.stderr.contains("or less"), "{}", run.stderr);
}

/// The school that is the nearest to the middle of a block.
fn nearest(block: usize) -> &'static str {
    let (lon, lat) = (121.005 + (block % COLUMNS) as f64 / 100.0, 39.005 + (block / COLUMNS) as f64 / 100.0);
    // A degree of longitude is shorter than one of latitude.
    let way = |x: f64, y: f64| ((x - lon) * 39_f64.to_radians().cos()).hypot(y - lat);
    let schools = [("A", way(121.004, 39.006)), ("B", way(121.036, 39.004)), ("C", way(121.015, 39.025))];
    schools.into_iter().min_by(|a, b| a.1.total_cmp(&b.1)).unwrap().0
}

#[test]
fn who_is_today_at_a_school_of_unknown_capacity_never_stays_elsewhere() {
    let study = town();
    // B names B00 and B10, which are nearer to A, and stands in B03.
    study.edit("schools.csv", "primary,260,", "primary,,B00;B10");
    study.edit("schools.csv", "primary,300,", "primary,900,");
    let at_b: Vec<usize> = (0..12).filter(|&at| [0, 3, 4].contains(&at) || nearest(at) == "B").collect();
    let at_b: f64 = at_b.iter().map(|&at| PUPILS[at]).sum();
    assert!(PUPILS[0] + PUPILS[3] + PUPILS[4] < at_b);
    let says =
        |run: &Run, words: &[&str]| words.iter().for_each(|word| assert!(run.stdout.contains(word), "{}", run.stdout));
    for (options, of) in [(&[][..], "of each other place"), (&["--whole"], "of all others")] {
        let run = assign(&study, &[&["--keep-current-share", "100%"], options].concat());
        assert_eq!(run.code, 0, "{}", run.stderr);
        let keep = &found(&study.out())["keep_current"];
        assert_eq!((&keep["not_known"], &keep["stay"]), (&json!(at_b), &json!(780.0 - at_b)), "{keep:#}");
        says(&run, &[of, "have no known capacity: 二小"]);
        run.says(&["of 1 facility `capacity` is not known; it was taken to hold nobody"]);
        for row in rows_of(&study) {
            let at = (0..12).find(|&at| block(at / COLUMNS, at % COLUMNS) == row.place).unwrap();
            let today = if [0, 3, 4].contains(&at) { "B" } else { nearest(at) };
            assert!(row.facility == today || today == "B", "{row:?}");
        }
    }
    let run = assign(&study, &["--keep-current-share", "100%", "--lang", "zh"]);
    says(&run, &["去留未知", "现状设施容量未知：二小", "不计入比例"]);

    // Known to hold ten, it is still where all these are: those of the blocks it names, and those it is the nearest for.
    study.edit("schools.csv", "primary,,", "primary,10,");
    let run = assign(&study, &["--keep-current-share", "100%"]);
    assert_eq!(run.code, 1, "{}", run.stderr);
    run.says(&[&format!("at 1 facility more would stay than it holds: 二小 {at_b} > 10")]);
    let share: f64 = run.stderr.split("a share of ").nth(1).unwrap().split('%').next().unwrap().parse().unwrap();
    for (share, code) in [(share, 0), (share + 0.1, 1)] {
        let run = assign(&study, &["--keep-current-share", &format!("{share:.1}%")]);
        assert_eq!(run.code, code, "{}", run.stderr);
    }
}

#[test]
fn only_attributes_that_facilities_of_the_service_have_are_offered() {
    let study = town();
    study.put("clinics.csv", "code,name,area-code,lon,lat,floor\nK,站,B11,121.015,39.015,80\n");
    study.edit(
        "study.toml",
        "service = \"school\"\n",
        "service = \"school\"\n[[facilities]]\nfile = \"clinics.csv\"\nservice = \"clinic\"\n",
    );
    let run = assign(&study, &["--capacity", "none"]);
    run.refused();
    run.says(&[
        "none of 3 facilities has a number in `none`; fill it in, or choose an attribute by --capacity: capacity\n",
    ]);
    let run = assign(&study, &["--where", "none=1"]);
    run.refused();
    run.says(&["attributes: capacity, stage\n"]);
    // It alone has no number of its own to offer.
    let run = assign(&study, &["--where", "stage=junior", "--capacity", "floor", "--group", "primary-age"]);
    run.refused();
    run.says(&[
        "the only facility has no number in `floor`; fill it in, or choose an attribute by --capacity: capacity\n",
    ]);
}

/// The most of these that is no more than a school holds, by trying every choice.
fn most_within(pupils: &[f64], capacity: f64) -> f64 {
    let sum = |chosen: u32| -> f64 { (0..pupils.len()).filter(|at| chosen >> at & 1 == 1).map(|at| pupils[at]).sum() };
    (0..1_u32 << pupils.len()).map(sum).filter(|sum| *sum <= capacity).fold(0.0, f64::max)
}

#[test]
fn the_most_that_can_stay_in_whole_areas_is_said_and_can_stay() {
    let study = town();
    let serves = [
        ("A", "300", "295", "B01;B02;B10;B11", vec![0, 1, 2, 4, 5]),
        ("B", "260", "120", "B12;B13", vec![3, 6, 7]),
        ("C", "400", "400", "B20;B22;B23", vec![8, 9, 10, 11]),
    ];
    let mut most = 0.0;
    for (_, before, capacity, listed, blocks) in &serves {
        study.edit("schools.csv", &format!("primary,{before},"), &format!("primary,{capacity},{listed}"));
        let pupils: Vec<f64> = blocks.iter().map(|&at| PUPILS[at]).collect();
        most += most_within(&pupils, capacity.parse().unwrap());
    }
    let run = assign(&study, &["--whole", "--keep-current-share", "100%"]);
    assert_eq!(run.code, 1, "{}", run.stderr);
    let share = (most / 780.0 * 1000.0).floor() / 10.0;
    run.says(&[&format!("that is proven: at most {most} of 780 persons can; give a --keep-current-share of {share}%")]);
    let run = assign(&study, &["--whole", "--keep-current-share", &format!("{share}%")]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert_eq!(found(&study.out())["keep_current"]["stay"], json!(most));
    let run = assign(&study, &["--whole", "--keep-current-share", "100%", "--lang", "zh"]);
    run.says(&[&format!("已证明）：780 人中最多 {most} 人可留在原校")]);
}

#[test]
fn where_there_are_not_enough_places_it_is_said_how_many_are_left_over_and_what_is_full() {
    let study = town();
    let many = PUPILS.map(|n| n * 2.0);
    study.put("people.csv", people(&many));
    for (option, proven) in [(None, true), (Some("--contiguous"), false)] {
        let run = assign(&study, &option.into_iter().collect::<Vec<_>>());
        assert_eq!(run.code, 0, "{}", run.stderr);
        of_town(&study, &many);
        let found = found(&study.out());
        assert!(
            600.0 <= found["unassigned"].as_f64().unwrap() && 600.0 <= found["unassigned_at_least"].as_f64().unwrap()
        );
        assert!(run.stdout.contains("all facilities together hold 960"), "{}", run.stdout);
        if proven {
            assert_eq!((&found["unassigned"], &found["proven"]), (&json!(600.0), &json!(true)));
            assert!(run.stdout.contains("3 facilities are full: 一小, 二小, 三小"), "{}", run.stdout);
        }
    }
    let run = assign(&study, &["--lang", "zh"]);
    assert!(run.stdout.contains("600 人；全部设施容量合计 960；3 个设施已满：一小、二小、三小"), "{}", run.stdout);
    assert!(run.stdout.contains("已证明最优"), "{}", run.stdout);
}

#[test]
fn what_is_not_known_is_never_a_place() {
    let study = town();
    study.edit("schools.csv", "primary,260,", "primary,,");
    study.edit("schools.csv", "primary,400,", "primary,-5,");
    let run = assign(&study, &[]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    run.says(&["of 2 facilities `capacity` is not known (1 negative)"]);
    let rows = of_town(&study, &PUPILS);
    assert!(rows.iter().all(|row| row.facility == "A" || row.facility.is_empty()), "{rows:?}");
    let found = found(&study.out());
    assert_eq!((&found["assigned"], &found["unassigned"]), (&json!(300.0), &json!(480.0)));
    let b = found["facilities"].as_array().unwrap().iter().find(|one| one["code"] == "B").unwrap();
    assert_eq!((&b["capacity"], &b["over_full_by"]), (&Value::Null, &json!(0.0)));
}

/// Minutes from the blocks to the schools, each more than from the block before; nothing of B23, and no way from B00 to A.
fn table() -> String {
    let mut text = "from,to,minutes\n".to_owned();
    for at in 0..ROWS * COLUMNS - 1 {
        for (n, school) in ["A", "B", "C", "M"].iter().enumerate().filter(|(n, _)| at + n != 0) {
            text.push_str(&format!("{},{school},{}\n", block(at / COLUMNS, at % COLUMNS), 3 + (at * 5 + n * 7) % 11));
        }
    }
    text
}

#[test]
fn where_the_study_has_a_table_of_costs_its_minutes_are_what_travel_is() {
    let study = town();
    study.put("od.csv", table());
    study.edit("study.toml", "[[people]]", "[travel]\ntable = \"od.csv\"\n[[people]]");
    for options in [&[][..], &["--whole"], &["--contiguous"], &["--limit", "12 min"]] {
        let run = assign(&study, options);
        assert_eq!(run.code, 0, "{}", run.stderr);
        run.says(&["10 persons live where the table of costs names no place"]);
        let all = (0..ROWS * COLUMNS - 1).map(|at| (block(at / COLUMNS, at % COLUMNS), PUPILS[at])).collect();
        let capacity = [("A", 300.0), ("B", 260.0), ("C", 400.0)].map(|(code, n)| (code.to_owned(), n)).into();
        let rows = checked(&study.out(), &all, &capacity);
        let listed = table();
        for row in rows.iter().filter(|row| 0.0 < row.persons && !row.facility.is_empty()) {
            let line = format!("\n{},{},{}\n", row.place, row.facility, row.cost.unwrap());
            assert!(listed.contains(&line), "{line}");
        }
        let found = found(&study.out());
        assert_eq!(
            (&found["objective_unit"], &found["travel"]["unit"]),
            (&json!("persons x minutes"), &json!("minutes"))
        );
        assert!(run.stdout.contains(" min on average, ") && !run.stdout.contains(" m on"), "{}", run.stdout);
        assert_eq!(run.stdout.contains("within 12 min"), options.contains(&"--limit"));
    }
    let run = assign(&study, &["--lang", "zh"]);
    assert!(run.stdout.contains("分钟，最长 ") && !run.stdout.contains('米'), "{}", run.stdout);
    let run = assign(&study, &["--limit", "3 km"]);
    run.refused();
    run.says(&["--limit is 3 km, and the costs of the study are in minutes", "15 min"]);
}

#[test]
fn limits_conditions_and_groups_are_the_users_to_choose() {
    let study = town();
    let run = assign(&study, &["--limit", "1.2 km"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    let rows = of_town(&study, &PUPILS);
    assert!(rows.iter().all(|row| row.cost.is_none_or(|cost| cost <= 1200.0)), "{rows:?}");
    assert!(run.stdout.contains("reach no facility within the limit"), "{}", run.stdout);
    let run = assign(&study, &["--where", "stage=junior", "--group", "primary-age"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert!(rows_of(&study).iter().all(|row| row.facility == "M"));
    let run = assign(&study, &["--where", "all"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert!(rows_of(&study).iter().any(|row| row.facility == "M"));
    let run = assign(&study, &["--group", "residents", "--capacity", "capacity"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert_eq!(found(&study.out())["persons"], json!(12000.0));
    // The same input gives the same bytes.
    let before = study.output("assign.csv");
    assert_eq!(assign(&study, &["--group", "residents"]).code, 0);
    assert_eq!(study.output("assign.csv"), before);
}

fn rows_of(study: &Study) -> Vec<Row> {
    rows(&study.out())
}

#[test]
fn a_study_without_a_pack_is_enough_and_no_name_starts_a_formula() {
    let study = town();
    study.edit("study.toml", "packs = [\"pack.toml\"]\n", "");
    study.edit("schools.csv", "A,一小", "=A,=cmd()");
    let run = assign(&study, &[]);
    run.refused();
    run.says(&["no obligation of the study says who needs a place at `school`", "--group: primary-age, residents"]);
    let run = assign(&study, &["--group", "primary-age", "--where", "stage=primary"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert!(rows_of(&study).iter().any(|row| row.facility == "'=A"));
}

#[test]
fn what_cannot_be_asked_is_refused_with_what_can() {
    let refused = |study: &Study, more: &[&str], words: &[&str]| {
        let run = assign(study, more);
        run.refused();
        for word in words {
            assert!(run.stderr.contains(word), "{word}:\n{}", run.stderr);
        }
        assert!(!study.out().exists());
    };
    let study = town();
    let run = assign_in(&study.folder(), &study.out(), &["--service", "shcool"]);
    run.refused();
    run.says(&["no data on the service `shcool`", "services: school"]);
    for share in ["50", "-1", "110%", "half", "nan"] {
        refused(&study, &["--keep-current-share", share], &["is no share: write 80% or 0.8"]);
    }
    refused(&study, &["--limit", "-3"], &["is no limit"]);
    refused(&study, &["--limit", "far"], &["is no limit"]);
    refused(&study, &["--limit", "15 min"], &["costs of the study are in metres"]);
    refused(&study, &["--time-limit", "0"], &["--time-limit `0` is no time"]);
    refused(&study, &["--time-limit", "soon"], &["--time-limit `soon` is no time"]);
    refused(&study, &["--group", "cats"], &["does not count `cats`", "primary-age"]);
    refused(&study, &["--where", "stage"], &["write KEY=VALUE"]);
    refused(&study, &["--where", "stag=primary"], &["no facility has the attribute `stag`", "stage"]);
    refused(&study, &["--where", "stage=none"], &["surely meets stage=none"]);
    refused(&study, &["--level", "block"], &["add --whole or --contiguous"]);
    refused(&study, &["--contiguous", "--level", "street"], &["no areas of the level `street`", "town, block"]);
    refused(&study, &["--contiguous", "--level", "town"], &["needs a boundary of every area", "T; ", "block"]);
    refused(&study, &["--capacity", "seats"], &["no capacity is known: none of 3", "by --capacity: capacity"]);
    study.put("schools.csv", SCHOOLS.replace("300", "0").replace("260", "0").replace("400", "0"));
    refused(&study, &[], &["holds nobody (0)"]);
    study.put("schools.csv", SCHOOLS.replace("300", "").replace("260", "").replace("400", "-1"));
    refused(&study, &[], &["no capacity is known: none of 3", "(1 gives a negative number)"]);
    study.put("schools.csv", SCHOOLS);
    study.put("people.csv", people(&[0.0; 12]));
    refused(&study, &[], &["there is no demand", "primary-age"]);
    // The blocks have lost their shapes.
    let study = town();
    study.edit("study.toml", "blocks.geojson", "blocks.csv");
    let all: Vec<String> = (0..12).map(|at| block(at / COLUMNS, at % COLUMNS)).collect();
    let table: String = all.iter().map(|code| format!("{code},{code},T\n")).collect();
    study.put("blocks.csv", format!("code,name,parent\n{table}"));
    refused(&study, &["--contiguous"], &["12 of 12 areas of the level `block` have none: B00", "add boundaries"]);
}

#[test]
fn the_example_study_has_its_schools_and_no_districts_without_boundaries() {
    let home = tempfile::tempdir().unwrap();
    let (study, out) = (Path::new(env!("CARGO_MANIFEST_DIR")).join("geodata/jinpu"), home.path().join("out"));
    let run = assign_in(&study, &out, &["--service", "school"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    let read = |file: &str, key: &str, value: &str, stage: Option<&str>| -> BTreeMap<String, f64> {
        let mut reader = csv::Reader::from_path(study.join("illustrative").join(file)).unwrap();
        let headers = reader.headers().unwrap().clone();
        let at = |name: &str| headers.iter().position(|header| header.ends_with(&format!("/{name}"))).unwrap();
        let (key, value, stage) = (at(key), at(value), stage.map(|stage| (at("stage"), stage)));
        let lon = at("lon");
        // Some communities have no place: their people are left out, and that is said.
        let all = reader.records().map(|record| record.unwrap()).filter(|record| !record[lon].is_empty());
        let chosen = all.filter(|record| stage.is_none_or(|(at, stage)| &record[at] == stage));
        chosen.map(|record| (record[key].to_owned(), record[value].parse().unwrap_or(0.0))).collect()
    };
    let pupils = read("people.csv", "area-code", "primary-age", None);
    let capacity = read("schools.csv", "code", "capacity", Some("小学"));
    checked(&out, &pupils, &capacity);
    let found = found(&out);
    assert_eq!((&found["proven"], &found["illustrative"]), (&json!(true), &json!(true)), "{found:#}");
    assert_eq!(found["after"], "edu.attendance-zones");
    assert!(run.stdout.contains("! Illustrative data"), "{}", run.stdout);
    let run = assign_in(&study, &out, &["--service", "school", "--group", "junior-age"]);
    assert_eq!((run.code, &self::found(&out)["where"]), (0, &json!("stage=junior")), "{}", run.stderr);
    // A limit for all residents is not a place for each.
    let run = assign_in(&study, &out, &["--service", "kindergarten"]);
    run.refused();
    run.says(&["no obligation of the study says who needs a place at `kindergarten`", "children-3-5"]);
    let run = assign_in(&study, &out, &["--service", "school", "--contiguous"]);
    run.refused();
    run.says(&["--contiguous needs a boundary of every area", "`community`"]);
    // Streets have estimated boundaries, two of them none.
    let run = assign_in(&study, &out, &["--service", "school", "--contiguous", "--level", "street"]);
    run.refused();
}
