//! Why a verdict is unknown, or why there is none.

use crate::model::{Proxy, Text};
use crate::units::CostUnit;

/// Why something is unknown or not checkable.
#[derive(Clone, Debug, PartialEq)]
pub enum Reason {
    /// No layer of the study holds data on the service.
    NoService(String),
    /// The study has no areas of the level.
    NoLevel(String),
    /// No layer counts the group.
    NoGroup(String),
    /// No layer holds the series.
    NoSeries(String),
    /// The study has no layer of estates.
    NoEstates,
    /// An attribute (or several) is missing for so many facilities that it could change the verdict.
    NoAttribute {
        /// The attributes, by key.
        attributes: Vec<String>,
        /// Facilities that lack one.
        n_facilities: usize,
    },
    /// Whether the promise is meant for this area hangs on an attribute of it that the file leaves empty.
    NoAreaAttribute {
        /// The attributes, by key.
        attributes: Vec<String>,
    },
    /// So many facilities could belong here, but the files do not say to which area they belong.
    NoMembership {
        /// How many.
        n_facilities: usize,
    },
    /// The number of people is missing.
    NoPersons {
        /// The group that is not counted.
        group: String,
    },
    /// The check asks for a number of people, and the study counts something that stands for them.
    Proxy(Proxy),
    /// There are no coordinates to measure from or to.
    NoPlace,
    /// The study's table of costs does not name the places.
    NotListed,
    /// The limit is in another unit than what the study knows of the ways.
    OtherUnit {
        /// That of the limit.
        asked: CostUnit,
        /// That of the study.
        known: CostUnit,
    },
    /// The date is missing.
    NoDate,
    /// What is unknown could change the verdict: the value lies between these.
    Undecided {
        /// The least it can be, in the unit observed.
        low: f64,
        /// The most it can be, in the unit observed; infinite where nothing bounds it.
        high: f64,
    },
    /// The series has no value for the year that is judged.
    NoValue {
        /// The year judged.
        year: i16,
        /// The last year before it that has one.
        latest: Option<i16>,
    },
    /// The year of the target has not come by the reference date.
    NotDue {
        /// The year of the target.
        year: i16,
    },
    /// The verdict is unknown for so many of the subjects, and unmet for none.
    UnknownSubjects {
        /// How many are unknown.
        unknown: usize,
        /// Of how many.
        of: usize,
    },
    /// There is nothing of the kind here to judge.
    NothingHere,
    /// The document gives no limit and the pack sets none.
    NoLimit,
    /// In the pack's own words.
    Stated(Text),
}
