//! A time that differs from the one before it in minutes and seconds alone.
//!
//! Exports are sorted, so most times stand in the hour of the row before: then the digits behind
//! the hour say everything, and no date, zone or AM and PM need be read again.

use crate::event::{Instant, MINUTE_MS};

/// Longer texts are no times.
const LONGEST: usize = 48;

/// A text that was read in full, and where its minutes and seconds stand.
#[derive(Clone, Debug)]
pub(super) struct SameHour {
    text: [u8; LONGEST],
    length: usize,
    /// Position of the colon before the minutes.
    colon: usize,
    /// Whether three digits of a second's fraction follow.
    millis: bool,
    /// The instant of the hour's first millisecond.
    hour: i64,
}

impl SameHour {
    /// Remembers a text and its instant; `None` where it has no `:MM:SS`. The caller knows that
    /// the text's zone has no clock change in this hour.
    pub(super) fn of(text: &[u8], at: Instant) -> Option<Self> {
        let colon = memchr::memchr(b':', text)?;
        let behind = text.get(colon + 6..)?;
        let millis = match behind {
            [b'.', a, b, c, rest @ ..] if [a, b, c].iter().all(|byte| byte.is_ascii_digit()) => {
                !rest.first().is_some_and(u8::is_ascii_digit)
            }
            [b'.' | b',' | b'0'..=b'9', ..] => return None,
            _ => false,
        };
        let mut known = Self {
            text: [0; LONGEST],
            length: text.len(),
            colon,
            millis,
            hour: 0,
        };
        known.text.get_mut(..text.len())?.copy_from_slice(text);
        known.hour = at.millis() - known.within(text)?;
        Some(known)
    }

    /// The instant of a text of the same hour, written in the same way.
    #[inline]
    pub(super) fn read(&self, text: &[u8]) -> Option<Instant> {
        if text.len() != self.length {
            return None;
        }
        let behind = self.colon + if self.millis { 10 } else { 6 };
        let same = text[..self.colon] == self.text[..self.colon]
            && text[behind..] == self.text[behind..self.length];
        let within = self.within(text).filter(|_| same)?;
        Some(Instant::from_millis(self.hour + within))
    }

    /// Milliseconds since the hour began.
    #[inline]
    fn within(&self, text: &[u8]) -> Option<i64> {
        let digits = &text[self.colon..];
        let &[b':', m, mm, b':', s, ss, ref rest @ ..] = digits else {
            return None;
        };
        let (minute, second) = (two_digits(m, mm)?, two_digits(s, ss)?);
        let millis = match (self.millis, rest) {
            (false, _) => 0,
            (true, &[b'.', a, bb @ b'0'..=b'9', c @ b'0'..=b'9', ..]) if a.is_ascii_digit() => {
                i64::from(a - b'0') * 100 + i64::from(bb - b'0') * 10 + i64::from(c - b'0')
            }
            (true, _) => return None,
        };
        Some(minute * MINUTE_MS + second * 1000 + millis)
    }
}

/// A number below 60.
#[inline]
fn two_digits(tens: u8, ones: u8) -> Option<i64> {
    let valid = matches!(tens, b'0'..=b'5') && ones.is_ascii_digit();
    valid.then(|| i64::from(tens - b'0') * 10 + i64::from(ones - b'0'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn next(first: &str, at: &str, second: &str) -> Option<String> {
        let at = Instant::parse_rfc3339(at).expect("a time");
        let known = SameHour::of(first.as_bytes(), at)?;
        known.read(second.as_bytes()).map(|at| at.to_string())
    }

    #[test]
    fn minutes_seconds_and_millis_are_read_alone() {
        let known = ("6/30/2026 11:59:57 PM PDT", "2026-07-01T06:59:57Z");
        let of = |second| next(known.0, known.1, second);
        let near = of("6/30/2026 11:03:09 PM PDT");
        assert_eq!(near.as_deref(), Some("2026-07-01T06:03:09Z"));
        assert_eq!(of("6/30/2026 10:03:09 PM PDT"), None);
        assert_eq!(of("6/30/2026 11:03:09 AM PDT"), None);
        assert_eq!(of("6/30/2026 11:63:09 PM PDT"), None);
        assert_eq!(of("6/30/2026 11:03:60 PM PDT"), None);
        assert_eq!(of("6/30/2026 11:03:09 PM PDT "), None);
        let known = ("2024-06-05T05:41:17.937Z", "2024-06-05T05:41:17.937Z");
        let of = |second| next(known.0, known.1, second);
        let near = of("2024-06-05T05:00:00.001Z");
        assert_eq!(near.as_deref(), Some("2024-06-05T05:00:00.001Z"));
        assert_eq!(of("2024-06-05T05:00:00.0x1Z"), None);
        assert_eq!(of("2024-06-05T05:00:00,001Z"), None);
    }

    #[test]
    fn other_forms_are_not_remembered() {
        let at = "2026-03-02T07:15:00Z";
        for text in [
            "3/2/2026 7:15 AM",
            "2026-03-02 21:36+02:00",
            "2026-03-02T07:15:00.5Z",
            "2026-03-02T07:15:00,123",
        ] {
            assert_eq!(next(text, at, text), None, "{text}");
        }
    }
}
