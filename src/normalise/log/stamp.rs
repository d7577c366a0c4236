//! The time of an entry, from what its first line says and what is known of its file.

use crate::catalogue::Zones;
use crate::event::{DAY_MS, Instant, LocalTime, Zone};
use crate::normalise::value::time::{Clock, TimeFault, TimeReader, Written};

/// How far a time can be trusted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum TimeBasis {
    /// Stated with its zone.
    Stated,
    /// Stated without a zone; read in that of the file.
    ZoneAssumed,
    /// A clock, or a date without its year; the rest is that of the file.
    DateAssumed,
    /// Not stated: that of the line behind it, so it was not later.
    LineBehind,
    /// Nothing tells it.
    Unknown,
}

/// When something was logged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LogTime {
    /// `None` if it is unknown.
    pub at: Option<Instant>,
    pub basis: TimeBasis,
}

impl LogTime {
    /// No time at all.
    pub const UNKNOWN: LogTime = LogTime {
        at: None,
        basis: TimeBasis::Unknown,
    };
}

/// What tells the times of one file.
#[derive(Clone, Debug)]
pub struct LogClock {
    pub clock: Clock,
    /// The day of clocks without a date, counted from 1970-01-01.
    pub day: Option<i64>,
    /// The year of dates without one.
    pub year: Option<i64>,
}

/// `time = "auto"` of a shape: told by content.
pub(super) const AUTO: &str = "auto";

/// What a text says in a form, if it is a time.
pub(super) fn written(text: &str, form: &str, clock: &Clock, zones: &Zones) -> Option<Written> {
    if form != AUTO {
        return Written::by_form(text, form);
    }
    let bare = |text: &str| by_reader(text, clock, zones).or_else(|| Written::of(text));
    // What looks like a zone may be the next word.
    bare(text).or_else(|| bare(text.rsplit_once(' ')?.0))
}

/// With the forms that exports use too.
fn by_reader(text: &str, clock: &Clock, zones: &Zones) -> Option<Written> {
    let mut reader = TimeReader::new(clock, zones);
    let at = reader.read(text.as_bytes());
    let zoneless = reader.into_evidence().lacks_zone();
    match at {
        Ok(at) if zoneless => {
            // The reader has applied the file's zone; what the clock showed is asked for.
            let wall = at.millis() + i64::from(clock.zone.offset_seconds(at)) * 1000;
            Some(Written::Wall(wall))
        }
        Ok(at) => Some(Written::At(at)),
        // An abbreviation with several meanings: the clock is certain, the zone is not.
        Err(TimeFault::Undecided) => by_reader(text.trim().rsplit_once(' ')?.0, clock, zones),
        Err(_) => None,
    }
}

impl LogClock {
    /// The instant of what was written.
    pub(super) fn time(&self, written: Written) -> LogTime {
        let (wall, basis) = match written {
            Written::At(at) => {
                return LogTime {
                    at: Some(at),
                    basis: TimeBasis::Stated,
                };
            }
            Written::Wall(wall) => (Some(wall), TimeBasis::ZoneAssumed),
            Written::Yearless { month, day, clock } => {
                let in_year = |year| Written::in_year(month, day, clock, year);
                let wall = self.year.and_then(in_year);
                // A file that was closed in January begins in the year before.
                let later = |wall: &i64| self.day.is_some_and(|last| *wall >= (last + 2) * DAY_MS);
                let before = wall
                    .filter(later)
                    .and(self.year)
                    .and_then(|year| in_year(year - 1));
                (before.or(wall), TimeBasis::DateAssumed)
            }
            Written::Clock(clock) => {
                let wall = self.day.map(|day| Written::on_day(clock, day));
                (wall, TimeBasis::DateAssumed)
            }
        };
        match wall {
            Some(wall) => LogTime {
                at: Some(at(self.clock.zone, wall)),
                basis,
            },
            None => LogTime::UNKNOWN,
        }
    }
}

fn at(zone: Zone, wall: i64) -> Instant {
    match zone.instant_of(wall) {
        LocalTime::One(at) | LocalTime::Fold(at) | LocalTime::Gap(at) => at,
    }
}
