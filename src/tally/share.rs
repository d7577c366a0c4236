//! What a worker makes of its share of the files.

use std::sync::Arc;

use super::changes::Changes;
use super::joints::LineBases;
use super::overlap::Noted;
use super::pile::Rows;
use super::span::Span;
use super::spill::Spilled;
use crate::normalise::{Evidence, Given, Names};

/// What one worker made of its share of one file.
#[derive(Debug)]
pub(super) struct Session {
    /// Position among the files that are read; see [`super::at_once::Counted`] for when it is
    /// known.
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
    pub(super) fn of(file: usize) -> Self {
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
