//! What makes two records of logs one: everything that they tell.

use std::hash::{DefaultHasher, Hash, Hasher};

use crate::event::Instant;
use crate::normalise::log::{LogEntry, LogKind};

/// A record that was met: a number of all that it tells, and whether it is an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Met(u128);

const ERROR: u128 = 1;

impl Met {
    /// `text` is the first line, without secrets. Whether an entry tells a failure again is the
    /// neighbours' to say, so it is no part of what it is.
    pub(super) fn of(entry: &LogEntry, text: &str) -> Self {
        let about = (&entry.app, &entry.user, &entry.host, &entry.description);
        let cause = entry.cause.map(|cause| cause.0);
        let number = number_of(&(entry.time.at, cause, about, text.trim())) & !ERROR;
        let is_error = entry.kind == LogKind::Error;
        Self(number | if is_error { ERROR } else { 0 })
    }

    /// Equal for records that are one.
    pub(super) fn id(self) -> u128 {
        self.0 & !ERROR
    }

    pub(super) fn is_error(self) -> bool {
        self.0 & ERROR != 0
    }
}

/// So long a number that no two things have one by chance. It is the same for everybody, so no
/// output may depend on it beyond what is equal.
fn number_of(thing: &impl Hash) -> u128 {
    let half = |which: u8| {
        let mut hasher = DefaultHasher::new();
        which.hash(&mut hasher);
        thing.hash(&mut hasher);
        u128::from(hasher.finish())
    };
    half(0) << 64 | half(1)
}

/// The records of a file, as far as others may have them too.
#[derive(Debug, Default)]
pub(super) struct Noted {
    /// In their order, the first so many.
    pub(super) met: Vec<Met>,
    /// How many there are in all.
    pub(super) count: u64,
    /// One number for all of them in their order.
    pub(super) whole: u128,
    /// First and last time of those that are dated.
    pub(super) ends: Option<(Instant, Instant)>,
}

impl Noted {
    /// Notes the next record; `most` are kept one by one.
    pub(super) fn add(&mut self, met: Met, at: Option<Instant>, most: usize) {
        if self.met.len() < most {
            self.met.push(met);
        }
        self.count += 1;
        self.whole = number_of(&(self.whole, met.0));
        if let Some(at) = at {
            let (first, last) = self.ends.unwrap_or((at, at));
            self.ends = Some((first.min(at), last.max(at)));
        }
    }

    /// Whether both have the same records in the same order.
    pub(super) fn is_same(&self, other: &Self) -> bool {
        (self.count, self.whole) == (other.count, other.whole)
    }

    /// Not all of them are kept one by one.
    pub(super) fn is_cut(&self) -> bool {
        (self.met.len() as u64) < self.count
    }
}
