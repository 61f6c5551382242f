//! The manual of a check kind: its doc comment and those of its keys, laid out for a terminal.

use std::fmt::Write;

use schemars::schema_for;
use serde_json::Value;

use super::super::tell;
use crate::model::Lang;
use crate::rules::Check;

/// What a kind judges, in a line.
pub(super) fn brief(kind: &str, lang: Lang) -> String {
    match lang {
        Lang::En => {
            let kinds = Kinds::new();
            kinds.of(kind).and_then(|schema| description(schema).lines().next()).unwrap_or_default().to_owned()
        }
        Lang::Zh => brief_in_chinese(kind).to_owned(),
    }
}

fn brief_in_chinese(kind: &str) -> &'static str {
    match kind {
        "presence" => "每个区域都有足够数量的某类设施。",
        "tiered" => "大的区域有独立的设施；小的区域有独立的、分设的或联合举办的设施。",
        "cascade" => "每一级的每个区域都有本级的设施。",
        "share" => "符合要求的设施（或其规模）达到一定比例。",
        "total" => "设施的数量（或其规模的合计）达到一定数目。",
        "per-capita" => "按某类人口计算的人均数量达到一定水平；不设限值时只列数字。",
        "reach" => "一定比例的人口在规定的直线距离内有设施；不设限值时只列数字。",
        "ceiling" => "没有设施超过上限；超限的列入台账，解决后销号。",
        "variation" => "各设施之间的人均资源差异系数不超过限值（义务教育均衡督导的算法）。",
        "seats" => "某类人口人人有位（或达到一定比例），可要求在规定距离内。",
        "membership" => "每个设施都属于一个集团（联盟），每个集团都有牵头单位，应有的集团都已建立。",
        "pairing" => "每个新建住宅区都有配套设施：距离近、按时启用、规模够。",
        "indicator" => "逐年指标达到目标值。",
        "note" => "没有数据可以核查；列出并说明原因。",
        _ => "",
    }
}

/// The doc comment of a kind, then its keys, those that must be there first; no line is longer than `width`.
pub(super) fn manual(kind: &str, lang: Lang, width: usize) -> String {
    let kinds = Kinds::new();
    let Some(schema) = kinds.of(kind) else { return String::new() };
    let mut text = format!("check.{kind}\n\n");
    if lang == Lang::Zh {
        let _ = writeln!(text, "{}\n（以下详细说明为英文。）\n", brief_in_chinese(kind));
    }
    text.push_str(&laid_out(description(schema), width));
    let _ = writeln!(text, "\n{}", lang.pick("Keys", "参数 Keys"));
    for (key, property, must) in keys(schema) {
        let optional = if must { "" } else { lang.pick(" (may be left out)", "（可省略）") };
        let _ = writeln!(text, "  {key}{optional}");
        let mut about = description(property).replace('\n', " ");
        let target = kinds.resolved(property);
        if let Some(values) = values(target) {
            let _ = write!(about, " {values}.");
        }
        text.push_str(&wrapped(&about, "      ", width));
        // The words of a text need no explanation.
        for (key, property, must) in keys(target).into_iter().filter(|&(key, ..)| key != "en" && key != "zh") {
            let optional = if must { "" } else { lang.pick(" (may be left out)", "（可省略）") };
            let about = format!("{key}{optional}: {}", description(property).replace('\n', " "));
            text.push_str(&wrapped(&about, "        ", width));
        }
    }
    text
}

/// The schemas of all kinds.
struct Kinds(Value);

impl Kinds {
    fn new() -> Self {
        Self(schema_for!(Check).to_value())
    }

    /// The schema of the parameters of one kind.
    fn of(&self, kind: &str) -> Option<&Value> {
        let variants = self.0["oneOf"].as_array()?;
        let variant = variants.iter().find(|variant| !variant["properties"][kind].is_null())?;
        Some(self.resolved(&variant["properties"][kind]))
    }

    /// The schema that a property refers to, perhaps as one that may be left out or as the items of a list; else itself.
    fn resolved<'a>(&'a self, property: &'a Value) -> &'a Value {
        let of_any = property["anyOf"].as_array().into_iter().flatten();
        let mut places = std::iter::once(property).chain(of_any).chain(std::iter::once(&property["items"]));
        let reference = places.find_map(|place| place["$ref"].as_str());
        reference.and_then(|reference| self.0.pointer(reference.trim_start_matches('#'))).unwrap_or(property)
    }
}

