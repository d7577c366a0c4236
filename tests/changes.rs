//! Changes are told beside logins and alter nothing about them.

use std::fmt::Write as _;

use loginscope::catalogue::Changes;
use serde_json::{Value, json};

use crate::support::{analyze, assert_ledger_adds_up, list, repository, scratch, source, write};

/// Folders of the sample data with logins, and with changes.
const LOGINS: [&str; 4] = ["setup_csv", "login_history", "elf_login", "login_event"];
const CHANGES: [&str; 6] = [
    "setup_audit_trail",
    "setup_audit_trail_query",
    "elf_logout",
    "elf_login_as",
    "oauth_token",
    "verification_history",
];

fn report_on(folders: &[&str]) -> Value {
    let mut args = vec!["--fail-on".to_owned(), "never".to_owned()];
    args.extend(folders.iter().map(|folder| format!("sample_data/{folder}")));
    args.extend(["--timezone".to_owned(), "Europe/Berlin".to_owned()]);
    let run = analyze(&repository("."), &args);
    assert_eq!(run.code, 0, "{}", run.stderr);
    run.json()
}

#[test]
fn nothing_that_is_counted_depends_on_changes() {
    let alone = report_on(&LOGINS);
    let beside = report_on(&[LOGINS.as_slice(), &CHANGES].concat());
    assert_ledger_adds_up(&beside);
    assert!(list(&alone, "/changes").is_empty());
    assert!(list(&beside, "/changes").len() > 20);
    let told = |report: &Value| {
        let findings = list(report, "/findings").iter();
        let mut stories = findings.flat_map(|finding| list(finding, "/story"));
        stories.any(|line| line["text"].to_string().contains("Changed before"))
    };
    assert!(!told(&alone) && told(&beside));
    let bare = |mut report: Value| {
        for key in ["inputs", "ledger", "changes"] {
            report[key] = json!(null);
        }
        let findings = report["findings"]
            .as_array_mut()
            .expect("findings are a list");
        for finding in findings {
            finding["story"] = json!(null);
            finding["diagnosis"] = json!(null);
        }
        report
    };
    let (alone, beside) = (bare(alone), bare(beside));
    for (key, value) in alone.as_object().expect("a report is an object") {
        assert_eq!(value, &beside[key], "{key}");
    }
}

#[test]
fn every_kind_of_change_is_documented() {
    let readme = source("README.md");
    for kind in Changes::load().expect("the list").all() {
        assert!(readme.contains(&format!("`{}`", kind.id)), "{}", kind.id);
    }
}

/// A trail as Setup writes it: no header, line breaks inside quotes, the newest first.
fn trail(rows: u32) -> String {
    let mut text = String::new();
    for row in (0..rows).rev() {
        let (day, hour) = (1 + row / 24 % 28, row % 24);
        let what = match row % 3 {
            0 => "Froze user account for Ivo Marsh".to_owned(),
            1 => format!("Changed \"\"rule\"\" {row}\nfrom \"\"a,b\"\"\r\nto c"),
            _ => format!("Set new password for user u{}@example.com", row % 7),
        };
        let _ = writeln!(
            text,
            "\"{day}/3/2026, {hour}:06:{:02} CET\",\"ann@example.com\",\"\",\"{what}\",\"Manage Users\",\"\"",
            row % 60
        );
    }
    text
}

#[test]
fn how_a_trail_is_cut_for_reading_does_not_show() {
    let home = scratch();
    write(&home.path().join("trail.csv"), trail(1_500));
    let read = |threads: &str, piece: &str| {
        let args = ["trail.csv", "--threads", threads, "--piece-size", piece];
        let run = analyze(home.path(), args);
        assert_eq!(run.code, 0, "{}", run.stderr);
        (run.text("report.json"), run.text("tables/changes.csv"))
    };
    let whole = read("1", "100000000");
    let report: Value = serde_json::from_str(&whole.0).expect("report.json is JSON");
    let (changes, input) = (list(&report, "/changes"), &report["inputs"][0]);
    assert_eq!(
        (changes.len(), input["events"].as_u64()),
        (1_000, Some(1_500))
    );
    let rows = csv::Reader::from_reader(whole.1.as_bytes())
        .records()
        .count();
    assert_eq!(rows, 1_500);
    let told = "Changed \"\"rule\"\" 1498 from \"\"a,b\"\" to c";
    assert!(whole.1.contains(told));
    for (threads, piece) in [("1", "500"), ("4", "1000"), ("4", "70000")] {
        assert!(
            whole == read(threads, piece),
            "{threads} threads, pieces of {piece}"
        );
    }
}

#[test]
fn a_live_token_is_nowhere_in_a_report() {
    const TOKEN: &str = "00Dlive!SecretThatRevokes";
    let home = scratch();
    let mut text = String::from("DeleteToken,Id,AppName,User.Username,CreatedDate,UseCount\n");
    for row in [
        "{},1,Alpha,ann@example.com,2026-03-02T10:00:00Z,3",
        "{},2,Alpha,ann@example.com,{},3",
        "{},3,Alpha,ann@example.com,2026-03-02T10:00:00Z,{}",
        "{},4",
        "4,{},5,Alpha,ann@example.com,2026-03-02T10:00:00Z,3",
        "\"{},6,Alpha",
    ] {
        text += &row.replace("{}", TOKEN);
        text.push('\n');
    }
    write(&home.path().join("tokens.csv"), &text);
    let json = json!([{"AppName": "Alpha", "DeleteToken": TOKEN, "UseCount": TOKEN, "CreatedDate": TOKEN},
        {"AppName": "Alpha", "DeleteToken": TOKEN, "UseCount": 1, "CreatedDate": "2026-03-02T10:00:00Z"}]);
    write(&home.path().join("tokens.json"), json.to_string());
    // a secret column beside those of another layout
    let user = format!("Id,Username,DeleteToken\n,,{TOKEN}\n");
    write(&home.path().join("users.csv"), user);
    let run = analyze(
        home.path(),
        ["tokens.csv", "tokens.json", "users.csv", "-v"],
    );
    assert_eq!(run.code, 3, "{}", run.stderr);
    assert!(list(&run.json(), "/rejects").len() >= 5);
    for (name, bytes) in run.files() {
        let found = memchr::memmem::find(&bytes, TOKEN.as_bytes());
        assert_eq!(found, None, "{name}");
    }
    assert!(!run.stdout.contains(TOKEN) && !run.stderr.contains(TOKEN));
    let shown = crate::support::run(
        home.path(),
        ["formats", "tokens.csv", "tokens.json", "users.csv"],
    );
    assert!(!shown.stdout.contains(TOKEN), "{}", shown.stdout);
}
