//! Times that say less than a date and a clock in UTC, as logs write them.

use chrono::format::{Parsed, StrftimeItems, parse};
use chrono::{DateTime, NaiveDate, NaiveTime};

use super::date::Parts;
use crate::event::DAY_MS;
use crate::event::Instant;

/// What a time says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Written {
    /// A point in time.
    At(Instant),
    /// Date and clock of a zone that isn't named, in milliseconds since 1970-01-01 00:00 there.
    Wall(i64),
    /// Month, day and milliseconds since midnight, of a year that isn't named.
    Yearless { month: u32, day: u32, clock: i64 },
    /// Milliseconds since midnight, of a day that isn't named.
    Clock(i64),
}

/// The forms in which logs write times with names of months, and those without a date.
const FORMS: &[&str] = &[
    "%a, %d %b %Y %H:%M:%S%.f %z",
    "%a, %d %b %Y %H:%M:%S%.f",
    "%d %b %Y %H:%M:%S%.f %z",
    "%d %b %Y %H:%M:%S%.f",
    "%d %b %Y %H:%M",
    "%d-%b-%Y %H:%M:%S%.f",
    "%d/%b/%Y:%H:%M:%S %z",
    "%a %b %e %H:%M:%S%.f %z %Y",
    "%a %b %e %H:%M:%S%.f %Y",
    "%b %e, %Y %I:%M:%S %p",
    "%b %e %Y %H:%M:%S%.f",
    "%b %e %H:%M:%S%.f",
    "%Y%m%dT%H%M%S%#z",
    "%Y%m%d %H:%M:%S%.f",
    "%H:%M:%S%.f",
    "%H:%M",
];

/// The years that a count of seconds can be in.
const SECONDS: std::ops::Range<i64> = 915_148_800..4_102_444_800;

impl Written {
    /// What a text says whose form is stated in the letters of `strftime`.
    pub fn by_form(text: &str, form: &str) -> Option<Self> {
        let mut parsed = Parsed::new();
        parse(&mut parsed, text.trim(), StrftimeItems::new(form)).ok()?;
        if let Some(seconds) = parsed.timestamp() {
            let nanos = parsed.nanosecond().unwrap_or(0);
            return Some(Self::At(Instant::from_millis(
                seconds * 1000 + i64::from(nanos / 1_000_000),
            )));
        }
        let clock = clock_of(&parsed)?;
        let (month, day) = match (parsed.month(), parsed.day()) {
            (Some(month), Some(day)) => (month, day),
            _ => return Some(Self::Clock(clock)),
        };
        let Some(year) = parsed.year() else {
            NaiveDate::from_ymd_opt(2024, month, day)?;
            return Some(Self::Yearless { month, day, clock });
        };
        let wall = wall_of(i64::from(year), month, day, clock)?;
        Some(match parsed.offset() {
            Some(offset) => Self::At(Instant::from_millis(wall - i64::from(offset) * 1000)),
            None => Self::Wall(wall),
        })
    }

    /// What a text in one of the forms of logs says that [`super::TimeReader`] doesn't read.
    pub fn of(text: &str) -> Option<Self> {
        let text = text.trim();
        if text.bytes().next()?.is_ascii_digit()
            && let Some(at) = counted(text)
        {
            return Some(Self::At(at));
        }
        let plain = plain(text);
        FORMS.iter().find_map(|form| Self::by_form(&plain, form))
    }

    /// The wall clock of a time without a year in a year.
    pub fn in_year(month: u32, day: u32, clock: i64, year: i64) -> Option<i64> {
        wall_of(year, month, day, clock)
    }

    /// The wall clock of a clock on a day counted from 1970-01-01.
    pub const fn on_day(clock: i64, day: i64) -> i64 {
        day * DAY_MS + clock
    }
}

/// Days since 1970-01-01 and the year of a date, if it is one that a log can have.
pub fn day_of(year: i64, month: i64, day: i64) -> Option<i64> {
    Parts { year, month, day }.days()
}

/// The year of a wall clock.
pub fn year_of(wall: i64) -> Option<i64> {
    let time = DateTime::from_timestamp_millis(wall)?;
    time.format("%Y").to_string().parse().ok()
}

fn wall_of(year: i64, month: u32, day: u32, clock: i64) -> Option<i64> {
    let days = day_of(year, i64::from(month), i64::from(day))?;
    Some(days * DAY_MS + clock)
}

