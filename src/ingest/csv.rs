//! Splitting CSV into records and fields.
//!
//! RFC 4180 with the tolerance that real exports need. A quote opens a field only at the field's
//! start. A quoted field longer than [`MAX_QUOTED`] is no field but a lost quote: its record is
//! given up and reading resumes after its first line, so that one lost quote can't swallow a file.

mod regular;

use memchr::{memchr, memchr_iter};

use super::near;
use super::record::{Escape, Field};
pub use super::record::{MAX_RECORD, Record, Step};

/// A quoted field that is longer than this many bytes lost its closing quote.
pub const MAX_QUOTED: usize = 1 << 20;

const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// How many bytes at the start of a line are a byte order mark: where files were joined, one may
/// stand in the middle, and it is part of no field.
#[inline]
pub fn mark(line: &[u8]) -> usize {
    if line.starts_with(BYTE_ORDER_MARK) {
        BYTE_ORDER_MARK.len()
    } else {
        0
    }
}

/// Reads the record at the start of `block` into `record`.
///
/// `at_end` says that nothing follows the block in its stream. The result doesn't depend on how
/// much of the stream the block holds, apart from [`Step::Incomplete`].
pub fn next(block: &[u8], at_end: bool, delimiter: u8, record: &mut Record) -> Step {
    record.clear();
    match block {
        [] => return if at_end { Step::End } else { Step::Incomplete },
        [b'\n', ..] => return Step::Blank { bytes: 1 },
        [b'\r', b'\n', ..] => return Step::Blank { bytes: 2 },
        [b'\r'] if at_end => return Step::Blank { bytes: 1 },
        _ => {}
    }
    match regular::split(block, delimiter, record) {
        Some(bytes) => Step::Record { bytes, lines: 1 },
        None => careful(block, at_end, delimiter, record),
    }
}

/// The same field by field, with all odds.
fn careful(block: &[u8], at_end: bool, delimiter: u8, record: &mut Record) -> Step {
    record.clear();
    let mut pos = 0;
    let mut junk = false;
    loop {
        let field = if block.get(pos) == Some(&b'"') {
            quoted(block, pos, at_end, delimiter)
        } else {
            unquoted(block, pos, at_end, delimiter)
        };
        match field {
            Scan::Field { field, next, stray } => {
                record.push(field);
                junk |= stray;
                match next {
                    Next::Field(at) => pos = at,
                    Next::Record(at) => return finish(&block[..at], junk),
                }
            }
            Scan::Lost => return first_line(block, at_end),
            Scan::Incomplete if block.len() > MAX_RECORD => return Step::TooLong,
            Scan::Incomplete => return Step::Incomplete,
        }
    }
}

/// Reads the first `count` fields of the record at the start of `block` into `record`, and returns
/// where the next field begins; `None` where the block holds no such field, or one of them is not
/// plain: then [`next`] tells what stands there.
#[inline]
pub fn leading(block: &[u8], count: usize, delimiter: u8, record: &mut Record) -> Option<usize> {
    record.clear();
    let mut pos = 0;
    for _ in 0..count {
        let (one, end) = match *block.get(pos)? {
            b'"' => plain_field(block, pos, delimiter)?,
            // Before a line end nothing is a leading field, so returns needn't be looked for.
            _ => {
                let end = pos + near::two(delimiter, b'\n', &block[pos..])?;
                (field(pos, end, false), end)
            }
        };
        if *block.get(end)? != delimiter {
            return None;
        }
        record.push(one);
        pos = end + 1;
    }
    Some(pos)
}

/// The field at an offset of a row, if it has neither escapes nor line ends, and where it ends:
/// at the delimiter or the line end behind it, if the row is sound.
#[inline(always)]
pub fn plain_field(block: &[u8], start: usize, delimiter: u8) -> Option<(Field, usize)> {
    if *block.get(start)? == b'"' {
        let close = start + 1 + near::two(b'"', b'\n', &block[start + 1..])?;
        let field = field(start + 1, close, false);
        return (block[close] == b'"').then_some((field, close + 1));
    }
    let end = start + near::two(delimiter, b'\n', &block[start..])?;
    let has_return = block[end] == b'\n' && end > start && block[end - 1] == b'\r';
    let end = end - usize::from(has_return);
    Some((field(start, end, false), end))
}

