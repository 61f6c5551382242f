//! What a check says: one finding an obligation, with its subjects and their evidence.
//!
//! Plain values in ids and numbers; `report` puts them into words.

mod reason;
mod remark;

pub use reason::Reason;
pub use remark::{Pace, Remark};

use super::parts::{Group, Roll};
use crate::model::{AreaId, EstateId, FacilityId, Text};
use crate::units::{Cost, CostUnit};

/// How a promise stands.
#[derive(Clone, Debug, PartialEq)]
pub enum Verdict {
    /// Kept.
    Met,
    /// Not kept.
    Unmet,
    /// The data do not say.
    Unknown {
        /// What is missing.
        why: Reason,
    },
    /// No data could say, or there is nothing here to judge.
    NotCheckable {
        /// Why not.
        why: Reason,
    },
}

impl Verdict {
    /// `Unknown` for a reason.
    pub fn unknown(why: Reason) -> Self {
        Self::Unknown { why }
    }

    /// The word that every output uses.
    pub fn key(&self) -> &'static str {
        match self {
            Self::Met => "met",
            Self::Unmet => "unmet",
            Self::Unknown { .. } => "unknown",
            Self::NotCheckable { .. } => "not-checkable",
        }
    }

    /// Whether there is something to mend: it is not kept, or not known to be.
    pub fn is_open(&self) -> bool {
        matches!(self, Self::Unmet | Self::Unknown { .. })
    }

    /// Why it is unknown or not checkable.
    pub fn why(&self) -> Option<&Reason> {
        match self {
            Self::Met | Self::Unmet => None,
            Self::Unknown { why } | Self::NotCheckable { why } => Some(why),
        }
    }
}

/// A unit of the values in a finding.
#[derive(Clone, Debug, PartialEq)]
pub enum Unit {
    /// Areas of the level named.
    Areas {
        /// The level, by key.
        level: String,
    },
    /// Facilities of the service named.
    Facilities {
        /// The service, by key.
        service: String,
    },
    /// Units of supply of the service named: places, beds.
    Supply {
        /// The service, by key.
        service: String,
    },
    /// Units of an attribute summed, by its key.
    Attribute(String),
    /// People.
    Persons,
    /// Square metres of dwelling floor, which stand for residents.
    DwellingFloor,
    /// A ratio shown in per cent.
    Share,
    /// Metres.
    Metres,
    /// Minutes.
    Minutes,
    /// A plain ratio, such as a coefficient of variation.
    Ratio,
    /// Supply for so many people.
    Per {
        /// What is supplied.
        supply: Box<Unit>,
        /// For how many.
        persons: f64,
    },
    /// Estates.
    Estates,
    /// As the obligation states it.
    Stated(Text),
}

impl From<CostUnit> for Unit {
    fn from(unit: CostUnit) -> Self {
        match unit {
            CostUnit::Metres => Self::Metres,
            CostUnit::Minutes => Self::Minutes,
        }
    }
}

/// A value with its unit.
#[derive(Clone, Debug, PartialEq)]
pub struct Quantity {
    /// How much.
    pub value: f64,
    /// Of what.
    pub unit: Unit,
}

/// A limit and the side its edge is on: both include the limit itself.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Threshold {
    /// Met at the limit and above.
    AtLeast(f64),
    /// Met at the limit and below.
    AtMost(f64),
}

impl Threshold {
    /// The limit itself.
    pub fn limit(self) -> f64 {
        match self {
            Self::AtLeast(limit) | Self::AtMost(limit) => limit,
        }
    }

    /// Whether `value` keeps it; the limit itself does.
    pub fn holds(self, value: f64) -> bool {
        match self {
            Self::AtLeast(limit) => limit <= value,
            Self::AtMost(limit) => value <= limit,
        }
    }

    /// How far `value` is from flipping: not negative where it holds.
    pub fn margin(self, value: f64) -> f64 {
        match self {
            Self::AtLeast(limit) => value - limit,
            Self::AtMost(limit) => limit - value,
        }
    }
}

/// What an obligation requires.
#[derive(Clone, Debug, PartialEq)]
pub struct Required {
    /// The limit and its edge.
    pub threshold: Threshold,
    /// The unit of the limit.
    pub unit: Unit,
}

/// What a verdict is about.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Of {
    /// All together.
    Whole,
    /// One area.
    Area(AreaId),
    /// One facility.
    Facility(FacilityId),
    /// One estate.
    Estate(EstateId),
    /// A named part: a stage of schools, a resource, a group of schools.
    Part(String),
}

/// The verdict on one area, facility, estate or part.
#[derive(Clone, Debug, PartialEq)]
pub struct Subject {
    /// What it is about.
    pub of: Of,
    /// How the promise stands here.
    pub verdict: Verdict,
    /// What was found, in [`Finding::subject_unit`].
    pub observed: Option<f64>,
    /// What is lacking, in [`Finding::shortfall_unit`]; `Some` only where unmet.
    pub shortfall: Option<f64>,
    /// What the verdict rests on.
    pub evidence: Evidence,
}

