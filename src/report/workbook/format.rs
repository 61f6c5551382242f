//! How cells look.

use rust_xlsxwriter::{Format, FormatAlign, FormatBorder};

use crate::model::Lang;

/// The formats of a workbook.
pub(super) struct Formats {
    pub(super) plain: Format,
    /// Of a sheet's title.
    pub(super) title: Format,
    /// What a reader must know first.
    pub(super) doubt: Format,
    pub(super) header: Format,
    /// A header that stands on its side.
    pub(super) tall: Format,
    pub(super) text: Format,
    /// Text that looks like a formula: it stays text when someone edits the cell.
    pub(super) quoted: Format,
    pub(super) whole: Format,
    /// Whole numbers with thousands parted.
    pub(super) count: Format,
    /// Numbers with decimals.
    pub(super) number: Format,
    /// A mark in the score card.
    pub(super) mark: Format,
    /// Verdicts: unmet, unknown, met, not checkable.
    pub(super) verdicts: [Format; 4],
}

impl Formats {
    pub(super) fn new(lang: Lang) -> Self {
        // A font that Windows and the office programs on it have; others take what they have for the character set.
        let font = match lang {
            Lang::Zh => Format::new().set_font_name("微软雅黑").set_font_charset(134),
            Lang::En => Format::new().set_font_name("Calibri"),
        };
        let font = font.set_font_family(2).set_font_size(10);
        let plain = font.clone().set_align(FormatAlign::Top);
        let cell = plain.clone().set_border(FormatBorder::Hair).set_border_color(0x00BF_BFBF);
        let header = cell.clone().set_bold().set_background_color(0x00DD_E5EE).set_text_wrap();
        let fill = |ground: u32, letters: u32| Format::new().set_background_color(ground).set_font_color(letters);
        Self {
            title: font.clone().set_bold().set_font_size(14),
            doubt: font.set_font_color(0x00B0_3000).set_italic(),
            tall: header.clone().set_rotation(90).set_align(FormatAlign::Bottom),
            text: cell.clone().set_text_wrap(),
            quoted: cell.clone().set_text_wrap().set_quote_prefix(),
            whole: cell.clone().set_num_format("0"),
            count: cell.clone().set_num_format("#,##0"),
            number: cell.clone().set_num_format("#,##0.######"),
            mark: cell.set_align(FormatAlign::Center),
            // As on the map; the letters keep enough contrast with the ground.
            verdicts: [
                fill(0x00D5_5E00, 0x00FF_FFFF).set_bold(),
                fill(0x00F8_EBB8, 0x0000_0000),
                fill(0x00CF_E4F3, 0x0000_0000),
                fill(0x00E6_E6E6, 0x0060_6060),
            ],
            plain,
            header,
        }
    }
}
