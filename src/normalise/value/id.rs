//! Salesforce ids: 15 characters whose case counts, or 18 with a checksum that makes case safe.

use std::borrow::Cow;

/// An id in its 18-character form where it looks like one, else the text as it is.
///
/// The three further characters say, for each group of five, which letters are capitals.
pub fn long_id(text: &str) -> Cow<'_, str> {
    let bytes = text.as_bytes();
    let plain = bytes.iter().all(u8::is_ascii_alphanumeric);
    if bytes.len() != 15 || !plain {
        return Cow::Borrowed(text);
    }
    const ALPHABET: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ012345";
    let mut long = text.to_owned();
    for group in bytes.chunks(5) {
        let capitals = group.iter().enumerate();
        let bits = capitals.fold(0, |bits, (at, byte)| {
            bits | usize::from(byte.is_ascii_uppercase()) << at
        });
        long.push(char::from(ALPHABET[bits]));
    }
    Cow::Owned(long)
}

/// Whether a text is the id of a user: these begin with 005 and have 15 or 18 letters and digits.
pub fn is_user_id(text: &str) -> bool {
    let plain = text.bytes().all(|byte| byte.is_ascii_alphanumeric());
    text.starts_with("005") && matches!(text.len(), 15 | 18) && plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fifteen_characters_become_eighteen() {
        assert_eq!(long_id("0055j000000utlP"), "0055j000000utlPAAQ");
        assert_eq!(long_id("0055j000000utlPAAQ"), "0055j000000utlPAAQ");
        assert_eq!(long_id("USER_ID"), "USER_ID");
    }
}
