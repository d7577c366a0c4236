//! The tables that a worker fills while it reads: texts and combinations.

use crate::event::{DimsTable, Symbols};

/// Private to one worker; merged when all have read.
#[derive(Clone, Debug, Default)]
pub struct Names {
    pub symbols: Symbols,
    pub dims: DimsTable,
}
