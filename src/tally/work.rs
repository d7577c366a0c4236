//! What a worker has at hand while it reads one file, and how it counts an attempt.

use std::sync::atomic::AtomicBool;

use super::changes::Changes;
use super::counts::Counts;
use super::overlap::{Read, Watch};
use super::span::Span;
use super::spill::{self, Spill};
use crate::event::DimsId;
use crate::ingest::Record;
use crate::normalise::{Decoder, Reading};

/// What a worker needs while it reads one file.
pub(super) struct Work<'w, 'd> {
    pub(super) reading: &'w Reading<'w>,
    pub(super) decoder: &'w mut Decoder<'d>,
    pub(super) counts: &'w mut Counts,
    pub(super) changes: &'w mut Changes,
    /// What is done with each attempt beside counting it.
    pub(super) watch: &'w mut Watch<'d>,
    pub(super) success: &'w mut Vec<bool>,
    /// Where what is beyond the budget goes; `None` where all has to stay in memory.
    pub(super) spill: Option<Spill<'w>>,
    /// Set when the user wants to stop.
    pub(super) stop: &'w AtomicBool,
}

impl Work<'_, '_> {
    /// Counts an attempt, unless it is kept back since another file may have it too.
    #[inline]
    pub(super) fn count(&mut self, read: Read, record: &Record, block: &[u8], span: &mut Span) {
        if !self.watch.is_off() {
            let id = self.decoder.login_id(record, block);
            if self.watch.keeps_back(read, id) {
                return;
            }
        }
        let Read {
            at,
            place,
            user,
            dims,
        } = read;
        span.ledger.events += 1;
        let success = self.is_success(dims);
        self.counts.add(at, success, user, dims, place);
    }

    /// Writes users and rows to a file where they take too much memory.
    pub(super) fn make_room(&mut self) {
        let Some(spill) = &mut self.spill else { return };
        let held = spill::bytes_of(&self.decoder.names().users, self.counts.len());
        if spill.is_over(held) {
            let rows = self.counts.take_rows();
            spill.write(&self.decoder.take_users(), rows);
        }
    }

    /// Whether the disk took no more of what had to be written.
    pub(super) fn is_full(&self) -> bool {
        let spill = self.spill.as_ref();
        spill.is_some_and(|spill| spill.spilled.failed.is_some())
    }

    /// Whether a combination is a success; asked for every row, so kept in a table.
    #[inline]
    fn is_success(&mut self, dims: DimsId) -> bool {
        if let Some(&success) = self.success.get(dims.index()) {
            return success;
        }
        let all = self.decoder.dims_table().all();
        self.success
            .extend(all[self.success.len()..].iter().map(|dims| dims.success));
        self.success[dims.index()]
    }
}
