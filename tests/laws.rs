//! Laws that hold on any input: parsers never panic, the ledger adds up, tallies merge in any
//! grouping, and how a file is cut for reading doesn't show.

use std::io::Write;
use std::path::Path;

use flate2::Compression;
use flate2::write::GzEncoder;
use loginscope::catalogue::{Catalogue, Known};
use loginscope::event::{Basis, Dims, DimsId, Flow, Instant, Place, Sym};
use loginscope::ingest::csv::{self, Record, Step};
use loginscope::normalise::value::time::{Clock, DateOrder, TimeReader};
use loginscope::normalise::{Ledger, NotRead};
use loginscope::tally::{FileRead, Filled, Part, Row, Tally};
use proptest::prelude::*;

use crate::support::reading::{self, Way};
use crate::support::{scratch, write};

/// Bytes that matter to CSV and to times come up often, all others now and then.
fn bytes(most: usize) -> impl Strategy<Value = Vec<u8>> {
    let likely: &'static [u8] = b"\"\",,\n\n\r0123456789/:-. TZPMac";
    let byte = prop_oneof![9 => proptest::sample::select(likely), 1 => any::<u8>()];
    proptest::collection::vec(byte, 0..most)
}

/// Rows of a Setup export, whole and mangled.
fn rows() -> impl Strategy<Value = Vec<u8>> {
    let sound =
        (0_u32..40, 1_u32..28, 0_u32..24, 0_u32..5).prop_map(|(user, day, hour, outcome)| {
            let status = [
                "Success",
                "Invalid Password",
                "\"Restricted\nIP\"",
                "Failed: Odd",
                "Success",
            ];
            let status = status[outcome as usize % status.len()];
            format!(
                "u{user}@example.com,2026-03-{day:02} {hour:02}:15:30,{status},App {}\n",
                user % 7
            )
            .into_bytes()
        });
    let row = prop_oneof![8 => sound, 1 => bytes(60), 1 => Just(b"\n".to_vec()), 1 => Just(b"\"x,y\n".to_vec())];
    proptest::collection::vec(row, 0..60).prop_map(|rows| rows.concat())
}

/// Lines of LoginHistory as JSON, whole and mangled.
fn objects() -> impl Strategy<Value = Vec<u8>> {
    let sound = (0_u32..40, 1_u32..28, 0_u32..5).prop_map(|(user, day, form)| {
        let (id, time) = (format!("005{user:012}"), format!("2026-03-{day:02}T10:15:30Z"));
        match form {
            0 => format!("{{\n \"UserId\": \"{id}\",\n \"LoginTime\": \"{time}\",\n \"Status\": \"Success\"\n}}\n"),
            1 => format!("{{\"done\":false,\"records\":[{{\"UserId\":\"{id}\",\"LoginTime\":\"{time}\",\"Status\":\"Odd\"}}]}}\n"),
            _ => format!("{{\"UserId\":\"{id}\",\"LoginTime\":\"{time}\",\"Status\":\"Invalid Password\",\"x\":[{{\"a\":\"}},{{\"}}]}}\n"),
        }
        .into_bytes()
    });
    let spoils: &'static [&'static str] = &[
        "\n",
        "[",
        "]",
        "{",
        "}\n",
        "words\n",
        "{\"UserId\":\"0\n",
        "{\"a\":[\n",
        "{\"a\":1}{\"b\":2}\n",
        ",",
        "  ",
        "\r\n",
        "[\n{\"a\":1}\n,",
        "\"",
    ];
    let spoil = proptest::sample::select(spoils).prop_map(|spoil| spoil.as_bytes().to_vec());
    let line = prop_oneof![8 => sound, 1 => spoil];
    proptest::collection::vec(line, 0..40).prop_map(|lines| lines.concat())
}

const HEADER: &[u8] = b"Username,Login Time,Status,Application\n";

/// One way of reading one file.
#[derive(Debug, PartialEq)]
struct Outcome {
    ledger: Option<Ledger>,
    rejects: Vec<(u64, String, String)>,
    cut_short: bool,
    why: Option<NotRead>,
    tally: Tally,
}

fn read(path: &Path, piece: u64, threads: usize) -> Outcome {
    let way = Way {
        threads,
        piece,
        // Whole files stay in memory, which pieces are compared with.
        tally_budget: if piece < 1 << 20 { 0 } else { u64::MAX },
        ..Way::WHOLE
    };
    let filled = reading::read(&[path.to_owned()], way);
    outcome(&filled.files[0], filled.tally)
}

