//! What the entries of one log add up to, in their order and in bounded memory.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::identity::Met;
use super::read::{Read1, Told};
use super::{LogClient, LogError, LogRead, LogSecret, LogToRead};
use crate::catalogue::{CauseIx, Known, Said};
use crate::event::{Basis, Dims, Flow, Instant, Kind, Place};
use crate::normalise::Names;
use crate::normalise::log::{Carried, LogEntry, LogKind, Settler, TimeBasis};
use crate::tally::Part;
use crate::tally::counts::Counts;

/// Errors of a file that are kept one by one; equal ones of a minute are one beyond.
pub const KEPT: usize = 20_000;
/// Descriptions of a file that are kept as they are said. No client has so many: beyond, what is new
/// holds a number of its own each time, and is told by its code.
pub const DESCRIPTIONS: usize = 1_000;
/// Places of secrets that are kept of a file; beyond they are counted.
pub const SECRETS: usize = 1_000;
/// Characters of a line that are kept as evidence.
const TEXT: usize = 300;

/// What errors share to be one beyond [`KEPT`].
#[derive(PartialEq, Eq, Hash)]
struct Alike {
    minute: Option<u32>,
    app: Arc<str>,
    user: Option<Arc<str>>,
    host: Option<Arc<str>>,
    description: Arc<str>,
    cause: CauseIx,
}

/// How a file is read: the first time, or again in the light of others.
#[derive(Debug, Default)]
pub(super) struct Way {
    /// Records that are noted one by one, for others may have them too.
    pub(super) note: usize,
    /// The failures of the older part of its log.
    pub(super) carried: Carried,
    /// Records that other files keep, and how many of each.
    pub(super) dropped: FxHashMap<u128, u32>,
}

/// One log while it is put together.
// wide: all that one file adds up to
pub(super) struct Fold<'a> {
    file: &'a LogToRead<'a>,
    note: usize,
    dropped: FxHashMap<u128, u32>,
    known: &'a Known,
    settler: Settler,
    texts: BTreeSet<Arc<str>>,
    descriptions: BTreeSet<Arc<str>>,
    alike: FxHashMap<Alike, usize>,
    clients: BTreeMap<(Arc<str>, Option<Arc<str>>), LogClient>,
    counts: Counts,
    names: Names,
    lines: u64,
    done: LogRead,
}

impl<'a> Fold<'a> {
    pub(super) fn of(
        file: &'a LogToRead<'a>,
        way: &Way,
        known: &'a Known,
        cuts: &[Instant],
    ) -> Self {
        Self {
            file,
            note: way.note,
            dropped: way.dropped.clone(),
            known,
            settler: Settler::behind(way.carried.clone()),
            texts: BTreeSet::new(),
            descriptions: BTreeSet::new(),
            alike: FxHashMap::default(),
            clients: BTreeMap::new(),
            counts: Counts::cut_at(cuts),
            names: Names::default(),
            lines: 0,
            done: LogRead {
                input: file.input,
                name: file.about.name.stem.clone(),
                is_log: file.forced,
                ..LogRead::default()
            },
        }
    }

    /// Adds the next part of the file.
    pub(super) fn add(&mut self, part: Read1) {
        self.done.ledger += part.ledger;
        self.done.rejects.append(&part.rejects, self.lines);
        if self.done.cut_short.is_none() {
            self.done.cut_short = part.cut_short;
        }
        for told in part.entries {
            self.entry(told);
        }
        self.lines += part.lines;
    }

    fn entry(&mut self, told: Told) {
        let Told {
            mut entry,
            lines,
            text,
        } = told;
        entry.line += self.lines;
        self.settler.next(&mut entry);
        self.shorten(&mut entry);
        let is_kept_elsewhere = self.is_kept_elsewhere(&entry, &text);
        self.done.ledger += match is_kept_elsewhere {
            true => entry.ledger(lines).duplicates_alone(),
            false => entry.ledger(lines),
        };
        self.done.zone_assumed |= entry.time.basis == TimeBasis::ZoneAssumed;
        let tells = matches!(entry.kind, LogKind::Error | LogKind::Success);
        let of_secrets = entry.kind == LogKind::Secrets && self.file.about.salesforce;
        self.done.is_log |= entry.time.at.is_some() && (tells || of_secrets);
        if is_kept_elsewhere {
            return;
        }
        let place = Place::new(self.file.input, entry.line);
        for kind in &entry.secrets {
            if self.done.found.secrets.len() < SECRETS {
                let (kind, at) = (*kind, entry.time.at);
                self.done.found.secrets.push(LogSecret { place, kind, at });
            } else {
                self.done.more_secrets += 1;
            }
        }
        if tells {
            self.login(entry, place, &text);
        }
    }

    /// Whether a record stands in a file that keeps it.
    fn is_kept_elsewhere(&mut self, entry: &LogEntry, text: &str) -> bool {
        if entry.kind == LogKind::Error && self.done.trace.opening.is_none() {
            self.done.trace.opening = Some(entry.clone());
        }
        if self.note == 0 && self.dropped.is_empty() {
            return false;
        }
        let met = Met::of(entry, text);
        if self.note > 0 {
            let noted = &mut self.done.trace.noted;
            noted.add(met, entry.time.at, self.note);
        }
        match self.dropped.get_mut(&met.id()) {
            Some(left) if *left > 0 => {
                *left -= 1;
                true
            }
            _ => false,
        }
    }