fn description(schema: &Value) -> &str {
    schema["description"].as_str().unwrap_or_default()
}

/// The keys of a table, whether each must be there; those that must come first.
fn keys(schema: &Value) -> Vec<(&str, &Value, bool)> {
    let required: Vec<&str> = schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    let properties = schema["properties"].as_object().into_iter().flatten();
    let mut keys: Vec<_> =
        properties.map(|(key, property)| (key.as_str(), property, required.contains(&key.as_str()))).collect();
    keys.sort_by_key(|&(_, _, must)| !must);
    keys
}

/// What may stand as a value: the words of an enum, or how a quantity is written.
fn values(schema: &Value) -> Option<String> {
    if let Some(variants) = schema["oneOf"].as_array() {
        let words: Vec<String> = variants
            .iter()
            .map(|variant| format!("`{}`: {}", variant["const"], lower_first(description(variant))))
            .collect();
        return Some(words.join("; ").trim_end_matches('.').to_owned());
    }
    schema["pattern"].as_str()?;
    let (_, written) = description(schema).rsplit_once("; ")?;
    Some(upper_first(written.trim_end_matches('.')))
}

fn lower_first(text: &str) -> String {
    let mut letters = text.chars();
    letters
        .next()
        .map_or_else(String::new, |first| first.to_lowercase().chain(letters).collect())
        .trim_end_matches('.')
        .to_owned()
}

fn upper_first(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// A doc comment without its marks: headings stand alone, paragraphs are filled, examples are indented as they are.
fn laid_out(doc: &str, width: usize) -> String {
    let mut text = String::new();
    let mut paragraph = String::new();
    let mut in_example = false;
    let mut indent = "";
    for line in doc.lines().chain(std::iter::once("")) {
        let starts_item = line.starts_with("- ");
        if !paragraph.is_empty() && (line.is_empty() || starts_item || line.starts_with("```")) {
            text.push_str(&wrapped(&std::mem::take(&mut paragraph), indent, width));
        }
        if line.starts_with("```") {
            in_example = !in_example;
        } else if in_example {
            let _ = writeln!(text, "    {line}");
        } else if let Some(heading) = line.strip_prefix("# ") {
            let _ = writeln!(text, "{heading}");
            indent = "  ";
        } else if line.is_empty() {
            text.push('\n');
        } else {
            let gap = if paragraph.is_empty() { "" } else { " " };
            let _ = write!(paragraph, "{gap}{}", line.trim_start());
        }
    }
    format!("{}\n", text.trim_end())
}

/// A paragraph in lines; the later lines of an item stand under its first word.
fn wrapped(paragraph: &str, indent: &str, width: usize) -> String {
    let later = if paragraph.starts_with("- ") { format!("{indent}  ") } else { indent.to_owned() };
    tell::wrapped(paragraph, indent, &later, width)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_has_a_line_in_both_languages_and_a_manual_without_marks() {
        for kind in Check::KINDS {
            for lang in [Lang::En, Lang::Zh] {
                assert!(!brief(kind, lang).is_empty(), "{kind}");
                let manual = manual(kind, lang, 80);
                assert!(!manual.contains("```") && !manual.contains("\n# "), "{manual}");
                assert!(manual.contains("\nExample\n    check."), "{manual}");
            }
        }
    }

    #[test]
    fn paragraphs_are_filled_and_examples_stand_as_they_are() {
        let doc = "One line.\n\n# A part\nSome words\nthat go on.\n- an item that\n  goes on\n\n# Example\n```toml\nx = { y = 1 }\n```";
        assert_eq!(
            laid_out(doc, 24),
            "One line.\n\nA part\n  Some words that go on.\n  - an item that goes on\n\nExample\n    x = { y = 1 }\n"
        );
    }

    #[test]
    fn a_key_says_how_its_value_is_written() {
        let manual = manual("reach", Lang::En, 100);
        assert!(manual.contains("Written `\"80 %\"`."), "{manual}");
        assert!(manual.contains("`\"each\"`: "), "{manual}");
    }
}
