//! Lines for a terminal: wrapped to its width with Chinese counted as two, coloured if asked, free of anyone's escapes.

use textwrap::Options;

use crate::report::words::plain;

/// How a line looks where styles are asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Style {
    Plain,
    Title,
    Good,
    Bad,
    Doubt,
    Quiet,
}

impl Style {
    fn code(self) -> &'static str {
        match self {
            Self::Plain => "",
            Self::Title => "\x1b[1m",
            Self::Good => "\x1b[32m",
            Self::Bad => "\x1b[31m",
            Self::Doubt => "\x1b[33m",
            Self::Quiet => "\x1b[2m",
        }
    }
}

/// Text that grows line by line.
pub(crate) struct Page {
    text: String,
    width: usize,
    is_styled: bool,
}

impl Page {
    pub(crate) fn new(width: usize, is_styled: bool) -> Self {
        // Narrower, and a name and its number would part at every word.
        Self { text: String::new(), width: width.max(30), is_styled }
    }

    /// A paragraph after `first`, its further lines as far in.
    pub(crate) fn line(&mut self, first: &str, text: &str, style: Style) {
        let rest = " ".repeat(textwrap::core::display_width(first));
        let text = plain(text);
        let options = Options::new(self.width).initial_indent(first).subsequent_indent(&rest);
        for line in textwrap::wrap(text.trim(), options) {
            let styled = self.styled(&line, style);
            self.text.push_str(&styled);
            self.text.push('\n');
        }
    }

    /// Short pieces side by side, each with its own style.
    pub(crate) fn pieces(&mut self, pieces: &[(String, Style)]) {
        let width: usize = pieces.iter().map(|(piece, _)| textwrap::core::display_width(piece) + 3).sum();
        let parted = if width <= self.width { "   " } else { "\n" };
        let styled: Vec<String> = pieces.iter().map(|(piece, style)| self.styled(&plain(piece), *style)).collect();
        self.text.push_str(&styled.join(parted));
        self.text.push('\n');
    }

    pub(crate) fn gap(&mut self) {
        self.text.push('\n');
    }

    pub(crate) fn text(self) -> String {
        self.text
    }

    fn styled(&self, text: &str, style: Style) -> String {
        if self.is_styled && style != Style::Plain { format!("{}{text}\x1b[0m", style.code()) } else { text.to_owned() }
    }
}
