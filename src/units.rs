//! Quantities with a unit: read and printed the same way.
//!
//! A bare `f64` elsewhere is only ever a ratio or a weight.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A distance in metres, finite and not negative; written `"500 m"` or `"1.5 km"`.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd, Deserialize, Serialize, JsonSchema)]
#[serde(try_from = "String", into = "String")]
#[schemars(with = "String", extend("pattern" = r"^\s*[0-9][0-9,.]*\s*(m|km|米|公里|千米)\s*$"))]
pub struct Metres(f64);

impl Metres {
    /// `None` unless `value` is finite and not negative.
    pub fn new(value: f64) -> Option<Self> {
        (value.is_finite() && 0.0 <= value).then_some(Self(value))
    }

    /// The number of metres.
    pub fn get(self) -> f64 {
        self.0
    }
}

impl TryFrom<String> for Metres {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let metres = split_unit(&text).and_then(|(number, unit)| match unit {
            "m" | "米" => Self::new(number),
            "km" | "公里" | "千米" => Self::new(number * 1000.0),
            _ => None,
        });
        metres.ok_or_else(|| format!("expected a distance such as \"500 m\" or \"1.5 km\", found \"{text}\""))
    }
}

impl From<Metres> for String {
    fn from(metres: Metres) -> Self {
        metres.to_string()
    }
}

impl fmt::Display for Metres {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0 < 1000.0 {
            write!(f, "{} m", Decimal(self.0, 1))
        } else {
            write!(f, "{} km", Decimal(self.0 / 1000.0, 3))
        }
    }
}

/// What a cost of getting somewhere is counted in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CostUnit {
    /// Metres.
    Metres,
    /// Minutes.
    Minutes,
}

/// What it costs to get somewhere, finite and not negative: a distance written `"500 m"` or `"1.5 km"`, or a time written
/// `"15 min"`.
///
/// Costs of different units are not compared: there is no order of them.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(try_from = "String", into = "String")]
#[schemars(with = "String", extend("pattern" = r"^\s*[0-9][0-9,.]*\s*(m|km|米|公里|千米|min|分|分钟)\s*$"))]
pub struct Cost {
    value: f64,
    unit: CostUnit,
}

impl Cost {
    /// `None` unless `value` is finite and not negative.
    pub fn new(value: f64, unit: CostUnit) -> Option<Self> {
        (value.is_finite() && 0.0 <= value).then_some(Self { value, unit })
    }

    /// The number of its unit.
    pub fn get(self) -> f64 {
        self.value
    }

    /// What it is counted in.
    pub fn unit(self) -> CostUnit {
        self.unit
    }
}

impl TryFrom<String> for Cost {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let cost = split_unit(&text).and_then(|(number, unit)| match unit {
            "m" | "米" => Self::new(number, CostUnit::Metres),
            "km" | "公里" | "千米" => Self::new(number * 1000.0, CostUnit::Metres),
            "min" | "分" | "分钟" => Self::new(number, CostUnit::Minutes),
            _ => None,
        });
        cost.ok_or_else(|| {
            format!(
                "expected a distance such as \"500 m\" or \"1.5 km\", or a time such as \"15 min\", found \"{text}\""
            )
        })
    }
}

impl From<Cost> for String {
    fn from(cost: Cost) -> Self {
        cost.to_string()
    }
}

impl From<Metres> for Cost {
    fn from(metres: Metres) -> Self {
        Self { value: metres.get(), unit: CostUnit::Metres }
    }
}

impl fmt::Display for Cost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.unit {
            CostUnit::Metres => Metres(self.value).fmt(f),
            CostUnit::Minutes => write!(f, "{} min", Decimal(self.value, 2)),
        }
    }
}

/// A number of people, finite and not negative; written `"4000 persons"` or `"4000 人"`.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd, Deserialize, Serialize, JsonSchema)]
#[serde(try_from = "String", into = "String")]
#[schemars(with = "String", extend("pattern" = r"^\s*[0-9][0-9,.]*\s*(persons|人)\s*$"))]
pub struct Persons(f64);

impl Persons {
    /// `None` unless `value` is finite and not negative.
    pub fn new(value: f64) -> Option<Self> {
        (value.is_finite() && 0.0 <= value).then_some(Self(value))
    }

    /// How many.
    pub fn get(self) -> f64 {
        self.0
    }
}

