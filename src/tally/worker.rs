//! A worker, which counts one file after the other.

use std::io;
use std::sync::atomic::AtomicBool;

use super::counts::Counts;
use super::overlap::Watch;
use super::share::{Session, Share};
use super::span::Span;
use super::spill::Spill;
use super::work::Work;
use crate::catalogue::Known;
use crate::event::Instant;
use crate::normalise::{Decoder, Memo, Reading};

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
