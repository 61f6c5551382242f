//! Workbooks and encoded text of LibreOffice, openpyxl, xlwt and Python read as the tables that they show.

use std::fs;

use evenreach::read::input::{self, Input};
use evenreach::read::problem::Problems;
use evenreach::read::table::{Table, Wish};
use evenreach::read::{read_table, reader_of};

use super::foreign;
use super::support::Study;

fn input(name: &str) -> Option<Input> {
    let path = foreign("workbook", name)?;
    Some(input::read(&path, name, &mut Problems::default()).unwrap())
}

/// The table, and the code and place of each problem.
fn read(name: &str, layer: Option<&str>) -> Option<(Option<Table>, Vec<String>)> {
    let wish = Wish { layer: layer.map(str::to_owned), ..Wish::default() };
    let mut problems = Problems::default();
    let table = read_table(&input(name)?, &wish, &mut problems);
    let said = problems.kept().iter().map(|problem| format!("{}: {:?}", problem.code, problem.at));
    Some((table, said.collect()))
}

/// Each row as `number a|b|c`, the header first.
fn lines(table: &Table) -> Vec<String> {
    let headers: Vec<&str> = table.columns.iter().map(|cells| cells.header.as_str()).collect();
    let line = |row| table.columns.iter().map(|cells| cells.get(row)).collect::<Vec<_>>().join("|");
    let rows = (0..table.n_rows).map(|row| format!("{} {}", table.number(row), line(row)));
    std::iter::once(headers.join("|")).chain(rows).collect()
}

const HEADER: &str = "街道|代码|名称|经度|纬度|办学性质|核定学位|在园幼儿数|启用日期|达标率|班额|经费";

// LibreOffice has computed the formulas: 90 / 3 = 30; 1180 is a text there, so what is divided by 0 is an error anyway.
#[test]
fn a_sheet_reads_as_it_is_shown_whatever_the_format() {
    for ending in ["xlsx", "xls", "ods"] {
        let name = format!("libreoffice.{ending}");
        let Some((table, said)) = read(&name, Some("幼儿园")) else { return };
        let table = table.unwrap();
        assert_eq!(
            lines(&table),
            [
                HEADER,
                "5 光明街道|210213001001|一幼|121.55|39.05|公办|90|１２０|2015-09-01|0.95|30|1500.5",
                "6 光明街道|210213001002|二幼|121.56|39.06|民办|1,180|95|2018-09-01|1||0.1",
                "7 站前街道|210213002001|三幼|121.57|39.07|公办|60||2019.9.1|||-3",
            ],
            "{ending}"
        );
        assert_eq!(said, ["error-cells: Row(6)"], "{ending}");
        assert_eq!((table.n_titles, table.n_notes), (2, 2), "{ending}");
        assert_eq!(table.file, format!("{name}!幼儿园"));
    }
}

#[test]
fn formulas_without_results_are_missing_and_said() {
    let Some((table, said)) = read("openpyxl.xlsx", Some("1")) else { return };
    let table = table.unwrap();
    assert_eq!(lines(&table)[1], "5 光明街道|210213001001|一幼|121.55|39.05|公办|90|１２０|2015-09-01|0.95||1500.5");
    assert_eq!(said, ["no-result: Row(5)"]);
}

#[test]
fn a_sheet_is_named_or_numbered_by_its_tab() {
    for ending in ["openpyxl.xlsx", "libreoffice.xlsx", "libreoffice.xls", "libreoffice.ods"] {
        let Some(input) = input(ending) else { return };
        let layers = reader_of(&input).unwrap().layers(&input, &mut Problems::default());
        // The empty sheet is no choice, nor is the hidden one.
        assert_eq!(layers.unwrap(), ["幼儿园", "人口"], "{ending}");
        let table = |layer| lines(&read(ending, Some(layer)).unwrap().0.unwrap());
        assert_eq!(table("3"), ["代码|常住人口", "2 210213001|4000"], "{ending}");
        assert_eq!(table("人口"), table("3"), "{ending}");
        assert_eq!(table("字典"), ["代码|名称", "2 1|公办"], "{ending}");
        for wrong in ["2", "空表", "9", "0", "学校", ""] {
            let (table, said) = read(ending, Some(wrong)).unwrap();
            assert!(table.is_none() && said == ["layer: File"], "{ending} {wrong} {said:?}");
        }
        let (table, said) = read(ending, None).unwrap();
        assert!(table.is_none() && said == ["layer: File"], "{ending} {said:?}");
    }
}

