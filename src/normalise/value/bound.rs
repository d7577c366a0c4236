//! The bounds of what is reported, as a user writes them: a time, a date, or so far back.

use std::fmt;
use std::str::FromStr;

use super::time::{Clock, DateOrder, TimeReader};
use crate::catalogue::Zones;
use crate::event::{HOUR_MS, Instant, LocalTime, Zone};

/// A bound on the command line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Bound {
    /// A date or a time, in the user's zone where it states none.
    At(String),
    /// So many milliseconds back from the newest event.
    Back(i64),
}

/// As it may be written.
impl fmt::Display for Bound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Bound::At(text) => f.write_str(text),
            Bound::Back(back) if back % (24 * HOUR_MS) == 0 => {
                write!(f, "{}d", back / (24 * HOUR_MS))
            }
            Bound::Back(back) => write!(f, "{}h", back / HOUR_MS),
        }
    }
}

/// The text is no bound.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("write a date (2026-03-01), a time (2026-03-01T08:00:00Z) or how far back (7d, 12h)")]
pub struct NoBound;

/// Which end of a day a date stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// The first instant of the day.
    Since,
    /// The last instant of the day.
    Until,
}

/// `2026-03-01`
const DATE_LENGTH: usize = 10;

impl FromStr for Bound {
    type Err = NoBound;

    fn from_str(text: &str) -> Result<Self, NoBound> {
        let text = text.trim();
        let units = [('d', 24 * HOUR_MS), ('h', HOUR_MS), ('w', 7 * 24 * HOUR_MS)];
        for (unit, length) in units {
            if let Some(count) = text.strip_suffix(unit) {
                let count: u32 = count.parse().map_err(|_| NoBound)?;
                return Ok(Bound::Back(i64::from(count) * length));
            }
        }
        let zones = Zones::load().map_err(|_| NoBound)?;
        let bound = Bound::At(text.to_owned());
        match bound.at(Zone::UTC, Side::Since, &zones) {
            Some(_) => Ok(bound),
            None => Err(NoBound),
        }
    }
}

impl Bound {
    /// The instant of a bound. `newest` is the newest event; going back from it ends at the start
    /// of a quarter of an hour, since successes are counted by those.
    pub fn instant(&self, zone: Zone, side: Side, newest: Instant, zones: &Zones) -> Instant {
        match self {
            Bound::Back(back) => {
                let exact = Instant::from_millis(newest.millis() - back);
                Instant::from_minute(exact.quarter_hour())
            }
            Bound::At(_) => self.at(zone, side, zones).unwrap_or(newest),
        }
    }

    /// The instant of a date or time; `None` for a bound that goes back from the newest event.
    pub fn at(&self, zone: Zone, side: Side, zones: &Zones) -> Option<Instant> {
        let Bound::At(text) = self else {
            return None;
        };
        let read = |zone, text: &str| {
            let clock = Clock {
                order: DateOrder::Ymd,
                zone,
                decided: Vec::new(),
            };
            TimeReader::new(&clock, zones).read(text.as_bytes()).ok()
        };
        if text.len() != DATE_LENGTH {
            return read(zone, text);
        }
        let midnight = read(Zone::UTC, &format!("{text} 00:00:00"))?;
        let first_of_day = |wall| match zone.instant_of(wall) {
            LocalTime::One(at) | LocalTime::Fold(at) | LocalTime::Gap(at) => at,
        };
        Some(match side {
            Side::Since => first_of_day(midnight.millis()),
            // Up to the last millisecond before the next day begins.
            Side::Until => {
                let next = first_of_day(midnight.millis() + 24 * HOUR_MS);
                Instant::from_millis(next.millis() - 1)
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_times_and_spans() {
        let zones = Zones::load().expect("the list");
        let berlin: Zone = "Europe/Berlin".parse().expect("a zone");
        let newest = Instant::parse_rfc3339("2026-03-09T12:20:00Z").expect("a time");
        let of = |text: &str, side| {
            let bound: Bound = text.parse().expect("a bound");
            bound.instant(berlin, side, newest, &zones).to_string()
        };
        assert_eq!(of("2026-03-02", Side::Since), "2026-03-01T23:00:00Z");
        assert_eq!(of("2026-03-02", Side::Until), "2026-03-02T22:59:59.999Z");
        assert_eq!(
            of("2026-03-02T08:00:00Z", Side::Since),
            "2026-03-02T08:00:00Z"
        );
        assert_eq!(of("7d", Side::Since), "2026-03-02T12:15:00Z");
        assert_eq!("soon".parse::<Bound>(), Err(NoBound));
        assert_eq!("d".parse::<Bound>(), Err(NoBound));
    }
}
