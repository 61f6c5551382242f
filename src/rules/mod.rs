//! What a policy obliges: packs of obligations, one check kind a file, and what a check finds.
//!
//! A kind is a struct whose fields are the keys of the TOML; its doc comment is what `explain` prints.

pub mod decide;
pub mod exact;
pub mod finding;
pub mod interval;
pub mod pack;
pub mod parts;
pub mod places;
pub mod select;
pub mod surplus;
pub mod tally;

mod cascade;
mod ceiling;
mod indicator;
mod membership;
mod note;
mod pairing;
mod per_capita;
mod presence;
mod reach;
mod seats;
mod share;
mod tiered;
mod total;
mod variation;

use std::ops::Range;

use schemars::JsonSchema;
use serde::Deserialize;
use toml::Spanned;

pub use cascade::Cascade;
pub use ceiling::Ceiling;
pub use finding::{Finding, Verdict};
pub use indicator::Indicator;
pub use membership::Membership;
pub use note::Note;
pub use pack::{Document, Obligation, Origin, Pack};
pub use pairing::Pairing;
pub use per_capita::PerCapita;
pub use presence::Presence;
pub use reach::Reach;
pub use seats::Seats;
pub use share::ShareCheck;
pub use surplus::Surplus;
pub use tiered::Tiered;
pub use total::Total;
pub use variation::Variation;

use crate::model::World;
use crate::space::TravelMatrix;
use crate::units::Cost;
use parts::Kept;
use select::Where;

/// How an obligation is checked: exactly one kind, with its parameters.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Check {
    /// Every area has enough facilities.
    Presence(Presence),
    /// What an area must have depends on its size.
    Tiered(Tiered),
    /// Every area of each level has its own facility.
    Cascade(Cascade),
    /// A share of the facilities, or of what they hold, is as it should be.
    Share(ShareCheck),
    /// There are enough facilities, or enough of what they hold.
    Total(Total),
    /// There is enough for so many people.
    PerCapita(PerCapita),
    /// A share of the people has a facility within a distance.
    Reach(Reach),
    /// No facility is over a limit; a ledger of those that are.
    Ceiling(Ceiling),
    /// Facilities do not differ too much.
    Variation(Variation),
    /// There is a place for each person.
    Seats(Seats),
    /// Every facility belongs to a group, and every group has its lead.
    Membership(Membership),
    /// Every new estate has its facility, near, in time, large enough.
    Pairing(Pairing),
    /// A value by year reaches its target.
    Indicator(Indicator),
    /// No data can check it; it is listed with the reason.
    Note(Note),
}

impl Check {
    /// The kinds, by the word a pack uses.
    pub const KINDS: [&str; 14] = [
        "presence",
        "tiered",
        "cascade",
        "share",
        "total",
        "per-capita",
        "reach",
        "ceiling",
        "variation",
        "seats",
        "membership",
        "pairing",
        "indicator",
        "note",
    ];

    /// The kind, by the word a pack uses.
    pub fn key(&self) -> &'static str {
        match self {
            Self::Presence(_) => "presence",
            Self::Tiered(_) => "tiered",
            Self::Cascade(_) => "cascade",
            Self::Share(_) => "share",
            Self::Total(_) => "total",
            Self::PerCapita(_) => "per-capita",
            Self::Reach(_) => "reach",
            Self::Ceiling(_) => "ceiling",
            Self::Variation(_) => "variation",
            Self::Seats(_) => "seats",
            Self::Membership(_) => "membership",
            Self::Pairing(_) => "pairing",
            Self::Indicator(_) => "indicator",
            Self::Note(_) => "note",
        }
    }

    /// The kind behind the word.
    pub fn kind(&self) -> &dyn Kind {
        match self {
            Self::Presence(kind) => kind,
            Self::Tiered(kind) => kind,
            Self::Cascade(kind) => kind,
            Self::Share(kind) => kind,
            Self::Total(kind) => kind,
            Self::PerCapita(kind) => kind,
            Self::Reach(kind) => kind,
            Self::Ceiling(kind) => kind,
            Self::Variation(kind) => kind,
            Self::Seats(kind) => kind,
            Self::Membership(kind) => kind,
            Self::Pairing(kind) => kind,
            Self::Indicator(kind) => kind,
            Self::Note(kind) => kind,
        }
    }
}

/// What each check kind can do.
pub trait Kind {
    /// The words of the pack or the study that it uses, with their places.
    fn names(&self) -> Vec<Name<'_>>;

    /// The group of people it is for, if it says; else residents are counted where a promise is broken.
    fn group(&self) -> Option<&str> {
        None
    }

    /// Whether its subjects count persons who have what is promised in [`Evidence::counted`](finding::Evidence::counted).
    fn counts_persons(&self) -> bool {
        false
    }

    /// Services whose catchments it measures, with its limit.
    fn travel(&self) -> Option<(&str, Cost)> {
        None
    }

    /// Keys that do not go together or hold what no study can have, with their places.
    fn mistakes(&self) -> Vec<Mistake> {
        Vec::new()
    }

    /// How much more there surely is than is needed, for each area or in all: kept where each of them is enough. `None` for
    /// a kind of which this is no sum over facilities.
    fn surpluses(&self, _case: &Case<'_>) -> Option<Vec<Surplus>> {
        None
    }

    /// The facilities that it looks at: a service, and conditions on attributes.
    fn facilities(&self) -> Option<(&str, &Where)> {
        None
    }

