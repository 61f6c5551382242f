//! Words in the two languages that every output speaks.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The same words in English and Chinese.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Text {
    /// In English.
    pub en: String,
    /// 中文。
    pub zh: String,
}

impl Text {
    /// The words in `lang`.
    pub fn get(&self, lang: Lang) -> &str {
        match lang {
            Lang::En => &self.en,
            Lang::Zh => &self.zh,
        }
    }

    /// The same word in both languages: a key or a proper name.
    pub fn same(word: &str) -> Self {
        Self { en: word.to_owned(), zh: word.to_owned() }
    }
}

/// A language of the outputs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Lang {
    /// 中文
    Zh,
    /// English
    En,
}

impl Lang {
    /// The one of two that is in this language.
    pub fn pick<T>(self, en: T, zh: T) -> T {
        match self {
            Self::En => en,
            Self::Zh => zh,
        }
    }
}

/// A text from someone's data made safe to show on one line: no control characters (so no terminal escapes), nothing
/// that turns the direction of writing, no invisible marks; line breaks and tabs become spaces.
pub fn plain(text: &str) -> String {
    text.chars().filter_map(shown).collect()
}

/// A letter as [`plain`] shows it, if it does.
pub fn shown(letter: char) -> Option<char> {
    match letter {
        '\t' | '\n' | '\r' | '\u{b}' | '\u{c}' | '\u{85}' | '\u{2028}' | '\u{2029}' => Some(' '),
        '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' => None,
        letter if letter.is_control() => None,
        letter => Some(letter),
    }
}
