//! A point in time, always UTC. Naive times exist only in the time parser of `normalise`.

use std::fmt;

use chrono::{DateTime, SecondsFormat};

/// Milliseconds in a minute.
pub const MINUTE_MS: i64 = 60_000;
/// Milliseconds in an hour.
pub const HOUR_MS: i64 = 60 * MINUTE_MS;
/// Milliseconds in a day of 24 hours.
pub const DAY_MS: i64 = 24 * HOUR_MS;
/// Minutes in the bucket that successes are counted in.
pub const QUARTER_HOUR_MINUTES: u32 = 15;

/// Milliseconds since 1970-01-01T00:00:00Z.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Instant(i64);

impl Instant {
    /// The instant so many milliseconds after the Unix epoch.
    pub const fn from_millis(millis: i64) -> Self {
        Self(millis)
    }

    /// The first instant of a minute counted from the Unix epoch.
    pub const fn from_minute(minute: u32) -> Self {
        Self(minute as i64 * MINUTE_MS)
    }

    /// Milliseconds since the Unix epoch.
    pub const fn millis(self) -> i64 {
        self.0
    }

    /// Whole minutes since the Unix epoch; 0 for anything before it.
    pub fn minute(self) -> u32 {
        u32::try_from(self.0.div_euclid(MINUTE_MS)).unwrap_or(0)
    }

    /// The minute at which this instant's quarter of an hour begins.
    pub fn quarter_hour(self) -> u32 {
        let minute = self.minute();
        minute - minute % QUARTER_HOUR_MINUTES
    }

    /// Reads what [`fmt::Display`] writes.
    pub fn parse_rfc3339(text: &str) -> Option<Self> {
        let time = DateTime::parse_from_rfc3339(text).ok()?;
        Some(Self(time.timestamp_millis()))
    }
}

/// RFC 3339 in UTC; milliseconds only where there are any: `2026-03-02T07:15:00Z`.
impl fmt::Display for Instant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(time) = DateTime::from_timestamp_millis(self.0) else {
            return write!(f, "{} ms", self.0);
        };
        let form = if self.0 % 1000 == 0 {
            SecondsFormat::Secs
        } else {
            SecondsFormat::Millis
        };
        f.write_str(&time.to_rfc3339_opts(form, true))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prints_milliseconds_only_where_there_are_any() {
        let whole = Instant::from_millis(1_772_435_700_000);
        assert_eq!(whole.to_string(), "2026-03-02T07:15:00Z");
        let fraction = Instant::from_millis(1_772_435_700_509);
        assert_eq!(fraction.to_string(), "2026-03-02T07:15:00.509Z");
        assert_eq!(
            Instant::parse_rfc3339(&fraction.to_string()),
            Some(fraction)
        );
    }

    #[test]
    fn buckets_begin_at_or_before_the_instant() {
        let at = Instant::from_millis(1_772_435_759_999);
        assert_eq!(
            Instant::from_minute(at.minute()).to_string(),
            "2026-03-02T07:15:00Z"
        );
        let later = Instant::from_millis(at.millis() + 14 * MINUTE_MS);
        assert_eq!(later.quarter_hour(), at.minute());
    }
}
