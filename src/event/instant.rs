//! A point in time, always UTC. Naive times exist only in the time parser of `normalise`.

use std::fmt;

use chrono::{DateTime, Datelike, SecondsFormat, Timelike};

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
        let (date, of_day) = (time.date_naive(), time.time());
        let Ok(year @ 0..=9999) = u32::try_from(date.year()) else {
            let form = match self.0 % 1000 {
                0 => SecondsFormat::Secs,
                _ => SecondsFormat::Millis,
            };
            return f.write_str(&time.to_rfc3339_opts(form, true));
        };
        // A report has millions of times: digit by digit is much quicker than any format.
        let mut text = *b"0000-00-00T00:00:00.000Z";
        let fields = [
            (0..4, year),
            (5..7, date.month()),
            (8..10, date.day()),
            (11..13, of_day.hour()),
            (14..16, of_day.minute()),
            (17..19, of_day.second()),
            (20..23, time.timestamp_subsec_millis()),
        ];
        for (place, mut number) in fields {
            for digit in text[place].iter_mut().rev() {
                *digit += (number % 10) as u8;
                number /= 10;
            }
        }
        let shown = if self.0 % 1000 == 0 {
            text[19] = b'Z';
            &text[..20]
        } else {
            &text[..]
        };
        f.write_str(std::str::from_utf8(shown).unwrap_or_default())
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
    fn any_time_is_written_as_chrono_writes_it() {
        let mut rng = fastrand::Rng::with_seed(7);
        let edges = [0, -1, 951_782_399_999, 951_782_400_000, 253_402_300_799_999];
        let beyond = [
            253_402_300_800_000,
            -62_167_219_200_000,
            -62_167_219_200_001,
        ];
        let drawn: Vec<i64> = (0..5_000).map(|_| rng.i64(0..4_102_444_800_000)).collect();
        for millis in edges.into_iter().chain(beyond).chain(drawn) {
            for millis in [millis, millis - millis % 1000] {
                let time = DateTime::from_timestamp_millis(millis).expect("in reach");
                let form = match millis % 1000 {
                    0 => SecondsFormat::Secs,
                    _ => SecondsFormat::Millis,
                };
                let expected = time.to_rfc3339_opts(form, true);
                assert_eq!(Instant::from_millis(millis).to_string(), expected);
            }
        }
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
