//! The first rows of a file as they are understood, for whoever wonders why nothing was counted.

use super::decode::{Decoder, Memo};
use super::names::Names;
use super::reading::Reading;
use super::row::Row;
use crate::catalogue::Known;
use crate::event::{DimsId, Instant, Sym};

/// One row as it is understood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Preview {
    /// Its first physical line.
    pub line: u64,
    pub row: PreviewRow,
}

/// What a row is, in texts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PreviewRow {
    Attempt {
        at: Instant,
        user: Option<String>,
        app: Option<String>,
        success: bool,
        description: Option<String>,
        flow: &'static str,
        source: Option<String>,
    },
    User,
    /// What was changed: when, by whom, which kind, and its text.
    Change {
        at: Instant,
        actor: Option<String>,
        title: String,
        text: String,
    },
    Context,
    Ignored,
    /// Its time is open until the zone is known.
    Undecided,
    Reject(String),
}

/// The first rows of what stands behind the header; `at_end` says that nothing follows. Lines that are no row at all are left out.
pub fn first_rows(
    reading: &Reading<'_>,
    body: &[u8],
    at_end: bool,
    known: &Known,
    most: usize,
) -> Vec<Preview> {
    let mut names = Names::default();
    let mut decoder = Decoder::new(reading, known, &mut names, None, Memo::default());
    let mut previews = Vec::new();
    if most == 0 {
        return previews;
    }
    reading.rows(body, at_end, |record, block, lines| {
        let row = match decoder.row(record, block) {
            Row::Attempt { at, user, dims } => attempt(&decoder, at, user, dims),
            Row::User => PreviewRow::User,
            Row::Change(change) => PreviewRow::Change {
                at: change.at,
                actor: change.actor.map(String::from),
                title: known.changes.kind(change.kind).title.clone(),
                text: change.text.into(),
            },
            Row::Context => PreviewRow::Context,
            Row::Ignored | Row::Footer => PreviewRow::Ignored,
            Row::Undecided => PreviewRow::Undecided,
            Row::Reject(reason) if reading.has_secrets() => {
                let reason = reason.in_short();
                PreviewRow::Reject(reason.text(Some(&reading.columns)))
            }
            Row::Reject(reason) => PreviewRow::Reject(reason.text(Some(&reading.columns))),
        };
        let line = reading.lines_before + lines + 1;
        previews.push(Preview { line, row });
        previews.len() < most
    });
    previews
}

fn attempt(decoder: &Decoder<'_>, at: Instant, user: Sym, dims: DimsId) -> PreviewRow {
    let names = decoder.names();
    let dims = names.dims.get(dims);
    let text = |sym: Sym| names.symbols.known(sym).map(str::to_owned);
    PreviewRow::Attempt {
        at,
        user: names.users.known(user).map(str::to_owned),
        app: text(dims.app),
        success: dims.success,
        description: text(dims.description),
        flow: dims.flow.id(),
        source: text(dims.source),
    }
}
