//! What only the neighbours of an entry tell: repeats of one failure, and days and years that
//! pass while only clocks are written.

use std::hash::{Hash, Hasher};

use rustc_hash::FxHasher;

use super::{LogEntry, LogKind};
use crate::event::{DAY_MS, Instant};

/// A framework writes the same failure again within this many milliseconds.
const REPEAT_MS: i64 = 5_000;
/// Where times are unknown: within so many lines.
const REPEAT_LINES: u64 = 20;
/// Words that the longer text has more at least, so that two jobs with names of their own are two.
const LONGER: usize = 2;
const MOST_WORDS: usize = 300;
/// Loggers and frameworks write one failure at most so often.
const MOST: usize = 3;

/// Goes through the entries of one file in their order: finds repeats, and lets clocks that are
/// written without their date run over midnight.
///
/// A failure that is told again within a longer text, or that was told in one, is a repeat. The
/// same words again are a new try, unless all of them are the same with the time: then it was
/// logged twice.
pub fn settle(entries: &mut [LogEntry]) {
    let mut settler = Settler::default();
    for entry in entries {
        settler.next(entry);
    }
}

/// The same for entries that come one by one: what is remembered of those before.
#[derive(Debug, Default)]
pub struct Settler {
    midnights: Midnights,
    /// The last failure that was no repeat.
    first: Option<LogEntry>,
    /// How often it was told.
    told: usize,
}

/// What the next part of a rotated log must know of the failures before it. A framework may tell
/// a failure again behind the cut.
#[derive(Clone, Debug, Default)]
pub struct Carried {
    /// Its line counts on from the beginning of the next part, so it lies before zero.
    first: Option<LogEntry>,
    told: usize,
}

impl Carried {
    /// The same for the part behind one of so many lines in which nothing failed.
    pub fn past(mut self, lines: u64) -> Self {
        if let Some(first) = &mut self.first {
            first.line = first.line.wrapping_sub(lines);
        }
        self
    }

    /// Whether the first failure of the next part is the last one before it, told again.
    pub fn is_told_again_by(&self, opening: &LogEntry) -> bool {
        let mut opening = opening.clone();
        Settler::behind(self.clone()).next(&mut opening);
        opening.kind == LogKind::Repeat
    }
}

impl Settler {
    /// A settler for a file that goes on a log.
    pub fn behind(carried: Carried) -> Self {
        Self {
            first: carried.first,
            told: carried.told,
            ..Self::default()
        }
    }

    /// What is to be carried to the part behind this one of so many lines; `None` if nothing
    /// failed in it.
    pub fn carried(&self, lines: u64) -> Option<Carried> {
        let first = Some(self.first.clone()?);
        let told = self.told;
        Some(Carried { first, told }.past(lines))
    }

    /// Settles the next entry of the file.
    pub fn next(&mut self, entry: &mut LogEntry) {
        self.midnights.pass(entry);
        if entry.kind != LogKind::Error {
            return;
        }
        let told = self.told;
        let again = self.first.as_ref().is_some_and(|first| {
            told < MOST && is_same(first, entry) && first.text.tells_again(&entry.text)
        });
        if again {
            entry.kind = LogKind::Repeat;
            self.told += 1;
        } else {
            self.first = Some(entry.clone());
            self.told = 1;
        }
    }
}

/// What of an entry's text matters to whether another tells the same.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Telling {
    /// Numbers of the words without a digit, sorted, each once.
    words: Vec<u32>,
    /// A number of the whole text, its time included.
    whole: u64,
}

impl Telling {
    pub(super) fn of(text: &str) -> Self {
        let is_word = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_');
        let words = text
            .split(|c| !is_word(c))
            .filter(|word| word.len() > 1 && !word.bytes().any(|byte| byte.is_ascii_digit()));
        let mut words: Vec<u32> = words.take(MOST_WORDS).map(number).collect();
        words.sort_unstable();
        words.dedup();
        Self {
            words,
            whole: whole(text),
        }
    }

    /// The same words at another time.
    pub(super) fn retell(&mut self, text: &str) {
        self.whole = whole(text);
    }

    fn tells_again(&self, other: &Self) -> bool {
        if self.whole == other.whole {
            return true;
        }
        let (short, long) = if self.words.len() < other.words.len() {
            (&self.words, &other.words)
        } else {
            (&other.words, &self.words)
        };
        let shared = short.iter().filter(|word| long.binary_search(word).is_ok());
        // A stack trace has words of its own, but it is no other job's line.
        let share = if long.len() * 2 >= short.len() * 3 {
            5
        } else {
            7
        };
        long.len() >= short.len() + LONGER && shared.count() * 10 >= short.len() * share
    }
}

fn whole(text: &str) -> u64 {
    let mut hasher = FxHasher::default();
    text.hash(&mut hasher);
    hasher.finish()
}

fn number(word: &str) -> u32 {
    let mut hasher = FxHasher::default();
    word.hash(&mut hasher);
    (hasher.finish() >> 32) as u32
}

fn is_same(a: &LogEntry, b: &LogEntry) -> bool {
    let agree = |a: &Option<String>, b: &Option<String>| a.is_none() || b.is_none() || a == b;
    let near = match (a.time.at, b.time.at) {
        (Some(a), Some(b)) => (b.millis() - a.millis()).abs() <= REPEAT_MS,
        // The first may stand in the part before, on a line before zero.
        _ => b.line.wrapping_sub(a.line) <= REPEAT_LINES,
    };
    // One of them may have lost the code or the description.
    let same_text = a.description == b.description
        || part_of(&a.description, &b.description)
        || part_of(&b.description, &a.description);
    near && same_text && agree(&a.user, &b.user) && agree(&a.app, &b.app)
}

fn part_of(short: &Option<String>, long: &Option<String>) -> bool {
    match (short, long) {
        (Some(short), Some(long)) => {
            long.strip_suffix(short.as_str())
                .is_some_and(|code| code.ends_with(": "))
                || long
                    .strip_prefix(short.as_str())
                    .is_some_and(|more| more.starts_with(": "))
        }
        _ => false,
    }
}

/// A clock that jumps back by more than half a day has passed midnight.
#[derive(Debug, Default)]
struct Midnights {
    days: i64,
    last: Option<i64>,
}

impl Midnights {
    fn pass(&mut self, entry: &mut LogEntry) {
        let Some(at) = entry.time.at.filter(|_| entry.clock_only) else {
            return;
        };
        let mut now = at.millis() + self.days * DAY_MS;
        if self.last.is_some_and(|last| last - now > DAY_MS / 2) {
            self.days += 1;
            now += DAY_MS;
        }
        entry.time.at = Some(Instant::from_millis(now));
        self.last = Some(now);
    }
}
