//! How far ahead of UTC a time is: by its own zone word, or by the file's zone.

use super::cursor::numeric_offset;
use super::{Offset, TimeFault, TimeReader};
use crate::event::{DAY_MS, Instant, LocalTime, MINUTE_MS};

impl TimeReader<'_> {
    /// What a zone word means.
    pub(super) fn offset(&mut self, word: &[u8], days: i64) -> Result<Offset, TimeFault> {
        if word == b"Z" || word == b"UTC" || word == b"GMT" {
            self.evidence
                .saw_abbreviation(if word == b"GMT" { "GMT" } else { "UTC" });
            return Ok(Offset::Millis(0));
        }
        if let Some(minutes) = numeric_offset(word) {
            return Ok(Offset::Millis(minutes * MINUTE_MS));
        }
        let word = std::str::from_utf8(word).map_err(|_| TimeFault::UnknownZone)?;
        if let Some(minutes) = self.zones.fixed(word) {
            self.evidence.saw_abbreviation(word);
            return Ok(Offset::Millis(i64::from(minutes) * MINUTE_MS));
        }
        if self.zones.ambiguous(word).is_some() {
            self.evidence.saw_abbreviation(word);
            self.evidence.saw_day(days);
            let mut decided = self.clock.decided.iter();
            let decided = decided.find(|(known, _)| known == word);
            return decided.map_or(Err(TimeFault::Undecided), |(_, minutes)| {
                Ok(Offset::Millis(i64::from(*minutes) * MINUTE_MS))
            });
        }
        // A zone's full name is a zone too.
        word.parse()
            .map(Offset::Of)
            .map_err(|_| TimeFault::UnknownZone)
    }

    /// A wall clock reading in the file's zone.
    pub(super) fn local(&mut self, wall: i64) -> Instant {
        self.evidence.saw_no_zone();
        let day = wall.div_euclid(DAY_MS);
        if let Some((quiet, offset)) = self.quiet_day
            && quiet == day
        {
            self.quiet = true;
            return Instant::from_millis(wall - offset);
        }
        let at = |wall| self.clock.zone.instant_of(wall);
        let (begin, end) = (day * DAY_MS, (day + 1) * DAY_MS);
        if let (LocalTime::One(first), LocalTime::One(next)) = (at(begin), at(end))
            && begin - first.millis() == end - next.millis()
        {
            let offset = begin - first.millis();
            self.quiet_day = Some((day, offset));
            self.quiet = true;
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
}
