//! `init`: an empty study with templates that a bureau can fill in.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;

use super::tell::{self, Stopped};
use crate::model::{Lang, Text};
use crate::read::vocabulary::{AttributeType, vocabulary};
use crate::report::files;
use crate::sample::columns::{FILES, File, header};

/// Start an empty study: study.toml and a table to fill in for each layer.
///
/// Every table has its headers in Chinese and English and one example row, to be deleted. Nothing is overwritten.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  evenreach init my-study
  evenreach init my-study --level city --level district --level street --level community")]
pub(super) struct Arguments {
    /// The folder of the new study.
    #[arg(value_name = "DIR")]
    folder: PathBuf,
    /// A level of areas, from the top down; may be given several times. By default city, district, street, community.
    #[arg(long = "level", value_name = "NAME")]
    levels: Vec<String>,
}

/// The levels of a study whose user names none.
const LEVELS: [&str; 4] = ["city", "district", "street", "community"];

pub(super) fn run(arguments: &Arguments, lang: Lang) -> Result<ExitCode, Stopped> {
    let levels: Vec<&str> = match arguments.levels.as_slice() {
        [] => LEVELS.to_vec(),
        named => named.iter().map(String::as_str).collect(),
    };
    let fits =
        |level: &&&str| level.chars().all(|letter| letter.is_alphanumeric() || letter == '-') && !level.is_empty();
    if let Some(level) = levels.iter().find(|level| !fits(level)) {
        return Err(tell::stop(
            &Text {
                en: format!("`{level}` cannot name a level: use letters, digits and `-`"),
                zh: format!("“{level}”不能作为层级名称：请使用字母、数字和 -"),
            },
            lang,
        ));
    }
    let files = templates(&levels);
    if let Some((name, _)) = files.iter().find(|(name, _)| arguments.folder.join(name).exists()) {
        let path = arguments.folder.join(name);
        let path = path.display();
        return Err(tell::stop(
            &Text {
                en: format!("`{path}` is there already; nothing was written. Choose a new folder"),
                zh: format!("“{path}”已存在，未写入任何文件；请选择新的文件夹"),
            },
            lang,
        ));
    }
    files::write(&arguments.folder, &files).map_err(|problem| tell::stop(&problem.text(), lang))?;
    let folder = arguments.folder.display();
    let names: Vec<&str> = files.iter().map(|(name, _)| name.as_str()).collect();
    let names = names.join(", ");
    tell::result(&match lang {
        Lang::En => {
            format!("{folder}: {names}\nFill in the tables, delete the example rows, then: evenreach check {folder}\n")
        }
        Lang::Zh => format!("{folder}：{names}\n填写各表并删除示例行，然后运行：evenreach check {folder}\n"),
    });
    Ok(ExitCode::SUCCESS)
}

/// All files of a new study; tables begin with a byte order mark, so that Excel reads them as UTF-8.
fn templates(levels: &[&str]) -> Vec<(String, Vec<u8>)> {
    let mut files = vec![("study.toml".to_owned(), study(levels).into_bytes())];
    for (depth, level) in levels.iter().enumerate() {
        let parent = if depth == 0 { String::new() } else { area_code(depth - 1) };
        let kind = if depth + 1 == levels.len() { "village" } else { "" };
        let row = [
            area_code(depth),
            format!("示例{} example", depth + 1),
            parent,
            String::new(),
            String::new(),
            kind.to_owned(),
        ];
        let text = format!("代码/code,名称/name,上级代码/parent,经度/lon,纬度/lat,类型/kind\n{}\n", row.join(","));
        files.push((format!("{level}.csv"), with_mark(&text)));
    }
    let lowest = area_code(levels.len() - 1);
    for file in &FILES {
        let headers: Vec<String> = file.columns.iter().map(|&column| header(column)).collect();
        let cells: Vec<String> =
            file.columns.iter().map(|&(_, key)| example(file, key, &lowest, levels.len())).collect();
        files.push((file.name.to_owned(), with_mark(&format!("{}\n{}\n", headers.join(","), cells.join(",")))));
    }
    files
}

fn with_mark(text: &str) -> Vec<u8> {
    format!("\u{feff}{text}").into_bytes()
}

/// The code of the example area of a level: each begins with that of the level above.
fn area_code(depth: usize) -> String {
    format!("10{}", "01".repeat(depth))
}

/// A cell of the example row.
fn example(file: &File, key: &str, area: &str, levels: usize) -> String {
    let word = match key {
        // Ids differ from file to file: values by year name a facility by its id alone.
        "code" => return format!("{}-001", file.name.trim_end_matches(".csv")),
        "facility" => "schools-001",
        "name" => "示例（请删除此行）example: delete this row",
        "area-code" => area,
        "area-name" => return format!("示例{levels} example"),
        "lon" => "121.7",
        "lat" => "39.1",
        "serves" | "alliance" => "",
        "remark" => "示例 example",
        "ownership" => "公办",
        "form" => "独立",
        "stage" => "小学",
        "setting" => "城区",
        "school-group" => "东部",
        "level" => "社区",
        "service" => "就业服务平台",
        "indicator" => "ind.exercise",
        "year" => "2020",
        "value" => "50",
        "first-phase" => "2020-09-01",
        _ => match vocabulary().attribute_type(key) {
            Some(AttributeType::Flag) => "是",
            Some(AttributeType::Date) => "2019-09-01",
            Some(AttributeType::Text) => "",
            Some(AttributeType::Number) | None => "100",
        },
    };
    word.to_owned()
}

fn study(levels: &[&str]) -> String {
    let mut text = String::from(
        r#"# A study for evenreach; `evenreach explain --schema study` prints what may stand here. 研究文件。
format = "evenreach.study/1"
name = { en = "My district", zh = "我的区" }
# The day on which the promises are judged. 评估基准日。
reference-date = "2020-12-31"
packs = ["jinpu-2018"]
# The coordinate system of files that do not state theirs: "EPSG:4326" (WGS 84), "EPSG:4490" (CGCS2000), "EPSG:4549" (its
# 3-degree zone of 120 E), "GCJ-02" (Amap, Tencent 高德、腾讯), "BD-09" (Baidu 百度). A layer may have a crs of its own. 坐标系。
crs = "EPSG:4326"
levels = [
"#,
    );
    for level in levels {
        let (en, zh) = label(level);
        text.push_str(&format!("    {{ key = \"{level}\", en = \"{en}\", zh = \"{zh}\" }},\n"));
    }
    text.push_str("]\n");
    for level in levels {
        text.push_str(&format!("\n[[areas]]\nlevel = \"{level}\"\nfile = \"{level}.csv\"\n"));
    }
    text.push_str("\n# The tables hold one example row each. Where your own data stand, delete the line `illustrative = true`: till then\n# every output says that data are made up. 填入真实数据后请删除 illustrative 一行。\n");
    for file in &FILES {
        text.push_str(&layer(file));
    }
    text
}

fn label(level: &str) -> (&str, &str) {
    match level {
        "city" => (level, "市"),
        "district" => (level, "区"),
        "street" => (level, "街道"),
        "community" => (level, "社区（村）"),
        "village" => (level, "村"),
        _ => (level, level),
    }
}

/// The lines of a study that name one table.
fn layer(file: &File) -> String {
    let service = file.service.map(|service| format!("service = \"{service}\"\n")).unwrap_or_default();
    let (layer, name) = (file.layer, file.name);
    format!("\n[[{layer}]]\nfile = \"{name}\"\n{service}illustrative = true\n")
}
