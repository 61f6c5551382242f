//! The first sheet: how many obligations of each lead unit are kept, and how many people live where one is not.

use rust_xlsxwriter::XlsxError;

use super::sheet::{Book, HEADER, cell, height_of, lines_of};
use crate::assess::affected::Headcount;
use crate::assess::{Assessed, RESIDENTS};
use crate::report::words::Words;
use crate::rules::Verdict;
use crate::rules::finding::{Finding, Of};

/// One line of the table.
struct Line<'a> {
    name: String,
    findings: Vec<&'a Assessed>,
}

/// Of the columns, in Latin letters.
const WIDTHS: [usize; 8] = [46, 28, 12, 18, 24, 24, 18, 12];

pub(super) fn write(book: &mut Book<'_, '_>) -> Result<(), XlsxError> {
    let (of, lang) = (book.of, book.of.lang);
    let mut lines: Vec<Line<'_>> = Vec::new();
    for assessed in &of.findings.findings {
        let name = Words::of(of.findings, assessed, of.world, lang).lead(of.findings.obligation(assessed));
        match lines.iter_mut().find(|line| line.name == name) {
            Some(line) => line.findings.push(assessed),
            None => lines.push(Line { name: name.to_owned(), findings: vec![assessed] }),
        }
    }
    lines.push(Line { name: lang.pick("all", "合计").to_owned(), findings: of.findings.findings.iter().collect() });

    let title = lang.pick("How the obligations stand", "条款落实情况汇总");
    let mut sheet = book.sheet(lang.pick("summary", "汇总"), title, None)?;
    let headers = lang.pick(
        [
            "lead unit",
            "obligations",
            "kept",
            "not kept",
            "unknown",
            "not checkable",
            "residents where something is not kept",
            "areas of these not counted",
        ],
        [
            "责任单位",
            "条款数",
            "达标",
            "未达标",
            "无法判定",
            "不可核查",
            "所在区域有条款未达标的常住人口",
            "其中人数不详的区域数",
        ],
    );
    for (at, header) in (0_u16..).zip(headers) {
        sheet.write_string_with_format(HEADER, at, cell(header), &book.formats.header)?;
        sheet.set_column_width(at, WIDTHS[usize::from(at)] as f64)?;
    }
    sheet.set_row_height(HEADER, height_of(3))?;
    let residents = Headcount::of(of.world, RESIDENTS);
    let n_lines = lines.len();
    for (row, line) in (HEADER + 1..).zip(&lines) {
        let is_last = row as usize == HEADER as usize + n_lines;
        book.write_text(&mut sheet, (row, 0), &line.name, is_last)?;
        let count = |key: &str| line.findings.iter().filter(|found| found.finding.verdict.key() == key).count();
        let counts = [line.findings.len(), count("met"), count("unmet"), count("unknown"), count("not-checkable")];
        for (at, n) in (1_u16..).zip(counts) {
            book.write_number(&mut sheet, (row, at), n as f64, is_last)?;
        }
        let unmet = somewhere_unmet(&line.findings);
        let affected = residents.as_ref().and_then(|people| people.affected(&of.world.areas, RESIDENTS, &unmet));
        for (at, n) in
            (6_u16..).zip([affected.as_ref().map(|a| a.persons), affected.as_ref().map(|a| a.uncounted as f64)])
        {
            match n {
                Some(n) => drop(book.write_number(&mut sheet, (row, at), n, is_last)?),
                None => drop(sheet.write_blank(row, at, &book.formats.text)?),
            }
        }
    }
    let last = HEADER + u32::try_from(n_lines).unwrap_or(0);
    unmet_obligations(book, &mut sheet, last + 2)?;
    sheet.set_freeze_panes(HEADER + 1, 1)?.set_repeat_rows(HEADER, HEADER)?;
    book.put(sheet);
    Ok(())
}

/// Every area where one of these is not kept, as one finding.
fn somewhere_unmet(findings: &[&Assessed]) -> Finding {
    let subjects = findings.iter().flat_map(|assessed| &assessed.finding.subjects);
    let unmet = subjects.filter(|subject| subject.verdict == Verdict::Unmet);
    let mut areas: Vec<_> = unmet
        .filter_map(|subject| match subject.of {
            Of::Area(id) => Some((id, subject)),
            _ => None,
        })
        .collect();
    areas.sort_by_key(|(id, _)| *id);
    areas.dedup_by_key(|(id, _)| *id);
    let subjects = areas.into_iter().map(|(_, subject)| subject.clone()).collect();
    let verdict = if findings.iter().any(|found| found.finding.verdict == Verdict::Unmet) {
        Verdict::Unmet
    } else {
        Verdict::Met
    };
    Finding { subjects, ..Finding::bare(verdict) }
}

/// The obligations that are not kept, a line each, in the order of the packs.
fn unmet_obligations(book: &Book<'_, '_>, sheet: &mut rust_xlsxwriter::Worksheet, start: u32) -> Result<(), XlsxError> {
    let (of, lang) = (book.of, book.of.lang);
    let unmet: Vec<&Assessed> =
        of.findings.findings.iter().filter(|found| found.finding.verdict == Verdict::Unmet).collect();
    sheet.write_string_with_format(start, 0, lang.pick("Not kept", "未达标条款"), &book.formats.title)?;
    let headers = lang.pick(
        ["promise", "id", "clause", "found", "required", "affected"],
        ["要求", "编号", "条款", "实际", "要求值", "涉及人群"],
    );
    for (at, header) in (0_u16..).zip(headers) {
        sheet.write_string_with_format(start + 1, at, header, &book.formats.header)?;
    }
    for (row, assessed) in (start + 2..).zip(unmet) {
        let words = Words::of(of.findings, assessed, of.world, lang);
        let (obligation, finding) = (of.findings.obligation(assessed), &assessed.finding);
        let required = finding.required.as_ref();
        let found = finding.observed.as_ref().map(|observed| words.observed(observed, required));
        let affected = assessed.affected.as_ref().map(|affected| words.affected(affected));
        let cells = [
            (0, obligation.summary.get(lang).to_owned()),
            (1, obligation.id.get_ref().clone()),
            (2, obligation.clause.clone()),
            (3, found.unwrap_or_default()),
            (4, required.map(|required| words.required(required)).unwrap_or_default()),
            (5, affected.unwrap_or_default()),
        ];
        let mut lines = 1;
        for (at, text) in &cells {
            let width = book.write_text(sheet, (row, *at), text, false)?;
            lines = lines.max(lines_of(width, WIDTHS[usize::from(*at)] - 2));
        }
        sheet.set_row_height(row, height_of(lines))?;
    }
    Ok(())
}
