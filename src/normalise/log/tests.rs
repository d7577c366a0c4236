//! Lines of many clients, each with what it tells, read as a file is.

use std::sync::LazyLock;

use proptest::prelude::*;
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
        file.named |= example.salesforce;
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

/// Kinds of the entries of a log.
fn kinds(reading: &Reading, text: &str) -> Vec<LogKind> {
    let entries = reading.read_text(text);
    entries.iter().map(|entry| entry.kind).collect()
}

#[test]
fn tries_in_a_row_are_failures_and_wrapped_ones_are_repeats() {
    use LogKind::{Error, Repeat};
    let reading = Reading::new();
    let log = |lines: &[(&str, &str)]| {
        let line = |(at, text): &(&str, &str)| format!("2026-03-02 08:15:{at} ERROR {text}\n");
        lines.iter().map(line).collect::<String>()
    };
    let plain = "sync: invalid_grant: authentication failure";
    let wrapped = "job crashed, giving up: sync: invalid_grant: authentication failure";
    let same_words = log(&[("01", plain), ("02", plain), ("03", plain)]);
    assert_eq!(kinds(&reading, &same_words), [Error, Error, Error]);
    let two = log(&[
        ("01", plain),
        ("01", wrapped),
        ("04", plain),
        ("04", wrapped),
    ]);
    assert_eq!(kinds(&reading, &two), [Error, Repeat, Error, Repeat]);
    let late = log(&[("01", plain), ("07", wrapped)]);
    assert_eq!(kinds(&reading, &late), [Error, Error]);
    let in_time = log(&[("01", plain), ("06", wrapped)]);
    assert_eq!(kinds(&reading, &in_time), [Error, Repeat]);
    let two_jobs = log(&[
        ("01", "job orders: invalid_grant: authentication failure"),
        ("01", "job accounts: invalid_grant: authentication failure"),
    ]);
    assert_eq!(kinds(&reading, &two_jobs), [Error, Error]);
    let four = log(&[("01", plain), ("01", plain), ("01", plain), ("01", plain)]);
    assert_eq!(kinds(&reading, &four), [Error, Repeat, Repeat, Error]);
    let other = log(&[
        ("01", plain),
        ("02", "job crashed, giving up: invalid_grant: ip restricted"),
    ]);
    assert_eq!(kinds(&reading, &other), [Error, Error]);
}

#[test]
fn neighbours_of_salesforce_errors_are_not_salesforces() {
    let reading = Reading::new();
    let log = "2026-03-02 08:15:00 Salesforce: invalid_grant: ip restricted\n2026-03-02 08:15:09 ldap: authentication failure for cn=x\n";
    assert_eq!(kinds(&reading, log), [LogKind::Error]);
    let named = reading.file("sfdc.log", log.as_bytes());
    assert_eq!(reading.read(&named, log.as_bytes()).len(), 2);
}

#[test]
fn an_exception_that_is_logged_again_is_a_repeat() {
    let body = r#"400 Bad Request: "{"error":"invalid_grant","error_description":"expired access/refresh token"}""#;
    let log = format!(
        "2026-03-02T08:00:00Z WARN [main] c.e.crm.SalesforceClient : Token request failed: {body}\n\
         2026-03-02T08:00:01Z ERROR [main] c.e.crm.OrderSync : sync aborted\n\n\
         org.example.web.HttpClientErrorException$BadRequest: {body}\n\
         \tat org.example.web.HttpClientErrorException.create(HttpClientErrorException.java:101)\n\
         \tat org.example.crm.OrderSync.run(OrderSync.java:7)\n"
    );
    assert_eq!(
        kinds(&Reading::new(), &log),
        [LogKind::Error, LogKind::Repeat]
    );
}

#[test]
fn clocks_run_over_midnight_and_years_end() {
    let reading = Reading::new();
    let times = |name: &str, text: &str| -> Vec<String> {
        let file = reading.file(name, text.as_bytes());
        let entries = reading.read(&file, text.as_bytes());
        let told = entries.iter().filter_map(|entry| entry.time.at);
        told.map(|at| at.to_string()).collect()
    };
    let clocks = "23:59:58 invalid_grant: ip restricted\n00:00:10 invalid_grant: inactive user\n";
    let over_midnight = ["2026-03-02T23:59:58Z", "2026-03-03T00:00:10Z"];
    assert_eq!(times("sync-2026-03-02.log", clocks), over_midnight);
    let years = "Dec 31 23:59:58 h app: invalid_grant: ip restricted\nJan  1 00:00:10 h app: invalid_grant: inactive user\n";
    let over_new_year = ["2025-12-31T23:59:58Z", "2026-01-01T00:00:10Z"];
    assert_eq!(times("messages-20260104", years), over_new_year);
    // a line with a date tells it for clocks without one
    let around = "2026-03-02 00:00:01 start\n08:15:00 invalid_grant: ip restricted\n";
    assert_eq!(times("sync.log", around), ["2026-03-02T08:15:00Z"]);
    assert_eq!(
        times("sync.log", "08:15:00 invalid_grant: ip restricted\n"),
        [""; 0]
    );
}

