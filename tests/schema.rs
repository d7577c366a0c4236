//! `report.json` keeps to its schema, and the schema is as strict as the contract.

use regex::Regex;
use serde_json::{Value, json};

use crate::support::{SAMPLES, analyze, one_login, repository, source, write};

/// The reports that are checked: much, everything that can go wrong, and nothing.
fn reports() -> Vec<(&'static str, Value)> {
    let home = one_login();
    write(
        &home.path().join("header.csv"),
        "Username,Login Time,Status\n",
    );
    let empty = analyze(home.path(), ["header.csv"]);
    assert_eq!(empty.code, 0, "{}", empty.stderr);
    let all = analyze(&repository("."), ["sample_data"]);
    vec![
        ("sample data", SAMPLES.json()),
        ("broken files too", all.json()),
        ("nothing", empty.json()),
    ]
}

fn schema() -> Value {
    serde_json::from_str(&source("report.schema.json")).expect("the schema is JSON")
}

/// Pointers to every object of a report; of an array, only its first entry is looked into.
fn objects(value: &Value, at: &str, found: &mut Vec<String>) {
    match value {
        Value::Object(entries) => {
            found.push(at.to_owned());
            for (key, value) in entries {
                objects(value, &format!("{at}/{key}"), found);
            }
        }
        Value::Array(entries) => {
            if let Some(first) = entries.first() {
                objects(first, &format!("{at}/0"), found);
            }
        }
        _ => {}
    }
}

/// The object at a pointer.
fn object<'a>(report: &'a mut Value, at: &str) -> &'a mut serde_json::Map<String, Value> {
    report
        .pointer_mut(at)
        .and_then(Value::as_object_mut)
        .expect("an object was found there")
}

#[test]
fn the_schema_is_sound_and_of_the_named_draft() {
    let schema = schema();
    assert_eq!(
        schema["$schema"],
        "https://json-schema.org/draft/2020-12/schema"
    );
    jsonschema::meta::validate(&schema).expect("the schema keeps to its own draft");
}

#[test]
fn reports_keep_to_the_schema() {
    let validator = jsonschema::validator_for(&schema()).expect("the schema can be used");
    for (what, report) in reports() {
        let errors: Vec<String> = validator
            .iter_errors(&report)
            .take(10)
            .map(|error| format!("{}: {error}", error.instance_path()))
            .collect();
        assert!(errors.is_empty(), "{what}:\n{}", errors.join("\n"));
    }
}

#[test]
fn no_key_is_unknown_and_none_is_missing() {
    let validator = jsonschema::validator_for(&schema()).expect("the schema can be used");
    for (what, report) in reports() {
        let mut found = Vec::new();
        objects(&report, "", &mut found);
        assert!(found.len() > 10, "{what}: {found:?}");
        for at in found {
            let mut more = report.clone();
            object(&mut more, &at).insert("surplus".to_owned(), json!("text"));
            assert!(
                !validator.is_valid(&more),
                "{what}: a further key is accepted at {at:?}"
            );
            // the one kind of object whose keys are data: cause ids and their counts
            if at.ends_with("/causes") {
                continue;
            }
            let keys: Vec<String> = object(&mut more, &at).keys().cloned().collect();
            for key in keys.iter().filter(|key| *key != "surplus") {
                let mut less = report.clone();
                object(&mut less, &at).remove(key);
                assert!(
                    !validator.is_valid(&less),
                    "{what}: {key} may be missing at {at:?}"
                );
            }
        }
    }
}

#[test]
fn the_keys_stand_in_the_order_of_the_contract() {
    const KEYS: [&str; 19] = [
        "schema",
        "tool",
        "options",
        "exit",
        "window",
        "history",
        "inputs",
        "ledger",
        "totals",
        "coverage",
        "failures",
        "timeline",
        "findings",
        "near_misses",
        "integrations",
        "unrecognised",
        "rejects",
        "suppressed",
        "rules",
    ];
    let text = SAMPLES.text("report.json");
    let at = |key| {
        text.find(&format!("\n  \"{key}\":"))
            .unwrap_or_else(|| panic!("no {key}"))
    };
    assert!(KEYS.map(at).is_sorted(), "{:?}", KEYS.map(at));
    assert!(at("baseline") > at("rules"));
}

/// Every text under a key that names a time.
fn times<'a>(value: &'a Value, found: &mut Vec<&'a str>) {
    const KEYS: [&str; 5] = ["start", "end", "first", "last", "hour"];
    match value {
        Value::Object(entries) => {
            for (key, value) in entries {
                match value.as_str() {
                    Some(text) if KEYS.contains(&key.as_str()) => found.push(text),
                    _ => times(value, found),
                }
            }
        }
        Value::Array(entries) => entries.iter().for_each(|entry| times(entry, found)),
        _ => {}
    }
}

#[test]
fn times_are_rfc_3339_in_utc() {
    let form = Regex::new(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{3})?Z$").expect("a pattern");
    let report = SAMPLES.json();
    let mut found = Vec::new();
    times(&report, &mut found);
    assert!(found.len() > 100, "{}", found.len());
    for time in found {
        assert!(form.is_match(time), "{time}");
        assert!(chrono::DateTime::parse_from_rfc3339(time).is_ok(), "{time}");
    }
}