    /// Judges the world.
    fn assess(&self, case: &Case<'_>) -> Finding;

    /// Keeps of a world what it takes to judge another, in which some facilities stand in place of others, by what that
    /// touches; `None` where it can only be judged in full.
    fn keep(&self, _case: &Case<'_>) -> Option<Box<dyn Kept>> {
        None
    }
}

/// A word that a check uses and the pack or the study must know.
#[derive(Clone, Debug, PartialEq)]
pub struct Name<'a> {
    /// What it names.
    pub noun: Noun,
    /// The word.
    pub word: &'a Spanned<String>,
}

/// What a word in a check names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Noun {
    /// A service.
    Service,
    /// A group of people.
    Group,
    /// A level of areas.
    Level,
    /// A series of values by year.
    Series,
    /// An attribute of facilities.
    Attribute,
    /// An attribute of areas.
    AreaAttribute,
}

/// A mistake in a pack that only its meaning shows.
#[derive(Clone, Debug, PartialEq)]
pub struct Mistake {
    /// Where in the pack's text.
    pub at: Range<usize>,
    /// What is wrong.
    pub what: String,
    /// What would be right.
    pub help: String,
}

/// Words of a list that stand in it before already.
fn repeated(words: &[Spanned<String>]) -> impl Iterator<Item = &Spanned<String>> {
    words.iter().enumerate().filter(|&(at, word)| words[..at].contains(word)).map(|(_, word)| word)
}

/// What a check looks at.
#[derive(Clone, Copy, Debug)]
pub struct Case<'a> {
    /// The study.
    pub world: &'a World,
    /// Who reaches what.
    pub travel: &'a TravelMatrix,
    /// How much is asked.
    pub detail: Detail,
}

/// How much is asked of a check. Verdicts and figures are the same for each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Detail {
    /// Verdicts, figures and all evidence.
    Evidence,
    /// Verdicts and figures: no nearest facility is looked for, no counted facility is named, and nothing is remarked of
    /// the whole.
    Figures,
}

/// A check written as in a pack (`presence = { ... }`).
#[cfg(test)]
fn parse_check(check: &str) -> Check {
    #[derive(Deserialize)]
    struct Wrapper {
        check: Check,
    }
    let Wrapper { check } = toml::from_str(&format!("check.{check}")).expect("the test's check is well formed");
    check
}

/// The mistakes in a check written as in a pack: the word underlined, and what is wrong.
#[cfg(test)]
pub(crate) fn try_mistakes(check: &str) -> Vec<(String, String)> {
    let text = format!("check.{check}");
    let mistakes = parse_check(check).kind().mistakes();
    mistakes.into_iter().map(|mistake| (text[mistake.at].to_owned(), mistake.what)).collect()
}

/// The finding of a check written as in a pack (`presence = { ... }`), with the travel costs that it asks for.
#[cfg(test)]
pub(crate) fn try_check(check: &str, world: &World) -> Finding {
    let check = parse_check(check);
    let kind = check.kind();
    assert_eq!(kind.mistakes(), [], "the test's check makes sense");
    let mut limits = crate::space::travel::Limits::new();
    if let Some((service, limit)) = kind.travel().filter(|(_, limit)| limit.unit() == world.cost_unit()) {
        limits.extend(world.facilities.service(service).map(|service| (service, limit)));
    }
    let travel = TravelMatrix::compute(world, &limits);
    kind.assess(&Case { world, travel: &travel, detail: Detail::Evidence })
}

/// What the mistakes in a check written as in a pack underline.
#[cfg(test)]
pub(crate) fn underlined(check: &str) -> Vec<String> {
    #[derive(Deserialize)]
    struct Wrapper {
        check: Check,
    }
    let text = format!("check.{check}");
    let Wrapper { check } = toml::from_str(&text).expect("the test's check is well formed");
    check.kind().mistakes().into_iter().map(|mistake| text[mistake.at].to_owned()).collect()
}

/// Asserts that what was found before some of the unknown became known agrees with what is found after.
#[cfg(test)]
pub(crate) fn assert_agrees(before: &Finding, after: &Finding) {
    use finding::Reason;
    assert_eq!(before.subjects.len(), after.subjects.len());
    for (before, after) in before.subjects.iter().zip(&after.subjects) {
        let is_nothing = matches!(after.verdict, Verdict::NotCheckable { .. });
        match &before.verdict {
            Verdict::Met | Verdict::Unmet => {
                assert!(is_nothing || after.verdict == before.verdict, "{before:?} {after:?}")
            }
            Verdict::NotCheckable { .. } => assert_eq!(after.verdict, before.verdict),
            Verdict::Unknown { why: Reason::Undecided { low, high } } => {
                let value = after.observed.unwrap_or(*low);
                assert!(low - 1e-9 <= value && value <= high + 1e-9, "{before:?} {after:?}");
            }
            Verdict::Unknown { .. } => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The TOML of all examples in the documentation of the kinds.
    fn examples() -> Vec<String> {
        let schema = schemars::schema_for!(Check).to_value().to_string();
        let blocks = schema.split("```toml\\n").skip(1).map(|rest| rest.split("\\n```").next().unwrap_or(rest));
        blocks.map(|block| serde_json::from_str(&format!("\"{block}\"")).expect("a part of a JSON string")).collect()
    }

    #[test]
    fn every_example_of_a_kind_is_a_check_that_makes_sense() {
        let examples = examples();
        assert!(Check::KINDS.len() <= examples.len() + 1, "{examples:#?}");
        for example in examples {
            let check = example.strip_prefix("check.").expect("an example starts with its key");
            assert_eq!(underlined(check), [""; 0], "{example}");
        }
    }
}
