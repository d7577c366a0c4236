//! Times in every form that the exports use.
//!
//! ISO 8601 with offset, `Z` or neither; the event log file's `20251001110003.509`; and what Java's
//! locales print in Setup: day, month and year in any order, 12 or 24 hours, a zone abbreviation
//! before or after AM and PM. What one value can't tell, the whole file does: the order of day and
//! month, and what an ambiguous abbreviation means, come in from outside ([`Clock`]), and what each
//! row says about them goes out ([`TimeEvidence`]).

mod cursor;
mod date;
mod evidence;
mod written;

use crate::catalogue::Zones;
use crate::event::{Instant, LocalTime, Zone};

use cursor::Cursor;
pub use cursor::numeric_offset;
pub use date::DateOrder;
use date::{Date, Parts};
pub use evidence::{DateUndecided, TimeEvidence};
pub use written::{Written, day_of, year_of};

/// How the times of one file are to be read.
#[derive(Clone, Debug)]
pub struct Clock {
    /// Order of day, month and year where the year stands last or has two digits.
    pub order: DateOrder,
    /// The zone of times that state none.
    pub zone: Zone,
    /// Minutes ahead of UTC of ambiguous abbreviations that were decided.
    pub decided: Vec<(String, i32)>,
}

/// Why a text is no time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TimeFault {
    Empty,
    NotATime,
    /// A zone abbreviation that no list has.
    UnknownZone,
    /// An ambiguous abbreviation that nothing decides yet; it is noted in the evidence.
    Undecided,
}

/// How far ahead of UTC a time is.
enum Offset {
    Millis(i64),
    /// As this zone is at that time.
    Of(Zone),
}

/// Reads times of one file. Remembers the last date, since neighbours mostly share it.
pub struct TimeReader<'a> {
    clock: &'a Clock,
    zones: &'a Zones,
    evidence: TimeEvidence,
    last_date: Option<(Parts, i64)>,
    /// A local day on which the zone's offset doesn't change, and that offset in milliseconds.
    quiet_day: Option<(i64, i64)>,
}

const DAY_MS: i64 = 86_400_000;
const MINUTE: i64 = 60_000;

impl<'a> TimeReader<'a> {
    /// A reader for a file with this clock.
    pub fn new(clock: &'a Clock, zones: &'a Zones) -> Self {
        Self {
            clock,
            zones,
            evidence: TimeEvidence::default(),
            last_date: None,
            quiet_day: None,
        }
    }

    /// What the times read so far say about the file's clock.
    pub fn into_evidence(self) -> TimeEvidence {
        self.evidence
    }

    /// The instant of a text.
    ///
    /// # Errors
    /// Why it is none.
    pub fn read(&mut self, text: &[u8]) -> Result<Instant, TimeFault> {
        let mut cursor = Cursor::new(text);
        cursor.blanks();
        if cursor.is_done() {
            return Err(TimeFault::Empty);
        }
        let (year_first, digits) = cursor.digits();
        match digits {
            4 if matches!(cursor.peek(), Some(b'-' | b'/' | b'.')) => {
                self.year_first(year_first, cursor)
            }
            14 => self.compact(year_first, cursor),
            1 | 2 => self.locale(year_first, digits, cursor),
            _ => Err(TimeFault::NotATime),
        }
    }

    /// `20251001110003.509`, always UTC.
    fn compact(&mut self, all: u64, mut cursor: Cursor) -> Result<Instant, TimeFault> {
        let millis = cursor.fraction_millis();
        cursor.blanks();
        if !cursor.is_done() {
            return Err(TimeFault::NotATime);
        }
        let field = |at: u64, width: u64| i64::try_from(all / at % width).unwrap_or(0);
        let date = Parts {
            year: field(10_000_000_000, 10_000),
            month: field(100_000_000, 100),
            day: field(1_000_000, 100),
        };
        let time = clock_ms(field(10_000, 100), field(100, 100), field(1, 100), millis);
        let wall = self.days(date)? * DAY_MS + time.ok_or(TimeFault::NotATime)?;
        Ok(Instant::from_millis(wall))
    }

