//! The rows of the first reading, wherever they stand.

use crate::event::{Sym, Symbols};
use crate::tally::Row;
use crate::tally::share::{Session, Share};

/// Who a row is about.
#[derive(Clone, Copy)]
pub(super) enum Who<'a> {
    Numbered(&'a Symbols, Sym),
    Named(&'a str),
}

impl<'a> Who<'a> {
    pub(super) fn text(self) -> &'a str {
        match self {
            Who::Numbered(users, sym) => users.text(sym),
            Who::Named(text) => text,
        }
    }
}

/// Shows every row that counts: those in memory, file by file, and those that went to runs.
pub(super) fn each_row(shares: &[Share], mut see: impl FnMut(&Share, &Session, &Row, Who<'_>)) {
    for share in shares {
        for session in &share.sessions {
            for row in session.rows.iter() {
                see(
                    share,
                    session,
                    row,
                    Who::Numbered(&share.names.users, row.user),
                );
            }
        }
    }
    each_spilled(shares, see);
}

/// Shows those that went to runs.
pub(super) fn each_spilled(shares: &[Share], mut see: impl FnMut(&Share, &Session, &Row, Who<'_>)) {
    for share in shares {
        for run in &share.spilled.runs {
            let mut reader = run.read();
            while reader.advance() {
                let who = Who::Named(reader.user());
                for (session, row) in reader.rows() {
                    let session = &share.sessions[*session as usize];
                    if session.lines.is_some() {
                        see(share, session, row, who);
                    }
                }
            }
        }
    }
}
