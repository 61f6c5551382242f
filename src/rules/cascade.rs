//! Cascade: every area of each level has its own facility.

use std::collections::BTreeSet;
use std::sync::Arc;

use schemars::JsonSchema;
use serde::Deserialize;
use toml::Spanned;

use super::decide::Decide;
use super::finding::{Evidence, Finding, Of, Reason, Remark, Subject, Threshold, Unit, Verdict};
use super::parts::{self, ByParts, Kept, Roll, Swap};
use super::select::{Selection, Tri, Where, attribute_names};
use super::tally::{ByArea, Item, Lists, Tally};
use super::{Case, Detail, Kind, Mistake, Name, Noun, Surplus, repeated};
use crate::model::{AreaId, FacilityId, Id, LevelId, Text};

/// Every area of each named level has a facility of its own level.
///
/// # What is judged
/// Each area of each of `levels`. It is met by a facility of `service` that meets `where`, stands in the area, and
/// whose attribute `level` is the word for that level; one is enough. On the levels of `one-stop-on` the facility's
/// attribute `one-stop` must be yes, too: one that is there and is not one-stop is named, and does not count.
///
/// # Observed, margin, shortfall
/// Observed: areas that have their own, of all areas of these levels. Margin: where met, how many facilities the barest
/// area could lose; where unmet, minus the areas that lack one. Shortfall of an area: 1 facility. The remarks give the
/// areas missing at each level.
///
/// # Unknown
/// A facility may count whose `level`, `one-stop` or attribute of `where` is missing, or that is known only to be
/// somewhere above the level: an area that has only such ones is unknown. A level that the study has no areas of is
/// unknown.
///
/// # Example
/// ```toml
/// check.cascade = { service = "employment-platform", levels = ["city", "district", "street", "community"], one-stop-on = ["street", "community"] }
/// ```
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Cascade {
    /// The levels, from the top.
    #[schemars(with = "Vec<String>")]
    pub levels: Vec<Spanned<String>>,
    /// The service.
    #[schemars(with = "String")]
    pub service: Spanned<String>,
    /// Which of its facilities, by their attributes.
    #[serde(default)]
    pub r#where: Where,
    /// The levels on which it must be a one-stop window.
    #[serde(default)]
    #[schemars(with = "Vec<String>")]
    pub one_stop_on: Vec<Spanned<String>>,
}

impl Kind for Cascade {
    fn names(&self) -> Vec<Name<'_>> {
        let mut names = vec![Name { noun: Noun::Service, word: &self.service }];
        names.extend(self.levels.iter().map(|word| Name { noun: Noun::Level, word }));
        names.extend(attribute_names(&self.r#where));
        names.extend(self.one_stop_on.iter().map(|word| Name { noun: Noun::Level, word }));
        names
    }

    fn mistakes(&self) -> Vec<Mistake> {
        let mut mistakes = Vec::new();
        if self.levels.is_empty() {
            mistakes.push(Mistake {
                at: self.service.span(),
                what: "`levels` names no level on which it must be".to_owned(),
                help: "name the levels from the top, such as [\"district\", \"street\"]".to_owned(),
            });
        }
        mistakes.extend(repeated(&self.levels).map(|level| Mistake {
            at: level.span(),
            what: format!("the level `{}` is named twice", level.get_ref()),
            help: "name each level once".to_owned(),
        }));
        let stray = self.one_stop_on.iter().filter(|level| !self.levels.contains(level));
        mistakes.extend(stray.map(|level| Mistake {
            at: level.span(),
            what: format!("`one-stop-on` names `{}`, which is not in `levels`", level.get_ref()),
            help: "name it in `levels` too, or not here".to_owned(),
        }));
        mistakes
    }

    fn facilities(&self) -> Option<(&str, &Where)> {
        Some((self.service.get_ref(), &self.r#where))
    }

    fn assess(&self, case: &Case<'_>) -> Finding {
        parts::assess(self, case)
    }

    fn keep(&self, case: &Case<'_>) -> Option<Box<dyn Kept>> {
        parts::keep(self, case)
    }

    fn surpluses(&self, case: &Case<'_>) -> Option<Vec<Surplus>> {
        Some(Surplus::of_counts(&self.assess(case), Decide::Each, 1.0))
    }
}

/// The attribute that says for which level a facility is.
const LEVEL: &str = "level";
/// The attribute that says whether a facility is a one-stop window.
const ONE_STOP: &str = "one-stop";

/// A facility, seen from one level.
#[derive(Clone, Copy)]
struct Platform {
    facility: FacilityId,
    /// Whether it meets `where`.
    chosen: Tri,
    /// Whether it is for the level.
    of_level: Tri,
    /// Whether it is a one-stop window, if it must be.
    one_stop: Tri,
}

impl Platform {
    fn counts(&self) -> Tri {
        self.chosen.and(self.of_level).and(self.one_stop)
    }

    /// Whether it would surely count if it were a one-stop window, which it surely is not.
    fn lacks_one_stop(&self) -> bool {
        self.chosen.and(self.of_level) == Tri::Yes && self.one_stop == Tri::No
    }

    /// The attributes that leave it undecided.
    fn undecided<'a>(&self, selection: &'a Selection) -> impl Iterator<Item = &'a str> {
        let chosen = selection.missing.iter().map(String::as_str).filter(|_| self.chosen == Tri::Unknown);
        let of_level = (self.of_level == Tri::Unknown).then_some(LEVEL);
        chosen.chain(of_level).chain((self.one_stop == Tri::Unknown).then_some(ONE_STOP))
    }
}

/// What the areas of all levels are judged by.
#[derive(Clone)]
pub struct Books {
    selection: Arc<Selection>,
    tiers: Vec<Tier>,
}

/// The facilities seen from one level.
#[derive(Clone)]
struct Tier {
    /// Its position among `levels`.
    at: usize,
    /// `Err` where the study has no such areas.
    level: Result<LevelId, Reason>,
    platforms: Lists<Platform>,
    tallies: ByArea,
    /// Those that surely count, wherever they are, in the order of their ids; for evidence.
    sure: Arc<Vec<FacilityId>>,
}

impl ByParts for Cascade {
    type Books = Books;

