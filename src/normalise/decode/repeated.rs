//! Rows that end as earlier ones did: only what changes is taken out of them.

use super::Decoder;
use crate::event::{DimsId, Instant, Sym};
use crate::ingest::{Container, Record, csv};
use crate::normalise::tails;

/// A login whose row ends as an earlier one did.
#[derive(Clone, Copy, Debug)]
pub struct Repeated {
    pub at: Instant,
    pub user: Sym,
    pub dims: DimsId,
    /// The row's bytes, its one line end among them.
    pub bytes: usize,
}

impl Decoder<'_> {
    /// The login at the start of a block, if its row ends as an earlier one did; `None` says
    /// nothing: the row must be read in full. `record` is overwritten.
    #[inline]
    pub fn repeated(&mut self, block: &[u8], record: &mut Record) -> Option<Repeated> {
        self.tail_at = None;
        let Container::Csv { delimiter } = self.reading.container else {
            return None;
        };
        let from = self
            .tails
            .from()
            .filter(|_| !self.around.is_behind_other_header())?;
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
        let user = by.unwrap_or_else(|| self.user(record, block, at));
        Some(Repeated {
            at,
            user,
            dims: met.dims,
            bytes: tail_at + met.bytes,
        })
    }
}
