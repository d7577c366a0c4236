//! What is wrong with files and containers: each has a clear line, the others are read, and
//! nothing is lost or grows without bounds.

use std::fs::{self, OpenOptions};
use std::io::Write as _;
use std::path::Path;
use std::process::Command;

use loginscope::ingest::FREE;
use loginscope::tally::Filled;
use serde_json::Value;

use crate::support::reading::{self, Way};
use crate::support::{
    Analysis, HEADER, PROGRAM, ROW, analyze, assert_ledger_adds_up, at, count, gzip, list, scratch,
    write, zip, zstd,
};

/// A sound export of so many rows.
fn export(rows: usize) -> Vec<u8> {
    [HEADER.as_bytes(), &ROW.as_bytes().repeat(rows)].concat()
}

/// A run on `sound.csv`, which has one row, and on these files.
fn beside_sound(files: &[(&str, Vec<u8>)]) -> (Analysis, Value) {
    let home = scratch();
    // A login of its own, or the file would share it with those beside it.
    let sound = String::from_utf8(export(1)).expect("text");
    write(
        &home.path().join("sound.csv"),
        sound.replace("@example", "@sound.example").into_bytes(),
    );
    for (path, bytes) in files {
        write(&home.path().join(path), bytes);
    }
    let paths = files.iter().map(|(path, _)| *path).chain(["sound.csv"]);
    let run = analyze(home.path(), paths);
    let report = run.json();
    assert_ledger_adds_up(&report);
    assert_eq!(count(input(&report, "sound.csv"), "/events"), 1);
    (run, report)
}

/// The logins that were read of a file; those that another file has too are duplicates.
fn logins(input: &Value) -> u64 {
    count(input, "/events") + count(input, "/duplicates")
}

fn input<'a>(report: &'a Value, path: &str) -> &'a Value {
    let found = list(report, "/inputs")
        .iter()
        .find(|input| input["path"] == path);
    found.unwrap_or_else(|| panic!("no {path} in {}", at(report, "/inputs")))
}

/// Fails unless a path is named with these words among the reasons of the exit code.
fn assert_reason(report: &Value, path: &str, words: &str) {
    let reasons = list(report, "/exit/reasons");
    let told = reasons.iter().filter_map(Value::as_str);
    let found = told
        .clone()
        .any(|text| text.starts_with(path) && text.contains(words));
    assert!(found, "{path}: {words} in {reasons:?}");
}

#[test]
fn bombs_stop_at_the_limit_and_what_came_before_counts() {
    let much = usize::try_from(FREE).expect("64 bits") + (1 << 20);
    let bomb = [export(3), vec![0; much]].concat();
    let (run, report) = beside_sound(&[
        ("bomb.csv.zst", zstd(&bomb)),
        (
            "bomb.zip",
            zip([("bomb.csv", &bomb), ("sound.csv", &export(2))]),
        ),
        ("nested.zip", zip([("bomb.csv.zst", zstd(&bomb))])),
    ]);
    assert_eq!(run.code, 3);
    for path in [
        "bomb.csv.zst",
        "bomb.zip!bomb.csv",
        "nested.zip!bomb.csv.zst",
    ] {
        assert_reason(&report, path, "500 times its size");
        let file = input(&report, path);
        assert_eq!((logins(file), count(file, "/rejects")), (3, 1));
    }
    assert_eq!(logins(input(&report, "bomb.zip!sound.csv")), 2);
}

/// An archive in whose names a text is replaced by one of the same length.
fn renamed(archive: Vec<u8>, from: &str, to: &str) -> Vec<u8> {
    assert_eq!(from.len(), to.len());
    let mut bytes = archive;
    let places = |bytes: &[u8]| {
        bytes
            .windows(from.len())
            .position(|window| window == from.as_bytes())
    };
    while let Some(place) = places(&bytes) {
        bytes[place..place + to.len()].copy_from_slice(to.as_bytes());
    }
    bytes
}

