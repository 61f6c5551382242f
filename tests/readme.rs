//! The examples of the README are true: its commands run as it says and print what it shows.
//!
//! In its blocks marked `console` a line `$ evenreach …` or `$ cargo run --release -- …` is run, in the order of the
//! page and in one folder that holds a copy of `geodata` and `seeds`. The lines below it must be in the output in their order, and
//! follow each other there unless a line `...` stands between them. A comment `# exits with 1` says the exit code; else
//! it is 0.

use std::fs;
use std::io;
use std::path::Path;
use std::process::{Command, Stdio};

/// One command and what the page says of it.
#[derive(Debug, PartialEq)]
struct Example {
    line: usize,
    command: String,
    exit_code: i32,
    shown: Vec<String>,
}

/// The examples of a page, in their order.
fn examples(page: &str) -> Vec<Example> {
    let mut examples: Vec<Example> = Vec::new();
    let mut in_console = false;
    for (index, text) in page.lines().enumerate() {
        let line = index + 1;
        if text.starts_with("```") {
            in_console = text == "```console";
        } else if let Some(typed) = text.strip_prefix("$ ").filter(|_| in_console) {
            let (command, remark) = typed.split_once('#').unwrap_or((typed, ""));
            let exit_code =
                remark.trim().strip_prefix("exits with ").map_or(0, |code| code.parse().expect("a code is a number"));
            examples.push(Example { line, command: command.trim().to_owned(), exit_code, shown: Vec::new() });
        } else if in_console {
            let example = examples.last_mut().unwrap_or_else(|| panic!("line {line}: no command above"));
            example.shown.push(text.trim_end().to_owned());
        }
    }
    examples
}

/// The first shown line that is not where the page has it.
fn missing<'a>(shown: &'a [String], printed: &str) -> Option<&'a str> {
    let printed: Vec<&str> = printed.lines().map(str::trim_end).collect();
    let mut at = 0;
    let mut anywhere = true;
    for line in shown {
        if line.trim() == "..." {
            anywhere = true;
            continue;
        }
        let rest = &printed[at..];
        let found = if anywhere {
            rest.iter().position(|printed| printed == line)
        } else {
            rest.first().filter(|&printed| printed == line).map(|_| 0)
        };
        match found {
            Some(steps) => at += steps + 1,
            None => return Some(line),
        }
        anywhere = false;
    }
    None
}

fn copy(from: &Path, to: &Path) -> io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        if entry.file_name() == "node_modules" {
            continue;
        }
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy(&entry.path(), &target)?;
        } else {
            fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}

#[test]
fn every_example_runs_as_the_page_says() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let page = fs::read_to_string(root.join("README.md")).unwrap();
    let examples = examples(&page);
    assert!(5 < examples.len(), "{examples:#?}");
    let folder = tempfile::tempdir().unwrap();
    copy(&root.join("geodata"), &folder.path().join("geodata")).unwrap();
    copy(&root.join("seeds"), &folder.path().join("seeds")).unwrap();
    for example in examples {
        let Example { line, command, exit_code, shown } = &example;
        let program = ["evenreach ", "cargo run --release -- "];
        let arguments = program.iter().find_map(|program| command.strip_prefix(program));
        let arguments = arguments.unwrap_or_else(|| panic!("README.md, line {line}: what is `{command}`?"));
        let run = Command::new(env!("CARGO_BIN_EXE_evenreach"))
            .args(arguments.split_whitespace())
            .current_dir(folder.path())
            .env("LC_ALL", "en_US.UTF-8")
            .stdin(Stdio::null())
            .output()
            .unwrap();
        let printed = format!("{}{}", String::from_utf8_lossy(&run.stderr), String::from_utf8_lossy(&run.stdout));
        assert_eq!(run.status.code(), Some(*exit_code), "README.md, line {line}: `{command}` printed\n{printed}");
        if let Some(lost) = missing(shown, &printed) {
            panic!("README.md, line {line}: `{command}` does not print\n{lost}\nbut\n{printed}");
        }
    }
}

/// The blocks of a page in a language, without their marks.
fn blocks<'a>(page: &'a str, language: &str) -> Vec<&'a str> {
    let start = format!("```{language}\n");
    page.split(&start).skip(1).filter_map(|rest| rest.split("```").next()).collect()
}

#[test]
fn the_study_on_the_page_is_one_and_the_obligation_is_in_the_pack() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let page = fs::read_to_string(root.join("README.md")).unwrap();
    let pack = fs::read_to_string(root.join("seeds/jinpu-2018.toml")).unwrap();
    let blocks = blocks(&page, "toml");
    let [study, obligation] = blocks.as_slice() else { panic!("{blocks:#?}") };
    let mistakes = evenreach::read::study::Study::parse(study).map(|_| ());
    assert!(mistakes.is_ok(), "{mistakes:?}");
    assert!(pack.contains(obligation), "{obligation}");
}

#[test]
fn every_command_and_every_kind_is_on_the_page() {
    let page = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md")).unwrap();
    for command in ["check", "explain", "inspect", "init", "sample"] {
        assert!(page.contains(&format!("`evenreach {command}")), "{command}");
    }
    for kind in evenreach::rules::Check::KINDS {
        assert!(page.contains(&format!("`{kind}`")), "{kind}");
    }
}

#[test]
fn links_on_the_page_lead_to_files() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    for page in ["README.md", "CHANGELOG.md", "seeds/README.md", "geodata/jinpu/README.md"] {
        let text = fs::read_to_string(root.join(page)).unwrap();
        let folder = root.join(page).parent().unwrap().to_owned();
        let targets = text.split("](").skip(1).filter_map(|rest| rest.split(')').next());
        for target in targets.filter(|target| !target.starts_with("http") && !target.starts_with('#')) {
            let path = target.split('#').next().unwrap_or(target);
            assert!(folder.join(path).exists(), "{page}: {target}");
        }
    }
}

#[test]
fn examples_are_taken_from_console_blocks_only() {
    let page = "```sh\n$ rm\n```\n```console\n$ evenreach check x   # exits with 2\none\n...\nthree\n```\n";
    let shown = vec!["one".to_owned(), "...".to_owned(), "three".to_owned()];
    let expected = Example { line: 5, command: "evenreach check x".to_owned(), exit_code: 2, shown };
    let found = examples(page);
    assert_eq!(found, [expected]);
    assert_eq!(missing(&found[0].shown, "zero\none\ntwo\nthree\n"), None);
    assert_eq!(missing(&found[0].shown, "one\ntwo\n"), Some("three"));
    assert_eq!(missing(&["one".to_owned(), "three".to_owned()], "one\ntwo\nthree\n"), Some("three"));
}
