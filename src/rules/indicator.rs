//! Indicator: a value by year reaches its target.

use schemars::JsonSchema;
use serde::Deserialize;
use toml::Spanned;

use super::decide::Decide;
use super::finding::{
    Evidence, Finding, Of, Pace, Quantity, Reason, Remark, Required, Subject, Threshold, Unit, Verdict,
};
use super::parts::{Group, Roll};
use super::select::Where;
use super::{Case, Kind, Mistake, Name, Noun};
use crate::model::{AreaId, Observation, Of as ValueOf, Text};

/// A value by year reaches its target.
///
/// # What is judged
/// The value of `series` for the whole study in `year`, or, where the series goes past it, in the latest year that is
/// not after the reference date: it is `target` or more, or less with `better = "lower"`; the target itself is enough.
/// With `sum-from` it is the sum of the values from that year to `year`, both included, and later years do not count.
/// With `each`, the values for each area of that level get their own verdict; `decide = "each"` makes theirs that of the
/// promise.
///
/// # Pace
/// The remark on pace compares the latest value after `from` and not after `year` with the straight line from `from` to
/// the target; a sum, as far as no year is missing, with the line from 0 in the year before `sum-from`. On track is
/// within 0.5 % of the way from start to target, that distance included; else ahead or behind. In the year of the target
/// only the target itself is on track.
///
/// # Observed, margin, shortfall
/// Observed: the value judged, else the latest known; of a sum, the sum so far; with `decide = "each"` the value of the
/// area farthest behind. Margin: how far the value is on the good
/// side of the target, negative where it misses it; with `decide = "each"` that of the worst area. Shortfall: how far
/// the value is from the target; of all areas together only for a sum, because rates do not add up.
///
/// # Unknown
/// The target is not due before its year has come. Once it has, it is unknown without a value for that year or a later
/// one, as is a sum that lacks a year. If no value is negative, the sum of some years can be enough: it is met once it
/// reaches a target where higher is better, and unmet once it exceeds one where lower is.
///
/// # Example
/// ```toml
/// check.indicator = { series = "ind.compulsory-retention", unit = { en = "%", zh = "%" }, target = 97.5, year = 2020, from = { year = 2015, value = 95.7 }, better = "higher", each = "street" }
/// ```
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Indicator {
    /// The series of values by year.
    #[schemars(with = "String")]
    pub series: Spanned<String>,
    /// The unit of the values.
    pub unit: Text,
    /// The value to be reached.
    #[schemars(with = "f64")]
    pub target: Spanned<f64>,
    /// The year by which it is to be reached.
    pub year: i16,
    /// Where the straight line to the target starts.
    #[serde(default)]
    #[schemars(with = "Option<Start>")]
    pub from: Option<Spanned<Start>>,
    /// Which side of the target is the good one.
    #[serde(default)]
    pub better: Better,
    /// The first year of the sum, where the target is for the sum of several years.
    #[serde(default)]
    #[schemars(with = "Option<i16>")]
    pub sum_from: Option<Spanned<i16>>,
    /// A level whose areas get their own verdict.
    #[serde(default)]
    #[schemars(with = "Option<String>")]
    pub each: Option<Spanned<String>>,
    /// Whether the promise is about the whole or about each area.
    #[serde(default)]
    pub decide: Decide,
}

/// Where a straight line starts.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Start {
    /// The year.
    pub year: i16,
    /// The value in that year.
    pub value: f64,
}

/// Which side of a target is the good one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Better {
    /// The target and above.
    #[default]
    Higher,
    /// The target and below.
    Lower,
}

