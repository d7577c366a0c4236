//! Containers other than CSV: whatever the blocks, they fall into the records that a parser which
//! builds every value finds.

use loginscope::ingest::{Container, Keys, Record, Step};
use proptest::prelude::*;
use serde_json::{Map, Value, json};

/// The columns of the records below: some keys, one of them nested, one with two spellings.
fn keys() -> Keys {
    let names = [
        vec!["a"],
        vec!["b"],
        vec!["User.name"],
        vec!["LongName", "short"],
    ];
    let names = names.map(|names| names.into_iter().map(str::to_owned).collect::<Vec<_>>());
    Keys::new(&names)
}
const COLUMNS: usize = 4;

/// What a reading gives: the fields of each record and its line, and rejects by their line.
#[derive(Debug, Default, PartialEq)]
struct Fell {
    records: Vec<(u64, Vec<String>)>,
    rejects: Vec<(u64, String)>,
    half_written: bool,
    open: bool,
}

/// Reads a text that arrives in blocks of this size.
fn fall(text: &[u8], block: usize) -> Fell {
    let keys = keys();
    let mut splitter = Container::Json { bare: false }.splitter(&keys);
    let mut record = Record::default();
    let mut fell = Fell::default();
    let (mut from, mut to, mut line) = (0, 0, 1);
    loop {
        let bytes = &text[from..to];
        let passed = match splitter.next(bytes, to == text.len(), &mut record) {
            Step::Record { bytes: passed, .. } => {
                let fields = (0..COLUMNS).map(|at| record.text(bytes, at).into_owned());
                fell.records.push((line, fields.collect()));
                passed
            }
            Step::Between { bytes, .. } => bytes,
            Step::Broken {
                bytes: passed,
                shown,
                why,
            } => {
                let shown = String::from_utf8_lossy(&bytes[..shown]);
                fell.rejects.push((line, format!("{why}: {shown}")));
                passed
            }
            Step::HalfWritten { bytes } => {
                fell.half_written = true;
                bytes
            }
            Step::Incomplete => {
                assert!(to < text.len(), "asks for more than there is");
                to = (to + block).min(text.len());
                continue;
            }
            Step::End => {
                fell.open = splitter.is_open();
                return fell;
            }
            other => panic!("{other:?} in JSON"),
        };
        assert!(passed > 0 && passed <= to - from, "{passed}");
        line += text[from..from + passed]
            .iter()
            .filter(|byte| **byte == b'\n')
            .count() as u64;
        from += passed;
    }
}

/// The text of a value as a column holds it.
fn text_of(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.replace("\r\n", "\n")),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(flag) => Some(flag.to_string()),
        _ => None,
    }
}

/// The same by the obvious way, over a value that is built.
fn fields(record: &Map<String, Value>) -> Vec<String> {
    let known = |value: Option<&Value>| value.and_then(text_of).filter(|text| !text.is_empty());
    let of = |key: &str| known(record.get(key));
    let nested = record.get("User").and_then(|user| user.get("name"));
    let long = of("LongName").or_else(|| of("short"));
    [of("a"), of("b"), known(nested), long]
        .map(Option::unwrap_or_default)
        .to_vec()
}

fn scalar() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        "[a-z{}\\[\\],:\"\\\\/\n\t\u{0}é🙂 ]{0,12}".prop_map(Value::from),
    ]
}

