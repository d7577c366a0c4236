//! Runs the built program the way a user does, and looks at what it left behind.

pub(crate) mod chromium;
mod files;
mod packed;
pub(crate) mod reading;
pub(crate) mod subset;

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;
use std::time::Duration;

use serde_json::Value;
use tempfile::TempDir;

pub(crate) use files::{
    HEADER, ROW, copy_of_samples, files, one_login, read, repository, scratch, source, write,
};
pub(crate) use packed::{gzip, in_two, latin1, utf16, zip, zstd};

/// The built program.
pub(crate) const PROGRAM: &str = env!("CARGO_BIN_EXE_loginscope");

/// Only there so that a program that hangs fails its test instead of stopping the whole suite.
const HANGS: Duration = Duration::from_secs(500);

/// What the program printed, and its exit code.
pub(crate) struct Ran {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

/// Runs the program in a folder.
pub(crate) fn run<A: AsRef<OsStr>>(folder: &Path, args: impl IntoIterator<Item = A>) -> Ran {
    let mut command = assert_cmd::Command::new(PROGRAM);
    command.current_dir(folder).args(args).timeout(HANGS);
    let output = command.output().expect("the built program starts");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("the program prints UTF-8");
    Ran {
        code: output.status.code().expect("the program ends by itself"),
        stdout: text(output.stdout),
        stderr: text(output.stderr),
    }
}

/// A run of `analyze` and its report folder.
pub(crate) struct Analysis {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
    pub(crate) folder: PathBuf,
    /// Removes the report with this value; a report that is kept has none.
    _home: Option<TempDir>,
}

/// Runs `analyze` with these options and paths, in a folder, into a report folder elsewhere.
pub(crate) fn analyze<A: AsRef<OsStr>>(
    folder: &Path,
    args: impl IntoIterator<Item = A>,
) -> Analysis {
    let home = scratch();
    let report = home.path().join("report");
    analyze_into(report, folder, args, Some(home))
}

/// The same for a static value, which is never dropped: the next run replaces its report.
pub(crate) fn analyze_once<A: AsRef<OsStr>>(
    name: &str,
    folder: &Path,
    args: impl IntoIterator<Item = A>,
) -> Analysis {
    let report = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    if report.exists() {
        fs::remove_dir_all(&report).expect("what an earlier run left can be removed");
    }
    analyze_into(report, folder, args, None)
}

fn analyze_into<A: AsRef<OsStr>>(
    report: PathBuf,
    folder: &Path,
    args: impl IntoIterator<Item = A>,
    home: Option<TempDir>,
) -> Analysis {
    let mut all = vec![
        "analyze".into(),
        "--out".into(),
        report.clone().into_os_string(),
    ];
    all.extend(args.into_iter().map(|arg| arg.as_ref().to_owned()));
    let Ran {
        code,
        stdout,
        stderr,
    } = run(folder, all);
    Analysis {
        code,
        stdout,
        stderr,
        folder: report,
        _home: home,
    }
}

impl Analysis {
    /// `report.json`.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text("report.json")).expect("report.json is JSON")
    }

    /// A text file of the report.
    pub(crate) fn text(&self, path: &str) -> String {
        fs::read_to_string(self.folder.join(path)).unwrap_or_else(|error| {
            panic!(
                "{path}: {error}; exit {}, standard error: {}",
                self.code, self.stderr
            )
        })
    }

    /// Every file of the report.
    pub(crate) fn files(&self) -> BTreeMap<String, Vec<u8>> {
        files(&self.folder)
    }
}

/// The report on the main folders of sound sample data, made once for all tests.
pub(crate) static SAMPLES: LazyLock<Analysis> = LazyLock::new(|| {
    analyze_once(
        "samples",
        &repository("."),
        [
            "--timezone",
            "Europe/Berlin",
            "--fail-on",
            "never",
            "sample_data/setup_csv",
            "sample_data/login_history",
            "sample_data/elf_login",
            "sample_data/setup_audit_trail",
        ],
    )
});

/// The value at a JSON pointer, which must be there.
pub(crate) fn at<'a>(value: &'a Value, pointer: &str) -> &'a Value {
    value
        .pointer(pointer)
        .unwrap_or_else(|| panic!("no {pointer}"))
}

/// The count at a JSON pointer.
pub(crate) fn count(value: &Value, pointer: &str) -> u64 {
    at(value, pointer)
        .as_u64()
        .unwrap_or_else(|| panic!("{pointer} is no count"))
}

/// The list at a JSON pointer.
pub(crate) fn list<'a>(value: &'a Value, pointer: &str) -> &'a [Value] {
    at(value, pointer)
        .as_array()
        .unwrap_or_else(|| panic!("{pointer} is no list"))
}

/// Fails unless every record of every file, and of all, is in exactly one column of the ledger.
pub(crate) fn assert_ledger_adds_up(report: &Value) {
    const PARTS: [&str; 5] = ["events", "rejects", "duplicates", "blank", "ignored"];
    let balances = |ledger: &Value| {
        let sum: u64 = PARTS
            .iter()
            .map(|part| count(ledger, &format!("/{part}")))
            .sum();
        assert_eq!(
            count(ledger, "/read"),
            sum,
            "read is the sum of the others: {ledger}"
        );
    };
    balances(at(report, "/ledger"));
    list(report, "/inputs").iter().for_each(balances);
    for part in ["read"].iter().chain(&PARTS) {
        let pointer = format!("/{part}");
        let sum: u64 = list(report, "/inputs")
            .iter()
            .map(|input| count(input, &pointer))
            .sum();
        assert_eq!(
            count(report, &format!("/ledger{pointer}")),
            sum,
            "{part} of all files"
        );
    }
}

/// Fails at the first file, and its first line, in which two folders differ.
pub(crate) fn assert_same(
    first: &BTreeMap<String, Vec<u8>>,
    second: &BTreeMap<String, Vec<u8>>,
    what: &str,
) {
    let names = |files: &BTreeMap<String, Vec<u8>>| files.keys().cloned().collect::<Vec<_>>();
    assert_eq!(names(first), names(second), "{what}: other files");
    for (name, bytes) in first {
        if *bytes != second[name] {
            let (a, b) = (
                String::from_utf8_lossy(bytes),
                String::from_utf8_lossy(&second[name]),
            );
            let differs = a.lines().zip(b.lines()).zip(1..).find(|((a, b), _)| a != b);
            panic!("{what}: {name} differs, first line and number: {differs:?}");
        }
    }
}

/// A text without its blanks and line ends: how it was wrapped doesn't count.
pub(crate) fn unwrapped(text: &str) -> String {
    text.split_whitespace()
        .flat_map(|word| word.chars().flat_map(char::to_lowercase))
        .collect()
}