#[test]
fn names_in_archives_are_only_names() {
    let mut archive = zip([
        ("aa/aa/aa/traverse.csv", export(1)),
        ("/bsolute/traverse.csv".trim_start_matches('/'), export(1)),
        ("b_ctrl_x.csv", export(1)),
    ]);
    let names = [
        "../../../traverse.csv",
        "/solute/traverse.csv",
        "b\0\x1b[31m_.csv",
    ];
    archive = renamed(archive, "aa/aa/aa/traverse.csv", names[0]);
    archive = renamed(archive, "bsolute/traverse.csv", names[1]);
    archive = renamed(archive, "b_ctrl_x.csv", names[2]);
    let home = scratch();
    let folder = home.path().join("x/y/z");
    write(&folder.join("a.zip"), archive);
    let run = analyze(&folder, ["a.zip", "--color", "never"]);
    let report = run.json();
    assert_eq!(run.code, 0, "{}", run.stderr);
    for name in names {
        assert_eq!(logins(input(&report, &format!("a.zip!{name}"))), 1);
    }
    let shown = [run.stdout.as_str(), run.stderr.as_str()];
    assert!(shown.iter().all(|text| !text.contains(['\0', '\x1b'])));
    for file in ["report.html", "report.md"] {
        assert!(!run.text(file).contains(['\0', '\x1b']), "{file}");
    }
    let written = crate::support::files(home.path());
    assert_eq!(written.keys().collect::<Vec<_>>(), ["x/y/z/a.zip"]);
}

/// Where the local headers and the directory's entries of an archive begin.
fn headers(archive: &[u8], magic: &[u8; 4]) -> Vec<usize> {
    let found = archive
        .windows(4)
        .enumerate()
        .filter(|(_, window)| window == magic);
    found.map(|(place, _)| place).collect()
}

#[test]
fn what_an_archive_holds_but_cannot_be_read_is_named() {
    let sound = export(2);
    let big: Vec<u8> = (0..20_000_u32)
        .flat_map(|row| format!("{row}\n").into_bytes())
        .collect();
    let two = || zip([("a.csv", &sound), ("b.csv", &sound)]);
    let mut encrypted = two();
    let (local, entry) = (
        headers(&encrypted, b"PK\x03\x04")[0],
        headers(&encrypted, b"PK\x01\x02")[0],
    );
    (encrypted[local + 6], encrypted[entry + 8]) =
        (encrypted[local + 6] | 1, encrypted[entry + 8] | 1);
    let mut unsupported = two();
    (unsupported[local + 8], unsupported[entry + 10]) = (12, 12);
    let mut overlap = two();
    let (first, second) = (
        headers(&overlap, b"PK\x01\x02")[0],
        headers(&overlap, b"PK\x01\x02")[1],
    );
    overlap.copy_within(first + 42..first + 46, second + 42);
    let mut checksum = two();
    checksum[entry + 16] ^= 1;
    let mut damaged = zip([
        ("a.csv", [sound.clone(), big].concat()),
        ("b.csv", sound.clone()),
    ]);
    damaged[20_000] ^= 0x55;
    let cut = two()[..100].to_vec();
    let workbook = zip([("[Content_Types].xml", "<x/>"), ("xl/workbook.xml", "<x/>")]);
    let (run, report) = beside_sound(&[
        ("encrypted.zip", encrypted),
        ("unsupported.zip", unsupported),
        ("overlap.zip", overlap),
        ("checksum.zip", checksum),
        ("damaged.zip", damaged),
        ("cut.zip", cut),
        ("book.xlsx", workbook),
        ("nested.zip", zip([("inner.zip", two()), ("b.csv", sound)])),
        ("twice.gz", gzip(&gzip(&export(1)))),
        (
            "none.zip",
            renamed(zip([("folder_", "")]), "folder_", "folder/"),
        ),
    ]);
    assert_eq!(run.code, 3);
    for (path, words) in [
        ("encrypted.zip!a.csv", "encrypted"),
        ("unsupported.zip!a.csv", "zip method 12"),
        ("overlap.zip!", "belongs to something else"),
        ("checksum.zip!a.csv", "checksum"),
        ("damaged.zip!a.csv", "damaged"),
        ("cut.zip", "directory can't be read"),
        ("book.xlsx", "Excel workbook"),
        ("nested.zip!inner.zip", "a zip archive inside"),
        ("twice.gz", "compressed twice"),
        ("none.zip", "without a file"),
    ] {
        assert_reason(&report, path, words);
    }
    for archive in ["encrypted", "unsupported", "checksum", "damaged", "nested"] {
        assert_eq!(
            logins(input(&report, &format!("{archive}.zip!b.csv"))),
            2,
            "{archive}"
        );
    }
    assert_eq!(logins(input(&report, "checksum.zip!a.csv")), 2);
    assert!(logins(input(&report, "damaged.zip!a.csv")) >= 2);
}

