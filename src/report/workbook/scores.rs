//! The score card: areas by obligations, a mark in each cell.

use rust_xlsxwriter::XlsxError;

use super::sheet::{Book, HEADER, cell, width_of};
use crate::model::{AreaId, Id, LevelId};
use crate::report::layers::Assessment;

/// The marks: unmet, unknown, met, not checkable. Fonts of every office have them.
const MARKS: [&str; 4] = ["×", "?", "√", "—"];

/// A sheet has 16,384 columns; some come before the obligations.
const MOST_COLUMNS: usize = 16_000;

/// The areas of one level that are judged.
pub(super) struct Level {
    level: LevelId,
    pub(super) areas: Vec<AreaId>,
    /// The findings that judge one of them.
    findings: Vec<usize>,
}

/// The levels at which obligations are judged, first that of most obligations.
pub(super) fn levels(of: &Assessment<'_>) -> Vec<Level> {
    let areas = &of.world.areas;
    let level = |level: LevelId| {
        let judged = |&area: &AreaId| of.by_area.about(area).next().is_some();
        let ids: Vec<AreaId> = areas.at_level(level).iter().copied().filter(judged).collect();
        let is_judged = |index: usize| ids.iter().any(|&area| of.by_area.subject(index, area).is_some());
        let findings = of.by_area.findings().map(|(index, _)| index).filter(|&index| is_judged(index)).collect();
        Level { level, areas: ids, findings }
    };
    let levels = (0..areas.levels().len()).map(LevelId::new).map(level);
    let mut levels: Vec<Level> = levels.filter(|level| !level.areas.is_empty()).collect();
    levels.sort_by_key(|level| std::cmp::Reverse(level.findings.len()));
    levels
}

pub(super) fn write(book: &mut Book<'_, '_>, level: &Level, most: usize) -> Result<(), XlsxError> {
    let (of, lang) = (book.of, book.of.lang);
    let label = of.world.areas.levels()[level.level].label.get(lang);
    let key = &of.world.areas.levels()[level.level].key;
    let label = of.findings.packs.iter().find_map(|pack| pack.levels.get(key)).map_or(label, |label| label.get(lang));
    let name = lang.pick(format!("scores {label}"), format!("评分表 {label}"));
    let marks = lang.pick(
        "√ kept   × not kept   ? unknown   — not checkable   blank: not judged here",
        "√ 达标　× 未达标　? 无法判定　— 不可核查　空白：此处不核查",
    );
    let title = lang.pick(format!("Score card: {label}. {marks}"), format!("评分表（{label}）　{marks}"));
    let shown = level.areas.len().min(most);
    let mut sheet = book.sheet(&name, &title, Some((shown, level.areas.len())))?;
    let findings = &level.findings[..level.findings.len().min(MOST_COLUMNS)];

    let fixed =
        lang.pick(["code", "name", "in", "not kept", "unknown"], ["代码", "名称", "所在区域", "未达标", "无法判定"]);
    let mut widths: [usize; 5] = [6, 8, 8, 7, 8];
    for (at, header) in (0_u16..).zip(fixed) {
        sheet.write_string_with_format(HEADER, at, header, &book.formats.header)?;
    }
    const FIRST: u16 = 5;
    for (at, &index) in (FIRST..).zip(findings) {
        let obligation = of.findings.obligation(&of.findings.findings[index]);
        let header = format!("{} {} {}", obligation.clause, obligation.id.get_ref(), obligation.summary.get(lang));
        sheet.write_string_with_format(HEADER, at, short(&cell(&header), 96), &book.formats.tall)?;
        sheet.set_column_width(at, 6.5)?;
    }
    sheet.set_row_height(HEADER, 190)?;
    for (row, &area) in (HEADER + 1..).zip(&level.areas[..shown]) {
        let known = &of.world.areas[area];
        let parent = known.parent.map(|parent| of.world.areas[parent].name.as_str()).unwrap_or_default();
        for (at, text) in (0_u16..).zip([known.code.as_str(), &known.name, parent]) {
            let width = &mut widths[usize::from(at)];
            *width = (*width).max(book.write_text(&mut sheet, (row, at), text, false)?);
        }
        for (at, key) in (3_u16..).zip(["unmet", "unknown"]) {
            book.write_number(&mut sheet, (row, at), of.by_area.count(area, key) as f64, false)?;
        }
        for (at, &index) in (FIRST..).zip(findings) {
            let mark = match of.by_area.subject(index, area).map(|subject| subject.verdict.key()) {
                Some("unmet") => MARKS[0],
                Some("unknown") => MARKS[1],
                Some("met") => MARKS[2],
                Some(_) => MARKS[3],
                None => "",
            };
            sheet.write_string_with_format(row, at, mark, &book.formats.mark)?;
        }
    }
    for (at, width) in (0_u16..).zip(widths) {
        sheet.set_column_width(at, (width.min(30) + 2) as f64)?;
    }
    let last_row = HEADER + u32::try_from(shown).unwrap_or(0);
    let last = FIRST + u16::try_from(findings.len()).unwrap_or(0) - 1;
    sheet.autofilter(HEADER, 0, last_row, last)?;
    if FIRST <= last {
        book.colour(&mut sheet, (HEADER + 1, FIRST), (last_row, last), &MARKS)?;
    }
    sheet.set_freeze_panes(HEADER + 1, 2)?.set_repeat_rows(HEADER, HEADER)?;
    book.put(sheet);
    Ok(())
}

/// The start of a text, at most so wide.
fn short(text: &str, most: usize) -> String {
    let mut width = 0;
    let fits = |letter: &char| {
        width += width_of(letter.encode_utf8(&mut [0; 4]));
        width <= most
    };
    let start: String = text.chars().take_while(fits).collect();
    if start.len() < text.len() { format!("{start}…") } else { start }
}
