//! One row of an export to an attempt: the hot path.
//!
//! What repeats from row to row is decoded once: all fields but user and time are looked up as
//! raw bytes, and only a combination not met before is trimmed, parsed and interned.

mod alike;
mod changes;
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
use super::value::flow::{Told, flow};
use super::value::known::{api_version, client, host, known, tls};
use super::value::login_id::{IdKind, LoginId};
use super::value::time::{TimeFault, TimeReader};
use super::value::{address, id};
use crate::catalogue::Known;
use crate::event::{Dims, DimsId, DimsTable, Instant, Kind, Sym};
use crate::ingest::{Escape, Record};

/// Combinations remembered before the table is emptied: many more than real files have.
const REMEMBERED: usize = 1 << 16;

/// The fields that make up [`Dims`], in the order in which they are looked at.
const DIMS_ROLES: [Role; 16] = [
    Role::EventType,
    Role::Status,
    Role::RequestStatus,
    Role::Org,
    Role::App,
    Role::Source,
    Role::ClientIp,
    Role::LoginType,
    Role::LoginSubtype,
    Role::Country,
    Role::Browser,
    Role::ClientVersion,
    Role::ApiType,
    Role::ApiVersion,
    Role::Tls,
    Role::Host,
];

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
        let roles = DIMS_ROLES.iter().chain(&[Role::Uri]);
        let mut dims_columns: Vec<usize> = roles.filter_map(|&role| columns.at(role)).collect();
        dims_columns.sort_unstable();
        dims_columns.dedup();
        let mut memo = memo.for_file(reading, org);
        let tails = memo.tails();
        let tails = tails.unwrap_or_else(|| Tails::of(columns, &dims_columns));
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
            tail_at: None,
            dims_spans: spans(&dims_columns),
            dims_columns,
            id_column: columns.at(Role::Id).map(|column| (column, kind)),
            key: Vec::new(),
            memo,
            latin1: false,
            around: Around::of(reading, &known.footers),
            orgs: BTreeSet::new(),
            named: GivenNames::default(),
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
            columns: 0,
        };
        (evidence, self.named.into_all(), self.memo)
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

    /// The combination of everything but user and time; `None` for rows of another event type.
    fn dims(&mut self, record: &Record, block: &[u8]) -> Result<Option<DimsId>, Reason> {
        self.key.clear();
        if self.reading.container.has_keys() {
            for &column in &self.dims_columns {
                record.push_key(block, column, &mut self.key);
            }
        } else {
            for &span in &self.dims_spans {
                record.push_span(block, span, &mut self.key);
            }
        }
        if let Some(dims) = self.recall() {
            return Ok(dims);
        }
        let dims = self.intern_dims(record, block)?;
        self.remember(dims);
        Ok(dims)
    }

    fn intern_dims(&mut self, record: &Record, block: &[u8]) -> Result<Option<DimsId>, Reason> {
        let columns = &self.reading.columns;
        let field = |role| columns.at(role).map(|column| record.text(block, column));
        let fields: [_; DIMS_ROLES.len()] = DIMS_ROLES.map(field);
        let uri = field(Role::Uri);
        let text = |role: Role| {
            let at = DIMS_ROLES.iter().position(|&known| known == role);
            at.and_then(|at| fields[at].as_deref()).unwrap_or("")
        };
        if known(text(Role::EventType)).is_some_and(|event| !event.eq_ignore_ascii_case("login")) {
            return Ok(None);
        }
        self.latin1 |= self
            .dims_columns
            .iter()
            .any(|&column| !record.is_utf8(block, column));
        let (success, description) = self.outcome(text(Role::Status), text(Role::RequestStatus))?;
        let told = Told {
            login_type: text(Role::LoginType),
            login_subtype: text(Role::LoginSubtype),
            api_type: text(Role::ApiType),
            uri: uri.as_deref().unwrap_or(""),
        };
        let flows = &self.known.flows;
        let (flow, basis) = flow(told, flows);
        let unknown_type = known(told.login_type).filter(|text| flows.login_type(text).is_none());
        let unknown_subtype =
            known(told.login_subtype).filter(|text| flows.subtype(text).is_none());
        let source = address::source(text(Role::Source));
        let source = source.or_else(|| address::source(text(Role::ClientIp)));
        let client = client(text(Role::ClientVersion)).or_else(|| client(text(Role::Browser)));
        let named_org = self.org;
        let symbols = &mut self.names.symbols;
        let mut sym = |text: Option<&str>| text.map_or(Sym::UNKNOWN, |text| symbols.intern(text));
        let org = known(text(Role::Org)).map(id::long_id);
        if let Some(org) = org.as_deref().filter(|org| !self.orgs.contains(*org)) {
            self.orgs.insert(org.to_owned());
        }
        let dims = Dims {
            kind: Kind::Attempt,
            success,
            flow,
            basis,
            org: org.as_deref().map_or(named_org, |org| sym(Some(org))),
            app: sym(known(text(Role::App))),
            description: sym(description),
            source: sym(source.as_deref()),
            country: sym(known(text(Role::Country))),
            client: sym(client.as_deref()),
            api_version: sym(api_version(text(Role::ApiVersion))),
            tls: sym(tls(text(Role::Tls)).as_deref()),
            host: sym(host(text(Role::Host)).as_deref()),
            unknown_type: sym(unknown_type),
            unknown_subtype: sym(unknown_subtype),
        };
        Ok(Some(self.names.dims.intern(dims)))
    }

    /// Success or not, and what the source says of it.
    fn outcome<'t>(
        &self,
        status: &'t str,
        request: &'t str,
    ) -> Result<(bool, Option<&'t str>), Reason> {
        let successes = &self.known.successes;
        if let Some(status) = known(status) {
            return Ok((successes.is_status(status), Some(status)));
        }
        match known(request) {
            Some(request) => Ok((successes.is_request(request), Some(request))),
            None => {
                let columns = &self.reading.columns;
                let role = columns
                    .at(Role::Status)
                    .map_or(Role::RequestStatus, |_| Role::Status);
                Err(Reason::NoOutcome(role))
            }
        }
    }
}

/// Runs of neighbours in a sorted list of columns: the first and the last of each.
fn spans(columns: &[usize]) -> Vec<(usize, usize)> {
    let runs = columns.chunk_by(|a, b| a + 1 == *b);
    let ends = runs.map(|run| (run.first().copied(), run.last().copied()));
    ends.filter_map(|(first, last)| first.zip(last)).collect()
}

fn time_role(columns: &Columns) -> Role {
    columns
        .at(Role::Time)
        .map_or(Role::Timestamp, |_| Role::Time)
}
