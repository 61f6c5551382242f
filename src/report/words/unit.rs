//! Quantities and thresholds in words.

use super::Words;
use super::noun::{chinese, english};
use super::number::{beside, number};
use crate::model::{Lang, Text};
use crate::rules::finding::{Quantity, Required, Threshold, Unit};
use crate::units::Cost;

impl Words<'_> {
    /// `3 kindergartens`, `92.5 %`, `1.2 km`; `3 所幼儿园`, `92.5%`, `1.2 公里`.
    pub fn quantity(self, value: f64, unit: &Unit) -> String {
        self.with_unit(&self.figure(value, unit, None), value, unit)
    }

    /// What it costs to get somewhere: `850 m`, `12 min`.
    pub fn cost(self, cost: Cost) -> String {
        self.quantity(cost.get(), &cost.unit().into())
    }

    /// A quantity that is read beside what is required: not rounded onto the limit.
    pub fn observed(self, observed: &Quantity, required: Option<&Required>) -> String {
        let limit =
            required.filter(|required| required.unit == observed.unit).map(|required| required.threshold.limit());
        self.with_unit(&self.figure(observed.value, &observed.unit, limit), observed.value, &observed.unit)
    }

    /// What was found, in a sentence: `kept in 3 streets`, `found 92.5 %`.
    pub fn found(self, observed: &Quantity, required: Option<&Required>) -> String {
        let quantity = self.observed(observed, required);
        match (&observed.unit, self.lang) {
            (Unit::Areas { .. }, Lang::En) => format!("kept in {quantity}"),
            (Unit::Estates, Lang::En) => format!("kept for {quantity}"),
            (Unit::Areas { .. } | Unit::Estates, Lang::Zh) => format!("达标 {quantity}"),
            (_, Lang::En) => format!("found {quantity}"),
            (_, Lang::Zh) => format!("实际 {quantity}"),
        }
    }

    /// The limit and on which side its edge is: `at least 80 % (80 % itself is enough)`.
    pub fn required(self, required: &Required) -> String {
        let limit = required.threshold.limit();
        let figure = self.figure(limit, &required.unit, None);
        let quantity = self.with_unit(&figure, limit, &required.unit);
        let is_share = matches!(required.unit, Unit::Share | Unit::Ratio | Unit::Per { .. } | Unit::Stated(_));
        match (required.threshold, self.lang) {
            (Threshold::AtMost(0.0), Lang::En) => format!("no {}", self.unit(&required.unit)),
            (Threshold::AtMost(0.0), Lang::Zh) => format!("为 {quantity}"),
            (Threshold::AtLeast(_), Lang::En) => format!("at least {quantity} ({figure} itself is enough)"),
            (Threshold::AtMost(_), Lang::En) => format!("at most {quantity} ({figure} itself is allowed)"),
            (Threshold::AtLeast(_), Lang::Zh) if is_share => format!("不低于 {quantity}（含）"),
            (Threshold::AtLeast(_), Lang::Zh) => format!("不少于 {quantity}（含）"),
            (Threshold::AtMost(_), Lang::Zh) => format!("不超过 {quantity}（含）"),
        }
    }

    /// What a number in a table is counted in.
    pub fn unit(self, unit: &Unit) -> String {
        match (unit, self.lang) {
            (Unit::Areas { level }, Lang::En) => english(self.level(level), 2.0),
            (Unit::Areas { level }, Lang::Zh) => chinese(self.level(level)),
            (Unit::Facilities { service }, Lang::En) => english(self.service(service), 2.0),
            (Unit::Facilities { service }, Lang::Zh) => chinese(self.service(service)),
            (Unit::Supply { service }, Lang::En) => english(self.supply(service), 2.0),
            (Unit::Supply { service }, Lang::Zh) => chinese(self.supply(service)),
            (Unit::Attribute(key), _) => self.attribute(key).to_owned(),
            (Unit::Persons, _) => self.pick("persons", "人").to_owned(),
            (Unit::DwellingFloor, _) => {
                self.pick("m² of dwelling floor (proxy for residents)", "平方米住宅建筑面积（代替常住人口）").to_owned()
            }
            (Unit::Share, _) => "%".to_owned(),
            (Unit::Metres, _) => self.pick("m", "米").to_owned(),
            (Unit::Minutes, _) => self.pick("min", "分钟").to_owned(),
            (Unit::Ratio, _) => String::new(),
            (Unit::Per { supply, persons }, Lang::En) => {
                format!("{} per {} persons", self.unit(supply), number(*persons))
            }
            (Unit::Per { supply, persons }, Lang::Zh) => format!("{}/{} 人", self.unit(supply), number(*persons)),
            (Unit::Estates, _) => self.pick("new estates", "个新建居住区").to_owned(),
            (Unit::Stated(text), _) => text.get(self.lang).to_owned(),
        }
    }

    /// The digits, with what cannot be parted from them: `80 %`, `1.2 km`.
    fn figure(self, value: f64, unit: &Unit, limit: Option<f64>) -> String {
        let digits = |value: f64, scale: f64| match limit {
            Some(limit) => beside(value * scale, limit * scale),
            None => number(value * scale),
        };
        match unit {
            Unit::Share => format!("{}{}", digits(value, 100.0), self.pick(" %", "%")),
            Unit::Metres if value.abs() < 1000.0 => {
                // Beside a limit every centimetre may count.
                let value = if limit.is_some() { value } else { value.round() };
                format!("{} {}", digits(value, 1.0), self.pick("m", "米"))
            }
            Unit::Metres => format!("{} {}", digits(value, 1e-3), self.pick("km", "公里")),
            Unit::Minutes => format!("{} {}", digits(value, 1.0), self.pick("min", "分钟")),
            _ => digits(value, 1.0),
        }
    }

    fn with_unit(self, figure: &str, value: f64, unit: &Unit) -> String {
        match (unit, self.lang) {
            (Unit::Areas { level }, Lang::En) => format!("{figure} {}", english(self.level(level), value)),
            (Unit::Facilities { service }, Lang::En) => format!("{figure} {}", english(self.service(service), value)),
            (Unit::Supply { service }, Lang::En) => format!("{figure} {}", english(self.supply(service), value)),
            (Unit::Persons, Lang::En) => format!("{figure} {}", english("persons", value)),
            (Unit::Estates, Lang::En) => format!("{figure} {}", english("new estate", value)),
            (Unit::Attribute(key), Lang::Zh) => format!("{figure}（{}）", self.attribute(key)),
            (Unit::Per { supply, persons }, Lang::Zh) => {
                format!("每 {} 人 {}", number(*persons), self.with_unit(figure, value, supply))
            }
            (Unit::Share | Unit::Metres | Unit::Minutes | Unit::Ratio, _) => figure.to_owned(),
            (Unit::Stated(Text { en, zh }), _) if en.starts_with('%') || zh.starts_with('%') => {
                format!("{figure}{}", self.pick(format!(" {en}"), zh.clone()))
            }
            (
                Unit::Areas { .. }
                | Unit::Facilities { .. }
                | Unit::Supply { .. }
                | Unit::Persons
                | Unit::DwellingFloor
                | Unit::Estates
                | Unit::Stated(_),
                Lang::Zh,
            )
            | (Unit::Attribute(_) | Unit::DwellingFloor | Unit::Stated(_) | Unit::Per { .. }, Lang::En) => {
                format!("{figure} {}", self.unit(unit))
            }
        }
    }
}
