//! The rules of the house, over the sources themselves.

use std::collections::BTreeMap;
use std::fs;

use regex::Regex;
use walkdir::WalkDir;

use crate::support::{read, repository, source};

/// The rooms in the order in which data flows through them; what uses them all comes last.
const ROOMS: [&str; 10] = [
    "event",
    "catalogue",
    "ingest",
    "normalise",
    "tally",
    "detect",
    "explain",
    "report",
    "cli",
    "run",
];
/// The most lines of code a file has: without tests, comments and blank lines.
const MOST_LINES: usize = 300;

/// Every Rust file below `src`, by its path there, without comments and without what stands
/// behind `#[cfg(test)]`, which is the end of a file.
fn code() -> BTreeMap<String, String> {
    let mut all = BTreeMap::new();
    for entry in WalkDir::new(repository("src")) {
        let entry = entry.expect("the sources can be walked");
        let path = entry.path();
        if path.extension().is_some_and(|extension| extension == "rs") {
            let name = path
                .strip_prefix(repository("src"))
                .expect("it was found there");
            let is_test = path.file_stem().is_some_and(|stem| stem == "tests");
            let text = if is_test {
                String::new()
            } else {
                stripped(&read(path))
            };
            all.insert(name.to_string_lossy().into_owned(), text);
        }
    }
    assert!(all.len() > 40, "{:?}", all.keys());
    all
}

fn stripped(text: &str) -> String {
    let mut kept = String::new();
    for line in text
        .lines()
        .take_while(|line| line.trim() != "#[cfg(test)]")
    {
        let code = line.trim();
        if !code.is_empty() && !code.starts_with("//") {
            kept += line;
            kept.push('\n');
        }
    }
    kept
}

/// The room that a file belongs to; `None` for `lib.rs` and `main.rs`.
fn room(file: &str) -> Option<usize> {
    let first = file
        .split('/')
        .next()
        .map(|first| first.trim_end_matches(".rs"));
    ROOMS.iter().position(|room| Some(*room) == first)
}

fn pattern(text: &str) -> Regex {
    Regex::new(text).expect("a pattern of this file")
}

/// Fails where a pattern is found in a file outside its homes.
fn assert_at_home(what: &str, homes: &[&str]) {
    let found = pattern(what);
    for (file, code) in code() {
        if !homes.iter().any(|home| file.starts_with(home)) {
            let line = code.lines().find(|line| found.is_match(line));
            assert_eq!(line, None, "src/{file}: {what} has its home in {homes:?}");
        }
    }
}

#[test]
fn no_room_imports_a_later_one() {
    for (file, code) in code() {
        assert!(
            !code.contains("crate::{"),
            "src/{file}: name the room in each use"
        );
        let Some(here) = room(&file) else { continue };
        // the program's ends know each other
        for later in &ROOMS[(here + 1).min(ROOMS.len())..] {
            if ROOMS[here] == "cli" {
                break;
            }
            let import = pattern(&format!(r"\bcrate::{later}\b"));
            let line = code.lines().find(|line| import.is_match(line));
            assert_eq!(
                line, None,
                "src/{file} is in {}, before {later}",
                ROOMS[here]
            );
        }
    }
}

#[test]
fn every_file_is_in_a_room_and_every_room_is_declared_in_order() {
    for file in code().keys() {
        let known = room(file).is_some() || ["lib.rs", "main.rs"].contains(&file.as_str());
        assert!(known, "src/{file} is in no room");
    }
    let lib = source("src/lib.rs");
    let declared: Vec<&str> = lib
        .lines()
        .filter_map(|line| line.strip_prefix("pub mod ")?.strip_suffix(';'))
        .collect();
    assert_eq!(
        declared[..7],
        ROOMS[..7],
        "lib.rs declares the rooms as data flows"
    );
}

