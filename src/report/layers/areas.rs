//! Areas: how every obligation stands in each; where something is not kept, and why.

use std::sync::Arc;

use super::names::Names;
use super::{Assessment, column, made, number, point, polygon, shapes, table, whole, word};
use crate::assess::Assessed;
use crate::model::{AreaId, Lang};
use crate::report::words::Words;
use crate::rules::Verdict;
use crate::rules::finding::{Subject, Unit};
use crate::write::{Column, Holds, Layer, Value};

/// What every layer of areas says first.
const FIXED: [&str; 9] =
    ["level", "code", "name", "parent_code", "boundary", "illustrative", "residents", "unmet", "unknown"];

/// The columns of an obligation that is judged by area: `edu_central_kindergarten` and `edu_central_kindergarten_short` for
/// `edu.central-kindergarten`.
pub(crate) struct ByObligation<'a> {
    /// Its place among the findings.
    pub(crate) index: usize,
    pub(crate) assessed: &'a Assessed,
    /// The column of the verdict.
    pub(crate) verdict: String,
    /// The column of what is lacking.
    pub(crate) short: String,
    /// The column of its unit, where something else stands for people: `..._short_unit`.
    pub(crate) unit: Option<String>,
}

/// The obligations that are judged by area.
pub(crate) fn by_obligation<'a>(of: &Assessment<'a>) -> Vec<ByObligation<'a>> {
    let mut names = Names::new(&FIXED);
    let found = of.by_area.findings().map(|(index, assessed)| {
        let id = of.findings.obligation(assessed).id.get_ref();
        let (verdict, short) = (names.add(id), names.add(&format!("{id}_short")));
        let is_proxy = assessed.finding.shortfall_unit == Some(Unit::DwellingFloor);
        let unit = is_proxy.then(|| names.add(&format!("{id}_short_unit")));
        ByObligation { index, assessed, verdict, short, unit }
    });
    found.collect()
}

/// Some areas, with the verdict on each obligation that is judged by area and what is lacking.
pub(crate) fn areas<'a>(of: &Arc<Assessment<'a>>, ids: Vec<AreaId>) -> Layer<'a> {
    let ids: Arc<[AreaId]> = ids.into();
    let mut columns = fixed(of, &ids);
    for ByObligation { index, assessed, verdict, short, unit } in by_obligation(of) {
        let subject = |of: &Arc<Assessment<'a>>, ids: &Arc<[AreaId]>| {
            let (of, ids) = (Arc::clone(of), Arc::clone(ids));
            move |row: usize| of.by_area.subject(index, ids[row])
        };
        let (of_verdict, of_short) = (subject(of, &ids), subject(of, &ids));
        let key = move |row| word(of_verdict(row).map(|subject| subject.verdict.key()));
        columns.push(column(&verdict, Holds::Text, key));
        columns.push(column(&short, Holds::Number, move |row| {
            number(of_short(row).and_then(|subject| subject.shortfall))
        }));
        if let Some(unit) = unit {
            let of_unit = subject(of, &ids);
            let text = Words::of(of.findings, assessed, of.world, of.lang).unit(&Unit::DwellingFloor);
            columns.push(column(&unit, Holds::Text, move |row| {
                made(of_unit(row).and_then(|subject| subject.shortfall).map_or_else(String::new, |_| text.clone()))
            }));
        }
    }
    let (of, n_rows) = (Arc::clone(of), ids.len());
    Layer { shapes: shapes(move |row| polygon(of.polygon(ids[row]))), ..table("areas", n_rows, columns) }
}

/// The areas that have no boundary but a place: points, with the columns of [`areas`].
pub(crate) fn places<'a>(of: &Arc<Assessment<'a>>) -> Layer<'a> {
    let is_point = |id: &AreaId| of.polygon(*id).is_none() && of.world.areas[*id].place.is_some();
    let ids: Vec<AreaId> = of.world.areas.iter().map(|(id, _)| id).filter(is_point).collect();
    let layer = areas(of, ids.clone());
    let world = of.world;
    Layer { name: "places".to_owned(), shapes: shapes(move |row| point(world.areas[ids[row]].place)), ..layer }
}

