//! What was changed around logins, as reports show it.

use serde::{Deserialize, Serialize};

use super::{Org, PathText, Time, User};

/// Something that was changed. It is no login attempt and in no count.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
// wide: who did what to whom, when and where it stands
pub struct Change {
    pub time: Time,
    pub org: Option<Org>,
    /// Who did it.
    pub actor: Option<User>,
    /// Id of the kind, as in the catalogue of changes.
    pub kind: String,
    pub title: String,
    pub target_user: Option<User>,
    pub target_app: Option<String>,
    /// What the source says, with single blanks and without secrets.
    pub text: String,
    pub path: PathText,
    /// First physical line of the record in the decompressed file, from 1.
    pub line: u64,
    /// Fingerprints of the findings whose story tells it, sorted.
    pub before: Vec<String>,
    /// Those of them with a cause that such a change can bring about.
    pub may_explain: Vec<String>,
}
