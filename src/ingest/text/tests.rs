//! Entries don't depend on how a stream is read, and the limits hold.

use std::io::Cursor;

use proptest::prelude::*;

use super::*;
use crate::ingest::Blocks;

#[derive(Debug, PartialEq, Eq)]
struct Seen {
    /// Line and text of each entry, and the bytes of the head behind it.
    entries: Vec<(usize, Vec<u8>, usize, bool)>,
    too_long: Vec<usize>,
    lines: usize,
    bytes: u64,
}

fn needles() -> Needles {
    Needles::new(["NEEDLE", "pin"]).expect("few")
}

fn entries(stamped: bool) -> Entries {
    let stamps = Entries::stamps([r"\d\d:"]).expect("a pattern");
    Entries::of(if stamped { b"01:\n" } else { b"" }, &stamps)
}

fn read(bytes: &[u8], start: u64, end: u64, block: usize, entries: &Entries) -> Seen {
    let span = &bytes[start as usize..end as usize];
    let mut blocks = Blocks::new(Cursor::new(span), start, end - start, block, Vec::new());
    let mut state = State::default();
    let mut seen = Seen {
        entries: Vec::new(),
        too_long: Vec::new(),
        lines: 0,
        bytes: 0,
    };
    let needles = needles();
    loop {
        let step = next(
            blocks.bytes(),
            blocks.ended(),
            &needles,
            entries,
            &mut state,
        );
        let bytes = match step {
            Step::Plain { bytes, lines } => {
                seen.lines += lines;
                bytes
            }
            Step::Entry {
                bytes,
                lines,
                next_line,
                open,
            } => {
                let text = blocks.bytes()[..bytes].to_vec();
                seen.entries.push((seen.lines + 1, text, next_line, open));
                seen.lines += lines;
                bytes
            }
            Step::TooLong { bytes, lines } => {
                seen.too_long.push(seen.lines + 1);
                seen.lines += lines;
                bytes
            }
            Step::Incomplete => {
                assert!(!blocks.ended(), "nothing is open at the end");
                blocks.more().expect("memory can be read");
                continue;
            }
            Step::End => break,
        };
        seen.bytes += bytes as u64;
        blocks.advance(bytes);
    }
    assert_eq!(seen.bytes, end - start, "every byte is passed over once");
    seen
}

fn all(bytes: &[u8], block: usize, entries: &Entries) -> Seen {
    read(bytes, 0, bytes.len() as u64, block, entries)
}

fn line() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => Just("01: quiet\n"),
        2 => Just("02: NEEDLE\n"),
        2 => Just("  indented pin\n"),
        2 => Just("plain\n"),
        1 => Just("at x.y(z)\n"),
        1 => Just("open:\n"),
        1 => Just("{NEEDLE}\r\n"),
        1 => Just("\n"),
        1 => Just("NEED\n"),
    ]
    .prop_map(str::to_owned)
}

fn log() -> impl Strategy<Value = Vec<u8>> {
    (proptest::collection::vec(line(), 0..60), any::<bool>()).prop_map(|(lines, unended)| {
        let mut text = lines.concat();
        if unended {
            text += "pin";
        }
        text.into_bytes()
    })
}

proptest! {
    #[test]
    fn blocks_do_not_show(log in log(), stamped: bool, block in 1_usize..80) {
        let entries = entries(stamped);
        let whole = all(&log, 1 << 16, &entries);
        prop_assert_eq!(&all(&log, block, &entries), &whole);
        prop_assert_eq!(whole.lines, log.split_inclusive(|&b| b == b'\n').count());
    }

    #[test]
    fn cuts_at_heads_do_not_show(log in log(), stamped: bool, at in 0_usize..500, block in 1_usize..80) {
        let entries = entries(stamped);
        let whole = all(&log, 1 << 16, &entries);
        let from = at.min(log.len());
        let head = find_head(&log[from..], true, &entries).map_or(log.len(), |head| from + head);
        let (head, len) = (head as u64, log.len() as u64);
        let mut first = read(&log, 0, head, block, &entries);
        let second = read(&log, head, len, block, &entries);
        let texts = |seen: &Seen| seen.entries.iter().map(|e| e.1.clone()).collect::<Vec<_>>();
        let joined: Vec<_> = texts(&first).into_iter().chain(texts(&second)).collect();
        prop_assert_eq!(joined, texts(&whole));
        first.lines += second.lines;
        prop_assert_eq!(first.lines, whole.lines);
    }
}

