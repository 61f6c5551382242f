//! What the commands print: results to the output, problems and progress to the error stream.

use std::io::{BufWriter, IsTerminal, Write};

use crate::model::{Lang, Text};
use crate::read::Failure;
use crate::read::problem::{Problems, Severity};
use crate::report::files::Content;
use crate::report::words::plain;

/// The run stopped, and the reason has been told.
#[derive(Debug)]
pub(super) struct Stopped;

/// Problems printed of each severity; the rest is counted.
const SHOWN: usize = 30;

/// Prints a result. A reader that has gone away (`| head`) is no error.
pub(super) fn result(text: &str) {
    let mut out = anstream::stdout().lock();
    let _ = out.write_all(text.as_bytes());
    let _ = out.flush();
}

/// Prints what a file holds, likewise.
pub(super) fn content(content: &impl Content) {
    let mut out = BufWriter::new(std::io::stdout().lock());
    let _ = content.write(&mut out).and_then(|()| out.flush());
}

/// Whether results may be coloured: on a terminal whose user has not said no.
pub(super) fn style() -> bool {
    std::io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
}

/// The columns of the terminal; of a file, enough for a readable line.
pub(super) fn width() -> usize {
    terminal_size::terminal_size_of(std::io::stdout()).map_or(100, |(width, _)| usize::from(width.0).clamp(60, 160))
}

/// Text in lines of at most `width` columns, broken between words only, so that keys and numbers stay whole: the first
/// line begins with `first`, the others with `later`.
pub(super) fn wrapped(text: &str, first: &str, later: &str, width: usize) -> String {
    let options = textwrap::Options::new(width).initial_indent(first).subsequent_indent(later);
    let options = options.break_words(false).word_splitter(textwrap::WordSplitter::NoHyphenation);
    format!("{}\n", textwrap::fill(text, options))
}

/// Prints to the error stream.
pub(super) fn note(text: &str) {
    let mut err = anstream::stderr().lock();
    let _ = writeln!(err, "{text}");
}

/// Prints why the command could not run.
pub(super) fn stop(text: &Text, lang: Lang) -> Stopped {
    let word = match lang {
        Lang::En => "error",
        Lang::Zh => "错误",
    };
    note(&format!("{word}: {}", plain(text.get(lang))));
    Stopped
}

/// Prints what is wrong with the input, errors first, each with its place and how to mend it.
pub(super) fn problems(problems: &Problems, lang: Lang) {
    for severity in [Severity::Error, Severity::Warning, Severity::Note] {
        let all: Vec<_> = problems.kept().iter().filter(|problem| problem.severity == severity).collect();
        let word = match (severity, lang) {
            (Severity::Error, Lang::En) => "error",
            (Severity::Error, Lang::Zh) => "错误",
            (Severity::Warning, Lang::En) => "warning",
            (Severity::Warning, Lang::Zh) => "警告",
            (Severity::Note, Lang::En) => "note",
            (Severity::Note, Lang::Zh) => "说明",
        };
        for problem in all.iter().take(SHOWN) {
            let (place, what, help) = (problem.place(lang), problem.what.get(lang), problem.help.get(lang));
            note(&format!("{word}: {}: {}\n    → {}", plain(&place), plain(what), plain(help)));
        }
        if SHOWN < all.len() {
            let rest = all.len() - SHOWN;
            note(&match lang {
                Lang::En => format!("{word}: and {rest} more"),
                Lang::Zh => format!("{word}：另有 {rest} 条"),
            });
        }
    }
    for (file, code, n) in problems.left_out() {
        note(&match lang {
            Lang::En => format!("{}: {n} more of the kind `{code}` are not listed", plain(file)),
            Lang::Zh => format!("{}：另有 {n} 条 `{code}` 类问题未列出", plain(file)),
        });
    }
}

/// Says which files in the folder of the outputs an earlier run has left.
pub(super) fn left_over(names: &[String], lang: Lang) {
    if names.is_empty() {
        return;
    }
    let names = names.join(lang.pick(", ", "、"));
    note(&lang.pick(
        format!("warning: from an earlier run, not of this one: {names}"),
        format!("警告：以下文件由之前的运行留下，不是本次结果：{names}"),
    ));
}

/// Prints why a study could not be read.
pub(super) fn failure(failure: &Failure, lang: Lang) -> Stopped {
    match failure {
        Failure::Refused(refused) => {
            for document in refused {
                note(&document.render(std::io::stderr().is_terminal()));
            }
            let n: usize = refused.iter().map(|document| document.mistakes.len()).sum();
            let text = Text {
                en: format!("{}, underlined above; nothing was checked", counted(n, "mistake")),
                zh: format!("共 {n} 处错误，已在上文标出；未进行核查"),
            };
            stop(&text, lang)
        }
        Failure::Problems(found) => {
            problems(found, lang);
            let n = found.kept().iter().filter(|problem| problem.severity == Severity::Error).count();
            let text = Text {
                en: format!("{} in the input; nothing was checked", counted(n, "error")),
                zh: format!("输入数据有 {n} 处错误；未进行核查"),
            };
            stop(&text, lang)
        }
    }
}

fn counted(n: usize, noun: &str) -> String {
    if n == 1 { format!("1 {noun}") } else { format!("{n} {noun}s") }
}
