//! Compares a value with what is expected of it, which may say less than the value does.
//!
//! - An object's keys must all be there and match; other keys of the value don't matter.
//! - An array is the beginning of the value's array.
//! - Against an array, an object asks for its `len`, for entries by number (`"16"`), or for some
//!   entry with a text that `contains` something; the latter is also asked of a single text.
//! - Anything else must be equal.

use serde_json::{Map, Value};

/// What differs, each with its place; empty where the value is as expected.
pub(crate) fn differences(expected: &Value, actual: &Value) -> Vec<String> {
    let mut found = Vec::new();
    compare(expected, Some(actual), "", &mut found);
    found
}

fn compare(expected: &Value, actual: Option<&Value>, place: &str, found: &mut Vec<String>) {
    let Some(actual) = actual else {
        found.push(format!("{place}: missing, expected {expected}"));
        return;
    };
    match (expected, actual) {
        (Value::Object(wanted), Value::Array(entries)) => asked(wanted, entries, place, found),
        (Value::Object(wanted), Value::String(_)) if wanted.contains_key("contains") => {
            asked(wanted, std::slice::from_ref(actual), place, found);
        }
        (Value::Object(wanted), Value::Object(_)) => {
            for (key, value) in wanted {
                compare(value, actual.get(key), &format!("{place}/{key}"), found);
            }
        }
        (Value::Array(wanted), Value::Array(entries)) => {
            for (at, value) in wanted.iter().enumerate() {
                compare(value, entries.get(at), &format!("{place}/{at}"), found);
            }
        }
        _ if expected == actual => {}
        _ => found.push(format!("{place}: expected {expected}, found {actual}")),
    }
}

fn asked(wanted: &Map<String, Value>, entries: &[Value], place: &str, found: &mut Vec<String>) {
    for (key, value) in wanted {
        match (key.as_str(), key.parse::<usize>()) {
            (_, Ok(at)) => compare(value, entries.get(at), &format!("{place}/{at}"), found),
            ("len", _) if value.as_u64() == Some(entries.len() as u64) => {}
            ("len", _) => {
                found.push(format!(
                    "{place}: expected {value} entries, found {entries:?}"
                ));
            }
            ("contains", _) => {
                let part = value.as_str().expect("`contains` names a text");
                if !entries
                    .iter()
                    .filter_map(Value::as_str)
                    .any(|text| text.contains(part))
                {
                    found.push(format!("{place}: nothing contains {part:?} in {entries:?}"));
                }
            }
            _ => found.push(format!("{place}: an array can't be asked for {key:?}")),
        }
    }
}

#[test]
fn a_subset_is_told_from_a_difference() {
    let value = |text| serde_json::from_str::<Value>(text).expect("JSON");
    let actual = value(r#"{"a": [{"b": 1, "c": null}, {"b": 2}], "t": ["one two"], "s": "x y"}"#);
    for same in [
        r#"{}"#,
        r#"{"a": [{"b": 1}]}"#,
        r#"{"a": {"len": 2, "1": {"b": 2}}}"#,
        r#"{"t": {"contains": "two"}, "s": {"contains": "x"}}"#,
    ] {
        assert_eq!(
            differences(&value(same), &actual),
            Vec::<String>::new(),
            "{same}"
        );
    }
    for other in [
        r#"{"b": 1}"#,
        r#"{"a": [{"b": 2}]}"#,
        r#"{"a": [{"c": 0}]}"#,
        r#"{"a": [{}, {}, {}]}"#,
        r#"{"a": {"len": 1}}"#,
        r#"{"a": {"2": {}}}"#,
        r#"{"a": {"b": 1}}"#,
        r#"{"t": {"contains": "three"}}"#,
        r#"{"t": {"len": 0}}"#,
    ] {
        assert_eq!(differences(&value(other), &actual).len(), 1, "{other}");
    }
}
