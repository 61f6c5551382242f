//! `explain`: a check kind's manual, or an obligation with its clause, parameters and data needs.

use std::fmt::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, ValueEnum};
use schemars::Schema;
use serde_json::Value;

use super::tell::{self, Stopped};
use crate::model::{Lang, Text};
use crate::read::pack::{self, SEEDS};
use crate::read::problem::Problems;
use crate::read::study::Study;
use crate::read::{Failure, input};
use crate::report;
use crate::report::words::plain;
use crate::rules::{Check, Noun, Obligation, Pack};

/// Explain a check kind or an obligation; without a word, list them.
///
/// Knows the packs that come with evenreach, and the one that --pack names.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  evenreach explain                          the check kinds, and the obligations of the packs
  evenreach explain reach                    the manual of a check kind
  evenreach explain edu.central-kindergarten the clause, its parameters, their sources, and the data it needs
  evenreach explain --schema pack            a JSON schema for editors")]
pub(super) struct Arguments {
    /// The id of an obligation, or a check kind.
    #[arg(value_name = "ID|KIND")]
    word: Option<String>,
    /// A pack to explain, instead of those that come with evenreach.
    #[arg(long, value_name = "FILE")]
    pack: Option<PathBuf>,
    /// Print a JSON schema instead.
    #[arg(long, value_enum, value_name = "WHAT", conflicts_with_all = ["word", "pack"])]
    schema: Option<SchemaOf>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum SchemaOf {
    /// Of rule packs.
    Pack,
    /// Of study files.
    Study,
    /// Of findings.json.
    Findings,
}

pub(super) fn run(arguments: &Arguments, lang: Lang) -> Result<ExitCode, Stopped> {
    if let Some(of) = arguments.schema {
        let schema = match of {
            SchemaOf::Pack => schemars::schema_for!(Pack).to_value(),
            SchemaOf::Study => schemars::schema_for!(Study).to_value(),
            SchemaOf::Findings => report::json::schema(),
        };
        tell::result(&format!("{schema:#}\n"));
        return Ok(ExitCode::SUCCESS);
    }
    let packs = packs(arguments, lang)?;
    let Some(word) = &arguments.word else {
        tell::result(&plain_lines(&list(&packs, lang)));
        return Ok(ExitCode::SUCCESS);
    };
    let kind = word.replace('_', "-");
    if Check::KINDS.contains(&kind.as_str()) {
        tell::result(&manual(&kind));
        return Ok(ExitCode::SUCCESS);
    }
    let all =
        packs.iter().flat_map(|pack| pack.obligations.iter().enumerate().map(move |(index, one)| (pack, index, one)));
    let found: Vec<_> = all.filter(|(_, _, obligation)| obligation.id.get_ref() == word).collect();
    if found.is_empty() {
        return Err(tell::stop(
            &Text {
                en: format!(
                    "`{word}` is neither a check kind nor the id of an obligation; `evenreach explain` lists both"
                ),
                zh: format!("“{word}”既不是核查类型，也不是条款编号；可用 evenreach explain 查看"),
            },
            lang,
        ));
    }
    for (pack, index, obligation) in found {
        tell::result(&plain_lines(&explained(pack, index, obligation, lang)));
    }
    Ok(ExitCode::SUCCESS)
}

/// Words of a pack may hold anything.
fn plain_lines(text: &str) -> String {
    text.lines().flat_map(|line| [plain(line), "\n".to_owned()]).collect()
}

fn packs(arguments: &Arguments, lang: Lang) -> Result<Vec<Pack>, Stopped> {
    let mut texts: Vec<(String, String)> = Vec::new();
    match &arguments.pack {
        None => texts.extend(SEEDS.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned()))),
        Some(path) => {
            let mut problems = Problems::default();
            let name = path.display().to_string();
            let read = input::read(path, &name, &mut problems);
            match read.as_ref().and_then(|input| input.document(&mut problems)) {
                Some(text) => texts.push((name, text.to_owned())),
                None => return Err(tell::failure(&Failure::Problems(problems), lang)),
            }
        }
    }
    let read: Result<Vec<Pack>, _> = texts.iter().map(|(name, text)| pack::read(name, text, None)).collect();
    read.map_err(|refused| tell::failure(&Failure::Refused(vec![refused]), lang))
}

fn list(packs: &[Pack], lang: Lang) -> String {
    let mut text = String::new();
    let (kinds, obligations) = match lang {
        Lang::En => ("Check kinds (evenreach explain KIND)", "Obligations (evenreach explain ID)"),
        Lang::Zh => ("核查类型（evenreach explain 类型）", "条款（evenreach explain 编号）"),
    };
    let _ = writeln!(text, "{kinds}");
    for kind in Check::KINDS {
        let first = description(&kind_schema(kind)).lines().next().unwrap_or_default().to_owned();
        let _ = writeln!(text, "  {kind:<12} {first}");
    }
    for pack in packs {
        let _ = writeln!(text, "\n{obligations}: {}", pack.document.title.get(lang));
        for obligation in &pack.obligations {
            let id = obligation.id.get_ref();
            let _ = writeln!(text, "  {id:<34} {:<10} {}", obligation.clause, obligation.summary.get(lang));
        }
    }
    text
}

