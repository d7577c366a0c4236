//! Logs that were rotated or copied count like the one log that they are.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use crate::support::{
    Analysis, analyze, assert_ledger_adds_up, assert_same, at, count, gzip, list, scratch, write,
    zip,
};

/// A log with every kind of record that has several lines.
fn whole() -> String {
    let mut text = String::new();
    for minute in 0..6 {
        text += &format!(
            "2026-07-01 03:{minute:02}:00,100 INFO Salesforce sync begins, user=job{minute}@example.com\n"
        );
        text += &match minute % 3 {
            0 => format!(
                "2026-07-01 03:{minute:02}:01,000 ERROR login failed\nTraceback (most recent call last):\n  File \"sync.py\", line {minute}, in run\n    sf = Salesforce(username=user)\nsimple_salesforce.exceptions.SalesforceAuthenticationFailed: INVALID_LOGIN: Invalid username, password, security token; or user locked out.\n"
            ),
            1 => format!(
                "2026-07-01 03:{minute:02}:01,000 WARN login.salesforce.com answered user=job{minute}@example.com\n{{\n  \"error\": \"invalid_grant\",\n  \"error_description\": \"authentication failure\"\n}}\n"
            ),
            _ => format!(
                "2026-07-01 03:{minute:02}:01,000 ERROR SOAP answer of login.salesforce.com:\n<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<soapenv:Envelope xmlns:soapenv=\"http://schemas.xmlsoap.org/soap/envelope/\">\n <soapenv:Body>\n  <soapenv:Fault>\n   <faultcode>sf:INVALID_LOGIN</faultcode>\n   <faultstring>INVALID_LOGIN: Invalid username, password, security token; or user locked out.</faultstring>\n  </soapenv:Fault>\n </soapenv:Body>\n</soapenv:Envelope>\n"
            ),
        };
        text += &format!(
            "2026-07-01 03:{minute:02}:02,000 DEBUG retry of Salesforce login waits, client_secret=aaaabbbbccccdddd{minute}\n"
        );
        text += &format!(
            "2026-07-01 03:{minute:02}:40,000 INFO Salesforce: Login successful, user=job{minute}@example.com\n"
        );
    }
    text
}

fn run(home: &Path, args: &[&str]) -> Value {
    let all = ["--fail-on", "never"].iter().chain(args);
    let run = analyze(home, all);
    assert_eq!(run.code, 0, "{}{}", run.stdout, run.stderr);
    let report = run.json();
    assert_ledger_adds_up(&report);
    report
}

/// What a report tells of logs, without where it stands.
fn told(report: &Value) -> Value {
    let bare = |key: &str| -> Vec<Value> {
        let all = list(report, &format!("/log/{key}")).iter().cloned();
        let all = all.map(|mut one| {
            let fields = one.as_object_mut().expect("an object");
            fields.remove("path");
            fields.remove("line");
            one
        });
        all.collect()
    };
    json!({
        "errors": bare("errors"),
        "clients": at(report, "/log/clients"),
        "secrets": bare("secrets").len(),
        "totals": at(report, "/totals"),
        "groups": at(report, "/failures/groups"),
        "integrations": at(report, "/integrations"),
    })
}

fn input<'r>(report: &'r Value, path: &str) -> &'r Value {
    let inputs = list(report, "/inputs").iter();
    let mut named = inputs.filter(|input| input["path"] == path);
    named.next().unwrap_or_else(|| panic!("no input {path}"))
}