/// A record is complete. Several lines with a stray quote are not one record but a lost quote.
fn finish(bytes: &[u8], junk: bool) -> Step {
    if bytes.len() > MAX_RECORD {
        return Step::TooLong;
    }
    let lines = match memchr(b'\n', bytes) {
        None => 0,
        Some(at) if at + 1 == bytes.len() => 1,
        Some(_) => memchr_iter(b'\n', bytes).count(),
    };
    let several = lines > 1 || (lines == 1 && bytes.last() != Some(&b'\n'));
    if junk && several {
        return first_line(bytes, true);
    }
    Step::Record {
        bytes: bytes.len(),
        lines,
    }
}

/// A quote lost its partner: what to do depends on its line alone, however much the block holds.
fn first_line(block: &[u8], at_end: bool) -> Step {
    match memchr(b'\n', block) {
        Some(at) if at >= MAX_RECORD => Step::TooLong,
        Some(at) => Step::LostQuote { bytes: at + 1 },
        None if block.len() > MAX_RECORD => Step::TooLong,
        None if at_end => Step::HalfWritten { bytes: block.len() },
        None => Step::Incomplete,
    }
}

enum Scan {
    Field {
        field: Field,
        next: Next,
        stray: bool,
    },
    Lost,
    Incomplete,
}

/// What follows a field, and where it begins.
enum Next {
    Field(usize),
    Record(usize),
}

#[inline]
fn field(start: usize, end: usize, escaped: bool) -> Field {
    let escape = if escaped {
        Escape::Quotes
    } else {
        Escape::None
    };
    Field::new(start, end, escape)
}

#[inline]
fn unquoted(block: &[u8], start: usize, at_end: bool, delimiter: u8) -> Scan {
    let Some(length) = near::two(delimiter, b'\n', &block[start..]) else {
        if !at_end {
            return Scan::Incomplete;
        }
        let end = block.len() - usize::from(block[start..].ends_with(b"\r"));
        return Scan::Field {
            field: field(start, end, false),
            next: Next::Record(block.len()),
            stray: false,
        };
    };
    let at = start + length;
    if block[at] == delimiter {
        let next = Next::Field(at + 1);
        return Scan::Field {
            field: field(start, at, false),
            next,
            stray: false,
        };
    }
    let end = at - usize::from(at > start && block[at - 1] == b'\r');
    Scan::Field {
        field: field(start, end, false),
        next: Next::Record(at + 1),
        stray: false,
    }
}

