//! Seats: there is a place for each person.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::sync::Arc;

use schemars::JsonSchema;
use serde::Deserialize;
use toml::Spanned;

use super::decide::{Decide, Standard, more_than_all, no_areas_to_decide, whole_units};
use super::finding::{Evidence, Finding, Of, Reason, Remark, Subject, Threshold, Unit, Verdict};
use super::interval::Interval;
use super::parts::{self, ByParts, Kept, Roll, Rows, Swap, whole_and, whole_and_areas};
use super::per_capita::{self, SupplyPerPerson};
use super::select::{Amounts, Selection, Tri, Where, attribute_names};
use super::tally::{Amount, ByArea, Tally, evidence_of_share};
use super::{Case, Detail, Kind, Mistake, Name, Noun, Surplus};
use crate::access::assignment::{Assignment, Pair, assign, ones, thousandths};
use crate::model::{AreaId, FacilityId, GroupId, Id, LevelId, PointId};
use crate::units::{Cost, Share};

/// There is a place for each person of a group, or for a share of them, within a distance if one is given.
///
/// # What is judged
/// Without `within`: the places (`capacity`, summed over the facilities of `service` that meet `where`) are `at-least`
/// (default 100 %) of the persons of `group` or more. With `within`: as many persons as possible are given a place at
/// most so far away (in a straight line, or by the study's table of costs), no facility more than it has, and those with a place are `at-least` of all or
/// more. The share itself is enough, the distance itself is near enough. With `each`, every area of that level gets its
/// own verdict; `decide` says whether the promise is about the `whole` (the default) or about `each` area.
///
/// How many have a place in all does not depend on how places are given out. How they are split between areas does:
/// near ones are served first, and where someone must wait, those who can go farther make room; it is one of several
/// possible splits, and always the same one. Persons and places are counted to the thousandth.
///
/// # Observed, margin, shortfall
/// Observed: places for each person, or the share with a place, in all; with `decide = "each"` that of the area
/// farthest behind; where not all is known, the bound that decides. Margin: it less the limit. Shortfall: places
/// lacking, a whole number, the unknown counted as right. With `within`, a facility that is the nearest for more
/// persons than it has places is listed too: its places for each of them, how many of them have a place, there or
/// elsewhere, and the facilities that take the others, most first. No promise is made of a single facility, so these
/// decide nothing.
///
/// # Unknown
/// A facility with a missing attribute may count, a missing or negative capacity may be any, a facility without a place
/// may be near everyone, and people without a place near every facility (where a table gives the costs: one that it does
/// not name); people without a number or an area may be any
/// number, anywhere. There is a verdict only when they cannot change it; for areas with `within`, when it is the same
/// with and without them. Where there is no person of the group, there is nothing to judge. A level that the study does
/// not have gives no verdicts by area; with `decide = "each"` the whole is unknown.
///
/// # Example
/// ```toml
/// check.seats = { service = "school", where = { stage = "primary" }, capacity = "capacity", group = "primary-age", at-least = "100 %", each = "street", within = "3 km" }
/// ```
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Seats {
    /// The service.
    #[schemars(with = "String")]
    pub service: Spanned<String>,
    /// Which of its facilities, by their attributes.
    #[serde(default)]
    pub r#where: Where,
    /// The attribute that says how many places there are.
    #[schemars(with = "String")]
    pub capacity: Spanned<String>,
    /// The group of people.
    #[schemars(with = "String")]
    pub group: Spanned<String>,
    /// Met with this many places for each person and more; a place for each where the pack does not say.
    #[serde(default = "one_each")]
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
    /// A place must be this near and no farther, a distance or a time; without it places are only counted.
    #[serde(default)]
    pub within: Option<Cost>,
}

/// A place for each person.
fn one_each() -> Spanned<Share> {
    Spanned::new(0..0, Share::new(1.0).expect("1 is finite and not negative"))
}

impl Kind for Seats {
    fn names(&self) -> Vec<Name<'_>> {
        let mut names = vec![
            Name { noun: Noun::Service, word: &self.service },
            Name { noun: Noun::Attribute, word: &self.capacity },
            Name { noun: Noun::Group, word: &self.group },
        ];
        names.extend(attribute_names(&self.r#where));
        names.extend(self.each.iter().map(|word| Name { noun: Noun::Level, word }));
        names
    }

    fn group(&self) -> Option<&str> {
        Some(self.group.get_ref())
    }

    fn counts_persons(&self) -> bool {
        self.within.is_some()
    }

    fn travel(&self) -> Option<(&str, Cost)> {
        self.within.map(|within| (self.service.get_ref().as_str(), within))
    }

    fn mistakes(&self) -> Vec<Mistake> {
        // Only places that are merely counted can be more than there are persons.
        let share = self.within.and_then(|_| more_than_all(&self.at_least));
        share.into_iter().chain(no_areas_to_decide(&self.decide, self.each.as_ref())).collect()
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
        if self.within.is_some() {
            return None;
        }
        Some(match self.books(case) {
            Ok(Books::Counted(books)) => PER_PERSON.surpluses(&books, *self.decide.get_ref()),
            Ok(Books::Seated(_)) | Err(_) => vec![Surplus::blocked()],
        })
    }
}

/// Places for each person, counted.
const PER_PERSON: SupplyPerPerson = SupplyPerPerson { per: 1.0, is_whole: true };

/// What is judged by.
#[expect(clippy::large_enum_variant, reason = "there is one for an obligation, and few copies")]
pub enum Books {
    /// Places that are only counted.
    Counted(per_capita::Books),
    /// Who has a place within the distance.
    Seated(Seated),
}

/// Who has a place within the distance, where.
#[derive(Clone)]
pub struct Seated {
    /// In the unit of the costs.
    within: f64,
    standard: Arc<Standard>,
    selection: Arc<Selection>,
    /// Who has a place at each point, by its rank in [`TravelMatrix::near_points`].
    ///
    /// [`TravelMatrix::near_points`]: crate::space::TravelMatrix::near_points
    points: Arc<Vec<AtPoint>>,
    totals: Totals,
    tallies: ByArea,
    /// Of the base, where others are to be judged by it.
    links: Option<Arc<Links>>,
    /// For evidence.
    crowded: Arc<Vec<Subject>>,
}

impl ByParts for Seats {
    type Books = Books;