    /// Keeps a file that says the same in ever new words from filling memory and report.
    fn shorten(&mut self, entry: &mut LogEntry) {
        let Some(said) = entry.description.as_deref() else {
            return;
        };
        if self.descriptions.contains(said) {
            return;
        }
        if self.descriptions.len() < DESCRIPTIONS {
            let said = self.text(said);
            self.descriptions.insert(said);
        } else if let Some((code, _)) = said.split_once(": ") {
            let code = code.to_owned();
            let alone = Said {
                code: Some(code.clone()),
                description: None,
                known: false,
            };
            entry.cause = Some(self.known.causes.cause_of(&alone));
            entry.description = Some(code);
        }
    }

    /// A login that failed or worked.
    fn login(&mut self, entry: LogEntry, place: Place, text: &str) {
        let app = self.text(entry.app.as_deref().unwrap_or(&self.file.app));
        let user = entry.user.as_deref().map(|user| self.text(user));
        let failed = entry.kind == LogKind::Error;
        self.client(&app, &user, entry.time.at, failed);
        let description = self.text(entry.description.as_deref().unwrap_or("Success"));
        let host = entry.host.as_deref().map(|host| self.text(host));
        if let Some(at) = entry.time.at {
            let flow = flow(entry.endpoint.as_deref());
            self.attempt(
                at,
                failed,
                (&app, &user, &host),
                (flow, &description),
                place,
            );
        }
        if !failed {
            return;
        }
        self.done.undated += u64::from(entry.time.at.is_none());
        let cause = entry.cause.unwrap_or(self.known.causes.unrecognised());
        let errors = &mut self.done.found.errors;
        let alike = Alike {
            minute: entry.time.at.map(Instant::minute),
            app: Arc::clone(&app),
            user: user.clone(),
            host: host.clone(),
            description: Arc::clone(&description),
            cause,
        };
        if errors.len() >= KEPT
            && let Some(&same) = self.alike.get(&alike)
        {
            errors[same].count += 1;
            return;
        }
        // Only what comes beyond looks here, so the first of them are no one's to join.
        if errors.len() >= KEPT {
            self.alike.insert(alike, errors.len());
        }
        let shown: String = text.chars().take(TEXT).collect();
        let (org, text) = (self.file.org.map(|org| self.text(org)), self.text(&shown));
        let endpoint = entry.endpoint.as_deref().map(|path| self.text(path));
        self.done.found.errors.push(LogError {
            place,
            at: entry.time.at,
            basis: entry.time.basis,
            org,
            app,
            user,
            host,
            endpoint,
            description,
            cause,
            text,
            count: 1,
        });
    }

    /// Each distinct text is kept once.
    fn text(&mut self, text: &str) -> Arc<str> {
        if let Some(known) = self.texts.get(text) {
            return Arc::clone(known);
        }
        let fresh: Arc<str> = Arc::from(text);
        self.texts.insert(Arc::clone(&fresh));
        fresh
    }

    fn client(
        &mut self,
        app: &Arc<str>,
        user: &Option<Arc<str>>,
        at: Option<Instant>,
        failed: bool,
    ) {
        let key = (Arc::clone(app), user.clone());
        let client = self.clients.entry(key).or_insert_with(|| LogClient {
            app: Arc::clone(app),
            user: user.clone(),
            errors: 0,
            successes: 0,
            first: None,
            last: None,
            last_success: None,
        });
        client.add(&LogClient {
            app: Arc::clone(app),
            user: None,
            errors: u64::from(failed),
            successes: u64::from(!failed),
            first: at,
            last: at,
            last_success: at.filter(|_| !failed),
        });
    }

    /// The same as an attempt, for a run without exports.
    fn attempt(
        &mut self,
        at: Instant,
        failed: bool,
        (app, user, host): (&Arc<str>, &Option<Arc<str>>, &Option<Arc<str>>),
        (flow, description): (Flow, &str),
        place: Place,
    ) {
        let symbols = &mut self.names.symbols;
        let dims = Dims {
            kind: Kind::Log,
            success: !failed,
            flow,
            basis: Basis::Inferred,
            org: symbols.intern(self.file.org.unwrap_or("")),
            app: symbols.intern(app),
            description: symbols.intern(description),
            host: symbols.intern(host.as_deref().unwrap_or("")),
            ..Dims::default()
        };
        let user = self.names.users.intern(user.as_deref().unwrap_or(""));
        let dims = self.names.dims.intern(dims);
        self.counts.add(at, !failed, user, dims, place);
    }

    pub(super) fn finish(mut self) -> LogRead {
        self.counts.flush();
        self.done.found.clients = self.clients.into_values().collect();
        self.done.found.part = Part {
            names: self.names,
            rows: self.counts.into_rows(),
        };
        self.done.trace.lines = self.lines;
        self.done.trace.carried = self.settler.carried(self.lines);
        self.done
    }
}

/// The flow, as far as where a client turned to tells it.
fn flow(endpoint: Option<&str>) -> Flow {
    match endpoint {
        Some(path) if path.starts_with("/services/Soap") => Flow::SoapLogin,
        _ => Flow::OauthUnknown,
    }
}
