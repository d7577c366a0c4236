//! What is written is what another engine reads.

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
    let text = |known: Option<&str>| known.map_or("null".to_owned(), |text| format!("{text:?}"));
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
