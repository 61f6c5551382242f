//! Who may use whom: the rooms of the program keep their order.
//!
//! ```text
//! units, program, model ← space ← access | equity | siting ← allocation ← rules ← assess ← scenario ← write
//!     ← read | report ← cli | web
//! ```
//!
//! `←` is "is used by", also from further left; rooms parted by `|` do not use each other. The compiler does not hold
//! this within one crate; this reads the paths that begin with `crate::`, `evenreach::` or enough `super::`.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// The rooms in order, from those that use nothing: each may use those of the lines before its own. `model` may use
/// `units`, which stands beside it.
const ORDER: [&[&str]; 11] = [
    &["units", "program"],
    &["model"],
    &["space"],
    &["access", "equity", "siting"],
    &["allocation"],
    &["rules"],
    &["assess"],
    &["scenario"],
    &["write"],
    &["read", "report"],
    &["cli", "web"],
];

/// Rooms beside the order, and all that they may use; of all others only the last two rooms may use them.
const BESIDE: [(&str, &[&str]); 1] = [("sample", &["units", "model", "space"])];

/// The crate's roots: they declare the rooms and start the command.
const ROOTS: [&str; 2] = ["lib.rs", "main.rs"];

fn rank(room: &str) -> Option<usize> {
    ORDER.iter().position(|rooms| rooms.contains(&room))
}

fn is_room(name: &str) -> bool {
    rank(name).is_some() || BESIDE.iter().any(|(room, _)| *room == name)
}

/// Whether `user` may use `used`.
fn may_use(user: &str, used: &str) -> bool {
    if user == used {
        return true;
    }
    if let Some((_, allowed)) = BESIDE.iter().find(|(room, _)| *room == user) {
        return allowed.contains(&used);
    }
    match (rank(user), rank(used)) {
        (Some(user), Some(used)) => used < user,
        (Some(user), None) => user == ORDER.len() - 1,
        (None, _) => false,
    }
}

/// One path that leads from the crate's root: the line it stands on and its first word.
type Use = (usize, String);

/// The rooms that the text of a module uses. `module` is its path from the root, such as `["read", "areas"]`.
fn uses(text: &str, module: &[String]) -> Vec<Use> {
    let mut found = Vec::new();
    // Modules written out in this file, with the blanks before them; rustfmt closes them under their first letter.
    let mut inline: Vec<(usize, String)> = Vec::new();
    let lines: Vec<&str> = text.lines().collect();
    for (index, line) in lines.iter().enumerate() {
        let code = code(line);
        let indent = code.len() - code.trim_start().len();
        if code.trim() == "}" && inline.last().is_some_and(|(at, _)| *at == indent) {
            inline.pop();
        }
        for root in ["crate::", "evenreach::"] {
            for (at, _) in code.match_indices(root) {
                let before = code[..at].chars().next_back();
                if !before.is_some_and(|letter| letter.is_alphanumeric() || letter == '_') {
                    found.extend(firsts(&lines[index..], at + root.len()).map(|word| (index + 1, word)));
                }
            }
        }
        let mut rest = 0;
        while let Some(at) = code[rest..].find("super::").map(|at| at + rest) {
            let ups = code[at..].split("super::").take_while(|piece| piece.is_empty()).count();
            rest = at + ups * "super::".len();
            if ups == module.len() + inline.len() {
                found.extend(firsts(&lines[index..], rest).map(|word| (index + 1, word)));
            }
        }
        let opened = code.trim_start().trim_start_matches("pub ").strip_prefix("mod ");
        if let Some(name) = opened.and_then(|rest| rest.trim_end().strip_suffix('{')) {
            inline.push((indent, name.trim().to_owned()));
        }
    }
    found
}

/// A line without its comment.
fn code(line: &str) -> &str {
    line.split("//").next().unwrap_or("")
}

/// The first words of what follows a root from `start` in the first line: one, or each of a group in braces.
fn firsts(lines: &[&str], start: usize) -> impl Iterator<Item = String> + use<> {
    let mut text = code(lines[0])[start..].to_owned();
    if text.starts_with('{') {
        // A group may go on over the next lines.
        for line in &lines[1..] {
            if text.matches('{').count() <= text.matches('}').count() {
                break;
            }
            text.push_str(code(line));
        }
    }
    let word = |text: &str| -> String {
        text.trim_start().chars().take_while(|letter| letter.is_alphanumeric() || *letter == '_').collect()
    };
    let mut words = Vec::new();
    if let Some(group) = text.strip_prefix('{') {
        let mut depth = 0_i32;
        let mut item = String::new();
        for letter in group.chars() {
            match letter {
                '{' => depth += 1,
                '}' if depth == 0 => break,
                '}' => depth -= 1,
                ',' if depth == 0 => words.push(word(&std::mem::take(&mut item))),
                _ => item.push(letter),
            }
        }
        words.push(word(&item));
    } else {
        words.push(word(&text));
    }
    words.into_iter().filter(|word| !word.is_empty())
}