// 3,000 rows of a merged street; texts over many records, in one and two bytes a letter.
#[test]
fn an_xls_of_another_writer_is_read_in_full() {
    let Some((table, said)) = read("xlwt.xls", None) else { return };
    let table = table.unwrap();
    assert_eq!((table.n_rows, said.len()), (3000, 0));
    let lines = lines(&table);
    assert_eq!(lines[0], "街道|代码|名称|启用日期|学位|达标率");
    for row in [1, 2, 49, 50, 1777, 3000] {
        let long = "长".repeat(row % 50);
        let name = format!("第{row}小学 No. {row} {long}");
        let day = jiff::civil::date(2020, 1, 1) + jiff::ToSpan::days(row as i64);
        let rate = row as f64 / 8.0;
        let said = format!("{} 光明街道|{}|{}|{day}|{}|{rate}", row + 1, 210_213_000_000 + row, name.trim(), row % 7);
        assert_eq!(lines[row], said);
    }
}

#[test]
fn days_may_count_from_1904() {
    let Some((table, _)) = read("days1904.xlsx", None) else { return };
    assert_eq!(lines(&table.unwrap()), ["名称|启用日期", "2 一幼|2020-09-01"]);
}

#[test]
fn hostile_and_locked_workbooks_are_refused_in_words() {
    let Some((table, said)) = read("locked.xlsx", None) else { return };
    assert!(table.is_none() && said == ["locked: File"], "{said:?}");
    let (table, said) = read("bomb.xlsx", None).unwrap();
    assert!(table.is_none() && said == ["too-large: File"], "{said:?}");
    let (table, said) = read("far.xlsx", None).unwrap();
    assert_eq!((lines(&table.unwrap()), said.len()), (vec!["名称|".to_owned(), "1048576 |x".to_owned()], 0));
}

#[test]
fn the_encoding_and_the_separator_of_text_are_found() {
    let simplified = ["名称|街道|备注", "2 一幼|光明街道|分两处：\n东、西", "3 二幼|登沙河街道|a,\"b\""];
    let traditional = ["名稱|街道|備註", "2 一幼|中正區|分兩處：\n東、西", "3 二幼|南港區|a,\"b\""];
    for (name, encoding, rows) in [
        ("gb18030.csv", Some("GB18030"), simplified),
        ("gbk.txt", Some("GB18030"), simplified),
        ("gb18030.tsv", Some("GB18030"), simplified),
        ("utf-8-sig.csv", None, simplified),
        ("utf-16.csv", Some("UTF-16LE"), simplified),
        ("utf-16-be.csv", Some("UTF-16BE"), simplified),
        ("big5.csv", Some("Big5"), traditional),
    ] {
        let Some((table, said)) = read(name, None) else { return };
        let table = table.unwrap();
        assert_eq!(
            (lines(&table), table.encoding, said.len()),
            (rows.map(String::from).to_vec(), encoding, 0),
            "{name}"
        );
    }
}

