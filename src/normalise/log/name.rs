//! What the name of a log says: which log it is a part of, and which part.
//!
//! Whoever rotates a log puts a number or a date behind its name or before its extension:
//! `sync.log.1`, `sync.log-20260701.gz`, `sync.2026-07-01_03.log`, `sync-2026-07-01-1.log`. Without
//! that, and without what a compression adds, all parts have one name.

use std::cmp::Reverse;

use crate::catalogue::Pattern;
use crate::normalise::value::time::day_of;

/// The name of a file that may be a part of a log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogName {
    /// The name without what rotation and compression add: `sync.log`.
    pub base: String,
    /// The same without the extension: what the client is called where no line tells.
    pub stem: String,
    pub mark: Mark,
}

/// Which part of a log a file is. Older parts come first.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Mark {
    /// The date as one number, then hours or counts that rise: `2026-07-01-3`.
    Dated(Vec<u32>),
    /// A number that rises each time the log is rotated: the highest is the oldest.
    Numbered(Reverse<u32>),
    /// `.old`
    Old,
    /// The part that is or was written to.
    Current,
}

impl Mark {
    /// Whether nothing is missing between an older and a newer part, as far as names can say so.
    pub fn is_followed_by(&self, newer: &Self) -> bool {
        match (self, newer) {
            (Mark::Dated(older), Mark::Dated(newer)) => older < newer,
            (Mark::Numbered(older), Mark::Numbered(newer)) => older.0 == newer.0 + 1,
            (Mark::Numbered(older), Mark::Current) => older.0 <= 1,
            (Mark::Dated(_) | Mark::Old, Mark::Current) => true,
            _ => false,
        }
    }
}

const PACKED: &[&str] = &["gz", "zst", "zstd", "bz2", "xz", "zip"];
const KINDS: &[&str] = &[
    "log", "txt", "json", "jsonl", "ndjson", "out", "err", "old", "gz", "zst",
];

static DATED: Pattern = Pattern::new(concat!(
    r"^(?P<base>.*?)(?P<year>(?:19|20)\d\d)[-_.]?(?P<month>[01]\d)[-_.]?(?P<day>[0-3]\d)",
    r"(?P<more>(?:\d\d){0,3}(?:[-_.T:]\d{1,6}){0,4})Z?$",
));

impl LogName {
    /// What a name without its folders says.
    pub fn of(name: &str) -> Self {
        let name = without(name, PACKED);
        let (base, mark) = match behind(name) {
            Some((base, mark)) => (base.to_owned(), mark),
            None => before_extension(name).unwrap_or_else(|| (name.to_owned(), Mark::Current)),
        };
        // A file that is called by its date alone has no other name.
        let nameless = base.is_empty() || (base.starts_with('.') && !name.starts_with('.'));
        let stem = stem(if nameless { name } else { &base });
        Self {
            stem: stem.to_owned(),
            base,
            mark,
        }
    }
}

/// A name without the extensions of a list.
fn without<'n>(mut name: &'n str, extensions: &[&str]) -> &'n str {
    while let Some((before, extension)) = name.rsplit_once('.') {
        let known = extensions.iter();
        let known = known
            .copied()
            .any(|known| known.eq_ignore_ascii_case(extension));
        if before.is_empty() || !known {
            break;
        }
        name = before;
    }
    name
}

/// A mark at the end of a name.
fn behind(name: &str) -> Option<(&str, Mark)> {
    if let Some((base, date)) = dated(name) {
        return Some((base, date));
    }
    let (base, last) = name.rsplit_once('.')?;
    if base.is_empty() {
        return None;
    }
    if last == "old" {
        return Some((base, Mark::Old));
    }
    let is_number = (1..=4).contains(&last.len()) && last.bytes().all(|byte| byte.is_ascii_digit());
    let number = last.parse().ok().filter(|_| is_number)?;
    Some((base, Mark::Numbered(Reverse(number))))
}

/// A date before the extension. A bare number there is none: which of two is the older would be a
/// guess, and it may as well be the number of a worker.
fn before_extension(name: &str) -> Option<(String, Mark)> {
    let (before, extension) = name.rsplit_once('.')?;
    let (base, mark) = dated(before)?;
    Some((format!("{base}.{extension}"), mark))
}

/// A date at the end of a name, with what is before it.
fn dated(name: &str) -> Option<(&str, Mark)> {
    let fit = DATED.fit(name)?;
    let base = fit.group("base")?;
    let part = |named| fit.group(named).unwrap_or_default();
    if base.ends_with(|last: char| last.is_ascii_digit()) {
        return None;
    }
    let number = |text: &str| text.parse::<u32>().ok();
    let (year, month, day) = (
        number(part("year"))?,
        number(part("month"))?,
        number(part("day"))?,
    );
    day_of(year.into(), month.into(), day.into())?;
    let mut order = vec![year * 10_000 + month * 100 + day];
    let more = part("more").split(|c: char| !c.is_ascii_digit());
    order.extend(more.filter_map(number));
    Some((base.trim_end_matches(['-', '_', '.']), Mark::Dated(order)))
}

