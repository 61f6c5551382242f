//! Files damaged at random: whatever the bytes, every reader gives a result or problems, never a panic; and what was
//! read can be assessed and written.

mod support;

use std::cell::RefCell;
use std::path::Path;

use evenreach::assess::{Only, assess, limits};
use evenreach::model::Lang;
use evenreach::read::input::Input;
use evenreach::read::inspection::inspect;
use evenreach::read::problem::Problems;
use evenreach::read::study::Study as StudyFile;
use evenreach::read::table::Wish;
use evenreach::read::{Failure, Options, pack, read_study, read_table};
use evenreach::report::{self, files::Content};
use evenreach::space::TravelMatrix;
use proptest::prelude::*;
use proptest::sample::{Index, select};

use support::{FILES, Study};

/// One thing done to a file.
#[derive(Clone, Debug)]
enum Damage {
    /// One bit is turned.
    Flip(Index, u8),
    /// A stretch is taken out.
    Cut(Index, usize),
    /// A stretch is there twice.
    Double(Index, usize),
    /// Bytes are put in.
    Insert(Index, Vec<u8>),
    /// The rest is missing.
    End(Index),
    /// A word or number is another.
    Word(Index, &'static str),
    /// A line is there twice.
    DoubleLine(Index),
    /// Two lines change their places.
    SwapLines(Index, Index),
}

/// What stands in files that were made by mistake or by malice.
const WORDS: [&str; 32] = [
    "",
    "0",
    "-0",
    "-1",
    "1e308",
    "-1e308",
    "1e400",
    "NaN",
    "inf",
    "99999999999999999999",
    "0.1e-320",
    "180",
    "-90",
    "90.0000001",
    "V1",
    "V3",
    "S2",
    "D",
    "东村",
    "西村",
    "null",
    "true",
    "[]",
    "{}",
    "\"",
    "\u{0}",
    "\u{feff}",
    "\u{202e}",
    "2020-02-30",
    "1900",
    "100 %",
    "0 m",
];

fn damage() -> impl Strategy<Value = Damage> {
    let bytes = prop::collection::vec(
        prop_oneof![any::<u8>(), select(b",;\"'[]{}=\n\r\0.-+:%#\\\xEF\xBB\xBF".as_slice())],
        1..8,
    );
    prop_oneof![
        1 => (any::<Index>(), 0..8_u8).prop_map(|(at, bit)| Damage::Flip(at, bit)),
        1 => (any::<Index>(), 1..40_usize).prop_map(|(at, n)| Damage::Cut(at, n)),
        1 => (any::<Index>(), 1..200_usize).prop_map(|(at, n)| Damage::Double(at, n)),
        1 => (any::<Index>(), bytes).prop_map(|(at, bytes)| Damage::Insert(at, bytes)),
        1 => any::<Index>().prop_map(Damage::End),
        // Words are what leads deepest: they are tried as often as all the others together.
        7 => (any::<Index>(), select(&WORDS)).prop_map(|(at, word)| Damage::Word(at, word)),
        1 => any::<Index>().prop_map(Damage::DoubleLine),
        1 => (any::<Index>(), any::<Index>()).prop_map(|(a, b)| Damage::SwapLines(a, b)),
    ]
}

fn damaged(bytes: &[u8], damages: &[Damage]) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    for damage in damages.iter() {
        if bytes.is_empty() {
            break;
        }
        match damage {
            Damage::Flip(at, bit) => {
                let at = at.index(bytes.len());
                bytes[at] ^= 1 << bit;
            }
            Damage::Cut(at, n) => {
                let at = at.index(bytes.len());
                let end = bytes.len().min(at + n);
                bytes.drain(at..end);
            }
            Damage::Double(at, n) => {
                let at = at.index(bytes.len());
                let twice = bytes[at..bytes.len().min(at + n)].to_vec();
                bytes.splice(at..at, twice);
            }
            Damage::Insert(at, new) => {
                let at = at.index(bytes.len());
                bytes.splice(at..at, new.iter().copied());
            }
            Damage::End(at) => bytes.truncate(at.index(bytes.len())),
            Damage::Word(at, word) => {
                let words = words(&bytes);
                if !words.is_empty() {
                    bytes.splice(words[at.index(words.len())].clone(), word.bytes());
                }
            }
            Damage::DoubleLine(at) => {
                let mut lines: Vec<Vec<u8>> = lines(&bytes);
                let at = at.index(lines.len());
                lines.insert(at, lines[at].clone());
                bytes = lines.concat();
            }
            Damage::SwapLines(a, b) => {
                let mut lines: Vec<Vec<u8>> = lines(&bytes);
                let (a, b) = (a.index(lines.len()), b.index(lines.len()));
                lines.swap(a, b);
                bytes = lines.concat();
            }
        }
    }
    bytes
}

fn lines(bytes: &[u8]) -> Vec<Vec<u8>> {
    bytes.split_inclusive(|&byte| byte == b'\n').map(<[u8]>::to_vec).collect()
}

