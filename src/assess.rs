//! Where worlds and packs meet: every obligation is judged and gives its one finding.
//!
//! No files, no words, no clock. Obligations are judged in parallel; the result is in the order of the packs.

pub mod affected;
pub mod allocation;

use std::collections::BTreeMap;
use std::sync::Arc;

use rayon::prelude::*;

use crate::model::{LevelId, World};
use crate::rules::{Case, Check, Detail, Finding, Noun, Obligation, Pack};
use crate::space::TravelMatrix;
use crate::space::travel::Limits;
use affected::{Affected, Headcount};

/// The group counted where a check does not say for whom it is.
pub const RESIDENTS: &str = "residents";

/// What an assessment found, and what it rests on.
#[derive(Clone, Debug)]
pub struct Findings {
    /// The packs that were asked, in the order given.
    pub packs: Vec<Arc<Pack>>,
    /// One an obligation, in the order of the packs.
    pub findings: Vec<Assessed>,
    /// The levels with boundaries that were drawn by a rule, such as around seat points.
    pub estimated: Vec<LevelId>,
    /// Whether any file of the study was made up to show how the tool works.
    pub illustrative: bool,
}

/// One obligation with its finding.
#[derive(Clone, Debug, PartialEq)]
pub struct Assessed {
    /// The position of its pack in [`Findings::packs`].
    pub pack: usize,
    /// Its position in the pack.
    pub obligation: usize,
    /// What was found.
    pub finding: Finding,
    /// The people who live where it is not kept; `None` where it is not judged by area or they are not counted.
    pub affected: Option<Affected>,
    /// Whether an estimated boundary decides which area something is in: the check counts facilities or people by a
    /// level, and a boundary on that level or below is estimated. That a file declares the area of everything is not looked into.
    pub estimated: bool,
}

impl Findings {
    /// The pack that an obligation is in.
    pub fn pack(&self, assessed: &Assessed) -> &Pack {
        &self.packs[assessed.pack]
    }

    /// The obligation that was judged.
    pub fn obligation(&self, assessed: &Assessed) -> &Obligation {
        &self.packs[assessed.pack].obligations[assessed.obligation]
    }
}

/// Which obligations are judged: those whose id is one of these words or starts with one of them and a dot; all if
/// there is no word. `edu` and `edu.` both choose `edu.balance`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Only(Vec<String>);

impl Only {
    /// Ids or prefixes of ids.
    pub fn new(words: Vec<String>) -> Self {
        Self(words)
    }

    /// Whether an obligation is chosen.
    pub fn chooses(&self, id: &str) -> bool {
        self.0.is_empty() || self.0.iter().any(|word| matches(word, id))
    }

    /// The words that choose nothing in these packs.
    pub fn unmatched(&self, packs: &[Arc<Pack>]) -> Vec<&str> {
        let ids: Vec<&str> = packs
            .iter()
            .flat_map(|pack| &pack.obligations)
            .map(|obligation| obligation.id.get_ref().as_str())
            .collect();
        self.0.iter().map(String::as_str).filter(|word| !ids.iter().any(|id| matches(word, id))).collect()
    }
}

fn matches(word: &str, id: &str) -> bool {
    id.strip_prefix(word).is_some_and(|rest| rest.is_empty() || word.ends_with('.') || rest.starts_with('.'))
}

/// Judges the chosen obligations of all packs.
pub fn assess(world: &World, travel: &TravelMatrix, packs: &[Arc<Pack>], only: &Only) -> Findings {
    let case = Case { world, travel, detail: Detail::Evidence };
    let chosen = chosen(packs, only);
    let mut headcounts: BTreeMap<&str, Option<Headcount>> =
        chosen.iter().map(|&at| (group(check(packs, at)), None)).collect();
    headcounts.par_iter_mut().for_each(|(group, headcount)| *headcount = Headcount::of(world, group));
    let estimated = estimated(world);

    // One by one: some take a hundred times as long as others, and the longest should not wait behind them.
    let findings = chosen.par_iter().with_max_len(1).map(|&at| {
        let headcount = headcounts.get(group(check(packs, at))).and_then(Option::as_ref);
        judge(&case, packs, at, headcount, &estimated)
    });
    Findings { packs: packs.to_vec(), findings: findings.collect(), illustrative: world.is_illustrative(), estimated }
}

/// The positions of the obligations that are chosen: of the pack, and in it.
pub(crate) fn chosen(packs: &[Arc<Pack>], only: &Only) -> Vec<(usize, usize)> {
    let all = packs.iter().enumerate();
    let all = all.flat_map(|(pack, value)| (0..value.obligations.len()).map(move |obligation| (pack, obligation)));
    all.filter(|&(pack, obligation)| only.chooses(packs[pack].obligations[obligation].id.get_ref())).collect()
}

pub(crate) fn check(packs: &[Arc<Pack>], (pack, obligation): (usize, usize)) -> &Check {
    &packs[pack].obligations[obligation].check
}

/// The levels with estimated boundaries.
pub(crate) fn estimated(world: &World) -> Vec<LevelId> {
    world.areas.levels().ids().filter(|&level| world.areas.is_estimated(level)).collect()
}

/// Judges one obligation. `headcount` counts the people whom it is for, see [`group`].
pub(crate) fn judge(
    case: &Case<'_>,
    packs: &[Arc<Pack>],
    at: (usize, usize),
    headcount: Option<&Headcount>,
    estimated: &[LevelId],
) -> Assessed {
    let check = check(packs, at);
    let finding = check.kind().assess(case);
    Assessed {
        pack: at.0,
        obligation: at.1,
        affected: headcount.and_then(|headcount| headcount.affected(&case.world.areas, group(check), &finding)),
        estimated: rests_on(estimated, case.world, check),
        finding,
    }
}

