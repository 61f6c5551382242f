//! The study that a command works on, read with its packs.

use std::path::{Path, PathBuf};

use super::progress::Progress;
use super::tell::{self, Stopped};
use crate::assess::Only;
use crate::model::{Lang, Text};
use crate::read::pack::seed_names;
use crate::read::{Failure, Options, ReadStudy, read_study, title};

/// What a command says of its study.
pub(super) struct Wanted<'a> {
    /// The folder or the extract.
    pub(super) study: &'a Path,
    /// Packs in place of those that it names.
    pub(super) packs: &'a [PathBuf],
    /// Ids or prefixes of ids of the obligations that are judged.
    pub(super) only: &'a [String],
    /// Whether warnings stop the run.
    pub(super) strict: bool,
}

/// Why nothing was checked.
pub(super) enum Why {
    Unread(Failure),
    Said(Text),
}

impl Why {
    pub(super) fn tell(self, lang: Lang) -> Stopped {
        match self {
            Self::Unread(failure) => tell::failure(&failure, lang),
            Self::Said(text) => tell::stop(&text, lang),
        }
    }
}

/// The study, if there is something in it to check; `n_after` steps follow when its files are read.
pub(super) fn read(wanted: &Wanted<'_>, progress: &Progress, n_after: u64) -> Result<ReadStudy, Why> {
    let read = read_with_or_without_packs(wanted, progress, n_after)?;
    if read.packs.is_empty() {
        let known = seed_names();
        return Err(Why::Said(Text {
            en: format!(
                "the study names no pack: add packs = [\"...\"] to study.toml, or give --pack NAME or --pack FILE; packs that \
                 come with the program: {known}"
            ),
            zh: format!(
                "研究未指定规则包：请在 study.toml 中写 packs = [\"...\"]，或使用 --pack 名称或文件；程序附带的规则包：{known}"
            ),
        }));
    }
    if let Some(word) = Only::new(wanted.only.to_vec()).unmatched(&read.packs).first() {
        return Err(Why::Said(Text {
            en: format!(
                "no obligation has the id `{word}` or one that starts with it and a dot; `evenreach explain` lists them"
            ),
            zh: format!("没有编号为或以 {word} 开头的条款；可用 evenreach explain 查看"),
        }));
    }
    Ok(read)
}

/// The study, even if it has no pack.
pub(super) fn read_with_or_without_packs(
    wanted: &Wanted<'_>,
    progress: &Progress,
    n_after: u64,
) -> Result<ReadStudy, Why> {
    let options = Options { packs: wanted.packs.to_vec(), strict: wanted.strict, ..Options::default() };
    let read = read_study(wanted.study, &options, &|file, n_files| {
        progress.expect(n_files as u64 + n_after);
        progress.step(file);
    });
    read.map_err(Why::Unread)
}

/// Where the files of a study go if nobody says: out/NAME below the current folder, with what the command adds to the name.
pub(super) fn default_out(study: &Path, added: &str) -> PathBuf {
    let name = study.canonicalize().ok().and_then(|study| Some(study.file_name()?.to_owned()));
    let name = name.unwrap_or_else(|| "study".into());
    let mut name = match name.to_str().filter(|_| study.is_file()) {
        Some(file) => title(file).into(),
        None => name,
    };
    name.push(added);
    Path::new("out").join(name)
}
