//! Rows that are like an earlier one of the same user: only what differs is taken out of them.
//!
//! A machine logs in the same way every time, so that most rows differ from an earlier one in their
//! time, their id and what an export measures. What such a row holds beside is compared with the
//! earlier one as it stands there, without being split into fields again.

use rustc_hash::FxHashMap;

use super::memo::UserMet;
use crate::event::DimsId;
use crate::ingest::{Container, Escape, Record, Step, csv};
use crate::normalise::layout::LayoutKind;
use crate::normalise::reading::Reading;
use crate::normalise::role::Role;
use crate::normalise::worth::Worth;

/// Rows that are remembered before all are forgotten.
const REMEMBERED: usize = 1 << 14;
/// Rows that are remembered of one user: as many as a row is compared with.
const OF_USER: usize = 4;
/// A longer row is no login's.
const LONGEST: usize = 4096;
/// The number of no row.
const NONE: u32 = u32::MAX;

/// How the rows of files of one shape repeat.
#[derive(Debug)]
pub(super) struct Alike {
    delimiter: u8,
    /// The column by which users are told apart; `None` where nothing is compared.
    key: Option<usize>,
    /// By column: whether it tells who or what a row is about.
    telling: Vec<bool>,
    /// By column: whether it may differ from row to row.
    free: Vec<bool>,
    /// By column: whether what it holds is asked for all the same.
    asked: Vec<bool>,
    models: Vec<Model>,
    /// The rows that are remembered of each user, the last one that was met first.
    of_user: FxHashMap<Box<[u8]>, [u32; OF_USER]>,
    worth: Worth,
}

/// A row that others are like.
#[derive(Debug)]
pub(super) struct Model {
    pub(super) dims: DimsId,
    pub(super) user: UserMet,
    /// The columns before the user's that tell something, and their content.
    before: Vec<(usize, Box<[u8]>)>,
    /// The bytes behind the user's field and its delimiter, to the line end.
    rest: Box<[u8]>,
    /// Where the fields that may differ stand there.
    free: Vec<Free>,
}

#[derive(Clone, Copy, Debug)]
struct Free {
    column: usize,
    start: usize,
    end: usize,
}

impl Alike {
    /// For the rows of a file, of whose columns `telling` make up the combination.
    pub(super) fn of(reading: &Reading<'_>, telling: &[usize]) -> Self {
        let columns = &reading.columns;
        let delimiter = match reading.container {
            Container::Csv { delimiter } if reading.layout.kind == LayoutKind::Logins => delimiter,
            _ => return Self::never(),
        };
        let by_role = |roles: &[Role]| {
            let mut has = vec![false; columns.width()];
            let known = roles.iter().filter_map(|role| columns.at(*role));
            known.for_each(|column| has[column] = true);
            has
        };
        let users = by_role(&[Role::User, Role::UserId]);
        // Beside the derived id of a user the plain one may stand, further to the left.
        let is_user = |at: &usize| users[*at] || columns.names[*at].eq_ignore_ascii_case("USER_ID");
        let key = (0..columns.width()).find(is_user);
        let mut all_telling = users.clone();
        telling
            .iter()
            .for_each(|column| all_telling[*column] = true);
        let asked = by_role(&[Role::Time, Role::Timestamp, Role::Id]);
        Self {
            delimiter,
            key: key.filter(|key| key + 1 < columns.width()),
            telling: all_telling,
            free: asked.clone(),
            asked,
            ..Self::never()
        }
    }

    /// Where nothing is compared.
    fn never() -> Self {
        Self {
            delimiter: b',',
            key: None,
            telling: Vec::new(),
            free: Vec::new(),
            asked: Vec::new(),
            models: Vec::new(),
            of_user: FxHashMap::default(),
            worth: Worth::default(),
        }
    }

    /// The number and the bytes of the row that the one at the start of `block` is like. The
    /// fields that are asked for are then in `record`. `None` says nothing.
    #[inline]
    pub(super) fn find(&mut self, block: &[u8], record: &mut Record) -> Option<(u32, usize)> {
        let key = self.key?;
        if !self.worth.goes_on() {
            self.key = None;
            self.forget();
            return None;
        }
        let found = match csv::leading(block, key + 1, self.delimiter, record) {
            Some(from) => self.find_behind(block, (key, from), record),
            None => None,
        };
        self.worth.note(found.is_some());
        found
    }

    #[inline]
    fn find_behind(
        &mut self,
        block: &[u8],
        (key, from): (usize, usize),
        record: &mut Record,
    ) -> Option<(u32, usize)> {
        let of_user = self.of_user.get_mut(record.raw(block, key))?;
        for at in 0..OF_USER {
            let number = of_user[at];
            let model = self.models.get(number as usize)?;
            let asked = &self.asked;
            if let Some(end) = model.is_like(block, from, (self.delimiter, asked), record) {
                of_user[..=at].rotate_right(1);
                return Some((number, end));
            }
        }
        None
    }

    /// A row that [`Alike::find`] found.
    #[inline]
    pub(super) fn model(&mut self, number: u32) -> &mut Model {
        &mut self.models[number as usize]
    }

    /// Forgets all rows.
    pub(super) fn forget(&mut self) {
        self.models = Vec::new();
        self.of_user = FxHashMap::default();
    }

