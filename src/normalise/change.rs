//! A change of an org, a user or an app: what happened around logins and is none.

use serde::Deserialize;

use crate::catalogue::ChangeIx;
use crate::event::{Instant, Place};

/// Characters of a change's text that are kept.
pub const CHANGE_TEXT: usize = 400;

/// What the rows of an export of changes tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Tells {
    /// What was done in Setup.
    Setup,
    /// Sessions that ended and tokens that were revoked.
    Logouts,
    /// Identity verifications.
    Verifications,
    /// Tokens that users granted to apps.
    Grants,
    /// Administrators who logged in as others.
    LoginAs,
}

/// What somebody changed, or what was done to tokens and sessions.
/// Orders by time, then place, then what it says: records on one line share their place.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
// wide: who did what to whom, when and where it stands
pub struct Change {
    pub at: Instant,
    /// Where its row begins.
    pub place: Place,
    pub kind: ChangeIx,
    /// The org's 18-character id, or the name that the user gave to the file.
    pub org: Option<Box<str>>,
    /// Username in lower case, or 18-character id.
    pub actor: Option<Box<str>>,
    /// Username in lower case, or 18-character id.
    pub target_user: Option<Box<str>>,
    /// The display name of the user, where the text has that alone or beside an id.
    pub target_name: Option<Box<str>>,
    pub target_app: Option<Box<str>>,
    /// What its source says, with single blanks and without secrets, at most [`CHANGE_TEXT`]
    /// characters.
    pub text: Box<str>,
}

impl Change {
    /// What is kept where not all can be: a kind that is known before any other, then the newest,
    /// then what stands further behind.
    pub fn worth(&self) -> (bool, &Self) {
        (self.kind != ChangeIx::OTHER, self)
    }
}
