//! What was read before and is written again with another time: jobs fail in the same words all
//! night, and succeed in the same words all year.
//!
//! What a text means hardly depends on the digits of the stamp at its beginning, so a text is
//! known by its bytes with these digits left out. Where they do matter it is not remembered.

use std::ops::Range;

use rustc_hash::FxHashMap;

use super::{LogEntry, LogKind};

/// Bytes of memory for what is remembered; beyond, all is forgotten and learned anew.
const HELD: usize = 8 << 20;
/// A longer text is hardly written twice.
const LONGEST: usize = 4 << 10;
/// Bytes at the beginning of a text in which its stamp is looked for.
const BEGINNING: usize = 160;

/// What a text tells: an entry without its line and time, and its time as it is stated, with the
/// form of that.
#[derive(Clone, Debug)]
pub(super) struct Meaning<'l> {
    pub(super) entry: LogEntry,
    pub(super) stated: Option<(String, &'l str)>,
}

/// The meanings of texts by their bytes.
#[derive(Debug)]
pub(super) struct Memo<'l> {
    on: bool,
    /// `None` is the meaning of what is of no interest.
    known: FxHashMap<Box<[u8]>, Option<Meaning<'l>>>,
    held: usize,
    /// The text that is asked about, without the digits of its stamp.
    key: Vec<u8>,
    /// Where that stamp stands; empty if there is none.
    stamp: Range<usize>,
}

impl<'l> Memo<'l> {
    /// Remembers nothing yet, and nothing ever if it is not `on`.
    pub(super) fn new(on: bool) -> Self {
        Self {
            on,
            known: FxHashMap::default(),
            held: 0,
            key: Vec::new(),
            stamp: 0..0,
        }
    }

    /// What a text is known to mean.
    pub(super) fn recall(&mut self, text: &str) -> Option<Option<Meaning<'l>>> {
        if !self.on || text.len() > LONGEST {
            return None;
        }
        let bytes = text.as_bytes();
        self.stamp = stamp(bytes).unwrap_or(0..0);
        let (at, kept) = (self.stamp.clone(), kept(bytes, &self.stamp));
        self.key.clear();
        self.key.extend_from_slice(bytes);
        let digits = self.key[at.start..at.end - kept].iter_mut();
        digits
            .filter(|byte| byte.is_ascii_digit())
            .for_each(|byte| *byte = b'0');
        let known = self.known.get(self.key.as_slice())?;
        Some(known.as_ref().map(|known| self.with_stamp(known, text)))
    }

    /// Remembers what the text of the latest [`Memo::recall`] means.
    pub(super) fn remember(&mut self, text: &str, meaning: Option<&Meaning<'l>>) {
        if !self.on || text.len() > LONGEST || !self.has_only_its_time(text, meaning) {
            return;
        }
        // What a text means is made of parts of it, and of numbers of its words.
        let size = size_of::<Meaning<'_>>() + 3 * self.key.len();
        if self.held + size > HELD {
            self.known.clear();
            self.held = 0;
        }
        self.held += size;
        self.known
            .insert(self.key.as_slice().into(), meaning.cloned());
    }

    /// Whether the stamp gives a text its time and nothing else.
    fn has_only_its_time(&self, text: &str, meaning: Option<&Meaning<'_>>) -> bool {
        let (Some(Meaning { entry, stated }), false) = (meaning, self.stamp.is_empty()) else {
            return true;
        };
        let stamp = &text[self.stamp.clone()];
        // A zone may stand behind it, which is a part of the text like any other.
        let states_it = stated.as_ref().is_some_and(|(time, _)| {
            time.starts_with(stamp) && text[self.stamp.start..].starts_with(time)
        });
        let shown_as_it_is = entry.shown.get(..self.stamp.end) == Some(&text[..self.stamp.end]);
        // The same text again may be that which was taken for the time.
        let once = !text[self.stamp.end..].contains(stamp);
        states_it && shown_as_it_is && once
    }

    /// The meaning of a text that differs from a known one in the digits of its stamp.
    fn with_stamp(&self, known: &Meaning<'l>, text: &str) -> Meaning<'l> {
        let mut meaning = known.clone();
        let at = self.stamp.clone();
        if !at.is_empty() {
            meaning
                .entry
                .shown
                .replace_range(at.clone(), &text[at.clone()]);
            if meaning.entry.kind == LogKind::Error {
                meaning.entry.text.retell(text);
            }
            if let Some((time, _)) = &mut meaning.stated {
                time.replace_range(..at.len(), &text[at]);
            }
        }
        meaning
    }
}

