//! The fast reading beside the obvious one: other crates split the records and read the times, a
//! map counts. Real shapes, where ends of rows repeat, at any size of pieces.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDateTime, Utc};
use fastrand::Rng;
use loginscope::event::Instant;
use loginscope::tally::Tally;
use serde_json::Value;

use crate::support::reading::{self, Way};
use crate::support::{scratch, write};

/// Enough that what is remembered is judged and found again.
const MANY: u64 = 6_000;
/// Few enough to open the file for each of its bytes.
const FEW: u64 = 300;
/// 2026-03-02T12:00:00Z, in seconds.
const NEWEST: i64 = 1_772_452_800;
const STATUSES: [&str; 5] = [
    "Success",
    "Success",
    "Success",
    "Invalid Password",
    "Failed: Computer activation required",
];
/// Some are met in nearly every row, some once: names with quotes, blanks, commas and accents.
const APPS: [&str; 6] = [
    "Data Loader",
    "Nightly, \"billing\"",
    "Übersicht",
    "N/A",
    "Line\nbreak",
    "",
];

/// Attempts by user, app, status and what the bucket of time is for them.
type Counts = BTreeMap<(String, String, String, i64), u64>;

/// One login as it was made.
struct Login {
    user: String,
    seconds: i64,
    status: &'static str,
    app: &'static str,
    source: String,
}

fn logins(count: u64) -> Vec<Login> {
    let mut rng = Rng::with_seed(5);
    let mut at = NEWEST;
    let login = |number: u64| {
        at -= rng.i64(0..90);
        let people = if rng.u8(0..20) == 0 { 400 } else { 12 };
        let user = rng.u64(0..people);
        // One row in some hundreds is like no other.
        let source = match rng.u16(0..300) {
            0 => format!("2001:db8::{number:x}"),
            _ => format!("192.0.2.{}", user % 7),
        };
        Login {
            user: format!("user{user}@example.com"),
            seconds: at,
            status: STATUSES[rng.usize(0..STATUSES.len())],
            app: APPS[(user % 5 + u64::from(rng.u8(0..50) == 0)) as usize],
            source,
        }
    };
    (0..count).map(login).collect()
}

/// The bucket of an attempt: a minute for a failure, a quarter of an hour for a success.
fn bucket(seconds: i64, status: &str) -> i64 {
    let minutes = if status == "Success" { 15 } else { 1 };
    seconds.div_euclid(minutes * 60) * minutes
}

fn counted(records: impl Iterator<Item = (String, String, String, i64)>) -> Counts {
    let mut counts = Counts::new();
    for (user, app, status, seconds) in records {
        // A placeholder is no app.
        let app = if app == "N/A" { String::new() } else { app };
        let at = bucket(seconds, &status);
        *counts.entry((user, app, status, at)).or_default() += 1;
    }
    counts
}

fn of_tally(tally: &Tally) -> Counts {
    let mut counts = Counts::new();
    for row in tally.rows.iter() {
        let dims = tally.dims(row.dims);
        let text = |sym| tally.symbols.text(sym).to_owned();
        let (user, app, status) = (
            tally.users.text(row.user).into_owned(),
            text(dims.app),
            text(dims.description),
        );
        let key = (user, app, status, i64::from(row.bucket));
        *counts.entry(key).or_default() += row.n();
        let bounds = [row.first(), row.last()].map(Instant::minute);
        assert!(row.bucket <= bounds[0] && bounds[1] < row.bucket + 15);
    }
    counts
}

