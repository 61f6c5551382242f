//! Membership: every facility belongs to a group, and every group has its lead.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use schemars::JsonSchema;
use serde::Deserialize;
use toml::Spanned;

use super::finding::{Evidence, Finding, Of, Quantity, Reason, Remark, Required, Subject, Threshold, Unit, Verdict};
use super::parts::{self, ByParts, Kept, Roll, Swap};
use super::select::{Filter, Roster, Tri, Where, attribute_names};
use super::{Case, Kind, Mistake, Name, Noun, Surplus, repeated};
use crate::model::{Column, FacilityId, Id, Value};
use crate::units::Decimal;

/// Every facility belongs to a group, every group has its lead, and the groups that must exist do.
///
/// # What is judged
/// Each facility of `service` that meets `where`: at least one of the attributes of `any-of` names a group that it
/// belongs to. The word `none` (or `无`) says that it belongs to none, a plain yes that it belongs to one without a name,
/// a plain no that it belongs to none; an empty cell says nothing.
/// With `lead`, each group, that is each word of each of these attributes: at least one of its facilities has yes in
/// the attribute `lead`. With `named`, each of these groups: at least one facility names it in the first attribute of
/// `any-of`. One facility is enough for either.
///
/// # Observed, margin, shortfall
/// Observed: facilities that belong to a group, of all. Margin: 0 where met; where unmet, minus the facilities without a
/// group and the groups without a lead or a member. Shortfall: 1 facility for each of these.
///
/// # Unknown
/// A facility that belongs to no group for sure, and for which one of the attributes is empty. A group without a lead,
/// if `lead` is empty for one of its facilities, or if a facility that may be in it (that attribute is empty for it, and
/// no other names its group) may be a lead. A named group without a member, if its attribute is empty for a facility.
/// And all that hangs on a facility with a missing attribute of `where`.
///
/// # Example
/// ```toml
/// check.membership = { service = "school", where = { stage = ["primary", "junior"] }, any-of = ["group", "alliance"], lead = "group-lead", named = ["east", "west", "north", "puwan"] }
/// ```
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Membership {
    /// The service.
    #[schemars(with = "String")]
    pub service: Spanned<String>,
    /// Which of its facilities, by their attributes.
    #[serde(default)]
    pub r#where: Where,
    /// Attributes of which one must name the group that the facility belongs to.
    #[schemars(with = "Vec<String>")]
    pub any_of: Vec<Spanned<String>>,
    /// The attribute that marks the lead facility of a group.
    #[serde(default)]
    #[schemars(with = "Option<String>")]
    pub lead: Option<Spanned<String>>,
    /// Groups that must exist, as words of the first attribute.
    #[serde(default)]
    #[schemars(with = "Vec<String>")]
    pub named: Vec<Spanned<String>>,
}