    /// `2025-10-01T11:00:03.509Z`, and what locales print with the year in front.
    fn year_first(&mut self, year: u64, mut cursor: Cursor) -> Result<Instant, TimeFault> {
        let separator = cursor.next();
        let (month, month_digits) = cursor.digits();
        let same = cursor.next() == separator;
        let (day, day_digits) = cursor.digits();
        if !same || !(1..=2).contains(&month_digits) || !(1..=2).contains(&day_digits) {
            return Err(TimeFault::NotATime);
        }
        let date = Parts {
            year: signed(year),
            month: signed(month),
            day: signed(day),
        };
        let days = self.days(date)?;
        self.clock_and_zone(days, cursor)
    }

    /// `27/8/2025, 14:06:53 CEST`, `1/20/2016 12:01:40 PM EST`, `27.08.25 14:06`.
    fn locale(&mut self, a: u64, a_digits: u32, mut cursor: Cursor) -> Result<Instant, TimeFault> {
        let separator = cursor.next();
        if !matches!(separator, Some(b'/' | b'.' | b'-')) {
            return Err(TimeFault::NotATime);
        }
        let (b, b_digits) = cursor.digits();
        let same = cursor.next() == separator;
        let (c, c_digits) = cursor.digits();
        if !same || !(1..=2).contains(&b_digits) || !matches!(c_digits, 2 | 4) {
            return Err(TimeFault::NotATime);
        }
        if c_digits == 2 && a_digits != 2 && self.clock.order == DateOrder::Ymd {
            return Err(TimeFault::NotATime);
        }
        let date = Date {
            a: signed(a),
            b: signed(b),
            c: signed(c),
            short_year: c_digits == 2,
        };
        self.evidence.saw_date(date, separator == Some(b'.'));
        let parts = date.parts(self.clock.order).ok_or(TimeFault::NotATime)?;
        let days = self.days(parts)?;
        self.clock_and_zone(days, cursor)
    }

    /// Hours, minutes, seconds, AM or PM and the zone, in the orders that occur.
    fn clock_and_zone(&mut self, days: i64, mut cursor: Cursor) -> Result<Instant, TimeFault> {
        if !cursor.date_ends() {
            return Err(TimeFault::NotATime);
        }
        let (hour, hour_digits) = cursor.digits();
        if !(1..=2).contains(&hour_digits) || !matches!(cursor.next(), Some(b':' | b'.')) {
            return Err(TimeFault::NotATime);
        }
        let (minute, minute_digits) = cursor.digits();
        let mut second = 0;
        let mut millis = 0;
        if matches!(cursor.peek(), Some(b':' | b'.')) {
            cursor.next();
            let (value, digits) = cursor.digits();
            if digits != 2 {
                return Err(TimeFault::NotATime);
            }
            second = value;
            millis = cursor.fraction_millis();
        }
        if minute_digits != 2 {
            return Err(TimeFault::NotATime);
        }
        let mut afternoon = None;
        // Judged only when all is read: AM and PM may stand behind a zone that is open yet.
        let mut offset = None;
        while cursor.blanks_then_more() {
            if afternoon.is_none()
                && let Some(pm) = cursor.meridiem()
            {
                self.evidence.saw_meridiem();
                afternoon = Some(pm);
            } else if offset.is_none() {
                offset = Some(self.offset(cursor.word(), days));
            } else {
                return Err(TimeFault::NotATime);
            }
        }
        let mut hour = signed(hour);
        if let Some(pm) = afternoon {
            if !(1..=12).contains(&hour) {
                return Err(TimeFault::NotATime);
            }
            hour = hour % 12 + if pm { 12 } else { 0 };
        }
        let time = clock_ms(hour, signed(minute), signed(second), millis);
        let wall = days * DAY_MS + time.ok_or(TimeFault::NotATime)?;
        Ok(match offset.transpose()? {
            Some(Offset::Millis(offset)) => Instant::from_millis(wall - offset),
            Some(Offset::Of(zone)) => match zone.instant_of(wall) {
                LocalTime::One(at) | LocalTime::Fold(at) | LocalTime::Gap(at) => at,
            },
            None => self.local(wall),
        })
    }

