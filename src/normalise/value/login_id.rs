//! The id that an export gives a login: rows with the same real id are one login.

use std::hash::{BuildHasher, Hasher};

use foldhash::quality::FixedState;

use super::known::known;

/// The vocabulary that an id is from. Two rows with different ids of one kind are two logins; ids
/// of different kinds say nothing of each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum IdKind {
    /// `0Ya...`, the id of LoginHistory, which LoginEvent names too.
    LoginHistory,
    /// The UUID of an event.
    Event,
    /// The request of an event log file.
    Request,
}

impl IdKind {
    /// How many kinds there are.
    pub const COUNT: usize = IdKind::Request as usize + 1;

    /// The kind of the ids in a column that is named so.
    pub fn of_column(name: &str) -> Self {
        let name = name.to_ascii_lowercase();
        if name.contains("request") {
            IdKind::Request
        } else if name.contains("event") || name.contains("uuid") {
            IdKind::Event
        } else {
            IdKind::LoginHistory
        }
    }
}

/// A real id of a login.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LoginId<'a> {
    pub kind: IdKind,
    /// As it is compared.
    text: &'a [u8],
}

/// Ids of LoginHistory begin so.
const LOGIN_HISTORY: &str = "0Ya";
/// Characters of a Salesforce id that tell it; three more only make its case safe.
const ID_LENGTH: usize = 15;
/// What stands for none of them.
const ZERO: &[u8; ID_LENGTH] = b"0Ya000000000000";
/// Bytes of an id that are looked at together.
const TOGETHER: usize = 16;

impl<'a> LoginId<'a> {
    /// The id in a field of a column with this name and kind of ids. `None` for what is no id:
    /// nothing, a word for that, zeros, a mask, or the column's own name, as redacted exports
    /// have it.
    #[inline]
    pub fn of(text: &'a [u8], column: &str, kind: IdKind) -> Option<Self> {
        match Self::plain(text, column, kind) {
            Some(id) => Some(id),
            None => Self::odd(std::str::from_utf8(text).ok()?, column, kind),
        }
    }

    /// The id in a field that holds nothing else, as nearly all do; `None` says nothing.
    #[inline]
    fn plain(text: &'a [u8], column: &str, kind: IdKind) -> Option<Self> {
        let id = text.first_chunk::<ID_LENGTH>()?;
        if !is_alphanumeric(text) {
            return None;
        }
        if !id.starts_with(LOGIN_HISTORY.as_bytes()) {
            let is_mask = text.iter().all(|byte| b"0xX".contains(byte));
            let is_name = text.eq_ignore_ascii_case(column.as_bytes());
            return (!is_mask && !is_name).then_some(Self { kind, text });
        }
        (id != ZERO).then_some(Self {
            kind: IdKind::LoginHistory,
            text: id,
        })
    }

    fn odd(text: &'a str, column: &str, kind: IdKind) -> Option<Self> {
        let text = known(text)?;
        if text.len() >= ID_LENGTH
            && text.starts_with(LOGIN_HISTORY)
            && text.bytes().all(|byte| byte.is_ascii_alphanumeric())
        {
            let text = &text.as_bytes()[..ID_LENGTH];
            let kind = IdKind::LoginHistory;
            return (text != ZERO).then_some(Self { kind, text });
        }
        // Event log files may put `SLB:` before it.
        let bare = text.rsplit(':').next().unwrap_or(text);
        let is_mask = bare.bytes().all(|byte| b"0xX-_#.?".contains(&byte))
            || bare.contains(['*', '<', '[', '{'])
            || bare.eq_ignore_ascii_case(column);
        let text = text.as_bytes();
        (!is_mask).then_some(Self { kind, text })
    }

    /// A number that equal ids share, and other ids share by a chance of one in 2^64.
    #[inline]
    pub fn hash(self) -> u64 {
        self.hash_with(0)
    }

    /// A second such number, which has nothing to do with the first.
    pub fn check(self) -> u64 {
        self.hash_with(1)
    }

    /// A hash of which all bits count: nobody makes two ids of one hash by accident.
    #[inline]
    fn hash_with(self, seed: u64) -> u64 {
        let seed = seed << 8 | self.kind as u64;
        let mut hasher = FixedState::with_seed(seed).build_hasher();
        // The text is all, so its length needn't be told apart from what follows.
        hasher.write(self.text);
        hasher.finish()
    }
}

/// Whether all bytes are letters and digits. Many are asked at once, though the first that is
/// none would do: ids hardly ever have one.
#[inline]
fn is_alphanumeric(text: &[u8]) -> bool {
    let all = |bytes: &[u8; TOGETHER]| {
        let each = bytes.iter().map(u8::is_ascii_alphanumeric);
        each.fold(true, |all, is| all & is)
    };
    match (text.first_chunk(), text.last_chunk()) {
        (Some(first), Some(last)) if text.len() <= 2 * TOGETHER => all(first) & all(last),
        _ => text.iter().all(u8::is_ascii_alphanumeric),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of<'a>(text: &'a str, column: &str) -> Option<LoginId<'a>> {
        LoginId::of(text.as_bytes(), column, IdKind::of_column(column))
    }

    #[test]
    fn placeholders_are_no_ids() {
        for text in [
            "",
            " ",
            "N/A",
            "Unknown",
            "null",
            "0",
            "000000000000000",
            "0Ya000000000000",
            "0Ya000000000000AAA",
            "REQUEST_ID",
            "SLB:REQUEST_ID",
            "request_id",
            "***",
            "0Ya***",
            "xxxxxxxx",
            "[id]",
            "<redacted>",
            "00000000-0000-0000-0000-000000000000",
        ] {
            assert_eq!(of(text, "REQUEST_ID"), None, "{text}");
        }
        assert_eq!(of("Id", "Id"), None);
        assert!(of("SLB:f60e3b0c182c55d4", "REQUEST_ID").is_some());
        assert!(of("R1", "REQUEST_ID").is_some());
    }

    #[test]
    fn login_history_ids_compare_on_fifteen_characters_and_their_case() {
        let long = of("0Ya5g000007ZafMCAS", "Id").expect("an id");
        let short = of(" 0Ya5g000007ZafM ", "LoginHistoryId").expect("an id");
        assert_eq!((long.hash(), long.check()), (short.hash(), short.check()));
        let other = of("0Ya5g000007Zafm", "Id").expect("an id");
        assert_ne!(long.hash(), other.hash());
        assert_ne!(long.hash(), long.check());
        assert_eq!(long.kind, IdKind::LoginHistory);
        let request = of("4RsGdg1kLy63", "REQUEST_ID").expect("an id");
        assert_eq!(request.kind, IdKind::Request);
        let same_text = of("4RsGdg1kLy63", "EventIdentifier").expect("an id");
        assert_ne!(request.hash(), same_text.hash());
    }

    #[test]
    fn each_byte_of_an_id_is_asked_for() {
        for length in 0..=3 * TOGETHER {
            let mut text = vec![b'a'; length];
            assert!(is_alphanumeric(&text));
            for at in 0..length {
                text[at] = b'-';
                assert!(!is_alphanumeric(&text), "{length} {at}");
                text[at] = b'Z';
            }
        }
    }
}
