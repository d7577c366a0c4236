//! Logs of integrations: what they give away stays hidden, and how they are cut doesn't show.

use std::fs;

use loginscope::tally::logs::DESCRIPTIONS;

use crate::support::{analyze, scratch, write};

/// Secrets of every kind, as logs hold them; each value is found by its last words.
const PLANTED: &[&str] = &[
    "client_secret=PLANTED1aaaaaaaaaa",
    "\"refresh_token\":\"5Aep861PLANTED2bbbbbbbbbbbb\"",
    "password=PLANTED3cccc",
    "\"access_token\": \"00Dxx0000001gPL!PLANTED4dddddd\"",
    "Authorization: Bearer 00Dxx0000001gPL!PLANTED5eeeeee",
    "<sessionId>00Dxx0000001gPL!PLANTED6ffffff</sessionId>",
    "assertion=eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiIzTVZHOSJ9.PLANTED7",
    "security_token=PLANTED8gggggggg",
    "DeleteToken: PLANTED9hhhhhhhh",
];

fn log() -> String {
    let mut text = String::new();
    for (minute, secret) in PLANTED.iter().enumerate() {
        text += &format!(
            "2026-03-02T07:{minute:02}:00Z ERROR Salesforce login failed: invalid_grant: authentication failure {secret}\n"
        );
        text += &format!(
            "2026-03-02T07:{minute:02}:30Z DEBUG {secret} {{\"error\":\"invalid_grant\",\"error_description\":\"expired access/refresh token {secret}\"}}\n"
        );
        text += &format!("2026-03-02T07:{minute:02}:40Z INFO {secret}\n");
    }
    text += &format!(
        "2026-03-02T08:00:00Z ERROR invalid_grant {}{}\n",
        "x".repeat(2 << 20),
        PLANTED[0]
    );
    text
}

#[test]
fn no_output_shows_a_secret_of_a_log() {
    let home = scratch();
    write(&home.path().join("sync.log"), log());
    let run = analyze(home.path(), ["-v", "--fail-on", "never", "sync.log"]);
    assert_eq!(run.code, 3, "a line was too long: {}", run.stderr);
    let mut files = 0;
    for entry in walkdir::WalkDir::new(&run.folder) {
        let entry = entry.expect("the report can be walked");
        if entry.file_type().is_file() {
            let bytes = fs::read(entry.path()).expect("the report can be read");
            let text = String::from_utf8_lossy(&bytes);
            assert!(!text.contains("PLANTED"), "{}", entry.path().display());
            files += 1;
        }
    }
    assert!(files > 10, "{files} files");
    assert!(!run.stdout.contains("PLANTED") && !run.stderr.contains("PLANTED"));
    let report = run.json();
    let rules: Vec<_> = report["findings"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|finding| &finding["rule"])
        .collect();
    assert!(
        rules.iter().any(|rule| *rule == "secrets-in-log"),
        "{rules:?}"
    );
}

#[test]
fn how_a_log_is_cut_and_by_how_many_it_is_read_does_not_show() {
    let mut text = String::new();
    for at in 0..600 {
        let (minute, second) = (at / 60, at % 60);
        text += &format!("2026-03-02 07:{minute:02}:{second:02},000 INFO nothing of note {at}\n");
        if at % 7 == 0 {
            text += &format!(
                "2026-03-02 07:{minute:02}:{second:02},100 ERROR Salesforce login of user=u{}@example.com failed\nTraceback (most recent call last):\n  File \"a.py\", line {at}\nlib.Failed: {{\"error\":\"invalid_grant\",\"error_description\":\"authentication failure\"}}\n",
                at % 3
            );
        }
        if at % 50 == 0 {
            text += "no stamp here: INVALID_LOGIN: Invalid username, password, security token; or user locked out. Salesforce\n";
        }
    }
    let home = scratch();
    write(&home.path().join("sync.log"), &text);
    let mut reports = Vec::new();
    for (piece, threads) in [
        ("1", "1"),
        ("100", "2"),
        ("777", "2"),
        ("5000", "1"),
        ("4194304", "2"),
    ] {
        let args = [
            "--fail-on",
            "never",
            "--piece-size",
            piece,
            "--threads",
            threads,
            "sync.log",
        ];
        let run = analyze(home.path(), args);
        assert_eq!(run.code, 0, "{}", run.stderr);
        reports.push(fs::read(run.folder.join("report.json")).expect("a report"));
    }
    assert!(
        reports.windows(2).all(|two| two[0] == two[1]),
        "pieces show"
    );
    let report: serde_json::Value = serde_json::from_slice(&reports[0]).expect("JSON");
    assert_eq!(report["ledger"]["read"], text.lines().count());
    assert!(report["totals"]["log_errors"].as_u64() > Some(80));
}

