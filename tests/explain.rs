//! `explain` and `formats`: what the catalogue and the layouts know is what they say.

use std::fs;
use std::path::Path;

use crate::support::{Ran, read, repository, run, source, unwrapped};

fn explain(words: &[&str]) -> Ran {
    run(Path::new("."), [&["explain"], words].concat())
}

/// The steps of every cause, by its id.
fn steps_of(cause: &str) -> Vec<String> {
    let causes: toml::Table = source("src/catalogue/causes.toml")
        .parse()
        .expect("causes.toml");
    let causes = causes["cause"]
        .as_array()
        .expect("causes.toml holds [[cause]]");
    let found = causes
        .iter()
        .find(|entry| entry["id"].as_str() == Some(cause));
    let found = found.unwrap_or_else(|| panic!("no cause {cause}"));
    let steps = found["steps"].as_array().expect("steps are a list");
    steps
        .iter()
        .map(|step| step.as_str().expect("a step is a text").to_owned())
        .collect()
}

/// Fails unless the answer names the cause and all that is to be done.
fn assert_explained(text: &str, cause: &str, answer: &Ran) {
    assert_eq!(answer.code, 0, "{text}: {}{}", answer.stdout, answer.stderr);
    let said = unwrapped(&answer.stdout);
    assert!(
        said.contains(&unwrapped(cause)),
        "{text}: no {cause} in\n{}",
        answer.stdout
    );
    for step in steps_of(cause) {
        assert!(
            said.contains(&unwrapped(&step)),
            "{text}: no step {step:?} in\n{}",
            answer.stdout
        );
    }
}

#[test]
fn every_kind_of_text_leads_to_its_cause_and_steps() {
    const JSON: &str =
        r#"{"error":"invalid_grant","error_description":"expired access/refresh token"}"#;
    const REST: &str =
        r#"[{"message":"Session expired or invalid","errorCode":"INVALID_SESSION_ID"}]"#;
    const LINE: &str = "2026-03-18 09:00:04 ERROR [sync] simple_salesforce.exceptions.\
        SalesforceAuthenticationFailed: LOGIN_MUST_USE_SECURITY_TOKEN: Invalid username";
    for (text, cause) in [
        (
            "Username-Password Flow Disabled",
            "username-password-flow-disabled",
        ),
        (
            "username-password flow disabled",
            "username-password-flow-disabled",
        ),
        ("Failed: Invalid Token", "refresh-token-invalid"),
        ("Restricted IP", "ip-restricted"),
        ("User is Inactive", "user-inactive"),
        ("LOGIN_ERROR_PASSWORD_LOCKOUT", "password-lockout"),
        ("LOGIN_OAUTH_INVALID_TOKEN", "refresh-token-invalid"),
        (
            "invalid_grant: expired access/refresh token",
            "refresh-token-invalid",
        ),
        (
            "invalid_client_id: client identifier invalid",
            "client-identifier-invalid",
        ),
        ("REQUEST_LIMIT_EXCEEDED", "request-limit-exceeded"),
        (JSON, "refresh-token-invalid"),
        (REST, "session-invalid"),
        (LINE, "security-token-required"),
        ("jwt-audience-invalid", "jwt-audience-invalid"),
    ] {
        assert_explained(text, cause, &explain(&[text]));
    }
}

#[test]
fn words_need_no_quotes() {
    let answer = explain(&["Invalid", "Password"]);
    assert_explained("Invalid Password", "invalid-password", &answer);
}

#[test]
fn an_unknown_text_is_an_error_that_says_so() {
    let answer = explain(&["The coffee machine is out of order"]);
    assert_eq!(answer.code, 1);
    assert!(answer.stdout.is_empty(), "{}", answer.stdout);
    assert!(
        answer.stderr.contains("coffee machine"),
        "{}",
        answer.stderr
    );
}

#[test]
fn what_people_ask_is_answered_with_what_helped_them() {
    let table = source("tests/cases/catalogue/seeds.tsv");
    let mut lines = table.lines();
    assert_eq!(lines.next(), Some("text\tcause\tremedy_words"));
    let mut asked = 0;
    for line in lines {
        let columns: Vec<&str> = line.split('\t').collect();
        let [text, cause, words] = columns[..] else {
            panic!("three columns: {line:?}")
        };
        let answer = explain(&[text]);
        assert_eq!(answer.code, 0, "{text}: {}", answer.stderr);
        let said = unwrapped(&answer.stdout);
        assert!(
            said.contains(&unwrapped(cause)),
            "{text}: no {cause} in\n{}",
            answer.stdout
        );
        for word in words.split('|') {
            assert!(
                said.contains(&unwrapped(word)),
                "{text}: no {word:?} in\n{}",
                answer.stdout
            );
        }
        asked += 1;
    }
    assert!(asked > 20, "{asked} texts");
}

#[test]
fn formats_names_every_layout_and_its_columns() {
    let answer = run(Path::new("."), ["formats"]);
    assert_eq!(answer.code, 0, "{}", answer.stderr);
    let said = unwrapped(&answer.stdout);
    let folder = repository("src/normalise/layouts");
    let mut layouts = 0;
    for entry in fs::read_dir(folder).expect("the layouts can be listed") {
        let path = entry.expect("the layouts can be listed").path();
        let layout: toml::Table = read(&path).parse().expect("a layout is TOML");
        let id = layout["id"].as_str().expect("a layout has an id");
        assert!(answer.stdout.contains(id), "no {id}");
        let columns = layout.get("column").and_then(toml::Value::as_array);
        for column in columns.into_iter().flatten() {
            for name in column["names"].as_array().expect("a column has names") {
                let name = name.as_str().expect("a name is a text");
                assert!(
                    said.contains(&unwrapped(name)),
                    "{id}: no {name:?} in\n{}",
                    answer.stdout
                );
            }
        }
        layouts += 1;
    }
    assert!(layouts >= 4, "{layouts} layouts");
}

#[test]
fn help_completions_and_manual_are_printed() {
    for (args, word) in [
        (vec!["--help"], "analyze"),
        (vec!["analyze", "--help"], "--date-order"),
        (vec!["--version"], env!("CARGO_PKG_VERSION")),
        (vec!["completions", "bash"], "--date-order"),
        (vec!["completions", "zsh"], "--date-order"),
        (vec!["completions", "fish"], "date-order"),
        (vec!["man"], ".TH"),
    ] {
        let answer = run(Path::new("."), &args);
        assert_eq!(answer.code, 0, "{args:?}: {}", answer.stderr);
        assert!(answer.stdout.contains(word), "{args:?}: no {word}");
    }
}
