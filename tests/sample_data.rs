//! The sample data tell the stories that their README tells, with the same numbers.

use std::collections::BTreeMap;

use regex::Regex;
use serde_json::Value;

use crate::support::{SAMPLES, analyze, at, count, list, repository, source};

/// Failures of each sound file by description, counted by hand.
const FAILURES: &[(&str, &[(&str, u64)])] = &[
    (
        "setup_csv/password_flow_switched_off.csv",
        &[("Username-Password Flow Disabled", 93)],
    ),
    (
        "setup_csv/mfa_for_a_nightly_job.csv",
        &[("Multi-factor required", 45)],
    ),
    ("setup_csv/monday_mornings.csv", &[("Invalid Password", 72)]),
    ("setup_csv/quiet_week.csv.gz", &[]),
    ("setup_csv/someone_left.csv", &[("User is Inactive", 33)]),
    (
        "login_history/egress_address_moved.csv",
        &[("Restricted IP", 80)],
    ),
    (
        "login_history/refresh_tokens_refused.csv",
        &[("Failed: Invalid Token", 52)],
    ),
    (
        "elf_login/password_spray_26_columns.csv",
        &[
            ("LOGIN_ERROR_INVALID_PASSWORD", 67),
            ("LOGIN_ERROR_INVALID_USERNAME", 8),
        ],
    ),
    (
        "elf_login/soap_beside_jwt_28_columns.csv",
        &[("LOGIN_ERROR_INVALID_PASSWORD", 1)],
    ),
    (
        "elf_login/lockout_by_retry_loop_34_columns.csv",
        &[
            ("LOGIN_ERROR_PASSWORD_LOCKOUT", 118),
            ("LOGIN_ERROR_INVALID_PASSWORD", 10),
        ],
    ),
    (
        "login_event/consumer_key_missing.json",
        &[("Failed: Missing Consumer Key Parameter", 20)],
    ),
    (
        "login_event/stream_of_a_morning.ndjson",
        &[("Invalid Password", 5)],
    ),
    (
        "login_event_log/frozen_user.csv",
        &[("LOGIN_ERROR_USER_FROZEN", 9)],
    ),
    (
        "login_history_pairs/moved_collector.log",
        &[("Failed: Computer activation required", 10)],
    ),
];
/// The folders of the main command.
const MAIN: [&str; 4] = [
    "setup_csv/",
    "login_history/",
    "elf_login/",
    "setup_audit_trail/",
];

/// Rows and failures of each file as the README's tables state them; `None` for users.
fn stated() -> BTreeMap<String, (u64, Option<u64>)> {
    let line = Regex::new(r"^\| `([a-z0-9_.]+)` \| (\d+) \|\s*(\d*)\s*\|").expect("a pattern");
    let heading = Regex::new(r"^## ([a-z_]+)").expect("a pattern");
    let mut stated = BTreeMap::new();
    let mut folder = String::new();
    for text in source("sample_data/README.md").lines() {
        if let Some(found) = heading.captures(text) {
            folder = found[1].to_owned();
        } else if let Some(found) = line.captures(text) {
            let rows = found[2].parse().expect("rows are a number");
            stated.insert(
                format!("{folder}/{}", &found[1]),
                (rows, found[3].parse().ok()),
            );
        }
    }
    stated
}

fn report_on(file: &str) -> Value {
    let path = format!("sample_data/{file}");
    let run = analyze(
        &repository("."),
        ["--timezone", "Europe/Berlin", "--fail-on", "never", &path],
    );
    assert_eq!(run.code, 0, "{file}: {}", run.stderr);
    run.json()
}

#[test]
fn the_main_folders_read_without_a_single_reject() {
    let report = SAMPLES.json();
    assert_eq!(SAMPLES.code, 0, "{}", SAMPLES.stderr);
    assert_eq!(count(&report, "/totals/events"), 3438);
    assert_eq!(count(&report, "/totals/successes"), 2859);
    assert_eq!(count(&report, "/totals/failures"), 579);
    assert_eq!(count(&report, "/totals/log_errors"), 0);
    assert_eq!(count(&report, "/ledger/rejects"), 0);
    // the attempts, the 60 users of the User export, and 10 changes
    assert_eq!(count(&report, "/ledger/events"), 3438 + 60 + 10);
    assert_eq!(count(&report, "/history/events"), 3438);
    assert!(list(&report, "/unrecognised").is_empty());
    let rows = |key: &str| {
        list(&report, key)
            .iter()
            .map(|row| count(row, "/failures"))
            .sum::<u64>()
    };
    for key in ["groups", "by_user", "by_app", "by_description", "by_cause"] {
        assert_eq!(rows(&format!("/failures/{key}")), 579, "{key}");
    }
    assert_eq!(rows("/timeline/buckets"), 579);
    assert_eq!(rows("/heatmap"), 579);
}

