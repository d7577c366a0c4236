//! How one file is read: its layout, where its rows begin, and its clock.

use std::sync::Arc;

use super::header::Header;
use super::headerless;
use super::layout::{Carrier, Columns, Layout, Layouts};
use super::told::{self, first_columns, not_that_layout};
use super::value::time::{Clock, DateOrder};
use crate::catalogue::Zones;
use crate::event::Zone;
use crate::ingest::csv;
use crate::ingest::{Container, Keys, Splitter};

/// What a file was taken for.
#[derive(Clone, Debug)]
pub struct Reading<'a> {
    pub layout: &'a Layout,
    /// Shared by files with the same header.
    pub columns: Arc<Columns>,
    pub container: Container,
    /// Where the values of records go that name them.
    keys: Keys,
    /// The names of all columns as the file writes them; where records name their values, as far
    /// as the first records have them.
    pub written: Arc<[String]>,
    /// Whether its rows hold secrets.
    hides: bool,
    /// Offset of the first row in the unpacked stream.
    pub body: u64,
    /// Lines before the first row.
    pub lines_before: u64,
    /// Blank lines before the header.
    pub blank_before: u64,
    /// Lines before the header that are no rows: `sep=;`.
    pub ignored_before: u64,
    pub clock: Clock,
    /// The zone that the header names could not be understood.
    pub unknown_header_zone: Option<String>,
    /// The header names the zone.
    pub zone_in_header: bool,
}

/// What the user said about times.
#[derive(Clone, Copy, Debug)]
pub struct Assumed {
    /// `None` leaves it to each file.
    pub order: Option<DateOrder>,
    pub zone: Zone,
}

/// Why a file is not read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotRead {
    #[error("empty")]
    Empty,
    #[error(
        "no known layout; its first columns are {columns}. `loginscope formats` lists what is read, `--layout ID=PATH` forces a layout"
    )]
    UnknownLayout { columns: String },
    #[error("not readable: {why}. `loginscope formats` lists what is read")]
    NoTable { why: &'static str },
    #[error("Salesforce answered with an error instead of records: {message}")]
    SalesforceError { message: String },
    #[error("a query result without a single record")]
    NoRecords,
    #[error("not the layout {layout}: the columns {missing} are missing")]
    NotThatLayout { layout: String, missing: String },
    #[error(
        "whether 3/4 means 3 April or March 4 is open: {why}. Say it with --date-order mdy or --date-order dmy"
    )]
    DateOrder { why: &'static str },
    #[error(
        "the zone {abbreviation} can mean {meanings}. Say which with --timezone, for instance --timezone {example}"
    )]
    Zone {
        abbreviation: String,
        meanings: String,
        example: String,
    },
    #[error(
        "the zone {name:?} in its header is not known, or not one alone. Say it with --timezone, for instance --timezone Europe/Berlin"
    )]
    HeaderZone { name: String },
    #[error("a log, whose lines are no records")]
    Log,
    #[error("{0}")]
    Unreadable(String),
}