#[test]
fn a_log_cut_anywhere_is_the_same_log() {
    let text = whole();
    let home = scratch();
    write(&home.path().join("sync.log"), &text);
    let expected = told(&run(home.path(), &["sync.log"]));
    assert_eq!(at(&expected, "/totals/log_errors"), 6);
    assert_eq!(at(&expected, "/totals/successes"), 6);
    let lines = text.match_indices('\n').map(|(at, _)| at + 1);
    // In the middle of a line too, but behind its stamp: nobody can tell half a stamp.
    let inside = text.match_indices('\n').map(|(at, _)| at + 30);
    let in_stamp = |cut: &usize| {
        let line = text[..*cut].rfind('\n').map_or(0, |at| at + 1);
        text[line..].starts_with("2026") && (1..25).contains(&(cut - line))
    };
    // Both files tell of a login by themselves.
    let first = text.find("Traceback").expect("a traceback");
    let last = text[..text.len() - 1].rfind('\n').expect("lines") + 1;
    let mut cuts: Vec<usize> = lines.chain(inside).collect();
    cuts.sort_unstable();
    cuts.dedup();
    cuts.retain(|cut| (first..=last).contains(cut) && !in_stamp(cut));
    // Each kind of record stands there twice, and each place is a run.
    let cuts: Vec<usize> = cuts.into_iter().step_by(5).collect();
    let names = [
        ("sync.log.1", "sync.log"),
        ("sync.log.2.gz", "sync.log.1"),
        ("sync-2026-07-01.log", "sync-2026-07-02.log"),
        ("sync.log-20260701.gz", "sync.log"),
        ("sync.log.20260701-0300", "sync.log.20260701-0301.gz"),
    ];
    assert!(cuts.len() > 20, "{cuts:?}");
    for (round, &cut) in cuts.iter().enumerate() {
        let (older, newer) = names[round % names.len()];
        let home = scratch();
        for (name, part) in [(older, &text[..cut]), (newer, &text[cut..])] {
            let packed = name.ends_with(".gz");
            let bytes = part.as_bytes();
            let bytes = if packed { gzip(bytes) } else { bytes.to_vec() };
            write(&home.path().join(name), bytes);
        }
        // Neither the order of the paths nor how they are read shows.
        let piece = ["1", "300", "4194304"][round % 3];
        let threads = ["1", "2"][round % 2];
        let paths = if round % 2 == 0 {
            [older, newer]
        } else {
            [newer, older]
        };
        let args = [
            "--piece-size",
            piece,
            "--threads",
            threads,
            paths[0],
            paths[1],
        ];
        let report = run(home.path(), &args);
        assert_eq!(
            told(&report),
            expected,
            "cut at {cut}: {:?}",
            &text[cut.saturating_sub(40)..cut]
        );
        let mid_line = u64::from(!text[..cut].ends_with('\n'));
        let all = text.lines().count() as u64 + mid_line;
        assert_eq!(count(&report, "/ledger/read"), all, "cut at {cut}");
        let older_lines = text[..cut].lines().count() as u64;
        assert_eq!(
            count(input(&report, older), "/read"),
            older_lines,
            "cut at {cut}"
        );
    }
}

/// Two files of a log that was cut in the middle of a traceback.
fn halves() -> (String, String) {
    let text = whole();
    let cut = text.find("  File").expect("a traceback");
    (text[..cut].to_owned(), text[cut..].to_owned())
}

#[test]
fn a_record_has_its_place_where_it_begins() {
    let (older, newer) = halves();
    let home = scratch();
    write(&home.path().join("logs/sync.log.1"), &older);
    write(&home.path().join("logs/sync.log"), &newer);
    let report = run(home.path(), &["logs"]);
    let first = &list(&report, "/log/errors")[0];
    assert_eq!(first["path"], "logs/sync.log.1");
    assert_eq!(first["line"], 2);
    assert_eq!(first["time"], "2026-07-01T03:00:01Z");
    let (old, new) = (
        input(&report, "logs/sync.log.1"),
        input(&report, "logs/sync.log"),
    );
    assert_eq!((&old["read"], &old["events"]), (&json!(3), &json!(1)));
    assert_eq!(new["events"], 5);
    assert!(
        new["notes"]
            .to_string()
            .contains("in the middle of a record of logs/sync.log.1")
    );
    assert_eq!(count(new, "/read"), newer.lines().count() as u64);
    // In an archive they are parts of one log too.
    write(
        &home.path().join("logs.zip"),
        zip([("sync.log.1", older), ("sync.log", newer)]),
    );
    assert_eq!(told(&run(home.path(), &["logs.zip"])), told(&report));
}

#[test]
fn a_part_with_nothing_but_the_rest_of_a_record_is_of_the_log() {
    let home = scratch();
    let older = "2026-07-01 03:00:01,000 ERROR Salesforce login failed\nTraceback (most recent call last):\n";
    let newer = "lib.Failed: INVALID_LOGIN: Invalid username, password, security token; or user locked out.\n2026-07-01 03:00:09,000 INFO nothing\n";
    write(&home.path().join("sync.log.1"), older);
    write(&home.path().join("sync.log"), newer);
    let report = run(home.path(), &["sync.log", "sync.log.1"]);
    assert_eq!(count(&report, "/totals/log_errors"), 1);
    assert_eq!(input(&report, "sync.log")["ignored"], 2);
    assert_eq!(input(&report, "sync.log.1")["events"], 1);
}

