//! One row of an export to an attempt: the hot path.
//!
//! What repeats from row to row is decoded once: all fields but user and time are looked up as
//! raw bytes, and only a combination not met before is trimmed, parsed and interned.

mod alike;
mod changes;
mod dims;
mod memo;
mod repeated;
mod users;

use alike::Alike;
pub use memo::Memo;
pub use repeated::Repeated;

use std::collections::BTreeSet;

use super::around::Around;
use super::layout::{Columns, LayoutKind};
use super::names::{Given, GivenNames, Names};
use super::reading::Reading;
use super::reject::{Reason, value};
use super::role::Role;
use super::row::{Evidence, Row};
use super::tails::Tails;
use super::value::login_id::{IdKind, LoginId};
use super::value::time::{TimeFault, TimeReader};
use crate::catalogue::Known;
use crate::event::{DimsTable, Instant, Sym};
use crate::ingest::{Escape, Record};

/// Combinations remembered before the table is emptied: many more than real files have.
const REMEMBERED: usize = 1 << 16;

/// Decodes the rows of one file.
pub struct Decoder<'a> {
    reading: &'a Reading<'a>,
    known: &'a Known,
    names: &'a mut Names,
    time: TimeReader<'a>,
    /// The org of files that name none.
    org: Sym,
    dims_columns: Vec<usize>,
    /// Those that stand side by side: the first and the last of each such run.
    dims_spans: Vec<(usize, usize)>,
    /// The column of the logins' ids, and their kind.
    id_column: Option<(usize, IdKind)>,
    key: Vec<u8>,
    tails: Tails,
    /// Where the end of the row that is read next begins, if it is to be remembered.
    tail_at: Option<usize>,
    alike: Alike,
    /// Columns of rows that were like another, one bit each.
    seen: u64,
    memo: Memo,
    latin1: bool,
    around: Around<'a>,
    orgs: BTreeSet<String>,
    named: GivenNames,
}

impl<'a> Decoder<'a> {
    /// A decoder for one file. `org` is the name that the user gave it, `memo` what an earlier
    /// decoder with the same tables remembers.
    pub fn new(
        reading: &'a Reading<'a>,
        known: &'a Known,
        names: &'a mut Names,
        org: Option<&str>,
        memo: Memo,
    ) -> Self {
        let columns = &reading.columns;
        let dims_columns = dims::columns(columns);
        let mut memo = memo.for_file(reading, org);
        let tails = memo.tails();
        let tails = tails.unwrap_or_else(|| match reading.container.has_keys() {
            true => Tails::none(),
            false => Tails::of(columns, &dims_columns),
        });
        let alike = memo.alike();
        let alike = alike.unwrap_or_else(|| Alike::of(reading, &dims_columns));
        let org = org.map_or(Sym::UNKNOWN, |org| names.symbols.intern(org));
        let kind = IdKind::of_column(columns.name(Role::Id));
        Self {
            reading,
            known,
            time: TimeReader::new(&reading.clock, &known.zones),
            names,
            org,
            tails,
            alike,
            seen: 0,
            tail_at: None,
            dims_spans: dims::spans(&dims_columns),
            dims_columns,
            id_column: columns.at(Role::Id).map(|column| (column, kind)),
            key: Vec::new(),
            named: std::mem::take(&mut memo.named),
            memo,
            latin1: false,
            around: Around::of(reading, &known.footers),
            orgs: BTreeSet::new(),
        }
    }

    /// What the rows so far say about how the file must be read, the names that they give to user
    /// ids, and what is worth remembering for a next file.
    pub fn finish(mut self) -> (Evidence, Vec<Given>, Memo) {
        // Bytes that are no UTF-8 have to be noted in each file anew.
        if self.latin1 {
            self.memo = Memo::default();
        } else {
            self.memo.keep(self.tails, self.alike);
        }
        let evidence = Evidence {
            time: self.time.into_evidence(),
            latin1: self.latin1,
            other_header: self.around.other_header(),
            orgs: self.orgs,
            columns: self.seen,
        };
        let named = self.named.take_all();
        self.memo.named = self.named;
        (evidence, named, self.memo)
    }