    fn books(&self, case: &Case<'_>) -> Result<Books, Reason> {
        let selection = case.select(self.service.get_ref(), &self.r#where)?;
        let tiers = (0..self.levels.len()).map(|at| self.tier(case, &selection, at)).collect();
        Ok(Books { selection: Arc::new(selection), tiers })
    }

    fn all(&self, _case: &Case<'_>, books: &Books) -> Vec<Of> {
        let at_level = |tier: &Tier| match tier.level {
            Ok(_) => tier.tallies.at_level().iter().copied().map(Of::Area).collect(),
            Err(_) => vec![Of::Part(self.levels[tier.at].get_ref().clone())],
        };
        books.tiers.iter().flat_map(at_level).collect()
    }

    fn subject(&self, case: &Case<'_>, books: &Books, of: &Of) -> Option<Subject> {
        match of {
            &Of::Area(area) => {
                let level = case.world.areas[area].level;
                let tier = books.tiers.iter().find(|tier| tier.level.as_ref() == Ok(&level))?;
                Some(judge_area(case, &books.selection, tier, area))
            }
            Of::Part(key) => {
                let tier = books.tiers.iter().find(|tier| self.levels[tier.at].get_ref() == key)?;
                Some(Subject {
                    of: of.clone(),
                    verdict: Verdict::unknown(tier.level.as_ref().err()?.clone()),
                    observed: None,
                    shortfall: None,
                    evidence: Evidence::default(),
                })
            }
            _ => None,
        }
    }

    fn conclude(&self, _case: &Case<'_>, _books: &Books, roll: &Roll) -> Finding {
        let areas = Unit::Stated(Text { en: "areas".to_owned(), zh: "个区域".to_owned() });
        let facilities = Unit::Facilities { service: self.service.get_ref().clone() };
        Finding::of_areas(roll, 1.0, areas, facilities)
    }

    fn complete(&self, case: &Case<'_>, books: &Books, finding: &mut Finding) {
        for tier in &books.tiers {
            let Ok(level) = tier.level else { continue };
            let is_here = |of: &Of| matches!(of, Of::Area(area) if case.world.areas[*area].level == level);
            let areas = Roll::of(finding.subjects.iter().filter(|subject| is_here(&subject.of))).areas;
            finding.remarks.push(Remark::MissingAt {
                level: self.levels[tier.at].get_ref().clone(),
                missing: areas.unmet,
                unknown: areas.unknown + areas.nothing,
                of: areas.len(),
            });
        }
    }

    fn replace(&self, case: &Case<'_>, books: &Books, swap: &Swap<'_>) -> Option<(Books, Vec<Of>)> {
        let (gone, new) = swap.of(case, self.service.get_ref(), &self.r#where);
        let mut books = books.clone();
        let mut touched = BTreeSet::new();
        for tier in &mut books.tiers {
            let Ok(level) = tier.level else { continue };
            let [gone, new] = [&gone, &new].map(|rows| self.platforms(case, tier.at, rows.iter().copied()));
            tier.tallies.replace(items(case, &gone), items(case, &new), &mut touched);
            for platform in gone {
                if let Some(holder) = holder(case, level, platform.facility) {
                    tier.platforms.take(holder, |other| other.facility == platform.facility);
                }
            }
            for platform in new {
                if let Some(holder) = holder(case, level, platform.facility) {
                    tier.platforms.add(holder, platform);
                }
            }
        }
        Some((books, touched.into_iter().map(Of::Area).collect()))
    }
}

fn items(case: &Case<'_>, platforms: &[Platform]) -> Vec<Item> {
    let item =
        |platform: &Platform| (case.world.facilities[platform.facility].area, Tally::of(platform.counts(), Some(1.0)));
    platforms.iter().map(item).collect()
}

/// The area of `level` that holds a facility.
fn holder(case: &Case<'_>, level: LevelId, facility: FacilityId) -> Option<AreaId> {
    case.world.facilities[facility].area.and_then(|area| case.world.areas.ancestor(area, level))
}

impl Cascade {
    fn tier(&self, case: &Case<'_>, selection: &Selection, at: usize) -> Tier {
        let level = case.areas(self.levels[at].get_ref(), &Where::new()).map(|(level, _)| level);
        let here = level.as_ref().ok().copied();
        let all = if here.is_some() { self.platforms(case, at, selection.iter()) } else { Vec::new() };
        let sure = all.iter().filter(|platform| platform.counts() == Tri::Yes).map(|platform| platform.facility);
        let held = |platform: &Platform| Some((holder(case, here?, platform.facility)?, *platform));
        Tier {
            at,
            tallies: ByArea::sort(&case.world.areas, here, items(case, &all)),
            sure: Arc::new(if case.detail == Detail::Evidence { sure.collect() } else { Vec::new() }),
            platforms: Lists::sort(all.iter().filter_map(held)),
            level,
        }
    }

    /// These facilities, seen from the level at this position.
    fn platforms(
        &self,
        case: &Case<'_>,
        at: usize,
        rows: impl IntoIterator<Item = (FacilityId, Tri)>,
    ) -> Vec<Platform> {
        let facilities = &case.world.facilities;
        let key = self.levels[at].get_ref();
        let (levels, windows) = (facilities.attribute(LEVEL), facilities.attribute(ONE_STOP));
        let must_be_one_stop = self.one_stop_on.iter().any(|level| level.get_ref() == key);
        let platform = |(facility, chosen): (FacilityId, Tri)| Platform {
            facility,
            chosen,
            of_level: levels.and_then(|levels| levels.text(facility.index())).map(|word| word == key).into(),
            one_stop: if must_be_one_stop {
                windows.and_then(|windows| windows.flag(facility.index())).into()
            } else {
                Tri::Yes
            },
        };
        rows.into_iter().map(platform).collect()
    }
}

fn judge_area(case: &Case<'_>, selection: &Selection, tier: &Tier, area: AreaId) -> Subject {
    let platforms = tier.platforms.of(area);
    let floating = tier.tallies.floating(area);
    let count = tier.tallies.known(area).counted(&floating);
    let verdict = match count.judge(Threshold::AtLeast(1.0)) {
        Verdict::Unknown { .. } => Verdict::unknown(why_maybe(platforms, selection, (count.high - count.low) as usize)),
        verdict => verdict,
    };
    let missing = verdict != Verdict::Met;
    let sure = platforms.iter().filter(|platform| platform.counts() == Tri::Yes);
    // Where none counts, a planner asks for those that are there and are not one-stop.
    let without: Vec<&Platform> = platforms.iter().filter(|platform| missing && platform.lacks_one_stop()).collect();
    let lacks = Remark::Lacks { attribute: ONE_STOP.to_owned(), n_facilities: without.len() };
    let of_level = |facility| tier.sure.binary_search(&facility).is_ok();
    let evidence = Evidence {
        counted: Some(count.low),
        unknown: Some(count.high - count.low).filter(|&unknown| 0.0 < unknown),
        nearest: missing.then(|| case.nearest_to_area(area, selection.service, of_level)).flatten(),
        facilities: sure
            .chain(without.iter().copied())
            .map(|platform| platform.facility)
            .take(Evidence::FACILITIES)
            .collect(),
        remarks: (!without.is_empty()).then_some(lacks).into_iter().collect(),
        ..Evidence::default()
    };
    Subject {
        of: Of::Area(area),
        observed: Some(count.low),
        shortfall: (verdict == Verdict::Unmet).then_some(1.0),
        verdict,
        evidence,
    }
}

/// Why it is unknown whether any of these, or of so many floating ones, counts.
fn why_maybe(platforms: &[Platform], selection: &Selection, n_floating: usize) -> Reason {
    let maybe: Vec<&Platform> = platforms.iter().filter(|platform| platform.counts() == Tri::Unknown).collect();
    if maybe.is_empty() {
        return Reason::NoMembership { n_facilities: n_floating };
    }
    let attributes: BTreeSet<&str> = maybe.iter().flat_map(|platform| platform.undecided(selection)).collect();
    Reason::NoAttribute { attributes: attributes.into_iter().map(str::to_owned).collect(), n_facilities: maybe.len() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::sketch::Sketch;
    use crate::rules::{try_check, try_mistakes};

    const CHECK: &str =
        r#"cascade = { service = "platform", levels = ["district", "street"], one-stop-on = ["street"] }"#;

    // district D at 0 km: street A at 0 km, street B at 3 km
    fn district() -> Sketch {
        Sketch::new(&["district", "street"])
            .area("district", "D", None, Some((0.0, 0.0)), &[])
            .area("street", "A", Some("D"), Some((0.0, 0.0)), &[])
            .area("street", "B", Some("D"), Some((3.0, 0.0)), &[])
            .service("platform")
    }

    fn platform(sketch: Sketch, code: &str, area: &str, km: f64, level: &str, one_stop: &str) -> Sketch {
        let attributes = [("level", level), ("one-stop", one_stop)];
        sketch.facility("platform", code, Some(area), Some((km, 0.0)), &attributes)
    }

    /// D and A have their own; B has none.
    fn half() -> Sketch {
        platform(platform(district(), "d", "A", 0.0, "district", ""), "a", "A", 0.0, "street", "true")
    }

    fn verdicts(finding: &Finding) -> Vec<&str> {
        finding.subjects.iter().map(|subject| subject.verdict.key()).collect()
    }

    fn attributes(words: &[&str], n_facilities: usize) -> Verdict {
        let attributes = words.iter().map(|&word| word.to_owned()).collect();
        Verdict::unknown(Reason::NoAttribute { attributes, n_facilities })
    }

    #[test]
    fn every_area_of_every_level_has_its_own() {
        let finding = try_check(CHECK, &platform(half(), "b", "B", 3.0, "street", "true").world());
        assert_eq!(finding.verdict, Verdict::Met);
        assert_eq!(verdicts(&finding), ["met"; 3]);
        assert_eq!(finding.margin.unwrap().value, 0.0);
        let missing = |level: &str, of| Remark::MissingAt { level: level.to_owned(), missing: 0, unknown: 0, of };
        assert_eq!(finding.remarks, [missing("district", 1), missing("street", 2)]);
    }

    #[test]
    fn an_area_without_its_own_is_unmet_and_learns_which_is_nearest() {
        let finding = try_check(CHECK, &half().world());
        assert_eq!(verdicts(&finding), ["met", "met", "unmet"]);
        assert_eq!((finding.observed.unwrap().value, finding.margin.unwrap().value), (2.0, -1.0));
        assert_eq!(finding.required.unwrap().threshold, Threshold::AtLeast(3.0));
        assert_eq!(finding.shortfall, Some(1.0));
        let (nearest, distance) = finding.subjects[2].evidence.nearest.unwrap();
        assert_eq!(nearest, FacilityId::new(1));
        assert!((distance.get() - 3000.0).abs() < 30.0);
    }

    #[test]
    fn a_facility_of_another_level_does_not_count() {
        let finding = try_check(CHECK, &platform(half(), "b", "B", 3.0, "district", "true").world());
        assert_eq!(verdicts(&finding), ["met", "met", "unmet"]);
    }

    #[test]
    fn a_facility_that_is_not_one_stop_is_named_and_does_not_count_where_it_must_be() {
        let finding = try_check(CHECK, &platform(half(), "b", "B", 3.0, "street", "false").world());
        assert_eq!(verdicts(&finding), ["met", "met", "unmet"]);
        let evidence = &finding.subjects[2].evidence;
        assert_eq!(evidence.remarks, [Remark::Lacks { attribute: "one-stop".to_owned(), n_facilities: 1 }]);
        assert_eq!(evidence.facilities, [FacilityId::new(2)]);
        assert_eq!(evidence.counted, Some(0.0));
    }

    #[test]
    fn a_missing_level_or_one_stop_may_count() {
        let finding = try_check(CHECK, &platform(half(), "b", "B", 3.0, "street", "").world());
        assert_eq!(finding.subjects[2].verdict, attributes(&["one-stop"], 1));
        let finding = try_check(CHECK, &platform(half(), "b", "B", 3.0, "", "").world());
        assert_eq!(finding.subjects[2].verdict, attributes(&["level", "one-stop"], 1));
        assert!(matches!(finding.remarks[1], Remark::MissingAt { missing: 0, unknown: 1, of: 2, .. }));
        let finding = try_check(CHECK, &platform(half(), "b", "B", 3.0, "", "false").world());
        assert_eq!(finding.subjects[2].verdict, Verdict::Unmet);
    }

    #[test]
    fn a_missing_attribute_of_where_may_count() {
        let check = CHECK.replace("levels", "where = { open = true }, levels");
        let finding = try_check(&check, &half().world());
        assert_eq!(verdicts(&finding), ["unknown", "unknown", "unmet"]);
        assert_eq!(finding.subjects[0].verdict, attributes(&["open"], 1));
    }

    #[test]
    fn a_facility_known_only_to_be_in_the_district_may_be_in_any_street() {
        let finding = try_check(CHECK, &platform(half(), "b", "D", 3.0, "street", "true").world());
        assert_eq!(verdicts(&finding), ["met", "met", "unknown"]);
        assert_eq!(finding.subjects[2].verdict, Verdict::unknown(Reason::NoMembership { n_facilities: 1 }));
    }

    #[test]
    fn a_level_that_the_study_lacks_is_an_unknown_part() {
        let check = CHECK.replace(r#"["district", "#, r#"["city", "district", "#);
        let finding = try_check(&check, &platform(half(), "b", "B", 3.0, "street", "true").world());
        assert_eq!(verdicts(&finding), ["unknown", "met", "met", "met"]);
        assert_eq!(finding.subjects[0].of, Of::Part("city".to_owned()));
        assert_eq!(finding.subjects[0].verdict, Verdict::unknown(Reason::NoLevel("city".to_owned())));
        assert_eq!(finding.verdict, Verdict::unknown(Reason::UnknownSubjects { unknown: 1, of: 4 }));
        assert_eq!(finding.required.unwrap().threshold, Threshold::AtLeast(3.0));
        assert_eq!(finding.remarks.len(), 2);
    }

    #[test]
    fn no_data_on_the_service_is_unknown_and_no_facility_is_unmet() {
        let finding = try_check(&CHECK.replace("platform", "library"), &district().world());
        assert_eq!(finding.verdict, Verdict::unknown(Reason::NoService("library".to_owned())));
        assert_eq!(try_check(CHECK, &district().world()).verdict, Verdict::Unmet);
    }

    #[test]
    fn levels_that_make_no_sense_are_mistakes() {
        let found = try_mistakes(r#"cascade = { service = "platform", levels = [] }"#);
        assert_eq!(found[0].0, r#""platform""#);
        let found =
            try_mistakes(r#"cascade = { service = "platform", levels = ["city", "city"], one-stop-on = ["street"] }"#);
        let words: Vec<_> = found.iter().map(|(word, _)| word.as_str()).collect();
        assert_eq!(words, [r#""city""#, r#""street""#]);
    }
}
