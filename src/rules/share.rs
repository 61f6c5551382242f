//! Share: a part of the facilities, or of what they hold, is as it should be.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use schemars::JsonSchema;
use serde::Deserialize;
use toml::Spanned;

use super::decide::{Decide, Standard, amount_unit, more_than_all, no_areas_to_decide, whole_units};
use super::finding::{Evidence, Finding, Of, Reason, Remark, Subject, Threshold, Unit, Verdict};
use super::interval::Interval;
use super::parts::{self, ByParts, Kept, Roll, Swap, whole_and, whole_and_areas};
use super::select::{Amounts, Roster, Selection, Tri, Where, attribute_names};
use super::tally::{self, Amount, ByArea, Tally, evidence_of_share};
use super::{Case, Detail, Kind, Mistake, Name, Noun, Surplus};
use crate::model::{AreaId, Column, FacilityId, Id, Value};
use crate::units::Share;

/// A share of the facilities, by count or by what they hold, is as it should be.
///
/// # What is judged
/// Either (`being`): of the facilities of `service` that meet `where`, those that also meet `being` make up
/// `at-least` of all or more, by count or, with `weighted-by`, by that attribute (enrolment, beds).
/// Or (`part` and `whole`): the sum of the attribute `part` is `at-least` of the sum of the attribute `whole` or more.
/// The share itself is enough. With `each`, every area of that level gets its own verdict; `decide` says whether the
/// promise is about the `whole` (the default) or about `each` area. With `each-facility = true` (only for `part` and
/// `whole`) every facility gets its own verdict as evidence, which decides nothing.
///
/// # Observed, margin, shortfall
/// Observed: the share in all, or with `decide = "each"` that of the area farthest behind; where not all is known, the
/// bound that decides. Margin: it less the limit. Shortfall: how much more, in facilities or in units of the weight or
/// the part, must be as it should be, all else equal and the unknown counted as right; for facilities a whole number.
/// The remarks give the share of each condition of `being` where there are several, and with `compare` the shares by
/// the values of that attribute and, where all of them are known, the gap between the best and the worst.
///
/// # Unknown
/// Facilities with a missing attribute, and weights that are missing, are kept apart: there is a verdict only when
/// they cannot change it, else the bounds are given. A part without its whole may be any share of it that is left; a
/// part that is more than its whole is taken as if both were missing, a negative number as if it were. Where there is
/// nothing to count, there is nothing to judge. A level that the study does not have gives no verdicts by area; with
/// `decide = "each"` the whole is unknown.
///
/// # Example
/// ```toml
/// check.share = { service = "elderly-care", part = "nursing-beds", whole = "beds", at-least = "90 %", each = "street" }
/// ```
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct ShareCheck {
    /// The service.
    #[schemars(with = "String")]
    pub service: Spanned<String>,
    /// Which of its facilities, by their attributes.
    #[serde(default)]
    pub r#where: Where,
    /// What they should be, by their attributes.
    #[serde(default)]
    pub being: Where,
    /// The attribute that weighs each facility; without it each counts 1.
    #[serde(default)]
    #[schemars(with = "Option<String>")]
    pub weighted_by: Option<Spanned<String>>,
    /// The attribute whose sum is the part.
    #[serde(default)]
    #[schemars(with = "Option<String>")]
    pub part: Option<Spanned<String>>,
    /// The attribute whose sum is the whole.
    #[serde(default)]
    #[schemars(with = "Option<String>")]
    pub whole: Option<Spanned<String>>,
    /// Met with this share and more.
    #[schemars(with = "Share")]
    pub at_least: Spanned<Share>,
    /// A level whose areas get their own verdict.
    #[serde(default)]
    #[schemars(with = "Option<String>")]
    pub each: Option<Spanned<String>>,
    /// Whether the promise is about the whole or about each area.
    #[serde(default = "Decide::unsaid")]
    #[schemars(with = "Decide")]
    pub decide: Spanned<Decide>,
    /// Whether each facility gets its own verdict, where `part` and `whole` are given.
    #[serde(default)]
    pub each_facility: bool,
    /// An attribute whose values are compared, such as `setting`.
    #[serde(default)]
    #[schemars(with = "Option<String>")]
    pub compare: Option<Spanned<String>>,
}

