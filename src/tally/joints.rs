//! Putting the pieces of a file together: whether they meet, and which line each begins at.

use super::fill::FileRead;
use super::worker::{KEPT_IN_FULL, Span};
use crate::event::Place;
use crate::normalise::{Evidence, Ledger, Reading, Reject};

/// Whether each piece began where the one before it ended.
pub(super) fn meet(spans: &[Span], body: u64) -> bool {
    let mut expected = body;
    spans.iter().all(|span| match span.first {
        Some(first) => {
            let meets = first == expected;
            expected = span.next;
            meets
        }
        // No record begins in the piece: then the one before must reach over it.
        None => expected > span.next,
    })
}

/// The line at which each span of a file begins.
#[derive(Debug)]
pub(super) struct LineBases(Vec<u64>);

impl LineBases {
    pub(super) fn of(spans: &[Span], before: u64) -> Self {
        let mut line = before;
        let bases = spans.iter().map(|span| {
            let base = line;
            line += span.lines;
            base
        });
        Self(bases.collect())
    }

    /// The physical line of a place that counts from its span's start.
    pub(super) fn line(&self, place: Place) -> u64 {
        let span = usize::try_from(place.file()).unwrap_or(usize::MAX);
        self.0.get(span).copied().unwrap_or(0) + place.line()
    }
}

pub(super) fn put_together(
    spans: &mut [Span],
    evidence: Evidence,
    reading: &Reading<'_>,
) -> FileRead {
    let bases = LineBases::of(spans, reading.lines_before);
    let mut ledger = Ledger {
        blank: reading.blank_before,
        ..Ledger::default()
    };
    let mut rejects: Vec<Reject> = Vec::new();
    for (span, base) in spans.iter_mut().zip(&bases.0) {
        ledger += span.ledger;
        for mut reject in span.rejects.drain(..) {
            reject.line += base;
            if rejects.len() >= KEPT_IN_FULL {
                reject.reason = reject.reason.in_short();
                reject.excerpt = "".into();
            }
            rejects.push(reject);
        }
    }
    let cut_short = spans.iter().find_map(|span| span.cut_short.clone());
    FileRead {
        ledger,
        rejects,
        evidence,
        cut_short,
    }
}