/// What the verdict on a subject rests on; empty where it does not apply.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Evidence {
    /// How much counted towards the promise (facilities, places, persons).
    pub counted: Option<f64>,
    /// Out of how much.
    pub of: Option<f64>,
    /// How much is of unknown status.
    pub unknown: Option<f64>,
    /// The people concerned.
    pub persons: Option<f64>,
    /// The nearest facility that would count, and how far: of an area from the point that stands for it, see
    /// [`crate::space::TravelMatrix::nearest_to_area`].
    pub nearest: Option<(FacilityId, Cost)>,
    /// Facilities that were counted: the first few, see [`Evidence::FACILITIES`].
    pub facilities: Vec<FacilityId>,
    /// What else a planner should know.
    pub remarks: Vec<Remark>,
}

impl Evidence {
    /// How many counted facilities are named.
    pub const FACILITIES: usize = 5;
}

/// One line of a ledger: a facility over its limit, now or before.
#[derive(Clone, Debug, PartialEq)]
pub struct LedgerEntry {
    /// The offender.
    pub facility: FacilityId,
    /// The value in the latest year known.
    pub value: Option<f64>,
    /// By how much it is over; `None` once solved.
    pub over: Option<f64>,
    /// The worst grade it falls in.
    pub grade: Option<String>,
    /// The first year of the latest unbroken run over the limit.
    pub since: Option<i16>,
    /// The year in which it was struck off.
    pub struck_off: Option<i16>,
}

/// What a check found.
#[derive(Clone, Debug, PartialEq)]
pub struct Finding {
    /// How the promise stands.
    pub verdict: Verdict,
    /// What was found in all.
    pub observed: Option<Quantity>,
    /// What is required.
    pub required: Option<Required>,
    /// How far from flipping: not negative where met, negative where unmet.
    pub margin: Option<Quantity>,
    /// The unit of [`Subject::observed`].
    pub subject_unit: Option<Unit>,
    /// The unit of [`Subject::shortfall`].
    pub shortfall_unit: Option<Unit>,
    /// What all the subjects lack together, in `shortfall_unit`.
    pub shortfall: Option<f64>,
    /// Each area, facility, estate or part concerned.
    pub subjects: Vec<Subject>,
    /// What else a planner should know.
    pub remarks: Vec<Remark>,
    /// Offenders now and before.
    pub ledger: Vec<LedgerEntry>,
}

impl Finding {
    /// A finding of which nothing is known but the verdict.
    pub fn bare(verdict: Verdict) -> Self {
        Self {
            verdict,
            observed: None,
            required: None,
            margin: None,
            subject_unit: None,
            shortfall_unit: None,
            shortfall: None,
            subjects: Vec::new(),
            remarks: Vec::new(),
            ledger: Vec::new(),
        }
    }

    /// The finding where every area must have `needed` facilities or more, without its subjects.
    ///
    /// Observed: areas that have them, of all. Margin: how many facilities the barest area could lose, or minus the
    /// areas that lack some.
    pub fn of_areas(roll: &Roll, needed: f64, areas: Unit, facilities: Unit) -> Self {
        let all = roll.all();
        let verdict = all.verdict();
        let margin = match verdict {
            Verdict::Met => all.lowest.map(|barest| Quantity { value: barest - needed, unit: facilities.clone() }),
            Verdict::Unmet => Some(Quantity { value: -(all.unmet as f64), unit: areas.clone() }),
            _ => None,
        };
        Self {
            observed: Some(Quantity { value: all.met as f64, unit: areas.clone() }),
            required: Some(Required { threshold: Threshold::AtLeast(roll.areas.len() as f64), unit: areas }),
            margin,
            subject_unit: Some(facilities.clone()),
            shortfall_unit: Some(facilities),
            shortfall: all.shortfall(),
            ..Self::bare(verdict)
        }
    }

    /// What all subjects lack together; `None` where none lacks anything that can be counted.
    pub fn total_shortfall(subjects: &[Subject]) -> Option<f64> {
        Roll::of(subjects).all().shortfall()
    }

    /// The subjects that are judged one by one: all but the whole, of which the finding itself speaks.
    pub fn parts(&self) -> impl Iterator<Item = &Subject> {
        self.subjects.iter().filter(|subject| subject.of != Of::Whole)
    }

    /// How many of [`Finding::parts`] have the verdict with this key.
    pub fn count(&self, verdict: &str) -> usize {
        self.parts().filter(|subject| subject.verdict.key() == verdict).count()
    }
}

/// The verdict on all subjects together, see [`Group::verdict`](super::parts::Group::verdict).
pub fn all_of<'a>(verdicts: impl IntoIterator<Item = &'a Verdict>) -> Verdict {
    let mut group = Group::default();
    for verdict in verdicts {
        *group.count(verdict) += 1;
    }
    group.verdict()
}