#[test]
fn a_header_has_its_limits() {
    let columns = |more: usize| {
        let names: String = (0..more).map(|at| format!(",c{at}")).collect();
        let rest = ",x".repeat(more);
        format!("{}{names}\n{}{rest}\n", HEADER.trim_end(), ROW.trim_end()).into_bytes()
    };
    let long = format!("{},{}\n", HEADER.trim_end(), "x".repeat(300_000)).into_bytes();
    let (run, report) = beside_sound(&[("wide.csv", columns(10_000)), ("long.csv", long)]);
    assert_eq!(run.code, 3);
    assert_eq!(count(input(&report, "wide.csv"), "/events"), 1);
    assert_reason(&report, "long.csv", "longer than 256 KiB");
}

#[cfg(unix)]
#[test]
fn devices_pipes_and_loops_neither_hang_nor_end_the_run() {
    use std::os::unix::fs::symlink;
    let home = scratch();
    let folder = home.path().join("exports");
    write(&folder.join("sound.csv"), export(1));
    // Two files with the same login have it once between them.
    write(&folder.join("a folder.csv/inner.csv"), export(1));
    symlink(&folder, folder.join("loop")).expect("links can be made");
    symlink("/dev/zero", folder.join("endless.csv")).expect("links can be made");
    symlink("nowhere", folder.join("dangling.csv")).expect("links can be made");
    let made = Command::new("mkfifo").arg(folder.join("pipe.csv")).status();
    assert!(made.expect("there is mkfifo").success());
    let run = analyze(home.path(), ["exports", "/dev/zero"]);
    let report = run.json();
    assert_eq!(run.code, 3);
    assert_eq!(logins(at(&report, "/ledger")), 2);
    assert_reason(&report, "/dev/zero", "a device");
    assert_reason(&report, "exports/dangling.csv", "No such file");
    for path in ["exports/endless.csv", "exports/pipe.csv"] {
        let notes = at(input(&report, path), "/notes").to_string();
        assert!(
            notes.contains("neither a file nor a folder"),
            "{path}: {notes}"
        );
    }
}

#[cfg(unix)]
#[test]
fn a_file_behind_a_link_to_its_folder_counts_once() {
    let home = scratch();
    write(&home.path().join("exports/2026/one.csv"), export(3));
    let to = home.path().join("exports/2026");
    std::os::unix::fs::symlink(to, home.path().join("exports/latest")).expect("links can be made");
    let report = analyze(home.path(), ["exports"]).json();
    assert_eq!(at(&report, "/inputs").as_array().map(Vec::len), Some(1));
    assert_eq!(logins(at(&report, "/ledger")), 3);
    input(&report, "exports/2026/one.csv");
}

/// A file that the system lists as one and that nobody can read from its beginning.
#[cfg(target_os = "linux")]
#[test]
fn an_unreadable_file_counts_where_it_was_met_by_walking_too() {
    let home = scratch();
    write(&home.path().join("exports/sound.csv"), export(1));
    let link = home.path().join("exports/unreadable.csv");
    std::os::unix::fs::symlink("/proc/self/mem", link).expect("links can be made");
    let run = analyze(home.path(), ["exports"]);
    let report = run.json();
    assert_eq!(run.code, 3);
    assert_reason(&report, "exports/unreadable.csv", "error");
    assert_eq!(count(&report, "/ledger/events"), 1);
}

/// A line of this many bytes is far beyond what is held in memory.
const LONG_LINE: u64 = 512 << 20;
/// Kibibytes of address space that are enough for everything else.
const ENOUGH: u64 = 1 << 20;

