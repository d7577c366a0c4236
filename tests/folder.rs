//! What is written, where, for whom, and what happens when it can't be.

use std::fs;

use crate::support::{
    Analysis, HEADER, ROW, SAMPLES, analyze, assert_same, files, one_login, repository, run, write,
};

#[test]
fn a_folder_of_somebody_else_is_refused_and_left_as_it_is() {
    let home = one_login();
    let theirs = home.path().join("theirs");
    write(&theirs.join("thesis.txt"), "years of work");
    let before = files(&theirs);
    let refused = run(home.path(), ["analyze", "logins.csv", "-o", "theirs"]);
    assert_eq!(refused.code, 4);
    assert!(refused.stderr.contains("theirs"), "{}", refused.stderr);
    assert_same(&before, &files(&theirs), "the folder that was refused");

    fs::create_dir(home.path().join("empty")).expect("a scratch folder can be written");
    let empty = run(home.path(), ["analyze", "logins.csv", "-o", "empty"]);
    assert_eq!(empty.code, 0, "{}", empty.stderr);
    assert!(home.path().join("empty/report.json").is_file());
}

#[test]
fn an_earlier_report_is_replaced_as_a_whole() {
    let home = one_login();
    let write_report = || run(home.path(), ["analyze", "logins.csv", "-o", "report"]);
    assert_eq!(write_report().code, 0);
    let report = home.path().join("report");
    let fresh = files(&report);
    write(&report.join("tables/of_last_week.csv"), "stale");
    assert_eq!(write_report().code, 0);
    assert_same(&fresh, &files(&report), "a report written over another");
    let beside = fs::read_dir(home.path())
        .expect("a scratch folder can be listed")
        .count();
    assert_eq!(beside, 2, "only the export and the report are left");
}

#[test]
fn strict_stops_at_a_reject_and_keeps_the_old_report() {
    let home = one_login();
    let strict = || {
        run(
            home.path(),
            ["analyze", "--strict", "logins.csv", "-o", "report"],
        )
    };
    assert_eq!(strict().code, 0, "a sound file");
    let before = files(&home.path().join("report"));
    write(
        &home.path().join("logins.csv"),
        [HEADER, ROW, "ragged\n"].concat(),
    );
    let stopped = strict();
    assert_eq!(stopped.code, 4);
    assert!(!stopped.stderr.trim().is_empty(), "it says why");
    assert_same(
        &before,
        &files(&home.path().join("report")),
        "the old report",
    );
}

#[test]
fn standard_output_takes_one_format_and_nothing_else() {
    let home = one_login();
    let folder = analyze(home.path(), ["logins.csv"]);
    for format in ["json", "md", "html"] {
        let args = ["analyze", "logins.csv", "-o", "-", "--format", format];
        let printed = run(home.path(), args);
        assert_eq!(printed.code, 0, "{}", printed.stderr);
        let file = folder.text(&format!("report.{format}"));
        assert_eq!(printed.stdout.trim_end(), file.trim_end(), "{format}");
    }
    let written = fs::read_dir(home.path())
        .expect("a scratch folder can be listed")
        .count();
    assert_eq!(written, 1, "only the export stands there");
    let two = run(
        home.path(),
        ["analyze", "logins.csv", "-o", "-", "--format", "html,md"],
    );
    assert_eq!(two.code, 2, "{}", two.stdout);
}

#[test]
fn formats_decide_what_is_written() {
    let names = |run: Analysis| run.files().into_keys().collect::<Vec<_>>();
    let home = one_login();
    let all = names(analyze(home.path(), ["logins.csv"]));
    assert_eq!(
        all,
        [
            ".loginscope-report",
            "charts/causes.svg",
            "charts/heatmap.svg",
            "charts/timeline.svg",
            "report.html",
            "report.json",
            "report.md",
            "tables/changes.csv",
            "tables/failures_by_app.csv",
            "tables/failures_by_description.csv",
            "tables/failures_by_user.csv",
            "tables/findings.csv",
            "tables/groups.csv",
            "tables/integrations.csv",
            "tables/log_errors.csv",
            "tables/rejects.csv",
            "tally.parquet",
        ]
    );
    let md = names(analyze(home.path(), ["logins.csv", "--format", "md"]));
    assert_eq!(
        md,
        [
            ".loginscope-report",
            "report.json",
            "report.md",
            "tally.parquet"
        ]
    );
}

#[cfg(unix)]
#[test]
fn only_the_owner_can_read_the_report() {
    use std::os::unix::fs::PermissionsExt as _;
    let entries = walkdir::WalkDir::new(&SAMPLES.folder).into_iter();
    for entry in entries.map(|entry| entry.expect("the report can be walked")) {
        let mode = entry
            .metadata()
            .expect("what was found has a mode")
            .permissions()
            .mode();
        let wanted = if entry.file_type().is_dir() {
            0o700
        } else {
            0o600
        };
        assert_eq!(mode & 0o777, wanted, "{}", entry.path().display());
    }
}

#[test]
fn the_summary_fits_on_a_screen() {
    let all = analyze(&repository("."), ["sample_data"]);
    for summary in [&SAMPLES.stdout, &all.stdout] {
        let lines = summary.lines().count();
        assert!((1..=40).contains(&lines), "{lines} lines:\n{summary}");
    }
    assert!(SAMPLES.stdout.contains("3,438"), "{}", SAMPLES.stdout);
}

#[test]
fn exit_codes_tell_wrong_usage_from_nothing_readable() {
    let home = one_login();
    let code = |args: &[&str]| run(home.path(), args).code;
    assert_eq!(code(&["analyze"]), 2, "no path");
    assert_eq!(code(&["analyze", "logins.csv", "--no-such-option"]), 2);
    assert_eq!(
        code(&["analyze", "logins.csv", "--timezone", "Mars/Olympus"]),
        2
    );
    assert_eq!(code(&["analyze", "logins.csv", "--date-order", "mixed"]), 2);
    write(&home.path().join("notes.txt"), "Notes of Thursday\n");
    for unreadable in ["notes.txt", "no_such_file.csv"] {
        let nothing = run(home.path(), ["analyze", unreadable]);
        assert_eq!(nothing.code, 4, "{unreadable}");
        assert!(nothing.stderr.contains(unreadable), "{}", nothing.stderr);
    }
    assert!(
        !home.path().join("loginscope-report").exists(),
        "nothing readable, no report"
    );
}

#[test]
fn the_page_is_small_and_forbids_itself_the_network() {
    let html = SAMPLES.text("report.html");
    assert!(html.len() <= 1_000_000, "{} bytes", html.len());
    let policy = html
        .split_once("<meta http-equiv=\"Content-Security-Policy\" content=\"")
        .and_then(|(_, rest)| rest.split_once('"'))
        .map_or("", |(policy, _)| policy);
    assert!(policy.starts_with("default-src 'none'"), "{policy}");
    assert!(
        !policy.contains("unsafe") && !policy.contains('*'),
        "{policy}"
    );
    assert!(
        !html.contains(" src=") && !html.contains("<link"),
        "nothing is loaded"
    );
}
