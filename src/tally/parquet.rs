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

use std::borrow::Cow;
use std::io::Write;

use polars_arrow::array::{
    Array, BooleanArray, DictionaryArray, FixedSizeBinaryArray, PrimitiveArray, Utf8ViewArray,
};
use polars_arrow::bitmap::BitmapBuilder;
use polars_arrow::datatypes::{ArrowDataType, ArrowSchema, Field};
use polars_arrow::record_batch::RecordBatchT;
use polars_parquet::arrow::write::{
    CompressionOptions, DynIter, Encoding, FileWriter, KeyValue, StatisticsOptions, Version,
    WriteOptions, ZstdLevel, row_group_iter,
};
use rustc_hash::FxHashMap;

use super::{Row, Tally, UserTexts};
use crate::event::{Dims, DimsId, Instant, Kind, Sym};

/// Metadata key of the inputs' paths, a JSON list in the order of their numbers.
const PATHS: &str = "loginscope.paths";
/// Metadata key of the version of this layout.
const VERSION: &str = "loginscope.tally";
/// Rows that are laid out at a time.
const ROW_GROUP: usize = 1 << 16;
/// The fastest level: what is written is small already.
const LEVEL: i32 = 1;

/// Writes a tally. `paths` are the inputs' paths in the order of their numbers.
///
/// # Errors
/// What the writer says.
pub fn write(tally: &Tally, paths: &[String], writer: impl Write) -> anyhow::Result<()> {
    let options = WriteOptions {
        // Who adds such files up reads them whole.
        statistics: StatisticsOptions::empty(),
        version: Version::V1,
        compression: CompressionOptions::Uncompressed,
        data_page_size: None,
    };
    let fields = COLUMNS.iter().map(|(name, column)| column.field(name));
    let schema: ArrowSchema = fields.map(|field| (field.name.clone(), field)).collect();
    let zstd = CompressionOptions::Zstd(Some(ZstdLevel::try_new(LEVEL)?));
    let mut file = FileWriter::try_new(writer, schema, options)?;
    for rows in tally.rows.chunks(ROW_GROUP) {
        let group = Group::of(&rows);
        let fields = file
            .schema()
            .iter_values()
            .zip(file.parquet_schema().fields());
        let columns: Vec<_> = COLUMNS
            .iter()
            .zip(fields)
            .map(|((_, column), (field, kind))| {
                let schema = ArrowSchema::from_iter([field.clone()]);
                let array = column.array(&group, tally);
                let chunk = RecordBatchT::try_new(rows.len(), schema.into(), vec![array])?;
                let options = WriteOptions {
                    compression: match column.packs_itself() {
                        true => CompressionOptions::Uncompressed,
                        false => zstd,
                    },
                    ..options
                };
                let encoding = vec![vec![column.encoding()]];
                Ok(row_group_iter(
                    chunk,
                    encoding.into(),
                    vec![kind.clone()],
                    options,
                ))
            })
            .collect::<anyhow::Result<_>>()?;
        let encoded = DynIter::new(columns.into_iter().flatten());
        file.write(rows.len() as u64, encoded)?;
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
    fn field(&self, name: &str) -> Field {
        let (kind, nullable) = match self {
            Holds::Time(_) | Holds::Count => (ArrowDataType::Int64, false),
            Holds::User | Holds::Text(_) => (texts(), true),
            Holds::Word(_) => (texts(), false),
            Holds::Success => (ArrowDataType::Boolean, false),
            Holds::Place => (ArrowDataType::FixedSizeBinary(PLACE), false),
        };
        Field::new(name.into(), kind, nullable)
    }

    const fn encoding(&self) -> Encoding {
        match self {
            Holds::Time(_) | Holds::Count => Encoding::DeltaBinaryPacked,
            Holds::User | Holds::Text(_) | Holds::Word(_) => Encoding::RleDictionary,
            Holds::Success | Holds::Place => Encoding::Plain,
        }
    }

    /// Whether what it is encoded to is hardly made smaller by compression, which would take most
    /// of the time.
    const fn packs_itself(&self) -> bool {
        matches!(self, Holds::Time(_))
    }

    fn array(&self, group: &Group<'_>, tally: &Tally) -> Box<dyn Array> {
        let symbols = &tally.symbols;
        let rows = group.rows.iter();
        match self {
            Holds::Time(pick) => {
                let millis = rows.map(|row| pick(row).millis());
                PrimitiveArray::<i64>::from_vec(millis.collect()).boxed()
            }
            Holds::Count => {
                // No file has 2^63 rows.
                let counts = rows.map(|row| row.n() as i64);
                PrimitiveArray::<i64>::from_vec(counts.collect()).boxed()
            }
            Holds::User => group.users(&tally.users),
            Holds::Text(pick) => group.texts(|run| symbols.known(pick(tally.dims(run.dims)))),
            Holds::Word(pick) => group.texts(|run| Some(pick(tally.dims(run.dims)))),
            Holds::Success => {
                let mut successes = BitmapBuilder::with_capacity(group.rows.len());
                for run in &group.runs {
                    successes.extend_constant(run.rows, tally.dims(run.dims).success);
                }
                BooleanArray::new(ArrowDataType::Boolean, successes.freeze(), None).boxed()
            }
            Holds::Place => {
                let places: Vec<[u8; PLACE]> = rows.map(place).collect();
                FixedSizeBinaryArray::from_slice(places).boxed()
            }
        }
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
    fn texts<'t>(&self, text: impl Fn(&Run) -> Option<&'t str>) -> Box<dyn Array> {
        let mut numbers: FxHashMap<&str, u32> = FxHashMap::default();
        let mut texts: Vec<&str> = Vec::new();
        let keys = self.keys(|run| {
            let text = text(run)?;
            let number = numbers.entry(text).or_insert_with(|| {
                texts.push(text);
                texts.len() as u32 - 1
            });
            Some(*number)
        });
        dictionary(keys, Utf8ViewArray::from_slice_values(texts))
    }

    /// The column of users. Those of one stand side by side.
    fn users(&self, users: &UserTexts) -> Box<dyn Array> {
        let mut texts: Vec<Cow<'_, str>> = Vec::new();
        let mut last = Sym::UNKNOWN;
        let keys = self.keys(|run| {
            if run.user != last {
                texts.extend(users.known(run.user));
                last = run.user;
            }
            (!run.user.is_unknown()).then(|| texts.len() as u32 - 1)
        });
        dictionary(keys, Utf8ViewArray::from_slice_values(texts))
    }

    /// By row the number that its run has; a run may have none.
    fn keys(&self, mut number: impl FnMut(&Run) -> Option<u32>) -> PrimitiveArray<u32> {
        let mut keys: Vec<u32> = Vec::with_capacity(self.rows.len());
        let mut known = BitmapBuilder::with_capacity(self.rows.len());
        for run in &self.runs {
            let number = number(run);
            keys.extend(std::iter::repeat_n(number.unwrap_or(0), run.rows));
            known.extend_constant(run.rows, number.is_some());
        }
        PrimitiveArray::from_vec(keys).with_validity(known.into_opt_validity())
    }
}

/// A column of texts by their numbers.
fn dictionary(keys: PrimitiveArray<u32>, texts: Utf8ViewArray) -> Box<dyn Array> {
    DictionaryArray::try_from_keys(keys, texts.boxed(), false)
        .expect("every key was made together with its text")
        .boxed()
}

fn texts() -> ArrowDataType {
    ArrowDataType::Dictionary(
        polars_arrow::datatypes::IntegerType::UInt32,
        Box::new(ArrowDataType::Utf8View),
        false,
    )
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
}
