//! Times in every form that the exports use.
//!
//! ISO 8601 with offset, `Z` or neither; the event log file's `20251001110003.509`; counts of seconds,
//! milliseconds or microseconds since 1970; and what Java's
//! locales print in Setup: day, month and year in any order, 12 or 24 hours, a zone abbreviation
//! before or after AM and PM, in the letters or words of the languages that Salesforce supports
//! fully; a month's name is not read. What one value can't tell, the whole file does: the order of day and
//! month, and what an ambiguous abbreviation means, come in from outside ([`Clock`]), and what each
//! row says about them goes out ([`TimeEvidence`]).

mod cursor;
mod date;
mod epoch;
mod evidence;
mod offset;
mod same_hour;
mod written;

use crate::catalogue::Zones;
use crate::event::{DAY_MS, Instant, LocalTime, Zone};

pub use cursor::numeric_offset;
use cursor::{Cursor, Meridiem};
pub use date::DateOrder;
use date::{Date, Parts};
pub use evidence::{DateUndecided, TimeEvidence};
use same_hour::SameHour;
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
    /// The text read last, where others of its hour can be told from it.
    same_hour: Option<SameHour>,
    /// Whether the zone of the time read last has no clock change near it.
    quiet: bool,
}

impl<'a> TimeReader<'a> {
    /// A reader for a file with this clock.
    pub fn new(clock: &'a Clock, zones: &'a Zones) -> Self {
        Self {
            clock,
            zones,
            evidence: TimeEvidence::default(),
            last_date: None,
            quiet_day: None,
            same_hour: None,
            quiet: false,
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
    #[inline]
    pub fn read(&mut self, text: &[u8]) -> Result<Instant, TimeFault> {
        // The row before gave all the evidence that this one could give.
        if let Some(at) = self.same_hour.as_ref().and_then(|known| known.read(text)) {
            return Ok(at);
        }
        self.quiet = false;
        let at = self.read_in_full(text)?;
        self.same_hour = self.quiet.then(|| SameHour::of(text, at)).flatten();
        Ok(at)
    }

    fn read_in_full(&mut self, text: &[u8]) -> Result<Instant, TimeFault> {
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
            4 => self.east_asian(year_first, cursor),
            14 => self.compact(year_first, cursor),
            10 | 13 | 16 => epoch::counted(year_first, digits, cursor),
            1 | 2 => self
                .locale(year_first, digits, cursor)
                .or_else(|fault| self.scientific(text).ok_or(fault)),
            _ => Err(TimeFault::NotATime),
        }
    }

    /// `1.6832376e+12`, as programs print numbers that they don't know to be times.
    fn scientific(&mut self, text: &[u8]) -> Option<Instant> {
        let whole = epoch::scientific(text)?;
        // Shortest digits again, so that it reads as if it had been printed in full.
        self.read(whole.to_string().as_bytes()).ok()
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

    /// `2025年10月1日 11:00` and `2025년 10월 1일 11:00`.
    fn east_asian(&mut self, year: u64, mut cursor: Cursor) -> Result<Instant, TimeFault> {
        let marks = match (cursor.pass("年"), cursor.pass("년")) {
            (true, _) => ["月", "日"],
            (_, true) => ["월", "일"],
            _ => return Err(TimeFault::NotATime),
        };
        let mut numbers = [0; 2];
        for (number, mark) in numbers.iter_mut().zip(marks) {
            cursor.blanks();
            let (value, digits) = cursor.digits();
            if !(1..=2).contains(&digits) || !cursor.pass(mark) {
                return Err(TimeFault::NotATime);
            }
            *number = signed(value);
        }
        let [month, day] = numbers;
        let year = signed(year);
        let days = self.days(Parts { year, month, day })?;
        self.clock_and_zone(days, cursor)
    }

    /// `2025-10-01T11:00:03.509Z`, and what locales print with the year in front.
    fn year_first(&mut self, year: u64, mut cursor: Cursor) -> Result<Instant, TimeFault> {
        let separator = cursor.next();
        let (month, month_digits) = cursor.number_behind(separator);
        let same = cursor.next() == separator;
        let (day, day_digits) = cursor.number_behind(separator);
        // Korean ends the day with a dot too: `2025. 10. 1. 오후 2:06`.
        if separator == Some(b'.') {
            cursor.pass(".");
        }
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
        let blanks = separator == Some(b'.') && cursor.is_blank();
        let (b, b_digits) = cursor.number_behind(separator);
        let same = cursor.next() == separator;
        let (c, c_digits) = cursor.number_behind(separator);
        let ended = separator == Some(b'.') && cursor.pass(".");
        // `25. 8. 7. 오후 2:06`: Korean, and the only one of these with the year in front.
        let korean = a_digits == 2 && blanks && (ended || cursor.then_korean());
        let widths = if korean { 1..=2 } else { 2..=4 };
        if !same || !(1..=2).contains(&b_digits) || !widths.contains(&c_digits) || c_digits == 3 {
            return Err(TimeFault::NotATime);
        }
        if c_digits == 2 && a_digits != 2 && self.clock.order == DateOrder::Ymd {
            return Err(TimeFault::NotATime);
        }
        let date = Date {
            a: signed(a),
            b: signed(b),
            c: signed(c),
            short_year: c_digits <= 2,
        };
        if korean {
            let parts = date.parts(DateOrder::Ymd).ok_or(TimeFault::NotATime)?;
            let days = self.days(parts)?;
            return self.clock_and_zone(days, cursor);
        }
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
        // Chinese and Korean put it in front: `下午2:06`.
        let digit = cursor.peek().is_some_and(|byte| byte.is_ascii_digit());
        let mut meridiem = if digit { None } else { cursor.meridiem() };
        cursor.blanks();
        let (hour, hour_digits) = cursor.digits();
        if !(1..=2).contains(&hour_digits) || !cursor.hour_ends() {
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
        // Judged only when all is read: AM and PM may stand behind a zone that is open yet.
        let mut offset = None;
        while cursor.blanks_then_more() {
            // Thai ends a time with its word for the hour.
            if cursor.pass("น.") {
                continue;
            }
            if meridiem.is_none()
                && let Some(found) = cursor.meridiem()
            {
                meridiem = Some(found);
            } else if offset.is_none() {
                offset = Some(self.offset(cursor.word(), days));
            } else {
                return Err(TimeFault::NotATime);
            }
        }
        let mut hour = signed(hour);
        if let Some(Meridiem { afternoon, letters }) = meridiem {
            if letters {
                self.evidence.saw_meridiem();
            }
            if !(1..=12).contains(&hour) {
                return Err(TimeFault::NotATime);
            }
            hour = hour % 12 + if afternoon { 12 } else { 0 };
        }
        let time = clock_ms(hour, signed(minute), signed(second), millis);
        let wall = days * DAY_MS + time.ok_or(TimeFault::NotATime)?;
        Ok(match offset.transpose()? {
            Some(Offset::Millis(offset)) => {
                self.quiet = true;
                Instant::from_millis(wall - offset)
            }
            Some(Offset::Of(zone)) => match zone.instant_of(wall) {
                LocalTime::One(at) | LocalTime::Fold(at) | LocalTime::Gap(at) => at,
            },
            None => self.local(wall),
        })
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
    fn counts_since_1970() {
        for text in [
            "1683237600",
            "1683237600000",
            "1683237600000000",
            "1683237600.000",
            "1683237600000.0",
            "1.6832376e+12",
            "1.6832376E12",
            "1.6832376e+09",
        ] {
            assert_eq!(read(text), "2023-05-04T22:00:00Z", "{text}");
        }
        assert_eq!(read("1683237600.25"), "2023-05-04T22:00:00.250Z");
        assert_eq!(read("1683237600123"), "2023-05-04T22:00:00.123Z");
        assert_eq!(read("2.0230504213647e+13"), "2023-05-04T21:36:47Z");
        for text in [
            "9999999999999",
            "1683237600x",
            "1e",
            "1.5e3",
            "1e400",
            "12345",
            "123456789012",
            "1.6e12 Z",
        ] {
            assert_eq!(read(text), "NotATime", "{text}");
        }
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
    fn forms_of_other_languages() {
        let dmy = |text| read_as(text, DateOrder::Dmy, "UTC");
        let afternoon = "2025-08-27T14:06:00Z";
        for text in [
            "2025/8/27 下午2:06",
            "2025-8-27 下午2:06",
            "2025/8/27 下午 2:06",
            "2025年8月27日 14:06",
            "2025年8月27日 下午2:06",
            "2025/08/27 午後2:06",
            "2025. 8. 27. 오후 2:06",
            "2025. 8. 27 오후 2:06",
            "2025. 8. 27. PM 2:06",
            "2025년 8월 27일 오후 2:06",
            "2025-08-27 14 h 06",
            "2025-08-27 kl. 14:06",
        ] {
            assert_eq!(read(text), afternoon, "{text}");
        }
        for text in [
            "27.08.25, 14:06",
            "27. 8. 2025 14:06",
            "27.8.2025 14.06",
            "27.8.2025 klo 14.06",
            "27-08-2025, 14:06",
            "27/8/2025 下午2:06",
            "27/08/25, 2:06\u{202f}p.\u{a0}m.",
            "27/08/25, 2:06\u{202f}p.\u{202f}m.",
            "27/8/2568, 14:06 น.",
            "27.08.2025 16:06 MESZ",
            "27.08.2025 19.36 GMT+05.30",
            "27/08/2025 09:06 UTC\u{2212}5",
        ] {
            assert_eq!(dmy(text), afternoon, "{text}");
        }
        assert_eq!(
            read_as("25. 8. 27. 오전 12:06", DateOrder::Ymd, "UTC"),
            "2025-08-27T00:06:00Z"
        );
        // Buddhist or not: two digits don't tell. A month's name is not read.
        for text in ["27/8/68 14:06", "27 août 2025, 14:06", "2025年8月 14:06"] {
            assert_eq!(dmy(text), "NotATime", "{text}");
        }
    }

    #[test]
    fn a_short_korean_year_stands_in_front() {
        let zones = Zones::load().expect("the list");
        for order in [DateOrder::Mdy, DateOrder::Dmy, DateOrder::Ymd] {
            for text in [
                "25. 8. 7. 오후 2:06",
                "25. 8. 7 오후 2:06",
                "25. 8. 7. PM 2:06",
                "25. 08. 07. 14:06",
            ] {
                assert_eq!(read_as(text, order, "UTC"), "2025-08-07T14:06:00Z");
            }
        }
        // Slovene ends no date with a dot.
        let slovene = read_as("25. 8. 07 14:06", DateOrder::Dmy, "UTC");
        assert_eq!(slovene, "2007-08-25T14:06:00Z");
        // Dotted or foreign words for AM and PM don't mean that the month is first.
        let clock = Clock {
            order: DateOrder::Mdy,
            zone: Zone::UTC,
            decided: Vec::new(),
        };
        let mut reader = TimeReader::new(&clock, &zones);
        reader
            .read("5/6/2026, 2:06 p. m.".as_bytes())
            .expect("a time");
        let order = reader.into_evidence().order();
        assert_eq!(order, Err(DateUndecided::Nothing));
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
