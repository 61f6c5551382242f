//! Which area a code and a name mean: joined by both, within the parent where it is known.
//!
//! Official lists contradict each other: the same code can mean another street, and the same name can be there
//! twice. The rule: a code and a name that agree are believed; where they do not, the name within the parent wins if
//! exactly one area bears it, else the code; every such case is said.

use std::collections::HashMap;

use super::problem::say;
use crate::model::{AreaId, Areas, LevelId, Text};

/// Areas by code and by name.
pub(super) struct Gazetteer<'a> {
    areas: &'a Areas,
    by_code: HashMap<&'a str, Vec<AreaId>>,
    by_name: HashMap<&'a str, Vec<AreaId>>,
    by_stem: HashMap<&'a str, Vec<AreaId>>,
}

/// What a file says of an area.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Reference<'a> {
    /// Its level, if the column says.
    pub level: Option<LevelId>,
    /// Its code, or empty.
    pub code: &'a str,
    /// Its name, or empty.
    pub name: &'a str,
    /// An area that holds it, if known.
    pub within: Option<AreaId>,
}

/// What was found, and what must be said about it.
#[derive(Clone, Debug, Default)]
pub(super) struct Joined {
    /// The area, if one is meant without doubt.
    pub area: Option<AreaId>,
    /// What is wrong and what would be right.
    pub said: Option<(Text, Text)>,
}

impl Joined {
    fn found(area: AreaId) -> Self {
        Self { area: Some(area), said: None }
    }

    fn but(area: Option<AreaId>, what: Text, help: Text) -> Self {
        Self { area, said: Some((what, help)) }
    }
}

/// A name without the word for what kind of area it is, so that `拥政` finds `拥政街道`.
fn stem(name: &str) -> &str {
    const ENDINGS: [&str; 10] =
        ["社区居民委员会", "街道办事处", "社区居委会", "村民委员会", "居委会", "村委会", "街道", "社区", "村", "镇"];
    ENDINGS.iter().find_map(|ending| name.strip_suffix(ending)).filter(|stem| !stem.is_empty()).unwrap_or(name)
}

impl<'a> Gazetteer<'a> {
    /// A gazetteer of all areas.
    pub(super) fn new(areas: &'a Areas) -> Self {
        let mut gazetteer = Self { areas, by_code: HashMap::new(), by_name: HashMap::new(), by_stem: HashMap::new() };
        for (id, area) in areas.iter() {
            gazetteer.by_code.entry(&area.code).or_default().push(id);
            gazetteer.by_name.entry(&area.name).or_default().push(id);
            gazetteer.by_stem.entry(stem(&area.name)).or_default().push(id);
        }
        gazetteer
    }

    /// The area that a file means.
    pub(super) fn resolve(&self, reference: Reference<'_>) -> Joined {
        let Reference { code, name, .. } = reference;
        let by_code = self.candidates(&self.by_code, code, reference, false);
        let by_name = self.named(reference);
        match (code.is_empty(), name.is_empty()) {
            (true, true) => Joined::default(),
            (false, true) => self.by_code_only(reference, &by_code),
            (true, false) => self.by_name_only(reference, &by_name),
            (false, false) => self.by_both(reference, &by_code, &by_name),
        }
    }

    fn by_code_only(&self, reference: Reference<'_>, by_code: &[AreaId]) -> Joined {
        let code = reference.code;
        match by_code {
            [area] => match reference.within.filter(|&within| !self.areas.holds(within, *area)) {
                None => Joined::found(*area),
                Some(within) => Joined::but(
                    Some(*area),
                    say(
                        format!("the code `{code}` ({}) does not lie in {}", self.label(*area), self.label(within)),
                        format!("代码 {code}（{}）不属于{}", self.label(*area), self.label(within)),
                    ),
                    say("the code was used; check which is right", "已按代码归属；请核对"),
                ),
            },
            [] => Joined::but(
                None,
                say(format!("no area has the code `{code}`"), format!("没有代码为 {code} 的区域")),
                say("check it against the study's lists of areas", "请与研究的区划名录核对"),
            ),
            several => self.ambiguous(code, several),
        }
    }