impl Kind for Membership {
    fn names(&self) -> Vec<Name<'_>> {
        let mut names = vec![Name { noun: Noun::Service, word: &self.service }];
        names.extend(attribute_names(&self.r#where));
        names.extend(self.any_of.iter().map(|word| Name { noun: Noun::Attribute, word }));
        names.extend(self.lead.iter().map(|word| Name { noun: Noun::Attribute, word }));
        names
    }

    fn mistakes(&self) -> Vec<Mistake> {
        let no_attribute = self.any_of.is_empty().then(|| Mistake {
            at: self.service.span(),
            what: "`any-of` names no attribute that could name a group".to_owned(),
            help: "name one attribute or more, such as [\"group\"]".to_owned(),
        });
        let twice = repeated(&self.any_of).chain(repeated(&self.named)).map(|word| Mistake {
            at: word.span(),
            what: format!("`{}` is named twice", word.get_ref()),
            help: "name it once".to_owned(),
        });
        let none = self.named.iter().filter(|word| is_none(word.get_ref())).map(|word| Mistake {
            at: word.span(),
            what: format!("`{}` stands for no group", word.get_ref()),
            help: "name groups only".to_owned(),
        });
        no_attribute.into_iter().chain(twice).chain(none).collect()
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

    /// Facilities with a group, and groups that are named; whether another group that comes or goes has its lead is no sum.
    fn surpluses(&self, case: &Case<'_>) -> Option<Vec<Surplus>> {
        let Ok(selection) = case.select(self.service.get_ref(), &self.r#where) else {
            return Some(vec![Surplus::blocked()]);
        };
        let reader = Reader::of(self, case);
        let mut own = Surplus::known(Of::Whole, 0.0);
        let named = self.named.iter().map(|word| (word.get_ref(), 0.0));
        let mut named: Vec<(&String, f64)> = named.collect();
        for row in selection.iter() {
            let (member, belongs) = reader.member(row);
            match self.judge_member(case, member, &belongs).verdict {
                Verdict::Unmet => own.amount -= 1.0,
                Verdict::Unknown { .. } => own.blocked += 1,
                Verdict::Met | Verdict::NotCheckable { .. } => {}
            }
            let is_enough = member.chosen == Tri::Yes && (self.lead.is_none() || member.lead == Tri::Yes);
            if let (true, Some(Belongs::To(word))) = (is_enough, belongs.first()) {
                named.iter_mut().filter(|(own, _)| *own == word).for_each(|(_, n_members)| *n_members += 1.0);
            }
        }
        let named = named.into_iter().map(|(word, n_members)| Surplus::known(Of::Part(word.clone()), n_members - 1.0));
        Some(std::iter::once(own).chain(named).collect())
    }
}

/// Whether a word says that a facility belongs to no group.
fn is_none(word: &str) -> bool {
    word == "none" || word == "无"
}

/// What one attribute says of the group of a facility.
#[derive(Clone, Debug, PartialEq)]
enum Belongs {
    To(String),
    /// To one that the file does not name: the attribute is a plain yes.
    ToSome,
    ToNone,
    Unsaid,
}

impl Belongs {
    fn read(column: Option<&Column>, row: usize) -> Self {
        match column.and_then(|column| column.get(row)) {
            None => Self::Unsaid,
            Some(Value::Text(word)) if is_none(word) => Self::ToNone,
            Some(Value::Text(word)) => Self::To(word.to_owned()),
            // Groups may be numbered.
            Some(Value::Number(number)) => Self::To(Decimal(number, 6).to_string()),
            Some(Value::Date(date)) => Self::To(date.to_string()),
            Some(Value::Flag(false)) => Self::ToNone,
            Some(Value::Flag(true)) => Self::ToSome,
        }
    }
}

/// A facility that is meant, or may be.
#[derive(Clone, Copy)]
struct Member {
    facility: FacilityId,
    /// Whether it meets `where`.
    chosen: Tri,
    /// Whether it is a lead.
    lead: Tri,
}

/// A group: the attribute of `any-of` by its position, and the word.
type Key = (usize, String);

/// How many facilities could mend any group of one attribute, for all that is known.
#[derive(Clone, Copy, Default)]
struct Outside {
    /// Facilities that may belong to one that no facility names.
    n_may_belong: usize,
    /// Facilities that may be the lead of one without.
    n_may_lead: usize,
}

/// The facilities and their groups.
#[derive(Clone)]
pub struct Books {
    roster: Roster,
    /// The members of each group, in the order of their ids.
    groups: Arc<BTreeMap<Key, Vec<Member>>>,
    /// Those that stand in place of others in `groups`.
    changed: BTreeMap<Key, Vec<Member>>,
    /// The groups that are judged, in the order of the finding, and what each is called.
    judged: Arc<Vec<(Key, String)>>,
    /// The position of each in `judged`, by what it is called.
    called: Arc<HashMap<String, usize>>,
    /// One an attribute.
    outside: Vec<Outside>,
}

impl Books {
    fn members(&self, key: &Key) -> &[Member] {
        self.changed.get(key).or_else(|| self.groups.get(key)).map_or(&[], Vec::as_slice)
    }
}

/// A group that is judged.
struct Group<'a> {
    /// Which attribute of `any-of`.
    at: usize,
    word: &'a str,
    members: &'a [Member],
}

impl Group<'_> {
    /// Whether any of its facilities is surely meant.
    fn is_sure(&self) -> bool {
        self.members.iter().any(|member| member.chosen == Tri::Yes)
    }

