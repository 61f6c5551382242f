//! Which facilities or areas a check speaks of: a service and conditions on attributes.
//!
//! A condition on an attribute that a file leaves empty is neither true nor false but unknown.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use schemars::JsonSchema;
use serde::Deserialize;
use toml::Spanned;

use super::decide::Decide;
use super::finding::{Evidence, Reason, Remark, Unit, Verdict};
use super::{Case, Detail, Name, Noun};
use crate::model::{AreaId, Column, EstateId, FacilityId, GroupId, Id, LevelId, Proxy, ServiceId, Value};
use crate::units::Cost;

/// Conditions that all must hold, by attribute.
///
/// `{ ownership = "public", central = true, kind = ["village", "town"] }`; an empty table asks nothing.
pub type Where = BTreeMap<SpannedKey, Condition>;

/// A key of a [`Where`], with its place in the pack.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct SpannedKey(#[schemars(with = "String")] pub Spanned<String>);

/// What an attribute must be.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(untagged, expecting = "expected true, false, a number, a word, or a list of words")]
pub enum Condition {
    /// Yes or no.
    Flag(bool),
    /// This number.
    Number(f64),
    /// This word.
    Word(String),
    /// Any of these words.
    AnyOf(Vec<String>),
}

/// Whether something holds, where the data may not say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tri {
    /// It does.
    Yes,
    /// It does not.
    No,
    /// The data do not say.
    Unknown,
}

impl Tri {
    /// Whether both hold.
    pub fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::No, _) | (_, Self::No) => Self::No,
            (Self::Yes, Self::Yes) => Self::Yes,
            _ => Self::Unknown,
        }
    }
}

impl From<bool> for Tri {
    fn from(holds: bool) -> Self {
        if holds { Self::Yes } else { Self::No }
    }
}

impl From<Option<bool>> for Tri {
    fn from(holds: Option<bool>) -> Self {
        holds.map_or(Self::Unknown, Self::from)
    }
}

/// The attributes that a `where` names, as words of a pack.
pub fn attribute_names(conditions: &Where) -> impl Iterator<Item = Name<'_>> {
    conditions.keys().map(|key| Name { noun: Noun::Attribute, word: &key.0 })
}

/// The attributes of areas that an `among` names, as words of a pack.
pub fn area_attribute_names(conditions: &Where) -> impl Iterator<Item = Name<'_>> {
    conditions.keys().map(|key| Name { noun: Noun::AreaAttribute, word: &key.0 })
}

/// Conditions made ready for the columns of one table.
pub struct Filter<'a> {
    conditions: Vec<(&'a str, Option<Test<'a>>)>,
}

/// One condition against one column.
enum Test<'a> {
    /// Words, by code: 0 is the empty cell.
    Codes {
        codes: &'a [u32],
        accepted: Vec<Tri>,
    },
    Cells {
        column: &'a Column,
        condition: &'a Condition,
    },
}

impl<'a> Filter<'a> {
    /// Conditions over the columns that `column` finds; one without a column is unknown for all.
    pub fn new(conditions: &'a Where, column: impl Fn(&str) -> Option<&'a Column>) -> Self {
        let prepare = |(key, condition): (&'a SpannedKey, &'a Condition)| {
            let key = key.0.get_ref().as_str();
            let test = column(key).map(|column| match column {
                Column::Text { codes, words } => {
                    let accepted = std::iter::once(Tri::Unknown)
                        .chain(words.iter().map(|word| condition.accepts(Value::Text(word))))
                        .collect();
                    Test::Codes { codes, accepted }
                }
                _ => Test::Cells { column, condition },
            });
            (key, test)
        };
        Self { conditions: conditions.iter().map(prepare).collect() }
    }

    /// Whether entry `row` meets all conditions.
    pub fn holds(&self, row: usize) -> Tri {
        self.conditions.iter().fold(Tri::Yes, |all, (_, test)| all.and(Self::test(test.as_ref(), row)))
    }

    /// The attributes that leave entry `row` undecided.
    pub fn missing(&self, row: usize) -> impl Iterator<Item = &'a str> + '_ {
        self.conditions
            .iter()
            .filter(move |(_, test)| Self::test(test.as_ref(), row) == Tri::Unknown)
            .map(|&(key, _)| key)
    }

