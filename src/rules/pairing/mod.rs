//! Pairing: every new estate has its facility, near, in time, large enough.

mod offers;
mod places;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use schemars::JsonSchema;
use serde::Deserialize;
use toml::Spanned;

use self::offers::{KeptOffers, Offer};
use self::places::Places;
use super::decide::no_limit;
use super::finding::{Evidence, Finding, Of, Quantity, Reason, Remark, Required, Subject, Threshold, Unit, Verdict};
use super::parts::{self, ByParts, Kept, Roll, Rows, Swap};
use super::places::Offered;
use super::select::{Selection, Tri, Where, attribute_names};
use super::{Case, Detail, Kind, Mistake, Name, Noun};
use crate::access::assignment::thousandths;
use crate::model::{Estate, EstateId, Id};
use crate::units::Cost;

/// Every new estate has its facility: near, open in time, and large enough.
///
/// # What is judged
/// Each estate of the study is met when a facility of `service` that meets `where` is at most `within` away (in a
/// straight line, or by the study's table of costs) and, with `opens`, its day in that attribute is not later than the day of the estate's first phase.
/// The distance itself is near enough, the day itself is in time. With `capacity` and `places-per-household`, the
/// estate's households times that number must also find places in such facilities. Estates share the places of a
/// facility that is near several: the nearest are served first, and where an estate must wait, one that can go farther
/// makes room; how places that do not suffice are split is one of several ways, always the same one. Places are all
/// that the attribute says: where others use some already, name an attribute of places that are free.
///
/// # Observed, margin, shortfall
/// Observed: estates that are met, of all; for each the distance to the nearest facility that counts. Margin: where
/// met, by how much the estate that is farthest from its facility is inside the distance; where unmet, minus the
/// estates that are not met. Shortfall: places lacking, a whole number, the unknown counted as right; without
/// `places-per-household` one facility for each estate that has none. Facilities near enough that open late are named.
///
/// # Unknown
/// A facility with a missing attribute may count, one without a place may be near every estate, an estate without a
/// place near every facility (it takes no places from others). A missing day may be in time, a missing or negative
/// capacity may be enough, missing households may need any number of places. An estate that is met only with these, or
/// only without what others may need, is unknown. A study without a layer of estates is unknown; one whose layer is
/// empty has nothing to judge.
///
/// # Example
/// ```toml
/// check.pairing = { service = "school", where = { stage = "primary" }, within = "1 km", opens = "opened", capacity = "capacity", places-per-household = 0.25 }
/// ```
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Pairing {
    /// The service.
    #[schemars(with = "String")]
    pub service: Spanned<String>,
    /// Which of its facilities, by their attributes.
    #[serde(default)]
    pub r#where: Where,
    /// The facility may be this far and no farther: a distance, or a time where the study has a table of costs.
    pub within: Cost,
    /// The attribute with the day it opens, which must not be later than the first phase.
    #[serde(default)]
    #[schemars(with = "Option<String>")]
    pub opens: Option<Spanned<String>>,
    /// The attribute that says how many places there are.
    #[serde(default)]
    #[schemars(with = "Option<String>")]
    pub capacity: Option<Spanned<String>>,
    /// Places needed for each household.
    #[serde(default)]
    #[schemars(with = "Option<f64>")]
    pub places_per_household: Option<Spanned<f64>>,
}

