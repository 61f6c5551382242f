//! What a run on the study of Jinpu leaves: for planners' programs (GDAL, spreadsheets), for other programs (JSON), and
//! on the terminal; whole at every moment, the same bytes every time, and harmless whatever the names.

mod support;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use serde_json::Value;
use tempfile::TempDir;

use support::{OUTPUTS, Run, Study, command, evenreach, names, skipped};

const JINPU: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/geodata/jinpu");

const MAPS: [&str; 3] = ["areas.geojson", "facilities.geojson", "underserved.geojson"];
const TABLES: [&str; 3] = ["areas.csv", "findings.csv", "ledger.csv"];

/// Jinpu, checked into a folder of its own.
struct Checked {
    home: TempDir,
    run: Run,
}

impl Checked {
    fn new(threads: &str, more: &[&str]) -> Self {
        let home = tempfile::tempdir().expect("there is room for a folder");
        let mut check = command(&["check", JINPU, "--out"]);
        check.arg(home.path().join("out")).args(more).env("RAYON_NUM_THREADS", threads).current_dir(home.path());
        let run = Run::of(check);
        Self { home, run }
    }

    fn out(&self) -> PathBuf {
        self.home.path().join("out")
    }

    fn bytes(&self, name: &str) -> Vec<u8> {
        fs::read(self.out().join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    fn json(&self, name: &str) -> Value {
        serde_json::from_slice(&self.bytes(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
    }
}

/// One run for all tests that only look.
fn jinpu() -> &'static Checked {
    static JINPU: OnceLock<Checked> = OnceLock::new();
    JINPU.get_or_init(|| Checked::new("2", &["--lang", "zh"]))
}

fn list<'a>(value: &'a Value, what: &str) -> &'a Vec<Value> {
    value.as_array().unwrap_or_else(|| panic!("{what} is a list"))
}

/// The records of a table of outputs, the header first.
fn records(bytes: &[u8], name: &str) -> Vec<Vec<String>> {
    let table = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or_else(|| panic!("{name} begins with a byte order mark"));
    let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(table);
    let cells = |record: Result<csv::StringRecord, csv::Error>| {
        let record = record.unwrap_or_else(|error| panic!("{name}: {error}"));
        record.iter().map(str::to_owned).collect()
    };
    reader.records().map(cells).collect()
}

/// The rows of a table of the study, without its header.
fn rows(name: &str) -> Vec<csv::StringRecord> {
    let path = Path::new(JINPU).join(name);
    let mut reader = csv::Reader::from_path(path).expect("the file is in the repository");
    reader.records().map(|record| record.expect("the file is whole")).collect()
}

#[test]
fn the_same_bytes_come_out_whatever_the_number_of_threads() {
    let one = Checked::new("1", &["--lang", "zh"]);
    assert_eq!(one.run.code, 0, "{}", one.run.stderr);
    for threads in ["2", "7"] {
        let many = Checked::new(threads, &["--lang", "zh"]);
        assert_eq!(many.run.code, 0, "{}", many.run.stderr);
        assert_eq!(names(&many.out()), OUTPUTS);
        for name in OUTPUTS {
            assert!(one.bytes(name) == many.bytes(name), "{name} differs between 1 and {threads} threads");
        }
        assert_eq!(
            one.run.stdout.replace(one.home.path().to_str().unwrap(), "~"),
            many.run.stdout.replace(many.home.path().to_str().unwrap(), "~")
        );
    }
}

#[test]
fn every_output_is_there_and_nothing_else() {
    assert_eq!(jinpu().run.code, 0, "{}", jinpu().run.stderr);
    assert_eq!(names(&jinpu().out()), OUTPUTS);
}

#[test]
fn without_a_folder_the_outputs_go_below_the_current_one() {
    let home = tempfile::tempdir().unwrap();
    let mut check = command(&["check", JINPU]);
    check.current_dir(home.path());
    assert_eq!(Run::of(check).code, 0);
    assert_eq!(names(home.path()), ["out"]);
    assert_eq!(names(&home.path().join("out/jinpu")), OUTPUTS);
}

// JSON.

/// What of `value` a JSON schema forbids, with the way to it. Knows the words that `findings.schema.json` uses, and says
/// so when it uses another.
fn forbidden(value: &Value, schema: &Value, root: &Value, way: &str, wrong: &mut Vec<String>) {
    let Some(schema) = schema.as_object() else { return };
    for (word, rule) in schema {
        match word.as_str() {
            "$ref" => {
                let pointer = rule.as_str().and_then(|reference| reference.strip_prefix('#')).unwrap_or_default();
                let named = root.pointer(pointer).unwrap_or_else(|| panic!("the schema has no {rule}"));
                forbidden(value, named, root, way, wrong);
            }
            "type" => {
                let types = rule.as_array().cloned().unwrap_or_else(|| vec![rule.clone()]);
                if !types.iter().any(|kind| is_of(value, kind.as_str().unwrap_or_default())) {
                    wrong.push(format!("{way} is no {rule}"));
                }
            }
            "const" if value != rule => wrong.push(format!("{way} is not {rule}")),
            "enum" if !list(rule, "enum").contains(value) => wrong.push(format!("{way} is none of {rule}")),
            "minimum" if value.is_number() && value.as_f64() < rule.as_f64() => {
                wrong.push(format!("{way} is below {rule}"))
            }
            "maximum" if value.is_number() && value.as_f64() > rule.as_f64() => {
                wrong.push(format!("{way} is above {rule}"))
            }
            "anyOf" | "oneOf" => {
                let fits = |one: &&Value| {
                    let mut wrong = Vec::new();
                    forbidden(value, one, root, way, &mut wrong);
                    wrong.is_empty()
                };
                let n = list(rule, word).iter().filter(fits).count();
                if n == 0 || (word == "oneOf" && n != 1) {
                    wrong.push(format!("{way} fits {n} of {word}"));
                }
            }
            "required" => {
                for key in list(rule, word).iter().filter_map(Value::as_str) {
                    if value.as_object().is_some_and(|object| !object.contains_key(key)) {
                        wrong.push(format!("{way} has no `{key}`"));
                    }
                }
            }
            "properties" => {
                for (key, schema) in rule.as_object().into_iter().flatten() {
                    if let Some(value) = value.get(key) {
                        forbidden(value, schema, root, &format!("{way}.{key}"), wrong);
                    }
                }
            }
            "additionalProperties" if *rule == Value::Bool(false) => {
                let known = schema.get("properties").and_then(Value::as_object);
                for key in value.as_object().into_iter().flat_map(|object| object.keys()) {
                    if !known.is_some_and(|known| known.contains_key(key)) {
                        wrong.push(format!("{way} may not have `{key}`"));
                    }
                }
            }
            "items" => {
                for (index, value) in value.as_array().into_iter().flatten().enumerate() {
                    forbidden(value, rule, root, &format!("{way}[{index}]"), wrong);
                }
            }
            "const" | "enum" | "minimum" | "maximum" => {}
            "$schema" | "$defs" | "title" | "description" | "format" | "default" => {}
            _ => panic!("this test does not know `{word}` in a schema"),
        }
    }
}

fn is_of(value: &Value, kind: &str) -> bool {
    match kind {
        "null" => value.is_null(),
        "boolean" => value.is_boolean(),
        "string" => value.is_string(),
        "number" => value.is_number(),
        "integer" => value.is_i64() || value.is_u64(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        _ => panic!("there is no type {kind}"),
    }
}

#[test]
fn findings_are_as_their_schema_says() {
    let (findings, schema) = (jinpu().json("findings.json"), jinpu().json("findings.schema.json"));
    let required: BTreeSet<&str> = list(&schema["required"], "required").iter().filter_map(Value::as_str).collect();
    for key in ["format", "study", "reference-date", "inputs", "packs", "parameters", "problems", "findings"] {
        assert!(required.contains(key), "the schema does not require `{key}`");
    }
    let mut wrong = Vec::new();
    forbidden(&findings, &schema, &schema, "", &mut wrong);
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert_eq!(findings["format"], "evenreach.findings/1");
    assert_eq!(list(&findings["findings"], "findings").len(), 72);
    assert_eq!(findings["illustrative"], true);
    for input in list(&findings["inputs"], "inputs") {
        let path = Path::new(JINPU).join(input["file"].as_str().unwrap());
        let digest = evenreach::read::input::digest(&fs::read(&path).unwrap());
        assert_eq!(input["sha256"].as_str(), Some(digest.as_str()), "{}", path.display());
    }

    // The test itself sees what is wrong.
    for (pointer, new) in [
        ("/format", Value::from("evenreach.findings/2")),
        ("/findings/0/verdict", "maybe".into()),
        ("/findings/0/id", Value::Null),
        ("/inputs/0/rows", "many".into()),
    ] {
        let mut broken = findings.clone();
        *broken.pointer_mut(pointer).unwrap() = new;
        let mut wrong = Vec::new();
        forbidden(&broken, &schema, &schema, "", &mut wrong);
        assert_eq!(wrong.len(), 1, "{pointer}: {wrong:?}");
    }
}

#[test]
fn format_json_prints_the_bytes_of_the_file() {
    let json = Checked::new("2", &["--format", "json"]);
    assert_eq!((json.run.code, json.run.stderr.as_str()), (0, ""));
    assert!(json.run.stdout.as_bytes() == json.bytes("findings.json"));
}

#[test]
fn format_json_prints_the_bytes_of_the_file_whatever_the_names() {
    let study = Study::edited("kindergartens.csv", "一幼", "\u{1b}[31m\u{7f}\u{9b}1m\u{202e}\u{feff}一幼");
    let run = study.check(&["--format", "json"]);
    assert_eq!(run.code, 0);
    assert!(run.stdout.as_bytes() == study.output("findings.json"));
    assert!(!run.stdout.contains(['\u{1b}', '\u{7f}', '\u{9b}', '\u{202e}', '\u{feff}']));
    assert!(run.stdout.contains(r"\u001b[31m\u007f\u009b1m\u202e\ufeff一幼"));
    let json: Value = serde_json::from_str(&run.stdout).unwrap();
    assert!(json.to_string().contains("\u{9b}1m\u{202e}"), "the name is kept");
}

// GeoJSON.

/// Twice the area inside a ring in square degrees; above 0 if it runs counter-clockwise.
fn turn(ring: &[[f64; 2]]) -> f64 {
    ring.windows(2).map(|pair| pair[0][0] * pair[1][1] - pair[1][0] * pair[0][1]).sum()
}

fn ring(value: &Value) -> Vec<[f64; 2]> {
    let position = |position: &Value| {
        let numbers = list(position, "a position");
        assert_eq!(numbers.len(), 2, "{position}");
        [numbers[0].as_f64().expect("it is a number"), numbers[1].as_f64().expect("it is a number")]
    };
    list(value, "a ring").iter().map(position).collect()
}

#[test]
fn maps_are_as_rfc_7946_asks() {
    for name in MAPS {
        let map = jinpu().json(name);
        assert_eq!(map["type"], "FeatureCollection", "{name}");
        assert!(map.get("crs").is_none(), "{name}");
        assert_eq!(map["illustrative"], true, "{name}");
        let features = list(&map["features"], "features");
        let keys = |feature: &Value| feature["properties"].as_object().unwrap().keys().cloned().collect::<Vec<_>>();
        for feature in features {
            assert_eq!(feature["type"], "Feature", "{name}");
            assert_eq!(keys(feature), keys(&features[0]), "{name}: every feature has the same columns");
            let flat = |value: &Value| !value.is_object() && !value.is_array();
            assert!(feature["properties"].as_object().unwrap().values().all(flat), "{name}");
            let geometry = feature.get("geometry").unwrap_or_else(|| panic!("{name}: a feature without geometry"));
            let inside = |[x, y]: [f64; 2]| (121.5..122.4).contains(&x) && (38.9..39.7).contains(&y);
            match geometry["type"].as_str() {
                None => assert!(geometry.is_null(), "{name}"),
                Some("Point") => assert!(inside(ring(&serde_json::json!([geometry["coordinates"]]))[0]), "{name}"),
                Some("MultiPolygon") => {
                    for polygon in list(&geometry["coordinates"], "polygons") {
                        for (index, positions) in list(polygon, "rings").iter().enumerate() {
                            let positions = ring(positions);
                            assert!(4 <= positions.len() && positions.first() == positions.last(), "{name}");
                            assert!(positions.iter().all(|&position| inside(position)), "{name}");
                            // Outer rings counter-clockwise, holes clockwise.
                            assert_eq!(0.0 < turn(&positions), index == 0, "{name}: {positions:?}");
                        }
                    }
                }
                Some(other) => panic!("{name}: {other}"),
            }
        }
    }
}

#[test]
fn rings_are_turned_right_handed_whatever_way_the_input_runs() {
    let outer = "[121.0,39.0],[121.0,39.1],[121.1,39.1],[121.1,39.0],[121.0,39.0]";
    let hole = "[121.04,39.01],[121.05,39.01],[121.05,39.02],[121.04,39.02],[121.04,39.01]";
    let study = Study::edited(
        "streets.geojson",
        "[[[121.0,39.0],[121.1,39.0],[121.1,39.1],[121.0,39.1],[121.0,39.0]]]",
        &format!("[[{outer}],[{hole}]]"),
    );
    assert_eq!(study.check(&["--strict"]).code, 0);
    let map: Value = serde_json::from_slice(&study.output("areas.geojson")).unwrap();
    let rings = list(&map["features"][0]["geometry"]["coordinates"][0], "rings");
    assert_eq!(rings.len(), 2);
    assert!(0.0 < turn(&ring(&rings[0])) && turn(&ring(&rings[1])) < 0.0, "{rings:?}");
}

// Tables.

#[test]
fn tables_begin_with_a_byte_order_mark_and_hold_what_the_json_holds() {
    let findings = jinpu().json("findings.json");
    let all = list(&findings["findings"], "findings");
    for name in TABLES {
        let bytes = jinpu().bytes(name);
        assert!(bytes.starts_with(b"\xEF\xBB\xBF") && !bytes[3..].starts_with(b"\xEF\xBB\xBF"), "{name}");
        assert!(bytes.ends_with(b"\r\n"), "{name}");
        assert!(1 < records(&bytes, name).len(), "{name} has rows");
    }
    let table = records(&jinpu().bytes("findings.csv"), "findings.csv");
    let ids: Vec<&str> = table[1..].iter().map(|record| record[0].as_str()).collect();
    let expected: Vec<&str> = all.iter().filter_map(|finding| finding["id"].as_str()).collect();
    assert_eq!(ids, expected);
    let ledger: usize = all.iter().filter_map(|finding| finding["ledger"].as_array()).map(Vec::len).sum();
    assert_eq!(records(&jinpu().bytes("ledger.csv"), "ledger.csv").len() - 1, ledger);
}

#[test]
fn only_the_kinds_asked_for_are_written_and_what_is_older_is_said() {
    let study = Study::small();
    assert_eq!(study.check(&["--write", "csv,json"]).code, 0);
    assert_eq!(
        names(&study.out()),
        ["areas.csv", "findings.csv", "findings.json", "findings.schema.json", "ledger.csv"]
    );
    let run = study.check(&["--write", "xlsx"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert!(
        run.stdout.contains("findings.xlsx, the workbook.") && !run.stdout.contains("findings.gpkg"),
        "{}",
        run.stdout
    );
    run.says(&["warning: from an earlier run, not of this one: findings.json, ", "ledger.csv"]);
    // Printed, whether it is written or not.
    let printed = study.check(&["--write", "xlsx", "--format", "json"]);
    assert!(printed.stdout.as_bytes() == study.output("findings.json"));
    assert_eq!(study.check(&["--write", "shp"]).code, 2);
}

/// The sheets of a workbook: name and cells.
fn sheets(bytes: Vec<u8>) -> Vec<(String, calamine::Range<calamine::Data>)> {
    use calamine::Reader;
    let mut book: calamine::Xlsx<_> = calamine::open_workbook_from_rs(std::io::Cursor::new(bytes)).expect("it opens");
    for name in book.sheet_names() {
        assert!(book.worksheet_formula(&name).expect("it has cells").is_empty(), "{name} has a formula");
    }
    book.worksheets()
}

#[test]
fn the_workbook_holds_what_the_json_holds() {
    let findings = jinpu().json("findings.json");
    let sheets = sheets(jinpu().bytes("findings.xlsx"));
    let named: Vec<&str> = sheets.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(
        named,
        [
            "汇总",
            "评分表 街道",
            "评分表 区",
            "评分表 社区（村）",
            "评分表 市",
            "ind",
            "edu",
            "emp",
            "ins",
            "eld",
            "dis",
            "台账",
            "数据问题",
            "输入文件"
        ]
    );
    let text = |row: &[calamine::Data], at: usize| row.get(at).map(ToString::to_string).unwrap_or_default();
    for (name, range) in &sheets {
        let top: Vec<String> = range.rows().take(3).map(|row| text(row, 0)).collect();
        assert!(top[1].contains("2020-12-31"), "{name}: {top:?}");
        assert!(top[2].contains("示例数据") && top[2].contains("估算边界"), "{name}: {top:?}");
    }
    // One row an obligation and one for each of its subjects, with the verdict of each.
    let mut told: Vec<(String, String)> = Vec::new();
    let verdict = |key: &Value| match key.as_str() {
        Some("met") => "达标",
        Some("unmet") => "未达标",
        Some("unknown") => "无法判定",
        _ => "不可核查",
    };
    for finding in list(&findings["findings"], "findings") {
        let id = finding["id"].as_str().expect("an id").to_owned();
        told.push((id.clone(), verdict(&finding["verdict"]).to_owned()));
        for subject in list(&finding["subjects"], "subjects") {
            told.push((id.clone(), verdict(&subject["verdict"]).to_owned()));
        }
    }
    let families = sheets.iter().filter(|(name, _)| name.is_ascii());
    let written: Vec<(String, String)> =
        families.flat_map(|(_, range)| range.rows().skip(4).map(|row| (text(row, 0), text(row, 8)))).collect();
    assert_eq!(written, told);
    // The totals of the summary.
    let total = sheets[0].1.rows().find(|row| text(row, 0) == "合计").expect("a line for all");
    let count = |key: &str| list(&findings["findings"], "findings").iter().filter(|one| one["verdict"] == key).count();
    let counts = [72, count("met"), count("unmet"), count("unknown"), count("not-checkable")].map(|n| n.to_string());
    assert_eq!((1..=5).map(|at| text(total, at)).collect::<Vec<_>>(), counts);
    // Codes are text.
    let scores = &sheets[1].1;
    assert!(scores.rows().skip(4).all(|row| matches!(&row[0], calamine::Data::String(code) if code.len() == 9)));
}

#[test]
fn what_is_required_of_a_thing_agrees_with_its_verdict() {
    let mut judged = 0;
    for (_, range) in sheets(jinpu().bytes("findings.xlsx")).iter().filter(|(name, _)| name.is_ascii()) {
        let number = |row: &[calamine::Data], at: usize| match row.get(at) {
            Some(calamine::Data::Float(number)) => Some(*number),
            _ => None,
        };
        for row in range.rows().skip(4).filter(|row| row[4] != "条款") {
            let (Some(observed), Some(required)) = (number(row, 9), number(row, 11)) else { continue };
            let is_at_most = row[13].to_string().starts_with(['不', '为'])
                && !row[13].to_string().starts_with("不低于")
                && !row[13].to_string().starts_with("不少于");
            let holds = if is_at_most { observed <= required + 1e-9 } else { required <= observed + 1e-9 };
            match row[8].to_string().as_str() {
                "达标" => assert!(holds, "{row:?}"),
                "未达标" => assert!(!holds, "{row:?}"),
                _ => continue,
            }
            judged += 1;
        }
    }
    assert!(500 < judged, "{judged}");
}

// GDAL.

/// What `ogrinfo` says of an output; none where the tests were told to do without GDAL.
fn ogrinfo(arguments: &[&str], name: &str) -> Option<String> {
    if std::env::var_os("EVENREACH_WITHOUT_GDAL").is_some() {
        skipped(name, "EVENREACH_WITHOUT_GDAL is set");
        return None;
    }
    let mut ogrinfo = Command::new("ogrinfo");
    ogrinfo.args(["-ro", "-al"]).args(arguments).arg(jinpu().out().join(name)).env("LC_ALL", "C.UTF-8");
    let output = ogrinfo.output().unwrap_or_else(|error| {
        panic!(
            "ogrinfo cannot be run ({error}): this test opens the outputs with GDAL. Get it with `apt-get install gdal-bin` \
             (Debian, Ubuntu) or `brew install gdal`, or set EVENREACH_WITHOUT_GDAL=1 to do without"
        )
    });
    let text = String::from_utf8(output.stdout).expect("GDAL prints UTF-8");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success() && !said.contains("ERROR") && !said.contains("Warning"), "{name}: {said}\n{text}");
    Some(text)
}

/// The count that `ogrinfo` gives.
fn count(summary: &str) -> usize {
    let count = summary.lines().find_map(|line| line.strip_prefix("Feature Count: "));
    count.unwrap_or_else(|| panic!("no count in\n{summary}")).parse().expect("a count is a number")
}

#[test]
fn gdal_opens_the_maps_with_their_features_in_wgs_84() {
    let with_seat = rows("streets.csv").iter().filter(|row| !row[3].is_empty()).count();
    let facilities: usize =
        ["kindergartens", "schools", "special-schools", "service-points", "training", "incubators", "internships"]
            .iter()
            .chain(&["elderly-care", "rehabilitation"])
            .map(|file| rows(&format!("illustrative/{file}.csv")).len())
            .sum();
    let unmet = jinpu().json("underserved.geojson");
    let underserved = list(&unmet["features"], "features").len();
    for (name, features, geometry) in [
        ("areas.geojson", with_seat, "Multi Polygon"),
        ("facilities.geojson", facilities, "Point"),
        ("underserved.geojson", underserved, "Multi Polygon"),
    ] {
        let Some(summary) = ogrinfo(&["-so"], name) else { return };
        assert!(summary.contains("using driver `GeoJSON' successful"), "{summary}");
        assert_eq!(count(&summary), features, "{name}");
        assert!(summary.contains(&format!("Geometry: {geometry}")), "{name}: {summary}");
        assert!(summary.contains("GEOGCRS[\"WGS 84\"") && summary.contains("ID[\"EPSG\",4326]"), "{name}: {summary}");
        assert!(summary.contains("illustrative: Integer(Boolean)"), "{name}: {summary}");
    }
}

#[test]
fn gdal_shows_the_chinese_text_of_the_maps() {
    for (name, filter, expected) in [
        ("areas.geojson", "name = '拥政街道'", "code (String) = 210213001"),
        ("facilities.geojson", "area_name = '邹家村委会'", "name (String) = 示例"),
        ("underserved.geojson", "code = '210213001'", "name (String) = 拥政街道"),
    ] {
        let Some(found) = ogrinfo(&["-where", filter], name) else { return };
        assert!(1 <= count(&found), "{name}: {filter}");
        assert!(found.contains(expected), "{name}: no `{expected}` in\n{found}");
    }
}

#[test]
fn gdal_opens_the_tables_with_their_rows_and_headers() {
    for (name, header, word) in [
        ("findings.csv", "编号/id: String", "新区社会事业局"),
        ("areas.csv", "级别/level: String", "拥政街道"),
        ("ledger.csv", "设施名称/name: String", "示例小学"),
    ] {
        let Some(summary) = ogrinfo(&["-so"], name) else { return };
        assert!(summary.contains("using driver `CSV' successful"), "{summary}");
        assert_eq!(count(&summary), records(&jinpu().bytes(name), name).len() - 1, "{name}");
        // A mark that was taken for a letter would stand before the first header.
        assert!(summary.contains(&format!("\n{header}")), "{name}: {summary}");
        let Some(all) = ogrinfo(&[], name) else { return };
        assert!(all.contains(word), "{name}: no `{word}`");
    }
}

#[test]
fn gdal_opens_all_layers_of_the_geopackage() {
    let findings = jinpu().json("findings.json");
    let all = list(&findings["findings"], "findings");
    let n_of = |family: &str| {
        let own = all.iter().filter(|one| one["id"].as_str().is_some_and(|id| id.split('.').next() == Some(family)));
        own.flat_map(|one| list(&one["subjects"], "subjects")).filter(|subject| subject["of"] == "area").count()
    };
    let Some(summary) = ogrinfo(&["-so"], "findings.gpkg") else { return };
    let layers: Vec<(&str, usize)> = summary
        .split("\nLayer name: ")
        .skip(1)
        .map(|layer| (layer.lines().next().expect("a name"), count(layer)))
        .collect();
    let n = |name: &str| layers.iter().find(|(known, _)| *known == name).map(|(_, n)| *n);
    for family in ["ind", "edu", "emp", "eld", "dis"] {
        assert_eq!(n(family), Some(n_of(family)), "{family}: {layers:?}");
    }
    let areas: usize =
        ["city", "district", "streets", "communities"].map(|file| rows(&format!("{file}.csv")).len()).iter().sum();
    assert_eq!((n("areas"), n("findings")), (Some(areas), Some(72)), "{layers:?}");
    let features = |name: &str| list(&jinpu().json(name)["features"], "features").len();
    assert_eq!(n("underserved"), Some(features("underserved.geojson")));
    assert_eq!(n("facilities"), Some(features("facilities.geojson")));
    assert!(0 < n("layer_styles").expect("there are styles"));
    for word in [
        "reason: String",
        "shortfall: Real",
        "distance_m: Real",
        "estimated: Integer(Boolean)",
        "Geometry: Multi Polygon",
    ] {
        assert!(summary.contains(word), "no `{word}` in\n{summary}");
    }
}

// Exit codes, languages, colours.

#[test]
fn the_exit_code_is_1_only_where_fail_on_is_so() {
    for (fail_on, code) in [
        (&[][..], 0),
        (&["--fail-on", "unmet"], 1),
        (&["--fail-on", "unknown"], 1),
        (&["--fail-on", "unmet,unknown"], 1),
        // What is not asked about does not count: this obligation is met.
        (&["--fail-on", "unmet,unknown", "--only", "edu.near"], 0),
        (&["--fail-on", "unmet", "--only", "edu.seats"], 0),
        (&["--fail-on", "unknown", "--only", "edu.seats"], 1),
        (&["--fail-on", "unknown", "--only", "edu.public"], 0),
        (&["--fail-on", "unmet", "--only", "edu.public"], 1),
        (&["--fail-on", "unmet", "--only", "nothing"], 2),
    ] {
        let study = Study::small();
        let run = study.check(fail_on);
        assert_eq!(run.code, code, "{fail_on:?}: {}{}", run.stdout, run.stderr);
        // It ran: the outputs are there all the same.
        assert_eq!(study.out().exists(), code < 2, "{fail_on:?}");
    }
}

#[test]
fn the_language_is_as_asked_else_that_of_the_system_else_english() {
    let has_zh = |run: &Run| {
        assert_eq!(run.code, 0, "{}", run.stderr);
        let (chinese, english) = (run.stdout.contains("达标"), run.stdout.contains("unmet"));
        assert!(chinese != english, "{}", run.stdout);
        chinese
    };
    let checked = |lang: Option<&str>, locale: Option<&str>| {
        let home = tempfile::tempdir().unwrap();
        let mut check = command(&["check", JINPU, "--out"]);
        check.arg(home.path().join("out"));
        if let Some(lang) = lang {
            check.args(["--lang", lang]);
        }
        if let Some(locale) = locale {
            check.env("LC_ALL", locale);
        }
        let run = Run::of(check);
        let table = records(&fs::read(home.path().join("out/findings.csv")).unwrap(), "findings.csv");
        let verdict = table.iter().flatten().any(|cell| cell == "未达标");
        assert_eq!(has_zh(&run), verdict, "the tables speak the same language");
        has_zh(&run)
    };
    for (lang, locale, zh) in [
        (Some("zh"), None, true),
        (Some("en"), None, false),
        (None, None, false),
        (None, Some("zh_CN.UTF-8"), true),
        (None, Some("zh-Hans"), true),
        (None, Some("de_DE.UTF-8"), false),
        (None, Some("C"), false),
        (Some("en"), Some("zh_CN.UTF-8"), false),
        (Some("zh"), Some("en_US.UTF-8"), true),
    ] {
        assert_eq!(checked(lang, locale), zh, "{lang:?} {locale:?}");
    }
    let help = evenreach(&["check", "--help"]);
    assert_eq!((help.code, help.stderr.as_str()), (0, ""));
    assert!(help.stdout.contains("Exit codes: 0 the assessment ran"), "{}", help.stdout);
}

#[test]
fn there_is_no_escape_code_where_no_terminal_is() {
    assert!(!jinpu().run.stdout.contains('\u{1b}') && !jinpu().run.stderr.contains('\u{1b}'));
    for arguments in [&["explain"][..], &["--help"], &["check"], &["inspect", JINPU]] {
        let run = evenreach(arguments);
        assert!(!run.stdout.contains('\u{1b}') && !run.stderr.contains('\u{1b}'), "{arguments:?}");
    }
}

/// The command on a terminal of its own, with what the terminal gets; none where `script` (util-linux) is not here.
#[cfg(target_os = "linux")]
fn on_a_terminal(study: &Study, environment: &str) -> Option<String> {
    let plain = study.command(&[]);
    let mut line = format!("{environment} {}", support::EVENREACH);
    for argument in plain.get_args() {
        line.push_str(&format!(" '{}'", argument.to_str().expect("the path is text")));
    }
    let mut script = Command::new("script");
    script.args(["--quiet", "--return", "--command", &line, "/dev/null"]).env_remove("NO_COLOR");
    script.env("TERM", "xterm-256color").stdin(Stdio::null());
    match script.output() {
        Ok(output) => {
            assert!(output.status.success(), "{output:?}");
            Some(String::from_utf8(output.stdout).expect("what is printed is UTF-8"))
        }
        Err(_) => None,
    }
}

#[cfg(target_os = "linux")]
#[test]
fn on_a_terminal_there_is_colour_unless_its_user_says_no() {
    let name = "on_a_terminal_there_is_colour";
    let Some(shown) = on_a_terminal(&Study::small(), "") else { return skipped(name, "`script` is not here") };
    assert!(shown.contains("\u{1b}["), "{shown:?}");
    let Some(shown) = on_a_terminal(&Study::small(), "NO_COLOR=1") else { return };
    assert!(shown.contains("edu.public") && !shown.contains('\u{1b}'), "{shown:?}");
}

// Names.

/// A name that would colour, run and close.
const EVIL: &str = "\u{1b}[31m\u{1b}]0;title\u{7}=cmd|' /C calc'!A0<script>alert(1)</script>\u{202e}\u{9b}5m";

/// The small study with that name in every place that has one.
fn evil() -> Study {
    let study = Study::small();
    study.edit("kindergartens.csv", "一幼", EVIL);
    study.edit("kindergartens.csv", "二幼", "=HYPERLINK(1)");
    study.edit("villages.csv", "西村", "+西村");
    study.edit("people.csv", "西村", "+西村");
    study.edit("kindergartens.csv", "西村", "+西村");
    study.edit("streets.geojson", "光明街道", "@\\u001b[5m光明<script>");
    study.edit("study.toml", "en = \"Small\"", "en = \"\\u001b[31mSmall\"");
    study.edit("pack.toml", "en = \"every street has", "en = \"\\u001b[31m=every street has");
    study.edit("pack.toml", "en = \"Bureau\", zh = \"教育局\"", "en = \"\\u001b]0;x\\u0007-Bureau\", zh = \"教育局\"");
    // Both have classes above the limit: the summary names them.
    study.edit("series.csv", "K1,,2020,34", "K1,,2020,66");
    study
}

#[test]
fn names_cannot_send_escapes_to_a_terminal() {
    let study = evil();
    // As if the output were a terminal's: nothing is taken out on the way.
    let mut check = study.command(&[]);
    check.env("CLICOLOR_FORCE", "1");
    let run = Run::of(check);
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert!(run.stdout.contains("<script>alert(1)</script>"), "the name is in the summary: {}", run.stdout);
    assert!(run.stdout.contains("[31mSmall") && run.stdout.contains("]0;x-Bureau"), "{}", run.stdout);
    let harmless = |text: &str| !text.chars().any(|c| (c.is_control() && c != '\n') || c == '\u{202e}');
    assert!(harmless(&run.stdout), "{:?}", run.stdout);
    assert!(harmless(&run.stderr), "{:?}", run.stderr);
    // What is wrong with such a row quotes it.
    let study = evil();
    study.edit("kindergartens.csv", "121.031,39.051", &format!("121.031,{EVIL}"));
    let mut check = study.command(&[]);
    check.env("CLICOLOR_FORCE", "1");
    let run = Run::of(check);
    run.tells("warning", "kindergartens.csv, row 2", "is not a pair of coordinates", "decimal degrees");
    assert!(harmless(&run.stdout) && harmless(&run.stderr), "{:?}", run.stderr);
    let mut inspect = command(&["inspect", study.path("kindergartens.csv").to_str().unwrap()]);
    inspect.env("CLICOLOR_FORCE", "1");
    let run = Run::of(inspect);
    assert!(run.code == 0 && harmless(&run.stdout), "{:?}", run.stdout);
}

#[cfg(target_os = "linux")]
#[test]
fn on_a_terminal_only_the_program_colours() {
    let Some(shown) = on_a_terminal(&evil(), "NO_COLOR=1") else {
        return skipped("on_a_terminal_only_the_program_colours", "`script` is not here");
    };
    assert!(shown.contains("<script>alert(1)</script>"), "{shown:?}");
    assert!(!shown.contains(['\u{1b}', '\u{7}', '\u{9b}', '\u{202e}']), "{shown:?}");
}

#[test]
fn names_cannot_become_formulas_in_a_spreadsheet() {
    let study = evil();
    assert_eq!(study.check(&[]).code, 0);
    let mut quoted = 0;
    for name in TABLES {
        let bytes = study.output(name);
        for cell in records(&bytes, name).iter().flatten() {
            let formula = cell.trim_start().starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠', '\t']);
            assert!(!formula || cell.parse::<f64>().is_ok(), "{name}: {cell:?}");
            assert!(!cell.chars().any(|c| c.is_control() || c == '\u{202e}'), "{name}: {cell:?}");
            quoted += usize::from(cell.starts_with("'=") || cell.starts_with("'@") || cell.starts_with("'+"));
        }
    }
    assert!(4 <= quoted, "the names are in the tables: {quoted}");
    // In the workbook they are text.
    let sheets = sheets(study.output("findings.xlsx"));
    let cells = sheets.iter().flat_map(|(_, range)| range.cells().map(|(_, _, cell)| cell.to_string()));
    assert!(cells.filter(|cell| cell.starts_with("+西村")).count() != 0);
    // In styles they are text, too.
    for name in ["areas.qml", "underserved.qml", "facilities.qml"] {
        let style = String::from_utf8(study.output(name)).unwrap();
        assert!(!style.contains("<script") && !style.chars().any(|c| c.is_control() && c != '\n'), "{name}");
    }
    // Maps keep them as they are, as JSON text.
    let map: Value = serde_json::from_slice(&study.output("facilities.geojson")).unwrap();
    assert_eq!(map["features"][0]["properties"]["name"], EVIL);
}

// A run that is killed.

fn set_of_outputs(study: &Study) -> Vec<Vec<u8>> {
    assert_eq!(study.check(&[]).code, 0);
    OUTPUTS.iter().map(|name| study.output(name)).collect()
}

/// The study's outputs before and after a change that changes every output but the schema.
fn before_and_after() -> (Study, Vec<Vec<u8>>, Vec<Vec<u8>>) {
    let study = Study::small();
    let before = set_of_outputs(&study);
    study.edit("series.csv", "K1,,2020,34", "K1,,2020,66");
    study.edit("kindergartens.csv", "公办", "民办");
    let after = set_of_outputs(&study);
    let same: Vec<&str> =
        (OUTPUTS.iter().zip(before.iter().zip(&after))).filter(|(_, (a, b))| a == b).map(|(&name, _)| name).collect();
    // How things are drawn is as it was, unless there is another number of classes.
    let same: Vec<&str> = same.into_iter().filter(|name| !name.ends_with(".qml")).collect();
    assert_eq!(same, ["findings.schema.json"]);
    (study, before, after)
}

/// Each output is absent, as before or as after; says how many of them are which.
fn whole(out: &Path, before: &[Vec<u8>], after: &[Vec<u8>]) -> [usize; 3] {
    let mut n = [0; 3];
    for (name, (before, after)) in OUTPUTS.iter().zip(before.iter().zip(after)) {
        match fs::read(out.join(name)) {
            Err(_) => n[0] += 1,
            Ok(bytes) if bytes == *after => n[2] += 1,
            Ok(bytes) if bytes == *before => n[1] += 1,
            Ok(bytes) => panic!("{name} is half written: {} bytes of {} or {}", bytes.len(), before.len(), after.len()),
        }
    }
    n
}

/// Clears the folder, puts the outputs of before there or none, runs, kills where `moment` says, and looks.
fn killed(
    study: &Study,
    (before, after): (&[Vec<u8>], &[Vec<u8>]),
    empty: bool,
    moment: impl FnOnce(&mut std::process::Child),
) -> [usize; 3] {
    let _ = fs::remove_dir_all(study.out());
    fs::create_dir(study.out()).expect("there is room");
    if !empty {
        for (name, bytes) in OUTPUTS.iter().zip(before) {
            fs::write(study.out().join(name), bytes).expect("there is room");
        }
    }
    let mut child =
        study.command(&[]).stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("the command can be started");
    moment(&mut child);
    let _ = child.kill();
    child.wait().expect("the run was started");
    let n = whole(&study.out(), before, after);
    let others = names(&study.out()).into_iter().filter(|name| !OUTPUTS.contains(&name.as_str()));
    for other in others {
        assert!(other.starts_with(".evenreach-") && other.ends_with(".tmp"), "{other} is left");
    }
    n
}

#[test]
fn a_run_that_is_killed_at_any_moment_leaves_old_or_new_files_never_half() {
    let (study, before, after) = before_and_after();
    for round in 0..40_u64 {
        let wait = Duration::from_micros(round * 1500);
        killed(&study, (&before, &after), round % 2 == 0, |_| std::thread::sleep(wait));
    }
}

#[test]
fn a_run_that_is_killed_while_it_writes_leaves_old_or_new_files_never_half() {
    let (study, before, after) = before_and_after();
    let mut while_writing = 0;
    for round in 0..60_u32 {
        let out = study.out();
        killed(&study, (&before, &after), round % 2 == 0, |child| {
            // From the first name that was not there before, the writing goes on.
            let start = names(&out);
            while child.try_wait().unwrap().is_none() {
                if names(&out) != start {
                    while_writing += 1;
                    let end = Instant::now() + Duration::from_micros(50) * round;
                    while Instant::now() < end {
                        std::hint::spin_loop();
                    }
                    break;
                }
            }
        });
    }
    // A machine may be so busy that few are met, but the test must not pass without any.
    assert!(0 < while_writing, "no run was met while it wrote");
    // What the last left behind does not stop a run.
    assert_eq!(study.check(&[]).code, 0);
    assert_eq!(whole(&study.out(), &before, &after)[2], OUTPUTS.len());
}