impl Kind for ShareCheck {
    fn names(&self) -> Vec<Name<'_>> {
        let mut names = vec![Name { noun: Noun::Service, word: &self.service }];
        names.extend(attribute_names(&self.r#where));
        names.extend(attribute_names(&self.being));
        names.extend(self.weighted_by.iter().map(|word| Name { noun: Noun::Attribute, word }));
        names.extend(self.part.iter().map(|word| Name { noun: Noun::Attribute, word }));
        names.extend(self.whole.iter().map(|word| Name { noun: Noun::Attribute, word }));
        names.extend(self.each.iter().map(|word| Name { noun: Noun::Level, word }));
        names.extend(self.compare.iter().map(|word| Name { noun: Noun::Attribute, word }));
        names
    }

    fn mistakes(&self) -> Vec<Mistake> {
        let mistake = |word: &Spanned<String>, what: &str, help: &str| {
            Some(Mistake { at: word.span(), what: what.to_owned(), help: help.to_owned() })
        };
        let of_what = match (&self.part, &self.whole) {
            (None, None) if self.being.is_empty() => {
                mistake(&self.service, "nothing says what a share is asked of", "add `being`, or `part` and `whole`")
            }
            (None, None) if self.each_facility => mistake(
                &self.service,
                "a facility is or is not as it should be: it has no share",
                "leave out `each-facility`",
            ),
            (None, None) => None,
            (Some(part), None) => mistake(part, "a `part` needs its `whole`", "add `whole` with an attribute"),
            (None, Some(whole)) => mistake(whole, "a `whole` needs its `part`", "add `part` with an attribute"),
            (Some(part), Some(_)) if !self.being.is_empty() => {
                mistake(part, "`part` and `being` both say what counts", "keep `being`, or `part` and `whole`")
            }
            (Some(_), Some(_)) => self.weighted_by.as_ref().and_then(|weight| {
                mistake(
                    weight,
                    "`part` and `whole` are sums already: nothing else weighs them",
                    "leave out `weighted-by`",
                )
            }),
        };
        let decide = no_areas_to_decide(&self.decide, self.each.as_ref());
        of_what.into_iter().chain(more_than_all(&self.at_least)).chain(decide).collect()
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
        let Ok(books) = self.books(&Case { detail: Detail::Figures, ..*case }) else {
            return Some(vec![Surplus::blocked()]);
        };
        Some(match *self.decide.get_ref() {
            Decide::Whole => vec![self.surplus(Of::Whole, &books.all())],
            Decide::Each => {
                let areas = books.sure.at_level().iter();
                areas.map(|&area| self.surplus(Of::Area(area), &books.of_area(area))).collect()
            }
        })
    }
}

/// What is summed, where.
#[derive(Clone)]
pub struct Books {
    standard: Arc<Standard>,
    roster: Roster,
    /// What each selected facility adds, for evidence.
    items: Arc<Vec<Item>>,
    /// Of those that surely are among those judged.
    sure: ByArea,
    /// Of those that may be.
    maybe: ByArea,
    /// The first few facilities that count in each area, for evidence.
    counted: Arc<HashMap<AreaId, Vec<FacilityId>>>,
}

impl Books {
    fn all(&self) -> Sums {
        Sums { known: self.sure.all(), floating: self.maybe.all() }
    }

    fn of_area(&self, area: AreaId) -> Sums {
        let (sure, maybe) = (&self.sure, &self.maybe);
        let floating = sure.floating(area) + maybe.known(area) + maybe.floating(area);
        Sums { known: sure.known(area), floating }
    }
}

impl ByParts for ShareCheck {
    type Books = Books;

