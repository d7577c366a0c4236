//! Tables without a header, told by what their first rows hold.

use super::header::{DELIMITERS, Header, separator_line};
use super::layout::{Carrier, Columns, Layout, Layouts};
use super::role::Role;
use super::value::known::known;
use crate::ingest::csv::{self, Record, Step};

/// Rows that are looked at.
const ROWS: usize = 20;
/// Of so many rows, one may look otherwise.
const ODD_ONE_IN: usize = 4;
/// Fields of a row: one fewer and one more than Setup is known to write.
const FIELDS: std::ops::RangeInclusive<usize> = 5..=7;
/// Characters of a namespace prefix.
const PREFIX: usize = 15;

/// The layout of a table without a header, with the names that its columns have elsewhere. `forced`
/// is a layout that the user named: then the first row alone decides.
pub(super) fn find<'a>(
    text: &[u8],
    layouts: &'a Layouts,
    forced: Option<&'a Layout>,
) -> Option<(Header, &'a Layout, Columns)> {
    let bare = |layout: &&Layout| !layout.without_header.is_empty();
    let layout = match forced {
        Some(layout) => Some(layout).filter(bare)?,
        None => layouts.of(Carrier::Csv).find(bare)?,
    };
    let said = separator_line(text);
    let (start, lines) = said.map_or((0, 0), |(_, bytes)| (bytes, 1));
    let delimiters = said.map(|(by, _)| by).into_iter().chain(DELIMITERS);
    let mut rows = delimiters.map(|by| (by, Rows::of(&text[start..], by)));
    let (delimiter, rows) = rows.find(|(_, rows)| rows.are_changes(forced.is_some()))?;
    let numbered = |at| format!("Column {}", at + 1);
    let name = |at: usize| layout.without_header.get(at).cloned();
    let names = (0..rows.width()).map(|at| name(at).unwrap_or_else(|| numbered(at)));
    let header = Header {
        names: names.collect(),
        delimiter,
        bytes: start + rows.before,
        lines: lines + rows.blank,
        blank: rows.blank,
        ignored: lines,
    };
    let columns = layout.columns_of(&header.names)?;
    columns.at(Role::Time)?;
    Some((header, layout, columns))
}

/// The first rows of a text as a delimiter splits it.
#[derive(Default)]
struct Rows {
    /// Bytes before the first.
    before: usize,
    /// Blank lines before the first.
    blank: u64,
    fields: Vec<Vec<String>>,
}

impl Rows {
    fn of(text: &[u8], delimiter: u8) -> Self {
        let mut rows = Self::default();
        let mut record = Record::default();
        let mut at = 0;
        while rows.fields.len() < ROWS {
            let rest = &text[at..];
            match csv::next(rest, true, delimiter, &mut record) {
                Step::Blank { bytes } => {
                    at += bytes;
                    if rows.fields.is_empty() {
                        rows.before = at;
                        rows.blank += 1;
                    }
                }
                Step::Record { bytes, .. } => {
                    let fields = (0..record.len()).map(|at| record.text(rest, at).into_owned());
                    rows.fields.push(fields.collect());
                    at += bytes;
                }
                _ => break,
            }
        }
        rows
    }

    fn width(&self) -> usize {
        self.fields.first().map_or(0, Vec::len)
    }

    fn are_changes(&self, forced: bool) -> bool {
        let Some(first) = self.fields.first() else {
            return false;
        };
        if forced {
            return FIELDS.contains(&first.len()) && is_date(&first[0]);
        }
        let odd = self.fields.iter().filter(|row| !is_change(row)).count();
        // What the system does has no user, or one without a username.
        let users = self.fields.iter().filter_map(|row| known(row.get(1)?));
        let mut users = users.peekable();
        let has_users = users.peek().is_none() || users.any(|user| user.contains('@'));
        is_change(first) && has_users && odd * ODD_ONE_IN <= self.fields.len()
    }
}

/// Date, user, namespace prefix, what was done, section and delegate, as Setup writes them.
fn is_change(row: &[String]) -> bool {
    let [date, _, prefix, action, ..] = row else {
        return false;
    };
    let is_word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let is_prefix = prefix.chars().count() <= PREFIX && prefix.chars().all(is_word);
    FIELDS.contains(&row.len())
        && is_date(date)
        && is_prefix
        && action.chars().any(char::is_alphabetic)
}

/// Whether a text begins like a date with a time: three numbers, and a colon behind them.
fn is_date(text: &str) -> bool {
    let text = text.trim();
    let end = text.find([' ', ',', 'T']).unwrap_or(text.len());
    let (date, time) = text.split_at(end);
    let mut parts = 0;
    let numbers = date
        .trim_end_matches('.')
        .split(['/', '.', '-'])
        .all(|part| {
            parts += 1;
            matches!(part.len(), 1..=4) && part.bytes().all(|b| b.is_ascii_digit())
        });
    numbers && parts == 3 && text.len() < 50 && time.contains([':', '.'])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Option<(Vec<String>, usize, u64)> {
        let layouts = Layouts::load().expect("the layouts");
        let (header, layout, _) = find(text.as_bytes(), &layouts, None)?;
        assert_eq!(layout.id, "setup_audit_trail");
        Some((header.names, header.bytes, header.lines))
    }

    const ROW: &str =
        "\"27/8/2025, 14:06:53 CEST\",ann@example.com,,\"Changed x\nto y\",Manage Users,\n";

    #[test]
    fn rows_of_an_audit_trail_are_told_without_a_header() {
        let (names, bytes, lines) = found(&ROW.repeat(3)).expect("changes");
        assert_eq!((names.len(), bytes, lines), (6, 0, 0));
        let (_, bytes, lines) = found(&format!("\r\n\n{ROW}")).expect("changes");
        assert_eq!((bytes, lines), (3, 2));
        let by_system = "8/27/2025 2:06:53 PM PDT,,ns,Did x,Setup,,\n";
        assert_eq!(found(by_system).expect("changes").0[6], "Column 7");
        let semicolons = "27.08.2025 14:06:53;ann@example.com;;Did x;Setup;\n";
        assert!(found(semicolons).is_some());
        let (_, bytes, lines) = found(&format!("sep=,\n\n{ROW}")).expect("changes");
        assert_eq!((bytes, lines), (7, 2));
        let system = "8/27/2025 2:06:53 PM PDT,Automated Process,,Did x,Setup,\n";
        assert!(found(&format!("{system}{system}{ROW}")).is_some());
        assert!(found(&format!("{ROW}{ROW}{ROW}odd,row\n")).is_some());
    }

    #[test]
    fn other_tables_are_not_taken_for_one() {
        for text in [
            "",
            "a,b,c,d,e,f\n",
            "2026-03-02 10:00,ann@example.com,Invalid Password,Browser,192.0.2.1\n",
            "2026-03-02 10:00,ann@example.com,,12,192.0.2.1\n",
            "2026-03-02,ann@example.com,,Did x,Setup,\n",
            "2026-03-02 10:00,Ann Marsh,,Did x,Setup,\n",
            "2026-03-02 10:00,ann@example.com,,Did x\n",
        ] {
            assert_eq!(found(text), None, "{text:?}");
        }
        assert_eq!(found(&format!("{ROW}odd,row\nodd,row\n")), None);
    }
}