    /// What it lacks where it is unmet.
    fn lacking(&self) -> Remark {
        let group = self.word.to_owned();
        if self.members.is_empty() { Remark::NoMember { group } } else { Remark::NoLead { group } }
    }
}

impl ByParts for Membership {
    type Books = Books;

    fn books(&self, case: &Case<'_>) -> Result<Books, Reason> {
        let selection = case.select(self.service.get_ref(), &self.r#where)?;
        let reader = Reader::of(self, case);
        let mut rows: Vec<(FacilityId, Tri)> = selection.iter().collect();
        rows.sort_unstable_by_key(|&(facility, _)| facility);
        let mut groups: BTreeMap<Key, Vec<Member>> = BTreeMap::new();
        let mut outside = vec![Outside::default(); self.any_of.len()];
        for row in rows {
            let (member, belongs) = reader.member(row);
            for (at, belongs) in belongs.iter().enumerate() {
                if let Belongs::To(word) = belongs {
                    groups.entry((at, word.clone())).or_default().push(member);
                }
            }
            reader.count(&mut outside, member, &belongs, |n| *n += 1);
        }
        let judged = self.judged(&groups);
        Ok(Books {
            roster: Roster::new(selection),
            groups: Arc::new(groups),
            changed: BTreeMap::new(),
            called: Arc::new(judged.iter().enumerate().map(|(at, (_, name))| (name.clone(), at)).collect()),
            judged: Arc::new(judged),
            outside,
        })
    }

    fn all(&self, _case: &Case<'_>, books: &Books) -> Vec<Of> {
        let mut facilities: Vec<FacilityId> = books.roster.selection().facilities().collect();
        facilities.sort_unstable();
        let groups = books.judged.iter().map(|(_, name)| Of::Part(name.clone()));
        facilities.into_iter().map(Of::Facility).chain(groups).collect()
    }

    fn subject(&self, case: &Case<'_>, books: &Books, of: &Of) -> Option<Subject> {
        match of {
            &Of::Facility(facility) => {
                let chosen = books.roster.status(facility)?;
                let (member, belongs) = Reader::of(self, case).member((facility, chosen));
                Some(self.judge_member(case, member, &belongs))
            }
            Of::Part(name) => {
                let (key, _) = &books.judged[*books.called.get(name)?];
                Some(self.group(case, books, key, name))
            }
            _ => None,
        }
    }

    fn conclude(&self, _case: &Case<'_>, _books: &Books, roll: &Roll) -> Finding {
        let all = roll.all();
        let (verdict, shortfall) = (all.verdict(), all.shortfall());
        let unit = Unit::Facilities { service: self.service.get_ref().clone() };
        let margin = match verdict {
            Verdict::Met => Some(0.0),
            Verdict::Unmet => shortfall.map(|lacking| -lacking),
            _ => None,
        };
        let threshold = Threshold::AtLeast(roll.facilities.len() as f64);
        Finding {
            observed: Some(Quantity { value: roll.facilities.met as f64, unit: unit.clone() }),
            required: Some(Required { threshold, unit: unit.clone() }),
            margin: margin.map(|value| Quantity { value, unit: unit.clone() }),
            subject_unit: Some(unit.clone()),
            shortfall_unit: Some(unit),
            shortfall,
            ..Finding::bare(verdict)
        }
    }

    fn replace(&self, case: &Case<'_>, books: &Books, swap: &Swap<'_>) -> Option<(Books, Vec<Of>)> {
        let (gone, new) = swap.of(case, self.service.get_ref(), &self.r#where);
        let reader = Reader::of(self, case);
        let mut books = books.clone();
        let before = books.outside.clone();
        for (rows, is_new) in [(&gone, false), (&new, true)] {
            for &row in rows {
                let (member, belongs) = reader.member(row);
                for (at, belongs) in belongs.iter().enumerate() {
                    let Belongs::To(word) = belongs else { continue };
                    let key = (at, word.clone());
                    let mut members = books.members(&key).to_vec();
                    match members.binary_search_by_key(&member.facility, |other| other.facility) {
                        Ok(position) if !is_new => drop(members.remove(position)),
                        Err(position) if is_new => members.insert(position, member),
                        Ok(_) | Err(_) => {}
                    }
                    books.changed.insert(key, members);
                }
                reader.count(&mut books.outside, member, &belongs, |n| {
                    *n = if is_new { *n + 1 } else { n.saturating_sub(1) };
                });
            }
        }
        // A group that comes or goes may change what others are called; facilities that could mend any group, or none
        // any more, may change all verdicts.
        let is_same = |key: &Key, members: &Vec<Member>| members.is_empty() != books.groups.contains_key(key);
        let zeros = |outside: &[Outside]| -> Vec<[bool; 2]> {
            outside.iter().map(|outside| [outside.n_may_belong == 0, outside.n_may_lead == 0]).collect()
        };
        if !books.changed.iter().all(|(key, members)| is_same(key, members)) || zeros(&before) != zeros(&books.outside)
        {
            return None;
        }
        let groups = books.judged.iter().filter(|(key, _)| books.changed.contains_key(key));
        let mut touched: Vec<Of> = groups.map(|(_, name)| Of::Part(name.clone())).collect();
        touched.extend(gone.iter().chain(&new).map(|&(facility, _)| Of::Facility(facility)));
        books.roster.replace(gone, new);
        Some((books, touched))
    }
}

/// The columns that say what a facility belongs to, and whether it leads.
struct Reader<'a> {
    columns: Vec<Option<&'a Column>>,
    leads: Option<&'a Column>,
}

impl<'a> Reader<'a> {
    fn of(check: &Membership, case: &Case<'a>) -> Self {
        let attribute = |key: &Spanned<String>| case.world.facilities.attribute(key.get_ref());
        Self { columns: check.any_of.iter().map(attribute).collect(), leads: check.lead.as_ref().and_then(attribute) }
    }

