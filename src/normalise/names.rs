//! The tables that a worker fills while it reads: texts and combinations, and names of users.

use rustc_hash::FxHashMap;

use crate::event::{DimsTable, Instant, Sym, Symbols};

/// Private to one worker; merged when all have read.
#[derive(Clone, Debug, Default)]
pub struct Names {
    /// Texts of combinations, and of the names that files give to user ids.
    pub symbols: Symbols,
    /// Who rows are about. Attackers choose these, so they have a table of their own.
    pub users: Symbols,
    pub dims: DimsTable,
}

/// A username that a file gives to a user id of 18 characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Given {
    pub id: Sym,
    pub name: Sym,
    /// An export of users says so, not a row about something else.
    pub by_users: bool,
    /// When it last was so; the beginning of time where the rows don't say.
    pub newest: Instant,
}

/// The names that one file gives to user ids.
#[derive(Clone, Debug, Default)]
pub(super) struct GivenNames {
    all: Vec<Given>,
    index: FxHashMap<(Sym, Sym), u32>,
}

/// Names at which the memory of their table is not kept for the next file.
const KEPT: usize = 1 << 12;

impl GivenNames {
    /// The number of a name, for [`GivenNames::seen`].
    pub(super) fn number(&mut self, id: Sym, name: Sym, by_users: bool) -> u32 {
        *self.index.entry((id, name)).or_insert_with(|| {
            let newest = Instant::default();
            self.all.push(Given {
                id,
                name,
                by_users,
                newest,
            });
            u32::try_from(self.all.len() - 1).unwrap_or(u32::MAX)
        })
    }

    /// An id and its name by their number.
    pub(super) fn pair(&self, number: u32) -> Option<(Sym, Sym)> {
        let given = self.all.get(number as usize)?;
        Some((given.id, given.name))
    }

    /// A name was in use at this time.
    #[inline]
    pub(super) fn seen(&mut self, number: u32, at: Instant) {
        if let Some(given) = self.all.get_mut(number as usize) {
            given.newest = given.newest.max(at);
        }
    }

    /// All names of a file, so that those of the next one can follow.
    pub(super) fn take_all(&mut self) -> Vec<Given> {
        // To empty a large table costs as much as a small file.
        match self.index.capacity() {
            0..=KEPT => self.index.clear(),
            _ => self.index = FxHashMap::default(),
        }
        // A list that is no longer than it must be: one of each small file is kept.
        self.all.drain(..).collect()
    }
}