impl Kind for Indicator {
    fn names(&self) -> Vec<Name<'_>> {
        let mut names = vec![Name { noun: Noun::Series, word: &self.series }];
        names.extend(self.each.iter().map(|word| Name { noun: Noun::Level, word }));
        names
    }

    fn mistakes(&self) -> Vec<Mistake> {
        let target = (!self.target.get_ref().is_finite()).then(|| Mistake {
            at: self.target.span(),
            what: format!("no value can reach the target {}", self.target.get_ref()),
            help: "a number".to_owned(),
        });
        let from = self.from.as_ref().and_then(|from| {
            let Start { year, value } = *from.get_ref();
            let wrong = if self.sum_from.is_some() {
                "`from` does not go with `sum-from`, whose line starts from 0".to_owned()
            } else if !value.is_finite() {
                format!("no line can start from {value}")
            } else if self.year <= year {
                format!("the line starts in {year} and the target is for {}", self.year)
            } else {
                return None;
            };
            Some(Mistake { at: from.span(), what: wrong, help: "a value for a year before the target's".to_owned() })
        });
        let sum = self.sum_from.as_ref().filter(|first| self.year < *first.get_ref()).map(|first| Mistake {
            at: first.span(),
            what: format!("the sum starts in {} and the target is for {}", first.get_ref(), self.year),
            help: format!("{} or a year before", self.year),
        });
        let decide = (self.decide == Decide::Each && self.each.is_none()).then(|| Mistake {
            at: self.series.span(),
            what: "`decide = \"each\"` needs to know of which areas".to_owned(),
            help: "name their level, such as `each = \"street\"`".to_owned(),
        });
        target.into_iter().chain(from).chain(sum).chain(decide).collect()
    }

    fn assess(&self, case: &Case<'_>) -> Finding {
        self.judge(case).unwrap_or_else(|why| Finding::bare(Verdict::unknown(why)))
    }
}

/// How one series of values stands.
struct Standing {
    verdict: Verdict,
    observed: Option<f64>,
    remarks: Vec<Remark>,
}

impl Indicator {
    /// A value this near to the line, as a part of the way from start to target, is on track.
    const ON_TRACK: f64 = 0.005;

    fn judge(&self, case: &Case<'_>) -> Result<Finding, Reason> {
        let series = self.series.get_ref();
        if case.world.series.all(series).is_empty() {
            return Err(Reason::NoSeries(series.clone()));
        }
        let whole = self.stand(case, ValueOf::Whole);
        let each = self.areas(case);
        if let (Decide::Each, Some(Err(why))) = (self.decide, &each) {
            return Err(why.clone());
        }
        let subjects: Vec<Subject> = match (&self.each, each) {
            (Some(_), Some(Ok(areas))) => areas.into_iter().map(|area| self.subject(case, area)).collect(),
            (Some(level), Some(Err(why))) => vec![missing_level(level.get_ref(), why)],
            _ => Vec::new(),
        };

        let lacking = self.shortfall(&whole.verdict, whole.observed);
        let shortfall = match (self.decide, &self.sum_from) {
            (Decide::Each, None) => None,
            _ => self.decide.shortfall(lacking, &areas_of(&subjects)),
        };
        // Where areas decide, the one farthest behind stands for them.
        let judged = |subject: &Subject| Some((self.margin(&subject.verdict, subject.observed)?, subject.observed?));
        let worst = subjects.iter().filter_map(judged).min_by(|a, b| a.0.total_cmp(&b.0));
        let (margin, observed) = match (self.decide, worst) {
            (Decide::Each, Some((margin, observed))) => (Some(margin), Some(observed)),
            (Decide::Each, None) => (None, whole.observed),
            (Decide::Whole, _) => (self.margin(&whole.verdict, whole.observed), whole.observed),
        };
        let verdict = self.decide.verdict(whole.verdict, &areas_of(&subjects));
        let unit = Unit::Stated(self.unit.clone());
        let quantity = |value| Quantity { value, unit: unit.clone() };
        Ok(Finding {
            observed: observed.map(quantity),
            required: Some(Required { threshold: self.threshold(), unit: unit.clone() }),
            // While a verdict is open there is nothing to flip.
            margin: margin.filter(|_| verdict.why().is_none()).map(quantity),
            subject_unit: Some(unit.clone()),
            shortfall_unit: Some(unit.clone()),
            shortfall,
            subjects,
            remarks: whole.remarks,
            ..Finding::bare(verdict)
        })
    }

    /// The areas that get their own verdict, if any do.
    fn areas(&self, case: &Case<'_>) -> Option<Result<Vec<AreaId>, Reason>> {
        let level = self.each.as_ref()?;
        let areas = case.areas(level.get_ref(), &Where::new());
        Some(areas.map(|(_, areas)| areas.into_iter().map(|(area, _)| area).collect()))
    }

    fn subject(&self, case: &Case<'_>, area: AreaId) -> Subject {
        let Standing { verdict, observed, remarks } = self.stand(case, ValueOf::Area(area));
        Subject {
            of: Of::Area(area),
            observed,
            shortfall: self.shortfall(&verdict, observed),
            verdict,
            evidence: Evidence { remarks, ..Evidence::default() },
        }
    }