    fn member(&self, (facility, chosen): (FacilityId, Tri)) -> (Member, Vec<Belongs>) {
        let belongs = self.columns.iter().map(|&column| Belongs::read(column, facility.index())).collect();
        let lead = self.leads.and_then(|leads| leads.flag(facility.index())).into();
        (Member { facility, chosen, lead }, belongs)
    }

    /// Changes the numbers of facilities that could mend any group, if this is one.
    fn count(&self, outside: &mut [Outside], member: Member, belongs: &[Belongs], change: impl Fn(&mut usize)) {
        for (outside, own) in outside.iter_mut().zip(belongs) {
            if matches!(own, Belongs::Unsaid | Belongs::ToSome) {
                change(&mut outside.n_may_belong);
            }
            if *own == Belongs::Unsaid && !has_group(belongs) && member.lead != Tri::No {
                change(&mut outside.n_may_lead);
            }
        }
    }
}

/// Whether some attribute names a group.
fn has_group(belongs: &[Belongs]) -> bool {
    belongs.iter().any(|belongs| matches!(belongs, Belongs::To(_) | Belongs::ToSome))
}

impl Membership {
    fn judge_member(&self, case: &Case<'_>, member: Member, belongs: &[Belongs]) -> Subject {
        let silent = self.any_of.iter().zip(belongs).filter(|(_, belongs)| **belongs == Belongs::Unsaid);
        let silent: Vec<String> = silent.map(|(key, _)| key.get_ref().clone()).collect();
        let verdict = if has_group(belongs) {
            Verdict::Met
        } else if !silent.is_empty() {
            Verdict::unknown(Reason::NoAttribute { attributes: silent, n_facilities: 1 })
        } else if member.chosen == Tri::Unknown {
            Verdict::unknown(case.facility_filter(&self.r#where).why_unknown(member.facility.index()))
        } else {
            Verdict::Unmet
        };
        Subject {
            of: Of::Facility(member.facility),
            observed: None,
            shortfall: (verdict == Verdict::Unmet).then_some(1.0),
            verdict,
            evidence: Evidence::default(),
        }
    }

    fn group(&self, case: &Case<'_>, books: &Books, key: &Key, name: &str) -> Subject {
        let group = Group { at: key.0, word: &key.1, members: books.members(key) };
        let verdict = self.judge_group(&group, &books.outside[group.at], &case.facility_filter(&self.r#where));
        let n_members = Some(group.members.len() as f64);
        Subject {
            of: Of::Part(name.to_owned()),
            observed: n_members,
            shortfall: (verdict == Verdict::Unmet).then_some(1.0),
            evidence: Evidence {
                counted: n_members,
                facilities: group.members.iter().take(Evidence::FACILITIES).map(|member| member.facility).collect(),
                remarks: (verdict == Verdict::Unmet).then(|| group.lacking()).into_iter().collect(),
                ..Evidence::default()
            },
            verdict,
        }
    }

    /// The groups that are judged, and what each is called: those named, then, where each must have a lead, all others
    /// by attribute and word.
    fn judged(&self, groups: &BTreeMap<Key, Vec<Member>>) -> Vec<(Key, String)> {
        let named: Vec<Key> = self.named.iter().map(|word| (0, word.get_ref().clone())).collect();
        let others = groups.keys().filter(|key| self.lead.is_some() && !named.contains(key)).cloned();
        let keys: Vec<Key> = named.iter().cloned().chain(others).collect();
        let mut n_of_word: HashMap<&str, usize> = HashMap::new();
        for (_, word) in &keys {
            *n_of_word.entry(word).or_default() += 1;
        }
        keys.iter().map(|key| (key.clone(), self.part(key, n_of_word[key.1.as_str()]))).collect()
    }

    /// What a group is called: its word, with its attribute where two attributes use the word.
    fn part(&self, (at, word): &Key, n_of_word: usize) -> String {
        match n_of_word {
            1 => word.clone(),
            _ => format!("{} = {word}", self.any_of[*at].get_ref()),
        }
    }

    fn judge_group(&self, group: &Group<'_>, outside: &Outside, filter: &Filter<'_>) -> Verdict {
        if group.members.is_empty() {
            return self.unmet_unless_silent(group.at, outside.n_may_belong);
        }
        let leads = |member: &Member| if self.lead.is_some() { member.lead } else { Tri::Yes };
        let status = |member: &Member| member.chosen.and(leads(member));
        if group.members.iter().any(|member| status(member) == Tri::Yes) {
            return Verdict::Met;
        }
        let maybe: Vec<&Member> = group.members.iter().filter(|&member| status(member) == Tri::Unknown).collect();
        if !maybe.is_empty() {
            return Verdict::unknown(self.why_maybe(&maybe, filter));
        }
        if !group.is_sure() {
            // Without a lead, and perhaps not a group of those meant at all.
            return Verdict::unknown(self.why_maybe(&group.members.iter().collect::<Vec<_>>(), filter));
        }
        self.unmet_unless_silent(group.at, outside.n_may_lead)
    }

    /// Unmet, unless attribute `at` is empty for facilities that could mend it.
    fn unmet_unless_silent(&self, at: usize, n_facilities: usize) -> Verdict {
        if n_facilities == 0 {
            return Verdict::Unmet;
        }
        Verdict::unknown(Reason::NoAttribute { attributes: vec![self.any_of[at].get_ref().clone()], n_facilities })
    }

    /// Why it is unknown whether one of these is meant and is a lead.
    fn why_maybe(&self, maybe: &[&Member], filter: &Filter<'_>) -> Reason {
        let mut attributes = BTreeSet::new();
        for member in maybe {
            attributes.extend(filter.missing(member.facility.index()));
            let lead = self.lead.as_ref().filter(|_| member.lead == Tri::Unknown);
            attributes.extend(lead.map(|lead| lead.get_ref().as_str()));
        }
        let attributes = attributes.into_iter().map(str::to_owned).collect();
        Reason::NoAttribute { attributes, n_facilities: maybe.len() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::World;
    use crate::model::sketch::Sketch;
    use crate::rules::{try_check, try_mistakes};

    const BELONGS: &str = r#"membership = { service = "school", any-of = ["group", "alliance"] }"#;
    const LEAD: &str = r#"membership = { service = "school", any-of = ["group", "alliance"], lead = "head" }"#;
    const NAMED: &str = r#"membership = { service = "school", any-of = ["group", "alliance"], named = ["east"] }"#;

    // No map: schools, each with its group, its alliance, and whether it is the head of them.
    fn schools(rows: &[(&str, &str, &str)]) -> Sketch {
        let sketch = Sketch::new(&["district"]).service("school");
        rows.iter().enumerate().fold(sketch, |sketch, (n, &(group, alliance, head))| {
            let attributes = [("group", group), ("alliance", alliance), ("head", head)];
            sketch.facility("school", &format!("s{n}"), None, None, &attributes)
        })
    }

    fn world(rows: &[(&str, &str, &str)]) -> World {
        schools(rows).world()
    }

    fn verdicts(finding: &Finding) -> Vec<&str> {
        finding.subjects.iter().map(|subject| subject.verdict.key()).collect()
    }

    fn missing(attributes: &[&str], n_facilities: usize) -> Verdict {
        let attributes = attributes.iter().map(|&key| key.to_owned()).collect();
        Verdict::unknown(Reason::NoAttribute { attributes, n_facilities })
    }

    /// The verdict on a group, and what is remarked on it.
    fn group(finding: &Finding, word: &str) -> (Verdict, Vec<Remark>) {
        let group = finding.subjects.iter().find(|subject| subject.of == Of::Part(word.to_owned())).unwrap();
        (group.verdict.clone(), group.evidence.remarks.clone())
    }

    #[test]
    fn one_attribute_that_names_a_group_is_enough() {
        let finding = try_check(BELONGS, &world(&[("east", "none", ""), ("", "pair", ""), ("无", "pair", "")]));
        assert_eq!(verdicts(&finding), ["met"; 3]);
        assert_eq!((finding.verdict, finding.margin.unwrap().value), (Verdict::Met, 0.0));
        assert_eq!(finding.observed.unwrap().value, 3.0);
    }

    #[test]
    fn a_facility_that_belongs_to_none_is_unmet_and_an_empty_cell_says_nothing() {
        let rows = [("east", "", ""), ("none", "无", ""), ("none", "", ""), ("", "", "")];
        let finding = try_check(BELONGS, &world(&rows));
        assert_eq!(verdicts(&finding), ["met", "unmet", "unknown", "unknown"]);
        assert_eq!(finding.subjects[2].verdict, missing(&["alliance"], 1));
        assert_eq!(finding.subjects[3].verdict, missing(&["group", "alliance"], 1));
        assert_eq!((finding.shortfall, finding.margin.unwrap().value), (Some(1.0), -1.0));
        assert_eq!(finding.required.unwrap().threshold, Threshold::AtLeast(4.0));
    }

    #[test]
    fn an_attribute_that_no_file_has_says_nothing() {
        let finding = try_check(&BELONGS.replace("group", "cluster"), &world(&[("east", "none", "")]));
        assert_eq!(finding.subjects[0].verdict, missing(&["cluster"], 1));
    }

    #[test]
    fn a_numbered_group_is_a_group_and_a_plain_yes_is_some_group() {
        let finding = try_check(LEAD, &world(&[("1", "true", "true"), ("", "true", ""), ("", "false", "")]));
        assert_eq!(verdicts(&finding), ["met", "met", "unknown", "met"]);
        assert_eq!(group(&finding, "1").0, Verdict::Met);
    }

    #[test]
    fn every_group_of_every_attribute_needs_a_lead() {
        let rows = [("east", "none", "true"), ("east", "pair", "false"), ("west", "none", "false")];
        let finding = try_check(LEAD, &world(&rows));
        let lacks = |word: &str| (Verdict::Unmet, vec![Remark::NoLead { group: word.to_owned() }]);
        assert_eq!(group(&finding, "east"), (Verdict::Met, vec![]));
        assert_eq!(group(&finding, "west"), lacks("west"));
        assert_eq!(group(&finding, "pair"), lacks("pair"));
        assert_eq!((finding.verdict, finding.shortfall), (Verdict::Unmet, Some(2.0)));
        assert_eq!(finding.subjects[3].observed, Some(2.0));
        assert_eq!(finding.subjects[3].evidence.facilities, [FacilityId::new(0), FacilityId::new(1)]);
    }

    #[test]
    fn a_group_may_have_a_lead_that_the_file_does_not_mark() {
        let finding = try_check(LEAD, &world(&[("east", "none", "false"), ("east", "none", "")]));
        assert_eq!(group(&finding, "east").0, missing(&["head"], 1));
    }

    #[test]
    fn a_head_whose_group_the_file_does_not_name_may_lead_any() {
        let finding = try_check(LEAD, &world(&[("east", "none", "false"), ("", "none", "true")]));
        assert_eq!(group(&finding, "east").0, missing(&["group"], 1));
        let finding = try_check(LEAD, &world(&[("east", "none", "false"), ("", "none", "false")]));
        assert_eq!(group(&finding, "east").0, Verdict::Unmet);
        let finding = try_check(LEAD, &world(&[("east", "none", "false"), ("", "pair", "true")]));
        assert_eq!(group(&finding, "east").0, Verdict::Unmet);
    }

    #[test]
    fn a_named_group_needs_a_member_by_the_first_attribute() {
        let finding = try_check(NAMED, &world(&[("east", "none", "")]));
        assert_eq!(group(&finding, "east"), (Verdict::Met, vec![]));
        let finding = try_check(NAMED, &world(&[("west", "east", "")]));
        let no_member = Remark::NoMember { group: "east".to_owned() };
        assert_eq!(group(&finding, "east"), (Verdict::Unmet, vec![no_member]));
        assert_eq!((finding.verdict, finding.margin.unwrap().value), (Verdict::Unmet, -1.0));
        let finding = try_check(NAMED, &world(&[("", "east", "")]));
        assert_eq!(group(&finding, "east").0, missing(&["group"], 1));
    }

    #[test]
    fn a_named_group_needs_its_lead_too_and_is_listed_once() {
        let check = NAMED.replace("named", r#"lead = "head", named"#);
        let finding = try_check(&check, &world(&[("east", "none", "false"), ("west", "none", "true")]));
        assert_eq!(verdicts(&finding), ["met", "met", "unmet", "met"]);
        assert_eq!(group(&finding, "east").1, [Remark::NoLead { group: "east".to_owned() }]);
    }

    #[test]
    fn groups_of_two_attributes_with_the_same_word_are_two_groups() {
        let finding = try_check(LEAD, &world(&[("east", "none", "true"), ("none", "east", "false")]));
        assert_eq!(group(&finding, "group = east").0, Verdict::Met);
        assert_eq!(group(&finding, "alliance = east").0, Verdict::Unmet);
    }

    #[test]
    fn what_hangs_on_a_school_that_may_not_be_meant_is_unknown() {
        let meant = |check: &str| check.replace("any-of", "where = { open = true }, any-of");
        let rows = [("east", "none", "true"), ("none", "none", ""), ("west", "none", "false")];
        let finding = try_check(&meant(LEAD), &world(&rows));
        assert_eq!(verdicts(&finding), ["met", "unknown", "met", "unknown", "unknown"]);
        assert_eq!(finding.subjects[1].verdict, missing(&["open"], 1));
        assert_eq!(group(&finding, "east").0, missing(&["open"], 1));
        assert_eq!(group(&finding, "west").0, missing(&["open"], 1));
        assert_eq!(group(&try_check(&meant(NAMED), &world(&rows)), "east").0, missing(&["open"], 1));
    }

    #[test]
    fn no_data_on_the_service_is_unknown_and_no_facility_leaves_nothing_to_judge() {
        let finding = try_check(&BELONGS.replace("school", "college"), &world(&[]));
        assert_eq!(finding.verdict, Verdict::unknown(Reason::NoService("college".to_owned())));
        assert_eq!(try_check(BELONGS, &world(&[])).verdict, Verdict::NotCheckable { why: Reason::NothingHere });
        assert_eq!(try_check(NAMED, &world(&[])).verdict, Verdict::Unmet);
    }

    #[test]
    fn lists_that_make_no_sense_are_mistakes() {
        let underlined =
            |check: &str| -> Vec<String> { try_mistakes(check).into_iter().map(|(word, _)| word).collect() };
        let none = r#"membership = { service = "school", any-of = [] }"#;
        assert_eq!(underlined(none), [r#""school""#]);
        let check = NAMED.replace(r#"["east"]"#, r#"["east", "east", "无"]"#);
        assert_eq!(underlined(&check), [r#""east""#, r#""无""#]);
    }
}
