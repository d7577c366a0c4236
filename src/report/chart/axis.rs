//! Where ticks stand on an axis, and how numbers, times and spans are worded.
//!
//! All times are whole seconds since 1970 in UTC.

use chrono::{DateTime, Datelike, TimeZone, Utc};

/// Seconds in an hour.
pub const HOUR: i64 = 3_600;
/// Seconds in a day.
pub const DAY: i64 = 86_400;

/// Midnight of a Monday, to which weeks are aligned.
const MONDAY: i64 = 4 * DAY;

/// A mark on the time axis.
#[derive(Clone, Debug, PartialEq)]
pub struct Tick {
    /// Seconds since 1970, UTC.
    pub at: i64,
    /// A clock time, a day, a month or a year.
    pub label: String,
}

/// The start of the span of `width` seconds that `at` lies in: days from midnight UTC, weeks
/// from Monday.
pub fn floor(at: i64, width: i64) -> i64 {
    let anchor = if width % (7 * DAY) == 0 { MONDAY } else { 0 };
    at.saturating_sub((at - anchor).rem_euclid(width))
}

/// Round numbers from 0 up to at least `max`, at most `most` of them above 0.
pub fn count_ticks(max: u64, most: u64) -> Vec<u64> {
    let mut step = 1;
    for factor in [2, 5, 10].into_iter().cycle() {
        if max.div_ceil(step) <= most.max(1) {
            break;
        }
        let decade = 10_u64.pow(step.ilog10());
        step = decade.saturating_mul(factor);
    }
    (0..=max.div_ceil(step))
        .map(|n| n.saturating_mul(step))
        .collect()
}

/// At most `most` ticks from `start` to `end`, both included, at the finest steps that allow it.
pub fn time_ticks(start: i64, end: i64, most: usize) -> Vec<Tick> {
    let quarters = HOUR / 4;
    let fixed = [
        quarters,
        2 * quarters,
        HOUR,
        2 * HOUR,
        3 * HOUR,
        6 * HOUR,
        12 * HOUR,
    ]
    .into_iter()
    .chain([1, 2, 7, 14].map(|days| days * DAY));
    for step in fixed {
        if (end - start) / step <= i64::try_from(most).unwrap_or(i64::MAX) {
            let ticks = fixed_ticks(start, end, step);
            if ticks.len() <= most {
                return ticks;
            }
        }
    }
    [1, 2, 3, 6, 12, 24, 60, 120]
        .into_iter()
        .map(|months| month_ticks(start, end, months, most))
        .find(|ticks| ticks.len() <= most)
        .unwrap_or_default()
}

fn fixed_ticks(start: i64, end: i64, step: i64) -> Vec<Tick> {
    let first = floor(start + step - 1, step);
    let mut ticks = Vec::new();
    let mut at = first;
    while at <= end {
        let midnight = at.rem_euclid(DAY) == 0;
        ticks.push(Tick {
            at,
            label: format(at, if midnight { "%-d %b" } else { "%H:%M" }),
        });
        at += step;
    }
    ticks
}

/// Firsts of months; one more than `most` is enough to know that these are too many.
fn month_ticks(start: i64, end: i64, months: i32, most: usize) -> Vec<Tick> {
    let Some(from) = DateTime::from_timestamp(start, 0) else {
        return Vec::new();
    };
    let index = from.year() * 12 + from.month0().cast_signed();
    let aligned = index - index.rem_euclid(months);
    (0..)
        .map(|n| aligned + n * months)
        .map_while(|index| {
            let month = index.rem_euclid(12).unsigned_abs() + 1;
            Utc.with_ymd_and_hms(index.div_euclid(12), month, 1, 0, 0, 0)
                .single()
        })
        .skip_while(|at| at.timestamp() < start)
        .take_while(|at| at.timestamp() <= end)
        .take(most + 1)
        .map(|at| {
            let label = if at.month() == 1 { "%Y" } else { "%b" };
            Tick {
                at: at.timestamp(),
                label: at.format(label).to_string(),
            }
        })
        .collect()
}

fn format(at: i64, how: &str) -> String {
    DateTime::from_timestamp(at, 0).map_or_else(String::new, |at| at.format(how).to_string())
}

/// A day, for example `2 Mar 2026`.
pub fn day(at: i64) -> String {
    format(at, "%-d %b %Y")
}