/// A name without its extensions: of the kind, and of what may be a rotation.
fn stem(base: &str) -> &str {
    let mut stem = base;
    while let Some((before, extension)) = stem.rsplit_once('.') {
        let turn = !extension.is_empty() && extension.bytes().all(|byte| byte.is_ascii_digit());
        if before.is_empty() || !(turn || KINDS.contains(&extension)) {
            break;
        }
        stem = before;
    }
    stem
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dated(order: &[u32]) -> Mark {
        Mark::Dated(order.to_vec())
    }

    #[test]
    fn names_of_parts_tell_the_log_and_the_part() {
        let numbered = |number| Mark::Numbered(Reverse(number));
        for (name, base, stem, mark) in [
            ("sync.log", "sync.log", "sync", Mark::Current),
            ("sync.log.gz", "sync.log", "sync", Mark::Current),
            ("sync.log.1", "sync.log", "sync", numbered(1)),
            ("sync.log.12.GZ", "sync.log", "sync", numbered(12)),
            ("sync.log.old", "sync.log", "sync", Mark::Old),
            ("syslog.2.zst", "syslog", "syslog", numbered(2)),
            (
                "sync-2026-07-01.log",
                "sync.log",
                "sync",
                dated(&[20_260_701]),
            ),
            (
                "sync.log.2026-07-01",
                "sync.log",
                "sync",
                dated(&[20_260_701]),
            ),
            (
                "sync.log-20260701.gz",
                "sync.log",
                "sync",
                dated(&[20_260_701]),
            ),
            (
                "sync.log.20260701-0300.zst",
                "sync.log",
                "sync",
                dated(&[20_260_701, 300]),
            ),
            (
                "sync.log-2026070103",
                "sync.log",
                "sync",
                dated(&[20_260_701, 3]),
            ),
            (
                "sync.log.2026-07-01_03",
                "sync.log",
                "sync",
                dated(&[20_260_701, 3]),
            ),
            (
                "app-2026-07-01-1.log",
                "app.log",
                "app",
                dated(&[20_260_701, 1]),
            ),
            (
                "app.2026-07-01.12.log.gz",
                "app.log",
                "app",
                dated(&[20_260_701, 12]),
            ),
            (
                "log20260701_002.txt",
                "log.txt",
                "log",
                dated(&[20_260_701, 2]),
            ),
            ("2026-07-01.log", ".log", "2026-07-01", dated(&[20_260_701])),
            ("sync.1.log", "sync.1.log", "sync", Mark::Current),
            ("worker-3.log", "worker-3.log", "worker-3", Mark::Current),
            (
                "sync-20261301.log",
                "sync-20261301.log",
                "sync-20261301",
                Mark::Current,
            ),
            (
                "order-120260701.log",
                "order-120260701.log",
                "order-120260701",
                Mark::Current,
            ),
            (".log", ".log", ".log", Mark::Current),
            (".1", ".1", ".1", Mark::Current),
            ("", "", "", Mark::Current),
        ] {
            let (base, stem) = (base.to_owned(), stem.to_owned());
            assert_eq!(LogName::of(name), LogName { base, stem, mark }, "{name}");
        }
    }

    #[test]
    fn older_parts_come_first_and_a_gap_is_seen() {
        let names = [
            "a.log-20260630",
            "a.log-20260701",
            "a.log-20260701-1",
            "a.log-20260701-10",
            "a.log.3",
            "a.log.2",
            "a.log.1",
            "a.log.old",
            "a.log",
        ];
        let marks: Vec<Mark> = names.iter().map(|name| LogName::of(name).mark).collect();
        assert!(marks.is_sorted());
        let follows = |older: &str, newer: &str| {
            LogName::of(older)
                .mark
                .is_followed_by(&LogName::of(newer).mark)
        };
        assert!(follows("a.log.3", "a.log.2") && follows("a.log.1", "a.log"));
        assert!(follows("a.log.0", "a.log") && follows("a.log.old", "a.log"));
        assert!(follows("a.log-20260630", "a.log-20260701") && follows("a.log-20260701", "a.log"));
        assert!(!follows("a.log.3", "a.log.1") && !follows("a.log.2", "a.log"));
        assert!(!follows("a.log", "a.log.1") && !follows("a.log.1", "a.log.1"));
        assert!(
            !follows("a.log-20260701", "a.log.1") && !follows("a.log-20260701", "a.log-20260701")
        );
    }
}
