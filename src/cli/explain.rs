//! `explain`: a check kind's manual, or an obligation with its clause, parameters and data needs.

mod manual;

use std::fmt::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, ValueEnum};
use textwrap::core::display_width;

use super::tell::{self, Stopped};
use crate::model::{Lang, Text};
use crate::read::Failure;
use crate::read::document::nearest;
use crate::read::pack::{self, SEEDS};
use crate::read::problem::Problems;
use crate::read::study::Study;
use crate::report;
use crate::report::words::plain;
use crate::rules::{Check, Noun, Obligation, Pack};
use crate::units::{Cost, CostUnit};

/// Explain a check kind or an obligation; without a word, list them.
///
/// Knows the packs that come with evenreach, or, with --pack, the one in that file.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  evenreach explain                           the check kinds, and all obligations
  evenreach explain reach                     the manual of a check kind
  evenreach explain edu.central-kindergarten  an obligation: clause, parameters, data
  evenreach explain --schema pack             a JSON schema for editors")]
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
        tell::result(&manual::manual(&kind, lang, tell::width()));
        return Ok(ExitCode::SUCCESS);
    }
    let all =
        packs.iter().flat_map(|pack| pack.obligations.iter().enumerate().map(move |(index, one)| (pack, index, one)));
    let found: Vec<_> = all.filter(|(_, _, obligation)| obligation.id.get_ref() == word).collect();
    if found.is_empty() {
        return Err(tell::stop(&not_found(word, &packs), lang));
    }
    for (pack, index, obligation) in found {
        tell::result(&plain_lines(&explained(pack, index, obligation, lang)));
    }
    Ok(ExitCode::SUCCESS)
}

/// That there is no such word, with those that may be meant: all ids below it, else the one most like it.
fn not_found(word: &str, packs: &[Pack]) -> Text {
    let ids = || packs.iter().flat_map(|pack| &pack.obligations).map(|obligation| obligation.id.get_ref().as_str());
    let below: Vec<&str> = ids().filter(|id| id.starts_with(word)).collect();
    let meant = match below.as_slice() {
        [] => nearest(word, Check::KINDS.into_iter().chain(ids())).into_iter().collect(),
        _ => below,
    };
    let (en, zh) = if meant.is_empty() {
        (
            "`evenreach explain` lists both; for a pack of your own add --pack FILE".to_owned(),
            "可用 evenreach explain 查看；自己的规则包请加 --pack 文件".to_owned(),
        )
    } else {
        let meant = meant.join(", ");
        (format!("did you mean: {meant}?"), format!("是否指：{meant}？"))
    };
    Text {
        en: format!("`{word}` is neither a check kind nor the id of an obligation; {en}"),
        zh: format!("“{word}”既不是核查类型，也不是条款编号；{zh}"),
    }
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
            match pack::text(path, &mut problems) {
                Some(text) => texts.push((name, text)),
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
        text.push_str(&row(&[(kind, 11)], &manual::brief(kind, lang)));
    }
    for pack in packs {
        let _ = writeln!(text, "\n{obligations}{}{}", lang.pick(": ", "："), pack.document.title.get(lang));
        let longest = |width: fn(&Obligation) -> usize| pack.obligations.iter().map(width).max().unwrap_or_default();
        let id_width = longest(|obligation| display_width(obligation.id.get_ref()));
        let clause_width = longest(|obligation| display_width(&obligation.clause)).min(20);
        for obligation in &pack.obligations {
            let before = [(obligation.id.get_ref().as_str(), id_width), (obligation.clause.as_str(), clause_width)];
            text.push_str(&row(&before, obligation.summary.get(lang)));
        }
    }
    text
}

/// A line of a table: words padded to their columns, and a text that goes on under itself.
fn row(before: &[(&str, usize)], text: &str) -> String {
    let mut first = String::from("  ");
    for (word, width) in before {
        let _ = write!(first, "{word}{}  ", " ".repeat(width.saturating_sub(display_width(word))));
    }
    let later = " ".repeat(display_width(&first));
    tell::wrapped(text, &first, &later, tell::width())
}

