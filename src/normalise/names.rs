//! The tables that a worker fills while it reads: texts, combinations, names of users.

use std::collections::BTreeSet;

use crate::event::{DimsTable, Sym, Symbols};

/// Private to one worker; merged when all have read.
#[derive(Clone, Debug, Default)]
pub struct Names {
    pub symbols: Symbols,
    pub dims: DimsTable,
    /// User ids (18 characters) and the usernames that exports give them.
    pub users: BTreeSet<(Sym, Sym)>,
}