    fn threshold(&self) -> Threshold {
        let target = *self.target.get_ref();
        match self.better {
            Better::Higher => Threshold::AtLeast(target),
            Better::Lower => Threshold::AtMost(target),
        }
    }

    fn margin(&self, verdict: &Verdict, observed: Option<f64>) -> Option<f64> {
        observed.filter(|_| verdict.why().is_none()).map(|value| self.threshold().margin(value))
    }

    fn shortfall(&self, verdict: &Verdict, observed: Option<f64>) -> Option<f64> {
        observed.filter(|_| *verdict == Verdict::Unmet).map(|value| -self.threshold().margin(value))
    }

    fn reached(&self, value: f64) -> Verdict {
        if self.threshold().holds(value) { Verdict::Met } else { Verdict::Unmet }
    }

    fn stand(&self, case: &Case<'_>, of: ValueOf) -> Standing {
        let today = case.world.reference_date.year();
        let all = case.world.series.of(self.series.get_ref(), of);
        let past = &all[..all.partition_point(|observation| observation.year <= today)];
        match &self.sum_from {
            None => self.stand_by_value(past, today),
            Some(first) => self.stand_by_sum(past, today, *first.get_ref()),
        }
    }

    fn stand_by_value(&self, past: &[Observation], today: i16) -> Standing {
        let latest = past.last();
        let verdict = match latest {
            Some(latest) if self.year <= latest.year => self.reached(latest.value),
            Some(_) if today < self.year => Verdict::unknown(Reason::NotDue { year: self.year }),
            _ => {
                let latest = latest.map(|latest| latest.year);
                Verdict::unknown(Reason::NoValue { year: self.year, latest })
            }
        };
        let pace = self.from.as_ref().and_then(|from| {
            let start = *from.get_ref();
            let under_way = |now: &&Observation| start.year < now.year && now.year <= self.year;
            let latest = past.iter().rev().find(under_way)?;
            Some(self.pace(start, latest.year, latest.value))
        });
        Standing { verdict, observed: latest.map(|latest| latest.value), remarks: pace.into_iter().collect() }
    }

    fn stand_by_sum(&self, past: &[Observation], today: i16, first: i16) -> Standing {
        let summed = past.partition_point(|observation| observation.year < first)
            ..past.partition_point(|observation| observation.year <= self.year);
        let summed = &past[summed];
        // The values of the first years, as far as none is missing.
        let unbroken = summed.iter().zip(first..).take_while(|(observation, year)| observation.year == *year).count();
        let n_years = (i32::from(self.year) - i32::from(first) + 1).max(0) as usize;
        let sum = sum_of(summed);

        // What is still to come, or missing, cannot take back a sum of counts.
        let settled = match self.better {
            Better::Higher => self.threshold().holds(sum),
            Better::Lower => !self.threshold().holds(sum),
        } && summed.iter().all(|observation| 0.0 <= observation.value);
        let verdict = if summed.len() == n_years || (settled && !summed.is_empty()) {
            self.reached(sum)
        } else if today < self.year && !summed.is_empty() {
            Verdict::unknown(Reason::NotDue { year: self.year })
        } else {
            let latest = summed[..unbroken].last().map(|observation| observation.year);
            let missing = latest.map_or(first, |latest| latest.saturating_add(1));
            Verdict::unknown(Reason::NoValue { year: missing, latest })
        };
        let so_far = Remark::SumSoFar { sum, years: summed.len(), of: n_years };
        let start = Start { year: first.saturating_sub(1), value: 0.0 };
        let pace = summed[..unbroken].last().map(|latest| self.pace(start, latest.year, sum_of(&summed[..unbroken])));
        Standing {
            verdict,
            observed: (!summed.is_empty()).then_some(sum),
            remarks: (!summed.is_empty()).then_some(so_far).into_iter().chain(pace).collect(),
        }
    }

    /// How `value` in `year` stands against the straight line from `start` to the target.
    fn pace(&self, start: Start, year: i16, value: f64) -> Remark {
        let way = *self.target.get_ref() - start.value;
        let years = |year: i16| f64::from(year) - f64::from(start.year);
        let line = start.value + way * years(year) / years(self.year);
        let near = if year < self.year { Self::ON_TRACK * way.abs() } else { 0.0 };
        let pace = if (value - line).abs() <= near {
            Pace::OnTrack
        } else if (line < value) == (self.better == Better::Higher) {
            Pace::Ahead
        } else {
            Pace::Behind
        };
        Remark::Pace { pace, year, value, line }
    }
}

