//! What the beginning of a file shows it to be where its records name their values: JSON, and lines
//! of keys with values.

use serde_json::Value;

use super::layout::{Carrier, Columns, Layout, Layouts};
use super::reading::NotRead;
use crate::ingest::{Container, json, pairs};

/// Records whose keys are looked at.
const RECORDS: usize = 50;

/// What a file was told to be.
pub(super) struct Told<'a> {
    pub(super) layout: &'a Layout,
    pub(super) columns: Columns,
    pub(super) container: Container,
    /// The keys of the first records, as they are written.
    pub(super) written: Vec<String>,
}

/// `None` for what doesn't look like JSON.
pub(super) fn json<'a>(
    head: &[u8],
    layouts: &'a Layouts,
    forced: Option<&'a Layout>,
) -> Result<Option<Told<'a>>, NotRead> {
    let Some(text) = looks_like_json(head) else {
        return Ok(None);
    };
    let (records, bare) = json::first_keys(head, false, RECORDS);
    let container = Container::Json { bare };
    let Some((layout, columns)) = recognised(&records, Carrier::Json, layouts, forced) else {
        return Err(no_layout(text, &records, forced));
    };
    let told = Told {
        layout,
        columns,
        container,
        written: distinct(&records),
    };
    Ok(Some(told))
}

/// The text, if it begins like JSON.
fn looks_like_json(head: &[u8]) -> Option<&[u8]> {
    // RFC 7464 begins each text with this mark.
    let text = head.trim_ascii_start();
    let text = text.strip_prefix(b"\x1e").unwrap_or(text);
    matches!(text.trim_ascii_start().first(), Some(b'{' | b'[')).then_some(text)
}

/// The keys of the first records of what begins like JSON; `None` for anything else.
pub(super) fn json_keys(head: &[u8]) -> Option<Vec<String>> {
    looks_like_json(head)?;
    Some(distinct(&json::first_keys(head, false, RECORDS).0))
}

fn distinct(records: &[Vec<String>]) -> Vec<String> {
    let mut keys: Vec<String> = Vec::new();
    for key in records.iter().flatten() {
        if !keys.contains(key) {
            keys.push(key.clone());
        }
    }
    keys
}

/// `None` for what is no such line, or of no layout.
pub(super) fn pairs<'a>(
    head: &[u8],
    layouts: &'a Layouts,
    forced: Option<&'a Layout>,
) -> Option<Told<'a>> {
    let records = pairs::first_keys(head, RECORDS);
    let (layout, columns) = recognised(&records, Carrier::Pairs, layouts, forced)?;
    Some(Told {
        layout,
        columns,
        container: Container::Pairs,
        written: distinct(&records),
    })
}

fn recognised<'a>(
    records: &[Vec<String>],
    carrier: Carrier,
    layouts: &'a Layouts,
    forced: Option<&'a Layout>,
) -> Option<(&'a Layout, Columns)> {
    let Some(layout) = forced else {
        return layouts.recognise_keys(carrier, records);
    };
    let all = records.concat();
    layout.columns_of(&all)?;
    Some((layout, layout.columns_by_key(&all)))
}

/// Why JSON has no layout.
fn no_layout(text: &[u8], records: &[Vec<String>], forced: Option<&Layout>) -> NotRead {
    let parsed: Option<Value> = serde_json::from_slice(text).ok();
    if let Some(message) = parsed.as_ref().and_then(salesforce_error) {
        return NotRead::SalesforceError { message };
    }
    if parsed.as_ref().is_some_and(is_empty_result) {
        return NotRead::NoRecords;
    }
    let keys = distinct(records);
    match forced {
        _ if keys.is_empty() => NotRead::NoTable {
            why: "it begins like JSON, and no whole object stands in its first 256 KiB",
        },
        Some(layout) => not_that_layout(layout, &keys),
        None => NotRead::UnknownLayout {
            columns: first_columns(&keys),
        },
    }
}

pub(super) fn first_columns(names: &[String]) -> String {
    let shown: Vec<String> = names
        .iter()
        .take(5)
        .map(|name| format!("{:?}", shortened(name)))
        .collect();
    shown.join(", ")
}