/// The areas where something is not kept, with the reasons, one a line; those without a boundary have no geometry but
/// are in the table.
pub(crate) fn underserved<'a>(of: &Arc<Assessment<'a>>) -> Layer<'a> {
    let ids = of.world.areas.iter().map(|(id, _)| id);
    let ids: Arc<[AreaId]> = ids.filter(|&id| of.by_area.count(id, Verdict::Unmet.key()) != 0).collect();
    let mut columns = fixed(of, &ids);
    let unmet = |say: fn(&Assessment<'a>, AreaId) -> String| {
        let (of, ids) = (Arc::clone(of), Arc::clone(&ids));
        move |row: usize| made(say(&of, ids[row]))
    };
    columns.push(column("obligations", Holds::Text, unmet(obligations)));
    columns.push(column("reasons", Holds::Text, unmet(|of, id| reasons(of, id, Lang::En))));
    columns.push(column("reasons_zh", Holds::Text, unmet(|of, id| reasons(of, id, Lang::Zh))));
    let (of, n_rows) = (Arc::clone(of), ids.len());
    Layer { shapes: shapes(move |row| polygon(of.polygon(ids[row]))), ..table("underserved", n_rows, columns) }
}

fn unmet<'o, 'a>(
    of: &'o Assessment<'a>,
    id: AreaId,
) -> impl Iterator<Item = (&'a Assessed, &'a Subject)> + use<'o, 'a> {
    of.by_area.about(id).filter(|(_, subject)| subject.verdict == Verdict::Unmet)
}

fn obligations(of: &Assessment<'_>, id: AreaId) -> String {
    let ids: Vec<&str> =
        unmet(of, id).map(|(assessed, _)| of.findings.obligation(assessed).id.get_ref().as_str()).collect();
    ids.join(", ")
}

fn reasons(of: &Assessment<'_>, id: AreaId, lang: Lang) -> String {
    let line = |(assessed, subject): (&Assessed, &Subject)| {
        let words = Words::of(of.findings, assessed, of.world, lang);
        let obligation = of.findings.obligation(assessed);
        let because = words.because(&assessed.finding, subject);
        let parted = if because.is_empty() { "" } else { words.pick(": ", "：") };
        format!("{} {}{parted}{because}", obligation.clause, obligation.summary.get(lang))
    };
    unmet(of, id).map(line).collect::<Vec<_>>().join("\n")
}

/// The columns of [`FIXED`].
fn fixed<'a>(of: &Arc<Assessment<'a>>, ids: &Arc<[AreaId]>) -> Vec<Column<'a>> {
    let mut columns = Vec::new();
    let mut add = |name: usize, holds, value: fn(&Assessment<'a>, AreaId) -> Value<'a>| {
        let (of, ids) = (Arc::clone(of), Arc::clone(ids));
        columns.push(column(FIXED[name], holds, move |row| value(&of, ids[row])));
    };
    add(0, Holds::Text, |of, id| word(Some(&of.world.areas.levels()[of.world.areas[id].level].key)));
    add(1, Holds::Text, |of, id| word(Some(&of.world.areas[id].code)));
    add(2, Holds::Text, |of, id| word(Some(&of.world.areas[id].name)));
    add(3, Holds::Text, |of, id| word(of.world.areas[id].parent.map(|parent| of.world.areas[parent].code.as_str())));
    add(4, Holds::Text, |of, id| word(of.boundary(id)));
    add(5, Holds::Flag, |of, _| Value::Flag(of.findings.illustrative));
    add(6, Holds::Number, |of, id| number(of.residents.as_ref().and_then(|residents| residents.within(id))));
    add(7, Holds::Whole, |of, id| whole(of.by_area.count(id, "unmet")));
    add(8, Holds::Whole, |of, id| whole(of.by_area.count(id, "unknown")));
    columns
}
