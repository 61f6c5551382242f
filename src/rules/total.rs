//! Total: there are enough facilities, or enough of what they hold.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use schemars::JsonSchema;
use serde::Deserialize;
use toml::Spanned;

use super::decide::{Decide, Standard, amount_unit, no_areas_to_decide, no_limit, whole_units};
use super::finding::{Evidence, Finding, Of, Reason, Subject, Threshold};
use super::parts::{self, ByParts, Kept, Roll, Swap, whole_and, whole_and_areas};
use super::select::{Amounts, Selection, Where, attribute_names};
use super::tally::{ByArea, Tally, supply};
use super::{Case, Kind, Mistake, Name, Noun, Surplus};
use crate::model::{AreaId, FacilityId};

/// There are enough facilities, or there is enough of what they hold.
///
/// # What is judged
/// The facilities of `service` that meet `where`, counted or, with `sum-of`, summed over that attribute, are
/// `at-least` or more: in the whole study and, with `each`, in each area of that level; `decide` says whether the
/// promise is about the `whole` (the default) or about `each` area. The number itself is enough.
///
/// # Observed, margin, shortfall
/// Observed: the number or the sum in all, or with `decide = "each"` that of the area farthest behind; where not all is
/// known, the bound that decides. Margin: it less the limit. Shortfall: what is lacking, the unknown counted as right;
/// for facilities a whole number.
///
/// # Unknown
/// A facility with a missing attribute may count, one known only to be somewhere above the level may be in each of its
/// areas, and a missing or negative number under `sum-of` may be any: there is a verdict only when they cannot change
/// it. No facility at all is a total of 0. A level that the study does not have gives no verdicts by area; with
/// `decide = "each"` the whole is unknown.
///
/// # Example
/// ```toml
/// check.total = { service = "kindergarten", where = { ownership = "private", inclusive = true }, at-least = 100 }
/// ```
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Total {
    /// The service.
    #[schemars(with = "String")]
    pub service: Spanned<String>,
    /// Which of its facilities, by their attributes.
    #[serde(default)]
    pub r#where: Where,
    /// The attribute that is summed; without it facilities are counted.
    #[serde(default)]
    #[schemars(with = "Option<String>")]
    pub sum_of: Option<Spanned<String>>,
    /// Met with this many and more.
    #[schemars(with = "f64")]
    pub at_least: Spanned<f64>,
    /// A level whose areas get their own verdict.
    #[serde(default)]
    #[schemars(with = "Option<String>")]
    pub each: Option<Spanned<String>>,
    /// Whether the promise is about the whole or about each area.
    #[serde(default = "Decide::unsaid")]
    #[schemars(with = "Decide")]
    pub decide: Spanned<Decide>,
}

impl Kind for Total {
    fn names(&self) -> Vec<Name<'_>> {
        let mut names = vec![Name { noun: Noun::Service, word: &self.service }];
        names.extend(attribute_names(&self.r#where));
        names.extend(self.sum_of.iter().map(|word| Name { noun: Noun::Attribute, word }));
        names.extend(self.each.iter().map(|word| Name { noun: Noun::Level, word }));
        names
    }

    fn mistakes(&self) -> Vec<Mistake> {
        let decide = no_areas_to_decide(&self.decide, self.each.as_ref());
        no_limit(&self.at_least).into_iter().chain(decide).collect()
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
        Some(Surplus::of_counts(&self.assess(case), *self.decide.get_ref(), *self.at_least.get_ref()))
    }
}

/// What is counted, where.
#[derive(Clone)]
pub struct Books {
    standard: Arc<Standard>,
    selection: Arc<Selection>,
    tallies: ByArea,
    /// The first few facilities that count in each area, for evidence.
    counted: Arc<HashMap<AreaId, Vec<FacilityId>>>,
}

impl ByParts for Total {
    type Books = Books;