/// What came of a file, and of all.
fn outcome(file: &Result<FileRead, NotRead>, tally: Tally) -> Outcome {
    let text = |reject: &loginscope::normalise::Reject| {
        (
            reject.line,
            reject.reason.text(None),
            reject.excerpt.to_string(),
        )
    };
    match file {
        Ok(file) => Outcome {
            ledger: Some(file.ledger),
            rejects: file.rejects.iter().map(|reject| text(&reject)).collect(),
            cut_short: file.cut_short.is_some(),
            why: None,
            tally,
        },
        Err(why) => Outcome {
            ledger: None,
            rejects: Vec::new(),
            cut_short: false,
            why: Some(why.clone()),
            tally,
        },
    }
}

fn file(content: &[u8]) -> tempfile::NamedTempFile {
    let mut file = tempfile::NamedTempFile::new().expect("a temporary file");
    file.write_all(content).expect("a disk with room");
    file
}

/// Records of a text by the obvious way: one line at a time is what the ledger must count, where
/// no quote joins or loses lines.
fn records(content: &[u8]) -> usize {
    let text = content.strip_suffix(b"\n").unwrap_or(content);
    if content.is_empty() {
        0
    } else {
        text.split(|&byte| byte == b'\n').count()
    }
}

/// What an attempt of a merge law is: user, minute, success.
fn attempts() -> impl Strategy<Value = Vec<(u8, i64, bool)>> {
    let attempt = (
        0_u8..6,
        1_772_000_000_000_i64..1_772_003_000_000,
        any::<bool>(),
    );
    proptest::collection::vec(attempt, 0..80)
}

/// A part that counts attempts the obvious way: one row each.
fn part(attempts: &[(u8, i64, bool)], first_line: u64) -> Part {
    let mut part = Part::default();
    for (line, &(user, millis, success)) in (first_line..).zip(attempts) {
        let symbols = &mut part.names.symbols;

        let description = symbols.intern(if success {
            "Success"
        } else {
            "Invalid Password"
        });
        let dims = Dims {
            success,
            description,
            app: symbols.intern(&format!("app {}", user % 3)),
            flow: Flow::SoapLogin,
            basis: Basis::Inferred,
            ..Dims::default()
        };
        let at = Instant::from_millis(millis);
        part.rows.push(Row::one(
            if success {
                at.quarter_hour()
            } else {
                at.minute()
            },
            (
                part.names.users.intern(&format!("user {user}")),
                part.names.dims.intern(dims),
            ),
            at,
            Place::new(0, line),
        ));
    }
    part
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn splitting_never_panics_and_always_moves_on(content in bytes(400)) {
        let mut record = Record::default();
        let mut rest = content.as_slice();
        loop {
            let bytes = match csv::next(rest, true, b',', &mut record) {
                Step::Record { bytes, .. } | Step::Blank { bytes } | Step::LostQuote { bytes } | Step::HalfWritten { bytes } => bytes,
                Step::End => break,
                step => panic!("{step:?} at the end of a short text"),
            };
            prop_assert!(bytes > 0 && bytes <= rest.len());
            for column in 0..record.len() {
                record.text(rest, column);
            }
            rest = &rest[bytes..];
        }
    }

    #[test]
    fn a_block_that_ends_early_gives_the_same_record_or_asks_for_more(content in bytes(200), cut in 0_usize..200) {
        let cut = cut.min(content.len());
        let (mut whole, mut part) = (Record::default(), Record::default());
        let step = csv::next(&content[..cut], false, b',', &mut part);
        if step != Step::Incomplete {
            prop_assert_eq!(step, csv::next(&content, true, b',', &mut whole));
        }
    }

    #[test]
    fn times_never_panic(text in bytes(40), order in 0..3) {
        let known = Known::load().expect("the lists are sound");
        let order = [DateOrder::Mdy, DateOrder::Dmy, DateOrder::Ymd][order as usize];
        let clock = Clock { order, zone: "America/New_York".parse().expect("a zone"), decided: Vec::new() };
        if let Ok(at) = TimeReader::new(&clock, &known.zones).read(&text) {
            prop_assert!((915_000_000_000..4_102_531_200_000).contains(&at.millis()), "{at}");
        }
    }

    #[test]
    fn what_is_printed_of_an_instant_reads_back(millis in 915_148_800_000_i64..4_102_444_800_000) {
        let at = Instant::from_millis(millis);
        prop_assert_eq!(Instant::parse_rfc3339(&at.to_string()), Some(at));
    }

    #[test]
    fn explaining_never_panics(text in ".{0,80}") {
        let catalogue = Catalogue::load().expect("the list is sound");
        for found in catalogue.explain(&text) {
            prop_assert!(!catalogue.cause(found.cause).steps.is_empty());
        }
    }

    #[test]
    fn an_empty_tally_is_neutral_on_both_sides(attempts in attempts()) {
        let whole = Tally::from_parts(vec![part(&attempts, 1)]);
        prop_assert_eq!(&Tally::default().merge(whole.clone()), &whole);
        prop_assert_eq!(&whole.clone().merge(Tally::default()), &whole);
    }

    #[test]
    fn attempts_cut_anywhere_and_grouped_anyhow_add_up(attempts in attempts(), a in 0_usize..80, b in 0_usize..80) {
        let (a, b) = (a.min(b).min(attempts.len()), a.max(b).min(attempts.len()));
        let tally = |from: usize, to: usize| Tally::from_parts(vec![part(&attempts[from..to], from as u64 + 1)]);
        let whole = tally(0, attempts.len());
        let (x, y, z) = (tally(0, a), tally(a, b), tally(b, attempts.len()));
        prop_assert_eq!(&x.clone().merge(y.clone()).merge(z.clone()), &whole);
        prop_assert_eq!(&x.clone().merge(y.clone().merge(z.clone())), &whole);
        prop_assert_eq!(&z.merge(x).merge(y), &whole);
        let counted: u64 = whole.rows.iter().map(|row| row.n()).sum();
        prop_assert_eq!(counted, attempts.len() as u64);
    }
}

