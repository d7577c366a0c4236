//! How one file is read: its layout, where its rows begin, and its clock.

use super::decode::Decoder;
use super::header::Header;
use super::layout::{Columns, Layout, Layouts};
use super::names::Names;
use super::row::Evidence;
use super::value::time::{Clock, DateOrder, DateUndecided};
use crate::catalogue::{Known, Zones};
use crate::event::Zone;
use crate::ingest::csv::{self, Record, Step};

/// What a file was taken for.
#[derive(Clone, Debug)]
pub struct Reading<'a> {
    pub layout: &'a Layout,
    pub columns: Columns,
    pub delimiter: u8,
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
        if forced.is_none() && matches!(head.get(start), Some(b'{' | b'[')) {
            return Err(NotRead::NoTable {
                why: "it looks like JSON, which this version does not read; export it as CSV",
            });
        }
        let headers = Header::find(&head[start..])?;
        let recognise = |header: &Header| match forced {
            Some(layout) => Some((layout, layout.columns_of(&header.names)?)),
            None => layouts.recognise(&header.names),
        };
        let recognised = headers
            .iter()
            .find_map(|header| Some((header, recognise(header)?)));
        let (header, (layout, columns)) = recognised.ok_or_else(|| {
            let names = Header::widest(&headers);
            match forced {
                Some(layout) => not_that_layout(layout, names),
                None => NotRead::UnknownLayout {
                    columns: first_columns(names),
                },
            }
        })?;
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
            delimiter: header.delimiter,
            body: (start + header.bytes) as u64,
            lines_before: header.lines,
            blank_before: header.blank,
            ignored_before: header.ignored,
            unknown_header_zone: named.filter(|_| in_header.is_none()).map(str::to_owned),
            zone_in_header: in_header.is_some(),
            clock: Clock {
                order: assumed.order.unwrap_or(DateOrder::Mdy),
                zone: in_header.unwrap_or(assumed.zone),
                decided: Vec::new(),
            },
            columns,
        })
    }
}

/// Rounds in which a sample of a file settles its clock: order first, then zones.
const ROUNDS: usize = 3;

impl Reading<'_> {
    /// Settles the clock as far as samples of the file can, so that the whole is mostly read once.
    /// Each sample begins at the start of a row.
    pub fn sample(&mut self, samples: &[&[u8]], known: &Known, assumed: Assumed) {
        for _ in 0..ROUNDS {
            let evidence = self.evidence_of(samples, known);
            match settle(&self.clock, &evidence, &known.zones, assumed) {
                Ok(Some(clock)) => self.clock = clock,
                Ok(None) | Err(_) => return,
            }
        }
    }

    fn evidence_of(&self, samples: &[&[u8]], known: &Known) -> Evidence {
        let mut names = Names::default();
        let mut decoder = Decoder::new(self, known, &mut names, None);
        let mut record = Record::default();
        for sample in samples {
            let mut rest = *sample;
            loop {
                match csv::next(rest, false, self.delimiter, &mut record) {
                    Step::Record { bytes, .. } => {
                        decoder.row(&record, rest);
                        rest = &rest[bytes..];
                    }
                    Step::Blank { bytes } | Step::LostQuote { bytes } => rest = &rest[bytes..],
                    _ => break,
                }
            }
        }
        decoder.finish().0
    }
}

/// The clock that a file's evidence asks for, `None` if the one it was read with is right.
///
/// # Errors
/// What is open and which option settles it.
pub fn settle(
    clock: &Clock,
    evidence: &Evidence,
    zones: &Zones,
    assumed: Assumed,
) -> Result<Option<Clock>, NotRead> {
    let order = match assumed.order {
        Some(order) => order,
        None => match evidence.time.order() {
            Ok(order) => order.unwrap_or(clock.order),
            Err(DateUndecided::Nothing) => {
                return Err(NotRead::DateOrder {
                    why: "no day is over 12 and the dates don't tell",
                });
            }
            Err(DateUndecided::Conflict) => {
                return Err(NotRead::DateOrder {
                    why: "its dates speak for both",
                });
            }
        },
    };
    if order != clock.order {
        // Rows that were no dates in the wrong order said nothing of zones yet.
        return Ok(Some(Clock {
            order,
            ..clock.clone()
        }));
    }
    let decided = evidence
        .time
        .abbreviations(zones, assumed.zone)
        .map_err(|ambiguous| {
            let meanings: Vec<&str> = ambiguous
                .means
                .iter()
                .map(|meaning| meaning.place.as_str())
                .collect();
            NotRead::Zone {
                abbreviation: ambiguous.abbreviation.clone(),
                meanings: meanings.join(" or "),
                example: ambiguous
                    .means
                    .first()
                    .map_or("UTC", |meaning| &meaning.zone)
                    .to_owned(),
            }
        })?;
    Ok((decided != clock.decided).then(|| Clock {
        decided,
        ..clock.clone()
    }))
}

fn first_columns(names: &[String]) -> String {
    let shown: Vec<String> = names
        .iter()
        .take(5)
        .map(|name| format!("{:?}", shortened(name)))
        .collect();
    shown.join(", ")
}

fn shortened(name: &str) -> String {
    name.chars().take(40).collect()
}

fn not_that_layout(layout: &Layout, names: &[String]) -> NotRead {
    let missing = layout.must.iter().filter(|any| {
        let columns = layout
            .columns
            .iter()
            .filter(|column| any.contains(&column.role));
        let mut spelled = columns.flat_map(super::Column::spellings);
        !spelled.any(|name| names.iter().any(|given| given.eq_ignore_ascii_case(name)))
    });
    let first_name = |any: &Vec<super::Role>| {
        let column = layout
            .columns
            .iter()
            .find(|column| any.contains(&column.role))?;
        column.names.first().map(|name| format!("{name:?}"))
    };
    let missing: Vec<String> = missing.filter_map(first_name).collect();
    NotRead::NotThatLayout {
        layout: layout.id.clone(),
        missing: missing.join(", "),
    }
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