/// Where a header is missing, the first row stands in its place: an id or a token in it is nothing
/// to show.
fn shortened(name: &str) -> String {
    let has = |kind: fn(&char) -> bool| name.chars().any(|c| kind(&c));
    let one_word = !has(|c| c.is_whitespace());
    let is_value = one_word
        && name.len() >= SHORTEST_VALUE
        && has(char::is_ascii_digit)
        && has(char::is_ascii_alphabetic);
    match is_value {
        true => "(a value)".to_owned(),
        false => name.chars().take(40).collect(),
    }
}

/// Characters of an id, which is the shortest that is no name of a column but has letters and
/// digits.
const SHORTEST_VALUE: usize = 15;

pub(super) fn not_that_layout(layout: &Layout, names: &[String]) -> NotRead {
    let missing = layout.must.iter().filter(|any| {
        let columns = layout
            .columns
            .iter()
            .filter(|column| any.contains(&column.role));
        let mut spelled = columns.flat_map(super::Column::spellings);
        !spelled.any(|name| names.iter().any(|given| given.eq_ignore_ascii_case(name)))
    });
    let first_name = |any: &Vec<super::role::Role>| {
        let column = layout
            .columns
            .iter()
            .find(|column| any.contains(&column.role))?;
        column.names.first().map(|name| format!("{name:?}"))
    };
    let missing: Vec<String> = missing.filter_map(first_name).collect();
    NotRead::NotThatLayout {
        layout: layout.id.clone(),
        missing: missing.join(", "),
    }
}

/// What Salesforce, its CLI or its token endpoint say went wrong, in their words.
fn salesforce_error(value: &Value) -> Option<String> {
    let value = match value {
        Value::Array(all) => all.first()?,
        value => value,
    };
    let text = |key: &str| value.get(key).and_then(Value::as_str);
    let code = text("errorCode").or_else(|| text("name"));
    if let (Some(code), Some(message)) = (code, text("message")) {
        return Some(format!("{code}: {message}"));
    }
    let (error, description) = (text("error")?, text("error_description")?);
    Some(format!("{error}: {description}"))
}

/// Whether it is a query result, and an empty one.
fn is_empty_result(value: &Value) -> bool {
    let is_empty = |value: &Value| value.as_array().is_some_and(Vec::is_empty);
    let records = |value: &Value| value.get("records").is_some_and(is_empty);
    is_empty(value) || records(value) || value.get("result").is_some_and(records)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn why(text: &str) -> String {
        let layouts = Layouts::load().expect("the layouts");
        match json(text.as_bytes(), &layouts, None) {
            Ok(told) => told.map_or("no JSON".to_owned(), |told| told.layout.id.clone()),
            Err(why) => why.to_string(),
        }
    }

    #[test]
    fn errors_are_told_in_the_words_of_salesforce() {
        let cli = r#"{"status":1,"name":"INVALID_SESSION_ID","message":"Session expired or invalid","exitCode":1}"#;
        let said = "Salesforce answered with an error instead of records: ";
        let of = |text: &str| why(text).strip_prefix(said).map(str::to_owned);
        let expired = Some("INVALID_SESSION_ID: Session expired or invalid".to_owned());
        assert_eq!(of(cli), expired);
        let rest = r#"[{"message":"Session expired or invalid","errorCode":"INVALID_SESSION_ID"}]"#;
        assert_eq!(of(rest), expired);
        let oauth = r#"{"error":"invalid_grant","error_description":"authentication failure"}"#;
        let refused = "invalid_grant: authentication failure";
        assert_eq!(of(oauth).as_deref(), Some(refused));
    }

    #[test]
    fn what_has_no_layout_says_why() {
        assert_eq!(why("Username,Status"), "no JSON");
        let empty = "a query result without a single record";
        assert_eq!(why(r#"{"totalSize":0,"done":true,"records":[]}"#), empty);
        assert_eq!(why(" []"), empty);
        assert!(why(r#"{"a":1,"b":{"c":2}}"#).contains(r#""a", "b.c""#));
        assert!(why("{\"a\":").contains("no whole object"));
    }

    #[test]
    fn what_stands_in_the_place_of_a_header_is_shown_if_it_can_be_one() {
        let names = [
            "0CS5e00000INVENTEDAAA",
            "5Aep861INVENTED!tokenOfNobody",
            "Login Time (Eastern Daylight Time)",
            "API_VERSION_2",
        ];
        let names = names.map(str::to_owned);
        let shown = first_columns(&names);
        assert_eq!(
            shown,
            "\"(a value)\", \"(a value)\", \"Login Time (Eastern Daylight Time)\", \"API_VERSION_2\""
        );
    }
}
