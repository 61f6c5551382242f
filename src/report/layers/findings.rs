//! Findings: a row for each obligation and for each thing that it judges.

use std::sync::Arc;

use super::{Assessment, column, made, number, point, polygon, shapes, shown, table, to_show, word};
use crate::assess::Assessed;
use crate::model::{AreaId, FacilityId};
use crate::report::words::{Words, remarks, value_unit};
use crate::rules::finding::{Of, Subject, Threshold, Unit};
use crate::units::{Cost, CostUnit};
use crate::write::{Column, Holds, Layer, Value};

/// One row: an obligation as a whole, or one thing that it judges, by their positions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Row {
    finding: u32,
    /// `None` for the obligation.
    subject: Option<u32>,
}

impl Row {
    fn of(finding: usize, subject: Option<usize>) -> Self {
        let small = |n: usize| u32::try_from(n).expect("no more than areas, facilities and estates");
        Self { finding: small(finding), subject: subject.map(small) }
    }

    /// What it says: the obligation's finding, and the thing.
    pub(crate) fn said<'a>(self, of: &Assessment<'a>) -> (&'a Assessed, Option<&'a Subject>) {
        let assessed = &of.findings.findings[self.finding as usize];
        (assessed, self.subject.map(|subject| &assessed.finding.subjects[subject as usize]))
    }

    /// The row of an obligation: for its own sake, not for a thing.
    pub(crate) fn is_obligation(self) -> bool {
        self.subject.is_none()
    }
}

/// The name of the column of what it costs to get to the nearest facility.
pub(crate) fn cost_column(unit: CostUnit) -> &'static str {
    match unit {
        CostUnit::Metres => "distance_m",
        CostUnit::Minutes => "time_min",
    }
}

/// Obligations that belong together: those whose ids are alike up to the first dot. The positions of their findings, in
/// the order of the packs.
pub(crate) fn families<'a>(of: &Assessment<'a>) -> Vec<(&'a str, Vec<usize>)> {
    let mut families: Vec<(&str, Vec<usize>)> = Vec::new();
    for (index, assessed) in of.findings.findings.iter().enumerate() {
        let id = of.findings.obligation(assessed).id.get_ref();
        let family = id.split('.').next().unwrap_or(id);
        match families.iter_mut().find(|(known, _)| *known == family) {
            Some((_, findings)) => findings.push(index),
            None => families.push((family, vec![index])),
        }
    }
    families
}

/// The rows of some findings: each obligation, then all that it judges.
pub(crate) fn of_family(of: &Assessment<'_>, findings: &[usize]) -> Vec<Row> {
    let rows = findings.iter().flat_map(|&finding| {
        let subjects = 0..of.findings.findings[finding].finding.subjects.len();
        std::iter::once(Row::of(finding, None)).chain(subjects.map(move |subject| Row::of(finding, Some(subject))))
    });
    rows.collect()
}

/// Those of the rows of some findings that are about an area.
pub(crate) fn by_area(of: &Assessment<'_>, findings: &[usize]) -> Vec<Row> {
    let is_area = |row: &Row| matches!(row.said(of).1, Some(Subject { of: Of::Area(_), .. }));
    of_family(of, findings).into_iter().filter(is_area).collect()
}

/// How rows are drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Drawn {
    /// Not at all.
    Not,
    /// Where the thing is.
    AsPoints,
    /// The area that it is about.
    AsAreas,
}