/// A digit stands for any, all else for itself or for what may stand in its place.
const FORM: &[u8] = b"0000-00-00T00:00:00";

/// Where the first stamp of a text stands: a date, a clock, and what belongs to them.
fn stamp(text: &[u8]) -> Option<Range<usize>> {
    let beginning = &text[..text.len().min(BEGINNING)];
    let start = beginning.windows(FORM.len()).position(is_stamp)?;
    let mut end = start + FORM.len();
    if let [b'.' | b',', b'0'..=b'9', ..] = text[end..] {
        end += 1 + digits(&text[end + 1..]);
    }
    match text[end..] {
        [b'Z', ..] => end += 1,
        [
            b'+' | b'-',
            b'0'..=b'9',
            b'0'..=b'9',
            b':',
            b'0'..=b'9',
            b'0'..=b'9',
            ..,
        ] => end += 6,
        [
            b'+' | b'-',
            b'0'..=b'9',
            b'0'..=b'9',
            b'0'..=b'9',
            b'0'..=b'9',
            ..,
        ] => end += 5,
        _ => {}
    }
    Some(start..end)
}

/// How many digits at the end of a stamp matter: milliseconds that can be read as the status of an
/// answer, as in `12:00:00,404 Unauthorized`.
fn kept(text: &[u8], stamp: &Range<usize>) -> usize {
    let status = matches!(text[..stamp.end], [.., b'.' | b',', b'4' | b'5', _, _]);
    match status && text.get(stamp.end) == Some(&b' ') {
        true => 3,
        false => 0,
    }
}

fn is_stamp(text: &[u8]) -> bool {
    let fits = |(byte, form): (&u8, &u8)| match form {
        b'0' => byte.is_ascii_digit(),
        b'-' => matches!(byte, b'-' | b'/'),
        b'T' => matches!(byte, b'T' | b' '),
        _ => byte == form,
    };
    text.iter().zip(FORM).all(fits)
}

fn digits(text: &[u8]) -> usize {
    text.iter().take_while(|byte| byte.is_ascii_digit()).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stamp_in(text: &str) -> &str {
        stamp(text.as_bytes()).map_or("", |at| &text[at])
    }

    #[test]
    fn finds_the_first_stamp_of_a_text() {
        for (text, found) in [
            ("2026-03-02 10:00:00,123 INFO", "2026-03-02 10:00:00,123"),
            ("[2026/03/02T10:00:00] x", "2026/03/02T10:00:00"),
            (
                r#"{"ts":"2026-03-02T10:00:00.5+01:00"}"#,
                "2026-03-02T10:00:00.5+01:00",
            ),
            ("2026-03-02 10:00:00.+1", "2026-03-02 10:00:00"),
            ("2026-03-02 10:00:00Z", "2026-03-02 10:00:00Z"),
            ("2026-03-02 10:00:00-0500 x", "2026-03-02 10:00:00-0500"),
            ("2026-03-02 10:00", ""),
            ("Mar  2 10:00:00 host x", ""),
            ("", ""),
        ] {
            assert_eq!(stamp_in(text), found, "{text}");
        }
        let late = format!("{}2026-03-02 10:00:00", " ".repeat(BEGINNING));
        assert_eq!(stamp_in(&late), "");
    }

    #[test]
    fn digits_of_a_stamp_that_may_be_a_status_are_kept() {
        let kept = |text: &str| {
            let stamp = stamp(text.as_bytes()).expect("a stamp");
            kept(text.as_bytes(), &stamp)
        };
        assert_eq!(kept("2026-03-02 10:00:00,404 Unauthorized"), 3);
        assert_eq!(kept("2026-03-02 10:00:00,204 x"), 0);
        assert_eq!(kept("2026-03-02 10:00:00,404] x"), 0);
        assert_eq!(kept("2026-03-02 10:00:00,4041 x"), 0);
        assert_eq!(kept("2026-03-02 10:00:00 x"), 0);
    }
}
