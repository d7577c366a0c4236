//! What workers counted beyond their memory: sorted runs in temporary files, merged at the end.
//!
//! Attackers choose usernames, so that there may be as many users as rows. When what a worker
//! holds of users and rows passes its share of the budget, it writes both as a [`Run`], sorted by
//! user, and begins anew. If there is any run, what is left in memory becomes runs too, and
//! [`merge()`] adds all of them up, user by user.

mod merge;
mod run;

use std::io;

pub(super) use merge::{Origin, merge};
pub(super) use run::Run;
use run::RunFile;

use super::share::Session;
use super::{Row, Rows};
use crate::event::Symbols;

/// What of a worker's counts stands in memory, and where the rest goes.
pub(super) struct Spill<'w> {
    /// Most bytes of users and rows in memory.
    pub(super) budget: u64,
    /// The files that the worker has read, of which rows may be in memory still.
    pub(super) earlier: &'w mut [Session],
    pub(super) spilled: &'w mut Spilled,
}

/// What a worker wrote.
#[derive(Debug, Default)]
pub(super) struct Spilled {
    pub(super) runs: Vec<Run>,
    file: Option<RunFile>,
    /// How many rows of files that were read stand in memory still.
    pub(super) held: usize,
    /// What the disk said first. What was to be written is lost, so that the run ends.
    pub(super) failed: Option<io::Error>,
}

/// What a worker holds, in bytes.
pub(super) fn bytes_of(users: &Symbols, rows: usize) -> u64 {
    users.bytes() + (rows * size_of::<Row>()) as u64
}

impl Spill<'_> {
    /// Whether so many bytes are too many.
    pub(super) fn is_over(&self, bytes: u64) -> bool {
        bytes + (self.spilled.held * size_of::<Row>()) as u64 > self.budget
    }

    /// Writes the users and rows of the file that is being read, and the rows of earlier ones.
    pub(super) fn write(&mut self, users: &Symbols, rows: Rows) {
        self.spilled.held = 0;
        let session = self.earlier.len();
        let earlier = self.earlier.iter_mut();
        let earlier = earlier.map(|session| std::mem::take(&mut session.rows));
        let rows = (0..).zip(earlier).chain([(session as u32, rows)]);
        match Run::write(&mut self.spilled.file, users, rows) {
            Ok(run) => self.spilled.runs.push(run),
            Err(error) => {
                self.spilled.failed.get_or_insert(error);
            }
        }
    }
}
