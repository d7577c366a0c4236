//! Splitting lines of keys with values: `LOGIN_STATUS="LOGIN_NO_ERROR"` as log collectors write
//! them, and `LoginTime\=2024-06-05T05:41:17.000Z;Status\=Success;` inside a CEF message.
//!
//! A line is a record. What stands before and between the pairs, such as a syslog prefix, is
//! passed over.

use memchr::{memchr, memchr2};

use super::keys::{Filler, Keys, Names, Sink};
use super::record::{Escape, Field, MAX_RECORD, Record, Step};

/// Splits one stream of such lines.
#[derive(Clone, Debug)]
pub struct Pairs<'k> {
    filler: Filler<'k>,
}

/// A quote lost its partner.
struct LostQuote;

impl<'k> Pairs<'k> {
    /// A splitter that stands at the start of a line.
    pub fn new(keys: &'k Keys) -> Self {
        Self {
            filler: Filler::new(keys),
        }
    }

    /// Columns that some record had, one bit each.
    pub fn seen(&self) -> u64 {
        self.filler.seen()
    }

    /// What stands at the start of `block`; `at_end` says that nothing follows it.
    pub fn next(&mut self, block: &[u8], at_end: bool, record: &mut Record) -> Step {
        let Some((line, bytes)) = line(block, at_end) else {
            return match block {
                [] if at_end => Step::End,
                _ if block.len() > MAX_RECORD => Step::TooLong,
                _ => Step::Incomplete,
            };
        };
        if bytes > MAX_RECORD {
            return Step::TooLong;
        }
        if line.iter().all(u8::is_ascii_whitespace) {
            return Step::Blank { bytes };
        }
        let read = pairs(line, &mut self.filler.begin(record));
        self.filler.end(record);
        match read {
            Ok(()) => Step::Record {
                bytes,
                lines: usize::from(block[bytes - 1] == b'\n'),
            },
            Err(LostQuote) if block[bytes - 1] == b'\n' => Step::LostQuote { bytes },
            Err(LostQuote) => Step::HalfWritten { bytes },
        }
    }
}

/// The first line of a block without its end, and its bytes with it.
fn line(block: &[u8], at_end: bool) -> Option<(&[u8], usize)> {
    match memchr(b'\n', block) {
        Some(at) => Some((&block[..at], at + 1)),
        None if at_end && !block.is_empty() => Some((block, block.len())),
        None => None,
    }
}

const fn is_of_a_key(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-')
}

/// Finds the pairs of a line.
fn pairs(line: &[u8], sink: &mut dyn Sink) -> Result<(), LostQuote> {
    let mut from = 0;
    while let Some(length) = memchr(b'=', &line[from..]) {
        let equals = from + length;
        let in_cef = equals > from && line[equals - 1] == b'\\';
        let key_end = equals - usize::from(in_cef);
        let key_length = line[from..key_end]
            .iter()
            .rev()
            .take_while(|byte| is_of_a_key(**byte))
            .count();
        let key = &line[key_end - key_length..key_end];
        let start = equals + 1;
        let (field, next) = if line.get(start) == Some(&b'"') {
            let end = closing_quote(line, start + 1).ok_or(LostQuote)?;
            let escape = match memchr(b'\\', &line[start + 1..end]) {
                Some(_) => Escape::Backslashes,
                None => Escape::None,
            };
            (Field::new(start + 1, end, escape), end + 1)
        } else {
            let end = start + bare_length(&line[start..], in_cef);
            // Pairs within a value are told apart, as in the message of a CEF line.
            let nested = memchr(b'=', &line[start..end]).is_some();
            let next = if nested { start } else { end };
            (Field::new(start, end, Escape::None), next)
        };
        if !key.is_empty() {
            sink.value(b"", key, field);
        }
        from = next;
    }
    Ok(())
}

fn closing_quote(line: &[u8], mut from: usize) -> Option<usize> {
    loop {
        let at = from + memchr2(b'"', b'\\', line.get(from..)?)?;
        if line[at] == b'"' {
            return Some(at);
        }
        from = at + 2;
    }
}

/// How long a value without quotes is: in a CEF message it may hold blanks.
fn bare_length(rest: &[u8], in_cef: bool) -> usize {
    let ends = |byte: &u8| match byte {
        b';' | b'|' => true,
        b',' => !in_cef,
        byte => !in_cef && byte.is_ascii_whitespace(),
    };
    let value = match rest.iter().position(ends) {
        Some(end) => &rest[..end],
        None => rest,
    };
    let value = value.trim_ascii_end();
    value.strip_suffix(b"\\").unwrap_or(value).len()
}

/// The keys of the first lines of a stream, as they are written.
pub fn first_keys(head: &[u8], most: usize) -> Vec<Vec<String>> {
    let mut all = Vec::new();
    let mut rest = head;
    let mut others = 0;
    while let (true, Some((line, bytes))) = (all.len() + others < most, line(rest, true)) {
        let mut names = Names::default();
        if pairs(line, &mut names).is_ok() && !names.0.is_empty() {
            all.push(names.0);
        } else if !line.trim_ascii().is_empty() {
            others += 1;
        }
        rest = &rest[bytes..];
    }
    // A text that quotes such lines is none of them.
    if others > all.len() {
        all.clear();
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What each line gives for a few columns.
    fn all(text: &str) -> Vec<String> {
        let names = ["USER_NAME", "LOGIN_STATUS", "LoginTime", "Status", "suser"];
        let names = names.map(|name| vec![name.to_owned()]);
        let keys = Keys::new(&names);
        let mut pairs = Pairs::new(&keys);
        let mut record = Record::default();
        let mut rest = text.as_bytes();
        let mut seen = Vec::new();
        loop {
            match pairs.next(rest, true, &mut record) {
                Step::Record { bytes, .. } => {
                    let fields: Vec<_> = (0..names.len()).map(|at| record.text(rest, at)).collect();
                    seen.push(fields.join("|"));
                    rest = &rest[bytes..];
                }
                Step::Blank { bytes } | Step::LostQuote { bytes } | Step::HalfWritten { bytes } => {
                    seen.push(format!("({bytes})"));
                    rest = &rest[bytes..];
                }
                Step::End => return seen,
                other => panic!("{other:?}"),
            }
        }
    }

    #[test]
    fn quoted_pairs_behind_a_syslog_prefix() {
        let text = "<14>Jun  5 05:41:17 host splunk: USER_NAME=\"ann@example.com\" X=1 \
                    LOGIN_STATUS=\"say \\\"no\\\"\"\r\n\nUSER_NAME=bob, LOGIN_STATUS=\"\"\n";
        assert_eq!(
            all(text),
            ["ann@example.com|say \"no\"|||", "(1)", "bob||||"]
        );
    }

    #[test]
    fn pairs_of_a_cef_message() {
        let text = "CEF:0|Skyhigh|X|1|login|3|suser=ann@example.com msg=LoginTime\\=2024-06-05T05:41:17.000Z;Status\\=Invalid Password; cs1=x";
        assert_eq!(
            all(text),
            ["||2024-06-05T05:41:17.000Z|Invalid Password|ann@example.com"]
        );
    }

    #[test]
    fn a_lost_quote_costs_its_line() {
        let text = "USER_NAME=\"ann\nUSER_NAME=\"bob\"\nUSER_NAME=\"c";
        assert_eq!(all(text), ["(15)", "bob||||", "(12)"]);
    }
}