fn clock_of(parsed: &Parsed) -> Option<i64> {
    let time: NaiveTime = parsed.to_naive_time().ok()?;
    let since = time.signed_duration_since(NaiveTime::MIN);
    Some(since.num_milliseconds().min(DAY_MS - 1))
}

/// Seconds, milliseconds, microseconds or nanoseconds since 1970.
fn counted(text: &str) -> Option<Instant> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    if !whole
        .bytes()
        .chain(fraction.bytes())
        .all(|byte| byte.is_ascii_digit())
    {
        return None;
    }
    let count: i64 = whole.parse().ok()?;
    let millis = match whole.len() {
        10 => count * 1000 + format!("{fraction:0<3}").get(..3)?.parse::<i64>().ok()?,
        13 => count,
        16 => count / 1000,
        19 => count / 1_000_000,
        _ => return None,
    };
    SECONDS
        .contains(&(millis / 1000))
        .then(|| Instant::from_millis(millis))
}

/// Zone names as offsets, a comma before a fraction as a dot.
fn plain(text: &str) -> String {
    let mut plain = text.to_owned();
    for zone in ["GMT", "UTC", "Z"] {
        if let Some(before) = plain.strip_suffix(zone) {
            plain = format!("{} +0000", before.trim_end());
        }
        plain = plain.replace(&format!(" {zone} "), " +0000 ");
    }
    let comma = plain.rfind(',').filter(|at| {
        let digit = |byte: Option<u8>| byte.is_some_and(|byte| byte.is_ascii_digit());
        let bytes = plain.as_bytes();
        digit(bytes.get(at + 1).copied()) && *at > 2 && digit(bytes.get(at - 1).copied())
    });
    if let Some(at) = comma.filter(|at| plain[..*at].contains(':')) {
        plain.replace_range(at..=at, ".");
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> String {
        match Written::of(text) {
            Some(Written::At(at)) => at.to_string(),
            Some(Written::Wall(wall)) => format!("wall {}", Instant::from_millis(wall)),
            Some(other) => format!("{other:?}"),
            None => "none".to_owned(),
        }
    }

    #[test]
    fn reads_names_of_months_and_counts() {
        assert_eq!(of("Mon, 22 Dec 2025 19:07:00 GMT"), "2025-12-22T19:07:00Z");
        assert_eq!(
            of("Mon, 22 Dec 2025 19:07:00 +0100"),
            "2025-12-22T18:07:00Z"
        );
        assert_eq!(of("22/Dec/2025:19:07:00 -0500"), "2025-12-23T00:07:00Z");
        assert_eq!(of("Mon Dec 22 19:07:00 2025"), "wall 2025-12-22T19:07:00Z");
        assert_eq!(of("Mon Dec 22 19:07:00 UTC 2025"), "2025-12-22T19:07:00Z");
        assert_eq!(of("Dec 22, 2025 7:07:00 PM"), "wall 2025-12-22T19:07:00Z");
        assert_eq!(
            of("22-Dec-2025 19:07:00,250"),
            "wall 2025-12-22T19:07:00.250Z"
        );
        assert_eq!(of("1766430420"), "2025-12-22T19:07:00Z");
        assert_eq!(of("1766430420.5"), "2025-12-22T19:07:00.500Z");
        assert_eq!(of("1766430420123"), "2025-12-22T19:07:00.123Z");
        assert_eq!(of("1766430420123456789"), "2025-12-22T19:07:00.123Z");
        assert_eq!(of("20251222T190700Z"), "2025-12-22T19:07:00Z");
    }

    #[test]
    fn reads_what_lacks_a_year_or_a_day() {
        assert_eq!(
            of("Dec  2 19:07:00"),
            "Yearless { month: 12, day: 2, clock: 68820000 }"
        );
        assert_eq!(of("18:33:25,010"), "Clock(66805010)");
        assert_eq!(of("Feb 30 10:00:00"), "none");
        for text in [
            "",
            "soon",
            "0123456789012",
            "123456789012",
            "99999999999",
            "25:00:00",
            "12",
        ] {
            assert_eq!(of(text), "none", "{text}");
        }
        let klog = Written::by_form("1222 19:07:00.123456", "%m%d %H:%M:%S%.f");
        let yearless = Written::Yearless {
            month: 12,
            day: 22,
            clock: 68_820_123,
        };
        assert_eq!(klog, Some(yearless));
    }
}