#[test]
fn every_file_has_the_rows_and_failures_of_the_readme() {
    let report = SAMPLES.json();
    let stated = stated();
    assert_eq!(
        stated.len(),
        FAILURES.len() + 7,
        "exports of logins, of their users, of verifications, and five of changes: {stated:?}"
    );
    let is_main = |file: &String| MAIN.iter().any(|folder| file.starts_with(folder));
    let main: BTreeMap<_, _> = stated.iter().filter(|(file, _)| is_main(file)).collect();
    let mut read: Vec<String> = Vec::new();
    for input in list(&report, "/inputs") {
        let path = at(input, "/path").as_str().expect("a path is a text");
        let file = path
            .strip_prefix("sample_data/")
            .expect("it was found there")
            .to_owned();
        assert_eq!(count(input, "/events"), stated[&file].0, "{file}");
        read.push(file);
    }
    assert!(read.iter().eq(main.keys().copied()), "{read:?}");
    let failures: u64 = main.values().filter_map(|(_, failures)| *failures).sum();
    assert_eq!(failures, 579);
}

#[test]
fn every_file_fails_as_its_story_says() {
    let stated = stated();
    for (file, expected) in FAILURES {
        let report = report_on(file);
        let by_description: Vec<(&str, u64)> = list(&report, "/failures/by_description")
            .iter()
            .map(|row| {
                (
                    row["description"].as_str().unwrap_or("(unknown)"),
                    count(row, "/failures"),
                )
            })
            .collect();
        assert_eq!(by_description, *expected, "{file}");
        let failures = expected.iter().map(|(_, failures)| failures).sum::<u64>();
        assert_eq!(count(&report, "/totals/failures"), failures, "{file}");
        assert_eq!(
            stated[*file],
            (count(&report, "/totals/events"), Some(failures)),
            "{file}"
        );
        assert_eq!(count(&report, "/ledger/rejects"), 0, "{file}");
    }
}

#[test]
fn failures_start_when_the_stories_say() {
    let first = |file: &str| {
        let report = report_on(file);
        let group = list(&report, "/failures/groups")
            .first()
            .expect("the story has failures");
        let text = |key: &str| group[key].as_str().map(str::to_owned);
        (
            text("user"),
            text("app"),
            text("cause"),
            text("first").unwrap_or_default(),
        )
    };
    let (_, app, cause, day) = first("setup_csv/password_flow_switched_off.csv");
    assert_eq!(app.as_deref(), Some("North ERP Sync"));
    assert_eq!(cause.as_deref(), Some("username-password-flow-disabled"));
    assert!(
        day.starts_with("2026-03-10T") || day.starts_with("2026-03-11T"),
        "{day}"
    );
    let (user, _, cause, day) = first("elf_login/lockout_by_retry_loop_34_columns.csv");
    assert_eq!(user.as_deref(), Some("billing.bridge@example.org"));
    assert_eq!(cause.as_deref(), Some("password-lockout"));
    assert!(day.starts_with("2026-03-12T1"), "{day}");
    let (user, app, cause, _) = first("setup_csv/someone_left.csv");
    assert_eq!(user.as_deref(), Some("nadia.lomax@example.com"));
    assert_eq!(app.as_deref(), Some("Sheet Connector"));
    assert_eq!(cause.as_deref(), Some("user-inactive"));
}

#[test]
fn every_broken_file_is_refused_row_by_row() {
    let run = analyze(&repository("."), ["sample_data/broken"]);
    assert_eq!(run.code, 3, "{}", run.stderr);
    let report = run.json();
    // read and rejected rows as the README's table tells the defects
    let ledgers: BTreeMap<&str, (u64, u64)> = list(&report, "/inputs")
        .iter()
        .map(|input| {
            let path = input["path"].as_str().expect("a path is a text");
            (
                &path["sample_data/broken/".len()..],
                (count(input, "/read"), count(input, "/rejects")),
            )
        })
        .collect();
    let expected = [
        ("ragged_rows.csv", (20, 3)),
        ("lost_quote.csv", (20, 1)),
        ("half_written_last_row.csv", (12, 1)),
        ("header_only.csv", (0, 0)),
        ("empty.csv", (0, 0)),
        ("impossible_dates.csv", (16, 5)),
        ("day_or_month.csv", (0, 0)),
        ("zone_ist.csv", (0, 0)),
        ("latin1.csv", (16, 0)),
        ("not_a_login_export.txt", (0, 0)),
        ("unknown_words.csv", (12, 0)),
    ];
    for (file, ledger) in expected {
        assert_eq!(ledgers.get(file), Some(&ledger), "{file}");
    }
    assert_eq!(ledgers["nul_bytes.csv"].1, 1, "the line of NULs is no row");
    let reasons = at(&report, "/exit/reasons").to_string();
    for word in [
        "truncated.csv.gz",
        "half_written_last_row.csv",
        "--date-order",
        "--timezone",
    ] {
        assert!(reasons.contains(word), "{word}: {reasons}");
    }
}