impl Kind for Pairing {
    fn names(&self) -> Vec<Name<'_>> {
        let mut names = vec![Name { noun: Noun::Service, word: &self.service }];
        names.extend(attribute_names(&self.r#where));
        names.extend(self.opens.iter().map(|word| Name { noun: Noun::Attribute, word }));
        names.extend(self.capacity.iter().map(|word| Name { noun: Noun::Attribute, word }));
        names
    }

    fn mistakes(&self) -> Vec<Mistake> {
        let alone = |at, what: &str, help: &str| Some(Mistake { at, what: what.to_owned(), help: help.to_owned() });
        let places = match (&self.capacity, &self.places_per_household) {
            (Some(capacity), None) => alone(
                capacity.span(),
                "`capacity` is compared with nothing",
                "add `places-per-household`, or leave `capacity` out",
            ),
            (None, Some(needed)) => alone(
                needed.span(),
                "nothing says how many places a facility has",
                "add `capacity` with an attribute, or leave `places-per-household` out",
            ),
            _ => None,
        };
        places.into_iter().chain(self.places_per_household.as_ref().and_then(no_limit)).collect()
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
}

/// What estates are judged by.
#[derive(Clone)]
pub struct Books {
    /// In the unit of the costs.
    within: f64,
    selection: Arc<Selection>,
    /// For each estate the selected facilities that are near or may be, the nearest first; those of some are others now.
    offers: Arc<Vec<Vec<Offer>>>,
    changed: BTreeMap<usize, Vec<Offer>>,
    places: Option<Places>,
    /// Of the base, where others are to be judged by it.
    kept: Option<Arc<KeptOffers>>,
}

impl Books {
    fn offers(&self, estate: EstateId) -> &[Offer] {
        self.changed.get(&estate.index()).unwrap_or(&self.offers[estate.index()])
    }
}

impl ByParts for Pairing {
    type Books = Books;

    fn books(&self, case: &Case<'_>) -> Result<Books, Reason> {
        let (selection, within) = self.selected(case)?;
        let rows: Rows = selection.iter().collect();
        let offers = offers::of(case, &rows, within, self.opens());
        let places = self.needed(case).map(|needed| {
            let offered = self.offered(case, &rows, &offers, &needed);
            Places::share_out(needed, offered)
        });
        Ok(Books {
            within,
            selection: Arc::new(selection),
            offers: Arc::new(offers),
            changed: BTreeMap::new(),
            places,
            kept: None,
        })
    }

    fn books_to_keep(&self, case: &Case<'_>) -> Result<Books, Reason> {
        let (selection, within) = self.selected(case)?;
        let mut rows: Rows = case.rows(selection.service, &self.r#where);
        rows.sort_unstable_by_key(|&(facility, status)| (status != Tri::Yes, facility));
        let needed = self.needed(case);
        // What may be near every estate, or need any number of places, may change all.
        let is_known = case.world.estates.rows.ids().all(|estate| case.travel.knows_estate(estate))
            && rows.iter().all(|&(facility, _)| case.travel.knows_facility(facility))
            && needed.iter().flatten().all(Option::is_some);
        if !is_known {
            return self.books(case);
        }
        let all = offers::of(case, &rows, within, self.opens());
        let offered = needed.as_ref().map(|needed| self.offered(case, &rows, &all, needed));
        let kept = KeptOffers::new(case, &rows, all, needed.as_deref().zip(offered));
        Ok(Books {
            within,
            selection: Arc::new(selection),
            offers: Arc::new(kept.standing(case)),
            changed: BTreeMap::new(),
            places: needed.zip(kept.places()).map(|(needed, places)| Places::kept(needed, places)),
            kept: Some(Arc::new(kept)),
        })
    }

    fn all(&self, case: &Case<'_>, _books: &Books) -> Vec<Of> {
        case.world.estates.rows.ids().map(Of::Estate).collect()
    }

    fn subject(&self, case: &Case<'_>, books: &Books, of: &Of) -> Option<Subject> {
        match *of {
            Of::Estate(estate) => Some(self.judge(case, books, estate)),
            _ => None,
        }
    }

    fn conclude(&self, _case: &Case<'_>, books: &Books, roll: &Roll) -> Finding {
        let estates = &roll.parts;
        let unit = Unit::from(self.within.unit());
        let verdict = estates.verdict();
        let margin = match verdict {
            Verdict::Met => {
                estates.highest.map(|farthest| Quantity { value: books.within - farthest, unit: unit.clone() })
            }
            Verdict::Unmet => Some(Quantity { value: -(estates.unmet as f64), unit: Unit::Estates }),
            _ => None,
        };
        let service = self.service.get_ref().clone();
        let threshold = Threshold::AtLeast(estates.len() as f64);
        Finding {
            observed: Some(Quantity { value: estates.met as f64, unit: Unit::Estates }),
            required: Some(Required { threshold, unit: Unit::Estates }),
            margin,
            subject_unit: Some(unit),
            shortfall_unit: Some(match books.places {
                Some(_) => Unit::Supply { service },
                None => Unit::Facilities { service },
            }),
            shortfall: estates.shortfall(),
            ..Finding::bare(verdict)
        }
    }

    fn complete(&self, case: &Case<'_>, books: &Books, finding: &mut Finding) {
        let selection = &books.selection;
        finding.remarks.extend(case.lacking(&self.r#where, selection.maybe.iter().copied()));
        if let Some((capacity, _)) = self.places_asked() {
            finding.remarks.extend(case.amounts(capacity).lacking(selection.facilities()));
        }
    }

    fn replace(&self, case: &Case<'_>, books: &Books, swap: &Swap<'_>) -> Option<(Books, Vec<Of>)> {
        let kept = books.kept.as_ref()?;
        let (gone, new) = swap.of(case, self.service.get_ref(), &self.r#where);
        let mut books = books.clone();
        let mut touched: BTreeSet<usize> = kept.near(gone.iter().chain(&new).map(|&(facility, _)| facility));
        books.changed = touched.iter().map(|&estate| (estate, kept.of_estate(case, estate, &gone, &new))).collect();
        if let (Some(places), Some(kept)) = (&mut books.places, kept.places()) {
            let changed = kept.revise(&gone, &new);
            touched.extend(changed.iter().map(|&(estate, _)| estate));
            places.change(changed);
        }
        Some((books, touched.into_iter().map(|estate| Of::Estate(EstateId::new(estate))).collect()))
    }
}

impl Pairing {
    fn opens(&self) -> Option<&str> {
        self.opens.as_ref().map(|opens| opens.get_ref().as_str())
    }

    /// The attribute of places, and how many a household needs.
    fn places_asked(&self) -> Option<(&str, f64)> {
        let (capacity, per_household) = self.capacity.as_ref().zip(self.places_per_household.as_ref())?;
        Some((capacity.get_ref(), *per_household.get_ref()))
    }

    fn selected(&self, case: &Case<'_>) -> Result<(Selection, f64), Reason> {
        if !case.world.estates.known {
            return Err(Reason::NoEstates);
        }
        Ok((case.select(self.service.get_ref(), &self.r#where)?, case.limit(self.within)?))
    }

    /// The places that each estate needs, in thousandths, where places are asked for; `None` where its households are
    /// missing.
    fn needed(&self, case: &Case<'_>) -> Option<Vec<Option<u64>>> {
        let (_, per_household) = self.places_asked()?;
        let estates = case.world.estates.rows.values();
        Some(estates.iter().map(|estate| Some(thousandths(per_household * households(estate)?))).collect())
    }

    /// What `rows` offer: with what is sure only, and with all that may be.
    fn offered(&self, case: &Case<'_>, rows: &Rows, offers: &[Vec<Offer>], needed: &[Option<u64>]) -> [Offered; 2] {
        let capacities = case.amounts(self.places_asked().map_or("", |(capacity, _)| capacity));
        let most: u64 = needed.iter().flatten().sum();
        let places = |unknown: u64| -> Vec<u64> {
            rows.iter().map(|&(facility, _)| capacities.of(facility).map_or(unknown, thousandths)).collect()
        };
        [
            Offered { places: places(0), pairs: offers::pairs(rows, offers, |offer| offer.counts() == Tri::Yes) },
            Offered { places: places(most), pairs: offers::pairs(rows, offers, |offer| offer.counts() != Tri::No) },
        ]
    }

    fn judge(&self, case: &Case<'_>, books: &Books, estate: EstateId) -> Subject {
        let own = books.offers(estate);
        let places = books.places.as_ref();
        let has_facility = any(own.iter().map(Offer::counts));
        let has_places = places.map_or(Tri::Yes, |places| places.suffice(own, estate));
        let verdict = match (has_facility.and(has_places), case.detail) {
            (Tri::Yes, _) => Verdict::Met,
            (Tri::No, _) => Verdict::Unmet,
            (Tri::Unknown, Detail::Evidence) => Verdict::unknown(self.why(case, books, estate)),
            (Tri::Unknown, Detail::Figures) => Verdict::unknown(books.selection.why_maybe()),
        };
        let shortfall = match places {
            _ if verdict != Verdict::Unmet => None,
            None => Some(1.0),
            Some(places) => places.lacking(estate),
        };

        let sure = || own.iter().filter(|offer| offer.counts() == Tri::Yes);
        let mut remarks: Vec<Remark> = places.and_then(|places| places.remark(estate)).into_iter().collect();
        if verdict != Verdict::Met {
            remarks.extend(self.late(case, own, estate));
        }
        let nearest = match sure().next() {
            Some(offer) => {
                let cost = offer.cost.and_then(|cost| Cost::new(cost, self.within.unit()));
                cost.map(|cost| (offer.facility, cost))
            }
            None => {
                let is_sure = |facility| books.selection.is_sure(facility);
                case.nearest_to_estate(estate, books.selection.service, is_sure)
            }
        };
        Subject {
            of: Of::Estate(estate),
            observed: sure().next().and_then(|offer| offer.cost),
            shortfall,
            verdict,
            evidence: Evidence {
                counted: Some(sure().count() as f64),
                nearest,
                facilities: sure().map(|offer| offer.facility).take(Evidence::FACILITIES).collect(),
                remarks,
                ..Evidence::default()
            },
        }
    }

    /// Facilities near enough that open late.
    fn late(&self, case: &Case<'_>, offers: &[Offer], estate: EstateId) -> Vec<Remark> {
        let due = case.world.estates.rows[estate].first_phase;
        let opens = self.opens.as_ref().and_then(|attribute| case.world.facilities.attribute(attribute.get_ref()));
        let remark = |offer: &Offer| {
            let opens = opens?.date(offer.facility.index())?;
            Some(Remark::OpensLate { facility: offer.facility, opens, due: due? })
        };
        let late = offers.iter().filter(|offer| offer.in_time == Tri::No && offer.cost.is_some());
        late.filter_map(remark).take(Evidence::FACILITIES).collect()
    }

    /// What is missing for a verdict on an estate: of its own first, then of those it shares places with.
    fn why(&self, case: &Case<'_>, books: &Books, estate: EstateId) -> Reason {
        let selection = &books.selection;
        let all = &case.world.estates.rows;
        if !case.travel.knows_estate(estate) {
            return case.no_cost();
        }
        let everyone: Vec<EstateId> = all.ids().collect();
        let found = [&[estate][..], &everyone].into_iter().find_map(|estates| {
            let rows = || estates.iter().map(|&id| &all[id]);
            let near = || estates.iter().flat_map(|&id| books.offers(id));
            let may = || near().filter(|offer| offer.counts() == Tri::Unknown);
            let undated: usize =
                may().filter(|offer| offer.in_time == Tri::Unknown).map(|offer| offer.n_facilities).sum();
            if 0 < undated && rows().any(|estate| estate.first_phase.is_none()) {
                return Some(Reason::NoDate);
            }
            if may().any(|offer| offer.is_selected == Tri::Unknown) {
                return Some(selection.why_maybe());
            }
            if let Some(opens) = self.opens.as_ref().filter(|_| 0 < undated) {
                let attributes = vec![opens.get_ref().clone()];
                return Some(Reason::NoAttribute { attributes, n_facilities: undated });
            }
            if may().any(|offer| offer.cost.is_none()) {
                return Some(case.no_cost());
            }
            if books.places.is_some() && rows().any(|estate| households(estate).is_none()) {
                return Some(Reason::NoPersons { group: "households".to_owned() });
            }
            let capacities = self.places_asked().map(|(capacity, _)| case.amounts(capacity))?;
            let without = near().filter(|offer| capacities.of(offer.facility).is_none()).count();
            (0 < without).then(|| capacities.why_missing(without))
        });
        found.unwrap_or_else(|| selection.why_maybe())
    }
}

/// Whether any holds.
fn any(all: impl Iterator<Item = Tri>) -> Tri {
    all.fold(Tri::No, |any, one| match (any, one) {
        (Tri::Yes, _) | (_, Tri::Yes) => Tri::Yes,
        (Tri::No, Tri::No) => Tri::No,
        _ => Tri::Unknown,
    })
}

/// The dwellings of an estate; `None` where the file says nothing or what cannot be.
fn households(estate: &Estate) -> Option<f64> {
    estate.households.filter(|households| households.is_finite() && 0.0 <= *households)
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use proptest::prelude::*;

    use super::*;
    use crate::model::sketch::{Sketch, with_costs};
    use crate::model::{Date, FacilityId};
    use crate::rules::{try_check, underlined};
    use crate::units::CostUnit;

    const DUE: Option<Date> = Some(date(2020, 9, 1));

    // estate E(400 households) --0.5 km-- school A(100 places) --0.8 km-- estate F(200) --0.6 km-- school B(50)
    fn row() -> Sketch {
        Sketch::new(&["street"])
            .estate("E", Some((0.0, 0.0)), Some(400.0), DUE)
            .estate("F", Some((1.3, 0.0)), Some(200.0), DUE)
            .facility(
                "school",
                "A",
                None,
                Some((0.5, 0.0)),
                &[("opened", "2020-09-01"), ("capacity", "100"), ("new", "true")],
            )
            .facility(
                "school",
                "B",
                None,
                Some((1.9, 0.0)),
                &[("opened", "2020-08-01"), ("capacity", "50"), ("new", "true")],
            )
    }

    #[test]
    fn by_a_table_an_estate_has_what_it_is_listed_to_reach() {
        // E reaches A in 10 minutes; F has no way to either school, or is not named.
        let judge = |names_f: bool, within: &str| {
            let cost = |from: usize, to: usize| (from == 0 && to == 0).then_some(10.0);
            let world = with_costs(&row().world(), CostUnit::Minutes, |from, _| [names_f || from != 1, true], cost);
            let check = format!(r#"pairing = {{ service = "school", where = {{ new = true }}, within = "{within}" }}"#);
            try_check(&check, &world)
        };
        let finding = judge(true, "10 min");
        assert_eq!(verdicts(&finding), ["met", "unmet"]);
        assert_eq!((finding.subjects[0].observed, finding.subject_unit), (Some(10.0), Some(Unit::Minutes)));
        assert_eq!(judge(false, "10 min").subjects[1].verdict, Verdict::unknown(Reason::NotListed));
        assert_eq!(verdicts(&judge(true, "9 min")), ["unmet", "unmet"]);
        let why = Reason::OtherUnit { asked: CostUnit::Metres, known: CostUnit::Minutes };
        assert_eq!(judge(true, "1 km").verdict, Verdict::unknown(why));
    }

    fn check(rest: &str, world: Sketch) -> Finding {
        try_check(&format!(r#"pairing = {{ service = "school", where = {{ new = true }}, {rest} }}"#), &world.world())
    }

    const FULL: &str = r#"within = "1 km", opens = "opened", capacity = "capacity", places-per-household = 0.25"#;

    fn verdicts(finding: &Finding) -> Vec<&str> {
        finding.subjects.iter().map(|subject| subject.verdict.key()).collect()
    }

    #[test]
    fn an_estate_is_met_with_just_enough_places_on_the_day_itself() {
        let finding = check(FULL, row());
        assert_eq!(finding.verdict, Verdict::Met);
        assert_eq!(finding.observed.as_ref().unwrap().value, 2.0);
        assert!((finding.margin.as_ref().unwrap().value - 400.0).abs() < 5.0);
        assert_eq!(finding.subjects[0].evidence.remarks, [Remark::Places { needed: 100.0, had: 100.0 }]);
        let finding = check(&FULL.replace("0.25", "0.26"), row());
        assert_eq!(verdicts(&finding), ["unmet", "unmet"]);
        // 104 of 100 places, and 52 of 50.
        assert_eq!((finding.shortfall, finding.margin.unwrap().value), (Some(6.0), -2.0));
    }

    #[test]
    fn the_distance_itself_is_near_enough_and_a_hair_less_is_not() {
        let world = row().world();
        let exact = crate::space::distance::metres(
            world.facilities[FacilityId::new(0)].place.unwrap(),
            world.estates.rows[EstateId::new(0)].place.unwrap(),
        );
        let at = |metres: f64| verdicts(&check(&format!(r#"within = "{metres} m""#), row()))[0].to_owned();
        assert_eq!(at(exact), "met");
        assert_eq!(at(exact.next_down()), "unmet");
    }

    #[test]
    fn an_estate_without_a_facility_lacks_one_and_is_shown_the_nearest() {
        let finding = check(r#"within = "550 m""#, row());
        assert_eq!(verdicts(&finding), ["met", "unmet"]);
        assert_eq!(finding.shortfall, Some(1.0));
        assert_eq!(finding.shortfall_unit, Some(Unit::Facilities { service: "school".to_owned() }));
        let (nearest, distance) = finding.subjects[1].evidence.nearest.unwrap();
        assert_eq!(nearest, FacilityId::new(1));
        assert!((distance.get() - 600.0).abs() < 5.0);
        assert_eq!(finding.subjects[1].observed, None);
    }

    #[test]
    fn one_day_late_is_late_and_is_named() {
        let late = [("opened", "2020-09-02"), ("capacity", "500"), ("new", "true")];
        let world = Sketch::new(&["street"]).estate("E", Some((0.0, 0.0)), Some(400.0), DUE).facility(
            "school",
            "A",
            None,
            Some((0.5, 0.0)),
            &late,
        );
        let finding = check(FULL, world);
        assert_eq!((finding.verdict, finding.shortfall), (Verdict::Unmet, Some(100.0)));
        let opens = date(2020, 9, 2);
        let late = Remark::OpensLate { facility: FacilityId::new(0), opens, due: date(2020, 9, 1) };
        assert_eq!(finding.subjects[0].evidence.remarks, [Remark::Places { needed: 100.0, had: 0.0 }, late]);
    }

    #[test]
    fn estates_compete_for_places_and_who_can_go_farther_makes_room() {
        // G has only A within reach; F can go to B, and does.
        let world = || row().estate("G", Some((0.4, 0.0)), Some(40.0), DUE);
        let finding = check(FULL, world());
        assert_eq!(verdicts(&finding), ["unmet", "met", "met"]);
        assert_eq!(finding.shortfall, Some(10.0));
        assert_eq!(finding.subjects[0].evidence.remarks, [Remark::Places { needed: 100.0, had: 90.0 }]);
    }

    #[test]
    fn a_missing_day_place_standing_or_capacity_is_unknown_where_it_matters() {
        let estate = || Sketch::new(&["street"]).estate("E", Some((0.0, 0.0)), Some(40.0), DUE);
        let at = Some((0.5, 0.0));
        let why = |world: Sketch| check(FULL, world).subjects[0].verdict.clone();
        let attribute =
            |key: &str| Verdict::unknown(Reason::NoAttribute { attributes: vec![key.to_owned()], n_facilities: 1 });
        let (day, places, new) = (("opened", "2020-09-01"), ("capacity", "10"), ("new", "true"));
        assert_eq!(why(estate().facility("school", "A", None, at, &[day, places, new])), Verdict::Met);
        assert_eq!(why(estate().facility("school", "A", None, at, &[places, new])), attribute("opened"));
        assert_eq!(why(estate().facility("school", "A", None, at, &[day, places])), attribute("new"));
        assert_eq!(why(estate().facility("school", "A", None, at, &[day, new])), attribute("capacity"));
        let no_place = Verdict::unknown(Reason::NoPlace);
        assert_eq!(why(estate().facility("school", "A", None, None, &[day, places, new])), no_place);
        // Too late, wherever it is.
        let late = ("opened", "2021-09-01");
        assert_eq!(why(estate().facility("school", "A", None, None, &[late, places, new])), Verdict::Unmet);
    }

    #[test]
    fn what_an_estate_lacks_is_unknown_where_it_matters() {
        let estate = |at, households, due| {
            let cells = [("opened", "2020-09-01"), ("capacity", "10"), ("new", "true")];
            Sketch::new(&["street"]).estate("E", at, households, due).facility(
                "school",
                "A",
                None,
                Some((0.5, 0.0)),
                &cells,
            )
        };
        let why = |rest: &str, world: Sketch| check(rest, world).subjects[0].verdict.clone();
        let at = Some((0.0, 0.0));
        assert_eq!(why(FULL, estate(None, Some(40.0), DUE)), Verdict::unknown(Reason::NoPlace));
        assert_eq!(why(FULL, estate(at, Some(40.0), None)), Verdict::unknown(Reason::NoDate));
        let households = Verdict::unknown(Reason::NoPersons { group: "households".to_owned() });
        assert_eq!(why(FULL, estate(at, None, DUE)), households);
        assert_eq!(why(r#"within = "1 km""#, estate(at, None, None)), Verdict::Met);
        let far = Some((5.0, 0.0));
        assert_eq!(why(FULL, estate(far, None, None)), Verdict::Unmet);
        assert_eq!(check(FULL, estate(far, None, None)).shortfall, None);
    }

    #[test]
    fn an_estate_of_unknown_size_may_take_what_another_needs() {
        let finding = check(FULL, row().estate("G", Some((0.4, 0.0)), None, DUE));
        assert_eq!(verdicts(&finding), ["unknown", "met", "unknown"]);
        let households = Verdict::unknown(Reason::NoPersons { group: "households".to_owned() });
        assert_eq!(finding.subjects[0].verdict, households);
    }

    #[test]
    fn no_layer_of_estates_is_unknown_and_so_is_a_service_without_data() {
        let verdict = check(FULL, Sketch::new(&["street"]).service("school")).verdict;
        assert_eq!(verdict, Verdict::unknown(Reason::NoEstates));
        let world = Sketch::new(&["street"]).estate("E", None, None, None);
        assert_eq!(check(FULL, world).verdict, Verdict::unknown(Reason::NoService("school".to_owned())));
        let world = Sketch::new(&["street"]).estate("E", None, None, None).service("school");
        assert_eq!(check(FULL, world).verdict, Verdict::Unmet);
    }

    #[test]
    fn what_makes_no_sense_is_underlined() {
        let check = |rest| underlined(&format!(r#"pairing = {{ service = "s", within = "1 km", {rest} }}"#));
        assert_eq!(check(r#"capacity = "c""#), [r#""c""#]);
        assert_eq!(check("places-per-household = 0.5"), ["0.5"]);
        assert_eq!(check(r#"capacity = "c", places-per-household = -0.5"#), ["-0.5"]);
    }

    proptest! {
        #[test]
        fn a_wider_limit_or_one_more_school_never_leaves_more_without_a_place(
            estates in prop::collection::vec((0..6_u8, 0..40_u8), 1..5),
            schools in prop::collection::vec((0..6_u8, 0..30_u8), 1..4),
            within in 0..4_u8,
        ) {
            let lacking = |within: u8, schools: &[(u8, u8)]| {
                let km = |east: u8| Some((f64::from(east), 0.0));
                let mut sketch = Sketch::new(&["street"]).service("school");
                for &(east, households) in &estates {
                    sketch = sketch.estate("E", km(east), Some(f64::from(households)), DUE);
                }
                for &(east, places) in schools {
                    let places = places.to_string();
                    let cells = [("new", "true"), ("capacity", places.as_str())];
                    sketch = sketch.facility("school", "S", None, km(east), &cells);
                }
                let rest = format!(r#"within = "{within} km", capacity = "capacity", places-per-household = 1"#);
                check(&rest, sketch).shortfall.unwrap_or(0.0)
            };
            let before = lacking(within, &schools);
            prop_assert!(lacking(within + 1, &schools) <= before);
            prop_assert!(before <= lacking(within, &schools[1..]));
        }
    }
}