    fn books(&self, case: &Case<'_>) -> Result<Books, Reason> {
        let selection = case.select(self.service.get_ref(), &self.r#where)?;
        let each = case.each(self.each.as_ref(), *self.decide.get_ref())?;
        let items = supply(case, selection.iter(), self.amounts(case).as_ref());
        let places =
            || selection.iter().map(|(facility, status)| (case.world.facilities[facility].area, facility, status));
        Ok(Books {
            standard: Arc::new(self.standard()),
            tallies: ByArea::sort(&case.world.areas, each, items),
            counted: Arc::new(each.map(|level| case.facilities_by_area(level, places())).unwrap_or_default()),
            selection: Arc::new(selection),
        })
    }

    fn all(&self, _case: &Case<'_>, books: &Books) -> Vec<Of> {
        whole_and_areas(&books.tallies)
    }

    fn subject(&self, _case: &Case<'_>, books: &Books, of: &Of) -> Option<Subject> {
        let (known, floating, facilities) = match *of {
            Of::Whole => (books.tallies.all(), Tally::default(), Vec::new()),
            Of::Area(area) => {
                let facilities = books.counted.get(&area).cloned().unwrap_or_default();
                (books.tallies.known(area), books.tallies.floating(area), facilities)
            }
            _ => return None,
        };
        Some(self.judge(&books.standard, of.clone(), &known, &floating, facilities))
    }

    fn conclude(&self, _case: &Case<'_>, books: &Books, roll: &Roll) -> Finding {
        let whole = self.judge(&books.standard, Of::Whole, &books.tallies.all(), &Tally::default(), Vec::new());
        books.standard.finding(*self.decide.get_ref(), &whole, &roll.areas)
    }

    fn complete(&self, case: &Case<'_>, books: &Books, finding: &mut Finding) {
        let selection = &books.selection;
        finding.remarks.extend(case.lacking(&self.r#where, selection.maybe.iter().copied()));
        finding.remarks.extend(self.amounts(case).and_then(|amounts| amounts.lacking(selection.facilities())));
    }

    fn replace(&self, case: &Case<'_>, books: &Books, swap: &Swap<'_>) -> Option<(Books, Vec<Of>)> {
        let (gone, new) = swap.of(case, self.service.get_ref(), &self.r#where);
        let amounts = self.amounts(case);
        let [gone, new] = [gone, new].map(|rows| supply(case, rows, amounts.as_ref()));
        let mut books = books.clone();
        let mut touched = BTreeSet::new();
        books.tallies.replace(gone, new, &mut touched);
        Some((books, whole_and(touched)))
    }
}

impl Total {
    fn amounts<'c>(&'c self, case: &Case<'c>) -> Option<Amounts<'c>> {
        self.sum_of.as_ref().map(|attribute| case.amounts(attribute.get_ref()))
    }

    fn standard(&self) -> Standard {
        let unit = amount_unit(self.sum_of.as_ref(), &self.service);
        Standard {
            threshold: Some(Threshold::AtLeast(*self.at_least.get_ref())),
            unit: unit.clone(),
            shortfall_unit: unit,
        }
    }

    fn judge(
        &self,
        standard: &Standard,
        of: Of,
        known: &Tally,
        floating: &Tally,
        facilities: Vec<FacilityId>,
    ) -> Subject {
        let total = known.counted(floating);
        let lacking = |limit: f64| match self.sum_of {
            Some(_) => limit - total.high,
            None => whole_units(limit - total.high),
        };
        let unknown = known.unknown.sum + floating.yes.sum + floating.unknown.sum;
        let evidence = Evidence {
            counted: Some(total.low),
            unknown: Some(unknown).filter(|&unknown| 0.0 < unknown),
            facilities,
            ..Evidence::default()
        };
        standard.subject(of, Some(total), lacking, evidence)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::model::sketch::Sketch;
    use crate::rules::finding::{Remark, Unit, Verdict};
    use crate::rules::{try_check, underlined};

    // district D: street A (base a: 40 places, base b: 60 places), street B (base c: 10 places)
    fn bases() -> Sketch {
        Sketch::new(&["district", "street"])
            .area("district", "D", None, None, &[])
            .area("street", "A", Some("D"), None, &[])
            .area("street", "B", Some("D"), None, &[])
            .facility("base", "a", Some("A"), None, &[("places", "40"), ("certified", "true")])
            .facility("base", "b", Some("A"), None, &[("places", "60"), ("certified", "true")])
            .facility("base", "c", Some("B"), None, &[("places", "10"), ("certified", "true")])
    }

    fn check(rest: &str, world: Sketch) -> Finding {
        try_check(&format!(r#"total = {{ service = "base", where = {{ certified = true }}, {rest} }}"#), &world.world())
    }

    #[test]
    fn the_number_itself_is_enough_and_one_more_is_not_there() {
        let finding = check("at-least = 3", bases());
        assert_eq!((finding.verdict, finding.margin.unwrap().value), (Verdict::Met, 0.0));
        let finding = check("at-least = 4", bases());
        assert_eq!((finding.verdict, finding.shortfall), (Verdict::Unmet, Some(1.0)));
        assert_eq!(finding.observed.unwrap().value, 3.0);
    }

    #[test]
    fn an_attribute_is_summed_in_its_own_unit() {
        let finding = check(r#"sum-of = "places", at-least = 110"#, bases());
        assert_eq!(finding.verdict, Verdict::Met);
        let finding = check(r#"sum-of = "places", at-least = 110.5"#, bases());
        assert_eq!((finding.verdict, finding.shortfall), (Verdict::Unmet, Some(0.5)));
        assert_eq!(finding.shortfall_unit, Some(Unit::Attribute("places".to_owned())));
    }

    #[test]
    fn areas_decide_where_the_pack_says_so() {
        let finding = check(r#"at-least = 2, each = "street", decide = "each""#, bases());
        assert_eq!(finding.verdict, Verdict::Unmet);
        assert_eq!(finding.subjects.iter().map(|s| s.observed.unwrap()).collect::<Vec<_>>(), [3.0, 2.0, 1.0]);
        assert_eq!((finding.observed.unwrap().value, finding.shortfall), (1.0, Some(1.0)));
        assert_eq!(finding.subjects[1].evidence.facilities.len(), 2);
        assert_eq!(check(r#"at-least = 2, each = "street""#, bases()).verdict, Verdict::Met);
    }

    #[test]
    fn what_may_count_leaves_open_only_what_it_can_change() {
        let world = || bases().facility("base", "d", Some("D"), None, &[("places", "90")]);
        let finding = check(r#"at-least = 4, each = "street""#, world());
        assert_eq!(finding.verdict, Verdict::unknown(Reason::Undecided { low: 3.0, high: 4.0 }));
        assert_eq!(finding.remarks, [Remark::Lacks { attribute: "certified".to_owned(), n_facilities: 1 }]);
        // It may stand in any street.
        assert_eq!(finding.subjects[2].shortfall, Some(2.0));
        assert_eq!(check("at-least = 3", world()).verdict, Verdict::Met);
        assert_eq!(check("at-least = 5", world()).shortfall, Some(1.0));
    }

    #[test]
    fn a_missing_or_negative_number_may_be_any() {
        for cells in [&[("certified", "true")][..], &[("certified", "true"), ("places", "-5")]] {
            let world = || bases().facility("base", "d", Some("B"), None, cells);
            let finding = check(r#"sum-of = "places", at-least = 200"#, world());
            assert_eq!(finding.verdict, Verdict::unknown(Reason::Undecided { low: 110.0, high: f64::INFINITY }));
            assert_eq!(check(r#"sum-of = "places", at-least = 110"#, world()).verdict, Verdict::Met);
        }
    }

    #[test]
    fn no_facility_is_a_total_of_nothing_and_no_data_is_unknown() {
        let text = r#"total = { service = "library", at-least = 1 }"#;
        assert_eq!(try_check(text, &bases().service("library").world()).shortfall, Some(1.0));
        let verdict = try_check(text, &bases().world()).verdict;
        assert_eq!(verdict, Verdict::unknown(Reason::NoService("library".to_owned())));
        let finding = check(r#"at-least = 1, each = "village", decide = "each""#, bases());
        assert_eq!(finding.verdict, Verdict::unknown(Reason::NoLevel("village".to_owned())));
    }

    #[test]
    fn what_makes_no_sense_is_underlined() {
        assert_eq!(underlined(r#"total = { service = "s", at-least = -1 }"#), ["-1"]);
        assert_eq!(underlined(r#"total = { service = "s", at-least = nan }"#), ["nan"]);
        assert_eq!(underlined(r#"total = { service = "s", at-least = 1, decide = "each" }"#), [r#""each""#]);
    }

    proptest! {
        #[test]
        fn one_more_facility_never_lowers_a_total(n in 0..5_usize, places in 0..100_u32, limit in 0..300_u32) {
            let places = places.to_string();
            let cells = [("certified", "true"), ("places", places.as_str())];
            let with = |n: usize| {
                let add = |sketch: Sketch, i: usize| sketch.facility("base", &format!("x{i}"), Some("B"), None, &cells);
                check(&format!(r#"sum-of = "places", at-least = {limit}"#), (0..n).fold(bases(), add))
            };
            let (before, after) = (with(n), with(n + 1));
            prop_assert!(before.observed.unwrap().value <= after.observed.unwrap().value);
            prop_assert!(before.verdict != Verdict::Met || after.verdict == Verdict::Met);
        }
    }
}
