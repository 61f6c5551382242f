//! Per capita: there is enough for so many people.

use std::collections::BTreeSet;
use std::sync::Arc;

use schemars::JsonSchema;
use serde::Deserialize;
use toml::Spanned;

use super::decide::{Decide, Standard, amount_unit, no_areas_to_decide, no_limit, whole_units};
use super::finding::{Evidence, Finding, Of, Reason, Subject, Threshold, Unit};
use super::parts::{self, ByParts, Kept, Roll, Rows, Swap, whole_and, whole_and_areas};
use super::select::{Amounts, Selection, Where, attribute_names};
use super::tally::{ByArea, Tally, demand, supply};
use super::{Case, Kind, Mistake, Name, Noun, Surplus};
use crate::model::{AreaId, GroupId, LevelId};
use crate::units::Persons;

/// There is enough of a service for so many people of a group.
///
/// # What is judged
/// The facilities of `service` that meet `where`, counted or, with `amount`, summed over that attribute, for `per`
/// persons of `group`, are `at-least` or more: in the whole study and, with `each`, in each area of that level;
/// `decide` says whether the promise is about the `whole` (the default) or about `each` area. The number itself is
/// enough. Without `at-least` the figures are given and nothing is judged.
///
/// # Observed, margin, shortfall
/// Observed: how much there is for `per` persons in all, or with `decide = "each"` in the area farthest behind; where
/// not all is known, the bound that decides. Margin: it less the limit. Shortfall: how many more facilities, or how
/// much more of the amount, there must be, the unknown counted as right; for facilities a whole number.
///
/// # Unknown
/// A facility with a missing attribute may count, one known only to be somewhere above the level may be in each of its
/// areas, and a missing or negative amount may be any; people without a number or an area may be any number, anywhere.
/// There is a verdict only when they cannot change it. Where there surely is no person of the group, there is nothing
/// to judge. A level that the study does not have gives no verdicts by area; with `decide = "each"` the whole is
/// unknown.
///
/// # Example
/// ```toml
/// check.per-capita = { service = "elderly-care", amount = "beds", group = "elderly-65", per = "1000 persons", each = "street" }
/// ```
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct PerCapita {
    /// The service.
    #[schemars(with = "String")]
    pub service: Spanned<String>,
    /// Which of its facilities, by their attributes.
    #[serde(default)]
    pub r#where: Where,
    /// The attribute that is summed; without it facilities are counted.
    #[serde(default)]
    #[schemars(with = "Option<String>")]
    pub amount: Option<Spanned<String>>,
    /// The group of people.
    #[schemars(with = "String")]
    pub group: Spanned<String>,
    /// For how many persons.
    #[schemars(with = "Persons")]
    pub per: Spanned<Persons>,
    /// Met with this much and more; without it nothing is judged.
    #[serde(default)]
    #[schemars(with = "Option<f64>")]
    pub at_least: Option<Spanned<f64>>,
    /// A level whose areas get their own verdict.
    #[serde(default)]
    #[schemars(with = "Option<String>")]
    pub each: Option<Spanned<String>>,
    /// Whether the promise is about the whole or about each area.
    #[serde(default = "Decide::unsaid")]
    #[schemars(with = "Decide")]
    pub decide: Spanned<Decide>,
}

impl Kind for PerCapita {
    fn names(&self) -> Vec<Name<'_>> {
        let mut names =
            vec![Name { noun: Noun::Service, word: &self.service }, Name { noun: Noun::Group, word: &self.group }];
        names.extend(attribute_names(&self.r#where));
        names.extend(self.amount.iter().map(|word| Name { noun: Noun::Attribute, word }));
        names.extend(self.each.iter().map(|word| Name { noun: Noun::Level, word }));
        names
    }

    fn group(&self) -> Option<&str> {
        Some(self.group.get_ref())
    }

    fn mistakes(&self) -> Vec<Mistake> {
        let nobody = (self.per.get_ref().get() == 0.0).then(|| Mistake {
            at: self.per.span(),
            what: "nothing can be counted for 0 persons".to_owned(),
            help: "give a number above 0, such as \"1000 persons\"".to_owned(),
        });
        let limit = self.at_least.as_ref().and_then(no_limit);
        let decide = no_areas_to_decide(&self.decide, self.each.as_ref());
        nobody.into_iter().chain(limit).chain(decide).collect()
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
        self.at_least.as_ref()?;
        let books = self.books(case).ok();
        Some(
            books.map_or_else(
                || vec![Surplus::blocked()],
                |books| self.ratio().surpluses(&books, *self.decide.get_ref()),
            ),
        )
    }
}

impl ByParts for PerCapita {
    type Books = Books;