/// The largest limit that any check of these packs asks of each service, in the unit of the study's costs.
pub fn limits(world: &World, packs: &[Arc<Pack>]) -> Limits {
    let mut limits = Limits::new();
    for obligation in packs.iter().flat_map(|pack| &pack.obligations) {
        let asked = obligation.check.kind().travel();
        // What is asked in another unit is not known, however far is looked.
        let asked = asked.filter(|(_, limit)| limit.unit() == world.cost_unit());
        if let Some((service, limit)) = asked.and_then(|(key, limit)| Some((world.facilities.service(key)?, limit))) {
            let largest = limits.entry(service).or_insert(limit);
            if largest.get() < limit.get() {
                *largest = limit;
            }
        }
    }
    limits
}

/// The group that is counted where the check is not kept.
pub(crate) fn group(check: &Check) -> &str {
    check.kind().group().unwrap_or(RESIDENTS)
}

/// See [`Assessed::estimated`].
fn rests_on(estimated: &[LevelId], world: &World, check: &Check) -> bool {
    let Some(lowest) = estimated.iter().max() else { return false };
    let names = check.kind().names();
    // Values by year name their area; facilities and people may be joined to theirs by where they are.
    if !names.iter().any(|name| matches!(name.noun, Noun::Service | Noun::Group)) {
        return false;
    }
    names
        .iter()
        .filter(|name| name.noun == Noun::Level)
        .filter_map(|name| world.areas.level(name.word.get_ref()))
        .any(|level| level <= *lowest)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::sketch::Sketch;

    const PACK: &str = r#"
        format = "evenreach.pack/1"
        [document]
        id = "test"
        title = { en = "Test", zh = "测试" }
        issuer = { en = "Us", zh = "我们" }
        year = 2018
        [[obligation]]
        id = "edu.kindergarten"
        clause = "1"
        lead = "bureau"
        summary = { en = "a kindergarten in every street", zh = "每个街道有幼儿园" }
        check.presence = { in-each = "street", service = "kindergarten", at-least = 1 }
        [[obligation]]
        id = "eduction.other"
        clause = "2"
        lead = "bureau"
        summary = { en = "advice", zh = "咨询" }
        check.note = { why = { en = "no data", zh = "无数据" } }
        [[obligation]]
        id = "dis.rehab"
        clause = "3"
        lead = "bureau"
        summary = { en = "rehabilitation in reach", zh = "康复服务可达" }
        check.reach = { service = "kindergarten", group = "disabled", within = "3 km", at-least = "95 %" }
        [[obligation]]
        id = "dis.near"
        clause = "4"
        lead = "bureau"
        summary = { en = "rehabilitation near", zh = "康复服务就近" }
        check.reach = { service = "kindergarten", group = "disabled", within = "500 m", at-least = "50 %" }
    "#;

    fn packs() -> Vec<Arc<Pack>> {
        vec![Arc::new(Pack::from_toml("test.toml", PACK).unwrap())]
    }

    // district D: street A (kindergarten, 100 people), street B (two points: 30 and 20 people), street C (not counted)
    fn world() -> World {
        Sketch::new(&["district", "street"])
            .area("district", "D", None, None, &[])
            .area("street", "A", Some("D"), Some((0.0, 0.0)), &[])
            .area("street", "B", Some("D"), Some((9.0, 0.0)), &[])
            .area("street", "C", Some("D"), None, &[])
            .facility("kindergarten", "k", Some("A"), Some((0.0, 0.0)), &[])
            .people(Some("A"), None, &[("residents", 100.0)])
            .people(Some("B"), None, &[("residents", 30.0)])
            .people(Some("B"), None, &[("residents", 20.0)])
            .people(Some("C"), None, &[])
            .world()
    }

    fn judge(only: &[&str]) -> Findings {
        let world = world();
        let travel = TravelMatrix::compute(&world, &limits(&world, &packs()));
        assess(&world, &travel, &packs(), &Only::new(only.iter().map(|&word| word.to_owned()).collect()))
    }

    #[test]
    fn findings_come_in_the_order_of_the_pack() {
        let findings = judge(&[]);
        let order: Vec<usize> = findings.findings.iter().map(|assessed| assessed.obligation).collect();
        assert_eq!(order, [0, 1, 2, 3]);
        assert_eq!(findings.pack(&findings.findings[0]).document.id, "test");
    }

    #[test]
    fn the_people_of_unmet_areas_are_counted_once_and_what_is_not_counted_is_said() {
        let affected = judge(&["edu"]).findings.remove(0).affected.unwrap();
        assert_eq!((affected.persons, affected.uncounted), (50.0, 1));
    }

    #[test]
    fn a_word_chooses_an_id_or_all_below_it_but_not_half_a_word() {
        for (only, n) in [(&["edu"][..], 1), (&["edu."], 1), (&["dis.rehab", "edu"], 2), (&["dis.re"], 0)] {
            assert_eq!(judge(only).findings.len(), n, "{only:?}");
        }
        assert_eq!(Only::new(vec!["dis".into(), "dis.re".into()]).unmatched(&packs()), ["dis.re"]);
    }

    #[test]
    fn the_largest_limit_of_a_service_counts() {
        let world = world();
        let limits = limits(&world, &packs());
        assert_eq!(limits.values().map(|limit| limit.get()).collect::<Vec<_>>(), [3000.0]);
    }
}