    /// Why the verdict on the facility `row` alone is unknown, where the conditions leave it undecided.
    pub fn why_unknown(&self, row: usize) -> Reason {
        Reason::NoAttribute { attributes: self.missing(row).map(str::to_owned).collect(), n_facilities: 1 }
    }

    fn test(test: Option<&Test<'_>>, row: usize) -> Tri {
        match test {
            None => Tri::Unknown,
            Some(Test::Codes { codes, accepted }) => accepted[codes[row] as usize],
            Some(Test::Cells { column, condition }) => {
                column.get(row).map_or(Tri::Unknown, |value| condition.accepts(value))
            }
        }
    }
}

impl Condition {
    /// Whether a value that is there meets it. Of a value of another kind, such as a word where yes or no is asked, it is
    /// not known: the file was not written for this question.
    fn accepts(&self, value: Value<'_>) -> Tri {
        match (self, value) {
            (Self::Flag(wanted), Value::Flag(found)) => (*wanted == found).into(),
            (Self::Flag(wanted), Value::Number(found)) if found == 0.0 || found == 1.0 => {
                (*wanted == (found == 1.0)).into()
            }
            (Self::Number(wanted), Value::Number(found)) => (*wanted == found).into(),
            (Self::Word(wanted), found) => Self::is_word(wanted, found),
            (Self::AnyOf(wanted), found) => {
                let any = wanted.iter().map(|wanted| Self::is_word(wanted, found));
                any.reduce(|any, is| if any == Tri::Yes { any } else { is }).unwrap_or(Tri::No)
            }
            _ => Tri::Unknown,
        }
    }

    fn is_word(wanted: &str, found: Value<'_>) -> Tri {
        match found {
            Value::Text(found) => (wanted == found).into(),
            Value::Date(found) => (wanted == found.to_string()).into(),
            Value::Number(found) => wanted.parse().map_or(Tri::Unknown, |wanted: f64| (wanted == found).into()),
            Value::Flag(_) => Tri::Unknown,
        }
    }
}

/// The facilities of a service that meet the conditions or may meet them.
pub struct Selection {
    /// The service.
    pub service: ServiceId,
    /// Facilities that meet the conditions, in the order of their ids.
    pub yes: Vec<FacilityId>,
    /// Facilities that may: an attribute is missing.
    pub maybe: Vec<FacilityId>,
    /// The attributes missing, sorted.
    pub missing: Vec<String>,
}

impl Selection {
    /// All that meet the conditions or may, with which.
    pub fn iter(&self) -> impl Iterator<Item = (FacilityId, Tri)> {
        let yes = self.yes.iter().map(|&facility| (facility, Tri::Yes));
        yes.chain(self.maybe.iter().map(|&facility| (facility, Tri::Unknown)))
    }

    /// All that meet the conditions or may.
    pub fn facilities(&self) -> impl Iterator<Item = FacilityId> + Clone {
        self.yes.iter().chain(&self.maybe).copied()
    }

    /// Whether `facility` surely meets the conditions.
    pub fn is_sure(&self, facility: FacilityId) -> bool {
        self.yes.binary_search(&facility).is_ok()
    }

    /// Why a verdict that these could change is unknown.
    pub fn why_maybe(&self) -> Reason {
        Reason::NoAttribute { attributes: self.missing.clone(), n_facilities: self.maybe.len() }
    }
}

/// A selection in which some facilities stand in place of others.
#[derive(Clone)]
pub struct Roster {
    selection: Arc<Selection>,
    gone: Vec<(FacilityId, Tri)>,
    new: Vec<(FacilityId, Tri)>,
}

impl Roster {
    /// As selected.
    pub fn new(selection: Selection) -> Self {
        Self { selection: Arc::new(selection), gone: Vec::new(), new: Vec::new() }
    }

    /// As selected, nothing replaced.
    pub fn selection(&self) -> &Selection {
        &self.selection
    }

    /// Puts some in place of others.
    pub fn replace(&mut self, gone: Vec<(FacilityId, Tri)>, new: Vec<(FacilityId, Tri)>) {
        self.gone.extend(gone);
        self.new.extend(new);
    }

