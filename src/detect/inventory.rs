//! Every integration: who logs in through what by which flow, and what that flow's future is.
//!
//! An integration is a user, an app and a flow with an attempt that is neither a password login
//! in the browser nor single sign-on. The export says by which flow an OAuth login came only
//! where it has a subtype; JWT bearer logins have none. So a success by an unnamed OAuth flow
//! counts as probably modern, and [`Integration::probable`] says where a status rests on that.

mod evidence;

use evidence::Evidence;
use rustc_hash::FxHashMap;

use super::Seen;
use super::cadence::{Stretch, longest_silence, period_seconds};
use super::refusals::{Earliest, Triple};
use crate::catalogue::{Retirement, Retirements};
use crate::event::{Basis, Flow, Instant, Place, Sym};
use crate::tally::{Pair, Row};

/// What becomes of an integration.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Status {
    /// Its flow retires, and nothing else is in use.
    Retiring,
    /// Its flow retires, but the same user or app already logs in by a modern one.
    Migrating,
    Modern,
    Unknown,
}

impl Status {
    /// The word that reports use.
    pub const fn id(self) -> &'static str {
        match self {
            Status::Retiring => "retiring",
            Status::Migrating => "migrating",
            Status::Modern => "modern",
            Status::Unknown => "unknown",
        }
    }
}

/// A user, app and flow that programs log in by. Numbers are those of the `Resolved` tables.
#[derive(Clone, Debug, PartialEq)]
// wide: the contract's integration, and what its finding needs
pub struct Integration<'a> {
    pub org: u32,
    pub user: u32,
    pub app: u32,
    pub flow: Flow,
    /// Stated where any of its attempts states the flow.
    pub basis: Basis,
    /// Successful attempts.
    pub logins: u64,
    pub failures: u64,
    /// The distinct known sources, the busiest first.
    pub sources: Vec<u32>,
    /// By number, then by text.
    pub api_versions: Vec<&'a str>,
    pub tls: Vec<&'a str>,
    /// Of all attempts.
    pub first: Instant,
    pub last: Instant,
    /// Of the successful ones.
    pub first_login: Option<Instant>,
    pub last_login: Option<Instant>,
    /// Seconds between attempts where they come regularly and that can be proved.
    pub period_seconds: Option<u64>,
    /// Milliseconds of the longest silence between two attempts.
    pub longest_silence: i64,
    pub status: Status,
    /// The status rests on successes by an OAuth flow that the export doesn't name.
    pub probable: bool,
    /// The user also logs in through the browser, so it is a person's account.
    pub person: bool,
    pub retires: Option<&'a Retirement>,
    /// When the username-password flow was first refused to the same user and app.
    pub refused: Option<Instant>,
    /// Where the first successful attempts stand.
    pub places: Vec<Place>,
}

/// Whether a flow is one that Salesforce retires: those of the contract, whatever is known of a
/// date, and others of which a date is known.
pub fn is_retiring(flow: Flow, retirements: &Retirements) -> bool {
    matches!(
        flow,
        Flow::OauthUsernamePassword | Flow::SoapLogin | Flow::OauthUserAgent
    ) || retirements.for_flow(flow).is_some()
}

/// Whether a flow is known to be a modern one.
pub const fn is_modern(flow: Flow) -> bool {
    matches!(
        flow,
        Flow::OauthWebServer
            | Flow::OauthRefreshToken
            | Flow::OauthClientCredentials
            | Flow::OauthJwtBearer
            | Flow::OauthDevice
            | Flow::OauthTokenExchange
    )
}

/// The integrations of all that was read and of what is reported, each sorted by org, user, app
/// and flow. A status rests on all that was read up to the end of what is reported in both.
#[derive(Clone, Debug, Default)]
pub struct Inventory<'a> {
    /// With all attempts up to the end of what is reported.
    pub whole: Vec<Integration<'a>>,
    /// With the attempts of what is reported; `None` where that begins with all that was read.
    part: Option<Vec<Integration<'a>>>,
}

impl<'a> Inventory<'a> {
    /// Looks at each pair of user and combination, and at its rows to count.
    pub fn of(seen: &Seen<'a>) -> Self {
        let evidence = Evidence::of(seen);
        let pairs = seen.tally.pairs();
        let is_part = pairs.all().iter().any(|pair| pair.first < seen.since);
        let (mut whole, mut part) = (Drafts::default(), Drafts::default());
        for pair in pairs.all() {
            let flow = seen.resolved.what[pair.dims.index()].flow;
            if matches!(flow, Flow::UiPassword | Flow::Sso) {
                continue;
            }
            let rows = pairs.rows(pair, seen.tally);
            let rows = rows.filter(|row| row.first <= seen.until);
            if is_part {
                whole.add(pair, rows.clone(), seen);
                part.add(pair, rows.filter(|row| row.last >= seen.since), seen);
            } else {
                whole.add(pair, rows, seen);
            }
        }
        Self {
            whole: whole.finish(seen, &evidence),
            part: is_part.then(|| part.finish(seen, &evidence)),
        }
    }

    /// With the attempts of what is reported.
    pub fn reported(&self) -> &[Integration<'a>] {
        self.part.as_deref().unwrap_or(&self.whole)
    }
}