/// Makes a file of few and of many logins, reads it in pieces of one byte to the whole file, and
/// compares what it counts with what `count` says.
fn compare(name: &str, make: impl Fn(&[Login]) -> Vec<u8>, count: impl Fn(&[u8]) -> Counts) {
    let home = scratch();
    let path = home.path().join(name);
    for (rows, pieces) in [(FEW, [1, 7, 33]), (MANY, [150, 4_096, 1 << 20])] {
        let content = make(&logins(rows));
        write(&path, &content);
        let expected = count(&content);
        assert!(expected.len() as u64 > rows / 4, "{}", expected.len());
        let ways = pieces.into_iter().zip([2, 1, 3]);
        for ((piece, threads), tally_budget) in ways.zip([0, u64::MAX, 20_000]) {
            let way = Way {
                threads,
                piece,
                tally_budget,
                ..Way::WHOLE
            };
            let filled = reading::read(std::slice::from_ref(&path), way);
            let file = filled.files[0].as_ref().expect("a known layout");
            assert_eq!(file.ledger.events, rows, "{way:?}");
            assert!(of_tally(&filled.tally) == expected, "{way:?}");
        }
    }
}

/// A Setup download.
fn setup(logins: &[Login]) -> Vec<u8> {
    let mut written = csv::WriterBuilder::new()
        .quote_style(csv::QuoteStyle::Always)
        .from_writer(Vec::new());
    let header = "Username,Login Time,Source IP,Location,Login Type,Login Subtype,Status,Browser,Application,Login URL";
    written
        .write_record(header.split(','))
        .expect("memory takes all");
    for login in logins {
        let at = DateTime::from_timestamp(login.seconds, 0).expect("a time of ours");
        let time = at.format("%-m/%-d/%Y %-I:%M:%S %p UTC").to_string();
        let begin = [
            &login.user,
            &time,
            &login.source,
            "Germany",
            "Remote Access 2.0",
        ];
        let end = [
            "OAuth",
            login.status,
            "Unknown",
            login.app,
            "login.salesforce.com",
        ];
        let record = begin.into_iter().chain(end);
        written.write_record(record).expect("memory takes all");
    }
    written.into_inner().expect("memory takes all")
}

/// Real-time events, a line each: some values stay the same in all of them, one has escapes.
fn events(logins: &[Login]) -> Vec<u8> {
    let line = |login: &Login| {
        let at = DateTime::<Utc>::from_timestamp(login.seconds, 0).expect("a time of ours");
        let event = serde_json::json!({
            "Username": login.user,
            "EventDate": at.format("%Y-%m-%dT%H:%M:%S.000Z").to_string(),
            "SourceIp": login.source,
            "AdditionalInfo": "{\"origin\":null}",
            "CountryIso": "DE",
            "HttpMethod": "POST",
            "LoginType": "Remote Access 2.0",
            "LoginSubType": null,
            "SessionKey": null,
            "SessionLevel": "STANDARD",
            "TlsProtocol": "TLS 1.3",
            "Status": login.status,
            "Application": login.app,
        });
        format!("{event}\n").into_bytes()
    };
    logins.iter().flat_map(line).collect()
}

#[test]
fn a_setup_download_is_counted_as_the_obvious_way_counts() {
    compare("setup.csv", setup, |content| {
        let mut reader = csv::Reader::from_reader(content);
        counted(reader.records().map(|record| {
            let record = record.expect("a record of this test");
            let text = |at: usize| record[at].to_owned();
            let time = record[1].strip_suffix(" UTC").expect("a time of this test");
            let time = NaiveDateTime::parse_from_str(time, "%m/%d/%Y %I:%M:%S %p");
            let seconds = time.expect("a time of this test").and_utc().timestamp();
            (text(0), text(8), text(6), seconds)
        }))
    });
}

#[test]
fn events_as_json_lines_are_counted_as_the_obvious_way_counts() {
    compare("events.ndjson", events, |content| {
        let lines = serde_json::Deserializer::from_slice(content).into_iter::<Value>();
        counted(lines.map(|event| {
            let event = event.expect("a line of this test");
            let text = |name: &str| event[name].as_str().expect("a text").to_owned();
            let time = DateTime::parse_from_rfc3339(&text("EventDate"));
            let seconds = time.expect("a time of this test").timestamp();
            let key = ["Username", "Application", "Status"].map(text);
            let [user, app, status] = key;
            (user, app, status, seconds)
        }))
    });
}