    /// Whether a facility meets the conditions; `None` where it surely does not, or does not stand.
    pub fn status(&self, facility: FacilityId) -> Option<Tri> {
        let among = |rows: &[(FacilityId, Tri)]| rows.iter().find(|(id, _)| *id == facility).map(|&(_, status)| status);
        match among(&self.new) {
            Some(status) => Some(status),
            None if among(&self.gone).is_some() => None,
            None if self.selection.is_sure(facility) => Some(Tri::Yes),
            None => self.selection.maybe.binary_search(&facility).is_ok().then_some(Tri::Unknown),
        }
    }
}

/// An attribute of facilities that is counted or summed, such as beds.
#[derive(Clone, Copy)]
pub struct Amounts<'a> {
    key: &'a str,
    column: Option<&'a Column>,
}

impl<'a> Amounts<'a> {
    /// How much `facility` has; `None` where the file says nothing, or gives what cannot be an amount.
    pub fn of(&self, facility: FacilityId) -> Option<f64> {
        let amount = self.column?.number(facility.index())?;
        (amount.is_finite() && 0.0 <= amount).then_some(amount)
    }

    /// Why a verdict that rests on the amounts of so many other facilities is unknown.
    pub fn why_missing(&self, n_facilities: usize) -> Reason {
        Reason::NoAttribute { attributes: vec![self.key.to_owned()], n_facilities }
    }

    /// How many of `facilities` have no amount, if any.
    pub fn lacking(&self, facilities: impl IntoIterator<Item = FacilityId>) -> Option<Remark> {
        lacking(self.key, facilities, |facility| self.of(facility).is_none())
    }
}

/// The remark that some of `facilities` lack an attribute, if any does.
fn lacking(
    key: &str,
    facilities: impl IntoIterator<Item = FacilityId>,
    lacks: impl Fn(FacilityId) -> bool,
) -> Option<Remark> {
    let n_facilities = facilities.into_iter().filter(|&facility| lacks(facility)).count();
    (0 < n_facilities).then(|| Remark::Lacks { attribute: key.to_owned(), n_facilities })
}

/// The verdict on an area that lacks an attribute of `among` and would else be unmet.
pub fn unknown_area(among: &Where) -> Verdict {
    let attributes = among.keys().map(|key| key.0.get_ref().clone()).collect();
    Verdict::unknown(Reason::NoAreaAttribute { attributes })
}

/// Whether `area` is one of these, which are in the order of their ids; `None` if it is not.
pub fn chosen(areas: &[(AreaId, Tri)], area: AreaId) -> Option<Tri> {
    areas.binary_search_by_key(&area, |&(area, _)| area).ok().map(|at| areas[at].1)
}

impl<'a> Case<'a> {
    /// All rows of a service that meet the conditions or may, whether they stand or not; in the order of their ids.
    pub fn rows(&self, service: ServiceId, conditions: &Where) -> Vec<(FacilityId, Tri)> {
        let own = self.world.facilities.iter().filter(|(_, row)| row.service == service);
        own.map(|(id, _)| (id, self.holds(conditions, id))).filter(|&(_, holds)| holds != Tri::No).collect()
    }

    /// The facilities that surely count in each area of `level`, the first few, for evidence.
    pub fn facilities_by_area(
        &self,
        level: LevelId,
        items: impl IntoIterator<Item = (Option<AreaId>, FacilityId, Tri)>,
    ) -> HashMap<AreaId, Vec<FacilityId>> {
        let mut by_area: HashMap<AreaId, Vec<FacilityId>> = HashMap::new();
        if self.detail == Detail::Figures {
            return by_area;
        }
        for (area, facility, status) in items {
            let holder = area.and_then(|area| self.world.areas.ancestor(area, level));
            if let (Some(holder), Tri::Yes) = (holder, status) {
                let named = by_area.entry(holder).or_default();
                if named.len() < Evidence::FACILITIES {
                    named.push(facility);
                }
            }
        }
        by_area
    }

    /// The nearest accepted facility of `service` to the point that stands for `area`, for evidence.
    pub fn nearest_to_area(
        &self,
        area: AreaId,
        service: ServiceId,
        accept: impl Fn(FacilityId) -> bool,
    ) -> Option<(FacilityId, Cost)> {
        match self.detail {
            Detail::Evidence => self.travel.nearest_to_area(area, service, accept),
            Detail::Figures => None,
        }
    }