    /// The combinations met so far.
    pub fn dims_table(&self) -> &DimsTable {
        &self.names.dims
    }

    /// The texts met so far.
    pub fn names(&self) -> &Names {
        self.names
    }

    /// The id of the login in a row, where the file has such a column and the row a real id.
    #[inline]
    pub fn login_id<'b>(&self, record: &Record, block: &'b [u8]) -> Option<LoginId<'b>> {
        let (column, kind) = self.id_column?;
        let text = record.raw(block, column);
        LoginId::of(text, self.reading.columns.name(Role::Id), kind)
    }

    /// What a record is. `block` is the bytes that the record's fields point into.
    pub fn row(&mut self, record: &Record, block: &[u8]) -> Row {
        if self.around.is_behind_other_header() {
            return self.around.row(record, block, Reason::OtherHeader);
        }
        match self.sound_row(record, block) {
            Row::Reject(reason) => self.around.row(record, block, reason),
            row => row,
        }
    }

    fn sound_row(&mut self, record: &Record, block: &[u8]) -> Row {
        let width = self.reading.columns.width();
        if record.len() != width && !(record.len() > width && record.empty_from(width)) {
            let count = |len| u32::try_from(len).unwrap_or(u32::MAX);
            return Row::Reject(Reason::FieldCount {
                got: count(record.len()),
                want: count(width),
            });
        }
        match self.reading.layout.kind {
            LayoutKind::Logins => self.login(record, block),
            LayoutKind::Users => self.user_row(record, block),
            LayoutKind::Changes => self.change(record, block),
            // lines of logs are no records
            LayoutKind::Log => Row::Ignored,
        }
    }

    fn login(&mut self, record: &Record, block: &[u8]) -> Row {
        let dims = match self.dims(record, block) {
            Ok(Some(dims)) => dims,
            Ok(None) => return Row::Ignored,
            Err(reason) => return Row::Reject(reason),
        };
        match self.at(record, block) {
            Ok(at) => {
                if let Some(tail_at) = self.tail_at.take() {
                    self.tails.remember(&block[tail_at..], dims);
                }
                let met = self.user(record, block, at);
                if self.tails.from().is_none() {
                    self.alike.learn(record, block, dims, met);
                }
                let user = met.user;
                Row::Attempt { at, user, dims }
            }
            Err(None) => Row::Undecided,
            Err(Some(reason)) => Row::Reject(reason),
        }
    }

    /// The time; `Err(None)` while the file's zone is open.
    fn at(&mut self, record: &Record, block: &[u8]) -> Result<Instant, Option<Reason>> {
        let columns = &self.reading.columns;
        let mut fault = TimeFault::Empty;
        let mut faulty = Role::Time;
        for role in [Role::Time, Role::Timestamp] {
            let Some(column) = columns.at(role) else {
                continue;
            };
            let read = match record.escape(column) {
                Escape::None => self.time.read(record.raw(block, column)),
                _ => self.time.read(record.text(block, column).as_bytes()),
            };
            match read {
                Ok(at) => return Ok(at),
                Err(TimeFault::Empty) => {}
                Err(other) => (fault, faulty) = (other, role),
            }
        }
        let text = || value(record.raw(block, columns.at(faulty).unwrap_or(usize::MAX)));
        Err(match fault {
            TimeFault::Empty => Some(Reason::NoTime(time_role(columns))),
            TimeFault::NotATime => Some(Reason::BadTime(faulty, text())),
            TimeFault::UnknownZone => Some(Reason::UnknownZone(faulty, text())),
            TimeFault::Undecided => None,
        })
    }
}

fn time_role(columns: &Columns) -> Role {
    columns
        .at(Role::Time)
        .map_or(Role::Timestamp, |_| Role::Time)
}
