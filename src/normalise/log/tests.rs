//! Lines of many clients, each with what it tells, read as a file is.

use serde::Deserialize;

use super::*;
use crate::event::Zone;
use crate::ingest::text::{self, State, Step};
use crate::normalise::value::time::{Clock, DateOrder};

#[derive(Deserialize)]
struct Lines {
    example: Vec<Example>,
}

struct Reading {
    known: Known,
    logs: Logs,
}

impl Reading {
    fn new() -> Self {
        let known = Known::load().expect("the lists");
        let logs = Logs::load(&known).expect("the shapes");
        Self { known, logs }
    }

    fn file(&self, name: &str, bytes: &[u8]) -> LogFile {
        let clock = Clock {
            order: DateOrder::Mdy,
            zone: Zone::UTC,
            decided: Vec::new(),
        };
        LogFile::of(name, bytes, clock, &self.logs, &self.known.zones)
    }

    fn read(&self, file: &LogFile, bytes: &[u8]) -> Vec<LogEntry> {
        let needles = self.logs.needles().expect("few");
        let split = self.logs.entries(bytes);
        let mut reader = LogReader::new(&self.logs, &self.known, file);
        let (mut state, mut rest, mut line) = (State::default(), bytes, 1);
        let mut entries = Vec::new();
        loop {
            let (bytes, lines) = match text::next(rest, true, &needles, &split, &mut state) {
                Step::Plain { bytes, lines } | Step::TooLong { bytes, lines } => (bytes, lines),
                Step::Entry {
                    bytes,
                    lines,
                    next_line,
                    ..
                } => {
                    let behind = &rest[bytes..bytes + next_line];
                    entries.extend(reader.entry(&rest[..bytes], behind, line));
                    (bytes, lines)
                }
                Step::Incomplete => panic!("all of the file is there"),
                Step::End => break,
            };
            rest = &rest[bytes..];
            line += lines as u64;
        }
        settle(&mut entries);
        entries
    }

    fn read_text(&self, text: &str) -> Vec<LogEntry> {
        self.read(
            &self.file("integration.log", text.as_bytes()),
            text.as_bytes(),
        )
    }

    /// What is wrong with how an example is read.
    fn complaint(&self, example: &Example) -> Option<String> {
        let text = example.text.trim_start_matches('\n');
        let name = example.file.as_deref().unwrap_or("integration.log");
        let mut file = self.file(name, text.as_bytes());
        file.salesforce |= example.salesforce;
        if example.file.is_none() {
            file.clock.day = None;
            file.clock.year = None;
        }
        let entries = self.read(&file, text.as_bytes());
        let repeats = entries
            .iter()
            .filter(|entry| entry.kind == LogKind::Repeat)
            .count();
        let kind = example.kind.as_deref().unwrap_or("error");
        let mut found = entries.iter().filter(|entry| entry.kind != LogKind::Repeat);
        let Some(entry) = found.next() else {
            return (kind != "nothing").then(|| "nothing found".to_owned());
        };
        if found.next().is_some() || repeats != example.repeats {
            return Some(format!("{repeats} repeats: {entries:#?}"));
        }
        let expected = Seen {
            kind: kind.to_owned(),
            time: example.time.clone(),
            zone: example.zone.clone(),
            description: example.description.clone(),
            cause: example.cause.clone(),
            app: example.app.clone(),
            user: example.user.clone(),
            secrets: example.secrets.clone(),
            host: example.host.clone(),
            endpoint: example.endpoint.clone(),
            status: example.status,
        };
        let seen = self.seen(entry, example);
        (seen != expected).then(|| format!("{seen:#?}\nexpected {expected:#?}"))
    }

    fn seen(&self, entry: &LogEntry, example: &Example) -> Seen {
        let zone = match entry.time.basis {
            TimeBasis::ZoneAssumed => Some("assumed"),
            TimeBasis::LineBehind => Some("behind"),
            _ => None,
        };
        let id = |cause: CauseIx| self.known.causes.cause(cause).id.clone();
        Seen {
            kind: format!("{:?}", entry.kind).to_lowercase(),
            time: entry.time.at.map(|at| at.to_string()),
            zone: zone.map(str::to_owned),
            description: entry.description.clone(),
            cause: entry.cause.map(id),
            app: entry.app.clone(),
            user: entry.user.clone(),
            secrets: entry.secrets.iter().map(ToString::to_string).collect(),
            host: example.host.as_ref().and(entry.host.clone()),
            endpoint: example.endpoint.as_ref().and(entry.endpoint.clone()),
            status: example.status.and(entry.status),
        }
    }
}

#[derive(Debug, PartialEq)]
struct Seen {
    kind: String,
    time: Option<String>,
    zone: Option<String>,
    description: Option<String>,
    cause: Option<String>,
    app: Option<String>,
    user: Option<String>,
    secrets: Vec<String>,
    host: Option<String>,
    endpoint: Option<String>,
    status: Option<u16>,
}

#[test]
fn every_example_is_understood() {
    let reading = Reading::new();
    let lines: Lines = toml::from_str(include_str!("lines.toml")).expect("examples");
    assert!(lines.example.len() >= 55);
    let shapes = reading.logs.shapes.all().iter();
    let of_shapes = shapes.flat_map(|shape| {
        let named = |mut example: Example| {
            example.about.clone_from(&shape.file.id);
            example
        };
        shape.file.example.iter().cloned().map(named)
    });
    let all = lines.example.iter().cloned().chain(of_shapes);
    let complaints: Vec<String> = all
        .filter_map(|example| {
            Some(format!(
                "{}: {}",
                example.about,
                reading.complaint(&example)?
            ))
        })
        .collect();
    assert!(
        complaints.is_empty(),
        "{} wrong\n{}",
        complaints.len(),
        complaints.join("\n\n")
    );
}