fn explained(pack: &Pack, index: usize, obligation: &Obligation, lang: Lang) -> String {
    let word = |english: &'static str, chinese: &'static str| lang.pick(english, chinese);
    // What goes on stands further in.
    let line = |indent: &str, words: &str| {
        let later = if indent.is_empty() { String::new() } else { format!("{indent}    ") };
        tell::wrapped(words, indent, &later, tell::width())
    };
    let colon = word(": ", "：");
    let mut text = format!("{}\n", obligation.id.get_ref());
    text.push_str(&line("", obligation.summary.get(lang)));
    let lead = pack.leads.get(obligation.lead.get_ref()).map_or("", |lead| lead.get(lang));
    let (clause, title) = (&obligation.clause, pack.document.title.get(lang));
    let kind = obligation.check.key();
    let _ = writeln!(
        text,
        "\n{}{colon}{}",
        word("clause", "条款"),
        lang.pick(format!("{clause} of {title}"), format!("{title} {clause}"))
    );
    let _ = writeln!(text, "{}{colon}{lead}", word("lead unit", "牵头单位"));
    let _ = writeln!(text, "{}{colon}{kind} (evenreach explain {kind})", word("check", "核查类型"));
    let _ = writeln!(text, "\n{}", word("parameters", "参数"));
    for (key, value) in pack.parameters(index).into_iter().flatten() {
        let edge = if is_time(value) { "within-time" } else { key };
        let edge = self::edge(edge, lang).unwrap_or_default();
        text.push_str(&line("  ", &format!("{key} = {}{edge}", written(value, lang))));
        if let Some((_, source)) = obligation.source.iter().find(|(parameter, _)| parameter.get_ref() == key) {
            text.push_str(&line("      ", &format!("{}{colon}{}", word("source", "来源"), source.get(lang))));
        }
    }
    let needs = needs(pack, index, obligation, lang);
    if !needs.is_empty() {
        let _ = writeln!(text, "\n{}", word("data it needs", "所需数据"));
    }
    for need in needs {
        text.push_str(&line("  ", &need));
    }
    text.push('\n');
    text
}

/// The value of a parameter as the pack has it; of words in two languages, those in `lang`.
fn written(value: &toml::Value, lang: Lang) -> String {
    let in_lang = value.as_table().filter(|table| table.len() == 2 && table.contains_key("zh"));
    let text = in_lang.and_then(|table| table.get(lang.pick("en", "zh")));
    text.unwrap_or(value).to_string()
}

/// On which side of a limit the limit itself is.
fn edge(key: &str, lang: Lang) -> Option<&'static str> {
    let (en, zh) = match key {
        "at-least" => (" (this value itself is enough)", "（含本数）"),
        "at-most" => (" (this value itself is allowed)", "（含本数）"),
        "target" => (" (the target itself is enough)", "（含目标值）"),
        "within" | "joint-within" => (" (this distance itself is near enough)", "（含该距离）"),
        "within-time" => (" (this time itself is near enough)", "（含该时间）"),
        "large-from" => (" (this number itself is large)", "（含本数）"),
        "grades" => (" (a grade begins with its number)", "（自该数起，含本数）"),
        "parts" => (" (each limit itself is allowed)", "（限值均含本数）"),
        "opens" => (" (the day of the first phase itself is in time)", "（含首期交付当日）"),
        _ => return None,
    };
    Some(lang.pick(en, zh))
}

/// Whether a parameter is a time to get somewhere.
fn is_time(value: &toml::Value) -> bool {
    let cost = value.as_str().and_then(|text| Cost::try_from(text.to_owned()).ok());
    cost.is_some_and(|cost| cost.unit() == CostUnit::Minutes)
}

/// What a study must hold for an obligation to be judged: the words that the pack uses, and those that its kind does.
fn needs(pack: &Pack, index: usize, obligation: &Obligation, lang: Lang) -> Vec<String> {
    let named = obligation.check.kind().names();
    let named = named.iter().map(|name| (name.noun, name.word.get_ref().as_str()));
    let mut needs: Vec<(Noun, &str)> = named.chain(implied(&obligation.check)).collect();
    needs.sort_unstable();
    needs.dedup();
    let described = needs.into_iter().map(|(noun, key)| {
        let label = label(pack, noun, key).filter(|label| label.get(lang) != key);
        let label = label.map_or_else(String::new, |label| format!("{}{}", lang.pick(": ", "："), label.get(lang)));
        let noun = match noun {
            Noun::Service => lang.pick("facilities of the service", "设施"),
            Noun::Group => lang.pick("people of the group", "人口"),
            Noun::Level => lang.pick("areas of the level", "区划层级"),
            Noun::Series => lang.pick("values by year of the series", "逐年指标"),
            Noun::Attribute => lang.pick("the facilities' attribute", "设施属性"),
            Noun::AreaAttribute => lang.pick("the areas' attribute", "区域属性"),
        };
        format!("{noun} {key}{label}")
    });
    let mut lines: Vec<String> = described.collect();
    if matches!(obligation.check, Check::Pairing(_)) {
        let estates = lang.pick(
            "new estates, with place, households and day of the first phase",
            "新建住宅区（位置、户数、首期交付日期）",
        );
        lines.push(estates.to_owned());
    }
    if pack.parameters(index).into_iter().flatten().any(|(_, value)| is_time(value)) {
        let table = lang
            .pick("a table of travel times (travel.table in study.toml)", "出行时间表（study.toml 的 travel.table）");
        lines.push(table.to_owned());
    }
    lines
}

/// The attributes that a kind reads without the pack naming them.
fn implied(check: &Check) -> Vec<(Noun, &'static str)> {
    match check {
        Check::Tiered(_) => vec![(Noun::Attribute, "form")],
        Check::Cascade(cascade) if cascade.one_stop_on.is_empty() => vec![(Noun::Attribute, "level")],
        Check::Cascade(_) => vec![(Noun::Attribute, "level"), (Noun::Attribute, "one-stop")],
        _ => Vec::new(),
    }
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
