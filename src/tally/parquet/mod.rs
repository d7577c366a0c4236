//! The tally as Parquet, for other engines and for next week.
//!
//! Any engine can add such files up: a union, and a group-by over all columns but the last four
//! with `sum(n)`, `min(first)`, `max(last)` and `min(first_place)`. Texts are as the exports write
//! them; names, spellings and causes are given after adding up. `bucket`, `first` and `last` are
//! milliseconds since 1970 in UTC. `first_place` is time, input and line, most significant byte
//! first, so that bytes order as places do; the inputs' paths are in the file's metadata.
//!
//! Rows stand pair by pair, so that a text is written once for all rows of its pair. Texts are
//! numbers already: they go into the file's dictionaries as they are, without being hashed again.

mod page;

use std::borrow::Cow;
use std::io::Write;

use polars_parquet::parquet::compression::{CompressionOptions, ZstdLevel};
use polars_parquet::parquet::error::ParquetError;
use polars_parquet::parquet::metadata::{Descriptor, KeyValue, SchemaDescriptor};
use polars_parquet::parquet::page::Page;
use polars_parquet::parquet::write::{
    Compressor, DynIter, DynStreamingIterator, FileWriter, Version, WriteOptions,
};
use rustc_hash::FxHashMap;

use super::{Row, Tally, UserTexts};
use crate::event::{Dims, DimsId, Instant, Kind, Sym};
use page::Runs;

/// Metadata key of the inputs' paths, a JSON list in the order of their numbers.
const PATHS: &str = "loginscope.paths";
/// Metadata key of the version of this layout.
const VERSION: &str = "loginscope.tally";
/// Rows that are laid out at a time.
const ROW_GROUP: usize = 1 << 16;
/// The fastest level: what is written is small already.
const LEVEL: i32 = 1;
/// Pages of texts of fewer bytes are not worth a compressor.
const SMALL: usize = 1 << 14;

/// Writes a tally. `paths` are the inputs' paths in the order of their numbers.
///
/// # Errors
/// What the writer says.
pub fn write(tally: &Tally, paths: &[String], writer: impl Write) -> anyhow::Result<()> {
    let options = WriteOptions {
        // Who adds such files up reads them whole.
        write_statistics: false,
        version: Version::V1,
    };
    let columns: String = COLUMNS
        .iter()
        .map(|(name, column)| column.declared(name))
        .collect();
    let schema = SchemaDescriptor::try_from_message(&format!("message tally {{ {columns} }}"))?;
    let descriptors: Vec<Descriptor> = schema
        .columns()
        .iter()
        .map(|column| column.descriptor.clone())
        .collect();
    let zstd = CompressionOptions::Zstd(Some(ZstdLevel::try_new(LEVEL)?));
    let created_by = concat!("loginscope ", env!("CARGO_PKG_VERSION"));
    let mut file = FileWriter::new(writer, schema, options, Some(created_by.to_owned()));
    for rows in tally.rows.chunks(ROW_GROUP) {
        let group = Group::of(&rows);
        let columns = COLUMNS.iter().zip(&descriptors);
        let columns: Vec<_> = columns
            .map(|((_, column), descriptor)| {
                let pages = column.pages(descriptor, &group, tally);
                let compression = if column.is_worth_packing(&pages) {
                    zstd
                } else {
                    CompressionOptions::Uncompressed
                };
                let pages = pages.into_iter().map(Ok::<_, ParquetError>);
                let packed = Compressor::new(pages, compression, Vec::new());
                Ok::<_, ParquetError>(DynStreamingIterator::new(packed))
            })
            .collect();
        file.write(rows.len() as u64, DynIter::new(columns.into_iter()))?;
    }
    let said = |key: &str, value: String| KeyValue::new(key.to_owned(), Some(value));
    file.end(Some(vec![
        said(VERSION, "1".to_owned()),
        said(PATHS, serde_json::to_string(paths)?),
    ]))?;
    Ok(())
}

/// What a column holds.
enum Holds {
    /// Milliseconds since 1970 in UTC.
    Time(fn(&Row) -> Instant),
    User,
    Text(fn(&Dims) -> Sym),
    Word(fn(&Dims) -> &'static str),
    Success,
    Count,
    Place,
}

/// Name and content of each column. The last four add up, the others are the key.
const COLUMNS: [(&str, Holds); 21] = [
    (
        "bucket",
        Holds::Time(|row| Instant::from_minute(row.bucket)),
    ),
    ("user", Holds::User),
    ("org", Holds::Text(|dims| dims.org)),
    ("app", Holds::Text(|dims| dims.app)),
    ("description", Holds::Text(|dims| dims.description)),
    ("source", Holds::Text(|dims| dims.source)),
    ("country", Holds::Text(|dims| dims.country)),
    ("client", Holds::Text(|dims| dims.client)),
    ("api_version", Holds::Text(|dims| dims.api_version)),
    ("tls", Holds::Text(|dims| dims.tls)),
    ("host", Holds::Text(|dims| dims.host)),
    ("unknown_type", Holds::Text(|dims| dims.unknown_type)),
    ("unknown_subtype", Holds::Text(|dims| dims.unknown_subtype)),
    ("kind", Holds::Word(kind)),
    ("flow", Holds::Word(|dims| dims.flow.id())),
    ("flow_basis", Holds::Word(|dims| dims.basis.id())),
    ("success", Holds::Success),
    ("n", Holds::Count),
    ("first", Holds::Time(|row| row.first())),
    ("last", Holds::Time(|row| row.last())),
    ("first_place", Holds::Place),
];

fn kind(dims: &Dims) -> &'static str {
    match dims.kind {
        Kind::Attempt => "attempt",
        Kind::Log => "log",
    }
}

