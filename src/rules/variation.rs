//! Variation: facilities do not differ too much.

use std::collections::BTreeSet;
use std::sync::Arc;

use schemars::JsonSchema;
use serde::Deserialize;
use toml::Spanned;

use super::decide::no_limit;
use super::finding::{
    Evidence, Finding, Of, Quantity, Reason, Remark, Required, Subject, Threshold, Unit, Verdict, all_of,
};
use super::parts::{self, ByParts, Kept, Roll, Swap};
use super::select::{Amounts, Selection, Tri, Where, attribute_names};
use super::{Case, Kind, Mistake, Name, Noun};
use crate::equity::variation::coefficient_of_variation;
use crate::model::{FacilityId, Id};

/// Facilities do not differ too much in what they have per head, as national supervision measures it for schools.
///
/// # What is judged
/// For each of the `parts` (those facilities of `service` that meet `where` and the part's own `where`) and each of the
/// `resources`: the coefficient of variation of the resource per head between the facilities, weighted with their
/// heads, the attribute `per` (pupils). With x_i the resource and P_i the heads of facility i: X_i = x_i / P_i,
/// X̄ = Σ x_i / Σ P_i, S = √(Σ (P_i / ΣP) (X_i − X̄)²), CV = S / X̄ (教督〔2012〕3号, 教督〔2017〕6号). A part is met when
/// the mean of its coefficients (`combine = "mean"`, as in 2012) or each of them (`combine = "each"`, as in 2017) is
/// `at-most` or less; the limit itself is enough. All parts must be met. Facilities without heads are left out.
///
/// # Observed, margin, shortfall
/// Observed: the part's mean or highest coefficient, of the part farthest behind. Margin: how far it is below that
/// part's limit. Shortfall of a part or a resource: by how much its coefficient is over the limit; these do not add up.
///
/// # Unknown
/// Where a facility lacks the resource or its heads, or an attribute that says whether it belongs to the part, the
/// coefficient is unknown, and so is a mean with it. A negative number is no amount. Where there are fewer than two
/// facilities with heads, or none of them has any of the resource, there is nothing to judge.
///
/// # Example
/// ```toml
/// check.variation = { service = "school", resources = ["teaching-area", "computers"], per = "pupils", combine = "mean", parts = [ { name = "primary", where = { stage = "primary" }, at-most = 0.65 }, { name = "junior", where = { stage = "junior" }, at-most = 0.55 } ] }
/// ```
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Variation {
    /// The service.
    #[schemars(with = "String")]
    pub service: Spanned<String>,
    /// Which of its facilities, by their attributes.
    #[serde(default)]
    pub r#where: Where,
    /// The attributes compared.
    #[schemars(with = "Vec<String>")]
    pub resources: Spanned<Vec<Spanned<String>>>,
    /// The attribute that each resource is divided by and schools are weighted with.
    #[schemars(with = "String")]
    pub per: Spanned<String>,
    /// Whether the mean of the coefficients is judged, or each.
    pub combine: Combine,
    /// The parts that are judged apart, each with its limit.
    #[schemars(with = "Vec<Part>")]
    pub parts: Spanned<Vec<Part>>,
}

/// Whether coefficients of variation are judged together or one by one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Combine {
    /// Their mean.
    Mean,
    /// Each of them.
    Each,
}

/// Facilities judged apart, with their limit.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Part {
    /// What the part is called.
    #[schemars(with = "String")]
    pub name: Spanned<String>,
    /// Which facilities belong to it; all of them where it does not say.
    #[serde(default)]
    pub r#where: Where,
    /// Met with this coefficient and less.
    #[schemars(with = "f64")]
    pub at_most: Spanned<f64>,
}

impl Part {
    fn threshold(&self) -> Threshold {
        Threshold::AtMost(*self.at_most.get_ref())
    }
}