#[test]
fn an_entry_is_the_line_and_what_belongs_to_it() {
    let log = b"01: quiet\n02: NEEDLE\n  more\nmore\n03: quiet\nNEEDLE";
    let seen = all(log, 7, &entries(true));
    let texts: Vec<(usize, &[u8], usize, bool)> = seen
        .entries
        .iter()
        .map(|(line, text, next, open)| (*line, text.as_slice(), *next, *open))
        .collect();
    assert_eq!(
        texts,
        [
            (2, &b"02: NEEDLE\n  more\nmore\n"[..], 10, false),
            (5, b"03: quiet\nNEEDLE", 0, true),
        ]
    );
}

#[test]
fn long_lines_pass_in_bounded_memory_and_are_told() {
    for stamped in [true, false] {
        let entries = entries(stamped);
        let long = "x".repeat(3 * MAX_ENTRY);
        let log = format!("01: NEEDLE\n{long}pin{long}\nplain pin\n02: quiet\n{long}\n03: pin\n");
        let seen = all(log.as_bytes(), 100_000, &entries);
        assert_eq!(seen.too_long, [2]);
        let lines: Vec<usize> = seen.entries.iter().map(|entry| entry.0).collect();
        assert_eq!(lines, [1, 3, 6]);
        assert_eq!(seen, all(log.as_bytes(), log.len(), &entries));
    }
}

#[test]
fn an_entry_ends_at_its_limit() {
    let more = " pin\n".repeat(MAX_ENTRY / 4);
    let log = format!("01: NEEDLE\n{more}02: pin\n");
    let seen = all(log.as_bytes(), 1 << 16, &entries(true));
    assert!(seen.entries[0].1.len() <= MAX_ENTRY);
    assert!(seen.entries[0].1.len() > MAX_ENTRY - 6);
    assert_eq!(seen.entries[1].1, b" pin\n");
    assert_eq!(
        seen.entries.last().map(|entry| entry.1.as_slice()),
        Some(&b"02: pin\n"[..])
    );
    assert_eq!(seen, all(log.as_bytes(), log.len(), &entries(true)));
}

#[test]
fn a_line_of_exactly_the_limit_is_an_entry() {
    for (length, long) in [(MAX_ENTRY - 1, false), (MAX_ENTRY, true)] {
        let line = format!("{}NEEDLE\n", "x".repeat(length - 6));
        for block in [1000, MAX_ENTRY, 2 * MAX_ENTRY, 4 * MAX_ENTRY] {
            let seen = all(line.as_bytes(), block, &entries(false));
            assert_eq!(seen.too_long.len(), usize::from(long), "{length} {block}");
            assert_eq!(seen.entries.len(), usize::from(!long), "{length} {block}");
        }
    }
}

#[test]
fn the_end_of_one_file_and_the_beginning_of_the_next_can_be_joined() {
    let entries = entries(true);
    let old = b"01: quiet\n02: the answer was\n";
    let new = b"  NEEDLE\n03: quiet\n";
    assert_eq!(last_entry(old, &entries), 10);
    assert!(!entries.begins(new));
    assert_eq!(
        find_head(&[b"\n", &new[..]].concat(), true, &entries),
        Some(10)
    );
}

#[test]
fn tells_text_from_other_files() {
    assert!(is_text(
        "2026-03-02 \u{1b}[31mRot\u{1b}[0m ü\r\n\t\n".as_bytes()
    ));
    assert!(is_text(b""));
    assert!(!is_text(b"PK\x03\x04\0\0"));
    assert!(!is_text(b"\x01\x02\x03\x04abc"));
}