fn areas_of(subjects: &[Subject]) -> Group {
    Roll::of(subjects).areas
}

/// The level that was to get its own verdicts and that the study lacks.
fn missing_level(level: &str, why: Reason) -> Subject {
    Subject {
        of: Of::Part(level.to_owned()),
        verdict: Verdict::unknown(why),
        observed: None,
        shortfall: None,
        evidence: Evidence::default(),
    }
}

/// The sum of values, without the noise of adding decimals in binary: 1.1 and 2.2 are 3.3, so that an edge stays an edge.
fn sum_of(observations: &[Observation]) -> f64 {
    let sum: f64 = observations.iter().map(|observation| observation.value).sum();
    format!("{sum:.12e}").parse().expect("a number that was just printed")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::sketch::Sketch;
    use crate::model::{Date, Id, World};
    use crate::rules::{try_check, try_mistakes};

    const RATE: &str = r#"indicator = { series = "rate", unit = { en = "%", zh = "%" }, target = 80, year = 2020, from = { year = 2015, value = 30 } }"#;
    const LOWER: &str = r#"indicator = { series = "rate", unit = { en = "%", zh = "%" }, target = 9, year = 2020, from = { year = 2015, value = 10 }, better = "lower" }"#;
    const SUM: &str = r#"indicator = { series = "jobs", unit = { en = "10k", zh = "万" }, target = 5, year = 2020, sum-from = 2016 }"#;

    // district D: streets A, B, C
    fn district() -> Sketch {
        Sketch::new(&["district", "street"])
            .area("district", "D", None, None, &[])
            .area("street", "A", Some("D"), None, &[])
            .area("street", "B", Some("D"), None, &[])
            .area("street", "C", Some("D"), None, &[])
    }

    fn world(key: &str, values: &[(i16, f64)]) -> World {
        district().series(key, ValueOf::Whole, values).world()
    }

    fn rate(values: &[(i16, f64)]) -> World {
        world("rate", values)
    }

    fn verdict(check: &str, world: &World) -> Verdict {
        try_check(check, world).verdict
    }

    fn judged_in(year: i16, world: World) -> World {
        World { reference_date: Date::new(year, 6, 30).unwrap(), ..world }
    }

    fn pace(check: &str, world: &World) -> Option<(Pace, i16, f64)> {
        try_check(check, world).remarks.into_iter().find_map(|remark| match remark {
            Remark::Pace { pace, year, line, .. } => Some((pace, year, line)),
            _ => None,
        })
    }

    fn no_value(year: i16, latest: Option<i16>) -> Verdict {
        Verdict::unknown(Reason::NoValue { year, latest })
    }

    #[test]
    fn the_target_itself_is_enough_and_just_short_of_it_is_not() {
        let met = try_check(RATE, &rate(&[(2020, 80.0)]));
        assert_eq!((met.verdict, met.margin.unwrap().value, met.shortfall), (Verdict::Met, 0.0, None));
        let unmet = try_check(RATE, &rate(&[(2020, 79.5)]));
        assert_eq!((unmet.verdict, unmet.margin.unwrap().value, unmet.shortfall), (Verdict::Unmet, -0.5, Some(0.5)));
        assert_eq!(verdict(LOWER, &rate(&[(2020, 9.0)])), Verdict::Met);
        let unmet = try_check(LOWER, &rate(&[(2020, 9.5)]));
        assert_eq!((unmet.verdict, unmet.shortfall), (Verdict::Unmet, Some(0.5)));
    }

    #[test]
    fn where_the_series_goes_past_the_year_the_latest_not_after_the_reference_date_is_judged() {
        let values = [(2020, 80.0), (2022, 70.0), (2023, 90.0)];
        assert_eq!(verdict(RATE, &judged_in(2022, rate(&values))), Verdict::Unmet);
        assert_eq!(verdict(RATE, &judged_in(2023, rate(&values))), Verdict::Met);
        assert_eq!(verdict(RATE, &rate(&values)), Verdict::Met);
        assert_eq!(pace(RATE, &judged_in(2022, rate(&values))), Some((Pace::OnTrack, 2020, 80.0)));
    }

    #[test]
    fn before_its_year_a_target_is_not_due_and_after_it_without_a_value_unknown() {
        let world = || rate(&[(2018, 90.0)]);
        assert_eq!(verdict(RATE, &judged_in(2019, world())), Verdict::unknown(Reason::NotDue { year: 2020 }));
        let finding = try_check(RATE, &world());
        assert_eq!(finding.verdict, no_value(2020, Some(2018)));
        assert_eq!((finding.observed.unwrap().value, finding.margin, finding.shortfall), (90.0, None, None));
        assert_eq!(pace(RATE, &world()), Some((Pace::Ahead, 2018, 60.0)));
    }

    #[test]
    fn on_track_is_within_half_a_per_cent_of_the_way() {
        let in_2016 = |value| pace(RATE, &rate(&[(2016, value)])).unwrap();
        assert_eq!(in_2016(40.25), (Pace::OnTrack, 2016, 40.0));
        assert_eq!(in_2016(39.75), (Pace::OnTrack, 2016, 40.0));
        assert_eq!(in_2016(40.26).0, Pace::Ahead);
        assert_eq!(in_2016(39.74).0, Pace::Behind);
        assert_eq!(pace(LOWER, &rate(&[(2019, 9.1)])).unwrap().0, Pace::Ahead);
        assert_eq!(pace(LOWER, &rate(&[(2019, 9.3)])).unwrap().0, Pace::Behind);
    }

    #[test]
    fn the_start_alone_says_nothing_of_the_pace_and_a_level_line_is_kept_by_its_own_value() {
        assert_eq!(pace(RATE, &rate(&[(2015, 30.0)])), None);
        let level = RATE.replace("value = 30", "value = 80");
        assert_eq!(pace(&level, &rate(&[(2018, 80.0)])).unwrap().0, Pace::OnTrack);
        assert_eq!(pace(&level, &rate(&[(2018, 79.9)])).unwrap().0, Pace::Behind);
    }

    #[test]
    fn a_sum_of_decimals_meets_its_target_exactly() {
        // In binary, 0.5 + 0.8 + 1.5 + 1.4 + 0.8 added one by one is less than 5.
        let values = [(2015, 99.0), (2016, 0.5), (2017, 0.8), (2018, 1.5), (2019, 1.4), (2020, 0.8), (2021, 99.0)];
        let finding = try_check(SUM, &judged_in(2021, world("jobs", &values)));
        assert_eq!((finding.verdict, finding.margin.unwrap().value), (Verdict::Met, 0.0));
        assert_eq!(finding.remarks[0], Remark::SumSoFar { sum: 5.0, years: 5, of: 5 });
        assert_eq!(finding.remarks.len(), 2);
        let short = [(2016, 1.0), (2017, 1.0), (2018, 1.0), (2019, 1.0), (2020, 0.9)];
        let finding = try_check(SUM, &world("jobs", &short));
        assert_eq!(finding.verdict, Verdict::Unmet);
        assert!((finding.shortfall.unwrap() - 0.1).abs() < 1e-9);
    }

    #[test]
    fn a_sum_that_lacks_a_year_is_unknown_unless_nothing_can_take_it_back() {
        let gap = |value| world("jobs", &[(2016, 1.0), (2018, value), (2020, 1.0)]);
        let finding = try_check(SUM, &gap(2.0));
        assert_eq!(finding.verdict, no_value(2017, Some(2016)));
        assert_eq!(finding.remarks[0], Remark::SumSoFar { sum: 4.0, years: 3, of: 5 });
        assert_eq!(pace(SUM, &gap(2.0)), Some((Pace::OnTrack, 2016, 1.0)));
        assert_eq!(verdict(SUM, &gap(3.0)), Verdict::Met);
        assert_eq!(verdict(SUM, &world("jobs", &[(2016, 9.0), (2018, -1.0)])), no_value(2017, Some(2016)));
        let lower = SUM.replace("target", r#"better = "lower", target"#);
        assert_eq!(verdict(&lower, &gap(3.0)), no_value(2017, Some(2016)));
        assert_eq!(verdict(&lower, &gap(3.5)), Verdict::Unmet);
    }

    #[test]
    fn a_sum_is_not_due_before_its_year_unless_it_is_settled() {
        let jobs = |value| judged_in(2018, world("jobs", &[(2016, 1.0), (2017, value), (2019, 9.0)]));
        assert_eq!(verdict(SUM, &jobs(3.0)), Verdict::unknown(Reason::NotDue { year: 2020 }));
        assert_eq!(verdict(SUM, &jobs(4.0)), Verdict::Met);
        assert_eq!(pace(SUM, &jobs(3.0)), Some((Pace::Ahead, 2017, 2.0)));
        assert_eq!(verdict(SUM, &world("jobs", &[(2021, 1.0)])), no_value(2016, None));
    }

    #[test]
    fn each_area_gets_its_own_verdict_and_one_without_data_is_unknown() {
        let world = || {
            district()
                .series("rate", ValueOf::Whole, &[(2020, 85.0)])
                .series("rate", ValueOf::Area(AreaId::new(1)), &[(2020, 90.0)])
                .series("rate", ValueOf::Area(AreaId::new(2)), &[(2020, 78.0)])
                .world()
        };
        let whole = try_check(&RATE.replace("year = 2020", r#"year = 2020, each = "street""#), &world());
        let verdicts: Vec<_> = whole.subjects.iter().map(|subject| subject.verdict.clone()).collect();
        assert_eq!(verdicts, [Verdict::Met, Verdict::Unmet, no_value(2020, None)]);
        assert_eq!((whole.verdict, whole.margin.unwrap().value, whole.shortfall), (Verdict::Met, 5.0, None));
        assert_eq!(whole.subjects[1].shortfall, Some(2.0));

        let each = RATE.replace("year = 2020", r#"year = 2020, each = "street", decide = "each""#);
        let each = try_check(&each, &world());
        assert_eq!((each.verdict, each.margin.unwrap().value, each.shortfall), (Verdict::Unmet, -2.0, None));
        // Where areas decide, the one farthest behind is shown.
        assert_eq!(each.observed.unwrap().value, 78.0);
    }

    #[test]
    fn what_areas_lack_of_a_sum_adds_up() {
        let check = SUM.replace("target", r#"each = "street", decide = "each", target"#);
        let years: Vec<(i16, f64)> = (2016..=2020).map(|year| (year, 0.5)).collect();
        let world =
            (1..=3).fold(district(), |sketch, area| sketch.series("jobs", ValueOf::Area(AreaId::new(area)), &years));
        let finding = try_check(&check, &world.world());
        assert_eq!((finding.verdict, finding.shortfall), (Verdict::Unmet, Some(7.5)));
    }

    #[test]
    fn a_series_or_a_level_that_the_study_lacks_is_unknown() {
        assert_eq!(
            verdict(RATE, &world("jobs", &[(2020, 1.0)])),
            Verdict::unknown(Reason::NoSeries("rate".to_owned()))
        );
        let check = RATE.replace("year = 2020", r#"year = 2020, each = "village""#);
        let finding = try_check(&check, &rate(&[(2020, 80.0)]));
        let no_level = Verdict::unknown(Reason::NoLevel("village".to_owned()));
        assert_eq!((&finding.verdict, &finding.subjects[0].verdict), (&Verdict::Met, &no_level));
        assert_eq!(finding.subjects[0].of, Of::Part("village".to_owned()));
        let check = RATE.replace("year = 2020", r#"year = 2020, each = "village", decide = "each""#);
        assert_eq!(verdict(&check, &rate(&[(2020, 80.0)])), no_level);
    }

    #[test]
    fn targets_that_make_no_sense_are_mistakes() {
        let underlined =
            |check: &str| -> Vec<String> { try_mistakes(check).into_iter().map(|(word, _)| word).collect() };
        assert_eq!(underlined(RATE), [""; 0]);
        assert_eq!(underlined(&RATE.replace("= 80", "= nan")), ["nan"]);
        assert_eq!(underlined(&RATE.replace("year = 2015", "year = 2020")), ["{ year = 2020, value = 30 }"]);
        assert_eq!(underlined(&RATE.replace("value = 30", "value = inf")), ["{ year = 2015, value = inf }"]);
        assert_eq!(underlined(&RATE.replace("from", "sum-from = 2016, from")), ["{ year = 2015, value = 30 }"]);
        assert_eq!(underlined(&SUM.replace("2016", "2021")), ["2021"]);
        assert_eq!(underlined(&SUM.replace("target", r#"decide = "each", target"#)), [r#""jobs""#]);
    }
}