impl<'a> Reading<'a> {
    /// What the beginning of a file (unpacked) shows it to be. `forced` is a layout that the user
    /// named.
    ///
    /// # Errors
    /// Why the file can't be read.
    pub fn of(
        head: &[u8],
        layouts: &'a Layouts,
        forced: Option<&'a Layout>,
        zones: &Zones,
        assumed: Assumed,
    ) -> Result<Self, NotRead> {
        let start = csv::mark(head);
        let text = &head[start..];
        if let Some(told) = told::json(text, layouts, forced)? {
            return Ok(Self::with_keys(told, start, assumed));
        }
        let (header, layout, columns) = match with_header(text, layouts, forced) {
            Ok(recognised) => recognised,
            Err(why) => match headerless::find(text, layouts, forced) {
                Some(recognised) => recognised,
                None => {
                    let told = told::pairs(text, layouts, forced).ok_or(why)?;
                    return Ok(Self::with_keys(told, start, assumed));
                }
            },
        };
        let named = columns.zone.as_deref();
        let in_header = named.and_then(|name| header_zone(name, zones));
        // Without a zone that the user named, the times would silently be wrong by hours.
        if let (Some(name), None, true) = (named, in_header, assumed.zone == Zone::UTC) {
            return Err(NotRead::HeaderZone {
                name: name.chars().take(60).collect(),
            });
        }
        Ok(Self {
            layout,
            container: Container::Csv {
                delimiter: header.delimiter,
            },
            keys: Keys::default(),
            hides: layout.has_secrets(&header.names),
            written: header.names.into(),
            body: (start + header.bytes) as u64,
            lines_before: header.lines,
            blank_before: header.blank,
            ignored_before: header.ignored,
            unknown_header_zone: named.filter(|_| in_header.is_none()).map(str::to_owned),
            zone_in_header: in_header.is_some() || layout.utc,
            clock: clock(layout, in_header, assumed),
            columns: Arc::new(columns),
        })
    }

    /// Whether the bytes before the first row alone said all this, as they do of a table with
    /// commas below a header: whatever stands below, a file that begins with them is read alike.
    pub(super) fn is_told_by_header(&self) -> bool {
        let has_header = self.lines_before > self.blank_before;
        let has_commas = self.container == Container::Csv { delimiter: b',' };
        has_header && has_commas && self.ignored_before == 0
    }

    /// The reading of a file whose records name their values.
    fn with_keys(told: told::Told<'a>, start: usize, assumed: Assumed) -> Self {
        Self {
            keys: told.layout.keys(),
            hides: told.layout.has_secrets(&told.written),
            written: told.written.into(),
            layout: told.layout,
            columns: Arc::new(told.columns),
            container: told.container,
            body: start as u64,
            lines_before: 0,
            blank_before: 0,
            ignored_before: 0,
            unknown_header_zone: None,
            zone_in_header: told.layout.utc,
            clock: clock(told.layout, None, assumed),
        }
    }

    /// Whether its rows hold secrets, so that none is shown as it stands.
    pub fn has_secrets(&self) -> bool {
        self.hides
    }

    /// A splitter that stands at the first row.
    pub fn splitter(&self) -> Splitter<'_> {
        self.container.splitter(&self.keys)
    }
}

fn clock(layout: &Layout, in_header: Option<Zone>, assumed: Assumed) -> Clock {
    let of_layout = layout.utc.then_some(Zone::UTC);
    Clock {
        order: assumed.order.unwrap_or(DateOrder::Mdy),
        zone: in_header.or(of_layout).unwrap_or(assumed.zone),
        decided: Vec::new(),
    }
}

/// The names of a file's columns as it writes them, and in what; for a file that has no layout.
pub fn columns_written(head: &[u8]) -> (Carrier, Vec<String>) {
    let text = &head[csv::mark(head)..];
    match told::json_keys(text) {
        Some(keys) => (Carrier::Json, keys),
        None => {
            let header = Header::find(text);
            (
                Carrier::Csv,
                header.map_or_else(|_| Vec::new(), |all| Header::widest(&all).to_vec()),
            )
        }
    }
}

/// The header of a table as the delimiter splits it that gives a layout.
fn with_header<'a>(
    text: &[u8],
    layouts: &'a Layouts,
    forced: Option<&'a Layout>,
) -> Result<(Header, &'a Layout, Columns), NotRead> {
    let headers = Header::find(text)?;
    let recognise = |header: &Header| match forced {
        Some(layout) => Some((layout, layout.columns_of(&header.names)?)),
        None => layouts.recognise(&header.names),
    };
    let recognised = headers.iter().enumerate();
    let mut recognised = recognised.filter_map(|(at, header)| Some((at, recognise(header)?)));
    let Some((at, (layout, columns))) = recognised.next() else {
        let names = Header::widest(&headers);
        return Err(match forced {
            Some(layout) => not_that_layout(layout, names),
            None => NotRead::UnknownLayout {
                columns: first_columns(names),
            },
        });
    };
    drop(recognised);
    let header = headers.into_iter().nth(at).ok_or(NotRead::Empty)?;
    Ok((header, layout, columns))
}