/// Any value, nested a few levels deep.
fn value() -> impl Strategy<Value = Value> {
    scalar().prop_recursive(3, 24, 4, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            proptest::collection::btree_map("[a-c\"\\\\]{1,2}", inner, 0..4)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

fn record() -> impl Strategy<Value = Map<String, Value>> {
    let key = prop_oneof![
        Just("a"),
        Just("b"),
        Just("LongName"),
        Just("short"),
        Just("attributes"),
        Just("x")
    ];
    let user = proptest::option::of(scalar());
    let flat = proptest::collection::btree_map(key, scalar(), 0..6);
    (flat, user, proptest::option::of(value())).prop_map(|(flat, user, other)| {
        let mut record: Map<String, Value> = flat
            .into_iter()
            .map(|(key, value)| (key.to_owned(), value))
            .collect();
        if let Some(name) = user {
            record.insert("User".to_owned(), json!({"name": name, "deep": {"a": 1}}));
        }
        if let Some(other) = other {
            record.insert("other".to_owned(), other);
        }
        record
    })
}

/// Where records stand.
#[derive(Clone, Debug)]
struct Stood {
    records: Vec<Map<String, Value>>,
    kind: u8,
    pretty: bool,
    separator: &'static str,
}

fn stood() -> impl Strategy<Value = Stood> {
    let separators = ["\n", "\r\n", " ", "", "\n\n", "\n \t\n"];
    let separator = proptest::sample::select(separators.to_vec());
    let records = proptest::collection::vec(record(), 0..6);
    (records, 0_u8..8, any::<bool>(), separator).prop_map(|(records, kind, pretty, separator)| {
        Stood {
            records,
            kind,
            pretty,
            separator,
        }
    })
}

impl Stood {
    fn text(&self) -> String {
        let show = |value: &Value| {
            if self.pretty {
                serde_json::to_string_pretty(value).expect("a value has a text")
            } else {
                value.to_string()
            }
        };
        let records = || Value::from(self.records.clone());
        let half = self.records.len() / 2;
        match self.kind {
            0 => self
                .records
                .iter()
                .map(|record| show(&Value::Object(record.clone())) + self.separator)
                .collect(),
            1 => show(&records()),
            2 => show(&json!({"done": true, "records": records(), "totalSize": 2})),
            3 => {
                let (one, two) = self.records.split_at(half);
                let page = |records: &[Map<String, Value>]| {
                    show(&json!({"a": [1, {"b": 2}], "records": records}))
                };
                page(one) + self.separator + &page(two)
            }
            4 => show(
                &json!({"status": 0, "result": {"records": records(), "done": true}, "warnings": ["{"]}),
            ),
            5 => self
                .records
                .iter()
                .map(|record| {
                    let event =
                        json!({"channel": "/event/x", "data": {"payload": record, "schema": "s"}});
                    show(&event) + self.separator
                })
                .collect(),
            6 => self
                .records
                .iter()
                .map(|record| show(&json!({"preview": false, "result": record})) + self.separator)
                .collect(),
            _ => show(&json!([records(), []])),
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn json_falls_into_the_records_that_a_parser_finds(stood in stood(), block in 1_usize..80) {
        let text = stood.text();
        let expected: Vec<Vec<String>> = stood.records.iter().map(fields).collect();
        let fell = fall(text.as_bytes(), block);
        let found: Vec<Vec<String>> = fell.records.iter().map(|(_, fields)| fields.clone()).collect();
        prop_assert_eq!(found, expected, "{}", text);
        prop_assert!(fell.rejects.is_empty() && !fell.half_written && !fell.open, "{:?} {}", fell, text);
        prop_assert_eq!(fall(text.as_bytes(), text.len().max(1)), fell);
    }

    #[test]
    fn any_bytes_fall_alike_whatever_the_blocks(stood in stood(), spoils in proptest::collection::vec((any::<prop::sample::Index>(), spoil()), 0..4), block in 1_usize..60) {
        let mut text = stood.text().into_bytes();
        for (at, with) in spoils {
            let at = at.index(text.len() + 1);
            match with {
                Some(with) => text.splice(at..at, with.bytes()).for_each(drop),
                None => text.truncate(at),
            }
        }
        let whole = fall(&text, text.len().max(1));
        prop_assert_eq!(&fall(&text, block), &whole, "{}", String::from_utf8_lossy(&text));
        prop_assert_eq!(&fall(&text, 1), &whole, "{}", String::from_utf8_lossy(&text));
    }
}

/// What is put into a text to break it; `None` cuts it off.
fn spoil() -> impl Strategy<Value = Option<&'static str>> {
    let spoils = [
        "\"",
        "{",
        "}",
        "[",
        "]",
        ",",
        ":",
        "\n",
        "\\",
        "\\u12",
        "NaN",
        "x",
        "\u{0}",
        "},{",
        "\n{\"a\":1}\n",
        "[[[[",
        "1e",
        "\u{1e}",
    ];
    prop_oneof![
        6 => proptest::sample::select(spoils.to_vec()).prop_map(Some),
        1 => Just(None),
    ]
}

fn a_of(fell: &Fell) -> Vec<&str> {
    fell.records
        .iter()
        .map(|(_, fields)| fields[0].as_str())
        .collect()
}

#[test]
fn a_broken_object_costs_no_more_than_its_lines() {
    let broken = [
        "{\"a\":\"2\n",
        "{\"a\":\"2,\"b\":3}\n",
        "{\"a\" 2}\n",
        "{\"a\":2\n",
        "{\"a\":[2,\n",
        "{\"a\":{\"b\":2}\n",
        "{\"a\":2x}\n",
        "{\"a\":}\n",
        "{2}\n",
        "{\n\"a\":\n2x\n}\n",
        "}{]\n",
        "2\n",
        "\"2\"\n",
        "nothing of this kind\n",
    ];
    for text in broken {
        let whole = format!("{{\"a\":1}}\n{text}{{\"a\":3}}\n{{\"a\":4}}\n");
        let fell = fall(whole.as_bytes(), 7);
        assert_eq!(a_of(&fell), ["1", "3", "4"], "{text}");
        assert!(!fell.rejects.is_empty() && !fell.half_written, "{text}");
        assert!(fell.rejects.iter().all(|(line, _)| *line >= 2), "{fell:?}");
    }
}

#[test]
fn many_objects_that_are_never_closed_cost_one_line_each() {
    let text = "{\"a\":[\n".repeat(3000) + "{\"a\":3}\n{\"a\":\n4}\n{\"a\":5}\n";
    let fell = fall(text.as_bytes(), 1 << 16);
    // After so many, an object has to be closed on its line.
    assert_eq!(a_of(&fell), ["3", "5"]);
    assert_eq!(fell.rejects.len(), 3001);
    let text = "{\"a\":[\n".repeat(30) + "{\"a\":3}\n{\"a\":\n4}\n{\"a\":5}\n";
    assert_eq!(a_of(&fall(text.as_bytes(), 1 << 16)), ["3", "4", "5"]);
}

#[test]
fn a_broken_object_in_a_list_on_one_line_costs_itself() {
    let text = r#"{"done":false,"records":[{"a":1},{"a":2x},{"a":"3},{"a":4},{"a":5}]}"#;
    let fell = fall(text.as_bytes(), 3);
    assert_eq!(a_of(&fell), ["1", "4", "5"]);
    assert_eq!(fell.rejects.len(), 2, "{fell:?}");
    assert!(!fell.open);
}

#[test]
fn hostile_nesting_exhausts_nothing() {
    for unit in [
        "[",
        "{\"a\":",
        "{\"records\":[",
        "[{\"records\":[",
        "{\"data\":",
    ] {
        let deep = unit.repeat(200_000);
        let text = format!("{deep}\n{{\"a\":1}}\n");
        let fell = fall(text.as_bytes(), 1 << 16);
        assert!(
            !fell.rejects.is_empty() || fell.open || fell.half_written,
            "{unit}"
        );
    }
    let inside = format!(
        "{{\"x\":{}{},\"a\":1}}",
        "[".repeat(100_000),
        "]".repeat(100_000)
    );
    assert_eq!(a_of(&fall(inside.as_bytes(), 4096)), ["1"]);
}

#[test]
fn numbers_words_and_escapes_are_taken_as_they_stand() {
    let text = r#"{"a":1.6832376e+12,"b":NaN}{"a":-0,"b":Infinity}{"a":true,"b":"\q\u0000é"}"#;
    let fell = fall(text.as_bytes(), 5);
    let ab: Vec<[&str; 2]> = fell
        .records
        .iter()
        .map(|(_, fields)| [fields[0].as_str(), fields[1].as_str()])
        .collect();
    assert_eq!(
        ab,
        [["1.6832376e+12", ""], ["-0", ""], ["true", "\\q\u{0}é"]]
    );
}

#[test]
fn records_are_found_below_the_keys_that_wrap_them() {
    for text in [
        r#"{"took":3,"hits":{"total":2,"hits":[{"_index":"x","_source":{"a":1}},{"_source":{"a":2}}]}}"#,
        r#"{"time":17,"event":{"a":1}} {"event":{"a":2},"time":18}"#,
        r#"{"type":"RECORD","record":{"a":1}}{"type":"RECORD","record":{"data":{"a":2}}}"#,
        r#"{"results":[{"a":1},{"a":2}],"messages":[{"text":"no record"}]}"#,
        r#"{"@odata.context":"x","value":[{"a":1},{"a":2}]}"#,
        "\u{1e}{\"a\":1}\n\u{1e}{\"a\":2}\n",
        r#"[{"records":[{"a":1}],"done":false},{"records":[{"a":2}]}]"#,
        r#"{"records":[],"done":true}{"a":1},{"a":2},"#,
    ] {
        let fell = fall(text.as_bytes(), 9);
        assert_eq!(a_of(&fell), ["1", "2"], "{text}");
        assert!(fell.rejects.is_empty() && !fell.open, "{fell:?}");
    }
}

#[test]
fn what_stands_twice_counts_by_its_last_and_types_of_values_are_passed_through() {
    let text = r#"{"a":1,"A":2,"b":{"string":"x"},"User":{"name":"n"},"event":{"short":7}}"#;
    let fell = fall(text.as_bytes(), 100);
    assert_eq!(fell.records[0].1, ["2", "x", "n", "7"]);
}
