//! Rows that are like an earlier one: only what differs is read.

use super::Decoder;
use super::memo::UserMet;
use crate::event::{DimsId, Instant, Sym};
use crate::ingest::{Container, Record, csv};
use crate::normalise::tails;

/// A login whose row is like an earlier one.
#[derive(Clone, Copy, Debug)]
pub struct Repeated {
    pub at: Instant,
    pub user: Sym,
    pub dims: DimsId,
    /// The record's bytes, its one line end among them.
    pub bytes: usize,
}

impl Decoder<'_> {
    /// The login at the start of a block, if its row is like an earlier one; `None` says nothing:
    /// the row must be read in full. `record` is overwritten, and holds the id of a login that is
    /// found.
    #[inline]
    pub fn repeated(&mut self, block: &[u8], record: &mut Record) -> Option<Repeated> {
        self.tail_at = None;
        if self.around.is_behind_other_header() {
            return None;
        }
        match (self.reading.container, self.tails.from()) {
            (Container::Csv { delimiter }, Some(from)) => {
                self.by_tail(block, (from, delimiter), record)
            }
            _ => self.by_alike(block, record),
        }
    }

    /// Where all that changes comes first: by the end of the row.
    #[inline]
    fn by_tail(
        &mut self,
        block: &[u8],
        (from, delimiter): (usize, u8),
        record: &mut Record,
    ) -> Option<Repeated> {
        let tail_at = csv::leading(block, from, delimiter, record)?;
        let rest = &block[tail_at..];
        let key = self.plain_key(record, block);
        let mut by = key.and_then(|key| self.memo.plain_users.get_mut(key));
        let last = by.as_ref().map_or(tails::NONE, |user| user.last_tail);
        let Some(met) = self.tails.same(last, rest).or_else(|| {
            let line = memchr::memchr(b'\n', rest)?;
            self.tails.find(&rest[..=line])
        }) else {
            self.tail_at = Some(tail_at);
            return None;
        };
        if let Some(user) = &mut by {
            user.last_tail = met.number;
        }
        // One field alone gives no id a name.
        let by = by.map(|user| user.user);
        if met.news {
            self.met_org_of(met.dims);
        }
        let at = self.at(record, block).ok()?;
        let user = by.unwrap_or_else(|| self.user(record, block, at).user);
        Some(Repeated {
            at,
            user,
            dims: met.dims,
            bytes: tail_at + met.bytes,
        })
    }

    /// By an earlier row of the same user.
    #[inline]
    fn by_alike(&mut self, block: &[u8], record: &mut Record) -> Option<Repeated> {
        let (number, bytes) = self.alike.find(block, record)?;
        let at = self.at(record, block).ok()?;
        let model = self.alike.model(number);
        let dims = model.dims;
        self.seen |= model.seen;
        if model.user.file != self.memo.file {
            // Another file had the row: this one gives the name and tells of the org too.
            let (file, pairs) = (self.memo.file, &self.memo.pairs);
            model.user = model.user.in_file(file, pairs, &mut self.named);
            self.met_org_of(dims);
        }
        let UserMet { user, given, .. } = self.alike.model(number).user;
        self.named.seen(given, at);
        Some(Repeated {
            at,
            user,
            dims,
            bytes,
        })
    }
}