#[test]
fn a_users_shape_goes_first() {
    let own = r##"
id = "ours"
title = "Our gateway"
line = '#(?P<time>\d{2}\.\d{2}\.\d{4}\+\d{2}h\d{2})# (?P<app>\w+)/(?P<user>\S+)'
time = "%d.%m.%Y+%Hh%M"
[[example]]
text = "#02.03.2026+08h15# crm/Sync@Example.com invalid_grant: ip restricted"
time = "2026-03-02T08:15:00Z"
zone = "assumed"
app = "crm"
user = "sync@example.com"
description = "invalid_grant: ip restricted"
cause = "ip-restricted"
"##;
    let mut reading = Reading::new();
    reading.logs = Logs::with(&reading.known, &[own]).expect("a shape");
    let shape = &reading.logs.shapes.all()[0];
    assert_eq!(reading.complaint(&shape.file.example[0]), None);
    let bad = own.replace("\\d{2}h", "(");
    assert!(Logs::with(&reading.known, &[&bad]).is_err());
    assert!(Logs::with(&reading.known, &["id = 1"]).is_err());
}

#[test]
fn odd_bytes_and_line_ends_do_not_matter() {
    let reading = Reading::new();
    let plain = "2026-03-02 08:15:00 ERROR caf\u{e9} Salesforce\n{\"error\":\"invalid_grant\",\"error_description\":\"inactive user\"}\n2026-03-02 08:16:00 ok\n";
    let of = |bytes: &[u8]| {
        let entries = reading.read(&reading.file("a.log", bytes), bytes);
        let told = |entry: &LogEntry| (entry.line, entry.time, entry.description.clone());
        entries.iter().map(told).collect::<Vec<_>>()
    };
    let expected = of(plain.as_bytes());
    assert_eq!(expected.len(), 1);
    assert_eq!(
        expected[0].2.as_deref(),
        Some("invalid_grant: inactive user")
    );
    assert_eq!(of(plain.replace('\n', "\r\n").as_bytes()), expected);
    let latin1: Vec<u8> = plain.chars().map(|c| c as u8).collect();
    assert_eq!(of(&latin1), expected);
    let coloured = plain
        .replace("2026", "\u{1b}[31m2026")
        .replace("ERROR", "\u{1b}[1mERROR\u{1b}[0m");
    assert_eq!(of(coloured.as_bytes()), expected);
}

#[test]
fn evidence_has_no_secrets_and_the_ledger_adds_up() {
    let line = "\u{1b}[31m2026-03-02 08:15:00 POST /services/oauth2/token?password=hunter2x&client_secret=AB12CD34 invalid_grant: ip restricted\r\nmore\r\n";
    let shown = LogReader::evidence(line.as_bytes());
    assert_eq!(
        shown,
        "2026-03-02 08:15:00 POST /services/oauth2/token?password=[password]&client_secret=[client secret] invalid_grant: ip restricted"
    );
    let reading = Reading::new();
    let entries = reading.read_text(line);
    let ledger = entries[0].ledger(2);
    assert_eq!((ledger.events, ledger.ignored, ledger.read()), (1, 1, 2));
    assert_eq!(entries[0].secrets, [Secret::ClientSecret, Secret::Password]);
}