    fn books(&self, case: &Case<'_>) -> Result<Books, Reason> {
        let selection = case.select(self.service.get_ref(), &self.r#where)?;
        let each = case.each(self.each.as_ref(), *self.decide.get_ref())?;
        let items = self.items(case, selection.iter(), &self.being);
        let sort = |sure: bool| ByArea::sort(&case.world.areas, each, of_those(&items, sure));
        let counts = |item: &Item| Tri::from(item.sure && item.tally.yes != Amount::default());
        let places = || items.iter().map(|item| (item.area, item.facility, counts(item)));
        Ok(Books {
            standard: Arc::new(self.standard()),
            sure: sort(true),
            maybe: sort(false),
            counted: Arc::new(each.map(|level| case.facilities_by_area(level, places())).unwrap_or_default()),
            items: Arc::new(if case.detail == Detail::Evidence { items } else { Vec::new() }),
            roster: Roster::new(selection),
        })
    }

    fn all(&self, _case: &Case<'_>, books: &Books) -> Vec<Of> {
        let mut all = whole_and_areas(&books.sure);
        if self.judges_facilities() {
            all.extend(books.roster.selection().facilities().map(Of::Facility));
        }
        all
    }

    fn subject(&self, case: &Case<'_>, books: &Books, of: &Of) -> Option<Subject> {
        match *of {
            Of::Whole => Some(self.whole(books)),
            Of::Area(area) => {
                let sums = books.of_area(area);
                let facilities = books.counted.get(&area).cloned().unwrap_or_default();
                Some(self.judge(&books.standard, Of::Area(area), &sums, facilities))
            }
            Of::Facility(facility) => self.facility(case, books, facility),
            Of::Estate(_) | Of::Part(_) => None,
        }
    }

    fn conclude(&self, _case: &Case<'_>, books: &Books, roll: &Roll) -> Finding {
        books.standard.finding(*self.decide.get_ref(), &self.whole(books), &roll.areas)
    }

    fn complete(&self, case: &Case<'_>, books: &Books, finding: &mut Finding) {
        let selection = books.roster.selection();
        finding.remarks.extend(self.shares_by_condition(case, selection));
        let compared = |attribute: &Spanned<String>| compared(case, attribute.get_ref(), &books.items);
        finding.remarks.extend(self.compare.iter().flat_map(compared));
        finding.remarks.extend(self.lacking(case, selection));
    }

    fn replace(&self, case: &Case<'_>, books: &Books, swap: &Swap<'_>) -> Option<(Books, Vec<Of>)> {
        let (gone, new) = swap.of(case, self.service.get_ref(), &self.r#where);
        let mut books = books.clone();
        let mut touched = BTreeSet::new();
        let [gone_items, new_items] = [&gone, &new].map(|rows| self.items(case, rows.iter().copied(), &self.being));
        books.sure.replace(of_those(&gone_items, true), of_those(&new_items, true), &mut touched);
        books.maybe.replace(of_those(&gone_items, false), of_those(&new_items, false), &mut touched);
        let mut touched = whole_and(touched);
        let facilities = gone.iter().chain(&new).map(|&(facility, _)| Of::Facility(facility));
        touched.extend(facilities.filter(|_| self.judges_facilities()));
        books.roster.replace(gone, new);
        Some((books, touched))
    }
}

/// What these items add, of those that surely are among those judged or of those that may be.
fn of_those(items: &[Item], sure: bool) -> impl Iterator<Item = tally::Item> {
    items.iter().filter(move |item| item.sure == sure).map(|item| (item.area, item.tally))
}

/// What a facility adds to a share.
struct Item {
    facility: FacilityId,
    area: Option<AreaId>,
    /// Whether it surely is among those judged.
    sure: bool,
    tally: Tally,
}

/// Tallies of what surely belongs to a share, and of what may.
#[derive(Clone, Copy, Default)]
struct Sums {
    known: Tally,
    floating: Tally,
}

impl Sums {
    fn share(&self) -> Option<Interval> {
        self.known.share(&self.floating)
    }
}

impl<'i> FromIterator<&'i Item> for Sums {
    fn from_iter<I: IntoIterator<Item = &'i Item>>(items: I) -> Self {
        let mut sums = Self::default();
        for item in items {
            *(if item.sure { &mut sums.known } else { &mut sums.floating }) += item.tally;
        }
        sums
    }
}

impl ShareCheck {
    fn whole(&self, books: &Books) -> Subject {
        self.judge(&books.standard, Of::Whole, &books.all(), Vec::new())
    }

    /// What is as it should be, less the share that is asked of all.
    fn surplus(&self, of: Of, sums: &Sums) -> Surplus {
        let falls = sums.known.unknown + sums.floating.no + sums.floating.unknown;
        let (counts, not) = (sums.known.yes.sum, sums.known.no + falls);
        let needed = self.at_least.get_ref().get() * (counts + not.sum);
        Surplus { of, amount: counts - needed, blocked: not.unweighed }
    }

    fn standard(&self) -> Standard {
        let summed = self.part.as_ref().or(self.weighted_by.as_ref());
        Standard {
            threshold: Some(Threshold::AtLeast(self.at_least.get_ref().get())),
            unit: Unit::Share,
            shortfall_unit: amount_unit(summed, &self.service),
        }
    }

    /// The attributes of the part and of the whole, where the share is one of sums.
    fn part_and_whole<'c>(&'c self, case: &Case<'c>) -> Option<(Amounts<'c>, Amounts<'c>)> {
        let (part, whole) = self.part.as_ref().zip(self.whole.as_ref())?;
        Some((case.amounts(part.get_ref()), case.amounts(whole.get_ref())))
    }

