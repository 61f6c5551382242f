//! Presence: every area has enough facilities.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use schemars::JsonSchema;
use serde::Deserialize;
use toml::Spanned;

use super::decide::Decide;
use super::finding::{Evidence, Finding, Of, Reason, Subject, Threshold, Unit, Verdict};
use super::parts::{self, ByParts, Kept, Roll, Swap};
use super::select::{Selection, Tri, Where, area_attribute_names, attribute_names, chosen, unknown_area};
use super::tally::{ByArea, Item, Tally};
use super::{Case, Kind, Name, Noun, Surplus};
use crate::model::{AreaId, FacilityId, LevelId};

/// Every area of a level has enough facilities of a service.
///
/// # What is judged
/// Each area of `in-each` (those that meet `among`) is met when the facilities of `service` in it that meet `where`
/// number `at-least` or more; the number itself is enough. A facility counts in the area that holds it; with
/// `serving = true` also in each area that it lists as served.
///
/// # Observed, margin, shortfall
/// Observed: areas that have enough, of all. Margin: where met, how many facilities the barest area could lose; where
/// unmet, minus the areas that lack some. Shortfall of an area: the facilities that it lacks.
///
/// # Unknown
/// A facility with a missing attribute, or known only to be somewhere above the level, may count: an area that has
/// enough only with these is unknown.
///
/// # Example
/// ```toml
/// check.presence = { in-each = "street", service = "kindergarten", where = { ownership = "public", central = true }, at-least = 1 }
/// ```
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Presence {
    /// The level whose areas are judged.
    #[schemars(with = "String")]
    pub in_each: Spanned<String>,
    /// Which of its areas, by their attributes.
    #[serde(default)]
    pub among: Where,
    /// The service.
    #[schemars(with = "String")]
    pub service: Spanned<String>,
    /// Which of its facilities, by their attributes.
    #[serde(default)]
    pub r#where: Where,
    /// Met with this many and more.
    pub at_least: u32,
    /// Whether a facility counts in the areas that it lists as served, too.
    #[serde(default)]
    pub serving: bool,
}

impl Kind for Presence {
    fn names(&self) -> Vec<Name<'_>> {
        let mut names =
            vec![Name { noun: Noun::Level, word: &self.in_each }, Name { noun: Noun::Service, word: &self.service }];
        names.extend(area_attribute_names(&self.among));
        names.extend(attribute_names(&self.r#where));
        names
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
        Some(Surplus::of_counts(&self.assess(case), Decide::Each, f64::from(self.at_least)))
    }
}

/// What the areas are judged by.
#[derive(Clone)]
pub struct Books {
    level: LevelId,
    /// The areas judged, in the order of their ids.
    chosen: Arc<Vec<(AreaId, Tri)>>,
    selection: Arc<Selection>,
    tallies: ByArea,
    /// The first few facilities that count in each area, for evidence.
    counted: Arc<HashMap<AreaId, Vec<FacilityId>>>,
}

impl ByParts for Presence {
    type Books = Books;