    fn books(&self, case: &Case<'_>) -> Result<Books, Reason> {
        let selection = case.select(self.service.get_ref(), &self.r#where)?;
        let group = case.group(self.group.get_ref())?;
        let each = case.each(self.each.as_ref(), *self.decide.get_ref())?;
        Ok(Books::new(case, self.standard(), selection, self.amounts(case).as_ref(), group, each))
    }

    fn all(&self, _case: &Case<'_>, books: &Books) -> Vec<Of> {
        whole_and_areas(&books.supply)
    }

    fn subject(&self, _case: &Case<'_>, books: &Books, of: &Of) -> Option<Subject> {
        self.ratio().subject(books, of)
    }

    fn conclude(&self, _case: &Case<'_>, books: &Books, roll: &Roll) -> Finding {
        books.standard.finding(*self.decide.get_ref(), &self.ratio().whole(books), &roll.areas)
    }

    fn complete(&self, case: &Case<'_>, books: &Books, finding: &mut Finding) {
        let selection = &books.selection;
        finding.remarks.extend(case.lacking(&self.r#where, selection.maybe.iter().copied()));
        finding.remarks.extend(self.amounts(case).and_then(|amounts| amounts.lacking(selection.facilities())));
    }

    fn replace(&self, case: &Case<'_>, books: &Books, swap: &Swap<'_>) -> Option<(Books, Vec<Of>)> {
        let (gone, new) = swap.of(case, self.service.get_ref(), &self.r#where);
        Some(books.replace(case, self.amounts(case).as_ref(), gone, new))
    }
}

impl PerCapita {
    fn amounts<'c>(&'c self, case: &Case<'c>) -> Option<Amounts<'c>> {
        self.amount.as_ref().map(|attribute| case.amounts(attribute.get_ref()))
    }

    fn ratio(&self) -> SupplyPerPerson {
        SupplyPerPerson { per: self.per.get_ref().get(), is_whole: self.amount.is_none() }
    }

    fn standard(&self) -> Standard {
        let supply = amount_unit(self.amount.as_ref(), &self.service);
        Standard {
            threshold: self.at_least.as_ref().map(|limit| Threshold::AtLeast(*limit.get_ref())),
            unit: Unit::Per { supply: Box::new(supply.clone()), persons: self.per.get_ref().get() },
            shortfall_unit: supply,
        }
    }
}

/// What is supplied and for whom, where.
#[derive(Clone)]
pub struct Books {
    pub(super) standard: Arc<Standard>,
    pub(super) selection: Arc<Selection>,
    pub(super) supply: ByArea,
    demand: ByArea,
}

impl Books {
    pub(super) fn new(
        case: &Case<'_>,
        standard: Standard,
        selection: Selection,
        amounts: Option<&Amounts<'_>>,
        group: GroupId,
        each: Option<LevelId>,
    ) -> Self {
        let areas = &case.world.areas;
        Self {
            standard: Arc::new(standard),
            supply: ByArea::sort(areas, each, supply(case, selection.iter(), amounts)),
            demand: ByArea::sort(areas, each, demand(case, group)),
            selection: Arc::new(selection),
        }
    }

    /// The books with other rows in place of some, and what that touches.
    pub(super) fn replace(
        &self,
        case: &Case<'_>,
        amounts: Option<&Amounts<'_>>,
        gone: Rows,
        new: Rows,
    ) -> (Self, Vec<Of>) {
        let mut books = self.clone();
        let mut touched = BTreeSet::new();
        books.supply.replace(supply(case, gone, amounts), supply(case, new, amounts), &mut touched);
        (books, whole_and(touched))
    }
}

/// Supply for so many people, in the whole and in each area.
#[derive(Clone, Copy)]
pub(super) struct SupplyPerPerson {
    /// For how many persons.
    pub(super) per: f64,
    /// Whether supply comes in whole units.
    pub(super) is_whole: bool,
}

impl SupplyPerPerson {
    pub(super) fn whole(&self, books: &Books) -> Subject {
        let nothing = Tally::default();
        self.judge(&books.standard, Of::Whole, (&books.supply.all(), &nothing), (&books.demand.all(), &nothing))
    }

    pub(super) fn subject(&self, books: &Books, of: &Of) -> Option<Subject> {
        let Books { standard, supply, demand, .. } = books;
        match *of {
            Of::Whole => Some(self.whole(books)),
            Of::Area(area) => {
                let supplied = (&supply.known(area), &supply.floating(area));
                Some(self.judge(standard, Of::Area(area), supplied, (&demand.known(area), &demand.floating(area))))
            }
            _ => None,
        }
    }

    /// How much more supply there surely is than the limit asks for, in what decides.
    pub(super) fn surpluses(&self, books: &Books, decide: Decide) -> Vec<Surplus> {
        let Books { standard, supply, demand, .. } = books;
        let limit = standard.threshold.map_or(0.0, Threshold::limit);
        let nothing = Tally::default();
        match decide {
            Decide::Whole => {
                let (supply, demand) = ((&supply.all(), &nothing), (&demand.all(), &nothing));
                self.surplus(limit, Of::Whole, supply, demand).into_iter().collect()
            }
            Decide::Each => {
                let surplus = |&area: &AreaId| {
                    let supply = (&supply.known(area), &supply.floating(area));
                    self.surplus(limit, Of::Area(area), supply, (&demand.known(area), &demand.floating(area)))
                };
                books.supply.at_level().iter().filter_map(surplus).collect()
            }
        }
    }

    /// `None` where nobody is there.
    fn surplus(&self, limit: f64, of: Of, supply: (&Tally, &Tally), demand: (&Tally, &Tally)) -> Option<Surplus> {
        let (supplied, persons) = (supply.0.counted(supply.1).low, demand.0.counted(demand.1).high);
        if persons == 0.0 {
            return None;
        }
        Some(if persons.is_finite() || limit == 0.0 {
            Surplus::known(of, supplied - limit * persons.min(f64::MAX) / self.per)
        } else {
            Surplus { of, ..Surplus::blocked() }
        })
    }

    /// Each of the pairs: what is known to belong here, and what may.
    fn judge(&self, standard: &Standard, of: Of, supply: (&Tally, &Tally), demand: (&Tally, &Tally)) -> Subject {
        let supplied = supply.0.counted(supply.1);
        let persons = demand.0.counted(demand.1);
        let lacking = |limit: f64| {
            let lacking = limit * persons.low / self.per - supplied.high;
            if self.is_whole { whole_units(lacking) } else { lacking }
        };
        let unknown = supply.0.unknown.sum + supply.1.yes.sum + supply.1.unknown.sum;
        let evidence = Evidence {
            counted: Some(supplied.low),
            unknown: Some(unknown).filter(|&unknown| 0.0 < unknown),
            persons: Some(persons.low),
            ..Evidence::default()
        };
        // Times first: 29 x 1000 / 1000 is 29, where 29 / 1000 x 1000 is a little more.
        standard.subject(of, supplied.times(self.per).per(persons), lacking, evidence)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::model::World;
    use crate::model::sketch::Sketch;
    use crate::rules::finding::Verdict;
    use crate::rules::{assert_agrees, try_check, underlined};

    // district D: street A (2000 elderly, 58 beds), street B (1000 elderly, 29 beds), street C (no elderly, no beds)
    fn streets() -> Sketch {
        Sketch::new(&["district", "street"])
            .area("district", "D", None, None, &[])
            .area("street", "A", Some("D"), None, &[])
            .area("street", "B", Some("D"), None, &[])
            .area("street", "C", Some("D"), None, &[])
            .people(Some("A"), None, &[("elderly", 2000.0)])
            .people(Some("B"), None, &[("elderly", 1000.0)])
            .people(Some("C"), None, &[("elderly", 0.0)])
            .facility("home", "a", Some("A"), None, &[("beds", "58")])
            .facility("home", "b", Some("B"), None, &[("beds", "29")])
    }

    fn check(rest: &str, world: Sketch) -> Finding {
        let text = format!(
            r#"per-capita = {{ service = "home", amount = "beds", group = "elderly", per = "1000 persons", {rest} }}"#
        );
        try_check(&text, &world.world())
    }

    #[test]
    fn the_number_itself_is_enough_and_a_little_more_is_not_there() {
        let finding = check("at-least = 29, each = \"street\"", streets());
        assert_eq!(finding.verdict, Verdict::Met);
        assert_eq!((finding.observed.unwrap().value, finding.margin.unwrap().value), (29.0, 0.0));
        let keys: Vec<_> = finding.subjects.iter().map(|subject| subject.verdict.key()).collect();
        assert_eq!(keys, ["met", "met", "met", "not-checkable"]);

        let finding = check("at-least = 30, each = \"street\", decide = \"each\"", streets());
        assert_eq!((finding.verdict, finding.shortfall), (Verdict::Unmet, Some(3.0)));
    }

    #[test]
    fn facilities_are_lacking_as_whole_ones() {
        let text = r#"per-capita = { service = "home", group = "elderly", per = "1000 人", at-least = 0.9 }"#;
        // 0.9 x 3000 / 1000 = 2.7 homes, and there are 2.
        let finding = try_check(text, &streets().world());
        assert_eq!((finding.verdict, finding.shortfall), (Verdict::Unmet, Some(1.0)));
    }

    #[test]
    fn without_a_limit_figures_are_given_and_nothing_is_judged() {
        for rest in ["each = \"street\"", "each = \"street\", decide = \"each\""] {
            let finding = check(rest, streets());
            assert_eq!(finding.verdict, Verdict::NotCheckable { why: Reason::NoLimit });
            assert_eq!(finding.observed.unwrap().value, 29.0);
            assert_eq!((finding.required, finding.margin, finding.shortfall), (None, None, None));
            assert_eq!(finding.subjects[2].observed, Some(29.0));
        }
    }

    #[test]
    fn what_is_missing_leaves_open_only_what_it_can_change() {
        let beds = || streets().facility("home", "x", Some("B"), None, &[]);
        let finding = check("at-least = 30, each = \"street\"", beds());
        assert_eq!(finding.verdict, Verdict::unknown(Reason::Undecided { low: 29.0, high: f64::INFINITY }));
        assert_eq!(finding.subjects[1].verdict, Verdict::Unmet);
        assert_eq!(check("at-least = 29", beds()).verdict, Verdict::Met);

        let people = || streets().people(Some("B"), None, &[]);
        let finding = check("at-least = 20", people());
        assert_eq!(finding.verdict, Verdict::unknown(Reason::Undecided { low: 0.0, high: 29.0 }));
        assert_eq!(check("at-least = 30", people()).verdict, Verdict::Unmet);
    }

    #[test]
    fn people_known_only_to_be_in_the_district_may_be_in_any_street() {
        let finding =
            check("at-least = 20, each = \"street\"", streets().people(Some("D"), None, &[("elderly", 450.0)]));
        let keys: Vec<_> = finding.subjects.iter().map(|subject| subject.verdict.key()).collect();
        // B: 29 beds for 1000 to 1450 persons, just 20 for 1000 of them; C: no bed for 0 to 450.
        assert_eq!(keys, ["met", "met", "met", "unmet"]);
    }

    #[test]
    fn no_data_on_a_group_or_a_service_is_unknown() {
        let text = r#"per-capita = { service = "home", group = "pupils", per = "1000 人", at-least = 1 }"#;
        let verdict = try_check(text, &streets().world()).verdict;
        assert_eq!(verdict, Verdict::unknown(Reason::NoGroup("pupils".to_owned())));
        let text = r#"per-capita = { service = "clinic", group = "elderly", per = "1000 人", at-least = 1 }"#;
        let verdict = try_check(text, &streets().world()).verdict;
        assert_eq!(verdict, Verdict::unknown(Reason::NoService("clinic".to_owned())));
        let verdict = check("at-least = 1, each = \"village\", decide = \"each\"", streets()).verdict;
        assert_eq!(verdict, Verdict::unknown(Reason::NoLevel("village".to_owned())));
    }

    #[test]
    fn what_makes_no_sense_is_underlined() {
        let check = |rest| underlined(&format!(r#"per-capita = {{ service = "s", group = "g", {rest} }}"#));
        assert_eq!(check(r#"per = "0 人""#), [r#""0 人""#]);
        assert_eq!(check(r#"per = "1 人", at-least = -0.5"#), ["-0.5"]);
        assert_eq!(check(r#"per = "1 人", decide = "each""#), [r#""each""#]);
    }

    fn random_world(homes: &[(Option<u8>, Option<u8>)], people: &[(Option<u8>, Option<u8>)]) -> World {
        let mut sketch = Sketch::new(&["district", "street"]).area("district", "D", None, None, &[]);
        for street in ["0", "1"] {
            sketch = sketch.area("street", street, Some("D"), None, &[]);
        }
        let holder = |area: Option<u8>| area.map_or("D".to_owned(), |area| area.to_string());
        for (i, &(beds, area)) in homes.iter().enumerate() {
            let beds = beds.map(|beds| beds.to_string());
            let cells: Vec<(&str, &str)> = beds.iter().map(|beds| ("beds", beds.as_str())).collect();
            sketch = sketch.facility("home", &i.to_string(), Some(&holder(area)), None, &cells);
        }
        for &(persons, area) in people {
            let persons: Vec<(&str, f64)> = persons.iter().map(|&n| ("elderly", f64::from(n))).collect();
            sketch = sketch.people(Some(&holder(area)), None, &persons);
        }
        // The group and the service are known, whatever is drawn.
        sketch.service("home").people(Some("0"), None, &[("elderly", 0.0)]).world()
    }

    proptest! {
        #[test]
        fn what_was_said_holds_however_the_unknown_turns_out(
            homes in prop::collection::vec((0..5_u8, 0..2_u8), 0..5),
            people in prop::collection::vec((0..5_u8, 0..2_u8), 0..5),
            hidden in prop::collection::vec((any::<bool>(), any::<bool>()), 10),
            limit in 0..4_u8,
        ) {
            let hide = |(&(amount, area), &(no_amount, no_area)): (&(u8, u8), &(bool, bool))| {
                (Some(amount).filter(|_| !no_amount), Some(area).filter(|_| !no_area))
            };
            let all = |known: &[(u8, u8)]| known.iter().map(|k| (Some(k.0), Some(k.1))).collect::<Vec<_>>();
            let some = |known: &[(u8, u8)], skip| known.iter().zip(&hidden[skip..]).map(hide).collect::<Vec<_>>();
            let (before, after) = (random_world(&some(&homes, 0), &some(&people, 5)), random_world(&all(&homes), &all(&people)));
            for amount in ["", r#"amount = "beds", "#] {
                let text = format!(r#"per-capita = {{ service = "home", {amount}group = "elderly", per = "2 人", at-least = {limit}, each = "street" }}"#);
                assert_agrees(&try_check(&text, &before), &try_check(&text, &after));
            }
        }
    }
}