    /// What each of these facilities adds.
    fn items(
        &self,
        case: &Case<'_>,
        facilities: impl IntoIterator<Item = (FacilityId, Tri)>,
        being: &Where,
    ) -> Vec<Item> {
        let sums = self.part_and_whole(case);
        let weights = self.weighted_by.as_ref().map(|weight| case.amounts(weight.get_ref()));
        let filter = case.facility_filter(being);
        let tally = |facility: FacilityId| match sums {
            Some((part, whole)) => part_of_whole(part.of(facility), whole.of(facility)),
            None => {
                let weight = weights.map_or(Some(1.0), |weights| weights.of(facility));
                Tally::of(filter.holds(facility.index()), weight)
            }
        };
        let item = |(facility, status)| {
            let area = case.world.facilities[facility].area;
            Item { facility, area, sure: status == Tri::Yes, tally: tally(facility) }
        };
        facilities.into_iter().map(item).collect()
    }

    fn judge(&self, standard: &Standard, of: Of, sums: &Sums, facilities: Vec<FacilityId>) -> Subject {
        let (known, floating) = (&sums.known, &sums.floating);
        let (best, all) = known.best(floating);
        let lacking = |limit: f64| match standard.shortfall_unit {
            Unit::Facilities { .. } => whole_units(limit * all - best),
            _ => limit * all - best,
        };
        let evidence = Evidence { facilities, ..evidence_of_share(known, floating) };
        standard.subject(of, sums.share(), lacking, evidence)
    }

    /// Whether each facility gets its own verdict.
    fn judges_facilities(&self) -> bool {
        self.each_facility && self.part.is_some() && self.whole.is_some()
    }

    /// A facility's own share of its whole.
    fn facility(&self, case: &Case<'_>, books: &Books, facility: FacilityId) -> Option<Subject> {
        let status = books.roster.status(facility)?;
        let (parts, wholes) = self.part_and_whole(case)?;
        let tally = part_of_whole(parts.of(facility), wholes.of(facility));
        let sums = Sums { known: tally, floating: Tally::default() };
        let mut subject = self.judge(&books.standard, Of::Facility(facility), &sums, Vec::new());
        if status == Tri::Unknown && subject.verdict == Verdict::Unmet {
            let why = books.roster.selection().why_maybe();
            (subject.verdict, subject.shortfall) = (Verdict::unknown(why), None);
        }
        Some(subject)
    }

    /// The share of each condition of `being` taken alone, where there are several.
    fn shares_by_condition(&self, case: &Case<'_>, selection: &Selection) -> Vec<Remark> {
        if self.being.len() < 2 {
            return Vec::new();
        }
        let alone = self.being.iter().filter_map(|(key, condition)| {
            let being = Where::from([(key.clone(), condition.clone())]);
            let sums: Sums = self.items(case, selection.iter(), &being).iter().collect();
            let share = sums.share()?;
            Some(Remark::ShareOf { part: key.0.get_ref().clone(), low: share.low, high: share.high })
        });
        alone.collect()
    }

