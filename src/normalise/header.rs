//! The header of a table: where it stands, and what separates its columns.

use super::reading::NotRead;
use crate::ingest::csv::{self, Record, Step};

/// What separates columns, the most frequent first: exports have commas; a spreadsheet saves
/// semicolons where the comma is the decimal sign, and tabs as "text".
pub(super) const DELIMITERS: [u8; 3] = [b',', b';', b'\t'];

/// The first line that holds something, read with one delimiter.
#[derive(Debug)]
pub(super) struct Header {
    pub(super) names: Vec<String>,
    pub(super) delimiter: u8,
    /// Bytes up to the first row.
    pub(super) bytes: usize,
    /// Lines up to the first row.
    pub(super) lines: u64,
    pub(super) blank: u64,
    /// Lines before the header that are no rows: `sep=;`.
    pub(super) ignored: u64,
}

impl Header {
    /// The header at the beginning of a text as each delimiter splits it, one entry at least. Which
    /// of them is meant is for the layouts to say.
    ///
    /// # Errors
    /// Why there is no header.
    pub(super) fn find(head: &[u8]) -> Result<Vec<Self>, NotRead> {
        if memchr::memchr(b'\n', head).is_none() && memchr::memchr(b'\r', head).is_some() {
            let why = "its lines end in CR alone, as on old Macs; save it with LF or CRLF";
            return Err(NotRead::NoTable { why });
        }
        let separator = separator_line(head);
        let (start, lines) = separator.map_or((0, 0), |(_, bytes)| (bytes, 1));
        let said = separator.map(|(delimiter, _)| delimiter);
        let mut headers = Vec::new();
        let mut error = None;
        for delimiter in said.into_iter().chain(DELIMITERS) {
            match Self::read(&head[start..], delimiter) {
                Ok(header) => headers.push(Header {
                    bytes: header.bytes + start,
                    lines: header.lines + lines,
                    ignored: lines,
                    ..header
                }),
                Err(why) => {
                    error.get_or_insert(why);
                }
            }
        }
        match error {
            Some(why) if headers.is_empty() => Err(why),
            _ => Ok(headers),
        }
    }

    /// The one with the most columns, for messages.
    pub(super) fn widest(headers: &[Self]) -> &[String] {
        let widest = headers.iter().rev().max_by_key(|header| header.names.len());
        widest.map_or(&[], |header| &header.names)
    }

    fn read(head: &[u8], delimiter: u8) -> Result<Self, NotRead> {
        let mut record = Record::default();
        let mut header = Header {
            names: Vec::new(),
            delimiter,
            bytes: 0,
            lines: 0,
            blank: 0,
            ignored: 0,
        };
        loop {
            let rest = &head[header.bytes..];
            match csv::next(rest, true, delimiter, &mut record) {
                Step::Blank { bytes } => {
                    header.bytes += bytes;
                    header.lines += 1;
                    header.blank += 1;
                }
                Step::Record { bytes, lines } => {
                    let names = (0..record.len()).map(|at| record.text(rest, at).trim().to_owned());
                    header.names = names.collect();
                    header.bytes += bytes;
                    header.lines += lines as u64;
                    return Ok(header);
                }
                Step::End => return Err(NotRead::Empty),
                Step::LostQuote { .. } | Step::HalfWritten { .. } => {
                    return Err(NotRead::NoTable {
                        why: "a quote without its partner in the header",
                    });
                }
                _ => {
                    return Err(NotRead::NoTable {
                        why: "its first line is too long for a header",
                    });
                }
            }
        }
    }
}

/// The delimiter that a first line such as `sep=;` names to Excel, and the bytes of that line.
pub(super) fn separator_line(head: &[u8]) -> Option<(u8, usize)> {
    let end = memchr::memchr(b'\n', head)?;
    let delimiter = separator(&head[..end])?;
    Some((delimiter, end + 1))
}

/// The delimiter in a line such as `sep=;` or `"sep=;"`, which may end in CR.
pub(super) fn separator(line: &[u8]) -> Option<u8> {
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    let quoted = line
        .strip_prefix(b"\"")
        .and_then(|line| line.strip_suffix(b"\""));
    match quoted.unwrap_or(line) {
        // A quote can't end a field and open one too.
        [name @ .., b'=', delimiter] if name.eq_ignore_ascii_case(b"sep") => {
            Some(*delimiter).filter(|delimiter| *delimiter != b'"')
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_separator_line_is_one_line_before_the_header() {
        let headers = Header::find(b"sep=;\r\n\r\na;b\r\n1;2\r\n").expect("a header");
        let header = &headers[0];
        assert_eq!(header.names, ["a", "b"]);
        assert_eq!(
            (
                header.delimiter,
                header.bytes,
                header.lines,
                header.blank,
                header.ignored
            ),
            (b';', 14, 3, 1, 1)
        );
        assert_eq!(separator(b"\"SEP=\t\"\r\n"), Some(b'\t'));
        assert_eq!(separator(b"sep=\n"), None);
        assert_eq!(separator(b"sep=\"\n"), None);
        assert_eq!(separator(b"separator=;\n"), None);
        assert_eq!(separator(b""), None);
    }

    #[test]
    fn each_delimiter_is_tried() {
        let headers = Header::find(b"\"a;x\";b\tc\n").expect("a header");
        let names: Vec<_> = headers
            .iter()
            .map(|header| header.names.join("|"))
            .collect();
        assert_eq!(names, ["\"a;x\";b\tc", "a;x|b\tc", "\"a;x\";b|c"]);
        assert_eq!(Header::widest(&headers), ["a;x", "b\tc"]);
        assert_eq!(
            Header::find(b"\n\n").expect_err("no header"),
            NotRead::Empty
        );
    }
}