/// The zone in a header: a display name, an IANA name, an offset, or several of these as
/// Salesforce names zones: `(GMT-08:00) Pacific Standard Time (America/Los_Angeles)`.
fn header_zone(name: &str, zones: &Zones) -> Option<Zone> {
    let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '/' | '_' | '-' | '+' | ':');
    let mut words = name.split(|c| !is_part(c));
    if let Some(zone) = words.find_map(|word| word.contains('/').then(|| word.parse().ok())?) {
        return Some(zone);
    }
    let bare = name.trim_start_matches(|c: char| !c.is_alphabetic());
    let long = name.rsplit([')', '(']).find_map(|part| zones.long(part));
    let behind_offset = bare.split_once(' ').and_then(|(_, rest)| zones.long(rest));
    if let Some(zone) = long.or(behind_offset) {
        return Some(zone);
    }
    if let Ok(zone) = name.parse() {
        return Some(zone);
    }
    let minutes = zones.fixed(name).map(i64::from);
    let minutes = minutes.or_else(|| super::value::time::numeric_offset(name.as_bytes()))?;
    // The Etc zones count westward: Etc/GMT+8 is eight hours behind UTC.
    (minutes % 60 == 0).then(|| format!("Etc/GMT{:+}", -minutes / 60).parse().ok())?
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read<'a>(head: &str, layouts: &'a Layouts) -> Result<Reading<'a>, NotRead> {
        let zones = Zones::load().expect("the list");
        let assumed = Assumed {
            order: None,
            zone: Zone::UTC,
        };
        Reading::of(head.as_bytes(), layouts, None, &zones, assumed)
    }

    #[test]
    fn finds_the_first_row_behind_bom_and_blanks() {
        let layouts = Layouts::load().expect("the layouts");
        let reading = read(
            "\u{feff}\r\nUsername,Login Time,Status\r\na,b,c\r\n",
            &layouts,
        )
        .expect("readable");
        assert_eq!(
            (reading.body, reading.lines_before, reading.blank_before),
            (33, 2, 1)
        );
        assert_eq!(reading.layout.id, "setup_csv");
    }

    #[test]
    fn header_zones_come_in_several_forms() {
        let zones = Zones::load().expect("the list");
        let of = |name| header_zone(name, &zones).map(|zone| zone.to_string());
        assert_eq!(
            of("Eastern Daylight Time").as_deref(),
            Some("America/New_York")
        );
        assert_eq!(of("Europe/Berlin").as_deref(), Some("Europe/Berlin"));
        assert_eq!(of("GMT-08:00").as_deref(), Some("Etc/GMT+8"));
        assert_eq!(of("PST").as_deref(), Some("Etc/GMT+8"));
        let full = "GMT-08:00) Pacific Standard Time (America/Los_Angeles";
        assert_eq!(of(full).as_deref(), Some("America/Los_Angeles"));
        let long = "GMT-08:00 Pacific Standard Time";
        assert_eq!(of(long).as_deref(), Some("America/Los_Angeles"));
        assert_eq!(of("GMT+05:30").as_deref(), Some("Asia/Kolkata"));
        assert_eq!(of("Mars"), None);
    }

    #[test]
    fn says_why_a_file_is_not_read() {
        let layouts = Layouts::load().expect("the layouts");
        assert_eq!(read("\n\n", &layouts).err(), Some(NotRead::Empty));
        let error = read("a,b\n1,2\n", &layouts)
            .expect_err("unknown")
            .to_string();
        assert!(error.contains("\"a\", \"b\""), "{error}");
    }
}