    /// How many facilities lack what the share rests on.
    fn lacking(&self, case: &Case<'_>, selection: &Selection) -> Vec<Remark> {
        let all = || selection.facilities();
        let mut remarks: Vec<Remark> = case.lacking(&self.r#where, selection.maybe.iter().copied()).collect();
        remarks.extend(case.lacking(&self.being, all()));
        for attribute in [&self.weighted_by, &self.part, &self.whole].into_iter().flatten() {
            remarks.extend(case.amounts(attribute.get_ref()).lacking(all()));
        }
        remarks.extend(self.exceeding(case, selection));
        remarks
    }

    /// The facilities whose part is more than the whole, if any: the data are wrong, and the verdict may hang on them.
    fn exceeding(&self, case: &Case<'_>, selection: &Selection) -> Option<Remark> {
        let (parts, wholes) = self.part_and_whole(case)?;
        let exceeds = |&facility: &FacilityId| parts.of(facility).zip(wholes.of(facility)).is_some_and(|(p, w)| w < p);
        let facilities: Vec<FacilityId> = selection.facilities().filter(exceeds).take(Evidence::FACILITIES).collect();
        let key = |attribute: &Option<Spanned<String>>| attribute.as_ref().map(|key| key.get_ref().clone());
        let (part, whole) = key(&self.part).zip(key(&self.whole))?;
        (!facilities.is_empty()).then_some(Remark::PartExceeds { part, whole, facilities })
    }
}

/// A part counts, the rest of its whole does not; what is missing widens the bounds. Where the facility itself may not
/// belong, its part and its rest are bounded apart: wider than need be, never too narrow.
fn part_of_whole(part: Option<f64>, whole: Option<f64>) -> Tally {
    match (part, whole) {
        (Some(part), Some(whole)) if part <= whole => {
            Tally { no: Amount::of(Some(whole - part)), ..Tally::of(Tri::Yes, Some(part)) }
        }
        (None, Some(whole)) => Tally::of(Tri::Unknown, Some(whole)),
        (Some(part), None) => Tally { no: Amount::of(None), ..Tally::of(Tri::Yes, Some(part)) },
        // More than the whole: one of the two is wrong, and nothing says which.
        (Some(_), Some(_)) | (None, None) => Tally::of(Tri::Unknown, None),
    }
}

/// The share of each value of an attribute, and the gap between the highest and the lowest where all are known.
fn compared(case: &Case<'_>, attribute: &str, items: &[Item]) -> Vec<Remark> {
    let column = case.world.facilities.attribute(attribute);
    let mut by_value: BTreeMap<String, Sums> = BTreeMap::new();
    // A facility that lacks the attribute may have any of its values.
    let mut anywhere = Tally::default();
    for item in items {
        match column.and_then(|column| word(column, item.facility)) {
            Some(value) => {
                let sums = by_value.entry(value).or_default();
                *(if item.sure { &mut sums.known } else { &mut sums.floating }) += item.tally;
            }
            None => anywhere += item.tally,
        }
    }
    let shares: Vec<(String, Interval)> = by_value
        .into_iter()
        .filter_map(|(value, sums)| Some((value, sums.known.share(&(sums.floating + anywhere))?)))
        .collect();
    let part = |value: &str| format!("{attribute} = {value}");
    let share_of =
        |(value, share): &(String, Interval)| Remark::ShareOf { part: part(value), low: share.low, high: share.high };
    let mut remarks: Vec<Remark> = shares.iter().map(share_of).collect();
    let known: Option<Vec<(&str, f64)>> =
        shares.iter().map(|(value, share)| Some((value.as_str(), share.known()?))).collect();
    let known = known.filter(|known| 2 <= known.len()).unwrap_or_default();
    let best = known.iter().rev().max_by(|a, b| a.1.total_cmp(&b.1));
    let worst = known.iter().min_by(|a, b| a.1.total_cmp(&b.1));
    if let (Some(best), Some(worst)) = (best, worst)
        && let Some(gap) = Share::new(best.1 - worst.1)
    {
        remarks.push(Remark::Gap { attribute: attribute.to_owned(), best: part(best.0), worst: part(worst.0), gap });
    }
    remarks
}

/// A value as a word.
fn word(column: &Column, facility: FacilityId) -> Option<String> {
    Some(match column.get(facility.index())? {
        Value::Flag(flag) => flag.to_string(),
        Value::Number(number) => number.to_string(),
        Value::Date(date) => date.to_string(),
        Value::Text(word) => word.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::model::World;
    use crate::model::sketch::Sketch;
    use crate::rules::{assert_agrees, try_check, underlined};

    // district D: street A (8 public, 2 private), street B (1 public, 1 private), street C (none)
    fn streets() -> Sketch {
        let mut sketch = Sketch::new(&["district", "street"]).area("district", "D", None, None, &[]);
        for street in ["A", "B", "C"] {
            sketch = sketch.area("street", street, Some("D"), None, &[]);
        }
        for (area, ownership, n) in [("A", "public", 8), ("A", "private", 2), ("B", "public", 1), ("B", "private", 1)] {
            for i in 0..n {
                let code = format!("{area}-{ownership}-{i}");
                let children = if ownership == "public" { "90" } else { "30" };
                let attributes = [("ownership", ownership), ("children", children)];
                sketch = sketch.facility("kindergarten", &code, Some(area), None, &attributes);
            }
        }
        sketch
    }

    fn public(more: &str) -> String {
        format!(r#"share = {{ service = "kindergarten", being = {{ ownership = "public" }}, {more} }}"#)
    }

    fn verdicts(finding: &Finding) -> Vec<&str> {
        finding.subjects.iter().map(|subject| subject.verdict.key()).collect()
    }

    #[test]
    fn the_share_itself_is_enough_and_a_little_more_is_not_reached() {
        let finding = try_check(&public(r#"at-least = "75 %""#), &streets().world());
        assert_eq!(finding.verdict, Verdict::Met);
        assert_eq!(finding.observed.unwrap().value, 0.75);
        assert_eq!(finding.margin.unwrap().value, 0.0);
        assert_eq!(finding.shortfall, None);

        let finding = try_check(&public(r#"at-least = "75.1 %""#), &streets().world());
        assert_eq!(finding.verdict, Verdict::Unmet);
        assert_eq!(finding.shortfall, Some(1.0));
        assert!(finding.margin.unwrap().value < 0.0);
    }

    #[test]
    fn areas_are_evidence_or_decide_as_the_pack_says_and_an_empty_one_is_not_judged() {
        let text = public(r#"at-least = "75 %", each = "street""#);
        let finding = try_check(&text, &streets().world());
        assert_eq!(verdicts(&finding), ["met", "met", "unmet", "not-checkable"]);
        assert_eq!(finding.verdict, Verdict::Met);
        assert_eq!(finding.subjects[2].shortfall, Some(1.0));

        let text = public(r#"at-least = "75 %", each = "street", decide = "each""#);
        let finding = try_check(&text, &streets().world());
        assert_eq!(finding.verdict, Verdict::Unmet);
        assert_eq!((finding.observed.unwrap().value, finding.margin.unwrap().value), (0.5, -0.25));
        assert_eq!(finding.shortfall, Some(1.0));
    }

    #[test]
    fn a_weight_counts_what_facilities_hold() {
        let text = public(r#"at-least = "95 %", weighted-by = "children""#);
        let finding = try_check(&text, &streets().world());
        assert_eq!(finding.observed.unwrap().value, 810.0 / 900.0);
        assert_eq!(finding.shortfall, Some(0.95 * 900.0 - 810.0));
        assert_eq!(finding.shortfall_unit, Some(Unit::Attribute("children".to_owned())));
    }

    #[test]
    fn an_unknown_facility_leaves_open_only_what_it_can_change() {
        let world = || streets().facility("kindergarten", "x", Some("A"), None, &[("children", "60")]).world();
        // 9 to 10 of 13.
        let finding = try_check(&public(r#"at-least = "75 %""#), &world());
        assert_eq!(finding.verdict, Verdict::unknown(Reason::Undecided { low: 9.0 / 13.0, high: 10.0 / 13.0 }));
        assert_eq!((finding.observed, finding.margin), (None, None));
        assert_eq!(finding.remarks, [Remark::Lacks { attribute: "ownership".to_owned(), n_facilities: 1 }]);
        assert_eq!(try_check(&public(r#"at-least = "69 %""#), &world()).verdict, Verdict::Met);
        // 90 % of 13 are 11.7: two more than the 10 that it is at best.
        assert_eq!(try_check(&public(r#"at-least = "90 %""#), &world()).shortfall, Some(2.0));
    }

    #[test]
    fn a_facility_that_may_not_be_among_those_judged_widens_the_bounds() {
        let world = streets().facility("kindergarten", "x", Some("A"), None, &[("ownership", "public")]).world();
        let text = public(r#"where = { children = 90 }, at-least = "100 %""#);
        let finding = try_check(&text, &world);
        assert_eq!(finding.verdict, Verdict::Met);
        let text = r#"share = { service = "kindergarten", where = { children = 30 }, being = { ownership = "public" }, at-least = "20 %" }"#;
        // None of 3, or 1 of 4.
        let finding = try_check(text, &world);
        assert_eq!(finding.verdict, Verdict::unknown(Reason::Undecided { low: 0.0, high: 0.25 }));
    }

    // two homes: 27 of 30 beds, 9 of 10
    fn homes() -> Sketch {
        Sketch::new(&["street"])
            .area("street", "A", None, None, &[])
            .facility("home", "h1", Some("A"), None, &[("nursing", "27"), ("beds", "30"), ("setting", "urban")])
            .facility("home", "h2", Some("A"), None, &[("nursing", "8"), ("beds", "10"), ("setting", "rural")])
    }

    fn nursing(more: &str) -> String {
        format!(r#"share = {{ service = "home", part = "nursing", whole = "beds", {more} }}"#)
    }

    #[test]
    fn a_part_is_summed_against_its_whole_and_each_facility_is_evidence() {
        let finding = try_check(&nursing(r#"at-least = "90 %", each-facility = true"#), &homes().world());
        assert_eq!(finding.observed.unwrap().value, 35.0 / 40.0);
        assert_eq!((finding.verdict, finding.shortfall), (Verdict::Unmet, Some(1.0)));
        let keys: Vec<_> = finding.subjects.iter().map(|subject| (subject.verdict.key(), subject.shortfall)).collect();
        assert_eq!(keys, [("unmet", Some(1.0)), ("met", None), ("unmet", Some(1.0))]);
    }

    #[test]
    fn what_is_missing_of_a_part_or_its_whole_bounds_the_share() {
        let with = |attributes: &[(&str, &str)]| homes().facility("home", "h3", Some("A"), None, attributes).world();
        let bounds = |attributes: &[(&str, &str)]| match try_check(&nursing(r#"at-least = "89 %""#), &with(attributes))
            .verdict
        {
            Verdict::Unknown { why: Reason::Undecided { low, high } } => (low, high),
            verdict => panic!("{verdict:?}"),
        };
        assert_eq!(bounds(&[("beds", "10")]), (35.0 / 50.0, 45.0 / 50.0));
        assert_eq!(bounds(&[("nursing", "20")]), (0.0, 55.0 / 60.0));
        assert_eq!(bounds(&[]), (0.0, 1.0));
        assert_eq!(bounds(&[("nursing", "11"), ("beds", "10")]), (0.0, 1.0));
        assert_eq!(bounds(&[("nursing", "-1"), ("beds", "10")]), (35.0 / 50.0, 45.0 / 50.0));
    }

    #[test]
    fn values_are_compared_and_the_gap_is_given() {
        let finding = try_check(&nursing(r#"at-least = "80 %", compare = "setting""#), &homes().world());
        let share = |part: &str, share| Remark::ShareOf { part: part.to_owned(), low: share, high: share };
        assert_eq!(finding.remarks[..2], [share("setting = rural", 0.8), share("setting = urban", 0.9)]);
        let Remark::Gap { best, worst, gap, .. } = &finding.remarks[2] else { panic!("{:?}", finding.remarks) };
        assert_eq!((best.as_str(), worst.as_str()), ("setting = urban", "setting = rural"));
        assert!((gap.get() - 0.1).abs() < 1e-12);
    }

    #[test]
    fn a_facility_without_the_value_compared_leaves_no_gap() {
        let world = homes().facility("home", "h3", Some("A"), None, &[("nursing", "5"), ("beds", "10")]).world();
        let finding = try_check(&nursing(r#"at-least = "80 %", compare = "setting""#), &world);
        assert_eq!(finding.remarks.len(), 2);
        assert_eq!(
            finding.remarks[0],
            Remark::ShareOf { part: "setting = rural".to_owned(), low: 8.0 / 15.0, high: 13.0 / 15.0 }
        );
    }

    #[test]
    fn each_of_several_conditions_has_its_own_share() {
        let world = Sketch::new(&["street"])
            .facility("school", "s1", None, None, &[("broadband", "true"), ("warm", "true")])
            .facility("school", "s2", None, None, &[("broadband", "true"), ("warm", "false")])
            .world();
        let text = r#"share = { service = "school", being = { broadband = true, warm = true }, at-least = "100 %" }"#;
        let finding = try_check(text, &world);
        let share = |part: &str, share| Remark::ShareOf { part: part.to_owned(), low: share, high: share };
        assert_eq!(finding.remarks, [share("broadband", 1.0), share("warm", 0.5)]);
        assert_eq!(finding.observed.unwrap().value, 0.5);
    }

    #[test]
    fn without_data_on_the_service_it_is_unknown_and_without_facilities_there_is_nothing_to_judge() {
        let text = r#"share = { service = "library", being = { warm = true }, at-least = "100 %" }"#;
        let verdict = try_check(text, &streets().world()).verdict;
        assert_eq!(verdict, Verdict::unknown(Reason::NoService("library".to_owned())));
        let verdict = try_check(text, &streets().service("library").world()).verdict;
        assert_eq!(verdict, Verdict::NotCheckable { why: Reason::NothingHere });
    }

    #[test]
    fn a_level_that_is_not_there_matters_only_where_areas_decide() {
        let text = public(r#"at-least = "75 %", each = "village""#);
        assert_eq!(try_check(&text, &streets().world()).verdict, Verdict::Met);
        let text = public(r#"at-least = "75 %", each = "village", decide = "each""#);
        let verdict = try_check(&text, &streets().world()).verdict;
        assert_eq!(verdict, Verdict::unknown(Reason::NoLevel("village".to_owned())));
    }

    #[test]
    fn what_makes_no_sense_is_underlined() {
        let share = |rest: &str| underlined(&format!(r#"share = {{ service = "s", at-least = "80 %", {rest} }}"#));
        assert_eq!(share(r#"each = "street""#), [r#""s""#]);
        assert_eq!(share(r#"part = "p""#), [r#""p""#]);
        assert_eq!(share(r#"whole = "w""#), [r#""w""#]);
        assert_eq!(share(r#"part = "p", whole = "w", being = { b = true }"#), [r#""p""#]);
        assert_eq!(share(r#"part = "p", whole = "w", weighted-by = "x""#), [r#""x""#]);
        assert_eq!(share(r#"being = { b = true }, each-facility = true"#), [r#""s""#]);
        assert_eq!(share(r#"being = { b = true }, decide = "each""#), [r#""each""#]);
        let text = r#"share = { service = "s", being = { b = true }, at-least = "101 %" }"#;
        assert_eq!(underlined(text), [r#""101 %""#]);
    }

    type Known = (bool, bool, u8, u8);
    type Given = (Option<bool>, Option<bool>, Option<u8>, Option<u8>);

    fn random_world(facilities: &[Given]) -> World {
        let mut sketch = Sketch::new(&["district", "street"]).area("district", "D", None, None, &[]);
        for street in ["0", "1", "2"] {
            sketch = sketch.area("street", street, Some("D"), None, &[]);
        }
        for (i, &(good, judged, weight, area)) in facilities.iter().enumerate() {
            let cells = [
                ("good", good.map(|good| good.to_string())),
                ("judged", judged.map(|judged| judged.to_string())),
                ("weight", weight.map(|weight| weight.to_string())),
                ("part", weight.zip(good).map(|(weight, good)| (if good { weight } else { weight / 2 }).to_string())),
            ];
            let given: Vec<(&str, &str)> =
                cells.iter().filter_map(|(key, cell)| Some((*key, cell.as_deref()?))).collect();
            let area = area.map_or("D".to_owned(), |area| area.to_string());
            sketch = sketch.facility("school", &i.to_string(), Some(&area), None, &given);
        }
        sketch.service("school").world()
    }

    proptest! {
        #[test]
        fn what_was_said_of_a_share_holds_however_the_unknown_turns_out(
            known in prop::collection::vec((any::<bool>(), any::<bool>(), 0..5_u8, 0..3_u8), 0..8),
            hidden in prop::collection::vec((any::<bool>(), any::<bool>(), any::<bool>(), any::<bool>()), 8),
            limit in 0..=10_u8,
        ) {
            let hide = |(known, hidden): (&Known, &(bool, bool, bool, bool))| -> Given {
                (
                    Some(known.0).filter(|_| !hidden.0),
                    Some(known.1).filter(|_| !hidden.1),
                    Some(known.2).filter(|_| !hidden.2),
                    Some(known.3).filter(|_| !hidden.3),
                )
            };
            let before = random_world(&known.iter().zip(&hidden).map(hide).collect::<Vec<_>>());
            let after = random_world(&known.iter().map(|k| (Some(k.0), Some(k.1), Some(k.2), Some(k.3))).collect::<Vec<_>>());
            for what in ["being = { good = true }", r#"being = { good = true }, weighted-by = "weight""#,
                r#"part = "part", whole = "weight""#] {
                let text = format!(
                    r#"share = {{ service = "school", where = {{ judged = true }}, {what}, each = "street", at-least = "{} %" }}"#,
                    u32::from(limit) * 10
                );
                assert_agrees(&try_check(&text, &before), &try_check(&text, &after));
            }
        }
    }

    #[test]
    fn a_part_that_is_more_than_its_whole_is_said_with_the_facility() {
        let world = Sketch::new(&["street"])
            .area("street", "A", None, None, &[])
            .facility("home", "a", Some("A"), None, &[("nursing", "60"), ("beds", "50")])
            .facility("home", "b", Some("A"), None, &[("nursing", "90"), ("beds", "100")])
            .world();
        let text = r#"share = { service = "home", part = "nursing", whole = "beds", at-least = "90 %" }"#;
        let finding = try_check(text, &world);
        assert_eq!(finding.verdict.key(), "unknown");
        let facilities = vec![FacilityId::new(0)];
        let exceeds = Remark::PartExceeds { part: "nursing".to_owned(), whole: "beds".to_owned(), facilities };
        assert_eq!(finding.remarks, [exceeds]);
    }
}
