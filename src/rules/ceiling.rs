//! Ceiling: no facility is over a limit; a ledger of those that are.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;
use toml::Spanned;

use super::decide::no_limit;
use super::finding::{
    Evidence, Finding, LedgerEntry, Of, Quantity, Reason, Remark, Required, Subject, Threshold, Unit, Verdict,
};
use super::parts::{self, ByParts, Kept, Roll, Swap};
use super::select::{Roster, SpannedKey, Tri, Where, attribute_names};
use super::{Case, Kind, Mistake, Name, Noun, Surplus};
use crate::model::{Column, FacilityId, Id, Observation, Of as ValueOf, Series};

/// No facility is over a limit.
///
/// # What is judged
/// Each facility of `service` that meets `where`: its value is `at-most` or less; the limit itself is allowed. The value
/// is the latest that the series `history` has for the facility, not after the year of the reference date; where it has
/// none, the attribute `value`, divided by the attribute `per` if that is given.
///
/// # Ledger
/// The facilities over the limit, worst first: by how much, the worst grade (a grade applies from its number, that
/// number included), and since when: the first year of the latest unbroken run over the limit in `history`; a year
/// without a value does not break a run. Then those struck off: over the limit in an earlier year of `history` and not
/// now, with the first year that has a value after the last one over. Facilities that may not be meant (an attribute of
/// `where` is missing) are not in it.
///
/// # Observed, margin, shortfall
/// Observed: facilities over the limit, of which none is allowed. Margin: where met, the smallest distance of a value
/// to the limit; where unmet, minus the facilities over it. Shortfall of a facility: by how much it is over.
///
/// # Unknown
/// A facility without a value is unknown, as is one over the limit that may not be meant because an attribute of
/// `where` is missing.
///
/// # Example
/// ```toml
/// check.ceiling = { service = "school", where = { stage = ["primary", "junior"] }, value = "largest-class", at-most = 55, grades = { super-large = 66 }, history = "largest-class" }
/// ```
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Ceiling {
    /// The service.
    #[schemars(with = "String")]
    pub service: Spanned<String>,
    /// Which of its facilities, by their attributes.
    #[serde(default)]
    pub r#where: Where,
    /// The attribute that must not be over the limit.
    #[schemars(with = "String")]
    pub value: Spanned<String>,
    /// The attribute that `value` is divided by, if any.
    #[serde(default)]
    #[schemars(with = "Option<String>")]
    pub per: Option<Spanned<String>>,
    /// Allowed with this much and less.
    #[schemars(with = "f64")]
    pub at_most: Spanned<f64>,
    /// Names for worse degrees, each with the value from which it applies.
    #[serde(default)]
    pub grades: BTreeMap<SpannedKey, f64>,
    /// The series of facility values by year that the ledger is drawn from.
    #[serde(default)]
    #[schemars(with = "Option<String>")]
    pub history: Option<Spanned<String>>,
}