/// The schema of the parameters of one kind, with its doc comment.
fn kind_schema(kind: &str) -> Value {
    let schema: Schema = schemars::schema_for!(Check);
    let root = schema.to_value();
    let variants = root["oneOf"].as_array().cloned().unwrap_or_default();
    let variant = variants.into_iter().find(|variant| !variant["properties"][kind].is_null()).unwrap_or_default();
    let reference = variant["properties"][kind]["$ref"].as_str().unwrap_or_default().to_owned();
    root.pointer(reference.trim_start_matches('#')).cloned().unwrap_or_default()
}

fn description(schema: &Value) -> &str {
    schema["description"].as_str().unwrap_or_default()
}

/// The manual of a kind: its doc comment, then its keys.
fn manual(kind: &str) -> String {
    let schema = kind_schema(kind);
    let mut text = format!("check.{kind}\n\n{}\n\n# Keys\n", description(&schema));
    let required: Vec<&str> = schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    for (key, property) in schema["properties"].as_object().into_iter().flatten() {
        let needed = if required.contains(&key.as_str()) { "" } else { " (may be left out)" };
        let _ = writeln!(text, "- {key}{needed}: {}", description(property).replace('\n', " "));
    }
    text
}

fn explained(pack: &Pack, index: usize, obligation: &Obligation, lang: Lang) -> String {
    let en = lang == Lang::En;
    let word = |english: &'static str, chinese: &'static str| if en { english } else { chinese };
    let mut text = format!("{}\n{}\n\n", obligation.id.get_ref(), obligation.summary.get(lang));
    let lead = pack.leads.get(obligation.lead.get_ref()).map_or("", |lead| lead.get(lang));
    let _ = writeln!(text, "{}: {} {}", word("clause", "条款"), pack.document.title.get(lang), obligation.clause);
    let _ = writeln!(text, "{}: {lead}", word("lead unit", "牵头单位"));
    let _ = writeln!(
        text,
        "{}: {} (evenreach explain {})",
        word("check", "核查类型"),
        obligation.check.key(),
        obligation.check.key()
    );
    let _ = writeln!(text, "\n{}:", word("parameters", "参数"));
    for (key, value) in pack.parameters(index).into_iter().flatten() {
        let edge = match key.as_str() {
            "at-least" => word(" (this value itself is enough)", "（含本数）"),
            "at-most" => word(" (this value itself is allowed)", "（含本数）"),
            "within" | "joint-within" => word(" (this distance itself is near enough)", "（含该距离）"),
            "large-from" => word(" (this number itself is large)", "（含本数）"),
            _ => "",
        };
        let _ = writeln!(text, "  {key} = {value}{edge}");
        if let Some((_, source)) = obligation.source.iter().find(|(parameter, _)| parameter.get_ref() == key) {
            let _ = writeln!(text, "      {}: {}", word("source", "来源"), source.get(lang));
        }
    }
    let mut needs: Vec<(Noun, &str)> =
        obligation.check.kind().names().into_iter().map(|name| (name.noun, name.word.get_ref().as_str())).collect();
    needs.sort_unstable();
    needs.dedup();
    if !needs.is_empty() {
        let _ = writeln!(text, "\n{}:", word("data it needs", "所需数据"));
    }
    for (noun, key) in needs {
        let label = label(pack, noun, key).map_or_else(String::new, |label| label.get(lang).to_owned());
        let noun = match noun {
            Noun::Service => word("facilities of the service", "设施"),
            Noun::Group => word("people of the group", "人口"),
            Noun::Level => word("areas of the level", "区划层级"),
            Noun::Series => word("values by year of the series", "逐年指标"),
            Noun::Attribute => word("the facilities' attribute", "设施属性"),
            Noun::AreaAttribute => word("the areas' attribute", "区域属性"),
        };
        let _ = writeln!(text, "  {noun} {key} {label}");
    }
    text.push('\n');
    text
}

fn label(pack: &Pack, noun: Noun, key: &str) -> Option<Text> {
    match noun {
        Noun::Service => pack.services.get(key).map(|words| Text { en: words.en.clone(), zh: words.zh.clone() }),
        Noun::Group => pack.groups.get(key).cloned(),
        Noun::Level => pack.levels.get(key).cloned(),
        Noun::Attribute | Noun::AreaAttribute => pack.attributes.get(key).cloned(),
        Noun::Series => None,
    }
}
