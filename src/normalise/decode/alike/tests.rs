//! Rows that are like another one, beside the same rows read in full.

use crate::catalogue::Known;
use crate::event::{Dims, Instant, Zone};
use crate::ingest::{Record, Step};
use crate::normalise::{Assumed, Decoder, Layouts, Memo, Names, Reading, Row};

const HEADER: &str = "EVENT_TYPE,TIMESTAMP,REQUEST_ID,USER_ID,RUN_TIME,URI,USER_NAME,\
    LOGIN_TYPE,TLS_PROTOCOL,TIMESTAMP_DERIVED,USER_ID_DERIVED,LOGIN_STATUS,SOURCE_IP\n";
const ROWS: [&str; 4] = [
    "\"Login\",\"20260630235957.036\",\"4nR1\",\"0055g00000In035\",\"104\",\"/a\",\"ann@x.com\",\
        \"i\",\"TLSv1.3\",\"2026-06-30T23:59:57.036Z\",\"0055g00000In035AAQ\",\"LOGIN_NO_ERROR\",\
        \"192.0.2.1\"\n",
    "Login,20260630235958.036,4nR2,0055g00000In036,10,/a,bob@x.com,i,,\
        2026-06-30T23:59:58.036Z,0055g00000In036AAQ,LOGIN_ERROR_INVALID_PASSWORD,192.0.2.2\r\n",
    "\"Login\",\"20260630235959.036\",\"4nR3\",\"0055g00000In035\",\"7\",\"/a\",\"ann@x.com\",\
        \"i\",\"TLSv1.3\",\"2026-06-30T23:59:59.036Z\",\"0055g00000In035AAQ\",\"LOGIN_NO_ERROR\",\
        \"192.0.2.1\"\n",
    "Login,20260701000000.036,4nR4,0055g00000In036,11,/b,bob@x.com,i,,\
        2026-07-01T00:00:00.036Z,0055g00000In036AAQ,LOGIN_ERROR_INVALID_PASSWORD,192.0.2.2\r\n",
];

/// When, who, what and which login.
type Told = (Instant, String, Vec<String>, Option<String>);

fn told(decoder: &Decoder<'_>, row: Row, login: (&Record, &[u8])) -> Option<Told> {
    let Row::Attempt { at, user, dims } = row else {
        return None;
    };
    let symbols = &decoder.names().symbols;
    let dims: &Dims = decoder.dims_table().get(dims);
    let texts = dims.symbols().map(|sym| symbols.text(sym).to_owned());
    let id = decoder.login_id(login.0, login.1);
    let id = id.map(|id| format!("{id:?}"));
    let user = decoder.names().users.text(user).to_owned();
    Some((at, user, texts.to_vec(), id))
}

/// Objects of four programs: with all texts, with numbers and nothing among them, with keys that
/// stand twice and of which one stands for another, and with one that is taken back at the end.
const OBJECTS: [&str; 10] = [
    "{\"EventDate\":\"2026-06-30T23:59:57.036+0000\",\"EventIdentifier\":\"27f4-1\",\
     \"LoginHistoryId\":\"0Ya000000000000AAA\",\"UserId\":\"0055g00000In035AAQ\",\
     \"Username\":\"ann@x.com\",\"SessionKey\":\"k1\",\"Application\":\"Loader\",\"SourceIp\":\"192.0.2.1\",\
     \"Status\":\"Success\",\"LoginType\":\"i\",\"Info\":\"{}\"}\n",
    "{\"EventDate\":\"2026-06-30T23:59:58.036+0000\",\"EventIdentifier\":\"27f4-2\",\
     \"LoginHistoryId\":\"0Ya000000000001AAA\",\"UserId\":\"0055g00000In035AAQ\",\
     \"Username\":\"ann@x.com\",\"SessionKey\":\"k2\",\"Application\":\"Loader\",\"SourceIp\":\"192.0.2.1\",\
     \"Status\":\"Success\",\"LoginType\":\"i\",\"Info\":\"{}\"}\n",
    "{\"EventDate\":\"2026-06-30T23:59:59.036+0000\",\"EventIdentifier\":\"27f4-3\",\
     \"LoginHistoryId\":\"0Ya000000000002AAA\",\"UserId\":\"0055g00000In036AAQ\",\
     \"Username\":\"bob@x.com\",\"SessionKey\":null,\"Application\":\"\",\"SourceIp\":\"192.0.2.2\",\
     \"Status\":\"Invalid Password\",\"LoginType\":\"i\",\"Info\":\"{\\\"a\\\":1}\"}\n",
    "{ \"SourceIp\": \"192.0.2.1\", \"N\": 1.5, \"Username\": \"ann@x.com\", \"CreatedDate\": \"x\", \
     \"Status\": \"Success\", \"EventDate\": \"2026-06-30T23:59:57Z\", \"Application\": \"A\\u0042\" }\r\n",
    "{ \"SourceIp\": \"192.0.2.1\", \"N\": 1.5, \"Username\": \"ann@x.com\", \"CreatedDate\": \"y\", \
     \"Status\": \"Success\", \"EventDate\": \"2026-06-30T23:59:58Z\", \"Application\": \"A\\u0042\" }\r\n",
    "{\"Status\":\"Success\",\"UserId\":\"0055g00000In035AAQ\",\"LoginTime\":\"2026-06-30T23:59:57Z\",\
     \"EventDate\":1782863997000,\"Status\":\"Invalid Password\",\"Id\":\"0Ya000000000002AAA\",\
     \"User\":{\"Username\":\"ann@x.com\"},\"SourceIp\":\"192.0.2.1\",\"EventDate\":\"2026-06-30T23:59:57Z\"}\n",
    "{\"Status\":\"Success\",\"UserId\":\"0055g00000In035AAQ\",\"LoginTime\":\"2026-06-30T23:59:58Z\",\
     \"EventDate\":1782863997000,\"Status\":\"Invalid Password\",\"Id\":\"0Ya000000000003AAA\",\
     \"User\":{\"Username\":\"ann@x.com\"},\"SourceIp\":\"192.0.2.1\",\"EventDate\":\"2026-06-30T23:59:58Z\"}\n",
    "{\"UserId\":\"0055g00000In035AAQ\",\"EventDate\":\"2026-06-30T23:59:56Z\",\
     \"LoginHistoryId\":\"0Ya000000000002AAA\",\"Status\":\"Invalid Password\",\"LoginHistoryId\":null}\n",
    "{\"UserId\":\"0055g00000In035AAQ\",\"EventDate\":\"2026-06-30T23:59:57Z\",\
     \"LoginHistoryId\":\"0Ya000000000001AAA\",\"Status\":\"Success\"}\n",
    "{\"UserId\":\"0055g00000In035AAQ\",\"EventDate\":\"2026-06-30T23:59:58Z\",\
     \"LoginHistoryId\":\"0Ya000000000003AAA\",\"Status\":\"Success\"}\n",
];

