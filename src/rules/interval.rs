//! What is known of a number: it lies between two others.

use super::finding::{Reason, Threshold, Verdict};

/// The least and the most that a number can be; equal where it is known. `high` may be infinite.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Interval {
    /// The least.
    pub low: f64,
    /// The most.
    pub high: f64,
}

impl Interval {
    /// A number that is known.
    pub fn exactly(value: f64) -> Self {
        Self { low: value, high: value }
    }

    /// The number, where it is known.
    pub fn known(self) -> Option<f64> {
        (self.low == self.high).then_some(self.low)
    }

    /// This divided by `divisor`, both not negative; `None` where the divisor is surely 0.
    pub fn per(self, divisor: Self) -> Option<Self> {
        if divisor.high == 0.0 {
            return None;
        }
        let low = if divisor.high.is_infinite() || self.low == 0.0 { 0.0 } else { self.low / divisor.high };
        let high = if self.high == 0.0 {
            0.0
        } else if divisor.low == 0.0 {
            f64::INFINITY
        } else {
            self.high / divisor.low
        };
        Some(Self { low, high })
    }

    /// This many times.
    pub fn times(self, factor: f64) -> Self {
        Self { low: self.low * factor, high: self.high * factor }
    }

    /// A verdict only where what is unknown cannot change it.
    pub fn judge(self, threshold: Threshold) -> Verdict {
        match (threshold.holds(self.low), threshold.holds(self.high)) {
            (true, true) => Verdict::Met,
            (false, false) => Verdict::Unmet,
            _ => Verdict::unknown(Reason::Undecided { low: self.low, high: self.high }),
        }
    }

    /// The end nearer to keeping the threshold.
    pub fn best(self, threshold: Threshold) -> f64 {
        match threshold {
            Threshold::AtLeast(_) => self.high,
            Threshold::AtMost(_) => self.low,
        }
    }

    /// The end farther from keeping the threshold.
    pub fn worst(self, threshold: Threshold) -> f64 {
        match threshold {
            Threshold::AtLeast(_) => self.low,
            Threshold::AtMost(_) => self.high,
        }
    }

    /// The value behind a verdict: where not all is known, the end that decided it; `None` where it is undecided.
    pub fn deciding(self, threshold: Threshold) -> Option<f64> {
        match (threshold.holds(self.worst(threshold)), threshold.holds(self.best(threshold))) {
            (true, _) => Some(self.worst(threshold)),
            (_, false) => Some(self.best(threshold)),
            _ => None,
        }
    }
}