    /// What a zone word means.
    fn offset(&mut self, word: &[u8], days: i64) -> Result<Offset, TimeFault> {
        if word == b"Z" || word == b"UTC" || word == b"GMT" {
            self.evidence
                .saw_abbreviation(if word == b"GMT" { "GMT" } else { "UTC" });
            return Ok(Offset::Millis(0));
        }
        if let Some(minutes) = cursor::numeric_offset(word) {
            return Ok(Offset::Millis(minutes * MINUTE));
        }
        let word = std::str::from_utf8(word).map_err(|_| TimeFault::UnknownZone)?;
        if let Some(minutes) = self.zones.fixed(word) {
            self.evidence.saw_abbreviation(word);
            return Ok(Offset::Millis(i64::from(minutes) * MINUTE));
        }
        if self.zones.ambiguous(word).is_some() {
            self.evidence.saw_abbreviation(word);
            self.evidence.saw_day(days);
            let mut decided = self.clock.decided.iter();
            let decided = decided.find(|(known, _)| known == word);
            return decided.map_or(Err(TimeFault::Undecided), |(_, minutes)| {
                Ok(Offset::Millis(i64::from(*minutes) * MINUTE))
            });
        }
        // A zone's full name is a zone too.
        word.parse()
            .map(Offset::Of)
            .map_err(|_| TimeFault::UnknownZone)
    }

    /// A wall clock reading in the file's zone.
    fn local(&mut self, wall: i64) -> Instant {
        self.evidence.saw_no_zone();
        let day = wall.div_euclid(DAY_MS);
        if let Some((quiet, offset)) = self.quiet_day
            && quiet == day
        {
            return Instant::from_millis(wall - offset);
        }
        let at = |wall| self.clock.zone.instant_of(wall);
        let (begin, end) = (day * DAY_MS, (day + 1) * DAY_MS);
        if let (LocalTime::One(first), LocalTime::One(next)) = (at(begin), at(end))
            && begin - first.millis() == end - next.millis()
        {
            let offset = begin - first.millis();
            self.quiet_day = Some((day, offset));
            return Instant::from_millis(wall - offset);
        }
        match at(wall) {
            LocalTime::One(instant) => instant,
            LocalTime::Fold(instant) | LocalTime::Gap(instant) => {
                self.evidence.saw_clock_change();
                instant
            }
        }
    }

    /// Days since 1970-01-01.
    fn days(&mut self, date: Parts) -> Result<i64, TimeFault> {
        if let Some((known, days)) = self.last_date
            && known == date
        {
            return Ok(days);
        }
        let days = date.days().ok_or(TimeFault::NotATime)?;
        self.last_date = Some((date, days));
        Ok(days)
    }
}

fn signed(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}