/// What rows tell that are like one of some rows, beside what they tell when read in full: those
/// rows with each byte replaced, taken out and doubled. Returns how many were unlike, and like.
fn compare(head: &str, rows: &[&str], behind: &str) -> [u32; 2] {
    let layouts = Layouts::load().expect("the layouts");
    let known = Known::load().expect("the lists");
    let assumed = Assumed {
        order: None,
        zone: Zone::UTC,
    };
    let reading = Reading::of(head.as_bytes(), &layouts, None, &known.zones, assumed);
    let reading = reading.expect("a layout");
    let mut counts = [0, 0];
    for row in rows {
        let (mut names, mut others) = (Names::default(), Names::default());
        let mut alike = Decoder::new(&reading, &known, &mut names, None, Memo::default());
        let mut record = Record::default();
        for row in rows {
            reading.splitter().next(row.as_bytes(), true, &mut record);
            let row = alike.row(&record, row.as_bytes());
            assert!(matches!(row, Row::Attempt { .. }), "{row:?}");
        }
        for at in 0..row.len() {
            for put in ["", "x", "\"", ",", "\n", "7", "\\", "}"]
                .into_iter()
                .chain([&row[at..=at]])
            {
                for behind_it in [at, at + 1] {
                    let text = [&row[..at], put, &row[behind_it..], behind].concat();
                    let block = text.as_bytes();
                    let found = alike.repeated(block, &mut record);
                    let found = found.map(|found| {
                        let row = Row::Attempt {
                            at: found.at,
                            user: found.user,
                            dims: found.dims,
                        };
                        (told(&alike, row, (&record, block)), found.bytes)
                    });
                    counts[usize::from(found.is_some())] += 1;
                    let Some((found, bytes)) = found else {
                        continue;
                    };
                    let step = reading.splitter().next(block, true, &mut record);
                    assert_eq!(step, Step::Record { bytes, lines: 1 }, "{text}");
                    let memo = Memo::default();
                    let mut full = Decoder::new(&reading, &known, &mut others, None, memo);
                    let row = full.row(&record, &block[..bytes]);
                    let row = told(&full, row, (&record, block));
                    assert!(row.is_some() && found == row, "{text}: {found:?}, {row:?}");
                }
            }
        }
    }
    counts
}

#[test]
fn a_row_that_is_like_another_tells_what_it_tells_when_read_in_full() {
    let counts = compare(HEADER, &ROWS, &"Login,next\n".repeat(3));
    assert!(counts.iter().all(|count| *count > 500), "{counts:?}");
}

#[test]
fn an_object_that_is_like_another_tells_what_it_tells_when_read_in_full() {
    for program in [&OBJECTS[..3], &OBJECTS[3..5], &OBJECTS[5..7], &OBJECTS[7..]] {
        let counts = compare(&program.concat(), program, "{\"EventDate\":\"\"}\n");
        assert!(counts.iter().all(|count| *count > 100), "{counts:?}");
    }
}