/// Bytes of a packed place.
const PLACE: usize = 16;

impl Holds {
    /// The column in the words of a Parquet schema.
    fn declared(&self, name: &str) -> String {
        match self {
            Holds::Time(_) | Holds::Count => format!("REQUIRED INT64 {name}; "),
            Holds::User | Holds::Text(_) => format!("OPTIONAL BYTE_ARRAY {name} (UTF8); "),
            Holds::Word(_) => format!("REQUIRED BYTE_ARRAY {name} (UTF8); "),
            Holds::Success => format!("REQUIRED BOOLEAN {name}; "),
            Holds::Place => format!("REQUIRED FIXED_LEN_BYTE_ARRAY ({PLACE}) {name}; "),
        }
    }

    /// Whether compression is worth its time. Places would take a third less and most of the time
    /// that the tally takes, differences would hardly take less.
    fn is_worth_packing(&self, pages: &[Page]) -> bool {
        match self {
            Holds::Time(_) | Holds::Count | Holds::Place => false,
            Holds::Success => true,
            Holds::User | Holds::Text(_) | Holds::Word(_) => pages.iter().any(|page| match page {
                Page::Dict(page) => page.buffer.len() > SMALL,
                Page::Data(page) => page.buffer().len() > SMALL,
            }),
        }
    }

    fn pages(&self, of: &Descriptor, group: &Group<'_>, tally: &Tally) -> Vec<Page> {
        let symbols = &tally.symbols;
        let rows = group.rows;
        let page = match self {
            Holds::User => return group.users(of, &tally.users),
            Holds::Text(pick) => {
                return group.texts(of, |run| symbols.known(pick(tally.dims(run.dims))));
            }
            Holds::Word(pick) => return group.texts(of, |run| Some(pick(tally.dims(run.dims)))),
            Holds::Time(pick) => {
                let millis: Vec<i64> = rows.iter().map(|row| pick(row).millis()).collect();
                page::differences(of, &millis)
            }
            Holds::Count => {
                // No file has 2^63 rows.
                let counts: Vec<i64> = rows.iter().map(|row| row.n() as i64).collect();
                page::differences(of, &counts)
            }
            Holds::Success => {
                let runs = group.runs.iter();
                let runs = runs.map(|run| (tally.dims(run.dims).success, run.rows));
                page::plain(of, page::bits(runs), rows.len())
            }
            Holds::Place => {
                let places: Vec<[u8; PLACE]> = rows.iter().map(place).collect();
                page::plain(of, places.into_flattened(), rows.len())
            }
        };
        vec![page]
    }
}

/// Rows that are laid out together, and how many of one pair stand side by side.
struct Group<'a> {
    rows: &'a [Row],
    runs: Vec<Run>,
}

/// Rows of one pair.
struct Run {
    user: Sym,
    dims: DimsId,
    rows: usize,
}

impl<'a> Group<'a> {
    fn of(rows: &'a [Row]) -> Self {
        let runs = rows.chunk_by(|a, b| a.pair() == b.pair());
        let runs = runs.map(|run| Run {
            user: run[0].user,
            dims: run[0].dims,
            rows: run.len(),
        });
        Self {
            runs: runs.collect(),
            rows,
        }
    }

    /// A column of texts, of which a run has one.
    fn texts<'t>(&self, of: &Descriptor, text: impl Fn(&Run) -> Option<&'t str>) -> Vec<Page> {
        let mut numbers: FxHashMap<&str, u32> = FxHashMap::default();
        let mut texts: Vec<&str> = Vec::new();
        let runs = self.numbered(|run| {
            let text = text(run)?;
            let number = numbers.entry(text).or_insert_with(|| {
                texts.push(text);
                texts.len() as u32 - 1
            });
            Some(*number)
        });
        page::texts(of, texts.into_iter(), &runs).into()
    }

    /// The column of users. Those of one stand side by side.
    fn users(&self, of: &Descriptor, users: &UserTexts) -> Vec<Page> {
        let mut texts: Vec<Cow<'_, str>> = Vec::new();
        let mut last = Sym::UNKNOWN;
        let runs = self.numbered(|run| {
            if run.user != last {
                texts.extend(users.known(run.user));
                last = run.user;
            }
            (!run.user.is_unknown()).then(|| texts.len() as u32 - 1)
        });
        page::texts(of, texts.iter().map(AsRef::as_ref), &runs).into()
    }

    /// Each run with the number of its text; a run may have none.
    fn numbered(&self, mut number: impl FnMut(&Run) -> Option<u32>) -> Runs {
        let runs = self.runs.iter();
        runs.map(|run| (number(run), run.rows)).collect()
    }
}

/// Time, input and line, so that bytes order as they do. Times of logins are after 1970.
fn place(row: &Row) -> [u8; PLACE] {
    let mut bytes = [0; PLACE];
    bytes[..8].copy_from_slice(&row.first().millis().to_be_bytes());
    bytes[8..].copy_from_slice(&row.place.packed().to_be_bytes());
    bytes
}

#[cfg(test)]
mod tests;