#[test]
fn a_named_text_without_a_login_is_unusable_and_says_so() {
    let home = scratch();
    write(
        &home.path().join("quiet.log"),
        "2026-03-02T07:00:00Z INFO nothing\n2026-03-02T07:00:01Z INFO nothing\n",
    );
    let run = analyze(home.path(), ["quiet.log"]);
    assert_eq!(run.code, 4, "{}", run.stdout);
    assert!(
        run.stderr
            .contains("one dated line that carries a Salesforce error"),
        "{}",
        run.stderr
    );
}

#[test]
fn formats_says_that_a_log_is_one() {
    let sample = crate::support::repository("sample_data/log/north_erp_sync.log");
    let answer = crate::support::run(
        std::path::Path::new("."),
        ["formats".as_ref(), sample.as_os_str()],
    );
    assert_eq!(answer.code, 0, "{}", answer.stderr);
    assert!(
        answer.stdout.contains("112 lines, 21 errors"),
        "{}",
        answer.stdout
    );
    let listed = crate::support::run(std::path::Path::new("."), ["formats"]);
    assert!(listed.stdout.contains("docker_json") && listed.stdout.contains("logfmt"));
}

#[test]
fn hostile_lines_stay_text_and_the_summary_stays_short() {
    let home = scratch();
    let mut log = String::new();
    let mut rows = String::from("Username,Login Time,Status,Application\n");
    for at in 0..60 {
        log += &format!(
            "2026-03-02T07:{at:02}:01Z ERROR Salesforce login of user=sync@example.com app=\"<script>alert({at})</script>\" failed: invalid_grant: authentication failure\n"
        );
        log += &format!(
            "2026-03-02T07:{at:02}:31Z ERROR app=\"=cmd{at}\" Salesforce \u{1b}]0;x\u{7} INVALID_LOGIN: <img src=x onerror={at}>|`{at}`\n"
        );
        rows += &format!(
            "sync@example.com,2026-03-02T07:{at:02}:00Z,{},CRM Sync\n",
            ["Success", "User is Frozen", "Invalid Password", "Odd"][at % 4]
        );
    }
    write(&home.path().join("sync.log"), log);
    write(&home.path().join("logins.csv"), rows);
    for only in [None, Some("--only=user=sync@example.com")] {
        let mut args = vec!["--fail-on", "never", "sync.log", "logins.csv"];
        args.extend(only);
        let run = analyze(home.path(), args);
        assert_eq!(run.code, 0, "{}", run.stderr);
        assert!(run.stdout.lines().count() <= 40, "{}", run.stdout);
        assert!(!run.stdout.contains('\u{1b}'), "{}", run.stdout);
        assert_eq!(run.stdout.contains("both sides"), only.is_some());
        let page = fs::read_to_string(run.folder.join("report.html")).expect("a page");
        assert!(!page.contains("<script>alert") && !page.contains("<img src"));
        assert!(page.contains("What the integrations saw"));
        let table = fs::read_to_string(run.folder.join("tables/log_errors.csv")).expect("a table");
        assert!(!table.contains(",=cmd"), "{table}");
    }
}

