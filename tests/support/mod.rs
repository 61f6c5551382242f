//! A small study in a temporary folder, and the command run on it as a user runs it.
//!
//! ```text
//!  39.1 ┌─────────────┬─────────────┐
//!       │ 光明街道 S1 │ 站前街道 S2 │    two streets with boundaries in one district,
//!       │ 东村   西村 │    东村     │    three villages with a seat each, two of one name
//!       │  V1     V2  │     V3      │
//!  39.0 └─────────────┴─────────────┘
//!      121.0        121.1         121.2
//! ```

// Each test file is a crate of its own and uses its own part of this.
#![allow(dead_code)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use tempfile::TempDir;

/// The command.
pub(crate) const EVENREACH: &str = env!("CARGO_BIN_EXE_evenreach");

/// Every file of the small study: it is read without a warning.
pub(crate) const FILES: [(&str, &str); 9] = [
    ("study.toml", STUDY),
    ("pack.toml", PACK),
    ("district.csv", "code,name\nD,金州区\n"),
    ("streets.geojson", STREETS),
    (
        "villages.csv",
        "代码/code,名称/name,上级代码/parent,经度/lon,纬度/lat,类型/kind\n\
         V1,东村,S1,121.03,39.05,村\nV2,西村,S1,121.07,39.05,村\nV3,东村,S2,121.15,39.05,社区\n",
    ),
    (
        "people.csv",
        "area-code,area-name,常住人口,children-3-5\nV1,东村,4000,120\nV2,西村,\"1,500\",40\nV3,东村,9000,300\n",
    ),
    (
        "kindergartens.csv",
        "code,name,area-code,area-name,lon,lat,ownership,form,serves,capacity,opened,largest-class\n\
         K1,一幼,V1,东村,121.031,39.051,公办,独立,,90,2015-09-01,34\n\
         K2,二幼,V3,东村,121.151,39.052,民办,独立,,180,2018-09-01,41\n\
         K3,三幼,V2,西村,121.070,39.049,公办,联合,V1;V2,,2019-09-01,\n",
    ),
    (
        "series.csv",
        "indicator,facility,area-code,year,value\nrate,,,2015,80\nrate,,,2020,91\nrate,,S1,2020,93\n\
         largest-class,K1,,2020,34\nlargest-class,K2,,2020,41\n",
    ),
    ("estates.csv", "code,name,area-code,lon,lat,households,first-phase\nE1,新城,V3,121.16,39.06,1200,2019-06-30\n"),
];

const STUDY: &str = r#"format = "evenreach.study/1"
name = { en = "Small", zh = "小区" }
reference-date = "2020-12-31"
packs = ["pack.toml"]
crs = "EPSG:4326"
levels = [
  { key = "district", en = "district", zh = "区" },
  { key = "street", en = "street", zh = "街道" },
  { key = "village", en = "village", zh = "村" },
]

[[areas]]
level = "district"
file = "district.csv"
[[areas]]
level = "street"
file = "streets.geojson"
[[areas]]
level = "village"
file = "villages.csv"
[[people]]
file = "people.csv"
[[facilities]]
file = "kindergartens.csv"
service = "kindergarten"
[[series]]
file = "series.csv"
[[estates]]
file = "estates.csv"
"#;

const STREETS: &str = r#"{"type":"FeatureCollection","features":[
{"type":"Feature","properties":{"code":"S1","name":"光明街道","parent":"D"},"geometry":{"type":"Polygon","coordinates":[[[121.0,39.0],[121.1,39.0],[121.1,39.1],[121.0,39.1],[121.0,39.0]]]}},
{"type":"Feature","properties":{"code":"S2","name":"站前街道","parent":"D"},"geometry":{"type":"Polygon","coordinates":[[[121.1,39.0],[121.2,39.0],[121.2,39.1],[121.1,39.1],[121.1,39.0]]]}}
]}
"#;

const PACK: &str = r#"format = "evenreach.pack/1"
document = { id = "small", year = 2018, title = { en = "Small", zh = "小文件" }, issuer = { en = "Bureau", zh = "局" } }
[leads]
bureau = { en = "Bureau", zh = "教育局" }
[services]
kindergarten = { en = "kindergarten", zh = "幼儿园", unit = { en = "places", zh = "个学位" } }
[groups]
residents = { en = "residents", zh = "常住人口" }
children-3-5 = { en = "children", zh = "儿童" }
[levels]
street = { en = "street", zh = "街道" }
village = { en = "village", zh = "村" }

[[obligation]]
id = "edu.public"
clause = "1"
lead = "bureau"
summary = { en = "every street has a public kindergarten", zh = "街道均有公办园" }
check.presence = { in-each = "street", service = "kindergarten", where = { ownership = "public" }, at-least = 1 }

