//! What is worth saying beside a verdict.

use crate::model::{Date, FacilityId, Text};
use crate::units::{Cost, Share};

/// Something worth saying beside a verdict.
#[derive(Clone, Debug, PartialEq)]
pub enum Remark {
    /// Areas of a level without what they need.
    MissingAt {
        /// The level, by key.
        level: String,
        /// How many lack it.
        missing: usize,
        /// For how many the data do not say.
        unknown: usize,
        /// Of how many.
        of: usize,
    },
    /// The share of one part of those judged.
    ShareOf {
        /// The part: `attribute` or `attribute = value`.
        part: String,
        /// Lowest and highest it can be; equal where all is known.
        low: f64,
        /// See `low`.
        high: f64,
    },
    /// The gap between the best and the worst part.
    Gap {
        /// The attribute that parts them.
        attribute: String,
        /// The part with the highest share.
        best: String,
        /// The part with the lowest share.
        worst: String,
        /// The difference of their shares.
        gap: Share,
    },
    /// How a series stands against the straight line to its target.
    Pace {
        /// Ahead, on track or behind.
        pace: Pace,
        /// The year of the latest value.
        year: i16,
        /// The latest value.
        value: f64,
        /// What the straight line asks for in that year.
        line: f64,
    },
    /// The sum so far of a series that adds up.
    SumSoFar {
        /// The sum.
        sum: f64,
        /// Years that have a value.
        years: usize,
        /// Years that must have one.
        of: usize,
    },
    /// The size of the village decided what counts.
    Size {
        /// Whether the area counts as large; `None` where its size is not known.
        large: Option<bool>,
        /// Persons from which it is large.
        from: f64,
    },
    /// The facility is joint, stands elsewhere, and is this far.
    JointAt {
        /// How far.
        distance: Cost,
    },
    /// The nearest joint facility that lists the area is too far.
    JointTooFar {
        /// How far.
        distance: Cost,
    },
    /// An attribute that the promise asks for is missing or not so.
    Lacks {
        /// The attribute, by key.
        attribute: String,
        /// So many facilities lack it, or all of the subject.
        n_facilities: usize,
    },
    /// Facilities whose part is more than the whole it is of: one of the two is wrong.
    PartExceeds {
        /// The attribute of the part, by key.
        part: String,
        /// That of the whole.
        whole: String,
        /// The facilities, by id: the first few.
        facilities: Vec<FacilityId>,
    },
    /// A named part of the promise has no lead facility.
    NoLead {
        /// The group without one.
        group: String,
    },
    /// A group that the pack names has no member.
    NoMember {
        /// The group.
        group: String,
    },
    /// Opens later than it must.
    OpensLate {
        /// The facility.
        facility: FacilityId,
        /// When it opens.
        opens: Date,
        /// When it must be open.
        due: Date,
    },
    /// Places needed against places to be had.
    Places {
        /// Needed.
        needed: f64,
        /// To be had.
        had: f64,
    },
    /// The value exceeds the limit of this grade too.
    Grade {
        /// The grade, by name.
        grade: String,
    },
    /// Mean of the coefficients of variation.
    MeanVariation {
        /// How many resources it is the mean of.
        resources: usize,
    },
    /// Persons who find a place within the limit, whoever they go to.
    Seated {
        /// Persons with a place.
        seated: f64,
        /// Persons in all.
        of: f64,
    },
    /// In the pack's own words.
    Stated(Text),
}

/// Where a series stands against the straight line from its first year to its target.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pace {
    /// Better than the line.
    Ahead,
    /// On it.
    OnTrack,
    /// Worse.
    Behind,
}
