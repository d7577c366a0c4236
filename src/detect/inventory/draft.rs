//! One integration, put together from the rows of its pairs.

use rustc_hash::FxHashMap;

use super::super::Seen;
use super::super::cadence::{Stretch, longest_silence, period_seconds};
use super::super::refusals::{Earliest, Triple, is_refusal};
use super::Integration;
use super::evidence::Evidence;
use crate::event::{Basis, Flow, Instant, Sym};
use crate::tally::{Pair, Row};

/// An integration while rows are added to it.
pub(super) struct Draft {
    triple: Triple,
    flow: Flow,
    basis: Basis,
    logins: u64,
    failures: u64,
    sources: FxHashMap<u32, u64>,
    api_versions: Vec<Sym>,
    tls: Vec<Sym>,
    logged_in: Option<(Instant, Instant)>,
    refused: Option<Instant>,
    stretches: Vec<Stretch>,
    places: Earliest,
}

impl Draft {
    pub(super) fn new(triple: Triple, flow: Flow) -> Self {
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
            refused: None,
            stretches: Vec::new(),
            places: Earliest::default(),
        }
    }

    /// Adds rows of one pair; without any it tells nothing. `refusal` is the cause of a refusal.
    pub(super) fn add(
        &mut self,
        pair: &Pair,
        rows: impl Iterator<Item = Row>,
        (seen, refusal): (&Seen<'_>, Option<u32>),
    ) {
        let mut rows = rows.peekable();
        if rows.peek().is_none() {
            return;
        }
        let what = seen.resolved.what[pair.dims.index()];
        let dims = seen.tally.dims(pair.dims);
        self.basis = self.basis.min(what.basis);
        if is_refusal(pair, refusal, seen) {
            self.refused = Some(self.refused.map_or(pair.first, |at| at.min(pair.first)));
        }
        let mut n = 0;
        for row in rows {
            n += row.n();
            if what.success {
                let (first, last) = self.logged_in.unwrap_or((row.first(), row.last()));
                self.logged_in = Some((first.min(row.first()), last.max(row.last())));
                self.places.add(row.first(), row.place);
            }
            self.stretches.push(Stretch::of(&row));
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

    pub(super) fn finish<'a>(mut self, seen: &Seen<'a>, evidence: &Evidence) -> Integration<'a> {
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
        // Once for both questions about their rhythm.
        self.stretches.sort();
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
            refused: evidence.refused.get(&self.triple).copied().or(self.refused),
            places: self.places.into_places(),
        }
    }
}

/// The keys of a count, the greatest first, in a tie the smaller number.
pub fn busiest(counts: impl IntoIterator<Item = (u32, u64)>) -> Vec<u32> {
    let given = counts.into_iter();
    // There may be as many as rows, so what doubles as it grows would be too large.
    let mut counts = Vec::with_capacity(given.size_hint().1.unwrap_or(0));
    counts.extend(given);
    counts.sort_unstable_by_key(|(key, n)| (std::cmp::Reverse(*n), *key));
    counts.into_iter().map(|(key, _)| key).collect()
}
