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
        let runs = rows.chunk_by(|a, b| (a.user, a.dims) == (b.user, b.dims));
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
mod tests {
    use std::io::Cursor;

    use polars_io::SerReader;
    use polars_io::parquet::read::ParquetReader;
    use polars_parquet::parquet::schema::types::PrimitiveConvertedType;
    use proptest::prelude::*;

    use super::*;
    use crate::event::Place;
    use crate::normalise::Names;
    use crate::tally::Part;

    /// Two users of one app, of whom one fails; the other's app has no name.
    fn sample() -> Tally {
        let mut names = Names::default();
        let mut dims = |app: &str, success| {
            let app = names.symbols.intern(app);
            names.dims.intern(Dims {
                app,
                success,
                ..Dims::default()
            })
        };
        let (failing, nameless) = (dims("Loader", false), dims("", true));
        let mut rows = Vec::new();
        for (minute, user, dims) in [
            (3, "b@x", failing),
            (1, "b@x", failing),
            (2, "a@x", nameless),
        ] {
            let first = Instant::from_minute(minute);
            rows.push(
                Row::one(
                    minute,
                    (names.users.intern(user), dims),
                    first,
                    Place::new(1, u64::from(minute)),
                )
                .times(minute),
            );
        }
        Tally::from_parts(vec![Part {
            names,
            rows: rows.into(),
        }])
    }

    #[test]
    fn another_engine_reads_what_was_written() {
        let mut bytes = Vec::new();
        write(&sample(), &["a.csv".to_owned()], &mut bytes).expect("written");
        let frame = ParquetReader::new(Cursor::new(bytes))
            .finish()
            .expect("read");
        assert_eq!(frame.shape(), (3, COLUMNS.len()));
        let shown = |column: &str| {
            let column = frame.column(column).expect("the column");
            let values = (0..3).map(|at| column.get(at).expect("a value").to_string());
            values.collect::<Vec<_>>()
        };
        assert_eq!(shown("user"), ["\"a@x\"", "\"b@x\"", "\"b@x\""]);
        assert_eq!(shown("app"), ["null", "\"Loader\"", "\"Loader\""]);
        assert_eq!(shown("success"), ["true", "false", "false"]);
        assert_eq!(shown("n"), ["2", "1", "3"]);
        assert_eq!(shown("first"), ["120000", "60000", "180000"]);
        assert_eq!(shown("kind"), ["\"attempt\""; 3]);
    }

    /// Rows of some users and apps, with times near and far.
    fn any_rows() -> impl Strategy<Value = Vec<(u32, u32, u32, u32, i64)>> {
        let near = (
            0_u32..6,
            0_u32..4,
            29_000_000_u32..29_000_200,
            1_u32..3,
            0_i64..60_000,
        );
        let far = (
            0_u32..300,
            0_u32..40,
            any::<u32>(),
            any::<u32>(),
            0_i64..600_000,
        );
        prop_oneof![
            proptest::collection::vec(near, 0..900),
            proptest::collection::vec(far, 0..900),
        ]
    }

    fn tally_of(rows: &[(u32, u32, u32, u32, i64)]) -> Tally {
        let mut names = Names::default();
        let mut all = Vec::new();
        for (line, &(user, app, minute, n, behind)) in (1..).zip(rows) {
            // The first user and app are not known.
            let text = |kind: &str, number: u32| match number {
                0 => String::new(),
                _ => format!("{kind}{number}"),
            };
            let dims = Dims {
                app: names.symbols.intern(&text("app", app)),
                success: app % 2 == 0,
                ..Dims::default()
            };
            let of = (
                names.users.intern(&text("user", user)),
                names.dims.intern(dims),
            );
            let at = Instant::from_millis(Instant::from_minute(minute).millis() + behind);
            all.push(Row::one(minute, of, at, Place::new(3, line)).times(n));
        }
        let rows = all.into();
        Tally::from_parts(vec![Part { names, rows }])
    }

    fn assert_read_again(tally: &Tally) {
        let mut bytes = Vec::new();
        write(tally, &[], &mut bytes).expect("written");
        let frame = ParquetReader::new(Cursor::new(bytes)).finish();
        let frame = frame.expect("read");
        assert_eq!(frame.height(), tally.rows.len());
        let shown = |column: &str| -> Vec<String> {
            let column = frame.column(column).expect("the column");
            let values = (0..frame.height()).map(|at| column.get(at).expect("a value"));
            values.map(|value| value.to_string()).collect()
        };
        let wanted = |value: &dyn Fn(&Row) -> String| -> Vec<String> {
            tally.rows.iter().map(|row| value(&row)).collect()
        };
        let text =
            |known: Option<&str>| known.map_or("null".to_owned(), |text| format!("{text:?}"));
        let dims = |row: &Row| tally.dims(row.dims);
        assert_eq!(
            shown("user"),
            wanted(&|row| text(tally.users.known(row.user).as_deref()))
        );
        assert_eq!(
            shown("app"),
            wanted(&|row| text(tally.symbols.known(dims(row).app)))
        );
        assert_eq!(shown("org"), wanted(&|_| text(None)));
        assert_eq!(
            shown("flow"),
            wanted(&|row| text(Some(dims(row).flow.id())))
        );
        assert_eq!(
            shown("success"),
            wanted(&|row| dims(row).success.to_string())
        );
        assert_eq!(shown("n"), wanted(&|row| row.n().to_string()));
        let bucket = |row: &Row| Instant::from_minute(row.bucket).millis().to_string();
        assert_eq!(shown("bucket"), wanted(&bucket));
        assert_eq!(
            shown("first"),
            wanted(&|row| row.first().millis().to_string())
        );
        assert_eq!(
            shown("last"),
            wanted(&|row| row.last().millis().to_string())
        );
        let places = frame.column("first_place").expect("the column").clone();
        let places: Vec<Vec<u8>> = (0..frame.height())
            .map(|at| match places.get(at).expect("a value") {
                polars::prelude::AnyValue::Binary(bytes) => bytes.to_vec(),
                polars::prelude::AnyValue::BinaryOwned(bytes) => bytes,
                other => panic!("{other:?}"),
            })
            .collect();
        let wanted: Vec<Vec<u8>> = tally.rows.iter().map(|row| place(&row).to_vec()).collect();
        assert_eq!(places, wanted);
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_again(rows in any_rows()) {
            assert_read_again(&tally_of(&rows));
        }
    }

    #[test]
    fn many_rows_are_several_groups() {
        let count = ROW_GROUP as u32 + 1_000;
        let rows: Vec<_> = (0..count)
            .map(|at| {
                (
                    at / 20_000,
                    at % 7,
                    29_000_000 + at / 7,
                    1,
                    i64::from(at % 60_000),
                )
            })
            .collect();
        let tally = tally_of(&rows);
        assert!(tally.rows.len() > ROW_GROUP);
        assert_read_again(&tally);
    }

    #[test]
    fn texts_say_that_they_are_texts_in_the_old_way_too() {
        let mut bytes = Vec::new();
        write(&sample(), &[], &mut bytes).expect("written");
        let metadata = polars_parquet::parquet::read::read_metadata(&mut Cursor::new(bytes));
        let metadata = metadata.expect("metadata");
        let columns = metadata.schema_descr.columns();
        let texts = columns.iter().filter(|column| {
            let kind = &column.descriptor.primitive_type;
            kind.converted_type == Some(PrimitiveConvertedType::Utf8)
        });
        assert_eq!(texts.count(), 15);
    }
}