#[cfg(target_os = "linux")]
#[test]
fn a_line_without_end_takes_no_memory() {
    let home = scratch();
    let path = home.path().join("long.csv");
    write(&path, export(2));
    let mut file = OpenOptions::new()
        .append(true)
        .open(&path)
        .expect("it was written");
    // A hole: the bytes are NUL and take no room on the disk.
    file.set_len(LONG_LINE).expect("the disk takes holes");
    file.write_all(format!("\n{ROW}").as_bytes())
        .expect("a disk with room");
    let line = format!(
        "ulimit -v {ENOUGH} && exec '{PROGRAM}' analyze --threads 2 --fail-on never -o report long.csv"
    );
    let run = Command::new("sh")
        .args(["-c", &line])
        .current_dir(home.path())
        .output();
    let run = run.expect("there is a shell");
    let told = String::from_utf8_lossy(&run.stderr);
    assert_eq!(run.status.code(), Some(3), "{told}");
    let report = fs::read_to_string(home.path().join("report/report.json")).expect("a report");
    let report: Value = serde_json::from_str(&report).expect("JSON");
    assert_eq!(count(&report, "/ledger/events"), 3);
    assert_eq!(count(&report, "/ledger/rejects"), 1);
    assert_eq!(at(&report, "/rejects/0/reason"), "longer than 4 MiB");
}

/// What is read of a file that changes between the look at it and the reading of it.
fn read_after(path: &Path, piece: u64, change: &dyn Fn()) -> Filled {
    let way = Way {
        threads: 2,
        piece,
        ..Way::WHOLE
    };
    reading::read_changing(&[path.to_owned()], way, Some(change))
}

#[test]
fn a_file_that_grows_is_read_as_far_as_it_was_and_one_that_shrinks_is_named() {
    let home = scratch();
    let path = home.path().join("changing.csv");
    let size = export(100).len() as u64;
    for piece in [100, 1000, 1 << 20] {
        write(&path, export(100));
        let grown = read_after(&path, piece, &|| write(&path, export(150)));
        let file = grown.files[0].as_ref().expect("read");
        assert_eq!(
            (file.ledger.events, &file.cut_short),
            (100, &None),
            "{piece}"
        );
        // cut at the end of a row, so that nothing else tells
        for rows in [0, 3, 50, 99] {
            write(&path, export(100));
            let shrunk = read_after(&path, piece, &|| write(&path, export(rows)));
            let file = shrunk.files[0].as_ref().expect("read");
            assert_eq!(file.ledger.events, rows as u64, "{piece}");
            let why = file.cut_short.as_deref();
            assert_eq!(
                why,
                Some("shrank while it was read"),
                "{piece} of {size}, {rows} rows"
            );
        }
    }
}

#[test]
fn pieces_do_not_show_where_footers_and_other_headers_stand() {
    let home = scratch();
    let path = home.path().join("joined.csv");
    let footer = "\nWeekly review\nCopyright (c) 2000-2026 salesforce.com\nGenerated By: Ann\nExample Freight";
    let other = "Application,Login Time,Status,Username\nx,2026-02-16T17:00:00Z,Success,y\n";
    let sep = "\u{feff}sep=,\n";
    let text = [
        export(20),
        other.as_bytes().to_vec(),
        sep.as_bytes().to_vec(),
        export(20),
        footer.as_bytes().to_vec(),
    ]
    .concat();
    write(&path, &text);
    let read = |piece| {
        let filled = read_after(&path, piece, &|| {});
        let file = filled.files[0].as_ref().expect("read");
        let lines: Vec<u64> = file.rejects.iter().map(|reject| reject.line).collect();
        (file.ledger, lines, file.cut_short.clone())
    };
    let whole = read(1 << 20);
    assert_eq!((whole.0.events, whole.0.rejects), (40, 1));
    // the other header, the separator, the header again, four lines of the footer
    assert_eq!((whole.0.ignored, whole.0.blank), (7, 1));
    assert_eq!((&whole.1, &whole.2), (&vec![23], &None));
    for piece in (1..64).chain([100, 500, 1000]) {
        assert_eq!(read(piece), whole, "{piece}");
    }
}

#[test]
fn without_room_for_temporary_files_the_run_says_so_and_leaves_nothing() {
    let home = scratch();
    write(&home.path().join("logins.csv"), export(2));
    let mut run = Command::new(PROGRAM);
    run.current_dir(home.path())
        .env("TMPDIR", home.path().join("nowhere"))
        .args(["analyze", "--tally-budget=0", "--out=report", "logins.csv"]);
    let run = run.output().expect("the built program starts");
    let told = String::from_utf8_lossy(&run.stderr);
    assert_eq!(run.status.code(), Some(4), "{told}");
    assert!(told.contains("the folder for temporary files"), "{told}");
    let left = fs::read_dir(home.path()).expect("the folder is there");
    assert_eq!(left.count(), 1, "{told}");
}