/// Every file of Rust below a folder.
fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).expect("the folder is in the repository") {
        let path = entry.expect("the folder can be read").path();
        if path.is_dir() {
            files.extend(sources(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    files.sort();
    files
}

/// The path of the module that a file holds, from the root.
fn module(file: &Path) -> Vec<String> {
    let mut names: Vec<String> =
        file.with_extension("").iter().map(|name| name.to_string_lossy().into_owned()).collect();
    if names.last().is_some_and(|name| name == "mod") {
        names.pop();
    }
    names
}

/// What is out of order in a file, a line each.
fn out_of_order(name: &str, text: &str, user: &[String]) -> Vec<String> {
    let room = &user[0];
    let wrong = uses(text, user).into_iter().filter(|(_, used)| is_room(used) && !may_use(room, used));
    wrong.map(|(line, used)| format!("src/{name}:{line}: `{room}` may not use `{used}`")).collect()
}

#[test]
fn no_room_uses_one_that_stands_further_right() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut wrong = Vec::new();
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    for path in sources(&src) {
        let file = path.strip_prefix(&src).expect("it was found there");
        let name = file.to_string_lossy().replace('\\', "/");
        if ROOTS.contains(&name.as_str()) {
            continue;
        }
        let module = module(file);
        if !is_room(&module[0]) {
            wrong
                .push(format!("src/{name}: `{}` has no place in the order; give it one in tests/layers.rs", module[0]));
            continue;
        }
        let text = fs::read_to_string(&path).expect("the file is text");
        *seen.entry(module[0].clone()).or_insert(0) += uses(&text, &module).len();
        wrong.extend(out_of_order(&name, &text, &module));
    }
    assert!(wrong.is_empty(), "out of order:\n{}", wrong.join("\n"));
    // That the paths were seen at all: every room but the first uses another.
    for room in ["space", "rules", "assess", "read", "report", "cli", "sample"] {
        assert!(seen.get(room).is_some_and(|&n| 0 < n), "no path was found in `{room}`: {seen:?}");
    }
}

#[test]
fn a_path_out_of_order_is_found_however_it_is_written() {
    let at = |module: &[&str]| module.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
    for (module, text, line) in [
        (&["space"][..], "use crate::rules::Pack;", 1),
        (&["space", "travel"], "// one\nfn f() -> crate::rules::Pack {}", 2),
        (&["read", "areas"], "use crate::{\n    model::Area,\n    report::csv,\n};", 1),
        (&["rules", "reach"], "use crate::{model::{Area, AreaId}, assess};", 1),
        (&["access"], "pub use evenreach::equity;", 1),
        (&["units"], "use super::model::Area;", 1),
        (&["rules", "reach"], "use super::super::assess;", 1),
        (&["rules", "reach"], "mod tests {\n    use super::super::super::assess;\n}", 2),
        (&["rules", "reach"], "mod tests {\n}\nuse super::super::{model, report};", 3),
        (&["sample", "jobs"], "use crate::read::read_study;", 1),
        (&["rules"], "use crate::sample::generate;", 1),
        (&["read"], "use crate::cli;", 1),
        (&["web"], "use crate::cli;", 1),
        (&["siting"], "use crate::access;", 1),
        (&["model", "area"], "pub(in crate::cli) fn f() {}", 1),
    ] {
        let found = out_of_order("x.rs", text, &at(module));
        assert_eq!(found.len(), 1, "{module:?}: {text}: {found:?}");
        assert!(found[0].starts_with(&format!("src/x.rs:{line}: ")), "{found:?}");
    }
    for (module, text) in [
        (&["cli", "check"][..], "use crate::sample::generate;"),
        (&["cli"], "use crate::{report, read, model};"),
        (&["model"], "use crate::units::Metres;"),
        (
            &["rules", "reach"],
            "use super::select::Where;\nmod tests {\n    use super::*;\n    use super::super::pack;\n}",
        ),
        (&["space"], "//! See [`crate::rules`].\n/// [`crate::cli`]"),
        (&["rules", "reach"], "use super::super::model::Area;"),
        (&["space"], "let x = mycrate::rules::f();"),
    ] {
        let found = out_of_order("x.rs", text, &at(module));
        assert!(found.is_empty(), "{module:?}: {text}: {found:?}");
    }
}
