//! `areas.geojson`: how every obligation stands in every area; `underserved.geojson`: where something is not kept, and why.

use std::io::{self, Write};

use super::column::{Cell, Columns};
use super::geometry::Area;
use super::{Feature, layer};
use crate::assess::affected::Headcount;
use crate::assess::{Assessed, Findings, RESIDENTS};
use crate::model::{AreaId, Boundary, Lang, World};
use crate::report::by_area::ByArea;
use crate::report::words::Words;
use crate::rules::Verdict;
use crate::rules::finding::Subject;

/// What both layers say of an area first.
const FIXED: [&str; 9] =
    ["level", "code", "name", "parent_code", "boundary", "illustrative", "residents", "unmet", "unknown"];

/// Every area with a boundary; for each obligation judged by area its verdict and what is lacking.
///
/// The columns of `edu.central-kindergarten` are `edu_central_kindergarten` and `edu_central_kindergarten_short`.
pub fn areas(findings: &Findings, world: &World, to: &mut dyn Write) -> io::Result<()> {
    let by_area = ByArea::of(findings, world);
    let about = About::new(findings, world, &by_area);
    let by_place: Vec<usize> = by_area.findings().map(|(index, _)| index).collect();
    let mut columns = Columns::new(&FIXED);
    for (_, assessed) in by_area.findings() {
        let id = findings.obligation(assessed).id.get_ref();
        columns.add(id);
        columns.add(&format!("{id}_short"));
    }
    let columns = columns.names();
    let drawn: Vec<AreaId> =
        world.areas.iter().filter(|(id, _)| about.polygon(*id).is_some()).map(|(id, _)| id).collect();
    let feature = |id| {
        let mut cells = about.cells(id);
        for &finding in &by_place {
            let subject = by_area.subject(finding, id);
            cells.push(Cell::word(subject.map(|subject| subject.verdict.key())));
            cells.push(Cell::number(subject.and_then(|subject| subject.shortfall)));
        }
        Feature { geometry: about.polygon(id), columns: &columns, cells }
    };
    layer("areas", findings, world, &drawn, feature, to)
}

/// The areas where something is not kept, with the reasons, one a line; those without a boundary have no geometry but
/// are in the table.
pub fn underserved(findings: &Findings, world: &World, to: &mut dyn Write) -> io::Result<()> {
    let by_area = ByArea::of(findings, world);
    let about = About::new(findings, world, &by_area);
    let mut columns = Columns::new(&FIXED);
    for name in ["obligations", "reasons", "reasons_zh"] {
        columns.add(name);
    }
    let columns = columns.names();
    let ids: Vec<AreaId> =
        world.areas.iter().map(|(id, _)| id).filter(|&id| by_area.count(id, Verdict::Unmet.key()) != 0).collect();
    let feature = |id| {
        let unmet: Vec<_> = by_area.about(id).filter(|(_, subject)| subject.verdict == Verdict::Unmet).collect();
        let reasons = |lang| {
            let line = |&(assessed, subject): &(&Assessed, &Subject)| {
                let words = Words::of(findings, assessed, world, lang);
                let obligation = findings.obligation(assessed);
                let because = words.because(&assessed.finding, subject);
                let parted = if because.is_empty() { "" } else { words.pick(": ", "：") };
                format!("{} {}{parted}{because}", obligation.clause, obligation.summary.get(lang))
            };
            Cell::Text(unmet.iter().map(line).collect::<Vec<_>>().join("\n"))
        };
        let ids: Vec<&str> =
            unmet.iter().map(|(assessed, _)| findings.obligation(assessed).id.get_ref().as_str()).collect();
        let mut cells = about.cells(id);
        cells.extend([Cell::Text(ids.join(", ")), reasons(Lang::En), reasons(Lang::Zh)]);
        Feature { geometry: about.polygon(id), columns: &columns, cells }
    };
    layer("underserved", findings, world, &ids, feature, to)
}

/// What both layers need to know of all areas.
struct About<'a> {
    world: &'a World,
    by_area: &'a ByArea<'a>,
    residents: Option<Headcount>,
    illustrative: bool,
}

impl<'a> About<'a> {
    fn new(findings: &Findings, world: &'a World, by_area: &'a ByArea<'a>) -> Self {
        Self { world, by_area, residents: Headcount::of(world, RESIDENTS), illustrative: findings.illustrative }
    }

    fn polygon(&self, id: AreaId) -> Option<Area<'a>> {
        self.world.areas[id].boundary.polygon().and_then(Area::new)
    }

    /// The cells of [`FIXED`].
    fn cells(&self, id: AreaId) -> Vec<Cell<'a>> {
        let areas = &self.world.areas;
        let area = &areas[id];
        let boundary = match area.boundary {
            Boundary::None => None,
            Boundary::Official(_) => Some("official"),
            Boundary::Estimated(_) => Some("estimated"),
        };
        vec![
            Cell::Word(&areas.levels()[area.level].key),
            Cell::Word(&area.code),
            Cell::Word(&area.name),
            Cell::word(area.parent.map(|parent| areas[parent].code.as_str())),
            Cell::word(boundary),
            Cell::Flag(self.illustrative),
            Cell::number(self.residents.as_ref().and_then(|residents| residents.within(id))),
            Cell::Count(self.by_area.count(id, "unmet")),
            Cell::Count(self.by_area.count(id, "unknown")),
        ]
    }
}
