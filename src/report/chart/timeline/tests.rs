//! The timeline as numbers: ranks, widths of columns, and what is said of them.

use super::super::axis::HOUR;
use super::*;
use crate::report::chart::tests::report;
use serde_json::{Value, json};

fn bucket(start: &str, successes: u64, causes: Value) -> Value {
    json!({"start": start, "successes": successes, "failures": 0, "causes": causes})
}

fn of(seconds: u64, buckets: &[Value]) -> TimelineSeries {
    series(&report("UTC", seconds, json!(buckets), json!([])))
}

#[test]
fn causes_are_ranked_and_the_rest_is_summed() {
    let causes = json!({"a": 1, "b": 2, "c": 9, "d": 9, "e": 5, "f": 6, "g": 7, "h": 8});
    let seen = of(900, &[bucket("2026-03-02T00:00:00Z", 4, causes)]);
    assert_eq!(seen.causes, ["c", "d", "h", "g", "f", "e", "other causes"]);
    let column = Column {
        failures: vec![9, 9, 8, 7, 6, 5, 3],
        successes: 4,
    };
    assert_eq!(seen.columns, [column]);
    assert_eq!((seen.start, seen.column_seconds), (1_772_409_600, 900));
}

#[test]
fn many_buckets_are_summed_to_whole_hours() {
    let one = bucket("2026-03-02T00:30:00Z", 1, json!({"a": 2}));
    let seen = of(900, &vec![one; 1_000]);
    assert_eq!((seen.column_seconds, seen.columns.len()), (2 * HOUR, 126));
    assert_eq!(axis::minute(seen.start), "2 Mar 2026 00:00");
    assert_eq!((seen.failed(), seen.succeeded()), (2_000, 1_000));
    assert_eq!(seen.columns[0].successes, 6); // the window starts half an hour into it
}

#[test]
fn any_length_fits() {
    for (seconds, count) in [(900, 240), (3_600, 999), (86_400, 30_000), (86_400, 90_000)] {
        let seen = of(
            seconds,
            &vec![bucket("2026-03-02T00:00:00Z", 1, json!({})); count],
        );
        assert!(
            seen.columns.len() <= 240,
            "{seconds} {count} {}",
            seen.columns.len()
        );
        assert_eq!(seen.succeeded(), count as u64);
    }
}

#[test]
fn one_failure_beside_a_billion_is_still_drawn() {
    let seen = of(
        3_600,
        &[
            bucket("2026-03-02T00:00:00Z", 0, json!({"a": 1_000_000_000})),
            bucket("2026-03-02T01:00:00Z", 0, json!({"b": 1})),
        ],
    );
    assert!(draw(&seen).contains("height=\"1\" fill=\"#DE7412\""));
}

#[test]
fn the_summary_has_the_main_numbers() {
    let seen = of(3_600, &[bucket("2026-03-02T01:00:00Z", 5, json!({"a": 1}))]);
    let expected = "From 2 Mar 2026 01:00 to 2 Mar 2026 02:00 UTC, in columns of 1 hour: \
        1 failed login and 5 successful; most failures in the column of 2 Mar 2026 01:00: 1; \
        most frequent cause: a, 1.";
    assert_eq!(summary(&seen), expected);
    assert_eq!(
        summary(&of(900, &[])),
        "There are no logins to show over time."
    );
}

#[test]
fn spikes_are_marked_where_they_touch_the_columns() {
    let finding = |rule: &str, start: &str, end: &str| {
        json!({"fingerprint": "0123456789abcdef", "rule": rule, "severity": "medium",
            "confidence": "low", "reason": "", "title": "<b>", "org": null, "start": start,
            "end": end, "peak": null, "ongoing": false, "count": 1, "expected": null,
            "scope": {"users": [], "apps": [], "sources": [], "countries": [], "causes": []},
            "scope_totals": {"users": 0, "apps": 0, "sources": 0, "countries": 0},
            "diagnosis": [], "story": [], "steps": [], "evidence": [], "links": []})
    };
    let buckets = vec![bucket("2026-03-02T00:00:00Z", 1, json!({"a": 2})); 24];
    let mut report = report("UTC", 3_600, json!(buckets), json!([]));
    report.findings = serde_json::from_value(json!([
        finding(
            "failure-spike",
            "2026-03-02T05:10:00Z",
            "2026-03-02T06:10:00Z"
        ),
        finding(
            "failure-spike",
            "2026-03-01T05:10:00Z",
            "2026-03-01T23:59:59Z"
        ),
        finding(
            "failure-spike",
            "2026-03-01T05:10:00Z",
            "2026-03-02T00:00:00Z"
        ),
        finding(
            "failure-spike",
            "2026-03-03T00:00:00Z",
            "2026-03-03T02:00:00Z"
        ),
        finding(
            "legacy-login",
            "2026-03-02T05:10:00Z",
            "2026-03-02T06:10:00Z"
        ),
    ]))
    .unwrap();
    let seen = series(&report);
    let hours: Vec<(i64, i64)> = seen
        .spikes
        .iter()
        .map(|(from, to)| (from - seen.start, to - seen.start))
        .collect();
    assert_eq!(hours, [(18_600, 22_201), (-67_800, 1)]);
    assert!(summary(&seen).ends_with("; 2 failure spikes marked."));
    let marks = |svg: &str| svg.matches(" fill=\"#E3E9F0\"").count();
    assert_eq!(marks(&draw(&seen)), 3); // and one in the legend
    report.findings.clear();
    assert_eq!(marks(&draw(&series(&report))), 0);
}
