//! A row that could not be read is data: kept, counted, shown.

use super::layout::Columns;
use super::role::Role;

/// Why a row could not be read.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Reason {
    /// More or fewer fields than the header.
    FieldCount { got: u32, want: u32 },
    /// A quote without its partner.
    LostQuote,
    /// No record at all.
    Broken(&'static str),
    /// The file ends inside this row.
    HalfWritten,
    /// Longer than any real row.
    TooLong,
    /// A line of a log that is longer than any that is looked into.
    LongLine,
    /// No time in the time column.
    NoTime(Role),
    /// Something in the time column that is no time.
    BadTime(Role, Box<str>),
    /// A zone abbreviation that no list has.
    UnknownZone(Role, Box<str>),
    /// Neither a status nor a success flag.
    NoOutcome(Role),
    /// A user row without id or without name.
    NoUser,
    /// A change without code and text.
    NoChange,
    /// Nothing behind its first field.
    OnlyFirst,
    /// It stands behind a header with other columns than the file's.
    OtherHeader,
}

impl Reason {
    /// The reason in words. `columns` are those of the row's file.
    pub fn text(&self, columns: Option<&Columns>) -> String {
        let name = |role: &Role| columns.map_or("", |columns| columns.name(*role));
        match self {
            Reason::FieldCount { got, want } => {
                let fields = if *got == 1 { "field" } else { "fields" };
                format!("{got} {fields} where the header has {want}")
            }
            Reason::LostQuote => "a quote without its partner within 1 MiB".to_owned(),
            Reason::Broken(why) => (*why).to_owned(),
            Reason::HalfWritten => "half-written: the file ends inside this row".to_owned(),
            Reason::TooLong => "longer than 4 MiB".to_owned(),
            Reason::LongLine => "a line longer than 1 MiB that seems to tell of a login".to_owned(),
            Reason::NoTime(role) => format!("{}: empty", name(role)),
            Reason::BadTime(role, value) if value.is_empty() => {
                format!("{}: not a date and time", name(role))
            }
            Reason::UnknownZone(role, value) if value.is_empty() => {
                format!("{}: ends in an unknown time zone", name(role))
            }
            Reason::BadTime(role, value) => {
                format!("{}: {value:?} is not a date and time", name(role))
            }
            Reason::UnknownZone(role, value) => {
                format!("{}: {value:?} ends in an unknown time zone", name(role))
            }
            Reason::NoOutcome(role) => {
                format!("{}: empty, so the outcome is unknown", name(role))
            }
            Reason::NoUser => "a user without id or name".to_owned(),
            Reason::NoChange => "a change without code and text".to_owned(),
            Reason::OnlyFirst => "only its first field is filled".to_owned(),
            Reason::OtherHeader => {
                "behind a second header with other columns; split the file there".to_owned()
            }
        }
    }

    /// The same without the value, for rows beyond those that are kept in full.
    pub fn in_short(self) -> Self {
        match self {
            Reason::BadTime(role, _) => Reason::BadTime(role, "".into()),
            Reason::UnknownZone(role, _) => Reason::UnknownZone(role, "".into()),
            other => other,
        }
    }
}
/// A row that could not be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reject {
    /// First physical line of the record.
    pub line: u64,
    pub reason: Reason,
    /// The beginning of the row.
    pub excerpt: Box<str>,
}

/// Characters of a row that a reject keeps.
const EXCERPT: usize = 160;
/// Characters of a value that a reason keeps.
const VALUE: usize = 60;

/// The beginning of a row, on one line.
pub fn excerpt(row: &[u8]) -> Box<str> {
    shortened(row, EXCERPT)
}

/// The beginning of a value, on one line.
pub fn value(text: &[u8]) -> Box<str> {
    shortened(text, VALUE)
}

fn shortened(bytes: &[u8], most: usize) -> Box<str> {
    // Four bytes are the most that a character takes.
    let bytes = bytes.get(..most * 4).unwrap_or(bytes);
    let text = String::from_utf8_lossy(bytes);
    let line = text.trim_end_matches(['\r', '\n']);
    let one_line = line.replace("\r\n", " ").replace(['\r', '\n'], " ");
    one_line
        .chars()
        .take(most)
        .collect::<String>()
        .into_boxed_str()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reasons_say_what_and_why() {
        let reason = Reason::FieldCount { got: 14, want: 15 };
        assert_eq!(reason.text(None), "14 fields where the header has 15");
        let reason = Reason::BadTime(Role::Time, value(b"31/02/2024"));
        assert_eq!(reason.text(None), ": \"31/02/2024\" is not a date and time");
    }

    #[test]
    fn excerpts_are_short_and_on_one_line() {
        assert_eq!(&*excerpt(b"a,\"b\r\nc\"\r\n"), "a,\"b c\"");
        assert_eq!(excerpt("é".repeat(500).as_bytes()).chars().count(), EXCERPT);
        assert_eq!(&*excerpt(b"\xff,x"), "\u{fffd},x");
    }
}
