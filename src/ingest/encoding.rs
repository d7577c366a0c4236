//! Encodings of text: UTF-16 becomes UTF-8 while it is read.
//!
//! Everything else is passed on as it is. What turns out to be no UTF-8 there is read as Latin-1,
//! field by field, by those who read fields.

use std::io::Read;

use encoding_rs::{UTF_16BE, UTF_16LE};
use encoding_rs_io::DecodeReaderBytesBuilder;

/// How text is written in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    /// UTF-8, or any other in which ASCII is a byte a character.
    Ascii,
    Utf16Le,
    Utf16Be,
}

/// Characters that must look like UTF-16 where no mark says so.
const CLEARLY: usize = 8;

impl Encoding {
    /// The encoding that the first bytes of a text show: by their mark, or where at least eight
    /// characters of ASCII stand in two bytes each.
    pub fn of(first_bytes: &[u8]) -> Self {
        match first_bytes {
            // UTF-32 begins so too; nothing else tells the two apart.
            [0xff, 0xfe, 0, 0, ..] => return Encoding::Ascii,
            [0xff, 0xfe, ..] => return Encoding::Utf16Le,
            [0xfe, 0xff, ..] => return Encoding::Utf16Be,
            _ => {}
        }
        let is_text = |byte: u8| matches!(byte, b'\t' | b'\r' | b'\n' | b' '..=b'~');
        let (pairs, _) = first_bytes.as_chunks::<2>();
        let shows = |high: usize, low: usize| {
            let is_ascii = |pair: &[u8; 2]| pair[high] == 0 && is_text(pair[low]);
            pairs.len() >= CLEARLY && pairs[..CLEARLY].iter().all(is_ascii)
        };
        if shows(1, 0) {
            Encoding::Utf16Le
        } else if shows(0, 1) {
            Encoding::Utf16Be
        } else {
            Encoding::Ascii
        }
    }

    /// The word for reports; `None` where a byte is passed on as it is.
    pub const fn name(self) -> Option<&'static str> {
        match self {
            Encoding::Ascii => None,
            Encoding::Utf16Le => Some("UTF-16, little-endian"),
            Encoding::Utf16Be => Some("UTF-16, big-endian"),
        }
    }

    /// Turns a text into UTF-8 while it is read. What is no character becomes U+FFFD.
    pub fn over(self, text: Box<dyn Read + Send>) -> Box<dyn Read + Send> {
        let from = match self {
            Encoding::Ascii => return text,
            Encoding::Utf16Le => UTF_16LE,
            Encoding::Utf16Be => UTF_16BE,
        };
        let mut builder = DecodeReaderBytesBuilder::new();
        let builder = builder.encoding(Some(from)).strip_bom(true);
        Box::new(builder.build(text))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn utf16(text: &str, bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
        text.encode_utf16().flat_map(bytes).collect()
    }

    fn decoded(encoding: Encoding, bytes: Vec<u8>) -> String {
        let mut text = String::new();
        encoding
            .over(Box::new(std::io::Cursor::new(bytes)))
            .read_to_string(&mut text)
            .expect("UTF-8 comes out");
        text
    }

    #[test]
    fn utf16_is_told_by_mark_or_by_eight_clear_characters() {
        let text = "Username,Ærø,東京 🙂\r\n";
        for (encoding, bytes) in [
            (Encoding::Utf16Le, u16::to_le_bytes as fn(u16) -> [u8; 2]),
            (Encoding::Utf16Be, u16::to_be_bytes),
        ] {
            let marked = utf16(&format!("\u{feff}{text}"), bytes);
            let bare = utf16(text, bytes);
            for stream in [marked, bare.clone()] {
                assert_eq!(Encoding::of(&stream), encoding);
                assert_eq!(decoded(encoding, stream), text);
            }
            assert_eq!(Encoding::of(&bare[..14]), Encoding::Ascii);
            // A lone half of a pair, and half a character at the end.
            let mut broken = bare;
            broken.extend(bytes(0xd83d));
            broken.extend(bytes(u16::from(b'x')));
            broken.push(b'\n');
            assert_eq!(
                decoded(encoding, broken),
                format!("{text}\u{fffd}x\u{fffd}")
            );
        }
    }

    #[test]
    fn other_bytes_are_passed_on() {
        for bytes in [
            &b"Username,Login Time"[..],
            b"\xff\xfe\0\0U\0\0\0",
            b"\0\0\0\0",
            b"",
        ] {
            assert_eq!(Encoding::of(bytes), Encoding::Ascii);
        }
    }
}
