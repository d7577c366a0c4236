//! What a worker does with each attempt beside counting it: nothing, note its id, or keep it back.

use super::sieve::Sieve;
use super::spool::{Outbox, Sighting};
use crate::event::{DimsId, Instant, Place, Sym};
use crate::normalise::value::login_id::{IdKind, LoginId};
use crate::normalise::{LayoutKind, Reading, Role};
use crate::tally::pile::Pile;

/// The whole second of an instant, counted from 1970.
pub(super) fn second_of(at: Instant) -> u32 {
    u32::try_from(at.millis().div_euclid(1000)).unwrap_or(0)
}

/// What all workers do in a round of reading.
#[derive(Clone, Copy)]
pub(in crate::tally) enum Watching<'s> {
    /// The first reading: ids are noted.
    Noting,
    /// The second reading of files that share logins: rows that may be shared are kept back.
    Sifting(&'s Sieve),
}

/// What one worker does with the attempts of one file.
pub(in crate::tally) enum Watch<'s> {
    /// Nothing: the file has no ids, or no logins.
    Off,
    Note(Noted),
    Sift(Box<Sifter<'s>>),
}

/// An attempt as it is read, in its worker's numbers.
#[derive(Clone, Copy)]
pub(in crate::tally) struct Read {
    pub(in crate::tally) at: Instant,
    /// Piece of the file and line in it.
    pub(in crate::tally) place: Place,
    pub(in crate::tally) user: Sym,
    pub(in crate::tally) dims: DimsId,
}

impl<'s> Watching<'s> {
    /// Whether users may get new numbers on the way: not while rows are kept back by them.
    pub(in crate::tally) fn may_spill(self) -> bool {
        matches!(self, Watching::Noting)
    }

    /// What is done with the attempts of the file at a position; `session` tells share and
    /// session of the worker.
    pub(in crate::tally) fn watch(
        self,
        file: usize,
        reading: &Reading<'_>,
        session: (usize, usize),
    ) -> Watch<'s> {
        if reading.layout.kind != LayoutKind::Logins {
            return Watch::Off;
        }
        let has_ids = reading.columns.at(Role::Id).is_some();
        match self {
            Watching::Noting if has_ids => Watch::Note(Noted::default()),
            Watching::Noting => Watch::Off,
            Watching::Sifting(sieve) => Watch::Sift(Box::new(Sifter::of(sieve, file, session))),
        }
    }
}

impl Watch<'_> {
    /// Whether anything is done.
    #[inline]
    pub(in crate::tally) fn is_off(&self) -> bool {
        matches!(self, Watch::Off)
    }

    /// Looks at an attempt. If the answer is yes, it is kept back and must not be counted yet.
    #[inline]
    pub(in crate::tally) fn keeps_back(&mut self, read: Read, id: Option<LoginId<'_>>) -> bool {
        match self {
            Watch::Off => false,
            Watch::Note(noted) => {
                if let Some(id) = id {
                    noted.add(read.at, id);
                }
                false
            }
            Watch::Sift(sifter) => sifter.keeps_back(read, id),
        }
    }

    /// Nothing more comes.
    pub(in crate::tally) fn finish(self) -> Noted {
        match self {
            Watch::Off => Noted::default(),
            Watch::Note(noted) => Noted {
                met: noted.met.tight(),
                ..noted
            },
            Watch::Sift(sifter) => {
                let Sifter { outbox, .. } = *sifter;
                outbox.send();
                Noted::default()
            }
        }
    }
}

/// That an id was met: its hash and the second. Of small words, so that none of its 12 bytes is
/// left empty.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Met {
    upper: u32,
    lower: u32,
    pub(super) second: u32,
}

impl Met {
    #[inline]
    pub(super) fn new(hash: u64, second: u32) -> Self {
        Self {
            upper: (hash >> 32) as u32,
            lower: hash as u32,
            second,
        }
    }

    #[inline]
    pub(super) fn hash(self) -> u64 {
        u64::from(self.upper) << 32 | u64::from(self.lower)
    }
}

/// Some of the ids that one worker met in one file.
#[derive(Debug)]
pub(super) struct Piece {
    pub(super) file: usize,
    pub(super) met: Vec<Met>,
}

/// The ids that one worker met in one file: 12 bytes a row.
#[derive(Debug, Default)]
pub(in crate::tally) struct Noted {
    met: Pile<Met>,
    /// How many rows have an id of each kind.
    pub(super) of_kind: [u64; IdKind::COUNT],
}

impl Noted {
    /// Takes all ids out, in pieces.
    pub(super) fn take(&mut self, file: usize) -> impl Iterator<Item = Piece> + use<> {
        let met = std::mem::take(&mut self.met);
        let pieces = met.into_pieces().into_iter();
        pieces.map(move |met| Piece { file, met })
    }

    #[inline]
    fn add(&mut self, at: Instant, id: LoginId<'_>) {
        self.met.push(Met::new(id.hash(), second_of(at)));
        self.of_kind[id.kind as usize] += 1;
    }
}

/// Keeps back what may stand in another file too.
pub(in crate::tally) struct Sifter<'s> {
    sieve: &'s Sieve,
    /// Quarters of an hour whose rows are all kept back, sorted.
    quarters: &'s [u32],
    /// The quarter last asked for, and the answer: rows come mostly in order of time.
    last: (u32, bool),
    session: (u32, u32),
    outbox: Outbox<'s>,
}

impl<'s> Sifter<'s> {
    fn of(sieve: &'s Sieve, file: usize, (share, session): (usize, usize)) -> Self {
        let number = |at| u32::try_from(at).unwrap_or(u32::MAX);
        Self {
            sieve,
            quarters: sieve.quarters.get(file).map_or(&[], Vec::as_slice),
            last: (u32::MAX, false),
            session: (number(share), number(session)),
            outbox: Outbox::to(&sieve.spool),
        }
    }

    fn keeps_back(&mut self, read: Read, id: Option<LoginId<'_>>) -> bool {
        let hash = id.map_or(0, LoginId::hash);
        let repeated = id.and_then(|_| self.sieve.repeated.second_of(hash));
        if repeated.is_none() && !self.is_shared(read.at.quarter_hour()) {
            return false;
        }
        self.outbox.put(Sighting {
            second: repeated.unwrap_or_else(|| second_of(read.at)),
            share: self.session.0,
            session: self.session.1,
            user: read.user.0,
            dims: read.dims.0,
            kind: id.map_or(0, |id| id.kind as u32 + 1),
            at: read.at.millis(),
            place: read.place.packed(),
            id: hash,
            check: id.map_or(0, LoginId::check),
        });
        true
    }

    fn is_shared(&mut self, quarter: u32) -> bool {
        if self.last.0 != quarter {
            self.last = (quarter, self.quarters.binary_search(&quarter).is_ok());
        }
        self.last.1
    }
}
