//! What a worker makes of its share of the files, and how it goes on from file to file.

use std::io;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use super::changes::Changes;
use super::counts::Counts;
use super::joints::LineBases;
use super::overlap::{Noted, Watch};
use super::pile::Rows;
use super::span::Span;
use super::spill::{Spill, Spilled};
use super::work::Work;
use crate::catalogue::Known;
use crate::event::Instant;
use crate::normalise::{Decoder, Evidence, Given, Memo, Names, Reading};

/// What one worker made of its share of one file.
#[derive(Debug)]
pub(super) struct Session {
    /// Position among the files that are read.
    pub(super) file: usize,
    pub(super) spans: Vec<Span>,
    pub(super) rows: Rows,
    pub(super) evidence: Evidence,
    /// What its rows say was changed.
    pub(super) changes: Changes,
    /// The names that the file gives to user ids.
    pub(super) named: Vec<Given>,
    /// The ids of its rows.
    pub(super) noted: Noted,
    /// The lines at which the pieces of the file begin; `None` where this reading doesn't count.
    pub(super) lines: Option<Arc<LineBases>>,
    pub(super) failed: Option<String>,
}

/// What one worker made of all its tasks in one round.
#[derive(Debug, Default)]
pub(super) struct Share {
    pub(super) names: Names,
    pub(super) sessions: Vec<Session>,
    /// Users and rows that went to files.
    pub(super) spilled: Spilled,
}

impl Share {
    /// User ids and the names that files give them.
    pub(super) fn named(&self) -> impl Iterator<Item = (&str, &str)> {
        let text = |sym| self.names.symbols.text(sym);
        self.given()
            .map(move |given| (text(given.id), text(given.name)))
    }

    /// The same, with what they are worth.
    pub(super) fn given(&self) -> impl Iterator<Item = &Given> {
        self.sessions.iter().flat_map(|session| &session.named)
    }
}

impl Session {
    fn of(file: usize) -> Self {
        Self {
            file,
            spans: Vec::with_capacity(1),
            rows: Rows::default(),
            changes: Changes::default(),
            evidence: Evidence::default(),
            named: Vec::new(),
            noted: Noted::default(),
            lines: None,
            failed: None,
        }
    }

    /// Nothing of it counts.
    pub(super) fn take_back(&mut self) {
        self.rows = Rows::default();
        self.changes = Changes::default();
        self.named = Vec::new();
        self.noted = Noted::default();
        self.lines = None;
    }
}

/// What all workers read with.
#[derive(Clone, Copy)]
pub(super) struct With<'a> {
    pub(super) known: &'a Known,
    /// Most bytes of users and rows that a worker holds in memory; `None` where all of them have to
    /// stay there.
    pub(super) budget: Option<u64>,
    /// Set when the user wants to stop.
    pub(super) stop: &'a AtomicBool,
}

/// A worker with its share, and the memory that it uses again for each file.
pub(super) struct Worker {
    pub(super) share: Share,
    buffer: Vec<u8>,
    memo: Memo,
    counts: Counts,
    success: Vec<bool>,
}

impl Worker {
    /// A worker that has read nothing yet. `cuts` are instants that no bucket of time may span.
    pub(super) fn new(cuts: &[Instant]) -> Self {
        Self {
            share: Share::default(),
            buffer: Vec::new(),
            memo: Memo::default(),
            counts: Counts::cut_at(cuts),
            success: Vec::new(),
        }
    }

    /// Counts one file: one span after the other, until `read` has none left. `org` is what the
    /// user named for it.
    pub(super) fn count(
        &mut self,
        (file, reading, org): (usize, &Reading<'_>, Option<&str>),
        with: With<'_>,
        watch: Watch<'_>,
        mut read: impl FnMut(&mut Work<'_, '_>, &mut Vec<u8>) -> Option<io::Result<Span>>,
    ) {
        let (mut session, mut watch) = (Session::of(file), watch);
        let Share {
            names,
            sessions,
            spilled,
        } = &mut self.share;
        let memo = std::mem::take(&mut self.memo);
        let mut decoder = Decoder::new(reading, with.known, names, org, memo);
        let mut work = Work {
            reading,
            decoder: &mut decoder,
            counts: &mut self.counts,
            changes: &mut session.changes,
            watch: &mut watch,
            success: &mut self.success,
            spill: with.budget.map(|budget| Spill {
                budget,
                earlier: sessions,
                spilled,
            }),
            stop: with.stop,
        };
        while let Some(outcome) = read(&mut work, &mut self.buffer) {
            match outcome {
                Ok(span) => session.spans.push(span),
                Err(error) => session.failed = Some(error.to_string()),
            }
        }
        (session.evidence, session.named, self.memo) = decoder.finish();
        session.rows = self.counts.take_rows();
        session.noted = watch.finish();
        self.share.spilled.held += session.rows.len();
        self.share.sessions.push(session);
    }
}
