//! What the counts rest on: the files and their rows, what is missing, and what was not understood.

use crate::report::model::{Coverage, Input, Overlap, Reject, Report, Unrecognised};
use crate::report::words::{length, size, thousands};

use super::Limits;
use super::text::{Lines, Moment, Number, Value, lines, more, shown, value};

/// Everything of the section on data quality.
pub(super) struct Quality {
    pub(super) orgs: bool,
    pub(super) inputs: Vec<InputRow>,
    pub(super) more_inputs: Option<String>,
    pub(super) sum: Counts,
    pub(super) overlaps: Vec<OverlapRow>,
    pub(super) more_overlaps: Option<String>,
    pub(super) gaps: Vec<GapRow>,
    pub(super) more_gaps: Option<String>,
    pub(super) row_cap_hit: bool,
    pub(super) saturated: Vec<SaturatedRow>,
    pub(super) more_saturated: Option<String>,
    pub(super) unrecognised: Vec<UnrecognisedRow>,
    pub(super) more_unrecognised: Option<String>,
    pub(super) rejects: Vec<RejectRow>,
    pub(super) rejects_cut: Option<String>,
}

/// A file, and what became of its rows.
pub(super) struct InputRow {
    pub(super) path: String,
    pub(super) layout: Value,
    pub(super) container: Value,
    pub(super) org: Value,
    pub(super) size: String,
    pub(super) counts: Counts,
    pub(super) notes: Lines,
}

/// Where rows went, in the order of the columns.
pub(super) struct Counts(pub(super) [Number; 6]);

/// Two files that share logins.
pub(super) struct OverlapRow {
    pub(super) kept_in: String,
    pub(super) duplicate_in: String,
    pub(super) rows: Number,
}

pub(super) struct GapRow {
    pub(super) start: Moment,
    pub(super) end: Moment,
    pub(super) length: Option<String>,
}

pub(super) struct SaturatedRow {
    pub(super) user: String,
    pub(super) hour: Moment,
}

pub(super) struct UnrecognisedRow {
    pub(super) field: String,
    pub(super) text: String,
    pub(super) count: Number,
}

pub(super) struct RejectRow {
    pub(super) path: String,
    pub(super) line: Number,
    pub(super) reason: String,
    pub(super) excerpt: String,
}

impl Quality {
    pub(super) fn new(report: &Report, limits: Limits) -> Self {
        let coverage = &report.coverage;
        let ledger = &report.ledger;
        let head = limits.lines;
        Self {
            orgs: report.inputs.iter().any(|input| input.org.is_some()),
            inputs: report
                .inputs
                .iter()
                .take(limits.rows)
                .map(|i| input(i, limits))
                .collect(),
            more_inputs: more(report.inputs.len(), limits.rows),
            sum: counts([
                ledger.read,
                ledger.events,
                ledger.rejects,
                ledger.duplicates,
                ledger.ignored,
                ledger.blank,
            ]),
            overlaps: report
                .overlaps
                .iter()
                .take(head)
                .map(|pair| overlap(pair, limits))
                .collect(),
            more_overlaps: more(report.overlaps.len(), head),
            gaps: gaps(coverage, head),
            more_gaps: more(coverage.gaps.len(), head),
            row_cap_hit: coverage.row_cap_hit,
            saturated: saturated(coverage, limits),
            more_saturated: more(coverage.saturated.len(), head),
            unrecognised: report
                .unrecognised
                .iter()
                .take(head)
                .map(|u| unrecognised(u, limits))
                .collect(),
            more_unrecognised: more(report.unrecognised.len(), head),
            rejects: report
                .rejects
                .iter()
                .take(head)
                .map(|r| reject(r, limits))
                .collect(),
            rejects_cut: rejects_cut(ledger.rejects, report.rejects.len().min(head)),
        }
    }
}

fn input(input: &Input, limits: Limits) -> InputRow {
    InputRow {
        path: shown(&input.path.0, limits.chars),
        layout: value(input.layout.as_deref(), 80),
        container: value(input.container.as_deref(), 80),
        org: value(input.org.as_ref().map(|org| org.0.as_str()), 80),
        size: size(input.bytes),
        counts: counts([
            input.read,
            input.events,
            input.rejects,
            input.duplicates,
            input.ignored,
            input.blank,
        ]),
        notes: lines(&input.notes, limits.lines.min(5), limits.chars),
    }
}

fn overlap(pair: &Overlap, limits: Limits) -> OverlapRow {
    OverlapRow {
        kept_in: shown(&pair.kept_in.0, limits.chars),
        duplicate_in: shown(&pair.duplicate_in.0, limits.chars),
        rows: Number(pair.rows),
    }
}

fn counts(counts: [u64; 6]) -> Counts {
    Counts(counts.map(Number))
}

fn gaps(coverage: &Coverage, head: usize) -> Vec<GapRow> {
    let row = |gap: &crate::report::model::Gap| GapRow {
        start: Moment::new(&gap.start),
        end: Moment::new(&gap.end),
        length: length(&gap.start.0, &gap.end.0),
    };
    coverage.gaps.iter().take(head).map(row).collect()
}

fn saturated(coverage: &Coverage, limits: Limits) -> Vec<SaturatedRow> {
    let row = |at: &crate::report::model::Saturated| SaturatedRow {
        user: shown(&at.user.0, limits.chars),
        hour: Moment::new(&at.hour),
    };
    coverage
        .saturated
        .iter()
        .take(limits.lines)
        .map(row)
        .collect()
}

fn unrecognised(unknown: &Unrecognised, limits: Limits) -> UnrecognisedRow {
    UnrecognisedRow {
        field: shown(&unknown.field, 40),
        text: shown(&unknown.text, limits.chars),
        count: Number(unknown.count),
    }
}

fn reject(reject: &Reject, limits: Limits) -> RejectRow {
    RejectRow {
        path: shown(&reject.path.0, limits.chars),
        line: Number(reject.line),
        reason: shown(&reject.reason, limits.chars),
        excerpt: shown(&reject.excerpt.0, limits.chars),
    }
}

fn rejects_cut(total: u64, shown: usize) -> Option<String> {
    (total > shown as u64).then(|| {
        format!(
            "The first {} of {} rejected rows; all are in tables/rejects.csv.",
            thousands(shown as u64),
            thousands(total)
        )
    })
}
