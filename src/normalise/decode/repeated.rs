//! Rows that end as earlier ones did: only what changes is taken out of them.

use super::Decoder;
use crate::event::{DimsId, Instant, Sym};
use crate::ingest::{Container, Record, csv};

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
        let line = memchr::memchr(b'\n', &block[tail_at..])?;
        let bytes = tail_at + line + 1;
        let Some((dims, news)) = self.tails.find(&block[tail_at..bytes]) else {
            self.tail_at = Some(tail_at);
            return None;
        };
        if news {
            self.met_org_of(dims);
        }
        let at = self.at(record, block).ok()?;
        Some(Repeated {
            at,
            user: self.user(record, block, at),
            dims,
            bytes,
        })
    }
}