#[test]
fn each_heavy_crate_has_one_home() {
    assert_at_home(r"\bclap(_complete|_mangen)?::", &["cli", "main.rs"]);
    assert_at_home(r"\bplotters::", &["report/chart/"]);
    assert_at_home(
        r"\bpolars(_io)?::",
        &[
            "tally/frames.rs",
            "tally/frames/",
            "tally/parquet/",
            "report/assemble/",
        ],
    );
    assert_at_home(r"\brayon::", &["ingest/", "tally/", "run/"]);
    assert_at_home(r"\bNaive[A-Z]", &["normalise/value/time"]);
}

#[test]
fn only_the_ends_print_and_nobody_asks_for_the_time() {
    assert_at_home(r"\be?print(ln)?!|\bdbg!", &["main.rs", "run/", "cli"]);
    assert_at_home(r"\b(SystemTime|Utc|Local)::now\b", &[]);
    let pure = [
        "event/",
        "catalogue/",
        "normalise/",
        "detect/",
        "explain/",
        "report/html/",
        "report/chart/",
    ];
    for (file, code) in code() {
        if pure.iter().any(|room| file.starts_with(room)) {
            let outside = pattern(r"\bstd::(fs|env|process)\b").find(&code);
            assert_eq!(outside.map(|found| found.as_str()), None, "src/{file}");
        }
    }
}

#[test]
fn no_file_is_too_long_and_none_is_called_after_nothing() {
    for (file, code) in code() {
        let lines = code.lines().count();
        assert!(lines <= MOST_LINES, "src/{file}: {lines} lines of code");
    }
    for folder in ["src", "tests", "benches"] {
        for entry in WalkDir::new(repository(folder))
            .into_iter()
            .filter_map(Result::ok)
        {
            let stem = entry
                .path()
                .file_stem()
                .map(|stem| stem.to_string_lossy().into_owned());
            let vague = ["util", "utils", "common", "helper", "helpers", "misc"];
            assert!(
                !vague.contains(&stem.as_deref().unwrap_or("")),
                "{}",
                entry.path().display()
            );
        }
    }
}

#[test]
fn every_file_begins_by_saying_what_it_is_for() {
    for folder in ["src", "tests"] {
        for entry in WalkDir::new(repository(folder))
            .into_iter()
            .filter_map(Result::ok)
        {
            if entry
                .path()
                .extension()
                .is_some_and(|extension| extension == "rs")
            {
                let head = read(entry.path()).starts_with("//! ");
                assert!(head, "{} has no //! at its top", entry.path().display());
            }
        }
    }
}

#[test]
fn unsafe_code_is_forbidden() {
    let manifest: toml::Table = source("Cargo.toml").parse().expect("Cargo.toml");
    let level = manifest
        .get("lints")
        .and_then(|lints| lints.get("rust")?.get("unsafe_code"));
    let level = level.and_then(|level| level.as_str().or_else(|| level.get("level")?.as_str()));
    assert_eq!(level, Some("forbid"));
}

#[test]
fn nothing_tells_where_it_was_made() {
    let here = env!("CARGO_MANIFEST_DIR");
    let home = std::env::var("CARGO_HOME").or_else(|_| std::env::var("HOME"));
    let places = [
        here.to_owned(),
        format!("{}/", home.unwrap_or_else(|_| here.to_owned())),
    ];
    let found = pattern(&places.map(|place| regex::escape(&place)).join("|"));
    let kept = |entry: &walkdir::DirEntry| {
        let built = entry.depth() == 1 && entry.file_name() == "target";
        !built && entry.file_name() != ".git"
    };
    for entry in WalkDir::new(repository(".")).into_iter().filter_entry(kept) {
        let entry = entry.expect("the repository can be walked");
        if entry.file_type().is_file() {
            let bytes = fs::read(entry.path()).expect("a file of the repository can be read");
            let text = String::from_utf8_lossy(&bytes);
            let word = found.find(&text).map(|found| found.as_str().to_owned());
            assert_eq!(word, None, "{}", entry.path().display());
        }
    }
}