/// Rows of findings.
pub(crate) fn subjects<'a>(of: &Arc<Assessment<'a>>, name: &str, rows: Vec<Row>, drawn: Drawn) -> Layer<'a> {
    let world = of.world;
    let rows: Arc<[Row]> = rows.into();
    let mut columns: Vec<Column<'a>> = Vec::new();
    let mut add = |name: &str, holds, value: fn(&Said<'_, 'a>) -> Value<'a>| {
        let (of, rows) = (Arc::clone(of), Arc::clone(&rows));
        columns.push(column(name, holds, move |row| value(&Said::of(&of, rows[row]))));
    };
    add("document", Holds::Text, |said| word(Some(&said.of.findings.pack(said.assessed).document.id)));
    add("obligation", Holds::Text, |said| word(Some(said.of.findings.obligation(said.assessed).id.get_ref())));
    add("clause", Holds::Text, |said| word(Some(&said.of.findings.obligation(said.assessed).clause)));
    add("lead", Holds::Text, |said| word(Some(said.words.lead(said.of.findings.obligation(said.assessed)))));
    add("summary", Holds::Text, |said| {
        word(Some(said.of.findings.obligation(said.assessed).summary.get(said.of.lang)))
    });
    add("kind", Holds::Text, |said| word(Some(said.of.findings.obligation(said.assessed).check.key())));
    add("of", Holds::Text, |said| word(Some(said.key())));
    add("type", Holds::Text, |said| said.type_of());
    add("level", Holds::Text, |said| {
        let areas = &said.of.world.areas;
        word(said.area().map(|area| areas.levels()[areas[area].level].key.as_str()))
    });
    add("code", Holds::Text, |said| said.code());
    add("name", Holds::Text, |said| {
        made(said.subject.map_or(String::new(), |subject| said.words.subject(&subject.of)))
    });
    add("parent_code", Holds::Text, |said| word(said.parent().map(|area| said.of.world.areas[area].code.as_str())));
    add("parent", Holds::Text, |said| word(said.parent().map(|area| said.of.world.areas[area].name.as_str())));
    add("boundary", Holds::Text, |said| word(said.area().and_then(|area| said.of.boundary(area))));
    add("verdict", Holds::Text, |said| word(Some(said.verdict().key())));
    add("verdict_text", Holds::Text, |said| word(Some(said.words.verdict(said.verdict()))));
    add("observed", Holds::Number, |said| shown(said.observed(), said.unit()));
    add("observed_unit", Holds::Text, |said| said.unit_text(said.unit().filter(|_| said.observed().is_some())));
    add("bound", Holds::Text, |said| {
        word(said.required().map(|(threshold, _)| match threshold {
            Threshold::AtLeast(_) => "at-least",
            Threshold::AtMost(_) => "at-most",
        }))
    });
    add("required", Holds::Number, |said| {
        let required = said.required();
        shown(required.map(|(threshold, _)| threshold.limit()), required.map(|(_, unit)| unit))
    });
    add("required_unit", Holds::Text, |said| said.unit_text(said.required().map(|(_, unit)| unit)));
    add("requirement", Holds::Text, |said| {
        made(said.assessed.finding.required.as_ref().map(|required| said.words.required(required)).unwrap_or_default())
    });
    add("shortfall", Holds::Number, |said| shown(said.shortfall(), said.assessed.finding.shortfall_unit.as_ref()));
    add("shortfall_unit", Holds::Text, |said| {
        said.unit_text(said.assessed.finding.shortfall_unit.as_ref().filter(|_| said.shortfall().is_some()))
    });
    add("nearest", Holds::Text, |said| {
        made(said.nearest().map_or(String::new(), |(facility, _)| said.words.facility(facility)))
    });
    add("nearest_code", Holds::Text, |said| {
        word(said.nearest().map(|(facility, _)| said.of.world.facilities[facility].code.as_str()))
    });
    add(cost_column(world.cost_unit()), Holds::Number, |said| number(said.nearest().map(|(_, cost)| to_show(cost))));
    add("persons", Holds::Number, |said| {
        number(match said.subject {
            Some(subject) => subject.evidence.persons.filter(|_| said.of.world.people.proxy.is_none()),
            None => said.assessed.affected.as_ref().map(|affected| affected.persons),
        })
    });
    add("reason", Holds::Text, |said| said.reason());
    add("estimated", Holds::Flag, |said| Value::Flag(said.assessed.estimated));
    add("illustrative", Holds::Flag, |said| Value::Flag(said.of.findings.illustrative));

    let layer = table(name, rows.len(), columns);
    let of = Arc::clone(of);
    match drawn {
        Drawn::Not => layer,
        Drawn::AsPoints => Layer { shapes: shapes(move |row| point(Said::of(&of, rows[row]).place())), ..layer },
        Drawn::AsAreas => {
            let area = move |row: usize| polygon(Said::of(&of, rows[row]).area().and_then(|area| of.polygon(area)));
            Layer { shapes: shapes(area), ..layer }
        }
    }
}

/// A row with what is needed to put it into words.
struct Said<'o, 'a> {
    of: &'o Assessment<'a>,
    words: Words<'a>,
    assessed: &'a Assessed,
    subject: Option<&'a Subject>,
}

impl<'o, 'a> Said<'o, 'a> {
    fn of(of: &'o Assessment<'a>, row: Row) -> Self {
        let (assessed, subject) = row.said(of);
        Self { of, words: Words::of(of.findings, assessed, of.world, of.lang), assessed, subject }
    }

