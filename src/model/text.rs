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