    fn books(&self, case: &Case<'_>) -> Result<Books, Reason> {
        let selection = case.select(self.service.get_ref(), &self.r#where)?;
        let group = case.group(self.group.get_ref())?;
        let each = case.each(self.each.as_ref(), *self.decide.get_ref())?;
        let capacities = case.amounts(self.capacity.get_ref());
        Ok(match self.within {
            None => {
                let capacities = Some(&capacities);
                Books::Counted(per_capita::Books::new(case, self.standard(), selection, capacities, group, each))
            }
            Some(within) => {
                Books::Seated(self.seated(case, selection, &capacities, (group, case.limit(within)?), each))
            }
        })
    }

    fn all(&self, _case: &Case<'_>, books: &Books) -> Vec<Of> {
        match books {
            Books::Counted(books) => whole_and_areas(&books.supply),
            Books::Seated(seated) => whole_and_areas(&seated.tallies),
        }
    }

    fn subject(&self, _case: &Case<'_>, books: &Books, of: &Of) -> Option<Subject> {
        match (books, of) {
            (Books::Counted(books), _) => PER_PERSON.subject(books, of),
            (Books::Seated(seated), Of::Whole) => Some(seated.totals.whole(&seated.standard)),
            (Books::Seated(seated), &Of::Area(area)) => Some(seated.area(area)),
            _ => None,
        }
    }

    fn conclude(&self, _case: &Case<'_>, books: &Books, roll: &Roll) -> Finding {
        let (standard, whole) = match books {
            Books::Counted(books) => (&books.standard, PER_PERSON.whole(books)),
            Books::Seated(seated) => (&seated.standard, seated.totals.whole(&seated.standard)),
        };
        standard.finding(*self.decide.get_ref(), &whole, &roll.areas)
    }

    fn complete(&self, case: &Case<'_>, books: &Books, finding: &mut Finding) {
        let selection = match books {
            Books::Counted(books) => &books.selection,
            Books::Seated(seated) => {
                finding.subjects.extend(seated.crowded.iter().cloned());
                // Where not all is known, the bounds say it.
                let totals = &seated.totals;
                let (least, most) = (totals.least, totals.most());
                let remark = Remark::Seated { seated: ones(least), of: ones(totals.persons) };
                finding.remarks.extend((least == most).then_some(remark));
                &seated.selection
            }
        };
        finding.remarks.extend(case.lacking(&self.r#where, selection.maybe.iter().copied()));
        finding.remarks.extend(case.amounts(self.capacity.get_ref()).lacking(selection.facilities()));
    }

    fn replace(&self, case: &Case<'_>, books: &Books, swap: &Swap<'_>) -> Option<(Books, Vec<Of>)> {
        let (gone, new) = swap.of(case, self.service.get_ref(), &self.r#where);
        let capacities = case.amounts(self.capacity.get_ref());
        match books {
            Books::Counted(books) => {
                let (books, touched) = books.replace(case, Some(&capacities), gone, new);
                Some((Books::Counted(books), touched))
            }
            Books::Seated(seated) => {
                let (seated, touched) = seated.replace(case, &capacities, &gone, &new)?;
                Some((Books::Seated(seated), touched))
            }
        }
    }
}

impl Seats {
    fn standard(&self) -> Standard {
        Standard {
            threshold: Some(Threshold::AtLeast(self.at_least.get_ref().get())),
            unit: Unit::Share,
            shortfall_unit: Unit::Supply { service: self.service.get_ref().clone() },
        }
    }

    fn seated(
        &self,
        case: &Case<'_>,
        selection: Selection,
        capacities: &Amounts<'_>,
        (group, within): (GroupId, f64),
        each: Option<LevelId>,
    ) -> Seated {
        let people = &case.world.people;
        let near_points = case.travel.near_points();
        let persons: Vec<Option<u64>> =
            near_points.ids().iter().map(|&point| people.persons(group, point).map(thousandths)).collect();
        let total = persons.iter().flatten().sum();
        let market = Market::new(selection.iter().collect(), capacities, (persons, None, total), within);
        let seating = Seating::of(case, &market);
        let totals = Totals::of(case, &market, &seating, capacities);
        let points: Vec<AtPoint> = (0..market.persons.len()).map(|point| seating.at(&market, point)).collect();
        let nearness = totals.nearness();
        let tally = |point: PointId| {
            let seats = points[near_points.rank(point)];
            (people.areas[point], seats.tally(nearness, case.travel.knows_point(point)))
        };
        let (tallies, crowded) = rayon::join(
            || ByArea::sort(&case.world.areas, each, people.places.ids().map(tally)),
            || match case.detail {
                Detail::Evidence => overcrowded(case, &market, &seating),
                Detail::Figures => Vec::new(),
            },
        );
        Seated {
            within,
            standard: Arc::new(self.standard()),
            links: (case.detail == Detail::Figures).then(|| Arc::new(Links::of(case, &market))),
            selection: Arc::new(selection),
            points: Arc::new(points),
            totals,
            tallies,
            crowded: Arc::new(crowded),
        }
    }
}

impl Seated {
    fn area(&self, area: AreaId) -> Subject {
        let (known, floating) = (self.tallies.known(area), self.tallies.floating(area));
        let (best, all) = known.best(&floating);
        let evidence = evidence_of_share(&known, &floating);
        let lacking = |limit: f64| whole_units(limit * all - best);
        self.standard.subject(Of::Area(area), known.share(&floating), lacking, evidence)
    }

    /// Gives places anew to all who share any, over however many others, with the rows that leave or come; no one
    /// else's place can change.
    fn replace(&self, case: &Case<'_>, capacities: &Amounts<'_>, gone: &Rows, new: &Rows) -> Option<(Self, Vec<Of>)> {
        let is_known = |&(facility, _): &(FacilityId, Tri)| case.travel.knows_facility(facility);
        // People of unknown number, or places that may be anywhere, may change anyone's.
        if 0 < self.totals.n_uncounted || !gone.iter().chain(new).all(is_known) {
            return None;
        }
        let people = &case.world.people;
        let near_points = case.travel.near_points();
        let mut seated = self.clone();
        let totals = &mut seated.totals;
        let most = |rows: &Rows| rows.iter().map(|&(id, _)| most(capacities, id, self.totals.persons)).sum::<u64>();
        totals.places = totals.places + most(new) - most(gone);
        if (totals.places == 0) != (self.totals.places == 0) {
            return None;
        }

        let (ranks, rows) = self.sharing(case, gone, new)?;
        let persons = ranks.iter().map(|&rank| self.points[rank as usize].persons).collect();
        let total = totals.persons;
        let market = Market::new(rows, capacities, (persons, Some(ranks), total), self.within);
        let seating = Seating::of(case, &market);
        let nearness = totals.nearness();
        let (mut before, mut after) = (Vec::new(), Vec::new());
        for (point, &rank) in market.ranks.iter().flatten().enumerate() {
            let (was, is) = (self.points[rank as usize], seating.at(&market, point));
            if was == is {
                continue;
            }
            totals.least = totals.least - was.worst + is.worst;
            totals.best = totals.best - was.best + is.best;
            let id = near_points.ids()[rank as usize];
            let item = |seats: AtPoint| (people.areas[id], seats.tally(nearness, case.travel.knows_point(id)));
            before.push(item(was));
            after.push(item(is));
        }
        let mut touched = BTreeSet::new();
        seated.tallies.replace(before, after, &mut touched);
        Some((seated, whole_and(touched)))
    }

    /// The ranks of all points that share facilities with the rows, over however many others, and all facilities that
    /// they share; without those that leave.
    fn sharing(&self, case: &Case<'_>, gone: &Rows, new: &Rows) -> Option<(Vec<u32>, Rows)> {
        let links = self.links.as_ref()?;
        let mut ranks: HashSet<u32> = HashSet::new();
        let mut facilities: HashSet<FacilityId> = gone.iter().map(|&(facility, _)| facility).collect();
        let mut rows = new.clone();
        let mut to_visit: Vec<FacilityId> = gone.iter().chain(new).map(|&(facility, _)| facility).collect();
        while let Some(facility) = to_visit.pop() {
            for (rank, _) in near(case, facility, self.within) {
                let nobody = self.points[rank].persons == Some(0);
                if nobody || !ranks.insert(rank as u32) {
                    continue;
                }
                for &other in links.of_rank(rank).iter().filter(|&&other| facilities.insert(other)) {
                    let status = if self.selection.is_sure(other) { Tri::Yes } else { Tri::Unknown };
                    rows.push((other, status));
                    to_visit.push(other);
                }
            }
        }
        let mut ranks: Vec<u32> = ranks.into_iter().collect();
        ranks.sort_unstable();
        Some((ranks, rows))
    }
}

/// The selected facilities near each point, by its rank.
struct Links {
    /// Where those of each rank start; one more for the end.
    starts: Vec<u32>,
    facilities: Vec<FacilityId>,
}

impl Links {
    fn of(case: &Case<'_>, market: &Market) -> Self {
        let mut starts = vec![0; market.persons.len() + 1];
        let pairs = || {
            let open = (0..market.facilities.len()).filter(|&facility| 0 < market.most[facility]);
            open.flat_map(|facility| market.near(case, facility).map(move |(rank, _)| (rank, facility)))
        };
        pairs().for_each(|(rank, _)| starts[rank + 1] += 1);
        for rank in 0..market.persons.len() {
            starts[rank + 1] += starts[rank];
        }
        let mut free = starts.clone();
        let mut facilities = vec![FacilityId::new(0); *starts.last().unwrap_or(&0) as usize];
        for (rank, facility) in pairs() {
            facilities[free[rank] as usize] = market.facilities[facility];
            free[rank] += 1;
        }
        Self { starts, facilities }
    }

    fn of_rank(&self, rank: usize) -> &[FacilityId] {
        &self.facilities[self.starts[rank] as usize..self.starts[rank + 1] as usize]
    }
}

/// Who needs a place and who has some, in thousandths; those who need one in their near order, so that who shares schools
/// is found close by in memory.
struct Market {
    /// In the unit of the costs.
    within: f64,
    /// Persons at each point; `None` where the file does not say.
    persons: Vec<Option<u64>>,
    /// The rank of each point, in order; where there are none the market is of all points, by their ranks.
    ranks: Option<Vec<u32>>,
    facilities: Vec<FacilityId>,
    /// How many of `facilities` surely meet the conditions: these come first.
    n_sure: usize,
    /// Places that each facility surely has.
    sure: Vec<u64>,
    /// Places that it may have at the most.
    most: Vec<u64>,
}

/// Persons at each point, their ranks where these are not all, and how many persons there are in all.
type Points = (Vec<Option<u64>>, Option<Vec<u32>>, u64);

/// Places that a facility may have at the most: as many as there are persons where nothing says.
fn most(capacities: &Amounts<'_>, facility: FacilityId, n_persons: u64) -> u64 {
    capacities.of(facility).map_or(n_persons, thousandths)
}

/// The rank of each point within the distance of a facility, with the cost.
fn near<'c>(case: &Case<'c>, facility: FacilityId, within: f64) -> impl Iterator<Item = (usize, f64)> + use<'c> {
    let points = case.travel.near_points();
    let near = case.travel.catchment(facility).iter().filter(move |&(_, cost)| cost <= within);
    near.map(|(point, cost)| (points.rank(point), cost))
}

impl Market {
    fn new(mut rows: Rows, capacities: &Amounts<'_>, (persons, ranks, total): Points, within: f64) -> Self {
        // By their ids: whose places are taken where several would do must not depend on rows that do not stand, as the
        // near order does.
        rows.sort_unstable_by_key(|&(id, status)| (status != Tri::Yes, id));
        let sure = |&(facility, status): &(FacilityId, Tri)| match status {
            Tri::Yes => capacities.of(facility).map_or(0, thousandths),
            _ => 0,
        };
        Self {
            within,
            n_sure: rows.iter().filter(|(_, status)| *status == Tri::Yes).count(),
            sure: rows.iter().map(sure).collect(),
            most: rows.iter().map(|&(facility, _)| most(capacities, facility, total)).collect(),
            facilities: rows.into_iter().map(|(facility, _)| facility).collect(),
            persons,
            ranks,
        }
    }

    /// Each point within the distance of a facility, with the cost.
    fn near(&self, case: &Case<'_>, facility: usize) -> impl Iterator<Item = (usize, f64)> {
        let near = near(case, self.facilities[facility], self.within);
        near.filter_map(|(rank, cost)| {
            let point = match &self.ranks {
                None => rank,
                Some(ranks) => ranks.binary_search(&(rank as u32)).ok()?,
            };
            Some((point, cost))
        })
    }

    fn assign(&self, case: &Case<'_>, demand: &[u64], supply: &[u64]) -> Assignment {
        let open = (0..supply.len()).filter(|&facility| 0 < supply[facility]);
        let pairs = open.flat_map(|facility| {
            let near = self.near(case, facility).filter(|&(point, _)| 0 < demand[point]);
            near.map(move |(point, cost)| Pair { demand: point as u32, supply: facility as u32, cost })
        });
        assign(demand, supply, pairs.collect())
    }
}

/// What people may be near without it showing in a catchment.
#[derive(Clone, Copy)]
enum Nearness {
    /// There is not one place.
    Nothing,
    /// People without a place may be near any facility.
    Placed,
    /// A facility without a place may be near anyone.
    Anywhere,
}

/// Who has a place: surely, and at the most.
struct Seating {
    /// With what is sure only.
    worst: Assignment,
    /// With all that may be; `None` where all is known.
    best: Option<Assignment>,
}

impl Seating {
    fn of(case: &Case<'_>, market: &Market) -> Self {
        // People of unknown number may be so many that they take everything near, or none at all.
        let sure: u64 = market.sure.iter().sum();
        let demand = |unknown: u64| -> Vec<u64> { market.persons.iter().map(|n| n.unwrap_or(unknown)).collect() };
        let is_known = market.sure == market.most && !market.persons.contains(&None);
        let (worst, best) = rayon::join(
            || market.assign(case, &demand(sure), &market.sure),
            || (!is_known).then(|| market.assign(case, &demand(0), &market.most)),
        );
        Self { worst, best }
    }

    fn at(&self, market: &Market, point: usize) -> AtPoint {
        let worst = self.worst.seated()[point];
        let best = self.best.as_ref().map_or(worst, |best| best.seated()[point]);
        AtPoint { persons: market.persons[point], worst, best }
    }
}

/// Persons at a point, and how many of them have a place: with what is sure only, and with all that may be.
#[derive(Clone, Copy, PartialEq)]
struct AtPoint {
    persons: Option<u64>,
    worst: u64,
    best: u64,
}

impl AtPoint {
    /// Persons with a place, without one and perhaps with one.
    fn tally(&self, nearness: Nearness, has_place: bool) -> Tally {
        let Some(persons) = self.persons else { return Tally::of(Tri::Unknown, None) };
        let least = self.worst.min(self.best);
        let may_be_near = match nearness {
            Nearness::Nothing => false,
            Nearness::Placed => !has_place,
            Nearness::Anywhere => true,
        };
        let most = if may_be_near { persons } else { self.worst.max(self.best) };
        let amount = |thousandths| Amount { sum: ones(thousandths), unweighed: 0 };
        Tally { yes: amount(least), no: amount(persons - most), unknown: amount(most - least), items: 1 }
    }
}

/// The market as a whole, in thousandths.
#[derive(Clone, Copy)]
struct Totals {
    /// Persons of known number,
    persons: u64,
    /// and of these those without a place to live.
    homeless: u64,
    /// Points where the number of persons is missing.
    n_uncounted: usize,
    /// Places that there may be at the most,
    places: u64,
    /// and of these those that may be anywhere.
    unplaced: u64,
    /// Whether the places of any facility are missing.
    is_unbounded: bool,
    /// Persons of known number with a place, with what is sure only,
    least: u64,
    /// and all persons with one, with all that may be.
    best: u64,
}

impl Totals {
    fn of(case: &Case<'_>, market: &Market, seating: &Seating, capacities: &Amounts<'_>) -> Self {
        let has_place = |point: usize| case.travel.knows_point(case.travel.near_points().ids()[point]);
        let homeless = (0..market.persons.len()).filter(|&point| !has_place(point));
        let unplaced = market.facilities.iter().zip(&market.most).filter(|&(&id, _)| !case.travel.knows_facility(id));
        let counted = market.persons.iter().zip(seating.worst.seated()).filter(|(persons, _)| persons.is_some());
        Self {
            persons: market.persons.iter().flatten().sum(),
            homeless: homeless.filter_map(|point| market.persons[point]).sum(),
            n_uncounted: market.persons.iter().filter(|persons| persons.is_none()).count(),
            places: market.most.iter().sum(),
            unplaced: unplaced.map(|(_, &most)| most).sum(),
            is_unbounded: market.facilities.iter().any(|&facility| capacities.of(facility).is_none()),
            least: counted.map(|(_, &seated)| seated).sum(),
            best: seating.best.as_ref().unwrap_or(&seating.worst).total(),
        }
    }

    /// Persons of known number who have a place at the most.
    fn most(&self) -> u64 {
        (self.best.max(self.least) + self.homeless + self.unplaced).min(self.persons).min(self.places)
    }

    fn nearness(&self) -> Nearness {
        match (self.places, self.unplaced) {
            (0, _) => Nearness::Nothing,
            (_, 0) => Nearness::Placed,
            _ => Nearness::Anywhere,
        }
    }

    /// The share of all with a place.
    fn share(&self) -> Option<Interval> {
        let total = self.persons as f64;
        match (0 < self.n_uncounted, self.persons) {
            (false, 0) => None,
            (false, _) => Some(Interval { low: self.least as f64 / total, high: self.most() as f64 / total }),
            (true, _) if self.is_unbounded => Some(Interval { low: 0.0, high: 1.0 }),
            (true, _) if self.places == 0 => Some(Interval::exactly(0.0)),
            (true, 0) => Some(Interval { low: 0.0, high: 1.0 }),
            // More people may come to where places are left: only the places bound the share.
            (true, _) => Some(Interval { low: 0.0, high: (self.places as f64 / total).min(1.0) }),
        }
    }

    fn whole(&self, standard: &Standard) -> Subject {
        // People of unknown number may take every place that is left.
        let most = if 0 < self.n_uncounted { self.places } else { self.most() };
        let lacking = |limit: f64| whole_units(limit * ones(self.persons) - ones(most));
        let evidence = Evidence {
            counted: Some(ones(self.least)),
            of: Some(ones(self.persons)),
            unknown: Some(ones(self.most() - self.least)).filter(|&unknown| 0.0 < unknown),
            ..Evidence::default()
        };
        standard.subject(Of::Whole, self.share(), lacking, evidence)
    }
}

/// Facilities that are the nearest for more persons than they have places, and where those persons go.
fn overcrowded(case: &Case<'_>, market: &Market, seating: &Seating) -> Vec<Subject> {
    let nearest = nearest(case, market);
    let mut needed = vec![0; market.n_sure];
    for (persons, facility) in market.persons.iter().zip(&nearest) {
        if let (Some(persons), Some(facility)) = (persons, facility) {
            needed[*facility] += persons;
        }
    }
    // By the nearest facility of those who go: how many places they are given, by facility.
    let mut given: BTreeMap<usize, BTreeMap<usize, u64>> = BTreeMap::new();
    for (pair, places) in seating.worst.iter() {
        let point = pair.demand as usize;
        if let (Some(_), Some(home)) = (market.persons[point], nearest[point])
            && market.sure[home] < needed[home]
        {
            *given.entry(home).or_default().entry(pair.supply as usize).or_default() += places;
        }
    }
    let has_capacity = |&home: &usize| market.sure[home] == market.most[home];
    let crowded = (0..market.n_sure).filter(|&home| market.sure[home] < needed[home]).filter(has_capacity);
    let mut crowded: Vec<usize> = crowded.collect();
    crowded.sort_unstable_by_key(|&home| market.facilities[home]);
    crowded
        .into_iter()
        .map(|home| {
            let mut elsewhere = given.remove(&home).unwrap_or_default();
            let seated: u64 = elsewhere.values().sum();
            elsewhere.remove(&home);
            let mut elsewhere: Vec<(usize, u64)> = elsewhere.into_iter().collect();
            elsewhere.sort_by_key(|&(facility, places)| (std::cmp::Reverse(places), market.facilities[facility]));
            elsewhere.truncate(Evidence::FACILITIES);
            let (had, needed) = (ones(market.sure[home]), ones(needed[home]));
            Subject {
                of: Of::Facility(market.facilities[home]),
                verdict: Verdict::NotCheckable { why: Reason::NoLimit },
                observed: Some(had / needed),
                shortfall: None,
                evidence: Evidence {
                    counted: Some(had),
                    of: Some(needed),
                    facilities: elsewhere.into_iter().map(|(facility, _)| market.facilities[facility]).collect(),
                    remarks: vec![Remark::Places { needed, had }, Remark::Seated { seated: ones(seated), of: needed }],
                    ..Evidence::default()
                },
            }
        })
        .collect()
}

/// The nearest facility that surely meets the conditions, for each point that has one within the distance.
fn nearest(case: &Case<'_>, market: &Market) -> Vec<Option<usize>> {
    let mut nearest: Vec<Option<(f64, usize)>> = vec![None; market.persons.len()];
    let id = |facility: usize| market.facilities[facility];
    for facility in 0..market.n_sure {
        for (point, cost) in market.near(case, facility) {
            // Of two as near the one with the lower id, in whatever order they stand.
            if nearest[point].is_none_or(|(least, other)| (cost, id(facility)) < (least, id(other))) {
                nearest[point] = Some((cost, facility));
            }
        }
    }
    nearest.into_iter().map(|found| found.map(|(_, facility)| facility)).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::model::sketch::Sketch;
    use crate::model::{Id, World};
    use crate::rules::{try_check, underlined};

    // P(100 children) --1 km-- school A(120 places) --1 km-- Q(60) --3 km-- school B(40)        P in street W, rest in E
    fn row() -> Sketch {
        Sketch::new(&["street"])
            .area("street", "W", None, Some((0.0, 0.0)), &[])
            .area("street", "E", None, Some((2.0, 0.0)), &[])
            .people(Some("W"), Some((0.0, 0.0)), &[("children", 100.0)])
            .people(Some("E"), Some((2.0, 0.0)), &[("children", 60.0)])
            .facility("school", "A", Some("W"), Some((1.0, 0.0)), &[("capacity", "120"), ("open", "true")])
            .facility("school", "B", Some("E"), Some((5.0, 0.0)), &[("capacity", "40"), ("open", "true")])
    }

    fn check(rest: &str, world: Sketch) -> Finding {
        let text = format!(
            r#"seats = {{ service = "school", where = {{ open = true }}, capacity = "capacity", group = "children"{rest} }}"#
        );
        try_check(&text, &world.world())
    }

    fn verdicts(finding: &Finding) -> Vec<&str> {
        finding.subjects.iter().map(|subject| subject.verdict.key()).collect()
    }

    #[test]
    fn a_place_for_each_is_enough_and_one_place_less_is_not() {
        let finding = check("", row());
        assert_eq!((finding.verdict, finding.margin.unwrap().value), (Verdict::Met, 0.0));
        let finding = check("", row().people(Some("E"), None, &[("children", 1.0)]));
        assert_eq!((finding.verdict, finding.shortfall), (Verdict::Unmet, Some(1.0)));
    }

    #[test]
    fn areas_are_judged_by_the_places_in_them() {
        let finding = check(r#", each = "street", decide = "each""#, row());
        assert_eq!(verdicts(&finding), ["met", "met", "unmet"]);
        assert_eq!((finding.verdict, finding.shortfall), (Verdict::Unmet, Some(20.0)));
        assert_eq!(finding.observed.unwrap().value, 40.0 / 60.0);
    }

    #[test]
    fn more_places_than_persons_can_be_asked_for_where_they_are_only_counted() {
        assert_eq!(check(r#", at-least = "110 %""#, row()).shortfall, Some(16.0));
    }

    #[test]
    fn within_a_distance_places_out_of_reach_do_not_help() {
        // 2 km: A alone, 120 of 160.
        let finding = check(r#", within = "2 km", at-least = "75 %", each = "street""#, row());
        assert_eq!((finding.verdict, finding.margin.unwrap().value), (Verdict::Met, 0.0));
        let finding = check(r#", within = "2 km", at-least = "76 %""#, row());
        // 76 % of 160 are 121.6: two places.
        assert_eq!((finding.verdict, finding.shortfall), (Verdict::Unmet, Some(2.0)));
        assert_eq!(finding.remarks, [Remark::Seated { seated: 120.0, of: 160.0 }]);
        let finding = check(r#", within = "3.1 km", each = "street", decide = "each""#, row());
        assert_eq!(verdicts(&finding)[..3], ["met", "met", "met"]);
    }

    #[test]
    fn the_distance_itself_is_near_enough_and_a_hair_less_is_not() {
        let world = row().world();
        let person = world.people.places[PointId::new(1)].unwrap();
        let school = world.facilities[FacilityId::new(1)].place.unwrap();
        let exact = crate::space::distance::metres(school, person);
        assert_eq!(check(&format!(r#", within = "{exact} m""#), row()).verdict, Verdict::Met);
        let finding = check(&format!(r#", within = "{} m""#, exact.next_down()), row());
        assert_eq!((finding.verdict, finding.shortfall), (Verdict::Unmet, Some(40.0)));
    }

    #[test]
    fn a_crowded_school_is_listed_with_where_the_others_go_and_decides_nothing() {
        let finding = check(r#", within = "3.1 km""#, row());
        assert_eq!(finding.verdict, Verdict::Met);
        let [_, school] = &finding.subjects[..] else { panic!("{:?}", finding.subjects) };
        assert_eq!(school.of, Of::Facility(FacilityId::new(0)));
        assert_eq!(school.verdict, Verdict::NotCheckable { why: Reason::NoLimit });
        assert_eq!(school.observed, Some(0.75));
        assert_eq!(school.evidence.facilities, [FacilityId::new(1)]);
        assert_eq!(
            school.evidence.remarks,
            [Remark::Places { needed: 160.0, had: 120.0 }, Remark::Seated { seated: 160.0, of: 160.0 }]
        );
    }

    #[test]
    fn what_may_count_leaves_open_only_what_it_can_change() {
        let within = r#", within = "2 km", at-least = "80 %", each = "street""#;
        let bounds = |finding: &Finding| match &finding.subjects[0].verdict {
            Verdict::Unknown { why: Reason::Undecided { low, high } } => (*low, *high),
            verdict => panic!("{verdict:?}"),
        };
        // A third school near Q: its standing, its capacity or its place are missing.
        let near = Some((2.5, 0.0));
        let finding = check(within, row().facility("school", "C", Some("E"), near, &[("capacity", "30")]));
        assert_eq!(bounds(&finding), (120.0 / 160.0, 150.0 / 160.0));
        let finding = check(within, row().facility("school", "C", Some("E"), near, &[("open", "true")]));
        assert_eq!(bounds(&finding), (120.0 / 160.0, 1.0));
        let placeless = row().facility("school", "C", Some("E"), None, &[("capacity", "30"), ("open", "true")]);
        assert_eq!(bounds(&check(within, placeless)), (120.0 / 160.0, 150.0 / 160.0));
        // People of unknown number, and people without a place.
        assert_eq!(bounds(&check(within, row().people(Some("E"), near, &[]))), (0.0, 1.0));
        let homeless = row().people(Some("E"), None, &[("children", 40.0)]);
        assert_eq!(bounds(&check(within, homeless)), (120.0 / 200.0, 160.0 / 200.0));
        // None of them can change this.
        let far = r#", within = "2 km", at-least = "100 %""#;
        let homeless = row().people(Some("E"), None, &[("children", 40.0)]);
        assert_eq!(check(far, homeless).verdict, Verdict::Unmet);
        let uncounted =
            Sketch::new(&["street"]).people(None, near, &[]).people(None, near, &[("children", 5.0)]).service("school");
        assert_eq!(check(far, uncounted).verdict, Verdict::Unmet);
    }

    #[test]
    fn people_of_unknown_number_may_all_fit_where_the_capacity_is_unknown_too() {
        let world = Sketch::new(&["street"])
            .people(None, Some((0.0, 0.0)), &[])
            .people(None, Some((9.0, 0.0)), &[("children", 0.0)])
            .facility("school", "A", None, Some((0.0, 0.0)), &[("open", "true")]);
        let finding = check(r#", within = "1 km""#, world);
        assert_eq!(finding.verdict, Verdict::unknown(Reason::Undecided { low: 0.0, high: 1.0 }));
    }

    #[test]
    fn counted_places_are_unknown_where_a_capacity_is_missing() {
        let world = || row().facility("school", "C", Some("E"), None, &[("open", "true")]);
        let finding = check(r#", at-least = "110 %", each = "street""#, world());
        assert_eq!(verdicts(&finding), ["unknown", "met", "unknown"]);
        assert_eq!(finding.remarks, [Remark::Lacks { attribute: "capacity".to_owned(), n_facilities: 1 }]);
        assert_eq!(check("", world()).verdict, Verdict::Met);
    }

    #[test]
    fn half_persons_are_seated_too() {
        let world = Sketch::new(&["street"]).people(None, Some((0.0, 0.0)), &[("children", 10.5)]).facility(
            "school",
            "A",
            None,
            Some((0.0, 0.0)),
            &[("capacity", "10.5"), ("open", "true")],
        );
        assert_eq!(check(r#", within = "1 km""#, world).verdict, Verdict::Met);
    }

    #[test]
    fn no_data_is_unknown_and_nobody_is_nothing_to_judge() {
        let text = r#"seats = { service = "school", capacity = "capacity", group = "pupils", within = "1 km" }"#;
        let verdict = try_check(text, &row().world()).verdict;
        assert_eq!(verdict, Verdict::unknown(Reason::NoGroup("pupils".to_owned())));
        let nobody = row().people(None, None, &[("pupils", 0.0)]).world();
        // All other points lack the number of pupils.
        assert_eq!(try_check(text, &nobody).verdict.key(), "unknown");
        let nobody = Sketch::new(&["street"]).people(None, None, &[("pupils", 0.0)]).service("school").world();
        assert_eq!(try_check(text, &nobody).verdict, Verdict::NotCheckable { why: Reason::NothingHere });
        let verdict = check(r#", each = "village", decide = "each""#, row()).verdict;
        assert_eq!(verdict, Verdict::unknown(Reason::NoLevel("village".to_owned())));
    }

    #[test]
    fn what_makes_no_sense_is_underlined() {
        let check = |rest| underlined(&format!(r#"seats = {{ service = "s", capacity = "c", group = "g", {rest} }}"#));
        assert_eq!(check(r#"at-least = "120 %", within = "1 km""#), [r#""120 %""#]);
        assert_eq!(check(r#"at-least = "120 %""#), [""; 0]);
        assert_eq!(check(r#"decide = "each""#), [r#""each""#]);
    }

    type Point = (Option<u8>, Option<u8>);
    type School = (Option<bool>, Option<u8>, Option<u8>);

    fn random_world(people: &[Point], schools: &[School]) -> World {
        let km = |east: Option<u8>| east.map(|east| (f64::from(east), 0.0));
        let mut sketch = Sketch::new(&["street"]).people(None, Some((0.0, 0.0)), &[("children", 0.0)]);
        for &(persons, east) in people {
            let persons: Vec<(&str, f64)> = persons.iter().map(|&n| ("children", f64::from(n))).collect();
            sketch = sketch.people(None, km(east), &persons);
        }
        for (i, &(open, capacity, east)) in schools.iter().enumerate() {
            let cells =
                [("open", open.map(|open| open.to_string())), ("capacity", capacity.map(|places| places.to_string()))];
            let cells: Vec<(&str, &str)> =
                cells.iter().filter_map(|(key, cell)| Some((*key, cell.as_deref()?))).collect();
            sketch = sketch.facility("school", &i.to_string(), None, km(east), &cells);
        }
        sketch.service("school").world()
    }

    proptest! {
        #[test]
        fn what_was_said_of_the_whole_holds_however_the_unknown_turns_out(
            people in prop::collection::vec((0..5_u8, 0..6_u8), 0..5),
            schools in prop::collection::vec((any::<bool>(), 0..6_u8, 0..6_u8), 0..4),
            hidden in prop::collection::vec(prop::array::uniform3(prop::bool::weighted(0.3)), 9),
            within in 0..3_u8, limit in 0..=10_u8,
        ) {
            let all = (
                people.iter().map(|&(n, east)| (Some(n), Some(east))).collect::<Vec<Point>>(),
                schools.iter().map(|&(open, n, east)| (Some(open), Some(n), Some(east))).collect::<Vec<School>>(),
            );
            let hide = |value: Option<u8>, hide: bool| value.filter(|_| !hide);
            let some = (
                all.0.iter().zip(&hidden).map(|(&(n, east), h)| (hide(n, h[0]), hide(east, h[1]))).collect::<Vec<_>>(),
                all.1.iter().zip(&hidden[5..])
                    .map(|(&(open, n, east), h)| (open.filter(|_| !h[0]), hide(n, h[1]), hide(east, h[2])))
                    .collect::<Vec<_>>(),
            );
            let text = format!(
                r#"seats = {{ service = "school", where = {{ open = true }}, capacity = "capacity", group = "children", within = "{within} km", at-least = "{} %" }}"#,
                u32::from(limit) * 10
            );
            let mut before = try_check(&text, &random_world(&some.0, &some.1));
            let mut after = try_check(&text, &random_world(&all.0, &all.1));
            before.subjects.truncate(1);
            after.subjects.truncate(1);
            crate::rules::assert_agrees(&before, &after);
        }
    }
}
