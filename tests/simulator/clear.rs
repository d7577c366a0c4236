//! What is clear: at least 20 failures more than expected, three times the expected, for an hour.
//!
//! Expected is what the background has in the same hours of the other weeks. It is counted, not
//! known from how the background was made, and incidents that were planted are no background.

use loginscope::tally::Row;

use super::{HOUR, WEEK, World};

/// What a clear incident has.
const EXCESS: f64 = 20.0;
const TIMES: f64 = 3.0;

/// Failures that the background has in the span of an incident, in the series that has least of
/// them: users, apps and sources by name, causes by the text of their failures.
pub fn expected(world: &World, names: &[String], start: i64, end: i64) -> f64 {
    let of_name = |name: &String| of_series(world, name, start, end);
    names.iter().map(of_name).fold(f64::INFINITY, f64::min)
}

fn of_series(world: &World, name: &str, start: i64, end: i64) -> f64 {
    let from = world.instant(start, 0).millis();
    let length = (end - start).max(1) * 60_000;
    let week = WEEK * 60_000;
    let span = length.min(week);
    let mut failures = 0_u32;
    for row in background(world) {
        let dims = world.part.names.dims.get(row.dims);
        let names = &world.part.names;
        let named = [dims.app, dims.source, dims.description].map(|sym| names.symbols.text(sym));
        let own = !dims.success && (named.contains(&name) || names.users.text(row.user) == name);
        let since = (row.first().millis() - from).rem_euclid(week);
        failures += u32::from(own && since < span);
    }
    let weeks = (world.weeks as f64).max(1.0);
    f64::from(failures) / weeks * (length as f64 / span as f64)
}

/// Rows that no incident planted.
fn background(world: &World) -> impl Iterator<Item = &Row> {
    let planted = |at: usize| world.planted.iter().any(|range| range.contains(&at));
    let rows = world.part.rows.iter().enumerate();
    rows.filter(move |(at, _)| !planted(*at))
        .map(|(_, row)| row)
}

/// Whether an incident is clear.
pub fn is_clear(failures: i64, expected: f64, minutes: i64) -> bool {
    let excess = failures as f64;
    excess >= EXCESS && excess + expected >= TIMES * expected && minutes >= HOUR
}

#[test]
fn three_times_the_expected_is_clear_and_less_is_not() {
    assert!(is_clear(20, 0.0, 60));
    assert!(is_clear(40, 20.0, 60));
    assert!(!is_clear(40, 20.1, 60));
    assert!(!is_clear(19, 0.0, 60));
    assert!(!is_clear(20, 0.0, 59));
}
