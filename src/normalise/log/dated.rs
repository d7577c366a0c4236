//! The times that lines state, for whoever puts files in their order.

use super::reader::{first_line, text_of};
use super::{LogFile, Logs, stamp};
use crate::catalogue::Zones;
use crate::event::Instant;

/// Bytes of a line in which its time stands.
const BEGINNING: usize = 4096;

impl LogFile {
    /// The time that a line states, as far as this file tells what it leaves out.
    pub fn time_of(&self, line: &[u8], logs: &Logs, zones: &Zones) -> Option<Instant> {
        // A line of JSON is read whole, wherever in it the time stands.
        let is_json = line.trim_ascii_start().starts_with(b"{");
        let beginning = if is_json { line.len() } else { BEGINNING };
        let text = text_of(&line[..line.len().min(beginning)]);
        let (time, form) = logs.shapes.carrier(first_line(&text)).time?;
        let written = stamp::written(&time, form, &self.clock.clock, zones)?;
        self.clock.time(written).at
    }

    /// The first time that some lines state.
    pub fn first_time(&self, lines: &[u8], logs: &Logs, zones: &Zones) -> Option<Instant> {
        let mut lines = lines.split_inclusive(|&byte| byte == b'\n');
        lines.find_map(|line| self.time_of(line, logs, zones))
    }

    /// The last time that some lines state.
    pub fn last_time(&self, lines: &[u8], logs: &Logs, zones: &Zones) -> Option<Instant> {
        let mut lines = lines.rsplit(|&byte| byte == b'\n');
        lines.find_map(|line| self.time_of(line, logs, zones))
    }
}