    fn books(&self, case: &Case<'_>) -> Result<Books, Reason> {
        let (level, chosen) = case.areas(self.in_each.get_ref(), &self.among)?;
        let selection = case.select(self.service.get_ref(), &self.r#where)?;
        let places = self.places(case, level, selection.iter());
        let tallies = ByArea::sort(&case.world.areas, Some(level), items(&places));
        let counted = case.facilities_by_area(level, places);
        Ok(Books {
            level,
            chosen: Arc::new(chosen),
            selection: Arc::new(selection),
            tallies,
            counted: Arc::new(counted),
        })
    }

    fn all(&self, _case: &Case<'_>, books: &Books) -> Vec<Of> {
        books.chosen.iter().map(|&(area, _)| Of::Area(area)).collect()
    }

    fn subject(&self, case: &Case<'_>, books: &Books, of: &Of) -> Option<Subject> {
        let &Of::Area(area) = of else { return None };
        let Books { tallies, selection, .. } = books;
        let among = chosen(&books.chosen, area)?;
        let required = self.required();
        let (known, floating) = (tallies.known(area), tallies.floating(area));
        let count = known.counted(&floating);
        let mut verdict = match count.judge(required) {
            Verdict::Unknown { .. } if known.unknown.sum + floating.unknown.sum == 0.0 => {
                Verdict::unknown(Reason::NoMembership { n_facilities: floating.items })
            }
            Verdict::Unknown { .. } => Verdict::unknown(selection.why_maybe()),
            verdict => verdict,
        };
        if among == Tri::Unknown && verdict == Verdict::Unmet {
            verdict = unknown_area(&self.among);
        }
        let nearest = || case.nearest_to_area(area, selection.service, |facility| selection.is_sure(facility));
        let evidence = Evidence {
            counted: Some(count.low),
            unknown: Some(count.high - count.low).filter(|&unknown| 0.0 < unknown),
            // Only a planner who must mend it asks where the nearest one is.
            nearest: (verdict != Verdict::Met).then(nearest).flatten(),
            facilities: books.counted.get(&area).cloned().unwrap_or_default(),
            ..Evidence::default()
        };
        Some(Subject {
            of: Of::Area(area),
            observed: Some(count.low),
            shortfall: (verdict == Verdict::Unmet).then(|| required.limit() - count.low),
            verdict,
            evidence,
        })
    }

    fn conclude(&self, _case: &Case<'_>, _books: &Books, roll: &Roll) -> Finding {
        let facilities = Unit::Facilities { service: self.service.get_ref().clone() };
        let areas = Unit::Areas { level: self.in_each.get_ref().clone() };
        Finding::of_areas(roll, self.required().limit(), areas, facilities)
    }

    fn replace(&self, case: &Case<'_>, books: &Books, swap: &Swap<'_>) -> Option<(Books, Vec<Of>)> {
        let (gone, new) = swap.of(case, self.service.get_ref(), &self.r#where);
        let [gone, new] = [gone, new].map(|rows| self.places(case, books.level, rows));
        let mut books = books.clone();
        let mut touched = BTreeSet::new();
        books.tallies.replace(items(&gone), items(&new), &mut touched);
        Some((books, touched.into_iter().map(Of::Area).collect()))
    }
}

/// A facility in an area where it counts.
type Place = (Option<AreaId>, FacilityId, Tri);

fn items(places: &[Place]) -> impl Iterator<Item = Item> {
    places.iter().map(|&(area, _, status)| (area, Tally::of(status, Some(1.0))))
}

impl Presence {
    fn required(&self) -> Threshold {
        Threshold::AtLeast(f64::from(self.at_least))
    }

    /// These facilities in each area where they count.
    fn places(
        &self,
        case: &Case<'_>,
        level: LevelId,
        facilities: impl IntoIterator<Item = (FacilityId, Tri)>,
    ) -> Vec<Place> {
        let places = facilities.into_iter().flat_map(|(facility, status)| {
            let own = std::iter::once(case.world.facilities[facility].area);
            own.chain(self.served_elsewhere(case, facility, level)).map(move |area| (area, facility, status))
        });
        places.collect()
    }

    /// The areas of `level` that the facility lists as served and that do not hold it, each once.
    fn served_elsewhere(&self, case: &Case<'_>, facility: FacilityId, level: LevelId) -> BTreeSet<Option<AreaId>> {
        if !self.serving {
            return BTreeSet::new();
        }
        let areas = &case.world.areas;
        let own = case.world.facilities[facility].area.and_then(|area| areas.ancestor(area, level));
        let served = case.world.facilities.serves(facility).iter();
        served.map(|&area| areas.ancestor(area, level)).filter(|area| area.is_some() && *area != own).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::sketch::Sketch;
    use crate::rules::try_check;

    // district D: street A (2 public kindergartens), street B (1 private), street C (1 of unknown ownership)
    fn three_streets() -> Sketch {
        Sketch::new(&["district", "street"])
            .area("district", "D", None, None, &[])
            .area("street", "A", Some("D"), Some((0.0, 0.0)), &[])
            .area("street", "B", Some("D"), Some((3.0, 0.0)), &[])
            .area("street", "C", Some("D"), None, &[])
            .facility("kindergarten", "a1", Some("A"), Some((0.0, 0.0)), &[("ownership", "public")])
            .facility("kindergarten", "a2", Some("A"), Some((0.5, 0.0)), &[("ownership", "public")])
            .facility("kindergarten", "b1", Some("B"), Some((3.0, 0.0)), &[("ownership", "private")])
            .facility("kindergarten", "c1", Some("C"), None, &[])
    }

    const PUBLIC: &str = r#"presence = { in-each = "street", service = "kindergarten", where = { ownership = "public" }, at-least = 1 }"#;

    fn verdicts(finding: &Finding) -> Vec<&str> {
        finding.subjects.iter().map(|subject| subject.verdict.key()).collect()
    }

    #[test]
    fn an_area_that_has_enough_only_with_an_unknown_one_is_unknown() {
        let finding = try_check(PUBLIC, &three_streets().world());
        assert_eq!(verdicts(&finding), ["met", "unmet", "unknown"]);
        assert_eq!(finding.verdict, Verdict::Unmet);
        assert_eq!(finding.shortfall, Some(1.0));
        let (nearest, distance) = finding.subjects[1].evidence.nearest.unwrap();
        assert_eq!(nearest, crate::model::Id::new(1));
        assert!((distance.get() - 2500.0).abs() < 25.0);
    }

    #[test]
    fn a_facility_known_only_to_be_in_the_district_may_be_in_any_street() {
        let world = three_streets().facility("kindergarten", "d1", Some("D"), None, &[("ownership", "public")]).world();
        assert_eq!(verdicts(&try_check(PUBLIC, &world)), ["met", "unknown", "unknown"]);
    }

    #[test]
    fn the_number_itself_is_enough_and_one_more_is_not_there() {
        let check = |n: u32| {
            let text = format!(r#"presence = {{ in-each = "district", service = "kindergarten", at-least = {n} }}"#);
            try_check(&text, &three_streets().world())
        };
        assert_eq!(check(4).verdict, Verdict::Met);
        assert_eq!(check(4).margin.unwrap().value, 0.0);
        assert_eq!(check(5).verdict, Verdict::Unmet);
    }

    #[test]
    fn a_joint_facility_counts_where_it_serves_only_if_asked() {
        let world = || three_streets().facility("clinic", "k", Some("A"), None, &[]).serving(&["B", "A"]).world();
        let text = r#"presence = { in-each = "street", service = "clinic", at-least = 1 }"#;
        assert_eq!(verdicts(&try_check(text, &world())), ["met", "unmet", "unmet"]);
        let text = r#"presence = { in-each = "street", service = "clinic", at-least = 1, serving = true }"#;
        assert_eq!(verdicts(&try_check(text, &world())), ["met", "met", "unmet"]);
        let text = r#"presence = { in-each = "street", service = "clinic", at-least = 2, serving = true }"#;
        assert_eq!(verdicts(&try_check(text, &world())), ["unmet", "unmet", "unmet"]);
    }

    #[test]
    fn a_facility_that_serves_two_villages_of_a_street_is_one_facility() {
        let world = Sketch::new(&["street", "village"])
            .area("street", "A", None, None, &[])
            .area("street", "B", None, None, &[])
            .area("village", "b1", Some("B"), None, &[])
            .area("village", "b2", Some("B"), None, &[])
            .facility("clinic", "k", Some("A"), None, &[])
            .serving(&["b1", "b2"])
            .world();
        let text = r#"presence = { in-each = "street", service = "clinic", at-least = 2, serving = true }"#;
        let counted: Vec<_> = try_check(text, &world).subjects.iter().map(|subject| subject.observed).collect();
        assert_eq!(counted, [Some(1.0), Some(1.0)]);
    }

    #[test]
    fn no_data_on_the_service_is_unknown_and_no_facility_is_unmet() {
        let text = r#"presence = { in-each = "street", service = "library", at-least = 1 }"#;
        let finding = try_check(text, &three_streets().world());
        assert_eq!(finding.verdict, Verdict::unknown(Reason::NoService("library".to_owned())));
        assert_eq!(try_check(text, &three_streets().service("library").world()).verdict, Verdict::Unmet);
    }
}