[[obligation]]
id = "edu.village"
clause = "2"
lead = "bureau"
summary = { en = "every village is served", zh = "村村有园" }
check.tiered = { in-each = "village", service = "kindergarten", group = "residents", large-from = "4000 persons", joint-within = "3 km" }

[[obligation]]
id = "edu.near"
clause = "3"
lead = "bureau"
summary = { en = "90 % of the children have one within 2 km", zh = "90% 儿童 2 公里内有园" }
check.reach = { service = "kindergarten", group = "children-3-5", within = "2 km", at-least = "90 %" }

[[obligation]]
id = "edu.seats"
clause = "4"
lead = "bureau"
summary = { en = "a place for each child", zh = "一人一位" }
check.seats = { service = "kindergarten", capacity = "capacity", group = "children-3-5", at-least = "100 %", each = "street" }

[[obligation]]
id = "edu.small-classes"
clause = "4"
lead = "bureau"
summary = { en = "no class over 35", zh = "无大班额" }
check.ceiling = { service = "kindergarten", value = "largest-class", at-most = 35, history = "largest-class" }

[[obligation]]
id = "edu.rate"
clause = "5"
lead = "bureau"
summary = { en = "the rate", zh = "比率" }
check.indicator = { series = "rate", unit = { zh = "%", en = "%" }, from = { year = 2015, value = 80 }, target = 90, year = 2020, each = "street" }

[[obligation]]
id = "edu.advice"
clause = "6"
lead = "bureau"
summary = { en = "advice online", zh = "网上咨询" }
check.note = { why = { en = "no data", zh = "没有数据" } }
"#;

/// The outputs of a run, by name, sorted.
pub(crate) const OUTPUTS: [&str; 15] = [
    "areas.csv",
    "areas.geojson",
    "areas.parquet",
    "areas.qml",
    "facilities.geojson",
    "facilities.qml",
    "findings.csv",
    "findings.gpkg",
    "findings.json",
    "findings.parquet",
    "findings.schema.json",
    "findings.xlsx",
    "ledger.csv",
    "underserved.geojson",
    "underserved.qml",
];

/// A study in a folder of its own, with a folder for the outputs beside it.
pub(crate) struct Study {
    home: TempDir,
}

impl Study {
    /// The small study.
    pub(crate) fn small() -> Self {
        let study = Self { home: tempfile::tempdir().expect("there is room for a folder") };
        fs::create_dir(study.folder()).expect("there is room");
        for (name, text) in FILES {
            study.put(name, text);
        }
        study
    }

    /// The small study with one file that holds something else.
    pub(crate) fn with(name: &str, bytes: impl AsRef<[u8]>) -> Self {
        let study = Self::small();
        study.put(name, bytes);
        study
    }

    /// The small study with `old` replaced by `new` in one file.
    pub(crate) fn edited(name: &str, old: &str, new: &str) -> Self {
        let study = Self::small();
        study.edit(name, old, new);
        study
    }

    /// The study's folder.
    pub(crate) fn folder(&self) -> PathBuf {
        self.home.path().join("study")
    }

    /// A folder around the study and its outputs.
    pub(crate) fn home(&self) -> &Path {
        self.home.path()
    }

    /// The folder for the outputs.
    pub(crate) fn out(&self) -> PathBuf {
        self.home.path().join("out")
    }

