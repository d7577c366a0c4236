//! `formats` says what is read, and of a file what it is taken for and why.

use std::process::Command;

use crate::support::{PROGRAM, repository, scratch, write};

/// Exit code, standard output and standard error.
fn formats(folder: &std::path::Path, args: &[&str]) -> (i32, String, String) {
    let output = Command::new(PROGRAM)
        .arg("formats")
        .args(args)
        .current_dir(folder)
        .output()
        .expect("the program starts");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let code = output.status.code().expect("it ends by itself");
    (code, text(&output.stdout), text(&output.stderr))
}

/// A text with each run of blanks and line ends as one blank.
fn flat(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn without_a_file_every_layout_is_listed_with_its_columns() {
    let (code, out, _) = formats(&repository("."), &[]);
    assert_eq!(code, 0);
    let layouts = std::fs::read_dir(repository("src/normalise/layouts")).expect("the layouts");
    for layout in layouts {
        let path = layout.expect("a layout").path();
        let id = path
            .file_stem()
            .expect("a name")
            .to_string_lossy()
            .into_owned();
        assert!(out.contains(&format!("\n{id}  ")), "{id}");
    }
    for word in [
        "json",
        "pairs",
        "LoginSubType",
        "Needed: ",
        "Get it: ",
        "User.Username",
    ] {
        assert!(out.contains(word), "{word}");
    }
}

#[test]
fn a_file_is_explained_with_its_first_rows() {
    let file = "sample_data/login_event/stream_of_a_morning.ndjson";
    let (code, out, _) = formats(&repository("."), &[file]);
    let out = flat(&out);
    assert_eq!(code, 0);
    for said in [
        "Taken for: login_event",
        "Container: json",
        "it has \"EventDate\"",
        "\"Application\" = app",
        "Known, not needed: ",
        "line 1: 2026-03-24T07:10:15.799Z user \"ada.ferris@example.org\" app \"Browser\" success \"Success\" flow ui-password from \"203.0.113.60\"",
    ] {
        assert!(out.contains(said), "{said}: {out}");
    }
}

#[test]
fn an_unusable_file_says_what_it_lacks_and_ends_with_3() {
    let home = scratch();
    write(
        &home.path().join("logins.json"),
        r#"[{"LoginTime":"2026-03-02T10:00:00Z","Status":"Success","\u001b[31mx":1}]"#,
    );
    let (code, out, err) = formats(home.path(), &["logins.json", "missing.json"]);
    assert_eq!(code, 3);
    assert!(err.contains("missing.json"), "{err}");
    let out = flat(&out);
    assert!(out.contains("no known layout"), "{out}");
    assert!(
        out.contains("Nearest: login_history, LoginHistory by SOQL; it lacks \"UserId\""),
        "{out}"
    );
    assert!(
        out.contains("\\u{1b}[31mx") && !out.contains('\u{1b}'),
        "{out}"
    );
}

#[test]
fn open_questions_and_rows_that_fail_are_told() {
    let broken = repository("sample_data/broken");
    let (code, out, _) = formats(&broken, &["zone_ist.csv"]);
    assert_eq!(code, 0);
    assert!(flat(&out).contains("the zone IST can mean"), "{out}");
    let (code, out, _) = formats(&broken, &["--timezone", "Asia/Kolkata", "zone_ist.csv"]);
    assert_eq!(code, 0);
    assert!(
        !out.contains("IST can mean") && out.contains("line 2: 2026-"),
        "{out}"
    );
    let (code, out, _) = formats(&broken, &["impossible_dates.csv", "header_only.csv"]);
    assert_eq!(code, 0);
    assert!(out.contains("Rows: none"), "{out}");
}
