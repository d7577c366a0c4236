//! What to know about a file that was read: what is missing, what was taken for granted.

use super::layout::{Columns, Layout};
use super::reading::Reading;
use super::row::Evidence;
use crate::ingest::Container;

/// What a file's header and rows say beyond their attempts.
#[derive(Clone, Copy, Debug)]
pub struct FileNotes<'a> {
    pub layout: &'a Layout,
    pub columns: &'a Columns,
    pub container: Container,
    /// The header or the layout names the zone of the times.
    pub zone_in_header: bool,
    /// A zone in the header that could not be understood.
    pub unknown_header_zone: Option<&'a str>,
}

impl<'a> FileNotes<'a> {
    /// The notes of a file that was read in a certain way.
    pub fn of(reading: &'a Reading<'a>) -> Self {
        Self {
            layout: reading.layout,
            columns: &reading.columns,
            container: reading.container,
            zone_in_header: reading.zone_in_header,
            unknown_header_zone: reading.unknown_header_zone.as_deref(),
        }
    }

    /// What missing columns cost and what was taken for granted of single values.
    pub fn costs(&self, evidence: &Evidence) -> Vec<String> {
        let by_key = self.container.has_keys();
        let seen = by_key.then_some(evidence.columns);
        let mut texts: Vec<String> = self.layout.costs(self.columns, seen).collect();
        if evidence.latin1 {
            texts.push("not UTF-8 throughout; such fields were read as Latin-1".to_owned());
        }
        let changes = evidence.time.clock_changes();
        if changes > 0 {
            let times = if changes == 1 {
                "time falls"
            } else {
                "times fall"
            };
            texts.push(format!(
                "{changes} {times} into an hour that a clock change skips or repeats; of a repeated hour the first was taken"
            ));
        }
        texts
    }

    /// Everything there is to say of the file. `timezone` is the zone of times that state none.
    pub fn texts(&self, evidence: &Evidence, timezone: &str) -> Vec<String> {
        let mut texts = self.costs(evidence);
        if let Some(zone) = self.unknown_header_zone {
            texts.push(format!(
                "the zone {zone:?} in its header is unknown; times were read as {timezone}"
            ));
        } else if evidence.time.lacks_zone() && !self.zone_in_header {
            texts.push(format!(
                "its times state no zone; they were read as {timezone}"
            ));
        }
        texts
    }
}
