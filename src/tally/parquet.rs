//! The tally as Parquet, for other engines and for next week.
//!
//! Any engine can add such files up: a union, and a group-by over all columns but the last four
//! with `sum(n)`, `min(first)`, `max(last)` and `min(first_place)`. Texts are as the exports write
//! them; names, spellings and causes are given after adding up. `bucket`, `first` and `last` are
//! milliseconds since 1970 in UTC. `first_place` is time, input and line, most significant byte
//! first, so that bytes order as places do; the inputs' paths are in the file's metadata.

use std::io::Write;

use polars::prelude::*;
use polars_io::parquet::write::{KeyValueMetadata, ParquetCompression, ParquetWriter};

use super::{Row, Tally};
use crate::event::{Dims, Instant, Kind, Sym};

/// Metadata key of the inputs' paths, a JSON list in the order of their numbers.
const PATHS: &str = "loginscope.paths";
/// Metadata key of the version of this layout.
const VERSION: &str = "loginscope.tally";

/// Writes a tally. `paths` are the inputs' paths in the order of their numbers.
///
/// # Errors
/// What the writer says.
pub fn write(tally: &Tally, paths: &[String], writer: impl Write) -> anyhow::Result<()> {
    let metadata = KeyValueMetadata::from_static(vec![
        (VERSION.to_owned(), "1".to_owned()),
        (PATHS.to_owned(), serde_json::to_string(paths)?),
    ]);
    let mut frame = frame(tally)?;
    ParquetWriter::new(writer)
        .with_compression(ParquetCompression::Zstd(None))
        .with_key_value_metadata(Some(metadata))
        .finish(&mut frame)?;
    Ok(())
}

/// A column's name and the symbol that it holds.
type Picked = (&'static str, fn(&Dims) -> Sym);

const TEXTS: [Picked; 11] = [
    ("org", |dims| dims.org),
    ("app", |dims| dims.app),
    ("description", |dims| dims.description),
    ("source", |dims| dims.source),
    ("country", |dims| dims.country),
    ("client", |dims| dims.client),
    ("api_version", |dims| dims.api_version),
    ("tls", |dims| dims.tls),
    ("host", |dims| dims.host),
    ("unknown_type", |dims| dims.unknown_type),
    ("unknown_subtype", |dims| dims.unknown_subtype),
];

fn frame(tally: &Tally) -> PolarsResult<DataFrame> {
    let symbols = &tally.symbols;
    // Texts are laid out once a combination and once a symbol, then gathered by row.
    let of_dims = |at: usize| tally.dims.iter().map(move |dims| (TEXTS[at].1)(dims));
    let mut columns: Vec<Column> = (0..TEXTS.len())
        .map(|at| {
            let texts: StringChunked = of_dims(at).map(|sym| symbols.known(sym)).collect();
            texts.with_name(TEXTS[at].0.into()).into_column()
        })
        .collect();
    let word = |name: &str, pick: fn(&Dims) -> &'static str| {
        let words: StringChunked = tally.dims.iter().map(|dims| Some(pick(dims))).collect();
        words.with_name(name.into()).into_column()
    };
    columns.push(word("kind", |dims| match dims.kind {
        Kind::Attempt => "attempt",
    }));
    columns.push(word("flow", |dims| dims.flow.id()));
    columns.push(word("flow_basis", |dims| dims.basis.id()));
    let success: Vec<bool> = tally.dims.iter().map(|dims| dims.success).collect();
    columns.push(Column::new("success".into(), success));
    let dims = DataFrame::new(tally.dims.len(), columns)?;
    let index =
        |pick: fn(&Row) -> u32| IdxCa::from_vec("at".into(), tally.rows.iter().map(pick).collect());
    let mut frame = dims.take(&index(|row| row.dims.0))?;
    let names: StringChunked = std::iter::once(None)
        .chain(symbols.texts().map(Some))
        .collect();
    let users = names.with_name("user".into()).into_column();
    frame.insert_column(1, users.take(&index(|row| row.user.0))?)?;
    let millis = |name: &str, pick: fn(&Row) -> Instant| {
        Column::new(
            name.into(),
            tally
                .rows
                .iter()
                .map(|row| pick(row).millis())
                .collect::<Vec<_>>(),
        )
    };
    frame.insert_column(0, millis("bucket", |row| Instant::from_minute(row.bucket)))?;
    frame.with_column(Column::new(
        "n".into(),
        tally.rows.iter().map(|row| row.n).collect::<Vec<_>>(),
    ))?;
    frame.with_column(millis("first", |row| row.first))?;
    frame.with_column(millis("last", |row| row.last))?;
    let places: BinaryChunked = tally.rows.iter().map(|row| Some(place(row))).collect();
    frame.with_column(places.with_name("first_place".into()).into_column())?;
    Ok(frame)
}

/// Time, input and line, so that bytes order as they do. Times of logins are after 1970.
fn place(row: &Row) -> [u8; 16] {
    let mut bytes = [0; 16];
    bytes[..8].copy_from_slice(&row.first.millis().to_be_bytes());
    bytes[8..].copy_from_slice(&row.place.packed().to_be_bytes());
    bytes
}