    fn verdict(&self) -> &'a crate::rules::Verdict {
        self.subject.map_or(&self.assessed.finding.verdict, |subject| &subject.verdict)
    }

    /// The kind of thing that the row is about.
    fn key(&self) -> &'static str {
        match self.subject.map(|subject| &subject.of) {
            None => "obligation",
            Some(Of::Whole) => "whole",
            Some(Of::Area(_)) => "area",
            Some(Of::Facility(_)) => "facility",
            Some(Of::Estate(_)) => "estate",
            Some(Of::Part(_)) => "part",
        }
    }

    fn type_of(&self) -> Value<'a> {
        let (world, words) = (self.of.world, self.words);
        made(match self.subject.map(|subject| &subject.of) {
            None => words.pick("obligation", "条款").to_owned(),
            Some(Of::Whole) => words.pick("in all", "全域").to_owned(),
            Some(Of::Area(id)) => words.level(&world.areas.levels()[world.areas[*id].level].key).to_owned(),
            Some(Of::Facility(id)) => {
                words.service(&world.facilities.services()[world.facilities[*id].service].key).to_owned()
            }
            Some(Of::Estate(_)) => words.pick("new estate", "新建居住区").to_owned(),
            Some(Of::Part(_)) => words.pick("part", "分项").to_owned(),
        })
    }

    fn area(&self) -> Option<AreaId> {
        match self.subject?.of {
            Of::Area(area) => Some(area),
            _ => None,
        }
    }

    /// The area that holds the thing.
    fn parent(&self) -> Option<AreaId> {
        match self.subject?.of {
            Of::Area(id) => self.of.world.areas[id].parent,
            Of::Facility(id) => self.of.world.facilities[id].area,
            Of::Estate(id) => self.of.world.estates.rows[id].area,
            Of::Whole | Of::Part(_) => None,
        }
    }

    fn code(&self) -> Value<'a> {
        let world = self.of.world;
        word(self.subject.and_then(|subject| match &subject.of {
            Of::Area(id) => Some(world.areas[*id].code.as_str()),
            Of::Facility(id) => Some(world.facilities[*id].code.as_str()),
            Of::Estate(id) => Some(world.estates.rows[*id].code.as_str()),
            Of::Part(key) => Some(key.as_str()),
            Of::Whole => None,
        }))
    }

    fn place(&self) -> Option<geo::Coord<f64>> {
        let world = self.of.world;
        match self.subject?.of {
            Of::Area(id) => world.areas[id].place,
            Of::Facility(id) => world.facilities[id].place,
            Of::Estate(id) => world.estates.rows[id].place,
            Of::Whole | Of::Part(_) => None,
        }
    }

    fn observed(&self) -> Option<f64> {
        match self.subject {
            Some(subject) => subject.observed,
            None => self.assessed.finding.observed.as_ref().map(|observed| observed.value),
        }
    }

    /// The unit of what was observed.
    fn unit(&self) -> Option<&'a Unit> {
        let finding = &self.assessed.finding;
        match self.subject {
            Some(_) => finding.subject_unit.as_ref(),
            None => value_unit(finding),
        }
    }

    /// What is required, with its unit: of the obligation as a whole what it asks; of a thing the same rate, or the
    /// amount that what it has and what it lacks make together.
    fn required(&self) -> Option<(Threshold, &'a Unit)> {
        let finding = &self.assessed.finding;
        let required = finding.required.as_ref()?;
        let Some(subject) = self.subject else { return Some((required.threshold, &required.unit)) };
        let unit = finding.subject_unit.as_ref()?;
        let is_rate = matches!(unit, Unit::Share | Unit::Ratio | Unit::Per { .. } | Unit::Stated(_));
        if is_rate && *unit == required.unit {
            return Some((required.threshold, unit));
        }
        let lacking = subject.shortfall.filter(|_| finding.shortfall_unit.as_ref() == Some(unit))?;
        let threshold = match required.threshold {
            Threshold::AtLeast(_) => Threshold::AtLeast(subject.observed? + lacking),
            Threshold::AtMost(_) => Threshold::AtMost(subject.observed? - lacking),
        };
        Some((threshold, unit))
    }

    fn shortfall(&self) -> Option<f64> {
        match self.subject {
            Some(subject) => subject.shortfall,
            None => self.assessed.finding.shortfall,
        }
    }

    fn nearest(&self) -> Option<(FacilityId, Cost)> {
        self.subject?.evidence.nearest
    }

    fn unit_text(&self, unit: Option<&Unit>) -> Value<'a> {
        made(unit.map(|unit| self.words.unit(unit)).unwrap_or_default())
    }

    fn reason(&self) -> Value<'a> {
        let finding = &self.assessed.finding;
        made(match self.subject {
            Some(subject) => self.words.because(finding, subject),
            None => {
                let why = finding.verdict.why().map(|why| self.words.reason(why, value_unit(finding)));
                let parts: Vec<String> = why.into_iter().chain(remarks(finding, self.words)).collect();
                parts.join(self.words.pick("; ", "；"))
            }
        })
    }
}
