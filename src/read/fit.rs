//! Whether packs and data speak of the same things: words, levels and series that one side has under another name.
//!
//! Nothing here is an error: a study may lack what a pack asks for. But a slip of the pen looks just the same.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::document::nearest;
use super::problem::{At, Problems, say};
use super::vocabulary::vocabulary;
use super::world::{PackText, STUDY_FILE};
use crate::model::{Column, Layer, World};
use crate::rules::{Noun, Pack};

/// Says what does not fit; `packs` are those of `texts`, or none where one of them was refused.
pub(super) fn check(texts: &[PackText], packs: &[Arc<Pack>], world: &World, problems: &mut Problems) {
    unheld_words(texts, world, problems);
    unmatched_levels(packs, world, problems);
    misspelt_series(packs, world, problems);
}

/// Says which words a pack asks for that nobody knows and no file holds: nothing could ever meet them.
fn unheld_words(texts: &[PackText], world: &World, problems: &mut Problems) {
    for PackText { name, asked, .. } in texts {
        for (attribute, word) in asked {
            let known = vocabulary().words(attribute).unwrap_or_default();
            let columns = [world.facilities.attribute(attribute), world.areas.attribute(attribute)];
            let held: Vec<&str> = columns.into_iter().flatten().flat_map(Column::words).collect();
            if known.is_empty() || held.is_empty() || known.contains(&word.as_str()) || held.contains(&word.as_str()) {
                continue;
            }
            let held = held.join(", ");
            problems.warning(
                "unheld-word",
                name,
                At::File,
                say(
                    format!(
                        "the pack asks for `{attribute}` to be `{word}`, but no file has that word; there is: {held}"
                    ),
                    format!("规则包要求“{attribute}”为“{word}”，但数据中没有该取值；现有取值：{held}"),
                ),
                say(
                    format!("correct the pack, or in the study: values.{attribute} = {{ {word} = [\"...\"] }}"),
                    format!("请更正规则包，或在研究文件中写明：values.{attribute} = {{ {word} = [\"...\"] }}"),
                ),
            );
        }
    }
}

/// Says which levels a pack speaks of and the study calls otherwise, if it does.
fn unmatched_levels(packs: &[Arc<Pack>], world: &World, problems: &mut Problems) {
    for pack in packs {
        let absent: Vec<&str> =
            names(pack, Noun::Level).into_iter().filter(|level| world.areas.level(level).is_none()).collect();
        if absent.is_empty() {
            continue;
        }
        let (absent, levels) = (absent.join(", "), world.areas.level_keys().join(", "));
        problems.warning(
            "unmatched-level",
            STUDY_FILE,
            At::File,
            say(
                format!("the pack {} speaks of the level {absent}; the study has: {levels}", pack.document.id),
                format!("规则包 {} 使用层级 {absent}；研究中的层级：{levels}", pack.document.id),
            ),
            say(
                "if the study has it under another key, give its level the pack's key; the labels may stay",
                "若只是名称不同，请将该层级的 key 改为规则包所用的 key，显示名称可以不变",
            ),
        );
    }
}

/// Says which series no obligation uses though one of a very like name is used and not there.
fn misspelt_series(packs: &[Arc<Pack>], world: &World, problems: &mut Problems) {
    let used: BTreeSet<&str> = packs.iter().flat_map(|pack| names(pack, Noun::Series)).collect();
    let there: BTreeSet<&str> = world.series.keys().collect();
    let files: Vec<&str> = (world.sources.values().iter())
        .filter(|source| source.layer == Layer::Series)
        .map(|source| source.file.as_str())
        .collect();
    let files = files.join(", ");
    for key in there.difference(&used) {
        let Some(meant) = nearest(key, used.difference(&there).copied()) else { continue };
        problems.warning(
            "unused-series",
            &files,
            At::File,
            say(format!("no obligation uses the indicator `{key}`"), format!("没有条款使用指标 {key}")),
            say(format!("did you mean `{meant}`?"), format!("是否应为 {meant}？")),
        );
    }
}

/// The words of one noun that a pack's checks use, each once.
fn names(pack: &Pack, noun: Noun) -> BTreeSet<&str> {
    let checks = pack.obligations.iter().flat_map(|obligation| obligation.check.kind().names());
    checks.filter(|name| name.noun == noun).map(|name| name.word.get_ref().as_str()).collect()
}

#[cfg(test)]
mod tests {
    use crate::read::sketch::{areas, read};

    const PACK: &str = r#"
format = "evenreach.pack/1"
document = { id = "t", title = { en = "t", zh = "t" }, issuer = { en = "i", zh = "i" }, year = 2018 }
leads.l = { en = "l", zh = "l" }
levels.community = { en = "community", zh = "社区" }
[[obligation]]
id = "a"
clause = "1"
lead = "l"
summary = { en = "a", zh = "a" }
check.indicator = { series = "ind.maternal-mortality", unit = { en = "u", zh = "u" }, target = 9, year = 2020, each = "community" }
"#;

    // The pack speaks of communities, the study of streets; the file of series has a slip of the pen.
    #[test]
    fn a_level_of_another_key_and_a_misspelt_series_are_said() {
        let study = "packs = [\"p.toml\"]\n".to_owned()
            + &areas("district", "d.csv")
            + &areas("street", "s.csv")
            + "[[series]]\nfile = \"i.csv\"\n";
        let files = [
            ("p.toml", PACK),
            ("d.csv", "code,name\n01,甲区\n"),
            ("s.csv", "街道代码,街道名称,parent\n0101,东街,01\n"),
            ("i.csv", "indicator,year,value\nind.matenal-mortality,2020,8\nown.thing,2020,1\n"),
        ];
        let read = read(&study, &files);
        assert_eq!(read.said(), ["unmatched-level: study.toml", "unused-series: i.csv"]);
        assert_eq!(read.what("unused-series"), "no obligation uses the indicator `ind.matenal-mortality`");
        // In a file of streets `街道代码` is the code of each.
        let street = read.world().areas.iter().last().unwrap().1;
        assert_eq!((street.code.as_str(), street.name.as_str()), ("0101", "东街"));
    }
}