    /// The nearest accepted facility of `service` to `estate`, for evidence.
    pub fn nearest_to_estate(
        &self,
        estate: EstateId,
        service: ServiceId,
        accept: impl Fn(FacilityId) -> bool,
    ) -> Option<(FacilityId, Cost)> {
        match self.detail {
            Detail::Evidence => self.travel.nearest_to_estate(estate, service, accept),
            Detail::Figures => None,
        }
    }

    /// A limit as a number of the unit that the study's costs are in.
    ///
    /// # Errors
    /// [`Reason::OtherUnit`] where it is in another.
    pub fn limit(&self, limit: Cost) -> Result<f64, Reason> {
        let (asked, known) = (limit.unit(), self.travel.unit());
        if asked == known { Ok(limit.get()) } else { Err(Reason::OtherUnit { asked, known }) }
    }

    /// Why it is not known what it costs to get somewhere.
    pub fn no_cost(&self) -> Reason {
        if self.world.costs.is_some() { Reason::NotListed } else { Reason::NoPlace }
    }

    /// The facilities of `service` that meet `conditions` or may.
    ///
    /// # Errors
    /// [`Reason::NoService`] where the study holds no data on the service.
    pub fn select(&self, service: &str, conditions: &Where) -> Result<Selection, Reason> {
        let facilities = &self.world.facilities;
        let id = facilities.service(service).ok_or_else(|| Reason::NoService(service.to_owned()))?;
        let filter = self.facility_filter(conditions);
        let mut selection = Selection { service: id, yes: Vec::new(), maybe: Vec::new(), missing: Vec::new() };
        for &facility in &facilities.services()[id].facilities {
            match filter.holds(facility.index()) {
                Tri::Yes => selection.yes.push(facility),
                Tri::No => {}
                Tri::Unknown => {
                    for key in filter.missing(facility.index()) {
                        if !selection.missing.iter().any(|missing| missing == key) {
                            selection.missing.push(key.to_owned());
                        }
                    }
                    selection.maybe.push(facility);
                }
            }
        }
        selection.missing.sort();
        Ok(selection)
    }

    /// Whether one facility meets the conditions: those of [`Case::facility_filter`], which is for many.
    pub fn holds(&self, conditions: &Where, facility: FacilityId) -> Tri {
        let test = |(key, condition): (&SpannedKey, &Condition)| {
            let column = self.world.facilities.attribute(key.0.get_ref());
            let value = column.and_then(|column| column.get(facility.index()));
            value.map_or(Tri::Unknown, |value| condition.accepts(value))
        };
        conditions.iter().map(test).fold(Tri::Yes, Tri::and)
    }