proptest! {
    // Each case reads files several times.
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_ledger_adds_up_on_any_bytes(content in bytes(600)) {
        let file = file(&[HEADER, &content].concat());
        let read = read(file.path(), 1 << 20, 1);
        if let Some(ledger) = read.ledger {
            prop_assert_eq!(ledger.read(), ledger.events + ledger.rejects + ledger.blank + ledger.ignored);
            prop_assert_eq!(ledger.rejects, read.rejects.len() as u64);
            prop_assert_eq!(ledger.events, read.tally.rows.iter().map(|row| row.n()).sum::<u64>());
            if !content.contains(&b'"') {
                prop_assert_eq!(ledger.read(), records(&content) as u64);
            }
        }
    }

    #[test]
    fn files_counted_as_they_are_found_are_those_that_are_read_later(
        contents in proptest::collection::vec(prop_oneof![rows(), objects()], 1..5),
        piece in 1_u64..400,
    ) {
        let home = scratch();
        for (at, content) in contents.iter().enumerate() {
            let header: &[u8] = if content.starts_with(b"u") { HEADER } else { b"" };
            write(&home.path().join(format!("{at}.txt")), [header, content].concat());
        }
        let folder = [home.path().to_owned()];
        let each = |filled: Filled| -> Vec<Outcome> {
            let files = filled.files.iter();
            files.map(|file| outcome(file, filled.tally.clone())).collect()
        };
        let later = each(reading::read_changing(&folder, Way::WHOLE, Some(&|| {})));
        for (threads, piece, tally_budget) in [(1, 1 << 20, u64::MAX), (3, 1 << 20, 0), (2, piece, 0)] {
            let way = Way { threads, piece, tally_budget, ..Way::WHOLE };
            prop_assert_eq!(&each(reading::read(&folder, way)), &later, "{:?}", way);
        }
    }

    #[test]
    fn pieces_of_json_do_not_show(content in objects(), piece in 1_u64..400) {
        let first = b"{\"UserId\":\"005\",\"LoginTime\":\"2026-03-01T00:00:00Z\",\"Status\":\"Success\"}\n";
        let content = [first, content.as_slice()].concat();
        let plain = file(&content);
        let whole = read(plain.path(), 1 << 20, 1);
        if let Some(ledger) = whole.ledger {
            prop_assert_eq!(ledger.events, whole.tally.rows.iter().map(|row| row.n()).sum::<u64>());
            prop_assert_eq!(ledger.rejects, whole.rejects.len() as u64);
        }
        prop_assert_eq!(&read(plain.path(), piece, 1), &whole, "pieces of {} bytes", piece);
        prop_assert_eq!(&read(plain.path(), piece, 3), &whole, "three threads, pieces of {} bytes", piece);
    }

    #[test]
    fn pieces_threads_and_compression_do_not_show(content in rows(), piece in 1_u64..400) {
        let content = [HEADER, &content].concat();
        let plain = file(&content);
        let whole = read(plain.path(), 1 << 20, 1);
        prop_assert_eq!(&read(plain.path(), piece, 1), &whole, "pieces of {} bytes", piece);
        prop_assert_eq!(&read(plain.path(), piece, 3), &whole, "three threads, pieces of {} bytes", piece);
        let mut packed = GzEncoder::new(Vec::new(), Compression::fast());
        packed.write_all(&content).expect("memory can be written");
        let packed = file(&packed.finish().expect("memory can be written"));
        prop_assert_eq!(&read(packed.path(), piece, 1), &whole, "gzip");
    }
}

/// The unknown user and combination exist in no table by accident.
#[test]
fn an_empty_tally_has_no_rows_and_no_texts() {
    let tally = Tally::from_parts(Vec::new());
    assert_eq!(
        (tally.rows.len(), tally.dims.len(), tally.symbols.len()),
        (0, 0, 1)
    );
    assert_eq!(tally.symbols.known(Sym::UNKNOWN), None);
    assert_eq!(DimsId::default().index(), 0);
}
