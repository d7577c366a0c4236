//! Where the entries of one file end in the next, for logs that were rotated in the middle of one.

use memchr::memrchr;

use super::{Entries, MAX_ENTRY, find_head, last_entry};

/// Bytes at the beginning of `newer` that go on the last line of `older`, up to the first head.
/// `None` if the first line is a head itself, or if no head is to be seen.
pub fn goes_on(older: &[u8], newer: &[u8], at_end: bool, entries: &Entries) -> Option<usize> {
    let whole = older.strip_suffix(b"\n").unwrap_or(older);
    let last = &whole[memrchr(b'\n', whole).map_or(0, |at| at + 1)..];
    // What stands before the first line end is not looked at, and what stands behind it is the
    // line before the one that is asked about.
    let joined = [b"\n", last, b"\n", newer].concat();
    let before = joined.len() - newer.len();
    let head = find_head(&joined, at_end, entries)?;
    Some(head - before).filter(|bytes| *bytes > 0)
}

/// Where the last entry of a stream begins in its last bytes. `None` if it may begin before them.
/// They begin with a line; `from_start` says that nothing stands before that.
pub fn open_entry(last: &[u8], from_start: bool, entries: &Entries) -> Option<usize> {
    let at = last_entry(last, entries);
    let is_known = from_start || at > 0;
    (is_known && !last.is_empty() && last.len() - at <= MAX_ENTRY).then_some(at)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entries(stamped: bool) -> Entries {
        let stamps = Entries::stamps([r"\d\d:"]).expect("a pattern");
        Entries::of(if stamped { b"01:\n" } else { b"" }, &stamps)
    }

    #[test]
    fn what_goes_on_ends_at_the_first_head() {
        let stamped = entries(true);
        let older = b"01: a\n02: the answer was\n";
        let goes_on = |older: &[u8], newer: &[u8]| goes_on(older, newer, true, &stamped);
        assert_eq!(goes_on(older, b"{\n}\n03: b\n04: c\n"), Some(4));
        assert_eq!(goes_on(older, b"03: b\n{\n04: c\n"), None);
        assert_eq!(
            goes_on(older, b"{\n}\n"),
            None,
            "nothing says where it ends"
        );
        // The cut may be anywhere in a line, and the older part may be one line.
        assert_eq!(goes_on(b"01: invalid", b"_grant\n02: b"), Some(7));
        assert_eq!(goes_on(b"", b"x\n02: b\n"), Some(2));
    }

    #[test]
    fn without_stamps_the_last_line_decides() {
        let loose = entries(false);
        assert_eq!(goes_on(b"job one\n", b"job two\n", true, &loose), None);
        let frames = b"  at a.b(c)\njob two\n";
        assert_eq!(goes_on(b"job one\n", frames, true, &loose), Some(12));
        assert_eq!(
            goes_on(b"the answer was:\n", b"no\nx y\n", true, &loose),
            Some(3)
        );
    }

    #[test]
    fn an_entry_is_open_where_its_beginning_is_seen() {
        let stamped = entries(true);
        let last = b"  x\n01: a\n  b\n";
        assert_eq!(open_entry(last, false, &stamped), Some(4));
        assert_eq!(open_entry(b"  x\n", false, &stamped), None);
        assert_eq!(open_entry(b"  x\n", true, &stamped), Some(0));
        let long = [&b"01: a\n"[..], &b" b\n".repeat(MAX_ENTRY)].concat();
        assert_eq!(open_entry(&long, true, &stamped), None);
    }
}