/// A minute, for example `2 Mar 2026 14:00`.
pub fn minute(at: i64) -> String {
    format(at, "%-d %b %Y %H:%M")
}

/// A span of `seconds` in the largest unit that divides it, for example `6 hours`.
pub fn span(seconds: i64) -> String {
    let units = [(DAY, "day"), (HOUR, "hour"), (60, "minute"), (1, "second")];
    let fits = units.into_iter().find(|(unit, _)| seconds % unit == 0);
    let (unit, name) = fits.unwrap_or((1, "second"));
    match seconds / unit {
        1 => format!("1 {name}"),
        n => format!("{n} {name}s"),
    }
}

/// A count with separators, for example `1,234,567`.
pub fn grouped(count: u64) -> String {
    let digits = count.to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A count in at most five characters, rounded from 1,000 on, for example `1.2k` or `35M`.
pub fn compact(count: u64) -> String {
    if count < 1_000 {
        return count.to_string();
    }
    let mut unit: u64 = 1_000;
    for name in ["k", "M", "bn"] {
        let tenths = count.saturating_add(unit / 20) / (unit / 10);
        let whole = count.saturating_add(unit / 2) / unit;
        if tenths < 100 && !tenths.is_multiple_of(10) {
            return format!("{}.{}{name}", tenths / 10, tenths % 10);
        }
        if whole < 1_000 {
            return format!("{whole}{name}");
        }
        unit *= 1_000;
    }
    grouped(count / 1_000_000_000) + "bn"
}

/// What to call that many logins, for example `1 failed login`.
pub fn logins(count: u64, kind: &str) -> String {
    format!(
        "{} {kind} login{}",
        grouped(count),
        if count == 1 { "" } else { "s" }
    )
}

/// `part` of `whole` in whole per cent; `<1%` and `>99%` for what isn't quite nothing or all.
pub fn percent(part: u64, whole: u64) -> String {
    let (part, whole) = (u128::from(part), u128::from(whole.max(1)));
    match (part * 100 + whole / 2) / whole {
        0 if part > 0 => "<1%".to_owned(),
        100 if part < whole => ">99%".to_owned(),
        n => format!("{n}%"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn count_ticks_are_round_and_cover_the_most() {
        assert_eq!(count_ticks(0, 4), [0]);
        assert_eq!(count_ticks(3, 4), [0, 1, 2, 3]);
        assert_eq!(count_ticks(13, 4), [0, 5, 10, 15]);
        assert_eq!(count_ticks(999_999_999, 4), [0, 500_000_000, 1_000_000_000]);
        assert_eq!(count_ticks(u64::MAX, 2).len(), 3);
    }

    #[test]
    fn time_ticks_follow_the_calendar() {
        let labels = |start: i64, days: i64, most| -> Vec<String> {
            time_ticks(start, start + days * DAY, most)
                .into_iter()
                .map(|t| t.label)
                .collect()
        };
        let march = 1_772_409_600; // 2026-03-02T00:00:00Z, a Monday
        assert_eq!(
            labels(march, 1, 5),
            ["2 Mar", "06:00", "12:00", "18:00", "3 Mar"]
        );
        assert_eq!(labels(march, 21, 5), ["2 Mar", "9 Mar", "16 Mar", "23 Mar"]);
        assert_eq!(labels(march, 365, 5), ["Apr", "Jul", "Oct", "2027"]);
        assert_eq!(labels(march, 365_000, 5), Vec::<String>::new());
    }

    #[test]
    fn numbers_and_spans_are_worded() {
        let worded = [7, 999, 1_000, 1_949, 9_960, 999_499, 999_500, 1_000_000_000].map(compact);
        assert_eq!(
            worded,
            ["7", "999", "1k", "1.9k", "10k", "999k", "1M", "1bn"]
        );
        assert_eq!([0, 999, 1_234_567].map(grouped), ["0", "999", "1,234,567"]);
        assert_eq!(
            [900, 3_600, 172_800].map(span),
            ["15 minutes", "1 hour", "2 days"]
        );
        assert_eq!(percent(1, 1_000), "<1%");
        assert_eq!(percent(999, 1_000), ">99%");
        assert_eq!(percent(2, 3), "67%");
    }
}
