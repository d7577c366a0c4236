//! A time zone of the IANA database: from local wall clock to UTC and back.

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, Datelike, MappedLocalTime, Offset, TimeZone, Timelike};
use chrono_tz::{OffsetName, Tz};

use super::Instant;

/// An IANA time zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Zone(Tz);

/// The name is in no version of the IANA database that this program knows.
#[derive(Clone, Debug, thiserror::Error)]
#[error("\"{0}\" is no IANA time zone; write it like Europe/Berlin, America/New_York or UTC")]
pub struct UnknownZone(String);

/// What a wall clock reading means in a zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LocalTime {
    /// Exactly one instant.
    One(Instant),
    /// The clock was set back and showed this twice; the earlier one.
    Fold(Instant),
    /// The clock was set forward over this; the instant had it not been.
    Gap(Instant),
}

impl Zone {
    /// The zone that is always UTC.
    pub const UTC: Zone = Zone(Tz::UTC);

    /// The instant at which clocks in this zone showed `wall_ms`, which is the reading written
    /// as milliseconds since 1970-01-01 00:00 on the same wall clock.
    pub fn instant_of(self, wall_ms: i64) -> LocalTime {
        let Some(wall) = DateTime::from_timestamp_millis(wall_ms).map(|time| time.naive_utc())
        else {
            return LocalTime::One(Instant::from_millis(wall_ms));
        };
        let at = |offset: <Tz as TimeZone>::Offset| {
            Instant::from_millis(wall_ms - i64::from(offset.fix().local_minus_utc()) * 1000)
        };
        match self.0.offset_from_local_datetime(&wall) {
            MappedLocalTime::Single(offset) => LocalTime::One(at(offset)),
            MappedLocalTime::Ambiguous(earlier, _) => LocalTime::Fold(at(earlier)),
            MappedLocalTime::None => {
                // The offset that was in force three hours before: no clock jumps further.
                let before = wall - chrono::TimeDelta::hours(3);
                match self.0.offset_from_local_datetime(&before) {
                    MappedLocalTime::Single(offset) => LocalTime::Gap(at(offset)),
                    _ => LocalTime::Gap(Instant::from_millis(wall_ms)),
                }
            }
        }
    }

    /// Seconds that this zone's clocks are ahead of UTC at an instant.
    pub fn offset_seconds(self, at: Instant) -> i32 {
        self.time(at)
            .map_or(0, |time| time.offset().fix().local_minus_utc())
    }

    /// Weekday (0 Monday to 6 Sunday) and hour of an instant in this zone.
    pub fn weekday_hour(self, at: Instant) -> (u32, u32) {
        self.time(at).map_or((0, 0), |time| {
            (time.weekday().num_days_from_monday(), time.hour())
        })
    }

    /// The seconds ahead of UTC that this zone means by an abbreviation such as `CST`,
    /// if it uses that abbreviation in the year of `near`.
    pub fn offset_of_abbreviation(self, abbreviation: &str, near: Instant) -> Option<i32> {
        const HALF_YEAR_MS: i64 = 182 * 86_400_000;
        [0, -HALF_YEAR_MS, HALF_YEAR_MS].iter().find_map(|shift| {
            let time = self.time(Instant::from_millis(near.millis() + shift))?;
            let named = time.offset().abbreviation() == Some(abbreviation);
            named.then(|| time.offset().fix().local_minus_utc())
        })
    }

    /// Whether this zone has an abbreviation of letters at an instant; many have digits only.
    pub fn has_letters(self, at: Instant) -> bool {
        let time = self.time(at);
        let abbreviation = time.as_ref().and_then(|time| time.offset().abbreviation());
        abbreviation.is_some_and(|text| text.starts_with(|c: char| c.is_ascii_alphabetic()))
    }

    fn time(self, at: Instant) -> Option<DateTime<Tz>> {
        DateTime::from_timestamp_millis(at.millis()).map(|time| time.with_timezone(&self.0))
    }
}

impl FromStr for Zone {
    type Err = UnknownZone;

    fn from_str(name: &str) -> Result<Self, UnknownZone> {
        let name = name.trim();
        Tz::from_str(name)
            .map(Zone)
            .map_err(|_| UnknownZone(name.to_owned()))
    }
}

impl fmt::Display for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wall(text: &str) -> i64 {
        Instant::parse_rfc3339(&format!("{text}Z"))
            .expect("a time")
            .millis()
    }

    #[test]
    fn knows_folds_and_gaps() {
        let zone: Zone = "America/New_York".parse().expect("a zone");
        let text = |time| match time {
            LocalTime::One(at) => format!("one {at}"),
            LocalTime::Fold(at) => format!("fold {at}"),
            LocalTime::Gap(at) => format!("gap {at}"),
        };
        assert_eq!(
            text(zone.instant_of(wall("2026-03-08T01:30:00"))),
            "one 2026-03-08T06:30:00Z"
        );
        assert_eq!(
            text(zone.instant_of(wall("2026-03-08T02:30:00"))),
            "gap 2026-03-08T07:30:00Z"
        );
        assert_eq!(
            text(zone.instant_of(wall("2026-11-01T01:30:00"))),
            "fold 2026-11-01T05:30:00Z"
        );
    }

    #[test]
    fn tells_what_a_zone_means_by_an_abbreviation() {
        let near = Instant::parse_rfc3339("2026-07-01T00:00:00Z").expect("a time");
        let offset = |zone: &str, abbreviation| {
            zone.parse::<Zone>()
                .expect("a zone")
                .offset_of_abbreviation(abbreviation, near)
        };
        assert_eq!(offset("America/Chicago", "CST"), Some(-6 * 3600));
        assert_eq!(offset("Asia/Shanghai", "CST"), Some(8 * 3600));
        assert_eq!(offset("Asia/Kolkata", "IST"), Some(19_800));
        assert_eq!(offset("UTC", "CST"), None);
    }
}
