//! One group a room, in the order of the house, and the whole run.

#[allow(dead_code, reason = "shared with the generator")]
mod data;

use std::hint::black_box;
use std::io::Write;
use std::path::Path;
use std::sync::atomic::AtomicBool;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use loginscope::catalogue::Known;
use loginscope::event::Zone;
use loginscope::ingest::csv::{self, Record, Step};
use loginscope::ingest::{Progress, ProgressWhen, Walked};
use loginscope::normalise::{Assumed, Decoder, Layouts, Memo, Names, Reading};
use loginscope::report::{chart, html, json, model::Report};
use loginscope::tally::frames::{Frames, key};
use loginscope::tally::{Failing, Fill, Filled, Look, Resolved, Told, fill, plan};

/// Bytes of the invented exports.
const BYTES: u64 = 16 << 20;
const SHAPES: [(&str, data::Shape); 3] = [
    ("setup_csv", data::Shape::Setup),
    ("elf_login", data::Shape::EventLog),
    ("login_history", data::Shape::Soql),
];

fn export(shape: data::Shape) -> Vec<u8> {
    let mut bytes = Vec::new();
    data::write(shape, BYTES, 7, &mut bytes).expect("memory can be written");
    bytes
}

fn assumed() -> Assumed {
    Assumed {
        order: None,
        zone: Zone::UTC,
    }
}

/// Splitting alone: bytes to fields.
fn ingest(c: &mut Criterion) {
    let mut group = c.benchmark_group("ingest");
    for (name, shape) in SHAPES {
        let bytes = export(shape);
        group.throughput(Throughput::Bytes(bytes.len() as u64));
        group.bench_function(name, |b| {
            b.iter(|| {
                let mut record = Record::default();
                let (mut rest, mut fields) = (bytes.as_slice(), 0);
                while let Step::Record { bytes, .. } = csv::next(rest, true, b',', &mut record) {
                    fields += record.len();
                    rest = &rest[bytes..];
                }
                black_box(fields)
            });
        });
    }
    group.finish();
}

/// Splitting and decoding: bytes to attempts.
fn normalise(c: &mut Criterion) {
    let known = Known::load().expect("the lists");
    let layouts = Layouts::load().expect("the layouts");
    let mut group = c.benchmark_group("normalise");
    for (name, shape) in SHAPES {
        let bytes = export(shape);
        let reading =
            Reading::of(&bytes, &layouts, None, &known.zones, assumed()).expect("a layout");
        let body = usize::try_from(reading.body).expect("a small header");
        group.throughput(Throughput::Bytes(bytes.len() as u64));
        group.bench_function(name, |b| {
            b.iter(|| {
                let mut names = Names::default();
                let mut decoder = Decoder::new(&reading, &known, &mut names, None, Memo::default());
                let mut record = Record::default();
                let mut rest = &bytes[body..];
                while let Step::Record { bytes, .. } = csv::next(rest, true, b',', &mut record) {
                    black_box(decoder.row(&record, rest));
                    rest = &rest[bytes..];
                }
            });
        });
    }
    group.finish();
}

fn read(path: &Path, threads: usize) -> Filled {
    let known = Known::load().expect("the lists");
    let layouts = Layouts::load().expect("the layouts");
    let look = Look {
        layouts: &layouts,
        known: &known,
        assumed: assumed(),
        told: Told {
            layouts: &[],
            orgs: &[],
        },
        at_once: None,
    };
    let (found, seen) = look.at_files(Walked::over(&[path.to_owned()]));
    let mut planned = plan(&found.sources, seen, look);
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(threads)
        .build()
        .expect("threads");
    let with = Fill {
        known: &known,
        assumed: assumed(),
        pool: &pool,
        cuts: &[],
        piece_size: 4 << 20,
        tally_budget: u64::MAX,
        overlap_budget: 64 << 20,
        progress: &Progress::over(0, ProgressWhen::Never),
        stop: &AtomicBool::new(false),
    };
    fill(&mut planned.to_read, planned.counted, &with).expect("nobody stops a bench")
}

fn on_disk(shape: data::Shape) -> tempfile::NamedTempFile {
    let mut file = tempfile::NamedTempFile::new().expect("a temporary file");
    file.write_all(&export(shape)).expect("a disk with room");
    file
}

/// Files to the merged tally, on one thread and on all.
fn tally(c: &mut Criterion) {
    let mut group = c.benchmark_group("tally");
    for (name, shape) in SHAPES {
        let file = on_disk(shape);
        group.throughput(Throughput::Bytes(BYTES));
        for (threads, label) in [(1, "1 thread"), (0, "all threads")] {
            group.bench_function(format!("{name}, {label}"), |b| {
                b.iter(|| black_box(read(file.path(), threads)));
            });
        }
    }
    group.finish();
}

/// Questions to the tally.
fn queries(c: &mut Criterion) {
    let known = Known::load().expect("the lists");
    let file = on_disk(data::Shape::Setup);
    let filled = read(file.path(), 0);
    let resolved = Resolved::of(&filled.tally, &known, &filled.users, &[]);
    let mut group = c.benchmark_group("queries");
    group.throughput(Throughput::Elements(filled.tally.rows.len() as u64));
    group.bench_function("groups", |b| {
        b.iter(|| {
            let frames = Frames::of(&filled.tally, &resolved);
            let by_app = frames.failures_by([key::ORG, key::APP], [key::SOURCE]);
            let failing = Failing::of(&filled.tally, &resolved);
            black_box((by_app, failing.groups()))
        });
    });
    group.finish();
}

/// The report to bytes.
fn report(c: &mut Criterion) {
    let text = include_str!("../tests/golden/sample_data/report.json");
    let report: Report = serde_json::from_str(text).expect("a report");
    let mut group = c.benchmark_group("report");
    group.bench_function("json", |b| {
        b.iter(|| json::write(black_box(&report), &mut std::io::sink()))
    });
    group.bench_function("charts", |b| b.iter(|| black_box(chart::all(&report))));
    let extras = html::Extras::default();
    group.bench_function("html", |b| {
        b.iter(|| black_box(html::page(&report, &extras)))
    });
    group.finish();
}

/// The whole program on one export, as its users run it.
fn whole(c: &mut Criterion) {
    let file = on_disk(data::Shape::Setup);
    let out = tempfile::tempdir().expect("a temporary folder");
    let mut group = c.benchmark_group("whole");
    group.throughput(Throughput::Bytes(BYTES));
    group.sample_size(20);
    group.bench_function("setup_csv", |b| {
        b.iter(|| {
            let status = std::process::Command::new(env!("CARGO_BIN_EXE_loginscope"))
                .args(["analyze", "--quiet", "--fail-on", "never", "--out"])
                .arg(out.path().join("report"))
                .arg(file.path())
                .status()
                .expect("the program");
            assert!(status.success());
        });
    });
    group.finish();
}

criterion_group!(rooms, ingest, normalise, tally, queries, report, whole);
criterion_main!(rooms);
