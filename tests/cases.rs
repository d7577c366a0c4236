//! Small inputs with what must be reported of them: every folder `cases/analyze/<thing>/<case>/`.
//!
//! A case holds files or folders whose names begin with `input`, which are named on the command
//! line in byte order, `expected.json`, a subset of `report.json` worked out by hand (see
//! `support/subset.rs`), and perhaps `args`, one argument a line. Files that an editor would spoil
//! are made from text, by the endings of their names:
//!
//! - `NAME.pack` becomes `NAME` packed with gzip, `NAME.packs` the same in two gzip members, and
//!   `NAME.cut` as one without its last eight bytes (the checksum, so that all rows can still be
//!   unpacked).
//! - `NAME.frames` becomes `NAME` in two Zstandard frames.
//! - `NAME.latin1`, `NAME.utf16le`, `NAME.utf16be` (both with a byte order mark) and
//!   `NAME.utf16bare` (little-endian, without one) become `NAME` in that encoding.
//! - A folder `NAME.zip` becomes an archive of the files in it.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::support::subset::differences;
use crate::support::{
    analyze, assert_ledger_adds_up, count, gzip, in_two, latin1, read, repository, scratch, utf16,
    write, zip, zstd,
};

const ANALYZE: &str = "tests/cases/analyze";
/// Bytes that end a gzip member: a checksum and a length.
const GZIP_END: usize = 8;

fn entries(folder: &Path) -> Vec<PathBuf> {
    let listed = fs::read_dir(folder).unwrap_or_else(|e| panic!("{}: {e}", folder.display()));
    let mut paths: Vec<PathBuf> = listed
        .map(|entry| entry.expect("the folder can be listed").path())
        .collect();
    paths.sort();
    paths
}

fn name(path: &Path) -> String {
    path.file_name()
        .expect("a listed entry has a name")
        .to_string_lossy()
        .into_owned()
}

/// The case's files as they are to be read.
fn made(case: &Path) -> tempfile::TempDir {
    let home = scratch();
    let mut archives: BTreeMap<String, BTreeMap<String, Vec<u8>>> = BTreeMap::new();
    for (path, bytes) in crate::support::files(case) {
        let (path, bytes) = as_named(&path, bytes);
        match path.split_once(".zip/") {
            Some((archive, member)) => {
                let members = archives.entry(format!("{archive}.zip")).or_default();
                members.insert(member.to_owned(), bytes);
            }
            None => write(&home.path().join(path), bytes),
        }
    }
    for (archive, members) in archives {
        write(&home.path().join(archive), zip(members));
    }
    home
}

/// A file by its name without the ending that says what is made of it.
fn as_named(path: &str, bytes: Vec<u8>) -> (String, Vec<u8>) {
    let Some((stem, ending)) = path.rsplit_once('.') else {
        return (path.to_owned(), bytes);
    };
    let text = || std::str::from_utf8(&bytes).expect("the case's text is UTF-8");
    let marked = || format!("\u{feff}{}", text());
    let made = match ending {
        "pack" => gzip(&bytes),
        "packs" => in_two(&bytes, gzip),
        "frames" => in_two(&bytes, zstd),
        "cut" => {
            let mut packed = gzip(&bytes);
            packed.truncate(packed.len() - GZIP_END);
            packed
        }
        "latin1" => latin1(text()),
        "utf16le" => utf16(&marked(), u16::to_le_bytes),
        "utf16be" => utf16(&marked(), u16::to_be_bytes),
        "utf16bare" => utf16(text(), u16::to_le_bytes),
        _ => return (path.to_owned(), bytes),
    };
    (stem.to_owned(), made)
}

/// What is wrong with the report on a case.
fn judge(case: &Path) -> Result<(), String> {
    let text = fs::read_to_string(case.join("expected.json"))
        .map_err(|error| format!("expected.json: {error}"))?;
    let expected: Value =
        serde_json::from_str(&text).map_err(|error| format!("expected.json: {error}"))?;
    let home = made(case);
    let args = home.path().join("args");
    let mut line: Vec<String> = match args.is_file() {
        true => read(&args).lines().map(str::to_owned).collect(),
        false => Vec::new(),
    };
    let inputs = entries(home.path())
        .iter()
        .map(|path| name(path))
        .collect::<Vec<_>>();
    let options = line.len();
    line.extend(inputs.into_iter().filter(|name| name.starts_with("input")));
    if line.len() == options {
        return Err("no input".to_owned());
    }
    let run = analyze(home.path(), &line);
    if !run.folder.join("report.json").is_file() {
        return Err(format!("no report, exit {}: {}", run.code, run.stderr));
    }
    let report = run.json();
    assert_ledger_adds_up(&report);
    let mut wrong = differences(&expected, &report);
    if count(&report, "/exit/code") != u64::from(run.code.unsigned_abs()) {
        wrong.push(format!(
            "the exit code is {}, the report has another",
            run.code
        ));
    }
    if wrong.is_empty() {
        Ok(())
    } else {
        Err(wrong.join("\n    "))
    }
}

#[test]
fn every_case_is_reported_as_expected() {
    let mut wrong = Vec::new();
    let mut seen = 0;
    for thing in entries(&repository(ANALYZE)) {
        for case in entries(&thing) {
            seen += 1;
            if let Err(why) = judge(&case) {
                wrong.push(format!("{}/{}\n    {why}", name(&thing), name(&case)));
            }
        }
    }
    assert!(seen > 0, "no case in {ANALYZE}");
    assert!(
        wrong.is_empty(),
        "{} of {seen} cases:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}