/// Pieces of lines that mean something to some part of the reader, in any order.
fn pieces() -> impl Strategy<Value = Vec<u8>> {
    let piece = proptest::sample::select(vec![
        "2026-03-02 08:15:00 ",
        "Mar  2 08:15:00 h a[1]: ",
        "{\"time\":1772439300123,",
        "\"error\":\"",
        "invalid_grant",
        ": ",
        " - ",
        "error_description",
        "=",
        "'",
        "\"",
        "\\\"",
        "\\",
        "{",
        "}",
        "[",
        "]",
        "(",
        ")",
        "<sf:exceptionCode>",
        "</",
        "exceptionMessage='",
        "INVALID_LOGIN",
        "ip restricted",
        "\n",
        "\r\n",
        "\n\tat x.y(z)\n",
        "Caused by: ",
        "\u{1b}[31m",
        "caf\u{e9}",
        "password=",
        "00Dxx0000001gPL!",
        "-----BEGIN PRIVATE KEY-----",
        "é",
        "🙂",
        "%",
        "+",
        "&",
        ";",
        "code:[",
        "<131>1 ",
        " | ",
        "error_description: ",
        "\u{2019}",
        "Authorization: Bearer ",
    ]);
    let odd = proptest::collection::vec(any::<u8>(), 1..4);
    let part = prop_oneof![12 => piece.prop_map(|text| text.as_bytes().to_vec()), 1 => odd];
    proptest::collection::vec(part, 0..60).prop_map(|parts| parts.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]
    #[test]
    fn any_bytes_can_be_read(bytes in pieces()) {
        static READING: LazyLock<Reading> = LazyLock::new(Reading::new);
        let lines = bytes.split(|&byte| byte == b'\n').count() as u64;
        for entry in READING.read(&READING.file("sfdc.log", &bytes), &bytes) {
            prop_assert!(entry.line <= lines);
            let failed = matches!(entry.kind, LogKind::Error | LogKind::Repeat);
            prop_assert_eq!(failed, entry.cause.is_some());
            prop_assert_eq!(failed, entry.description.is_some_and(|text| !text.is_empty()));
        }
        let shown = LogReader::evidence(&bytes);
        prop_assert!(!shown.contains('\n'));
    }
}

/// A line with one stamp in it, in pieces that can give its digits another meaning; `§` stands for
/// the stamp, `¤` for one that may be another.
fn around_a_stamp() -> impl Strategy<Value = String> {
    let before = proptest::sample::select(vec![
        "",
        "[",
        "app=",
        "status code ",
        "password=",
        "error_description: ",
        "invalid_grant: ",
        "user=a",
        "{\"timestamp\":\"",
        "{\"app\":\"",
        "{\"x\":\"",
        "crm | ",
        "<131>1 ",
        "00D",
        "x\n",
    ]);
    let behind = proptest::sample::select(vec![
        "",
        " ",
        "]",
        "\"",
        "Z",
        "+01:00",
        " EST",
        " Unauthorized",
        " Bad Request",
        "\",\"service\":\"sync\"}",
        "\",\"timestamp\":\"¤\"}",
        " ¤",
        "\n",
        ":",
        "@example.com",
    ]);
    let told = proptest::sample::select(vec![
        " invalid_grant: authentication failure",
        " {\"error\":\"invalid_grant\",\"error_description\":\"expired access/refresh token\"}",
        " Login successful",
        " POST /services/oauth2/token",
        " client_secret=A1B2C3D4E5F6G7H8",
        " INVALID_SESSION_ID: Session expired or invalid",
        " nothing",
    ]);
    (before, behind, told).prop_map(|(before, behind, told)| format!("{before}§{behind}{told}"))
}

fn stamps() -> impl Strategy<Value = String> {
    let clock = (0_u32..24, 0_u32..60, 0_u32..60);
    let day = (2019_u32..2027, 1_u32..14, 1_u32..29);
    let form = proptest::sample::select(vec![" ", "T"]);
    let part = prop_oneof![
        Just(String::new()),
        (0_u32..1000).prop_map(|ms| format!(",{ms:03}")),
        (400_u32..600).prop_map(|ms| format!(".{ms:03}")),
    ];
    (day, form, clock, part).prop_map(|((year, month, day), form, (hour, minute, second), part)| {
        format!("{year}-{month:02}-{day:02}{form}{hour:02}:{minute:02}:{second:02}{part}")
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]
    #[test]
    fn what_is_remembered_does_not_show(
        texts in proptest::collection::vec(around_a_stamp(), 1..3),
        stamps in proptest::collection::vec(stamps(), 2..8),
    ) {
        static READING: LazyLock<Reading> = LazyLock::new(Reading::new);
        let file = READING.file("sfdc.log", b"");
        let reader = || LogReader::new(&READING.logs, &READING.known, &file);
        let mut one = reader();
        for (at, stamp) in stamps.iter().enumerate() {
            let line = texts[at % texts.len()].replace('§', stamp);
            let line = line.replace('¤', &stamps[at / 2]);
            let fresh = reader().entry(line.as_bytes(), b"", 1);
            prop_assert_eq!(one.entry(line.as_bytes(), b"", 1), fresh, "{}", line);
        }
    }
}