    /// Conditions on attributes of facilities, ready to ask.
    pub fn facility_filter<'w>(&self, conditions: &'w Where) -> Filter<'w>
    where
        'a: 'w,
    {
        Filter::new(conditions, |key| self.world.facilities.attribute(key))
    }

    /// An attribute of facilities that is counted or summed.
    pub fn amounts<'w>(&self, key: &'w str) -> Amounts<'w>
    where
        'a: 'w,
    {
        Amounts { key, column: self.world.facilities.attribute(key) }
    }

    /// For each attribute of `conditions`, how many of `facilities` lack it, if any.
    pub fn lacking<'w>(
        &self,
        conditions: &'w Where,
        facilities: impl Iterator<Item = FacilityId> + Clone + 'w,
    ) -> impl Iterator<Item = Remark> + 'w
    where
        'a: 'w,
    {
        let all = &self.world.facilities;
        conditions.keys().filter_map(move |key| {
            let key = key.0.get_ref();
            let column = all.attribute(key);
            lacking(key, facilities.clone(), |facility| {
                column.is_none_or(|column| column.get(facility.index()).is_none())
            })
        })
    }

    /// The level whose areas get their own verdict. `None` where the check names none, or where the study has none
    /// and the areas decide nothing.
    ///
    /// # Errors
    /// [`Reason::NoLevel`] where the areas decide and the study has none.
    pub fn each(&self, level: Option<&Spanned<String>>, decide: Decide) -> Result<Option<LevelId>, Reason> {
        let Some(level) = level else { return Ok(None) };
        match self.areas(level.get_ref(), &Where::new()) {
            Ok((level, _)) => Ok(Some(level)),
            Err(_) if decide == Decide::Whole => Ok(None),
            Err(why) => Err(why),
        }
    }

    /// The areas of `level` that meet `among` or may, in the order of their ids.
    ///
    /// # Errors
    /// [`Reason::NoLevel`] where the study has no area of the level.
    pub fn areas(&self, level: &str, among: &Where) -> Result<(LevelId, Vec<(AreaId, Tri)>), Reason> {
        let areas = &self.world.areas;
        let id = areas
            .level(level)
            .filter(|&id| !areas.at_level(id).is_empty())
            .ok_or_else(|| Reason::NoLevel(level.to_owned()))?;
        let filter = Filter::new(among, |key| areas.attribute(key));
        let chosen = areas
            .at_level(id)
            .iter()
            .map(|&area| (area, filter.holds(area.index())))
            .filter(|&(_, holds)| holds != Tri::No)
            .collect();
        Ok((id, chosen))
    }

    /// The group called `key`, whose numbers are persons.
    ///
    /// # Errors
    /// [`Reason::NoGroup`] where no layer counts it, [`Reason::Proxy`] where what is counted stands for people only.
    pub fn group(&self, key: &str) -> Result<GroupId, Reason> {
        let group = self.demand(key)?;
        self.world.people.proxy.map_or(Ok(group), |proxy| Err(Reason::Proxy(proxy)))
    }

    /// The group called `key`, whose numbers may be those of a proxy: good for shares, for nothing that counts people.
    ///
    /// # Errors
    /// [`Reason::NoGroup`] where no layer counts it.
    pub fn demand(&self, key: &str) -> Result<GroupId, Reason> {
        self.world.people.group(key).ok_or_else(|| Reason::NoGroup(key.to_owned()))
    }

    /// What the numbers of a group are counted in.
    pub fn demand_unit(&self) -> Unit {
        match self.world.people.proxy {
            None => Unit::Persons,
            Some(Proxy::DwellingFloor) => Unit::DwellingFloor,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn condition(toml: &str) -> Condition {
        #[derive(Deserialize)]
        struct One {
            is: Condition,
        }
        toml::from_str::<One>(&format!("is = {toml}")).unwrap().is
    }

    #[test]
    fn a_value_of_the_kind_asked_for_meets_the_condition_or_not() {
        let day = Value::Date(jiff::civil::date(2020, 9, 1));
        for (asked, yes, no) in [
            ("true", Value::Flag(true), Value::Flag(false)),
            ("false", Value::Flag(false), Value::Flag(true)),
            ("3", Value::Number(3.0), Value::Number(4.0)),
            ("\"public\"", Value::Text("public"), Value::Text("private")),
            ("[\"a\", \"b\"]", Value::Text("b"), Value::Text("c")),
            ("\"2020-09-01\"", day, Value::Date(jiff::civil::date(2020, 9, 2))),
        ] {
            assert_eq!(condition(asked).accepts(yes), Tri::Yes, "{asked}");
            assert_eq!(condition(asked).accepts(no), Tri::No, "{asked}");
        }
    }

    #[test]
    fn ones_and_zeros_answer_yes_and_no_and_words_may_be_numbers() {
        assert_eq!(condition("true").accepts(Value::Number(1.0)), Tri::Yes);
        assert_eq!(condition("false").accepts(Value::Number(1.0)), Tri::No);
        assert_eq!(condition("true").accepts(Value::Number(2.0)), Tri::Unknown);
        assert_eq!(condition("\"3\"").accepts(Value::Number(3.0)), Tri::Yes);
        assert_eq!(condition("[\"1\", \"2\"]").accepts(Value::Number(3.0)), Tri::No);
    }

    // A column of flags in which one cell says `maybe` is a column of words.
    #[test]
    fn of_a_value_of_another_kind_nothing_is_known() {
        for (asked, found) in [
            ("true", Value::Text("yes")),
            ("3", Value::Text("3 or so")),
            ("\"public\"", Value::Flag(true)),
            ("\"public\"", Value::Number(1.0)),
            ("[\"a\", \"b\"]", Value::Flag(true)),
        ] {
            assert_eq!(condition(asked).accepts(found), Tri::Unknown, "{asked}");
        }
    }
}
