//! Where every record went. No row disappears.

use std::ops::AddAssign;

/// Counts of records. [`Ledger::read`] is the sum of all.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Ledger {
    pub events: u64,
    pub rejects: u64,
    pub duplicates: u64,
    pub blank: u64,
    pub ignored: u64,
}

impl Ledger {
    /// How many records there were.
    pub const fn read(&self) -> u64 {
        self.events + self.rejects + self.duplicates + self.blank + self.ignored
    }

    /// The same records where another file keeps what is told of them.
    pub const fn duplicates_alone(self) -> Self {
        Self {
            events: 0,
            duplicates: self.events + self.duplicates,
            ..self
        }
    }
}

impl AddAssign for Ledger {
    fn add_assign(&mut self, other: Self) {
        self.events += other.events;
        self.rejects += other.rejects;
        self.duplicates += other.duplicates;
        self.blank += other.blank;
        self.ignored += other.ignored;
    }
}
