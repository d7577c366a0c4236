//! Exports in another language than English: what the first line says where words are unknown, and
//! what is said about where the words come from.

use crate::support::{analyze, repository, run, scratch, unwrapped, write};

/// The verdict on a case, as the report's Markdown shows it.
fn verdict_of(case: &str) -> String {
    let folder = repository(&format!("tests/cases/analyze/languages/{case}"));
    let input = folder.join("input.csv");
    let home = scratch();
    let run = analyze(home.path(), [input.as_os_str()]);
    let text = run.text("report.md");
    let first = text.lines().find(|line| line.contains("login attempts"));
    first.expect("a verdict").to_owned()
}

#[test]
fn more_than_a_fifth_unrecognised_is_said_before_anything_else() {
    let over = verdict_of("over_a_fifth_unrecognised");
    let warned = over.find("The outcome of 2 of 9 login attempts (22.2 %) is not recognised");
    let counted = over.find("2 of 9 login attempts failed");
    assert!(warned.is_some() && warned < counted, "{over}");
    let at = verdict_of("a_fifth_unrecognised");
    assert!(!at.contains("not recognised"), "{at}");
    assert!(at.contains("1 of 5 login attempts failed"), "{at}");
}

#[test]
fn a_zone_in_the_header_that_is_not_known_is_asked_for() {
    let home = scratch();
    let header = "Benutzername,Anmeldezeit (Zeit auf dem Mond),Status\n";
    let row = "ann@example.com,27.8.2025 14:06,Erfolg\n";
    write(&home.path().join("input.csv"), [header, row].concat());
    let refused = run(home.path(), ["analyze", "input.csv"]);
    assert_eq!(refused.code, 4);
    assert!(
        refused.stderr.contains("Zeit auf dem Mond"),
        "{}",
        refused.stderr
    );
    let told = analyze(home.path(), ["--timezone", "Europe/Berlin", "input.csv"]);
    assert_eq!(told.json()["window"]["start"], "2025-08-27T12:06:00Z");
}

#[test]
fn formats_says_which_languages_are_known_and_on_what_ground() {
    let formats = run(&repository("."), ["formats"]);
    let text = unwrapped(&formats.stdout);
    for part in ["Chinese (Simplified)", "Thai", "from our own translation"] {
        assert!(text.contains(&unwrapped(part)), "{part}: {text}");
    }
}

#[test]
fn a_status_in_another_language_is_explained() {
    let explained = run(
        &repository("."),
        ["explain", "失敗: コンピュータの有効化が必要です。"],
    );
    assert_eq!(explained.code, 0, "{}", explained.stderr);
    assert!(
        explained.stdout.contains("device-activation-required"),
        "{}",
        explained.stdout
    );
}
