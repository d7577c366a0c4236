//! The id that an export gives a login: rows with the same real id are one login.

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
    text: &'a str,
}

/// Ids of LoginHistory begin so.
const LOGIN_HISTORY: &str = "0Ya";
/// Characters of a Salesforce id that tell it; three more only make its case safe.
const ID_LENGTH: usize = 15;

impl<'a> LoginId<'a> {
    /// The id in a field of a column with this name and kind of ids. `None` for what is no id:
    /// nothing, a word for that, zeros, a mask, or the column's own name, as redacted exports
    /// have it.
    pub fn of(text: &'a str, column: &str, kind: IdKind) -> Option<Self> {
        let text = known(text)?;
        if text.len() >= ID_LENGTH
            && text.starts_with(LOGIN_HISTORY)
            && text.bytes().all(|byte| byte.is_ascii_alphanumeric())
        {
            let text = &text[..ID_LENGTH];
            let is_zero = text[LOGIN_HISTORY.len()..].bytes().all(|byte| byte == b'0');
            let kind = IdKind::LoginHistory;
            return (!is_zero).then_some(Self { kind, text });
        }
        // Event log files may put `SLB:` before it.
        let bare = text.rsplit(':').next().unwrap_or(text);
        let is_mask = bare.bytes().all(|byte| b"0xX-_#.?".contains(&byte))
            || bare.contains(['*', '<', '[', '{'])
            || bare.eq_ignore_ascii_case(column);
        (!is_mask).then_some(Self { kind, text })
    }

    /// A number that equal ids share, and other ids share by a chance of one in 2^64.
    pub fn hash(self) -> u64 {
        self.number(SEEDS[0])
    }

    /// A second such number, which has nothing to do with the first.
    pub fn check(self) -> u64 {
        self.number(SEEDS[1])
    }

    /// Each row of an export asks for it, so it takes two multiplications for an id of
    /// LoginHistory. Nobody makes two ids of one number by accident, and Salesforce makes the ids.
    fn number(self, seed: u64) -> u64 {
        let bytes = self.text.as_bytes();
        let (chunks, rest) = bytes.as_chunks();
        let mut last = [0; CHUNK];
        last[..rest.len()].copy_from_slice(rest);
        // The length tells an id from the same with zeros behind it.
        let begin = seed ^ (((bytes.len() as u64) << 8) | self.kind as u64);
        let state = chunks
            .iter()
            .fold(begin, |state, chunk| mixed(state, *chunk));
        folded(mixed(state, last) ^ seed, SECRETS[1])
    }
}

/// Bytes of an id that are taken in at once.
const CHUNK: usize = 16;
/// What the two numbers of an id begin with, and what is mixed in: numbers with about half of their
/// bits set. Source: the default secrets of wyhash, <https://github.com/wangyi-fudan/wyhash>.
const SEEDS: [u64; 2] = [0x2d35_8dcc_aa6c_78a5, 0x8bb8_4b93_962e_acc9];
const SECRETS: [u64; 2] = [0x4b33_a62e_d433_d4a3, 0x4d5a_2da5_1de1_aa47];

fn mixed(state: u64, chunk: [u8; CHUNK]) -> u64 {
    let both = u128::from_le_bytes(chunk);
    folded(both as u64 ^ SECRETS[0], (both >> 64) as u64 ^ state)
}

/// A product with the upper half of its bits laid over the lower: each bit of either factor moves
/// all of them.
fn folded(a: u64, b: u64) -> u64 {
    let product = u128::from(a) * u128::from(b);
    product as u64 ^ (product >> 64) as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of<'a>(text: &'a str, column: &str) -> Option<LoginId<'a>> {
        LoginId::of(text, column, IdKind::of_column(column))
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
    fn ids_that_are_nearly_the_same_have_other_numbers() {
        let mut texts: Vec<String> = (0..50_000).map(|n| format!("0Ya5g0000{n:06}")).collect();
        texts.extend((0..50_000).map(|n| format!("27f48272-2f1a-4ff6-8ff6-db5461{n:06x}")));
        texts.extend((1..40).map(|length| "R".repeat(length)));
        texts.extend((1..40).map(|length| format!("R{}", "\0".repeat(length))));
        let mut numbers = Vec::new();
        for text in &texts {
            for kind in [IdKind::LoginHistory, IdKind::Event, IdKind::Request] {
                let id = LoginId { kind, text };
                numbers.extend([id.hash(), id.check()]);
            }
        }
        let all = numbers.len();
        // No bit is rarer or commoner than chance makes it.
        for bit in 0..64 {
            let set = numbers
                .iter()
                .filter(|number| (*number >> bit) & 1 == 1)
                .count();
            assert!(set.abs_diff(all / 2) < all / 100, "{bit}: {set} of {all}");
        }
        numbers.sort_unstable();
        numbers.dedup();
        assert_eq!(numbers.len(), all);
    }
}