impl Kind for Ceiling {
    fn names(&self) -> Vec<Name<'_>> {
        let mut names =
            vec![Name { noun: Noun::Service, word: &self.service }, Name { noun: Noun::Attribute, word: &self.value }];
        names.extend(attribute_names(&self.r#where));
        names.extend(self.per.iter().map(|word| Name { noun: Noun::Attribute, word }));
        names.extend(self.history.iter().map(|word| Name { noun: Noun::Series, word }));
        names
    }

    fn mistakes(&self) -> Vec<Mistake> {
        let limit = *self.at_most.get_ref();
        let mut mistakes: Vec<Mistake> = no_limit(&self.at_most).into_iter().collect();
        // Not `from < limit`: that would let a grade from NaN pass.
        let idle = self.grades.iter().filter(|&(_, &from)| !(from.is_finite() && limit <= from));
        mistakes.extend(idle.map(|(grade, from)| Mistake {
            at: grade.0.span(),
            what: format!("the grade `{}` is from {from}, and the limit is {limit}", grade.0.get_ref()),
            help: "a grade is from the limit or more".to_owned(),
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
        let finding = self.assess(case);
        let n_over = finding.count("unmet") + finding.count("unknown");
        Some(vec![Surplus::known(Of::Whole, -(n_over as f64))])
    }
}

impl ByParts for Ceiling {
    /// The facilities measured.
    type Books = Roster;

    fn books(&self, case: &Case<'_>) -> Result<Roster, Reason> {
        Ok(Roster::new(case.select(self.service.get_ref(), &self.r#where)?))
    }

    fn all(&self, _case: &Case<'_>, roster: &Roster) -> Vec<Of> {
        let mut facilities: Vec<FacilityId> = roster.selection().facilities().collect();
        facilities.sort_unstable();
        facilities.into_iter().map(Of::Facility).collect()
    }

    fn subject(&self, case: &Case<'_>, roster: &Roster, of: &Of) -> Option<Subject> {
        let &Of::Facility(facility) = of else { return None };
        let chosen = roster.status(facility)?;
        Some(self.judge(case, &Gauge::of(self, case).measure(facility, chosen)))
    }

    fn conclude(&self, _case: &Case<'_>, _roster: &Roster, roll: &Roll) -> Finding {
        let all = roll.facilities;
        let (verdict, n_over) = (all.verdict(), all.unmet as f64);
        let facilities = Unit::Facilities { service: self.service.get_ref().clone() };
        let unit = if self.per.is_some() { Unit::Ratio } else { Unit::Attribute(self.value.get_ref().clone()) };
        let margin = match verdict {
            Verdict::Met => {
                all.highest.map(|highest| Quantity { value: self.threshold().margin(highest), unit: unit.clone() })
            }
            Verdict::Unmet => Some(Quantity { value: -n_over, unit: facilities.clone() }),
            _ => None,
        };
        Finding {
            observed: Some(Quantity { value: n_over, unit: facilities.clone() }),
            required: Some(Required { threshold: Threshold::AtMost(0.0), unit: facilities }),
            margin,
            subject_unit: Some(unit.clone()),
            shortfall_unit: Some(unit),
            shortfall: all.shortfall(),
            ..Finding::bare(verdict)
        }
    }

    fn complete(&self, case: &Case<'_>, roster: &Roster, finding: &mut Finding) {
        let gauge = Gauge::of(self, case);
        let measured = roster.selection().yes.iter().map(|&facility| gauge.measure(facility, Tri::Yes));
        finding.ledger = self.ledger(measured);
    }

    fn replace(&self, case: &Case<'_>, roster: &Roster, swap: &Swap<'_>) -> Option<(Roster, Vec<Of>)> {
        let (gone, new) = swap.of(case, self.service.get_ref(), &self.r#where);
        let touched = gone.iter().chain(&new).map(|&(facility, _)| Of::Facility(facility)).collect();
        let mut roster = roster.clone();
        roster.replace(gone, new);
        Some((roster, touched))
    }
}

/// One facility, measured.
struct Measured<'a> {
    facility: FacilityId,
    /// Whether it meets `where`.
    chosen: Tri,
    /// Its value, or the attributes that are missing for it.
    value: Result<f64, Vec<String>>,
    /// Its values by year up to the reference date.
    history: &'a [Observation],
}

/// Where values are read from.
struct Gauge<'a> {
    check: &'a Ceiling,
    value: Option<&'a Column>,
    per: Option<&'a Column>,
    series: &'a Series,
    /// The last year that counts.
    year: i16,
}

impl<'a> Gauge<'a> {
    fn of(check: &'a Ceiling, case: &Case<'a>) -> Self {
        let attribute = |key: &Spanned<String>| case.world.facilities.attribute(key.get_ref());
        Self {
            check,
            value: attribute(&check.value),
            per: check.per.as_ref().and_then(attribute),
            series: &case.world.series,
            year: case.world.reference_date.year(),
        }
    }

    fn measure(&self, facility: FacilityId, chosen: Tri) -> Measured<'a> {
        let history = self.check.history.as_ref().map_or(&[][..], |key| {
            let all = self.series.of(key.get_ref(), ValueOf::Facility(facility));
            &all[..all.partition_point(|observation| observation.year <= self.year)]
        });
        let latest = history.last().map(|observation| Ok(observation.value));
        let value = latest.unwrap_or_else(|| self.attribute(facility.index()));
        Measured { facility, chosen, value, history }
    }

    /// The value that the attributes give, or those missing.
    fn attribute(&self, row: usize) -> Result<f64, Vec<String>> {
        let value = self.value.and_then(|column| column.number(row));
        let Some(per) = &self.check.per else {
            return value.ok_or_else(|| vec![self.check.value.get_ref().clone()]);
        };
        // Nothing can be divided by none of it: then the file does not say the ratio.
        let divisor = self.per.and_then(|column| column.number(row)).filter(|&divisor| 0.0 < divisor);
        if let (Some(value), Some(divisor)) = (value, divisor) {
            return Ok(value / divisor);
        }
        let missing = [(value, &self.check.value), (divisor, per)].into_iter().filter(|(value, _)| value.is_none());
        Err(missing.map(|(_, key)| key.get_ref().clone()).collect())
    }
}

impl Ceiling {
    fn threshold(&self) -> Threshold {
        Threshold::AtMost(*self.at_most.get_ref())
    }

    /// By how much a value is over the limit, if it is.
    fn over(&self, value: f64) -> Option<f64> {
        (!self.threshold().holds(value)).then(|| value - self.threshold().limit())
    }

    /// The worst grade of a value over the limit.
    fn grade(&self, value: f64) -> Option<&str> {
        self.over(value)?;
        let reached = self.grades.iter().filter(|&(_, &from)| from <= value);
        reached.max_by(|a, b| a.1.total_cmp(b.1)).map(|(grade, _)| grade.0.get_ref().as_str())
    }

    fn judge(&self, case: &Case<'_>, measured: &Measured<'_>) -> Subject {
        let verdict = match (&measured.value, measured.chosen) {
            (Err(missing), _) => Verdict::unknown(Reason::NoAttribute { attributes: missing.clone(), n_facilities: 1 }),
            (&Ok(value), _) if self.threshold().holds(value) => Verdict::Met,
            (Ok(_), Tri::Unknown) => {
                Verdict::unknown(case.facility_filter(&self.r#where).why_unknown(measured.facility.index()))
            }
            (Ok(_), _) => Verdict::Unmet,
        };
        let value = measured.value.as_ref().ok().copied();
        let grade = value.and_then(|value| self.grade(value)).map(|grade| Remark::Grade { grade: grade.to_owned() });
        Subject {
            of: Of::Facility(measured.facility),
            observed: value,
            shortfall: value.filter(|_| verdict == Verdict::Unmet).and_then(|value| self.over(value)),
            verdict,
            evidence: Evidence { remarks: grade.into_iter().collect(), ..Evidence::default() },
        }
    }

    /// Facilities over the limit now, worst first, then those that were; by id where equal.
    fn ledger<'m>(&self, meant: impl Iterator<Item = Measured<'m>>) -> Vec<LedgerEntry> {
        let mut ledger: Vec<LedgerEntry> = meant.filter_map(|measured| self.entry(&measured)).collect();
        let rank = |entry: &LedgerEntry| -entry.over.unwrap_or(f64::NEG_INFINITY);
        ledger.sort_by(|a, b| rank(a).total_cmp(&rank(b)).then(a.facility.cmp(&b.facility)));
        ledger
    }

    fn entry(&self, measured: &Measured<'_>) -> Option<LedgerEntry> {
        let value = *measured.value.as_ref().ok()?;
        let run = self.latest_run(measured.history);
        let over = self.over(value);
        if over.is_none() && run.is_none() {
            return None;
        }
        let after = run.and_then(|(_, last)| measured.history.get(last + 1));
        Some(LedgerEntry {
            facility: measured.facility,
            value: Some(value),
            over,
            grade: self.grade(value).map(str::to_owned),
            since: run.map(|(first, _)| measured.history[first].year),
            struck_off: after.filter(|_| over.is_none()).map(|observation| observation.year),
        })
    }

    /// The first and the last position of the latest unbroken run over the limit.
    fn latest_run(&self, history: &[Observation]) -> Option<(usize, usize)> {
        let is_over = |observation: &Observation| self.over(observation.value).is_some();
        let last = history.iter().rposition(is_over)?;
        let before = history[..last].iter().rposition(|observation| !is_over(observation));
        Some((before.map_or(0, |before| before + 1), last))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::sketch::Sketch;
    use crate::rules::{try_check, try_mistakes};

    const CHECK: &str = r#"ceiling = { service = "school", value = "largest-class", at-most = 55, grades = { large = 56, super-large = 66 }, history = "class" }"#;

    // No map: schools with the size of their largest class.
    fn schools(classes: &[&str]) -> Sketch {
        let sketch = Sketch::new(&["district"]).service("school");
        classes.iter().enumerate().fold(sketch, |sketch, (n, class)| {
            sketch.facility("school", &format!("s{n}"), None, None, &[("largest-class", class)])
        })
    }

    fn history(sketch: Sketch, school: usize, values: &[(i16, f64)]) -> Sketch {
        sketch.series("class", ValueOf::Facility(FacilityId::new(school)), values)
    }

    fn verdicts(finding: &Finding) -> Vec<&str> {
        finding.subjects.iter().map(|subject| subject.verdict.key()).collect()
    }

    fn why(attribute: &str) -> Verdict {
        Verdict::unknown(Reason::NoAttribute { attributes: vec![attribute.to_owned()], n_facilities: 1 })
    }

    #[test]
    fn the_limit_itself_is_allowed_and_one_more_is_over() {
        let finding = try_check(CHECK, &schools(&["55", "40"]).world());
        assert_eq!((finding.verdict, finding.margin.unwrap().value), (Verdict::Met, 0.0));
        assert_eq!(finding.ledger, []);
        let finding = try_check(CHECK, &schools(&["55", "56", "70"]).world());
        assert_eq!(verdicts(&finding), ["met", "unmet", "unmet"]);
        assert_eq!((finding.observed.unwrap().value, finding.margin.unwrap().value), (2.0, -2.0));
        assert_eq!(finding.subjects[2].shortfall, Some(15.0));
        assert_eq!(finding.shortfall, Some(16.0));
    }

    #[test]
    fn a_grade_applies_from_its_number() {
        let finding = try_check(CHECK, &schools(&["65", "66", "55"]).world());
        let grades: Vec<_> = finding.ledger.iter().map(|entry| entry.grade.as_deref()).collect();
        assert_eq!(grades, [Some("super-large"), Some("large")]);
        assert_eq!(finding.subjects[1].evidence.remarks, [Remark::Grade { grade: "super-large".to_owned() }]);
        assert_eq!(finding.subjects[2].evidence.remarks, []);
    }

    #[test]
    fn a_school_without_a_value_is_unknown() {
        let finding = try_check(CHECK, &schools(&["40", ""]).world());
        assert_eq!(finding.verdict, Verdict::unknown(Reason::UnknownSubjects { unknown: 1, of: 2 }));
        assert_eq!(finding.subjects[1].verdict, why("largest-class"));
        assert_eq!(finding.margin, None);
    }

    #[test]
    fn the_ledger_lists_the_worst_first_and_then_those_struck_off() {
        let sketch = schools(&["", "60", "60", "70", ""]);
        let sketch = history(sketch, 0, &[(2016, 58.0), (2017, 50.0), (2018, 57.0), (2019, 54.0), (2020, 52.0)]);
        let sketch = history(sketch, 1, &[(2016, 58.0), (2017, 50.0), (2018, 57.0), (2020, 60.0)]);
        let sketch = history(sketch, 4, &[(2019, 55.0), (2020, 55.0)]);
        let finding = try_check(CHECK, &sketch.world());
        let line = |entry: &LedgerEntry| (entry.facility.index(), entry.over, entry.since, entry.struck_off);
        let lines: Vec<_> = finding.ledger.iter().map(line).collect();
        let expected = [
            (3, Some(15.0), None, None),
            (1, Some(5.0), Some(2018), None),
            (2, Some(5.0), None, None),
            (0, None, Some(2018), Some(2019)),
        ];
        assert_eq!(lines, expected);
        assert_eq!(finding.ledger[3].value, Some(52.0));
        assert_eq!(finding.ledger[3].grade, None);
    }

    #[test]
    fn the_latest_year_of_the_series_stands_before_the_attribute_and_the_future_does_not_count() {
        let sketch = history(schools(&["70", "70"]), 0, &[(2019, 55.0), (2021, 80.0)]);
        let finding = try_check(CHECK, &history(sketch, 1, &[(2021, 50.0)]).world());
        assert_eq!(verdicts(&finding), ["met", "unmet"]);
        assert_eq!(finding.subjects[0].observed, Some(55.0));
    }

    #[test]
    fn a_ratio_is_held_to_the_limit_exactly() {
        let check = r#"ceiling = { service = "school", value = "pupils", per = "classes", at-most = 55 }"#;
        let school = |sketch: Sketch, pupils, classes| {
            sketch.facility("school", pupils, None, None, &[("pupils", pupils), ("classes", classes)])
        };
        let world = school(school(school(schools(&[]), "330", "6"), "331", "6"), "330", "0").world();
        let finding = try_check(check, &world);
        assert_eq!(verdicts(&finding), ["met", "unmet", "unknown"]);
        assert_eq!(finding.subject_unit, Some(Unit::Ratio));
        assert_eq!(finding.subjects[2].verdict, why("classes"));
    }

    #[test]
    fn a_school_that_may_not_be_meant_is_unknown_only_if_it_is_over() {
        let check = CHECK.replace("value", r#"where = { stage = "primary" }, value"#);
        let finding = try_check(&check, &schools(&["40", "70"]).world());
        assert_eq!(verdicts(&finding), ["met", "unknown"]);
        assert_eq!(finding.subjects[1].verdict, why("stage"));
        assert_eq!(finding.ledger, []);
    }

    #[test]
    fn no_data_on_the_service_is_unknown_and_no_facility_leaves_nothing_to_judge() {
        let finding = try_check(&CHECK.replace("school", "college"), &schools(&["40"]).world());
        assert_eq!(finding.verdict, Verdict::unknown(Reason::NoService("college".to_owned())));
        let finding = try_check(CHECK, &schools(&[]).world());
        assert_eq!(finding.verdict, Verdict::NotCheckable { why: Reason::NothingHere });
    }

    #[test]
    fn limits_that_make_no_sense_are_mistakes() {
        let underlined =
            |check: &str| -> Vec<String> { try_mistakes(check).into_iter().map(|(word, _)| word).collect() };
        let check = |limit: &str| CHECK.replace("at-most = 55", &format!("at-most = {limit}"));
        assert_eq!(underlined(&check("-1.5")), ["-1.5"]);
        assert_eq!(underlined(&check("nan")), ["nan", "large", "super-large"]);
        assert_eq!(underlined(&check("60")), ["large"]);
        assert_eq!(underlined(&check("56")), [""; 0]);
    }
}
