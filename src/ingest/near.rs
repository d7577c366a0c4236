//! The next of some bytes where it is mostly near: values are short, and a call for each would take
//! longer than looking at eight bytes at a time.

use memchr::{memchr, memchr2, memchr3};

/// Words that are looked at before the rest is left to a search with wide registers.
const WORDS: usize = 4;
const BYTES: usize = 8;
const LOW: u64 = 0x0101_0101_0101_0101;
const HIGH: u64 = 0x8080_8080_8080_8080;

/// As [`memchr()`].
#[inline]
pub fn one(a: u8, bytes: &[u8]) -> Option<usize> {
    near(bytes, |word| hits(word, a), |rest| memchr(a, rest))
}

/// As [`memchr2()`].
#[inline]
pub fn two(a: u8, b: u8, bytes: &[u8]) -> Option<usize> {
    let any = |word| hits(word, a) | hits(word, b);
    near(bytes, any, |rest| memchr2(a, b, rest))
}

/// As [`memchr3()`].
#[inline]
pub fn three(a: u8, b: u8, c: u8, bytes: &[u8]) -> Option<usize> {
    let any = |word| hits(word, a) | hits(word, b) | hits(word, c);
    near(bytes, any, |rest| memchr3(a, b, c, rest))
}

#[inline]
fn near(
    bytes: &[u8],
    hits: impl Fn(u64) -> u64,
    far: impl Fn(&[u8]) -> Option<usize>,
) -> Option<usize> {
    let mut rest = bytes;
    for word in 0..WORDS {
        let Some((first, behind)) = rest.split_first_chunk::<BYTES>() else {
            break;
        };
        let found = hits(u64::from_le_bytes(*first));
        if found != 0 {
            return Some(word * BYTES + found.trailing_zeros() as usize / 8);
        }
        rest = behind;
    }
    far(rest).map(|at| bytes.len() - rest.len() + at)
}

/// The high bit of each byte that is `byte`, and perhaps of bytes above the lowest such one: that a
/// byte is zero is told by the borrow of a subtraction, which may run on upwards. Source: H. Warren,
/// Hacker's Delight, "Find first 0-byte".
#[inline]
const fn hits(word: u64, byte: u8) -> u64 {
    let zero = word ^ (LOW * byte as u64);
    zero.wrapping_sub(LOW) & !zero & HIGH
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_what_a_search_byte_by_byte_finds() {
        // Neighbours of what is searched for are what borrows could mistake.
        let kinds = [
            b'"', b'#', b'!', b'\\', b'\n', 0, 0x80, 0xff, b'a', b']', 0x0b,
        ];
        let mut state = 7_u64;
        for length in 0..80 {
            for _ in 0..200 {
                let text: Vec<u8> = (0..length)
                    .map(|_| {
                        state = state
                            .wrapping_mul(6_364_136_223_846_793_005)
                            .wrapping_add(1);
                        match state >> 60 {
                            0 => kinds[(state >> 33) as usize % kinds.len()],
                            at => kinds[3 + at as usize % 8].wrapping_add(1),
                        }
                    })
                    .collect();
                let first = |any: &[u8]| text.iter().position(|byte| any.contains(byte));
                assert_eq!(one(b'"', &text), first(b"\""), "{text:?}");
                assert_eq!(two(b',', b'\n', &text), first(b",\n"), "{text:?}");
                assert_eq!(
                    three(b'"', b'\\', b'\n', &text),
                    first(b"\"\\\n"),
                    "{text:?}"
                );
            }
        }
    }
}