#[test]
fn a_part_with_more_lines_of_a_record_than_stamps_is_read_like_the_log() {
    let body = |number: usize| {
        let rows = (0..40).map(|row| format!("<row>{number} {row}</row>\n"));
        format!(
            "2026-07-01 03:0{number}:00,000 ERROR answer of login.salesforce.com:\n<envelope>\n{}<faultstring>INVALID_LOGIN: Invalid username, password, security token; or user locked out.</faultstring>\n</envelope>\n",
            rows.collect::<String>()
        )
    };
    let text: String = (0..6).map(body).collect();
    let quiet = "2026-07-01 02:00:00,000 INFO nothing\n".repeat(300);
    let text = format!("{quiet}{text}2026-07-01 04:00:00,000 INFO nothing\n");
    let home = scratch();
    write(&home.path().join("whole/sync.log"), &text);
    let expected = told(&run(home.path(), &["whole"]));
    assert_eq!(at(&expected, "/totals/log_errors"), 6);
    let cuts: Vec<usize> = (0..6)
        .map(|number| text.find(&format!("<row>{number} 7<")).expect("a row"))
        .collect();
    for (part, &cut) in cuts.iter().enumerate() {
        let end = cuts.get(part + 1).copied().unwrap_or(text.len());
        let name = format!("cut/sync.log.{}", 6 - part);
        write(&home.path().join(name), &text[cut..end]);
    }
    write(
        &home.path().join("cut/sync.log.7.gz"),
        gzip(&text.as_bytes()[..cuts[0]]),
    );
    assert_eq!(told(&run(home.path(), &["cut"])), expected);
}

#[test]
fn parts_are_joined_only_where_names_and_times_say_so() {
    let (older, newer) = halves();
    let joined = |names: [&str; 2], parts: [&str; 2]| {
        let home = scratch();
        for (name, part) in names.iter().zip(parts) {
            write(&home.path().join(name), part);
        }
        let args = ["--fail-on", "never", names[0], names[1]];
        let report = analyze(home.path(), args).json();
        assert_ledger_adds_up(&report);
        let errors = list(&report, "/log/errors");
        errors
            .iter()
            .all(|error| error["time_basis"] == "zone-assumed" && error["text"] != "  File")
            && errors[0]["line"] == 2
            && errors[0]["description"]
                .as_str()
                .is_some_and(|text| text.starts_with("INVALID_LOGIN"))
    };
    assert!(joined(["a.log.1", "a.log"], [&older, &newer]));
    assert!(joined(["a.log.old", "a.log"], [&older, &newer]));
    // Names that say the opposite, that a part is missing, or nothing.
    assert!(!joined(["a.log", "a.log.1"], [&older, &newer]));
    assert!(!joined(["a.log.3", "a.log.1"], [&older, &newer]));
    assert!(!joined(["a-1.log", "a-2.log"], [&older, &newer]));
    assert!(!joined(["one/a.log.1", "two/a.log"], [&older, &newer]));
    // Times that say the opposite.
    let later = older.replace("2026-07-01", "2026-07-02");
    assert!(!joined(["a.log.1", "a.log"], [&later, &newer]));
    assert!(joined(
        ["a.log.1", "a.log"],
        [&older, &newer.replace("2026-07-01", "2026-07-02")]
    ));
}

#[test]
fn a_failure_that_is_told_on_both_sides_of_a_cut_counts_once() {
    let line = "2026-07-01 03:00:01,000 ERROR Salesforce login of user=a@example.com failed: invalid_grant: authentication failure";
    let again = "2026-07-01 03:00:02,000 ERROR giving up in job seven, step nine of the night: Salesforce login of user=a@example.com failed: invalid_grant: authentication failure";
    let quiet = "2026-07-01 03:00:01,500 INFO quiet Salesforce\n";
    let late = "2026-07-01 04:00:00,000 ERROR Salesforce login of user=a@example.com failed: invalid_grant: authentication failure\n";
    let home = scratch();
    write(
        &home.path().join("one/sync.log"),
        format!("{line}\n{quiet}{again}\n{late}"),
    );
    let expected = run(home.path(), &["one"]);
    assert_eq!(count(&expected, "/ledger/events"), 2);
    assert_eq!(count(&expected, "/ledger/duplicates"), 1);
    write(&home.path().join("two/sync.log.1"), format!("{line}\n"));
    write(
        &home.path().join("two/sync.log"),
        format!("{quiet}{again}\n{late}"),
    );
    let rotated = run(home.path(), &["two"]);
    assert_eq!(told(&rotated), told(&expected));
    assert_eq!(input(&rotated, "two/sync.log")["duplicates"], 1);
    // A part in which nothing fails lies between.
    write(&home.path().join("three/sync.log.2"), format!("{line}\n"));
    write(&home.path().join("three/sync.log.1"), quiet);
    write(
        &home.path().join("three/sync.log"),
        format!("{again}\n{late}"),
    );
    assert_eq!(told(&run(home.path(), &["three"])), told(&expected));
}