    /// A file of the study.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder().join(name)
    }

    /// Writes a file of the study.
    pub(crate) fn put(&self, name: &str, bytes: impl AsRef<[u8]>) {
        fs::write(self.path(name), bytes).expect("there is room");
    }

    /// Replaces `old`, which must be there, by `new` in a file of the study.
    pub(crate) fn edit(&self, name: &str, old: &str, new: &str) {
        let text = fs::read_to_string(self.path(name)).expect("the file is there");
        assert!(text.contains(old), "{name} holds no `{old}`");
        self.put(name, text.replace(old, new));
    }

    /// `check` of the study into its folder for outputs, in English.
    pub(crate) fn check(&self, more: &[&str]) -> Run {
        Run::of(self.command(more))
    }

    /// `check` of the study, not run yet.
    pub(crate) fn command(&self, more: &[&str]) -> Command {
        let mut command = command(&["check"]);
        command.arg(self.folder()).arg("--out").arg(self.out()).args(more);
        if !more.contains(&"--lang") {
            command.args(["--lang", "en"]);
        }
        command
    }

    /// An output.
    pub(crate) fn output(&self, name: &str) -> Vec<u8> {
        fs::read(self.out().join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    /// The run stops at an error at `place` that says `what` and how to mend it, and writes nothing: neither a new
    /// folder nor over an old output.
    pub(crate) fn refused(&self, place: &str, what: &str, help: &str) {
        let run = self.check(&[]);
        run.refused();
        run.tells("error", place, what, help);
        assert!(!self.out().exists(), "a refused run has made the folder for outputs");
        self.writes_nothing(&[]);
    }

    /// A refused run leaves the outputs of the run before as they are.
    pub(crate) fn writes_nothing(&self, more: &[&str]) {
        fs::create_dir(self.out()).expect("there is room");
        fs::write(self.out().join("findings.json"), "old").expect("there is room");
        self.check(more).refused();
        assert_eq!(names(&self.out()), ["findings.json"]);
        assert_eq!(self.output("findings.json"), b"old");
    }

    /// The run goes on with a warning at `place` that says `what` and how to mend it; `--strict` makes it an error.
    pub(crate) fn warned(&self, place: &str, what: &str, help: &str) {
        let strict = self.check(&["--strict"]);
        strict.refused();
        strict.tells("error", place, what, help);
        assert!(!self.out().exists(), "a refused run has made the folder for outputs");

        let run = self.check(&[]);
        assert_eq!(run.code, 0, "{}", run.stderr);
        run.tells("warning", place, what, help);
        assert_eq!(names(&self.out()), OUTPUTS);
        let json: serde_json::Value = serde_json::from_slice(&self.output("findings.json")).expect("it is JSON");
        let said = json["problems"].as_array().expect("problems are a list");
        assert!(said.iter().any(|problem| problem["what"]["en"].as_str().is_some_and(|said| said.contains(what))));
    }
}

/// What a run left.
#[derive(Debug)]
pub(crate) struct Run {
    /// The exit code; -1 where a signal ended it.
    pub(crate) code: i32,
    /// What it printed, which must be UTF-8.
    pub(crate) stdout: String,
    /// What it said on the error stream.
    pub(crate) stderr: String,
}

impl Run {
    /// Runs a command.
    pub(crate) fn of(mut command: Command) -> Self {
        let Output { status, stdout, stderr } = command.output().expect("the command can be started");
        let text = |bytes| String::from_utf8(bytes).expect("what is printed is UTF-8");
        Self { code: status.code().unwrap_or(-1), stdout: text(stdout), stderr: text(stderr) }
    }

    /// It could not run, said so on the error stream only, and did not panic.
    pub(crate) fn refused(&self) {
        assert_eq!(self.code, 2, "{}\n{}", self.stdout, self.stderr);
        assert_eq!(self.stdout, "");
        assert!(self.stderr.contains("error: ") || self.stderr.contains("错误"), "{}", self.stderr);
        self.is_calm();
    }

    /// No panic, and not pages of text.
    pub(crate) fn is_calm(&self) {
        assert!(!self.stderr.contains("panicked") && !self.stderr.contains("RUST_BACKTRACE"), "{}", self.stderr);
        assert!(self.stderr.len() < 100_000, "{} bytes of complaint", self.stderr.len());
    }

    /// One line begins with `severity: place: ` and says `what`, and the next says how to mend it.
    pub(crate) fn tells(&self, severity: &str, place: &str, what: &str, help: &str) {
        let lines: Vec<&str> = self.stderr.lines().collect();
        let start = format!("{severity}: {place}: ");
        let told = lines.windows(2).any(|pair| {
            let said = pair[0].strip_prefix(&start);
            said.is_some_and(|said| said.contains(what)) && pair[1].starts_with("    → ") && pair[1].contains(help)
        });
        assert!(told, "no `{start}... {what}` with `→ ... {help}` in\n{}", self.stderr);
    }

    /// Every piece of text is on the error stream.
    pub(crate) fn says(&self, pieces: &[&str]) {
        for piece in pieces {
            assert!(self.stderr.contains(piece), "no `{piece}` in\n{}", self.stderr);
        }
    }
}

/// The command with arguments, whatever the language and the colours of who runs the tests.
pub(crate) fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(EVENREACH);
    command.args(arguments);
    for name in ["LC_ALL", "LC_MESSAGES", "LC_CTYPE", "LANG", "LANGUAGE", "NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE"] {
        command.env_remove(name);
    }
    command
}

/// The command with arguments, run.
pub(crate) fn evenreach(arguments: &[&str]) -> Run {
    Run::of(command(arguments))
}

/// What a folder holds, sorted.
pub(crate) fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let name = |entry: std::io::Result<fs::DirEntry>| entry.expect("the folder can be read").file_name();
    let mut names: Vec<String> = entries.map(|entry| name(entry).to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

/// Says on the test's error stream that a test could not be made on this machine.
#[allow(clippy::print_stderr)]
pub(crate) fn skipped(test: &str, why: &str) {
    eprintln!("SKIPPED {test}: {why}");
}