#[test]
fn a_client_that_says_the_same_in_ever_new_words_does_not_fill_the_report() {
    let home = scratch();
    let line = |at: usize, text: String| {
        format!(
            "2026-03-02 {:02}:{:02}:{:02} ERROR Salesforce: {text}\n",
            at / 3600,
            at / 60 % 60,
            at % 60
        )
    };
    let new_words = |at| line(at, format!("invalid_grant: ip restricted, case {at}"));
    let mut log: String = (0..DESCRIPTIONS + 50).map(new_words).collect();
    log += &new_words(7);
    write(&home.path().join("sync.log"), log);
    let run = analyze(home.path(), ["--fail-on", "never", "sync.log"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    let report = fs::read(run.folder.join("report.json")).expect("a report");
    let report: serde_json::Value = serde_json::from_slice(&report).expect("JSON");
    assert_eq!(report["totals"]["log_errors"], DESCRIPTIONS + 51);
    let groups = report["failures"]["by_description"].as_array();
    let groups = groups.expect("an array");
    assert_eq!(groups.len(), DESCRIPTIONS + 1);
    assert_eq!(groups[0]["description"], "invalid_grant");
    assert_eq!(groups[0]["failures"], 50);
    assert_eq!(groups[1]["failures"], 2, "one that is known is kept");
}

#[test]
fn narrowed_to_a_user_the_terminal_tells_of_changes_between_and_of_a_leak() {
    let home = scratch();
    let mut rows =
        String::from("Username,Login Time,Status,Application,Login Type,Login Subtype\n");
    let mut row = |time: &str, status: &str, app: &str| {
        rows += &format!(
            "sync@example.com,2026-03-{time}Z,{status},{app},Remote Access 2.0,OAuth Username-Password\n"
        );
    };
    // Three apps are refused days apart, so that three findings stand before the leak.
    for (app, from) in [("Alpha", 3), ("Beta", 6), ("Gamma", 9)] {
        for day in 1..12 {
            let status = match day < from {
                true => "Success",
                false => "Username-Password Flow Disabled",
            };
            row(&format!("{day:02}T07:00:00"), status, app);
        }
    }
    row("12T07:00:00", "Success", "Alpha");
    write(&home.path().join("a.csv"), &rows);
    write(
        &home.path().join("b.csv"),
        "\"2026-03-02T20:00:00Z\",\"ada@example.com\",\"\",\"Changed Allow OAuth Username-Password Flows from on to off\",\"Manage Users\",\"\"\n",
    );
    write(
        &home.path().join("alpha.log"),
        "2026-03-02T07:00:01Z INFO Salesforce login successful, user=sync@example.com\n\
         2026-03-03T07:00:01Z ERROR Salesforce login of user=sync@example.com: invalid_grant: authentication failure\n\
         2026-03-12T07:00:01Z INFO Salesforce login successful, user=sync@example.com\n\
         2026-03-12T08:00:00Z DEBUG POST https://login.salesforce.com/services/oauth2/token client_secret=7C0FFEE5INVENTED1234\n",
    );
    let args = ["--fail-on", "never", "--only", "user=sync@example.com"];
    let run = analyze(
        home.path(),
        args.into_iter().chain(["a.csv", "b.csv", "alpha.log"]),
    );
    assert_eq!(run.code, 0, "{}", run.stderr);
    let told = &run.stdout;
    assert!(told.lines().count() <= 40, "{told}");
    assert!(
        told.contains("secrets in the log alpha.log: client secret"),
        "{told}"
    );
    assert!(
        told.contains("likely: Password flow switched off"),
        "{told}"
    );
    let at = |text: &str| {
        told.find(text)
            .unwrap_or_else(|| panic!("no {text:?} in\n{told}"))
    };
    let worked = at("2026-03-02 07:00:01  client      Login worked");
    let changed = at("2026-03-02 20:00:00  changed     OAuth flow");
    let refused = at("2026-03-03 07:00:01  client      invalid_grant");
    let again = at("2026-03-12 07:00:01  client      Login worked");
    assert!(
        worked < changed && changed < refused && refused < again,
        "{told}"
    );
}