impl Kind for Variation {
    fn names(&self) -> Vec<Name<'_>> {
        let mut names =
            vec![Name { noun: Noun::Service, word: &self.service }, Name { noun: Noun::Attribute, word: &self.per }];
        names.extend(attribute_names(&self.r#where));
        names.extend(self.resources.get_ref().iter().map(|word| Name { noun: Noun::Attribute, word }));
        for part in self.parts.get_ref() {
            names.extend(attribute_names(&part.r#where));
        }
        names
    }

    fn mistakes(&self) -> Vec<Mistake> {
        let (resources, parts) = (self.resources.get_ref(), self.parts.get_ref());
        let mut mistakes = Vec::new();
        if resources.is_empty() {
            mistakes.push(empty(
                &self.resources,
                "no resource is compared",
                "name an attribute, such as \"computers\"",
            ));
        }
        if parts.is_empty() {
            mistakes.push(empty(&self.parts, "no part is judged", "add a part with its `name` and `at-most`"));
        }
        mistakes.extend(repeated(resources.iter()));
        mistakes.extend(repeated(parts.iter().map(|part| &part.name)));
        mistakes.extend(parts.iter().filter_map(|part| no_limit(&part.at_most)));
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
}

fn empty<T>(list: &Spanned<T>, what: &str, help: &str) -> Mistake {
    Mistake { at: list.span(), what: what.to_owned(), help: help.to_owned() }
}

/// Words that stand in a list for the second time.
fn repeated<'w>(words: impl Iterator<Item = &'w Spanned<String>>) -> Vec<Mistake> {
    let mut seen = BTreeSet::new();
    words
        .filter(|word| !seen.insert(word.get_ref()))
        .map(|word| Mistake {
            at: word.span(),
            what: format!("`{}` is there twice", word.get_ref()),
            help: "leave one out".to_owned(),
        })
        .collect()
}

/// What the parts are judged by.
#[derive(Clone)]
pub struct Books {
    selection: Arc<Selection>,
    /// One a part.
    members: Vec<Members>,
    /// Each part, followed by its resources.
    subjects: Vec<Vec<Subject>>,
}

/// The facilities of a part.
#[derive(Clone)]
struct Members {
    /// How many surely belong to it.
    n_sure: usize,
    n_maybe: usize,
    /// The attributes that leave some undecided.
    missing: BTreeSet<String>,
    /// One a resource: what those have that surely belong to it and have heads.
    units: Vec<Units>,
}

/// What facilities have of a resource, and their heads.
#[derive(Clone)]
struct Units {
    /// By facility, in the order of ids.
    all: Arc<Vec<(FacilityId, f64, f64)>>,
    /// Those of `all` that are gone, and those that are new; in the order of ids.
    gone: Vec<FacilityId>,
    new: Vec<(FacilityId, f64, f64)>,
    /// How many lack the resource, or the heads, or one of both.
    without: [usize; 3],
}

impl Units {
    fn iter(&self) -> impl Iterator<Item = (f64, f64)> + Clone {
        let (mut gone, mut new) = (&self.gone[..], &self.new[..]);
        // Long runs in which nothing changes, and between them what is new.
        let mut runs: Vec<&[(FacilityId, f64, f64)]> = Vec::new();
        let mut rest = &self.all[..];
        loop {
            let next = match (gone.first(), new.first()) {
                (Some(&gone), Some(&(new, ..))) => gone.min(new),
                (Some(&gone), None) => gone,
                (None, Some(&(new, ..))) => new,
                (None, None) => break,
            };
            let (before, after) = rest.split_at(rest.partition_point(|&(facility, ..)| facility < next));
            runs.push(before);
            rest = after;
            if gone.first() == Some(&next) {
                gone = &gone[1..];
                rest = rest.get(1..).unwrap_or(&[]);
            } else {
                runs.push(&new[..1]);
                new = &new[1..];
            }
        }
        runs.push(rest);
        runs.into_iter().flatten().map(|&(_, amount, heads)| (amount, heads))
    }
}

impl ByParts for Variation {
    type Books = Books;

    fn books(&self, case: &Case<'_>) -> Result<Books, Reason> {
        let selection = case.select(self.service.get_ref(), &self.r#where)?;
        let parts = self.parts.get_ref();
        let members: Vec<Members> = parts.iter().map(|part| self.members(case, &selection, part)).collect();
        let subjects = parts.iter().zip(&members).map(|(part, members)| self.subjects(&selection, part, members));
        Ok(Books { subjects: subjects.collect(), members, selection: Arc::new(selection) })
    }

    fn all(&self, _case: &Case<'_>, books: &Books) -> Vec<Of> {
        books.subjects.iter().flatten().map(|subject| subject.of.clone()).collect()
    }

    fn subject(&self, _case: &Case<'_>, books: &Books, of: &Of) -> Option<Subject> {
        books.subjects.iter().flatten().find(|subject| subject.of == *of).cloned()
    }

    fn conclude(&self, _case: &Case<'_>, books: &Books, _roll: &Roll) -> Finding {
        let parts = self.parts.get_ref();
        let judged =
            || parts.iter().zip(&books.subjects).filter_map(|(part, subjects)| Some((part, subjects.first()?)));
        let verdict = all_of(judged().map(|(_, subject)| &subject.verdict));
        let behind = judged()
            .filter_map(|(part, subject)| Some((part.threshold(), subject.observed?)))
            .min_by(|a, b| a.0.margin(a.1).total_cmp(&b.0.margin(b.1)));
        let ratio = |value| Quantity { value, unit: Unit::Ratio };
        let threshold = behind.map(|(threshold, _)| threshold).or(parts.first().map(Part::threshold));
        let margin = behind.filter(|_| matches!(verdict, Verdict::Met | Verdict::Unmet));
        Finding {
            observed: behind.map(|(_, observed)| ratio(observed)),
            required: threshold.map(|threshold| Required { threshold, unit: Unit::Ratio }),
            margin: margin.map(|(threshold, observed)| ratio(threshold.margin(observed))),
            subject_unit: Some(Unit::Ratio),
            shortfall_unit: Some(Unit::Ratio),
            ..Finding::bare(verdict)
        }
    }

    fn complete(&self, case: &Case<'_>, books: &Books, finding: &mut Finding) {
        let selection = &books.selection;
        finding.remarks.extend(case.lacking(&self.r#where, selection.maybe.iter().copied()));
        for attribute in std::iter::once(&self.per).chain(self.resources.get_ref()) {
            finding.remarks.extend(case.amounts(attribute.get_ref()).lacking(selection.facilities()));
        }
    }

    fn replace(&self, case: &Case<'_>, books: &Books, swap: &Swap<'_>) -> Option<(Books, Vec<Of>)> {
        let (gone, new) = swap.of(case, self.service.get_ref(), &self.r#where);
        let mut books = books.clone();
        let mut touched = Vec::new();
        for (at, part) in self.parts.get_ref().iter().enumerate() {
            let members = &mut books.members[at];
            let mut any = false;
            for (rows, is_new) in [(&gone, false), (&new, true)] {
                for &(facility, status) in rows {
                    let status = status.and(case.holds(&part.r#where, facility));
                    any |= status != Tri::No;
                    self.count(case, members, facility, status, is_new);
                }
            }
            if any {
                books.subjects[at] = self.subjects(&books.selection, part, &books.members[at]);
                touched.extend(books.subjects[at].iter().map(|subject| subject.of.clone()));
            }
        }
        Some((books, touched))
    }
}

impl Variation {
    fn members(&self, case: &Case<'_>, selection: &Selection, part: &Part) -> Members {
        let filter = case.facility_filter(&part.r#where);
        let (mut sure, mut n_maybe, mut missing) = (Vec::new(), 0, BTreeSet::new());
        for (facility, status) in selection.iter() {
            match status.and(filter.holds(facility.index())) {
                Tri::Yes => sure.push(facility),
                Tri::No => {}
                Tri::Unknown => {
                    n_maybe += 1;
                    missing.extend(filter.missing(facility.index()).map(str::to_owned));
                }
            }
        }
        let heads = case.amounts(self.per.get_ref());
        let units = |resource: &Spanned<String>| {
            let amounts = case.amounts(resource.get_ref());
            let mut units = Units { all: Arc::default(), gone: Vec::new(), new: Vec::new(), without: [0; 3] };
            let mut all = Vec::with_capacity(sure.len());
            for &facility in &sure {
                match unit(&amounts, &heads, facility) {
                    Some(Ok((amount, heads))) => all.push((facility, amount, heads)),
                    Some(Err(lacks)) => count_lacking(&mut units.without, lacks, |n| *n += 1),
                    None => {}
                }
            }
            Units { all: Arc::new(all), ..units }
        };
        Members { n_sure: sure.len(), n_maybe, missing, units: self.resources.get_ref().iter().map(units).collect() }
    }

    /// Counts one facility more, or one less, in a part.
    fn count(&self, case: &Case<'_>, members: &mut Members, facility: FacilityId, status: Tri, is_new: bool) {
        let change = |n: &mut usize| *n = if is_new { *n + 1 } else { n.saturating_sub(1) };
        match status {
            Tri::No => return,
            Tri::Unknown => return change(&mut members.n_maybe),
            Tri::Yes => change(&mut members.n_sure),
        }
        let heads = case.amounts(self.per.get_ref());
        for (resource, units) in self.resources.get_ref().iter().zip(&mut members.units) {
            match unit(&case.amounts(resource.get_ref()), &heads, facility) {
                Some(Ok((amount, heads))) if is_new => units.new.push((facility, amount, heads)),
                Some(Ok(_)) => units.gone.push(facility),
                Some(Err(lacks)) => count_lacking(&mut units.without, lacks, change),
                None => {}
            }
        }
    }

    /// A part and its resources; a resource has a limit of its own only where each is judged.
    fn subjects(&self, selection: &Selection, part: &Part, members: &Members) -> Vec<Subject> {
        let judge = |(resource, units): (&Spanned<String>, &Units)| {
            let coefficient = self.coefficient(selection, members, units, resource.get_ref());
            let observed = coefficient.as_ref().ok().copied();
            let verdict = match coefficient {
                Ok(_) if self.combine == Combine::Mean => Verdict::NotCheckable { why: Reason::NoLimit },
                Ok(coefficient) if part.threshold().holds(coefficient) => Verdict::Met,
                Ok(_) => Verdict::Unmet,
                Err(verdict) => verdict,
            };
            Subject {
                of: Of::Part(format!("{} · {}", part.name.get_ref(), resource.get_ref())),
                shortfall: over(part, &verdict, observed),
                verdict,
                observed,
                evidence: Evidence { counted: Some(members.n_sure as f64), ..Evidence::default() },
            }
        };
        let resources: Vec<Subject> = self.resources.get_ref().iter().zip(&members.units).map(judge).collect();
        std::iter::once(self.judge_part(part, &resources)).chain(resources.iter().cloned()).collect()
    }

    /// The coefficient of one resource between the facilities of a part, or why there is none.
    fn coefficient(
        &self,
        selection: &Selection,
        members: &Members,
        units: &Units,
        resource: &str,
    ) -> Result<f64, Verdict> {
        if members.n_sure + members.n_maybe < 2 {
            return Err(Verdict::NotCheckable { why: Reason::NothingHere });
        }
        if 0 < members.n_maybe {
            let attributes: BTreeSet<String> = members.missing.iter().chain(&selection.missing).cloned().collect();
            let attributes = attributes.into_iter().collect();
            return Err(Verdict::unknown(Reason::NoAttribute { attributes, n_facilities: members.n_maybe }));
        }
        let [no_amount, no_heads, n_facilities] = units.without;
        if 0 < n_facilities {
            let lacks = |key: &str, n: usize| (0 < n).then(|| key.to_owned());
            let attributes = [lacks(resource, no_amount), lacks(self.per.get_ref(), no_heads)];
            let attributes = attributes.into_iter().flatten().collect();
            return Err(Verdict::unknown(Reason::NoAttribute { attributes, n_facilities }));
        }
        let coefficient = (1 < units.all.len() + units.new.len() - units.gone.len())
            .then(|| coefficient_of_variation(units.iter()))
            .flatten();
        coefficient.ok_or(Verdict::NotCheckable { why: Reason::NothingHere })
    }

    /// The part's mean or highest coefficient against its limit.
    fn judge_part(&self, part: &Part, resources: &[Subject]) -> Subject {
        let known: Vec<f64> = resources.iter().filter_map(|resource| resource.observed).collect();
        let unknown = resources.iter().map(|resource| &resource.verdict).find(|verdict| verdict.key() == "unknown");
        let (verdict, observed) = match self.combine {
            Combine::Each => {
                let highest = known.iter().copied().max_by(f64::total_cmp);
                (all_of(resources.iter().map(|resource| &resource.verdict)), highest)
            }
            Combine::Mean => match unknown {
                Some(unknown) => (unknown.clone(), None),
                None if known.is_empty() => (Verdict::NotCheckable { why: Reason::NothingHere }, None),
                None => {
                    let mean = known.iter().sum::<f64>() / known.len() as f64;
                    (if part.threshold().holds(mean) { Verdict::Met } else { Verdict::Unmet }, Some(mean))
                }
            },
        };
        let is_mean = self.combine == Combine::Mean && observed.is_some();
        let remark = is_mean.then_some(Remark::MeanVariation { resources: known.len() });
        Subject {
            of: Of::Part(part.name.get_ref().clone()),
            shortfall: over(part, &verdict, observed),
            verdict,
            observed,
            evidence: Evidence { remarks: remark.into_iter().collect(), ..Evidence::default() },
        }
    }
}

/// An amount and heads of a facility, or whether the first and the second is missing; `None` without heads, since it
/// has nothing per head then, whatever it has.
fn unit(amounts: &Amounts<'_>, heads: &Amounts<'_>, facility: FacilityId) -> Option<Result<(f64, f64), [bool; 2]>> {
    let (amount, heads) = (amounts.of(facility), heads.of(facility));
    (heads != Some(0.0)).then(|| amount.zip(heads).ok_or([amount.is_none(), heads.is_none()]))
}

/// Changes the numbers of those that lack the resource, the heads, and one of both.
fn count_lacking(without: &mut [usize; 3], [no_amount, no_heads]: [bool; 2], change: impl Fn(&mut usize)) {
    for (n, lacks) in without.iter_mut().zip([no_amount, no_heads, true]) {
        if lacks {
            change(n);
        }
    }
}

/// By how much an unmet coefficient is over the limit of its part.
fn over(part: &Part, verdict: &Verdict, observed: Option<f64>) -> Option<f64> {
    observed.filter(|_| *verdict == Verdict::Unmet).map(|observed| -part.threshold().margin(observed))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::sketch::Sketch;
    use crate::rules::{try_check, underlined};

    // primary: p1 (100 pupils, 10 computers, 500 m2), p2 (300, 60, 1500): CV of computers 0.2474, of area 0
    // junior: j1 (200, 20, 800), j2 (200, 60, 800): CV of computers 0.5 (0.1 and 0.3 around 0.2), of area 0
    fn schools() -> Sketch {
        let school = |sketch: Sketch, code, stage, pupils, computers, area| {
            let cells = [("stage", stage), ("pupils", pupils), ("computers", computers), ("area", area)];
            sketch.facility("school", code, None, None, &cells)
        };
        let sketch = Sketch::new(&["street"]);
        let sketch = school(sketch, "p1", "primary", "100", "10", "500");
        let sketch = school(sketch, "p2", "primary", "300", "60", "1500");
        let sketch = school(sketch, "j1", "junior", "200", "20", "800");
        school(sketch, "j2", "junior", "200", "60", "800")
    }

    fn check(combine: &str, junior: f64, world: Sketch) -> Finding {
        let text = format!(
            r#"variation = {{ service = "school", resources = ["computers", "area"], per = "pupils", combine = "{combine}", parts = [
                {{ name = "primary", where = {{ stage = "primary" }}, at-most = 0.65 }},
                {{ name = "junior", where = {{ stage = "junior" }}, at-most = {junior} }},
            ] }}"#
        );
        try_check(&text, &world.world())
    }

    fn keys(finding: &Finding) -> Vec<(String, &str)> {
        let name = |of: &Of| match of {
            Of::Part(name) => name.clone(),
            of => panic!("{of:?}"),
        };
        finding.subjects.iter().map(|subject| (name(&subject.of), subject.verdict.key())).collect()
    }

    fn of<'f>(finding: &'f Finding, part: &str) -> &'f Subject {
        finding.subjects.iter().find(|subject| subject.of == Of::Part(part.to_owned())).unwrap()
    }

    #[test]
    fn each_coefficient_is_judged_and_the_limit_itself_is_enough() {
        let junior = of(&check("each", 1.0, schools()), "junior · computers").observed.unwrap();
        assert!((junior - 0.5).abs() < 1e-12);
        let finding = check("each", junior, schools());
        assert_eq!((finding.verdict.clone(), finding.margin.clone().unwrap().value), (Verdict::Met, 0.0));
        assert_eq!(finding.observed.unwrap().value, junior);

        let finding = check("each", junior.next_down(), schools());
        assert_eq!(finding.verdict, Verdict::Unmet);
        let expected = [
            ("primary", "met"),
            ("primary · computers", "met"),
            ("primary · area", "met"),
            ("junior", "unmet"),
            ("junior · computers", "unmet"),
            ("junior · area", "met"),
        ];
        assert_eq!(keys(&finding), expected.map(|(name, key)| (name.to_owned(), key)));
        assert!(of(&finding, "junior").shortfall.unwrap() > 0.0);
        assert_eq!(finding.required.unwrap().threshold, Threshold::AtMost(junior.next_down()));
    }

    #[test]
    fn the_mean_is_judged_and_its_coefficients_are_evidence() {
        let mean = of(&check("mean", 1.0, schools()), "junior").observed.unwrap();
        assert!((mean - 0.25).abs() < 1e-12);
        assert_eq!(check("mean", mean, schools()).verdict, Verdict::Met);
        let finding = check("mean", 0.2, schools());
        assert_eq!(finding.verdict, Verdict::Unmet);
        assert!((finding.margin.as_ref().unwrap().value + 0.05).abs() < 1e-12);
        let computers = of(&finding, "junior · computers");
        assert_eq!(computers.verdict, Verdict::NotCheckable { why: Reason::NoLimit });
        assert!((computers.observed.unwrap() - 0.5).abs() < 1e-12);
        assert_eq!(of(&finding, "junior").evidence.remarks, [Remark::MeanVariation { resources: 2 }]);
    }

    #[test]
    fn the_part_with_the_smallest_margin_is_observed() {
        // Primary: 0.2474 under 0.65. Junior: 0.5 under 0.8.
        let finding = check("each", 0.8, schools());
        assert!((finding.observed.unwrap().value - 0.5).abs() < 1e-12);
        let finding = check("each", 2.0, schools());
        assert!((finding.observed.unwrap().value - 0.2474).abs() < 1e-4);
    }

    #[test]
    fn a_school_that_lacks_a_resource_leaves_it_unknown() {
        let world =
            || schools().facility("school", "j3", None, None, &[("stage", "junior"), ("pupils", "10"), ("area", "40")]);
        let why = Reason::NoAttribute { attributes: vec!["computers".to_owned()], n_facilities: 1 };
        let finding = check("mean", 0.55, world());
        assert_eq!(of(&finding, "junior").verdict, Verdict::unknown(why.clone()));
        assert_eq!(finding.verdict, Verdict::unknown(Reason::UnknownSubjects { unknown: 1, of: 2 }));
        assert_eq!(finding.margin, None);
        assert_eq!(finding.remarks, [Remark::Lacks { attribute: "computers".to_owned(), n_facilities: 1 }]);
        let finding = check("each", 0.55, world());
        assert_eq!(of(&finding, "junior · computers").verdict, Verdict::unknown(why));
        assert_eq!(of(&finding, "junior · area").verdict, Verdict::Met);
    }

    #[test]
    fn a_school_of_unknown_stage_may_belong_to_any_part() {
        let cells = [("pupils", "10"), ("computers", "1"), ("area", "40")];
        let finding = check("each", 0.55, schools().facility("school", "x", None, None, &cells));
        let why = Reason::NoAttribute { attributes: vec!["stage".to_owned()], n_facilities: 1 };
        assert!(finding.subjects.iter().filter(|s| s.observed.is_none()).count() == 6);
        assert_eq!(of(&finding, "primary · area").verdict, Verdict::unknown(why));
    }

    #[test]
    fn a_school_without_pupils_is_left_out_and_one_school_is_nothing_to_judge() {
        let empty = [("stage", "junior"), ("pupils", "0"), ("computers", "99"), ("area", "900")];
        let finding = check("each", 0.55, schools().facility("school", "j3", None, None, &empty));
        assert!((of(&finding, "junior").observed.unwrap() - 0.5).abs() < 1e-12);

        let text = r#"variation = { service = "school", where = { pupils = 100 }, resources = ["area"], per = "pupils", combine = "each", parts = [ { name = "all", at-most = 0.5 } ] }"#;
        let nothing = Verdict::NotCheckable { why: Reason::NothingHere };
        assert_eq!(try_check(text, &schools().world()).verdict, nothing);
        let without = Sketch::new(&["street"])
            .facility("school", "a", None, None, &[("pupils", "100"), ("area", "0")])
            .facility("school", "b", None, None, &[("pupils", "100"), ("area", "0")]);
        assert_eq!(try_check(text, &without.world()).verdict, nothing);
    }

    #[test]
    fn no_data_on_the_service_is_unknown() {
        let verdict = check("each", 0.5, Sketch::new(&["street"])).verdict;
        assert_eq!(verdict, Verdict::unknown(Reason::NoService("school".to_owned())));
    }

    #[test]
    fn what_makes_no_sense_is_underlined() {
        let check = |resources: &str, parts: &str| {
            underlined(&format!(
                r#"variation = {{ service = "s", resources = {resources}, per = "p", combine = "each", parts = {parts} }}"#
            ))
        };
        assert_eq!(check("[]", "[]"), ["[]", "[]"]);
        assert_eq!(check(r#"["a", "a"]"#, r#"[{ name = "n", at-most = -1 }]"#), [r#""a""#, "-1"]);
        assert_eq!(check(r#"["a"]"#, r#"[{ name = "n", at-most = 1 }, { name = "n", at-most = 1 }]"#), [r#""n""#]);
    }
}
