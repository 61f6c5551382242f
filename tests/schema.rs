//! The schemas for editors are those that the command prints, and the files that ship name theirs.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

/// What `explain --schema` calls it, its file, and a file that names it in its first line.
const SCHEMAS: [(&str, &str, &str); 2] = [
    ("pack", "seeds/pack.schema.json", "seeds/jinpu-2018.toml"),
    ("study", "geodata/study.schema.json", "geodata/jinpu/study.toml"),
];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn text(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The names under `word` anywhere in a schema.
fn named<'a>(schema: &'a Value, word: &str, found: &mut Vec<&'a str>) {
    match schema {
        Value::Object(members) => {
            for (name, member) in members {
                found.extend((name == word).then(|| member.as_str()).flatten());
                named(member, word, found);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| named(item, word, found)),
        _ => {}
    }
}

#[test]
fn the_schemas_are_those_that_the_command_prints() {
    for (what, file, _) in SCHEMAS {
        let run = Command::new(env!("CARGO_BIN_EXE_evenreach")).args(["explain", "--schema", what]).output().unwrap();
        assert!(run.status.success());
        let printed = String::from_utf8(run.stdout).unwrap();
        assert!(
            printed == text(&root().join(file)),
            "{file} is out of date; write it again: cargo run -- explain --schema {what} > {file}"
        );
    }
}

#[test]
fn files_that_ship_name_their_schema_in_the_first_line() {
    for (_, schema, file) in SCHEMAS {
        let file = root().join(file);
        let text = text(&file);
        let first = text.lines().next().unwrap_or_default();
        let named = first.strip_prefix("#:schema ").unwrap_or_else(|| panic!("{}: {first}", file.display()));
        let path: PathBuf = file.parent().unwrap().join(named);
        assert_eq!(path.canonicalize().unwrap(), root().join(schema).canonicalize().unwrap());
    }
}

#[test]
fn every_reference_in_a_schema_leads_somewhere() {
    for (_, file, _) in SCHEMAS {
        let schema: Value = serde_json::from_str(&text(&root().join(file))).unwrap();
        let mut references = Vec::new();
        named(&schema, "$ref", &mut references);
        assert!(!references.is_empty());
        for reference in references {
            assert!(schema.pointer(reference.trim_start_matches('#')).is_some(), "{file}: {reference}");
        }
    }
}
