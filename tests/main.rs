//! Everything that is tested through the built program, as one binary: it links once.
//!
//! The modules follow the way of the data: what goes in ([`cases`], [`sample_data`], [`hostile`]),
//! laws over whole runs ([`whole`], [`laws`]), what comes out ([`folder`], [`schema`],
//! [`golden`], [`browser`], [`explain`]), and what is said about it all ([`readme`], [`registers`],
//! [`house`]).

mod browser;
mod cases;
mod explain;
mod folder;
mod golden;
mod hostile;
mod house;
mod laws;
mod overlaps;
mod readme;
mod registers;
mod sample_data;
mod schema;
mod simulator;
mod support;
mod whole;