/// Reports on a folder with these files.
fn of(files: &[(&str, Vec<u8>)]) -> (Value, Analysis) {
    let home = scratch();
    for (name, bytes) in files {
        write(&home.path().join("in").join(name), bytes);
    }
    let run = analyze(home.path(), ["--fail-on", "never", "in"]);
    assert_eq!(run.code, 0, "{}{}", run.stdout, run.stderr);
    let report = run.json();
    assert_ledger_adds_up(&report);
    // One thread and other pieces: the same bytes.
    let args = [
        "--fail-on",
        "never",
        "--threads",
        "1",
        "--piece-size",
        "500",
        "in",
    ];
    let again = analyze(home.path(), args);
    assert_same(&run.files(), &again.files(), "pieces and threads");
    (report, run)
}

#[test]
fn a_log_that_was_copied_counts_once() {
    let text = whole();
    let expected = told(&of(&[("sync.log", text.clone().into())]).0);
    let half = text[..text.find("03:03:00").expect("lines") - 11].to_owned();
    let crlf = text.replace('\n', "\r\n");
    let copies: [&[(&str, Vec<u8>)]; 6] = [
        &[
            ("sync.log", text.clone().into()),
            ("sync.log.gz", gzip(text.as_bytes())),
        ],
        &[
            ("a/sync.log", text.clone().into()),
            ("b/sync.log", crlf.into()),
        ],
        &[
            ("sync.log", text.clone().into()),
            ("before-the-fix.txt", text.clone().into()),
        ],
        &[
            ("a/sync.log", half.clone().into()),
            ("b/sync.log", text.clone().into()),
        ],
        &[
            ("a/sync.log", text.clone().into()),
            ("b/sync.log", half.clone().into()),
        ],
        &[
            ("monday/sync.log", half.clone().into()),
            ("tuesday/sync.log.1", half.clone().into()),
            ("tuesday/sync.log", text[half.len()..].into()),
            ("today/sync.log-20260701.gz", gzip(text.as_bytes())),
        ],
    ];
    for files in copies {
        let names: Vec<&str> = files.iter().map(|(name, _)| *name).collect();
        let (report, _) = of(files);
        let mut told = told(&report);
        if names.contains(&"before-the-fix.txt") {
            // Where no line names a client, the first file by path does.
            let renamed = told.to_string().replace("before-the-fix", "sync");
            told = serde_json::from_str(&renamed).expect("JSON");
        }
        assert_eq!(told, expected, "{names:?}");
        assert_eq!(count(&report, "/ledger/events"), 6, "{names:?}");
        let told: u64 = list(&report, "/overlaps")
            .iter()
            .map(|pair| count(pair, "/rows"))
            .sum();
        let duplicates = count(&report, "/ledger/duplicates");
        assert_eq!(told, duplicates, "{names:?}");
        assert!(duplicates >= 3, "{names:?}");
    }
}

#[test]
fn a_copy_is_told_and_the_first_by_path_keeps_its_records() {
    let text = whole();
    let (report, _) = of(&[
        ("a.log", text.clone().into()),
        ("b/a.log.gz", gzip(text.as_bytes())),
    ]);
    let copy = input(&report, "in/b/a.log.gz");
    assert_eq!(
        (&copy["events"], &copy["duplicates"]),
        (&json!(0), &json!(6))
    );
    assert!(
        copy["notes"].to_string().contains("stands in in/a.log too"),
        "{copy}"
    );
    let places = list(&report, "/log/errors")
        .iter()
        .chain(list(&report, "/log/secrets"));
    let mut places = places.map(|one| &one["path"]);
    assert!(places.all(|path| path == "in/a.log"));
    let overlap = json!([{"kept_in": "in/a.log", "duplicate_in": "in/b/a.log.gz", "rows": 6}]);
    assert_eq!(at(&report, "/overlaps"), &overlap);
    let findings = list(&report, "/findings").iter();
    let secrets: Vec<_> = findings
        .filter(|finding| finding["rule"] == "secrets-in-log")
        .collect();
    assert_eq!(secrets.len(), 1);
    assert_eq!(secrets[0]["count"], 6);
}