/// Where words and numbers stand: runs of what is no mark of CSV, JSON or TOML.
fn words(bytes: &[u8]) -> Vec<std::ops::Range<usize>> {
    let mut words = Vec::new();
    let mut start = None;
    for (at, byte) in bytes.iter().chain([&b'\n']).enumerate() {
        match (start, b",;\"[]{}=:\n\r ".contains(byte)) {
            (None, false) => start = Some(at),
            (Some(from), true) => {
                words.push(from..at);
                start = None;
            }
            _ => {}
        }
    }
    words
}

fn text(name: &str) -> &'static str {
    FILES.iter().find(|(file, _)| *file == name).expect("it is a file of the small study").1
}

fn input(name: &str, bytes: Vec<u8>) -> Input {
    Input::of_bytes(name, bytes)
}

/// Reads the study in a folder; where that gives a world, goes on to the bytes of every output.
fn study_to_outputs(folder: &Path) -> Result<Vec<(String, Vec<u8>)>, Failure> {
    let read = read_study(folder, &Options::default(), &|_, _| ())?;
    let travel = TravelMatrix::compute(&read.world, &limits(&read.world, &read.packs));
    let findings = assess(&read.world, &travel, &read.packs, &Only::default());
    let outputs = report::outputs(&findings, &read.world, &[], Lang::Zh);
    Ok(outputs.iter().map(|output| (output.name().to_owned(), output.bytes())).collect())
}

/// A failure says what is wrong.
fn is_said(failure: &Failure) -> bool {
    match failure {
        Failure::Refused(refused) => {
            !refused.is_empty()
                && refused.iter().all(|refused| !refused.mistakes.is_empty() && !refused.render(false).is_empty())
        }
        Failure::Problems(problems) => problems.has_errors(),
    }
}

thread_local! {
    /// One folder for all cases: each writes the file that it damages, and the next mends it.
    static STUDY: RefCell<Study> = RefCell::new(Study::small());
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_damaged_table_is_read_or_refused(
        name in select(vec!["villages.csv", "people.csv", "kindergartens.csv", "series.csv", "streets.geojson"]),
        damages in prop::collection::vec(damage(), 1..6),
    ) {
        let mut problems = Problems::default();
        match read_table(&input(name, damaged(text(name).as_bytes(), &damages)), &Wish::default(), &mut problems) {
            Some(table) => {
                prop_assert!(table.columns.iter().all(|column| column.len() == table.n_rows));
                prop_assert!(table.geometry.is_empty() || table.geometry.len() == table.n_rows);
                let _ = inspect(table, None, None, &mut Problems::default());
            }
            None => prop_assert!(problems.has_errors()),
        }
    }

    #[test]
    fn a_damaged_pack_is_read_or_refused(damages in prop::collection::vec(damage(), 1..6)) {
        let bytes = damaged(text("pack.toml").as_bytes(), &damages);
        let mut problems = Problems::default();
        let input = input("pack.toml", bytes);
        let Some(text) = input.document(&mut problems) else {
            prop_assert!(problems.has_errors());
            return Ok(());
        };
        if let Err(refused) = pack::read("pack.toml", &text, None) {
            prop_assert!(is_said(&Failure::Refused(vec![refused])));
        }
    }

    #[test]
    fn a_damaged_study_file_is_read_or_refused(damages in prop::collection::vec(damage(), 1..6)) {
        let bytes = damaged(text("study.toml").as_bytes(), &damages);
        let Ok(text) = std::str::from_utf8(&bytes) else { return Ok(()) };
        if let Err(mistakes) = StudyFile::parse(text) {
            prop_assert!(!mistakes.is_empty());
            prop_assert!(mistakes.iter().all(|mistake| mistake.at.end <= text.len()));
        }
    }

    #[test]
    fn a_study_with_a_damaged_file_is_assessed_or_refused(
        file in select(&FILES),
        damages in prop::collection::vec(damage(), 1..4),
    ) {
        let (name, text) = file;
        STUDY.with_borrow(|study| {
            study.put(name, damaged(text.as_bytes(), &damages));
            let read = study_to_outputs(&study.folder());
            study.put(name, text);
            match read {
                Ok(outputs) => {
                    for (name, bytes) in outputs.iter().filter(|(name, _)| name.ends_with("json")) {
                        let json: Result<serde_json::Value, _> = serde_json::from_slice(bytes);
                        prop_assert!(json.is_ok(), "{name}: {json:?}");
                    }
                }
                Err(failure) => prop_assert!(is_said(&failure), "{failure:?}"),
            }
            Ok(())
        })?;
    }
}

#[test]
fn damage_leads_to_worlds_and_to_refusals() {
    // The property above would hold of a reader that refuses everything: count what it gives for damage of one word.
    let study = Study::small();
    let (mut worlds, mut refused) = (0, 0);
    for (name, text) in FILES {
        let places = words(text.as_bytes()).len();
        for at in (0..places).step_by(7) {
            let mut bytes = text.as_bytes().to_vec();
            let range = words(&bytes)[at].clone();
            bytes.splice(range, WORDS[at % WORDS.len()].bytes());
            study.put(name, bytes);
            match study_to_outputs(&study.folder()) {
                Ok(_) => worlds += 1,
                Err(failure) => {
                    assert!(is_said(&failure), "{failure:?}");
                    refused += 1;
                }
            }
        }
        study.put(name, text);
    }
    assert!(10 < worlds && 10 < refused, "{worlds} worlds, {refused} refusals");
}