#[inline]
fn quoted(block: &[u8], open: usize, at_end: bool, delimiter: u8) -> Scan {
    let mut escaped = false;
    let mut from = open + 1;
    let close = loop {
        let Some(length) = near::one(b'"', &block[from..]) else {
            let lost = at_end || block.len() - open > MAX_QUOTED;
            return if lost { Scan::Lost } else { Scan::Incomplete };
        };
        let quote = from + length;
        if quote - open > MAX_QUOTED {
            return Scan::Lost;
        }
        match block.get(quote + 1) {
            Some(b'"') => {
                escaped = true;
                from = quote + 2;
            }
            None if !at_end => return Scan::Incomplete,
            _ => break quote,
        }
    };
    let content = field(open + 1, close, escaped);
    let after = close + 1;
    match (block.get(after), block.get(after + 1)) {
        (Some(&byte), _) if byte == delimiter => Scan::Field {
            field: content,
            next: Next::Field(after + 1),
            stray: false,
        },
        (Some(b'\n'), _) => Scan::Field {
            field: content,
            next: Next::Record(after + 1),
            stray: false,
        },
        (Some(b'\r'), Some(b'\n')) => Scan::Field {
            field: content,
            next: Next::Record(after + 2),
            stray: false,
        },
        (Some(b'\r'), None) if !at_end => Scan::Incomplete,
        (None, _) | (Some(b'\r'), None) => Scan::Field {
            field: content,
            next: Next::Record(block.len()),
            stray: false,
        },
        _ => match unquoted(block, after, at_end, delimiter) {
            Scan::Field {
                field: rest, next, ..
            } => {
                let whole = field(open, rest.end(), false);
                Scan::Field {
                    field: whole,
                    next,
                    stray: true,
                }
            }
            other => other,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every record of a text as its fields; other steps as words.
    fn all(text: &str) -> Vec<String> {
        let mut record = Record::default();
        let mut rest = text.as_bytes();
        let mut seen = Vec::new();
        loop {
            let step = next(rest, true, b',', &mut record);
            let bytes = match step {
                Step::Record { bytes, .. } => {
                    let fields: Vec<_> =
                        (0..record.len()).map(|at| record.text(rest, at)).collect();
                    seen.push(fields.join("|"));
                    bytes
                }
                Step::Blank { bytes } => {
                    seen.push("(blank)".to_owned());
                    bytes
                }
                Step::LostQuote { bytes } => {
                    seen.push("(lost)".to_owned());
                    bytes
                }
                Step::HalfWritten { bytes } => {
                    seen.push("(half)".to_owned());
                    bytes
                }
                Step::End => return seen,
                other => panic!("{other:?} in {text:?}"),
            };
            rest = &rest[bytes..];
        }
    }

    #[test]
    fn reads_quotes_line_ends_and_blanks() {
        assert_eq!(
            all("a,b\n\"c\",\"d\"\"e\"\r\n\n,\n"),
            ["a|b", "c|d\"e", "(blank)", "|"]
        );
        assert_eq!(all("\"x\ny\",z"), ["x\ny|z"]);
        assert_eq!(all("a,\"b\""), ["a|b"]);
        assert_eq!(all("a\"b,c"), ["a\"b|c"]);
    }

    #[test]
    fn a_lost_quote_costs_one_line() {
        assert_eq!(all("\"a,b\n\"c\",d\ne,f\n"), ["(lost)", "c|d", "e|f"]);
        assert_eq!(all("\"a\",\"b\n\"c\",\"d\"\n"), ["(lost)", "c|d"]);
        assert_eq!(all("a,b\nc,\"d"), ["a|b", "(half)"]);
        assert_eq!(all("\"a\"x,b\n"), ["\"a\"x|b"]);
    }

    #[test]
    fn a_longer_quoted_field_than_allowed_is_lost() {
        let long = format!("\"{}\",b\nc,d\n", "x\n".repeat(MAX_QUOTED / 2 + 1));
        let mut record = Record::default();
        let step = next(long.as_bytes(), true, b',', &mut record);
        assert_eq!(step, Step::LostQuote { bytes: 3 });
        let step = next(&long.as_bytes()[..MAX_QUOTED + 2], false, b',', &mut record);
        assert_eq!(step, Step::LostQuote { bytes: 3 });
    }

    #[test]
    fn a_lost_quote_on_a_long_line_does_not_depend_on_the_block() {
        let line = MAX_QUOTED * 5 / 2;
        let text = format!("a,\"{}\nc,d\n", "x".repeat(line));
        let mut record = Record::default();
        let whole = next(text.as_bytes(), true, b',', &mut record);
        assert_eq!(whole, Step::LostQuote { bytes: line + 4 });
        for cut in [MAX_QUOTED, MAX_QUOTED * 2, line + 3] {
            let part = next(&text.as_bytes()[..cut], false, b',', &mut record);
            assert_eq!(part, Step::Incomplete, "{cut}");
        }
    }

    #[test]
    fn regular_rows_are_split_as_careful_reading_splits_them() {
        // Rows of these parts are regular and odd; the filler brings them across the chunks.
        let parts = [
            "a", "\"b\"", "\"c\nd\"", ",", "\r\n", "\n", "\"", "\"\"", "\r", ";", "\"e,f\"", "",
        ];
        let mut random = 1_u64;
        let mut pick = |of: usize| {
            random = random
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1);
            (random >> 33) as usize % of
        };
        let mut seen = [0, 0];
        for _ in 0..40_000 {
            let filler = "x".repeat(pick(70));
            let odd = pick(4) == 0;
            let mut text = format!("\"{filler}\",");
            for _ in 0..pick(24) {
                let part = pick(if odd { parts.len() } else { 5 });
                text += parts[if part == 2 && !odd { 0 } else { part }];
                text += if odd { "" } else { "," };
            }
            text += ["\n", "\r\n", ",\n"][pick(3)];
            text += &"y,".repeat(40);
            let (mut fast, mut slow) = (Record::default(), Record::default());
            let split = regular::split(text.as_bytes(), b',', &mut fast);
            let step = careful(text.as_bytes(), true, b',', &mut slow);
            seen[usize::from(split.is_some())] += 1;
            if let Some(bytes) = split {
                assert_eq!(step, Step::Record { bytes, lines: 1 }, "{text:?}");
                assert_eq!(fast, slow, "{text:?}");
            }
        }
        assert!(seen.iter().all(|count| *count > 5_000), "{seen:?}");
    }

    #[test]
    fn asks_for_more_until_the_record_is_whole() {
        let text = b"\"a\"\"b\",c\r\nnext";
        let mut record = Record::default();
        let whole = next(text, false, b',', &mut record);
        assert_eq!(
            whole,
            Step::Record {
                bytes: 10,
                lines: 1
            }
        );
        for cut in 0..10 {
            assert_eq!(
                next(&text[..cut], false, b',', &mut record),
                Step::Incomplete,
                "{cut}"
            );
        }
    }
}