    /// Remembers a row that was read in full.
    pub(super) fn learn(&mut self, record: &Record, row: &[u8], dims: DimsId, user: UserMet) {
        let Some(key) = self.key else { return };
        let one_line = memchr::memchr(b'\n', row).is_some_and(|at| at + 1 == row.len());
        let is_plain = |column| record.escape(column) == Escape::None;
        let before = || (0..key).filter(|column| self.telling[*column]);
        let fits = one_line && row.len() <= LONGEST && record.len() > key + 1;
        if !(fits && is_plain(key) && before().all(is_plain)) {
            return;
        }
        let content = |column| Box::from(record.raw(row, column));
        let before: Vec<_> = before().map(|column| (column, content(column))).collect();
        if self.models.len() >= REMEMBERED {
            self.forget();
        }
        let next = self.models.len() as u32;
        let of_user = self.of_user.entry(content(key)).or_insert([NONE; OF_USER]);
        let same = |number: &u32| {
            let model = self.models.get(*number as usize);
            model.is_some_and(|model| model.dims == dims && model.user.user == user.user)
        };
        let known = of_user.iter().position(same);
        // A new one takes the place of the one that was not met for the longest time.
        let place = known.unwrap_or(OF_USER - 1);
        of_user[..=place].rotate_right(1);
        if known.is_none() {
            of_user[0] = next;
        }
        let number = of_user[0] as usize;
        if known.is_some() {
            self.free_what_differs((number, key), record, row);
        }
        let (_, from) = record.span(row, key);
        let behind = (key + 1..record.len()).filter(|column| self.is_free(*column));
        let free = behind.map(|column| {
            let (start, end) = record.span(row, column);
            Free {
                column,
                start: start - from - 1,
                end: end - from - 1,
            }
        });
        let model = Model {
            dims,
            user,
            before,
            rest: row[from + 1..].into(),
            free: free.collect(),
        };
        match self.models.get_mut(number) {
            Some(known) => *known = model,
            None => self.models.push(model),
        }
    }

    fn is_free(&self, column: usize) -> bool {
        self.free.get(column).copied().unwrap_or(false)
    }

    /// Columns that differ though the row tells the same may differ from now on.
    fn free_what_differs(&mut self, (number, key): (usize, usize), record: &Record, row: &[u8]) {
        let rest = &self.models[number].rest;
        let mut known = Record::default();
        if !matches!(
            csv::next(rest, true, self.delimiter, &mut known),
            Step::Record { .. }
        ) {
            return;
        }
        for column in key + 1..self.free.len() {
            let differs = known.raw(rest, column - key - 1) != record.raw(row, column);
            self.free[column] |= differs && !self.telling[column];
        }
    }
}

impl Model {
    /// Whether a row is like this one: then where it ends. `from` is where it goes on behind the
    /// user's field, and `record` holds the fields before.
    #[inline]
    fn is_like(
        &self,
        block: &[u8],
        from: usize,
        (delimiter, asked): (u8, &[bool]),
        record: &mut Record,
    ) -> Option<usize> {
        let same = |(column, content): &(usize, Box<[u8]>)| {
            record.raw(block, *column) == &**content && record.escape(*column) == Escape::None
        };
        if !self.before.iter().all(same) {
            return None;
        }
        let (mut at, mut known) = (from, 0);
        for free in &self.free {
            let fixed = &self.rest[known..free.start];
            if !block.get(at..)?.starts_with(fixed) {
                return None;
            }
            let (field, end) = csv::plain_field(block, at + fixed.len(), delimiter)?;
            at = end;
            if asked[free.column] {
                record.put(free.column, field);
            }
            known = free.end;
        }
        let fixed = &self.rest[known..];
        block
            .get(at..)?
            .starts_with(fixed)
            .then(|| at + fixed.len())
    }
}

#[cfg(test)]
mod tests {
    use crate::catalogue::Known;
    use crate::event::{Dims, Instant, Zone};
    use crate::ingest::{Record, Step, csv};
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
    type Told = (Instant, String, Vec<String>, bool);

    fn told(decoder: &Decoder<'_>, row: Row, login: (&Record, &[u8])) -> Option<Told> {
        let Row::Attempt { at, user, dims } = row else {
            return None;
        };
        let symbols = &decoder.names().symbols;
        let dims: &Dims = decoder.dims_table().get(dims);
        let texts = dims.symbols().map(|sym| symbols.text(sym).to_owned());
        let has_id = decoder.login_id(login.0, login.1).is_some();
        let user = decoder.names().users.text(user).to_owned();
        Some((at, user, texts.to_vec(), has_id))
    }

    #[test]
    fn a_row_that_is_like_another_tells_what_it_tells_when_read_in_full() {
        let layouts = Layouts::load().expect("the layouts");
        let known = Known::load().expect("the lists");
        let assumed = Assumed {
            order: None,
            zone: Zone::UTC,
        };
        let reading = Reading::of(HEADER.as_bytes(), &layouts, None, &known.zones, assumed);
        let reading = reading.expect("an event log file");
        let behind = "Login,next\n".repeat(3);
        let mut counts = [0, 0];
        for row in ROWS {
            let (mut names, mut others) = (Names::default(), Names::default());
            let mut alike = Decoder::new(&reading, &known, &mut names, None, Memo::default());
            let mut record = Record::default();
            for row in ROWS {
                csv::next(row.as_bytes(), true, b',', &mut record);
                let row = alike.row(&record, row.as_bytes());
                assert!(matches!(row, Row::Attempt { .. }));
            }
            // Each byte replaced, taken out, and doubled; and the row as it is.
            for at in 0..row.len() {
                for put in ["", "x", "\"", ",", "\n", "7"]
                    .into_iter()
                    .chain([&row[at..=at]])
                {
                    for behind_it in [at, at + 1] {
                        let text = [&row[..at], put, &row[behind_it..], &behind].concat();
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
                        let step = csv::next(block, true, b',', &mut record);
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
        assert!(counts.iter().all(|count| *count > 500), "{counts:?}");
    }
}
