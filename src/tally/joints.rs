//! Putting the pieces of a file together: whether they meet, and which line each begins at.

use std::collections::BTreeSet;

use super::fill::FileRead;
use super::records::HALF_WRITTEN;
use super::span::Span;
use crate::event::Place;
use crate::normalise::{Evidence, Ledger, Reading, Reason, Rejects};

/// Whether each piece began where the one before it ended, and could be read by itself.
pub(super) fn meet(spans: &[Span], body: u64) -> bool {
    let mut expected = body;
    let mut by_itself = true;
    spans.iter().all(|span| match span.first {
        Some(first) => {
            let meets = first == expected && by_itself;
            expected = span.next;
            by_itself = !span.remembers;
            meets
        }
        // No record begins in the piece: then the one before must reach over it.
        None => expected >= span.next,
    })
}

/// The line at which each span of a file begins.
#[derive(Debug)]
pub(super) struct LineBases {
    /// The file's position among the inputs.
    input: u32,
    bases: Vec<u64>,
}

impl LineBases {
    pub(super) fn of(spans: &[Span], before: u64, input: u32) -> Self {
        let mut line = before;
        let bases = spans.iter().map(|span| {
            let base = line;
            line += span.lines;
            base
        });
        Self {
            input,
            bases: bases.collect(),
        }
    }

    /// Where a place is that is told by its span and the line in it.
    pub(super) fn place(&self, local: Place) -> Place {
        let span = usize::try_from(local.file()).unwrap_or(usize::MAX);
        let before = self.bases.get(span).copied().unwrap_or(0);
        Place::new(self.input, before + local.line())
    }
}

pub(super) fn put_together(
    spans: &mut [Span],
    mut evidence: Evidence,
    reading: &Reading<'_>,
) -> FileRead {
    let bases = LineBases::of(spans, reading.lines_before, 0).bases;
    let mut ledger = Ledger {
        blank: reading.blank_before,
        ignored: reading.ignored_before,
        ..Ledger::default()
    };
    let mut rejects = Rejects::default();
    let mut footers: BTreeSet<u64> = BTreeSet::new();
    for (span, base) in spans.iter_mut().zip(&bases) {
        ledger += span.ledger;
        footers.extend(span.footers.iter().map(|line| line + base));
        evidence.columns |= span.columns;
        rejects.append(&std::mem::take(&mut span.rejects), *base);
    }
    let done = spans.iter().rev().find_map(|span| span.done);
    let mut cut_short = spans.iter().find_map(|span| span.cut_short.clone());
    let beside = beside_footers(&mut rejects, footers);
    if !beside.is_empty() {
        let count = beside.len() as u64;
        ledger.rejects -= count;
        ledger.ignored += count;
        // A report's last line, the company's name, looks like a row that was half written.
        let was_last = beside.contains(&Reason::HalfWritten);
        cut_short = cut_short.filter(|why| !(was_last && why == HALF_WRITTEN));
    }
    FileRead {
        ledger,
        rejects,
        evidence,
        cut_short,
        has_more: done == Some(false),
    }
}

/// Lines that belong to a footer at most on each side of it: a report's name before, the
/// company's name behind.
const BESIDE: usize = 2;

/// Takes the lines out that stand directly before or behind a report's footer, and gives their
/// reasons.
fn beside_footers(rejects: &mut Rejects, mut footers: BTreeSet<u64>) -> Vec<Reason> {
    if footers.is_empty() {
        return Vec::new();
    }
    let may_belong = |reason: &Reason| {
        matches!(
            reason,
            Reason::FieldCount { got: 1, .. } | Reason::OnlyFirst | Reason::HalfWritten
        )
    };
    for _ in 0..BESIDE {
        let touching = rejects.iter().filter(|reject| {
            let touches = |line: u64| footers.contains(&line);
            may_belong(&reject.reason) && (touches(reject.line + 1) || touches(reject.line - 1))
        });
        let mut beside: BTreeSet<u64> = touching.map(|reject| reject.line).collect();
        footers.append(&mut beside);
    }
    rejects.take_where(|line, reason| may_belong(reason) && footers.contains(&line))
}