    fn by_name_only(&self, reference: Reference<'_>, by_name: &[AreaId]) -> Joined {
        let name = reference.name;
        match by_name {
            [area] => Joined::found(*area),
            [] => {
                // A column may hold codes under a header that speaks of names.
                let as_code = Reference { code: name, name: "", ..reference };
                match self.candidates(&self.by_code, name, as_code, false).as_slice() {
                    [area] => Joined::found(*area),
                    _ => {
                        let within = reference.within.map_or(String::new(), |within| self.label(within));
                        Joined::but(
                            None,
                            say(
                                if within.is_empty() {
                                    format!("no area is called `{name}`")
                                } else {
                                    format!("no area in {within} is called `{name}`")
                                },
                                format!("{within}没有名为“{name}”的区域"),
                            ),
                            say("check the spelling against the study's lists of areas", "请与研究的区划名录核对名称"),
                        )
                    }
                }
            }
            several => self.ambiguous(name, several),
        }
    }

    fn by_both(&self, reference: Reference<'_>, by_code: &[AreaId], by_name: &[AreaId]) -> Joined {
        let Reference { code, name, .. } = reference;
        if let Some(&both) = by_code.iter().find(|area| by_name.contains(area)) {
            return Joined::found(both);
        }
        match (by_code, by_name) {
            (coded, [named]) => {
                let meaning = coded.first().map_or_else(
                    || say("no area has this code", "名录中没有此代码"),
                    |&other| {
                        say(format!("that code is {}", self.label(other)), format!("该代码对应{}", self.label(other)))
                    },
                );
                Joined::but(
                    Some(*named),
                    say(
                        format!("the code `{code}` and the name `{name}` contradict each other: {}", meaning.en),
                        format!("代码 {code} 与名称“{name}”不一致：{}", meaning.zh),
                    ),
                    say(
                        format!("the name was used: {}; use one list of codes", self.label(*named)),
                        format!("已按名称归属于{}；请统一代码版本", self.label(*named)),
                    ),
                )
            }
            ([coded], []) => Joined::but(
                Some(*coded),
                say(
                    format!("the code `{code}` is {}, not `{name}`", self.label(*coded)),
                    format!("代码 {code} 对应{}，而不是“{name}”", self.label(*coded)),
                ),
                say(
                    "the code was used, no area bears the name; check whether it was renamed",
                    "没有该名称的区域，已按代码归属；请核对是否更名",
                ),
            ),
            ([], []) => Joined::but(
                None,
                say(
                    format!("no area has the code `{code}` or the name `{name}`"),
                    format!("没有代码为 {code} 或名称为“{name}”的区域"),
                ),
                say("check it against the study's lists of areas", "请与研究的区划名录核对"),
            ),
            (_, several) if 1 < several.len() => self.ambiguous(name, several),
            (several, _) => self.ambiguous(code, several),
        }
    }

    fn ambiguous(&self, word: &str, several: &[AreaId]) -> Joined {
        let labels: Vec<String> = several.iter().take(5).map(|&area| self.label(area)).collect();
        let labels = labels.join(", ");
        Joined::but(
            None,
            say(
                format!("`{word}` can mean {} areas: {labels}", several.len()),
                format!("“{word}”可指 {} 个区域：{labels}", several.len()),
            ),
            say("add the code, or the name of the area that holds it", "请补充代码或上级区域名称"),
        )
    }

    fn named(&self, reference: Reference<'_>) -> Vec<AreaId> {
        let exact = self.candidates(&self.by_name, reference.name, reference, true);
        if exact.is_empty() { self.candidates(&self.by_stem, stem(reference.name), reference, true) } else { exact }
    }

    fn candidates(
        &self,
        index: &HashMap<&'a str, Vec<AreaId>>,
        word: &str,
        reference: Reference<'_>,
        only_within: bool,
    ) -> Vec<AreaId> {
        let all = index.get(word).map_or(&[][..], Vec::as_slice).iter().copied();
        let level = reference.level;
        let fits = all.filter(|&area| level.is_none_or(|level| self.areas[area].level == level));
        let within = reference.within.filter(|_| only_within);
        fits.filter(|&area| within.is_none_or(|within| self.areas.holds(within, area))).collect()
    }

    /// The area in words: its name, code, and what holds it.
    pub(super) fn label(&self, area: AreaId) -> String {
        let found = &self.areas[area];
        match found.parent {
            Some(parent) => format!("{} {} ({})", found.name, found.code, self.areas[parent].name),
            None => format!("{} {}", found.name, found.code),
        }
    }
}