impl TryFrom<String> for Persons {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let persons = split_unit(&text).and_then(|(number, unit)| match unit {
            "persons" | "人" => Self::new(number),
            _ => None,
        });
        persons.ok_or_else(|| format!("expected a number of people such as \"4000 persons\", found \"{text}\""))
    }
}

impl From<Persons> for String {
    fn from(persons: Persons) -> Self {
        persons.to_string()
    }
}

impl fmt::Display for Persons {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} persons", Decimal(self.0, 1))
    }
}

/// A part of a whole as a ratio, finite and not negative; written `"80 %"`.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd, Deserialize, Serialize, JsonSchema)]
#[serde(try_from = "String", into = "String")]
#[schemars(with = "String", extend("pattern" = r"^\s*[0-9][0-9.]*\s*[%％]\s*$"))]
pub struct Share(f64);

impl Share {
    /// `None` unless `ratio` is finite and not negative.
    pub fn new(ratio: f64) -> Option<Self> {
        (ratio.is_finite() && 0.0 <= ratio).then_some(Self(ratio))
    }

    /// The ratio: 0.8 for 80 %.
    pub fn get(self) -> f64 {
        self.0
    }
}

impl TryFrom<String> for Share {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        // 80 / 100 rounds to the same double as any other quotient equal to 0.8: an edge stays an edge.
        let share = split_unit(&text).and_then(|(number, unit)| match unit {
            "%" | "％" => Self::new(number / 100.0),
            _ => None,
        });
        share.ok_or_else(|| format!("expected a share such as \"80 %\", found \"{text}\""))
    }
}

impl From<Share> for String {
    fn from(share: Share) -> Self {
        share.to_string()
    }
}

impl fmt::Display for Share {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} %", Decimal(self.0 * 100.0, 2))
    }
}

/// A number shown with at most so many decimals, trailing zeros cut, never `-0`.
pub struct Decimal(pub f64, pub usize);

impl fmt::Display for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = format!("{:.*}", self.1, self.0);
        let text = if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.') } else { &text };
        f.write_str(if text == "-0" { "0" } else { text })
    }
}

/// `"1,500 m"` to `(1500.0, "m")`.
fn split_unit(text: &str) -> Option<(f64, &str)> {
    let text = text.trim();
    let end = text.find(|c: char| !(c.is_ascii_digit() || c == '.' || c == ',')).unwrap_or(text.len());
    let (number, unit) = text.split_at(end);
    Some((number.replace(',', "").parse().ok()?, unit.trim()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_printed_is_read_again() {
        for text in ["500 m", "1.5 km", "12.345 km", "0 m"] {
            assert_eq!(Metres::try_from(text.to_owned()).unwrap().to_string(), text);
        }
        for text in ["500 m", "1.5 km", "15 min", "0.5 min"] {
            assert_eq!(Cost::try_from(text.to_owned()).unwrap().to_string(), text);
        }
        assert_eq!(Cost::try_from("15 分钟".to_owned()).unwrap(), Cost::new(15.0, CostUnit::Minutes).unwrap());
        assert_eq!(Persons::try_from("4,000 人".to_owned()).unwrap().to_string(), "4000 persons");
        assert_eq!(Share::try_from("97.5%".to_owned()).unwrap().to_string(), "97.5 %");
    }

    #[test]
    fn a_wrong_or_missing_unit_is_refused() {
        for text in ["500", "500 min", "-5 m", "m", "1e400 m", "NaN m", ""] {
            assert!(Metres::try_from(text.to_owned()).is_err(), "{text}");
        }
        for text in ["15", "15 s", "-5 min", "min", "1e400 min", "15 minutes ago"] {
            assert!(Cost::try_from(text.to_owned()).is_err(), "{text}");
        }
        assert!(Share::try_from("0.8".to_owned()).is_err());
        assert!(Persons::try_from("4000 m".to_owned()).is_err());
    }

    #[test]
    fn a_share_equals_the_quotient_it_names() {
        for (text, part, whole) in
            [("80 %", 4.0, 5.0), ("90 %", 27.0, 30.0), ("97.5 %", 39.0, 40.0), ("10 %", 1.0, 10.0)]
        {
            assert_eq!(Share::try_from(text.to_owned()).unwrap().get(), part / whole);
        }
    }
}
