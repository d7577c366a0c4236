//! What a row of an export turns out to be, and what it says about its file.

use std::collections::BTreeSet;

use super::change::Change;
use super::reject::Reason;
use super::value::time::TimeEvidence;
use crate::event::{DimsId, Instant, Sym};

/// What a row is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Row {
    /// A login attempt.
    Attempt {
        at: Instant,
        user: Sym,
        dims: DimsId,
    },
    /// A name for a user id.
    User,
    /// What was changed around logins.
    Change(Box<Change>),
    /// Something that happened around logins, is none and tells no change.
    Context,
    /// Nothing to count: another event type, the header once more.
    Ignored,
    /// A line below a report's table. Lines beside it may belong to it.
    Footer,
    /// Its time can't be told before the file's zone is settled; the file is read again then.
    Undecided,
    /// Unreadable.
    Reject(Reason),
}

/// What the rows of a file say about how it must be read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Evidence {
    pub time: TimeEvidence,
    /// Some field is no UTF-8 and was read as Latin-1.
    pub latin1: bool,
    /// A header with other columns stands among the rows; the file is then read in one go, since
    /// the rows behind it must be told from those before.
    pub other_header: bool,
    /// The orgs that the rows name.
    pub orgs: BTreeSet<String>,
    /// One bit for each column that some record has, where records name their values.
    pub columns: u64,
}

impl Evidence {
    /// Everything that either has seen.
    pub fn merge(&mut self, other: &Self) {
        self.time.merge(&other.time);
        self.latin1 |= other.latin1;
        self.other_header |= other.other_header;
        self.orgs.extend(other.orgs.iter().cloned());
        self.columns |= other.columns;
    }
}
