//! Which area a code and a name mean: joined by both, within the parent where it is known.
//!
//! Official lists contradict each other: the same code can mean another street, and the same name can be there
//! twice. The rule:
//!
//! | code | name, within the parent | then |
//! |---|---|---|
//! | of an area that bears the name | | that area |
//! | of one, none or several others | of one area | the name, and it is said |
//! | of one area | of none | the code, and it is said: it may have been renamed |
//! | of one, none or several others | of several | none, and it is said |
//! | of none or several | of none | none, and it is said |
//! | not given | of one area | that area |
//! | of one area | not given | that area; if it is not in the parent, that is said |

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

/// A name without the word for what kind of area it is, so that `拥政` finds `拥政街道`, and that kind.
fn stem(name: &str) -> (&str, Option<&'static str>) {
    const ENDINGS: [(&str, &str); 10] = [
        ("社区居民委员会", "社区"),
        ("街道办事处", "街道"),
        ("社区居委会", "社区"),
        ("村民委员会", "村"),
        ("居委会", "社区"),
        ("村委会", "村"),
        ("街道", "街道"),
        ("社区", "社区"),
        ("村", "村"),
        ("镇", "镇"),
    ];
    let cut = |&(ending, kind): &(&str, &'static str)| {
        name.strip_suffix(ending).filter(|stem| !stem.is_empty()).map(|stem| (stem, Some(kind)))
    };
    ENDINGS.iter().find_map(cut).unwrap_or((name, None))
}

impl<'a> Gazetteer<'a> {
    /// A gazetteer of all areas.
    pub(super) fn new(areas: &'a Areas) -> Self {
        let mut gazetteer = Self { areas, by_code: HashMap::new(), by_name: HashMap::new(), by_stem: HashMap::new() };
        for (id, area) in areas.iter() {
            gazetteer.by_code.entry(&area.code).or_default().push(id);
            gazetteer.by_name.entry(&area.name).or_default().push(id);
            gazetteer.by_stem.entry(stem(&area.name).0).or_default().push(id);
        }
        gazetteer
    }

    /// The area that a file means.
    pub(super) fn resolve(&self, reference: Reference<'_>) -> Joined {
        let Reference { code, name, .. } = reference;
        if let Some(area) = self.agreed(reference) {
            return Joined::found(area);
        }
        let by_code = self.candidates(&self.by_code, code, reference, false);
        let by_name = self.named(reference);
        match (code.is_empty(), name.is_empty()) {
            (true, true) => Joined::default(),
            (false, true) => self.by_code_only(reference, &by_code),
            (true, false) => self.by_name_only(reference, &by_name),
            (false, false) => self.by_both(reference, &by_code, &by_name),
        }
    }

    /// The area that a word means, a code or a name, looked for near `own` first: in it, then in each area that holds it.
    pub(super) fn near(&self, word: &str, own: Option<AreaId>) -> Joined {
        let resolve = |within| self.resolve(Reference { name: word, within, ..Reference::default() });
        let mut near: Vec<AreaId> = own.into_iter().flat_map(|own| self.areas.chain(own)).collect();
        near.reverse();
        let found = near.into_iter().map(|area| resolve(Some(area)));
        let mut sure = found.filter(|joined| joined.area.is_some() && joined.said.is_none());
        sure.next().unwrap_or_else(|| resolve(None))
    }

    /// The area whose code and name these are to the letter: the usual case, found without a list of candidates.
    fn agreed(&self, reference: Reference<'_>) -> Option<AreaId> {
        let coded = self.by_code.get(reference.code)?.iter().copied();
        let mut agreed = coded.filter(|&area| self.areas[area].name == reference.name && self.fits(area, reference));
        agreed.find(|&area| reference.within.is_none_or(|within| self.areas.holds(within, area)))
    }

    /// Whether the area is of the level that is asked for.
    fn fits(&self, area: AreaId, reference: Reference<'_>) -> bool {
        reference.level.is_none_or(|level| self.areas[area].level == level)
    }

    /// Whether a code and a name speak of an area: they agree, or the name is that of one.
    pub(super) fn knows(&self, code: &str, name: &str) -> bool {
        let joined = self.resolve(Reference { code, name, ..Reference::default() });
        joined.area.is_some() && (joined.said.is_none() || !name.is_empty())
    }

