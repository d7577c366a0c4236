//! The vocabulary: what the house talks about. Imports no other room.
//!
//! Everything here is small, comparable and ordered. Texts are interned as [`Sym`]; times are
//! [`Instant`]s, always UTC; a fact knows its [`Place`].

mod attempt;
mod flow;
mod instant;
mod place;
mod symbols;
mod zone;

pub use attempt::{Dims, DimsId, DimsTable, Kind};
pub use flow::{Basis, Flow};
pub use instant::{DAY_MS, HOUR_MS, Instant, MINUTE_MS, QUARTER_HOUR_MINUTES};
pub use place::Place;
pub use symbols::{Sym, Symbols};
pub use zone::{LocalTime, UnknownZone, Zone};