#[test]
fn what_only_looks_alike_is_kept() {
    let line = "2026-07-01T03:00:00Z ERROR Salesforce login of user=a@example.com failed: invalid_grant: authentication failure\n";
    let errors = |files: &[(&str, Vec<u8>)]| count(&of(files).0, "/totals/log_errors");
    // Two pods that fail in the same second.
    assert_eq!(
        errors(&[("pod-a.log", line.into()), ("pod-b.log", line.into())]),
        2
    );
    // The same three times in one file, twice of them in another of that name.
    let other = "2026-07-01T03:00:00Z INFO Salesforce\n";
    let three = format!("{line}{other}{line}{other}{line}");
    let two = format!("{other}{line}{line}");
    let once = errors(&[("a/sync.log", three.clone().into())]);
    assert_eq!(
        errors(&[("a/sync.log", three.into()), ("b/sync.log", two.into())]),
        once
    );
    // A storm of one second that goes on over a rotation.
    let storm = [line, &line.replace("a@", "b@")].concat().repeat(6);
    let all = errors(&[("sync.log", storm.clone().into())]);
    assert_eq!(all, 12);
    let before = line.replace("03:00:00", "02:59:59");
    let files = [
        ("sync.log.1", format!("{before}{storm}").into()),
        ("sync.log", storm.clone().into()),
    ];
    assert_eq!(errors(&files), 25);
    // A logger that writes each line twice and more does so over a rotation too.
    let same = errors(&[("sync.log", format!("{before}{}", line.repeat(10)).into())]);
    let files = [
        ("sync.log.1", format!("{before}{}", line.repeat(4)).into()),
        ("sync.log", line.repeat(6).into()),
    ];
    assert_eq!(errors(&files), same);
    // Another text, another user, another moment.
    for (from, to) in [(":00Z", ":01Z"), ("a@", "b@"), ("failed:", "failed again:")] {
        let changed = line.replace(from, to);
        assert_eq!(
            errors(&[("a/x.log", line.into()), ("b/x.log", changed.into())]),
            2,
            "{to}"
        );
    }
}

#[test]
fn clients_with_names_of_their_own_are_no_copies() {
    let line = "2026-07-01T03:00:00Z ERROR Salesforce login failed: invalid_grant: authentication failure\n";
    let home = scratch();
    write(&home.path().join("north/sync.log"), line);
    write(&home.path().join("south/sync.log.1"), line);
    let both = ["--fail-on", "never", "north", "south"];
    let report = analyze(home.path(), both).json();
    assert_eq!(count(&report, "/totals/log_errors"), 1);
    let config = "[[log]]\nfile = \"north/sync.log\"\napp = \"North\"\n[[log]]\nfile = \"south/sync.log\"\napp = \"South\"\n";
    write(&home.path().join("loginscope.toml"), config);
    let report = analyze(home.path(), both).json();
    assert_eq!(count(&report, "/totals/log_errors"), 2);
    assert_eq!(count(&report, "/totals/apps"), 2);
}

#[test]
fn exports_beside_copies_of_a_log_stay_as_they_are() {
    let home = scratch();
    let line = "2026-07-01T03:00:00Z ERROR Salesforce login of user=a@example.com failed: invalid_grant: authentication failure\n";
    write(&home.path().join("a/sync.log"), line);
    write(&home.path().join("b/sync.log"), line);
    let rows = "Username,Login Time,Status,Application\na@example.com,2026-07-01T03:00:00Z,User is Frozen,sync\n";
    write(&home.path().join("logins.csv"), rows);
    let run = analyze(home.path(), ["--fail-on", "never", "a", "b", "logins.csv"]);
    let report = run.json();
    assert_eq!(count(&report, "/totals/log_errors"), 1);
    assert_eq!(count(&report, "/totals/failures"), 1);
    let table = fs::read_to_string(run.folder.join("tables/log_errors.csv")).expect("a table");
    assert_eq!(table.lines().count(), 2, "{table}");
}
