//! Columns whose values no cell can hold.

use super::problem::{At, Problems, say};

/// Says that a column is left out, and why.
pub(super) fn column(file: &str, header: &str, (en, zh): (&str, &str), problems: &mut Problems) {
    problems.warning(
        "column-left-out",
        file,
        At::Column(header.to_owned()),
        say(format!("the column is left out: {en}"), format!("该列未被读取：{zh}")),
        say("write what is needed of it as text or numbers", "如需使用，请改存为文本或数字"),
    );
}