/// Integrations while rows are added to them.
#[derive(Default)]
struct Drafts {
    index: FxHashMap<(Triple, Flow), usize>,
    all: Vec<Draft>,
}

impl Drafts {
    fn add<'r>(&mut self, pair: &Pair, rows: impl Iterator<Item = &'r Row>, seen: &Seen<'_>) {
        let mut rows = rows.peekable();
        if rows.peek().is_none() {
            return;
        }
        let triple = Triple::of_pair(pair, seen);
        let flow = seen.resolved.what[pair.dims.index()].flow;
        let at = *self.index.entry((triple, flow)).or_insert_with(|| {
            self.all.push(Draft::new(triple, flow));
            self.all.len() - 1
        });
        self.all[at].add(pair, rows, seen);
    }

    fn finish<'a>(mut self, seen: &Seen<'a>, evidence: &Evidence) -> Vec<Integration<'a>> {
        let in_order = |draft: &Draft| (draft.triple, draft.flow);
        self.all.sort_unstable_by_key(in_order);
        let drafts = self.all.into_iter();
        drafts.map(|draft| draft.finish(seen, evidence)).collect()
    }
}

/// An integration while rows are added to it.
struct Draft {
    triple: Triple,
    flow: Flow,
    basis: Basis,
    logins: u64,
    failures: u64,
    sources: FxHashMap<u32, u64>,
    api_versions: Vec<Sym>,
    tls: Vec<Sym>,
    logged_in: Option<(Instant, Instant)>,
    stretches: Vec<Stretch>,
    places: Earliest,
}

impl Draft {
    fn new(triple: Triple, flow: Flow) -> Self {
        Self {
            triple,
            flow,
            basis: Basis::Inferred,
            logins: 0,
            failures: 0,
            sources: FxHashMap::default(),
            api_versions: Vec::new(),
            tls: Vec::new(),
            logged_in: None,
            stretches: Vec::new(),
            places: Earliest::default(),
        }
    }

    /// Adds rows of one pair.
    fn add<'r>(&mut self, pair: &Pair, rows: impl Iterator<Item = &'r Row>, seen: &Seen<'_>) {
        let what = seen.resolved.what[pair.dims.index()];
        let dims = seen.tally.dims(pair.dims);
        self.basis = self.basis.min(what.basis);
        let mut n = 0;
        for row in rows {
            n += row.n;
            if what.success {
                let (first, last) = self.logged_in.unwrap_or((row.first, row.last));
                self.logged_in = Some((first.min(row.first), last.max(row.last)));
                self.places.add(row.first, row.place);
            }
            self.stretches.push(Stretch {
                first: row.first,
                last: row.last,
                n: row.n,
            });
        }
        *if what.success {
            &mut self.logins
        } else {
            &mut self.failures
        } += n;
        if what.source != 0 {
            *self.sources.entry(what.source).or_default() += n;
        }
        for (known, sym) in [
            (&mut self.api_versions, dims.api_version),
            (&mut self.tls, dims.tls),
        ] {
            if !sym.is_unknown() && !known.contains(&sym) {
                known.push(sym);
            }
        }
    }

    fn finish<'a>(self, seen: &Seen<'a>, evidence: &Evidence) -> Integration<'a> {
        let Triple { org, user, app } = self.triple;
        let texts = |syms: Vec<Sym>| -> Vec<&'a str> {
            let mut texts: Vec<&str> = syms
                .iter()
                .map(|sym| seen.tally.symbols.text(*sym))
                .collect();
            texts.sort_unstable();
            texts
        };
        let mut api_versions = texts(self.api_versions);
        let number = |text: &&str| text.parse::<f64>().unwrap_or(f64::INFINITY);
        api_versions.sort_by(|a, b| number(a).total_cmp(&number(b)));
        let (status, probable) = evidence.status(self.triple, self.flow, seen.retirements);
        let first = self.stretches.iter().map(|row| row.first).min();
        let last = self.stretches.iter().map(|row| row.last).max();
        Integration {
            org,
            user,
            app,
            flow: self.flow,
            basis: self.basis,
            logins: self.logins,
            failures: self.failures,
            sources: busiest(self.sources),
            api_versions,
            tls: texts(self.tls),
            first: first.unwrap_or_default(),
            last: last.unwrap_or_default(),
            first_login: self.logged_in.map(|(first, _)| first),
            last_login: self.logged_in.map(|(_, last)| last),
            period_seconds: period_seconds(&self.stretches),
            longest_silence: longest_silence(&self.stretches),
            status,
            probable,
            person: user != 0 && evidence.people.contains(&(org, user)),
            retires: seen.retirements.for_flow(self.flow),
            refused: evidence.refused.get(&self.triple).copied(),
            places: self.places.into_places(),
        }
    }
}

/// The keys of a count, the greatest first, in a tie the smaller number.
pub(super) fn busiest(counts: FxHashMap<u32, u64>) -> Vec<u32> {
    let mut counts: Vec<(u32, u64)> = counts.into_iter().collect();
    counts.sort_unstable_by_key(|(key, n)| (std::cmp::Reverse(*n), *key));
    counts.into_iter().map(|(key, _)| key).collect()
}

#[cfg(test)]
mod tests;