/// Milliseconds since midnight. A leap second counts as the second before it.
fn clock_ms(hour: i64, minute: i64, second: i64, millis: i64) -> Option<i64> {
    let valid = (0..24).contains(&hour) && (0..60).contains(&minute) && (0..=60).contains(&second);
    valid.then(|| ((hour * 60 + minute) * 60 + second.min(59)) * 1000 + millis)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_as(text: &str, order: DateOrder, zone: &str) -> String {
        let zones = Zones::load().expect("the list");
        let clock = Clock {
            order,
            zone: zone.parse().expect("a zone"),
            decided: vec![("CST".to_owned(), -360)],
        };
        match TimeReader::new(&clock, &zones).read(text.as_bytes()) {
            Ok(at) => at.to_string(),
            Err(fault) => format!("{fault:?}"),
        }
    }

    fn read(text: &str) -> String {
        read_as(text, DateOrder::Mdy, "UTC")
    }

    #[test]
    fn iso_and_event_log_forms() {
        assert_eq!(read("2024-06-05T05:41:17.000+0000"), "2024-06-05T05:41:17Z");
        assert_eq!(read("2024-06-05T05:41:17.937Z"), "2024-06-05T05:41:17.937Z");
        assert_eq!(read("2024-06-05T07:41:17+02:00"), "2024-06-05T05:41:17Z");
        assert_eq!(read("2023-05-04 21:36:47.569"), "2023-05-04T21:36:47.569Z");
        assert_eq!(read("2023-05-04 21:36"), "2023-05-04T21:36:00Z");
        assert_eq!(read("20251001110003.509"), "2025-10-01T11:00:03.509Z");
        assert_eq!(read("20211019050707.13"), "2021-10-19T05:07:07.130Z");
        assert_eq!(read("2026/03/02 7:15:00 PST"), "2026-03-02T15:15:00Z");
    }

    #[test]
    fn locale_forms() {
        assert_eq!(read("1/20/2016 12:01:40 PM EST"), "2016-01-20T17:01:40Z");
        assert_eq!(read("1/20/2016 12:01:40 AM EST"), "2016-01-20T05:01:40Z");
        assert_eq!(read("09/01/2018 9:33:52 EST AM"), "2018-09-01T14:33:52Z");
        assert_eq!(
            read("3/2/2026, 7:15:00\u{202f}PM CST"),
            "2026-03-03T01:15:00Z"
        );
        assert_eq!(
            read("3/2/2026, 7:15:00 p.m. GMT-08:00"),
            "2026-03-03T03:15:00Z"
        );
        let dmy = |text| read_as(text, DateOrder::Dmy, "Europe/Berlin");
        assert_eq!(dmy("27/8/2025, 14:06:53 CEST"), "2025-08-27T12:06:53Z");
        assert_eq!(dmy("27.08.2025 14:06"), "2025-08-27T12:06:00Z");
        assert_eq!(dmy("27.08.25, 14:06:53"), "2025-08-27T12:06:53Z");
        assert_eq!(
            read_as("25-08-27 14:06:53", DateOrder::Ymd, "UTC"),
            "2025-08-27T14:06:53Z"
        );
    }

    #[test]
    fn clock_changes() {
        let at = |text| read_as(text, DateOrder::Mdy, "America/New_York");
        assert_eq!(at("3/8/2026 1:59:59 AM"), "2026-03-08T06:59:59Z");
        assert_eq!(at("3/8/2026 3:00:00 AM"), "2026-03-08T07:00:00Z");
        assert_eq!(at("11/1/2026 1:30:00 AM"), "2026-11-01T05:30:00Z");
        assert_eq!(at("11/1/2026 2:30:00 AM"), "2026-11-01T07:30:00Z");
        assert_eq!(at("11/1/2026 1:30:00 AM EST"), "2026-11-01T06:30:00Z");
    }

    #[test]
    fn what_is_no_time() {
        for text in [
            "31/02/2024 10:00",
            "2024-02-30T10:00:00Z",
            "13/13/2024 1:00",
            "2024-06-05",
            "soon",
            "1/2/2024 25:00",
            "1/2/2024 13:00 PM",
            "1/2/2024 0:00 AM",
            "1/2/2024 10:00:61",
            "1-2/2024 10:00",
            "20251001110003x",
            "1/2/2024 10:00 CET CET",
            "99999999999999",
            "1/2/2024 1:2",
        ] {
            assert_eq!(read(text), "NotATime", "{text}");
        }
        assert_eq!(read(" "), "Empty");
        assert_eq!(read("1/2/2024 10:00 QQT"), "UnknownZone");
        assert_eq!(read("1/2/2024 10:00 IST"), "Undecided");
    }
}
