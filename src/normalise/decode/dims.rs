//! The combination of everything but user and time.

use super::Decoder;
use crate::event::{Dims, DimsId, Kind, Sym};
use crate::ingest::Record;
use crate::normalise::layout::Columns;
use crate::normalise::reject::Reason;
use crate::normalise::role::Role;
use crate::normalise::value::flow::{Told, flow};
use crate::normalise::value::known::{api_version, client, host, known, tls};
use crate::normalise::value::{address, id};

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

/// The columns that are looked at, sorted.
pub(super) fn columns(columns: &Columns) -> Vec<usize> {
    let roles = DIMS_ROLES.iter().chain(&[Role::Uri]);
    let mut all: Vec<usize> = roles.filter_map(|&role| columns.at(role)).collect();
    all.sort_unstable();
    all.dedup();
    all
}

/// Runs of neighbours in a sorted list of columns: the first and the last of each.
pub(super) fn spans(columns: &[usize]) -> Vec<(usize, usize)> {
    let runs = columns.chunk_by(|a, b| a + 1 == *b);
    let ends = runs.map(|run| (run.first().copied(), run.last().copied()));
    ends.filter_map(|(first, last)| first.zip(last)).collect()
}

impl Decoder<'_> {
    /// The combination of everything but user and time; `None` for rows of another event type.
    pub(super) fn dims(&mut self, record: &Record, block: &[u8]) -> Result<Option<DimsId>, Reason> {
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