/// What `check` writes of the small study.
fn outputs(study: &Study) -> Vec<Vec<u8>> {
    let run = study.check(&[]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    ["findings.csv", "areas.csv", "areas.geojson", "underserved.geojson"].map(|name| study.output(name)).to_vec()
}

#[test]
fn a_study_on_a_workbook_finds_what_it_finds_on_text() {
    let text = outputs(&Study::small());
    for name in ["small.xlsx", "small.xls", "small.ods"] {
        let Some(path) = foreign("workbook", name) else { return };
        let study = Study::small();
        fs::copy(path, study.path(name)).unwrap();
        study.edit("study.toml", "\"villages.csv\"", &format!("\"{name}!villages\""));
        study.edit("study.toml", "\"people.csv\"", &format!("\"{name}!people\""));
        study.edit("study.toml", "\"kindergartens.csv\"", &format!("\"{name}!3\""));
        assert!(outputs(&study) == text, "{name}");
    }
}

#[test]
fn a_file_under_a_wrong_name_is_known_by_its_content() {
    let Some(path) = foreign("workbook", "small.xlsx") else { return };
    let study = Study::small();
    fs::copy(path, study.path("villages.csv")).unwrap();
    study.edit("study.toml", "\"villages.csv\"", "\"villages.csv!villages\"");
    assert!(outputs(&study) == outputs(&Study::small()));
}

/// Numbers that look random and are the same in each run.
struct Chance(u64);

impl Chance {
    fn below(&mut self, n: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % n as u64) as usize
    }

    /// Changes a few bytes, or cuts the end off.
    fn damage(&mut self, bytes: &mut Vec<u8>) {
        if bytes.is_empty() {
            return;
        }
        for _ in 0..=self.below(4) {
            let at = self.below(bytes.len());
            bytes[at] = match self.below(3) {
                0 => bytes[at] ^ (1 << self.below(8)),
                1 => [0, 0xFF, b'9', b'<'][self.below(4)],
                _ => self.below(256) as u8,
            };
        }
        if self.below(8) == 0 {
            bytes.truncate(self.below(bytes.len()));
        }
    }
}

/// Reads it whatever it is: a table, or a problem that says why not.
fn survives(name: &str, bytes: Vec<u8>) {
    let input = Input::of_bytes(name, bytes);
    for layer in [None, Some("1".to_owned()), Some("人口".to_owned())] {
        let mut problems = Problems::default();
        let table = read_table(&input, &Wish { layer, ..Wish::default() }, &mut problems);
        assert!(table.is_some() || problems.has_errors(), "{name}");
    }
}

#[test]
fn a_damaged_workbook_is_a_table_or_an_error() {
    let mut chance = Chance(20_200_901);
    for name in ["libreoffice.xlsx", "libreoffice.ods", "libreoffice.xls", "openpyxl.xlsx"] {
        let Some(path) = foreign("workbook", name) else { return };
        let bytes = fs::read(path).unwrap();
        for _ in 0..200 {
            let mut damaged = bytes.clone();
            chance.damage(&mut damaged);
            survives(name, damaged);
        }
    }
}

// What is compressed is checked by a sum: here the parts are damaged, and the sums are right.
#[test]
fn a_workbook_of_damaged_parts_is_a_table_or_an_error() {
    let mut chance = Chance(1);
    for name in ["libreoffice.xlsx", "libreoffice.ods", "openpyxl.xlsx"] {
        let Some(path) = foreign("workbook", name) else { return };
        let mut archive = zip::ZipArchive::new(fs::File::open(path).unwrap()).unwrap();
        let mut parts: Vec<(String, Vec<u8>)> = Vec::new();
        for index in 0..archive.len() {
            let mut part = archive.by_index(index).unwrap();
            let mut bytes = Vec::new();
            std::io::Read::read_to_end(&mut part, &mut bytes).unwrap();
            parts.push((part.name().unwrap().into_owned(), bytes));
        }
        let read_of = |name: &str| {
            ["workbook", "sheet", "Strings", "styles", "content", "rels"].iter().any(|word| name.contains(word))
        };
        for _ in 0..300 {
            let mut archive = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
            for (name, bytes) in &parts {
                let mut bytes = bytes.clone();
                if read_of(name) && chance.below(3) == 0 {
                    chance.damage(&mut bytes);
                }
                let stored =
                    zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
                archive.start_file(name.as_str(), stored).unwrap();
                std::io::Write::write_all(&mut archive, &bytes).unwrap();
            }
            survives(name, archive.finish().unwrap().into_inner());
        }
    }
}

#[test]
fn damaged_text_is_a_table_or_an_error() {
    let mut chance = Chance(7);
    for name in ["gb18030.csv", "utf-16.csv", "utf-16-be.csv", "big5.csv"] {
        let Some(path) = foreign("workbook", name) else { return };
        let bytes = fs::read(path).unwrap();
        for _ in 0..500 {
            let mut damaged = bytes.clone();
            chance.damage(&mut damaged);
            survives(name, damaged);
        }
    }
}