    /// The area of a level that has this code.
    pub(super) fn coded(&self, level: LevelId, code: &str) -> Option<AreaId> {
        self.by_code.get(code)?.iter().copied().find(|&area| self.areas[area].level == level)
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
                    found @ [_] => self.by_code_only(as_code, found),
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
            (coded, several) if 1 < several.len() => {
                let (en, zh) = self.meaning(several);
                let (coded_en, coded_zh) = coded.first().map_or_else(
                    || ("no area has this code".to_owned(), "名录中没有此代码".to_owned()),
                    |&other| {
                        (format!("that code is {}", self.label(other)), format!("该代码对应{}", self.label(other)))
                    },
                );
                Joined::but(
                    None,
                    say(
                        format!("`{name}` can mean {en}, but the code `{code}` is none of them: {coded_en}"),
                        format!("“{name}”可指{zh}，但代码 {code} 不是其中之一：{coded_zh}"),
                    ),
                    say("correct the code, or add the area that holds it", "请更正代码，或补充上级区域"),
                )
            }
            (several, _) => self.ambiguous(code, several),
        }
    }

    /// Areas in words: how many, and the first few.
    fn meaning(&self, several: &[AreaId]) -> (String, String) {
        let labels: Vec<String> = several.iter().take(5).map(|&area| self.label(area)).collect();
        let n = several.len();
        (format!("{n} areas ({})", labels.join(", ")), format!(" {n} 个区域（{}）", labels.join("、")))
    }

    fn ambiguous(&self, word: &str, several: &[AreaId]) -> Joined {
        let (en, zh) = self.meaning(several);
        Joined::but(
            None,
            say(format!("`{word}` can mean {en}"), format!("“{word}”可指{zh}")),
            say("add the code, or the name of the area that holds it", "请补充代码或上级区域名称"),
        )
    }

    fn named(&self, reference: Reference<'_>) -> Vec<AreaId> {
        let exact = self.candidates(&self.by_name, reference.name, reference, true);
        if !exact.is_empty() {
            return exact;
        }
        // `东山` may be short for 东山村, but 东山村 is not 东山街道.
        let (short, kind) = stem(reference.name);
        let mut like = self.candidates(&self.by_stem, short, reference, true);
        like.retain(|&area| match (kind, stem(&self.areas[area].name).1) {
            (Some(asked), Some(found)) => asked == found,
            _ => true,
        });
        like
    }

    fn candidates(
        &self,
        index: &HashMap<&'a str, Vec<AreaId>>,
        word: &str,
        reference: Reference<'_>,
        only_within: bool,
    ) -> Vec<AreaId> {
        let all = index.get(word).map_or(&[][..], Vec::as_slice).iter().copied();
        let fits = all.filter(|&area| self.fits(area, reference));
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

#[cfg(test)]
mod tests {
    use super::*;

    use crate::model::Id;
    use crate::model::sketch::Sketch;

    // 金州区 21: 东山街道 2101 (东山村 210101, 李屯村 210102), 西河街道 2102 (东山村 210201, 和平社区居委会 210202)
    fn areas() -> Areas {
        let mut sketch = Sketch::new(&["district", "street", "village"]);
        for (level, code, parent) in [
            ("district", "21", None),
            ("street", "2101", Some("21")),
            ("street", "2102", Some("21")),
            ("village", "210101", Some("2101")),
            ("village", "210102", Some("2101")),
            ("village", "210201", Some("2102")),
            ("village", "210202", Some("2102")),
        ] {
            sketch = sketch.area(level, code, parent, None, &[]);
        }
        let names = ["金州区", "东山街道", "西河街道", "东山村", "李屯村", "东山村", "和平社区居委会"];
        let world = sketch.world();
        let named = world
            .areas
            .iter()
            .zip(names)
            .map(|((_, area), name)| crate::model::Area { name: name.to_owned(), ..area.clone() });
        Areas::new(world.areas.levels().clone(), named.collect(), Default::default())
    }

    /// The code of the area that was found, or `-`, and what is said of it in English.
    fn resolve(level: Option<usize>, code: &str, name: &str, within: Option<&str>) -> (String, String) {
        let areas = areas();
        let within = within.map(|code| areas.iter().find(|(_, area)| area.code == code).unwrap().0);
        let level = level.map(LevelId::new);
        let joined = Gazetteer::new(&areas).resolve(Reference { level, code, name, within });
        let found = joined.area.map_or("-".to_owned(), |area| areas[area].code.clone());
        (found, joined.said.map_or(String::new(), |(what, _)| what.en))
    }

    fn silent(found: &str) -> (String, String) {
        (found.to_owned(), String::new())
    }

    #[test]
    fn a_code_and_a_name_that_agree_are_believed() {
        assert_eq!(resolve(None, "2102", "西河街道", None), silent("2102"));
        assert_eq!(resolve(None, "2102", "西河", None), silent("2102"));
        // The name alone would be that of two villages.
        assert_eq!(resolve(None, "210201", "东山村", None), silent("210201"));
        assert_eq!(resolve(None, "", "", None), silent("-"));
    }

    #[test]
    fn a_code_alone_is_the_area_that_has_it() {
        assert_eq!(resolve(None, "2102", "", None), silent("2102"));
        assert_eq!(resolve(Some(1), "2102", "", None), silent("2102"));
        assert_eq!(resolve(Some(2), "2102", "", None), ("-".into(), "no area has the code `2102`".into()));
        assert_eq!(resolve(None, "99", "", None), ("-".into(), "no area has the code `99`".into()));
    }

    #[test]
    fn a_code_outside_the_area_that_should_hold_it_is_used_and_said() {
        let (found, said) = resolve(None, "210201", "", Some("2101"));
        assert_eq!(found, "210201");
        assert_eq!(said, "the code `210201` (东山村 210201 (西河街道)) does not lie in 东山街道 2101 (金州区)");
        assert_eq!(resolve(None, "210201", "", Some("2102")), silent("210201"));
    }

    #[test]
    fn a_name_alone_is_the_only_area_that_bears_it_within_what_is_known() {
        assert_eq!(resolve(None, "", "李屯村", None), silent("210102"));
        assert_eq!(resolve(None, "", "东山村", Some("2102")), silent("210201"));
        let (found, said) = resolve(None, "", "东山村", Some("21"));
        assert_eq!(found, "-");
        assert!(said.starts_with("`东山村` can mean 2 areas (东山村 210101 (东山街道), "), "{said}");
        let (found, said) = resolve(None, "", "李屯村", Some("2102"));
        assert_eq!((found.as_str(), said.as_str()), ("-", "no area in 西河街道 2102 (金州区) is called `李屯村`"));
    }

    #[test]
    fn a_name_may_be_short_but_not_of_another_kind() {
        assert_eq!(resolve(None, "", "和平", None), silent("210202"));
        assert_eq!(resolve(None, "", "和平社区", None), silent("210202"));
        assert_eq!(resolve(None, "", "李屯村村民委员会", None).0, "-");
        assert_eq!(resolve(None, "", "李屯村委会", None), silent("210102"));
        // 西河村 is no village of the list, and not 西河街道 either.
        assert_eq!(resolve(None, "", "西河村", None), ("-".into(), "no area is called `西河村`".into()));
        // 东山 is a street and two villages.
        assert!(resolve(None, "", "东山", None).1.starts_with("`东山` can mean 3 areas"));
        assert_eq!(resolve(Some(1), "", "东山", None), silent("2101"));
    }

    #[test]
    fn a_code_in_a_column_of_names_is_taken_as_a_code() {
        assert_eq!(resolve(None, "", "2102", None), silent("2102"));
        assert!(resolve(None, "", "210201", Some("2101")).1.contains("does not lie in"));
    }

    #[test]
    fn the_name_wins_over_a_code_of_another_area_or_of_none_and_it_is_said() {
        let (found, said) = resolve(None, "2101", "西河街道", None);
        assert_eq!(found, "2102");
        assert!(said.contains("contradict each other: that code is 东山街道 2101"), "{said}");
        let (found, said) = resolve(None, "99", "西河街道", None);
        assert_eq!(found, "2102");
        assert!(said.ends_with("no area has this code"), "{said}");
        // Within the street only one village bears the name.
        assert_eq!(resolve(None, "210102", "东山村", Some("2101")).0, "210101");
    }

    #[test]
    fn the_code_is_used_where_no_area_bears_the_name_and_it_is_said() {
        assert_eq!(
            resolve(None, "2102", "旧街道", None),
            ("2102".into(), "the code `2102` is 西河街道 2102 (金州区), not `旧街道`".into())
        );
        // The name is there, but not in the street that the row names.
        assert_eq!(resolve(None, "210201", "李屯村", Some("2102")).0, "210201");
    }

    #[test]
    fn a_name_of_several_areas_beside_a_code_of_none_of_them_is_no_area() {
        for (code, meaning) in [("210102", "that code is 李屯村 210102 (东山街道)"), ("99", "no area has this code")]
        {
            let (found, said) = resolve(None, code, "东山村", None);
            assert_eq!(found, "-");
            assert!(said.starts_with("`东山村` can mean 2 areas") && said.ends_with(meaning), "{said}");
        }
    }

    #[test]
    fn a_code_and_a_name_of_nothing_are_no_area() {
        assert_eq!(
            resolve(None, "99", "旧街道", None),
            ("-".into(), "no area has the code `99` or the name `旧街道`".into())
        );
    }
}
